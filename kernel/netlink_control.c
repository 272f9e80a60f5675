// SPDX-License-Identifier: GPL-2.0
/*
 * The generic netlink family "headroom": operations that change something
 */
#include <net/genetlink.h>

#include "nl_gen.h"

int headroom_nl_config_get_doit(struct sk_buff *request, struct genl_info *info)
{
	return -EOPNOTSUPP;
}

int headroom_nl_config_set_doit(struct sk_buff *request, struct genl_info *info)
{
	return -EOPNOTSUPP;
}

int headroom_nl_trigger_add_doit(struct sk_buff *request, struct genl_info *info)
{
	return -EOPNOTSUPP;
}

int headroom_nl_trigger_del_doit(struct sk_buff *request, struct genl_info *info)
{
	return -EOPNOTSUPP;
}
