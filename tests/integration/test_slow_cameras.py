# SPDX-License-Identifier: GPL-3.0-or-later
"""drill_slow.py in short: 50 good cameras and 105 bad ones. About 60 s. LABEL: light"""
import os
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
DRILL = os.path.join(HERE, "drill_slow.py")
os.execv(sys.executable, [sys.executable, "-u", DRILL, *["--good", "50", "--bad", "105", "--seconds", "26"]])
