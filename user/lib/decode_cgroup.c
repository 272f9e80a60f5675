// SPDX-License-Identifier: LGPL-2.1
/*
 * From netlink attributes to the statistics of cgroups
 *
 * As decode.c, but of this there is much: a snapshot of a large host has a million
 * attributes. So they are walked without libnl, what mostly stands there is tried
 * first, and what stays zero is not touched.
 */

#include <errno.h>
#include <stddef.h>
#include <string.h>

#include "attr.h"
#include "decode.h"

/* Histograms: how many buckets, and the unit beyond which the last overflows */
#define BUCKETS		124
#define SHIFT_MAX	32

/* Bytes that make up no attribute are left where attributes should have ended. */
static int check_end(int rem)
{
	return rem > 0 ? -EBADMSG : 0;
}

/* A histogram as it is on the wire */
struct layout {
	uint32_t shift;
	uint32_t first;
	const char *counts;
	size_t nr;
};

/* As the kernel writes it; false if it is any other way, which may be right as well */
static bool decode_usual_layout(const struct nlattr *nest, struct layout *layout)
{
	const struct {
		struct nlattr shift_head;
		uint32_t shift;
		struct nlattr first_head;
		uint32_t first;
		struct nlattr counts_head;
	} *usual = attr_data(nest);
	int len = attr_len(nest) - (int)sizeof(*usual);

	if (len < 0 || len % sizeof(uint64_t) || usual->counts_head.nla_len != len + NLA_HDRLEN ||
	    usual->shift_head.nla_len != NLA_HDRLEN + sizeof(uint32_t) ||
	    usual->shift_head.nla_type != HEADROOM_A_HISTOGRAM_SHIFT ||
	    usual->first_head.nla_len != NLA_HDRLEN + sizeof(uint32_t) ||
	    usual->first_head.nla_type != HEADROOM_A_HISTOGRAM_FIRST ||
	    usual->counts_head.nla_type != HEADROOM_A_HISTOGRAM_COUNTS)
		return false;
	layout->shift = usual->shift;
	layout->first = usual->first;
	layout->counts = (const char *)(usual + 1);
	layout->nr = len / sizeof(uint64_t);
	return layout->shift <= SHIFT_MAX && layout->first < BUCKETS &&
	       layout->nr <= BUCKETS - layout->first;
}

static int decode_layout(const struct nlattr *nest, struct layout *layout)
{
	const struct nlattr *attr;
	bool shift = false, first = false;
	int rem, err = 0;

	*layout = (struct layout){ 0 };
	attr_for_each_nested(attr, nest, rem) {
		switch (attr_type(attr)) {
		case HEADROOM_A_HISTOGRAM_SHIFT:
			err = attr_u32(attr, &layout->shift);
			shift = true;
			break;
		case HEADROOM_A_HISTOGRAM_FIRST:
			err = attr_u32(attr, &layout->first);
			first = true;
			break;
		case HEADROOM_A_HISTOGRAM_COUNTS:
			layout->counts = attr_data(attr);
			layout->nr = attr_len(attr) / sizeof(uint64_t);
			err = attr_len(attr) % sizeof(uint64_t) ? -EBADMSG : 0;
			break;
		}
		if (err)
			return err;
	}
	if (layout->nr && !(shift && first))
		return -EBADMSG;
	if (layout->shift > SHIFT_MAX || layout->first >= BUCKETS ||
	    layout->nr > BUCKETS - layout->first)
		return -EBADMSG;
	return check_end(rem);
}

/* Where each bucket begins, in units. The rule stands in the specification. */
#define OCTAVE(n)	(uint64_t)4 << (n), (uint64_t)5 << (n), (uint64_t)6 << (n), (uint64_t)7 << (n)
#define OCTAVES(n)	OCTAVE(n), OCTAVE(n + 1), OCTAVE(n + 2), OCTAVE(n + 3), OCTAVE(n + 4)

static const uint64_t bucket_begin[BUCKETS + 1] = {
	0, 1, 2, 3, OCTAVES(0), OCTAVES(5), OCTAVES(10), OCTAVES(15), OCTAVES(20), OCTAVES(25),
	(uint64_t)4 << 30
};

