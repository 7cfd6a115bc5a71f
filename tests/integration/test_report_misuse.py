#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reports that are asked for wrongly, of databases that are damaged, of an older
camwarden, of another installation, of which part went by age; written where
there is no room; names made to break what opens them; and what a dark monitor
may not look like. Each ends with a word, a code, and nothing half-done.
About 60 s. LABEL: light"""
import csv
import io
import json
import os
import random
import re
import resource
import shutil
import sqlite3
import stat
import subprocess
import time

import harness

DIR = harness.folder()
STATE = os.path.join(DIR, "state")
HOSTILE = ['=cmd|"/C calc"!A0', "+1+1", "@SUM(A1)", '-2+3\n"quoted";x', "\u202eeman\u202c", "\U0001f4f7 cam, \"one\"",
           "<img src=x onerror=alert(1)>", "\tTab", "\t=1+1", " =2+2", "\r=3", "'--", "a" * 300, "nul\x01\x1b[31mred"]


def bench():
    for folder in (os.path.join(os.environ.get("CAMWARDEN_BUILD", ""), "bench"),
                   os.path.join(os.path.dirname(harness.program("camwarden")), "..", "bench")):
        if os.path.exists(os.path.join(folder, "bench_year")):
            return os.path.join(folder, "bench_year")
    return harness.skip("bench_year is not built")


def report(*argv, state=STATE, limit=None):
    """(code, stdout, stderr); never a signal."""
    def small():
        if limit:
            resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
    p = subprocess.run([harness.program("camwarden"), "report", "--state-dir", state, *argv], capture_output=True,
                       timeout=120, check=False, preexec_fn=small)
    assert p.returncode in (0, 1, 2), (argv, p.returncode, p.stderr[-500:])
    return p.returncode, p.stdout, p.stderr.decode()


def copy(name):
    state = os.path.join(DIR, name)
    shutil.copytree(STATE, state)
    return state, os.path.join(state, "camwarden.db")


def edit(path, *sql):
    db = sqlite3.connect(path)
    for statement in sql:
        db.execute(statement) if isinstance(statement, str) else db.execute(*statement)
    db.commit()
    db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    db.close()


def refused(what, *argv, state=STATE, word=""):
    code, out, err = report(*argv, state=state)
    assert code == 2 and err.startswith("camwarden: ") and word in err, (what, code, out[:200], err)
    print(f"{what}: {err.strip().splitlines()[-1][:110]}", flush=True)


def day(back):
    return time.strftime("%Y-%m-%d", time.gmtime(time.time() - 86400 * back))


def asked():
    for argv, word in ((["--date", "0000-00-00"], "no date"), (["--date", day(1) + "x"], "no date"),
                       (["--date", "2026-02-29"], "no date"), (["--date", "1/2/2026"], "no date"),
                       (["--from", day(1), "--to", day(1)], "empty span"), (["--from", "2026-11-02 25:00"], "expected"),
                       (["--from", day(1), "--to", "99999-01-01"], "expected"), (["--site", "Region 1/"], "no site"),
                       (["--site", "'; DROP TABLE feed; --"], "no site"), (["--site", "x" * 5000], "no site"),
                       (["--check", "/dev/null"], "no report"), (["--check", DIR], "")):
        refused(str(argv)[:60], *argv, word=word)
    # Ten years of which fifty days are there: it begins where the record does.
    code, out, _ = report("--from", "2016-01-01", "--to", day(1), "--format", "json")
    ten = json.loads(out)
    assert code == 0 and ten["from"][:10] == day(33), ten["from"]
    for argv in (["--from", day(3) + " 10:00:00Z", "--to", day(3) + " 10:00:01Z"], ["--from", day(2), "--to", "2999-01-01"]):
        assert report(*argv, "--format", "json")[0] == 0
    assert report("--date", day(3), "--site", "Nobody", "--format", "json")[0] in (0, 2)


def damaged(rng):
    for name, content in (("zero", b""), ("text", b"hello " * 4000), ("cut", None)):
        state, path = copy(name)
        data = open(path, "rb").read()
        with open(path, "wb") as f:
            f.write(data[:150_000] if content is None else content)
        refused(name, "--date", day(3), "--folder", os.path.join(state, "out"), state=state)
        assert not os.path.exists(os.path.join(state, "out")) or not os.listdir(os.path.join(state, "out"))
    state, path = copy("dir")
    os.unlink(path)
    os.mkdir(path)
    refused("a directory", "--date", day(3), state=state)
    state, path = copy("bytes")
    size = os.path.getsize(path)
    for _ in range(25):  # bytes anywhere: a word and a code, or a report; never a crash
        shutil.copy(os.path.join(STATE, "camwarden.db"), path)
        with open(path, "r+b") as f:
            for _ in range(60):
                f.seek(rng.randrange(100, size))
                f.write(rng.randbytes(4))
        code, _, err = report("--from", day(15), "-o", os.path.join(DIR, "x.html"), state=state)
        assert code in (0, 2) and (code == 0 or err), (code, err)
    state, path = copy("older")
    edit(path, "PRAGMA user_version = 3")
    refused("older", "--date", day(3), state=state, word="older camwarden")
    edit(path, "PRAGMA user_version = 99")
    refused("newer", "--date", day(3), state=state, word="newer")


def no_room():
    for limit in (1, 4096, 40_000):
        out = os.path.join(DIR, f"room{limit}")
        code, _, err = report("--date", day(3), "--folder", out, limit=limit)
        # With hardly any room SQLite can't even map its index.
        assert code == 2 and ("can't be written" in err or limit < 50_000 and "I/O error" in err), (limit, code, err)
        left = [n for _, _, names in os.walk(out) for n in names if not n.endswith(".png")]
        assert left == [], (limit, left)
    link = os.path.join(DIR, "file")
    open(link, "w").close()
    for bad in (link, "/proc/nothing", "/dev/null/x"):
        assert report("--date", day(3), "--folder", bad)[0] == 2
    assert report("--date", day(3), "-o", DIR)[0] == 2
    # What a name stands for is written to, and stays what it is: as root, a device could be renamed over.
    pipe, pointer = os.path.join(DIR, "pipe"), os.path.join(DIR, "pointer")
    os.mkfifo(pipe)
    os.symlink("file", pointer)
    reading = subprocess.Popen(["cat", pipe], stdout=subprocess.PIPE)
    for special in (pipe, pointer):
        assert report("--date", day(3), "--format", "csv", "-o", special)[0] == 0
    assert stat.S_ISFIFO(os.lstat(pipe).st_mode) and os.path.islink(pointer)
    assert reading.communicate(timeout=20)[0] == open(link, "rb").read() != b""


def hostile():
    state, path = copy("names")
    edit(path, *[("UPDATE feed SET name = ? WHERE id = ?", (n, i + 1)) for i, n in enumerate(HOSTILE)],
         ("UPDATE overlay SET reason = ?, actor = ?", ("=1+1", "@Ana\n")),
         ("UPDATE incident SET note = ?, acknowledged_by = ? WHERE acknowledged IS NOT NULL", ("+7\r\n=8", "-Bob")),
         ("UPDATE site SET contact = ? WHERE path = 'Region 0'", ("=HYPERLINK(\"http://x\")",)))
    spanned = ("--from", day(15))
    code, out, _ = report(*spanned, "--format", "csv", state=state)
    assert code == 0 and out.startswith(b"\xef\xbb\xbf")
    rows = list(csv.reader(io.StringIO(out[3:].decode(), newline="")))
    assert len({len(r) for r in rows}) == 1
    for row in rows:
        for cell in row:
            number = cell.replace(".", "", 1).replace("-", "", 1).isdigit()
            assert not cell or cell.lstrip()[:1] not in ("=", "+", "@") and (cell[0] != "-" or number), cell
    assert all("," not in c for r in rows for c in r if c.replace(",", "").replace(".", "").isdigit())
    code, out, _ = report(*spanned, "--format", "json", state=state)
    document = json.loads(out)
    assert code == 0 and {f["name"] for f in document["feeds"]} >= {HOSTILE[0], HOSTILE[5], HOSTILE[6]}
    for form in ("html", "text"):
        code, out, _ = report(*spanned, "--format", form, state=state)
        text = out.decode()
        assert code == 0 and "\x1b" not in text and "\u202e" not in text and "<img src=x" not in text
    try:
        import jsonschema
    except ImportError:
        return
    with open(os.path.join(harness.ROOT, "docs", "report.schema.json"), encoding="utf-8") as f:
        jsonschema.Draft202012Validator(json.load(f)).validate(document)


def checked():
    path = os.path.join(DIR, "day.json")
    assert report("--date", day(6), "-o", path)[0] == 0
    assert report("--check", path)[0] == 0
    with open(path, encoding="utf-8") as f:
        document = json.load(f)

    def changed(change):
        other, copied = os.path.join(DIR, "changed.json"), json.loads(json.dumps(document))
        change(copied)
        with open(other, "w", encoding="utf-8") as f:
            json.dump(copied, f)
        return report("--check", other)

    assert changed(lambda d: None)[0] == 0  # other blanks, the same figures
    for change in (lambda d: d["fleet"]["counted_s"].update(good=d["fleet"]["counted_s"]["good"] + 0.000001),
                   lambda d: d["feeds"].pop(), lambda d: d["incidents"].clear(), lambda d: d["ledger"].update(head="00" * 32),
                   lambda d: d.update(more=1), lambda d: d["feeds"][0]["outages"].update(mttr_s=None, mtbf_s=1)):
        code, out, _ = changed(change)
        assert code == 1 and b"it differs" in out, out
    code, _, err = changed(lambda d: d["ledger"].update(origin="00000000-0000-4000-8000-000000000000"))
    assert code == 2 and "another installation" in err, err
    for change in (lambda d: d.update(to=d["from"]), lambda d: d.update(camwarden_report=99), lambda d: d.pop("zone"),
                   lambda d: d.update(as_of="now"), lambda d: d.update(ledger=[])):
        assert changed(change)[0] == 2
    # What went by age since: no "the same", and no "it differs" either.
    state, database = copy("aged")
    edge = int(time.time() // 86400 - 5) * 86_400_000_000 + 5
    edit(database, ("DELETE FROM interval WHERE end < ?", (edge,)), "INSERT INTO event(seq, run, mono, utc, kind, actor, body,"
         " hash) SELECT seq + 1, run, mono, unixepoch() * 1000000, 'retention', 'camwarden', json_object('intervals', 9, 'intervals_to', "
         f"{edge}), zeroblob(32) FROM event ORDER BY seq DESC LIMIT 1")
    refused("aged", "--check", path, state=state, word="can't be recomputed any more")
    refused("a day that is gone", "--date", day(9), state=state, word="oldest")
    code, out, _ = report("--from", day(9), "--format", "json", state=state)
    assert code == 0 and json.loads(out)["from"] > document["to"], json.loads(out)["from"]
    state, database = copy("people")
    edit(database, ("DELETE FROM presence WHERE end < ?", (edge,)), "INSERT INTO event(seq, run, mono, utc, kind, actor,"
         " body, hash) SELECT seq + 1, run, mono, unixepoch() * 1000000, 'retention', 'camwarden', json_object('presence', 9, 'presence_to', "
         f"{edge}), zeroblob(32) FROM event ORDER BY seq DESC LIMIT 1")
    code, out, err = report("--check", path, state=state)
    assert code == 1 and "deleted by their age (presence)" in err, (out, err)
    state, database = copy("edited")
    edit(database, "UPDATE interval SET state = 1, cause = 0, causes = 0 WHERE state = 3")
    assert report("--check", path, state=state)[0] == 1


def dark():
    """The monitor has been off since midnight: no grey noughts, no good news."""
    for when in ("yesterday", "today"):
        if when == "today" and time.time() % 86400 < 120:
            continue
        _, out, _ = report("--date", when, "--format", "text")
        text = out.decode()
        assert "UNKNOWN NOW: 40 of 40 feeds" in text and "\u2013  still down" in text, text[:800]
        assert "Nothing needs a person" not in text
    text = report("--date", "today", "--format", "text")[1].decode()
    if time.time() % 86400 > 120:
        assert "at least 0%, at most 100%" in text and "monitor off" in text, text[:900]


def drawn():
    """`ledger verify` draws hours of what was watched: it says how many, of how many."""
    def hours(*argv):
        p = subprocess.run([harness.program("camwarden"), "ledger", "verify", "--db", os.path.join(STATE, "camwarden.db"),
                            *argv], capture_output=True, text=True, timeout=120)
        assert p.returncode == 0, p.stdout + p.stderr
        return re.search(r"^  (\d+) of (\d+) hours of what was watched made anew(.*)$", p.stdout, re.M).groups()

    looked, there, more = hours()
    assert looked == "24" and int(there) > 24 and more == " (--sums: all)", (looked, there, more)
    assert hours("--sums") == (there, there, "")


def main():
    os.mkdir(STATE)
    subprocess.run([bench(), "--dir", STATE, "--feeds", "40", "--days", "33"], check=True, stdout=subprocess.DEVNULL,
                   stderr=subprocess.DEVNULL)
    asked()
    damaged(random.Random(7))
    no_room()
    hostile()
    checked()
    dark()
    drawn()


main()
