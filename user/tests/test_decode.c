// SPDX-License-Identifier: GPL-2.0
/* Decoding of netlink messages, well made and malformed */

#include <errno.h>
#include <stdlib.h>
#include <netlink/msg.h>
#include "connection.h"
#include "counters.h"
#include "decode.h"
#include "tap.h"

/* A message under construction; its attributes are what is decoded. */
static struct nl_msg *msg;

static void begin(void)
{
	nlmsg_free(msg);
	msg = nlmsg_alloc();
	nlmsg_put(msg, 0, 0, 0x1f, 0, 0);
}

static struct nlattr *nest(int attr)
{
	return nla_nest_start(msg, attr);
}

static void end(struct nlattr *start)
{
	nla_nest_end(msg, start);
}

/* nla_nest_end() drops a nest that is empty; the kernel's keeps it. */
static void empty_nest(int attr)
{
	nla_put(msg, attr, 0, NULL);
}

static int decode_cgroup(struct headroom_cgroup *cgroup)
{
	memset(cgroup, 0, sizeof(*cgroup));
	return headroom_decode_cgroup(nlmsg_attrdata(nlmsg_hdr(msg), 0),
				      nlmsg_attrlen(nlmsg_hdr(msg), 0), cgroup);
}

/* Decodes what was built; -EBADMSG is wanted, and nothing may leak. */
static void is_malformed(const char *name)
{
	struct headroom_cgroup cgroup;

	is_int(decode_cgroup(&cgroup), -EBADMSG, name);
	headroom_cgroup_clear(&cgroup);
}

static void put_bucket(uint64_t low, uint64_t high, uint64_t count)
{
	struct nlattr *bucket = nest(HEADROOM_A_HISTOGRAM_BUCKET);

	nla_put_u64(msg, HEADROOM_A_BUCKET_LOW, low);
	nla_put_u64(msg, HEADROOM_A_BUCKET_HIGH, high);
	nla_put_u32(msg, HEADROOM_A_BUCKET_COUNT, count);
	end(bucket);
}

static void test_well_made(void)
{
	struct nlattr *stats, *hist, *stall;
	struct headroom_cgroup cgroup;

	begin();
	nla_put_u64(msg, HEADROOM_A_CGROUP_ID, 0x100000002);
	nla_put_u32(msg, HEADROOM_A_CGROUP_PARENT_ID, 7);
	stats = nest(HEADROOM_A_CGROUP_LOCAL);
	nla_put_u32(msg, HEADROOM_A_STATS_EVICTIONS, 0xffffffff);
	nla_put_u64(msg, HEADROOM_A_STATS_REFAULTS, UINT64_MAX);
	hist = nest(HEADROOM_A_STATS_REFAULT_DISTANCE);
	nla_put_u32(msg, 99, 1);
	put_bucket(0, 0, 3);
	put_bucket(1, 1, 4);
	put_bucket(8, UINT64_MAX, 5);
	end(hist);
	stall = nest(HEADROOM_A_STATS_STALL);
	nla_put_u64(msg, HEADROOM_A_STALL_TOTAL, 17);
	nla_put_u32(msg, HEADROOM_A_STALL_CAUSE, HEADROOM_STALL_CAUSE_DIRECT_RECLAIM);
	hist = nest(HEADROOM_A_STALL_LATENCY);
	put_bucket(512, 639, 1);
	end(hist);
	end(stall);
	stall = nest(HEADROOM_A_STATS_STALL);
	nla_put_u32(msg, HEADROOM_A_STALL_CAUSE, HEADROOM_STALL_CAUSES);
	nla_put_u32(msg, HEADROOM_A_STALL_TOTAL, 18);
	end(stall);
	end(stats);
	empty_nest(HEADROOM_A_CGROUP_SUBTREE);
	nla_put_u16(msg, 200, 1);

	is_int(decode_cgroup(&cgroup), 0, "a cgroup");
	is_uint(cgroup.id, 0x100000002, "uint of 8 bytes");
	is_uint(cgroup.parent_id, 7, "uint of 4 bytes");
	is_uint(cgroup.local.evictions, 0xffffffff, "the largest of 4 bytes");
	is_uint(cgroup.local.refaults, UINT64_MAX, "the largest of 8 bytes");
	is_uint(cgroup.local.refaults_shared, 0, "what is absent is zero");
	is_uint(cgroup.local.refault_distance.nr, 3, "buckets, the unknown skipped");
	is_uint(cgroup.local.refault_distance.bucket[1].count, 4, "in their order");
	is_uint(cgroup.local.refault_distance.bucket[2].high, UINT64_MAX, "no upper bound");
	is_uint(cgroup.local.stall[HEADROOM_STALL_CAUSE_DIRECT_RECLAIM].total, 17,
		"a stall, its cause not first");
	is_uint(cgroup.local.stall[HEADROOM_STALL_CAUSE_MEMCG_RECLAIM].total, 0,
		"an unknown cause goes nowhere");
	is_uint(cgroup.subtree.refaults, 0, "not into the structure behind either");
	is_uint(cgroup.subtree.refault_distance.nr, 0, "empty statistics");
	headroom_cgroup_clear(&cgroup);
}

