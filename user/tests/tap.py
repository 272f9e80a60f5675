# SPDX-License-Identifier: GPL-2.0
"""Print results as TAP: see tap.h"""

CHECKS = {True: 0, False: 0}


def report(passed, name, *detail):
    """Print a result, and if it failed some detail"""
    CHECKS[bool(passed)] += 1
    print(f"{'ok' if passed else 'not ok'} {sum(CHECKS.values())} - {name}", flush=True)
    if not passed:
        for value in detail:
            print("# " + str(value)[:800].replace("\n", "\n# "))


def equal(got, want, name):
    """Whether a value is the one that is wanted"""
    report(got == want, name, f"got {got!r}", f"want {want!r}")


def done():
    """Print the plan; returns the exit status"""
    print(f"1..{sum(CHECKS.values())}")
    return int(CHECKS[False] > 0)
