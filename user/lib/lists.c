// SPDX-License-Identifier: LGPL-2.1
/* Find and insert elements of lists that are ordered by number */

#include <string.h>

#include "lists.h"

static uint64_t stall_key(const void *element)
{
	return ((const struct headroom_stall *)element)->cause;
}

static uint64_t pages_key(const void *element)
{
	const struct headroom_pages *pages = element;

	return pages_number(pages->kind, pages->reason);
}

static uint64_t reclaim_key(const void *element)
{
	return ((const struct headroom_reclaim *)element)->reason;
}

const struct list_type list_of_stalls = { sizeof(struct headroom_stall), stall_key };
const struct list_type list_of_pages = { sizeof(struct headroom_pages), pages_key };
const struct list_type list_of_reclaim = { sizeof(struct headroom_reclaim), reclaim_key };

static void *at(const struct list_type *type, const void *list, size_t i)
{
	return (char *)list + i * type->size;
}

/* Index of the first element whose number is not below @key; @nr if there is none */
static size_t lower_bound(const struct list_type *type, const void *list, size_t nr, uint64_t key)
{
	size_t low = 0, high = nr, middle;

	while (low < high) {
		middle = low + (high - low) / 2;
		if (type->key(at(type, list, middle)) < key)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

void *list_find(const struct list_type *type, const void *list, size_t nr, uint64_t key)
{
	size_t i = lower_bound(type, list, nr, key);

	return i < nr && type->key(at(type, list, i)) == key ? at(type, list, i) : NULL;
}

void list_put(const struct list_type *type, void *list, size_t *nr, const void *element)
{
	uint64_t key = type->key(element);
	size_t i = *nr;

	if (i && type->key(at(type, list, i - 1)) >= key)
		i = lower_bound(type, list, *nr, key);
	if (i == *nr || type->key(at(type, list, i)) != key) {
		if (i < *nr)
			memmove(at(type, list, i + 1), at(type, list, i), (*nr - i) * type->size);
		++*nr;
	}
	memcpy(at(type, list, i), element, type->size);
}

const struct headroom_stall *headroom_stats_stall(const struct headroom_stats *stats,
						  uint32_t cause)
{
	static const struct headroom_stall nothing;
	const void *found = list_find(&list_of_stalls, stats->stall, stats->nr_stalls, cause);

	return found ? found : &nothing;
}

const struct headroom_pages *headroom_stats_pages(const struct headroom_stats *stats,
						  uint32_t kind, uint32_t reason)
{
	static const struct headroom_pages nothing;
	const void *found = list_find(&list_of_pages, stats->pages, stats->nr_pages,
				      pages_number(kind, reason));

	return found ? found : &nothing;
}

const struct headroom_reclaim *headroom_target_reclaim(const struct headroom_target *target,
						       uint32_t reason)
{
	static const struct headroom_reclaim nothing;
	const void *found = list_find(&list_of_reclaim, target->reclaim, target->nr_reclaim,
				      reason);

	return found ? found : &nothing;
}
