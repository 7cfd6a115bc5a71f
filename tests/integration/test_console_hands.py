#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The console agent and hands: input of devices that are no program's (through
VNC) counts, a held key once; what a server could not take is told later, all
of it and once; refusals are logged, the token read anew; idle time from a
compositor (sway, and a stub); input of the kernel's devices (uinput, where there is one).
About 30 s. LABEL: light"""
import fcntl
import os
import shutil
import struct
import subprocess
import sys
import time

from console_world import TOKEN, Agent, Hands, Server, stub, write
from harness import Child, folder, program, skip


def wait_sum(expected, origin=None, since=0, seconds=8):
    end = time.monotonic() + seconds
    while server.sum(origin, since) != expected and time.monotonic() < end:
        time.sleep(0.05)
    got = server.sum(origin, since)
    assert got == expected, f"{got}, expected {expected}"


def counts(keys=0, moves=0, buttons=0, wheel=0):
    return {"keys": keys, "moves": moves, "buttons": buttons, "wheel": wheel}


def test_hands():
    first = server.wait(lambda h, s: h["sees"]["input"] == "x11", "the first")
    assert "idle_ms" not in first, "an agent's start is nobody's input"
    assert first["session"] == hands.display, first["session"]
    since = len(server.heartbeats)
    hands.type("hello")
    for i in range(10):
        hands.point(100 + 10 * i, 200)
        time.sleep(0.05)
    hands.point(190, 200, 1)
    hands.point(190, 200, 0)
    hands.point(190, 200, 8)  # button 4: the wheel
    hands.point(190, 200, 0)
    wait_sum(counts(5, 10, 1, 1), since=since)
    wait_sum(counts(), "injected", since)
    told = [h for _, _, h in server.heartbeats[since:]]
    assert sum(sum(h["input"]["gaps"]) for h in told) == 16, "gaps between 17 inputs"
    assert sum(h["input"]["gaps"][5] for h in told) >= 7, "gaps of about 50 ms"
    assert 80 <= sum(h["input"]["path_px"] for h in told) <= 600, [h["input"]["path_px"] for h in told]
    assert any(h["input"].get("per_second") for h in told)
    quiet = server.wait(lambda h, s: h.get("idle_ms", 0) > 1500, "a growing idle time")
    assert quiet["sees"]["idle"] == "x11"


def test_program_beside_hands():
    """A program's input doesn't end the idle time that hands began."""
    before = server.heartbeats[-1][2]["idle_ms"]
    since = len(server.heartbeats)
    environment = {**os.environ, "DISPLAY": hands.display}
    subprocess.run(["xdotool", "mousemove_relative", "3", "3", "key", "b"], env=environment, check=True)
    wait_sum(counts(1, 1), "injected", since)
    assert server.heartbeats[-1][2]["idle_ms"] > before
    wait_sum(counts(), since=since)


def test_held_key():
    """A weight on a key: VNC presses it again and again."""
    since = len(server.heartbeats)
    for _ in range(40):
        hands.press("x")
        time.sleep(0.02)
    hands.release("x")
    hands.press("x")
    hands.release("x")
    wait_sum(counts(keys=2), since=since)


def test_server_away():
    """Nothing is lost and nothing told twice while the server is away."""
    since = len(server.heartbeats)
    hands.type("a")
    server.stop()
    for letter in "bcdefgh":
        hands.type(letter)
        time.sleep(0.3)
    agent.logged("server not reached")
    server.start()
    back = server.wait(lambda h, s: s == 200, "the server back")
    wait_sum(counts(keys=8), since=since)
    assert back["span_ms"] > 1500, back["span_ms"]
    seqs = [h["seq"] for _, _, h in server.heartbeats]
    assert seqs == sorted(set(seqs)), "heartbeats came twice or out of order"


def test_refused():
    since = len(server.heartbeats)
    server.refuse = (409, "another agent uses this token: \x1b[31mc7")
    agent.logged("another agent uses this token: \\x1b[31mc7")
    hands.type("ij")
    at = len(server.heartbeats)
    time.sleep(2.5)
    assert len(server.heartbeats) - at <= 2, "it does not slow down"
    server.refuse = None
    server.wait(lambda h, s: s == 200, "taken again", 6)
    wait_sum(counts(keys=2), since=since)
    server.refuse = (422, "span_ms: expected 0 to 1")
    agent.logged("span_ms: expected 0 to 1")
    server.refuse = None
    server.wait(lambda h, s: s == 200, "taken again", 6)


def test_new_token():
    fresh = "fedcba9876543210" * 4
    server.tokens = {fresh}
    agent.logged("the token is not known")
    write(agent.token_file, fresh + "\n", 0o600)
    server.wait(lambda h, s: s == 200, "the new token", 10)
    server.tokens = {TOKEN, fresh}


def test_other_certificate():
    """A server that can't prove who it is gets nothing."""
    other = Server()
    trusting = Agent(server, "--sources", "x11", "--display", hands.display, "--server",
                     f"https://localhost:{other.port}")
    trusting.logged("server not reached")
    time.sleep(1)
    assert not other.heartbeats
    trusting.kill()
    other.stop()


