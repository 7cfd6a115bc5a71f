# SPDX-License-Identifier: GPL-3.0-or-later
"""What storms and drills share: options, what was found wrong, the way they run;
of those that need one: a monitor with processes of every role on well cameras,
people who change things meanwhile and remember what was confirmed to them, and
the checker of what must always be true after each blow. A storm draws from a
seed that it prints; CAMWARDEN_SEED or --seed sets it."""
import argparse
import json
import os
import random
import signal
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(os.path.dirname(HERE), "bench"))
import world  # noqa: E402

from harness import api_token, sanitized  # noqa: E402
from invariants import Facts, check, verify  # noqa: E402

SLOW = float(os.environ.get("CAMWARDEN_SLOW", "3" if sanitized() else "1"))
FILM_S, APART_S = 120, 3
FAR = "far.invalid:9"  # whose name somebody must look up


def say(text):
    print(f"{os.path.basename(sys.argv[0])[:-3]}: {text}", flush=True)


def options(about, drawn=True, **defaults):
    """drawn: something of it is drawn by chance."""
    p = argparse.ArgumentParser(description=about, formatter_class=argparse.RawDescriptionHelpFormatter)
    if drawn:
        p.add_argument("--seed", type=int, default=int(os.environ.get("CAMWARDEN_SEED", "1")))
    p.add_argument("--keep", action="store_true", help="the folders stay")
    for name, value in defaults.items():
        p.add_argument("--" + name, type=type(value), default=value, help=f"default {value}")
    args = p.parse_args()
    say(", ".join(f"{name} {value}" for name, value in vars(args).items() if name != "keep"))
    return args


def role_of(pid, root):
    """"monitor", "stream", "web", "append"...; None: it is gone, or just born."""
    if pid == root:
        return "monitor"
    try:
        with open(f"/proc/{pid}/cmdline", "rb") as f:
            words = [w.decode(errors="replace") for w in f.read().split(b"\0")]
    except OSError:
        return None
    name = os.path.basename(words[0]).split(":")[0]
    if name.startswith("camwarden-"):
        return name[len("camwarden-"):]
    if name == "camwarden" and len(words) > 1 and words[1]:
        return words[1].lstrip("_")
    return None


class People(threading.Thread):
    """Somebody by the API and somebody by the command line: what they are told
    is done must be there for ever. Being refused, or hearing nothing, is no
    promise."""

    def __init__(self, monitor, token, facts, seed):
        super().__init__(daemon=True)
        self.monitor, self.token, self.facts = monitor, token, facts
        self.random = random.Random(seed)
        self.over = threading.Event()
        self.asked = 0

    def api(self, path, body):
        request = urllib.request.Request(f"http://127.0.0.1:{self.monitor.port}/api/v1{path}", json.dumps(body).encode(),
                                         {"Authorization": "Bearer " + self.token, "X-Camwarden": "1",
                                          "Content-Type": "application/json"})
        with urllib.request.urlopen(request, timeout=8) as r:
            return r.status in (200, 201)

    def command(self, *words):
        p = subprocess.run([world.program("camwarden"), *words, "--config", self.monitor.config], capture_output=True,
                           timeout=30, check=False)
        return p.returncode == 0

    def once(self, word):
        """(whether it was confirmed, the row that says it)"""
        act = self.random.randrange(5)
        if act == 0:
            return self.api("/overlays", {"kind": "mute", "site": "Outside", "for_s": 60, "reason": word}), "overlay.reason"
        if act == 1:
            at = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() - 60))
            to = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
            return self.api("/handover", {"from": at, "to": to, "note": word}), "handover.text"
        if act == 2:
            return self.api("/tokens", {"name": word, "kind": "api", "role": "viewer"}), "token.name"
        if act == 3:
            return self.api("/import", {"table": "feeds", "reason": word,
                                        "csv": f"site,name,url,tags\nOutside,far,rtsp://{FAR}/far,{word}\n"}), None
        return self.command("maintenance", "add", "--site", "Outside", "--for", "2h", "--reason", word), "overlay.reason"

    def run(self):
        while not self.over.wait(self.random.uniform(0.05, 0.4)):
            self.asked += 1
            word = f"word-{self.asked}-"
            try:
                good, column = self.once(word)
            except (OSError, urllib.error.URLError, subprocess.TimeoutExpired, ValueError):
                continue
            if good:
                self.facts.add(word, column)

    def end(self):
        self.over.set()
        self.join(60)


class Drill:
    def __init__(self, args, w):
        self.args, self.world = args, w
        self.failures = []

    def expect(self, good, text):
        say(("good: " if good else "BAD: ") + text)
        if not good:
            self.failures.append(text)
        return good


