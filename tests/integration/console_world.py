# SPDX-License-Identifier: GPL-3.0-or-later
"""What the console agent meets, for its tests: the server (HTTPS, by its own
certificate), X servers, a person's hands (through VNC), logind's stub."""
import http.server
import json
import os
import secrets
import shutil
import socket
import ssl
import struct
import subprocess
import threading
import time

from harness import Child, certificate, folder, free_port, program

BUILD = os.environ.get("CAMWARDEN_BUILD", os.path.dirname(os.path.dirname(program("camwarden-console"))))
TOKEN = "0123456789abcdef" * 4


def stub(name):
    return os.path.join(BUILD, "tests", name)


def write(path, text, mode=0o644):
    with open(path, "w", encoding="utf-8") as f:
        f.write(text)
    os.chmod(path, mode)
    return path


class Server:
    """Records every heartbeat as (when, status it got, body)."""

    def __init__(self, patterns=()):
        self.heartbeats, self.raw, self.tokens = [], [], {TOKEN}
        self.came = threading.Condition()
        self.refuse = None  # (status, text)
        self.patterns, self.revision, self.interval_ms = list(patterns), 7, 500
        self.where = folder()
        self.ca = certificate(self.where, "ca")
        self.port = free_port()
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.context.load_cert_chain(self.ca, os.path.join(self.where, "ca.key"))
        self.start()

    def start(self):
        world = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                status, answer = world.answer(self.path, self.headers, body)
                self.send_response(status)
                self.send_header("Content-Length", str(len(answer)))
                self.end_headers()
                self.wfile.write(answer)

            def log_message(self, *_):
                pass

        class Https(http.server.ThreadingHTTPServer):
            daemon_threads = True

            def get_request(self):
                connection, address = super().get_request()
                # The handshake in the thread that serves it.
                connection = world.context.wrap_socket(connection, server_side=True, do_handshake_on_connect=False)
                world.open.append(connection)
                return connection, address

            def handle_error(self, *_):
                pass

        self.open = []
        self.https = Https(("localhost", self.port), Handler)
        threading.Thread(target=self.https.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()

    def stop(self):
        self.https.shutdown()
        self.https.server_close()
        for connection in self.open:
            try:
                socket.socket(fileno=os.dup(connection.fileno())).shutdown(socket.SHUT_RDWR)
            except OSError:
                pass

    def answer(self, path, headers, body):
        heartbeat = json.loads(body)
        status, text = 200, None
        if path != "/agent/v1/heartbeat":
            status, text = 404, "no such path"
        elif headers["Authorization"] not in {f"Bearer {t}" for t in self.tokens}:
            status, text = 401, "the token is not known"
        elif self.refuse:
            status, text = self.refuse
        answer = {"title": "No", "status": status, "detail": text} if text else {"interval_ms": self.interval_ms}
        if not text and heartbeat.get("patterns", 0) != self.revision:
            answer["patterns"] = {"revision": self.revision, "list": self.patterns}
        with self.came:
            self.heartbeats.append((time.monotonic(), status, heartbeat))
            self.raw.append(body)
            self.came.notify_all()
        return status, json.dumps(answer).encode()

    def wait(self, test, what, seconds=8):
        """The first heartbeat from now on that passes."""
        end = time.monotonic() + seconds
        with self.came:
            at = len(self.heartbeats)
            while True:
                for _, status, heartbeat in self.heartbeats[at:]:
                    at += 1
                    if test(heartbeat, status):
                        return heartbeat
                left = end - time.monotonic()
                if left <= 0:
                    last = json.dumps(self.heartbeats[-1][2])[:1500] if self.heartbeats else "none at all"
                    raise AssertionError(f"no heartbeat within {seconds} s with: {what}; the last:\n  {last}")
                self.came.wait(left)

    def sum(self, origin=None, since=0):
        """All accepted counts by kind; origin: None = by hand."""
        total = {}
        for _, status, heartbeat in list(self.heartbeats)[since:]:
            counts = heartbeat["input"] if origin is None else heartbeat["input"].get(origin, {})
            for kind in ("keys", "moves", "buttons", "wheel"):
                if status == 200:
                    total[kind] = total.get(kind, 0) + counts.get(kind, 0)
        return total


class Agent(Child):
    def __init__(self, server, *options, token=TOKEN, environment=()):
        where = folder()
        self.token_file = write(os.path.join(where, "token"), token + "\n", 0o600)
        self.config = write(os.path.join(where, "console.conf"), f"""# as an installation has it
server = https://localhost:{server.port}
token-file = {self.token_file}
ca = {server.ca}
""")
        super().__init__([program("camwarden-console"), "--config", self.config, *options], stderr=subprocess.STDOUT,
                         env={**os.environ, **dict(environment)})

    def logged(self, text, seconds=8):
        self.wait_line(lambda line: text in line, seconds)

    def usage(self):
        """(seconds of processor, MiB of its own memory)"""
        with open(f"/proc/{self.process.pid}/stat", encoding="ascii") as f:
            fields = f.read().rsplit(")", 1)[1].split()
        with open(f"/proc/{self.process.pid}/status", encoding="ascii") as f:
            rss = next(line for line in f if line.startswith("RssAnon")).split()[1]
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK"), int(rss) / 1024


XORG_CONF = """
Section "ServerFlags"
 Option "AutoAddDevices" "false"
 Option "DontVTSwitch" "true"
EndSection
Section "Device"
 Identifier "d"
 Driver "dummy"
 VideoRam 64000
EndSection
Section "Monitor"
 Identifier "m"
 HorizSync 5-1000
 VertRefresh 5-200
EndSection
Section "Screen"
 Identifier "s"
 Device "d"
 Monitor "m"
 DefaultDepth 24
 SubSection "Display"
  Depth 24
  Modes "1280x720"
  Virtual 1280 720
 EndSubSection
EndSection
"""


# Devices that are worked through sockets, by the server's own driver for tests
# (inputtestdrv(4)): to the server they are hardware like any other.
XORG_HANDS = """
Section "InputDevice"
 Identifier "mouse"
 Driver "inputtest"
 Option "DeviceType" "Pointer"
 Option "SocketPath" "{where}/mouse"
EndSection
Section "InputDevice"
 Identifier "keys"
 Driver "inputtest"
 Option "DeviceType" "Keyboard"
 Option "SocketPath" "{where}/keys"
EndSection
Section "ServerLayout"
 Identifier "l"
 Screen "s"
 InputDevice "mouse" "CorePointer"
 InputDevice "keys" "CoreKeyboard"
EndSection
"""


class XServer:
    """Xorg with the dummy driver and DPMS, or Xvfb where that can't start."""

    def __init__(self):
        self.where = folder()
        self.log = os.path.join(self.where, "log")
        self.auth = os.path.join(self.where, "cookie")
        cookie = struct.pack(">HHHH", 0xffff, 0, 0, 18) + b"MIT-MAGIC-COOKIE-1" + struct.pack(">H", 16)
        with open(self.auth, "wb") as f:
            f.write(cookie + secrets.token_bytes(16))
        os.chmod(self.auth, 0o600)
        modules = os.path.join(BUILD, "tests", "xorg")
        self.dpms = os.path.exists(os.path.join(modules, "xorgdpms.so"))
        load = 'Section "Module"\n Load "xorgdpms"\nEndSection\n' if self.dpms else ""
        self.hands = os.path.exists("/usr/lib/xorg/modules/input/inputtest_drv.so")
        hands = XORG_HANDS.format(where=self.where) if self.hands else ""
        config = write(os.path.join(self.where, "xorg.conf"), XORG_CONF + load + hands)
        self.ways = [["Xvfb", "-screen", "0", "1280x720x24"]]
        if os.path.exists("/usr/lib/xorg/Xorg"):
            self.ways.insert(0, ["/usr/lib/xorg/Xorg", "-config", config, "-logfile", self.log, "-novtswitch",
                                 "-modulepath", f"{modules},/usr/lib/xorg/modules"])
        self.display, self.child = None, None
        while not self.start():
            self.ways.pop(0)
            self.dpms = self.hands = False
            assert self.ways, "no X server can be started here"
        self.real = "Xorg" in self.ways[0][0]
        self.environment = {**os.environ, "DISPLAY": self.display, "XAUTHORITY": self.auth}

    def start(self):
        if shutil.which(self.ways[0][0]) is None:
            return False
        said, says = os.pipe()
        number = [self.display] if self.display else []
        self.child = Child([*self.ways[0], "-displayfd", str(says), "-auth", self.auth, "-noreset", "-nolisten", "tcp",
                            *number], pass_fds=[says], stderr=subprocess.DEVNULL)
        os.close(says)
        text = b""
        while not text.endswith(b"\n"):
            more = os.read(said, 20)
            if not more:
                break
            text += more
        os.close(said)
        if text.endswith(b"\n"):
            self.display = ":" + text.decode().strip()
        return text.endswith(b"\n")

    def run(self, *argv):
        done = subprocess.run(argv, env=self.environment, capture_output=True, text=True, timeout=20)
        assert done.returncode == 0, f"{argv}: {done.stderr[:300]}"
        return done.stdout.strip()

    def child_of(self, *argv):
        return Child(list(argv), env=self.environment, stderr=subprocess.DEVNULL)

    def terminal(self, title, geometry):
        """(process, window) of an xterm."""
        child = self.child_of("xterm", "-class", "VmsClient", "-T", title, "-geometry", geometry, "-e", "sleep", "300")
        return child, self.run("xdotool", "search", "--sync", "--onlyvisible", "--name", title).splitlines()[0]


class XorgHands:
    """Hands at the devices of such an Xorg (xf86-input-inputtest-protocol.h)."""

    def __init__(self, x):
        self.mouse, self.keys = (self.open(os.path.join(x.where, name)) for name in ("mouse", "keys"))
        # The driver turns in circles once its client hangs up.
        x.held_open = self

    @staticmethod
    def open(path):
        s = socket.socket(socket.AF_UNIX)
        s.settimeout(10)
        s.connect(path)
        s.sendall(struct.pack("<IIHH", 12, 0, 1, 0))
        assert struct.unpack("<IIHH", s.recv(12))[1] == 0
        return s

    def move(self, dx, dy):
        axes = [float(dx), float(dy)] + 62 * [0.0]
        self.mouse.sendall(struct.pack("<III4xI8s4x64d64d", 1056, 2, 0, 0, b"\x03" + bytes(7), *axes, *(64 * [0.0])))

    def button(self, number):
        for down in (1, 0):
            self.mouse.sendall(struct.pack("<IIiiI4xI8s4x128d", 1064, 4, 0, number, down, 0, bytes(8), *(128 * [0.0])))

    def key(self, code):
        for down in (1, 0):
            self.keys.sendall(struct.pack("<IIiI", 16, 5, code, down))


class Hands:
    """A person at a keyboard and mouse of their own: Xvnc's devices, which
    are no XTEST ones, worked through RFB (RFC 6143)."""

    def __init__(self):
        said, says = os.pipe()
        port = free_port()
        self.auth = ""
        self.child = Child(["Xtigervnc", "-displayfd", str(says), "-rfbport", str(port), "-localhost", "-SecurityTypes",
                            "None", "-geometry", "1024x768", "-AlwaysShared", "-noreset"], pass_fds=[says],
                           stderr=subprocess.DEVNULL)
        os.close(says)
        text = b""
        while not text.endswith(b"\n"):
            more = os.read(said, 20)
            assert more, "Xtigervnc did not start"
            text += more
        os.close(said)
        self.display = ":" + text.decode().strip()
        self.rfb = socket.create_connection(("127.0.0.1", port))
        self.rfb.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        assert self.read(12).startswith(b"RFB 003.008")
        self.rfb.sendall(b"RFB 003.008\n")
        assert 1 in self.read(self.read(1)[0])
        self.rfb.sendall(b"\x01")
        assert self.read(4) == b"\0\0\0\0"
        self.rfb.sendall(b"\x01")
        head = self.read(24)
        self.read(struct.unpack(">I", head[20:])[0])

    def read(self, n):
        data = b""
        while len(data) < n:
            more = self.rfb.recv(n - len(data))
            assert more, "Xtigervnc ended"
            data += more
        return data

    def point(self, x, y, buttons=0):
        self.rfb.sendall(struct.pack(">BBHH", 5, buttons, x, y))

    def press(self, key):
        self.rfb.sendall(struct.pack(">BBxxI", 4, 1, ord(key)))

    def release(self, key):
        self.rfb.sendall(struct.pack(">BBxxI", 4, 0, ord(key)))

    def type(self, text):
        for key in text:
            self.press(key)
            self.release(key)


class Logind:
    """logind's stub on a bus of its own."""

    def __init__(self):
        where = folder()
        path = os.path.join(where, "bus")
        config = write(os.path.join(where, "bus.conf"), f"""<!DOCTYPE busconfig PUBLIC
 "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN" "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig><type>session</type><listen>unix:path={path}</listen><auth>EXTERNAL</auth>
<policy context="default"><allow send_destination="*"/><allow receive_sender="*"/><allow own="*"/><allow user="*"/>
</policy></busconfig>""")
        self.bus = Child(["dbus-daemon", f"--config-file={config}", "--nofork", "--print-address"],
                         stderr=subprocess.DEVNULL)
        self.bus.wait_line(lambda line: "unix:" in line, 10)
        self.environment = {"DBUS_SYSTEM_BUS_ADDRESS": f"unix:path={path}"}
        self.stub = Child([stub("logind_stub")], env={**os.environ, **self.environment})
        self.stub.wait_line(lambda line: line == "ready", 10)

    def tell(self, line):
        at = len(self.stub.lines)
        self.stub.tell(line)
        self.stub.wait_line(lambda answer: answer == "ok", 5, at)
