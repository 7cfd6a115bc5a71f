#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""A monitor's own record of simulated cameras that fail, maintenance of both
kinds, a mute, a feed added and one removed, a kill and an orderly restart, a
console with somebody at it: every figure as report_truth.py computes it from
the tables, and each report the same when it is made anew, whatever was written
since. Reports are also made while it all happens. About 110 s. LABEL: light"""
import csv
import json
import os
import signal
import subprocess
import time

import harness
import report_truth as truth
from harness import tell_farm
from watchers import CONFIG, DIR, LOG, STATE, Agent, get, prepare, run, start_farm, start_monitor, token_of, wait, window, write

CAMERAS = 6
DATABASE = os.path.join(STATE, "camwarden.db")
made = []


def again(limit=20):
    with open(LOG, "a") as log:
        monitor = harness.Child([harness.program("camwarden"), "run", "--config", CONFIG], stderr=log)
    wait("the monitor is back", limit, lambda: get("/healthz"))
    # As the daemon does with days it missed: what held before the restart holds no more, nothing is judged yet.
    report("--from", span(30))
    time.sleep(2)
    report("--from", span(30))
    return monitor


def span(seconds):
    return time.strftime("%Y-%m-%d %H:%M:%SZ", time.gmtime(time.time() - seconds))


def report(*argv):
    path = os.path.join(DIR, f"report-{len(made)}.json")
    run("report", *argv, "-o", path)
    made.append(path)
    with open(path, encoding="utf-8") as f:
        return json.load(f)


def made_last():
    with open(made[-1], encoding="utf-8") as f:
        return json.load(f)


def check_all(what):
    for path in made:
        p = run("report", "--check", path, ok=False)
        assert p.returncode == 0, (what, path, p.stdout, p.stderr)
    print(f"{what}: {len(made)} reports the same", flush=True)


def overlays(site, feed):
    run("maintenance", "add", "--feed", feed, "--for", "5m", "--reason", "lens")
    early = time.strftime("%H:%M", time.gmtime(time.time() - 600))
    late = time.strftime("%H:%M", time.gmtime(time.time() + 3600))
    if early < late:  # the test's day may end meanwhile
        run("maintenance", "add", "--tag", "gate", "--weekly", f"daily {early}-{late}", "--until",
            time.strftime("%Y-%m-%d", time.gmtime(time.time() + 5 * 86400)), "--reason", "sweep")
    run("mute", "add", "--site", site, "--for", "5m", "--reason", "storm")


def failures(control):
    tell_farm(control, "stall 1")
    tell_farm(control, "freeze 2")
    tell_farm(control, "stall 3")
    time.sleep(4)
    live = report("--from", span(30))
    assert live["fleet"]["feeds"] == CAMERAS
    wait("three are bad", 60, lambda: len(report("--from", span(60))["needs_a_person"]["still_bad"]) >= 3)


def acknowledge():
    found = wait("an incident", 20, lambda: json.loads(run("incidents", "--json", ok=False).stdout))
    number = found[0]["id"]
    run("incidents", "acknowledge", str(number), "--reason", "=1+1 \u202e seen")


def main():
    prepare()
    farm = start_farm(CAMERAS, 131)
    control = os.path.join(DIR, "farm.sock")
    monitor, _ = start_monitor(CAMERAS)
    path = os.path.join(DIR, "farm.csv")
    with open(path) as f:
        rows = list(csv.DictReader(f))
    names = [f"{r['site']}/{r['name']}" for r in rows]
    run("consoles", "import", write("c.csv", "console,room\nDesk,Hall\n"), write("s.csv", f"screen,console,output,layout\n"
        f"Wall,Desk,HDMI-1,{names[0]};{names[1]}\n"), write("p.csv", "pattern,class,shows,tiles\nviewer,vms,layout,2\n"))
    agent = Agent(token_of("Desk"))
    agent.windows = [window("viewer")]
    agent.hands = True
    agent.start()
    run("feeds", "import", write("tags.csv", f"site,name,url,tags\n{rows[4]['site']},{rows[4]['name']},"
                                 f"{rows[4]['url']},gate\n"))
    overlays(rows[0]["site"], names[1])
    failures(control)
    acknowledge()
    check_all("failing")
    # One is removed while it is down, one comes.
    run("feeds", "remove", names[3], "--reason", "gone")
    write("more.csv", f"site,name,url,tags\nElsewhere,new,{rows[0]['url']}?x=1,gate\n")
    run("feeds", "import", os.path.join(DIR, "more.csv"))
    for _ in range(4):
        report("--from", span(90))
    monitor.process.kill()
    monitor.process.wait()
    report("--from", span(120))
    time.sleep(4)
    gone = report("--from", span(120))
    truth.all_same(DATABASE, gone)
    assert [g for g in gone["gaps"] if g["kind"] == "monitor-off"], gone["gaps"]
    monitor = again()
    check_all("killed")
    for command in ("live 1", "live 2", "live 3"):
        tell_farm(control, command)
    run("mute", "list")
    time.sleep(12)
    lens = [o["overlay"] for o in made_last()["overlays"] if o["reason"] == "lens"]
    run("maintenance", "end", str(lens[0]), "--reason", "done")
    report("--from", span(60))
    agent.end()
    monitor.process.send_signal(signal.SIGTERM)
    assert monitor.process.wait(30) == 0
    check_all("stopped")
    for seconds in (240, 100, 45, 20):
        truth.all_same(DATABASE, report("--from", span(seconds)))
    truth.all_same(DATABASE, report("--from", span(240), "--site", rows[0]["site"]))
    truth.all_same(DATABASE, report("--from", span(240), "--site", "Elsewhere"))
    whole = report("--from", span(240))
    assert whole["fleet"]["feeds"] == CAMERAS + 1 and whole["fleet"]["outages"]["count"] >= 3, whole["fleet"]
    monitor = again()
    time.sleep(3)
    check_all("started once more")
    monitor.process.send_signal(signal.SIGTERM)
    assert monitor.process.wait(30) == 0
    p = subprocess.run([harness.program("camwarden"), "ledger", "verify", "--config", CONFIG], capture_output=True,
                       text=True, timeout=60, check=False)
    print(p.stdout.strip()[-300:])
    farm.kill()


main()
