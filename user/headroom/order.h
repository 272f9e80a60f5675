/* SPDX-License-Identifier: GPL-2.0 */
/* Compare cgroups by a sort key */
#ifndef ORDER_H
#define ORDER_H

#include <stdint.h>

enum order { BY_STALL, BY_REFAULTS, BY_EVICTIONS, BY_EXTRA, BY_PSI, BY_NAME };

/** Names of the keys for --sort, terminated by NULL */
extern const char *const order_names[];

/** struct measure - values of a cgroup to compare */
struct measure {
	uint64_t stall;
	uint64_t refaults;
	uint64_t evictions;
	uint64_t extra;
	uint64_t psi;
	const char *path;
};

/**
 * order_compare - compare two cgroups for qsort()
 *
 * The larger one sorts first. Ties are broken by stalls, then refaults, then name, so that
 * rows keep their places.
 *
 * Return: as strcmp().
 */
int order_compare(const struct measure *a, const struct measure *b, enum order order);

#endif /* ORDER_H */
