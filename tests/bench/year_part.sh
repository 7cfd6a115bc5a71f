#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# year_part.sh BENCH_YEAR CAMWARDEN: a small year; its report is made, and made
# again the same as of then; one that was tampered with is found.
set -eu
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
"$1" --dir "$dir" --feeds 60 --days 35
camwarden=$2
"$camwarden" report --state-dir "$dir" --date yesterday -o "$dir/day.json"
"$camwarden" report --state-dir "$dir" --check "$dir/day.json"
sed 's/"good":/"good":1/' "$dir/day.json" > "$dir/other.json"
code=0
"$camwarden" report --state-dir "$dir" --check "$dir/other.json" || code=$?
test "$code" = 1
