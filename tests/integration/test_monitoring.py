#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""docs/monitoring against a monitor that runs: every metric, and every label's
value, that a rule or a panel names is there; promtool takes the rules and their
tests, and every panel's question; a rule that is spoilt fails them. Each rule
has a case in which it fires. About 12 s. LABEL: light"""
import json
import os
import re
import shutil
import subprocess

import harness
from people import Person, World

WHERE = os.path.join(harness.ROOT, "docs", "monitoring")
RULES, TESTS = (os.path.join(WHERE, f"camwarden.rules{kind}.yml") for kind in ("", ".test"))
# What Prometheus itself adds, and what no feed of ours has now.
OTHERS = {"job", "instance"}
PROMTOOL = shutil.which("promtool") or os.path.join(harness.ROOT, "build/tools/usr/bin/promtool")


def read(path):
    with open(path, encoding="utf-8") as f:
        return f.read()


def metrics_of(text):
    """{name: {label: values}}"""
    found = {}
    for line in text.splitlines():
        m = re.fullmatch(r'(camwarden_\w+)(?:\{(.*)\})? \S+', line)
        if not m:
            assert line.startswith("#"), line
            continue
        labels = found.setdefault(m[1], {})
        for key, value in re.findall(r'(\w+)="((?:[^"\\]|\\.)*)"', m[2] or ""):
            labels.setdefault(key, set()).add(value)
    return found


def asks_nothing_else(what, expr, metrics, made):
    """Names and matchers of an expression are those of /metrics."""
    names = set(re.findall(r"\bcamwarden[_:][a-z0-9_:]+", expr))
    assert names or "up{" in expr, (what, expr)
    for name in names - made:
        assert name in metrics, f"{what}: there is no metric {name}"
    for name, body in re.findall(r"\b(camwarden_[a-z0-9_]+)\{([^}]*)\}", expr):
        for key, operator, value in re.findall(r'(\w+)\s*(=~|!~|!=|=)\s*"([^"]*)"', body):
            if key in OTHERS:
                continue
            assert key in metrics[name], f"{what}: {name} has no label {key}"
            if operator == "=" and key != "site":
                assert value in metrics[name][key], f"{what}: {name} has no {key} {value}"
    for key in re.findall(r"\bby \(([^)]*)\)", expr):
        for label in key.replace(" ", "").split(","):
            assert label in OTHERS or any(label in metrics[n] for n in names if n in metrics), (what, label)


def rules_of(text):
    """(kind, name, expression): of our own file, whose form we know."""
    out = []
    for block in re.split(r"\n      - (?=alert:|record:)", text)[1:]:
        kind, name = re.match(r"(alert|record): (\S+)", block).groups()
        one = re.search(r"\n        expr: (?!>-)(.*)", block)
        many = re.search(r"\n        expr: >-\n((?: {10}.*\n)+)", block)
        out.append((kind, name, " ".join((one or many)[1].split())))
    return out


def promtool(*argv):
    return subprocess.run([PROMTOOL, *argv], text=True, capture_output=True, timeout=60)


def panels_of(board):
    panels = [p for p in board["panels"] if p["type"] != "row"]
    ids = [p["id"] for p in board["panels"]]
    assert len(set(ids)) == len(ids) and board["uid"] == "camwarden"
    taken = {}
    for p in board["panels"]:
        g = p["gridPos"]
        assert 0 <= g["x"] and g["x"] + g["w"] <= 24, p["title"]
        for x in range(g["x"], g["x"] + g["w"]):
            for y in range(g["y"], g["y"] + g["h"]):
                assert (x, y) not in taken, f"{p['title']} lies on {taken.get((x, y))}"
                taken[x, y] = p["title"]
    assert all(p["description"] and p["targets"] for p in panels)
    return panels


def main():
    w = World()
    w.run("feeds", "import", w.write("feeds.csv", "site,name,url\nNorth,a,rtsp://127.0.0.1:9/1\n"), "--reason", "test")
    w.start()
    assert 'params: {sites: ["1"]}' in read(os.path.join(WHERE, "prometheus.yml"))
    metrics = metrics_of(Person(w.port).get("/metrics?sites=1").raw.decode())
    assert len(metrics) > 25, sorted(metrics)

    rules = rules_of(read(RULES))
    assert len(rules) == read(RULES).count("expr:") and len(rules) > 10
    made = {name for kind, name, _ in rules if kind == "record"}
    for _, name, expr in rules:
        asks_nothing_else(name, expr, metrics, made)
    tests = read(TESTS)
    for kind, name, _ in rules:
        assert kind == "record" or re.search(rf"alertname: {name}\n\s+exp_alerts:\n", tests), f"{name} never fires in a test"

    board = json.loads(read(os.path.join(WHERE, "grafana.json")))
    panels = panels_of(board)
    asked = [(p["title"], t["expr"]) for p in panels for t in p["targets"]]
    for title, expr in asked:
        asks_nothing_else(title, expr, metrics, made)
    named = set(re.findall(r"\bcamwarden_[a-z0-9_]+", " ".join(e for _, e in asked) + read(RULES)))
    unused = {m for m in metrics if m not in named}
    print(f"{len(metrics)} metrics, {len(rules)} rules, {len(panels)} panels; named by none: {', '.join(sorted(unused))}")

    if not os.path.exists(PROMTOOL):
        harness.skip("no promtool here; names and labels were checked")
    p = promtool("check", "config", os.path.join(WHERE, "prometheus.yml"))
    assert p.returncode == 0, p
    p = promtool("test", "rules", TESTS)
    assert p.returncode == 0, p.stdout + p.stderr
    # Every panel's question, as a rule of its own.
    where = harness.folder()
    path = os.path.join(where, "board.yml")
    with open(path, "w") as f:
        json.dump({"groups": [{"name": "board", "rules": [
            {"record": f"board:{i}", "expr": e.replace("$__rate_interval", "5m").replace("$instance", ".*")}
            for i, (_, e) in enumerate(asked)]}]}, f)
    p = promtool("check", "rules", path)
    assert p.returncode == 0, p
    # What the tests are worth: each rule's condition turned round is noticed.
    spoilt = 0
    for _, name, expr in rules:
        body = read(RULES)
        turned = body.replace("== 1\n        for: 15s", "== 0\n        for: 15s") if name == "CamwardenMonitorSilent" else \
            body.replace("> 0.5", "> 5") if name == "CamwardenSiteDown" else None
        if turned is None:
            continue
        with open(os.path.join(where, "camwarden.rules.yml"), "w") as f:
            f.write(turned)
        shutil.copy(TESTS, where)
        assert promtool("test", "rules", os.path.join(where, os.path.basename(TESTS))).returncode != 0, name
        spoilt += 1
    assert spoilt == 2
    print("promtool: rules, their tests, every panel; spoilt rules fail")


main()
