#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""A shift's life, end to end: a roster that asks for two and sees one; shifts
that ask for nobody now; a break; questions answered, answered wrong and not at
all; cameras on desks that fail (frozen, gone). What supervisors
read of it is looked at as text too. About 200 s. LABEL: light"""
import csv
import datetime
import hashlib
import json
import os
import sqlite3
import threading
import time
import urllib.error
import urllib.request
import zlib

from harness import intact, tell_farm
from watchers import (AGENTS, CONFIG, DIR, LOG, STATE, Agent, _tls, console, get, open_page, post, prepare, run, start_farm,
                      start_monitor, token_of, wait, write)

CAMERAS = 7
FROZEN, DOWN = 5, 6  # cameras on desks: by number
PROMPT_S, ANSWER_S, SETTLE_S, GRACE_S, STILL_S = 60, 60, 120, 60, 120


def state(name):
    c = console(name)
    return c["presence"], c["why"]


def incidents(*options):
    """Of people, newest first."""
    return [i for i in json.loads(run("incidents", "--json", *options, ok=False).stdout) if i["cause"] == "unattended"]


def seconds(text):
    return datetime.datetime.fromisoformat(text.replace("Z", "+00:00")).timestamp()


def clock(minutes):
    """So many minutes from now, of the day in UTC."""
    return time.strftime("%H:%M", time.gmtime(time.time() + 60 * minutes))


def mark_desk_cameras():
    path = os.path.join(DIR, "farm.csv")
    with open(path) as f:
        rows = list(csv.DictReader(f))
    for i, row in enumerate(rows):
        row["no_picture"] = "yes" if i in (FROZEN, DOWN) else "no"
    with open(path, "w", newline="") as f:
        out = csv.DictWriter(f, list(rows[0]))
        out.writeheader()
        out.writerows(rows)
    return [f"{row['site']}/{row['name']}" for row in rows], rows[0]["site"]


def person(token):
    """One that works for some seconds, then sits there and looks."""
    a = Agent(token)
    a.hands = True
    a.start()
    threading.Timer(7, lambda: setattr(a, "hands", False)).start()
    return a


class Asked:
    """A page's question, when it comes, with its pictures."""

    def __init__(self, name, token, limit):
        self.token = token
        answer = wait(f"{name} is asked", limit, lambda: post("/agent/v1/prompt", None, token)[1].get("prompt")
                      and post("/agent/v1/prompt", None, token)[1])
        self.at, self.id, self.question = time.time(), answer["prompt"], answer["question"]
        assert 0 < answer["expires_ms"] <= ANSWER_S * 1000, answer
        self.pictures = [self.picture(i) for i in range(answer["pictures"])]
        assert all(p.startswith(b"\x89PNG\r\n\x1a\n") and p.endswith(b"IEND\xaeB`\x82") for p in self.pictures)
        assert len({hashlib.sha256(p).digest() for p in self.pictures}) == 4, "four different ones"
        self.later = [post(f"/agent/v1/prompt/{self.id}/{n}.png", None, token)[0] for n in (4, 255)]
        assert self.later == [404, 404], self.later

    def picture(self, number):
        request = urllib.request.Request(f"https://127.0.0.1:{AGENTS}/agent/v1/prompt/{self.id}/{number}.png",
                                         headers={"Authorization": "Bearer " + self.token})
        with urllib.request.urlopen(request, timeout=10, context=_tls[0]) as r:
            assert r.headers["Content-Type"] == "image/png", r.headers
            return r.read()

    def answer(self, choice):
        return post("/agent/v1/prompt", {"prompt": self.id, "choice": choice, "latency_ms": 2300}, self.token)

    def right(self, feeds):
        """By eye: the one like the feed's newest picture; a picture is no
        older than ten seconds, so that the film hasn't gone on for long."""
        feed = next(f for f in feeds if f"{f['site']}/{f['name']} " in self.question)
        with open_page(f"/api/v1/feeds/{feed['id']}/thumbnail.png?fresh=1") as r:
            want = small(r.read())
        apart = [sum(abs(a - b) for a, b in zip(want, small(p))) / len(want) for p in self.pictures]
        print("apart:", [round(a, 1) for a in apart], self.question, flush=True)
        return apart.index(min(apart))


