/* SPDX-License-Identifier: GPL-2.0 */
/* What cgroups are sorted by */
#ifndef ORDER_H
#define ORDER_H

#include <stdint.h>

enum order { BY_STALL, BY_REFAULTS, BY_EVICTIONS, BY_EXTRA, BY_PSI, BY_NAME };

/** Their names, as --sort takes them; end with NULL */
extern const char *const order_names[];

/** struct measure - what can be compared of a cgroup */
struct measure {
	uint64_t stall;
	uint64_t refaults;
	uint64_t evictions;
	uint64_t extra;
	uint64_t psi;
	const char *path;
};

/**
 * order_compare - which of two comes first
 *
 * The larger one; where they are the same, the one with the longer stalls, then with
 * more refaults, then by name: a table must not jump.
 *
 * Return: as strcmp().
 */
int order_compare(const struct measure *a, const struct measure *b, enum order order);

#endif /* ORDER_H */
