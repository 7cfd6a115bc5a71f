#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The nightly report of a real monitor whose wall clock the test moves: a night
of a zone in which report.at is skipped; a report's files, row, line and hashes;
missed days made at start, oldest first; kill -9 amid a report; a folder that
can't be written (incident, mended, closed), a child that fails; retention; mail
through a real server, and one that was down.
LABEL: light. About 90 s."""
import calendar
import contextlib
import hashlib
import json
import mmap
import os
import signal
import sqlite3
import struct
import subprocess
import time

from harness import Child, folder, program, sanitized
from mail_servers import Exim

BUILD = os.environ["CAMWARDEN_BUILD"]
DIR = folder()
STATE = f"{DIR}/state"
REPORTS = f"{STATE}/reports"
CONFIG = f"{DIR}/camwarden.yaml"
LOG = f"{DIR}/log"
ENDS = [".html", "-mail.html", ".txt", ".csv", ".json", ".sha256"]
SLOW = 3 if sanitized() else 1

with open(f"{DIR}/clock", "wb") as f:
    f.write(bytes(8))
with open(f"{DIR}/clock", "r+b") as f:
    off = mmap.mmap(f.fileno(), 8)
ENV = dict(os.environ, LD_PRELOAD=f"{BUILD}/tests/clock_shim.so", CAMWARDEN_TEST_CLOCK=f"{DIR}/clock",
           ASAN_OPTIONS=os.environ.get("ASAN_OPTIONS", "") + ":verify_asan_link_order=0")


def set_clock(text):
    """It is that moment of UTC from now on."""
    then = calendar.timegm(time.strptime(text, "%Y-%m-%d %H:%M:%S"))
    off[:] = struct.pack("q", int((then - time.time()) * 1e6))


def config(**more):
    settings = {"zone": "Europe/Madrid", "at": "02:30", **more}
    mail = settings.pop("mail", "")
    with open(CONFIG, "w") as f:
        f.write(f"state_dir: {STATE}\nhttp:\n  enabled: false\n{mail}report:\n" +
                "".join(f"  {k}: {json.dumps(v)}\n" for k, v in settings.items()))


def run(*args, code=0):
    p = subprocess.run([program("camwarden"), *args, "--config", CONFIG], text=True, capture_output=True, timeout=60,
                       env=ENV)
    assert code in (None, p.returncode), (args, p.returncode, p.stdout, p.stderr)
    return p.stdout


def start():
    with open(LOG, "a") as log:
        monitor = Child([program("camwarden"), "run", "--config", CONFIG], stderr=log, env=ENV)
    end = time.monotonic() + 15 * SLOW
    while json.loads(run("status", "--json", code=None) or "{}").get("monitor") is None:
        assert time.monotonic() < end and monitor.process.poll() is None, open(LOG).read()
        time.sleep(0.1)
    return monitor


def report_state():
    return json.loads(run("status", "--json", code=None))["monitor"]["report"]


def rows(sql, *args):
    with contextlib.closing(sqlite3.connect(f"file:{STATE}/camwarden.db?mode=ro", uri=True)) as db:
        return db.execute(sql, args).fetchall()


def wait(what, test, seconds=30):
    began, end = time.monotonic(), time.monotonic() + seconds * SLOW
    while not (got := test()):
        assert time.monotonic() < end, f"{what}: not within {seconds * SLOW} s\n" + open(LOG).read()[-3000:]
        time.sleep(0.1)
    print(f"  {what}: {time.monotonic() - began:.1f} s", flush=True)
    return got


def made(date):
    return rows("SELECT id, starts, ends, path, sha256, seq FROM report WHERE path LIKE ?", f"%/report-{date}.html")


def sha(path):
    with open(path, "rb") as f:
        return hashlib.sha256(f.read()).hexdigest()


def check_report(date, where=REPORTS):
    """Its files stand there whole; row and line hold their hashes."""
    [(_, starts, ends, path, digest, seq)] = made(date)
    assert path == f"{where}/report-{date}.html", path
    assert digest.hex() == sha(path)
    [(kind, body)] = rows("SELECT kind, body FROM event WHERE seq = ?", seq)
    body = json.loads(body)
    assert kind == "report" and (body["from"], body["to"]) == (starts, ends), body
    for i, end in enumerate(ENDS, 1):
        assert body[f"file{i}"] == f"report-{date}{end}", body
        assert body[f"sha256_{i}"] == sha(f"{where}/report-{date}{end}"), end
        assert os.stat(f"{where}/report-{date}{end}").st_mode & 0o077 == 0, end
    subprocess.run(["sha256sum", "--check", "--quiet", f"report-{date}.sha256"], cwd=where, check=True)
    with open(path) as f:
        assert f.read().rstrip().endswith("</html>")
    return starts, ends


def no_leftovers(where=REPORTS):
    left = [n for n in os.listdir(where) if n.startswith(".") or n.endswith(".part")]
    assert not left, left


def own_incidents():
    return rows("SELECT id, text, closed FROM incident WHERE text LIKE 'The nightly report:%' ORDER BY id")


def lag_ms():
    return json.loads(run("status", "--json", code=None))["monitor"]["loop_lag_p99_us"] / 1000


def test_a_night_whose_time_is_skipped():
    """02:30 on 29 March 2026 doesn't exist in Madrid: due at 01:00 UTC."""
    config()
    set_clock("2026-03-28 12:00:00")
    monitor = start()
    s = wait("status says when the next comes", lambda: (t := report_state())["next"] and t)
    assert s["last"] is None and s["next"] == "2026-03-29T01:00:00.000Z" and s["next_date"] == "2026-03-28", s
    set_clock("2026-03-29 00:59:55")
    time.sleep(3)
    assert made("2026-03-28") == []
    wait("made once its time has come", lambda: made("2026-03-28"))
    starts, ends = check_report("2026-03-28")
    assert (ends - starts) / 3.6e9 == 24, (starts, ends)
    no_leftovers()
    s = wait("status says so", lambda: (t := report_state())["last"] and t)
    assert s["last_date"] == "2026-03-28" and s["next"] == "2026-03-30T00:30:00.000Z", s
    text = run("status", code=None)
    assert "Last report: of 2026-03-28" in text and "next: of 2026-03-29, at 2026-03-30T00:30:00Z" in text, text
    # The clock is set back over it: made once all the same.
    set_clock("2026-03-28 23:00:00")
    time.sleep(2.5)
    set_clock("2026-03-29 01:10:00")
    time.sleep(2.5)
    # The day of 23 hours, the next night.
    set_clock("2026-03-30 00:30:00")
    wait("the next night", lambda: made("2026-03-29"))
    starts, ends = check_report("2026-03-29")
    assert (ends - starts) / 3.6e9 == 23, (starts, ends)
    assert len(made("2026-03-28")) == 1
    print(f"  loop lag meanwhile (p99): {lag_ms():.1f} ms")
    monitor.stop()


