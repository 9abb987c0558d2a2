#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# The commands as a user types them: what they print, what they leave, how they exit.
# Usage: commands_test.sh BUILD-FOLDER
. "$(dirname "$0")/lib.sh"
uml=$(uml_kernel) || { echo "$uml"; exit 77; }
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
cd "$scratch"
export LC_ALL=C.UTF-8
unset HALFOPEN_UML

last_line_is() { [ "$(tail -n 1 out)" = "$1" ] || { cat out >&2; fail "the last line is not: $1"; }; }

# Two runs of a case; THEN is what recv is to return.
write_case() {
	cat >"$1" <<-CASE
		case: a client hears its server die
		claims: [A1]
		matrix:
		  ip: [4, 6]
		hosts:
		  client: {program: [connect: 'server:8081', recv]}
		  server: {program: [listen: 8081, accept, pause]}
		timeline:
		  - {at: 2s, kill: server}
		expect:
		  client: {recv: $2}
	CASE
}
mkdir story other
write_case story/good.yaml eof
write_case story/bad.yaml ECONNRESET
write_case wrong.yaml EVERYTHING

# The program
exits 2 "$halfopen"
exits 0 "$halfopen" --help
exits 0 "$halfopen" --version
says '^halfopen [0-9]'
exits 2 "$halfopen" juge
complains "did you mean 'judge'"
for command in run list lint judge show report doctor reference; do
	exits 0 "$halfopen" "$command" --help
	says "^Usage: halfopen $command"
	exits 2 "$halfopen" "$command" --nonsense
done

# run: what held, what did not, and what it leaves
exits 0 "$halfopen" run --kernel "$uml" --out kept story/good.yaml
last_line_is '2 passed, 0 failed, 0 skipped'
says '^PASS  story/good.yaml:ip=6  \(3\.00[0-9] s simulated'
exits 0 "$halfopen" run --kernel "$uml" --out new/and/above story/good.yaml:ip=4
[ -s new/and/above/results.json ] || fail "folders that are missing above --out are not made"
# What a kernel lacks is looked at before anything is set in it.
cat >needs.yaml <<-CASE
	case: a newer kernel, and a sysctl of one
	needs: "kernel >= 99.0"
	hosts:
	  client: {program: [connect: 'server:8081']}
	  server: {sysctl: {net.ipv4.tcp_nonsense: 1}, program: [listen: 8081, accept]}
	expect: {client: {connect: ok}}
CASE
exits 77 "$halfopen" run --kernel "$uml" needs.yaml
says '^SKIP  needs.yaml .*: needs kernel >= 99.0; this is'
# A program is missed by the kernel that was booted for it: no time has passed there.
sed 's/^needs.*/needs: program nosuchd (nosuch-server)/; s/sysctl: {[^}]*}, //' needs.yaml >missing.yaml
exits 77 "$halfopen" run --kernel "$uml" missing.yaml
says "^SKIP  missing.yaml  \\(0\\.000 s .*: needs the program nosuchd, which is not installed \\(Debian's package nosuch-server"
sed '/^needs/d; s/tcp_nonsense/tcp_max_orphans/' needs.yaml >machine.yaml
exits 77 "$halfopen" run --one-kernel --kernel "$uml" machine.yaml
says '^SKIP  machine.yaml .*: needs a kernel for each host .*: server sets net.ipv4.tcp_max_orphans'
sed '/^needs/d; s/tcp_nonsense/tcp_retrie2/' needs.yaml >unknown.yaml
exits 2 "$halfopen" run --kernel "$uml" unknown.yaml
complains "did you mean 'net.ipv4.tcp_retries2'"
# Where nothing is expected, all that speak of it say the same.
sed '/^needs/d; /^expect/d; s/sysctl: {[^}]*}, //' needs.yaml >explore.yaml
nothing='nothing is expected: runs are drawn, and have no verdict'
exits 0 "$halfopen" lint explore.yaml
complains "explore.yaml:2:1: warning: $nothing"
exits 0 "$halfopen" list --claim a1 story
says '^    ip=6 +2.000 s$'
last_line_is '2 cases, 4 runs'
exits 0 "$halfopen" list --claim A2 story
last_line_is '0 cases, 0 runs'
exits 0 "$halfopen" list explore.yaml
says "  $nothing$"
exits 77 "$halfopen" run --kernel "$uml" --out explored explore.yaml
says "^SKIP  explore.yaml .*: $nothing"
says '─ SYN seq 0 ─'
exits 77 "$halfopen" judge explored/explore
says "^SKIP  explore.yaml .*: $nothing"
exits 0 "$halfopen" show explored/explore
says "◆ skip: $nothing"
exits 0 "$halfopen" report explored
grep -qF "$nothing" explored/report/runs/explore.html || fail "the page does not say that nothing is expected"
# The router is a machine as well.
forgets="$cases/nat/forgets.yaml:sends_first=inner,ip=4"
exits 0 "$halfopen" run --kernel "$uml" "$forgets"
exits 1 "$halfopen" run --kernel "$uml" --sysctl net.netfilter.nf_conntrack_tcp_loose=0 "$forgets"
# A server that waits for one more client does not keep a run going in which nothing is expected of it.
cat >waits.yaml <<-CASE
	case: a server waits, and nobody asks about it
	hosts:
	  client: {program: [sleep: 1s, {connect: 'server:9999', or: continue}]}
	  server: {program: [listen: 8081, accept]}
	expect: {client: {connect: ECONNREFUSED}}
