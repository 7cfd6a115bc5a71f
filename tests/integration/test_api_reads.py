#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Everything that can be read over HTTP from a real monitor's database: each
answer has the shape that docs/openapi.json promises, pages follow each other,
whoever answers for one site sees nothing of the other, and a table, a report's
file and a search are what they are for. About 10 s. LABEL: light"""
import csv
import hashlib
import io
import json
import os
import sqlite3
import sys
import time

from harness import ROOT
from people import World, soon

W = World("sampling:\n  interval: 2s\n")
W.run("feeds", "import", W.write("f.csv", "site,name,url,tags,criticality\n"
                                 "North/Gate,c1,rtsp://u:hush1@127.0.0.1:9/1,night,5\n"
                                 "North/Gate,=cmd,rtsp://u:hush1@127.0.0.1:9/2,,1\n"
                                 "South,vault,rtsp://u:hush2@localhost:9/3,night,3\n"))
W.run("consoles", "import", W.write("c.csv", "console,room,site\nDesk N,Room N,North\nDesk S,Vault room,South\n"))
W.run("consoles", "import", W.write("s.csv", "screen,console,output,layout\nWall N,Desk N,,North/Gate/c1\n"
                                    "Vault wall,Desk S,,South/vault\n"))
W.run("roster", "import", W.write("r.csv", "room,days,from,to,at_least\nRoom N,mon-sun,00:00,00:00,1\n"
                                  "Vault room,mon-sun,00:00,00:00,1\n"))
W.start()
PEOPLE = W.people()
ADMIN, LEAD, OPS, VIEW = (PEOPLE[r] for r in ("admin", "supervisor", "operator", "viewer"))
W.user(ADMIN, "nora", "admin", "North")
NORTH = W.person("nora")
API = json.load(open(os.path.join(ROOT, "docs", "openapi.json")))
try:
    from jsonschema import Draft202012Validator
except ImportError:
    Draft202012Validator = None
    print("shapes are not checked: no jsonschema here")


def fits(path, answer):
    """The answer is what docs/openapi.json says of GET `path`."""
    if Draft202012Validator is None:
        return
    said = API["paths"][path]["get"]["responses"]["200"]["content"]
    schema = dict(said["application/json"]["schema"], components=API["components"])
    wrong = [f"{list(e.absolute_path)[:5]}: {e.message[:200]}" for e in Draft202012Validator(schema).iter_errors(answer)]
    assert not wrong, (path, wrong[:5])


def get(path, person=ADMIN, status=200):
    a = person.get("/api/v1" + path)
    assert a.status == status, (path, a)
    return a.json if a.json is not None else a.raw


def stamp(seconds):
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + seconds))


soon("incidents of all three", lambda: len({i["feed"] for i in get("/incidents?open=1")["items"]} - {None}) == 3, 40)
FEEDS = {f["name"]: f["id"] for f in get("/feeds")["items"]}
C1, VAULT = FEEDS["c1"], FEEDS["vault"]
OPEN = {i["name"]: i for i in get("/incidents?open=1")["items"]}
NUMBER = OPEN["c1"]["number"]
soon("an alert of it", lambda: NUMBER in [a["incident"] for a in get("/alerts?open=1")["items"]], 20)
ALERT = next(a["number"] for a in get("/alerts?open=1")["items"] if a["incident"] == NUMBER)

# --- something of each kind
OPS.ok(f"/api/v1/incidents/{NUMBER}/acknowledge", {"note": "on my way"})
OPS.ok(f"/api/v1/incidents/{NUMBER}/comment", {"text": "<b>the gate</b> is \u202eopen"})
LEAD.ok("/api/v1/overlays", {"kind": "maintenance", "site": "South", "to": stamp(3600), "reason": "vault lenses"}, 201)
OPS.ok(f"/api/v1/incidents/{OPEN['=cmd']['number']}/mute", {"for_s": 600, "reason": "known"})
OPS.ok("/api/v1/handover", {"from": stamp(-3600), "to": stamp(-1), "site": "", "note": "vault is dark"}, 201)
ADMIN.ok("/api/v1/tokens", {"name": "vault-kiosk", "kind": "kiosk", "site": "South", "reason": "x"}, 201)

# --- every one of them, as it is promised
PATHS = {
    "/api/v1/feeds/{id}/info": f"/feeds/{C1}/info", "/api/v1/feeds/{id}/series": f"/feeds/{C1}/series?days=7",
    "/api/v1/feeds/{id}/watched": f"/feeds/{C1}/watched",
    "/api/v1/intervals": f"/intervals?feed={C1}", "/api/v1/views": "/views", "/api/v1/sites": "/sites",
    "/api/v1/devices": "/devices", "/api/v1/incidents": "/incidents", "/api/v1/incidents/{n}": f"/incidents/{NUMBER}",
    "/api/v1/overlays": "/overlays?all=1", "/api/v1/consoles": "/consoles",
    "/api/v1/consoles/{n}/presence": "/consoles/1/presence", "/api/v1/presence": "/presence",
    "/api/v1/roster": "/roster", "/api/v1/roster/breaches": "/roster/breaches", "/api/v1/coverage": "/coverage",
    "/api/v1/coverage/debt": "/coverage/debt", "/api/v1/unwatched": "/unwatched", "/api/v1/handover": "/handover",
    "/api/v1/reports": "/reports", "/api/v1/onboarding": f"/onboarding?since={stamp(-600)}", "/api/v1/users": "/users",
    "/api/v1/tokens": "/tokens", "/api/v1/logins": "/logins", "/api/v1/ledger": "/ledger",
    "/api/v1/ledger/lines": "/ledger/lines?limit=1000",
    "/api/v1/alerts": "/alerts", "/api/v1/alerts/{n}": f"/alerts/{ALERT}", "/api/v1/notices": "/notices", "/api/v1/channels": "/channels",
    "/api/v1/deliveries": "/deliveries",
}
reads = [p for p, v in API["paths"].items() if "get" in v]
others = {"/api/v1/session", "/healthz", "/api/v1/openapi.json", "/metrics", "/api/v1/wall", "/api/v1/events",
          "/api/v1/feeds", "/api/v1/feeds/{id}", "/api/v1/verdicts", "/api/v1/feeds/{id}/thumbnail.png",
          "/api/v1/incidents/{n}/before.png", "/api/v1/incidents/{n}/after.png", "/api/v1/incidents/{n}/recovered.png",
          "/api/v1/reports/{n}/{name}", "/api/v1/inventory/{name}.csv"}
assert set(reads) == set(PATHS) | others, set(reads) ^ (set(PATHS) | others)
SEEN = {path: get(asked) for path, asked in PATHS.items()}
for path, answer in SEEN.items():
    fits(path, answer)
whole = json.dumps(SEEN)
assert "hush" not in whole and "$argon2" not in whole

# --- and says what happened
one = SEEN["/api/v1/incidents/{n}"]
assert one["acknowledged_by"] == "user:operator" and one["note"] == "on my way" and one["contact"] == "", one
assert [c["by"] for c in one["comments"]] == ["user:operator"] and "\u202e" in one["comments"][0]["text"], one
assert {i["name"]: i["muted"] for i in SEEN["/api/v1/incidents"]["items"]}["=cmd"]
sites = {s["path"]: s for s in SEEN["/api/v1/sites"]["items"]}
assert sites["North"]["feeds"] == 2 and sites["North"]["states"]["down"] == 2 and sites["South"]["incidents"] >= 1, sites
board = SEEN["/api/v1/onboarding"]
assert board["feeds"] == 3 and sum(c["feeds"] for c in board["causes"]) == 3 and board["settled"], board
assert SEEN["/api/v1/handover"]["last"]["note"] == "vault is dark", SEEN["/api/v1/handover"]["last"]
assert SEEN["/api/v1/handover"]["shift"]["name"] in ("Room N", "Vault room")
states = {i["state"] for i in SEEN["/api/v1/intervals"]["items"]}
assert states >= {"unknown", "down"} and SEEN["/api/v1/intervals"]["items"][-1]["end"] is None, states
debt = SEEN["/api/v1/coverage/debt"]
assert debt["feeds"] == 3 and debt["items"][0]["name"] == "c1" and debt["items"][0]["never"], debt
cells = [c for s in SEEN["/api/v1/coverage"]["sites"] for c in s["cells"] if c]
assert cells and all(c[0] == 0 for c in cells), "nobody watched anything"
lines = SEEN["/api/v1/ledger/lines"]["items"]
assert [n["seq"] for n in lines] == sorted((n["seq"] for n in lines), reverse=True)
assert SEEN["/api/v1/ledger"]["size"] >= len(lines)
assert SEEN["/api/v1/ledger"]["retention_days"] == 400
assert SEEN["/api/v1/reports"]["nightly"]["enabled"] and SEEN["/api/v1/reports"]["nightly"]["due"] > stamp(0)
assert get("/reports", NORTH)["nightly"] is None
assert any(n["kind"].startswith("incident") and n["actor"] == "user:operator" for n in lines), {n["kind"] for n in lines}
found = get(f"/ledger/lines?kind=incident&feed={C1}&limit=1000")["items"]
assert found and all(n["kind"].startswith("incident.") and n["feed"] == C1 for n in found), found
assert {u["name"] for u in SEEN["/api/v1/users"]["items"]} >= {"admin", "nora"}
assert all(u["user"] for u in SEEN["/api/v1/logins"]["items"]) and len(SEEN["/api/v1/logins"]["items"]) == 6

# --- pages
for path in ("/incidents", "/users", "/tokens", "/logins", "/sites", "/devices", "/ledger/lines?kind=incident",
             f"/intervals?feed={C1}", "/overlays?all=1"):
    after, all_of, sep = "", [], "&" if "?" in path else "?"
    for _ in range(60):
        page = get(f"{path}{sep}limit=1{after}")
        all_of += page["items"]
        if page["next"] is None:
            break
        after = "&after=" + page["next"]
    once = get(path + sep + "limit=1000")["items"]
    assert page["next"] is None, path
    key = next(k for k in ("number", "seq", "start", "id", "path") if k in once[0])
    assert [r[key] for r in all_of][-len(once):] == [r[key] for r in once], (path, len(all_of), len(once))
for wrong in ("/incidents?after=x", "/incidents?limit=0", "/incidents?feed=1", "/intervals", "/coverage?hours=-1",
              "/overlays?kind=x", "/ledger/lines?after=../x", "/handover?from=now"):
    get(wrong, status=400)

# --- one site, and nothing of the other
for path, asked in PATHS.items():
    raw = json.dumps(get(asked.replace(VAULT, C1), NORTH))
    if path == "/api/v1/handover":
        assert json.loads(raw)["last"] is None
    for word in ("South", "ault", "lenses"):
        assert word not in raw, (path, word, raw[max(0, raw.find(word) - 300):][:600])
for path in (f"/feeds/{VAULT}/info", f"/feeds/{VAULT}/watched", f"/feeds/{VAULT}/series", f"/intervals?feed={VAULT}",
             f"/incidents/{OPEN['vault']['number']}", f"/incidents/{OPEN['vault']['number']}/after.png",
             f"/incidents?feed={VAULT}", f"/views?feed={VAULT}", "/consoles/2/presence"):
    get(path, NORTH, 404)
for path in ("/incidents", "/sites", "/devices", "/coverage/debt", "/overlays"):
    assert get(path + "?site=South", NORTH)["items"] == [], path

# --- tables
table = {name: get(f"/inventory/{name}.csv", LEAD).decode() for name in
         ("sites", "devices", "feeds", "consoles", "screens", "patterns", "roster")}
assert "hush" not in "".join(table.values())
rows = list(csv.reader(io.StringIO(table["feeds"])))
at = rows[0].index("name")
assert sorted(r[at] for r in rows[1:]) == ["'=cmd", "c1", "vault"], rows
for name in table:
    assert "ault" not in get(f"/inventory/{name}.csv", NORTH).decode(), name
get("/inventory/users.csv", LEAD, 404)
get("/inventory/feeds.csv", VIEW, 403)

# --- a report's file: what was recorded, or nothing
text = b"<!doctype html><script>alert(1)</script><p>well</p>"
os.mkdir(os.path.join(W.dir, "made"))
path = os.path.join(W.dir, "made", "report-2026-01-01.html")
beside = os.path.join(W.dir, "report-2026-01-01.html")  # in the folder of the state directory
with sqlite3.connect(os.path.join(W.state, "camwarden.db"), timeout=20) as db:
    for i, where in ((8, beside), (9, path)):
        with open(where, "wb") as f:
            f.write(text)
        db.execute("INSERT INTO report(id, starts, ends, made, path, sha256, seq) VALUES(?, 1, 2, 3, ?, ?, 0)",
                   (i, where, hashlib.sha256(text).digest()))
# The reader began before that folder was in use: another takes its place, once.
asked = [VIEW.get("/api/v1/reports/9/report-2026-01-01.html").status]
assert asked == [503], asked
a = soon("the next reader", lambda: (r := VIEW.get("/api/v1/reports/9/report-2026-01-01.html")).status == 200 and r)
assert a.status == 200 and a.raw == text and a.headers["Content-Type"].startswith("text/html"), a
assert "sandbox" in a.headers.get_all("Content-Security-Policy")[0] and len(
    a.headers.get_all("Content-Security-Policy")) == 1, a.headers
for name in ("camwarden.yaml", "..%2fcamwarden.yaml", "..", "%2e%2e%2fcamwarden.yaml", "state"):
    assert VIEW.get("/api/v1/reports/9/" + name).status in (400, 404), name
get("/reports/9/report-2026-01-01.html", NORTH, 404)
with open(path, "ab") as f:
    f.write(b"!")
assert VIEW.get("/api/v1/reports/9/report-2026-01-01.html").status == 409
# Where keys lie beneath, nothing is shown; nor does the reader begin anew for it.
assert VIEW.get("/api/v1/reports/8/report-2026-01-01.html").status == 404
assert "keys lie beneath" in W.said()

# --- quick, and all at once
begun = time.monotonic()
for path in PATHS.values():
    get(path)
took = (time.monotonic() - begun) / len(PATHS)
print(f"{1000 * took:.1f} ms a read")
assert took < 0.2, took
