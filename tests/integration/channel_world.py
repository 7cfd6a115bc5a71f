# SPDX-License-Identifier: GPL-3.0-or-later
"""A monitor whose channels are looked at, and a web server that hears them: what the
tests of channels share."""
import contextlib
import http.server
import json
import os
import signal
import socket
import sqlite3
import subprocess
import threading
import time

from harness import Child, folder, free_port, program


class World:
    def __init__(self):
        self.dir = folder()
        self.state, self.config, self.log = f"{self.dir}/state", f"{self.dir}/c.yaml", f"{self.dir}/log"

    def secret(self, name, text):
        """A file with that in its first line; its path."""
        with open(f"{self.dir}/{name}", "w", opener=lambda p, f: os.open(p, f, 0o600)) as f:
            f.write(text + "\n")
        return f"{self.dir}/{name}"

    def settings(self, text):
        with open(self.config, "w", encoding="utf-8") as f:
            f.write(f"""state_dir: {self.state}
http: {{enabled: false}}
network: {{watch: false}}
report: {{enabled: false}}
connect: {{loopback_only: true}}
{text}""")

    def start(self):
        with open(self.log, "ab") as log:
            self.monitor = Child([program("camwarden"), "run", "--config", self.config], stderr=log)
        self.wait("a start", self.answers, 20)

    def answers(self):
        with socket.socket(socket.AF_UNIX) as s:
            return s.connect_ex(f"{self.state}/control.sock") == 0

    def kill(self):
        self.monitor.process.send_signal(signal.SIGKILL)
        self.monitor.process.wait()

    def reload(self):
        before = len(self.rows(RELOADS))
        self.monitor.process.send_signal(signal.SIGHUP)
        self.wait("the settings are read again", lambda: len(self.rows(RELOADS)) > before)

    def run(self, *words, check=True):
        p = subprocess.run([program("camwarden"), *words, "--config", self.config], capture_output=True, text=True,
                           timeout=90)
        assert not check or p.returncode == 0, p
        return p

    def said(self):
        with open(self.log, errors="replace") as f:
            return f.read()

    def rows(self, sql, *args):
        with contextlib.closing(sqlite3.connect(f"file:{self.state}/camwarden.db?mode=ro", uri=True)) as db:
            return db.execute(sql, args).fetchall()

    def wait(self, what, test, seconds=40):
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            with contextlib.suppress(sqlite3.OperationalError, OSError):
                got = test()
                if got:
                    return got
            time.sleep(0.1)
        raise AssertionError(f"{what}: not within {seconds} s\n{self.said()[-3000:]}")

    def feeds(self, text):
        with open(f"{self.dir}/feeds.csv", "w", encoding="utf-8") as f:
            f.write("site,name,url,tags\n" + text)
        self.run("feeds", "import", f"{self.dir}/feeds.csv", "--reason", "test")

    def deliveries(self):
        return json.loads(self.run("deliveries", "--json", check=False).stdout)


RELOADS = "SELECT seq FROM event WHERE kind = 'monitor.reload'"


class Ears:
    """A web server: `heard` has (way, JSON) of what it took. how[way]: the status that it answers (or one with
    headers, or a function of the request's headers), "hang": it never answers, "drip": letter by letter."""

    def __init__(self, start=True):
        self.port, self.heard, self.asked, self.how = free_port(), [], [], {}
        self.url = f"http://127.0.0.1:{self.port}"
        if start:
            self.start()

    def start(self):
        ears = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *args):
                pass

            def do_POST(self):
                raw, way = self.rfile.read(int(self.headers["Content-Length"])), self.path.split("/")[1]
                ears.asked.append((way, time.monotonic()))
                how = ears.how.get(way, 200)
                how = how(self.headers) if callable(how) else how
                while how == "hang":
                    time.sleep(1)
                    how = ears.how[way]
                while how == "drip":
                    self.wfile.write(b"H")
                    time.sleep(0.3)
                code, headers = how if isinstance(how, tuple) else (how, {})
                if code == 200:
                    ears.heard.append((way, json.loads(raw)))
                self.send_response(code)
                for name, value in {**headers, "Content-Length": "0"}.items():
                    self.send_header(name, value)
                self.end_headers()

        server = http.server.ThreadingHTTPServer(("127.0.0.1", self.port), Handler)
        server.daemon_threads, server.handle_error = True, lambda *a: None
        threading.Thread(target=server.serve_forever, daemon=True).start()

    def of(self, way, kind=None, place=None):
        """What it took that way, of that kind and place, in its order."""
        return [got for w, got in list(self.heard) if w == way and kind in (None, got["kind"]) and
                place in (None, got["place"])]
