#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""A camera whose pictures take over the decoder (evil.c) beside honest ones in
one picture probe: it reaches nothing, it can't speak for another camera by its
number, generation or ticket, nor give it a picture; each lie costs it the
probe and the camera is named; the others stay up. Of the release build.
LABEL: light. About 80 s."""
import contextlib
import json
import os
import re
import shutil
import sqlite3

import harness

BUILD = os.environ["CAMWARDEN_BUILD"]
harness.BIN = os.path.join(harness.ROOT, "build", "release", "bin")

import all_roles  # noqa: E402 (after BIN)
from harness import folder, program  # noqa: E402
from people import soon  # noqa: E402

# The order, and words of what the monitor says to it.
LIES = {"number": "nobody asked", "replay": "nobody asked", "generation": "not its own", "picture": "made a PNG",
        "garbage": "malformed"}


def programs():
    """The program's folder, with the evil one in its place."""
    where = folder()
    for name in ("camwarden", "camwarden-stream", "camwarden-demux"):
        shutil.copy(program(name), where)
    shutil.copy(os.path.join(BUILD, "tests", "evil", "camwarden-picture"), where)
    return where


def log():
    with open(world.log, errors="replace") as f:
        return f.read()


def add(order):
    """A camera with that order in its pictures, which is a comment in a JPEG."""
    all_roles.Stills.orders[order] = f"EVIL:{order}".encode()
    world.run("feeds", "import", world.write("evil.csv", f"site,name,url\nsite1,evil {order},http://127.0.0.1:{world.stills}"
                                             f"/{order}.mjpeg\n"), "--reason", "test")


def lies():
    return re.findall(r"probe=picture\S* pid=\d+ lies \(([^)]*)\): replaced", log())


def state(name):
    feeds = json.loads(world.run("status", "--all", "--json", code=None).stdout)["feeds"]
    return next((f["state"], f["cause"]) for f in feeds if f["name"] == name)


def honest():
    """States that were ever said of the honest cameras; 1 is up, 0 unknown
    (words.h)."""
    with contextlib.closing(sqlite3.connect(f"file:{world.state}/camwarden.db?mode=ro", uri=True)) as db:
        return db.execute("SELECT DISTINCT i.state FROM interval i JOIN feed f ON f.id = i.feed"
                          " WHERE f.name LIKE 'cam%' AND i.state != 0").fetchall()


world = all_roles.World(94, settings=f"program_dir: {programs()}\nprobes:\n  picture: 1\n")
add("reach")
soon("it tried", lambda: "evil: tried" in log(), 30)
assert "evil: reached" not in log(), log()
assert not os.path.exists("/tmp/evil") and not lies()
print("reached nothing:", re.search("evil: tried.*", log())[0])
for order, words in LIES.items():
    before = len(lies())
    add(order)
    soon(f"{order}: the camera is named", lambda: state(f"evil {order}") == ("down", "undecodable"), 60)
    assert all(words in lie for lie in lies()[before:]) and len(lies()) > before, (order, lies())
    print(f"{order}: {words}", flush=True)
# From here on nothing speaks for them but themselves.
before = len(lies())
soon("the others are up", world.all_up, 60)
assert len(lies()) == before and honest() == [(1,)], (lies(), honest())
with open(f"{world.state}/camwarden.db", "rb") as a, open(f"{world.state}/camwarden.db-wal", "rb") as b:
    assert b"EVIL-PICTURE" not in a.read() + b.read()
assert world.monitor.stop(20) == 0
print(f"{before} lies, no word of which was believed; the honest cameras were never called anything but up")
