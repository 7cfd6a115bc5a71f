#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Two feeds that show the same: one camera of six is fetched under two names
on two paths. Both are called `duplicate`, each with the other's name, and no
other is; once the second shows its own camera again, both are let go.
About 90 s. LABEL: light"""
import json
import os
import subprocess
import time

from harness import Child, folder, free_port, intact, program, small_films

DIR = folder()
STATE = os.path.join(DIR, "state")
CAMERAS = 6
PAIR = ("cam0", "cam1")
CALL_S, CLEAR_S = 100, 150  # two accounts, and a minute without; busy machines are slower


def run(*args):
    return subprocess.run([program("camwarden"), *args], text=True, capture_output=True, timeout=30)


def start_farm():
    farm = Child([program("camfarm"), "--set", small_films(3), "--hosts", str(CAMERAS), "--net",
                  "47", "--port", str(free_port()), "--seconds", "285", "--site-size", "3", "--no-tls",
                  "--inventory", os.path.join(DIR, "farm.csv")])
    farm.wait_line(lambda line: "ready" in line, 20)
    return farm


def start_monitor():
    config = os.path.join(DIR, "camwarden.yaml")
    with open(config, "w", encoding="ascii") as f:
        f.write(f"state_dir: {STATE}\nhttp:\n  enabled: false\n")
    with open(os.path.join(DIR, "log"), "a", encoding="ascii") as log:
        monitor = Child([program("camwarden"), "run", "--config", config], stderr=log)
    end = time.monotonic() + 15
    while run("status", "--json", "--config", config).returncode in (2, 3):
        assert time.monotonic() < end and monitor.process.poll() is None, open(os.path.join(DIR, "log")).read()
        time.sleep(0.1)
    return monitor, config


def inventory(twice):
    """The farm's cameras; twice: the second name shows the first camera."""
    with open(os.path.join(DIR, "farm.csv"), encoding="ascii") as f:
        lines = f.read().splitlines()
    if twice:
        urls = [next(c for c in line.split(",") if "rtsp://" in c).strip('"') for line in lines[1:3]]
        lines[2] = lines[2].replace(urls[1], urls[0].replace("/cam0", "/f/ctl_rel/cam0"))
    path = os.path.join(DIR, "twice.csv" if twice else "own.csv")
    with open(path, "w", encoding="ascii") as f:
        f.write("\n".join(lines) + "\n")
    return path


def wait(config, test, seconds, what):
    start = time.monotonic()
    while True:
        feeds = json.loads(run("status", "--all", "--json", "--config", config).stdout)["feeds"]
        wrong = [(f["name"], f["cause"]) for f in feeds if f["cause"] == "duplicate" and f["name"] not in PAIR]
        assert not wrong, (what, wrong)
        if test({f["name"]: f for f in feeds}):
            print(f"{what}: {time.monotonic() - start:.0f} s", flush=True)
            return
        assert time.monotonic() - start < seconds, (what, [(f["name"], f["state"], f["cause"]) for f in feeds])
        time.sleep(0.5)


def called(feeds):
    return all(feeds[n]["cause"] == "duplicate" for n in PAIR)


def all_up(feeds):
    return len(feeds) == CAMERAS and all(f["state"] == "up" for f in feeds.values())


def main():
    farm = start_farm()
    monitor, config = start_monitor()
    p = run("feeds", "import", inventory(True), "--config", config)
    assert p.returncode == 0, p
    wait(config, called, CALL_S, "both called")
    wait(config, lambda feeds: sum(f["state"] == "up" for f in feeds.values()) == CAMERAS - len(PAIR), 30,
         "all others up")
    p = run("feeds", "import", inventory(False), "--config", config)
    assert p.returncode == 0 and "1 changed" in p.stdout, p
    wait(config, all_up, CLEAR_S, "both let go")
    assert monitor.stop() == 0
    intact(STATE)
    farm.stop()


main()
