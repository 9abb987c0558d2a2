#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# The pages of `halfopen report` in a real browser: filters, keyboard, contrast, a phone, no
# script, markup in a record, a thousand runs and a hundred thousand packets. Needs no kernel: the
# runs are recorded ones. Usage: report_test.sh BUILD-FOLDER
. "$(dirname "$0")/lib.sh"
browser=$(command -v chromium || command -v chromium-browser || command -v google-chrome) || skip "no Chromium: see ci/deps"
command -v node >/dev/null || skip "no node: see ci/deps"
packages=$build/browser
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

# The packages that are needed go into the build, and stay there.
mkdir -p "$packages"
if ! cmp -s "$here/package-lock.json" "$packages/package-lock.json" || [ ! -d "$packages/node_modules/axe-core" ]; then
	command -v npm >/dev/null || skip "no npm: see ci/deps"
	cp "$here/package.json" "$here/package-lock.json" "$packages"
	(cd "$packages" && npm ci --no-audit --no-fund --ignore-scripts --fetch-retries=1 --fetch-retry-mintimeout=1000 >"$scratch/npm" 2>&1) ||
		{ rm -rf "$packages/node_modules"; tail -n 3 "$scratch/npm"; skip "playwright-core and axe-core cannot be had from npm"; }
fi

node "$here/report_data.mjs" "$here/../../fixtures/records" "$scratch/results"
for folder in small many large repeated; do
	begun=${EPOCHREALTIME/./}
	"$halfopen" report --out "$scratch/$folder" "$scratch/results/$folder"
	echo "  written in $(((${EPOCHREALTIME/./} - begun) / 1000)) ms"
done
"$halfopen" report --out "$scratch/two" "$scratch/results/before" "$scratch/results/after"
one=$scratch/results/small/planted/errno/ip=4
"$halfopen" report --single --out "$scratch/single.html" "$one"
! grep -qE '(src|href)="[^#"]' "$scratch/single.html" || fail "a page alone needs something beside it"
"$halfopen" show --format svg "$one" >"$scratch/ladder.svg"
"$halfopen" show --format mermaid "$one" | head -n 1 | grep -qx sequenceDiagram || fail "no diagram for Mermaid"
largest=$(find "$scratch" -name '*.html' -printf '%s\n' | sort -n | tail -n 1)
[ "$largest" -lt 1000000 ] || fail "a page has $largest bytes"
echo "  the largest page has $largest bytes"
cd "$packages"
node "$here/report_test.mjs" "$browser" "$scratch/profile" "$scratch" "$packages/screenshots"
