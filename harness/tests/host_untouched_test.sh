#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# The host is the same before and after a whole live run. Usage: host_untouched_test.sh BUILD-FOLDER
. "$(dirname "$0")/lib.sh"
live_possible || skip "no network namespaces here: neither root nor user namespaces"
before=$(host_state)
status=0
"$halfopen" run --kernel live --max-real 5s "$cases" >/dev/null || status=$?
[ "$status" -le 1 ] || fail "halfopen run exited $status"
for ((try = 0; try < 100; try++)); do
	after=$(host_state)
	[ "$before" = "$after" ] && exit 0
	sleep 0.1
done
diff <(echo "$before") <(echo "$after") >&2
fail "the live run changed the host"
