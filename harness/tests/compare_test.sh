#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# `halfopen compare` and `halfopen run --against` as a user sees them: the same kernel twice, one
# setting changed, a run that is missing, what is no folder of results; and sysctls from a file.
# Usage: compare_test.sh BUILD-FOLDER
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"
uml=$(uml_kernel) || { echo "$uml"; exit 77; }
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
cd "$scratch" || exit
exits() { # STATUS COMMAND...: with its output in ./said
	local want=$1 got=0
	shift
	"$@" >said 2>&1 || got=$?
	[ "$got" = "$want" ] || { cat said >&2; fail "$* exited $got, not $want"; }
}
says() { grep -qF -- "$1" said || { cat said >&2; fail "it does not say: $1"; }; }
run() { "$halfopen" run --kernel "$uml" "$@"; }

some=("$cases"/close "$cases"/process-exit/kill.yaml "$cases"/zero-window)
exits 0 run --out a "${some[@]}"
exits 0 run --out b "${some[@]}"
exits 0 "$halfopen" compare a b
says "0 of "
says " are the same"

# A shorter FIN_WAIT2: in kill.yaml a socket waits in it, with nobody behind.
exits 1 run --against a --sysctl net.ipv4.tcp_fin_timeout=20 "$cases/process-exit/kill.yaml"
says "on all hosts: net.ipv4.tcp_fin_timeout=20"
says "passed, 0 failed"
says "1. FIN_WAIT2: its timer is due earlier   (2 runs)"
grep -qE '^ +1:02.000 +22.000 +-40.000 +2$' said || fail "no row of the two times, and how far apart"
says "2 of 2 runs differ, 0 are the same"
says "Only in a: "
exits 0 run --against a "$cases/process-exit/kill.yaml"
says "0 of 2 runs differ, 2 are the same"

# The worse of both: nothing to compare is 2, though all held.
exits 0 run --out c "$cases/must-fail/step-errno.yaml"
exits 2 run --against c "$cases/process-exit/kill.yaml"
says "have no run in common"
exits 2 run --against none "$cases/process-exit/kill.yaml"
says "halfopen run: --against: none: No such file or directory"
exits 2 run --against a --out a "$cases/process-exit/kill.yaml"
says "the same folder"

# A file of sysctls: applied, told, and kept in the results and in the record.
cat >profile.conf <<'CONF'
# a comment
net.ipv4.tcp_fin_timeout = 20
-net.ipv4.tcp_there_is_no_such_thing = 1
CONF
exits 0 run --out d --sysctl profile.conf "$cases/process-exit/kill.yaml"
says "on all hosts: net.ipv4.tcp_fin_timeout=20, -net.ipv4.tcp_there_is_no_such_thing=1"
name=$(basename "$(dirname "$uml")")
exits 0 "$halfopen" show d/process-exit/kill/ip=4
says "on all hosts: net.ipv4.tcp_fin_timeout=20"
says " ($name), HZ "
exits 1 "$halfopen" compare a d
says " ($name), uml, HZ "
says " clock, net.ipv4.tcp_fin_timeout=20, -net"
exits 0 "$halfopen" report d
grep -qF ', net.ipv4.tcp_fin_timeout=20, ' d/report/index.html || fail "the overview does not say what was set"
grep -qF ', net.ipv4.tcp_fin_timeout=20, ' d/report/runs/process-exit/kill/ip=4.html || fail "a page does not say what was set"
grep -qF '"net.ipv4.tcp_fin_timeout=20"' d/results.json || fail "results.json knows no sysctl"
grep -rqF '"sysctl":["net.ipv4.tcp_fin_timeout=20",' d/process-exit/kill || fail "the record knows no sysctl"
exits 0 "$halfopen" judge d/process-exit/kill/ip=4
exits 1 "$halfopen" compare --html page.html a d
says "clock, net.ipv4.tcp_fin_timeout=20"

# Both of a run in one picture: as wide as the terminal, each line within it but for names
exits 0 "$halfopen" compare --run kill.yaml:ip=4 a b
says "all that is drawn is the same in both"
exits 1 run --out g --sysctl net.ipv4.tcp_keepalive_probes=7 "$cases/keepalive/crash.yaml:ip=4,timers=default"
exits 0 run --out h "$cases/keepalive/crash.yaml:ip=4,timers=default"
for name in "$cases/keepalive/crash.yaml:ip=4,timers=default" crash.yaml:ip=4,timers=default crash.yaml keepalive/crash/ip=4,timers=default; do
	exits 1 "$halfopen" compare --run "$name" g h
	says "keepalive-probe: sent more often   (1 run)"
	grep -qE '^B +4:09:45\.[0-9]+ +keepalive probe 8(, | )│' said || fail "the eighth probe is not B's alone"
	grep -qE '^~ 4:09:45\.[0-9]+ 4:12:16\.[0-9]+ +connection aborted(, | )│' said || fail "the end is not at two times"
	says "◆ B: pass"
done
exits 2 "$halfopen" compare --run crush.yaml:ip=4,timers=default g h
says "did you mean 'crash.yaml:ip=4,timers=default'?"
exits 2 "$halfopen" compare --run kill.yaml a d
says "a has several runs 'kill.yaml': "
if command -v script >/dev/null; then
	for columns in 80 100 200; do
		PAGER=cat script -qec "stty cols $columns; $halfopen compare --run crash.yaml g h || true" /dev/null </dev/null | tr -d '\r' >said
		grep -q $'\033\[36mB' said || fail "what B did alone has no colour"
		sed 's/\x1b\[[0-9;]*m//g' said | grep -v '^[AB]: \|^ *[^ ]*\.yaml' >text
		[ "$(wc -L <text)" = $columns ] || { cat text >&2; fail "not $columns columns wide: $(wc -L <text)"; }
	done
fi
exits 3 run --sysctl net.ipv4.tcp_retires2=5 "$cases/process-exit/kill.yaml:ip=4"
says "the kernel has no sysctl net.ipv4.tcp_retires2; did you mean 'tcp_retries2'?"
echo "net.ipv4.tcp_sack 0" >wrong.conf
exits 2 run --sysctl wrong.conf "$cases/process-exit/kill.yaml"
says "wrong.conf:1:1: error: this sets nothing"

# The page is one file.
grep -q '</html>' page.html || fail "the page does not end"
! grep -qE '(src|href)="[^#"]' page.html || fail "the page needs something beside it"

# Tolerance, format, usage.
exits 0 "$halfopen" compare --tolerance 1h a d
exits 1 "$halfopen" compare --format json a d
says '"differing": 2,'
if python=$(python_with jsonschema yaml); then
	cp said compared.json
	"$python" "$here/schema_check.py" "$here/../../docs/compare.schema.json" compared.json || fail "the JSON is not as its schema says"
else
	echo "not looked at, the JSON's schema: $python"
fi
exits 2 "$halfopen" compare a
exits 2 "$halfopen" compare a none
exits 2 "$halfopen" compare --format xml a b
exits 2 "$halfopen" compare --tolerance soon a b
echo "compare says what differs, and nothing else"
