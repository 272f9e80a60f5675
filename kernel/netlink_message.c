// SPDX-License-Identifier: GPL-2.0
/*
 * Messages of the family "headroom": begin, end and send them, check requests
 *
 * A reply, a message of a dump and a notification differ only in their origin, struct
 * hr_nl_origin. So one function fills all messages of a command:
 *
 *	hdr = hr_nl_begin(skb, to, cmd);
 *	return hr_nl_end(skb, hdr, hdr ? put_...(skb) : 0);
 *
 * The generated family refers to every operation, and the operations call this file. So
 * that it refers to nothing above it, this file gets the family as a pointer.
 */
#include <net/genetlink.h>
#include <uapi/linux/headroom.h>

#include "netlink_message.h"
#include "nl_gen.h"
#include "params_types.h"

const struct genl_family *hr_nl_family __ro_after_init;

/**
 * hr_nl_message_init - set the family that messages belong to
 * @family: the family, before it is registered
 *
 * Context: process, before any message.
 */
void __init hr_nl_message_init(const struct genl_family *family)
{
	hr_nl_family = family;
}

/**
 * hr_nl_reply_to - the origin of the reply to a request
 * @info: the request
 *
 * Context: process.
 */
struct hr_nl_origin hr_nl_reply_to(const struct genl_info *info)
{
	return (struct hr_nl_origin){
		.portid = info->snd_portid,
		.seq = info->snd_seq,
	};
}

/**
 * hr_nl_dump_to - the origin of the messages of a dump
 * @cb: the dump
 *
 * Context: process.
 */
struct hr_nl_origin hr_nl_dump_to(struct netlink_callback *cb)
{
	return (struct hr_nl_origin){
		.portid = NETLINK_CB(cb->skb).portid,
		.seq = cb->nlh->nlmsg_seq,
		.flags = NLM_F_MULTI,
		.cb = cb,
	};
}

/**
 * hr_nl_new - allocate a reply or a notification
 * @room: bytes of attributes
 * @gfp: how to allocate
 *
 * Context: as @gfp allows.
 * Return: the buffer, or NULL.
 */
struct sk_buff *hr_nl_new(size_t room, gfp_t gfp)
{
	return genlmsg_new(room, gfp);
}

/**
 * hr_nl_begin - begin a message
 * @skb: the buffer
 * @to: the request that the message answers
 * @cmd: HEADROOM_CMD_*
 *
 * In a dump, marks the message if the cgroups changed since the previous one.
 *
 * Context: any.
 * Return: the header, for hr_nl_end(); NULL if @skb has no room.
 */
void *hr_nl_begin(struct sk_buff *skb, const struct hr_nl_origin *to, int cmd)
{
	void *hdr = genlmsg_put(skb, to->portid, to->seq, hr_nl_family, to->flags, cmd);

	if (hdr && to->cb)
		genl_dump_check_consistent(to->cb, hdr);
	return hdr;
}

/**
 * hr_nl_end - end a message, or take it back
 * @skb: the buffer
 * @hdr: the result of hr_nl_begin()
 * @err: 0, or the reason why the message is incomplete
 *
 * Context: any.
 * Return: @err; -EMSGSIZE if @hdr is NULL. An error leaves @skb as before hr_nl_begin().
 */
int hr_nl_end(struct sk_buff *skb, void *hdr, int err)
{
	if (!hdr)
		return -EMSGSIZE;
	if (err)
		genlmsg_cancel(skb, hdr);
	else
		genlmsg_end(skb, hdr);
	return err;
}

/**
 * hr_nl_reply - send a reply, or free it
 * @skb: the reply, which this function consumes; may be NULL
 * @info: the request
 * @err: 0, or the reason why there is no reply to send
 *
 * Context: process.
 * Return: @err, -ENOMEM if there is no @skb, or the error of sending.
 */
int hr_nl_reply(struct sk_buff *skb, struct genl_info *info, int err)
{
	if (!skb)
		return err ?: -ENOMEM;
	if (!err)
		return genlmsg_reply(skb, info);
	nlmsg_free(skb);
	return err;
}

/**
 * hr_nl_listened - whether any socket has joined the group "events"
 *
 * Context: any; the family is registered.
 */
bool hr_nl_listened(void)
{
	return genl_has_listeners(hr_nl_family, &init_net, HEADROOM_NLGRP_EVENTS);
}