CASE
exits 0 "$halfopen" run --kernel "$uml" waits.yaml
says '^PASS  waits.yaml  \(2\.00[0-9] s simulated'
says "^kernel: .*Linux [0-9].*HZ [0-9]+, virtual clock"
exits 1 "$halfopen" run --kernel "$uml" --out kept story
last_line_is '2 passed, 2 failed, 0 skipped'
says '^FAIL  story/bad.yaml:ip=4 .*ECONNRESET'
says 'story/bad.yaml:11:'
says 'expected: '
jq -e 'length == 4 and .[0].variant == "ip=4" and .[0].verdict == "fail" and .[3].verdict == "pass"
	and all(.[]; .claims == ["A1"] and .simulated_s > 2 and .wall_s > 0
		and (has("case") and has("file") and has("kernel") and has("reason")))' \
	kept/results.json >out || fail "results.json is not as documented"
for file in record.jsonl capture.pcapng verdict.txt; do
	[ -s "kept/story/good/ip=4/$file" ] || fail "no $file"
done
write_case lone.yaml eof
(cd other || exit; exits 0 "$halfopen" run --kernel "$uml" --out ../above ../lone.yaml:ip=4; rm out err)
[ -s "above/lone/ip=4/record.jsonl" ] || fail "a file named from below has no folder in --out"
# What is in a file's name stays a name
odd=$'odd\nhelpers '$scratch/mine$'\n\n.yaml'
mkdir -p "$(dirname "$odd")"
write_case "$odd" eof
exits 0 "$halfopen" run --kernel "$uml" --out oddly "$odd:ip=4"
rm -r odd*
# also where it is no text
write_case $'n\xff.yaml' ECONNRESET
exits 1 "$halfopen" run --kernel "$uml" --out nameless --format json=nameless.json $'n\xff.yaml:ip=4'
last_line_is '0 passed, 1 failed, 0 skipped'
jq -e '.[0] | .verdict == "fail" and .file == "n\ufffd.yaml" and .folder == "n_/ip=4"' nameless.json >out ||
	fail "a name that is no UTF-8 is not in the JSON"
exits 1 "$halfopen" judge nameless
exits 0 "$halfopen" report nameless
exits 0 env LC_ALL=C.UTF-8 "$halfopen" list --json $'n\xff.yaml'
rm $'n\xff.yaml'
exits 0 env HALFOPEN_UML="$uml" "$halfopen" run story/good.yaml:ip=6
last_line_is '1 passed, 0 failed, 0 skipped'
says "^kernel: $uml"
exits 1 "$halfopen" run --kernel "$uml" -k 'bad*ip=6' --claim a1 story
exits 2 "$halfopen" run --kernel "$uml" -k nothing story
exits 2 "$halfopen" run story/good.yaml:ip=5
exits 2 "$halfopen" run wrong.yaml story
complains '^wrong.yaml:11:.*error'
grep -q PASS out && fail "something ran although a case was wrong"
exits 2 "$halfopen" run --jobs 0 story
exits 2 "$halfopen" run --max-real 60 story
exits 3 "$halfopen" run --kernel /dev/null story
exits 3 "$halfopen" run --kernel "$uml" --wall-limit 1ms --out late story/good.yaml
last_line_is '0 passed, 2 failed, 0 skipped'
says '^ERROR story/good.yaml:ip=4'
[ -e "late/story/good/ip=4/console.txt" ] || fail "no console.txt of a run that could not be"
touch other/thing
exits 3 "$halfopen" run --kernel "$uml" --out other story/good.yaml
if live_possible; then
	exits 77 "$halfopen" run --kernel live --max-real 1s story/good.yaml
	last_line_is '0 passed, 0 failed, 2 skipped'
	says 'SKIP .*real clock'
