#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Weeks of a made-up fleet, laid over a change of summer time of two zones (one
of them by half an hour), with clocks that were set back and forward, weekly
maintenance, tags, mutes, a feed removed: every figure of its reports, of days,
a month, sites, as report_truth.py computes it from the raw tables. Sums of days
and of sites are the whole. About 40 s."""
import json
import os
import sqlite3
import subprocess
import time

import harness
import report_truth as truth

DIR = harness.folder()
STATE = os.path.join(DIR, "state")
DATABASE = os.path.join(STATE, "camwarden.db")
CONFIG = os.path.join(DIR, "camwarden.yaml")
SECOND, HOUR, DAY = 1_000_000, 3_600_000_000, 86_400_000_000
END = 1_762_732_800 * SECOND  # 2025-11-10: Ojinaga's clocks were set on 2 November, Lord Howe's on 5 October
TIMES = {"epoch": "anchor start end", "heartbeat": "utc", "feed": "created active inactive removed",
         "site": "removed", "interval": "start end since at", "incident": "since at good closed acknowledged",
         "overlay": "starts ends created", "event": "utc", "presence": "start end since at", "display": "start end",
         "console": "created active inactive removed", "screen": "active inactive removed",
         "prompt": "asked answered", "watched_due": "hour"}


def bench():
    for folder in (os.path.join(os.environ.get("CAMWARDEN_BUILD", ""), "bench"),
                   os.path.join(os.path.dirname(harness.program("camwarden")), "..", "bench")):
        if os.path.exists(os.path.join(folder, "bench_year")):
            return os.path.join(folder, "bench_year")
    return harness.skip("bench_year is not built")


def report(*argv, zone=None):
    with open(CONFIG, "w", encoding="utf-8") as f:
        f.write(f"state_dir: {STATE}\nreport:\n  zone: {zone or 'UTC'}\n")
    out = os.path.join(DIR, "report.json")
    p = subprocess.run([harness.program("camwarden"), "report", "--config", CONFIG, *argv, "-o", out],
                       capture_output=True, text=True, timeout=120, check=False)
    assert p.returncode == 0, (argv, p.stderr)
    p = subprocess.run([harness.program("camwarden"), "report", "--config", CONFIG, "--check", out],
                       capture_output=True, text=True, timeout=120, check=False)
    assert p.returncode == 0, (argv, p.stdout, p.stderr)
    with open(out, encoding="utf-8") as f:
        return json.load(f)


def move(db, delta):
    """The whole record to another time: by whole days, so that its sums by the
    hour stay what they are."""
    assert delta % DAY == 0
    for table, columns in TIMES.items():
        columns = columns.split()
        db.execute(f"UPDATE {table} SET " + ", ".join(f"{c} = {c} + ?" for c in columns), [delta] * len(columns))
    db.execute("UPDATE watched_day SET day = day + ? WHERE day > 0", (delta // DAY,))
    db.execute("UPDATE meta SET value = value + ? WHERE key IN ('watched_since', 'watched_hour')", (delta,))


def clock_set(db, epoch, mark, delta):
    """From that epoch on the clock shows another time."""
    for table in ("interval", "presence", "display"):
        columns = TIMES[table].split()
        for part in (1 << 52, delta - (1 << 52)):  # no two rows may begin at once on the way
            db.execute(f"UPDATE {table} SET " + ", ".join(f"{c} = {c} + ?" for c in columns) + " WHERE epoch >= ?",
                       [part] * len(columns) + [epoch])
    db.execute("UPDATE epoch SET anchor = anchor + ?, start = start + ?, end = end + ?, reason ="
               " iif(id = ?, 'step', reason) WHERE id >= ?", (delta, delta, delta, epoch, epoch))
    for column in TIMES["incident"].split():
        db.execute(f"UPDATE incident SET {column} = {column} + ? WHERE at >= ? AND {column} IS NOT NULL",
                   (delta, mark) if column != "at" else (0, mark))
    db.execute("UPDATE incident SET at = at + ? WHERE at >= ?", (delta, mark))
    db.execute("UPDATE event SET utc = utc + ? WHERE utc >= ?", (delta, mark))
    db.execute("UPDATE heartbeat SET utc = utc + ?", (delta,))


def overlay(db, kind, starts, ends, created, feed=None, site=None, tag="", days=0, begin=0, end=0, zone=""):
    db.execute("INSERT INTO overlay(kind, feed, site, tag, starts, ends, actor, reason, created, days, begin_minute,"
               " end_minute, zone, seq) VALUES(?, ?, ?, ?, ?, ?, 'Ana', 'mast', ?, ?, ?, ?, ?, 1)",
               (kind, feed, site, tag, starts, ends, created, days, begin, end, zone))


def overlays(db):
    site = dict(db.execute("SELECT path, id FROM site"))
    month = END - 45 * DAY
    # Weekly, over both changes, past midnight, in other zones than the report's.
    overlay(db, 1, month, END, month, site=site["Region 1"], days=0x7f, begin=60, end=200, zone="America/Ojinaga")
    overlay(db, 1, month, END, month + 5 * DAY, tag="gate", days=0x41, begin=23 * 60, end=3 * 60,
            zone="Australia/Lord_Howe")
    overlay(db, 1, month, END, month, site=site["Region 2/Site 2"], days=0x04, begin=0, end=0, zone="")
    # Over each other; entered late; entered when all was over; of one feed.
    overlay(db, 1, END - 9 * DAY, END - 7 * DAY, END - 8 * DAY, site=site["Region 0"])
    overlay(db, 1, END - 8 * DAY - HOUR, END - 8 * DAY + 5 * HOUR, END - 9 * DAY, feed=7)
    overlay(db, 1, END - 6 * DAY, END - 5 * DAY, END - 4 * DAY, site=site["Region 3"])
    overlay(db, 2, END - 12 * DAY, END - 2 * DAY, END - 12 * DAY, site=site["Region 4"])
    overlay(db, 2, month, END, month, tag="gate", days=0x7f, begin=20 * 60, end=4 * 60, zone="America/Ojinaga")


def retag(db, feed, at, tags, path):
    """A person gives it other tags, or another site, and the ledger says when."""
    seq = db.execute("SELECT max(seq) FROM event").fetchone()[0] + 1
    run, mono = db.execute("SELECT run, mono FROM event ORDER BY seq DESC LIMIT 1").fetchone()
    db.execute("INSERT INTO event(seq, run, mono, utc, kind, feed, digest, hash) VALUES(?, ?, ?, ?, 'feed.change', ?,"
               " zeroblob(32), zeroblob(32))", (seq, run, mono, at, feed))
    db.execute("INSERT INTO private VALUES(?, zeroblob(16), 'Ana', ?)",
               (seq, json.dumps({"site": path, "tags": tags, "reason": ""})))
    db.execute("UPDATE feed SET tags = ?, site = (SELECT id FROM site WHERE path = ?) WHERE id = ?",
               (tags, path, feed))


def make():
    os.mkdir(STATE)
    subprocess.run([bench(), "--dir", STATE, "--feeds", "200", "--days", "50"], check=True,
                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    db = sqlite3.connect(DATABASE)
    last = db.execute("SELECT utc FROM heartbeat").fetchone()[0]
    move(db, (END - last) // DAY * DAY)
    overlays(db)
    # A console that is taken away within: what it did before stays.
    console, at = db.execute("SELECT max(id) FROM console").fetchone()[0], END - 7 * DAY - 5 * HOUR
    db.execute("UPDATE console SET removed = ?, inactive = ? WHERE id = ?", (at, at, console))
    # What maintenance covers now, it didn't cover before; and the other way round.
    retag(db, 3, END - 8 * DAY + HOUR, "dome,gate", "Region 0/Site 0")
    retag(db, 21, END - 8 * DAY + 2 * HOUR, "", "Region 0/Site 0")
    retag(db, 150, END - 7 * DAY - HOUR, "", "Region 0/Site 0")
    retag(db, 5, END - 8 * DAY + 3 * HOUR, "", "Region 4/Site 4")
    # Questions that were open when the monitor ended: asked, neither answered nor missed.
    db.execute("INSERT INTO prompt(console, asked, right, latency_ms) SELECT id, ?, 2, 0 FROM console",
               (END - 8 * DAY + 9 * HOUR,))
    # Two that end within, and one that was never there.
    for feed, at in ((11, END - 5 * DAY + 7), (55, END - 2 * DAY)):
        db.execute("DELETE FROM interval WHERE feed = ? AND start >= ?", (feed, at))
        db.execute("UPDATE interval SET end = ? WHERE feed = ? AND (end IS NULL OR end > ?)", (at, feed, at))
        db.execute("UPDATE feed SET removed = ?, inactive = ?, enabled = 0 WHERE id = ?", (at, at, feed))
    db.commit()
    return db


def spans():
    return (("America/Ojinaga", "2025-11-02", "2025-11-03"), ("America/Ojinaga", "2025-11-05", "2025-11-06"),
            ("America/Ojinaga", "2025-10-10", "2025-11-09"), ("Australia/Lord_Howe", "2025-10-05", "2025-10-06"),
            ("Australia/Lord_Howe", "2025-10-01", "2025-11-01"), ("UTC", "2025-11-09", "2025-11-13"))


def hours(document):
    return (truth.moment(document["to"]) - truth.moment(document["from"])) / HOUR


def whole(document):
    """The same feeds, once as sites, once as all."""
    tops = [s for s in document["sites"] if "/" not in s["site"]]
    for key in ("good", "bad", "unknown"):
        truth.same("fleet of sites", sum(truth.us(s["counted_s"][key]) for s in tops),
                   truth.us(document["fleet"]["counted_s"][key]))


def main():
    db = make()
    watched = 0
    for zone, begin, end in spans():
        document = report("--from", begin, "--to", end, zone=zone)
        days = (time.mktime(time.strptime(end, "%Y-%m-%d")) - time.mktime(time.strptime(begin, "%Y-%m-%d"))) / 86400
        if begin == "2025-11-02":
            assert hours(document) == 25, hours(document)
        if begin == "2025-10-05":
            assert hours(document) == 23.5, hours(document)
        watched += truth.all_same(DATABASE, document, 20 if days > 2 else 2)
        whole(document)
        print(zone, begin, end, "the same", flush=True)
    assert watched > 100, watched
    # A site; what is below it; moments that are no midnight.
    document = report("--from", "2025-10-20 07:13", "--to", "2025-11-04 19:31", "--site", "Region 1")
    truth.all_same(DATABASE, document, 0)
    assert {f["site"].split("/")[0] for f in document["feeds"]} == {"Region 1"}
    # The clock is set back by two hours at the second start, and forward by three at the third.
    starts = db.execute("SELECT id, start FROM epoch WHERE reason = 'start' ORDER BY id").fetchall()
    for (epoch, mark), delta in ((starts[-1], 3 * HOUR), (starts[-2], -2 * HOUR)):
        clock_set(db, epoch, mark, delta)
    db.commit()
    for zone, begin, end in spans():
        truth.all_same(DATABASE, report("--from", begin, "--to", end, zone=zone), 0)
    print("clocks set: the same", flush=True)
    for mark in (starts[-2][1], starts[-1][1]):
        for back, on in ((3 * HOUR, 5 * HOUR), (1, HOUR), (2 * HOUR, -HOUR), (-90 * 60 * SECOND, 4 * HOUR)):
            text = [time.strftime("%Y-%m-%d %H:%M:%SZ", time.gmtime((mark + d) // SECOND)) for d in (-back, on)]
            truth.all_same(DATABASE, report("--from", text[0], "--to", text[1]), 0)
    db.close()


main()
