#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Many cameras that mean ill among good ones.

usage: drill_slow.py [--good 1000] [--bad 2000] [--seconds 90] [--keep]

The bad ones answer a byte or a header line at a time, or each question just in
time, never, or without end; they redirect and challenge in circles, begin a
frame or a TLS handshake and never end it, or send no keyframe. Each must have
its verdict, with the right cause, within 16 s of its first word (first media:
10 s more), at the latest (round about a redirect: 26 s); none may ever be up. The good ones, some of them over
TLS, must come up while the bad ones are at it, and nothing but what is done to
some of them on purpose may be said of them, as soon as ever. No process may be
replaced; memory and descriptors stay bounded. On the release build where there
is one: times are what is asserted.
"""
import collections
import csv
import json
import os
import re
import sys
import time

import storms
from storms import APART_S, FILM_S, Drill, say, world
from world import DEGRADED, DOWN, UP, Farm, Monitor

if os.path.exists(os.path.join(world.ROOT, "build/release/bin/camwarden")):
    world.BIN = os.path.join(world.ROOT, "build/release/bin")

TLS_EACH = 10  # every tenth good camera
PER_SECOND = 200
ANSWER_S, MEDIA_S, TLS_S = 16, 26, 11
KIB_A_BAD_FEED = 32
RARE_S = 20  # between pictures of a feed that shows life

# What it does, and what must be said of it. "login": it asks for one.
KINDS = {
    "no_reply": ("protocol-error", ANSWER_S),
    "dribble(5000)": ("protocol-error", ANSWER_S),
    "slow_headers(1000)": ("protocol-error", ANSWER_S),
    "late(9),auth_md5": ("protocol-error", ANSWER_S),
    "endless_headers": ("protocol-error", ANSWER_S),
    "sdp_huge": ("protocol-error", ANSWER_S),
    "rubbish": ("protocol-error", ANSWER_S),
    "redir_loop": ("protocol-error", MEDIA_S),  # each hop stands in line again
    "auth_stale(0)": ("auth-failed", ANSWER_S),
    "http_tunnel,dribble(5000)": ("protocol-error", ANSWER_S),
    "http_tunnel,no_reply": ("protocol-error", ANSWER_S),
    "frame_stuck": ("stalled", MEDIA_S),
    "stall@3s": ("stalled", MEDIA_S),
    "tls-stuck": ("tls-failed", TLS_S),
    "no_key": (None, 0),
}


class SlowDrill(Drill):
    # ---- who takes part ----

    def farm(self, cameras, net, name):
        """The material is that of drill_kill.py where few films do."""
        streams = max(2, -(-cameras * APART_S // FILM_S)) if name == "good" else 2
        fps = 15 if streams == 2 else 5
        material = world.make_material(f"drill-{streams}" + ("" if fps == 15 else "-slow"), streams, FILM_S, fps)
        folder = self.world.folder()
        return self.world.add(Farm(folder, material, cameras, net, "--allow-repeat", "--log",
                                   os.path.join(folder, "requests"), tls=True))

    def table(self, farm, urls):
        """urls: (name, path in place of /camN, scheme, login) by camera."""
        path = os.path.join(self.monitor.folder, "table.csv")
        with open(farm.inventory, newline="", encoding="utf-8") as f:
            rows = list(csv.DictReader(f))
        with open(path, "w", newline="", encoding="utf-8") as f:
            out = csv.writer(f)
            out.writerow(["site", "device", "name", "url", "user", "password", "transport"])
            for row, (name, fault, scheme, login) in zip(rows, urls):
                _, host, port, cam = re.fullmatch(r"(rtsp)://([^:/]+):(\d+)/(cam\d+)", row["url"]).groups()
                where = f"/f/{fault}/{cam}" if fault else f"/{cam}"
                url = f"{scheme}://{host}:{int(port) + (scheme == 'rtsps')}{where}"
                out.writerow([row["site"], row["device"], name, url, *(("admin", "camwarden") if login else ("", "")),
                              "http" if "http_tunnel" in fault else ""])
        return path

    def set_up(self):
        a = self.args
        self.sample_s = 4 if a.good <= 200 else 10
        self.good = self.farm(a.good, 30 + os.getpid() % 30, "good")
        self.bad = self.farm(a.bad, 61 + os.getpid() % 30, "bad")
        self.monitor = self.world.add(Monitor(
            self.world.folder(), f"connect:\n  loopback_only: true\n  per_second: {PER_SECOND}\n"
                                 f"sampling:\n  interval: {self.sample_s}s\n  suspect: 2s\n  rare: {RARE_S}s\n"))
        kinds = list(KINDS)
        self.kind = {f"bad{i}": kinds[i % len(kinds)] for i in range(a.bad)}
        for i, kind in enumerate(self.kind.values()):
            if kind == "tls-stuck":
                self.bad.ask(f"tls-stuck {i}")

    def roles(self):
        root = self.monitor.pid
        return {p: world.role(p, root) for p in world.tree(root)}

    def memory(self):
        return sum(world.pss_kib(p) for p, role in self.roles().items() if role == "stream")

    # ---- the attack ----

    def attack(self):
        bad = [(name, "" if kind == "tls-stuck" else kind, "rtsps" if kind == "tls-stuck" else "rtsp", "auth" in kind)
               for name, kind in self.kind.items()]
        self.monitor.load(self.table(self.bad, bad))
        self.began = time.monotonic()
        time.sleep(2)
        good = [(f"good{i}", "", "rtsps" if i % TLS_EACH == 0 else "rtsp", False) for i in range(self.args.good)]
        self.monitor.load(self.table(self.good, good))
        loaded = time.monotonic()
        self.monitor.wait_status("the good ones up", lambda s: s["states"]["up"] >= self.args.good, 240)
        took = time.monotonic() - loaded
        paced = (self.args.good + self.args.bad) / PER_SECOND
        # A sample is judged against another: two keyframes at least, 4 s.
        self.expect(took < paced + 15 + 2 * self.sample_s, f"{self.args.good} good ones up {took:.1f} s after they were told, "
                                                f"among {self.args.bad} bad ones")
        self.before = self.roles()

    def some_go_wrong(self):
        """As soon as ever, though the others go on: delays of what really fails."""
        n = max(2, self.args.good // 20)
        begin = self.good.tell(f"drop 0-{n - 1}")
        stalled = self.good.tell(f"stall {n}-{2 * n - 1}")
        frozen = self.good.tell(f"freeze {2 * n}-{3 * n - 1}")
        self.done = {**{f"good{i}": ("refused", "stalled", begin, 1.0 + 1) for i in range(n)},
                     **{f"good{i}": ("stalled", "stalled", stalled, 10 + 1.5) for i in range(n, 2 * n)},
                     **{f"good{i}": ("frozen", "frozen", frozen, 3 * RARE_S + 4) for i in range(2 * n, 3 * n)}}
        time.sleep(self.args.seconds)

    # ---- what was said ----

    def words(self):
        """Name -> (start, at, state, cause) in order of time."""
        names = dict(self.monitor.query("SELECT id, name FROM feed"))
        anchor = self.monitor.anchor_us()
        said = collections.defaultdict(list)
        for feed, start, at, state, cause in self.monitor.query(
                "SELECT feed, start, at, state, cause FROM interval ORDER BY at, id"):
            said[names[feed]].append(((start - anchor) / 1e6, (at - anchor) / 1e6, state, world.cause_names()[cause]))
        return said

    def first_words(self):
        """Camera number -> when its first request came."""
        first = {}
        with open(os.path.join(os.path.dirname(self.bad.control), "requests"), encoding="utf-8", errors="replace") as f:
            for line in f:
                m = re.match(r"([\d.]+) cam=(\d+) ", line)
                if m:
                    first.setdefault(int(m[2]), float(m[1]))
        return first

    def look_at_bad(self, said):
        first, late, wrong, delays = self.first_words(), [], [], collections.defaultdict(list)
        for name, kind in self.kind.items():
            cause, within = KINDS[kind]
            spoke = first.get(int(name[3:]), self.began + self.args.bad / PER_SECOND)
            called = [w for w in said[name] if w[2] in (DOWN, DEGRADED)]
            if any(w[2] == UP for w in said[name]) and kind != "stall@3s":
                wrong.append((name, kind, "up"))
            if cause is None:
                if called:
                    wrong.append((name, kind, called[:2]))
                continue
            if not called or called[0][3] != cause:
                wrong.append((name, kind, called[:2]))
                continue
            delays[kind].append(called[0][1] - spoke)
            if called[0][1] - spoke > within:
                late.append((name, kind, round(called[0][1] - spoke, 1)))
        for kind, took in delays.items():
            say(f"  {kind:28s} {len(took):5d} {KINDS[kind][0]:15s} after {min(took):5.1f} to {max(took):5.1f} s")
        self.expect(not wrong, f"every bad one has the right verdict: {len(wrong)} {wrong[:4]}")
        self.expect(not late, f"in time: {len(late)} {late[:4]}")

    def look_at_good(self, said):
        wrong, late, worst = [], [], collections.Counter()
        for i in range(self.args.good):
            name = f"good{i}"
            words = said[name]
            after = [w for w in words if w[2] in (DOWN, DEGRADED)]
            if name not in self.done:
                if after or words[-1][2] != UP:
                    wrong.append((name, words[-3:]))
                continue
            cause, first, when, within = self.done[name]
            if not after or after[0][3] not in (cause, first) or after[-1][3] != cause:
                wrong.append((name, cause, after))
                continue
            took = after[0][1] - when
            worst[cause] = max(worst[cause], took)
            if took > within:
                late.append((name, cause, round(took, 1)))
        self.expect(not wrong, f"nothing else is said of the good ones: {len(wrong)} {wrong[:3]}")
        self.expect(not late, f"as soon as ever: {', '.join(f'{c} {s:.1f} s' for c, s in worst.items())} at most; "
                              f"late {len(late)} {late[:3]}")

    def look_at_us(self):
        self.expect(self.roles() == self.before and self.monitor.status()["restarts"] == 0, "no process was replaced")
        kib = self.memory()
        most = 40960 + 100 * self.args.good + KIB_A_BAD_FEED * self.args.bad
        self.expect(kib < most, f"the stream probes hold {kib / 1024:.0f} MiB (at most {most / 1024:.0f})")
        held = sum(len(os.listdir(f"/proc/{p}/fd")) for p, r in self.roles().items() if r == "stream")
        self.expect(held <= self.args.good + self.args.bad + 200, f"and {held} descriptors")
        status = self.monitor.status()
        say(f"states {json.dumps(status['states'])}")

    def run(self):
        self.set_up()
        self.attack()
        self.some_go_wrong()
        said = self.words()
        self.look_at_bad(said)
        self.look_at_good(said)
        self.look_at_us()


if __name__ == "__main__":
    sys.exit(storms.run(SlowDrill, storms.options(__doc__, drawn=False, good=1000, bad=2000, seconds=90)))
