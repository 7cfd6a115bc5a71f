# SPDX-License-Identifier: GPL-3.0-or-later
"""What must always be true of a database (docs/architecture.md, docs/formats.md),
whatever was killed, stopped, full or set meanwhile: the one checker that every
storm and drill uses. Looks at one moment of it, read as any reader may.

`check()` gives what is wrong, a sentence each; `hold()` asserts that nothing is.
A test makes sure that it can find something: test_invariants.py."""
import contextlib
import json
import os
import sqlite3
import subprocess

from harness import program
from ledger_lines import look

UNKNOWN, UP, DEGRADED, DOWN = range(4)
TILED = (("interval", "feed"), ("presence", "console"), ("display", "screen"))


class Invariants:
    """`calm`: nothing was taken out of the inventory, disabled or added again
    (then each has no hole since it came). `set_clock`: somebody set the clock.
    `never_bad`: numbers of feeds whose cameras were well all the time: no word
    against them. `well_now`: no incident of theirs is open. `facts`: below."""

    def __init__(self, path, calm=True, set_clock=False, never_bad=(), well_now=(), facts=None):
        self.path, self.calm, self.set_clock = path, calm, set_clock
        self.never_bad, self.well_now = tuple(never_bad), tuple(well_now)
        self.facts = facts
        self.wrong = []

    def expect(self, good, *what):
        if not good and len(self.wrong) < 5:
            self.wrong.append(" ".join(str(w) for w in what))

    def rows(self, sql, *args):
        return self.db.execute(sql, args).fetchall()

    def look(self):
        uri = f"file:{self.path}?mode=ro"
        with contextlib.closing(sqlite3.connect(uri, uri=True, timeout=20, isolation_level=None)) as self.db:
            told = self.facts.so_far() if self.facts is not None else None
            self.db.execute("BEGIN")
            self.whole()
            self.epochs()
            self.heartbeat()
            for table, owner in TILED:
                self.tiles(table, owner)
            self.unknown_stays()
            self.incidents()
            self.lines()
            if told:
                self.wrong += self.facts.missing(told, self.rows)
        return self.wrong

    def whole(self):
        self.expect(self.rows("PRAGMA integrity_check") == [("ok",)], "integrity_check:", self.path)
        self.expect(not self.rows("PRAGMA foreign_key_check"), "rows that name what is not there")

    def epochs(self):
        """One is open at most, and it is the newest; each begins where the one
        before ended, also when nobody watched; a set clock moves UTC, and the
        monotonic clock goes on as if nothing had been."""
        self.epoch = {row[0]: row for row in self.rows("SELECT id, run, reason, anchor, start, end FROM epoch ORDER BY id")}
        self.beat = self.rows("SELECT run, mono, utc, stopped FROM heartbeat")
        all_of = list(self.epoch.values())
        for one in all_of[:-1]:
            self.expect(one[5] is not None, "epoch", one[0], "is open, and not the newest")
        for a, b in zip(all_of, all_of[1:]):
            if a[5] is None:
                continue
            self.expect(a[5] >= a[4], "epoch", a[0], "ends before it began")
            if a[1] == b[1] and "monitor-off" not in (a[2], b[2]):
                self.expect(a[5] - a[3] == b[4] - b[3], "epochs", a[0], b[0], "leave monotonic time out:",
                            b[4] - b[3] - a[5] + a[3], "us")
            elif not self.set_clock:
                self.expect(a[5] == b[4], "between epochs", a[0], b[0], "are", b[4] - a[5], "us of nobody")

    def heartbeat(self):
        if not self.beat or not self.epoch:
            return
        _, mono, utc, _ = self.beat[0]
        last = self.epoch[max(self.epoch)]
        if last[5] is None:
            self.expect(utc - mono == last[3], "the heartbeat is of another clock than its epoch")
            for table, _ in TILED:
                late = self.rows(f"SELECT max(coalesce(end, start)) FROM {table} WHERE epoch = ?", last[0])[0][0]
                self.expect(late is None or late <= utc, table, "tells of", late, "beyond the heartbeat", utc)

    def tiles(self, table, owner):
        """No hole, no overlap, none empty, to the end of the epoch; open: the
        last one of who is there, and no other."""
        there = {row[0]: row[1:] for row in self.rows(f"SELECT id, active, inactive FROM {owner}")}
        runs = {}
        for who, epoch, start, end in self.rows(f"SELECT {owner}, epoch, start, end FROM {table} ORDER BY {owner}, epoch, start, id"):
            runs.setdefault((who, epoch), []).append((start, end))
        first = {who: epoch for who, epoch in reversed(runs)}
        for (who, epoch), rows in runs.items():
            at = f"{table}: {owner} {who}, epoch {epoch}:"
            begin, finish = self.epoch[epoch][4:6]
            for a, b in zip(rows, rows[1:]):
                self.expect(a[1] is not None, at, "open amid others", a, b)
                self.expect(a[1] is None or a[1] <= b[0], at, "overlap", a, b)
                self.expect(a[1] is None or a[1] == b[0] or not self.calm, at, "hole", a, b)
            self.expect(all(e is None or e > s for s, e in rows), at, "empty", rows[:3])
            self.expect(rows[0][0] >= begin and (finish is None or (rows[-1][1] or finish + 1) <= finish), at,
                        "beyond its epoch", (begin, finish), rows[0], rows[-1])
            self.expect(rows[-1][1] is None or finish is not None or there[who][1] is not None or not self.calm, at,
                        "is there, and nothing is open")
            if self.calm:
                came, went = there[who]
                self.expect(went is not None or finish is None or rows[-1][1] == finish, at, "ends before its epoch")
                # (When it came may be told by another clock.)
                since = begin if first[who] < epoch else rows[0][0] if self.set_clock else max(begin, came)
                self.expect(rows[0][0] == since, at, "begins at", rows[0][0], "not", since)
        if self.calm and not self.set_clock:
            for who, (came, went) in there.items():
                for epoch, (_, _, _, _, begin, finish) in self.epoch.items():
                    if went is None and (finish is None or finish > max(came, begin)):
                        self.expect((who, epoch) in runs, table, "says nothing of", owner, who, "in epoch", epoch)

    def unknown_stays(self):
        """A run knows nothing to begin with. What is good behind unknown time
        was called good no later than there (but for trouble between, whose end
        was proved then). What nobody could write down stays unknown."""
        nobodys = [(json.loads(body)["from"], json.loads(body)["to"], run) for run, body in self.rows(
            "SELECT run, body FROM event WHERE kind IN ('store.gap', 'monitor.off') AND body IS NOT NULL")]
        for begin, end, run in nobodys:
            for row in self.rows("SELECT i.feed, i.start, i.end, i.state FROM interval i JOIN epoch e ON e.id = i.epoch"
                                 " WHERE e.run = ? AND i.start < ? AND coalesce(i.end, ?) > ? AND i.state <> 0 LIMIT 3",
                                 run, end, end, begin):
                self.expect(self.set_clock, "from", begin, "to", end, "nobody wrote, and it is told:", row)
        ends = {end for _, end, _ in nobodys}
        for feed, epoch, state in self.rows(
                "SELECT i.feed, i.epoch, i.state FROM interval i JOIN epoch e ON e.id = i.epoch"
                " WHERE e.reason IN ('start', 'monitor-off') AND i.state <> 0 AND NOT EXISTS (SELECT 1 FROM interval p"
                " WHERE p.feed = i.feed AND p.epoch = i.epoch AND p.start < i.start)"):
            self.expect(False, "feed", feed, "begins epoch", epoch, "with state", state)
        for feed, start, at in self.rows(
                "SELECT feed, start, at FROM (SELECT feed, start, at, state, epoch, lag(state) OVER w AS was,"
                " lag(epoch) OVER w AS of FROM interval WINDOW w AS (PARTITION BY feed ORDER BY epoch, start))"
                " WHERE state = 1 AND was = 0 AND of = epoch AND start < at"):
            self.expect(start in ends or self.called_at(feed, start),
                        "feed", feed, "is up at", start, "in time that was unknown until", at)
        for feed in self.never_bad:
            bad = self.rows("SELECT start, state, cause, evidence FROM interval WHERE feed = ? AND state > 1", feed)
            self.expect(not bad, "feed", feed, "was well, and called:", bad[:2])

    def called_at(self, feed, at):
        """Trouble was called then, and was over before anything else was: its interval is gone, not its line."""
        return any(said["at"] == at and said["state"] != "unknown" for said in (
            json.loads(body) for (body,) in self.rows("SELECT body FROM event WHERE kind = 'verdict' AND feed = ? AND body IS NOT NULL", feed)))

    def incidents(self):
        for feed, count in self.rows("SELECT feed, count(*) FROM incident WHERE closed IS NULL AND feed IS NOT NULL"
                                     " GROUP BY feed HAVING count(*) > 1"):
            self.expect(False, "feed", feed, "has", count, "open incidents")
        for text, count in self.rows(
                "SELECT substr(text, 1, instr(text, ':')), count(*) FROM incident WHERE closed IS NULL AND feed IS NULL"
                " AND site IS NULL AND room IS NULL AND console IS NULL GROUP BY 1 HAVING count(*) > 1"):
            self.expect(False, count, "open incidents begin with", text)
        for row in self.rows("SELECT id, since, at, good, closed, acknowledged FROM incident"
                             " WHERE since > at OR good < since OR closed < at OR good > closed"
                             " OR (good IS NULL) <> (closed IS NULL)"):
            self.expect(self.set_clock, "incident in disorder:", row)
        for feed in self.well_now:
            left = self.rows("SELECT id, cause, text FROM incident WHERE feed = ? AND closed IS NULL", feed)
            self.expect(not left, "feed", feed, "is well, and has an open incident:", left)

    def lines(self):
        """Of a run, the monotonic clock never goes back, nor UTC where no clock
        was set."""
        bad = self.rows("SELECT seq FROM (SELECT seq, mono, lag(mono) OVER (PARTITION BY run ORDER BY seq) AS was FROM event)"
                        " WHERE mono < was")
        self.expect(not bad, "lines go back in time:", bad[:3])


