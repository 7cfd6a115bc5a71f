#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
# LABEL: long
"""Our own network is lost, in each way that there is, with 300 feeds of two
sites: the cable, a cable that comes and goes, the gateway, everything behind it
(a reference host tells), the name server alone; and one site alone, which is
down. What is ours is unknown, never down, and one incident each; back, all is
proven again. In network namespaces of its own (power_cut.py). About 3 min."""
import collections
import os
import signal
import socket
import struct
import sys
import time

import power_cut
from harness import Child, folder

EACH = 150
NAMED = 20  # cameras of the first site that are known by name
STALL_S = 8
SETTINGS = f"""network:
  references: "10.79.0.2:9"
stream:
  stall_timeout: {STALL_S}s
connect:
  timeout: 3s
  backoff_max: 5s
outage:
  scout: 2s
  rest: 5s
sampling:
  interval: 2s
  rare: 10s
"""


def name_server():
    """camN.depot.test -> its address; nothing else is a name."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
        s.bind(("10.78.0.1", 53))
        print("serves", flush=True)
        while True:
            ask, who = s.recvfrom(512)
            labels, at = [], 12
            while ask[at]:
                labels.append(ask[at + 1:at + 1 + ask[at]].decode())
                at += 1 + ask[at]
            kind, = struct.unpack(">H", ask[at + 1:at + 3])
            known = labels[0].startswith("cam") and labels[1:] == ["depot", "test"]
            found = known and kind == 1
            n = int(labels[0][3:]) if known else 0
            answer = ask[:2] + struct.pack(">5H", 0x8180 | (0 if known else 3), 1, int(found), 0, 0) + ask[12:at + 5]
            if found:
                answer += struct.pack(">HHHIH", 0xc00c, 1, 1, 1, 4)
                answer += socket.inet_aton(power_cut.address(power_cut.NET, n))
            s.sendto(answer, who)


class World(power_cut.World):
    SITES = ("Depot", "Gate")

    def connect(self):
        super().connect()
        self.names = Child(["nsenter", "-t", str(self.gate.process.pid), "-n", sys.executable, "-u", __file__, "names"])
        self.names.wait_line(lambda line: line == "serves", 10)

    @staticmethod
    def host(net, n):
        return f"cam{n}.depot.test" if net == power_cut.NET and n < NAMED else power_cut.address(net, n)

    def until(self, what, test, seconds, never):
        """Test of all feeds; none may be what is never to be on the way."""
        begin = time.monotonic()
        while True:
            now = self.all()
            bad = [(f["name"], f["state"], f["cause"]) for f in now if f["state"] in never or f["cause"] in never]
            assert not bad, (what, len(bad), bad[:5], self.last_words())
            took = time.monotonic() - begin
            if test(now):
                print(f"{what}: {took:.1f} s", flush=True)
                return
            assert took < seconds, (what, collections.Counter((f["site"], f["state"], f["cause"]) for f in now),
                                    self.last_words())
            time.sleep(.3)

    def back(self, what):
        """Also those whose connections end now, given up by somebody meanwhile."""
        self.until(f"{what}: all up again", well, 90, never=("unreachable", "name-failed", "stalled"))
        end = time.monotonic() + 10
        while any(not i["until"] for i in self.ours()):
            assert time.monotonic() < end, self.ours()
            time.sleep(.3)

    def ours(self):
        return [i for i in self.incidents() if i["cause"] == "network-lost"]

    def told(self, number, word):
        """So many incidents of ours by now, the newest with this word."""
        end = time.monotonic() + 20
        while len(self.ours()) < number:
            assert time.monotonic() < end, (self.ours(), self.last_words())
            time.sleep(.3)
        found = sorted(self.ours(), key=lambda i: i["id"])
        assert len(found) == number and word in found[-1]["text"] and found[-1]["where"] == "", found

    # ---- what happens ----

    def cable(self):
        self.at_gate("link", "set", "theirs", "down")
        self.until("cable out: all unknown", lost, 10, never=("down",))
        time.sleep(2 * STALL_S)
        self.until("and stay so", lost, 1, never=("down",))
        self.told(1, "carrier")
        self.at_gate("link", "set", "theirs", "up")
        self.back("cable in")

    def loose_cable(self):
        for _ in range(8):
            self.at_gate("link", "set", "theirs", "down")
            time.sleep(.4)
            self.at_gate("link", "set", "theirs", "up")
            time.sleep(.8)
        self.back("a loose cable")
        assert len(self.ours()) <= 2, self.ours()
        self.begun = len(self.ours())

    def one_site(self):
        self.cut()
        self.until("one site: it is down, the other up", lambda now: all(
            f["state"] == "down" if f["site"] == "Depot" else fine(f) for f in now),
            STALL_S + 60, never=())  # in doubt for a moment, perhaps
        self.restore()
        self.until("the site is back: all up", well, 90, never=())
        assert len(self.ours()) == self.begun, self.ours()

    def gateway(self):
        self.at_gate("addr", "del", "10.78.0.1/24", "dev", "theirs")
        self.until("the gateway is silent: all unknown", lost, STALL_S + 60, never=("down",))
        self.told(self.begun + 1, "answer")
        self.at_gate("addr", "add", "10.78.0.1/24", "dev", "theirs")
        self.back("the gateway answers")

    def behind_gateway(self):
        """It answers, but nothing behind it does: not even the reference."""
        self.cut()
        self.at_gate("rule", "add", "blackhole", "from", f"{power_cut.OTHER}.0.0/16")
        self.until("all behind the gateway is silent: all unknown", lost, STALL_S + 60, never=("down",))
        self.told(self.begun + 2, "no reference host answers")
        self.restore()
        self.at_gate("rule", "del", "blackhole", "from", f"{power_cut.OTHER}.0.0/16")
        self.back("all behind the gateway answers")

    def no_names(self):
        """A start while the name server says nothing."""
        assert self.monitor.stop() == 0
        self.names.process.send_signal(signal.SIGSTOP)
        self.start_monitor()
        named = [f"cam{n}" for n in range(NAMED)]
        self.until("no names: those that have one are unknown, the others up", lambda now: all(
            f["cause"] == "network-lost" if f["site"] == "Depot" and f["name"] in named
            else fine(f) for f in now), 60, never=("down",))
        self.told(self.begun + 3, "no name server answers")
        self.names.process.send_signal(signal.SIGCONT)
        self.back("names")


def fine(f):
    """On a busy machine it takes so long that the films come round, and the two sites show the same."""
    return power_cut.good(f) or f["cause"] in ("looped", "duplicate")


def well(now):
    return len(now) == 2 * EACH and all(map(fine, now))


def lost(now):
    return all((f["state"], f["cause"]) == ("unknown", "network-lost") for f in now)


def main():
    world = World(EACH, 390, SETTINGS, alive=EACH)
    world.start_monitor()
    world.fill()
    world.until(f"{2 * EACH} feeds up", well, 90, never=("down",))
    for step in (world.cable, world.loose_cable, world.one_site, world.gateway, world.behind_gateway, world.no_names):
        step()
    world.end()


def with_names():
    """A resolv.conf of its own, in a mount namespace of its own."""
    if sys.argv[1:] != ["inside"] or "CAMWARDEN_NAMES" in os.environ:
        return
    path = os.path.join(folder(), "resolv.conf")
    with open(path, "w", encoding="ascii") as f:
        f.write("nameserver 10.78.0.1\noptions timeout:1 attempts:2\n")
    os.chmod(path, 0o644)
    os.environ["CAMWARDEN_NAMES"] = "1"
    os.execvp("unshare", ["unshare", "-m", "sh", "-c", f"mount --bind {path} /etc/resolv.conf && exec \"$@\"", "sh",
                          sys.executable, "-u", __file__, "inside"])


if sys.argv[1:] == ["names"]:
    name_server()
else:
    power_cut.enter()
    with_names()
    main()
