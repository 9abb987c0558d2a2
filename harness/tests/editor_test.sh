#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# What an editor makes of the schema: yaml-language-server is asked at more than twenty places of a case
# what may come, what a word means, and what is wrong with another. Usage: editor_test.sh BUILD-FOLDER
. "$(dirname "$0")/lib.sh"
command -v node >/dev/null || skip "no node: see ci/deps"
packages=$build/editor
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
mkdir -p "$packages"
if ! cmp -s "$here/editor/package-lock.json" "$packages/package-lock.json" || [ ! -d "$packages/node_modules/yaml-language-server" ]; then
	command -v npm >/dev/null || skip "no npm: see ci/deps"
	cp "$here/editor/package.json" "$here/editor/package-lock.json" "$packages"
	(cd "$packages" && npm ci --no-audit --no-fund --ignore-scripts --fetch-retries=1 --fetch-retry-mintimeout=1000 >"$scratch/npm" 2>&1) ||
		{ rm -rf "$packages/node_modules"; tail -n 3 "$scratch/npm"; skip "yaml-language-server cannot be had from npm"; }
fi
"$halfopen" reference --schema >"$scratch/case.schema.json"
timeout 600 node "$here/editor/ask.mjs" "$packages/node_modules/yaml-language-server/bin/yaml-language-server" \
	"$scratch/case.schema.json" "$here/editor/case.yaml" "$here/editor/places.json" || fail "the schema does not help an editor as it should"
