#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Our own network is lost: cut (no carrier), then silently (nothing is
answered any more): every feed is unknown: network-lost, none is down, one
incident each. A site that falls silent while the rest works is down. Runs in
network namespaces of its own: the monitor in one, the cameras behind a gateway
in another. About 70 s. LABEL: light"""
import asyncio
import json
import os
import signal
import subprocess
import sys
import time

from harness import Child, folder, intact, program, skip, small_films

CAMERAS, SITES = 6, 2
PORT = 8554
GATEWAY, OURS = "10.78.0.1", "10.78.0.2"
STALL_S = 5


def camera(n):
    return f"10.77.{n % SITES}.{n + 1}"


async def relay_pair(reader, writer):
    try:
        while data := await reader.read(65536):
            writer.write(data)
            await writer.drain()
    except OSError:
        pass
    writer.close()


async def relay(site):
    """The cameras of one site at addresses of their own."""
    def serve(n):
        async def accept(reader, writer):
            far_reader, far_writer = await asyncio.open_connection(f"127.47.0.{n + 1}", PORT)
            await asyncio.gather(relay_pair(reader, far_writer), relay_pair(far_reader, writer))
        return accept
    for n in range(site, CAMERAS, SITES):
        await asyncio.start_server(serve(n), camera(n), PORT)
    print("serves", flush=True)
    await asyncio.Event().wait()


def run(*args, check=True):
    return subprocess.run(args, text=True, capture_output=True, timeout=30, check=check)


def in_namespace():
    """This program once more, in a network of its own; or a skip."""
    for ways in (["unshare", "-n"], ["unshare", "-rn"]):
        if run(*ways, "ip", "link", "set", "lo", "up", check=False).returncode == 0:
            os.execvp(ways[0], [*ways, sys.executable, "-u", __file__, "inside"])
    skip("no network namespaces can be made here")


def there(*args):
    run("nsenter", "-t", str(far.process.pid), "-n", *args)


def address(word, *rest):
    there("ip", "addr", word, *rest)


def connect():
    run("ip", "link", "set", "lo", "up")
    run("ip", "link", "add", "ours", "type", "veth", "peer", "name", "theirs")
    run("ip", "link", "set", "theirs", "netns", str(far.process.pid))
    there("ip", "link", "set", "lo", "up")
    there("ip", "link", "set", "theirs", "up")
    address("add", GATEWAY + "/24", "dev", "theirs")
    for n in range(CAMERAS):
        address("add", camera(n) + "/32", "dev", "lo")
    run("ip", "addr", "add", OURS + "/24", "dev", "ours")
    run("ip", "link", "set", "ours", "up")
    run("ip", "route", "add", "default", "via", GATEWAY)
    # so that the gateway can be asked by echo requests
    with open("/proc/sys/net/ipv4/ping_group_range", "w", encoding="ascii") as f:
        f.write("0 0")


def far_child(*argv):
    return Child(["nsenter", "-t", str(far.process.pid), "-n", *argv])


def start_cameras():
    farm = far_child(program("camfarm"), "--set", small_films(3), "--hosts", str(CAMERAS), "--net",
                     "47", "--port", str(PORT), "--seconds", "245", "--site-size", "3", "--no-tls")
    farm.wait_line(lambda line: "ready" in line, 20)
    return farm, [start_relay(site) for site in range(SITES)]


def start_relay(site):
    started = far_child(sys.executable, "-u", __file__, "relay", str(site))
    started.wait_line(lambda line: line == "serves", 10)
    return started


def run_monitor(config):
    with open(LOG, "a", encoding="ascii") as log:
        monitor = Child([program("camwarden"), "run", "--config", config], stderr=log)
    end = time.monotonic() + 15
    while camwarden("status", "--json", "--config", config).returncode in (2, 3):
        assert time.monotonic() < end and monitor.process.poll() is None, open(LOG, encoding="ascii").read()
        time.sleep(0.1)
    return monitor


def start_monitor():
    config = os.path.join(DIR, "camwarden.yaml")
    with open(config, "w", encoding="ascii") as f:
        f.write(f"state_dir: {STATE}\nhttp:\n  enabled: false\nstream:\n  stall_timeout: {STALL_S}s\n"
                "sampling:\n  interval: 2s\n  rare: 5s\n")
    monitor = run_monitor(config)
    table = os.path.join(DIR, "cameras.csv")
    with open(table, "w", encoding="ascii") as f:
        f.write("site,device,name,url\n")
        for n in range(CAMERAS):
            f.write(f"site{n % SITES},dev{n},cam{n},rtsp://{camera(n)}:{PORT}/cam{n}\n")
    made = camwarden("feeds", "import", table, "--reason", "test", "--config", config)
    assert made.returncode == 0, made.stdout + made.stderr
    return monitor, config


def camwarden(*args):
    return run(program("camwarden"), *args, check=False)


def feeds(config):
    return json.loads(camwarden("status", "--all", "--json", "--config", config).stdout)["feeds"]


def wait(config, test, seconds, what, never=None):
    start = time.monotonic()
    while True:
        now = feeds(config)
        bad = [(f["name"], f["cause"]) for f in now if never in (f["state"], f["cause"])]
        assert not bad, (what, bad, open(LOG, encoding="ascii").read()[-3000:])
        if test(now):
            print(f"{what}: {time.monotonic() - start:.1f} s", flush=True)
            return
        assert time.monotonic() - start < seconds, (
            what, [(f["name"], f["state"], f["cause"]) for f in now], open(LOG, encoding="ascii").read()[-3000:])
        time.sleep(0.2)


def up(now):
    return all(f["state"] in ("up", "degraded") for f in now)


def lost(now):
    return all((f["state"], f["cause"]) == ("unknown", "network-lost") for f in now)


def site_down(now):
    return all(f["state"] == ("down" if f["site"] == "site0" else "up") for f in now)


def incidents(config):
    listed = json.loads(camwarden("incidents", "--all", "--json", "--config", config).stdout)
    return [i for i in listed if i["cause"] == "network-lost"]


def told_of(config, number):
    """Silence is undecided before it is called the network's."""
    end = time.monotonic() + 20
    while len(incidents(config)) < number:
        assert time.monotonic() < end, open(LOG, encoding="ascii").read()[-3000:]
        time.sleep(0.2)


