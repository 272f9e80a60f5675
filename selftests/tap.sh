# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# Print results as TAP, and wait for conditions; to be sourced
nr=0 failed=0

# ok STATUS NAME
ok()
{
	nr=$((nr + 1))
	if [ "$1" -eq 0 ]; then
		echo "ok $nr - $2"
	else
		echo "not ok $nr - $2"
		failed=$((failed + 1))
	fi
}

# until_true SECONDS COMMAND...: poll
until_true()
{
	local end=$((SECONDS + $1))
	shift
	until "$@"; do
		[ "$SECONDS" -lt "$end" ] || return 1
		sleep 0.5
	done
}

# finish: print the plan; fails if a result was not ok
finish()
{
	echo "1..$nr"
	[ "$failed" -eq 0 ]
}
