// SPDX-License-Identifier: GPL-2.0
/*
 * The ledger, on a fake cgroup tree: every value that the daemon changed is restored, and no other
 *
 * A fake cgroup can be removed only in that its directory gets another name.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "clock.h"
#include "ledger.h"
#include "ledger_file.h"
#include "tap.h"
#include "field.h"
#include "tree.h"
#include "tree_frame.h"

static struct dirs *dirs;
static struct ledger *ledger;

/* --- what fails, and what happens in between --- */

int __real_openat(int at, const char *file, int flags, ...);
int __wrap_openat(int at, const char *file, int flags, ...);
ssize_t __real_write(int fd, const void *data, size_t size);
ssize_t __wrap_write(int fd, const void *data, size_t size);
int __wrap_fsync(int fd);

/* The end of the path of files that cannot be written, and the errno; or NULL */
static const char *failing;
static int write_error;
/* The errno of fsync(), or 0 */
static int save_error;
/* Called while the ledger's file is saved; once */
static void (*during_save)(void);
/* Called between the frame and ledger_settle(); once */
static void (*after_frame)(void);

/* Cgroup files are not truncated when they are opened */
int __wrap_openat(int at, const char *file, int flags, ...)
{
	return __real_openat(at, file, flags & ~O_TRUNC);
}

static bool fails(int fd)
{
	char name[32], path[256];
	ssize_t n;

	snprintf(name, sizeof(name), "/proc/self/fd/%d", fd);
	n = readlink(name, path, sizeof(path) - 1);
	path[n < 0 ? 0 : n] = '\0';
	return failing && n >= (ssize_t)strlen(failing) &&
	       strcmp(path + n - strlen(failing), failing) == 0;
}

/* The daemon writes to cgroup files alone in this way */
ssize_t __wrap_write(int fd, const void *data, size_t size)
{
	if (fails(fd)) {
		errno = write_error;
		return -1;
	}
	if (ftruncate(fd, 0))
		abort();
	return __real_write(fd, data, size);
}

/* Without a real one: no test cuts the power */
int __wrap_fsync(int fd)
{
	void (*f)(void) = during_save;

	during_save = NULL;
	if (f)
		f();
	(void)fd;
	errno = save_error;
	return save_error ? -1 : 0;
}

/* --- rounds --- */

/* Of frames; 0 if unknown */
static uint64_t page_size;
/* The clock of frames, in seconds */
static uint64_t now;

static char events[4096];

static void note(void *arg, const struct ledger_event *e)
{
	static const char *const name[] = {
		[LEDGER_WROTE] = "wrote", [LEDGER_RESTORED] = "restored",
		[LEDGER_FAILED] = "failed", [LEDGER_OUTSIDE] = "outside",
		[LEDGER_RESET] = "reset", [LEDGER_REPAIRED] = "repaired", [LEDGER_GONE] = "gone",
	};
	size_t n = strlen(events);

	(void)arg;
	snprintf(events + n, sizeof(events) - n, "%s%s %s %" PRIu64 " %" PRIu64 "%s%s\n",
		 name[e->type], e->claim->knob == KNOB_MEMORY_MIN ? " min" : "", e->claim->path, e->from, e->to, e->error ? " " : "",
		 e->error ? strerrorname_np(-e->error) : "");
}

/* What was reported since the last call; valid until the next event */
static const char *happened(void)
{
	static char text[sizeof(events)];

	memcpy(text, events, sizeof(text));
	events[0] = '\0';
	return text;
}

struct want {
	const char *path;
	const char *rule;
	uint64_t value;
};

static const struct want nothing[1];

static void demand_all(const struct frame *frame, enum knob knob, const struct want *want)
{
	for (; want->path; want++) {
		size_t i = frame_find_path(frame, want->path);

		if (i != FRAME_NONE)
			ledger_demand(ledger, frame, i, knob, want->rule, want->value,
				      strcmp(want->rule, "heavy") ? 100 : 300, frame->cgroup[i].id);
	}
}

/* A round with demands on memory.low and on memory.min */
static int run_both(const struct want *low, const struct want *min)
{
	struct frame *frame = tree_frame(dirs);
	void (*f)(void) = after_frame;
	int err;

	frame->page_size = page_size;
	frame->time.monotonic = now * NS_PER_S;
	ledger_look(ledger, frame);
	demand_all(frame, KNOB_MEMORY_LOW, low);
	demand_all(frame, KNOB_MEMORY_MIN, min);
	after_frame = NULL;
	if (f)
		f();
	err = ledger_settle(ledger, frame);
	frame_put(frame);
	return err;
}

static int run_round(const struct want *want)
{
	return run_both(want, nothing);
}

#define WANTS(...)	((const struct want[]){ __VA_ARGS__, {} })
#define ROUND(...)	run_round(WANTS(__VA_ARGS__))

static int open_ledger(enum ledger_mode mode)
{
	dirs = dirs_new(dir);
	if (!dirs)
		abort();
	return ledger_open(&ledger, mode, in_dir("run/ledger"), dirs, note, NULL);
}

static void end(void)
{
	ledger_close(ledger);
	dirs_free(dirs);
	ledger = NULL;
	dirs = NULL;
}

/* Begin with a tree that has only /a */
static void begin_mode(enum ledger_mode mode, const char *low)
{
	clear_dir();
	events[0] = '\0';
	if (open_ledger(mode))
		abort();
	make_cgroup("a", low);
}

static void begin(const char *low)
{
	begin_mode(LEDGER_REAL, low);
}

/* Leave the claims as a daemon does that is killed, and start another one */
static void restart(void)
{
	end();
	is_int(open_ledger(LEDGER_REAL), 0, "open the ledger that was left");
	happened();
}

static bool recorded(const char *line)
{
	const char *text = get("run/ledger");

	return text && strstr(text, line);
}

static size_t claims(void)
{
	size_t nr;

	ledger_claims(ledger, &nr);
	return nr;
}

static uint64_t demanded(const char *path, const char *rule)
{
	return ledger_demanded(ledger, dirs_id(dirs, path), KNOB_MEMORY_LOW, rule);
}

/* --- demands --- */

