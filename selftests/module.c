// SPDX-License-Identifier: GPL-2.0
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "cgroup.h"
#include "module.h"

static const char *module_path(void)
{
	static char path[256];
	struct utsname uts;

	if (getenv("HEADROOM_KO"))
		return getenv("HEADROOM_KO");
	uname(&uts);
	snprintf(path, sizeof(path), "build/%s/headroom.ko", uts.release);
	return path;
}

int module_load(const char *parameters)
{
	int fd = open(module_path(), O_RDONLY | O_CLOEXEC);
	int err;

	if (fd < 0) {
		fprintf(stderr, "# open %s: %m\n", module_path());
		return -errno;
	}
	err = syscall(SYS_finit_module, fd, parameters, 0) ? -errno : 0;
	close(fd);
	return err;
}

/* A reader that has just closed its socket may still hold the module */
int module_unload(void)
{
	int i;

	for (i = 0; i < 1000; i++) {
		if (!syscall(SYS_delete_module, "headroom", O_NONBLOCK))
			return 0;
		if (errno != EAGAIN)
			break;
		usleep(10000);
	}
	return -errno;
}

int module_reload(const char *parameters)
{
	int err = module_unload();

	if (err && err != -ENOENT)
		return err;
	return module_load(parameters);
}

struct headroom_cgroup *module_read(const char *cgroup)
{
	struct headroom_cgroup *cg = NULL;
	struct headroom *h = NULL;
	int err;

	err = headroom_open(&h);
	if (!err)
		err = headroom_cgroup_get(h, cgroup_id(cgroup), &cg);
	if (err)
		fprintf(stderr, "# read %s: %s\n", cgroup,
			h ? headroom_error(h) : strerror(-err));
	headroom_close(h);
	return err ? NULL : cg;
}

int64_t module_lost(void)
{
	struct headroom_status *status = NULL;
	struct headroom *h = NULL;
	int64_t lost = -1;

	if (!headroom_open(&h) && !headroom_status_get(h, &status)) {
		lost = status->lost.table_full + status->lost.table_busy +
		       status->lost.cgroup_unknown +
		       status->lost.distance_unknown + status->lost.stall_slots;
		if (lost)
			fprintf(stderr, "# lost: table full %" PRIu64 ", busy %" PRIu64
				", cgroup unknown %" PRIu64 ", distance unknown %" PRIu64
				", stall slots %" PRIu64 "\n",
				status->lost.table_full, status->lost.table_busy,
				status->lost.cgroup_unknown,
				status->lost.distance_unknown,
				status->lost.stall_slots);
	}
	headroom_status_free(status);
	headroom_close(h);
	return lost;
}
