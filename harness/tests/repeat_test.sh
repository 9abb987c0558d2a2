#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Runs that are made several times: by seeds, by phases, and where there are neither; what is told of them.
# Usage: repeat_test.sh BUILD-FOLDER
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"
kernel=$(uml_kernel) || { echo "$kernel"; exit 77; }
command -v jq >/dev/null || skip "no jq"
export HALFOPEN_UML=$kernel
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
cd "$scratch" || exit
unset GITHUB_ACTIONS GITHUB_STEP_SUMMARY

# One of the first two packets is lost or not, by the seed: a retransmission more.
cat >chance.yaml <<'END'
case: a SYN is lost or not
hosts:
  client: {program: [connect: 'server:8081', close]}
  server: {program: [listen: 8081, accept, {recv: eof}]}
link: {delay: 1ms, loss: 30%}
expect:
  server: {recv: eof}
END
exits 0 "$halfopen" run --repeat 5 --seed 3 --out own --format junit=junit.xml chance.yaml
says '^chance.yaml: 5 repetitions, [2-5] outcomes; the last call returns between .* \(seed=[3-7]\) and .* \(seed=[3-7]\)$'
says '^ +[1-5] pass, as seed=3$'
says '^        (client|server).*retransmission'
says '^1 run repeated, 1 with more than one outcome$'
jq -e '[.[] | .seed] == [3, 4, 5, 6, 7] and .[1].repetition == "seed=4" and .[1].folder == "chance/seed=4"' own/results.json >/dev/null ||
	fail "results.json does not tell the seeds"
told=$(jq '[.[].outcome] | unique | length' own/results.json)
says "^chance.yaml: 5 repetitions, $told outcomes"
grep -q 'name="chance.yaml seed=4"' junit.xml || fail "JUnit does not tell repetitions apart"
grep -q 'outcome [0-9a-f]' junit.xml || fail "JUnit does not tell the outcomes"

exits 0 "$halfopen" judge own
says "^chance.yaml: 5 repetitions, $told outcomes"
exits 0 "$halfopen" report own
grep -q '</a> seed=4' own/report/index.html || fail "the overview does not tell repetitions apart"

# One seed alone gives the same run, and a shard has its part of them.
exits 0 "$halfopen" run --seed 4 --out one chance.yaml
cmp <(sed -E 's/"wall_ns":[0-9]+//' one/chance/record.jsonl) <(sed -E 's/"wall_ns":[0-9]+//' own/chance/seed=4/record.jsonl) ||
	fail "--seed 4 is not what seed 4 of several was"
exits 0 "$halfopen" run --repeat 4 --shard 2/2 --out shards chance.yaml
says '^chance.yaml: 2 repetitions'
exits 0 "$halfopen" run --repeat 2 -q chance.yaml
! grep -q '^PASS' out || fail "--quiet tells each repetition"

# Where there are no seeds it is made again.
exits 0 "$halfopen" run --one-kernel --repeat 2 --out old --format tap=tap chance.yaml
grep -q '^ok . - chance.yaml repetition=2$' tap || fail "TAP does not tell repetitions apart"
grep -q '^# 1 run repeated' tap || fail "TAP does not tell how many outcomes there were"
[ -e old/chance/repetition=2/record.jsonl ] || fail "a repetition has no folder"

# Phases: timers are rounded otherwise. The first probe, due in 10 s, is rounded up by at most 256 ms.
cat >phase.yaml <<'END'
case: keepalive by the timer wheel
hosts:
  client: {program: [connect: 'server:8081', setsockopt: {SO_KEEPALIVE: 1}, setsockopt: {TCP_KEEPIDLE: 10s}, setsockopt: {TCP_KEEPCNT: 1}, recv]}
  server: {program: [listen: 8081, accept, pause]}
timeline: [{at: 1s, crash: server}]
expect:
  client: {recv: ETIMEDOUT}
END
exits 0 "$halfopen" run --phases 4 --out phases phase.yaml
says '^phase.yaml: 4 repetitions, 1 outcome: pass; the last call returns between .*\(phase=.*\) and .*\(phase='
jq -e '[.[].phase_ns] | .[0] == null and .[1] < .[2] and .[2] < .[3]' phases/results.json >/dev/null ||
	{ jq -c '[.[].phase_ns]' phases/results.json >&2; fail "the phases are others"; }
for bad in "--repeat 0" "--repeat x" "--phases 0" "--seed 0" "--seed 99999999999999999"; do
	# shellcheck disable=SC2086
	exits 2 "$halfopen" run $bad chance.yaml
done
exits 3 "$halfopen" run --kernel live --phases 2 chance.yaml
