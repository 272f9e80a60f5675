/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What others do: how many bytes they would reclaim, for comparison in tests
 *
 * The formulas are those that their authors published, with their defaults.
 */
#ifndef RIVALS_H
#define RIVALS_H

#include <math.h>
#include <stdint.h>

/* Seconds between two decisions */
#define RIVAL_TMO_PERIOD	6
#define RIVAL_KATALYST_PERIOD	30

/**
 * rival_tmo - TMO, Weiner et al., ASPLOS 2022
 * @current: memory.current, bytes
 * @psi: share of the last period in which some task waited for memory
 */
static inline double rival_tmo(double current, double psi)
{
	return current * 0.0005 * fmax(0, 1 - psi / 0.001);
}

/**
 * struct rival_katalyst - what Katalyst reads of a cgroup: differences over a period
 * @current: memory.current, bytes
 * @inactive: its inactive pages, bytes
 * @psi: memory.pressure, some avg60, in percent
 * @activate: workingset_activate
 * @steal: pgsteal
 * @scan: pgscan
 * @last: what it reclaimed the last time, bytes
 */
struct rival_katalyst {
	double current;
	double inactive;
	double psi;
	double activate;
	double steal;
	double scan;
	double last;
};

/** rival_katalyst - Katalyst: the smaller one of a step by pressure and a step by refaults */
static inline double rival_katalyst(const struct rival_katalyst *k)
{
	double accuracy = k->steal > 0 ? fmax(0, 1 - k->activate / k->steal) : 1;
	double efficiency = k->scan > 0 ? k->steal / k->scan : 1;
	double most = 0.01 * k->current;
	double by_psi = fmax(0, 1 - k->psi / 0.1) * most;
	double by_refaults = accuracy < 0.99 || efficiency < 0.6 ? k->last * accuracy :
		fmin(fmax(k->last * 1.05, 0.1 * k->inactive), most);

	return fmin(by_psi, by_refaults);
}

#endif /* RIVALS_H */
