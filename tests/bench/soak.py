# SPDX-License-Identifier: GPL-3.0-or-later
"""usage: ./dev bench soak [options]

Hours of camwarden on simulated cameras that break and come back as a seed has
it: closed, silent, frozen, reset, taken out of the inventory and put back; a
probe is killed (kill -9) each minute, a browser that hardly reads comes and
goes, and files are imported. Every 10 s memory (PSS), descriptors and threads
of each process, the loops' lag and the size of the database are noted.

It passes when after a warm-up of 15 minutes memory grows by less than 1 MB an
hour, descriptors and threads don't, the lag's p99 stays below 50 ms, no camera
that was left alone was called degraded or down, and in the end all are up.
That one was called another's duplicate is told apart: 250 cameras show one
place at different times of one film, which no real ones do.

  --feeds N      cameras (1000)
  --hours H      (2); less than half an hour says nothing about slopes
  --seed N       of the script (1)
  --every S      between two notes (10)
  --plot FILE    memory, descriptors, lag and database over time, as SVG
  --from FILE    table and plot of the figures that --json kept; nothing is run
  --json FILE    the figures by name, and all notes in "samples"
  --keep         keep logs and the database

example: ./dev bench soak --feeds 100 --hours 0.1 --plot /tmp/soak.svg
"""
import csv
import http.client
import json
import os
import random
import signal
import subprocess
import threading
import time

import frame
import plot
import soak_judge
import world
from world import DEGRADED, DOWN, Failed, Farm, Monitor, World

FILM_MORE_S = 600  # a film is so much longer than the run: start, end
FEEDS_A_FILM = 250
FPS = 15
UP_S = 180
TWIN = "duplicate"


def say(text):
    print(f"bench: {text}", flush=True)


class Browser(threading.Thread):
    """Follows the events and asks for the whole wall, but takes a few hundred
    bytes a second, until it is told to go."""

    def __init__(self, port, token):
        super().__init__(daemon=True)
        self.port, self.token, self.going = port, token, threading.Event()
        self.start()

    def run(self):
        for path in ("/api/v1/wall", "/api/v1/events"):
            c = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
            try:
                c.request("GET", path, headers={"Authorization": f"Bearer {self.token}"})
                r = c.getresponse()
                end = time.monotonic() + 30
                while not self.going.wait(1) and r.read1(300) and (path.endswith("events") or time.monotonic() < end):
                    pass
            except (OSError, http.client.HTTPException):
                pass  # the server shows slow ones out: that's what is tried
            finally:
                c.close()


