#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# Usage: BUILD=build/user test_library.sh
# shellcheck disable=SC2016,SC2046,SC2317
# The library as others have it: what it exports, its header, and a program that is
# built against what "make install" puts into an empty directory. Prints TAP.

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

# check NAME COMMAND...: what the command says is shown if it fails
check() {
	name=$1
	shift
	checks=$((checks + 1))
	if "$@" >"$tmp/said" 2>&1; then
		echo "ok $checks - $name"
	else
		echo "not ok $checks - $name"
		sed 's/^/# /' "$tmp/said"
		failures=$((failures + 1))
	fi
}

# compiles COMPILER STANDARD LANGUAGE: the header by itself
compiles() {
	printf '#include "headroom.h"\nint main(void) { return 0; }\n' |
		$1 "-std=$2" -x "$3" -Wall -Wextra -Wpedantic -Werror -I"$top/user/lib" \
			-I"$top/include/uapi" -o "$tmp/header" -
}

for standard in c99 c11 c17; do
	check "headroom.h is $standard" compiles "$CC" $standard c
done
for standard in c++11 c++17; do
	check "headroom.h is $standard" compiles "$CXX" $standard c++
done

if [ ! -e "$BUILD/libheadroom.so" ]; then
	echo "ok $((checks + 1)) - the shared library # SKIP there is none with sanitizers"
	echo "1..$((checks + 1))"
	exit $((failures > 0))
fi

# Without comments, what stands before a parenthesis
$CC -I"$top/include/uapi" -E "$top/user/lib/headroom.h" | grep -oE '\bheadroom_[a-z_]+\(' | tr -d '(' |
	sort >"$tmp/declared"
sed -n 's/^\t\(headroom_[a-z_]*\);$/\1/p' "$top/user/lib/libheadroom.map" | sort >"$tmp/mapped"
nm -D --defined-only "$BUILD/libheadroom.so" | awk '$2 != "A" { print $3 }' |
	sed 's/@.*//' | sort >"$tmp/exported"

check "it has functions" test -s "$tmp/declared"
check "what is declared is exported" diff -u "$tmp/declared" "$tmp/exported"
check "what is exported is in the map" diff -u "$tmp/mapped" "$tmp/exported"

# of_dynamic TAG: values of the dynamic section
of_dynamic() {
	readelf -d "$BUILD/libheadroom.so" | sed -n "s/.*($1).*\[\(.*\)\]/\1/p"
}

check "its soname" test "$(of_dynamic SONAME)" = libheadroom.so.0
of_dynamic NEEDED | grep -vE '^(libnl-3|libnl-genl-3|libm|libc)\.so\.' >"$tmp/needed"
check "it needs nothing else" test ! -s "$tmp/needed"

root=$tmp/root
check "make install" make -C "$top/user" install DESTDIR="$root" PREFIX=/usr O="$BUILD"
for file in lib/libheadroom.a lib/libheadroom.so lib/libheadroom.so.0 include/headroom.h \
	include/linux/headroom.h bin/headroom sbin/headroomd lib/systemd/system/headroomd.service; do
	check "installs $file" test -r "$root/usr/$file"
done
check "nothing of where it was built" \
	sh -c '! grep -rl "$1" "$2"/usr/include "$2"/usr/lib/pkgconfig' - "$tmp" "$root"

# flags OPTION...: for a program, from what is installed, and from nowhere else
flags() {
	PKG_CONFIG_PATH=$root/usr/lib/pkgconfig PKG_CONFIG_SYSROOT_DIR=$root \
		pkg-config "$@" libheadroom | sed "s|$root$root|$root|g"
}

# consumer NAME FLAGS...: with the fake kernel, which needs libnl itself
consumer() {
	program=$tmp/$1
	shift
		$CC -std=c11 -D_POSIX_C_SOURCE=200809L -Wall -Wextra -Wpedantic -Werror \
		$(flags --cflags) -o "$program" "$top/Documentation/examples/consumer.c" \
		"$BUILD/obj/tests/fake_kernel.o" "$@" $(pkg-config --libs libnl-genl-3.0 libnl-3.0)
}

# alone FLAGS...: without it, to see that the flags suffice
alone() {
		$CC -std=c11 -D_POSIX_C_SOURCE=200809L $(flags --cflags) -o "$tmp/alone" \
		"$top/Documentation/examples/consumer.c" "$@"
}

# runs NAME: for two rounds, and prints what it should
runs() {
	HEADROOM_FAKE=fires LD_LIBRARY_PATH=$root/usr/lib timeout 2.5 "$tmp/$1" /busy >"$tmp/out"
	cat "$tmp/out"
	grep -qE '^ *1[12][0-9]{2} refaults/s +[0-9.]+ s/s stalled /busy$' "$tmp/out" &&
		grep -qx 'ALARM: 123 ms stalled in /busy' "$tmp/out"
}

# refuses NAME: with the kernel's own sentence
refuses() {
	for words in absent eperm; do
		HEADROOM_FAKE=$words LD_LIBRARY_PATH=$root/usr/lib "$tmp/$1" /busy
		echo "$words: status $?"
	done >"$tmp/out" 2>&1
	cat "$tmp/out"
	grep -q "module is not loaded: run" "$tmp/out" &&
		grep -qx "needs CAP_NET_ADMIN: run as root" "$tmp/out" &&
		[ "$(grep -c 'status 1$' "$tmp/out")" -eq 2 ]
}

check "the library's version" test "$(flags --modversion)" = "$(cat "$top/VERSION")"
check "the example builds with the shared library" alone $(flags --libs)
check "which it asks for" sh -c 'readelf -d "$1" | grep -q "NEEDED.*libheadroom.so.0"' - "$tmp/alone"
check "and for nothing that only the library needs" \
	sh -c '! readelf -d "$1" | grep -q "NEEDED.*libnl"' - "$tmp/alone"
check "the same with the fake kernel" consumer shared $(flags --libs)
check "and runs" runs shared
check "and says why it does not" refuses shared
rm -f "$root"/usr/lib/libheadroom.so*
check "the example builds with the static library" alone $(flags --static --libs)
check "which is inside" sh -c '! readelf -d "$1" | grep -q "NEEDED.*libheadroom"' - "$tmp/alone"
check "the same with the fake kernel" consumer static $(flags --static --libs)
check "and runs" runs static

echo "1..$checks"
exit $((failures > 0))
