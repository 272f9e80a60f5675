// SPDX-License-Identifier: LGPL-2.1
/*
 * From netlink attributes to the structures of headroom.h
 *
 * The kernel is trusted to mean well, not to be of the same version. What has
 * the wrong size, is cut short or out of order is refused instead of guessed
 * at: a wrong number would look like any other number.
 */

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "counters.h"
#include "decode.h"

/* The kernel writes an attribute of type uint in 4 bytes where it fits. */
static int get_uint(const struct nlattr *attr, uint64_t *value)
{
	switch (nla_len(attr)) {
	case sizeof(uint32_t):
		*value = nla_get_u32(attr);
		return 0;
	case sizeof(uint64_t):
		*value = nla_get_u64(attr);
		return 0;
	default:
		return -EBADMSG;
	}
}

static int get_u32(const struct nlattr *attr, uint32_t *value)
{
	if (nla_len(attr) != sizeof(*value))
		return -EBADMSG;
	*value = nla_get_u32(attr);
	return 0;
}

static int get_bool(const struct nlattr *attr, bool *value)
{
	uint32_t word;
	int err = get_u32(attr, &word);

	if (!err)
		*value = word != 0;
	return err;
}

static int get_string(const struct nlattr *attr, char **value)
{
	const char *text = nla_data(attr);

	if (!memchr(text, '\0', nla_len(attr)))
		return -EBADMSG;
	free(*value);
	*value = strdup(text);
	return *value ? 0 : -ENOMEM;
}

/* Bytes that make up no attribute are left where attributes should have ended. */
static int check_end(int rem)
{
	return rem > 0 ? -EBADMSG : 0;
}

static int decode_counter(const struct nlattr *attr,
			  const struct headroom_counter *counter, void *base)
{
	uint64_t value;
	int err;

	for (; counter->name; counter++) {
		if (counter->attr != (unsigned int)nla_type(attr))
			continue;
		err = get_uint(attr, &value);
		if (!err)
			headroom_counter_set(counter, base, value);
		return err;
	}
	return 0;
}

static int decode_bucket(const struct nlattr *nest, struct headroom_bucket *bucket)
{
	const unsigned int all = 1 << HEADROOM_A_BUCKET_LOW | 1 << HEADROOM_A_BUCKET_HIGH |
				 1 << HEADROOM_A_BUCKET_COUNT;
	const struct nlattr *attr;
	unsigned int seen = 0;
	int rem, err = 0;

	nla_for_each_nested(attr, nest, rem) {
		switch (nla_type(attr)) {
		case HEADROOM_A_BUCKET_LOW:
			err = get_uint(attr, &bucket->low);
			break;
		case HEADROOM_A_BUCKET_HIGH:
			err = get_uint(attr, &bucket->high);
			break;
		case HEADROOM_A_BUCKET_COUNT:
			err = get_uint(attr, &bucket->count);
			break;
		default:
			continue;
		}
		if (err)
			return err;
		seen |= 1 << nla_type(attr);
	}
	if (seen != all || bucket->low > bucket->high)
		return -EBADMSG;
	return check_end(rem);
}

/* Subtraction and quantiles walk the buckets, and rely on their order. */
static int decode_histogram(const struct nlattr *nest, struct headroom_histogram *hist)
{
	const struct nlattr *attr;
	struct headroom_bucket *bucket;
	size_t nr = 0;
	int rem, err;

	free(hist->bucket);
	memset(hist, 0, sizeof(*hist));
	nla_for_each_nested(attr, nest, rem)
		nr += nla_type(attr) == HEADROOM_A_HISTOGRAM_BUCKET;
	if (check_end(rem))
		return -EBADMSG;
	if (!nr)
		return 0;
	hist->bucket = calloc(nr, sizeof(*hist->bucket));
	if (!hist->bucket)
		return -ENOMEM;
	nla_for_each_nested(attr, nest, rem) {
		if (nla_type(attr) != HEADROOM_A_HISTOGRAM_BUCKET)
			continue;
		bucket = &hist->bucket[hist->nr];
		err = decode_bucket(attr, bucket);
		if (err)
			return err;
		if (hist->nr && bucket->low <= bucket[-1].high)
			return -EBADMSG;
		hist->nr++;
	}
	return 0;
}

static int stall_cause(const struct nlattr *nest, uint32_t *cause)
{
	const struct nlattr *attr = nla_find(nla_data(nest), nla_len(nest),
					     HEADROOM_A_STALL_CAUSE);

	return attr ? get_u32(attr, cause) : -EBADMSG;
}

static int decode_stall(const struct nlattr *nest, struct headroom_stats *stats)
{
	struct headroom_stall *stall;
	const struct nlattr *attr;
	uint32_t cause;
	int rem, err;

	err = stall_cause(nest, &cause);
	if (err)
		return err;
	if (!cause)
		return -EBADMSG;
	if (cause >= HEADROOM_STALL_CAUSES)
		return 0;
	stall = &stats->stall[cause];
	nla_for_each_nested(attr, nest, rem) {
		if (nla_type(attr) == HEADROOM_A_STALL_LATENCY)
			err = decode_histogram(attr, &stall->latency);
		else
			err = decode_counter(attr, headroom_stall_counters, stall);
		if (err)
			return err;
	}
	return check_end(rem);
}

