// SPDX-License-Identifier: GPL-2.0
/*
 * Provide events, triggers and parameters to the command in tests
 *
 * Replaces events.c and params.c of the library. HEADROOM_FAKE_EVENTS is a FIFO that is read
 * for events, one per line: the type and words such as "cgroup=7 path=/a". "fail=N" makes
 * headroom_events_next() fail with errno N. Requests are logged to the file HEADROOM_FAKE_LOG.
 * The words "absent" and "eperm" of HEADROOM_FAKE apply here, too.
 */

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "connection.h"
#include "fake_kernel.h"

struct headroom_events {
	int fd;
	char line[512];
	size_t len;
	uint32_t triggers;
	uint64_t seq;
	char path[256];
	char error[128];
};

__attribute__((format(printf, 1, 2)))
static void log_request(const char *format, ...)
{
	const char *name = getenv("HEADROOM_FAKE_LOG");
	FILE *file = name ? fopen(name, "ae") : NULL;
	va_list args;

	if (!file)
		return;
	va_start(args, format);
	vfprintf(file, format, args);
	va_end(args);
	fclose(file);
}

static int fail(struct headroom_events *e, int err, const char *message)
{
	snprintf(e->error, sizeof(e->error), "%s", message);
	return err;
}

int headroom_events_open(struct headroom_events **e, bool group)
{
	const char *name = getenv("HEADROOM_FAKE_EVENTS");

	*e = calloc(1, sizeof(**e));
	if (!*e)
		return -ENOMEM;
	(*e)->fd = -1;
	if (fake_kernel_behaves("absent"))
		return fail(*e, -ENOENT, "the headroom module is not loaded");
	if (group && fake_kernel_behaves("eperm"))
		return fail(*e, -EPERM, "needs CAP_SYS_ADMIN");
	/* also for writing: then the FIFO never reaches its end */
	(*e)->fd = open(name ? name : "/dev/null", O_RDWR | O_NONBLOCK | O_CLOEXEC);
	log_request("open group=%d\n", group);
	return (*e)->fd < 0 ? fail(*e, -errno, strerror(errno)) : 0;
}

void headroom_events_close(struct headroom_events *e)
{
	if (!e)
		return;
	if (e->fd >= 0)
		close(e->fd);
	free(e);
}

const char *headroom_events_error(const struct headroom_events *e)
{
	return e ? e->error : "out of memory";
}

int headroom_events_fd(const struct headroom_events *e)
{
	return e->fd;
}

static const struct {
	const char *name;
	enum headroom_event_type type;
} types[] = {
	{ "trigger", HEADROOM_EVENT_TRIGGER }, { "born", HEADROOM_EVENT_CGROUP_BORN },
	{ "gone", HEADROOM_EVENT_CGROUP_GONE }, { "oom", HEADROOM_EVENT_OOM_KILL },
	{ "params", HEADROOM_EVENT_PARAMS }, { "exit", HEADROOM_EVENT_EXIT },
	{ "dropped", HEADROOM_EVENT_DROPPED },
};

static void take_word(struct headroom_events *e, struct headroom_event *event, const char *word)
{
	const char *value = strchr(word, '=');
	uint64_t number = value ? strtoull(value + 1, NULL, 10) : 0;

	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++)
		if (strcmp(word, types[i].name) == 0)
			event->type = types[i].type;
	if (!value)
		return;
	if (strncmp(word, "path=", 5) == 0) {
		snprintf(e->path, sizeof(e->path), "%s", value + 1);
		event->path = e->path;
	} else if (strncmp(word, "comm=", 5) == 0) {
		snprintf(event->comm, sizeof(event->comm), "%s", value + 1);
	} else if (strncmp(word, "cgroup=", 7) == 0) {
		event->cgroup = number;
	} else if (strncmp(word, "parent=", 7) == 0) {
		event->parent_id = number;
	} else if (strncmp(word, "pid=", 4) == 0) {
		event->pid = number;
	} else if (strncmp(word, "id=", 3) == 0) {
		event->trigger = number;
	} else if (strncmp(word, "value=", 6) == 0) {
		event->value = number;
	} else if (strncmp(word, "dropped=", 8) == 0) {
		event->dropped = number;
	} else if (strncmp(word, "shift=", 6) == 0) {
		event->params.sample_shift = number;
	}
}

static int parse_event(struct headroom_events *e, struct headroom_event *event)
{
	struct timespec now;
	char *rest = e->line, *word;

	if (strncmp(e->line, "fail=", 5) == 0)
		return fail(e, -atoi(e->line + 5), "the fake kernel is gone");
	clock_gettime(CLOCK_MONOTONIC, &now);
	*event = (struct headroom_event){
		.seq = ++e->seq,
		.time = now.tv_sec * 1000000000ull + now.tv_nsec,
	};
	while ((word = strsep(&rest, " ")))
		take_word(e, event, word);
	return 1;
}

int headroom_events_next(struct headroom_events *e, struct headroom_event *event)
{
	char c;

	while (e->fd >= 0 && read(e->fd, &c, 1) == 1) {
		if (c != '\n' && e->len + 1 < sizeof(e->line)) {
			e->line[e->len++] = c;
			continue;
		}
		e->line[e->len] = '\0';
		e->len = 0;
		return parse_event(e, event);
	}
	return 0;
}

int headroom_trigger_add(struct headroom_events *e, const struct headroom_trigger *trigger,
			 uint32_t *id)
{
	log_request("trigger cgroup=%llu scope=%u metric=%u cause=%u threshold=%llu window=%llu "
		    "interval=%llu hysteresis=%d clear=%llu\n",
		    (unsigned long long)trigger->cgroup, trigger->scope, trigger->metric,
		    trigger->cause, (unsigned long long)trigger->threshold,
		    (unsigned long long)trigger->window, (unsigned long long)trigger->interval,
		    trigger->hysteresis, (unsigned long long)trigger->clear);
	if (trigger->window < 10000000 || trigger->window > 60000000000)
		return fail(e, -ERANGE, "the window is out of range");
	*id = ++e->triggers;
	return 0;
}

int headroom_trigger_del(struct headroom_events *e, uint32_t id)
{
	return id && id <= e->triggers ? 0 : fail(e, -ENOENT, "there is no such trigger");
}

static struct headroom_params parameters = { .table_entries = 65536, .stalls = true };

int headroom_params_get(struct headroom *h, struct headroom_params *params)
{
	(void)h;
	*params = parameters;
	return 0;
}

int headroom_params_set(struct headroom *h, const struct headroom_params *params,
			unsigned int which)
{
	log_request("config which=%u shift=%u entries=%llu stalls=%d\n", which,
		    params->sample_shift, (unsigned long long)params->table_entries,
		    params->stalls);
	if (fake_kernel_behaves("eperm"))
		return headroom_fail(h, -EPERM, "needs CAP_SYS_ADMIN");
	if (which & HEADROOM_PARAM_TABLE_ENTRIES && params->table_entries > 33554432)
		return headroom_fail(h, -ERANGE, "table-entries is out of range");
	if (which & HEADROOM_PARAM_SAMPLE_SHIFT)
		parameters.sample_shift = params->sample_shift;
	if (which & HEADROOM_PARAM_TABLE_ENTRIES)
		parameters.table_entries = params->table_entries;
	if (which & HEADROOM_PARAM_STALLS)
		parameters.stalls = params->stalls;
	return 0;
}
