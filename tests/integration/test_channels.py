#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Alerts by every means at once, through the whole monitor: mail (exim4), MQTT
(mosquitto), Alertmanager, syslog over TLS (rsyslog), and the recipes of
docs/channels.md against servers that hold each request against the service's
documented form. A channel that hangs holds nobody up and its notice goes another
way; a server that says our secret back is not quoted; nothing is lost over kill -9;
the heartbeat stops when camwarden isn't well. LABEL: light. About 30 s."""
import concurrent.futures
import contextlib
import hashlib
import http.server
import json
import os
import re
import signal
import sqlite3
import subprocess
import textwrap
import threading
import time

import jsonschema

import channel_servers as servers
from harness import ROOT, Child, folder, free_port, program, wait_port
from mail_servers import Exim

SECRETS = {"key": "R0UTING-k3y-canary-0001", "token": "tk_canary_ntfy_2", "slack": "T00/B00/canary-slack-3"}
dir = folder()
state, log = f"{dir}/state", open(f"{dir}/log", "ab")

# What the services document; lengths are theirs.
TEXT = {"type": "string", "minLength": 1}
PLAIN = {"type": "object", "required": ["type", "text"], "additionalProperties": False, "properties": {
    "type": {"const": "plain_text"}, "emoji": {"type": "boolean"}, "text": TEXT | {"maxLength": 3000}}}
SCHEMAS = {
    "ntfy": {"type": "object", "required": ["topic"], "additionalProperties": False, "properties": {
        "topic": {"type": "string", "pattern": "^[-_A-Za-z0-9]{1,64}$"}, "title": {"type": "string"},
        "message": {"type": "string", "maxLength": 4096}, "priority": {"type": "integer", "minimum": 1, "maximum": 5},
        "tags": {"type": "array", "items": {"type": "string"}}, "click": {"type": ["string", "null"]}}},
    "slack": {"type": "object", "required": ["text", "blocks"], "additionalProperties": False, "properties": {
        "text": TEXT, "blocks": {"type": "array", "maxItems": 50, "items": {"oneOf": [
            {"type": "object", "required": ["type", "text"], "additionalProperties": False,
             "properties": {"type": {"const": "section"}, "text": PLAIN}},
            {"type": "object", "required": ["type", "elements"], "additionalProperties": False,
             "properties": {"type": {"const": "context"}, "elements": {"type": "array", "maxItems": 10,
                                                                       "items": PLAIN}}}]}}}},
    "teams": {"type": "object", "required": ["type", "attachments"], "properties": {
        "type": {"const": "message"}, "attachments": {"type": "array", "minItems": 1, "items": {
            "type": "object", "required": ["contentType", "content"], "properties": {
                "contentType": {"const": "application/vnd.microsoft.card.adaptive"}, "contentUrl": {"type": "null"},
                "content": {"type": "object", "required": ["type", "version", "body"], "properties": {
                    "type": {"const": "AdaptiveCard"}, "version": {"const": "1.4"}, "body": {"type": "array", "items": {
                        "oneOf": [{"properties": {"type": {"const": "TextBlock"}, "text": {"type": "string"},
                                                  "color": {"enum": ["Good", "Attention"]}}, "required": ["text"]},
                                  {"properties": {"type": {"const": "FactSet"}, "facts": {"type": "array", "items": {
                                      "required": ["title", "value"]}}}, "required": ["facts"]}]}}}}}}}}},
    "pagerduty": {"type": "object", "required": ["routing_key", "event_action", "payload"], "properties": {
        "routing_key": {"const": SECRETS["key"]}, "event_action": {"enum": ["trigger", "acknowledge", "resolve"]},
        "dedup_key": {"type": "string", "minLength": 1, "maxLength": 255},
        "client_url": {"type": ["string", "null"]}, "payload": {
            "type": "object", "required": ["summary", "source", "severity"], "properties": {
                "summary": TEXT | {"maxLength": 1024}, "source": TEXT,
                "severity": {"enum": ["critical", "error", "warning", "info"]},
                "timestamp": {"type": "string", "pattern": r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$"},
                "custom_details": {"type": "object"}}}}},
    "plain": {"type": "object", "required": ["version", "key", "kind", "severity", "place", "since", "feeds"], "properties": {
        "version": {"const": 1}, "source": {"const": "camwarden"}, "alert": {"type": "integer"},
        "feeds": {"type": "array"}, "over": {"type": ["string", "null"]}, "url": {"type": ["string", "null"]}}},
}


class Services(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *args):
        pass

    def do_GET(self):
        self.server.beats.append(time.monotonic())
        self.answer(200, b"")

    def do_POST(self):
        raw = self.rfile.read(int(self.headers["Content-Length"]))
        way = self.path.split("/")[1]
        if way == "hang":
            self.server.hung += 1
            time.sleep(60)
            return
        if way == "echo":
            self.answer(400, b"who is " + self.headers["Authorization"].encode() + b"?")
            return
        if way == "flaky" and self.server.flaky:
            self.answer(503, b"come back later")
            return
        try:
            got = json.loads(raw)
            jsonschema.Draft202012Validator(SCHEMAS.get(way, SCHEMAS["plain"])).validate(got)
            if way == "ntfy":
                assert self.headers["Authorization"] == "Bearer " + SECRETS["token"]
            if way == "slack":
                assert self.path == "/slack/" + SECRETS["slack"]
            assert self.headers["Content-Type"] == "application/json"
            self.server.taken.setdefault(way, []).append(got)
            self.answer(200, b"ok")
        except Exception as e:
            self.server.wrong.append((way, str(e)[:600], raw[:300]))
            self.answer(400, b"not of the documented form")

    def answer(self, code, body):
        self.send_response(code)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


web = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Services)
web.daemon_threads, web.handle_error = True, lambda *a: None
web.taken, web.wrong, web.beats, web.hung, web.flaky = {}, [], [], 0, True
threading.Thread(target=web.serve_forever, daemon=True).start()
at = f"http://127.0.0.1:{web.server_port}"


