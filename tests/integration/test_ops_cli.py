#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""What an operator asks and says at the command line: incidents (found by site,
feed, cause; shown, acknowledged by the dozen, noted, muted), sites and devices
(counted, shown, changed, forgotten), with a monitor and without one; and the
support bundle: what is in it, what is not, where it is written. About 25 s.
LABEL: light"""
import json
import os
import re
import subprocess
import tarfile
import tempfile

import harness
from people import World, soon

W = World("sampling:\n  interval: 2s\n")
CW = harness.program("camwarden")


def run(*argv, code=0):
    p = W.run(*argv, code=code)
    return p.stdout if code in (0, None) else p.stdout + p.stderr


def listed(*argv, code=0):
    return json.loads(W.run(*argv, "--json", code=code).stdout)


def sites():
    return {s["site"]: s for s in listed("sites", "list")}


W.write("sites.csv", "site,zone,contact,target\nNorth,Europe/Madrid,\"Ana, 600 123 456\",99.5\n")
W.run("sites", "import", os.path.join(W.dir, "sites.csv"))
W.run("feeds", "import", W.write("feeds.csv", "site,name,device,url,user,password\n"
                                 "North/Gate,c1,gate-nvr,rtsp://127.0.0.1:9/1,warden,hush1\n"
                                 "North/Gate,c2,gate-nvr,rtsp://127.0.0.1:9/2?token=abcdef&channel=2,warden,hush1\n"
                                 "North,yard,,rtsp://localhost:9/3,,\n"
                                 "South,vault,,rtsp://127.0.0.3:9/4,,\n"), "--reason", "test")

# --- before there is a monitor: what is watched, and that nobody knows how it is
before = sites()
assert set(before) == {"North", "North/Gate", "South"}, before
assert before["North"]["feeds"] == 3 and before["North"]["states"]["unknown"] == 3
assert before["North/Gate"]["zone"] == "Europe/Madrid" and before["North/Gate"]["contact"].startswith("Ana")
assert run("incidents", code=3).startswith("NUMBER")
assert "there is no site 'West'" in run("sites", "show", "West", code=1)
assert "there is no device 'x'" in run("devices", "show", "x", code=1)
assert "there is no incident 9" in run("incidents", "show", "9", code=1)

W.start()
ADMIN = W.people(("admin",))["admin"]
soon("incidents of all four", lambda: len(listed("incidents", code=None)) == 4, 40)

# --- sites
now = sites()
assert now["North"]["states"]["down"] == 3 and now["North"]["incidents"] == 3, now
assert now["North"]["causes"] == {"refused": 3} and now["South"]["feeds"] == 1, now
assert [s["site"] for s in listed("sites", "list", "--site", "North")] == ["North", "North/Gate"]
text = run("sites", "show", "North/Gate")
for words in ("contact  Ana, 600 123 456 (of North)", "zone     Europe/Madrid (of North)", "target   99.5 % (of North)",
              "feeds    2: 0 up, 0 degraded, 2 down, 0 unknown", "causes   2 refused", "North/Gate/c1"):
    assert words in text, (words, text)
one = listed("sites", "show", "North")
assert len(one["open"]) == 3 and one["overlays"] == [] and one["target_ppm"] == 995000, one
W.run("maintenance", "add", "--site", "North/Gate", "--for", "2h", "--reason", "new lens")
W.run("maintenance", "add", "--feed", "South/vault", "--for", "1h", "--reason", "bolts")
assert sorted(m["number"] for m in listed("maintenance", "list")) == [1, 2]
assert [m["number"] for m in listed("maintenance", "list", "--site", "North")] == [1]
assert [m["number"] for m in listed("maintenance", "list", "--feed", "North/Gate/c1")] == [1]
assert [m["number"] for m in listed("maintenance", "list", "--feed", "South/vault")] == [2]
assert listed("maintenance", "list", "--tag", "night") == listed("maintenance", "list", "--feed", "North/yard") == []
text = run("maintenance", "show", "2")
for words in ("of       South/vault", "is       in force", "reason   bolts", "by       unix:", "ledger   line "):
    assert words in text, (words, text)
assert listed("maintenance", "show", "2")["reason"] == "bolts"
assert "there is no maintenance 9" in run("maintenance", "show", "9", code=1) and run("maintenance", "show", code=2)
W.run("maintenance", "end", "2", "--reason", "done")
assert [m["number"] for m in listed("maintenance", "list")] == [1] and "is       over" in run("maintenance", "show", "2")
assert "maintenance 1 of site North/Gate, in force, until" in run("sites", "show", "North")
assert listed("sites", "show", "South")["overlays"] == []

assert "1 changed" in run("sites", "set", "South", "contact=Bo", "zone=America/Lima", "--reason", "new phone")
assert sites()["South"]["contact"] == "Bo" and sites()["South"]["zone"] == "America/Lima"
assert "0 changed" in run("sites", "set", "South", "contact=Bo")
assert "there is no site 'West'" in run("sites", "set", "West", "contact=x", code=1)
assert "nothing to set" in run("sites", "set", "South", code=2)
assert run("sites", "set", code=2) and run("sites", "set", "South", "nothing", code=2)
assert "expected" in run("sites", "set", "South", "zone=Nowhere/At all", code=1) or sites()["South"]["zone"]
last = listed("ledger", "show", "--kind", "site.change", "--limit", "1")
assert "new phone" in json.dumps(last) or "Bo" in json.dumps(last), last

# --- devices
devices = {d["name"]: d for d in listed("devices", "list")}
assert devices["gate-nvr"]["feeds"] == 2 and devices["gate-nvr"]["states"]["down"] == 2, devices
assert devices["gate-nvr"]["user"] == "warden" and "hush" not in json.dumps(devices)
assert [d["name"] for d in listed("devices", "list", "--site", "South")] == ["127.0.0.3"]
assert [d["name"] for d in listed("devices", "list", "--search", "NVR")] == ["gate-nvr"]
assert listed("devices", "list", "--state", "up") == [] and len(listed("devices", "list", "--state", "down")) == 3
assert "is no state" in run("devices", "list", "--state", "sideways", code=2)
shown = listed("devices", "show", "gate-nvr")
assert len(shown["list"]) == 2 and shown["causes"] == {"refused": 2} and shown["picture"] is None, shown
text = run("devices", "show", "gate-nvr")
assert "sessions any number" in text and "feeds    2: 0 up" in text and "(maintenance)" in text, text
assert "1 changed" in run("devices", "set", "gate-nvr", "sessions=1", "quirks=no-range")
assert "sessions 1 at once at most" in run("devices", "show", "gate-nvr")
secret = W.write("word", "hush2\n")
assert "changed device gate-nvr" in run("devices", "set", "gate-nvr", "--password-file", secret)
assert "process list" in run("devices", "set", "gate-nvr", "password=x", code=2)
assert "changed feed" in run("feeds", "set", "North/Gate/c1", "criticality=5", "name=gate one", "--reason", "sign")
assert {f["name"]: f["criticality"] for f in listed("feeds", "list")}["gate one"] == 5
assert "1 changed" in run("feeds", "set", "North/Gate/gate one", "name=c1")

# --- incidents
by_cause = listed("incidents", "--cause", "refused", code=1)
assert len(by_cause) == 4 and listed("incidents", "--cause", "frozen") == []
assert "is no cause" in run("incidents", "--cause", "sideways", code=2)
assert {i["where"] for i in listed("incidents", "--site", "North/Gate", code=1)} == {"North/Gate/c1", "North/Gate/c2"}
assert [i["where"] for i in listed("incidents", "--feed", "South/vault", code=1)] == ["South/vault"]
uuid = next(f["uuid"] for f in listed("feeds", "list") if f["name"] == "vault")
assert [i["where"] for i in listed("incidents", "--feed", uuid, code=1)] == ["South/vault"]
assert len(listed("incidents", "--limit", "2", code=1)) == 2
assert listed("incidents", "--from", "2001-01-01", "--to", "2001-01-02") == []
assert len(listed("incidents", "--from", "yesterday", code=1)) == 4
numbers = {i["where"]: i["id"] for i in by_cause}
for wrong in (("show",), ("show", "x"), ("note", "1"), ("mute", "1"), ("mute", "1", "--for", "2h"), ("acknowledge",),
              ("acknowledge", "1", "--site", "North"), ("--limit", "0"), ("dance",), ("--from", "sometime")):
    assert run("incidents", *wrong, code=2), wrong

run("incidents", "acknowledge", str(numbers["South/vault"]), "--reason", "on my way")
assert "did already" in W.run("incidents", "acknowledge", str(numbers["South/vault"])).stderr
assert "3 acknowledged" in run("incidents", "acknowledge", "--site", "North", "--reason", "electrician called")
assert listed("incidents", "--unacknowledged") == []
assert "no such incident" in run("incidents", "acknowledge", "999", code=1)
run("incidents", "note", str(numbers["South/vault"]), "the door was open")
assert "mute 3" in run("incidents", "mute", str(numbers["South/vault"]), "--for", "2h", "--reason", "known")
text = run("incidents", "show", str(numbers["South/vault"]), code=1)
for words in ("where         South/vault", "cause         refused", "to call       Bo", "note          on my way",
              "the door was open", "first to try"):
    assert words in text, (words, text)
shown = listed("incidents", "show", str(numbers["South/vault"]), code=1)
assert shown["said"][0]["text"] == "the door was open" and shown["acknowledged_by"].startswith("unix:"), shown
assert [m["of"] for m in listed("mute", "list")] == ["South/vault"]


# --- the support bundle
def bundle(*argv, code=0, config=W.config):
    where = os.path.join(tempfile.mkdtemp(dir=W.dir), "b.tar.gz")
    p = subprocess.run([CW, "support-bundle", where, *argv, "--config", config], text=True, capture_output=True,
                       timeout=60, stdin=subprocess.DEVNULL)
    assert p.returncode == code, p
    if code or "--list" in argv:
        assert not os.path.exists(where)
        return p, {}
    assert os.stat(where).st_mode & 0o777 == 0o600
    with tarfile.open(where) as t:
        files = {os.path.basename(m.name): t.extractfile(m).read().decode() for m in t.getmembers()}
        assert all(m.name.startswith("camwarden-support/") and m.isfile() and m.mode == 0o600 for m in t.getmembers())
    again = subprocess.run([CW, "support-bundle", where, "--config", config], text=True, capture_output=True, timeout=60,
                           stdin=subprocess.DEVNULL)
    assert again.returncode == 2 and "File exists" in again.stderr, again
    return p, files


NAMES = {"about.txt", "versions.txt", "settings.txt", "status.json", "health.json", "log.txt", "metrics.txt",
         "database.json", "incidents.json", "sites.csv", "devices.csv", "feeds.csv", "machine.txt"}
with open(W.config, "a") as f:
    f.write("mail:\n  server: smtp+plain://mail.corp.example\n  from: warden@corp.example\n"
            "report:\n  mail_to: chief@corp.example\n")
said, files = bundle()
assert set(files) == NAMES, set(files) ^ NAMES
for name in NAMES - {"about.txt"}:
    assert name in said.stdout and name in files["about.txt"], name
assert "camwarden 0" in files["versions.txt"] and "libevent" in files["versions.txt"]
assert "http.port: " in files["settings.txt"] and "mail.from: (19 letters)" in files["settings.txt"], files["settings.txt"]
assert "smtp+plain://host-" in files["settings.txt"]
status = json.loads(files["status.json"])
assert status["alive"] and status["states"]["down"] == 4 and status["monitor"]["feeds"] == 4, status
assert json.loads(files["health.json"])["status"] in ("ok", "failing")
assert "watching 4 feeds" in files["log.txt"] and re.search(r"^20\d\d-..-..T..:..:..Z <6>run: ", files["log.txt"], re.M)
assert "/setup#***" in files["log.txt"], "the one-time token"
assert 'camwarden_feeds{state="down"} 4' in files["metrics.txt"]
database = json.loads(files["database.json"])
assert database["rows"]["feed"] == 4 and database["schema"] >= 6 and database["files"]["camwarden.db"] > 0, database
assert len(json.loads(files["incidents.json"])) == 4
assert "North/Gate,Europe" not in files["sites.csv"] and "***" in files["sites.csv"], files["sites.csv"]
assert "token=***&channel=2" in files["feeds.csv"] and files["feeds.csv"].count("host-") >= 2, files["feeds.csv"]
assert "Max open files" in files["machine.txt"] and "VmRSS" in files["machine.txt"]
whole = "".join(files.values())
for never in ("hush", "abcdef", "Ana", "600 123", "127.0.0.3", "corp.example", "chief", "on my way", "the door",
              open(os.path.join(W.state, "credentials.key")).read().strip()[:64]):
    assert never not in whole, never
# One host has one name throughout, and another one in another bundle.
name = re.search(r"rtsp://(host-\w+):9/4", files["feeds.csv"])[1]
assert name in files["devices.csv"] and name not in "".join(bundle()[1].values())
_, named = bundle("--with-hosts")
assert "rtsp://127.0.0.3:9/4" in named["feeds.csv"] and "chief@" not in "".join(named.values())
p, _ = bundle("--list")
assert "feeds.csv" in p.stdout
broken = W.write("broken.yaml", f"state_dir: {W.state}\nmail:\n  pasword: s3cret\n")
p, files = bundle("--state-dir", W.state, config=broken)
assert "mail.pasword" in p.stderr or "pasword" in p.stderr, p.stderr
assert "s3cret" not in "".join(files.values()) and "mail.pasword: (" in files["settings.txt"]

# --- a device is forgotten: its feeds, its password, in one
assert "is still in use" in run("devices", "remove", "gate-nvr", code=1)
assert run("sites", "forget", "North", code=2)
assert "3 removed" in run("devices", "forget", "gate-nvr", "--reason", "stolen")
assert "gate-nvr" not in run("devices", "list") and len(listed("feeds", "list")) == 2
assert W.monitor.stop() == 0
# And without a monitor.
assert "2 removed" in run("devices", "forget", "127.0.0.3")
assert "1 changed" in run("sites", "set", "South", "contact=Cy")
assert sites()["South"]["contact"] == "Cy"
_, files = bundle()
assert not json.loads(files["status.json"])["alive"] and files["log.txt"], "also of a dead one"
harness.intact(W.state)
print("ok")
