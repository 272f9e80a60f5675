// SPDX-License-Identifier: GPL-2.0
/* Events, triggers and parameters, against the fake kernel */

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
	is_int(headroom_events_open(&e, group), 0, *behaviour ? behaviour : "all well");
	return e;
}

static bool is_readable(struct headroom_events *e)
{
	struct pollfd fd = { .fd = headroom_events_fd(e), .events = POLLIN };

	return poll(&fd, 1, 0) == 1 && fd.revents & POLLIN;
}

/* The next one, which is of this type, and about this cgroup */
static struct headroom_event expect(struct headroom_events *e, enum headroom_event_type type,
				    uint64_t cgroup, const char *what)
{
	struct headroom_event event;

	is_int(headroom_events_next(e, &event), 1, what);
	is_int(event.type, type, "is of this type");
	is_uint(event.cgroup, cgroup, "about this cgroup");
	ok(event.time, "at a time");
	return event;
}

static void expect_none(struct headroom_events *e, const char *what)
{
	struct headroom_event event;

	is_int(headroom_events_next(e, &event), 0, what);
	ok(!is_readable(e), "and there is nothing to poll for");
}

static void expect_failure(struct headroom_events *e, int err, const char *sentence)
{
	struct headroom_event event;

	is_int(headroom_events_next(e, &event), err, "a failure");
	ok(strstr(headroom_events_error(e), sentence), "sentence: %s", headroom_events_error(e));
	ok(!event.type && !event.path, "and no event");
}

static void is_born(uint64_t id, const char *path)
{
	const struct headroom_event event = { .cgroup = id, .parent_id = 1, .path = path };

	fake_kernel_notify(HEADROOM_CMD_CGROUP_BORN_NTF, &event);
}

static void is_gone(uint64_t id)
{
	const struct headroom_event event = { .cgroup = id, .parent_id = 1 };

	fake_kernel_notify(HEADROOM_CMD_CGROUP_GONE_NTF, &event);
}

static void kills(uint32_t pid)
{
	const struct headroom_event event = { .cgroup = 3, .pid = pid, .path = "/busy/db",
					      .comm = "mysqld" };

	fake_kernel_notify(HEADROOM_CMD_OOM_KILL_NTF, &event);
}

static void test_open_failure(const char *behaviour, bool group, int err, const char *sentence)
{
	struct headroom_events *e;
	struct headroom_event event;
	uint32_t id;

	behave(behaviour);
	is_int(headroom_events_open(&e, group), err, behaviour);
	ok(strstr(headroom_events_error(e), sentence), "sentence: %s", headroom_events_error(e));
	is_int(headroom_events_next(e, &event), -ENOTCONN, "no events from there");
	is_int(headroom_trigger_add(e, &(struct headroom_trigger){ .cgroup = 2 }, &id), -ENOTCONN,
	       "nor triggers");
	headroom_events_close(e);
}

static void test_types(void)
{
	struct headroom_events *e = open_fake("lively", true);
	struct headroom_event event;

	ok(is_readable(e), "there is something to poll for");
	event = expect(e, HEADROOM_EVENT_CGROUP_BORN, 7, "a birth");
	is_uint(event.parent_id, 2, "its parent");
	is_text(event.path, "/busy/newborn", "its path");
	is_uint(event.seq, 1, "its number");
	event = expect(e, HEADROOM_EVENT_OOM_KILL, 3, "a kill");
	is_uint(event.pid, 5000000, "of a task");
	is_text(event.comm, "mysqld", "with a name");
	is_text(event.path, "/busy/db", "in a cgroup");
	event = expect(e, HEADROOM_EVENT_PARAMS, 0, "parameters");
	is_uint(event.params.table_entries, 65536, "which ones");
	ok(event.params.stalls && !event.params.swap_kprobes, "and others");
	event = expect(e, HEADROOM_EVENT_CGROUP_GONE, 4, "an end");
	is_text(event.path, "/idle", "of what");
	expect_none(e, "that was all");
	headroom_events_close(e);
	headroom_events_close(NULL);
	is_text(headroom_events_error(NULL), "out of memory", "without a handle");
}

