#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Consoles, screens, patterns and rosters at the command line: without a
monitor and with one the same; every mistake told with its place and nothing
half-applied; what is exported imports again; tokens and disputes; the audit of
a monitor that was killed is unknown. About 20 s."""
import csv
import io
import json
import os
import re
import signal
import sqlite3
import subprocess
import time

import harness

DIR = harness.folder()
STATE = os.path.join(DIR, "state")
CONFIG = os.path.join(DIR, "camwarden.yaml")
ROOM = "Control; \"room\", 1"  # what a spreadsheet has to quote


def run(*argv):
    p = subprocess.run([harness.program("camwarden"), *argv, "--config", CONFIG], capture_output=True, text=True,
                       timeout=60, check=False)
    return p.returncode, p.stdout, p.stderr


def good(*argv):
    code, out, err = run(*argv)
    assert code in (0, 3), (argv, code, out, err)
    return out


def write(name, rows):
    path = os.path.join(DIR, name)
    with open(path, "w", newline="") as f:
        csv.writer(f).writerows(rows)
    return path


def start():
    with open(os.path.join(DIR, "log"), "a") as log:
        monitor = harness.Child([harness.program("camwarden"), "run", "--config", CONFIG], stderr=log)
    end = time.monotonic() + 20
    # The database is written to a moment before it listens.
    while run("status", "--json")[0] in (2, 3) or not os.path.exists(f"{STATE}/control.sock"):
        assert time.monotonic() < end and monitor.process.poll() is None, open(os.path.join(DIR, "log")).read()
        time.sleep(0.2)
    return monitor


def rows(sql):
    with sqlite3.connect(f"file:{STATE}/camwarden.db?mode=ro", uri=True) as db:
        return db.execute(sql).fetchall()


def imports():
    consoles = write("consoles.csv", [["console", "room", "site", "desk_feed"],
                                      ["Desk 1", ROOM, "North/Gate", "North/Gate/desk"], ["=1+1", ROOM, "North/Gate", ""]])
    patterns = write("patterns.csv", [["Pattern", "Class", "Shows", "Tiles"], ["wall", "vms*", "layout", "4"],
                                      ["one", "mpv", "North/Gate/cam; 2", ""]])
    screens = write("screens.csv", [["screen", "console", "room", "output", "layout", "confirmed_by"],
                                    ["S1", "Desk 1", "", "HDMI-1", "North/Gate/cam 1;North/Gate/cam 3", "wall"],
                                    ["Wall", "", ROOM, "", "", "vms"]])
    roster = write("roster.csv", [["room", "days", "from", "to", "at_least", "breaks"],
                                  [ROOM, "daily", "00:00", "00:00", "1", "10:00-10:15"]])
    return consoles, patterns, screens, roster


def check_import(files):
    # In any order: they are told apart, and sorted.
    out = good("consoles", "import", files[2], files[1], files[0])
    assert "consoles: 2 added" in out and "patterns: 2 added" in out and "screens: 2 added" in out, out
    assert "roster: 1 added" in good("roster", "import", files[3])
    out = good("consoles", "import", files[2], files[1], files[0]) + good("roster", "import", files[3], "--prune")
    assert len(re.findall("0 added, 0 changed, 0 removed, [12] unchanged", out)) == 4, out


def check_export():
    for kind in ("consoles", "screens", "patterns"):
        text = good("consoles", "export", kind)
        again = os.path.join(DIR, "again.csv")
        with open(again, "w", newline="") as f:
            f.write(text)
        out = good("consoles", "import", again, "--prune")
        assert "0 added, 0 changed, 0 removed" in out, (kind, out)
        assert json.loads(good("consoles", "list", kind, "--json")), kind
    cells = [r[0] for r in csv.reader(io.StringIO(good("consoles", "export")))]
    assert "'=1+1" in cells, "a spreadsheet would run it"
    text = good("roster", "list", "--csv")
    assert "00:00,00:00,1,10:00-10:15" in text, text


def check_mistakes():
    told = ("SELECT count(*) FROM event WHERE kind GLOB 'console.*' OR kind GLOB 'screen.*' OR kind GLOB 'room.*'"
            " OR kind GLOB 'pattern.*' OR kind GLOB 'shift.*' OR kind GLOB 'token.*' OR kind = 'dispute'")
    before = rows(told)
    bad = write("bad.csv", [["screen", "console", "layout"], ["S9", "Nobody", "North/Gate/cam 1; North/none"],
                            ["S8", "", ""], ["S8", "Desk 1", ""]])
    code, out, err = run("consoles", "import", bad)
    assert code == 1 and "bad.csv:3:1: expected a console or a room" in err, (code, out, err)
    bad = write("bad.csv", [["screen", "console", "layout"], ["S9", "Nobody", "North/Gate/cam 1; North/none"]])
    code, out, err = run("consoles", "import", bad)
    assert code == 1 and "\"Nobody\": no such console" in err and "\"North/none\": no such feed" in err, (code, out, err)
    code, out, err = run("consoles", "import", write("odd.csv", [["colour"], ["red"]]))
    assert code == 2 and "first row" in err, (code, err)
    code, out, err = run("roster", "import", write("bad.csv", [["room", "days", "from", "to"], ["x", "mo", "6", "14:00"]]))
    assert code == 1 and "bad.csv:2:3: not days" in err and "bad.csv:2:6: not a time of day" in err, (code, err)
    code, out, err = run("consoles", "remove", "Nobody")
    assert code == 1 and "none of that name" in err, (code, err)
    code, out, err = run("consoles", "remove", "wall", "--pattern")
    assert code == 1 and "still confirmed" in err, (code, err)
    for argv in (("consoles", "token", "Nobody"), ("consoles", "token", "--revoke", "99"),
                 ("consoles", "dispute", "Nobody", "--from", "today", "--to", "now", "--reason", "x")):
        code, out, err = run(*argv)
        assert code == 1 and err, (argv, code, out, err)
    for argv in (("consoles", "token", "Desk 1", "--kind", "king"), ("consoles", "paint"), ("roster", "paint"),
                 ("consoles", "dispute", "Desk 1", "--from", "noon", "--to", "now", "--reason", "x"),
                 ("unwatched", "--from", "2026-99-01"), ("unwatched", "--feed", "No/Such"),
                 ("unwatched", "--from", "now", "--to", "today"), ("unwatched", "paint")):
        code, out, err = run(*argv)
        assert code == 2 and err, (argv, code, out, err)
    assert rows(told) == before, "something of it was done"
    assert not rows("SELECT 1 FROM screen WHERE name IN ('S8', 'S9')")


def check_tokens():
    made = json.loads(good("consoles", "token", "Desk 1", "--kind", "browser", "--json", "--reason", "new page"))
    assert re.fullmatch("[0-9a-f]{64}", made["token"]), made
    listed = json.loads(good("consoles", "token", "--list", "--json"))["tokens"]
    mine = next(t for t in listed if t["id"] == made["number"])
    assert mine["kind"] == "browser" and mine["console"] == "Desk 1" and mine["revoked"] is None, mine
    good("consoles", "token", "--revoke", str(made["number"]))
    listed = json.loads(good("consoles", "token", "--list", "--json"))["tokens"]
    assert next(t for t in listed if t["id"] == made["number"])["revoked"], listed
    with open(f"{STATE}/camwarden.db", "rb") as f:
        assert made["token"].encode() not in f.read(), "the token itself is kept"
    body = rows("SELECT p.body FROM event e JOIN private p USING(seq) WHERE e.kind = 'token.add' "
                "ORDER BY seq DESC LIMIT 1")[0][0]
    assert "new page" in body and made["token"] not in body, body


def check_audit(state):
    audit = json.loads(good("unwatched", "--json"))
    assert audit["zone"] == "America/Tijuana" and len(audit["feeds_list"]) == 4, audit
    for feed in audit["feeds_list"]:
        spans = feed["seconds"]
        span = sum(spans.values())
        assert span > 0 and spans["watched"] == 0, feed
        assert abs(spans[state] - span) < 15, (state, feed)
    text = good("unwatched", "--limit", "2")
    assert "and 2 more" in text and "2 consoles, 2 screens, 32 tiles for 4 feeds" in text, text
    table = list(csv.DictReader(io.StringIO(good("unwatched", "--csv", "--debt"))))
    assert len(table) == 4 and all(float(r["owed_s"]) >= 0 for r in table), table
    line = json.loads(good("unwatched", "--feed", "North/Gate/cam 1", "--json"))["line"]
    assert line and all(a["to"] == b["from"] for a, b in zip(line, line[1:])), line


def main():
    with open(CONFIG, "w") as f:
        f.write(f"state_dir: {STATE}\nhttp:\n  address: 127.0.0.1\n  port: {harness.free_port()}\n")
    os.mkdir(STATE, 0o700)
    good("sites", "import", write("sites.csv", [["site", "zone"], ["North/Gate", "America/Tijuana"]]))
    good("feeds", "import", write("feeds.csv", [["site", "name", "url", "no_picture"],
                                                *[["North/Gate", n, f"rtsp://127.0.0.1:1/{i}", p] for i, (n, p) in enumerate(
                                                    [("cam 1", "no"), ("cam; 2", "no"), ("cam 3", "no"), ("desk", "yes")])]]))
    files = imports()
    check_import(files)
    check_export()
    check_mistakes()
    check_tokens()

    # All of it again with a monitor: nothing is lost, nothing is different.
    monitor = start()
    assert "0 added, 0 changed, 0 removed, 2 unchanged" in good("consoles", "import", files[0], "--prune")
    check_export()
    check_mistakes()
    check_tokens()
    shift = json.loads(run("roster", "now", "--json")[1])
    assert [s["is"] for s in shift] in (["unknown"], ["break"]), shift
    now = json.loads(good("consoles", "--json"))
    assert {c["presence"] for c in now} == {"unknown"} and {c["why"] for c in now} == {"never-heard"}, now
    good("consoles", "dispute", "Desk 1", "--from", "yesterday", "--to", "today", "--reason", "I was there")
    assert rows("SELECT console, text FROM dispute") == [(1, "I was there")]
    time.sleep(2)
    check_audit("not-on-screen")

    # Killed: from its last word on nobody can say anything.
    monitor.process.send_signal(signal.SIGKILL)
    monitor.process.wait()
    time.sleep(4)
    code, out, err = run("consoles", "--json")
    assert code == 3 and {c["why"] for c in json.loads(out)} == {"monitor-off"}, (code, out, err)
    monitor = start()
    assert rows("SELECT count(*) FROM presence p JOIN epoch e ON e.id = p.epoch WHERE e.reason = 'monitor-off'"
                " AND p.state = 0 AND p.end = e.end") [0][0] >= 2
    assert "1 removed" in good("consoles", "remove", "=1+1")
    harness.intact(STATE, CONFIG)
    monitor.stop()
    harness.intact(STATE)
    print("ok")


main()
