#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""A relay in Perl (rtsp-server-perl) that ffmpeg publishes to: it refuses
SETUP over TCP with 400, so the fall-back to UDP is found and the feed up; killed,
it is down within a second."""
import shutil
import subprocess
import time

from harness import Child, Probe, free_port, skip, wait_port


def serve(viewers, sources):
    child = Child(["rtsp-server-perl", "--clientport", str(viewers), "--serverport", str(sources),
                   "--client_listen_address", "127.0.0.1", "--source_listen_address", "127.0.0.1",
                   "--loglevel", "0"], stderr=subprocess.DEVNULL)
    wait_port(viewers)
    wait_port(sources)
    return child


def publish(sources):
    return Child(["ffmpeg", "-v", "error", "-re", "-f", "lavfi", "-i",
                  "testsrc2=s=640x360:r=15:d=120,noise=alls=6:allf=t+u", "-c:v", "libx264", "-preset", "ultrafast",
                  "-g", "15", "-pix_fmt", "yuv420p", "-f", "rtsp", "-rtsp_transport", "udp",
                  f"rtsp://127.0.0.1:{sources}/relay"], stderr=subprocess.DEVNULL)


def main():
    if shutil.which("rtsp-server-perl") is None:
        skip("rtsp-server-perl is not installed")
    viewers, sources = free_port(), free_port()
    relay = serve(viewers, sources)
    publish(sources)
    time.sleep(2)  # before that the path is not there
    start = time.monotonic()
    probe = Probe(f"rtsp://127.0.0.1:{viewers}/relay", 60, "--interval", "2")
    print(f"started: up after {probe.verdict('up', 40)[0] - start:.2f} s")
    killed = time.monotonic()
    relay.kill()
    down = probe.verdict("down", 5)[0] - killed
    print(f"killed: down after {down:.2f} s")
    assert down <= 1.5


main()