static void check_one_rule(void)
{
	begin("4096\n");
	is_int(ledger_restore(ledger), 0, "nothing is restored without a claim");
	is_int(ROUND({ "/a", "r", 8192 }), 0, "a rule demands more than there is");
	is_uint(low_of("a"), 8192, "the file has it");
	ok(recorded(" memory.low 4096 8192 4096 /a\ndemand 8192 r\n"), "the claim is on disk");
	is_text(happened(), "wrote /a 4096 8192\n", "the write is reported");
	is_int(ROUND({ "/a", "r", 8192 }), 0, "the rule renews its demand");
	is_text(happened(), "", "nothing happens");
	is_uint(demanded("/a", "r"), 8192, "the ledger knows what it demands");
	is_int(ROUND({ "/a", "r", 16384 }), 0, "it demands more");
	is_uint(low_of("a"), 16384, "the file has it");
	ok(recorded(" memory.low 4096 16384 8192 /a\n"), "the claim keeps the original");
	is_text(happened(), "wrote /a 8192 16384\n", "the value before is reported");
	is_int(run_round(nothing), 0, "it does not renew its demand");
	is_uint(low_of("a"), 4096, "the original is restored");
	is_text(happened(), "restored /a 16384 4096\n", "that is reported");
	ok(!get("run/ledger") && !claims(), "no claim is left");
	is_uint(demanded("/a", "r"), 0, "nor a demand");
	end();
}

static void check_several_rules(void)
{
	begin("50");
	is_int(ROUND({ "/a", "r", 100 }, { "/a", "s", 300 }, { "/a", "t", 20 }), 0,
	       "three rules demand");
	is_uint(low_of("a"), 300, "the largest demand counts");
	ok(demanded("/a", "r") == 100 && demanded("/a", "s") == 300 && demanded("/a", "t") == 20,
	   "each has its own");
	ok(recorded("demand 100 r\ndemand 300 s\ndemand 20 t\n"), "all are on disk");
	ROUND({ "/a", "r", 100 }, { "/a", "t", 20 });
	is_uint(low_of("a"), 100, "without the largest, the next one counts");
	ok(!recorded(" s\n"), "the other is removed from disk");
	ROUND({ "/a", "t", 20 });
	is_uint(low_of("a"), 50, "a demand below the original changes nothing");
	is_uint(demanded("/a", "t"), 20, "but stays");
	run_round(nothing);
	ok(!claims() && low_of("a") == 50, "no claim is left");
	end();
}

static uint64_t added(void)
{
	return ledger_added(ledger);
}

/* A tenant that demands for many cgroups divides its own part of the budget */
static void check_budget(void)
{
	begin("0");
	make_cgroup("a/x", "0");
	make_cgroup("a/y", "100");
	make_cgroup("b", "50");
	ledger_set_budget(ledger, 1000);
	ROUND({ "/a/x", "r", 300 }, { "/a/y", "r", 400 }, { "/b", "s", 450 });
	ok(low_of("a/x") == 300 && low_of("a/y") == 400 && low_of("a") == 600 && low_of("b") == 450,
	   "demands that add what the budget has are granted");
	ok(!ledger_is_bounded(ledger) && added() == 1000, "no less than was demanded");
	ROUND({ "/a/x", "r", 600 }, { "/a/y", "r", 900 }, { "/b", "s", 450 });
	ok(low_of("b") == 450, "what a cgroup demands below its part is granted");
	ok(low_of("a") == 600 && low_of("a/x") == 300 && low_of("a/y") == 400,
	   "a cgroup and its children get what is left");
	ok(ledger_is_bounded(ledger) && added() == 1000, "the budget is used up");
	is_uint(demanded("/a/y", "r"), 900, "the demand stays");
	happened();
	ROUND({ "/a/x", "r", 600 }, { "/a/y", "r", 900 }, { "/b", "s", 450 });
	is_text(happened(), "", "and nothing changes while demands do not");
	ROUND({ "/a/x", "r", 600 }, { "/a/y", "r", 900 }, { "/b", "heavy", 2050 });
	ok(low_of("b") == 800 && low_of("a") == 250 && low_of("a/x") == 125 && low_of("a/y") == 225,
	   "a rule of three times the weight has three times the part");
	ROUND({ "/a/x", "r", 600 });
	ok(low_of("b") == 50 && low_of("a/x") == 600 && low_of("a/y") == 100 && low_of("a") == 600,
	   "what others give back is granted");
	ok(!ledger_is_bounded(ledger) && added() == 600, "all demands are");
	ledger_set_budget(ledger, 200);
	ROUND({ "/a/x", "r", 600 });
	ok(low_of("a/x") == 200 && low_of("a") == 200, "a smaller budget counts at once");
	run_round(nothing);
	ok(!claims() && low_of("a/x") == 0 && low_of("a") == 0, "no claim is left");
	end();

	/* An ancestor without a bound covers what is below */
	begin("max");
	make_cgroup("a/x", "0");
	ledger_set_budget(ledger, 200);
	ROUND({ "/a/x", "r", 600 });
	ok(low_of("a/x") == 200 && !strcmp(get("a/memory.low"), "max") && added() == 200,
	   "the budget counts below a cgroup without a bound");
	end();
}

/* /a with /a/x and /a/y, and /b, that have both protections */
static void begin_both(void)
{
	begin("0");
	make_cgroup("a/x", "0");
	make_cgroup("a/y", "0");
	make_cgroup("b", "0");
	put_min("a", "0");
	put_min("a/x", "0");
	put_min("a/y", "20");
	put_min("b", "0");
}

/* memory.min is a knob like memory.low: ancestors cover it, and the original comes back */
static void check_min(void)
{
	begin_both();
	run_both(WANTS({ "/a/x", "r", 300 }, { "/a/y", "r", 200 }),
		 WANTS({ "/a/x", "r", 100 }, { "/a/y", "r", 50 }));
	ok(low_of("a/x") == 300 && low_of("a/y") == 200 && low_of("a") == 500, "memory.low");
	ok(min_of("a/x") == 100 && min_of("a/y") == 50 && min_of("a") == 130 && !min_of("b"),
	   "memory.min, with the ancestor");
	is_text(happened(), "wrote /a 0 500\nwrote min /a 0 130\nwrote /a/x 0 300\n"
		"wrote min /a/x 0 100\nwrote /a/y 0 200\nwrote min /a/y 20 50\n",
		"in the order of paths, and memory.low first");
	ok(recorded(" memory.min 20 50 20 /a/y\ndemand 50 r\n"), "the claim is on disk");
	is_uint(added(), 500, "both of a cgroup add what the larger adds");
	restart();
	ROUND({ "/a/x", "r", 300 }, { "/a/y", "r", 200 });
	ok(!min_of("a/x") && min_of("a/y") == 20 && !min_of("a") && low_of("a") == 500,
	   "the next daemon gives back the one that is not demanded");
	run_round(nothing);
	ok(!claims() && !low_of("a/x") && !added(), "and the other");
	end();
}

