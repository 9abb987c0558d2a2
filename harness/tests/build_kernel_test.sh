#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# `kernel build` around the compiler: what it takes from where, what it edits, what it builds again.
# The tree is a small thing whose Makefile behaves as a kernel's does. Usage: build_kernel_test.sh BUILD-FOLDER
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"
for tool in bc bison flex gcc make xz patch git flock; do
	command -v $tool >/dev/null || skip "no $tool"
done
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
cd "$scratch"
export XDG_CACHE_HOME=$scratch/cache LC_ALL=C.UTF-8 GIT_CONFIG_GLOBAL=/dev/null GIT_CONFIG_SYSTEM=/dev/null
export GIT_AUTHOR_NAME=a GIT_AUTHOR_EMAIL=a@example.org GIT_COMMITTER_NAME=a GIT_COMMITTER_EMAIL=a@example.org
unset HALFOPEN_UML HALFOPEN_LINUX
store=$scratch/cache/halfopen/kernels

# A script of its own with two patches of its own: one that is for old trees, one in two forms.
mkdir -p script/patches
cp "$build"/{build-kernel,debian-kernels} script/
echo 'CONFIG_HZ=250' >script/uml.config
one_line_patch() { # FILE OLD NEW WHAT
	printf '%s\n' "Without: $4" "--- a/$1" "+++ b/$1" '@@ -1 +1 @@' "-$2" "+$3"
}
one_line_patch kernel/creep.c 'int creep_old;' 'int creep_patched;' 'nothing creeps' >script/patches/creep-5.10.patch
one_line_patch kernel/creep.c 'int creep_new;' 'int creep_patched;' 'nothing creeps' >script/patches/creep-7.0.patch
one_line_patch kernel/old.c 'int old;' 'int mended;' 'old things break' | sed '1a Until: 6.1' >script/patches/old.patch

tree() { # FOLDER VERSION PATCHLEVEL: a Linux tree, as far as build-kernel looks
	mkdir -p "$1"/{arch/um/os-Linux/skas,init,kernel,scripts/kconfig}
	cat >"$1/Makefile" <<M
VERSION = $2
PATCHLEVEL = $3
SRC := init/version.c kernel/creep.c kernel/old.c kernel/main.c
linux: \$(SRC:.c=.o)
	gcc -o \$@ \$^
%.o: %.c .config
	@echo "  CC      \$@"
	\$(CC) -c -o \$@ \$<
tinyconfig:
	@echo 'CONFIG_HZ='\$\$(sed -n 's/.*default //p' arch/um/Kconfig) >.config.new
	@cmp -s .config.new .config || cp .config.new .config
olddefconfig mrproper: ;
kernelrelease:
	@echo $2.$3.0
M
	printf 'config HZ\n\tint\n\tdefault 100\n' >"$1/arch/um/Kconfig"
	echo 'ptrace(PTRACE_SETOPTIONS, pid, NULL, (void *) PTRACE_O_TRACESYSGOOD)' >"$1/arch/um/os-Linux/skas/process.c"
	printf '#!/bin/sh\n' >"$1/scripts/kconfig/merge_config.sh"
	chmod 755 "$1/scripts/kconfig/merge_config.sh"
	echo 'int version;' >"$1/init/version.c"
	echo 'int creep_old;' >"$1/kernel/creep.c"
	echo 'int old;' >"$1/kernel/old.c"
	echo 'int main(void) { return 0; }' >"$1/kernel/main.c"
}
builds() { # ARGUMENT...: the kernel's path in $kernel, what was compiled in ./made
	exits 0 script/build-kernel "$@"
	kernel=$(tail -n 1 out)
	[ -x "$kernel" ] || fail "$* made no kernel"
}
has() { nm "$tree/linux" | grep -qw "$1" || fail "the kernel lacks $1"; }
info() { grep -qx "$1" "${kernel%/linux}/info" || { cat "${kernel%/linux}/info"; fail "info has no line $1"; }; }

