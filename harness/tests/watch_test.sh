#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# run --watch: again when the case is written, also as editors do it, with its ladder; and Ctrl-C
# ends it with nothing left. Usage: watch_test.sh BUILD-FOLDER
. "$(dirname "$0")/lib.sh"
uml=$(uml_kernel) || { echo "$uml"; exit 77; }
scratch=$(mktemp -d)
pid=''
trap '[ -z "$pid" ] || kill -- "-$pid" 2>/dev/null; rm -rf "$scratch"' EXIT
cd "$scratch"
export LC_ALL=C.UTF-8

exits 2 "$halfopen" run --watch
complains 'needs the name of a case'
"$halfopen" init crash >/dev/null
export TMPDIR=$scratch/tmp # so that what is found there is its own
mkdir "$TMPDIR"
: >said
set -m # a process group of its own, with SIGINT as a terminal has it
"$halfopen" run --watch --ascii --kernel "$uml" crash.yaml >said 2>&1 &
pid=$!
set +m
times() { # N: it has waited so often
	for ((try = 0; try < 600; try++)); do
		[ "$(grep -c '^waits for a change' said)" -lt "$1" ] || return 0
		kill -0 $pid 2>/dev/null || break
		sleep 0.1
	done
	cat said >&2
	fail "it did not wait $1 times"
}
times 1
grep -q '^PASS' said && grep -q '= crash server =' said || fail "no run with its ladder"
! LC_ALL=C grep -q '[^ -~]' said || fail "--ascii does not reach the ladder"
sed 's/crash: server/crash: client/' crash.yaml >new && mv new crash.yaml
times 2
[ "$(grep -c '= crash client =' said)" = 1 ] || fail "not run again when its file changed"
echo 'nonsense: 1' >>crash.yaml
times 3
grep -q "unknown key 'nonsense'\|nonsense" said || fail "no word of what is wrong"
[ "$(grep -c '= crash client =' said)" = 1 ] || fail "the ladder of before for a case that is wrong"
# It goes on; and a save as vim does it: the old file away, a new one in its place
cp crash.yaml wrong.yaml
sed '$d' wrong.yaml >new && mv new crash.yaml
times 4
[ "$(grep -c '= crash client =' said)" = 2 ] || fail "not run again once it was right"
mv crash.yaml crash.yaml~
sed 's/crash: client/pull: server/' crash.yaml~ >new && mv new crash.yaml
times 5
grep -q '= pull server =' said || fail "not run again when an editor put a new file in its place"
rm crash.yaml
sleep 0.2
mv crash.yaml~ crash.yaml
times 6
[ "$(grep -c '= crash client =' said)" = 3 ] || fail "not run again when the file was there again"
kill -INT -- -$pid
status=0
wait $pid || status=$?
pid=''
[ $status = 0 ] || fail "Ctrl-C: exit status $status"
left=$(ls -A "$TMPDIR")
[ -z "$left" ] || fail "it leaves $left"
echo "run again at each save, and gone at Ctrl-C"
