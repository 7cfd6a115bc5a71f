# SPDX-License-Identifier: GPL-3.0-or-later
"""A real monitor whose web pages are asked from here: set up, people of each
role, clients with a log-in's cookie or a token. Its cameras answer nothing."""
import http.client
import json

import harness
import people
from people import PASSWORD


class Client:
    """Who asks: nobody, a log-in (cookie) or a token."""

    def __init__(self, port, token=None, source=None):
        self.port, self.token, self.source, self.cookie = port, token, source, None

    def headers(self, method="GET"):
        out = {"Host": "127.0.0.1"}
        if self.cookie:
            out["Cookie"] = self.cookie
        if self.token:
            out["Authorization"] = f"Bearer {self.token}"
        if method != "GET":
            out |= {"X-Camwarden": "1", "Content-Type": "application/json"}
        return out

    def ask(self, method, path, body=None, headers=None, whole=True, seconds=20):
        """(status, what came: an object where it is JSON). whole=False: the
        body is left, as of a stream that never ends."""
        c = http.client.HTTPConnection("127.0.0.1", self.port, timeout=seconds,
                                       source_address=(self.source, 0) if self.source else None)
        try:
            data = None if method == "GET" else json.dumps(body if body is not None else {})
            c.request(method, path, data, self.headers(method) | (headers or {}))
            r = c.getresponse()
            for name, value in r.getheaders():
                if name.lower() == "set-cookie":
                    self.cookie = value.split(";")[0]
            if not whole:
                return r.status, None
            got = r.read()
            try:
                return r.status, json.loads(got)
            except ValueError:
                return r.status, got
        finally:
            c.close()

    def ok(self, method, path, body=None):
        status, got = self.ask(method, "/api/v1" + path, body)
        assert status < 300, (method, path, status, got)
        return got

    def login(self, user, password=PASSWORD):
        return self.ask("POST", "/api/v1/login", {"user": user, "password": password})


class World(people.World):
    """`clients`: by role, and "kiosk", whose token has been claimed."""

    def __init__(self, feeds=6, settings=""):
        super().__init__(settings, per_address=None)
        self.run("feeds", "import", self.write("feeds.csv", "site,name,url\n" + "".join(
            f"{'North' if i % 2 else 'South/Quay'},Camera {i},rtsp://127.0.0.1:9/{i}\n" for i in range(feeds))), "--reason", "test")
        self.start()
        self.clients = self.people()

    def people(self):
        found = super().people()
        self.admin = found["admin"] = self.person("admin")
        self.kiosk_token = self.admin.ok("POST", "/tokens", {"name": "wall-1", "kind": "kiosk", "site": "",
                                                             "reason": "test"})["token"]
        found["kiosk"] = Client(self.port)
        found["kiosk"].ok("POST", "/kiosk", {"token": self.kiosk_token})
        return found

    def person(self, name, source=None):
        client = Client(self.port, source=source)
        status, got = client.login(name)
        assert status == 200, (name, status, got)
        return client

    def feeds(self, client=None):
        return (client or self.admin).ok("GET", "/feeds?limit=100")["items"]

    def rss_kib(self, role):
        return harness.rss_kib(self.process(role))
