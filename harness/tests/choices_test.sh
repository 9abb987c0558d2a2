#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Which runs are made, how often, and what of them is told: the options of `run` for a CI, and of `list`.
# Usage: choices_test.sh BUILD
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"
kernel=$(uml_kernel) || { echo "$kernel"; exit 77; }
export HALFOPEN_UML=$kernel
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
cd "$scratch" || exit
unset GITHUB_ACTIONS GITHUB_STEP_SUMMARY

write_case() { # FILE WHAT-RECV-GIVES [LINE]
	cat >"$1" <<-CASE
		case: a client hears its server die
		matrix: {ip: [4, 6]}
		hosts:
		  client: {program: [connect: 'server:8081', recv]}
		  server: {program: [listen: 8081, accept, pause]}
		timeline: [{at: 2s, kill: server}]
		expect: {client: {recv: $2}}
		${3:-}
	CASE
}
mkdir story
write_case story/a-good.yaml eof
write_case story/b-bad.yaml ECONNRESET
write_case story/c-good.yaml eof
write_case skipped.yaml eof 'needs: "kernel >= 99.0"'
lines() { grep -cE "$1" out || true; }

# --quiet: what failed, and the sum
exits 1 "$halfopen" run --quiet story
[ "$(lines '^(PASS|SKIP)')" = 0 ] || fail "--quiet tells what held"
[ "$(lines '^FAIL')" = 2 ] || fail "--quiet does not tell what failed"
says '^4 passed, 2 failed, 0 skipped'
exits 0 "$halfopen" run -q story/a-good.yaml
[ "$(head -n 1 out | grep -c '^kernel')" = 1 ] || fail "there is more than the sum"

# --fail-fast: what runs already ends; the results that are there are kept
exits 1 "$halfopen" run --fail-fast --jobs 1 --out fast story
[ "$(lines '^(PASS|FAIL)')" = 3 ] || fail "not the two that held, and the first that failed"
complains '^halfopen run: --fail-fast: 3 of 6 runs were not made$'
[ "$(jq length fast/results.json)" = 3 ] || fail "the results are not those that were made"
says '^2 passed, 1 failed, 0 skipped'
exits 0 "$halfopen" run --fail-fast story/a-good.yaml
[ ! -s err ] || fail "--fail-fast complains of nothing: $(cat err)"

# --last-failed: those alone; the others stay
exits 1 "$halfopen" run --out all story
jq -S 'map({file, variant})' all/results.json >before
exits 1 "$halfopen" run --last-failed --out all story
[ "$(lines '^(PASS|FAIL)')" = 2 ] || fail "not the two that had failed"
says '^0 passed, 2 failed, 0 skipped'
jq -S 'map({file, variant})' all/results.json | cmp -s before || fail "the others' results are gone, or in another order"
write_case story/b-bad.yaml eof
exits 0 "$halfopen" run --last-failed --out all story
[ "$(lines '^PASS')" = 2 ] || fail "not the two that had failed"
[ "$(jq '[.[] | select(.verdict == "pass")] | length' all/results.json)" = 6 ] || fail "what holds now is not in the results"
exits 0 "$halfopen" judge all
exits 0 "$halfopen" run --last-failed --out all story
says '^none of these runs failed in all$'
exits 2 "$halfopen" run --last-failed story
complains 'last-failed needs --out'
exits 2 "$halfopen" run --last-failed --out nowhere story
complains '--last-failed: nowhere: No such file'

# --retries: each attempt is told, the last counts
write_case story/b-bad.yaml ECONNRESET
exits 1 "$halfopen" run --retries 2 --out again --format junit=junit.xml story/b-bad.yaml:ip=4
[ "$(lines '^RETRY story/b-bad.yaml:ip=4: attempt [12]: fail: client.recv: ')" = 2 ] || { cat out; fail "not each attempt is told"; }
says '^0 passed, 1 failed, 0 skipped'
[ "$(jq '.[0].retried | length' again/results.json)" = 2 ] || fail "the results do not have the attempts"
[ "$(grep -c '^attempt [12]: fail: ' junit.xml)" = 2 ] || fail "JUnit does not have the attempts"
exits 0 "$halfopen" run --retries 2 --out again story/a-good.yaml
[ "$(lines '^RETRY')" = 0 ] || fail "what held was made again"
jq -e 'all(has("retried") | not)' again/results.json >/dev/null || fail "attempts of what held at once"
exits 2 "$halfopen" run --retries some story
complains "'some' is no number of retries"

# --fail-on-skip
exits 77 "$halfopen" run skipped.yaml
exits 1 "$halfopen" run --fail-on-skip skipped.yaml
complains '--fail-on-skip: 2 skipped'
exits 1 "$halfopen" run --fail-on-skip skipped.yaml story/a-good.yaml
exits 0 "$halfopen" run skipped.yaml story/a-good.yaml

# --against: what differs is the last thing said
exits 0 "$halfopen" run --out old story/a-good.yaml
exits 0 "$halfopen" run --against old story/a-good.yaml
[ "$(tail -n 1 out)" = "0 of 2 runs differ, 2 are the same" ] || fail "the last line is: $(tail -n 1 out)"

# list -k
exits 0 "$halfopen" list -k b-bad story
says '^1 case, 2 runs$'
[ "$(lines good)" = 0 ] || fail "list -k lists others"
exits 0 "$halfopen" list -k ip=6 story
says '^3 cases, 3 runs$'
exits 0 "$halfopen" list --json --filter 'a-*:ip=4' story
[ "$(jq -r '.[].name' out)" = story/a-good.yaml:ip=4 ] || fail "list --json --filter lists others"
echo "runs are chosen"
