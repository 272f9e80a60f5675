/* SPDX-License-Identifier: GPL-2.0 */
/* What the kernel's own tracing says: the truth that Headroom is compared with */
#ifndef _SELFTESTS_TRACING_H
#define _SELFTESTS_TRACING_H

#include <stdint.h>
#include <sys/types.h>

/* Everything off, and an empty buffer of @kib for each CPU; 0 or -1 */
int tracing_begin(int kib);
/* Traces an event, "vmscan/mm_vmscan_memcg_reclaim_end", that passes @filter */
int tracing_event(const char *event, const char *filter);
/* The same for each call of a function, as the event @name; @pid is who calls */
int tracing_function(const char *name, const char *function, pid_t pid);
void tracing_end(void);

/**
 * struct traced - an event in the buffer
 * @pid: whose it is
 * @ns: when, as CLOCK_MONOTONIC counts, in whole microseconds
 * @event: its name, without its subsystem
 * @fields: the rest of the line
 */
struct traced {
	pid_t pid;
	int64_t ns;
	const char *event;
	const char *fields;
};

/* Calls @see for each event, in order; 0, or -1 if any was lost */
int tracing_read(void (*see)(void *arg, const struct traced *traced), void *arg);

/* Has the kernel count an event by @keys: "common_pid", "reason,common_pid" */
int tracing_count(const char *event, const char *keys);
void tracing_count_end(const char *event, const char *keys);
/*
 * How often: the sum of those where the first key is @key, or of all if it is
 * -1, without those of the task @except; -1 if it is not known
 */
int64_t tracing_counted(const char *event, int64_t key, pid_t except);

#endif /* _SELFTESTS_TRACING_H */
