#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# reads_part.sh BENCH_YEAR BENCH_READS: every named query answers about some
# days of a small fleet. What it takes is printed, not judged.
set -eu
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
"$1" --dir "$dir" --feeds 60 --days 3 >/dev/null
"$2" --dir "$dir" --times 1
"$2" --dir "$dir" --times 1 --scope "Region 0" >/dev/null
