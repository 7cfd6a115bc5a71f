#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Day one on a bare Debian 12, with its own systemd: the packages are built and
installed by apt without a network; the link that is printed makes the first user;
200 cameras come in from a semicolon CSV in Latin-1 and are judged; one of them
fails, and a mail and a webhook say so; the unit's watchdog, its credential, its
stop; a purge that keeps the record and one that doesn't. Then, on another, the
package of an earlier commit, an upgrade that loses no line of the record, and the
way back. LABEL: long. About 600 s."""
import contextlib
import csv
import glob
import json
import os
import re
import sqlite3
import subprocess
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "integration"))
from box import Box, needs, run, version_of  # noqa: E402
from harness import ROOT, Child, folder, program, tell_farm  # noqa: E402

CAMERAS, SECONDS = 200, 1200
USER, PASSWORD = "operador", "contraseña-7"
FIRST = {"user": "chief", "password": "seven ships at the gate"}
SMTP, HOOK = 2525, 2580
STATE = "/var/lib/camwarden"
DIR = folder()
BUILD = os.environ.get("CAMWARDEN_BUILD") or DIR


def say(text):
    print(f"{time.monotonic() - BEGAN:6.1f} s  {text}", flush=True)


def build(name, *words):
    """The packages, monitor first."""
    out = os.path.join(BUILD, name)
    run(sys.executable, os.path.join(ROOT, "packaging/package.py"), "--out", out, *words)
    made = [path for path in sorted(glob.glob(f"{out}/*.deb")) if "dbgsym" not in path]
    assert [os.path.basename(p).split("_")[0] for p in made] == ["camwarden-console", "camwarden"], made
    return made[::-1]


def films():
    """Long enough that no camera repeats itself, which would be called."""
    run(program("camscene"), "--folder", f"{BUILD}/material", "--name", "room", "--streams", "2", "--seconds", str(SECONDS + 60),
        "--fps", "3", "--size", "352x288")
    return f"{BUILD}/material/room.set"


def schema(commit):
    text = run("git", "-C", ROOT, "show", f"{commit}:monitor/store/schema.c")
    return len(re.search(r"migrations\[\] = \{(.*?)\};", text, re.S)[1].split(","))


def previous():
    """The last release, or else the last commit with tables of before."""
    tags = run("git", "-C", ROOT, "tag", "--list", "v*", "--sort=-creatordate", "--no-contains", "HEAD").split()
    if tags:
        return tags[0]
    commits = run("git", "-C", ROOT, "log", "--format=%H", "-n", "50", "HEAD", "--", "monitor/store/schema.c").split()
    return next(f"{c}~1" for c in commits if schema(f"{c}~1") < schema("HEAD"))


class Room(Box):
    """A box with camwarden in it."""

    def farm(self):
        self.camfarm = Child(self.beside(
            program("camfarm"), "--set", films(), "--hosts", str(CAMERAS), "--net", "61", "--port", "8554", "--seconds", str(SECONDS),
            "--site-size", "50", "--no-tls", "--auth", "md5", "--user", USER, "--password", PASSWORD,
            "--control", f"{DIR}/farm.sock", "--inventory", f"{DIR}/farm.csv"))
        self.camfarm.wait_line(lambda line: "ready" in line, 30)
        with open(f"{DIR}/farm.csv", encoding="utf-8") as f:
            return list(csv.DictReader(f))

    def put(self, path, text, mode="644", encoding="utf-8"):
        with open(self.root + path, "w", encoding=encoding) as f:
            f.write(text)
        self.sh(f"chmod {mode} {path}")

    def states(self):
        return json.loads(self.sh("camwarden status --json", check=False))["states"]

    def up(self, least=CAMERAS, seconds=240):
        self.until(f"{least} cameras up", lambda: self.states()["up"] >= least, seconds)

    def version(self):
        return self.sh("dpkg-query -W -f '${Version}' camwarden")

    def active(self):
        return self.sh("systemctl is-active camwarden.service", check=False).strip() == "active"

    def ask(self, path, body=None):
        """(status, what was answered) of the pages, asked on the box's network."""
        words = ["-H", "Content-Type: application/json", "-d", json.dumps(body)] if body else []
        p = subprocess.run(self.beside("curl", "-s", "-w", "\n%{http_code}", *words, f"http://127.0.0.1:8080{path}"), text=True,
                           capture_output=True, timeout=30)
        text, _, code = p.stdout.rpartition("\n")
        return int(code or 0), text

    def rows(self, query):
        db = sqlite3.connect(f"file:{self.root}{STATE}/camwarden.db?mode=ro", uri=True)
        with contextlib.closing(db):
            return db.execute(query).fetchall()

    def verify(self):
        return self.sh("camwarden backup /root/look.db --replace >/dev/null && camwarden ledger verify --db /root/look.db"
                       f" --key {STATE}/ledger.pub").splitlines()[0]


# --- a bare system

