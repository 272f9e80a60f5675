#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# Usage: BUILD=build/user test_watch.sh
# Test watch, trigger and config. Prints TAP.

fake=$BUILD/tests/headroom-fake
dir=$(mktemp -d) || exit 1
trap 'rm -rf "$dir"' EXIT
unset COLUMNS NO_COLOR HEADROOM_FAKE_FILE
export LC_ALL=C HEADROOM_FAKE='' HEADROOM_FAKE_LOG="$dir/log" HEADROOM_FAKE_EVENTS="$dir/events"
out=$dir/out err=$dir/err
# shellcheck source=user/tests/tap.sh
. "$(dirname "$0")/tap.sh"

# with EVENTS CODE COMMAND...: run a command with these events, one per line
with() {
	events=$1
	shift
	rm -f "$dir/events" "$dir/log"
	mkfifo "$dir/events"
	# blocks until the command opens the pipe; one that fails early never does
	printf '%s\n' "$events" >"$dir/events" &
	writer=$!
	code=$1
	shift
	run "$code" timeout 20 "$@"
	kill $writer 2>/dev/null
	wait $writer 2>/dev/null
}

# logged LINE: expect that this was requested
logged() {
	grep -qxF -- "$1" "$dir/log"
	report "requests $1"
}

usage "CGROUP is missing" trigger
usage "a trigger needs either stall or refaults" trigger /
usage "a trigger needs either stall or refaults" trigger / --stall 5ms --refaults 3
usage "--stall must be a time above 0, such as 5 or 50ms, not '5x'" trigger / --stall 5x
usage "--stall must be a time above 0, such as 5 or 50ms, not '0'" trigger / --stall 0
usage "--window must be a time above 0" trigger / --stall 5ms --window 0.1ns
usage "--interval must be a time above 0" trigger / --stall 5ms --interval -1
usage "--refaults must be a whole number of refaults, not '1ms'" trigger / --refaults 1ms
usage "refaults must be at least 1" trigger / --refaults 0
usage "--clear must be a whole number of refaults, not '1ms'" trigger / --refaults 5 --clear 1ms
usage "clear must not exceed the threshold" trigger / --stall 5ms --clear 6ms
usage "cause applies to stall, not to refaults" trigger / --refaults 5 --cause refault
usage "or proactive_reclaim, not 'refaults'" trigger / --stall 5ms --cause refaults
usage "unknown trigger setting 'wndow='" watch --trigger stall=5ms,wndow=1s
usage "unknown trigger setting 'each='" watch --trigger stall=5ms,each=1
usage "unknown trigger setting 'stall'" watch --trigger stall
usage "unknown trigger setting ''" watch --trigger ''
usage "window must be a time above 0, such as 5 or 50ms, not ''" watch --trigger stall=5ms,window=
usage "cause must be any, direct_reclaim, " watch --trigger stall=5ms,cause=x
usage "a trigger needs either stall or refaults" watch --trigger each:/busy
usage "unknown parameter 'sample_shift'" config sample_shift=1
usage "unknown parameter 'stall'" config stall=on
usage "stalls needs a value: stalls=VALUE" config stalls
usage "stalls must be on or off, not 'yes'" config stalls=yes
usage "sample-shift must be a whole number from 0 to 10, not '11'" config sample-shift=11
usage "sample-shift must be a whole number from 0 to 10, not ''" config sample-shift=
usage "table-entries must be a whole number" config table-entries=-1
usage "swap-kprobes cannot be changed while the module is loaded" config swap-kprobes=on

for command in watch 'trigger / --stall 5ms' config; do
	# shellcheck disable=SC2086
	HEADROOM_FAKE=absent run 3 "$fake" $command
done
HEADROOM_FAKE=eperm with '' 1 "$fake" watch
grep -qx 'headroom: needs CAP_SYS_ADMIN' "$err"
report "says what is needed"

with 'trigger id=1 cgroup=3 path=/busy/db value=62100000' 0 \
	"$fake" trigger /busy --stall 50ms --window 0.5 --cause refault --each --count 1