class Storm(Drill):
    """settings: more YAML; every_role: the monitor has processes of all; slow:
    how much longer anything may take."""
    slow = SLOW

    def __init__(self, args, w, net, settings="", environment=None, every_role=True, folder=None, film_s=FILM_S):
        super().__init__(args, w)
        self.random = random.Random(args.seed)
        self.facts, self.people = Facts(), None
        # Cameras that run less than APART_S behind another in the same film
        # would be duplicates, and one whose film comes round again is looped
        # (to a monitor that lives so long).
        streams = max(2, -(-args.feeds * APART_S // film_s))
        name = f"drill-{streams}" if film_s == FILM_S else f"drill-{streams}-{film_s}"
        material = world.make_material(name, streams, film_s, 15)
        self.farm = w.add(world.Farm(w.folder(), material, args.feeds, net, "--allow-repeat"))
        outside = w.folder()
        roles = (f"agents:\n  enabled: true\n  port: {world.free_port()}\n  relays: http://127.0.0.1:{world.free_port()}\n"
                 f"ledger:\n  checkpoint_every: 10s\n  witnesses: file://{outside}\n"
                 f"mail:\n  server: smtp+plain://127.0.0.1:{world.free_port()}\n  from: a@example.org\n"
                 "report:\n  mail_to: b@example.org\n")
        self.monitor = w.add(world.Monitor(
            folder or w.folder(), "  per_address: 200\nconnect:\n  loopback_only: true\nlog_level: warning\n"
            + (roles if every_role else "") + settings, environment))
        self.state = self.monitor.folder
        self.token = api_token(self.monitor.config)
        self.monitor.load(self.farm.inventory)
        if every_role:
            far = os.path.join(w.folder(), "far.csv")
            with open(far, "w", encoding="utf-8") as f:
                f.write(f"site,name,url,tags\nOutside,far,rtsp://{FAR}/far,\n")
            self.monitor.load(far)
        self.all_up("at the start", 120)
        self.ours = [i for (i,) in self.monitor.query("SELECT id FROM feed WHERE url NOT LIKE '%/far'")]

    def all_up(self, when, seconds):
        took = self.monitor.wait_status(f"all up {when}", lambda s: s["states"]["up"] == self.args.feeds, seconds * self.slow)
        say(f"all {self.args.feeds} up {when} after {took:.1f} s")
        return took

    def start_people(self):
        self.people = People(self.monitor, self.token, self.facts, self.args.seed)
        self.people.start()

    def end_people(self):
        self.people.end()
        said = len(self.facts.told)
        self.expect(said > 0, f"{said} of {self.people.asked} changes were confirmed meanwhile")

    def processes(self):
        """{role: [pid]} of what runs now."""
        found = {}
        for pid in world.tree(self.monitor.pid):
            role = role_of(pid, self.monitor.pid)
            if role:
                found.setdefault(role, []).append(pid)
        return found

    def page_answers(self, seconds=30):
        """Until the pages are there again."""
        begin = time.monotonic()
        while time.monotonic() - begin < seconds:
            try:
                with urllib.request.urlopen(f"http://127.0.0.1:{self.monitor.port}/healthz", timeout=5):
                    return time.monotonic() - begin
            except urllib.error.HTTPError:
                return time.monotonic() - begin
            except OSError:
                time.sleep(0.02)
        raise world.Failed(f"no page within {seconds} s")

    def check(self, when, **more):
        wrong = check(self.state, never_bad=self.ours, facts=self.facts, **more)
        if wrong:
            self.expect(False, f"{when}: {wrong}")
        return not wrong

    def verify(self, when):
        """While the monitor runs: of a backup of it."""
        path = None
        if self.monitor.process.poll() is None:
            path = os.path.join(self.world.folder(), "copy.db")
            subprocess.run([world.program("camwarden"), "backup", path, "--config", self.monitor.config], check=True,
                           capture_output=True, timeout=120)
        wrong = verify(self.state, path)
        self.expect(not wrong, f"the ledger is whole {when} {wrong or ''}")

    def left_over(self, pids, seconds=5):
        """Those of them that still run so long afterwards; then they are killed."""
        end = time.monotonic() + seconds
        while True:
            left = [p for p in pids if running(p)]
            if not left or time.monotonic() > end:
                break
            time.sleep(0.05)
        for p in left:
            os.kill(p, signal.SIGKILL)
        return left


def running(pid):
    try:
        with open(f"/proc/{pid}/stat", encoding="ascii", errors="replace") as f:
            return f.read().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def run(storm_of, args):
    """storm_of(args, world).run(), which notes its failures; the exit code."""
    failures = []
    with world.World(args.keep) as w:
        try:
            storm = storm_of(args, w)
            storm.run()
            failures = storm.failures
        except (world.Failed, OSError, subprocess.SubprocessError) as e:
            failures = [str(e)]
            say(f"BAD: {e}")
        w.keep |= bool(failures)
    again = f"; again with --seed {args.seed}" if "seed" in args else ""
    say(f"{len(failures)} wrong{again}" if failures else "all good")
    return 1 if failures else 0
