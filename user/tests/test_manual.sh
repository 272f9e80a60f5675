#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Usage: BUILD=build/user test_manual.sh
# The manual lacks no option, parameter, hook or field. Prints TAP.

top=$(cd "$(dirname "$0")/../.." && pwd)
headroom=$BUILD/headroom
# shellcheck source=user/tests/tap.sh
. "$top/user/tests/tap.sh"

# Each option that the usage of a command has, in the section of the command, or on its page
commands=$("$headroom" --help | sed -n '/^Commands:/,/^$/s/^  \([a-z]*\) .*/\1/p')
[ "$(echo "$commands" | wc -l)" -ge 10 ]
report "commands are found"
for command in $commands; do
	page=$top/Documentation/man/headroom.1.rst
	awk -v name="headroom $command" '$0 == name || index($0, name " ") == 1 { on = 1; next }
		on && /^headroom [a-z]/ { exit } on' "$page" >"$out" 2>"$err"
	[ -s "$out" ]
	report "headroom(1) has $command"
	if [ -e "$top/Documentation/man/headroom-$command.1.rst" ]; then
		grep -qF "**headroom-$command**" "$out"
		report "headroom(1) refers to headroom-$command(1)"
		page=$top/Documentation/man/headroom-$command.1.rst
		cat "$page" >>"$out"
	fi
	for option in $("$headroom" "$command" --help | sed -n 's/^  \(-[a-z-]*\).*/\1/p'); do
		[ "$option" = --help ] || grep -qF -e "\`\`$option" "$out"
		report "$(basename "$page" .rst) has $command $option"
	done
done

# Each parameter of the module, and nothing that is none
page=$top/Documentation/man/headroom.4.rst
sed -n 's/^module_param\(_cb\|_named\)*(\([a-z_]*\),.*/\2/p' "$top/kernel/params.c" | sort >"$out"
[ -s "$out" ]
report "parameters are found"
sed -n '/^PARAMETERS/,/^HOOKS/s/^``\([a-z_]*\)=.*/\1/p' "$page" | sort | diff "$out" - >"$err"
report "headroom(4) has each parameter"
hooks=$(sed -n '/struct hr_hook hooks/,/^};/{
	s/^\t*HOOK(\([a-z_]*\),.*/\1/p
	/^\t\t *hr_probe_/d
	s/^\t\t *\([a-z_]*\), hr_probe_.*/\1/p
}' "$top/kernel/hooks.c")
[ "$(echo "$hooks" | wc -l)" -ge 20 ]
report "hooks are found"
for name in $hooks; do
	grep -qF "$name" "$page"
	report "headroom(4) has $name"
done
known=$(sed -n '/hook_names\[HOOKS\] = /,/^};/s/.*"\(.*\)".*/\1/p' "$top/user/frame/hooks.c")
for name in $known; do
	grep -qE "[\"\t (]${name%()}[\",]" "$top/kernel/hooks.c" "$top/kernel/compat.h"
	report "the module has the hook $name of frames"
done
losses=$(sed -n 's/^json status\.dropped\.\([a-z_]*\) .*/\1/p' "$top/Documentation/abi/json.txt")
for name in $losses; do
	grep -qF "$name" "$page"
	report "headroom(4) has $name"
done

# The table of features: the command has that of kernels.rst, with the same words
HEADROOM_FAKE='' "$BUILD/tests/headroom-fake" status --json |
	python3 -c 'import json, sys
for feature in json.loads(sys.stdin.read())["features"]:
	print(feature["name"], feature["kernels"], feature["without"], sep="|")' >"$out" 2>"$err"
[ "$(wc -l <"$out")" -ge 5 ]
report "features are found"
sed -n '/^What is not covered/,/^The kernel must/p' "$top/Documentation/kernels.rst" |
	awk '/^   \* - / { if (row) print row; row = substr($0, 8); next }
		/^     - / { row = row "|" substr($0, 8); next }
		/^       / { row = row " " substr($0, 8) }
		END { print row }' | sed 1d | diff "$out" - >"$err"
report "kernels.rst has these features, and no others"

# What is printed as JSON
page=$top/Documentation/json.rst
fields=$(sed -n 's/^json [a-z]*\.\(.*\) [a-z]*$/\1/p' "$top/Documentation/abi/json.txt" |
	sed 's/\[\]//g; s/.*\.//' | sort -u)
[ "$(echo "$fields" | wc -l)" -ge 50 ]
report "fields are found"
for field in $fields; do
	grep -qF "\`\`$field\`\`" "$page"
	report "json.rst has $field"
done

if command -v rst2man >/dev/null; then
	for page in "$top"/Documentation/man/*.rst; do
		rst2man --halt=warning "$page" "$out" 2>"$err"
		report "${page##*/} is a manual page"
	done
else
	report "manual pages # SKIP no rst2man"
fi

finish
