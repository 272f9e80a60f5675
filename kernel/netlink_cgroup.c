// SPDX-License-Identifier: GPL-2.0
/*
 * Answer cgroup-get: the statistics of one cgroup, or of many
 *
 * One function fills the message of a cgroup, for a reply and for a dump. It leaves out
 * counters that are zero. Even with all of them, a cgroup fits into MESSAGE_MAX.
 *
 * A dump of 10,000 cgroups writes a million attributes, so it does not use nla_put(). It
 * checks once that there is room for the largest possible message, and then writes word by
 * word. rollup.c has computed the sums before; all other counters are read while they are
 * written to the message.
 *
 * A dump in several messages holds no lock between them. It continues by id. A dump of
 * changes continues by generation, up to the last generation when it began. A cgroup that
 * changes during the dump gets a later generation and belongs to the next dump of changes:
 * a dump of changes does not report it, and a full dump reports it without generation.
 */
#include <linux/bitops.h>
#include <linux/memcontrol.h>
#include <linux/skbuff.h>
#include <linux/slab.h>
#include <linux/workqueue.h>	/* which psi_types.h uses and does not include */
#include <linux/psi_types.h>
#include <net/genetlink.h>

#include "cgroup.h"
#include "netlink_message.h"
#include "nl_gen.h"
#include "nonresident.h"
#include "registry.h"
#include "rollup.h"
#include "stall.h"

#define MESSAGE_MAX	SKB_WITH_OVERHEAD(65536UL)
#define DETAIL_ALL	(HEADROOM_DETAIL_PAGES | HEADROOM_DETAIL_STALLS | \
			 HEADROOM_DETAIL_HISTOGRAMS | HEADROOM_DETAIL_TARGET | \
			 HEADROOM_DETAIL_PSI)

/* Largest size of attributes, with their headers */
#define UINT_BYTES	(NLA_HDRLEN + sizeof(u64))
#define U32_BYTES	(NLA_HDRLEN + sizeof(u32))
#define PAGES_BYTES	(NLA_HDRLEN + 2 * U32_BYTES + 2 * UINT_BYTES)
#define GROUP_BYTES	(NLA_HDRLEN + 2 * UINT_BYTES)
#define STALL_BYTES	(NLA_HDRLEN + U32_BYTES + 3 * UINT_BYTES)
#define RECLAIM_BYTES	(NLA_HDRLEN + 2 * U32_BYTES + 2 * UINT_BYTES)
#define HIST_BYTES	(2 * NLA_HDRLEN + 2 * U32_BYTES + \
			 HR_HIST_BUCKETS * sizeof(u64))
/* Attributes of statistics that do not depend on the detail */
#define SUMS_BYTES	(NLA_HDRLEN + HR_NR_SUMS * UINT_BYTES)
#define FIXED_BYTES	(NLMSG_HDRLEN + GENL_HDRLEN + 5 * UINT_BYTES + 2 * SUMS_BYTES + \
			 NLA_HDRLEN + UINT_BYTES + HR_NR_REASONS * RECLAIM_BYTES)
/* Everything but histograms, and everything */
#define PLAIN_BYTES	(FIXED_BYTES + 2 * (HR_NR_PAGES * PAGES_BYTES + \
					    HR_NR_GROUPS * GROUP_BYTES + \
					    HR_NR_CAUSES * STALL_BYTES))
/* Histograms of statistics that do not depend on the cause of a stall */
#define NR_HISTS	4
#define MOST_BYTES	(PLAIN_BYTES + HIST_BYTES * (1 + 2 * (NR_HISTS + HR_NR_CAUSES)))

static_assert(sizeof(struct nlattr) == NLA_HDRLEN);
static_assert(MOST_BYTES <= MESSAGE_MAX);

/* Each put_ function writes to @at, and returns the address after the last byte */
static __always_inline void *put_head(void *at, u16 type, u16 len)
{
	struct nlattr *attr = at;

	attr->nla_len = NLA_HDRLEN + len;
	attr->nla_type = type;
	return attr + 1;
}

