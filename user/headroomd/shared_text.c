// SPDX-License-Identifier: GPL-2.0
/*
 * Texts that are shared
 *
 * A rule keeps why it decided as it did, for each of its cgroups. Nearly always that is one of a few
 * sentences. So equal texts are one, in a binary tree of the C library, with a count of its owners.
 */
#include <search.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "shared_text.h"

struct shared_texts {
	void *root;
};

struct text {
	size_t owners;
	char text[];
};

static int compare(const void *a, const void *b)
{
	return strcmp(((const struct text *)a)->text, ((const struct text *)b)->text);
}

struct shared_texts *shared_texts_new(void)
{
	return calloc(1, sizeof(struct shared_texts));
}

void shared_texts_free(struct shared_texts *texts)
{
	if (!texts)
		return;
	tdestroy(texts->root, free);
	free(texts);
}

const char *shared_text_get(struct shared_texts *texts, const char *text)
{
	size_t size = strlen(text) + 1;
	struct text *new = malloc(sizeof(*new) + size), **found;

	if (!new)
		return NULL;
	new->owners = 0;
	memcpy(new->text, text, size);
	found = tsearch(new, &texts->root, compare);
	if (!found || *found != new)
		free(new);
	if (!found)
		return NULL;
	(*found)->owners++;
	return (*found)->text;
}

void shared_text_put(struct shared_texts *texts, const char *text)
{
	struct text *t;

	if (!text)
		return;
	t = (struct text *)(text - offsetof(struct text, text));
	if (--t->owners)
		return;
	tdelete(t, &texts->root, compare);
	free(t);
}
