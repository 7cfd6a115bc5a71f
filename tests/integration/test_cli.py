#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The command line: every mistake told with its place, nothing half-applied,
with a monitor and without; the control socket against clients that talk
rubbish, too much or too slowly; reload; exit codes."""
import json
import os
import signal
import socket
import stat
import struct
import subprocess
import time

import harness

STATE = harness.folder()
PORT = harness.free_port()
CONFIG = os.path.join(STATE, "camwarden.yaml")


def run(*argv, feed=None, state=STATE):
    p = subprocess.run([harness.program("camwarden"), *argv, "--state-dir", state],
                       input=feed, capture_output=True, text=True, timeout=60, check=False)
    return p.returncode, p.stdout, p.stderr


def expect(got, code, out=None, err=None):
    assert got[0] == code, got
    if out is not None:
        assert got[1] == out, (got[1], out)
    if err is not None:
        assert got[2] == err, (got[2], err)


def write(name, text, mode="w"):
    path = os.path.join(STATE, name)
    with open(path, mode) as f:
        f.write(text)
    return path


def test_help():
    code, out, _ = run("--help")
    assert code == 0
    for command in ("run", "check", "probe", "judge", "status", "incidents", "sites", "devices", "feeds"):
        assert f"\n  {command} " in out, command
        code, text, _ = run(command, "--help")
        assert code == 0 and text.lower().count("example") >= 1 and "exit" in text.lower(), command
    assert run("--version")[1].startswith("camwarden ")
    expect(run("stat"), 2, "", "camwarden: 'stat' is no command, did you mean 'status'?\nTry 'camwarden --help'.\n")
    expect(run("status", "--state", "sideways"), 2, "",
           "camwarden: 'sideways' is no state, expected up, degraded, down or unknown\n"
           "Try 'camwarden status --help'.\n")
    assert run("feeds")[0] == 2 and run("feeds", "dance")[0] == 2 and run("status", "--nonsense")[0] == 2


def test_bad_configuration():
    path = write("bad.yaml", "htpp:\n  port: 1\nsampling: {interval: 5}\nlog_level: info\nlog_level: info\n")
    expect(run("check", "--config", path), 1, "",
           f"{path}:1:1: unknown key 'htpp', did you mean 'http'?\n"
           f"{path}:3:22: '5' is not a value of sampling.interval, expected a time with a unit, like 10s or 250ms\n"
           f"{path}:5:1: 'log_level' given twice (first in line 4), expected once\n")
    for command in (["run"], ["status"], ["feeds", "list"]):
        assert run(*command, "--config", path)[0] == 2
    expect(run("check", "--config", "/nonexistent"), 1, "",
           "/nonexistent: No such file or directory, expected a readable file\n")
    sample = os.path.join(harness.ROOT, "fixtures", "camwarden.yaml")
    assert run("check", "--config", sample)[0] == 0
    assert run("run", "--listen", "0.0.0.0:80")[0] == 2


def test_check_certificate():
    def made(name, days):
        harness.certificate(STATE, name, "wall.example", "10.0.0.5", days)
        os.chmod(f"{STATE}/{name}.key", 0o600)

    def said(certificate, key, names="[wall.example, 10.0.0.5]"):
        path = write("tls.yaml", f"http:\n  certificate: {STATE}/{certificate}\n  key: {STATE}/{key}\n  names: {names}\n")
        code, _, err = run("check", "--config", path)
        assert code == (1 if err else 0), (code, err)
        return err

    made("good", 90)
    made("soon", 3)
    assert said("good.pem", "good.key") == "" == said("good.pem", "good.key", "wall.example")
    assert "not a certificate and its key" in said("good.pem", "soon.key")
    assert "expires in " in said("soon.pem", "soon.key")
    assert "No such file" in said("none.pem", "good.key")
    assert "http.names: other.example: " in said("good.pem", "good.key", "[wall.example, other.example]")
    os.chmod(f"{STATE}/good.key", 0o644)
    assert "everybody may read it" in said("good.pem", "good.key")


def test_check_reckons():
    rows = ["name,site,url,transport"] + [f"c{i},s,rtsp://10.0.0.{i}/x,tcp" for i in range(1, 101)]
    path = write("hundred.csv", "\n".join(rows) + "\n")
    code, out, _ = run("check", "--feeds", path, "--kbps", "1000", "--json")
    load = json.loads(out)
    assert code == 0 and load["ok"] and load["feeds"] == 100 and load["mbit_s"] == 100.0
    assert load["descriptors"] > 100 and load["memory_mib"] > 10
    rows = ["name,site,url"] + [f"c{i},s,http://10.0.0.{i}/x.mjpg" for i in range(1, 101)]
    path = write("demux.csv", "\n".join(rows) + "\n")
    code, _, err = run("check", "--feeds", path)
    assert code == 1 and "100 feeds need the demux probe, which has room for 64" in err, err
    # Refused at import too, with the number, and nothing of it done.
    code, _, err = run("feeds", "import", path)
    assert code == 1 and "room for 64" in err, err
    assert json.loads(run("feeds", "list", "--json")[1]) == []


def test_bad_csv(where):
    path = write("bad.csv", "name,site,url\n"
                            "a,s,rtsp://10.0.0.1/x\n"
                            "b,s,notaurl\n"
                            "c,s\n"
                            "a,s,rtsp://10.0.0.9/x\n")
    code, out, err = run("feeds", "import", path)
    lines = err.splitlines()
    assert code == 1 and out == "", (where, code, out, err)
    assert len(lines) == 3, (where, lines)
    for line, number in zip(lines, (3, 4, 5)):
        assert line.startswith(f"{path}:{number}:"), (where, lines)
    assert "expected" in lines[0], lines
    path = write("nul.csv", b"name,site,url\nx\x00y,s,rtsp://10.0.0.1/x\n", "wb")
    code, _, err = run("feeds", "import", path)
    assert code == 1 and err.startswith(f"{path}:2:2: "), (where, err)
    assert "a" not in [f["name"] for f in json.loads(run("feeds", "list", "--json")[1])]


def test_import(where, prefix):
    rows = f"name,site,url,tags\n{prefix}1,North/Gate,rtsp://u:secret@10.0.0.1/x,\n{prefix}2,North,rtsp://10.0.0.2/x,door\n"
    path = write("good.csv", rows)
    code, out, _ = run("feeds", "import", path, "--dry-run")
    assert code == 0 and "2 added" in out and f"added feed North/Gate/{prefix}1" in out, (where, out)
    names = [f["name"] for f in json.loads(run("feeds", "list", "--json")[1])]
    assert f"{prefix}1" not in names
    assert "feeds: 2 added, 0 changed, 0 removed, 0 unchanged" in run("feeds", "import", path)[1]
    for again in (run("feeds", "import", path), run("feeds", "import", "-", feed=rows)):
        expect((again[0], again[1].splitlines()[0]), 0, "feeds: 0 added, 0 changed, 0 removed, 2 unchanged")
        assert again[1].endswith(" Mbit/s expected of all feeds\n") and again[1].count("\n") == 2, (where, again)
    everything = run("feeds", "list")[1] + run("feeds", "list", "--json")[1] + run("feeds", "list", "--csv")[1] + \
        run("devices", "list", "--json")[1] + run("devices", "list", "--csv")[1]
    assert "secret" not in everything
    # What list --csv prints imports again and changes nothing.
    again = run("feeds", "import", "-", feed=run("feeds", "list", "--csv")[1])
    assert again[0] == 0 and "0 added, 0 changed, 0 removed" in again[1], (where, again)
    code, _, err = run("feeds", "add", "name=z", "site=North", "url=rtsp://u:p@10.0.0.3/x")
    assert code == 2 and "process list" in err
    secret = write("password", "hush\n")
    code, out, err = run("feeds", "add", f"name={prefix}'3, \"x\"", "site=North", "url=rtsp://10.0.0.3/x", "user=u",
                         "--password-file", secret)
    assert code == 0 and "1 added" in out, (where, out, err)
    assert run("feeds", "remove", f"North/{prefix}'3, \"x\"")[0] == 0
    assert run("feeds", "remove", f"North/Gate/{prefix}1")[0] == 0
    code, _, err = run("feeds", "remove", "North/none")
    assert code == 1 and "North/none" in err or "none" in err, (where, code, err)
    assert run("feeds", "remove", f"North/{prefix}2")[0] == 0


def control(data, seconds=2.0, step=None):
    """What the control socket answers to these bytes, until it closes."""
    out = b""
    with socket.socket(socket.AF_UNIX) as s:
        s.settimeout(seconds)
        s.connect(os.path.join(STATE, "control.sock"))
        try:
            if step:
                for byte in data:
                    s.sendall(bytes([byte]))
                    time.sleep(step)
            else:
                s.sendall(data)
        except OSError:
            pass
        try:
            while True:
                chunk = s.recv(65536)
                if not chunk:
                    break
                out += chunk
        except OSError:
            pass
    return out


def frame(text, blob=b"", lengths=None):
    text = text.encode()
    return b"CWC1" + struct.pack("<II", *(lengths or (len(text), len(blob)))) + text + blob


def test_control_socket():
    path = os.path.join(STATE, "control.sock")
    assert stat.S_IMODE(os.stat(path).st_mode) == 0o600
    ok = frame('{"command":"status"}')
    assert b'"ok":true' in control(ok)
    assert b'"ok":true' in control(ok, step=0.002)
    assert control(b"GET / HTTP/1.1\r\n\r\n") == b""
    assert b"too long" in control(frame("", lengths=(1 << 20, 0)))
    assert b"too long" in control(frame("", lengths=(0, 0xffffffff)) + b"x" * 300000)
    for text in ("", "[]", "{", '{"command":"dance"}', '{"command":7}', "[" * 3000, '{"command":"change","right":"import","body":{"table":"x"}}',
                 '{"command":"change","right":"feeds.retry","body":{}}', '{"command":"change"}', '{"command":"a","command":"b"}',
                 '{"command":"status","reason":"%s"}' % ("r" * 600)):
        answer = control(frame(text))
        assert b'"ok":false' in answer, (text[:40], answer)
    # Seventeen that say nothing: the sixteen places are taken, the CLI waits
    # for one, and gets it when they leave.
    held = []
    for _ in range(17):
        s = socket.socket(socket.AF_UNIX)
        s.connect(path)
        held.append(s)
    time.sleep(0.2)
    for s in held:
        s.close()
    assert b'"ok":true' in control(ok)
    # One that asks and leaves.
    with socket.socket(socket.AF_UNIX) as s:
        s.connect(path)
        s.sendall(frame('{"command":"change","right":"import","body":{"table":"feeds","dry_run":true}}', b"name,site,url\nq,s,rtsp://10.1.1.1/x\n"))
    assert b'"ok":true' in control(ok)


def test_reload(monitor):
    write("camwarden.yaml", f"http: {{port: {PORT}}}\nconnect: {{loopback_only: true, backoff_max: nonsense}}\n")
    os.kill(monitor.process.pid, signal.SIGHUP)
    monitor.wait_line(lambda line: "camwarden.yaml:2:45: 'nonsense' is not a value of connect.backoff_max" in line, 5)
    monitor.wait_line(lambda line: "the new configuration is refused" in line, 5)
    write("camwarden.yaml", f"http: {{port: {PORT}}}\nconnect: {{loopback_only: true, backoff_max: 5s}}\n")
    os.kill(monitor.process.pid, signal.SIGHUP)
    monitor.wait_line(lambda line: "configuration read again" in line, 5)


def test_dead_monitor():
    code, out, _ = run("status")
    assert code == 3 and "The monitor does not run" in out, (code, out)
    code, out, _ = run("status", "--json")
    status = json.loads(out)
    assert code == 3 and status["alive"] is False and status["monitor"] is None
    assert status["states"]["up"] == 0
    assert {f["state"] for f in status["feeds"]} == {"unknown"}, out
    assert run("incidents")[0] == 3


def main():
    write("camwarden.yaml", f"http: {{port: {PORT}}}\nconnect: {{loopback_only: true}}\n")
    assert run("status")[0] == 2  # no database yet
    for test, arguments in ((test_help, ()), (test_bad_configuration, ()), (test_check_certificate, ()), (test_check_reckons, ()),
                            (test_bad_csv, ("without a monitor",)), (test_import, ("without a monitor", "off"))):
        test(*arguments)
        print(f"{test.__name__}: ok", flush=True)
    monitor = harness.Child([harness.program("camwarden"), "run", "--config", CONFIG, "--state-dir", STATE],
                            stderr=subprocess.STDOUT)
    monitor.wait_line(lambda line: "status page" in line, 10)
    code, _, err = run("run", "--config", CONFIG)
    assert code == 2, (code, err)  # one monitor only
    run("feeds", "import", "-", feed="name,site,url\nlasting,s,rtsp://127.0.0.1:9/x\n")
    for test, arguments in ((test_bad_csv, ("by the monitor",)), (test_import, ("by the monitor", "on")),
                            (test_control_socket, ()), (test_reload, (monitor,))):
        test(*arguments)
        print(f"{test.__name__}: ok", flush=True)
    code, out, _ = run("status", "--json")
    status = json.loads(out)
    assert code in (0, 1) and status["alive"] and status["monitor"]["feeds"] == 1, out
    assert monitor.stop() == 0
    assert not os.path.exists(os.path.join(STATE, "control.sock"))
    time.sleep(3.2)
    test_dead_monitor()
    print("test_dead_monitor: ok")
    harness.intact(STATE)


if __name__ == "__main__":
    main()
