#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Man pages and completion tell what the program takes: all of it, and nothing else.
# Usage: manual_test.sh BUILD-FOLDER
. "$(dirname "$0")/lib.sh"
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
cd "$scratch"
export LC_ALL=C.UTF-8 XDG_CACHE_HOME=$scratch/cache

# Every command that --help lists, and the long options that its --help lists.
commands=$("$halfopen" --help | sed -n 's/^  \([a-z][a-z]*\) .*/\1/p')
below=$("$halfopen" kernel --help | sed -n 's/^  \([a-z][a-z]*\) .*/kernel \1/p')
[ "$(wc -w <<<"$commands")" -ge 11 ] || fail "--help lists too few commands"
[ "$(wc -l <<<"$below")" -ge 4 ] || fail "halfopen kernel --help lists too few commands"
options_of() { # COMMAND...
	# shellcheck disable=SC2086 # words
	"$halfopen" $1 --help | sed -n 's/^ .\{0,6\}\(--[a-z-]*\).*/\1/p'
}
flat() { sed 's/\\f[BRI]//g; s/\\-/-/g' "$1"; }

exits 0 "$halfopen" reference --all all
pages=all/man
[ -f "$pages/man5/halfopen-case.5" ] || fail "no halfopen-case(5)"
for command in $commands; do
	page=$pages/man1/halfopen-$command.1
	[ -f "$page" ] || fail "no page of halfopen $command"
	grep -q "halfopen-$command (1)" <(flat "$pages/man1/halfopen.1") || fail "halfopen(1) does not name $command"
	exits 0 "$halfopen" reference --man "halfopen-$command"
	cmp -s out "$page" || fail "--man and --all differ in halfopen-$command"
done
[ "$(find all -name '*.1' | wc -l)" = $((1 + $(wc -w <<<"$commands"))) ] || fail "a page of no command"
exits 2 "$halfopen" reference --man halfopen-rnu
complains "did you mean 'halfopen-run'"
exits 2 "$halfopen" reference --completion ksh

# Every option is in its page, and is completed.
# shellcheck disable=SC1091 # made here
source all/bash-completion/completions/halfopen
complete_words() { # WORD...: completes the last
	COMP_WORDS=(halfopen "$@")
	COMP_CWORD=$#
	_halfopen "$halfopen" "${!#}" "${COMP_WORDS[COMP_CWORD - 1]}"
	printf '%s\n' "${COMPREPLY[@]}" | sort
}
while read -r command; do
	options=$(options_of "$command")
	# shellcheck disable=SC2086 # words
	known=$(complete_words $command - | sed 's/=$//' | sort)
	[ "$(sort <<<"$options")" = "$known" ] || fail "bash completes $command with: $known"
	for option in $options; do
		grep -qE -- "(^|, )$option(=|\$)" <(flat "$pages/man1/halfopen-${command%% *}.1") ||
			fail "halfopen-$command(1) lacks $option"
	done
done <<<"$(printf '%s\n' "$commands" "$below" | grep -vx kernel)"

# The environment is in halfopen(1): what the program itself asks for.
grep -rhoE '(getenv|is_set)\("[A-Z_]+"\)' "$here/.." --include='*.c' --exclude='*_test.c' --exclude-dir=fuzz | sort -u |
	cut -d'"' -f2 >environment
grep -qx HALFOPEN_UML environment || fail "found no environment in the source"
while read -r name; do
	[ "$name" = HOME ] || grep -qx "$name" <(flat "$pages/man1/halfopen.1") || fail "halfopen(1) lacks $name"
done <environment

