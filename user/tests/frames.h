/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A fake source of frames: a machine that a text describes and changes
 *
 *	@10			the clocks, in seconds; "@+1" moves all of them
 *	host free=1G swaptotal=1G io=10 self=/init.scope
 *	/ id=1
 *	/a id=2 current=100M refaults=100
 *	stalled 2 refault 3s
 *	blame 2 by 3 100
 *
 * A line changes what it names; the rest stays. So a frame in which only time passes is "@+1".
 *
 *	@S [boot=S] [wall=S]	set or, with "+", move the clocks; boot and wall follow the first
 *	   [module=missing|ok] [stalls=off|on] [psi=off|on] [boot_id=ID] [shift=N]
 *	   [effort=NS] [hook.NAME=off|on]
 *	host KEY=SIZE...	keys are in fake_host_keys[]; KEY=- removes the line. "psi=N" and
 *				"io=N" are pressure over 10 s in percent, "self=/PATH" is the
 *				cgroup of the daemon; "-" removes the file
 *	/PATH [id=N] KEY=N...	keys are in fake_keys[]; KEY=+N adds to the value, and FILE=-
 *				removes a file of fake_file_names[], "stats=-" the statistics, and
 *				"files=-" all files
 *	   stall.CAUSE=TIME	time in stalls of a cause
 *	   distance=LOWxN	a bucket of refault distances; forgotten=LOWxN of forgotten ones
 *	   error=ERRNO		its files cannot be read
 *	   held=FROM:TO		the daemon that recorded has set its memory.low; held=- it has not
 *	gone /PATH		the cgroup is removed
 *	stalled ID CAUSE TIME	a stall in flight, until the clock moves; "stalled -": they were not read
 *	blame ID by ID N [REASON]	pages that were evicted, in all, for a reason; without one, by
 *				direct reclaim, with "merged" as a merged entry, and with "unread"
 *				never read again. With "again", pages of these that were. Evictor 0 is unknown. Victims come in order of
 *				their ids.
 *	crowd N			N more stalls in flight, spread over all cgroups, each of which loses
 *				pages to 16 others in each second
 *
 * A cgroup has all files at first, without use and limits; the root has those of the kernel.
 */
#ifndef FRAMES_H
#define FRAMES_H

#include <errno.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "frame.h"
#include "headroom.h"

struct nlattr;
#include "snapshot.h"

#define FAKE_CAUSES	(HEADROOM_STALL_CAUSE_PROACTIVE_RECLAIM + 1)
#define FAKE_KINDS	(HEADROOM_PAGE_KIND_SHMEM + 1)
#define FAKE_BUCKETS	8
#define FAKE_VICTIMS	8
#define FAKE_EVICTORS	24
#define FAKE_STALLED	8
#define FAKE_FILES	(FRAME_BIT(FRAME_FILES) - 1)

/**
 * struct fake_cgroup - a cgroup of the machine
 * @files: FRAME_BIT() of each file that exists
 * @file: the numbers in files that hold one
 * @kind: refaults of each kind of page
 * @proactive: file pages that proactive reclaim evicted
 * @cause: ns in stalls of each cause
 * @mark: which of fake_marks[] it has; its owner is the file "owner"
 * @claims: what the daemon has set, as FRAME_CLAIMS has it
 */
struct fake_cgroup {
	char path[64];
	uint64_t id;
	uint64_t error;
	uint32_t files;
	bool has_stats;
	struct headroom_stats stats;
	uint64_t kind[FAKE_KINDS];
	struct headroom_pages proactive;
	uint64_t cause[FAKE_CAUSES];
	struct headroom_bucket distance[FAKE_BUCKETS], forgotten[FAKE_BUCKETS];
	uint64_t file[FRAME_FILES];
	uint64_t stat[7];
	uint64_t events[5], local[5];
	uint64_t psi[2][4];
	uint64_t frozen;
	uint64_t mark[6];
	char claims[256];
};

enum { FAKE_FREE, FAKE_TOTAL, FAKE_SWAP_FREE, FAKE_SWAP_TOTAL, FAKE_ZSWAP, FAKE_HOST_KEYS };

/** struct fake - the machine; all zero at first */
struct fake {
	struct frame_clocks time;
	char boot_id[40];
	bool module_missing;
	bool stalls_off;
	bool psi_off;
	uint32_t shift;
	uint64_t effort;
	char hooks[1024];
	bool has_host;
	uint64_t host[FAKE_HOST_KEYS];
	bool has_host_key[FAKE_HOST_KEYS];
	char zram[128];
	char pressure[128];
	char io[128];
	char self[80];
	size_t nr;
	struct fake_cgroup *cgroup;
	size_t nr_stalled;
	struct headroom_stalled stalled[FAKE_STALLED];
	size_t nr_victims;
	struct headroom_victim victim[FAKE_VICTIMS];
	struct headroom_evictor evictor[FAKE_VICTIMS][FAKE_EVICTORS];
	size_t crowd;
};

