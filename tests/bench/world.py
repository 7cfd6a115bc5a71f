# SPDX-License-Identifier: GPL-3.0-or-later
"""What benches and drills share: a camfarm, a monitor on it, and what both
cost, read from /proc, the control socket and the database."""
import collections
import csv
import json
import os
import resource
import shutil
import signal
import socket
import sqlite3
import struct
import subprocess
import tempfile
import time

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
BIN = os.environ.get("CAMWARDEN_BIN", os.path.join(ROOT, "build", "bin"))
MATERIAL = os.environ.get("CAMWARDEN_MATERIAL", os.path.join(ROOT, "build", "material"))
TICKS = os.sysconf("SC_CLK_TCK")
UNKNOWN, UP, DEGRADED, DOWN = range(4)


class Failed(Exception):
    """A run that can't be trusted, with the reason."""


def program(name):
    for folder in (BIN, os.path.join(os.path.dirname(os.path.realpath(BIN)), "bench")):
        path = os.path.join(folder, name)
        if os.path.exists(path):
            return path
    raise Failed(f"{name} is not built (looked in {BIN})")


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def quantile(values, q):
    """Nearest rank; None of nothing."""
    if not values:
        return None
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, max(0, int(q * len(ordered) + 0.999999) - 1))]


# ---- /proc ----

def cpu_seconds(pid):
    """User + system time of a process, None when it is gone."""
    try:
        with open(f"/proc/{pid}/stat", encoding="ascii", errors="replace") as f:
            fields = f.read().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / TICKS
    except (OSError, IndexError, ValueError):
        return None


def pss_kib(pid):
    try:
        with open(f"/proc/{pid}/smaps_rollup", encoding="ascii") as f:
            for line in f:
                if line.startswith("Pss:"):
                    return int(line.split()[1])
    except OSError:
        pass
    return 0


def tree(pid):
    """The process and all its descendants."""
    found, todo = [], [pid]
    while todo:
        p = todo.pop()
        found.append(p)
        try:
            for task in os.listdir(f"/proc/{p}/task"):
                with open(f"/proc/{p}/task/{task}/children", encoding="ascii") as f:
                    todo += [int(c) for c in f.read().split()]
        except OSError:
            pass
    return found


def role(pid, root):
    if pid == root:
        return "monitor"
    try:
        with open(f"/proc/{pid}/cmdline", "rb") as f:
            words = f.read().split(b"\0")
        with open(f"/proc/{pid}/comm", encoding="utf-8", errors="replace") as f:
            comm = f.read().strip()
    except OSError:
        return "gone"
    name = os.path.basename(words[0].decode(errors="replace")) or comm
    if name.startswith("camwarden-"):
        return name[len("camwarden-"):].split(":")[0]
    if comm.startswith("cw-") or comm.startswith("camwarden-"):
        return comm.split("-", 1)[1]
    return comm if comm != "camwarden" else "other"


class Usage:
    """CPU of a process tree between begin() and end(), per role; PSS at the
    end."""

    def __init__(self, pid):
        self.root = pid
        self.begin()

    def begin(self):
        self.when = time.monotonic()
        self.before = {p: (role(p, self.root), cpu_seconds(p) or 0) for p in tree(self.root)}

    def end(self):
        span = time.monotonic() - self.when
        cpu, pss = collections.Counter(), collections.Counter()
        for p in tree(self.root):
            who, before = self.before.get(p, (role(p, self.root), 0))
            cpu[who] += ((cpu_seconds(p) or before) - before) / span
            pss[who] += pss_kib(p)
        return {"seconds": span, "cpu": dict(cpu), "pss": dict(pss),
                "cpu_total": sum(cpu.values()), "pss_total": sum(pss.values())}


# ---- processes ----

