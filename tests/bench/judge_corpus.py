#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Makes labelled clips with the ffmpeg program, plays each through judge_clip
and prints what was expected against what was called.

Faults are made as they happen: a freeze before the encoder, a clock drawn
after the freeze, sensor noise before the encoder. No clip is ever repeated to
pass for live: what is long and live is one picture under fresh noise, or a
drawn scene that moves.
"""
import argparse
import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile

FONT = "/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf"
CLOCK = (r"drawtext=fontfile=%s:text='%%{pts\:localtime\:1700000000}':"
         r"fontsize=h/18:fontcolor=white:box=1:boxcolor=black@0.4:x=8:y=%s")


def clock(place):
    return CLOCK % (FONT, {"top": "6", "bottom": "h-text_h-6"}[place])


def text(words, colour="white", size="h/10"):
    return (f"drawtext=fontfile={FONT}:text='{words}':fontsize={size}:"
            f"fontcolor={colour}:x=(w-text_w)/2:y=(h-text_h)/2")


def encoder(kind, fps, gop):
    """kind: name[:value]; returns (arguments, suffix)."""
    name, _, value = kind.partition(":")
    keys = max(1, round(fps * gop))
    x264 = ["-c:v", "libx264", "-preset", "veryfast", "-g", str(keys),
            "-keyint_min", str(keys), "-sc_threshold", "0",
            "-threads", "1"]
    rate = ["-b:v", f"{value}k", "-maxrate", f"{value}k", "-bufsize",
            f"{value}k"]
    x265 = ["-c:v", "libx265", "-preset", "ultrafast", "-x265-params",
            f"keyint={keys}:min-keyint={keys}:scenecut=0:log-level=error:"
            "pools=1:frame-threads=1"]
    if name.startswith("x4"):  # x4-PRESET-crf or x4-PRESET-cbr
        _, preset, mode = name.split("-")
        return (["-c:v", "libx264", "-preset", preset, "-g", str(keys),
                 "-keyint_min", str(keys), "-sc_threshold", "0", "-threads",
                 "1"] + (["-crf", value] if mode == "crf" else rate), "mp4")
    if name.startswith("x5"):
        _, preset, mode = name.split("-")
        return (["-c:v", "libx265", "-preset", preset] + x265[4:] +
                (["-crf", value] if mode == "crf" else rate), "mp4")
    return {
        "crf": (x264 + ["-crf", value], "mp4"),
        "cbr": (x264 + rate, "mp4"),
        "hrd": (x264 + ["-x264-params", "nal-hrd=cbr"] + rate, "mp4"),
        "zl": (x264 + ["-tune", "zerolatency"] + rate, "mp4"),
        "abr": (x264 + ["-b:v", f"{value}k"], "mp4"),
        "265": (x265 + ["-crf", value], "mp4"),
        "265b": (x265 + rate, "mp4"),
        "mpeg4": (["-c:v", "mpeg4", "-g", str(keys), "-sc_threshold",
                   "1000000000", "-q:v", value], "mp4"),
        "mjpeg": (["-c:v", "mjpeg", "-q:v", value], "avi"),
        "mjpegb": (["-c:v", "mjpeg", "-b:v", f"{value}k"], "avi"),
    }[name]


class Clip:
    """One labelled clip. `truth` is "up" or a cause; `onset` its second."""

    def __init__(self, name, source, chain, truth, seconds, fps, enc, gop,
                 onset=0.0, group=""):
        self.name, self.source, self.chain = name, source, chain
        self.truth, self.seconds, self.fps = truth, seconds, fps
        self.enc, self.gop, self.onset = enc, gop, onset
        self.group = group or name.split("/")[0]

    def command(self, out):
        args, _ = encoder(self.enc, self.fps, self.gop)
        graph = ",".join(self.chain + [f"fps={self.fps}", "format=" + (
            "yuvj420p" if self.enc.startswith("mjpeg") else "yuv420p")])
        return (["nice", "ffmpeg", "-nostdin", "-v", "error", "-y"] + self.source +
                ["-an", "-filter_threads", "1", "-vf", graph, "-t",
                 str(self.seconds)] + args + [out])

    def path(self, cache):
        args, suffix = encoder(self.enc, self.fps, self.gop)
        key = hashlib.sha1(repr((self.source, self.chain, self.seconds,
                                 self.fps, args)).encode()).hexdigest()[:16]
        return os.path.join(cache, f"{key}.{suffix}")

    def make(self, cache):
        out = self.path(cache)
        if not os.path.exists(out):
            part = out[:-4] + ".part" + out[-4:]
            subprocess.run(self.command(part), check=True)
            os.rename(part, out)
        return out


def real_clips(folder):
    found = {}
    for root, name in ((folder, "*"), (os.path.join(folder,
                                                    "synthetic_night"), "*")):
        if os.path.isdir(root):
            for entry in sorted(os.listdir(root)):
                if entry.endswith(".mp4"):
                    found[entry[:-4]] = os.path.join(root, entry)
    return found


LENGTH = {"campus_paths_people_day": 45, "intersection_traffic_overcast": 16,
          "motorway_crocina_haze": 15, "motorway_traffic_day": 23,
          "reception_fisheye_indoor": 21, "road_topdown_day": 30,
          "street_officeblock_day": 15, "street_officeblock_dusk": 16,
          "tabletop_bottles_indoor": 39, "tree_window_lowfps_day": 22,
          "SYNTH_campus_people_night": 40, "SYNTH_officeblock_still_night": 14}
FPS = {"campus_paths_people_day": 10, "intersection_traffic_overcast": 15,
       "motorway_crocina_haze": 12, "road_topdown_day": 12,
       "tree_window_lowfps_day": 15}


def hold(at_frame):
    """Play up to a frame, then give that one for ever (before the encoder)."""
    return f"loop=loop=-1:size=1:start={at_frame}"


def drawn(seed, w=640, h=360):
    """A drawn street: textured ground, nothing moves, no noise."""
    return ["-f", "lavfi", "-i",
            f"mandelbrot=s={w}x{h}:r=10:start_scale={0.3 + seed % 7 * 0.2}:"
            f"end_scale={0.3 + seed % 7 * 0.2}:maxiter=60"]


def walker(colour, speed, y, size, every):
    """A figure that crosses the picture from left to right, again and again
    after so many seconds. (drawbox can't move: its expressions know no t.)"""
    name = f"w{colour}{size}"
    return (f"null[s{name}];color=c={colour}:s={size}x{size * 2}:r=10[{name}];"
            f"[s{name}][{name}]overlay=x='mod(t,{every})*{speed}-{size}':"
            f"y={y}+8*sin(t*3):shortest=0")


def live_real(clips):
    for name, path in clips.items():
        fps = FPS.get(name, 12)
        for enc, gop in (("crf:23", 1), ("crf:28", 2), ("crf:34", 2),
                         ("cbr:300", 2), ("cbr:150", 1), ("hrd:400", 2),
                         ("zl:250", 1), ("265:30", 2), ("265b:200", 2),
                         ("mjpeg:6", 1), ("crf:26", 4)):
            yield Clip(f"live/{name}/{enc}/g{gop}", ["-i", path],
                       ["scale=640:360"] if fps != 15 else [], "up",
                       LENGTH.get(name, 14), fps, enc, gop)


def live_denoised(clips):
    for name, path in clips.items():
        fps = FPS.get(name, 12)
        for enc, gop in (("crf:28", 1), ("cbr:200", 2), ("265:32", 2)):
            yield Clip(f"denoised/{name}/{enc}/g{gop}", ["-i", path],
                       ["hqdn3d=6:6:12:12"], "up", LENGTH.get(name, 14), fps,
                       enc, gop)


STILL_ENC = (("crf:23", 2, 90), ("crf:28", 4, 150), ("crf:33", 2, 120),
             ("cbr:300", 2, 120), ("cbr:150", 4, 200), ("hrd:300", 4, 200),
             ("zl:200", 2, 120), ("265:30", 2, 90), ("265b:200", 4, 200),
             ("mjpeg:6", 1, 60), ("mjpegb:1500", 1, 60),
             ("cbr:250", 10, 400))


def still_live(clips):
    level = (2, 3, 4, 6, 8)
    for i, (name, path) in enumerate(clips.items()):
        for j, (enc, gop, seconds) in enumerate(STILL_ENC):
            if (i + j) % 3:
                continue
            n = level[(i * 5 + j) % 5]
            yield Clip(f"still/{name}/n{n}/{enc}/g{gop}", ["-i", path],
                       ["scale=640:360", hold(0), "setpts=N/10/TB",
                        f"noise=alls={n}:allf=t"], "up", seconds, 10, enc,
                       gop)


def frozen_real(clips):
    for i, (name, path) in enumerate(clips.items()):
        fps = FPS.get(name, 12)
        for j, (enc, gop, _) in enumerate(STILL_ENC):
            if (i + j) % 2:
                continue
            lead = 12 if gop < 4 else 14
            yield Clip(f"frozen/{name}/{enc}/g{gop}", ["-i", path],
                       ["scale=640:360", f"fps={fps}", hold(lead * fps),
                        f"setpts=N/{fps}/TB"], "frozen",
                       lead + (90 if enc[:3] in ("crf", "mjp") else 330),
                       fps, enc, gop, lead)


def frozen_start(clips):
    for i, (name, path) in enumerate(clips.items()):
        for j, (enc, gop, _) in enumerate(STILL_ENC):
            if (i + j) % 3:
                continue
            yield Clip(f"frozen0/{name}/{enc}/g{gop}", ["-i", path],
                       ["scale=640:360", hold(0), "setpts=N/10/TB"],
                       "frozen", 60 if enc[:3] in ("crf", "mjp") else 330, 10,
                       enc, gop)


def frozen_clock(clips):
    for i, (name, path) in enumerate(clips.items()):
        fps = FPS.get(name, 12)
        for j, (enc, gop, _) in enumerate(STILL_ENC):
            if (i + j) % 3 != 1:
                continue
            lead = 12 if gop < 4 else 14
            yield Clip(f"clock/{name}/{enc}/g{gop}", ["-i", path],
                       ["scale=640:360", f"fps={fps}", hold(lead * fps),
                        f"setpts=N/{fps}/TB",
                        clock("top" if j % 2 else "bottom")], "frozen",
                       lead + 330, fps, enc, gop, lead)


def live_clock(clips):
    for i, (name, path) in enumerate(clips.items()):
        fps = FPS.get(name, 12)
        for j, (enc, gop, seconds) in enumerate(STILL_ENC[:11]):
            if (i + j) % 4 == 0:
                yield Clip(f"liveclock/{name}/{enc}/g{gop}", ["-i", path],
                           ["scale=640:360", f"fps={fps}", clock("top")],
                           "up", LENGTH.get(name, 14), fps, enc, gop)
            if (i + j) % 4 == 2:
                yield Clip(f"stillclock/{name}/{enc}/g{gop}", ["-i", path],
                           ["scale=640:360", hold(0), "setpts=N/10/TB",
                            "noise=alls=4:allf=t", clock("bottom")], "up",
                           seconds, 10, enc, gop)


def generated():
    for seed, (enc, gop) in enumerate((("crf:26", 2), ("cbr:250", 2),
                                       ("265:30", 2), ("mjpeg:6", 1),
                                       ("crf:26", 10), ("cbr:200", 4))):
        base = drawn(seed)
        move = [walker("gray", 60, 200, 30, 17),
                walker("brown", 35, 150, 22, 23)]
        yield Clip(f"gen/moving/{enc}/g{gop}", base,
                   move + ["noise=alls=4:allf=t"], "up", 60 + 12 * gop, 10,
                   enc, gop)
        yield Clip(f"gen/silent/{enc}/g{gop}", base, move, "up",
                   60 + 12 * gop, 10, enc, gop)
        yield Clip(f"gen/pauses/{enc}/g{gop}", base,
                   [walker("gray", 90, 200, 40, 31)], "up", 120 + 12 * gop,
                   10, enc, gop)
        yield Clip(f"gen/night/{enc}/g{gop}", base,
                   ["eq=brightness=-0.3:contrast=0.5"] + move +
                   ["noise=alls=7:allf=t"], "up", 60 + 12 * gop, 10, enc, gop)
        yield Clip(f"gen/frozen/{enc}/g{gop}", base,
                   ["noise=alls=4:allf=t", hold(0), "setpts=N/10/TB"],
                   "frozen", 330 if "cbr" in enc else 30 + 8 * gop, 10, enc,
                   gop)
        yield Clip(f"gen/black/{enc}/g{gop}", base,
                   move + ["noise=alls=3:allf=t",
                           "fade=t=out:st=20:d=2"], "black",
                   60 + 6 * gop, 10, enc, gop, 22)


def cards():
    sources = {
        "blue": ["color=c=0x0000c0:s=640x360:r=10", text("NO VIDEO")],
        "grey": ["color=c=gray:s=704x576:r=10", text("No Signal", "black")],
        "black": ["color=c=black:s=640x360:r=10", text("VIDEO LOSS")],
        "plainblue": ["color=c=blue:s=352x288:r=10"],
        "bars": ["smptebars=s=640x360:r=10"],
        "hdbars": ["smptehdbars=s=1280x720:r=10"],
        "snow": ["nullsrc=s=352x288:r=10,geq=random(1)*255:128:128"],
        "blueclock": ["color=c=0x0000c0:s=640x360:r=10", text("NO VIDEO"),
                      clock("top")],
    }
    for i, (name, chain) in enumerate(sources.items()):
        for j, (enc, gop) in enumerate((("crf:26", 2), ("cbr:200", 2),
                                        ("265:30", 1), ("mjpeg:6", 1),
                                        ("zl:150", 4))):
            if name == "snow" and enc not in ("crf:26", "mjpeg:6"):
                continue
            yield Clip(f"card/{name}/{enc}/g{gop}",
                       ["-f", "lavfi", "-i", chain[0]], chain[1:] or ["null"],
                       "no-signal", 40, 10, enc, gop)


def black_real(clips):
    for i, (name, path) in enumerate(clips.items()):
        fps = FPS.get(name, 12)
        enc, gop = (("crf:26", 2), ("cbr:200", 1), ("265:30", 2),
                    ("mjpeg:6", 1))[i % 4]
        yield Clip(f"black/{name}/{enc}/g{gop}", ["-i", path],
                   ["scale=640:360", f"fps={fps}", hold(10 * fps),
                    f"setpts=N/{fps}/TB", "noise=alls=3:allf=t",
                    "drawbox=c=black:t=fill:enable='gte(t,10)'",
                    "noise=alls=3:allf=t"], "black", 50, fps, enc, gop, 10)
        yield Clip(f"blacktext/{name}/{enc}/g{gop}", ["-i", path],
                   ["scale=640:360", f"fps={fps}", hold(10 * fps),
                    f"setpts=N/{fps}/TB", "noise=alls=3:allf=t",
                    "drawbox=c=black:t=fill:enable='gte(t,10)'",
                    clock("top"),
                    f"drawtext=fontfile={FONT}:text='CAM 12':fontsize=h/16:"
                    "fontcolor=white:x=w-text_w-8:y=h-text_h-6"],
                   "black", 50, fps, enc, gop, 10)
        yield Clip(f"night/{name}/{enc}/g{gop}", ["-i", path],
                   ["scale=640:360", f"fps={fps}",
                    "eq=brightness=-0.25:contrast=0.45",
                    "noise=alls=6:allf=t"], "up", LENGTH.get(name, 14), fps,
                   enc, gop)


def slates(folder):
    root = os.path.join(folder, "slates")
    if os.path.isdir(root):
        for entry in sorted(os.listdir(root)):
            if entry.endswith(".mp4"):
                for enc, gop in (("crf:26", 2), ("cbr:300", 2)):
                    yield Clip(f"slate/{entry[:-4]}/{enc}/g{gop}",
                               ["-stream_loop", "-1", "-i",
                                os.path.join(root, entry)], ["null"],
                               "no-signal", 40, 10, enc, gop)


def hard(clips):
    """Frozen under a clock where the rate control looks ahead: each picture
    is coded a little differently, so that few blocks come back."""
    encoders = ("x4-medium-cbr:200", "x4-slow-cbr:120", "x4-medium-cbr:500",
                "x5-fast-cbr:150", "x5-fast-cbr:400", "x5-medium-cbr:200")
    for i, (name, path) in enumerate(clips.items()):
        enc = encoders[i % len(encoders)]
        gop = (1, 2, 4)[i % 3]
        for fault, lead in (("hard-clock", 14), ("hard-clock0", 0)):
            at = hold(6 * lead)
            yield Clip(f"{fault}/{name}/{enc}/g{gop}", ["-i", path],
                       ["scale=480:270", "fps=6", at, "setpts=N/6/TB",
                        clock("bottom" if i % 2 else "top")], "frozen",
                       lead + 320, 6, enc, gop, lead)


def quiet(clips):
    """Traffic, then nobody for minutes: still, but the sensor's noise goes
    on. What a night does to a street."""
    encoders = ("x4-medium-cbr:200", "crf:28", "x4-veryfast-cbr:120",
                "x5-fast-cbr:150", "mjpeg:6", "zl:200", "265:30", "hrd:300")
    for i, (name, path) in enumerate(clips.items()):
        for j in (0, 3):
            enc = encoders[(i + j) % len(encoders)]
            gop = (1, 2, 4)[i % 3]
            noise = f"noise=alls={(2, 3, 5)[(i + j) % 3]}:allf=t"
            yield Clip(f"quiet/{name}/{enc}/g{gop}", ["-i", path],
                       ["scale=480:270", "fps=6", hold(6 * 13),
                        "setpts=N/6/TB", noise] +
                       ([clock("top")] if j else []), "up", 320, 6, enc, gop)


WIDE_SIZES = ((352, 288), (640, 360), (704, 576), (1280, 720))


def wide_encoder(rnd, size, fps):
    """A random encoder, its rate in proportion to the picture."""
    rate = int(size[0] * size[1] * (fps + 8) *
               rnd.choice((.02, .04, .08, .15)) / 1000)
    crf = rnd.choice((18, 23, 27, 31, 35))
    return rnd.choice((
        f"x4-ultrafast-crf:{crf}", f"x4-medium-crf:{crf}",
        f"x4-ultrafast-cbr:{rate}", f"x4-veryfast-cbr:{rate}",
        f"x4-medium-cbr:{rate}", f"zl:{rate}", f"hrd:{rate}", f"abr:{rate}",
        f"x5-ultrafast-crf:{crf}", f"x5-ultrafast-cbr:{rate}",
        f"x5-{'fast' if size[0] < 400 else 'ultrafast'}-cbr:{rate}", f"mjpeg:{rnd.choice((3, 6, 12))}",
        f"mjpegb:{rate * 4}", f"mpeg4:{rnd.choice((3, 6, 12))}"))


def anywhere(rnd):
    """A clock of random size and place, near an edge or (rarely) not."""
    size = rnd.choice((12, 18, 24))
    x = rnd.choice(("8", "w-text_w-8", "(w-text_w)/2"))
    y = rnd.choice(("6", "6", "h-text_h-6", "h-text_h-6", "h/2"))
    return (f"drawtext=fontfile={FONT}:text='%{{pts\\:localtime\\:"
            f"1700000000}}':fontsize=h/{size}:fontcolor=white:box=1:"
            f"boxcolor=black@0.4:x={x}:y={y}")


def wide(clips, count, seed=11):
    """Random mixtures of scene, fault, encoder, size, rate and GOP."""
    import random
    rnd = random.Random(seed)
    names = sorted(clips)
    for i in range(count if names else 0):
        name = rnd.choice(names)
        size, fps = rnd.choice(WIDE_SIZES), rnd.choice((5, 8, 12, 20))
        gop = rnd.choice((1, 1, 2, 2, 3, 4, 10))
        enc = wide_encoder(rnd, size, fps)
        fault = rnd.choice(("live", "still", "still", "frozen", "frozen",
                            "frozen0", "clock", "clock", "clock0",
                            "stillclock", "black", "denoised"))
        steady = "crf" in enc or enc.startswith(("mjpeg:", "mpeg4:"))
        head = [f"scale={size[0]}:{size[1]}", f"fps={fps}"]
        lead = 14
        noise = f"noise=alls={rnd.choice((1, 2, 3, 5, 8))}:allf=t"
        at = hold(lead * fps if fault in ("frozen", "clock", "black") else 0)
        pts = f"setpts=N/{fps}/TB"
        seconds = 60 if steady else 320
        where = anywhere(rnd)
        length = LENGTH.get(name, 14)
        chains = {
            "live": (head, "up", length, 0),
            "denoised": (head + ["hqdn3d=4:4:9:9"], "up", length, 0),
            "still": (head + [at, pts, noise], "up", seconds / 2, 0),
            "stillclock": (head + [at, pts, noise, where], "up",
                           seconds / 2, 0),
            "frozen": (head + [at, pts], "frozen", lead + seconds, lead),
            "frozen0": (head + [at, pts], "frozen", seconds, 0),
            "clock": (head + [at, pts, where], "frozen", lead + 320, lead),
            "clock0": (head + [at, pts, where], "frozen", 320, 0),
            "black": (head + [at, pts, "drawbox=c=black:t=fill:enable="
                              f"'gte(t,{lead})'", noise,
                              where.replace("y=h/2", "y=6")], "black",
                      lead + 12 + 8 * gop, lead),
        }
        chain, truth, length, onset = chains[fault]
        yield Clip(f"wide/{i}/{fault}/{name}/{enc}/{size[0]}x{size[1]}/"
                   f"{fps}fps/g{gop}", ["-i", clips[name]], chain, truth,
                   length, fps, enc, gop, onset, f"w-{fault}")


def all_clips(folder):
    clips = real_clips(folder)
    makers = [live_real(clips), live_denoised(clips), still_live(clips),
              frozen_real(clips), frozen_start(clips), frozen_clock(clips),
              live_clock(clips), black_real(clips), slates(folder),
              generated(), cards(), hard(clips), quiet(clips), wide(clips, 300)]
    return [clip for maker in makers for clip in maker]


# What the test suite runs: the generated ones always, the real where present.
SHORT = (
    "gen/moving/crf:26/g2", "gen/silent/mjpeg:6/g1", "gen/frozen/crf:26/g2",
    "gen/frozen/cbr:250/g2", "gen/frozen/mjpeg:6/g1", "gen/black/crf:26/g2",
    "card/blue/crf:26/g2", "card/bars/mjpeg:6/g1",
    "card/plainblue/cbr:200/g2", "card/snow/crf:26/g2",
    "live/street_officeblock_day/crf:28/g2",
    "live/tabletop_bottles_indoor/crf:23/g1",
    "live/reception_fisheye_indoor/cbr:150/g1",
    "live/tree_window_lowfps_day/crf:23/g1",
    "still/street_officeblock_day/n8/mjpeg:6/g1",
    "frozen/motorway_crocina_haze/mjpegb:1500/g1",
    "clock/road_topdown_day/hrd:300/g4",
    "blacktext/reception_fisheye_indoor/crf:26/g2",
)


class Outcome:
    """What was called of one clip, against its truth."""

    def __init__(self, clip, lines):
        self.clip = clip
        self.words = []
        calls = [x for x in lines if "state" in x]
        final = next(x["summary"] for x in lines if "summary" in x)
        self.final = (final["cause"] if final["state"] != "up" else "up")
        self.delay = None
        lead = [x for x in calls if x["t"] < clip.onset]
        later = [x for x in calls if x["t"] >= clip.onset]
        self.false_alarm = any(
            x["state"] in ("down", "degraded") for x in
            (calls if clip.truth == "up" else lead))
        hits = [x for x in later if x["cause"] == clip.truth]
        if clip.truth == "up":
            hits = [x for x in calls if x["state"] == "up"]
        if hits:
            self.delay = hits[0]["t"] - clip.onset
        self.false_up = clip.truth != "up" and (
            self.final == "up" or
            clip.onset == 0 and any(x["state"] == "up" for x in calls))
        self.right = self.final == clip.truth
        self.calls = [(round(x["t"], 1),
                       "up" if x["state"] == "up" else x["cause"])
                      for x in calls]

    def verdict(self):
        if self.false_alarm:
            return "FALSE-ALARM"
        if self.false_up:
            return "FALSE-UP"
        if self.right:
            return "right"
        return ("unjudged" if self.final in ("learning", "not-sampled")
                else "WRONG-CAUSE")


def examine(program, clip, cache, every):
    done = subprocess.run([program, "--every", str(every), clip.make(cache)],
                          capture_output=True, text=True, check=True)
    return Outcome(clip, [json.loads(x) for x in done.stdout.splitlines()])


def percentile(values, share):
    values = sorted(values)
    return values[min(len(values) - 1, int(share * len(values)))]


def table(outcomes):
    groups = {}
    for o in outcomes:
        groups.setdefault(o.clip.group, []).append(o)
    print(f"{'group':12} {'clips':>5} {'hours':>6} {'right':>5} "
          f"{'unjudged':>8} {'wrong':>5} {'false up':>8} {'alarms':>6} "
          f"{'delay p50':>9} {'max':>6}")
    for name, group in groups.items():
        words = [o.verdict() for o in group]
        delays = [o.delay for o in group if o.delay is not None] or [0]
        print(f"{name:12} {len(group):5} "
              f"{sum(o.clip.seconds for o in group) / 3600:6.2f} "
              f"{words.count('right'):5} {words.count('unjudged'):8} "
              f"{words.count('WRONG-CAUSE'):5} "
              f"{words.count('FALSE-UP'):8} {words.count('FALSE-ALARM'):6} "
              f"{percentile(delays, .5):9.1f} {max(delays):6.1f}")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--program", required=True, help="judge_clip")
    parser.add_argument("--clips", default="../shared/clips",
                        help="folder of real footage; may be absent")
    parser.add_argument("--cache", default=os.path.join(
        tempfile.gettempdir(), "camwarden-corpus"))
    parser.add_argument("--only", default="", help="prefixes, with commas")
    parser.add_argument("--every", type=float, default=2)
    parser.add_argument("--share", type=int, default=1,
                        help="take one clip of so many")
    parser.add_argument("--short", action="store_true",
                        help="only what the test suite runs")
    parser.add_argument("--list", action="store_true",
                        help="one line for each clip that is not right")
    args = parser.parse_args()
    if shutil.which("ffmpeg") is None:
        print("skipped: the ffmpeg program is not here")
        return 0
    os.makedirs(args.cache, exist_ok=True)
    clips = all_clips(args.clips)
    if not os.path.isdir(args.clips):
        print(f"skipped what needs real footage: no {args.clips}")
    if args.only:
        clips = [c for c in clips if c.name.startswith(
            tuple(args.only.split(",")))]
    if args.short:
        clips = [c for c in clips if c.name in SHORT]
    outcomes = []
    for clip in clips[::args.share]:
        outcome = examine(args.program, clip, args.cache, args.every)
        outcomes.append(outcome)
        if args.list and outcome.verdict() != "right":
            print(f"{outcome.verdict():11} {clip.name:56} "
                  f"{outcome.calls}", flush=True)
    table(outcomes)
    fine = ("right",) if args.short else ("right", "unjudged")
    bad = [o for o in outcomes if o.verdict() not in fine]
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
