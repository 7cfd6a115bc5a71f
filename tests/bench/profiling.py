# SPDX-License-Identifier: GPL-3.0-or-later
"""usage: ./dev bench profile [options]

Where camwarden's time goes: camfarm and camwarden as in ./dev bench scale, and
once feeds are known, perf's samples by the CPU clock (which needs no counters
of the processor), per process and function, kernel included.

  --feeds N     (3700)
  --fps F       pictures a second (15)
  --fixed       each feed every 10 s, not adaptively
  --settle S    before it (150; with --fixed 15)
  --seconds S   of the samples (60)
  --top N       functions of each process that are named (12)
  --json FILE   the figures by name
  --keep        keep logs and samples

A share is of all of camwarden's time. Functions of a library without symbols
stand as the library.

example: ./dev bench profile --feeds 500 --seconds 20
"""
import collections
import json
import os
import subprocess
import time

import frame
import scale
import world
from world import Failed, Usage, World

HERTZ = 499


def say(text):
    print(f"bench: {text}", flush=True)


def counted(text, roles):
    """role -> function -> samples, of perf script's lines "pid  name (dso)"."""
    out = collections.defaultdict(collections.Counter)
    for line in text.splitlines():
        pid, _, rest = line.strip().partition(" ")
        name, _, dso = rest.strip().rpartition(" (")
        dso = os.path.basename(dso.rstrip(")"))
        if dso.startswith("[kernel") or dso.endswith(".ko"):
            dso = "kernel"
        if not name or name == "[unknown]":
            name, dso = dso, ""
        out[roles.get(int(pid), "other")][(name.partition("+")[0], dso)] += 1
    return out


class Profile:
    def __init__(self, args, w):
        self.args, self.world = args, w
        self.samples, self.cpu = {}, {}

    def run(self):
        a = self.args
        s = scale.Scale(scale.arguments(["--feeds", str(a.feeds), "--fps", str(a.fps)]), self.world)
        s.make_material()
        farm = s.farm(a.feeds)
        monitor = self.world.add(world.Monitor(self.world.folder(), s.settings(not a.fixed)))
        monitor.load(farm.inventory)
        try:
            monitor.wait_status("every feed up", lambda t: t["states"]["up"] >= a.feeds, 120 + a.feeds / 15)
        except Failed:
            say(f"not all are up: {json.dumps(monitor.status()['states'])}")
        say(f"sampling in {a.settle} s for {a.seconds} s")
        time.sleep(a.settle)
        pids = world.tree(monitor.pid)
        roles = {p: world.role(p, monitor.pid) for p in pids}
        path = os.path.join(self.world.folder(), "perf.data")
        usage = Usage(monitor.pid)
        farm.ask("stats-reset")
        subprocess.run(["perf", "record", "-q", "-e", "cpu-clock", "-F", str(HERTZ), "-o", path, "-p",
                        ",".join(map(str, pids)), "--", "sleep", str(a.seconds)], check=True)
        self.cpu, self.late_ms = usage.end()["cpu"], farm.stats()["late_p99_ms"]
        text = subprocess.run(["perf", "script", "-i", path, "-F", "pid,ip,sym,dso", "--no-demangle"], check=True,
                              capture_output=True, text=True).stdout
        self.samples = counted(self.without_addresses(text), roles)

    @staticmethod
    def without_addresses(text):
        """pid name (dso) out of "pid  address name (dso)"."""
        return "\n".join(f"{w[0]} {w[2]}" for w in (line.split(None, 2) for line in text.splitlines()) if len(w) == 3)

    def figures(self):
        total = sum(sum(c.values()) for c in self.samples.values()) or 1
        out = {"feeds": self.args.feeds, "fps": self.args.fps, "cpu_cores": round(sum(self.cpu.values()), 4),
               "farm_late_p99_ms": round(self.late_ms, 2), "roles": {}}
        for role, functions in sorted(self.samples.items(), key=lambda kv: -sum(kv[1].values())):
            out["roles"][role] = {
                "cpu_cores": round(self.cpu.get(role, 0), 4), "share": round(sum(functions.values()) / total, 4),
                "kernel": round(sum(n for (_, dso), n in functions.items() if dso == "kernel") / total, 4),
                "functions": [{"name": name, "in": dso, "share": round(n / total, 4)}
                              for (name, dso), n in functions.most_common(self.args.top)]}
        return out


def table(f):
    print(f"\n{f['feeds']} feeds at {f['fps']} fps: {f['cpu_cores']:.3f} cores; simulator late by "
          f"{f['farm_late_p99_ms']:.1f} ms (p99)\n")
    print("| process | function | in | share |\n| --- | --- | --- | --- |")
    for role, r in f["roles"].items():
        if r["share"] < 0.002:
            continue
        print(f"| **{role}** | {r['cpu_cores']:.3f} cores | kernel {100 * r['kernel']:.1f} % | "
              f"**{100 * r['share']:.1f} %** |")
        for x in r["functions"]:
            if x["share"] >= 0.001:
                print(f"| | `{x['name']}` | {x['in']} | {100 * x['share']:.1f} % |")


def arguments(rest):
    p = frame.options()
    p.add_argument("--feeds", type=int, default=3700)
    p.add_argument("--fps", type=int, default=15)
    p.add_argument("--fixed", action="store_true")
    p.add_argument("--settle", type=int)
    p.add_argument("--seconds", type=int, default=60)
    p.add_argument("--top", type=int, default=12)
    args = frame.parse(p, __doc__, rest)
    if args.settle is None:
        args.settle = 15 if args.fixed else 150
    return args


def main(rest):
    args = arguments(rest)
    with World(args.keep) as w:
        profile = Profile(args, w)
        if not frame.ran(w, profile.run, say):
            return 1
        f = profile.figures()
        table(f)
        frame.write(args.json, f)
    return 0