/* Those that are not empty; returns how many. @bucket has room for all. */
static size_t decode_buckets(const struct layout *layout, struct headroom_bucket *bucket)
{
	const uint64_t *begin = bucket_begin + layout->first, *end = begin + layout->nr;
	struct headroom_bucket *to = bucket;
	const char *at = layout->counts;
	uint64_t count = 0;

	for (; begin < end; begin++, at += sizeof(count)) {
		/* attributes are aligned to 4 bytes */
		memcpy(&count, at, sizeof(count));
		if (!count)
			continue;
		to->low = begin[0] << layout->shift;
		to->high = (begin[1] << layout->shift) - 1;
		to->count = count;
		to++;
	}
	/* The last of all has no end */
	if (end == bucket_begin + BUCKETS && count)
		to[-1].high = UINT64_MAX;
	return to - bucket;
}

/* Subtraction and quantiles walk the buckets that are not empty, in their order. */
static int decode_histogram(const struct nlattr *nest, struct headroom_histogram *hist,
			    struct arena *arena)
{
	struct headroom_bucket *bucket;
	struct layout layout;
	int err = 0;

	hist->nr = 0;
	hist->bucket = NULL;
	if (!decode_usual_layout(nest, &layout))
		err = decode_layout(nest, &layout);
	if (err || !layout.nr)
		return err;
	bucket = arena_alloc(arena, layout.nr * sizeof(*bucket));
	if (!bucket)
		return -ENOMEM;
	hist->nr = decode_buckets(&layout, bucket);
	hist->bucket = hist->nr ? bucket : NULL;
	arena_return(arena, (layout.nr - hist->nr) * sizeof(*bucket));
	return 0;
}

_Static_assert(HEADROOM_STALL_CAUSES <= 32 && HEADROOM_PAGE_KINDS * HEADROOM_REASONS <= 32,
	       "there is a bit for each");

/*
 * Where the numbers of a nest belong. What is longer than 4 bytes, or no number, is
 * looked for below; the key of a nest and its numbers may come in any order.
 */
#define TABLE(places)	((struct attr_table){ places, sizeof(places) / sizeof(places[0]) })
#define PLACE(type, member)	(1 + offsetof(type, member))

/* A nest by itself, until its key is known */
struct nest_stall {
	uint64_t cause;
	struct headroom_stall stall;
};

struct nest_pages {
	uint64_t kind, reason;
	struct headroom_pages pages;
};

struct nest_reclaim {
	uint64_t reason, lowest_priority;
	struct headroom_reclaim reclaim;
};

static const uint16_t stall_places[] = {
	[HEADROOM_A_STALL_CAUSE] = PLACE(struct nest_stall, cause),
	[HEADROOM_A_STALL_COUNT] = PLACE(struct nest_stall, stall.count),
	[HEADROOM_A_STALL_TOTAL] = PLACE(struct nest_stall, stall.total),
	[HEADROOM_A_STALL_LONGEST] = PLACE(struct nest_stall, stall.longest),
};

static const uint16_t pages_places[] = {
	[HEADROOM_A_PAGES_KIND] = PLACE(struct nest_pages, kind),
	[HEADROOM_A_PAGES_REASON] = PLACE(struct nest_pages, reason),
	[HEADROOM_A_PAGES_EVICTIONS] = PLACE(struct nest_pages, pages.evictions),
	[HEADROOM_A_PAGES_REFAULTS] = PLACE(struct nest_pages, pages.refaults),
};

static const uint16_t reclaim_places[] = {
	[HEADROOM_A_RECLAIM_REASON] = PLACE(struct nest_reclaim, reason),
	[HEADROOM_A_RECLAIM_SCANNED] = PLACE(struct nest_reclaim, reclaim.scanned),
	[HEADROOM_A_RECLAIM_RECLAIMED] = PLACE(struct nest_reclaim, reclaim.reclaimed),
	[HEADROOM_A_RECLAIM_LOWEST_PRIORITY] = PLACE(struct nest_reclaim, lowest_priority),
};