static int decode_stats(const struct nlattr *nest, struct headroom_stats *stats)
{
	const struct nlattr *attr;
	int rem, err;

	nla_for_each_nested(attr, nest, rem) {
		switch (nla_type(attr)) {
		case HEADROOM_A_STATS_REFAULT_DISTANCE:
			err = decode_histogram(attr, &stats->refault_distance);
			break;
		case HEADROOM_A_STATS_STALL:
			err = decode_stall(attr, stats);
			break;
		default:
			err = decode_counter(attr, headroom_stats_counters, stats);
		}
		if (err)
			return err;
	}
	return check_end(rem);
}

int headroom_decode_cgroup(const struct nlattr *attrs, int len,
			   struct headroom_cgroup *cgroup)
{
	const struct nlattr *attr;
	int rem, err = 0;

	nla_for_each_attr(attr, attrs, len, rem) {
		switch (nla_type(attr)) {
		case HEADROOM_A_CGROUP_ID:
			err = get_uint(attr, &cgroup->id);
			break;
		case HEADROOM_A_CGROUP_PARENT_ID:
			err = get_uint(attr, &cgroup->parent_id);
			break;
		case HEADROOM_A_CGROUP_LOCAL:
			err = decode_stats(attr, &cgroup->local);
			break;
		case HEADROOM_A_CGROUP_SUBTREE:
			err = decode_stats(attr, &cgroup->subtree);
			break;
		}
		if (err)
			return err;
	}
	if (!cgroup->id)
		return -EBADMSG;
	return check_end(rem);
}

void headroom_cgroup_clear(struct headroom_cgroup *cgroup)
{
	free(cgroup->path);
	headroom_stats_clear(&cgroup->local);
	headroom_stats_clear(&cgroup->subtree);
	memset(cgroup, 0, sizeof(*cgroup));
}

static int decode_lost(const struct nlattr *nest, struct headroom_status *status)
{
	const struct nlattr *attr;
	int rem, err;

	nla_for_each_nested(attr, nest, rem) {
		err = decode_counter(attr, headroom_lost_counters, status);
		if (err)
			return err;
	}
	return check_end(rem);
}

static int decode_hook_attrs(const struct nlattr *nest, struct headroom_hook *hook)
{
	const struct nlattr *attr;
	int rem, err = 0;

	nla_for_each_nested(attr, nest, rem) {
		switch (nla_type(attr)) {
		case HEADROOM_A_HOOK_NAME:
			err = get_string(attr, &hook->name);
			break;
		case HEADROOM_A_HOOK_REQUIRED:
			err = get_bool(attr, &hook->required);
			break;
		case HEADROOM_A_HOOK_ATTACHED:
			err = get_bool(attr, &hook->attached);
			break;
		case HEADROOM_A_HOOK_COVERS:
			err = get_string(attr, &hook->covers);
			break;
		}
		if (err)
			return err;
	}
	return check_end(rem);
}

/* Both strings are set in a decoded hook: printers need not ask. */
static int complete_hook(struct headroom_hook *hook)
{
	if (!hook->name)
		return -EBADMSG;
	if (!hook->covers)
		hook->covers = strdup("");
	return hook->covers ? 0 : -ENOMEM;
}

static int decode_hook(const struct nlattr *nest, struct headroom_status *status)
{
	struct headroom_hook *hook;
	int err;

	hook = realloc(status->hook, (status->nr_hooks + 1) * sizeof(*hook));
	if (!hook)
		return -ENOMEM;
	status->hook = hook;
	hook = &status->hook[status->nr_hooks++];
	memset(hook, 0, sizeof(*hook));
	err = decode_hook_attrs(nest, hook);
	return err ? err : complete_hook(hook);
}

static int decode_status_attr(const struct nlattr *attr, struct headroom_status *status)
{
	switch (nla_type(attr)) {
	case HEADROOM_A_STATUS_VERSION:
		return get_string(attr, &status->version);
	case HEADROOM_A_STATUS_PAGE_SIZE:
		return get_u32(attr, &status->page_size);
	case HEADROOM_A_STATUS_SAMPLE_SHIFT:
		return get_u32(attr, &status->sample_shift);
	case HEADROOM_A_STATUS_TABLE_ENTRIES:
		return get_uint(attr, &status->table_entries);
	case HEADROOM_A_STATUS_TABLE_USED:
		return get_uint(attr, &status->table_used);
	case HEADROOM_A_STATUS_TABLE_BYTES:
		return get_uint(attr, &status->table_bytes);
	case HEADROOM_A_STATUS_CGROUPS:
		return get_u32(attr, &status->cgroups);
	case HEADROOM_A_STATUS_CGROUP_BYTES:
		return get_u32(attr, &status->cgroup_bytes);
	case HEADROOM_A_STATUS_PSI:
		return get_bool(attr, &status->psi);
	case HEADROOM_A_STATUS_HOOK:
		return decode_hook(attr, status);
	case HEADROOM_A_STATUS_LOST:
		return decode_lost(attr, status);
	}
	return 0;
}

int headroom_decode_status(const struct nlattr *attrs, int len,
			   struct headroom_status *status)
{
	const struct nlattr *attr;
	int rem, err;

	nla_for_each_attr(attr, attrs, len, rem) {
		err = decode_status_attr(attr, status);
		if (err)
			return err;
	}
	/* without a page size the distances mean nothing, shifts of 64 neither */
	if (!status->version || !status->page_size || status->sample_shift > 63)
		return -EBADMSG;
	return check_end(rem);
}

void headroom_status_clear(struct headroom_status *status)
{
	for (size_t i = 0; i < status->nr_hooks; i++) {
		free(status->hook[i].name);
		free(status->hook[i].covers);
	}
	free(status->hook);
	free(status->version);
	memset(status, 0, sizeof(*status));
}