def test_open_token_file():
    path = write(os.path.join(folder(), "token"), TOKEN, 0o644)
    done = subprocess.run([program("camwarden-console"), "--server", "https://localhost:1", "--token-file", path],
                          capture_output=True, text=True, timeout=10)
    assert done.returncode == 2 and "chmod 600" in done.stderr, done.stderr


def test_once():
    done = subprocess.run([program("camwarden-console"), "--config", agent.config, "--once", "--sources", "x11",
                           "--display", hands.display], capture_output=True, text=True, timeout=20)
    assert done.returncode == 0, done.stderr
    server.tokens = set()
    done = subprocess.run([program("camwarden-console"), "--config", agent.config, "--once", "--sources", "x11",
                           "--display", hands.display], capture_output=True, text=True, timeout=20)
    assert done.returncode == 1 and "the token is not known" in done.stderr, done.stderr
    server.tokens = {TOKEN, "fedcba9876543210" * 4}


def test_sandbox():
    """Nobody, who can do next to nothing."""
    with open(f"/proc/{agent.process.pid}/status", encoding="ascii") as f:
        status = dict(line.rstrip("\n").split(":\t", 1) for line in f if ":\t" in line)
    assert status["Seccomp"] == "2" and status["NoNewPrivs"] == "1", status
    if os.geteuid() == 0:
        assert set(status["Uid"].split()) == {"65534"}, status["Uid"]
        assert int(status["CapPrm"], 16) & ~0x6 == 0, status["CapPrm"]


def test_load():
    """A thousand inputs in a second leave it alone."""
    if "asan" in program("camwarden-console"):
        amount = 300
    else:
        amount = 1000
    since = len(server.heartbeats)
    before, _ = agent.usage()
    for i in range(amount):
        hands.point(i % 1000, 300 + i % 2)
        time.sleep(0.001)
    wait_sum(counts(moves=amount), since=since)
    after, memory = agent.usage()
    print(f"{amount} inputs: {1000 * (after - before):.0f} ms of processor; {memory:.1f} MiB")
    assert after - before < 1.5


def test_wayland(version):
    runtime = folder()
    os.chmod(runtime, 0o700)
    compositor = Child([stub("wayland_stub"), "wayland-7", str(version)],
                       env={**os.environ, "XDG_RUNTIME_DIR": runtime})
    compositor.wait_line(lambda line: line == "ready", 10)
    viewer = Agent(server, "--sources", "wayland", "--wayland-socket", os.path.join(runtime, "wayland-7"))
    kind = "input" if version == 2 else "idle"
    for timeout in (10000, 60000, 300000):
        compositor.wait_line(lambda line, t=timeout: line == f"notification {kind} {t}", 8)

    def seen(test, what):
        return server.wait(lambda h, s: h["sees"]["idle"] == "wayland" and test(h), what)

    viewer.logged(f"ext_idle_notifier_v1, version {version}")
    if version == 2:
        began = seen(lambda h: True, "idle time from Wayland")
        assert "idle_ms" not in began and began["sees"]["input"] == "none", began
    compositor.tell("idled 10000")
    seen(lambda h: 10000 <= h.get("idle_ms", 0) < 14000, "idle for 10 s")
    compositor.tell("idled 60000")
    seen(lambda h: h.get("idle_ms", 0) >= 60000, "idle for 60 s")
    compositor.tell("resumed")
    if version == 2:
        seen(lambda h: h.get("idle_ms", 99999) < 5000, "somebody did something")
    else:  # an inhibitor says so, too: nothing can be told
        server.wait(lambda h, s: h["sees"]["idle"] == "none" and "idle_ms" not in h, "blind")
        compositor.tell("idled 10000")
        seen(lambda h: h.get("idle_ms", 0) >= 10000, "idle again")
    compositor.kill()
    server.wait(lambda h, s: h["sees"]["idle"] == "none", "the compositor gone")
    viewer.kill()


