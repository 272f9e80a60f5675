#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# Usage: BUILD=build/user test_metrics.sh
# Test 'headroom metrics': what it exports, and in which format. Prints TAP.

top=$(cd "$(dirname "$0")/../.." && pwd)
fake=$BUILD/tests/headroom-fake
unset COLUMNS NO_COLOR
# shellcheck source=user/tests/tap.sh
. "$top/user/tests/tap.sh"

# metrics EXPRESSION: stdout is OpenMetrics, or the text format of Prometheus, according to a strict
# parser, and the Python expression is true. v(NAME, LABEL=VALUE...) is a value, None without such
# a sample; s(NAME) are the samples, and f the families by name.
metrics() {
	name="metrics: $(echo "$1" | tr -s '\n\t' '  ')"
	/usr/bin/python3 "$top/user/tests/metrics.py" "$out" "$1" 2>"$err"
	report "$name"
}

# at_most N: stdout has at most N series
at_most() {
	[ "$(grep -vc '^#' "$out")" -le "$1" ]
	report "at most $1 series"
}

if ! /usr/bin/python3 -c 'import prometheus_client' 2>/dev/null; then
	echo "ok 1 - metrics # SKIP no python3-prometheus-client"
	echo "1..1"
	exit
fi

usage "--listen and --textfile exclude each other" metrics --listen 9000 --textfile x
usage "--groups: no group 'stal'" metrics --groups refault,stal,psi
usage "--groups: no group ''" metrics --groups refault,
usage "--groups: no group ''" metrics --groups ''
usage "--textfile needs a path" metrics --textfile ''
for address in '' x 0 65536 -1 localhost:1 1.2.3:80 256.0.0.1:80 127.0.0.1: 127.0.0.1:0 ::1:80 \
	'[::1]' '[::1]:' '[::g]:80' '[::1:80' 127.0.0.1:80x 0000000000000127.0.0.1:80; do
	usage "--listen must be PORT, IPV4:PORT, [IPV6]:PORT or systemd, not '$address'" \
		metrics --listen "$address"
done
HEADROOM_FAKE=absent run 3 "$fake" metrics
HEADROOM_FAKE=eperm run 1 "$fake" metrics
HEADROOM_FAKE=stuck run 1 "$fake" metrics
[ ! -s "$out" ]
report "prints nothing when it fails"

export HEADROOM_FAKE=
run 0 "$fake" metrics
[ "$(tail -n 1 "$out")" = '# EOF' ]
report "ends with # EOF"
metrics 'f["headroom_stall_seconds"].unit == "seconds" and f["headroom_stall_seconds"].type == "counter"'
metrics 'f["headroom_refaults_pages"].unit == "pages"'
metrics 'f["headroom_returned_outside_pages"].documentation.startswith("pages evicted by the demand")'
metrics 'f["headroom_psi_some_seconds"].documentation == "total of \"some\" in memory.pressure"'
metrics 'v("headroom_module_info", version="0.0-fake", kernel="6.1.0-fake") == 1'
metrics 'v("headroom_stall_seconds_total", cgroup="/busy/db") == 0.03'
metrics 'v("headroom_stall_cause_seconds_total", cgroup="/busy/db", cause="memcg_reclaim") == 0.02'
metrics 'v("headroom_stall_cause_seconds_total", cgroup="/busy/db", cause="cause_99") == 1e-9'
metrics 'v("headroom_refaults_pages_total", cgroup="/") == 2560'
metrics 'v("headroom_refaults_pages_total", cgroup="/idle") == 0'
metrics 'v("headroom_psi_full_seconds_total", cgroup="/busy/db") == 1.024'
metrics 'v("headroom_module_request_seconds_total") == 5 and v("headroom_module_worker_seconds_total") == 0.0015'
metrics 'v("headroom_horizon_seconds") == 0.536870912'
metrics 'v("headroom_dropped_table_full_pages_total") == 0'
metrics 'v("headroom_module_hook_attached", hook="sched_switch", required="false") == 1'
metrics 'v("headroom_series_dropped") == 0 and v("headroom_cgroups") == 5'
metrics 'v("headroom_series") == sum(len(family.samples) for family in f.values())'
metrics 'not any("_daemon_" in name or "_blame_" in name or f[name].type == "histogram" for name in f)'

