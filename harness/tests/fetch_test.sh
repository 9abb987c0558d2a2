#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# `kernel fetch` with an apt that is a stand-in: which package a version is, and what is done where an archive
# lacks what its lists say. Usage: fetch_test.sh BUILD
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
cd "$scratch"
export SCRATCH=$scratch XDG_CACHE_HOME=$scratch/cache
mkdir -p bin cache/halfopen/debian
touch cache/halfopen/debian/updated # the lists are of today
cat >lists <<'L'
linux-image-6.1-cloud-amd64
linux-image-6.1.0-0.deb11.52-cloud-amd64
linux-image-6.1.0-9-cloud-amd64
linux-image-6.1.0-56-cloud-amd64
linux-image-6.1.0-56-cloud-amd64-unsigned
linux-image-6.12.118+deb13-cloud-amd64
linux-image-6.19.14+deb13-cloud-amd64
linux-image-7.3.4+deb13-cloud-amd64
L
cat >bin/apt-cache <<'A'
#!/bin/bash
[[ $1 != -c=* ]] || shift
case $1 in
pkgnames) grep "^$2" "$SCRATCH/lists" ;;
policy) grep -qx "$2" "$SCRATCH/lists" && echo "  Candidate: 1.2-3" ;;
show) [[ $2 != linux-image-7.3* ]] || echo "Depends: linux-base, linux-binary-7.3.4+deb13-cloud-amd64, linux-modules-7.3.4+deb13-cloud-amd64" ;;
esac
exit 0 # also for what it does not know
A
cat >bin/apt-get <<'A'
#!/bin/bash
while [ "$1" != download ]; do shift; done
echo "$*" >>"$SCRATCH/downloaded"
[[ ! -e $SCRATCH/lost || $* != *-unsigned* ]] || { echo "404  Not Found" >&2; exit 100; }
touch kernel.deb
A
cat >bin/dpkg-deb <<'A'
#!/bin/bash
mkdir -p "$3"/boot "$3"/lib/modules/6.1.0-56
echo CONFIG_HZ=250 >"$3/boot/config-6.1.0-56"
A
printf '#!/bin/sh\n' >bin/depmod
chmod +x bin/*
export PATH=$scratch/bin:$PATH
fetch=$here/../../ci/fetch-kernel
image=cache/halfopen/kernels/linux-image-6.1.0-56-cloud-amd64
downloads() { # PACKAGE... : what was asked for, in this order
	diff <(printf 'download -qq %s\n' "$@") downloaded >&2 || fail "something else was downloaded"
	rm -f downloaded
}

exits 0 "$fetch" 6.1
says "^$scratch/$image/tree\$"
[ "$(cat $image/version $image/config)" = $'1.2-3\nCONFIG_HZ=250' ] || fail "the folder is not as it should be"
downloads linux-image-6.1.0-56-cloud-amd64-unsigned=1.2-3
exits 0 "$fetch" 6.1
[ ! -e downloaded ] || fail "it was there already"
rm -rf cache/halfopen/kernels
touch lost
exits 0 "$fetch" 6.1
complains '404'
downloads linux-image-6.1.0-56-cloud-amd64-unsigned=1.2-3 linux-image-6.1.0-56-cloud-amd64=1.2-3
exits 0 "$fetch" 7.3
downloads 'linux-image-7.3.4+deb13-cloud-amd64=1.2-3 linux-binary-7.3.4+deb13-cloud-amd64=1.2-3 linux-modules-7.3.4+deb13-cloud-amd64=1.2-3'
exits 2 "$fetch" 6.2
complains 'Debian has no cloud kernel 6.2; it has 6.1 6.12 6.19 7.3$'
echo "a version is its newest package"
