#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# A distribution's kernel in QEMU and a UML of our own agree, a machine that dies costs one run,
# and nothing is left behind. Usage: qemu_test.sh BUILD-FOLDER
# The image is HALFOPEN_BZIMAGE, or what `halfopen kernel fetch` left in the cache folder.
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"
isolate "$@"
image=$(bzimage) || { echo "$image"; exit 77; }
uml=$(uml_kernel) || { echo "$uml"; exit 77; }

out=$(mktemp -d)
chmod 755 "$out" # else what the kernels need goes to /tmp, which they can enter
export TMPDIR=$out/scratch
mkdir "$TMPDIR"
trap 'rm -rf "$out"' EXIT
leftovers=$(host_leftovers)
network=$(host_network)

# Timers of two hours, RSTs, orphans, filters, ICMP by a router, a reboot, a command, the date, a
# segment that is sent again while netem has the first, one way of several, a file in an /etc of ours.
cat >"$out/etc.yaml" <<'END'
case: a file in an /etc that is not the machine's
hosts:
  one: {program: {files: {/etc/app/own: "text"}, command: 'test "$$(cat /etc/app/own)" = text'}}
  two: {program: [pause]}
expect: {one: {exit: 0}}
END
# Not nat/ipvs: IPVS is not loaded there, it would wake up an idle machine each second.
sample=(keepalive/crash.yaml keepalive/icmp.yaml orphans reset heartbeat icmp/data.yaml
	nat/{conntrack,failover,forgets,idle-timeout,vip,vip-forgets}.yaml
	commands/shell.yaml commands/reboot.yaml commands/date.yaml)
files=("$out/etc.yaml" "$cases/outages/kubernetes-invalid.yaml:fix=none"
	"$cases/impaired/one-way-of-three.yaml:network=switch,ip=4,worse=one")
for name in "${sample[@]}"; do
	[ -e "$cases/$name" ] || fail "the sample names $name, which is not there"
	files+=("$cases/$name")
done
status=0
"$halfopen" run --kernel "$image" --jobs 2 --out "$out/qemu" "${files[@]}" >"$out/text" || status=$?
if [ "$status" != 0 ] || ! grep -q ' 0 failed, 0 skipped$' "$out/text"; then
	cat "$out/text"
	fail "the sample on $image: status $status"
fi
grep -E '^kernel: .*virtual clock' "$out/text" || fail "the kernel is not told"
tail -n 2 "$out/text"

# Python is more than its executable.
"$halfopen" run --kernel "$image" --jobs 1 "$cases/programs/telnet.yaml:story=closed" >"$out/text" && fail "python ran"
grep -q "^SKIP.*needs the machine's files" "$out/text" || { cat "$out/text"; fail "another reason"; }

# What two kernels of one version may differ in is docs/kernels.md's; not in these, if both are one
# kernel for all hosts.
version() { grep -o '"release":[^,]*' "$1/results.json" | grep -oE '[0-9]+\.[0-9]+' | head -n 1; }
"$halfopen" run --one-kernel --kernel "$uml" --out "$out/uml" "$cases/keepalive/crash.yaml" \
	"$cases/orphans" "$cases/reset" "$cases/heartbeat" >/dev/null || fail "the sample on UML"
if [ "$(version "$out/qemu")" = "$(version "$out/uml")" ]; then
	"$halfopen" compare "$out/uml" "$out/qemu" >"$out/compared" ||
		{ cat "$out/compared"; fail "UML and the image differ"; }
	tail -n 1 "$out/compared"
else
	echo "another version than the UML's: not compared"
fi

# On a real clock, if asked: what takes hours is skipped.
"$halfopen" run --kernel "$image" --real-time --retries 3 "$cases/reset/same-port.yaml:ip=4" \
	"$cases/keepalive/crash.yaml:ip=4,timers=default" >"$out/text" || { cat "$out/text"; fail "in real time"; }
grep -qE '^kernel: .*real clock' "$out/text" || fail "the real clock is not told"
tail -n 1 "$out/text" | grep -qx '1 passed, 0 failed, 1 skipped' || { cat "$out/text"; fail "in real time"; }

# The machine dies in the middle: an error for that run alone, and the next boots anew.
"$halfopen" run --kernel "$image" --jobs 1 "$cases/keepalive/crash.yaml" >"$out/text" &
pid=$!
until grep -q '^PASS' "$out/text"; do
	kill -0 "$pid" 2>/dev/null || fail "ended without a run that passed"
	sleep 0.05
done
pkill -9 -f "^qemu-system-x86_64.*$TMPDIR" || fail "no QEMU to kill"
status=0
wait "$pid" || status=$?
[ "$status" = 3 ] || fail "a machine was killed, and the status is $status"
[ "$(grep -c '^ERROR' "$out/text")" = 1 ] || { cat "$out/text"; fail "not just one error"; }
grep -A1 '^ERROR' "$out/text" | grep -q 'machine died' || { cat "$out/text"; fail "no reason"; }
tail -n 1 "$out/text" | grep -qE '^[1-9][0-9]* passed, 1 failed' || fail "the next runs did not go on"

# Killed itself, while it boots and while runs are made: no QEMU stays.
for moment in 0.5 2 6; do
	"$halfopen" run --kernel "$image" "$cases/keepalive" >/dev/null 2>&1 &
	pid=$!
	sleep "$moment"
	kill -9 "$pid"
	wait "$pid" 2>/dev/null || true
	for ((try = 0; try < 100; try++)); do
		pgrep -f "^qemu-system-x86_64.*$TMPDIR" >/dev/null || break
		sleep 0.1
	done
	[ "$try" -lt 100 ] || fail "QEMU is still there"
done
host_compare "$network" "$leftovers" || fail "the host is not as it was"
