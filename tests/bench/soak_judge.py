# SPDX-License-Identifier: GPL-3.0-or-later
"""What a soak does and what it is held to, without running it: the script that
follows from a seed, slopes, and whether a verdict was somebody's fault."""
import random

# fault -> camfarm's command, least and most seconds of it, weight
FAULTS = {"closed": ("drop", 10, 90, 3), "silent": ("stall", 25, 120, 3), "frozen": ("freeze", 120, 240, 3),
          "reset": ("reset", 0, 0, 1), "removed": (None, 20, 60, 1)}
CALLED = {"closed": 0, "silent": 10, "frozen": 0}  # fault -> the time-out before it can be called
SETTLE_S = 240  # after a fault, in which its camera may still be on the way back to normal
WARM = (0.15, 900)  # share of the whole and seconds after which memory must be flat; the smaller counts
JUDGED_H = 0.4  # slopes of less than this time say nothing
LIMITS = {"pss_mb_per_hour": 1.0, "fds_per_hour": 5.0, "threads_per_hour": 0.5, "lag_p99_ms": 50.0, "false_verdicts": 0,
          "left_bad": 0}


def script(seed, feeds, seconds):
    """[(second, what, argument...)], in order: ("fault", fault, camera, for
    how long), ("kill", a number to choose by), ("browser",), ("import", seed).
    Cameras are dealt like cards: none has its second fault before all had one.
    At the end is quiet, so that all can come back."""
    r = random.Random(seed)
    end = seconds - min(SETTLE_S + 60, seconds / 3)
    out, deck = [], []
    kinds = [kind for kind, f in FAULTS.items() for _ in range(f[3])]

    def regularly(every, make):
        at = r.uniform(0, every)
        while at < end:
            out.append((at, *make()))
            at += r.uniform(0.2, 1.8) * every

    def fault():
        if not deck:
            deck.extend(r.sample(range(feeds), feeds))
        kind = r.choice(kinds)
        return ("fault", kind, deck.pop(), r.uniform(*FAULTS[kind][1:3]))
    # a camera's turn comes once an hour or less, so that "flapping" isn't true
    regularly(max(5, 3600 / feeds), fault)
    regularly(60, lambda: ("kill", r.random()))
    regularly(100, lambda: ("browser",))
    regularly(170, lambda: ("import", r.randrange(1 << 30)))
    return sorted(out)


def slope(points):
    """Theil and Sen: the median of the slopes of all pairs, which a few
    outliers (a process that was just killed) don't move. At most 250 points
    are looked at. 0 of fewer than two."""
    step = max(1, -(-len(points) // 250))
    points = points[::step]
    slopes = sorted((y2 - y1) / (x2 - x1) for i, (x1, y1) in enumerate(points) for x2, y2 in points[i + 1:] if x2 > x1)
    if not slopes:
        return 0.0
    middle = len(slopes) // 2
    return slopes[middle] if len(slopes) % 2 else (slopes[middle - 1] + slopes[middle]) / 2


def excused(touched, camera, at):
    """touched: camera -> [(from, until), ...] of its faults."""
    return any(begin <= at <= until + SETTLE_S for begin, until in touched.get(camera, ()))


def false_verdicts(verdicts, touched, bad):
    """(camera, at, state, cause) of those called bad that nobody touched."""
    return [(camera, at, state, cause) for camera, at, state, cause in verdicts
            if state in bad and not excused(touched, camera, at)]


def uncalled(faults, verdicts, down):
    """Of (fault, camera, begin, end) those that lasted long enough to be
    called, yet were not: fault -> (how many there were, how many not called)."""
    out = {}
    for fault, camera, begin, end in faults:
        if fault not in CALLED:
            continue
        n, missed = out.get(fault, (0, 0))
        called = any(c == camera and state == down and begin <= at <= end + 5 for c, at, state, _ in verdicts)
        out[fault] = (n + 1, missed + (not called))
    return out


def warm(samples):
    """Those after the warm-up."""
    if not samples:
        return []
    begin, end = samples[0]["t"], samples[-1]["t"]
    return [s for s in samples if s["t"] - begin >= min(WARM[0] * (end - begin), WARM[1])]


def quantile(values, q):
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(q * len(ordered)))] if ordered else 0


def trends(samples):
    """Of samples {"t": seconds, "roles": {role: {"pss_kib", "fds", "threads",
    "processes"}}, "lag_ms", "db_bytes"}: role (and "all") -> first, last and
    slope an hour of each measure after the warm-up."""
    steady = warm(samples)
    roles = sorted({role for s in steady for role in s["roles"]})
    out = {}
    for role in [*roles, "all"]:
        out[role] = {}
        for what in ("pss_kib", "fds", "threads"):
            points = [(s["t"] / 3600, sum(r[what] for name, r in s["roles"].items() if role in (name, "all")))
                      for s in steady]
            out[role][what] = {"first": points[0][1], "last": points[-1][1], "per_hour": slope(points)}
    return out


def judge(samples, false, left_bad):
    """Figures by name; "passed" is None where the time was too short."""
    steady = warm(samples)
    t = trends(samples)["all"]
    hours = (steady[-1]["t"] - steady[0]["t"]) / 3600
    out = {"hours": round(hours, 3), "pss_mb_per_hour": round(t["pss_kib"]["per_hour"] / 1024, 3),
           "fds_per_hour": round(t["fds"]["per_hour"], 2), "threads_per_hour": round(t["threads"]["per_hour"], 2),
           "lag_p99_ms": round(quantile([s["lag_ms"] for s in steady], 0.99), 2),
           "db_mb_per_hour": round(slope([(s["t"] / 3600, s["db_bytes"] / 1e6) for s in steady]), 2),
           "false_verdicts": false, "left_bad": left_bad}
    failed = [name for name, limit in LIMITS.items() if out[name] > limit]
    if hours < JUDGED_H:
        failed = [name for name in failed if not name.endswith("_per_hour")]
    out["failed"] = failed
    out["passed"] = False if failed else True if hours >= JUDGED_H else None
    return out


def panels(samples, roles=("monitor", "picture", "stream")):
    def line(name, value):
        step = max(1, len(samples) // 600)
        return name, [(s["t"] / 3600, value(s)) for s in samples[::step]]

    def of(role, what, per=1):
        return lambda s: sum(r[what] for n, r in s["roles"].items() if role in (n, "all")) / per
    lag = line("", lambda s: s["lag_ms"])
    return [
        {"title": "Memory", "x": "hours", "y": "MiB (PSS)",
         "lines": [line(r, of(r, "pss_kib", 1024)) for r in ("all", *roles)]},
        {"title": "Descriptors", "x": "hours", "y": "open", "lines": [line(r, of(r, "fds")) for r in ("all", "stream")]},
        {"title": "Loop lag", "x": "hours", "y": "ms, p99 of the last 100 s (limit 50)", "lines": [("lag", lag[1])]},
        {"title": "Database", "x": "hours", "y": "MB, with its WAL",
         "lines": [line("size", lambda s: s["db_bytes"] / 1e6)]}]
