#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Hosts that are kernels of their own: two runs of a case give the same record to the byte, but for
# what it cost, however many run at once. And the cases hold as well where all hosts share one.
# Usage: own_kernels_test.sh BUILD-FOLDER
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"
uml=$(uml_kernel) || { echo "$uml"; exit 77; }
command -v jq >/dev/null || skip "no jq"
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

"$halfopen" run --one-kernel --kernel "$uml" "$cases" >"$scratch/text" ||
	{ grep -A8 -E '^(FAIL|ERROR)' "$scratch/text" >&2; fail "with one kernel not all cases hold"; }
tail -n 1 "$scratch/text"

for time in 1 2; do
	"$halfopen" run --kernel "$uml" --jobs $time --out "$scratch/$time" \
		"$cases"/keepalive/reboot.yaml "$cases"/host-crash "$cases"/commands >"$scratch/text" ||
		{ grep -A8 -E '^(FAIL|ERROR)' "$scratch/text" >&2; fail "time $time: halfopen run exited with $?"; }
done
count=0
while IFS= read -r record; do
	cmp -s <(sed -E 's/"wall_ns":[0-9]+//' "$record") \
		<(sed -E 's/"wall_ns":[0-9]+//' "$scratch/1/${record#"$scratch/2/"}") ||
		fail "${record#"$scratch/2/"} differs from its twin"
	count=$((count + 1))
done < <(find "$scratch/2" -name record.jsonl)
[ "$count" -gt 20 ] || fail "only $count records were compared"
echo "$count records are the same, to the byte, in both runs"

# Whether the timestamps of a machine's next boot are later is chance. If they count from its boot
# alone they never are.
"$halfopen" run --kernel "$uml" --sysctl net.ipv4.tcp_timestamps=2 --out "$scratch/4" \
	"$cases/closing/time-wait.yaml:peer=connects-again" >"$scratch/text" ||
	{ cat "$scratch/text" >&2; fail "time-wait fails where timestamps begin again"; }
grep -q '"rst"' "$scratch/4/closing/time-wait/ip=4,peer=connects-again/record.jsonl" ||
	fail "nobody was reset"

# A run that has no end within the limit of real time is an error, and says so.
status=0
"$halfopen" run --kernel "$uml" --wall-limit 1ms --out "$scratch/3" "$cases/keepalive/crash.yaml:ip=4,timers=short" \
	>"$scratch/text" || status=$?
[ "$status" = 3 ] || { cat "$scratch/text" >&2; fail "a run without an end exited with $status, not 3"; }
grep -q 'no end within the limit of real time' "$scratch/text" || { cat "$scratch/text" >&2; fail "it is not told why"; }

# Each host may have another kernel, from the case or from the command line; one that has no virtio is
# refused, with the remedy, before anything runs.
cat >"$scratch/two.yaml" <<'END'
case: the server's kernel is its own
hosts:
  client: {program: [connect: 'server:8081', recv]}
  server: {kernel: UML, program: [listen: 8081, accept, send: 1]}
expect:
  client: {recv: 1}
END
sed -i "s|UML|$uml|" "$scratch/two.yaml"
"$halfopen" run --kernel "$uml" --out "$scratch/5" "$scratch/two.yaml" >"$scratch/text" ||
	{ cat "$scratch/text" >&2; fail "a case that names a host's kernel does not hold"; }
grep -q '"kernels":\[{"host":0' "$(find "$scratch/5" -name record.jsonl)" || fail "the record does not tell the hosts' kernels"
jq -e '[.[].kernels[].host] == ["client", "server"]' "$scratch/5/results.json" >/dev/null || fail "results.json does not tell the hosts' kernels"
status=0
"$halfopen" run --one-kernel --kernel "$uml" "$scratch/two.yaml" >"$scratch/text" || status=$?
[ "$status" = 77 ] || fail "without kernels of their own it exited with $status, not 77"
grep -q 'needs a kernel for each host' "$scratch/text" || fail "it is not told what is needed"
[ "$(tail -n 1 "$scratch/text")" = "0 passed, 0 failed, 1 skipped, of which a kernel for each host would run 1" ] ||
	fail "the last line does not tell what would run it"
