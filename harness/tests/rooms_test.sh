#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Each room knows what its CMakeLists.txt says that it KNOWS, and docs/architecture.md says the same;
# nobody knows himself through others; and what a header defines nobody else does. Usage: rooms_test.sh BUILD
. "$(dirname "$0")/lib.sh"
source=$(cd "$here/../.." && pwd)
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
declare -A known folder_of room_of
bad=0
complain() { echo "$*" >&2; bad=1; }

while IFS='|' read -r room folder knows files; do
	folder_of[$room]=$folder
	known[$room]=$(tr , '\n' <<<"$knows" | sort)
	for header in "$source/$folder"/*.h; do room_of[${header##*/}]+=" $room"; done
	# What its sources include, and the headers of its own that these bring, is what it knows.
	declare -A seen=()
	queue=(${files//,/ })
	[ "$files" ] || for header in "$source/$folder"/*.h; do queue+=("${header##*/}"); done
	: >"$scratch/of-$room"
	while [ ${#queue[@]} -gt 0 ]; do
		file=${queue[0]} queue=("${queue[@]:1}")
		[ -z "${seen[$file]:-}" ] || continue
		seen[$file]=1
		[ -e "$source/$folder/$file" ] || continue # made by the build
		for included in $(sed -n 's/^#include "\(.*\)".*/\1/p' "$source/$folder/$file"); do
			if [ -e "$source/$folder/$included" ]; then
				queue+=("$included")
			else
				echo "$included $file" >>"$scratch/of-$room"
			fi
		done
	done
done <"$build/rooms"
[ ${#folder_of[@]} -gt 20 ] || fail "$build/rooms names ${#folder_of[@]} rooms"

for room in "${!folder_of[@]}"; do
	includes=
	while read -r header file; do
		read -r owner others <<<"${room_of[$header]:-}"
		[ -n "$owner" ] || { complain "${folder_of[$room]}/$file includes $header, which no room has"; continue; }
		[ -z "$others" ] || complain "${folder_of[$room]}/$file includes $header: $owner and $others have one"
		includes+="$owner"$'\n'
		grep -qxF "$owner" <<<"${known[$room]}" ||
			complain "${folder_of[$room]}/$file includes $header of $owner, which $room does not say it KNOWS"
	done <"$scratch/of-$room"
	for other in ${known[$room]}; do
		grep -qxF "$other" <<<"$includes" ||
			complain "$room says that it KNOWS $other, and includes nothing of it"
		echo "$room $other" >>"$scratch/pairs"
	done
	in_docs=$(sed -n "s,^| \`${folder_of[$room]}\` |.*| \(.*\) |\$,\1,p" "$source/docs/architecture.md")
	[ "$(sed 's/, /\n/g' <<<"$in_docs" | sort)" = "${known[$room]}" ] ||
		complain "docs/architecture.md: ${folder_of[$room]} knows '$in_docs'; it is: ${known[$room]//$'\n'/, }"
done
# What architecture.md tells to open is there.
while read -r named; do
	compgen -G "$source/$named" >/dev/null || compgen -G "$source/harness/$named" >/dev/null ||
		complain "docs/architecture.md names $named, which is not there"
done < <(grep -oE '`[a-z_]+/[a-z_/*]+\.[a-z]+`' "$source/docs/architecture.md" | tr -d '`' | sort -u)

# What a header defines is that and nothing else anywhere.
mapfile -t files < <(cd "$source" && find harness netem fixtures -name '*.[ch]' ! -path '*/tests/*' \
	! -name '*_test.*' ! -name 'test_*' ! -name 'fake_*' ! -name 'scripted_*')
tags() { (cd "$source" && grep -oE '^(static |const |extern )*(struct|enum|union) [a-z_]+ \{' "$@") | sed -E 's/^([^:]*):.* ([a-z_]+) \{$/\2 \1/' | sort -u; }
tags "${files[@]}" >"$scratch/tags"
while read -r tag file; do
	[[ $file == *.h ]] || continue
	others=$(sed -n "s,^$tag ,,p" "$scratch/tags" | grep -vxF "$file" || true)
	[ -z "$others" ] || complain "$file defines $tag, and so does ${others//$'\n'/, }"
done <"$scratch/tags"
tsort "$scratch/pairs" >/dev/null || complain "rooms know each other in a circle"
exit $bad