has '^[0-9][0-9]:[0-9][0-9]:[0-9][0-9]\.[0-9]{3} trigger +/busy/db: stalled 62.1 ms in 500.0 ms, reached 50.0 ms \(refault\)$'
logged 'open group=0'
logged 'trigger cgroup=2 scope=2 metric=1 cause=5 threshold=50000000 window=500000000 interval=0 hysteresis=0 clear=0'
with 'trigger id=1 cgroup=2 path=/busy value=1234' 0 \
	"$fake" trigger /busy --refaults 1000 --clear 10 --interval 1min --count 1
has 'trigger +/busy: refaults 1234 in 1.0 s, reached 1000$'
logged 'trigger cgroup=2 scope=1 metric=2 cause=0 threshold=1000 window=1000000000 interval=60000000000 hysteresis=1 clear=10'
with 'trigger id=1 cgroup=2 value=5000000' 0 \
	"$fake" trigger 2 --stall 1ms --clear 0 --count 1 --json
json 'lines[0]["type"] == "trigger" and lines[0]["path"] is None and lines[0]["cgroup_id"] == 2'
json 'lines[0]["metric"] == "stall" and lines[0]["cause"] is None and lines[0]["trigger"] == 1'
json 'lines[0]["value"] == 5000000 and lines[0]["threshold"] == 1000000 and
	lines[0]["window_ns"] == 1000000000'
json 'abs(lines[0]["unix_ns"] / 1e9 - __import__("time").time()) < 60'
logged 'trigger cgroup=2 scope=1 metric=1 cause=0 threshold=1000000 window=1000000000 interval=0 hysteresis=1 clear=0'
with '' 2 "$fake" trigger / --stall 1ms --window 2min
grep -qx 'headroom: the window is out of range' "$err"
report "prints which value the module refuses"
with '' 1 "$fake" trigger /nowhere --stall 1ms

all='born cgroup=7 parent=1 path=/new
oom cgroup=3 path=/busy/db pid=4711 comm=db
gone cgroup=8 parent=2 path=/busy/old
params shift=6
dropped dropped=5
dropped
trigger id=2 cgroup=4 path=/idle value=9
exit'
with "$all" 3 "$fake" watch --trigger refaults=5:/busy --trigger stall=50ms,window=1s,cause=swap_in,each
has '^[0-9:.]+ cgroup born +/new$'
has 'oom kill +/busy/db: db, pid 4711$'
has 'cgroup gone +/busy/old$'
has 'params +sample-shift=6 table-entries=0 stalls=off swap-kprobes=off$'
has 'dropped +5 events$'
has 'dropped +events \(number unknown\)$'
has 'trigger +/idle: stalled 9 ns in 1.0 s, reached 50.0 ms \(swap in\)$'
has 'exit +the module is being unloaded$'
logged 'open group=1'
logged 'trigger cgroup=2 scope=1 metric=2 cause=0 threshold=5 window=1000000000 interval=0 hysteresis=0 clear=0'
logged 'trigger cgroup=1 scope=2 metric=1 cause=6 threshold=50000000 window=1000000000 interval=0 hysteresis=0 clear=0'
with "$all" 3 "$fake" watch --json
json '[line["type"] for line in lines] == ["cgroup_born", "oom_kill", "cgroup_gone", "params",
	"dropped", "dropped", "trigger", "exit"]'
json '[line["seq"] for line in lines] == list(range(1, 9))'
json 'lines[0]["parent_id"] == 1 and lines[0]["path"] == "/new"'
# json.rst must explain each field
page=$(dirname "$0")/../../Documentation/json.rst
for field in $(grep -o '"[a-z_]*":' "$out" | tr -d '":' | sort -u) metric threshold window_ns; do
	grep -qF "\`\`$field\`\`" "$page"
	report "json.rst has $field"
done
json 'lines[1]["pid"] == 4711 and lines[1]["comm"] == "db" and "parent_id" not in lines[1]'
json 'lines[3]["params"] == dict(sample_shift=6, table_entries=0, stalls=False,
	swap_kprobes=False) and "path" not in lines[3]'