/* A test that cannot be understood must not pass */
static inline void fake_wrong(const char *what, const char *text)
{
	printf("Bail out! %s: '%s'\n", what, text);
	fflush(stdout);
	abort();
}

/* A number with the unit K, M, G, s or ms; times are in ns */
static inline uint64_t fake_number(const char *text)
{
	static const struct {
		const char *unit;
		double factor;
	} units[] = {
		{ "", 1 }, { "K", 0x1p10 }, { "M", 0x1p20 }, { "G", 0x1p30 }, { "s", 1e9 },
		{ "ms", 1e6 },
	};
	double value;
	char *end;

	if (strcmp(text, "max") == 0)
		return UINT64_MAX;
	value = strtod(text, &end);
	for (size_t i = 0; end > text && i < sizeof(units) / sizeof(units[0]); i++)
		if (strcmp(end, units[i].unit) == 0)
			return value * units[i].factor + 0.5;
	fake_wrong("no number", text);
	return 0;
}

static inline void fake_set(uint64_t *value, const char *text)
{
	if (*text == '+')
		*value += fake_number(text + 1);
	else
		*value = fake_number(text);
}

/* --- the machine --- */

static const char *const fake_host_keys[FAKE_HOST_KEYS] = {
	"free", "total", "swapfree", "swaptotal", "zswap",
};

/* The cgroup of the daemon; "-" for none */
static inline void fake_set_self(struct fake *fake, const char *text)
{
	fake->self[0] = '\0';
	if (*text != '-')
		snprintf(fake->self, sizeof(fake->self), "0::%s\n", text);
}

/* Both averages over 10 s, in percent; "-" for none */
static inline void fake_set_pressure(char *buf, size_t size, const char *text)
{
	buf[0] = '\0';
	if (*text != '-')
		snprintf(buf, size, "some avg10=%s.50 avg60=0.00 avg300=0.00 total=1\n"
			 "full avg10=%s.25 avg60=0.00 avg300=0.00 total=1\n", text, text);
}

static inline void fake_set_host(struct fake *fake, const char *key, const char *text)
{
	fake->has_host = true;
	for (size_t i = 0; i < FAKE_HOST_KEYS; i++) {
		if (strcmp(fake_host_keys[i], key))
			continue;
		fake->has_host_key[i] = *text != '-';
		if (*text != '-')
			fake_set(&fake->host[i], text);
		return;
	}
	if (strcmp(key, "zram") == 0)
		snprintf(fake->zram + strlen(fake->zram), sizeof(fake->zram) - strlen(fake->zram),
			 "4096 1024 %s 0 9 0 0 0 0\n", text);
	else if (strcmp(key, "psi") == 0)
		fake_set_pressure(fake->pressure, sizeof(fake->pressure), text);
	else if (strcmp(key, "io") == 0)
		fake_set_pressure(fake->io, sizeof(fake->io), text);
	else if (strcmp(key, "self") == 0)
		fake_set_self(fake, text);
	else
		fake_wrong("no key of the host", key);
}

static inline void fake_set_clock(struct fake *fake, const char *text)
{
	uint64_t boot = fake->time.boot - fake->time.monotonic;
	uint64_t wall = fake->time.wall - fake->time.monotonic;
	double seconds = strtod(text, NULL);

	if (seconds > 0)
		fake->nr_stalled = 0;
	if (*text == '+')
		fake->time.monotonic += seconds * NS_PER_S;
	else
		fake->time.monotonic = seconds * NS_PER_S;
	fake->time.boot = fake->time.monotonic + boot;
	fake->time.wall = fake->time.monotonic + wall;
}

/* The last line of a hook comes first, and counts */
static inline void fake_set_hook(struct fake *fake, const char *name, bool attached)
{
	size_t n = strlen(name) + 3, size = strlen(fake->hooks) + 1;

	if (n + size > sizeof(fake->hooks))
		fake_wrong("too many hooks", name);
	memmove(fake->hooks + n, fake->hooks, size);
	memcpy(fake->hooks, name, n - 3);
	memcpy(fake->hooks + n - 3, attached ? " 1\n" : " 0\n", 3);
}

