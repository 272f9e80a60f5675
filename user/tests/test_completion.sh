#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Usage: BUILD=build/user test_completion.sh
# The completion for bash. Prints TAP.

top=$(cd "$(dirname "$0")/../.." && pwd)
headroom=$BUILD/headroom
# shellcheck source=user/tests/tap.sh
. "$top/user/tests/tap.sh"
# shellcheck source=user/headroom/completion.bash
. "$top/user/headroom/completion.bash"

tree=$dir/cgroup
mkdir -p "$dir/cgroup/system.slice/ssh.service" "$dir/cgroup/system.slice/a b" \
	"$dir/cgroup/user.slice"
: >"$dir/cgroup/system.slice/cgroup.procs"
__headroom_root()
{
	echo "$tree"
}

# completes WANT WORD...: what is proposed for the last of these words, sorted
completes()
{
	local want=$1
	shift
	COMP_WORDS=("$headroom" "$@")
	COMP_CWORD=$#
	COMPREPLY=()
	_headroom 2>"$err"
	printf '%s\n' "${COMPREPLY[@]}" | sort >"$out"
	[ "$(tr '\n' ' ' <"$out" | sed 's/ *$//')" = "$want" ]
	report "completes $*: $want"
}

commands=$(__headroom_commands "$headroom" | sort)
[ "$(echo "$commands" | wc -l)" -ge 10 ]
report "commands are found"
completes "--help --version $(echo "$commands" | tr '\n' ' ' | sed 's/ $//')" ''
completes 'stalls status' sta
completes '' nothing ''
completes '--all' list --a
completes 'name' list --sort n
completes 'name' list --sort na
completes 'memory' list -o mem
completes 'stall,memory' list -o stall,mem
completes 'low' top -o = lo
completes 'full' replay file list -o fu
completes 'evictions extra' top --sort = e
completes '--no-legend' list --n
completes 'psi' list --sort = p
completes 'swap_in' trigger / --cause swap
completes 'memcg_reclaim memory_high_reclaim memory_high_throttle' trigger / --cause mem
completes '' list --interval ''
completes '/ /system.slice /user.slice' show ''
completes '/ /system.slice /user.slice' show /
completes '/system.slice' show sys
completes '/system.slice/a\ b /system.slice/ssh.service' blame /system.slice/
completes '/user.slice' list --subtree /u
completes '' list ''
completes '/user.slice' why /u
completes '--interval' why --i
completes '' show /nowhere
completes 'sample-shift= stalls= table-entries=' config ''
completes 'stalls=' config st
completes 'log pause reload resume rules status why' daemon ''
completes 'reload resume rules' daemon --json r
completes '/system.slice' daemon why /sys
completes '' daemon status ''
completes '' daemon log ''
completes 'on' config stalls = on
completes 'off on' config stalls =
completes '' replay ''
completes '' report ''
completes '--cgroup' report file --c
completes '--cgroup --from --help --to -o' report file -

completes 'headroomd headroomd.conf' help head
completes 'library list' help li
completes 'latency' metrics --groups lat
completes 'stall,psi' metrics --groups stall,ps
completes '--features' status --f
completes '--pid' blame --p
completes 'blame curve list show stalls top why' replay file ''
completes 'show' replay --at 14 : 08 : 30 file sh
completes 'top' replay --at = +10min file t
completes '--self --sort --subtree' replay file top --s
completes '-o' replay file top -o
completes '/user.slice' replay file why /u
completes '/user.slice' replay file --at 14 : 08 why --interval 2 /u
completes 'name' replay file list --sort n

# Each option that the usage of a command has
for command in $commands; do
	completes "$("$headroom" "$command" --help | sed -n 's/^  \(-[a-z-]*\).*/\1/p' | sort |
		tr '\n' ' ' | sed 's/ $//')" "$command" -
done

finish
