# SPDX-License-Identifier: GPL-3.0-or-later
"""What the tests of consoles share: a monitor with an agents' listener (TLS)
on a handful of simulated cameras, its API, agents that this test plays."""
import json
import os
import ssl
import subprocess
import threading
import time
import urllib.error
import urllib.request

from harness import Child, api_open, api_pulse, api_token, certificate, folder, free_port, program, small_films

DIR = folder()
STATE = os.path.join(DIR, "state")
CONFIG = os.path.join(DIR, "camwarden.yaml")
CERTIFICATE = os.path.join(DIR, "agents.pem")
LOG = os.path.join(DIR, "log")
HTTP, AGENTS = free_port(), free_port()
_tls = []
_token = []


def run(*args, ok=True):
    p = subprocess.run([program("camwarden"), *args, "--config", CONFIG], text=True, capture_output=True, timeout=60)
    assert not ok or p.returncode == 0, (args, p.stdout, p.stderr)
    return p


def write(name, text):
    path = os.path.join(DIR, name)
    with open(path, "w") as f:
        f.write(text)
    return path


def prepare(relays=""):
    assert certificate(DIR, "agents") == CERTIFICATE
    write("camwarden.yaml", f"""state_dir: {STATE}
http:
  port: {HTTP}
agents:
  enabled: true
  address: 127.0.0.1
  port: {AGENTS}
  certificate: {CERTIFICATE}
  key: {DIR}/agents.key
  relays: "{relays}"
""")
    _tls.append(ssl.create_default_context(cafile=CERTIFICATE))
    run("check")


def start_farm(cameras, net, streams=2):
    """Cameras of other films look at other places: there are `streams`."""
    farm = Child([program("camfarm"), "--set", small_films(streams), "--hosts", str(cameras),
                  "--net", str(net), "--port", str(free_port()), "--seconds", "240", "--site-size", str(cameras),
                  "--no-tls", "--control", os.path.join(DIR, "farm.sock"), "--inventory", os.path.join(DIR, "farm.csv")])
    farm.wait_line(lambda line: "ready" in line, 20)
    return farm


def start_monitor(cameras):
    """(monitor, feeds), all feeds up."""
    with open(LOG, "a") as log:
        monitor = Child([program("camwarden"), "run", "--config", CONFIG], stderr=log)
    wait("the monitor is there", 20, lambda: get("/healthz"))
    api_in()
    run("feeds", "import", os.path.join(DIR, "farm.csv"))

    def all_up():
        feeds = get("/api/v1/feeds")["items"]
        return feeds if len(feeds) == cameras and all(f["state"] == "up" for f in feeds) else None
    return monitor, wait(f"{cameras} cameras up", 90, all_up)


def api_in():
    """From now on `get` has a token."""
    if not _token:
        _token.append(api_token(CONFIG))


def open_page(path, timeout=10):
    return api_open(HTTP, path, _token[0] if _token else None, timeout)


def get(path):
    with open_page(path) as r:
        return json.load(r)


def record():
    return api_pulse(HTTP, _token[0])["record"]


def wait(what, seconds, test):
    start = time.monotonic()
    while True:
        try:
            found = test()
        except (OSError, ValueError):
            found = None
        if found:
            print(f"{what}: {time.monotonic() - start:.1f} s", flush=True)
            return found
        assert time.monotonic() - start < seconds, (what, last_seen())
        time.sleep(0.2)


def last_seen():
    try:
        return get("/api/v1/consoles")
    except OSError as e:
        return e


def console(name):
    return next(c for c in get("/api/v1/consoles")["consoles"] if c["console"] == name)


def screen(name):
    return next(s for s in get("/api/v1/consoles")["screens"] if s["screen"] == name)


def views(name):
    return [t["view"] for t in screen(name)["tiles"]]


def post(path, body, token=None, headers=()):
    """To the agents' listener; without a body it is a GET. (status, answer)."""
    data = body if isinstance(body, bytes) or body is None else json.dumps(body).encode()
    request = urllib.request.Request(f"https://127.0.0.1:{AGENTS}{path}", data, dict(headers))
    if token:
        request.add_header("Authorization", "Bearer " + token)
    try:
        with urllib.request.urlopen(request, timeout=10, context=_tls[0]) as r:
            return r.status, json.load(r)
    except urllib.error.HTTPError as e:
        body = e.read()
        return e.code, json.loads(body) if body[:1] == b"{" else {}


class Agent:
    """A console's agent; `hands` a second of input by hand, from 1 Hz on."""

    def __init__(self, token):
        self.token, self.seq, self.life = token, 0, os.urandom(8).hex()
        self.boot, self.last_input = "boot", time.monotonic()
        self.hands = self.locked = False
        self.injected = 0
        self.windows, self.power, self.connections = [], "on", []
        self.stop = threading.Event()
        self.answers = []
        self.thread = None

    def beat(self, **change):
        self.seq += 1
        if self.hands:
            self.last_input = time.monotonic()
        body = {
            "version": 1, "agent": "test/1", "boot": self.boot, "life": self.life, "session": "c1", "seq": self.seq,
            "utc_ms": int(time.time() * 1000), "span_ms": 2000,
            "idle_ms": int((time.monotonic() - self.last_input) * 1000), "locked": self.locked,
            "input": {"moves": 40, "buttons": 1, "keys": 2, "gaps": [0, 0, 3, 20, 10, 5, 2, 1, 1, 0, 1]}
            if self.hands else {"injected": {"moves": self.injected}},
            "screens": [{"name": "HDMI-1", "power": self.power, "width": 1920, "height": 1080}],
            "windows": self.windows, "connections": self.connections,
            "sees": {k: "other" for k in ("input", "idle", "lock", "screens", "windows", "connections")},
        }
        body.update(change)
        return post("/agent/v1/heartbeat", body, self.token)

    def start(self):
        def loop():
            while not self.stop.wait(2):
                try:
                    self.answers.append(self.beat())
                except OSError:
                    pass
        self.answers.append(self.beat())
        self.thread = threading.Thread(target=loop, daemon=True)
        self.thread.start()
        return self

    def end(self):
        self.stop.set()
        self.thread.join()


def token_of(*args):
    out = run("consoles", "token", *args).stdout.split()
    return next(word for word in out if len(word) == 64)


def window(pattern, visible=100, height=1000):
    return {"pattern": pattern, "screen": 0, "width": 1900, "height": height, "visible": visible}
