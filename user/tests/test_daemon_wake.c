// SPDX-License-Identifier: GPL-2.0
/*
 * Triggers that wake the daemon: which ones conditions want, and which requests set them
 *
 * The functions of the library that set triggers are defined below, and so is the clock.
 */
#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "clock.h"
#include "headroom.h"
#include "journal.h"
#include "tap.h"
#include "wake.h"

#define NR(table)	(sizeof(table) / sizeof((table)[0]))

/* --- the module --- */

struct headroom_events {
	int fd;
};

static uint64_t now = NS_PER_S;
/* What the requests return, and the time that each takes, ns */
static int open_error, add_error, del_error, next_error;
static uint64_t delay;
static unsigned int timeout_set;
/* A cgroup that has vanished */
static uint64_t vanished;
/* Events that wait */
static struct headroom_event queue[4];
static size_t queued;
static struct headroom_events *connection;
/* The requests since the last look */
static char requests[1 << 16];
static uint32_t last_id;

uint64_t clock_now(void)
{
	return now;
}

__attribute__((format(printf, 1, 2)))
static void note(const char *format, ...)
{
	size_t n = strlen(requests);
	va_list args;

	va_start(args, format);
	vsnprintf(requests + n, sizeof(requests) - n, format, args);
	va_end(args);
	now += delay;
}

int headroom_events_open(struct headroom_events **e, bool group)
{
	note("open%s ", group ? " group" : "");
	*e = connection = calloc(1, sizeof(**e));
	if (!*e)
		abort();
	(*e)->fd = open_error ? -1 : eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	return open_error;
}

void headroom_events_close(struct headroom_events *e)
{
	if (!e)
		return;
	note("close ");
	if (e->fd >= 0)
		close(e->fd);
	free(e);
	connection = NULL;
	queued = 0;
}

const char *headroom_events_error(const struct headroom_events *e)
{
	return e ? "the reason" : "out of memory";
}

int headroom_events_fd(const struct headroom_events *e)
{
	return e->fd;
}

int headroom_events_timeout_set(struct headroom_events *e, unsigned int ms)
{
	(void)e;
	timeout_set = ms;
	return 0;
}

int headroom_events_next(struct headroom_events *e, struct headroom_event *event)
{
	eventfd_t value;

	if (queued) {
		*event = queue[0];
		memmove(queue, queue + 1, --queued * sizeof(*queue));
		return 1;
	}
	if (!next_error)
		eventfd_read(e->fd, &value);
	return next_error;
}

int headroom_trigger_add(struct headroom_events *e, const struct headroom_trigger *t, uint32_t *id)
{
	int err = t->cgroup == vanished ? -ENOENT : add_error;

	(void)e;
	note("+%" PRIu64 ":%" PRIu64 "%s ", t->cgroup, t->threshold, err ? "!" : "");
	if (!t->hysteresis || t->clear != t->threshold / 2 || t->scope || t->interval)
		note("wrong ");
	*id = err ? 0 : ++last_id;
	return err;
}

int headroom_trigger_del(struct headroom_events *e, uint32_t id)
{
	(void)e;
	note("-%u%s ", id, del_error ? "!" : "");
	return del_error;
}

static void arrive(enum headroom_event_type type)
{
	queue[queued++] = (struct headroom_event){ .type = type };
	eventfd_write(connection->fd, 1);
}

/* --- what conditions want --- */

static struct condition parse(const char *text)
{
	struct condition_error error;
	struct condition when;

	if (condition_parse(text, &when, &error))
		abort();
	return when;
}

static void want(struct wake_list *list, const char *text, uint64_t cgroup)
{
	struct condition when = parse(text);

	wake_want(list, &when, cgroup);
	condition_free(&when);
}

/* The triggers of a list, each as "refaults 20" or "stall/CAUSE 50000000" */
static const char *text_of(const struct wake_list *list)
{
	static char text[1024];
	size_t n = 0;

	text[0] = '\0';
	for (size_t i = 0; i < list->nr; i++) {
		const struct wake_trigger *t = &list->trigger[i];
		bool stall = t->metric == HEADROOM_TRIGGER_METRIC_STALL;

		n += snprintf(text + n, sizeof(text) - n, "%s%s%s%s %" PRIu64, i ? ", " : "",
			      stall ? "stall" : "refaults", t->cause ? "/" : "",
			      t->cause ? headroom_stall_cause_name(t->cause) : "", t->threshold);
	}
	return text;
}

