#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
# LABEL: long
"""The drill of drill_kill.py in full: 500 feeds, a kill a second for a minute."""
import os
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
DRILL = os.path.join(HERE, "drill_kill.py")
os.execv(sys.executable, [sys.executable, "-u", DRILL])
