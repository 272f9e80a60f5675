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

struct headroom_blame *module_blame(const char *cgroup)
{
	struct headroom_blame *blame = NULL;
	struct headroom *h = NULL;
	int err;

	err = headroom_open(&h);
	if (!err)
		err = headroom_blame_get(h, cgroup_id(cgroup), &blame);
	if (err)
		fprintf(stderr, "# blame of %s: %s\n", cgroup,
			h ? headroom_error(h) : strerror(-err));
	headroom_close(h);
	return err ? NULL : blame;
}

struct headroom_status *module_status(void)
{
	struct headroom_status *status = NULL;
	struct headroom *h = NULL;
	int err;

	err = headroom_open(&h);
	if (!err)
		err = headroom_status_get(h, &status);
	if (err)
		fprintf(stderr, "# read the status: %s\n",
			h ? headroom_error(h) : strerror(-err));
	headroom_close(h);
	return err ? NULL : status;
}

int module_hook(const char *name)
{
	struct headroom_status *status = module_status();
	size_t i, n = strlen(name);
	int attached = -1;

	for (i = 0; status && i < status->nr_hooks; i++)
		if (!strncmp(status->hook[i].name, name, n))
			attached = status->hook[i].attached;
	headroom_status_free(status);
	return attached;
}

bool module_sees_scans(void)
{
	FILE *f = fopen("/sys/kernel/mm/lru_gen/enabled", "re");
	unsigned int enabled = 0;
	struct utsname uts;

	if (f && fscanf(f, "%x", &enabled) != 1)
		enabled = 0;
	if (f)
		fclose(f);
	uname(&uts);
	return !enabled || strncmp(uts.release, "6.1.", 4);
}

int64_t module_lost(void)
{
	struct headroom_status *status = module_status();
	int64_t lost = -1;

	if (status) {
		lost = status->dropped.table_full + status->dropped.table_busy +
		       status->dropped.cgroup_unknown +
		       status->dropped.distance_unknown +
		       status->dropped.stall_slots + status->dropped.reclaim_slots +
		       status->dropped.histograms;
		if (lost)
			fprintf(stderr, "# lost: table full %" PRIu64 ", busy %" PRIu64
				", cgroup unknown %" PRIu64 ", distance unknown %" PRIu64
				", stall slots %" PRIu64 ", reclaim slots %" PRIu64 ", histograms %" PRIu64 "\n",
				status->dropped.table_full, status->dropped.table_busy,
				status->dropped.cgroup_unknown,
				status->dropped.distance_unknown,
				status->dropped.stall_slots,
				status->dropped.reclaim_slots,
				status->dropped.histograms);
	}
	headroom_status_free(status);
	return lost;
}
