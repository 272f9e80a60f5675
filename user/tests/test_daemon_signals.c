// SPDX-License-Identifier: GPL-2.0
/*
 * Signals: the value and the interval of each, and all reasons to be blind
 *
 * Each case reads the cgroup /a in two frames that are 2 s apart.
 */
#include <math.h>

#include "frames.h"
#include "losses.h"
#include "signals.h"
#include "tap.h"

#define MIB	0x1p20

static const char machine[] =
	"@10\n"
	"host free=1G total=4G swapfree=256M swaptotal=1G zswap=64M zram=1048576 psi=5\n"
	"/ id=1\n"
	"/a id=2 current=100M swap=10M zswap=4M pids=7 anon=60M file=40M shmem=1M\n"
	"/a evictions=1000000\n"
	"/a/x id=3\n"
	"/a-b id=4\n"
	"/b id=5\n"
	"/b/1 id=6\n"
	"/b/2 id=7\n";

/**
 * struct signal_case - a change of the machine, and the value of a signal behind it
 * @delta: the value is that of a change, and needs a previous frame
 * @low: if not as @value; so are the rest
 * @zero: @whole is 0, and not missing
 */
struct signal_case {
	const char *signal;
	const char *change;
	double value;
	bool delta;
	double low;
	double high;
	double whole;
	bool zero;
	struct signal_argument argument;
};

