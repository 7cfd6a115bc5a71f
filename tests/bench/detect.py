# SPDX-License-Identifier: GPL-3.0-or-later
"""usage: ./dev bench detect [options]

Plays the labelled corpus (fixtures/corpus: real footage where it is present
and drawn scenes, spoilt as it happens) through `camwarden probe FILE --json`,
and ffmpeg's freezedetect and blackdetect over the same files, at their
defaults and at the best thresholds that a sweep finds. Prints per cause:
recall, precision, delay, false alarms, CPU per feed-hour.

  --cause NAMES   only these (commas): causes, or beginnings of a clip's name
                  such as frozen-osd, looped-coded, live/ptz-tour, first-day
  --live          with --cause: all hard negatives too
  --no-long       without the live clips of three quarters of an hour
  --share N       one clip of so many
  --fresh SEED    a hold-out instead of the corpus: some 80 small clips drawn by
                  lot (5.5 h), other with each seed; never tune on one
  --part          the part that runs with the tests: at most 2 feed-hours
  --kept          only clips that were made before
  --wrong         one line for each clip that was not right
  --all           one line for each clip
  --no-ffmpeg     camwarden alone
  --json FILE     the figures: `camwarden`, `ffmpeg` and `ffmpeg_best` each hold
                  one object per cause (recall, precision, delay_p50_s,
                  delay_p95_s) and `negatives` (feed_hours, false_alarms); all
                  else is under `more`
  --check         exit 1 unless the bars are met: those of docs/detection.md;
                  with --part no false alarm and at most two faults missed
  --bin DIR       camwarden's programs (build/bin); no ./dev is needed then:
                  python3 tests/bench/bench.py detect --bin DIR --cause moved
  --clips DIR     real footage (../shared/clips)
  --cache DIR     clips are made once and kept here (camwarden-corpus in the
                  temporary folder); beside each stands its truth
  --jobs N        clips at once (2)

A clip counts as found when its cause leads the verdict within the limit:
3 samples for an exact freeze; 2 periods and 5 minutes for a loop; a minute
for black, white, no-signal, covered; else 5 minutes. Late, let go again
during the fault, or never judged is missed. Any bad word about live time is
a false alarm; a bad word during another fault is a false call of its cause.

example: ./dev bench detect --cause covered,blurred --wrong
"""
import argparse
import concurrent.futures
import json
import os
import subprocess
import sys
import tempfile

import detect_ffmpeg
import detect_score as score
import world

sys.path.insert(0, os.path.join(world.ROOT, "fixtures", "corpus"))
import corpus  # noqa: E402
import fresh  # noqa: E402
import film  # noqa: E402

CPU_EVERY = 9  # of so many clips ffmpeg's defaults run alone, for their CPU
PART_HOURS = 2.0
PART_LONGEST_S = 600
PART_RECALL = 0.85  # of all faults in the part together: two of its 15 may be missed
FFMPEG_CAUSES = ("frozen", "black")
BARS = {"black": 0.98, "white": 0.98, "no-signal": 0.98, "covered": 0.98, "frozen/exact": 0.98,
        "frozen/constant-rate": 0.95, "frozen/x265": 0.95, "frozen/under-clock": 0.95,
        "frozen/under-logo": 0.95, "frozen/recorder": 0.95, "blurred": 0.95, "moved": 0.95,
        "corrupt": 0.95, "colour-cast": 0.95, "looped/as-coded": 0.95,
        "looped/encoded-anew": 0.95}


def say(text):
    print(f"bench: {text}", file=sys.stderr, flush=True)


# ---- which clips ----

def part(clips):
    """Of each group the cheapest clip and the cheapest with another encoder,
    of live feeds one of each kind, while they stay within two feed-hours."""
    chosen, hours, firsts = [], 0.0, {}

    def take(c):
        nonlocal hours
        if hours + c.seconds / 3600 <= PART_HOURS:
            chosen.append(c)
            hours += c.seconds / 3600
            return True
        return False
    clips = sorted((c for c in clips if c.seconds <= PART_LONGEST_S), key=lambda c: (
        corpus.labour(c) * (6 if c.facts["encoder"] == "mjpeg" else 1)))
    for c in clips:
        if c.group not in firsts and take(c):
            firsts[c.group] = c.facts["encoder"].partition("-")
    for c in clips:
        first = firsts.get(c.group)
        if c.truth and first and first[0] and c.facts["encoder"].partition("-") != first and take(c):
            firsts[c.group] = ("", "", "")
    return chosen


