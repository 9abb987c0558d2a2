#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# The formats of results, as those who read them take them: from recorded runs, of which one is
# made to fail, one to be skipped and one to be broken. Usage: formats_test.sh BUILD-FOLDER
. "$(dirname "$0")/lib.sh"
for tool in jq prove xmllint; do
	command -v "$tool" >/dev/null || skip "no $tool"
done
python=$(python_with yaml) || { echo "$python"; exit 77; }
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
cd "$scratch"
export LC_ALL=C.UTF-8
unset GITHUB_ACTIONS GITHUB_WORKSPACE

# RECORD FILTER: its header as jq's FILTER makes it, the rest as it is.
altered() { head -n 1 "$1" | jq -c "$2"; tail -n +2 "$1"; }
records=$here/../../fixtures/records
cp "$records/keepalive-crash-ip4.jsonl" "$records/icmp-port-ip6.jsonl" .
altered "$records/kill.jsonl" '.source |= gsub("signal: SIGKILL"; "signal: SIGTERM")
	| .file = "st.ory/50%,\u001b<&>.yaml"' >fails.jsonl
altered "$records/no-answer.jsonl" '.state = 1 | .reason = "needs # a \u0007\nkernel"' >skipped.jsonl
altered "$records/closed-port.jsonl" '.state = 2 | .reason = "<it> \"panicked\" & ]]>"' >broken.jsonl

