#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""docs/openapi.json against the program: the same routes, methods and roles as
its table of rights; its own references whole; a running monitor on simulated
cameras answers each GET as its schema says, refuses what is malformed with a
problem, and answers what the examples ask as they say. About 30 s.
LABEL: light"""
import json
import os
import re
import socket
import subprocess

import jsonschema

from harness import ROOT, Child, films, folder, free_port, program
from people import Person, World, soon

with open(os.path.join(ROOT, "docs", "openapi.json")) as f:
    DOC = json.load(f)
TABLE = json.loads(subprocess.run([program("camwarden"), "_routes"], check=True, capture_output=True, text=True).stdout)
WITHOUT = ("session", "health", "login", "setup", "kiosk", "openapi")


def find(ref):
    o = DOC
    for part in ref[2:].split("/"):
        o = o[part]
    return o


def operations():
    for path, methods in DOC["paths"].items():
        for method, op in methods.items():
            yield path, method, op


# --- the file by itself
def check_references(o, where="#"):
    if isinstance(o, dict):
        if isinstance(o.get("$ref"), str):
            find(o["$ref"])
        for k, v in o.items():
            check_references(v, f"{where}/{k}")
    elif isinstance(o, list):
        for v in o:
            check_references(v, where)


def valid(schema, value):
    """The first fault, or None."""
    v = jsonschema.Draft202012Validator({**schema, "components": DOC["components"]})
    fault = jsonschema.exceptions.best_match(v.iter_errors(value))
    return f"{'/'.join(map(str, fault.absolute_path))}: {fault.message[:300]}" if fault else None


check_references(DOC)
jsonschema.Draft202012Validator.check_schema({"$defs": DOC["components"]["schemas"]})
ids = [op["operationId"] for _, _, op in operations()]
assert len(ids) == len(set(ids)), "an operation twice"
for path, method, op in operations():
    if method == "post":
        content = op["requestBody"]["content"]["application/json"]
        fault = valid(content["schema"], content["example"])
        assert not fault, (path, fault)
    for answer in op["responses"].values():
        for content in answer.get("content", {}).values():
            if "example" in content:
                assert not valid(content["schema"], content["example"]), path

# --- the table of rights
said = {(op["operationId"], method.upper(), path) for path, method, op in operations()}
does = {(r["id"], r["method"], r["path"]) for r in TABLE if r.get("path")}
assert said == does, ("only in one of them", said ^ does)
roles = {r["id"]: r for r in TABLE}
for path, method, op in operations():
    row = roles[op["operationId"]]
    if op["x-roles"] != ["anyone"]:
        assert sorted(op["x-roles"]) == sorted(row["roles"]), (path, op["x-roles"], row)

# --- a running one
DIR = folder()
farm = Child([program("camfarm"), "--set", films("short", 1, 20), "--hosts", "3", "--net", "61", "--port",
              str(free_port()), "--seconds", "100", "--site-size", "2", "--no-tls", "--allow-repeat", "--inventory",
              os.path.join(DIR, "farm.csv")])
farm.wait_line(lambda line: "ready" in line, 20)
log = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
log.bind(("127.0.0.1", 0))
W = World("connect:\n  loopback_only: true\nsampling:\n  interval: 2s\nalerts:\n  channels:\n    team:\n      kind: syslog\n"
          f"      url: syslog://127.0.0.1:{log.getsockname()[1]}\n")
W.run("feeds", "import", os.path.join(DIR, "farm.csv"))
W.run("feeds", "import", W.write("dead.csv", "site,name,url\nNorth,dead,rtsp://127.0.0.1:9/1\n"))
W.run("consoles", "import", W.write("consoles.csv", "console,room,site\nDesk 1,Room,North\n"),
      W.write("screens.csv", "screen,console,layout\nScreen 1,Desk 1,North/dead\n"))
W.run("roster", "import", W.write("roster.csv", "room,days,from,to\nRoom,daily,00:00,24:00\n"))
W.start()
ADMIN = W.people(("viewer", "admin"))["admin"]
PROBLEM = find("#/components/schemas/Problem")


def get(path):
    return ADMIN.get(path)


FEED = next(f["id"] for f in get("/api/v1/feeds").json["items"] if f["name"] == "dead")
soon("a picture", lambda: any(f["picture"] for f in get("/api/v1/feeds").json["items"]), 40)
SEEN = next(f["id"] for f in get("/api/v1/feeds").json["items"] if f["picture"])
INCIDENT = soon("an incident", lambda: get("/api/v1/incidents?open=1&feed=" + FEED).json["items"], 40)[0]["number"]
OVERLAY = ADMIN.ok("/api/v1/overlays", {"kind": "mute", "feed": FEED, "for_s": 900, "reason": "x"}, 201)["number"]
TOKEN = ADMIN.ok("/api/v1/tokens", {"name": "t", "kind": "api", "role": "viewer"}, 201)["id"]


def concrete(path, op):
    """The path with numbers and names that exist; what it needs to be asked."""
    number = INCIDENT if "/incidents/" in path else OVERLAY if "/overlays/" in path else TOKEN if "/tokens/" in path else 1
    path = path.replace("{n}", str(number)).replace("{id}", SEEN if "thumbnail" in path else FEED)
    path = path.replace("{name}", "feeds" if "/inventory/" in path else "report.html")
    needs = {"intervals": "?feed=" + FEED, "feeds.thumbnail": "?kind=current"}
    return path + needs.get(op["operationId"], "")


# Members that no schema knows: the page would not find them.
def strangers(schema, value, where=""):
    while "$ref" in schema:
        schema = find(schema["$ref"])
    if isinstance(value, list):
        for i, v in enumerate(value[:3]):
            item = (schema.get("prefixItems") or [schema.get("items") or {}] * (i + 1))[i if "prefixItems" in schema else 0]
            yield from strangers(item or {}, v, where + "[]")
    elif isinstance(value, dict):
        parts, known = [schema], {}
        while parts:
            s = parts.pop()
            while "$ref" in s:
                s = find(s["$ref"])
            parts += s.get("allOf", []) + s.get("anyOf", [])
            known.update(s.get("properties", {}))
            if s.get("additionalProperties", None) not in (None, False):
                return
        for k, v in value.items():
            if known and k not in known:
                yield f"{where}/{k}"
            elif k in known:
                yield from strangers(known[k], v, f"{where}/{k}")


faults = []
for path, method, op in operations():
    if method != "get" or op["operationId"] == "events":
        continue
    a = get(concrete(path, op))
    allowed = op["responses"].get(str(a.status))
    if allowed is None:
        faults.append(f"{path}: {a}")
        continue
    if a.status != 200:
        there = {"reports.file", "incidents.before", "incidents.recovered", "incidents.after"}
        if op["operationId"] not in there or a.status != 404:
            faults.append(f"{path}: {a}")
        continue
    kind = a.headers["Content-Type"].split(";")[0]
    if kind not in allowed["content"]:
        faults.append(f"{path}: {kind}, expected {list(allowed['content'])}")
        continue
    if kind == "application/json":
        schema = allowed["content"][kind]["schema"]
        fault = valid(schema, a.json)
        if fault:
            faults.append(f"{path}: {fault}")
        faults += [f"{path}: not described: {s}" for s in sorted(set(strangers(schema, a.json)))]
    for name in allowed.get("headers", {}):
        if name not in a.headers:
            faults.append(f"{path}: no {name}")
assert not faults, "\n".join(faults)
assert ADMIN.get("/api/v1/openapi.json").json == DOC

# --- what is malformed is a problem, before anything is done
nobody = Person(W.port)
for path, method, op in operations():
    if method != "post":
        continue
    url = concrete(path, op)
    who = nobody if op["x-roles"] == ["anyone"] else ADMIN
    if op["x-roles"] != ["anyone"]:
        a = nobody.post(url, op["requestBody"]["content"]["application/json"]["example"])
        assert a.status == 401, (path, a)
    for raw in (b"", b"{", b"[]", b'{"no such member":1}', b'{"a":1,"a":2}', b"\xff\xfe", b'{"note":"\\u0000"}'):
        a = who.ask("POST", url, raw=raw)
        assert a.status in (400, 409, 429) and not valid(PROBLEM, a.json), (path, raw, a)
        assert str(a.status) in op["responses"], (path, a)
    assert who.ask("PUT", url, raw=b"{}").status in (405, 501), path

# --- and what the examples ask is answered as they say
LATER = {"logout", "login", "setup", "kiosk", "password", "users.change", "users.remove", "logins.end"}
for path, method, op in operations():
    if method != "post" or op["operationId"] in LATER:
        continue
    body = dict(op["requestBody"]["content"]["application/json"]["example"])
    if "feeds" in body:
        body["feeds"] = ["North/dead"]
    a = ADMIN.post(concrete(path, op), body)
    want = next(s for s in op["responses"] if s.startswith("2"))
    assert str(a.status) == want, (path, body, a)
    content = op["responses"][want].get("content")
    if content:
        schema = content["application/json"]["schema"]
        assert not valid(schema, a.json), (path, valid(schema, a.json), a)
        assert not list(strangers(schema, a.json)), (path, list(strangers(schema, a.json)))
bo = next(u["id"] for u in get("/api/v1/users").json["items"] if u["name"] == "bo")
assert ADMIN.ok(f"/api/v1/users/{bo}", {"disabled": True})["id"] == bo
assert ADMIN.ok(f"/api/v1/users/{bo}/remove")["id"] == bo
assert re.fullmatch("[0-9a-f]{64}", ADMIN.cookie), "64 letters"
assert ADMIN.post("/api/v1/logout").status == 204
assert get("/api/v1/wall").status == 401
print(f"ok: {len(ids)} operations")
