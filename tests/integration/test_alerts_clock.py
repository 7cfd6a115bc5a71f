#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The clock on the wall ran two hours ahead, and is set right: what waited for
another try goes out all the same, and after the next start nobody's budget is spent
until then. About 40 s. LABEL: light"""
import mmap
import os
import struct

import harness

OFFSET = os.path.join(harness.folder(), "offset")
with open(OFFSET, "wb") as f:
    f.write(struct.pack("<q", 2 * 3600 * 1000000))
with open(OFFSET, "r+b") as f:
    clock = mmap.mmap(f.fileno(), 8)
os.environ["SHIM_CLOCK"] = OFFSET

from channel_world import Ears, World  # noqa: E402

W, ears, later = World(), Ears(), Ears(start=False)
os.environ["LD_PRELOAD"] = harness.preload()
W.settings(f"""alerts:
  gather: 0s
  channels:
    now: {{kind: webhook, url: {ears.url}/now, budget: 1 per 2s}}
    later: {{kind: webhook, url: {later.url}/later, budget: none}}
  rules:
    - {{name: all, for: 0s, repeat: 0s, to: [now, later]}}
""")
W.start()
closed = harness.free_port()
W.feeds(f"X,a,rtsp://127.0.0.1:{closed}/a,\n")
W.wait("who is well hears", lambda: ears.of("now", "firing", "X/a"))
W.wait("the other fails", lambda: W.rows("SELECT 1 FROM delivery WHERE target = 'later' AND tries > 0"))
clock[:8] = bytes(8)
W.wait("the clock is right", lambda: W.rows("SELECT 1 FROM event WHERE kind = 'epoch'"), 10)
later.start()
W.wait("what waited is told", lambda: later.of("later", "firing", "X/a"), 40)

assert W.monitor.stop() == 0
W.start()
W.feeds(f"X,a,rtsp://127.0.0.1:{closed}/a,\nX,b,rtsp://127.0.0.1:{closed}/b,\n")
W.wait("another is told", lambda: ears.of("now", "firing", "X/b"), 30)
assert W.monitor.stop() == 0
harness.intact(W.state)
assert "Sanitizer" not in W.said() and "runtime error" not in W.said(), W.said()[-3000:]
