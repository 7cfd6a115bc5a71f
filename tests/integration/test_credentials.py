#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The key of the cameras' passwords: lost, wrong, open to others, put back while
the monitor runs, given by systemd; another one, killed at every kind of moment.
About 50 s. LABEL: light"""
import json
import os
import shutil
import signal
import subprocess

from faults import Faults
from harness import Child, ask_monitor, each_moment, films, folder, free_port, intact, program, shimmed
from people import soon

CW = program("camwarden")
PASSWORD = "Nachtegaal7geheim"  # none that test_secrets.py looks for beside it


def shows(state, cause):
    """Pictures come; that the short film is seen to repeat itself is no matter here."""
    return state == "up" or cause in ("looped", "duplicate")


class World:
    def __init__(self):
        self.dir = folder()
        self.state = os.path.join(self.dir, "state")
        self.key = os.path.join(self.state, "credentials.key")
        self.config = os.path.join(self.dir, "c.yaml")
        with open(self.config, "w") as f:
            f.write(f"state_dir: {self.state}\nhttp:\n  enabled: false\nconnect:\n  loopback_only: true\nsampling:\n  interval: 2s\n")
        self.port = start_farm()

    def run(self, *argv, state=None, code=0, env=None):
        where = ["--state-dir", state] if state else []
        p = subprocess.run([CW, argv[0], "--config", self.config, *where, *argv[1:]], capture_output=True, text=True,
                           timeout=60, env=env)
        assert code is None or p.returncode == code, (argv, p)
        assert PASSWORD not in p.stdout + p.stderr, (argv, p)
        return p

    def load(self):
        path = os.path.join(self.dir, "feeds.csv")
        with open(path, "w") as f:
            f.write("name,url,user,password\n" + "".join(
                f"cam {n},rtsp://127.63.0.{n}:{self.port}/f/auth_md5/cam{n - 1},warden,{PASSWORD}\n" for n in (1, 2, 3)) +
                f"open,rtsp://127.63.0.4:{self.port}/cam3,,\n")
        return self.run("feeds", "import", path, "--reason", "test")

    def monitor(self, **env):
        child = Child([CW, "run", "--config", self.config], stderr=subprocess.STDOUT, env=dict(os.environ, **env))
        child.wait_line(lambda line: "watching" in line, 30)
        return child

    def states(self):
        p = self.run("status", "--all", "--json", code=None)
        return {f["name"]: (f["state"], f["cause"]) for f in json.loads(p.stdout)["feeds"]} if p.returncode < 2 else {}

    def incidents(self):
        out = json.loads(self.run("incidents", "--json", code=None).stdout)
        return [i["text"] for i in (out["incidents"] if isinstance(out, dict) else out) if "Passwords of cameras" in i["text"]]

    def all_up(self):
        soon("all are up", lambda: len(s := self.states()) == 4 and all(shows(*v) for v in s.values()), 60)


def start_farm():
    port = free_port()
    farm = Child([program("camfarm"), "--set", films("short", 1, 20), "--hosts", "4", "--net", "63",
                  "--port", str(port), "--seconds", "250", "--no-tls", "--allow-repeat", "--user", "warden", "--password",
                  PASSWORD])
    farm.wait_line(lambda line: "ready" in line, 20)
    return port


def lost(w):
    """Said at once and by its name; no camera is called down for it, no password is overwritten."""
    away = os.path.join(w.dir, "away.key")
    monitor = w.monitor()
    w.load()
    w.all_up()
    assert os.stat(w.key).st_mode & 0o7777 == 0o400
    assert monitor.stop() == 0
    os.rename(w.key, away)
    for change, words in ((None, "is not there"), ("other", "sealed with another key"), ("open", "is open to others")):
        if change == "other":
            with open(w.key, "w") as f:
                f.write("00" * 32 + "\n")
            os.chmod(w.key, 0o400)
        elif change == "open":
            os.unlink(w.key)
            shutil.copy(away, w.key)
            os.chmod(w.key, 0o404)
        p = w.run("check", code=1)
        assert "can't be opened" in p.stderr and "127.63.0.1" in p.stderr, p
        monitor = w.monitor()
        if change is None:
            soon("the open one is up", lambda: shows(*w.states().get("open", ("", ""))), 60)
        said = soon("an incident", lambda: [t for t in w.incidents() if words in t], 10)
        assert len(said) == len(w.incidents()) == 1 and "127.63.0.1, 127.63.0.2, 127.63.0.3" in said[0], said
        assert [w.states()[f"cam {n}"] for n in (1, 2, 3)] == [("unknown", "not-sampled")] * 3, w.states()
        p = w.run("credentials", code=1)
        assert "3 passwords sealed, 3 can't be opened" in p.stdout, p
        if change != "open":
            assert monitor.stop() == 0
    # Put back while it runs.
    os.chmod(w.key, 0o400)
    monitor.process.send_signal(signal.SIGHUP)
    w.all_up()
    soon("the incident is over", lambda: not w.incidents(), 10)
    w.run("credentials")
    return monitor


def lost_for_good(w, monitor):
    assert monitor.stop() == 0
    os.unlink(w.key)
    monitor = w.monitor()
    p = w.run("devices", "import", write(w, "d.csv", f"device,password\n127.63.0.1,{PASSWORD}\n"), code=1)
    assert "passwords can't be kept" in p.stdout + p.stderr, p
    assert not os.path.exists(w.key), "nothing is made in its place"
    p = w.run("credentials", "rekey", "--reason", "lost", code=1)
    assert "3 can't be opened" in p.stderr, p
    w.load()
    w.all_up()
    soon("the incident is over", lambda: not w.incidents(), 10)
    return monitor


def write(w, name, text):
    path = os.path.join(w.dir, name)
    with open(path, "w") as f:
        f.write(text)
    return path


def from_systemd(w, monitor):
    """The file that systemd hands over is used, and said when a new key can't be put there."""
    given = os.path.join(w.dir, "given")
    assert monitor.stop() == 0
    os.mkdir(given)
    os.rename(w.key, os.path.join(given, "credentials.key"))
    os.chmod(os.path.join(given, "credentials.key"), 0o440)  # the mask of an access list
    monitor = w.monitor(CREDENTIALS_DIRECTORY=given)
    w.all_up()
    assert not os.path.exists(w.key)
    p = w.run("credentials")
    assert p.stdout.startswith(given), p  # the running monitor knows
    assert monitor.stop() == 0
    os.rename(os.path.join(given, "credentials.key"), w.key)
    os.chmod(w.key, 0o400)


