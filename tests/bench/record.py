# SPDX-License-Identifier: GPL-3.0-or-later
"""./dev bench record: how fast the record is written, checked and reported.

usage: ./dev bench record [--seconds N] [--feeds N] [--days N] [--lines N]
       [--json FILE]

Ledger lines a second through the store's own interface, each on the disk
within 250 ms (--seconds, 20). Then a database of a year (--days, 365) of 3,700
feeds (--feeds; 1.7 GB in the temporary folder), and how long a day's report and
a month's take, and its memory; both again while a monitor runs on that
database, with the lag of its loop. Then a database of so many lines (--lines,
10000000; 5 GB), examined by `ledger verify`: seconds, those of the processor,
memory. --json FILE writes the figures by name: ledger_lines_per_s,
commit_gap_max_ms, report_day_s, report_month_s, report_pss_mib, verify_10m_s
(verify_s with fewer lines), and those of the other parts. Ends with 1 when one
is worse than its bar.

example: ./dev bench record --json /tmp/record.json
"""
import argparse
import json
import subprocess
import sys

import record_report
import record_verify
import world

# (figure, bar, is it met?): what issue and README promise.
BARS = [
    ("ledger_lines_per_s", 5000, lambda value, bar: value >= bar),
    ("commit_gap_max_ms", 250, lambda value, bar: value <= bar),
    ("report_day_s", 5, lambda value, bar: value < bar),
    ("report_month_s", 20, lambda value, bar: value < bar),
    ("report_pss_mib", 200, lambda value, bar: value < bar),
    ("verify_10m_s", 60, lambda value, bar: value < bar),
]


def program(name, *args):
    """The figures of a program that prints them as one object on its last line."""
    out = subprocess.run([world.program(name), *args], check=False, stdout=subprocess.PIPE, text=True)
    if out.returncode != 0:
        raise world.Failed(f"{name} ended with {out.returncode}")
    return json.loads(out.stdout.strip().splitlines()[-1])


def ledger(args):
    print("bench_ledger: verdicts of 3,700 feeds, as fast as they are taken ..", flush=True)
    found = program("bench_ledger", "--seconds", str(args.seconds))
    return {name: found[name] for name in ("ledger_lines_per_s", "commit_gap_max_ms")}


# Each gives figures by name.
PARTS = [ledger, record_report.report, record_verify.verify]


def main(argv):
    p = argparse.ArgumentParser(usage=__doc__.strip(), add_help=False)
    p.add_argument("--help", "-h", action="store_true")
    p.add_argument("--seconds", type=int, default=20)
    p.add_argument("--feeds", type=int, default=3700)
    p.add_argument("--days", type=int, default=365)
    p.add_argument("--lines", type=int, default=10_000_000)
    p.add_argument("--json")
    args = p.parse_args(argv)
    if args.help:
        print(__doc__.strip())
        return 0
    figures = {}
    try:
        for part in PARTS:
            figures.update(part(args))
    except world.Failed as e:
        print(f"bench record: {e}", file=sys.stderr)
        return 2
    bad = 0
    for name, value in figures.items():
        row = next((b for b in BARS if b[0] == name), None)
        word = "" if row is None else f"   bar {row[1]}: {'met' if row[2](value, row[1]) else 'NOT MET'}"
        bad += "NOT MET" in word
        print(f"{name:24} {value:>12}{word}")
    if args.json:
        with open(args.json, "w", encoding="utf-8") as f:
            json.dump(figures, f, indent=1)
            f.write("\n")
    return 1 if bad else 0
