# SPDX-License-Identifier: GPL-3.0-or-later
"""A ledger of many lines as a database, and how long its examination takes."""
import json
import os
import shutil
import subprocess
import tempfile

import record_report
import world

BAR_LINES = 10_000_000


def verify(args):
    """Figures by name. The bar is for ten million lines, no fewer."""
    state = tempfile.mkdtemp(prefix="camwarden-lines-")
    try:
        print(f"bench_year: a ledger of {args.lines} lines ..", flush=True)
        made = subprocess.run([world.program("bench_year"), "--dir", state, "--days", "5000", "--feeds",
                               str(args.feeds), "--lines", str(args.lines)], check=True,
                              stdout=subprocess.PIPE, text=True)
        print(made.stdout.strip(), flush=True)
        lines = json.loads(made.stdout)["lines"]
        if lines < args.lines:
            raise world.Failed(f"bench_year made {lines} lines")
        record_report.forget(state)
        before = os.times()
        seconds, mib = record_report.measured("ledger", "verify", "--db", os.path.join(state, "camwarden.db"),
                                              "--key", os.path.join(state, "ledger.pub"))
        after = os.times()
        busy = after.children_user + after.children_system - before.children_user - before.children_system
        name = "verify_10m_s" if lines >= BAR_LINES else "verify_s"
        return {name: round(seconds, 2), "verify_cpu_s": round(busy, 2), "verify_pss_mib": round(mib, 1)}
    finally:
        shutil.rmtree(state)
