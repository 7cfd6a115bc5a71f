#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The courier against real and hostile servers: mail through exim4 (in the clear,
STARTTLS, TLS, login), every fault of a mail server, HTTP servers that flood, hang,
redirect or lie, syslog to rsyslog, MQTT to mosquitto and to brokers that lie; the
process is killed amid a job. The password stands nowhere a user could see it. LABEL: light. About 30 s."""
import concurrent.futures
import contextlib
import http.server
import os
import re
import signal
import socket
import ssl
import threading
import time

import channel_servers as servers
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
             file="-", frm="me@house.test"):
        n = next(numbers)
        self.tell(f"{kind} {n} {tls} {host} {port} {path} {user} {password} {frm} {to} {file} {body}")
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
    # A page with a picture, for those who can show one.
    expect(d.result(d.send("page", "never", exim.port, "plain words", to="a@b.test,nobody@b.test,c@d.test")), True,
           has="no such person")
    both, _ = exim.wait_mail(5)[3:]
    assert [a.addr_spec for a in both["To"].addresses] == ["a@b.test", "nobody@b.test", "c@d.test"]
    assert both.get_body(("plain",)).get_content().strip() == "plain words"
    assert "una página" in both.get_body(("html",)).get_content()
    [picture] = [p for p in both.walk() if p.get_content_type() == "image/png"]
    assert picture["Content-ID"] == "<picture>" and picture.get_payload(decode=True).startswith(b"\x89PNG\r\n")
    assert [p.get_content_type() for p in both.walk()] == ["multipart/mixed", "multipart/alternative", "text/plain",
                                                          "multipart/related", "text/html", "image/png"]
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
                               ("drop", False, False), ("flood", False, None), ("letters", False, True),
                               (None, True, False)):
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
        self.send_header("Content-Length", "0")
        self.end_headers()

    def do_PUT(self):
        self.server.puts.append((self.rfile.read(int(self.headers["Content-Length"])), self.headers["X-Test"]))
        self.send_response(204)
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
        if way == "endless":
            self.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nx")
            time.sleep(60)
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
    server.gets, server.puts = 0, []
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
    expect(d.result(d.send("put", "never", port, "new", path="/x")), True, False, 204)
    assert plain.puts == [(b"new", "a, b")]
    expect(d.result(d.send("post", "never", port, path="/redirect")), False, False, 302, f"to http://127.0.0.1:{port},")
    expect(d.result(d.send("post", "never", port, path="/file")), False, True, 301, "to file://, which is not followed")
    assert plain.gets == 0
    expect(d.result(d.send("get", "never", port, path="/beat")), True, False, 200)
    assert plain.gets == 1
    # It said that it took it; how much more it says is no matter.
    expect(d.result(d.send("post", "never", port, path="/flood"), 10), True, has="more than we listen to")
    got = expect(d.result(d.send("post", "never", port, path="/headers"), 10), False)
    print(f"  web server headers: {got[3]}")
    expect(d.result(d.send("post", "never", free_port(), path="/ok")), False, False, 0)
    d.kill()
    # Another certificate than the one it is asked for.
    other = certificate(dir, "other", "elsewhere.test")
    d = Driver(other)
    expect(d.result(d.send("post", "always", tls.server_port, host="localhost", path="/ok")), False, has="certificate")
    d.kill()


def test_patience():
    d = Driver()
    port = serve_web().server_port
    hung, endless = (d.send("post", "never", port, path=path) for path in ("/hang", "/endless"))
    nowhere = d.send("post", "never", free_port(), host="no-such-host.invalid", path="/ok")
    expect(d.result(nowhere, 60), False, False, 0, "name")
    expect(d.result(hung, 60), False, False, 0)
    expect(d.result(endless, 60), True, False, 200, "doesn't end")
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
    real = servers.Rsyslog()
    d = Driver(real.ca)
    line = "<113>1 2026-11-22T19:46:01.5Z here camwarden - firing - \ufeff%s: cámara caída"
    for kind, tls, port in (("udp", "never", real.udp), ("tcp", "never", real.tcp), ("tcp", "always", real.tls)):
        expect(d.result(d.send(kind, tls, port, line % (kind + tls), host="localhost")), True)
        got = real.wait(f"{kind}{tls}: cámara caída")
        assert got.startswith("1|alert.alert|camwarden|firing|"), got
    d.kill()
    # Whoever vouches for another one is not taken.
    d = Driver(certificate(dir, "another"))
    expect(d.result(d.send("tcp", "always", real.tls, "x", host="localhost")), False, has="certificate")
    d.kill()
    real.stop()


def mqtt(d, port, topic, body="", tls="never", retain=False, user=servers.USER, password=servers.PASSWORD):
    return d.send("mqtt", tls, port, body, host="localhost", path=topic, user=user, password=password, frm="warden/status",
                  to=f"us-{tls}-{len(password)}", file="retain" if retain else "-")


def test_mqtt():
    broker = servers.Mosquitto()
    early = servers.Listener(broker.port)
    d = Driver(broker.ca)
    expect(d.result(mqtt(d, broker.port, "warden/notice", '{"a": 1}')), True, has="acknowledged")
    early.wait(lambda m: m == ("warden/notice", b'{"a": 1}', False), "a notice")
    early.wait(lambda m: m == ("warden/status", b"online", False), "our state")
    # The same connection carries the next; what is retained is told to whoever comes later.
    expect(d.result(mqtt(d, broker.port, "warden/alert/1", "down", retain=True)), True)
    expect(d.result(mqtt(d, broker.tls_port, "warden/tls", "x", tls="always")), True)
    late = servers.Listener(broker.port)
    late.wait(lambda m: m == ("warden/alert/1", b"down", True), "what is retained")
    expect(d.result(mqtt(d, broker.port, "warden/alert/1", "", retain=True)), True)
    late.wait(lambda m: m == ("warden/alert/1", b"", False), "its end")
    with open(f"{broker.dir}/log", encoding="utf-8") as f:
        assert f.read().count("as us-") == 2  # two logins for four jobs
    # Another takes our place there: the next job takes it back.
    servers.Listener(broker.port, name="us-never-11")
    got = d.result(mqtt(d, broker.port, "warden/notice", "again"))
    expect(got if got[0] else d.result(mqtt(d, broker.port, "warden/notice", "again")), True)
    # Refused by name; no TLS where it was asked for; another's certificate.
    expect(d.result(mqtt(d, broker.port, "a", password="wrong")), False, True, has="not authorised")
    expect(d.result(mqtt(d, broker.port, "a", tls="always"), 40), False)
    # Ended by force: the will says so.
    os.kill(d.courier(), signal.SIGKILL)
    early.wait(lambda m: m == ("warden/status", b"offline", False), "the will")
    d.kill()
    other = Driver(certificate(dir, "stranger"))
    expect(other.result(mqtt(other, broker.tls_port, "a", tls="always")), False, has="certificate")
    broker.stop()
    expect(other.result(mqtt(other, broker.port, "a")), False, has="refused")
    other.kill()


def test_lying_brokers():
    d = Driver()
    waits = []
    for fault, lasting, has in (("refuse", True, "not authorised"), ("busy", False, "unavailable"),
                                ("garbage", False, ""), ("silent", False, "doesn't answer"),
                                ("flood", False, "more than it was asked for"), ("huge", False, ""),
                                ("other", False, "doesn't acknowledge"), ("none", False, "doesn't acknowledge"),
                                ("twice", False, ""), ("close", False, "closed")):
        broker = servers.LyingBroker(fault)
        waits.append((fault, lasting, has, mqtt(d, broker.port, "a/b", "x" * 100)))
    # Nobody waits for them.
    web = serve_web()
    expect(d.result(d.send("post", "never", web.server_port, path="/ok"), 5), True)
    for fault, lasting, has, n in waits:
        got = expect(d.result(n, 60), False, lasting, has=has)
        print(f"  broker {fault}: {got[3]}")
    with open(f"/proc/{d.courier()}/status", encoding="utf-8") as f:
        print("  " + " ".join(re.search(r"VmHWM:.*", f.read())[0].split()))
    d.kill()


def timed(test):
    began = time.monotonic()
    test()
    print(f"{test.__name__}: {time.monotonic() - began:.1f} s", flush=True)


# They wait for those that never answer.
pool = concurrent.futures.ThreadPoolExecutor()
beside = [pool.submit(timed, test) for test in (test_lying_brokers, test_patience)]
for test in (test_real_mail, test_faulty_mail, test_posts, test_syslog, test_mqtt):
    timed(test)
for waits in beside:
    waits.result()
