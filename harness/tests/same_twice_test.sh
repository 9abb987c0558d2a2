#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# In virtual time a case comes out the same: two runs of each, their records compared after
# `halfopen show --normalised` has replaced what is random (sequence numbers, ports, cookies).
# Everything must be equal; times to within 4 us. That is sixteen readings of the clock, which
# costs 256 ns each under inf-cpu: how often the kernel reads it for itself is not quite the
# same each time. Usage: same_twice_test.sh BUILD-FOLDER
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"
uml=$(uml_kernel) || { echo "$uml"; exit 77; }
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
for run in 1 2; do
	"$halfopen" run --kernel "$uml" --out "$scratch/$run" "$cases"/process-exit "$cases"/host-crash >/dev/null ||
		[ $? -eq 1 ] || fail "halfopen run exited $?"
done

# Prints each time on a line of its own, behind its name, and all else as it is.
split() { sed -E 's/"([a-z_]*_ns)":(-?[0-9]+)/\n@ \1 \2\n/g' "$1"; }
# Compares two such texts line by line.
same() {
	paste -d $'\t' <(split "$1") <(split "$2") | awk -F '\t' '
		{ split($1, a, " "); split($2, b, " "); d = a[3] - b[3] }
		a[1] == "@" && b[1] == "@" && a[2] == b[2] && d <= 4096 && d >= -4096 { next }
		$1 != $2 { print "this: " $1; print "twin: " $2; exit 1 }'
}

count=0
while IFS= read -r record; do
	# How long a resolved neighbour counts as reachable is random (RFC 4861, 6.3.2).
	grep -q 'neighbours: dynamic' "$record" && continue
	"$halfopen" show --normalised "$record" >"$scratch/a"
	"$halfopen" show --normalised "$scratch/2/${record#"$scratch/1/"}" >"$scratch/b"
	[ -s "$scratch/a" ] || fail "$record: nothing to compare"
	same "$scratch/a" "$scratch/b" >&2 || fail "$record differs from its twin"
	count=$((count + 1))
done < <(find "$scratch/1" -name record.jsonl)
[ "$count" -gt 20 ] || fail "only $count records were compared"
echo "$count records are the same in both runs"
