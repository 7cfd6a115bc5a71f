#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The web faces on a fleet of paper (camwarden-fake): routes, headers, limits,
events and their resumption, hostile clients, a monitor that hangs, processes
that die. About 20 s."""
import http.client
import json
import os
import signal
import socket
import subprocess
import time

import harness

BUILD = os.environ.get("CAMWARDEN_BUILD", os.path.join(harness.ROOT, "build"))
FAKE = os.path.join(BUILD, "tests", "camwarden-fake")
PORT = harness.free_port()


def get(path, headers=None, method="GET", body=None):
    c = http.client.HTTPConnection("127.0.0.1", PORT, timeout=10)
    c.request(method, path, body=body, headers=headers or {})
    r = c.getresponse()
    data = r.read()
    c.close()
    return r.status, dict(r.getheaders()), data


def get_json(path):
    status, _, data = get(path)
    assert status == 200, (path, status, data[:200])
    return json.loads(data)


def raw(data, seconds=3):
    """All that comes back for these bytes, until the server closes."""
    out = b""
    with socket.create_connection(("127.0.0.1", PORT), timeout=seconds) as s:
        try:
            s.sendall(data)
            while True:
                chunk = s.recv(65536)
                if not chunk:
                    break
                out += chunk
        except OSError:
            pass
    return out


def children(pid):
    """pid by role of the monitor's own processes."""
    out = subprocess.run(["ps", "--no-headers", "-o", "pid,args", "--ppid", str(pid)],
                         capture_output=True, text=True, check=False).stdout
    found = {}
    for line in out.splitlines():
        words = line.split()
        if len(words) > 2 and words[2] in ("_web", "_reader"):
            found[words[2]] = int(words[0])
    return found


class Events:
    """One event stream; read gives (event, id, data)."""

    def __init__(self, query="", headers=None):
        self.connection = http.client.HTTPConnection("127.0.0.1", PORT, timeout=8)
        self.connection.request("GET", "/api/v1/events" + query, headers=headers or {})
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


def test_routes():
    listing = get_json("/api/v1/feeds")
    assert len(listing["feeds"]) == 300 and listing["late"] is False
    one = listing["feeds"][0]
    assert {"id", "site", "name", "state", "cause", "since", "picture"} <= one.keys()
    assert sum(listing["states"].values()) == 300
    detail = get_json("/api/v1/feeds/" + one["id"])
    assert detail["url"].startswith("rtsp://10.") and detail["help"]
    assert get("/api/v1/feeds/" + "0" * 36)[0] == 404
    assert get("/api/v1/feeds/00000000-0000-0000-0000-000000000000")[0] == 404
    assert get(f"/api/v1/feeds/{one['id']}/nonsense")[0] == 404
    assert get(f"/api/v1/feeds/{one['id']}/thumbnail.png?kind=x")[0] == 400
    assert get("/api/v1/incidents?feed=x")[0] == 400
    for path in ("0/before.png", "1/x.png", "/before.png", "99999999999999999999/after.png", "1"):
        assert get("/api/v1/incidents/" + path)[0] == 404, path
    assert any(f["reference"] for f in listing["feeds"]) and any(f["ptz"] for f in listing["feeds"])
    for path in ("/nothing", "/../etc/passwd", "/%2e%2e/etc/passwd", "//", "/style.css/", "/api/v1/feeds/"):
        assert get(path)[0] in (400, 404), path
    status, _, data = get("/healthz")
    assert status == 200 and json.loads(data) == {"status": "ok"}
    status, headers, data = get("/metrics")
    assert status == 200 and headers["Content-Type"].startswith("text/plain; version=0.0.4")
    assert b"camwarden_feeds{state=\"up\"} " in data and b"Camera" not in data


def test_no_picture():
    hidden = [f for f in get_json("/api/v1/feeds")["feeds"] if f["no_picture"]]
    assert hidden and all(f["picture"] is None for f in hidden)
    status, _, data = get(f"/api/v1/feeds/{hidden[0]['id']}/thumbnail.png?fresh=1")
    assert status == 404 and b"no picture of this feed is kept" in data


def test_page_and_headers():
    status, headers, data = get("/")
    assert status == 200 and b"<title>camwarden</title>" in data
    assert headers["X-Content-Type-Options"] == "nosniff" and "Server" not in headers
    csp = headers["Content-Security-Policy"]
    assert "default-src 'self'" in csp and "frame-ancestors 'none'" in csp
    assert get("/", {"If-None-Match": headers["ETag"]})[0] == 304
    for path in ("/style.css", "/page.js", "/icon.svg", "/references", "/references.js"):
        assert get(path)[0] == 200
    for path in ("/page.js", "/references.js"):
        page = get(path)[2]
        assert b"innerHTML" not in page and b"insertAdjacentHTML" not in page


