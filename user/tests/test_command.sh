#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# Usage: BUILD=build/user test_command.sh
# Test options, exit codes and output of the command. Prints TAP.

real=$BUILD/headroom
fake=$BUILD/tests/headroom-fake
out=$(mktemp) || exit 1
err=$(mktemp) || exit 1
trap 'rm -f "$out" "$err"' EXIT
unset COLUMNS NO_COLOR
export LC_ALL=C

# shellcheck source=user/tests/tap.sh
. "$(dirname "$0")/tap.sh"

# has_times: each line says when it was, on both clocks, and in which boot. The bound only
# tells the two clocks apart, and a wall clock from a wrong origin.
has_times() {
	json 'all(abs(line["unix_ns"] / 1e9 - __import__("time").time()) < 600 and
		line["time_ns"] < line["unix_ns"] and
		line["boot_id"] == open("/proc/sys/kernel/random/boot_id").read().strip()
		for line in lines)'
	json 'len(set(line["unix_ns"] - line["time_ns"] for line in lines)) <= len(set(line["time_ns"] for line in lines))'
}

usage "no command given"
usage "unknown command 'lst'" lst
usage "unknown command 'sta'" sta
usage "unknown option '--jsn'" --jsn
usage "headroom status: unknown option '--js'" status --js
usage "unknown option '-x'" status -x
usage "--json takes no value" status --json=1
usage "unexpected argument 'a'" status a
usage "unexpected argument '--json'" status -- --json
usage "--interval needs a value: TIME" list --interval
for seconds in 0 0ms -1 1x 1e3ks '' ' 1' '1 ' nan inf 1e999 1e9 9000h 0x 0x10 ms; do
	usage "--interval must be a time above 0, such as 5 or 50ms, not '$seconds'" \
		list --interval "$seconds"
done
for count in -1 +1 1.5 x '' 99999999999999999999999; do
	usage "--count must be a whole number, not '$count'" list --count="$count"
done
keys='stall, cause, reclaim, high, read, refaults, evictions, taken, blame, memory, extra, limit, low, swap, psi, full, id or name'
usage "--sort must be $keys, not 'size'" list --sort size
usage "--sort must be $keys, not ''" list --sort ''
usage "-o: no column 'memroy', did you mean 'memory'?" list -o stall,memroy,low
usage "-o: no column 'cpu', '-o help' lists them" top -o cpu
usage "-o: no column '', '-o help' lists them" list -o stall,
usage "-o needs a value: COLUMNS" list -o
usage "--count needs --interval" show / --count 2
usage "CGROUP is missing" show
usage "CGROUP is missing" show --json
usage "unexpected argument 'b'" show a b
usage "unexpected argument 'b'" blame a b
usage "--count needs --interval" blame --count 2
usage "unexpected argument 'b'" stalls a b
usage "CGROUP is missing" curve
usage "--below must be a rate in refaults per second, not 'x'" curve / --interval 1 --below x
usage "--below must be a rate in refaults per second, not '-1'" curve / --interval 1 --below -1
usage "--below needs --interval" curve / --below 5
usage "CGROUP is missing" why
usage "unexpected argument 'b'" why a b
usage "--interval must be a time above 0, such as 5 or 50ms, not '0'" why / --interval 0

run 0 "$real" --help
has '^  show +all statistics of one cgroup'
has '3  the headroom module is not loaded'
run 0 "$real" --version
has "^headroom [0-9]"
run 0 "$real" list --help
has '--interval TIME'
has '^  -o COLUMNS '
HEADROOM_FAKE=absent run 0 "$fake" list -o help
has '^memory +MEMORY +memory that it uses: memory.current$'
[ "$(wc -l <"$out")" -eq 17 ] && [ "$(wc -L <"$out")" -le 80 ]
report "a line for each column"
cp "$out" "$err.columns"
HEADROOM_FAKE=absent run 0 "$fake" top -o=help
cmp -s "$out" "$err.columns"
report "top has the same columns"
rm -f "$err.columns"
run 0 "$real" blame --help
has '^Usage: headroom blame \[CGROUP\] \[OPTION\]'
has '^SHARE is '

export HEADROOM_FAKE=absent
for command in status list 'show /' blame 'blame /' 'curve /' 'why /' stalls 'stalls /'; do
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
grep -qx "headroom: needs CAP_PERFMON or CAP_SYS_ADMIN: run as root" "$err"
report "says what is needed"
export HEADROOM_FAKE=gone
run 3 "$fake" list --interval 0.01

export HEADROOM_FAKE=
run 0 "$fake" status
has '^nothing dropped$'
lacks 'missing|table_full'
has '^sampling +every page$'
has '^stalls +tracked, 6 tasks stalled now$'
has '^histograms +40, 992 B each, 38.8 KiB in all$'
has '^remembered +0 evicted pages, still recognisable: -$'
has '^  swap_readpage\(\) +attached$'
has '^headroom +0.0-fake on Linux 6.1.0-fake$'
has '^triggers +2$'
has '^CPU time +1.5 ms in the background, 5.0 s for requests$'
export HEADROOM_FAKE=partly
run 0 "$fake" status
has 'mm_vmscan_memcg_reclaim_begin +missing, not covered: memcg-reclaim stalls'
has '^  swap_readpage\(\) +off: refaults of swapped pages; swap_kprobes=1 attaches it$'
has 'table_full +12345 '
has 'reclaim_slots +3 '
has '^remembered +100000 evicted pages, still recognisable: 87.5 %$'
lacks 'stall_slots|nothing dropped'
has '^sampling +1 page in 64$'
has '^psi +off'
has '^  histograms +77  values in no histogram'
has '^  notifications +9  notifications not sent'
has '^  resized +8589934592  evicted pages forgotten'
has "^headroom +0.0-fake on Linux $(uname -r)\$"
export HEADROOM_FAKE=

run 0 "$fake" status --json
json 'lines[0]["table_remembered"] == 0 and lines[0]["recognisable_percent"] is None'
json 'len(lines) == 1 and lines[0]["page_size"] == 4096 and lines[0]["psi"] is True'
json 'lines[0]["hooks"][1] == dict(name="mm_vmscan_memcg_reclaim_begin", required=False,
	attached=True, state="attached", covers="memcg-reclaim stalls")'
