#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# What commands write, in the record and under a failure: nothing is lost without a word.
# Usage: output_test.sh BUILD-FOLDER
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"
uml=$(uml_kernel) || { echo "$uml"; exit 77; }
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
cd "$scratch"

# COMMAND: runs it, and has what it wrote in ./written.
writes() {
	cat >case.yaml <<-CASE
		case: a command that writes
		hosts: {a: {program: {command: "$1"}}, b: {program: [pause]}}
		until: 5s
		expect: {a: {exit: {status: 7}}}
	CASE
	rm -rf kept
	exits 1 "$halfopen" run --kernel "$uml" --out kept case.yaml
	jq -r 'select(.ev == "program" and .output != null) | .output' "$(find kept -name record.jsonl)" >written
}

writes 'seq 1 100'
says '^ *\[80 lines before these\]$'
says '^ *100$'
[ "$(wc -l <written)" -ge 100 ] || fail "the record does not have all lines"
"$halfopen" show kept/case >out
says '^ *1$' # all of it, where there is no hurry

writes "printf 'first\\\\0second\\\\n'; sleep 1; echo third"
[ "$(head -n 2 written)" = 'first\0second
third' ] || { cat written >&2; fail "what follows a NUL is not there"; }

# A head, a tail, and what is missing; the error that stands at the end.
writes 'echo begin; seq 1 200000; echo error >&2'
[ "$(head -n 1 written)" = begin ] || fail "the beginning is lost"
grep -qx error written || fail "the end is lost"
grep -qxE '\[[0-9]{7} bytes are left out here\]' written || fail "the gap is not marked"
[ "$(wc -c <written)" -lt 70000 ] || fail "more was kept than is to be"

# Without an end: as behind `| head`, SIGPIPE ends it, and the run does not wait for it.
writes yes
grep -q 'bytes are left out here' written || fail "the gap is not marked"
# What is kept has a time for each of its lines, of which 64 KiB of `yes` have 32,768.
[ "$(stat -c %s "$(find kept -name record.jsonl)")" -lt 1000000 ] || fail "the record has all of it"
echo "what commands write is kept, within bounds"
