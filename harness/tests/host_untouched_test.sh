#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# The host is the same before and after a whole live run. Usage: host_untouched_test.sh BUILD-FOLDER
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"
isolate "$@"
live_possible || skip "no network namespaces here: neither root nor user namespaces"
network=$(host_network)
leftovers=$(host_leftovers)
status=0
"$halfopen" run --kernel live --max-real 5s "$cases" >/dev/null || status=$?
[ "$status" -le 1 ] || [ "$status" = 3 ] || fail "halfopen run exited $status"
host_compare "$network" "$leftovers" || fail "the live run changed the host"