HEADROOM_FAKE=partly run 0 "$fake" metrics
metrics 'v("headroom_dropped_table_full_pages_total") == 12345 and v("headroom_dropped_reclaim_slots_total") == 3'
metrics 'v("headroom_module_sampled_ratio") == 1 / 64'
metrics 'v("headroom_module_hook_attached", hook="swap_readpage()", required="false") == 0'
metrics 's("headroom_psi_some_seconds_total") == []'

# Each counter of the library's tables, with its meaning
run 0 "$fake" metrics --groups all
sed -n 's/^\t\(STATS\|PAGES\|STALL\|TARGET\|RECLAIM\|EVICTOR\|CGROUP\)([A-Z_]*, \([a-z_]*\),.*/\1:\2/p' \
	"$top/user/lib/counters.c" >"$dir/counters"
[ "$(wc -l <"$dir/counters")" -ge 25 ]
report "counters are found"
while read -r line; do
	counter=${line#*:}
	case $line in
	*:total) counter=cause_seconds ;;
	*:count) counter=cause_stalls ;;
	STATS:stall_total) counter=stall_seconds ;;
	esac
	grep -qE "^headroom_([a-z]+_)*$counter(_pages|_seconds)?(_total)?\{cgroup=" "$out"
	report "exports $line"
done <"$dir/counters"
metrics 'v("headroom_blame_evictions_pages_total", cgroup="/busy/db", evictor="/busy", outside="true", reason="ancestor_limit") == 700'
metrics 'v("headroom_blame_evictions_pages_total", cgroup="/busy/db", evictor="(others)", outside="unknown", reason="others") == 5000'
metrics 'v("headroom_blame_evictions_pages_total", cgroup="/busy/db", evictor="(removed)", outside="unknown", reason="proactive") == 10'
metrics 'v("headroom_kind_refaults_pages_total", cgroup="/busy/db", kind="file", reason="own_limit") == 1200'
metrics 'v("headroom_target_scanned_pages_total", cgroup="/busy/db", reason="own_limit") == 8000'
metrics 'v("headroom_stall_duration_seconds_bucket", cgroup="/busy/db", cause="swap_in", le="0.001048576") == 0'
metrics 'v("headroom_stall_duration_seconds_bucket", cgroup="/busy/db", cause="swap_in", le="0.004194304") == 6'
metrics 'v("headroom_refault_distance_bytes_bucket", cgroup="/busy/db", le="1048576.0") == 0'
metrics 'v("headroom_refault_distance_bytes_bucket", cgroup="/busy/db", le="4194304.0") == 1280'
metrics 'v("headroom_refault_age_seconds_bucket", cgroup="/busy/db", le="+Inf") == 1280'
HEADROOM_FAKE=spread run 0 "$fake" metrics --groups blame
metrics 'v("headroom_blame_refaults_pages_total", cgroup="/busy", evictor="/busy", outside="false", reason="kswapd") == 10'
metrics 'len(s("headroom_blame_refaults_pages_total")) > 5 and "headroom_stall_seconds" not in f'
HEADROOM_FAKE="died=4 unnamed=4" run 0 "$fake" metrics --groups blame --subtree /busy
metrics 'v("headroom_blame_evictions_pages_total", cgroup="/busy/db", evictor="(removed)", outside="unknown", reason="kswapd") == 300'

# Which cgroups
run 0 "$fake" metrics --subtree /busy --groups stall
metrics 'cgroups() == {"/busy", "/busy/db"}'
run 0 "$fake" metrics --subtree /busy --depth 0
metrics 'cgroups() == {"/busy"}'
run 0 "$fake" metrics --depth 1 --groups stall
metrics 'cgroups() == {"/", "/busy", "/idle", "/vain\033[2J"}'
run 0 "$fake" metrics --top 3
metrics 'cgroups() == {"/", "/busy", "/busy/db"} and v("headroom_cgroups_dropped") == 0'
HEADROOM_FAKE=many run 0 "$fake" metrics
metrics 'v("headroom_cgroups_unnamed") == 200'
run 1 "$fake" metrics --subtree /nowhere

