// SPDX-License-Identifier: GPL-2.0
/*
 * Answer requests about parameters and triggers
 *
 * Each refusal names the attribute and says what to do. Triggers are set and removed by a
 * worker, so that no task that is out of CPU time keeps the poller waiting.
 */
#include <linux/ktime.h>
#include <net/genetlink.h>

#include "netlink_message.h"
#include "netlink_rights.h"
#include "nl_gen.h"
#include "nonresident.h"
#include "params.h"
#include "rollup.h"
#include "trigger.h"
#include "worker.h"

#define REFUSE(_info, _attr, _err, _sentence)				\
({									\
	NL_SET_ERR_MSG_ATTR((_info)->extack, (_info)->attrs[_attr], _sentence); \
	_err;								\
})

/* Read an attribute; *value does not change if it is absent. Returns 0 or -ERANGE. */
static int read_uint(struct genl_info *info, int attr, u64 *value)
{
	const struct nlattr *nla = info->attrs[attr];

	return nla ? hr_nl_uint(nla, info->extack, value) : 0;
}

int headroom_nl_params_get_doit(struct sk_buff *request, struct genl_info *info)
{
	const struct hr_nl_origin to = hr_nl_reply_to(info);
	struct hr_params params;
	struct sk_buff *skb;
	int err;

	err = hr_nl_refuse_attributes(info->nlhdr, info->extack);
	if (err)
		return err;
	hr_params_get(&params);
	skb = hr_nl_new(NLMSG_DEFAULT_SIZE, GFP_KERNEL);
	err = skb ? hr_nl_fill_params(skb, &to, HEADROOM_CMD_PARAMS_GET, &params) : -ENOMEM;
	return hr_nl_reply(skb, info, err);
}

/* Read the parameters that a request names, and check their ranges */
static int read_params(struct genl_info *info, struct hr_params *params,
		       unsigned int *which)
{
	u64 entries = 0;
	int err;

	*which = 0;
	if (info->attrs[HEADROOM_A_PARAMS_SAMPLE_SHIFT]) {
		*which |= HR_PARAMS_SAMPLE_SHIFT;
		params->sample_shift =
			nla_get_u32(info->attrs[HEADROOM_A_PARAMS_SAMPLE_SHIFT]);
	}
	if (info->attrs[HEADROOM_A_PARAMS_STALLS]) {
		*which |= HR_PARAMS_STALLS;
		params->stalls = nla_get_u32(info->attrs[HEADROOM_A_PARAMS_STALLS]);
	}
	if (info->attrs[HEADROOM_A_PARAMS_TABLE_ENTRIES])
		*which |= HR_PARAMS_TABLE_ENTRIES;
	err = read_uint(info, HEADROOM_A_PARAMS_TABLE_ENTRIES, &entries);
	if (err)
		return err;
	if (entries > HR_MAX_TABLE_ENTRIES)
		return REFUSE(info, HEADROOM_A_PARAMS_TABLE_ENTRIES, -ERANGE,
			      "table-entries: use 0 (automatic) to 33554432");
	params->table_entries = entries;
	return 0;
}

int headroom_nl_params_set_doit(struct sk_buff *request, struct genl_info *info)
{
	struct hr_params params = {};
	unsigned int which, failed;
	int err;

	BUILD_BUG_ON(HR_MAX_TABLE_ENTRIES != 33554432);
	err = read_params(info, &params, &which);
	if (err)
		return err;
	if (!which) {
		NL_SET_ERR_MSG(info->extack,
			       "name a parameter: sample-shift, table-entries or stalls");
		return -EINVAL;
	}
	err = hr_params_set(&params, which, &failed);
	if (!err)
		return 0;
	if (failed & HR_PARAMS_STALLS)
		return REFUSE(info, HEADROOM_A_PARAMS_STALLS, err,
			      "stalls cannot be tracked, see the kernel log; nothing was changed");
	if (which & HR_PARAMS_TABLE_ENTRIES)
		return REFUSE(info, HEADROOM_A_PARAMS_TABLE_ENTRIES, err,
			      "no memory for so large a table: use fewer table-entries; nothing was changed");
	return REFUSE(info, HEADROOM_A_PARAMS_SAMPLE_SHIFT, err,
		      "no memory for the table: set table-entries, too; nothing was changed");
}

