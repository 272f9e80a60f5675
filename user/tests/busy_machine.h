/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Frames of a busy machine, for the size of recordings and the time to write them
 *
 * 201 cgroups: a slice with a limit, in which a service and a backup evict each other's pages all
 * the time, as in scripts/demo-incident, and services that do little. The statistics are attributes
 * as kernel/netlink_cgroup.c writes them. Each second has a random number of events, and each event
 * a random distance, age or duration, so that as much is new in a frame as on a real machine.
 */
#ifndef BUSY_MACHINE_H
#define BUSY_MACHINE_H

#include <inttypes.h>
#include <math.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <linux/headroom.h>
#include <linux/netlink.h>

#include "frame.h"
#include "headroom.h"

#define BUSY_SECOND	1000000000ull
#define BUSY_BUCKETS	124
#define BUSY_CAUSES	8

/* The first cgroups, each followed by its descendants; the others are below the last of them */
enum { BUSY_ROOT, BUSY_SLICE, BUSY_BACKUP, BUSY_SERVICE, BUSY_SYSTEM, BUSY_NAMED };

#define BUSY_CGROUPS	201

/** struct busy_histogram - a histogram as the kernel counts it */
struct busy_histogram {
	uint64_t bucket[BUSY_BUCKETS];
};

/** struct busy_stats - the statistics of a cgroup or a subtree */
struct busy_stats {
	uint64_t evictions, refaults, returned, outside[2], stall_total;
	struct busy_histogram distance, age;
	struct {
		uint64_t count, total, longest;
		struct busy_histogram latency;
	} stall[BUSY_CAUSES + 1];
};

/** struct busy_cgroup - a cgroup */
struct busy_cgroup {
	char path[272];
	int parent;
	struct busy_stats local, subtree;
	struct { uint64_t evictions, scanned; struct busy_histogram distance; } target;
	uint64_t generation, current, hits, psi[2];
	double average[2][3];
};

/** struct busy_machine - the machine; begins with busy_begin() */
struct busy_machine {
	int removed;	/* a cgroup without children that frames no longer have; 0: none */
	uint64_t random, generation, effort;
	struct frame_clocks time;
	unsigned int seconds;
	struct busy_cgroup cgroup[BUSY_CGROUPS];
	struct { uint64_t evictions, refaults; } blame[2][2];
};

/* --- chance --- */

/* From 0 to 1 */
static inline double busy_chance(struct busy_machine *m)
{
	m->random ^= m->random << 13;
	m->random ^= m->random >> 7;
	m->random ^= m->random << 17;
	return (m->random >> 11) * 0x1p-53;
}

static inline double busy_normal(struct busy_machine *m)
{
	return sqrt(-2 * log(1 - busy_chance(m))) * cos(2 * M_PI * busy_chance(m));
}

/* A count of events of which @mean are expected */
static inline unsigned int busy_count(struct busy_machine *m, double mean)
{
	return fmax(0, round(mean + sqrt(mean) * busy_normal(m)));
}

/* A value that is as often twice as it is half of @middle */
static inline double busy_spread(struct busy_machine *m, double middle)
{
	return middle * exp(log(2) * busy_normal(m));
}

/* --- events --- */

/* The bucket of a value, as hr_hist_index() */
static inline void busy_record(struct busy_histogram *h, uint64_t value, unsigned int shift)
{
	unsigned int bits;

	value >>= shift;
	bits = value < 4 ? 0 : 63 - __builtin_clzll(value) - 2;
	h->bucket[value < 4 ? value : 4 * bits + (value >> bits)]++;
}

/* The events of a second in a cgroup; @above are the statistics of its ancestors */
static inline void busy_refault(struct busy_machine *m, struct busy_cgroup *c, double rate)
{
	unsigned int n = busy_count(m, rate), evictions = busy_count(m, rate * 1.3);
	struct busy_cgroup *slice = &m->cgroup[BUSY_SLICE];
	struct busy_stats *s = &c->local;
	uint64_t distance;

	s->evictions += evictions;
	s->outside[0] += busy_count(m, evictions / 2.0);
	s->outside[1] += busy_count(m, n / 2.0);
	s->refaults += n;
	s->returned += n;
	slice->target.evictions += evictions;
	slice->target.scanned += busy_count(m, evictions * 1.6);
	for (unsigned int i = 0; i < n; i++) {
		distance = busy_spread(m, 9000);
		busy_record(&s->distance, distance, 0);
		busy_record(&slice->target.distance, distance, 0);
		busy_record(&s->age, busy_spread(m, 2e9), 20);
	}
}

