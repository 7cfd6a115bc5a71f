#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Maintenance and mutes, end to end: entered with and without a monitor, by
command and over HTTP; weekly ones in the site's own time; what is refused, and
how; wrong tokens; what lies in the past; a kill right after the answer.
About 40 s. LABEL: light"""
import json
import os
import sqlite3
import subprocess
import time
import urllib.error
import urllib.request

from harness import Child, api_token, folder, free_port, intact, program

DIR = folder()
STATE = os.path.join(DIR, "state")
CONFIG = os.path.join(DIR, "c.yaml")
PORT = free_port()


def write(name, text):
    path = os.path.join(DIR, name)
    with open(path, "w") as f:
        f.write(text)
    return path


def run(*args, code=0):
    p = subprocess.run([program("camwarden"), *args, "--config", CONFIG], text=True, capture_output=True, timeout=60)
    assert p.returncode == code, (args, p)
    return p


reading = []  # a token for what only reads


def api(path, body=None, token=None, method=None, **headers):
    data = json.dumps(body).encode() if isinstance(body, dict) else body
    r = urllib.request.Request(f"http://127.0.0.1:{PORT}{path}", data, method=method)
    if data is not None:
        r.add_header("Content-Type", "application/json")
    for k, v in headers.items():
        r.add_header(k.replace("_", "-"), v)
    if token or reading:
        r.add_header("Authorization", "Bearer " + (token or reading[0]))
    try:
        with urllib.request.urlopen(r, timeout=15) as a:
            return a.status, json.load(a)
    except urllib.error.HTTPError as e:
        assert e.headers["Content-Type"] == "application/problem+json", e.headers
        return e.code, json.load(e)


def start():
    log = open(os.path.join(DIR, "log"), "a")
    m = Child([program("camwarden"), "run", "--config", CONFIG], stderr=log)
    end = time.monotonic() + 20
    while time.monotonic() < end:
        try:
            if api("/healthz")[0] == 200:
                return m
        except OSError:
            pass
        time.sleep(0.1)
    raise AssertionError("it does not start")


def marks():
    """{feed: (maintenance, muted)}, of the page's list and of status."""
    page = {f["name"]: (f["maintenance"], f["muted"]) for f in api("/api/v1/feeds")[1]["items"]}
    status = {f["name"]: (f["maintenance"], f["muted"])
              for f in json.loads(subprocess.run([program("camwarden"), "status", "--json", "--config", CONFIG],
                                                 capture_output=True, text=True).stdout)["feeds"]}
    return page if page == status else {n: ("differ", page[n], status[n]) for n in page}


def soon(what, test):
    end = time.monotonic() + 12
    while time.monotonic() < end:
        if test():
            return
        time.sleep(0.3)
    raise AssertionError((what, marks(), run("mute", "list").stdout, run("maintenance", "list").stdout))


def numbers(kind, *options, code=0):
    return {o["number"]: o for o in json.loads(run(kind, "list", "--json", *options, code=code).stdout)}


write("c.yaml", f"state_dir: {STATE}\nhttp:\n  port: {PORT}\n")
run("feeds", "import", write("f.csv", "site,name,url,tags\nNorth/Gate,c1,rtsp://127.0.0.1:9/1,night\n"
                             "North,c2,rtsp://127.0.0.1:9/2,\nSouth,c3,rtsp://127.0.0.1:9/3,\"day,night\"\n"))
run("sites", "import", write("s.csv", "site,zone\nNorth,America/Mexico_City\nSouth,Asia/Kolkata\n"))

# Without a monitor: under the store's own lock.
run("maintenance", "add", "--site", "North", "--for", "2h", "--reason", "new lens")
assert numbers("maintenance", code=3)[1]["in_force"]
assert "number 1 is maintenance, not a mute" in run("mute", "end", "1", "--reason", "wrong word", code=1).stderr
m = start()
reading.append(api_token(CONFIG, "page", "viewer"))
soon("it is in force", lambda: marks() == {"c1": (True, False), "c2": (True, False), "c3": (False, False)})

