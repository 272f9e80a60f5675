// SPDX-License-Identifier: LGPL-2.1
/* Allocate many small objects that are freed together */

#include <stdlib.h>

#include "arena.h"

#define CHUNK_BYTES	(64 * 1024)

struct arena_chunk {
	struct arena_chunk *next;
	size_t size;
};

static void use(struct arena *arena, struct arena_chunk *chunk)
{
	arena->chunk = chunk;
	arena->used = sizeof(*chunk);
	arena->size = chunk->size;
}

/* Continue in the next chunk if there is one that is large enough, or else in a new one. */
void *arena_alloc_slow(struct arena *arena, size_t size)
{
	struct arena_chunk *last = arena->chunk, *chunk = last ? last->next : arena->first;

	if (!chunk || chunk->size - sizeof(*chunk) < size) {
		size_t wanted = sizeof(*chunk) + size;

		if (wanted < CHUNK_BYTES)
			wanted = CHUNK_BYTES;
		chunk = malloc(wanted);
		if (!chunk)
			return NULL;
		chunk->size = wanted;
		chunk->next = last ? last->next : arena->first;
		if (last)
			last->next = chunk;
		else
			arena->first = chunk;
	}
	use(arena, chunk);
	return arena_alloc(arena, size);
}

void arena_empty(struct arena *arena)
{
	if (arena->first)
		use(arena, arena->first);
}

void arena_free(struct arena *arena)
{
	struct arena_chunk *chunk, *next;

	for (chunk = arena->first; chunk; chunk = next) {
		next = chunk->next;
		free(chunk);
	}
	*arena = (struct arena){ 0 };
}
