# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# Bash completion for headroom. It parses the output of --help, so that it matches the
# installed version.

# __headroom_commands: the names of the subcommands
__headroom_commands()
{
	"$1" --help 2>/dev/null | sed -n '/^Commands:/,/^$/s/^  \([a-z]*\) .*/\1/p'
}

# __headroom_options COMMAND SUBCOMMAND: the options of a subcommand
__headroom_options()
{
	"$1" "$2" --help 2>/dev/null | sed -n 's/^  \(-[a-z-]*\).*/\1/p'
}

# __headroom_argument COMMAND SUBCOMMAND OPTION: the name of the value; empty for a flag
__headroom_argument()
{
	"$1" "$2" --help 2>/dev/null | sed -n "s/^  $3 \([A-Z]*\) .*/\1/p"
}

# __headroom_words COMMAND SUBCOMMAND OPTION ARGUMENT: the words that the option accepts
__headroom_words()
{
	"$1" "$2" --help 2>/dev/null | sed -n "/^  $3 /,/^  --help/p" |
		sed -n "2,/^  -/{/^  -/d;s/^ *$4://;p}"
}

# __headroom_columns COMMAND SUBCOMMAND WORD: lists that add one column to those in WORD
__headroom_columns()
{
	local column before=''
	[[ $3 != *,* ]] || before=${3%,*},
	"$1" "$2" -o help 2>/dev/null | while read -r column _; do
		printf '%s\n' "$before$column"
	done
}

# __headroom_groups COMMAND SUBCOMMAND WORD: lists that add one group to those in WORD
__headroom_groups()
{
	local group before=''
	[[ $3 != *,* ]] || before=${3%,*},
	"$1" "$2" --help 2>/dev/null | sed -n '/^Groups/,$s/^  \([a-z]*\) .*/\1/p' | while read -r group; do
		printf '%s\n' "$before$group"
	done
}

# __headroom_takes_cgroup COMMAND SUBCOMMAND: whether an operand is a cgroup
__headroom_takes_cgroup()
{
	"$1" "$2" --help 2>/dev/null | sed -n 1p | grep -q 'CGROUP'
}

# __headroom_requests COMMAND: what the daemon can be asked
__headroom_requests()
{
	"$1" daemon --help 2>/dev/null | sed -n '/^Requests:/,/^[^ R]/s/^  \([a-z]*\) .*/\1/p'
}

# __headroom_replayable COMMAND: the subcommands that run on a recording
__headroom_replayable()
{
	"$1" replay --help 2>/dev/null | sed -n 's/^  COMMAND  *\(.*\), with .*/\1/p' |
		sed 's/, / /g; s/ or / /'
}

# __headroom_replay: the recording and the subcommand among the words before the cursor, a line each;
# readline splits the value of --at at "=" and ":"
__headroom_replay()
{
	local i
	for ((i = 2; i < COMP_CWORD; i++)); do
		case ${COMP_WORDS[i]} in
		--at)
			((i++))
			[ "${COMP_WORDS[i]}" != = ] || ((i++))
			while [ "${COMP_WORDS[i + 1]-}" = : ]; do
				((i += 2))
			done
			;;
		-*) ;;
		*) printf '%s\n' "${COMP_WORDS[i]}" ;;
		esac
	done
}

__headroom_root()
{
	awk '$3 == "cgroup2" { print $2; exit }' /proc/self/mounts 2>/dev/null
}

