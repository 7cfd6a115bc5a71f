#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The systemd units: how much they expose by systemd-analyze (at most 2.0 of
10), and that what the monitor's unit filters out is nothing that any process of
it needs. About 3 s."""
import os
import re
import shutil
import subprocess

from harness import ROOT, skip

BUILD = os.environ["CAMWARDEN_BUILD"]
UNITS = ["monitor/camwarden.service", "probes/console/camwarden-console.service"]
# Of root only, or asked for in vain without harm.
FOR_ROOT = {"setgroups", "setresuid", "setresgid", "capset", "fchown", "ioprio_set", "setpriority", "setrlimit"}


def analyze(*words):
    return subprocess.run(["systemd-analyze", "--no-pager", *words], text=True, capture_output=True, timeout=60)


def group(name):
    out = set()
    for line in analyze("syscall-filter", name).stdout.splitlines()[1:]:
        word = line.strip()
        if word.startswith("@"):
            out |= group(word)
        elif word and not word.startswith("#"):
            out.add(word)
    assert out, name
    return out


def allowed(unit):
    """What the lines of SystemCallFilter= leave."""
    out = set()
    with open(os.path.join(ROOT, unit)) as f:
        for words in re.findall(r"^SystemCallFilter=(.*)$", f.read(), re.M):
            calls = set()
            for word in words.removeprefix("~").split():
                calls |= group(word) if word.startswith("@") else {word}
            out = out - calls if words.startswith("~") else out | calls
    return out


if not shutil.which("systemd-analyze"):
    skip("systemd-analyze is not installed")
for unit in UNITS:
    p = analyze("security", "--offline=yes", "--threshold=20", os.path.join(ROOT, unit))
    print(p.stdout.strip().splitlines()[-1])
    assert p.returncode == 0, p
needed = set(subprocess.run([os.path.join(BUILD, "tests", "test_confine"), "--calls"], text=True, capture_output=True,
                            check=True).stdout.split())
assert len(needed) > 100, needed
missing = needed - allowed(UNITS[0]) - FOR_ROOT
assert not missing, missing
print(f"{len(needed)} calls of the roles, all within the unit's filter")
