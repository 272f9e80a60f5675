#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# Usage: BUILD=build/user test_memory.sh
# Test that the command reports any allocation that fails, and ends with exit code 1. Prints TAP.

fake=$BUILD/tests/headroom-fake
# shellcheck source=user/tests/tap.sh
. "$(dirname "$0")/tap.sh"
unset COLUMNS NO_COLOR HEADROOM_FAKE_FILE
export HEADROOM_FAKE=taking HEADROOM_FAKE_EVENTS="$dir/events" HEADROOM_FAKE_ROOT="$dir"
echo 'oom cgroup=3 path=/busy/db pid=4711 comm=db' >"$dir/events"

# survives LEAST COMMAND...: expect the message and exit code 1 for each allocation that fails
survives() {
	least=$1
	shift
	nth=0 status=1
	while [ $status -eq 1 ]; do
		nth=$((nth + 1))
		HEADROOM_FAKE_FAIL=$nth timeout 20 "$fake" "$@" >"$out" 2>"$err"
		status=$?
		[ $status -ne 1 ] || grep -qx 'headroom: out of memory' "$err" || status=99
	done
	[ $status -eq 0 ] && [ ! -s "$err" ] && [ "$nth" -gt "$least" ]
	report "each of $((nth - 1)) allocations may fail: $*"
}

survives 100 metrics --groups all --subtree /busy
survives 20 metrics --groups stall --textfile "$dir/metrics.prom"
for json in '' --json; do
	# shellcheck disable=SC2086 # no argument without --json
	{
		survives 20 list --interval 1ms --all $json
		survives 20 blame --interval 1ms $json
		survives 10 blame --level 1 $json
		survives 15 show /busy $json
		survives 20 stalls $json
		survives 20 curve /busy/db $json
		survives 30 why /busy/db --interval 1ms $json
		survives 5 status $json
		survives 5 watch --trigger stall=1ms,each:/busy --count 1 $json
	}
done
finish
