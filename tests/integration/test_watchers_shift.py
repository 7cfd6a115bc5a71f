#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""A shift with thresholds of its own: in force from its first minute to its
last, resting in its break, shown everywhere; the monitor is killed meanwhile,
and who was attended by input stays so by the agent's idle time, unless a
program typed in between. Of two desks one is in its shift when the other is in
its break. About 120 s. LABEL: light"""
import json
import sqlite3
import time

from harness import Child, intact, program
from watchers import (CONFIG, LOG, STATE, Agent, api_in, console, get, post, prepare, run, token_of, wait, write)

OWN, SHIFT = 1800, 10
ATTENDED, IDLE = ("attended", "input"), ("idle", "quiet")


def start():
    with open(LOG, "a") as log:
        monitor = Child([program("camwarden"), "run", "--config", CONFIG], stderr=log)
    wait("the monitor is there", 20, lambda: get("/healthz"))
    api_in()
    return monitor


def state(name="Desk"):
    c = console(name)
    return c["presence"], c["why"]


def clock(at):
    return time.strftime("%H:%M", time.gmtime(at))


def in_force(name="Desk"):
    """The same in each face."""
    told = console(name)["in_force"]
    cli = next(c for c in json.loads(run("consoles", "--json").stdout) if c["console"] == name)["in_force"]
    status, record = post("/agent/v1/record?hours=1", None, tokens[name])
    assert status == 200 and cli == told, (status, cli, told)
    assert [record[k] for k in ("idle_after_s", "prompt_after_s")] == [told["idle_after_s"], told["prompt_after_s"]], (record, told)
    return told


def both():
    return state("Desk"), state("Late")


def changes(before, after, what):
    """The states follow within a second or two of that minute's beginning."""
    assert both() == before, (what, both())
    while time.time() < after - 1:
        assert both() == before, (what, "too early", both(), after - time.time())
        time.sleep(0.5)


def at_work(name):
    """Its agent, with input until it is attended, and none from then on."""
    agent = Agent(tokens[name])
    agent.hands = True
    agent.start()
    wait(f"{name} is attended", 15, lambda: state(name) == ATTENDED)
    agent.hands = False
    return agent


def restarted(agent, injected):
    """Killed for some seconds; the agent counted on."""
    began = time.monotonic()
    agent.end()
    monitor.process.kill()
    monitor.process.wait()
    time.sleep(2)
    again = start()
    agent.stop.clear()
    agent.injected = injected
    span = int((time.monotonic() - began) * 1000) + 3000
    assert agent.beat(span_ms=span)[0] == 200
    agent.injected = 0
    agent.start()
    return again


prepare()
monitor = start()
run("consoles", "import", write("consoles.csv", "console,room,site,idle_after_s,prompt_after_s\n"
                                f"Desk,Hall,,{OWN},0\nOther,Hall,,{OWN},600\nLate,Lobby,,{OWN},0\n"))
tokens = {n: token_of(n) for n in ("Desk", "Other", "Late")}
agents = {n: at_work(n) for n in ("Desk", "Other")}
assert in_force() == {"idle_after_s": OWN, "prompt_after_s": 0, "shifts": 0}

# The monitor is killed: nobody has touched anything since, and the agent says so.
time.sleep(16)  # the last seconds before are nobody's, whatever comes
monitor = restarted(agents["Desk"], 0)
wait("attended by what its agent remembers", 10, lambda: state() == ATTENDED)
wait("the other, whose counts don't cover it, isn't", 10, lambda: state("Other") == IDLE)

# A shift of a minute and its break, and a break and a shift of a minute; each room has a laxer one.
agents["Late"] = at_work("Late")
first = (int(time.time() + SHIFT + 5) // 60 + 1) * 60
then, before, after = first + 60, first - 3600, first + 3600
run("roster", "import", write("roster.csv", "room,console,days,from,to,breaks,idle_after_s,prompt_after_s\n"
    f"Hall,Desk,daily,{clock(first)},{clock(after)},{clock(then)}-{clock(after)},{SHIFT},1200\n"
    f"Hall,,daily,{clock(before)},{clock(after)},,900,\n"
    f"Lobby,Late,daily,{clock(before)},{clock(then)},{clock(before)}-{clock(first)},{SHIFT},1200\n"
    f"Lobby,,daily,{clock(before)},{clock(then)},,900,\n"))
listed = run("roster", "list").stdout
assert "10 s" in listed and "900 s" in listed and "console's" in listed, listed
assert {s["idle_after_s"] for s in get("/api/v1/roster")["shifts"]} == {10, 900}
LAX = {"idle_after_s": 900, "prompt_after_s": 0, "shifts": 1}
STRICT = {"idle_after_s": SHIFT, "prompt_after_s": 1200, "shifts": 2}
assert wait("the laxer shift is in force", 3, lambda: in_force()["shifts"] == 1 and in_force()) == LAX
assert in_force("Late") == LAX
changes((ATTENDED, ATTENDED), first, "before a shift, and in a break")
wait("idle: a shift begins, a break is over", 4, lambda: both() == (IDLE, IDLE))
assert in_force() == in_force("Late") == STRICT
changes((IDLE, IDLE), then, "before a break and an end")
wait("in its break held to the other shift; over", 4, lambda: both() == (ATTENDED, ATTENDED))
assert in_force() == LAX
assert in_force("Late") == {"idle_after_s": OWN, "prompt_after_s": 0, "shifts": 0}

# A program typed while the monitor was away: the idle time says nothing.
monitor = restarted(agents["Desk"], 40)
wait("a program's typing carries nobody", 10, lambda: state()[0] in ("idle", "suspect"))

db = sqlite3.connect(f"file:{STATE}/camwarden.db?mode=ro", uri=True)
held = [json.loads(e)["idle_after_s"] for (e,) in
        db.execute("SELECT evidence FROM presence WHERE console = 1 AND state IN (1, 2) AND evidence <> '{}' ORDER BY start")]
assert SHIFT in held and OWN in held and 900 in held, ("each verdict says what it was held to", held)
for a in agents.values():
    a.end()
assert monitor.stop() == 0
intact(STATE)
with open(LOG) as f:
    assert "ERROR: AddressSanitizer" not in f.read()
print("all as the roster said")
