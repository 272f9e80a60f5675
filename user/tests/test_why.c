// SPDX-License-Identifier: GPL-2.0
/* Test the explanation of a cgroup's memory: which advice, and which sentences */

#include <errno.h>
#include <stdlib.h>
#include "failing_malloc.h"
#include "tap.h"
#include "why.h"
#include "why_json.h"

#define MIB	(1ULL << 20)
#define NONE	UINT64_MAX	/* "max" in a file */
#define PAGE	4096
#define MS	1000000ULL
#define CAUSE(name)	HEADROOM_STALL_CAUSE_##name
#define REASON(name)	HEADROOM_REASON_##name

/* The cgroups: "/", "/a", "/a/b", and "/a/b/c", which is there only if it is wanted */
enum { ROOT = 1, A, B, C, X };

static struct name name[] = {
	{ ROOT, "/" }, { A, "/a" }, { B, "/a/b" }, { C, "/a/b/c" }, { X, "/x" },
};
static const struct names names = { 5, name };
static struct headroom_cgroup cgroup[] = {
	{ .id = ROOT, .path = "/" },
	{ .id = A, .parent_id = ROOT, .path = "/a" },
	{ .id = B, .parent_id = A, .path = "/a/b" },
	{ .id = C, .parent_id = B, .path = "/a/b/c" },
};

/* Files of a level in MiB */
struct files {
	int error;
	uint64_t current, max, high, low;
};

/**
 * struct scene - readings; what is zero did not happen
 * @id: the cgroup to explain; 0 for B
 * @descendant: evictions for the limit of C, below B
 * @child: C exists; also if @descendant is not 0
 * @target: evictions for the limit of the cgroup; 0 for those of its first reason, if that is its
 *	own limit, less @descendant
 * @cold: pages evicted for the limit of the cgroup are not read again, only others
 * @self: files of B; its memory.max is NONE if all are zero
 * @seconds: length of the interval; 0 for 2
 * @pages: evictions and refaults by reason. All refaults have distances of 1024 to 1279 pages,
 *	so about 4.5 MiB would save them
 * @outside: percentage of evictions and refaults that are from outside
 * @stall: stalls that ended
 * @evictor: who took the pages
 */
struct scene {
	uint64_t id, descendant, target, target_of_a, breaches, outside, shared;
	struct files self, above;
	double seconds;
	bool untracked, mglru, inconsistent, child, cold, recorded;
	struct why_unknown unknown;
	struct { uint32_t reason; uint64_t evictions, refaults; } pages[3];
	struct headroom_stall stall[2];
	struct headroom_stalled stalled[3];
	struct headroom_evictor evictor[4];
};

/* The readings of a scene, with what they point to */
static struct {
	struct headroom_pages pages[3];
	struct headroom_bucket bucket;
	struct activity activity[2];
	struct interval interval;
	struct headroom_victim victim[2];
	struct headroom_blame blame;
	struct why_level level[3];
	struct why_input in;
} now;

static struct why_value value(const struct files *files, uint64_t mib)
{
	return (struct why_value){ files->error, mib == NONE ? NONE : mib * MIB };
}

static void fill_level(struct why_level *level, uint64_t id, const struct files *files)
{
	*level = (struct why_level){ .id = id, .path = names_path(&names, id) };
	level->file[WHY_CURRENT] = value(files, files->current);
	level->file[WHY_MAX] = value(files, files->max ? files->max : NONE);
	level->file[WHY_HIGH] = value(files, files->high ? files->high : NONE);
	level->file[WHY_LOW] = value(files, files->low);
}

static void fill_stats(const struct scene *scene, struct headroom_stats *stats)
{
	for (size_t i = 0; i < 3 && scene->pages[i].reason; i++) {
		now.pages[i] = (struct headroom_pages){
			.kind = HEADROOM_PAGE_KIND_FILE, .reason = scene->pages[i].reason,
			.evictions = scene->pages[i].evictions,
			.refaults = scene->pages[i].refaults,
		};
		stats->evictions += now.pages[i].evictions;
		stats->refaults += now.pages[i].refaults;
		stats->nr_pages++;
	}
	stats->pages = now.pages;
	stats->returned = stats->refaults - scene->shared;
	stats->refaults_shared = scene->shared;
	stats->evictions_outside = stats->evictions * scene->outside / 100;
	stats->returned_outside = stats->returned * scene->outside / 100;
	stats->stall = (struct headroom_stall *)scene->stall;
	for (size_t i = 0; i < 2 && scene->stall[i].cause; i++) {
		stats->nr_stalls++;
		stats->stall_total += scene->stall[i].total;
	}
	now.bucket = (struct headroom_bucket){ 1024, 1279, stats->returned };
	if (stats->returned)
		stats->refault_distance = (struct headroom_histogram){ 1, &now.bucket };
}

