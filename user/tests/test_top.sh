#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# Usage: BUILD=build/user test_top.sh
# Test 'headroom top' in a terminal emulated by tmux. Prints TAP.

fake=$(cd "$BUILD/tests" && pwd)/headroom-fake
dir=$(mktemp -d) || exit 1
out=$dir/out err=$dir/err words=$dir/words
socket=headroom-top-$$
trap 'tmux -L "$socket" kill-server 2>/dev/null; rm -rf "$dir"' EXIT
trap 'exit 1' INT TERM HUP
: >"$out"
: >"$err"
mkdir -p "$dir/cgroup/busy/db" && echo 67108864 >"$dir/cgroup/busy/db/memory.current"
# shellcheck source=user/tests/tap.sh
. "$(dirname "$0")/tap.sh"

if ! command -v tmux >/dev/null; then
	echo "ok 1 - top in a terminal # SKIP no tmux"
	echo "1..1"
	exit 0
fi
unset COLUMNS LINES NO_COLOR TMUX
export HEADROOM_FAKE='' LC_ALL=C.UTF-8
run 1 "$fake" top </dev/null
grep -qx "headroom: top needs a terminal: use --once, or 'headroom list', which print lines" "$err" &&
	[ ! -s "$out" ]
report "without a terminal, points to headroom list"

# The script that runs in the terminal: it records the pid of the command, and the state of
# the terminal after it. ^C reaches this shell, too.
cat >"$dir/pane" <<-END
	trap : INT
	export HEADROOM_FAKE_FILE='$words' HEADROOM_FAKE_ROOT='$dir/cgroup'
	# The leak check may hang once the terminal is closed
	export ASAN_OPTIONS=detect_leaks=0
	sh -c 'echo \$\$ >"$dir/pid"; exec "\$@"' sh "\$@" 2>"$dir/said"
	echo "exit \$?"
	stty -a >"$dir/stty"
	cat "$dir/said"
	echo "the end"
	exec sleep 1000
END

t() {
	tmux -L "$socket" -f /dev/null "$@"
}

# start WIDTH HEIGHT [ARGUMENT]...
start() {
	# a server that is ending accepts no session: use another socket
	t kill-server 2>/dev/null
	socket=$socket+
	: >"$words"
	[ -z "$behaviour" ] || echo "$behaviour" >"$words"
	width=$1 height=$2
	shift 2
	rm -f "$dir/stty"
	t new-session -d -x "$width" -y "$height" sh "$dir/pane" "$fake" top --interval 0.2 "$@" \; \
		set -g escape-time 0
}

key() {
	t send-keys "$@"
}

# wait_for TEST...: repeat until it succeeds, at most 30 s
wait_for() {
	tries=300
	until t capture-pane -p >"$out" 2>"$err" && "$@"; do
		tries=$((tries - 1))
		[ $tries -gt 0 ] || return 1
		sleep 0.1
	done
}

shown() {
	grep -qE -- "$1" "$out"
}

not_shown() {
	! grep -qE -- "$1" "$out"
}

# sees PATTERN...: expect a line that matches each, before the time limit
sees() {
	for pattern in "$@"; do
		wait_for shown "$pattern"
		report "sees $pattern"
	done
}

unsees() {
	wait_for not_shown "$1"
	report "no longer sees $1"
}

in_order() {
	[ "$(sed -n '3,${/^$/q;s/^\( *[^ ]*\).*/\1/p}' "$out" | tr '\n' ',')" = "$order" ]
}

# rows NAME,NAME,...,: expect these rows in this order
rows() {
	order=$1
	wait_for in_order
	report "rows are $1"
}

behaviour=''
start 80 24
sees '^headroom: 6 of 6 cgroups, by stall, every 0.2 s$' \
	'^CGROUP +STALL% CAUSE +REFAULT/s +MEMORY +EXTRA +PSI%$' \
	'^/busy/db +[0-9.]+ memcg reclaim +[0-9.]+ +64.0 MiB +2.[0-9] MiB +[0-9.]+$' \
	'^/idle +0 - +0 +- +- +0$' '^q quit  Enter details'
