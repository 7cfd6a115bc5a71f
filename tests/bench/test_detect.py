#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The corpus and its scoring, held against small cases made by hand."""
import os
import sys
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)

import detect  # noqa: E402
import detect_ffmpeg  # noqa: E402
import detect_score as score  # noqa: E402
import corpus  # noqa: E402
import cover  # noqa: E402
import film  # noqa: E402
import fresh  # noqa: E402


def label(cause="covered", start=40.0, end=120.0, group=None, seconds=180.0, also=(), **facts):
    truth = [{"from": start, "to": end, "state": "down", "cause": cause}] if cause != "up" else []
    return {"cause": cause, "group": group or cause, "seconds": seconds, "truth": truth,
            "also": list(also), "facts": {"gop": 2, "variant": "", **facts}}


def calls(*said, end=180.0):
    """("t", "cause") pairs; "up", "learning" or a cause."""
    out = []
    for k, (t, cause) in enumerate(said):
        state = {"up": "up", "learning": "unknown", "changed": "degraded"}.get(cause, "down")
        out.append({"t": t, "until": said[k + 1][0] if k + 1 < len(said) else end,
                    "state": state, "cause": cause, "causes": [cause], "confidence": 90,
                    "evidence": {}})
    return out


class Scoring(unittest.TestCase):
    def words(self, lab, *said):
        return score.Outcome(lab, calls(*said)).words()

    def test_positives(self):
        for said, words in (
                (((5, "up"), (50, "covered"), (130, "up")), "right"),
                (((5, "up"), (50, "covered")), "STUCK"),
                (((5, "up"),), "MISSED"),
                (((5, "up"), (118, "covered"), (130, "up")), "LATE"),
                ((), "MISSED UNJUDGED"),
                (((5, "up"), (20, "covered"), (25, "up"), (50, "covered"), (130, "up")),
                 "FALSE-ALARM"),
                (((5, "up"), (50, "moved"), (60, "covered"), (130, "up")), "WRONG-CAUSE"),
                (((5, "up"), (50, "covered"), (80, "up")), "DROPPED")):
            self.assertEqual(self.words(label(), *said), words, said)

    def test_negatives(self):
        for said, words in ((((5, "up"),), "right"), (((5, "up"), (50, "black")), "FALSE-ALARM"),
                            (((5, "up"), (50, "changed")), "right"), ((), "UNJUDGED")):
            self.assertEqual(self.words(label("up"), *said), words, said)

    def test_first_day_is_never_up(self):
        lab = label("frozen", 0.0, 180.0, "first-day/frozen")
        self.assertEqual(self.words(lab, (20, "frozen")), "right")
        self.assertIn("FALSE-UP", self.words(lab, (20, "up"), (30, "frozen")))

    def test_tolerated_cause_is_not_wrong(self):
        self.assertEqual(self.words(label(also=["blurred"]), (5, "up"), (45, "blurred"),
                                    (50, "covered"), (130, "up")), "right")

    def test_exact_freeze_within_three_samples(self):
        lab = label("frozen", 40.0, 180.0, "frozen/exact")
        self.assertEqual(self.words(lab, (5, "up"), (46, "frozen")), "right")
        self.assertEqual(self.words(lab, (5, "up"), (49, "frozen")), "LATE")

    def test_figures(self):
        some = [score.Outcome(label(), calls((5, "up"), (50, "covered"), (130, "up"))),
                score.Outcome(label(), calls((5, "up"), (50, "moved"), (130, "up"))),
                score.Outcome(label("up"), calls((5, "up"), (50, "covered"), (60, "up"),
                                                 (90, "covered")))]
        out = score.score(some)
        self.assertEqual(out["covered"]["recall"], 0.5)
        self.assertEqual(out["covered"]["precision"], 0.333)
        self.assertEqual(out["moved"]["false_calls"], 1)
        self.assertEqual(out["negatives"]["false_alarms"], 2)
        self.assertEqual(score.errors(some, ("covered",)), 2)


    def test_json(self):
        some = [score.Outcome(label(), calls((5, "up"), (50, "covered"), (130, "up"))),
                score.Outcome(label("up"), calls((5, "up"), (50, "frozen"), (60, "up")))]
        mine = {**score.score(some), "errors": 1}
        best = {**score.score(some, detect.FFMPEG_CAUSES), "errors": 4}
        out = detect.plain({"camwarden": mine, "ffmpeg": best, "ffmpeg_best": best})
        self.assertEqual(set(out), {"camwarden", "ffmpeg", "ffmpeg_best", "more"})
        self.assertEqual(out["camwarden"]["covered"], {"recall": 1.0, "precision": 1.0,
                                                       "delay_p50_s": 10.0, "delay_p95_s": 10.0})
        self.assertEqual(out["camwarden"]["negatives"], {"feed_hours": 0.05, "false_alarms": 1})
        self.assertEqual(set(out["ffmpeg"]), {"frozen", "negatives"})
        self.assertEqual(out["more"]["times_fewer_errors"], 4.0)


