#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The nightly report before axe-core (tests/web/package-lock.json), in both
languages: no violations. Installs axe-core into the build folder; skipped where
that can't be reached. About 30 s."""
import json
import os
import shutil
import subprocess

from browser import Browser
from harness import ROOT, folder, skip
from report_pages import write

RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


def axe():
    if shutil.which("npm") is None:
        skip("no npm here")
    home = os.path.join(os.environ.get("CAMWARDEN_BUILD") or folder(), "web-tests")
    script = os.path.join(home, "node_modules", "axe-core", "axe.min.js")
    wanted = json.load(open(os.path.join(ROOT, "tests/web/package.json")))["dependencies"]["axe-core"]
    try:
        have = json.load(open(os.path.join(os.path.dirname(script), "package.json")))["version"]
    except OSError:
        have = ""
    if have != wanted:
        os.makedirs(home, exist_ok=True)
        for name in ("package.json", "package-lock.json", ".npmrc"):
            shutil.copy(os.path.join(ROOT, "tests/web", name), home)
        done = subprocess.run(["npm", "ci", "--ignore-scripts"], cwd=home, capture_output=True, text=True, timeout=180)
        if done.returncode != 0:
            skip("axe-core can't be installed: " + (done.stderr.strip().splitlines() or ["?"])[-1])
    return open(script, encoding="utf-8").read()


def violations(page, script):
    page.run(script + ";0", wait=60)
    return page.run("axe.run({runOnly: " + json.dumps(RULES) + "}).then(r => r.violations.map(v => "
                    "[v.id, v.impact, v.nodes.length, v.nodes[0].html.slice(0, 300), v.nodes[0].failureSummary]))", wait=200)


def main():
    script = axe()
    browser = Browser()
    page = browser.page("about:blank")
    page.size(1280, 900)
    page.run("document.body.innerHTML = '<img src=x>'")
    assert violations(page, script), "axe-core finds nothing where there is something: it doesn't work"
    for kind in ("small", "quiet", "empty", "hostile", "fall", "month"):
        for language in ("en", "es"):
            page.open("file://" + write(kind, language))
            found = violations(page, script)
            assert found == [], (kind, language, json.dumps(found, indent=1, ensure_ascii=False))
            print(f"{kind} {language}: no violations")
    browser.close()


main()
