#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# A kernel that has nothing to do hardly wakes up: in an hour of sleep fewer than 2400 switches of processes are
# made there, whatever the number of hosts. And a program is told the time without a system call, as the kernel
# would tell it. Usage: idle_test.sh BUILD-FOLDER
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

grep -qs '^patch: vdso-time' "$(dirname "$(realpath "$uml")")/info" || exit 0
cat >clock.yaml <<'X'
case: each read of the clock costs 256 ns, whoever answers it
hosts:
  a:
    program:
      files:
        /root/clock.py: |
          import time
          REALTIME_COARSE, MONOTONIC_COARSE = 5, 6
          read = [time.monotonic_ns() for i in range(300)]
          assert all(b - a == 256 for a, b in zip(read, read[1:])), read
          coarse = [time.clock_gettime_ns(c) for i in range(100) for c in (REALTIME_COARSE, MONOTONIC_COARSE)]
          assert len(set(coarse)) == 2, coarse
          wall, boot = time.time_ns(), time.clock_gettime_ns(time.CLOCK_BOOTTIME)
          assert wall + 256 - boot == coarse[0] - coarse[1], (coarse[:2], wall, boot)
          then = time.monotonic_ns()
          time.sleep(1)
          assert 10**9 < time.monotonic_ns() - then < 10**9 + 2 * 10**5
          then = time.monotonic_ns()
          while time.monotonic_ns() < then + 10**7: pass # it ends: time goes on
          assert "[vvar]" in open("/proc/self/maps").read()
      args: [/usr/bin/python3, /root/clock.py]
  b: {program: [pause]}
expect:
  a: {exit: 0}
X
exits 0 "$halfopen" run --out clock.d clock.yaml
