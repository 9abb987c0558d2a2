#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Where a machine lacks something that confines a kernel, `doctor` says so, and runs are made all the same, as
# docs/security.md has it. Usage: lacks_test.sh BUILD-FOLDER
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"
uml=$(uml_kernel) || { echo "$uml"; exit 77; }
export HALFOPEN_UML=$uml
cd "$(mktemp -d)"
trap 'rm -rf "$PWD"' EXIT
case=$cases/keepalive/crash.yaml:ip=4,timers=short

exits 0 "$halfopen" doctor
for line in 'confined: Landlock \([0-9]+\)' '  seccomp' 'its questions'; do
	grep -qE "$line +yes" out || skip "this machine lacks something itself: $line"
done

# LACK LINE: doctor says no to LINE, and with it both kinds of runs are made.
lacking() {
	exits 0 "$build/tests/without" "$1" "$halfopen" doctor
	says "$2 +no"
	says '^ {6}.*without, '
	exits 0 "$build/tests/without" "$1" "$halfopen" run --one-kernel "$case"
	exits 0 "$build/tests/without" "$1" "$halfopen" run "$case"
}
lacking landlock 'it is confined: Landlock'
lacking questions '    its questions'
lacking seccomp '    seccomp'
if [ "$(id -u)" = 0 ]; then
	setpriv --bounding-set=-setuid --inh-caps=-setuid "$halfopen" doctor >out
	says '    as another user than root +no'
	exits 0 setpriv --bounding-set=-setuid --inh-caps=-setuid "$halfopen" run "$case"
fi

# Without that nothing can be run in virtual time, and both say so.
"$build/tests/without" ptrace "$halfopen" doctor >out || true
says 'it can be started here +no'
says 'it needs ptrace'
exits 3 "$build/tests/without" ptrace "$halfopen" run "$case"
says 'ptrace: Operation not permitted'

# Namespaces with a program, but none for what is running: no part of a network is at fault.
"$build/tests/without" unshare "$halfopen" doctor >out || true
if grep -qE 'namespaces may be made +yes' out; then
	says 'networks may be made in them +no'
	! grep -q modprobe out || fail "doctor blames what it could not look at"
	exits 3 "$build/tests/without" unshare "$halfopen" run --kernel live "$case"
	# What holds commands there, beside namespaces.
	for lack in filters/seccomp landlock/Landlock; do
		"$build/tests/without" "${lack%/*}" "$halfopen" doctor >out || true
		says "${lack#*/}, for a case's commands +no"
	done
fi
