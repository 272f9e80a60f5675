// SPDX-License-Identifier: GPL-2.0
/*
 * The action: memory.low of a cgroup, and of all between it and the root
 *
 * Reclaim that begins above several cgroups on the way honours a memory.low only
 * up to what each cgroup on the way has been given itself (memory_recursiveprot
 * hands down what is left over; it does not lend what is missing). So each
 * ancestor below the root needs, on top of its own value, what was added below:
 *
 *	ancestor's memory.low = its original + sum over the rules below it of
 *				(memory.low - original)
 *
 * The sum is made anew each time, never added to: a cgroup that vanished or whose
 * value somebody else has set just drops out, and what failed halfway is put right
 * by the next try. The sum counts a rule's cgroup once because the configuration
 * has no rule for a cgroup below another rule's.
 *
 * For reclaim because of an ancestor's own limit nothing above that ancestor
 * counts; it is raised all the same, since others may reclaim from there too.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "cgroupfs.h"
#include "low.h"

/* What headroomd has added to a cgroup's own value */
static uint64_t added_to(const struct state *state, const char *path)
{
	const struct change *c = state_find(state, path, LOW_FILE);

	return c && c->written > c->original ? c->written - c->original : 0;
}

static bool is_below(const char *path, const char *ancestor)
{
	size_t n = strlen(ancestor);

	return !strncmp(path, ancestor, n) && path[n] == '/';
}

/* What is added below @ancestor, when @added is what is added to @path */
static uint64_t added_below(const struct state *state, const struct config *config,
			    const char *ancestor, const char *path, uint64_t added)
{
	uint64_t sum = 0;
	size_t i;

	for (i = 0; i < config->nr; i++) {
		const char *cgroup = config->protect[i].cgroup;

		if (is_below(cgroup, ancestor))
			sum += strcmp(cgroup, path) ? added_to(state, cgroup) : added;
	}
	return sum;
}

static int set_ancestors(struct state *state, const struct config *config,
			 const char *path, uint64_t added)
{
	char parent[4096];
	char *slash;

	snprintf(parent, sizeof(parent), "%s", path);
	for (slash = strchr(parent + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
		struct seen low = {};
		uint64_t wanted;
		int err;

		*slash = '\0';
		err = state_read(state, parent, LOW_FILE, &low);
		wanted = low.original + added_below(state, config, parent, path, added);
		if (!err && low.value != CGROUPFS_MAX && low.value != wanted)
			err = state_write(state, parent, LOW_FILE, &low, wanted);
		*slash = '/';
		if (err)
			return err;
	}
	return 0;
}

int low_read(struct state *state, const struct config *config, const char *path,
	     struct seen *low)
{
	bool changed = state_find(state, path, LOW_FILE);
	int err = state_read(state, path, LOW_FILE, low);

	if (changed && !state_find(state, path, LOW_FILE))
		set_ancestors(state, config, path, 0);
	return err;
}

int low_set(struct state *state, const struct config *config, const char *path,
	    const struct seen *seen, uint64_t low)
{
	struct seen now;
	int err = low_read(state, config, path, &now);

	/* It was not chosen for what somebody else has set since, nor for another cgroup */
	if (!err && !seen_same(&now, seen))
		err = -EAGAIN;
	if (err)
		return err;
	/* Ancestors first upwards, last downwards: nobody asks for more than there is */
	if (low > now.value)
		err = set_ancestors(state, config, path, low - now.original);
	if (!err)
		err = state_write(state, path, LOW_FILE, seen, low);
	if (err || low < now.value)
		set_ancestors(state, config, path, added_to(state, path));
	return err;
}
