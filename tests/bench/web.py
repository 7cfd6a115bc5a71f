# SPDX-License-Identifier: GPL-3.0-or-later
"""usage: ./dev bench web [options]

The status wall on a fleet of paper (camwarden-fake: the real web and reader
processes, rows that change when they are told), in Chromium without a screen
and without a graphics card, on the same machine. For each number of feeds:
from the navigation to all feeds painted; single changes, and 1,000 at once,
from the monitor to pixels; frames while the wall scrolls and changes; bytes;
and what 20 open walls cost the server, at --rate changes a second and at rest.

  --feeds N    feeds (3700, then 10000); may be given again
  --seconds S  of each measured window (20)
  --walls N    open walls (20), three of them in the browser
  --rate R     changes a second (20)
  --loads N    first paints (5), each in a browser that has never been here
  --json FILE  the figures of the first number of feeds by name, and those of
               each in "runs"
  --keep       keep logs

Times to pixels end with the task after the frame's callback: what is left is
the compositor's. "Dropped" are frames that came later than the display's turn
would have (60 a second) while the wall scrolled; the same for an empty page
tells what the machine adds.

example: ./dev bench web --feeds 3700 --seconds 20 --json /tmp/web.json
"""
import gzip
import http.client
import json
import os
import selectors
import socket
import sys
import threading
import time

import frame
import world
from world import Child, Failed, World, cpu_seconds, free_port, pss_kib, quantile

sys.path.insert(0, os.path.join(world.ROOT, "tests", "integration"))

BURST = 1000
BURSTS = 5
SIZE = (1920, 1080)
USER, PASSWORD = "admin", "a fleet of paper"

# Notes when each feed's tile was last painted in a new state: the wall says so
# in the frame's callback, right after it drew; a task after that, it is done.
WATCH = """(() => {
  const seen = window.__seen = new Map(), waiting = [];
  const channel = new MessageChannel();
  channel.port1.onmessage = () => {
    const at = performance.timeOrigin + performance.now();
    for (const id of waiting.splice(0)) seen.set(id, at);
  };
  window.__drawn = [];
  document.addEventListener("wall-updated", (e) => {
    window.__drawn.push(e.detail.ms);
    for (const [id] of e.detail.changed) waiting.push(id);
    channel.port2.postMessage(0);
  });
})()"""

FRAMES = """new Promise((done) => {
  const gaps = [], end = performance.now() + %d;
  let last = 0;
  const frame = (now) => {
    if (last) gaps.push(now - last);
    last = now;
    if (performance.now() < end) requestAnimationFrame(frame); else done(gaps);
  };
  requestAnimationFrame(frame);
})"""


def say(text):
    print(f"bench: {text}", flush=True)


def dropped(gaps):
    """Share of the display's turns that showed nothing new."""
    turn = 1000 / 60
    turns = sum(max(1, round(g / turn)) for g in gaps)
    return (turns - len(gaps)) / turns if turns else 0.0


class Fake(Child):
    """The paper fleet behind the real web and reader processes."""

    def __init__(self, w, feeds):
        self.folder = w.folder()
        self.port = free_port()
        self.told = os.path.join(self.folder, "told.sock")
        program = os.path.join(world.ROOT, "build", "release", "tests", "camwarden-fake")
        with open(os.path.join(self.folder, "camwarden.yaml"), "w", encoding="utf-8") as f:
            f.write(f"state_dir: {self.folder}\nhttp:\n  address: 127.0.0.1\n  port: {self.port}\n  per_address: 200\n")
        super().__init__("fake", [program, "run", "--config", os.path.join(self.folder, "camwarden.yaml")], self.folder,
                         env=dict(os.environ, CAMWARDEN_FAKE_FEEDS=str(feeds), CAMWARDEN_FAKE_CHANGES="0",
                                  CAMWARDEN_FAKE_SOCKET=self.told))
        self.sender = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        end = time.monotonic() + 30
        while True:
            try:
                if self.get("/healthz")[0] == 200:
                    break
            except OSError:
                pass
            self.check()
            if time.monotonic() > end:
                raise Failed(f"camwarden-fake does not answer:\n{self.tail()}")
            time.sleep(.1)
        self.cookie = self.login()

    def change(self, first, count=1):
        """Utc seconds when it was told."""
        now = time.time()
        self.sender.sendto(f"{first} {count}".encode(), self.told)
        return now

    def login(self):
        c = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        c.request("POST", "/api/v1/login", json.dumps({"user": USER, "password": PASSWORD}),
                  {"Content-Type": "application/json", "X-Camwarden": "1"})
        r = c.getresponse()
        r.read()
        if r.status != 200:
            raise Failed(f"the fake's log-in came to {r.status}")
        return r.getheader("Set-Cookie").split(";")[0]

    def get(self, path, headers=None):
        c = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        try:
            c.request("GET", path, headers={"Cookie": getattr(self, "cookie", ""), **(headers or {})})
            r = c.getresponse()
            body = r.read()
            return r.status, body, dict(r.getheaders())
        finally:
            c.close()

    def roles(self):
        found = {"monitor": self.pid}
        for pid in world.tree(self.pid):
            try:
                with open(f"/proc/{pid}/cmdline", "rb") as f:
                    words = f.read().split(b"\0")
            except OSError:
                continue
            if len(words) > 1 and words[1][:1] == b"_":
                found[words[1][1:].decode()] = pid
        return found


