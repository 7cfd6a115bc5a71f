#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# ./dev build says that the programs are there only when they are. About 1 s.
# LABEL: light
set -euo pipefail
cd "$(dirname "$0")/../.."
at=$(mktemp -d)
trap 'rm -rf "$at"' EXIT
mkdir "$at/bin"
cp dev "$at"
# Every package is there, nothing is configured; what ninja comes to is ours.
printf '#!/bin/sh\necho ii\n' >"$at/bin/dpkg-query"
printf '#!/bin/sh\n' >"$at/bin/cmake"
printf '#!/bin/sh\nexit "$NINJA_ENDS"\n' >"$at/bin/ninja"
chmod 755 "$at"/bin/*
export PATH="$at/bin:$PATH" NINJA_ENDS

NINJA_ENDS=0
said=$("$at/dev" build 2>&1)
[[ $said == *"programs are in build/bin/"* ]]
NINJA_ENDS=1
for sanitize in "" --sanitize; do
	if said=$("$at/dev" build $sanitize 2>&1) || [[ $said == *"programs are"* ]]; then
		echo "./dev build $sanitize goes on after a build that failed: $said"
		exit 1
	fi
done
echo "a build that fails is told"
