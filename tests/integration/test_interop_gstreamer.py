#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""GStreamer's RTSP server, H.264, H.265 and MJPEG, TCP, UDP and HTTP, Digest: judged
up; source frozen: frozen; live again: up; killed: down within a second;
restarted: up. Prints the delays."""
import time

from harness import Child, Probe, free_port, program, wait_port

USER, PASSWORD = "watch", "p@ss word"


def server(port, *login):
    child = Child([program("../tests/gst_server"), str(port), *login])
    wait_port(port)
    return child


def main():
    open_port, secret_port = free_port(), free_port()
    servers = [server(open_port), server(secret_port, USER, PASSWORD)]
    url = f"rtsp://127.0.0.1:{open_port}"
    secret = f"rtsp://watch:p%40ss%20word@127.0.0.1:{secret_port}/h264"
    probes = [
        Probe(url + "/h264", 150, "--transport", "tcp", "--interval", "2"),
        Probe(url + "/h265", 150, "--transport", "tcp", "--interval", "2"),
        Probe(url + "/mjpeg", 150, "--transport", "tcp", "--interval", "2"),
        Probe(url + "/h264udp", 150, "--transport", "udp", "--interval", "2"),
        Probe(secret, 150, "--interval", "2"),
        Probe(url + "/h264http", 150, "--transport", "http", "--interval", "2"),
    ]
    wrong = Probe(f"rtsp://watch:wrong@127.0.0.1:{secret_port}/h264", 5)

    def step(what, state, cause, limit, act):
        start = time.monotonic()
        act()
        delays = [p.verdict(state, limit, cause)[0] - start for p in probes]
        print(f"{what:28s} {state:8s} after " + " ".join(f"{d:5.2f}" for d in delays) + " s", flush=True)
        return delays

    step("started", "up", None, 40, lambda: None)
    step("source frozen", "down", "frozen", 40, lambda: [s.tell("freeze") for s in servers])
    step("source live again", "up", None, 40, lambda: [s.tell("live") for s in servers])
    delays = step("servers killed", "down", None, 5, lambda: [s.kill() for s in servers])
    # The budget is 1 s; half a second more for sanitizers on two busy cores.
    assert max(delays) <= 1.5, delays
    step("servers restarted", "up", None, 60,
         lambda: servers.extend([server(open_port), server(secret_port, USER, PASSWORD)]))
    wrong.verdict("down", 1, "auth-failed")
    print("wrong password: auth-failed")


main()
