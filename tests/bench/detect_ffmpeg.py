# SPDX-License-Identifier: GPL-3.0-or-later
"""ffmpeg's freezedetect and blackdetect over a clip, at many thresholds in
one decoding; longer durations follow from the intervals of the shortest. What
was found is kept beside the clip, since a clip never changes."""
import json
import os
import re
import subprocess
import tempfile

FREEZE = (0.0001, 0.0003, 0.001, 0.002, 0.004, 0.008, 0.016)  # 0.001 is the default
FREEZE_S = (2, 5, 10, 20, 40, 80)
BLACK = tuple((pixel, share) for pixel in (0.05, 0.1, 0.15, 0.2) for share in (0.9, 0.98))
BLACK_S = (2, 5, 10, 20)
DEFAULT_FREEZE, DEFAULT_BLACK = (0.001, 2), ((0.1, 0.98), 2)
VERSION = 2

EVENT = re.compile(r"lavfi\.(?:freezedetect\.)?(freeze_start|freeze_end|black_start|black_end)="
                   r"(-?[\d.]+)")


def ffmpeg(path, graph):
    """CPU seconds"""
    command = ["nice", "-n", "5", "ffmpeg", "-nostdin", "-hide_banner", "-nostats", "-threads", "1", "-i",
               path, "-an", "-vf", graph, "-f", "null", "-"]
    p = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                         stderr=subprocess.DEVNULL)
    _, _, usage = os.wait4(p.pid, 0)
    p.returncode = 0
    return usage.ru_utime + usage.ru_stime


def intervals(text, seconds):
    """[[start, end], ...] of what one filter noted in its pictures."""
    found = []
    for what, value in EVENT.findall(text):
        if what.endswith("start"):
            found.append([float(value), seconds])
        elif found:
            found[-1][1] = float(value)
    return found


def sweep(path, seconds):
    kept = f"{path}.ffmpeg{VERSION}.json"
    if os.path.exists(kept):
        with open(kept, encoding="ascii") as f:
            return json.load(f)
    wanted = {f"f{k}": f"freezedetect=n={n}:d=2" for k, n in enumerate(FREEZE)}
    wanted.update({f"b{k}": f"blackdetect=pix_th={p}:pic_th={s}:d=2"
                   for k, (p, s) in enumerate(BLACK)})
    found = {}
    with tempfile.TemporaryDirectory(prefix="camwarden-sweep-") as folder:
        # one after the other; each filter's notes are written and wiped
        ffmpeg(path, ",".join(f"{text},metadata=print:file={folder}/{name},metadata=delete"
                              for name, text in wanted.items()))
        for name in wanted:
            with open(os.path.join(folder, name), encoding="ascii") as f:
                found[name] = intervals(f.read(), seconds)
    part = f"{kept}.{os.getpid()}"
    with open(part, "w", encoding="ascii") as f:
        json.dump(found, f)
    os.replace(part, kept)
    return found


def default_cpu(path):
    """CPU seconds of both filters at their defaults."""
    return ffmpeg(path, "freezedetect,blackdetect")


def calls(found, freeze, black):
    """What the two filters say at a setting, as calls of the judge."""
    out = []
    for prefix, table, (level, least), cause in (("f", FREEZE, freeze, "frozen"),
                                                 ("b", BLACK, black, "black")):
        for start, end in found.get(f"{prefix}{table.index(level)}", []):
            if end - start >= least - 1e-6:
                out.append({"t": start + least, "until": end, "state": "down", "cause": cause,
                            "causes": [cause]})
                out.append({"t": end, "until": end, "state": "up", "cause": "none", "causes": []})
    return sorted(out, key=lambda c: c["t"])