/* An original that something else writes is none for the other knob */
static void check_min_outside(void)
{
	const struct want low[] = { { "/a/x", "r", 300 }, {} }, min[] = { { "/a/x", "r", 100 }, {} };

	begin_both();
	run_both(low, min);
	happened();
	put_min("a/x", "0");
	run_both(low, min);
	is_text(happened(), "reset min /a/x 100 0\nwrote min /a/x 0 100\n",
		"memory.min is reset: it is set once more");
	put_min("a/x", "60");
	run_both(low, nothing);
	is_text(happened(), "outside min /a/x 100 60\nrestored min /a 100 0\n",
		"something else sets it: that wins");
	ok(low_of("a/x") == 300 && low_of("a") == 300 && min_of("a/x") == 60, "memory.low stays");
	is_int(ledger_restore(ledger), 0, "restore");
	ok(!low_of("a/x") && !low_of("a") && min_of("a/x") == 60 && !min_of("a"),
	   "what something else has set stays");
	end();
}

/* The budget is divided once: what memory.low and memory.min of a cgroup add overlaps */
static void check_joint_budget(void)
{
	begin_both();
	ledger_set_budget(ledger, 1000);
	run_both(WANTS({ "/a/x", "r", 500 }, { "/b", "r", 500 }),
		 WANTS({ "/a/x", "r", 500 }, { "/b", "r", 400 }));
	ok(!ledger_is_bounded(ledger) && added() == 1000, "two demands of one cgroup count once");
	ok(min_of("a/x") == 500 && min_of("a") == 500 && min_of("b") == 400, "both are granted");
	run_both(WANTS({ "/a/x", "r", 900 }, { "/b", "r", 900 }),
		 WANTS({ "/a/x", "r", 700 }, { "/b", "r", 400 }));
	ok(ledger_is_bounded(ledger) && added() == 1000, "the budget is used up");
	ok(low_of("a/x") == 500 && low_of("a") == 500 && low_of("b") == 500,
	   "a share bounds memory.low");
	ok(min_of("a/x") == 500 && min_of("a") == 500 && min_of("b") == 400, "and memory.min");
	run_both(WANTS({ "/a/x", "r", 600 }), WANTS({ "/b", "r", 600 }));
	ok(low_of("a/x") == 500 && min_of("b") == 500 && added() == 1000,
	   "memory.min alone has a share as well");
	ledger_set_budget(ledger, 200);
	run_both(WANTS({ "/a/x", "r", 300 }), WANTS({ "/a/y", "r", 300 }));
	ok(low_of("a/x") == 100 && min_of("a/y") == 120 && low_of("a") == 100 && min_of("a") == 100,
	   "children divide what their parent has, with either");
	is_uint(added(), 200, "the parts of children add up");
	end();
}

static void check_values(void)
{
	uint64_t value = 1, original = 1;
	struct frame *frame;

	begin("50");
	make_cgroup("b", "7");
	ROUND({ "/a", "r", 100 });
	frame = tree_frame(dirs);
	ok(ledger_value(ledger, frame, 1, KNOB_MEMORY_LOW, &value, &original) && value == 100 &&
	   original == 50, "value and original of a claimed knob");
	ok(ledger_value(ledger, frame, 2, KNOB_MEMORY_LOW, &value, &original) && value == 7 &&
	   original == 7, "of one without a claim");
	ok(!ledger_value(ledger, frame, 0, KNOB_MEMORY_LOW, &value, &original),
	   "the root has no such knob");
	is_int(ledger_demand(ledger, frame, 0, KNOB_MEMORY_LOW, "r", 1, 1, 0), -ENODATA,
	       "no rule can demand one there");
	frame_put(frame);
	ok(ledger_needs(ledger, KNOB_MEMORY_LOW, "/a") &&
	   ledger_needs(ledger, KNOB_MEMORY_LOW, "/"),
	   "frames need the knob of a claim and of those above it");
	ok(!ledger_needs(ledger, KNOB_MEMORY_LOW, "/b"), "but no other");
	end();
}

static void check_max(void)
{
	begin("max\n");
	ROUND({ "/a", "r", 100 });
	is_text(get("a/memory.low"), "max\n", "no demand exceeds max");
	put("a/memory.low", "5");
	ROUND({ "/a", "r", FIELD_MAX });
	is_text(get("a/memory.low"), "max", "a demand for max is written in words");
	ROUND({ "/a", "r", 100 });
	is_uint(low_of("a"), 100, "and can be lowered");
	run_round(nothing);
	is_uint(low_of("a"), 5, "the original is restored");
	end();
}

/* What the kernel keeps of a value */
static void check_page_size(void)
{
	begin("0");
	page_size = 4096;
	ROUND({ "/a", "r", 10000 });
	is_uint(low_of("a"), 8192, "a value is in whole pages");
	ROUND({ "/a", "r", INT64_MAX });
	is_text(get("a/memory.low"), "max", "more than the kernel can count is max");
	page_size = 0;
	end();
}

/* --- ancestors --- */

/* The example at the head of ledger.c */
static void check_example(void)
{
	begin("1000");
	make_cgroup("a/x", "0");
	make_cgroup("a/y", "100");
	ROUND({ "/a/x", "r", 200 }, { "/a/y", "r", 200 });
	ok(low_of("a/x") == 200 && low_of("a/y") == 200, "two rules below an ancestor");
	is_uint(low_of("a"), 1300, "the ancestor has what was added to both");
	is_text(happened(), "wrote /a 1000 1300\nwrote /a/x 0 200\nwrote /a/y 100 200\n",
		"the ancestor is raised first");
	ROUND({ "/a/x", "r", 50 });
	is_uint(low_of("a"), 1050, "it is lowered with them");
	is_text(happened(), "restored /a/y 200 100\nwrote /a/x 200 50\nwrote /a 1300 1050\n",
		"and last");
	run_round(nothing);
	ok(low_of("a") == 1000 && low_of("a/x") == 0 && low_of("a/y") == 100 && !claims(),
	   "all originals are restored");
	end();
}

/* /p/q has no bound; /pp begins like /p */
static void begin_deep(void)
{
	begin("0");
	make_cgroup("p", "4096");
	make_cgroup("p/q", "max");
	make_cgroup("p/q/x", "0");
	make_cgroup("p/y", "8192");
	make_cgroup("pp", "0");
}

