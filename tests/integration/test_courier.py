#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The courier against real and hostile servers: mail through exim4 (in the clear,
STARTTLS, TLS, login), every fault of a mail server, HTTP servers that flood, hang,
redirect or lie, syslog over UDP and TCP; the process is killed amid a job. The
password stands nowhere a user could see it. LABEL: light. About 40 s."""
import contextlib
import http.server
import os
import re
import signal
import socket
import ssl
import threading
import time

from harness import Child, certificate, folder, free_port
from mail_servers import PASSWORD, USER, Exim, FaultySmtp

DRIVER = os.path.join(os.environ["CAMWARDEN_BUILD"], "tests", "courier_driver")
numbers = iter(range(1, 10000))
dir = folder()


class Driver(Child):
    def __init__(self, *args):
        self.log = open(f"{dir}/driver.log", "ab")
        super().__init__([DRIVER, *args], stderr=self.log)
        self.wait_line(lambda line: line == "READY", 10)

    def send(self, kind, tls, port, body="hello", host="127.0.0.1", path="-", user="-", password="-", to="a@b.test",
             file="-"):
        n = next(numbers)
        self.tell(f"{kind} {n} {tls} {host} {port} {path} {user} {password} me@house.test {to} {file} {body}")
        return n

    def result(self, n, seconds=30):
        _, when, line = self.wait_line(lambda line: line.startswith((f"RESULT {n} ", f"BUSY {n}")), seconds)
        m = re.match(r"RESULT \d+ (\d) (\d) (\d+) (.*) \| (.*)", line)
        assert m, line
        return m[1] == "1", m[2] == "1", int(m[3]), m[4], m[5]

    def courier(self):
        with open(f"/proc/{self.process.pid}/task/{self.process.pid}/children") as f:
            pids = f.read().split()
        return int(pids[0]) if pids else None


def expect(got, ok, lasting=None, status=None, has=""):
    assert got[0] == ok and lasting in (None, got[1]) and status in (None, got[2]) and has in got[3], got
    return got


def test_real_mail():
    exim = Exim()
    d = Driver(exim.ca)
    expect(d.result(d.send("mail", "never", exim.port, "in the clear~.~..~From here")), True)
    [m] = exim.wait_mail(1)
    assert m["Subject"] == "Reporte de la mañana: cámaras, y lo que hace falta hoy en la central", m["Subject"]
    assert m["To"] == "a@b.test" and m["Message-ID"] == "<1.test@camwarden>", m.items()
    text = m.get_body().get_content()
    assert text.replace("\r", "").startswith("in the clear\n.\n..\nFrom here"), text
    # STARTTLS, then TLS from the start, each verified against the CA, with login and five megabytes.
    page = f"{dir}/page.html"
    with open(page, "wb") as f:
        f.write(b"<html>" + os.urandom(2_500_000).hex().encode())
    expect(d.result(d.send("mail", "start", exim.port, host="localhost", user=USER, password=PASSWORD, file=page)), True)
    expect(d.result(d.send("mail", "always", exim.tls_port, host="localhost", user=USER, password=PASSWORD)), True)
    # (Two mails of one second lie in any order.)
    [attached] = [a for m in exim.wait_mail(3) for a in m.iter_attachments()]
    with open(page, "rb") as f:
        assert attached.get_payload(decode=True) == f.read()
    assert attached.get_content_type() == "text/html" and attached.get_filename() == "report.html"
    # Wrong password, a person that isn't, a host that isn't the certificate's.
    expect(d.result(d.send("mail", "start", exim.port, host="localhost", user=USER, password="wrong")), False, True, 535)
    expect(d.result(d.send("mail", "never", exim.port, to="nobody@b.test")), False, True, 550, "no such person")
    d.kill()
    # The system's authorities don't know this server.
    d = Driver()
    expect(d.result(d.send("mail", "start", exim.port, host="localhost")), False, False, has="certificate")
    d.kill()
    exim.stop()
    d = Driver(exim.ca)
    expect(d.result(d.send("mail", "never", exim.port)), False, False, 0)
    d.kill()


def test_faulty_mail():
    d, s = Driver(), FaultySmtp()
    for fault, ok, lasting in (("refuse", False, True), ("busy", False, False), ("grey", False, False),
                               ("drop", False, False), ("flood", False, None), (None, True, False)):
        s.fault = fault
        got = expect(d.result(d.send("mail", "never", s.port, "x" * 5000)), ok, lasting)
        print(f"  mail server {fault}: {got[3]}")
    # It offers no TLS: nothing is sent, were it the password.
    s.fault = None
    before = len(s.taken)
    expect(d.result(d.send("mail", "start", s.port, user=USER, password=PASSWORD)), False)
    assert len(s.taken) == before
    # Those that hang keep nobody else waiting.
    s.fault = "hang"
    hanging = [d.send("mail", "never", s.port) for _ in range(8)]
    time.sleep(0.5)
    s.fault = None
    expect(d.result(d.send("mail", "never", s.port), 5), True)
    # The password is in no argument, environment or log.
    s.fault = "hang"
    d.send("mail", "never", s.port, user=USER, password=PASSWORD)
    time.sleep(0.3)
    pid = d.courier()
    for name in ("cmdline", "environ"):
        with contextlib.suppress(PermissionError), open(f"/proc/{pid}/{name}", "rb") as f:
            assert PASSWORD.encode() not in f.read()
    # Killed amid jobs: each is said to have failed, and a new one sends.
    os.kill(pid, signal.SIGKILL)
    for n in hanging:
        expect(d.result(n), False, False, 0, "lost")
    s.fault = None
    end = time.monotonic() + 15
    while True:
        n = d.send("mail", "never", s.port)
        i, _, line = d.wait_line(lambda line: line.startswith((f"RESULT {n} ", f"BUSY {n}")), 10)
        if line.startswith("RESULT"):
            break
        assert time.monotonic() < end
        time.sleep(0.5)
    expect(d.result(n), True)
    d.kill()
    with open(f"{dir}/driver.log", "rb") as f:
        log = f.read()
    assert PASSWORD.encode() not in log and b"ERROR: " not in log and b"runtime error" not in log, log[-3000:]


class Web(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *args):
        pass

    def do_GET(self):
        self.server.gets += 1
        self.send_response(200)
        self.end_headers()

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        way = self.path.strip("/")
        if way == "hang":
            time.sleep(60)
        if way == "flood":
            self.send_response(200)
            self.end_headers()
            while True:
                self.wfile.write(b"x" * 65536)
        if way == "headers":
            self.wfile.write(b"HTTP/1.1 200 OK\r\n")
            while True:
                self.wfile.write(b"X-%d: %s\r\n" % (time.monotonic_ns(), b"y" * 1000))
        if way == "redirect":
            self.send_response(302)
            self.send_header("Location", f"http://127.0.0.1:{self.server.server_port}/ok")
        elif way == "file":
            self.send_response(301)
            self.send_header("Location", "file:///etc/passwd")
        elif way == "409":
            self.send_response(409)
            self.send_header("Content-Type", "text/x.tlog.size")
            body = b"77\n"
        else:
            self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


def serve_web(tls=None):
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Web)
    server.daemon_threads = True
    server.handle_error = lambda *a: None
    server.gets = 0
    if tls:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(tls, tls.replace(".pem", ".key"))
        server.socket = context.wrap_socket(server.socket, server_side=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server


def test_posts():
    ca = certificate(dir, "web")
    d, plain, tls = Driver(ca), serve_web(), serve_web(ca)
    port = plain.server_port
    got = expect(d.result(d.send("post", "never", port, "old 5", path="/ok")), True, False, 200)
    assert got[4] == "old 5", got
    expect(d.result(d.send("post", "always", tls.server_port, host="localhost", path="/ok")), True, False, 200)
    expect(d.result(d.send("post", "always", tls.server_port, host="127.0.0.1", path="/ok")), True, False, 200)
    got = expect(d.result(d.send("post", "never", port, path="/409")), False, True, 409)
    assert got[4] == "77", got
    expect(d.result(d.send("post", "never", port, path="/redirect")), False, False, 302)
    expect(d.result(d.send("post", "never", port, path="/file")), False, False, 301)
    assert plain.gets == 0
    hung = d.send("post", "never", port, path="/hang")
    for way in ("flood", "headers"):
        got = expect(d.result(d.send("post", "never", port, path=f"/{way}"), 10), False)
        print(f"  web server {way}: {got[3]}")
    expect(d.result(d.send("post", "never", free_port(), path="/ok")), False, False, 0)
    expect(d.result(d.send("post", "never", port, host="no-such-host.invalid", path="/ok"), 40), False, False, 0, "name")
    expect(d.result(hung, 45), False, False, 0)
    d.kill()
    # Another certificate than the one it is asked for.
    other = certificate(dir, "other", "elsewhere.test")
    d = Driver(other)
    expect(d.result(d.send("post", "always", tls.server_port, host="localhost", path="/ok")), False, has="certificate")
    d.kill()


def test_syslog():
    d = Driver()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
        s.bind(("127.0.0.1", 0))
        s.settimeout(5)
        expect(d.result(d.send("udp", "never", s.getsockname()[1], "<110>1 a line")), True)
        assert s.recv(2000) == b"<110>1 a line"
    expect(d.result(d.send("udp", "never", free_port(socket.SOCK_DGRAM), "x")), False, has="refused")
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        s.listen(4)
        port = s.getsockname()[1]
        n = d.send("tcp", "never", port, "<110>1 a line", host="localhost")
        c, _ = s.accept()
        assert c.recv(2000) == b"13 <110>1 a line"
        expect(d.result(n), True)
    expect(d.result(d.send("tcp", "never", port, "x")), False, has="refused")
    d.kill()


for test in (test_real_mail, test_faulty_mail, test_posts, test_syslog):
    began = time.monotonic()
    test()
    print(f"{test.__name__}: {time.monotonic() - began:.1f} s", flush=True)
