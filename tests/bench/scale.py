# SPDX-License-Identifier: GPL-3.0-or-later
"""usage: ./dev bench scale [options]

camfarm serves simulated cameras on loopback addresses in real time; camwarden
holds, samples and judges them, first each at a fixed interval of 10 s, then
adaptively. While it runs some cameras close, fall silent and freeze; how long
camwarden takes to say so is read from its database. Then ffmpeg with
freezedetect plays a few of the same streams beside it, under the same load.
At last bare recv loops hold as many connections in camwarden's place, alone:
first each arrival wakes them, then they look at their sockets in turns of
10 ms, as camwarden's stream probes do.

  --feeds N      cameras (3700)
  --fps F        pictures a second (15)
  --seconds S    of each measured window (90)
  --faults N     cameras of each fault (feeds / 185, at least 3)
  --ffmpeg N     streams held by ffmpeg (6)
  --only PHASES  of fixed,adaptive,recv,ffmpeg (all); ffmpeg runs within the
                 first two
  --settle S     wait before the adaptive window, until feeds are known (150)
  --climb [N]    then raise the feeds by a fifth until a run is invalid, at
                 most N times (5)
  --sample S     fixed interval (10)
  --json FILE    the figures by name
  --keep         keep logs and databases

A run is invalid when camfarm's pictures left late (p99 above 100 ms) or it
had to drop bytes: then the machine, not camwarden, was measured. Nor is one
valid in which camwarden fell behind and left work out: it cost less for it.

example: ./dev bench scale --feeds 500 --seconds 60
"""
import os
import time

import frame
import world
from world import DEGRADED, DOWN, Failed, Farm, Monitor, Usage, World, quantile

STALL_S = 10
LATE_MS = 100
PHASES = ("fixed", "adaptive", "recv", "ffmpeg")
FILM_MORE_S = 540
SETTLE_S = 150  # an adaptive judge knows its feeds only then
TURN_MS = 10  # STREAM_TURN_US of the stream probes
GRACE_S = 180  # for the last freeze to be called, after the window


def say(text):
    print(f"bench: {text}", flush=True)


