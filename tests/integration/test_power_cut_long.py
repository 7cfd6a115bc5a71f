#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""A site of 1,000 cameras loses its power for some minutes and gets it back, with
time-outs as they come; the monitor starts anew meanwhile; three cameras stay
dead. One incident, with the right times; none unknown for our reasons, none up
that isn't; what is tried meanwhile and how soon all are judged after it are
told. About 450 s. LABEL: long"""
import datetime
import os
import time

import power_cut

CAMERAS = int(os.environ.get("CAMWARDEN_CAMERAS", "1000"))
OUT_S = 210
DEAD = (40, 41, 500)
# it is not about pictures
SETTINGS = "sampling:\n  interval: 30s\n"


def utc(text):
    return datetime.datetime.fromisoformat(text.replace("Z", "+00:00")).timestamp()


def returned(site):
    return all(f["state"] == "down" if f["name"] in [f"cam{n}" for n in DEAD] else power_cut.good(f) for f in site)


def count(world, seconds, what, never):
    """Tries in a second, and first packets, while nothing else happens."""
    opens, again = power_cut.counters()
    begun = time.monotonic()
    world.wait(lambda site: time.monotonic() > begun + seconds, seconds + 5, what, never)
    span = time.monotonic() - begun
    opens, again = (after - before for before, after in zip((opens, again), power_cut.counters()))
    print(f"{what}: {opens / span:.2f} tries a second, {(opens + again) / span:.2f} first packets", flush=True)
    return opens / span


def main():
    world = power_cut.World(CAMERAS, 1200, SETTINGS, seconds_of_film=900)
    world.start_monitor()
    world.fill()
    world.wait_first(240)
    time.sleep(30)
    world.cut()
    begun, begun_utc = time.monotonic(), time.time()
    world.wait(power_cut.down, 25, "cut: all down", never=power_cut.OURS)
    time.sleep(begun + 60 - time.monotonic())
    rate = count(world, 90, "out", never=("unknown", "up", "degraded"))
    subnets = (CAMERAS + CAMERAS // 250 + 14) // 15  # .1 to .250 of each /24
    # a scout each 10 to 15 s, each of the others in 2.5 to 5 minutes
    assert rate < subnets / 10 + CAMERAS / 150 + 1, rate
    before, own = world.of_site()
    assert not before["until"] and not own, (before, own[:5])

    assert world.monitor.stop() == 0, world.last_words()
    world.start_monitor()
    world.wait_others(60)
    world.wait(power_cut.down, 90, "started anew: all down", never=("up", "degraded", *power_cut.OURS))
    time.sleep(max(0, begun + OUT_S - time.monotonic()))
    for n in DEAD:
        world.unplug(n, n)
    still, own = world.of_site()
    assert still["id"] == before["id"] and not still["until"] and not own, (still, own[:5])

    world.restore()
    back_utc = time.time()
    took = world.wait(returned, 120, "back: all judged", never=power_cut.OURS)
    assert took <= 90, took
    time.sleep(110)
    site, own = world.of_site()
    print(site, [(i["where"], i["cause"], i["since"], i["until"]) for i in own], flush=True)
    assert site["id"] == before["id"], (before, site)
    assert abs(utc(site["since"]) - begun_utc) < 3, (site, begun_utc)
    assert back_utc - 1 < utc(site["until"]) < back_utc + 95, (site, back_utc)
    own = [i["where"].split("/")[-1] for i in own if i["cause"] in ("stalled", "unreachable")]
    assert sorted(own) == sorted(f"cam{n}" for n in DEAD), own
    world.end()


power_cut.enter()
main()
