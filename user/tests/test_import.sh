#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Usage: BUILD=build/user test_import.sh
# headroomd --import with files, and the configurations in Documentation/examples. Prints TAP.

top=$(cd "$(dirname "$0")/../.." && pwd)
headroomd=$BUILD/headroomd
# shellcheck source=user/tests/tap.sh
. "$top/user/tests/tap.sh"
dir=${dir:?}

# fails STATUS MESSAGE ARGUMENT...: nothing on stdout, and the message on stderr
fails() {
	status=$1 message=$2
	shift 2
	run "$status" "$headroomd" "$@"
	grep -qF -- "$message" "$err" && [ ! -s "$out" ]
	report "says: $message"
}

fails 1 "$dir/none: cannot read the file: No such file" --import "$dir/none"
fails 1 "$dir: cannot read the file: Is a directory" --import "$dir"
fails 2 "missing file name after '--import'" --import
echo hello >"$dir/hello"
fails 1 "hello: cannot tell what this is: expected" --import "$dir/hello"
head -c 1048577 /dev/zero >"$dir/large"
fails 1 "large: cannot read the file: File too large" --import "$dir/large"
many=()
while [ ${#many[@]} -lt 130 ]; do
	many+=(--import "$dir/hello")
done
fails 2 "--import takes at most 64 files" "${many[@]}"

mkdir -p "$dir/systemd/system/batch.slice.d"
printf '[Slice]\nManagedOOMMemoryPressure=kill\n' >"$dir/systemd/system/batch.slice.d/oom.conf"
printf '[OOM]\nDefaultMemoryPressureLimit=35%%\n' >"$dir/oomd.conf"
run 0 "$headroomd" --import "$dir/oomd.conf" \
	--import "$dir/systemd/system/batch.slice.d/oom.conf"
has '^cgroups = /batch.slice$'
has '^when = \(psi.full.avg10 > 35 % for 30s\) and '
has "^# +$dir/oomd.conf$"
if [ -w /dev/full ]; then
	"$headroomd" --import "$dir/oomd.conf" >/dev/full 2>"$err"
	[ $? -eq 1 ] && grep -q "cannot write the translation: No space left" "$err"
	report "a full disk is an error"
fi

# Each recipe is valid, unless the daemon lacks one of its actions
nr=0
for file in "$top"/Documentation/examples/*.conf; do
	nr=$((nr + 1))
	if "$headroomd" --check-config --config "$file" >"$out" 2>"$err"; then
		report "${file##*/} is valid"
		grep -q "^the configuration is valid: [1-9]" "$out"
		report "${file##*/} has rules"
	elif grep -qv 'unknown action' "$err"; then
		false
		report "${file##*/} is valid"
	else
		report "${file##*/} is valid but for its actions # SKIP $(sed -n \
			"s/.*unknown action '\([a-z]*\)'.*/no action \1/p;q" "$err")"
	fi
done
[ $nr -ge 5 ]
report "recipes are found"

finish
