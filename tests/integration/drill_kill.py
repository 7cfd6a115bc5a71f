#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Kills processes under load and looks at what the record says of it.

usage: drill_kill.py [--feeds 500] [--seconds 60] [--seed N] [--keep]

First a random stream or picture probe is killed (kill -9) each second. No feed
may be called down for it, what nobody saw must be unknown, intervals must tile
without hole or overlap, and everything must be connected again within 5 s of
the last kill and judged within two GOPs more. Then the monitor itself is
killed: until it is started again every reader must show unknown from the last
heartbeat on; after it the database opens, nothing committed is missing and the
gap is unknown.
"""
import json
import os
import signal
import subprocess
import sys
import time

import storms
from storms import Storm, say, world
from world import UNKNOWN

GOP_S = 2
CONNECTED_S = 5
JUDGED_S = CONNECTED_S + 2 * GOP_S
SLOW = float(os.environ.get("CAMWARDEN_SLOW", "1"))  # sanitizers: more time


class KillDrill(Storm):
    slow = SLOW

    def __init__(self, args, w):
        # GOP_S is camscene's own. It's about processes, not pictures: that the
        # films come round again does no harm.
        super().__init__(args, w, 100, every_role=False)

    # ---- probes ----

    def probes(self):
        root = self.monitor.pid
        return [(p, world.role(p, root)) for p in world.tree(root)
                if world.role(p, root) in ("stream", "picture")]

    def kill_probes(self):
        killed = []
        end = time.monotonic() + self.args.seconds
        while time.monotonic() < end:
            begin = time.monotonic()
            found = self.probes()
            if begin + 2 > end:  # the last one blinds feeds
                found = [f for f in found if f[1] == "stream"] or found
            if found:
                pid, role = self.random.choice(found)
                os.kill(pid, signal.SIGKILL)
                killed.append((time.monotonic(), role))
            self.monitor.check()
            time.sleep(max(0, begin + 1 - time.monotonic()))
        self.last_kill = killed[-1][0]
        streams = sum(r == "stream" for _, r in killed)
        say(f"killed {streams} stream and {len(killed) - streams} picture probes")
        return killed

    def after_probes(self, killed):
        feeds = self.args.feeds
        self.monitor.wait_status("connected again", lambda s: s["flowing"] == feeds, 60 * SLOW)
        connected = time.monotonic() - self.last_kill
        self.monitor.wait_status("judged again", lambda s: s["states"]["up"] == feeds, 60 * SLOW)
        judged = time.monotonic() - self.last_kill
        self.expect(connected <= CONNECTED_S * SLOW,
                    f"connected again {connected:.1f} s after the last kill (at most {CONNECTED_S})")
        self.expect(judged <= JUDGED_S * SLOW,
                    f"all up {judged:.1f} s after the last kill (at most {JUDGED_S})")
        status = self.monitor.status()
        self.expect(status["restarts"] >= len(killed),
                    f"{status['restarts']} restarts are counted for {len(killed)} kills")
        time.sleep(1.5)  # for the last commit
        self.gaps_are_unknown(killed)
        self.check("with probes killed")

    def gaps_are_unknown(self, killed):
        """A stream probe's death blinds its feeds: within a second of each
        kill some of them must turn unknown, and by its own cause."""
        blind = sorted(start for _, start, _, state, cause, _ in self.monitor.verdicts()
                       if state == UNKNOWN and world.cause_names()[cause] == "probe-lost")
        seen = 0
        kills = [t for t, role in killed if role == "stream"]
        # Of one right after another the second may hit what is blind still.
        apart = [t for i, t in enumerate(kills) if i == 0 or t - kills[i - 1] > 2 * GOP_S]
        for t in apart:
            seen += any(t - 2 <= b <= t + 1.5 for b in blind)
        self.expect(bool(blind) and seen == len(apart),
                    f"{seen} of {len(apart)} deaths of stream probes left their feeds unknown "
                    f"({len(blind)} intervals probe-lost)")

    # ---- the monitor ----

    def record(self):
        """All that is committed and never changes afterwards."""
        return {
            "events": self.monitor.query("SELECT seq, utc, kind, feed, body, hash FROM event ORDER BY seq"),
            "closed": self.monitor.query("SELECT id, feed, start, end, state, cause FROM interval "
                                         "WHERE end IS NOT NULL ORDER BY id"),
            "opened": self.monitor.query("SELECT id, feed, start, state, cause FROM interval ORDER BY id"),
        }

    def status_command(self):
        done = subprocess.run([world.program("camwarden"), "status", "--all", "--json", "--config",
                               self.monitor.config], check=False, capture_output=True, text=True)
        return done.returncode, json.loads(done.stdout)

    def kill_monitor(self):
        orphans = [p for p in world.tree(self.monitor.pid) if p != self.monitor.pid]
        before = self.record()
        self.monitor.process.kill()
        self.monitor.process.wait()
        heartbeat = self.monitor.query("SELECT utc FROM heartbeat")[0][0]
        time.sleep(5 * SLOW)
        code, said = self.status_command()
        states = {f["state"] for f in said["feeds"]}
        self.expect(code == 3 and not said["alive"] and states == {"unknown"} and
                    len(said["feeds"]) == self.args.feeds,
                    f"with the monitor dead status exits {code} and shows {len(said['feeds'])} feeds: {states}")
        left = self.left_over(orphans, 0)
        self.expect(not left, f"its {len(orphans)} children ended with it: {len(left)} left")
        self.monitor.start()
        self.all_up("after the monitor's restart", 60)
        time.sleep(1.5)
        self.after_monitor(before, heartbeat)

    def after_monitor(self, before, heartbeat):
        after = self.record()
        for what, rows in before.items():
            missing = set(rows) - set(after[what])
            self.expect(not missing, f"{len(rows)} {what} committed before are there after: "
                                     f"{len(missing)} missing")
        restart = self.monitor.query("SELECT started FROM run ORDER BY id DESC LIMIT 1")[0][0]
        covered = self.monitor.query(
            "SELECT COUNT(DISTINCT feed) FROM interval WHERE state = ? AND start <= ? AND end >= ?",
            UNKNOWN, heartbeat + 1000000, restart - 1000000)[0][0]
        good = self.monitor.query(
            "SELECT COUNT(*) FROM interval WHERE state != ? AND start < ? AND end > ?",
            UNKNOWN, restart - 1000, heartbeat + 1000)[0][0]
        self.expect(covered == self.args.feeds and good == 0,
                    f"the gap of {(restart - heartbeat) / 1e6:.1f} s is unknown for {covered} feeds, "
                    f"{good} intervals say otherwise")
        self.check("after the monitor's death")
        self.intact("while it runs")
        self.monitor.stop()
        self.intact("after its end")

    def intact(self, when):
        """Each of its lines, and that the tables are as they say."""
        done = subprocess.run([world.program("camwarden"), "ledger", "verify", "--db", self.monitor.database, "--key",
                               os.path.join(self.monitor.folder, "ledger.pub")],
                              check=False, capture_output=True, text=True)
        self.expect(done.returncode == 0, f"the record is intact {when}: {done.stdout}{done.stderr}")

    def run(self):
        killed = self.kill_probes()
        self.after_probes(killed)
        self.kill_monitor()


if __name__ == "__main__":
    sys.exit(storms.run(KillDrill, storms.options(__doc__, feeds=500, seconds=60)))
