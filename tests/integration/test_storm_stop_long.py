#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
# LABEL: long
"""The storm of storm_stop.py in full. About 300 s."""
import os
import sys

STORM = os.path.join(os.path.dirname(os.path.abspath(__file__)), "storm_stop.py")
os.execv(sys.executable, [sys.executable, "-u", STORM])
