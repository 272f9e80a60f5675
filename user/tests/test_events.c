// SPDX-License-Identifier: GPL-2.0
/* Test events, triggers and parameters against the fake kernel */

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include "failing_malloc.h"
#include "fake_kernel.h"
#include "headroom.h"
#include "tap.h"

static void behave(const char *behaviour)
{
	setenv("HEADROOM_FAKE", behaviour, 1);
}

static struct headroom_events *open_fake(const char *behaviour, bool group)
{
	struct headroom_events *e;

	behave(behaviour);
	is_int(headroom_events_open(&e, group), 0, *behaviour ? behaviour : "open");
	return e;
}

static bool is_readable(struct headroom_events *e)
{
	struct pollfd fd = { .fd = headroom_events_fd(e), .events = POLLIN };

	return poll(&fd, 1, 0) == 1 && fd.revents & POLLIN;
}

/* Take the next event and check its type and cgroup */
static struct headroom_event expect(struct headroom_events *e, enum headroom_event_type type,
				    uint64_t cgroup, const char *what)
{
	struct headroom_event event;

	is_int(headroom_events_next(e, &event), 1, what);
	is_int(event.type, type, "type of the event");
	is_uint(event.cgroup, cgroup, "cgroup of the event");
	ok(event.time, "it has a time");
	return event;
}

static void expect_none(struct headroom_events *e, const char *what)
{
	struct headroom_event event;

	is_int(headroom_events_next(e, &event), 0, what);
	ok(!is_readable(e), "the descriptor is not readable");
}

static void expect_failure(struct headroom_events *e, int err, const char *message)
{
	struct headroom_event event;

	is_int(headroom_events_next(e, &event), err, "taking an event fails");
	ok(strstr(headroom_events_error(e), message), "message: %s", headroom_events_error(e));
	ok(!event.type && !event.path, "no event is returned");
}

static void send_born(uint64_t id, const char *path)
{
	const struct headroom_event event = { .cgroup = id, .parent_id = 1, .path = path };

	fake_kernel_notify(HEADROOM_CMD_CGROUP_BORN_NTF, &event);
}

static void send_gone(uint64_t id)
{
	const struct headroom_event event = { .cgroup = id, .parent_id = 1 };

	fake_kernel_notify(HEADROOM_CMD_CGROUP_GONE_NTF, &event);
}

static void send_kill(uint32_t pid)
{
	const struct headroom_event event = { .cgroup = 3, .pid = pid, .path = "/busy/db",
					      .comm = "mysqld" };

	fake_kernel_notify(HEADROOM_CMD_OOM_KILL_NTF, &event);
}

static void test_open_failure(const char *behaviour, bool group, int err, const char *message)
{
	struct headroom_events *e;
	struct headroom_event event;
	uint32_t id;

	behave(behaviour);
	is_int(headroom_events_open(&e, group), err, behaviour);
	ok(strstr(headroom_events_error(e), message), "message: %s", headroom_events_error(e));
	is_int(headroom_events_next(e, &event), -ENOTCONN, "the handle receives no events");
	is_int(headroom_trigger_add(e, &(struct headroom_trigger){ .cgroup = 2 }, &id), -ENOTCONN,
	       "the handle accepts no triggers");
	headroom_events_close(e);
}

static void test_types(void)
{
	struct headroom_events *e = open_fake("lively", true);
	struct headroom_event event;

	ok(is_readable(e), "the descriptor is readable");
	event = expect(e, HEADROOM_EVENT_CGROUP_BORN, 7, "birth of a cgroup");
	is_uint(event.parent_id, 2, "its parent");
	is_text(event.path, "/busy/newborn", "its path");
	is_uint(event.seq, 1, "its sequence number");
	event = expect(e, HEADROOM_EVENT_OOM_KILL, 3, "kill of a task");
	is_uint(event.pid, 5000000, "its pid");
	is_text(event.comm, "mysqld", "its name");
	is_text(event.path, "/busy/db", "path of its cgroup");
	event = expect(e, HEADROOM_EVENT_PARAMS, 0, "change of parameters");
	is_uint(event.params.table_entries, 65536, "table entries");
	ok(event.params.stalls && !event.params.swap_kprobes, "switches");
	event = expect(e, HEADROOM_EVENT_CGROUP_GONE, 4, "removal of a cgroup");
	is_text(event.path, "/idle", "its path");
	expect_none(e, "no further event");
	headroom_events_close(e);
	headroom_events_close(NULL);
	is_text(headroom_events_error(NULL), "out of memory", "message without a handle");
}