# The limit leaves out whole cgroups, those that were stalled least
HEADROOM_FAKE="containers=500" run 0 "$fake" metrics
at_most 15000
metrics 'v("headroom_cgroups") == 506 and v("headroom_series_dropped") == 0'
HEADROOM_FAKE="containers=500" run 0 "$fake" metrics --series 1000
at_most 1000
metrics 'v("headroom_series") == sum(len(family.samples) for family in f.values())'
metrics '"/containers" in cgroups() and "/busy" in cgroups() and "/idle" not in cgroups()'
metrics 'v("headroom_cgroups") + v("headroom_cgroups_dropped") == 506'
metrics 'len(s("headroom_stall_seconds_total")) == len(s("headroom_refaults_pages_total")) == v("headroom_cgroups")'
HEADROOM_FAKE="containers=500" run 0 "$fake" metrics --groups all --series 0
metrics 'v("headroom_series") > 20000 and v("headroom_series_dropped") == 0'
all=$(grep -vc '^#' "$out")
HEADROOM_FAKE="containers=500" run 0 "$fake" metrics --groups all --series 2000
metrics "v('headroom_series') + v('headroom_series_dropped') == $all"
run 0 "$fake" metrics --series 1
metrics 'v("headroom_cgroups") == 0 and v("headroom_cgroups_dropped") == 5'

# Hostile names are values of labels, and differ from each other
HEADROOM_FAKE=hostile run 0 "$fake" metrics --groups all
metrics 'cgroups() > {"/quote\"and\\backslash", "/line\nend", "/</script><b>", "/# EOF", "/gr\u00fc\u00df"}'
metrics 'v("headroom_stall_seconds_total", cgroup="/invalid\ufffd", id="1903") == 0.015 ==
	v("headroom_stall_seconds_total", cgroup="/invalid\ufffd", id="1904")'
metrics 'any(len(name) == 256 for name in cgroups())'
metrics 'len(s("headroom_stall_seconds_total")) == 14'
if command -v script >/dev/null; then
	run 0 script -qec "$fake metrics --groups stall" /dev/null
	! grep -q "$(printf '\033')" "$out"
	report "no control characters reach a terminal"
fi

# Memory, from the files of cgroups
mkdir -p "$dir/root/busy/db" "$dir/root/idle"
echo 4096000 >"$dir/root/busy/db/memory.current"
echo max >"$dir/root/busy/db/memory.max"
echo 8192000 >"$dir/root/busy/db/memory.high"
echo 0 >"$dir/root/busy/db/memory.low"
HEADROOM_FAKE_ROOT="$dir/root" run 0 "$fake" metrics
metrics 'v("headroom_memory_current_bytes", cgroup="/busy/db") == 4096000'
metrics 's("headroom_memory_max_bytes") == []'
metrics 'v("headroom_memory_high_bytes", cgroup="/busy/db") == 8192000'
metrics 'v("headroom_memory_low_bytes", cgroup="/busy/db") == 0'

# What the default costs for 500 containers, each with all files of memory
for id in $(seq 2001 2500); do
	mkdir -p "$dir/root/containers/docker-$(printf %064d "$id").scope"