def install(box, debs):
    said = box.apt(f"install /root/{os.path.basename(debs[0])}")
    link = re.search(r"http://127\.0\.0\.1:8080/setup#([0-9a-f]{64})", said)
    assert link and "ssh -L 8080:127.0.0.1:8080" in said, said
    assert box.active() and box.property("NRestarts") == "0"
    assert box.version() == version_of(debs[0]) and box.version().startswith(box.sh("camwarden --version").split()[1])
    assert box.sh(f"stat -c '%U %a' {STATE} {STATE}/camwarden.db {STATE}/ledger.key").split() == [
        "camwarden", "700", "camwarden", "600", "camwarden", "400"]
    heard = {line.split()[1] for line in box.sh("cat /proc/net/tcp").splitlines()[1:] if line.split()[3] == "0A"}
    assert heard == {"0100007F:1F90"}, heard
    said = box.sh("systemd-analyze verify camwarden.service", check=False).splitlines()
    assert not [line for line in said if "Command 'man " not in line], said  # man-db is not there
    assert box.ask("/healthz")[0] in (200, 503)
    token = link[1]
    assert box.sh(f"cat {STATE}/setup-token").strip() == token
    first_user(box, token)
    assert "/setup#" not in box.apt(f"install --reinstall /root/{os.path.basename(debs[0])}")
    assert box.until("runs again", box.active, 20)


def first_user(box, token):
    code, text = box.ask("/api/v1/setup", {"token": token, **FIRST})
    assert code == 200, (code, text)
    assert box.ask("/api/v1/login", FIRST)[0] == 200


def settings(box):
    """What whoever runs the room adds to the file that came with it."""
    text = box.sh("cat /etc/camwarden/camwarden.yaml")
    text, sections = re.subn(r"^alerts:$", f"""\
mail:
  server: smtp+plain://127.0.0.1:{SMTP}
  from: camwarden@box.test
alerts:
  channels:
    desk: {{kind: mail, to: desk@box.test}}
    hook: {{kind: webhook, url: "http://127.0.0.1:{HOOK}/told"}}
  rules:
    - {{name: all, for: 1s, to: "desk, hook", exempt: true}}""", text, flags=re.M)
    text, gathers = re.subn(r"^  gather: 5s ", "  gather: 1s ", text, flags=re.M)
    assert sections == gathers == 1 and len(re.findall("^mail:", text, re.M)) == 1
    box.put("/etc/camwarden/camwarden.yaml", text)
    box.sh("camwarden check")
    box.sh("systemctl reload camwarden")


def as_a_spreadsheet(rows):
    """As one in Spain saves it."""
    out = "Nombre;Sitio;URL;Usuario;Contraseña\r\n"
    for row in rows:
        site = row["site"].replace("site", "Estación Ñuñoa ")
        out += f"{row['name'].replace('cam', 'Cámara ')};\"{site}\";{row['url']};{row['user']};{row['password']}\r\n"
    return out


def import_them(box):
    box.put("/root/camaras.csv", as_a_spreadsheet(box.farm()), encoding="latin-1")
    dry = box.sh("camwarden feeds import /root/camaras.csv --dry-run")
    assert box.rows("SELECT count(*) FROM feed") == [(0,)], dry
    said = box.sh("camwarden feeds import /root/camaras.csv --reason 'first list'")
    assert PASSWORD not in dry + said
    assert box.rows("SELECT count(*) FROM feed WHERE name LIKE 'Cámara %'") == [(CAMERAS,)], said
    box.up()


def alerted(box):
    told = Child(box.beside(sys.executable, os.path.join(HERE, "receiver.py"), str(SMTP), str(HOOK)))
    told.wait_line(lambda line: "ready" in line, 10)
    tell_farm(f"{DIR}/farm.sock", "drop 17")
    for kind in ("mail", "webhook"):
        told.wait_line(lambda line, kind=kind: f'"kind": "{kind}"' in line and "mara 17" in line, 90)
    tell_farm(f"{DIR}/farm.sock", "live 17")
    box.up()
    told.stop()


def unit(box):
    """The watchdog, a credential of systemd's, the end."""
    box.sh("mkdir -p /etc/systemd/system/camwarden.service.d")
    box.sh(f"mv {STATE}/credentials.key /etc/camwarden/ && chown root:root /etc/camwarden/credentials.key")
    box.put("/etc/systemd/system/camwarden.service.d/own.conf",
            "[Service]\nLoadCredential=credentials.key:/etc/camwarden/credentials.key\nWatchdogSec=6\n")
    box.sh("systemctl daemon-reload && systemctl restart camwarden")
    box.up()
    assert box.sh(f"ls {STATE}").count("credentials.key") == 0
    pid = int(box.property("MainPID"))
    box.sh(f"kill -STOP {pid}")
    box.until("the watchdog's restart", lambda: box.property("NRestarts") == "1" and box.active(), 90)
    assert "watchdog" in box.sh("journalctl --no-pager -u camwarden.service").lower()
    box.up()
    began = time.monotonic()
    box.sh("systemctl stop camwarden")
    took = time.monotonic() - began
    assert box.property("Result") == "success" and box.property("ExecMainStatus") == "0" and took < 30
    assert box.rows("SELECT stopped FROM heartbeat") == [(1,)]
    say(f"stopped in {took:.1f} s; {box.verify()}")
    box.sh("systemctl start camwarden")