static inline void fake_set_header(struct fake *fake, const char *key, const char *text)
{
	char ns[40];

	/* Clocks are in seconds */
	snprintf(ns, sizeof(ns), "%ss", text);
	if (strcmp(key, "boot") == 0)
		fake_set(&fake->time.boot, ns);
	else if (strcmp(key, "wall") == 0)
		fake_set(&fake->time.wall, ns);
	else if (strcmp(key, "module") == 0)
		fake->module_missing = strcmp(text, "missing") == 0;
	else if (strcmp(key, "stalls") == 0)
		fake->stalls_off = strcmp(text, "off") == 0;
	else if (strcmp(key, "psi") == 0)
		fake->psi_off = strcmp(text, "off") == 0;
	else if (strcmp(key, "shift") == 0)
		fake->shift = fake_number(text);
	else if (strcmp(key, "effort") == 0)
		fake_set(&fake->effort, text);
	else if (strncmp(key, "hook.", 5) == 0)
		fake_set_hook(fake, key + 5, strcmp(text, "off"));
	else if (strcmp(key, "boot_id") == 0)
		snprintf(fake->boot_id, sizeof(fake->boot_id), "%s", text);
	else
		fake_wrong("no key of a header", key);
}

/* --- cgroups --- */

static const char *const fake_file_names[FRAME_FILES] = {
	[FRAME_MEMORY_CURRENT] = "current", [FRAME_MEMORY_LOW] = "low",
	[FRAME_MEMORY_MIN] = "min", [FRAME_MEMORY_HIGH] = "high", [FRAME_MEMORY_MAX] = "max",
	[FRAME_MEMORY_EVENTS] = "events", [FRAME_MEMORY_EVENTS_LOCAL] = "local",
	[FRAME_MEMORY_STAT] = "stat", [FRAME_MEMORY_PRESSURE] = "psi",
	[FRAME_SWAP_CURRENT] = "swap", [FRAME_SWAP_MAX] = "swap.max",
	[FRAME_ZSWAP_CURRENT] = "zswap", [FRAME_PIDS_CURRENT] = "pids",
	[FRAME_OOM_GROUP] = "group", [FRAME_CPU_MAX] = "cpu", [FRAME_FREEZE] = "freeze",
	[FRAME_EVENTS] = "populated", [FRAME_MARKS] = "owner", [FRAME_CPU_STAT] = "cpu.used",
	[FRAME_CLAIMS] = "claims",
};

/* Marks of a cgroup, each a bit of fake_cgroup.mark */
static const char *const fake_marks[] = {
	"trusted.oomd_prefer", "trusted.oomd_avoid", "trusted.oomd_omit",
	"user.oomd_prefer", "user.oomd_avoid", "user.oomd_omit",
};

#define FAKE_AT(member)	offsetof(struct fake_cgroup, member)

static const struct {
	const char *name;
	size_t offset;
} fake_keys[] = {
	{ "id", FAKE_AT(id) }, { "error", FAKE_AT(error) },
	{ "evictions", FAKE_AT(stats.evictions) },
	{ "evictions.outside", FAKE_AT(stats.evictions_outside) },
	{ "evictions.machine", FAKE_AT(stats.evictions_machine) },
	{ "refaults", FAKE_AT(stats.refaults) }, { "samples", FAKE_AT(stats.refault_samples) },
	{ "outside", FAKE_AT(stats.returned_outside) },
	{ "machine", FAKE_AT(stats.returned_machine) },
	{ "returned", FAKE_AT(stats.returned) },
	{ "proactive", FAKE_AT(proactive.evictions) },
	{ "proactive.refaults", FAKE_AT(proactive.refaults) },
	{ "refaults.file", FAKE_AT(kind[HEADROOM_PAGE_KIND_FILE]) },
	{ "refaults.anon", FAKE_AT(kind[HEADROOM_PAGE_KIND_ANON]) },
	{ "refaults.shmem", FAKE_AT(kind[HEADROOM_PAGE_KIND_SHMEM]) },
	{ "stall", FAKE_AT(stats.stall_total) },
	{ "anon", FAKE_AT(stat[0]) }, { "file", FAKE_AT(stat[1]) }, { "shmem", FAKE_AT(stat[2]) },
	{ "unevictable", FAKE_AT(stat[3]) }, { "kernel", FAKE_AT(stat[4]) },
	{ "slab", FAKE_AT(stat[5]) }, { "sock", FAKE_AT(stat[6]) },
	{ "events.low", FAKE_AT(events[0]) }, { "events.high", FAKE_AT(events[1]) },
	{ "events.max", FAKE_AT(events[2]) }, { "events.oom", FAKE_AT(events[3]) },
	{ "events.oom_kill", FAKE_AT(events[4]) },
	{ "local.low", FAKE_AT(local[0]) }, { "local.high", FAKE_AT(local[1]) },
	{ "local.max", FAKE_AT(local[2]) },
	{ "frozen", FAKE_AT(frozen) },
	{ "trusted.oomd_prefer", FAKE_AT(mark[0]) }, { "trusted.oomd_avoid", FAKE_AT(mark[1]) },
	{ "trusted.oomd_omit", FAKE_AT(mark[2]) }, { "user.oomd_prefer", FAKE_AT(mark[3]) },
	{ "user.oomd_avoid", FAKE_AT(mark[4]) }, { "user.oomd_omit", FAKE_AT(mark[5]) },
	/* Averages in percent, totals in us */
	{ "psi.some.avg10", FAKE_AT(psi[0][0]) }, { "psi.some.avg60", FAKE_AT(psi[0][1]) },
	{ "psi.some.avg300", FAKE_AT(psi[0][2]) }, { "psi.some.total", FAKE_AT(psi[0][3]) },
	{ "psi.full.avg10", FAKE_AT(psi[1][0]) }, { "psi.full.avg60", FAKE_AT(psi[1][1]) },
	{ "psi.full.avg300", FAKE_AT(psi[1][2]) }, { "psi.full.total", FAKE_AT(psi[1][3]) },
};

