#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The house rules that a machine can check: include arrows, purity, sizes,
banned functions, SPDX lines, the tests that SECURITY.md names, README's map, formatting. Prints every breach, exits 1 on any.

usage: lint.py --build DIR [--only arrows,purity,...]
"""
import argparse
import os
import re
import subprocess
import sys

import web

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
CODE = ("include/", "common/", "probes/", "monitor/", "fixtures/")

# What a PURE room may ask of the outside: memory, strings, arithmetic, and
# the compiler's own helpers.
PURE_ALLOWED = re.compile(
    r"^(mem\w+|__mem\w+_chk|str(len|nlen|cmp|ncmp|chr|rchr|str|spn|cspn|cpy|ncpy|dup|ndup|casecmp|ncasecmp|tol|toul|toll|toull|tod|pbrk)"
    r"|__str\w+_chk|__isoc\d*_strto\w+|snprintf|vsnprintf|__snprintf_chk|__vsnprintf_chk|malloc|calloc|realloc|free|qsort|bsearch|inet_pton"
    r"|abs|labs|llabs|sqrtf?|log2?f?|log10f?|logf|expf?|powf?|fabsf?|floorf?|ceilf?|roundf?|lroundf?|llroundf?|lrintf?|fminf?|fmaxf?|hypotf?|cosf?|sinf?|atan2f?"
    r"|__stack_chk_fail|_GLOBAL_OFFSET_TABLE_|__assert_fail|__ctype_b_loc|__ctype_tolower_loc|__ctype_toupper_loc|tolower|toupper|is\w+|__errno_location|__explicit_bzero_chk|explicit_bzero|__popcountdi2|__divti3|__udivti3"
    # arithmetic of libcrypto and libsodium
    r"|SHA256_(Init|Update|Final)|crypto_sign_(seed_keypair|detached|verify_detached)|crypto_shorthash"
    r"|crypto_aead_xchacha20poly1305_ietf_(en|de)crypt|crypto_kdf_derive_from_key"
    r"|sodium_(init|memzero|bin2base64|base642bin|hex2bin))$")
BANNED = re.compile(r"(?<![\w.>])(strcpy|strcat|sprintf|vsprintf|strtok|atoi|atol|atof|gets|alloca|system|popen)\s*\(")
LIMITS = {".c": 800, ".h": 200}
FUNCTION_LINES = 80


def files():
    out = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True)
    return [f for f in out.stdout.split("\n") if f]


def read(path):
    with open(os.path.join(ROOT, path), encoding="utf-8") as f:
        return f.read()


def layers():
    rules = {}
    for line in read("tests/lint/layers.txt").splitlines():
        line = line.split("#")[0].strip()
        if line:
            folder, allowed = line.split(":", 1)
            rules[folder] = allowed.split()
    return rules


def longest(path, folders):
    hits = [f for f in folders if path == f or path.startswith(f + "/")]
    return max(hits, key=len) if hits else None


def check_arrows(paths):
    rules = layers()
    for path in paths:
        folder = longest(path, rules)
        if folder is None:
            continue
        for number, line in enumerate(read(path).splitlines(), 1):
            m = re.match(r'\s*#\s*include\s+"([^"]+)"', line)
            if not m:
                continue
            target = m.group(1)
            if target.startswith("camwarden/"):
                target = "include/" + target
            home = longest(target, rules)
            if home is None or home == folder:
                continue
            stem = os.path.splitext(os.path.basename(target))[0]
            if home in rules[folder] or f"{home}:{stem}" in rules[folder]:
                continue
            yield f"{path}:{number}: {folder} may not include {target}"


def check_one_room(paths):
    only = {"sqlite3.h": "monitor/store/", "event2/http.h": "monitor/http/",
            "curl/": ("monitor/courier/", "probes/console/", "probes/device/", "common/curl_loop."),
            "libxml/": "probes/device/xml.c", "mosquitto.h": "monitor/courier/",
            "libavformat/": "probes/demux/", "libavcodec/": "probes/"}
    for path in paths:
        if path.startswith("fixtures/"):
            continue
        for number, line in enumerate(read(path).splitlines(), 1):
            m = re.match(r"\s*#\s*include\s+<([^>]+)>", line)
            for header, room in only.items():
                if m and m.group(1).startswith(header) and not path.startswith(room):
                    yield f"{path}:{number}: {header} belongs to {room} alone"


def check_purity(build):
    with open(os.path.join(build, "pure_rooms.txt"), encoding="utf-8") as f:
        libraries = f.read().split()
    symbols, defined = {}, set()
    for lib in libraries:
        out = subprocess.run(["nm", "--format=posix", lib], capture_output=True, text=True, check=True)
        for line in out.stdout.splitlines():
            parts = line.split()
            if len(parts) < 2:
                continue
            if parts[1] in "Uu":
                symbols.setdefault(lib, set()).add(parts[0])
            else:
                defined.add(parts[0])
    if not libraries:
        yield "no PURE room was found: the check would be empty"
    for lib, undefined in sorted(symbols.items()):
        for name in sorted(undefined - defined):
            if not PURE_ALLOWED.match(name):
                yield f"{os.path.basename(lib)}: a PURE room calls {name}"


def check_sizes(paths):
    for path in paths:
        text = read(path).splitlines()
        limit = LIMITS.get(os.path.splitext(path)[1])
        if limit and len(text) > limit:
            yield f"{path}: {len(text)} lines, at most {limit}"
        start = None
        for number, line in enumerate(text, 1):
            if line == "{":
                start = number
            elif line == "}" and start is not None:
                if number - start - 1 > FUNCTION_LINES:
                    yield f"{path}:{start}: function of {number - start - 1} lines, at most {FUNCTION_LINES}"
                start = None


def check_banned(paths):
    for path in paths:
        text = re.sub(r"/\*.*?\*/", lambda m: "\n" * m.group(0).count("\n"), read(path), flags=re.S)
        for number, line in enumerate(text.splitlines(), 1):
            line = re.sub(r'"(\\.|[^"\\])*"', '""', line)
            m = BANNED.search(line)
            if m:
                yield f"{path}:{number}: {m.group(1)} is banned"


def check_spdx(all_files):
    ours = re.compile(r"(\.(c|h|py|sh|js|mjs|ts|tsx|css|html)|CMakeLists\.txt|/dev|^dev|^\.ci/run)$")
    for path in all_files:
        if ours.search(path) and "SPDX-License-Identifier: GPL-3.0-or-later" not in read(path)[:400]:
            yield f"{path}: no SPDX line"


def check_claims(every):
    """Each claim of SECURITY.md names tests, and they exist."""
    tests = {os.path.splitext(os.path.basename(f))[0] for f in every if f.startswith("tests/")}
    claims = 0
    inside = False
    for number, line in enumerate(read("SECURITY.md").splitlines(), 1):
        cells = [c.strip() for c in line.strip().strip("|").split("|")] if line.startswith("|") else []
        if len(cells) < 2:
            inside = False
        elif cells[-1] == "test":
            inside = True
        elif inside and not set(cells[0]) <= set("-: "):
            claims += 1
            names = re.findall(r"`(\w+)`", cells[-1])
            if not names:
                yield f"SECURITY.md:{number}: a claim without a test"
            for name in names:
                if name not in tests:
                    yield f"SECURITY.md:{number}: there is no test {name}"
    if claims == 0:
        yield "SECURITY.md: no claim was found: the check would be empty"


def check_map(every):
    """Each folder of the tree has a row in README's map, and each row its folder."""
    rows = re.findall(r"^\| `([\w/]+)/` \|", read("README.md"), re.M)
    tops = {f.split("/")[0] for f in every if "/" in f} - {".ci", "docs"}
    rooms = {"/".join(f.split("/")[:2]) for f in every if f.startswith(("monitor/", "probes/")) and f.count("/") > 1}
    for folder in sorted(tops | rooms):
        if folder not in rows and (folder in rooms or not any(r.startswith(folder + "/") for r in rows)):
            yield f"README.md: the map has no row of {folder}/"
    for row in rows:
        if not any(f.startswith(row + "/") for f in every):
            yield f"README.md: the map has a row of {row}/, which is no folder"