def purge(box, debs):
    said = box.apt("purge camwarden")
    assert "stay in /var/lib/camwarden" in said, said
    assert box.sh(f"ls {STATE}/ledger.key {STATE}/camwarden.db").count("\n") == 2
    assert not os.path.exists(f"{box.root}/etc/camwarden/camwarden.yaml")
    box.apt(f"install /root/{os.path.basename(debs[0])}")
    box.until("runs", box.active, 20)
    assert box.rows("SELECT count(*) FROM feed") == [(CAMERAS,)]
    box.sh("echo camwarden camwarden/remove-record boolean true | debconf-set-selections")
    box.apt("purge camwarden")
    assert not os.path.exists(box.root + STATE)


def bare(debs):
    box = Room(*debs)
    try:
        install(box, debs)
        say("installed: runs on loopback; the printed link made the first user")
        settings(box)
        import_them(box)
        say(f"{CAMERAS} cameras imported and up")
        alerted(box)
        say("one failed: a mail and a webhook say so")
        unit(box)
        say("watchdog, credential, stop")
        box.apt(f"install /root/{os.path.basename(debs[1])}")
        assert box.sh("systemctl is-enabled camwarden-console; systemctl is-active camwarden-console", check=False).split() == [
            "enabled", "inactive"]
        purge(box, debs)
        say("purged, with the record and without")
    finally:
        box.end()


# --- from one version to the next, and back

def lines(box):
    return box.rows("SELECT seq, hash FROM event ORDER BY seq")


def upgrade(old, new):
    box = Room(old[0], new[0])
    try:
        box.apt(f"install /root/{os.path.basename(old[0])}")
        box.until("the old one runs", box.active, 20)
        first_user(box, box.sh(f"cat {STATE}/setup-token").strip())
        box.farm()
        with open(f"{DIR}/farm.csv", encoding="utf-8") as f:
            box.put("/root/farm.csv", f.read())
        box.sh("camwarden feeds import /root/farm.csv --reason 'first list'")
        box.up()
        tell_farm(f"{DIR}/farm.sock", "drop 3")
        box.until("camera 3 down", lambda: box.states()["down"] == 1, 30)
        keys = box.sh(f"sha256sum {STATE}/ledger.key {STATE}/credentials.key")
        version = box.rows("PRAGMA user_version")[0][0]
        before = lines(box)
        box.apt(f"install /root/{os.path.basename(new[0])}")
        box.until("the new one runs", box.active, 60)
        assert box.version() == version_of(new[0])
        after = lines(box)
        assert after[:len(before)] == before and len(before) > CAMERAS, (len(before), len(after))
        assert keys == box.sh(f"sha256sum {STATE}/ledger.key {STATE}/credentials.key")
        assert box.property("NRestarts") == "0" and box.ask("/api/v1/login", FIRST)[0] == 200
        tell_farm(f"{DIR}/farm.sock", "live 3")
        box.up()
        off = off_seconds(box, before[-1][0])
        say(f"upgraded from {version_of(old[0])}: {len(before)} lines are as they were, off for {off:.1f} s; {box.verify()}")
        back(box, old, version, before)
    finally:
        box.end()


def off_seconds(box, seq):
    """From the old one's last line to the new one's first."""
    (last,), = box.rows(f"SELECT min(utc) FROM event WHERE kind = 'monitor.start' AND seq > {seq}")
    (first,), = box.rows(f"SELECT max(utc) FROM event WHERE kind = 'monitor.stop' AND utc < {last}")
    return (last - first) / 1e6


def back(box, old, version, before):
    """As docs/operations.md has it."""
    now = box.rows("PRAGMA user_version")[0][0]
    box.sh("systemctl stop camwarden")
    box.apt(f"install --allow-downgrades /root/{os.path.basename(old[0])}")
    if now != version:
        # The old one refuses what it does not know, and changes nothing.
        box.until("it refuses", lambda: "written by a newer camwarden" in box.sh("journalctl --no-pager -u camwarden.service"), 30)
        assert box.rows("PRAGMA user_version") == [(now,)]
        box.sh("systemctl stop camwarden")
        box.sh(f"camwarden restore {STATE}/camwarden.db.v{version} --reason 'back to the old version'")
        box.sh("systemctl start camwarden")
    box.until("the old one runs again", box.active, 60)
    assert box.version() == version_of(old[0])
    again = lines(box)
    assert again[:len(before)] == before
    assert box.ask("/api/v1/login", FIRST)[0] == 200
    box.up()
    say(f"and back: {len(before)} lines are as they were; {box.verify()}")


def main():
    needs()
    new = build("package")
    run("lintian", "--allow-root", "--fail-on", "error,warning", *new)
    say(f"built {' '.join(os.path.basename(p) for p in new)}; lintian has nothing to say")
    old = build("package-before", "--commit", previous())
    bare(new)
    upgrade(old, new)


BEGAN = time.monotonic()
if __name__ == "__main__":
    main()