HEADROOM_FAKE=mglru run 0 "$fake" status
has '_shrink_inactive +silent with MGLRU on this kernel, not covered: pages scanned'
HEADROOM_FAKE=mglru run 0 "$fake" status --json
json '[hook["state"] for hook in lines[0]["hooks"]].count("silent") == 1'
run 0 "$fake" status --json
json 'sum(lines[0]["dropped"].values()) == 0 and len(lines[0]["dropped"]) == 10'
json 'lines[0]["stalls"] is True and lines[0]["stalled"] == 6'
json 'lines[0]["histogram_bytes"] == 992 and lines[0]["histograms"] == 40'
json 'lines[0]["kernel"] == "6.1.0-fake" and lines[0]["triggers"] == 2'
json 'lines[0]["worker_time"] == 1500000 and lines[0]["request_time"] == 5000000000'
json 'lines[0]["event_seq"] == 0'
# features, by the release and by hooks: the fake 6.1 has kprobes, and no hook of direct writes
run 0 "$fake" status --features
has '^features on Linux 6.1.0-fake$'
has '^  refaults from zram +present +kernels that have it: from 6.3$'
has '^  refaults of pages of zeros +present +kernels that have it: up to 6.11$'
has '^  pages scanned, with MGLRU +present '
has '^  the target of reclaim +missing +kernels that have it: from 7.1$'
has '^      it is guessed, and can be the wrong one'
has '^  direct writes +missing '
HEADROOM_FAKE=mglru run 0 "$fake" status --features
has '^  pages scanned, with MGLRU +missing '
# partly: without kprobes; the module does not report the kernel
HEADROOM_FAKE=partly run 0 "$fake" status --features
has '^  all pages from zswap +missing +kernels that have it: none$'
HEADROOM_FAKE=partly run 0 "$fake" status --json
json '[f["present"] for f in lines[0]["features"] if f["name"] == "all pages from zswap"] == [False]'
HEADROOM_FAKE=untracked run 0 "$fake" status
has '^stalls +not tracked: headroom config stalls=on$'
has '^  sched_switch +off: waits for refaults$'
HEADROOM_FAKE=untracked run 0 "$fake" status --json
json 'lines[0]["stalls"] is False'

run 0 "$fake" list --interval 0.05
has '^CGROUP +STALL% +RECLAIM% +HIGH% +READ% +REFAULT/s +MEMORY +EXTRA$'
awk '$1 == "/busy" { all = $2; parts = $3 + $4 + $5; r = $3; h = $4 }
	END { exit !(all > 0 && (all - parts) ^ 2 < 0.25 && (r - 5 * h) ^ 2 < 1) }' "$out"
report "the stall columns add up to the total, without proactive reclaim"
has '^/vain\\x1b\[2J '
has '^1 idle cgroup not shown$'
lacks '^/idle'
[ "$(sed -n 's/ .*//;2,4p' "$out" | tr '\n' ' ')" = "/ /busy /busy/db " ]
report "sorted by stall, then name"
run 0 "$fake" list --interval 0.05 --all --sort name
has '^/idle +0 +0 +0 +0 +0 +- +-$'
lacks 'not shown'
[ "$(sed 's/ .*//;1d' "$out" | tr '\n' ' ')" = '/ /busy /busy/db /busyness /idle /vain\x1b[2J ' ]
report "sorted by name"
run 0 "$fake" list --interval 0.05 --count 3
[ "$(grep -c ^CGROUP "$out")" -eq 3 ] && [ "$(grep -c '^$' "$out")" -eq 2 ]
report "three tables, separated by empty lines"
run 0 "$fake" list --interval 50ms --sort psi --all --json
# the first cgroup is new: its PSI total counts from its creation
json 'lines.pop(0)["id"] == 6 and [line["id"] for line in lines] == [1, 2, 3, 5, 4] and
	abs(lines[0]["psi_some_percent"] / lines[0]["stall_percent"] - 2) < 0.01'
HEADROOM_FAKE=partly run 0 "$fake" list --interval 50ms --json
json 'all(line["psi_some_percent"] is None for line in lines)'
run 0 "$fake" list --interval 0.05 --subtree /busy
[ "$(sed 's/ .*//;1d' "$out" | tr '\n' ' ')" = '/busy /busy/db ' ]
report "only the subtree"

run 0 "$fake" list --interval 0.05 --json --count 2
json 'len(lines) == 10 and len(set(line["time_ns"] for line in lines)) == 2'
has_times
json 'all(line["id"] != 4 for line in lines)'
json '[line["subtree"]["evictions"] for line in lines if line["id"] == 3] == [2000, 2000]'
json '[line["subtree"]["evictions"] for line in lines if line["id"] == 6] == [2000, 1000]'
json 'all(0.05 <= line["interval_s"] < 5 for line in lines)'
json 'all(abs(line["evictions_per_s"] * line["interval_s"] / line["subtree"]["evictions"] - 1)
	< 1e-4 for line in lines)'
json 'all(abs(line["stall_percent"] * line["interval_s"] / 100 * 1e9 /
	line["subtree"]["stall_total"] - 1) < 1e-4 for line in lines)'
json 'all(sum(stall["total"] for stall in line["subtree"]["stall"].values() if stall["in_total"])
	== line["subtree"]["stall_total"] for line in lines)'
# the extra memory of the root is the sum over its three cgroups with refaults
json 'lines[0]["path"] == "/" and 0 <= sum(line["extra_bytes"] for line in lines[:5]
	if line["path"] in ("/busy/db", "/busyness", "/vain\033[2J")) -
	lines[0]["extra_bytes"] <= 2 * 4096'
# the columns that fit
COLUMNS=140 run 0 "$fake" list --interval 0.05
has '^CGROUP +STALL% +RECLAIM% +HIGH% +READ% +REFAULT/s +EVICT/s +MEMORY +LIMIT +LOW +SWAP +EXTRA +PSI%$'
COLUMNS=40 run 0 "$fake" list --interval 0.05 --sort taken
has '^CGROUP +STALL% +TAKEN/s$'
COLUMNS=30 run 0 "$fake" list --interval 0.05 -o id,stall,full,low
has '^CGROUP +ID +STALL% +FULL% +LOW$'
has '^/busy/db +3 +[0-9.]+ +[0-9.]+ +-$'
# the first ones, and in a tree those above them
run 0 "$fake" list --interval 0.05 --limit 2
[ "$(sed 's/ .*//' "$out" | tr '\n' ' ')" = 'CGROUP / /busy 1 3 ' ]
report "the first two"
has '^1 idle cgroup not shown$'
has '^3 more cgroups not shown$'
run 0 "$fake" list --interval 0.05 --limit 1 --sort blame --tree -o blame
[ "$(sed 's/ *[^ ]*$//;/not/d' "$out" | tr '\n' ' ')" = 'CGROUP / ' ]
report "without an evictor, by stall"
run 0 "$fake" list --interval 0.05 --tree --sort name --all --no-legend
[ "$(sed 's/  *[^ /a-z].*//' "$out" | tr '\n' ,)" = '/,  busy,    db,  busyness,  idle,  vain\x1b[2J,' ]
report "a tree, without legend"
# what the evictors took from others in the interval
HEADROOM_FAKE=taking run 0 "$fake" list --interval 0.05 --sort blame --limit 1 --no-legend -o blame
has '^/idle +[0-9.]+$'
HEADROOM_FAKE=taking run 0 "$fake" list --interval 0.05 --all --json
json 'all(line["blame_per_s"] is None for line in lines)'
HEADROOM_FAKE=taking run 0 "$fake" list --interval 0.05 --all --json -o blame
# /busy evicts pages of /busy/db, which is not from others; /idle does, 40 of them
json '{line["path"]: round(line["blame_per_s"] * line["interval_s"], 6) for line in lines} ==
	{"/": 0, "/busy": 0, "/busy/db": 0, "/idle": 40, "/vain\033[2J": 0, "/busyness": 0}'