static inline uint32_t fake_cause(const char *name)
{
	for (uint32_t i = 1; i < FAKE_CAUSES; i++)
		if (strcmp(headroom_stall_cause_name(i), name) == 0)
			return i;
	fake_wrong("no cause of stalls", name);
	return 0;
}

/* "LOWxN" or "LOWx+N": buckets are in order of LOW, as they are first named */
static inline void fake_set_bucket(struct headroom_bucket *bucket, const char *text)
{
	uint64_t low = strtoull(text, NULL, 10);
	const char *count = strchr(text, 'x');
	size_t i = 0;

	while (i < FAKE_BUCKETS - 1 && bucket[i].low && bucket[i].low != low)
		i++;
	if (!count || !low || (bucket[i].low && bucket[i].low != low))
		fake_wrong("no bucket", text);
	bucket[i].low = low;
	bucket[i].high = low + low / 16;
	fake_set(&bucket[i].count, count + 1);
}

static inline bool fake_set_file(struct fake_cgroup *c, const char *key, const char *text)
{
	uint32_t files = 0;

	for (size_t i = 0; i < FRAME_FILES; i++)
		if (strcmp(fake_file_names[i], key) == 0) {
			files = FRAME_BIT(i);
			if (*text != '-')
				fake_set(&c->file[i], text);
		}
	if (strcmp(key, "files") == 0)
		files = FAKE_FILES;
	if (*text == '-')
		c->files &= ~files;
	else
		c->files |= files;
	return files;
}

static inline void fake_set_held(struct fake_cgroup *c, const char *text)
{
	char *from = strdup(text), *to = strchr(from, ':');

	c->claims[0] = '\0';
	if (to) {
		*to++ = '\0';
		snprintf(c->claims, sizeof(c->claims), "memory.low %" PRIu64 " %" PRIu64 "\n",
			 fake_number(from), fake_number(to));
	}
	free(from);
}

static inline void fake_set_key(struct fake_cgroup *c, const char *key, const char *text)
{
	for (size_t i = 0; i < sizeof(fake_keys) / sizeof(fake_keys[0]); i++)
		if (strcmp(fake_keys[i].name, key) == 0) {
			fake_set((uint64_t *)((char *)c + fake_keys[i].offset), text);
			return;
		}
	if (fake_set_file(c, key, text))
		return;
	if (strcmp(key, "held") == 0)
		fake_set_held(c, text);
	else if (strcmp(key, "stats") == 0)
		c->has_stats = *text != '-';
	else if (strcmp(key, "distance") == 0)
		fake_set_bucket(c->distance, text);
	else if (strcmp(key, "forgotten") == 0)
		fake_set_bucket(c->forgotten, text);
	else if (strncmp(key, "stall.", 6) == 0)
		fake_set(&c->cause[fake_cause(key + 6)], text);
	else
		fake_wrong("no key of a cgroup", key);
}

/* Compare paths so that each cgroup is followed by its descendants */
static inline int fake_order(const char *a, const char *b)
{
	while (*a && *a == *b) {
		a++;
		b++;
	}
	return (*a == '/' ? 1 : (unsigned char)*a) - (*b == '/' ? 1 : (unsigned char)*b);
}

static inline size_t fake_index(const struct fake *fake, const char *path)
{
	size_t i = 0;

	while (i < fake->nr && strcmp(fake->cgroup[i].path, path))
		i++;
	return i;
}

