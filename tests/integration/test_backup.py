# SPDX-License-Identifier: GPL-3.0-or-later
"""backup and restore: under a monitor that writes, killed at every kind of
moment, of what is no backup, on a disk that is full. About 20 s."""
import contextlib
import glob
import json
import os
import resource
import shutil
import signal
import sqlite3
import subprocess
import threading
import time

from harness import Child, each_moment, folder, program, shimmed
from ledger_lines import look

CW = program("camwarden")
FEEDS = 250


class World:
    def __init__(self):
        self.dir = folder()
        self.state = os.path.join(self.dir, "state")
        self.db = os.path.join(self.state, "camwarden.db")
        self.config = os.path.join(self.dir, "c.yaml")
        with open(self.config, "w") as f:
            f.write(f"state_dir: {self.state}\nhttp:\n  enabled: false\nconnect:\n  loopback_only: true\n")

    def path(self, name):
        return os.path.join(self.dir, name)

    def run(self, *argv, state=None, **options):
        where = ["--state-dir", state] if state else []
        return subprocess.run([CW, argv[0], "--config", self.config, *where, *argv[1:]], capture_output=True,
                              text=True, timeout=120, **options)

    def monitor(self):
        child = Child([CW, "run", "--config", self.config], stderr=subprocess.STDOUT)
        child.wait_line(lambda line: "watching" in line, 30)
        return child

    def load(self, tags):
        """Every feed changes: a line for each."""
        with open(self.path("feeds.csv"), "w") as f:
            f.write("url,name,tags\n")
            for i in range(FEEDS):
                f.write(f"rtsp://admin:geheim@127.0.0.1:9/{i},Feed {i},{tags}\n")
        r = self.run("feeds", "import", self.path("feeds.csv"), "--reason", "load")
        assert r.returncode == 0, r.stderr


def refused(r, *words):
    assert r.returncode == 2, (r.returncode, r.stdout, r.stderr)
    for word in words:
        assert word in r.stderr, (word, r.stderr)
    assert r.stderr.count("\n") == 1, r.stderr


def mode(path):
    return os.stat(path).st_mode & 0o777


def tells_of_itself(path):
    """Its own line stands in it, near the end: others may write meanwhile."""
    seq = look(path)[0]
    with contextlib.closing(sqlite3.connect(path)) as db:
        return seq - db.execute("SELECT max(seq) FROM private p JOIN event USING(seq) WHERE kind = 'backup'"
                                " AND json_extract(p.body, '$.file') = ?", (path,)).fetchone()[0] < FEEDS


def under_load(w):
    monitor = w.monitor()
    over = threading.Event()
    rounds = []

    def writes():
        while not over.is_set():
            w.load(f"round{len(rounds)}")
            rounds.append(time.monotonic())

    thread = threading.Thread(target=writes, daemon=True)
    thread.start()
    seqs = []
    for i in range(4):
        to = w.path(f"load{i}.db")
        r = w.run("backup", to, "--json")
        assert r.returncode == 0, r.stderr
        said = json.loads(r.stdout)
        seq, head, _ = look(to)
        assert (said["seq"], said["head"]) == (seq, head)
        assert mode(to) == 0o600 and not os.path.exists(to + ".part")
        db = sqlite3.connect(to)
        actor, body = db.execute("SELECT p.actor, p.body FROM private p JOIN event USING(seq) WHERE kind = 'backup'"
                                 " ORDER BY seq DESC").fetchone()
        assert actor.startswith("unix:") and json.loads(body)["file"] == to
        assert db.execute("PRAGMA journal_mode").fetchone()[0] == "delete"
        db.close()
        seqs.append(seq)
    over.set()
    thread.join()
    assert seqs == sorted(set(seqs)) and len(rounds) >= 2, (seqs, rounds)
    print(f"under load: lines {seqs} while {len(rounds)} x {FEEDS} feeds changed")

    refused(w.run("backup", w.path("load0.db")), "is there already")
    assert w.run("backup", w.path("load0.db"), "--replace").returncode == 0
    assert look(w.path("load0.db"))[0] > seqs[-1]
    refused(w.run("backup", w.db, "--replace"), "the database itself")
    refused(w.run("backup", w.path("no/such/x.db")), "No such file")
    refused(named(w.run("backup", w.path("no/"))), "no such folder")
    r = w.run("backup", w.dir, "--without-credentials")
    assert r.returncode == 0, r.stderr
    bare = glob.glob(w.path("camwarden-*Z.db"))[0]
    assert b"geheim" not in open(bare, "rb").read() and b"geheim" not in open(w.path("load0.db"), "rb").read()
    look(bare)
    refused(w.run("restore", w.path("load0.db"), "--reason", "x"), "in use by another camwarden")
    return monitor


