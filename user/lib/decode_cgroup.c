// SPDX-License-Identifier: LGPL-2.1
/*
 * Decode netlink attributes into the statistics of cgroups
 *
 * The same job as decode.c, but hot: a snapshot of a large host has a million attributes.
 * So this file walks them without libnl, tries the kernel's usual layout first, and does
 * not touch members that stay zero.
 */

#include <errno.h>
#include <stddef.h>
#include <string.h>

#include "attr.h"
#include "decode.h"
#include "lists.h"

/* Histograms: number of buckets, and the largest shift that 64 bits can hold */
#define BUCKETS		124
#define SHIFT_MAX	32

/* @rem is not zero if the attributes end in bytes that are not a whole attribute. */
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

/* Decode the layout that today's kernel sends; false for any other, which may be valid, too */
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

/* First value of each bucket, in units; the specification has the rule. */
#define OCTAVE(n)	(uint64_t)4 << (n), (uint64_t)5 << (n), (uint64_t)6 << (n), (uint64_t)7 << (n)
#define OCTAVES(n)	OCTAVE(n), OCTAVE(n + 1), OCTAVE(n + 2), OCTAVE(n + 3), OCTAVE(n + 4)

static const uint64_t bucket_begin[BUCKETS + 1] = {
	0, 1, 2, 3, OCTAVES(0), OCTAVES(5), OCTAVES(10), OCTAVES(15), OCTAVES(20), OCTAVES(25),
	(uint64_t)4 << 30
};

/* Store the buckets that are not empty in @bucket, which has room for all; return their number */
static size_t decode_buckets(const struct layout *layout, struct headroom_bucket *bucket)
{
	const uint64_t *begin = bucket_begin + layout->first, *end = begin + layout->nr;
	struct headroom_bucket *to = bucket;
	const char *at = layout->counts;
	uint64_t count = 0;

	for (; begin < end; begin++, at += sizeof(count)) {
		/* attributes are aligned to 4 bytes only */
		memcpy(&count, at, sizeof(count));
		if (!count)
			continue;
		to->low = begin[0] << layout->shift;
		to->high = (begin[1] << layout->shift) - 1;
		to->count = count;
		to++;
	}
	/* the very last bucket is open */
	if (end == bucket_begin + BUCKETS && count)
		to[-1].high = UINT64_MAX;
	return to - bucket;
}

/* Deltas and quantiles rely on ascending buckets that are not empty. */
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

/*
 * The place of each number of a nest, for attr_take(). It leaves attributes that are not
 * numbers or have a wrong length. The key of a nest may follow its numbers.
 */
#define TABLE(places)	((struct attr_table){ places, sizeof(places) / sizeof(places[0]) })
#define PLACE(type, member)	(1 + offsetof(type, member))

static const uint16_t stall_places[] = {
	[HEADROOM_A_STALL_CAUSE] = ATTR_U32 | PLACE(struct headroom_stall, cause),
	[HEADROOM_A_STALL_COUNT] = PLACE(struct headroom_stall, count),
	[HEADROOM_A_STALL_TOTAL] = PLACE(struct headroom_stall, total),
	[HEADROOM_A_STALL_LONGEST] = PLACE(struct headroom_stall, longest),
};

static const uint16_t pages_places[] = {
	[HEADROOM_A_PAGES_KIND] = ATTR_U32 | PLACE(struct headroom_pages, kind),
	[HEADROOM_A_PAGES_REASON] = ATTR_U32 | PLACE(struct headroom_pages, reason),
	[HEADROOM_A_PAGES_EVICTIONS] = PLACE(struct headroom_pages, evictions),
	[HEADROOM_A_PAGES_REFAULTS] = PLACE(struct headroom_pages, refaults),
};

static const uint16_t reclaim_places[] = {
	[HEADROOM_A_RECLAIM_REASON] = ATTR_U32 | PLACE(struct headroom_reclaim, reason),
	[HEADROOM_A_RECLAIM_LOWEST_PRIORITY] =
		ATTR_U32 | PLACE(struct headroom_reclaim, lowest_priority),
	[HEADROOM_A_RECLAIM_SCANNED] = PLACE(struct headroom_reclaim, scanned),
	[HEADROOM_A_RECLAIM_RECLAIMED] = PLACE(struct headroom_reclaim, reclaimed),
};