static __always_inline void *put_u32(void *at, u16 type, u32 value)
{
	at = put_head(at, type, sizeof(value));
	memcpy(at, &value, sizeof(value));
	return at + sizeof(value);
}

static __always_inline void *put_uint(void *at, u16 type, u64 value)
{
	if (value <= U32_MAX)
		return put_u32(at, type, value);
	at = put_head(at, type, sizeof(value));
	memcpy(at, &value, sizeof(value));
	return at + sizeof(value);
}

/* Leave out a counter that is 0 */
static __always_inline void *put_counter(void *at, u16 type, u64 value)
{
	return value ? put_uint(at, type, value) : at;
}

static __always_inline void *nest_begin(void *at, u16 type)
{
	return put_head(at, type | NLA_F_NESTED, 0);
}

/* Leave out a nest that is empty */
static __always_inline void *nest_end(void *at, void *nest)
{
	struct nlattr *attr = nest;

	if (at == attr + 1)
		return nest;
	attr->nla_len = at - nest;
	return at;
}

static void *put_histogram(void *at, u16 type, const struct hr_hist *hist,
			   unsigned int shift)
{
	void *nest = at;
	unsigned int i;
	u64 count;

	if (!hist || !hist->end)
		return at;
	at = nest_begin(at, type);
	at = put_u32(at, HEADROOM_A_HISTOGRAM_SHIFT, shift);
	at = put_u32(at, HEADROOM_A_HISTOGRAM_FIRST, hist->first);
	at = put_head(at, HEADROOM_A_HISTOGRAM_COUNTS,
		      (hist->end - hist->first) * sizeof(count));
	for (i = hist->first; i < hist->end; i++) {
		count = atomic64_read(&hist->bucket[i]);
		memcpy(at, &count, sizeof(count));
		at += sizeof(count);
	}
	return nest_end(at, nest);
}

static void *put_pages(void *at, const struct hr_stats *stats, unsigned long which)
{
	const struct hr_page_stats *pages;
	unsigned int i;
	void *nest;

	for (; which; which &= which - 1) {
		i = __ffs(which);
		pages = &stats->pages[i];
		nest = at;
		at = nest_begin(at, HEADROOM_A_STATS_PAGES);
		at = put_u32(at, HEADROOM_A_PAGES_KIND, i / HR_NR_REASONS + 1);
		at = put_u32(at, HEADROOM_A_PAGES_REASON, i % HR_NR_REASONS + 1);
		at = put_counter(at, HEADROOM_A_PAGES_EVICTIONS,
				 atomic64_read(&pages->evictions));
		at = put_counter(at, HEADROOM_A_PAGES_REFAULTS,
				 atomic64_read(&pages->refaults));
		at = nest_end(at, nest);
	}
	return at;
}

/* Write all groups, also empty ones: a group is identified by its place */
static void *put_groups(void *at, const struct hr_stats *stats)
{
	const struct hr_page_stats *group;
	void *nest;

	for (group = stats->group; group < stats->group + HR_NR_GROUPS; group++) {
		nest = at;
		at = nest_begin(at, HEADROOM_A_STATS_SAMPLE_GROUP);
		at = put_uint(at, HEADROOM_A_SAMPLE_GROUP_EVICTIONS,
			      atomic64_read(&group->evictions));
		at = put_uint(at, HEADROOM_A_SAMPLE_GROUP_REFAULTS,
			      atomic64_read(&group->refaults));
		at = nest_end(at, nest);
	}
	return at;
}

static void *put_stalls(void *at, const struct hr_stats *stats, unsigned long which,
			bool latency)
{
	const struct hr_stall_stats *stall;
	unsigned int i;
	void *nest;

	/* Pairs with the release in adopt() of hist_alloc.c */
	for (; which; which &= which - 1) {
		i = __ffs(which);
		stall = &stats->stall[i];
		nest = at;
		at = nest_begin(at, HEADROOM_A_STATS_STALL);
		at = put_u32(at, HEADROOM_A_STALL_CAUSE, i + 1);
		at = put_counter(at, HEADROOM_A_STALL_COUNT, atomic64_read(&stall->count));
		at = put_counter(at, HEADROOM_A_STALL_TOTAL, atomic64_read(&stall->total));
		at = put_counter(at, HEADROOM_A_STALL_LONGEST,
				 atomic64_read(&stall->longest));
		if (latency)
			at = put_histogram(at, HEADROOM_A_STALL_LATENCY,
					   READ_ONCE(stall->latency),
					   HR_LATENCY_SHIFT);
		at = nest_end(at, nest);
	}
	return at;
}

