#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Canaries: passwords of cameras (Basic, Digest, a wrong one, in the URL of a
CSV, with every odd letter), of the mail server, of a relay and of the channels of
alerts (whose servers say them back) go through a whole monitor. Nothing that anybody can read holds one of them, in any form: logs
at debug level, all answers of the API and all pages, live events, metrics,
reports, the record, every file of the state directory, backups, what commands
say (also of files that are wrong), the process list all the while, and no core
dump is left. About 45 s. LABEL: light"""
import base64
import hashlib
import html
import http.server
import json
import os
import re
import resource
import signal
import socket
import subprocess
import sys
import tarfile
import threading
import time
import urllib.parse

import channel_servers
from harness import ROOT, Child, films, folder, free_port, program
from people import Person, World, soon

sys.path.insert(0, f"{ROOT}/fixtures/onvif")
import onvif_farm  # noqa: E402

CW = program("camwarden")
REALM = re.search(r'AUTH_REALM "([^"]*)"', open(f"{ROOT}/fixtures/camfarm/auth.h").read() +
                  open(f"{ROOT}/fixtures/camfarm/auth.c").read())[1]
USER = "warden"
GOOD = "Kanarie7 \"q#%:@/ö$&'<;,=cmd"
CANARIES = {"good": GOOD, "wrong": "Falsch9kanarie%41", "mail": "Postkanarie8", "relay": "Relaiskanarie6",
            "probe": "Sondenkanarie5", "header": "Kopfkanarie4", "list": "Listenkanarie3", "onvif": "Gartenkanarie2",
            "token": "Hakenkanarie1", "url": "Wegkanarie0", "key": "Schluesselkanarie", "broker": "Maklerkanarie",
            "manager": "Leiterkanarie", "beat": "Pulskanarie"}


def forms(secret):
    """All that it could look like."""
    raw = secret.encode()
    out = {raw, raw.hex().encode(), raw.hex().upper().encode(), secret.encode("utf-16-le"),
           json.dumps(secret)[1:-1].encode(), json.dumps(secret, ensure_ascii=False)[1:-1].encode(),
           html.escape(secret).encode(), html.escape(secret, quote=False).encode(), secret.replace('"', '""').encode(),
           secret.replace("'", "''").encode(), urllib.parse.quote_plus(secret).encode(), repr(secret)[1:-1].encode()}
    for safe in ("", "/", ":", "!$&'()*+,;="):
        quoted = urllib.parse.quote(secret, safe=safe)
        out |= {quoted.encode(), re.sub("%..", lambda m: m[0].lower(), quoted).encode()}
    # Base64 of any text that holds it: what doesn't depend on its neighbours.
    for shift in range(3):
        whole = base64.b64encode(b"\0" * shift + raw)
        inner = whole[4 if shift else 0:-4]
        out |= {inner, inner.replace(b"+", b"-").replace(b"/", b"_")}
    for kind in (hashlib.md5, hashlib.sha256):
        out.add(kind(f"{USER}:{REALM}:{secret}".encode()).hexdigest().encode())
    # An odd letter may be shown as '?': the part before it is enough.
    out.add(re.split(r"[^\w]", secret)[0].encode())
    return {f for f in out if len(f) > 5}


FORMS = [(name, f) for name, secret in CANARIES.items() for f in forms(secret)]
looked = {}


def clean(where, data, but=()):
    """No canary in it, but those of these names."""
    data = data.encode(errors="surrogateescape") if isinstance(data, str) else data
    looked[where.split(":")[0]] = looked.get(where.split(":")[0], 0) + len(data)
    for name, form in FORMS:
        if name not in but and form in data:
            at = data.index(form)
            raise AssertionError(f"{where}: the canary {name!r} as {form!r} in ..{data[max(0, at - 200):at + 100]!r}")


class Sampler(threading.Thread):
    """The process list, all the while: whoever belongs to this test's session."""

    def __init__(self):
        super().__init__(daemon=True)
        self.over, self.fault, self.rounds = threading.Event(), None, 0
        self.strangers = {os.getpid()}  # and cameras: their command line tells it

    def run(self):
        while not self.over.wait(0.05) and self.fault is None:
            self.rounds += 1
            for pid in filter(str.isdigit, os.listdir("/proc")):
                if int(pid) in self.strangers:
                    continue
                for name in ("cmdline", "environ", "comm"):
                    try:
                        with open(f"/proc/{pid}/{name}", "rb") as f:
                            data = f.read()
                        # Whoever is given it on the line or in a variable has it there for a moment, by his own choice.
                        clean(f"process list: {pid} {name}", data, but=("probe",) if b"camwarden\0probe" in self.line(pid) else ())
                    except OSError:
                        pass
                    except AssertionError as e:
                        self.fault = e

    @staticmethod
    def line(pid):
        try:
            with open(f"/proc/{pid}/cmdline", "rb") as f:
                return f.read()
        except OSError:
            return b""


