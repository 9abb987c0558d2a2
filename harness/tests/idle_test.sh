#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# A kernel that has nothing to do hardly wakes up: in an hour of sleep fewer than 2400 switches of processes are
# made there, whatever the number of hosts. Usage: idle_test.sh BUILD-FOLDER
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"
uml=$(uml_kernel) || { echo "$uml"; exit 77; }
grep -qs '^patch: ipvs-idle' "$(dirname "$(realpath "$uml")")/info" || skip "a kernel without ipvs-idle-*.patch"
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
cd "$scratch"
export HALFOPEN_UML=$uml LC_ALL=C.UTF-8

cat >idle.yaml <<'X'
case: an hour in which nothing happens
hosts:
  a:
    program:
      command: |
        switches() { sed -n 's/^ctxt //p' /proc/stat; }
        before=$$(switches)
        sleep 3600
        after=$$(switches)
        echo "$$((after - before)) switches"
        [ $$((after - before)) -lt 2400 ]
  b: {program: [pause]}
  c: {program: [pause]}
expect:
  a: {exit: 0}
X
exits 0 "$halfopen" run --out out.d idle.yaml