"$halfopen" list --json "$cases/machine/panic.yaml" "$cases/keepalive/crash.yaml" |
	jq -e 'all(.[]; .own_kernels == (.file | endswith("panic.yaml")))' >/dev/null || fail "list does not tell which runs need it"
"$halfopen" run --one-kernel --phases 2 "$scratch/two.yaml" 2>"$scratch/text" && fail "phases of one kernel"
grep -q -- '--phases is for kernels of the hosts' "$scratch/text" || fail "it is not told that phases need kernels of the hosts"
# Who is given a kernel is a host of some case, and is given one.
refuses() { # STATUS TEXT OPTION...
	local status=0 wanted=$1 text=$2
	shift 2
	"$halfopen" run --kernel "$uml" "$@" "$scratch/two.yaml" >"$scratch/text" 2>&1 || status=$?
	[ "$status" = "$wanted" ] || fail "$*: it exited with $status, not $wanted"
	grep -qF -- "$text" "$scratch/text" || { cat "$scratch/text" >&2; fail "$*: it is not told why"; }
}
refuses 2 "--kernel clinet=$uml: no case that is run has a host 'clinet'" --kernel "clinet=$uml"
refuses 2 "--kernel router=$uml: no case that is run has a router" --kernel "router=$uml"
refuses 2 '--kernel client= is given twice' --kernel "client=$uml" --kernel "client=$uml"
refuses 3 '--sysctl: client: sysctl net.ipv4.tcp_retries2 takes no "abc"' --sysctl net.ipv4.tcp_retries2=abc
refuses 3 '--seed is for kernels of the hosts: ' --kernel live --seed 3
# A matrix can range over kernels, and over the kernel of one host.
sed "s|kernel: $uml|kernel: \$k|; 1a matrix: {k: [one, two]}" "$scratch/two.yaml" >"$scratch/matrix.yaml"
(
	export XDG_CACHE_HOME=$scratch/cache
	"$halfopen" kernel add "$uml" --name one >/dev/null
	"$halfopen" kernel add "$uml" --name two >/dev/null
	"$halfopen" run --kernel "$uml" "$scratch/matrix.yaml"
) >"$scratch/text" || { cat "$scratch/text" >&2; fail "a matrix of kernels does not hold"; }
sed "s|client: {program|client: {kernel: $uml, program|" "$scratch/two.yaml" >"$scratch/first.yaml"
"$halfopen" run -q --kernel "$uml" --out "$scratch/6" "$scratch/first.yaml" >/dev/null
"$halfopen" show "$(dirname "$(find "$scratch/6" -name record.jsonl)")" | grep -Eq '^uml, Linux [0-9.]+, HZ' || fail "show names the run's kernel as the first host's own"
grep -q '^PASS .*k=two' "$scratch/text" || fail "a matrix does not range over kernels"
mkdir "$scratch/bare"
cp "$uml" "$scratch/bare/linux"
echo 'CONFIG_HZ=250' >"$scratch/bare/config"
if "$halfopen" run --kernel "$uml" --kernel client="$scratch/bare/linux" "$scratch/two.yaml" >/dev/null 2>"$scratch/text"; then
	fail "a kernel without virtio was taken"
fi
grep -q 'no virtio.*halfopen kernel build' "$scratch/text" || { cat "$scratch/text" >&2; fail "it is not told what it lacks"; }

# What a host reads of the machine's files is what they hold, also at their ends: hostfs reads 32 pages at once.
cat >"$scratch/reads.yaml" <<END
case: a host reads files
hosts:
  client: {program: {command: "cat /usr/bin/ba* | sha256sum"}}
  server: {program: [pause]}
expect: {client: {output: [$(cat /usr/bin/ba* | sha256sum | cut -d ' ' -f 1)]}}
END
"$halfopen" run --kernel "$uml" "$scratch/reads.yaml" >"$scratch/text" ||
	{ cat "$scratch/text" >&2; fail "a host reads other bytes than the machine's files hold"; }