# Memory, from the files of the cgroups
tree=$(mktemp -d) && mkdir -p "$tree/busy/db" "$tree/idle" &&
	echo 67108864 >"$tree/busy/db/memory.current" && echo max >"$tree/busy/db/memory.max" &&
	echo 134217728 >"$tree/busy/db/memory.high" && echo 0 >"$tree/busy/db/memory.low" &&
	echo 1048576 >"$tree/busy/db/memory.swap.current" && echo 4096 >"$tree/idle/memory.current" &&
	echo max >"$tree/busy/memory.max" && echo max >"$tree/busy/memory.high"
report "a cgroup tree with files"
export HEADROOM_FAKE_ROOT="$tree"
run 0 "$fake" list --interval 0.05 --all -o memory,limit,low,swap --sort memory
has '^CGROUP +MEMORY +LIMIT +LOW +SWAP$'
has '^/busy/db +64.0 MiB +128.0 MiB +0 B +1.0 MiB$'
has '^/busy +- +max +- +-$'
has '^/idle +4.0 KiB +- +- +-$'
[ "$(sed -n '2,4s/ .*//p' "$out" | tr '\n' ' ')" = '/busy/db /idle / ' ]
report "sorted by memory, unknown ones last"
run 0 "$fake" list --interval 0.05 --all --json
json '{line["path"]: line["memory"] for line in lines}["/busy/db"] == dict(current_bytes=64 << 20,
	max_bytes=None, high_bytes=128 << 20, low_bytes=0, swap_bytes=1 << 20, read=True,
	limit=dict(bytes=128 << 20, partial=False, id=3, path="/busy/db", file="memory.high"))'
json '{line["path"]: line["memory"] for line in lines}["/idle"] == dict(current_bytes=4096,
	max_bytes=None, high_bytes=None, low_bytes=None, swap_bytes=None, read=False,
	limit=dict(bytes=None, partial=True, id=None, path=None, file=None))'
json 'all(line["psi_full_percent"] < line["psi_some_percent"] for line in lines if line["id"] != 4)'
run 0 "$fake" top --once --interval 0.05 -o memory,swap --sort memory
has '^/busy/db +64.0 MiB +1.0 MiB$'
# A limit of an ancestor binds
echo 100663296 >"$tree/busy/memory.max"
run 0 "$fake" list --interval 0.05 --all -o limit --sort limit
has '^/busy/db +96.0 MiB\^$'
has '^/busy +96.0 MiB$'
run 0 "$fake" list --interval 0.05 --all -o limit --subtree /busy/db
has '^/busy/db +96.0 MiB\^$'
run 0 "$fake" top --once --interval 0.05 -o limit
has '^/busy/db +96.0 MiB\^$'
run 0 "$fake" list --interval 0.05 --all --json --subtree /busy/db
json 'lines[0]["memory"]["high_bytes"] == 128 << 20 and lines[0]["memory"]["limit"] ==
	dict(bytes=96 << 20, partial=False, id=2, path="/busy", file="memory.max")'
# and if it is unknown, the lowest known one is an upper bound
rm "$tree/busy/memory.high"
run 0 "$fake" list --interval 0.05 --all -o limit
has '^/busy/db +<96.0 MiB\^$'
has '^/idle +-$'
rm "$tree/busy/memory.max"
run 0 "$fake" list --interval 0.05 --all -o limit
has '^/busy/db +<128.0 MiB$'
HEADROOM_FAKE=taking run 0 "$fake" top --once --interval 0.05 --sort blame
[ "$(sed -n '3s/^\([^ ]*\) .*/\1/p' "$out")" = /idle ] && sed -n 2p "$out" | grep -q ' BLAME/s$'
report "top sorts by blame, and shows it"
rm -r "$tree"
unset HEADROOM_FAKE_ROOT

export HEADROOM_FAKE=churn=1000
run 0 "$fake" list --interval 0.05
has 'were created or removed during the read'
export HEADROOM_FAKE=

