#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The record as a customer lives it: cameras that fail, an acknowledgement,
maintenance, a console; witnesses over HTTPS and on another file system, a mail
server; reports that recompute the same; backup and restore; and an insider with
root and the signing key, whom the witness's file finds each time. About 100 s.
LABEL: light"""
import base64
import calendar
import contextlib
import hashlib
import json
import mmap
import os
import shutil
import sqlite3
import struct
import subprocess
import time

from harness import Child, certificate, folder, free_port, program, tell_farm, wait_port
from ledger_lines import look, ns
from mail_servers import Exim
from watchers import record as watchers_record
from watchers import (CONFIG, DIR, LOG, STATE, Agent, console, get, prepare, run, start_farm, start_monitor, token_of,
                      views, wait, window, write)

CONTROL = os.path.join(DIR, "farm.sock")
DB = os.path.join(STATE, "camwarden.db")
other = "/dev/shm" if os.stat("/dev/shm").st_dev != os.stat(DIR).st_dev else None
outside = f"{other}/camwarden-whole-{os.getpid()}" if other else None
port = free_port()
SECURE = f"https://localhost:{port}"


BUILD = os.environ["CAMWARDEN_BUILD"]
with open(f"{DIR}/clock", "wb") as f:
    f.write(bytes(8))
with open(f"{DIR}/clock", "r+b") as f:
    off = mmap.mmap(f.fileno(), 8)
TODAY = time.strftime("%Y-%m-%d", time.gmtime())


def set_clock(hour):
    """It is that moment of today for all that is started here (clock_shim.c)."""
    then = calendar.timegm(time.strptime(f"{TODAY} {hour}", "%Y-%m-%d %H:%M:%S"))
    off[:] = struct.pack("q", int((then - time.time()) * 1e6))


class Desk(Agent):
    def beat(self, **change):
        return super().beat(utc_ms=int(time.time() * 1000) + struct.unpack("q", off)[0] // 1000, **change)


def rows(query, *args, db=DB):
    with contextlib.closing(sqlite3.connect(f"file:{db}?mode=ro", uri=True)) as c:
        return c.execute(query, args).fetchall()


def feed(name):
    return next(f for f in get("/api/v1/feeds")["items"] if f["name"] == name)


def notes(where):
    """All that the witness keeps, as its owner would carry it here."""
    days = sorted(n for n in os.listdir(f"{DIR}/witness") if n.startswith("checkpoints-"))
    with open(where, "w") as out:
        for day in days:
            with open(f"{DIR}/witness/{day}") as f:
                out.write(f.read())
    return where


def verify(db, witnessed=None):
    """(exit code, the words) of an examination with what was carried away; nothing of it lies beside the database."""
    argv = [program("camwarden"), "ledger", "verify", "--db", db, "--key", f"{DIR}/kept.pub"]
    p = subprocess.run(argv + (["--checkpoint", witnessed] if witnessed else []), capture_output=True, text=True,
                       timeout=60)
    assert p.returncode in (0, 1) and not p.stderr, p
    return p.returncode, p.stdout


# --- an insider's tools: a second reading of docs/formats.md

def sign(text, key):
    """The note that ledger.key makes of it."""
    name, identity, coded = key.split("PRIVATE+KEY+")[1].strip().split("+", 2)
    der = bytes.fromhex("302e020100300506032b657004220420") + base64.b64decode(coded)[1:33]
    write("stolen.pem", "-----BEGIN PRIVATE KEY-----\n" + base64.b64encode(der).decode() + "\n-----END PRIVATE KEY-----\n")
    write("note.txt", text)
    signature = subprocess.run(["openssl", "pkeyutl", "-sign", "-rawin", "-inkey", f"{DIR}/stolen.pem",
                                "-in", f"{DIR}/note.txt"], check=True, capture_output=True).stdout
    return f"{text}\n— {name} {base64.b64encode(bytes.fromhex(identity) + signature).decode()}\n"


def root_of(leaves):
    if len(leaves) == 1:
        return leaves[0]
    k = 1 << (len(leaves) - 1).bit_length() - 1
    return hashlib.sha256(b"\x01" + root_of(leaves[:k]) + root_of(leaves[k:])).digest()


def make_anew(db, key):
    """All hashes, tiles, checkpoints and signatures, as if what the lines say now had always been said."""
    before, leaves = bytes(32), []
    for row in db.execute(
            "SELECT e.seq, o.uuid, r.uuid, mono, utc, kind, feed, coalesce(e.actor, p.actor), coalesce(e.body, p.body),"
            " salt FROM event e JOIN run r ON r.id = e.run JOIN origin o ON o.id = r.origin"
            " LEFT JOIN private p ON p.seq = e.seq ORDER BY e.seq").fetchall():
        seq, origin, life, mono, utc, kind, number, actor, body, salt = row
        digest = hashlib.sha256(b"\x10" + ns(salt or b"") + ns(actor) + ns(body)).digest()
        before = hashlib.sha256(b"\x00" + before + ns("1") + ns(origin) + ns(life) + ns(seq) + ns(mono) + ns(utc)
                                + ns(kind) + ns(number or 0) + ns(digest)).digest()
        leaves.append(before)
        db.execute("UPDATE event SET hash = ?, digest = iif(digest IS NULL, NULL, ?) WHERE seq = ?", (before, digest, seq))
    for level, place in db.execute("SELECT level, place FROM tile").fetchall():
        db.execute("UPDATE tile SET hash = ? WHERE level = ? AND place = ?",
                   (root_of(leaves[place << level:place + 1 << level]), level, place))
    for number, size, note in db.execute("SELECT id, size, note FROM checkpoint").fetchall():
        root = root_of(leaves[:size])
        lines = note.split("\n\n")[0].split("\n")
        lines[2] = base64.b64encode(root).decode()
        lines = [f"head {base64.b64encode(leaves[size - 1]).decode()}" if n.startswith("head ") else n for n in lines]
        db.execute("UPDATE checkpoint SET root = ?, note = ? WHERE id = ?",
                   (root, sign("\n".join(lines) + "\n", key), number))


def edited(name, *changes, then=None):
    path = f"{DIR}/{name}.db"
    shutil.copy(f"{DIR}/honest.db", path)
    with contextlib.closing(sqlite3.connect(path)) as db, db:
        for change in changes:
            assert db.execute(*change).rowcount > 0, change
        if then:
            then(db)
    return path


def witness_line(text):
    return next(n for n in text.splitlines() if "outside" in n or "NOT WITNESSED" in n)


def found(what, path, word, *more, alone=True):
    """With the witness's file it is found, in such words; without one too, or not."""
    code, text = verify(path, kept)
    print(f"--- {what}\n{text.splitlines()[0]}", flush=True)
    assert code == 1 and text.startswith(f"NOT INTACT: {word}: "), text
    for m in more:
        assert m in text, (m, text)
    code, text = verify(path)
    assert code == (1 if alone else 0) and "NOT WITNESSED" in text, (what, text)