class Facts:
    """What was confirmed to somebody, and must be there for ever: words that
    nobody else says, each in a line of the record and, with a table, in a row."""

    def __init__(self):
        self.told = []

    def add(self, word, column=None):
        """column: "overlay.reason"; None: in the record alone."""
        self.told.append((word, column))

    def so_far(self):
        """Before the moment that is looked at."""
        return list(self.told)

    @staticmethod
    def missing(told, rows):
        texts = {None: "\n".join(row[0] for row in rows("SELECT body FROM private"))}
        for column in {c for _, c in told if c is not None}:
            table, name = column.split(".")
            texts[column] = "\n".join(str(row[0]) for row in rows(f"SELECT {name} FROM {table}"))
        lost = [f"{word} in {column or 'record'}" for word, column in told
                if word not in texts[None] or word not in texts[column]]
        return [f"confirmed, and gone: {len(lost)} of {len(told)}: {lost[:5]}"] if lost else []


def check(state, **options):
    """What is wrong with the database of this state directory now."""
    try:
        return Invariants(os.path.join(state, "camwarden.db"), **options).look()
    except sqlite3.DatabaseError as e:
        return [f"can't be read: {e}"]


def verify(state, path=None):
    """The ledger accuses nobody, by the program and by a second reading. What is
    examined while its monitor runs is a copy (path)."""
    path = path or os.path.join(state, "camwarden.db")
    done = subprocess.run([program("camwarden"), "ledger", "verify", "--db", path, "--key",
                           os.path.join(state, "ledger.pub")], capture_output=True, text=True, timeout=300, check=False)
    wrong = [] if done.returncode == 0 else [f"ledger verify {done.returncode}: {done.stdout}{done.stderr}"]
    try:
        look(path)
    except AssertionError as e:
        wrong.append(str(e))
    return wrong


def hold(state, **options):
    """Nothing is wrong with it, nor with its ledger; its monitor has ended."""
    wrong = check(state, **options) + verify(state)
    assert not wrong, wrong