/* What is known from the beginning is no news, nor is its end when it is not known */
static void test_known(void)
{
	struct headroom_events *e = open_fake("", true);
	struct headroom_event event;

	is_born(4, "/idle");
	is_gone(77);
	is_gone(4);
	is_gone(4);
	is_born(4, "/idle");
	is_born(2000, NULL);
	is_born(1000, "/old");
	is_gone(1000);
	is_gone(2000);
	event = expect(e, HEADROOM_EVENT_CGROUP_GONE, 4, "an end that is news");
	is_text(event.path, "/idle", "of a path that is known");
	expect(e, HEADROOM_EVENT_CGROUP_BORN, 4, "and a birth after it");
	event = expect(e, HEADROOM_EVENT_CGROUP_BORN, 2000, "without a path");
	ok(!event.path, "without one");
	expect(e, HEADROOM_EVENT_CGROUP_BORN, 1000, "out of order");
	event = expect(e, HEADROOM_EVENT_CGROUP_GONE, 1000, "gone again");
	is_text(event.path, "/old", "with the path that it was born with");
	event = expect(e, HEADROOM_EVENT_CGROUP_GONE, 2000, "both");
	ok(!event.path, "without one");
	for (uint64_t id = 100; id < 180; id++)
		is_born(id, "/many");
	for (uint64_t id = 100; id < 180; id++)
		if (headroom_events_next(e, &event) != 1 || event.cgroup != id)
			ok(false, "many births");
	expect_none(e, "many births and no more");
	headroom_events_close(e);
}

static void test_gap(void)
{
	struct headroom_events *e = open_fake("", true);
	struct headroom_event event;

	kills(1);
	fake_kernel_skip(3, 0);
	behave("born died=4");
	kills(2);
	is_born(7, "/busy/newborn");
	is_gone(4);
	kills(3);
	expect(e, HEADROOM_EVENT_OOM_KILL, 3, "before a gap");
	event = expect(e, HEADROOM_EVENT_DROPPED, 0, "a gap");
	is_uint(event.dropped, 3, "of so many");
	is_uint(event.seq, 0, "has no number itself");
	ok(is_readable(e), "and there is more to poll for");
	event = expect(e, HEADROOM_EVENT_CGROUP_GONE, 4, "an end that was lost");
	is_text(event.path, "/idle", "with the path that was known");
	is_uint(event.parent_id, 1, "and the parent");
	is_uint(event.seq, 0, "without a number");
	event = expect(e, HEADROOM_EVENT_CGROUP_BORN, 7, "a birth that was lost");
	is_text(event.path, "/busy/newborn", "with its path");
	is_uint(event.parent_id, 2, "and parent");
	event = expect(e, HEADROOM_EVENT_OOM_KILL, 3, "and then what has come");
	is_uint(event.pid, 2, "the first");
	event = expect(e, HEADROOM_EVENT_OOM_KILL, 3, "without what is known by now");
	is_uint(event.pid, 3, "the second");
	expect_none(e, "and no more");
	is_born(1000, "/a");
	is_born(1001, "/a/b");
	expect(e, HEADROOM_EVENT_CGROUP_BORN, 1000, "a cgroup");
	expect(e, HEADROOM_EVENT_CGROUP_BORN, 1001, "and one below it");
	behave("");
	fake_kernel_skip(1, 0);
	kills(4);
	expect(e, HEADROOM_EVENT_DROPPED, 0, "another gap");
	expect(e, HEADROOM_EVENT_CGROUP_GONE, 1001, "the one below is gone first");
	expect(e, HEADROOM_EVENT_CGROUP_GONE, 1000, "then the one above");
	expect(e, HEADROOM_EVENT_CGROUP_GONE, 7, "what was born is gone");
	expect(e, HEADROOM_EVENT_CGROUP_BORN, 4, "and what was gone is there");
	expect(e, HEADROOM_EVENT_OOM_KILL, 3, "and then what has come");
	expect_none(e, "and no more");
	headroom_events_close(e);
}

