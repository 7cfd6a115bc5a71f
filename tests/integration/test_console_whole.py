#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""From hands to the audit: camwarden-console at a real X server reports to a
real monitor on simulated cameras. An honest operator with a camera's window on
a lit screen is what makes its feed watched; a covered window, a dark screen, a
lock, a program that types, a killed agent is not. About 90 s.
LABEL: light"""
import csv
import json
import os
import signal
import subprocess
import threading
import time
import urllib.parse

import watchers
from console_world import Logind, XorgHands, XServer
from harness import Child, free_port, intact, program, skip, small_films
from watchers import console, get, prepare, run, screen, start_monitor, token_of, views, wait

IDLE_S = 10
TITLE = "Tabletop-9182"


class Operator(threading.Thread):
    """Works as people do: in spells, of several kinds, nowhere twice."""

    def __init__(self):
        super().__init__(daemon=True)
        self.hands, self.works = XorgHands(x), threading.Event()
        self.works.set()
        self.start()

    def run(self):
        turn = 0
        while True:
            self.works.wait()
            turn += 1
            for i in range(4 + turn * 7 % 9):
                self.hands.move((turn * 37 + i * 11) % 41 - 20, (turn * 17 + i * 5) % 23 - 11)
                time.sleep(0.01 + (turn * i * 7 % 13) / 300)
            if turn % 2:
                self.hands.key(38 + turn % 8)
            if turn % 5 == 0:
                self.hands.button(1)
            time.sleep(0.2 + turn * 13 % 17 / 20)


def presence(*expected):
    c = console("Desk 1")
    return (c["presence"], c["why"])[:len(expected)] == expected


def watched(n):
    return get(f"/api/v1/feeds/{feeds[n]['id']}/watched?hours=1")["line"][-1]["watched"]


def start_agent():
    with open(os.path.join(watchers.DIR, "agent.log"), "a", encoding="utf-8") as log:
        return Child([program("camwarden-console"), "--config", config], stderr=log,
                     env={**os.environ, **logind.environment})


def start_cameras():
    cameras = Child([program("camfarm"), "--set", small_films(3), "--hosts", "3", "--net",
                     "49", "--port", str(free_port()), "--seconds", "280", "--site-size", "3", "--no-tls", "--inventory",
                     os.path.join(watchers.DIR, "farm.csv")])
    cameras.wait_line(lambda line: "ready" in line, 20)
    return cameras


def camera_host(n):
    with open(os.path.join(watchers.DIR, "farm.csv"), encoding="utf-8") as f:
        row = next(row for row in csv.DictReader(f) if row["name"] == feeds[n]["name"])
    return urllib.parse.urlsplit(row["url"]).hostname


def test_watched():
    wait("attended", 20, lambda: presence("attended", "input"))
    s = screen("S1")
    assert s["power"] == "on" and s["tiles"] == [], s
    terminal = x.terminal(TITLE, "100x30+20+20")
    wait("the camera's window is a view", 12, lambda: views("S1") == ["counts"])
    wait("watched", 6, lambda: watched(0) == "watched")
    assert watched(1) == "not-on-screen"
    return terminal


def test_connection():
    """A player's window shows what the machine is connected to: here it is
    the monitor beside it that holds the connection."""
    player = x.child_of("xterm", "-class", "Player", "-T", "p", "-geometry", "60x20+700+300", "-e", "sleep", "300")
    wait("the connected camera is a view", 14, lambda: views("S1") == ["counts", "counts"])
    wait("watched too", 6, lambda: watched(1) == "watched")
    # What one heartbeat says and the next doesn't may have ended at any time
    # between: a second one must see it.
    time.sleep(7)
    player.kill()
    wait("the player ended", 14, lambda: views("S1") == ["counts"] and watched(1) == "not-on-screen")


def test_not_watched(window):
    x.run("xdotool", "windowunmap", window)
    wait("minimised", 12, lambda: "counts" not in views("S1") and watched(0) == "not-on-screen")
    x.run("xdotool", "windowmap", "--sync", window)
    wait("watched again", 12, lambda: watched(0) == "watched")
    operator.works.clear()  # hands would light it up again
    time.sleep(1.5)
    x.run("xset", "dpms", "force", "off")
    wait("dark", 12, lambda: presence("away", "dark") and watched(0) != "watched")
    operator.works.set()
    wait("lit up by hands", 12, lambda: presence("attended") and watched(0) == "watched")
    logind.tell("locked yes")
    wait("locked", 12, lambda: presence("away", "locked") and watched(0) != "watched")
    logind.tell("locked no")
    wait("back at work", 12, lambda: presence("attended") and watched(0) == "watched")


def test_program_types():
    """It stays idle; that it is suspect is said after two minutes, for which
    this test doesn't wait (test_pattern of the unit tests does)."""
    operator.works.clear()
    jiggler = subprocess.Popen(["sh", "-c", "while :; do xdotool mousemove_relative 7 3 key Shift_L; sleep 0.7; done"],
                               env=x.environment, stdout=subprocess.DEVNULL)
    try:
        wait("idle although a program types", IDLE_S + 15, lambda: not presence("attended"))
        wait("unattended", 5, lambda: watched(0) == "on-screen-unattended")
    finally:
        jiggler.kill()
        jiggler.wait()
    operator.works.set()
    wait("attended by hands", 15, lambda: presence("attended"))


