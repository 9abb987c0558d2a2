#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# What a case or the name of its file says is never code for CMake.
# Usage: discover_test.sh BUILD-FOLDER
. "$(dirname "$0")/lib.sh"
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
cd "$scratch"

# What would end any quoting that does not look at what it quotes.
evil=']==]]===])message(FATAL_ERROR executed)#$ENV{HOME};b'
mkdir -p "cases/$evil"
cp "$cases/connect/closed-port.yaml" "cases/$evil/$evil.yaml"
cat >arguments.cmake <<-END
	set(base "$scratch")
	set(cases "$scratch/cases")
	set(tests_file "$scratch/tests.cmake")
	set(prefix "case.")
	set(labels mine)
	set(kept "$scratch/kept")
END
discover() {
	exits 0 cmake "-DHALFOPEN=$halfopen" "-DARGUMENTS=$scratch/arguments.cmake" \
		-P "$here/../../ci/cmake/HalfopenDiscover.cmake"
}
# What CTest does with it, but for running them.
cat >read.cmake <<-'END'
	function(add_test)
	  message("test <${ARGV0}> of <${ARGV5}>")
	endfunction()
	function(set_tests_properties)
	  message("labels <${ARGV9}>")
	endfunction()
	include(tests.cmake)
END
discover
exits 0 cmake -P read.cmake
grep -qF "test <case.cases/$evil/$evil.ip=4> of <$scratch/cases/$evil/$evil.yaml:ip=4>" err ||
	{ cat err tests.cmake >&2; fail "the name of a file is not what it was"; }
grep -qF "labels <case;$evil;mine>" err || { cat err >&2; fail "the story is not what it was"; }

# A file that is no valid case is one test, that lints it; the others stay.
cp "cases/$evil/$evil.yaml" cases/good.yaml
echo 'case: [' >"cases/$evil/bad.yaml"
discover
exits 0 cmake -P read.cmake
[ "$(grep -c '^test <' err)" = 5 ] || { cat err tests.cmake >&2; fail "not two runs each of two cases, and a test"; }
grep -qF "test <case.cases/good.ip=4> of <$scratch/cases/good.yaml:ip=4>" err || fail "the others are gone"
grep -qF "test <case.cases/$evil/bad> of <>" err || { cat err >&2; fail "no test says that a case is bad"; }
grep -qF "add_test([==[case.cases/" tests.cmake && grep -qF ' lint ' tests.cmake || fail "no test lints"
rm "cases/$evil/bad.yaml" cases/good.yaml

# Where there is nothing to list, one test says so.
rm "cases/$evil/$evil.yaml"
sed -i "s|^set(cases.*|set(cases \"$scratch/cases/\${evil}\")|; 1iset(evil [====[${evil%;b}]====])" arguments.cmake
mv "cases/$evil" "cases/${evil%;b}"
discover
exits 0 cmake -P read.cmake
grep -qF "test <case.all> of" err || { cat err tests.cmake >&2; fail "no test says that cases are bad"; }