def choose(args):
    clips = corpus.all_clips() if args.fresh is None else fresh.all_clips(args.fresh)
    if args.no_long:
        clips = [c for c in clips if c.truth or c.seconds < corpus.LONG_S]
    if args.part:
        clips = part(clips)
    if args.cause:
        names = tuple(args.cause.split(","))
        clips = [c for c in clips if c.cause in names and not c.group.startswith("first-day")
                 or c.name.startswith(names) or args.live and not c.truth]
    if args.kept:
        place = film.Place(args.clips, args.bin, args.cache)
        clips = [c for c in clips if os.path.exists(c.path(place))]
    return clips[::args.share]


# ---- camwarden ----

def probe(program, path, more=()):
    """(calls, CPU seconds of all its processes, seconds of the file, lines)"""
    p = subprocess.Popen(["nice", "-n", "5", program, "probe", path, "--json", *more],
                         stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                         stderr=subprocess.PIPE)
    errors = concurrent.futures.ThreadPoolExecutor(1).submit(p.stderr.read)
    lines = [json.loads(x) for x in p.stdout.read().splitlines() if x.startswith(b"{")]
    _, status, usage = os.wait4(p.pid, 0)
    p.returncode = os.waitstatus_to_exitcode(status)
    if not lines or "summary" not in lines[-1]:
        raise world.Failed(f"probe {path}: exit {p.returncode}, no summary: "
                           f"{errors.result().decode(errors='replace')[-500:]}")
    seconds = lines[-1]["summary"].get("seconds") or 0.0
    calls = [x for x in lines if "state" in x]
    for k, c in enumerate(calls):
        c["until"] = calls[k + 1]["t"] if k + 1 < len(calls) else max(seconds, c["t"])
    return calls, usage.ru_utime + usage.ru_stime, seconds


class Found:
    """Of one clip: camwarden's outcome, and what the filters found."""

    def __init__(self, clip, outcome, found, default_cpu):
        self.clip, self.outcome, self.found, self.default_cpu = clip, outcome, found, default_cpu
        self.label = clip.label()

    def filters(self, freeze, black):
        return score.Outcome(self.label, detect_ffmpeg.calls(self.found, freeze, black))


def examine(args, place, number, clip):
    path = clip.make(place)
    calls, cpu, _ = probe(args.program, path)
    outcome = score.Outcome(clip.label(), calls, None, cpu)
    found, default_cpu = None, None
    if not args.no_ffmpeg:
        found = detect_ffmpeg.sweep(path, clip.seconds)
        if number % CPU_EVERY == 0:
            default_cpu = detect_ffmpeg.default_cpu(path)
    return Found(clip, outcome, found, default_cpu)


def show(found, only_wrong):
    o = found.outcome
    if only_wrong and o.right():
        return
    calls = " ".join(f"{c['t']:.0f}:{'up' if c['state'] == 'up' else c['cause']}" for c in o.calls)
    mark = f"@{o.truth['from']:.0f}" if o.truth else ""
    print(f"{o.words():20} {found.clip.name}{mark} [{calls}]", flush=True)
    for c in (o.alarms + o.wrong)[:2]:
        print(f"{'':20}   {c['t']:.0f} {c['cause']} {c['confidence']} "
              f"{json.dumps(c['evidence'])[:700]}", flush=True)


def run(args):
    place = film.Place(args.clips, args.bin, args.cache)
    clips, done, left_out = choose(args), [], []
    say(f"{len(clips)} clips, {sum(c.seconds for c in clips) / 3600:.1f} feed-hours")
    with concurrent.futures.ThreadPoolExecutor(args.jobs) as pool:
        jobs = [(c, pool.submit(examine, args, place, k, c)) for k, c in enumerate(clips)]
        for k, (clip, job) in enumerate(jobs):
            try:
                done.append(job.result())
            except (film.Missing, RuntimeError) as error:
                left_out.append((clip, str(error)))
                continue
            if args.wrong or args.all:
                show(done[-1], not args.all)
            elif (k + 1) % 50 == 0:
                say(f"{k + 1} of {len(clips)}")
    if left_out:
        say(f"{len(left_out)} clips were left out; the first, {left_out[0][0].name}: "
            f"{left_out[0][1]}")
    if not done:
        raise world.Failed("no clip could be examined")
    return done