static const uint16_t stats_places[] = {
	[HEADROOM_A_STATS_EVICTIONS] = PLACE(struct headroom_stats, evictions),
	[HEADROOM_A_STATS_REFAULTS] = PLACE(struct headroom_stats, refaults),
	[HEADROOM_A_STATS_REFAULTS_SHARED] = PLACE(struct headroom_stats, refaults_shared),
	[HEADROOM_A_STATS_REFAULT_SAMPLES] = PLACE(struct headroom_stats, refault_samples),
	[HEADROOM_A_STATS_RETURNED] = PLACE(struct headroom_stats, returned),
	[HEADROOM_A_STATS_STALL_TOTAL] = PLACE(struct headroom_stats, stall_total),
};

static const uint16_t cgroup_places[] = {
	[HEADROOM_A_CGROUP_ID] = PLACE(struct headroom_cgroup, id),
	[HEADROOM_A_CGROUP_PARENT_ID] = PLACE(struct headroom_cgroup, parent_id),
	[HEADROOM_A_CGROUP_GENERATION] = PLACE(struct headroom_cgroup, generation),
	[HEADROOM_A_CGROUP_PSI_FULL] = PLACE(struct headroom_cgroup, psi_full),
};

static int decode_stall(const struct nlattr *nest, struct headroom_stats *stats,
			struct arena *arena, struct headroom_seen *seen)
{
	struct nest_stall found = { 0 };
	const struct nlattr *attr;
	int rem, err = 0;

	attr_for_each_other_nested(attr, nest, rem, TABLE(stall_places), &found) {
		switch (attr_type(attr)) {
		case HEADROOM_A_STALL_CAUSE:
			err = -EBADMSG;
			break;
		case HEADROOM_A_STALL_COUNT:
			err = attr_uint(attr, &found.stall.count);
			break;
		case HEADROOM_A_STALL_TOTAL:
			err = attr_uint(attr, &found.stall.total);
			break;
		case HEADROOM_A_STALL_LONGEST:
			err = attr_uint(attr, &found.stall.longest);
			break;
		case HEADROOM_A_STALL_LATENCY:
			err = decode_histogram(attr, &found.stall.latency, arena);
			break;
		}
		if (err)
			return err;
	}
	if (!found.cause)
		return -EBADMSG;
	if (found.cause < HEADROOM_STALL_CAUSES) {
		stats->stall[found.cause] = found.stall;
		seen->stalls |= (uint32_t)1 << found.cause;
	}
	return check_end(rem);
}

static int decode_pages(const struct nlattr *nest, struct headroom_stats *stats,
			struct headroom_seen *seen)
{
	struct nest_pages found = { 0 };
	const struct nlattr *attr;
	int rem, err = 0;

	attr_for_each_other_nested(attr, nest, rem, TABLE(pages_places), &found) {
		switch (attr_type(attr)) {
		case HEADROOM_A_PAGES_KIND:
		case HEADROOM_A_PAGES_REASON:
			err = -EBADMSG;
			break;
		case HEADROOM_A_PAGES_EVICTIONS:
			err = attr_uint(attr, &found.pages.evictions);
			break;
		case HEADROOM_A_PAGES_REFAULTS:
			err = attr_uint(attr, &found.pages.refaults);
			break;
		}
		if (err)
			return err;
	}
	if (!found.kind || !found.reason)
		return -EBADMSG;
	if (found.kind < HEADROOM_PAGE_KINDS && found.reason < HEADROOM_REASONS) {
		stats->pages[found.kind][found.reason] = found.pages;
		seen->pages |= (uint32_t)1 << (found.kind * HEADROOM_REASONS + found.reason);
	}
	return check_end(rem);
}

static int decode_group(const struct nlattr *nest, struct headroom_stats *stats, size_t *nr)
{
	struct headroom_pages *group = &stats->group[*nr];
	const struct nlattr *attr;
	int rem, err = 0;

	if ((*nr)++ == HEADROOM_SAMPLE_GROUPS)
		return -EBADMSG;
	attr_for_each_nested(attr, nest, rem) {
		switch (attr_type(attr)) {
		case HEADROOM_A_SAMPLE_GROUP_EVICTIONS:
			err = attr_uint(attr, &group->evictions);
			break;
		case HEADROOM_A_SAMPLE_GROUP_REFAULTS:
			err = attr_uint(attr, &group->refaults);
			break;
		}
		if (err)
			return err;
	}
	return check_end(rem);
}

