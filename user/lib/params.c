// SPDX-License-Identifier: LGPL-2.1
/* The parameters of the module */

#include <errno.h>

#include "connection.h"
#include "decode.h"

#define ALL	(HEADROOM_PARAM_SAMPLE_SHIFT | HEADROOM_PARAM_TABLE_ENTRIES | \
		 HEADROOM_PARAM_STALLS)

static int on_config(const struct nlattr *attrs, int len, void *arg)
{
	return headroom_decode_config(attrs, len, arg);
}

int headroom_params_get(struct headroom *h, struct headroom_params *config)
{
	struct headroom_request request = {
		.cmd = HEADROOM_CMD_PARAMS_GET,
		.reply = on_config,
		.arg = config,
	};

	int err;

	*config = (struct headroom_params){ 0 };
	err = headroom_ask(h, &request);
	if (err)
		*config = (struct headroom_params){ 0 };
	return err;
}

/* Parameters and which of them are to be set */
struct change {
	const struct headroom_params *config;
	unsigned int which;
};

static int put_change(struct nl_msg *msg, const void *asked)
{
	const struct change *change = asked;
	const struct headroom_params *config = change->config;
	int err = 0;

	if (change->which & HEADROOM_PARAM_SAMPLE_SHIFT)
		err = nla_put_u32(msg, HEADROOM_A_PARAMS_SAMPLE_SHIFT, config->sample_shift);
	if (!err && change->which & HEADROOM_PARAM_TABLE_ENTRIES)
		err = nla_put_u64(msg, HEADROOM_A_PARAMS_TABLE_ENTRIES, config->table_entries);
	if (!err && change->which & HEADROOM_PARAM_STALLS)
		err = nla_put_u32(msg, HEADROOM_A_PARAMS_STALLS, config->stalls);
	return err;
}

int headroom_params_set(struct headroom *h, const struct headroom_params *config,
			unsigned int which)
{
	struct change change = { config, which };
	struct headroom_request request = {
		.cmd = HEADROOM_CMD_PARAMS_SET,
		.put = put_change,
		.asked = &change,
	};
	int err;

	if (!which || which & ~ALL)
		return headroom_fail(h, -EINVAL, "there is no parameter to change");
	err = headroom_refuse_reserved(h, "struct headroom_params", config->reserved,
				       sizeof(config->reserved) / sizeof(config->reserved[0]));
	return err ? err : headroom_ask(h, &request);
}