static void check_deep(void)
{
	begin_deep();
	ROUND({ "/p/q/x", "r", 10 });
	is_uint(low_of("p"), 4106, "the addition is added to the grandparent's value");
	is_text(get("p/q/memory.low"), "max", "an ancestor without a bound needs none");
	ROUND({ "/p/q/x", "r", 10 }, { "/p/y", "s", 8197 }, { "/pp", "s", 100 });
	is_uint(low_of("p"), 4111, "both additions count, the neighbour's does not");
	run_round(nothing);
	ok(low_of("p") == 4096 && low_of("p/q/x") == 0 && low_of("p/y") == 8192 &&
	   low_of("pp") == 0, "all originals are restored");
	ok(!get("run/ledger"), "no claim is left");
	end();
}

static void check_nested_rules(void)
{
	begin("10");
	make_cgroup("a/x", "0");
	make_cgroup("a/x/1", "0");
	ROUND({ "/a/x", "r", 100 }, { "/a/x/1", "s", 30 });
	ok(low_of("a/x/1") == 30 && low_of("a/x") == 100 && low_of("a") == 110,
	   "a demand on a parent covers a smaller one below");
	ROUND({ "/a/x", "r", 100 }, { "/a/x/1", "s", 300 });
	ok(low_of("a/x/1") == 300 && low_of("a/x") == 300 && low_of("a") == 310,
	   "a larger one below exceeds it");
	ROUND({ "/a/x/1", "s", 300 });
	ok(low_of("a/x") == 300 && low_of("a") == 310, "without the parent's rule it stays");
	ROUND({ "/a/x", "r", 100 });
	ok(low_of("a/x/1") == 0 && low_of("a/x") == 100 && low_of("a") == 110,
	   "the parent's rule alone");
	run_round(nothing);
	ok(low_of("a") == 10 && low_of("a/x") == 0 && !claims(), "all originals are restored");
	end();
}

static void check_ancestor_reset(void)
{
	begin("4096");
	make_cgroup("a/x", "0");
	ROUND({ "/a/x", "r", 100 });
	happened();
	put("a/memory.low", "1");
	ROUND({ "/a/x", "r", 100 });
	is_text(happened(), "repaired /a 4196 1\nwrote /a 1 101\n",
		"an ancestor that was reset is reported and repaired in the same round");
	is_uint(low_of("a"), 101, "the addition is added to the new value");
	run_round(nothing);
	is_uint(low_of("a"), 1, "the new value is restored");
	end();
}

/* An ancestor without a bound covers everything, as long as it has none */
static void check_ancestor_max(void)
{
	begin("5");
	make_cgroup("a/x", "0");
	ROUND({ "/a/x", "r", 100 });
	put("a/memory.low", "max\n");
	ROUND({ "/a/x", "r", 100 });
	is_text(get("a/memory.low"), "max\n", "an ancestor that was set to max stays so");
	run_round(nothing);
	is_text(get("a/memory.low"), "max\n", "also at the end");
	ok(!claims() && low_of("a/x") == 0, "no claim is left");
	end();
}

static void check_sum_beyond_max(void)
{
	begin("18446744073709551000");
	make_cgroup("a/x", "0");
	make_cgroup("a/y", "0");
	ROUND({ "/a/x", "r", 1000 });
	is_text(get("a/memory.low"), "max", "a sum beyond the largest number is max");
	ROUND({ "/a/x", "r", FIELD_MAX }, { "/a/y", "r", 100 });
	ok(strcmp(get("a/memory.low"), "max") == 0 && low_of("a/y") == 100,
	   "so is the sum of additions");
	ROUND({ "/a/x", "r", FIELD_MAX - 10 }, { "/a/y", "r", FIELD_MAX - 10 });
	is_text(get("a/memory.low"), "max", "even of two that are nearly max");
	run_round(nothing);
	is_text(get("a/memory.low"), "18446744073709551000", "the original is restored");
	end();
}

/* --- changes from outside --- */

static void check_outside(void)
{
	begin("0");
	make_cgroup("a/x", "0");
	ROUND({ "/a/x", "r", 100 });
	happened();
	put("a/x/memory.low", "77");
	run_round(nothing);
	is_text(happened(), "outside /a/x 100 77\nrestored /a 100 0\n",
		"a change from outside wins, and nothing is left of the claim above");
	ok(low_of("a/x") == 77 && !claims(), "its value stays");
	ROUND({ "/a/x", "r", 100 });
	is_uint(low_of("a"), 23, "it is the new original");
	put("a/x/memory.low", "88");
	ROUND({ "/a/x", "r", 100 });
	ok(low_of("a/x") == 100 && low_of("a") == 12, "a rule may demand again in the same round");
	run_round(nothing);
	ok(low_of("a/x") == 88 && low_of("a") == 0, "the new original is restored");
	end();
}

/* A value from outside may be one that the daemon has written or found before */
static void check_outside_old_value(void)
{
	begin("50");
	ROUND({ "/a", "r", 100 });
	put("a/memory.low", "50");
	happened();
	run_round(nothing);
	is_text(happened(), "reset /a 100 50\n", "the original, without a demand: it stays");
	ROUND({ "/a", "r", 100 });
	ROUND({ "/a", "r", 200 });
	put("a/memory.low", "100");
	run_round(nothing);
	is_uint(low_of("a"), 100, "the value before the last, set from outside, stays");
	end();
}

/* systemd resets a unit that it reloads; an administrator who repeats it means it */
static void check_reset(void)
{
	begin("50");
	make_cgroup("a/x", "0");
	ROUND({ "/a/x", "r", 100 });
	for (int i = 0; i < 5; i++) {
		happened();
		put("a/memory.low", "50");
		put("a/x/memory.low", "0");
		ROUND({ "/a/x", "r", 100 });
	}
	is_text(happened(), "repaired /a 150 50\nreset /a/x 100 0\nwrote /a 50 150\nwrote /a/x 0 100\n",
		"a knob that has its original again is set once more");
	ok(low_of("a") == 150 && low_of("a/x") == 100 && demanded("/a/x", "r") == 100,
	   "the demand has stayed, five times");
	put("a/x/memory.low", "0");
	run_round(nothing);
	ok(strstr(happened(), "outside /a/x 100 0\n"), "the sixth time in ten minutes it stays");
	ok(low_of("a") == 50 && !claims(), "and the demand has ended");
	now += 1;
	ROUND({ "/a/x", "r", 100 });
	put("a/x/memory.low", "0");
	now += 601;
	ROUND({ "/a/x", "r", 100 });
	is_uint(low_of("a/x"), 100, "later it is set again");
	restart();
	put("a/x/memory.low", "0");
	ROUND({ "/a/x", "r", 100 });
	is_uint(low_of("a/x"), 100, "so it is if that happened while no daemon ran");
	end();
}

