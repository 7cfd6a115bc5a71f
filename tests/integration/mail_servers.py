# SPDX-License-Identifier: GPL-3.0-or-later
"""Mail servers for tests, on loopback: a real one (Debian's exim4, with its own
configuration and spool in a folder) and one with faults to order."""
import base64
import contextlib
import email
import email.policy
import os
import pwd
import shutil
import socket
import ssl
import threading
import time

from harness import Child, certificate, folder, free_port, skip, wait_port

USER, PASSWORD = "reporter", "s3cret-Pa55"

CONFIG = """
primary_hostname = mail.test
exim_user = {user}
exim_group = {group}
spool_directory = {dir}/spool
log_file_path = {dir}/%slog
pid_file_path = {dir}/pid
local_interfaces = 127.0.0.1
daemon_smtp_ports = {ports}
tls_on_connect_ports = {tls_port}
keep_environment =
never_users =
host_lookup =
rfc1413_query_timeout = 0s
tls_advertise_hosts = *
tls_certificate = {dir}/server.pem
tls_privatekey = {dir}/server.key
acl_smtp_rcpt = check_rcpt
acl_smtp_data = accept
message_size_limit = 20M
begin acl
check_rcpt:
  deny local_parts = nobody
       message = there is no such person
  {need_login}
  accept
begin routers
all:
  driver = accept
  transport = box
begin transports
box:
  driver = appendfile
  directory = {dir}/box
  maildir_format
  create_directory
  user = {user}
  group = {group}
begin authenticators
plain:
  driver = plaintext
  public_name = PLAIN
  server_prompts = :
  server_condition = ${{if and{{{{eq{{$auth2}}{{{name}}}}}{{eq{{$auth3}}{{{password}}}}}}}}}
  server_set_id = $auth2
  server_advertise_condition = ${{if def:tls_in_cipher}}
"""


class Exim:
    """Takes mail for anybody; over TLS with a login when need_login."""

    def __init__(self, need_login=False, port=None, dir=None):
        self.path = shutil.which("exim4", path="/usr/sbin:/usr/bin") or skip("exim4 is not installed")
        root = os.getuid() == 0
        self.user = pwd.getpwnam("Debian-exim") if root else pwd.getpwuid(os.getuid())
        self.dir = dir or folder()
        self.port, self.tls_port = port or free_port(), free_port()
        if dir is None:
            self.ca = certificate(self.dir)
            with open(f"{self.dir}/exim.conf", "w") as f:
                f.write(CONFIG.format(
                    user=self.user.pw_name, group=self.user.pw_gid, dir=self.dir,
                    ports=f"{self.port} : {self.tls_port}", tls_port=self.tls_port, name=USER, password=PASSWORD,
                    need_login="require authenticated = *" if need_login else ""))
            os.chmod(f"{self.dir}/exim.conf", 0o644)
            for name in ("spool", "box"):
                os.mkdir(f"{self.dir}/{name}")
            if root:
                for name in (".", "spool", "box", "server.key", "server.pem"):
                    os.chown(f"{self.dir}/{name}", self.user.pw_uid, self.user.pw_gid)
        self.start()

    def start(self):
        self.child = Child([self.path, "-bdf", "-q1m", "-C", f"{self.dir}/exim.conf"])
        wait_port(self.port)

    def stop(self):
        self.child.kill()

    def saved(self):
        """The files of what has arrived, oldest first."""
        box = f"{self.dir}/box/new"
        names = [f"{box}/{n}" for n in os.listdir(box)] if os.path.isdir(box) else []
        return sorted(names, key=lambda n: os.stat(n).st_mtime)

    def mails(self):
        """What has arrived, parsed, oldest first."""
        out = []
        for name in self.saved():
            with open(name, "rb") as f:
                out.append(email.message_from_binary_file(f, policy=email.policy.default))
        return out

    def wait_mail(self, count, seconds=20):
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            found = self.mails()
            if len(found) >= count:
                return found
            time.sleep(0.1)
        raise AssertionError(f"{len(self.mails())} mails came, not {count}; see {self.dir}/mainlog")


class FaultySmtp:
    """One connection at a time, with a fault to order: refuse (554 greeting), busy (421), grey (451 at RCPT),
    drop (closes amid DATA), hang (says nothing at all), flood (an endless greeting), silent_data (never answers
    the end of DATA), plain (no STARTTLS), late (451 for whoever is called late..), letters (refuses with letters
    that are no ASCII). None: takes everything. `taken`: (to whom, what)."""

    def __init__(self):
        self.fault = None
        self.taken = []
        self.connections = 0
        self.socket = socket.socket()
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.socket.bind(("127.0.0.1", 0))
        self.socket.listen(16)
        self.port = self.socket.getsockname()[1]
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self):
        while True:
            with contextlib.suppress(OSError):
                connection, _ = self.socket.accept()
                self.connections += 1
                threading.Thread(target=self._talk, args=(connection, self.fault), daemon=True).start()

    def _talk(self, c, fault):
        with contextlib.suppress(OSError), c:
            c.settimeout(120)
            if fault == "hang":
                c.recv(1)
                return
            if fault == "flood":
                while True:
                    c.sendall(b"220-" + b"x" * 900 + b"\r\n")
            if fault in ("refuse", "busy"):
                c.sendall(b"554 go away\r\n" if fault == "refuse" else b"421 too busy\r\n")
                return
            c.sendall(b"220 faulty.test\r\n")
            self._session(c, fault)

    def _session(self, c, fault):
        lines = c.makefile("rb")
        data, to = None, []
        for line in lines:
            word = line[:4].upper()
            if data is not None:
                if fault == "drop" and len(data) > 100:
                    return
                if line != b".\r\n":
                    data += line
                    continue
                if fault == "silent_data":
                    time.sleep(600)
                self.taken.append((to, data))
                data, to = None, []
                c.sendall(b"250 taken\r\n")
            elif word == b"EHLO":
                c.sendall(b"250-faulty.test\r\n250 8BITMIME\r\n")
            elif word == b"RCPT" and (fault == "grey" or fault == "late" and b"<late" in line):
                c.sendall(b"451 come back later\r\n")
            elif word == b"RCPT" and fault == "letters":
                c.sendall("550 ese buz\u00f3n no existe\r\n".encode("latin-1"))
            elif word == b"RCPT":
                to.append(line.split(b"<")[1].split(b">")[0].decode())
                c.sendall(b"250 ok\r\n")
            elif word == b"DATA":
                data = b""
                c.sendall(b"354 go on\r\n")
            elif word == b"QUIT":
                c.sendall(b"221 bye\r\n")
                return
            else:
                c.sendall(b"250 ok\r\n")
