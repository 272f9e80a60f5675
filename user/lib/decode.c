// SPDX-License-Identifier: LGPL-2.1
/*
 * Decode netlink attributes into the structures of headroom.h
 *
 * The kernel is trusted, but may be of another version. Attributes of the wrong size,
 * truncated ones and lists out of order are refused: a number decoded by guessing would
 * look like any other number.
 */

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "counters.h"
#include "decode.h"

/* The kernel sends an attribute of type uint in 4 bytes if the value fits. */
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

/* @rem is not zero if the attributes end in bytes that are not a whole attribute. */
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
		if (counter->attribute != (unsigned int)nla_type(attr))
			continue;
		err = get_uint(attr, &value);
		if (!err)
			headroom_counter_set(counter, base, value);
		return err;
	}
	return 0;
}

/* Find the key of a nest; 0 is not a valid key. */
static int find_key(const struct nlattr *nest, int type, uint32_t *key)
{
	const struct nlattr *attr = nla_find(nla_data(nest), nla_len(nest), type);
	int err = attr ? get_u32(attr, key) : -EBADMSG;

	return !err && !*key ? -EBADMSG : err;
}

static int decode_counters(const struct nlattr *nest, const struct headroom_counter *counter,
			   void *base)
{
	const struct nlattr *attr;
	int rem, err;

	nla_for_each_nested(attr, nest, rem) {
		err = decode_counter(attr, counter, base);
		if (err)
			return err;
	}
	return check_end(rem);
}

/* Keep a reason that we do not know: its pages are part of the victim's total. */
static int decode_evictor(const struct nlattr *nest, struct headroom_evictor *evictor)
{
	const struct nlattr *id = nla_find(nla_data(nest), nla_len(nest), HEADROOM_A_EVICTOR_ID);
	int err = id ? get_uint(id, &evictor->id) : 0;

	if (err)
		return err;
	/* in headroom.h, id 0 is the sum of the others */
	if (!evictor->id)
		return -EBADMSG;
	evictor->merged = nla_find(nla_data(nest), nla_len(nest), HEADROOM_A_EVICTOR_MERGED);
	err = find_key(nest, HEADROOM_A_EVICTOR_REASON, &evictor->reason);
	return err ? err : decode_counters(nest, headroom_evictor_counters, evictor);
}

static int add_evictor(struct headroom_victim *victim, const struct headroom_evictor *evictor)
{
	struct headroom_evictor *all;

	all = realloc(victim->evictor, (victim->nr + 1) * sizeof(*all));
	if (!all)
		return -ENOMEM;
	victim->evictor = all;
	all[victim->nr++] = *evictor;
	return 0;
}

static int decode_blame_attr(const struct nlattr *attr, struct headroom_victim *victim)
{
	struct headroom_evictor evictor = { 0 };
	int err;

	switch (nla_type(attr)) {
	case HEADROOM_A_BLAME_ID:
		return get_uint(attr, &victim->id);
	case HEADROOM_A_BLAME_EVICTOR:
		err = decode_evictor(attr, &evictor);
		return err ? err : add_evictor(victim, &evictor);
	case HEADROOM_A_BLAME_OTHERS:
		err = decode_counters(attr, headroom_evictor_counters, &evictor);
		if (err || !(evictor.evictions || evictor.refaults))
			return err;
		return add_evictor(victim, &evictor);
	}
	return 0;
}

int headroom_decode_blame(const struct nlattr *attrs, int len, struct headroom_victim *victim)
{
	const struct nlattr *attr;
	int rem, err;

	nla_for_each_attr(attr, attrs, len, rem) {
		err = decode_blame_attr(attr, victim);
		if (err)
			return err;
	}
	if (!victim->id)
		return -EBADMSG;
	return check_end(rem);
}

void headroom_victim_clear(struct headroom_victim *victim)
{
	free(victim->evictor);
	memset(victim, 0, sizeof(*victim));
}

static int decode_stalled_attr(const struct nlattr *attr, struct headroom_stalled *stalled)
{
	switch (nla_type(attr)) {
	case HEADROOM_A_STALLED_PID:
		return get_u32(attr, &stalled->pid);
	case HEADROOM_A_STALLED_CGROUP:
		return get_uint(attr, &stalled->cgroup);
	case HEADROOM_A_STALLED_CAUSE:
		return get_u32(attr, &stalled->cause);
	case HEADROOM_A_STALLED_TIME:
		return get_uint(attr, &stalled->time);
	}
	return 0;
}

/* Keep a cause that we do not know: the task is stalled all the same. */
int headroom_decode_stalled(const struct nlattr *attrs, int len,
			    struct headroom_stalled *stalled)
{
	const struct nlattr *attr;
	int rem, err;