rows '/,/busy,/busy/db,/busyness,/vain\x1b[2J,/idle,'
key n
sees 'by name,'
rows '/,/busy,/busy/db,/busyness,/idle,/vain\x1b[2J,'
key R
sees 'by name reversed,'
rows '/vain\x1b[2J,/idle,/busyness,/busy/db,/busy,/,'
key R '>'
sees 'by stall,'
key '<' '<'
sees 'by psi,'
key Left
sees 'by extra,'
rows '/,/busy,/busy/db,/busyness,/vain\x1b[2J,/idle,'
for pair in r:refaults e:evictions x:extra p:psi m:memory o:taken v:blame s:stall; do
	key "${pair%:*}"
	sees "by ${pair#*:},"
done
# the columns of the keys are there now, the last ones; < and > move among them
key '<' '<'
sees 'by blame,' '^CGROUP +STALL% .* BLAME/s$'
key m
sees 'by memory,' '^/busy/db '
rows '/busy/db,/,/busy,/busyness,/vain\x1b[2J,/idle,'
key s
key i
sees '5 of 6 cgroups, .*, busy ones'
unsees '^/idle'
key i t
sees ', tree$'
rows '/,  busy,    db,  busyness,  vain\x1b[2J,  idle,'
key / 'sy/d'
sees '^filter: sy/d_$'
rows '/,  busy,    db,'
key BSpace BSpace BSpace BSpace dle Enter
rows '/,  idle,'
sees ', tree, filter dle$'
key t
rows '/idle,'
key / x Enter
sees '0 of 6 cgroups' 'filter dlex$'
key Enter Down End Home
sees '0 of 6 cgroups'
key Escape
sees '6 of 6 cgroups'
# what opened a page closes it
for key in h '?'; do
	key "$key"
	sees '^headroom top$' '^q back'
	key "$key"
	sees '^q quit'
done
key h
sees '^/ +filter'
key End
sees '^m MEMORY +memory that it uses' '^  FULL% +'
key '?'
key q
sees '^q quit'
key Enter
sees '^q back'
key Enter
sees '^q quit'

# Details of a cgroup, and back
key n Home Down Down
echo taking >"$words"
key Enter
sees '^/busy/db \(id 3\)$' '^Stalls by cause$' '^ +memcg reclaim +[0-9]+ .* 1.2 ms +1.3 ms$' \
	'^in [0-9.]+ s, with all below it: [0-9.]+ refaults/s' \
	'^memory 64.0 MiB, memory.max -, memory.high -, memory.low -, swap -$' \
	'^/busy/db +/busy +ancestor limit +[0-9]+ +[0-9]+ +75.0 %$'
key NPage
sees '^What more memory would save$' '^ +0 B +[0-9]+ '
key End
sees 'refaults/s$' '###' 'MiB$'
key Home Up
sees '^/busy/db \(id 3\)$'
key Escape
sees '^headroom: '
key Up Enter
# the page includes the victims below the cgroup
sees '^/busy \(id 2\)$' '^/busy/db +/idle +kswapd '
key q

# Sizes of the screen; the heading shows which columns fit
t resize-window -x 60 -y 10
sees '^CGROUP +STALL% +REFAULT/s +MEMORY +EXTRA$' '^/busy/db'
key End
sees '^/vain'
t resize-window -x 20 -y 5
sees '^CGROUP'
key Home Down
sees '^/busy'
t resize-window -x 8 -y 2
key End Home Enter PageDown PageUp q
t resize-window -x 1 -y 1
key Down Down
t resize-window -x 132 -y 40
sees '^headroom: 6 of 6' '^CGROUP +STALL% ' ' EVICT/s .* LIMIT +LOW +SWAP '
t resize-window -x 80 -y 24

# A cgroup is removed while it is selected
key n Home Down Down
echo died=3 >"$words"
sees '^/busy/db is gone$' '5 of 5 cgroups'
key Enter
sees '^/busyness \(id 6\)$'
echo died=6 >"$words"
sees '^this cgroup is gone: these are its last figures$' '^/busyness \(id 6\)$'
key q
# only the notice is left
sees '^/busyness is gone$|^this cgroup is gone'
key End
echo died=5 >"$words"
sees '^/vain.* is gone$'
key Enter
sees '^/idle \(id 4\)$'
key q
: >"$words"
sees '6 of 6 cgroups'

