# SPDX-License-Identifier: GPL-3.0-or-later
"""drill_slow.py at full size: 1,000 good cameras, 2,000 bad ones: over before the good
ones' films, which last two minutes, come round again. Minutes. LABEL: long"""
import os
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
DRILL = os.path.join(HERE, "drill_slow.py")
os.execv(sys.executable, [sys.executable, "-u", DRILL, *["--good", "1000", "--bad", "2000", "--seconds", "75"]])
