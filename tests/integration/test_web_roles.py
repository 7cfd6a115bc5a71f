#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who may ask what: every role's log-in, tokens and nobody at every route of a
real monitor; sites as a border; a kiosk's token and its machine; what is told
to Prometheus. About 12 s."""
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import time

import harness
from people import PASSWORD, ROLES
from web_world import Client, World

LETTER = {"V": "viewer", "O": "operator", "S": "supervisor", "A": "auditor", "D": "admin", "K": "kiosk"}
# What was decided, written again: a table that only agrees with itself proves
# nothing. "*": everybody, also who has not logged in. "L": log-ins, no tokens.
DECIDED = {
    "*": "session health login setup kiosk openapi",
    "VOSAD": "metrics verdicts feeds.info feeds.series feeds.watched intervals overlays reports reports.file ledger alerts",
    "VOSADL": "logout password",
    "VOSADK": "wall events feeds feeds.get feeds.thumbnail sites incidents incidents.get incidents.before incidents.after "
              "incidents.recovered",
    "OSAD": "devices coverage.debt consoles roster handover onboarding unwatched alerts.get alerts.notices",
    "SAD": "views presence consoles.presence roster.breaches coverage inventory.csv alerts.deliveries channels",
    "AD": "users tokens logins ledger.lines",
    "OSD": "incidents.acknowledge incidents.comment incidents.mute overlays.add overlays.end feeds.retry handover.note",
    "SD": "references import channels.test",
    "D": "users.add users.change users.remove tokens.add tokens.revoke logins.end",
}
# They change who is asking.
ENDS = ("logout", "password", "login", "setup", "kiosk", "logins.end")


def decided(id):
    return next((letters for letters, ids in DECIDED.items() if id in ids.split()), None)


def may(letters, role):
    return "*" in letters or role in (LETTER.get(l) for l in letters)


def rights():
    found = json.loads(subprocess.run([harness.program("camwarden"), "_routes"], check=True, capture_output=True).stdout)
    return found["routes"] if isinstance(found, dict) else found


def routes():
    return [r for r in rights() if r.get("path")]


def test_pages(w):
    """What the pages ask for by name is there."""
    known, asked = {r["id"] for r in rights()}, set()
    for folder, _, files in os.walk(os.path.join(harness.ROOT, "monitor/web/src")):
        for name in files:
            with open(os.path.join(folder, name), encoding="utf-8") as f:
                asked |= set(re.findall(r'(?:\bcan\(|right: )"([a-z.]*[a-z])"', f.read()))
    assert asked and asked <= known, asked - known
    return f"{len(asked)} ids"


def test_table(w):
    ids = {r["id"] for r in routes()}
    known = {i for ids_ in DECIDED.values() for i in ids_.split()}
    assert ids == known, ("not decided", ids - known, "not there", known - ids)
    for r in routes():
        want = decided(r["id"])
        if "*" not in want:
            assert set(r["roles"]) == {LETTER[l] for l in want if l != "L"}, (r, want)
    return f"{len(ids)} routes"


def path_of(route, feed):
    return (route["path"].replace("{n}", "99999").replace("{id}", feed)
            .replace("{name}", "feeds" if "inventory" in route["path"] else "report.html"))


def test_matrix(w):
    feed = w.feeds()[0]["id"]
    made = {role: w.admin.ok("POST", "/tokens", {"name": f"api-{role}", "kind": "api", "role": role, "site": "",
                                                 "reason": "test"})["token"] for role in ROLES}
    who = dict(w.clients) | {f"token:{r}": Client(w.port, token=t) for r, t in made.items()}
    asked = 0
    for route in routes():
        letters, path = decided(route["id"]), path_of(route, feed)
        if route["id"] in ENDS:
            continue
        for name, client in who.items():
            role, token = name.removeprefix("token:"), name.startswith("token:")
            status, got = client.ask(route["method"], path, whole=route["id"] != "events")
            # Metrics are open while only this machine can ask.
            good = route["id"] == "metrics" or may(letters, role) and not ("L" in letters and token)
            asked += 1
            if good:
                assert status not in (401, 403, 405, 500, 501, 503), (name, route["id"], path, status, str(got)[:300])
            else:
                # A large body is not let in to be told why.
                assert status == 403 or route["id"] == "import" and status == 503, (name, route["id"], path, status, str(got)[:300])
        status, got = Client(w.port).ask(route["method"], path, whole=route["id"] != "events")
        assert ("*" in letters or route["id"] == "metrics") == (status not in (401, 403, 503)), (route["id"], status, str(got)[:300])
        wrong, got = Client(w.port, token="f" * 64).ask(route["method"], path, whole=route["id"] != "events")
        assert "*" in letters or route["id"] == "metrics" or wrong in (401, 503), (route["id"], wrong, str(got)[:300])
        asked += 2
    return f"{asked} answers"


def test_parts(w):
    """Kinds within one route: a mute is an operator's, maintenance is not."""
    site = {"site": "North", "for_s": 600, "reason": "test"}
    for role, mute, maintenance in (("operator", 201, 403), ("supervisor", 201, 201), ("admin", 201, 201),
                                    ("viewer", 403, 403), ("auditor", 403, 403), ("kiosk", 403, 403)):
        for kind, want in (("mute", mute), ("maintenance", maintenance)):
            status, got = w.clients[role].ask("POST", "/api/v1/overlays", {"kind": kind} | site)
            assert status == want, (role, kind, status, got)
    csv = {"csv": "site,name,url\nNorth,New,rtsp://127.0.0.1:9/9\n", "table": "feeds", "dry_run": True, "complete": False,
           "reason": "test", "file": "feeds.csv"}
    assert w.clients["supervisor"].ask("POST", "/api/v1/import", csv)[0] == 403
    status, got = w.admin.ask("POST", "/api/v1/import", csv)
    assert status == 200 and got["added"] == 1, (status, got)


