# SPDX-License-Identifier: GPL-3.0-or-later
"""Files that can't be written, as shim.c makes them: below one folder every call
that changes files is counted, for all processes together, and those from one
number up to another fail. Set and lifted while the programs run."""
import errno
import mmap
import os
import struct

from harness import folder, preload

EVER = 1 << 62


class Faults:
    def __init__(self, below):
        path = os.path.join(folder(), "fault")
        with open(path, "wb") as f:
            f.write(struct.pack("<5q216s", 0, 0, 0, 0, 0, below.encode()))
        os.chmod(path, 0o666)
        with open(path, "r+b") as f:
            self.shared = mmap.mmap(f.fileno(), 256)
        self.environment = {"LD_PRELOAD": preload(), "SHIM_FAULT": path}

    def _at(self, place):
        return struct.unpack_from("<q", self.shared, 8 * place)[0]

    @property
    def calls(self):
        return self._at(0)

    @property
    def failed(self):
        return self._at(4)

    def begin(self, after=1, count=EVER, error=errno.ENOSPC):
        """From the after-th call from now on, so many fail."""
        at = self.calls + after
        struct.pack_into("<2q", self.shared, 24, error, 0)
        struct.pack_into("<q", self.shared, 16, min(at + count, EVER))
        struct.pack_into("<q", self.shared, 8, at)

    def end(self):
        """How many did fail."""
        struct.pack_into("<2q", self.shared, 8, EVER, EVER)
        return self.failed