static int decode_detail(const struct nlattr *attr, struct headroom_stats *stats,
			 size_t *groups, struct arena *arena, struct headroom_seen *seen)
{
	seen->any = true;
	switch (attr_type(attr)) {
	case HEADROOM_A_STATS_PAGES:
		return decode_pages(attr, stats, seen);
	case HEADROOM_A_STATS_REFAULT_DISTANCE:
		return decode_histogram(attr, &stats->refault_distance, arena);
	case HEADROOM_A_STATS_REFAULT_AGE:
		return decode_histogram(attr, &stats->refault_age, arena);
	case HEADROOM_A_STATS_SAMPLE_GROUP:
		seen->groups = true;
		return decode_group(attr, stats, groups);
	case HEADROOM_A_STATS_STALL:
		return decode_stall(attr, stats, arena, seen);
	}
	return 0;
}

static int decode_stats(const struct nlattr *nest, struct headroom_stats *stats,
			struct arena *arena, struct headroom_seen *seen)
{
	const struct nlattr *attr;
	size_t groups = 0;
	int rem, err;

	attr_for_each_other_nested(attr, nest, rem, TABLE(stats_places), stats) {
		switch (attr_type(attr)) {
		case HEADROOM_A_STATS_EVICTIONS:
			err = attr_uint(attr, &stats->evictions);
			break;
		case HEADROOM_A_STATS_REFAULTS:
			err = attr_uint(attr, &stats->refaults);
			break;
		case HEADROOM_A_STATS_REFAULTS_SHARED:
			err = attr_uint(attr, &stats->refaults_shared);
			break;
		case HEADROOM_A_STATS_REFAULT_SAMPLES:
			err = attr_uint(attr, &stats->refault_samples);
			break;
		case HEADROOM_A_STATS_RETURNED:
			err = attr_uint(attr, &stats->returned);
			break;
		case HEADROOM_A_STATS_STALL_TOTAL:
			err = attr_uint(attr, &stats->stall_total);
			break;
		default:
			err = decode_detail(attr, stats, &groups, arena, seen);
		}
		if (err)
			return err;
	}
	return check_end(rem);
}

static int decode_reclaim(const struct nlattr *nest, struct headroom_target *target,
			  struct headroom_seen *seen)
{
	struct nest_reclaim found = { 0 };
	const struct nlattr *attr;
	int rem, err = 0;

	attr_for_each_other_nested(attr, nest, rem, TABLE(reclaim_places), &found) {
		switch (attr_type(attr)) {
		case HEADROOM_A_RECLAIM_REASON:
		case HEADROOM_A_RECLAIM_LOWEST_PRIORITY:
			err = -EBADMSG;
			break;
		case HEADROOM_A_RECLAIM_SCANNED:
			err = attr_uint(attr, &found.reclaim.scanned);
			break;
		case HEADROOM_A_RECLAIM_RECLAIMED:
			err = attr_uint(attr, &found.reclaim.reclaimed);
			break;
		}
		if (err)
			return err;
	}
	if (!found.reason)
		return -EBADMSG;
	if (found.reason < HEADROOM_REASONS) {
		found.reclaim.lowest_priority = found.lowest_priority;
		target->reclaim[found.reason] = found.reclaim;
		seen->reclaim |= (uint32_t)1 << found.reason;
	}
	return check_end(rem);
}

static int decode_target(const struct nlattr *nest, struct headroom_target *target,
			 struct arena *arena, struct headroom_seen *seen)
{
	const struct nlattr *attr;
	int rem, err = 0;

	attr_for_each_nested(attr, nest, rem) {
		switch (attr_type(attr)) {
		case HEADROOM_A_TARGET_EVICTIONS:
			err = attr_uint(attr, &target->evictions);
			break;
		case HEADROOM_A_TARGET_DISTANCE:
			err = decode_histogram(attr, &target->distance, arena);
			seen->any = true;
			break;
		case HEADROOM_A_TARGET_RECLAIM:
			err = decode_reclaim(attr, target, seen);
			seen->any = true;
			break;
		}
		if (err)
			return err;
	}
	return check_end(rem);
}