static inline void busy_stall(struct busy_machine *m, struct busy_cgroup *c, unsigned int cause,
			      double rate, double ns)
{
	uint64_t time;

	for (unsigned int n = busy_count(m, rate); n; n--) {
		time = busy_spread(m, ns);
		c->local.stall[cause].count++;
		c->local.stall[cause].total += time;
		c->local.stall_total += time;
		if (time > c->local.stall[cause].longest)
			c->local.stall[cause].longest = time;
		busy_record(&c->local.stall[cause].latency, time, 8);
	}
}

static inline void busy_touch(struct busy_machine *m, int i)
{
	for (; i >= 0; i = m->cgroup[i].parent)
		m->cgroup[i].generation = ++m->generation;
}

static inline void busy_press(struct busy_machine *m, struct busy_cgroup *c, double share)
{
	static const double seconds[] = { 10, 60, 300 };

	for (int full = 0; full < 2; full++) {
		double part = share / (1 + 3 * full) * (1 + busy_normal(m) / 10);

		c->psi[full] += fabs(part) * 1e6;
		/* The kernel averages every two seconds */
		for (int i = 0; i < 3 && m->seconds % 2; i++)
			c->average[full][i] += (fabs(part) * 100 - c->average[full][i]) *
					       (1 - exp(-2 / seconds[i]));
	}
}

/* --- sums --- */

static inline void busy_add_histogram(struct busy_histogram *to, const struct busy_histogram *from)
{
	for (int i = 0; i < BUSY_BUCKETS; i++)
		to->bucket[i] += from->bucket[i];
}

static inline void busy_add(struct busy_stats *to, const struct busy_stats *from)
{
	to->evictions += from->evictions;
	to->refaults += from->refaults;
	to->returned += from->returned;
	to->outside[0] += from->outside[0];
	to->outside[1] += from->outside[1];
	to->stall_total += from->stall_total;
	busy_add_histogram(&to->distance, &from->distance);
	busy_add_histogram(&to->age, &from->age);
	for (int i = 1; i <= BUSY_CAUSES; i++) {
		to->stall[i].count += from->stall[i].count;
		to->stall[i].total += from->stall[i].total;
		to->stall[i].longest = fmax(to->stall[i].longest, from->stall[i].longest);
		busy_add_histogram(&to->stall[i].latency, &from->stall[i].latency);
	}
}

static inline void busy_sum(struct busy_machine *m)
{
	for (int i = 0; i < BUSY_NAMED; i++)
		m->cgroup[i].subtree = (struct busy_stats){};
	for (int i = 0; i < BUSY_CGROUPS; i++)
		for (int above = i; above >= 0; above = m->cgroup[above].parent)
			if (above < BUSY_NAMED)
				busy_add(&m->cgroup[above].subtree, &m->cgroup[i].local);
}

/* --- attributes --- */

/** struct busy_attrs - attributes that are being written */
struct busy_attrs {
	char data[65536];
	size_t size;
};

static inline size_t busy_put(struct busy_attrs *a, uint16_t type, const void *data, size_t size)
{
	struct nlattr attr = { .nla_len = NLA_HDRLEN + size, .nla_type = type };
	size_t at = a->size;

	memcpy(a->data + at, &attr, sizeof(attr));
	if (data)
		memcpy(a->data + at + NLA_HDRLEN, data, size);
	a->size += NLA_HDRLEN + size;
	return at;
}

static inline void busy_put_u32(struct busy_attrs *a, uint16_t type, uint32_t value)
{
	busy_put(a, type, &value, sizeof(value));
}

static inline void busy_put_uint(struct busy_attrs *a, uint16_t type, uint64_t value)
{
	busy_put(a, type, &value, value > UINT32_MAX ? 8 : 4);
}