class Scale:
    def __init__(self, args, w):
        self.args, self.world = args, w
        self.results = {}
        self.net = 1
        self.notes = []

    # ---- the farm ----

    def farm(self, feeds, *more):
        # The films are as long as the longest phase (storm, learning, window,
        # the last freeze): no camera repeats itself within one. Each farm has
        # another net each time, so that no port waits for an older run's
        self.net = self.net % 250 + 1
        return self.world.add(Farm(self.world.folder(), self.material, feeds, self.net, "--seconds",
                                   str(self.length), *more))

    def make_material(self):
        # in steps, so that runs of about the same length share their films
        seconds = -(-(self.args.seconds + FILM_MORE_S) // 90) * 90
        streams = max(8, min(40, self.args.feeds // 300))
        self.length = seconds
        say(f"making {streams} films of {seconds} s, kept for the next time")
        self.material = world.make_material(f"scale-{streams}-{seconds}-{self.args.fps}", streams,
                                            seconds, self.args.fps)

    # ---- camwarden ----

    def settings(self, adaptive):
        return (f"stream:\n  stall_timeout: {STALL_S}s\n"
                f"connect:\n  loopback_only: true\n"
                f"sampling:\n  interval: {self.args.sample}s\n  adaptive: {'true' if adaptive else 'false'}\n"
                "log_level: warning\n")

    def pick(self, feeds, n):
        """Cameras to break, evenly apart, each with one fault."""
        step = feeds // (3 * n)
        cameras = [i * step + step // 2 for i in range(3 * n)]
        return {"closed": cameras[0::3], "silent": cameras[1::3], "frozen": cameras[2::3]}

    def poll(self, seconds, into):
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            status = self.monitor.status()
            if status:
                into.append(status)
            self.monitor.check()
            self.farm_now.check()
            time.sleep(min(1, max(0.05, end - time.monotonic())))

    def inject(self, picked):
        when = {}
        for fault, command in (("closed", "drop"), ("silent", "stall"), ("frozen", "freeze")):
            for camera in picked[fault]:
                when[camera] = self.farm_now.tell(f"{command} {camera}")
                time.sleep(0.05)
        return when

    def detections(self, picked, when):
        """fault -> delays of those called, and how many were not."""
        found = {}
        for camera, _, at, state, cause, _ in self.monitor.verdicts():
            if camera in when and camera not in found and at >= when[camera] and state == DOWN:
                if camera in picked["frozen"] and world.cause_names()[cause] != "frozen":
                    continue
                found[camera] = at - when[camera]
        out = {}
        for fault, cameras in picked.items():
            beyond = STALL_S if fault == "silent" else 0
            out[fault] = [found[c] - beyond for c in cameras if c in found]
            out[fault + "_missed"] = [c for c in cameras if c not in found]
        return out

    def false_verdicts(self, when):
        """Cameras that were never touched, yet called degraded or down."""
        wrong = {}
        for camera, _, at, state, cause, evidence in self.monitor.verdicts():
            if state in (DEGRADED, DOWN) and not (camera in when and at >= when[camera]):
                wrong.setdefault(camera, (world.cause_names()[cause], round(at - self.begin, 1), evidence))
        return wrong

    def run_camwarden(self, feeds, adaptive, seconds):
        self.begin = time.monotonic()
        self.farm_now = self.farm(feeds)
        self.monitor = self.world.add(Monitor(self.world.folder(), self.settings(adaptive)))
        self.monitor.load(self.farm_now.inventory)
        r = {"feeds": feeds, "fps": self.args.fps}
        r["storm_s"] = self.monitor.wait_status("media from all feeds", lambda s: s["flowing"] >= feeds,
                                                60 + feeds / 20)
        say(f"  media from all {feeds} feeds after {r['storm_s']:.1f} s")
        try:
            r["learned_s"] = self.monitor.wait_status(
                "every feed up", lambda s: s["states"]["up"] >= feeds, 180)
        except Failed:
            states = self.monitor.status()["states"]
            self.notes.append(f"after 180 s not all feeds were up: {states}")
            r["learned_s"] = None
        say(f"  all up after {round(r['learned_s'] or -1, 1)} s more")
        self.poll(self.args.settle if adaptive else 15, [])
        say(f"  measuring for {seconds} s")
        picked = self.pick(feeds, self.args.faults or max(3, feeds // 185))
        self.farm_now.ask("stats-reset")
        polled = []
        camwarden, farm = Usage(self.monitor.pid), Usage(self.farm_now.pid)
        first = self.monitor.status()
        self.poll(seconds / 6, polled)
        when = self.inject(picked)
        self.poll(max(1, seconds - (time.monotonic() - camwarden.when)), polled)
        last = self.monitor.status()
        r["use"], r["farm_use"] = camwarden.end(), farm.end()
        r["farm"] = self.farm_now.stats()
        self.read_status(r, first, last, polled)
        self.await_detections(r, picked, when, adaptive)
        wrong = self.false_verdicts(when)
        r["false"] = len(wrong)
        for camera, why in list(wrong.items())[:8]:
            self.notes.append(f"false verdict: cam{camera}: {why}")
        r["seconds"] = r["use"]["seconds"]
        if "ffmpeg" in self.args.only:
            say(f"  ffmpeg with freezedetect on {self.args.ffmpeg} of the same streams beside it")
            r["ffmpeg"] = self.run_ffmpeg(min(seconds, 30), set(when))
        self.world.stop(self.monitor)
        self.world.stop(self.farm_now)
        return r

    @staticmethod
    def read_status(r, first, last, polled):
        lags = [s["loop_lag_max_us"] for s in polled if "loop_lag_max_us" in s]
        p99 = [s["loop_lag_p99_us"] for s in polled if "loop_lag_p99_us" in s]
        r["lag_ms"] = (p99[-1] if p99 else quantile(lags, 0.99) or 0) / 1e3
        r["lost_bytes"] = last.get("lost_bytes", 0) - first.get("lost_bytes", 0) if "lost_bytes" in last else None
        gap = last.get("sample_gap_p99_us")
        r["gap_p99_s"] = gap / 1e6 if gap else None
        r["samples_per_s"] = (last["samples"] - first["samples"]) / r["use"]["seconds"]
        r["restarts"] = last["restarts"]
        r["behind"] = sum(s["capacity"] != "ok" for s in polled) / len(polled)

    def await_detections(self, r, picked, when, adaptive):
        end = time.monotonic() + GRACE_S
        while True:
            d = self.detections(picked, when)
            missed = {f: d[f + "_missed"] for f in picked}
            if not any(missed.values()) or time.monotonic() > end:
                break
            self.poll(3, [])
        for fault in picked:
            r[fault] = {q: quantile(d[fault], v) for q, v in (("p50", 0.5), ("p99", 0.99), ("max", 1.0))}
            r[fault]["missed"] = len(missed[fault])
            if missed[fault]:
                self.notes.append(f"{'adaptive' if adaptive else 'fixed'}: {fault} never called: cameras "
                                  f"{missed[fault][:10]} of {len(picked[fault])}")

    # ---- the others ----

    def recv_loops(self, urls, turn):
        folder = self.world.folder()
        path = os.path.join(folder, "urls")
        with open(path, "w", encoding="utf-8") as f:
            f.write("\n".join(urls) + "\n")
        with open(path, encoding="utf-8") as f:
            loops = self.world.add(world.Child("recv_loop", [
                world.program("recv_loop"), "--processes", str(os.cpu_count() or 1), "--lowat", "16384",
                "--buffer", str(256 << 10), "--turn", str(turn), "--seconds", "3600"], folder, stdin=f))
        loops.feeds = int(loops.wait_text("ready", 60 + len(urls) / 20).split()[1])
        if loops.feeds != len(urls):
            self.notes.append(f"recv loops: only {loops.feeds} of {len(urls)} played")
        return loops

    def run_recv(self, feeds, seconds, turn):
        farm = self.farm_now = self.farm(feeds, "--session-timeout", "3600")
        loops = self.recv_loops(farm.urls(), turn)
        time.sleep(5)
        farm.ask("stats-reset")
        usage = Usage(loops.pid)
        time.sleep(seconds)
        out = {"use": usage.end(), "farm": farm.stats(), "feeds": loops.feeds}
        self.world.stop(loops)
        self.world.stop(farm)
        return out

    def run_ffmpeg(self, seconds, spared=()):
        """On streams of the present farm, while camwarden holds all of them:
        both are measured under the same load."""
        farm = self.farm_now
        urls = [u for i, u in enumerate(farm.urls()) if i not in spared]
        folder = self.world.folder()
        chosen = [urls[i * len(urls) // self.args.ffmpeg] for i in range(self.args.ffmpeg)]
        children = [self.world.add(world.Child(f"ffmpeg{i}", [
            "ffmpeg", "-nostdin", "-v", "error", "-rtsp_transport", "tcp", "-i", url, "-an",
            "-vf", "freezedetect", "-f", "null", "-"], folder)) for i, url in enumerate(chosen)]
        time.sleep(8)
        usages = [Usage(c.pid) for c in children]
        time.sleep(seconds)
        used = []
        for c, u in zip(children, usages):
            c.check()
            used.append(u.end())
        for c in children:
            c.process.kill()
            c.process.wait()
            self.world.children.remove(c)
        return {"cpu": sum(u["cpu_total"] for u in used) / len(used),
                "pss": sum(u["pss_total"] for u in used) / len(used), "n": len(used)}

    def climb(self):
        """More and more feeds, adaptively, until a run is invalid or wrong."""
        feeds, best = self.args.feeds, None
        for _ in range(self.args.climb):
            feeds = int(feeds * 1.2)
            say(f"climbing: {feeds} feeds")
            try:
                r = self.run_camwarden(feeds, True, min(self.args.seconds, 45))
            except Failed as e:
                self.notes.append(f"{feeds} feeds: {e}")
                break
            if r["farm"]["late_p99_ms"] > LATE_MS or r["farm"]["dropped_bytes"] or r["false"]:
                self.notes.append(f"{feeds} feeds: late p99 {r['farm']['late_p99_ms']:.0f} ms, dropped "
                                  f"{r['farm']['dropped_bytes']:.0f} bytes, {r['false']} false verdicts")
                break
            best = feeds
        self.results["climb"] = best

    def run(self):
        self.make_material()
        a, only = self.args, self.args.only
        for name, adaptive in (("fixed", False), ("adaptive", True)):
            if name in only:
                say(f"{name}: {a.feeds} feeds at {a.fps} fps")
                self.results[name] = self.run_camwarden(a.feeds, adaptive, a.seconds)
        if "recv" in only:
            for name, turn in (("recv", 0), ("recv_turns", TURN_MS)):
                say(f"bare recv loops on the same feeds, {f'in turns of {turn} ms' if turn else 'woken for each'}")
                self.results[name] = self.run_recv(a.feeds, min(a.seconds, 60), turn)
        if a.climb:
            self.climb()

    # ---- what came of it ----

    def figures(self, name):
        r = self.results.get(name)
        if not r:
            return {}
        ffmpeg = r.get("ffmpeg")
        feeds, use = r["feeds"], r["use"]
        out = {"feeds": feeds, "fps": r["fps"], "seconds": round(r["seconds"], 1),
               "cpu_cores": use["cpu_total"], "pss_kib_per_feed": use["pss_total"] / feeds,
               "lost_bytes": r["lost_bytes"], "farm_dropped_bytes": r["farm"]["dropped_bytes"],
               "farm_late_p99_ms": r["farm"]["late_p99_ms"], "loop_lag_p99_ms": r["lag_ms"],
               "sample_gap_p99_s": r["gap_p99_s"], "storm_s": r["storm_s"], "learned_s": r["learned_s"],
               "samples_per_s": r["samples_per_s"], "behind_share": r["behind"], "false_verdicts": r["false"]}
        for fault in ("closed", "silent", "frozen"):
            for q in ("p50", "p99", "max"):
                out[f"{fault}_{q}_s"] = r[fault][q]
            out[f"{fault}_missed"] = r[fault]["missed"]
        if ffmpeg:
            out["cpu_ratio_ffmpeg"] = use["cpu_total"] / feeds / ffmpeg["cpu"]
            out["pss_ratio_ffmpeg"] = use["pss_total"] / feeds / ffmpeg["pss"]
            out["ffmpeg_cpu_cores_per_feed"] = ffmpeg["cpu"]
            out["ffmpeg_pss_kib_per_feed"] = ffmpeg["pss"]
        for name in ("recv", "recv_turns"):
            recv = self.results.get(name)
            if recv:
                out["cpu_ratio_bare_" + name] = ((use["cpu"].get("stream", 0) / feeds) /
                                                 (recv["use"]["cpu_total"] / recv["feeds"]))
        return out

    def json(self):
        out = self.figures("adaptive")
        out.update({"fixed_" + k: v for k, v in self.figures("fixed").items()})
        for name in ("recv", "recv_turns"):
            if name in self.results:
                out[name + "_cpu_cores"] = self.results[name]["use"]["cpu_total"]
        if self.args.climb:
            out["climb_feeds"] = self.results.get("climb")
        return {k: round(v, 6) if isinstance(v, float) else v for k, v in out.items()}

    def invalid(self):
        out = []
        for name in ("fixed", "adaptive", "recv", "recv_turns"):
            r = self.results.get(name)
            if r and r["farm"]["late_p99_ms"] > LATE_MS:
                out.append(f"{name}: camfarm's p99 lateness was {r['farm']['late_p99_ms']:.0f} ms")
            if r and r["farm"]["dropped_bytes"]:
                out.append(f"{name}: camfarm dropped {r['farm']['dropped_bytes']:.0f} bytes")
            if r and r.get("behind"):
                out.append(f"{name}: camwarden was behind, and left work out, for {r['behind']:.0%} of the window")
        return out

    def print_table(self):
        f, a = self.figures("fixed"), self.figures("adaptive")
        rows = [("feeds", "{:.0f}"), ("fps", "{:.0f}"), ("storm_s", "{:.1f}"), ("learned_s", "{:.1f}"),
                ("cpu_cores", "{:.3f}"), ("pss_kib_per_feed", "{:.1f}"), ("cpu_ratio_ffmpeg", "1/{:.0f}"),
                ("pss_ratio_ffmpeg", "1/{:.0f}"), ("cpu_ratio_bare_recv", "{:.2f}"),
                ("cpu_ratio_bare_recv_turns", "{:.2f}"),
                ("samples_per_s", "{:.1f}"), ("sample_gap_p99_s", "{:.1f}"), ("behind_share", "{:.2f}"),
                ("loop_lag_p99_ms", "{:.1f}"),
                ("lost_bytes", "{:.0f}"), ("farm_dropped_bytes", "{:.0f}"), ("farm_late_p99_ms", "{:.1f}")]
        rows += [(f"{x}_{q}_s", "{:.2f}") for x in ("closed", "silent", "frozen") for q in ("p50", "p99", "max")]
        rows += [(f"{x}_missed", "{:.0f}") for x in ("closed", "silent", "frozen")]
        rows += [("false_verdicts", "{:.0f}")]

        def cell(values, key, form):
            v = values.get(key)
            if v is None:
                return "-"
            return form.format(1 / v if form.startswith("1/") and v else v)
        print(f"\n{'':28}{'every 10 s' if self.args.sample == 10 else 'fixed':>14}{'adaptive':>14}")
        for key, form in rows:
            print(f"{key:28}{cell(f, key, form):>14}{cell(a, key, form):>14}")
        for name in ("fixed", "adaptive"):
            r = self.results.get(name)
            if r:
                print(f"\n{name}, per role:      cores    PSS MiB")
                for who in sorted(r["use"]["cpu"]):
                    print(f"  {who:20}{r['use']['cpu'][who]:8.3f}{r['use']['pss'].get(who, 0) / 1024:10.1f}")
                if "ffmpeg" in r:
                    print(f"  {'(ffmpeg, one feed)':20}{r['ffmpeg']['cpu']:8.4f}{r['ffmpeg']['pss'] / 1024:10.1f}")
                print(f"  {'(camfarm)':20}{r['farm_use']['cpu_total']:8.3f}"
                      f"{r['farm_use']['pss_total'] / 1024:10.1f}")
        for name, kind in (("recv", "woken for each"), ("recv_turns", f"in turns of {TURN_MS} ms")):
            if name in self.results:
                u = self.results[name]["use"]
                print(f"\nbare recv loops         {u['cpu_total']:.3f} cores, {u['pss_total'] / 1024:.1f} MiB, {kind}")
        self.print_reach(a or f)
        for line in self.notes:
            print(f"note: {line}")

    def print_reach(self, values):
        if self.args.climb:
            print(f"climbed to {self.results.get('climb') or 'no more'} feeds")
        r = self.results.get("adaptive") or self.results.get("fixed")
        if not r:
            return
        each = (values["cpu_cores"] + r["farm_use"]["cpu_total"]) / values["feeds"]
        print(f"at this cost {os.cpu_count()} cores would hold about {int(os.cpu_count() / each)} feeds "
              f"with the simulator, {int(os.cpu_count() * values['feeds'] / values['cpu_cores'])} without")


def arguments(rest):
    p = frame.options()
    p.add_argument("--feeds", type=int, default=3700)
    p.add_argument("--fps", type=int, default=15)
    p.add_argument("--seconds", type=int, default=90)
    p.add_argument("--faults", type=int)
    p.add_argument("--ffmpeg", type=int, default=6)
    p.add_argument("--only", type=lambda s: s.split(","), default=list(PHASES))
    p.add_argument("--sample", type=int, default=10)
    p.add_argument("--climb", type=int, nargs="?", const=5, default=0)
    p.add_argument("--settle", type=int, default=SETTLE_S)
    args = frame.parse(p, __doc__, rest)
    if args.feeds < 30 or args.seconds < 10:
        p.error("at least 30 feeds and 10 seconds")
    if set(args.only) - set(PHASES):
        p.error(f"--only takes {','.join(PHASES)}")
    return args


def main(rest):
    args = arguments(rest)
    with World(args.keep) as w:
        scale = Scale(args, w)
        if not frame.ran(w, scale.run, say):
            return 1
        scale.print_table()
        invalid = scale.invalid()
        frame.write(args.json, dict(scale.json(), valid=not invalid))
    for line in invalid:
        say(f"invalid run: {line}")
    return 1 if invalid else 0