/* A birth of a known cgroup and a removal of an unknown one are not reported. */
static void test_known(void)
{
	struct headroom_events *e = open_fake("", true);
	struct headroom_event event;

	send_born(4, "/idle");
	send_gone(77);
	send_gone(4);
	send_gone(4);
	send_born(4, "/idle");
	send_born(2000, NULL);
	send_born(1000, "/old");
	send_gone(1000);
	send_gone(2000);
	event = expect(e, HEADROOM_EVENT_CGROUP_GONE, 4, "removal of a known cgroup");
	is_text(event.path, "/idle", "it has the known path");
	expect(e, HEADROOM_EVENT_CGROUP_BORN, 4, "birth after its removal");
	event = expect(e, HEADROOM_EVENT_CGROUP_BORN, 2000, "birth without a path");
	ok(!event.path, "it has no path");
	expect(e, HEADROOM_EVENT_CGROUP_BORN, 1000, "birth with an id out of order");
	event = expect(e, HEADROOM_EVENT_CGROUP_GONE, 1000, "its removal");
	is_text(event.path, "/old", "it has the path of the birth");
	event = expect(e, HEADROOM_EVENT_CGROUP_GONE, 2000, "removal without a path");
	ok(!event.path, "it has no path");
	for (uint64_t id = 100; id < 180; id++)
		send_born(id, "/many");
	for (uint64_t id = 100; id < 180; id++)
		if (headroom_events_next(e, &event) != 1 || event.cgroup != id)
			ok(false, "one of many births");
	expect_none(e, "no event after many births");
	headroom_events_close(e);
}

static void test_gap(void)
{
	struct headroom_events *e = open_fake("", true);
	struct headroom_event event;

	send_kill(1);
	fake_kernel_skip(3, 0);
	behave("born died=4");
	send_kill(2);
	send_born(7, "/busy/newborn");
	send_gone(4);
	send_kill(3);
	expect(e, HEADROOM_EVENT_OOM_KILL, 3, "kill before the gap");
	event = expect(e, HEADROOM_EVENT_DROPPED, 0, "a gap is reported as dropped events");
	is_uint(event.dropped, 3, "with their number");
	is_uint(event.seq, 0, "without a sequence number");
	ok(is_readable(e), "the descriptor stays readable");
	event = expect(e, HEADROOM_EVENT_CGROUP_GONE, 4, "a dropped removal follows");
	is_text(event.path, "/idle", "with the known path");
	is_uint(event.parent_id, 1, "with the parent");
	is_uint(event.seq, 0, "without a sequence number");
	event = expect(e, HEADROOM_EVENT_CGROUP_BORN, 7, "a dropped birth follows");
	is_text(event.path, "/busy/newborn", "with its path");
	is_uint(event.parent_id, 2, "with its parent");
	event = expect(e, HEADROOM_EVENT_OOM_KILL, 3, "then the queued events");
	is_uint(event.pid, 2, "first kill");
	event = expect(e, HEADROOM_EVENT_OOM_KILL, 3, "without the birth and removal in between");
	is_uint(event.pid, 3, "second kill");
	expect_none(e, "no further event");
	headroom_events_close(e);
}

/* Children are reported as removed before their parents. */
static void test_gap_order(void)
{
	struct headroom_events *e;

	behave("born died=4");
	is_int(headroom_events_open(&e, true), 0, "open");
	send_born(1000, "/a");
	send_born(1001, "/a/b");
	expect(e, HEADROOM_EVENT_CGROUP_BORN, 1000, "birth of a cgroup");
	expect(e, HEADROOM_EVENT_CGROUP_BORN, 1001, "birth of its child");
	behave("");
	fake_kernel_skip(1, 0);
	send_kill(4);
	expect(e, HEADROOM_EVENT_DROPPED, 0, "a gap");
	expect(e, HEADROOM_EVENT_CGROUP_GONE, 1001, "the child is removed first");
	expect(e, HEADROOM_EVENT_CGROUP_GONE, 1000, "then its parent");
	expect(e, HEADROOM_EVENT_CGROUP_GONE, 7, "a cgroup that existed at first is removed");
	expect(e, HEADROOM_EVENT_CGROUP_BORN, 4, "one that did not exist is born");
	expect(e, HEADROOM_EVENT_OOM_KILL, 3, "then the queued event");
	expect_none(e, "no further event");
	headroom_events_close(e);
}