static inline void busy_put_counter(struct busy_attrs *a, uint16_t type, uint64_t value)
{
	if (value)
		busy_put_uint(a, type, value);
}

static inline size_t busy_nest(struct busy_attrs *a, uint16_t type)
{
	return busy_put(a, type | NLA_F_NESTED, NULL, 0);
}

static inline void busy_end(struct busy_attrs *a, size_t nest)
{
	uint16_t size = a->size - nest;

	if (size == NLA_HDRLEN)
		a->size = nest;
	else
		memcpy(a->data + nest, &size, sizeof(size));
}

static inline void busy_put_histogram(struct busy_attrs *a, uint16_t type,
				      const struct busy_histogram *h, unsigned int shift)
{
	unsigned int first = 0, end = BUSY_BUCKETS;
	size_t nest;

	while (first < end && !h->bucket[first])
		first++;
	while (end > first && !h->bucket[end - 1])
		end--;
	if (first == end)
		return;
	nest = busy_nest(a, type);
	busy_put_u32(a, HEADROOM_A_HISTOGRAM_SHIFT, shift);
	busy_put_u32(a, HEADROOM_A_HISTOGRAM_FIRST, first);
	busy_put(a, HEADROOM_A_HISTOGRAM_COUNTS, h->bucket + first, (end - first) * 8);
	busy_end(a, nest);
}

static inline void busy_put_stalls(struct busy_attrs *a, const struct busy_stats *s)
{
	for (unsigned int i = 1; i <= BUSY_CAUSES; i++) {
		size_t nest;

		if (!s->stall[i].count)
			continue;
		nest = busy_nest(a, HEADROOM_A_STATS_STALL);
		busy_put_u32(a, HEADROOM_A_STALL_CAUSE, i);
		busy_put_uint(a, HEADROOM_A_STALL_COUNT, s->stall[i].count);
		busy_put_uint(a, HEADROOM_A_STALL_TOTAL, s->stall[i].total);
		busy_put_uint(a, HEADROOM_A_STALL_LONGEST, s->stall[i].longest);
		busy_put_histogram(a, HEADROOM_A_STALL_LATENCY, &s->stall[i].latency, 8);
		busy_end(a, nest);
	}
}

static inline void busy_put_stats(struct busy_attrs *a, uint16_t type, const struct busy_stats *s)
{
	size_t nest = busy_nest(a, type), pages;

	busy_put_counter(a, HEADROOM_A_STATS_EVICTIONS, s->evictions);
	busy_put_counter(a, HEADROOM_A_STATS_REFAULTS, s->refaults);
	busy_put_counter(a, HEADROOM_A_STATS_REFAULT_SAMPLES, s->refaults);
	busy_put_counter(a, HEADROOM_A_STATS_RETURNED, s->returned);
	busy_put_counter(a, HEADROOM_A_STATS_STALL_TOTAL, s->stall_total);
	busy_put_counter(a, HEADROOM_A_STATS_EVICTIONS_OUTSIDE, s->outside[0]);
	busy_put_counter(a, HEADROOM_A_STATS_RETURNED_OUTSIDE, s->outside[1]);
	if (s->evictions) {
		pages = busy_nest(a, HEADROOM_A_STATS_PAGES);
		busy_put_u32(a, HEADROOM_A_PAGES_KIND, HEADROOM_PAGE_KIND_FILE);
		busy_put_u32(a, HEADROOM_A_PAGES_REASON, HEADROOM_REASON_ANCESTOR_LIMIT);
		busy_put_uint(a, HEADROOM_A_PAGES_EVICTIONS, s->evictions);
		busy_put_counter(a, HEADROOM_A_PAGES_REFAULTS, s->refaults);
		busy_end(a, pages);
	}
	busy_put_histogram(a, HEADROOM_A_STATS_REFAULT_DISTANCE, &s->distance, 0);
	busy_put_histogram(a, HEADROOM_A_STATS_REFAULT_AGE, &s->age, 20);
	busy_put_stalls(a, s);
	busy_end(a, nest);
}