def ok(p):
    clean(f"commands: {p.args[1:3]}", p.stdout + p.stderr)
    return p


class Echo(http.server.BaseHTTPRequestHandler):
    """A server of channels that says back all that it was told."""
    told = b""

    def log_message(self, *args):
        pass

    def answer(self):
        body = self.rfile.read(int(self.headers["Content-Length"] or 0))
        told = f"{self.headers.get('Authorization')} {self.path} ".encode() + body
        Echo.told += told
        # Cut amid the secret, of those that ask for it.
        told = b"x" * 105 + told if b"/cut" in told else told
        self.send_response(400)
        self.send_header("Content-Length", str(len(told)))
        self.end_headers()
        self.wfile.write(told)

    do_GET = do_POST = do_PUT = answer


def channels(w):
    """The settings of channels whose every secret is a canary."""
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Echo)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    at, broker = f"http://127.0.0.1:{server.server_port}", channel_servers.LyingBroker("refuse")

    def file(name, text):
        with open(os.path.join(w.dir, name), "w", opener=lambda p, f: os.open(p, f, 0o600)) as f:
            f.write(text + "\n")
        return os.path.join(w.dir, name)

    token = file("token", "Bearer " + CANARIES["token"])
    return f"""heartbeat: {{url_file: {file("beat", f"{at}/{CANARIES['beat']}")}, every: 1s}}
alerts:
  budget: none
  gather: 0s
  channels:
    hook: {{kind: webhook, url: {at}/hook, authorization_file: {token}, secret_file: {file("key", CANARIES["key"])},
      body: '{{"key": "{{{{secret}}}}"}}'}}
    cut: {{kind: webhook, url: {at}/cut, authorization_file: {token}}}
    hidden: {{kind: webhook, url_file: {file("url", f"{at}/{CANARIES['url']}")}}}
    manager: {{kind: alertmanager, url: {at}, authorization_file: {file("manager", "Basic " + CANARIES["manager"])}}}
    broker: {{kind: mqtt, url: "mqtt://127.0.0.1:{broker.port}", user: {USER},
      password_file: {file("broker", CANARIES["broker"])}}}
  rules:
    - {{for: 0s, to: [hook, cut, hidden, manager, broker]}}
"""


def channels_say_it_back(w):
    for name, code in (("hook", 1), ("cut", 1), ("hidden", 1), ("manager", 1), ("broker", 1)):
        out = ok(w.run("deliveries", "test", "--channel", name, code=code)).stdout
        assert name == "broker" or "400" in out and "***" in out and CANARIES["token"][:6] not in out, out
    for name in ("token", "key", "url", "manager", "beat"):
        assert CANARIES[name].encode() in Echo.told, name


def start_farm(directory):
    port = free_port()
    farm = Child([program("camfarm"), "--set", films("short", 1, 20), "--hosts", "8", "--net", "62",
                  "--port", str(port), "--seconds", "300", "--no-tls", "--allow-repeat", "--user", USER, "--password", GOOD],
                 cwd=directory)
    farm.wait_line(lambda line: "ready" in line, 20)
    return farm, port


def cell(text):
    return '"' + text.replace('"', '""') + '"'


def inventory(port):
    quoted = urllib.parse.quote(GOOD, safe="")

    def url(n, fault, login=""):
        return f"rtsp://{login}127.62.0.{n}:{port}/f/{fault}/cam{n - 1}"

    rows = [("basic", url(1, "auth_basic"), USER, GOOD), ("md5", url(2, "auth_md5"), USER, GOOD),
            ("sha", url(3, "auth_sha256"), USER, GOOD), ("in url", url(4, "auth_md5", f"{USER}:{quoted}@"), "", ""),
            ("wrong", url(5, "auth_md5"), USER, CANARIES["wrong"]), ("wrong basic", url(6, "auth_basic"), USER, CANARIES["wrong"]),
            ("demux", f"http://{USER}:{quoted}@127.62.0.7:{port}/video.mjpg", "", "")]
    return "site,name,url,user,password\n" + "".join(
        ",".join(("North", name, cell(u), user, cell(p))) + "\n" for name, u, user, p in rows)