fi

# judge: the same again, from the record alone
mv story elsewhere
exits 0 "$halfopen" judge "kept/story/good/ip=4" "kept/story/good/ip=6/record.jsonl"
exits 1 "$halfopen" judge "kept/story/good/ip=4" "kept/story/bad/ip=4"
says 'story/bad.yaml:11:'
exits 2 "$halfopen" judge nothing
exits 2 "$halfopen" judge kept/results.json

# show: a ladder of a hundred columns
exits 0 "$halfopen" show "kept/story/good/ip=4"
says 'SYN seq 0 ─*▶│'
says '═ kill server ═'
says 'recv: EOF │'
grep -qE '^.{101}' out && fail "a row is too long"
grep -q $'\033' out && fail "colours without a terminal"
exits 0 "$halfopen" show --ascii "kept/story/good/ip=6"
LC_ALL=C grep -q '[^ -~]' out && fail "not plain ASCII"
exits 0 env LC_ALL=C "$halfopen" show "kept/story/good/ip=6"
LC_ALL=C grep -q '[^ -~]' out && fail "not plain ASCII in an ASCII locale"
exits 0 "$halfopen" show --color always "kept/story/bad/ip=4"
grep -q $'\033\[' out || fail "no colours"
says 'line 11: expected'
exits 0 "$halfopen" show --normalised "kept/story/good/ip=4"
jq -es 'length > 10' out >/dev/null || fail "--normalised is no JSON Lines"
exits 2 "$halfopen" show "kept/story/good"

# What a terminal, or the log of a CI, would obey comes in arguments as well
evil=$'x\033[31m\n::error::y'
for arguments in "run --jobs" "run --$evil" "run --filter" "run --format" "run --sysctl" "run --shard" list show lint \
	judge report compare merge claims reference kernel "kernel use" "kernel build --hz"; do
	# shellcheck disable=SC2086
	"$halfopen" $arguments "$evil" >out 2>err && fail "$arguments took it"
	! grep -qE $'\033|^::' out err || fail "$arguments says it as it is"
done

# An option, a command that is not there
exits 2 "$halfopen" run --sysctrl x
complains "^halfopen run: there is no option '--sysctrl'; did you mean '--sysctl'\?$"
exits 2 "$halfopen" run --filtr=x
complains "did you mean '--filter'\?$"
exits 2 "$halfopen" run --kernel "$uml" --filter --ouput "$cases"
complains 'no run fits --filter --ouput;'
exits 0 "$halfopen" help run
says '^Usage: halfopen run '

# A name that is not there: the nearest that is
exits 2 "$halfopen" show "kept/story/god"
complains '^halfopen show: kept/story/god: No such file or directory; did you mean kept/story/good\?$'
mkdir near
write_case near/good.yaml eof
for name in near/god.yaml near/god.yaml:ip=4 naer/good.yaml; do
	exits 2 "$halfopen" run --kernel "$uml" "$name"
	complains "^halfopen run: ${name%:*}: No such file or directory; did you mean near/good.yaml\\?$"
done
exits 2 "$halfopen" show kept
complains '^halfopen show: kept: the results of [0-9]+ runs; name the folder of one, as kept/story/'
for command in show judge report claims; do
	exits 2 "$halfopen" "$command" near/good.yaml
	complains "^halfopen $command: near/good.yaml: a case; .halfopen run --out DIR near/good.yaml. runs it\$"
done
mkdir nothing-here
exits 2 "$halfopen" run --kernel "$uml" nothing-here
complains '^halfopen run: nothing-here: no case in this folder'
for command in report claims; do
	exits 2 "$halfopen" "$command" nothing-here
	complains "^halfopen $command: nothing-here: no results.json in this folder"
done
exits 2 "$halfopen" compare kept nothing-here
exits 2 "$halfopen" judge nothing-here
complains 'nothing-here: no run was recorded in this folder$'
grep -q passed out && fail "judge counts runs where there are none"
exits 2 "$halfopen" run --kernel "$uml" --filter zzz "$cases"
complains 'no run fits --filter zzz;'

