#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""What people change over HTTP: incidents, mutes, maintenance, imports with
their diff, references, handovers, users and tokens. In force at once, within
one's own role and site, told to who follows live, all on record under one's own
name, and the record is whole at the end. About 10 s.
LABEL: light"""
import json
import os
import signal
import socket
import sqlite3
import threading
import time
import urllib.request

from harness import intact
from people import PASSWORD, Person, World, soon

W = World("sampling:\n  interval: 2s\n")
W.run("feeds", "import", W.write("f.csv", "site,name,url,tags\nNorth/Gate,c1,rtsp://127.0.0.1:9/1,night\n"
                                 "North,c2,rtsp://127.0.0.1:9/2,\nSouth,c3,rtsp://u:old@127.0.0.1:9/3,night\n"))
W.start()
PEOPLE = W.people()
ADMIN, LEAD, OPS, VIEW, AUDIT = (PEOPLE[r] for r in ("admin", "supervisor", "operator", "viewer", "auditor"))


def items(path, person=ADMIN):
    a = person.get("/api/v1" + path)
    assert a.status == 200, (path, a)
    return a.json["items"]


def stamp(seconds):
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + seconds))


class Follower(threading.Thread):
    """The live stream of somebody: [(name, data)]."""

    def __init__(self, person):
        super().__init__(daemon=True)
        self.seen = []
        r = urllib.request.Request(f"http://127.0.0.1:{W.port}/api/v1/events",
                                   headers={"Cookie": "__Host-camwarden=" + person.cookie})
        self.stream = urllib.request.urlopen(r, timeout=60)
        self.start()

    def run(self):
        name = None
        for line in self.stream:
            line = line.decode().rstrip("\n")
            if line.startswith("event: "):
                name = line[7:]
            elif line.startswith("data: "):
                self.seen.append((name, json.loads(line[6:] or "{}")))

    def incident(self, number, change):
        return any(n == "incident" and d["number"] == number and d["change"] == change for n, d in self.seen)


# --- incidents
INCIDENTS = soon("incidents open", lambda: len(items("/incidents?open=1")) >= 3 and items("/incidents?open=1"), 40)
NORTH = next(i for i in INCIDENTS if i["site"] == "North/Gate")
SOUTH = next(i for i in INCIDENTS if i["site"] == "South")
W.user(ADMIN, "sue", "supervisor", "South")
SUE = W.person("sue")
ALL, SOUTHERN = Follower(ADMIN), Follower(SUE)
N, FAR = NORTH["number"], SOUTH["number"]
one = f"/api/v1/incidents/{N}"

for person, want in ((VIEW, 403), (AUDIT, 403), (SUE, 404), (Person(W.port), 401)):
    for verb, body in (("acknowledge", {}), ("comment", {"text": "x"}), ("mute", {"for_s": 9, "reason": "x"})):
        assert person.post(f"{one}/{verb}", body).status == want, (verb, want)
first = OPS.ok(one + "/acknowledge", {"note": "going there"})
assert first["acknowledged_by"] == "user:operator" and not first["already"], first
again = LEAD.ok(one + "/acknowledge", {"note": "me too"})
assert again["acknowledged_by"] == "user:operator" and again["already"], again
assert again["acknowledged"] == first["acknowledged"]
OPS.ok(one + "/comment", {"text": "=1+1 <b>the lens</b>\nis \u202edirty"})
OPS.ok(one + "/mute", {"for_s": 3600, "reason": "crane"})
SUE.ok(f"/api/v1/incidents/{FAR}/comment", {"text": "mine"})
assert OPS.post("/api/v1/incidents/99999/acknowledge").status == 404
now = ADMIN.get(one).json
assert now["acknowledged_by"] == "user:operator" and now["note"] == "going there", now
assert [c["text"] for c in now["comments"]] == ["=1+1 <b>the lens</b>\nis \u202edirty"], now["comments"]
assert now["comments"][0]["by"] == "user:operator"
mute = next(o for o in items("/overlays?kind=mute") if o["reason"] == "crane")
assert mute["by"] == "user:operator" and mute["in_force"], mute
soon("told live", lambda: all(ALL.incident(N, c) for c in ("acknowledged", "commented", "muted")) and
     SOUTHERN.incident(FAR, "commented"))
assert not any(n == "incident" and d["number"] == N for n, d in SOUTHERN.seen), "of a place that is not hers"

# --- whose client is gone, or whose web process is: it is done all the same
with socket.create_connection(("127.0.0.1", W.port)) as s:
    body = json.dumps({"text": "and went"}).encode()
    s.sendall((f"POST {one}/comment HTTP/1.1\r\nHost: 127.0.0.1:{W.port}\r\nX-Camwarden: 1\r\nContent-Type: application/json"
               f"\r\nCookie: __Host-camwarden={OPS.cookie}\r\nContent-Length: {len(body)}\r\n\r\n").encode() + body)
soon("it is done", lambda: ADMIN.get(one).json["comments"][-1]["text"] == "and went")
logging_in = threading.Thread(target=lambda: Person(W.port).post("/api/v1/login", {"user": "viewer", "password": "no such"}),
                              daemon=True)
threading.excepthook = lambda _: None  # its web process ends under it
logging_in.start()
time.sleep(0.05)  # its password is being hashed
os.kill(W.process("web"), signal.SIGKILL)


def answered():
    try:
        return Person(W.port).get("/healthz").status == 200
    except OSError:
        return False


soon("there is another web process", answered)
assert OPS.ok(one + "/comment", {"text": "still here"})["number"] == N
logging_in.join()

# --- maintenance and mutes
work = {"kind": "maintenance", "site": "North", "for_s": 600, "reason": "new switches"}
assert OPS.post("/api/v1/overlays", work).status == 403
assert SUE.post("/api/v1/overlays", work).status == 404
assert SUE.post("/api/v1/overlays", {**work, "site": "Nowhere"}).status == 404
assert SUE.post("/api/v1/overlays", {"kind": "mute", "tag": "night", "for_s": 60, "reason": "x"}).status == 403
made = LEAD.ok("/api/v1/overlays", work, 201)["number"]
hers = SUE.ok("/api/v1/overlays", {"kind": "mute", "feed": "South/c3", "to": stamp(900), "reason": "hers"}, 201)["number"]
soon("it is in force", lambda: {f["name"] for f in items("/feeds") if f["maintenance"]} == {"c1", "c2"})
assert OPS.post(f"/api/v1/overlays/{made}/end", {"reason": "x"}).status == 403, "no operator's to end"
assert SUE.post(f"/api/v1/overlays/{made}/end", {"reason": "x"}).status == 404
OPS.ok(f"/api/v1/overlays/{hers}/end", {"reason": "over"})
LEAD.ok(f"/api/v1/overlays/{made}/end", {"reason": "over"})
for body in ({}, {**work, "x": 1}, {**work, "for_s": "1"}, {**work, "to": stamp(9)}, {**work, "feed": "North/c2"}, [], 7):
    assert LEAD.post("/api/v1/overlays", body).status == 400, body

# --- imports
csv = "site,name,url,tags\nSouth,c3,rtsp://u:new@127.0.0.1:9/33,night\nEast,c4,rtsp://127.0.0.1:9/4,\n"
wish = {"table": "feeds", "csv": csv, "dry_run": True, "reason": "new street"}
for person in (LEAD, AUDIT, OPS):
    a = person.post("/api/v1/import", wish)
    assert a.status == 403, a
dry = ADMIN.ok("/api/v1/import", wish)
assert (dry["added"], dry["changed"], dry["removed"], dry["ok"], dry["cut"]) == (1, 1, 0, True, False), dry
changed = next(c for c in dry["changes"] if c["what"] == "change" and c["kind"] == "feed")
assert changed["name"] == "South/c3"
assert changed["fields"] == [{"field": "url", "from": "rtsp://127.0.0.1:9/3", "to": "rtsp://127.0.0.1:9/33"}], changed
assert "old" not in json.dumps(dry) and "u:new" not in json.dumps(dry), "credentials are not shown"
assert {f["name"] for f in items("/feeds")} == {"c1", "c2", "c3"}, "nothing came of it"
done = ADMIN.ok("/api/v1/import", {**wish, "dry_run": False})
assert done["seq"] > 0 and done["changes"] and (done["added"], done["changed"]) == (1, 1), done
soon("they are there", lambda: {f["name"] for f in items("/feeds")} == {"c1", "c2", "c3", "c4"})
assert ADMIN.ok("/api/v1/import", wish)["changes"] == []
# Moved twice before anybody could be told: who followed it where it was is not told of each step, but to look anew.
ADMIN.ok("/api/v1/import", {"table": "feeds", "csv": "site,name,url\nSouth,c5,rtsp://127.0.0.1:9/5\n", "reason": "x"})
C5 = soon("it is there", lambda: [f["id"] for f in items("/feeds", SUE) if f["name"] == "c5"])[0]
FOLLOWER = Follower(SUE)
soon("it follows", lambda: FOLLOWER.seen)
web = W.process("web")
os.kill(web, signal.SIGSTOP)
try:
    for site in ("East", "West"):
        W.run("feeds", "import", W.write("m.csv", f"site,name,url,uuid\n{site},c5,rtsp://127.0.0.1:9/5,{C5}\n"))
finally:
    os.kill(web, signal.SIGCONT)
soon("it is told to look anew", lambda: ("reset", {}) in FOLLOWER.seen)
assert C5 not in {f["id"] for f in items("/feeds", SUE)}
assert next(f["site"] for f in items("/feeds") if f["id"] == C5) == "West"
bad = ADMIN.post("/api/v1/import", {**wish, "csv": "name,url\nx,ftp://h/\n", "file": "b:1:c.csv"})
assert bad.status == 422 and bad.json["errors"][0]["line"] == 2 and bad.json["errors"][0]["column"] == 3, bad
assert bad.json["code"] == "import-wrong" and bad.json["errors"][0]["code"], bad
assert "unknown scheme" in bad.json["errors"][0]["text"] and bad.json["detail"], bad
assert ADMIN.post("/api/v1/import", {**wish, "table": "moons"}).status == 400
ADMIN.ok("/api/v1/import", {"table": "consoles", "csv": "console,room,site\nDesk 1,Room,North\n"})
roster = {"table": "roster", "csv": "room,days,from,to\nRoom,daily,00:00,24:00\n"}
assert OPS.post("/api/v1/import", roster).status == 403
refused = SUE.post("/api/v1/import", roster)
assert refused.status == 422 and "outside of your site" in refused.json["detail"], refused
assert LEAD.ok("/api/v1/import", roster)["added"] == 1
big = "site,name,url\n" + "".join(f"Big/{i % 40},b{i},rtsp://127.0.0.1:9/b{i}\n" for i in range(6000))
large = ADMIN.ok("/api/v1/import", {**wish, "csv": big})
assert large["added"] == 6000 and large["cut"] and 100 < len(large["changes"]) <= 2000, len(large["changes"])

# --- feeds, references, the next shift
C1 = next(f["id"] for f in items("/feeds") if f["name"] == "c1")
assert OPS.post(f"/api/v1/feeds/{C1}/retry").status == 204
assert SUE.post(f"/api/v1/feeds/{C1}/retry").status == 404
assert OPS.post("/api/v1/references", {"action": "clear", "all": True}).status == 403
assert SUE.post("/api/v1/references", {"action": "clear", "all": True}).status == 403
assert SUE.post("/api/v1/references", {"action": "clear", "feeds": ["North/c2"]}).status == 404
told = LEAD.ok("/api/v1/references", {"action": "approve", "feeds": ["North/c2"], "reason": "new mount"})
assert told["changed"] == 0 and told["unchanged"] == 1 and "North/c2" in told["text"], told
assert [(r["code"], r["values"]["feed"]) for r in told["reasons"]] == [("reference-unfit", "North/c2")], told
note = OPS.ok("/api/v1/handover", {"from": stamp(-3600), "to": stamp(0), "site": "North", "note": "crane at the gate"}, 201)
assert note["by"] == "user:operator" and note["number"] > 0 and note["made"], note
assert SUE.post("/api/v1/handover", {"from": stamp(-60), "to": stamp(0), "site": "North", "note": "x"}).status == 404
assert OPS.get("/api/v1/handover?site=North").json["last"]["note"] == "crane at the gate"

# --- people
joe = W.user(ADMIN, "joe", "viewer")
JOE = W.person("joe")
assert JOE.post(one + "/comment", {"text": "may I"}).status == 403
ADMIN.ok(f"/api/v1/users/{joe}", {"role": "operator", "reason": "promoted"})
assert JOE.post(one + "/comment", {"text": "I may"}).status == 200, "at once"
ADMIN.ok(f"/api/v1/users/{joe}", {"site": "South"})
assert JOE.post(one + "/comment", {"text": "no more"}).status == 404
assert JOE.post("/api/v1/password", {"old": "wrong one", "new": "another good one"}).status in (401, 403, 422)
other = W.person("joe")
assert JOE.post("/api/v1/password", {"old": PASSWORD, "new": "another good one"}).status == 204
assert JOE.get("/api/v1/wall").status == 200 and other.get("/api/v1/wall").status == 401, "the other log-ins end"
assert Person(W.port).post("/api/v1/login", {"user": "joe", "password": PASSWORD}).status == 401
ADMIN.ok(f"/api/v1/users/{joe}", {"disabled": True, "reason": "left"})
assert JOE.get("/api/v1/wall").status == 401
ADMIN.ok(f"/api/v1/users/{joe}/remove", {"reason": "left"})
assert ADMIN.post(f"/api/v1/users/{joe}/remove").status == 404
for person in (LEAD, AUDIT, OPS):
    assert person.post("/api/v1/users", {"name": "x", "role": "admin", "password": PASSWORD}).status == 403
for body in ({"name": "x", "role": "king", "password": PASSWORD}, {"name": "x", "role": "kiosk", "password": PASSWORD}):
    assert ADMIN.post("/api/v1/users", body).status == 400, body
short = ADMIN.post("/api/v1/users", {"name": "y", "role": "viewer", "password": "short"})
assert short.status == 422 and short.json["code"] == "password-short" and "values" not in short.json, short
long = ADMIN.post("/api/v1/users", {"name": "y", "role": "viewer", "password": "x" * 300, "reason": "r" * 600})
assert long.status == 400 and long.json["code"] == "bytes" and long.json["values"]["most"].isdigit(), long
assert ADMIN.post("/api/v1/users", {"name": "operator", "role": "viewer", "password": PASSWORD}).status == 422, "taken"
token = ADMIN.ok("/api/v1/tokens", {"name": "robot", "kind": "api", "role": "operator", "site": "South"}, 201)
ROBOT = Person(W.port, token["token"])
assert ROBOT.post(f"/api/v1/incidents/{FAR}/comment", {"text": "beep"}).status == 200
assert ROBOT.post(one + "/comment", {"text": "beep"}).status == 404
assert ROBOT.post("/api/v1/logout").status == 403, "it is no log-in"
ADMIN.ok(f"/api/v1/tokens/{token['id']}/revoke", {"reason": "lost"})
assert ROBOT.post(f"/api/v1/incidents/{FAR}/comment", {"text": "beep"}).status == 401
kiosk = ADMIN.ok("/api/v1/tokens", {"name": "wall", "kind": "kiosk"}, 201)
WALL = Person(W.port)
assert WALL.post("/api/v1/kiosk", {"token": kiosk["token"]}).status == 200 and WALL.get("/api/v1/wall").status == 200
assert WALL.post(one + "/comment", {"text": "x"}).status == 403
assert Person(W.port).post("/api/v1/kiosk", {"token": kiosk["token"]}).status in (401, 409), "once"
login = next(entry for entry in items("/logins") if entry["user"] == "viewer")
ADMIN.ok(f"/api/v1/logins/{login['id']}/end", {"reason": "forgot it"})
assert VIEW.get("/api/v1/wall").status == 401
assert OPS.post("/api/v1/logout").status == 204 and OPS.get("/api/v1/wall").status == 401

# --- on record, each under its own name
db = sqlite3.connect(f"file:{W.state}/camwarden.db?mode=ro", uri=True)
said = {}
for kind, actor in db.execute("SELECT e.kind, coalesce(e.actor, p.actor) FROM event e LEFT JOIN private p USING(seq)"):
    said.setdefault(actor, set()).add(kind)
db.close()
print(json.dumps({k: sorted(v) for k, v in said.items() if ":" in (k or "")}, indent=1))
assert {"incident.acknowledge", "mute.add"} <= said["user:operator"], said["user:operator"]
assert any("comment" in k for k in said["user:operator"]) and any("handover" in k for k in said["user:operator"])
assert "maintenance.add" in said["user:supervisor"] and any("shift" in k for k in said["user:supervisor"])
assert any("feed" in k for k in said["user:admin"]) and any("user" in k for k in said["user:admin"])
assert any("comment" in k for k in said["api:robot"])
assert not {k for k in said.get("user:auditor", ()) if "login" not in k and "log" not in k}, said["user:auditor"]
with open(W.log) as f:
    assert PASSWORD not in f.read()
with open(f"{W.state}/camwarden.db", "rb") as f:
    assert PASSWORD.encode() not in f.read()
assert W.monitor.stop() == 0, W.said()
intact(W.state)
print("ok")