static void test_overrun(void)
{
	struct headroom_events *e = open_fake("", true);
	struct headroom_event event;

	kills(1);
	kills(2);
	fake_kernel_overrun();
	behave("born");
	is_born(7, "/busy/newborn");
	kills(3);
	expect(e, HEADROOM_EVENT_OOM_KILL, 3, "what had come before the overflow");
	expect(e, HEADROOM_EVENT_OOM_KILL, 3, "all of it");
	event = expect(e, HEADROOM_EVENT_DROPPED, 0, "then the loss");
	is_uint(event.dropped, 0, "of nobody knows how many");
	expect(e, HEADROOM_EVENT_CGROUP_BORN, 7, "and what was born meanwhile");
	expect_none(e, "that was all");
	kills(4);
	event = expect(e, HEADROOM_EVENT_DROPPED, 0, "the next one tells the number");
	is_uint(event.dropped, 2, "of the loss");
	event = expect(e, HEADROOM_EVENT_OOM_KILL, 3, "and goes on");
	is_uint(event.pid, 4, "with itself");
	expect_none(e, "that was all");

	fake_kernel_overrun();
	ok(is_readable(e), "an overflow is something to poll for");
	expect(e, HEADROOM_EVENT_DROPPED, 0, "though nothing is there");
	expect_none(e, "that was all");
	headroom_events_close(e);
}

/* What was lost before the first event that comes */
static void test_gap_at_once(void)
{
	struct headroom_events *e = open_fake("", true), *other;
	struct headroom_event event;

	kills(1);
	other = open_fake("", true);
	fake_kernel_skip(2, 0);
	kills(2);
	event = expect(other, HEADROOM_EVENT_DROPPED, 0, "a gap after opening");
	is_uint(event.dropped, 2, "of so many");
	event = expect(other, HEADROOM_EVENT_OOM_KILL, 3, "and then what has come");
	is_uint(event.pid, 2, "the first since");
	expect_none(other, "and no more");
	headroom_events_close(other);
	headroom_events_close(e);
}

/* A loss that cannot be told now is told later. */
static void test_loss_later(void)
{
	struct headroom_events *e = open_fake("", true);

	kills(1);
	fake_kernel_skip(1, 0);
	kills(2);
	expect(e, HEADROOM_EVENT_OOM_KILL, 3, "before a gap");
	behave("breaks");
	expect_failure(e, -EMSGSIZE, "cannot list the cgroups: the fake kernel broke off");
	ok(is_readable(e), "there is still something to poll for");
	behave("died=4");
	expect(e, HEADROOM_EVENT_DROPPED, 0, "the gap is told when it can be");
	expect(e, HEADROOM_EVENT_CGROUP_GONE, 4, "with what was lost");
	expect(e, HEADROOM_EVENT_OOM_KILL, 3, "and goes on");
	fake_kernel_overrun();
	behave("eperm");
	expect_failure(e, -EPERM, "needs CAP_NET_ADMIN");
	ok(is_readable(e), "there is still something to poll for");
	behave("");
	expect(e, HEADROOM_EVENT_DROPPED, 0, "the overflow is told when it can be");
	expect(e, HEADROOM_EVENT_CGROUP_BORN, 4, "with what was lost");
	expect_none(e, "that was all");
	headroom_events_close(e);
}

static void test_malformed(void)
{
	struct headroom_events *e = open_fake("garbled", true);
	const struct headroom_event nothing = { 0 };
	struct headroom_event event;

	kills(1);
	behave("");
	kills(2);
	/* without what they cannot be without */
	fake_kernel_notify(HEADROOM_CMD_CGROUP_BORN_NTF, &nothing);
	fake_kernel_notify(HEADROOM_CMD_OOM_KILL_NTF, &nothing);
	behave("garbled");
	fake_kernel_notify(HEADROOM_CMD_PARAMS_NTF, &nothing);
	behave("");
	kills(3);
	expect_failure(e, -EBADMSG, "a notification is malformed");
	event = expect(e, HEADROOM_EVENT_DROPPED, 0, "what could not be read was lost");
	is_uint(event.dropped, 1, "though it was the first of all");
	event = expect(e, HEADROOM_EVENT_OOM_KILL, 3, "the handle works on");
	is_uint(event.pid, 2, "with the next");
	for (int i = 0; i < 3; i++)
		expect_failure(e, -EBADMSG, "a notification is malformed");
	event = expect(e, HEADROOM_EVENT_DROPPED, 0, "what could not be read was lost");
	is_uint(event.dropped, 2, "as many as had a number");
	expect(e, HEADROOM_EVENT_OOM_KILL, 3, "the handle works on");
	expect_none(e, "that was all");
	headroom_events_close(e);
}

