#!/bin/sh
# SPDX-License-Identifier: MIT
#
# boot_test.sh PROGRAM...: runs test programs in a UML kernel, which has what the kernel that
# runs this may lack (netem), and checks that none of their tests was left out.
# HALFOPEN_UML: the kernel, a UML executable; without one: exit status 77, skipped.
#
# This file plays both parts: the guest's init is started as process 1, from the read-only root
# that it shares with the host.

init() {
	mount -t proc proc /proc && mount -t sysfs sys /sys && mount -t tmpfs run /run || echo failed
	export PATH=/usr/sbin:/usr/bin:/sbin:/bin TEMP=/run
	for program; do
		case $program in
		/*) "$program" && echo "passed $program" ;;
		*) ;; # UML puts words of its own behind the command line
		esac
	done
	echo o >/proc/sysrq-trigger
	while :; do sleep 1; done
}

host() {
	if [ ! -x "$HALFOPEN_UML" ]; then
		echo "skipped: HALFOPEN_UML (\"$HALFOPEN_UML\") is not a UML kernel"
		exit 77
	fi
	dir=$(mktemp -d) && trap 'rm -rf "$dir"' EXIT || exit 1
	timeout 900 "$HALFOPEN_UML" mem=128M root=/dev/root rootfstype=hostfs rootflags=/ ro \
		init="$self" con0=null,fd:1 con=null time-travel=inf-cpu quiet \
		uml_dir="$dir" umid=boot -- "$@" </dev/null >"$dir/console"
	tr -d '\r' <"$dir/console" >"$dir/text"
	cat "$dir/text"
	for program; do
		grep -qxF "passed $program" "$dir/text" || exit 1
	done
	! grep "not tried" "$dir/text" | grep -qv "kernel older than"
}

self=$(readlink -f "$0")
if [ $$ = 1 ]; then init "$@"; else host "$@"; fi
