#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The record and its witnesses, with real processes: a witness of our own over
TLS, syslog over TCP and UDP, a folder. Receipts stand in the database; a witness that is killed becomes an incident and closes it when it is
back; a database put back to an older copy, or rewritten, is contradicted; a witness
loses nothing by kill -9. LABEL: light. About 60 s."""
import base64
import contextlib
import hashlib
import os
import shutil
import signal
import socket
import sqlite3
import subprocess
import threading
import time
import urllib.error
import urllib.request

from harness import Child, certificate, folder, free_port, program, wait_port

dir = folder()
state = f"{dir}/state"
log = f"{dir}/log"
web = f"{dir}/w.yaml"
errors = open(log, "ab")


def rows(query, *args):
    with contextlib.closing(sqlite3.connect(f"file:{state}/camwarden.db?mode=ro", uri=True)) as db:
        return db.execute(query, args).fetchall()


def wait(what, test, seconds=30):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        with contextlib.suppress(sqlite3.OperationalError, FileNotFoundError):
            got = test()
            if got:
                return got
        time.sleep(0.1)
    with open(log, errors="replace") as f:
        raise AssertionError(f"{what}: not within {seconds} s\n{f.read()[-3000:]}")


class Monitor(Child):
    def __init__(self):
        super().__init__([program("camwarden"), "run", "--config", f"{dir}/c.yaml"], stderr=errors)


class Witness(Child):
    def __init__(self, port, where, *options):
        super().__init__([program("camwarden"), "ledger", "witness", "--listen", f"127.0.0.1:{port}", "--dir", where,
                          "--name", "w.test", "--origin-key", f"{dir}/origin.pub", *options], stderr=errors)
        wait_port(port)


def configure(witnesses, more=""):
    with open(f"{dir}/c.yaml", "w") as f:
        f.write(f"state_dir: {state}\nhttp: {{enabled: false}}\nnetwork: {{watch: false}}\n"
                f"ledger: {{checkpoint_every: 1s, witnesses: '{witnesses}'}}\n{more}")
    p = subprocess.run([program("camwarden"), "check", "--config", f"{dir}/c.yaml"], capture_output=True, text=True)
    assert p.returncode == (inside in witnesses) and ("no outside" in p.stderr) == (inside in witnesses), p


def health(port):
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=5) as r:
            return r.status, r.read().decode()
    except urllib.error.HTTPError as e:
        return e.code, e.read().decode()


def open_incidents():
    return [t for t, in rows("SELECT text FROM incident WHERE closed IS NULL OR closed = 0")]


def receipts(witness, since=0):
    return rows("SELECT r.id, c.size, r.text, c.note, r.kind FROM receipt r JOIN checkpoint c ON c.id = r.checkpoint"
                " WHERE witness = ? AND r.id > ? ORDER BY r.id", witness, since)


inside = f"{dir}/inside"
os.mkdir(inside)
# A first run makes the keys.
configure("")
m = Monitor()
wait("a checkpoint", lambda: rows("SELECT size FROM checkpoint"))
assert m.stop() == 0
assert oct(os.stat(f"{state}/ledger.key").st_mode & 0o777) == "0o400"
shutil.copy(f"{state}/ledger.pub", f"{dir}/origin.pub")
# One at the start, one at the end, others between though nothing happened; the last holds the last line but those
# that are written at the very end.
assert len(rows("SELECT size FROM checkpoint")) >= 2

ca = certificate(dir, "w")
shutil.copy(ca, f"{dir}/ca.pem")
port, plain = free_port(), free_port()
tls = ["--certificate", ca, "--key", f"{dir}/w.key"]
said = f"{dir}/said"
w = Witness(plain, f"{dir}/witness", "--late", "3s", "--complain", f'echo "$1" >> {said}')
with open(f"{dir}/witness/witness.pub") as f:
    key = f.read().strip()
w.kill()
secure = Witness(port, f"{dir}/secure", *tls)
with open(f"{dir}/secure/witness.pub") as f:
    secure_key = f.read().strip()

syslog = socket.socket()
syslog.bind(("127.0.0.1", 0))
syslog.listen(16)
lines = []


def take_syslog():
    while True:
        c, _ = syslog.accept()
        with c:
            c.settimeout(5)
            with contextlib.suppress(OSError):
                lines.append(c.recv(65536))


threading.Thread(target=take_syslog, daemon=True).start()
udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
udp.bind(("127.0.0.1", 0))
udp.settimeout(10)
other = "/dev/shm" if os.stat("/dev/shm").st_dev != os.stat(dir).st_dev else None
outside = f"{other}/camwarden-witness-{os.getpid()}" if other else None
URL, SECURE = f"http://127.0.0.1:{plain}/w", f"https://localhost:{port}"
TCP, UDP = f"syslog+tcp://127.0.0.1:{syslog.getsockname()[1]}", f"syslog://127.0.0.1:{udp.getsockname()[1]}"
if outside:
    os.mkdir(outside)
everybody = [f"{URL} {key}", f"{SECURE} {secure_key}", TCP, UDP, f"file://{inside}"]
everybody += [f"file://{outside}"] if outside else []
try:
    w = Witness(plain, f"{dir}/witness", "--late", "3s", "--complain", f'echo "$1" >> {said}')
    configure(", ".join(everybody), f"mail: {{server: smtp+plain://localhost, from: a@b.test, ca_file: {dir}/ca.pem}}\n")
    m = Monitor()
    for name in (URL, SECURE, TCP, UDP) + ((f"file://{outside}",) if outside else ()):
        got = wait(f"two receipts of {name}", lambda: len(receipts(name)) >= 2 and receipts(name))
        assert all(a[1] <= b[1] for a, b in zip(got, got[1:]))
        print(f"receipts: {name}: {got[-1][2]}", flush=True)
    assert not receipts(f"file://{inside}")  # no outside
    # The same note everywhere: in syslog, in the folder, in the witness's own.
    note = base64.b64decode(wait("syslog", lambda: lines)[-1].split(b"note=")[1]).decode()
    assert rows("SELECT 1 FROM checkpoint WHERE note = ?", note), note
    assert b" checkpoint - \xef\xbb\xbfcamwarden/" in udp.recv(65536)
    if outside:
        [day] = os.listdir(outside)
        with open(f"{outside}/{day}") as f:
            assert receipts(f"file://{outside}")[0][3] in f.read()
    [latest] = [n for n in os.listdir(f"{dir}/witness") if n.startswith("latest-")]
    with open(f"{dir}/witness/{latest}") as f:
        text = f.read()
    assert text.count("\n— ") == 2 and rows("SELECT 1 FROM checkpoint WHERE instr(?, note) = 1", text), text
    wait("the witness is content", lambda: health(plain)[0] == 200)

    # kill -9 of the witness: what it answered for is there; the next receipts follow.
    size = receipts(URL)[-1][1]
    w.process.send_signal(signal.SIGKILL)
    w.process.wait()
    with open(f"{dir}/witness/" + sorted(n for n in os.listdir(f"{dir}/witness") if n.startswith("checkpoints-"))[-1],
              "a") as f:
        f.write("\n=== 700\ncamwarden/torn")  # a write that a power cut tore
    missed = wait("the incident of a missed witness", lambda: [t for t in open_incidents() if URL in t], 60)
    print(f"missed: {missed[0]}", flush=True)
    w = Witness(plain, f"{dir}/witness", "--late", "3s", "--complain", f'echo "$1" >> {said}')
    assert int(health(plain)[1].split()[1]) >= size
    before = receipts(URL)[-1][0]
    wait("receipts again", lambda: receipts(URL, before), 40)
    # The folder inside is no witness, and stays one that is missed.
    wait("the end of the incident", lambda: not [t for t in open_incidents() if URL in t])

    # The courier is killed: another sends.
    with open(f"/proc/{m.process.pid}/task/{m.process.pid}/children") as f:
        for pid in f.read().split():
            try:
                with open(f"/proc/{pid}/cmdline") as c:
                    if "_courier" in c.read():
                        os.kill(int(pid), signal.SIGKILL)
            except FileNotFoundError:
                pass  # its work was done meanwhile
    before = receipts(URL)[-1][0]
    wait("receipts of another courier", lambda: receipts(URL, before), 20)

    # The checkpoint of an orderly end is with everybody before we are gone; one who doesn't answer holds us up for
    # two seconds, no more.
    w.process.send_signal(signal.SIGSTOP)
    start = time.monotonic()
    assert m.stop() == 0
    print(f"stopped in {time.monotonic() - start:.1f} s with a witness that hangs", flush=True)
    [[number, size]] = rows("SELECT id, size FROM checkpoint ORDER BY id DESC LIMIT 1")
    had = {name for name, in rows("SELECT witness FROM receipt WHERE checkpoint = ?", number)}
    assert had == {SECURE, TCP, UDP} | ({f"file://{outside}"} if outside else set()), had
    [latest] = [n for n in os.listdir(f"{dir}/secure") if n.startswith("latest-")]
    with open(f"{dir}/secure/{latest}") as f:
        assert f.read().split("\n")[1] == str(size)
    w.process.send_signal(signal.SIGCONT)
    m = Monitor()
    before = receipts(URL)[-1][0]
    wait("receipts of the one that hung", lambda: receipts(URL, before), 40)

    # A copy of now is put back later: the witness knows more.
    with contextlib.closing(sqlite3.connect(f"{state}/camwarden.db")) as db, \
            contextlib.closing(sqlite3.connect(f"{dir}/old.db")) as copy:
        db.backup(copy)
    for _ in range(3):
        assert m.stop() == 0
        [[number]] = rows("SELECT max(id) FROM checkpoint")
        assert rows("SELECT 1 FROM receipt WHERE checkpoint = ? AND witness = ?", number, URL)
        m = Monitor()  # each start writes lines
        before = receipts(URL)[-1][0]
        wait("receipts", lambda: receipts(URL, before), 40)
    assert m.stop() == 0
    for n in ("camwarden.db-wal", "camwarden.db-shm"):
        with contextlib.suppress(FileNotFoundError):
            os.unlink(f"{state}/{n}")
    shutil.copy(f"{dir}/old.db", f"{state}/camwarden.db")
    m = Monitor()
    denied = wait("the contradiction", lambda: [t for t in open_incidents() if "contradicted" in t], 40)
    print(f"rolled back: {denied[0]}", flush=True)
    assert URL in denied[0] and SECURE in denied[0], denied
    assert m.stop() == 0
    # The witness complains of an installation that is silent, once.
    wait("a late installation", lambda: health(plain)[0] == 503 and "LATE" in health(plain)[1], 20)

    def complaints():
        with open(said) as f:
            return sum("no checkpoint for" in line for line in f)

    count = wait("a complaint", lambda: os.path.exists(said) and complaints(), 20)
    time.sleep(4)
    assert complaints() - count <= 1 and health(plain)[0] == 503, (count, complaints())

    # It complains of each that is silent, though the command takes its time; one that fails is in the log.
    body = b"\x01" + os.urandom(32)
    number = hashlib.sha256(b"camwarden/other\n" + body).digest()[:4].hex()
    with open(f"{dir}/other.pub", "w") as f:
        f.write(f"camwarden/other+{number}+{base64.b64encode(body).decode()}\n")
    both = Witness(free_port(), f"{dir}/both", "--late", "1s", "--origin-key", f"{dir}/other.pub", "--complain",
                   f'sleep 2; echo "$1" >> {said}-both; echo no post >&2; exit 3')
    first, second = wait("two complaints", lambda: (lambda t: t if len(t) == 2 else None)(
        open(f"{said}-both").read().splitlines()), 20)
    assert first.startswith("camwarden/") and second.startswith("camwarden/other: no checkpoint for"), (first, second)
    wait("a word of the command that fails", lambda: "--complain ended with 3: no post" in open(log, errors="replace").read(), 20)
    assert both.stop() == 0

    # Somebody else's checkpoints, and lies, are not taken.
    for body, status in ((b"", 400), (b"old 1\n\nx", 400), (text.encode(), 400),
                         (b"old 0\n\n" + text.replace("camwarden/", "camwarden/x", 1).encode(), 404),
                         (b"old 0\n\n" + text.replace("\n\n", "\nforged line\n\n", 1).encode(), 403),
                         (b"old 0\n\n" + text.encode(), 409)):
        request = urllib.request.Request(f"http://127.0.0.1:{plain}/add-checkpoint", data=body, method="POST")
        try:
            code = urllib.request.urlopen(request, timeout=5).status
        except urllib.error.HTTPError as e:
            code = e.code
        assert code == status, (body[:80], code)
finally:
    if outside:
        shutil.rmtree(outside, ignore_errors=True)
with open(log, errors="replace") as f:
    text = f.read()
assert "ERROR: AddressSanitizer" not in text and "runtime error" not in text, text[-4000:]
