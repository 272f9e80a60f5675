#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# Usage: BUILD=build/user test_command.sh
# The command as a user has it: options, exit codes, output. Prints TAP.

real=$BUILD/headroom
fake=$BUILD/tests/headroom-fake
checks=0
failures=0
out=$(mktemp) || exit 1
err=$(mktemp) || exit 1
trap 'rm -f "$out" "$err"' EXIT
unset COLUMNS NO_COLOR
export LC_ALL=C

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
	[ $status -eq "$code" ]
	report "exit $code, is $status: $(basename "$1") $(echo "$*" | cut -d' ' -f2-)"
}

# usage SENTENCE ARGUMENT...: one line on stderr, nothing on stdout, exit 2
usage() {
	sentence=$1
	shift
	run 2 "$real" "$@"
	grep -qF -- "$sentence" "$err" && [ "$(wc -l <"$err")" -eq 1 ] && [ ! -s "$out" ]
	report "says: $sentence"
}

# has PATTERN: stdout has a line that matches
has() {
	grep -qE -- "$1" "$out"
	report "has $1"
}

lacks() {
	! grep -qE -- "$1" "$out"
	report "lacks $1"
}

usage "a command is missing"
usage "unknown command 'lst'" lst
usage "unknown command 'sta'" sta
usage "unknown option '--jsn'" --jsn
usage "headroom status: unknown option '--js'" status --js
usage "unknown option '-x'" status -x
usage "--json takes no value" status --json=1
usage "one argument too many: 'a'" status a
usage "one argument too many: '--json'" status -- --json
usage "--interval needs a value: SECONDS" list --interval
for seconds in 0 -1 1x '' ' 1' nan inf 1e999 1e9 0x; do
	usage "--interval takes a number of seconds above 0, not '$seconds'" list --interval "$seconds"
done
for count in -1 +1 1.5 x '' 99999999999999999999999; do
	usage "--count takes a whole number, not '$count'" list --count="$count"
done
usage "--sort takes stall, refaults, evictions or name, not 'size'" list --sort size
usage "CGROUP is missing" show
usage "CGROUP is missing" show --json
usage "one argument too many: 'b'" show a b

run 0 "$real" --help
has '^  show +CGROUP'
has '3  the headroom module is not loaded'
run 0 "$real" --version
has "^headroom [0-9]"
run 0 "$real" list --help
has '--interval SECONDS'

export HEADROOM_FAKE=absent
for command in status list 'show /'; do
	# shellcheck disable=SC2086
	run 3 "$fake" $command
	grep -q "module is not loaded: run 'modprobe headroom'" "$err"
	report "says that the module is not loaded"
done
if [ ! -e /sys/module/headroom ]; then
	run 3 "$real" status
fi
export HEADROOM_FAKE=eperm
run 1 "$fake" status
grep -qx "headroom: needs CAP_NET_ADMIN: run as root" "$err"
report "says what is needed"
export HEADROOM_FAKE=gone
run 3 "$fake" list --interval 0.01

export HEADROOM_FAKE=
run 0 "$fake" status
has '^nothing lost$'
lacks 'missing|table_full'
has '^sampling +every page$'
export HEADROOM_FAKE=partly
run 0 "$fake" status
has 'mm_vmscan_memcg_reclaim_begin +missing, not covered: memcg-reclaim stalls'
has 'table_full +12345 '
lacks 'stall_slots|nothing lost'
has '^sampling +1 page in 64$'
has '^psi +off'
export HEADROOM_FAKE=

# json FILTER: each line of stdout is JSON for which the expression is true
json() {
	command -v python3 >/dev/null || {
		checks=$((checks + 1))
		echo "ok $checks - $1 # SKIP no python3"
		return
	}
	python3 -c 'import json, sys
lines = [json.loads(line) for line in open(sys.argv[1], "rb")]
sys.exit(not eval(sys.argv[2]))' "$out" "$1" 2>"$err"
	report "JSON: $(echo "$1" | tr -s '\n\t' '  ' | tr -d '\033')"
}

run 0 "$fake" status --json
json 'len(lines) == 1 and lines[0]["page_size"] == 4096 and lines[0]["psi"] is True'
json 'lines[0]["hooks"][1] == dict(name="mm_vmscan_memcg_reclaim_begin", required=False,
	attached=True, covers="memcg-reclaim stalls")'
json 'sum(lines[0]["lost"].values()) == 0 and len(lines[0]["lost"]) == 5'

