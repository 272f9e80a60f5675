/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A recording that tells an incident, on the machine of busy_machine.h
 *
 * A sixth of the time the service is alone. Then a backup takes its pages, below the same limit. When a
 * quarter of the time is over, headroomd raises the service's memory.low, and it recovers. Half of the
 * way there is a gap of 45 seconds; later, another service is throttled at its memory.high. Names of some
 * cgroups are hostile. Chance is the same in each run.
 */
#ifndef INCIDENT_MACHINE_H
#define INCIDENT_MACHINE_H

#include "busy_machine.h"
#include "store.h"

#define MIB	(1ull << 20)

/* Names that a page must show as text. The last one is as long as names can be. */
static const char *const hostile_names[] = {
	"/system.slice/\"quoted\" & 'single'.service",
	"/system.slice/line\nbreak\ttab.service",
	"/system.slice/</script><script>alert(1)</script>",
	"/system.slice/<!--<img src=x onerror=alert(1)>",
	"/system.slice/sep\xe2\x80\xa8" "arator.service",
	"/system.slice/invalid\xff\xc3.service",
	"/system.slice/gr\xc3\xbc\xc3\x9f" "e.service",
	"/system.slice/xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
	"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
	"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
};

#define HOSTILE		(sizeof(hostile_names) / sizeof(hostile_names[0]))
/* The first cgroup with a hostile name, and the one that is throttled */
#define HOSTILE_FIRST	20
#define THROTTLED	9

/**
 * struct story - an incident
 * @m: the machine
 * @length: seconds
 * @now: seconds that have passed
 * @pressure: how much the backup takes, from 0 to 1
 * @low: memory.low of the service
 * @plain: without hostile names, for pictures
 */
struct story {
	struct busy_machine *m;
	unsigned int length;
	unsigned int now;
	double pressure;
	uint64_t low;
	bool plain;
};

static inline void story_begin(struct story *s, struct busy_machine *m, unsigned int length)
{
	busy_begin(m);
	*s = (struct story){ .m = m, .length = length };
	m->cgroup[BUSY_SERVICE].current = 150 * MIB;
	m->cgroup[BUSY_BACKUP].current = 20 * MIB;
}

/* The pages that one cgroup evicts from another in this second */
static inline void story_take(struct story *s, int victim, int evictor, double pages, double back)
{
	s->m->blame[victim][evictor].evictions += busy_count(s->m, pages);
	s->m->blame[victim][evictor].refaults += busy_count(s->m, back);
}

/* The service: with pressure it reads its pages back, and waits */
static inline void story_service(struct story *s)
{
	struct busy_cgroup *c = &s->m->cgroup[BUSY_SERVICE];
	double p = s->pressure;

	busy_refault(s->m, c, 3 + 420 * p);
	busy_stall(s->m, c, HEADROOM_STALL_CAUSE_REFAULT, 2 + 380 * p, 3e5 + 6e5 * p);
	busy_stall(s->m, c, HEADROOM_STALL_CAUSE_MEMCG_RECLAIM, 60 * p, 4e5);
	busy_stall(s->m, c, HEADROOM_STALL_CAUSE_DIRECT_RECLAIM, 8 * p, 2e6);
	busy_press(s->m, c, 0.01 + 0.4 * p);
	c->current = 4096 * (uint64_t)((150 - 70 * p) * 256 + busy_count(s->m, 100));
	busy_touch(s->m, BUSY_SERVICE);
	story_take(s, 1, 0, 520 * p, 400 * p);
	story_take(s, 1, 1, 40 * p + 2, 20 * p);
}

/* The backup reads what it needs once, so that it evicts much and reads little back */
static inline void story_backup(struct story *s, bool runs)
{
	struct busy_cgroup *c = &s->m->cgroup[BUSY_BACKUP];

	if (runs) {
		busy_refault(s->m, c, 12);
		busy_stall(s->m, c, HEADROOM_STALL_CAUSE_MEMCG_RECLAIM, 30, 1e5);
		c->local.evictions += busy_count(s->m, 4000);
		story_take(s, 0, 0, 4000, 10);
	}
	c->current = 4096 * (uint64_t)((runs ? 90 + 70 * s->pressure : 20) * 256 +
				       busy_count(s->m, 100));
	busy_touch(s->m, BUSY_BACKUP);
}

static inline void story_others(struct story *s)
{
	struct busy_machine *m = s->m;
	bool throttles = s->now > s->length * 2 / 3 && s->now < s->length * 3 / 4;

	for (int i = 0; i < 4; i++) {
		int other = BUSY_NAMED + busy_chance(m) * (BUSY_CGROUPS - BUSY_NAMED);

		m->cgroup[other].current += 4096 * busy_count(m, 3);
	}
	if (throttles) {
		busy_stall(m, &m->cgroup[THROTTLED], HEADROOM_STALL_CAUSE_MEMORY_HIGH_THROTTLE, 6,
			   3e7);
		busy_stall(m, &m->cgroup[THROTTLED], HEADROOM_STALL_CAUSE_MEMORY_HIGH_RECLAIM, 20,
			   1e6);
		busy_touch(m, THROTTLED);
	}
	for (size_t i = 0; i < HOSTILE; i++) {
		busy_refault(m, &m->cgroup[HOSTILE_FIRST + i], 0.4);
		busy_touch(m, HOSTILE_FIRST + i);
	}
}