#define NOW(signal_, change_, value_, ...)							\
	{ .signal = signal_, .change = change_, .value = value_, ## __VA_ARGS__ }
/* The value is that of a change */
#define DELTA(signal_, change_, value_, ...)							\
	NOW(signal_, change_, value_, .delta = true, ## __VA_ARGS__)
#define RANGE(low_, high_)	.low = low_, .high = high_
#define CAUSE(name)	DELTA("stall." name, "/a stall." name "=+1s", 0.5)
#define BLAME(path_)	.argument = { .path = path_ }
#define SHARE(share_)	.argument = { .share = share_ }
#define WORK		"/a evictions=+2000 refaults=+2000 distance=9000x+2000"

static const struct signal_case cases[] = {
	DELTA("stall", "/a stall=+1s", 0.5),
	CAUSE("direct_reclaim"), CAUSE("memcg_reclaim"), CAUSE("memory_high_reclaim"),
	CAUSE("memory_high_throttle"), CAUSE("refault"), CAUSE("swap_in"), CAUSE("compaction"),
	CAUSE("other"), CAUSE("throttled_writeback"), CAUSE("throttled_isolated"),
	CAUSE("throttled_noprogress"), CAUSE("throttled_congested"), CAUSE("proactive_reclaim"),
	/* Children count; neighbours, and requests to reclaim, do not */
	NOW("stall.tasks", "stalled 2 swap_in 1s\nstalled 3 refault 3s\nstalled 4 refault 8s\n"
			 "stalled 1 refault 8s\nstalled 3 proactive_reclaim 9s", 2),
	NOW("stall.longest", "stalled 2 swap_in 1s\nstalled 3 refault 3s\nstalled 4 refault 8s\n"
			   "stalled 1 refault 8s\nstalled 3 proactive_reclaim 9s", 3),
	DELTA("refaults", "/a refaults=+100", 50),
	DELTA("refaults.file", "/a refaults.file=+100 refaults.anon=+7", 50),
	DELTA("refaults.anon", "/a refaults.anon=+100 refaults.shmem=+7", 50),
	DELTA("refaults.shmem", "/a refaults.shmem=+100 refaults.file=+7", 50),
	DELTA("refaults.outside", "/a refaults=+200 outside=+100", 50),
	DELTA("refaults.machine", "/a outside=+200 machine=+100", 50),
	DELTA("refaults.per_eviction", "/a refaults=+100 evictions=+400", 0.25),
	DELTA("evictions", "/a evictions=+100", 50),
	DELTA("evictions.outside", "/a evictions=+200 evictions.outside=+100", 50),
	DELTA("evictions.machine", "/a evictions.outside=+200 evictions.machine=+100", 50),
	/* Between the bounds of the bucket */
	DELTA("extra", WORK, 9277.5 * 4096, RANGE(9158 * 4096, 9379 * 4096), SHARE(0.95)),
	DELTA("extra", WORK, 9211 * 4096, RANGE(9086 * 4096, 9314 * 4096), SHARE(0.5)),
	DELTA("horizon", WORK " forgotten=5000x+100", 5000 * 4096),
	DELTA("horizon", WORK " forgotten=5000x+20", INFINITY),
	/* Evictors that spread over children, and victims that do */
	DELTA("blame", "blame 2 by 6 +30\nblame 2 by 7 +20\nblame 3 by 5 +10\nblame 2 by 4 +40\n"
		   "blame 4 by 4 +90", 0.6, BLAME("/b")),
	DELTA("blame", "blame 2 by 6 +30\nblame 2 by 7 +20\nblame 3 by 5 +50", 0.2, BLAME("/b/2")),
	DELTA("blame", "blame 2 by 5 +50\nblame 2 by 0 +25\nblame 3 by 1 +25 merged", 0.5,
	      RANGE(0.5, 1), BLAME("/b")),
	/* An evictor that is not in the frame */
	DELTA("blame", "blame 2 by 5 +50\nblame 2 by 99 +50", 0.5, RANGE(0.5, 1), BLAME("/b")),
	DELTA("blame", "blame 2 by 5 +50", 0, BLAME("/c")),
	DELTA("blame", "blame 4 by 5 +50", 0, BLAME("/b")),
	NOW("memory.current", "/a current=50M", 50 * MIB),
	NOW("memory.current", "/a current=50M max=200M high=100M", 50 * MIB, .whole = 100 * MIB),
	NOW("memory.low", "/a low=20M", 20 * MIB),
	NOW("memory.min", "/a min=20M", 20 * MIB),
	NOW("memory.high", "/a high=20M", 20 * MIB),
	NOW("memory.high", "/a high=max", INFINITY),
	NOW("memory.max", "/a max=20M", 20 * MIB),
	NOW("memory.anon", "", 60 * MIB),
	NOW("memory.file", "", 40 * MIB),
	NOW("memory.shmem", "", 1 * MIB),
	DELTA("memory.growth", "/a current=+50M", 25 * MIB),
	DELTA("memory.growth", "/a current=50M", -25 * MIB),
	DELTA("memory.events.low", "/a events.low=+4", 2),
	DELTA("memory.events.high", "/a events.high=+4", 2),
	DELTA("memory.events.max", "/a events.max=+4", 2),
	DELTA("oom", "/a events.oom=+4", 2),
	DELTA("oom.kills", "/a events.oom_kill=+4", 2),
	NOW("swap.current", "", 10 * MIB),
	NOW("swap.current", "/a swap.max=40M", 10 * MIB, .whole = 40 * MIB),
	NOW("zswap.current", "", 4 * MIB),
	NOW("pids", "", 7),
	NOW("age", "", 2),
	DELTA("psi.some", "/a psi.some.total=+1000000", 0.5),
	DELTA("psi.full", "/a psi.full.total=+500000", 0.25),
	NOW("psi.some.avg10", "/a psi.some.avg10=5", 0.05),
	NOW("psi.some.avg60", "/a psi.some.avg60=5", 0.05),
	NOW("psi.some.avg300", "/a psi.some.avg300=5", 0.05),
	NOW("psi.full.avg10", "/a psi.full.avg10=5", 0.05),
	NOW("psi.full.avg60", "/a psi.full.avg60=5", 0.05),
	NOW("psi.full.avg300", "/a psi.full.avg300=5", 0.05),
	NOW("host.free", "", 1024 * MIB, .whole = 4096 * MIB),
	NOW("host.psi.some", "", 0.055),
	NOW("host.psi.full", "", 0.0525),
	NOW("swap.free", "", 256 * MIB, .whole = 1024 * MIB),
	NOW("zswap.used", "", 64 * MIB, .whole = 4096 * MIB),
	/* Two devices */
	NOW("zram.used", "host zram=2097152", 3 * MIB, .whole = 4096 * MIB),
};

#define NR_CASES	(sizeof(cases) / sizeof(cases[0]))

/* The signal in two frames, with more changes before the first and before the second */
static struct sample read_changed(const struct signal_case *c, const char *first,
				  const char *second)
{
	const struct signal *signal = signal_find(c->signal, strlen(c->signal));
	struct losses losses = {};
	struct fake fake = {};
	struct sample s = {};
	struct view view;

	fake_change(&fake, machine);
	fake_change(&fake, first);
	view = (struct view){
		.before = fake_frame(&fake), .cgroup = 1, .cgroup_before = 1, .seconds = 2,
		.losses = &losses, .seen = 10 * NS_PER_S, .born = true,
	};
	fake_change(&fake, "@+2");
	fake_change(&fake, c->change);
	fake_change(&fake, second);
	view.now = fake_frame(&fake);
	if (ok(signal, "%s is in the table", c->signal))
		s = signal_read(signal, &view, &c->argument);
	losses_clear(&losses);
	frame_put((struct frame *)view.before);
	frame_put((struct frame *)view.now);
	fake_free(&fake);
	return s;
}

static bool about(double got, double want)
{
	return got == want || (!isinf(want) && fabs(got - want) <= fabs(want) * 0.001);
}

static void is_sample(const struct sample *s, const struct signal_case *c, const char *name)
{
	double low = c->low || c->high ? c->low : c->value;
	double high = c->low || c->high ? c->high : c->value;

	if (!ok(!s->blind && about(s->value, c->value) && about(s->low, low) &&
		about(s->high, high) && about(s->whole, c->whole) &&
		s->has_whole == (c->whole || c->zero), "%s: %s", c->signal, name))
		printf("# got %g (%g to %g) of %g, %s, want %g (%g to %g) of %g\n", s->value,
		       s->low, s->high, s->whole, s->blind ? s->blind : "not blind", c->value,
		       low, high, c->whole);
}

static void is_blind(const struct sample *s, const struct signal_case *c, const char *why)
{
	if (!ok(s->blind && strstr(s->blind, why), "%s: blind, %s", c->signal, why))
		printf("# got %g (%s)\n", s->value, s->blind ? s->blind : "not blind");
}

static const struct signal_case *case_of(const struct signal *signal)
{
	for (size_t i = 0; i < NR_CASES; i++)
		if (strcmp(cases[i].signal, signal->name) == 0)
			return &cases[i];
	return NULL;
}

static void check_table(void)
{
	const struct signal *signal = NULL;

	while ((signal = signal_next(signal))) {
		ok(case_of(signal), "%s has a case", signal->name);
		ok(signal_find(signal->name, strlen(signal->name)) == signal,
		   "%s has a name of its own", signal->name);
		ok(signal->meaning && *signal->meaning, "%s has a meaning", signal->name);
	}
}

static void check_values(void)
{
	for (size_t i = 0; i < NR_CASES; i++) {
		struct sample s = read_changed(&cases[i], "", "");

		is_sample(&s, &cases[i], "its value");
	}
}

/* Behind a gap, or for a new cgroup, only signals that are no change have a value */
static void check_no_previous(const struct signal *signal, const struct signal_case *c)
{
	struct fake fake = {};
	struct losses losses = {};
	struct view view = {
		.cgroup = 1, .cgroup_before = FRAME_NONE, .losses = &losses, .seen = 10 * NS_PER_S,
	};
	struct sample s;

	fake_change(&fake, machine);
	fake_change(&fake, "@+2");
	fake_change(&fake, c->change);
	view.now = fake_frame(&fake);
	view.born = true;
	s = signal_read(signal, &view, &c->argument);
	if (c->delta)
		is_blind(&s, c, "there is no previous frame");
	else
		is_sample(&s, c, "it needs no previous frame");
	frame_put((struct frame *)view.now);
	fake_free(&fake);
}

/* Without the module, signals of files have their values */
static void check_module(const struct signal *signal, const struct signal_case *c)
{
	struct sample s = read_changed(c, "", "@+0 module=missing");

	if (signal->wish.stats)
		is_blind(&s, c, "the module does not answer");
	else
		is_sample(&s, c, "it needs no module");
	s = read_changed(c, "@+0 module=missing", "@+0 module=ok");
	if (signal->wish.stats && c->delta)
		is_blind(&s, c, "there is no previous frame");
	else
		is_sample(&s, c, "it needs no module in the frame before");
	if (!signal->wish.stats || !c->delta || signal->wish.blame)
		return;
	s = read_changed(c, "", "/a stats=-");
	is_blind(&s, c, "the module does not know the cgroup");
	s = read_changed(c, "/a stats=-", "/a stats=1");
	is_blind(&s, c, "there is no previous frame");
}

/* All counters of a module that was reloaded, but some have more than before */
static void check_reload(const struct signal *signal, const struct signal_case *c)
{
	static const char *const had[] = {
		"/a evictions=2000000", "/a refaults=1000000", "/a stall=1000s",
	};
	struct sample s;

	if (!signal->wish.stats || !c->delta || signal->wish.blame)
		return;
	for (size_t i = 0; i < sizeof(had) / sizeof(had[0]); i++) {
		s = read_changed(c, had[i], "/a evictions=1000000 refaults=1 stall=1s");
		is_blind(&s, c, "began again");
	}
}

/* A module that was reloaded, and whose counters have passed their old values all the same */
static void check_passed(const struct signal *signal, const struct signal_case *c)
{
	struct sample s = read_changed(c, "@+0 effort=5000", "@+0 effort=400");

	if (!signal->wish.stats || !c->delta)
		is_sample(&s, c, "no counter that began again");
	else
		is_blind(&s, c, "began again");
	s = read_changed(c, "@+0 effort=5000", "@+0 effort=5001");
	is_sample(&s, c, "the module has worked");
}

static void check_files(const struct signal *signal, const struct signal_case *c)
{
	bool psi = signal->wish.files & FRAME_BIT(FRAME_MEMORY_PRESSURE);
	struct sample s;

	if (!signal->wish.files)
		return;
	s = read_changed(c, "", "/a files=-");
	is_blind(&s, c, psi ? "accounts no pressure" : "no such file");
	s = read_changed(c, "", "/a error=13");
	is_blind(&s, c, psi ? "accounts no pressure" : "cannot be read");
	if (!c->delta)
		return;
	s = read_changed(c, "/a files=-", "/a current=1 events=0 psi=0");
	is_blind(&s, c, "there is no previous frame");
}

static void check_host_files(const struct signal *signal, const struct signal_case *c)
{
	bool psi = signal->wish.host_files & FRAME_BIT(FRAME_PRESSURE);
	struct sample s;

	if (!signal->wish.host_files)
		return;
	s = read_changed(c, "", "host free=- total=- swapfree=- swaptotal=- zswap=- psi=-");
	is_blind(&s, c, psi ? "accounts no pressure" : "no such line");
}

/* A change that attaches or detaches the first of hooks that replace each other, and the others */
static void set_hooks(char change[512], const char *names, bool first, bool others)
{
	char *copy = strdup(names), *rest = copy, *name;
	bool attached = first;
	size_t n = 0;

	while ((name = strsep(&rest, " "))) {
		if (strcmp(name, "or") == 0)
			continue;
		n += snprintf(change + n, 512 - n, "@+0 hook.%s=%s\n", name,
			      attached ? "on" : "off");
		attached = others;
	}
	free(copy);
}

static void check_hook(const struct signal_case *c, const struct signal_hook *hook, bool part)
{
	char on[512], off[512], one[512];
	struct sample s[4];

	set_hooks(on, hook->names, true, true);
	set_hooks(off, hook->names, false, false);
	set_hooks(one, hook->names, true, false);
	s[0] = read_changed(c, off, "");
	/* Detached, or attached, since the frame before */
	s[1] = read_changed(c, on, off);
	s[2] = read_changed(c, off, on);
	for (int i = 0; i < 3; i++)
		if (part)
			ok(!s[i].blind && isinf(s[i].high) && about(s[i].value, c->value) &&
			   s[i].lacks && strcmp(s[i].lacks, hook->names) == 0,
			   "%s: a lower bound without %s", c->signal, hook->names);
		else
			is_blind(&s[i], c, hook->names);
	s[3] = read_changed(c, one, "");
	is_sample(&s[3], c, "with one of the hooks");
}

static void check_hooks(const struct signal *signal, const struct signal_case *c)
{
	const struct signal_hook *hook;
	struct sample s = read_changed(c, "@+0 hook.of_a_later_module=off", "");

	is_sample(&s, c, "a hook that it does not need is not attached");
	ok(!signal->wish.stats || signal->hooks || signal->parts ||
	   strcmp(signal->name, "refaults.file") == 0, "%s says what hooks it needs", signal->name);
	for (hook = signal->hooks; hook && hook->bits; hook++)
		check_hook(c, hook, false);
	for (hook = signal->parts; hook && hook->bits; hook++)
		check_hook(c, hook, true);
}

static void check_blind(void)
{
	const struct signal *signal = NULL;
	const struct signal_case *c;

	while ((signal = signal_next(signal))) {
		c = case_of(signal);
		if (!c)
			continue;
		check_no_previous(signal, c);
		check_module(signal, c);
		check_reload(signal, c);
		check_passed(signal, c);
		check_hooks(signal, c);
		check_files(signal, c);
		check_host_files(signal, c);
	}
}

static const struct {
	struct signal_case c;
	const char *first;
	const char *second;
	const char *why;
} reasons[] = {
	{ NOW("swap.free", "", 0), "", "host swapfree=0 swaptotal=0", "no swap" },
	{ NOW("zram.used", "host zram=many", 0), "", "", "cannot be parsed" },
	{ NOW("stall", "/a stall=+1s", 0), "", "@+0 stalls=off", "does not track stalls" },
	{ NOW("stall", "", 0), "@+0 stalls=off", "@+0 stalls=on", "does not track stalls" },
	{ NOW("stall.refault", "", 0), "", "@+0 stalls=off", "does not track stalls" },
	{ NOW("stall.tasks", "", 0), "", "@+0 stalls=off", "does not track stalls" },
	{ NOW("stall.longest", "", 0), "", "@+0 stalls=off", "does not track stalls" },
	{ NOW("stall", "/a stall=+1s", 0), "", "@+0 psi=off", "boot with psi=1" },
	{ NOW("stall.swap_in", "", 0), "@+0 psi=off", "", "boot with psi=1" },
	{ NOW("stall.memcg_reclaim", "", 0), "@+0 psi=off", "@+0 psi=on", "boot with psi=1" },
	{ NOW("stall.longest", "", 0), "", "@+0 psi=off", "boot with psi=1" },
	/* What is wrong with all stalls comes before a hook, which they would attach */
	{ NOW("stall.refault", "", 0), "", "@+0 stalls=off hook.sched_switch=off",
	  "does not track stalls" },
	{ NOW("refaults", "/a refaults=+100", 0), "@+0 shift=6", "@+0 shift=4", "was changed" },
	{ NOW("refaults.file", "/a refaults.file=+9", 0), "", "@+0 shift=1", "was changed" },
	{ NOW("refaults.outside", "/a outside=+9", 0), "@+0 shift=1", "@+0 shift=0", "was changed" },
	{ NOW("refaults.per_eviction", "", 0), "", "@+0 shift=1", "was changed" },
	{ NOW("extra", WORK, 0, SHARE(0.95)), "@+0 shift=6", "@+0 shift=4", "was changed" },
	{ NOW("horizon", WORK, 0), "@+0 shift=6", "@+0 shift=4", "was changed" },
	{ NOW("oom", "", 0), "/a events.oom=5", "/a events.oom=4", "began again" },
	{ NOW("psi.some", "", 0), "/a psi.some.total=5", "/a psi.some.total=4", "began again" },
	{ NOW("memory.current", "", 0), "", "/a current=-", "no such file" },
	{ NOW("memory.anon", "", 0), "", "/a stat=-", "no such file" },
};

static void check_reasons(void)
{
	for (size_t i = 0; i < sizeof(reasons) / sizeof(reasons[0]); i++) {
		struct sample s = read_changed(&reasons[i].c, reasons[i].first,
					       reasons[i].second);

		is_blind(&s, &reasons[i].c, reasons[i].why);
	}
}

/* What a share is a share of, from the limits of the cgroup and its ancestors */
static void check_limits(void)
{
	static const struct {
		struct signal_case c;
		const char *name;
	} limits[] = {
		{ NOW("memory.current", "/a max=200M", 100 * MIB, .whole = 200 * MIB), "max" },
		{ NOW("memory.current", "/a high=150M", 100 * MIB, .whole = 150 * MIB), "high" },
		{ NOW("memory.current", "/ max=120M", 100 * MIB, .whole = 120 * MIB),
		  "the max of an ancestor" },
		{ NOW("memory.current", "/a max=- high=-", 100 * MIB), "no limit, no share" },
		{ NOW("memory.current", "/a max=0", 100 * MIB, .zero = true), "a limit of 0" },
		{ NOW("memory.current", "/a max=200M high=0", 100 * MIB, .zero = true), "the least is 0" },
		{ NOW("memory.current", "/a high=200M\n/ max=0", 100 * MIB, .zero = true),
		  "that of an ancestor is 0" },
		{ NOW("swap.current", "/a swap.max=0", 10 * MIB, .zero = true), "a limit of 0" },
		{ NOW("swap.current", "/ swap.max=20M", 10 * MIB, .whole = 20 * MIB),
		  "the limit of an ancestor" },
		{ NOW("swap.current", "", 10 * MIB), "no limit, no share" },
	};

	for (size_t i = 0; i < sizeof(limits) / sizeof(limits[0]); i++) {
		struct sample s = read_changed(&limits[i].c, "", "");

		is_sample(&s, &limits[i].c, limits[i].name);
	}
}

/* The age of a cgroup that was there at first has no upper bound */
static void check_age(void)
{
	struct fake fake = {};
	struct view view = { .cgroup = 1, .cgroup_before = FRAME_NONE, .seen = 4 * NS_PER_S };
	const struct signal_case at_least = NOW("age", "", 6, .low = 6, .high = INFINITY);
	struct sample s;

	fake_change(&fake, machine);
	view.now = fake_frame(&fake);
	s = signal_read(signal_find("age", 3), &view, &at_least.argument);
	is_sample(&s, &at_least, "of a cgroup that was there at first");
	frame_put((struct frame *)view.now);
	fake_free(&fake);
}

/* One page in 64 is tracked: 6400 refaults in 2 s are 100 samples, and a Poisson count */
#define WIDTH		(1.96 * sqrt(101) * 64 / 2)
#define NONE_WIDTH	(1.96 * 64 / 2)

static void check_sampled(void)
{
	const struct {
		struct signal_case c;
		const char *name;
	} sampled[] = {
		{ DELTA("refaults", "/a refaults=+6400 samples=+100", 3200,
			RANGE(3200 - WIDTH, 3200 + WIDTH)), "an interval" },
		{ DELTA("refaults.file", "/a refaults=+6400 samples=+100 refaults.file=+6400", 3200,
			RANGE(3200 - WIDTH, 3200 + WIDTH)), "an interval" },
		{ DELTA("refaults.outside", "/a refaults=+6400 samples=+100 outside=+6400", 3200,
			RANGE(3200 - WIDTH, 3200 + WIDTH)), "an interval" },
		{ DELTA("refaults.outside", "/a refaults=+6400 samples=+100", 0, RANGE(0, NONE_WIDTH)),
		  "none were sampled, which is not none" },
		{ DELTA("refaults.per_eviction", "/a refaults=+6400 samples=+100 evictions=+12800", 0.5,
			RANGE(0.5 - WIDTH / 6400, 0.5 + WIDTH / 6400)), "an interval" },
		{ DELTA("evictions", "/a evictions=+6400", 3200), "exact" },
		{ DELTA("evictions.outside", "/a evictions.outside=+6400", 3200), "exact" },
		{ DELTA("stall", "/a stall=+1s", 0.5), "exact" },
		{ DELTA("evictions", "/a evictions=+6400\n@+0 shift=4", 3200),
		  "exact across a change of the factor" },
		{ DELTA("stall.direct_reclaim", "/a stall.direct_reclaim=+1s\n@+0 psi=off", 0.5),
		  "exact without PSI" },
	};

	for (size_t i = 0; i < sizeof(sampled) / sizeof(sampled[0]); i++) {
		struct sample s = read_changed(&sampled[i].c, "@+0 shift=6", "");

		is_sample(&s, &sampled[i].c, sampled[i].name);
	}
}

/* A cgroup without evictions and refaults wasted none: an idle one must not be unknown */
static void check_per_eviction(void)
{
	const struct signal_case idle = NOW("refaults.per_eviction", "", 0);
	const struct signal_case coming_back = NOW("refaults.per_eviction", "/a refaults=+5", 0);
	struct sample s = read_changed(&idle, "", "");

	is_sample(&s, &idle, "no evictions, no refaults");
	s = read_changed(&coming_back, "", "");
	is_blind(&s, &coming_back, "no page was evicted");
}

/* Stalls that have not ended count with what they took since the frame before */
static void check_open(void)
{
	const struct {
		const char *before;
		struct signal_case c;
		const char *name;
	} open[] = {
		{ "", DELTA("stall", "stalled 3 refault 1s", 0.5), "one that began" },
		{ "stalled 3 refault 1s", DELTA("stall", "stalled 3 refault 3s", 1), "one that lasts" },
		{ "stalled 3 refault 1s", DELTA("stall", "/a stall=+3s", 1), "one that has ended" },
		{ "stalled 3 refault 3s", DELTA("stall", "", 0), "one that ended between the readings" },
		{ "stalled 3 refault 1s", DELTA("stall", "stalled -", 0), "not known now" },
		{ "stalled -", DELTA("stall", "stalled 3 refault 3s", 0), "not known before" },
		{ "", DELTA("stall", "stalled 4 refault 1s", 0), "a neighbour's" },
		{ "", DELTA("stall", "stalled 3 proactive_reclaim 1s", 0), "a request to reclaim" },
		{ "", DELTA("stall.proactive_reclaim", "stalled 3 proactive_reclaim 1s", 0.5), "of a cause" },
		{ "", DELTA("stall.refault", "stalled 2 refault 1s\nstalled 2 swap_in 1s", 0.5),
		  "not of other causes" },
	};

	for (size_t i = 0; i < sizeof(open) / sizeof(open[0]); i++) {
		struct sample s = read_changed(&open[i].c, open[i].before, "");

		is_sample(&s, &open[i].c, open[i].name);
	}
}

static void check_names(void)
{
	ok(!signal_find("stal", 4), "a part of a name is no name");
	ok(signal_find("stall > 5", 5), "a name is found by its length");
	is_text(signal_suggest("refault.outside", 15), "refaults.outside", "a typo is recognised");
	ok(!signal_suggest("zzzzzzzzzzzzzzzzzzzz", 20), "other words are not");
	ok(!signal_suggest("refaults.outsiderefaults.outsiderefaults.outsiderefaults.outside.", 65),
	   "nor those that are too long");
}

int main(void)
{
	check_table();
	check_values();
	check_blind();
	check_reasons();
	check_limits();
	check_age();
	check_sampled();
	check_per_eviction();
	check_open();
	check_names();
	return tap_done();
}
