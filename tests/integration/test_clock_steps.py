# SPDX-License-Identifier: GPL-3.0-or-later
"""The clock on the wall is set while the monitor runs: an hour and a month both
ways. Cameras are up and somebody sits there: each step is one line and a new
epoch with the same states; intervals, presence and displays tile each epoch;
the time a camera was up is the time that passed; the ledger's chain holds.
About 55 s. LABEL: light"""
import datetime
import json
import mmap
import os
import sqlite3
import struct
import threading
import time

import harness
from invariants import check
from ledger_lines import look

OFFSET = os.path.join(harness.folder(), "offset")
with open(OFFSET, "wb") as f:
    f.write(bytes(8))
with open(OFFSET, "r+b") as f:
    clock = mmap.mmap(f.fileno(), 8)
# The monitor and the commands live in that time; cameras and this test do not.
SHIM = harness.preload()
os.environ["SHIM_CLOCK"] = OFFSET

from watchers import (STATE, Agent, console, get, prepare, run, start_farm, start_monitor,  # noqa: E402
                      token_of, views, wait, window, write)

CAMERAS = 2
DB = f"{STATE}/camwarden.db"
HOUR, MONTH = 3600, 30 * 86400
STEPS = (HOUR, -HOUR, MONTH, -MONTH, -MONTH, MONTH)
STAND_S = 6
S = 1000000


def now():
    return time.time() + struct.unpack("<q", clock[:8])[0] / S


def set_clock(by_s):
    clock[:8] = struct.pack("<q", struct.unpack("<q", clock[:8])[0] + by_s * S)


def query(text, *args):
    db = sqlite3.connect(f"file:{DB}?mode=ro", uri=True, timeout=10)
    try:
        return db.execute(text, args).fetchall()
    finally:
        db.close()


class Stepped(Agent):
    """On a console that is set with the monitor: one that is not is refused (more than a
    minute apart). What was refused is told with the next one, as camwarden-console does."""

    taken = None

    def beat(self, **change):
        at = time.monotonic()
        span_ms = 2000 if self.taken is None else int((at - self.taken) * 1000)
        status, answer = super().beat(utc_ms=int(now() * 1000), span_ms=span_ms, **change)
        if status == 200:
            self.taken = at
        return status, answer


def step(by_s, number):
    """The monitor notices within a second or two, and nothing else changes."""
    before = len(query("SELECT 1 FROM event WHERE kind = 'epoch'"))
    set_clock(by_s)
    wait(f"step {number}: {by_s:+d} s", 6, lambda: len(query("SELECT 1 FROM event WHERE kind = 'epoch'")) == before + 1)
    body = json.loads(query("SELECT body FROM event WHERE kind = 'epoch' ORDER BY seq DESC LIMIT 1")[0][0])
    assert abs(body["after"] - body["before"] - by_s * S) < 100000, (by_s, body)
    end = time.monotonic() + STAND_S
    while time.monotonic() < end:
        p = run("status", "--json", ok=False)
        said = json.loads(p.stdout)
        assert p.returncode == 0 and said["alive"], (by_s, said)
        assert said["states"] == {"up": CAMERAS, "degraded": 0, "down": 0, "unknown": 0}, (
            by_s, [(f["cause"], f["evidence"]) for f in said["feeds"]])
        assert abs(datetime.datetime.fromisoformat(said["now"].replace("Z", "+00:00")).timestamp() - now()) < 3
        feeds = get("/api/v1/feeds")["items"]
        assert [f["state"] for f in feeds] == ["up"] * CAMERAS, feeds
        time.sleep(1)
    # A heartbeat that came before the monitor looked at its clock was of another time; the next
    # one says all that it said, and nobody is called away, idle or late for it.
    assert console("One")["presence"] == "attended", console("One")
    assert len(query("SELECT 1 FROM event WHERE kind = 'epoch'")) == before + 1, "one step is one epoch"


def spans(epochs, feed):
    """What passed by UTC, from the tables alone: the later epoch counts. [start, end, watched?]"""
    pieces = []
    for epoch, start, end in reversed(epochs):
        free = [(start, end)]
        for _, a, b in pieces:
            free = [x for s, e in free for x in ((s, min(e, a)), (max(s, b), e)) if x[0] < x[1]]
        pieces += [(epoch, *x) for x in free]
    out = []
    for epoch, a, b in pieces:
        rows = {name: query(text, epoch, *who) for name, text, who in (
            ("picture", "SELECT start, coalesce(end, (SELECT utc FROM heartbeat)) FROM interval WHERE epoch = ? AND state = 1 AND feed ="
             " (SELECT id FROM feed WHERE uuid = ?)", (feed,)),
            ("people", "SELECT start, coalesce(end, (SELECT utc FROM heartbeat)) FROM presence WHERE epoch = ? AND state = 1", ()),
            ("screen", "SELECT start, coalesce(end, (SELECT utc FROM heartbeat)) FROM display WHERE epoch = ? AND power = 1 AND length(tiles) > 0", ()))}
        for p in rows["picture"]:
            for q in rows["people"]:
                for r in rows["screen"]:
                    s, e = max(a, p[0], q[0], r[0]), min(b, p[1], q[1], r[1])
                    if s < e:
                        out.append((s, e))
    return sorted(out)


