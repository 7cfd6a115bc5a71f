# SPDX-License-Identifier: GPL-3.0-or-later
"""What the integration tests share: programs by role, free ports, processes
that end with the test, lines with the time they came."""
import atexit
import fcntl
import json
import os
import secrets
import shutil
import socket
import struct
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
BIN = os.environ.get("CAMWARDEN_BIN", os.path.join(ROOT, "build", "bin"))
BUILD = os.environ.get("CAMWARDEN_BUILD", os.path.dirname(os.path.realpath(BIN)))

_children = []
_folders = []


def program(name):
    path = os.path.join(BIN, name)
    if not os.path.exists(path):
        sys.exit(f"harness: {path} is not built")
    return path


def skip(why):
    """Ends the test as skipped (ctest SKIP_RETURN_CODE 77), with a word."""
    print(f"SKIP: {why}")
    sys.exit(77)


def folder():
    path = tempfile.mkdtemp(prefix="camwarden-test-")
    os.chmod(path, 0o755)
    _folders.append(path)
    return path


def films(name, streams, seconds, *options):
    """The set of so many films, each of another place; the name tells all of it.
    Kept between runs; tests that run beside each other make one between them."""
    where = os.path.join(os.environ.get("CAMWARDEN_BUILD") or folder(), "material")
    os.makedirs(where, exist_ok=True)
    with open(os.path.join(where, name + ".lock"), "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        subprocess.run([program("camscene"), "--folder", where, "--name", name, "--streams", str(streams),
                        "--seconds", str(seconds), *options], check=True, stdout=subprocess.DEVNULL)
    return os.path.join(where, name + ".set")


def small_films(streams=2):
    return films(f"small{streams}", streams, 290, "--fps", "10", "--size", "352x288")


def free_port(kind=socket.SOCK_STREAM):
    """Below those that the kernel hands to whoever connects meanwhile (net.ipv4.ip_local_port_range): one of them
    may be somebody's before the server that it is for has started."""
    while True:
        with socket.socket(socket.AF_INET, kind) as s:
            try:
                s.bind(("0.0.0.0", secrets.randbelow(20000) + 10000))
                return s.getsockname()[1]
            except OSError:
                pass  # taken


def wait_port(port, seconds=15, host="127.0.0.1"):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        with socket.socket() as s:
            s.settimeout(0.5)
            if s.connect_ex((host, port)) == 0:
                return
        time.sleep(0.05)
    raise AssertionError(f"nothing listens on {host}:{port} after {seconds} s")


def certificate(where, name="server", host="localhost", address="127.0.0.1", days=60):
    """A self-signed one for that host and address, and its key beside it
    (NAME.pem, NAME.key); its path. `camwarden check` warns of one that ends
    within 14 days."""
    path = os.path.join(where, name + ".pem")
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
                    "-days", str(days), "-subj", f"/CN={host}", "-addext", f"subjectAltName=DNS:{host},IP:{address}",
                    "-keyout", os.path.join(where, name + ".key"), "-out", path], check=True, capture_output=True)
    return path


def api_token(config, name="the-test", scope="admin"):
    """A token for the API, made through the CLI while the monitor runs."""
    p = subprocess.run([program("camwarden"), "user", "token", "add", name, "--scope", scope, "--config", config],
                       text=True, capture_output=True, timeout=30)
    assert p.returncode == 0, p
    return p.stdout.strip()


def api_open(port, path, token=None, timeout=10):
    """A GET; the answer is the caller's to close."""
    request = urllib.request.Request(f"http://127.0.0.1:{port}{path}")
    if token:
        request.add_header("Authorization", "Bearer " + token)
    return urllib.request.urlopen(request, timeout=timeout)


def api_get(port, path, token=None):
    with api_open(port, path, token) as r:
        return json.load(r)