static void check_conditions(void)
{
	static const struct {
		const char *when;
		uint64_t interval;
		const char *triggers;
	} cases[] = {
		{ "refaults > 20/s", NS_PER_S, "refaults 20" },
		{ "refaults.outside > 20/s for 4s", NS_PER_S, "refaults 20" },
		{ "refaults > 20/s until 2/s", 60 * NS_PER_S, "refaults 1200" },
		{ "refaults > 20.1/s", NS_PER_S, "refaults 21" },
		{ "refaults.anon > 90/min", NS_PER_S, "refaults 2" },
		{ "refaults > 0/s", NS_PER_S, "refaults 1" },
		{ "refaults.machine > 20/s", 300 * NS_PER_S, "refaults 6000" },
		{ "stall > 5 %", NS_PER_S, "stall 50000000" },
		{ "stall > 250 %", 10 * NS_PER_S, "stall 25000000000" },
		{ "stall.swap_in > 1 %", NS_PER_S, "stall/swap_in 10000000" },
		{ "stall.proactive_reclaim > 1 %", NS_PER_S, "stall/proactive_reclaim 10000000" },
		{ "refaults > 20/s or refaults.file > 5/s or refaults.shmem > 9/s", NS_PER_S,
		  "refaults 5" },
		{ "(refaults > 20/s or stall > 5 %) and not stall.refault > 1 % for 10s", NS_PER_S,
		  "refaults 20, stall 50000000, stall/refault 10000000" },
		{ "refaults < 20/s and stall < 5 %", NS_PER_S, "" },
		{ "refaults.per_eviction > 5 % or evictions > 20/s or evictions.outside > 2/s",
		  NS_PER_S, "" },
		{ "stall.tasks > 3 or stall.longest > 1s", NS_PER_S, "" },
		{ "memory.current > 1G or psi.some > 5 % or extra > 1M", NS_PER_S, "" },
		{ "refaults > 20/s", NS_PER_S / 5, "refaults 4" },
		{ "refaults > 20/s", NS_PER_S / 5 - 1, "" },
	};

	for (size_t i = 0; i < NR(cases); i++) {
		struct wake_list list = { .interval = cases[i].interval };

		want(&list, cases[i].when, 7);
		is_text(text_of(&list), cases[i].triggers, cases[i].when);
		ok(!list.more, "and no more");
	}
}

static void check_window(void)
{
	struct wake_list list = { .interval = 5 * NS_PER_S };

	want(&list, "stall > 5 %", 7);
	is_uint(list.trigger[0].window, 5 * NS_PER_S, "the window is the interval");
	is_uint(list.trigger[0].cgroup, 7, "of the cgroup");
	list = (struct wake_list){ .interval = 300 * NS_PER_S };
	want(&list, "stall > 5 %", 7);
	is_uint(list.trigger[0].window, 60 * NS_PER_S, "or what the module takes");
	is_uint(wake_least(NS_PER_S), NS_PER_S / 5, "between frames there is a fifth of the interval");
	is_uint(wake_least(60 * NS_PER_S), 12 * NS_PER_S, "however long that is");
	is_uint(wake_least(NS_PER_S / 4), NS_PER_S / 10, "and at least 100 ms");
}

static void check_several(void)
{
	struct wake_list list = { .interval = NS_PER_S };

	want(&list, "refaults > 20/s", 7);
	want(&list, "stall > 5 %", 7);
	want(&list, "refaults.outside > 10/s", 7);
	want(&list, "refaults > 30/s", 7);
	want(&list, "refaults > 40/s", 8);
	is_text(text_of(&list), "refaults 10, stall 50000000, refaults 40",
		"rules share the trigger of a cgroup, with the least threshold");
}