/* The extra memory as interval.c has it: exact, and sure */
static void fill_activity(const struct scene *scene)
{
	struct activity *activity = now.activity;

	memset(now.activity, 0, sizeof(now.activity));
	activity->cgroup = &cgroup[scene->id ? scene->id - 1 : B - 1];
	fill_stats(scene, &activity->subtree);
	activity->local = activity->subtree;
	if (scene->pages[0].reason == REASON(OWN_LIMIT)) {
		activity->target.evictions = scene->pages[0].evictions;
		activity->target.distance = activity->subtree.refault_distance;
	}
	if (scene->target) {
		activity->target.evictions = scene->target + scene->descendant;
		if (!scene->cold)
			activity->target.distance = activity->subtree.refault_distance;
	}
	if (scene->descendant || scene->child) {
		activity->extra_subtree = (struct headroom_extra){ 1000, 900, 1100 };
		activity->target.evictions -= scene->descendant;
		now.activity[1].cgroup = &cgroup[C - 1];
		now.activity[1].target.evictions = scene->descendant;
	}
	cgroup[B - 1].local.evictions = cgroup[B - 1].target.evictions = 1000000;
	now.interval = (struct interval){
		.seconds = scene->seconds ? scene->seconds : 2, .activity = now.activity,
		.nr = scene->descendant || scene->child ? 2 : 1, .consistent = !scene->inconsistent,
	};
}

/* Explain a scene */
static int explain(const struct scene *scene, struct why *why)
{
	size_t nr = 0, nr_stalled = 0;

	fill_activity(scene);
	while (nr < 4 && (scene->evictor[nr].id || scene->evictor[nr].evictions))
		nr++;
	while (nr_stalled < 3 && scene->stalled[nr_stalled].cgroup)
		nr_stalled++;
	/* what was evicted from another victim does not count */
	now.victim[0] = (struct headroom_victim){ B, nr, (void *)scene->evictor, { 0 } };
	now.victim[1] = (struct headroom_victim){ X, nr, (void *)scene->evictor, { 0 } };
	now.blame = (struct headroom_blame){ 2, now.victim };
	fill_level(&now.level[0], B, &scene->self);
	fill_level(&now.level[1], A, &scene->above);
	fill_level(&now.level[2], ROOT, &(struct files){ .error = ENOENT });
	now.level[1].evictions = scene->target_of_a;
	now.in = (struct why_input){
		.interval = &now.interval, .id = scene->id ? scene->id : B, .page_size = PAGE,
		.tracked = !scene->untracked, .mglru = scene->mglru,
		.recorded = scene->recorded, .unknown = scene->unknown,
		.breaches = scene->breaches, .blame = &now.blame, .names = &names,
		.nr_stalled = nr_stalled, .stalled = scene->stalled,
		.nr_levels = scene->id == ROOT ? 1 : 3,
		.level = scene->id == ROOT ? &now.level[2] : now.level,
	};
	return why_explain(&now.in, why);
}

static bool says(const struct why *why, const char *text)
{
	for (size_t i = 0; i < why->nr; i++)
		if (strstr(why->sentence[i].text, text))
			return true;
	return false;
}

static void print_all(const struct why *why)
{
	for (size_t i = 0; i < why->nr; i++)
		printf("# %s: %s\n", why->sentence[i].about, why->sentence[i].text);
}

/* A case: what is advised for a scene, and what is said; a text after "!" must not be */
struct expectation {
	const char *what;
	struct scene scene;
	enum why_action action;
	const char *path, *file;
	uint64_t mib;
	const char *says[7];
};

#define FILES(...)	{ 0, __VA_ARGS__ }
#define OWN_PAGES	.pages = { { REASON(OWN_LIMIT), 4000, 4000 } }
#define PARENT_PAGES	.pages = { { REASON(ANCESTOR_LIMIT), 4000, 4000 } }
#define MACHINE_PAGES	\
	.pages = { { REASON(KSWAPD), 2000, 2000 }, { REASON(DIRECT_RECLAIM), 2000, 2000 } }
