#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The storm of storm_calls.py in short: a call of each case. About 30 s. LABEL: light"""
import os
import sys

STORM = os.path.join(os.path.dirname(os.path.abspath(__file__)), "storm_calls.py")
os.execv(sys.executable, [sys.executable, "-u", STORM, "--some", "1"])
