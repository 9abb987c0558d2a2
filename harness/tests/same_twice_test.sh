#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# In virtual time a case comes out the same to the nanosecond: two runs, their records
# compared after `halfopen judge --normalise` has replaced what is random (sequence numbers,
# ports, cookies). Usage: same_twice_test.sh BUILD-FOLDER
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"
uml=$(uml_kernel) || { echo "$uml"; exit 77; }
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
for run in 1 2; do
	"$halfopen" run --kernel "$uml" --out "$scratch/$run" "$cases"/process-exit "$cases"/host-crash >/dev/null ||
		[ $? -eq 1 ] || fail "halfopen run exited $?"
done
count=0
while IFS= read -r record; do
	other=$scratch/2/${record#"$scratch/1/"}
	"$halfopen" show --normalised "$record" >"$scratch/a"
	"$halfopen" show --normalised "$other" >"$scratch/b"
	[ -s "$scratch/a" ] || fail "$record: nothing to compare"
	cmp "$scratch/a" "$scratch/b" || { diff "$scratch/a" "$scratch/b" | head -n 20 >&2; fail "$record differs from its twin"; }
	count=$((count + 1))
done < <(find "$scratch/1" -name record.jsonl)
[ "$count" -gt 0 ] || fail "no records were written"
echo "$count records are the same in both runs"