static const uint16_t stats_places[] = {
	[HEADROOM_A_STATS_EVICTIONS] = PLACE(struct headroom_stats, evictions),
	[HEADROOM_A_STATS_REFAULTS] = PLACE(struct headroom_stats, refaults),
	[HEADROOM_A_STATS_REFAULTS_SHARED] = PLACE(struct headroom_stats, refaults_shared),
	[HEADROOM_A_STATS_REFAULT_SAMPLES] = PLACE(struct headroom_stats, refault_samples),
	[HEADROOM_A_STATS_RETURNED] = PLACE(struct headroom_stats, returned),
	[HEADROOM_A_STATS_STALL_TOTAL] = PLACE(struct headroom_stats, stall_total),
	[HEADROOM_A_STATS_OVERWRITTEN] = PLACE(struct headroom_stats, overwritten),
	[HEADROOM_A_STATS_EVICTIONS_OUTSIDE] = PLACE(struct headroom_stats, evictions_outside),
	[HEADROOM_A_STATS_RETURNED_OUTSIDE] = PLACE(struct headroom_stats, returned_outside),
	[HEADROOM_A_STATS_EVICTIONS_MACHINE] = PLACE(struct headroom_stats, evictions_machine),
	[HEADROOM_A_STATS_RETURNED_MACHINE] = PLACE(struct headroom_stats, returned_machine),
	[HEADROOM_A_STATS_FORGOTTEN] = PLACE(struct headroom_stats, forgotten),
	[HEADROOM_A_STATS_DISPLACED] = PLACE(struct headroom_stats, displaced),
	[HEADROOM_A_STATS_RECLAIMS_DROPPED] = PLACE(struct headroom_stats, reclaims_dropped),
	[HEADROOM_A_STATS_STALLS_DROPPED] = PLACE(struct headroom_stats, stalls_dropped),
};

static const uint16_t target_places[] = {
	[HEADROOM_A_TARGET_EVICTIONS] = PLACE(struct headroom_target, evictions),
};

static const uint16_t cgroup_places[] = {
	[HEADROOM_A_CGROUP_ID] = PLACE(struct headroom_cgroup, id),
	[HEADROOM_A_CGROUP_PARENT_ID] = PLACE(struct headroom_cgroup, parent_id),
	[HEADROOM_A_CGROUP_GENERATION] = PLACE(struct headroom_cgroup, generation),
	[HEADROOM_A_CGROUP_PSI_FULL] = PLACE(struct headroom_cgroup, psi_full),
};

/*
 * A list that is being filled. The kernel sends the elements of a list one behind the other,
 * and such a run gets room as a whole: up to @end in the message.
 */
struct filling {
	const void *end;
	size_t room;
};

static int make_room(struct filling *filling, void **list, size_t nr, size_t size,
		     struct arena *arena, const struct nlattr *attr, int rem)
{
	size_t room = nr;
	void *larger;

	for (int type = attr->nla_type; attr_ok(attr, rem) && attr->nla_type == type;
	     attr = attr_next(attr, &rem))
		room++;
	filling->end = attr;
	if (room <= filling->room)
		return 0;
	/* A second run is not expected; many of them must not cost the square. */
	if (nr && room < 2 * nr)
		room = 2 * nr;
	larger = arena_alloc(arena, room * size);
	if (!larger)
		return -ENOMEM;
	if (nr)
		memcpy(larger, *list, nr * size);
	*list = larger;
	filling->room = room;
	return 0;
}

/* The next element of a list, to be decoded in place and then accepted; NULL without memory */
#define next_element(filling, list, nr, arena, nest, left) \
	((const void *)(nest) >= (filling)->end && \
	 make_room(filling, (void **)&(list), nr, sizeof(*(list)), arena, nest, left) < 0 ? \
	 NULL : memset(&(list)[nr], 0, sizeof(*(list))))

