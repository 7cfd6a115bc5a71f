#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who is told what, by a running monitor: cameras that are not there become
alerts, by the rules in force; a mute holds back; acknowledged, nobody is told
again; killed at any moment, each is told once; removed, all who were told hear
of it; other rules after SIGHUP; many that leave the inventory while nobody is
here. A syslog server of the test's hears it all. About 35 s. LABEL: light"""
import json
import signal
import socket
import sqlite3
import threading
import time

from harness import api_open, api_token, intact
from people import World, soon

ears = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
ears.bind(("127.0.0.1", 0))
heard = []


def listen():
    while True:
        heard.append(ears.recv(65536).decode())


threading.Thread(target=listen, daemon=True).start()
CHANNEL = f"    log: {{kind: syslog, url: 'syslog://127.0.0.1:{ears.getsockname()[1]}'}}\n"
RULES = (CHANNEL + "  roles:\n"
         "    operator: {channels: log, budget: 1 per 2s}\n"
         "    chief: {channels: log, budget: none}\n"
         "    nobody: {channels: log, room: Empty room}\n"
         "  rules:\n"
         "    - {name: machine, to: log, for: 0s, repeat: 0s, continue: true}\n"
         "    - {name: dear, criticality: 5, to: nobody, for: 1s, repeat: 0s, escalate: chief, escalate_after: 1h}\n"
         "    - {name: rest, to: operator, for: 1s, repeat: 1s}\n")
FEEDS = 6
W = World(f"alerts:\n  gather: 500ms\n  channels:\n{RULES}")
W.run("feeds", "import", W.write("f.csv", "site,name,url,criticality\n" + "".join(
    f"{'A' if n < 3 else 'B'},c{n},rtsp://127.0.0.{n + 2}:9/,{5 if n == 0 else 3}\n" for n in range(FEEDS))))
W.run("mute", "add", "--feed", "B/c5", "--for", "1h", "--reason", "cleaning")
W.start()


def rows(sql, *args):
    db = sqlite3.connect(f"file:{W.state}/camwarden.db?mode=ro", uri=True)
    try:
        return db.execute(sql, args).fetchall()
    finally:
        db.close()


def told(kind=1, to="log"):
    """Places of which that was told, alone or by a digest."""
    return sorted(r[0] for r in rows("SELECT a.place FROM notice n JOIN alert a ON a.id = n.alert WHERE n.kind = ? AND"
                                     " n.recipient = ? AND n.told IS NOT NULL", kind, to))


def follow(scope):
    """The names of events that such a one hears from now on."""
    names, token = [], api_token(W.config, f"ears-{scope}", scope)

    def listen_on():
        with api_open(W.port, "/api/v1/events", token, timeout=60) as stream:
            for line in stream:
                if line.startswith(b"event: "):
                    names.append(line[7:].strip().decode())

    threading.Thread(target=listen_on, daemon=True).start()
    soon("its first pulse", lambda: names, 10)
    return names


PLACES = [f"{'A' if n < 3 else 'B'}/c{n}" for n in range(FEEDS)]
AWAKE = PLACES[:5]

# --- killed as soon as there is something to lose, and again a moment later
for _ in range(3):
    soon("an alert", lambda: rows("SELECT 1 FROM alert"), 40)
    time.sleep(0.4)
    W.monitor.process.send_signal(signal.SIGKILL)
    W.monitor.process.wait()
    W.start()
soon("all are told to the machine", lambda: told() == AWAKE, 40)
soon("to the operator", lambda: told(to="operator") == AWAKE[1:], 30)
# Nobody was on duty for the dear one: the next was told at once.
soon("to the chief", lambda: told(to="chief") == AWAKE[:1])
assert told(to="nobody") == [] and told(kind=3) == []
twice = rows("SELECT alert, recipient, kind, count(*) FROM notice WHERE kind = 1 GROUP BY 1, 2, 3 HAVING count(*) > 1")
assert twice == [], twice
# Every incident that may alert is found in an alert; the muted one's is there.
assert rows("SELECT i.id FROM incident i LEFT JOIN alert a ON a.id = i.alert WHERE i.alertable AND a.id IS NULL") == []
assert rows("SELECT excused FROM alert WHERE place = 'B/c5'") == [(2,)]
held = json.loads(W.run("alerts", "held", "--json").stdout)
assert {"B/c5": "mute"}.items() <= {a["place"]: a["held"] for a in held}.items(), held

# --- the operator hears at most once in 2 s, and again each second what he may
EARS = {scope: follow(scope) for scope in ("viewer", "operator")}
sent = soon("reminders", lambda: (times := [r[0] / 1e6 for r in rows(
    "SELECT told FROM notice WHERE recipient = 'operator' AND digest IS NULL AND told IS NOT NULL ORDER BY told")])
    and len(times) > 2 and times)
