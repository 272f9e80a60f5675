// SPDX-License-Identifier: GPL-2.0
#define _GNU_SOURCE
#include <fcntl.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tracing.h"

#define TRACING	"/sys/kernel/tracing/"

static int put(const char *file, int flags, const char *value)
{
	char path[256];
	ssize_t n = -1;
	int fd;

	snprintf(path, sizeof(path), TRACING "%s", file);
	fd = open(path, O_WRONLY | O_CLOEXEC | flags);
	if (fd >= 0) {
		n = write(fd, value, strlen(value));
		close(fd);
	}
	if (n < 0)
		fprintf(stderr, "# cannot write \"%s\" to %s: %m\n", value, path);
	return n < 0 ? -1 : 0;
}

static int put_of_event(const char *event, const char *file, const char *value)
{
	char path[200];

	snprintf(path, sizeof(path), "events/%s/%s", event, file);
	return put(path, 0, value);
}

/* Switches all events off, and removes their filters and the probes of a test */
void tracing_end(void)
{
	put("tracing_on", 0, "0");
	put("events/enable", 0, "0");
	put("events/sched/filter", 0, "0");
	put("events/vmscan/filter", 0, "0");
	put("events/compaction/filter", 0, "0");
	put("kprobe_events", O_TRUNC, "\n");
}

int tracing_begin(int kib)
{
	char size[16];

	tracing_end();
	snprintf(size, sizeof(size), "%d", kib);
	return put("trace_clock", 0, "mono") || put("buffer_size_kb", 0, size) ||
	       put("trace", O_TRUNC, "") || put("tracing_on", 0, "1");
}

int tracing_event(const char *event, const char *filter)
{
	return put_of_event(event, "filter", filter) ||
	       put_of_event(event, "enable", "1");
}

int tracing_function(const char *name, const char *function, pid_t pid)
{
	char probe[128], event[64], filter[64];

	snprintf(probe, sizeof(probe), "p:headroom_test/%s %s\n", name, function);
	snprintf(event, sizeof(event), "headroom_test/%s", name);
	snprintf(filter, sizeof(filter), pid ? "common_pid == %d" : "common_pid >= %d", pid);
	return put("kprobe_events", O_APPEND, probe) || tracing_event(event, filter);
}

/* "  some name-123   [001] d..1.  17.123456: event: fields", or -1 */
static int parse(char *line, struct traced *traced)
{
	char *at = line, *cpu = NULL, *dash, *colon;
	int64_t sec, usec;
	int skip = 0;

	/* The name may contain anything: find the "-PID [CPU]" behind it */
	for (at = strstr(line, " ["); at; at = strstr(at + 1, " ["))
		if (strspn(at + 2, "0123456789") == 3 && at[5] == ']') {
			cpu = at;
			break;
		}
	if (!cpu)
		return -1;
	*cpu = 0;
	dash = strrchr(line, '-');
	if (!dash || sscanf(cpu + 6, "%*s %" SCNd64 ".%" SCNd64 ": %n", &sec, &usec, &skip) != 2 ||
	    !skip)
		return -1;
	colon = strchr(cpu + 6 + skip, ':');
	if (!colon)
		return -1;
	*colon = 0;
	traced->pid = atoi(dash + 1);
	traced->ns = (sec * 1000000 + usec) * 1000;
	traced->event = cpu + 6 + skip;
	traced->fields = colon + 1;
	return 0;
}

int tracing_read(void (*see)(void *arg, const struct traced *traced), void *arg)
{
	unsigned long held = 0, written = 1;
	struct traced traced;
	char line[1024];
	FILE *f;

	put("tracing_on", 0, "0");
	f = fopen(TRACING "trace", "re");
	while (f && fgets(line, sizeof(line), f)) {
		if (*line != '#' && !parse(line, &traced))
			see(arg, &traced);
		else if (*line == '#')
			sscanf(line, "# entries-in-buffer/entries-written: %lu/%lu",
			       &held, &written);
	}
	if (f)
		fclose(f);
	if (held != written)
		fprintf(stderr, "# the trace holds %lu of %lu events\n", held, written);
	return held == written ? 0 : -1;
}

int tracing_count(const char *event, const char *keys)
{
	char trigger[128];

	snprintf(trigger, sizeof(trigger), "hist:keys=%s", keys);
	return put_of_event(event, "trigger", trigger);
}

void tracing_count_end(const char *event, const char *keys)
{
	char trigger[128];

	snprintf(trigger, sizeof(trigger), "!hist:keys=%s", keys);
	put_of_event(event, "trigger", trigger);
}

int64_t tracing_counted(const char *event, int64_t key, pid_t except)
{
	int64_t sum = 0, first, hits;
	bool complete = false;
	char path[200], line[256];
	FILE *f;

	snprintf(path, sizeof(path), TRACING "events/%s/hist", event);
	f = fopen(path, "re");
	while (f && fgets(line, sizeof(line), f)) {
		char *count = strstr(line, "hitcount:"), *pid = strstr(line, "common_pid:");

		if (!strncmp(line, "    Dropped: 0", 14))
			complete = true;
		if (*line != '{' || !count || sscanf(line, "{ %*s %" SCNd64, &first) != 1)
			continue;
		hits = strtoll(count + 9, NULL, 10);
		if ((key == -1 || key == first) && !(pid && atoi(pid + 11) == except))
			sum += hits;
	}
	if (f)
		fclose(f);
	return complete ? sum : -1;
}