/**
 * hr_nl_multicast - send a notification to the group "events"
 * @skb: the notification, which this function consumes
 *
 * Ignores errors: the last listener may have left, and the socket of a listener without
 * room reports ENOBUFS itself.
 *
 * Context: process. Waits for no memory, since the registry lock may be held.
 */
void hr_nl_multicast(struct sk_buff *skb)
{
	genlmsg_multicast(hr_nl_family, skb, 0, HEADROOM_NLGRP_EVENTS, GFP_ATOMIC);
}

/**
 * hr_nl_refuse_attributes - refuse attributes in a request that takes none
 * @nlh: the request
 * @extack: where to report them
 *
 * The policy refuses unknown attributes only for requests that have known ones.
 *
 * Context: any.
 * Return: 0 or -EINVAL.
 */
int hr_nl_refuse_attributes(const struct nlmsghdr *nlh,
			    struct netlink_ext_ack *extack)
{
	if (!nlmsg_attrlen(nlh, GENL_HDRLEN))
		return 0;
	NL_SET_ERR_MSG_ATTR(extack, nlmsg_attrdata(nlh, GENL_HDRLEN),
			    "this request takes no attributes");
	return -EINVAL;
}

/**
 * hr_nl_uint - read an attribute of type uint
 * @attr: the attribute, whose length Linux 6.1 has not checked
 * @extack: where to report a wrong length
 * @value: result
 *
 * Context: process.
 * Return: 0 or -ERANGE.
 */
int hr_nl_uint(const struct nlattr *attr, struct netlink_ext_ack *extack, u64 *value)
{
	if (nla_len(attr) != sizeof(u32) && nla_len(attr) != sizeof(u64)) {
		NL_SET_ERR_MSG_ATTR(extack, attr, "a number has 4 or 8 bytes");
		return -ERANGE;
	}
	*value = nla_get_uint(attr);
	return 0;
}

/**
 * hr_nl_id - read the cgroup id in a request
 * @info: the request; the attribute has the same number in all requests
 * @id: result
 *
 * Context: process.
 * Return: 0 or a negative errno, with the extack set.
 */
int hr_nl_id(struct genl_info *info, u64 *id)
{
	const struct nlattr *attr = info->attrs[HEADROOM_A_CGROUP_ID];

	BUILD_BUG_ON((int)HEADROOM_A_CGROUP_ID != (int)HEADROOM_A_BLAME_ID);
	if (!attr) {
		/* Names the missing attribute in the extack */
		(void)GENL_REQ_ATTR_CHECK(info, HEADROOM_A_CGROUP_ID);
		NL_SET_ERR_MSG(info->extack,
			       "name a cgroup: id is missing; dump to get all");
		return -EINVAL;
	}
	return hr_nl_uint(attr, info->extack, id);
}

/**
 * hr_nl_refuse_id - refuse an id that no cgroup has
 * @attr: the attribute with the id
 * @extack: where to report it
 *
 * Context: process.
 * Return: -ENOENT.
 */
int hr_nl_refuse_id(const struct nlattr *attr, struct netlink_ext_ack *extack)
{
	NL_SET_ERR_MSG_ATTR(extack, attr,
			    "no cgroup with this id has the memory controller");
	return -ENOENT;
}

static int put_params(struct sk_buff *skb, const struct hr_params *params)
{
	if (nla_put_u32(skb, HEADROOM_A_PARAMS_SAMPLE_SHIFT, params->sample_shift) ||
	    nla_put_uint(skb, HEADROOM_A_PARAMS_TABLE_ENTRIES, params->table_entries) ||
	    nla_put_u32(skb, HEADROOM_A_PARAMS_STALLS, params->stalls) ||
	    nla_put_u32(skb, HEADROOM_A_PARAMS_SWAP_KPROBES, params->swap_kprobes))
		return -EMSGSIZE;
	return 0;
}

/**
 * hr_nl_fill_params - fill params-get and params-ntf
 * @skb: the buffer
 * @to: the request that the message answers
 * @cmd: HEADROOM_CMD_PARAMS_GET or HEADROOM_CMD_PARAMS_NTF
 * @params: the parameters
 *
 * It is here and not in netlink_control.c because notify.c sends it, too.
 *
 * Context: any.
 * Return: 0 or -EMSGSIZE.
 */
int hr_nl_fill_params(struct sk_buff *skb, const struct hr_nl_origin *to, int cmd,
		      const struct hr_params *params)
{
	void *hdr = hr_nl_begin(skb, to, cmd);

	return hr_nl_end(skb, hdr, hdr ? put_params(skb, params) : 0);
}