static inline struct fake_cgroup *fake_add(struct fake *fake, const char *path)
{
	uint32_t of_root = FRAME_BIT(FRAME_MEMORY_STAT) | FRAME_BIT(FRAME_MEMORY_PRESSURE);
	struct fake_cgroup *c;
	size_t i = fake->nr;

	fake->cgroup = reallocarray(fake->cgroup, fake->nr + 1, sizeof(*fake->cgroup));
	if (!fake->cgroup)
		abort();
	while (i && fake_order(path, fake->cgroup[i - 1].path) < 0)
		i--;
	c = &fake->cgroup[i];
	memmove(c + 1, c, (fake->nr++ - i) * sizeof(*c));
	*c = (struct fake_cgroup){
		.files = strcmp(path, "/") ? FAKE_FILES : of_root, .has_stats = true,
	};
	snprintf(c->path, sizeof(c->path), "%s", path);
	c->file[FRAME_MEMORY_HIGH] = c->file[FRAME_MEMORY_MAX] = c->file[FRAME_SWAP_MAX] =
		c->file[FRAME_CPU_MAX] = UINT64_MAX;
	c->file[FRAME_EVENTS] = 1;
	return c;
}

static inline void fake_remove(struct fake *fake, const char *path)
{
	size_t i = fake_index(fake, path);

	if (i == fake->nr)
		fake_wrong("no cgroup", path);
	fake->nr--;
	memmove(&fake->cgroup[i], &fake->cgroup[i + 1],
		(fake->nr - i) * sizeof(*fake->cgroup));
}

/* --- stalls in flight, and blame --- */

static inline void fake_add_stalled(struct fake *fake, char *words)
{
	char *id = strsep(&words, " "), *cause = strsep(&words, " ");

	if (id && !strcmp(id, "-")) {
		fake->nr_stalled = FRAME_NONE;
		return;
	}
	if (!words || fake->nr_stalled >= FAKE_STALLED)
		fake_wrong("no stall in flight", id);
	fake->stalled[fake->nr_stalled++] = (struct headroom_stalled){
		.cgroup = fake_number(id), .cause = fake_cause(cause), .time = fake_number(words),
	};
}

static inline uint32_t fake_reason(const char *name)
{
	if (!name || strcmp(name, "merged") == 0 || strcmp(name, "unread") == 0 ||
	    strcmp(name, "again") == 0)
		return HEADROOM_REASON_DIRECT_RECLAIM;
	for (uint32_t i = 1; i < HEADROOM_REASONS; i++)
		if (strcmp(headroom_reason_name(i), name) == 0)
			return i;
	fake_wrong("no reason", name);
	return 0;
}

static inline void fake_add_blame(struct fake *fake, char *words)
{
	uint64_t id = fake_number(strsep(&words, " "));
	struct headroom_evictor *e;
	uint64_t evictor;
	uint32_t reason;
	char *pages;
	size_t v = 0;

	if (!words || strncmp(words, "by ", 3))
		fake_wrong("no blame", words ? words : "");
	words += 3;
	evictor = fake_number(strsep(&words, " "));
	while (v < fake->nr_victims && fake->victim[v].id != id)
		v++;
	if (v == FAKE_VICTIMS)
		fake_wrong("too many victims", words);
	if (v == fake->nr_victims)
		fake->victim[fake->nr_victims++] = (struct headroom_victim){ .id = id };
	e = fake->evictor[v];
	pages = strsep(&words, " ");
	reason = evictor ? fake_reason(words) : 0;
	while (e < fake->evictor[v] + fake->victim[v].nr &&
	       (e->id != evictor || e->reason != reason))
		e++;
	if (e == fake->evictor[v] + FAKE_EVICTORS)
		fake_wrong("too many evictors", pages);
	fake->victim[v].nr += e == fake->evictor[v] + fake->victim[v].nr;
	e->id = evictor;
	e->reason = reason;
	if (words && strcmp(words, "again") == 0) {
		fake_set(&e->refaults, pages);
		return;
	}
	fake_set(&e->evictions, pages);
	e->refaults = words && strcmp(words, "unread") == 0 ? 0 : e->evictions;
	e->merged = words && strcmp(words, "merged") == 0;
}

/* --- lines --- */

/* The words "KEY=VALUE" of a line */
static inline void fake_words(struct fake *fake, struct fake_cgroup *c, bool header, char *words)
{
	char *word, *value;

	while ((word = strsep(&words, " "))) {
		if (!*word)
			continue;
		value = strchr(word, '=');
		if (!value)
			fake_wrong("no '='", word);
		*value++ = '\0';
		if (c)
			fake_set_key(c, word, value);
		else if (header)
			fake_set_header(fake, word, value);
		else
			fake_set_host(fake, word, value);
	}
}