def test_missed_days_are_made_at_start():
    set_clock("2026-04-10 09:00:00")
    monitor = start()
    wait("seven days made up for", lambda: made("2026-04-09"), 60)
    dates = [os.path.basename(p)[7:17] for (p,) in rows("SELECT path FROM report ORDER BY id")]
    assert dates == ["2026-03-28", "2026-03-29"] + [f"2026-04-{d:02}" for d in range(3, 10)], dates
    for date in dates:
        check_report(date)
    print(f"  loop lag meanwhile (p99): {lag_ms():.1f} ms")
    shown = json.loads(run("reports", "--json"))
    assert [r["date"] for r in shown] == dates[::-1], shown
    assert all(r["state"] == "ok" and r["sha256"] == sha(r["file"]) and r["size"] == os.path.getsize(r["file"])
               for r in shown)
    # Changed and gone files are seen.
    with open(f"{REPORTS}/report-2026-04-05.html", "a") as f:
        f.write(" ")
    os.rename(f"{REPORTS}/report-2026-04-04.html", f"{DIR}/kept.html")
    shown = {r["date"]: r["state"] for r in json.loads(run("reports", "--json", code=1))}
    assert shown["2026-04-05"] == "changed" and shown["2026-04-04"] == "gone" and shown["2026-04-06"] == "ok", shown
    os.rename(f"{DIR}/kept.html", f"{REPORTS}/report-2026-04-04.html")
    monitor.stop()