def bad_files(w, port):
    """Lists that are wrong in every way near a password: what is said quotes none."""
    good, host = GOOD, f"127.62.0.1:{port}"
    quoted = urllib.parse.quote(GOOD, safe="")
    bad = {
        "no header": f"rtsp://{USER}:{quoted}@{host}/x,{cell(good)},{CANARIES['header']}\n",
        "too many cells": f"url,user,password\nrtsp://{host}/x,{USER},{good},{CANARIES['header']},\"\n",
        "control": f"url,user,password\nrtsp://{host}/x,{USER},\"{CANARIES['header']}\x01\"\n",
        "too long": f"url,user,password\nrtsp://{host}/x,{USER},{CANARIES['header'] * 30}\n",
        "bad port": f"url\nrtsp://{USER}:{CANARIES['header']}@127.0.0.1:99999/x\n",
        "bad host": f"url\nrtsp://{USER}:{CANARIES['header']}@/x\n",
        "bad scheme": f"url\nrtps://{USER}:{CANARIES['header']}@h/x\n",
        "bad percent": f"url\nrtsp://{USER}:{CANARIES['header']}%zz%00@h/x\n",
        "two places": f"url,user,password\nrtsp://{USER}:{CANARIES['header']}@h/x,{USER},{CANARIES['wrong']}\n",
        "two devices": f"device,url,password\nd,rtsp://h/1,{CANARIES['header']}\nd,rtsp://h/2,{CANARIES['wrong']}\n",
        "open quote": f"url,password\nrtsp://h/1,\"{CANARIES['header']}\n",
    }
    for name, text in bad.items():
        path = w.write("bad.csv", text)
        p = subprocess.run([CW, "feeds", "import", path, "--config", w.config], text=True, capture_output=True, timeout=30)
        assert p.returncode in (0, 1, 2), (name, p)
        if name not in ("bad percent",):
            assert p.returncode != 0, (name, p)
        clean(f"mistakes: {name}", p.stdout + p.stderr)
        p = subprocess.run([CW, "check", "--feeds", path, "--config", w.config], text=True, capture_output=True, timeout=30)
        clean(f"mistakes: check {name}", p.stdout + p.stderr)
        os.unlink(path)
        a = w.admin.post("/api/v1/import", {"table": "feeds", "csv": text, "dry_run": True})
        assert a.json["errors"] or name == "bad percent", (name, a)
        clean(f"mistakes: API {name}", a.raw)
    return len(bad)


def all_answers(w):
    with open(os.path.join(ROOT, "docs", "openapi.json")) as f:
        paths = json.load(f)["paths"]
    feeds = w.admin.get("/api/v1/feeds").json["items"]
    incidents = w.admin.get("/api/v1/incidents").json["items"] or [{"number": 1}]
    asked = 0
    for path, methods in paths.items():
        if "get" not in methods or methods["get"]["operationId"] == "events":
            continue
        ids = [f["id"] for f in feeds] if "{id}" in path else [""]
        for feed in ids:
            url = path.replace("{id}", feed).replace("{n}", str(incidents[0]["number"]))
            for name in ("sites", "devices", "feeds") if "{name}" in path else ("",):
                clean(f"API: {url}", w.admin.get(url.replace("{name}", name)).raw)
                asked += 1
    for page in ("/", "/login", "/feeds", f"/feeds/{feeds[0]['id']}", "/incidents", "/references", "/handover"):
        clean(f"pages: {page}", w.admin.get(page).raw)
    for feed in feeds:
        clean("API: retry", w.admin.post(f"/api/v1/feeds/{feed['id']}/retry").raw)
    clean("metrics", Person(w.port).get("/metrics").raw)
    clean("healthz", w.admin.get("/healthz").raw)
    return asked


def live_events(w, into):
    a = w.admin
    request = f"GET /api/v1/events HTTP/1.1\r\nHost: 127.0.0.1\r\nCookie: __Host-camwarden={a.cookie}\r\n\r\n"
    with socket.create_connection(("127.0.0.1", w.port)) as s:
        s.settimeout(1)
        s.sendall(request.encode())
        while not into["over"]:
            try:
                into["data"] += s.recv(65536)
            except TimeoutError:
                pass


