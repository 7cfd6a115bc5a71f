#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""VLC's RTSP server, which serves UDP only (SETUP over TCP gets 461): the
fall-back is found, the feed judged up, its frozen half frozen, a killed server
down within a second, a restarted one up. About 35 s. LABEL: light"""
import os
import shutil
import subprocess
import time

from harness import Child, Probe, folder, free_port, skip, wait_port

LIVE, FROZEN = 25, 60  # seconds of the clip


def make_clip(path):
    subprocess.run(
        ["ffmpeg", "-v", "error", "-y", "-f", "lavfi", "-i",
         f"testsrc2=s=640x360:r=15:d={LIVE + FROZEN},noise=alls=6:allf=t+u,"
         f"loop=loop={15 * FROZEN}:size=1:start={15 * LIVE}",
         "-t", str(LIVE + FROZEN), "-c:v", "libx264", "-preset", "ultrafast", "-qp", "26", "-g", "15",
         "-pix_fmt", "yuv420p", path], check=True)
    os.chmod(path, 0o644)


def serve(clip, port, home):
    argv = ["cvlc", "-I", "dummy", "--no-audio", "--no-dbus", "--rtsp-host", "127.0.0.1", clip,
            "--sout", f"#rtp{{sdp=rtsp://127.0.0.1:{port}/vlc}}", "--sout-keep", "vlc://quit"]
    if os.geteuid() == 0:  # VLC refuses to run as root
        argv = ["setpriv", "--reuid=nobody", "--regid=nogroup", "--clear-groups"] + argv
    child = Child(argv, env=dict(os.environ, HOME=home), stderr=subprocess.DEVNULL)
    wait_port(port)
    return child


def main():
    if shutil.which("cvlc") is None:
        skip("cvlc is not installed")
    home = folder()
    os.chmod(home, 0o777)
    clip, port = os.path.join(home, "clip.ts"), free_port()
    make_clip(clip)
    vlc = serve(clip, port, home)
    start = time.monotonic()
    probe = Probe(f"rtsp://127.0.0.1:{port}/vlc", 150, "--interval", "2")
    up, _ = probe.verdict("up", LIVE)
    print(f"started: up after {up - start:.2f} s")
    frozen, _ = probe.verdict("down", LIVE + 30, "frozen")
    print(f"source frozen at about {LIVE} s: frozen after {frozen - start:.2f} s")
    killed = time.monotonic()
    vlc.kill()
    down, _ = probe.verdict("down", 5)
    print(f"killed: down after {down - killed:.2f} s")
    assert down - killed <= 1.5
    serve(clip, port, home)
    again = time.monotonic()
    up, _ = probe.verdict("up", 60)
    print(f"restarted: up after {up - again:.2f} s")


main()