# With one. Weekly: by the site's clocks, whatever ours say.
now = time.gmtime(time.time() - 6 * 3600)  # Mexico City, without summer time
there = "%02d:%02d" % (now.tm_hour, now.tm_min)
day = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
two_hours = "%02d:%02d" % ((now.tm_hour + 2) % 24, now.tm_min)
year = time.gmtime(time.time() + 60 * 86400)
until = time.strftime("%Y-%m-%d", year)
run("mute", "add", "--feed", "North/Gate/c1", "--weekly", f"{day[now.tm_wday]} {there}-{two_hours}", "--until", until,
    "--reason", "gate works")
run("mute", "add", "--site", "South", "--weekly", f"{day[(now.tm_wday + 3) % 7]} {there}-{two_hours}", "--until", until,
    "--reason", "not today")
run("mute", "add", "--site", "North", "--weekly", f"{day[(now.tm_wday + 4) % 7]} 00:00-24:00", "--until", until,
    "--reason", "not today either")
soon("the weekly one", lambda: marks() == {"c1": (True, True), "c2": (True, False), "c3": (False, False)})
listed = numbers("mute")
assert [listed[n]["in_force"] for n in (2, 3, 4)] == [True, False, False], listed
assert listed[2]["zone"] == "America/Mexico_City" and listed[3]["zone"] == "Asia/Kolkata", listed
assert "number 1 is maintenance, not a mute" in run("mute", "end", "1", "--reason", "wrong word", code=1).stderr
assert "number 2 is a mute, not maintenance" in run("maintenance", "end", "2", "--reason", "wrong word", code=1).stderr
run("maintenance", "end", "1", "--reason", "done early")
soon("it is over", lambda: marks()["c2"] == (False, False))

# What is refused, and that nothing came of it.
before = len(numbers("mute", "--all")) + len(numbers("maintenance", "--all"))
for words, code in (("--tag none --for 2h", 1), ("--site North --for 91d", 1), ("--feed X --for 1h", 1),
                    ("--site North --tag night --for 1h", 1), ("--for 1h", 1), ("--site North", 2),
                    ("--site North --for 0h", 2), ("--site North --from 2026-11-23 --to 2026-11-22", 1),
                    ("--site North --weekly mon --until 2027-01-01", 2), (f"--site North --to {until} --for 1h", 2)):
    run("mute", "add", *words.split(), "--reason", "x", code=code)
run("mute", "add", "--site", "North", "--for", "1h", code=2)  # no reason
run("mute", "add", "--site", "North", "--for", "1h", "--reason", " ", code=1)
run("mute", "end", "99", "--reason", "x", code=1)
run("mute", "add", "--site", "North", "--for", "1h", "--reason", "x", "--state-dir", DIR, code=2)  # no database
assert len(numbers("mute", "--all")) + len(numbers("maintenance", "--all")) == before

# In the past: a note, and it says so.
past = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() - 7200)).replace("T", " ")
told = run("maintenance", "add", "--site", "South", "--from", past, "--for", "4h", "--reason", "forgotten").stderr
assert "from now on" in told, told
soon("it holds from now on", lambda: marks()["c3"] == (True, False))
told = run("maintenance", "add", "--site", "South", "--from", past, "--for", "1h", "--reason", "forgotten").stderr
assert "excuses nothing" in told, told

# Over HTTP: only with a token of its own kind.
wish = {"kind": "mute", "tag": "night", "for_s": 3600, "reason": "fireworks"}
reader = reading.pop()
assert api("/api/v1/overlays", wish)[0] == 401
assert api("/api/v1/overlays", wish, reader)[0] == 403, "a viewer's"
reading.append(reader)
token = run("user", "token", "add", "rollout", "--scope", "supervisor").stdout.strip()
assert len(token) == 64
run("user", "token", "add", "rollout", "--scope", "supervisor", code=1)
vms = run("consoles", "token", "--kind", "vms").stdout.strip()
assert "rollout" not in run("consoles", "token", "--list").stdout and "rollout" in run("user", "token", "list").stdout
status, made = api("/api/v1/overlays", wish, token)
assert status == 201 and made["number"] > 0, (status, made)
soon("by tag", lambda: marks() == {"c1": (False, True), "c2": (False, False), "c3": (True, True)})
assert numbers("mute")[made["number"]]["by"] == "api:rollout"
found = {o["number"]: o for o in api("/api/v1/overlays")[1]["items"]}
assert found[made["number"]]["reason"] == "fireworks" and found[made["number"]]["in_force"], found
assert not found[3]["in_force"] and found[3]["weekly"] and 1 not in found, found
assert 1 in {o["number"] for o in api("/api/v1/overlays?all=1")[1]["items"]}
stamp = lambda s: time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + s))
status, weekly = api("/api/v1/overlays", {"kind": "maintenance", "site": "North", "to": stamp(30 * 86400), "reason": "x",
                                          "weekly": "daily 00:00-00:00"}, token)
