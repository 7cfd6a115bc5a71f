# SPDX-License-Identifier: GPL-3.0-or-later
"""The servers of channels, on loopback: real ones (Debian's mosquitto, rsyslog and
prometheus-alertmanager, each with its own configuration in a folder), a broker that
lies, and a client that hears what a broker hands out."""
import base64
import contextlib
import glob
import hashlib
import json
import os
import socket
import ssl
import struct
import threading
import time
import urllib.request

from harness import ROOT, Child, certificate, folder, free_port, skip, wait_port

USER, PASSWORD = "warden", "br0ker-Pa55"


def find(path):
    """Installed, or unpacked by ./dev (fetch_servers)."""
    for root in ("/", os.path.join(ROOT, "build/tools/")):
        if os.path.exists(root + path):
            return root + path
    return skip(f"{os.path.basename(path)} can't be had here")


def packet(kind, body):
    length, n = b"", len(body)
    while True:
        n, digit = n // 128, n % 128
        length += bytes([digit | (128 if n else 0)])
        if n == 0:
            return bytes([kind]) + length + body


def text(s):
    raw = s.encode()
    return struct.pack(">H", len(raw)) + raw


class Listener:
    """A client of MQTT 3.1.1: every message of the topics, retained ones marked."""

    def __init__(self, port, topic="#", ca=None, name=None):
        self.heard = []  # (topic, payload, retained)
        self.socket = socket.create_connection(("127.0.0.1", port), 10)
        if ca:
            self.socket = ssl.create_default_context(cafile=ca).wrap_socket(self.socket, server_hostname="localhost")
        self.socket.settimeout(None)
        name = name or f"listener-{time.monotonic_ns()}"
        self.socket.sendall(packet(0x10, text("MQTT") + b"\x04\xc2\x00\x00" + text(name) + text(USER) + text(PASSWORD)))
        assert self._packet() == (0x20, b"\x00\x00")
        self.socket.sendall(packet(0x82, b"\x00\x01" + text(topic) + b"\x00"))
        assert self._packet()[0] == 0x90
        threading.Thread(target=self._listen, daemon=True).start()

    def _take(self, n):
        out = b""
        while len(out) < n:
            more = self.socket.recv(n - len(out))
            if not more:
                raise OSError("the broker closed")
            out += more
        return out

    def _packet(self):
        kind, n, shift = self._take(1)[0], 0, 0
        while True:
            digit = self._take(1)[0]
            n |= (digit & 127) << shift
            shift += 7
            if digit < 128:
                return kind, self._take(n)

    def _listen(self):
        with contextlib.suppress(OSError, ValueError):
            while True:
                kind, body = self._packet()
                if kind & 0xf0 != 0x30:
                    continue
                n = struct.unpack(">H", body[:2])[0]
                at = 2 + n + (2 if kind & 6 else 0)
                self.heard.append((body[2:2 + n].decode(), body[at:], bool(kind & 1)))

    def wait(self, test, what, seconds=20):
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            for m in self.heard:
                if test(m):
                    return m
            time.sleep(0.05)
        raise AssertionError(f"{what}: not heard in {seconds} s, but {self.heard[-5:]}")

    def close(self):
        self.socket.close()


class Mosquitto:
    """Takes USER with PASSWORD alone, in the clear and over TLS."""

    def __init__(self):
        path, self.dir = find("usr/sbin/mosquitto"), folder()
        self.port, self.tls_port = free_port(), free_port()
        self.ca = certificate(self.dir, "broker")
        salt, rounds = os.urandom(12), 101
        hashed = hashlib.pbkdf2_hmac("sha512", PASSWORD.encode(), salt, rounds)
        with open(f"{self.dir}/passwords", "w") as f:
            f.write(f"{USER}:$7${rounds}${base64.b64encode(salt).decode()}${base64.b64encode(hashed).decode()}\n")
        with open(f"{self.dir}/conf", "w") as f:
            f.write(f"""persistence false
allow_anonymous false
password_file {self.dir}/passwords
user root
listener {self.port} 127.0.0.1
listener {self.tls_port} 127.0.0.1
certfile {self.ca}
keyfile {self.dir}/broker.key
""")
        self.command = [path, "-c", f"{self.dir}/conf"]
        self.start()

    def start(self):
        self.log = open(f"{self.dir}/log", "ab")
        self.child = Child(self.command, stderr=self.log)
        wait_port(self.port)

    def stop(self):
        self.child.kill()