# What bash makes of a line.
mkdir -p stories/wire
touch mine.yaml other.yml notes.txt "a b.yaml"
completes() { # WANTED WORD...
	local wanted=$1 found
	shift
	found=$(complete_words "$@" | tr '\n' ' ')
	[ "$found" = "$wanted" ] || fail "halfopen $*: completed with '$found', not '$wanted'"
}
completes 'reference report ' re
completes 'add ' kernel a
completes 'mine.yaml ' run mi
completes 'all stories ' claims ''
completes 'a b.yaml all mine.yaml stories ' lint ''
completes 'notes.txt ' judge no
completes 'always ' run --color al
completes 'junit ' run --format = ju
completes 'json text ' compare --format = ''
completes 'stories ' run --out = st
completes 'live ' run --kernel l
completes 'halfopen-report ' reference --man = halfopen-rep
printf '\177ELF' >k
mkdir -p cache/halfopen/kernels/mine-1
cp k cache/halfopen/kernels/mine-1/linux
chmod +x cache/halfopen/kernels/mine-1/linux
completes 'mine-1 ' run -K m
completes 'mine-1 ' kernel remove mi
completes ' ' run --jobs ''
completes '100 1000 ' kernel build --hz = 10
completes 'C4a C4b C4c C4d ' run --claim = C4
completes 'keepalive ' init k
cp "$here/../case/reference/templates/keepalive.yaml" mine.yaml
completes 'keepalive=off keepalive=on ' run mine.yaml :
completes 'off on ' run mine.yaml : keepalive = o

# What the script for zsh makes of what the program says; zsh's own functions only say how they were called.
zsh_completes() { # WANTED WORD...
	local wanted=$1 found
	shift
	found=$(zsh -f -c '
		_describe() { shift; local i; for i; do [[ $i = -* ]] && print -r -- $i || print -rl -- ${(P)i}; done }
		_files() { print -r files $* }
		compset() { print -r compset $* }
		words=("$0" "$@") CURRENT=$#words PREFIX=$words[-1]
		source all/zsh/site-functions/_halfopen' "$halfopen" "$@" | tr '\n' ' ')
	[[ "$found" == $wanted ]] || fail "zsh, halfopen $*: completed with '$found', not '$wanted'"
}
if command -v zsh >/dev/null; then
	zsh_completes '*report:*reference:print the *' re
	zsh_completes 'files -g \*.yaml(-.) ' run mi
	zsh_completes '--out=:*-S *-- --one-kernel:*' run --o
	zsh_completes 'compset -P \*=*junit ' run --format=ju
	zsh_completes 'compset -P \*= files -/ ' run --out=st
	zsh_completes '*live *mine-1 ' run -K ''
	zsh_completes '*mine.yaml\\:keepalive=on*' run mine.yaml:k
fi
# And fish, which asks as it would for a line that is typed.
fish_completes() { # WANTED LINE
	local found
	found=$(PATH=${halfopen%/*}:$PATH fish --no-config -c 'source all/fish/vendor_completions.d/halfopen.fish; complete -C $argv' "$2" | cut -f1 | tr '\n' ' ')
	[ "$found" = "$1" ] || fail "fish, $2: completed with '$found', not '$1'"
}
if command -v fish >/dev/null; then
	fish_completes 'reference report ' 'halfopen re'
	fish_completes '--format=junit ' 'halfopen run --format=ju'
	fish_completes '--out=stories/ ' 'halfopen run --out=st'
	fish_completes '--one-kernel --out= ' 'halfopen run --o'
	fish_completes '100 1000 ' 'halfopen kernel build --hz 10'
	fish_completes 'C4a C4b C4c C4d ' 'halfopen list --claim C4'
	fish_completes 'mine.yaml:keepalive=off mine.yaml:keepalive=on ' 'halfopen run mine.yaml:k'
	fish_completes 'keepalive ' 'halfopen init k'
fi
command -v groff >/dev/null || skip "all but the look of the pages held: no groff"
for page in "$pages"/man?/*; do
	groff -ww -man -Tutf8 "$page" >/dev/null 2>warnings || fail "groff refuses $page"
	[ ! -s warnings ] || { cat warnings >&2; fail "groff warns of $page"; }
done
