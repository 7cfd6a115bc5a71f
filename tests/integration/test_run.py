#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""camwarden run on a handful of cameras: imported while it runs, up; probes
killed with -9: unknown at most, never down, and soon up again; a camera's
power cut: down in time; a URL changed while it is held: that one down, and up
again with the old one; the monitor killed: all unknown, its probes gone, and
after its return the intervals tile without hole or overlap. About 60 s.
LABEL: light"""
import json
import os
import signal
import socket
import sqlite3
import subprocess
import time

from harness import Child, films, folder, free_port, intact, program, sanitized, tell_farm

DIR = folder()
CONTROL = os.path.join(DIR, "farm.sock")
STATE = os.path.join(DIR, "state")
CAMERAS = 6
# Under sanitizers on two busy cores all is some times slower.
SLOW = 2 if sanitized() else 1


def run(*args, **options):
    return subprocess.run([program("camwarden"), *args], text=True, capture_output=True, timeout=30, **options)


def write_config():
    path = os.path.join(DIR, "camwarden.yaml")
    with open(path, "w") as f:
        f.write(f"state_dir: {STATE}\nhttp:\n  enabled: false\nstream:\n  stall_timeout: 3s\n")
    p = run("check", "--config", path)
    assert p.returncode == 0, p.stdout + p.stderr
    return path


def start_farm():
    farm = Child([program("camfarm"), "--set", films("run", 2, 180), "--hosts", str(CAMERAS), "--net", "43",
                  "--port", str(free_port()), "--seconds", "150", "--site-size", "3", "--no-tls",
                  "--control", CONTROL, "--inventory", os.path.join(DIR, "farm.csv")])
    farm.wait_line(lambda line: "ready" in line, 20)
    return farm


def start_monitor(config):
    # Its own log stays in a file to be shown when something fails.
    with open(os.path.join(DIR, "log"), "a") as log:
        monitor = Child([program("camwarden"), "run", "--config", config], stderr=log)
    end = time.monotonic() + 15
    while run("status", "--json", "--config", config).returncode in (2, 3):
        assert time.monotonic() < end and monitor.process.poll() is None, open(os.path.join(DIR, "log")).read()
        time.sleep(0.1)
    return monitor


def status(config):
    return json.loads(run("status", "--all", "--json", "--config", config).stdout)


def states(config):
    return [f["state"] for f in status(config)["feeds"]]


def wait_states(config, test, seconds, what, never=()):
    start = time.monotonic()
    while True:
        now = status(config)["feeds"]
        bad = [(f["name"], f["state"], f["cause"]) for f in now if f["state"] in never]
        assert not bad, (what, bad)
        if test([f["state"] for f in now]):
            print(f"{what}: {time.monotonic() - start:.1f} s", flush=True)
            return
        assert time.monotonic() - start < seconds, (what, [(f["name"], f["state"], f["cause"]) for f in now])
        time.sleep(0.2)


def wait_feed(config, name, state, cause, seconds):
    start = time.monotonic()
    while True:
        feed = next(f for f in status(config)["feeds"] if f["name"] == name)
        if (feed["state"], feed["cause"]) == (state, cause):
            print(f"{name} {state}, {cause}: {time.monotonic() - start:.1f} s", flush=True)
            return
        assert time.monotonic() - start < seconds, feed
        time.sleep(0.2)


def all_up(found):
    return len(found) == CAMERAS and all(s == "up" for s in found)


def children(pid, name=None):
    out = subprocess.run(["ps", "--ppid", str(pid), "-o", "pid=,comm="], text=True, capture_output=True).stdout
    rows = [line.split() for line in out.splitlines()]
    return [int(r[0]) for r in rows if name is None or r[1].startswith(name)]


def alive(pid):
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    with open(f"/proc/{pid}/stat") as f:
        return f.read().rsplit(")", 1)[1].split()[0] != "Z"


def kill_probes(config, monitor):
    """Any probe may die at any time: at most unknown, soon up again."""
    for name in ("camwarden-stre", "camwarden-pict"):
        for pid in children(monitor.process.pid, name):
            os.kill(pid, signal.SIGKILL)
        time.sleep(1)
        wait_states(config, all_up, 12 * SLOW, f"up after all {name}* were killed", never=("down", "degraded"))


def cut_power(config):
    tell_farm(CONTROL, "power-off 1")  # cameras 3 to 5, without FIN or RST
    wait_states(config, lambda s: s.count("down") == 3 and s.count("up") == 3, 8 * SLOW, "power cut seen")
    tell_farm(CONTROL, "power-on 1")
    wait_states(config, all_up, 40 * SLOW, "up after the power is back")


def move_camera(config):
    """A held feed's URL is changed under it, to nothing and back."""
    path = os.path.join(DIR, "farm.csv")
    with open(path) as f:
        right = f.read()
    wrong = os.path.join(DIR, "moved.csv")
    with open(wrong, "w") as f:
        f.write(right.replace("/cam0", "/nothing-here", 1))
    for file, state, cause in ((wrong, "down", "not-found"), (path, "up", "none")):
        p = run("feeds", "import", file, "--config", config)
        assert p.returncode == 0 and "1 changed" in p.stdout, p
        wait_feed(config, "cam0", state, cause, 25 * SLOW)
    wait_states(config, all_up, 25 * SLOW, "up after a URL was wrong")


