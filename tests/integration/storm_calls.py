#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Storm: the n-th call that changes a file fails, n = 1, 2, .. until none is
left: alone, and with all that come after it. Of an import, a backup, a restore,
a report, a start, and a start that brings an older database up to date.

usage: storm_calls.py [--some N] [--seed N] [--keep]    (--some 0: every n)

No process crashes; each says in a sentence what is wrong or did all of it;
what it called done is there; the database is as invariants.py wants it, and the
next try works."""
import errno
import json
import os
import random
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
import time

import storms
from faults import Faults
from harness import ROOT, Child, folder, program
from invariants import Facts, check, hold, verify
from storms import SLOW, say

ERRORS = (errno.ENOSPC, errno.EIO)


class Bench:
    def __init__(self):
        self.dir = folder()
        self.state = os.path.join(self.dir, "state")  # of the trial under way
        self.template = os.path.join(self.dir, "template")
        self.faults = Faults(self.dir + "/")
        self.config = self.write("c.yaml", f"state_dir: {self.state}\nhttp:\n  enabled: false\nprobes:\n  stream: 1\n"
                                 "  picture: 1\nconnect:\n  loopback_only: true\nreport:\n  enabled: false\n")

    def write(self, name, text):
        path = os.path.join(self.dir, name)
        with open(path, "w", encoding="utf-8") as f:
            f.write(text)
        return path

    def run(self, *argv, faulty=True):
        environment = {**os.environ, **(self.faults.environment if faulty else {})}
        p = subprocess.run([program("camwarden"), *argv, "--config", self.config], capture_output=True, text=True,
                           timeout=120, env=environment, check=False)
        assert p.returncode in (0, 1, 2) and "Sanitizer" not in p.stderr, (argv, p)
        assert p.returncode == 0 or len(p.stderr.strip()) > 10, (argv, p)
        return p

    def monitor(self):
        """What it said when it ended instead of watching; None: it watched, and ended in order."""
        child = Child([program("camwarden"), "run", "--config", self.config], stderr=subprocess.STDOUT,
                      env={**os.environ, **self.faults.environment})
        try:
            child.wait_line(lambda line: "watching" in line, 20 * SLOW)
        except AssertionError:
            code = child.process.wait(20)
            said = [line for _, line in child.lines]
            assert code == 2 and said and "Sanitizer" not in "".join(said), (code, said)
            return said
        time.sleep(0.3)
        self.reached = self.faults.calls
        self.faults.end()
        self.beats()
        code = child.stop(30)
        assert code == 0, (code, [line for _, line in child.lines][-5:])
        return None

    def beats(self):
        """It writes again, by itself."""
        def beat():
            with sqlite3.connect(f"file:{self.db}?mode=ro", uri=True, timeout=10) as db:
                return db.execute("SELECT beats FROM heartbeat").fetchone()[0]
        end, before = time.monotonic() + 8 * SLOW, beat()
        while beat() == before:
            assert time.monotonic() < end, "it doesn't write again"
            time.sleep(0.1)

    @property
    def db(self):
        return os.path.join(self.state, "camwarden.db")

    def fresh(self):
        shutil.rmtree(self.state, ignore_errors=True)
        shutil.copytree(self.template, self.state)

    def prepare(self):
        feeds = "".join(f"A,f{i},rtsp://127.0.0.1:9/{i}\n" for i in range(20))
        self.csv = self.write("f.csv", "site,name,url\n" + feeds)
        self.more = self.write("more.csv", "site,name,url\nB,more,rtsp://127.0.0.1:9/more\n")
        assert self.run("feeds", "import", self.csv, "--reason", "first").returncode == 0
        assert self.monitor() is None
        self.backup = os.path.join(self.dir, "kept.db")
        assert self.run("backup", self.backup).returncode == 0
        shutil.copytree(self.state, self.template)


def sound(b, word=None):
    facts = Facts()
    if word:
        facts.add(word)
    hold(b.state, facts=facts)


def try_import(b):
    good = b.run("feeds", "import", b.more, "--reason", "word-import").returncode == 0
    b.faults.end()
    sound(b, "word-import" if good else None)
    if not good:
        assert b.run("feeds", "import", b.more, "--reason", "word-again").returncode == 0
        sound(b, "word-again")


def try_backup(b):
    to = os.path.join(b.dir, "made.db")
    if os.path.exists(to):
        os.unlink(to)
    good = b.run("backup", to).returncode == 0
    b.faults.end()
    if good:
        assert not verify(b.state, to), "called done, and not whole"
    assert good or not os.path.exists(to), "not done, and a file bears the name"
    sound(b)
    assert good or b.run("backup", to).returncode == 0


def try_restore(b):
    good = b.run("restore", b.backup, "--reason", "word-restore").returncode == 0
    b.faults.end()
    sound(b, "word-restore" if good else None)
    assert good or b.run("restore", b.backup, "--reason", "word-again").returncode == 0


def try_report(b):
    to = os.path.join(b.dir, "report.json")
    if os.path.exists(to):
        os.unlink(to)
    good = b.run("report", "--format", "json", "--from", "2026-01-01", "--to", "2026-01-02", "-o", to).returncode == 0
    b.faults.end()
    if good:
        with open(to, encoding="utf-8") as f:
            assert json.load(f)["days"]
    assert good or not os.path.exists(to), "not done, and a file bears the name"
    sound(b)


def try_start(b):
    watched = b.monitor() is None
    b.faults.end()
    assert not watched or not check(b.state), check(b.state)
    if not watched or not os.path.exists(os.path.join(b.state, "ledger.pub")):  # it makes the public part again
        said = b.monitor()
        assert said is None, ("the next start", said)
    sound(b)


def older(b):
    """As a camwarden of the third schema left it, from the tables that schema.c has of it."""
    with open(os.path.join(ROOT, "monitor", "store", "schema.c"), encoding="utf-8") as f:
        lists = re.findall(r'static const char (first|second|third)\[\] =\s*((?:"(?:[^"\\]|\\.)*"\s*)+);', f.read())
    assert [name for name, _ in lists] == ["first", "second", "third"], lists
    shutil.rmtree(b.state, ignore_errors=True)
    os.makedirs(b.state, 0o700)
    with sqlite3.connect(b.db) as db:
        for _, text in lists:
            db.executescript("".join(re.findall(r'"((?:[^"\\]|\\.)*)"', text)))
        db.execute(f"PRAGMA application_id = {0x63616d77}")
        db.execute("PRAGMA user_version = 3")
        db.execute("INSERT INTO device(name) VALUES('d')")
        db.execute("INSERT INTO credential VALUES(1, 'ana', 'old-password')")
        db.execute("INSERT INTO feed(uuid, device, name, url, transport, visit_s, visit_every_s, no_picture, criticality, tags,"
                   " enabled, created, active) VALUES(?, 1, 'old', 'rtsp://127.0.0.1:9/old', 0, 0, 0, 0, 3, '', 1, 1, 1)",
                   (bytes(range(16)),))
        db.execute("INSERT INTO origin VALUES(1, ?)", (bytes(range(16)),))
        db.execute("INSERT INTO run VALUES(1, 1, ?, 'boot', 0, 1, 'old')", (bytes(range(16)),))
        db.execute("INSERT INTO event VALUES(1, 1, 1, 1, 'feed.add', 'ana', 1, '{}', x'00', zeroblob(32))")
    db.close()


CASES = {  # what is prepared, what is tried
    "import": (Bench.fresh, try_import),
    "backup": (Bench.fresh, try_backup),
    "restore": (Bench.fresh, try_restore),
    "report": (Bench.fresh, try_report),
    "start": (Bench.fresh, try_start),
    "first start": (lambda b: shutil.rmtree(b.state, ignore_errors=True), try_start),
    "start on an older database": (older, try_start),
}


def trial(b, name, n, count, error):
    """Whether the fault came to pass."""
    prepare, attempt = CASES[name]
    prepare(b)
    b.faults.begin(n, count, error)
    try:
        attempt(b)
    except (AssertionError, sqlite3.DatabaseError, subprocess.TimeoutExpired) as e:
        raise AssertionError(f"{name}: call {n}, {'ever' if count > 1 else 'once'}, {errno.errorcode[error]}: {e}") from e
    return b.faults.failed > 0


def calls_of(b, name):
    prepare, attempt = CASES[name]
    prepare(b)
    before = b.faults.calls
    b.faults.begin(1 << 40)
    b.reached = None  # of one that goes on: until it stands
    attempt(b)
    return (b.reached or b.faults.calls) - before


def storm(args):
    b, draw = Bench(), random.Random(args.seed)
    b.prepare()
    for name in CASES:
        most = calls_of(b, name)
        points = range(1, most + 1) if args.some == 0 else sorted(draw.sample(range(1, most + 1), min(args.some, most)))
        hit = 0
        for n in points:
            hit += trial(b, name, n, *((1, ERRORS[n % 2]) if n % 3 else (1 << 40, ERRORS[n % 2])))
        assert hit > 0, f"{name}: no fault came to pass"
        say(f"{name}: {hit} of about {most} calls failed")


def main():
    args = storms.options(__doc__, some=0)
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)
    try:
        storm(args)
    except AssertionError as e:
        say(f"BAD: {e}; again with --seed {args.seed}")
        return 1
    say("all good")
    return 0


if __name__ == "__main__":
    sys.exit(main())