#define BY(id_, reason_, n)	\
	{ .id = id_, .reason = REASON(reason_), .evictions = n, .refaults = n }

static const struct expectation limits[] = {
	{ "nothing happens", { .self = FILES(64, 0, 0, 0) }, WHY_NOTHING, NULL, NULL, 0,
	  { "Tasks do not wait for memory. No task is stalled now.", "No page was evicted.",
	    "!before it",
	    "None of its evicted pages were read again.", "/a/b uses 64.0 MiB.",
	    "Nothing to do: it has enough memory." } },
	{ "its own memory.max", { .self = FILES(64, 64, 0, 0), OWN_PAGES }, WHY_RAISE_LIMIT, "/a/b",
	  "memory.max", 69,
	  { "4000 pages were evicted, 15.6 MiB: 100 % for its own limit. None were taken from "
	    "outside.",
	    "90 % of the 2000 refaults/s would not have happened",
	    "/a/b uses 64.0 MiB, memory.max 64.0 MiB.",
	    "Raise memory.max of /a/b from 64.0 MiB to 69.0 MiB: 100 % of its refaults are of "
	    "pages that were evicted for its own limit." } },
	{ "its own memory.high, close to memory.max", { .self = FILES(48, 50, 48, 0), OWN_PAGES },
	  WHY_RAISE_LIMIT, "/a/b", "memory.high", 53, { "to 53.0 MiB, and memory.max with it:" } },
	{ "its own memory.high, far below memory.max", { .self = FILES(48, 99, 48, 0), OWN_PAGES },
	  WHY_RAISE_LIMIT, "/a/b", "memory.high", 53, { "!and memory.max with it" } },
	{ "its own limit, which is gone", { .self = FILES(64, 0, 0, 0), OWN_PAGES }, WHY_UNSURE,
	  NULL,
	  NULL, 0, { "it has no limit now, although one evicted its pages" } },
	{ "its own limit, unreadable", { .self = { .error = EACCES }, OWN_PAGES }, WHY_RAISE_LIMIT,
	  "/a/b", NULL, 0,
	  { "What limits or protects /a/b is unknown: cannot read its memory.current: Permission "
	    "denied.",
	    "!uses", "Raise memory.max or memory.high of /a/b (which one limits it is unknown)" } },
	{ "the limit of its parent, by its own demand",
	  { .self = FILES(64, 0, 0, 0), .above = FILES(256, 256, 0, 0), .outside = 10,
	    PARENT_PAGES },
	  WHY_RAISE_LIMIT, "/a", "memory.max", 261,
	  { "100 % for the limit of an ancestor", "; /a uses 256.0 MiB, memory.max 256.0 MiB." } },
	{ "the limit of its parent, which is not full now",
	  { .above = FILES(100, 0, 256, 0), .target_of_a = 4000, PARENT_PAGES },
	  WHY_RAISE_LIMIT, "/a", "memory.high", 261, { NULL } },
	{ "the limit of an ancestor, unknown which", { .above = FILES(100, 0, 256, 0),
	  PARENT_PAGES },
	  WHY_UNSURE, NULL, NULL, 0, { "which ancestor's limit evicted its pages is unknown" } },
	{ "a limit below it", { .descendant = 3000, .self = FILES(64, 64, 0, 0), OWN_PAGES },
	  WHY_DESCEND, "/a/b/c", NULL, 0,
	  { "75 % for limits below it, 25 % for its own limit", "run 'headroom why /a/b/c'" } },
	{ "limits of pages that were evicted earlier", { .child = true,
	  .pages = { { REASON(OWN_LIMIT), 0, 4000 } } }, WHY_UNSURE, NULL, NULL, 0,
	  { "why most of its pages were evicted is unknown",
	    "No page was evicted in the interval; 4000 pages evicted before it were read again, "
	    "15.6 MiB." } },
	{ "one page that was evicted earlier", { .pages = { { REASON(KSWAPD), 0, 1 } } },
	  WHY_NOTHING, NULL, NULL, 0,
	  { "No page was evicted in the interval; 1 page evicted before it was read again, 4.0 KiB." } },
	{ "pages of others that were evicted earlier",
	  { .pages = { { REASON(KSWAPD), 0, 4000 } }, .shared = 4000 }, WHY_UNSURE, NULL, NULL, 0,
	  { "No page was evicted.", "!before it" } },
	{ "its own limit evicts most, and others what is read again",
	  { .self = FILES(64, 64, 0, 0), .descendant = 100, .target = 3900, .cold = true,
	    .outside = 90, MACHINE_PAGES }, WHY_PROTECT, "/a/b", "memory.low", 64,
	  { "With 3.9 MiB more (95 % interval 3.5 MiB to 4.3 MiB)", "!horizon" } },
	{ "few cgroups below it take part", { .descendant = 1000, .self = FILES(64, 64, 0, 0),
	  OWN_PAGES },
	  WHY_RAISE_LIMIT, "/a/b", "memory.max", 69, { "75 % for its own limit, 25 % for limits "
	    "below it" } },
	{ "a full memory.high, and nothing to evict",
	  { .self = FILES(63, 0, 64, 0), .stall = { { .cause = CAUSE(MEMORY_HIGH_THROTTLE),
	    .count = 9,
	    .total = 500 * MS } } }, WHY_RAISE_LIMIT, "/a/b", "memory.high", 0,
	  { "Tasks wait for memory 25.0 % of the time: 100 % of it in memory high throttle.",
	    "from 64.0 MiB, by an amount that the refaults do not tell: it is full" } },
	{ "throttled, and the evicted pages are not needed",
	  { .self = FILES(63, 0, 64, 0), .pages = { { REASON(OWN_LIMIT), 4000, 0 } },
	    .stall = { { .cause = CAUSE(MEMORY_HIGH_THROTTLE), .total = 500 * MS } } },
	  WHY_RAISE_LIMIT, "/a/b", "memory.high", 0, { NULL } },
};