def slow_report(monitor, seconds=20):
    """Waits for the child that makes one, and stops it amid; its pid."""
    end = time.monotonic() + seconds * SLOW
    while time.monotonic() < end:
        for pid in descendants(monitor.process.pid):
            with contextlib.suppress(OSError):
                with open(f"/proc/{pid}/cmdline", "rb") as f:
                    words = f.read().split(b"\0")
                if words[1:2] == [b"report"]:
                    os.kill(pid, signal.SIGSTOP)
                    return pid
        time.sleep(0.002)
    raise AssertionError("no report was being made")


def lives(pid):
    """Not even as one that nobody has buried yet."""
    with contextlib.suppress(OSError), open(f"/proc/{pid}/stat") as f:
        return f.read().rsplit(")", 1)[1].split()[0] != "Z"
    return False


def descendants(pid):
    found = []
    with contextlib.suppress(OSError):
        for task in os.listdir(f"/proc/{pid}/task"):
            with open(f"/proc/{pid}/task/{task}/children") as f:
                for child in f.read().split():
                    found += [int(child)] + descendants(int(child))
    return found


def test_killed_amid_a_report():
    monitor = start()
    time.sleep(2)
    before = set(os.listdir(REPORTS))
    set_clock("2026-04-11 02:00:00")
    pid = slow_report(monitor)
    with open(f"/proc/{pid}/stat") as f:
        assert f.read().rsplit(")", 1)[1].split()[16] == "19", "it is not nice"
    fds = os.listdir(f"/proc/{pid}/fd")
    assert len(fds) <= 8, fds
    monitor.kill()
    time.sleep(0.5)
    assert not lives(pid), "it outlived the monitor"
    assert {n for n in os.listdir(REPORTS) if not n.startswith(".")} == before
    assert made("2026-04-10") == []
    monitor = start()
    wait("made at the next start", lambda: made("2026-04-10"))
    check_report("2026-04-10")
    no_leftovers()
    # One that hangs keeps nobody waiting: the monitor answers, and stops.
    time.sleep(1)
    set_clock("2026-04-12 02:00:00")
    pid = slow_report(monitor)
    for _ in range(5):
        assert report_state()["making"]
    began = time.monotonic()
    monitor.stop()
    print(f"  stopped beside a child that hangs: {time.monotonic() - began:.1f} s")
    assert not lives(pid)


def test_folder_that_cant_be_written():
    # A file stands where the folder should be: nobody can write into that, not even root.
    bad = f"{DIR}/elsewhere"
    open(bad, "w").close()
    config(folder=bad)
    monitor = start()
    incident = wait("an incident", own_incidents)[-1]
    assert "2026-04-11" in incident[1] and bad in incident[1] and incident[2] is None, incident
    s = report_state()
    assert incident[1] == s["trouble"], s
    listed = json.loads(run("incidents", "--json", code=1))
    assert [i["cause"] for i in listed] == ["own"], listed
    # It is the same one after a restart.
    monitor.stop()
    monitor = start()
    time.sleep(4)
    assert len(own_incidents()) == 1 and own_incidents()[0][2] is None, own_incidents()
    os.unlink(bad)
    wait("made once it can be", lambda: made("2026-04-11"), 90)
    check_report("2026-04-11", bad)
    wait("the incident is closed", lambda: own_incidents()[-1][2] is not None)
    assert os.stat(bad).st_mode & 0o777 == 0o700
    assert report_state()["trouble"] is None
    monitor.stop()


def test_child_that_fails():
    """Its process is killed: why is said, and it is made on the next attempt."""
    monitor = start()
    time.sleep(1)
    set_clock("2026-04-13 02:00:00")
    os.kill(slow_report(monitor), signal.SIGKILL)
    wait("an incident says why", lambda: len(own_incidents()) == 2 and "signal 9" in own_incidents()[-1][1])
    wait("made on the next attempt", lambda: made("2026-04-12"), 40)
    wait("the incident is closed", lambda: own_incidents()[-1][2] is not None)
    monitor.stop()