def small(png):
    """The green of each 16th dot of each 16th line, without a library."""
    at, data = 8, b""
    while at < len(png):
        length, kind = int.from_bytes(png[at:at + 4], "big"), png[at + 4:at + 8]
        body = png[at + 8:at + 8 + length]
        if kind == b"IHDR":
            width, height = int.from_bytes(body[:4], "big"), int.from_bytes(body[4:8], "big")
            step = {0: 1, 2: 3, 6: 4}[body[9]]
            assert body[8] == 8 and body[12] == 0
        elif kind == b"IDAT":
            data += body
        at += 12 + length
    data, stride = zlib.decompress(data), width * step
    before, out = bytearray(stride), []
    for y in range(height):
        how, line = data[y * (stride + 1)], bytearray(data[y * (stride + 1) + 1:(y + 1) * (stride + 1)])
        for x in range(stride if how else 0):
            a, b = line[x - step] if x >= step else 0, before[x]
            c = before[x - step] if x >= step else 0
            paeth = min((abs(b - c), 0, a), (abs(a - c), 1, b), (abs(a + b - 2 * c), 2, c))[2] if how == 4 else 0
            line[x] = (line[x] + (0, a, b, (a + b) // 2, paeth)[how]) & 255
        if y % 16 == 0:
            out += line[min(1, step - 1)::16 * step]
        before = line
    return out


def all_consoles(site, feeds):
    """The floor; (tokens by console)."""
    rows = [(n, "Hall", 600, 0, "", "") for n in ("Hall 1", "Hall 2")]
    rows += [(n, "Asked", 600, PROMPT_S, "", "") for n in ("Missing", "Guessing", "Looking")]
    rows += [("Resting", "Canteen", 10, 0, "", "")]
    rows += [("Still", "Desks", 600, 0, feeds[FROZEN], STILL_S), ("Covered", "Desks", 600, 0, feeds[DOWN], STILL_S)]
    text = "console,room,site,idle_after_s,prompt_after_s,desk_feed,desk_still_s\n"
    text += "".join(f"{n},{r},{site},{i},{p},{d},{s}\n" for n, r, i, p, d, s in rows)
    run("consoles", "import", write("consoles.csv", text))
    pages = ("Missing", "Guessing", "Looking")
    return {n: token_of(n, "--kind", "browser" if n in pages else "agent") for n, *_ in rows}


def roster():
    days = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
    today = time.gmtime().tm_wday
    other = ",".join(days[(today + n) % 7] for n in (2, 3, 4))
    text = "room,console,days,from,to,at_least,breaks\n"
    text += "Hall,,daily,00:00,00:00,2,\n"
    text += f"Desks,Still,daily,{clock(180)},{clock(240)},1,\n"  # later today
    text += f'Asked,,"{other}",00:00,00:00,3,\n'  # not today
    text += f"Canteen,Resting,daily,{clock(-120)},{clock(120)},1,{clock(-30)}-{clock(30)}\n"
    run("roster", "import", write("roster.csv", text))


class Desks:
    """Their cameras, one gone and one frozen: a picture that doesn't change
    at all is no desk at which nobody moves."""

    def __init__(self):
        wait("both desks are attended, by camera too", 30, lambda: state("Still") == state("Covered") == ("attended", "input"))
        self.tell(f"drop cam {DOWN}")
        self.tell(f"freeze cam {FROZEN}")
        self.since, self.seen = time.monotonic(), []

    def tell(self, line):
        tell_farm(os.path.join(DIR, "farm.sock"), line)

    def look(self):
        now = (state("Still"), state("Covered"))
        if now not in self.seen:
            self.seen.append(now)
        return now == (("unknown", "blind"),) * 2

    def blind(self):
        wait("both desks' cameras are blind", STILL_S + 45, self.look)
        assert time.monotonic() - self.since > STILL_S - 15, "what they saw last holds until then"
        assert not any(s == "idle" for pair in self.seen for s, _ in pair), ("who can't see says nothing", self.seen)
        self.tell(f"live cam {FROZEN}")

    def nothing_kept(self, feeds):
        db = sqlite3.connect(f"file:{STATE}/camwarden.db?mode=ro", uri=True)
        private = [row[0] for row in db.execute("SELECT id FROM feed WHERE no_picture")]
        assert len(private) == 2, private
        kept = {row[0] for row in db.execute("SELECT DISTINCT feed FROM thumbnail")}
        assert kept and not kept & set(private), (kept, private)
        looked = 0
        for feed in feeds:
            for kind in ("current", "last-good", "first-bad", "recovered", "reference"):
                path = f"/api/v1/feeds/{feed['id']}/thumbnail.png?kind={kind}&fresh=1"
                if f"{feed['site']}/{feed['name']}" not in self.names:
                    continue
                try:
                    open_page(path)
                    raise AssertionError(f"a picture of a desk: {path}")
                except urllib.error.HTTPError as e:
                    assert e.code == 404, (path, e.code)
                looked += 1
        assert looked == 10, looked


def hall(tokens):
    """One of two is there: an incident after the grace, until the second is."""
    assert incidents() == [], "not before the grace is over"
    found = wait("too few are there", GRACE_S + 10, incidents)
    late = seconds(found[0]["at"]) - seconds(found[0]["since"])
    assert len(found) == 1 and GRACE_S - 1 < late < GRACE_S + 3, found
    assert found[0]["where"] == "Hall" and found[0]["alertable"], found
    assert found[0]["text"] == "Hall: 1 attended, the roster asks for 2 (agents are silent, nobody can say)", found
    text = run("incidents", ok=False).stdout
    assert "Hall" in text and "open" in text, text
    now = run("roster", "now", ok=False)
    assert now.returncode == 1 and "Hall daily" in now.stdout and "break" in now.stdout, now
    assert "Asked" not in now.stdout and "Desks" not in now.stdout, ("they are asked for at other times", now.stdout)
    person(tokens["Hall 2"])
    wait("the second came", 10, lambda: state("Hall 2")[0] == "attended")
    return time.time()


def hall_over(came):
    gone = [i for i in incidents("--all") if i["where"] == "Hall"]
    assert len(gone) == 1 and gone[0]["until"], gone
    assert abs(seconds(gone[0]["until"]) - came) < 5, ("at its first moment", gone, came)
    assert run("roster", "now", ok=False).returncode == 0


class Guess:
    """Wrong first: then two right ones are needed."""

    def __init__(self, tokens, feeds, asked):
        self.token, self.feeds = tokens["Guessing"], feeds
        right = asked.right(feeds)
        time.sleep(1)
        assert asked.answer((right + 1) % 4) == (200, {"result": "wrong"})
        assert asked.answer(right) == (200, {"result": "over"}), "no second try"

    def go_on(self):
        for want in ("another", "counted"):
            asked = Asked("who guessed", self.token, 30)
            right = asked.right(self.feeds)
            time.sleep(1)
            assert asked.answer(right) == (200, {"result": want}), want
        wait("who guessed is there", 5, lambda: state("Guessing") == ("attended", "prompt"))


def look(tokens, feeds):
    asked = Asked("who looks", tokens["Looking"], 30)
    right = asked.right(feeds)
    time.sleep(1)
    assert asked.answer(right) == (200, {"result": "counted"})
    wait("who looked is there", 5, lambda: state("Looking") == ("attended", "prompt"))
    assert post(f"/agent/v1/prompt/{asked.id}/0.png", None, asked.token)[0] == 404, "its pictures are gone"


def missed(tokens, feeds, agent, first):
    wait("a question was missed", ANSWER_S + 15, lambda: state("Missing") == ("idle", "prompt-missed"))
    found = [i for i in incidents() if i["where"] == "Asked"]
    assert len(found) == 1 and "Missing: " in found[0]["text"] and "question" in found[0]["text"], found
    assert abs(seconds(found[0]["since"]) - first.at) < 5, ("since it was asked", found, first.at)
    agent.hands = True  # alone that is no answer
    again = Asked("who missed", tokens["Missing"], 30)
    assert state("Missing") == ("idle", "prompt-missed")
    agent.hands = False
    right = again.right(feeds)
    time.sleep(1)
    assert again.answer(right) == (200, {"result": "counted"})
    wait("who missed is there again", 5, lambda: state("Missing") == ("attended", "prompt"))
    wait("its incident is over", 5, lambda: not [i for i in incidents() if i["where"] == "Asked"])


def main():
    prepare()
    farm = start_farm(CAMERAS, 46, 5)
    names, site = mark_desk_cameras()
    monitor, feeds = start_monitor(CAMERAS)
    began = time.monotonic()
    tokens = all_consoles(site, names)
    agents = {n: person(t) for n, t in tokens.items() if n != "Hall 2"}
    wait("all are attended", 25, lambda: all(state(n) == ("attended", "input") for n in
         ("Hall 1", "Missing", "Guessing", "Looking")))
    roster()
    desks = Desks()
    desks.names = [names[FROZEN], names[DOWN]]
    wait("who rests is excused", 30, lambda: state("Resting") == ("idle", "break"))
    came = hall(tokens)

    assert time.monotonic() - began < SETTLE_S
    assert post("/agent/v1/prompt", None, tokens["Missing"]) == (200, {}), "nobody is asked so soon"
    first = Asked("who misses", tokens["Missing"], SETTLE_S)
    assert time.monotonic() - began >= SETTLE_S - 3
    guess = Guess(tokens, feeds, Asked("who guesses", tokens["Guessing"], 30))
    look(tokens, feeds)
    hall_over(came)
    desks.blind()
    guess.go_on()
    missed(tokens, feeds, agents["Missing"], first)
    wait("the camera sees the desk again", 40, lambda: state("Still") == ("attended", "input"))
    assert state("Covered") == ("unknown", "blind")
    desks.nothing_kept(feeds)

    people = [i["where"] for i in incidents("--all")]
    assert sorted(people) == ["Asked", "Hall"], ("who is not asked for now breaks nothing", people)
    intact(STATE, CONFIG)
    assert monitor.stop() == 0
    intact(STATE)
    farm.stop()
    with open(LOG) as f:
        assert "ERROR: AddressSanitizer" not in f.read()
    print(f"all as played, {time.monotonic() - began:.0f} s after all cameras were up")


main()