static inline void busy_put_target(struct busy_attrs *a, const struct busy_cgroup *c)
{
	size_t nest = busy_nest(a, HEADROOM_A_CGROUP_TARGET), reclaim;

	busy_put_counter(a, HEADROOM_A_TARGET_EVICTIONS, c->target.evictions);
	busy_put_histogram(a, HEADROOM_A_TARGET_DISTANCE, &c->target.distance, 0);
	if (c->target.scanned) {
		reclaim = busy_nest(a, HEADROOM_A_TARGET_RECLAIM);
		busy_put_u32(a, HEADROOM_A_RECLAIM_REASON, HEADROOM_REASON_OWN_LIMIT);
		busy_put_uint(a, HEADROOM_A_RECLAIM_SCANNED, c->target.scanned);
		busy_put_uint(a, HEADROOM_A_RECLAIM_RECLAIMED, c->target.evictions);
		busy_put_u32(a, HEADROOM_A_RECLAIM_LOWEST_PRIORITY, 6);
		busy_end(a, reclaim);
	}
	busy_end(a, nest);
}

static inline void busy_put_cgroup(struct busy_attrs *a, const struct busy_machine *m, int i)
{
	const struct busy_cgroup *c = &m->cgroup[i];
	bool leaf = i >= BUSY_NAMED || i == BUSY_BACKUP || i == BUSY_SERVICE;

	a->size = 0;
	busy_put_uint(a, HEADROOM_A_CGROUP_ID, i + 1);
	if (c->parent >= 0)
		busy_put_uint(a, HEADROOM_A_CGROUP_PARENT_ID, c->parent + 1);
	busy_put_uint(a, HEADROOM_A_CGROUP_GENERATION, c->generation);
	busy_put_stats(a, HEADROOM_A_CGROUP_LOCAL, &c->local);
	if (!leaf)
		busy_put_stats(a, HEADROOM_A_CGROUP_SUBTREE, &c->subtree);
	busy_put_target(a, c);
	if (c->parent >= 0) {
		busy_put_uint(a, HEADROOM_A_CGROUP_PSI_SOME, c->psi[0] * 1000);
		busy_put_uint(a, HEADROOM_A_CGROUP_PSI_FULL, c->psi[1] * 1000);
	}
}

static inline struct headroom_snapshot *busy_snapshot(const struct busy_machine *m)
{
	struct headroom_received received[BUSY_CGROUPS];
	struct busy_attrs *a = calloc(BUSY_CGROUPS, sizeof(*a));
	struct headroom_snapshot *s;

	if (!a)
		abort();
	for (int i = 0; i < BUSY_CGROUPS; i++) {
		busy_put_cgroup(&a[i], m, i);
		received[i] = (struct headroom_received){
			.path = m->cgroup[i].path, .data = a[i].data, .size = a[i].size,
		};
	}
	if (headroom_snapshot_decode(received, BUSY_CGROUPS, &s))
		abort();
	free(a);
	s->time = m->time.monotonic + 150000;
	s->unix_time = m->time.wall + 150000;
	s->generation = m->generation;
	s->consistent = true;
	return s;
}

/* --- files --- */

__attribute__((format(printf, 4, 5)))
static inline void busy_text(struct frame *f, int i, int file, const char *format, ...)
{
	char text[512];
	va_list args;
	int n;

	va_start(args, format);
	n = vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	if (i < 0 ? frame_set_host_text(f, file, text, n) : frame_set_text(f, i, file, text, n))
		abort();
}

static inline void busy_pressure(struct frame *f, int i, int file, const struct busy_cgroup *c)
{
	busy_text(f, i, file,
		  "some avg10=%.2f avg60=%.2f avg300=%.2f total=%" PRIu64 "\n"
		  "full avg10=%.2f avg60=%.2f avg300=%.2f total=%" PRIu64 "\n",
		  c->average[0][0], c->average[0][1], c->average[0][2], c->psi[0],
		  c->average[1][0], c->average[1][1], c->average[1][2], c->psi[1]);
}