json 'lines[4]["dropped"] == 5 and lines[5]["dropped"] == 0'
json 'lines[6]["value"] == 9 and "threshold" not in lines[6]'
with "$all" 3 "$fake" watch --subtree /busy --json
json '[line["type"] for line in lines] == ["oom_kill", "cgroup_gone", "params", "dropped", "dropped",
	"exit"]'
with "$all" 0 "$fake" watch --count 2 --json
json 'len(lines) == 2'
with "$(printf 'oom cgroup=5 path=/vain\033[2J comm=\033c pid=1')" 0 "$fake" watch --count 1
has 'oom kill +/vain\\x1b\[2J: \\x1bc, pid 1$'
with 'fail=107' 3 "$fake" watch
grep -qx 'headroom: the fake kernel is gone' "$err"
report "reports that the module is gone"
with 'fail=105' 1 "$fake" watch

# The reader exits before the next event
rm -f "$dir/events"
mkfifo "$dir/events"
echo 'born cgroup=7 path=/new' >"$dir/events" &
{ timeout 10 "$fake" watch; echo $? >"$dir/code"; } 2>"$err" | head -n 1 >"$out"
[ ! -s "$err" ] && [ "$(cat "$dir/code")" -gt 128 ] && [ "$(cat "$dir/code")" -ne 137 ]
report "a broken pipe quietly ends a watch"
has 'born'
timeout -s INT 0.5 "$fake" watch >"$out" 2>"$err"
[ $? -eq 124 ] && [ ! -s "$err" ] && [ ! -s "$out" ]
report "SIGINT quietly ends a watch"
for signal in 2 15; do
	"$fake" watch >"$out" 2>"$err" &
	end $signal $! && [ ! -s "$err" ]
	report "signal $signal ends a watch with exit code 0"
	# the exit code must stop a following command
	"$fake" trigger / --stall 1ms --count 1 >"$out" 2>"$err" &
	end $signal $!
	[ $? -eq $((128 + signal)) ] && [ ! -s "$err" ] && [ ! -s "$out" ]
	report "dies of signal $signal before the trigger fires"
done

# flood OUTPUT TEST: watch a constant flow of events until TEST OUTPUT succeeds; the exit code
flood() {
	yes 'born cgroup=7 path=/new' >"$dir/events" 2>"$dir/yes" &
	yes=$!
	"$fake" watch --json >"$1" 2>"$err" &
	awaits "$2" "$1"
	end TERM $!
	status=$?
	kill $yes 2>/dev/null
	wait $yes 2>/dev/null
	return $status
}
not_empty() {
	test -s "$1"
}
flood "$dir/lines" not_empty && [ ! -s "$err" ]
report "a signal ends a watch under a constant flow of events"
tail -n 100 "$dir/lines" >"$out"
json 'len(lines) > 9'
# a pipe that is never read
mkfifo "$dir/unread"
exec 9<>"$dir/unread"
flood "$dir/unread" full
[ $? -eq 143 ] && [ ! -s "$err" ]
report "a signal ends a watch whose output is blocked"
exec 9>&-

run 0 "$fake" config
[ "$(cat "$out")" = 'sample-shift=0
table-entries=65536
stalls=on
swap-kprobes=off' ]
report "prints all parameters"
rm -f "$dir/log"
run 0 "$fake" config stalls=off sample-shift=6
has '^sample-shift=6$'
has '^stalls=off$'
logged 'config which=5 shift=6 entries=0 stalls=0'
run 0 "$fake" config table-entries=1000000 --json
json 'lines == [dict(sample_shift=0, table_entries=1000000, stalls=True, swap_kprobes=False)]'
run 2 "$fake" config table-entries=999999999999
grep -qx 'headroom: table-entries is out of range' "$err" && [ ! -s "$out" ]
report "prints which value the module refuses"
HEADROOM_FAKE=eperm run 1 "$fake" config stalls=on

finish