static void test_overrun(void)
{
	struct headroom_events *e = open_fake("", true);
	struct headroom_event event;

	send_kill(1);
	send_kill(2);
	fake_kernel_overrun();
	behave("born");
	send_born(7, "/busy/newborn");
	send_kill(3);
	expect(e, HEADROOM_EVENT_OOM_KILL, 3, "first kill before the overflow");
	expect(e, HEADROOM_EVENT_OOM_KILL, 3, "second kill before the overflow");
	event = expect(e, HEADROOM_EVENT_DROPPED, 0, "the overflow is reported as dropped events");
	is_uint(event.dropped, 0, "number unknown");
	expect(e, HEADROOM_EVENT_CGROUP_BORN, 7, "a dropped birth follows");
	expect_none(e, "no further event");
	send_kill(4);
	event = expect(e, HEADROOM_EVENT_DROPPED, 0, "the next event reveals the number");
	is_uint(event.dropped, 2, "number of dropped events");
	event = expect(e, HEADROOM_EVENT_OOM_KILL, 3, "then the event itself");
	is_uint(event.pid, 4, "its pid");
	expect_none(e, "no further event");

	fake_kernel_overrun();
	ok(is_readable(e), "an overflow makes the descriptor readable");
	expect(e, HEADROOM_EVENT_DROPPED, 0, "it is reported, although the queue is empty");
	expect_none(e, "no further event");
	headroom_events_close(e);
}

/* Events dropped between opening and the first event are noticed. */
static void test_gap_at_once(void)
{
	struct headroom_events *e = open_fake("", true), *other;
	struct headroom_event event;

	send_kill(1);
	other = open_fake("", true);
	fake_kernel_skip(2, 0);
	send_kill(2);
	event = expect(other, HEADROOM_EVENT_DROPPED, 0, "a gap after opening");
	is_uint(event.dropped, 2, "number of dropped events");
	event = expect(other, HEADROOM_EVENT_OOM_KILL, 3, "then the event");
	is_uint(event.pid, 2, "its pid");
	expect_none(other, "no further event");
	headroom_events_close(other);
	headroom_events_close(e);
}

/* If the cgroups cannot be listed, the drop is reported later. */
static void test_report_retried(void)
{
	struct headroom_events *e = open_fake("", true);

	send_kill(1);
	fake_kernel_skip(1, 0);
	send_kill(2);
	expect(e, HEADROOM_EVENT_OOM_KILL, 3, "kill before the gap");
	behave("breaks");
	expect_failure(e, -EMSGSIZE, "cannot list the cgroups: the fake kernel broke off");
	ok(is_readable(e), "the descriptor stays readable");
	behave("died=4");
	expect(e, HEADROOM_EVENT_DROPPED, 0, "the gap is reported when the listing succeeds");
	expect(e, HEADROOM_EVENT_CGROUP_GONE, 4, "a dropped removal follows");
	expect(e, HEADROOM_EVENT_OOM_KILL, 3, "then the queued event");
	fake_kernel_overrun();
	behave("eperm");
	expect_failure(e, -EPERM, "needs CAP_PERFMON");
	ok(is_readable(e), "the descriptor stays readable");
	behave("");
	expect(e, HEADROOM_EVENT_DROPPED, 0, "the overflow is reported when the listing succeeds");
	expect(e, HEADROOM_EVENT_CGROUP_BORN, 4, "a dropped birth follows");
	expect_none(e, "no further event");
	headroom_events_close(e);
}

static void test_malformed(void)
{
	struct headroom_events *e = open_fake("garbled", true);
	const struct headroom_event nothing = { 0 };
	struct headroom_event event;

	send_kill(1);
	behave("");
	send_kill(2);
	/* without their required attributes */
	fake_kernel_notify(HEADROOM_CMD_CGROUP_BORN_NTF, &nothing);
	fake_kernel_notify(HEADROOM_CMD_OOM_KILL_NTF, &nothing);
	behave("garbled");
	fake_kernel_notify(HEADROOM_CMD_PARAMS_NTF, &nothing);
	behave("");
	send_kill(3);
	expect_failure(e, -EBADMSG, "a notification is malformed");
	event = expect(e, HEADROOM_EVENT_DROPPED, 0, "a malformed event is reported as dropped");
	is_uint(event.dropped, 1, "number of dropped events");
	event = expect(e, HEADROOM_EVENT_OOM_KILL, 3, "the handle stays usable");
	is_uint(event.pid, 2, "pid of the next event");
	for (int i = 0; i < 3; i++)
		expect_failure(e, -EBADMSG, "a notification is malformed");
	event = expect(e, HEADROOM_EVENT_DROPPED, 0, "malformed events are reported as dropped");
	is_uint(event.dropped, 2, "only those with a sequence number are counted");
	expect(e, HEADROOM_EVENT_OOM_KILL, 3, "the handle stays usable");
	expect_none(e, "no further event");
	headroom_events_close(e);
}