/* A newer module sends more. It may tell more, too: the fake kernel always does. */
static void test_newer_module(void)
{
	struct headroom_events *e = open_fake("", true);
	const struct headroom_event nothing = { 0 };
	const struct headroom_event other = { .seq = 1000 };
	struct headroom_event late = { .cgroup = 3, .pid = 9 }, event;

	kills(1);
	fake_kernel_notify(HEADROOM_CMD_MAX + 1, &nothing);
	kills(2);
	event = expect(e, HEADROOM_EVENT_OOM_KILL, 3, "before something unknown");
	late.seq = event.seq + 1;
	expect(e, HEADROOM_EVENT_OOM_KILL, 3, "which is no loss");
	fake_kernel_notify(HEADROOM_CMD_OOM_KILL_NTF, &late);
	kills(3);
	expect(e, HEADROOM_EVENT_OOM_KILL, 3, "nor is one that comes late");
	expect(e, HEADROOM_EVENT_OOM_KILL, 3, "nor is the next");
	fake_kernel_notify(HEADROOM_CMD_MAX + 1, &other);
	kills(4);
	expect(e, HEADROOM_EVENT_OOM_KILL, 3, "nor something unknown with other numbers");
	fake_kernel_skip(1, 0);
	kills(5);
	expect(e, HEADROOM_EVENT_DROPPED, 0, "a loss is one all the same");
	expect(e, HEADROOM_EVENT_OOM_KILL, 3, "after all that");
	expect_none(e, "that was all");
	headroom_events_close(e);
}

static void test_unload(bool quietly, bool group)
{
	struct headroom_events *e = open_fake("", group);
	struct headroom_trigger t = { .cgroup = 2, .metric = HEADROOM_TRIGGER_METRIC_STALL,
				      .threshold = 1, .window = 1000000000 };
	uint32_t id;

	fake_kernel_family_goes(1);
	expect_none(e, "some other module is unloaded");
	fake_kernel_unload(quietly);
	ok(is_readable(e), "there is something to poll for");
	expect(e, HEADROOM_EVENT_EXIT, 0, "the module is unloaded");
	ok(is_readable(e), "there is still something to poll for");
	expect_failure(e, -ENOTCONN, "unloaded");
	expect_failure(e, -ENOTCONN, "unloaded");
	fake_kernel_load();
	expect_failure(e, -ENOTCONN, "unloaded");
	is_int(headroom_trigger_add(e, &t, &id), -ENOTCONN, "a trigger comes too late");
	headroom_events_close(e);
	e = open_fake("", true);
	kills(1);
	expect(e, HEADROOM_EVENT_OOM_KILL, 3, "a new handle hears the new module");
	headroom_events_close(e);
}