static void set_77(void)
{
	put("a/memory.low", "77");
}

/* A value that was chosen for one frame is not written over another */
static void check_changed_after_frame(void)
{
	begin("0");
	make_cgroup("b", "0");
	after_frame = set_77;
	is_int(ROUND({ "/a", "r", 100 }, { "/b", "r", 100 }), 0,
	       "a value changes between the frame and the write");
	ok(low_of("a") == 77 && low_of("b") == 100, "it stays, the other is written");
	is_text(happened(), "wrote /b 0 100\n", "the next frame is to show it");
	run_round(nothing);
	ok(low_of("a") == 77 && low_of("b") == 0 && !claims(), "it is not restored, either");
	during_save = set_77;
	put("a/memory.low", "0");
	ROUND({ "/a", "r", 100 });
	is_uint(low_of("a"), 77, "the same while the ledger is saved");
	end();
}

/* --- removed and replaced cgroups --- */

static void check_removed(void)
{
	begin_deep();
	ROUND({ "/p/q/x", "r", 30 }, { "/p/y", "r", 8292 });
	happened();
	remove_cgroup("p/q");
	ROUND({ "/p/y", "r", 8292 });
	is_text(happened(), "gone /p/q/x 30 0\nwrote /p 4226 4196\n",
		"a cgroup is removed, with its parent: nothing is left of it above");
	ok(!recorded("/p/q/x"), "nor on disk");
	remove_cgroup("p");
	run_round(nothing);
	ok(!claims() && !get("run/ledger"), "all are removed");
	end();
}

static void check_replaced(void)
{
	begin("0");
	make_cgroup("a/x", "0");
	ROUND({ "/a/x", "r", 100 });
	replace_cgroup("a/x", "100");
	happened();
	ROUND({ "/a/x", "r", 150 });
	is_text(happened(), "gone /a/x 100 0\nwrote /a/x 100 150\nwrote /a 100 50\n",
		"another cgroup at the same path has its own original, even if the values agree");
	run_round(nothing);
	ok(low_of("a/x") == 100 && low_of("a") == 0, "which is restored");
	end();
}

static void swap_a(void)
{
	replace_cgroup("a", "0");
}

static void forget_dirs(void)
{
	dirs_begin_round(dirs);
	dirs_end_round(dirs);
}

/* Even if the directory has to be opened for the write */
static void swap_closed_a(void)
{
	swap_a();
	forget_dirs();
}

/* Another cgroup gets the path, with the value that the first one had, in the middle of a round */
static void check_swapped(void (**moment)(void), void (*swap)(void), const char *name)
{
	begin("0");
	*moment = swap;
	is_int(ROUND({ "/a", "r", 100 }), 0, name);
	is_text(get("a/memory.low"), "0", "the other cgroup is not written to");
	run_round(nothing);
	is_text(get("a/memory.low"), "0", "nor in the next round");
	ok(!claims() && !get("run/ledger"), "there is no claim");

	ROUND({ "/a", "r", 100 });
	*moment = swap;
	run_round(nothing);
	is_text(get("a/memory.low"), "0", "nor is it when the claim is given back");
	is_int(ledger_restore(ledger), 0, "restore");
	is_text(get("a/memory.low"), "0", "nor by that");
	ok(!get("run/ledger"), "no claim is left");
	end();
}

/* --- failures --- */

static void check_write_error(void)
{
	begin("0");
	make_cgroup("a/x", "0");
	failing = "/a/x/memory.low";
	write_error = EBUSY;
	is_int(ROUND({ "/a/x", "r", 100 }), 0, "a file that cannot be written ends no round");
	is_text(happened(), "wrote /a 0 100\nfailed /a/x 0 100 EBUSY\n", "it is reported");
	ROUND({ "/a/x", "r", 100 });
	is_text(happened(), "restored /a 100 0\n",
		"once, and the ancestor gives back its addition");
	ROUND({ "/a/x", "r", 100 });
	write_error = EINVAL;
	ROUND({ "/a/x", "r", 100 });
	is_text(happened(), "failed /a/x 0 100 EINVAL\n", "another error is reported");
	failing = NULL;
	ROUND({ "/a/x", "r", 100 });
	ROUND({ "/a/x", "r", 100 });
	ok(low_of("a/x") == 100 && low_of("a") == 100, "both have the value once it succeeds");
	failing = "/a/x/memory.low";
	run_round(nothing);
	run_round(nothing);
	ok(low_of("a/x") == 100 && low_of("a") == 100 && claims() == 2,
	   "a claim that cannot be given back stays, and so does its cover");
	failing = NULL;
	run_round(nothing);
	run_round(nothing);
	ok(low_of("a/x") == 0 && low_of("a") == 0 && !claims(), "until it can");
	end();
}

static void check_ancestor_write_error(void)
{
	begin("0");
	make_cgroup("a/x", "0");
	failing = "/a/memory.low";
	write_error = EACCES;
	ROUND({ "/a/x", "r", 100 });
	is_text(happened(), "failed /a 0 100 EACCES\nwrote /a/x 0 100\n",
		"an ancestor that cannot be written is reported");
	failing = NULL;
	ROUND({ "/a/x", "r", 100 });
	is_uint(low_of("a"), 100, "it is written once it can be");
	end();
}

/* The files of a cgroup that is being removed can still be opened */
static void check_removed_during_write(void)
{
	begin("0");
	failing = "/a/memory.low";
	write_error = ENODEV;
	ROUND({ "/a", "r", 100 });
	is_text(happened(), "", "a cgroup that is being removed is no failure");
	failing = NULL;
	ROUND({ "/a", "r", 100 });
	failing = "/a/memory.low";
	is_int(ledger_restore(ledger), 0, "its claim ends with it");
	ok(!claims() && !get("run/ledger"), "no claim is left");
	failing = NULL;
	end();
}

