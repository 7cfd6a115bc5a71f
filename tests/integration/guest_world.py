# SPDX-License-Identifier: GPL-3.0-or-later
"""A monitor among others: camfarm, whose journal tells who had which session
when, and a client that stands for the VMS."""
import http.server
import json
import os
import re
import socket
import subprocess
import threading
import time

from harness import ROOT, Child, folder, free_port, program, small_films, tell_farm

EVENT = re.compile(r"^(\S+) cam=(-?\d+) conn=(\d+) EVENT (\w+)")
REQUEST = re.compile(r"^(\S+) cam=(-?\d+) conn=(\d+) req=\d+ (\w+) .* agent=(\S*)")
STILL_COUNTED_S = 10  # by camfarm's max_sessions


def soon(what, check, seconds=20):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        found = check()
        if found:
            return found
        time.sleep(0.1)
    raise AssertionError(f"not within {seconds} s: {what}")


class Farm:
    def __init__(self, where, name, cameras, net, port=None, seconds=150):
        self.port, self.net = port or free_port(), net
        self.log, self.control = os.path.join(where, name + ".log"), os.path.join(where, name + ".sock")
        self.child = Child([program("camfarm"), "--set", small_films(), "--hosts", str(cameras), "--net", str(net),
                            "--port", str(self.port), "--seconds", str(seconds), "--site-size", "100", "--no-tls",
                            "--log", self.log, "--control", self.control])
        self.child.wait_line(lambda line: "ready" in line, 20)

    def host(self, n):
        return f"127.{self.net}.0.{n + 1}"

    def url(self, n, faults=""):
        return f"rtsp://{self.host(n)}:{self.port}/{'f/' + faults + '/' if faults else ''}cam{n}"

    def tell(self, line):
        tell_farm(self.control, line)

    def journal(self):
        """[(when, camera, connection, what, agent)]: requests, "plays", "ended"."""
        agents, out = {}, []
        with open(self.log, encoding="utf-8", errors="replace") as f:
            for line in f:
                r = REQUEST.match(line)
                if r:
                    agents[r[3]] = r[5]
                    out.append((float(r[1]), int(r[2]), r[3], r[4], r[5]))
                e = EVENT.match(line)
                if e:
                    out.append((float(e[1]), int(e[2]), e[3], e[4], agents.get(e[3], "-")))
        return out

    def requests(self, camera, method, agent="camwarden"):
        return [t for t, c, _, what, a in self.journal() if c == camera and what == method and a.startswith(agent)]

    def most_counted(self, cameras, counted_s=0, agent="camwarden"):
        """The most sessions of ours that these cameras counted at one time."""
        ends, spans = {}, []
        rows = [r for r in self.journal() if r[1] in cameras and r[4].startswith(agent)]
        for t, _, conn, what, _ in reversed(rows):
            if what == "ended":
                ends[conn] = t
            elif what == "plays":
                spans.append((t, ends.get(conn, float("inf")) + counted_s))
        return max((sum(a <= t < b for a, b in spans) for t, _ in spans), default=0)


class Pictures:
    """What a camera shows over HTTP, to whoever comes; and how many were there."""

    def __init__(self, host):
        with open(os.path.join(ROOT, "docs", "causes.jpg"), "rb") as f:
            picture = f.read()
        self.lock, self.there, self.most, self.came = threading.Lock(), 0, 0, 0
        world = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                world.count(1)
                try:
                    self.send_response(200)
                    self.send_header("Content-Type", "multipart/x-mixed-replace; boundary=next")
                    self.end_headers()
                    while True:
                        self.wfile.write(b"--next\r\nContent-Type: image/jpeg\r\nContent-Length: %d\r\n\r\n" % len(picture))
                        self.wfile.write(picture + b"\r\n")
                        time.sleep(0.5)
                except OSError:
                    pass
                world.count(-1)

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer((host, 0), Handler)
        self.server.daemon_threads = True
        self.url = f"http://{host}:{self.server.server_address[1]}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def count(self, more):
        with self.lock:
            self.there += more
            self.came += more > 0
            self.most = max(self.most, self.there)