/* Even that may be lost. */
static void test_unload_unheard(bool reloaded)
{
	struct headroom_events *e = open_fake("", true);

	fake_kernel_overrun();
	fake_kernel_unload(false);
	if (reloaded)
		fake_kernel_load();
	expect(e, HEADROOM_EVENT_DROPPED, 0, "a loss");
	expect(e, HEADROOM_EVENT_EXIT, 0, "of the module itself");
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

static void test_trigger(bool group)
{
	struct headroom_events *e = open_fake("hasty", group);
	struct headroom_event fired = { .value = 1, .path = "/busy/db", .cgroup = 3 }, event;
	uint32_t id, other;

	is_int(headroom_trigger_add(e, &stalls, &id), 0, "a trigger");
	ok(id, "has an id");
	ok(is_readable(e), "events before the answer are to be polled for");
	event = expect(e, HEADROOM_EVENT_TRIGGER, 2, "one before it");
	is_uint(event.trigger, id, "which trigger");
	is_uint(event.value, 123456789, "what was exceeded");
	is_uint(event.seq, 1, "its number");
	is_text(event.path, "/busy", "where");
	expect(e, HEADROOM_EVENT_TRIGGER, 2, "one between it and the ACK");
	expect_none(e, "that was all");

	behave("");
	is_int(headroom_trigger_add(e, &stalls, &other), 0, "another");
	ok(other && other != id, "has another id");
	fired.trigger = other;
	fake_kernel_notify(HEADROOM_CMD_TRIGGER_NTF, &fired);
	fired.trigger = id;
	fake_kernel_skip(2, id);
	fake_kernel_notify(HEADROOM_CMD_TRIGGER_NTF, &fired);
	fired.trigger = other;
	fake_kernel_notify(HEADROOM_CMD_TRIGGER_NTF, &fired);
	/* no cgroup is lost with a trigger's event: they are not listed */
	behave("breaks");
	event = expect(e, HEADROOM_EVENT_TRIGGER, 3, "each has a sequence of its own");
	is_uint(event.trigger, other, "this one");
	event = expect(e, HEADROOM_EVENT_DROPPED, 0, "and a gap of its own");
	is_uint(event.trigger, id, "that one");
	is_uint(event.dropped, 2, "so many");
	expect(e, HEADROOM_EVENT_TRIGGER, 3, "and goes on");
	event = expect(e, HEADROOM_EVENT_TRIGGER, 3, "as the other one does");
	is_uint(event.seq, 2, "without a gap");

	fired.trigger = id;
	fake_kernel_notify(HEADROOM_CMD_TRIGGER_NTF, &fired);
	is_int(headroom_trigger_del(e, id), 0, "one is no longer wanted");
	ok(!is_readable(e), "nor is what it has sent, to be polled for");
	is_int(headroom_trigger_del(e, id), -ENOENT, "it is gone");
	fired.trigger = other;
	fake_kernel_notify(HEADROOM_CMD_TRIGGER_NTF, &fired);
	event = expect(e, HEADROOM_EVENT_TRIGGER, 3, "the other one is not");
	is_uint(event.trigger, other, "this one");
	expect_none(e, "that was all");
	is_int(headroom_trigger_del(e, other), 0, "now it is");
	headroom_events_close(e);
}

static void test_refusal(void)
{
	struct headroom_events *e = open_fake("", false);
	struct headroom_trigger t = stalls;
	uint32_t id = 42;

	t.threshold = 0;
	is_int(headroom_trigger_add(e, &t, &id), -EINVAL, "a trigger is refused");
	is_text(headroom_events_error(e), "the threshold is at least 1", "the kernel's sentence");
	is_uint(id, 0, "and no id");
	t = stalls;
	t.window = 1;
	is_int(headroom_trigger_add(e, &t, &id), -ERANGE, "for its window");
	t = stalls;
	t.cgroup = 99;
	is_int(headroom_trigger_add(e, &t, &id), -ENOENT, "for its cgroup");
	behave("eperm");
	is_int(headroom_trigger_add(e, &stalls, &id), -EPERM, "for want of privileges");
	ok(strstr(headroom_events_error(e), "CAP_NET_ADMIN"), "says which");
	behave("nameless");
	is_int(headroom_trigger_add(e, &stalls, &id), -EBADMSG, "an answer without its id");
	behave("mute");
	is_int(headroom_trigger_add(e, &stalls, &id), -EBADMSG, "no answer but an ACK");
	behave("full");
	is_int(headroom_trigger_add(e, &stalls, &id), -ENOBUFS, "an answer that is lost");
	behave("");
	is_int(headroom_trigger_add(e, &stalls, &id), 0, "and all is well again");
	headroom_events_close(e);

	e = open_fake("", false);
	behave("gone");
	is_int(headroom_trigger_add(e, &stalls, &id), -ENOTCONN, "the module was unloaded");
	behave("");
	fake_kernel_load();
	is_int(headroom_trigger_add(e, &stalls, &id), -ENOTCONN, "or reloaded");
	headroom_events_close(e);
}

static void test_reserved(void)
{
	struct headroom_events *e = open_fake("", false);
	struct headroom_trigger t = stalls;
	uint32_t id = 42;

	fake_kernel_trigger = (struct headroom_trigger){ 0 };
	t.reserved[3] = 1;
	is_int(headroom_trigger_add(e, &t, &id), -EINVAL, "a reserved word of a trigger");
	is_text(headroom_events_error(e), "struct headroom_trigger: reserved[3] is not zero",
		"is named");
	is_uint(id, 0, "no id");
	is_uint(fake_kernel_trigger.cgroup, 0, "nothing is sent");
	headroom_events_close(e);
}

/* A request on the socket of the events waits for its answer, but not for ever. */
static void test_timeout(void)
{
	struct headroom_events *e;
	uint32_t id;

	test_open_failure("deaf=1", true, -ETIMEDOUT, "did not answer in time");
	test_open_failure("deaf=2", true, -ETIMEDOUT, "did not answer in time");
	e = open_fake("late", false);
	is_int(headroom_trigger_add(e, &stalls, &id), 0, "an answer that comes later is awaited");
	ok(id, "it has the id");
	ok(fake_kernel_poll_timeout > HEADROOM_TIMEOUT_DEFAULT / 2 &&
	   fake_kernel_poll_timeout <= HEADROOM_TIMEOUT_DEFAULT,
	   "for up to the default timeout: %d ms", fake_kernel_poll_timeout);
	is_int(headroom_trigger_del(e, id), 0, "removed");
	behave("stuck");
	is_int(headroom_trigger_add(e, &stalls, &id), -ETIMEDOUT, "an answer that does not come");
	ok(!id, "no id");
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
		kills(seq);
		headroom_events_next(e, &event);
	}
	is_uint(event.seq, id, "events up to this number");
	behave("stuck");
	is_int(headroom_trigger_add(e, &stalls, &id), -ETIMEDOUT, "an answer that does not come");
	behave("");
	expect_none(e, "the late answer is not an event");
	fake_kernel_skip(1, 0);
	kills(1);
	event = expect(e, HEADROOM_EVENT_DROPPED, 0, "and does not hide a dropped one");
	is_uint(event.dropped, 1, "of this number");
	expect(e, HEADROOM_EVENT_OOM_KILL, 3, "before the next");
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

	is_int(headroom_trigger_add(e, &all, &id), 0, "a trigger with everything");
	ok(memcmp(&all, &fake_kernel_trigger, sizeof(all)) == 0, "is what the kernel sees");
	is_int(headroom_trigger_add(e, &stalls, &id), 0, "one with what it needs");
	ok(memcmp(&stalls, &fake_kernel_trigger, sizeof(stalls)) == 0, "and no more");
	headroom_events_close(e);
}

