// SPDX-License-Identifier: LGPL-2.1
/* Read and change the parameters of the module */

#include <errno.h>

#include "connection.h"
#include "decode.h"

#define ALL	(HEADROOM_PARAM_SAMPLE_SHIFT | HEADROOM_PARAM_TABLE_ENTRIES | \
		 HEADROOM_PARAM_STALLS)

static int on_params(const struct nlattr *attrs, int len, void *arg)
{
	return headroom_decode_params(attrs, len, arg);
}

int headroom_params_get(struct headroom *h, struct headroom_params *params)
{
	struct headroom_request request = {
		.cmd = HEADROOM_CMD_PARAMS_GET,
		.reply = on_params,
		.arg = params,
	};
	int err;

	*params = (struct headroom_params){ 0 };
	err = headroom_ask(h, &request);
	if (err)
		*params = (struct headroom_params){ 0 };
	return err;
}

/* The new values, and HEADROOM_PARAM_* flags of those to change */
struct change {
	const struct headroom_params *params;
	unsigned int which;
};

static int put_change(struct nl_msg *msg, const void *asked)
{
	const struct change *change = asked;
	const struct headroom_params *params = change->params;
	int err = 0;

	if (change->which & HEADROOM_PARAM_SAMPLE_SHIFT)
		err = nla_put_u32(msg, HEADROOM_A_PARAMS_SAMPLE_SHIFT, params->sample_shift);
	if (!err && change->which & HEADROOM_PARAM_TABLE_ENTRIES)
		err = nla_put_u64(msg, HEADROOM_A_PARAMS_TABLE_ENTRIES, params->table_entries);
	if (!err && change->which & HEADROOM_PARAM_STALLS)
		err = nla_put_u32(msg, HEADROOM_A_PARAMS_STALLS, params->stalls);
	return err;
}

int headroom_params_set(struct headroom *h, const struct headroom_params *params,
			unsigned int which)
{
	struct change change = { params, which };
	struct headroom_request request = {
		.cmd = HEADROOM_CMD_PARAMS_SET,
		.put = put_change,
		.asked = &change,
	};
	int err;

	if (!which || which & ~ALL)
		return headroom_fail(h, -EINVAL, "no known parameter is selected");
	err = headroom_refuse_reserved(h, "struct headroom_params", params->reserved,
				       sizeof(params->reserved) / sizeof(params->reserved[0]));
	return err ? err : headroom_ask(h, &request);
}