	nla_for_each_attr(attr, attrs, len, rem) {
		err = decode_stalled_attr(attr, stalled);
		if (err)
			return err;
	}
	if (!stalled->pid || !stalled->cgroup || !stalled->cause)
		return -EBADMSG;
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

/* Set both strings in every decoded hook, so that printers need not check. */
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
	case HEADROOM_A_STATUS_TABLE_REMEMBERED:
		return get_uint(attr, &status->table_remembered);
	case HEADROOM_A_STATUS_CGROUPS:
		return get_u32(attr, &status->cgroups);
	case HEADROOM_A_STATUS_CGROUP_BYTES:
		return get_u32(attr, &status->cgroup_bytes);
	case HEADROOM_A_STATUS_PSI:
		return get_bool(attr, &status->psi);
	case HEADROOM_A_STATUS_STALLS:
		return get_bool(attr, &status->stalls);
	case HEADROOM_A_STATUS_STALLED:
		return get_u32(attr, &status->stalled);
	case HEADROOM_A_STATUS_HISTOGRAM_BYTES:
		return get_u32(attr, &status->histogram_bytes);
	case HEADROOM_A_STATUS_HISTOGRAMS:
		return get_uint(attr, &status->histograms);
	case HEADROOM_A_STATUS_KERNEL:
		return get_string(attr, &status->kernel);
	case HEADROOM_A_STATUS_TRIGGERS:
		return get_u32(attr, &status->triggers);
	case HEADROOM_A_STATUS_WORKER_TIME:
		return get_uint(attr, &status->worker_time);
	case HEADROOM_A_STATUS_REQUEST_TIME:
		return get_uint(attr, &status->request_time);
	case HEADROOM_A_STATUS_HOOK:
		return decode_hook(attr, status);
	case HEADROOM_A_STATUS_DROPPED:
		return decode_counters(attr, headroom_dropped_counters, status);
	case HEADROOM_A_STATUS_EVENT_SEQ:
		return get_uint(attr, &status->event_seq);
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
	/* callers convert pages to bytes, and shift by sample_shift */
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
	free(status->kernel);
	memset(status, 0, sizeof(*status));
}

static int decode_params_attr(const struct nlattr *attr, struct headroom_params *params)
{
	switch (nla_type(attr)) {
	case HEADROOM_A_PARAMS_SAMPLE_SHIFT:
		return get_u32(attr, &params->sample_shift);
	case HEADROOM_A_PARAMS_TABLE_ENTRIES:
		return get_uint(attr, &params->table_entries);
	case HEADROOM_A_PARAMS_STALLS:
		return get_bool(attr, &params->stalls);
	case HEADROOM_A_PARAMS_SWAP_KPROBES:
		return get_bool(attr, &params->swap_kprobes);
	}
	return 0;
}

int headroom_decode_params(const struct nlattr *attrs, int len, struct headroom_params *params)
{
	const struct nlattr *attr;
	int rem, err;

	nla_for_each_attr(attr, attrs, len, rem) {
		err = decode_params_attr(attr, params);
		if (err)
			return err;
	}
	/* as in the status */
	if (params->sample_shift > 63)
		return -EBADMSG;
	return check_end(rem);
}

int headroom_decode_trigger(const struct nlattr *attrs, int len, uint32_t *id)
{
	const struct nlattr *attr = nla_find(attrs, len, HEADROOM_A_TRIGGER_ID);
	int err = attr ? get_u32(attr, id) : -EBADMSG;

	return !err && !*id ? -EBADMSG : err;
}

static int borrow_string(const struct nlattr *attr, const char **value)
{
	*value = nla_data(attr);
	return memchr(*value, '\0', nla_len(attr)) ? 0 : -EBADMSG;
}

/* Truncate a name that is longer than the kernel's limit of today. */
static int get_comm(const struct nlattr *attr, struct headroom_event *event)
{
	const char *comm;
	int err = borrow_string(attr, &comm);

	if (err)
		return err;
	for (size_t i = 0; i < sizeof(event->comm) - 1 && comm[i]; i++)
		event->comm[i] = comm[i];
	return 0;
}

static int decode_event_attr(const struct nlattr *attr, struct headroom_event *event)
{
	switch (nla_type(attr)) {
	case HEADROOM_A_EVENT_SEQ:
		return get_uint(attr, &event->seq);
	case HEADROOM_A_EVENT_TIME:
		return get_uint(attr, &event->time);
	case HEADROOM_A_EVENT_CGROUP:
		return get_uint(attr, &event->cgroup);
	case HEADROOM_A_EVENT_PARENT_ID:
		return get_uint(attr, &event->parent_id);
	case HEADROOM_A_EVENT_PATH:
		return borrow_string(attr, &event->path);
	case HEADROOM_A_EVENT_PID:
		return get_u32(attr, &event->pid);
	case HEADROOM_A_EVENT_COMM:
		return get_comm(attr, event);
	case HEADROOM_A_EVENT_TRIGGER:
		return get_u32(attr, &event->trigger);
	case HEADROOM_A_EVENT_VALUE:
		return get_uint(attr, &event->value);
	}
	return 0;
}

/* Whether an event has all members that its type requires */
static bool is_complete(const struct headroom_event *event)
{
	if (!event->seq || !event->time)
		return false;
	switch (event->type) {
	case HEADROOM_EVENT_TRIGGER:
		return event->trigger && event->cgroup;
	case HEADROOM_EVENT_OOM_KILL:
		return event->pid && event->cgroup;
	case HEADROOM_EVENT_CGROUP_BORN:
	case HEADROOM_EVENT_CGROUP_GONE:
		return event->cgroup;
	default:
		return true;
	}
}

int headroom_decode_event(const struct nlattr *attrs, int len, struct headroom_event *event)
{
	const struct nlattr *attr;
	int rem, err;

	nla_for_each_attr(attr, attrs, len, rem) {
		err = decode_event_attr(attr, event);
		if (err)
			return err;
	}
	if (!is_complete(event))
		return -EBADMSG;
	return check_end(rem);
}
