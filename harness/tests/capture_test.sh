#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# The capture of a run, read back with tshark: packets, kinds and comments are those of the
# record. Usage: capture_test.sh BUILD-FOLDER
. "$(dirname "$0")/lib.sh"
command -v tshark >/dev/null || skip "no tshark"
python=$(python_with json) || { echo "$python"; exit 77; }
uml=$(uml_kernel) || { echo "$uml"; exit 77; }
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
export LC_ALL=C.UTF-8

runs() { local out=$1; shift; "$halfopen" run --kernel "$uml" --out "$out" "$@" >/dev/null || fail "$*"; }
check() {
	local folders
	mapfile -t folders < <(find "$scratch/$1" -name capture.pcapng -printf '%h\n' | sort)
	shift
	"$python" "$here/capture_check.py" "$@" "${folders[@]}" 2>"$scratch/err" || { cut -c1-400 "$scratch/err" >&2; return 1; }
}

(cd "$cases" && runs "$scratch/plain" keepalive/crash.yaml:ip=4 connect/no-answer.yaml:retries=2 \
	close/segments.yaml:ip=6 host-crash/send.yaml:ip=4)
check plain || fail "the capture is not as the record says"
# Routers and their answers, losses and duplicates, reboots, windows of 0, three hosts
(cd "$cases" && runs "$scratch/more" icmp/data.yaml impaired/loss.yaml:ip=4 reset/same-port.yaml:ip=4 \
	zero-window/peer-gone.yaml:ip=4 cable/back-in-time.yaml:ip=4)
check more || fail "the capture is not as the record says"

# tshark's analysis of what each host saw, and where it sees each packet several times
check plain --analysis || fail "tshark's analysis of a host's capture is not as the record says"
check more/icmp --analysis || fail "a router's capture is not as the record says"
one=$(find "$scratch/plain/close" -name capture.pcapng -printf '%h\n' | head -n 1)
counted() { tshark -n -r "$1" -Y tcp.analysis.retransmission 2>/dev/null | wc -l; }
"$halfopen" show --pcap client "$one" >"$scratch/client.pcapng" || fail "show --pcap"
cmp "$one/capture-client.pcapng" "$scratch/client.pcapng" || fail "show --pcap gives something else"
[ "$(counted "$one/capture.pcapng")" -gt "$(counted "$scratch/client.pcapng")" ] || fail "all taps are as one"
"$halfopen" show --pcap clinet "$one" 2>"$scratch/err" && fail "a host that there is not"
grep -q "did you mean 'client'" "$scratch/err" || fail "no host named"

# The interfaces, and what the whole is of
one=$(find "$scratch/more/icmp" -name capture.pcapng | sort | head -n 1)
"$halfopen" show --pcap router.server "${one%/*}" | cmp - "${one%/*}/capture-router.server.pcapng" || fail "no capture of the router"
"$halfopen" show --pcap router "${one%/*}" 2>"$scratch/err" && fail "a router without the host that is meant"
grep -qF "say 'router." "$scratch/err" || fail "it does not say what the router's interfaces are called"
tshark -n -r "$one" -T fields -e frame.interface_name -e frame.interface_description 2>/dev/null |
	sort -u >"$scratch/taps"
grep -qxF "client port	client: the far end of its cable" "$scratch/taps" || { cat "$scratch/taps" >&2; fail "no name of a cable's end"; }
grep -qxF "router to server	router: its own end of its cable" "$scratch/taps" || { cat "$scratch/taps" >&2; fail "no name of a router's end"; }

# It would be seen if the record said something else
spoilt=$(dirname "$(find "$scratch/plain/keepalive" -name capture.pcapng | sort | head -n 1)")
cp "$spoilt/record.jsonl" "$scratch/good"
for change in 'if .ev == "packet" then .seq += 1 else . end' 'if .ev == "packet" then .sent_ns += 1 else . end' \
	'if .ev == "packet" and .attempt > 0 then .attempt += 1 else . end' 'select(.ev != "packet" or .attempt != 1)' \
	'if .ev == "packet" and .arrived_ns < 0 then .arrived_ns = 1 else . end' \
	'if .ev == "fault" then .begun_ns += 2000 else . end' \
	'if .ev == "packet" then .kinds = (.kinds | map(if . == "keepalive-probe" then "window-probe" else . end)) else . end'; do
	jq -c "$change" "$scratch/good" >"$spoilt/record.jsonl"
	"$python" "$here/capture_check.py" "$spoilt" >/dev/null 2>&1 && fail "not noticed: $change"
done
for change in 'if .frame_sent == 2 then .frame_sent = 3 else . end' 'del(.frame_arrived)' 'if .ts_value then .ts_value += 1 else . end' \
	'if .ip_id then .ip_id += 1 else . end' 'del(.options)'; do
	jq -c "$change" "$scratch/good" >"$spoilt/record.jsonl"
	"$python" "$here/capture_check.py" --analysis "$spoilt" >/dev/null 2>&1 && fail "not noticed: $change"
done
echo "captures are as their records say"