/* What is not zero; they share their histograms, which are the arena's. */
static void copy_stats(struct headroom_stats *to, const struct headroom_stats *from,
		       const struct headroom_seen *seen)
{
	to->evictions = from->evictions;
	to->refaults = from->refaults;
	to->refaults_shared = from->refaults_shared;
	to->refault_samples = from->refault_samples;
	to->returned = from->returned;
	to->stall_total = from->stall_total;
	if (!seen->any)
		return;
	to->refault_distance = from->refault_distance;
	to->refault_age = from->refault_age;
	if (seen->groups)
		memcpy(to->group, from->group, sizeof(to->group));
	for (uint32_t left = seen->pages; left; left &= left - 1)
		to->pages[0][__builtin_ctz(left)] = from->pages[0][__builtin_ctz(left)];
	for (uint32_t left = seen->stalls; left; left &= left - 1)
		to->stall[__builtin_ctz(left)] = from->stall[__builtin_ctz(left)];
}

/* A subtree that is not there is no more than the cgroup itself. */
static int decode_cgroup_attrs(const struct nlattr *attrs, int len,
			       struct headroom_cgroup *cgroup, struct arena *arena,
			       struct headroom_seen *seen)
{
	const struct nlattr *attr;
	bool subtree = false;
	int rem, err = 0;

	attr_for_each_other(attr, attrs, len, rem, TABLE(cgroup_places), cgroup) {
		switch (attr_type(attr)) {
		case HEADROOM_A_CGROUP_ID:
			err = attr_uint(attr, &cgroup->id);
			break;
		case HEADROOM_A_CGROUP_PARENT_ID:
			err = attr_uint(attr, &cgroup->parent_id);
			break;
		case HEADROOM_A_CGROUP_GENERATION:
			err = attr_uint(attr, &cgroup->generation);
			break;
		case HEADROOM_A_CGROUP_LOCAL:
			err = decode_stats(attr, &cgroup->local, arena, seen);
			break;
		case HEADROOM_A_CGROUP_SUBTREE:
			err = decode_stats(attr, &cgroup->subtree, arena, seen);
			subtree = true;
			break;
		case HEADROOM_A_CGROUP_TARGET:
			err = decode_target(attr, &cgroup->target, arena, seen);
			break;
		case HEADROOM_A_CGROUP_PSI_SOME:
			/* absent, with the other one, where the kernel keeps no totals */
			cgroup->psi = true;
			err = attr_uint(attr, &cgroup->psi_some);
			break;
		case HEADROOM_A_CGROUP_PSI_FULL:
			err = attr_uint(attr, &cgroup->psi_full);
			break;
		}
		if (err)
			return err;
	}
	if (!subtree)
		copy_stats(&cgroup->subtree, &cgroup->local, seen);
	return check_end(rem);
}

int headroom_decode_cgroup(const struct nlattr *attrs, int len, struct headroom_cgroup *cgroup,
			   struct arena *arena, struct headroom_seen *seen)
{
	int err;

	*seen = (struct headroom_seen){ 0 };
	err = decode_cgroup_attrs(attrs, len, cgroup, arena, seen);
	return !err && !cgroup->id ? -EBADMSG : err;
}

static void reset_stats(struct headroom_stats *stats, const struct headroom_seen *seen)
{
	static const struct headroom_stats nothing;

	copy_stats(stats, &nothing, seen);
}

void headroom_cgroup_reset(struct headroom_cgroup *cgroup, const struct headroom_seen *seen)
{
	cgroup->id = 0;
	cgroup->parent_id = 0;
	cgroup->path = NULL;
	cgroup->psi = false;
	cgroup->psi_some = 0;
	cgroup->psi_full = 0;
	cgroup->generation = 0;
	cgroup->target.evictions = 0;
	reset_stats(&cgroup->local, seen);
	reset_stats(&cgroup->subtree, seen);
	if (!seen->any)
		return;
	cgroup->target.distance = (struct headroom_histogram){ 0 };
	for (uint32_t left = seen->reclaim; left; left &= left - 1)
		cgroup->target.reclaim[__builtin_ctz(left)] = (struct headroom_reclaim){ 0 };
}
