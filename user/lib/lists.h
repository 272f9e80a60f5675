/* SPDX-License-Identifier: LGPL-2.1 */
/*
 * Lists that are ordered by number: stalls, pages, reclaim
 *
 * Internal to the library. The kernel reports what it counted, by number, and a newer one
 * reports numbers that this library does not know. So a list has what was reported, its
 * elements carry their number, and finding one is a binary search.
 */
#ifndef HEADROOM_LISTS_H
#define HEADROOM_LISTS_H

#include <stddef.h>
#include <stdint.h>
#include "headroom.h"

/**
 * struct list_type - how to read the elements of a list
 * @size: bytes of an element
 * @key: its number
 */
struct list_type {
	size_t size;
	uint64_t (*key)(const void *element);
};

extern const struct list_type list_of_stalls;
extern const struct list_type list_of_pages;
extern const struct list_type list_of_reclaim;

static inline uint64_t pages_number(uint32_t kind, uint32_t reason)
{
	return (uint64_t)kind << 32 | reason;
}

/** list_find - the element with the number @key; NULL without one */
void *list_find(const struct list_type *type, const void *list, size_t nr, uint64_t key);
/**
 * list_put - copy @element to its place among the @nr others, or over one of its number
 *
 * There is room for it. The kernel sends them in order, which costs one comparison.
 */
void list_put(const struct list_type *type, void *list, size_t *nr, const void *element);

#endif /* HEADROOM_LISTS_H */
