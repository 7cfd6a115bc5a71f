#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
# LABEL: long
"""The storm of storm_calls.py, more of it: 30 calls of each case. About 400 s."""
import os
import sys

STORM = os.path.join(os.path.dirname(os.path.abspath(__file__)), "storm_calls.py")
os.execv(sys.executable, [sys.executable, "-u", STORM, "--some", "30"])