def api_pulse(port, token):
    """What every page hears each two seconds: totals, the record."""
    with api_open(port, "/api/v1/events", token) as stream:
        for line in stream:
            if line.startswith(b"data: "):
                return json.loads(line[6:])
    raise AssertionError("no pulse")


def own_network(*commands):
    """Goes on with this program in a network of its own, where `lo` is up and these were run; or skips."""
    if os.environ.get("CAMWARDEN_OWN_NETWORK"):
        for command in ("ip link set lo up", *commands):
            subprocess.run(command.split(), check=True, timeout=20)
        return
    for ways in (["unshare", "-n"], ["unshare", "-rn"]):
        if subprocess.run([*ways, "ip", "link", "set", "lo", "up"], capture_output=True).returncode == 0:
            os.execvpe(ways[0], [*ways, sys.executable, "-u", *sys.argv], dict(os.environ, CAMWARDEN_OWN_NETWORK="1"))
    skip("no network namespaces can be made here")


def exchange(port, data, seconds=3):
    """All that comes back for these bytes, until the other side closes."""
    out = b""
    with socket.create_connection(("127.0.0.1", port), timeout=seconds) as s:
        try:
            s.sendall(data)
            while chunk := s.recv(65536):
                out += chunk
        except OSError:
            pass
    return out


def child_of(pid, role):
    """The pid of a monitor's process "_web", "_reader"...; None: it has none."""
    out = subprocess.run(["ps", "--no-headers", "-o", "pid,args", "--ppid", str(pid)],
                         capture_output=True, text=True, check=False).stdout
    return next((int(line.split()[0]) for line in out.splitlines() if role in line.split()[2:]), None)


def probe_of(pid, role):
    """The pid of a monitor's first probe "stream", "picture", "demux"; None."""
    out = subprocess.run(["ps", "--no-headers", "-o", "pid,comm", "--ppid", str(pid)],
                         capture_output=True, text=True, check=False).stdout
    word = f"camwarden-{role}"[:15]
    return next((int(line.split()[0]) for line in out.splitlines() if line.split()[1].startswith(word)), None)


def rss_kib(pid):
    with open(f"/proc/{pid}/status", encoding="ascii") as f:
        return next(int(line.split()[1]) for line in f if line.startswith("VmRSS"))


def tell_farm(control, line):
    """One command to camfarm's control socket."""
    with socket.socket(socket.AF_UNIX) as s:
        s.connect(control)
        s.sendall(line.encode() + b"\n")
        answer = s.recv(4000).decode()
    assert answer.startswith("ok"), answer


def ask_monitor(state, **question):
    """What the control socket of a running monitor answers."""
    text = json.dumps(question).encode()
    with socket.socket(socket.AF_UNIX) as s:
        s.settimeout(30)
        s.connect(os.path.join(state, "control.sock"))
        s.sendall(b"CWC1" + struct.pack("<II", len(text), 0) + text)
        with s.makefile("rb") as f:
            _, length, _ = struct.unpack("<4sII", f.read(12))
            return json.loads(f.read(length))


def intact(state, config=None):
    """`ledger verify` accuses nobody of what really happened: the database of
    this state directory is as its lines say. With `config` its monitor still
    runs: a copy is examined then, and the database itself as it is used."""
    key, db = os.path.join(state, "ledger.pub"), os.path.join(state, "camwarden.db")
    looked_at = [db]
    if config is not None:
        looked_at.append(os.path.join(folder(), "copy.db"))
        subprocess.run([program("camwarden"), "backup", looked_at[1], "--config", config], check=True,
                       capture_output=True, timeout=120)
    for path in looked_at:
        done = subprocess.run([program("camwarden"), "ledger", "verify", "--db", path, "--key", key], text=True,
                              capture_output=True, timeout=120)
        if done.returncode != 0:
            kept = os.environ.get("CAMWARDEN_KEEP")
            if kept:
                shutil.copytree(state, os.path.join(kept, os.path.basename(sys.argv[0])), dirs_exist_ok=True,
                                ignore=lambda at, names: [n for n in names if not n.startswith(("camwarden.db", "ledger"))])
            raise AssertionError(f"ledger verify {path}: exit {done.returncode}\n{done.stdout}{done.stderr}")
        print(f"verify: {done.stdout.splitlines()[0]}", flush=True)


