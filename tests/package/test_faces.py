#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Manual pages and completion are what the programs say of themselves: every
option that a command takes stands in its --help with its value and no other does;
groff has nothing to say of a page; bash, zsh and fish complete what they are asked.
And what is packaged fits what is built. LABEL: light. About 10 s."""
import glob
import os
import pty
import re
import select
import shutil
import subprocess
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
sys.path[:0] = [os.path.join(HERE, "..", "integration"), os.path.join(ROOT, "packaging")]
import faces  # noqa: E402
from harness import BIN, folder  # noqa: E402

OUT = folder()
USUAL = {o for o, _, _ in faces.USUAL}
OWN = {"--programs"}  # where tests have the probes of `probe`


def read(*path):
    with open(os.path.join(ROOT, *path), encoding="utf-8") as f:
        return f.read()


# --- options: what getopt takes, and what the texts say

def shared(table):
    """What a macro puts into a table, of another header."""
    for name in set(re.findall(r"\b[A-Z_]+_OPTIONS\b", table)) - {"CLI_OPTIONS"}:
        for path in glob.glob(os.path.join(ROOT, "monitor/cli/*.h")):
            for body in re.findall(rf"#define {name}\b((?:.*\\\n)*.*)", read(path)):
                yield body


def tables():
    """Of each table of options in the commands' sources: where, {option: has a value}."""
    for path in sorted(glob.glob(os.path.join(ROOT, "monitor/cli/*.c"))):
        for table in re.findall(r"struct option \w+\[\] *= *\{(.*?)\};", read(path), re.S):
            table += "".join(shared(table))
            takes = {"--" + name: arity in ("required_argument", "1")
                     for name, arity in re.findall(r'\{[\s\\]*"([a-z-]+)",\s*(\w+)', table)}
            if "CLI_OPTIONS" in table:
                takes.update({o: value != "" for o, value, _ in faces.USUAL})
            yield os.path.basename(path), takes


def fits(page, takes):
    """What is said is taken so, and what is not said is what all have."""
    said = {o: value != "" for o, value in page.takes().items() if o.startswith("--")}
    return all(takes.get(o) == value for o, value in said.items()) and set(takes) - set(said) <= USUAL | OWN


pages = faces.pages(BIN)
assert len(pages) > 20, [p.title for p in pages]
told = set()
for where, takes in tables():
    of = [p.title for p in pages if fits(p, takes)]
    told.update(of)
    assert of, f"{where}: no --help says what it takes: {sorted(takes)}"
assert not {p.title for p in pages} - told, f"no table takes what these say: { {p.title for p in pages} - told}"
for p in pages:
    assert p.usage and p.exit and p.examples and (p.prose or p.options), f"{p.title}: usage, words, example, exit: one is missing"
print(f"{len(pages)} commands say what they take")

# --- pages of the manual
faces.main(BIN, os.path.join(ROOT, "fixtures/camwarden.yaml"), OUT)
made = glob.glob(f"{OUT}/man/*.[15]") + [f"{OUT}/console/camwarden-console.1"]
for page in made:
    p = subprocess.run(["groff", "-man", "-Tutf8", "-ww", "-z", "-rLL=80n", page], text=True, capture_output=True, timeout=30)
    assert p.returncode == 0 and p.stderr == "", (page, p.stderr)
shown = subprocess.run(["groff", "-man", "-Tascii", "-P-cbou", f"{OUT}/man/camwarden-feeds.1"], text=True,
                       capture_output=True, check=True).stdout
assert "--dry-run" in shown and "EXIT STATUS" in shown, shown
print(f"{len(made)} pages of the manual")

# --- shells
files = os.path.join(OUT, "here")
os.mkdir(files)
open(os.path.join(files, "copy-of-all.db"), "w").close()
with open(os.path.join(files, "camwarden"), "w") as f:
    f.write('#!/bin/sh\necho "GOT:$*:"\n')