class LyingBroker:
    """One fault: refuse (CONNACK 5), busy (CONNACK 3), garbage, silent, flood (packets without end), huge (one of
    256 MB), other (acknowledges other numbers), none (acknowledges nothing), twice (two CONNACKs), close."""

    def __init__(self, fault):
        self.fault = fault
        self.socket = socket.socket()
        self.socket.bind(("127.0.0.1", 0))
        self.socket.listen(8)
        self.port = self.socket.getsockname()[1]
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self):
        while True:
            c, _ = self.socket.accept()
            threading.Thread(target=self._talk, args=(c,), daemon=True).start()

    def _talk(self, c):
        with contextlib.suppress(OSError), c:
            c.settimeout(90)
            c.recv(4096)
            fault = self.fault
            if fault == "close":
                return
            if fault == "garbage":
                c.sendall(os.urandom(4000))
            elif fault != "silent":
                c.sendall(packet(0x20, b"\x00" + {"refuse": b"\x05", "busy": b"\x03"}.get(fault, b"\x00")))
            if fault == "twice":
                c.sendall(packet(0x20, b"\x00\x00"))
            while fault == "flood":
                c.sendall(packet(0x30, text("a/b") + b"x" * 1000) * 50)
            if fault == "huge":
                c.sendall(b"\x30\xff\xff\xff\x7f")
                while True:
                    c.sendall(b"x" * 65536)
            while got := c.recv(4096):
                if fault == "other" and got[0] & 0xf0 == 0x30:
                    c.sendall(packet(0x40, b"\x7f\x01") * 20)


class Rsyslog:
    """What it takes by UDP, TCP and TLS stands in `lines`, as it understood it."""

    def __init__(self):
        path, self.dir = find("usr/sbin/rsyslogd"), folder()
        modules = glob.glob(os.path.join(os.path.dirname(path), "../lib/*/rsyslog"))[0]
        self.udp, self.tcp, self.tls = free_port(socket.SOCK_DGRAM), free_port(), free_port()
        self.ca = certificate(self.dir, "syslog")
        with open(f"{self.dir}/conf", "w") as f:
            f.write(f"""global(workDirectory="{self.dir}" defaultNetstreamDriver="ossl"
  defaultNetstreamDriverCAFile="{self.ca}" defaultNetstreamDriverCertFile="{self.ca}"
  defaultNetstreamDriverKeyFile="{self.dir}/syslog.key")
module(load="imudp")
module(load="imtcp")
template(name="told" type="string" string="%protocol-version%|%pri-text%|%app-name%|%msgid%|%timereported%|%msg%\\n")
ruleset(name="all") {{ action(type="omfile" file="{self.dir}/lines" template="told") }}
input(type="imudp" address="127.0.0.1" port="{self.udp}" ruleset="all")
input(type="imtcp" address="127.0.0.1" port="{self.tcp}" ruleset="all")
input(type="imtcp" address="127.0.0.1" port="{self.tls}" ruleset="all" StreamDriver.Name="ossl"
  StreamDriver.Mode="1" StreamDriver.AuthMode="anon")
""")
        self.log = open(f"{self.dir}/log", "ab")
        self.child = Child([path, "-n", "-f", f"{self.dir}/conf", "-i", f"{self.dir}/pid", "-M", os.path.realpath(modules)],
                           stderr=self.log)
        wait_port(self.tcp)
        wait_port(self.tls)

    def wait(self, has, seconds=15):
        end = time.monotonic() + seconds
        lines = []
        while time.monotonic() < end:
            with contextlib.suppress(FileNotFoundError), open(f"{self.dir}/lines", encoding="utf-8") as f:
                lines = f.read().splitlines()
            for line in lines:
                if has in line:
                    return line
            time.sleep(0.1)
        raise AssertionError(f"no line with {has!r} in {lines[-5:]}; see {self.dir}/log")

    def stop(self):
        self.child.kill()


class Alertmanager:
    def __init__(self, resolve="5m"):
        path, self.dir, self.port = find("usr/bin/prometheus-alertmanager"), folder(), free_port()
        with open(f"{self.dir}/conf.yml", "w") as f:
            f.write(f"global: {{resolve_timeout: {resolve}}}\nroute: {{receiver: none, group_by: [alert]}}\n"
                    "receivers: [{name: none}]\n")
        self.log = open(f"{self.dir}/log", "ab")
        command = [path, f"--config.file={self.dir}/conf.yml", f"--storage.path={self.dir}/data",
                   f"--web.listen-address=127.0.0.1:{self.port}", "--cluster.listen-address="]
        # Debian's reads its template from /usr/share alone: where it is not installed, that is one of its own.
        share = os.path.join(ROOT, "build/tools/usr/share/prometheus")
        if not os.path.exists("/usr/share/prometheus/alertmanager/default.tmpl"):
            script = 'mount -t tmpfs none /usr/share && cp -r "$0" /usr/share/ && exec "$@"'
            command = ["unshare", "-m" if os.getuid() == 0 else "-rm", "sh", "-c", script, share, *command]
        self.child = Child(command, stderr=self.log)
        wait_port(self.port)

    def alerts(self):
        """Those that are active, by their label `alert`."""
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/api/v2/alerts", timeout=10) as r:
            return {a["labels"]["alert"]: a for a in json.load(r)}

    def stop(self):
        self.child.kill()
