#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# JSON Schemas hold, by a validator that is not ours: of the cases that ship, of records, of
# results. Usage: schema_test.sh BUILD-FOLDER
. "$(dirname "$0")/lib.sh"
python=$(python_with jsonschema yaml) || { echo "$python"; exit 77; }
command -v jq >/dev/null || skip "no jq"
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
export LC_ALL=C.UTF-8 PYTHONDONTWRITEBYTECODE=1 PYTHONWARNINGS=ignore
docs=$here/../../docs
records=$here/../../fixtures/records
check() { "$python" "$here/schema_check.py" "$@"; }

# Cases: all that ship; of the broken ones those whose fault is in the form. What a value means,
# and what two of them mean together, is for `halfopen lint`.
"$halfopen" reference --schema >"$scratch/case.schema.json"
find "$cases" -name '*.yaml' -not -path '*/broken/*' -exec "$python" "$here/schema_check.py" \
	"$scratch/case.schema.json" {} + || fail "the schema refuses cases that ship"
check "$scratch/case.schema.json" "$cases"/broken/*.yaml >"$scratch/refused" && fail "no broken case is refused"
for name in alias connect-without-port control-character empty expect-sockets-of-no-host \
	expect-unknown-kind expect-unknown-state fault-unknown fault-without-at \
	fault-without-verb host-name host-name-too-long list-for-mapping mapping-for-list \
	matrix-empty-axis matrix-not-a-list need-kernel-form no-hosts no-name not-a-mapping \
	not-utf-8 nul-byte on-unknown one-host only-comments percent-without-sign \
	rate-without-unit several-errors step-lacks-value step-takes-no-value tab-indentation \
	time-negative time-unknown-unit time-without-unit too-deep two-documents two-verbs \
	unknown-key unknown-key-far unknown-network unknown-step verdict-fail-without-text \
	yaml-colon-in-text yaml-misaligned-item yaml-misaligned-key yaml-unclosed-brace \
	yaml-unclosed-quote; do
	grep -qF "/broken/$name.yaml: " "$scratch/refused" || fail "the schema takes broken/$name.yaml"
done

# `when` stands in any mapping: what it leaves out is only right where it is there
cat >"$scratch/when.yaml" <<'END'
case: a when wherever one can stand
matrix: {fix: [none, some]}
network: {when: {fix: none}, type: router}
hosts:
  client:
    sysctl: {when: {fix: none}, net.ipv4.tcp_retries2: 5}
    disk: {when: {fix: none}, size: 32M}
    program:
      restart: {when: {fix: none}, always: true}
      command: sleep 1
  other:
    program:
      - {setsockopt: {SO_KEEPALIVE: 1}, when: {fix: none}}
      - {connect: "server:80", or: continue}
      - {recv: 1, as: odd, when: {fix: none}}
      - {recv: 1, as: even, when: {fix: some}}
  server: {program: [listen: 80, accept, send: 1]}
timeline:
  - at: 1s
    reject: {from: client, to: server, with: rst, packets: {when: {fix: none}, flags: [syn]}}
until: 5s
expect:
  client: {when: {fix: none}, exit@1: {status: 0}}
  other: {when: {fix: none}, odd: eof}
  server: {when: {fix: [some]}, send: 1}
  counters:
    when: {fix: none}
    client: {when: {fix: none}, TcpActiveOpens: 0}
  wire:
    - {when: {fix: none}, from: router, count: 0}
END
"$halfopen" lint "$scratch/when.yaml" >/dev/null || fail "a when that is right is refused"
check "$scratch/case.schema.json" "$scratch/when.yaml" || fail "the schema refuses a when that is right"

# Records, and what is none
check "$docs/record.schema.json" "$records"/*.jsonl || fail "the schema refuses a record"
for break in 'del(.ev)' '.more = 1' 'if .ev == "packet" then .kinds += ["odd"] else . end' \
	'if .ev == "packet" then del(.note) else . end' 'if .ev == "run" then .version = 1 else . end' \
	'if .ev == "step" then .end_ns = 1.5 else . end' 'if .ev == "socket" then .state = "ESTABLISHED" else . end' \
	'if .ev == "run" then .kernel.hz = null else . end'; do
	jq -c "$break" "$records/keepalive-crash-ip4.jsonl" >"$scratch/broken.jsonl"
	check "$docs/record.schema.json" "$scratch/broken.jsonl" >/dev/null && fail "the record's schema takes: $break"
done

# Results: as judged, with one that fails
sed '1s/signal: SIGKILL/signal: SIGTERM/' "$records/kill.jsonl" >"$scratch/fails.jsonl"
"$halfopen" judge --format json "$records"/*.jsonl "$scratch/fails.jsonl" >"$scratch/results.json" 2>/dev/null &&
	fail "nothing failed"
check "$docs/results.schema.json" "$scratch/results.json" || fail "the schema refuses results"
for break in '.[0].more = 1' 'del(.[0].reason)' '.[0].verdict = "good"' '(.[] | select(.verdict == "fail")).reason = null' \
	'(.[] | select(.verdict == "fail")).verdict = "pass"' '.[0].claims = "A1"' '.[0].wall_s = "1"' '{results: .}'; do
	jq "$break" "$scratch/results.json" >"$scratch/broken.json"
	check "$docs/results.schema.json" "$scratch/broken.json" >/dev/null && fail "the results' schema takes: $break"
done

# What runs give out now, if there is a kernel
if uml=$(uml_kernel); then
	"$halfopen" run --kernel "$uml" --out "$scratch/out" "$cases/icmp" "$cases/reset" "$cases/must-fail" >/dev/null ||
		fail "cases that ship do not hold"
	check "$docs/results.schema.json" "$scratch/out/results.json" || fail "the schema refuses new results"
	find "$scratch/out" -name record.jsonl -exec "$python" "$here/schema_check.py" "$docs/record.schema.json" {} + ||
		fail "the schema refuses new records"
fi
echo "all schemas hold"
