# SPDX-License-Identifier: GPL-3.0-or-later
"""usage: ./dev bench peers [options]

The same simulated cameras under programs that a control room could take
instead, one after the other in rounds (so that a machine's good and bad
minutes fall on all):

  ffmpeg     a process per feed, RTSP over TCP, -vf freezedetect
  gstreamer  one process (peer_gst), a pipeline per feed; each picture decoded
             and compared with the one before as freezedetect does
  motion     Debian's motion, one process, a camera per feed at the feed's size
             and rate, watching for motion, nothing stored
  fixed      camwarden with each feed sampled every 10 s
  adaptive   camwarden as it comes

CPU and memory (PSS) per feed are medians over the rounds. Then, with --most,
how many feeds each can hold on this machine beside the simulator: starting
from what its cost leads to expect, a sixth more or less until one number holds
and the next does not. It holds when for the whole window

  - each feed is connected (camwarden: and up at the end),
  - nobody has more than 2 s of a stream lying unread in the kernel,
  - at least 97 % of all pictures were decoded (ffmpeg, gstreamer; motion
    doesn't tell, camwarden decodes what it chooses), and
  - the simulator's pictures leave in time (p99 100 ms), none dropped.

  --feeds N       under each of the first three (30)
  --camwarden N   under camwarden (1000)
  --fps F         pictures a second (15)
  --rounds N      (3)
  --seconds S     of each measured window (20)
  --settle S      before adaptive is measured, until feeds are known (150)
  --only NAMES    of ffmpeg,gstreamer,motion,fixed,adaptive (all)
  --most [NAMES]  look for the most that these hold (those of --only but fixed)
  --json FILE     the figures by name
  --keep          keep logs

example: ./dev bench peers --only ffmpeg,adaptive --rounds 1 --camwarden 200
"""
import argparse
import os
import statistics
import time

import frame
import world
from world import Child, Failed, Farm, Monitor, Usage, World

NAMES = ("ffmpeg", "gstreamer", "motion", "fixed", "adaptive")
OWN = ("fixed", "adaptive")
FILM_S = 630
LATE_MS, UNREAD_S, DECODED = 100, 2, 0.97
KBIT = 320
STEP = 7 / 6


def say(text):
    print(f"bench: {text}", flush=True)


def unread(net):
    """The most bytes that wait on one connection with the farm, and how many
    connections there are: its clients' receive queues and its own send queues."""
    most, count = 0, 0
    prefix = "%02X7F" % net  # 127.net.x.y, as the kernel writes it: yyxxNN7F
    with open("/proc/net/tcp", encoding="ascii") as f:
        next(f)
        for line in f:
            local, remote, state, queues = line.split()[1:5]
            if state != "01":
                continue
            sent, received = (int(q, 16) for q in queues.split(":"))
            if remote[4:8] == prefix:
                count, most = count + 1, max(most, received)
            if local[4:8] == prefix:
                most = max(most, sent)
    return most, count


class Held:
    """Streams held by one contender; its processes are children of the world."""

    def __init__(self, w, farm, fps):
        self.world, self.farm, self.urls, self.fps = w, farm, farm.urls(), fps
        self.children = []
        self.start()

    def add(self, child):
        self.children.append(self.world.add(child))
        return child

    def frames(self):
        """Pictures decoded since the start; None where it doesn't tell."""
        return None

    def settled(self):
        """Once all are connected: wait until the start's own work is done."""
        time.sleep(8)

    def well(self):
        return True

    def stop(self):
        for child in self.children:
            self.world.children.remove(child)
            child.process.kill()
            child.process.wait()

    @staticmethod
    def last(path, word):
        """The newest number after a word in a log."""
        with open(path, "rb") as f:
            f.seek(max(0, os.path.getsize(path) - 2048))
            found = f.read().decode(errors="replace").rpartition(word)[2].split()
        return int(found[0]) if found and found[0].isdigit() else 0


class Ffmpeg(Held):
    def start(self):
        folder = self.world.folder()
        for i, url in enumerate(self.urls):
            self.add(Child(f"ffmpeg{i}", [
                "ffmpeg", "-nostdin", "-v", "error", "-stats_period", "1", "-progress", f"{folder}/{i}.progress",
                "-rtsp_transport", "tcp", "-i", url, "-an", "-vf", "freezedetect", "-f", "null", "-"], folder))
        self.progress = [f"{folder}/{i}.progress" for i in range(len(self.urls))]

    def frames(self):
        return sum(self.last(p, "frame=") for p in self.progress if os.path.exists(p))


class Gstreamer(Held):
    def start(self):
        folder = self.world.folder()
        path = os.path.join(folder, "urls")
        with open(path, "w", encoding="ascii") as f:
            f.write("\n".join(self.urls) + "\n")
        with open(path, encoding="ascii") as f:
            self.add(Child("peer_gst", [world.program("peer_gst")], folder, stdin=f))

    def frames(self):
        return self.last(self.children[0].log, "frames ")