def not_stored(w):
    """Another key while the disk takes nothing: to be asked again; until then all can be opened."""
    faults = Faults(os.path.join(w.state, "camwarden.db"))
    monitor = w.monitor(**faults.environment)
    faults.begin()
    answer = ask_monitor(w.state, command="rekey", reason="full")
    assert not answer["ok"] and answer["later"] and "not stored" in answer["text"], answer
    assert faults.end() > 0
    w.all_up()
    soon("another key", lambda: w.run("credentials", "rekey", code=None).returncode == 0, 30)
    assert ask_monitor(w.state, command="rekey", reason="again")["ok"]
    with open(w.key) as f:
        assert len(f.read().split()) == 1
    assert monitor.stop() == 0


def rekey_killed(w):
    """At any moment all can be opened, and the next rekey ends it."""
    state, count = os.path.join(w.dir, "trial"), os.path.join(w.dir, "count")

    def fresh():
        shutil.rmtree(state, ignore_errors=True)
        shutil.copytree(w.state, state, ignore=lambda at, names: [n for n in names if n.endswith(".sock")])

    def keys():
        with open(os.path.join(state, "credentials.key")) as f:
            return f.read().split()

    fresh()
    old = keys()
    w.run("credentials", "rekey", state=state, env=shimmed(SHIM_COUNT=count))
    assert len(keys()) == 1 and keys() != old
    with open(count) as f:
        calls = int(f.read())
    seen = {1: 0, 2: 0}

    def trial(n):
        fresh()
        r = w.run("credentials", "rekey", state=state, code=None, env=shimmed(SHIM_KILL=str(n)))
        assert r.returncode in (0, -signal.SIGKILL), (n, calls, r)
        assert w.run("credentials", state=state).stdout.endswith("3 passwords sealed, 0 can't be opened\n"), n
        seen[len(keys())] += 1
        if n % 3 == 0:
            w.run("credentials", "rekey", state=state)
            assert len(keys()) == 1 and keys() != old, n
            w.run("credentials", state=state)
        return r.returncode != 0

    points = each_moment(calls, 15, 12, trial)
    assert seen[1] and seen[2], seen
    fresh()
    w.run("credentials", "rekey", "--keep-old", state=state)
    assert len(keys()) == 2 and keys()[1] == old[0]
    print(f"rekey: killed at {points} of {calls} calls: {seen}")


def main():
    w = World()
    monitor = lost(w)
    monitor = lost_for_good(w, monitor)
    from_systemd(w, monitor)
    not_stored(w)
    rekey_killed(w)
    intact(w.state)


main()
