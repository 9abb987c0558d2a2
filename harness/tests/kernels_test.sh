#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Kernels by name: added, listed, run on, removed; and what `kernel build` says of bad input.
# Usage: kernels_test.sh BUILD-FOLDER
. "$(dirname "$0")/lib.sh"
uml=$(uml_kernel) || { echo "$uml"; exit 77; }
uml=$(realpath "$uml")
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
cd "$scratch"
export XDG_CACHE_HOME=$scratch/cache LC_ALL=C.UTF-8
unset HALFOPEN_UML HALFOPEN_LINUX

# A name of one's own for a kernel that is elsewhere
exits 0 "$halfopen" kernel list
says '^  live .*real time' # a star is nobody's
case=$cases/process-exit/kill.yaml
exits 3 "$halfopen" run "$case:ip=4"
complains '^halfopen run: no kernel is chosen: .*kernel build.*kernel use NAME.*--kernel live'
exits 3 env HALFOPEN_UML= "$halfopen" run "$case:ip=4"
mkdir image
cp "$uml" image/linux
printf 'CONFIG_HZ=%s\nCONFIG_NET_SCH_NETEM=y\nCONFIG_BRIDGE=y\n' 250 >image/.config
exits 0 "$halfopen" kernel add image/linux --name mine
says '^mine: uml, Linux [0-9]'
exits 2 "$halfopen" kernel add image/linux --name mine
complains "a kernel called 'mine' already"
exits 0 "$halfopen" kernel add image/linux # by its version
exits 2 "$halfopen" kernel add image/linux
complains 'another --name'
exits 2 "$halfopen" kernel add image/linux --name live
exits 2 "$halfopen" kernel add image/linux --name ../up
exits 2 "$halfopen" kernel add missing
complains 'missing: No such file'
exits 2 "$halfopen" kernel add /bin/sh
complains 'no User-Mode Linux'
exits 0 "$halfopen" kernel list
says '^  mine +uml +[0-9.]+ +250  netem bridge \(no time-travel, ipv6'
says '^  live' # what was only added, or built, is not what `run` takes unasked
exits 0 "$halfopen" kernel list --json
jq -e '.[] | select(.name == "mine") | .added and .hz == 250 and .can == ["netem", "bridge"]
	and .kind == "uml" and (.default | not)' out >/dev/null || fail "list --json is not as documented"

# --kernel takes the name
exits 0 "$halfopen" run --kernel mine "$case:ip=4"
says "^kernel: $scratch/image/linux, Linux"
exits 3 "$halfopen" run --kernel mien "$case:ip=4"
complains "mien: No such file, and no kernel of that name .*did you mean 'mine'"
exits 3 "$halfopen" run --kernel liev "$case:ip=4"
complains "did you mean 'live'"

# The default is what was said, whatever was built since
built() { # NAME
	mkdir -p "cache/halfopen/kernels/$1"
	cp "$uml" "cache/halfopen/kernels/$1/linux"
}
built 6.99-hz250-first
exits 2 "$halfopen" kernel use frist
complains "^halfopen kernel use: there is no kernel called 'frist'"
exits 2 "$halfopen" kernel use ''
complains '^halfopen kernel use: no kernel is named$'
exits 2 "$halfopen" kernel use
exits 0 "$halfopen" kernel use 6.99
says '^runs happen on 6.99-hz250-first$'
built 6.99-hz250-patched
touch -d +1hour cache/halfopen/kernels/6.99-hz250-patched/linux
exits 0 "$halfopen" kernel list
says '^\* 6.99-hz250-first '
says '^  6.99-hz250-patched '
exits 0 "$halfopen" run "$case:ip=4"
says "^kernel: .*, virtual clock"
exits 0 "$halfopen" kernel use live
exits 0 "$halfopen" kernel list
says '^\* live'
exits 0 "$halfopen" kernel use mine
exits 0 "$halfopen" run "$case:ip=4"
says "^kernel: $scratch/image/linux, Linux"
exits 0 "$halfopen" kernel remove 6.99-hz250-first
exits 0 "$halfopen" kernel remove 6.99-hz250-patched

# Removed: only the name
exits 2 "$halfopen" kernel remove mien
complains "no kernel called 'mien'; did you mean 'mine'"
exits 2 "$halfopen" kernel remove live
exits 0 "$halfopen" kernel remove mine
[ -x image/linux ] || fail "the added kernel itself was removed"
exits 3 "$halfopen" run --kernel mine "$case:ip=4"
exits 3 "$halfopen" run "$case:ip=4" # nor is it the default any more
complains 'no kernel is chosen'
rm -r image
exits 0 "$halfopen" kernel list
says ' \? .* cannot be used'

# What is wrong with a tree, a fragment or HZ is said before anything is copied
tree() { # VERSION PATCHLEVEL
	mkdir -p tree/arch/um tree/init
	printf 'VERSION = %s\nPATCHLEVEL = %s\nSUBLEVEL = 0\n' "$1" "$2" >tree/Makefile
	touch tree/arch/um/Kconfig tree/init/version.c
}
refuses() { # WORDS ARGUMENT...
	local words=$1
	shift
	exits 2 "$halfopen" kernel build "$@"
	complains "^halfopen kernel build: .*$words"
}
tree 6 1
refuses '--hz 77: possible are 100, 250, 300, 1000' --hz 77 tree
refuses 'missing: error: no such tree or tarball' missing
touch file
refuses 'file: error: neither a source tree nor a tarball' file
mkdir none
refuses 'none: error: not a Linux source tree: it has no Makefile' none
refuses '--config missing: no such file' --config missing tree
refuses '--patch missing: no such file' --patch missing tree
printf '# mine\nCONFIG_IPV6=n\nCONFIG_HZ = 250\n' >fragment
refuses "fragment:3: error: 'CONFIG_HZ = 250' is no option" --config fragment tree
tree 5 4
refuses 'tree: error: this is Linux 5.4; possible are trees from 5.10 on' tree
refuses "--name a/b: letters, digits" --name a/b tree
refuses 'tree@v5.4: error: .*/tree is no git repository' tree@v5.4
tree 6 1
mkdir few
# shellcheck disable=SC2086 # folders
find ${PATH//:/ } -maxdepth 1 -not -type d -not -name flex -not -name xz -exec ln -sf -t few {} + 2>/dev/null || true
PATH=$PWD/few exits 3 "$halfopen" kernel build tree
complains '^halfopen kernel build: not installed: flex xz \(Debian'
exits 2 "$halfopen" kernel build tree tree
exits 2 "$halfopen" kernel buld tree
complains "did you mean 'build'"
if compgen -G 'cache/halfopen/kernels/.build*' >/dev/null; then fail "something was begun"; fi

# Nor is anything fetched that is not there
exits 3 "$halfopen" kernel fetch linux-image-0.0-none
complains '^halfopen kernel fetch: (apt knows no linux-image-0\.0-none|needs )'
exits 2 "$halfopen" kernel fetch one two
if compgen -G 'cache/halfopen/kernels/*fetch*' >/dev/null; then fail "something was begun"; fi

# Installed, the script finds its configuration too
mkdir -p usr/libexec/halfopen usr/share/halfopen
cp "$build/build-kernel" "$build/debian-kernels" usr/libexec/halfopen/
cp -r "$build/uml.config" "$build/patches" usr/share/halfopen/
exits 2 usr/libexec/halfopen/build-kernel none
complains '^build-kernel: .*none: error: not a Linux source tree'
echo "kernels have names"