/* An element that is out of order moves to its place, and replaces one of its number. */
static void put_in_order(const struct list_type *type, void *list, size_t *nr,
			 const void *element)
{
	union {
		struct headroom_stall stall;
		struct headroom_pages pages;
		struct headroom_reclaim reclaim;
	} copy;

	memcpy(&copy, element, type->size);
	list_put(type, list, nr, &copy);
}

static int decode_stall(const struct nlattr *nest, int left, struct headroom_stats *stats,
			struct arena *arena, struct filling *filling)
{
	struct headroom_stall *stall = next_element(filling, stats->stall, stats->nr_stalls,
						    arena, nest, left);
	const struct nlattr *attr;
	int rem, err = 0;

	if (!stall)
		return -ENOMEM;
	attr_for_each_other_nested(attr, nest, rem, TABLE(stall_places), stall) {
		switch (attr_type(attr)) {
		case HEADROOM_A_STALL_CAUSE:
		case HEADROOM_A_STALL_COUNT:
		case HEADROOM_A_STALL_TOTAL:
		case HEADROOM_A_STALL_LONGEST:
			return -EBADMSG;
		case HEADROOM_A_STALL_LATENCY:
			err = decode_histogram(attr, &stall->latency, arena);
			break;
		}
		if (err)
			return err;
	}
	if (!stall->cause)
		return -EBADMSG;
	if (stats->nr_stalls && stall->cause <= stall[-1].cause)
		put_in_order(&list_of_stalls, stats->stall, &stats->nr_stalls, stall);
	else
		stats->nr_stalls++;
	return check_end(rem);
}

static int decode_pages(const struct nlattr *nest, int left, struct headroom_stats *stats,
			struct arena *arena, struct filling *filling)
{
	struct headroom_pages *pages = next_element(filling, stats->pages, stats->nr_pages,
						    arena, nest, left);
	const struct nlattr *attr;
	int rem;

	if (!pages)
		return -ENOMEM;
	attr_for_each_other_nested(attr, nest, rem, TABLE(pages_places), pages)
		if (attr_type(attr) <= HEADROOM_A_PAGES_MAX)
			return -EBADMSG;
	if (!pages->kind || !pages->reason)
		return -EBADMSG;
	if (stats->nr_pages && pages_number(pages->kind, pages->reason) <=
			       pages_number(pages[-1].kind, pages[-1].reason))
		put_in_order(&list_of_pages, stats->pages, &stats->nr_pages, pages);
	else
		stats->nr_pages++;
	return check_end(rem);
}

static int decode_group(const struct nlattr *nest, int left, struct headroom_stats *stats,
			struct arena *arena, struct filling *filling)
{
	struct headroom_group *group = next_element(filling, stats->group, stats->nr_groups,
						    arena, nest, left);
	const struct nlattr *attr;
	int rem, err = 0;

	if (!group)
		return -ENOMEM;
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
	stats->nr_groups++;
	return check_end(rem);
}

static int decode_stats(const struct nlattr *nest, struct headroom_stats *stats,
			struct arena *arena)
{
	struct filling pages = { 0 }, groups = { 0 }, stalls = { 0 };
	const struct nlattr *attr;
	int rem, err = 0;

	attr_for_each_other_nested(attr, nest, rem, TABLE(stats_places), stats) {
		switch (attr_type(attr)) {
		case HEADROOM_A_STATS_PAGES:
			err = decode_pages(attr, rem, stats, arena, &pages);
			break;
		case HEADROOM_A_STATS_REFAULT_DISTANCE:
			err = decode_histogram(attr, &stats->refault_distance, arena);
			break;
		case HEADROOM_A_STATS_REFAULT_AGE:
			err = decode_histogram(attr, &stats->refault_age, arena);
			break;
		case HEADROOM_A_STATS_FORGOTTEN_DISTANCE:
			err = decode_histogram(attr, &stats->forgotten_distance, arena);
			break;
		case HEADROOM_A_STATS_FORGOTTEN_AGE:
			err = decode_histogram(attr, &stats->forgotten_age, arena);
			break;
		case HEADROOM_A_STATS_SAMPLE_GROUP:
			err = decode_group(attr, rem, stats, arena, &groups);
			break;
		case HEADROOM_A_STATS_STALL:
			err = decode_stall(attr, rem, stats, arena, &stalls);
			break;
		default:
			err = attr_type(attr) <= HEADROOM_A_STATS_MAX ? -EBADMSG : 0;
		}
		if (err)
			return err;
	}
	return check_end(rem);
}