run 0 "$fake" show /busy/db
has '^since the module was loaded$'
has '^local and subtree$'
has '^ +evictions +2000 pages +7.8 MiB$'
has '^ +512 +2.0 MiB +1280 #+$'
has '^ +returned +960 pages +3.8 MiB$'
has '^ +refault rate +48.0 % of the evicted pages were read again$'
has '^ +file +own limit +1400 +1200$'
has '^ +anon +unknown +0 +20$'
lacks '^ +shmem|estimate'
has '^ +refault age +p50 1.2 s, p90 1.3 s, p99 1.3 s$'
has '^ +1.1 s +1280 #+$'
has '^ +horizon +16384 pages +64.0 MiB, 536.9 ms: few are missed$'
has '^target: '
has '^ +evictions +1800 pages +7.0 MiB$'
has '^ +refault distance +p50 287, '
has '^ +own limit +8000 +1800 +22.5 % +7$'
has '^ +extra memory +[45][0-9][0-9] pages  [12].[0-9] MiB would save 90 % of the refaults$'
has '^ +95 % interval +[12].[0-9] MiB to (beyond the horizon|2.[0-9] MiB)$'
has '^ +refault distance +p50 575, p90 626, p99 637 evictions$'
has '^  stalled +30.0 ms$'
has '^  PSI some +1.1 s  since the cgroup was created$'
has '^  PSI full +1.0 s$'
has '^    CAUSE +COUNT +TOTAL +LONGEST +P50 +P99$'
has '^    memcg reclaim +10 +20.0 ms +4.5 s +1.2 ms +1.3 ms$'
has '^    memory high throttle +2 +4.0 ms +4.5 s +- +-$'
[ "$(sed -n '/inside reclaim/,/^  [^ ]/p' "$out" | sed 's/  *[0-9].*//')" = \
'    inside reclaim:
      throttled writeback
    not a stall:
      proactive reclaim
    from a newer module:
      cause
  memcg reclaim' ]
report "causes outside the total have their own sections"
has '^ +1.0 ms +10 #+$'
lacks 'explained|not tracked|direct reclaim +0|swap in +0'
[ "$(wc -L <"$out")" -le 80 ]
report "lines fit into 80 columns"
run 0 "$fake" show /idle
lacks 'refault rate|KIND|RECLAIM FOR|CAUSE'
has '^  stalled +0 ns$'
HEADROOM_FAKE=untracked run 0 "$fake" show /idle
has '^  stalled +0 ns  stalls are not tracked$'
export HEADROOM_FAKE=partly
run 0 "$fake" show /busy/db
lacks PSI
has '^ +refaults, estimate +1280 \+/- [0-9]+, 95 % interval [0-9]+ to [0-9]+$'
[ "$(wc -L <"$out")" -le 80 ]
report "lines fit into 80 columns, with sampling"
run 0 "$fake" show /busy/db --json
json 'lines[0]["sample_shift"] == 6 and len(lines[0]["local"]["sample_groups"]) == 16'
json 'lines[0]["local"]["sample_groups"][9] == dict(evictions=2, refaults=2)'
json 'lines[0]["local"]["refaults_estimate"]["low"] < 1280 <
	lines[0]["local"]["refaults_estimate"]["high"]'
json 'lines[0]["local"]["refaults_estimate"]["error"] > 0'
json 'lines[0]["psi_some"] is None and lines[0]["psi_full"] is None'
json 'lines[0]["explained_percent"] is None'
export HEADROOM_FAKE=
COLUMNS=50 run 0 "$fake" show --interval 0.05 3
has '^in [0-9]+\.[0-9]{2} s$'
has '^  stalled +30.0 ms  [0-9.]+ % of the time$'
has '^  PSI some +60.0 ms  50.0 % explained by these stalls$'
has '^  PSI full +24.0 ms$'
[ "$(grep '#' "$out" | wc -L)" -le 50 ]
report "histograms fit into COLUMNS"
LC_ALL=C.UTF-8 run 0 "$fake" show /busy
has '█'
has '^local: '
has '^subtree: '
[ "$(grep -c '^  PSI' "$out")" -eq 2 ]
report "PSI is printed for the subtree only"
run 0 "$fake" show /busy/db --json
json 'lines[0]["local"]["refault_distance"] == [dict(low=512, high=639, count=1280)]'
json 'lines[0]["subtree"]["stall"]["memcg_reclaim"]["latency"][0]["count"] == 10'
json 'lines[0]["local"]["refault_age"] == [dict(low=1<<30, high=(5<<28)-1, count=1280)]'
json 'lines[0]["local"]["reclaims_dropped"] == 8 and lines[0]["local"]["stalls_dropped"] == 12'
json 'lines[0]["local"]["forgotten"] == 40 and lines[0]["local"]["horizon_pages"] == 16384'
json 'lines[0]["local"]["forgotten_distance"] == [dict(low=16384, high=20479, count=40)]'
json 'lines[0]["local"]["pages"]["anon"]["kswapd"] == dict(evictions=600, refaults=60)'
json 'len(lines[0]["local"]["pages"]) == 4 and all(len(reasons) == (1 if kind == "kind_9" else 7)
	for kind, reasons in lines[0]["local"]["pages"].items())'
# kinds, reasons and causes that the library does not know
json 'lines[0]["local"]["pages"]["kind_9"]["reason_42"] == dict(evictions=2, refaults=1)'
json 'lines[0]["target"]["reclaim"]["reason_42"]["scanned"] == 1'
json 'lines[0]["local"]["stall"]["cause_99"]["total"] == 1 and
	not lines[0]["local"]["stall"]["cause_99"]["in_total"]'
json 'lines[0]["local"]["returned"] == 960 and lines[0]["local"]["returned_percent"] == 48'
json 'lines[0]["local"]["refaults_estimate"] == dict(value=1280, error=0, low=1280, high=1280)'
json 'lines[0]["target"]["evictions"] == 1800'
json 'lines[0]["target"]["distance"] == [dict(low=256, high=319, count=1200)]'
json 'lines[0]["target"]["reclaim"]["own_limit"] == dict(scanned=8000, reclaimed=1800,
	lowest_priority=7)'
json 'lines[0]["target"]["reclaim"]["kswapd"]["lowest_priority"] is None'
json 'len(lines[0]["local"]["stall"]) == 14'
json 'lines[0]["local"]["stall"]["throttled_writeback"]["in_total"] is False'
json 'lines[0]["local"]["stall_total"] == 30000000 and lines[0]["stalls_tracked"] is True'
json 'lines[0]["psi_some"] == 1060000000 and lines[0]["explained_percent"] is None'
# with an interval, only the difference counts
run 0 "$fake" show --interval 0.05 3 --json
json 'lines[0]["psi_some"] == 60000000 and lines[0]["psi_full"] == 24000000'
json 'lines[0]["explained_percent"] == 50'
json 'lines[0]["target"]["evictions"] == 1800 and
	lines[0]["target"]["reclaim"]["own_limit"]["scanned"] == 8000'
json 'lines[0]["local"]["pages"]["file"]["own_limit"]["evictions"] == 1400'
run 0 "$fake" show /busy/db --interval 20ms --count 3 --json
json 'len(lines) == 3 and all(line["local"]["evictions"] == 2000 for line in lines)'
json 'all(a["time_ns"] < b["time_ns"] for a, b in zip(lines, lines[1:]))'
has_times
run 0 "$fake" show /busy/db --interval 20ms --count 2
[ "$(grep -c '^/busy/db ' "$out")" -eq 2 ]
report "two measurements"
run 0 "$fake" show /idle --json
json 'lines[0]["local"]["returned_percent"] is None'
run 1 "$fake" show 99
grep -qx 'headroom: 99: no cgroup with this id has the memory controller' "$err"
report "prints the reason from the kernel"