class Soak:
    def __init__(self, args, w):
        self.args, self.world = args, w
        self.seconds = args.hours * 3600
        self.samples, self.faults, self.touched, self.done = [], [], {}, {}
        self.away, self.tags = set(), {}
        self.browser = None

    # ---- what stands ----

    def set_up(self):
        a = self.args
        length = int(self.seconds) + FILM_MORE_S
        films = max(2, -(-a.feeds // FEEDS_A_FILM))
        say(f"making {films} films of {length} s, kept for the next time")
        material = world.make_material(f"soak-{films}-{length}", films, length, FPS)
        self.farm = self.world.add(Farm(self.world.folder(), material, a.feeds, 201, "--seconds", str(length)))
        self.monitor = self.world.add(Monitor(
            self.world.folder(), "stream:\n  stall_timeout: 10s\nconnect:\n  loopback_only: true\nlog_level: warning\n"))
        with open(self.farm.inventory, newline="", encoding="utf-8") as f:
            self.inventory = list(csv.DictReader(f))
        self.monitor.load(self.farm.inventory)
        self.token = subprocess.run([world.program("camwarden"), "user", "token", "add", "soak", "--scope", "viewer",
                                     "--reason", "soak", "--config", self.monitor.config], check=True,
                                    capture_output=True, text=True).stdout.strip()
        took = self.monitor.wait_status("all up", lambda s: s["states"]["up"] >= a.feeds, UP_S + a.feeds / 20)
        say(f"all {a.feeds} up after {took:.0f} s")

    # ---- what happens ----

    def act(self, what, *arguments):
        self.done[what] = self.done.get(what, 0) + 1
        getattr(self, "do_" + what)(*arguments)

    def do_fault(self, fault, camera, seconds):
        now = time.monotonic()
        self.faults.append((fault, camera, now, now + seconds))
        self.touched.setdefault(camera, []).append((now, now + seconds))
        command = soak_judge.FAULTS[fault][0]
        if command:
            self.farm.ask(f"{command} {camera}")
        else:
            self.away.add(camera)
            self.load("--prune")
        self.later.append((now + seconds, fault, camera))

    def mend(self, fault, camera):
        if fault == "removed":
            self.away.discard(camera)
            self.load()
        elif fault != "reset":
            self.farm.ask(f"live {camera}")

    def do_kill(self, which):
        pids = [p for p in world.tree(self.monitor.pid) if world.role(p, self.monitor.pid) in ("stream", "picture")]
        if pids:
            os.kill(sorted(pids)[int(which * len(pids))], signal.SIGKILL)

    def do_browser(self):
        if self.browser:
            self.browser.going.set()
        self.browser = Browser(self.monitor.port, self.token)

    def do_import(self, seed):
        """Every fifth feed gets another tag."""
        r = random.Random(seed)
        for i in range(self.args.feeds):
            if r.random() < 0.2:
                self.tags[i] = f"t{r.randrange(1000)}"
        self.load()

    def load(self, *options):
        path = os.path.join(self.monitor.folder, "soak.csv")
        with open(path, "w", newline="", encoding="utf-8") as f:
            out = csv.DictWriter(f, [*self.inventory[0], "tags"])
            out.writeheader()
            out.writerows({**row, "tags": self.tags.get(i, "")} for i, row in enumerate(self.inventory)
                          if i not in self.away)
        subprocess.run([world.program("camwarden"), "feeds", "import", path, *options, "--config", self.monitor.config,
                        "--reason", "soak"], check=True, stdout=subprocess.DEVNULL)

    # ---- what is noted ----

    def note(self):
        status = self.monitor.status()
        if not status:
            raise Failed("the monitor does not answer")
        roles = {}
        for pid in world.tree(self.monitor.pid):
            r = roles.setdefault(world.role(pid, self.monitor.pid),
                                 {"pss_kib": 0, "fds": 0, "threads": 0, "processes": 0})
            try:
                r["fds"] += len(os.listdir(f"/proc/{pid}/fd"))
                r["threads"] += len(os.listdir(f"/proc/{pid}/task"))
            except OSError:
                continue
            r["pss_kib"] += world.pss_kib(pid)
            r["processes"] += 1
        size = sum(os.path.getsize(self.monitor.database + more) for more in ("", "-wal")
                   if os.path.exists(self.monitor.database + more))
        self.samples.append({"t": round(time.monotonic() - self.begin, 2), "roles": roles, "db_bytes": size,
                             "lag_ms": status["loop_lag_p99_us"] / 1e3, "states": status["states"],
                             "restarts": status["restarts"], "queue": status["store_queue"]})

    def run(self):
        self.set_up()
        todo = soak_judge.script(self.args.seed, self.args.feeds, self.seconds)
        say(f"seed {self.args.seed}: {len(todo)} things in {self.args.hours:g} h")
        self.begin = time.monotonic()
        self.later, next_note, told = [], self.begin, self.begin
        while (now := time.monotonic()) < self.begin + self.seconds:
            self.monitor.check()
            self.farm.check()
            while todo and self.begin + todo[0][0] <= now:
                self.act(*todo.pop(0)[1:])
            for item in [x for x in self.later if x[0] <= now]:
                self.later.remove(item)
                self.mend(*item[1:])
            if now >= next_note:
                self.note()
                next_note += self.args.every
            if now - told > 600:
                told = now
                say(f"  {(now - self.begin) / 3600:.2f} h: {json.dumps(self.samples[-1]['states'])}")
            time.sleep(0.1)
        self.end()

    def end(self):
        if self.browser:
            self.browser.going.set()
        for item in self.later:
            self.mend(*item[1:])
        try:
            self.monitor.wait_status("all up again", lambda s: not self.bad(s), UP_S)
        except Failed:
            pass  # counted, and judged
        self.left_bad = self.bad(self.monitor.status())
        time.sleep(1.5)  # for the last commit
        names = world.cause_names()
        verdicts = [(c, at, state, names[cause]) for c, _, at, state, cause, _ in self.monitor.verdicts()
                    if at >= self.begin]
        self.twins = {c for c, _, _, cause in verdicts if cause == TWIN}
        verdicts = [v for v in verdicts if v[3] != TWIN]
        self.false = soak_judge.false_verdicts(verdicts, self.touched, (DEGRADED, DOWN))
        self.uncalled = soak_judge.uncalled(self.faults, verdicts, DOWN)

    def bad(self, status):
        return self.args.feeds - status["states"]["up"] - status["causes"].get(TWIN, 0)

    def figures(self):
        kinds = {}
        for fault, *_ in self.faults:
            kinds[fault] = kinds.get(fault, 0) + 1
        return {**soak_judge.judge(self.samples, len(self.false), self.left_bad), "feeds": self.args.feeds,
                "seed": self.args.seed, "faults": kinds, "done": self.done, "restarts": self.samples[-1]["restarts"],
                "not_called": {k: f"{missed} of {n}" for k, (n, missed) in self.uncalled.items()},
                "duplicates": len(self.twins),
                "false": [(c, round(at - self.begin, 1), cause) for c, at, _, cause in self.false[:20]],
                "trends": soak_judge.trends(self.samples), "samples": self.samples}


def table(f):
    print(f"\n{f['feeds']} feeds, seed {f['seed']}; {f['hours']:.2f} h after the warm-up; faults {json.dumps(f['faults'])}; "
          f"{f['done'].get('kill', 0)} probes killed ({f['restarts']} restarts), {f['done'].get('import', 0)} imports, "
          f"{f['done'].get('browser', 0)} slow browsers\n")
    print("| process | MiB first | last | MiB an hour | descriptors | an hour | threads | an hour |\n"
          "| --- | --- | --- | --- | --- | --- | --- | --- |")
    for role, t in f["trends"].items():
        m, d, h = t["pss_kib"], t["fds"], t["threads"]
        print(f"| {role} | {m['first'] / 1024:.1f} | {m['last'] / 1024:.1f} | {m['per_hour'] / 1024:+.2f} | {d['last']} | "
              f"{d['per_hour']:+.1f} | {h['last']} | {h['per_hour']:+.1f} |")
    print(f"\nloop lag p99 {f['lag_p99_ms']:.1f} ms; database {f['db_mb_per_hour']:+.1f} MB an hour; false verdicts "
          f"{f['false_verdicts']}; not up in the end {f['left_bad']}; not called {json.dumps(f['not_called'])}; called "
          f"duplicates {f['duplicates']}")
    for camera, at, cause in f["false"]:
        print(f"false verdict: cam{camera} after {at:.0f} s: {cause}")
    print({True: "passed", False: f"failed: {', '.join(f['failed'])}",
           None: "well, but too short to say anything about slopes"}[f["passed"]])


def arguments(rest):
    p = frame.options()
    p.add_argument("--feeds", type=int, default=1000)
    p.add_argument("--hours", type=float, default=2)
    p.add_argument("--seed", type=int, default=1)
    p.add_argument("--every", type=float, default=10)
    p.add_argument("--plot")
    p.add_argument("--from", dest="kept")
    args = frame.parse(p, __doc__, rest)
    if args.feeds < 4 or args.hours * 3600 < 30:
        p.error("at least 4 feeds and 30 seconds")
    return args


def main(rest):
    args = arguments(rest)
    if args.kept:
        with open(args.kept, encoding="utf-8") as file:
            f = json.load(file)
    else:
        with World(args.keep) as w:
            soak = Soak(args, w)
            if not frame.ran(w, soak.run, say):
                return 1
            f = soak.figures()
            w.keep = w.keep or f["passed"] is False
    table(f)
    if args.plot:
        plot.write(args.plot, soak_judge.panels(f["samples"]))
    if not args.kept:
        frame.write(args.json, f, indent=None)
    return 1 if f["passed"] is False else 0