/* Refuse a request without an attribute. Returns 0 or -EINVAL. */
#define REQUIRE(_info, _attr, _sentence)				\
({									\
	bool _missing = GENL_REQ_ATTR_CHECK(_info, _attr);		\
									\
	if (_missing)							\
		NL_SET_ERR_MSG((_info)->extack, _sentence);		\
	_missing ? -EINVAL : 0;						\
})

static int require_all(struct genl_info *info)
{
	return REQUIRE(info, HEADROOM_A_TRIGGER_CGROUP,
		       "name a cgroup to watch: cgroup is missing") ?:
	       REQUIRE(info, HEADROOM_A_TRIGGER_METRIC,
		       "choose what to sum up, stall or refaults: metric is missing") ?:
	       REQUIRE(info, HEADROOM_A_TRIGGER_THRESHOLD,
		       "set the sum that fires the trigger: threshold is missing") ?:
	       REQUIRE(info, HEADROOM_A_TRIGGER_WINDOW,
		       "set the time to sum up over: window is missing");
}

static int check_trigger(struct genl_info *info, const struct hr_trigger_spec *spec)
{
	if (spec->cause && spec->metric != HEADROOM_TRIGGER_METRIC_STALL)
		return REFUSE(info, HEADROOM_A_TRIGGER_CAUSE, -EINVAL,
			      "only stalls have a cause: leave it out, or choose the metric stall");
	if (!spec->threshold)
		return REFUSE(info, HEADROOM_A_TRIGGER_THRESHOLD, -ERANGE,
			      "threshold: use 1 or more");
	if (spec->window < HR_TRIGGER_WINDOW_MIN || spec->window > HR_TRIGGER_WINDOW_MAX)
		return REFUSE(info, HEADROOM_A_TRIGGER_WINDOW, -ERANGE,
			      "window: use 10000000 (10 ms) to 60000000000 (1 min)");
	if (spec->hysteresis && spec->clear >= spec->threshold)
		return REFUSE(info, HEADROOM_A_TRIGGER_CLEAR, -ERANGE,
			      "clear: use less than the threshold");
	return 0;
}

static u32 read_u32(struct genl_info *info, int attr, u32 otherwise)
{
	return info->attrs[attr] ? nla_get_u32(info->attrs[attr]) : otherwise;
}

static int read_trigger(struct genl_info *info, struct hr_trigger_spec *spec)
{
	int err = require_all(info);

	if (err)
		return err;
	spec->scope = read_u32(info, HEADROOM_A_TRIGGER_SCOPE,
			       HEADROOM_TRIGGER_SCOPE_SUBTREE);
	spec->metric = read_u32(info, HEADROOM_A_TRIGGER_METRIC, 0);
	spec->cause = read_u32(info, HEADROOM_A_TRIGGER_CAUSE, 0);
	spec->hysteresis = info->attrs[HEADROOM_A_TRIGGER_CLEAR];
	err = read_uint(info, HEADROOM_A_TRIGGER_CGROUP, &spec->cgroup) ?:
	      read_uint(info, HEADROOM_A_TRIGGER_THRESHOLD, &spec->threshold) ?:
	      read_uint(info, HEADROOM_A_TRIGGER_WINDOW, &spec->window);
	spec->interval = spec->window;
	err = err ?: read_uint(info, HEADROOM_A_TRIGGER_INTERVAL, &spec->interval) ?:
	      read_uint(info, HEADROOM_A_TRIGGER_CLEAR, &spec->clear) ?:
	      check_trigger(info, spec);
	/* Cap it at 146 years, so that it can be added to a time */
	spec->interval = min_t(u64, spec->interval, KTIME_MAX / 2);
	return err;
}