class Child:
    def __init__(self, name, argv, folder, **options):
        self.name = name
        self.log = os.path.join(folder, name + ".log")
        out = open(self.log, "a", encoding="utf-8")
        self.process = subprocess.Popen(argv, stdout=out, stderr=out, **options)
        out.close()

    @property
    def pid(self):
        return self.process.pid

    def tail(self, lines=6):
        with open(self.log, encoding="utf-8", errors="replace") as f:
            return "".join(f.readlines()[-lines:])

    def check(self):
        if self.process.poll() is not None:
            raise Failed(f"{self.name} ended with {self.process.returncode}:\n{self.tail()}")

    def wait_text(self, text, seconds):
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            with open(self.log, encoding="utf-8", errors="replace") as f:
                for line in f:
                    if text in line:
                        return line
            self.check()
            time.sleep(0.1)
        raise Failed(f"{self.name} did not say '{text}' within {seconds} s:\n{self.tail()}")

    def stop(self, seconds=15):
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            raise Failed(f"{self.name} did not end on SIGTERM within {seconds} s") from None


def make_material(name, streams, seconds, fps, special="none", special_seconds=60):
    """Kept between runs; minutes at the first (with sanitizers far more, so
    the release build makes it where there is one)."""
    fast = os.path.join(ROOT, "build", "release", "bin", "camscene")
    subprocess.run([fast if os.path.exists(fast) else program("camscene"), "--folder", MATERIAL, "--name", name,
                    "--streams", str(streams), "--seconds", str(seconds), "--fps", str(fps),
                    "--special", special, "--special-seconds", str(special_seconds)],
                   check=True, stdout=subprocess.DEVNULL)
    return os.path.join(MATERIAL, name + ".set")


