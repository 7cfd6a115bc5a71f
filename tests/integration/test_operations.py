#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""docs/operations.md as a new user reads it: every block of commands is typed,
in its order, on a machine of its own (network, /etc and /var/lib are this
test's; cameras stand at the addresses that the page names), and ends well;
every block of settings is one that `camwarden check` takes. apt, systemctl and
journalctl are stand-ins: the package's own test has the real ones. The programs
are those that are released: what sanitizers find, other tests do. Words to the
test stand in comments before a block:
  types TEXT     what the person types in
  file NAME      the block is that file
  settings       the block takes the place of that section of the settings
  until REGEX    the first command is typed again until it says so
  disk-dies      before it, the machine is another one
  runs-on        the block's last command doesn't end by itself
  elsewhere TEST the block is that test's, which needs a whole system
About 20 s. LABEL: light"""
import datetime
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time

from harness import BIN, ROOT, Child, folder, program, skip, small_films

PAGE = os.path.join(ROOT, "docs", "operations.md")
CAMERAS = 14  # from 10.0.0.1 on
GOOD = "dreizehn"


def blocks(text):
    """(language, words to the test, lines, line number of the first)"""
    words, out, inside, at = {}, [], None, 0
    for number, line in enumerate(text.splitlines(), 1):
        note = re.fullmatch(r"<!-- test: ([a-z-]+) ?(.*) -->", line)
        if inside is not None:
            if line == "```":
                out.append((inside, words, lines, at))
                inside, words = None, {}
            else:
                lines.append(line)
        elif note:
            words[note[1]] = note[2]
        elif line.startswith("```"):
            inside, lines, at = line[3:], [], number + 1
    assert inside is None
    return out


def in_machine():
    """This program once more, with a network and mounts of its own; or a skip."""
    for ways in (["unshare", "-nm"], ["unshare", "-rnm"]):
        p = subprocess.run([*ways, "ip", "link", "set", "lo", "up"], capture_output=True)
        if p.returncode == 0:
            os.execvp(ways[0], [*ways, sys.executable, "-u", __file__, "inside"])
    skip("no namespaces can be made here")


def call(*argv, **more):
    return subprocess.run(argv, check=True, text=True, capture_output=True, **more)


STAND_IN = """#!/bin/bash
# {name}, as far as the page needs it.
set -e
pid() {{ cat {at}/pid 2>/dev/null && kill -0 "$(cat {at}/pid)" 2>/dev/null; }}
start() {{
    pid >/dev/null && return
    camwarden run --config /etc/camwarden/camwarden.yaml >>{at}/log 2>&1 </dev/null &
    echo $! >{at}/pid
    for i in $(seq 300); do curl -sf http://127.0.0.1:8080/healthz >/dev/null && return; sleep 0.1; done
    exit 1
}}
stop() {{
    pid >/dev/null || return 0
    kill -TERM "$(cat {at}/pid)"
    for i in $(seq 300); do pid >/dev/null || return 0; sleep 0.1; done
    exit 1
}}
"""
SYSTEMCTL = """case "$1 $2" in
"start camwarden" | "stop camwarden") "$1" ;;
"restart camwarden") stop; start ;;
"reload camwarden") kill -HUP "$(pid)" ;;
"status camwarden") pid >/dev/null && echo running ;;
"enable camwarden" | "daemon-reload ") ;;
*) echo "systemctl $*?"; exit 2 ;;
esac
"""
APT = """[ "$1 $2" = "install ./camwarden_1_amd64.deb" ] || { echo "apt $*?"; exit 2; }
stop
mkdir -p /etc/camwarden /var/lib/camwarden
[ -e /etc/camwarden/camwarden.yaml ] || cp "$SAMPLE" /etc/camwarden/camwarden.yaml
start
"""
JOURNALCTL = """cat {at}/log"""


class Machine:
    def __init__(self):
        self.dir = folder()
        self.home = os.path.join(self.dir, "home")
        bin_dir = os.path.join(self.dir, "bin")
        for path in (self.home, bin_dir):
            os.mkdir(path)
        call("ip", "link", "set", "lo", "up")
        call("ip", "addr", "add", "10.0.0.0/24", "dev", "lo")
        self.mounts()
        for name, body in (("systemctl", SYSTEMCTL), ("apt", APT), ("journalctl", JOURNALCTL)):
            path = os.path.join(bin_dir, name)
            with open(path, "w") as f:
                f.write(STAND_IN.format(name=name, at=self.dir) + body.replace("{at}", self.dir))
            os.chmod(path, 0o755)
        with open(os.path.join(self.home, "camwarden_1_amd64.deb"), "w"):
            pass
        sample = os.path.join(self.dir, "sample.yaml")
        with open(os.path.join(ROOT, "fixtures", "camwarden.yaml")) as f, open(sample, "w") as out:
            # Quicker than a control room needs it.
            out.write(f.read().replace("interval: 10s", "interval: 2s").replace("suspect: 2s", "suspect: 1s"))
        released = os.path.join(ROOT, "build", "bin")
        programs = released if os.path.exists(released) else BIN
        self.env = dict(os.environ, PATH=f"{bin_dir}:{programs}:{os.environ['PATH']}", HOME=self.home, SAMPLE=sample)

    def mounts(self):
        """/etc is as good as a copy, /var/lib, /mnt and /srv are empty."""
        etc, over = os.path.join(self.dir, "etc"), os.path.join(self.dir, "over")
        call("mount", "--make-rprivate", "/")
        os.mkdir(over)
        call("mount", "-t", "tmpfs", "tmpfs", over)
        for path in ("upper", "work"):
            os.mkdir(os.path.join(over, path))
        if subprocess.run(["mount", "-t", "overlay", "overlay", "-o", f"lowerdir=/etc,upperdir={over}/upper,workdir={over}/work",
                           "/etc"], capture_output=True).returncode != 0:
            subprocess.run(["cp", "-a", "/etc", etc], capture_output=True)
            call("mount", "--bind", etc, "/etc")
        for path in ("/var/lib", "/mnt", "/srv"):
            call("mount", "-t", "tmpfs", "tmpfs", path)
        with open("/etc/passwd") as f:
            if not any(line.startswith("camwarden:") for line in f):
                with open("/etc/passwd", "a") as out:
                    out.write("camwarden:x:0:0::/:/bin/false\n")
                with open("/etc/group", "a") as out:
                    out.write("camwarden:x:0:\n")

    def disk_dies(self):
        subprocess.run(["systemctl", "stop", "camwarden"], env=self.env, check=True)
        for path in ("/var/lib/camwarden", "/etc/camwarden"):
            shutil.rmtree(path)
        self.type(["apt install ./camwarden_*.deb"], {}, "12")

    def runs_on(self, lines, where):
        p = subprocess.Popen(["bash", "-ec", "\n".join(lines)], cwd=self.home, env=self.env, start_new_session=True,
                             stdout=subprocess.DEVNULL)
        time.sleep(3)
        assert p.poll() is None, f"docs/operations.md:{where}: ended with {p.returncode}"
        os.killpg(p.pid, signal.SIGTERM)
        p.wait(20)

    def type(self, lines, words, where):
        """Each command ends with 0, or 1 where it only says that something is wrong."""
        script = "\n".join(["trap 'c=$?; case \"$BASH_COMMAND\" in camwarden\\ "
                            "status*|camwarden\\ incidents*|camwarden\\ alerts*|camwarden\\ feeds\\ summary*|camwarden\\ *--wait*|camwarden\\ *reference*) [ $c -le 1 ] || exit $c ;; "
                            "*) exit $c ;; esac' ERR", *lines, ":"])
        p = subprocess.run(["bash", "-o", "pipefail", "-c", script], cwd=self.home, env=self.env, text=True,
                           input=words.get("types", "") + "\n", stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=90)
        print(f"--- line {where}:", *lines, p.stdout.rstrip(), sep="\n    ")
        assert p.returncode == 0, f"docs/operations.md:{where}: ended with {p.returncode}"
        return p.stdout


def ahead(line):
    """Days of the page are days to come."""
    def moved(m):
        days = 1 if m[0].startswith("2026-11") else 60
        return (datetime.date.today() + datetime.timedelta(days)).isoformat()
    return re.sub(r"20\d\d-\d\d-\d\d", moved, line)


def type_until(m, lines, words, where):
    end = time.monotonic() + 60
    while True:
        p = subprocess.run(["bash", "-c", lines[0]], cwd=m.home, env=m.env, text=True, capture_output=True)
        if re.search(words["until"], p.stdout, re.M):
            return
        assert time.monotonic() < end, f"docs/operations.md:{where}: {lines[0]} never says {words['until']}:\n{p.stdout}{p.stderr}"
        time.sleep(1)


def put_section(path, lines):
    with open(path) as f:
        text = f.read()
    text = re.sub(rf"^{re.escape(lines[0])}.*\n(?:[ #].*\n|\n)*", "", text, flags=re.M)
    with open(path, "w") as f:
        f.write(text + "\n".join(lines) + "\n")


def settings_are_good(m, lines, where):
    """No key is unknown, no value is none; files that are not here are no matter."""
    path = os.path.join(m.dir, "block.yaml")
    with open(path, "w") as f:
        f.write("\n".join(line[4:] if all(one.startswith("    ") or not one for one in lines) else line for line in lines) + "\n")
    p = subprocess.run([program("camwarden"), "check", "--config", path], text=True, capture_output=True, timeout=30)
    wrong = [line for line in p.stderr.splitlines() if line.startswith(path) and "No such file" not in line]
    assert not wrong, (where, wrong)


def main():
    if sys.argv[1:] != ["inside"]:
        in_machine()
    m = Machine()
    farm = Child([program("camfarm"), "--set", small_films(), "--hosts", str(CAMERAS), "--net", "10.0", "--port", "554",
                  "--seconds", "280", "--no-tls", "--allow-repeat", "--auth", "md5", "--user", "warden", "--password", GOOD],
                 cwd=m.dir)
    farm.wait_line(lambda line: "ready" in line, 30)
    log = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    log.bind(("10.0.0.20", 514))
    with open(PAGE, encoding="utf-8") as f:
        text = f.read()
    typed = checked = 0
    try:
        for language, words, lines, where in blocks(text):
            if "file" in words:
                with open(os.path.join(m.home, words["file"]), "w") as f:
                    f.write("\n".join(lines) + "\n")
            elif language == "yaml":
                if "settings" in words:
                    put_section("/etc/camwarden/camwarden.yaml", lines)
                settings_are_good(m, lines, where)
                checked += 1
            elif "elsewhere" in words:
                assert os.path.exists(os.path.join(ROOT, words["elsewhere"])), words
            elif language == "sh":
                lines = [ahead(line) for line in lines]
                if "disk-dies" in words:
                    m.disk_dies()
                if "until" in words:
                    type_until(m, lines, words, where)
                if "runs-on" in words:
                    m.runs_on(lines, where)
                else:
                    m.type(lines, words, where)
                typed += 1
            else:
                assert language in ("", "csv"), f"docs/operations.md:{where}: nobody tries this block ({language})"
    finally:
        with open(os.path.join(m.dir, "log")) as f:
            tail = f.read()[-3000:]
        pid = os.path.join(m.dir, "pid")
        if os.path.exists(pid):
            try:
                os.kill(int(open(pid).read()), signal.SIGTERM)
                time.sleep(1)
            except ProcessLookupError:
                pass
    # No command hides in another form.
    hidden = [n for n, line in enumerate(text.splitlines(), 1) if re.match(r"    camwarden ", line)]
    assert not hidden, f"lines {hidden}: commands belong into a block of sh"
    assert typed > 15, typed
    assert "Traceback" not in tail
    assert b"camwarden" in log.recv(65536), "the channel's test came"
    print(f"{typed} blocks typed, {checked} of settings checked")


main()