class Streams(threading.Thread):
    """Open walls without a browser: they read all that comes."""

    def __init__(self, fake, count):
        super().__init__(daemon=True)
        self.bytes, self.ended, self.lost = 0, threading.Event(), 0
        self.selector = selectors.DefaultSelector()
        for _ in range(count):
            s = socket.create_connection(("127.0.0.1", fake.port), timeout=10)
            s.sendall(f"GET /api/v1/events HTTP/1.1\r\nHost: 127.0.0.1\r\nCookie: {fake.cookie}\r\n\r\n".encode())
            s.setblocking(False)
            self.selector.register(s, selectors.EVENT_READ)
        self.count = count
        self.start()

    def run(self):
        while not self.ended.is_set():
            for key, _ in self.selector.select(.2):
                data = key.fileobj.recv(1 << 18)
                self.bytes += len(data)
                if not data:
                    self.selector.unregister(key.fileobj)
                    self.lost += 1

    def close(self):
        self.ended.set()
        self.join(5)
        for key in list(self.selector.get_map().values()):
            key.fileobj.close()


class Wall:
    """One window of a browser that has never been here before."""

    def __init__(self, browser, fake):
        self.browser, self.fake = browser, fake
        self.context = browser.call("Target.createBrowserContext")["browserContextId"]
        self.target = browser.call("Target.createTarget", url="about:blank", browserContextId=self.context,
                                   width=SIZE[0], height=SIZE[1])["targetId"]
        self.session = browser.call("Target.attachToTarget", targetId=self.target, flatten=True)["sessionId"]
        for domain in ("Runtime", "Page"):
            self.call(domain + ".enable")
        self.call("Emulation.setDeviceMetricsOverride", width=SIZE[0], height=SIZE[1], deviceScaleFactor=1, mobile=False)
        name, value = fake.cookie.split("=", 1)
        browser.call("Storage.setCookies", browserContextId=self.context, cookies=[
            {"name": name, "value": value, "url": f"http://127.0.0.1:{fake.port}/", "secure": True, "httpOnly": True,
             "sameSite": "Strict", "path": "/"}])

    def call(self, method, wait=60, **params):
        return self.browser.call(method, self.session, wait, **params)

    def run(self, script, wait=60):
        got = self.call("Runtime.evaluate", wait, expression=script, awaitPromise=True, returnByValue=True)
        if "exceptionDetails" in got:
            raise Failed(f"the page: {json.dumps(got['exceptionDetails'])[:400]}")
        return got["result"].get("value")

    def open(self):
        """ms from the navigation to all feeds painted."""
        self.call("Page.navigate", url=f"http://127.0.0.1:{self.fake.port}/")
        end = time.monotonic() + 30
        while time.monotonic() < end:
            got = self.run("location.pathname === '/' && performance.getEntriesByName('wall-painted').map(e => e.startTime)[0]")
            if got:
                return got
            time.sleep(.02)
        raise Failed("the wall was not painted within 30 s: " + str(self.run("location.href + document.body.innerText.slice(0, 300)")))

    def clock(self):
        """Seconds that the page's clock is ahead of ours."""
        best = None
        for _ in range(20):
            a = time.time()
            page = self.run("performance.timeOrigin + performance.now()") / 1000
            b = time.time()
            if best is None or b - a < best[0]:
                best = (b - a, page - (a + b) / 2)
        return best[1]

    def front(self):
        self.call("Page.bringToFront")

    def close(self):
        self.browser.call("Target.disposeBrowserContext", browserContextId=self.context)


