#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Storm: a disk that refuses to write while the monitor runs.

usage: storm_disk.py [--feeds 50] [--windows 20] [--single 100] [--seconds 8] [--seed N] [--keep]

Windows: for --seconds s nothing below the state directory can be written, in
turn because it is full and because it fails. Single ones: one call at random,
write, sync or truncate. Then, where a tmpfs may be mounted, a disk that is
really full. Meanwhile people change things. Who asks is answered at once; the
disk is an incident, closed when it is well again; nobody restarts anything;
the time in which nothing was written is unknown, no camera is called bad, and
all of invariants.py holds after each."""
import errno
import os
import subprocess
import sys
import time
import urllib.error

import storms
from faults import Faults
from storms import SLOW, Storm, say, world

ANSWER_S = 8       # to whoever asks, at most: the longest pause between two tries, and a little
BACK_S = 6         # writing again after it was mended
CLOSED_S = 17      # room is looked for each 5 s, and must be there for 10
TMPFS_MIB, ROOM_MIB = 96, 24


class DiskStorm(Storm):
    def __init__(self, args, w):
        self.place = w.folder()
        if args.tmpfs:
            subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={TMPFS_MIB}m", "tmpfs", self.place], check=True)
        self.faults = Faults(self.place + "/")
        super().__init__(args, w, 103, folder=self.place, environment=self.faults.environment,
                         film_s=max(storms.FILM_S, round(60 + args.windows * (args.seconds + 4) + 2 * args.single)))

    def commits(self):
        return self.monitor.query("SELECT beats FROM heartbeat")[0][0]

    def writes_again(self, when):
        begin, before = time.monotonic(), self.commits()
        while self.commits() < before + 2:
            self.monitor.check()
            if time.monotonic() - begin > BACK_S * SLOW:
                return self.expect(False, f"nothing was written {BACK_S} s after {when}")
            time.sleep(0.1)
        return True

    def ask(self, note):
        """(whether it was confirmed, what was said: the status and the problem)"""
        try:
            return self.people.api("/handover", {"from": "2026-01-01T00:00:00Z", "to": "2026-01-01T01:00:00Z",
                                                 "note": note}), ""
        except urllib.error.HTTPError as e:
            return False, f"{e.code} {e.read().decode()}"
        except OSError as e:
            return False, str(e)

    def asked(self, when):
        """Somebody asks while nothing can be written."""
        begin = time.monotonic()
        good, why = self.ask("not now")
        took = time.monotonic() - begin
        if good or took > ANSWER_S * SLOW or not why.startswith("503 ") or "not stored" not in why:
            self.expect(False, f"{when}: asked, {'told it is done' if good else why} after {took:.1f} s")

    def disk_incidents(self):
        return self.monitor.query("SELECT text, since, at, good, closed FROM incident WHERE text LIKE 'The disk: %'")

    def window(self, number):
        error = (errno.ENOSPC, errno.EIO)[number % 2]
        when = f"window {number} ({errno.errorcode[error]})"
        begin = time.time()
        self.faults.begin(error=error)
        time.sleep(1)
        self.asked(when)
        time.sleep(max(0, self.args.seconds - (time.time() - begin)))
        refused, end = self.faults.end(), time.time()
        if not self.expect_quiet(refused > 0, f"{when}: nothing was refused"):
            return
        self.writes_again(when)
        rows = self.monitor.query("SELECT DISTINCT feed FROM interval WHERE state = 0 AND cause = 35 AND start < ? AND end > ?",
                                  (begin + 3) * 1e6, (end - 1) * 1e6)
        self.expect_quiet(len(rows) >= len(self.ours), f"{when}: unknown for {len(rows)} feeds of {len(self.ours)}")
        self.check(f"after {when}")

    def expect_quiet(self, good, text):
        return good or self.expect(False, text)

    def single(self, number):
        self.faults.begin(after=self.random.randrange(1, 40), count=1, error=self.random.choice((errno.ENOSPC, errno.EIO)))
        time.sleep(self.random.uniform(0.3, 1.2))
        self.faults.end()
        self.check(f"after the single fault {number}")

    def full(self):
        """A disk that has no room: first little, then none."""
        filler = os.path.join(self.place, "filler")
        try:
            with open(filler, "wb") as f:
                os.posix_fallocate(f.fileno(), 0, (TMPFS_MIB - ROOM_MIB) << 20)
            self.wait_incident("nearly full", "pictures")
            with open(filler, "ab") as f:
                while True:
                    f.write(bytes(4096))
                    f.flush()
        except OSError as e:
            assert e.errno == errno.ENOSPC, e
        # What the database's files have is used up first.
        end = time.monotonic() + 60 * SLOW
        while self.ask("x" * 1500)[0]:
            if time.monotonic() > end:
                raise world.Failed("all was stored on a full disk")
        begin = time.time()
        time.sleep(self.args.seconds)
        self.asked("really full")
        os.unlink(filler)
        self.writes_again("room was made")
        begun = self.disk_incidents()
        self.expect(any("nothing can be written" in row[0] or "nearly full" in row[0] for row in begun),
                    f"the full disk is an incident: {[r[0][:60] for r in begun]}")
        gap = self.monitor.query("SELECT count(DISTINCT feed) FROM interval WHERE cause = 35 AND start < ? AND end > ?",
                                 (begin + self.args.seconds) * 1e6, (begin + 3) * 1e6)[0][0]
        self.expect(gap >= len(self.ours), f"the time without room is unknown for {gap} feeds")

    def wait_incident(self, *words):
        end = time.monotonic() + 20 * SLOW
        while not any(all(w in row[0] for w in words) for row in self.disk_incidents()):
            if time.monotonic() > end:
                raise world.Failed(f"no incident says {words}: {self.disk_incidents()}")
            time.sleep(0.2)

    def over(self):
        """Well for so long that the incident is closed."""
        end = time.monotonic() + CLOSED_S * SLOW
        while any(row[4] is None for row in self.disk_incidents()) and time.monotonic() < end:
            time.sleep(0.2)
        rows = self.disk_incidents()
        self.expect(rows and all(row[4] is not None for row in rows), f"{len(rows)} incidents of the disk, all closed")
        self.all_up("after the last fault", 60)
        self.end_people()
        time.sleep(1.5)
        self.check("at the end", well_now=self.ours)
        self.monitor.stop()
        self.check("after its end", well_now=self.ours)
        self.verify("after its end")

    def run(self):
        pid = self.monitor.pid
        self.start_people()
        for number in range(self.args.windows):
            self.window(number)
        for number in range(self.args.single):
            self.single(number)
        say(f"{self.args.windows} windows, {self.args.single} single faults; {self.faults.calls} calls in all")
        if self.args.tmpfs:
            self.full()
        self.over()
        self.expect(pid == self.monitor.pid, "the same monitor all the time")


def main():
    args = storms.options(__doc__, feeds=50, windows=20, single=100, seconds=8.0)
    own = ["unshare", "--mount", "--propagation", "private"]
    args.tmpfs = os.environ.get("STORM_TMPFS") == "1"
    if not args.tmpfs:
        if subprocess.run([*own, "mount", "-t", "tmpfs", "tmpfs", "/mnt"], capture_output=True, check=False).returncode == 0:
            os.environ["STORM_TMPFS"] = "1"
            os.execvp(own[0], [*own, sys.executable, "-u", *sys.argv])
        say("no tmpfs may be mounted here: the really full disk is left out")
    return storms.run(DiskStorm, args)


if __name__ == "__main__":
    sys.exit(main())