# ---- ffmpeg's filters ----

def best_filters(done):
    """The thresholds with the fewest mistakes, for each filter alone."""
    def count(freeze, black, cause):
        return score.errors([f.filters(freeze, black) for f in done], (cause,))
    freezes = [(n, d) for n in detect_ffmpeg.FREEZE for d in detect_ffmpeg.FREEZE_S]
    blacks = [(b, d) for b in detect_ffmpeg.BLACK for d in detect_ffmpeg.BLACK_S]
    return (min(freezes, key=lambda f: count(f, blacks[0], "frozen")),
            min(blacks, key=lambda b: count(freezes[0], b, "black")))


def filters(done):
    best_freeze, best_black = best_filters(done)
    out = {}
    for name, freeze, black in (
            ("ffmpeg", detect_ffmpeg.DEFAULT_FREEZE, detect_ffmpeg.DEFAULT_BLACK),
            ("ffmpeg_best", best_freeze, best_black)):
        outcomes = [f.filters(freeze, black) for f in done]
        out[name] = score.score(outcomes, FFMPEG_CAUSES)
        out[name]["thresholds"] = {"freezedetect": {"n": freeze[0], "d": freeze[1]},
                                   "blackdetect": {"pix_th": black[0][0], "pic_th": black[0][1],
                                                   "d": black[1]}}
        out[name]["errors"] = score.errors(outcomes, FFMPEG_CAUSES)
        timed = [f for f in done if f.default_cpu is not None]
        hours = sum(f.clip.seconds for f in timed) / 3600
        out[name]["cpu_s_per_feed_hour"] = score.round3(sum(f.default_cpu for f in timed) / hours)
    return out


# ---- the figures for --json ----

SHORT = ("recall", "precision", "delay_p50_s", "delay_p95_s")


def fewer(mine, other):
    """How many times fewer mistakes; None: there were none."""
    return round(other / mine, 1) if mine else None


def plain(report):
    """The report as --json writes it."""
    out, more = {}, {}
    for name, figures in report.items():
        out[name] = {cause: {k: figures[cause][k] for k in SHORT}
                     for cause in score.CAUSES if cause in figures}
        out[name]["negatives"] = {k: figures["negatives"][k]
                                  for k in ("feed_hours", "false_alarms")}
        more[name] = figures
    if "ffmpeg_best" in report:
        more["times_fewer_errors"] = fewer(report["camwarden"]["errors"],
                                           report["ffmpeg_best"]["errors"])
    return {**out, "more": more}


# ---- the table ----

def percent(v):
    return "-" if v is None else f"{100 * v:.1f}"


def seconds(v):
    return "-" if v is None else f"{v:.1f}"


def rows(title, figures, order):
    print(f"\n{title:24} {'clips':>5} {'hours':>6} {'recall %':>8} {'at all %':>8} "
          f"{'precis. %':>9} {'p50 s':>7} {'p95 s':>7} {'max s':>7}")
    for name in order:
        r = figures.get(name)
        if r:
            print(f"{name:24} {r['clips']:5} {r['hours']:6.2f} {percent(r['recall']):>8} "
                  f"{percent(r['called_at_all']):>8} "
                  f"{percent(r['precision']) if '/' not in name else '':>9} "
                  f"{seconds(r['delay_p50_s']):>7} {seconds(r['delay_p95_s']):>7} "
                  f"{seconds(r['delay_max_s']):>7}")


def live(name, figures):
    n = figures["negatives"]
    # a filter never says that a picture is well
    unjudged = f", {n['not_judged']} not judged" if name == "camwarden" else ""
    print(f"{name:12} hard negatives: {n['clips']} clips, {n['feed_hours']:.1f} feed-hours, "
          f"{n['false_alarms']} false alarms{unjudged}; live lead-ins: "
          f"{n['lead_in_hours']:.1f} h, {n['lead_in_false_alarms']} false alarms; "
          f"{figures['cpu_s_per_feed_hour'] or 0:.1f} s of CPU a feed-hour")


