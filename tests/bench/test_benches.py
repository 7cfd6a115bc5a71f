#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a soak is held to (soak_judge), what a profile counts, how peers looks
for the most that holds, and that a plot is a picture: all without running
anything."""
import os
import socket
import sys
import time
import unittest
import xml.etree.ElementTree

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import cost  # noqa: E402
import peers  # noqa: E402
import plot  # noqa: E402
import profiling  # noqa: E402
import soak_judge  # noqa: E402
from world import DEGRADED, DOWN, UNKNOWN  # noqa: E402


def samples(hours=2, kib_per_hour=0.0, lag_ms=5.0, fds_per_hour=0.0, killed_at=None):
    """One every 10 s; memory climbs to 100 MiB in the first ten minutes."""
    out = []
    for t in range(0, int(hours * 3600), 10):
        kib = min(t / 600, 1) * 102400 + kib_per_hour * t / 3600
        if killed_at and killed_at <= t < killed_at + 60:
            kib /= 2
        out.append({"t": t, "lag_ms": lag_ms, "db_bytes": 1e6 + t * 1000, "roles": {
            "monitor": {"pss_kib": kib / 2, "fds": 50 + fds_per_hour * t / 3600, "threads": 2, "processes": 1},
            "stream": {"pss_kib": kib / 2, "fds": 1000, "threads": 2, "processes": 2}}})
    return out


class Judged(unittest.TestCase):
    def test_flat_passes(self):
        self.assertIs(soak_judge.judge(samples(), 0, 0)["passed"], True)

    def test_a_kill_is_no_slope(self):
        f = soak_judge.judge(samples(killed_at=4000), 0, 0)
        self.assertIs(f["passed"], True)
        self.assertLess(abs(f["pss_mb_per_hour"]), 0.01)

    def test_what_grows_fails(self):
        for words, name in (({"kib_per_hour": 1100}, "pss_mb_per_hour"), ({"fds_per_hour": 6}, "fds_per_hour"),
                            ({"lag_ms": 51}, "lag_p99_ms")):
            f = soak_judge.judge(samples(**words), 0, 0)
            self.assertEqual((f["passed"], f["failed"]), (False, [name]))

    def test_wrong_words_fail(self):
        self.assertEqual(soak_judge.judge(samples(), 1, 0)["failed"], ["false_verdicts"])
        self.assertEqual(soak_judge.judge(samples(), 0, 1)["failed"], ["left_bad"])

    def test_too_short_says_nothing(self):
        f = soak_judge.judge(samples(hours=0.2, kib_per_hour=9000), 0, 0)
        self.assertIsNone(f["passed"])
        self.assertEqual(soak_judge.judge(samples(hours=0.2), 2, 0)["failed"], ["false_verdicts"])

    def test_slope(self):
        self.assertEqual(soak_judge.slope([]), 0)
        self.assertEqual(soak_judge.slope([(1, 5)]), 0)
        self.assertAlmostEqual(soak_judge.slope([(x, 3 * x + (50 if x == 7 else 0)) for x in range(2000)]), 3)


class Blamed(unittest.TestCase):
    touched = {7: [(100, 160)]}

    def test_only_who_was_left_alone_is_wronged(self):
        bad = (DEGRADED, DOWN)
        verdicts = [(7, 99, DOWN, "stalled"), (7, 110, DOWN, "refused"), (7, 160 + soak_judge.SETTLE_S + 1, DEGRADED, "low-fps"),
                    (8, 130, DOWN, "frozen"), (9, 130, UNKNOWN, "probe-lost")]
        found = soak_judge.false_verdicts(verdicts, self.touched, bad)
        self.assertEqual([(c, at) for c, at, *_ in found], [(7, 99), (7, 160 + soak_judge.SETTLE_S + 1), (8, 130)])

    def test_uncalled(self):
        faults = [("closed", 1, 10, 40), ("closed", 2, 10, 40), ("frozen", 3, 10, 140), ("removed", 4, 0, 30)]
        verdicts = [(1, 10.4, DOWN, "refused"), (2, 60, DOWN, "refused"), (3, 50, UNKNOWN, "not-sampled")]
        self.assertEqual(soak_judge.uncalled(faults, verdicts, DOWN), {"closed": (2, 1), "frozen": (1, 1)})


class Scripted(unittest.TestCase):
    def test_a_seed_is_a_script(self):
        one, same, other = (soak_judge.script(seed, 1000, 7200) for seed in (1, 1, 2))
        self.assertEqual(one, same)
        self.assertNotEqual(one, other)

    def test_nobody_twice_and_quiet_in_the_end(self):
        todo = soak_judge.script(3, 1000, 7200)
        cameras = [x[3] for x in todo if x[1] == "fault"]
        self.assertGreater(len(cameras), 800)
        self.assertEqual(len(set(cameras[:1000])), len(cameras[:1000]))
        self.assertLess(max(at for at, *_ in todo), 7200 - soak_judge.SETTLE_S)
        self.assertEqual({x[1] for x in todo}, {"fault", "kill", "browser", "import"})


class Drawn(unittest.TestCase):
    def test_ticks(self):
        self.assertEqual(plot.ticks(0), [0, 1])
        for most in (0.003, 0.9, 1, 7, 98, 3700, 10000):
            found = plot.ticks(most)
            self.assertGreaterEqual(found[-1], most * (1 - 1e-9))
            self.assertLess(found[-2], most)
            self.assertLessEqual(len(found), 7)

    def test_a_picture(self):
        text = plot.svg(soak_judge.panels(samples(hours=0.5)))
        root = xml.etree.ElementTree.fromstring(text)
        self.assertTrue(root.tag.endswith("svg"))
        self.assertIn("prefers-color-scheme:dark", text)
        empty = plot.svg([{"title": "<&>", "x": "x", "y": "y", "lines": [("none", [])]}])
        xml.etree.ElementTree.fromstring(empty)


class Searched(unittest.TestCase):
    def most(self, holds):
        """What is found where `holds` feeds hold and more don't, and what was tried."""
        tried = []

        class Fake(peers.Peers):
            def __init__(self):
                self.windows, self.found = {"ffmpeg": [{"cpu": 0.01, "pss": 1, "farm_cpu": 0.002}]}, {}

            def try_window(self, name, feeds):
                tried.append(feeds)
                return {"why": [] if feeds <= holds else ["late"]}
        p = Fake()
        p.most("ffmpeg")
        return p.found["ffmpeg"], tried

    def test_between_two_neighbours(self):
        guess = int(0.9 * (os.cpu_count() or 1) / 0.012)
        for holds in (guess // 2, guess - 1, guess, guess + 5, guess * 3 // 2):
            found, tried = self.most(holds)
            self.assertLessEqual(found["holds"], holds)
            self.assertGreater(found["fails"], holds)
            self.assertLess(found["fails"] / found["holds"], 1.2)
            self.assertLessEqual(len(tried), 6)

    def test_nothing_holds(self):
        self.assertEqual(self.most(0)[0]["holds"], 0)

    def test_the_kernels_words(self):
        with open("/proc/net/tcp", encoding="ascii") as f:
            f.readline()
        self.assertEqual(peers.unread(254), (0, 0))  # nobody is on 127.254.x.y
        with socket.socket() as a:
            a.bind(("127.253.0.1", 0))
            a.listen()
            with socket.create_connection(a.getsockname()) as b, a.accept()[0] as c:
                c.sendall(b"x" * 1000)
                end = time.monotonic() + 5
                while peers.unread(253) != (1000, 1) and time.monotonic() < end:
                    time.sleep(0.01)
                self.assertEqual(peers.unread(253), (1000, 1))
                self.assertEqual(len(b.recv(1000)), 1000)


class Fitted(unittest.TestCase):
    def test_a_constant_and_each(self):
        runs = [{"feeds": n, "fps": 15, "pss_kib_per_feed": (20480 + 80 * n) / n, "cpu_cores": 0.01 + n * 1e-4}
                for n in (500, 1000, 4000)]
        self.assertEqual(cost.fit(runs, 15), "memory: 20 MiB and 80.0 KiB a feed")
        self.assertEqual(cost.fit(runs, 15, "cpu_cores"), "CPU: 0.010 cores and 0.100 a thousand feeds")
        self.assertIsNone(cost.fit(runs[:1], 15))


class Profiled(unittest.TestCase):
    def test_counted(self):
        text = "\n".join(["  12  ffff8000 tcp_ack ([kernel.kallsyms])", " 12 5581 h264_packet+0x10 (/opt/camwarden-stream)",
                          " 13 7f11 [unknown] (/lib/libavcodec.so.59)", " 13 7f12 [unknown] (/lib/libavcodec.so.59)"])
        found = profiling.counted(profiling.Profile.without_addresses(text), {12: "stream", 13: "picture"})
        self.assertEqual(dict(found["stream"]), {("tcp_ack", "kernel"): 1, ("h264_packet", "camwarden-stream"): 1})
        self.assertEqual(dict(found["picture"]), {("libavcodec.so.59", ""): 2})


if __name__ == "__main__":
    unittest.main()
