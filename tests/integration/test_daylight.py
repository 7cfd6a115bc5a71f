#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""A monitor lives over both changes of daylight-saving time of a site's zone
(half an hour in one of them), the agency in another: nothing steps, the day is
as long as it was there, and its states sum up to that and to the time that the
monitor lived. Then the machine sleeps: the time is unknown, and is called so.
About 25 s. LABEL: light"""
import calendar
import contextlib
import json
import mmap
import sqlite3
import struct
import subprocess
import time

import report_truth as truth
from harness import Child, folder, program, shimmed
from invariants import check, hold

DIR = folder()
STATE = f"{DIR}/state"
CONFIG = f"{DIR}/c.yaml"
with open(CONFIG, "w", encoding="utf-8") as f:
    f.write(f"state_dir: {STATE}\nhttp:\n  enabled: false\nreport:\n  enabled: false\n  zone: America/Mexico_City\n"
            "connect:\n  loopback_only: true\nprobes:\n  stream: 1\n  picture: 1\n")
with open(f"{DIR}/clock", "wb") as f:
    f.write(bytes(16))
with open(f"{DIR}/clock", "r+b") as f:
    CLOCK = mmap.mmap(f.fileno(), 16)
ENV = shimmed(SHIM_CLOCK=f"{DIR}/clock")
# Site, its zone, the moment (UTC), its day there, that day's length.
CHANGES = (("Madrid", "Europe/Madrid", "2027-03-28 01:00:00", "2027-03-28", 23.0),
           ("Howe", "Australia/Lord_Howe", "2027-04-03 15:00:00", "2027-04-04", 24.5),
           ("Howe", "Australia/Lord_Howe", "2027-10-02 15:30:00", "2027-10-03", 23.5),
           ("Madrid", "Europe/Madrid", "2027-10-31 01:00:00", "2027-10-31", 25.0))
BEFORE_S, AFTER_S, SLEPT_S = 2, 2, 1800
DAY = 86400


def at(text):
    return calendar.timegm(time.strptime(text, "%Y-%m-%d %H:%M:%S"))


def set_clock(moment):
    CLOCK[:8] = struct.pack("<q", round((moment - time.time()) * 1e6))


def run(*argv):
    p = subprocess.run([program("camwarden"), *argv, "--config", CONFIG], capture_output=True, text=True, timeout=60,
                       env=ENV, check=False)
    assert p.returncode == 0, (argv, p)
    return p.stdout


def rows(sql):
    with contextlib.closing(sqlite3.connect(f"file:{STATE}/camwarden.db?mode=ro", uri=True)) as db:
        return db.execute(sql).fetchall()


def live(seconds, meanwhile=None):
    """Seconds by the monotonic clock from its epoch's start to its last heartbeat."""
    monitor = Child([program("camwarden"), "run", "--config", CONFIG], stderr=subprocess.STDOUT, env=ENV)
    monitor.wait_line(lambda line: "watching" in line, 30)
    time.sleep(seconds)
    if meanwhile:
        meanwhile(monitor)
    assert monitor.stop(30) == 0
    (start, beat), = rows("SELECT e.start - e.anchor, h.mono FROM epoch e, heartbeat h ORDER BY e.id DESC LIMIT 1")
    return (beat - start) / 1e6


def report(site, date):
    document = json.loads(run("report", "--format", "json", "--date", date, "--site", site))
    truth.all_same(f"{STATE}/camwarden.db", document)
    return document


def over_a_change(site, moment):
    set_clock(at(moment) - BEFORE_S)
    return live(BEFORE_S + AFTER_S)


def looks(site, date, hours, lived):
    day = report(site, date)["fleet"]
    assert day["span_s"] == hours * 3600, (site, date, day["span_s"])
    assert abs(sum(day["state_s"].values()) - day["span_s"]) < 1e-5, day
    known = day["span_s"] - day["state_s"]["unknown"]
    # Learning is unknown; all that is known lies in the time that it lived.
    assert 0 < known <= lived + 0.1, (known, lived, day)
    print(f"{site} {date}: {hours:g} h, {known:.1f} s known of {lived:.1f} s lived", flush=True)


def sleeps(monitor):
    """As a laptop: both clocks went on, the monotonic one did not."""
    before = len(rows("SELECT 1 FROM epoch"))
    wall, slept = struct.unpack("<2q", CLOCK[:])
    CLOCK[:] = struct.pack("<2q", wall + SLEPT_S * 1000000, slept + SLEPT_S * 1000000)
    monitor.wait_line(lambda line: "the machine slept" in line, 10)
    end = time.monotonic() + 10
    while len(rows("SELECT 1 FROM epoch")) == before:
        assert time.monotonic() < end
        time.sleep(0.1)
    time.sleep(1.5)


def main():
    set_clock(at("2027-03-01 00:00:00"))
    for name, text in (("sites", "path,zone\nMadrid,Europe/Madrid\nHowe,Australia/Lord_Howe\n"),
                       ("feeds", "site,name,url\nMadrid,m,rtsp://127.0.0.1:9/m\nHowe,h,rtsp://127.0.0.1:9/h\n")):
        with open(f"{DIR}/{name}.csv", "w", encoding="utf-8") as f:
            f.write(text)
        run(name, "import", f"{DIR}/{name}.csv", "--reason", "test")
    live(1)  # since when there is a record
    lived = [over_a_change(site, moment) for site, _, moment, _, _ in CHANGES]
    assert not check(STATE), check(STATE)
    assert {reason for reason, in rows("SELECT DISTINCT reason FROM epoch")} == {"start", "monitor-off"}, "nothing stepped"
    set_clock(at("2027-11-08 12:00:00"))
    live(1, sleeps)
    for (site, _, _, date, hours), seconds in zip(CHANGES, lived):
        looks(site, date, hours, seconds)
    (end,), (start,) = rows("SELECT coalesce(end, start) FROM epoch ORDER BY id DESC LIMIT 2 OFFSET 0")[1], \
        rows("SELECT start FROM epoch WHERE reason = 'the machine slept'")[0]
    assert abs(start - end - SLEPT_S * 1e6) < 2e6, (start, end)
    day = report("Madrid", "2027-11-08")
    assert any("the machine slept" in json.dumps(gap) for gap in day["gaps"]), day["gaps"]
    hold(STATE, set_clock=True)


main()
