#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""References as a person meets them: refused while too little is known, then
approved with actor, reason, event and picture; kept over a restart; cleared.
And a trouble's two pictures: a camera turns black and comes back; one that is
declared dark may be black. About 60 s, and the making of its material.
LABEL: light"""
import csv
import http.client
import json
import os
import signal
import socket
import sqlite3
import subprocess
import time

from harness import Child, api_token, films, folder, free_port, intact, program, tell_farm

DIR = folder()
CONTROL = os.path.join(DIR, "farm.sock")
STATE = os.path.join(DIR, "state")
PORT = free_port()
CONFIG = os.path.join(DIR, "camwarden.yaml")
CAMERAS = 2
token = []


def run(*args, **options):
    return subprocess.run([program("camwarden"), *args, "--config", CONFIG], text=True, capture_output=True, timeout=60,
                          **options)


def reference(*args, **options):
    return run("feeds", "reference", *args, **options)


def write_config():
    with open(CONFIG, "w") as f:
        f.write(f"state_dir: {STATE}\nhttp:\n  address: 127.0.0.1\n  port: {PORT}\nsampling:\n  interval: 2s\n"
                "stream:\n  return_grace: 0s\n")  # what we end ourselves is no silence, however short
    p = run("check")
    assert p.returncode == 0, p.stdout + p.stderr


def start_farm():
    farm = Child([program("camfarm"), "--set", films("reference", 2, 150, "--special", "black"), "--hosts", str(CAMERAS),
                  "--net", "53", "--port", str(free_port()), "--seconds", "140", "--site-size", "3", "--no-tls",
                  "--control", CONTROL, "--inventory", os.path.join(DIR, "farm.csv")])
    farm.wait_line(lambda line: "ready" in line, 20)
    return farm


def start_monitor():
    with open(os.path.join(DIR, "log"), "a") as log:
        monitor = Child([program("camwarden"), "run", "--config", CONFIG], stderr=log)
    end = time.monotonic() + 15
    while run("status", "--json").returncode in (2, 3):
        assert time.monotonic() < end and monitor.process.poll() is None, open(os.path.join(DIR, "log")).read()
        time.sleep(0.1)
    return monitor


def feeds():
    return {f["name"]: f for f in json.loads(run("status", "--all", "--json").stdout)["feeds"]}


def wait(test, seconds, what):
    start = time.monotonic()
    while not test():
        assert time.monotonic() - start < seconds, (what, feeds(), open(os.path.join(DIR, "log")).read()[-2000:])
        time.sleep(0.5)
    print(f"{what}: {time.monotonic() - start:.1f} s", flush=True)


def get(path):
    c = http.client.HTTPConnection("127.0.0.1", PORT, timeout=10)
    if not token:
        token.append(api_token(CONFIG))
    c.request("GET", path, headers={"Authorization": "Bearer " + token[0]})
    r = c.getresponse()
    data = r.read()
    c.close()
    return r.status, data


def shown(*args):
    p = reference("show", "--json", *args)
    assert p.returncode in (0, 1), p
    return {r["name"]: r for r in json.loads(p.stdout)}


def check_approval():
    p = reference("approve", "--all", "--reason", "walked round")
    assert p.returncode == 1 and "0 approved, 2 not" in p.stdout and "learning" in p.stderr, p
    p = reference("approve", "nowhere/nothing")
    assert p.returncode == 1 and "no such feed is watched: nowhere/nothing" in p.stderr, p
    wait(lambda: all(f["state"] == "up" for f in feeds().values()), 40, "up")
    wait(lambda: reference("approve", "--all", "--reason", "walked round").returncode == 0, 60, "approved")
    rows = shown()
    assert len(rows) == CAMERAS, rows
    for r in rows.values():
        assert r["approved"] and r["reason"] == "walked round" and r["actor"].startswith("unix:"), r
    wait(lambda: all(r["picture"] for r in shown().values()), 20, "their pictures")
    assert reference("show", "--pictures", os.path.join(DIR, "pictures")).returncode == 0
    names = os.listdir(os.path.join(DIR, "pictures"))
    assert sum(n.endswith("-reference.png") for n in names) == CAMERAS, names
    status, data = get(f"/api/v1/feeds/{rows['cam0']['uuid']}/thumbnail.png?kind=reference")
    assert status == 200 and data[:4] == b"\x89PNG", status
    listing = json.loads(get("/api/v1/feeds")[1])["items"]
    assert all(f["reference"] for f in listing), listing
    return shown()


def check_restart(monitor, before):
    monitor.process.send_signal(signal.SIGTERM)
    monitor.process.wait(15)
    assert shown() == before, "a stopped monitor shows its references too"
    p = reference("clear", "--all")
    assert p.returncode == 3, p
    monitor = start_monitor()
    time.sleep(1)
    after = shown()
    assert after == before, (before, after, open(os.path.join(DIR, "log")).read()[-2000:])
    wait(lambda: all(f["state"] == "up" for f in feeds().values()), 40, "up after the restart")
    uuid = before["cam1"]["uuid"]
    p = reference("clear", "-", input=uuid + "\n")
    assert p.returncode == 0 and "1 cleared" in p.stdout, p
    assert set(shown("--missing")) == {"cam1"}
    assert get(f"/api/v1/feeds/{uuid}/thumbnail.png?kind=reference")[0] == 404
    return monitor


def check_evidence():
    tell_farm(CONTROL, "black 0")
    wait(lambda: feeds()["cam0"]["cause"] == "black", 40, "black is called")
    number = 0

    def both():
        nonlocal number
        rows = json.loads(run("incidents", "--json").stdout)
        number = rows[0]["id"] if rows else 0
        return bool(rows) and rows[0]["before"] and rows[0]["after"]

    wait(both, 30, "both pictures are kept")
    tell_farm(CONTROL, "live 0")
    wait(lambda: feeds()["cam0"]["state"] == "up", 60, "it is back")
    wait(lambda: get(f"/api/v1/incidents/{number}/recovered.png")[0] == 200, 30, "the picture after it")
    folder_of = os.path.join(DIR, "pictures")
    p = run("incidents", "pictures", str(number), folder_of)
    assert p.returncode == 0, p
    sizes = {n: os.path.getsize(f"{folder_of}/{number}-{n}.png") for n in ("before", "after", "recovered")}
    assert sizes["after"] < sizes["before"] / 4 and sizes["after"] < sizes["recovered"] / 4, sizes
    for n in sizes:
        assert get(f"/api/v1/incidents/{number}/{n}.png")[0] == 200, n
    assert run("incidents", "pictures", "999999", folder_of).returncode == 1
    print("pictures:", sizes)


def listed():
    return list(csv.DictReader(run("feeds", "list", "--csv").stdout.splitlines()))


def change(name, **cells):
    """Other cells in its row of the exported list, imported again."""
    rows = listed()
    for r in rows:
        if r["name"] == name:
            r.update(cells)
    path = os.path.join(DIR, "changed.csv")
    with open(path, "w", newline="") as f:
        out = csv.DictWriter(f, rows[0].keys())
        out.writeheader()
        out.writerows(rows)
    p = run("feeds", "import", path)
    assert p.returncode == 0 and "1 changed" in p.stdout, p


def check_declared():
    """What is declared dark all day is not black."""
    change("cam1", dark_hours="0:00-24:00", ptz="yes")
    tell_farm(CONTROL, "black 1")
    for _ in range(24):
        assert feeds()["cam1"]["state"] == "up", feeds()["cam1"]
        time.sleep(0.5)
    assert any(f["ptz"] for f in json.loads(get("/api/v1/feeds")[1])["items"])
    print("dark hours: well")


def intervals(name):
    """[(state, cause)] of the record, oldest first."""
    db = sqlite3.connect(f"file:{STATE}/camwarden.db?mode=ro", uri=True)
    rows = db.execute("SELECT i.state, i.cause FROM interval i JOIN feed f ON f.id = i.feed WHERE f.name = ?"
                      " ORDER BY i.start, i.id", (name,)).fetchall()
    db.close()
    return rows


def check_elsewhere():
    """Of another address nothing is known, on the wall and in the record alike."""
    wait(lambda: feeds()["cam0"]["state"] == "up", 30, "up before it points elsewhere")
    before = len(intervals("cam0"))
    change("cam0", url=next(r["url"] for r in listed() if r["name"] == "cam0") + "?elsewhere")
    wait(lambda: (0, 30) in intervals("cam0")[before:], 5, "unknown: learning in the record")


def check_reconnected():
    """Another way to the same camera is our own doing: its session ends, and nothing is said of it."""
    wait(lambda: feeds()["cam0"]["state"] == "up", 30, "up before it is connected anew")
    before = len(intervals("cam0"))
    change("cam0", transport="tcp")
    time.sleep(4)
    assert feeds()["cam0"]["state"] == "up", feeds()["cam0"]
    assert all(state != 3 for state, _ in intervals("cam0")[before - 1:]), intervals("cam0")[before - 1:]


def check_events():
    db = sqlite3.connect(f"file:{STATE}/camwarden.db?mode=ro", uri=True)
    kinds = [k for (k,) in db.execute("SELECT kind FROM event WHERE kind LIKE 'reference.%'")]
    assert kinds.count("reference.approve") >= CAMERAS and kinds.count("reference.clear") == 2, kinds
    blobs = db.execute("SELECT count(*), min(length(bytes)) FROM learned WHERE kind = 1").fetchone()
    assert blobs[0] == CAMERAS and blobs[1] > 100, blobs
    print("learned:", blobs)


def main():
    write_config()
    farm = start_farm()
    monitor = start_monitor()
    p = run("feeds", "import", os.path.join(DIR, "farm.csv"))
    assert p.returncode == 0, p
    before = check_approval()
    monitor = check_restart(monitor, before)
    check_evidence()
    check_declared()
    check_reconnected()
    check_elsewhere()
    monitor.process.send_signal(signal.SIGTERM)
    monitor.process.wait(15)
    check_events()
    intact(STATE)
    farm.stop()


main()