def secret(name, text):
    with open(f"{dir}/{name}", "w", opener=lambda p, f: os.open(p, f, 0o600)) as f:
        f.write(text + "\n")
    return f"{dir}/{name}"


def recipes():
    """The YAML of docs/channels.md, its servers and files ours."""
    with open(f"{ROOT}/docs/channels.md", encoding="utf-8") as f:
        part = f.read().split("## Recipes")[1].split("## Alertmanager")[0]
    text = "".join(re.findall(r"```yaml\n(.*?)```", part, re.S))
    for old, new in (("https://ntfy.example.org/", f"{at}/ntfy"),
                     ("https://events.pagerduty.com/v2/enqueue", f"{at}/pagerduty"),
                     ("/etc/camwarden/ntfy.token", secret("token", "Bearer " + SECRETS["token"])),
                     ("/etc/camwarden/slack.url", secret("slack", f"{at}/slack/{SECRETS['slack']}")),
                     ("/etc/camwarden/teams.url", secret("teams", f"{at}/teams/x?api-version=1&sig=abc")),
                     ("/etc/camwarden/pagerduty.key", secret("key", SECRETS["key"]))):
        assert old in text, old
        text = text.replace(old, new)
    return textwrap.indent(text, "    ")


with concurrent.futures.ThreadPoolExecutor() as pool:
    exim, broker, syslog, am = pool.map(lambda start: start(), (Exim, servers.Mosquitto, servers.Rsyslog,
                                                                servers.Alertmanager))
heard = servers.Listener(broker.port, "warden/#")
NAMES = ["phone", "slack", "teams", "pagerduty", "post", "flaky", "mail", "broker", "am", "log", "hang"]
with open(f"{dir}/c.yaml", "w") as f:
    f.write(f"""state_dir: {state}
http: {{enabled: false}}
network: {{watch: false}}
report: {{enabled: false}}
connect: {{loopback_only: true}}
mail: {{server: "smtp+plain://127.0.0.1:{exim.port}", from: camwarden@house.test}}
heartbeat: {{url: {at}/beat, every: 1s}}
alerts:
  gather: 0s
  url: https://wall.example.org
  channels:
{recipes()}
    post: {{kind: webhook, url: {at}/plain}}
    flaky: {{kind: webhook, url: {at}/flaky}}
    hang: {{kind: webhook, url: {at}/hang, or_else: second, or_else_after: 2s}}
    second: {{kind: webhook, url: {at}/second}}
    echo: {{kind: webhook, url: {at}/echo, authorization_file: {dir}/token}}
    mail: {{kind: mail, to: 'chief@b.test, nobody@b.test', picture: true}}
    broker: {{kind: mqtt, url: 'mqtts://localhost:{broker.tls_port}', ca_file: {broker.ca}, topic: warden,
      feeds: [gate, yard], home_assistant: true, discovery: warden/ha,
      user: {servers.USER}, password_file: {secret("broker", servers.PASSWORD)}}}
    am: {{kind: alertmanager, url: 'http://127.0.0.1:{am.port}'}}
    log: {{kind: syslog, url: 'syslog+tls://localhost:{syslog.tls}', ca_file: {syslog.ca}}}
  rules:
    - {{site: North/Gate, for: 0s, exempt: true, to: [{", ".join(NAMES)}]}}
""")