def files_of(state):
    for base, _, names in os.walk(state):
        for name in names:
            path = os.path.join(base, name)
            if os.path.isfile(path):
                with open(path, "rb") as f:
                    clean(f"files: {path}", f.read())


def commands(w):
    for argv in (("status",), ("status", "--all", "--json"), ("incidents", "--all", "--json"), ("sites", "list", "--json"),
                 ("devices", "list"), ("devices", "list", "--json"), ("devices", "list", "--csv"), ("feeds", "list", "--csv"),
                 ("feeds", "list", "--json"), ("feeds", "list"), ("check",), ("ledger", "show", "--limit", "10000", "--json"),
                 ("ledger", "show", "--limit", "10000"), ("ledger", "checkpoints", "--json"), ("deliveries", "--json"),
                 ("credentials",), ("credentials", "--json"), ("user", "list", "--json"), ("reports",),
                 ("report", "--date", "today", "-o", os.path.join(w.dir, "r.html")),
                 ("report", "--date", "today", "--json", "-o", os.path.join(w.dir, "r.json")),
                 ("report", "--date", "today", "--csv", "-o", os.path.join(w.dir, "r.csv")), ("unwatched", "--json")):
        p = w.run(*argv, code=None)
        clean(f"commands: {argv}", p.stdout + p.stderr)
    bundle = os.path.join(w.dir, "bundle.tar.gz")
    ok(subprocess.run([CW, "support-bundle", bundle, "--with-hosts", "--config", w.config], text=True, capture_output=True,
                      timeout=60, stdin=subprocess.DEVNULL))
    with tarfile.open(bundle) as t:
        for m in t.getmembers():
            clean(f"support bundle: {m.name}", t.extractfile(m).read())
        assert len(t.getmembers()) > 10, t.getnames()
    made = [name for name in os.listdir(w.dir) if name.startswith("r.")]
    assert "r.html" in made, made
    for name in made:
        if os.path.isfile(path := os.path.join(w.dir, name)):
            clean(f"report: {name}", open(path, "rb").read())


def examined_by_hand(directory, port):
    """`camwarden probe`: by a variable, and (of one's own choice) in the URL, which goes out of the command line."""
    url = f"rtsp://127.62.0.8:{port}/f/auth_md5/cam7"
    env = dict(os.environ, CAMWARDEN_PASSWORD=CANARIES["probe"])
    with subprocess.Popen([CW, "probe", url, "--user", USER, "--for", "4", "--json"], env=env, text=True, cwd=directory,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE) as p:
        time.sleep(1)
        for pid in (p.pid, *children_of(p.pid)):
            for name in ("environ", "cmdline"):
                clean(f"process list: probe's child {pid} {name}", open(f"/proc/{pid}/{name}", "rb").read())
        out, err = p.communicate(timeout=30)
        clean("commands: probe", out + err)
    shown = f"rtsp://{USER}:{CANARIES['probe']}@127.62.0.8:{port}/f/auth_md5/cam7"
    with subprocess.Popen([CW, "probe", shown, "--for", "3"], text=True, cwd=directory, stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE) as p:
        time.sleep(1.5)
        for pid in (p.pid, *children_of(p.pid)):
            clean(f"process list: probe {pid}", open(f"/proc/{pid}/cmdline", "rb").read())
        out, err = p.communicate(timeout=30)
        clean("commands: probe URL", out + err)