static inline void fake_line(struct fake *fake, char *line)
{
	char *words = line, *first = strsep(&words, " ");
	size_t i;

	if (*first == '@') {
		fake_set_clock(fake, first + 1);
		fake_words(fake, NULL, true, words);
	} else if (*first == '/') {
		i = fake_index(fake, first);
		fake_words(fake, i < fake->nr ? &fake->cgroup[i] : fake_add(fake, first), false,
			   words);
	} else if (strcmp(first, "host") == 0) {
		fake_words(fake, NULL, false, words);
	} else if (strcmp(first, "gone") == 0 && words) {
		fake_remove(fake, words);
	} else if (strcmp(first, "stalled") == 0) {
		fake_add_stalled(fake, words);
	} else if (strcmp(first, "blame") == 0) {
		fake_add_blame(fake, words);
	} else if (strcmp(first, "crowd") == 0 && words) {
		fake->crowd = fake_number(words);
	} else if (*first) {
		fake_wrong("no line of a frame", first);
	}
}

/** fake_change - change the machine as the lines of a text say */
static inline void fake_change(struct fake *fake, const char *text)
{
	char *copy = strdup(text), *rest = copy, *line;

	if (!copy)
		abort();
	while ((line = strsep(&rest, "\n")))
		fake_line(fake, line);
	free(copy);
}

static inline void fake_free(struct fake *fake)
{
	free(fake->cgroup);
	*fake = (struct fake){};
}

/* --- frames --- */

static inline void *fake_alloc(struct snapshot *s, size_t nr, size_t size)
{
	void *list = arena_alloc(&s->arena, (nr * size + 8) / 8 * 8);

	if (!list)
		abort();
	memset(list, 0, nr * size);
	return list;
}

static inline void fake_histogram(struct snapshot *s, const struct headroom_bucket *bucket,
				  struct headroom_histogram *h)
{
	h->bucket = fake_alloc(s, FAKE_BUCKETS, sizeof(*bucket));
	for (h->nr = 0; h->nr < FAKE_BUCKETS && bucket[h->nr].low; h->nr++)
		h->bucket[h->nr] = bucket[h->nr];
}

/* In order: file pages, of all reasons, are the first kind */
static inline void fake_add_proactive(const struct fake_cgroup *c, struct headroom_stats *stats)
{
	memmove(stats->pages + 2, stats->pages + 1,
		(stats->nr_pages++ - 1) * sizeof(*stats->pages));
	stats->pages[1] = c->proactive;
	stats->pages[1].kind = HEADROOM_PAGE_KIND_FILE;
	stats->pages[1].reason = HEADROOM_REASON_PROACTIVE;
}

static inline void fake_lists(struct snapshot *s, const struct fake_cgroup *c,
			      struct headroom_stats *stats)
{
	fake_histogram(s, c->distance, &stats->refault_distance);
	fake_histogram(s, c->forgotten, &stats->forgotten_distance);
	stats->pages = fake_alloc(s, FAKE_KINDS + 1, sizeof(*stats->pages));
	for (uint32_t i = 1; i < FAKE_KINDS; i++)
		stats->pages[stats->nr_pages++] = (struct headroom_pages){
			.kind = i, .reason = HEADROOM_REASON_KSWAPD, .refaults = c->kind[i],
		};
	fake_add_proactive(c, stats);
	stats->stall = fake_alloc(s, FAKE_CAUSES, sizeof(*stats->stall));
	for (uint32_t i = 1; i < FAKE_CAUSES; i++)
		stats->stall[stats->nr_stalls++] = (struct headroom_stall){
			.cause = i, .total = c->cause[i],
		};
}

/* The snapshot has room for all cgroups before frames point into it */
static inline struct snapshot *fake_snapshot(const struct fake *fake)
{
	struct snapshot *s = snapshot_new(NULL);

	for (size_t i = 0; s && i < fake->nr; i++) {
		struct headroom_cgroup *c = snapshot_add(s);

		if (!c)
			abort();
		*c = (struct headroom_cgroup){ .id = fake->cgroup[i].id };
		c->subtree = fake->cgroup[i].stats;
		fake_lists(s, &fake->cgroup[i], &c->subtree);
	}
	if (!s)
		abort();
	return s;
}

static inline void fake_put_text(struct frame *frame, size_t i, enum frame_file file,
				 const char *text)
{
	if (frame_set_text(frame, i, file, text, strlen(text)))
		abort();
}

static inline void fake_put_events(struct frame *frame, size_t i, enum frame_file file,
				   const uint64_t *n)
{
	char text[256];

	snprintf(text, sizeof(text),
		 "low %" PRIu64 "\nhigh %" PRIu64 "\nmax %" PRIu64 "\noom %" PRIu64 "\n"
		 "oom_kill %" PRIu64 "\noom_group_kill 0\n", n[0], n[1], n[2], n[3], n[4]);
	fake_put_text(frame, i, file, text);
}

