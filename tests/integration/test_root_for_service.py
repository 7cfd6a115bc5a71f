#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""An administrator is root, the monitor is not: what root does in the service's
state directory while it is stopped (an import, a backup, a restore) leaves files
that are the service's, and it starts on them. LABEL: light. About 5 s."""
import os
import subprocess

from harness import Child, folder, intact, program, skip

SERVICE = 65534

if os.getuid() != 0:
    skip("needs root")
dir = folder()
state = f"{dir}/state"
os.mkdir(state, 0o700)
os.chown(state, SERVICE, SERVICE)
with open(f"{dir}/c.yaml", "w") as f:
    f.write(f"state_dir: {state}\nhttp: {{enabled: false}}\nnetwork: {{watch: false}}\n")
with open(f"{dir}/sites.csv", "w") as f:
    f.write("site,zone\nNorth,UTC\n")


def root(*args):
    subprocess.run([program("camwarden"), *args, "--config", f"{dir}/c.yaml"], check=True, capture_output=True, timeout=60)
    theirs = {name: os.stat(f"{state}/{name}").st_uid for name in os.listdir(state)}
    assert "camwarden.db" in theirs and set(theirs.values()) == {SERVICE}, (args, theirs)


def service():
    """Runs as the service until it says that it watches."""
    monitor = Child([program("camwarden"), "run", "--config", f"{dir}/c.yaml"], stderr=subprocess.STDOUT, user=SERVICE,
                    group=SERVICE, extra_groups=[])
    monitor.wait_line(lambda line: "watching" in line, 20)
    assert monitor.stop(20) == 0



root("sites", "import", f"{dir}/sites.csv")
service()
root("backup", f"{dir}/copy.db")
assert os.stat(f"{dir}/copy.db").st_uid == 0
root("restore", f"{dir}/copy.db", "--reason", "a drill")
service()
intact(state)
