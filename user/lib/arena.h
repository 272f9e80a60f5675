/* SPDX-License-Identifier: LGPL-2.1 */
/*
 * Memory for many small things that are freed together
 *
 * Internal to the library. All zero is an arena with nothing in it.
 */
#ifndef HEADROOM_ARENA_H
#define HEADROOM_ARENA_H

#include <stddef.h>

struct arena_chunk;

/**
 * struct arena - where it comes from
 * @first: what was allocated from the system
 * @chunk: where the next one comes from
 * @used: bytes of @chunk that are in use
 * @size: bytes that it has
 */
struct arena {
	struct arena_chunk *first;
	struct arena_chunk *chunk;
	size_t used;
	size_t size;
};

/** arena_alloc_slow - the same where a new chunk is needed */
void *arena_alloc_slow(struct arena *arena, size_t size);
/** arena_empty - take everything back, and keep the memory for what comes next */
void arena_empty(struct arena *arena);
/** arena_free - free all memory */
void arena_free(struct arena *arena);

/** arena_alloc - @size bytes, a multiple of 8, not cleared; NULL without memory */
static inline void *arena_alloc(struct arena *arena, size_t size)
{
	if (arena->size - arena->used < size)
		return arena_alloc_slow(arena, size);
	arena->used += size;
	return (char *)arena->chunk + arena->used - size;
}

/** arena_return - give back the last @size bytes of what was allocated last */
static inline void arena_return(struct arena *arena, size_t size)
{
	arena->used -= size;
}

#endif /* HEADROOM_ARENA_H */