static inline void fake_put_pressure(struct frame *frame, size_t i, const struct fake_cgroup *c)
{
	char text[256];
	int n = 0;

	for (int line = 0; line < 2; line++)
		n += snprintf(text + n, sizeof(text) - n,
			      "%s avg10=%" PRIu64 ".00 avg60=%" PRIu64 ".00 avg300=%" PRIu64
			      ".00 total=%" PRIu64 "\n", line ? "full" : "some", c->psi[line][0],
			      c->psi[line][1], c->psi[line][2], c->psi[line][3]);
	fake_put_text(frame, i, FRAME_MEMORY_PRESSURE, text);
}

static inline void fake_put_marks(struct frame *frame, size_t i, const struct fake_cgroup *c)
{
	char text[256];
	size_t n = snprintf(text, sizeof(text), "owner %" PRIu64 "\n", c->file[FRAME_MARKS]);

	for (size_t m = 0; m < sizeof(fake_marks) / sizeof(fake_marks[0]); m++)
		if (c->mark[m])
			n += snprintf(text + n, sizeof(text) - n, "%s\n", fake_marks[m]);
	fake_put_text(frame, i, FRAME_MARKS, text);
}

/* All that is not file pages is anonymous, and half of it active */
static inline void fake_put_stat(struct frame *frame, size_t i, const struct fake_cgroup *c)
{
	uint64_t current = c->file[FRAME_MEMORY_CURRENT], file = c->stat[1];
	uint64_t anon = current > file ? current - file : 0;
	char text[512];

	snprintf(text, sizeof(text),
		 "anon %" PRIu64 "\nfile %" PRIu64 "\nkernel %" PRIu64 "\nsock %" PRIu64
		 "\nshmem %" PRIu64 "\ninactive_anon %" PRIu64 "\nactive_anon %" PRIu64
		 "\nunevictable %" PRIu64 "\nslab_reclaimable %" PRIu64 "\n",
		 c->stat[0], file, c->stat[4], c->stat[6], c->stat[2], anon - anon / 2, anon / 2,
		 c->stat[3], c->stat[5]);
	fake_put_text(frame, i, FRAME_MEMORY_STAT, text);
}

static inline void fake_put_file(struct frame *frame, size_t i, enum frame_file file,
				 const struct fake_cgroup *c)
{
	char text[256];

	switch (file) {
	case FRAME_MEMORY_EVENTS:
		return fake_put_events(frame, i, file, c->events);
	case FRAME_MEMORY_EVENTS_LOCAL:
		return fake_put_events(frame, i, file, c->local);
	case FRAME_MEMORY_PRESSURE:
		return fake_put_pressure(frame, i, c);
	case FRAME_MEMORY_STAT:
		return fake_put_stat(frame, i, c);
	case FRAME_EVENTS:
		snprintf(text, sizeof(text), "populated %" PRIu64 "\nfrozen %" PRIu64 "\n",
			 c->file[file], c->frozen);
		return fake_put_text(frame, i, file, text);
	case FRAME_MARKS:
		return fake_put_marks(frame, i, c);
	case FRAME_CLAIMS:
		return *c->claims ? fake_put_text(frame, i, file, c->claims) : (void)0;
	case FRAME_CPU_STAT:
		snprintf(text, sizeof(text), "usage_usec %" PRIu64 "\nuser_usec 0\n",
			 c->file[file]);
		return fake_put_text(frame, i, file, text);
	case FRAME_CPU_MAX:
		if (c->file[file] == UINT64_MAX)
			return fake_put_text(frame, i, file, "max 100000\n");
		snprintf(text, sizeof(text), "%" PRIu64 " 100000\n", c->file[file]);
		return fake_put_text(frame, i, file, text);
	default:
		snprintf(text, sizeof(text), "%" PRIu64 "\n", c->file[file]);
		fake_put_text(frame, i, file, c->file[file] == UINT64_MAX ? "max\n" : text);
	}
}

static inline void fake_put_cgroup(struct frame *frame, const struct fake_cgroup *c,
				   const struct headroom_cgroup *stats)
{
	size_t i = frame_add(frame, c->id, c->path, c->has_stats ? stats : NULL);

	if (i == FRAME_NONE)
		abort();
	frame->cgroup[i].error = -(int)c->error;
	for (unsigned int file = 0; !c->error && file < FRAME_FILES; file++)
		if (c->files & FRAME_BIT(file))
			fake_put_file(frame, i, file, c);
}

/* A file that is not set does not exist */
static inline void fake_put_host_file(struct frame *frame, enum frame_host_file file,
				      const char *text)
{
	if (*text && frame_set_host_text(frame, file, text, strlen(text)))
		abort();
}