static const struct expectation others[] = {
	{ "taken by a sibling at its parent's limit",
	  { .self = FILES(64, 0, 0, 0), .above = FILES(256, 256, 0, 0), .outside = 90, PARENT_PAGES,
	    .evictor = { BY(X, ANCESTOR_LIMIT, 3000), BY(B, ANCESTOR_LIMIT, 600),
	      { .evictions = 400,
	    .refaults = 400 } } },
	  WHY_PROTECT, "/a/b", "memory.low", 69,
	  { "Of them, 90 % were taken from outside; of those that were read again, 90 %.",
	    "Evictors of the pages that were read again: /x 75 %, the cgroup itself 15 %, unknown "
	      "10 %.",
	    "Set memory.low of /a/b to 69.0 MiB: 100 % of its refaults", "!in its ancestors",
	      "!MGLRU" } },
	{ "memory.low is no higher than its own limit",
	  { .self = FILES(64, 66, 0, 0), .above = FILES(256, 256, 0, 0), .outside = 90,
	    PARENT_PAGES },
	  WHY_PROTECT, "/a/b", "memory.low", 66, { NULL } },
	{ "taken by others, the machine is short",
	  { .self = FILES(64, 0, 0, 0), .outside = 90, MACHINE_PAGES, .evictor = { BY(X, KSWAPD,
	    4000) } },
	  WHY_PROTECT, "/a/b", "memory.low", 69,
	  { "50 % by kswapd, 50 % by direct reclaim", "divided by wake-ups",
	    "because the machine was short",
	    "at least as much in its ancestors: /a.", "!MGLRU" } },
	{ "the same, with MGLRU", { .self = FILES(64, 0, 0, 0), .outside = 90, .mglru = true,
	  MACHINE_PAGES },
	  WHY_PROTECT, "/a/b", "memory.low", 69, { "MGLRU may reclaim below memory.low" } },
	{ "the parent is protected already",
	  { .self = FILES(64, 0, 0, 0), .above = FILES(256, 0, 0, 200), .outside = 90,
	    MACHINE_PAGES },
	  WHY_PROTECT, "/a/b", "memory.low", 69, { "!in its ancestors",
	    "; /a uses 256.0 MiB, memory.low 200.0 MiB" } },
	{ "memory.low covers what it has, and not what it lacks",
	  { .self = FILES(64, 0, 0, 66), .above = FILES(99, 0, 0, 80), .outside = 90,
	    MACHINE_PAGES, .evictor = { BY(X, KSWAPD, 3000) } },
	  WHY_PROTECT, "/a/b", "memory.low", 69, { "!in its ancestors" } },
	{ "the kernel ignores memory.low",
	  { .self = FILES(64, 0, 0, 80), .outside = 90, .mglru = true, .breaches = 7, MACHINE_PAGES,
	    .evictor = { BY(X, KSWAPD, 3000), BY(ROOT, KSWAPD, 1000) } },
	  WHY_LIMIT_EVICTOR, "/x", "memory.high", 0,
	  { "memory.low does not help: the kernel went below it 7 times.", "/x 75 %, / 25 %" } },
	{ "the same, and a limit on the evictor would limit the cgroup",
	  { .self = FILES(64, 0, 0, 80), .outside = 90, .mglru = true, .breaches = 7, MACHINE_PAGES,
	    .evictor = { BY(A, KSWAPD, 3000), BY(ROOT, KSWAPD, 1000) } },
	  WHY_PROTECT_HARD, "/a/b", "memory.min", 69, { "MGLRU does not heed memory.low" } },
	{ "the same, without MGLRU", { .self = FILES(64, 0, 0, 80), .outside = 90, .breaches = 7,
	  MACHINE_PAGES },
	  WHY_ADD_MEMORY, NULL, NULL, 5, { "Add 5.0 MiB of memory to the machine" } },
	{ "memory.low is enough, and does not help",
	  { .self = FILES(64, 0, 0, 80), .above = FILES(99, 0, 0, 80), .outside = 90, MACHINE_PAGES,
	    .evictor = { BY(X, KSWAPD, 3000) } },
	  WHY_LIMIT_EVICTOR, "/x", "memory.high", 0, { "memory.low already covers what it "
	    "lacks." } },
	{ "its own demand, the machine is short", { .outside = 10, MACHINE_PAGES }, WHY_ADD_MEMORY,
	  NULL,
	  NULL, 5, { "and only 10 % were taken from outside." } },
	{ "the root", { .id = ROOT, MACHINE_PAGES }, WHY_ADD_MEMORY, NULL, NULL, 5,
	  { "!outside", "!uses", "!unknown:" } },
	{ "both ways to be short are one",
	  { .self = FILES(64, 64, 0, 0), .pages = { { REASON(OWN_LIMIT), 2000, 2000 },
	    { REASON(KSWAPD), 1500, 1500 }, { REASON(DIRECT_RECLAIM), 1500, 1500 } } },
	  WHY_ADD_MEMORY, NULL, NULL, 5, { "60 % of its refaults are of pages that were evicted "
	  "because the machine was short of memory" } },
	{ "the root, and limits below it",
	  { .id = ROOT, .descendant = 1000, .target = 3000,
	    .pages = { { REASON(ANCESTOR_LIMIT), 1000, 1000 }, { REASON(KSWAPD), 3000, 3000 } } },
	  WHY_ADD_MEMORY, NULL, NULL, 5, { "75 % by kswapd, 25 % for limits below it" } },
	{ "proactive reclaim by another cgroup",
	  { .pages = { { REASON(PROACTIVE), 4000, 4000 } }, .outside = 100,
	    .evictor = { BY(B, KSWAPD, 3000), BY(X, PROACTIVE, 2000) } }, WHY_STOP_REQUESTS, "/x",
	      NULL, 0,
	  { "100 % by proactive reclaim", "Stop proactive reclaim (memory.reclaim, DAMON) by /x: "
	    "100 % of its refaults" } },
	{ "MADV_PAGEOUT", { .pages = { { REASON(MADVISE), 4000, 4000 } }, .evictor = { BY(B,
	  MADVISE, 2000) } },
	  WHY_STOP_REQUESTS, "/a/b", NULL, 0, { "Stop MADV_PAGEOUT by /a/b: " } },
	{ "proactive reclaim that costs nothing", { .pages = { { REASON(PROACTIVE), 4000, 1 } } },
	  WHY_NOTHING, NULL, NULL, 0, { "too few for more memory to gain much" } },
	{ "an unknown reason", { .pages = { { REASON(UNKNOWN), 4000, 4000 } } }, WHY_UNSURE, NULL,
	  NULL, 0,
	  { "100 % for an unknown reason", "Which cgroups evicted them is unknown.",
	    "why most of its pages were evicted is unknown" } },
	{ "a reason of a newer module", { .pages = { { 42, 4000, 4000 } } }, WHY_UNSURE, NULL, NULL,
	  0,
	  { "100 % for an unknown reason" } },
	{ "refaults weigh, not evictions",
	  { .self = FILES(64, 64, 0, 0), .pages = { { REASON(OWN_LIMIT), 1000, 990 },
	    { REASON(PROACTIVE), 9000, 10 } } },
	  WHY_RAISE_LIMIT, "/a/b", "memory.max", 69, { "90 % by proactive reclaim, 10 % for its "
	    "own limit", "99 % of its refaults" } },
};

