// SPDX-License-Identifier: GPL-2.0
/*
 * The action: set memory.low of a cgroup and of every cgroup between it and the root
 *
 * Reclaim that starts further up honours a cgroup's memory.low only up to the
 * memory.low of each cgroup on the way down. (memory_recursiveprot distributes what an
 * ancestor has in excess; it does not make up for a lack.) So each ancestor below the
 * root needs its own value and, in addition, everything that was added below it:
 *
 *	ancestor's memory.low = its original + sum over the rules below it of
 *				(memory.low - original)
 *
 * The sum is computed again for each write and stored nowhere. So a cgroup that was
 * removed, or whose value was changed outside of the daemon, drops out of it, and the
 * next call repairs what failed halfway. The sum counts each rule's cgroup once because
 * the configuration refuses a rule for a cgroup below another rule's.
 *
 * Reclaim for an ancestor's own limit ignores every cgroup above that ancestor. Those
 * are raised nevertheless, because reclaim may start there as well.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "cgroupfs.h"
#include "low.h"
#include "path.h"
#include "saturating.h"

/* Bytes that the daemon has added to a cgroup's original value */
static uint64_t added_to(const struct ledger *ledger, const char *path)
{
	const struct claim *c = ledger_find(ledger, path, LOW_FILE);

	return c ? saturating_sub(c->written, c->original) : 0;
}

/* Sum of added_to() below @ancestor, with @added in place of that of @path */
static uint64_t added_below(const struct ledger *ledger, const struct config *config,
			    const char *ancestor, const char *path, uint64_t added)
{
	uint64_t sum = 0;
	size_t i;

	for (i = 0; i < config->nr; i++) {
		const char *cgroup = config->protect[i].cgroup;

		if (path_is_below(cgroup, ancestor))
			sum += strcmp(cgroup, path) ? added_to(ledger, cgroup) : added;
	}
	return sum;
}

static int set_ancestors(struct ledger *ledger, const struct config *config,
			 const char *path, uint64_t added)
{
	char parent[4096];
	char *slash;

	snprintf(parent, sizeof(parent), "%s", path);
	for (slash = strchr(parent + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
		struct knob low = {};
		uint64_t wanted;
		int err;

		*slash = '\0';
		err = ledger_read(ledger, parent, LOW_FILE, &low);
		wanted = low.original + added_below(ledger, config, parent, path, added);
		if (!err && low.value != CGROUPFS_MAX && low.value != wanted)
			err = ledger_write(ledger, parent, LOW_FILE, &low, wanted);
		*slash = '/';
		if (err)
			return err;
	}
	return 0;
}

int low_read(struct ledger *ledger, const struct config *config, const char *path,
	     struct knob *low)
{
	bool claimed = ledger_find(ledger, path, LOW_FILE);
	int err = ledger_read(ledger, path, LOW_FILE, low);

	if (claimed && !ledger_find(ledger, path, LOW_FILE))
		set_ancestors(ledger, config, path, 0);
	return err;
}

int low_set(struct ledger *ledger, const struct config *config, const char *path,
	    const struct knob *knob, uint64_t low)
{
	struct knob now;
	int err = low_read(ledger, config, path, &now);

	/* @low was chosen for that reading; a newer one needs a new decision */
	if (!err && !knob_same(&now, knob))
		err = -EAGAIN;
	if (err)
		return err;
	/* Raise ancestors first and lower them last, so that they always cover the cgroup */
	if (low > now.value)
		err = set_ancestors(ledger, config, path, low - now.original);
	if (!err)
		err = ledger_write(ledger, path, LOW_FILE, knob, low);
	if (err || low < now.value)
		set_ancestors(ledger, config, path, added_to(ledger, path));
	return err;
}