/*
 * A newer module may send other notifications, and attributes that we do not know; the fake
 * kernel always does the latter.
 */
static void test_newer_module(void)
{
	struct headroom_events *e = open_fake("", true);
	const struct headroom_event nothing = { 0 };
	const struct headroom_event other = { .seq = 1000 };
	struct headroom_event late = { .cgroup = 3, .pid = 9 }, event;

	send_kill(1);
	fake_kernel_notify(HEADROOM_CMD_MAX + 1, &nothing);
	send_kill(2);
	event = expect(e, HEADROOM_EVENT_OOM_KILL, 3, "event before an unknown one");
	late.seq = event.seq + 1;
	expect(e, HEADROOM_EVENT_OOM_KILL, 3, "an unknown event is not a gap");
	fake_kernel_notify(HEADROOM_CMD_OOM_KILL_NTF, &late);
	send_kill(3);
	expect(e, HEADROOM_EVENT_OOM_KILL, 3, "nor is an event with an earlier number");
	expect(e, HEADROOM_EVENT_OOM_KILL, 3, "nor is the next event");
	fake_kernel_notify(HEADROOM_CMD_MAX + 1, &other);
	send_kill(4);
	expect(e, HEADROOM_EVENT_OOM_KILL, 3, "nor an unknown event with another number");
	fake_kernel_skip(1, 0);
	send_kill(5);
	expect(e, HEADROOM_EVENT_DROPPED, 0, "a real gap is still noticed");
	expect(e, HEADROOM_EVENT_OOM_KILL, 3, "then the queued event");
	expect_none(e, "no further event");
	headroom_events_close(e);
}

static void test_unload(bool quietly, bool group)
{
	struct headroom_events *e = open_fake("", group);
	struct headroom_trigger t = { .cgroup = 2, .metric = HEADROOM_TRIGGER_METRIC_STALL,
				      .threshold = 1, .window = 1000000000 };
	uint32_t id;

	fake_kernel_family_goes(1);
	expect_none(e, "no event when another family is unregistered");
	fake_kernel_unload(quietly);
	ok(is_readable(e), "the descriptor is readable");
	expect(e, HEADROOM_EVENT_EXIT, 0, "the module is unloaded");
	ok(is_readable(e), "the descriptor stays readable");
	expect_failure(e, -ENOTCONN, "unloaded");
	expect_failure(e, -ENOTCONN, "unloaded");
	fake_kernel_load();
	expect_failure(e, -ENOTCONN, "unloaded");
	is_int(headroom_trigger_add(e, &t, &id), -ENOTCONN,
	       "a trigger cannot be added after the exit");
	headroom_events_close(e);
	e = open_fake("", true);
	send_kill(1);
	expect(e, HEADROOM_EVENT_OOM_KILL, 3, "a new handle receives events of the new module");
	headroom_events_close(e);
}

/* The event for the exit may be dropped, too. */
static void test_unload_dropped(bool reloaded)
{
	struct headroom_events *e = open_fake("", true);

	fake_kernel_overrun();
	fake_kernel_unload(false);
	if (reloaded)
		fake_kernel_load();
	expect(e, HEADROOM_EVENT_DROPPED, 0, "an overflow");
	expect(e, HEADROOM_EVENT_EXIT, 0, "the listing finds that the module was unloaded");
	expect_failure(e, -ENOTCONN, "unloaded");
	headroom_events_close(e);
	if (!reloaded)
		fake_kernel_load();
}

static const struct headroom_trigger stalls = {
	.cgroup = 2,
	.metric = HEADROOM_TRIGGER_METRIC_STALL,
	.threshold = 100000000,
	.window = 1000000000,
};

static void fire(uint32_t trigger)
{
	const struct headroom_event fired = { .value = 1, .path = "/busy/db", .cgroup = 3,
					      .trigger = trigger };

	fake_kernel_notify(HEADROOM_CMD_TRIGGER_NTF, &fired);
}