def read_from_lists(w, port):
    """Passwords of a file of their own, or of another program's configuration: in order, wrong, and tried."""
    word = CANARIES["list"]
    cameras = w.write("list.csv", f"Camera;RTSP URL\ntried;rtsp://127.62.0.8:{port}/f/auth_md5/cam7?x=1\n")
    env = w.write("list.env", f"FRIGATE_PW={word}\n")
    lists = [(cameras, "--passwords", w.write("pw.csv", f"device;user;password\n*;{USER};{word}\n"), "--try", "--dry-run"),
             (cameras, "--passwords", w.write("pw2.csv", f"device;user;password\n*;{USER};{word}\n*;{USER};{word}2\n")),
             (cameras, "--passwords", w.write("pw3.csv", f"Camera;{USER};{word}\n")),
             (w.write("f.yml", f"cameras:\n a: {{ffmpeg: {{inputs: [{{path: 'rtsp://{USER}:{{FRIGATE_PW}}@127.62.0.8:{port}/f/auth_md5/"
                      "cam7?x=2'}]}}\n"), "--env-file", env, "--try", "--dry-run"),
             (w.write("g.yml", f"streams:\n a: rtsp://{USER}:{word}@h:x/1\n b: [rtsp://{USER}:{word}\n c: {word}\n"),),
             (w.write("h.yml", f"streams: {{a: 'rtsp://{USER}:{word}@h/1', b: 'exec:{word}', a: 'rtsp://{USER}:{word}@h/2'}}\n"),)]
    for argv in lists:
        with subprocess.Popen([CW, "feeds", "import", *argv, "--config", w.config], text=True, cwd=w.dir,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE) as p:
            time.sleep(1)
            for pid in (p.pid, *children_of(p.pid)):
                try:
                    clean(f"process list: a trial's {pid}", open(f"/proc/{pid}/cmdline", "rb").read())
                except FileNotFoundError:
                    pass
            out, err = p.communicate(timeout=90)
            clean(f"commands: import {argv[0]}", out + err)
            assert out + err, argv
    for name in os.listdir(w.dir):
        if name.endswith((".csv", ".yml", ".env")):
            os.unlink(os.path.join(w.dir, name))


def asked_by_onvif(directory):
    """`camwarden devices discover`: by a variable, to devices that take it (not in the clear) or refuse it."""
    port = free_port()
    devices = [onvif_farm.Device(f"127.62.1.{n}", port, USER, CANARIES["onvif"], login=login)
               for n, login in enumerate(("digest", "token", "basic"), 1)]
    devices.append(onvif_farm.Device("127.62.1.9", port, USER, "another", login="token", faults=["drip"]))
    onvif_farm.Farm(devices, search=False)
    env = dict(os.environ, CAMWARDEN_PASSWORD=CANARIES["onvif"])
    with subprocess.Popen([CW, "devices", "discover", "--user", USER, "--json", "--timeout", "4",
                           *(f"{d.address}:{port}" for d in devices)], env=env, text=True, cwd=directory,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE) as p:
        time.sleep(1)
        for pid in (p.pid, *children_of(p.pid)):
            for name in ("environ", "cmdline"):
                clean(f"process list: discover's child {pid} {name}", open(f"/proc/{pid}/{name}", "rb").read())
        out, err = p.communicate(timeout=60)
        clean("commands: discover", out + err)
    states = [d["state"] for d in json.loads(out)["devices"]]
    assert states == ["well", "well", "login-needed", "broken"], out
    for d in devices:
        clean(f"devices: what {d.address} was told", b"".join(d.said))


def children_of(pid):
    out = subprocess.run(["ps", "--no-headers", "-o", "pid", "--ppid", str(pid)], capture_output=True, text=True).stdout
    return [int(word) for word in out.split()]


def cores(directory):
    return [os.path.join(d, n) for d in (directory, "/", "/tmp") for n in os.listdir(d) if re.fullmatch(r"core(\.\d+)?", n)]


def no_core_dumps(w):
    """Aborted where a dump would be made of anybody else: each role, then the monitor."""
    pattern = open("/proc/sys/kernel/core_pattern").read().strip()
    before = set(cores(w.dir))
    canary = subprocess.Popen(["sleep", "60"], cwd=w.dir)
    canary.send_signal(signal.SIGABRT)
    canary.wait()
    made = set(cores(w.dir)) - before
    for path in made:
        os.unlink(path)
    if not made and not pattern.startswith("|"):
        print(f"(no dump is made of anybody here: core_pattern {pattern})")
    monitor = w.monitor.process.pid
    roles = children_of(monitor)
    assert len(roles) >= 6, roles
    for pid in roles:
        limit = next(line for line in open(f"/proc/{pid}/limits") if line.startswith("Max core"))
        # One byte: where dumps go to a program, a limit of none is no limit.
        assert limit.split()[4] in ("0", "1") and limit.split()[5] in ("0", "1"), (pid, limit)
        os.kill(pid, signal.SIGABRT)
    time.sleep(2)
    os.kill(monitor, signal.SIGABRT)
    w.monitor.process.wait(20)
    left = set(cores(w.dir)) - before
    assert not left, left
    return len(roles), bool(made)


