#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# What was installed works elsewhere, and a project outside the tree has its cases as CTest tests.
# Usage: installed_test.sh BUILD-FOLDER
. "$(dirname "$0")/lib.sh"
kernel=$(uml_kernel) || { echo "$kernel"; exit 77; }
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
cd "$scratch"
unset HALFOPEN_UML
prefix=$scratch/prefix
source=$(cd "$here/../.." && pwd)

cmake --install "$build" --prefix "$prefix" --strip >installing
if grep -rlF -e "$source" "$prefix"; then fail "what is installed names the source folder"; fi
# Moved, it finds its own helpers and cases still.
mv prefix moved
prefix=$scratch/moved
exits 0 "$prefix/bin/halfopen" list
says "^moved/share/halfopen/cases/connect/closed-port.yaml"
exits 0 "$prefix/bin/halfopen" run --kernel "$kernel" --filter connect/closed-port
says '^2 passed, 0 failed, 0 skipped'

# The example, as its user has it: a copy of its own.
cp -r "$source/ci/example" example
cp "$kernel" uml-a
ln -s uml-a uml-b
cmake -S example -B b -DCMAKE_PREFIX_PATH="$prefix" "-DEXAMPLE_KERNELS=$scratch/uml-a;$scratch/uml-b" \
	>configuring 2>&1 || { cat configuring >&2; fail "the example is not configured"; }
exits 8 ctest --test-dir b
says 'cases_NOT_BUILT'
cmake --build b >building 2>&1 || { cat building >&2; fail "the example is not built"; }
exits 0 ctest --test-dir b -N
for kernel_name in uml-a uml-b; do
	says "case.cases/other-kernel.$kernel_name\$"
	says "case.cases/refused.ip=4.$kernel_name\$"
	says "case.cases/refused.ip=6.$kernel_name\$"
done
says '^Total Tests: 6$'
exits 0 ctest --test-dir b -N -R 'refused.*uml-b'
says '^Total Tests: 2$'
for label in example case cases; do
	exits 0 ctest --test-dir b -N -L "^$label\$"
	says '^Total Tests: 6$'
done
exits 0 ctest --test-dir b -N -L '^B5$'
says '^Total Tests: 4$'

exits 0 ctest --test-dir b -V -R other-kernel.uml-a
says 'SKIP .*needs kernel'
grep -q 'SKIP .*needs kernel' b/Testing/Temporary/LastTest.log || fail "the reason of a skip is not in the log"
exits 0 ctest --test-dir b -j2 --output-junit "$scratch/junit.xml"
says '100% tests passed.* out of 6'
[ "$(grep -cF '***Skipped' out)" = 2 ] || fail "not two tests are skipped"
grep -q 'SKIP .*needs kernel' junit.xml || fail "the reason of a skip is not in JUnit"
[ -z "$(find b -path '*_kept/*' -name record.jsonl)" ] || fail "records of tests that passed are kept"

# A case that fails: found by building again, its record kept, and its place told.
cmake -S example -B b -DEXAMPLE_FAIL=ON >configuring
cmake --build b >building
exits 8 ctest --test-dir b -L example --output-on-failure
grep -qE 'case.failing/too-early.uml-a \(Failed\)' out err || fail 'too-early did not fail'
says 'out of 8$'
kept=$(sed -n 's/^kept: //p' out | head -n 1)
[ -n "$(find "$kept" -name record.jsonl)" ] || fail "no record is kept in '$kept'"
exits 1 "$prefix/bin/halfopen" judge "$kept"
exits 8 ctest --test-dir b --rerun-failed
says 'out of 2$'

# What has changed is found by building again: one more value, one more case, one less.
cp -r example/cases saved
sed -i 's/ip: \[4, 6\]/ip: [4, 6]\n  port: [8082, 8083]/; s/server:8082/server:$port/' example/cases/refused.yaml
cp saved/other-kernel.yaml example/cases/another.yml
rm example/cases/other-kernel.yaml
cmake --build b >building 2>&1 || { cat building >&2; fail "it is not built again"; }
exits 0 ctest --test-dir b -N -L cases
says 'case.cases/refused.ip=4,port=8083.uml-b$'
says 'case.cases/another.uml-b$'
says '^Total Tests: 10$'
cp saved/* example/cases
rm example/cases/another.yml

# A case that cannot be read is a test that fails, and the build and all others go on.
echo 'case: [' >example/cases/refused.yaml
cmake --build b >building 2>&1 || fail "a bad case breaks the build"
exits 8 ctest --test-dir b -R '^case.cases/refused' --output-on-failure
says 'refused.yaml:.*error'

# What CTest is told of each run, and kernels that have the same name.
mkdir -p other/kernels/1 other/kernels/2
cp "$source/ci/example/failing/too-early.yaml" other/long.yaml
sed -i 's/^until: 3s/until: 90.5s/' other/long.yaml
ln -s "$scratch/uml-a" other/kernels/1/uml
ln -s "$scratch/uml-b" other/kernels/2/uml
cat >other/CMakeLists.txt <<'X'
cmake_minimum_required(VERSION 3.22)
project(other LANGUAGES NONE)
include(CTest)
find_package(Halfopen 0.1 REQUIRED)
halfopen_add_cases(FILES long.yaml KERNEL kernels/1/uml kernels/2/uml live LABELS a b
  PROPERTIES ENVIRONMENT "A=1;B=2" COST 5 PREFIX mine.)
halfopen_add_cases(FILES long.yaml KERNEL live MAX_REAL 2m PREFIX long.)
halfopen_add_cases(FILES long.yaml PROPERTIES TIMEOUT 7 PREFIX plain.)
X
cmake -S other -B o -DCMAKE_PREFIX_PATH="$prefix" >configuring 2>&1 ||
	{ cat configuring >&2; fail "the other project is not configured"; }
cmake --build o >building 2>&1 || { cat building >&2; fail "the other project is not built"; }
exits 0 ctest --test-dir o --show-only=json-v1
jq -r '.tests[] | (.properties | map({(.name): .value}) | add) as $is |
	[.name, $is.TIMEOUT, $is.PROCESSORS // 1, $is.SKIP_RETURN_CODE, ($is.LABELS | join(" ")),
	 ($is.ENVIRONMENT // [] | join(" ")), ((.command | index("--kernel")) as $at | if $at then .command[$at + 1] else "" end),
	 ((.command | index("--max-real")) as $at | if $at then .command[$at + 1] else "" end)] | join("|")' out | sort >told
sort >wanted <<X
mine.other/long.uml|180|1|77|a b case other|A=1 B=2|$scratch/other/kernels/1/uml|
mine.other/long.uml-2|180|1|77|a b case other|A=1 B=2|$scratch/other/kernels/2/uml|
mine.other/long.live|270|1|77|a b case other|A=1 B=2|live|
long.other/long.live|270|1|77|case other||live|2m
plain.other/long|7|1|77|case other|||
X
diff wanted told || fail "CTest is told something else"
exits 2 "$prefix/bin/halfopen" run --kernel live --max-real 2min --filter none other/long.yaml
complains "'2min' is no time"
exits 2 "$prefix/bin/halfopen" run --kernel live --max-real 2m --filter none other/long.yaml
complains 'no run fits --filter none'
exits 8 ctest --test-dir o -R 'mine.*uml-2$'
says 'mine.other/long.uml-2.*Failed'