# Our own patches: the form that fits, those for old trees only there, and a word where none does
tree old 5 10
builds --keep-tree keep old
tree=keep/linux
has creep_patched
has mended
info 'patch: creep-5.10.patch'
info 'patch: old.patch'
info 'hz: 250'
grep -q 'default 250' keep/linux/arch/um/Kconfig || fail "HZ was not set"
grep -q EXITKILL keep/linux/arch/um/os-Linux/skas/process.c || fail "EXITKILL was not set"
cmp -s old/kernel/creep.c <(echo 'int creep_old;') || fail "the tree was touched"
grep -q 'default 100' old/arch/um/Kconfig || fail "the tree was touched"
tree new 7 3
echo 'int creep_new;' >new/kernel/creep.c
builds --keep-tree keep-new new
tree=keep-new/linux
has creep_patched
has old # is not for this version
info 'patch: creep-7.0.patch'
# A patch for older ones changes neither key nor kernel of a newer one
keys() { exits 0 script/build-kernel --key old; cat out; exits 0 script/build-kernel --key new; cat out; }
keys >before
one_line_patch kernel/old.c 'int old;' 'int mended;' 'x' | sed '1a Until: 5.12' >script/patches/older.patch
keys >after
! grep -qx "$(sed -n 1p before)" after || fail "the old tree's key is the same: $(cat after)"
[ "$(sed -n 2p before)" = "$(sed -n 2p after)" ] || fail "the new tree's key is another: $(cat before after)"
rm script/patches/older.patch
tree other 6 12
echo 'int other;' >other/kernel/creep.c
builds other
complains "warning: the patch 'creep' does not apply to this tree: nothing creeps"
tree ancient 5 4
exits 2 script/build-kernel ancient
complains 'ancient: error: this is Linux 5.4; possible are trees from 5.10 on'

# Kept: only what has changed is compiled again, patches come and go
compiled() { find "$tree" -name '*.o' -newer mark -printf '%f\n' | sort | paste -sd ' '; }
only() { [ "$(compiled)" = "$1" ] || fail "compiled again: '$(compiled)', not '$1'"; }
tree=keep/linux
mark() { sleep 0.1; touch mark; sleep 0.1; }
mark
echo 'int main(void) { return 1; }' >old/kernel/main.c
builds --keep-tree keep old
only main.o
one_line_patch kernel/old.c 'int mended;' 'int broken;' x >break.patch
mark
builds --keep-tree keep --patch break.patch old
only old.o
has broken
mark
builds --keep-tree keep --patch break.patch --hz 250 old # is there already
only ''
mark
sed -i 's/int old;/int old;\nint more;/' old/kernel/old.c
echo 'int new_file;' >old/kernel/new.c
rm old/kernel/creep.c
echo 'int creep_old;' >old/kernel/creep.c # no other content: not compiled again
touch old/init/version.c
builds --keep-tree keep old
only old.o
has mended
has more
[ -f keep/linux/kernel/new.c ] || fail "a new file did not come along"
rm old/kernel/new.c
echo 'int main(void) { return 2; }' >old/kernel/main.c
builds --keep-tree keep old
[ ! -f keep/linux/kernel/new.c ] || fail "a file that went is still there"
# What a build leaves in the user's tree is not of the source
echo x >old/kernel/main.o
echo CONFIG_X=y >old/.config
before=$kernel
mark
builds --keep-tree keep old
only ''
[ "$kernel" = "$before" ] || fail "a built tree counts as another one"
# By default the copy is in the cache; another tree has another one
echo 'int main(void) { return 5; }' | tee old/kernel/main.c >new/kernel/main.c
builds --keep old
builds --keep new
[ "$(find cache/halfopen/trees -mindepth 1 -maxdepth 1 | wc -l)" = 2 ] || fail "not one kept copy a tree"

# A name of one's own: the newest build has it
builds --name mine old
[ "$kernel" = "$store/mine/linux" ] || fail "called $kernel"
echo 'int main(void) { return 3; }' >old/kernel/main.c
key=$(grep '^key' "$store/mine/info")
builds --name mine --keep old
grep -qx "$key" "$store/mine/info" && fail "the name has still the kernel of before"
exits 2 script/build-kernel --name live old
exits 2 script/build-kernel --name ../up old

