#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Mails in the database are sent by the daemon, through a real mail server with
STARTTLS and a login: one that is down gets them later, also after kill -9 of the
monitor; an address that it refuses stays in the log with its words, and becomes an
incident. The password stands in no log and no database. LABEL: light. About 15 s."""
import contextlib
import json
import os
import shutil
import signal
import sqlite3
import subprocess
import time

from harness import Child, folder, program
from mail_servers import PASSWORD, USER, Exim

dir = folder()
state, log = f"{dir}/state", open(f"{dir}/log", "ab")
exim = Exim(need_login=True)
exim.stop()
with open(f"{dir}/password", "w") as f:
    f.write(PASSWORD + "\n")
os.chmod(f"{dir}/password", 0o600)
with open(f"{dir}/page.html", "w") as f:
    f.write("<html>día</html>")
with open(f"{dir}/c.yaml", "w") as f:
    f.write(f"""state_dir: {state}
http: {{enabled: false}}
network: {{watch: false}}
ledger: {{checkpoint_every: 1s, witnesses: mail}}
report: {{enabled: false, mail_to: chief@b.test}}
mail: {{server: "smtp://localhost:{exim.port}", from: camwarden@house.test, user: {USER},
  password_file: {dir}/password, ca_file: {exim.ca}}}
""")


class Monitor(Child):
    def __init__(self):
        super().__init__([program("camwarden"), "run", "--config", f"{dir}/c.yaml"], stderr=log)


def rows(query, *args):
    with contextlib.closing(sqlite3.connect(f"file:{state}/camwarden.db?mode=ro", uri=True)) as db:
        return db.execute(query, args).fetchall()


def wait(what, test, seconds=30):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        with contextlib.suppress(sqlite3.OperationalError):
            got = test()
            if got:
                return got
        time.sleep(0.1)
    with open(f"{dir}/log", errors="replace") as f:
        raise AssertionError(f"{what}: not within {seconds} s\n{f.read()[-3000:]}")


def deliveries(*options):
    out = subprocess.run([program("camwarden"), "deliveries", "--json", "--config", f"{dir}/c.yaml", *options],
                         capture_output=True, text=True)
    return out.returncode, json.loads(out.stdout)


m = Monitor()
wait("a checkpoint", lambda: rows("SELECT 1 FROM checkpoint"))
assert m.stop() == 0
now = time.time_ns() // 1000
number = rows("SELECT max(id) FROM checkpoint")[0][0]
with contextlib.closing(sqlite3.connect(f"{state}/camwarden.db")) as db, db:
    for to, path, body in (("chief@b.test", f"{dir}/page.html", f"Todo está bien.\ncheckpoint-number: {number}\n"),
                           ("nobody@b.test", "", "nobody reads this"), ("second@b.test", f"{dir}/gone.html", "short")):
        db.execute("INSERT INTO delivery (kind, target, subject, path, body, made, due, tries, done, gave_up, error)"
                   " VALUES (1, ?, 'Reporte: 22 de noviembre, cámaras', ?, ?, ?, ?, 0, NULL, NULL, '')",
                   (to, path, body.encode(), now, now))
# The server is down: all stay, with why.
m = Monitor()
wait("failures in the log", lambda: len([d for d in deliveries("--waiting")[1] if d["tries"] >= 1]) == 3)
code, waiting = deliveries()
assert code == 1 and all(d["state"] == "retrying" and "connect" in d["error"].lower() for d in waiting), waiting
m.process.send_signal(signal.SIGKILL)
m.process.wait()
assert m.process.returncode == -signal.SIGKILL
# It is back, and so are we: everything comes, once.
exim.start()
m = Monitor()
mails = exim.wait_mail(2, 60)
refused = wait("the refusal", lambda: [d for d in deliveries("--waiting")[1] if "no such person" in d["error"]], 60)
assert [d["to"] for d in refused] == ["nobody@b.test"]
wait("an incident", lambda: [t for t, in rows("SELECT text FROM incident") if "Mail: " in t and "no such person" in t])
by = {str(mail["To"]): mail for mail in mails}
chief = by["chief@b.test"]
assert chief["Subject"] == "Reporte: 22 de noviembre, cámaras" and chief["From"] == "camwarden@house.test"
assert "Todo está bien." in chief.get_body().get_content()
[page] = chief.iter_attachments()
assert page.get_payload(decode=True).decode() == "<html>día</html>"
assert not list(by["second@b.test"].iter_attachments())
assert len({str(mail["Message-ID"]) for mail in mails}) == 2
# The mail that carried a checkpoint is its receipt from outside.
wait("a receipt", lambda: rows("SELECT 1 FROM receipt WHERE witness = 'mail' AND checkpoint = ?", number))
said = subprocess.run([program("camwarden"), "status", "--config", f"{dir}/c.yaml"], capture_output=True, text=True)
assert "last receipt from outside" in said.stdout and "by mail" in said.stdout, said.stdout
time.sleep(2)
assert len(exim.mails()) == 2


# A test by hand goes the same way, and says what the server said; it is tried once and no incident.
def test_mail(*options):
    p = subprocess.run([program("camwarden"), "deliveries", "test", "--config", f"{dir}/c.yaml", *options],
                       capture_output=True, text=True, timeout=90)
    return p.returncode, p.stdout + p.stderr


def check():
    p = subprocess.run([program("camwarden"), "check", "--config", f"{dir}/c.yaml"], capture_output=True, text=True)
    return p.returncode, p.stderr


assert test_mail() == (0, "chief@b.test: sent: the mail server took it\n")
assert exim.wait_mail(3)[2]["Subject"] == "camwarden: a test"
code, text = test_mail("--to", "nobody@b.test")
assert code == 1 and text.startswith("nobody@b.test: NOT SENT: ") and "no such person" in text, text
assert test_mail("--to", "nobody")[0] == 2
exim.stop()
code, text = test_mail()
assert code == 1 and "connect" in text.lower(), text
# What check says of the files.
assert check() == (0, ""), check()
for path, word, change, back in (
        (f"{dir}/password", "everybody may read it", lambda p: os.chmod(p, 0o644), lambda p: os.chmod(p, 0o600)),
        (f"{dir}/password", "No such file", lambda p: os.rename(p, p + "~"), lambda p: os.rename(p + "~", p)),
        (exim.ca, "expected a certificate", lambda p: os.rename(p, p + "~") or shutil.copy(f"{dir}/c.yaml", p),
         lambda p: os.rename(p + "~", p)),
        (f"{state}/ledger.key", "everybody may read it", lambda p: os.chmod(p, 0o444), lambda p: os.chmod(p, 0o400))):
    change(path)
    code, text = check()
    assert code == 1 and path in text and word in text, (word, code, text)
    back(path)
assert m.stop() == 0
assert test_mail()[0] == 3
for words, code in (("--to chief@b.test test", 3), ("test test", 2), ("tests", 2), ("--to chief@b.test", 2),
                    ("--limit 0", 2), ("--limit x", 2), ("--limit 1000001", 2)):
    p = subprocess.run([program("camwarden"), "deliveries", "--config", f"{dir}/c.yaml", *words.split()],
                       capture_output=True, text=True, timeout=90)
    assert p.returncode == code, (words, p)
wait("rows that are done", lambda: len(rows("SELECT 1 FROM delivery WHERE done > 0 AND length(body) = 0")) == 3)
with open(f"{dir}/log", errors="replace") as f:
    text = f.read()
assert PASSWORD not in text and "runtime error" not in text and "AddressSanitizer" not in text, text[-3000:]
with open(f"{state}/camwarden.db", "rb") as f:
    assert PASSWORD.encode() not in f.read()
