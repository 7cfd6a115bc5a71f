#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Devices that lie, flood, never end or point elsewhere: each is named, the
others are asked all the same, in bounded time and memory; no password and no
connection goes to a host that was not asked, nothing of this machine comes back.
A process that asks and dies, or lies, takes nothing along. In a network of its
own. About 25 s. LABEL: light"""
import json
import os
import random
import re
import signal
import socket
import struct
import subprocess
import sys
import threading
import time

from harness import ROOT, folder, own_network, probe_of, program

sys.path.insert(0, os.path.join(ROOT, "fixtures/onvif"))
from onvif_farm import Device, Farm  # noqa: E402

# Where the liars point to is here, so that whoever went there would be seen.
own_network("ip addr add 198.51.100.7/32 dev lo", "ip addr add 198.51.100.9/32 dev lo",
            "ip addr add 192.168.1.64/32 dev lo")
random.seed(1)
PASSWORD = "Gartenkanarie7"
SANITIZED = "asan" in os.environ.get("CAMWARDEN_BUILD", "")
ENV = dict(os.environ, CAMWARDEN_PASSWORD=PASSWORD)
seen = []


def trap(address, port):
    s = socket.create_server((address, port))

    def wait():
        while True:
            c, _ = s.accept()
            seen.append((address, port, c.recv(4000)))
    threading.Thread(target=wait, daemon=True).start()


for address, port in (("198.51.100.7", 80), ("198.51.100.9", 80), ("192.168.1.64", 80), ("192.168.1.64", 8000),
                      ("127.0.0.1", 9), ("127.0.0.1", 80)):
    trap(address, port)

# fault: (state, words in its detail)
EXPECTED = {
    "huge": ("broken", "longer than 2 MiB"), "huge_headers": ("broken", "longer than 64 KiB"),
    "lies_length": ("broken", "doesn't end"), "laughs": ("no-onvif", "document type"),
    "external": ("no-onvif", "document type"), "deep": ("no-onvif", "nested too deep"),
    "wide": ("no-onvif", "16 KiB"), "utf16": ("no-onvif", "UTF-16"), "html": ("no-onvif", "document type"),
    "empty": ("no-onvif", "empty"), "zeros": ("no-onvif", "empty"), "hang": ("silent", "no answer"),
    "drip": ("broken", "doesn't end"), "cut": ("broken", ""), "not_found": ("no-onvif", "404"),
    "redirect": ("broken", "http://198.51.100.7/onvif/device_service"), "redirect_file": ("broken", "file:///etc/passwd"),
    "elsewhere": ("well", ""), "inner": ("well", ""), "bad_utf8": ("well", ""), "no_services": ("well", ""),
    "no_capabilities": ("broken", "GetCapabilities: ActionNotSupported"), "soap11": ("broken", "Client: what?"),
    "no_uri": ("broken", "none of its profiles"), "bad_uri": ("broken", "none of its profiles"),
    "no_profiles": ("broken", "no profile"), "many": ("well", ""), "always_401": ("login-wrong", "tried once"),
    "flood": ("well", ""), "noise": ("well", ""), "laughs_udp": ("well", ""), "other_xaddr": ("well", ""),
    "login_uri": ("well", ""), "always_stale": ("login-wrong", "tried once"), "gzip": ("no-onvif", "compressed"),
}
MORE = {"no_capabilities": ["no_services"], "soap11": ["no_services", "no_capabilities"]}
farm = {}
for n, name in enumerate(EXPECTED, 1):
    port = 81 if name == "other_xaddr" else 80
    farm[name] = Device(f"127.63.0.{n}", port, "admin", PASSWORD, faults=[name, *MORE.get(name, [])],
                        rtsp=lambda c, s, n=n: f"rtsp://127.63.0.{n}/{c}/{s}")
# Those that a search may find are only found by it; the others are asked in any case.
Farm(farm.values())


def rss_mib(pid):
    with open(f"/proc/{pid}/status", encoding="ascii") as f:
        return next(int(line.split()[1]) // 1024 for line in f if line.startswith("VmHWM"))


def start(*args):
    return subprocess.Popen([program("camwarden"), "devices", "discover", *args], text=True, stdout=subprocess.PIPE,
                            stderr=subprocess.PIPE, env=ENV)


began, most, locked = time.monotonic(), 0, None
p = start("--user", "admin", "--json", "--timeout", "4", "--wait", "1", "--at-once", "16",
          *(d.address if d.port == 80 else f"{d.address}:{d.port}" for d in farm.values()))
out = []
reader = threading.Thread(target=lambda: out.append(p.communicate()), daemon=True)
reader.start()
while reader.is_alive():
    pid = probe_of(p.pid, "device")
    if pid:
        try:
            most = max(most, rss_mib(pid))
            with open(f"/proc/{pid}/status", encoding="ascii") as f:
                locked = "Seccomp:\t2" in f.read() or locked
        except (OSError, StopIteration):
            pass
    time.sleep(0.2)
took = time.monotonic() - began
assert p.returncode == 1, out
told = json.loads(out[0][0])
found = {d["address"]: d for d in told["devices"]}
for name, (state, words) in EXPECTED.items():
    d = found[farm[name].address]
    assert d["state"] == state and words in d.get("detail", ""), (name, d)
    assert farm[name].wrong() <= 1, (name, farm[name].log)
    for profile in d["profiles"]:
        assert profile["url"] is None or profile["url"].startswith(f"rtsp://{d['address']}"), profile
assert told["whole"] and locked
many = found[farm["many"].address]
assert len(many["profiles"]) == 1024 and many["profiles_more"] == 1200 - 1024, many["profiles_more"]
assert found[farm["bad_utf8"].address]["model"] == "??? M1", found[farm["bad_utf8"].address]
assert found[farm["elsewhere"].address]["said_host"] == "198.51.100.7"
passed = [w["why"] for w in told["passed_over"]]
assert any("document type" in w for w in passed) and any("no XML" in w for w in passed), passed
assert told["search"]["replies"] >= 100, told["search"]  # of the flood, what a socket's buffer holds at least
text = json.dumps(told) + out[0][1]
assert "root:" not in text and PASSWORD not in text and "Leckkanarie" not in text
assert not seen, f"somebody else was asked: {seen}"
print(f"{len(EXPECTED)} of {len(EXPECTED)} named in {took:.1f} s, at most {most} MiB")
assert took < 60 and (SANITIZED or most < 120), (took, most)

# --- it dies midway: what was told by then is told, and that it is not all

p = start("--user", "admin", "--timeout", "60", "--wait", "1", "127.63.0.18", farm["hang"].address)
end = time.monotonic() + 20
while not farm["elsewhere"].log or not [o for _, o, _ in farm["hang"].log if o][1:]:
    assert time.monotonic() < end
    time.sleep(0.05)
time.sleep(0.5)
os.kill(probe_of(p.pid, "device"), signal.SIGKILL)
o, e = p.communicate(timeout=20)
assert p.returncode == 1 and "was lost" in e and "not all were asked" in e, (p.returncode, e)

# --- Ctrl-C: the same, at once

p = start("--user", "admin", "--timeout", "60", "--wait", "1", farm["hang"].address)
time.sleep(1)
p.send_signal(signal.SIGINT)
o, e = p.communicate(timeout=5)
assert p.returncode == 1 and "not all were asked" in e, (p.returncode, e)

# --- taken over: it says what it likes on the channel, and is not believed

DIR = folder()
CHECK = int(re.search(r"CHANNEL_CHECK (0x[0-9a-f]+)", open(f"{ROOT}/common/channel.c").read())[1], 16)


def message(kind, body=b""):
    return struct.pack("<IHHI", len(body), kind, 0, CHECK) + body


WORD = bytes(17) + struct.pack("<H", 2) + b"ha"
LIES = [b"x" * 4096, struct.pack("<IHHI", 1 << 30, 310, 0, CHECK), message(999), message(310, b"abcd"), message(311),
        message(313, b"1"), message(314, b"1"), message(312, WORD + b"!"), message(312, WORD) * 1001]
for n, lie in enumerate(LIES):
    os.makedirs(f"{DIR}/{n}", exist_ok=True)
    liar = f"{DIR}/{n}/camwarden-device"
    with open(liar, "w") as f:
        f.write(f"#!/usr/bin/env python3\nimport os, time\nos.write(3, {lie!r})\ntime.sleep(20)\n")
    os.chmod(liar, 0o755)
    with open(f"{DIR}/camwarden.yaml", "w") as f:
        f.write(f"state_dir: {DIR}/state\nprogram_dir: {DIR}/{n}\n")
    done = subprocess.run([program("camwarden"), "devices", "discover", "--config", f"{DIR}/camwarden.yaml", "127.63.0.1"],
                          text=True, capture_output=True, timeout=15, env=ENV)
    assert done.returncode == 1 and "was lost" in done.stderr and "0 devices" in done.stderr, (n, done)
print("nobody else was asked, and who lies is not believed")