/* Events may precede the answer to the request that adds their trigger. */
static void test_trigger_add(bool group)
{
	struct headroom_events *e = open_fake("hasty", group);
	struct headroom_event event;
	uint32_t id;

	is_int(headroom_trigger_add(e, &stalls, &id), 0, "a trigger is added");
	ok(id, "it has an id");
	ok(is_readable(e), "events before the answer make the descriptor readable");
	event = expect(e, HEADROOM_EVENT_TRIGGER, 2, "an event before the answer");
	is_uint(event.trigger, id, "its trigger");
	is_uint(event.value, 123456789, "its sum");
	is_uint(event.seq, 1, "its sequence number");
	is_text(event.path, "/busy", "its path");
	expect(e, HEADROOM_EVENT_TRIGGER, 2, "an event between the answer and the ACK");
	expect_none(e, "no further event");
	headroom_events_close(e);
}

/* Each trigger has a sequence of its own. */
static void test_trigger_sequence(bool group)
{
	struct headroom_events *e = open_fake("", group);
	struct headroom_event event;
	uint32_t id, other;

	is_int(headroom_trigger_add(e, &stalls, &id), 0, "a trigger is added");
	is_int(headroom_trigger_add(e, &stalls, &other), 0, "another trigger is added");
	ok(other && other != id, "it has another id");
	fire(other);
	fake_kernel_skip(2, id);
	fire(id);
	fire(other);
	/* dropped events of a trigger concern no cgroups: they are not listed */
	behave("breaks");
	event = expect(e, HEADROOM_EVENT_TRIGGER, 3, "event of the second trigger");
	is_uint(event.trigger, other, "its trigger");
	event = expect(e, HEADROOM_EVENT_DROPPED, 0, "gap in the sequence of the first trigger");
	is_uint(event.trigger, id, "its trigger");
	is_uint(event.dropped, 2, "number of dropped events");
	expect(e, HEADROOM_EVENT_TRIGGER, 3, "event of the first trigger");
	event = expect(e, HEADROOM_EVENT_TRIGGER, 3, "event of the second trigger");
	is_uint(event.seq, 2, "no gap in its sequence");
	expect_none(e, "no further event");
	headroom_events_close(e);
}

static void test_trigger_del(bool group)
{
	struct headroom_events *e = open_fake("", group);
	struct headroom_event event;
	uint32_t id, other;

	is_int(headroom_trigger_add(e, &stalls, &id), 0, "a trigger is added");
	is_int(headroom_trigger_add(e, &stalls, &other), 0, "another trigger is added");
	fire(id);
	is_int(headroom_trigger_del(e, id), 0, "the first trigger is removed");
	ok(!is_readable(e), "its queued event is discarded");
	is_int(headroom_trigger_del(e, id), -ENOENT, "it cannot be removed twice");
	fire(other);
	event = expect(e, HEADROOM_EVENT_TRIGGER, 3, "the second trigger still fires");
	is_uint(event.trigger, other, "its trigger");
	expect_none(e, "no further event");
	is_int(headroom_trigger_del(e, other), 0, "the second trigger is removed");
	headroom_events_close(e);
}

static void test_refusal(void)
{
	struct headroom_events *e = open_fake("", false);
	struct headroom_trigger t = stalls;
	uint32_t id = 42;

	t.threshold = 0;
	is_int(headroom_trigger_add(e, &t, &id), -EINVAL, "a trigger is refused for its threshold");
	is_text(headroom_events_error(e), "the threshold is at least 1",
		"the message is the kernel's");
	is_uint(id, 0, "no id is returned");
	t = stalls;
	t.window = 1;
	is_int(headroom_trigger_add(e, &t, &id), -ERANGE, "a trigger is refused for its window");
	t = stalls;
	t.cgroup = 99;
	is_int(headroom_trigger_add(e, &t, &id), -ENOENT, "a trigger is refused for its cgroup");
	behave("eperm");
	is_int(headroom_trigger_add(e, &stalls, &id), -EPERM,
	       "a trigger is refused without privileges");
	ok(strstr(headroom_events_error(e), "CAP_PERFMON"), "the message names the capability");
	behave("nameless");
	is_int(headroom_trigger_add(e, &stalls, &id), -EBADMSG,
	       "an answer without an id is malformed");
	behave("mute");
	is_int(headroom_trigger_add(e, &stalls, &id), -EBADMSG,
	       "an ACK without an answer is malformed");
	behave("full");
	is_int(headroom_trigger_add(e, &stalls, &id), -ENOBUFS, "an overflow drops the answer");
	behave("");
	is_int(headroom_trigger_add(e, &stalls, &id), 0, "the handle stays usable");
	headroom_events_close(e);

	e = open_fake("", false);
	behave("gone");
	is_int(headroom_trigger_add(e, &stalls, &id), -ENOTCONN,
	       "a trigger is refused after the module was unloaded");
	behave("");
	fake_kernel_load();
	is_int(headroom_trigger_add(e, &stalls, &id), -ENOTCONN,
	       "a trigger is refused after the module was reloaded");
	headroom_events_close(e);
}