static const struct expectation doubts[] = {
	{ "pages that are used once", { .self = FILES(64, 64, 0, 0), .pages = { { REASON(OWN_LIMIT),
	  40000, 1 } },
	    .stall = { { .cause = CAUSE(MEMCG_RECLAIM), .total = 20 * MS } } }, WHY_NO_GAIN, NULL,
	      NULL, 0,
	  { "hardly any evicted page is read again", "0.5 of its evicted pages were read again "
	    "per second" } },
	{ "pages of other cgroups", { .pages = { { REASON(UNKNOWN), 0, 4000 } }, .shared = 4000 },
	  WHY_UNSURE,
	  NULL, NULL, 0, { "Of the pages that it read back, 100 % were evicted from other "
	    "cgroups." } },
	{ "pages of other cgroups, while it loses some",
	  { .pages = { { REASON(KSWAPD), 100, 4000 } }, .shared = 4000 }, WHY_NO_GAIN,
	  NULL, NULL, 0, { "most of the pages that it reads back were evicted from other "
	    "cgroups" } },
	{ "few refaults", { .self = FILES(64, 64, 0, 0), .pages = { { REASON(OWN_LIMIT), 15,
	  15 } } },
	  WHY_MEASURE_LONGER, NULL, NULL, 0,
	  { "15 pages were evicted, 60.0 KiB: too few for shares to mean much.",
	    "Only 15 refaults were recorded, too few", "Measure longer" } },
	{ "few refaults in a long time",
	  { .self = FILES(64, 64, 0, 0), .seconds = 15, .pages = { { REASON(OWN_LIMIT), 15,
	    15 } } },
	  WHY_MEASURE_LONGER, NULL, NULL, 0, { NULL } },
	{ "one page", { .pages = { { REASON(OWN_LIMIT), 1, 0 } } }, WHY_NOTHING, NULL, NULL, 0,
	  { "1 page was evicted, 4.0 KiB: too few" } },
	{ "an interval too short", { .seconds = 0.05, .inconsistent = true }, WHY_NOTHING, NULL,
	  NULL, 0,
	  { "Little can be seen in 0.05 s: --interval 10 shows more. Cgroups were created or "
	    "removed" } },
	{ "no notes", { .seconds = 5 }, WHY_NOTHING, NULL, NULL, 0, { "!Little", "!created" } },
	{ "stalls are not tracked", { .untracked = true }, WHY_NOTHING, NULL, NULL, 0,
	  { "Whether tasks wait for memory is unknown: stalls are not tracked, run 'headroom "
	    "config stalls=on'.",
	    "Nothing to do, unless its tasks wait", "!No task" } },
	{ "short stalls", { .stall = { { .cause = CAUSE(COMPACTION), .total = MS / 2 } } },
	  WHY_NOTHING, NULL, NULL, 0,
	  { "Tasks hardly wait for memory <0.1 % of the time" } },
	{ "stalls of several tasks",
	  { .stall = { { .cause = CAUSE(DIRECT_RECLAIM), .total = 1000 * MS },
	    { .cause = CAUSE(COMPACTION), .total = 3000 * MS } } },
	  WHY_ADD_MEMORY, NULL, NULL, 0,
	  { "200 % of the time (the stalls of several tasks add up): 75 % of it in compaction, 25 "
	    "% of it in direct reclaim." } },
	{ "stalls in flight",
	  { .stalled = { { 7, B, CAUSE(SWAP_IN), 5 * MS, { 0 } }, { 8, B, CAUSE(REFAULT), 2000 * MS,
	    { 0 } },
			 { 9, X, CAUSE(OTHER), 9000 * MS, { 0 } } } }, WHY_UNSURE, NULL, NULL, 0,
	  { "No stall for memory ended. 2 tasks are stalled now, the longest for 2.0 s in refault.",
	    "tasks wait, but neither evictions nor its limits say why" } },
	{ "one stall in flight, and proactive reclaim, which is none",
	  { .stalled = { { 7, B, CAUSE(SWAP_IN), 1, { 0 } }, { 8, B, CAUSE(PROACTIVE_RECLAIM),
	    2000 * MS, { 0 } } } },
	  WHY_NOTHING, NULL, NULL, 0, { "One task is stalled now, for 1 ns in swap in." } },
	{ "a removed evictor", { PARENT_PAGES, .evictor = { BY(99, ANCESTOR_LIMIT, 50) } },
	  WHY_UNSURE, NULL, NULL, 0,
	  { "again: the removed cgroup 99 100 %, unknown 0 %." } },
	{ "many evictors",
	  { PARENT_PAGES, .evictor = { BY(X, KSWAPD, 40), BY(A, KSWAPD, 30), BY(B, KSWAPD, 20),
	    BY(ROOT, KSWAPD, 10) } },
	  WHY_UNSURE, NULL, NULL, 0, { "/x 40 %, /a 30 %, the cgroup itself 20 %, other cgroups "
	    "10 %, unknown 0 %." } },
};