# __headroom_cgroups WORD: the cgroups that start with WORD, one level deep
__headroom_cgroups()
{
	local root dir
	root=$(__headroom_root)
	[ -n "$root" ] || return
	for dir in "$root/${1#/}"*/; do
		[ -d "$dir" ] || continue
		dir=${dir#"$root"}
		printf '%s\n' "${dir%/}"
	done
	[[ / != "$1"* ]] || echo /
}

# Cgroup names may contain any character: avoid word splitting, and quote them
__headroom_complete_cgroup()
{
	local cgroup
	while IFS= read -r cgroup; do
		COMPREPLY+=("$(printf '%q' "$cgroup")")
	done < <(__headroom_cgroups "$1")
	# the user may continue with a child
	compopt -o nospace 2>/dev/null
}

_headroom()
{
	local command=${COMP_WORDS[0]} subcommand=${COMP_WORDS[1]-} word=${COMP_WORDS[COMP_CWORD]}
	local before=${COMP_WORDS[COMP_CWORD - 1]} argument='' operands=()
	COMPREPLY=()
	if [ "$COMP_CWORD" -eq 1 ]; then
		mapfile -t COMPREPLY < <(compgen -W "$(__headroom_commands "$command") --help --version" -- "$word")
		return
	fi
	if [ "$subcommand" = replay ]; then
		mapfile -t operands < <(__headroom_replay)
		# the options of the command on the recording
		[ ${#operands[@]} -lt 2 ] || subcommand=${operands[1]}
	fi
	# readline splits "--sort=name" and "stalls=on" at the "="
	if [ "$word" = = ]; then
		word=''
	elif [ "$before" = = ]; then
		before=${COMP_WORDS[COMP_CWORD - 2]}
	fi
	case $before in
	-*) argument=$(__headroom_argument "$command" "$subcommand" "$before") ;;
	stalls)
		[ "$subcommand" != config ] || argument=SWITCH
		;;
	esac
	case $argument in
	CGROUP)
		__headroom_complete_cgroup "$word"
		;;
	KEY | CAUSE)
		mapfile -t COMPREPLY < <(compgen -W "$(__headroom_words "$command" "$subcommand" \
			"$before" "$argument")" -- "$word")
		;;
	COLUMNS)
		mapfile -t COMPREPLY < <(compgen -W "$(__headroom_columns "$command" "$subcommand" \
			"$word")" -- "$word")
		# the user may continue with a comma
		compopt -o nospace 2>/dev/null
		;;
	GROUPS)
		mapfile -t COMPREPLY < <(compgen -W "$(__headroom_groups "$command" "$subcommand" \
			"$word")" -- "$word")
		compopt -o nospace 2>/dev/null
		;;
	SWITCH)
		mapfile -t COMPREPLY < <(compgen -W "on off" -- "$word")
		;;
	FILE | PAGE)
		compopt -o default 2>/dev/null
		;;
	?*)
		# a time or a number: nothing to complete
		;;
	*)
		if [[ $word = -* ]]; then
			mapfile -t COMPREPLY < <(compgen -W "$(__headroom_options "$command" "$subcommand")" -- "$word")
		elif [ "$subcommand" = report ] ||
		     { [ "$subcommand" = replay ] && [ ${#operands[@]} -eq 0 ]; }; then
			compopt -o default 2>/dev/null
		elif [ "$subcommand" = replay ]; then
			mapfile -t COMPREPLY < <(compgen -W "$(__headroom_replayable "$command")" -- "$word")
		elif [ "$subcommand" = config ]; then
			mapfile -t COMPREPLY < <(compgen -W "sample-shift= table-entries= stalls=" -- "$word")
			compopt -o nospace 2>/dev/null
		elif [ "$subcommand" = help ]; then
			mapfile -t COMPREPLY < <(compgen -W "$(__headroom_commands "$command") \
				$("$command" help --help | sed -n 's/^  \([a-z.]*\)  .*/\1/p')" -- "$word")
		elif [ "$subcommand" = daemon ] && [ "$before" != why ]; then
			[[ " $(__headroom_requests "$command" | tr '\n' ' ')" != *" $before "* ]] || return
			mapfile -t COMPREPLY < <(compgen -W "$(__headroom_requests "$command")" -- "$word")
		elif __headroom_takes_cgroup "$command" "$subcommand"; then
			__headroom_complete_cgroup "$word"
		fi
		;;
	esac
}

complete -F _headroom headroom
