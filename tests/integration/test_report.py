#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reports of drawn weeks: every feed's sums against plain Python over the
tables; JSON against its schema; CSV as a spreadsheet reads it; recomputed the
same, also after a monitor went on, and found when it was tampered with; bad
input ends with a clear word and nothing half-done. About 25 s."""
import csv
import json
import os
import shutil
import signal
import sqlite3
import subprocess
import time

import harness

DIR = harness.folder()
STATE = os.path.join(DIR, "state")
CONFIG = os.path.join(DIR, "camwarden.yaml")
SCHEMA = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "docs", "report.schema.json")
ZONE = "America/Ojinaga"


def bench(name):
    for folder in (os.path.join(os.environ.get("CAMWARDEN_BUILD", ""), "bench"),
                   os.path.join(os.path.dirname(harness.program("camwarden")), "..", "bench")):
        if os.path.exists(os.path.join(folder, name)):
            return os.path.join(folder, name)
    harness.skip(f"{name} is not built")


def report(*argv, code=0, state=None):
    p = subprocess.run([harness.program("camwarden"), "report", "--config", CONFIG, *argv,
                        *(["--state-dir", state] if state else [])],
                       capture_output=True, text=True, timeout=120, check=False)
    assert p.returncode == code, (argv, p.returncode, p.stdout[:300], p.stderr)
    if code == 2:
        assert p.stderr.startswith("camwarden: ") and p.stderr.count("\n") <= 2, p.stderr
    return p.stdout + p.stderr


def moment(text):
    """Microseconds of what the JSON says."""
    base = time.strptime(text[:19], "%Y-%m-%dT%H:%M:%S")
    return (int(__import__("calendar").timegm(base)) * 1000000) + int(text[20:26])


STREAM = range(24, 30)  # causes that leave a feed good


def counted(state, causes):
    if state == 1:
        return "good"
    if state == 2 and all(c in STREAM for c in range(36) if causes >> c & 1):
        return "good"
    return "unknown" if state == 0 else "bad"


def sums(db, feed, begin, end, heartbeat):
    """Every border cuts; each piece counts as the newest epoch says that covers
    it. The monitor is stopped: what was open ended at its heartbeat."""
    rows = [(epoch, a, b if b is not None else heartbeat, state, causes) for epoch, a, b, state, causes in
            db.execute("SELECT epoch, start, end, state, causes FROM interval WHERE feed = ?", (feed,))]
    rows.append((1 << 60, heartbeat, 1 << 60, 0, 0))
    cuts = sorted({begin, end, *(t for _, a, b, _, _ in rows for t in (a, b) if begin < t < end)})
    out = {"good": 0, "bad": 0, "unknown": 0}
    for a, b in zip(cuts, cuts[1:]):
        over = [r for r in rows if r[1] <= a and r[2] >= b]
        if over:
            _, _, _, state, causes = max(over)
            out[counted(state, causes)] += b - a
    return out


def figures_right(document):
    db = sqlite3.connect(f"file:{STATE}/camwarden.db?mode=ro", uri=True)
    heartbeat = db.execute("SELECT utc FROM heartbeat").fetchone()[0]
    ids = {__import__("uuid").UUID(bytes=u).__str__(): i for i, u in db.execute("SELECT id, uuid FROM feed")}
    begin, end = moment(document["from"]), min(moment(document["to"]), moment(document["as_of"]))
    total = 0
    for feed in document["feeds"]:
        wanted = sums(db, ids[feed["uuid"]], begin, end, heartbeat)
        for word, us in wanted.items():
            assert round(feed["counted_s"][word] * 1e6) == us, (feed["uuid"], word, feed["counted_s"], wanted)
        assert round(feed["span_s"] * 1e6) == sum(wanted.values())
        total += sum(wanted.values())
    assert round(document["fleet"]["span_s"] * 1e6) == total and total > 0
    db.close()


def schema_holds(document):
    try:
        import jsonschema
    except ImportError:
        harness.skip("python3-jsonschema is missing")
    with open(SCHEMA, encoding="utf-8") as f:
        schema = json.load(f)
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.Draft202012Validator(schema).validate(document)
    broken = dict(document, as_of="yesterday")
    assert list(jsonschema.Draft202012Validator(schema).iter_errors(broken))


def csv_opens(path, feeds):
    with open(path, "rb") as f:
        data = f.read()
    assert data.startswith(b"\xef\xbb\xbf") and b"\n" not in data.replace(b"\r\n", b"")
    rows = list(csv.reader(data[3:].decode().splitlines()))
    assert len({len(r) for r in rows}) == 1, {len(r) for r in rows}
    assert sum(r[0] == "feed" for r in rows) == feeds
    for row in rows:
        for cell in row:
            assert not cell.startswith(("=", "+", "@", "\t")), cell
    assert any(r[2].startswith("'=HYPERLINK") for r in rows)


def files_of(folder):
    return sorted(os.listdir(folder))


def bad_input():
    target = os.path.join(DIR, "out")
    os.mkdir(target)
    out = os.path.join(target, "x.json")
    for argv, word in ((["--date", "2026-02-30"], "no date"), (["--date", "soon"], "no date"),
                       (["--from", "2020-01-01", "--to", "2020-01-02"], "oldest record"),
                       (["--from", "2099-01-01", "--to", "2099-01-02"], "future"),
                       (["--from", "2026-01-02", "--to", "2026-01-01"], "before --to"),
                       (["--from", "2026-13-02"], "expected a moment"), (["--to", "now"], "expected a moment"),
                       (["--site", "Atlantis"], "no site"), (["--format", "pdf"], "no format"),
                       (["--language", "xx"], "no language"), (["--check", CONFIG], "no report")):
        assert word in report(*argv, "-o", out, code=2), (argv, word)
    assert files_of(target) == []
    assert "can't be made" in report("--folder", os.path.join(CONFIG, "sub"), code=2)
    assert "can't be written" in report("-o", os.path.join(DIR, "none", "x.json"), code=2)
    report("-o", "/dev/full/x.html", code=2)


def damaged():
    other = os.path.join(DIR, "damaged")
    os.mkdir(other)
    shutil.copy(os.path.join(STATE, "camwarden.db"), other)
    path = os.path.join(other, "camwarden.db")
    with open(path, "r+b") as f:
        size = os.path.getsize(path)
        for at in range(8192, size - 4096, 12288):
            f.seek(at)
            f.write(b"\x5a" * 4096)
    target = os.path.join(DIR, "of-damaged")
    report("--date", "yesterday", "--folder", target, code=2, state=other)
    assert not os.path.exists(target) or files_of(target) == []


def monitor_goes_on(document):
    """A monitor starts on the database, and with it the time of which the
    report said that nobody watched gets rows: the report stays the same."""
    with open(os.path.join(DIR, "log"), "w", encoding="utf-8") as log:
        monitor = harness.Child([harness.program("camwarden"), "run", "--config", CONFIG], stderr=log)
    time.sleep(6)
    assert monitor.process.poll() is None, open(os.path.join(DIR, "log")).read()
    assert "the same" in report("--check", document)
    live = os.path.join(DIR, "live.json")
    report("--from", "yesterday", "-o", live)
    time.sleep(8)
    assert "the same" in report("--check", live)
    monitor.process.send_signal(signal.SIGTERM)
    assert monitor.process.wait(20) == 0
    assert "the same" in report("--check", live)


def main():
    os.mkdir(STATE)
    with open(CONFIG, "w", encoding="utf-8") as f:
        f.write(f"state_dir: {STATE}\nreport:\n  zone: {ZONE}\n  target: 99.5%\n")
    subprocess.run([bench("bench_year"), "--dir", STATE, "--feeds", "80", "--days", "36"], check=True,
                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    db = sqlite3.connect(os.path.join(STATE, "camwarden.db"))
    db.execute("UPDATE feed SET name = '=HYPERLINK(\"http://x\",\"y\")' WHERE id = 3")
    db.commit()
    db.close()
    # A week, and one that ends after the monitor did.
    for spans in (["--date", "yesterday"], ["--from", "yesterday", "--to", "now"],
                  ["--from", time.strftime("%Y-%m-%d", time.gmtime(time.time() - 30 * 86400))]):
        path = os.path.join(DIR, "report.json")
        report(*spans, "-o", path)
        with open(path, encoding="utf-8") as f:
            document = json.load(f)
        assert document["zone"] == ZONE
        figures_right(document)
        schema_holds(document)
        assert "the same" in report("--check", path)
    # Days of the zone: each as long as its clocks say.
    assert len(document["days"]) >= 30
    assert sum(moment(d["to"]) - moment(d["from"]) for d in document["days"]) == \
        moment(document["to"]) - moment(document["from"])
    folder = os.path.join(DIR, "folder")
    said = report("--date", "yesterday", "--folder", folder).splitlines()
    assert len(said) == 6 and all(os.path.exists(line) for line in said[1:]), said
    assert not [n for n in files_of(folder) if n.endswith(".part")]
    csv_opens([line for line in said if line.endswith(".csv")][0], len(document["feeds"]))
    with open(path, encoding="utf-8") as f:
        text = f.read()
    tampered = os.path.join(DIR, "tampered.json")
    with open(tampered, "w", encoding="utf-8") as f:
        f.write(text.replace('"began":', '"began":9', 1))
    assert ".outages.began" in report("--check", tampered, code=1)
    part = report("--site", "Region 1", "--format", "json")
    assert {f["site"].split("/")[0] for f in json.loads(part)["feeds"]} == {"Region 1"}
    bad_input()
    damaged()
    monitor_goes_on(path)


main()
