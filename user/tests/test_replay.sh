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
run 0 "$fake" replay "$rec" --at +0.3 list --interval 0.01 --count 0
[ "$(grep -c '^/busy/db ' "$out")" -le 5 ]
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
