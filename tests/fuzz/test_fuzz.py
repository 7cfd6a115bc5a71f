#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""What fuzz.py makes of targets that end as they should, or not: programs of a
few lines in place of libFuzzer's."""
import contextlib
import io
import os
import shutil
import sys
import tempfile
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import fuzz  # noqa: E402

WELL = "trap 'exit 0' USR1; while :; do sleep 0.1; done"
FOUND = """for a; do case $a in -artifact_prefix=*) echo x > "${a#*=}oom-1"; exit 71;; esac; done
echo 'ERROR: libFuzzer: out-of-memory' >&2; exit 1"""
SLOW = """for a; do case $a in -artifact_prefix=*) echo x > "${a#*=}slow-unit-1"; exit 5;; esac; done"""


class Ends(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.mkdtemp(prefix="fuzz-test-")
        self.addCleanup(shutil.rmtree, self.folder)
        for name, value in (("BUILD", self.folder), ("END_SECONDS", 1)):
            self.addCleanup(setattr, fuzz, name, getattr(fuzz, name))
            setattr(fuzz, name, value)

    def run_one(self, script):
        """How many failed, and what was printed."""
        source = os.path.join(self.folder, "fuzz_one.c")
        target = fuzz.Target(source)
        for path, text in ((source, ""), (target.program, "#!/bin/sh\n" + script + "\n")):
            os.makedirs(os.path.dirname(path), exist_ok=True)
            with open(path, "w", encoding="ascii") as f:
                f.write(text)
            os.chmod(path, 0o755)
        sys.argv = ["fuzz.py", "--seconds", "1", "-j", "1"]
        runner = fuzz.Runner([target], fuzz.arguments())
        said = io.StringIO()
        with contextlib.redirect_stdout(said):
            runner.run()
            fuzz.report([target], runner, None)
        return len(runner.failed()), said.getvalue()

    def judged(self, script, failed, *words):
        number, said = self.run_one(script)
        self.assertEqual(number, failed, said)
        for word in (f"{1 - failed} passed, {failed} failed", *words):
            self.assertIn(word, said)

    def test_well(self):
        self.judged(WELL, 0)

    def test_found(self):
        self.judged(FOUND, 1, "fuzz_one: out-of-memory")

    def test_died(self):
        self.judged("exit 3", 1, "ended with 3", "left no input")

    def test_killed(self):
        self.judged("kill -9 $$", 1, "ended with -9", "left no input")

    def test_never_ends(self):
        self.judged("trap '' USR1; while :; do sleep 0.1; done", 1, "ended with -9", "left no input")

    def test_slowness_does_not_tell(self):
        self.judged(SLOW, 1, "ended with 5", "left no input")


unittest.main()
