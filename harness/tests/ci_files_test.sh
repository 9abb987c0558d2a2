#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# ci/Containerfile and ci/github: what they name exists, their shell is sound, and the workflows'
# steps do what they say; docker is a stand-in that runs halfopen here. Usage: ci_files_test.sh BUILD
. "$(dirname "$0")/lib.sh"
python=$(python_with yaml) || { echo "$python"; exit 77; }
command -v shellcheck >/dev/null || skip "no shellcheck"
kernel=$(uml_kernel) || { echo "$kernel"; exit 77; }
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
cd "$scratch" || exit
source=$(cd "$here/../.." && pwd)

# The steps: FOLDER/N.sh of each workflow's, in order, and of the Containerfile's RUN.
"$python" - "$source/ci" <<'X'
import re, sys, os, yaml
ci = sys.argv[1]
for name in "uml", "live":
    with open(f"{ci}/github/{name}.yml") as file:
        flow = yaml.safe_load(file)
    assert flow["permissions"] == {"contents": "read"}, flow["permissions"]
    assert True in flow and list(flow["jobs"]) == ["cases"]  # 'on' is a boolean in YAML 1.1
    steps = flow["jobs"]["cases"]["steps"]
    os.mkdir(name)
    for at, step in enumerate(steps):
        assert ("run" in step) != ("uses" in step), step
        if "uses" in step:
            assert re.fullmatch(r"actions/[a-z-]+@v\d+", step["uses"]), step
            assert "hashFiles" not in str(step.get("with")), step  # it takes in .git, and never hits
        else:
            with open(f"{name}/{at:02}.sh", "w") as file:
                file.write("#!/bin/bash\nset -eo pipefail\n" + step["run"])
            if step.get("id") == "made-of":
                os.link(f"{name}/{at:02}.sh", f"made-of-{name}.sh")
    assert "upload-artifact" in steps[-1]["uses"] and "cancelled" in steps[-1]["if"]
    with open(f"{name}/uploads", "w") as file:
        file.write(steps[-1]["with"]["path"])
# GitLab's: what extends what is there, and the scripts.
with open(f"{ci}/gitlab/halfopen.yml") as file:
    flow = yaml.safe_load(file)
os.mkdir("gitlab")
for name, job in flow.items():
    if name == "stages":
        continue
    assert job.get("extends") in (None, ".halfopen") and job.get("stage", "test") in flow["stages"], name
    with open(f"gitlab/{name.strip('.')}.sh", "w") as file:
        file.write("#!/bin/sh\n" + "\n".join(job.get("before_script", []) + job.get("script", [])) + "\n")
assert flow["halfopen-report"]["artifacts"]["reports"].keys() == {"junit", "codequality"}
# Kubernetes': what must agree does. A test, kubernetes, holds them against its schema.
for name in "job", "merge":
    with open(f"{ci}/kubernetes/{name}.yaml") as file:
        job = yaml.safe_load(file)
    pod = job["spec"]["template"]["spec"]
    assert job["kind"] == "Job" and job["apiVersion"] == "batch/v1" and pod["restartPolicy"] == "Never"
    (run,) = pod["containers"]
    assert {m["name"] for m in run["volumeMounts"]} == {v["name"] for v in pod["volumes"]}, name
    assert run["securityContext"]["capabilities"] == {"drop": ["ALL"]} and pod["securityContext"]["runAsNonRoot"]
    if name == "job":
        spec = job["spec"]
        assert spec["completionMode"] == "Indexed"
        assert str(spec["completions"]) == str(spec["parallelism"]) == run["env"][0]["value"]
        assert run["env"][0]["name"] == "HALFOPEN_SHARDS"
    with open(f"gitlab/kubernetes-{name}.sh", "w") as file:
        file.write("#!/bin/sh\n" + run["args"][0] + "\n")
os.mkdir("container")
with open(f"{ci}/Containerfile") as file:
    lines = re.sub(r"\\\n\s*", "", re.sub(r"(?m)^#.*\n", "", file.read())).splitlines()
copies = open("copies", "w")
for at, line in enumerate(lines):
    word, _, rest = line.partition(" ")
    assert word in ("", "ARG", "FROM", "WORKDIR", "COPY", "RUN", "ENV", "USER", "ENTRYPOINT", "CMD"), line
    if word == "RUN":
        with open(f"container/{at:02}.sh", "w") as file:
            file.write(f"#!/bin/sh\nexport HZ=\n{rest}\n")
    elif word == "COPY" and not rest.startswith("--from="):
        copies.write(rest + "\n")
assert 'ENTRYPOINT ["halfopen"]' in lines and "USER halfopen" in lines
X
shellcheck -e SC2155 container/*.sh uml/*.sh live/*.sh gitlab/*.sh "$source"/ci/slurm/* || fail "shellcheck has something to say"

# What is copied is all that the build needs.
mkdir tree
while read -r -a words; do
	to=tree/${words[-1]}
	for from in "${words[@]:0:${#words[@]}-1}"; do
		[ -e "$source/$from" ] || fail "the Containerfile copies $from, which is not there"
		case ${words[-1]} in
		*/) mkdir -p "$to" && cp "$source/$from" "$to" ;;
		*) mkdir -p "$(dirname "$to")" && cp -rT "$source/$from" "$to" ;;
		esac
	done
