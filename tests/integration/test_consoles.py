#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Those who watch, end to end: agents, a VMS and a relay of this test's own
report over TLS to a monitor on six cameras. Who is there, what is on the
screens and what was watched must be what was played; every bad message must be
refused with its reason and never be presence. About 145 s.
LABEL: light"""
import hashlib
import http.server
import json
import os
import socket
import threading
import time

from harness import free_port, intact
from watchers import (AGENTS, CONFIG, LOG, STATE, Agent, console, get, open_page, post, prepare, run, start_farm, start_monitor, token_of,
                      views, wait, window, write)

IDLE_S = 20
RELAY = free_port()


class Relay(http.server.BaseHTTPRequestHandler):
    """What MediaMTX's API says of its sessions."""
    sessions = []
    asked = []

    def do_GET(self):
        path = self.path.split("?")[0]
        Relay.asked.append((path, self.headers.get("Authorization")))
        if path not in ("/v3/rtspsessions/list", "/v3/webrtcsessions/list"):
            self.send_error(404)
            return
        items = Relay.sessions if path == "/v3/rtspsessions/list" else []
        body = json.dumps({"itemCount": len(items), "pageCount": 1, "items": items}).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args):
        pass


def follow():
    """What the live stream tells of consoles, as it comes."""
    told = []

    def read():
        with open_page("/api/v1/events", timeout=300) as stream:
            name = b""
            for line in stream:
                if line.startswith(b"event: "):
                    name = line[7:].strip()
                elif line.startswith(b"data: ") and name == b"console":
                    told.append(json.loads(line[6:]))

    threading.Thread(target=read, daemon=True).start()
    return told


