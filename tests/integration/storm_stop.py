#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Storm: processes of every role stop (SIGSTOP), as one that hangs does.

usage: storm_stop.py [--feeds 50] [--seconds 30] [--rounds 3] [--seed N] [--keep]

Each round: the reader, then one process of each other role at once, is stopped. It must be replaced by
its deadline and a second, whoever asked is answered by somebody else, and no
camera is called bad. Then the monitor itself is stopped for --seconds s and goes
on: that time is unknown for every camera, nothing is called bad, its children
are the same. Then all of invariants.py."""
import os
import signal
import sys
import threading
import time
import urllib.request

import storms
from storms import SLOW, Storm, running

# Seconds after which one that hangs is replaced, and how often it is looked at.
# (A reader, who hashes and who resolves: when they are asked something.)
DEADLINES = {"stream": 5 + 2, "picture": 5 + 2, "demux": 5 + 2, "web": 10 + 1, "agents": 10 + 1, "reader": 5 + 1,
             "courier": 20 + 1, "relays": 30 + 1, "hash": 20 + 1, "resolver": 8 + 1}
SOON_S = 11  # the others only where there is time


class StopStorm(Storm):
    def __init__(self, args, w):
        super().__init__(args, w, 104, film_s=max(storms.FILM_S, round(90 + args.rounds * (args.seconds + 70))))
        self.took = {}

    def ask(self):
        """Somebody who looks and somebody who logs in, all the time."""
        while not self.over.wait(0.5):
            for path, body in (("/incidents", None), ("/login", b'{"user": "nobody", "password": "is let in here"}')):
                request = urllib.request.Request(f"http://127.0.0.1:{self.monitor.port}/api/v1{path}", body, {
                    "X-Camwarden": "1", "Content-Type": "application/json",
                    **({} if body else {"Authorization": "Bearer " + self.token})})
                try:
                    with urllib.request.urlopen(request, timeout=3) as r:
                        r.read()
                except OSError:
                    pass

    def stop_each(self, roles):
        stopped = {}
        for role, pids in sorted(self.processes().items()):
            if role in roles:
                stopped[role] = self.random.choice(sorted(pids))
                os.kill(stopped[role], signal.SIGSTOP)
        begin = time.monotonic()
        left = dict(stopped)
        while left and time.monotonic() - begin < max(DEADLINES.values()) + 5:
            for role in [r for r, pid in left.items() if not running(pid)]:
                self.took.setdefault(role, []).append(time.monotonic() - begin)
                del left[role]
            self.monitor.check()
            time.sleep(0.05)
        for role, pid in left.items():
            os.kill(pid, signal.SIGCONT)
        self.expect(not left, f"stopped: {', '.join(sorted(stopped))}; not replaced: {sorted(left)}")
        self.all_up("after they were replaced", 60)

    def stop_monitor(self):
        before = self.processes()
        begin = time.time()
        os.kill(self.monitor.pid, signal.SIGSTOP)
        time.sleep(self.args.seconds)
        os.kill(self.monitor.pid, signal.SIGCONT)
        end = time.time()
        self.all_up("after the monitor went on", 60)
        time.sleep(1.5)
        after = self.processes()
        new = {role for role in before if set(before[role]) != set(after.get(role, ()))}
        self.expect(not new, f"nobody was replaced because the monitor slept: {sorted(new)}")
        for feed in self.ours:
            told = self.monitor.query("SELECT state, cause FROM interval WHERE feed = ? AND start < ? AND coalesce(end, ?) > ?",
                                      feed, (end - 1) * 1e6, end * 1e6, (begin + 1.5) * 1e6)
            if {state for state, _ in told} != {0}:
                return self.expect(False, f"while it slept feed {feed} was {told}")
        return self.expect(True, f"{self.args.seconds:g} s in which the monitor slept are unknown for all")

    def run(self):
        self.over = threading.Event()
        asking = threading.Thread(target=self.ask, daemon=True)
        asking.start()
        self.start_people()
        roles = {r for r, s in DEADLINES.items() if s <= SOON_S or self.args.seconds > SOON_S} - {"reader"}
        for number in range(self.args.rounds):
            self.stop_each({"reader"})  # it ends with its pages
            self.stop_each(roles)
            self.stop_monitor()
            self.check(f"after round {number + 1}")
        self.over.set()
        asking.join()
        self.end_people()
        for role, times in sorted(self.took.items()):
            self.expect(max(times) <= (DEADLINES[role] + 1) * SLOW, f"{role}: replaced after at most {max(times):.1f} s "
                        f"(deadline {DEADLINES[role]} and 1)")
        self.all_up("at the end", 60)
        time.sleep(1.5)
        self.check("at the end", well_now=self.ours)
        self.monitor.stop()
        self.check("after its end", well_now=self.ours)
        self.verify("after its end")


if __name__ == "__main__":
    sys.exit(storms.run(StopStorm, storms.options(__doc__, feeds=50, seconds=30.0, rounds=3)))
