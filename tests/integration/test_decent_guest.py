# SPDX-License-Identifier: GPL-3.0-or-later
"""Cameras that serve one or two sessions, and a VMS that needs one of each: it is
never refused and never dropped for our sake, whatever it does and whatever
happens to us; and what we take at one time is what we were told, by RTSP and by
HTTP together. About 45 s.
LABEL: light"""
import os
import signal
import time

import guest_world
from guest_world import STILL_COUNTED_S, Pictures, Vms
from harness import intact, probe_of

farm, guest = guest_world.make()

ONE, ONE_503, TWO, RECORDER = range(4)
urls = {ONE: farm.url(ONE, "max_sessions(1)"), ONE_503: farm.url(ONE_503, "max_sessions_503(1)"),
        TWO: farm.url(TWO, "max_sessions(2)")}
pictures = Pictures(farm.host(RECORDER))

# --- the VMS is there first
vms = {n: Vms(url) for n, url in urls.items()}
for v in vms.values():
    assert v.take()

guest.start()
guest.load("devices", "device,sessions,quirks\n"
           f"{farm.host(ONE_503)},0,single_session\n{farm.host(RECORDER)},4,\n")
guest.load("feeds", "site,name,url,sessions,quirks\n"
           f"North,one,{urls[ONE]},,single-session\nNorth,one 503,{urls[ONE_503]},,\nNorth,two,{urls[TWO]},1,\n"
           + "".join(f"North,channel {n},{farm.url(RECORDER, f'low_fps({n})')},,\n" for n in range(1, 4))
           + "".join(f"North,picture {n},{pictures.url}/{n},,\n" for n in range(1, 4)))
guest.await_feeds(40, one=("unknown", "not-sampled"), one_503=("unknown", "not-sampled"), two=("up", "none"))
asked = len(farm.requests(ONE, "DESCRIBE"))
assert asked >= 1, "it knocks"

# --- it leaves and comes back; meanwhile our probes die
for n in (ONE, ONE_503, TWO):
    vms[n].leave(orderly=n != ONE_503)
for role in (0, 1):
    os.kill(probe_of(guest.monitor.process.pid, "stream"), signal.SIGKILL)
    time.sleep(0.7)
time.sleep(STILL_COUNTED_S - 1)
for n in (ONE, ONE_503, TWO):
    assert vms[n].take(), (n, vms[n].refused)

# --- ours is changed while it is held elsewhere, and the whole monitor dies
guest.load("feeds", f"site,name,url,transport\nNorth,two,{urls[TWO]},tcp\n")
time.sleep(2)
guest.monitor.kill()
guest.start()
time.sleep(6)

# --- whoever came first, or last: nobody was in his way
for n in (ONE, ONE_503, TWO):
    assert vms[n].content(), (n, vms[n].refused, vms[n].broken)
for n in (ONE, ONE_503):
    assert not farm.requests(n, "SETUP"), "a session was asked for"
assert len(farm.requests(ONE, "DESCRIBE")) > asked, "it goes on knocking"
assert farm.most_counted([TWO], STILL_COUNTED_S) == 1, "two of ours were counted"
assert 1 <= farm.most_counted([RECORDER], 1) <= 2, farm.journal()
assert 1 <= pictures.most <= 2, (pictures.came, pictures.most)
print("two:", farm.requests(TWO, "SETUP"), "recorder:", farm.requests(RECORDER, "SETUP"))
guest.monitor.stop()
intact(guest.state)
print("ok: the VMS had its sessions")
