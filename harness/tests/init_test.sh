#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Each case that init writes is well written, and holds; nothing is overwritten; the reference has
# them as recipes. Usage: init_test.sh BUILD-FOLDER
. "$(dirname "$0")/lib.sh"
uml=$(uml_kernel) || { echo "$uml"; exit 77; }
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
cd "$scratch"

templates=$("$halfopen" init | cut -d' ' -f1)
[ "$(wc -w <<<"$templates")" = 6 ] || fail "init lists other than six: $templates"
for template in $templates; do
	exits 0 "$halfopen" init "$template"
	exits 0 "$halfopen" lint "$template.yaml"
	exits 2 "$halfopen" init "$template"
	complains "$template.yaml is there already"
done
exits 0 "$halfopen" run --kernel "$uml" .
says '^7 passed, 0 failed, 0 skipped'
echo mine >mine.yaml
exits 2 "$halfopen" init crash mine.yaml
[ "$(cat mine.yaml)" = mine ] || fail "init wrote over a file"
exits 2 "$halfopen" init keepalve
complains "did you mean 'keepalive'"

# What the reference says of one word
exits 0 "$halfopen" reference crash
says '^### crash'
exits 0 "$halfopen" reference shutdown
[ "$(grep -c '^### shutdown' out)" = 2 ] || fail "shutdown is a step and a fault"
exits 0 "$halfopen" reference tcp_user_timeout
says '^### Socket options'
says '^. .TCP_USER_TIMEOUT'
exits 0 "$halfopen" reference recipes
[ "$(grep -c '^### init' out)" = 6 ] || fail "not all are recipes"
exits 2 "$halfopen" reference setsokopt
complains "did you mean 'setsockopt'"