class Monitor(Child):
    def __init__(self):
        super().__init__([program("camwarden"), "run", "--config", f"{dir}/c.yaml"], stderr=log)


def run(*words, check=True):
    p = subprocess.run([program("camwarden"), *words, "--config", f"{dir}/c.yaml"], capture_output=True, text=True, timeout=90)
    assert not check or p.returncode == 0, p
    return p


def wait(what, test, seconds=40):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        with contextlib.suppress(sqlite3.OperationalError, OSError):
            got = test()
            if got:
                return got
        time.sleep(0.1)
    with open(f"{dir}/log", errors="replace") as f:
        raise AssertionError(f"{what}: not within {seconds} s; refused: {web.wrong}\n{f.read()[-3000:]}")


def deliveries():
    p = run("deliveries", "--json", check=False)
    assert p.stdout, p
    return json.loads(p.stdout)


def of(way, kind):
    field = {"pagerduty": lambda g: g["event_action"] == {"firing": "trigger", "resolved": "resolve"}[kind],
             "ntfy": lambda g: ("rotating_light" in g["tags"]) == (kind == "firing"),
             "teams": lambda g: ("Attention" in str(g)) == (kind == "firing"),
             "slack": lambda g: g["text"].endswith(kind)}.get(way, lambda g: g["kind"] == kind)
    return [g for g in web.taken.get(way, []) if field(g)]


def feeds(text):
    with open(f"{dir}/feeds.csv", "w", encoding="utf-8") as f:
        f.write("site,name,url,tags\n" + text)
    run("feeds", "import", f"{dir}/feeds.csv", "--reason", "test")


assert run("check").stderr == ""
closed = free_port()
evil = "cámara 1 <!channel> {{secret}}"
m = Monitor()
wait("a start", lambda: run("status", check=False).returncode == 0, 20)
began = time.monotonic()
feeds(f'North/Gate,"{evil}",rtsp://127.0.0.1:{closed}/1,gate\nNorth,not told,rtsp://127.0.0.1:{closed}/2,\n')

# By every means, each in the service's own form.
for way in ("ntfy", "slack", "teams", "pagerduty", "plain"):
    [told] = wait(way, lambda way=way: of(way, "firing"))
first = of("plain", "firing")[0]
assert first["place"] == f"North/Gate/{evil}" and first["cause"] == "refused" and first["severity"] == "high", first
assert of("pagerduty", "firing")[0]["payload"]["summary"].startswith("[high] North/Gate/cámara 1"), web.taken["pagerduty"]
key = first["key"]
told = heard.wait(lambda m: m[0] == f"warden/alert/{key}" and m[1], "MQTT")
assert json.loads(told[1])["key"] == key
heard.wait(lambda m: m == ("warden/status", b"online", False), "our state at the broker")
assert "|alert.err|camwarden|firing|" in syslog.wait(f'key="{key}"')
# A broker keeps the state of the feeds that it is to know, as Home Assistant finds it.
later = servers.Listener(broker.port, "warden/#")
found = later.wait(lambda m: m[0].startswith("warden/ha/binary_sensor/") and m[2], "discovery")
found = json.loads(found[1])
assert found["device_class"] == "connectivity" and found["availability_topic"] == "warden/status", found
later.wait(lambda m: m[0] == found["state_topic"] and m[2] and json.loads(m[1])["state"] == "down", "its state")
later.wait(lambda m: m[0] == "warden/alerts" and json.loads(m[1])["open"] >= 1, "the alerts")
assert len([m for m in later.heard if m[0].endswith("/config")]) == 1, later.heard
alert = wait("Alertmanager", lambda: am.alerts().get(key))
assert alert["status"]["state"] == "active" and alert["labels"]["severity"] == "high" and "refused" in alert["annotations"]["cause"]
[mail] = wait("a mail", lambda: exim.mails())
assert "[high] North/Gate/cámara 1" in mail["Subject"], mail["Subject"]
assert "Nobody" not in mail["Subject"] and "connection refused" in mail.get_body(("plain",)).get_content()
assert "<!channel>" not in mail.get_body(("html",)).get_content()  # as text: escaped
print(f"told by all: {time.monotonic() - began:.1f} s", flush=True)

