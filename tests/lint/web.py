# SPDX-License-Identifier: GPL-3.0-or-later
"""The house rules of the pages (monitor/web) that a machine can check: sizes,
what never stands in them, and words that nobody says."""
import os
import re

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
LINES = 400
# Text goes to the page as text; types say what a thing is; nothing leaves the site.
BANNED = re.compile(
    r"innerHTML|outerHTML|insertAdjacentHTML|document\.write\b|\beval\s*\(|new Function\b|[:<,(|&]\s*any\b(?=\s*[\[\]>,;)=|&{]|$)|\bas any\b"
    r"|@ts-(ignore|nocheck|expect-error)")
ELSEWHERE = re.compile(r"https?://(?!www\.w3\.org/)[\w$]|@ts-(ignore|nocheck|expect-error)")


def read(path):
    with open(os.path.join(ROOT, path), encoding="utf-8") as f:
        return f.read()


def sources(every):
    return [f for f in every if f.startswith("monitor/web/") and f.endswith((".ts", ".tsx", ".css", ".mjs"))]


def check_sizes_and_banned(paths):
    for path in paths:
        lines = read(path).splitlines()
        if len(lines) > LINES:
            yield f"{path}: {len(lines)} lines, at most {LINES}"
        if path.endswith(".css") or path.endswith(".test.ts"):
            continue
        for number, line in enumerate(lines, 1):
            bare = re.sub(r'"(\\.|[^"\\])*"', '""', line)
            m = BANNED.search(re.sub(r"//.*|/\*.*?\*/", "", bare)) or (ELSEWHERE.search(line) if path.endswith((".ts", ".tsx")) else None)
            if m:
                yield f"{path}:{number}: {m.group(0).strip()} is banned"


def check_words(paths):
    """Keys of the catalogue that no page says: literally, or by a beginning that is completed."""
    words = [p for p in paths if "/src/words/" in p and not p.endswith(".test.ts")]
    code = "\n".join(read(p) for p in paths if "/src/" in p and "/src/words/" not in p)
    begun = set(re.findall(r"`([a-z][\w.-]*\.)\$\{", code)) | set(re.findall(r'"([a-z][\w.-]*\.)" ?\+', code)) | set(re.findall(r'["`]([a-z][\w.-]*\.)["`]', code)) | {"key."}
    begun |= {w + "." for w in re.findall(r'\bsay\("([a-z]+)"', code)}
    for path in words:
        text = read(path)
        text = text[:text.find("export const es")] if "export const es" in text else text
        for key in re.findall(r'^\s*"([\w][^"\n]*?)":|(?<=, )"([\w][^"\n]*?)":', text, re.M):
            key = key[0] or key[1]
            if f'"{key}"' not in code and not any(key.startswith(b) for b in begun):
                yield f"{path}: nobody says {key}"


def check(every):
    paths = sources(every)
    yield from check_sizes_and_banned(paths)
    yield from check_words(paths)
