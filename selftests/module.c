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
#include "workload.h"

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
		fprintf(stderr, "# cannot open %s: %m\n", module_path());
		return -errno;
	}
	err = syscall(SYS_finit_module, fd, parameters, 0) ? -errno : 0;
	close(fd);
	return err;
}

/* A client that has just closed its socket may still hold a reference */
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

/* Closes @h and prints what failed; returns @err */
static int finish(struct headroom *h, int err, const char *what, const char *cgroup)
{
	if (err)
		fprintf(stderr, "# cannot read the %s of %s: %s\n", what, cgroup,
			h ? headroom_error(h) : strerror(-err));
	headroom_close(h);
	return err;
}

struct headroom_cgroup *module_read(const char *cgroup)
{
	struct headroom_cgroup *cg = NULL;
	struct headroom *h = NULL;
	int err = headroom_open(&h) ?: headroom_cgroup_get(h, cgroup_id(cgroup), &cg);

	return finish(h, err, "statistics", cgroup) ? NULL : cg;
}

struct headroom_blame *module_blame(const char *cgroup)
{
	struct headroom_blame *blame = NULL;
	struct headroom *h = NULL;
	int err = headroom_open(&h) ?: headroom_blame_get(h, cgroup_id(cgroup), &blame);

	return finish(h, err, "blame", cgroup) ? NULL : blame;
}

struct headroom_status *module_status(void)
{
	struct headroom_status *status = NULL;
	struct headroom *h = NULL;
	int err = headroom_open(&h) ?: headroom_status_get(h, &status);

	return finish(h, err, "status", "the module") ? NULL : status;
}

int module_update(struct headroom_cgroup **cg, const char *cgroup)
{
	headroom_cgroup_free(*cg);
	*cg = module_read(cgroup);
	return *cg ? 0 : -1;
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

bool kernel_is_6_1(void)
{
	struct utsname uts;

	uname(&uts);
	return !strncmp(uts.release, "6.1.", 4);
}

bool kernel_has_large_folios(void)
{
	struct utsname uts;

	uname(&uts);
	return !kernel_is_6_1() && strncmp(uts.release, "6.12.", 5);
}

bool module_sees_scans(void)
{
	return !lru_is_mglru() || !kernel_is_6_1();
}

int64_t module_dropped(void)
{
	struct headroom_status *status = module_status();
	int64_t dropped = -1;

	if (status) {
		dropped = status->dropped.table_full + status->dropped.table_busy +
			  status->dropped.cgroup_unknown + status->dropped.distance_unknown +
			  status->dropped.stall_slots + status->dropped.reclaim_slots +
			  status->dropped.histograms;
		if (dropped)
			fprintf(stderr, "# dropped: table full %" PRIu64 ", busy %" PRIu64
				", cgroup unknown %" PRIu64 ", distance unknown %" PRIu64
				", stall slots %" PRIu64 ", reclaim slots %" PRIu64
				", histograms %" PRIu64 "\n",
				status->dropped.table_full, status->dropped.table_busy,
				status->dropped.cgroup_unknown,
				status->dropped.distance_unknown,
				status->dropped.stall_slots,
				status->dropped.reclaim_slots,
				status->dropped.histograms);
	}
	headroom_status_free(status);
	return dropped;
}

static void add_pages(struct headroom_pages *sum, const struct headroom_stats *stats,
		      int kind, int reason)
{
	const struct headroom_pages *pages = headroom_stats_pages(stats, kind, reason);

	sum->evictions += pages->evictions;
	sum->refaults += pages->refaults;
}

struct headroom_pages pages_for_reason(const struct headroom_stats *stats, int reason)
{
	struct headroom_pages sum = { 0 };
	int kind;

	for (kind = 1; kind < HEADROOM_PAGE_KINDS; kind++)
		add_pages(&sum, stats, kind, reason);
	return sum;
}

struct headroom_pages pages_of_kind(const struct headroom_stats *stats, int kind)
{
	struct headroom_pages sum = { 0 };
	int reason;

	for (reason = 1; reason < HEADROOM_REASONS; reason++)
		add_pages(&sum, stats, kind, reason);
	return sum;
}

void print_pages(const char *cgroup, const struct headroom_stats *stats)
{
	int kind, reason;

	for (kind = 1; kind < HEADROOM_PAGE_KINDS; kind++)
		for (reason = 1; reason < HEADROOM_REASONS; reason++) {
			const struct headroom_pages *p = headroom_stats_pages(stats, kind, reason);

			if (p->evictions || p->refaults)
				fprintf(stderr, "# %s: kind %d reason %d: %" PRIu64
					" evictions, %" PRIu64 " refaults\n", cgroup,
					kind, reason, p->evictions, p->refaults);
		}
}