def cameras_a_host(feeds):
    """One, as real cameras are; more where the farm's listeners and connections would not fit into the
    descriptors that this machine grants a process."""
    limit = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    spare = 500
    if limit == resource.RLIM_INFINITY or 2 * feeds + spare <= limit:
        return 1
    if feeds + spare >= limit:
        raise Failed(f"{feeds} feeds need more descriptors than this machine's hard limit of {limit}")
    return -(-feeds // (limit - spare - feeds))


class Farm(Child):
    def __init__(self, folder, material, feeds, net, *more, tls=False):
        self.control = os.path.join(folder, "farm.sock")
        self.inventory = os.path.join(folder, "farm.csv")
        self.feeds = feeds
        each = cameras_a_host(feeds)
        super().__init__("camfarm", [
            program("camfarm"), "--set", material, "--hosts", str(-(-feeds // each)), "--feeds", str(each),
            "--site-size", "50", "--net", str(net), "--port", str(free_port()), *([] if tls else ["--no-tls"]),
            "--control", self.control, "--inventory", self.inventory, *more], folder)
        self.wait_text("camfarm: ready", 120)

    def ask(self, command):
        with socket.socket(socket.AF_UNIX) as s:
            s.settimeout(20)
            s.connect(self.control)
            s.sendall(command.encode() + b"\n")
            answer = s.makefile().readline().strip()
        if not answer.startswith("ok"):
            raise Failed(f"camfarm says to '{command}': {answer}")
        return answer

    def tell(self, command):
        """Seconds on the monotonic clock when it was done."""
        before = time.monotonic()
        answer = self.ask(command)
        return float(answer.rpartition(" at ")[2]) if " at " in answer else before

    def stats(self):
        words = self.ask("stats").split()[1:]
        return {k: float(v) for k, v in (w.split("=") for w in words)}

    def urls(self):
        with open(self.inventory, newline="", encoding="utf-8") as f:
            return [row["url"] for row in csv.DictReader(f)]


class Monitor(Child):
    """`camwarden run` in a folder of its own; settings are lines of YAML."""

    def __init__(self, folder, settings, environment=None):
        self.folder, self.environment = folder, environment
        self.config = os.path.join(folder, "camwarden.yaml")
        self.port = free_port()
        with open(self.config, "w", encoding="utf-8") as f:
            f.write(f"state_dir: {folder}\nhttp:\n  address: 127.0.0.1\n  port: {self.port}\n{settings}")
        self.database = os.path.join(folder, "camwarden.db")
        self.start()

    def start(self):
        super().__init__("camwarden", [program("camwarden"), "run", "--config", self.config], self.folder,
                         env={**os.environ, **(self.environment or {})})
        end = time.monotonic() + 30
        while self.status() is None:
            self.check()
            if time.monotonic() > end:
                raise Failed(f"camwarden did not answer within 30 s:\n{self.tail()}")
            time.sleep(0.1)

    def load(self, inventory):
        subprocess.run([program("camwarden"), "feeds", "import", inventory, "--config", self.config,
                        "--reason", "bench"], check=True, stdout=subprocess.DEVNULL)

    def status(self):
        """The monitor's word on itself; None while it doesn't answer."""
        question = json.dumps({"command": "status"}).encode()
        try:
            with socket.socket(socket.AF_UNIX) as s:
                s.settimeout(5)
                s.connect(os.path.join(self.folder, "control.sock"))
                s.sendall(b"CWC1" + struct.pack("<II", len(question), 0) + question)
                head = self.exactly(s, 12)
                return json.loads(self.exactly(s, struct.unpack("<I", head[4:8])[0]))
        except (OSError, ValueError):
            return None

    @staticmethod
    def exactly(s, n):
        data = b""
        while len(data) < n:
            more = s.recv(n - len(data))
            if not more:
                raise OSError("closed")
            data += more
        return data

    def query(self, sql, *arguments):
        """Rows of the database, read as any reader may."""
        db = sqlite3.connect(f"file:{self.database}?mode=ro", uri=True, timeout=10)
        try:
            return db.execute(sql, arguments).fetchall()
        finally:
            db.close()

    def anchor_us(self):
        """UTC - monotonic of the newest epoch."""
        return self.query("SELECT anchor FROM epoch ORDER BY id DESC LIMIT 1")[0][0]

    def numbers(self):
        """Feed id -> camera number (camN)."""
        return {i: int(name[3:]) for i, name in
                self.query("SELECT id, name FROM feed WHERE removed IS NULL")}

    def verdicts(self):
        """(camera, start, at, state, cause, evidence) in seconds on the
        monotonic clock, in order of time."""
        anchor, number = self.anchor_us(), self.numbers()
        rows = self.query("SELECT feed, start, at, state, cause, evidence FROM interval ORDER BY at, id")
        return [(number[f], (start - anchor) / 1e6, (at - anchor) / 1e6, state, cause, evidence)
                for f, start, at, state, cause, evidence in rows if f in number]

    def wait_status(self, what, test, seconds, on_poll=None):
        """Seconds until test(status) held."""
        begin = time.monotonic()
        while True:
            status = self.status()
            now = time.monotonic()
            if status and test(status):
                return now - begin
            self.check()
            if on_poll and status:
                on_poll(now - begin, status)
            if now - begin > seconds:
                raise Failed(f"{what} did not come within {seconds} s: {json.dumps(status)}")
            time.sleep(0.25)


class World:
    """Folders and processes that end with the `with`."""

    def __init__(self, keep=False):
        self.keep = keep
        self.children = []
        self.folders = []

    def __enter__(self):
        return self

    def folder(self):
        path = tempfile.mkdtemp(prefix="camwarden-bench-")
        os.chmod(path, 0o755)
        self.folders.append(path)
        return path

    def add(self, child):
        self.children.append(child)
        return child

    def stop(self, child):
        self.children.remove(child)
        child.stop()

    def __exit__(self, kind, error, trace):
        for child in reversed(self.children):
            try:
                child.stop()
            except Failed as e:
                print(f"bench: {e}")
        for path in self.folders:
            if self.keep or kind is not None:
                print(f"bench: kept {path}")
            else:
                shutil.rmtree(path, ignore_errors=True)


CAUSES = {}


def cause_names():
    """Number -> word, from the one place that defines them."""
    if not CAUSES:
        with open(os.path.join(ROOT, "include", "camwarden", "words.h"), encoding="utf-8") as f:
            for line in f:
                words = line.replace(",", " ").split()
                if len(words) >= 3 and words[0].startswith("CAUSE_") and words[1] == "=":
                    CAUSES[int(words[2])] = words[0][6:].lower().replace("_", "-")
    return CAUSES