def backup_killed(w):
    """Nothing has the name, or the whole backup has it; the monitor is as it was."""
    to, count = w.path("killed.db"), w.path("count")
    r = w.run("backup", to, env=shimmed(SHIM_COUNT=count))
    assert r.returncode == 0, r.stderr
    calls = int(open(count).read())
    os.unlink(to)
    whole = 0

    def trial(n):
        nonlocal whole
        r = w.run("backup", to, env=shimmed(SHIM_KILL=str(n)))
        assert r.returncode in (0, -signal.SIGKILL), (n, calls, r.returncode, r.stderr)
        if os.path.exists(to):
            assert tells_of_itself(to)
            os.unlink(to)
            whole += r.returncode != 0
        return r.returncode != 0

    points = each_moment(calls, 12, 8, trial)
    assert 0 < whole < points, (whole, points)
    r = w.run("backup", to)
    assert r.returncode == 0 and not os.path.exists(to + ".part"), r.stderr
    print(f"backup: killed at {points} of {calls} calls: {whole} whole, {points - whole} without a name")


def small_disk():
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (200 << 10, 200 << 10))


def disk_full(w):
    to = w.path("full.db")
    refused(w.run("backup", to, preexec_fn=small_disk, restore_signals=False), "no backup", "disk")
    assert not glob.glob(to + "*")
    assert w.run("status").returncode in (0, 1)


def state_of(path):
    """All that stands in a state directory, but the lock."""
    return {os.path.join(where, name): open(os.path.join(where, name), "rb").read()
            for where, _, names in os.walk(path) for name in names
            if name not in ("camwarden.lock", "control.sock")}


