// SPDX-License-Identifier: LGPL-2.1
/*
 * List the cgroups of a snapshot, parents before children
 *
 * Siblings are sorted, linked to their parent in that order, and the links are walked
 * without recursion: the depth is the tenant's choice. A recording may contain anything, even
 * cgroups that are each other's parents. A walk from the roots never reaches those, so each
 * then begins a tree of its own where the walk breaks the circle.
 */

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "headroom.h"

#define NONE	SIZE_MAX

/*
 * The tree by indices of s->cgroup:
 *
 *	order		all, siblings in the order of the result
 *	parent[i]	NONE for a root
 *	child[i]	the first child
 *	sibling[i]	the next one
 *	place[i]	index in the result; NONE before it has one
 */
struct tree {
	const struct headroom_snapshot *s;
	size_t *order, *parent, *child, *sibling, *place;
	struct headroom_node *node;
	size_t nr;
};

static int compare_siblings(const void *a, const void *b, void *arg)
{
	const struct headroom_snapshot *s = arg;
	const struct headroom_cgroup *left = &s->cgroup[*(const size_t *)a];
	const struct headroom_cgroup *right = &s->cgroup[*(const size_t *)b];
	int order = 0;

	if (left->path && right->path)
		order = strcmp(left->path, right->path);
	else if (left->path || right->path)
		order = left->path ? -1 : 1;
	return order ? order : (left->id > right->id) - (left->id < right->id);
}

static int allocate(struct tree *tree)
{
	size_t nr = tree->s->nr;

	tree->order = calloc(nr, 5 * sizeof(size_t));
	tree->node = calloc(nr, sizeof(*tree->node));
	if (!tree->order || !tree->node) {
		free(tree->order);
		free(tree->node);
		return -ENOMEM;
	}
	tree->parent = tree->order + nr;
	tree->child = tree->parent + nr;
	tree->sibling = tree->child + nr;
	tree->place = tree->sibling + nr;
	return 0;
}

static void link_all(struct tree *tree)
{
	const struct headroom_snapshot *s = tree->s;
	const struct headroom_cgroup *parent;

	for (size_t i = 0; i < s->nr; i++) {
		parent = headroom_snapshot_find(s, s->cgroup[i].parent_id);
		tree->order[i] = i;
		tree->parent[i] = parent && parent != &s->cgroup[i] ?
				  (size_t)(parent - s->cgroup) : NONE;
		tree->child[i] = NONE;
		tree->place[i] = NONE;
	}
	qsort_r(tree->order, s->nr, sizeof(*tree->order), compare_siblings, (void *)s);
	/* Backwards, so that each becomes the first child before those that follow it */
	for (size_t n = s->nr; n-- > 0; ) {
		size_t i = tree->order[n], up = tree->parent[i];

		if (up == NONE)
			continue;
		tree->sibling[i] = tree->child[up];
		tree->child[up] = i;
	}
}

static void add_node(struct tree *tree, size_t i, size_t up)
{
	size_t place = tree->nr++;
	struct headroom_node *node = &tree->node[place];

	tree->place[i] = place;
	node->cgroup = &tree->s->cgroup[i];
	node->parent = up == NONE ? place : tree->place[up];
	node->depth = up == NONE ? 0 : tree->node[node->parent].depth + 1;
}

/* The next child of @up that has no place yet, from @i on */
static size_t next_child(const struct tree *tree, size_t i)
{
	while (i != NONE && tree->place[i] != NONE)
		i = tree->sibling[i];
	return i;
}

static void add_tree(struct tree *tree, size_t root)
{
	size_t at = root, child;

	add_node(tree, root, NONE);
	for (;;) {
		child = next_child(tree, tree->child[at]);
		tree->child[at] = child == NONE ? NONE : tree->sibling[child];
		if (child != NONE) {
			add_node(tree, child, at);
			at = child;
			continue;
		}
		tree->node[tree->place[at]].end = tree->nr;
		if (at == root)
			return;
		at = tree->parent[at];
	}
}

int headroom_snapshot_tree(const struct headroom_snapshot *s, struct headroom_node **node)
{
	struct tree tree = { .s = s };
	int err;

	*node = NULL;
	if (!s->nr)
		return 0;
	err = allocate(&tree);
	if (err)
		return err;
	link_all(&tree);
	for (size_t n = 0; n < s->nr; n++)
		if (tree.parent[tree.order[n]] == NONE)
			add_tree(&tree, tree.order[n]);
	/* Only circles are left */
	for (size_t n = 0; n < s->nr; n++)
		if (tree.place[tree.order[n]] == NONE)
			add_tree(&tree, tree.order[n]);
	free(tree.order);
	*node = tree.node;
	return 0;
}
