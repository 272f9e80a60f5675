# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# Let headroomd act on cgroups of a virtual machine; to be sourced
#
# The loads run in cgroups below $t. The daemon has one configuration at a time, with the rules that a
# test gives it, and writes its log to $log.
# shellcheck source=selftests/tap.sh
. selftests/tap.sh
root=/sys/fs/cgroup
t=$root/test
conf=/run/actions.conf
log=/run/actions.log
daemon='' unit=''
# Where the unit lets hooks and messages write
run=/run/headroom
# shellcheck disable=SC2034
load=build/selftests/action_load

# run CGROUP COMMAND...: in the background; sets $!
run()
{
	local cgroup=$1
	shift
	bash -c 'echo $$ >"$0/cgroup.procs" && exec "$@"' "$cgroup" "$@" &
	disown
}

# make_cgroup PATH [FILE=VALUE...]
make_cgroup()
{
	local cgroup=$1 setting
	shift
	mkdir "$cgroup" || return
	for setting in "$@"; do
		echo "${setting#*=}" >"$cgroup/${setting%%=*}" || return
	done
}

# begin: an empty tree below $t
begin()
{
	make_cgroup $t && echo "+memory +cpu" >$t/cgroup.subtree_control
}

# end: stop the daemon, and remove all
end()
{
	local cgroup
	stop_daemon
	echo 1 >$t/cgroup.kill
	until_true 60 is_empty $t
	find $t -depth -type d | while read -r cgroup; do
		rmdir "$cgroup"
	done
	wait
}

# start_daemon INTERVAL LINE...: with these lines in the rule r, and those of other sections behind it.
# budget= is that of the daemon.
start_daemon()
{
	local interval=$1 cursor
	shift
	printf '%s\n' "[daemon]" "interval = $interval" "socket = $run/control" \
		"ledger = $run/ledger" "budget = ${budget-50%}" "[rule r]" "$@" >"$conf"
	: >"$log"
	if [ -n "$unit" ]; then
		# From here on, however late it begins to read
		cursor=$(journalctl -n 1 -o cat --show-cursor | sed -n 's/^-- cursor: //p')
		systemctl start headroomd
		journalctl -u headroomd -o cat --after-cursor "$cursor" --no-tail -f >"$log" &
	else
		build/user/headroomd --config "$conf" --log=stderr --verbose 2>>"$log" &
	fi
	daemon=$!
}

# stop_daemon: it restores what it has changed
stop_daemon()
{
	[ -n "$daemon" ] || return
	if [ -n "$unit" ]; then
		systemctl kill --signal INT headroomd
		until_true 60 is_stopped
		kill "$daemon"
	else
		kill -INT "$daemon"
	fi
	wait "$daemon"
	daemon=''
} 2>/dev/null

is_stopped()
{
	! systemctl is-active --quiet headroomd
}

said()
{
	grep -qE "$1" "$log"
}

is_empty()
{
	grep -q "populated 0" "$1/cgroup.events"
}

is()
{
	[ "$(cat "$1")" = "$2" ]
}

# is_less FILE MIB: the number in it is less
is_less()
{
	[ "$(cat "$1")" -lt $(($2 << 20)) ]
}

# mark CGROUP NAME: set an extended attribute of a cgroup
mark()
{
	python3 -c 'import os, sys; os.setxattr(sys.argv[1], sys.argv[2], b"1")' "$1" "$2"
}

show_log()
{
	[ "$failed" -eq "$1" ] || tail -n 40 "$log" | cut -c1-300 | sed 's/^/# /'
}