def watched(epochs, feed):
    """The audit of all that time says what the tables say, and nothing unknown is watched."""
    day = lambda n: datetime.datetime.fromtimestamp(now() + n * 86400, datetime.timezone.utc).strftime("%Y-%m-%d")  # noqa: E731
    rows = json.loads(run("unwatched", "--from", day(-40), "--to", day(40), "--json", ok=False).stdout)["feeds_list"]
    said = next(r for r in rows if r["uuid"] == feed["id"])
    start, end = (datetime.datetime.fromisoformat(said[k].replace("Z", "+00:00")).timestamp() for k in ("from", "to"))
    # (What passed a month before it was added is nothing of that feed.)
    seen = sum(min(e / S, end) - max(s / S, start) for s, e in spans(epochs, bytes.fromhex(feed["id"].replace("-", "")))
               if s / S < end and e / S > start)
    assert seen > 10 and abs(said["seconds"]["watched"] - seen) < 0.01, (said, seen)
    assert abs(sum(said["seconds"].values()) - (end - start)) < 0.01, said
    print(f"watched {seen:.1f} s")


def main():
    prepare()
    farm = start_farm(CAMERAS, 52)
    os.environ["LD_PRELOAD"] = SHIM
    monitor, feeds = start_monitor(CAMERAS)
    name = f"{feeds[0]['site']}/{feeds[0]['name']}"
    files = [write("consoles.csv", f"console,room,site,idle_after_s,prompt_after_s\nOne,North,{feeds[0]['site']},600,0\n"),
             write("patterns.csv", "pattern,class,title,shows\ngrid,*vms*,,layout\n"),
             write("screens.csv", f"screen,console,room,layout,confirmed_by\nS1,One,,{name},grid\n")]
    run("consoles", "import", *files)
    agent = Stepped(token_of("One"))
    agent.hands, agent.windows = True, [window("grid")]
    agent.start()
    threading.Timer(7, lambda: setattr(agent, "hands", False)).start()
    wait("attended", 15, lambda: console("One")["presence"] == "attended" and views("S1") == ["counts"])
    first, began = now(), time.monotonic()
    lag = 0
    for number, by_s in enumerate(STEPS, 1):
        step(by_s, number)
        lag = max(lag, json.loads(run("status", "--json").stdout)["monitor"]["loop_lag_max_us"])
    lasted = time.monotonic() - began
    assert abs(now() - first - lasted) < 2, "the steps cancel out"
    agent.end()
    assert monitor.stop(15) == 0
    farm.kill()

    # What is open is true up to the last heartbeat.
    epochs = query("SELECT id, start, coalesce(end, (SELECT utc FROM heartbeat)) FROM epoch WHERE reason <> 'monitor-off' ORDER BY id")
    assert len(epochs) == len(STEPS) + 1, epochs
    assert all(e[2] is not None and e[2] > e[1] for e in epochs), epochs
    for (_, _, end), (_, start, _), by_s in zip(epochs, epochs[1:], STEPS):
        assert abs(start - end - by_s * S) < 100000, (start - end, by_s)
    assert not check(STATE, set_clock=True), check(STATE, set_clock=True)
    # However the clock was set, the time that passed is what passed.
    up = sum(row[0] for row in query("SELECT sum(coalesce(end, (SELECT utc FROM heartbeat)) - start) FROM interval i JOIN feed f ON f.id = i.feed"
                                     " WHERE state = 1 AND f.uuid = ?", bytes.fromhex(feeds[0]["id"].replace("-", "")))) / S
    seq, _, _ = look(DB)
    print(f"{len(STEPS)} steps in {lasted:.0f} s, {seq} lines; up {up:.1f} s; loop lag at most {lag} us")
    assert lasted <= up <= lasted + 60, (up, lasted)
    watched(epochs, feeds[0])
    reported()


def reported():
    """The record is whole, and a report of those days has nothing negative and tells of the steps."""
    p = run("ledger", "verify", ok=False)
    assert p.returncode == 0, p.stdout + p.stderr
    report = json.loads(run("report", "--format", "json", "--from", "2026-01-01", "--to", "2999-01-01").stdout)
    assert "the clock was set" in json.dumps(report["gaps"])
    for part in [report["fleet"], *report["days"]]:
        for figures in (part["counted_s"], part["state_s"]):
            assert min(figures.values()) >= 0 and abs(sum(figures.values()) - part["span_s"]) < 0.001, part
    good = sum(d["counted_s"]["good"] for d in report["days"])
    assert 0 < good and abs(good - report["fleet"]["counted_s"]["good"]) < 0.001, (good, report["fleet"])


if __name__ == "__main__":
    main()