def check_format(paths):
    for tool in ("clang-format-14", "clang-format"):
        try:
            out = subprocess.run([tool, "--dry-run"] + paths, cwd=ROOT, capture_output=True, text=True)
        except FileNotFoundError:
            continue
        seen = {}
        for m in re.finditer(r"^(\S+?):(\d+):\d+: warning: code should be clang-formatted", out.stderr, re.M):
            seen.setdefault(m.group(1), m.group(2))
        for path, line in seen.items():
            yield f"{os.path.relpath(path, ROOT)}:{line}: not formatted (./dev lint --fix)"
        return
    yield "clang-format is not installed"


def main():
    p = argparse.ArgumentParser()
    p.add_argument("--build", required=True)
    p.add_argument("--only", default="arrows,rooms,purity,sizes,banned,spdx,claims,map,web,format")
    args = p.parse_args()
    every = files()
    code = [f for f in every if f.endswith((".c", ".h")) and f.startswith(CODE)]
    product = [f for f in code if not f.startswith("fixtures/")]
    formatted = [f for f in every if f.endswith((".c", ".h"))]
    checks = {"arrows": lambda: check_arrows(code), "rooms": lambda: check_one_room(product),
              "purity": lambda: check_purity(args.build), "sizes": lambda: check_sizes(code),
              "banned": lambda: check_banned(code), "spdx": lambda: check_spdx(every),
              "claims": lambda: check_claims(every), "map": lambda: check_map(every), "web": lambda: web.check(every),
              "format": lambda: check_format(formatted)}
    bad = 0
    for name in args.only.split(","):
        found = list(checks[name]())
        for line in found:
            print(f"{name}: {line}")
        print(f"lint: {name}: {'ok' if not found else str(len(found)) + ' breaches'}")
        bad += len(found)
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