static __always_inline void *put_sums(void *at, const u64 *sum)
{
	at = put_counter(at, HEADROOM_A_STATS_EVICTIONS, sum[HR_SUM_EVICTIONS]);
	at = put_counter(at, HEADROOM_A_STATS_REFAULTS, sum[HR_SUM_REFAULTS]);
	at = put_counter(at, HEADROOM_A_STATS_REFAULTS_SHARED,
			 sum[HR_SUM_REFAULTS_SHARED]);
	at = put_counter(at, HEADROOM_A_STATS_REFAULT_SAMPLES,
			 sum[HR_SUM_REFAULT_SAMPLES]);
	at = put_counter(at, HEADROOM_A_STATS_RETURNED, sum[HR_SUM_RETURNED]);
	at = put_counter(at, HEADROOM_A_STATS_STALL_TOTAL, sum[HR_SUM_STALL_TOTAL]);
	at = put_counter(at, HEADROOM_A_STATS_OVERWRITTEN, sum[HR_SUM_OVERWRITTEN]);
	at = put_counter(at, HEADROOM_A_STATS_EVICTIONS_OUTSIDE,
			 sum[HR_SUM_EVICTIONS_OUTSIDE]);
	at = put_counter(at, HEADROOM_A_STATS_RETURNED_OUTSIDE,
			 sum[HR_SUM_RETURNED_OUTSIDE]);
	at = put_counter(at, HEADROOM_A_STATS_EVICTIONS_MACHINE,
			 sum[HR_SUM_EVICTIONS_MACHINE]);
	at = put_counter(at, HEADROOM_A_STATS_RETURNED_MACHINE,
			 sum[HR_SUM_RETURNED_MACHINE]);
	at = put_counter(at, HEADROOM_A_STATS_FORGOTTEN, sum[HR_SUM_FORGOTTEN]);
	at = put_counter(at, HEADROOM_A_STATS_DISPLACED, sum[HR_SUM_DISPLACED]);
	at = put_counter(at, HEADROOM_A_STATS_RECLAIMS_DROPPED, sum[HR_SUM_RECLAIMS_DROPPED]);
	return put_counter(at, HEADROOM_A_STATS_STALLS_DROPPED, sum[HR_SUM_STALLS_DROPPED]);
}

/*
 * Whether there is a counter to report: without a page or a stall, all are 0 but those of what was
 * not followed
 */
static bool has_counted(const struct hr_summary *summary)
{
	return summary->pages || summary->stalls || summary->sum[HR_SUM_RECLAIMS_DROPPED] ||
	       summary->sum[HR_SUM_STALLS_DROPPED];
}

/* Reads @stats only if @detail requests more than sums */
static void *put_stats(void *at, u16 type, const struct hr_summary *summary,
		       const struct hr_stats *stats, u32 detail)
{
	void *nest = at;

	at = put_sums(nest_begin(at, type), summary->sum);
	if (detail & HEADROOM_DETAIL_PAGES) {
		at = put_pages(at, stats, summary->pages);
		if (hr_nonresident_shift() && summary->pages)
			at = put_groups(at, stats);
	}
	/* Pairs with the release in adopt() of hist_alloc.c */
	if (detail & HEADROOM_DETAIL_HISTOGRAMS) {
		at = put_histogram(at, HEADROOM_A_STATS_REFAULT_DISTANCE,
				   READ_ONCE(stats->distance), HR_DISTANCE_SHIFT);
		at = put_histogram(at, HEADROOM_A_STATS_REFAULT_AGE,
				   READ_ONCE(stats->age), HR_AGE_SHIFT);
		at = put_histogram(at, HEADROOM_A_STATS_FORGOTTEN_DISTANCE,
				   READ_ONCE(stats->forgotten_distance), HR_DISTANCE_SHIFT);
		at = put_histogram(at, HEADROOM_A_STATS_FORGOTTEN_AGE,
				   READ_ONCE(stats->forgotten_age), HR_AGE_SHIFT);
	}
	if (detail & HEADROOM_DETAIL_STALLS)
		at = put_stalls(at, stats, summary->stalls,
				detail & HEADROOM_DETAIL_HISTOGRAMS);
	return nest_end(at, nest);
}

