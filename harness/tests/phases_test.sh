#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# A sample of ci/phases: cases that are about the timer wheel's rounding hold wherever in it they start.
# Usage: phases_test.sh BUILD-FOLDER [PHASES]
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"
kernel=$(uml_kernel) || { echo "$kernel"; exit 77; }
"$halfopen" run --kernel "$kernel" --phases "${2:-4}" --quiet "$cases/keepalive/crash.yaml:ip=4,timers=short" \
	"$cases/timers/retries2.yaml:retries2=3" "$cases/timers/retries2.yaml:retries2=8" "$cases/user-timeout/data.yaml:ip=4,keepalive=0,timeout=5s" "$cases/connect/no-neighbour.yaml" "$cases/machine/clocks.yaml" ||
	fail "not at each phase"
