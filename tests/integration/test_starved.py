#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""No descriptor left, role by role: stream probes while their cameras come
back and while feeds are imported, the monitor while it is asked and while a
probe dies, the web process and the agents' listener under idle clients. Nobody
spins (below 5 % of a core more than before), each says so, no feed is called
down for it, and with descriptors all is well again within a second (feeds: as
fast as they may connect). About 50 s. LABEL: light"""
import json
import os
import signal
import socket
import ssl
import subprocess
import sys
import time
import urllib.error

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(os.path.dirname(HERE), "bench"))
import harness  # noqa: E402
import world  # noqa: E402

CAMERAS, LATER = 24, 16  # LATER more are imported under way
SLOW = 3 if harness.sanitized() else 1
MOST_CPU = .05
CLIENTS = 1100
FEW = 4  # descriptors: fewer than any role holds


def say(text):
    print(f"starved: {text}", flush=True)


def limits_of(pid):
    with open(f"/proc/{pid}/limits", encoding="ascii") as f:
        return next(line.split()[3:5] for line in f if line.startswith("Max open files"))


def limit_files(pid, soft, hard):
    """As whoever it runs as: root may set another's limits only with
    CAP_SYS_RESOURCE."""
    with open(f"/proc/{pid}/status", encoding="ascii") as f:
        ids = {line.split()[0]: line.split()[1] for line in f if line[:4] in ("Uid:", "Gid:")}
    uid, gid = int(ids["Uid:"]), int(ids["Gid:"])
    words = ["setpriv", f"--reuid={uid}", f"--regid={gid}", "--clear-groups"] if uid else []
    subprocess.run([*words, "prlimit", f"--pid={pid}", f"--nofile={soft}:{hard}"], check=True)


class Starved:
    """These processes get no new descriptor inside the `with`."""

    def __init__(self, *pids, files=FEW):
        self.pids, self.files = pids, files

    def __enter__(self):
        self.before = [limits_of(p) for p in self.pids]
        for p, (_, hard) in zip(self.pids, self.before):
            limit_files(p, self.files, hard)
        return self

    def __exit__(self, *_):
        for p, limits in zip(self.pids, self.before):
            limit_files(p, *limits)
        self.released = time.monotonic()


class Drill:
    def __init__(self, w):
        self.w = w
        material = world.make_material("drill-2", 2, 120, 15)  # as drill_kill.py does
        self.farm = w.add(world.Farm(w.folder(), material, CAMERAS + LATER, 60 + os.getpid() % 30, "--allow-repeat"))
        at = w.folder()
        certificate = harness.certificate(at, "agents")
        self.agents_port = harness.free_port()
        self.monitor = w.add(world.Monitor(at, f"""  connections: 2000
  per_address: 2000
agents:
  enabled: true
  address: 127.0.0.1
  port: {self.agents_port}
  certificate: {certificate}
  key: {at}/agents.key
  connections: 2000
  per_address: 2000
connect:
  loopback_only: true
probes:
  stream: 2
sampling:
  interval: 2s
