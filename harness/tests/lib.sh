# shellcheck shell=bash
# SPDX-License-Identifier: MIT
# Shared by the tests of the whole program. Usage: . lib.sh; expects $1 = folder of the build.
set -euo pipefail
build=$(cd "${1:?usage: TEST BUILD-FOLDER}" && pwd)
halfopen=$build/halfopen
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
cases=$here/../../cases
fail() { echo "FAIL: $*" >&2; exit 1; }
skip() { echo "SKIP: $*"; exit 77; }

# STATUS COMMAND...: runs it, output in ./out and ./err.
exits() {
	local wanted=$1 status=0
	shift
	"$@" >out 2>err || status=$?
	[ "$status" = "$wanted" ] || { cat out err >&2; fail "$* exited with $status, not $wanted"; }
}
says() { grep -qE -- "$1" out || { cat out >&2; fail "no line like: $1"; }; }
complains() { grep -qE -- "$1" err || { cat err >&2; fail "no complaint like: $1"; }; }

# The UML kernel that the tests use, or a skip.
uml_kernel() {
	local kernel=${HALFOPEN_UML:-}
	[ -n "$kernel" ] || kernel=$("$halfopen" kernel list --json | jq -r '.[] | select(.default and .kind == "uml") | .path')
	[ -x "$kernel" ] || skip "no UML kernel: set HALFOPEN_UML, or choose one (halfopen kernel build, halfopen kernel use)"
	echo "$kernel"
}

# The image for QEMU that the tests use, or a skip.
bzimage() {
	command -v qemu-system-x86_64 >/dev/null || skip "no qemu-system-x86_64"
	local image=${HALFOPEN_BZIMAGE:-} folder
	[ -n "$image" ] || for folder in "${XDG_CACHE_HOME:-$HOME/.cache}"/halfopen/kernels/linux-image-*/tree; do image=$folder; done
	[ -e "$image" ] || skip "no kernel image: \`halfopen kernel fetch\`, or set HALFOPEN_BZIMAGE"
	echo "$image"
}

# Whether this machine lets us test the live kernel.
live_possible() { unshare --net true 2>/dev/null || unshare --user --map-root-user --net true 2>/dev/null; }

# Goes on in a pid namespace of the test's own where that may be made, so that what others on
# this machine start and end is not taken for ours.
isolate() {
	[ -z "${HALFOPEN_ISOLATED:-}" ] || return 0
	export HALFOPEN_ISOLATED=1
	if unshare --pid --fork --mount-proc true 2>/dev/null; then
		exec unshare --pid --fork --kill-child --mount-proc "$0" "$@"
	fi
}

# All of the host's network that a run could change: to be the same before and after.
host_network() {
	echo "links:"; ip -o link | sed 's/qlen.*//'
	echo "addresses and routes:"; ip -o addr | sed 's/valid_lft.*//'; ip route; ip -6 route
	echo "mounts:"; cut -d' ' -f5- /proc/self/mountinfo
	echo "sysctls:"; sysctl -a --pattern '^net\.' 2>/dev/null |
		grep -vE 'nf_conntrack_count|random|dentry|inode|stable_secret|flush' | sort
}

# All that a run could leave behind: to be none the more afterwards. Others may come and go on
# this machine, so what is new is looked at again until it is gone; halfopen-test.* is a unit test's. A process that has ended and
# waits for its parent has no namespaces: %l is empty then.
host_leftovers() {
	ps -eo comm= | grep -E '^(halfopen|linux$)' | sed 's/^/process /' || true
	for ns in net mnt pid user; do
		find /proc/[0-9]*/ns/$ns -printf 'namespace %l\n' 2>/dev/null | grep -F '[' || true
	done
	for folder in "${TMPDIR:-/tmp}" /tmp /dev/shm "$HOME" "$HOME/.uml"; do
		find "$folder" -maxdepth 1 2>/dev/null | grep -E 'halfopen|uml|vm_file|umid' | grep -v '/halfopen-test[.]' || true
	done
}

# Fails unless, within ten seconds, the host is as it was: $1 and $2 are the outputs of
# host_network and host_leftovers from before. What comes and goes meanwhile is somebody else's.
host_compare() {
	local network left now
	left=$(host_leftovers | sort -u)
	left=$(comm -13 <(sort -u <<<"$2") <(echo "$left"))
	for ((try = 0; try < 100; try++)); do
		network=$(host_network)
		now=$(host_leftovers | sort -u)
		left=$(comm -12 <(echo "$left") <(echo "$now"))
		[ "$network" = "$1" ] && [ -z "$left" ] && return
		sleep 0.1
	done
	diff <(echo "$1") <(echo "$network") >&2 || true
	[ -z "$left" ] || echo "left behind: $left" >&2
	return 1
}

# A Python that has the MODULES, or a skip: the system's has what its packages brought.
python_with() {
	local modules=$*
	for python in python3 /usr/bin/python3; do
		"$python" -c "import ${modules// /, }" 2>/dev/null && echo "$python" && return
	done
	skip "no Python with $modules"
}
