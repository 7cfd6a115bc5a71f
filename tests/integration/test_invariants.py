# SPDX-License-Identifier: GPL-3.0-or-later
"""The checker of storms finds what it looks for: a sound database, and one
fault after another put into copies of it. About 12 s. LABEL: light"""
import os
import shutil
import sqlite3
import time

from harness import folder
from invariants import Facts, check, verify
from people import World

W = World("ledger:\n  checkpoint_every: 10s\n")
W.run("feeds", "import", W.write("f.csv", "site,name,url\nA,one,rtsp://127.0.0.1:9/1\nA,two,rtsp://127.0.0.1:9/2\n"))
for _ in range(2):
    W.start()
    W.run("maintenance", "add", "--site", "A", "--for", "2h", "--reason", "word-one-")
    time.sleep(2.5)
    W.monitor.kill()  # and not in order
    assert not check(W.state), check(W.state)
W.start()
time.sleep(2)
assert not check(W.state), check(W.state)
assert W.monitor.stop() == 0
facts = Facts()
facts.add("word-one-", "overlay.reason")
assert not check(W.state, facts=facts), check(W.state, facts=facts)
assert not verify(W.state), verify(W.state)

LAST = "(SELECT max(id) FROM interval)"
CLOSED = "(SELECT max(id) FROM interval WHERE end IS NOT NULL AND epoch = (SELECT max(id) FROM epoch))"
FAULTS = {  # what is done to it, what must be said of it
    "hole": (f"UPDATE interval SET end = end - 1000 WHERE id = {CLOSED}", "hole"),
    "overlap": (f"UPDATE interval SET end = end + 1000 WHERE id = {CLOSED}", "overlap"),
    "no interval": ("DELETE FROM interval WHERE epoch = 2", "says nothing of"),
    "began late": ("UPDATE interval SET start = start + 1 WHERE id = (SELECT min(id) FROM interval)", "begins at"),
    "nothing open": (f"UPDATE interval SET end = start + 5 WHERE id = {LAST}", "nothing is open"),
    "beyond the heartbeat": (f"UPDATE interval SET end = start + 3600000000 WHERE id = {LAST}", "beyond the heartbeat"),
    "up without proof": (f"UPDATE interval SET state = 1, at = start + 1 WHERE id = {LAST}", "in time that was unknown"),
    "up from the start": ("UPDATE interval SET state = 1 WHERE start = (SELECT max(start) FROM epoch)", "begins epoch"),
    "called bad": (f"UPDATE interval SET state = 3 WHERE id = {LAST}", "was well, and called"),
    "two epochs open": ("UPDATE epoch SET end = NULL WHERE id = 1", "is open, and not the newest"),
    "time of nobody": ("UPDATE epoch SET end = end - 1 WHERE reason = 'monitor-off'", "us of nobody"),
    "two incidents": ("INSERT INTO incident(feed, since, at, cause, alertable, text) SELECT feed, since, at, cause,"
                      " alertable, text FROM incident WHERE feed IS NOT NULL LIMIT 1", "open incidents"),
    "closed before": ("UPDATE incident SET good = since, closed = at - 1", "incident in disorder"),
    "an open one of a well feed": ("UPDATE incident SET text = 'x'", "is well, and has an open incident"),
    "a fact gone": ("DELETE FROM overlay", "confirmed, and gone"),
    "back in time": ("UPDATE event SET mono = 1 WHERE seq = (SELECT max(seq) FROM event)", "lines go back"),
    "told of time of nobody": ("UPDATE interval SET state = 3 WHERE epoch = (SELECT id FROM epoch WHERE reason = 'monitor-off')",
                               "nobody wrote"),
    "a foreign key": ("DELETE FROM site", "name what is not there"),
}


def with_fault(sql):
    state = os.path.join(folder(), "state")
    shutil.copytree(W.state, state, ignore=shutil.ignore_patterns("control.sock"))
    db = sqlite3.connect(os.path.join(state, "camwarden.db"))
    changed = db.execute(sql).rowcount
    db.commit()
    db.close()
    assert changed > 0, f"nothing was changed: {sql}"
    return state


for name, (text, word) in FAULTS.items():
    state = with_fault(text)
    feeds = (1, 2)
    said = check(state, never_bad=feeds if name == "called bad" else (), well_now=feeds if "well" in name else (),
                 facts=facts)
    assert any(word in one for one in said), (name, word, said)
state = with_fault("UPDATE event SET body = replace(body, 'epoch', 'hcope') WHERE body IS NOT NULL")
assert len(verify(state)) == 2, "by the program and by the second reading"
with open(os.path.join(W.state, "camwarden.db"), "r+b") as f:
    f.seek(8 * 4096)
    f.write(os.urandom(4096))
assert check(W.state), "a page of rubbish"
print(f"{len(FAULTS) + 2} faults found")
