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

# A case that cannot be read is a test that fails, and the build goes on.
echo 'case: [' >example/cases/refused.yaml
cmake --build b >building 2>&1 || fail "a bad case breaks the build"
exits 8 ctest --test-dir b -R '^case.all$' --output-on-failure
says 'refused.yaml:.*error'
