#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Programs that want a machine: nginx with its workers, sshd with its users. And the shipped case of a database whose machine
# loses its power: it has not what it acknowledged where the disk lies about flushes.
# Usage: applications_test.sh BUILD-FOLDER
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"
uml=$(uml_kernel) || { echo "$uml"; exit 77; }
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
made=0

# NAME WHAT:PACKAGE...: the case of that name can be made here.
can() {
	local name=$1 need
	shift
	for need; do
		compgen -G "${need%%:*}" >/dev/null || { echo "$name: skipped: no ${need%%:*}: Debian's package ${need##*:}"; return 1; }
	done
	made=$((made + 1))
}
outputs() { find "$scratch/out" -name record.jsonl -exec jq -r 'select(.output) | .output' {} +; }
# STATUS CASE: how its run is to end.
ends() {
	local status=0
	rm -rf "$scratch/out"
	"$halfopen" run --wall-limit 300s --kernel "$uml" --out "$scratch/out" "$2" >"$scratch/said" || status=$?
	[ "$status" = "$1" ] || { cat "$scratch/said"; outputs; fail "$2 exited with $status, not $1"; }
}

if can postgres '/usr/lib/postgresql/*/bin/initdb:postgresql' /usr/sbin/mke2fs:e2fsprogs; then
	sed 's/size: 256M/size: 256M, loses: flushed/' "$cases/programs/postgresql.yaml" >"$scratch/lying.yaml"
	ends 1 "$scratch/lying.yaml"
fi
if can servers /usr/sbin/nginx:nginx-light /usr/sbin/sshd:openssh-server /usr/bin/ssh:openssh-client; then
	ends 0 "$here/applications/servers.yaml"
fi
[ "$made" -gt 0 ] || skip "none of them can be made here"