static void test_reserved(void)
{
	struct headroom_events *e = open_fake("", false);
	struct headroom_trigger t = stalls;
	uint32_t id = 42;

	fake_kernel_trigger = (struct headroom_trigger){ 0 };
	t.reserved[3] = 1;
	is_int(headroom_trigger_add(e, &t, &id), -EINVAL,
	       "a trigger with a nonzero reserved word is refused");
	is_text(headroom_events_error(e), "struct headroom_trigger: reserved[3] is not zero",
		"the message names the word");
	is_uint(id, 0, "no id is returned");
	is_uint(fake_kernel_trigger.cgroup, 0, "no request is sent");
	headroom_events_close(e);
}

/* A request on a socket for events waits for its answer up to the timeout. */
static void test_timeout(void)
{
	struct headroom_events *e;
	uint32_t id;

	test_open_failure("deaf=1", true, -ETIMEDOUT, "did not answer in time");
	test_open_failure("deaf=2", true, -ETIMEDOUT, "did not answer in time");
	e = open_fake("late", false);
	is_int(headroom_trigger_add(e, &stalls, &id), 0, "an answer that comes late is awaited");
	ok(id, "it returns the id");
	ok(fake_kernel_poll_timeout > HEADROOM_TIMEOUT_DEFAULT / 2 &&
	   fake_kernel_poll_timeout <= HEADROOM_TIMEOUT_DEFAULT,
	   "for up to the default timeout: %d ms", fake_kernel_poll_timeout);
	is_int(headroom_trigger_del(e, id), 0, "the trigger is removed");
	is_int(headroom_events_timeout_set(e, 3000), 0, "a timeout is set");
	is_int(headroom_trigger_add(e, &stalls, &id), 0, "another answer is awaited");
	ok(fake_kernel_poll_timeout > 1500 && fake_kernel_poll_timeout <= 3000,
	   "for up to that timeout: %d ms", fake_kernel_poll_timeout);
	is_int(headroom_trigger_del(e, id), 0, "the trigger is removed");
	is_int(headroom_events_timeout_set(e, UINT32_MAX), -EINVAL,
	       "a timeout above INT_MAX is refused");
	behave("stuck");
	is_int(headroom_trigger_add(e, &stalls, &id), -ETIMEDOUT,
	       "a request without an answer times out");
	ok(!id, "no id is returned");
	ok(strstr(headroom_events_error(e), "did not answer in time"), "message: %s",
	   headroom_events_error(e));
	behave("");
	expect_none(e, "the late answer is not an event");
	is_int(headroom_trigger_add(e, &stalls, &id), 0, "the handle stays usable");
	headroom_events_close(e);
}

/* A late answer must not be counted as the event whose number its first attribute has. */
static void test_late_answer(void)
{
	struct headroom_events *e;
	struct headroom_event event;
	uint32_t id;

	fake_kernel_unload(true);
	fake_kernel_load();
	e = open_fake("", true);
	is_int(headroom_trigger_add(e, &stalls, &id), 0, "a trigger");
	/* the next event has the number that is the id of the next trigger */
	for (uint32_t seq = 1; seq <= id; seq++) {
		send_kill(seq);
		headroom_events_next(e, &event);
	}
	is_uint(event.seq, id, "events up to this number");
	behave("stuck");
	is_int(headroom_trigger_add(e, &stalls, &id), -ETIMEDOUT,
	       "a request without an answer times out");
	behave("");
	expect_none(e, "the late answer is not an event");
	fake_kernel_skip(1, 0);
	send_kill(1);
	event = expect(e, HEADROOM_EVENT_DROPPED, 0, "a dropped event is still noticed");
	is_uint(event.dropped, 1, "number of dropped events");
	expect(e, HEADROOM_EVENT_OOM_KILL, 3, "then the next event");
	headroom_events_close(e);
}

