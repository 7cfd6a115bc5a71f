#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The web faces on a fleet of paper (camwarden-fake): log-in, routes, headers,
limits, events and their resumption, the wall, hostile clients, a monitor that
hangs, processes that die. About 25 s."""
import concurrent.futures
import gzip
import http.client
import json
import os
import re
import signal
import socket
import time

import harness

BUILD = os.environ.get("CAMWARDEN_BUILD", os.path.join(harness.ROOT, "build"))
FAKE = os.path.join(BUILD, "tests", "camwarden-fake")
PORT = harness.free_port()


COOKIE = {}
JSON = {"Content-Type": "application/json"}


def log_in():
    status, headers, data = get("/api/v1/login", JSON, "POST", json.dumps({"user": "admin", "password": "a fleet of paper"}))
    assert status == 200, (status, data)
    cookie = headers["Set-Cookie"]
    for word in ("__Host-camwarden=", "; Secure", "; HttpOnly", "; SameSite=Strict", "; Path=/"):
        assert word in cookie, cookie
    assert "Max-Age" not in cookie and "Domain" not in cookie, cookie
    COOKIE["Cookie"] = cookie.split(";")[0]
    return json.loads(data)


def get(path, headers=None, method="GET", body=None):
    c = http.client.HTTPConnection("127.0.0.1", PORT, timeout=10)
    c.request(method, path, body=body, headers={**COOKIE, **(headers or {})})
    r = c.getresponse()
    data = r.read()
    c.close()
    return r.status, dict(r.getheaders()), data


def get_json(path):
    status, _, data = get(path)
    assert status == 200, (path, status, data[:200])
    return json.loads(data)


class Events:
    """One event stream; read gives (event, id, data)."""

    def __init__(self, query="", headers=None):
        self.connection = http.client.HTTPConnection("127.0.0.1", PORT, timeout=8)
        self.connection.request("GET", "/api/v1/events" + query, headers={**COOKIE, **(headers or {})})
        self.response = self.connection.getresponse()
        assert self.response.status == 200
        assert self.response.getheader("Content-Type") == "text/event-stream"

    def read(self):
        event, number, data = "message", None, ""
        while True:
            line = self.response.readline().decode().rstrip("\n")
            if line.startswith("event: "):
                event = line[7:]
            elif line.startswith("id: "):
                number = line[4:]
            elif line.startswith("data: "):
                data = line[6:]
            elif line == "" and data:
                return event, number, json.loads(data)

    def until(self, test, most=400):
        for _ in range(most):
            got = self.read()
            if test(got):
                return got
        raise AssertionError("the event did not come")

    def close(self):
        # The response holds the socket's file open beside the connection.
        self.response.close()
        self.connection.close()


def feeds():
    found, after = [], ""
    while after is not None:
        page = get_json("/api/v1/feeds?limit=127" + (f"&after={after}" if after else ""))
        found += page["items"]
        after = page["next"]
    assert len({f["id"] for f in found}) == len(found)
    return found


def event():
    return get_json("/api/v1/wall")["event"]


def test_strangers():
    """Before anybody logs in: pages and health, nothing else."""
    for path in ("/", "/trouble", "/feed/00000000-0000-0000-0000-000000000000", "/login", "/healthz", "/icon.svg",
                 "/api/v1/openapi.json"):
        assert get(path)[0] == 200, path
    status, _, data = get("/api/v1/session")
    session = json.loads(data)
    assert status == 200 and session["user"] is None and session["rights"] == [] and session["setup"] is False
    for path in ("/api/v1/wall", "/api/v1/feeds", "/api/v1/events", "/api/v1/users", "/api/v1/incidents/1"):
        status, headers, data = get(path)
        assert status == 401 and headers["WWW-Authenticate"] == "Bearer", path
        problem = json.loads(data)
        assert headers["Content-Type"] == "application/problem+json" and problem["status"] == 401 and problem["title"]
    for value in ("Bearer " + "0" * 64, "Bearer x", "Basic YTpi", "Bearer " + "0" * 63, "Bearer  " + "0" * 64):
        assert get("/api/v1/wall", {"Authorization": value})[0] == 401, value
    for value in ("__Host-camwarden=" + "0" * 64, "__Host-camwarden=", "a=b", "=" * 3000):
        assert get("/api/v1/wall", {"Cookie": value})[0] == 401, value


def test_log_in():
    for body, want in (('{"user":"admin","password":"wrong"}', 401), ('{"user":"nobody","password":"x"}', 401), ("[]", 400),
                       ("{", 400), ("", 400), ('{"user":1,"password":[]}', 400)):
        assert get("/api/v1/login", JSON, "POST", body)[0] == want, body
    good = json.dumps({"user": "admin", "password": "a fleet of paper"})
    assert get("/api/v1/login", {"Content-Type": "text/plain"}, "POST", good)[0] == 415
    for header, value in (("Origin", "http://evil.example"), ("Sec-Fetch-Site", "cross-site"), ("Sec-Fetch-Site", "same-site")):
        assert get("/api/v1/login", {**JSON, header: value}, "POST", good)[0] == 403, header
    session = log_in()
    assert session["user"] == "admin" and session["role"] == "admin" and session["kind"] == "login"
    assert {"wall", "users.add", "overlays.mute", "import.inventory"} <= set(session["rights"])
    assert get_json("/api/v1/session") == session
    # A cookie says who asks, not that he meant to: only our own pages can add a header.
    assert get("/api/v1/logout", JSON, "POST", "{}")[0] == 403
    assert get("/api/v1/logout", {**JSON, "X-Camwarden": "1", "Origin": "http://evil.example"}, "POST", "{}")[0] == 403
    # As a program's token it is none; shown twice, or with a wrong token beside it, neither.
    letters = COOKIE["Cookie"].split("=")[1]
    assert get("/api/v1/wall", {"Authorization": "Bearer " + letters, "Cookie": "a=b"})[0] == 401
    assert get("/api/v1/wall", {"Cookie": f"x=y; {COOKIE['Cookie']}; __Host-camwarden={'0' * 64}"})[0] == 401
    assert get("/api/v1/wall", {"Authorization": "Bearer " + "0" * 64})[0] == 401
    assert get("/api/v1/wall", {"Cookie": f"x=y; {COOKIE['Cookie']}; z"})[0] == 200
    answer = get("/api/v1/logout", {**JSON, "X-Camwarden": "1"}, "POST", "{}")
    assert answer[0] == 204 and "Max-Age=0" in answer[1]["Set-Cookie"] and answer[2] == b""
    assert get("/api/v1/wall")[0] == 401
    log_in()


def test_routes():
    listing = feeds()
    assert len(listing) == 300
    one = listing[0]
    assert {"id", "site", "name", "state", "cause", "since", "picture"} <= one.keys()
    assert [(f["site"], f["name"].lower()) for f in listing] == sorted((f["site"], f["name"].lower()) for f in listing)
    detail = get_json("/api/v1/feeds/" + one["id"])
    assert detail["url"].startswith("rtsp://10.") and detail["help"] and detail["evidence"] == {"note": "simulated"}
    for query, test in (("state=down", lambda f: f["state"] == "down"), ("cause=frozen", lambda f: f["cause"] == "frozen"),
                        ("site=North", lambda f: f["site"].startswith("North/")), ("q=camera%20000", lambda f: "000" in f["name"]),
                        ("site=Nor", lambda f: False), ("q=CAMERA%20site%2001", lambda f: "01" in f["site"] + f["name"] and
                                                        "Camera" in f["name"])):
        got = get_json("/api/v1/feeds?limit=1000&" + query)["items"]
        want = {f["id"] for f in listing if test(f)}
        assert len({f["id"] for f in got} ^ want) <= 12, (query, len(got), len(want))  # three change each second
    assert get_json("/api/v1/verdicts?limit=1")["items"][0]["evidence"]
    for query in ("limit=0", "limit=1001", "limit=x", "state=bad", "cause=bad", "after=x", "after=" + "0" * 36, "q=" + "x" * 300):
        assert get("/api/v1/feeds?" + query)[0] == 400, query
    assert get("/api/v1/feeds/" + "0" * 36)[0] == 404
    assert get("/api/v1/feeds/00000000-0000-0000-0000-000000000000")[0] == 404
    assert get(f"/api/v1/feeds/{one['id']}/nonsense")[0] == 404
    assert get(f"/api/v1/feeds/{one['id']}/thumbnail.png?kind=x")[0] == 400
    assert get("/api/v1/incidents?feed=x")[0] == 400
    for path in ("0/before.png", "1/x.png", "/before.png", "99999999999999999999/after.png", "-1", "1/"):
        assert get("/api/v1/incidents/" + path)[0] == 404, path
    assert any(f["reference"] for f in listing) and any(f["ptz"] for f in listing)
    for path in ("/nothing", "/../etc/passwd", "/%2e%2e/etc/passwd", "//", "/style.css/", "/api/v1/feeds/", "/assets/../x",
                 "/assets/", "/feed/x", "/api/v1/reports/1/..%2f..%2fetc", "/api/v1/reports/1/.ssh", "/api/v1/inventory/.csv"):
        assert get(path)[0] in (400, 404), path
    status, _, data = get("/healthz")
    said = json.loads(data)
    assert status == 200 and said.pop("details")["capacity"] == "ok", data
    assert said == {"status": "ok", "reasons": [], "warnings": []}, data
    status, headers, data = get("/metrics")
    assert status == 200 and headers["Content-Type"].startswith("text/plain; version=0.0.4")
    assert b"camwarden_feeds{state=\"up\"} " in data and b"Camera" not in data and b"North" not in data
    assert b'camwarden_site_feeds{site="North/Site 00",state="up"} ' in get("/metrics?sites=1")[2]


def test_present():
    """Who looks at a feed is told what is so now, and nobody else hears of it:
    the paper monitor counts how often it was asked."""
    e = Events()
    changed = lambda: e.until(lambda got: got[0] == "feed")[2]["id"]
    one = changed()  # it won't change again for a while
    path = "/api/v1/feeds/" + one
    time.sleep(1.1)
    first = get_json(path)["samples"]
    assert first >= 1 and get_json(path)["samples"] == first, "asked twice in a second"
    time.sleep(1.1)
    with concurrent.futures.ThreadPoolExecutor(20) as pool:
        said = list(pool.map(lambda _: get_json(path)["samples"], range(20)))
    assert set(said) == {first + 1}, said
    assert one not in {changed() for _ in range(9)}
    e.close()


def test_wall():
    status, headers, data = get("/api/v1/wall", {"Accept-Encoding": "gzip"})
    assert status == 200 and headers["Content-Encoding"] == "gzip"
    wall = json.loads(gzip.decompress(data))
    assert len(wall["feeds"]) == 300 and len(wall["sites"]) == 24 and wall["late"] is False
    by_id = {f["id"]: f for f in feeds()}
    states = ("up", "degraded", "down", "unknown")
    same = 0
    for row in wall["feeds"]:
        f = by_id[row[0]]
        assert (wall["sites"][row[1]], row[2], row[8]) == (f["site"], f["name"], f["criticality"])
        assert bool(row[5] & 4) == f["no_picture"] and bool(row[5] & 8) == f["ptz"] and bool(row[5] & 16) == bool(f["reference"])
        same += (states[row[3]], row[4]) == (f["state"], f["cause"])
    assert same > 280, same
    tag = headers["ETag"]
    again = get("/api/v1/wall", {"If-None-Match": tag, "Accept-Encoding": "gzip"})
    assert again[0] == 304 and again[2] == b"" or again[1]["ETag"] != tag
    plain = get("/api/v1/wall")
    assert "Content-Encoding" not in plain[1] and len(plain[2]) > 2 * len(data)


def test_answers_by_name():
    """What the client has already is not sent again; HEAD is GET without its body."""
    status, headers, data = get("/api/v1/session", {"Accept-Encoding": "identity"})
    assert status == 200 and headers["ETag"].startswith('"')
    assert get("/api/v1/session", {"If-None-Match": headers["ETag"]})[0] == 304
    assert get("/api/v1/session", {"If-None-Match": '"x", W/' + headers["ETag"]})[0] == 304
    assert get("/api/v1/session", {"If-None-Match": '"x"'})[0] == 200
    packed = get("/api/v1/feeds", {"Accept-Encoding": "br, gzip;q=0.5"})
    assert packed[1]["Content-Encoding"] == "gzip" and packed[1]["Vary"] == "Accept-Encoding"
    assert len(json.loads(gzip.decompress(packed[2]))["items"]) == 300
    assert "Content-Encoding" not in get("/api/v1/feeds", {"Accept-Encoding": "gzip;q=0"})[1]
    for path in ("/", "/api/v1/session", "/healthz", "/api/v1/feeds"):
        head = get(path, method="HEAD")
        assert head[0] == 200 and head[2] == b"" and int(head[1]["Content-Length"]) > 10, path


def test_no_picture():
    hidden = [f for f in feeds() if f["no_picture"]]
    assert hidden and all(f["picture"] is None for f in hidden)
    status, _, data = get(f"/api/v1/feeds/{hidden[0]['id']}/thumbnail.png?fresh=1")
    assert status == 404 and b"no picture of this feed is kept" in data


def test_page_and_headers():
    status, headers, data = get("/")
    assert status == 200 and b"<title>camwarden</title>" in data
    assert headers["X-Content-Type-Options"] == "nosniff" and "Server" not in headers
    assert headers["Referrer-Policy"] == "no-referrer" and headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert "camera=()" in headers["Permissions-Policy"] and "Strict-Transport-Security" not in headers
    csp = headers["Content-Security-Policy"]
    assert "default-src 'self'" in csp and "frame-ancestors 'none'" in csp and "unsafe" not in csp
    assert get("/", {"If-None-Match": headers["ETag"]})[0] == 304
    assets = re.findall(rb'"(/assets/[^"]+)"', data)
    assert len(assets) >= 2, data
    for path in (a.decode() for a in assets):
        status, headers, plain = get(path)
        assert status == 200 and "immutable" in headers["Cache-Control"], path
        status, headers, packed = get(path, {"Accept-Encoding": "gzip"})
        assert headers["Content-Encoding"] == "gzip" and gzip.decompress(packed) == plain, path
        assert get(path + "x")[0] == 404
    assert get("/", {"Sec-Fetch-Site": "cross-site"})[0] == 200, "a link from elsewhere"


def test_who_may_ask():
    for host in ("evil.example", "127.0.0.1.evil.example", "localhost.evil", "[::1].evil", "127.0.0.1:80x", "10.0.0.1", ""):
        assert get("/", {"Host": host})[0] == 421, host
    for host in ("localhost", "127.0.0.1:1", "LOCALHOST:8080", "[::1]:80", "127.5.0.1"):
        assert get("/", {"Host": host})[0] == 200, host
    assert b" 421 " in harness.exchange(PORT, b"GET / HTTP/1.0\r\n\r\n")
    assert get("/api/v1/feeds", {"Sec-Fetch-Site": "cross-site"})[0] == 403
    for path, allow in (("/api/v1/feeds", "GET, HEAD"), ("/", "GET, HEAD"), ("/api/v1/overlays", "GET, HEAD, POST"),
                        ("/api/v1/login", "POST")):
        for method in ("PUT", "DELETE", "OPTIONS", "PATCH", "TRACE"):
            status, headers, _ = get(path, method=method)
            assert status == 405 and headers["Allow"] == allow, (path, method)
    assert get("/api/v1/feeds", method="POST", body="{}")[0] == 405
    assert get("/api/v1/login")[0] == 405


def test_hostile_names():
    for path in ("/api/v1/feeds", "/api/v1/wall"):
        text = get(path)[2]
        assert b"<b" not in text and b"\\u003cb onmouseover" in text, path


def test_limits():
    answer = harness.exchange(PORT, b"GET / HTTP/1.1\r\nHost: localhost\r\nX: " + b"y" * 40000 + b"\r\n\r\n")
    assert b" 200 " not in answer
    answer = harness.exchange(PORT, b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 70000\r\n\r\n" + b"z" * 70000)
    assert b" 200 " not in answer
    for rubbish in (b"\0" * 4000, b"GET\r\n\r\n", b"GET / HTTP/9.9\r\n\r\n", b"\x16\x03\x01\x02\x00\x01",
                    b"GET / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\nffffffffffff\r\n",
                    b"GET http://[ HTTP/1.1\r\nHost: localhost\r\n\r\n", b"GET / HTTP/1.1\r\nContent-Length: -1\r\n\r\n"):
        harness.exchange(PORT, rubbish, 1)
    assert get("/healthz")[0] == 200


def test_too_many_from_one_address():
    held = []
    for _ in range(80):
        held.append(socket.create_connection(("127.0.0.1", PORT)))
    time.sleep(0.6)
    shut = 0
    for s in held:
        s.setblocking(False)
        try:
            shut += s.recv(1) == b""
        except BlockingIOError:
            pass
        except ConnectionResetError:
            shut += 1
    for s in held:
        s.close()
    assert 80 - 64 <= shut <= 80 - 60, shut
    time.sleep(0.6)
    assert get("/healthz")[0] == 200


def test_events():
    now = event()
    e = Events("?after=" + now)
    _, number, data = e.until(lambda got: got[0] == "feed")
    assert data["id"] and number.split("-")[0] == now.split("-")[0]
    pulse = e.until(lambda got: got[0] == "pulse")[2]
    assert pulse["feeds_total"] == 300 and pulse["late"] is False
    e.close()
    # What changed meanwhile is told after the last number seen, and only that.
    time.sleep(1.3)
    e = Events(headers={"Last-Event-ID": number})
    first = e.until(lambda got: got[0] == "feed")
    assert int(first[1].split("-")[1]) > int(number.split("-")[1])
    e.close()
    for wrong in ("0-1", "x", "ffffffffffffffff-99999999999", number.split("-")[0] + "-99999999"):
        e = Events(headers={"Last-Event-ID": wrong})
        assert e.until(lambda got: True)[0] == "reset", wrong
        e.close()


def test_log_out_ends_streams():
    kept = dict(COOKIE)
    log_in()
    e = Events()
    assert get("/api/v1/logout", {**JSON, "X-Camwarden": "1"}, "POST", "{}")[0] == 204
    e.until(lambda got: got[0] == "session")
    assert e.response.readline() in (b"", b"\n"), "it ends"
    e.close()
    COOKIE.update(kept)
    held = [Events() for _ in range(24)]
    assert get("/api/v1/events")[0] == 429, "so many of one log-in"
    for e in held:
        e.close()


def test_client_that_does_not_read():
    now = event()
    s = socket.socket()
    s.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2048)
    s.connect(("127.0.0.1", PORT))
    s.sendall(f"GET /api/v1/events?after={now} HTTP/1.1\r\nHost: localhost\r\nCookie: {COOKIE['Cookie']}\r\n\r\n".encode())
    e = Events("?after=" + now)
    for _ in range(9):
        e.read()
    # Talking into an event stream, and half a request more, harms nobody.
    s.sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\n" + b"x" * 20000)
    assert get("/healthz")[0] == 200
    s.close()
    e.close()


def test_reader_hangs(monitor):
    """A reader that doesn't answer is replaced; a client that talks into its
    wait, or leaves, harms nobody."""
    one = next(f for f in feeds() if not f["no_picture"])
    reader = harness.child_of(monitor, "_reader")
    os.kill(reader, signal.SIGSTOP)
    path = f"/api/v1/feeds/{one['id']}/watched"
    talker = socket.create_connection(("127.0.0.1", PORT))
    asking = f"GET {path} HTTP/1.1\r\nHost: localhost\r\nCookie: {COOKIE['Cookie']}\r\n\r\n".encode()
    talker.sendall(asking)
    leaver = socket.create_connection(("127.0.0.1", PORT))
    leaver.sendall(asking)
    time.sleep(0.3)
    talker.sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\nrubbish")
    leaver.close()
    assert get("/healthz")[0] == 200
    talker.settimeout(8)
    assert b" 503 " in talker.recv(4096)
    talker.close()
    end = time.monotonic() + 4
    while harness.child_of(monitor, "_reader") in (None, reader) and time.monotonic() < end:
        time.sleep(0.1)
    assert harness.child_of(monitor, "_reader") not in (None, reader)
    assert get("/healthz")[0] == 200


def test_web_process_dies(monitor):
    web = harness.child_of(monitor, "_web")
    os.kill(web, signal.SIGKILL)
    end = time.monotonic() + 5
    while time.monotonic() < end:
        try:
            if get("/healthz")[0] == 200:
                break
        except OSError:
            time.sleep(0.1)
    assert harness.child_of(monitor, "_web") not in (None, web)
    assert len(feeds()) == 300, "who was logged in still is"


def test_nobody_turns_stranger():
    """Whoever waited while the web process was replaced is known at once, though thousands of rows are still to come."""
    port = harness.free_port()
    fake = harness.Child([FAKE, "run", "--state-dir", harness.folder(), "--listen", f"127.0.0.1:{port}"],
                         env=dict(os.environ, CAMWARDEN_FAKE_FEEDS="4000", CAMWARDEN_FAKE_CHANGES="0"))
    harness.wait_port(port)
    cookie = {}

    def ask(path, method="GET", body=None):
        while True:
            try:
                c = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
                c.request(method, path, body=body, headers=cookie | JSON)
                r = c.getresponse()
                data = r.read()
                c.close()
                return r.status, dict(r.getheaders()), data
            except OSError:
                time.sleep(0.05)  # it died with the connection

    status, headers, data = ask("/api/v1/login", "POST", json.dumps({"user": "admin", "password": "a fleet of paper"}))
    assert status == 200, data
    cookie["Cookie"] = headers["Set-Cookie"].split(";")[0]
    while ask("/api/v1/wall")[0] != 200:
        time.sleep(0.05)
    feed = json.loads(ask("/api/v1/feeds?limit=1")[2])["items"][0]["id"]
    for _ in range(3):
        os.kill(harness.child_of(fake.process.pid, "_web"), signal.SIGKILL)
        with concurrent.futures.ThreadPoolExecutor(24) as pool:
            told = [pool.submit(ask, path) for path in ("/api/v1/session", "/api/v1/wall", f"/api/v1/feeds/{feed}",
                                                        f"/api/v1/feeds/{feed}/info") * 12]
            for status, headers, data in (t.result() for t in told):
                assert status in (200, 503) and "Set-Cookie" not in headers, (status, headers, data[:200])
                assert b'"user":null' not in data, data
    assert fake.stop() == 0


def test_locked_in(monitor):
    """The web process can open no file and no socket (seccomp filter on)."""
    with open(f"/proc/{harness.child_of(monitor, '_web')}/status", encoding="ascii") as f:
        assert "Seccomp:\t2" in f.read()
    with open(f"/proc/{harness.child_of(monitor, '_reader')}/status", encoding="ascii") as f:
        assert "Seccomp:\t2" in f.read()


def test_monitor_hangs(monitor):
    e = Events()
    os.kill(monitor, signal.SIGSTOP)
    try:
        pulse = e.until(lambda got: got[0] == "pulse" and got[2]["late"])[2]
        assert pulse["states"]["unknown"] == 300
        assert get("/healthz")[0] == 503
        listing = feeds()
        assert {f["state"] for f in listing} == {"unknown"}
        assert {f["cause"] for f in listing} == {"monitor-off"}
        wall = get_json("/api/v1/wall")
        assert wall["late"] and {(r[3], r[4], r[7]) for r in wall["feeds"]} == {(3, "monitor-off", 0)}
        assert get_json("/api/v1/feeds?state=up")["items"] == []
        assert b'camwarden_feeds{state="up"} 0' in get("/metrics")[2]
        detail = get_json("/api/v1/feeds/" + listing[0]["id"])
        assert detail["state"] == "unknown"
    finally:
        os.kill(monitor, signal.SIGCONT)
    e.until(lambda got: got[0] == "pulse" and not got[2]["late"])
    e.close()
    assert get("/healthz")[0] == 200


def main():
    if not os.path.exists(FAKE):
        harness.skip("camwarden-fake is not built")
    fake = harness.Child([FAKE, "run", "--state-dir", harness.folder(), "--listen", f"127.0.0.1:{PORT}"],
                         env=dict(os.environ, CAMWARDEN_FAKE_FEEDS="300", CAMWARDEN_FAKE_CHANGES="3"))
    monitor = fake.process.pid
    harness.wait_port(PORT)
    end = time.monotonic() + 5
    while get("/healthz")[0] != 200 and time.monotonic() < end:
        time.sleep(0.05)
    for test in (test_strangers, test_log_in, test_routes, test_present, test_wall, test_answers_by_name, test_no_picture, test_page_and_headers,
                 test_who_may_ask, test_hostile_names, test_limits, test_too_many_from_one_address, test_events, test_log_out_ends_streams, test_client_that_does_not_read,
                 test_nobody_turns_stranger):
        begun = time.monotonic()
        test()
        print(f"{test.__name__}: ok, {time.monotonic() - begun:.1f} s", flush=True)
    for test in (test_locked_in, test_reader_hangs, test_web_process_dies, test_monitor_hangs):
        begun = time.monotonic()
        test(monitor)
        print(f"{test.__name__}: ok, {time.monotonic() - begun:.1f} s", flush=True)
    assert fake.stop() == 0


if __name__ == "__main__":
    main()