def over(config):
    """The loss before is over on record, too: else the next one would be part of it."""
    end = time.monotonic() + 5
    while not all(i["until"] for i in incidents(config)):
        assert time.monotonic() < end, incidents(config)
        time.sleep(0.2)


def start_without(monitor, config):
    """One camera has a name, and nobody answers who could look it up: that is
    ours, too. Then a start without a network."""
    table = os.path.join(DIR, "named.csv")
    with open(table, "w", encoding="ascii") as f:
        f.write(f"site,device,name,url\nsite0,named,named,rtsp://camera.invalid:{PORT}/cam0\n")
    made = camwarden("feeds", "import", table, "--reason", "test", "--config", config)
    assert made.returncode == 0, made.stdout + made.stderr
    wait(config, lambda now: [f["cause"] for f in now if f["name"] == "named"] == ["network-lost"], 30,
         "no name server: unknown", never="name-failed")
    assert monitor.stop() == 0
    there("ip", "link", "set", "theirs", "down")
    monitor = run_monitor(config)
    wait(config, lost, 20, "started without a network: all unknown", never="name-failed")
    time.sleep(STALL_S)
    assert lost(feeds(config)), feeds(config)
    assert monitor.stop() == 0
    intact(STATE)


def main():
    farm, relays = start_cameras()
    monitor, config = start_monitor()
    wait(config, up, 60, "all up")

    there("ip", "link", "set", "theirs", "down")
    wait(config, lost, 5, "cut: all unknown", never="down")
    time.sleep(2 * STALL_S)
    assert lost(feeds(config)), feeds(config)
    there("ip", "link", "set", "theirs", "up")
    wait(config, up, 60, "plugged in: all up", never="down")
    over(config)

    there("ip", "link", "set", "theirs", "down")
    wait(config, lost, 5, "cut once more: all unknown", never="down")
    relays[1].kill()  # ends its connections: the word of it waits for the cable
    relays[1] = start_relay(1)
    there("ip", "link", "set", "theirs", "up")
    wait(config, up, 60, "old connections end: all up", never="down")
    over(config)

    relays[0].process.send_signal(signal.SIGSTOP)
    wait(config, site_down, STALL_S + 15, "one site silent: it is down", never="network-lost")
    relays[0].process.send_signal(signal.SIGCONT)
    wait(config, up, 90, "the site is back: all up")

    address("del", GATEWAY + "/24", "dev", "theirs")
    wait(config, lost, STALL_S + 20, "silently lost: all unknown", never="down")
    told_of(config, 3)
    address("add", GATEWAY + "/24", "dev", "theirs")
    wait(config, up, 90, "back: all up", never="down")

    time.sleep(2)
    told = incidents(config)
    assert [i["where"] for i in told] == ["", "", ""] and all(i["until"] for i in told), told
    assert "gateway" in told[0]["text"] and "carrier" in told[1]["text"], told
    start_without(monitor, config)
    for child in (*relays, farm):
        child.kill()


if sys.argv[1:2] == ["relay"]:
    asyncio.run(relay(int(sys.argv[2])))
elif sys.argv[1:2] != ["inside"]:
    in_namespace()
else:
    DIR = folder()
    STATE, LOG = os.path.join(DIR, "state"), os.path.join(DIR, "log")
    far = Child(["unshare", "-n", "sleep", "280"])
    time.sleep(0.5)
    connect()
    main()
    far.kill()
