#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Hostile and clumsy clients at the agents' listener: floods, half requests,
lies of every kind, disputes by the hundred, a listener that is killed or stopped.
After each: the honest agent is served within 2 s, nobody is attended, no
descriptor is lost, the sanitizers say nothing. About 50 s. LABEL: light"""
import concurrent.futures
import contextlib
import json
import os
import re
import resource
import shutil
import signal
import socket
import ssl
import sys
import threading
import time
import warnings

import watchers
from harness import Child, certificate, child_of, folder, program
from watchers import AGENTS, LOG, Agent, console, get, post, prepare, run, token_of, wait, write

PER_ADDRESS = 16
started = time.monotonic()


def cpu_seconds(pid):
    with open(f"/proc/{pid}/stat") as f:
        field = f.read().rsplit(")", 1)[1].split()
    return (int(field[11]) + int(field[12])) / os.sysconf("SC_CLK_TCK")


def descriptors(pid):
    return len(os.listdir(f"/proc/{pid}/fd"))


def dial(source="127.0.0.1", tls=True, timeout=10):
    """A connection from one of loopback's many addresses."""
    raw = socket.create_connection(("127.0.0.1", AGENTS), timeout, (source, 0))
    if not tls:
        return raw
    try:
        return watchers._tls[0].wrap_socket(raw, server_hostname="127.0.0.1")
    except OSError:
        raw.close()
        raise


def read_all(s, seconds=5):
    """What comes until the other end closes, or says nothing for so long."""
    s.settimeout(seconds)
    said = b""
    with contextlib.suppress(OSError):
        while part := s.recv(65536):
            said += part
    return said


def say(request, seconds=1, **how):
    """Status lines that answer these bytes."""
    with dial(**how) as s:
        with contextlib.suppress(OSError):
            s.sendall(request)
        return [int(status) for status in re.findall(rb"HTTP/1\.[01] (\d{3}) ", read_all(s, seconds))]


def head(token, body, method="POST", path="/agent/v1/heartbeat", more=b"", length=None):
    return (f"{method} {path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {token}\r\n"
            f"Content-Length: {len(body) if length is None else length}\r\n").encode() + more + b"\r\n" + body


class World:
    def __init__(self, monitor, honest):
        self.pid, self.process, self.honest = monitor.process.pid, monitor.process, honest
        self.base = None
        self.slowest = 0

    def agents(self):
        return child_of(self.pid, "_agents")

    def settle(self):
        """What the listener and the monitor hold when nobody calls."""
        time.sleep(0.8)
        self.base = self.held()

    def held(self):
        return descriptors(self.agents()), descriptors(self.pid)

    def served(self, patience=2.0):
        start = time.monotonic()
        status, answer = self.honest.beat()
        took = time.monotonic() - start
        self.slowest = max(self.slowest, took)
        assert status == 200, (status, answer)
        assert took < patience, f"an honest agent waited {took:.2f} s"

    def check(self, what, back=4):
        assert self.process.poll() is None, f"{what}: the monitor ended"
        self.served()
        with open(LOG, errors="replace") as f:
            log = f.read()
        for word in ("Sanitizer", "runtime error", "Assertion"):
            assert word not in log, f"{what}: {log[log.index(word) - 200:][:3000]}"
        states = {c["console"]: c["presence"] for c in get("/api/v1/consoles")["consoles"]}
        assert "attended" not in states.values(), (what, states)
        end = time.monotonic() + back
        while self.held() > self.base and any(a > b for a, b in zip(self.held(), self.base)):
            assert time.monotonic() < end, f"{what}: descriptors {self.base}, now {self.held()}"
            time.sleep(0.1)
        print(f"{time.monotonic() - started:5.1f} s  {what}", flush=True)


