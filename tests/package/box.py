# SPDX-License-Identifier: GPL-3.0-or-later
"""A bare Debian 12 for tests of packages: debootstrap'd once, booted with its own
systemd in name spaces of its own (systemd-nspawn), over which each test lays a
layer that is gone afterwards. It has no network but its own loopback; what its
apt may need is fetched before."""
import os
import re
import shutil
import signal
import subprocess
import tempfile
import time

from harness import skip

BASE = os.environ.get("CAMWARDEN_BARE", "/var/tmp/camwarden-bare-debian")
ENV = {"PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "TERM": "dumb", "LANG": "C.UTF-8", "HOME": "/root",
       "DEBIAN_FRONTEND": "noninteractive"}
NETWORK = {k: v for k, v in os.environ.items() if k.lower() in ("http_proxy", "https_proxy", "no_proxy")}


def run(*argv, **options):
    p = subprocess.run(argv, text=True, errors="replace", stdout=subprocess.PIPE, stderr=subprocess.STDOUT, **options)
    assert p.returncode == 0, f"{' '.join(argv)}: exit {p.returncode}\n{p.stdout[-3000:]}"
    return p.stdout


def needs():
    if os.getuid() != 0:
        skip("needs root, to boot a system in name spaces")
    for name in ("debootstrap", "systemd-nspawn", "lintian", "dh"):
        if shutil.which(name, path=ENV["PATH"]) is None:
            skip(f"{name} is not installed")


def base():
    """The bare system, made once: Debian's smallest, and systemd."""
    if os.path.exists(f"{BASE}/.made"):
        return
    shutil.rmtree(BASE, ignore_errors=True)
    print(f"making {BASE}", flush=True)
    run("debootstrap", "--variant=minbase", "--include=systemd,systemd-sysv", "bookworm", BASE, "http://deb.debian.org/debian",
        env={**ENV, **NETWORK})
    with open(f"{BASE}/etc/apt/sources.list", "w") as f:
        for suite in ("debian bookworm", "debian bookworm-updates", "debian-security bookworm-security"):
            f.write(f"deb http://deb.debian.org/{suite} main\n")
    for name in os.listdir("/etc/apt/apt.conf.d"):
        if "docker" not in name and "proxy" in name.lower():
            shutil.copy(f"/etc/apt/apt.conf.d/{name}", f"{BASE}/etc/apt/apt.conf.d/{name}")
    open(f"{BASE}/.made", "w").close()