static inline void fake_put_host(struct frame *frame, const struct fake *fake)
{
	static const char *const lines[FAKE_HOST_KEYS] = {
		"MemAvailable", "MemTotal", "SwapFree", "SwapTotal", "Zswap",
	};
	char text[512] = "Zswapped: 1 kB\n";
	size_t n = strlen(text);

	for (size_t i = 0; i < FAKE_HOST_KEYS; i++)
		if (fake->has_host_key[i])
			n += snprintf(text + n, sizeof(text) - n, "%s: %" PRIu64 " kB\n",
				      lines[i], fake->host[i] / 1024);
	if (frame_set_host_text(frame, FRAME_MEMINFO, text, n) ||
	    frame_set_host_text(frame, FRAME_PRESSURE, fake->pressure, strlen(fake->pressure)) ||
	    frame_set_host_text(frame, FRAME_ZRAM, fake->zram, strlen(fake->zram)))
		abort();
	fake_put_host_file(frame, FRAME_IO_PRESSURE, fake->io);
	fake_put_host_file(frame, FRAME_SELF, fake->self);
}

static inline void *fake_copy(const void *list, size_t size)
{
	void *copy = malloc(size + 1);

	if (!copy)
		abort();
	return memcpy(copy, list, size);
}

static inline void fake_put_blame(struct frame *frame, const struct fake *fake)
{
	frame->blame = calloc(1, sizeof(*frame->blame));
	if (!frame->blame)
		abort();
	frame->blame->nr = fake->nr_victims;
	frame->blame->victim = fake_copy(fake->victim, sizeof(fake->victim));
	for (size_t v = 0; v < fake->nr_victims; v++)
		frame->blame->victim[v].evictor = fake_copy(fake->evictor[v],
							    sizeof(fake->evictor[v]));
}

/* Instead of the stalls and the blame that are listed */
static inline void fake_put_crowd(struct frame *frame, const struct fake *fake)
{
	const uint64_t seconds = fake->time.monotonic / 1000000000;
	struct headroom_victim *victim;

	frame->nr_stalled = fake->crowd;
	frame->stalled = calloc(fake->crowd, sizeof(*frame->stalled));
	frame->blame = calloc(1, sizeof(*frame->blame));
	victim = calloc(fake->nr, sizeof(*victim));
	if (!frame->stalled || !frame->blame || !victim)
		abort();
	for (size_t i = 0; i < fake->crowd; i++)
		frame->stalled[i] = (struct headroom_stalled){
			.pid = i + 1, .cgroup = fake->cgroup[i % fake->nr].id,
			.cause = HEADROOM_STALL_CAUSE_REFAULT, .time = 1000,
		};
	for (size_t v = 0; v < fake->nr; v++) {
		victim[v] = (struct headroom_victim){
			.id = fake->cgroup[v].id, .nr = 16,
			.evictor = calloc(16, sizeof(*victim[v].evictor)),
		};
		if (!victim[v].evictor)
			abort();
		for (size_t e = 0; e < 16; e++)
			victim[v].evictor[e] = (struct headroom_evictor){
				.id = fake->cgroup[(v + e + 1) % fake->nr].id,
				.reason = HEADROOM_REASON_KSWAPD, .evictions = seconds,
			};
	}
	frame->blame->nr = fake->nr;
	frame->blame->victim = victim;
}

/** fake_frame - read a frame of the machine; free it with frame_put() */
static inline struct frame *fake_frame(const struct fake *fake)
{
	struct frame *frame = frame_new();
	struct snapshot *s = fake->module_missing ? NULL : fake_snapshot(fake);

	if (!frame)
		abort();
	frame->time = fake->time;
	memcpy(frame->boot_id, fake->boot_id, sizeof(frame->boot_id));
	frame->page_size = 4096;
	frame->module_error = s ? 0 : -ENOENT;
	if (s) {
		frame->sample_shift = fake->shift;
		frame->snapshot = &s->s;
		frame->stalls_off = fake->stalls_off;
		frame->psi_off = fake->psi_off;
		frame->effort = fake->effort;
		if (fake->hooks[0] && frame_set_hooks(frame, fake->hooks, strlen(fake->hooks)))
			abort();
		if (fake->crowd) {
			fake_put_crowd(frame, fake);
		} else {
			frame->nr_stalled = fake->nr_stalled;
			frame->stalled = fake_copy(fake->stalled, sizeof(fake->stalled));
			fake_put_blame(frame, fake);
		}
	}
	for (size_t i = 0; i < fake->nr; i++)
		fake_put_cgroup(frame, &fake->cgroup[i], s ? &s->s.cgroup[i] : NULL);
	if (fake->has_host)
		fake_put_host(frame, fake);
	if (frame_finish(frame))
		abort();
	return frame;
}

#endif /* FRAMES_H */
