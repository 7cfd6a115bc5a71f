#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Hostile clients of the status pages (camwarden-fake): requests that two
parsers would read in two ways, slow and huge ones, a thousand idle connections,
log-ins by the dozen. Nothing gets in, a healthy client is served within 200 ms
(p99), memory stays bounded. Then over TLS: names, HSTS, handshakes that never
end, another certificate on SIGHUP. About 30 s."""
import http.client
import json
import os
import signal
import socket
import ssl
import subprocess
import threading
import time

import harness

BUILD = os.environ.get("CAMWARDEN_BUILD", os.path.join(harness.ROOT, "build"))
FAKE = os.path.join(BUILD, "tests", "camwarden-fake")
PORT, TLS = harness.free_port(), harness.free_port()
DIR = harness.folder()
GOOD = json.dumps({"user": "admin", "password": "a fleet of paper"})
JSON = {"Content-Type": "application/json"}
SANITIZED = harness.sanitized()
P99_S = 0.6 if SANITIZED else 0.2
KIB_MOST = 250 << 10 if SANITIZED else 40 << 10  # more than before


def ask(path="/api/v1/wall", method="GET", body=None, headers=(), port=None, address=None, context=None, host=None):
    where = dict(timeout=10, source_address=(address, 0) if address else None)
    if context:
        c = http.client.HTTPSConnection("127.0.0.1", port or TLS, context=context, **where)
    else:
        c = http.client.HTTPConnection("127.0.0.1", port or PORT, **where)
    h = dict(headers)
    if host:
        h["Host"] = host
    c.request(method, path, body, h)
    r = c.getresponse()
    data = r.read()
    c.close()
    return r.status, r.headers, data


def log_in(**more):
    status, headers, data = ask("/api/v1/login", "POST", GOOD, JSON, **more)
    assert status == 200, (status, data)
    return {"Cookie": headers["Set-Cookie"].split(";")[0]}


class Healthy(threading.Thread):
    """Somebody at work, on a connection of his own each time."""

    def __init__(self, cookie):
        super().__init__(daemon=True)
        self.cookie, self.took, self.wrong, self.over = cookie, [], [], False
        self.start()

    def run(self):
        while not self.over:
            start = time.monotonic()
            try:
                status = ask(headers=self.cookie, address="127.9.9.9")[0]
                if status != 200:
                    self.wrong.append(status)
            except OSError as e:
                self.wrong.append(repr(e))
            self.took.append(time.monotonic() - start)
            time.sleep(0.02)

    def end(self, what):
        self.over = True
        self.join()
        took = sorted(self.took)
        p99 = took[len(took) * 99 // 100 - (1 if len(took) % 100 == 0 else 0)]
        print(f"{what}: {len(took)} requests of a healthy client, p99 {p99 * 1000:.0f} ms", flush=True)
        assert len(took) > 20 and p99 < P99_S and not self.wrong, (what, p99, self.wrong[:5])


def test_two_readings(cookie):
    """None of what is hidden behind another request is ever answered."""
    hidden = "GET /api/v1/wall HTTP/1.1\r\nHost: localhost\r\nCookie: " + cookie["Cookie"] + "\r\n\r\n"
    n = len(hidden)
    host = "Host: localhost\r\n"
    rows = (
        f"POST /api/v1/login HTTP/1.1\r\n{host}Content-Length: {n}\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n{hidden}",
        f"POST /api/v1/login HTTP/1.1\r\n{host}Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n{hidden}",
        f"POST /api/v1/login HTTP/1.1\r\n{host}Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n{hidden}",
        f"POST /api/v1/login HTTP/1.1\r\n{host}Transfer-Encoding:\tchunked\r\n\r\n0\r\n\r\n{hidden}",
        f"POST /api/v1/login HTTP/1.1\r\n{host}X: y\r\n Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n{hidden}",
        f"POST /api/v1/login HTTP/1.1\r\n{host}Content-Length : 0\r\nContent-Length: {n}\r\n\r\n{hidden}",
        f"POST /api/v1/login HTTP/1.1\r\n{host}Content-Length: 0\r\nContent-Length: {n}\r\n\r\n{hidden}",
        f"POST /api/v1/login HTTP/1.1\r\n{host}Content-Length: +0\r\n\r\n{hidden}",
        f"GET / HTTP/1.1\r\n{host}Content-Length: {n}\r\n\r\n{hidden}",
        f"GET / HTTP/1.1\n{host}\n{hidden}",
        f"GET / HTTP/1.1\r\n{host}X: a\rb\r\n\r\n{hidden}",
        f"GET / HTTP/1.1\r\n{host}X: a\0b\r\n\r\n{hidden}",
        f"GET http://evil.example/ HTTP/1.1\r\n{host}\r\n{hidden}",
        f"GET //evil.example/ HTTP/1.1\r\n{host}\r\n{hidden}",
        f"GET / HTTP/1.1\r\n{host}Host: evil.example\r\n\r\n{hidden}",
        f"GET /\0 HTTP/1.1\r\n{host}\r\n{hidden}",
        f"GET / HTTP/1.1\r\n\r\n {hidden}",
    )
    for row in rows:
        answer = harness.exchange(PORT, row.encode("latin-1"))
        assert b'"sites"' not in answer and answer.count(b"HTTP/1.1 200") == 0, (row[:120], answer[:300])
        assert answer == b"" or b"HTTP/1.1 4" in answer, (row[:120], answer[:300])
    assert harness.exchange(PORT, hidden.encode() + hidden.replace("\r\n\r\n", "\r\nConnection: close\r\n\r\n").encode()).count(b"HTTP/1.1 200") == 2
    print(f"{len(rows)} requests of two readings: none was read in both", flush=True)


def test_huge(cookie, web):
    before = harness.rss_kib(web)
    for path, size, want in (("/api/v1/login", 65537, 413), ("/api/v1/import", (8 << 20) + 1, 413), ("/api/v1/import", 1 << 20, 401),
                             ("/nothing", 1 << 30, 413)):
        head = f"POST {path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: {size}\r\n\r\n"
        answer = harness.exchange(PORT, head.encode() + b"x" * 60000)
        assert answer.startswith(b"HTTP/1.1 %d " % want), (path, size, answer[:100])
    assert harness.exchange(PORT, b"GET / HTTP/1.1\r\n" + b"X: y\r\n" * 10000).startswith(b"HTTP/1.1 431 ")
    assert harness.exchange(PORT, b"GET /" + b"a" * 40000 + b" HTTP/1.1\r\n").startswith(b"HTTP/1.1 431 ")
    held = []
    for _ in range(3):  # two bodies at once, and no third
        s = socket.create_connection(("127.0.0.1", PORT), timeout=3)
        s.sendall(f"POST /api/v1/import HTTP/1.1\r\nHost: localhost\r\nCookie: {cookie['Cookie']}\r\nContent-Length: {8 << 20}\r\n\r\n".encode())
        s.sendall(b"x" * 100000)
        held.append(s)
        time.sleep(0.1)
    assert held[2].recv(100).startswith(b"HTTP/1.1 503 ")
    for s in held:
        s.close()
    time.sleep(0.5)
    body = json.dumps({"table": "feeds", "csv": "x" * (7 << 20), "dry_run": True, "reason": "x"})
    status, _, data = ask("/api/v1/import", "POST", body, {**JSON, **cookie, "X-Camwarden": "1"})
    assert status in (200, 422), (status, data[:200])
    time.sleep(0.5)
    print(f"huge: {harness.rss_kib(web) - before:+d} KiB", flush=True)
    assert harness.rss_kib(web) - before < KIB_MOST


def test_idle_and_slow(cookie, web):
    """From sixty addresses: a thousand connections that say nothing, others that
    never finish a head, a body, or the reading of an answer."""
    before = harness.rss_kib(web)
    healthy = Healthy(cookie)
    held = []
    for i in range(1000):
        s = socket.socket()
        s.bind((f"127.3.{i % 60}.1", 0))
        try:
            s.connect(("127.0.0.1", PORT))
            if i % 4 == 1:
                s.sendall(b"GET /api/v1/wall HTTP/1.1\r\nHost: lo")
            elif i % 4 == 2:
                s.sendall(b"POST /api/v1/login HTTP/1.1\r\nHost: localhost\r\nContent-Length: 60000\r\n\r\nx")
            elif i % 4 == 3:
                s.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2048)
                s.sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n" * 20)
        except OSError:
            pass
        held.append(s)
    for _ in range(5):
        time.sleep(1)
        for i, s in enumerate(held):
            if i % 4 in (1, 2):
                try:
                    s.send(b"x", socket.MSG_DONTWAIT)
                except OSError:
                    pass
    grown = harness.rss_kib(web) - before
    healthy.end(f"1,000 idle and slow connections, {grown:+d} KiB")
    assert grown < KIB_MOST, grown
    for s in held:
        s.close()


def test_log_ins(cookie):
    healthy = Healthy(cookie)
    seen = {}
    over = time.monotonic() + 3

    def attack(number):
        while time.monotonic() < over:
            try:
                status = ask("/api/v1/login", "POST", json.dumps({"user": "admin", "password": str(number)}), JSON,
                             address=f"127.4.0.{number + 1}")[0]
            except OSError as e:
                status = type(e).__name__
            seen[status] = seen.get(status, 0) + 1
            time.sleep(0.1)

    threads = [threading.Thread(target=attack, args=(n,)) for n in range(8)]
    for t in threads:
        t.start()
    time.sleep(1)
    log_in(address="127.4.1.1")  # a right password gets its turn
    for t in threads:
        t.join()
    healthy.end(f"log-ins by the dozen: {seen}")
    assert 200 not in seen and sum(seen.values()) > 100, seen


def certificate(name):
    return ssl.create_default_context(cafile=harness.certificate(DIR, "cert", name))


def test_tls():
    global TLS
    TLS = harness.free_port()  # clients have taken ports of every address since
    config = os.path.join(DIR, "tls.yaml")
    text = f"state_dir: {DIR}/tls\nhttp:\n  address: 0.0.0.0\n  port: {TLS}\n"
    os.mkdir(f"{DIR}/tls")
    with open(config, "w") as f:
        f.write(text)
    p = subprocess.run([FAKE, "run", "--config", config], text=True, capture_output=True, timeout=20)
    assert p.returncode == 2 and "expected http.certificate and http.key with it" in p.stderr, p
    with open(config, "w") as f:
        f.write(text + f"  certificate: {DIR}/cert.pem\n  key: {DIR}/cert.key\n  names: wall.example\n")
    p = subprocess.run([FAKE, "run", "--config", config], text=True, capture_output=True, timeout=20)
    assert p.returncode == 2 and "cert.pem: No such file" in p.stderr, p
    old = certificate("one.example")
    fake = harness.Child([FAKE, "run", "--config", config])
    harness.wait_port(TLS)
    cookie = log_in(port=TLS, context=old)
    status, headers, _ = ask(headers=cookie, context=old)
    assert status == 200 and headers["Strict-Transport-Security"].startswith("max-age="), headers
    assert ask("/metrics", context=old)[0] == 401 and ask("/metrics", headers=cookie, context=old)[0] == 200
    for name, want in (("wall.example", 200), ("WALL.example:443", 200), ("10.1.2.3", 200), ("evil.example", 421), ("one.example", 421)):
        assert ask("/healthz", context=old, host=name)[0] == want, name
    assert raw_tls(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n") == b"", "plain HTTP is not spoken"
    held = []
    for i in range(300):  # handshakes that never end
        s = socket.socket()
        s.bind((f"127.5.{i % 60}.1", 0))
        s.connect(("127.0.0.1", TLS))
        held.append(s)
    start = time.monotonic()
    assert ask(headers=cookie, context=old)[0] == 200
    took = time.monotonic() - start
    assert took < 5, took
    for s in held:
        s.close()
    new = certificate("two.example")
    fake.process.send_signal(signal.SIGHUP)
    end = time.monotonic() + 5
    while True:
        try:
            assert ask(headers=cookie, context=new)[0] == 200
            break
        except ssl.SSLError:
            assert time.monotonic() < end
            time.sleep(0.1)
    with open(f"{DIR}/cert.key", "w") as f:
        f.write("rubbish")
    fake.process.send_signal(signal.SIGHUP)
    time.sleep(0.5)
    assert ask(headers=cookie, context=new)[0] == 200, "the one there was stays"
    print(f"TLS: a request beside 300 open handshakes took {took:.2f} s; certificates change under way", flush=True)
    assert fake.stop() == 0


def raw_tls(data):
    with socket.create_connection(("127.0.0.1", TLS), timeout=3) as s:
        s.sendall(data)
        try:
            return s.recv(1000)
        except ConnectionResetError:
            return b""


def main():
    if not os.path.exists(FAKE):
        harness.skip("camwarden-fake is not built")
    fake = harness.Child([FAKE, "run", "--state-dir", f"{DIR}", "--listen", f"127.0.0.1:{PORT}"],
                         env=dict(os.environ, CAMWARDEN_FAKE_FEEDS="300"))
    harness.wait_port(PORT)
    cookie = log_in()
    web = harness.child_of(fake.process.pid, "_web")
    test_two_readings(cookie)
    test_huge(cookie, web)
    test_idle_and_slow(cookie, web)
    test_log_ins(cookie)
    assert harness.child_of(fake.process.pid, "_web") == web, "the web process stands"
    assert fake.stop() == 0
    test_tls()


if __name__ == "__main__":
    main()
