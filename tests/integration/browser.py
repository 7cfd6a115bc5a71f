# SPDX-License-Identifier: GPL-3.0-or-later
"""Headless Chromium over its debugging pipe (the DevTools protocol), as far as
the tests need it: pages, real pointer and key events, pictures."""
import base64
import json
import os
import shutil
import subprocess
import threading
import time

from harness import folder, skip


class Browser:
    def __init__(self):
        path = shutil.which("chromium")
        if path is None:
            skip("no chromium here")
        to_browser, ours_out = os.pipe()
        ours_in, from_browser = os.pipe()

        def place():  # the pipe is descriptors 3 and 4 of the browser
            os.dup2(to_browser, 13)
            os.dup2(from_browser, 14)
            os.dup2(13, 3)
            os.dup2(14, 4)

        self.process = subprocess.Popen(
            [path, "--headless", "--no-sandbox", "--disable-gpu", "--remote-debugging-pipe", "--window-size=1280,900",
             "--ignore-certificate-errors", f"--user-data-dir={folder()}", "about:blank"],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, preexec_fn=place, close_fds=False)
        os.close(to_browser)
        os.close(from_browser)
        self.out = os.fdopen(ours_out, "wb", buffering=0)
        self.inn = os.fdopen(ours_in, "rb")
        self.next, self.answers, self.trouble = 0, {}, []
        self.came = threading.Condition()
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self):
        rest = b""
        while True:
            part = self.inn.read1(65536)
            if not part:
                return
            *whole, rest = (rest + part).split(b"\0")
            for message in map(json.loads, whole):
                with self.came:
                    if "id" in message:
                        self.answers[message["id"]] = message
                    elif message.get("method") == "Runtime.exceptionThrown":
                        self.trouble.append(message["params"]["exceptionDetails"])
                    self.came.notify_all()

    def call(self, method, session=None, wait=20, **params):
        self.next += 1
        number = self.next
        message = {"id": number, "method": method, "params": params}
        if session:
            message["sessionId"] = session
        self.out.write(json.dumps(message).encode() + b"\0")
        end = time.monotonic() + wait
        with self.came:
            while number not in self.answers:
                assert self.came.wait(end - time.monotonic()), f"{method} was not answered"
            answer = self.answers.pop(number)
        assert "error" not in answer, (method, answer["error"])
        return answer["result"]

    def page(self, url):
        return Page(self, url)

    def close(self):
        self.process.kill()
        self.process.wait()


class Page:
    def __init__(self, browser, url):
        self.browser = browser
        self.target = browser.call("Target.createTarget", url="about:blank")["targetId"]
        self.session = browser.call("Target.attachToTarget", targetId=self.target, flatten=True)["sessionId"]
        self.call("Runtime.enable")
        self.call("Page.enable")
        self.call("Page.navigate", url=url)

    def call(self, method, **params):
        return self.browser.call(method, self.session, **params)

    def front(self):
        self.call("Page.bringToFront")

    def run(self, script, wait=20):
        return self.call("Runtime.evaluate", wait=wait, expression=script, awaitPromise=True, returnByValue=True)["result"].get("value")

    def text(self, selector):
        return self.run(f"(document.querySelector({json.dumps(selector)}) || {{}}).textContent || ''")

    def shown(self, selector):
        return self.run(f"(e => !!e && e.offsetParent !== null)(document.querySelector({json.dumps(selector)}))")

    def middle(self, selector):
        return self.run(f"(r => [r.x + r.width / 2, r.y + r.height / 2])"
                        f"(document.querySelector({json.dumps(selector)}).getBoundingClientRect())")

    def move(self, x, y):
        self.call("Input.dispatchMouseEvent", type="mouseMoved", x=x, y=y)

    def click(self, selector):
        x, y = self.middle(selector)
        self.move(x, y)
        for kind in ("mousePressed", "mouseReleased"):
            self.call("Input.dispatchMouseEvent", type=kind, x=x, y=y, button="left", clickCount=1)

    def key(self, letter):
        self.call("Input.dispatchKeyEvent", type="keyDown", key=letter, text=letter)
        self.call("Input.dispatchKeyEvent", type="keyUp", key=letter)

    def open(self, url, wait=60):
        """Navigates and waits until all of it is there."""
        self.call("Page.navigate", url=url)
        end = time.monotonic() + wait
        while self.run("location.href + document.readyState") != url + "complete":
            assert time.monotonic() < end, f"{url} did not load"
            time.sleep(.05)

    def pdf(self, wait=180, **options):
        """What would come out of a printer."""
        stream = self.call("Page.printToPDF", wait=wait, transferMode="ReturnAsStream", **options)["stream"]
        out = b""
        while True:
            part = self.call("IO.read", handle=stream)
            out += base64.b64decode(part["data"]) if part.get("base64Encoded") else part["data"].encode()
            if part["eof"]:
                return out

    def size(self, width, height):
        self.call("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=False)

    def picture(self, path):
        with open(path, "wb") as f:
            f.write(base64.b64decode(self.call("Page.captureScreenshot")["data"]))