/* A handle that hears of triggers only */
static void test_without_group(void)
{
	struct headroom_events *e = open_fake("unprivileged", false);
	struct headroom_event fired = { .value = 1 };
	uint32_t id;

	kills(1);
	expect_none(e, "what is sent to all is not heard");
	is_int(headroom_trigger_add(e, &stalls, &id), 0, "a trigger");
	fired.trigger = id;
	fake_kernel_overrun();
	fake_kernel_notify(HEADROOM_CMD_TRIGGER_NTF, &fired);
	expect(e, HEADROOM_EVENT_DROPPED, 0, "an overflow");
	expect_none(e, "and nothing is listed");
	headroom_events_close(e);
}

static void test_config(void)
{
	struct headroom *h;
	struct headroom_params config, set = { .sample_shift = 3, .table_entries = 1ULL << 33 };

	behave("");
	is_int(headroom_open(&h), 0, "parameters");
	is_int(headroom_params_get(h, &config), 0, "are read");
	is_uint(config.sample_shift, 6, "sample shift");
	is_uint(config.table_entries, 65536, "table entries");
	ok(config.stalls && !config.swap_kprobes, "switches");
	is_int(headroom_params_set(h, &set, HEADROOM_PARAM_TABLE_ENTRIES), 0, "one is set");
	headroom_params_get(h, &config);
	is_uint(config.table_entries, 1ULL << 33, "it is");
	is_uint(config.sample_shift, 6, "no other");
	is_int(headroom_params_set(h, &set, HEADROOM_PARAM_SAMPLE_SHIFT | HEADROOM_PARAM_STALLS),
	       0, "the others are set");
	headroom_params_get(h, &config);
	ok(config.sample_shift == 3 && !config.stalls, "they are");
	set.sample_shift = 11;
	is_int(headroom_params_set(h, &set, HEADROOM_PARAM_SAMPLE_SHIFT), -ERANGE, "too much");
	is_text(headroom_error(h), "integer out of range", "the kernel's sentence");
	is_int(headroom_params_set(h, &set, 0), -EINVAL, "nothing to set");
	is_int(headroom_params_set(h, &set, 8), -EINVAL, "something else to set");
	behave("malformed");
	is_int(headroom_params_get(h, &config), -EBADMSG, "parameters that cannot be read");
	headroom_close(h);
}

