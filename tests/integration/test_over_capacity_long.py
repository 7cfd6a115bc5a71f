#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
# LABEL: long
"""over_capacity.py, and back again."""
import os
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
os.execv(sys.executable, [sys.executable, "-u", os.path.join(HERE, "over_capacity.py"), "--to-the-end"])
