# SPDX-License-Identifier: GPL-3.0-or-later
"""What the record says of how it is made: `settings` and `clock.sync` lines at
the start, settings again when they changed.
LABEL: light"""
import hashlib
import json
import os
import signal
import sqlite3
import subprocess
import time

from harness import Child, folder, program

CW = program("camwarden")
DIR = folder()
CONFIG = os.path.join(DIR, "c.yaml")
DB = os.path.join(DIR, "state", "camwarden.db")


def write(more=""):
    text = f"state_dir: {DIR}/state\nhttp:\n  enabled: false\n{more}"
    with open(CONFIG, "w") as f:
        f.write(text)
    return hashlib.sha256(text.encode()).hexdigest()


def lines(kind):
    db = sqlite3.connect(f"file:{DB}?mode=ro", uri=True)
    rows = db.execute("SELECT body FROM event WHERE kind = ? ORDER BY seq", (kind,)).fetchall()
    db.close()
    return [json.loads(row[0]) for row in rows]


def wait(what, test):
    end = time.monotonic() + 10
    while not test():
        assert time.monotonic() < end, what
        time.sleep(0.1)


def sha(path):
    return hashlib.sha256(open(path, "rb").read()).hexdigest()


first = write()
monitor = Child([CW, "run", "--config", CONFIG], stderr=subprocess.STDOUT)
monitor.wait_line(lambda line: "watching" in line, 20)
wait("settings", lambda: lines("settings") and lines("clock.sync"))
s = lines("settings")[0]
assert (s["file"], s["sha256"]) == (CONFIG, first), s
assert s["program"] == sha(CW)
assert s["probes"]["camwarden-stream"] == sha(program("camwarden-stream")), s["probes"]
assert s["settings"]["stream.stall_timeout"] == "10s" and s["settings"]["keep.events"] == "400d", s
assert s["settings"]["report.target"] == 990000 and s["witnesses"] == []
c = lines("clock.sync")[0]
assert isinstance(c["synchronised"], bool) and c["error_us"] >= 0 and c["text"], c

status = json.loads(subprocess.run([CW, "status", "--json", "--config", CONFIG], capture_output=True, text=True).stdout)
assert status["monitor"]["clock"]["synchronised"] == c["synchronised"], status["monitor"]

# The same again is no news; a comment is another file, and a threshold too.
monitor.process.send_signal(signal.SIGHUP)
wait("reload", lambda: len(lines("monitor.reload")) == 1)
time.sleep(0.6)
assert len(lines("settings")) == 1
second = write("stream:\n  return_grace: 1500ms\n")
monitor.process.send_signal(signal.SIGHUP)
wait("changed", lambda: len(lines("settings")) == 2)
s = lines("settings")[1]
assert s["sha256"] == second != first and s["settings"]["stream.return_grace"] == "1500ms"
# Who is told of what is in it; not what a channel's URL holds.
write("alerts:\n  channels:\n    log: {kind: syslog, url: 'syslog://127.0.0.1:9'}\n"
      "    ntfy: {kind: webhook, url: 'https://ntfy.example/hush-hush'}\n"
      "  rules:\n    - {name: gates, site: North/Gate, to: [ntfy], for: 30s, causes: [down]}\n")
monitor.process.send_signal(signal.SIGHUP)
wait("rules", lambda: len(lines("settings")) == 3)
items = lines("settings")[2]["items"]
assert [c["name"] for c in items["alerts.channels"]] == ["log", "ntfy"] and "hush" not in json.dumps(items), items
rule = items["alerts.rules"][0]
assert (rule["name"], rule["site"], rule["to"], rule["for"], rule["exempt"]) == ("gates", "North/Gate", "ntfy", "30s", False), rule
# One with a mistake is not in force.
write("nonsense: 1\n")
monitor.process.send_signal(signal.SIGHUP)
time.sleep(1)
assert len(lines("settings")) == 3
assert monitor.stop() == 0
print("settings and clock are in the record:", c["text"])
