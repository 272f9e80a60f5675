#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# Usage: BUILD=build/user test_replay.sh
# Test record and replay, on recordings of the fake kernel. Prints TAP.

fake=$BUILD/tests/headroom-fake
dir=$(mktemp -d) || exit 1
trap 'rm -rf "$dir"' EXIT
unset COLUMNS NO_COLOR HEADROOM_FAKE_FILE
export LC_ALL=C TZ=UTC HEADROOM_FAKE=''
out=$dir/out err=$dir/err rec=$dir/recording
# shellcheck source=user/tests/tap.sh
. "$(dirname "$0")/tap.sh"

usage "FILE is missing" record
usage "--size must be at least 1M" record "$rec" --size 5
usage "FILE is missing" replay
run 0 "$fake" record "$rec" --count 8 --interval 0.1
grep -q ": 8 frames, .* bytes each" "$err"
report "record says what it has written"
run 0 "$fake" replay "$rec"
has '^frames  8$'
has '^from    2'

# The counters of the fake kernel grow by the same with each reading
run 0 "$fake" replay "$rec" list --interval 0.01 --json
cp "$out" "$dir/first"
run 0 "$fake" replay "$rec" list --interval 0.01 --json
cmp -s "$out" "$dir/first"
report "a replay shows the same each time"
run 0 "$fake" replay "$rec" list --interval 0.01 --count 0
[ "$(grep -c '^/busy/db ' "$out")" -eq 7 ]
report "as many intervals as there are between frames"
# Three frames, a moment, and three more
run 0 "$fake" record "$dir/parts" --count 3 --interval 0.1
sleep 1.1
at=$(date '+%F %T')
sleep 1.1
run 0 "$fake" record "$dir/parts" --count 3 --interval 0.1
run 0 "$fake" replay "$dir/parts" --at "$at" list --interval 0.01 --count 0
[ "$(grep -c '^/busy/db ' "$out")" -eq 3 ]
report "fewer from a later moment on"
run 0 "$fake" replay "$rec" list --subtree /busy --interval 0.2
has '^/busy/db '
lacks '^/vain'
run 0 "$fake" replay "$rec" show /busy/db
has '^/busy/db \(id 3\)'
run 0 "$fake" replay "$rec" show 3
has '^/busy/db \(id 3\)'
run 0 "$fake" replay "$rec" show /sys/fs/cgroup/busy/db/
run 1 "$fake" replay "$rec" show /none
grep -q "no such cgroup at this moment of the recording" "$err"
report "says that there is no such cgroup"
run 0 "$fake" replay "$rec" blame
has '^/busy/db +/busy +ancestor limit'
run 0 "$fake" replay "$rec" blame /busy --level 1
run 0 "$fake" replay "$rec" curve /busy/db --interval 0.2
has '^in [0-9.]+ s, '

# A page about a part of it
usage "FILE is missing" report
usage "-o PAGE is missing" report "$rec"
usage "--from must be a time such as 14:08" report "$rec" -o - --from noon
usage "--to must be behind --from" report "$rec" -o - --from +2s --to +1s
run 0 "$fake" report "$rec" -o -
has '^<!DOCTYPE html>$'
has '"path":"/busy/db"'
has '"frames":8,'
run 0 "$fake" report "$rec" -o "$dir/page" --to +0.45s --cgroup db
cp "$dir/page" "$out"
has '"path":"/busy/db"'
lacks '"frames":8,'
lacks '"path":"/idle"'
# A page that cannot be written leaves the one that is there
echo before >"$dir/page"
(trap '' XFSZ; ulimit -f 200; "$fake" report "$rec" -o "$dir/page" 2>"$err")
[ $? -eq 1 ] && grep -q "page: File too large" "$err" && [ "$(cat "$dir/page")" = before ] && [ "$(ls "$dir"/page*)" = "$dir/page" ]
report "a page that cannot be written leaves the one that is there"
run 0 "$fake" report "$rec" -o "$dir/page"
grep -q '"frames":8,' "$dir/page" && [ "$(stat -c %a "$dir/page")" = "$(printf %o $((0666 & ~$(umask))))" ]
report "one that can replaces it"
run 1 "$fake" report "$rec" -o /dev/full
grep -q "full: No space left" "$err" && [ -c /dev/full ]
report "a device is written to"
set -f
for wrong in "$rec -o /nowhere/at/all" "$rec -o - --cgroup none" "$rec -o - --cgroup busy*" \
	"$rec -o - --from +1h" "$dir/none -o -"; do
	# shellcheck disable=SC2086
	run 1 "$fake" report $wrong
	cat "$err" >>"$dir/wrong"
done
set +f
for why in 'at/all: No such file' 'none: the recording has no such cgroup in this time' \
	'busy\*: more than one cgroup' 'recording: there are fewer than two frames in this time' 'dir/none: '; do
	grep -q "$(echo "$why" | sed "s|dir/|$dir/|")" "$dir/wrong"
	report "says $why"
done

# The interval of why ends at the moment
HEADROOM_FAKE=taking run 0 "$fake" record "$dir/taking" --count 8 --interval 0.1
run 0 "$fake" replay "$dir/taking" --at +1h why /busy/db --interval 0.25
has '^/busy/db \(id 3\)$'
has '^in [0-9.]+ s$'
has '^waits +Tasks wait for memory '
has '^evictors +Evictors of the pages that were read again: /busy 80 %'
has '^limits +What limits or protects /busy/db is unknown: its memory.current was$'
lacks '0 B'
run 0 "$fake" replay "$dir/taking" --at +1h why /busy/db --interval 0.25 --json
json 'lines[0]["interval_s"] >= 0.25 and lines[0]["waits"]["stalled"] == 2'
json 'lines[0]["evictions"]["evictions"] >= 2000 and lines[0]["evictions"]["evictions"] % 2000 == 0'
json 'lines[0]["low_breaches"] is None and not lines[0]["limits"][0]["read"]'
json '[(evictor["path"], evictor["refaults"] > 0) for evictor in lines[0]["evictors"]] ==
	[("/busy", True), ("/idle", True), (None, False)]'