done <copies
cmake -S tree -B tree-build -DBUILD_TESTING=OFF >configuring 2>&1 ||
	{ cat configuring >&2; fail "what the Containerfile copies cannot be built"; }
grep -ho 'ci/[a-z-]*' container/*.sh | sort -u >scripts
[ -s scripts ] || fail "the Containerfile calls no script of ci/"
while read -r script; do
	[ -x "tree/$script" ] || fail "the Containerfile calls $script, which it did not copy"
done <scripts

# The repository that halfopen is had from; its clones and what they would be kept under in a cache.
export GIT_CONFIG_GLOBAL=/dev/null GIT_CONFIG_SYSTEM=/dev/null
export GIT_AUTHOR_NAME=a GIT_AUTHOR_EMAIL=a@example.org GIT_COMMITTER_NAME=a GIT_COMMITTER_EMAIL=a@example.org
git -C tree init -q
commit() { git -C tree add -A && git -C tree commit -qm "$1"; }
commit one
keys() { # WORKFLOW FOLDER: the outputs of its step, in a new clone there
	rm -rf "$2"
	git clone -q tree "$2/.halfopen"
	(cd "$2" && GITHUB_OUTPUT=$PWD/output bash "../made-of-$1.sh" && cat output)
}
for name in uml live; do
	keys $name clone >keys
	grep -qxE 'kernel=[a-z0-9_]+-[0-9a-f]{12}' keys && grep -qxE 'image=[0-9a-f]{40}' keys ||
		fail "these are no keys: $(cat keys)"
	sleep 1.1 # a checkout's times are others
	keys $name other-clone | cmp -s keys - || fail "two clones have two keys"
done
echo 'A word more.' >>tree/docs/ci.md
commit two
keys uml clone >keys.docs
[ "$(grep -cxFf keys keys.docs)" = 1 ] || fail "the kernel is made again for a text, or the image is not"
echo 'CONFIG_IP_MULTICAST=y' >>tree/fixtures/kernel/uml.config
commit three
keys uml clone >keys.config
[ "$(grep -cxFf keys.docs keys.config)" = 0 ] || fail "another configuration, and the kernel of before"

# The workflows, in a project of a user's.
mkdir bin
cat >bin/docker <<X
#!/bin/bash
case \$1 in
build)
	[ -f "\${!#}/ci/Containerfile" ] && grep -q "^FROM .* AS \$3\$" "\${!#}/ci/Containerfile" || exit 2
	case "\$2 \$3 \$4" in
	"--target kernel --output") mkdir "\$5" && touch "\$5/linux" && exit ;;
	"--target program -t") exit ;;
	esac ;;
save) [ "\$2" = -o ] && [ "\$4" = halfopen ] && exit ;;
load) [ "\$2" = -i ] && exit ;;
run)
	if [[ "\$*" == *" halfopen run "* && "\$*" != *--privileged* ]]; then
		[[ "\$*" == *"-v \$PWD/.halfopen-kernel:\${KERNEL_INSIDE%/*}:ro "* ]] && [ -f .halfopen-kernel/linux ] || exit 2
	fi
	until [ "\$1" = halfopen ]; do shift; done
	exec "$halfopen" "\${@:2}" ;;
esac
exit 2
X
printf '#!/bin/sh\nexit 0\n' >bin/sudo
chmod +x bin/*
KERNEL_INSIDE=$(sed -n 's/^ENV HALFOPEN_UML=//p' "$source/ci/Containerfile")
export KERNEL_INSIDE HALFOPEN_UML=$kernel PATH=$scratch/bin:$PATH
unset GITHUB_WORKSPACE
# NAME STATUS-OF-RUNS: all its steps, each after the other, whatever became of them.
works() {
	local step wanted
	rm -rf project
	mkdir project
	cp -r "$source/ci/example/cases" project/cases
	[ "$2" = 0 ] || cp "$source/ci/example/failing/too-early.yaml" project/cases
	git clone -q tree project/.halfopen
	for step in "$1"/*.sh; do
		wanted=0
		if grep -q 'run --' <(grep -v 'docker run' "$step"); then wanted=$2; fi
		(cd project && GITHUB_OUTPUT=$PWD/output GITHUB_STEP_SUMMARY=$PWD/summary exits "$wanted" bash "../$step") || exit
		[ "$wanted" = 0 ] || grep -q '^::error file=cases/too-early.yaml,line=' project/out ||
			fail "$step marks no line of the case"
	done
	[ "$(grep -c '^### halfopen: ' project/summary)" = "$3" ] || fail "$1 wrote no summary"
	[ -f project/halfopen-out/report/index.html ] || fail "$1 wrote no pages"
	while read -r what; do
		# shellcheck disable=SC2086 # a pattern
		(cd project && ls -d $what) >/dev/null || fail "$1 uploads $what, which is not there"
	done <"$1/uploads"
	[ "$(find project -maxdepth 1 -name 'junit*.xml' -size +0 | wc -l)" = "$3" ] || fail "$1 wrote no JUnit XML"
}
works uml 0 1
works uml 1 1
grep -c '"verdict"' project/halfopen-out/results.json | grep -qx 4 || fail "not four runs"
if live_possible; then
	works live 0 2
	works live 1 2
	grep -q '"kind": "live"' project/halfopen-out/live/results.json || fail "live.yml ran nothing on the live kernel"
fi