class Vms:
    """It wants its session, and says what it was answered."""

    def __init__(self, url):
        self.url = url
        host, port = re.match(r"rtsp://([^:/]+):(\d+)/", url).groups()
        self.where = (host, int(port))
        self.refused, self.broken = [], []
        self.sock = None

    def ask(self, method, url, *headers):
        self.cseq += 1
        text = "\r\n".join([f"{method} {url} RTSP/1.0", f"CSeq: {self.cseq}", "User-Agent: vms", *headers]) + "\r\n\r\n"
        self.sock.sendall(text.encode())
        head = b""
        while b"\r\n\r\n" not in head:
            chunk = self.sock.recv(1)
            assert chunk, "the camera closed"
            head += chunk
            if head[0:1] == b"$":  # media, before the answer
                size = int.from_bytes(self.read(3)[1:], "big")
                self.read(size)
                head = b""
        length = re.search(rb"Content-Length: (\d+)", head)
        if length:
            self.read(int(length[1]))
        self.session = (re.search(rb"Session: *(\w+)", head) or [None, None])[1] or self.session
        return int(head.split()[1])

    def read(self, n):
        out = b""
        while len(out) < n:
            chunk = self.sock.recv(n - len(out))
            assert chunk, "the camera closed"
            out += chunk
        return out

    def take(self):
        """Whether it has its session now."""
        self.cseq, self.session, self.leaving = 0, None, False
        self.sock = socket.create_connection(self.where, timeout=5)
        status = self.ask("DESCRIBE", self.url, "Accept: application/sdp")
        if status == 200:
            status = self.ask("SETUP", self.url + "/trackID=0", "Transport: RTP/AVP/TCP;unicast;interleaved=0-1")
        if status == 200:
            status = self.ask("PLAY", self.url, f"Session: {self.session.decode()}")
        if status != 200:
            self.refused.append((time.monotonic(), status))
            self.sock.close()
            self.sock = None
            return False
        self.reader = threading.Thread(target=self.watch, args=(self.sock,), daemon=True)
        self.reader.start()
        return True

    def watch(self, sock):
        try:
            while sock.recv(65536):
                pass
        except OSError:
            pass
        if not self.leaving:
            self.broken.append(time.monotonic())

    def leave(self, orderly=True):
        self.leaving = True
        if orderly:
            self.sock.sendall(f"TEARDOWN {self.url} RTSP/1.0\r\nCSeq: 99\r\nUser-Agent: vms\r\n"
                              f"Session: {self.session.decode()}\r\n\r\n".encode())
            time.sleep(0.1)
        self.sock.shutdown(socket.SHUT_RDWR)
        self.sock.close()
        self.reader.join(5)

    def content(self):
        return not self.refused and not self.broken


class Guest:
    """The monitor."""

    def __init__(self, where, settings=""):
        self.dir, self.state, self.log = where, os.path.join(where, "state"), os.path.join(where, "log")
        self.config = os.path.join(where, "camwarden.yaml")
        with open(self.config, "w", encoding="ascii") as f:
            f.write(f"state_dir: {self.state}\nhttp:\n  enabled: false\nconnect:\n  loopback_only: true\n  backoff_max: 2s\n"
                    f"sampling:\n  interval: 2s\nprobes:\n  stream: 2\n  picture: 1\n{settings}")
        self.monitor = None

    def start(self):
        with open(self.log, "a", encoding="utf-8") as log:
            self.monitor = Child([program("camwarden"), "run", "--config", self.config], stderr=log)
        soon("the monitor", lambda: self.status(), 30)
        return self

    def run(self, *args, code=0, text=None):
        p = subprocess.run([program("camwarden"), *args, "--config", self.config], text=True, input=text,
                           capture_output=True, timeout=60)
        assert code is None or p.returncode == code, (args, p.returncode, p.stdout, p.stderr)
        return p

    def load(self, kind, text):
        return self.run(kind, "import", "-", "--reason", "test", text=text)

    def status(self):
        p = self.run("status", "--all", "--json", code=None)
        found = json.loads(p.stdout) if p.stdout else {}
        return found if found.get("alive") and found.get("monitor") else None

    def feeds(self):
        return {f["name"]: (f["state"], f["cause"]) for f in (self.status() or {"feeds": []})["feeds"]}

    def await_feeds(self, seconds=30, **wanted):
        def all_so():
            now = self.feeds()
            return all(now.get(name.replace("_", " ")) == is_ for name, is_ in wanted.items())
        try:
            soon(f"{wanted}", all_so, seconds)
        except AssertionError as e:
            raise AssertionError(f"{e}; now {self.feeds()}") from None


def make(settings="", cameras=5, net=31):
    where = folder()
    return Farm(where, "farm", cameras, net), Guest(where, settings)