assert all(b - a > 1.9 for a, b in zip(sent, sent[1:])), sent
# Who is told is heard by those who may read it.
soon("a notice on the stream", lambda: "alert" in EARS["operator"], 10)
assert "alert" not in EARS["viewer"] and "pulse" in EARS["viewer"], EARS
ADMIN = W.people(("admin",))["admin"]
alerts = {a["place"]: a for a in ADMIN.get("/api/v1/alerts?open=1").json["items"]}
assert sorted(alerts) == PLACES and alerts[PLACES[0]]["rule"] == "machine", alerts
for place in AWAKE:
    ADMIN.ok(f"/api/v1/incidents/{alerts[place]['incident']}/acknowledge", {"note": "electrician"})
soon("acknowledged", lambda: rows("SELECT count(*) FROM alert WHERE acknowledged") == [(5,)])
before = rows("SELECT count(*) FROM notice")
time.sleep(4)
after = rows("SELECT count(*) FROM notice")
assert after[0][0] - before[0][0] <= 1, (before, after)  # what waited already
one = ADMIN.get(f"/api/v1/alerts/{alerts[AWAKE[1]]['number']}").json
assert {n["to"] for n in one["notices"]} == {"log", "operator"} and one["deliveries"], one
assert W.run("alerts", code=1).stdout.count("acknowledged") == 5
log = W.run("alerts", "log", "--to", "chief").stdout
assert "firing" in log and AWAKE[0] in log, log
shown = W.run("alerts", "show", str(alerts[AWAKE[1]]["number"])).stdout
assert "operator" in shown and "log" in shown, shown
assert "camwarden_alerts_open 6" in ADMIN.get("/metrics").raw.decode()

# --- other rules: on record, and whoever was told is not told again
with open(W.config) as f:
    text = f.read()
W.write("camwarden.yaml", text.replace("name: rest, to: operator, for: 1s", "name: new, to: [operator, chief], for: 1s"))
W.monitor.process.send_signal(signal.SIGHUP)
soon("the rules on record", lambda: any('"new"' in r[0] for r in rows("SELECT body FROM event WHERE kind = 'settings'")))
W.run("feeds", "remove", "B/c4", "--reason", "gone")
soon("its end, to whoever heard of it", lambda: told(4) == ["B/c4"] and told(4, "operator") == ["B/c4"])
assert rows("SELECT count(*) FROM notice WHERE kind = 1 AND recipient = 'operator'") == [(4,)]
# --- out they went
soon("all is sent", lambda: rows("SELECT count(*) FROM delivery WHERE done IS NULL") == [(0,)], 30)
lines = "\n".join(heard)
assert all(place in lines for place in AWAKE) and "B/c5" not in lines, lines[:2000]
assert rows("SELECT count(*) FROM event WHERE kind = 'alert.told'") == rows(
    "SELECT count(*) FROM notice WHERE told IS NOT NULL AND digest IS NULL")
assert W.monitor.stop() == 0, W.said()

# --- many leave the inventory while nobody is here, one is switched off: it is over with all of them
HEAD = "site,name,url,criticality,enabled\n"
KEPT = "".join(f"{'A' if n < 3 else 'B'},c{n},rtsp://127.0.0.{n + 2}:9/,{5 if n == 0 else 3},%s\n" for n in (0, 1, 2, 3, 5))
MANY = "".join(f"G{n // 3},g{n},rtsp://127.0.1.{n + 1}:9/,3,yes\n" for n in range(72))
W.run("feeds", "import", W.write("many.csv", HEAD + KEPT % (("yes",) * 5) + MANY))
W.start()
soon("an alert of each", lambda: rows("SELECT count(*) FROM alert WHERE closed IS NULL AND site LIKE 'G%'") == [(72,)], 60)
assert W.monitor.stop() == 0, W.said()
W.run("feeds", "import", "--prune", W.write("few.csv", HEAD + KEPT % ("yes", "yes", "yes", "no", "yes")))
W.start()
soon("their end", lambda: rows("SELECT count(*) FROM alert WHERE closed IS NULL AND (site LIKE 'G%' OR place = 'B/c3')") == [(0,)])
soon("and of what is on record", lambda: rows("SELECT count(*) FROM incident i JOIN feed f ON f.id = i.feed"
                                              " WHERE i.closed IS NULL AND f.enabled = 0") == [(0,)])
assert W.monitor.stop() == 0, W.said()
intact(W.state)
print(f"{len(sent)} notices to the operator, {len(heard)} lines heard; killed three times, none twice")
