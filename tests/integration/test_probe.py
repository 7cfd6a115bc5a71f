#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""camwarden probe on files (live, still, black, colour bars) and on what is
no feed at all: verdicts, exit codes, one clear line on stderr, the record that
can be judged again. About 15 s."""
import json
import os
import subprocess
import time

from harness import folder, free_port, program, wait_port, Child

DIR = folder()


def make(name, source, *options, seconds=30):
    path = os.path.join(DIR, name)
    subprocess.run(["ffmpeg", "-hide_banner", "-loglevel", "error", "-y", "-f", "lavfi", "-i", source,
                    "-t", str(seconds), "-pix_fmt", "yuv420p", "-c:v", "libx264", "-preset", "veryfast",
                    "-g", "20", "-sc_threshold", "0", *options, path], check=True)
    return path


def probe(*args, **options):
    p = subprocess.run([program("camwarden"), "probe", *args], stdin=subprocess.DEVNULL, text=True,
                       capture_output=True, timeout=60, **options)
    return p.returncode, p.stdout, p.stderr


def examine(source, *args):
    code, out, err = probe("--json", source, *args)
    lines = [json.loads(line) for line in out.splitlines()]
    assert lines and list(lines[-1]) == ["summary"], (source, out, err)
    for v in lines[:-1]:
        assert set(v) == {"t", "since", "state", "cause", "causes", "confidence", "evidence"}, v
        assert 0 <= v["since"] <= v["t"] and 0 <= v["confidence"] <= 100, v
        assert isinstance(v["evidence"], dict), v
        assert (v["cause"] == "none") == (v["causes"] == []), v
    times = [v["t"] for v in lines[:-1]]
    assert times == sorted(times), times
    return code, lines[:-1], lines[-1]["summary"], err


def check_file(path, state, cause, code, within):
    got, verdicts, summary, err = examine(path)
    assert (got, summary["state"], summary["cause"]) == (code, state, cause), (path, got, summary, err)
    assert set(summary) == {"state", "cause", "codec", "width", "height", "fps", "kbps", "gop_s", "seconds",
                            "samples"}, summary
    assert summary["codec"] == "h264" and (summary["width"], summary["height"]) == (320, 180), summary
    assert abs(summary["fps"] - 10) < 0.2 and abs(summary["gop_s"] - 2) < 0.1, summary
    assert abs(summary["seconds"] - 30) < 0.5 and 14 <= summary["samples"] <= 16, summary
    first = next(v for v in verdicts if v["state"] == state)
    assert first["t"] <= within, first
    print(f"{os.path.basename(path):12s} {state} {cause} at {first['t']} s since {first['since']} s, exit {got}")


def check_files():
    # Noise over moving bars: what a camera shows.
    live = make("live.mp4", "testsrc2=size=320x180:rate=10,noise=alls=8:allf=t")
    still = make("still.mkv", "testsrc=size=320x180:rate=10:duration=1,loop=loop=-1:size=1")
    black = make("black.ts", "color=black:size=320x180:rate=10")
    bars = make("bars.mp4", "smptebars=size=320x180:rate=10")
    check_file(live, "up", "none", 0, 10)
    check_file(still, "down", "frozen", 1, 20)
    check_file(black, "down", "black", 1, 12)
    check_file(bars, "down", "no-signal", 1, 12)
    return live


def check_side_files(live):
    png, record = os.path.join(DIR, "t.png"), os.path.join(DIR, "r.jsonl")
    code, verdicts, summary, _ = examine(live, "--thumbnail", png, "--record", record, "--for", "12")
    assert code == 0 and 11 <= summary["seconds"] <= 14.5, summary
    with open(png, "rb") as f:
        assert f.read(8) == b"\x89PNG\r\n\x1a\n"
    p = subprocess.run([program("camwarden"), "judge", "--json", record], text=True, capture_output=True, timeout=30)
    again = [json.loads(line) for line in p.stdout.splitlines()]
    assert p.returncode == 0 and again[:-1] == verdicts and again[-1]["summary"] == summary, (again, verdicts)
    with open(record, "a") as f:
        f.write("{\"now\":1,\"kind\":\"sample\",\"wire\":\"AAAA\"}\n")
    p = subprocess.run([program("camwarden"), "judge", record], text=True, capture_output=True, timeout=30)
    assert p.returncode == 2 and p.stderr.startswith(record + ":"), p
    print("thumbnail, record and judge: well")


def check_nothing(source, word, *args):
    code, verdicts, summary, err = examine(source, *args)
    assert code == 2 and summary["state"] == "unknown" and verdicts == [], (source, code, summary)
    assert err.count("\n") == 1 and word in err, (source, err)
    code, out, err = probe(source, *args)
    assert code == 2 and out == "" and word in err, (source, out, err)


def check_no_feeds():
    garbage, empty, cut, secret = (os.path.join(DIR, n) for n in ("garbage.mp4", "empty", "cut.mp4", "secret.mp4"))
    with open(garbage, "wb") as f:
        f.write(os.urandom(200000))
    open(empty, "wb").close()
    with open(os.path.join(DIR, "live.mp4"), "rb") as f, open(cut, "wb") as g:
        g.write(f.read(3000))
    audio = os.path.join(DIR, "tone.wav")
    subprocess.run(["ffmpeg", "-loglevel", "error", "-y", "-f", "lavfi", "-i", "sine", "-t", "2", audio], check=True)
    check_nothing(os.path.join(DIR, "none.mp4"), "No such file")
    check_nothing(DIR, "directory")
    check_nothing("/dev/null", "not a regular file")
    check_nothing(empty, "empty")
    check_nothing(garbage, "not a video")
    check_nothing(cut, "")
    check_nothing(audio, "video")
    if os.geteuid() != 0:
        open(secret, "wb").close()
        os.chmod(secret, 0)
        check_nothing(secret, "ermission")
    check_nothing("rtsp://", "not a URL")
    check_nothing("rtsp://127.0.0.1:99999/x", "port")
    check_nothing("rtsp://[::1/x", "']'")
    check_nothing("rtsp://a b/x", "not a URL")
    check_nothing("gopher://127.0.0.1/x", "not a kind of URL")
    check_nothing("rtsp://127.0.0.1/x", "seconds", "--for", "soon")
    for args in ([], ["a", "b"], ["--nonsense", "a"]):
        assert probe(*args)[0] == 2, args
    code, out, _ = probe("--help")
    assert code == 0 and "Example" in out
    print("missing, unreadable, garbage, no URL: exit 2, one line")


def check_live_troubles():
    port = free_port()
    code, verdicts, summary, _ = examine(f"rtsp://127.0.0.1:{port}/x", "--for", "2")
    assert (code, summary["state"], summary["cause"]) == (1, "down", "refused"), summary
    assert verdicts[0]["t"] < 1, verdicts
    # Somebody who is no camera at all.
    http = Child(["python3", "-m", "http.server", str(port), "--bind", "127.0.0.1", "--directory", DIR],
                 stderr=subprocess.DEVNULL)
    wait_port(port)
    code, _, summary, _ = examine(f"rtsp://127.0.0.1:{port}/x", "--for", "4")
    assert (code, summary["state"]) == (1, "down"), summary
    code, _, summary, _ = examine(f"http://127.0.0.1:{port}/none.mp4", "--for", "4")
    assert (code, summary["cause"]) == (1, "not-found"), summary
    code, _, summary, _ = examine(f"http://127.0.0.1:{free_port()}/a.mjpg", "--for", "4")
    assert (code, summary["cause"]) == (1, "refused"), summary
    http.stop()
    print("refused, no RTSP, 404: exit 1 with the cause")


def check_password_hidden():
    """It must show neither in the process list nor in anything printed."""
    p = subprocess.Popen([program("camwarden"), "probe", "--json", "--for", "2", "--verbose",
                          f"rtsp://watch:tr0ub4dor@127.0.0.1:{free_port()}/x"], text=True,
                         stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    time.sleep(0.7)
    with open(f"/proc/{p.pid}/cmdline", "rb") as f:
        seen = f.read().decode()
    out, _ = p.communicate(timeout=30)
    assert "tr0ub4dor" not in seen + out, seen + out
    assert p.returncode == 1, out
    print("the password shows nowhere")


check_live_troubles()
check_side_files(check_files())
check_no_feeds()
check_password_hidden()
