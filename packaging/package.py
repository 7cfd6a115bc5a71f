#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Debian packages of this checkout, or of another commit with this checkout's
packaging. ./dev package calls it with what it installs to build.

usage: package.py [--commit COMMIT] [--version V] [--out DIR] [--build-depends LIST]
"""
import argparse
import email.utils
import glob
import os
import re
import shutil
import subprocess
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
MAINTAINER = "camwarden maintainers <camwarden@example.org>"


def git(*words, **options):
    return subprocess.run(["git", "-C", ROOT, *words], check=True, stdout=subprocess.PIPE, **options).stdout


def version(commit):
    """Of a tag vX: X. Else what CMakeLists.txt says comes next, ~devN for the Nth
    commit: later than all before, older than the release."""
    tags = git("tag", "--points-at", commit, "--list", "v[0-9]*", text=True).split()
    if tags:
        return tags[0][1:]
    says = re.search(r"project\(camwarden VERSION ([\d.]+)", git("show", f"{commit}:CMakeLists.txt", text=True))
    count = git("rev-list", "--count", commit, text=True).strip()
    return f"{says[1]}~dev{count}+g{git('rev-parse', '--short', commit, text=True).strip()}"


def sources(commit, tree):
    """As committed, or as they lie here."""
    os.makedirs(tree)
    if commit:
        subprocess.run(["tar", "-x", "-C", tree], input=git("archive", commit), check=True)
    else:
        for name in git("ls-files", "-z", "--cached", "--others", "--exclude-standard", text=True).split("\0"):
            if name and os.path.lexists(os.path.join(ROOT, name)):
                os.makedirs(os.path.dirname(os.path.join(tree, name)), exist_ok=True)
                shutil.copy2(os.path.join(ROOT, name), os.path.join(tree, name), follow_symlinks=False)
    # What the pages are built with: fetched once, if the same is wanted.
    modules = os.path.join(ROOT, "monitor/web/node_modules")
    if os.path.isdir(modules):
        shutil.copytree(modules, os.path.join(tree, "monitor/web/node_modules"), symlinks=True, copy_function=os.link)


def debian(tree, number, when, build_depends):
    at = os.path.join(tree, "debian")
    shutil.copytree(os.path.join(ROOT, "packaging/debian"), at)
    shutil.copy(os.path.join(ROOT, "packaging/faces.py"), at)
    with open(os.path.join(at, "control"), encoding="utf-8") as f:
        control = f.read().replace("@MAINTAINER@", MAINTAINER).replace("@BUILD@", build_depends)
    with open(os.path.join(at, "control"), "w", encoding="utf-8") as f:
        f.write(control)
    with open(os.path.join(at, "changelog"), "w", encoding="utf-8") as f:
        f.write(f"camwarden ({number}) bookworm; urgency=medium\n\n  * What changed is in what-changed.md, beside this file.\n\n"
                f" -- {MAINTAINER}  {email.utils.formatdate(when)}\n")


def main():
    p = argparse.ArgumentParser(usage=__doc__)
    p.add_argument("--commit")
    p.add_argument("--version")
    p.add_argument("--out", default=os.path.join(ROOT, "build/package"))
    p.add_argument("--build-depends", default="build-essential")
    a = p.parse_args()
    commit = a.commit or "HEAD"
    number = a.version or version(commit)
    out = os.path.abspath(a.out)
    tree = os.path.join(out, "sources")
    shutil.rmtree(tree, ignore_errors=True)
    for old in glob.glob(os.path.join(out, "camwarden*_*")):
        os.unlink(old)
    sources(a.commit, tree)
    debian(tree, number, int(git("show", "-s", "--format=%ct", commit, text=True)), ", ".join(a.build_depends.split()))
    log = os.path.join(out, "build.log")
    with open(log, "wb") as f:
        done = subprocess.run(["dpkg-buildpackage", "-b", "-us", "-uc", "-d"], cwd=tree, stdout=f, stderr=subprocess.STDOUT)
    if done.returncode != 0:
        with open(log, encoding="utf-8", errors="replace") as f:
            sys.exit("".join(f.readlines()[-40:]) + f"package: dpkg-buildpackage failed; all of it is in {log}")
    shutil.rmtree(tree)
    for made in sorted(glob.glob(os.path.join(out, "*.deb"))):
        print(made)


main()