cp "$out" "$dir/first"
HEADROOM_FAKE=absent run 0 "$fake" replay "$dir/taking" --at +1h why /busy/db --interval 0.25 --json
cmp -s "$out" "$dir/first"
report "why on a recording needs no module"
run 0 "$fake" replay "$dir/taking" why /busy/db --interval 0.25 --json
json '0.25 <= lines[0]["interval_s"]'
run 1 "$fake" replay "$dir/taking" --at +0.15 why /busy/db
grep -q "no frame that long before.*: use a later --at, or a shorter --interval" "$err"
report "says that the recording has no begin of the interval"
run 1 "$fake" replay "$dir/taking" why /busy/db --interval 1h
grep -q "the recording ends before the interval does" "$err" && [ ! -s "$out" ]
report "says that it has no end of it"
run 0 "$fake" record "$dir/two" --count 2 --interval 0.1
run 1 "$fake" replay "$dir/two" --at +1h why /busyness --interval 0.01
grep -q "/busyness: the cgroup was created during the interval" "$err"
report "says that the cgroup was new"
run 1 "$fake" replay "$dir/taking" why /none
grep -q "no such cgroup at this moment of the recording" "$err"
report "says that there is no such cgroup"
HEADROOM_FAKE=untracked run 0 "$fake" record "$dir/untracked" --count 2 --interval 0.1
run 0 "$fake" replay "$dir/untracked" why /busy/db --interval 0.05
has 'stalls were not tracked'

# A screen of top is of the time before the moment
run 0 "$fake" replay "$dir/taking" --at +0.35 top --once
has '^headroom: 6 of 6 cgroups, by stall, 20[0-9-]{8} [0-9:]{8}, in [0-9.]+ s$'
has '^CGROUP +STALL% CAUSE'
has '^/busy/db +[0-9.]+ memcg reclaim '
[ "$(wc -l <"$out")" -eq 8 ] && [ "$(wc -L <"$out")" -le 80 ]
report "a line for each cgroup"
run 0 "$fake" replay "$dir/taking" --at +0.35 top --once --subtree /busy --tree --sort name
[ "$(sed -n '3,$s/^\( *[^ ]*\).*/\1/p' "$out" | tr '\n' ,)" = '/busy,  db,' ]
report "with the options of top"
run 0 "$fake" replay "$dir/taking" top --once
has '^/busyness '
run 0 "$fake" record "$dir/one" --count 1
run 1 "$fake" replay "$dir/one" top --once
grep -q 'has one frame, and rates need two' "$err" && [ ! -s "$out" ]
report "says that one frame is too few"
run 0 "$fake" replay "$dir/untracked" top --once
grep -qx 'headroom: stalls were not tracked' "$err"
report "says that stalls were not tracked"
run 1 "$fake" replay "$dir/taking" top </dev/null
run 0 "$fake" top --once --interval 0.1 --sort name --subtree /busy
has '^headroom: 2 of 2 cgroups, by name, in [0-9.]+ s$'
HEADROOM_FAKE=gone run 3 "$fake" top --once --interval 0.1

# Time
run 1 "$fake" replay "$rec" list --interval 1h
grep -q "the recording ends before the interval does" "$err"
report "says that the interval is too long"
at=$("$fake" replay "$rec" | sed -n 's/^to      //p')
run 0 "$fake" replay "$rec" show / --at "$at"
run 0 "$fake" replay "$rec" show / "--at=${at#* }"
usage '--at must be a time such as 14:08' replay "$rec" show / --at yesterday
usage "no such command on a recording: 'watch'" replay "$rec" watch
usage "unknown option '--frob'" replay "$rec" list --frob

# Without the module, a recording is read all the same, and says where it was missing
HEADROOM_FAKE=absent run 0 "$fake" replay "$rec" list --interval 0.2
HEADROOM_FAKE=absent run 3 "$fake" record "$dir/other" --count 1

# What a rule decides on it; that a condition does not hold to begin with is no news
rule()
{
	printf '[rule r]\ncgroups = /busy/db\nwhen = %s\ndo = notify json=%s/news\n' "$1" "$dir" >"$dir/conf"
}
rule 'refaults > 1/s'
run 0 "$BUILD/headroomd" --replay "$rec" --config "$dir/conf"
has ' rule r: /busy/db: the condition holds '
lacks 'no previous frame'
rule 'refaults > 1000000000/s'
run 0 "$BUILD/headroomd" --replay "$rec" --config "$dir/conf"
lacks .
# Frames that need a missing one cannot be read
cp "$rec" "$dir/cut"
python3 -c 'import sqlite3, sys
with sqlite3.connect(sys.argv[1]) as db:
	db.execute("DELETE FROM frame WHERE id = 4")' "$dir/cut"
run 0 "$BUILD/headroomd" --replay "$dir/cut" --config "$dir/conf"
grep -q ": frames that cannot be read: 4, since the one before the first of them is missing" "$err"
report "says what cannot be read"

# Files that are no recordings
run 1 "$fake" replay "$dir/none"
grep -q "cannot open the recording" "$err"
report "says that there is no recording"
echo "no recording, but a text that is long enough to be looked at" >"$dir/text"
run 1 "$fake" replay "$dir/text" list
grep -q "the file is no recording" "$err"
report "says that it is something else"
run 1 "$fake" record "$dir/text" --count 1
grep -q "^no recording, but a text" "$dir/text"
report "leaves another file alone"

finish