class Bench:
    def __init__(self, args, w, feeds):
        from browser import Browser
        self.args, self.feeds, self.world = args, feeds, w
        self.fake = w.add(Fake(w, feeds))
        self.browser = Browser()
        self.result = {"feeds": feeds}
        items = json.loads(self.fake.get("/api/v1/wall")[1])["feeds"]
        self.id = {int(row[2][-4:] if row[2][-4:].isdigit() else 7): row[0] for row in items}

    def paint(self):
        times = []
        for _ in range(self.args.loads):
            wall = Wall(self.browser, self.fake)
            times.append(wall.open())
            wall.close()
        self.result |= {"first_paint_ms": quantile(times, .5), "first_paint_max_ms": max(times)}

    def bytes(self):
        total, wall = 0, 0
        page = self.fake.get("/", {"Accept-Encoding": "gzip"})
        text = gzip.decompress(page[1]).decode() if page[2].get("Content-Encoding") == "gzip" else page[1].decode()
        paths = {"/"} | {p for p in text.replace("'", '"').split('"') if p.startswith("/assets/")}
        for path in paths:
            total += len(self.fake.get(path, {"Accept-Encoding": "gzip"})[1])
        plain, packed = (len(self.fake.get("/api/v1/wall", h)[1]) for h in ({}, {"Accept-Encoding": "gzip"}))
        self.result |= {"app_bytes": total, "wall_bytes": packed, "wall_plain_bytes": plain}

    def singles(self, wall):
        """ms from the monitor's change to its pixels, one at a time."""
        ahead = wall.clock()
        wall.run(WATCH)
        told = {}
        end = time.monotonic() + self.args.seconds
        number = 11
        while time.monotonic() < end:
            number = (number + 97) % self.feeds
            if number in self.id:
                told[self.id[number]] = self.fake.change(number)
            time.sleep(1 / self.args.rate)
        time.sleep(1)
        seen = wall.run("Object.fromEntries(window.__seen)")
        took = [seen[f] - (at + ahead) * 1000 for f, at in told.items() if f in seen]
        self.result["update_p99_ms"] = quantile(wall.run("window.__drawn"), .99)
        self.result |= {"changes": len(told), "changes_unseen": len(told) - len(took),
                        "change_to_pixels_p50_ms": quantile(took, .5), "change_to_pixels_p99_ms": quantile(took, .99),
                        "change_to_pixels_max_ms": max(took)}

    def bursts(self, wall):
        ahead = wall.clock()
        took, unseen = [], 0
        for i in range(BURSTS):
            wall.run("window.__seen.clear()")
            count = min(BURST, self.feeds)
            at = self.fake.change(i * count, count)
            end = time.monotonic() + 10
            while wall.run("window.__seen.size") < count and time.monotonic() < end:
                time.sleep(.1)
            seen = wall.run("[...window.__seen.values()]")
            unseen += count - len(seen)
            took.append(max(seen) - (at + ahead) * 1000)
            time.sleep(.5)
        self.result |= {"burst_ms": quantile(took, .5), "burst_max_ms": max(took), "burst_unseen": unseen}

    def scroll(self, wall):
        """Down and up with the wheel's gesture, while it changes."""
        ended = threading.Event()
        seconds = max(4, self.args.seconds // 3)

        def changes():
            n = 0
            while not ended.wait(1 / self.args.rate):
                self.fake.change(n := (n + 89) % self.feeds)

        def frames(session_wall, scrolls):
            thread = threading.Thread(target=self.gestures, args=(session_wall, seconds), daemon=True)
            if scrolls:
                thread.start()
            return session_wall.run(FRAMES % (seconds * 1000), seconds + 30)

        empty = Wall(self.browser, self.fake)
        empty.front()
        self.result["dropped_frames_share_empty"] = dropped(frames(empty, False))
        empty.close()
        wall.front()
        self.result["dropped_frames_share_idle"] = dropped(frames(wall, False))
        thread = threading.Thread(target=changes, daemon=True)
        thread.start()
        gaps = frames(wall, True)
        ended.set()
        thread.join()
        self.result |= {"dropped_frames_share": dropped(gaps), "frame_gap_p99_ms": quantile(gaps, .99),
                        "frame_gap_max_ms": max(gaps)}

    @staticmethod
    def gestures(wall, seconds):
        end = time.monotonic() + seconds - 1
        down = True
        while time.monotonic() < end:
            wall.call("Input.synthesizeScrollGesture", x=SIZE[0] // 2, y=SIZE[1] // 2,
                      yDistance=-2000 if down else 2000, speed=2000)
            down = not down

    def served(self, walls, rate):
        """What the server's processes take meanwhile."""
        roles = self.fake.roles()
        latencies, number = [], 0
        streams = Streams(self.fake, self.args.walls - len(walls))
        time.sleep(2)
        before = {r: cpu_seconds(p) for r, p in roles.items()}
        sent, begun = streams.bytes, time.monotonic()
        asked = begun
        while (now := time.monotonic()) < begun + self.args.seconds:
            if rate:
                number = (number + 101) % self.feeds
                self.fake.change(number)
            if now - asked > .2:
                asked = now
                self.fake.get(f"/api/v1/feeds/{self.id.get(number, self.id[0])}")
                latencies.append((time.monotonic() - now) * 1000)
            time.sleep(max(0, (1 / rate if rate else .1) - (time.monotonic() - now)))
        span = time.monotonic() - begun
        cpu = {r: (cpu_seconds(p) - before[r]) / span for r, p in roles.items()}
        sent = (streams.bytes - sent) / span / max(1, streams.count)
        lost = streams.lost
        streams.close()
        return cpu, sent, quantile(latencies, .99), lost

    def cost(self, first):
        # Hidden windows would be throttled; each in front of its own context
        walls = [first] + [Wall(self.browser, self.fake) for _ in range(2)]
        for wall in walls[1:]:
            wall.open()
        for name, rate in (("", self.args.rate), ("_idle", 0)):
            cpu, sent, p99, lost = self.served(walls, rate)
            own = sum(cpu.get(r, 0) for r in ("web", "reader"))
            self.result |= {f"cpu_cores_{self.args.walls}_walls{name}": own, f"cpu_cores_monitor{name}": cpu["monitor"],
                            f"stream_bytes_s{name}": sent, f"api_p99_ms{name}": p99, f"streams_lost{name}": lost}
        roles = self.fake.roles()
        self.result["web_pss_kib"] = pss_kib(roles["web"]) if "web" in roles else None
        for wall in walls:
            wall.close()

    def run(self):
        say(f"{self.feeds} feeds: first paint")
        self.paint()
        self.bytes()
        wall = Wall(self.browser, self.fake)
        wall.open()
        time.sleep(1)
        say(f"{self.feeds} feeds: single changes")
        self.singles(wall)
        say(f"{self.feeds} feeds: {BURST} at once")
        self.bursts(wall)
        say(f"{self.feeds} feeds: frames")
        self.scroll(wall)
        say(f"{self.feeds} feeds: {self.args.walls} walls")
        self.cost(wall)
        self.browser.close()
        self.world.stop(self.fake)
        return self.result


ROWS = [
    ("first paint, median of loads", "first_paint_ms", "ms", "<= 1000"), ("  slowest", "first_paint_max_ms", "ms", ""),
    ("program, packed", "app_bytes", "bytes", ""), ("all feeds (/wall), packed", "wall_bytes", "bytes", ""),
    ("a change to its pixels, p50", "change_to_pixels_p50_ms", "ms", ""),
    ("  p99", "change_to_pixels_p99_ms", "ms", "<= 1000"),
    ("  of that the page's own work, p99", "update_p99_ms", "ms", "<= 50"),
    (f"{BURST} changes at once to pixels", "burst_ms", "ms", ""), ("  slowest", "burst_max_ms", "ms", ""),
    ("frames dropped, scrolling", "dropped_frames_share", "", ""), ("  at rest", "dropped_frames_share_idle", "", ""),
    ("  an empty page", "dropped_frames_share_empty", "", ""), ("gap between frames, p99", "frame_gap_p99_ms", "ms", ""),
    ("server, {walls} walls, changing", "cpu_cores_{walls}_walls", "cores", ""),
    ("  at rest", "cpu_cores_{walls}_walls_idle", "cores", ""),
    ("bytes a second to each wall, changing", "stream_bytes_s", "", ""), ("  at rest", "stream_bytes_s_idle", "", ""),
    ("API p99 meanwhile", "api_p99_ms", "ms", ""), ("web process, memory (PSS)", "web_pss_kib", "KiB", ""),
    ("changes never painted", "changes_unseen", "", "0"), ("  of the bursts", "burst_unseen", "", "0"),
]


def table(runs, walls):
    print("\n" + f"{'':40}" + "".join(f"{r['feeds']:>12}" for r in runs) + "  budget")
    for what, key, unit, budget in ROWS:
        what, key = what.format(walls=walls), key.format(walls=walls)
        cells = "".join(f"{'-' if r.get(key) is None else f'{r[key]:.3f}' if unit in ('', 'cores') and r[key] < 10 and isinstance(r[key], float) else f'{r[key]:.0f}':>12}"
                        for r in runs)
        print(f"{what:40}{cells}  {unit}{' ' if unit else ''}{budget}")


def main(argv):
    p = frame.options()
    p.add_argument("--feeds", type=int, action="append")
    p.add_argument("--seconds", type=int, default=20)
    p.add_argument("--walls", type=int, default=20)
    p.add_argument("--rate", type=float, default=20)
    p.add_argument("--loads", type=int, default=5)
    args = frame.parse(p, __doc__, argv)
    runs = []
    try:
        for feeds in args.feeds or [3700, 10000]:
            with World(args.keep) as w:
                runs.append(Bench(args, w, feeds).run())
    except Failed as e:
        say(str(e))
        return 1
    table(runs, args.walls)
    frame.write(args.json, dict(runs[0], runs=runs))
    return 0