static void *put_reclaim(void *at, const struct hr_target_stats *target)
{
	unsigned int i;
	void *nest;
	u64 scanned;

	for (i = 0; i < HR_NR_REASONS; i++) {
		scanned = atomic64_read(&target->reclaim[i].scanned);
		if (!scanned)
			continue;
		nest = at;
		at = nest_begin(at, HEADROOM_A_TARGET_RECLAIM);
		at = put_u32(at, HEADROOM_A_RECLAIM_REASON, i + 1);
		at = put_uint(at, HEADROOM_A_RECLAIM_SCANNED, scanned);
		at = put_counter(at, HEADROOM_A_RECLAIM_RECLAIMED,
				 atomic64_read(&target->reclaim[i].reclaimed));
		at = put_u32(at, HEADROOM_A_RECLAIM_LOWEST_PRIORITY,
			     DEF_PRIORITY - atomic_read(&target->reclaim[i].effort));
		at = nest_end(at, nest);
	}
	return at;
}

static __always_inline void *put_target(void *at, const struct hr_target_stats *target,
					u32 detail)
{
	void *nest = at;

	at = nest_begin(at, HEADROOM_A_CGROUP_TARGET);
	at = put_counter(at, HEADROOM_A_TARGET_EVICTIONS, atomic64_read(&target->evictions));
	/* Pairs with the release in adopt() of hist_alloc.c */
	if (detail & HEADROOM_DETAIL_HISTOGRAMS)
		at = put_histogram(at, HEADROOM_A_TARGET_DISTANCE,
				   READ_ONCE(target->distance), HR_DISTANCE_SHIFT);
	if (detail & HEADROOM_DETAIL_TARGET)
		at = put_reclaim(at, target);
	return nest_end(at, nest);
}

/* Write the totals of PSI as of the kernel's last update */
static void *put_psi(void *at, const struct cgroup *cgrp)
{
#ifdef CONFIG_PSI
	const struct psi_group *psi = cgrp->psi;

	/* The totals of the root are those of the machine, and not exported */
	if (!hr_stall_told_apart() || !psi || !cgroup_parent((struct cgroup *)cgrp))
		return at;
	/* Pairs with the kernel's collect_percpu_times(); needs no order */
	at = put_uint(at, HEADROOM_A_CGROUP_PSI_SOME,
		      READ_ONCE(psi->total[PSI_AVGS][PSI_MEM_SOME]));
	at = put_uint(at, HEADROOM_A_CGROUP_PSI_FULL,
		      READ_ONCE(psi->total[PSI_AVGS][PSI_MEM_FULL]));
#endif
	return at;
}

static unsigned int most_of_stats(const struct hr_summary *summary, u32 detail)
{
	unsigned int stalls = hweight16(summary->stalls), most = 0;

	if (detail & HEADROOM_DETAIL_PAGES)
		most += hweight32(summary->pages) * PAGES_BYTES +
			HR_NR_GROUPS * GROUP_BYTES;
	if (detail & HEADROOM_DETAIL_STALLS)
		most += stalls * STALL_BYTES;
	if (detail & HEADROOM_DETAIL_HISTOGRAMS)
		most += (NR_HISTS + stalls) * HIST_BYTES;
	return most;
}

