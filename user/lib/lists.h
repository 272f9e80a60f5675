/* SPDX-License-Identifier: LGPL-2.1 */
/*
 * Find and insert elements of lists that are ordered by number: stalls, pages, reclaim
 *
 * Internal to the library. A newer kernel may report numbers that this library does not
 * know. So a list holds exactly the reported elements, each element has its number, and a
 * lookup is a binary search.
 */
#ifndef HEADROOM_LISTS_H
#define HEADROOM_LISTS_H

#include <stddef.h>
#include <stdint.h>
#include "headroom.h"

/**
 * struct list_type - layout of a list
 * @size: bytes of an element
 * @key: returns the number of an element
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

/** list_find - find the element with the number @key; NULL if there is none */
void *list_find(const struct list_type *type, const void *list, size_t nr, uint64_t key);
/**
 * list_put - insert a copy of @element, or replace the element with the same number
 *
 * The caller has made room for it. In the kernel's order this takes one comparison.
 */
void list_put(const struct list_type *type, void *list, size_t *nr, const void *element);

#endif /* HEADROOM_LISTS_H */
