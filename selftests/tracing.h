/* SPDX-License-Identifier: GPL-2.0 */
/* Read the kernel's own tracing, with which Headroom's statistics are compared */
#ifndef _SELFTESTS_TRACING_H
#define _SELFTESTS_TRACING_H

#include <stdint.h>
#include <sys/types.h>

/* Switches all events off and empties the buffer, @kib for each CPU; 0 or -1 */
int tracing_begin(int kib);
/* Traces an event, e.g. "vmscan/mm_vmscan_memcg_reclaim_end", where @filter holds; 0 or -1 */
int tracing_event(const char *event, const char *filter);
/* Traces calls of a function by the task @pid, or by any if 0, as an event called @name; 0 or -1 */
int tracing_function(const char *name, const char *function, pid_t pid);
void tracing_end(void);

/**
 * struct traced - an event in the buffer
 * @pid: the task that was running
 * @ns: CLOCK_MONOTONIC, in whole microseconds
 * @event: name of the event, without its subsystem
 * @fields: the rest of the line
 */
struct traced {
	pid_t pid;
	int64_t ns;
	const char *event;
	const char *fields;
};

/* Stops tracing and calls @see for each event, in order; 0, or -1 if any is missing */
int tracing_read(void (*see)(void *arg, const struct traced *traced), void *arg);

/* Has the kernel count an event by @keys, "common_pid" or "reason,common_pid"; 0 or -1 */
int tracing_count(const char *event, const char *keys);
void tracing_count_end(const char *event, const char *keys);
/*
 * Returns the sum of the counts whose first key is @key, or of all if it is -1, without
 * those of the task @except; -1 if the kernel dropped some
 */
int64_t tracing_counted(const char *event, int64_t key, pid_t except);

#endif /* _SELFTESTS_TRACING_H */
