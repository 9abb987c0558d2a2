#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# `kill -9` of `halfopen run` at random moments, on UML and live: afterwards the host is as
# it was before. Usage: nothing_left_test.sh BUILD-FOLDER [ROUNDS]
. "$(dirname "$0")/lib.sh"
rounds=${2:-50}
uml=$(uml_kernel) || { echo "$uml"; exit 77; }
kernels=("$uml")
if live_possible; then kernels+=(live); else echo "live is not possible here: only UML is tested"; fi

TMPDIR=$(mktemp -d)
export TMPDIR
trap 'rm -rf "$TMPDIR"' EXIT
host_state >"$TMPDIR.before"
RANDOM=${SEED:-$$}
echo "seed: ${SEED:-$$}"

alive=0
for ((i = 0; i < rounds; i++)); do
	kernel=${kernels[i % ${#kernels[@]}]}
	"$halfopen" run --kernel "$kernel" --jobs 4 "$cases" >/dev/null 2>&1 &
	pid=$!
	sleep "0.$(printf '%03d' $((RANDOM % 700)))"
	if kill -9 "$pid" 2>/dev/null; then alive=$((alive + 1)); fi
	wait "$pid" 2>/dev/null || true
	for ((try = 0; try < 100; try++)); do # namespaces go a little after their processes
		host_state >"$TMPDIR.after"
		cmp -s "$TMPDIR.before" "$TMPDIR.after" && break
		sleep 0.1
	done
	diff "$TMPDIR.before" "$TMPDIR.after" >&2 || fail "round $i on $kernel: this is left (>) or lost (<)"
done
rm -f "$TMPDIR.before" "$TMPDIR.after"
[ "$alive" -ge $((rounds / 2)) ] || fail "only $alive of $rounds were still running when killed: the test tests too little"
echo "killed $alive of $rounds while running; nothing was left"
