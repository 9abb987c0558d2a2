#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# ci/kubernetes against Kubernetes' own schema: the types of its OpenAPI, as TypeScript checks what is typed in
# a program, where every name that the schema does not have is an error. Usage: kubernetes_test.sh BUILD-FOLDER
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"
command -v node >/dev/null || skip "no node: see ci/deps"
python=$(python_with yaml) || { echo "$python"; exit 77; }
packages=$build/kubernetes
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
mkdir -p "$packages"
if ! cmp -s "$here/kubernetes/package-lock.json" "$packages/package-lock.json" || [ ! -d "$packages/node_modules/kubernetes-types" ]; then
	command -v npm >/dev/null || skip "no npm: see ci/deps"
	cp "$here/kubernetes/package.json" "$here/kubernetes/package-lock.json" "$packages"
	(cd "$packages" && npm ci --no-audit --no-fund --ignore-scripts --fetch-retries=1 --fetch-retry-mintimeout=1000 >"$scratch/npm" 2>&1) ||
		{ rm -rf "$packages/node_modules"; tail -n 3 "$scratch/npm"; skip "kubernetes-types cannot be had from npm"; }
fi
cd "$scratch"
ln -s "$packages/node_modules" node_modules

# As they are, and with what is wrong with them: NAME CHANGE.
manifest() {
	"$python" - "$here/../../ci/kubernetes/${1%%-*}.yaml" "$2" >"$1.ts" <<'P'
import json, sys, yaml
job = yaml.safe_load(open(sys.argv[1]))
pod = job["spec"]["template"]["spec"]
exec(sys.argv[2])
print('import {Job} from "kubernetes-types/batch/v1"\nexport const job: Job =', json.dumps(job))
P
}
manifest job pass
manifest merge pass
manifest job-name 'pod["containers"][0]["imagee"] = "x"'
manifest job-kind 'job["spec"]["completions"] = "eight"'
manifest job-lacks 'del job["spec"]["podFailurePolicy"]["rules"][0]["action"]'
manifest merge-place 'job["spec"]["restartPolicy"] = "Never"'
node node_modules/typescript/bin/tsc --noEmit --strict --skipLibCheck --moduleResolution node ./*.ts >said || true
# What is not said is that TypeScript is content with the first two.
cut -d '(' -f 1 said | sort -u | sed '/^ /d; s/^\.\///' | paste -sd ' ' >wrong
[ "$(cat wrong)" = "job-kind.ts job-lacks.ts job-name.ts merge-place.ts" ] || { cat said; fail "wrong are: $(cat wrong)"; }
echo "the manifests are as Kubernetes' schema has it"
