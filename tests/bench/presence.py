# SPDX-License-Identifier: GPL-3.0-or-later
"""./dev bench presence: who is called suspect, and what was watched.

usage: ./dev bench presence [--hours N] [--seeds N] [--days N] [--json FILE]

Drawn people (--hours console-hours of them, 10,000) and drawn machines
(--seeds of each kind, 100) through monitor/presence; then a scripted month
(--days, 30) of 50 consoles, 6 rooms and 3,700 feeds, whose audit is compared
with the script second by second; then, where it is built, the time that
`unwatched` takes on a database of that size. The traces are synthetic: nobody's
input was recorded.

--json FILE: jigglers_caught, humans_flagged, audit_seconds_wrong,
unwatched_query_s, and more. Ends with 1 when the audit differs.

example: ./dev bench presence --hours 1000 --json /tmp/presence.json
"""
import argparse
import json
import os
import subprocess
import tempfile

import world


def run(name, *args):
    """The program's figures and how it ended; None: it isn't built."""
    try:
        program = world.program(name)
    except world.Failed:
        return None, 0
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "figures.json")
        code = subprocess.run([program, *args, "--json", path],
                              check=False).returncode
        try:
            with open(path, encoding="utf-8") as f:
                return json.load(f), code
        except FileNotFoundError:
            raise world.Failed(f"{name} ended with {code} and no figures")


def run_unwatched():
    """This one prints its figures, as one object on one line."""
    try:
        program = world.program("bench_unwatched")
    except world.Failed:
        return None, 0
    print("bench_unwatched: a database of 3,700 feeds, 30 days, 50 consoles ..", flush=True)
    out = subprocess.run([program], check=False, stdout=subprocess.PIPE, text=True)
    if out.returncode != 0:
        raise world.Failed(f"bench_unwatched ended with {out.returncode}")
    print(out.stdout, end="")
    found = json.loads(out.stdout.strip().splitlines()[-1])
    return {key: value for key, value in found.items() if key.startswith("unwatched")}, 0


def main(argv):
    if "--help" in argv or "-h" in argv:
        print(__doc__.strip())
        return 0
    p = argparse.ArgumentParser()
    p.add_argument("--hours", type=float, default=10000)
    p.add_argument("--seeds", type=int, default=100)
    p.add_argument("--days", type=int, default=30)
    p.add_argument("--json")
    args = p.parse_args(argv)
    figures, code = {}, 0
    for name, measure in (
            ("bench_presence", lambda: run("bench_presence", "--hours", str(args.hours),
                                           "--seeds", str(args.seeds))),
            ("bench_audit", lambda: run("bench_audit", "--days", str(args.days))),
            ("bench_unwatched", run_unwatched)):
        found, ended = measure()
        code = code or ended
        if found is None:
            print(f"{name}: not built, left out")
            continue
        figures.update(found)
        print()
    for key in ("jigglers_caught", "humans_flagged", "audit_seconds_wrong",
                "unwatched_query_s"):
        print(f"{key:24} {figures.get(key, 'not measured')}")
    if args.json:
        with open(args.json, "w", encoding="utf-8") as f:
            json.dump(figures, f, indent=1)
    return code
