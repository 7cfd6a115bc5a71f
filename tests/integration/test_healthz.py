#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""/healthz, `camwarden status`, /metrics and systemd's watchdog tell the truth,
each time and again when it is over: the clock is not set right; the loop is
stuck; the disk hangs, and meanwhile a probe does. Pings stop for what a restart
can mend, and for nothing else. About 45 s. LABEL: light"""
import json
import mmap
import os
import re
import signal
import socket
import sqlite3
import subprocess
import threading
import time

import harness
from harness import program
from people import Person, World, soon

PING_S = 0.5  # half of WATCHDOG_USEC below
LATE_S = 2.5  # a ping that comes later was withheld (the machine may be busy)

DIR = harness.folder()
with open(os.path.join(DIR, "state-file"), "wb") as f:
    f.write(b"-s")
with open(f.name, "r+b") as f:
    disk_and_clock = mmap.mmap(f.fileno(), 2)


class Systemd:
    """The other end of NOTIFY_SOCKET."""

    def __init__(self):
        self.path = os.path.join(DIR, "notify")
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.bind(self.path)
        self.heard = []  # (when, what)
        threading.Thread(target=self.listen, daemon=True).start()

    def listen(self):
        while True:
            what = self.socket.recv(4096).decode()
            self.heard.append((time.monotonic(), what))

    def pings(self, since=0):
        return [t for t, what in self.heard if what == "WATCHDOG=1" and t >= since]

    def longest(self, since, until):
        """The longest time without a ping in between."""
        at = [since, *(t for t in self.pings(since) if t < until), until]
        return max(b - a for a, b in zip(at, at[1:]))


def health(who=None):
    """(status, body) of /healthz; who: a Person, nobody by default."""
    a = (who or Person(W.port)).get("/healthz")
    return a.status, a.json


def wait_health(what, seconds, test):
    return soon(what, lambda: (lambda h: h if test(*h) else None)(health()), seconds)


def status():
    p = subprocess.run([program("camwarden"), "status", "--json", "--config", W.config], text=True, capture_output=True,
                       timeout=30, check=False)
    return json.loads(p.stdout)["monitor"]["health"], subprocess.run(
        [program("camwarden"), "status", "--config", W.config], text=True, capture_output=True, timeout=30,
        check=False).stdout


def metric(name):
    with harness.api_open(W.port, "/metrics", timeout=10) as answer:
        return float(re.search(rf"^camwarden_{re.escape(name)} (\S+)$", answer.read().decode(), re.M).group(1))


def test_well():
    # A start on a busy machine may well have been late.
    _, body = wait_health("well", 30, lambda code, body: code == 200)
    assert body == {"status": "ok", "reasons": [], "warnings": []}, body
    code, body = health(ADMIN)
    assert code == 200 and body["details"]["capacity"] == "ok" and body["details"]["store_lag_us"] < 10e6, body
    since = time.monotonic()
    time.sleep(3)
    assert len(SYSTEMD.pings(since)) >= 3 and SYSTEMD.heard[0][1] == "READY=1", SYSTEMD.heard
    with harness.api_open(W.port, "/metrics", timeout=10) as answer:
        told = set(re.findall(r'^camwarden_fault{fault="([a-z-]+)"} 0$', answer.read().decode(), re.M))
    with open(os.path.join(harness.ROOT, "docs", "openapi.json"), encoding="utf-8") as doc:
        said = set(json.load(doc)["components"]["schemas"]["Fault"]["enum"])
    assert told == said, (told, said)
    assert metric("healthy") == 1 and metric("capacity_level") == 0 and metric('fault{fault="clock"}') == 0


def test_clock():
    """A word of warning; with clock.required it is why it is not well."""
    since = time.monotonic()
    disk_and_clock[1:2] = b"u"
    wait_health("a warning of the clock", 5, lambda code, body: code == 200 and body["warnings"] == ["clock"])
    with open(W.config) as f:
        text = f.read()
    W.write("camwarden.yaml", text + "clock:\n  required: true\n")
    W.monitor.process.send_signal(signal.SIGHUP)
    _, body = wait_health("not well without a clock", 5, lambda code, body: code == 503)
    assert body["status"] == 503 and body["reasons"] == ["clock"] and body["warnings"] == [], body
    told, text_said = status()
    assert told["status"] == "failing" and told["reasons"][0]["name"] == "clock", told
    assert "NOT WELL: no time server sets the clock right" in text_said, text_said
    assert metric("healthy") == 0 and metric('fault{fault="clock"}') == 1
    disk_and_clock[1:2] = b"s"
    wait_health("well again", 5, lambda code, body: code == 200)
    assert SYSTEMD.longest(since, time.monotonic()) < LATE_S, "a clock is not mended by a restart"


def test_loop():
    """Stuck: nobody pings, and the pages say so."""
    os.kill(W.monitor.process.pid, signal.SIGSTOP)
    try:
        since = time.monotonic()
        wait_health("a monitor that is silent", 6,
                    lambda code, body: code == 503 and body["reasons"] == ["monitor-silent"])
        assert not SYSTEMD.pings(since + 0.1), "pings of a stuck loop"
        assert metric("healthy") == 0 and metric('fault{fault="monitor-silent"}') == 1, "/metrics says what /healthz does"
    finally:
        os.kill(W.monitor.process.pid, signal.SIGCONT)
    soon("pings again", lambda: SYSTEMD.pings(time.monotonic() - 2 * PING_S), 5)
    wait_health("well after the loop was stuck", 15, lambda code, body: code == 200)


def test_disk_and_probe():
    """While the disk hangs a probe is stopped: it is replaced, which no restart
    would do better; the writer that doesn't come back is what one may mend."""
    since = time.monotonic()
    disk_and_clock[0:1] = b"h"
    stopped = harness.probe_of(W.monitor.process.pid, "stream")
    os.kill(stopped, signal.SIGSTOP)
    wait_health("a probe that is lost", 9, lambda code, body: code == 503 and "probe-lost" in body["reasons"])
    wait_health("and replaced", 9, lambda code, body: "probe-lost" not in body["reasons"])
    assert harness.probe_of(W.monitor.process.pid, "stream") != stopped
    _, body = wait_health("no commit", 14, lambda code, body: code == 503 and "database-late" in body["reasons"])
    late = time.monotonic() - since
    assert 8 < late and "writer-stuck" not in body["reasons"], (late, body)
    assert SYSTEMD.longest(since, time.monotonic()) < LATE_S, "pings stopped too soon"
    wait_health("a writer that is stuck", 20, lambda code, body: "writer-stuck" in body["reasons"])
    soon("no more pings", lambda: not SYSTEMD.pings(time.monotonic() - 2 * LATE_S), 12)
    disk_and_clock[0:1] = b"-"
    soon("pings again", lambda: SYSTEMD.pings(time.monotonic() - 2 * PING_S), 5)
    wait_health("well after the disk hung", 15, lambda code, body: code == 200)