static void check_save_error(void)
{
	size_t nr;

	begin("0");
	make_cgroup("a/x", "0");
	save_error = EIO;
	is_int(ROUND({ "/a/x", "r", 100 }), -EIO, "a ledger that cannot be saved is an error");
	ok(low_of("a") == 0 && low_of("a/x") == 0, "nothing is changed then");
	is_text(happened(), "", "nor reported");
	ok(!get("run/ledger") && !get("run/ledger.new"), "no file is left");
	save_error = 0;
	is_int(ROUND({ "/a/x", "r", 100 }), 0, "the next round");
	ok(low_of("a") == 100 && low_of("a/x") == 100, "changes both");
	save_error = ENOSPC;
	is_int(ROUND({ "/a/x", "r", 50 }), -ENOSPC, "to lower them, it has to be saved as well");
	is_uint(ledger_claims(ledger, &nr)->written, 100, "the claim is what it was");
	is_int(run_round(nothing), -ENOSPC, "and to give them back");
	ok(low_of("a") == 100 && low_of("a/x") == 100, "nothing is changed then");
	ok(recorded("/a\n") && recorded("/a/x\n"), "the old file is whole");
	save_error = 0;
	is_int(run_round(nothing), 0, "the next round");
	ok(low_of("a") == 0 && low_of("a/x") == 0 && !get("run/ledger"), "restores both");
	end();
}

static void check_no_directory(void)
{
	begin("0");
	put("run", "");
	is_int(ROUND({ "/a", "r", 100 }), -ENOTDIR, "the ledger's directory is a file");
	is_uint(low_of("a"), 0, "nothing is changed then");
	unlink(in_dir("run"));
	is_int(ROUND({ "/a", "r", 100 }), 0, "it is made once it can be");
	run_round(nothing);
	mkdir(in_dir("run/ledger"), 0755);
	is_int(ROUND({ "/a", "r", 100 }), -EISDIR, "the ledger is a directory");
	ok(!get("run/ledger.new") && low_of("a") == 0, "nothing is left, and nothing changed");
	end();
}

/* A frame in which a file could not be read, for lack of memory, ends no claim on it */
static void check_unreadable(void)
{
	begin("0");
	make_cgroup("a/x", "0");
	make_cgroup("a/x/1", "10");
	ROUND({ "/a/x/1", "r", 110 });
	happened();
	put("a/x/1/memory.low", "?");
	ROUND({ "/a/x/1", "r", 110 });
	put("a/x/memory.low", "?");
	ROUND({ "/a/x/1", "r", 110 });
	is_text(happened(), "", "nothing happens to what cannot be read, nor above");
	is_uint(demanded("/a/x/1", "r"), 110, "the demand stays");
	put("a/x/1/memory.low", "110");
	put("a/x/memory.low", "100");
	run_round(nothing);
	ok(low_of("a/x/1") == 10 && low_of("a/x") == 0 && low_of("a") == 0 && !claims(),
	   "it is given back when it can be read again");
	put("a/x/memory.low", "max");
	ROUND({ "/a/x/1", "r", 110 });
	happened();
	put("a/x/memory.low", "?");
	ROUND({ "/a/x/1", "r", 110 });
	is_text(happened(), "", "the same in between, where there is no claim");
	end();
}

/* Neither does a frame without the cgroup */
static void check_missing_from_frame(void)
{
	struct frame *empty;

	begin("0");
	ROUND({ "/a", "r", 100 });
	happened();
	empty = frame_new();
	frame_add(empty, dirs_id(dirs, "/"), "/", NULL);
	frame_finish(empty);
	forget_dirs();
	ledger_look(ledger, empty);
	is_int(ledger_settle(ledger, empty), 0, "a frame lacks a cgroup that exists");
	is_text(happened(), "", "nothing happens");
	is_uint(demanded("/a", "r"), 100, "the demand stays");
	frame_put(empty);
	run_round(nothing);
	is_uint(low_of("a"), 0, "the original is restored when a frame has it again");
	ROUND({ "/a", "r", 100 });
	unlink(in_dir("a/memory.low"));
	happened();
	run_round(nothing);
	is_text(happened(), "gone /a 100 0\n", "a claim ends when its file is removed");
	end();
}

/* --- one ledger for a root --- */

/* Open a second ledger in another process, which is then killed; returns the result */
static int open_elsewhere(void)
{
	int err, status, result[2];
	pid_t pid;

	if (pipe(result))
		abort();
	pid = fork();
	if (!pid) {
		ledger = NULL;
		err = open_ledger(LEDGER_REAL);
		if (__real_write(result[1], &err, sizeof(err)) < 0)
			abort();
		raise(SIGKILL);
	}
	if (pid < 0 || waitpid(pid, &status, 0) != pid ||
	    read(result[0], &err, sizeof(err)) != sizeof(err))
		abort();
	close(result[0]);
	close(result[1]);
	return err;
}

static void check_lock(void)
{
	struct ledger *second, *dry;

	begin("0");
	is_int(open_elsewhere(), -EBUSY, "another process cannot open a ledger for the same root");
	is_int(ledger_open(&second, LEDGER_REAL, in_dir("other/ledger"), dirs, note, NULL), -EBUSY,
	       "not even with another file");
	ledger_close(second);
	is_int(ledger_open(&dry, LEDGER_DRY, NULL, NULL, note, NULL), 0, "one that only imagines");
	ledger_close(dry);
	end();
	is_int(open_elsewhere(), 0, "once it is closed, another process can");
	is_int(open_ledger(LEDGER_REAL), 0, "a process that was killed holds no lock");
	end();
}

/* --- the file --- */

static void check_round_trip(void)
{
	static const char name[] = "b c/memory.low 1 2  /d";
	char path[64], line[128];

	begin("0");
	snprintf(path, sizeof(path), "/%s", name);
	mkdir(in_dir("b c"), 0755);
	put("b c/memory.low", "5");
	mkdir(in_dir("b c/memory.low 1 2  "), 0755);
	put("b c/memory.low 1 2  /memory.low", "6");
	make_cgroup(name, "7");
	ROUND({ path, "a rule  with blanks ", 100 }, { "/a", "demand 1 x", FIELD_MAX });
	is_uint(low_of(name), 100, "a path with blanks");
	snprintf(line, sizeof(line), " memory.low 7 100 7 %s\ndemand 100 a rule  with blanks \n",
		 path);
	ok(recorded(line), "it is on disk, with its rule");
	restart();
	is_uint(claims(), 4, "all claims survive");
	is_uint(demanded(path, "a rule  with blanks "), 100, "a demand survives");
	is_uint(demanded("/a", "demand 1 x"), FIELD_MAX, "another one, for max");
	ROUND({ path, "a rule  with blanks ", 100 }, { "/a", "demand 1 x", FIELD_MAX });
	is_text(happened(), "", "rules go on with them");
	run_round(nothing);
	ok(low_of(name) == 7 && low_of("b c") == 5 && low_of("a") == 0, "all are restored");
	end();
}