class Box:
    """Booted; end() leaves nothing of it."""

    def __init__(self, *packages):
        base()
        # Not below /tmp: the system in it hides what it has there.
        self.dir = tempfile.mkdtemp(prefix="camwarden-box-", dir="/var/tmp")
        self.root = f"{self.dir}/root"
        self.init = self.nspawn = None
        for name in ("root", "upper", "work"):
            os.mkdir(f"{self.dir}/{name}")
        run("mount", "-t", "overlay", "overlay", "-o", f"lowerdir={BASE},upperdir={self.dir}/upper,workdir={self.dir}/work", self.root)
        for path in packages:
            shutil.copy(path, f"{self.root}/root")
        self.fetch([f"/root/{os.path.basename(p)}" for p in packages])
        self.boot()

    def fetch(self, packages):
        """All that apt will want, into its cache, while there is a network."""
        shutil.copy("/etc/resolv.conf", f"{self.root}/etc/resolv.conf")
        with open(f"{self.root}/etc/apt/apt.conf.d/keep", "w") as f:
            f.write('Binary::apt::APT::Keep-Downloaded-Packages "true";\nAPT::Install-Recommends "false";\n')
        cache = f"{BASE}.debs"
        os.makedirs(f"{cache}/partial", exist_ok=True)
        run("mount", "--bind", cache, f"{self.root}/var/cache/apt/archives")
        try:
            for words in (["update", "-q"], ["install", "-q", "-y", "--download-only", *packages]):
                run("chroot", self.root, "apt-get", *words, env={**ENV, **NETWORK})
        finally:
            run("umount", f"{self.root}/var/cache/apt/archives")
        # As the box has no way to the cache outside.
        for name in os.listdir(cache):
            if name.endswith(".deb"):
                shutil.copy(f"{cache}/{name}", f"{self.root}/var/cache/apt/archives/{name}")
        os.unlink(f"{self.root}/etc/resolv.conf")

    def boot(self):
        self.log = open(f"{self.dir}/console", "w")
        self.nspawn = subprocess.Popen(
            ["systemd-nspawn", "--quiet", "--directory", self.root, "--boot", "--private-network", "--register=no", "--keep-unit",
             "--system-call-filter", "landlock_create_ruleset landlock_add_rule landlock_restrict_self adjtimex", "--link-journal=no", "--resolv-conf=off", "--timezone=off", "--console=pipe", "--machine", "box"],
            stdin=subprocess.DEVNULL, stdout=self.log, stderr=subprocess.STDOUT)
        end = time.monotonic() + 60
        while True:
            self.init = self.find_init()
            if self.init and self.sh("systemctl is-system-running", check=False).strip() in ("running", "degraded"):
                break
            if self.nspawn.poll() is not None or time.monotonic() > end:
                with open(f"{self.dir}/console", errors="replace") as f:
                    said = f.read()[-2000:]
                self.end()
                raise AssertionError(f"the system did not boot:\n{said}")
            time.sleep(0.2)
        # nspawn lays a boot's name of its own over the kernel's, which a unit that
        # has a /proc of its own does not see: two programs, two names.
        self.sh("umount /proc/sys/kernel/random/boot_id")

    def find_init(self):
        out = subprocess.run(["pgrep", "-P", str(self.nspawn.pid)], text=True, capture_output=True).stdout.split()
        return int(out[0]) if out else None

    def inside(self, *argv):
        """What runs a program in the box."""
        return ["nsenter", "-t", str(self.init), "-m", "-u", "-i", "-n", "-p", "-r", "-w", "--", "env", "-i",
                *(f"{k}={v}" for k, v in ENV.items()), *argv]

    def beside(self, *argv):
        """What runs a program of ours on its network."""
        return ["nsenter", "-t", str(self.init), "-n", "--", *argv]

    def sh(self, command, check=True, timeout=300):
        p = subprocess.run(self.inside("sh", "-c", command), text=True, errors="replace", stdout=subprocess.PIPE,
                           stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL, timeout=timeout)
        assert not check or p.returncode == 0, f"{command}: exit {p.returncode}\n{p.stdout[-4000:]}"
        return p.stdout

    def apt(self, words):
        return self.sh(f"apt-get -q -y {words}")

    def property(self, name):
        return self.sh(f"systemctl show -P {name} camwarden.service").strip()

    def until(self, what, test, seconds):
        """The first answer of test() that counts."""
        end = time.monotonic() + seconds
        while True:
            got = test()
            if got:
                return got
            assert time.monotonic() < end, f"{what}: not within {seconds} s\n" + self.sh(
                "systemctl status --no-pager camwarden.service; journalctl --no-pager -n 40 -u camwarden.service", check=False)
            time.sleep(0.5)

    def end(self):
        if self.init and self.nspawn.poll() is None:
            # systemd: power off, now.
            os.kill(self.init, signal.SIGRTMIN + 4)
            try:
                self.nspawn.wait(40)
            except subprocess.TimeoutExpired:
                os.kill(self.init, signal.SIGKILL)
                self.nspawn.wait(20)
        elif self.nspawn:
            self.nspawn.kill()
            self.nspawn.wait()
        subprocess.run(["umount", "-l", self.root], check=False)
        shutil.rmtree(self.dir, ignore_errors=True)


def version_of(path):
    return re.search(r"_([^_]+)_", os.path.basename(path))[1]
