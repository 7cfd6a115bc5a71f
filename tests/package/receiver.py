#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Takes mails (SMTP, in the clear) and webhooks on loopback, wherever it is
started, and prints one JSON line for each.

usage: receiver.py SMTP-PORT HTTP-PORT
"""
import email
import email.policy
import http.server
import json
import socketserver
import sys
import threading


def tell(**what):
    print(json.dumps(what), flush=True)


class Smtp(socketserver.StreamRequestHandler):
    def say(self, text):
        self.wfile.write(text.encode() + b"\r\n")

    def handle(self):
        self.say("220 box.test")
        to = []
        for line in self.rfile:
            word = line.decode(errors="replace").strip()
            if word.upper().startswith("RCPT TO:"):
                to.append(word[8:])
            if word.upper() == "DATA":
                self.say("354 go on")
                text = b""
                for part in self.rfile:
                    if part == b".\r\n":
                        break
                    text += part
                mail = email.message_from_bytes(text, policy=email.policy.default)
                tell(kind="mail", to=to, subject=mail["Subject"], text=mail.get_body(("plain",)).get_content())
                self.say("250 taken")
            elif word.upper() == "QUIT":
                self.say("221 bye")
                return
            else:
                self.say("250 box.test")


class Hook(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        tell(kind="webhook", path=self.path, text=body.decode(errors="replace"))
        self.send_response(200)
        self.end_headers()

    def log_message(self, *_):
        pass


class Mails(socketserver.ThreadingTCPServer):
    allow_reuse_address = daemon_threads = True


mails = Mails(("127.0.0.1", int(sys.argv[1])), Smtp)
hooks = http.server.ThreadingHTTPServer(("127.0.0.1", int(sys.argv[2])), Hook)
threading.Thread(target=mails.serve_forever, daemon=True).start()
tell(kind="ready")
hooks.serve_forever()