def test_forgery(w):
    """A cookie alone changes nothing: another page's form can't send the
    header, and is from another origin."""
    body = {"kind": "mute", "site": "North", "for_s": 600, "reason": "test"}
    for headers in ({"X-Camwarden": ""}, {"Content-Type": "text/plain"}, {"Content-Type": "application/x-www-form-urlencoded"},
                    {"Origin": "http://evil.example"}, {"Sec-Fetch-Site": "cross-site"}):
        status, got = w.clients["operator"].ask("POST", "/api/v1/overlays", body, headers)
        assert status in (400, 403, 415), (headers, status, got)


def test_scope(w):
    """A person of one site sees no other, by no way."""
    w.admin.ok("POST", "/users", {"name": "quay", "role": "supervisor", "site": "South", "password": PASSWORD, "reason": "test"})
    quay = w.person("quay")
    own, all_ = w.feeds(quay), w.feeds()
    assert own and all(f["site"].startswith("South") for f in own) and len(own) < len(all_)
    other = next(f["id"] for f in all_ if f["site"] == "North")
    wall = quay.ok("GET", "/wall")
    assert all(s.startswith("South") for s in wall["sites"]) and len(wall["feeds"]) == len(own)
    for path in (f"/feeds/{other}", f"/feeds/{other}/info", f"/feeds/{other}/thumbnail.png", f"/feeds/{other}/series?days=1",
                 f"/feeds/{other}/watched", f"/intervals?feed={other}", f"/views?feed={other}"):
        status, got = quay.ask("GET", "/api/v1" + path)
        assert status == 404, (path, status, str(got)[:300])
    for path in ("/sites", "/devices", "/incidents", "/overlays?all=1", "/coverage/debt", "/verdicts", "/onboarding",
                 "/coverage?hours=24", "/handover", "/consoles", "/feeds?site=North", "/feeds?limit=100"):
        status, got = quay.ask("GET", "/api/v1" + path)
        assert status in (200, 404) and '"North' not in json.dumps(got), (path, status, str(got)[:300])
    token = w.admin.ok("POST", "/tokens", {"name": "quay-counts", "kind": "api", "role": "viewer", "site": "South", "reason": "test"})
    page = Client(w.port, token["token"]).ask("GET", "/metrics?sites=1")[1].decode()
    counts = re.findall(r"^camwarden_feeds\{.*\} (\d+)$", page, re.M)
    causes = re.findall(r"^camwarden_feeds_cause\{.*\} (\d+)$", page, re.M)
    assert sum(map(int, counts)) == len(own) and sum(map(int, causes)) <= len(own) and "North" not in page, page
    assert quay.ask("POST", f"/api/v1/feeds/{other}/retry")[0] == 404
    for kind in ("mute", "maintenance"):
        for target in ({"site": "North"}, {"feed": other}, {"site": ""}, {"tag": "x"}):
            status, got = quay.ask("POST", "/api/v1/overlays", {"kind": kind, "for_s": 600, "reason": "test"} | target)
            assert status in (400, 403, 404, 422), (kind, target, status, got)
    assert quay.ask("POST", "/api/v1/overlays", {"kind": "mute", "site": "South/Quay", "for_s": 600, "reason": "t"})[0] == 201