done
for scope in "$dir/root/containers"/*; do
	for file in current swap.current max high low; do
		echo 1000000 >"$scope/memory.$file"
	done
done
HEADROOM_FAKE="containers=500" HEADROOM_FAKE_ROOT="$dir/root" run 0 "$fake" metrics --series 0
at_most 15000
metrics 'len(s("headroom_memory_high_bytes")) == 501 and v("headroom_series_dropped") == 0'

# The daemon, if it answers in time
/usr/bin/python3 "$top/user/tests/metrics_daemon.py" "$dir/socket" &
daemon=$!
/usr/bin/python3 "$top/user/tests/metrics_daemon.py" "$dir/mute" mute &
mute=$!
awaits test -S "$dir/socket"
/usr/bin/python3 "$top/user/tests/metrics_daemon.py" "$dir/old" old &
old=$!
awaits test -S "$dir/mute"
awaits test -S "$dir/old"
run 0 "$fake" metrics --socket "$dir/socket"
metrics 'v("headroom_daemon_rules") == 2 and v("headroom_daemon_dry_run") == 0'
metrics 'v("headroom_daemon_rule_holds", rule="say \"no\"") == 1'
metrics 'v("headroom_daemon_rule_cgroups", rule="say \"no\"") == 3 and v("headroom_daemon_rule_dry_run", rule="b") == 1'
metrics 'v("headroom_daemon_knobs") == 2 and v("headroom_daemon_failed_knobs") == 1'
metrics 'v("headroom_daemon_acts_total", rule="say \"no\"", action="kill", result="done") == 4'
metrics 'v("headroom_daemon_acts_total", rule="say \"no\"", action="kill", result="refused") == 2'
metrics 'v("headroom_daemon_acts_total", rule="say \"no\"", action="kill", result="failed") == 1'
metrics 'v("headroom_daemon_acts_total", rule="b", action="protect", result="failed") == 0'
metrics 'v("headroom_daemon_kills_total", verified="true") == 4 and v("headroom_daemon_kills_total", verified="false") == 1'
metrics 'v("headroom_daemon_frame_seconds") == 0.004 and v("headroom_daemon_budget_bytes") is None'
run 0 "$fake" metrics --socket "$dir/old"
metrics 'v("headroom_daemon_rules") == 2 and not s("headroom_daemon_acts_total") + s("headroom_daemon_kills_total")'
run 0 "$fake" daemon status --socket "$dir/old"
! grep -E '^(acts|kills)' "$out"
report "a daemon that counts no acts is understood"
run 0 "$fake" daemon status --socket "$dir/socket"
grep -q '^acts        4 done, 2 refused, 1 failed$' "$out" &&
	grep -q '^kills       4 verified, 1 after which tasks were left$' "$out"
report "acts are counted for people as well"
run 0 "$fake" metrics --socket ''
metrics 'not any("_daemon_" in name for name in f)'
start=$(date +%s)
run 0 "$fake" metrics --socket "$dir/mute"
metrics 'not any("_daemon_" in name for name in f)'
[ $(($(date +%s) - start)) -le 10 ]
report "does not wait for a daemon that hangs"
kill "$daemon" "$mute" "$old"
wait "$daemon" "$mute" "$old" 2>/dev/null

# A file for node_exporter: the older format, whole or not at all
run 0 "$fake" metrics --textfile "$dir/headroom.prom"
[ ! -s "$out" ] && [ "$(stat -c %a "$dir/headroom.prom")" = 644 ] && [ "$(ls "$dir"/headroom.prom*)" = "$dir/headroom.prom" ]
report "a file that all can read, and no other"
cp "$dir/headroom.prom" "$out"
lacks '^# (EOF|UNIT)'
has '^# TYPE headroom_refaults_pages_total counter$'
has '^# TYPE headroom_module_info gauge$'
has '^# HELP headroom_psi_some_seconds_total total of "some" in memory.pressure$'
! grep -vE '^(#.*|[a-z_]+(\{.*\})? [0-9.e+-]+|headroom_horizon_seconds .*)$' "$out" >"$err"
report "no timestamps"
sed 1d "$out" | awk '!/^#/ { if (!(substr($1, 1, index($1 "{", "{") - 1) in type)) print }
	/^# TYPE/ { type[$3] = 1 }' >"$err"
[ ! -s "$err" ]
report "each sample has the type of its name"
if command -v promtool >/dev/null; then
	HEADROOM_FAKE="hostile" "$fake" metrics --groups all --textfile "$dir/all.prom" --socket ''
	run 0 promtool check metrics <"$dir/all.prom"
	[ ! -s "$out" ] && [ ! -s "$err" ]
	report "promtool finds nothing"
fi
echo before >"$dir/headroom.prom"
HEADROOM_FAKE=stuck run 1 "$fake" metrics --textfile "$dir/headroom.prom"
[ "$(cat "$dir/headroom.prom")" = before ]
report "a failure leaves the file as it was"
run 1 "$fake" metrics --textfile "$dir/none/headroom.prom"
grep -q "cannot write $dir/none/headroom.prom: No such file or directory" "$err"
report "says what it cannot write"

finish
