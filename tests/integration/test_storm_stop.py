#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The storm of storm_stop.py in short. About 50 s. LABEL: light"""
import os
import sys

STORM = os.path.join(os.path.dirname(os.path.abspath(__file__)), "storm_stop.py")
os.execv(sys.executable, [sys.executable, "-u", STORM, "--feeds", "4", "--seconds", "6", "--rounds", "1"])
