# SPDX-License-Identifier: GPL-3.0-or-later
"""A relay in place of a camera: it is asked and the camera is not, its own death
is unknown: relay-lost and one incident, and what it says of a stream behind it
is the camera's. About 40 s. LABEL: light"""
import json

import guest_world
from guest_world import Farm, soon
from harness import free_port, intact

farm, guest = guest_world.make(cameras=3, net=32)
port = free_port()
relay = Farm(guest.dir, "relay", 3, 33, port)

guest.start()
guest.load("feeds", "site,name,url,relay\n"
           f"R,a,{farm.url(0)},{relay.url(0)}\n"
           f"R,b,{farm.url(1)},{relay.url(1)}\n"
           f"R,gone,{farm.url(2)},{relay.url(2, '404')}\n")
guest.await_feeds(40, a=("up", "none"), b=("up", "none"), gone=("down", "not-found"))
assert not farm.requests(0, "DESCRIBE"), "the camera itself was asked"
listed = {f["name"]: f for f in json.loads(guest.run("feeds", "list", "--json").stdout)}
assert listed["a"]["relay"] == relay.url(0) and listed["a"]["url"] == farm.url(0), listed["a"]

# --- it dies, and comes back
relay.child.kill()
guest.await_feeds(20, a=("unknown", "relay-lost"), b=("unknown", "relay-lost"))
own = soon("its incident", lambda: [t for t in guest.status()["own"] if t.startswith("Relays: ")])
assert len(own) == 1 and relay.host(0) in own[0], own
relay = Farm(guest.dir, "relay2", 3, 33, port)
guest.await_feeds(60, a=("up", "none"), b=("up", "none"), gone=("down", "not-found"))
soon("its end", lambda: not [t for t in guest.status()["own"] if t.startswith("Relays: ")], 60)

guest.monitor.stop()
intact(guest.state)
print("ok: relays")