run 0 "$fake" blame
has '^VICTIM +EVICTOR +REASON +EVICTIONS +REFAULTS +SHARE$'
has '^/busy/db +/busy +ancestor limit +700 +600 +75.0 %$'
has '^/busy/db +/idle +kswapd +300\+20 +40 +5.0 %$'
has '^/busy/db +99 +proactive +10 +0 +0.0 %$'
has '^/busy/db +\(others\) +- +5000 +120 +15.0 %$'
has '^/vain\\x1b\[2J +/vain\\x1b\[2J +reason 8 '
has '^/busy +/busy +own limit +120 +0 +75.0 %$'
[ "$(sed 's/ .*//;1d' "$out" | uniq | tr '\n' ' ')" = '/busy/db /vain\x1b[2J /busy /busyness ' ]
report "most refaults first"
[ "$(sed -n 's/^.busy.db \+\([^ ]*\) .*/\1/p' "$out" | tr '\n' ' ')" = \
	'/busy /busy /idle 99 (others) ' ]
report "evictors by refaults, then evictions, (others) last"
[ "$(wc -L <"$out")" -le 80 ]
report "lines fit into 80 columns"
run 0 "$fake" blame /busy
has '^/busy +/busy/db '
has '^/busy/db +/busy '
lacks '^/vain|^/busyness'
run 0 "$fake" blame /busy/db
lacks '^/busy '
run 0 "$fake" blame /
has '^/vain'
run 0 "$fake" blame /idle
has '^no evictions$'
HEADROOM_FAKE=blameless run 0 "$fake" blame
has '^no evictions$'
# both readings are equal: no evictions in the interval
run 0 "$fake" blame --interval 20ms
has '^no evictions$'
HEADROOM_FAKE=taking run 0 "$fake" blame /busy/db --interval 20ms --count 2
[ "$(grep -cE '^/busy/db +/busy +ancestor limit +700 +600 ' "$out")" -eq 2 ]
report "evictions of two intervals"
has '^/busy/db +\(others\) +- +5000 +120 '
HEADROOM_FAKE=removed=3 run 0 "$fake" blame
has '^3 +/busy +ancestor limit '
has '^/busy +3 +kswapd '
run 1 "$fake" blame 77
grep -qx 'headroom: 77: no cgroup with this id has the memory controller' "$err"
report "prints the reason from the kernel"
run 1 "$fake" blame /nowhere
grep -qx 'headroom: no such cgroup: /nowhere' "$err"
report "reports that there is none"
HEADROOM_FAKE=unnamed=2 run 1 "$fake" blame
HEADROOM_FAKE=malformed run 1 "$fake" blame
grep -q 'malformed' "$err" && [ ! -s "$out" ]
report "reports a malformed answer, and prints nothing else"
run 0 "$fake" blame --json
has_times
json '[line["id"] for line in lines] == [3, 5, 2, 6] and lines[1]["path"] == "/vain\033[2J"'
json 'lines[0]["evictions"] == 6320 and lines[0]["refaults"] == 800'
json 'lines[0]["evictors"][0] == dict(id=2, path="/busy", reason="ancestor_limit", merged=False,
	evictions=700, refaults=600, error=0, share_percent=75)'
json 'lines[0]["evictors"][2]["error"] == 20 and lines[0]["evictors"][3]["path"] is None'
json 'lines[0]["others"] == dict(evictions=5000, refaults=120, error=0, share_percent=15)'
json 'lines[1]["evictors"][0]["reason"] == "reason_8" and lines[1]["others"]["evictions"] == 0'
HEADROOM_FAKE=many run 0 "$fake" blame --json
json '[line["id"] for line in lines] == [3, 5, 2, 6]'
HEADROOM_FAKE=spread run 0 "$fake" blame /busy
has '^/busy +/busy/\* +kswapd +30\+5 +10 '
has '^/busy +/busy/db +kswapd +40 '
HEADROOM_FAKE=spread run 0 "$fake" blame /busy --level 1
has '^/busy +/busy/\* +kswapd +70 +10 +100.0 %$'
has '^/busy/db +/idle +kswapd +300\+20 '
lacks '^/busy +/busy/db'
HEADROOM_FAKE=spread run 0 "$fake" blame --level 2 --json
json '{evictor["path"] for line in lines for evictor in line["evictors"]} >=
	{"/busy/db", "/busy"}'
HEADROOM_FAKE=spread run 0 "$fake" blame --level 1 --json
json '[line["evictors"] for line in lines if line["id"] == 2][0][0] == dict(id=2, path="/busy",
	reason="kswapd", merged=True, evictions=70, refaults=10, error=0, share_percent=100)'
json 'lines[0]["others"]["evictions"] == 5000'
HEADROOM_FAKE=removed=3 run 0 "$fake" blame --level 1
has '^/busy +3 +kswapd '
HEADROOM_FAKE=malformed run 1 "$fake" blame --level 1
HEADROOM_FAKE=blameless run 0 "$fake" blame --json
[ ! -s "$out" ]
report "no victims, no lines"

# The kernel updates PSI when memory.pressure is read: expect the command to open it
pressure=$(mktemp -d) && mkdir -p "$pressure/busy/db" &&
	mkfifo "$pressure/busy/db/memory.pressure"
report "a cgroup tree with a pipe as memory.pressure"
# shellcheck disable=SC2016 # the inner shell is to expand it
timeout 10 sh -c 'echo some >"$1"' sh "$pressure/busy/db/memory.pressure" &
writer=$!
HEADROOM_FAKE_ROOT=$pressure run 0 timeout 10 "$fake" show /busy/db
wait $writer
report "reads memory.pressure of the cgroup"
rm -r "$pressure"
HEADROOM_FAKE_ROOT=/nowhere run 0 "$fake" show /busy/db
has '^  PSI some '
[ ! -s "$err" ]
report "ignores a memory.pressure that cannot be read"

run 0 "$fake" stalls
has '^     TIME CAUSE +PID COMM +CGROUP$'
has '^    5.0 s memcg reclaim +5000001 - +/busy/db$'
has '^    1.2 s memcg reclaim +[0-9]+ headroom-fake +/busy/db$'
has '^  20.0 us refault +5000003 - +/vain\\x1b\[2J$'
has '^  60.0 ms proactive reclaim +5000004 - +99$'
has '^   700 ns cause 14 +5000000 - +/busyness$'
[ "$(sed -n '2,7s/ *\([^ ]* [a-z]*\) .*/\1/p' "$out" | tr '\n' ' ')" = \
	'5.0 s 1.2 s 60.0 ms 20.0 us 20.0 us 700 ns ' ]
