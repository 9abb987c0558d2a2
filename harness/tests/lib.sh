# SPDX-License-Identifier: MIT
# Shared by the tests of the whole program. Usage: . lib.sh; expects $1 = folder of the build.
set -euo pipefail
build=$(cd "${1:?usage: TEST BUILD-FOLDER}" && pwd)
halfopen=$build/halfopen
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
cases=$here/../../cases
fail() { echo "FAIL: $*" >&2; exit 1; }
skip() { echo "SKIP: $*"; exit 77; }

# The UML kernel that the tests use, or a skip.
uml_kernel() {
	local kernel=${HALFOPEN_UML:-}
	[ -n "$kernel" ] || kernel=$(ls -t "${XDG_CACHE_HOME:-$HOME/.cache}"/halfopen/kernels/*/linux 2>/dev/null | head -n 1)
	[ -x "$kernel" ] || skip "no UML kernel: run ci/build-kernel, or set HALFOPEN_UML"
	echo "$kernel"
}

# Whether this machine lets us test the live kernel.
live_possible() { unshare --net true 2>/dev/null || unshare --user --map-root-user --net true 2>/dev/null; }

# All of the host that a run could leave changed: processes of ours, network namespaces,
# links, addresses, routes, mounts, sysctls of the network, files in the usual places.
host_state() {
	echo "processes:"; pgrep -a 'halfopen|^linux$' | grep -v "$0" | sed 's/^[0-9]* //' | sort || true
	echo "namespaces:"
	for ns in net mnt pid user; do
		find /proc/[0-9]*/ns/$ns -printf '%l\n' 2>/dev/null | sort -u
	done
	echo "links:"; ip -o link | sed 's/qlen.*//'; ip -o addr | sed 's/valid_lft.*//'; ip route; ip -6 route
	echo "mounts:"; cut -d' ' -f5- /proc/self/mountinfo
	echo "sysctls:"; sysctl -a --pattern '^net\.' 2>/dev/null |
		grep -vE 'nf_conntrack_count|random|dentry|inode|stable_secret|flush' | sort
	echo "files:"; ls -A "${TMPDIR:-/tmp}" /dev/shm "$HOME" 2>/dev/null; ls -A "$HOME/.uml" 2>/dev/null || true
}