def lies_of_http(w, one, vms):
    """(name, bytes, statuses any of which will do; none = just shut)."""
    good = json.dumps({"version": 1, "life": "lies", "seq": 1, "locked": 3}).encode()  # 400 when it is read
    chunked = f"{len(good):x}\r\n".encode() + good + b"\r\n0\r\n\r\n"
    auth = f"Authorization: Bearer {one}\r\n".encode()
    post_line = b"POST /agent/v1/heartbeat HTTP/1.1\r\nHost: x\r\n"
    none = ()
    cases = [
        ("read", head(one, good), (400,)),
        ("chunked", post_line + auth + b"Transfer-Encoding: chunked\r\n\r\n" + chunked, (400,)),
        ("chunk of ffffffffffffffff", post_line + auth + b"Transfer-Encoding: chunked\r\n\r\nffffffffffffffff\r\nx", (400, 413)),
        ("chunk of -1", post_line + auth + b"Transfer-Encoding: chunked\r\n\r\n-1\r\nx\r\n0\r\n\r\n", (400, 413)),
        ("chunks without end", post_line + auth + b"Transfer-Encoding: chunked\r\n\r\n" + b"1000\r\n" + b"x" * 4096 + b"\r\n", none),
        ("chunks too many", post_line + auth + b"Transfer-Encoding: chunked\r\n\r\n" + (b"1000\r\n" + b"x" * 4096 + b"\r\n") * 18, (400, 413)),
        ("both lengths", post_line + auth + b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n" + chunked, (400,)),
        ("pipelined", head(one, good) * 5, (400,)),
        ("pipelined GETs", head(one, b"", "GET", "/agent/v1/prompt") * 20, (200,)),
        ("100-continue", head(one, good, more=b"Expect: 100-continue\r\n"), (100, 400)),
        ("417", head(one, good, more=b"Expect: tea\r\n"), (400, 417)),
        ("64 KiB of header", b"GET /console HTTP/1.1\r\nX: " + b"a" * 65536 + b"\r\n\r\n", (400, 413, 431)),
        ("5,000 headers", b"GET /console HTTP/1.1\r\n" + b"a: b\r\n" * 5000 + b"\r\n", (400, 413, 431)),
        ("a header without colon", b"GET /console HTTP/1.1\r\nnothing\r\n\r\n", (400,)),
        ("a folded header", b"GET /console HTTP/1.1\r\nX: a\r\n b\r\n\r\n", (200, 400)),
        ("NUL in a header", b"GET /console HTTP/1.1\r\nX: a\0b\r\n\r\n", (200, 400)),
        ("65536 bytes", head(one, b"x" * 65536), (400,)),
        ("65537 bytes", head(one, b"x" * 65537), (413,)),
        ("a length too long", head(one, good, length=len(good) + 9), none),
        ("a length too short", head(one, good, length=3), (400,)),
        ("a negative length", head(one, good, length=-1), (400, 413)),
        ("a huge length", head(one, good, length=10**30), (400, 413)),
        ("a length that is none", head(one, good, length="many"), (400, 413)),
        ("no length", post_line + auth + b"\r\n" + good, (400,)),
        ("HEAD", head(one, b"", "HEAD"), (405,)),
        ("OPTIONS", head(one, b"", "OPTIONS"), (405,)),
        ("TRACE", head(one, b"", "TRACE"), (405,)),
        ("PUT", head(one, b"", "PUT"), (405,)),
        ("DELETE", head(one, b"", "DELETE"), (405,)),
        ("CONNECT", head(one, b"", "CONNECT", "evil:443"), (400, 404, 405)),
        ("BREW", head(one, b"", "BREW"), (400, 501)),
        ("absolute URI", head(one, good, path="http://evil.example/agent/v1/heartbeat"), (400, 404)),
        ("..", head(one, b"", "GET", "/console/../../etc/passwd"), (404,)),
        ("percent ..", head(one, b"", "GET", "/%2e%2e/%2e%2e/etc/passwd"), (404,)),
        ("percent path", head(one, good, path="/agent%2fv1/heartbeat"), (404,)),
        ("NUL path", head(one, good, path="/agent/v1/heartbeat%00"), (404,)),
        ("no path", b"GET  HTTP/1.1\r\n\r\n", (400, 404)),
        ("HTTP/9.9", b"GET /console HTTP/9.9\r\n\r\n", (400, 505)),
        ("HTTP/0.9", b"GET /console\r\n\r\n", (400,)),
        ("garbage", os.urandom(3000) + b"\r\n\r\n", (400, 501)),
        ("upper case", head(one.upper(), good), (401,) if one != one.upper() else (400,)),
        ("token and space", head(one + " x", good), (401,)),
        ("token and blanks", head("  " + one, good), (401,)),
        ("bearer in lower case", head(one, good).replace(b"Bearer", b"bearer"), (400, 401)),
        ("two tokens", head("0" * 64, good, more=auth), (401,)),
        ("a long token", head(one * 50, good), (401,)),
        ("the VMS's", head(vms, good), (403,)),
    ]
    cases_of = {"pipelined": 5, "pipelined GETs": 20}

    def one_case(n):
        return say(cases[n][1], 0.5 if cases[n][2] is none else 2, source=f"127.0.5.{n % 8 + 1}")
    with concurrent.futures.ThreadPoolExecutor(16) as pool:
        for (name, _, right), got in zip(cases, pool.map(one_case, range(len(cases)))):
            assert set(got) <= set(right) and bool(got) == bool(right), (name, got, right)
            assert "pipelined" not in name or len(got) == cases_of[name], (name, got)
    w.check(f"{len(cases)} odd requests")


def lies_of_json(w, one, vms):
    base = {"version": 1, "life": "lies", "seq": 1}
    deep = b"[" * 10000 + b"]" * 10000
    text = json.dumps(base)[:-1]
    tile = {"feed": "A/b", "height": 300, "visible": True, "renders": True}

    def beat(more):
        return post("/agent/v1/heartbeat", (text + "," + more + "}").encode("utf-8", "surrogatepass"), one)[0]
    for body in (b"", b"\0", b"null", b"[]", b"{", deep, b"{\"a\":" * 10000, b"\xff\xfe{}", b"{}" + b"\0" * 100,
                 b"{\"version\":1e400}", text.encode() + b",\"life\":\"a\"}"):
        assert post("/agent/v1/heartbeat", body, one)[0] == 400, body[:40]
        assert post("/api/v1/views", body, vms)[0] == 400, body[:40]
        for path in ("/agent/v1/prompt", "/agent/v1/dispute"):
            assert post(path, body, one)[0] == 400, (path, body[:40])
    for more in ('"utc_ms":1e400', '"utc_ms":9223372036854775808', '"seq":-1', '"seq":2', '"span_ms":1e3', '"life":"\\u0000"',
                 '"life":"\\ud800"', '"boot":"\ud800"', '"agent":"<script>\\u0007"', '"idle_ms":-1', '"screens":[[]]',
                 '"screens":[{"power":"blue"}]', '"windows":[{"screen":9}]', '"windows":[{"visible":101}]', '"connections":{}',
                 '"input":{"gaps":[65536]}', '"input":{"keys":1000001}', '"sees":{"input":"god"}', '"version":2',
                 '"connections":[' + ",".join(['{"address":"192.0.2.1","port":1}'] * 1500) + "]"):
        assert beat(more) == 400, more[:60]
    tiles = {"screen": "Wall", "power": "on", "tiles": [{"feed": "a"}] * 5000}
    for view, right in ((dict(tiles, screen="Nowhere", tiles=[tile]), 422), (tiles, 413), (dict(tiles, tiles=[tile] * 900), 200),
                        (dict(tiles, tiles=[dict(tile, feed="\u202e\u0007" * 80)] * 64), 200),
                        (dict(tiles, tiles=[dict(tile, feed="x" * 600)]), 400),
                        (dict(tiles, tiles=[], valid_ms=2**40), 400), (dict(tiles, tiles=[dict(tile, height=70000)]), 400),
                        (dict(tiles, tiles=[]), 200)):
        status, answer = post("/api/v1/views", view, vms)
        assert status == right, (str(view)[:60], status, str(answer)[:200])
    for choice in ({"prompt": "f" * 19, "choice": 0}, {"prompt": "-1", "choice": 0}, {"prompt": "1", "choice": 16}):
        status, answer = post("/agent/v1/prompt", choice, one)
        assert status in (400, 200) and answer.get("result") in (None, "over"), (choice, status, answer)
    for path in ("zz/0.png", "1/a.png", "1/99.png", "1/0.png", "/", "1/0.png/..", "-1/9.png"):
        assert post("/agent/v1/prompt/" + path, None, one)[0] == 404, path
    for hours in ("0", "-5", "99999999999999999999", "x", "1&hours=2"):
        assert post("/agent/v1/record?hours=" + hours, None, one)[0] == 200, hours
    w.check("JSON of every kind")


def clumsy_agents(w, one):
    """Honest programs that count or tell the time badly: refused or taken, but nobody is there for it."""
    a = Agent(one)
    now = int(time.time() * 1000)
    for n in range(30):
        if n % 3 == 0:
            a.life, a.seq = os.urandom(8).hex(), 0
        elif n % 3 == 1:
            a.seq += 10**n if n < 18 else 1
        a.beat(utc_ms=now + (3600000 if n & 1 else -3600000))
    lives = Agent(one), Agent(one)
    heard = []
    while len(heard) < 8:
        status = lives[len(heard) & 1].beat(idle_ms=2**32 - 2)[0]
        if status == 429:  # four a second
            time.sleep(.25)
        else:
            heard.append(status)
    assert 200 not in heard[4:] and 409 in heard, f"two lives at once: {heard}"
    Agent(one).beat(seq=2**63 - 1, span_ms=86400000, patterns=2**32 - 1,
                    connections=[{"address": f"10.0.{n >> 8}.{n & 255}", "port": 554} for n in range(3700)])
    assert console("Desk 1")["presence"] in ("unknown", "idle", "suspect"), console("Desk 1")
    w.check("agents that restart, jump and quarrel")


def disputes(w, two):
    """As many and as odd as an operator can post; the record must still be read, by the page and by the command."""
    now = int(time.time() * 1e6)
    span = {"from_us": now - 600 * 10**6, "to_us": now - 60 * 10**6}
    shown = "<script>alert(1)</script> \U0001f600 \u202e\t'; DROP TABLE dispute;--\n\"\\"
    for text in ("\x1b[31mred", "bell\x07", "\x7f", "\x9b31m", "x" * 1200, "", None, 7):
        assert post("/agent/v1/dispute", dict(span, text=text), two)[0] == 400, text
    status, answer = post("/agent/v1/dispute", dict(span, text=shown), two)
    assert status == 200, answer
    got = [post("/agent/v1/dispute", dict(span, text="\"" * 1199), two)[0] for _ in range(160)]
    assert set(got) <= {200, 429}, set(got)
    before = w.agents()
    told = wait("all are on record", 5, lambda: (lambda d: d if len(d) == got.count(200) + 1 else None)(
        post("/agent/v1/record?hours=24", None, two)[1]["disputes"]))
    assert shown in [d["text"] for d in told], "letter by letter"
    assert w.agents() == before, "the record was too much for the listener"
    assert set(post("/agent/v1/record?hours=744", None, two)[0] for _ in range(40)) == {200, 429}
    assert "\x1b" not in run("consoles").stdout
    w.check(f"{got.count(200)} disputes, {got.count(429)} too many")


def floods(w, one):
    stop = threading.Event()
    counts = {"refused": 0, "handshakes": 0}

    def wrong(source):
        while not stop.is_set():
            with contextlib.suppress(OSError), dial(source) as s:
                s.sendall(head("0" * 64, b"{}") * 99 + head("0" * 64, b"{}", more=b"Connection: close\r\n"))
                counts["refused"] += read_all(s).count(b"HTTP/1.1 401")

    def handshake(source):
        while not stop.is_set():
            with contextlib.suppress(OSError):
                dial(source).close()
                counts["handshakes"] += 1
    for what, how in (("wrong tokens", wrong), ("handshakes", handshake)):
        threads = [threading.Thread(target=how, args=(f"127.0.1.{n}",), daemon=True) for n in range(3)]
        stop.clear()
        for t in threads:
            t.start()
        for _ in range(4):
            time.sleep(0.7)
            w.served()
        stop.set()
        for t in threads:
            t.join()
        w.check(f"a flood of {what}: {counts}")
    with open(LOG, errors="replace") as f:
        assert f.read().count("a wrong or revoked token") <= 2, "told once a minute"


def places(w, one):
    """All places of one address, then all of them, with those who never say who they are."""
    held = []
    most = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    if most < 4096:
        print(f"places: not tried with {most} descriptors")
        return

    def take(source):
        s = socket.socket()
        s.setblocking(False)
        s.bind((source, 0))
        s.connect_ex(("127.0.0.1", AGENTS))
        held.append(s)
    for _ in range(100):
        take("127.0.2.1")
    time.sleep(0.8)
    taken = descriptors(w.agents()) - w.base[0]
    assert 0 < taken <= PER_ADDRESS + 2, f"{taken} connections of one address"
    w.served()
    waits = []
    for n in range(2, 130):  # twice the places, within seconds
        for _ in range(PER_ADDRESS):
            take(f"127.0.2.{n}")
        if n % 16 == 0:
            start = time.monotonic()
            w.served()
            waits.append(round(time.monotonic() - start, 2))
    print(f"with all places wanted twice, an honest agent waited {waits} s; {descriptors(w.agents())} descriptors")
    time.sleep(1)
    w.served()
    for s in held:
        s.close()
    w.check("all places taken")


def slow(w, one):
    """One byte now and then, of the handshake, of headers, of a body."""
    held = []
    for n in range(100):
        held.append(dial(f"127.0.3.{n // 10 + 1}", tls=n % 2 == 0))
    request = head(one, b"x" * 2000)
    start = time.monotonic()
    cut = None
    for n in range(60):
        for i, s in enumerate(list(held)):
            try:
                s.sendall(request[n + (i % 2) * 120:][:1])
            except OSError:
                held.remove(s)
                s.close()
                cut = cut or time.monotonic() - start
        if n % 10 == 0:
            w.served()
        if not held:
            break
        time.sleep(0.25)
    print(f"slow ones: the first cut after {cut}, {len(held)} left after {time.monotonic() - start:.0f} s")
    for s in held:
        s.close()
    w.check("slow ones")


def mixed(w, one):
    assert say(b"GET /console HTTP/1.1\r\n\r\n", tls=False) == [], "plain on the TLS port"
    for source in range(20):
        with dial(f"127.0.4.{source + 1}", tls=False) as s:
            s.sendall(os.urandom(500))
    for _ in range(40):  # gone before the answer
        with dial() as s:
            s.sendall(head(one, b"", "GET", "/agent/v1/record?hours=744"))
    for version in (ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1_1):
        old = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        old.check_hostname, old.verify_mode = False, ssl.CERT_NONE
        try:
            old.minimum_version, old.maximum_version = ssl.TLSVersion.TLSv1, version
            old.wrap_socket(socket.create_connection(("127.0.0.1", AGENTS), 5)).close()
        except (OSError, ValueError):
            continue
        raise AssertionError(f"{version} was taken")
    for _ in range(3):
        raw = socket.create_connection(("127.0.0.1", AGENTS))
        raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
        with watchers._tls[0].wrap_socket(raw, server_hostname="127.0.0.1") as s:
            s.sendall(head(one, b"", "GET", "/agent/v1/prompt"))  # and a reset
    w.check("plain text, old TLS, resets, gone before the answer")


def listener_lost(w, one, two):
    """Killed and stopped while requests come; a reload with another certificate; a token revoked."""
    stop, statuses = threading.Event(), []

    def ask():
        while not stop.is_set():
            try:
                statuses.append(post("/agent/v1/prompt", None, one)[0])
            except (OSError, ValueError):
                time.sleep(0.05)
    threads = [threading.Thread(target=ask, daemon=True) for _ in range(4)]
    for t in threads:
        t.start()
    time.sleep(0.3)
    first, start = w.agents(), time.monotonic()
    os.kill(first, signal.SIGKILL)

    def again():
        return w.agents() not in (None, first) and w.honest.beat()[0] == 200
    wait("another listener", 4, again)
    assert time.monotonic() - start < 3.5
    stop.set()
    for t in threads:
        t.join()
    assert set(statuses) <= {200, 429, 503}, set(statuses)
    w.check("the listener was killed")

    second, start = w.agents(), time.monotonic()
    os.kill(second, signal.SIGSTOP)
    wait("a stopped listener is replaced", 16, lambda: w.agents() not in (None, second))
    wait("and serves", 4, lambda: w.honest.beat()[0] == 200)
    w.check("the listener was stopped")

    old = ssl.get_server_certificate(("127.0.0.1", AGENTS))
    third = w.agents()
    for broken in ("half of it", old, None):  # that of another key
        os.unlink(watchers.CERTIFICATE)
        if broken == old:
            shutil.copy(certificate(folder(), host="other"), watchers.CERTIFICATE)
        elif broken:
            write("agents.pem", broken)
        os.kill(w.pid, signal.SIGHUP)
        time.sleep(0.3)
        w.served()
        assert w.agents() == third, "it keeps the certificate that it has"
    prepare()
    with open(watchers.CONFIG, "a") as f:
        f.write("  connections: 512\n")
    os.kill(w.pid, signal.SIGHUP)
    wait("another certificate", 5, lambda: ssl.get_server_certificate(("127.0.0.1", AGENTS)) != old)
    watchers._tls[0] = watchers._tls[-1]
    wait("it serves", 4, lambda: w.honest.beat()[0] == 200)
    w.check("reloaded")

    tokens = json.loads(run("consoles", "token", "--list", "--json").stdout)["tokens"]
    mine = next(t["id"] for t in tokens if t["console"] == "Desk 2")
    stop.clear()
    del statuses[:]

    def ask_two():
        while not stop.is_set():
            with contextlib.suppress(OSError, ValueError):
                statuses.append(post("/agent/v1/prompt", None, two)[0])
    threads = [threading.Thread(target=ask_two, daemon=True) for _ in range(3)]
    for t in threads:
        t.start()
    run("consoles", "token", "--revoke", str(mine))
    time.sleep(0.5)
    stop.set()
    for t in threads:
        t.join()
    assert statuses[-1] == 401 and set(statuses) <= {200, 401, 429}, set(statuses)
    w.check("revoked")


def main():
    warnings.simplefilter("ignore", DeprecationWarning)  # of old TLS, which must be refused
    prepare()
    with open(LOG, "a") as log:
        monitor = Child([program("camwarden"), "run", "--config", watchers.CONFIG], stderr=log)
    wait("the monitor is there", 20, lambda: get("/healthz"))
    watchers.api_in()
    run("consoles", "import", write("consoles.csv", "console,room,site,idle_after_s\n"
                                    "Desk 1,Room A,,300\nDesk 2,Room A,,300\nHonest,Room A,,300\n"),
        write("screens.csv", "screen,console,room,confirmed_by\nS1,Desk 1,,\nWall,,Room A,vms\n"))
    one, two, three, vms = token_of("Desk 1"), token_of("Desk 2"), token_of("Honest"), token_of("--kind", "vms")
    honest = Agent(three)
    honest.last_input -= 3600
    wait("it listens", 10, lambda: honest.beat()[0] == 200)
    w = World(monitor, honest)
    w.settle()
    phases = {"http": lambda: lies_of_http(w, one, vms), "json": lambda: lies_of_json(w, one, vms),
              "clumsy": lambda: clumsy_agents(w, one), "disputes": lambda: disputes(w, two), "mixed": lambda: mixed(w, one),
              "floods": lambda: floods(w, one), "places": lambda: places(w, one), "slow": lambda: slow(w, one),
              "lost": lambda: listener_lost(w, one, two)}
    for name, phase in phases.items():
        if len(sys.argv) == 1 or name in sys.argv[1:]:
            phase()
    status, record = post("/agent/v1/record?hours=1", None, three)
    assert status == 200 and "attended" not in [i["presence"] for i in record["intervals"]], record
    assert monitor.stop() == 0
    with open(LOG, errors="replace") as f:
        said = f.read()
    for secret in (one, two, three, vms):
        assert secret not in said, "a secret is in the log"
    assert "Sanitizer" not in said and "runtime error" not in said, said
    print(f"all held; an honest agent waited at most {w.slowest:.2f} s; {time.monotonic() - started:.0f} s")


main()