def test_killed_and_restarted():
    agent.process.send_signal(signal.SIGKILL)
    wait("silent", 25, lambda: presence("unknown", "late") and watched(0) == "unknown")
    again = start_agent()
    wait("a new life", 25, lambda: presence("attended") and watched(0) == "watched")
    assert again.stop() == 0
    wait("goodbye", 5, lambda: presence("away", "goodbye") and watched(0) != "watched")


def test_audit():
    """What the audit says is what the time line says."""
    rows = {row["feed"]: row["seconds"] for row in json.loads(run("unwatched", "--json").stdout)["feeds_list"]}
    for n in range(3):
        print(names[n], rows[names[n]])
    line = get(f"/api/v1/feeds/{feeds[0]['id']}/watched?hours=1")["line"]
    assert {"watched", "on-screen-unattended", "not-on-screen", "unknown"} <= {part["watched"] for part in line}, line
    told = json.loads(run("unwatched", "--feed", names[0], "--json").stdout)
    assert {part["is"] for part in told["line"]} >= {"watched", "on-screen-unattended", "not-on-screen"}, told["line"]
    assert 15 < rows[names[0]]["watched"] < time.monotonic() - began, rows[names[0]]
    assert 3 < rows[names[1]]["watched"] < rows[names[0]]["watched"], rows[names[1]]
    assert rows[names[2]]["watched"] == 0, rows[names[2]]


x = XServer()
if not x.real or not x.hands or not x.dpms:
    skip("an Xorg with inputtest driver and DPMS is needed")
logind = Logind()
logind.tell("session c2 x11 user " + x.display)
prepare()
farm = start_cameras()
monitor, feeds = start_monitor(3)
names = [f"{f['site']}/{f['name']}" for f in feeds]
run("consoles", "import",
    watchers.write("consoles.csv", f"console,room,site,idle_after_s\nDesk 1,Room A,{feeds[0]['site']},{IDLE_S}\n"),
    watchers.write("screens.csv", "screen,console,room,output\nS1,Desk 1,,DUMMY0\n"),
    watchers.write("patterns.csv", "pattern,class,title,shows\n"
                   f"gate,vmsclient,*{TITLE.lower()}*,{names[0]}\nplayer,player,,connections\n"))
token_file = watchers.write("token", token_of("Desk 1") + "\n")
os.chmod(token_file, 0o600)
config = watchers.write("console.conf", f"""server = https://127.0.0.1:{watchers.AGENTS}
ca = {watchers.CERTIFICATE}
token-file = {token_file}
xauthority = {x.auth}
connections = {camera_host(1)}
""")
operator, agent = Operator(), start_agent()
began = time.monotonic()
try:
    shown = test_watched()
    test_connection()
    test_not_watched(shown[1])
    test_program_types()
    test_killed_and_restarted()
    time.sleep(2)
    test_audit()
except AssertionError:
    with open(os.path.join(watchers.DIR, "agent.log"), encoding="utf-8") as said:
        print("the agent said:\n" + said.read()[-2000:])
    raise
assert monitor.stop() == 0
intact(watchers.STATE)
farm.stop()
print(f"test_console_whole: as played, in {time.monotonic() - began:.0f} s")