def test_greedy(w):
    """Who asks too much at once waits; others are served."""
    def at_once(client, n, method, path, body=""):
        head = f"{method} {path} HTTP/1.1\r\n" + "".join(f"{k}: {v}\r\n" for k, v in client.headers(method).items())
        for _ in range(n):
            s = socket.create_connection(("127.0.0.1", w.port), timeout=10)
            s.sendall(f"{head}Content-Length: {len(body)}\r\n\r\n{body}".encode() if body else f"{head}\r\n".encode())
            yield s

    for process, ask in (("reader", ("GET", "/api/v1/sites")), (None, ("POST", "/api/v1/handover", "{}"))):
        pid = w.process(process) if process else w.monitor.process.pid
        os.kill(pid, signal.SIGSTOP)
        try:
            greedy = list(at_once(w.clients["operator"], 40, *ask))
            time.sleep(.3)
            other = list(at_once(w.clients["supervisor"], 1, *ask))
        finally:
            os.kill(pid, signal.SIGCONT)
        answers = [int(s.recv(65536).split()[1]) for s in greedy + other]
        good = 200 if process else 400
        assert answers[-1] == good and answers.count(429) >= 8 and set(answers) == {good, 429}, (process, answers)
        for s in greedy + other:
            s.close()


def test_kiosk(w):
    """Claimed once, from one machine; revoked, it ends."""
    status, got = Client(w.port).ask("POST", "/api/v1/kiosk", {"token": w.kiosk_token})
    assert status in (401, 403, 409, 410), (status, got)
    kiosk = w.clients["kiosk"]
    assert kiosk.ask("GET", "/api/v1/wall")[0] == 200
    elsewhere = Client(w.port, source="127.0.0.9")
    elsewhere.cookie = kiosk.cookie
    assert elsewhere.ask("GET", "/api/v1/wall")[0] in (401, 403)
    assert kiosk.ask("GET", "/api/v1/wall")[0] == 200
    number = next(t["id"] for t in w.admin.ok("GET", "/tokens")["items"] if t["name"] == "wall-1")
    w.admin.ok("POST", f"/tokens/{number}/revoke", {"reason": "test"})
    assert kiosk.ask("GET", "/api/v1/wall")[0] == 401


def test_log_ins_end(w):
    """By logging out, by another password, by an administrator."""
    a, b = w.person("operator"), w.person("operator")
    a.ok("POST", "/logout", {})
    assert a.ask("GET", "/api/v1/wall")[0] == 401 and b.ask("GET", "/api/v1/wall")[0] == 200
    c = w.person("operator")
    c.ok("POST", "/password", {"old": PASSWORD, "new": PASSWORD + "!"})
    assert b.ask("GET", "/api/v1/wall")[0] == 401 and c.ask("GET", "/api/v1/wall")[0] == 200
    number = next(u["id"] for u in w.admin.ok("GET", "/users")["items"] if u["name"] == "operator")
    w.admin.ok("POST", f"/users/{number}", {"disabled": True, "reason": "test"})
    assert c.ask("GET", "/api/v1/wall")[0] == 401
    assert Client(w.port).login("operator", PASSWORD + "!")[0] == 401


def test_promtool(w):
    found = shutil.which("promtool") or os.path.join(harness.ROOT, "build/tools/usr/bin/promtool")
    if not os.path.exists(found):
        return "no promtool here"
    page = w.admin.ask("GET", "/metrics")[1]
    done = subprocess.run([found, "check", "metrics"], input=page, capture_output=True, timeout=30)
    assert done.returncode == 0 and not done.stderr, done.stderr.decode() + done.stdout.decode()
    assert b"Camera" not in page, "a name of a camera makes a series of its own"
    return f"{page.count(b'# TYPE')} metrics"


def main():
    w = World()
    for test in (test_table, test_pages, test_matrix, test_parts, test_forgery, test_scope, test_greedy,
                 test_kiosk, test_log_ins_end, test_promtool):
        print(f"{test.__name__}: {test(w) or 'ok'}", flush=True)
    assert w.monitor.stop() == 0
    harness.intact(w.state)


main()