report "longest first"
[ "$(sed -n '/TASKS/,$p' "$out" | tr -s ' ')" = ' TASKS CAUSE CGROUP
 2 memcg reclaim /busy/db
 1 memory high throttle /busy
 1 refault /vain\x1b[2J
 1 cause 14 /busyness
 1 proactive reclaim 99' ]
report "then the number of tasks by cgroup and cause"
[ "$(wc -L <"$out")" -le 80 ]
report "lines fit into 80 columns"
run 0 "$fake" stalls /busy
[ "$(grep -c '^ .*/busy' "$out")" -eq 5 ]
report "only the cgroup and those below it"
lacks 'busyness|vain| 99$'
run 0 "$fake" stalls 5
has 'refault'
lacks 'TASKS'
run 0 "$fake" stalls /idle
[ "$(cat "$out")" = 'no task is stalled' ]
report "reports that there is none"
HEADROOM_FAKE=calm run 0 "$fake" stalls
[ "$(cat "$out")" = 'no task is stalled' ] && [ ! -s "$err" ]
report "reports that no task is stalled"
HEADROOM_FAKE=calm run 0 "$fake" stalls --json
[ ! -s "$out" ]
report "no tasks, no lines"
HEADROOM_FAKE=untracked run 1 "$fake" stalls
grep -qF "not tracked: run 'headroom config stalls=on'" "$err" &&
	[ ! -s "$out" ]
report "says how to track stalls"
run 1 "$fake" stalls 77
grep -qx 'headroom: 77: no cgroup with this id has the memory controller' "$err"
report "prints the reason from the kernel"
run 1 "$fake" stalls 0
run 1 "$fake" stalls /nowhere
grep -qx 'headroom: no such cgroup: /nowhere' "$err"
report "reports that there is none"
HEADROOM_FAKE=unnamed=2 run 1 "$fake" stalls
for behaviour in malformed vague; do
	HEADROOM_FAKE=$behaviour run 1 "$fake" stalls
	grep -q 'malformed' "$err" && [ ! -s "$out" ]
	report "reports a malformed answer, and prints nothing else"
done
run 0 "$fake" stalls --json
json '[line["stalled_ns"] for line in lines] ==
	[5000000000, 1234567890, 60000000, 20000, 20000, 700]'
has_times
json 'lines[0].pop("time_ns") > 0 and lines[0].pop("unix_ns") and lines[0].pop("boot_id") and lines[0] == dict(stalled_ns=5000000000, cause="memcg_reclaim", in_total=True,
	pid=5000001, comm=None, cgroup_id=3, path="/busy/db")'
json 'lines[1]["comm"] == "headroom-fake" and lines[2]["path"] is None'
json 'lines[2]["in_total"] is False and lines[5]["cause"] == "cause_14"'
run 0 "$fake" stalls --json --interval 10ms --count 3
json 'len(lines) == 18 and len(set(line["time_ns"] for line in lines)) == 3'
has_times
run 0 "$fake" stalls /idle --interval 10ms --count 2
[ "$(cat "$out")" = "no task is stalled

no task is stalled" ]
report "two lists, separated by an empty line"
HEADROOM_FAKE=many run 0 "$fake" stalls --json
json 'len(lines) == 206'

run 0 "$fake" curve /busy/db
has '^/busy/db \(id 3\)$'
has '^since the module was loaded, 2000 evictions, 1280 refaults of these pages$'
has '#####'
has '^horizon: distances up to 1800 evictions, 2.[0-9] MiB of memory$'
has '^beyond it nothing is known; perhaps up to [0-9.]+ refaults need more memory$'
has '^2.[0-9] MiB more saves 90 %; 95 % interval [12].[0-9] MiB to (beyond the horizon|2.[0-9] MiB)$'
has '^ +EXTRA MEMORY +REFAULTS +LOW +HIGH +SAVED% +SAMPLES$'
has '^ +0 B +1797 +1[67][0-9]{2} +[12][0-9]{3} +0-0 +1280$'
[ "$(wc -L <"$out")" -le 80 ]
report "lines fit into 80 columns"
run 0 "$fake" curve /busy/db --json
has_times
json 'lines[0]["refaults"] == 1280 and lines[0]["points"][0]["samples"] == 1280'
json 'lines[0]["points"][-1]["refaults"] == 0 < lines[0]["points"][-1]["high"]["refaults"]'
json 'lines[0]["horizon"]["evictions"] == 1800'
json 'lines[0]["horizon"]["extra_bytes"] == lines[0]["points"][-1]["extra_bytes"]'
json 'lines[0]["extra_low_bytes"] <= lines[0]["extra_bytes"]'
json 'lines[0]["pool"] == "local" and lines[0]["evictions"] == 2000'
run 0 "$fake" curve /idle
has '^no refaults up to the horizon; beyond it nothing is known$'
run 1 "$fake" curve /nowhere
grep -qx 'headroom: no such cgroup: /nowhere' "$err"
report "reports that there is none"

# put_files CGROUP CURRENT MAX HIGH LOW: the files of a cgroup
put_files() {
	mkdir -p "$tree$1" && echo "$2" >"$tree$1/memory.current" && echo "$3" >"$tree$1/memory.max" &&
		echo "$4" >"$tree$1/memory.high" && echo "$5" >"$tree$1/memory.low" &&
		printf 'low 0\nhigh 7\nmax 9\n' >"$tree$1/memory.events"
}
tree=$(mktemp -d) && put_files /busy/db 67108864 67108864 max 0 &&
	put_files /busy 268435456 max 536870912 1048576
report "a cgroup tree with files"
export HEADROOM_FAKE=taking HEADROOM_FAKE_ROOT="$tree"
run 0 "$fake" why /busy/db --interval 1
has '^/busy/db \(id 3\)$'
has '^in 1\.[0-9]{2} s$'
has '^waits +Tasks wait for memory [0-9.]+ % of the time: 67 % of it in memcg reclaim,$'
has '^ +are stalled now, the longest for 5.0 s in memcg reclaim. 12 more$'
has '^evictions +2000 pages were evicted, 7.8 MiB: 70 % for its own limit, 30 % by$'
has '^evictors +Evictors of the pages that were read again: /busy 80 %, /idle 5 %,$'
has '^memory +With 1.2 MiB more \(95 % interval 1.1 MiB to 1.2 MiB\), 90 % of the$'
has '^limits +/busy/db uses 64.0 MiB, memory.max 64.0 MiB; /busy uses 256.0 MiB,$'
has '^ +memory.high 512.0 MiB, memory.low 1.0 MiB.$'
has '^advice +Raise memory.max of /busy/db from 64.0 MiB to 66.0 MiB: 94 % of its$'
lacks '^notes'
[ "$(wc -L <"$out")" -le 80 ]
report "lines fit into 80 columns"
run 0 "$fake" why /busy/db --interval 20ms --json
has_times
json 'len(lines) == 1 and lines[0]["id"] == 3 and lines[0]["path"] == "/busy/db"'
json 'lines[0]["waits"]["causes"][0]["cause"] == "memcg_reclaim" and
	lines[0]["waits"]["causes"][0]["total"] == 20000000 and lines[0]["waits"]["stalled"] == 2'
json '{reason["reason"]: reason["evictions"] for reason in lines[0]["evictions"]["reasons"]
	if reason["evictions"]} == dict(own_limit=1400, kswapd=600)'
json '[(evictor["path"], evictor["refaults"]) for evictor in lines[0]["evictors"]] ==
	[("/busy", 640), ("/idle", 40), (None, 0)]'
json 'lines[0]["others"] == dict(evictions=5000, refaults=120)'
json 'lines[0]["memory"]["pool"] == "target" and lines[0]["memory"]["refaults"] == 1200'
json '[limit["path"] for limit in lines[0]["limits"]] == ["/busy/db", "/busy", "/"] and
	[limit["read"] for limit in lines[0]["limits"]] == [True, True, False]'
json 'lines[0]["limits"][1]["high_bytes"] == 512 << 20 and lines[0]["limits"][1]["max_bytes"] is None'
json 'lines[0]["limits"][0]["evictions"] == 1800'
json 'lines[0]["advice"] == dict(action="raise_limit", reason="own_limit",
	share_percent=lines[0]["advice"]["share_percent"], outside_percent=6.25, cgroup_id=3,
	path="/busy/db", file="memory.max", value_bytes=66 << 20, ancestors=0)'