os.chmod(os.path.join(files, "camwarden"), 0o755)
ASKED = [("feed", "feeds"), ("feeds imp", "feeds import"), ("feeds import --dr", "feeds import --dry-run"),
         ("feeds ref", "feeds reference"), ("feeds reference app", "feeds reference approve"),
         ("feeds reference show --miss", "feeds reference show --missing"), ("report --format ht", "report --format html"),
         ("status --site x --state deg", "status --site x --state degraded"), ("user tok", "user token"),
         ("user token rev", "user token revoke"), ("ledger witness --orig", "ledger witness --origin-key"),
         ("restore --reason why copy-of", "restore --reason why copy-of-all.db"),
         ("ledger verify --db copy-o", "ledger verify --db copy-of-all.db")]


class Shell:
    """One that a person types into."""

    def __init__(self, argv, begin):
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            os.chdir(files)
            os.environ.update(PATH=files + ":" + os.environ["PATH"], TERM="dumb", PS1="$ ", HOME=files, LC_ALL="C.UTF-8")
            os.execvp(argv[0], argv)
        self.type(begin + "; echo REA''DY\r", "READY")

    def type(self, keys, until):
        os.write(self.fd, keys.encode())
        said, end = "", time.monotonic() + 20
        while until not in said:
            ready, _, _ = select.select([self.fd], [], [], max(0, end - time.monotonic()))
            assert ready, (keys, said)
            said += os.read(self.fd, 65536).decode(errors="replace")
        return said

    def ask(self, words):
        said = self.type(f"camwarden {words}\t\r", "GOT:")
        while said.count(":", said.index("GOT:")) < 2:
            said += os.read(self.fd, 65536).decode(errors="replace")
        return said[said.index("GOT:"):].split(":")[1].strip()

    def end(self):
        os.close(self.fd)
        os.waitpid(self.pid, 0)


def check(name, ask):
    for words, whole in ASKED:
        got = ask(words)
        assert got == whole, f"{name}: {words!r} became {got!r}, not {whole!r}"
    print(f"{name}: {len(ASKED)} completions")


bash = Shell(["bash", "--norc", "--noprofile", "-i"], f"source {OUT}/bash/camwarden")
check("bash", bash.ask)
bash.end()
if shutil.which("zsh"):
    zsh = Shell(["zsh", "-f", "-i"], f"fpath=({OUT}/zsh $fpath); autoload -U compinit; compinit -u -D")
    check("zsh", zsh.ask)
    zsh.end()
else:
    print("zsh is not installed: not asked")


def ask_fish(words):
    p = subprocess.run(["fish", "--no-config", "-c", f"source {OUT}/fish/camwarden.fish; complete -C 'camwarden {words}'"],
                       text=True, capture_output=True, cwd=files, timeout=30, env={**os.environ, "HOME": files})
    found = {line.split("\t")[0] for line in p.stdout.splitlines()}
    return " ".join([*words.split()[:-1], *found])


if shutil.which("fish"):
    check("fish", ask_fish)
else:
    print("fish is not installed: not asked")

# --- what is packaged fits what is built
rules = read("packaging/debian/rules")
lists = re.search(r"monitor/CMakeLists.txt probes/\*/CMakeLists.txt", rules)
built = {name for room in ("monitor", "probes") for path in glob.glob(os.path.join(ROOT, room, "**/CMakeLists.txt"), recursive=True)
         if "node_modules" not in path for name in re.findall(r"add_executable\((camwarden[a-z-]*)", read(path))}
packaged = {name for path in [os.path.join(ROOT, "monitor/CMakeLists.txt"), *glob.glob(os.path.join(ROOT, "probes/*/CMakeLists.txt"))]
            for name in re.findall(r"^ *add_executable\((camwarden[a-z-]*)", read(path), re.M)}
assert lists and built == packaged, (built, packaged)
for unit, package in (("monitor/camwarden.service", "camwarden"), ("probes/console/camwarden-console.service", "camwarden-console")):
    user = re.search(r"^User=(.*)$", read(unit), re.M)[1]
    assert re.match(rf"u {user} ", read(f"packaging/debian/{package}.sysusers")), unit
state = re.search(r"^state_dir: (\S+)", read("fixtures/camwarden.yaml"), re.M)[1]
assert f"d {state} 0700 camwarden camwarden -\n" == read("packaging/debian/camwarden.tmpfiles")
assert f"[ -d {state} ]" in read("packaging/debian/camwarden.postrm")
print("packaged as built")
