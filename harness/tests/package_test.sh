#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# What is installed has all that belongs to it, as new as the program, and works where it lies;
# and so has and does the Debian package. Usage: package_test.sh BUILD-FOLDER
. "$(dirname "$0")/lib.sh"
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
cd "$scratch"
uml=$(uml_kernel) || uml=
export LC_ALL=C.UTF-8 XDG_CACHE_HOME=$scratch/cache
source=$(cd "$here/../.." && pwd)

# PREFIX: all that belongs there is there, and nothing else than what the program says of itself.
holds() {
	local prefix=$1 share=$1/share file
	for file in bin/halfopen libexec/halfopen/{halfopen-guest,halfopen-peer,halfopen-nft,build-kernel,fetch-kernel,debian-kernels} \
		share/halfopen/{uml.config,patches/vhost-empty.patch,claims.yaml,case.schema.json} share/doc/halfopen/copyright \
		share/cmake/Halfopen/{HalfopenConfig,HalfopenConfigVersion,HalfopenAddCases,HalfopenDiscover}.cmake \
		share/cmake/Halfopen/halfopen-run-case; do
		[ -f "$prefix/$file" ] || fail "no $file"
	done
	cmp "$share/doc/halfopen/copyright" "$source/LICENSE" || fail "the licence is another"
	diff <(cd "$cases" && find . -name '*.yaml' -not -path './broken/*' | sort) \
		<(cd "$share/halfopen/cases" && find . -type f | sort) || fail "other cases than those that ship"

	exits 0 "$prefix/bin/halfopen" --version
	says "^halfopen $version\$"
	rm -rf says
	exits 0 "$prefix/bin/halfopen" reference --all says
	for file in man bash-completion zsh fish halfopen/case.schema.json; do
		diff -r "says/$file" "$share/$file" || fail "what is installed of $file is stale"
	done
	for file in $("$prefix/bin/halfopen" --help | sed -n 's/^  \([a-z][a-z]*\) .*/\1/p'); do
		[ -f "$share/man/man1/halfopen-$file.1" ] || fail "no page of halfopen $file"
	done
	if grep -rlF -e "$source" "$prefix"; then fail "what is installed names the source folder"; fi
}

# PREFIX: it works.
works() {
	exits 0 "$1/bin/halfopen" lint "$1/share/halfopen/cases"
	says '^[0-9]+ files checked, all fine'
	"$1/bin/halfopen" doctor >out 2>err || true
	says "^  $1/libexec/halfopen/halfopen-peer +yes\$"
	[ "$(grep -c ' yes$' out)" -ge 3 ] || fail "it does not find its own programs"
	[ -n "$uml" ] || { echo "not seen to run a case: no UML kernel"; return; }
	exits 0 "$1/bin/halfopen" run --kernel "$uml" --filter connect/closed-port
	says '^2 passed, 0 failed, 0 skipped'
}

version=$("$halfopen" --version | cut -d' ' -f2)
cmake --install "$build" --prefix "$scratch/prefix" --strip >installing
holds "$scratch/prefix"
works "$scratch/prefix"

for tool in cpack dpkg dpkg-deb dpkg-shlibdeps file gzip; do
	command -v "$tool" >/dev/null || skip "all but the Debian package held: no $tool"
done
contact='A Tester <tester@example.com>'
(cd "$build" && cpack -G DEB -B "$scratch" -D CPACK_PACKAGE_CONTACT="$contact" >"$scratch/packing" 2>&1) ||
	{ cat packing >&2; fail "cpack makes no package"; }
package=$(ls ./*.deb)
field() { dpkg-deb -f "$package" "$1"; }
[ "$(field Package) $(field Version)" = "halfopen $version" ] || fail "it is $(field Package) $(field Version)"
[ "$(field Maintainer)" = "$contact" ] || fail "its maintainer is $(field Maintainer)"
for library in libc6 libcap2 libjansson4 libnftables1 libnl-3-200 libyaml-0-2; do
	field Depends | grep -q "$library" || fail "it does not depend on $library: $(field Depends)"
done
dpkg-deb -c "$package" >list
if grep -vE '^[dl-]rw.r-.r-. root/root ' list; then fail "others may write that, or own it"; fi

# Installed below a root where nothing is; then undone what Debian has otherwise.
mkdir -p clean/var/lib/dpkg/{updates,info} clean/etc
touch clean/var/lib/dpkg/{status,available}
dpkg --root="$scratch/clean" --log=/dev/null --force-not-root --force-depends --force-bad-path \
	--install "$package" >installing 2>&1 || { cat installing >&2; fail "dpkg does not install it"; }
usr=$scratch/clean/usr
[ "$(zcat "$usr/share/doc/halfopen/changelog.gz" | sed -n '1s/ .*//p; s/^ -- \(.*\)  .*/\1/p')" = "halfopen
$contact" ] || fail "the changelog is another's"
if find "$usr/share/man" -type f -not -name '*.gz' | grep .; then fail "man pages are not compressed"; fi
gunzip -r "$usr/share/man"
mv "$usr/share/zsh/vendor-completions" "$usr/share/zsh/site-functions"
holds "$usr"
works "$usr"

command -v lintian >/dev/null || skip "all but lintian held: no lintian"
lintian --allow-root "$package" >tags 2>&1 || true
if grep -E '^[EW]:' tags; then fail "lintian complains"; fi