# A question to all of a switch is lost if the one that it is for does not get it, whoever else does.
asked_of() { # FATE ERRNO HOST: what is off
	cat >"$scratch/asked-$3.yaml" <<-END
		case: a client asks for its server, and $3 is off
		network: switch
		neighbours: dynamic
		ip: 4
		hosts:
		  client: {program: [sleep: 1s, connect: "server:80"]}
		  server: {program: [pause]}
		  other: {program: [pause]}
		timeline:
		  - {at: 0s, crash: $3}
		expect: {client: {connect: $2}}
	END
	"$halfopen" run --kernel "$uml" --out "$scratch/asked-$3" "$scratch/asked-$3.yaml" >"$scratch/text" || { cat "$scratch/text" >&2; fail "$3 is off"; }
	jq -es --argjson fate "$1" '[.[] | select(.ev == "packet" and .kinds == ["arp-request"])] | . != [] and all(.to == 1 and .lost == $fate)' \
		"$(find "$scratch/asked-$3" -name record.jsonl)" >"$scratch/text" || fail "$3 is off: what became of the question is not told"
}
asked_of '"the receiver was off"' EHOSTUNREACH server
asked_of null ECONNREFUSED other

# What a program does to its machine comes at a moment that the world does not know before.
cat >"$scratch/sysrq.yaml" <<'END'
case: a program reboots its machine
hosts:
  client: {program: {command: 'sleep 1; echo b >/proc/sysrq-trigger; sleep 1'}}
  server: {program: [{sleep: 2s}]}
expect: {server: {sleep: 0}}
END
"$halfopen" run --kernel "$uml" "$scratch/sysrq.yaml" >"$scratch/text" 2>&1 && fail "a machine that was rebooted by a program is none"
grep -q '^ERROR.*host client: its kernel ended by itself: reboot; .*timeline do it: reboot$' "$scratch/text" ||
	{ cat "$scratch/text" >&2; fail "it is not told what the timeline is for"; }

# A seed gives other ports and sequence numbers, the same ones each time; a phase, other roundings.
run_by() { # FOLDER OPTION...
	local to=$1
	shift
	"$halfopen" run --kernel "$uml" --out "$scratch/$to" "$@" "$cases/keepalive/crash.yaml:ip=4,timers=claimed" >"$scratch/text" ||
		{ cat "$scratch/text" >&2; fail "with $* it does not hold"; }
	sed -E 's/"wall_ns":[0-9]+//' "$(find "$scratch/$to" -name record.jsonl)"
}
run_by one --seed 1 >"$scratch/one.txt"
run_by again --seed 1 >"$scratch/again.txt"
run_by two --seed 2 >"$scratch/two.txt"
run_by late --phase 2049ms --seed 3 >"$scratch/late.txt"
grep -q '"seed":3,"phase_ns":2049000000' "$scratch/late.txt" || fail "the record does not tell seed and phase"
jq -e '.[0].seed == 3 and .[0].phase_ns == 2049000000' "$scratch/late/results.json" >/dev/null || fail "results.json does not tell seed and phase"
"$halfopen" show "$(dirname "$(find "$scratch/late" -name record.jsonl)")" >"$scratch/text"
grep -qx 'seed 3, phase 2.049s' "$scratch/text" || fail "show does not tell seed and phase"
"$halfopen" judge --format json "$scratch/late" 2>/dev/null | jq -e '.[0].seed == 3' >/dev/null || fail "judge forgets the seed"
run_by late --phase 2049ms >"$scratch/late.txt"
cmp -s "$scratch/one.txt" "$scratch/again.txt" || fail "two runs of one seed differ"
port() { grep -om1 '"sport":[0-9]*' "$1"; }
[ "$(port "$scratch/one.txt")" != "$(port "$scratch/two.txt")" ] || fail "another seed gives the same port"
cmp -s "$scratch/one.txt" "$scratch/late.txt" && fail "another phase gives the same run"
status=0
"$halfopen" run --kernel live --seed 1 "$cases/keepalive/crash.yaml" 2>"$scratch/text" || status=$?
[ "$status" = 3 ] || fail "--seed on the live kernel exited with $status, not 3"
