# SPDX-License-Identifier: GPL-3.0-or-later
"""What of the sources the corpora reach: lines, functions, branches, by
clang's own counting (build/fuzz-coverage, without sanitizers).

Of a target: the files in which it ran anything, of the rooms whose headers it
includes. Of a room: all its files that any target could reach, by all targets.
"""
import json
import os
import re
import subprocess
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
BUILD = os.path.join(ROOT, "build", "fuzz-coverage")
KINDS = ("lines", "functions", "branches")


def program_of(target):
    return os.path.join(BUILD, "tests", "replay_" + os.path.basename(target.folder))


def rooms_of(target):
    """Folders of the headers that a target includes."""
    with open(target.source, encoding="utf-8") as f:
        found = set(re.findall(r'#include "((?:common|monitor|probes)(?:/[^"/]+)*)/[^"/]+\.h"', f.read()))
    # Those of another room use its tools.
    return found - {"common"} or found


def export(profile, programs):
    """{file: {kind: (covered, count)}}"""
    objects = [word for p in programs[1:] for word in ("-object", p)]
    out = subprocess.run(["llvm-cov", "export", "-summary-only", "-instr-profile", profile, programs[0], *objects],
                         capture_output=True, check=True)
    files = {}
    for f in json.loads(out.stdout)["data"][0]["files"]:
        path = os.path.relpath(f["filename"], ROOT)
        if not path.startswith(("tests/", "..")):
            files[path] = {k: (f["summary"][k]["covered"], f["summary"][k]["count"]) for k in KINDS}
    return files


def add(files):
    return {k: [sum(f[k][i] for f in files) for i in (0, 1)] for k in KINDS}


def merge(profiles, out):
    subprocess.run(["llvm-profdata", "merge", "-sparse", "-o", out, *profiles], check=True)
    return out


def profile_of(target, environment):
    raw = os.path.join(BUILD, target.name + ".profraw")
    done = subprocess.run([program_of(target), target.name, target.seeds] + [target.corpus] * os.path.isdir(target.corpus),
                          env={**environment, "LLVM_PROFILE_FILE": raw}, capture_output=True, check=False)
    if done.returncode != 0:
        print(f"fuzz: {target.name}: no coverage: its corpus ended the replay ({done.returncode})", file=sys.stderr)
        return None
    return merge([raw], os.path.join(BUILD, target.name + ".profdata"))


def measure(targets, environment):
    """{"targets": {name: sums}, "rooms": {room: sums}}"""
    found, profiles, rooms = {}, [], set()
    for t in targets:
        profile = profile_of(t, environment)
        if profile is None:
            continue
        profiles.append(profile)
        own = rooms_of(t)
        rooms |= own
        found[t.name] = add([f for path, f in export(profile, [program_of(t)]).items()
                             if os.path.dirname(path) in own and f["functions"][0]])
    if not profiles:
        return None
    files = export(merge(profiles, os.path.join(BUILD, "all.profdata")), sorted({program_of(t) for t in targets}))
    return {"targets": found,
            "rooms": {r: add([f for p, f in files.items() if os.path.dirname(p) == r]) for r in sorted(rooms)}}


def columns(sums):
    if not sums:
        return "".join(f"{'-':>15}" for _ in KINDS)
    return "".join(f"{'%d/%d' % tuple(sums[k]):>10}{100 * sums[k][0] / max(sums[k][1], 1):4.0f}%" for k in KINDS)


def cells(sums):
    """The same as cells of a table."""
    if not sums:
        return " - | - | - |"
    return "".join(f" {sums[k][0]:,} of {sums[k][1]:,} ({100 * sums[k][0] / max(sums[k][1], 1):.0f} %) |" for k in KINDS)