# Temporary files that are small, on a mount with noexec, in a folder with a long name: a UML has
# its memory elsewhere
on_tmpfs() { # OPTIONS COMMAND...
	unshare --map-root-user --mount bash -c 'mount -t tmpfs -o "$1" tmpfs /dev/shm &&
		mount -t tmpfs -o "$1" tmpfs temporary && shift && TMPDIR=$PWD/temporary exec "$@"' bash "$@"
}
mkdir temporary
if on_tmpfs size=64k true 2>/dev/null; then
	exits 0 on_tmpfs size=64k "$halfopen" run --kernel "$uml" near/good.yaml:ip=4
	exits 0 on_tmpfs noexec "$halfopen" run --kernel "$uml" near/good.yaml:ip=4
fi
long=/tmp/halfopen-test.$$.$(printf 'x%.0s' {1..100})/$(printf 'y%.0s' {1..100})
mkdir -p "$long"
exits 0 env TMPDIR="$long" "$halfopen" run --kernel "$uml" near/good.yaml:ip=4
rm -r "${long%/*}"
exits 3 env TMPDIR=/nonexistent "$halfopen" run --kernel "$uml" near/good.yaml:ip=4
complains 'No such file or directory; TMPDIR can name another folder$'

# Interrupted: what had ended by then is kept
"$halfopen" run --kernel "$uml" --out half "$cases" >out 2>err &
running=$!
until grep -q PASS out; do
	kill -0 "$running" || fail "the run to be interrupted ended early"
	sleep 0.05
done
kill -TERM "$running"
status=0
wait "$running" || status=$?
[ "$status" = 143 ] || fail "an interrupted run exits with $status"
complains '^halfopen run: interrupted: [0-9]+ of [0-9]+ runs did not end$'
jq -e 'length > 0 and all(.[]; .verdict == "pass")' half/results.json >/dev/null ||
	fail "an interrupted run keeps no results"
exits 0 "$halfopen" report half

# Killed: what it began may be written over, and is no result
rm half/results.json && : >half/.results.json.new
exits 0 "$halfopen" run --kernel "$uml" --out half "$cases/reset/same-port.yaml:ip=4"
jq -e 'length == 1' half/results.json >/dev/null || fail "a folder of one that was killed keeps no results"
[ ! -e half/.results.json.new ] || fail "what ended still looks as if it had not"

# report: pages, of what is there now
exits 0 "$halfopen" report kept
says '^4 runs: kept/report/index.html$'
for file in index.html style.css script.js runs/story/good/ip=4.html runs/story/bad/ip=6.pcapng \
	runs/story/bad/ip=6.jsonl; do
	[ -s "kept/report/$file" ] || fail "the report has no $file"
done
grep -q 'success instead of ECONNRESET' kept/report/index.html || fail "the overview does not say why"
grep -q 'it returned 0: the other side had closed' 'kept/report/runs/story/bad/ip=4.html' ||
	fail "the page does not say why"
exits 0 "$halfopen" report --out both kept above
[ -s "both/runs/2/lone/ip=4.html" ] || fail "no page of the second folder's run"
exits 0 "$halfopen" report --out both kept above
exits 2 "$halfopen" report kept above
exits 2 "$halfopen" report nothing
exits 3 "$halfopen" report --out other kept
# What was planted in a folder leads nowhere else
mkdir outside && echo secret >outside/secret
cp -r kept foreign && rm -r foreign/report
planted() { # FILTER: results.json as it makes it
	jq "$1" kept/results.json >foreign/results.json
}
planted '.[1].folder = "../outside"'
for command in report judge claims 'compare kept'; do
	# shellcheck disable=SC2086
	exits 2 "$halfopen" $command foreign
	complains "foreign/results.json: the folder '../outside' of a run is not within it"
done
planted .
rm 'foreign/story/good/ip=6/record.jsonl' foreign/story/bad/ip=4/record.jsonl
ln -s ../../../../outside/secret foreign/story/good/ip=6/record.jsonl
mkfifo foreign/story/bad/ip=4/record.jsonl
exits 3 timeout 300 "$halfopen" judge foreign
says '^ERROR story/good.yaml:ip=6 .*symbolic link'
says '^ERROR story/bad.yaml:ip=4 .*not a regular file'
mkdir foreign/report && ln -s ../../outside/secret foreign/report/style.css && ln -s ../../outside foreign/report/runs
exits 3 timeout 300 "$halfopen" report foreign
rm foreign/report/runs
ln -s ../../outside/secret foreign/report/index.html
exits 3 timeout 300 "$halfopen" report foreign
rm 'foreign/story/good/ip=6/record.jsonl' foreign/story/bad/ip=4/record.jsonl
exits 0 "$halfopen" report foreign
grep -rq secret foreign/report && fail "the report has what lies outside"
exits 3 "$halfopen" judge foreign
says '^ERROR story/good.yaml:ip=6 .*it is said to be a pass, but it has no record'
rm foreign/results.json && mkfifo foreign/results.json
for command in report judge claims show 'compare kept'; do
	# shellcheck disable=SC2086
	exits 2 timeout 300 "$halfopen" $command foreign
