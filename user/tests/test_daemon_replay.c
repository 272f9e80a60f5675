// SPDX-License-Identifier: GPL-2.0
/*
 * Replays of a recording, as headroomd --replay and --compare print them
 *
 * The recordings are of a busy machine that no daemon runs on, so that all that rules would write is
 * imagined. Rules on the frames of a daemon that ran are among the cases of the engine.
 */
#include <limits.h>
#include <time.h>

#include "busy_machine.h"
#include "capture.h"
#include "clock.h"
#include "replay.h"
#include "store.h"
#include "tap.h"
#include "tree.h"

/* Of each of two boots, and of the recording that is timed; in s */
#define BOOT	20
#define LONG	660
#define FOR	5
#define RULES	10

/*
 * record - make a recording
 * @frames: number of frames
 * @step: seconds from one to the next
 * @boot: the first frame of another boot
 * @removal: the first frame without /machine/service
 */
static void record(unsigned int frames, unsigned int step, unsigned int boot, unsigned int removal)
{
	struct busy_machine *m = malloc(sizeof(*m));
	static const struct store_keep all;
	struct store *store;
	int err;

	unlink(in_dir("recording"));
	busy_begin(m);
	err = store_create(&store, in_dir("recording"), &all);
	for (unsigned int i = 0; !err && i < frames; i++) {
		struct frame *frame;

		for (unsigned int second = 0; second < step; second++)
			busy_second(m);
		m->removed = i >= removal ? BUSY_SERVICE : 0;
		frame = busy_frame(m);
		if (i >= boot) {
			strcpy(frame->boot_id, "another boot");
			frame->time.monotonic -= 39000 * NS_PER_S;
			frame->time.boot -= 39000 * NS_PER_S;
		}
		err = store_append(store, frame);
		if (!err)
			err = store_commit(store);
		frame_put(frame);
	}
	is_int(err, 0, "a recording is made");
	store_close(store);
	free(m);
}

static void put_config(const char *name, const char *when)
{
	char text[512];

	snprintf(text, sizeof(text), "[rule r]\ncgroups = /machine/*\nwhen = %s\ndo = protect max=64M\n",
		 when);
	put(name, text);
}

/* What a replay prints; valid until the next call */
static const char *replayed(const char *config)
{
	const char *text;
	int status;

	capture_begin();
	status = replay_run(in_dir("recording"), in_dir(config));
	text = capture_end();
	is_int(status, 0, "the recording is replayed");
	return text;
}

static unsigned int count(const char *text, const char *part)
{
	unsigned int nr = 0;

	for (; (text = strstr(text, part)); text++)
		nr++;
	return nr;
}

/* The second of the minute of the first line with @part, behind @text; -1 if there is none */
static int second_of(const char *text, const char *part)
{
	const char *at = text ? strstr(text, part) : NULL;
	int second = -1;

	while (at && at > text && at[-1] != '\n')
		at--;
	if (at)
		sscanf(at, "%*d-%*d-%*d %*d:%*d:%d", &second);
	return second;
}

static void check_two_boots(void)
{
	static const char held[] = "/machine/service: the condition holds";
	const char *text, *boot;
	int from, until;

	record(2 * BOOT, 1, BOOT, UINT_MAX);
	put_config("a.conf", "refaults > 100/s for 5s");
	text = replayed("a.conf");
	boot = strstr(text, "the machine was booted: durations begin again");
	is_uint(count(text, "durations begin again"), 1, "the boot is the only gap");
	ok(boot && strstr(text, held) && strstr(text, held) < boot, "a rule fires before the boot");
	from = second_of(text, "the machine was booted");
	until = second_of(boot, held);
	ok(boot && until >= 0 && (until - from + 60) % 60 >= FOR,
	   "and behind it after its duration: at %d s and %d s", from, until);
	is_uint(count(text, "raised memory.low of /machine/service from 0 to"), 2,
		"what it would write is imagined, and forgotten with the boot");
	is_uint(count(text, "outside of headroomd"), 0, "nothing seems to change it from outside");
	is_uint(count(text, "not their effect"), 1, "a replay says what it does not show");
}