/* What a recording does not have is unknown */
#define NOT_RECORDED	.self = { .error = ENODATA }, .above = { .error = ENODATA }, .recorded = true

static const struct expectation recordings[] = {
	{ "stalls were not tracked", { .recorded = true, .untracked = true }, WHY_NOTHING, NULL,
	  NULL, 0, { "is unknown: stalls were not tracked.", "!headroom config" } },
	{ "stalled tasks are unknown", { .recorded = true, .unknown.stalled = true }, WHY_NOTHING,
	  NULL, NULL, 0,
	  { "No stall for memory ended. Whether tasks were stalled then is unknown",
	    "!No task is", "Nothing to do, unless its tasks wait" } },
	{ "evictors are unknown", { .recorded = true, .unknown.blame = true, OWN_PAGES,
	  .self = FILES(64, 64, 0, 0) }, WHY_RAISE_LIMIT, "/a/b", "memory.max", 69,
	  { "Which cgroups evict its pages is unknown: that was not recorded." } },
	{ "files are unknown", { NOT_RECORDED, OWN_PAGES }, WHY_RAISE_LIMIT, "/a/b", NULL, 0,
	  { "What limits or protects /a/b is unknown: its memory.current was not recorded.",
	    "(which one limits it is unknown)", "!uses" } },
	{ "MGLRU is unknown", { .recorded = true, .unknown.mglru = true, .outside = 90,
	  .self = FILES(64, 0, 0, 0), MACHINE_PAGES }, WHY_PROTECT, "/a/b", "memory.low", 69,
	  { "MGLRU, if the kernel uses it (that was not recorded), may reclaim below" } },
	{ "the kernel ignores memory.low, and MGLRU is unknown",
	  { .recorded = true, .unknown.mglru = true, .self = FILES(64, 0, 0, 80), .outside = 90,
	    .breaches = 7, MACHINE_PAGES }, WHY_ADD_MEMORY, NULL, NULL, 5,
	  { "The kernel went below memory.low 7 times: if it uses MGLRU (that was not recorded), "
	    "memory.min helps." } },
	{ "the kernel ignores memory.low, and evictors are unknown",
	  { .recorded = true, .unknown.blame = true, .mglru = true, .breaches = 7, .outside = 90,
	    .self = FILES(64, 0, 0, 80), MACHINE_PAGES }, WHY_PROTECT_HARD, "/a/b", "memory.min", 69,
	  { "and which cgroup took its pages is unknown.", "!no evictor" } },
	{ "a limit below it", { .recorded = true, .descendant = 3000, OWN_PAGES }, WHY_DESCEND,
	  "/a/b/c", NULL, 0, { "run why at this moment for /a/b/c: 75 %", "!'headroom" } },
};