json '[sentence["about"] for sentence in lines[0]["sentences"]] ==
	["waits", "evictions", "evictors", "memory", "limits", "notes", "advice"]'
# evictors beside /busy: its own children are one with it, which the kernel has not merged
HEADROOM_FAKE='taking spread' run 0 "$fake" why /busy --interval 20ms --json
json '{evictor["path"]: evictor["inside"] for evictor in lines[0]["evictors"]} ==
	{"/busy": True, "/idle": False, None: False}'
json 'lines[0]["evictors"][0]["evictions"] == 700 + 310 + 120 + 40 + 30'
# the root: its children
run 0 "$fake" why / --interval 20ms
has '^evictors .*: /busy [0-9]+ %'
lacks '^limits|taken from outside'
run 0 "$fake" why /idle --interval 20ms
has '^advice +Nothing to do: it has enough memory.$'
has '^limits +What limits or protects /idle is unknown: cannot read its$'
HEADROOM_FAKE=untracked run 0 "$fake" why /idle --interval 20ms
has '^waits +Whether tasks wait for memory is unknown: stalls are not tracked,'
run 1 "$fake" why 99
grep -qx 'headroom: 99: no cgroup with this id has the memory controller' "$err"
report "prints the reason from the kernel"
run 1 "$fake" why /nowhere
grep -qx 'headroom: no such cgroup: /nowhere' "$err"
report "reports that there is none"
HEADROOM_FAKE=malformed run 1 "$fake" why /busy/db --interval 20ms
grep -q 'malformed' "$err" && [ ! -s "$out" ]
report "reports a malformed answer, and prints nothing else"
# the first reading is done when the command catches signals; one ends the interval early
for words in taking 'taking died=3' gone; do
	echo taking >"$tree/words"
	HEADROOM_FAKE_FILE=$tree/words "$fake" why /busy/db --interval 60 --json >"$out" 2>"$err" &
	pid=$!
	awaits grep -q '^SigCgt:.*[4-7c-f]...$' "/proc/$pid/status"
	echo "$words" >"$tree/words"
	kill -s TERM $pid
	wait $pid
	echo "$?" >"$tree/code"
	case $words in
	taking)
		[ "$(cat "$tree/code")" -eq 0 ] && [ ! -s "$err" ]
		report "a signal ends the interval early"
		json 'lines[0]["interval_s"] < 30 and lines[0]["evictions"]["evictions"] == 2000'
		;;
	gone)
		[ "$(cat "$tree/code")" -eq 3 ] && [ ! -s "$out" ]
		report "the module is unloaded during the interval"
		;;
	*)
		[ "$(cat "$tree/code")" -eq 1 ] && [ ! -s "$out" ] &&
			grep -qx 'headroom: /busy/db: the cgroup was removed during the interval' "$err"
		report "the cgroup is removed during the interval: $words"
		;;
	esac
done
rm -r "$tree"
unset HEADROOM_FAKE_ROOT
export HEADROOM_FAKE=

# Names: the end of a path, a pattern, a process
# /busyness is not there at the first reading, which looks for names
for cgroup in db busy/db 'd[ab]' '/busy/*' '*/db' /busy/db; do
	run 0 "$fake" show "$cgroup"
	has '^/busy/db \(id 3\)$'
done
for cgroup in nodb usy '/*/*/*' '/d*' 'busy/d'; do
	run 1 "$fake" show "$cgroup"
	grep -qxF "headroom: no such cgroup: $cgroup" "$err"
	report "no cgroup matches"
done
run 1 "$fake" show '[bi]*'
[ "$(tr '\n' ' ' <"$err")" = 'headroom: 2 cgroups match [bi]*, name one of them:   /busy   /idle ' ]
report "lists the candidates"
run 1 "$fake" why '*'
grep -qF '  /vain\x1b[2J' "$err"
report "candidates are safe to print"
run 0 "$fake" list --interval 0.05 --subtree db --no-legend
[ "$(sed 's/ .*//' "$out")" = /busy/db ]
report "list --subtree takes a name"
run 0 "$fake" why db --interval 20ms
has '^/busy/db \(id 3\)$'
for command in blame stalls curve; do
	run 0 "$fake" $command db
done
run 0 "$fake" top --once --interval 0.05 --subtree db
has '^headroom: 1 of 1 cgroups'
HEADROOM_FAKE=malformed run 1 "$fake" show db
usage "CGROUP is missing" why --json
usage "--pid must be the number of a process, not '0'" show --pid 0
usage "--pid must be the number of a process, not '1/../self'" show --pid 1/../self
usage "--self takes no value" show --self=1
usage "unexpected argument '/busy'" show --self /busy
usage "more than one CGROUP: '/busy' and --pid" show /busy --pid 1
run 1 "$fake" show --pid 99999999
grep -qx 'headroom: process 99999999: there is no such process' "$err"
report "says that there is no such process"
# the fake kernel does not have the cgroup of this test, but the message has its path
path=$(sed -n 's/^0:://p' /proc/self/cgroup)
if [ "$path" != / ] && [ -n "$path" ]; then
	for process in --self "--pid $$" --pid=$$; do
		# shellcheck disable=SC2086 # two words
		run 1 "$fake" show $process
		grep -qxF "headroom: no such cgroup: $path" "$err"
		report "names the cgroup of a process: $process"
	done
