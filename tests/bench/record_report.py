# SPDX-License-Identifier: GPL-3.0-or-later
"""A year of a fleet as a database, and how long its reports take: alone, and
while a monitor judges cameras of its own in the same database."""
import os
import shutil
import subprocess
import tempfile
import time

import world

def forget(state):
    """Nothing of the database is in memory: what a report at night meets."""
    os.sync()
    with open(os.path.join(state, "camwarden.db"), "rb") as f:
        os.posix_fadvise(f.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)


def measured(*argv):
    """Seconds and the highest PSS in MiB of a command."""
    begin = time.monotonic()
    child = subprocess.Popen([world.program("camwarden"), *argv], stdout=subprocess.DEVNULL)
    peak = 0
    while child.poll() is None:
        peak = max(peak, world.pss_kib(child.pid) or 0)
        time.sleep(0.01)
    if child.returncode != 0:
        raise world.Failed(f"camwarden {' '.join(argv)} ended with {child.returncode}")
    return time.monotonic() - begin, peak / 1024


def spans(days):
    """Arguments of a report of the last whole day, and of the last 30."""
    today = time.time() // 86400 * 86400
    day = lambda back: time.strftime("%Y-%m-%d", time.gmtime(today - back * 86400))
    month = min(30, days)
    return (["--from", day(1) + " 00:00Z", "--to", day(0) + " 00:00Z"],
            ["--from", day(month) + " 00:00Z", "--to", day(0) + " 00:00Z"])


def lag_ms(monitor):
    """The longest its loop was late since the last asked."""
    status = monitor.status() or {}
    return status["loop_lag_max_us"] / 1000


def report(args):
    """Figures by name."""
    state = tempfile.mkdtemp(prefix="camwarden-year-")
    try:
        print(f"bench_year: a database of {args.feeds} feeds, {args.days} days ..", flush=True)
        made = subprocess.run([world.program("bench_year"), "--dir", state, "--feeds", str(args.feeds),
                               "--days", str(args.days)], check=True, stdout=subprocess.PIPE, text=True)
        print(made.stdout.strip())
        day, month = spans(args.days)
        out = os.path.join(state, "report.html")
        base = ["report", "--state-dir", state, "-o", out]
        forget(state)
        day_s, day_mib = measured(*base, *day)
        forget(state)
        month_s, month_mib = measured(*base, *month)
        found = {"report_day_s": round(day_s, 2), "report_month_s": round(month_s, 2),
                 "report_pss_mib": round(max(day_mib, month_mib), 1)}
        found.update(meanwhile(state, base, day, month))
        return found
    finally:
        shutil.rmtree(state)


def meanwhile(state, base, day, month):
    """Reports while a monitor runs on that database: its loop's lag before,
    and during. Its cameras are refused at once: what it does is connect, judge
    and write."""
    monitor = world.Monitor(state, "")
    try:
        time.sleep(20)
        monitor.status()
        time.sleep(10)
        before = lag_ms(monitor)
        day_s, _ = measured(*base, *day)
        month_s, _ = measured(*base, *month)
        during = lag_ms(monitor)
    finally:
        monitor.stop()
    print(f"with a monitor on the same database: a day {day_s:.2f} s, a month {month_s:.2f} s; "
          f"its loop late by at most {before:.1f} ms before, {during:.1f} ms meanwhile")
    return {"report_lag_before_ms": round(before, 1), "report_lag_ms": round(during, 1)}