static inline void busy_files(struct frame *f, int i, const struct busy_cgroup *c)
{
	busy_pressure(f, i, FRAME_MEMORY_PRESSURE, c);
	if (!i)
		return;
	busy_text(f, i, FRAME_MEMORY_CURRENT, "%" PRIu64 "\n", c->current);
	busy_text(f, i, FRAME_MEMORY_LOW, "0\n");
	busy_text(f, i, FRAME_MEMORY_MIN, "0\n");
	busy_text(f, i, FRAME_MEMORY_HIGH, "max\n");
	busy_text(f, i, FRAME_MEMORY_MAX, i == BUSY_SLICE ? "268435456\n" : "max\n");
	for (int file = FRAME_MEMORY_EVENTS; file <= FRAME_MEMORY_EVENTS_LOCAL; file++)
		busy_text(f, i, file, "low 0\nhigh 0\nmax %" PRIu64 "\noom 0\noom_kill 0\n"
			  "oom_group_kill 0\nsock_throttled 0\n", c->hits);
	busy_text(f, i, FRAME_SWAP_CURRENT, "0\n");
	busy_text(f, i, FRAME_SWAP_MAX, "max\n");
	busy_text(f, i, FRAME_ZSWAP_CURRENT, "0\n");
	busy_text(f, i, FRAME_PIDS_CURRENT, "%d\n", 1 + i % 9);
}

static inline void busy_host(struct frame *f, struct busy_machine *m)
{
	unsigned int unused = 120000 + busy_count(m, 9000);

	busy_text(f, -1, FRAME_MEMINFO,
		  "MemTotal:        4030408 kB\nMemFree:          %u kB\n"
		  "MemAvailable:    %u kB\nSwapCached:            0 kB\nSwapTotal:             0 kB\n"
		  "SwapFree:              0 kB\nZswap:                 0 kB\n"
		  "Zswapped:              0 kB\n", unused, 3000000 + unused + busy_count(m, 400));
	busy_pressure(f, -1, FRAME_PRESSURE, &m->cgroup[BUSY_ROOT]);
}

/* --- lists --- */

static inline void busy_tasks(struct frame *f, struct busy_machine *m)
{
	f->nr_stalled = busy_count(m, 1.5);
	f->stalled = calloc(f->nr_stalled + 1, sizeof(*f->stalled));
	if (!f->stalled)
		abort();
	for (size_t i = 0; i < f->nr_stalled; i++)
		f->stalled[i] = (struct headroom_stalled){
			.pid = 4000 + i, .cause = HEADROOM_STALL_CAUSE_REFAULT,
			.cgroup = BUSY_SERVICE + 1 - i % 2, .time = busy_spread(m, 2e5),
		};
}

static inline void busy_blame(struct frame *f, const struct busy_machine *m)
{
	struct headroom_blame *blame = calloc(1, sizeof(*blame));

	f->blame = blame;
	if (blame)
		blame->victim = calloc(2, sizeof(*blame->victim));
	if (!blame || !blame->victim)
		abort();
	blame->nr = 2;
	for (int v = 0; v < 2; v++) {
		blame->victim[v].id = BUSY_BACKUP + 1 + v;
		blame->victim[v].nr = 2;
		blame->victim[v].evictor = calloc(2, sizeof(*blame->victim[v].evictor));
		if (!blame->victim[v].evictor)
			abort();
		for (int e = 0; e < 2; e++)
			blame->victim[v].evictor[e] = (struct headroom_evictor){
				.id = BUSY_BACKUP + 1 + e, .reason = HEADROOM_REASON_ANCESTOR_LIMIT,
				.evictions = m->blame[v][e].evictions,
				.refaults = m->blame[v][e].refaults,
			};
	}
}

/* --- the machine --- */