static void refuse(const char *text)
{
	put("run/ledger", text);
	if (!ok(open_ledger(LEDGER_REAL) == -EBADMSG, "a damaged ledger is refused"))
		printf("# %s\n", text);
	end();
	is_text(get("run/ledger"), text, "and left as it is");
}

#define HEAD	"headroom-ledger 2\n"
#define CLAIM	"claim 5 memory.low 0 1 0 /a\n"

static void check_damaged(void)
{
	static const char *const damaged[] = {
		"", "garbage\n", "headroom-ledger 2", "headroom-ledger 1\nend\n", HEAD,
		HEAD "end", HEAD "end\n\n", HEAD "\nend\n", HEAD "end\nend\n",
		HEAD CLAIM, HEAD "end\n" CLAIM, HEAD "demand 1 r\nend\n",
		HEAD "claim 5 memory.low 0 1 0 /a", HEAD "claim 5 memory.low 0 1 /a\nend\n",
		HEAD "claim 5 memory.low 0 1 0 0 /a\nend\n",
		HEAD "claim 0 memory.low 0 1 0 /a\nend\n",
		HEAD "claim 5 cgroup.procs 0 1 0 /a\nend\n", HEAD "claim 5 ../x 0 1 0 /a\nend\n",
		HEAD "claim 5 memory.low -1 1 0 /a\nend\n",
		HEAD "claim 5 memory.low 0 +1 0 /a\nend\n",
		HEAD "claim 5 memory.low 0 1 0x0 /a\nend\n",
		HEAD "claim 5  memory.low 0 1 0 /a\nend\n",
		HEAD "claim 5 memory.low 0 1 18446744073709551616 /a\nend\n",
		HEAD "claim 5 memory.low 0 1 0 a\nend\n", HEAD "claim 5 memory.low 0 1 0 \nend\n",
		HEAD "claim 5 memory.low 0 1 0 /../../etc\nend\n",
		HEAD "claim 5 memory.low 0 1 0 /a/..\nend\n",
		HEAD "claim 5 memory.low 0 1 0 /a/./b\nend\n",
		HEAD CLAIM "demand 1\nend\n", HEAD CLAIM "demand 1 \nend\n",
		HEAD CLAIM "demand -1 r\nend\n", HEAD CLAIM "demand x r\nend\n",
		HEAD CLAIM "demand1 r\nend\n", HEAD CLAIM "other\nend\n",
	};

	begin("0");
	end();
	mkdir(in_dir("run"), 0755);
	for (size_t i = 0; i < sizeof(damaged) / sizeof(damaged[0]); i++)
		refuse(damaged[i]);
	put("run/ledger", HEAD CLAIM "demand 1 r\n" "end\n");
	is_int(open_ledger(LEDGER_REAL), 0, "a whole one is accepted");
	is_uint(claims(), 1, "with its claim");
	end();
}

/* Wherever the file is cut, and whichever byte is zero */
static void check_cut(void)
{
	char text[512], damaged[512];
	size_t n, refused = 0;

	begin("0");
	make_cgroup("a/xyz", "0");
	ROUND({ "/a/xyz", "rule", 100 }, { "/a", "rst", 50 });
	end();
	n = snprintf(text, sizeof(text), "%s", get("run/ledger"));
	for (size_t i = 0; i < n; i++) {
		snprintf(damaged, i + 1, "%s", text);
		put("run/ledger", damaged);
		refused += open_ledger(LEDGER_REAL) == -EBADMSG;
		end();
	}
	is_uint(refused, n, "a ledger that was cut is refused, wherever it was");
	refused = 0;
	for (size_t i = 0; i < n; i++) {
		FILE *f = fopen(in_dir("run/ledger"), "we");

		fwrite(text, 1, i, f);
		fputc(0, f);
		fwrite(text + i + 1, 1, n - i - 1, f);
		fclose(f);
		refused += open_ledger(LEDGER_REAL) == -EBADMSG;
		end();
	}
	is_uint(refused, n, "so is one with a zero");
}

/* --- restarts --- */

/* A daemon has raised /a from 0 to 100, and /b to @b, and was killed */
static void crash(uint64_t b)
{
	begin("0");
	make_cgroup("b", "0");
	ROUND({ "/a", "r", 100 }, { "/b", "r", b });
}

/* Restore what it left */
static void recover(size_t nr)
{
	restart();
	is_uint(claims(), nr, "the claims survive");
	is_int(ledger_restore(ledger), 0, "restore");
	ok(!claims() && !get("run/ledger"), "no claim is left");
	end();
}

static void check_restore(void)
{
	crash(200);
	recover(2);
	ok(low_of("a") == 0 && low_of("b") == 0, "after the writes: the originals are restored");

	crash(200);
	put("a/memory.low", "0");
	recover(2);
	ok(low_of("a") == 0 && low_of("b") == 0, "before a write: the original stays");

	crash(200);
	ROUND({ "/a", "r", 300 }, { "/b", "r", 200 });
	put("a/memory.low", "100");
	recover(2);
	ok(low_of("a") == 0 && low_of("b") == 0, "before a second write: the first original");

	crash(200);
	put("a/memory.low", "77");
	recover(2);
	ok(low_of("a") == 77 && low_of("b") == 0, "a value from outside stays");

	crash(200);
	replace_cgroup("a", "100");
	recover(2);
	ok(low_of("a") == 100 && low_of("b") == 0, "another cgroup's value stays");

	crash(200);
	remove_cgroup("a");
	recover(2);
	ok(!get("a/memory.low") && low_of("b") == 0, "a removed cgroup is not made again");
}

static void check_restore_order(void)
{
	begin("1");
	make_cgroup("a/x", "0");
	ROUND({ "/a/x", "r", 100 });
	happened();
	is_int(ledger_restore(ledger), 0, "restore");
	is_text(happened(), "restored /a/x 100 0\nrestored /a 101 1\n", "ancestors are last");
	end();
}

static void check_failed_restore(void)
{
	crash(200);
	put("a/memory.low", "?");
	restart();
	is_int(ledger_restore(ledger), -EBADMSG, "a claim that cannot be restored is an error");
	is_uint(low_of("b"), 0, "the others are restored");
	ok(claims() == 1 && recorded(" /a\n") && !recorded(" /b\n"), "it stays, on disk as well");
	is_text(happened(), "restored /b 200 0\nfailed /a 100 0 EBADMSG\n", "it is reported");
	put("a/memory.low", "100");
	failing = "/a/memory.low";
	write_error = EACCES;
	is_int(ledger_restore(ledger), -EACCES, "the same if the file cannot be written");
	failing = NULL;
	is_int(ledger_restore(ledger), 0, "restore when it is possible again");
	is_uint(low_of("a"), 0, "the original is restored");
	ok(!get("run/ledger"), "no claim is left");
	end();
}