def test_retention():
    config(keep="3d")
    # What isn't ours stays.
    for name in ("notes.txt", "report-2026-04-01.txt.bak~", "report-of-2025.html"):
        open(f"{REPORTS}/{name}", "w").close()
    os.makedirs(f"{REPORTS}/report-2026-03-28-pictures", exist_ok=True)
    open(f"{REPORTS}/report-2026-03-28-pictures/1-before.png", "w").close()
    hashes = {n: sha(f"{REPORTS}/{n}") for n in os.listdir(REPORTS)
              if n.startswith("report-2026-") and os.path.isfile(f"{REPORTS}/{n}") and "bak" not in n}
    monitor = start()
    wait("old files are gone", lambda: not [n for n in os.listdir(REPORTS) if "report-2026-03" in n])
    wait("all of them", lambda: not [n for n in os.listdir(REPORTS) if n.startswith("report-2026-04-0")
                                     and n < "report-2026-04-10" and "bak" not in n])
    left = set(os.listdir(REPORTS))
    assert {"notes.txt", "report-2026-04-01.txt.bak~", "report-of-2025.html"} <= left, left
    lines = [json.loads(b) for (b,) in rows("SELECT body FROM event WHERE kind = 'retention'")]
    said = {b["report_file"]: b["sha256"] for b in lines if "report_file" in b}
    gone = {n: h for n, h in hashes.items() if n not in left}
    assert said == gone and len(gone) >= 40, (set(said) ^ set(gone))
    # What was deleted early is not made again.
    time.sleep(2)
    count = len(rows("SELECT 1 FROM report"))
    set_clock("2026-04-14 02:00:00")
    wait("the next night's", lambda: made("2026-04-13"))
    assert len(rows("SELECT 1 FROM report")) <= count + 1
    monitor.stop()


def test_mail():
    exim = Exim()
    exim.stop()  # down when the first report is made
    mail = f"mail:\n  server: smtp+plain://127.0.0.1:{exim.port}\n  from: camwarden@house.test\n"
    # Of another folder, which may hang: the page waits beside the database.
    config(mail=mail, mail_to="chief@house.test, auditor@house.test", folder=f"{DIR}/elsewhere")
    monitor = start()
    time.sleep(2)
    set_clock("2026-04-15 02:00:00")
    wait("made while the mail server is down", lambda: made("2026-04-14"))
    shown = json.loads(run("reports", "--json", code=None))[0]
    assert shown["date"] == "2026-04-14" and shown["mailed"] is None, shown
    exim.start()
    mails = wait("mailed once it is back", lambda: len(m := exim.mails()) >= 2 and m, 120)
    assert sorted(m["To"] for m in mails) == ["auditor@house.test", "chief@house.test"]
    m = mails[0]
    assert m["Subject"].startswith("camwarden 2026-04-14"), m["Subject"]
    text = m.get_body(("plain",)).get_content()
    assert "2026-04-14" in text, text
    parts = {a.get_filename(): a.get_payload(decode=True) for a in m.iter_attachments()}
    check_report("2026-04-14", f"{DIR}/elsewhere")
    assert os.listdir(f"{STATE}/mail") == ["report-2026-04-14-mail.html"]
    with open(f"{DIR}/elsewhere/report-2026-04-14-mail.html", "rb") as f:
        assert parts["report-2026-04-14-mail.html"] == f.read()
    [(note,)] = rows("SELECT note FROM checkpoint ORDER BY id DESC LIMIT 1") or [("",)]
    assert note.splitlines()[0] in text + parts.get("checkpoint.txt", b"").decode()
    wait("reports says so", lambda: json.loads(run("reports", "--json", code=None))[0]["mailed"])
    monitor.stop()

def test_full_disk():
    full = f"{DIR}/full"
    os.mkdir(full)
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=32k", "none", full], capture_output=True).returncode != 0:
        print("  no file system can be mounted here: left out")
        return
    try:
        count = len(own_incidents())
        config(folder=full)
        monitor = start()
        time.sleep(1)
        set_clock("2026-04-16 02:00:00")
        wait("an incident", lambda: len(own_incidents()) == count + 1 and "No space" in own_incidents()[-1][1])
        assert os.listdir(full) == [], "half a report"
        subprocess.run(["mount", "-o", "remount,size=64m", full], check=True)
        wait("made once there is room", lambda: not own_incidents()[-1][2] is None, 40)
        check_report("2026-04-15", full)
        no_leftovers(full)
        monitor.stop()
    finally:
        subprocess.run(["umount", "-l", full], check=False)


for name, test in [(n, t) for n, t in globals().items() if n.startswith("test_")]:
    print(name, flush=True)
    test()
assert "AddressSanitizer" not in open(LOG).read()
