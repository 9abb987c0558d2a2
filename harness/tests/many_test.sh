#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# How many runs a command has is no matter of descriptors, nor of memory: 2,000 with 256 descriptors and 8 MB of
# data. (They are skipped, which does not take long.) Usage: many_test.sh BUILD-FOLDER
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"
live_possible || skip "no namespaces here"
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
cd "$scratch"
export LC_ALL=C.UTF-8

cat >many.yaml <<X
case: so many runs
matrix:
  a: [$(seq -s ', ' 40)]
  b: [$(seq -s ', ' 50)]
hosts:
  a: {program: [pause]}
  b: {program: [pause]}
until: 2h
expect:
  a: {pause: blocked}
X
ulimit -n 256
ulimit -d 8000
"$halfopen" --version >/dev/null 2>&1 || skip "a build that needs more room for itself"
exits 77 "$halfopen" run --kernel live --out results --format junit=junit.xml --format json=all.json many.yaml
says '^0 passed, 0 failed, 2000 skipped$'
for file in results/results.json all.json; do
	[ "$(grep -c '"verdict": "skip"' "$file")" = 2000 ] || fail "$file has not all of them"
done
[ "$(grep -c '<testcase' junit.xml)" = 2000 ] || fail "junit.xml has not all of them"
