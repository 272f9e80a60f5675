# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=sh
# What the tests of the command share, to be sourced. They set out and err, files for what
# a command says.

checks=0
failures=0
: "${out:?}" "${err:?}"

# report NAME: the status of the command before decides
report() {
	status=$?
	checks=$((checks + 1))
	if [ $status -eq 0 ]; then
		echo "ok $checks - $1"
	else
		echo "not ok $checks - $1"
		sed 's/^/# out: /' "$out"
		sed 's/^/# err: /' "$err"
		failures=$((failures + 1))
	fi
}

# run CODE COMMAND...: run it, and check its exit code
run() {
	code=$1
	shift
	"$@" >"$out" 2>"$err"
	status=$?
	# bash takes the status of what stands in the name
	name="exit $code, is $status: $(basename "$1") $(echo "$*" | cut -d' ' -f2-)"
	[ $status -eq "$code" ]
	report "$name"
}

# has PATTERN: stdout has a line that matches
has() {
	grep -qE -- "$1" "$out"
	report "has $1"
}

# lacks PATTERN: it has none
lacks() {
	! grep -qE -- "$1" "$out"
	report "lacks $1"
}

# json FILTER: each line of stdout is JSON for which the expression is true
json() {
	command -v python3 >/dev/null || {
		checks=$((checks + 1))
		echo "ok $checks - $1 # SKIP no python3"
		return
	}
	name="JSON: $(echo "$1" | tr -s '\n\t' '  ' | tr -d '\033')"
	python3 -c 'import json, sys
lines = [json.loads(line) for line in open(sys.argv[1], "rb")]
sys.exit(not eval("(" + sys.argv[2] + ")"))' "$out" "$1" 2>"$err"
	report "$name"
}

# awaits COMMAND...: until it succeeds, but not for ever
awaits() {
	tries=100
	until "$@" 2>/dev/null; do
		tries=$((tries - 1))
		[ $tries -gt 0 ] || return 1
		sleep 0.1
	done
}

# ended PID: whether it has, be it that its parent knows
ended() {
	! grep -q '^State:.[^Z]' "/proc/$1/status"
}

# end SIGNAL PID: sends it as timeout(1) does, twice, once SIGTERM is caught; the exit code
end() {
	awaits grep -q '^SigCgt:.*[4-7c-f]...$' "/proc/$2/status"
	kill -s "$1" "$2"
	kill -s "$1" "$2" 2>/dev/null
	awaits ended "$2" || kill -s KILL "$2"
	wait "$2"
}

# full FIFO: nothing more can be written to it
full() {
	# shellcheck disable=SC2016 # the inner shell is to expand it
	! timeout 0.5 sh -c 'echo >"$1"' sh "$1"
}

# finish: the plan; at the end
finish() {
	echo "1..$checks"
	[ $failures -eq 0 ]
}
