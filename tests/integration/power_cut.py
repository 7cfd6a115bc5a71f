# SPDX-License-Identifier: GPL-3.0-or-later
"""A site's power is cut: what its cameras send and what is sent to them
vanishes, in one moment; the gateway and another site go on. Runs in network
namespaces of its own: the monitor in one; a gateway, with the other site, in
the second; the cameras of the site in the third."""
import json
import os
import subprocess
import sys
import time

import invariants
from harness import Child, films, folder, program, skip, tell_farm

# What a feed is never said to be while only its site has trouble.
OURS = ("network-lost", "probe-lost")
NET, OTHER = "10.9", "10.8"
PORT = 8554


def run(*args, check=True):
    p = subprocess.run(args, text=True, capture_output=True, timeout=60, check=False)
    assert p.returncode == 0 or not check, (args, p.stdout, p.stderr)
    return p


def enter():
    """This program once more, in a network of its own; or a skip."""
    if sys.argv[1:] == ["inside"]:
        return
    for ways in (["unshare", "-n"], ["unshare", "-rn"]):
        if run(*ways, "ip", "link", "set", "lo", "up", check=False).returncode == 0:
            os.execvp(ways[0], [*ways, sys.executable, "-u", sys.argv[0], "inside"])
    skip("no network namespaces can be made here")


def counters():
    """Connections begun, and first packets sent again, in this namespace."""
    found = {}
    for path in ("/proc/net/snmp", "/proc/net/netstat"):
        with open(path, encoding="ascii") as f:
            lines = [line.split() for line in f]
        for names, values in zip(lines[::2], lines[1::2]):
            found.update(zip(names[1:], map(int, values[1:])))
    return found["ActiveOpens"], found["TCPSynRetrans"]


def slow_films(seconds):
    return films(f"cut{seconds}", 3, seconds, "--fps", "5", "--size", "352x288")


def address(net, n):
    return f"{net}.{n // 250}.{n % 250 + 1}"