static void test_all_of_a_trigger(void)
{
	struct headroom_events *e = open_fake("", false);
	const struct headroom_trigger all = {
		.cgroup = 3,
		.scope = HEADROOM_TRIGGER_SCOPE_EACH,
		.metric = HEADROOM_TRIGGER_METRIC_STALL,
		.cause = HEADROOM_STALL_CAUSE_REFAULT,
		.threshold = 1ull << 33,
		.window = 1ull << 34,
		.interval = 1ull << 35,
		.hysteresis = true,
	};
	uint32_t id;

	is_int(headroom_trigger_add(e, &all, &id), 0, "a trigger with all members is added");
	ok(memcmp(&all, &fake_kernel_trigger, sizeof(all)) == 0, "all members reach the kernel");
	is_int(headroom_trigger_add(e, &stalls, &id), 0,
	       "a trigger with the required members is added");
	ok(memcmp(&stalls, &fake_kernel_trigger, sizeof(stalls)) == 0,
	   "only these reach the kernel");
	headroom_events_close(e);
}

/* A handle that did not join the group receives events of its triggers only. */
static void test_without_group(void)
{
	struct headroom_events *e = open_fake("unprivileged", false);
	struct headroom_event fired = { .value = 1 };
	uint32_t id;

	send_kill(1);
	expect_none(e, "no event of the group is received");
	is_int(headroom_trigger_add(e, &stalls, &id), 0, "a trigger");
	fired.trigger = id;
	fake_kernel_overrun();
	fake_kernel_notify(HEADROOM_CMD_TRIGGER_NTF, &fired);
	expect(e, HEADROOM_EVENT_DROPPED, 0, "an overflow is reported");
	expect_none(e, "no births or removals follow");
	headroom_events_close(e);
}

static void test_config(void)
{
	struct headroom *h;
	struct headroom_params config, set = { .sample_shift = 3, .table_entries = 1ULL << 33 };

	behave("");
	is_int(headroom_open(&h), 0, "open");
	is_int(headroom_params_get(h, &config), 0, "parameters are read");
	is_uint(config.sample_shift, 6, "sample shift");
	is_uint(config.table_entries, 65536, "table entries");
	ok(config.stalls && !config.swap_kprobes, "switches");
	is_int(headroom_params_set(h, &set, HEADROOM_PARAM_TABLE_ENTRIES), 0,
	       "one parameter is set");
	headroom_params_get(h, &config);
	is_uint(config.table_entries, 1ULL << 33, "it has the new value");
	is_uint(config.sample_shift, 6, "another parameter keeps its value");
	is_int(headroom_params_set(h, &set, HEADROOM_PARAM_SAMPLE_SHIFT | HEADROOM_PARAM_STALLS),
	       0, "two parameters are set");
	headroom_params_get(h, &config);
	ok(config.sample_shift == 3 && !config.stalls, "both have the new values");
	set.sample_shift = 11;
	is_int(headroom_params_set(h, &set, HEADROOM_PARAM_SAMPLE_SHIFT), -ERANGE,
	       "a value out of range is refused");
	is_text(headroom_error(h), "integer out of range", "the message is the kernel's");
	is_int(headroom_params_set(h, &set, 0), -EINVAL, "no parameter is selected");
	is_int(headroom_params_set(h, &set, 8), -EINVAL, "an unknown parameter is selected");
	behave("malformed");
	is_int(headroom_params_get(h, &config), -EBADMSG, "malformed parameters are refused");
	headroom_close(h);
}

/* A kernel where two cgroups come and go, and a reader that keeps a list of them */
struct world {
	struct headroom_events *e;
	/* cgroup 7 was born, cgroup 4 exists */
	bool born, alive;
	bool known_born, known_alive;
	unsigned int drops, failures, contradictions;
};

static void show_world(const struct world *w)
{
	static const char *const behaviour[2][2] = { { "died=4", "" }, { "born died=4", "born" } };

	behave(behaviour[w->born][w->alive]);
}

static void come_or_go(struct world *w, uint64_t id)
{
	bool *there = id == 7 ? &w->born : &w->alive;

	*there = !*there;
	show_world(w);
	if (*there)
		send_born(id, "/there");
	else
		send_gone(id);
}

/* Return false when there is no further event */
static bool read_one(struct world *w)
{
	struct headroom_event event;
	int result = headroom_events_next(w->e, &event);
	bool *known = event.cgroup == 7 ? &w->known_born : &w->known_alive;

	w->failures += result < 0;
	w->drops += event.type == HEADROOM_EVENT_DROPPED;
	if (event.cgroup != 7 && event.cgroup != 4)
		return result != 0;
	if (event.type == HEADROOM_EVENT_CGROUP_BORN || event.type == HEADROOM_EVENT_CGROUP_GONE) {
		/* no birth or removal is reported twice */
		w->contradictions += *known == (event.type == HEADROOM_EVENT_CGROUP_BORN);
		*known = event.type == HEADROOM_EVENT_CGROUP_BORN;
	}
	return result != 0;
}