/* Largest size of the message of a cgroup */
static unsigned int most_bytes(const struct hr_cgroup *cg, u32 detail)
{
	unsigned int most = FIXED_BYTES;

	if (!detail)
		return most;
	if (detail & HEADROOM_DETAIL_HISTOGRAMS)
		most += HIST_BYTES;
	most += most_of_stats(&cg->rollup.own, detail);
	if (hr_rollup_has_below(cg))
		most += most_of_stats(&cg->rollup.below, detail);
	return most;
}

static struct nlmsghdr *put_header(void *at, const struct hr_nl_origin *to)
{
	struct nlmsghdr *nlh = at;
	struct genlmsghdr *genl = nlmsg_data(nlh);

	nlh->nlmsg_type = hr_nl_family->id;
	nlh->nlmsg_flags = to->flags;
	nlh->nlmsg_seq = to->seq;
	nlh->nlmsg_pid = to->portid;
	genl->cmd = HEADROOM_CMD_CGROUP_GET;
	genl->version = hr_nl_family->version;
	genl->reserved = 0;
	if (to->cb)
		nl_dump_check_consistent(to->cb, nlh);
	return nlh;
}

/* Write the message of a cgroup, without its generation if that is after a nonzero @until */
static int fill_cgroup(struct sk_buff *skb, const struct hr_nl_origin *to,
		       struct hr_cgroup *cg, u32 detail, u64 until)
{
	bool below = hr_rollup_has_below(cg);
	struct nlmsghdr *nlh;
	void *at;
	int err;

	if (below && detail & ~(HEADROOM_DETAIL_TARGET | HEADROOM_DETAIL_PSI)) {
		err = hr_rollup_sum(cg);
		if (err)
			return err;
	}
	if (skb_tailroom(skb) < most_bytes(cg, detail))
		return -EMSGSIZE;
	nlh = put_header(skb_tail_pointer(skb), to);
	at = (void *)nlh + NLMSG_HDRLEN + GENL_HDRLEN;
	at = put_uint(at, HEADROOM_A_CGROUP_ID, cg->id);
	if (cg->parent)
		at = put_uint(at, HEADROOM_A_CGROUP_PARENT_ID, cg->parent->id);
	if (!until || cg->rollup.generation <= until)
		at = put_uint(at, HEADROOM_A_CGROUP_GENERATION, cg->rollup.generation);
	if (has_counted(&cg->rollup.own))
		at = put_stats(at, HEADROOM_A_CGROUP_LOCAL, &cg->rollup.own, &cg->local, detail);
	if (below && has_counted(&cg->rollup.below))
		at = put_stats(at, HEADROOM_A_CGROUP_SUBTREE, &cg->rollup.below,
			       cg->rollup.sum, detail);
	at = put_target(at, &cg->target, detail);
	if (detail & HEADROOM_DETAIL_PSI)
		at = put_psi(at, cg->memcg->css.cgroup);
	nlh->nlmsg_len = at - (void *)nlh;
	skb_put(skb, nlh->nlmsg_len);
	return 0;
}

/* Refuse what the merged policy of Linux 6.1 lets through: see merge_policies() */
static int refuse_others(struct nlattr **attrs, struct netlink_ext_ack *extack, bool dump)
{
	static const int dumps[] = {
		HEADROOM_A_CGROUP_ANCESTOR, HEADROOM_A_CGROUP_SINCE, HEADROOM_A_CGROUP_DETAIL,
	};
	unsigned int i;

	if (dump && attrs[HEADROOM_A_CGROUP_ID]) {
		NL_SET_ERR_MSG_ATTR(extack, attrs[HEADROOM_A_CGROUP_ID],
				    "a dump takes no id");
		return -EINVAL;
	}
	for (i = 0; !dump && i < ARRAY_SIZE(dumps); i++)
		if (attrs[dumps[i]]) {
			NL_SET_ERR_MSG_ATTR(extack, attrs[dumps[i]],
					    "only a dump takes this attribute");
			return -EINVAL;
		}
	return 0;
}