class Motion(Held):
    def start(self):
        folder = self.world.folder()
        cameras = []
        for i, url in enumerate(self.urls):
            cameras.append(f"{folder}/camera{i}.conf")
            with open(cameras[-1], "w", encoding="ascii") as f:
                f.write(f"camera_id {i + 1}\nnetcam_url {url}\n")
        with open(f"{folder}/motion.conf", "w", encoding="ascii") as f:
            f.write("daemon off\nlog_level 4\nwebcontrol_port 0\nstream_port 0\nwidth 640\nheight 360\n"
                    f"framerate {self.fps}\npicture_output off\nmovie_output off\n" +
                    f"target_dir {folder}\n" + "".join(f"camera {c}\n" for c in cameras))
        self.add(Child("motion", ["motion", "-n", "-c", f"{folder}/motion.conf"], folder))


class Camwarden(Held):
    adaptive, settle = True, 150

    def start(self):
        folder = self.world.folder()
        self.monitor = self.add(Monitor(folder, "connect:\n  loopback_only: true\nlog_level: warning\nsampling:\n"
                                        f"  interval: 10s\n  adaptive: {str(self.adaptive).lower()}\n"))
        self.monitor.load(self.farm.inventory)

    def settled(self):
        self.monitor.wait_status("every feed up", lambda s: s["states"]["up"] >= len(self.urls), 240)
        time.sleep(self.settle if self.adaptive else 15)

    def well(self):
        return self.monitor.status()["states"]["up"] >= len(self.urls)

    def stop(self):
        self.world.stop(self.monitor)


class Fixed(Camwarden):
    adaptive = False


CONTENDERS = dict(zip(NAMES, (Ffmpeg, Gstreamer, Motion, Fixed, Camwarden)))


