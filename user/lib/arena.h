/* SPDX-License-Identifier: LGPL-2.1 */
/*
 * Allocate many small objects that are freed together
 *
 * Internal to the library. A zeroed arena is empty.
 */
#ifndef HEADROOM_ARENA_H
#define HEADROOM_ARENA_H

#include <stddef.h>

struct arena_chunk;

/**
 * struct arena - a list of chunks of memory
 * @first: first chunk
 * @chunk: chunk that the next object comes from
 * @used: bytes of @chunk that are in use
 * @size: bytes of @chunk
 */
struct arena {
	struct arena_chunk *first;
	struct arena_chunk *chunk;
	size_t used;
	size_t size;
};

/** arena_alloc_slow - arena_alloc() when @chunk has no room */
void *arena_alloc_slow(struct arena *arena, size_t size);
/** arena_empty - free all objects, but keep the chunks for new ones */
void arena_empty(struct arena *arena);
/** arena_free - free all memory */
void arena_free(struct arena *arena);

/** arena_alloc - allocate @size bytes, a multiple of 8, not zeroed; NULL without memory */
static inline void *arena_alloc(struct arena *arena, size_t size)
{
	if (arena->size - arena->used < size)
		return arena_alloc_slow(arena, size);
	arena->used += size;
	return (char *)arena->chunk + arena->used - size;
}

/** arena_return - shrink the last object by @size bytes */
static inline void arena_return(struct arena *arena, size_t size)
{
	arena->used -= size;
}

#endif /* HEADROOM_ARENA_H */
