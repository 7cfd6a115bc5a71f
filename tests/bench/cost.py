# SPDX-License-Identifier: GPL-3.0-or-later
"""usage: ./dev bench cost [options]

What camwarden costs against the number of feeds: ./dev bench scale's adaptive
run (with its cameras that close, fall silent and freeze) at each number, as a
table and a plot. N@F takes N feeds of F pictures a second instead of 15: the
simulator can't send more than about 55,000 a second from the same two cores.

  --feeds LIST   N or N@F, by commas
                 (500,1000,2000,3700,5000@10,7200@7,10000@5)
  --seconds S    of each measured window (60)
  --settle S     before it, until feeds are known (200)
  --plot FILE    the plot as SVG
  --from FILE    table and plot of the figures that --json kept; nothing is run
  --json FILE    the figures by name, and those of each number in "runs"
  --keep         keep logs and databases

example: ./dev bench cost --feeds 100,200,400 --seconds 20 --plot /tmp/cost.svg
"""
import json

import frame
import plot
import scale
from world import World

FEEDS = "500,1000,2000,3700,5000@10,7200@7,10000@5"
FPS = 15
ROLES = ("picture", "stream", "monitor")


def say(text):
    print(f"bench: {text}", flush=True)


def number(text):
    feeds, _, fps = text.partition("@")
    return int(feeds), int(fps or FPS)


def scale_of(feeds, fps, args):
    return scale.arguments(["--feeds", str(feeds), "--fps", str(fps), "--seconds", str(args.seconds), "--settle",
                            str(args.settle), "--only", "adaptive"])


class Cost:
    def __init__(self, args, w):
        self.args, self.world = args, w
        self.films = {}  # fps -> the Scale that made them
        self.runs = []

    def run(self):
        # one set of films for all numbers of a rate: those of the greatest
        for feeds, fps in sorted(self.args.feeds):
            self.films[fps] = scale.Scale(scale_of(feeds, fps, self.args), self.world)
        for s in self.films.values():
            s.make_material()
        for i, (feeds, fps) in enumerate(self.args.feeds):
            say(f"{feeds} feeds at {fps} fps")
            self.runs.append(self.one(feeds, fps, i))

    def one(self, feeds, fps, i):
        s = scale.Scale(scale_of(feeds, fps, self.args), self.world)
        s.material, s.length, s.net = self.films[fps].material, self.films[fps].length, 10 * (i + 1)
        r = s.results["adaptive"] = s.run_camwarden(feeds, True, self.args.seconds)
        out = s.json()
        roles = set(r["use"]["cpu"]) | set(r["use"]["pss"])
        for what in ("cpu", "pss"):
            used = r["use"][what]
            for role in ROLES:
                out[f"{what}_{role}"] = round(used.get(role, 0), 6)
            out[f"{what}_others"] = round(sum(used.get(role, 0) for role in roles - set(ROLES)), 6)
        out["farm_cpu_cores"] = round(r["farm_use"]["cpu_total"], 6)
        out["notes"] = s.notes + s.invalid()
        out["valid"] = not s.invalid()
        for line in out["notes"]:
            say(f"  note: {line}")
        return out


COLUMNS = (("feeds", "feeds", "{:.0f}"), ("fps", "fps", "{:.0f}"), ("cores", "cpu_cores", "{:.3f}"),
           ("picture", "cpu_picture", "{:.3f}"), ("stream", "cpu_stream", "{:.3f}"),
           ("monitor", "cpu_monitor", "{:.3f}"), ("others", "cpu_others", "{:.3f}"),
           ("KiB a feed", "pss_kib_per_feed", "{:.1f}"), ("samples/s", "samples_per_s", "{:.0f}"),
           ("storm s", "storm_s", "{:.1f}"), ("all up s", "learned_s", "{:.0f}"),
           ("lag p99 ms", "loop_lag_p99_ms", "{:.1f}"), ("closed p99 s", "closed_p99_s", "{:.2f}"),
           ("false", "false_verdicts", "{:.0f}"), ("simulator", "farm_cpu_cores", "{:.3f}"))


def cell(run, key, form):
    return form.format(run[key]) if run.get(key) is not None else "-"


def table(runs):
    print("\n| " + " | ".join(c[0] for c in COLUMNS) + " |")
    print("| " + " | ".join("---" for _ in COLUMNS) + " |")
    for r in runs:
        print("| " + " | ".join(cell(r, key, form) for _, key, form in COLUMNS) + " |" +
              ("" if r["valid"] else " invalid"))
    for line in (fit(runs, FPS), fit(runs, FPS, "cpu_cores")):
        if line:
            print(line)


def fit(runs, fps, what="pss"):
    """A constant and what each feed adds, by least squares, in words."""
    points = [(r["feeds"], r["pss_kib_per_feed"] * r["feeds"] if what == "pss" else r[what])
              for r in runs if r["fps"] == fps]
    if len({x for x, _ in points}) < 2:
        return None
    n = len(points)
    mx, my = sum(x for x, _ in points) / n, sum(y for _, y in points) / n
    each = sum((x - mx) * (y - my) for x, y in points) / sum((x - mx) ** 2 for x, _ in points)
    base = my - each * mx
    if what == "pss":
        return f"memory: {base / 1024:.0f} MiB and {each:.1f} KiB a feed"
    return f"CPU: {base:.3f} cores and {each * 1000:.3f} a thousand feeds"


def panels(runs):
    steady = [r for r in runs if r["fps"] == FPS]
    odd = [r for r in runs if r["fps"] != FPS]

    def lines(keys):
        out = [(name, [(r["feeds"], r[key]) for r in steady]) for name, key in keys]
        if odd:
            rates = ", ".join(str(r["fps"]) for r in odd)
            out.append((f"all, at {rates} fps", [(r["feeds"], r[keys[0][1]]) for r in odd], "dots"))
        return out
    return [
        {"title": "CPU against feeds", "x": "feeds", "y": f"cores, {FPS} fps, adaptive sampling",
         "lines": lines([("all", "cpu_cores")] + [(r, f"cpu_{r}") for r in ROLES])},
        {"title": "Memory against feeds", "x": "feeds", "y": "KiB a feed (PSS of all processes)",
         "lines": lines([("all", "pss_kib_per_feed")])}]


def arguments(rest):
    p = frame.options()
    p.add_argument("--feeds", type=lambda t: [number(n) for n in t.split(",")], default=[number(n) for n in FEEDS.split(",")])
    p.add_argument("--seconds", type=int, default=60)
    p.add_argument("--settle", type=int, default=200)
    p.add_argument("--plot")
    p.add_argument("--from", dest="kept")
    args = frame.parse(p, __doc__, rest)
    return args


def main(rest):
    args = arguments(rest)
    runs, failed = [], False
    if args.kept:
        with open(args.kept, encoding="utf-8") as f:
            runs = json.load(f)["runs"]
    else:
        with World(args.keep) as w:
            cost = Cost(args, w)
            failed = not frame.ran(w, cost.run, say)
            runs = cost.runs
    if runs:
        table(runs)
        if args.plot:
            plot.write(args.plot, panels(runs))
    if args.json:
        by_name = {f"{key}_{r['feeds']}": r[key] for r in runs for key in ("cpu_cores", "pss_kib_per_feed")}
        frame.write(args.json, {**by_name, "valid": all(r["valid"] for r in runs) and not failed, "runs": runs})
    return 1 if failed or not all(r["valid"] for r in runs) else 0
