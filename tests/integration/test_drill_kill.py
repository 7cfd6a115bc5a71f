#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The drill of drill_kill.py in short: a few feeds, a few kills. About 50 s."""
import os
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
DRILL = os.path.join(HERE, "drill_kill.py")
os.execv(sys.executable, [sys.executable, "-u", DRILL, "--feeds", "30", "--seconds", "8"])
