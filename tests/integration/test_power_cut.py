#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""A site of 60 cameras loses its power for half a minute: all down, none
unknown, the other site untouched; meanwhile one camera of each subnet is tried,
the others rarely; back, all are up soon. Short form of test_power_cut_long.
About 70 s. LABEL: light"""
import time

import power_cut

SETTINGS = """stream:
  stall_timeout: 4s
connect:
  timeout: 3s
outage:
  scout: 2s
  rest: 60s
sampling:
  interval: 4s
  rare: 4s
"""
CAMERAS, SUBNETS = 60, 4
OUT_S, SETTLED_S, TURN_S, REST_S = 24, 12, 5, 60


def main():
    world = power_cut.World(CAMERAS, 200, SETTINGS)
    world.start_monitor()
    world.fill()
    world.wait_first(60)
    world.cut()
    begun = time.monotonic()
    world.wait(power_cut.down, 4 + 4, "cut: all down", never=power_cut.OURS)
    time.sleep(begun + SETTLED_S - time.monotonic())
    opens, _ = power_cut.counters()
    world.wait(lambda site: time.monotonic() > begun + OUT_S, OUT_S, "out", never=("unknown", "up", "degraded"))
    tries, span = power_cut.counters()[0] - opens, time.monotonic() - begun - SETTLED_S
    print(f"tries while out: {tries} in {span:.0f} s", flush=True)
    # each scout once a turn, perhaps twice; each of the others once in half
    # its rest at most; the gateway is asked without a connection
    assert SUBNETS <= tries <= SUBNETS * (2 + span / 2) + CAMERAS * span / (REST_S / 2), tries
    whole, own = world.of_site()
    assert not whole["until"] and not own, (whole, own)
    world.restore()
    world.wait(power_cut.up, 40, "back: all up", never=power_cut.OURS)
    world.end()


power_cut.enter()
main()