class World:
    """cameras: of the first site; alive: of the other."""
    SITES = ("North/Depot", "North/Gate")

    def __init__(self, cameras, seconds, settings, seconds_of_film=120, alive=6):
        self.cameras, self.alive = cameras, alive
        self.dir = folder()
        self.state, self.log = os.path.join(self.dir, "state"), os.path.join(self.dir, "log")
        self.config = os.path.join(self.dir, "camwarden.yaml")
        with open(self.config, "w", encoding="ascii") as f:
            f.write(f"state_dir: {self.state}\nhttp:\n  enabled: false\n{settings}")
        self.gate = Child(["unshare", "-n", "sleep", str(seconds)])
        self.far = Child(["unshare", "-n", "sleep", str(seconds)])
        time.sleep(0.5)
        self.connect()
        self.start_cameras(seconds, seconds_of_film)
        self.monitor = None

    def inside(self, child, *args, check=True):
        return run("nsenter", "-t", str(child.process.pid), "-n", *args, check=check)

    def at_gate(self, *args):
        return self.inside(self.gate, "ip", *args)

    def pair(self, ours, namespace, theirs, other):
        run("ip", "link", "add", "end0", "type", "veth", "peer", "name", "end1")
        for end, name, child in (("end0", ours, namespace), ("end1", theirs, other)):
            if child is not None:
                run("ip", "link", "set", end, "netns", str(child.process.pid))
                self.inside(child, "ip", "link", "set", end, "name", name)
            else:
                run("ip", "link", "set", end, "name", name)

    def connect(self):
        self.pair("ours", None, "theirs", self.gate)
        self.pair("out", self.gate, "in", self.far)
        for child, name, address in ((self.gate, "theirs", "10.78.0.1/24"), (self.gate, "out", "10.79.0.1/24"),
                                     (self.far, "in", "10.79.0.2/24")):
            self.inside(child, "ip", "link", "set", "lo", "up")
            self.inside(child, "ip", "link", "set", name, "up")
            self.inside(child, "ip", "addr", "add", address, "dev", name)
        run("ip", "link", "set", "lo", "up")
        run("ip", "link", "set", "ours", "up")
        run("ip", "addr", "add", "10.78.0.2/24", "dev", "ours")
        run("ip", "route", "add", "default", "via", "10.78.0.1")
        self.inside(self.far, "ip", "route", "add", "default", "via", "10.79.0.1")
        self.inside(self.far, "ip", "route", "add", "local", f"{NET}.0.0/16", "dev", "lo")
        self.at_gate("route", "add", "local", f"{OTHER}.0.0/16", "dev", "lo")
        # what remains when the cable is out: packets vanish, nobody answers
        self.at_gate("route", "add", "blackhole", f"{NET}.0.0/16", "metric", "9999")
        self.inside(self.gate, "sh", "-c", "echo 1 > /proc/sys/net/ipv4/ip_forward")
        self.at_gate("route", "add", f"{NET}.0.0/16", "via", "10.79.0.2")
        with open("/proc/sys/net/ipv4/ping_group_range", "w", encoding="ascii") as f:
            f.write("0 0")

    def farm(self, child, net, hosts, seconds):
        control = os.path.join(self.dir, net + ".sock")
        farm = Child(["nsenter", "-t", str(child.process.pid), "-n", program("camfarm"), "--set", self.material,
                      "--hosts", str(hosts), "--net", net, "--port", str(PORT), "--seconds", str(seconds), "--site-size",
                      "100000", "--no-tls", "--control", control, "--allow-repeat"])
        farm.wait_line(lambda line: "ready" in line, 60)
        return control

    def start_cameras(self, seconds, film_seconds):
        self.material = slow_films(film_seconds)
        self.control = self.farm(self.far, NET, self.cameras, seconds)
        self.farm(self.gate, OTHER, self.alive, seconds)

    def camwarden(self, *args):
        return run(program("camwarden"), *args, "--config", self.config, check=False)

    def start_monitor(self):
        with open(self.log, "a", encoding="ascii") as log:
            self.monitor = Child([program("camwarden"), "run", "--config", self.config], stderr=log)
        end = time.monotonic() + 30
        while self.camwarden("status", "--json").returncode in (2, 3):
            assert time.monotonic() < end and self.monitor.process.poll() is None, self.last_words()
            time.sleep(0.1)

    def fill(self):
        table = os.path.join(self.dir, "cameras.csv")
        with open(table, "w", encoding="ascii") as f:
            f.write("site,device,name,url\n")
            for site, net, count in zip(self.SITES, (NET, OTHER), (self.cameras, self.alive)):
                for n in range(count):
                    f.write(f"{site},{address(net, n)},cam{n},rtsp://{self.host(net, n)}:{PORT}/cam{n}\n")
        made = self.camwarden("feeds", "import", table, "--reason", "test")
        assert made.returncode == 0, made.stdout + made.stderr

    @staticmethod
    def host(net, n):
        """What its URL calls it."""
        return address(net, n)

    def last_words(self):
        with open(self.log, encoding="ascii") as f:
            return f.read()[-3000:]

    def all(self):
        return json.loads(self.camwarden("status", "--all", "--json").stdout)["feeds"]

    def feeds(self):
        """(those of the site that is cut, the others)"""
        of_all = self.all()
        return tuple([f for f in of_all if f["site"] == site] for site in self.SITES)

    def wait(self, test, seconds, what, never=()):
        """Seconds until the site's feeds pass; the others are up all the time,
        and no feed is what is never to be."""
        start = time.monotonic()
        while True:
            site, others = self.feeds()
            if any(f["cause"] == "monitor-off" for f in others):
                # the disk is busy otherwise: the record is behind, and says so
                assert time.monotonic() - start < seconds, (what, self.last_words())
                continue
            assert all(good(f) for f in others), (what, others, self.last_words())
            bad = [(f["name"], f["state"], f["cause"]) for f in site if f["state"] in never or f["cause"] in never]
            assert not bad, (what, bad[:9], self.last_words())
            took = time.monotonic() - start
            if test(site):
                shed = sum(f["cause"] == "over-capacity" for f in site)
                print(f"{what}: {took:.1f} s", f"({shed} not judged: the machine is busy)" if shed else "", flush=True)
                return took
            assert took < seconds, (what, [(f["name"], f["state"], f["cause"]) for f in site if f["state"] != "up"][:20],
                                    self.last_words())
            time.sleep(0.25 if self.cameras < 100 else 1)

    def wait_first(self, seconds):
        end = time.monotonic() + seconds
        while True:
            site, others = self.feeds()
            if others and up(site + others):
                return
            assert time.monotonic() < end, ([f for f in site + others if f["state"] != "up"][:5], self.last_words())
            time.sleep(0.5)

    def wait_others(self, seconds):
        end = time.monotonic() + seconds
        while not up(others := self.feeds()[1]):
            assert time.monotonic() < end, (others, self.last_words())
            time.sleep(0.5)

    def cut(self):
        self.at_gate("link", "set", "out", "down")

    def restore(self):
        self.at_gate("link", "set", "out", "up")
        self.at_gate("route", "add", f"{NET}.0.0/16", "via", "10.79.0.2")

    def unplug(self, first, last):
        """These stay dead when the others return."""
        tell_farm(self.control, f"power-off cam {first}-{last}")

    def incidents(self):
        return json.loads(self.camwarden("incidents", "--all", "--json").stdout)

    def of_site(self):
        """The one incident of the site; since it was told no feed of it has had
        one of its own. (One that was degraded before keeps that.)"""
        told = [i for i in self.incidents() if i["where"].startswith("North")]
        whole = [i for i in told if "at once" in i["text"]]
        assert [i["where"] for i in whole] == ["North/Depot"], told
        own = [i for i in told if i["where"].startswith("North/Depot/") and i["at"] >= whole[0]["at"]]
        return whole[0], own

    def end(self):
        assert self.monitor.stop() == 0, self.last_words()
        invariants.hold(self.state)


def good(feed):
    """With three films among all cameras some are rightly called duplicates;
    where the machine is busy otherwise, pictures are rightly shed."""
    return feed["state"] == "up" or feed["causes"] == ["duplicate"] or feed["cause"] == "over-capacity"


def down(site):
    return all(f["state"] == "down" for f in site)


def up(site):
    return all(good(f) for f in site)