static void check_advice(const struct expectation *e, const struct why_advice *advice)
{
	ok(advice->action == e->action, "%s: advises %s", e->what, why_action_name(e->action));
	if (advice->action != e->action)
		printf("# got %s\n", why_action_name(advice->action));
	if (e->path)
		is_text(advice->path, e->path, "  the cgroup");
	else
		ok(!advice->path, "  no cgroup");
	if (e->file)
		is_text(advice->file, e->file, "  the file");
	else
		ok(!advice->file, "  no file");
	is_uint(advice->value / MIB, e->mib, "  the value");
}

static void test_cases(const struct expectation *e, size_t nr)
{
	for (; nr--; e++) {
		struct why why;
		bool all = true;

		if (!ok(explain(&e->scene, &why) == 0, "%s", e->what))
			continue;
		check_advice(e, &why.advice);
		for (size_t i = 0; i < 7 && e->says[i]; i++)
			all &= e->says[i][0] == '!' ? ok(!says(&why, e->says[i] + 1), "  %s",
			  e->says[i]) :
						      ok(says(&why, e->says[i]), "  %s",
						        e->says[i]);
		is_text(why.sentence[why.nr - 1].about, "advice", "  the advice is last");
		if (!all)
			print_all(&why);
		why_free(&why);
	}
}