static void check_bound(void)
{
	struct wake_list list = { .interval = NS_PER_S };

	for (uint64_t id = 1; id <= WAKE_TRIGGERS - 1; id++)
		want(&list, "refaults > 20/s", id);
	want(&list, "refaults > 20/s or stall > 5 %", 1000);
	want(&list, "refaults > 20/s or stall > 5 %", 1001);
	is_uint(list.nr, WAKE_TRIGGERS, "there is a bound");
	is_uint(list.more, 3, "what is beyond it is counted");
	want(&list, "refaults > 5/s", 1000);
	is_uint(list.trigger[WAKE_TRIGGERS - 1].threshold, 5, "a trigger that is in is lowered");
}

/* --- the requests --- */

static sd_event *loop;
static struct wake *wake;
static int woken;

static void count_woken(void *arg)
{
	*(int *)arg += 1;
}

static void begin(void)
{
	if (wake_open(&wake, loop, 3000, count_woken, &woken))
		abort();
	last_id = woken = 0;
	requests[0] = '\0';
}

static void end(void)
{
	wake_close(wake);
	wake = NULL;
	open_error = add_error = del_error = next_error = 0;
	delay = vanished = 0;
}

/* Set the triggers of a rule on cgroups; the requests that it takes */
static const char *set(const char *when, uint64_t first, uint64_t last)
{
	static struct wake_list list;
	static char took[sizeof(requests)];

	list = (struct wake_list){ .interval = NS_PER_S };
	for (uint64_t id = first; id <= last; id++)
		want(&list, when, id);
	wake_set(wake, &list);
	snprintf(took, sizeof(took), "%s", requests);
	requests[0] = '\0';
	return took;
}

/* Dispatch all that has arrived */
static void dispatch(void)
{
	while (sd_event_run(loop, 0) > 0)
		;
}

static int logged(void)
{
	static uint64_t seen;
	int nr = journal_history()->nr - seen;

	seen += nr;
	return nr;
}

static void check_differences(void)
{
	begin();
	is_text(set("memory.current > 1M", 1, 2), "", "without triggers there is no socket");
	is_text(set("refaults > 20/s", 1, 3), "open +1:20 +2:20 +3:20 ", "triggers are set");
	is_uint(timeout_set, 3000, "requests have a limit");
	is_text(set("refaults > 20/s", 1, 3), "", "once");
	is_text(set("refaults > 20/s", 2, 4), "-1 +4:20 ", "a cgroup vanished, another one appeared");
	is_text(set("refaults > 10/s", 3, 4), "-4 -2 -3 +3:10 +4:10 ", "a rule changed");
	is_text(set("refaults > 10/s or stall > 5 %", 3, 4), "+3:50000000 +4:50000000 ",
		"another trigger on the same cgroups");
	is_text(set("memory.current > 1M", 3, 4), "close ", "the last one closes the socket");
	end();
	is_text(requests, "", "once");
	is_int(logged(), 0, "nothing is logged");
}

static void check_events(void)
{
	begin();
	set("refaults > 20/s", 1, 2);
	dispatch();
	is_int(woken, 0, "without an event the daemon sleeps");
	arrive(HEADROOM_EVENT_TRIGGER);
	arrive(HEADROOM_EVENT_TRIGGER);
	dispatch();
	is_int(woken, 1, "events wake it, once if they come together");
	arrive(HEADROOM_EVENT_DROPPED);
	dispatch();
	is_int(woken, 2, "events may have been dropped");
	set("refaults > 20/s", 1, 2);
	dispatch();
	is_int(woken, 2, "then it sleeps again");
	end();
}

static void check_module_gone(void)
{
	begin();
	set("refaults > 20/s", 1, 2);
	next_error = -ENOTCONN;
	arrive(HEADROOM_EVENT_EXIT);
	dispatch();
	is_text(requests, "close ", "when the module is gone, so is the socket");
	is_int(woken, 0, "no rule has to act for that");
	requests[0] = '\0';
	next_error = 0;
	open_error = -ENOENT;
	is_text(set("refaults > 20/s", 1, 2), "open close ", "the module is still gone");
	open_error = 0;
	is_text(set("refaults > 20/s", 1, 2), "open +1:20 +2:20 ", "it is back: triggers are set");
	del_error = -ENOTCONN;
	is_text(set("refaults > 20/s", 2, 2), "-3! close ", "it was reloaded");
	is_text(set("refaults > 20/s", 2, 2), "open +2:20 ", "triggers are set on the new one");
	is_int(logged(), 0, "others say that");
	end();
}

