/* SPDX-License-Identifier: GPL-2.0 */
/* Compare cgroups by a sort key */
#ifndef ORDER_H
#define ORDER_H

#include <stddef.h>
#include <stdint.h>
#include "interval.h"

enum order { BY_STALL, BY_REFAULTS, BY_EVICTIONS, BY_EXTRA, BY_PSI, BY_NAME, NR_ORDERS };

/** order_name - name of a key for --sort; NULL after the last */
const char *order_name(size_t order);
/** order_of_key - the order that a key of 'headroom top' selects; NR_ORDERS for none */
enum order order_of_key(int key);

/** struct measure - values of a cgroup to compare */
struct measure {
	uint64_t stall;
	uint64_t refaults;
	uint64_t evictions;
	uint64_t extra;
	uint64_t psi;
	const char *path;
};

/** order_measure - the values of a cgroup, with its whole subtree */
struct measure order_measure(const struct activity *activity);
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