def no_backups(w, crashed):
    """Refused in a sentence; what was there is there to the byte."""
    good = w.path("load1.db")
    data = bytearray(open(good, "rb").read())
    bad = {}
    with open(w.path("text.db"), "w") as f:
        f.write("not a database\n" * 100)
    bad["text.db"] = "not a database"
    open(w.path("empty.db"), "w").close()
    bad["empty.db"] = "not a camwarden database"
    other = sqlite3.connect(w.path("other.db"))
    other.executescript("CREATE TABLE a(b); INSERT INTO a VALUES(1); PRAGMA user_version = 4")
    other.close()
    bad["other.db"] = "not a camwarden database"
    open(w.path("cut.db"), "wb").write(data[:len(data) // 2])
    bad["cut.db"] = ""
    for page in range(4, len(data) // 4096, 3):
        data[page * 4096:page * 4096 + 64] = os.urandom(64)
    open(w.path("damaged.db"), "wb").write(data)
    bad["damaged.db"] = "damaged"
    shutil.copy(good, w.path("newer.db"))
    newer = sqlite3.connect(w.path("newer.db"))
    newer.execute("PRAGMA user_version = 99")
    newer.close()
    bad["newer.db"] = "newer camwarden"
    bad["none.db"] = "No such file"
    for name, words in bad.items():
        state = w.path("bad")
        shutil.copytree(crashed, state)
        head = look(os.path.join(state, "camwarden.db"))
        before = state_of(state)
        refused(w.run("restore", w.path(name), "--reason", "x", state=state) if name != "none.db" else
                named(w.run("restore", w.path(name), "--reason", "x", state=state)), words)
        assert state_of(state) == before, name
        assert look(os.path.join(state, "camwarden.db")) == head
        shutil.rmtree(state)
    state = w.path("bad")
    shutil.copytree(crashed, state)
    before = look(os.path.join(state, "camwarden.db"))
    refused(w.run("restore", good, "--reason", "x", state=state, preexec_fn=small_disk, restore_signals=False), "disk")
    assert look(os.path.join(state, "camwarden.db")) == before and "camwarden.restoring" not in os.listdir(state)
    r = w.run("restore", good, state=state)
    assert r.returncode == 2 and "--reason is missing" in r.stderr
    shutil.rmtree(state)
    print(f"{len(bad)} files that are no backups of ours refused")


def named(r):
    """Its usage hint is a second line."""
    r.stderr = r.stderr.split("\n")[0] + "\n"
    return r


def other_installation(w, crashed):
    away = w.path("away")
    r = w.run("feeds", "import", w.path("feeds.csv"), "--reason", "x", state=away)
    assert r.returncode == 0, r.stderr
    away_db = os.path.join(away, "camwarden.db")
    refused(w.run("restore", w.path("load1.db"), "--reason", "x", state=away), "another installation")
    old = look(away_db)
    r = w.run("restore", w.path("load1.db"), "--reason", "moved", "--other-installation", "--json", state=away)
    assert r.returncode == 0, r.stderr
    said = json.loads(r.stdout)
    assert said["was"]["head"] == old[1] and said["was"]["origin"] != said["now"]["origin"]
    assert look(said["kept"]) == old and look(away_db)[2] == "restore"
    # A new machine: nothing there, not even the folder.
    fresh = w.path("fresh")
    r = w.run("restore", w.path("load1.db"), "--reason", "new disk", "--json", state=fresh)
    assert r.returncode == 0, r.stderr
    assert json.loads(r.stdout)["was"] is None and json.loads(r.stdout)["kept"] == ""
    # The key is not in a backup: what it sealed is named, and opens once the key is there, too.
    assert "need the key" in r.stderr and "credentials.key is not there" in r.stderr, r.stderr
    assert not os.path.exists(os.path.join(fresh, "credentials.key"))
    r = w.run("credentials", state=fresh)
    assert r.returncode == 1 and "1 password sealed, 1 can't be opened" in r.stdout, r
    shutil.copy2(os.path.join(w.state, "credentials.key"), fresh)
    assert w.run("credentials", state=fresh).returncode == 0
    assert look(os.path.join(fresh, "camwarden.db"))[2] == "restore"
    assert mode(os.path.join(fresh, "camwarden.db")) == 0o600
    # What stands there can't be read at all: kept to the byte, log and all.
    ruin = w.path("ruin")
    shutil.copytree(crashed, ruin)
    rubbish = os.urandom(50000)
    open(os.path.join(ruin, "camwarden.db"), "wb").write(rubbish)
    wal = open(os.path.join(ruin, "camwarden.db-wal"), "rb").read()
    r = w.run("restore", w.path("load1.db"), "--reason", "ruined", "--json", state=ruin)
    assert r.returncode == 0, r.stderr
    said = json.loads(r.stdout)
    assert said["unreadable"] != "" and open(said["kept"], "rb").read() == rubbish
    assert wal == b"" or open(said["kept"] + "-wal", "rb").read() == wal
    assert look(os.path.join(ruin, "camwarden.db"))[2] == "restore"


def restore_killed(w, crashed):
    """Old or new, and both whole; the next try works."""
    state, count, backup = w.path("trial"), w.path("count"), w.path("load1.db")
    db = os.path.join(state, "camwarden.db")
    old = look(os.path.join(crashed, "camwarden.db"))
    shutil.copytree(crashed, state)
    r = w.run("restore", backup, "--reason", "x", state=state, env=shimmed(SHIM_COUNT=count))
    assert r.returncode == 0, r.stderr
    calls = int(open(count).read())
    seen = {"old": 0, "new": 0}

    def trial(n):
        shutil.rmtree(state)
        shutil.copytree(crashed, state)
        r = w.run("restore", backup, "--reason", "x", state=state, env=shimmed(SHIM_KILL=str(n)))
        assert r.returncode in (0, -signal.SIGKILL), (n, calls, r.stderr)
        now = look(db)
        kept = glob.glob(db + ".before-restore-*")
        if now == old:
            seen["old"] += 1
        else:
            assert now[2] == "restore", (n, now)
            assert [look(k) for k in kept] == [old], (n, kept)
            seen["new"] += 1
        if n % 3 == 0:
            again = w.run("restore", backup, "--reason", "again", state=state)
            assert again.returncode == 0, (n, again.stderr)
            assert look(db)[2] == "restore" and not os.path.exists(os.path.join(state, "camwarden.restoring"))
            assert all(os.stat(k).st_nlink == 1 for k in glob.glob(db + ".before*")), n
        return r.returncode != 0

    points = each_moment(calls, 25, 24, trial)
    assert seen["old"] and seen["new"], seen
    print(f"restore: killed at {points} of {calls} calls: {seen}")


def life_after(w):
    """The restored one is watched again; what lies between is unknown."""
    r = w.run("restore", w.path("load1.db"), "--reason", "test", "--json")
    assert r.returncode == 0, r.stderr
    said = json.loads(r.stdout)
    monitor = w.monitor()
    time.sleep(2)
    assert monitor.stop() == 0
    assert look(w.db)[0] > said["now"]["seq"]
    db = sqlite3.connect(w.db)
    reason, start, end = db.execute("SELECT reason, start, end FROM epoch WHERE reason = 'monitor-off'"
                                    " ORDER BY id DESC").fetchone()
    assert end > start
    body = json.loads(db.execute("SELECT p.body FROM private p JOIN event USING(seq) WHERE kind = 'restore'").fetchone()[0])
    assert body["was_head"] == said["was"]["head"] and body["head"] == said["backup"]["head"]
    assert body["reason"] == "test" and body["kept"] == said["kept"]
    db.close()
    # Without a monitor the backup's line is written all the same.
    r = w.run("backup", w.path("quiet.db"))
    assert r.returncode == 0, r.stderr
    assert look(w.path("quiet.db"))[2] == "backup"


def main():
    w = World()
    refused(w.run("backup", w.path("x.db")), "no database")
    w.load("first")
    monitor = under_load(w)
    backup_killed(w)
    disk_full(w)
    monitor.kill()
    crashed = w.path("crashed")
    shutil.copytree(w.state, crashed, ignore=shutil.ignore_patterns("control.sock", "*-shm"))
    no_backups(w, crashed)
    other_installation(w, crashed)
    restore_killed(w, crashed)
    life_after(w)


main()
