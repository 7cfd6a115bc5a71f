#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""All channels at once are down, and come back: a web server that isn't there, one
that asks for a pause, one whose answer comes letter by letter, a mail server that is
too busy and then asks to come back for one of two, a broker, Alertmanager, a syslog
server. One that is well is held up by none of them; a server that doesn't answer is
not asked for each notice; no reminders wait for it; what was told is told once, in
its order, with what happened in the log. LABEL: light. About 30 s."""
import contextlib
import email
import socket
import threading
import time

import channel_servers as servers
from channel_world import Ears, World
from harness import free_port, intact
from mail_servers import FaultySmtp

W, well, web, smtp, broker = World(), Ears(), Ears(start=False), FaultySmtp(), servers.Mosquitto()
broker.stop()
smtp.fault = "busy"
well.how["asks"], well.how["drip"] = (429, {"Retry-After": "17"}), "drip"
lines, syslog_port = [], free_port()


def listen():
    s = socket.create_server(("127.0.0.1", syslog_port))
    while True:
        c, _ = s.accept()
        with c, contextlib.suppress(OSError):
            lines.append(c.makefile("rb").read().decode())


DOWN = ("web", "am", "mail", "broker", "log", "asks")
W.settings(f"""mail: {{server: "smtp+plain://127.0.0.1:{smtp.port}", from: camwarden@house.test}}
alerts:
  gather: 0s
  budget: none
  channels:
    web: {{kind: webhook, url: {web.url}/web}}
    am: {{kind: alertmanager, url: {web.url}/am}}
    mail: {{kind: mail, to: 'early@b.test, late@b.test'}}
    broker: {{kind: mqtt, url: 'mqtt://localhost:{broker.port}', topic: warden, user: {servers.USER},
      password_file: {W.secret("broker", servers.PASSWORD)}}}
    log: {{kind: syslog, url: 'syslog+tcp://127.0.0.1:{syslog_port}'}}
    asks: {{kind: webhook, url: {well.url}/asks}}
    drip: {{kind: webhook, url: {well.url}/drip}}
    well: {{kind: webhook, url: {well.url}/well}}
  rules:
    - {{site: X, for: 0s, repeat: 2s, to: [{", ".join(DOWN)}, drip, well]}}
""")
W.start()
closed = free_port()
W.feeds("".join(f"X,{name},rtsp://127.0.0.1:{closed}/{name},\n" for name in "abc"))

# --- down: who is well hears at once, and again and again
for place in ("X/a", "X/b", "X/c"):
    W.wait("who is well", lambda place=place: well.of("well", "firing", place))
W.run("feeds", "remove", "X/c", "--reason", "test")
W.wait("its end", lambda: well.of("well", "resolved", "X/c"))
W.wait("reminders", lambda: len(well.of("well", "repeat", "X/a")) > 2)
slowest = W.rows("SELECT max(done - made) FROM delivery WHERE target = 'well'")[0][0]
assert slowest < 10e6, slowest  # one that hangs does so for thirty seconds
for name in DOWN:
    W.wait(f"{name} fails", lambda name=name: W.rows("SELECT 1 FROM delivery WHERE target = ? AND tries > 0", name), 5)
# Of an alert that is open one waits for each of them; the server that isn't there was asked for two, perhaps once more.
waiting = W.rows("SELECT d.target, a.place, count(*) FROM delivery d JOIN notice n ON n.id = d.notice JOIN alert a ON a.id ="
                 " n.alert WHERE d.done IS NULL AND d.target NOT IN ('drip', 'well') AND n.kind < 3 GROUP BY 1, 2")
assert len(waiting) == 3 * len(DOWN) and all(n == 1 for *_, n in waiting), waiting
tries = dict(W.rows("SELECT target, sum(tries) FROM delivery WHERE target <> 'well' GROUP BY 1"))
assert all(tries[name] <= 4 for name in DOWN), tries
rows = {d["to"]: d for d in W.deliveries() if d["state"] == "retrying"}
assert "429" in rows["asks"]["said"] and "421" in rows["mail"]["said"] and "refused" in rows["broker"]["said"], rows
numbers = [str(r[0]) for r in W.rows("SELECT incident FROM alert WHERE closed IS NULL AND of = 1")]
W.run("incidents", "acknowledge", *numbers, "--reason", "electrician")

# --- back
back = time.monotonic()
web.start()
smtp.fault = "late"
broker.start()
threading.Thread(target=listen, daemon=True).start()
well.how["asks"] = 200
W.wait("all of it", lambda: W.rows("SELECT count(*) FROM delivery WHERE done IS NULL AND gave_up IS NULL AND path = ''"
                                   " AND target <> 'drip'") == [(0,)], 45)
print(f"all told {time.monotonic() - back:.1f} s after they came back, {tries} tries before", flush=True)
for ears, way in ((web, "web"), (well, "asks")):
    for place, kinds in (("X/a", ["firing"]), ("X/b", ["firing"]), ("X/c", ["firing", "resolved"])):
        assert [got["kind"] for got in ears.of(way, place=place)] == kinds, (way, place, ears.of(way))
asked = [at for way, at in well.asked if way == "asks"]
first = max(at for at in asked if at < asked[0] + 3)
assert min(at for at in asked if at > first) - first > 16.5, asked
assert sum(line.count("firing - ") for line in lines) == 3 and sum(line.count("resolved - ") for line in lines) == 1, lines
listener = servers.Listener(broker.port, "warden/alert/#")
time.sleep(0.5)
assert len([m for m in listener.heard if m[1]]) == 2, listener.heard


# --- the mail server took it for one; for the other it comes when it may
def mails(to):
    return sorted(str(email.message_from_bytes(data)["Message-ID"]) for who, data in list(smtp.taken) if who == [to])


early = mails("early@b.test")
assert len(early) == len(set(early)) == 4 and mails("late@b.test") == [], smtp.taken
assert W.rows("SELECT path, count(*) FROM delivery WHERE path <> '' AND done IS NULL GROUP BY 1") == [("late@b.test", 4)]
smtp.fault = None
W.reload()
W.wait("the other, too", lambda: len(mails("late@b.test")) == 4, 10)
W.wait("all is done", lambda: not W.rows("SELECT 1 FROM delivery WHERE target = 'mail' AND done IS NULL"))
assert mails("early@b.test") == early and len(mails("late@b.test")) == 4
assert W.monitor.stop() == 0
intact(W.state)
assert "Sanitizer" not in W.said() and "runtime error" not in W.said(), W.said()[-3000:]
