#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""What each process of a running camwarden can do when its code is taken over:
every role is made to execute system calls from inside (inject.c), and what the
kernel answers is held against the table below. All run as one user that is not
root, so nothing but the sandboxes keeps them apart. Of the release build: a
sanitizer needs calls that nobody else may make. LABEL: light. About 30 s."""
import atexit
import ctypes
import glob
import os
import shutil
import socket
import struct
import subprocess
import tempfile

import harness

BUILD = os.environ["CAMWARDEN_BUILD"]
harness.BIN = os.path.join(harness.ROOT, "build", "release", "bin")

import all_roles  # noqa: E402 (after BIN)
from harness import Child, free_port, program, skip  # noqa: E402
from people import soon  # noqa: E402

UID = 4242
AS_USER = ("setpriv", f"--reuid={UID}", f"--regid={UID}", "--clear-groups")
ENOSYS, EPERM, EACCES = 38, 1, 13

# The columns, and how a role came to be.
ROLES = ["run", "_web", "_agents", "_reader", "_hash", "_resolver", "_courier", "_relays", "_append", "_nightly",
         "report", "ledger witness", "camwarden-stream", "camwarden-demux", "camwarden-picture", "camwarden-console",
         "camwarden-device"]
# + done (or refused for want of something else), . no such call (seccomp), x no right (landlock, who it is).
TABLE = """
read /etc/passwd            +..x.x..xxxx.x.+.
read the database           +..+.x..x++x.x.+.
read the ledger's key       +..x.x..xxxx.x.+.
read the passwords' key     +..x.x..xxxx.x.+.
read what systemd handed    +..x.x..xxxx.x.+.
the monitor's memory        x.......xx.x.....
write the database          +.......xx.x.....
make a file in /tmp         +.......xx.x.....
delete a file               +.......++.+.....
rename a file               +.......++.+.....
change a mode               +.......++.+.....
socket of TCP               +....+++....++.++
socket of UDP               +....+++....++.++
socket of AF_UNIX           +....+.......+.+.
asking for routes           +....+.......+.+.
raw socket                  .................
packet socket               .................
connect                     +....+++....++.++
listen                      +................
accept                      +++........+.....
run /bin/true               x........x.......
process                     +........+.......
thread                      +........+...+.+.
name space                  .................
name space of a thread      .................
signal to the monitor       +........x.......
signal to others            x........x.......
signal to another's thread  x........x.......
signal to itself            +++++++++++++++++
signal by F_SETOWN          .................
trace the monitor           .................
memory of the monitor       .................
take a descriptor           .................
limits of the monitor       .................
priority of the monitor     .................
executable memory           .................
executable later            .................
open to dumps               +........+.......
type into a terminal        .................
another user                x........x.......
mount                       .................
unshare                     .................
chroot                      .................
bpf                         .................
perf                        .................
keys                        .................
io_uring                    .................
userfaultfd                 .................
module                      .................
kexec                       .................
set the clock               .................
personality                 .................
"""


def sockaddr(port):
    return "=" + (struct.pack("<H", socket.AF_INET) + struct.pack("!H4s8x", port, socket.inet_aton("127.0.0.1"))).hex()


def calls(world, pid):
    """(what, call) in the order of the table; in a role of this pid."""
    monitor, other = world.monitor.process.pid, os.getpid()
    state = world.state
    return [
        ("read /etc/passwd", 'openat -100 "/etc/passwd" 0'),
        ("read the database", f'openat -100 "{state}/camwarden.db" 0'),
        ("read the ledger's key", f'openat -100 "{state}/ledger.key" 0'),
        ("read the passwords' key", f'openat -100 "{state}/credentials.key" 0'),
        ("read what systemd handed", f'openat -100 "{world.handed}/credentials.key" 0'),
        ("the monitor's memory", f'openat -100 "/proc/{monitor}/mem" 2'),
        ("write the database", f'openat -100 "{state}/camwarden.db" 2'),
        ("make a file in /tmp", 'openat -100 "/tmp/camwarden-sandbox" 0102 384'),
        ("delete a file", f'unlink "{state}/nothing"'),
        ("rename a file", f'rename "{state}/nothing" "{state}/none"'),
        ("change a mode", f'chmod "{state}/nothing" 511'),
        ("socket of TCP", "socket 2 1 0"),
        ("socket of UDP", "socket 2 2 0"),
        ("socket of AF_UNIX", "socket 1 1 0"),
        ("asking for routes", "socket 16 3 0"),
        ("raw socket", "socket 2 3 1"),
        ("packet socket", "socket 17 3 0"),
        ("connect", f"connect -1 {sockaddr(9)} 16"),
        ("listen", "listen -1 1"),
        ("accept", "accept4 -1 0 0 0"),
        ("run /bin/true", 'execve "/bin/true" 0 0'),
        ("process", "clone 0x800"),
        ("thread", "clone 0x10000"),
        ("name space", "clone 0x10000200"),
        ("name space of a thread", "clone 0x10010000"),
        ("signal to the monitor", f"kill {monitor} 0"),
        ("signal to others", f"kill {other} 0"),
        ("signal to another's thread", f"tgkill {other} {other} 0"),
        ("signal to itself", f"tgkill {pid} {pid} 0"),
        ("signal by F_SETOWN", f"fcntl 0 8 {monitor}"),
        ("trace the monitor", f"ptrace 0x4206 {monitor} 0 0"),
        ("memory of the monitor", f"process_vm_writev {monitor} 0 0 0 0 0"),
        ("take a descriptor", "pidfd_getfd -1 0 0"),
        ("limits of the monitor", f"prlimit64 {monitor} 7 0 0"),
        ("priority of the monitor", f"setpriority 0 {monitor} 5"),
        ("executable memory", "mmap 0 4096 7 34 -1 0"),
        ("executable later", "mprotect 0 0 5"),
        ("open to dumps", "prctl 4 1"),
        ("type into a terminal", 'ioctl 0 0x5412 "x"'),
        ("another user", "setresuid 0 0 0"),
        ("mount", 'mount "none" "/mnt" "tmpfs" 0 0'),
        ("unshare", "unshare 0"),
        ("chroot", 'chroot "/"'),
        ("bpf", "bpf -1 0 0"),
        ("perf", "perf_event_open 0 0 -1 -1 0"),
        ("keys", "keyctl -1"),
        ("io_uring", "io_uring_setup 0 0"),
        ("userfaultfd", "userfaultfd -1"),
        ("module", "init_module 0 0 0"),
        ("kexec", "kexec_load 0 0 0 -1"),
        ("set the clock", "clock_settime -1 0"),
        ("personality", "personality 0xffffffff"),
    ]


def inject(pid, lines):
    p = subprocess.run([os.path.join(BUILD, "tests", "inject"), str(pid)], input="\n".join(lines) + "\n", text=True,
                       capture_output=True, timeout=30)
    if p.returncode == 77:
        skip("ptrace is not permitted here")
    assert p.returncode == 0, (pid, p)
    answers = p.stdout.split("\n")[:-1]
    assert len(answers) == len(lines), (pid, p.stdout)
    return answers


def letter(answer):
    if answer == "no call":
        return "?"
    return {-ENOSYS: ".", -EPERM: "x", -EACCES: "x"}.get(int(answer), "+")


def short_lived(world, extra):
    """Those who are soon done, held up where they have locked themselves in."""
    fifo = f"{world.dir}/fifo"
    os.mkfifo(fifo, 0o666)
    append = Child([*AS_USER, program("camwarden"), "_append", world.outside, world.state])
    nightly = Child([*AS_USER, program("camwarden"), "_nightly", "make", f"{world.dir}/made", "2026-01-01",
                     f"{world.dir}/outbox", "--state-dir", world.state, "--config", fifo])
    report = Child([*AS_USER, program("camwarden"), "report", "--config", world.config, "--check", fifo])
    extra += [append, nightly, report]
    return {"_append": append.process.pid, "_nightly": nightly.process.pid, "report": report.process.pid}


def console(world, extra):
    token = f"{world.dir}/console.token"
    with open(token, "w") as f:
        f.write("0123456789abcdef" * 4 + "\n")
    os.chmod(token, 0o600)
    os.chown(token, UID, UID)
    c = Child([*AS_USER, program("camwarden-console"), "--server", f"https://127.0.0.1:{free_port()}", "--token-file", token,
               "--ca", f"{world.dir}/agents.pem", "--sources", "evdev"])
    extra.append(c)
    return {"camwarden-console": c.process.pid}


def device(extra):
    """One that asks somebody who never answers."""
    mute = socket.create_server(("127.0.0.1", 0))
    extra.append(mute)
    c = Child([*AS_USER, program("camwarden"), "devices", "discover", "--timeout", "500",
               f"127.0.0.1:{mute.getsockname()[1]}"])
    extra.append(c)
    return {"camwarden-device": soon("who asks devices", lambda: harness.probe_of(c.process.pid, "device"))}


def locked(pid, world):
    """Its own filter is in force: children of the monitor have that one's, too."""
    with open(f"/proc/{pid}/status") as f:
        fields = dict(line.split(":", 1) for line in f.read().splitlines())
    inherited = int(fields["PPid"]) == world.monitor.process.pid
    return int(fields["Seccomp_filters"]) == (2 if inherited else 1)