static void test_histogram_twice(void)
{
	struct headroom_cgroup cgroup;
	struct nlattr *stats, *hist;

	begin();
	nla_put_u32(msg, HEADROOM_A_CGROUP_ID, 1);
	stats = nest(HEADROOM_A_CGROUP_LOCAL);
	for (int i = 0; i < 2; i++) {
		hist = nest(HEADROOM_A_STATS_REFAULT_DISTANCE);
		put_bucket(i, i, 1);
		end(hist);
	}
	end(stats);
	is_int(decode_cgroup(&cgroup), 0, "a histogram twice");
	is_uint(cgroup.local.refault_distance.nr, 1, "counts once");
	headroom_cgroup_clear(&cgroup);
}

static void test_malformed_cgroup(void)
{
	struct nlattr *stats, *stall;

	begin();
	is_malformed("nothing at all");
	begin();
	nla_put_u32(msg, HEADROOM_A_CGROUP_PARENT_ID, 1);
	is_malformed("no id");
	begin();
	nla_put_u16(msg, HEADROOM_A_CGROUP_ID, 1);
	is_malformed("uint of 2 bytes");
	begin();
	nla_put(msg, HEADROOM_A_CGROUP_ID, 12, "twelve bytes");
	is_malformed("uint of 12 bytes");
	begin();
	nla_put(msg, HEADROOM_A_CGROUP_ID, 0, NULL);
	is_malformed("uint of no bytes");

	begin();
	nla_put_u32(msg, HEADROOM_A_CGROUP_ID, 1);
	stats = nest(HEADROOM_A_CGROUP_LOCAL);
	nla_put_u8(msg, HEADROOM_A_STATS_EVICTIONS, 1);
	end(stats);
	is_malformed("a counter of 1 byte");
	begin();
	nla_put_u32(msg, HEADROOM_A_CGROUP_ID, 1);
	nla_put(msg, HEADROOM_A_CGROUP_LOCAL, 8, "garbage!");
	is_malformed("garbage where a nest should be");

	begin();
	nla_put_u32(msg, HEADROOM_A_CGROUP_ID, 1);
	stats = nest(HEADROOM_A_CGROUP_SUBTREE);
	stall = nest(HEADROOM_A_STATS_STALL);
	nla_put_u32(msg, HEADROOM_A_STALL_COUNT, 1);
	end(stall);
	end(stats);
	is_malformed("a stall without a cause");
	begin();
	nla_put_u32(msg, HEADROOM_A_CGROUP_ID, 1);
	stats = nest(HEADROOM_A_CGROUP_SUBTREE);
	stall = nest(HEADROOM_A_STATS_STALL);
	nla_put_u32(msg, HEADROOM_A_STALL_CAUSE, 0);
	end(stall);
	end(stats);
	is_malformed("cause 0");
}

static struct nlattr *open_nest[2];

static void begin_histogram(void)
{
	begin();
	nla_put_u32(msg, HEADROOM_A_CGROUP_ID, 1);
	open_nest[0] = nest(HEADROOM_A_CGROUP_LOCAL);
	open_nest[1] = nest(HEADROOM_A_STATS_REFAULT_DISTANCE);
}

static void end_histogram(const char *name)
{
	end(open_nest[1]);
	end(open_nest[0]);
	is_malformed(name);
}

