#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# Usage: BUILD=build/user test_metrics_http.sh
# Test 'headroom metrics --listen'. Prints TAP.

exec /usr/bin/python3 "$(dirname "$0")/metrics_http.py" "$BUILD/tests/headroom-fake"
