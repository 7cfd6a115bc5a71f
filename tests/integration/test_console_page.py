#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The console's page in headless Chromium, end to end: enrolled by its link,
attended by real pointer events, not by a script's; hidden and back; a prompt
with fresh pictures answered by eye (this test compares them with the feed's
own); the own record and a dispute. About 200 s.
LABEL: light"""
import json
import os
import time

from browser import Browser
from harness import intact
from watchers import AGENTS, DIR, STATE, console, open_page, post, prepare, run, start_farm, start_monitor, token_of, wait, write

IDLE_S = 20
PROMPT_S = 60  # the least that can be declared


def work(page, seconds, keys=True, until=lambda: False):
    """As a person does: here and there, with pauses, now and then a key."""
    end, step = time.monotonic() + seconds, 0
    while time.monotonic() < end and not until():
        step += 1
        for i in range(1 + step * 7 % 5):
            page.move(200 + (step * 37 + i * 11) % 500, 500 + (step * 53 + i * i * 3) % 200)
            time.sleep(0.012 + 0.005 * (i * step % 4))
        if keys and step % 4 == 0:
            page.key("abcdefg"[step % 7])
        time.sleep((1 + step * 13 % 7) * (0.08 if keys else 0.8))


def state():
    c = console("Desk 1")
    return c["presence"], c["why"]


def bytes_of(page, selector):
    """The picture on the page, as its pixels."""
    return page.run(f"""(async () => {{
      const i = document.querySelector({selector!r}), c = document.createElement("canvas");
      c.width = 64; c.height = 36;
      const g = c.getContext("2d"); g.drawImage(i, 0, 0, 64, 36);
      return Array.from(g.getImageData(0, 0, 64, 36).data).filter((_, n) => n % 4 == 1);
    }})()""")


def looked_up(page, feed):
    """The feed's newest thumbnail, through the status page's own server."""
    with open_page(f"/api/v1/feeds/{feed['id']}/thumbnail.png") as r:
        png = r.read()
    import base64
    return page.run(f"""(async () => {{
      const i = new Image(), c = document.createElement("canvas");
      i.src = "data:image/png;base64,{base64.b64encode(png).decode()}"; await i.decode();
      c.width = 64; c.height = 36;
      const g = c.getContext("2d"); g.drawImage(i, 0, 0, 64, 36);
      return Array.from(g.getImageData(0, 0, 64, 36).data).filter((_, n) => n % 4 == 1);
    }})()""")


def apart(a, b):
    return sum(abs(x - y) for x, y in zip(a, b)) / len(a)


def wait_prompt(page, seconds):
    wait("a question", seconds, lambda: page.shown("#prompt") and page.run("document.querySelectorAll('#pictures img').length") == 4)
    page.picture(os.path.join(DIR, "prompt.png"))
    return page.text("#question")


def main():
    prepare()
    farm = start_farm(6, 48)
    monitor, feeds = start_monitor(6)
    consoles = write("consoles.csv", "console,room,site,idle_after_s,prompt_after_s\n"
                     f"Desk 1,Room A,{feeds[0]['site']},{IDLE_S},{PROMPT_S}\n")
    screens = write("screens.csv", "screen,console,confirmed_by\nScreen 1,Desk 1,vms\n")
    run("consoles", "import", consoles, screens)
    token, vms = token_of("Desk 1", "--kind", "browser"), token_of("--kind", "vms")
    browser = Browser()
    page = browser.page(f"https://127.0.0.1:{AGENTS}/console")
    wait("asks for a token", 15, lambda: page.shown("#enrol"))
    page.run("location.href = '/console#" + token + "'; location.reload()")
    wait("enrolled", 15, lambda: page.text("#pulse") == "reporting")
    assert token not in page.run("location.href"), "the token doesn't stay in the address"
    wait("its record is shown", 30, lambda: page.text("#name") == "Desk 1")

    # --- a script's events are no person's
    page.run("for (let i = 0; i < 200; i++) dispatchEvent(new PointerEvent('pointermove', {clientX: i}))")
    time.sleep(6)
    assert state()[0] != "attended", state()
    # --- real ones are
    work(page, 8)
    wait("attended by hand", 10, lambda: state() == ("attended", "input"))
    # --- in its reader's language
    page.click("#languages [lang=es]")
    wait("in Spanish", 5, lambda: page.text("#pulse") == "informando" and "desde las" in page.text("#presence"))
    assert page.run("document.documentElement.lang") == "es" and page.text("#name") == "Desk 1"
    page.click("#languages [lang=en]")

    # --- what its VMS says is on its screen is watched now: this console has no agent
    watched = feeds[0]
    name = f"{watched['site']}/{watched['name']}"
    assert post("/api/v1/views", {"screen": "Screen 1", "power": "on", "valid_ms": 120000,
                                  "tiles": [{"feed": name, "height": 400, "visible": True}]}, vms)[0] == 200

    # --- hidden and back: it goes on reporting
    other = browser.page("about:blank")
    other.front()
    time.sleep(12)
    assert state()[0] == "attended", ("a page behind another still reports", state())
    page.front()
    other.call("Page.close")

    # --- a question, answered by eye
    # Nobody is asked in the first two minutes; to move the pointer is no work, so it doesn't put the question off.
    work(page, 200, keys=False, until=lambda: page.shown("#prompt"))
    question = wait_prompt(page, 5)
    feed = next(f for f in feeds if f"{f['site']}/{f['name']}" in question)
    want = looked_up(page, feed)
    near = [apart(want, bytes_of(page, f".choice:nth-child({i + 1}) img")) for i in range(4)]
    choice = near.index(min(near))
    time.sleep(1.2)
    page.click(f".choice:nth-child({choice + 1})")
    wait("answered", 5, lambda: not page.shown("#prompt"))
    time.sleep(IDLE_S + 5)
    assert state() == ("attended", "prompt"), ("an answer holds longer than an input", near, state())

    # --- into the audit: that feed was watched, and no other
    audit = {r["feed"]: r for r in json.loads(run("unwatched", "--json").stdout)["feeds_list"]}
    seen = [n for n, r in audit.items() if r["seconds"]["watched"] > 10]
    assert seen == [name], (seen, audit)

    # --- the record is there, and an own word beside it
    wait("the record is shown", 30, lambda: page.run("document.querySelectorAll('#rows tr').length") > 0)
    page.picture(os.path.join(DIR, "page.png"))
    page.run("document.querySelector('#rows button').click()")
    page.run("document.querySelector('#words').value = 'I was relieved by the next shift'")
    page.click("#dispute .do")
    time.sleep(2)
    record = post("/agent/v1/record?hours=1", None, token)[1]
    assert "relieved" in record["disputes"][0]["text"], record
    assert not browser.trouble, browser.trouble

    # --- closed: away in good order, not unknown
    page.call("Page.close")
    wait("closed", 30, lambda: state()[0] in ("unknown", "away", "idle"))
    browser.close()
    assert monitor.stop() == 0
    intact(STATE)
    farm.stop()
    print("all as played")


main()
