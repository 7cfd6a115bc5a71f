#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""usage: over_capacity.py [--to-the-end]

The picture probe can't keep up: it is stopped whenever it has judged what it may
in each few seconds. camwarden says so, leaves out thumbnails first, then judges more rarely, then no more the
pictures of some feeds, those of low criticality before all others; these become
unknown: over-capacity, and none of them up, even frozen. Connections are watched
as ever: a camera that closes is down at once, also one whose picture nobody
judges. --to-the-end: the probe is well again, and so is all, in the order of the
steps. Run by test_over_capacity.py and test_over_capacity_long.py."""
import json
import os
import re
import signal
import sqlite3
import subprocess
import sys
import threading
import time

import harness
import invariants
from harness import Child, films, folder, free_port, program, tell_farm
from people import Person, World, soon

LOW, USUAL, VITAL = 140, 94, 6
CAMERAS = LOW + USUAL + VITAL
CRITICALITY = [1] * LOW + [3] * USUAL + [5] * VITAL
TURN_S, STRENGTH = 3, 60  # so many pictures in each turn; 120 are wanted at the longest intervals
STEPS_BEFORE = 0
CLOSED_S = 2.0  # the budget is 1 s; the machine is shared
DIR = folder()
CONTROL = os.path.join(DIR, "farm.sock")


def start_farm():
    lasts = 600 if "--to-the-end" in sys.argv else 240
    few = films(f"capacity-{lasts}", 2, lasts + 10, "--fps", "4", "--size", "320x192", "--gop", "0.5")
    farm = Child([program("camfarm"), "--set", few, "--hosts", str(CAMERAS), "--net", "63", "--port", str(free_port()),
                  "--seconds", str(lasts), "--site-size", "300", "--no-tls", "--control", CONTROL,
                  "--inventory", os.path.join(DIR, "farm.csv")])
    farm.wait_line(lambda line: "ready" in line, 20)
    return farm


def inventory():
    """The farm's, with a criticality for each camera."""
    with open(os.path.join(DIR, "farm.csv"), encoding="ascii") as f:
        head, *rows = f.read().splitlines()
    number = [int(re.search(r"/cam(\d+)", row).group(1)) for row in rows]
    return W.write("cameras.csv", "\n".join([head + ",criticality",
                                             *(f"{row},{CRITICALITY[n]}" for n, row in zip(number, rows))]) + "\n")


def samples():
    """Judged so far, as the running monitor counts; asked without a process."""
    return harness.ask_monitor(W.state, command="status")["samples"]


class Slow:
    """A picture probe of so much strength, on any machine."""

    def __init__(self):
        self.over = threading.Event()
        self.thread = threading.Thread(target=self.run, daemon=True)
        self.thread.start()

    @staticmethod
    def tell(what):
        pid = harness.probe_of(W.monitor.process.pid, "picture")
        if pid:
            os.kill(pid, what)

    def run(self):
        while not self.over.is_set():
            try:
                begin, had = time.monotonic(), samples()
            except OSError:  # the monitor has ended
                return
            self.tell(signal.SIGCONT)
            while samples() < had + STRENGTH and time.monotonic() < begin + TURN_S - 0.2:
                time.sleep(0.005)
            self.tell(signal.SIGSTOP)
            self.over.wait(max(0, begin + TURN_S - time.monotonic()))
        self.tell(signal.SIGCONT)

    def end(self):
        self.over.set()
        self.thread.join()


def status():
    p = subprocess.run([program("camwarden"), "status", "--all", "--json", "--config", W.config], text=True,
                       capture_output=True, timeout=30, check=False)
    return json.loads(p.stdout)


def feeds():
    return {int(f["name"][3:]): f for f in status()["feeds"]}


def query(sql, *args):
    db = sqlite3.connect(f"file:{W.state}/camwarden.db?mode=ro", uri=True, timeout=10)
    try:
        return db.execute(sql, args).fetchall()
    finally:
        db.close()


def steps():
    """(level, step) as the log told them, in order."""
    with open(W.log, encoding="utf-8") as f:
        return [(level, int(step or 0)) for level, step in
                re.findall(r"capacity: level=(\w+)(?: step=(\d+))?", f.read())][STEPS_BEFORE:]


def shed(of):
    return [n for n, f in of.items() if f["cause"] == "over-capacity"]


def wait_feed(n, state, seconds):
    start = time.monotonic()
    soon(f"camera {n} {state}", lambda: feeds()[n]["state"] == state, seconds)
    return time.monotonic() - start


def fall_behind():
    """Until it leaves feeds out, and those that matter most are judged again."""
    start = time.monotonic()

    def at_rest():
        if not steps() or steps()[-1][1] < 5:
            return None
        of = feeds()
        missed = [n for n in range(CAMERAS) if of[n]["state"] != "up" and not left_out(n)]
        return of if len(missed) < CAMERAS / 8 and all(CRITICALITY[n] != 5 for n in missed) else None
    of = soon("those that are not left out are judged", at_rest, 150)
    print(f"{len(shed(of))} feeds not judged after {time.monotonic() - start:.1f} s; steps {steps()}", flush=True)
    return of


