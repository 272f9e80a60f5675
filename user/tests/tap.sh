# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=sh
# Checks for the tests of the command, to be sourced. out and err are files for a command's
# output and errors; without them, a directory $dir is created for both.

checks=0
failures=0
if [ -z "${out:-}" ]; then
	dir=$(mktemp -d) || exit 1
	trap 'rm -rf "$dir"' EXIT
	out=$dir/out err=$dir/err
	: >"$out"
	: >"$err"
	export LC_ALL=C
fi
: "${err:?}"

# report NAME: pass if the previous command succeeded
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

# run CODE COMMAND...: run a command and check its exit status
run() {
	code=$1
	shift
	"$@" >"$out" 2>"$err"
	status=$?
	# the command substitutions in the name change $?
	name="exit $code, is $status: $(basename "$1") $(echo "$*" | cut -d' ' -f2-)"
	[ $status -eq "$code" ]
	report "$name"
}

# usage MESSAGE ARGUMENT...: expect one line on stderr, nothing on stdout, exit status 2
usage() {
	sentence=$1
	shift
	run 2 "${fake:?}" "$@"
	grep -qF -- "$sentence" "$err" && [ "$(wc -l <"$err")" -eq 1 ] && [ ! -s "$out" ]
	report "says: $sentence"
}

# has PATTERN: a line of stdout matches
has() {
	grep -qE -- "$1" "$out"
	report "has $1"
}

# lacks PATTERN: no line of stdout matches
lacks() {
	! grep -qE -- "$1" "$out"
	report "lacks $1"
}

# json EXPRESSION: stdout is lines of JSON for which the Python expression is true
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

# awaits COMMAND...: repeat a command until it succeeds, for a minute at most
awaits() {
	tries=600
	until "$@" 2>/dev/null; do
		tries=$((tries - 1))
		[ $tries -gt 0 ] || return 1
		sleep 0.1
	done
}

# ended PID: whether a process has ended, perhaps as a zombie
ended() {
	! grep -q '^State:.[^Z]' "/proc/$1/status"
}

# end SIGNAL PID: when the process catches SIGTERM, send SIGNAL twice, as timeout(1) does;
# returns its exit status
end() {
	awaits grep -q '^SigCgt:.*[4-7c-f]...$' "/proc/$2/status"
	kill -s "$1" "$2"
	kill -s "$1" "$2" 2>/dev/null
	awaits ended "$2" || kill -s KILL "$2"
	wait "$2"
}

# full FIFO: whether a write to it would block
full() {
	# shellcheck disable=SC2016 # the inner shell is to expand it
	! timeout 0.5 sh -c 'echo >"$1"' sh "$1"
}

# finish: print the plan; the last command of a test
finish() {
	echo "1..$checks"
	[ $failures -eq 0 ]
}
