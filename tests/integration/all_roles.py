# SPDX-License-Identifier: GPL-3.0-or-later
"""A monitor that has a process of every role: cameras over RTSP (one by a
name), a source for libavformat, an agents' listener, a relay to ask,
checkpoints for a witness, a syslog and a folder, people who log in."""
import contextlib
import json
import os
import shutil
import socket
import struct
import subprocess
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import harness
import people
from harness import Child, certificate, free_port, program, small_films, wait_port
from people import soon



class Stills(BaseHTTPRequestHandler):
    """Cameras that send one picture again and again (MJPEG), the one called
    NAME.mjpeg with the comment `orders[NAME]` in it, and a relay that nobody
    reads from."""
    picture, orders = b"", {}

    def handle(self):
        with contextlib.suppress(OSError):  # who asked is gone
            super().handle()

    def do_GET(self):
        self.send_response(200)
        if self.path.startswith("/v3/"):
            body = b'{"itemCount":0,"pageCount":0,"items":[]}'
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)
            return
        comment = self.orders.get(self.path[1:].removesuffix(".mjpeg"), b"")
        picture = self.picture[:2] + b"\xff\xfe" + struct.pack(">H", 2 + len(comment)) + comment + self.picture[2:]
        self.send_header("Content-Type", "multipart/x-mixed-replace; boundary=b")
        self.end_headers()
        while True:
            self.wfile.write(b"--b\r\nContent-Type: image/jpeg\r\nContent-Length: %d\r\n\r\n%s\r\n"
                             % (len(picture), picture))
            time.sleep(0.2)

    def log_message(self, *_):
        pass


def serve_stills():
    Stills.picture = subprocess.run(["ffmpeg", "-v", "error", "-f", "lavfi", "-i", "testsrc=s=320x240", "-frames:v", "1",
                                     "-f", "mjpeg", "-"], capture_output=True, check=True).stdout
    server = ThreadingHTTPServer(("127.0.0.1", 0), Stills)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server.server_port


class World(people.World):
    """`as_user`: a prefix of the monitor's command line."""

    def __init__(self, net, cameras=3, settings="", as_user=()):
        super().__init__("", per_address=None)
        self.as_user = list(as_user)
        self.outside = harness.folder()
        certificate(self.dir, "agents")
        self.witness = self.start_witness()
        self.stills = serve_stills()
        with open(os.path.join(self.dir, "witness/witness.pub")) as f:
            key = f.read().strip()
        with open(self.config, "a") as f:
            f.write(f"""agents:
  enabled: true
  port: {free_port()}
  certificate: {self.dir}/agents.pem
  key: {self.dir}/agents.key
  relays: "http://127.0.0.1:{self.stills}"
network:
  references: "127.0.0.1:{self.stills}"
sampling:
  interval: 2s
ledger:
  checkpoint_every: 5s
  witnesses: "http://127.0.0.1:{self.witness.port} {key}, syslog+tcp://127.0.0.1:{self.stills}, file://{self.outside}"
{settings}""")
        self.start_farm(net, cameras)
        self.start()
        self.roles = self.people(("admin",))
        self.run("feeds", "import", os.path.join(self.dir, "farm.csv"), "--reason", "test")
        soon("a picture judged of every camera", self.all_up, 60)

    def start_witness(self):
        """One whose log is of a first life of the monitor, which makes the keys."""
        self.start()
        soon("its keys", lambda: os.path.exists(f"{self.state}/ledger.pub"))
        self.monitor.stop()
        shutil.copy(f"{self.state}/ledger.pub", f"{self.dir}/origin.pub")
        port = free_port()
        w = Child([program("camwarden"), "ledger", "witness", "--listen", f"127.0.0.1:{port}", "--dir", f"{self.dir}/witness",
                   "--name", "w.test", "--origin-key", f"{self.dir}/origin.pub"], stderr=open(self.log, "a"))
        w.port = port
        wait_port(port)
        return w

    def start_farm(self, net, cameras):
        self.farm_port = free_port()
        self.farm = Child([program("camfarm"), "--set", small_films(), "--hosts", str(cameras),
                           "--net", str(net), "--port", str(self.farm_port), "--seconds", "240", "--site-size", str(cameras),
                           "--no-tls", "--control", os.path.join(self.dir, "farm.sock"),
                           "--inventory", os.path.join(self.dir, "farm.csv")])
        self.farm.wait_line(lambda line: "ready" in line, 20)
        with open(os.path.join(self.dir, "farm.csv"), "a") as f:
            f.write(f"Stills,site0,http://127.0.0.1:{self.stills}/stills.mjpeg,,,\n"
                    f"By name,site0,rtsp://localhost:{self.farm_port}/cam0,,,\n")

    def all_up(self):
        feeds = json.loads(self.run("status", "--all", "--json", code=None).stdout)["feeds"]
        return all(f["state"] == "up" for f in feeds if f["name"].startswith("cam")) and feeds

    def pids(self):
        """{role: a pid} of all that the monitor keeps, and itself."""
        out = subprocess.run(["ps", "--no-headers", "-e", "-o", "pid,ppid,args"], capture_output=True, text=True).stdout
        found = {"run": self.monitor.process.pid, "ledger witness": self.witness.process.pid}
        for line in out.splitlines():
            pid, parent, *words = line.split()
            if int(parent) == found["run"]:
                found[words[1] if words[1:] else os.path.basename(words[0])] = int(pid)
        return found

    def start(self):
        program_run = [*self.as_user, program("camwarden"), "run", "--config", self.config]
        with open(self.log, "a") as log:
            self.monitor = Child(program_run, stderr=log)
        soon("the monitor", self.lives, 30)
        return self

    def lives(self):
        assert self.monitor.process.poll() is None, self.said()
        with socket.socket() as s:
            return s.connect_ex(("127.0.0.1", self.port)) == 0
