#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Shards of the runs, and one folder of all of them: the same as if one machine had made it; and what
# does not belong together is refused. Usage: merge_test.sh BUILD
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"
kernel=$(uml_kernel) || { echo "$kernel"; exit 77; }
export HALFOPEN_UML=$kernel
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
cd "$scratch" || exit
cp -r "$cases/keepalive" cases
unset HALFOPEN_SHARD

runs() { jq -r '.[] | .file + ":" + .variant' "$1/results.json"; }
same() { # FOLDER: as `one`, in the same order, with all that was recorded
	exits 0 "$halfopen" compare one "$1"
	says '^0 of [0-9]+ runs differ'
	runs one | cmp -s - <(runs "$1") || fail "$1 has other runs than one machine, or in another order"
	exits 0 "$halfopen" judge --format junit=junit.xml "$1"
	[ "$(grep -c '<testcase' junit.xml)" = "$(runs one | wc -l)" ] || fail "JUnit has not all runs of $1"
	exits 0 "$halfopen" report --out report "$1"
	rm -r report
}
exits 0 "$halfopen" run --out one cases
jq -e 'all(.case_sha256 != null and .kernel.sha256 != null)' one/results.json >/dev/null || fail "no hashes"
jq -r '.[0] | .kernel.sha256 + "  " + .kernel.name, .case_sha256 + "  " + .file' one/results.json |
	sha256sum --check --quiet || fail "the hashes are others than sha256sum's"

# A folder each; all in one folder, at once; and divided by what they cost
for shard in 1 2 3; do
	exits 0 "$halfopen" run --shard $shard/3 --out part$shard cases
	says "^shard $shard of 3: 1[34] of 40 runs"
	HALFOPEN_SHARD=$shard/3 "$halfopen" run --shard auto --out together cases >/dev/null &
done
wait
exits 0 "$halfopen" merge --out all part1 part2 part3
says '40 runs of 3 of 3 shards in all'
says '^40 passed, 0 failed, 0 skipped'
same all
same together
[ "$(find together/shards -type f | wc -l)" = 3 ] || fail "shards left more than their files: $(ls together/shards)"
exits 0 "$halfopen" merge together
same together
for shard in 1 2; do exits 0 "$halfopen" run --shard $shard/2 --costs one --out by-cost cases; done
same by-cost
# More shards than runs
for shard in 1 2 3 4 5 6 7 8; do
	exits 0 "$halfopen" run --shard $shard/8 --out few cases/crash.yaml
done
exits 0 "$halfopen" merge few
says '^6 runs of 8 of 8 shards'

# What is missing is named, and what is there is merged
exits 3 "$halfopen" merge --out missing part2
complains 'missing: shards 1 and 3 of 3'
[ "$(runs missing | wc -l)" = "$(runs part2 | wc -l)" ] || fail "what was there was not merged"
# One that is killed is missing, and when it comes again it takes its place
cp -r together killed
killed_midway() {
	local pid shard=killed/shards/2-of-3
	"$halfopen" run --shard 2/3 --out killed cases >/dev/null 2>&1 &
	pid=$!
	while kill -0 $pid 2>/dev/null && { [ -e $shard.json ] || [ ! -e $shard.begun ]; }; do sleep 0.02; done
	kill -KILL $pid 2>/dev/null || true
	wait $pid || true
	[ ! -e $shard.json ]
}
killed_midway || killed_midway || killed_midway || fail "three times the shard ended before it was killed"
exits 3 "$halfopen" merge killed
complains 'missing: shard 2 of 3'
exits 0 "$halfopen" run --shard 2/3 --out killed cases
same killed

# Without shards: of several stories
exits 0 "$halfopen" run --out crash cases/crash.yaml
exits 0 "$halfopen" run --out never cases/alive.yaml
exits 0 "$halfopen" merge --out both crash never
same_runs=$(cat <(runs crash) <(runs never))
[ "$(runs both)" = "$same_runs" ] || fail "the runs of two folders are not those of both"

# What does not belong together
refused() { # COMPLAINT FOLDER...
	local what=$1
	shift
	exits 2 "$halfopen" merge --out refused "$@"
	complains "$what"
	[ ! -e refused ] || fail "a folder was made all the same"
}
edited() { # FOLDER FILTER: part2 with its shard edited, as FOLDER
	rm -rf "$1"
	cp -r part2 "$1"
	jq "$2" part2/shards/2-of-3.json >"$1/shards/2-of-3.json"
}
refused 'part1: shard 1 is there twice' part1 part1
refused 'the run cases/crash.yaml:.* is in crash as well' crash one
edited case '.results[0].case_sha256 = "00"'
refused 'case: cases/.* is another version of the case than in part1' part1 case part3
edited kernel '.results[].kernel.sha256 = "0123456789abcdef"'
refused 'kernel: another kernel than in part1: .*\(6.* 0123456789ab\)' part1 kernel
edited release '.results[].kernel |= (.release = "7.3" | del(.sha256))'
refused 'release: another kernel than in part1' part1 release
edited own '.results[].kernel.release = "7.3"' # a case gives its first host one of its own
exits 0 "$halfopen" merge --out all-own part1 own part3
says '40 runs of 3 of 3 shards in all'
edited sysctl '.results[].sysctl = ["net.ipv4.tcp_sack=0"]'
refused 'sysctl: other --sysctl settings than in part1' part1 sysctl
edited division '.division = "0"'
refused 'division: shard 2 is of other runs than those in part1' part1 division
exits 0 "$halfopen" run --shard 2/4 --out quarter cases
refused 'quarter: shard 2 of 4, where part1 has shards of 3' part1 quarter
echo '# more' >>cases/crash.yaml
exits 0 "$halfopen" run --shard 2/3 --out newer cases
refused 'newer: shard 2 is of other runs than those in part1' part1 newer
# What is no shard, or somebody's who means ill
edited no-shard '.at[0] = -1'
refused 'no-shard/shards/2-of-3.json: not a shard' no-shard
edited no-shard '.of = 4000000000'
refused 'no-shard/shards/2-of-3.json: not a shard' no-shard
edited no-shard '.results[0].folder = "../up"'
refused "the folder '../up' of a run is not within it" no-shard
exits 2 "$halfopen" merge part1 part2
complains '--out DIR is missing'
exits 3 "$halfopen" run --shard 1/4 --out together cases/crash.yaml
complains 'together: shards/1-of-3.json is of another number of shards; name a new folder'
exits 3 "$halfopen" run --out together cases/crash.yaml
complains 'together: shards left their results here; name a new folder'
mkdir other && touch other/file
exits 3 "$halfopen" run --shard 1/4 --out other cases/crash.yaml
complains 'other: there is something else in this folder'
exits 2 "$halfopen" run --shard 5/4 cases
complains "--shard: '5/4': shards count from 1 to 4"
exits 2 "$halfopen" run --shard 1/4 --costs nowhere cases
complains '--costs: nowhere: No such file'
echo "shards are one run"
