#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The floor changes under a running monitor: consoles move and go, layouts and
patterns change, a feed leaves the inventory. Then the monitor is killed (kill
-9) while consoles are attended and a breach of the roster is open: until it is
back every reader says unknown, afterwards the gap is unknown, all tiles, and
nothing that was watched grew. About 100 s.
LABEL: light"""
import json
import sqlite3
import threading
import time

from harness import Child, intact, program
from watchers import (CONFIG, LOG, STATE, Agent, console, get, prepare, run, screen, start_farm, start_monitor,
                      token_of, views, wait, window, write)

CAMERAS = 6
RESUMED_S = 15
GRACE_S = 60


def query(text, *args):
    db = sqlite3.connect(f"file:{STATE}/camwarden.db?mode=ro", uri=True, timeout=10)
    try:
        return db.execute(text, args).fetchall()
    finally:
        db.close()


def state(name):
    c = console(name)
    return c["presence"], c["why"]


def incidents(*options):
    return [i for i in json.loads(run("incidents", "--json", *options, ok=False).stdout) if i["cause"] == "unattended"]


def iso(at):
    return time.strftime("%Y-%m-%d %H:%M:%SZ", time.gmtime(at))


def person(token, **more):
    a = Agent(token)
    a.hands = True
    for name, value in more.items():
        setattr(a, name, value)
    a.start()
    threading.Timer(7, lambda: setattr(a, "hands", False)).start()
    return a


def shown(name):
    """Names of the feeds that the screen shows."""
    named = {f["id"]: f"{f['site']}/{f['name']}" for f in get("/api/v1/feeds")["items"]}
    return [named.get(t["feed"]) for t in screen(name)["tiles"]]


class World:
    def __init__(self):
        prepare()
        self.farm = start_farm(CAMERAS, 45)
        self.monitor, self.feeds = start_monitor(CAMERAS)
        self.names = [f"{f['site']}/{f['name']}" for f in self.feeds]
        self.site = self.feeds[0]["site"]
        self.began = time.time()

    def floor(self, **files):
        """CSV texts by name; `{0}` is the first feed's name, `{site}` theirs."""
        paths = [write(f"{name}.csv", text.format(*self.names, site=self.site)) for name, text in files.items()]
        return run("consoles", "import", *paths).stdout

    def watched(self, feed, end):
        said = json.loads(run("unwatched", "--feed", self.names[feed], "--from", iso(self.began), "--to", iso(end), "--json",
                              ok=False).stdout)
        return said["audit"]["seconds"], said["line"]


def set_up(w):
    w.floor(consoles="console,room,site,idle_after_s,prompt_after_s\n"
            "One,North,{site},600,0\nTwo,North,{site},600,0\nGone,North,{site},600,0\nAsked,North,{site},600,60\n"
            "Alone,South,{site},600,0\n",
            patterns="pattern,class,title,shows\ngrid,*vms*,,layout\nzoom,*zoom*,,{5}\n",
            screens="screen,console,room,layout,confirmed_by\nS1,One,,{0};{1};{2},grid\nS2,Two,,{3},\nS3,Gone,,{4},\n")
    run("roster", "import", write("roster.csv", "room,console,days,from,to,at_least,breaks\nSouth,,daily,00:00,00:00,1,\n"))
    tokens = {n: token_of(n) for n in ("One", "Two", "Gone")}
    tokens["Asked"] = token_of("Asked", "--kind", "browser")
    agents = {n: person(t, windows=[] if n == "Asked" else [window("grid")]) for n, t in tokens.items()}
    wait("all are attended", 15, lambda: all(state(n) == ("attended", "input") for n in tokens))
    wait("their screens show it", 10, lambda: [len(views(s)) for s in ("S1", "S2", "S3")] == [3, 1, 1])
    return tokens, agents