/* The pages that came back are in the sum over reasons and victims, with the others' error */
static void test_evictors(void)
{
	const struct scene scene = {
		PARENT_PAGES,
		.evictor = {
			{ X, REASON(KSWAPD), true, 10, 4, 50, { 0 } },
			{ X, REASON(PROACTIVE), false, 5, 1, 50, { 0 } },
			{ A, REASON(KSWAPD), true, 20, 2, 1, { 0 } },
			{ 0, 0, false, 8, 1, 0, { 0 } },
		},
	};
	struct why why;
	struct why_blame *blame = &why.facts.blame;

	is_int(explain(&scene, &why), 0, "several reasons");
	is_uint(blame->nr, 2, "one evictor for all reasons");
	is_uint(blame->evictor[0].id, A, "with few refaults, most evictions first");
	is_uint(blame->evictor[1].evictions, 15, "evictions");
	is_uint(blame->evictor[1].refaults, 5, "refaults");
	is_uint(blame->evictor[1].requested, 5, "on request");
	is_uint(blame->evictor[1].error, 28, "the error is at most the rest");
	is_uint(blame->evictor[0].error, 1, "or what the kernel states");
	is_uint(blame->evictions, 43, "all evictions");
	is_uint(blame->others_refaults, 1, "the others");
	ok(says(&why, "Evictors of the pages: /a and others below it 47 %, /x 35 %, unknown 19 %."),
	   "and shares of the evictions");
	why_free(&why);
}

/* Any allocation may fail: expect -ENOMEM, and success without a failure */
static void test_memory(void)
{
	unsigned int nth = 0, wrong = 0;
	struct why why;
	int err;

	do {
		malloc_fail(++nth);
		err = explain(&others[0].scene, &why);
		wrong += err != (malloc_count >= nth ? -ENOMEM : 0);
		why_free(&why);
	} while (malloc_count >= nth);
	malloc_fail(0);
	is_uint(wrong, 0, "returns -ENOMEM if an allocation fails");
	ok(nth > 10, "%u allocations fail", nth - 1);
}

static void test_json(void)
{
	struct json_object *object, *advice, *value;
	struct why why;

	is_int(explain(&others[0].scene, &why), 0, "an explanation");
	object = why_json(&why);
	ok(json_object_object_get_ex(object, "advice", &advice) &&
	   json_object_object_get_ex(advice, "value_bytes", &value) &&
	   json_object_get_uint64(value) == 69 * MIB, "JSON has the advice");
	ok(json_object_object_get_ex(object, "sentences", &value) &&
	   json_object_array_length(value) == why.nr, "and the sentences");
	json_object_put(object);
	why_free(&why);
}

static bool is_null(struct json_object *object, const char *key)
{
	struct json_object *value;

	return json_object_object_get_ex(object, key, &value) && !value;
}

static void test_json_unknown(void)
{
	const struct scene scene = {
		NOT_RECORDED, .unknown = { true, true, true, true }, OWN_PAGES,
	};
	struct json_object *object, *waits;
	struct why why;

	explain(&scene, &why);
	object = why_json(&why);
	ok(json_object_object_get_ex(object, "waits", &waits) && is_null(waits, "stalled"),
	   "JSON: unknown stalled tasks are null");
	ok(is_null(object, "evictors") && is_null(object, "others"), "so are evictors");
	ok(is_null(object, "low_breaches"), "so are reclaims below memory.low");
	ok(is_null(object, "mglru"), "so is MGLRU");
	json_object_put(object);
	why_free(&why);
}

#define CASES(cases)	test_cases(cases, sizeof(cases) / sizeof((cases)[0]))

int main(void)
{
	CASES(limits);
	CASES(others);
	CASES(doubts);
	CASES(recordings);
	test_evictors();
	test_memory();
	test_json();
	test_json_unknown();
	return tap_done();
}
