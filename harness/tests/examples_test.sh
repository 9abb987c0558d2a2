#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Every --help has examples, and each does as typed where it finds what it names: but for those that
# download, build, or take as long as they say, which are only parsed. Usage: examples_test.sh BUILD-FOLDER
. "$(dirname "$0")/lib.sh"
uml=$(uml_kernel) || { echo "$uml"; exit 77; }
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
export LC_ALL=C.UTF-8 PAGER=cat PATH=$build:$PATH HALFOPEN_UML=$uml XDG_CACHE_HOME=$scratch/cache

mkdir "$scratch/base" "$scratch/cases"
cd "$scratch/base"
cp -r "$cases/keepalive" "$scratch/cases"
ln -s ../cases cases
halfopen init crash >/dev/null
halfopen init keepalive >/dev/null
halfopen run -q --out out crash.yaml >/dev/null
cp -r out out-6.1
halfopen run -q --out out-6.12 --sysctl net.ipv4.tcp_syn_retries=3 crash.yaml >/dev/null
for part in 1 2; do
	halfopen run -q --shard $part/2 --out part-$part keepalive.yaml >/dev/null
done

count=0
examples() { # COMMAND...: its --help has some, and they do
	local lines line status
	lines=$(halfopen "$@" --help | sed -n '/^Examples:/,$s/^    \(halfopen .*\)/\1/p')
	[ -n "$lines" ] || fail "halfopen $* --help has no example"
	while read -r line; do
		case $line in
		*'| tshark'*) command -v tshark >/dev/null || continue ;;
		'halfopen kernel list'*) ;;
		'halfopen kernel '* | *' --watch '* | *' --kernel live '*) line+=' --help' ;;
		esac
		rm -rf "$scratch/here" && cp -r "$scratch/base" "$scratch/here" && cd "$scratch/here"
		case $line in # what they write is not there yet
		'halfopen init '*) rm -f crash.yaml mine.yaml ;;
		*' --out '*) rm -rf out ;;
		esac
		status=0
		eval "$line" >"$scratch/said" 2>&1 || status=$?
		[ $status -le 1 ] || { cat "$scratch/said" >&2; fail "as it stands in halfopen $* --help: $line: exit status $status"; }
		count=$((count + 1))
	done <<<"$lines"
}
commands=$(halfopen --help | sed -n '/^Examples:/q;s/^  \([a-z][a-z]*\) .*/\1/p')
below=$(halfopen kernel --help | sed -n '/^Examples:/q;s/^  \([a-z][a-z]*\) .*/\1/p')
for command in $commands; do examples "$command"; done
for command in $below; do examples kernel "$command"; done
[ "$count" -ge 35 ] || fail "only $count examples"
# The program's own go one after the other.
rm -rf "$scratch/here" && mkdir "$scratch/here" && cd "$scratch/here"
halfopen --help | sed -n '/^Examples:/,$s/^    //p' >examples
[ "$(wc -l <examples)" -ge 3 ] || fail "halfopen --help has no examples"
bash -e examples >said 2>&1 || { cat said >&2; fail "the examples of halfopen --help"; }
grep -q 'crash server' said || fail "they show nothing"
echo "$count examples do"
