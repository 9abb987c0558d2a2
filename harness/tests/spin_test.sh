#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Time creeps while a program spins: each of these would never end, with a kernel that was not built
# by build-kernel. Usage: spin_test.sh BUILD-FOLDER
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"
uml=$(uml_kernel) || { echo "$uml"; exit 77; }
grep -qs '^patch: creep' "$(dirname "$(realpath "$uml")")/info" || skip "a kernel without creep-*.patch"
command -v python3 >/dev/null || skip "no python3"
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
cd "$scratch"
export HALFOPEN_UML=$uml LC_ALL=C.UTF-8

cat >poll.yaml <<'X'
case: poll without a timeout on a pipe that hung up, until the answer comes (as nc does)
hosts:
  client:
    program:
      start: 1s
      command: |
        exec python3 -c '
        import socket,select,os
        r,w=os.pipe(); os.close(w)
        s=socket.create_connection(("10.0.0.2",9000)); s.send(b"x")
        p=select.poll(); p.register(r,0); p.register(s,select.POLLIN)
        while not any(f==s.fileno() for f,e in p.poll()): pass
        print(len(s.recv(10)))'
  server:
    program: [listen: 9000, accept, recv: 1, send: 5, pause]
until: 10s
expect:
  client: {exit: 0}
X
cat >shell.yaml <<'X'
case: a shell that spins until a file is there
hosts:
  client:
    program:
      start: 1s
      command: |
        (sleep 1; echo go >/tmp/ready) &
        while ! [ -s /tmp/ready ]; do :; done
        echo seen
  server:
    program: [pause]
until: 10s
expect:
  client: {exit: 0}
X
cat >alarm.yaml <<'X'
case: no system call at all, until an alarm
hosts:
  client:
    program:
      start: 1s
      command: |
        exec python3 -c '
        import signal
        signal.alarm(5)
        while True: pass'
  server:
    program: {command: 'sleep 3; echo woke'}
until: 10s
expect:
  client: {exit: SIGALRM}
X

cat >for-ever.yaml <<'X'
case: a shell that spins until it is killed
hosts:
  client:
    program:
      start: 1s
      command: |
        echo begins
        for i in 1 2 3; do sleep 10h & done
        while :; do :; done
  server:
    program: [listen: 9000, accept]
until: 10h
expect:
  client: {exit: 0}
X

of_client() { jq -c "select(.ev == \"program\" and .program == 0) | $1" "$2"; }
spins() { jq -c 'select(.ev == "spin") | [.exact, .text]' "$1"; }

for case in poll shell alarm; do
	exits 0 timeout 300 "$halfopen" run --out first "$case.yaml"
done
for case in poll shell; do
	exits 0 timeout 300 "$halfopen" run --out again "$case.yaml"
done
# Entries into the kernel are counted: the same each time, and the record says so.
for case in poll shell; do
	cmp <(of_client '[.start_ns, .end_ns]' first/$case/record.jsonl) \
		<(of_client '[.start_ns, .end_ns]' again/$case/record.jsonl) || fail "$case ends at another time each time"
	spins first/$case/record.jsonl | grep -q '^\[true,"[^"]*\[[0-9]*\] does not sleep"\]$' ||
		fail "$case: the record does not tell"
done
exits 0 "$halfopen" show first/poll
says '^time crept from 1\.00[0-9]* on: python3\[[0-9]+\] does not sleep'
# What makes no system call is charged by the host's clock; what it waits for comes in time all the same.
of_client '.signal == 14 and .end_ns >= 6000000000 and .end_ns < 6001000000' first/alarm/record.jsonl | grep -qx true ||
	fail "the alarm at 6 s: $(of_client . first/alarm/record.jsonl)"
spins first/alarm/record.jsonl | grep -q '^\[false,".* computes without a system call"\]$' ||
	fail "the record does not say that it is not exact"
grep -q '"program":1.*"end_ns":300[0-9]*,"exit_status":0.*woke' first/alarm/record.jsonl ||
	fail "who slept until 3 s woke late"

# Who is killed in the midst of it has told what there was until then.
exits 3 timeout 300 "$halfopen" run --wall-limit 15s --out killed for-ever.yaml
of_client '.start_ns >= 1000000000 and .end_ns < 0' killed/for-ever/record.jsonl | grep -qx true ||
	fail "the record does not tell of the start: $(of_client . killed/for-ever/record.jsonl)"
# Who has run is told: the processes are the guest itself, the shell and its three, and at most one that starts it.
says 'no end within the limit of real time: at [0-9:.]+ of the run host client computes \(program client; [567] processes, '
grep -q '"ev":"step".*"program":1' killed/for-ever/record.jsonl || fail "the record has no step of the server"

# Who does not spin is charged nothing.
exits 0 "$halfopen" run --out first "$cases/keepalive/crash.yaml"
find first -name record.jsonl -path '*crash*' -exec grep -l '"ev":"spin"' {} + && fail "time crept without a spin"
echo "time creeps"