/* Fill the reply with the statistics of a cgroup. *room becomes the bytes that it needs. */
static int fill_reply(struct sk_buff *skb, const struct hr_nl_origin *to, u64 id,
		      unsigned int *room)
{
	struct hr_cgroup *cg;
	int err = -ENOENT;

	hr_registry_lock_synced();
	hr_rollup_collect();
	cg = hr_registry_find(id);
	if (cg) {
		*room = most_bytes(cg, DETAIL_ALL);
		err = fill_cgroup(skb, to, cg, DETAIL_ALL, 0);
	}
	hr_registry_unlock();
	return err;
}

/*
 * Make the reply with the statistics of a cgroup. Allocates without the lock, so it may find
 * that it needs more. Returns the reply or an ERR_PTR().
 */
static struct sk_buff *read_cgroup(u64 id, const struct hr_nl_origin *to)
{
	unsigned int room = PLAIN_BYTES;
	struct sk_buff *skb;
	int err;

	do {
		skb = nlmsg_new(room, GFP_KERNEL);
		if (!skb)
			return ERR_PTR(-ENOMEM);
		err = fill_reply(skb, to, id, &room);
		if (!err)
			return skb;
		nlmsg_free(skb);
	} while (err == -EMSGSIZE || (err == -ENOMEM && hr_rollup_wait()));
	return ERR_PTR(err);
}

int headroom_nl_cgroup_get_doit(struct sk_buff *request, struct genl_info *info)
{
	const struct hr_nl_origin to = hr_nl_reply_to(info);
	struct sk_buff *skb;
	u64 id;
	int err;

	err = HR_MERGE_OPS ? refuse_others(info->attrs, info->extack, false) : 0;
	err = err ?: hr_nl_id(info, &id);
	if (err)
		return err;
	skb = read_cgroup(id, &to);
	if (PTR_ERR(skb) == -ENOENT)
		return hr_nl_refuse_id(info->attrs[HEADROOM_A_CGROUP_ID], info->extack);
	return IS_ERR(skb) ? PTR_ERR(skb) : genlmsg_reply(skb, info);
}

/**
 * struct cgroup_dump - a dump in progress
 * @detail: HEADROOM_DETAIL_*
 * @ancestor: report only this cgroup and those below; holds a reference. NULL for all
 * @changes: report only changed cgroups, in order of generation
 * @until: largest generation when the dump began
 * @reported: last generation reported; initially the one in the request
 * @last: cgroup with that generation; holds a reference. Initially NULL
 * @next: without @changes, the smallest id not yet reported
 */
struct cgroup_dump {
	u32 detail;
	struct hr_cgroup *ancestor;
	bool changes;
	u64 until;
	u64 reported;
	struct hr_cgroup *last;
	unsigned long next;
};

static struct cgroup_dump **dump_of(struct netlink_callback *cb)
{
	BUILD_BUG_ON(sizeof(struct cgroup_dump *) > sizeof(cb->ctx));
	return (struct cgroup_dump **)cb->ctx;
}

static int find_ancestor(struct cgroup_dump *dump, const struct nlattr *attr,
			 struct netlink_ext_ack *extack)
{
	u64 id;
	int err = hr_nl_uint(attr, extack, &id);

	if (err)
		return err;
	dump->ancestor = hr_registry_find(id);
	if (!dump->ancestor)
		return hr_nl_refuse_id(attr, extack);
	hr_cgroup_get(dump->ancestor);
	return 0;
}

/* Read the attributes of a dump */
static int parse_dump(struct cgroup_dump *dump, struct nlattr **attrs,
		      struct netlink_ext_ack *extack)
{
	const struct nlattr *since = attrs[HEADROOM_A_CGROUP_SINCE];
	const struct nlattr *detail = attrs[HEADROOM_A_CGROUP_DETAIL];
	int err = 0;

	hr_registry_assert_locked();
	dump->detail = detail ? nla_get_u32(detail) : DETAIL_ALL;
	dump->changes = since;
	if (since)
		err = hr_nl_uint(since, extack, &dump->reported);
	if (!err && attrs[HEADROOM_A_CGROUP_ANCESTOR])
		err = find_ancestor(dump, attrs[HEADROOM_A_CGROUP_ANCESTOR], extack);
	return err;
}