def sanitized():
    """Whether the programs are, and so take their time."""
    with open(program("camwarden"), "rb") as f:
        return b"__asan_init" in f.read()


def preload():
    """LD_PRELOAD for shim.so, behind the sanitizer's own library where there is one."""
    libs = subprocess.run(["ldd", program("camwarden")], capture_output=True, text=True, check=True).stdout.split()
    asan = [word for word in libs if "libasan" in word and word.startswith("/")]
    return " ".join(asan[:1] + [os.path.join(BUILD, "tests", "shim.so")])


def shimmed(**extra):
    """An environment in which shim.so comes first."""
    return dict(os.environ, LD_PRELOAD=preload(), **extra)


def each_moment(calls, some, last, trial):
    """trial(n) is killed at call n and says whether it was: at some calls, and at all near
    the end until none is left (their number differs from run to run). How many."""
    early = list(range(1, 5)) + list(range(5, calls - last, max(1, calls // some)))
    for n in early:
        assert trial(n), n
    n = max(5, calls - last)
    while trial(n):
        n += 1
        assert n < 2 * calls, (n, calls)
    return len(early) + n - max(5, calls - last)


class Child:
    """A process; its output lines are kept with the time each one came."""

    def __init__(self, argv, **options):
        self.name = os.path.basename(argv[0])
        self.lines = []
        self.came = threading.Condition()
        self.process = subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                        text=True, errors="replace", **options)
        _children.append(self)
        self.reader = threading.Thread(target=self._read, daemon=True)
        self.reader.start()

    def _read(self):
        for line in self.process.stdout:
            with self.came:
                self.lines.append((time.monotonic(), line.rstrip("\n")))
                self.came.notify_all()
        with self.came:
            self.came.notify_all()

    def tell(self, line):
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()

    def wait_line(self, test, seconds, start=0):
        """(index, time, line) of the first line from `start` on that passes."""
        end = time.monotonic() + seconds
        i = start
        with self.came:
            while True:
                while i < len(self.lines):
                    if test(self.lines[i][1]):
                        return i, self.lines[i][0], self.lines[i][1]
                    i += 1
                left = end - time.monotonic()
                if left <= 0 or not self.reader.is_alive():
                    tail = "\n  ".join(line for _, line in self.lines[-6:])
                    raise AssertionError(f"{self.name}: the line did not come within {seconds} s; last:\n  {tail}")
                self.came.wait(left)

    def kill(self):
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()

    def stop(self, seconds=10):
        if self.process.poll() is None:
            self.process.terminate()
        try:
            return self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            self.process.kill()
            raise AssertionError(f"{self.name} did not end on SIGTERM within {seconds} s")


class Probe(Child):
    """camwarden probe --json on a live URL."""

    def __init__(self, url, seconds, *options):
        super().__init__([program("camwarden"), "probe", url, "--json", "--for", str(seconds), *options])
        self.url = url
        self.at = 0

    def verdict(self, state, seconds, cause=None):
        """Waits for the next verdict of that state (and cause): (when, it)."""
        def test(line):
            if not line.startswith('{"t"'):
                return False
            v = json.loads(line)
            return v["state"] == state and cause in (None, v["cause"])
        try:
            i, when, line = self.wait_line(test, seconds, self.at)
        except AssertionError as e:
            raise AssertionError(f"{self.url}: no {state} {cause or ''}: {e}") from None
        self.at = i + 1
        return when, json.loads(line)


@atexit.register
def _clean():
    for child in _children:
        child.kill()
    for path in _folders:
        shutil.rmtree(path, ignore_errors=True)