done
rm -r foreign/story/good foreign/results.json && : >foreign/results.json
ln -s ../../outside foreign/story/good
ln -s ../outside/secret foreign/.results.json.new
mkdir story
write_case story/good.yaml eof
exits 3 "$halfopen" run --kernel "$uml" --out foreign story/good.yaml
says 'there is a symbolic link'
[ "$(ls outside)" = secret ] && [ "$(cat outside/secret)" = secret ] || fail "a link was followed out of the folder"
mkdir -p dots/here && cp story/good.yaml dots/...yaml
(cd dots && exits 0 "$halfopen" run --kernel "$uml" --out here/out ...yaml:ip=4)
[ -s dots/here/out/__/ip=4/record.jsonl ] || fail "a file named ...yaml has no folder in --out"
# What an earlier run left is not taken for this one's
exits 3 "$halfopen" run --kernel "$uml" --wall-limit 1ms --out kept story/good.yaml:ip=4
[ ! -e "kept/story/good/ip=4/record.jsonl" ] || fail "the record of another run was left"
exits 0 "$halfopen" report kept
grep -q 'could not be made' 'kept/report/runs/story/good/ip=4.html' || fail "no page of a run without a record"

# Standard output that takes no more: what can be kept is kept, and the rest is an error
(set +o pipefail; "$halfopen" run --kernel "$uml" --out headed elsewhere 2>err | head -n 1) >out
says '^(PASS|FAIL) '
complains '^halfopen run: cannot write the results as text: Broken pipe$'
jq -e 'length == 4' headed/results.json >/dev/null || fail "results are lost when nobody reads the text"
(set +o pipefail; "$halfopen" judge --format tap=judged.tap headed 2>err | head -n 1) >out
grep -q '^not ok 2' judged.tap || fail "a format is lost when nobody reads the other"
if [ -e /dev/full ]; then
	for command in 'list elsewhere' 'list --json elsewhere' 'lint elsewhere' 'show headed/elsewhere/good/ip=4' \
		'show --normalised headed/elsewhere/good/ip=4' 'judge headed' 'report headed' 'compare headed headed' \
		'compare --format json headed headed' 'claims headed' doctor reference 'reference --schema' \
		'kernel list' --help --version 'run --help' 'kernel --help' 'run --kernel '"$uml"' elsewhere/good.yaml'; do
		status=0
		# shellcheck disable=SC2086
		"$halfopen" $command >/dev/full 2>err || status=$?
		[ "$status" = 3 ] || fail "$command exits with $status when standard output is full"
		grep -qE 'standard output did not|cannot write' err || fail "$command does not say that standard output is full"
	done
fi
exits 0 "$halfopen" lint elsewhere
"$halfopen" lint wrong.yaml >&- 2>err && fail "a wrong case is fine where nobody looks"

# list, lint, reference, doctor
exits 0 "$halfopen" list elsewhere
says 'hears its server die .*A1'
exits 0 "$halfopen" list --json elsewhere
jq -e 'length == 4 and all(.[]; .file and .name and .variant and .claims and .duration_s)' out >/dev/null ||
	fail "list --json is not as documented"
exits 0 "$halfopen" lint elsewhere
exits 2 "$halfopen" lint wrong.yaml
complains '^wrong.yaml:11:.*error'
exits 0 "$halfopen" reference
exits 0 "$halfopen" reference --schema
jq -e . out >/dev/null || fail "the schema is no JSON"
exits 0 env HALFOPEN_UML="$uml" "$halfopen" doctor
says "$uml"
HALFOPEN_UML=none/linux "$halfopen" doctor >out 2>err || true
says '^  what HALFOPEN_UML names +no$'
says 'none/linux: No such file'
# The case in the README is as good as it says
awk '/^```/ { inside = $0 == "```yaml"; next } inside' "$here/../../README.md" >mine.yaml
exits 0 "$halfopen" run --kernel "$uml" mine.yaml
last_line_is '1 passed, 0 failed, 0 skipped'
echo "all commands behave"
