#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""A browser keeps the log-in's cookie, though it is `Secure` and the server
speaks plain HTTP: loopback counts as safe. By address and by name; it follows
the live stream with it, pages of other origins get nothing, scripts don't see
it. About 6 s.
LABEL: light"""
import os

import harness
from browser import Browser

BUILD = os.environ.get("CAMWARDEN_BUILD", os.path.join(harness.ROOT, "build"))
FAKE = os.path.join(BUILD, "tests", "camwarden-fake")
PORT = harness.free_port()
LOG_IN = """(async () => {
  const say = (path, body) => fetch(path, { method: "POST", body: JSON.stringify(body),
    headers: { "Content-Type": "application/json", "X-Camwarden": "1" } });
  const before = (await fetch("/api/v1/wall")).status;
  const login = (await say("/api/v1/login", { user: "admin", password: "a fleet of paper" })).status;
  const after = (await fetch("/api/v1/wall")).status;
  const stream = await new Promise(done => {
    const e = new EventSource("/api/v1/events");
    e.addEventListener("pulse", () => { e.close(); done("pulse"); });
    e.onerror = () => { e.close(); done("error"); };
  });
  const other = await fetch(location.href.replace("%s", "%s"), { credentials: "include" }).then(r => r.status, () => "refused");
  const seen = document.cookie;
  const logout = (await say("/api/v1/logout", {})).status;
  const last = (await fetch("/api/v1/wall")).status;
  return [before, login, after, stream, other, seen, logout, last];
})()"""


def main():
    if not os.path.exists(FAKE):
        harness.skip("camwarden-fake is not built")
    fake = harness.Child([FAKE, "run", "--state-dir", harness.folder(), "--listen", f"127.0.0.1:{PORT}"])
    harness.wait_port(PORT)
    browser = Browser()
    for host, other in (("127.0.0.1", "localhost"), ("localhost", "127.0.0.1")):
        page = browser.page(f"http://{host}:{PORT}/icon.svg")
        got = page.run(LOG_IN % (host, other))
        assert got == [401, 200, 200, "pulse", "refused", "", 204, 401], (host, got)
        print(f"{host}: {got}", flush=True)
    browser.close()
    assert fake.stop() == 0


if __name__ == "__main__":
    main()