/** busy_begin - the machine, after hours in which it was as busy */
static inline void busy_begin(struct busy_machine *m)
{
	*m = (struct busy_machine){ .random = 88172645463325252ull, .generation = 1000000 };
	m->time = (struct frame_clocks){ 40000 * BUSY_SECOND, 40000 * BUSY_SECOND,
					 1790000000 * BUSY_SECOND };
	for (int i = 0; i < BUSY_CGROUPS; i++) {
		struct busy_cgroup *c = &m->cgroup[i];

		c->parent = i == BUSY_ROOT ? -1 : i == BUSY_BACKUP || i == BUSY_SERVICE ?
			    BUSY_SLICE : i >= BUSY_NAMED ? BUSY_SYSTEM : BUSY_ROOT;
		snprintf(c->path, sizeof(c->path), "/system.slice/application-%d.service", i);
		c->current = 4096 * busy_count(m, 9000);
		/* Half of them have evicted something at some time */
		if (i % 2 && i >= BUSY_NAMED) {
			busy_refault(m, c, 200);
			busy_stall(m, c, HEADROOM_STALL_CAUSE_REFAULT, 50, 1e5);
			c->generation = i;
			c->psi[0] = busy_count(m, 5000);
		}
	}
	strcpy(m->cgroup[BUSY_ROOT].path, "/");
	strcpy(m->cgroup[BUSY_SYSTEM].path, "/system.slice");
	strcpy(m->cgroup[BUSY_SLICE].path, "/machine");
	strcpy(m->cgroup[BUSY_BACKUP].path, "/machine/backup");
	strcpy(m->cgroup[BUSY_SERVICE].path, "/machine/service");
	for (int v = 0; v < 2; v++)
		busy_refault(m, &m->cgroup[BUSY_BACKUP + v], 300000);
}

/** busy_second - let a second pass */
static inline void busy_second(struct busy_machine *m)
{
	static const int order[] = { BUSY_BACKUP, BUSY_SERVICE };
	uint64_t late = busy_count(m, 60000);

	m->seconds++;
	m->time.monotonic += BUSY_SECOND + late - 60000;
	m->time.boot = m->time.monotonic + 40;
	m->time.wall += BUSY_SECOND + late - 60000;
	m->effort += 1500000 + busy_count(m, 90000);
	for (int v = 0; v < 2; v++) {
		struct busy_cgroup *c = &m->cgroup[order[v]];

		busy_refault(m, c, v ? 400 : 150);
		busy_stall(m, c, HEADROOM_STALL_CAUSE_MEMCG_RECLAIM, 20, 1e5);
		busy_stall(m, c, HEADROOM_STALL_CAUSE_REFAULT, v ? 300 : 60, 3e5);
		busy_press(m, c, v ? 0.3 : 0.1);
		busy_press(m, &m->cgroup[BUSY_SLICE], 0.15);
		busy_press(m, &m->cgroup[BUSY_ROOT], 0.15);
		busy_touch(m, order[v]);
		c->current = 4096ull * (32000 + busy_count(m, 500));
		for (int e = 0; e < 2; e++) {
			m->blame[v][e].evictions += busy_count(m, 600);
			m->blame[v][e].refaults += busy_count(m, 500);
		}
	}
	m->cgroup[BUSY_SLICE].hits += busy_count(m, 160);
	m->cgroup[BUSY_SLICE].current = 268435456 - 4096 * busy_count(m, 60);
	m->cgroup[BUSY_SYSTEM].current += 4096 * busy_count(m, 4);
	/* A few of the others allocate */
	for (int i = 0; i < 4; i++) {
		int other = BUSY_NAMED + busy_chance(m) * (BUSY_CGROUPS - BUSY_NAMED);

		m->cgroup[other].current += 4096 * busy_count(m, 3);
	}
	busy_sum(m);
}

/** busy_frame - read a frame; free it with frame_put() */
static inline struct frame *busy_frame(struct busy_machine *m)
{
	struct frame *f = frame_new();
	int nr = 0;

	if (!f)
		abort();
	f->time = m->time;
	strcpy(f->boot_id, "0c6a2b5e-4b0f-4a52-8a3c-0f6a0ab0d1aa");
	f->page_size = 4096;
	f->effort = m->effort;
	f->snapshot = busy_snapshot(m);
	for (int i = 0; i < BUSY_CGROUPS; i++) {
		const struct headroom_cgroup *stats = headroom_snapshot_find(f->snapshot, i + 1);

		if (i && i == m->removed)
			continue;
		if (frame_add(f, i + 1, m->cgroup[i].path, stats) != (size_t)nr)
			abort();
		busy_files(f, nr++, &m->cgroup[i]);
	}
	busy_host(f, m);
	busy_tasks(f, m);
	busy_blame(f, m);
	if (frame_finish(f))
		abort();
	return f;
}

#endif /* BUSY_MACHINE_H */