static void test_malformed_histogram(void)
{
	struct nlattr *bucket;

	begin_histogram();
	put_bucket(8, 9, 1);
	put_bucket(4, 5, 1);
	end_histogram("buckets that descend");
	begin_histogram();
	put_bucket(4, 8, 1);
	put_bucket(8, 9, 1);
	end_histogram("buckets that overlap");
	begin_histogram();
	put_bucket(4, 3, 1);
	end_histogram("a bucket that ends before it begins");
	begin_histogram();
	bucket = nest(HEADROOM_A_HISTOGRAM_BUCKET);
	nla_put_u32(msg, HEADROOM_A_BUCKET_LOW, 1);
	nla_put_u32(msg, HEADROOM_A_BUCKET_HIGH, 1);
	end(bucket);
	end_histogram("a bucket without a count");
	begin_histogram();
	nla_put(msg, HEADROOM_A_HISTOGRAM_BUCKET, 4, "\377\377\1");
	end_histogram("garbage where a bucket should be");
	begin_histogram();
	empty_nest(HEADROOM_A_HISTOGRAM_BUCKET);
	end_histogram("an empty bucket");
}

/* Whatever is cut off: an error or a smaller result, never a bad access. */
static void test_truncation(void)
{
	int full, accepted = 0;
	struct headroom_cgroup cgroup;
	char *copy;

	begin_histogram();
	put_bucket(1, 2, 3);
	put_bucket(4, 5, 6);
	end(open_nest[1]);
	end(open_nest[0]);
	full = nlmsg_attrlen(nlmsg_hdr(msg), 0);
	for (int len = 0; len < full; len++) {
		/* memory of that size, for the sanitizer to see what is beyond */
		copy = malloc(len ? len : 1);
		memcpy(copy, nlmsg_attrdata(nlmsg_hdr(msg), 0), len);
		memset(&cgroup, 0, sizeof(cgroup));
		accepted += headroom_decode_cgroup((struct nlattr *)copy, len, &cgroup) == 0;
		headroom_cgroup_clear(&cgroup);
		free(copy);
	}
	/* only where the id ends, before anything else begins */
	is_int(accepted, 1, "a message cut short is refused");
}

static int decode_status(struct headroom_status *status)
{
	memset(status, 0, sizeof(*status));
	return headroom_decode_status(nlmsg_attrdata(nlmsg_hdr(msg), 0),
				      nlmsg_attrlen(nlmsg_hdr(msg), 0), status);
}

static void begin_status(void)
{
	begin();
	nla_put_string(msg, HEADROOM_A_STATUS_VERSION, "1.2");
	nla_put_u32(msg, HEADROOM_A_STATUS_PAGE_SIZE, 4096);
}

static void is_malformed_status(const char *name)
{
	struct headroom_status status;

	is_int(decode_status(&status), -EBADMSG, name);
	headroom_status_clear(&status);
}

static void test_status(void)
{
	struct headroom_status status;
	struct nlattr *hook;

	begin_status();
	hook = nest(HEADROOM_A_STATUS_HOOK);
	nla_put_string(msg, HEADROOM_A_HOOK_NAME, "a");
	end(hook);
	is_int(decode_status(&status), 0, "a status");
	is_text(status.hook[0].covers, "", "a hook always has its strings");
	headroom_status_clear(&status);

	begin();
	nla_put_u32(msg, HEADROOM_A_STATUS_PAGE_SIZE, 4096);
	is_malformed_status("no version");
	begin();
	nla_put_string(msg, HEADROOM_A_STATUS_VERSION, "1.2");
	is_malformed_status("no page size");
	begin();
	nla_put_u32(msg, HEADROOM_A_STATUS_PAGE_SIZE, 4096);
	nla_put(msg, HEADROOM_A_STATUS_VERSION, 3, "1.2");
	is_malformed_status("a string that does not end");
	begin_status();
	nla_put_u64(msg, HEADROOM_A_STATUS_CGROUPS, 1);
	is_malformed_status("u32 of 8 bytes");
	begin_status();
	nla_put_u32(msg, HEADROOM_A_STATUS_SAMPLE_SHIFT, 64);
	is_malformed_status("a shift out of range");
	begin_status();
	empty_nest(HEADROOM_A_STATUS_HOOK);
	is_malformed_status("a hook without a name");
	begin_status();
	hook = nest(HEADROOM_A_STATUS_HOOK);
	nla_put_string(msg, HEADROOM_A_HOOK_NAME, "a");
	nla_put_u16(msg, HEADROOM_A_HOOK_ATTACHED, 1);
	end(hook);
	is_malformed_status("a flag of 2 bytes");
	begin_status();
	nla_put(msg, HEADROOM_A_STATUS_LOST, 5, "loss");
	is_malformed_status("garbage where losses should be");
}