def run_on(db, words):
    """That database in the place of the true one, and the monitor on it; the witness's contradiction is an incident."""
    for n in os.listdir(STATE):
        if n.startswith("camwarden.db"):
            os.unlink(f"{STATE}/{n}")
    shutil.copy(db, DB)
    m = Child([program("camwarden"), "run", "--config", CONFIG], stderr=open(LOG, "a"))
    denied = wait("the contradiction", 30, lambda: [t for t, in rows(
        "SELECT text FROM incident WHERE closed IS NULL AND text LIKE '%contradicted%'")])
    print(denied[0], flush=True)
    assert SECURE in denied[0] and words in denied[0], denied
    return m


# --- an installation, its keys carried to its witness
prepare()
os.environ.update(LD_PRELOAD=f"{BUILD}/tests/clock_shim.so", CAMWARDEN_TEST_CLOCK=f"{DIR}/clock",
                  ASAN_OPTIONS=os.environ.get("ASAN_OPTIONS", "") + ":verify_asan_link_order=0")
set_clock("23:56:00")
exim = Exim()
with open(CONFIG, "a") as f:
    f.write("ledger: {checkpoint_every: 2s}\n")
first = Child([program("camwarden"), "run", "--config", CONFIG], stderr=open(LOG, "a"))
wait("a first checkpoint", 20, lambda: os.path.exists(DB)
     and rows("SELECT 1 FROM sqlite_master WHERE name = 'checkpoint'") and rows("SELECT 1 FROM checkpoint"))
assert first.stop() == 0
shutil.copy(f"{STATE}/ledger.pub", f"{DIR}/kept.pub")
pem = certificate(DIR, "w")


def start_witness():
    w = Child([program("camwarden"), "ledger", "witness", "--listen", f"127.0.0.1:{port}", "--dir", f"{DIR}/witness",
               "--name", "w.test", "--origin-key", f"{DIR}/kept.pub", "--certificate", pem, "--key", f"{DIR}/w.key"],
              stderr=open(LOG, "a"))
    wait_port(port)
    return w


witness = start_witness()
with open(f"{DIR}/witness/witness.pub") as f:
    witnesses = f"{SECURE} {f.read().strip()}, mail"