def kill_monitor(config, monitor):
    probes = children(monitor.process.pid)
    monitor.kill()
    end = time.monotonic() + 5 * SLOW
    while any(alive(pid) for pid in probes):
        assert time.monotonic() < end, "probes outlive their monitor"
        time.sleep(0.1)
    time.sleep(max(0, 3.5 - (5 * SLOW - (end - time.monotonic()))))
    p = run("status", "--json", "--config", config)
    assert p.returncode == 3, p
    assert all(f["state"] == "unknown" and f["cause"] == "monitor-off" for f in json.loads(p.stdout)["feeds"]), p.stdout
    monitor = start_monitor(config)
    wait_states(config, all_up, 25 * SLOW, "up after the monitor was killed and started")
    return monitor


def check_intervals():
    db = sqlite3.connect(f"file:{STATE}/camwarden.db?mode=ro", uri=True)
    rows = db.execute("SELECT feed, epoch, start, end, state, cause FROM interval ORDER BY feed, start").fetchall()
    epochs = {e for _, e, *_ in rows}
    assert len({f for f, *_ in rows}) == CAMERAS and len(epochs) >= 2, (len(rows), epochs)
    holes = 0
    for a, b in zip(rows, rows[1:]):
        if a[0] == b[0]:
            assert a[3] is not None and a[3] <= b[2], ("overlap or still open", a, b)
            holes += a[3] != b[2]
    assert holes == 0, f"{holes} holes"
    events = [k for (k,) in db.execute("SELECT kind FROM event ORDER BY seq")]
    print(f"{len(rows)} intervals tile, {len(events)} events")


def main():
    config = write_config()
    farm = start_farm()
    monitor = start_monitor(config)
    bad = os.path.join(DIR, "bad.csv")
    with open(bad, "w") as f:
        f.write("name,site,url\ncam,site,rtsp://\n")
    p = run("feeds", "import", bad, "--config", config)
    assert p.returncode != 0 and ":2:17: " in p.stderr + p.stdout, p
    for _ in range(2):  # the second changes nothing
        p = run("feeds", "import", os.path.join(DIR, "farm.csv"), "--config", config)
        assert p.returncode == 0, p
    assert "0 added" in p.stdout and f"{CAMERAS} unchanged" in p.stdout, p.stdout
    wait_states(config, all_up, 25 * SLOW, "up after the import", never=("down",))
    kill_probes(config, monitor)
    cut_power(config)
    move_camera(config)
    monitor = kill_monitor(config, monitor)
    intact(STATE, config)
    probes = children(monitor.process.pid)
    assert monitor.stop(8) == 0
    assert not any(alive(pid) for pid in probes), "probes outlive a clean stop"
    check_intervals()
    intact(STATE)
    farm.stop()


try:
    main()
except BaseException:
    if os.path.exists(os.path.join(DIR, "log")):
        print(open(os.path.join(DIR, "log")).read()[-6000:])
    raise
