// SPDX-License-Identifier: GPL-2.0
/*
 * The engine: which two frames of a cgroup it compares, and how long a cgroup was idle
 */
#include <errno.h>
#include <stdlib.h>

#include "engine.h"
#include "tap.h"

#define MIB	(1ULL << 20)
#define PAGE	4096
#define SECOND	1000000000ULL

static struct protect_rule rule = {
	.name = "r", .cgroup = "/r", .refaults = 20, .max = 512 * MIB,
	.quantile = 0.95, .idle = 10 * SECOND,
};
static const struct config config = { .nr = 1, .protect = &rule };
static struct engine_verdict verdict;

struct refaulting {
	struct headroom_cgroup cgroup;	/* the first member */
	struct headroom_bucket distance;
};

static struct headroom_cgroup *make_cgroup(uint64_t id, uint64_t refaults)
{
	struct refaulting *made = calloc(1, sizeof(*made));

	if (!made)
		abort();
	made->distance.count = refaults;
	made->cgroup.id = id;
	made->cgroup.subtree.refaults = refaults;
	made->cgroup.subtree.returned_outside = refaults;
	made->cgroup.subtree.refault_distance.nr = 1;
	made->cgroup.subtree.refault_distance.bucket = &made->distance;
	return &made->cgroup;
}

/* Replaces the library's function, which frees a cgroup from an arena */
void headroom_cgroup_free(struct headroom_cgroup *cgroup)
{
	free(cgroup);
}

static uint64_t breaches;
static struct knob low = { .value = 40 * MIB };

/* What the engine returns for a frame; its verdict is in verdict */
static int frame(struct engine *e, uint64_t seconds, uint64_t id, uint64_t refaults,
		 uint64_t limit_hits)
{
	struct engine_frame f = {
		.time = seconds * SECOND, .page_size = PAGE,
		.memory = { .current = 64 * MIB, .limit = CGROUPFS_MAX,
			    .limit_hits = limit_hits, .breaches = breaches },
		.low = low,
		.cgroup = make_cgroup(id, refaults),
	};
	int err = engine_decide(e, 0, &f, &verdict);

	ok(!f.cgroup, "the engine takes over the cgroup of the frame");
	return err;
}

static void check_differences(struct engine *e)
{
	is_int(frame(e, 100, 1, 5000, 7), -EAGAIN, "one frame is not enough");
	is_int(frame(e, 102, 1, 6000, 7), 0, "two frames are");
	is_near(verdict.decision.rate, 500, 0, "the rate comes from their difference");
	is_int(verdict.decision.reason, PROTECT_RAISE, "earlier limit hits do not count");
	is_int(frame(e, 104, 1, 7000, 8), 0, "a third frame");
	is_int(verdict.decision.reason, PROTECT_OWN_LIMIT, "limit hits between two frames count");
}

/* Continues at 104 s, when the cgroup was active */
static void check_idle_time(struct engine *e)
{
	is_int(frame(e, 113, 1, 7000, 8), 0, "9 s later");
	is_int(verdict.decision.reason, PROTECT_HOLDING, "the cgroup is not idle yet");
	is_int(frame(e, 114, 1, 7000, 8), 0, "10 s later");
	is_int(verdict.decision.reason, PROTECT_GIVE_BACK, "the cgroup is idle");
}

static void check_gaps(struct engine *e)
{
	is_int(frame(e, 116, 2, 9000, 8), -EAGAIN, "another cgroup is not compared with it");
	engine_blind(e, 0);
	is_int(frame(e, 300, 2, 9000, 8), -EAGAIN, "a frame after a gap is not compared");
	is_int(frame(e, 302, 2, 9000, 8), 0, "the frame after that is");
	is_int(verdict.decision.reason, PROTECT_HOLDING, "the gap is not idle time");
}

/* Continues at 302 s with refaults and a memory.low that exceeds the cgroup's memory */
static void check_breaches(struct engine *e)
{
	low.value = 100 * MIB;
	breaches = 3;
	is_int(frame(e, 304, 2, 10000, 8), 0, "the kernel evicts below memory.low");
	is_int(verdict.decision.reason, PROTECT_UNHEEDED, "new breaches count");
	is_int(frame(e, 306, 2, 11000, 8), 0, "another frame");
	is_int(verdict.decision.reason, PROTECT_ENOUGH, "earlier breaches do not");
}

/* Continues at 306 s, when the cgroup was active */
static void check_original(struct engine *e)
{
	low.original = 20 * MIB;
	is_int(frame(e, 320, 2, 11000, 8), 0, "14 s later");
	is_uint(verdict.decision.low, 80 * MIB, "a quarter of what exceeds the original is given back");
}

int main(void)
{
	struct engine *e = engine_new(&config);

	if (ok(e != NULL, "create an engine")) {
		check_differences(e);
		check_idle_time(e);
		check_gaps(e);
		check_breaches(e);
		check_original(e);
	}
	engine_free(e);
	return tap_done();
}