def test_older():
    """A start that first brings the database up to date (here in vain) tells systemd that it goes on."""
    db = sqlite3.connect(os.path.join(W.state, "camwarden.db"))
    version = db.execute("PRAGMA user_version").fetchone()[0]
    db.execute(f"PRAGMA user_version = {version - 1}")
    db.close()
    before = len(SYSTEMD.heard)
    done = subprocess.run([program("camwarden"), "run", "--config", W.config], text=True, capture_output=True, timeout=60,
                          env={**os.environ, "NOTIFY_SOCKET": SYSTEMD.path}, check=False)
    assert done.returncode == 2 and "copying the database" in done.stderr, done
    soon("a word that it goes on", lambda: ("EXTEND_TIMEOUT_USEC=90000000" in [what for _, what in SYSTEMD.heard[before:]]), 2)


SYSTEMD = Systemd()
W = World("network:\n  watch: false\n")
os.environ.update(NOTIFY_SOCKET=SYSTEMD.path, WATCHDOG_USEC=str(int(2e6 * PING_S)), SHIM_STATE=f.name,
                  LD_PRELOAD=harness.preload())
W.start()
for name in ("LD_PRELOAD", "NOTIFY_SOCKET", "WATCHDOG_USEC"):
    del os.environ[name]
ADMIN = W.people(("admin",))["admin"]
try:
    for test in (test_well, test_clock, test_loop, test_disk_and_probe):
        start = time.monotonic()
        test()
        print(f"{test.__name__}: {time.monotonic() - start:.1f} s", flush=True)
    W.monitor.stop()
    soon("its last word", lambda: SYSTEMD.heard[-1][1] == "STOPPING=1" or
         any(what == "STOPPING=1" for _, what in SYSTEMD.heard[-4:]), 2)
    harness.intact(W.state)
    test_older()
except BaseException:
    print(W.said(), SYSTEMD.heard[-20:], health() if W.monitor.process.poll() is None else "")
    raise
