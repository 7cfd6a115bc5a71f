#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Cameras are found by ONVIF and asked where they stream: by a search of the
network (multicast) and of named addresses, with each way to log in, in each
dialect; a wrong password goes out once; the CSV is imported, twice without a
change, and its streams open. In a network of its own. About 15 s. LABEL: light"""
import json
import os
import subprocess
import sys
import time

from harness import ROOT, Child, certificate, folder, own_network, program, small_films

sys.path.insert(0, os.path.join(ROOT, "fixtures/onvif"))
from onvif_farm import Device, Farm  # noqa: E402

own_network("ip link set lo multicast on", "ip route add 239.0.0.0/8 dev lo")
DIR = folder()
PASSWORD = "Gartenkanarie7"


def camwarden(*args, password=PASSWORD, code=None):
    env = dict(os.environ, CAMWARDEN_PASSWORD=password)
    p = subprocess.run([program("camwarden"), *args], text=True, capture_output=True, timeout=120, env=env)
    assert code is None or p.returncode == code, (args, p)
    assert password not in p.stdout + p.stderr, p
    return p


def discover(*args, code=None):
    """{address: device} of what was found."""
    p = camwarden("devices", "discover", "--json", *args, code=code)
    told = json.loads(p.stdout)
    return {d["address"] if d["port"] in (80, 443) else f"{d['address']}:{d['port']}": d for d in told["devices"]}, told


def is_well(d, login):
    assert d["state"] == "well" and d["login"] == login, d


# --- the devices; behind the first two stand real streams

farm = Child([program("camfarm"), "--set", small_films(), "--hosts", "2", "--net", "61", "--port", "554", "--seconds",
              "110", "--no-tls", "--auth", "md5", "--user", "admin", "--password", PASSWORD])
farm.wait_line(lambda line: "ready" in line, 20)
tls = certificate(DIR)


def device(n, **options):
    options.setdefault("rtsp", lambda camera, stream: f"rtsp://127.61.0.{n}:554/cam{n - 1}?{stream}")
    return Device(f"127.61.0.{n}", options.pop("port", 80), "admin", options.pop("password", PASSWORD), **options)


def of_recorder(camera, stream):
    return f"rtsp://127.61.0.3/ch{camera}/{stream}"


devices = Farm([
    device(1, login="digest", name="Gate 1", ptz=True),
    device(2, login="token", clock_s=-2 * 86400, media="1"),
    device(3, login="both", cameras=3, media="2", name="Recorder", model="R<3>", rtsp=of_recorder),
    device(4, login="sha256", faults=["two_xaddrs"]),
    device(5, login="none", faults=["inner", "no_services", "no_clock", "no_identity"], media="1"),
    device(6, login="basic"),
    device(7, login="digest", password="another"),
    device(8, login="token", password="another"),
    device(9, login="digest", faults=["silent"]),
    device(10, faults=["printer"]),
    device(11, faults=["stray"]),
    device(12, faults=["other_xaddr", "login_uri"], port=8080),
    device(14, login="digest", faults=["relative", "prefixes", "chunked"]),
    device(15, login="token", faults=["moved", "soap11_login"], media="1"),
    device(13, certificate=tls, key=tls.replace(".pem", ".key"), port=443, login="basic", old_tls=True),
], interface="127.0.0.1")
six = Farm([Device("::1", 8081, "admin", PASSWORD, media="1")])

# --- a search of the network

found, told = discover("--interface", "lo", "--user", "admin", "--wait", "1.5", code=1)
assert sorted(found) == sorted(["127.61.0.%d" % n for n in (1, 2, 3, 4, 5, 6, 7, 8, 13, 14, 15)] + ["127.61.0.12:8080"]), sorted(found)
assert told["whole"] and told["search"]["no_cameras"] >= 1 and told["search"]["strays"] >= 1, told["search"]
first = found["127.61.0.1"]
is_well(first, "digest")
assert first["name"] == "Gate 1" and first["found"] and first["manufacturer"] == "Camfarm & Sons", first
assert first["cameras"] == [{"main": "rtsp://127.61.0.1/cam0?main", "sub": "rtsp://127.61.0.1/cam0?sub", "ptz": True}], first
assert [p["encoding"] for p in first["profiles"]] == ["H265", "H265"] and first["profiles"][0]["width"] == 1920, first
is_well(found["127.61.0.2"], "token")
assert abs(found["127.61.0.2"]["clock_offset_ms"] + 2 * 86400000) < 3000, found["127.61.0.2"]
is_well(found["127.61.0.3"], "digest")
assert len(found["127.61.0.3"]["cameras"]) == 3 and found["127.61.0.3"]["model"] == "R<3>", found["127.61.0.3"]
is_well(found["127.61.0.4"], "digest")
assert "said_host" not in found["127.61.0.4"]
inner = found["127.61.0.5"]
is_well(inner, "none")
assert inner["said_host"] == "192.168.1.64" and "clock_offset_ms" not in inner, inner
assert inner["profiles"][0]["url"] == "rtsp://127.61.0.5/onvif/0/main", inner
assert inner["profiles"][0]["said_host"] == "192.168.1.64", inner
assert found["127.61.0.6"]["state"] == "login-needed" and "--basic" in found["127.61.0.6"]["detail"], found["127.61.0.6"]
assert found["127.61.0.7"]["state"] == found["127.61.0.8"]["state"] == "login-wrong", found["127.61.0.7"]
other = found["127.61.0.12:8080"]
assert other["said_host"] == "198.51.100.9" and "Leckkanarie" not in json.dumps(told), other
is_well(found["127.61.0.13"], "basic")  # over TLS
is_well(found["127.61.0.14"], "digest")
assert found["127.61.0.14"]["profiles"][0]["encoding"] == "H265" and "said_host" not in found["127.61.0.14"], found["127.61.0.14"]
is_well(found["127.61.0.15"], "token")
# A wrong password went out once; each is asked by one connection; nobody is asked by more than is found.
for d in devices.devices:
    assert d.wrong() == (1 if d.password == "another" else 0), (d.address, d.log)
    assert d.open_most <= 1, (d.address, d.open_most)
assert not devices["127.61.0.10"].log and not devices["127.61.0.9"].log, "not found, yet asked"
assert [o for _, o, _ in devices["127.61.0.1"].log] == \
    ["GetSystemDateAndTime", "GetServices"] + 2 * ["GetDeviceInformation"] + ["GetProfiles"] + 2 * ["GetStreamUri"]

# --- named addresses: ranges are searched, a single one is asked though it says nothing

found, told = discover("127.61.0.8-10", "127.61.0.30", "--wait", "0.5", code=1)
assert sorted(found) == ["127.61.0.30", "127.61.0.8"], sorted(found)
assert found["127.61.0.30"]["state"] == "refused" and found["127.61.0.8"]["state"] == "login-needed", found
found, told = discover("127.61.0.9", "[::1]:8081", "https://127.61.0.13/onvif/device_service", "http://127.61.0.1/nothing",
                       "localhost:8082", "--user", "admin", "--wait", "0.5", code=1)
is_well(found["127.61.0.9"], "digest")
is_well(found["::1:8081"], "digest")
assert found["::1:8081"]["cameras"][0]["sub"] == "rtsp://[::1]/onvif/0/sub", found["::1:8081"]
is_well(found["127.61.0.13"], "basic")
assert found["127.61.0.1"]["state"] == "no-onvif" and "404" in found["127.61.0.1"]["detail"], found["127.61.0.1"]
begin = time.monotonic()
found, _ = discover("127.61.0.5", "127.61.0.6", "--user", "admin", "--basic", "--keep-host", "--wait", "60", code=0)
assert time.monotonic() - begin < 30, "all have answered: nobody is waited for"
is_well(found["127.61.0.6"], "basic")
assert found["127.61.0.5"]["profiles"][0]["url"] == "rtsp://192.168.1.64/onvif/0/main", found["127.61.0.5"]

# --- each with its own password

passwords = os.path.join(DIR, "passwords.csv")
with open(passwords, "w") as f:
    f.write("Dispositivo;Usuario;Contraseña\n127.61.0.7;admin;another\nGate 8;;\n*;admin;" + PASSWORD + "\n")
found, _ = discover("127.61.0.1", "127.61.0.7", "--passwords", passwords, code=0)
is_well(found["127.61.0.7"], "digest")
is_well(found["127.61.0.1"], "digest")
assert devices["127.61.0.7"].wrong() == 1  # as before
p = camwarden("devices", "discover", "127.61.0.1", "--passwords", os.path.join(DIR, "none.csv"), code=2)
assert "none.csv" in p.stderr, p
with open(os.path.join(DIR, "odd.csv"), "w") as f:
    f.write(f"device,user,password,colour\n*,admin,{PASSWORD}\n")
p = camwarden("devices", "discover", "127.61.0.1", "--passwords", os.path.join(DIR, "odd.csv"), code=2)
assert "colour" in p.stderr, p

# --- for people, and as rows that are imported

p = camwarden("devices", "discover", *(f"127.61.0.{n}" for n in (1, 2, 5, 7, 8, 12)), "--user", "admin", code=1)
for words in ("Gate 1", "2 d behind", "1 ptz", "wrong password: it refuses this user or password (tried once)",
              "its services name another host, 192.168.1.64", "(--keep-host keeps it)", "has a login in its URL"):
    assert words in p.stdout, (words, p.stdout)
assert "2 wrong password" in p.stderr, p.stderr
p = camwarden("devices", "discover", "127.61.0.1-3", "--user", "admin", "--csv", "--site", "North", code=0)
table, config = os.path.join(DIR, "found.csv"), os.path.join(DIR, "camwarden.yaml")
with open(table, "w") as f:
    f.write(p.stdout)
with open(config, "w") as f:
    f.write(f"state_dir: {DIR}/state\n")
camwarden("feeds", "import", table, "--passwords", passwords, "--config", config, "--reason", "found", code=0)
feeds = camwarden("feeds", "list", "--csv", "--config", config, code=0).stdout
assert feeds.count("\n") == 1 + 2 * 5 and "North,Gate 1 (main),127.61.0.1,rtsp://127.61.0.1/cam0?main,auto,20s/1800s" in feeds, feeds
again = json.loads(camwarden("feeds", "import", table, "--config", config, "--dry-run", "--json", code=0).stdout)
assert again["added"] == again["changed"] == again["removed"] == 0, again
told = [json.loads(line) for line in
        camwarden("probe", "rtsp://127.61.0.1/cam0?sub", "--user", "admin", "--for", "4", "--json").stdout.splitlines()]
assert told[-1]["summary"]["codec"] == "h264", told[-1]

# --- mistakes

for wrong, words in ((["10.0.0.0/8"], "4096"), (["http://a:b@127.0.0.1/"], "--user"), (["--interface", "none0"], "has that name"),
                     (["--at-once", "0", "127.0.0.1"], "1 to 64"), (["nobody.invalid"], "nobody.invalid")):
    p = camwarden("devices", "discover", *wrong, code=2)
    assert words in p.stderr, (wrong, p)
print("found, asked, imported")
