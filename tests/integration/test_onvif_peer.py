#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The simulated ONVIF devices against a client of others (npm's `onvif`), which
is told the same by them as `camwarden devices discover`: what we find true of
them is no misunderstanding of our own. In a network of its own. About 10 s.
LABEL: light"""
import json
import os
import subprocess
import sys

from harness import ROOT, folder, own_network, program, skip

sys.path.insert(0, os.path.join(ROOT, "fixtures/onvif"))
from onvif_farm import Device, Farm  # noqa: E402

own_network()
MODULES = os.path.join(os.environ.get("CAMWARDEN_BUILD") or folder(), "web-tests")
if not os.path.isdir(os.path.join(MODULES, "node_modules/onvif")):
    skip("npm's onvif is not there (web_prepare)")
PASSWORD = "Gartenkanarie7"
CLIENT = """
const { Cam } = require("onvif");
const [host, password] = process.argv.slice(1);
new Cam({ hostname: host, port: 80, username: "admin", password, timeout: 30000 }, function (error) {
  if (error) return console.log(JSON.stringify({ error: String(error) }));
  this.getDeviceInformation((failed, info) => {
    const wanted = this.profiles.filter((p) => p.videoEncoderConfiguration || (p.configurations || {}).videoEncoder);
    const urls = {};
    let left = wanted.length;
    for (const p of wanted)
      this.getStreamUri({ protocol: "RTSP", profileToken: p.$.token }, (wrong, stream) => {
        urls[p.$.token] = wrong ? String(wrong) : stream.uri;
        if (--left === 0) console.log(JSON.stringify({ info, urls }));
      });
  });
});
"""

DEVICES = [
    Device("127.64.0.1", 80, "admin", PASSWORD, login="digest", ptz=True),
    Device("127.64.0.2", 80, "admin", PASSWORD, login="token", media="1", clock_s=-86400),
    Device("127.64.0.3", 80, "admin", PASSWORD, login="both", media="1", cameras=2, model="R&1"),
    Device("127.64.0.4", 80, "admin", "another", login="digest"),
]
Farm(DEVICES)
p = subprocess.run([program("camwarden"), "devices", "discover", "--user", "admin", "--json", "--wait", "0.5", "--timeout", "60",
                    *(d.address for d in DEVICES)], text=True, capture_output=True, timeout=120,
                   env=dict(os.environ, CAMWARDEN_PASSWORD=PASSWORD))
ours = {d["address"]: d for d in json.loads(p.stdout)["devices"]}
peers = [subprocess.Popen(["node", "-e", CLIENT, d.address, PASSWORD], cwd=MODULES, text=True, stdout=subprocess.PIPE)
         for d in DEVICES]
for device, peer in zip(DEVICES, peers):
    told = json.loads(peer.communicate(timeout=120)[0])
    d = ours[device.address]
    if device.password != PASSWORD:
        assert "error" in told and d["state"] == "login-wrong", (told, d)
        continue
    assert d["state"] == "well", d
    assert told["info"]["model"] == d["model"] and told["info"]["serialNumber"] == d["serial"], (told, d)
    # The usual port is left out by us.
    assert {k: u.replace(":554/", "/") for k, u in told["urls"].items()} == \
        {s["profile"]: s["url"] for s in d["profiles"]}, (told, d)
    print(f"{device.address}: {len(told['urls'])} streams, as another client says")
