// SPDX-License-Identifier: GPL-2.0
/* Resolve the cgroup that limits a report to a subtree */

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "cgroup_find.h"
#include "failure.h"
#include "source.h"
#include "subtree.h"

/* Ask the module first: it reports whether the cgroup has the memory controller. */
static int find_known(struct headroom *h, uint64_t id, char **top)
{
	struct headroom_cgroup *cgroup;
	int err = source_cgroup_get(h, id, &cgroup);

	source_cgroup_free(cgroup);
	return err < 0 ? err : source_cgroup_path(h, id, top);
}

int find_top(struct headroom *h, const char *name, char **top)
{
	uint64_t id;
	int err, code;

	if (!name) {
		*top = strdup("/");
		return *top ? EXIT_DONE : say_failure(h, -ENOMEM);
	}
	code = cgroup_find(h, name, &id);
	if (code)
		return code;
	err = find_known(h, id, top);
	if (!err)
		return EXIT_DONE;
	if (err != -ENOENT)
		return say_failure(h, err);
	fprintf(stderr, "headroom: %s: %s\n", name, source_error(h));
	return EXIT_FAILED;
}
