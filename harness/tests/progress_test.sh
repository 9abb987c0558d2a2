#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Progress with the time left is told on a terminal, and nowhere else.
# Usage: progress_test.sh BUILD-FOLDER
. "$(dirname "$0")/lib.sh"
command -v script >/dev/null || skip "no script(1) to make a terminal"
uml=$(uml_kernel) || { echo "$uml"; exit 77; }
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
export LC_ALL=C.UTF-8 TERM=xterm
run="$halfopen run --kernel $uml --jobs 1 $cases/process-exit"

# A terminal for standard output and standard error; TEXT is what came to it.
on_terminal() { script -qec "$1" /dev/null </dev/null >"$scratch/text" || fail "$1"; }

on_terminal "$run"
grep -qE $'\r\033\\[K[0-9]+ of [0-9]+ done, 1 running, 0 failed, about [0-9]+ s left' "$scratch/text" ||
	fail "no progress with the time left on a terminal"
tr '\r' '\n' <"$scratch/text" | grep -aE 'done, [0-9]+ running' | tail -n 1 >"$scratch/last"
grep -qE '([0-9]+) of \1 done' "$scratch/last" || { cat "$scratch/last" >&2; fail "progress does not end"; }
sed 's/.*\r\x1b\[K//; s/\r$//' "$scratch/text" | tail -n 1 | grep -qE '^[0-9]+ passed, 0 failed' ||
	fail "the last line is not the sum"

$run >"$scratch/text" 2>"$scratch/err"
grep -q $'[\r\033]' "$scratch/text" "$scratch/err" && fail "progress in a pipe"

# Standard output is a machine's: progress goes to where the text goes.
on_terminal "$run --format json >$scratch/json"
grep -q 'left' "$scratch/text" || fail "no progress beside JSON"
grep -q $'[\r\033]' "$scratch/json" && fail "progress amidst JSON"
on_terminal "$run --format json 2>$scratch/err"
grep -q $'\033' "$scratch/text" "$scratch/err" && fail "progress where only a machine reads"
echo "progress is where it should be"
