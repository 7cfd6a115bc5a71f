# SPDX-License-Identifier: GPL-3.0-or-later
"""Pages of made-up reports (tests/web/report_page.c), as files."""
import os
import subprocess

from harness import BIN, folder, skip

DIR = folder()


def write(kind, language, *more):
    build = os.environ.get("CAMWARDEN_BUILD", os.path.dirname(BIN))
    tool = os.path.join(build, "tests", "report_page")
    if not os.path.exists(tool):
        skip(f"{tool} is not built")
    path = os.path.join(DIR, "-".join((kind, language) + more) + ".html")
    with open(path, "wb") as f:
        subprocess.run([tool, kind, language, *more], stdout=f, stderr=subprocess.PIPE, check=True, timeout=120)
    return path
