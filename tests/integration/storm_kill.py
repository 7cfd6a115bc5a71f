#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Storm: kill -9 of random processes of every role, the monitor among them,
while people change things.

usage: storm_kill.py [--cycles 200] [--feeds 200] [--pause 3] [--seed N] [--keep]

After 0.2 s to --pause s the next one falls. Who is not the monitor is replaced
by it; the monitor is started again at once, its children must have ended with
it, and its pages must answer soon. After each death of the monitor, before it
is back, and at the end: all of invariants.py, nothing confirmed is missing, and
no camera was called bad."""
import os
import signal
import sys
import time

import storms
from storms import SLOW, Storm, say, world

MONITOR_SHARE = 0.2  # of all kills
WALL_S = 2           # from its start to its pages, half of the times
# Born for a moment at a time, or at night: hit when they are seen.
SELDOM = {"append", "nightly", "report"}
ALWAYS = {"monitor", "stream", "picture", "demux", "web", "reader", "agents", "relays", "courier", "hash", "resolver"}


class KillStorm(Storm):
    def __init__(self, args, w):
        super().__init__(args, w, 102)
        self.hits, self.walls = {}, []

    def fall(self):
        found = self.processes()
        others = sorted(set(found) - {"monitor"})
        role = "monitor" if not others or self.random.random() < MONITOR_SHARE else self.random.choice(others)
        pid = self.random.choice(sorted(found[role]))
        self.hits[role] = self.hits.get(role, 0) + 1
        if role == "monitor":
            self.fall_of_the_monitor([p for pids in found.values() for p in pids if p != pid])
            return
        try:
            os.kill(pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        self.monitor.check()

    def fall_of_the_monitor(self, children):
        self.monitor.process.kill()
        self.monitor.process.wait()
        left = self.left_over(children)
        if left:
            self.expect(False, f"{len(left)} children outlived their monitor")
        self.check(f"after {sum(self.hits.values())} kills")
        began = time.monotonic()
        self.monitor.start()
        self.page_answers()
        self.walls.append(time.monotonic() - began)

    def settle(self):
        """Every role that is always there is there again, and all is well."""
        self.whole_again(60)
        self.all_up("after the last kill", 60)
        time.sleep(2)
        self.check("at the end", well_now=self.ours)
        self.verify("while it runs")
        self.monitor.stop()
        self.check("after its end", well_now=self.ours)
        self.verify("after its end")

    def whole_again(self, seconds):
        end = time.monotonic() + seconds * SLOW
        while ALWAYS - set(self.processes()):
            if time.monotonic() > end:
                raise world.Failed(f"not there within {seconds} s: {ALWAYS - set(self.processes())}")
            time.sleep(0.2)

    def run(self):
        self.whole_again(30)
        self.start_people()
        for _ in range(self.args.cycles):
            time.sleep(self.random.uniform(0.2, self.args.pause))
            self.fall()
        self.end_people()
        say("killed: " + ", ".join(f"{n} {r}" for r, n in sorted(self.hits.items())))
        self.settle()
        walls = sorted(self.walls)
        if walls:
            median = walls[len(walls) // 2]
            self.expect(median <= WALL_S * SLOW, f"pages {median:.2f} s after the monitor's start (median, at most {WALL_S}), "
                        f"at most {walls[-1]:.2f}")


if __name__ == "__main__":
    sys.exit(storms.run(KillStorm, storms.options(__doc__, cycles=200, feeds=200, pause=3.0)))
