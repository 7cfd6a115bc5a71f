#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""A customer's list into a running monitor: what can't be read is named with its
place and nothing of it is done; Latin-1, semicolons, other headings, makers in
place of URLs, passwords of their own, Frigate's configuration; each camera
tried before it counts; what became of them, by cause and site; the export reads
back; Ctrl-C. About 25 s. LABEL: light"""
import json
import os
import select
import signal
import socket
import subprocess
import time

from harness import Child, ask_monitor, folder, free_port, intact, program, small_films

DIR = folder()
STATE = os.path.join(DIR, "state")
CONFIG = os.path.join(DIR, "camwarden.yaml")
PORT = free_port()
NET = 61
SECRET = "canary-7f3a"  # a password that must show nowhere


def begin(*args, env=None):
    return subprocess.Popen([program("camwarden"), *args, "--config", CONFIG], text=True, stdout=subprocess.PIPE,
                            stderr=subprocess.PIPE, env={**os.environ, **(env or {})})


def end(p):
    out, err = p.communicate(timeout=120)
    assert SECRET not in out + err, (p.args, out, err)
    return subprocess.CompletedProcess(p.args, p.returncode, out, err)


def run(*args, env=None):
    return end(begin(*args, env=env))


def answer_of(p):
    """Of an import that ran beside another one: it may say that it wants to be tried again."""
    out = end(p).stdout
    if "changed meanwhile" in out:
        out = run(*p.args[1:-2]).stdout
    return json.loads(out)


def write(name, data, mode=0o600):
    path = os.path.join(DIR, name)
    with open(path, "wb") as f:
        f.write(data if isinstance(data, bytes) else data.encode())
    os.chmod(path, mode)
    return path


def feeds():
    return {f["name"]: f for f in json.loads(run("feeds", "list", "--json").stdout)}


def host(n):
    return f"127.{NET}.0.{n + 1}"


def start():
    farm = Child([program("camfarm"), "--set", small_films(2), "--hosts", "6", "--net", str(NET), "--port", str(PORT),
                  "--seconds", "280", "--no-tls", "--inventory", os.path.join(DIR, "farm.csv")])
    farm.wait_line(lambda line: "ready" in line, 20)
    with open(CONFIG, "w", encoding="ascii") as f:
        f.write(f"state_dir: {STATE}\nhttp:\n  enabled: false\nconnect:\n  loopback_only: true\n  timeout: 3s\n"
                "sampling:\n  interval: 2s\n  suspect: 1s\n")
    with open(os.path.join(DIR, "log"), "a", encoding="ascii") as log:
        monitor = Child([program("camwarden"), "run", "--config", CONFIG], stderr=log)
    until = time.monotonic() + 20
    while run("status", "--json").returncode in (2, 3):
        assert time.monotonic() < until and monitor.process.poll() is None, open(os.path.join(DIR, "log")).read()
        time.sleep(0.1)
    return farm, monitor


def refused(path, *says, options=()):
    """Each of these is said; that nothing of it is done is looked at in the end."""
    done = run("feeds", "import", path, *options)
    assert done.returncode == 1, done
    for text in says:
        assert text in done.stderr, (text, done.stderr)


def test_bad():
    refused(write("mixed.csv", b"name,url\nZ\xc3\xbcrich \xc3\xa4,rtsp://h/1\nB\xff,rtsp://h/2\n"),
            "mixed.csv:3:2: byte 0xff is no UTF-8")
    refused(write("nul.csv", b"name,url\nx\0y,rtsp://h/1\n"), "nul.csv:2:2: the file holds a zero byte")
    refused(write("cell.csv", b"name,url\n" + b"x" * 3_000_000 + b",rtsp://h/1\n"),
            "cell.csv:2:1: the cell is too long, expected at most 4096 bytes")
    refused(write("unknown.csv", "name;url;Serial no\na;rtsp://h/1;7\n"), "unknown.csv:1:10: unknown column \"Serial no\"")
    refused(write("twice.yml", "cameras:\n  a: {ffmpeg: {inputs: [{path: 'rtsp://h/1'}]}}\n"
                               "  a: {ffmpeg: {inputs: [{path: 'rtsp://h/2'}]}}\n"), "twice.yml:3:1: the same site and name")
    refused(write("secret.yml", "streams:\n  a: rtsp://u:{FRIGATE_NONE}@h/1\n"),
            "secret.yml:2:6: nothing says what FRIGATE_NONE stands for")
    refused(write("one.csv", "name,url\na,rtsp://h/1\n"), "pw.csv:3:1: the same device as in line 2",
            options=("--passwords", write("pw.csv", f"device,user,password\nh,u,{SECRET}\nh,u,x\n")))
    long = write("long.csv", b"")
    os.truncate(long, 70 << 20)
    done = run("feeds", "import", long)
    assert done.returncode == 2 and "longer than 64 MiB" in done.stderr, done
    answer = json.loads(run("feeds", "import", write("two.csv", "url\nx\ny\n"), "--json").stdout)
    assert not answer["ok"] and len(answer["errors"]) == 2, answer


def test_encoding():
    path = write("cp1250.csv", "name,url\nŁódź,rtsp://127.0.0.1:9/enc\n".encode("cp1250"))
    done = run("feeds", "import", path, "--encoding", "CP1250", "--dry-run")
    assert done.returncode == 0 and "added feed Łódź" in done.stdout, done
    assert "'nonsense' is none" in run("feeds", "import", path, "--encoding", "nonsense").stderr
    done = run("feeds", "import", path, "--encoding", "UTF-8")
    assert done.returncode == 1 and "no letter of UTF-8 stands here" in done.stderr, done


def the_list():
    """Four good cameras (two of them ask for a password), one closed port, one stream that is not there."""
    rows = [("Tor S\xfcd", "Werk/Nord", f"rtsp://{host(0)}:{PORT}/cam0", ""),
            ("Tor Ost", "Werk/Nord", f"rtsp://{host(1)}:{PORT}/cam1", f"rtsp://{host(1)}:{PORT}/f/ctl_rel/cam1"),
            ("Lager", "Werk/S\xfcd", f"rtsp://{host(2)}:{PORT}/f/auth_md5/cam2", ""),
            ("Hof", "Werk/S\xfcd", f"rtsp://{host(3)}:{PORT}/f/auth_md5/cam3", ""),
            ("Dach", "Werk/S\xfcd", "rtsp://127.0.0.1:9/x", ""),
            ("Keller", "Werk/S\xfcd", f"rtsp://{host(4)}:{PORT}/nothing-here", "")]
    text = "Kameraliste;;;;\r\n\r\nKamera;Standort;RTSP-Adresse;Nebenstream;Seriennr\r\n"
    for n, row in enumerate(rows):
        text += ";".join(row) + f";=\"{n:04}\"\r\n"
    return write("list.csv", text.encode("latin-1"))


def begin_try():
    path = the_list()
    common = ("--ignore", "Seriennr", "--reason", "first list")
    done = run("feeds", "import", path, *common, "--dry-run")
    assert done.returncode == 0 and "7 added" in done.stdout, done
    assert "\"Standort\" is taken as site" in done.stderr and "taken as Windows-1252" in done.stderr, done
    wrong = write("wrong.csv", f"IP-Adresse;Benutzer;Kennwort\n{host(2)};admin;camwarden\n{host(3)};admin;{SECRET}\n")
    return begin("feeds", "import", path, *common, "--passwords", wrong, "--try", "--json"), path, common


def end_try(p):
    answer = answer_of(p)
    bad = {f["name"]: f["cause"] for f in answer["trial"]["not_seen"]}
    assert bad == {"Hof": "auth-failed", "Dach": "refused", "Keller": "not-found"}, answer["trial"]
    assert answer["added"] == 7 and answer["trial"]["seen"] == 4, answer
    got = feeds()
    got.pop("yard", None)
    assert len(got) == 7 and {n for n, f in got.items() if not f["enabled"]} == set(bad), got  # and none of the bad lists
    assert got["Tor Ost"]["url"].endswith("/f/ctl_rel/cam1") and got["Tor Ost"]["visit_s"] == 0, got
    assert got["Tor Ost (main)"]["visit_every_s"] == 1800, got
    assert got["Tor Süd"]["site"] == "Werk/Nord", got


def test_again(path, common):
    """Repaired: only what was not seen is tried, and counts now."""
    right = write("right.csv", f"device,user,password\n*,admin,camwarden\n{host(0)},,\n{host(1)},,\n")
    done = run("feeds", "import", path, *common, "--passwords", right, "--try", "--json")
    answer = json.loads(done.stdout)
    bad = {f["name"] for f in answer["trial"]["not_seen"]}
    assert bad == {"Dach", "Keller"} and feeds()["Hof"]["enabled"], answer["trial"]
    told = json.loads(run("feeds", "summary", "--json").stdout)
    assert told["off"] == 2 and told["feeds"] == 6, told
    done = run("feeds", "summary")
    assert done.returncode in (0, 1) and "feeds: " in done.stdout and "Werk/Nord" in done.stdout, done
    only = json.loads(run("feeds", "summary", "--site", "Werk/Nord", "--json").stdout)
    assert [s["site"] for s in only["sites"]] == ["Werk/Nord"] and only["feeds"] == 3, only
    same = run("feeds", "import", path, *common)
    assert "0 added, 0 changed" in same.stdout and not feeds()["Dach"]["enabled"], same  # off until it is seen


def test_export():
    out = write("export.csv", run("feeds", "list", "--csv").stdout)
    done = run("feeds", "import", out, "--dry-run")
    assert done.returncode == 0 and "0 added, 0 changed, 0 removed" in done.stdout and done.stderr == "", done


def begin_frigate():
    path = write("frigate.yml", "go2rtc:\n  streams:\n"
                 f"    yard: ['rtsp://admin:{{FRIGATE_PW}}@{host(5)}:{PORT}/f/auth_md5/cam5#video=copy', 'ffmpeg:yard#audio=aac']\n"
                 "cameras:\n  yard:\n    ffmpeg:\n      inputs:\n"
                 "        - {path: 'rtsp://127.0.0.1:8554/yard', roles: [detect, record]}\n")
    env = write("env", "# camera\nFRIGATE_PW='camwarden'\n")
    return begin("feeds", "import", path, "--site", "Home", "--env-file", env, "--try", "--wait=60", "--json", "--reason",
                 "moved here"), path


def end_frigate(p, path):
    answer = answer_of(p)
    assert answer["trial"]["seen"] == 1 and answer["added"] == 1, answer
    assert answer["summary"]["feeds"] == answer["summary"]["causes"]["up"] == 1 and answer["summary"]["off"] == 0, answer["summary"]
    assert feeds()["yard"]["url"] == f"rtsp://{host(5)}:{PORT}/f/auth_md5/cam5", feeds()
    assert run("feeds", "import", path, "--site", "Home", "--dry-run", env={"FRIGATE_PW": "camwarden"}).stdout.startswith(
        "dry run, nothing changed; feeds: 0 added, 0 changed")


def interrupted(ready, *args):
    """Ctrl-C once it is ready: what came of it, and it ends soon."""
    p = begin("feeds", "import", *args)
    until = time.monotonic() + 30
    while not ready(p):
        assert time.monotonic() < until and p.poll() is None, p.communicate()
        time.sleep(0.05)
    p.send_signal(signal.SIGINT)
    sent = time.monotonic()
    done = end(p)
    assert time.monotonic() - sent < 10, "it goes on"
    return done.returncode, done.stdout, done.stderr


def catches(p):
    with open(f"/proc/{p.pid}/status", encoding="ascii") as f:
        caught = next(line for line in f if line.startswith("SigCgt"))
    return int(caught.split()[1], 16) >> (signal.SIGINT - 1) & 1


def test_interrupted(monitor):
    """Amid the trial nothing is changed; amid the wait all of it is; amid the question it is one of both."""
    with socket.create_server(("127.0.0.1", 0)) as silent:
        silent.setblocking(False)
        path = write("slow.csv", f"name,url\nslow,rtsp://127.0.0.1:{silent.getsockname()[1]}/x\n")
        code, out, err = interrupted(lambda p: select.select([silent], [], [], 0)[0], path, "--try")
        assert code == 2 and out == "" and "stopped: nothing was changed" in err, (code, out, err)
        assert "slow" not in feeds()
        before = ask_monitor(STATE, command="status")["feeds"]
        code, out, err = interrupted(lambda p: ask_monitor(STATE, command="status")["feeds"] > before, path, "--wait=200")
        assert code == 1 and "1 added" in out and "1 not judged yet" in out and "the import stands" in err, (code, out, err)
        os.kill(monitor.process.pid, signal.SIGSTOP)
        code, out, err = interrupted(catches, write("late.csv", "name,url\nlate,rtsp://127.0.0.1:9/late\n"))
        os.kill(monitor.process.pid, signal.SIGCONT)
        assert code == 2 and "stopped before the monitor answered" in err, (code, out, err)
        assert "slow" in feeds()


def test_vendor():
    path = write("vendor.csv", "Camera;IP address;Make;Ch\nA;10.1.2.3:8554;HIKVISION DS-2CD;D2\nB;10.1.2.4;;\n")
    done = run("feeds", "import", path, "--vendor", "dahua", "--streams", "both", "--dry-run", "--json")
    urls = [f["to"] for c in json.loads(done.stdout)["changes"] if c["kind"] == "feed" for f in c["fields"] if f["field"] == "url"]
    assert urls == ["rtsp://10.1.2.3:8554/Streaming/Channels/202", "rtsp://10.1.2.3:8554/Streaming/Channels/201",
                    "rtsp://10.1.2.4/cam/realmonitor?channel=1&subtype=1",
                    "rtsp://10.1.2.4/cam/realmonitor?channel=1&subtype=0"], urls


def main():
    farm, monitor = start()
    trial, path, common = begin_try()
    frigate = begin_frigate()
    test_bad()
    test_encoding()
    test_vendor()
    end_try(trial)
    test_again(path, common)
    end_frigate(*frigate)
    test_export()
    test_interrupted(monitor)
    assert monitor.stop() == 0
    farm.kill()
    log = open(os.path.join(DIR, "log"), encoding="utf-8").read()
    assert SECRET not in log and "camwarden@" not in log, log
    intact(STATE)
    print("import: ok")


if __name__ == "__main__":
    main()
