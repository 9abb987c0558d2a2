#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# `kill -9` of `halfopen run` at random moments, on UML and live: afterwards the host is as
# it was before. With `any`, of any process of a run whose hosts are kernels of their own.
# Usage: nothing_left_test.sh BUILD-FOLDER [ROUNDS [any]]
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"
isolate "$@"
rounds=${2:-50}
uml=$(uml_kernel) || { echo "$uml"; exit 77; }
kernels=("$uml")
if [ "${3:-}" = any ]; then
	[ $$ = 1 ] || skip "no pid namespace: who is killed could be another's"
elif live_possible; then kernels+=(live); else echo "live is not possible here: only UML is tested"; fi

TMPDIR=$(mktemp -d)
export TMPDIR
trap 'rm -rf "$TMPDIR"' EXIT
network=$(host_network)
leftovers=$(host_leftovers)
RANDOM=${SEED:=$(od -An -N2 -tu2 /dev/urandom | tr -d " ")}
echo "seed: $SEED"

# Of what this shell, the first of its namespace, has started.
any_process() {
	local all=()
	mapfile -t all < <(find /proc -maxdepth 1 -name '[0-9]*' -printf '%f\n' 2>/dev/null | grep -vx -e 1 -e "$BASHPID")
	echo "${all[RANDOM % ${#all[@]}]}"
}

# ANY: one of its processes, else the command. Fails if that is over. What lists the processes is listed as well, and gone.
kill_one() {
	local victim=$pid
	while kill -0 "$pid" 2>/dev/null; do
		[ "$1" != any ] || victim=$(any_process)
		kill -9 "$victim" 2>/dev/null && return
	done
	return 1
}

# What is killed, and the milliseconds within which it is.
command=("$halfopen" run --jobs 4 "$cases")
whole=700
if [ "${3:-}" = any ]; then
	command=("$halfopen" run --jobs 4 "$cases/keepalive/reboot.yaml:ip=4,timers=short" "$cases/commands/names.yaml:ip=4")
	begun=${EPOCHREALTIME/./}
	"${command[@]}" --kernel "$uml" >/dev/null || fail "what is to be killed fails by itself"
	whole=$(((${EPOCHREALTIME/./} - begun) / 1500 + 1)) # two thirds: the first time takes longest
fi

alive=0
for ((i = 0; i < rounds; i++)); do
	kernel=${kernels[i % ${#kernels[@]}]}
	"${command[@]}" --kernel "$kernel" >/dev/null 2>&1 &
	pid=$!
	moment=$((RANDOM % whole))
	sleep "$((moment / 1000)).$(printf '%03d' $((moment % 1000)))" # the random moment itself
	if kill_one "${3:-}"; then
		alive=$((alive + 1))
	elif [ $moment -gt 0 ]; then
		whole=$moment # it takes less than it did
	fi
	wait "$pid" 2>/dev/null || true
	host_compare "$network" "$leftovers" || fail "round $i on $kernel changed the host"
done
[ "$alive" -ge $((rounds / 2)) ] || fail "only $alive of $rounds were still running when killed: too few"
echo "killed $alive of $rounds while running; nothing was left"
