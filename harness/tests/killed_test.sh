#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# A process of a UML that is killed from outside, whichever it is and whenever: the run is an error, or was over,
# but has never failed; and nothing of it is left. Usage: killed_test.sh BUILD-FOLDER [TIMES]
isolated=("$@")
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"
uml=$(uml_kernel) || { echo "$uml"; exit 77; }
isolate "${isolated[@]}"
[ $$ = 1 ] || skip "no pid namespace: who is killed could be another's"
times=${2:-100}
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
cd "$scratch"
export HALFOPEN_UML=$uml TMPDIR=$scratch LC_ALL=C.UTF-8

# Each program matters, and each is started at another moment.
cat >victim.yaml <<'X'
case: who is killed is no finding
hosts:
  client:
    program: [connect: 'server:8081', send: 100, recv: 100, pause]
  server:
    program: [listen: 8081, accept, recv: 100, send: 100, pause]
  other:
    program: {start: 2s, command: 'for i in 1 2 3; do sleep 1; echo $$i; done; exit 3'}
until: 8s
expect:
  client: {recv: 100, pause: blocked}
  server: {recv: 100, pause: blocked}
  other: {exit: 3}
X
"$halfopen" lint victim.yaml >/dev/null || fail "the case is not well written"
exits 0 "$halfopen" run victim.yaml

kernel=$(realpath "$uml")
umls() { find /proc -maxdepth 2 -path '/proc/[0-9]*/exe' -lname "$kernel*" 2>/dev/null | cut -d / -f 3; }
errors=0 passes=0
for ((i = 0; i < times; i++)); do
	"$halfopen" run --out results victim.yaml >said 2>&1 &
	run=$!
	sleep "0.0$((RANDOM % 10))$((RANDOM % 10))"
	mapfile -t found < <(umls)
	if [ ${#found[@]} -gt 0 ]; then
		kill -9 "${found[RANDOM % ${#found[@]}]}" 2>/dev/null || true
	fi
	status=0
	wait "$run" || status=$?
	case $status in
	0) passes=$((passes + 1)) ;;
	3) errors=$((errors + 1)) ;;
	*) cat said >&2; fail "after $i times: exit status $status" ;;
	esac
	[ -z "$(umls)" ] || { ps -ef >&2; fail "after $i times: processes are left: $(umls)"; }
done
echo "$errors errors, $passes passes"
[ "$errors" -gt 0 ] || fail "nobody was killed in time"