/* Every counter of the tables reaches its own field. */
static void test_counters(void)
{
	const struct headroom_counter *counter;
	struct headroom_cgroup cgroup;
	struct nlattr *stats;
	uint64_t value = 100;
	int right = 0, all = 0;

	begin();
	nla_put_u32(msg, HEADROOM_A_CGROUP_ID, 1);
	stats = nest(HEADROOM_A_CGROUP_LOCAL);
	for (counter = headroom_stats_counters; counter->name; counter++)
		nla_put_u32(msg, counter->attr, value++);
	end(stats);
	is_int(decode_cgroup(&cgroup), 0, "all counters");
	value = 100;
	for (counter = headroom_stats_counters; counter->name; counter++, all++)
		right += headroom_counter_get(counter, &cgroup.local) == value++;
	is_int(right, all, "each in its field");
	/* the two nests at the end of the specification's list are no counters */
	is_int(all, HEADROOM_A_STATS_MAX - 2, "every counter of the specification is known");
	is_uint(cgroup.local.refault_samples, value - 1, "the last by name");
	headroom_cgroup_clear(&cgroup);

	for (all = 0, counter = headroom_lost_counters; counter->name; counter++)
		all++;
	is_int(all, HEADROOM_A_LOST_MAX, "every loss of the specification is known");
	for (int cause = 1; cause < HEADROOM_STALL_CAUSES; cause++)
		ok(headroom_stall_cause_name(cause), "cause %d has a name", cause);
}

static void begin_error(int type, int flags)
{
	struct nlmsgerr error = { .error = -EINVAL, .msg.nlmsg_len = NLMSG_HDRLEN };

	nlmsg_free(msg);
	msg = nlmsg_alloc();
	nlmsg_put(msg, 0, 0, type, 0, flags);
	if (type == NLMSG_ERROR)
		nlmsg_append(msg, &error, sizeof(error), 0);
	else
		nlmsg_append(msg, &error.error, sizeof(error.error), 0);
}

static void test_extack(void)
{
	struct nlmsgerr *error;
	uint32_t request[4] = { 0 };

	begin_error(NLMSG_ERROR, NLM_F_CAPPED | NLM_F_ACK_TLVS);
	nla_put_u32(msg, NLMSGERR_ATTR_OFFS, 20);
	nla_put_string(msg, NLMSGERR_ATTR_MSG, "the reason");
	is_text(headroom_extack(nlmsg_hdr(msg)), "the reason", "sentence after a capped request");

	begin_error(NLMSG_ERROR, NLM_F_ACK_TLVS);
	nlmsg_append(msg, request, 10, NLMSG_ALIGNTO);
	error = nlmsg_data(nlmsg_hdr(msg));
	error->msg.nlmsg_len += 10;
	nla_put_string(msg, NLMSGERR_ATTR_MSG, "the reason");
	is_text(headroom_extack(nlmsg_hdr(msg)), "the reason", "sentence after a whole request");
	error->msg.nlmsg_len = 1 << 30;
	ok(!headroom_extack(nlmsg_hdr(msg)), "a request that is longer than the message");
	error->msg.nlmsg_len = 0x80000000;
	ok(!headroom_extack(nlmsg_hdr(msg)), "and than an int");
	error->msg.nlmsg_len = UINT32_MAX;
	ok(!headroom_extack(nlmsg_hdr(msg)), "and one longer than all");

	begin_error(NLMSG_DONE, NLM_F_ACK_TLVS);
	nla_put_string(msg, NLMSGERR_ATTR_MSG, "the reason");
	is_text(headroom_extack(nlmsg_hdr(msg)), "the reason", "sentence at the end of a dump");

	begin_error(NLMSG_ERROR, NLM_F_CAPPED);
	nla_put_string(msg, NLMSGERR_ATTR_MSG, "the reason");
	ok(!headroom_extack(nlmsg_hdr(msg)), "no flag, no sentence");
	begin_error(NLMSG_ERROR, NLM_F_CAPPED | NLM_F_ACK_TLVS);
	ok(!headroom_extack(nlmsg_hdr(msg)), "no attributes");
	nla_put(msg, NLMSGERR_ATTR_MSG, 6, "endles");
	ok(!headroom_extack(nlmsg_hdr(msg)), "a sentence that does not end");
	begin_error(NLMSG_DONE, NLM_F_ACK_TLVS);
	nlmsg_hdr(msg)->nlmsg_type = NLMSG_ERROR;
	ok(!headroom_extack(nlmsg_hdr(msg)), "an error that is too short");
}

int main(void)
{
	test_well_made();
	test_histogram_twice();
	test_malformed_cgroup();
	test_malformed_histogram();
	test_truncation();
	test_status();
	test_counters();
	test_extack();
	nlmsg_free(msg);
	return tap_done();
}