def changes(w, tokens, agents):
    # --- a layout
    w.floor(screens="screen,console,layout\nS1,One,{0};{5}\n")
    wait("the new layout", 10, lambda: sorted(shown("S1")) == sorted([w.names[0], w.names[5]])
         and views("S1") == ["counts"] * 2)
    assert state("One") == ("attended", "input"), "who sits there is not concerned"

    # --- a pattern: agents are told
    before = agents["Two"].answers[0][1]["patterns"]["revision"]
    w.floor(patterns="pattern,class,title,shows\nzoom,*zoomed*,,{5}\n")

    def told():
        given = agents["Two"].answers[-1][1].get("patterns")
        return given and given["revision"] != before and {p["id"]: p["class"] for p in given["list"]} == {
            "grid": "*vms*", "zoom": "*zoomed*"} and given["revision"]
    now = wait("agents get the new patterns", 10, told)
    assert "patterns" not in agents["Two"].beat(patterns=now)[1], "who has them isn't told again"

    # --- a screen that goes to another console, where it shows the same
    w.floor(screens="screen,console\nS3,Two\nS2,Gone\n")
    wait("screens changed places", 10, lambda: views("S2") == views("S3") == ["counts"])
    held = query("SELECT s.name, c.name, length(d.tiles) FROM display d JOIN screen s ON s.id = d.screen"
                 " JOIN console c ON c.id = d.console WHERE d.end IS NULL AND s.name IN ('S2', 'S3') ORDER BY 1")
    assert [row[:2] for row in held] == [("S2", "Gone"), ("S3", "Two")] and all(row[2] for row in held), held

    # --- to another room
    w.floor(consoles="console,room,site\nTwo,South,{site}\n")
    wait("it moved", 5, lambda: console("Two")["room"] == "South")
    assert state("Two") == ("attended", "input"), state("Two")
    rows = query("SELECT m.name FROM presence p JOIN room m ON m.id = p.room JOIN console c ON c.id = p.console"
                 " WHERE c.name = 'Two' ORDER BY p.start")
    assert rows[-1] == ("South",) and ("North",) in rows, ("the past stays where it was", rows)
    w.floor(consoles="console,room,site\nTwo,North,{site}\n")

    # --- one goes, and comes back under another name
    run("consoles", "remove", "S2", "--screen")
    run("consoles", "remove", "Gone")
    assert "Gone" not in [c["console"] for c in get("/api/v1/consoles")["consoles"]]
    wait("its token is void", 10, lambda: agents["Gone"].beat()[0] == 401)
    agents.pop("Gone").end()
    w.floor(consoles="console,room,site,idle_after_s\nRenamed,North,{site},600\n")
    assert state("Renamed") == ("unknown", "never-heard")
    assert query("SELECT count(*) FROM presence p JOIN console c ON c.id = p.console WHERE c.name = 'Gone'"
                 " AND p.end IS NULL") == [(0,)]

    # --- a feed of a layout, and of a pattern, leaves the inventory
    agents["Two"].windows = [window("grid", height=500), window("zoom", height=500)]
    wait("one in a window of its own", 10, lambda: set(shown("S3")) == {w.names[4], w.names[5]})
    run("feeds", "remove", w.names[5])
    wait("its view is gone", 10, lambda: shown("S1") == [w.names[0]] and views("S1") == ["counts"])
    wait("and that of its window", 10, lambda: shown("S3") == [w.names[4]])
    assert w.names[5] not in run("consoles", "export", "screens").stdout


def dead(w, heartbeat):
    """What readers say of a monitor that was killed."""
    said = run("consoles", "--json", ok=False)
    assert said.returncode == 3, said
    assert {(c["presence"], c["why"]) for c in json.loads(said.stdout)} == {("unknown", "monitor-off")}, said.stdout
    text = run("consoles", ok=False)
    assert "attended" not in text.stdout and "does not run" in text.stderr, text
    now = run("roster", "now", ok=False)
    assert now.returncode == 3 and "unknown" in now.stdout and "missing" not in now.stdout, now
    for feed in range(3):
        _, line = w.watched(feed, time.time() + 1)
        assert line[-1]["is"] == "unknown", line[-3:]
    assert run("unwatched", ok=False).returncode == 3


def tiles_whole(table, of):
    """Within each epoch no hole, no overlap; and epochs that follow on."""
    epochs = query("SELECT id, start, end FROM epoch ORDER BY id")
    assert [e for e in epochs if e[2] is None] == epochs[-1:], epochs
    for one, epoch, start, end in query(f"SELECT {of}, epoch, min(start), max(ifnull(end, 1 << 62)) FROM {table} GROUP BY 1, 2"):
        rows = query(f"SELECT start, end FROM {table} WHERE {of} = ? AND epoch = ? ORDER BY start", one, epoch)
        for a, b in zip(rows, rows[1:]):
            assert a[1] == b[0], (table, one, epoch, a, b)
        bounds = next(e for e in epochs if e[0] == epoch)
        assert start >= bounds[1] and (bounds[2] is None or rows[-1][1] is not None and rows[-1][1] <= bounds[2]), (table, one, rows)
        kept = query(f"SELECT active, inactive FROM {of} WHERE id = ?", one)[0]
        if kept[1] is None and epoch != epochs[0][0]:
            assert start == bounds[1], (table, one, "begins with its epoch", rows[0], bounds)
        if kept[1] is None:
            assert rows[-1][1] == bounds[2], (table, one, "ends with its epoch", rows[-1], bounds)