/** story_second - let a second pass */
static inline void story_second(struct story *s)
{
	bool runs = s->now > s->length / 6 && s->now < s->length * 5 / 6;
	double aim = runs ? s->low ? 0.05 : 1 : 0;

	s->now++;
	s->m->seconds++;
	s->m->time.monotonic += BUSY_SECOND;
	s->m->time.boot += BUSY_SECOND;
	s->m->time.wall += BUSY_SECOND;
	s->pressure += (aim - s->pressure) / (s->low ? 12 : 20);
	story_service(s);
	story_backup(s, runs);
	story_others(s);
	s->m->cgroup[BUSY_SLICE].current = s->m->cgroup[BUSY_SERVICE].current +
					   s->m->cgroup[BUSY_BACKUP].current;
	if (runs && s->m->cgroup[BUSY_SLICE].current > 255 * MIB)
		s->m->cgroup[BUSY_SLICE].current = 256 * MIB - 4096 * busy_count(s->m, 60);
	busy_sum(s->m);
}

/** story_frame - read a frame; free it with frame_put() */
static inline struct frame *story_frame(struct story *s)
{
	struct frame *f;

	for (size_t i = 0; !s->plain && i < HOSTILE; i++)
		snprintf(s->m->cgroup[HOSTILE_FIRST + i].path,
			 sizeof(s->m->cgroup[0].path), "%s", hostile_names[i]);
	f = busy_frame(s->m);
	busy_text(f, BUSY_SERVICE, FRAME_MEMORY_LOW, "%" PRIu64 "\n", s->low);
	busy_text(f, THROTTLED, FRAME_MEMORY_HIGH, "%llu\n", 40 * MIB);
	return f;
}

static inline void story_decide(struct store *store, int cgroup, const char *rule,
				const char *kind, const char *path, const char *text)
{
	const struct store_decision d = {
		.rule = rule, .cgroup = path, .id = cgroup + 1, .kind = kind, .text = text,
	};

	if (store && store_decide(store, &d))
		abort();
}

/* What headroomd does in this second, as its log has it; @store: NULL if it does not record that */
static inline void story_act(struct story *s, struct store *store)
{
	static const char rule[] = "shield-service", path[] = "/machine/service";
	static const char condition[] =
		"rule shield-service: /machine/service: the condition holds (refaults.outside 412/s > 20/s for 4 s)";
	static const char raised[] =
		"rule shield-service: raised memory.low of /machine/service from 0 to 160.0 MiB: /machine/backup took 93 % of its pages (refaults.outside 412/s > 20/s for 4 s)";
	static const char plain[] =
		"rule notify: /system.slice/application-9.service: notifies it: 12.0 MiB available: its memory.high is near (stall 31 % > 10 % for 10 s)";
	static const char hostile[] =
		"rule notify: </script><b>bold</b>: notifies it: 12.0 MiB available";

	if (s->now == s->length / 4) {
		story_decide(store, BUSY_SERVICE, rule, "decision", path, condition);
		story_decide(store, BUSY_SERVICE, rule, "knob", path, raised);
		s->low = 160 * MIB;
	} else if (s->now == s->length * 2 / 3 + 10) {
		story_decide(store, THROTTLED, "notify", "deed", s->m->cgroup[THROTTLED].path,
			     s->plain ? plain : hostile);
	} else if (s->now == s->length * 11 / 12) {
		story_decide(store, BUSY_SERVICE, rule, "knob", path,
			     "rule shield-service: restored memory.low of /machine/service from 160.0 MiB to 0");
		s->low = 0;
	}
}

/**
 * struct story_part - which part of an incident is written
 * @first: the first second
 * @last: the last one
 * @plain: as in struct story
 */
struct story_part {
	unsigned int first;
	unsigned int last;
	bool plain;
};

/* A frame takes chances, so it is made even if it is not written */
static inline void story_record(struct story *s, struct store *store)
{
	struct frame *frame = story_frame(s);

	if (store && store_append(store, frame))
		abort();
	story_act(s, store);
	if (store && store_commit(store))
		abort();
	frame_put(frame);
}

/** story_write - append a part of an incident of @length seconds to a recording, a frame each */
static inline void story_write(const char *path, unsigned int length, const struct story_part *part)
{
	const struct store_keep all = {};
	struct busy_machine *m = malloc(sizeof(*m));
	struct story s;
	struct store *store;

	if (!m || store_create(&store, path, &all))
		abort();
	story_begin(&s, m, length);
	s.plain = part->plain;
	while (s.now < length && s.now < part->last) {
		story_second(&s);
		if (s.now >= length / 2 && s.now < length / 2 + 45)
			continue;
		story_record(&s, s.now >= part->first ? store : NULL);
	}
	store_close(store);
	free(m);
}

#endif /* INCIDENT_MACHINE_H */