def table(report):
    mine = report["camwarden"]
    rows("camwarden", mine, score.CAUSES)
    rows("by kind", mine["groups"], [g for g in sorted(mine["groups"]) if "/" in g])
    for name in ("ffmpeg", "ffmpeg_best"):
        if name in report:
            rows(name, report[name], FFMPEG_CAUSES)
            print(f"{'':24} thresholds {json.dumps(report[name]['thresholds'])}")
    print()
    for name, figures in report.items():
        if isinstance(figures, dict) and "negatives" in figures:
            live(name, figures)
    day = mine["first_day"]
    print(f"camwarden    spoilt from the first second: {day['clips']} clips, {day['called']} "
          f"called, {day['false_up']} ever up; wrong cause {mine['wrong_cause']}, not cleared "
          f"{mine['not_cleared']}")
    if "ffmpeg_best" in report:
        best = report["ffmpeg_best"]["errors"]
        times = fewer(mine["errors"], best)
        print(f"clips with a mistake about frozen or black: camwarden {mine['errors']}, ffmpeg "
              f"{report['ffmpeg']['errors']}, best thresholds {best}"
              + (f": {times} times fewer" if times is not None else ""))


def bars(report):
    """What is not met, in words."""
    mine, out = report["camwarden"], []
    for name, least in BARS.items():
        r = mine["groups"].get(name)
        if r and r["recall"] < least:
            out.append(f"recall of {name} {r['recall']} < {least}")
    n = mine["negatives"]
    if n["false_alarms"] + n["lead_in_false_alarms"]:
        out.append(f"{n['false_alarms']} + {n['lead_in_false_alarms']} false alarms")
    if mine["first_day"]["false_up"]:
        out.append(f"{mine['first_day']['false_up']} feeds spoilt from the first second were up")
    if "ffmpeg_best" in report and report["ffmpeg_best"]["errors"] < 3 * mine["errors"]:
        out.append("not three times fewer mistakes than ffmpeg's filters")
    return out


def part_bars(report):
    mine = report["camwarden"]
    rows_of = list(mine["groups"].values())
    clips = sum(r["clips"] for r in rows_of)
    recall = sum(r["clips"] * r["recall"] for r in rows_of) / clips if clips else 0
    n, out = mine["negatives"], []
    if recall < PART_RECALL:
        out.append(f"recall {recall:.3f} of {clips} faults < {PART_RECALL}")
    if n["false_alarms"] + n["lead_in_false_alarms"]:
        out.append(f"{n['false_alarms']} + {n['lead_in_false_alarms']} false alarms")
    if mine["first_day"]["false_up"]:
        out.append(f"{mine['first_day']['false_up']} feeds spoilt from the first second were up")
    return out


def options(rest):
    p = argparse.ArgumentParser(prog="./dev bench detect", add_help=False)
    p.add_argument("--cause", default="")
    for flag in ("live", "no-long", "part", "wrong", "all", "no-ffmpeg", "check", "kept"):
        p.add_argument("--" + flag, action="store_true")
    p.add_argument("--share", type=int, default=1)
    p.add_argument("--fresh", type=int)
    p.add_argument("--json")
    p.add_argument("--bin", default=world.BIN)
    p.add_argument("--clips", default=os.path.join(world.ROOT, "..", "shared", "clips"))
    p.add_argument("--cache", default=os.path.join(tempfile.gettempdir(), "camwarden-corpus"))
    p.add_argument("--jobs", type=int, default=2)
    return p.parse_args(rest)


def main(rest):
    if rest and rest[0] in ("--help", "-h"):
        print(__doc__.strip())
        return 0
    args = options(rest)
    args.program = os.path.join(args.bin, "camwarden")
    try:
        done = run(args)
    except (world.Failed, RuntimeError) as error:
        say(str(error))
        return 2
    outcomes = [f.outcome for f in done]
    report = {"camwarden": score.score(outcomes)}
    report["camwarden"]["errors"] = score.errors(outcomes, FFMPEG_CAUSES)
    if not args.no_ffmpeg:
        report.update(filters(done))
    table(report)
    if args.json:
        with open(args.json, "w", encoding="ascii") as f:
            json.dump(plain(report), f, indent=1)
    missed = part_bars(report) if args.part else bars(report)
    for text in missed:
        print(f"bar not met: {text}")
    return 1 if args.check and missed else 0