static bool knows_all(struct world *w)
{
	while (read_one(w))
		;
	return w->known_born == w->born && w->known_alive == w->alive;
}

static void happen(struct world *w, unsigned int what)
{
	switch (what % 10) {
	case 0:
		fake_kernel_overrun();
		break;
	case 1:
		/* an event that is never sent: the kernel's list of cgroups has changed */
		w->born = !w->born;
		show_world(w);
		fake_kernel_skip(1, 0);
		break;
	case 2:
		behave("garbled");
		send_kill(1);
		show_world(w);
		break;
	case 3:
	case 4:
		come_or_go(w, 7);
		break;
	case 5:
	case 6:
		come_or_go(w, 4);
		break;
	case 7:
		send_kill(2);
		break;
	default:
		read_one(w);
	}
}

/* In whatever order things happen, the reader's list is right in the end. */
static void test_any_order(void)
{
	struct world w = { .alive = true, .known_alive = true };
	unsigned int wrong = 0;

	w.e = open_fake("", true);
	srandom(1);
	for (int round = 0; round < 100; round++) {
		for (int i = random() % 40; i > 0; i--)
			happen(&w, random());
		/* one more event reveals a gap before it */
		send_kill(3);
		wrong += !knows_all(&w);
	}
	is_uint(wrong, 0, "the reader knows all cgroups after each round");
	is_uint(w.contradictions, 0, "no birth or removal is reported twice");
	ok(w.drops > 100 && w.failures > 50, "%u drops, %u failures", w.drops, w.failures);
	headroom_events_close(w.e);
}

/* Let the @nth allocation fail; return whether there were so many */
static bool test_allocation(unsigned int nth, unsigned int *wrong)
{
	struct world w = { .alive = true, .known_alive = true };
	uint32_t id = 0;
	int err;

	behave("");
	malloc_fail(nth);
	err = headroom_events_open(&w.e, true);
	if (!err)
		err = headroom_trigger_add(w.e, &(struct headroom_trigger){ .cgroup = 2, .metric = 1,
					   .threshold = 1, .window = 1000000000 }, &id);
	if (!err) {
		send_kill(1);
		send_born(1000, "/a");
		send_gone(1000);
		come_or_go(&w, 7);
		*wrong += !knows_all(&w);
		come_or_go(&w, 7);
		fake_kernel_skip(1, 0);
		w.alive = false;
		come_or_go(&w, 7);
		come_or_go(&w, 7);
		fake_kernel_overrun();
		come_or_go(&w, 4);
		*wrong += !knows_all(&w);
		malloc_failing = 0;
		send_kill(1);
		*wrong += !knows_all(&w) || w.contradictions;
	}
	*wrong += err && err != -ENOMEM;
	malloc_failing = 0;
	headroom_events_close(w.e);
	return malloc_count >= nth;
}

static void test_memory(void)
{
	unsigned int wrong = 0, nth = 1;

	while (test_allocation(nth, &wrong))
		nth++;
	is_uint(wrong, 0, "a failed allocation has no lasting effect");
	ok(nth > 30, "%u allocations fail", nth - 1);
}

int main(void)
{
	/* the very first dump of the fake kernel lacks a cgroup */
	headroom_events_close(open_fake("", true));
	test_types();
	test_open_failure("absent", true, -ENOENT, "module is not loaded: run 'modprobe headroom'");
	test_open_failure("unprivileged", true, -EPERM, "needs CAP_SYS_ADMIN");
	test_open_failure("silent", true, -EOPNOTSUPP, "it is older than this program");
	test_open_failure("eperm", true, -EPERM, "needs CAP_PERFMON");
	test_known();
	test_gap();
	test_gap_order();
	test_gap_at_once();
	test_overrun();
	test_report_retried();
	test_malformed();
	test_newer_module();
	test_unload(false, true);
	test_unload(true, true);
	test_unload(false, false);
	test_unload_dropped(false);
	test_unload_dropped(true);
	for (int group = 0; group < 2; group++) {
		test_trigger_add(group);
		test_trigger_sequence(group);
		test_trigger_del(group);
	}
	test_refusal();
	test_reserved();
	test_timeout();
	test_late_answer();
	test_all_of_a_trigger();
	test_without_group();
	test_config();
	test_any_order();
	test_memory();
	return tap_done();
}