# The module is unloaded and loaded again
echo gone >"$words"
sees '^the module is not loaded: showing old figures, waiting for it$' '^/busy/db'
key Down
sees '^the module is not loaded'
: >"$words"
unsees '^the module is not loaded'
sees '^/busy/db +[0-9.]+ memcg'
key n Home Down Down Enter
sees '^/busy/db \(id 3\)$'
echo gone >"$words"
sees '^the module is not loaded' '^/busy/db \(id 3\)$'
: >"$words"
unsees '^the module is not loaded'
sees '^in [0-9.]+ s, with all below it: [1-9]'
key q
echo eperm >"$words"
sees '^needs CAP_PERFMON or CAP_SYS_ADMIN: run as root$'
# at once: the first reading after the failure decides on the message
echo untracked >"$words.new" && mv "$words.new" "$words"
unsees '^needs CAP'
sees '^stalls are not tracked: headroom config stalls=on$'

# The terminal is restored, however the command ends
restored() {
	sees '^exit 0$' '^the end$'
	grep -q ' icanon' "$dir/stty" && grep -q ' echo ' "$dir/stty" && grep -q ' icrnl' "$dir/stty"
	report "restores the keyboard: $1"
	[ "$(t display-message -p '#{alternate_on} #{cursor_flag}')" = '0 1' ]
	report "restores the screen: $1"
	[ ! -s "$dir/said" ]
	report "ends quietly: $1"
}

key q
restored q
for signal in TERM INT HUP; do
	start 80 24 --sort name --subtree /busy --tree
	rows '/busy,  db,'
	sees 'by name,'
	kill -s $signal "$(cat "$dir/pid")"
	restored $signal
done
start 80 24
sees '^/busy'
key C-c
restored ^C
# stopped output must not keep the signal from ending the command
start 80 24
sees '^/busy'
key C-s
sleep 1
kill -s TERM "$(cat "$dir/pid")"
restored 'TERM after ^S'

coloured() {
	t capture-pane -p -e | grep -q "$(printf '\033\\[[0-9;]*3[36]m')"
}
start 80 24
sees '^/busy'
coloured
report "colour on a terminal"
export NO_COLOR=1
start 80 24
sees '^/busy'
! coloured
report "no colour with NO_COLOR"
unset NO_COLOR

# A recording: the frames forward and backward
unset HEADROOM_FAKE_FILE
"$fake" record "$dir/recording" --count 5 --interval 1.1 2>"$err"
t kill-server
socket=$socket+
: >"$words"
t new-session -d -x 80 -y 24 sh "$dir/pane" "$fake" replay "$dir/recording" --at +3s top --interval 0.5 \; \
	set -g escape-time 0
sees '^headroom: 6 of 6 cgroups, by stall, 20[0-9-]{8} [0-9:]{8}, in 1.[0-9]+ s$' \
	'^/busy/db +[0-9.]+ memcg' 'f b frame  P play'
# moment: the time of the frame
moment() {
	sed -n '1s/.*\([0-9:]\{8\}\),.*/\1/p' "$out"
}
# at TIME, not_at TIME: whether the frame is of this time
at() {
	[ "$(moment)" = "$1" ]
}
not_at() {
	[ -n "$(moment)" ] && [ "$(moment)" != "$1" ]
}
third=$(moment)
key f
wait_for not_at "$third"
report "the next frame"
fourth=$(moment)
key b
wait_for at "$third"
report "the previous frame"
key b
wait_for not_at "$third"
report "and the one before"
key f f
wait_for at "$fourth"
report "and forward again"
key B B
sees '^the recording begins here$'
key P
sees 'P pause'
sees '^the recording ends here$'
last=$(moment)
[ "$last" != "$fourth" ]
report "plays up to the end"
key b
wait_for not_at "$last"
report "back from the end"
sees 'P play'
key F
wait_for at "$last"
report "many frames forward"
key f
sees '^the recording ends here$'
key n Home Down Down Enter
sees '^/busy/db \(id 3\)$' '^in 1.[0-9] s, with all below it' 'f b frame'
key b b
sees '^in 1.[0-9] s, with all below it: [1-9]'
key f
sees '^in 2.[0-9] s, with all below it: [1-9]'
key q / f
sees '^filter: f_$'
key Escape h
sees '^f b +on a recording'
key q q
restored 'q on a recording'

behaviour=absent
start 80 24
sees '^exit 3$' '^headroom: the headroom module is not loaded'
behaviour=''
start 80 24 --subtree /nowhere
sees '^exit 1$' '^headroom: no such cgroup: /nowhere$'
t kill-server
socket=$socket+
t new-session -d -x 80 -y 24 env TERM=nonsense sh "$dir/pane" "$fake" top
sees '^exit 1$' '^headroom: unknown terminal type'

finish