# One that hangs held nobody up, and its notice goes another way.
wait("one that hangs", lambda: web.hung >= 1)
[other] = wait("the other way", lambda: of("second", "firing"), 20)
assert other["key"] == key
row = wait("its row", lambda: [d for d in deliveries() if d["to"] == "hang" and d["told_by"] == "second"])
assert row[0]["state"] == "told otherwise", row
by = {d["to"]: d for d in deliveries()}
assert "no such person" in by["mail"]["said"] and by["mail"]["state"] == "sent", by["mail"]
assert by["flaky"]["state"] == "retrying" and "503: come back later" in by["flaky"]["said"], by["flaky"]

# The answer to a test, at once; a secret that is said back is not quoted.
names = ("phone", "mail", "broker", "am", "log")
with concurrent.futures.ThreadPoolExecutor() as pool:
    for name, p in zip(names, pool.map(lambda name: run("deliveries", "test", "--channel", name), names)):
        assert p.stdout.startswith(f"{name}: sent: "), p
p = run("deliveries", "test", "--channel", "echo", check=False)
assert p.returncode == 1 and "400" in p.stdout and "who is " in p.stdout and "*" in p.stdout, p
assert run("deliveries", "test", "--channel", "nobody", check=False).returncode == 1

# Killed while one waits: it comes, once, when its server takes it. A mail shows the picture of the trouble's beginning.
m.process.send_signal(signal.SIGKILL)
m.process.wait()
heard.wait(lambda m: m == ("warden/status", b"offline", False), "the will")
web.flaky = False
PNG = b"\x89PNG\r\n\x1a\nno more than this"
with contextlib.closing(sqlite3.connect(f"{state}/camwarden.db")) as db, db:
    db.execute("INSERT INTO thumbnail(feed, kind, utc, incident, width, height, sha256, png) SELECT feed, 2, at, id, 320, 180,"
               " ?, ? FROM incident WHERE id = ?", (hashlib.sha256(PNG).digest(), PNG, first["incident"]))
    db.execute("UPDATE incident SET after = (SELECT max(id) FROM thumbnail) WHERE id = ?", (first["incident"],))
    db.execute("INSERT INTO delivery(kind, target, subject, path, body, made, due, notice) SELECT kind, target, subject, path,"
               " body, made, made, notice FROM delivery WHERE target = 'mail' AND notice IS NOT NULL ORDER BY id LIMIT 1")
m = Monitor()
wait("what waited", lambda: of("flaky", "firing"), 10)
[shown] = [part for mail in exim.wait_mail(3) for part in mail.walk() if part.get_content_type() == "image/png"]
assert shown.get_payload(decode=True) == PNG and shown["Content-ID"] == "<picture>"

# The end is told to whoever was told, also where it went by another way.
run("feeds", "remove", f"North/Gate/{evil}", "--reason", "test")
for way in ("ntfy", "slack", "teams", "pagerduty", "plain", "flaky", "second"):
    wait(f"the end by {way}", lambda way=way: of(way, "resolved"), 30)
heard.wait(lambda m: m == (f"warden/alert/{key}", b"", False), "its retained topic is emptied")
assert "|alert.info|camwarden|resolved|" in syslog.wait("|resolved|")
heard.wait(lambda m: m == (found["state_topic"], b"", False), "a feed that is no more")
wait("Alertmanager's end", lambda: key not in am.alerts())
time.sleep(1)
for way in ("plain", "ntfy", "slack", "teams", "pagerduty", "flaky", "second"):
    assert len(of(way, "firing")) == 1 and len(of(way, "resolved")) >= 1, (way, web.taken[way])
assert web.wrong == [], web.wrong

# The heartbeat: while it is well.
wait("a heartbeat", lambda: len(web.beats) > 3)
m.process.send_signal(signal.SIGSTOP)
time.sleep(0.5)  # what was under way
beats = len(web.beats)
time.sleep(1.5)
assert len(web.beats) == beats
m.process.send_signal(signal.SIGCONT)
wait("it beats again", lambda: len(web.beats) > beats)
assert m.stop() == 0

with open(f"{dir}/log", errors="replace") as f:
    text = f.read()
assert "runtime error" not in text and "AddressSanitizer" not in text, text[-3000:]
with open(f"{state}/camwarden.db", "rb") as f:
    database = f.read()
for canary in (*SECRETS.values(), servers.PASSWORD):
    assert canary not in text and canary.encode() not in database, canary
print("all told, no secret anywhere")