class World(all_roles.World):
    def __init__(self):
        super().__init__(93, as_user=AS_USER)
        self.hand_over()

    def hand_over(self):
        """As systemd hands over keys: beneath /run, to this user alone."""
        self.handed = tempfile.mkdtemp(prefix="camwarden-test-", dir="/run")
        atexit.register(shutil.rmtree, self.handed, ignore_errors=True)
        path = f"{self.handed}/credentials.key"
        with open(path, "w") as f:
            f.write("0" * 64)
        os.chmod(path, 0o400)
        for each in (self.handed, path):
            os.chown(each, UID, UID)

    def start(self):
        for path in [self.dir, getattr(self, "outside", self.dir)] + glob.glob(f"{self.dir}/agents.*"):
            os.chown(path, UID, UID)
        return super().start()


def try_all(world, pids):
    """{role: {what: letter}} of every call in every role."""
    found = {}
    for role in sorted(ROLES, key=lambda r: r != "_resolver"):
        what = calls(world, pids[role])
        answers = inject(pids[role], [call for _, call in what])
        found[role] = {name: letter(a) for (name, _), a in zip(what, answers)}
        assert locked(pids[role], world), f"{role} died of it"
    return found


def landlock():
    """The kernel's version of it; 0: none."""
    n = ctypes.CDLL(None).syscall(444, None, 0, 1)
    return max(n, 0)