static void check_compare(void)
{
	const char *const configs[2] = { strdup(in_dir("a.conf")), strdup(in_dir("b.conf")) };
	unsigned int fired = 0, held = 0;
	const char *text, *row;
	int status;

	put_config("b.conf", "refaults > 1000000/s");
	capture_begin();
	status = replay_compare(in_dir("recording"), configs);
	text = capture_end();
	is_int(status, 0, "two configurations are compared");
	row = strstr(text, "/machine/service");
	ok(row && sscanf(row, "%*s %u %u s", &fired, &held) == 2, "there is a line for the cgroup");
	is_uint(fired, 2, "the first fires once a boot");
	/* A rate needs two frames, and the duration, or a frame more, begins with the second of them */
	ok(held <= 2 * (BOOT - 2 - FOR) && held >= 2 * (BOOT - 3 - FOR),
	   "the time across the boot does not count: %u s", held);
	row = row ? strstr(row + 1, "/machine/service") : NULL;
	ok(row && sscanf(row, "%*s %u %u s", &fired, &held) == 2 && !fired && !held,
	   "the second never does");
	is_uint(count(text, "durations began again behind 1 gap\n"), 2, "each names the gap");
	is_uint(count(text, "not their effect"), 1, "a comparison says what it does not show");
	free((char *)configs[0]);
	free((char *)configs[1]);
}

/* As the daemon that wrote the recording, if it was asked for a frame each @seconds */
static void note_interval(unsigned int seconds)
{
	static const struct store_keep all = {};
	struct store *store;

	ok(!store_create(&store, in_dir("recording"), &all) &&
	   !store_note_interval(store, seconds * 1000000000ull), "the interval is noted");
	store_close(store);
}

/* The configuration expects a frame each second, and the recording has one each five */
static void check_interval(void)
{
	const char *text;

	record(BOOT, 5, UINT_MAX, UINT_MAX);
	text = replayed("a.conf");
	is_uint(count(text, "durations begin again"), 0, "fewer frames than expected are no gaps");
	ok(count(text, "/machine/service: the condition holds"), "rules fire");
	is_uint(count(text, "has a frame each 5 s"), 1, "the replay says how often it evaluates rules");
	note_interval(1);
	text = replayed("a.conf");
	is_uint(count(text, "has a frame each"), 0, "frames that were meant to come each second do not change the interval");
	ok(count(text, "durations begin again") > 2, "what was late when it was recorded is a gap");
}

static void check_removed(void)
{
	const char *const configs[2] = { strdup(in_dir("a.conf")), strdup(in_dir("a.conf")) };
	unsigned int fired = 0, held = 0;
	const char *row;

	record(2 * BOOT, 1, UINT_MAX, BOOT);
	capture_begin();
	replay_compare(in_dir("recording"), configs);
	row = strstr(capture_end(), "/machine/service");
	ok(row && sscanf(row, "%*s %u %u s", &fired, &held) == 2 && fired == 1,
	   "a rule fires for a cgroup");
	ok(held <= BOOT - 2 - FOR && held >= BOOT - 3 - FOR,
	   "the time ends when the cgroup is removed: %u s", held);
	free((char *)configs[0]);
	free((char *)configs[1]);
}

static double cpu_seconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
	return now.tv_sec + now.tv_nsec / 1e9;
}

/* Rules for all cgroups */
static void put_rules(const char *name)
{
	char text[4096] = "";

	for (int i = 1; i <= RULES; i++)
		snprintf(text + strlen(text), sizeof(text) - strlen(text),
			 "[rule r%d]\ncgroups = /**\nwhen = (refaults.outside > %d/s or psi.some.avg10 > 90 %%) and stall > 0.1 %% for 5s\n"
			 "do = protect max=%dM\n", i, 10 * i, 6 * i);
	put(name, text);
}

static void check_long(void)
{
	const char *text;
	double seconds;

	record(LONG, 1, UINT_MAX, UINT_MAX);
	text = replayed("a.conf");
	is_uint(count(text, "durations begin again"), 0, "there is no gap");
	is_uint(count(text, "raised memory.low of /machine/service from 0 to"), 1,
		"what was imagined stays for 11 minutes");
	put("late.conf", "[daemon]\ninterval = 900ms\n[rule r]\ncgroups = /machine/*\n"
	    "when = refaults > 100/s\ndo = protect max=64M\n");
	is_uint(count(replayed("late.conf"), "has a frame each"), 0,
		"frames that are a little late do not change the interval");
	put_rules("rules.conf");
	seconds = cpu_seconds();
	replayed("rules.conf");
	seconds = cpu_seconds() - seconds;
	printf("# %d s of %d cgroups and %d rules in %.2f s of CPU: %.0f times as fast\n", LONG,
	       BUSY_CGROUPS, RULES, seconds, LONG / seconds);
}

int main(void)
{
	setenv("TZ", "UTC", 1);
	make_dir();
	check_two_boots();
	check_compare();
	check_interval();
	check_removed();
	check_long();
	remove_dir();
	return tap_done();
}
