# SPDX-License-Identifier: GPL-3.0-or-later
"""The frame of a bench that sets a world up: its options, a run that may fail,
its figures in a file."""
import argparse
import json
import subprocess
import sys

from world import Failed


def options():
    """What each of them takes; it adds its own."""
    p = argparse.ArgumentParser(add_help=False)
    p.add_argument("--help", "-h", action="store_true")
    p.add_argument("--json")
    p.add_argument("--keep", action="store_true")
    return p


def parse(p, doc, rest):
    args = p.parse_args(rest)
    if args.help:
        print(doc.strip())
        sys.exit(0)
    return args


def ran(w, run, say):
    """Whether run() came to its end. If not: why is said, and what is in the world's folders stays."""
    try:
        run()
    except (Failed, subprocess.CalledProcessError) as e:
        say(f"failed: {e}")
        w.keep = True
        return False
    return True


def write(path, figures, indent=1):
    """As JSON, if there is a path."""
    if path:
        with open(path, "w", encoding="utf-8") as f:
            json.dump(figures, f, indent=indent)
            f.write("\n")
