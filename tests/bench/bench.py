#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Measures camwarden on this machine.

usage: ./dev bench NAME [options]

  scale    camfarm and camwarden: CPU, memory, detection delays, false
           verdicts; held against bare recv loops and against ffmpeg
  cost     what camwarden costs against the number of feeds, with a plot
  peers    the same streams under ffmpeg, GStreamer and motion
  profile  in which process and function the time goes
  soak     hours of random faults: memory, descriptors and loop lag stay flat
  decode   one keyframe through the decoder and the measures
  judge    one sample through the judge
  alerts   an alarm storm: what one operator is told in ten minutes
  hours    thousands of hours of drawn cameras that are well, through the
           judge: every call is a false alarm
  detect   camwarden on the labelled corpus, beside ffmpeg's filters: recall,
           precision, delays, false alarms
  presence people and jigglers at drawn consoles; a scripted month of 3,700
           feeds against its audit
  web      the status wall in a browser: first paint, changes to pixels, frames,
           bytes, and what 20 open walls cost the server
  import   a customer's list of 10,000 cameras: dry run, applied, first verdicts
  record   ledger lines written a second; reports of a year; ten million lines
           examined

Each prints a table; --json FILE writes the same figures by name. Each has
--help.

example: ./dev bench scale --feeds 500 --seconds 60 --json /tmp/scale.json
"""
import importlib
import os
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)


def micro(name, rest):
    import world
    return subprocess.run([world.program(name), *rest], check=False).returncode


def main():
    name, rest = (sys.argv[1], sys.argv[2:]) if len(sys.argv) > 1 else ("--help", [])
    if name in ("--help", "-h"):
        print(__doc__.strip())
        return 0
    if name in ("alerts", "decode", "hours", "judge"):
        return micro("bench_" + name, rest)
    if name in ("cost", "detect", "peers", "presence", "record", "scale", "soak", "web"):
        return importlib.import_module(name).main(rest)
    if name == "import":
        return importlib.import_module("importing").main(rest)
    if name == "profile":
        return importlib.import_module("profiling").main(rest)
    print(f"bench: no such bench: {name}; see ./dev bench --help", file=sys.stderr)
    return 2


if __name__ == "__main__":
    sys.exit(main())
