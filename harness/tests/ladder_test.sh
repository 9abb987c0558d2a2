#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# The ladder: of many runs that ship within a hundred columns, without colour where none is
# wanted, in plain ASCII; and by itself under a run that failed. Usage: ladder_test.sh BUILD-FOLDER
. "$(dirname "$0")/lib.sh"
uml=$(uml_kernel) || { echo "$uml"; exit 77; }
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
cd "$scratch"
export LC_ALL=C.UTF-8 TERM=xterm
unset NO_COLOR
ascii_only() { ! LC_ALL=C grep -q '[^ -~]' "$1"; }
narrow() { ! grep -qE '^.{101}' "$1"; }

# One of each kind of words and pictures, not all that ship.
stories=("$cases"/{cable,commands,impaired,keepalive,machine,middlebox,move,must-fail,nat,outages,scripted,zero-window})
"$halfopen" run --kernel "$uml" --out out "${stories[@]}" >/dev/null || fail "the cases that ship do not hold"
count=0
while read -r record; do
	"$halfopen" show "$record" >text || fail "show $record"
	narrow text || fail "too wide: $record"
	grep -q $'\033' text && fail "coloured: $record"
	"$halfopen" show --ascii "$record" >text || fail "show --ascii $record"
	narrow text || fail "too wide in ASCII: $record"
	ascii_only text || fail "not ASCII: $record"
	count=$((count + 1))
done < <(find out -name record.jsonl)
[ "$count" -gt 250 ] || fail "only $count records"

# A listening socket whose queue is full says so, and when it has room again.
"$halfopen" show out/outages/dynamo-backlog/fix=none >text
grep -qF '[LISTEN, full :8000]' text || fail "nobody sees that the queue is full"
"$halfopen" show out/outages/dynamo-backlog/fix=backlog >text
grep -qF 'full :8000' text && fail "a queue is full that has room"

# Four hosts, a router, a name of more than a hundred columns, and a failure
cat >four.yaml <<-'CASE'
	case: a name with ümläuts that is so long that it does not fit into one row of a hundred columns, as names of cases can be
	network: router
	hosts:
	  client: {program: [connect: 'server:8081', send: 100, wait: 4s, send: 100, recv]}
	  server: {program: [listen: 8081, accept, recv: eof]}
	  other: {program: [sleep: 500ms, connect: 'second:8082', recv]}
	  second: {program: [listen: 8082, accept, pause]}
	timeline:
	  - {at: 2s, crash: server}
	  - {at: 3s, pull: other}
	expect:
	  client: {recv: {errno: ECONNRESET, at: 25s..26s}}
CASE
run="$halfopen run --kernel $uml"
status=0
$run --out four four.yaml >text || status=$?
[ $status = 1 ] || fail "a run of four hosts exited with $status"
sed '/^FAIL/d; /^kernel/d' text >body
narrow body || fail "too wide under a failure"
grep -q $'\033' text && fail "coloured in a pipe"
grep -q '═ crash server ═' text || fail "no ladder under a failure"
grep -qE '^ +([0-9:.]+ )?✗ line 12: expected: ' text || fail "the failure is not at its place"
"$halfopen" show four/four >text
narrow text || fail "too wide with four hosts"
grep -q 'ümläuts' text || fail "the name is not as it was written"
"$halfopen" show --ascii four/four >text
narrow text && ascii_only text || fail "not ASCII with four hosts"
$run --ascii four.yaml >text || true
ascii_only text || fail "run --ascii is not ASCII"
LC_ALL=C $run four.yaml >text || true
ascii_only text || fail "not ASCII in another locale"
$run --color always four.yaml >text || true
grep -q $'\033\[1;31m' text || fail "the failure is not in colour"
if command -v script >/dev/null; then
	PAGER=cat script -qec "$halfopen show four/four" /dev/null </dev/null >text
	grep -q $'\033\[' text || fail "no colour on a terminal"
	NO_COLOR=1 PAGER=cat script -qec "$halfopen show four/four" /dev/null </dev/null >text
	grep -q $'\033\[' text && fail "colour in spite of NO_COLOR"
fi

# As wide as the terminal, from 80 to 200 columns; what is long goes through the pager, as in git
if command -v script >/dev/null; then
	at() { PAGER='sed s/^/through:/' script -qec "stty cols $1; $halfopen show $2" /dev/null </dev/null | tr -d '\r' |
		sed 's/\x1b\[[0-9;]*m//g; s/^through://' >text; }
	for columns in 80 100 200; do
		for shown in four/four out/keepalive/crash/ip=4,timers=default; do
			at $columns $shown
			[ "$(wc -L <text)" -le $columns ] || { cat text >&2; fail "wider than $columns columns: $shown"; }
			[ "$(wc -L <text)" -ge $((columns - 1)) ] || { cat text >&2; fail "narrower than $columns columns: $shown"; }
		done
	done
	PAGER='sed s/^/through:/' script -qec "$halfopen show four/four" /dev/null </dev/null >text
	grep -q '^through:' text || fail "no pager on a terminal"
	PAGER='sed s/^/through:/' "$halfopen" show four/four >text
	grep -q '^through:' text && fail "a pager in a pipe"
	for long in "compare four four" "list $cases" reference "reference recipes"; do
		PAGER='sed s/^/through:/' script -qec "$halfopen $long" /dev/null </dev/null >text
		grep -q '^through:' text || fail "no pager for halfopen $long"
	done
	PAGER='' script -qec "$halfopen show four/four" /dev/null </dev/null >text
	grep -q 'crash server' text || fail "nothing without a pager"
fi

# Why it was given up, what was lost, set and counted
"$halfopen" show out/keepalive/crash/ip=4,timers=default >text
grep -qE 'recv: ETIMEDOUT: tcp_keepalive_probes 9: given up 1[12]:[0-9.]+ after the first probe of 9' text || { tail text >&2; fail "no reason of the end"; }
{ grep -q '^client counted: ' text && grep -q 'TcpExtTCPAbortOnTimeout 1' text; } || fail "no counters"
grep -qE '^packets that never arrived: 10: ' text || fail "no losses"

# Of thousands of packets under a failure only the part around it, and how to see the whole
sed 's/^\( *\)recv: {.*/\1recv: {bytes: 1, at: 1s..2s}/' "$cases/impaired/loss.yaml" >large.yaml
status=0
$run --out large large.yaml:ip=4 >text || status=$?
[ $status = 1 ] || { cat text >&2; fail "a large run exited with $status"; }
[ "$(grep -c '"ev": *"packet"' large/large/ip=4/record.jsonl)" -gt 1000 ] || fail "that is no large run"
[ "$(wc -l <text)" -lt 150 ] || fail "the whole ladder under a failure: $(wc -l <text) lines"
grep -qxF 'the whole of it: halfopen show large/large/ip=4' text || { cat text >&2; fail "not told how to see the whole"; }
$run large.yaml:ip=4 >text || true
grep -qF 'the whole of it: run it with --out DIR, and then halfopen show DIR/large/ip=4' text || fail "not told how to keep it"
# What machines read has the picture too, and never its colours
$run --color always --format junit=junit.xml four.yaml >/dev/null || true
grep -q '═ crash server ═' junit.xml || fail "no ladder in the XML"
grep -qE $'\033|x1b' junit.xml && fail "colours in the XML"
echo "$count ladders are as they should be"