static void check_adopt(void)
{
	crash(200);
	restart();
	ROUND({ "/a", "r", 100 });
	is_text(happened(), "restored /b 200 0\n", "a rule goes on with its claim, others end");
	is_uint(low_of("a"), 100, "its value stays");
	put("a/memory.low", "77");
	restart();
	ROUND({ "/a", "r", 100 });
	is_text(happened(), "outside /a 100 77\nwrote /a 77 100\n",
		"a change between two runs wins");
	run_round(nothing);
	is_uint(low_of("a"), 77, "it is restored");
	end();

	crash(200);
	put("a/memory.low", "0");
	restart();
	ROUND({ "/a", "r", 100 }, { "/b", "r", 200 });
	is_text(happened(), "wrote /a 0 100\n", "a write that did not happen is made up for");
	end();
}

/* The next daemon writes another value, and is killed as well, before or after the write */
static void check_second_crash(void)
{
	crash(200);
	restart();
	ROUND({ "/a", "r", 300 }, { "/b", "r", 200 });
	end();
	put("a/memory.low", "100");
	open_ledger(LEDGER_REAL);
	ROUND({ "/a", "r", 400 }, { "/b", "r", 200 });
	recover(2);
	ok(low_of("a") == 0 && low_of("b") == 0, "after three runs: the originals are restored");
}

/* --- only imagined --- */

static void check_dry_run(void)
{
	uint64_t value, original;
	struct frame *frame;

	begin_mode(LEDGER_DRY, "50");
	make_cgroup("a/x", "0");
	ROUND({ "/a/x", "r", 100 });
	is_text(happened(), "wrote /a 50 150\nwrote /a/x 0 100\n",
		"a dry run reports what it would do");
	ok(low_of("a") == 50 && low_of("a/x") == 0, "the files stay as they are");
	frame = tree_frame(dirs);
	ok(ledger_value(ledger, frame, 2, KNOB_MEMORY_LOW, &value, &original) && value == 100 &&
	   original == 0, "the value is the imagined one");
	frame_put(frame);
	ROUND({ "/a/x", "r", 100 });
	is_text(happened(), "", "a renewed demand changes nothing");
	put("a/x/memory.low", "7");
	put("a/memory.low", "51");
	ROUND({ "/a/x", "r", 100 });
	is_text(happened(), "repaired /a 150 51\noutside /a/x 100 7\n"
		"wrote /a 51 144\nwrote /a/x 7 100\n", "changes from outside are noticed");
	run_round(nothing);
	is_text(happened(), "restored /a/x 100 7\nrestored /a 144 51\n", "and given back to");
	ok(access(in_dir("run"), F_OK), "no file is made for the ledger");
	is_int(ledger_restore(ledger), 0, "restore");
	end();
}

/* The frames of a recording show what the daemon wrote then */
static void check_replay(void)
{
	begin_mode(LEDGER_REPLAY, "50");
	ROUND({ "/a", "r", 100 });
	is_text(happened(), "wrote /a 50 100\n", "a replay reports what it would do");
	is_uint(low_of("a"), 50, "the file stays as it is");
	put("a/memory.low", "100");
	ROUND({ "/a", "r", 100 });
	is_text(happened(), "", "the next frame has the value");
	put("a/memory.low", "7");
	ROUND({ "/a", "r", 100 });
	is_text(happened(), "outside /a 100 7\nwrote /a 7 100\n", "or one from outside");
	ROUND({ "/a", "r", 100 });
	is_text(happened(), "", "or what there was before: what was not written is imagined");
	ok(access(in_dir("run"), F_OK), "no file is made for the ledger");
	end();
}

static void check_demands(void)
{
	check_one_rule();
	check_several_rules();
	check_budget();
	check_min();
	check_min_outside();
	check_joint_budget();
	check_values();
	check_max();
	check_page_size();
	check_example();
	check_deep();
	check_nested_rules();
	check_ancestor_reset();
	check_ancestor_max();
	check_sum_beyond_max();
}

static void check_changes(void)
{
	check_outside();
	check_outside_old_value();
	check_reset();
	check_changed_after_frame();
	check_removed();
	check_replaced();
	check_swapped(&after_frame, swap_a, "a directory is swapped after the frame");
	check_swapped(&after_frame, swap_closed_a, "the same, if it was not open");
	check_swapped(&during_save, swap_a, "a directory is swapped during the save");
	check_swapped(&during_save, swap_closed_a, "the same, if it was not open");
}

/* A ledger that is larger than the buffer of its stream, on a disk that is full */
static void check_full_disk(void)
{
	struct claim claim[100];

	if (access("/dev/full", W_OK)) {
		tap_skip("a full disk", "there is no /dev/full");
		return;
	}
	begin("0");
	for (size_t i = 0; i < 100; i++)
		claim[i] = (struct claim){ .id = i + 1, .path = "/a/path/of/a/length/that/cgroups/have" };
	if ((mkdir(in_dir("run"), 0700) && errno != EEXIST) ||
	    symlink("/dev/full", in_dir("run/ledger.new")))
		abort();
	is_int(ledger_file_save(in_dir("run/ledger"), claim, 100), -ENOSPC, "a full disk is reported as such");
	ok(!get("run/ledger"), "no file is left");
	end();
}

static void check_no_file(void)
{
	struct claim *claim;
	size_t nr;

	is_int(ledger_file_load(dir, &claim, &nr), -EISDIR, "a ledger that cannot be read is reported as such");
	free(claim);
}

static void check_failures(void)
{
	check_write_error();
	check_ancestor_write_error();
	check_removed_during_write();
	check_save_error();
	check_no_directory();
	check_unreadable();
	check_missing_from_frame();
}

int main(void)
{
	make_dir();
	check_demands();
	check_changes();
	check_failures();
	check_full_disk();
	check_no_file();
	check_lock();
	check_round_trip();
	check_damaged();
	check_cut();
	check_restore();
	check_restore_order();
	check_failed_restore();
	check_adopt();
	check_second_crash();
	check_dry_run();
	check_replay();
	remove_dir();
	return tap_done();
}
