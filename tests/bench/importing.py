# SPDX-License-Identifier: GPL-3.0-or-later
"""usage: ./dev bench import [options]

A list as customers have it (semicolons, Latin-1, Spanish headings, columns
that nobody knows, passwords in a file of their own) of cameras that camfarm
serves on loopback: how long it takes the running monitor to say what would
change, to do it, to do it again (nothing changes), and then to have a first
verdict of each feed. Then the same of a list in which each row changes.

  --feeds N    rows (10000)
  --fps F      pictures a second (2)
  --wait S     for the first verdicts, at most (900)
  --no-watch   only the list: no camera is served
  --json FILE  the figures by name: rows, dry_run_s, apply_s, again_s, change_s,
               first_verdict_all_s, up, degraded (films are shared: another's
               duplicate), down, lag_max_us
  --keep       keep logs and the database

example: ./dev bench import --feeds 1000 --json import.json
"""
import json
import os
import subprocess
import time

import frame
import world
from world import Failed, Farm, Monitor, World

FILM_S = 120  # it repeats itself: nothing is judged for longer
SETTINGS = "connect:\n  loopback_only: true\nlog_level: warning\n"


def say(text):
    print(f"bench: {text}", flush=True)


class Import:
    def __init__(self, args, w):
        self.args, self.world = args, w
        self.figures = {"rows": args.feeds}
        self.folder = w.folder()

    def cameras(self):
        """(name, site, url, host) of each."""
        if self.args.no_watch:
            return [(f"cam{i}", i // 50, f"rtsp://127.9.{i >> 8}.{i & 255}:9/cam{i}") for i in range(self.args.feeds)]
        streams = max(8, min(16, self.args.feeds // 300))
        material = world.make_material(f"import-{streams}-{self.args.fps}", streams, FILM_S, self.args.fps)
        self.farm = self.world.add(Farm(self.folder, material, self.args.feeds, 9, "--auth", "md5", "--allow-repeat"))
        return [(f"cam{i}", i // 50, url) for i, url in enumerate(self.farm.urls())]

    def lists(self, rows):
        """The list, its passwords, and the list with another tag in each row."""
        paths = [os.path.join(self.folder, name) for name in ("cameras.csv", "passwords.csv", "changed.csv")]
        for path, tag in ((paths[0], "obra"), (paths[2], "revisado")):
            with open(path, "w", encoding="latin-1", newline="") as f:
                f.write("N\xba de serie;C\xe1mara;Sede;RTSP URL;Etiquetas;Prioridad;Notas\r\n")
                for i, (name, site, url) in enumerate(rows):
                    f.write(f"=\"{i:06}\";{name} Ca\xf1\xf3n;Regi\xf3n {site % 20}/Sede {site};{url};{tag};media;"
                            f"\"l\xednea uno\r\nl\xednea dos\"\r\n")
        with open(paths[1], "w", encoding="utf-8") as f:
            f.write("device;user;password\n*;admin;camwarden\n")
        os.chmod(paths[1], 0o600)
        return paths

    def run(self, path, passwords, *more):
        """Seconds of one import, and its answer."""
        begin = time.monotonic()
        done = subprocess.run([world.program("camwarden"), "feeds", "import", path, "--config", self.monitor.config,
                               "--passwords", passwords, "--ignore", "N\xba de serie,Notas", "--reason", "bench", "--json",
                               *more], text=True, capture_output=True, check=False)
        took = time.monotonic() - begin
        if done.returncode != 0:
            raise Failed(f"import ended with {done.returncode}: {done.stdout[-600:]}{done.stderr[-600:]}")
        return took, json.loads(done.stdout)

    def expect(self, answer, **counts):
        for key, n in counts.items():
            if answer[key] != n:
                raise Failed(f"{key}: {answer[key]}, not {n}")

    def verdicts(self, begin):
        """Seconds until each feed has one."""
        def known(status):
            return status["states"]["unknown"] == 0 and status["feeds"] == self.args.feeds

        self.monitor.wait_status("a verdict of each feed", known, self.args.wait)
        return time.monotonic() - begin

    def measure(self):
        rows = self.cameras()
        plain, passwords, changed = self.lists(rows)
        self.monitor = self.world.add(Monitor(self.world.folder(), SETTINGS))
        f, n = self.figures, self.args.feeds
        f["dry_run_s"], answer = self.run(plain, passwords, "--dry-run")
        self.expect(answer, added=n, changed=0)
        begin = time.monotonic()
        f["apply_s"], answer = self.run(plain, passwords)
        self.expect(answer, added=n)
        if not self.args.no_watch:
            f["first_verdict_all_s"] = self.verdicts(begin)
            status = self.monitor.status()
            f.update({state: status["states"][state] for state in ("up", "degraded", "down")})
            if f["down"] > n // 20:
                raise Failed(f"{f['down']} of {n} cameras were down: this machine had no time to simulate them")
        f["again_s"], answer = self.run(plain, passwords)
        self.expect(answer, added=0, changed=0, unchanged=n)
        f["change_s"], answer = self.run(changed, passwords)
        self.expect(answer, added=0, changed=n)
        f["lag_max_us"] = self.monitor.status()["loop_lag_max_us"]

    def report(self):
        f = self.figures
        print(f"\n{f['rows']} rows")
        for key, what in (("dry_run_s", "dry run"), ("apply_s", "applied"), ("again_s", "again, nothing changed"),
                          ("change_s", "each row changed"), ("first_verdict_all_s", "first verdict of each feed")):
            if key in f:
                print(f"  {what:28} {f[key]:8.2f} s")
        if "up" in f:
            print(f"  {'up then':28} {f['up']:8}")
            print(f"  {'called a duplicate, or worse':28} {f['degraded'] + f['down']:8}")
        print(f"  {'longest turn of the loop':28} {f['lag_max_us'] / 1000:8.0f} ms")


def main(rest):
    p = frame.options()
    p.add_argument("--feeds", type=int, default=10000)
    p.add_argument("--fps", type=int, default=2)
    p.add_argument("--wait", type=int, default=900)
    p.add_argument("--no-watch", action="store_true")
    args = frame.parse(p, __doc__, rest)
    with World(args.keep) as w:
        bench = Import(args, w)
        if not frame.ran(w, bench.measure, say):
            return 1
        bench.report()
        frame.write(args.json, bench.figures)
    return 0
