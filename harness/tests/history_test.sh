#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# ci/history with stand-ins for the runs and for what compare says, and that docs/kernels.md has the causes as
# ci/history.json has them. Usage: history_test.sh BUILD
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"
command -v jq >/dev/null || skip "no jq"
top=$(cd "$here/../.." && pwd)
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
cd "$scratch"
export SCRATCH=$scratch LC_ALL=C.UTF-8

# What is in the page is what explains
table=$(sed -n '/^<!-- history -->$/,/^<!-- end of history -->$/p' "$top/docs/kernels.md")
while read -r line; do
	grep -qF "$line" <<<"$table" || fail "docs/kernels.md lacks: $line (ci/history --write)"
done < <(jq -r '.[] | "| \(if .between == "all" then "all" else .between | join(", ") end) | \(.text) |"' "$top/ci/history.json")
[ "$(grep -cE '^\| ([0-9]|all)' <<<"$table")" = "$(jq length "$top/ci/history.json")" ] || fail "docs/kernels.md has another cause"

# Two versions, of which one run differs in two ways
cat >fake <<'F'
#!/bin/bash
echo "$*" >>"$SCRATCH/asked"
if [ "$1" = run ]; then
	while [ "$1" != --out ]; do shift; done
	mkdir -p "$2" && echo '[]' >"$2/results.json"
	exit 1
fi
case $4 in
*undone*) cat "$SCRATCH/undone" ;;
*) cat "$SCRATCH/differs" ;;
esac
exit 1
F
chmod +x fake
cat >differs <<'J'
{"changes": [
 {"kind": "time", "what": "client: connect", "a": "3.0", "b": "7.1", "runs": ["cases/connect/a.yaml:ip=4", "cases/connect/a.yaml:ip=6"]},
 {"kind": "state", "what": "server: socket", "a": "X", "b": "Y", "runs": ["cases/connect/a.yaml:ip=4"]},
 {"kind": "counter", "what": "server: IpX", "a": "1", "b": "2", "runs": ["cases/close/b.yaml"]}]}
J
echo '{"changes": []}' >undone
connect='{"between": ["1.0", "2.0"], "text": "Sooner", "runs": ["/connect/"], "what": "client", "show": ["cases/connect/a.yaml:ip=4", "client: connect"], "undo": "net.ipv4.x=0"}'
server='{"between": ["1.0", "2.0"], "text": "Unseen", "runs": ["/a[.]"], "show": ["cases/connect/a.yaml:ip=4", "server: socket"], "random": true}'
printf '%s\n' before '<!-- history -->' old '<!-- end of history -->' after >page
export HALFOPEN=$scratch/fake HALFOPEN_PAGE=$scratch/page HALFOPEN_CAUSES=$scratch/causes
history() { rm -rf results; "$top/ci/history" --out results "$@" 1.0=/one 2.0=/two; }

echo "[$connect]" >causes
exits 1 history
complains 'unexplained, 1.0 to 2.0: cases/connect/a.yaml:ip=4: server: socket: X -> Y'
exits 1 history --write
grep -qx old page || fail "written, though something is unexplained"
echo "[$connect, $server]" >causes
exits 1 history
complains 'is another: ci/history --write'
exits 0 history --write
exits 0 history
# shellcheck disable=SC2016 # Markdown
grep -qFx '| 1.0, 2.0 | Sooner | 2 | `connect/a:ip=4`: client: connect: 3.0 → 7.1 |' page || fail "the page: $(cat page)"
# shellcheck disable=SC2016
grep -qFx '| 1.0, 2.0 | Unseen | 1 | `connect/a:ip=4`: server: socket |' page || fail "the page: $(cat page)"
[ "$(sed -n '1p;$p' page | paste -sd ' ')" = "before after" ] || fail "more than the table was changed"
grep -q '^run --one-kernel --quiet --wall-limit 10m --out .*/undone/.*/2.0 --sysctl .* --kernel /two cases/connect/a.yaml:ip=4$' asked || fail "not undone: $(cat asked)"
cp differs undone
exits 1 history
complains 'not undone by net.ipv4.x=0, 1.0 to 2.0: cases/connect/a.yaml:ip=4: client: connect: 3.0 -> 7.1'
echo "[$connect, $server, ${server/Unseen/Stale}]" >causes
exits 1 history
complains 'nothing is explained by: Stale'
echo '{"changes": []}' >undone
echo "[$connect, {\"between\": \"all\", \"text\": \"Chance\", \"runs\": [\"/a[.]\"], \"random\": true, \"show\": [\"cases/connect/a.yaml:ip=4\", \"server: socket\"]}]" >causes
exits 0 history --write
# shellcheck disable=SC2016
grep -qFx '| all | Chance | | `connect/a:ip=4`: server: socket |' page || fail "the page: $(cat page)"
exits 2 "$top/ci/history" 1.0=/one
echo "what differs has its causes"