def main():
    resource.setrlimit(resource.RLIMIT_CORE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    directory = folder()
    farm, port = start_farm(directory)
    sampler = Sampler()
    w = World()
    with open(os.path.join(w.dir, "mail.password"), "w") as f:
        f.write(CANARIES["mail"] + "\n")
    os.chmod(os.path.join(w.dir, "mail.password"), 0o600)
    with open(w.config, "a") as f:
        f.write(f"log_level: debug\nconnect:\n  loopback_only: true\n  trace_requests: true\nsampling:\n  interval: 2s\n"
                f"agents:\n  enabled: true\n  port: {free_port()}\n"
                f"  relays: \"http://{USER}:{CANARIES['relay']}@127.0.0.1:{free_port()}\"\n"
                f"mail:\n  server: smtp://127.0.0.1:{free_port()}\n  from: a@b.test\n  user: {USER}\n"
                f"  password_file: {w.dir}/mail.password\nreport:\n  mail_to: chief@b.test\n"
                f"ledger:\n  checkpoint_every: 1s\n  witnesses: mail\n{channels(w)}")
    w.start()
    w.admin = w.people(("admin",))["admin"]
    sampler.strangers.add(farm.process.pid)
    sampler.start()
    heard = {"over": False, "data": b""}
    listener = threading.Thread(target=live_events, args=(w, heard), daemon=True)
    listener.start()
    csv = w.write("feeds.csv", inventory(port))
    ok(w.run("feeds", "import", csv, "--reason", "canary"))
    os.unlink(csv)
    basic = w.write("devices.csv", "device,quirks\n" + "".join(f"127.62.0.{n},basic-ok\n" for n in (1, 6)))
    ok(w.run("devices", "import", basic))

    def state(name):
        return next((f["state"], f["cause"]) for f in w.admin.get("/api/v1/feeds").json["items"] if f["name"] == name)

    def let_in(name):
        """Pictures come; that the short film is seen to repeat itself is no matter here."""
        return state(name)[0] == "up" or state(name)[1] in ("looped", "duplicate")

    for name in ("basic", "md5", "sha", "in url"):
        soon(f"{name} is let in", lambda n=name: let_in(n), 60)
    for name in ("wrong", "wrong basic"):
        soon(f"{name} is down", lambda n=name: state(n) == ("down", "auth-failed"), 40)
    secret = w.write("one.password", GOOD + "\n")
    ok(w.run("feeds", "add", f"url=rtsp://127.62.0.8:{port}/f/auth_md5/cam7", f"user={USER}", "name=by hand",
             "--password-file", secret))
    os.unlink(secret)
    soon("by hand is let in", lambda: let_in("by hand"), 60)
    p = ok(w.run("credentials", "rekey", "--reason", "canary"))
    assert "8 sealed with the new key" in p.stdout, p.stdout
    time.sleep(3)
    assert all(let_in(n) for n in ("basic", "md5", "sha", "in url", "by hand")), "rekeyed: none was let go"
    bad = bad_files(w, port)
    channels_say_it_back(w)
    asked = all_answers(w)
    commands(w)
    examined_by_hand(directory, port)
    read_from_lists(w, port)
    asked_by_onvif(directory)
    ok(w.run("backup", os.path.join(w.dir, "copy.db"), "--json"))
    clean("backup", open(os.path.join(w.dir, "copy.db"), "rb").read())
    files_of(w.state)
    # Probes that died are given all again.
    for pid in children_of(w.monitor.process.pid):
        if b"camwarden-stream" in Sampler.line(pid):
            os.kill(pid, signal.SIGKILL)
    soon("up again", lambda: all(let_in(n) for n in ("basic", "md5", "in url")), 60)
    heard["over"] = True
    listener.join()
    clean("live events", heard["data"])
    assert len(heard["data"]) > 500
    roles, made = no_core_dumps(w)
    sampler.over.set()
    sampler.join()
    if sampler.fault:
        raise sampler.fault
    files_of(w.state)
    with open(w.log, "rb") as f:
        log = f.read()
    clean("log", log)
    assert b"DESCRIBE" in log, "requests were traced"
    farm.kill()
    print(f"{len(CANARIES)} canaries in {len(FORMS)} forms; {asked} answers, {bad} wrong files, {sampler.rounds} looks at the "
          f"process list, {roles} roles and the monitor aborted, a dump {'is' if made else 'is not'} made of others")
    print("bytes looked at: " + ", ".join(f"{k} {v}" for k, v in sorted(looked.items())))


main()