def place(n):
    return (NUMBER[n] * 2654435761 & 0xffffffff) >> 24


def left_out(n):
    return place(n) < (steps()[-1][1] - 4) * 32 * {1: 2, 3: 1, 5: 0}[CRITICALITY[n]]


def check_order():
    told = steps()
    names = ["thumbnails", "stretched", "shed"]
    assert [level for i, (level, _) in enumerate(told) if i == 0 or told[i - 1][0] != level][:3] == names, told
    up = [step for _, step in told]
    assert up[:5] == [1, 2, 3, 4, 5], told


def check_said():
    a = Person(W.port).get("/healthz")
    assert a.status == 503 and a.json["reasons"] == ["behind"], a
    pulse = harness.api_pulse(W.port, TOKEN)
    assert pulse["capacity"] == "shed", pulse
    own = [text for text in status()["own"] if text.startswith("camwarden falls behind: ")]
    assert len(own) == 1 and "judging pictures" in own[0] and "over-capacity" in own[0], own
    with harness.api_open(W.port, "/metrics") as answer:
        assert b"\ncamwarden_capacity_level 3\n" in answer.read()


def check_who(of):
    """Those whose turn it is, by chance but for good; of low criticality twice as
    many; none of the vital ones."""
    out = [n for n in range(CAMERAS) if left_out(n)]
    assert sum(CRITICALITY[n] == 1 for n in out) > sum(CRITICALITY[n] == 3 for n in out), out
    assert all(CRITICALITY[n] != 5 for n in shed(of)), of


def check_liveness(out):
    """Closed by the camera: down at once, judged or not."""
    for n in (out, CAMERAS - 1):
        tell_farm(CONTROL, f"drop {n}")
        took = wait_feed(n, "down", 10)
        print(f"camera {n} ({'not ' if n == out else ''}judged) down after {took:.1f} s", flush=True)
        assert took < CLOSED_S * SLOW, took
        tell_farm(CONTROL, f"live {n}")


def check_frozen(n, since_utc):
    states = query("SELECT state FROM interval WHERE feed = (SELECT id FROM feed WHERE name = ?) AND start > ?",
                   f"cam{n}", since_utc)
    assert all(state != 1 for state, in states), (n, states)
    assert feeds()[n]["state"] == "unknown", feeds()[n]


def recover():
    start = time.monotonic()
    soon("all up", lambda: all(f["state"] == "up" for n, f in feeds().items() if n != FROZEN), 120)
    soon("frozen is called", lambda: feeds()[FROZEN]["state"] == "down", 60)
    soon("no more behind", lambda: steps()[-1][0] == "ok", 480)
    soon("the incident is closed", lambda: not any("falls behind" in text for text in status()["own"]), 20)
    down = [step for _, step in steps()]
    down = down[down.index(max(down)):]
    assert down == list(range(down[0], -1, -1)), down
    assert Person(W.port).get("/healthz").status == 200
    print(f"all is well {time.monotonic() - start:.1f} s after the probe was; steps {steps()}", flush=True)


SLOW = 2 if harness.sanitized() else 1
farm = start_farm()
W = World("sampling:\n  interval: 3s\n  suspect: 1s\n  rare: 3s\n  adaptive: false\nprobes:\n  picture: 1\n  stream: 1\n"
          "connect:\n  loopback_only: true\nnetwork:\n  watch: false\n").start()
try:
    W.run("feeds", "import", inventory())
    TOKEN = harness.api_token(W.config)
    soon("all up at first", lambda: sum(f["state"] == "up" for f in feeds().values()) == CAMERAS, 60)
    soon("all on time at first", lambda: not steps() or steps()[-1][0] == "ok", 60)
    STEPS_BEFORE = len(steps())
    with open(W.log, encoding="utf-8") as f:
        NUMBER = {int(cam): int(n) for n, cam in re.findall(r'feed=(\d+) name="[^"]*/cam(\d+)"', f.read())}
    slow = Slow()
    of = fall_behind()
    OUT = soon("feeds that are left out", lambda: [n for n in shed(feeds()) if place(n) < 64][:2], 20)
    FROZEN = OUT[0]
    tell_farm(CONTROL, f"freeze {FROZEN}")
    frozen_utc = time.time() * 1e6
    check_order()
    check_said()
    check_who(of)
    check_liveness(OUT[1])
    check_frozen(FROZEN, frozen_utc)
    slow.end()
    if "--to-the-end" in sys.argv:
        recover()
    assert W.monitor.stop() == 0
    invariants.hold(W.state)
    own = query("SELECT sum(end - start) / 1e6 FROM interval WHERE state = 0 AND cause = 33")
    print(f"unknown: over-capacity for {own[0][0]:.0f} s of feeds", flush=True)
    assert own[0][0] > 0
except BaseException:
    print(W.said(), steps(), [(n, f["state"], f["cause"]) for n, f in feeds().items() if f["state"] != "up"])
    raise