class Ffmpeg(unittest.TestCase):
    def test_intervals(self):
        text = ("frame:1\nlavfi.freezedetect.freeze_start=4.2\nframe:9\n"
                "lavfi.freezedetect.freeze_duration=3\nlavfi.freezedetect.freeze_end=7.2\n"
                "frame:20\nlavfi.freezedetect.freeze_start=9\n")
        self.assertEqual(detect_ffmpeg.intervals(text, 30), [[4.2, 7.2], [9.0, 30]])

    def test_longer_durations_follow(self):
        found = {"f2": [[4.0, 7.0], [9.0, 30.0]]}
        some = detect_ffmpeg.calls(found, (0.001, 5), detect_ffmpeg.DEFAULT_BLACK)
        self.assertEqual([(c["t"], c["state"]) for c in some], [(14.0, "down"), (30.0, "up")])


class Corpus(unittest.TestCase):
    def test_cover_holds_every_pair(self):
        factors = {"a": (1, 2, 3), "b": tuple("xyz"), "c": ("p", "q"), "d": (0, 1, 2, 3)}
        rows = cover.cover(factors, 1)
        self.assertFalse(cover.all_pairs(factors) - set().union(*map(cover.pairs_of, rows)))
        self.assertLess(len(rows), 24)
        self.assertEqual(rows, cover.cover(factors, 1))

    def test_bounds(self):
        clips = corpus.all_clips()
        positive = sum(c.seconds for c in clips if c.truth)
        negative = sum(c.seconds for c in clips if not c.truth)
        self.assertLessEqual(len(clips), 600)
        self.assertGreaterEqual(negative, positive)
        self.assertEqual(len({c.key() for c in clips}), len(clips))
        self.assertEqual([c.key() for c in clips], [c.key() for c in corpus.all_clips()])
        for c in clips:
            for t in c.truth:
                self.assertLessEqual(t["to"], c.seconds)
                self.assertTrue(t["from"] > 0 or c.group.startswith("first-day"))

    def test_fresh(self):
        one, two = fresh.all_clips(1), fresh.all_clips(2)
        self.assertEqual([c.key() for c in one], [c.key() for c in fresh.all_clips(1)])
        keys = {c.key() for c in corpus.all_clips()}
        self.assertFalse(keys & {c.key() for c in one + two})
        self.assertFalse({c.key() for c in one} & {c.key() for c in two})
        self.assertLessEqual(len(one), 90)
        for clips in (one, two):
            self.assertEqual({c.cause for c in clips}, set(score.CAUSES) | {"up"})
            hours = sum(c.seconds for c in clips if not c.truth) / sum(c.seconds for c in clips)
            self.assertGreater(hours, 0.4)

    def test_part(self):
        clips = detect.part(corpus.all_clips())
        self.assertLessEqual(sum(c.seconds for c in clips), 7200)
        self.assertTrue({c.cause for c in clips} >= set(score.CAUSES) | {"up"})

    def test_groups_of_pictures_are_found(self):
        h264 = b"\0\0\0\1\x67aa\0\0\0\1\x68b\0\0\1\x65key\0\0\0\1\x41p\0\0\0\1\x67aa\0\0\1\x65k"
        self.assertEqual(film.starts(h264, "h264"), [0, h264.rindex(b"\0\0\0\1\x67")])
        self.assertEqual(film.first_picture_end(h264, "h264"), h264.index(b"\0\0\0\1\x41"))
        self.assertEqual(film.starts(b"\xff\xd8\xffab\xff\xd8\xffc", "mjpeg"), [0, 5])


if __name__ == "__main__":
    unittest.main()