def test_who_may_ask():
    for host in ("evil.example", "127.0.0.1.evil.example", "localhost.evil", "[::1].evil", "127.0.0.1:80x"):
        assert get("/", {"Host": host})[0] == 421, host
    for host in ("localhost", "127.0.0.1:1", "LOCALHOST:8080", "[::1]:80", "127.5.0.1"):
        assert get("/", {"Host": host})[0] == 200, host
    assert b" 421 " in raw(b"GET / HTTP/1.0\r\n\r\n")
    assert get("/api/v1/feeds", {"Sec-Fetch-Site": "cross-site"})[0] == 403
    for method in ("POST", "PUT", "DELETE", "HEAD", "OPTIONS"):
        status, headers, _ = get("/api/v1/feeds", method=method)
        assert status == 405 and headers["Allow"] == "GET", method


def test_hostile_names():
    text = get("/api/v1/feeds")[2]
    assert b"<b" not in text and b"\\u003cb onmouseover" in text


def test_limits():
    answer = raw(b"GET / HTTP/1.1\r\nHost: localhost\r\nX: " + b"y" * 40000 + b"\r\n\r\n")
    assert b" 200 " not in answer
    answer = raw(b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 70000\r\n\r\n" + b"z" * 70000)
    assert b" 200 " not in answer
    for rubbish in (b"\0" * 4000, b"GET\r\n\r\n", b"GET / HTTP/9.9\r\n\r\n", b"\x16\x03\x01\x02\x00\x01",
                    b"GET / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\nffffffffffff\r\n",
                    b"GET http://[ HTTP/1.1\r\nHost: localhost\r\n\r\n", b"GET / HTTP/1.1\r\nContent-Length: -1\r\n\r\n"):
        raw(rubbish, 1)
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
    listing = get_json("/api/v1/feeds")
    e = Events("?after=" + listing["event"])
    _, number, data = e.until(lambda got: got[0] == "feed")
    assert data["id"] and number.split("-")[0] == listing["event"].split("-")[0]
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


def test_client_that_does_not_read():
    listing = get_json("/api/v1/feeds")
    s = socket.socket()
    s.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2048)
    s.connect(("127.0.0.1", PORT))
    s.sendall(f"GET /api/v1/events?after={listing['event']} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
    e = Events("?after=" + listing["event"])
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
    one = next(f for f in get_json("/api/v1/feeds")["feeds"] if not f["no_picture"])
    reader = children(monitor)["_reader"]
    os.kill(reader, signal.SIGSTOP)
    path = f"/api/v1/feeds/{one['id']}/history"
    talker = socket.create_connection(("127.0.0.1", PORT))
    talker.sendall(f"GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
    leaver = socket.create_connection(("127.0.0.1", PORT))
    leaver.sendall(f"GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
    time.sleep(0.3)
    talker.sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\nrubbish")
    leaver.close()
    assert get("/healthz")[0] == 200
    talker.settimeout(8)
    assert b" 503 " in talker.recv(4096)
    talker.close()
    end = time.monotonic() + 4
    while children(monitor).get("_reader", reader) == reader and time.monotonic() < end:
        time.sleep(0.1)
    assert children(monitor)["_reader"] != reader
    assert get("/healthz")[0] == 200


def test_web_process_dies(monitor):
    web = children(monitor)["_web"]
    os.kill(web, signal.SIGKILL)
    end = time.monotonic() + 5
    while time.monotonic() < end:
        try:
            if get("/healthz")[0] == 200:
                break
        except OSError:
            time.sleep(0.1)
    assert children(monitor)["_web"] != web
    assert len(get_json("/api/v1/feeds")["feeds"]) == 300


def test_locked_in(monitor):
    """The web process can open no file and no socket (seccomp filter on)."""
    with open(f"/proc/{children(monitor)['_web']}/status", encoding="ascii") as f:
        assert "Seccomp:\t2" in f.read()
    with open(f"/proc/{children(monitor)['_reader']}/status", encoding="ascii") as f:
        assert "Seccomp:\t2" in f.read()


def test_monitor_hangs(monitor):
    e = Events()
    os.kill(monitor, signal.SIGSTOP)
    try:
        e.until(lambda got: got[0] == "pulse" and got[2]["late"])
        assert get("/healthz")[0] == 503
        listing = get_json("/api/v1/feeds")
        assert listing["late"] and listing["states"]["unknown"] == 300
        assert {f["state"] for f in listing["feeds"]} == {"unknown"}
        assert {f["cause"] for f in listing["feeds"]} == {"monitor-off"}
        assert b'camwarden_feeds{state="up"} 0' in get("/metrics")[2]
        detail = get_json("/api/v1/feeds/" + listing["feeds"][0]["id"])
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
    for test in (test_routes, test_no_picture, test_page_and_headers, test_who_may_ask, test_hostile_names, test_limits,
                 test_too_many_from_one_address, test_events, test_client_that_does_not_read):
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