run 0 "$fake" list --interval 0.05
has '^CGROUP +STALL% +DIRECT% +MEMCG% +REFAULT/s +EVICT/s +EXTRA$'
has '^/vain\\x1b\[2J '
has '^1 idle cgroup not shown$'
lacks '^/idle'
[ "$(sed -n 's/ .*//;2,4p' "$out" | tr '\n' ' ')" = "/ /busy /busy/db " ]
report "sorted by stall, then name"
run 0 "$fake" list --interval 0.05 --all --sort name
has '^/idle +0 +0 +0 +0 +0 +-$'
lacks 'not shown'
[ "$(sed 's/ .*//;1d' "$out" | tr '\n' ' ')" = '/ /busy /busy/db /idle /new /vain\x1b[2J ' ]
report "sorted by name"
run 0 "$fake" list --interval 0.05 --count 3
[ "$(grep -c ^CGROUP "$out")" -eq 3 ] && [ "$(grep -c '^$' "$out")" -eq 2 ]
report "three tables, apart"
run 0 "$fake" list --interval 0.05 --subtree /busy
[ "$(sed 's/ .*//;1d' "$out" | tr '\n' ' ')" = '/busy /busy/db ' ]
report "a subtree"

run 0 "$fake" list --interval 0.05 --json --count 2
json 'len(lines) == 10 and len(set(line["time_ns"] for line in lines)) == 2'
json 'all(line["id"] != 4 for line in lines)'
json '[line["subtree"]["evictions"] for line in lines if line["id"] == 3] == [2000, 2000]'
json '[line["subtree"]["evictions"] for line in lines if line["id"] == 6] == [2000, 1000]'
json 'all(0.05 <= line["interval_s"] < 5 for line in lines)'
json 'all(abs(line["evictions_per_s"] * line["interval_s"] / line["subtree"]["evictions"] - 1)
	< 1e-4 for line in lines)'
json 'all(abs(line["stall_percent"] * line["interval_s"] / 100 * 1e9 /
	line["subtree"]["stall"]["memcg_reclaim"]["total"] - 1) < 1e-4 for line in lines)'
# the root needs as much as its three cgroups with refaults together
json 'lines[0]["path"] == "/" and lines[0]["extra_bytes"] == sum(line["extra_bytes"]
	for line in lines[:5] if line["path"] in ("/busy/db", "/new", "/vain\033[2J"))'
export HEADROOM_FAKE=churn=1000
run 0 "$fake" list --interval 0.05
has 'came or went while they were read'
export HEADROOM_FAKE=

run 0 "$fake" show /busy/db
has '^since the module was loaded$'
has '^local and subtree$'
has '^ +evictions +2000 pages +7.8 MiB$'
has '^ +8192 +32.0 MiB +1280 #+$'
has '^ +extra memory +9504 pages  37.1 MiB would save 90 % of the refaults$'
has '^ +refault distance +p50 9215, p90 10034, p99 10218 evictions$'
has 'memcg reclaim +10 stalls, 20.0 ms in all, longest since load 4.5 s'
has '^ +p50 1.2 ms, p90 1.3 ms, p99 1.3 ms$'
[ "$(wc -L <"$out")" -le 80 ]
report "all fits into 80 columns"
COLUMNS=50 run 0 "$fake" show --interval 0.05 3
has '^in 0.0[0-9] s$'
[ "$(grep '#' "$out" | wc -L)" -le 50 ]
report "histograms fit into COLUMNS"
LC_ALL=C.UTF-8 run 0 "$fake" show /busy
has '█'
has '^local: '
has '^subtree: '
run 0 "$fake" show /busy/db --json
json 'lines[0]["local"]["refault_distance"] == [dict(low=8192, high=10239, count=1280)]'
json 'lines[0]["subtree"]["stall"]["memcg_reclaim"]["latency"][0]["count"] == 10'
run 1 "$fake" show 99
grep -qx 'headroom: 99: no cgroup with this id has the memory controller' "$err"
report "the kernel says why there is none"

# A terminal gets colour, unless it is not wanted.
if command -v script >/dev/null; then
	HEADROOM_FAKE=partly script -qec "$fake status" /dev/null >"$out" 2>"$err"
	has "$(printf '\033\\[1mhooks')"
	HEADROOM_FAKE=partly NO_COLOR=1 script -qec "$fake status" /dev/null >"$out" 2>"$err"
	lacks "$(printf '\033')"
fi

# A reader that goes away, a full disk, an interrupt
{ "$fake" list --interval 0.01 --count 0; echo $? >"$err.code"; } 2>"$err" | head -n 1 >"$out"
[ ! -s "$err" ] && [ "$(cat "$err.code")" -gt 128 ]
report "a broken pipe is quiet, and ends an endless list"
rm -f "$err.code"
"$fake" status 2>"$err" >/dev/full
[ $? -eq 1 ] && grep -q 'cannot write: No space left' "$err"
report "a full disk is a failure"
"$fake" list --interval 60 --count 0 >"$out" 2>"$err" &
pid=$!
sleep 0.5
kill -TERM $pid
wait $pid && [ ! -s "$err" ]
report "an interrupt ends an endless list quietly"

echo "1..$checks"
[ $failures -eq 0 ]
