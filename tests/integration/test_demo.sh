#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# The README's first command, for 25 seconds, and what its page showed. About 50 s.
set -euo pipefail
cd "$(dirname "$0")/../.."
exec python3 -u fixtures/demo/demo.py --seconds 25 --port 0 --check