assert status == 201, weekly
soon("weekly over HTTP", lambda: marks()["c2"] == (True, False))

for change, want in (({"kind": "holiday"}, 400), ({"reason": ""}, 422), ({"tag": "none"}, 422), ({"site": "North"}, 400),
                     ({"for_s": 99 * 86400}, 422), ({"for_s": -1}, 400), ({"for_s": "2h"}, 400), ({"to": stamp(60)}, 400),
                     ({"from": "yesterday"}, 400), ({"from": f"{year.tm_year}-02-30T06:00:00Z"}, 400),
                     ({"from": f"{year.tm_year}-+1- 1T06:00:00Z"}, 400), ({"weekly": "mon"}, 400), ({"forever": True}, 400),
                     ({"from": stamp(-200 * 86400)}, 422), ({"reason": "a\nb"}, 422), ({"reason": "x" * 501}, 400)):
    status, problem = api("/api/v1/overlays", {**wish, **change}, token)
    assert status == want and problem["status"] == want and problem["detail"], (change, status, problem)
for body, want in ((b"", 400), (b"[]", 400), (b"{", 400), (b"\xff" * 100, 400), (b'{"a":' * 2000, 400),
                   (b"x" * 9000, 400), (b'{"kind":"mute","kind":"mute"}', 400)):
    assert api("/api/v1/overlays", body, token, method="POST")[0] == want, body[:20]
assert api("/api/v1/overlays", wish, token, Content_Type="text/plain")[0] == 415, "a form's type"
for name, value in (("Origin", "http://evil.example"), ("Sec_Fetch_Site", "cross-site"), ("Origin", "null")):
    assert api("/api/v1/overlays", wish, token, **{name: value})[0] == 403, name
assert api("/api/v1/overlays", wish, token, Origin=f"http://127.0.0.1:{PORT}")[0] == 201
assert api("/api/v1/overlays", method="DELETE", token=token)[0] == 405
assert api("/api/v1/feeds", {}, token)[0] == 405
end = f"/api/v1/overlays/{made['number']}/end"
assert api(end, {"reason": ""}, token)[0] == 422
assert api(end, {"reason": "over"}, token) == (200, {"number": made["number"], "note": ""})
assert api(end, {"reason": "over"}, token)[0] == 422
assert api("/api/v1/overlays/999999/end", {"reason": "x"}, token)[0] == 404
assert api("/api/v1/overlays/x/end", {"reason": "x"}, token)[0] == 404

# What was answered is kept, even when the power goes the next moment.
status, kept = api("/api/v1/overlays", {**wish, "tag": "day"}, token)
m.process.kill()
m.process.wait()
db = sqlite3.connect(f"file:{STATE}/camwarden.db?mode=ro", uri=True)
row = db.execute("SELECT o.actor, o.seq, e.kind FROM overlay o JOIN event e ON e.seq = o.seq WHERE o.id = ?",
                 (kept["number"],)).fetchone()
assert status == 201 and row[0] == "api:rollout" and row[2] == "mute.add", row
assert not [r for r in db.execute("SELECT hash FROM token") if token.encode() in r[0]], "only the hash is kept"
db.close()
m = start()

# Another kind's token is none; a revoked one is wrong.
assert api("/api/v1/overlays", wish, vms)[0] == 401
number = next(t["id"] for t in json.loads(run("user", "token", "list", "--json").stdout) if t["name"] == "rollout")
run("user", "token", "revoke", str(number))
assert {api("/api/v1/overlays", wish, token)[0] for _ in range(14)} == {401}
intact(STATE, CONFIG)
assert m.stop() == 0
intact(STATE)
with open(os.path.join(DIR, "log")) as f:
    text = f.read()
    assert token not in text and "ERROR: AddressSanitizer" not in text, text[-3000:]
print("all as it should be")