static void check_refused(int err, const char *after, const char *later, const char *name)
{
	begin();
	set("refaults > 20/s", 1, 2);
	add_error = err;
	is_text(set("refaults > 20/s", 1, 4), after, name);
	is_int(logged(), 1, "that is logged");
	is_text(set("refaults > 20/s", 1, 4), "", "there is no new attempt at once");
	now += 61 * NS_PER_S;
	set("refaults > 20/s", 1, 4);
	is_int(logged(), 0, "later there is, which is not logged");
	now += 61 * NS_PER_S;
	add_error = 0;
	is_text(set("refaults > 20/s", 1, 4), later, "when the module takes them, they are set");
	add_error = err;
	set("refaults > 20/s", 1, 5);
	is_int(logged(), 1, "the next refusal is logged");
	now += 61 * NS_PER_S;
	end();
}

static void check_vanished(void)
{
	begin();
	vanished = 2;
	is_text(set("refaults > 20/s", 1, 3), "open +1:20 +2:20! +3:20 ",
		"a cgroup that has vanished does not keep others from having triggers");
	is_int(logged(), 0, "and is not logged");
	end();
}

/* The loop must not be blocked for long: the watchdog waits */
static void check_slow_module(void)
{
	begin();
	delay = NS_PER_S / 2;
	is_text(set("refaults > 20/s", 1, 5), "open +1:20 ", "a slow module gets a few requests");
	is_text(set("refaults > 20/s", 1, 5), "+2:20 +3:20 ", "then the next ones");
	delay = 0;
	is_text(set("refaults > 20/s", 1, 5), "+4:20 +5:20 ", "and the rest");
	delay = NS_PER_S / 2;
	is_text(set("refaults > 20/s", 5, 5), "-4 -3 ", "they are removed in the same way");
	is_text(set("refaults > 20/s", 5, 5), "-2 -1 ", "until all are");
	end();
}

static void check_crowd(void)
{
	begin();
	set("refaults > 20/s", 1, WAKE_TRIGGERS);
	is_int(logged(), 0, "as many triggers as there may be");
	is_text(set("refaults > 20/s", 1, WAKE_TRIGGERS + 1), "", "one more is not set");
	is_int(logged(), 1, "which is logged");
	set("refaults > 20/s", 1, WAKE_TRIGGERS + 9);
	is_int(logged(), 0, "once");
	is_text(set("refaults > 20/s", 2, WAKE_TRIGGERS + 1), "-1 +129:20 ",
		"when a cgroup vanishes, there is room");
	end();
}

int main(void)
{
	journal_open(JOURNAL_STDERR, LOG_DEBUG);
	if (sd_event_new(&loop) < 0)
		return 1;
	check_conditions();
	check_window();
	check_several();
	check_bound();
	check_differences();
	check_events();
	check_module_gone();
	check_refused(-EDQUOT, "+3:20! ", "+3:20 +4:20 ", "a full quota keeps what is set");
	check_refused(-ENOSPC, "+3:20! ", "+3:20 +4:20 ", "so does a full module");
	check_refused(-EPERM, "+3:20! close ", "open +1:20 +2:20 +3:20 +4:20 ",
		      "without permission there are no triggers");
	check_refused(-EBUSY, "+3:20! close ", "open +1:20 +2:20 +3:20 +4:20 ",
		      "another error ends the connection");
	check_refused(-ETIMEDOUT, "+3:20! close ", "open +1:20 +2:20 +3:20 +4:20 ",
		      "so does an answer that is missing: its trigger may be set");
	check_vanished();
	check_slow_module();
	check_crowd();
	sd_event_unref(loop);
	return tap_done();
}