"""))
        self.tls = ssl.create_default_context(cafile=certificate)
        self.token = harness.api_token(self.monitor.config)
        with open(self.farm.inventory, encoding="utf-8") as f:
            self.table = f.read().splitlines()

    def load(self, first, count):
        path = os.path.join(self.monitor.folder, "some.csv")
        with open(path, "w", encoding="utf-8") as f:
            f.write("\n".join([self.table[0], *self.table[1 + first:1 + first + count]]) + "\n")
        self.monitor.load(path)

    def pids(self, role):
        root = self.monitor.pid
        if role.startswith("_"):
            return [harness.child_of(root, role)]
        return [p for p in world.tree(root) if world.role(p, root) == role]

    def feeds(self):
        out = subprocess.run([world.program("camwarden"), "status", "--all", "--json", "--config", self.monitor.config],
                             capture_output=True, text=True, check=False, timeout=20).stdout
        return json.loads(out)["feeds"]

    def wait_feeds(self, what, test, seconds):
        """Seconds until it held; on the way nobody may be down."""
        begin = time.monotonic()
        while True:
            now = self.feeds()
            down = [(f["name"], f["cause"]) for f in now if f["state"] == "down"]
            assert not down, (what, down, self.monitor.tail(30))
            if test(now):
                return time.monotonic() - begin
            assert time.monotonic() - begin < seconds * SLOW, (
                what, [(f["name"], f["state"], f["cause"]) for f in now], self.monitor.tail(30))
            time.sleep(.2)

    def log(self):
        with open(self.monitor.log, encoding="utf-8", errors="replace") as f:
            return f.read()

    @staticmethod
    def cpu(pids, seconds=2):
        """Of a core, each."""
        before = {p: world.cpu_seconds(p) for p in pids}
        time.sleep(seconds)
        return {p: (world.cpu_seconds(p) - b) / seconds for p, b in before.items()}

    def idles(self, what, pids):
        busy = self.cpu(pids)
        rest = {p: self.rest.get(p, 0) for p in pids}
        worst = max(pids, key=lambda p: busy[p] - rest[p])
        say(f"{what}: {busy[worst]:.1%} of a core ({rest[worst]:.1%} before)")
        assert busy[worst] < rest[worst] + MOST_CPU, (what, busy, rest, self.monitor.tail(20))

    # ---- stream probes ----

    def streams_reconnect(self):
        pids, half = self.pids("stream"), CAMERAS // 2
        with Starved(*pids) as s:
            self.farm.ask(f"close 0-{half - 1}")
            self.wait_feeds("those that were closed are over-capacity",
                            lambda now: sum(f["cause"] == "over-capacity" for f in now) == half, 10)
            self.idles("stream probes without descriptors", pids)
            assert sum(f["state"] == "up" for f in self.feeds()) == CAMERAS - half
        assert "we lack Too many open files" in self.log(), self.monitor.tail(30)
        self.monitor.wait_status("all connected", lambda t: t["flowing"] == CAMERAS, 10 * SLOW)
        took = time.monotonic() - s.released
        say(f"released: {half} feeds flow again after {took:.1f} s")
        assert took < 3 * SLOW, took

    def streams_import(self):
        """Room for two more in each probe."""
        pids = self.pids("stream")
        files = max(max(int(n) for n in os.listdir(f"/proc/{p}/fd")) for p in pids) + 3
        with Starved(*pids, files=files):
            self.load(CAMERAS, LATER)
            self.wait_feeds("some of the new ones are up, the rest over-capacity", lambda now: len(now) == CAMERAS + LATER
                            and all(f["state"] == "up" or f["cause"] == "over-capacity" for f in now)
                            and any(f["cause"] == "over-capacity" for f in now), 30)
            held = sum(f["state"] == "up" for f in self.feeds())
        say(f"import of {LATER} more than fit: {held - CAMERAS} were taken, the rest told over-capacity")

    # ---- the monitor ----

    def monitor_asked(self):
        with Starved(self.monitor.pid) as s:
            asks = subprocess.Popen([world.program("camwarden"), "status", "--json", "--config", self.monitor.config],
                                    stdout=subprocess.PIPE)
            self.idles("the monitor without descriptors, asked", [self.monitor.pid])
            assert asks.poll() is None
            victim = self.pids("stream")[0]
            os.kill(victim, signal.SIGKILL)
            self.idles("the monitor without descriptors, a probe dead", [self.monitor.pid])
        answer, _ = asks.communicate(timeout=10)
        took = time.monotonic() - s.released
        say(f"released: the question is answered after {took:.2f} s")
        assert asks.returncode in (0, 1) and json.loads(answer) and took < 1 * SLOW, (took, answer)
        assert "whoever asks must wait" in self.log()
        self.monitor.wait_status("the probe is back", lambda t: t["flowing"] == CAMERAS + LATER, 15 * SLOW)

    # ---- who listens ----

    def listener(self, role, port, open_one):
        """1,100 clients that say nothing, and no descriptor for them."""
        pids = self.pids(role)
        held = []
        with Starved(*pids) as s:
            for i in range(CLIENTS):
                c = socket.socket()
                c.bind((f"127.0.{1 + i // 50}.9", 0))
                c.setblocking(False)
                c.connect_ex(("127.0.0.1", port))
                held.append(c)
            self.idles(f"{role} without descriptors, {CLIENTS} clients", pids)
        for c in held:
            c.close()
        self.until_served(open_one)
        took = time.monotonic() - s.released
        say(f"released: {role} serves after {took:.2f} s")
        assert took < 1 * SLOW, took
        assert self.pids(role) == pids, f"{role} was replaced"

    @staticmethod
    def until_served(open_one):
        """Each try anew: the kernel's queue was full of those who waited, and a
        first packet that it dropped comes again only after a second."""
        for _ in range(50):
            try:
                return open_one()
            except OSError:
                time.sleep(.02)
        raise AssertionError("nobody is served")

    def read(self):
        try:
            harness.api_get(self.monitor.port, "/api/v1/incidents?open=1", self.token)
            return 200
        except urllib.error.HTTPError as e:
            return e.code

    def all_others(self):
        """Every process but the monitor; whoever reads is told to come again.
        (The web process was looked at, and must take the question.)"""
        pids = world.tree(self.monitor.pid)[1:]
        with Starved(*(p for p in pids if [p] != self.pids("_web"))):
            assert self.read() in (200, 503)
            self.idles(f"all {len(pids)} other processes without descriptors", pids)
        assert self.read() == 200
        assert world.tree(self.monitor.pid)[1:] == pids, "somebody was replaced"

    def ask_wall(self):
        with harness.api_open(self.monitor.port, "/api/v1/wall", self.token, timeout=.3) as r:
            r.read()

    def hello_tls(self):
        with socket.create_connection(("127.0.0.1", self.agents_port), timeout=.3) as plain:
            with self.tls.wrap_socket(plain, server_hostname="localhost") as c:
                c.sendall(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n")
                assert c.recv(100).startswith(b"HTTP/1.1 ")

    def run(self):
        self.load(0, CAMERAS)
        took = self.wait_feeds("all up", lambda now: len(now) == CAMERAS and all(f["state"] == "up" for f in now), 60)
        say(f"{CAMERAS} feeds up after {took:.1f} s")
        self.rest = self.cpu(world.tree(self.monitor.pid))
        self.streams_reconnect()
        self.streams_import()
        self.monitor_asked()
        self.listener("_web", self.monitor.port, self.ask_wall)
        self.listener("_agents", self.agents_port, self.hello_tls)
        assert self.log().count("whoever comes must wait") == 2, self.monitor.tail(30)
        self.all_others()
        self.wait_feeds("all up", lambda now: all(f["state"] == "up" for f in now), 30)
        assert not self.monitor.query("SELECT * FROM interval WHERE state = ?", world.DOWN)
        harness.intact(self.monitor.folder, self.monitor.config)


def main():
    if os.geteuid() != 0:
        harness.skip("the limits of other users' processes can't be set here")
    with world.World() as w:
        Drill(w).run()


if __name__ == "__main__":
    main()