static int refuse_trigger(struct genl_info *info, const struct hr_trigger_owner *owner, int err)
{
	BUILD_BUG_ON(HR_MAX_TRIGGERS != 1024 || HR_MAX_UNPRIVILEGED_TRIGGERS != 768 ||
		     HR_MAX_USER_TRIGGERS != 256);
	switch (err) {
	case -ENOENT:
		return REFUSE(info, HEADROOM_A_TRIGGER_CGROUP, err,
			      "no cgroup with this id has the memory controller");
	case -EDQUOT:
		NL_SET_ERR_MSG(info->extack, "this user has set 256 triggers: remove one first");
		return err;
	case -ENOSPC:
		if (owner->privileged)
			NL_SET_ERR_MSG(info->extack, "1024 triggers are set: remove one first");
		else
			NL_SET_ERR_MSG(info->extack,
				       "768 triggers are set, and the others are reserved for CAP_SYS_ADMIN: remove one first");
		return err;
	case -ESHUTDOWN:
		NL_SET_ERR_MSG(info->extack, "the module is being unloaded: load it again");
		return err;
	default:
		NL_SET_ERR_MSG(info->extack, "no memory for a trigger: try again later");
		return err;
	}
}

static int fill_trigger(struct sk_buff *skb, const struct hr_nl_origin *to, u32 id)
{
	void *hdr = hr_nl_begin(skb, to, HEADROOM_CMD_TRIGGER_ADD);

	return hr_nl_end(skb, hdr, hdr ? nla_put_u32(skb, HEADROOM_A_TRIGGER_ID, id) : 0);
}

/* A request about a trigger, as a worker carries it out */
struct trigger_call {
	const struct hr_trigger_spec *spec;
	const struct hr_trigger_owner *owner;
	u32 id;
};

static int add_trigger(void *arg)
{
	struct trigger_call *call = arg;
	int err, tries = 10;

	/* It waits for no memory, since it holds locks */
	do
		err = hr_trigger_add(call->spec, call->owner, &call->id);
	while (err == -ENOMEM && --tries && hr_rollup_wait());
	return err;
}

static int del_trigger(void *arg)
{
	const struct trigger_call *call = arg;

	return hr_trigger_del(call->id, call->owner->portid);
}

int headroom_nl_trigger_add_doit(struct sk_buff *request, struct genl_info *info)
{
	const struct hr_nl_origin to = hr_nl_reply_to(info);
	const struct hr_trigger_owner owner = {
		.portid = info->snd_portid,
		.uid = hr_nl_user(request),
		.privileged = hr_nl_may_configure(request),
	};
	struct hr_trigger_spec spec = {};
	struct trigger_call call = { .spec = &spec, .owner = &owner };
	struct sk_buff *skb;
	int err;

	err = read_trigger(info, &spec);
	if (err)
		return err;
	/* Allocate first: a trigger whose id cannot be reported could not be removed */
	skb = hr_nl_new(NLMSG_DEFAULT_SIZE, GFP_KERNEL);
	if (!skb)
		return refuse_trigger(info, &owner, -ENOMEM);
	err = hr_worker_call(add_trigger, &call);
	if (err) {
		nlmsg_free(skb);
		return refuse_trigger(info, &owner, err);
	}
	/* This also fails if the socket is full of notifications */
	err = hr_nl_reply(skb, info, fill_trigger(skb, &to, call.id));
	if (err)
		hr_worker_call(del_trigger, &call);
	return err;
}

int headroom_nl_trigger_del_doit(struct sk_buff *request, struct genl_info *info)
{
	const struct hr_trigger_owner owner = { .portid = info->snd_portid };
	struct trigger_call call = { .owner = &owner };
	int err = REQUIRE(info, HEADROOM_A_TRIGGER_ID,
			  "name the trigger to remove: id is missing");

	if (err)
		return err;
	call.id = nla_get_u32(info->attrs[HEADROOM_A_TRIGGER_ID]);
	err = hr_worker_call(del_trigger, &call);
	if (err)
		return REFUSE(info, HEADROOM_A_TRIGGER_ID, err,
			      "this socket has set no trigger with this id");
	return 0;
}
