#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The storm of storm_kill.py in short: a few cameras, a few kills. About 40 s.
LABEL: light"""
import os
import sys

STORM = os.path.join(os.path.dirname(os.path.abspath(__file__)), "storm_kill.py")
os.execv(sys.executable, [sys.executable, "-u", STORM, "--cycles", "7", "--feeds", "8", "--pause", "0.8"])
