// SPDX-License-Identifier: GPL-2.0
/* Test decoding of notifications, parameters and trigger ids, well-formed and malformed */

#include <errno.h>
#include <stdlib.h>
#include <netlink/msg.h>
#include "connection.h"
#include "decode.h"
#include "tap.h"

/* The message under construction; the tests decode its attributes. */
static struct nl_msg *msg;

static void begin(void)
{
	nlmsg_free(msg);
	msg = nlmsg_alloc();
	nlmsg_put(msg, 0, 0, 0x1f, 0, 0);
}

/* Begin an event with every attribute except @without */
static void begin_event(int without)
{
	begin();
	for (int attr = HEADROOM_A_EVENT_SEQ; attr <= HEADROOM_A_EVENT_VALUE; attr++) {
		if (attr == without)
			continue;
		if (attr == HEADROOM_A_EVENT_PATH)
			nla_put_string(msg, attr, "/busy/db");
		else if (attr == HEADROOM_A_EVENT_COMM)
			nla_put_string(msg, attr, "a name of twenty-one");
		else if (attr == HEADROOM_A_EVENT_PID || attr == HEADROOM_A_EVENT_TRIGGER)
			nla_put_u32(msg, attr, attr);
		else
			nla_put_u64(msg, attr, (1ull << 40) + attr);
	}
}

static int decode_event(enum headroom_event_type type, struct headroom_event *event)
{
	*event = (struct headroom_event){ .type = type };
	return headroom_decode_event(nlmsg_attrdata(nlmsg_hdr(msg), 0),
				     nlmsg_attrlen(nlmsg_hdr(msg), 0), event);
}

static void test_event(void)
{
	struct headroom_event event;

	begin_event(0);
	nla_put_u32(msg, 99, 1);
	is_int(decode_event(HEADROOM_EVENT_OOM_KILL, &event), 0, "an event is decoded");
	is_uint(event.seq, (1ull << 40) + HEADROOM_A_EVENT_SEQ, "sequence number");
	is_uint(event.time, (1ull << 40) + HEADROOM_A_EVENT_TIME, "time");
	is_uint(event.cgroup, (1ull << 40) + HEADROOM_A_EVENT_CGROUP, "cgroup");
	is_uint(event.parent_id, (1ull << 40) + HEADROOM_A_EVENT_PARENT_ID, "parent");
	is_uint(event.value, (1ull << 40) + HEADROOM_A_EVENT_VALUE, "value");
	is_uint(event.pid, HEADROOM_A_EVENT_PID, "pid");
	is_uint(event.trigger, HEADROOM_A_EVENT_TRIGGER, "trigger");
	is_text(event.path, "/busy/db", "path");
	is_text(event.comm, "a name of twent", "a long name is truncated");
}

/* Whether an event of this type requires @attr */
static bool is_needed(enum headroom_event_type type, int attr)
{
	switch (attr) {
	case HEADROOM_A_EVENT_SEQ:
	case HEADROOM_A_EVENT_TIME:
		return true;
	case HEADROOM_A_EVENT_CGROUP:
		return type != HEADROOM_EVENT_EXIT;
	case HEADROOM_A_EVENT_PID:
		return type == HEADROOM_EVENT_OOM_KILL;
	case HEADROOM_A_EVENT_TRIGGER:
		return type == HEADROOM_EVENT_TRIGGER;
	default:
		return false;
	}
}

static void test_missing(void)
{
	const enum headroom_event_type types[] = {
		HEADROOM_EVENT_TRIGGER, HEADROOM_EVENT_CGROUP_BORN, HEADROOM_EVENT_CGROUP_GONE,
		HEADROOM_EVENT_OOM_KILL, HEADROOM_EVENT_EXIT,
	};
	struct headroom_event event;

	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
		for (int attr = 1; attr <= HEADROOM_A_EVENT_MAX; attr++) {
			begin_event(attr);
			ok(decode_event(types[i], &event) ==
			   (is_needed(types[i], attr) ? -EBADMSG : 0),
			   "event of type %d without attribute %d", types[i], attr);
		}
	}
}

static void test_sizes(void)
{
	struct headroom_event event;

	for (int attr = 1; attr <= HEADROOM_A_EVENT_MAX; attr++) {
		begin_event(attr);
		nla_put(msg, attr, 3, "abc");
		is_int(decode_event(HEADROOM_EVENT_EXIT, &event), -EBADMSG,
		       "an attribute of three bytes without a NUL is malformed");
		begin_event(attr);
		nla_put(msg, attr, 0, NULL);
		is_int(decode_event(HEADROOM_EVENT_EXIT, &event), -EBADMSG,
		       "an empty attribute is malformed");
	}
}

