// SPDX-License-Identifier: LGPL-2.1
/* The parameters of the module */

#include <errno.h>

#include "connection.h"
#include "decode.h"

#define ALL	(HEADROOM_CONFIG_SAMPLE_SHIFT | HEADROOM_CONFIG_TABLE_ENTRIES | \
		 HEADROOM_CONFIG_STALLS)

static int on_config(const struct nlattr *attrs, int len, void *arg)
{
	return headroom_decode_config(attrs, len, arg);
}

int headroom_config_get(struct headroom *h, struct headroom_config *config)
{
	struct headroom_request request = {
		.cmd = HEADROOM_CMD_CONFIG_GET,
		.reply = on_config,
		.arg = config,
	};

	int err;

	*config = (struct headroom_config){ 0 };
	err = headroom_ask(h, &request);
	if (err)
		*config = (struct headroom_config){ 0 };
	return err;
}

/* Parameters and which of them are to be set */
struct change {
	const struct headroom_config *config;
	unsigned int which;
};

static int put_change(struct nl_msg *msg, const void *asked)
{
	const struct change *change = asked;
	const struct headroom_config *config = change->config;
	int err = 0;

	if (change->which & HEADROOM_CONFIG_SAMPLE_SHIFT)
		err = nla_put_u32(msg, HEADROOM_A_CONFIG_SAMPLE_SHIFT, config->sample_shift);
	if (!err && change->which & HEADROOM_CONFIG_TABLE_ENTRIES)
		err = nla_put_u64(msg, HEADROOM_A_CONFIG_TABLE_ENTRIES, config->table_entries);
	if (!err && change->which & HEADROOM_CONFIG_STALLS)
		err = nla_put_u32(msg, HEADROOM_A_CONFIG_STALLS, config->stalls);
	return err;
}

int headroom_config_set(struct headroom *h, const struct headroom_config *config,
			unsigned int which)
{
	struct change change = { config, which };
	struct headroom_request request = {
		.cmd = HEADROOM_CMD_CONFIG_SET,
		.put = put_change,
		.asked = &change,
	};

	if (!which || which & ~ALL)
		return headroom_fail(h, -EINVAL, "there is no parameter to change");
	return headroom_ask(h, &request);
}