def compare(found):
    """Nothing is let through that the table refuses, nor the other way round."""
    rows = {line[:28].strip(): line[28:] for line in TABLE.strip().split("\n")}
    assert set(rows) == set(found["run"]), set(rows) ^ set(found["run"])
    wrong = []
    for name, letters in rows.items():
        for role, should in zip(ROLES, letters, strict=True):
            got = found[role][name]
            if got != should and not (should == "x" and landlock() < 6):
                wrong.append(f"{role}: {name}: {got}, expected {should}")
    assert not wrong, "\n".join(wrong)
    print(f"{len(rows)} calls in {len(ROLES)} roles, as the table says")


extra = []
world = World()
pids = {**world.pids(), **short_lived(world, extra), **console(world, extra), **device(extra)}
for role in ROLES:
    if role != "_resolver":
        soon(f"{role} locked in", lambda: locked(pids[role], world))
# It stays for some seconds after a name.
world.run("feeds", "import", world.write("named.csv", "site,name,url\nsite0,By another,rtsp://camera.invalid/1\n"),
          "--reason", "test")
soon("the resolver", lambda: pids.update(world.pids()) or "_resolver" in pids and locked(pids["_resolver"], world))
found = try_all(world, pids)
for name, _ in calls(world, 0):
    print(f"{name:28}" + "".join(found[role][name] for role in ROLES))
compare(found)
# Nobody fell over what was tried.
assert soon("all still up", world.all_up, 20)
assert world.monitor.stop(20) == 0
