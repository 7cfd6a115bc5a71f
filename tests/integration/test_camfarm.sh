#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# What camfarm serves, an RTSP client that nobody here wrote (ffmpeg) can play
# and decode, over TCP and UDP, in four codecs; its commands do what they say.
# About 40 s.
set -euo pipefail
command -v ffmpeg >/dev/null || { echo "SKIP: no ffmpeg"; exit 77; }
bin=${CAMWARDEN_BIN:?}
work=$(mktemp -d)
farm=
trap '[ -z "$farm" ] || kill "$farm" 2>/dev/null || true; rm -rf "$work"' EXIT
port=$((20000 + RANDOM % 9000))
net=$((100 + RANDOM % 100))

"$bin/camscene" --folder "$work" --name t --streams 4 --seconds 12 --gop 1 \
	--special h265,mjpeg,mpeg4,black,frozen-cbr --special-seconds 12 2>/dev/null

# Every fault is explained.
root=$(cd "$(dirname "$0")/../.." && pwd)
"$bin/camfarm" --faults | while read -r name _; do
	grep -qF "\`$name\`" "$root/fixtures/camfarm/FAULTS.md" ||
		{ echo "FAULTS.md does not name $name"; exit 1; }
done

# A run that would repeat itself is refused.
if "$bin/camfarm" --set "$work/t.set" --hosts 4 --seconds 60 --port $port \
	--net $net 2>"$work/refused"; then
	echo "a run longer than its material was not refused"
	exit 1
fi
grep -q "repeat itself within the run" "$work/refused"

"$bin/camfarm" --set "$work/t.set" --hosts 8 --site-size 4 --allow-repeat \
	--seconds 120 --port $port --net $net --control "$work/sock" \
	--log "$work/log" >"$work/out" 2>"$work/err" &
farm=$!
for _ in $(seq 100); do
	grep -q ready "$work/out" && break
	sleep 0.1
done
grep -q "camfarm: ready feeds=8 hosts=8 port=$port" "$work/out"

# pictures TRANSPORT PATH SECONDS: "count distinct" of what ffmpeg decodes
pictures() {
	timeout 25 ffmpeg -v error -nostdin -rtsp_transport "$1" \
		-i "rtsp://127.$net.0.$((${2##*cam} + 1)):$port$2" -t "$3" \
		-f framecrc - 2>"$work/ffmpeg" | grep -v '^#' |
		awk '{ n++; if (!seen[$NF]++) d++ } END { print n + 0, d + 0 }'
}
want() { # want WHAT "COUNT DISTINCT" LEAST MOST LEAST_DISTINCT MOST_DISTINCT
	read -r count distinct <<<"$2"
	echo "$1: $count pictures, $distinct distinct"
	if [ "$count" -lt "$3" ] || [ "$count" -gt "$4" ] ||
		[ "$distinct" -lt "$5" ] || [ "$distinct" -gt "$6" ]; then
		echo "FAILED: wanted $3..$4, $5..$6 distinct"
		cat "$work/ffmpeg" "$work/err"
		exit 1
	fi
}
tell() {
	python3 - "$work/sock" "$1" <<'PY'
import socket, sys
s = socket.socket(socket.AF_UNIX)
s.connect(sys.argv[1])
s.sendall((sys.argv[2] + "\n").encode())
print(s.recv(65536).decode(), end="")
PY
}

want "H.264 over TCP" "$(pictures tcp /cam0 3)" 44 46 44 46
[ ! -s "$work/ffmpeg" ] || { cat "$work/ffmpeg"; exit 1; }
want "H.264 over UDP" "$(pictures udp /cam1 3)" 40 46 40 46
want "H.265" "$(pictures tcp /f/h265/cam2 2)" 29 31 29 31
want "MJPEG" "$(pictures tcp /f/mjpeg/cam2 2)" 29 31 29 31
want "MPEG-4" "$(pictures tcp /f/mpeg4/cam2 2)" 29 31 29 31
want "digest" "$(timeout 20 ffmpeg -v error -nostdin -rtsp_transport tcp \
	-i "rtsp://admin:camwarden@127.$net.0.4:$port/f/auth_qop/cam3" -t 1 \
	-f framecrc - | grep -v '^#' | awk '{ n++ } END { print n + 0, n + 0 }')" \
	14 16 14 16
grep -q "DESCRIBE .*auth=Digest" "$work/log"
grep -q "TEARDOWN" "$work/log"

# Frozen: exact copies of one picture. Then alive again.
tell "freeze 4" | grep -q "^ok 1"
sleep 1.2
want "frozen" "$(pictures tcp /cam4 2)" 29 31 1 1
tell "live 4" | grep -q "^ok 1"
sleep 1.2
want "live again" "$(pictures tcp /cam4 2)" 29 31 29 31
tell "black 5" | grep -q "^ok 1"
want "black" "$(pictures tcp /cam5 1)" 14 16 1 2
tell "freeze-cbr 5" | grep -q "^ok 1"
tell "nonsense" | grep -q "^error"
tell "freeze 99" | grep -q "^error"

# No power: not even a refusal. Dropped: a refusal.
connects() {
	python3 - "127.$net.0.$1" "$port" <<'PY'
import socket, sys
s = socket.socket()
s.settimeout(1.5)
try:
    s.connect((sys.argv[1], int(sys.argv[2])))
    print("accepted")
except socket.timeout:
    print("silence")
except ConnectionRefusedError:
    print("refused")
PY
}
tell "power-off 1" | grep -q "^ok 4"
[ "$(connects 6)" = silence ]
[ "$(connects 1)" = accepted ]
tell "power-on 1" | grep -q "^ok 4"
[ "$(connects 6)" = accepted ]
tell "drop 0" | grep -q "^ok 1"
[ "$(connects 1)" = refused ]
tell "live 0" | grep -q "^ok 1"
[ "$(connects 1)" = accepted ]

tell "stop" | grep -q "^ok"
wait "$farm" || { cat "$work/err"; exit 1; }
farm=
grep "late_p99_ms" "$work/out"