class Sway:
    """A real compositor, of whatever protocol it speaks; it takes 10 s to find
    that nobody does anything, beside the other tests."""

    def __init__(self):
        self.runtime = folder()
        write(os.path.join(self.runtime, "config"), "xwayland disable\n")
        os.chmod(self.runtime, 0o700)
        argv = ["sway", "-c", os.path.join(self.runtime, "config")]
        if os.geteuid() == 0:  # it refuses to run as root
            os.chown(self.runtime, 65534, 65534)
            argv = ["setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups", *argv]
        self.environment = {**os.environ, "XDG_RUNTIME_DIR": self.runtime, "HOME": self.runtime,
                            "WLR_BACKENDS": "headless", "WLR_RENDERER": "pixman", "WLR_LIBINPUT_NO_DEVICES": "1"}
        self.child = Child(argv, env=self.environment, stderr=subprocess.DEVNULL)
        self.server = Server()
        end = time.monotonic() + 10
        while not self.find("wayland-"):
            assert time.monotonic() < end and self.child.process.poll() is None, "sway does not start"
            time.sleep(0.1)
        self.agent = Agent(self.server, "--sources", "wayland", "--wayland-socket", self.find("wayland-"))

    def find(self, start):
        found = [f for f in os.listdir(self.runtime) if f.startswith(start) and not f.endswith(".lock")]
        return os.path.join(self.runtime, found[0]) if found else None

    def check(self):
        self.agent.logged("idle")
        self.server.wait(lambda h, s: h.get("idle_ms", 0) >= 10000, "nobody for 10 s", 15)
        subprocess.run(["swaymsg", "-s", self.find("sway-ipc"), "seat - cursor move 10 10"], check=True,
                       env=self.environment, capture_output=True)
        self.server.wait(lambda h, s: h.get("idle_ms", 0) < 10000, "somebody")
        self.agent.kill()
        self.child.stop()
        self.server.stop()
        print("sway: ok")


def uinput_device():
    """A keyboard and mouse without hardware (linux/uinput.h)."""
    fd = os.open("/dev/uinput", os.O_WRONLY | os.O_NONBLOCK)
    for request, values in ((0x40045564, (1, 2)), (0x40045565, (30, 272)), (0x40045566, (0, 1))):
        for value in values:  # EV_KEY, EV_REL; KEY_A, BTN_LEFT; REL_X, REL_Y
            fcntl.ioctl(fd, request, value)
    os.write(fd, struct.pack("80sHHHHi", b"camwarden test", 3, 1, 1, 1, 0) + bytes(4 * 4 * 64))
    fcntl.ioctl(fd, 0x5501)  # UI_DEV_CREATE
    return fd


def test_evdev():
    if not os.access("/dev/uinput", os.W_OK):
        print("there is no /dev/uinput here: evdev is tested by recorded events alone (test_evdev_decode)")
        return
    reader = Agent(server, "--sources", "evdev")
    fd = uinput_device()
    server.wait(lambda h, s: h["sees"]["input"] == "evdev", "evdev sees input")
    time.sleep(1)
    since = len(server.heartbeats)
    for kind, code, value in ((1, 30, 1), (0, 0, 0), (1, 30, 2), (0, 0, 0), (1, 30, 0), (0, 0, 0), (2, 0, 5), (0, 0, 0)):
        os.write(fd, struct.pack("llHHi", 0, 0, kind, code, value))
    wait_sum(counts(keys=1, moves=1), "virtual", since)
    wait_sum(counts(), None, since)
    os.close(fd)
    reader.kill()


for needed in ("xdotool", "Xtigervnc"):
    if shutil.which(needed) is None:
        skip(f"{needed} is not installed")
server, hands = Server(), Hands()
agent = Agent(server, "--sources", "x11", "--display", hands.display)
sway = Sway() if shutil.which("sway") else None
began = time.monotonic()
for test in (test_hands, test_program_beside_hands, test_held_key, test_server_away, test_refused, test_new_token,
             test_sandbox, test_load, test_once, test_other_certificate, test_open_token_file):
    at = time.monotonic()
    try:
        test()
    except AssertionError:
        print("the agent's last lines:\n  " + "\n  ".join(line for _, line in agent.lines[-12:]))
        raise
    print(f"{test.__name__}: ok ({time.monotonic() - at:.1f} s)")
assert agent.stop(8) == 0
assert server.heartbeats[-1][2].get("goodbye") is True
for rest in (lambda: test_wayland(2), lambda: test_wayland(1), test_evdev):
    rest()
if sway:
    sway.check()
else:
    print("sway is not installed: Wayland is tested by a stub alone")
print(f"test_console_hands: {len(server.heartbeats)} heartbeats in {time.monotonic() - began:.0f} s")
sys.exit(0)
