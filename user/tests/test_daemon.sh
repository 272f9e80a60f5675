#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# Usage: BUILD=build/user test_daemon.sh
# headroom daemon, with a fake machine behind a control socket. Prints TAP.

fake=$BUILD/tests/headroom-fake
# shellcheck source=user/tests/tap.sh
. "$(dirname "$0")/tap.sh"
dir=${dir:?}
socket=$dir/control
export TZ=UTC
# No command of the daemon needs the module
export HEADROOM_FAKE=absent

# daemon CODE ARGUMENT...: run the command
daemon() {
	code=$1
	shift
	run "$code" "$fake" daemon --socket "$socket" "$@"
}

# says TEXT: it is a line of stderr
says() {
	grep -qxF -- "$1" "$err"
	report "says: $1"
}

usage "REQUEST is missing" daemon
usage "REQUEST must be status, rules, why, log, pause, resume or reload, not 'stop'" daemon stop
usage "why needs a CGROUP" daemon why
usage "why needs a CGROUP" daemon why ''
usage "status takes no argument, not 'x'" daemon status x
usage "N must be a whole number above 0, not '0'" daemon log 0
usage "N must be a whole number above 0, not 'x'" daemon log x
usage "unexpected argument 'y'" daemon why x y
usage "--socket needs a value: FILE" daemon status --socket

hint="start it with 'systemctl start headroomd', or name its socket with --socket"
daemon 1 status
says "headroom: no headroomd listens on $socket: $hint"

"$BUILD/tests/test_daemon_control" --serve "$socket" &
server=$!
trap 'kill $server 2>/dev/null; rm -rf "$dir"' EXIT
awaits "$fake" daemon status --socket "$socket" >"$out"
report "the daemon answers"

daemon 0 status
has '^headroomd   [0-9.]*, pid [0-9]+, running for 5 s$'
has '^rules       2, for 2 cgroups$'
has '^module      answers$'
has '^interval    1.0 s$'
has '^last frame  1970-01-01 00:16:40, 3 cgroups, took 1.5 ms$'
has '^recording   none$'
has '^changed     1 knob$'
has '^acts        1 done, 0 refused, 0 failed$'
has '^  memory.low of /a: [0-9.]+ MiB, originally 0 B; rule busy demands [0-9.]+ MiB$'
has '^imagined    1 knob$'
has '^  memory.low of /a: would be [0-9.]+ MiB, is [0-9.]+ MiB; rule full demands [0-9.]+ MiB$'
daemon 0 rules
has '^rule busy \(conf:1\)$'
has '^  cgroups  /a, /b$'
has '^  when     pids > 3 until 1 and not refaults.anon > 5/s for 20s$'
has '^  do       protect max=1.0 GiB share=95.0 % rate=20/s idle=60.0 s min=0 B, weight 100, at most once in 30.0 s$'
has '^  matches  2 cgroups, and holds for 1$'
has '^rule full \(conf:6\), only logged$'
daemon 0 why /a
has '^rule busy for /a: the condition holds, since 1970-01-01 00:17:01$'
has '^  pids > 3 until 1: 5, yes, since 1970-01-01 00:16:40$'
has '^  for 20.0 s: it has held for 27.0 s, yes$'
has '^  protect: .'
has '^  protect, only logged: '
daemon 0 why /
has '^no rule applies to this cgroup$'
daemon 1 why /c
says "headroom: no cgroup /c in the last frame"
daemon 0 log
has '^1970-01-01 00:16:40.000 an escape \\x1b\[2J in the log$'
daemon 0 log 1
has '^1970-01-01 00:16:41.000 the last line$'
lacks escape
daemon 0 pause
has '^paused until'
daemon 0 status
has '^rules .*; paused: nothing is evaluated or changed$'
daemon 0 resume
has '^resumed$'
daemon 0 status
lacks paused
daemon 1 reload
says "headroom: cannot use the configuration: keeping the current one"
says "headroom: conf:1: bad"
[ ! -s "$out" ]
report "nothing on stdout"

daemon 0 status --json
json 'len(lines) == 2 and lines[0]["rules"] == 2 and lines[1] == dict(ok=True)'
daemon 0 why /a --json
json '[line["rule"] for line in lines[:2]] == ["busy", "full"] and len(lines) == 3'
daemon 0 log --json
json 'lines[0]["line"] == "an escape \033[2J in the log" and len(lines) == 3'
daemon 0 pause --json
json 'lines == [dict(ok=True)]'
daemon 1 reload --json
json 'lines[0]["ok"] is False and lines[0]["errors"] == ["conf:1: bad"]'

daemon 1 why /incomplete
says "headroom: headroomd closed the connection before it had answered"
daemon 1 why "/$(printf '%5000s' '' | tr ' ' a)"
says "headroom: the request is too long"
"$fake" daemon why '/a
/b' 2>"$err" >"$out"
[ $? -eq 2 ] && grep -q 'no cgroup has a line end in its name' "$err"
report "refuses a line end"
if [ "$(id -u)" -eq 0 ] && command -v setpriv >/dev/null; then
	chmod 755 "$dir"
	run 1 setpriv --reuid 12345 --clear-groups --inh-caps=-all \
		"$fake" daemon status --socket "$socket"
	says "headroom: may not connect to $socket: run as root, or as a member of the group that socket-group in headroomd.conf names"
else
	checks=$((checks + 1))
	echo "ok $checks - other users # SKIP not root, or no setpriv"
fi

kill -KILL $server
awaits ended $server
daemon 1 status
says "headroom: no headroomd listens on $socket: $hint"
run 1 "$fake" daemon status --socket "/$(printf '%200s' '' | tr ' ' a)"
grep -q ': File name too long$' "$err"
report "says why a path cannot be used"

finish
