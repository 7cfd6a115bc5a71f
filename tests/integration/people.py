# SPDX-License-Identifier: GPL-3.0-or-later
"""A monitor with people who log in, for tests of the API: the first set-up,
users of each role, requests as one of them."""
import http.client
import json
import os
import re
import subprocess
import time

from harness import Child, child_of, folder, free_port, program

PASSWORD = "a wall of many windows"
ROLES = ("viewer", "operator", "supervisor", "auditor", "admin")


class Answer:
    def __init__(self, status, headers, body):
        self.status, self.headers, self.raw = status, headers, body
        kind = headers.get("Content-Type", "").split(";")[0]
        self.json = json.loads(body) if body and kind.endswith("json") else None
        assert status < 400 or kind == "application/problem+json" or not body, (status, kind, body[:200])
        if status >= 400 and body:
            assert self.json["status"] == status and self.json["title"], self.json

    def __repr__(self):
        return f"{self.status} {self.raw[:600]!r}"


class Person:
    """Somebody's browser (a cookie) or program (a token)."""

    def __init__(self, port, token=None):
        self.port, self.token, self.cookie, self.kept = port, token, None, None

    def ask(self, method, path, body=None, headers=(), raw=None):
        h = dict(headers)
        if self.cookie:
            h["Cookie"] = "__Host-camwarden=" + self.cookie
        if self.token:
            h["Authorization"] = "Bearer " + self.token
        if method == "POST":
            h.setdefault("Content-Type", "application/json")
            h.setdefault("X-Camwarden", "1")
        data = raw if raw is not None else json.dumps(body).encode() if body is not None else None
        r, content = self.send(method, path, data, h)
        a = Answer(r.status, r.headers, content)
        for line in r.headers.get_all("Set-Cookie") or ():
            name, value = line.split(";")[0].split("=", 1)
            if name == "__Host-camwarden":
                for word in ("Secure", "HttpOnly", "SameSite=Strict", "Path=/"):
                    assert word in line, line
                self.cookie = value or None
        return a

    def send(self, method, path, data, headers):
        """Over a connection that is kept, as a browser does; one that was
        closed meanwhile is opened again."""
        for _ in range(2):
            c = self.kept or http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
            fresh, self.kept = self.kept is None, None
            try:
                c.request(method, path, data, headers)
                r = c.getresponse()
                content = r.read()
                self.kept = c
                return r, content
            except (http.client.HTTPException, ConnectionError):
                c.close()
                if fresh:
                    raise
        raise AssertionError("not reached")

    def get(self, path):
        return self.ask("GET", path)

    def post(self, path, body=None, **options):
        return self.ask("POST", path, {} if body is None else body, **options)

    def ok(self, path, body=None, status=200):
        a = self.post(path, body)
        assert a.status == status, (path, body, a)
        return a.json


class World:
    """settings: more lines of the configuration, of `http` first; per_address:
    connections, None: as many as anybody's."""

    def __init__(self, settings="", per_address=200):
        self.dir = folder()
        self.state = os.path.join(self.dir, "state")
        self.config = os.path.join(self.dir, "camwarden.yaml")
        self.log = os.path.join(self.dir, "log")
        self.port = free_port()
        if per_address:
            settings = f"  per_address: {per_address}\n{settings}"
        self.write("camwarden.yaml", f"state_dir: {self.state}\nhttp:\n  port: {self.port}\n{settings}")

    def write(self, name, text):
        path = os.path.join(self.dir, name)
        with open(path, "w") as f:
            f.write(text)
        return path

    def run(self, *args, word=None, code=0):
        """word: what somebody types in; code: None = any."""
        p = subprocess.run([program("camwarden"), *args, "--config", self.config], text=True, capture_output=True,
                           timeout=60, input=None if word is None else word + "\n")
        assert code in (None, p.returncode), (args, p)
        return p

    def start(self):
        with open(self.log, "a") as log:
            self.monitor = Child([program("camwarden"), "run", "--config", self.config], stderr=log)
        end = time.monotonic() + 30
        while True:
            try:
                if Person(self.port).get("/healthz").status == 200:
                    return self
            except OSError:
                pass
            assert time.monotonic() < end and self.monitor.process.poll() is None, self.said()
            time.sleep(0.1)

    def said(self):
        with open(self.log) as f:
            return f.read()[-4000:] + "\n".join(line for _, line in self.monitor.lines[-20:])

    def process(self, role):
        """The pid of the monitor's process "web", "reader"..."""
        return child_of(self.monitor.process.pid, "_" + role)

    def person(self, name, password=PASSWORD):
        p = Person(self.port)
        a = p.post("/api/v1/login", {"user": name, "password": password})
        assert a.status == 200 and p.cookie and a.json["user"] == name, (name, a)
        return p

    def setup_token(self):
        """That of the printed link: early in the log, with many feeds."""
        def printed():
            with open(self.log) as f:
                return re.search(r"/setup#([A-Za-z0-9_-]+)", f.read())
        return soon("the link to set it up", printed)[1]

    def people(self, roles=ROLES):
        """{role: Person}, each of all sites and called as the role."""
        admin = Person(self.port)
        a = admin.post("/api/v1/setup", {"token": self.setup_token(), "user": "admin", "password": PASSWORD})
        assert a.status == 200 and a.json["role"] == "admin", a
        found = {"admin": admin}
        for role in roles:
            if role != "admin":
                self.user(admin, role, role)
                found[role] = self.person(role)
        return found

    def user(self, admin, name, role, site=""):
        return admin.ok("/api/v1/users", {"name": name, "role": role, "site": site, "password": PASSWORD,
                                          "reason": "test"}, 201)["id"]


def soon(what, test, seconds=15):
    end = time.monotonic() + seconds
    while True:
        found = test()
        if found:
            return found
        assert time.monotonic() < end, what
        time.sleep(0.2)
