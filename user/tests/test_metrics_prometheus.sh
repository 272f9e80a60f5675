#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# Usage: BUILD=build/user test_metrics_prometheus.sh
# Test the rules and the dashboard with Prometheus: unit tests of the rules, and whether each
# expression returns data. Prints TAP.

top=$(cd "$(dirname "$0")/../.." && pwd)
if ! command -v prometheus >/dev/null; then
	echo "ok 1 - rules and dashboard # SKIP no prometheus"
	echo "1..1"
	exit
fi
# shellcheck source=user/tests/tap.sh
. "$top/user/tests/tap.sh"

metrics=$top/user/metrics
run 0 promtool check rules --lint=all --lint-fatal "$metrics/headroom.rules.yml"
run 0 promtool test rules "$metrics/headroom.rules.test.yml"
sed -n 's/^ *- alert: //p' "$metrics/headroom.rules.yml" >"$dir/alerts"
while read -r alert; do
	grep -A 2 "alertname: $alert\$" "$metrics/headroom.rules.test.yml" | grep -q exp_alerts
	report "a test expects $alert to fire"
done <"$dir/alerts"

if [ -x /usr/bin/python3 ] && /usr/bin/python3 -c 'import yaml' 2>/dev/null; then
	/usr/bin/python3 "$top/user/tests/metrics_prometheus.py" "$metrics/headroom.rules.yml" \
		"$metrics/headroom.dashboard.json" "$BUILD/tests/headroom-fake" \
		"$top/user/tests/metrics_daemon.py" >"$dir/tap" 2>"$err"
	cp "$dir/tap" "$out"
	while read -r line; do
		case $line in
		ok*) true; report "${line#* - }" ;;
		not*) false; report "${line#* - }" ;;
		esac
	done <"$dir/tap"
	grep -q '^1\.\.' "$dir/tap"
	report "Prometheus was asked everything"
fi

finish
