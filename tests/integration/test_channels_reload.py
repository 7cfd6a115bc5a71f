#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Channels that are others after SIGHUP: what waits for one that is gone, is called
otherwise or was under way goes by those that its recipient has now; one whose
address was mended is tried at once, and so is what was refused, once a test goes
through; a new name hears of what is open; a broker keeps nothing of feeds that are
not told any more, nor of those that went while camwarden was off. Nothing is told
twice, nothing is lost. LABEL: light. About 20 s."""
import channel_servers as servers
from channel_world import Ears, World
from harness import free_port, intact

W, ears, broker, closed = World(), Ears(), servers.Mosquitto(), f"http://127.0.0.1:{free_port()}"
token = W.secret("token", "Bearer wrong")
ears.how["slow"] = "hang"
ears.how["token"] = lambda headers: 200 if headers["Authorization"] == "Bearer right" else 401


def settings(channels, operator, chief, direct, tags):
    W.settings(f"""alerts:
  gather: 0s
  budget: none
  channels:
{channels}
    token: {{kind: webhook, url: {ears.url}/token, authorization_file: {token}}}
    broker: {{kind: mqtt, url: 'mqtt://localhost:{broker.port}', topic: warden, feeds: [{tags}],
      user: {servers.USER}, password_file: {W.secret("broker", servers.PASSWORD)}}}
  roles:
    operator: {{channels: {operator}}}
    chief: {{channels: {chief}}}
  rules:
    - {{name: all, site: X, for: 0s, repeat: 0s, to: [operator, chief, token, moved, {direct}]}}
""")


settings(f"""    old: {{kind: webhook, url: {closed}/x}}
    slow: {{kind: webhook, url: {ears.url}/slow}}
    moved: {{kind: webhook, url: {closed}/x}}
    direct: {{kind: webhook, url: {ears.url}/direct}}""", "old", "slow", "direct", "gate, yard")
W.start()
heard = servers.Listener(broker.port, "warden/#")
W.feeds(f"X,a,rtsp://127.0.0.1:{closed[-5:]}/1,gate\nY,b,rtsp://127.0.0.1:{closed[-5:]}/2,yard\n"
        f"Y,c,rtsp://127.0.0.1:{closed[-5:]}/3,gate\n")
topics = {r[0]: f"warden/feed/{r[1].lower()}" for r in W.rows(
    "SELECT name, substr(h, 1, 8) || '-' || substr(h, 9, 4) || '-' || substr(h, 13, 4) || '-' || substr(h, 17, 4) || '-'"
    " || substr(h, 21) FROM (SELECT name, hex(uuid) AS h FROM feed)")}
for name in topics:
    heard.wait(lambda m, name=name: m[0] == topics[name] and b'"down"' in m[1], f"the state of {name}", 30)
W.wait("what goes through", lambda: ears.of("direct", "firing"))
W.wait("what hangs", lambda: "slow" in [way for way, _ in ears.asked])
for name in ("old", "moved", "token"):
    W.wait(f"{name} fails", lambda name=name: W.rows("SELECT 1 FROM delivery WHERE target = ? AND tries > 0", name))

# --- a person mends the token; a test that goes through sets the others free
trouble = "SELECT good IS NOT NULL FROM incident WHERE text LIKE 'Mail: token: %401%'"
W.wait("a trouble of our own", lambda: W.rows(trouble) == [(0,)])
W.secret("token", "Bearer right")
assert W.run("deliveries", "test", "--channel", "token").stdout.startswith("token: sent: ")
W.wait("what was refused", lambda: ears.of("token", "firing"), 10)
W.wait("its trouble is over", lambda: W.rows(trouble) == [(1,)])

# --- other channels, in another order, while one is under way
settings(f"""    fresh: {{kind: webhook, url: {ears.url}/fresh}}
    boss: {{kind: webhook, url: {ears.url}/boss}}
    anew: {{kind: webhook, url: {ears.url}/anew}}
    moved: {{kind: webhook, url: {ears.url}/moved}}""", "fresh", "boss", "anew", "gate")
W.reload()
for way in ("fresh", "boss", "moved", "anew"):
    W.wait(f"what waited comes by {way}", lambda way=way: ears.of(way, "firing", "X/a"), 10)
heard.wait(lambda m: m == (topics["b"], b"", False), "a feed that is not told any more")
gone = W.rows("SELECT target FROM delivery WHERE error LIKE 'its channel is not in the settings%' ORDER BY 1")
assert gone == [("old",), ("slow",)], gone
# The settings are read again, and nothing is others: nobody hears anything.
count = len(ears.heard)
W.reload()

# --- the end, to whoever heard of the beginning; and a feed that goes while nobody is here
W.run("feeds", "remove", "X/a", "--reason", "test")
for way in ("fresh", "boss", "moved", "anew", "token"):
    W.wait(f"the end by {way}", lambda way=way: ears.of(way, "resolved"), 15)
assert len(ears.heard) == count + 5, ears.heard
assert [len(ears.of(way, "firing")) for way in ("fresh", "boss", "moved", "anew", "token", "direct")] == [1] * 6
assert not [m for m in heard.heard if m[0] == topics["c"] and m[1] == b""]
heard.wait(lambda m: m == (topics["a"], b"", False), "the feed that was removed")
assert W.monitor.stop() == 0
W.run("feeds", "remove", "Y/c", "--reason", "test")
W.start()
heard.wait(lambda m: m == (topics["c"], b"", False), "a feed that went while camwarden was off")
assert W.monitor.stop() == 0
intact(W.state)
assert "Sanitizer" not in W.said() and "runtime error" not in W.said(), W.said()[-3000:]
print(f"{len(ears.heard)} notices by {len({way for way, _ in ears.heard})} ways, each once")