class Peers:
    def __init__(self, args, w):
        self.args, self.world = args, w
        self.net = 1
        self.windows = {name: [] for name in args.only}
        self.found = {}

    def window(self, name, feeds):
        """One contender on so many streams of a farm of its own."""
        self.net = self.net % 200 + 1
        farm = self.world.add(Farm(self.world.folder(), self.material, feeds, self.net, "--seconds", str(FILM_S)))
        held = CONTENDERS[name](self.world, farm, self.args.fps)
        try:
            self.connected(held, feeds)
            held.settled()
            return self.measure(held, farm, feeds)
        finally:
            held.stop()
            self.world.stop(farm)

    def connected(self, held, feeds):
        end = time.monotonic() + 60 + feeds / 20
        while unread(self.net)[1] < feeds:
            for child in held.children:
                child.check()
            if time.monotonic() > end:
                raise Failed(f"only {unread(self.net)[1]} of {feeds} connected")
            time.sleep(0.5)

    def measure(self, held, farm, feeds):
        farm.ask("stats-reset")
        frames, usages = held.frames(), [Usage(c.pid) for c in held.children]
        own = Usage(farm.pid)
        time.sleep(self.args.seconds)
        used = [u.end() for u in usages]
        stats, simulator = farm.stats(), own.end()
        seconds = simulator["seconds"]
        waiting, connections = unread(self.net)
        r = {"feeds": feeds, "cpu": sum(u["cpu_total"] for u in used) / feeds,
             "pss": sum(u["pss_total"] for u in used) / feeds, "farm_cpu": simulator["cpu_total"] / feeds,
             "decoded": None if frames is None else (held.frames() - frames) / (self.args.fps * feeds * seconds)}
        r["why"] = [text for bad, text in (
            (connections < feeds, f"{feeds - connections} not connected"),
            (waiting > UNREAD_S * KBIT * 125, f"{waiting / 1000:.0f} kB unread on a connection"),
            (r["decoded"] is not None and r["decoded"] < DECODED, f"{(r['decoded'] or 0) * 100:.0f} % decoded"),
            (stats["late_p99_ms"] > LATE_MS, f"simulator late by {stats['late_p99_ms']:.0f} ms"),
            (stats["dropped_bytes"] > 0, f"simulator dropped {stats['dropped_bytes']:.0f} bytes"),
            (not held.well(), "not all feeds up")) if bad]
        return r

    def try_window(self, name, feeds):
        try:
            r = self.window(name, feeds)
        except Failed as e:
            r = {"feeds": feeds, "why": [str(e).splitlines()[0]]}
        cost = f"{r['cpu'] * 1000:.2f} thousandths of a core, {r['pss']:.0f} KiB a feed" if "cpu" in r else "-"
        say(f"  {name}, {feeds} feeds: {cost}; {', '.join(r['why']) or 'holds'}")
        return r

    def most(self, name):
        """The greatest number seen to hold, and the least seen not to."""
        cost = self.cost(name)
        # what both need, of what there is, less a tenth for all else
        n = int(0.9 * os.cpu_count() / (cost["cpu"] + cost["farm_cpu"]))
        good, bad = 0, None
        for _ in range(6):
            if self.try_window(name, n)["why"]:
                bad = n
                if good:
                    break
                n = int(n / STEP)
            else:
                good = n
                if bad:
                    break
                n = int(n * STEP)
        self.found[name] = {"holds": good, "fails": bad}

    def cost(self, name):
        good = [r for r in self.windows[name] if "cpu" in r]
        if not good:
            raise Failed(f"{name} was never measured")
        return {k: statistics.median(r[k] for r in good) for k in ("cpu", "pss", "farm_cpu")}

    def run(self):
        a = self.args
        # the films of ./dev bench scale
        streams = max(8, min(40, max(a.camwarden, 3700) // 300))
        self.material = world.make_material(f"scale-{streams}-{FILM_S}-{a.fps}", streams, FILM_S, a.fps)
        Camwarden.settle = a.settle
        for i in range(a.rounds):
            say(f"round {i + 1} of {a.rounds}")
            for name in a.only:
                self.windows[name].append(self.try_window(name, a.camwarden if name in OWN else a.feeds))
        for name in a.most or ():
            say(f"the most that {name} holds")
            self.most(name)
        self.costs = {name: self.cost(name) for name in a.only}

    def figures(self):
        out = {}
        for name in self.args.only:
            c = self.costs[name]
            out[f"{name}_feeds"] = self.windows[name][0]["feeds"]
            out[f"{name}_cpu_cores_per_feed"] = round(c["cpu"], 7)
            out[f"{name}_pss_kib_per_feed"] = round(c["pss"], 1)
            out[f"{name}_kept_up"] = not any(r["why"] for r in self.windows[name])
            for own in OWN:
                if name not in OWN and own in self.args.only:
                    mine = self.costs[own]
                    out[f"{own}_cpu_ratio_{name}"] = round(mine["cpu"] / c["cpu"], 6)
                    out[f"{own}_pss_ratio_{name}"] = round(mine["pss"] / c["pss"], 6)
        for name, f in self.found.items():
            out[f"{name}_holds"], out[f"{name}_fails"] = f["holds"], f["fails"]
        return out

    def print_table(self, f):
        print(f"\n{'':12}{'feeds':>7}{'cores a feed':>14}{'KiB a feed':>12}{'of its CPU: fixed':>19}{'adaptive':>10}"
              f"{'of its PSS':>12}{'holds':>8}")
        for name in self.args.only:
            def ratio(own, what):
                v = f.get(f"{own}_{what}_ratio_{name}")
                return f"1/{1 / v:.0f}" if v else "-"
            print(f"{name:12}{f[f'{name}_feeds']:>7}{f[f'{name}_cpu_cores_per_feed']:>14.6f}"
                  f"{f[f'{name}_pss_kib_per_feed']:>12.1f}{ratio('fixed', 'cpu'):>19}{ratio('adaptive', 'cpu'):>10}"
                  f"{ratio('adaptive' if 'adaptive' in self.args.only else 'fixed', 'pss'):>12}"
                  f"{str(f.get(f'{name}_holds') or '-'):>8}"
                  + ("" if f[f"{name}_kept_up"] else "  (fell behind in a round)"))


def names(text):
    chosen = text.split(",")
    if set(chosen) - set(NAMES):
        raise argparse.ArgumentTypeError(f"names are {','.join(NAMES)}")
    return chosen


def arguments(rest):
    p = frame.options()
    p.add_argument("--feeds", type=int, default=30)
    p.add_argument("--camwarden", type=int, default=1000)
    p.add_argument("--fps", type=int, default=15)
    p.add_argument("--rounds", type=int, default=3)
    p.add_argument("--seconds", type=int, default=20)
    p.add_argument("--settle", type=int, default=150)
    p.add_argument("--only", type=names, default=list(NAMES))
    p.add_argument("--most", type=names, nargs="?", const=[])
    args = frame.parse(p, __doc__, rest)
    if min(args.feeds, args.camwarden, args.rounds, args.seconds) < 1:
        p.error("numbers must be at least 1")
    if args.most == []:
        args.most = [n for n in args.only if n != "fixed"]
    if set(args.most or ()) - set(args.only):
        p.error("--most takes names of --only")
    return args


def main(rest):
    args = arguments(rest)
    with World(args.keep) as w:
        peers = Peers(args, w)
        if not frame.ran(w, peers.run, say):
            return 1
        f = peers.figures()
        peers.print_table(f)
        frame.write(args.json, f)
    return 0