def main():
    # The relay has the address of a camera: feeds are its own whose URL has its host.
    prepare(f"http://relay:secret@127.47.0.1:{RELAY}")
    farm = start_farm(6, 47)
    monitor, feeds = start_monitor(6)
    names = [f"{f['site']}/{f['name']}" for f in feeds]
    hosts = [f["url"].split("//")[1].split(":")[0] for f in (get(f"/api/v1/feeds/{f['id']}") for f in feeds)]
    site = feeds[0]["site"]

    # --- the floor
    consoles = write("consoles.csv", "console,room,site,idle_after_s\n"
                     f"Desk 1,Room A,{site},{IDLE_S}\nDesk 2,Room A,{site},{IDLE_S}\n"
                     f"Desk 3,Room B,{site},{IDLE_S}\n")
    screens = write("screens.csv", "screen,console,room,layout,confirmed_by\n"
                    f"S1,Desk 1,,{names[0]};{names[1]},grid\nS2,Desk 2,,,\nWall,,Room A,,vms\n")
    patterns = write("patterns.csv", "pattern,class,title,shows\ngrid,*vms*,,layout\nlinks,*vlc*,,connections\n")
    run("consoles", "import", consoles, patterns, screens)
    again = run("consoles", "import", consoles, patterns, screens)
    assert "0 added" in again.stdout or "nothing" in again.stdout.lower() or "unchanged" in again.stdout, again.stdout
    one, two, vms = token_of("Desk 1"), token_of("Desk 2"), token_of("--kind", "vms")
    assert len({one, two, vms}) == 3
    # All the time a program types at a third desk; that takes two minutes to be sure of.
    c = Agent(token_of("Desk 3"))
    c.injected = 30
    c.start()
    assert console("Desk 1")["presence"] == "unknown"

    # --- who is refused, and why
    probe = Agent(one)
    good = {"version": 1, "life": "x", "seq": 1}
    for what, status, word, answer in (
            ("no token", 401, "token", post("/agent/v1/heartbeat", good)),
            ("a wrong token", 401, "token", post("/agent/v1/heartbeat", good, "0" * 64)),
            ("the VMS's token", 403, "token", post("/agent/v1/heartbeat", good, vms)),
            ("an agent's token for views", 403, "token", post("/api/v1/views", {"screen": "Wall"}, one)),
            ("not JSON", 400, "JSON", post("/agent/v1/heartbeat", b"\x00\xff{", one)),
            ("a wrong member", 400, "locked", post("/agent/v1/heartbeat", dict(good, locked=3), one)),
            ("no such screen", 422, "screen", post("/api/v1/views", {"screen": "None"}, vms)),
            ("another method", 405, "method", post("/agent/v1/record", {}, one)),
            ("no such path", 404, "page", post("/agent/v2/heartbeat", {}, one)),
            ("from the future", 409, "clock", probe.beat(utc_ms=int(time.time() * 1000) + 3600000)),
            ("from the past", 409, "clock", probe.beat(utc_ms=int(time.time() * 1000) - 3600000))):
        assert answer[0] == status and word in answer[1].get("detail", ""), (what, answer)
    try:
        huge = post("/agent/v1/heartbeat", b"x" * 70000, one)[0]
    except OSError:
        huge = 413  # shut before all was sent
    assert huge == 413, huge
    with socket.create_connection(("127.0.0.1", AGENTS)) as s:  # not TLS at all
        s.sendall(b"GET /console HTTP/1.1\r\n\r\n")
        s.settimeout(10)
        assert b"200" not in s.recv(100)
    assert console("Desk 1")["presence"] == "unknown", "what was refused is no presence"

    live = follow()

    # --- an honest operator, the layout confirmed by its window
    a = Agent(one)
    a.hands, a.windows = True, [window("grid")]
    a.start()
    assert a.answers[0][0] == 200, a.answers[0]
    given = a.answers[0][1]["patterns"]
    assert {p["id"]: p["class"] for p in given["list"]} == {"grid": "*vms*", "links": "*vlc*"}, given
    wait("attended", 5, lambda: console("Desk 1")["presence"] == "attended")
    wait("on its screen", 5, lambda: views("S1") == ["counts", "counts"])
    wait("told live", 5, lambda: any(e["console"] == "Desk 1" and e["presence"] == "attended" for e in live))
    assert post("/agent/v1/heartbeat", dict(good, life=a.life, seq=1), one)[0] == 409, "repeated"

    # --- what the VMS posts for the wall; one feed of it doesn't exist
    tiles = [{"feed": names[2], "height": 300, "visible": True}, {"feed": names[3], "height": 90},
             {"feed": "Nowhere/cam", "height": 300}]
    status, answer = post("/api/v1/views", {"screen": "Wall", "power": "on", "valid_ms": 60000, "tiles": tiles}, vms)
    assert status == 200 and answer == {"unknown": ["Nowhere/cam"], "taken": 2}, answer
    wait("on the wall", 5, lambda: sorted(views("Wall")) == ["counts", "small"])

    # --- connections, and what a relay says of the second desk
    b = Agent(two)
    b.hands, b.windows = True, [window("links")]
    b.connections = [{"address": hosts[4], "port": 554}, {"address": "192.0.2.99", "port": 554}]
    b.start()
    wait("its connections are views", 15, lambda: views("S2") == ["counts"])
    b.connections = []
    wait("it hung up", 10, lambda: views("S2") == [])
    path = "cam" + next(f["name"] for f, host in zip(feeds, hosts) if host == "127.47.0.1")[3:]
    Relay.sessions = [{"id": "1", "remoteAddr": "127.0.0.1:4711", "state": "read", "path": path},
                      {"id": "2", "remoteAddr": "192.0.2.1:4711", "state": "read", "path": path},
                      {"id": "3", "remoteAddr": "127.0.0.1:4712", "state": "publish", "path": "other"}]
    wait("a relay says that it reads", 20, lambda: views("S2") == ["counts"])
    Relay.sessions = []
    wait("and no longer", 20, lambda: views("S2") == [])

    # --- watched, seconds later
    time.sleep(4)
    line = get(f"/api/v1/feeds/{feeds[0]['id']}/watched?hours=1")["line"]
    assert line[-1]["watched"] == "watched", line
    assert get(f"/api/v1/feeds/{feeds[2]['id']}/watched?hours=1")["line"][-1]["watched"] == "watched", "the room attends"
    assert get(f"/api/v1/feeds/{feeds[3]['id']}/watched?hours=1")["line"][-1]["watched"] == "not-on-screen", "too small"
    assert get(f"/api/v1/feeds/{feeds[5]['id']}/watched?hours=1")["line"][-1]["watched"] == "not-on-screen"

    # --- covered, locked, dark: one after the other
    a.windows = [window("grid", visible=10)]
    wait("covered", 8, lambda: views("S1") == ["hidden", "hidden"])
    a.windows, a.locked = [window("grid")], True
    wait("locked", 8, lambda: (console("Desk 1")["presence"], console("Desk 1")["why"]) == ("away", "locked"))
    assert views("S1") == ["hidden", "hidden"]
    a.locked, a.power = False, "off"
    wait("dark", 8, lambda: (console("Desk 1")["why"], views("S1")) == ("dark", ["dark", "dark"]))
    a.power = "on"
    wait("attended again", 8, lambda: console("Desk 1")["presence"] == "attended")

    # --- an idle operator
    a.hands = False
    start = time.monotonic()
    wait("idle", IDLE_S + 10, lambda: (console("Desk 1")["presence"], console("Desk 1")["why"]) == ("idle", "quiet"))
    assert time.monotonic() - start > IDLE_S - 4, "an input proves presence for as long as was declared"
    wait("on screen, and nobody there", 5, lambda: get(f"/api/v1/feeds/{feeds[0]['id']}/watched?hours=1")["line"][-1]["watched"]
         == "on-screen-unattended")

    # --- two agents with one token
    a.hands = True
    wait("attended", 8, lambda: console("Desk 1")["presence"] == "attended")
    thief = Agent(one)
    thief.hands = True
    refused = [thief.beat()[0] for _ in range(8) if time.sleep(1) is None]
    assert 409 in refused + [x[0] for x in a.answers[-6:]], (refused, a.answers[-6:])
    wait("conflict", 10, lambda: (console("Desk 1")["presence"], console("Desk 1")["why"]) == ("unknown", "conflict"))

    # --- the agent is killed: unknown, and so is what it showed
    b.end()
    wait("silent", 25, lambda: (console("Desk 2")["presence"], console("Desk 2")["why"]) == ("unknown", "late"))

    # --- revoked
    tokens = json.loads(run("consoles", "token", "--list", "--json").stdout)["tokens"]
    mine = next(t for t in tokens if t["console"] == "Desk 2" and t["kind"] == "agent")
    run("consoles", "token", "--revoke", str(mine["id"]))
    wait("revoked", 5, lambda: Agent(two).beat()[0] == 401)

    # --- the program that types
    wait("typed by a program", 120, lambda: (console("Desk 3")["presence"], console("Desk 3")["why"]) == ("suspect", "injected"))
    c.end()

    # --- the audit of it all, and the record that an operator sees
    status, record = post("/agent/v1/dispute", {"from_us": int((time.time() - 60) * 1e6), "to_us": int(time.time() * 1e6) - 10**6,
                                                "text": "I was on the phone"}, one)
    assert status == 200, record
    audit = json.loads(run("unwatched", "--json").stdout)
    assert audit, "unwatched --json"
    text = run("unwatched").stdout
    assert names[5] in text or feeds[5]["name"] in text, text
    a.end()

    # --- nothing secret in the log, and a good end
    intact(STATE, CONFIG)
    assert monitor.stop() == 0
    intact(STATE)
    farm.stop()
    with open(LOG) as f:
        said = f.read()
    for secret in (one, two, vms, hashlib.sha256(one.encode()).hexdigest(), "secret"):
        assert secret not in said, "a secret is in the log"
    assert "ERROR: AddressSanitizer" not in said, said
    assert Relay.asked and all(x[1] == "Basic cmVsYXk6c2VjcmV0" for x in Relay.asked), Relay.asked[:3]
    print("all as played")


def serve_relay():
    server = http.server.ThreadingHTTPServer(("127.47.0.1", RELAY), Relay)
    threading.Thread(target=server.serve_forever, daemon=True).start()


serve_relay()
main()
