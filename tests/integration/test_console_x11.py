#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The console agent at a real X server: a program's input (XTEST) is told as
injected and is nobody's; windows by pattern with what covers them; dark
screens; locks, the login screen and shutdown by logind; connections; a lost X
server. Nothing of a title or of what is typed is ever sent.
About 40 s. LABEL: light"""
import shutil
import socket
import subprocess
import sys
import time

from console_world import TOKEN, Agent, Logind, Server, XorgHands, XServer
from harness import free_port, program, skip

SECRET_TITLE = "Zephyrine-4711"
SECRET_TEXT = "quixotry"
PATTERNS = [{"id": "vms", "class": "vmsclient", "title": f"*{SECRET_TITLE.lower()}*"},
            {"id": "other", "class": "", "title": "no such window"}]


def window(heartbeat):
    found = [w for w in heartbeat["windows"] if w["pattern"] == "vms"]
    return found[0] if found else None


def visible(heartbeat, low, high):
    w = window(heartbeat)
    return w is not None and low <= w["visible"] <= high


def power(heartbeat):
    return [s["power"] for s in heartbeat["screens"]]


def test_begin():
    first = server.wait(lambda h, s: s == 200, "the first")
    assert first["agent"].startswith("camwarden-console/") and len(first["life"]) >= 16 and first["boot"]
    assert first["session"] == "c2", first["session"]
    assert abs(first["utc_ms"] / 1000 - time.time()) < 5
    expected = {"input": "x11", "idle": "x11", "lock": "logind", "screens": "x11", "windows": "x11",
                "connections": "kernel"}
    assert first["sees"] == expected, first["sees"]
    # Nobody did anything yet: not "0 s ago".
    assert "idle_ms" not in first and not first.get("locked")
    if x.real:
        assert first["screens"] == [{"name": "DUMMY0", "power": "on" if x.dpms else "unknown", "width": 1280,
                                     "height": 720}], first["screens"]
    later = server.wait(lambda h, s: h["seq"] > first["seq"] and h["patterns"] == server.revision, "patterns taken")
    assert later["life"] == first["life"]


def test_injected():
    since = len(server.heartbeats)
    for _ in range(3):
        x.run("xdotool", "key", "a", "mousemove_relative", "5", "3", "click", "1", "click", "4")
    end = time.monotonic() + 5
    expected = {"keys": 3, "moves": 3, "buttons": 3, "wheel": 3}
    while server.sum("injected", since) != expected and time.monotonic() < end:
        time.sleep(0.1)
    assert server.sum("injected", since) == expected, server.sum("injected", since)
    # xdotool's mousemove is no input at all, but sets the pointer elsewhere.
    since = len(server.heartbeats)
    x.run("xdotool", "mousemove", "700", "300")
    end = time.monotonic() + 5
    while server.sum("injected", since).get("moves", 0) != 1 and time.monotonic() < end:
        time.sleep(0.1)
    assert server.sum("injected", since)["moves"] == 1, "the pointer set elsewhere"
    last = server.wait(lambda h, s: True, "one more")
    assert set(server.sum().values()) == {0}, "a program's input passes as a hand's"
    assert "idle_ms" not in last, "a program's input ends the idle time"


def test_hands():
    if not x.hands:
        print("the X server has no inputtest driver: hands are tested through VNC alone (test_console_hands)")
        return
    since, hands = len(server.heartbeats), XorgHands(x)
    for i in range(8):
        hands.move(10, 5)
        hands.key(38 + i)
        time.sleep(0.04)
    hands.button(1)
    hands.button(5)
    expected = {"keys": 8, "moves": 8, "buttons": 1, "wheel": 1}
    end = time.monotonic() + 5
    while server.sum(None, since) != expected and time.monotonic() < end:
        time.sleep(0.1)
    assert server.sum(None, since) == expected, server.sum(None, since)
    assert set(server.sum("injected", since).values()) == {0}, server.sum("injected", since)
    told = [h for _, _, h in server.heartbeats[since:]]
    assert sum(h["input"]["path_px"] for h in told) > 40 and told[-1]["idle_ms"] < 3000, told[-1]
    before = told[-1]["idle_ms"]
    x.run("xdotool", "key", "a")
    later = server.wait(lambda h, s: h["idle_ms"] > before + 900, "an idle time that no program ends")
    assert later["sees"]["idle"] == "x11"


def test_windows_without_manager():
    child, w = x.terminal(SECRET_TITLE, "60x20+40+30")
    seen = server.wait(lambda h, s: visible(h, 100, 100), "the window, whole")
    size = dict(line.split("=") for line in x.run("xdotool", "getwindowgeometry", "--shell", w).splitlines())
    told = window(seen)
    assert told["screen"] == 0 and abs(told["height"] - int(size["HEIGHT"])) <= 1, (told, size)
    x.run("xdotool", "windowunmap", w)
    server.wait(lambda h, s: window(h) is None or visible(h, 0, 0), "the window unmapped")
    child.kill()
    server.wait(lambda h, s: window(h) is None, "the window gone")


def test_windows():
    manager = x.child_of("openbox")
    end = time.monotonic() + 10
    while "_NET_SUPPORTING_WM_CHECK(WINDOW)" not in x.run("xprop", "-root", "_NET_SUPPORTING_WM_CHECK"):
        assert time.monotonic() < end, "openbox does not come up"
        time.sleep(0.1)
    child, w = x.terminal(SECRET_TITLE, "60x20+40+30")
    server.wait(lambda h, s: visible(h, 100, 100), "the window, whole")
    x.run("xdotool", "windowfocus", "--sync", w, "type", SECRET_TEXT)
    x.run("xdotool", "windowminimize", w)
    server.wait(lambda h, s: visible(h, 0, 0), "the window minimised")
    x.run("xdotool", "windowmap", "--sync", w)
    server.wait(lambda h, s: visible(h, 100, 100), "the window back")
    x.run("xdotool", "set_num_desktops", "2", "set_desktop", "1")
    server.wait(lambda h, s: visible(h, 0, 0), "the window on another workspace")
    x.run("xdotool", "set_desktop", "0")
    server.wait(lambda h, s: visible(h, 100, 100), "the window on this workspace")
    # Half outside the screen: only the part inside counts.
    x.run("xdotool", "windowmove", "--sync", w, "1100", "100")
    w_out = window(server.wait(lambda h, s: window(h)["width"] < 200, "the window half outside"))
    assert 100 < w_out["width"] <= 180 and w_out["visible"] == 100, w_out
    x.run("xdotool", "windowmove", "--sync", w, "40", "60")
    cover, c = x.terminal("cover", "100x40+0+0")
    x.run("xdotool", "windowsize", "--sync", c, "1200", "700", "windowmove", c, "0", "0", "windowraise", c)
    server.wait(lambda h, s: visible(h, 0, 0), "the window covered")
    x.run("xdotool", "windowmove", "--sync", c, "250", "0")
    half = window(server.wait(lambda h, s: visible(h, 20, 90), "the window half covered"))
    assert half["width"] > 300, half
    cover.kill()
    server.wait(lambda h, s: visible(h, 100, 100), "the window uncovered")
    child.kill()
    manager.kill()


def test_power():
    if not x.dpms:
        print("the X server has no DPMS here: dark screens are not tested")
        return
    for state, word in (("standby", "off"), ("on", "on"), ("off", "off"), ("on", "on")):
        x.run("xset", "dpms", "force", state)
        server.wait(lambda h, s, w=word: power(h) == [w], f"the screen {word} ({state})")
    x.run("xset", "s", "activate")
    server.wait(lambda h, s: power(h) == ["off"], "the screen blanked")
    x.run("xset", "s", "reset")
    server.wait(lambda h, s: power(h) == ["on"], "the screen lit again")


def test_logind():
    logind.tell("locked yes")
    server.wait(lambda h, s: h.get("locked") is True, "locked")
    logind.tell("locked no")
    server.wait(lambda h, s: h.get("locked") is False, "unlocked")
    logind.tell("session c1 x11 greeter " + x.display)
    server.wait(lambda h, s: h.get("session", "") == "", "the login screen is nobody")
    logind.tell("session - - - -")
    # Nobody is at the seat: nobody's display is looked at.
    server.wait(lambda h, s: h.get("session", "") == "" and h["sees"]["screens"] == "none", "nobody")
    logind.tell("session c3 x11 user " + x.display)
    server.wait(lambda h, s: h.get("session") == "c3" and h["sees"]["screens"] == "x11", "the next operator")


def test_connections():
    def told(h):
        return {"address": "127.0.0.1", "port": port} in h["connections"]

    port = free_port()
    with socket.create_server(("127.0.0.1", port)), socket.create_connection(("127.0.0.1", port)):
        server.wait(lambda h, s: told(h), "the connection")
    server.wait(lambda h, s: not told(h), "no connection")


def test_x_server_lost():
    since = server.heartbeats[-1][2]["seq"]
    x.child.kill()
    gone = server.wait(lambda h, s: h["sees"]["screens"] == "none", "no screens")
    assert gone["sees"]["input"] == "none" and gone["sees"]["windows"] == "none", gone["sees"]
    assert gone["sees"]["idle"] == "none", gone["sees"]
    assert x.start()
    server.wait(lambda h, s: h["sees"]["input"] == "x11" and h["screens"], "the X server back", 12)
    seqs = [h["seq"] for _, s, h in server.heartbeats if h["seq"] > since]
    assert seqs == sorted(set(seqs)), "heartbeats came twice or out of order"
    assert len({h["life"] for _, _, h in server.heartbeats}) == 1, "the agent itself did not stay"


def test_x_server_hangs():
    """It answers no more: blind, not silent."""
    x.child.process.send_signal(19)
    try:
        server.wait(lambda h, s: h["sees"]["input"] == "none", "blind")
        server.wait(lambda h, s: h["sees"]["input"] == "none", "blind, and still there")
    finally:
        x.child.process.send_signal(18)
    server.wait(lambda h, s: h["sees"]["input"] == "x11", "seeing again", 12)


def test_shutdown():
    logind.tell("shutdown yes")
    server.wait(lambda h, s: h.get("goodbye") is True, "goodbye before the shutdown")
    logind.stub.wait_line(lambda line: line == "released", 5)
    count = len(server.heartbeats)
    time.sleep(1.2)
    assert len(server.heartbeats) == count, "it takes its goodbye back"
    logind.tell("shutdown no")
    server.wait(lambda h, s: not h.get("goodbye"), "the shutdown was called off")
    logind.stub.process.kill()
    server.wait(lambda h, s: h["sees"]["lock"] == "none", "logind gone: locks not seen", 12)


def test_end():
    assert agent.stop(8) == 0
    assert server.heartbeats[-1][2].get("goodbye") is True, "no goodbye at SIGTERM"


def test_print():
    """What anybody can run to see what leaves the machine."""
    child, _ = x.terminal(SECRET_TITLE, "60x20+40+30")
    done = subprocess.run([program("camwarden-console"), "--once", "--print", "--sources", "x11", "--display", x.display,
                           "--xauthority", x.auth], capture_output=True, text=True, timeout=20)
    assert done.returncode == 0, done.stderr
    assert '"input"' in done.stdout and SECRET_TITLE not in done.stdout
    child.kill()


def test_privacy():
    for body in server.raw:
        for secret in (SECRET_TITLE, SECRET_TEXT, TOKEN):
            assert secret.lower().encode() not in body.lower(), secret
    with open(f"/proc/{agent_pid}/cmdline", "rb") as f:
        assert TOKEN.encode() not in f.read()


for needed in ("xdotool", "xterm", "openbox", "xprop", "xset", "dbus-daemon"):
    if shutil.which(needed) is None:
        skip(f"{needed} is not installed")
x = XServer()
print(f"X server: {'Xorg, dummy driver' if x.real else 'Xvfb'}{', DPMS' if x.dpms else ''}")
server, logind = Server(PATTERNS), Logind()
logind.tell("session c2 x11 user " + x.display)
agent = Agent(server, "--sources", "x11,logind", "--xauthority", x.auth, "--connections", "127.0.0.0/8",
              environment=logind.environment)
agent_pid = agent.process.pid
began = time.monotonic()
for test in (test_begin, test_injected, test_hands, test_windows_without_manager, test_windows, test_power, test_logind,
             test_connections, test_privacy, test_x_server_hangs, test_x_server_lost, test_shutdown, test_end,
             test_print):
    at = time.monotonic()
    try:
        test()
    except AssertionError:
        print("the agent's last lines:\n  " + "\n  ".join(line for _, line in agent.lines[-12:]))
        raise
    print(f"{test.__name__}: ok ({time.monotonic() - at:.1f} s)")
print(f"test_console_x11: {len(server.heartbeats)} heartbeats in {time.monotonic() - began:.0f} s")
sys.exit(0)