static int decode_reclaim(const struct nlattr *nest, int left, struct headroom_target *target,
			  struct arena *arena, struct filling *filling)
{
	struct headroom_reclaim *reclaim = next_element(filling, target->reclaim,
							target->nr_reclaim, arena, nest, left);
	const struct nlattr *attr;
	int rem;

	if (!reclaim)
		return -ENOMEM;
	attr_for_each_other_nested(attr, nest, rem, TABLE(reclaim_places), reclaim)
		if (attr_type(attr) <= HEADROOM_A_RECLAIM_MAX)
			return -EBADMSG;
	if (!reclaim->reason)
		return -EBADMSG;
	if (target->nr_reclaim && reclaim->reason <= reclaim[-1].reason)
		put_in_order(&list_of_reclaim, target->reclaim, &target->nr_reclaim, reclaim);
	else
		target->nr_reclaim++;
	return check_end(rem);
}

static int decode_target(const struct nlattr *nest, struct headroom_target *target,
			 struct arena *arena)
{
	struct filling filling = { 0 };
	const struct nlattr *attr;
	int rem, err = 0;

	attr_for_each_other_nested(attr, nest, rem, TABLE(target_places), target) {
		switch (attr_type(attr)) {
		case HEADROOM_A_TARGET_EVICTIONS:
			return -EBADMSG;
		case HEADROOM_A_TARGET_DISTANCE:
			err = decode_histogram(attr, &target->distance, arena);
			break;
		case HEADROOM_A_TARGET_RECLAIM:
			err = decode_reclaim(attr, rem, target, arena, &filling);
			break;
		}
		if (err)
			return err;
	}
	return check_end(rem);
}

/*
 * Refuse a second nest of the same type: make_room() counts the elements of one, and
 * those of another would be stored behind the end.
 */
static int check_once(unsigned int *seen, const struct nlattr *attr)
{
	unsigned int bit = 1u << attr_type(attr);

	if (*seen & bit)
		return -EBADMSG;
	*seen |= bit;
	return 0;
}

int headroom_decode_cgroup(const struct nlattr *attrs, int len, struct headroom_cgroup *cgroup,
			   struct arena *arena)
{
	const struct nlattr *attr;
	unsigned int seen = 0;
	int rem, err = 0;

	*cgroup = (struct headroom_cgroup){ 0 };
	attr_for_each_other(attr, attrs, len, rem, TABLE(cgroup_places), cgroup) {
		switch (attr_type(attr)) {
		case HEADROOM_A_CGROUP_ID:
		case HEADROOM_A_CGROUP_PARENT_ID:
		case HEADROOM_A_CGROUP_GENERATION:
		case HEADROOM_A_CGROUP_PSI_FULL:
			return -EBADMSG;
		case HEADROOM_A_CGROUP_LOCAL:
			err = check_once(&seen, attr);
			if (!err)
				err = decode_stats(attr, &cgroup->local, arena);
			break;
		case HEADROOM_A_CGROUP_SUBTREE:
			err = check_once(&seen, attr);
			if (!err)
				err = decode_stats(attr, &cgroup->subtree, arena);
			break;
		case HEADROOM_A_CGROUP_TARGET:
			err = check_once(&seen, attr);
			if (!err)
				err = decode_target(attr, &cgroup->target, arena);
			break;
		case HEADROOM_A_CGROUP_PSI_SOME:
			/* PSI_SOME and PSI_FULL are absent if the kernel keeps no totals */
			cgroup->psi = true;
			err = attr_uint(attr, &cgroup->psi_some);
			break;
		}
		if (err)
			return err;
	}
	/* a leaf has no subtree attribute: share the lists, which belong to the arena */
	if (!(seen & 1u << HEADROOM_A_CGROUP_SUBTREE))
		cgroup->subtree = cgroup->local;
	return rem > 0 || !cgroup->id ? -EBADMSG : 0;
}
