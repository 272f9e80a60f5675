#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# Usage: BUILD=build/user test_library.sh
# shellcheck disable=SC2016,SC2046,SC2317
# Test the library as an installed package: its header, the exported functions, and a program
# built against the files that "make install" puts into an empty directory. Prints TAP.

here=$(cd "$(dirname "$0")" && pwd)
top=$here/../..
BUILD=$(cd "$BUILD" && pwd) || exit 1
CC=${CC:-cc}
CXX=${CXX:-c++}
checks=0
failures=0
tmp=$(mktemp -d) || exit 1
trap 'rm -rf "$tmp"' EXIT
export LC_ALL=C

# check NAME COMMAND...: show the output of a command that fails
check() {
	name=$1
	shift
	checks=$((checks + 1))
	if "$@" >"$tmp/output" 2>&1; then
		echo "ok $checks - $name"
	else
		echo "not ok $checks - $name"
		sed 's/^/# /' "$tmp/output"
		failures=$((failures + 1))
	fi
}

# compiles COMPILER STANDARD LANGUAGE: compile the header by itself
compiles() {
	printf '#include "headroom.h"\nint main(void) { return 0; }\n' |
		$1 "-std=$2" -x "$3" -Wall -Wextra -Wpedantic -Werror -I"$top/user/lib" \
			-I"$top/include/uapi" -o "$tmp/header" -
}

for standard in c99 c11 c17; do
	check "headroom.h is valid $standard" compiles "$CC" $standard c
done
for standard in c++11 c++17; do
	check "headroom.h is valid $standard" compiles "$CXX" $standard c++
done

if [ ! -e "$BUILD/libheadroom.so" ]; then
	echo "ok $((checks + 1)) - shared library # SKIP not built with sanitizers"
	echo "1..$((checks + 1))"
	exit $((failures > 0))
fi

# Declared functions: names before a parenthesis, outside comments
$CC -I"$top/include/uapi" -E "$top/user/lib/headroom.h" | grep -oE '\bheadroom_[a-z_]+\(' | tr -d '(' |
	sort >"$tmp/declared"
sed -n 's/^\t\(headroom_[a-z_]*\);$/\1/p' "$top/user/lib/libheadroom.map" | sort >"$tmp/mapped"
nm -D --defined-only "$BUILD/libheadroom.so" | awk '$2 != "A" { print $3 }' |
	sed 's/@.*//' | sort >"$tmp/exported"

check "headroom.h declares functions" test -s "$tmp/declared"
check "exactly the declared functions are exported" diff -u "$tmp/declared" "$tmp/exported"
check "exactly the functions in the map are exported" diff -u "$tmp/mapped" "$tmp/exported"
grep -oE '\*\*headroom_[a-z_]+\*\*' "$top/Documentation/man/libheadroom.3.rst" | tr -d '*' | sort -u \
	>"$tmp/described"
check "libheadroom(3) names exactly the exported functions" diff -u "$tmp/described" "$tmp/exported"

# of_dynamic TAG: print the values of a tag in the dynamic section
of_dynamic() {
	readelf -d "$BUILD/libheadroom.so" | sed -n "s/.*($1).*\[\(.*\)\]/\1/p"
}

check "soname is libheadroom.so.0" test "$(of_dynamic SONAME)" = libheadroom.so.0
of_dynamic NEEDED | grep -vE '^(libnl-3|libnl-genl-3|libm|libc)\.so\.' >"$tmp/needed"
check "the library depends on libnl, libm and libc only" test ! -s "$tmp/needed"

root=$tmp/root
check "make install succeeds" make -C "$top/user" install DESTDIR="$root" PREFIX=/usr O="$BUILD"
for file in lib/libheadroom.a lib/libheadroom.so lib/libheadroom.so.0 include/headroom.h \
	include/linux/headroom.h bin/headroom sbin/headroomd lib/systemd/system/headroomd.service; do
	check "installs $file" test -r "$root/usr/$file"
done
check "installed files do not contain build paths" \
	sh -c '! grep -rl "$1" "$2"/usr/include "$2"/usr/lib/pkgconfig' - "$tmp" "$root"

# flags OPTION...: print compiler flags from the installed pkg-config file
flags() {
	PKG_CONFIG_PATH=$root/usr/lib/pkgconfig PKG_CONFIG_SYSROOT_DIR=$root \
		pkg-config "$@" libheadroom | sed "s|$root$root|$root|g"
}

# consumer NAME FLAGS...: build the example with the fake kernel, which itself needs libnl
consumer() {
	program=$tmp/$1
	shift
	$CC -std=c11 -D_POSIX_C_SOURCE=200809L -Wall -Wextra -Wpedantic -Werror \
		$(flags --cflags) -o "$program" "$top/Documentation/examples/consumer.c" \
		"$BUILD/obj/tests/fake_kernel.o" "$@" $(pkg-config --libs libnl-genl-3.0 libnl-3.0)
}

# alone FLAGS...: build it without the fake kernel, to test that the flags suffice
alone() {
	$CC -std=c11 -D_POSIX_C_SOURCE=200809L $(flags --cflags) -o "$tmp/alone" \
		"$top/Documentation/examples/consumer.c" "$@"
}

# runs NAME: run it for two rounds and check its output
runs() {
	HEADROOM_FAKE=fires LD_LIBRARY_PATH=$root/usr/lib timeout 2.5 "$tmp/$1" /busy >"$tmp/out"
	cat "$tmp/out"
	grep -qE '^ *1[12][0-9]{2} refaults/s +[0-9.]+ s/s stalled /busy$' "$tmp/out" &&
		grep -qx 'ALARM: 123 ms stalled in /busy' "$tmp/out"
}

# refuses NAME: run it without the module and without privileges, and check its messages
refuses() {
	for words in absent eperm; do
		HEADROOM_FAKE=$words LD_LIBRARY_PATH=$root/usr/lib "$tmp/$1" /busy
		echo "$words: status $?"
	done >"$tmp/out" 2>&1
	cat "$tmp/out"
	grep -q "module is not loaded: run" "$tmp/out" &&
		grep -qx "needs CAP_PERFMON or CAP_SYS_ADMIN: run as root" "$tmp/out" &&
		[ "$(grep -c 'status 1$' "$tmp/out")" -eq 2 ]
}

check "pkg-config knows the version" test "$(flags --modversion)" = "$(cat "$top/VERSION")"
check "the example builds with the shared library" alone $(flags --libs)
check "it depends on the shared library" sh -c 'readelf -d "$1" | grep -q "NEEDED.*libheadroom.so.0"' - "$tmp/alone"
check "it does not depend on libraries that only libheadroom needs" \
	sh -c '! readelf -d "$1" | grep -q "NEEDED.*libnl"' - "$tmp/alone"
check "the example builds with the shared library and the fake kernel" consumer shared $(flags --libs)
check "it prints rates and an alarm" runs shared
check "it explains why it cannot run" refuses shared
rm -f "$root"/usr/lib/libheadroom.so*
check "the example builds with the static library" alone $(flags --static --libs)
check "it does not depend on the shared library" sh -c '! readelf -d "$1" | grep -q "NEEDED.*libheadroom"' - "$tmp/alone"
check "the example builds with the static library and the fake kernel" consumer static $(flags --static --libs)
check "it prints rates and an alarm" runs static

echo "1..$checks"
exit $((failures > 0))