# Any commit of the user's git, without a checkout
git init -q repo
tree repo 6 14
(cd repo && git add -A && git commit -qm one && git tag v6.14)
echo 'int main(void) { return 4; }' >repo/kernel/main.c
(cd repo && git commit -qam two)
echo 'int main(void) { broken' >repo/kernel/main.c # not committed
(cd repo && git status --porcelain=v1 >../status.before; find .git -type f -newer ../mark | sort >../git.before)
builds --keep repo@v6.14
info 'describe: v6.14'
tree=$(find cache/halfopen/trees -mindepth 2 -maxdepth 2 -path '*/linux' -newer mark | head -n 1)
mark
builds --keep repo@master
info 'describe: v6.14-1-g[0-9a-f]*'
tree=$(dirname "$(find cache/halfopen/trees -name main.o -newer mark)")/..
only main.o
mark
builds --keep "repo@v6.14"
only ''
(cd repo && git status --porcelain=v1 | cmp - ../status.before) || fail "the repository was touched"
exits 2 script/build-kernel repo@nosuch
complains "repo@nosuch: error: the repository has no commit or tag 'nosuch'"
exits 2 script/build-kernel old@HEAD
complains 'old@HEAD: error: .*/old is no git repository'
exits 3 script/build-kernel repo
complains 'build-kernel: the build failed'
(cd repo && git checkout -q -- .)
builds repo
info 'describe: v6.14-1-g[0-9a-f]*'

exits 0 "$halfopen" kernel list
says ', of v6.14-1-g[0-9a-f]*$'
exits 0 "$halfopen" kernel list --json
jq -e 'any(.describe == "v6.14") and any(.describe == null)' out >/dev/null || fail "the list has no descriptions"

# What a CI keeps it under: the same in each clone and whenever, another when anything in it is another
git clone -q repo clone
touch -d yesterday clone/kernel/main.c
key=$(script/build-kernel --key repo)
[[ $key =~ ^[a-z0-9_]+-[0-9a-f]{12}$ ]] || fail "no key: $key"
[ "$(script/build-kernel --key clone)" = "$key" ] || fail "two clones of one tree have two keys"
[ "$(script/build-kernel --key --hz 1000 repo)" != "$key" ] || fail "HZ is not in the key"
echo 'int main(void) { return 6; }' >clone/kernel/main.c
[ "$(script/build-kernel --key clone)" != "$key" ] || fail "the source is not in the key"
key=$(script/build-kernel --key)
cp -a script other-script
[ "$(other-script/build-kernel --key)" = "$key" ] || fail "the place is in the key"
echo 'CONFIG_MORE=y' >>other-script/uml.config
[ "$(other-script/build-kernel --key)" != "$key" ] || fail "the configuration is not in the key"

# A package of Debian's by its version: with lists of our own, by their signatures, if the machine knows none
mkdir bin
cat >bin/apt-get <<'X'
#!/bin/bash
echo "apt-get $*" >>"$APT_LOG"
case "$*" in
*indextargets*) echo "Debian http://mirror.example/debian/" ;;
*download*) cp "$APT_DEB" . ;;
esac
X
cat >bin/apt-cache <<'X'
#!/bin/bash
echo "apt-cache $*" >>"$APT_LOG"
case "$*" in
-c=*policy\ linux-source-7.3) printf '  Installed: (none)\n  Candidate: 7.3.4-1\n' ;;
-c=*pkgnames*) printf 'linux-source-7.3\nlinux-source-5.10\nlinux-source\n' ;;
esac
X
chmod 755 bin/*
export APT_LOG=$scratch/apt.log APT_DEB=$scratch/linux-source.deb
if command -v dpkg-deb >/dev/null && [ -f /usr/share/keyrings/debian-archive-keyring.gpg ]; then
	mkdir -p deb/DEBIAN deb/usr/src
	printf 'Package: linux-source-7.3\nVersion: 7.3.4-1\nArchitecture: all\nMaintainer: a <a@example.org>\nDescription: x\n' >deb/DEBIAN/control
	tar -cJf deb/usr/src/linux-source-7.3.tar.xz --transform 's,^new,linux-source-7.3,' new
	dpkg-deb -b deb linux-source.deb >/dev/null
	PATH=$scratch/bin:$PATH builds 7.3
	info 'source: linux-source-7.3=7.3.4-1'
	grep -q "^apt-get -c=$scratch/cache/halfopen/debian/apt.conf update" apt.log || fail "no lists of our own: $(cat apt.log)"
	grep -qx 'deb \[signed-by=/usr/share/keyrings/debian-archive-keyring.gpg\] http://mirror.example/debian sid main' \
		cache/halfopen/debian/sources.list || fail "not the machine's mirror, or not by Debian's signatures"
	: >apt.log
	PATH=$scratch/bin:$PATH exits 2 script/build-kernel 9.9
	complains '9.9: error: Debian has no linux-source-9.9; it has 5.10 7.3'
	if grep -q update apt.log; then fail "the lists were read again within a day"; fi
fi
if compgen -G "$store/.build*" >/dev/null; then fail "a build folder was left"; fi
echo "kernels are built from what they are made of"