static void test_config(void)
{
	struct headroom_params config = { 0 };

	begin();
	nla_put_u32(msg, HEADROOM_A_PARAMS_SAMPLE_SHIFT, 3);
	nla_put_u64(msg, HEADROOM_A_PARAMS_TABLE_ENTRIES, 1ull << 33);
	nla_put_u32(msg, HEADROOM_A_PARAMS_SWAP_KPROBES, 1);
	is_int(headroom_decode_params(nlmsg_attrdata(nlmsg_hdr(msg), 0),
				      nlmsg_attrlen(nlmsg_hdr(msg), 0), &config), 0,
	       "parameters are decoded");
	ok(config.sample_shift == 3 && config.table_entries == 1ull << 33 && !config.stalls &&
	   config.swap_kprobes, "each parameter has its value");
	nla_put_u32(msg, HEADROOM_A_PARAMS_SAMPLE_SHIFT, 64);
	is_int(headroom_decode_params(nlmsg_attrdata(nlmsg_hdr(msg), 0),
				      nlmsg_attrlen(nlmsg_hdr(msg), 0), &config), -EBADMSG,
	       "a sample shift of 64 is malformed");
	begin();
	nla_put_u32(msg, HEADROOM_A_PARAMS_STALLS, 1);
	config = (struct headroom_params){ 0 };
	is_int(headroom_decode_params(nlmsg_attrdata(nlmsg_hdr(msg), 0),
				      nlmsg_attrlen(nlmsg_hdr(msg), 0), &config), 0,
	       "parameters without table entries are decoded");
	ok(!config.table_entries && config.stalls, "absent table entries are 0");
}

static void test_trigger(void)
{
	uint32_t id = 0;

	begin();
	is_int(headroom_decode_trigger(nlmsg_attrdata(nlmsg_hdr(msg), 0), 0, &id), -EBADMSG,
	       "a trigger without an id is malformed");
	nla_put_u32(msg, HEADROOM_A_TRIGGER_ID, 0);
	is_int(headroom_decode_trigger(nlmsg_attrdata(nlmsg_hdr(msg), 0),
				       nlmsg_attrlen(nlmsg_hdr(msg), 0), &id), -EBADMSG,
	       "a trigger with id 0 is malformed");
	begin();
	nla_put_u32(msg, HEADROOM_A_TRIGGER_ID, 7);
	is_int(headroom_decode_trigger(nlmsg_attrdata(nlmsg_hdr(msg), 0),
				       nlmsg_attrlen(nlmsg_hdr(msg), 0), &id), 0,
				       "a trigger with an id is decoded");
	is_uint(id, 7, "its id");
}

/* Decode a copy of the first @len bytes, so that a sanitizer sees reads behind its end */
static void decode_all(const char *bytes, int len)
{
	char *copy = malloc(len ? len : 1);
	struct headroom_params config = { 0 };
	struct headroom_event event;
	uint32_t id;

	memcpy(copy, bytes, len);
	for (int type = 0; type <= HEADROOM_EVENT_EXIT; type++) {
		event = (struct headroom_event){ .type = type };
		if (headroom_decode_event((struct nlattr *)copy, len, &event) == 0 && event.path)
			len += 0 * strlen(event.path);
	}
	headroom_decode_params((struct nlattr *)copy, len, &config);
	headroom_decode_trigger((struct nlattr *)copy, len, &id);
	free(copy);
}

/* With a sanitizer, decoding garbage shows reads outside the message. */
static void test_garbage(void)
{
	char bytes[512];
	int len;

	begin_event(0);
	len = nlmsg_attrlen(nlmsg_hdr(msg), 0);
	for (int cut = 0; cut <= len; cut++)
		decode_all((char *)nlmsg_attrdata(nlmsg_hdr(msg), 0), cut);
	srandom(1);
	for (int round = 0; round < 20000; round++) {
		memcpy(bytes, nlmsg_attrdata(nlmsg_hdr(msg), 0), len);
		for (int n = random() % 8; n >= 0; n--)
			bytes[random() % len] = random() % 3 ? random() % 16 : random();
		decode_all(bytes, random() % 4 ? len : random() % len);
	}
	ok(true, "garbage is decoded without a read behind its end");
}

int main(void)
{
	test_event();
	test_missing();
	test_sizes();
	test_config();
	test_trigger();
	test_garbage();
	nlmsg_free(msg);
	return tap_done();
}