# STATUS ARGS...: judges them all.
judge() {
	local wanted=$1 status=0
	shift
	"$halfopen" judge ./*.jsonl "$@" >out 2>err || status=$?
	[ "$status" = "$wanted" ] || { cat out err >&2; fail "judge $* exited with $status, not $wanted"; }
}
sums='2 passed, 2 failed, 1 skipped'

# Where what goes
judge 3
[ "$(tail -n 1 out)" = "$sums" ] || fail "the text does not end in its sums"
grep -q '^FAIL  st.ory/50%' out || fail "no failure in the text"
cp out text
judge 3 --format text
cmp out text
judge 3 --format json=results.json --format tap=tap --format text=again
cmp out text
cmp again text
judge 3 --format junit
cmp err text
[ "$(head -c 5 out)" = '<?xml' ] || fail "standard output is not XML alone"
cp out junit.xml
judge 3 --format=junit=-
diff <(sed 's/timestamp="[^"]*"//' out) <(sed 's/timestamp="[^"]*"//' junit.xml)
judge 2 --format junit --format json
grep -q -- '--format json=FILE' err || fail "not told how to have two formats"
judge 2 --format junti
grep -q "did you mean 'junit'" err || fail "not told that it is junit"
judge 2 --format junit=
judge 3 --format junit=no/such/folder
grep -q 'no/such/folder' err || fail "not told which file"
if [ -e /dev/full ]; then
	for format in json junit tap; do
		"$halfopen" judge keepalive-crash-ip4.jsonl --format $format=/dev/full >out 2>err && fail "a full disk is nothing"
		grep -q "cannot write the results as $format" err || fail "a full disk is not told"
	done
fi

# JSON
jq -e 'length == 5 and ([.[].verdict] | sort) == ["error", "fail", "pass", "pass", "skip"]
	and all(.[]; has("text") or has("ladder") or has("screen") | not)
	and all(.[]; (.verdict == "fail") == (.failures | length > 0))' results.json >/dev/null ||
	fail "the JSON is not as documented"
line=$(jq '.[] | select(.verdict == "fail") | .failures[0].line' results.json)

# JUnit
valid() { xmllint --noout --nonet --schema "$here/junit.xsd" "$1" 2>err; }
valid junit.xml || { cat err >&2; fail "the XML is not valid"; }
for break in 's/ classname="[^"]*"//' 's/ tests="5"//' 's/ time="/ time="-1/' 's/<skipped/<omitted/' \
	's/timestamp="/timestamp="on /' 's/ message="[^"]*"//' 's/name="[^"]*yaml[^"]*"/name="one"/; s/classname="[^"]*"/classname="a.b"/'; do
	sed "$break" junit.xml >broken.xml
	cmp -s junit.xml broken.xml && fail "nothing was changed by $break"
	valid broken.xml && fail "the schema takes what $break made"
done
# XPATH VALUE
xml_has() {
	local value
	value=$(xmllint --xpath "string($1)" junit.xml)
	[ "$value" = "$2" ] || fail "$1 is '$value', not '$2'"
}
xml_has 'count(//testcase)' 5
xml_has '/testsuites/@tests' 5
xml_has '/testsuites/@failures' 1
xml_has '/testsuites/@errors' 1
xml_has '/testsuites/@skipped' 1
xml_has '//testcase[failure]/@name' 'st.ory/50%,\x1b<&>.yaml:ip=4'
xml_has '//testcase[failure]/@classname' 'st_ory.50%,\x1b<&>'
xml_has '//testcase[skipped]/skipped/@message' 'needs # a \x07 kernel'
xml_has '//testcase[error]/error/@message' '<it> "panicked" & ]]>'
xml_has 'contains(//failure, "expected:   ")' true
xml_has 'count(//testcase[@classname="keepalive.crash"][not(failure or error or skipped)])' 1
xml_has '//testsuite[@name="keepalive"]//property[@name="kernel.release"]/@value' 6.12.117

# TAP
prove --exec cat tap >out 2>err && fail "prove sees no failure"
grep -qE 'Failed 2/5' out err && ! grep -q 'Parse errors' out err || { cat out err >&2; fail "prove does not see two failures"; }
cp keepalive-crash-ip4.jsonl icmp-port-ip6.jsonl "$(mkdir good && echo good)"
"$halfopen" judge good/*.jsonl skipped.jsonl --format tap >tap.good 2>/dev/null
prove --exec cat tap.good >out 2>&1 || { cat out >&2; fail "prove does not take a good run"; }
grep -q '^ok 3 - .* # SKIP needs # a \\x07 kernel$' tap.good || fail "no SKIP with its reason"
"$python" - tap <<-'END'
	import sys, yaml
	blocks, block = [], None
	for line in open(sys.argv[1], encoding="utf-8"):
	    if line == "  ---\n":
	        block = []
	    elif line == "  ...\n":
	        blocks.append(yaml.safe_load("".join(block)))
	        block = None
	    elif block is not None:
	        block.append(line[2:])
	assert len(blocks) == 2, blocks
	error, fail = sorted(blocks, key=lambda block: block["severity"])
	assert error["reason"] == '<it> "panicked" & ]]>', error
	assert fail["file"] == "st.ory/50%,\x1b<&>.yaml" and fail["failures"][0]["line"] > 0, fail
	assert any(line.startswith("    expected:   ") for line in fail["text"]), fail
END

# GitHub
GITHUB_ACTIONS=true judge 3
[ "$(grep -c '^::error ' out)" = 2 ] || fail "not two annotations"
grep -qF "::error file=st.ory/50%25%2C\\x1b<&>.yaml,line=$line,col=" out || fail "not at its place"
mkdir -p top/sub
(cd top/sub && GITHUB_ACTIONS=true GITHUB_WORKSPACE=$scratch/top "$halfopen" judge ../../fails.jsonl) >out || true
grep -qF "::error file=sub/st.ory/50%25" out || fail "not seen from the top of the repository"
GITHUB_ACTIONS=true judge 3 --format junit
grep -q '::error' out && fail "annotations amidst the XML"
grep -q '^::error ' err || fail "no annotations beside the XML"
GITHUB_ACTIONS=false judge 3
grep -q '::error' out && fail "annotations elsewhere"

# Whatever a record, a case and a name hold, nothing happens by it: not in a terminal, not in a log
evil='\u001b]0;t\u0007\u009b31m\u202e\u007f\n::error::owned\n  ::add-mask::x\n##[error]owned\r'
mkdir evil
altered "$records/kill.jsonl" '.source |= (gsub("signal: SIGKILL"; "signal: SIGTERM") | sub("case: .*"; "case: \"::error::x \\e]0;t\\a \\u009b1m ##[error]owned\""))
	| .file = "'"$evil"'.yaml" | .kernel.name = "'"$evil"'" | .kernel.release = "6.12'"$evil"'"' |
	jq -c 'if .ev == "packet" then .note = "'"$evil"'" | .src = "'"$evil"'" elif .ev == "program" then .output = "'"$evil"'"
		elif .ev == "counter" then .name = "'"$evil"'" else . end' >evil/record.jsonl
altered evil/record.jsonl '.state = 2 | .reason = "'"$evil"'"' >evil/broken.jsonl
# WHAT: nothing in ./out or ./err that acts, but for lines that match OWN, which are ours.
harmless() {
	cat out err | sed -E "${own:-s/^$//}" >both
	LC_ALL=C grep -qP '[\x00-\x08\x0b-\x1f\x7f]|\xc2[\x80-\x9f]|\xe2\x80[\xaa-\xae]|^\s*::[a-z]|##\[' both || return 0
	LC_ALL=C grep -nP '[\x00-\x08\x0b-\x1f\x7f]|\xc2[\x80-\x9f]|\xe2\x80[\xaa-\xae]|^\s*::[a-z]|##\[' both | cat -v >&2
	fail "$1 prints what acts"
}
for format in text json junit tap github; do
	own=
	[ "$format" != github ] || own='s/^::error file=//'
	status=0
	"$halfopen" judge --all --format $format evil/record.jsonl evil/broken.jsonl >out 2>err || status=$?
	[ "$status" = 3 ] || { cat err >&2; fail "judge --format $format of evil records exits with $status"; }
	grep -q owned out || fail "$format says nothing of it"
	harmless "judge --format $format"
done
own=
for command in 'show evil' 'show --ascii evil' 'show --normalised evil' 'judge evil/none' 'judge evil'; do
	# shellcheck disable=SC2086
	"$halfopen" $command >out 2>err || true
	harmless "$command"
done
for command in $'no\e[31msuch' $'kernel no\e[31msuch' $'kernel use no\e[31msuch' $'kernel add no\e[31msuch'; do
	# shellcheck disable=SC2086
	"$halfopen" $command >out 2>err && fail "there is no such thing"
	harmless "a wrong name"
done
HALFOPEN_UML=$'no\e[31msuch' "$halfopen" doctor >out 2>err || true
harmless doctor
printf 'case: [\n' >"evil/::error::x"$'\033[31m'.yaml
"$halfopen" lint evil/*.yaml >out 2>err && fail "a wrong case is fine"
harmless lint
printf 'case: "a\\e[31m\\x9b ::error::x"\nhosts: {a: {program: [pause]}, b: {program: [pause]}}\nexpect: {a: {pause: blocked}}\nuntil: 1s\n' >evil/title.yaml
"$halfopen" list evil/title.yaml >out 2>err && fail "a title with control characters is fine"
harmless 'list of what is refused'
sed -i 's/a\\e\[31m\\x9b //' evil/title.yaml
"$halfopen" list evil/title.yaml >out 2>err || { cat err >&2; fail "list"; }
harmless list
"$halfopen" judge --format json=evil/results.json evil/record.jsonl >out 2>err || true
mkdir -p evil/a && mv evil/record.jsonl evil/a
jq -c '.[0].folder = "a" | .[0].screen = "'"$evil"'" | .[0].text = "'"$evil"'"' evil/results.json >evil/new && mv evil/new evil/results.json
for command in 'report evil' 'compare evil evil' 'claims evil' 'judge evil' 'compare --format json evil evil'; do
	# shellcheck disable=SC2086
	"$halfopen" $command >out 2>err || true
	harmless "$command"
done
cat evil/report/index.html evil/report/runs/a.html >out
own='s/::|##\[//g' # a page is no log
harmless "a page"

# A whole folder of results: what has a record is judged, what has none stays what it was
variant=$(head -n 1 keepalive-crash-ip4.jsonl | jq -r .variant)
mkdir -p "whole/keepalive/crash/$variant"
cp keepalive-crash-ip4.jsonl "whole/keepalive/crash/$variant/record.jsonl"
jq '[.[] | select(.verdict == "skip" or (.file | endswith("keepalive/crash.yaml")))
	| if .verdict == "pass" then .verdict = "fail" else . end]' results.json >whole/results.json
"$halfopen" judge whole >out || { cat out >&2; fail "judge of a whole folder"; }
[ "$(tail -n 1 out)" = '1 passed, 0 failed, 1 skipped' ] || { cat out >&2; fail "judge of a whole folder"; }
echo "all formats are as their readers take them"