if outside:
    os.mkdir(outside)
    witnesses += f", file://{outside}"
with open(exim.ca) as a, open(pem) as b:
    write("ca.pem", a.read() + b.read())
with open(CONFIG) as f:
    text = f.read().replace("checkpoint_every: 2s", f"checkpoint_every: 2s, witnesses: '{witnesses}'")
write("camwarden.yaml", text + f"mail: {{server: 'smtp://localhost:{exim.port}', from: camwarden@house.test, "
                               f"ca_file: {DIR}/ca.pem}}\nreport: {{zone: UTC, at: '00:00', mail_to: chief@b.test}}\n")

farm = start_farm(6, 53)
try:
    monitor, feeds = start_monitor(6)
    name = f"{feeds[0]['site']}/{feeds[0]['name']}"

    # --- a day in small: a camera dies, another loses its power, somebody takes note, somebody announces work, somebody watches
    run("consoles", "import", write("consoles.csv", f"console,room,site\nDesk 1,Room A,{feeds[0]['site']}\n"),
        write("patterns.csv", "pattern,class,title,shows\ngrid,*vms*,,layout\n"),
        write("screens.csv", f"screen,console,room,layout,confirmed_by\nS1,Desk 1,,{name},grid\n"))
    agent = Desk(token_of("Desk 1"))
    agent.hands, agent.windows = True, [window("grid")]
    agent.start()
    wait("somebody watches", 10, lambda: console("Desk 1")["presence"] == "attended" and views("S1") == ["counts"])
    tell_farm(CONTROL, "power-off cam 4")
    tell_farm(CONTROL, "drop 2")
    incidents = wait("two incidents", 40, lambda: len(i := rows(
        "SELECT id FROM incident WHERE closed IS NULL AND feed IS NOT NULL ORDER BY id")) >= 2 and i)
    time.sleep(6)
    run("incidents", "acknowledge", str(incidents[0][0]), "--reason", "the electrician knows")
    run("maintenance", "add", "--feed", name, "--for", "2h", "--reason", "new lens")
    run("backup", f"{DIR}/early.db")
    tell_farm(CONTROL, "power-on cam 4")
    tell_farm(CONTROL, "live 2")
    wait("all over", 60, lambda: rows("SELECT 1 FROM incident WHERE feed IS NOT NULL") and
         not rows("SELECT 1 FROM incident WHERE closed IS NULL AND feed IS NOT NULL"))

    # --- everybody outside has it, and every face says so
    for who in [SECURE] + ([f"file://{outside}"] if outside else []):
        size = rows("SELECT max(size) FROM checkpoint")[0][0]
        wait(f"{who} has it", 20, lambda: rows(
            "SELECT 1 FROM receipt r JOIN checkpoint c ON c.id = r.checkpoint WHERE witness = ? AND size >= ?", who, size))
    status = run("status").stdout
    assert "last receipt from outside" in witness_line(status) and "NOT WITNESSED" not in status, status
    record = watchers_record()
    assert record["witnessed"] and record["last"] and not record["contradicted"], record

    # --- midnight: the report is made, mailed, and right
    agent.end()
    set_clock("23:59:58")
    [(path, digest)] = wait("the nightly report", 40, lambda: rows("SELECT path, sha256 FROM report"))
    reports = os.path.dirname(path)
    [mail] = exim.wait_mail(1, 40)
    assert mail["To"] == "chief@b.test" and TODAY in mail["Subject"], mail
    [page] = mail.iter_attachments()
    with open(f"{reports}/report-{TODAY}-mail.html", "rb") as f:
        mailed = f.read()
    assert page.get_payload(decode=True) == mailed
    with open(path, "rb") as f:
        printed = f.read()
    assert hashlib.sha256(printed).digest() == digest
    text = mail.get_body(("plain",)).get_content()
    assert "Last receipt from outside: " in text and "NOT WITNESSED" not in text + printed.decode(), text
    said = run("report", "--check", f"{reports}/report-{TODAY}.json").stdout
    assert said.startswith("the same"), said
    [(seq, body)] = rows("SELECT seq, body FROM event WHERE kind = 'report'")
    assert f"line {seq} of the record names this very file" in said, said
    by_hand = f"{reports}/../by-hand.json"
    with open(f"{reports}/report-{TODAY}.json") as f, open(by_hand, "w") as other:
        other.write(f.read() + "\n")
    assert "no line of the record names this file" in run("report", "--check", by_hand).stdout
    assert {json.loads(body)[k] for k in json.loads(body) if k.startswith("sha256_")} >= {
        hashlib.sha256(b).hexdigest() for b in (printed, mailed)}
    # A mail that somebody kept is a witness, as it was saved.
    code, text = verify(DB, exim.saved()[0])
    assert code == 0 and "1 witnessed agree" in text, text
    wait("the mail is a receipt", 20, lambda: rows("SELECT 1 FROM receipt WHERE witness = 'mail'"))

    # --- a copy that was made meanwhile, examined with what was carried away
    kept = notes(f"{DIR}/kept.notes")
    run("backup", f"{DIR}/late.db")
    code, text = verify(f"{DIR}/late.db", kept)
    print(text, flush=True)
    assert code == 0 and text.startswith("intact: ") and "nobody could have rewritten what lies before" in text
    code, text = verify(DB, kept)  # the live one
    assert code == 0, text
    assert monitor.stop() == 0

    # --- the end of the run, too, is with the witness
    kept = notes(f"{DIR}/kept.notes")
    size = rows("SELECT max(size) FROM checkpoint")[0][0]
    with open(kept) as f:
        assert f"\n{size}\n" in f.read()
    run("backup", f"{DIR}/honest.db")
    look(f"{DIR}/honest.db")
    code, text = verify(f"{DIR}/honest.db", kept)
    assert code == 0 and f"the last of {size} lines" in text, text

    # --- the insider, on copies
    with open(f"{STATE}/ledger.key") as f:
        key = f.read()
    [[bad]] = rows("SELECT id FROM interval WHERE state = 3 AND end > start + 6000000 ORDER BY id LIMIT 1")
    found("an outage made shorter", edited("shifted", ("UPDATE interval SET start = start + 5000000 WHERE id = ?", (bad,))),
          "changed")
    number = incidents[0][0]
    found("an incident deleted", edited("deleted", ("DELETE FROM incident WHERE id = ?", (number,))), "removed")
    found("another name under an acknowledgement",
          edited("actor", ("UPDATE incident SET acknowledged_by = 'somebody:else' WHERE id = ?", (number,)),
                 ("UPDATE private SET actor = 'somebody:else' WHERE seq IN"
                  " (SELECT seq FROM event WHERE kind = 'incident.acknowledge')",)), "changed")
    found("lines removed", edited("gap", ("DELETE FROM event WHERE seq BETWEEN 20 AND 25",)), "removed")
    found("the same with all hashes anew and the stolen key",
          edited("resigned", ("UPDATE incident SET acknowledged_by = 'somebody:else' WHERE id = ?", (number,)),
                 ("UPDATE private SET actor = 'somebody:else' WHERE seq IN"
                  " (SELECT seq FROM event WHERE kind = 'incident.acknowledge')",), then=lambda db: make_anew(db, key)),
          "rewritten", "are not those that the witness saw", alone=False)
    found("this morning's copy put in its place", f"{DIR}/early.db", "rolled back", alone=False)

    # --- .. and run on: the witness contradicts it at once
    monitor = run_on(f"{DIR}/resigned.db", "was rewritten")
    assert monitor.stop() == 0
    monitor = run_on(f"{DIR}/early.db", "rolled back or cut off")
    status = run("status", ok=False).stdout
    assert "contradicted" in status, status
    assert wait("the page says so", 10, lambda: (r := watchers_record())["contradicted"] and r)["last"]
    assert monitor.stop() == 0
    late = f"{DIR}/went-on.db"
    shutil.copy(DB, late)
    code, text = verify(late, notes(f"{DIR}/kept.notes"))
    print(text.splitlines()[0], flush=True)
    assert code == 1, text

    # --- the disk died: the last backup on another machine. What it holds is proved; what it lacks is said.
    new = folder()
    with open(CONFIG) as f:
        text = f.read()
    write("new.yaml", text.replace(f"state_dir: {STATE}", f"state_dir: {new}"))
    shutil.copy(f"{STATE}/ledger.key", f"{new}/ledger.key")
    p = subprocess.run([program("camwarden"), "restore", f"{DIR}/honest.db", "--reason", "disk died", "--config",
                        f"{DIR}/new.yaml"], capture_output=True, text=True, timeout=60)
    assert p.returncode == 0, p
    code, text = verify(f"{new}/camwarden.db", kept)
    print(text.splitlines()[0], flush=True)
    assert code == 0 and f"the last of {size} lines" in text, text
finally:
    if outside:
        shutil.rmtree(outside, ignore_errors=True)
with open(LOG, errors="replace") as f:
    text = f.read()
assert "ERROR: AddressSanitizer" not in text and "runtime error" not in text, text[-4000:]