def killed(w, tokens, agents):
    end = time.time() - 1
    before = [w.watched(i, end)[0] for i in range(CAMERAS - 1)]
    assert before[0]["watched"] > 30, before
    open_before = [i["id"] for i in incidents()]
    assert open_before, "a breach of the roster is open"
    w.monitor.kill()
    heartbeat = query("SELECT utc FROM heartbeat")[0][0] / 1e6
    time.sleep(5)
    dead(w, heartbeat)
    with open(LOG, "a") as log:
        w.monitor = Child([program("camwarden"), "run", "--config", CONFIG], stderr=log)
    wait("the monitor is back", 20, lambda: get("/healthz"))
    back = time.time()
    for a in agents.values():
        a.hands = True  # what was before is nobody's word any more
    wait("they are known again", RESUMED_S, lambda: all(state(n) == ("attended", "input") for n in tokens))
    closed = {i["id"]: i for i in incidents("--all")}
    assert all(closed[i]["until"] for i in open_before), ("whether it went on can't be known", closed)
    assert "missing" in run("roster", "now", ok=False).stdout or "unknown" in run("roster", "now", ok=False).stdout
    wait("pictures are known again", 60, lambda: all(f["state"] == "up" for f in get("/api/v1/feeds")["items"]))
    wait("watched again", 10, lambda: w.watched(0, time.time())[1][-1]["is"] == "watched")
    gap_is_unknown(w, heartbeat, back, end, before)


def gap_is_unknown(w, heartbeat, back, end, before):
    off = query("SELECT end / 1e6 FROM epoch WHERE reason = 'monitor-off'")[0][0]  # the new run began
    assert heartbeat + 4 < off < back + 1, (heartbeat, off, back)
    for i, was in enumerate(before):
        now, _ = w.watched(i, end)
        assert now["watched"] <= was["watched"] + 0.001, (i, was, now)
        _, line = w.watched(i, time.time())
        assert not [s for s in line if s["is"] == "watched" and seconds(s["from"]) < back - 1 and seconds(s["to"]) > heartbeat + 0.01], line
        seen = [s["is"] for s in line if seconds(s["from"]) < off - 0.01 and seconds(s["to"]) > heartbeat + 0.01]
        assert set(seen) == {"unknown"}, (i, line)
    gap = query("SELECT DISTINCT p.state, p.why FROM presence p JOIN epoch e ON e.id = p.epoch WHERE e.reason = 'monitor-off'")
    assert len(gap) == 1, gap
    assert query("SELECT count(*) FROM display d JOIN epoch e ON e.id = d.epoch WHERE e.reason = 'monitor-off'"
                 " AND length(d.tiles) > 0") == [(0,)]
    tiles_whole("presence", "console")
    tiles_whole("display", "screen")
    assert query("PRAGMA integrity_check") == [("ok",)]


def seconds(text):
    import datetime
    return datetime.datetime.fromisoformat(text.replace("Z", "+00:00")).timestamp()


def main():
    w = World()
    tokens, agents = set_up(w)
    began = time.monotonic()
    changes(w, tokens, agents)
    tokens.pop("Gone")
    wait("nobody is in the South", GRACE_S + 15, lambda: [i["where"] for i in incidents()] == ["South"])
    text = run("unwatched", "--debt").stdout
    gone = next(line for line in text.splitlines() if line.startswith(w.names[5]))
    assert gone.endswith(" 0 s"), ("what left the inventory is owed nothing", text)
    killed(w, tokens, agents)
    for a in agents.values():
        a.end()
    assert w.monitor.stop() == 0
    intact(STATE)
    w.farm.stop()
    with open(LOG) as f:
        assert "ERROR: AddressSanitizer" not in f.read()
    print(f"all as played, {time.monotonic() - began:.0f} s")


main()
