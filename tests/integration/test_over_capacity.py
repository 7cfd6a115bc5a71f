#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""over_capacity.py until feeds are left out. About 80 s. LABEL: light"""
import os
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
os.execv(sys.executable, [sys.executable, "-u", os.path.join(HERE, "over_capacity.py")])
