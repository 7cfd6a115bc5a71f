# SPDX-License-Identifier: GPL-3.0-or-later
"""A site's ceiling: what is there at one time stays below it, the others are seen
in turn, and what is planned is printed before it is used. About 45 s.
LABEL: light"""
import json
import os
import time

import guest_world
from guest_world import soon

CAMERAS, MBIT = 8, 9  # of each 2 Mbit/s are reckoned: three held, and one at a time

farm, guest = guest_world.make(cameras=CAMERAS, net=34)
guest.load("sites", f"site,ceiling\nFar,{MBIT}Mbit\n")
cameras = "".join(f"Far,cam {n},{farm.url(n)},{5 if n > 5 else 3}\n" for n in range(CAMERAS))
path = os.path.join(guest.dir, "cameras.csv")
with open(path, "w", encoding="ascii") as f:
    f.write("site,name,url,criticality\n" + cameras)

# --- before it is used
said = guest.run("check", "--feeds", path).stdout
assert "Far: " in said and "of 9.0 Mbit/s expected, 3 held, 5 visited" in said, said
guest.start()
guest.load("feeds", "site,name,url,criticality\n" + cameras)
said = guest.run("sites", "list").stdout
assert "9.0 Mbit/s" in said, said

# --- the vital ones are held, the others come and go
guest.await_feeds(40, cam_6=("up", "none"), cam_7=("up", "none"))
playing, seen = [], set()
end = time.monotonic() + 60
while time.monotonic() < end and len(seen) < 4:
    feeds = guest.feeds()
    seen |= {name for name, (state, _) in feeds.items() if state == "up"}
    rows = farm.journal()
    playing.append(sum({"plays": 1, "ended": -1}.get(what, 0) for *_, what, _ in rows))
    time.sleep(0.5)
assert len(seen) >= 4, (seen, guest.feeds())
assert max(playing) == 4, playing
line = guest.status()["monitor"]["lines"][0]
assert (line["site"], line["ceiling_kbps"], line["held"], line["visited"]) == ("Far", 9000, 3, 5), line
assert 0 < line["measured_kbps"] <= 9000 and line["every_s"] == 125, line
assert "Far: " in guest.run("status", code=None).stdout

# --- no ceiling: all are held
guest.load("sites", "site,ceiling\nFar,\n")
soon("all of them", lambda: sum({"plays": 1, "ended": -1}.get(what, 0) for *_, what, _ in farm.journal()) == CAMERAS)
assert not guest.status()["monitor"]["lines"]
guest.monitor.stop()
print("ok: never more than four at once", json.dumps(line))
