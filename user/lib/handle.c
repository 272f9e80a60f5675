// SPDX-License-Identifier: LGPL-2.1
/*
 * Open and close handles
 *
 * A handle carries a connection, the mount point of cgroup v2, paths, and the memory of a
 * snapshot. The files that own these work on an open handle. This file is above all of
 * them, so that it can release everything.
 */

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "connection.h"
#include "handle.h"
#include "path_cache.h"
#include "snapshot.h"

void headroom_handle_init(struct headroom *h)
{
	*h = (struct headroom){ .root_fd = -1, .timeout = HEADROOM_TIMEOUT_DEFAULT };
}

void headroom_handle_release(struct headroom *h)
{
	headroom_disconnect(h);
	if (h->root_fd >= 0)
		close(h->root_fd);
	free(h->root);
	headroom_forget_paths(h);
	headroom_forget_spare(h);
}

int headroom_open(struct headroom **h)
{
	*h = malloc(sizeof(**h));
	if (!*h)
		return -ENOMEM;
	headroom_handle_init(*h);
	return headroom_connect(*h);
}

void headroom_close(struct headroom *h)
{
	if (!h)
		return;
	headroom_handle_release(h);
	free(h);
}
