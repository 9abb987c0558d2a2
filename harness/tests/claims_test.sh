#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# docs/claims.md and docs/outages.md are what `halfopen claims` and `halfopen outages` make of the cases as
# they are. The numbers may differ: they are of one kernel and one run.
# Usage: claims_test.sh BUILD-FOLDER
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"
uml=$(uml_kernel) || { echo "$uml"; exit 77; }
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
"$halfopen" run --kernel "$uml" --out "$scratch/out" "$cases" >"$scratch/run" || fail "$(tail -n 30 "$scratch/run")"
"$halfopen" claims "$scratch/out" >"$scratch/claims.md"
plain() { sed -E -e 's/ after [^;)]*//g' -e 's/Linux [^ ]*, HZ [0-9]*//' "$1"; }
diff <(plain "$here/../../docs/claims.md") <(plain "$scratch/claims.md") >&2 ||
	fail "docs/claims.md is stale: make it anew with 'halfopen run --out DIR cases && halfopen claims DIR > docs/claims.md'"
grep -q 'no case was run' "$scratch/claims.md" && fail "a claim has no case"
"$halfopen" outages "$scratch/out" >"$scratch/outages.md"
if grep -q 'which is not installed' "$scratch/run"; then
	echo "docs/outages.md is not looked at: programs of it are not installed"
	exit 0
fi
fixes() { grep -vE '^\| [^|]* \| took' "$1" | sed -E 's/^(\|[^|]*\|[^|]*\|).*/\1/'; }
diff <(fixes "$here/../../docs/outages.md") <(fixes "$scratch/outages.md") >&2 ||
	fail "docs/outages.md is stale: make it anew with 'halfopen run --out DIR cases && halfopen outages DIR > docs/outages.md'"
exit 0
