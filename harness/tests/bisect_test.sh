#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# ci/bisect over a git of 64 commits, one of which halves a timer: kernel and run are stand-ins, which take a
# commit's tree for the kernel, and read the timer in it. Usage: bisect_test.sh BUILD
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"
command -v git >/dev/null || skip "no git"
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
cd "$scratch"
export GIT_CONFIG_GLOBAL=/dev/null GIT_CONFIG_SYSTEM=/dev/null SCRATCH=$scratch
export GIT_AUTHOR_NAME=a GIT_AUTHOR_EMAIL=a@example.org GIT_COMMITTER_NAME=a GIT_COMMITTER_EMAIL=a@example.org
mkdir ci
cp "$here/../../ci/bisect" ci/
# Builds what the commit has, unless that is broken.
cat >ci/build-kernel <<'B'
#!/bin/bash
echo "$*" >>"$SCRATCH/builds"
[ "$1" = --keep ] || exit 2
git -C "${2%@*}" show "${2##*@}:tcp.h" >"$SCRATCH/kernel" || exit 3
! grep -q broken "$SCRATCH/kernel" || exit 3
echo "building" >&2
echo "$SCRATCH/kernel"
B
cat >halfopen <<'B'
#!/bin/bash
echo "$*" >>"$SCRATCH/runs"
[ "$1 $2 $3" = "run --quiet --kernel" ] || exit 2
case $(cat "$4") in
*60*) exit 0 ;;
*30*) exit 1 ;;
*) exit 3 ;;
esac
B
chmod +x ci/build-kernel halfopen
export HALFOPEN=$scratch/halfopen
touch fin.yaml

history() { # BAD BROKEN-FROM BROKEN-TO: 64 commits, which halve the timer at BAD
	rm -rf linux
	git init -q linux
	for ((i = 0; i <= 64; i++)); do
		echo "TCP_FIN_TIMEOUT $((i < $1 ? 60 : 30))" >linux/tcp.h
		((i < $2 || i > $3)) || echo broken >>linux/tcp.h
		echo $i >linux/other.c
		git -C linux add -A
		git -C linux commit -qm "commit $i"
		git -C linux tag "v$i"
	done
}
finds() { # COMMIT
	: >builds
	: >runs
	exits 0 ci/bisect --good v0 --bad v64 linux fin.yaml:ip=4
	says "^$(git -C linux rev-parse "v$1") is the first bad commit"
	grep -qx "run --quiet --kernel $scratch/kernel $scratch/fin.yaml:ip=4" runs || fail "the run is: $(cat runs)"
	[ "$(git -C linux rev-parse HEAD)" = "$(git -C linux rev-parse v64)" ] || fail "something was checked out"
	[ -z "$(git -C linux status --porcelain)" ] || fail "the tree was touched"
	[ ! -e linux/.git/BISECT_START ] || fail "the bisect was left"
}
for at in 1 23 41 64; do
	history $at 99 99
	finds $at
	[ "$(wc -l <builds)" = 6 ] || fail "found commit $at in $(wc -l <builds) builds, not in 6"
done
# What cannot be built is passed over, where that leaves an answer
history 41 20 30
finds 41
history 41 38 43
exits 2 ci/bisect --good v0 --bad v64 linux fin.yaml
says "only 'skip'ped commits left to test"
# What is said wrongly
exits 2 ci/bisect --good v0 linux fin.yaml
complains 'say --good COMMIT and --bad COMMIT'
exits 2 ci/bisect --good v0 --bad v64 linux no.yaml
complains 'no.yaml: no such case'
exits 2 ci/bisect --good v0 --bad none linux fin.yaml
complains "linux has no commit or tag 'none'"
(cd linux && git bisect start -q)
exits 2 ci/bisect --good v0 --bad v64 linux fin.yaml
complains 'a bisect is under way there'
echo "the commit is found"