int headroom_nl_cgroup_get_start(struct netlink_callback *cb)
{
	struct nlattr **attrs = hr_dump_attrs(cb);
	struct cgroup_dump *dump;
	unsigned int epoch;
	int err;

	err = HR_MERGE_OPS ? refuse_others(attrs, cb->extack, true) : 0;
	if (err)
		return err;
	dump = kzalloc(sizeof(*dump), GFP_KERNEL);
	if (!dump)
		return -ENOMEM;
	if (attrs[HEADROOM_A_CGROUP_SINCE])
		hr_registry_lock_announced();
	else
		hr_registry_lock_synced();
	hr_rollup_collect();
	dump->until = hr_rollup_generation();
	epoch = hr_registry_epoch();
	err = parse_dump(dump, attrs, cb->extack);
	hr_registry_unlock();
	if (err) {
		kfree(dump);
		return err;
	}
	/* A birth or death before the first message makes the dump inconsistent, too */
	if (dump->changes)
		cb->prev_seq = epoch;
	*dump_of(cb) = dump;
	/* Without histograms request less, since memory may be fragmented */
	cb->min_dump_alloc = dump->detail & HEADROOM_DETAIL_HISTOGRAMS ?
			     MESSAGE_MAX : PLAIN_BYTES;
	return 0;
}

int headroom_nl_cgroup_get_done(struct netlink_callback *cb)
{
	struct cgroup_dump *dump = *dump_of(cb);

	hr_cgroup_put(dump->ancestor);
	hr_cgroup_put(dump->last);
	kfree(dump);
	return 0;
}

static bool is_wanted(const struct cgroup_dump *dump, const struct hr_cgroup *cg)
{
	if (!dump->ancestor)
		return true;
	while (cg && cg != dump->ancestor)
		cg = cg->parent;
	return cg;
}

static int dump_all(struct sk_buff *skb, const struct hr_nl_origin *to,
		    struct cgroup_dump *dump)
{
	struct hr_cgroup *cg = hr_registry_from(dump->next);
	int err = 0;

	for (; cg; cg = hr_registry_next(cg)) {
		if (is_wanted(dump, cg))
			err = fill_cgroup(skb, to, cg, dump->detail, dump->until);
		if (err)
			return err;
		dump->next = cg->id + 1;
	}
	return 0;
}

/* The next changed cgroup: mostly the one after @last, which has not moved in the list */
static struct hr_cgroup *next_change(const struct cgroup_dump *dump)
{
	struct hr_cgroup *last = dump->last;

	if (last && !last->dead && last->rollup.generation == dump->reported)
		return hr_rollup_next(last);
	return hr_rollup_since(dump->reported);
}

static int dump_changes(struct sk_buff *skb, const struct hr_nl_origin *to,
			struct cgroup_dump *dump)
{
	struct hr_cgroup *cg = next_change(dump), *last = NULL;
	int err = 0;

	for (; cg && cg->rollup.generation <= dump->until; cg = hr_rollup_next(cg)) {
		if (is_wanted(dump, cg))
			err = fill_cgroup(skb, to, cg, dump->detail, dump->until);
		if (err)
			break;
		last = cg;
		dump->reported = cg->rollup.generation;
	}
	if (last) {
		hr_cgroup_get(last);
		hr_cgroup_put(dump->last);
		dump->last = last;
	}
	return err;
}

int headroom_nl_cgroup_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb)
{
	struct cgroup_dump *dump = *dump_of(cb);
	const struct hr_nl_origin to = hr_nl_dump_to(cb);
	int err;

	do {
		hr_registry_lock();
		cb->seq = hr_registry_epoch();
		err = dump->changes ? dump_changes(skb, &to, dump) : dump_all(skb, &to, dump);
		hr_registry_unlock();
		/* What is in the message already is sent first */
	} while (err == -ENOMEM && !skb->len && hr_rollup_wait());
	return hr_nl_dumped(skb, err);
}