/* A reader that keeps a list of the cgroups, and a kernel where two of them come and go */
struct world {
	struct headroom_events *e;
	/* 7 was born, and 4 is there */
	bool born, alive;
	bool known_born, known_alive;
	unsigned int losses, failures, contradictions;
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
		is_born(id, "/there");
	else
		is_gone(id);
}

/* Returns false when there is nothing (more) to read */
static bool read_one(struct world *w)
{
	struct headroom_event event;
	int result = headroom_events_next(w->e, &event);
	bool *known = event.cgroup == 7 ? &w->known_born : &w->known_alive;

	w->failures += result < 0;
	w->losses += event.type == HEADROOM_EVENT_DROPPED;
	if (event.cgroup != 7 && event.cgroup != 4)
		return result != 0;
	if (event.type == HEADROOM_EVENT_CGROUP_BORN || event.type == HEADROOM_EVENT_CGROUP_GONE) {
		/* nothing is told twice */
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
		/* what is never sent is known to the kernel all the same */
		w->born = !w->born;
		show_world(w);
		fake_kernel_skip(1, 0);
		break;
	case 2:
		behave("garbled");
		kills(1);
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
		kills(2);
		break;
	default:
		read_one(w);
	}
}

/* Whatever happens, the list is right in the end. */
static void test_any_order(void)
{
	struct world w = { .alive = true, .known_alive = true };
	unsigned int wrong = 0;

	w.e = open_fake("", true);
	srandom(1);
	for (int round = 0; round < 100; round++) {
		for (int i = random() % 40; i > 0; i--)
			happen(&w, random());
		/* a last one tells of the one that was not sent before it */
		kills(3);
		wrong += !knows_all(&w);
	}
	is_uint(wrong, 0, "after whatever happened the cgroups are known");
	is_uint(w.contradictions, 0, "and nothing was told twice");
	ok(w.losses > 100 && w.failures > 50, "%u losses, %u failures", w.losses, w.failures);
	headroom_events_close(w.e);
}

/* One allocation fails: true if there was such a one */
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
		kills(1);
		is_born(1000, "/a");
		is_gone(1000);
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
		kills(1);
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
	is_uint(wrong, 0, "without memory nothing goes wrong but for now");
	ok(nth > 30, "%u allocations fail", nth - 1);
}

int main(void)
{
	/* the first dump of the fake kernel lacks a cgroup */
	headroom_events_close(open_fake("", true));
	test_types();
	test_open_failure("absent", true, -ENOENT, "module is not loaded: run 'modprobe headroom'");
	test_open_failure("unprivileged", true, -EPERM, "needs CAP_SYS_ADMIN");
	test_open_failure("silent", true, -EOPNOTSUPP, "it is older than this program");
	test_open_failure("eperm", true, -EPERM, "needs CAP_NET_ADMIN");
	test_known();
	test_gap();
	test_gap_at_once();
	test_overrun();
	test_loss_later();
	test_malformed();
	test_newer_module();
	test_unload(false, true);
	test_unload(true, true);
	test_unload(false, false);
	test_unload_unheard(false);
	test_unload_unheard(true);
	test_trigger(false);
	test_trigger(true);
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