elif [ -n "$path" ]; then
	run 0 "$fake" show --self
	has '^/ \(id 1\)$'
	run 0 "$fake" stalls --pid $$
fi

# Help: the page of a topic, or the usage of a command without man
tree=$(mktemp -d) && cat >"$tree/man" <<-'END'
	#!/bin/sh
	# Usage: man [-w] SECTION PAGE; there is no page in section 8
	[ "$1" != -w ] || { [ "$2" != 8 ]; exit; }
	echo "page $*"
END
chmod +x "$tree/man"
report "a man"
for pair in 'list=1 headroom-list' 'why=1 headroom' 'module=4 headroom' 'record=1 headroom-record' \
	'headroomd.conf=5 headroomd.conf' 'library=3 libheadroom'; do
	HEADROOM_FAKE=absent PATH=$tree:$PATH run 0 "$fake" help "${pair%%=*}"
	[ "$(cat "$out")" = "page ${pair#*=}" ]
	report "opens ${pair#*=}"
done
PATH=$tree:$PATH run 1 "$fake" help headroomd
grep -qx 'headroom: cannot open the man page headroomd(8): man, or the page, is not installed' "$err"
report "says that there is no page"
rm -r "$tree"
PATH=/nowhere run 0 "$fake" help why
has '^Usage: headroom why CGROUP'
PATH=/nowhere run 0 "$fake" help
has '^Usage: headroom COMMAND'
PATH=/nowhere run 1 "$fake" help module
usage "no topic 'libary', did you mean 'library'?" help libary
usage "no topic 'frobnicate'" help frobnicate
usage "unexpected argument 'top'" help list top

# Colour on a terminal, except with NO_COLOR
if command -v script >/dev/null; then
	HEADROOM_FAKE=partly script -qec "$fake status" /dev/null >"$out" 2>"$err"
	has "$(printf '\033\\[1mhooks')"
	HEADROOM_FAKE=partly NO_COLOR=1 script -qec "$fake status" /dev/null >"$out" 2>"$err"
	lacks "$(printf '\033')"
	HEADROOM_FAKE=partly NO_COLOR='' script -qec "$fake status" /dev/null >"$out" 2>"$err"
	has "$(printf '\033\\[1mhooks')"
	COLUMNS=70 script -qec "$fake blame" /dev/null >"$out" 2>"$err"
	# skip the coloured heading; a terminal ends lines with CR LF
	[ "$(tr -d '\r' <"$out" | grep -v VICTIM | wc -L)" -le 70 ] &&
		grep -q '~' "$out"
	report "lines do not wrap"
	for command in 'list --interval 0.05' stalls; do
		COLUMNS=80 script -qec "$fake $command" /dev/null >"$out" 2>"$err"
		[ "$(tr -d '\r' <"$out" | sed 's/\x1b\[[0-9]*m//g' | wc -L)" -le 80 ]
		report "80 columns: $command"
	done
	COLUMNS=60 script -qec "$fake stalls /busy" /dev/null >"$out" 2>"$err"
	grep -q '/busy/db' "$out"
	report "a short name is not shortened"
fi

# Broken pipes, a full disk, signals
{ "$fake" list --interval 0.01 --count 0; echo $? >"$err.code"; } 2>"$err" | head -n 1 >"$out"
[ ! -s "$err" ] && [ "$(cat "$err.code")" -gt 128 ]
report "a broken pipe quietly ends a list without limit"
rm -f "$err.code"
{ timeout 10 "$fake" list --interval 60 --count 0; echo $? >"$err.code"; } 2>"$err" | :
[ ! -s "$err" ] && [ "$(cat "$err.code")" -gt 128 ]
report "a broken pipe quietly ends a long interval"
rm -f "$err.code"
if command -v python3 >/dev/null; then
	{ timeout -s KILL 10 python3 -c 'import os, signal, sys
signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGPIPE])
os.execv(sys.argv[1], sys.argv[1:])' "$fake" list --interval 60 --count 0; echo $? >"$err.code"; } 2>"$err" | :
	[ ! -s "$err" ] && [ "$(cat "$err.code")" -eq 141 ]
	report "even if the parent blocks SIGPIPE"
	rm -f "$err.code"
fi
for command in status 'list --interval 1ms --count 2' stalls; do
	# shellcheck disable=SC2086
	timeout 10 "$fake" $command 2>"$err" >/dev/full
	[ $? -eq 1 ] && grep -qx 'headroom: cannot write: No space left on device' "$err"
	report "a full disk is a failure: $command"
done
for command in 'list --interval 0.01 --json' 'list --interval 0.01 --count 0' status --version; do
	# shellcheck disable=SC2086
	timeout 10 "$fake" $command 2>"$err" >&-
	[ $? -eq 1 ] && grep -q 'cannot write: ' "$err"
	report "a closed stdout is a failure: $command"
done
: >"$err"
"$fake" status --json <&- >"$out" 2>&-
report "stdin and stderr may be closed"
json 'len(lines) == 1'
HEADROOM_FAKE=absent "$fake" status >"$out" 2>&-
[ $? -eq 3 ]
report "even if the command fails"
"$fake" list --interval 60 --count 0 >"$out" 2>"$err" &
pid=$!
end TERM $pid && [ ! -s "$err" ]
report "SIGTERM quietly ends a list without limit"
"$fake" list --interval 1ms --count 0 --json --all >"$out" 2>"$err" &
awaits test -s "$out"
end TERM $! && [ ! -s "$err" ]
report "and one with a short interval"
json 'len(lines) > 0 and len(lines) % 6 == 0'
# the exit code must stop a following command
for command in list 'show /busy' 'blame /busy' stalls; do
	for signal in 2 15; do
		# shellcheck disable=SC2086
		"$fake" $command --interval 60 --count 2 >"$out" 2>"$err" &
		end $signal $!
		[ $? -eq $((128 + signal)) ] && [ ! -s "$err" ]
		report "dies of signal $signal before the last table: $command"
	done
done
# a pipe that is never read
fifo=$(mktemp -u) && mkfifo "$fifo" && exec 9<>"$fifo"
report "creates a pipe"
for signal in 2 15; do
	"$fake" list --interval 1ms --count 0 --json --all >"$fifo" 2>"$err" &
	awaits full "$fifo"
	end $signal $!
	[ $? -eq $((128 + signal)) ] && [ ! -s "$err" ]
	report "dies of signal $signal while output is blocked"
done
exec 9>&-
rm "$fifo"

finish
