#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""People and their credentials: the first user by the set-up link, the command
line with and without a monitor, sessions that end at once, after a time and
over a restart, kiosks bound to a machine, guessing that is slowed while others
get in, a hashing process that is killed; all of it on record, no password and
no secret anywhere, and whoever edits the rows is found. About 15 s. LABEL: light"""
import glob
import os
import re
import shutil
import signal
import sqlite3
import stat
import subprocess
import threading
import time

from harness import folder, intact, program
from people import PASSWORD, Person, World, soon

W = World("  login_idle: 12s\n  login_longest: 1h\n")
W.run("sites", "import", W.write("s.csv", "site,zone\nNorth,UTC\nSouth,UTC\n"))
DB = os.path.join(W.state, "camwarden.db")
SECRETS = [PASSWORD]


def user(*args, word=None, code=0):
    return W.run("user", *args, word=word, code=code)


def lines(kind):
    with sqlite3.connect(f"file:{DB}?mode=ro", uri=True) as db:
        return db.execute("SELECT p.actor, p.body FROM event e JOIN private p ON p.seq = e.seq WHERE kind = ?"
                          " ORDER BY e.seq", (kind,)).fetchall()


def hashers():
    """The pids of the processes that hash passwords."""
    return [int(p) for p in subprocess.run(["pgrep", "-P", str(W.monitor.process.pid), "-f", "_hash"], text=True,
                                           capture_output=True).stdout.split()]


def role_of(person):
    return person.get("/api/v1/session").json["role"]


# --- nobody is there: the link, once, from a file that nobody else reads
W.start()
token = W.setup_token()
FILE = os.path.join(W.state, "setup-token")
assert open(FILE).read().strip() == token and stat.S_IMODE(os.stat(FILE).st_mode) == 0o600
assert Person(W.port).get("/api/v1/session").json["setup"] is True
assert f"/127.0.0.1:{W.port}/setup#{token}\n" in user("setup").stdout
for name, word in (("admin", "admin"), ("", ""), ("admin", "password"), ("root", "root")):
    assert Person(W.port).post("/api/v1/login", {"user": name, "password": word}).status in (400, 401), name
first = {"token": "0" * 64, "user": "admin", "password": PASSWORD}
assert Person(W.port).post("/api/v1/setup", first).status == 401
assert Person(W.port).post("/api/v1/setup", {**first, "token": token, "password": "admin123"}).status == 422
admin = Person(W.port)
assert admin.post("/api/v1/setup", {**first, "token": token}).status == 200 and role_of(admin) == "admin"
assert not os.path.exists(FILE)
assert "the first user was made" in user("setup", code=1).stderr
assert Person(W.port).post("/api/v1/setup", {**first, "token": token, "user": "second"}).status == 409
SECRETS += [token, admin.cookie]

# --- the command line, while it runs
words = {"ana": "one crane over the gate", "bo": "two cranes over the gate"}
SECRETS += words.values()
user("add", "ana", "--role", "operator", "--site", "North", word=words["ana"])
user("add", "bo", "--role", "viewer", word=words["bo"])
for bad in (("add", "ana", "--role", "viewer"), ("add", "x y", "--role", "viewer"), ("add", "c", "--role", "king"),
            ("add", "c", "--role", "kiosk"), ("add", "c", "--role", "viewer", "--site", "Nowhere")):
    assert user(*bad, word="three cranes over it", code=2 if bad[1] == "x y" or bad[3] in ("king", "kiosk") else 1)
assert "too short" in user("add", "c", "--role", "viewer", word="short", code=1).stderr
for verb in (("remove", "admin"), ("disable", "admin"), ("role", "admin", "--role", "viewer"),
             ("role", "admin", "--site", "North")):
    assert "last admin" in user(*verb, code=1).stderr, verb
listed = user("list", "--json").stdout
assert '"operator"' in listed and '"North"' in listed and "argon2" not in listed
ana = W.person("ana", words["ana"])
assert role_of(ana) == "operator" and ana.get("/api/v1/session").json["site"] == "North"

# --- what changes is so at once
user("role", "ana", "--role", "viewer")
assert role_of(ana) == "viewer"
user("role", "ana", "--role", "operator")
user("disable", "ana", "--reason", "leave")
assert role_of(ana) is None
assert Person(W.port).post("/api/v1/login", {"user": "ana", "password": words["ana"]}).status == 401
user("enable", "ana")
ana, other = W.person("ana", words["ana"]), W.person("ana", words["ana"])
words["new"] = "three cranes over the gate"
SECRETS.append(words["new"])
assert ana.post("/api/v1/password", {"old": "is it this one?", "new": words["new"]}).status == 422
assert ana.post("/api/v1/password", {"old": words["ana"], "new": "ana"}).status == 422
assert ana.post("/api/v1/password", {"old": words["ana"], "new": words["new"]}).status == 204
assert role_of(ana) == "operator" and role_of(other) is None
user("password", "ana", word=words["ana"])
assert role_of(ana) is None
ana = W.person("ana", words["ana"])
number = re.findall(r"^(\d+) +ana ", user("logins").stdout, re.M)[0]
user("logout", number, "--reason", "lost laptop")
assert role_of(ana) is None

# --- who is disabled while a password is hashed for him leaves nobody behind
words["eve"] = "five cranes over the gate"
SECRETS.append(words["eve"])
user("add", "eve", "--role", "admin", word=words["eve"])
eve, said = W.person("eve", words["eve"]), []
adds = threading.Thread(target=lambda: said.append(eve.post("/api/v1/users", {
    "name": "back-door", "role": "admin", "site": "", "password": words["eve"], "reason": "test"})))
held = hashers()
for pid in held:
    os.kill(pid, signal.SIGSTOP)
adds.start()
time.sleep(0.3)
user("disable", "eve")
for pid in held:
    os.kill(pid, signal.SIGCONT)
adds.join()
assert len(held) == 2 and said[0].status == 422 and "back-door" not in user("list").stdout, said
user("remove", "eve")

# --- programs and wall screens
made = user("token", "add", "planner", "--scope", "overlays").stdout.strip()
program_ = Person(W.port, token=made)
assert program_.get("/api/v1/users").status == 403 and program_.get("/api/v1/sites").status == 200
def last_seen(name):
    """Also of those that nobody used: null."""
    return {t["name"]: t["last_seen"] for t in W.person("admin").get("/api/v1/tokens").json["items"]}[name]


soon("the use of a token is kept", lambda: last_seen("planner") is not None)
unused = user("token", "add", "unused", "--scope", "overlays").stdout.strip()
SECRETS.append(unused)
assert last_seen("unused") is None
user("token", "revoke", re.findall(r"^(\d+) +planner ", user("token", "list").stdout, re.M)[0])
assert program_.get("/api/v1/sites").status == 401
link = user("kiosk", "add", "wall", "--site", "South").stdout.strip()
SECRETS += [made, link]
kiosk = Person(W.port)
assert kiosk.post("/api/v1/kiosk", {"token": link}).status == 200 and role_of(kiosk) == "kiosk"
SECRETS.append(kiosk.cookie)
assert Person(W.port).post("/api/v1/kiosk", {"token": link}).status == 409
assert Person(W.port, token=link).get("/api/v1/sites").status == 401
assert "127.0.0.1" in user("kiosk", "list").stdout
assert kiosk.get("/api/v1/wall").status == 200
soon("the use of a wall is kept", lambda: last_seen("wall") is not None)
soon("a second claim is told", lambda: len(lines("kiosk.claim")) == 1 and len(lines("kiosk.refused")) == 1)


# --- somebody guesses; others get in; a hashing process is killed meanwhile
def guess():
    while not over.is_set():
        Person(W.port).post("/api/v1/login", {"user": "ana", "password": f"guess {time.monotonic()}"})
        time.sleep(0.02)


over = threading.Event()
guessing = [threading.Thread(target=guess, daemon=True) for _ in range(3)]
for g in guessing:
    g.start()
time.sleep(2)
waits = [Person(W.port).post("/api/v1/login", {"user": "ana", "password": words["ana"]}) for _ in range(3)]
assert all(a.status == 429 and int(a.headers["Retry-After"]) >= 1 for a in waits), waits
began = time.monotonic()
bo = W.person("bo", words["bo"])
assert time.monotonic() - began < 3, "bo waited"
killed = hashers()
assert len(killed) == 2, killed
for pid in killed:
    os.kill(pid, signal.SIGKILL)
soon("the hashing processes are replaced",
     lambda: Person(W.port).post("/api/v1/login", {"user": "bo", "password": words["bo"]}).status == 200)
over.set()
for g in guessing:
    g.join()
assert W.monitor.process.poll() is None

# --- over a restart: who is in stays in, until it was idle for too long
bo.ok("/api/v1/logout", status=204)
bo = W.person("bo", words["bo"])
used = time.monotonic()
W.monitor.process.terminate()
W.monitor.process.wait(20)
user("add", "night", "--role", "auditor", word="four cranes over the gate")
W.start()
assert role_of(bo) == "viewer" and role_of(kiosk) == "kiosk"
night = W.person("night", "four cranes over the gate")
SECRETS += [bo.cookie, night.cookie, "four cranes over the gate"]
soon("an idle log-in ends", lambda: any('"why":"idle"' in body for _, body in lines("logout")), 30)
assert role_of(admin) is None and role_of(kiosk) == "kiosk"
refused = lines("login.refused")
assert refused and sum(body.count('"ana"') for _, body in refused) >= 1, refused
assert all("guess" not in body for _, body in refused)

# --- on record, and nowhere else
soon("it is all committed", lambda: len(lines("login")) >= 8)
W.monitor.process.terminate()
W.monitor.process.wait(20)
for kind, least in (("user.add", 4), ("user.change", 6), ("login", 8), ("logout", 4), ("token.add", 2)):
    assert len(lines(kind)) >= least, (kind, len(lines(kind)))
intact(W.state)
for path in glob.glob(W.state + "/**", recursive=True) + [W.log]:
    if os.path.isfile(path):
        with open(path, "rb") as f:
            there = f.read()
        for secret in SECRETS:
            # The link of the first start is printed, and used up.
            assert secret.encode() not in there or (path == W.log and secret == token), (path, secret)
with sqlite3.connect(f"file:{DB}?mode=ro", uri=True) as db:
    for body, in db.execute("SELECT body FROM private"):
        assert "argon2" not in body, body

# --- whoever edits it is found
ATTACKS = (
    "UPDATE user SET role = 5 WHERE name = 'bo'",
    "UPDATE user SET site = '' WHERE name = 'ana'",
    "UPDATE user SET disabled = NULL, name = 'anna' WHERE name = 'ana'",
    "UPDATE user SET hash = (SELECT hash FROM user WHERE name = 'bo') WHERE name = 'admin'",
    "INSERT INTO user(name, role, site, hash, created, actor) SELECT 'eve', 5, '', hash, created, actor FROM user"
    " WHERE name = 'bo'",
    "PRAGMA foreign_keys = OFF; DELETE FROM user WHERE name = 'bo'",
    "UPDATE login SET ended = NULL, why = 0 WHERE id = (SELECT min(id) FROM login WHERE ended IS NOT NULL)",
    "UPDATE login SET hash = randomblob(32) WHERE id = (SELECT max(id) FROM login)",
    "UPDATE login SET ends = ends + 1000000 WHERE id = (SELECT max(id) FROM login)",
    "UPDATE login SET address = '10.0.0.1' WHERE id = (SELECT max(id) FROM login)",
    "DELETE FROM login WHERE id = (SELECT max(id) FROM login)",
    "INSERT INTO login(user, hash, address, agent, created, seen, ends) SELECT user, randomblob(32), address, agent,"
    " created, seen, ends FROM login LIMIT 1",
    "UPDATE token SET role = 5 WHERE name = 'planner'",
    "UPDATE token SET revoked = NULL WHERE name = 'planner'",
    "UPDATE token SET site = '' WHERE name = 'wall'",
    "UPDATE token SET claim = randomblob(32) WHERE name = 'wall'",
    "UPDATE token SET address = '10.0.0.1' WHERE name = 'wall'",
)
copy = os.path.join(folder(), "camwarden.db")
shutil.copy(DB, copy)
for sql in ATTACKS:
    edited = os.path.join(os.path.dirname(copy), "edited.db")
    shutil.copy(copy, edited)
    with sqlite3.connect(edited) as db:
        db.executescript(sql)
    db.close()
    p = subprocess.run([program("camwarden"), "ledger", "verify", "--db", edited], text=True, capture_output=True,
                       timeout=60)
    assert p.returncode == 1 and "NOT INTACT" in p.stdout, (sql, p)
    os.unlink(edited)

# --- a backup without credentials lets nobody in, and is as the lines say
kept = os.path.join(folder(), "kept.db")
W.run("backup", kept, "--without-credentials")
with sqlite3.connect(kept) as db:
    assert db.execute("SELECT max(hash) FROM user").fetchone()[0] == ""
assert b"$argon2id$" not in open(kept, "rb").read()
subprocess.run([program("camwarden"), "ledger", "verify", "--db", kept], check=True, capture_output=True, timeout=60)

# --- a restored one lets nobody in who was logged out since
with sqlite3.connect(f"file:{DB}?mode=ro", uri=True) as db:
    assert db.execute("SELECT count(*) FROM login WHERE ended IS NULL").fetchone()[0] > 0
W.run("restore", kept, "--reason", "a test")
with sqlite3.connect(f"file:{DB}?mode=ro", uri=True) as db:
    assert db.execute("SELECT count(*) FROM login WHERE ended IS NULL").fetchone()[0] == 0
intact(W.state)
user("password", "admin", word=PASSWORD)
W.start()
assert role_of(W.person("admin")) == "admin" and role_of(kiosk) == "kiosk"
print("ok")
