// SPDX-License-Identifier: GPL-2.0
/*
 * The daemon without the module: its configuration, what its rule decides, and
 * what it writes to a made-up cgroup tree
 */
#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cgroupfs.h"
#include "config.h"
#include "engine.h"
#include "journal.h"
#include "protect.h"
#include "state.h"
#include "tap.h"

#define MIB	(1ULL << 20)
#define PAGE	4096

static char dir[64];

static const char *in_dir(const char *name)
{
	static char path[4][256];
	static int next;

	next = (next + 1) % 4;
	snprintf(path[next], sizeof(path[next]), "%s/%s", dir, name);
	return path[next];
}

static void put(const char *name, const char *text)
{
	FILE *f = fopen(in_dir(name), "w");

	if (!f)
		abort();
	fputs(text, f);
	fclose(f);
}

static const char *get(const char *name)
{
	static char text[256];
	FILE *f = fopen(in_dir(name), "re");
	size_t n = f ? fread(text, 1, sizeof(text) - 1, f) : 0;

	if (f)
		fclose(f);
	text[n] = '\0';
	return f ? text : NULL;
}

/* --- configuration --- */

static void check_good_config(void)
{
	struct config *c;
	char error[256];

	put("conf", "# comment\n[daemon]\ninterval = 500ms\nstate = /x/y\n\n"
	    "[protect one]\ncgroup = /a/b\nmax = 1G\nrefaults = 2.5\n"
	    "quantile = 0.9\nidle = 2min\n[protect two]\ncgroup=/c\nmax=64MiB\n");
	if (!ok(!config_load(in_dir("conf"), &c, error, sizeof(error)), "a good configuration"))
		return;
	is_uint(c->interval, 500000000, "interval");
	is_text(c->state, "/x/y", "state");
	is_uint(c->nr, 2, "two rules");
	is_text(c->protect[0].name, "one", "name");
	is_text(c->protect[0].cgroup, "/a/b", "cgroup");
	is_uint(c->protect[0].max, 1024 * MIB, "max");
	is_near(c->protect[0].refaults, 2.5, 0, "refaults");
	is_near(c->protect[0].quantile, 0.9, 0, "quantile");
	is_uint(c->protect[0].idle, 120000000000ULL, "idle");
	is_uint(c->protect[1].max, 64 * MIB, "max in MiB");
	is_near(c->protect[1].quantile, 0.95, 0, "default quantile");
	config_free(c);
}

static void check_bad_configs(void)
{
	static const struct {
		const char *text;
		int line;
		const char *says;
	} bad[] = {
		{ "", 0, "there is no rule" },
		{ "[daemon]\ninterval = 2s\n", 2, "there is no rule" },
		{ "max = 1G\n", 1, "stands in no section" },
		{ "[protect]\nmax = 1G\n", 1, "unknown section" },
		{ "[shoot a]\n", 1, "unknown section" },
		{ "[daemon]\ninterval = 0s\n", 2, "write a time" },
		{ "[daemon]\ninterval = 5\n", 2, "write a time" },
		{ "[daemon]\ninterval = -1s\n", 2, "write a time" },
		{ "[daemon]\nstate = x\n", 2, "absolute path" },
		{ "[daemon]\ncolour = red\n", 2, "unknown key 'colour'" },
		{ "[protect a]\ncgroup = /a\n", 2, "has no max" },
		{ "[protect a]\nmax = 1G\n[protect b]\n", 3, "has no cgroup" },
		{ "[protect a]\ncgroup = /../etc\n", 2, "write a path" },
		{ "[protect a]\ncgroup = /\n", 2, "write a path" },
		{ "[protect a]\ncgroup = a\n", 2, "write a path" },
		{ "[protect a]\ncgroup = /a//b\n", 2, "write a path" },
		{ "[protect a]\nmax = 0\n", 2, "write a size" },
		{ "[protect a]\nmax = 1X\n", 2, "write a size" },
		{ "[protect a]\nmax = nan\n", 2, "write a size" },
		{ "[protect a]\nquantile = 1.1\n", 2, "write a share" },
		{ "[protect a]\nquantile = 0\n", 2, "write a share" },
		{ "[protect a]\nrefaults = many\n", 2, "write a rate" },
		{ "[protect a]\nidle = 1 day\n", 2, "write a time" },
		{ "[protect a]\ncgroup = /a\nmax = 1G\n[protect a]\n", 4, "already" },
		{ "[protect a]\nwhatever\n", 2, "neither a" },
	};
	size_t i;

	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct config *c;
		char error[256] = "", where[128];

		put("conf", bad[i].text);
		snprintf(where, sizeof(where), "%s:%d: ", in_dir("conf"), bad[i].line);
		ok(config_load(in_dir("conf"), &c, error, sizeof(error)) && !c,
		   "bad configuration %zu is refused", i);
		ok(strstr(error, bad[i].says) && !strncmp(error, where, strlen(where)),
		   "with line and remedy: %s", error + strlen(dir));
	}
	{
		struct config *c;
		char error[256];

		is_int(config_load(in_dir("none"), &c, error, sizeof(error)), -ENOENT,
		       "a file that is not there");
	}
}

/* --- decisions --- */

static struct headroom_bucket bucket = { .low = 9000, .high = 10000, .count = 2000 };

static struct protect_reading refaulting(struct headroom_stats *delta)
{
	*delta = (struct headroom_stats){
		.evictions = 2000, .refaults = 2000,
		.refault_distance = { .nr = 1, .bucket = &bucket },
	};
	return (struct protect_reading){
		.delta = delta, .interval = 2000000000ULL, .page_size = PAGE,
		.current = 64 * MIB, .limit = CGROUPFS_MAX,
	};
}

static void check_decisions(void)
{
	const struct protect_rule rule = {
		.name = "r", .cgroup = "/r", .refaults = 20, .max = 512 * MIB,
		.quantile = 1, .idle = 60000000000ULL,
	};
	struct protect_rule small = rule;
	struct headroom_stats delta;
	struct protect_reading now = refaulting(&delta);
	struct protect_decision d = protect_decide(&rule, &now);
	uint64_t low;

	is_int(d.reason, PROTECT_RAISE, "refaults by others: raise");
	is_near(d.rate, 1000, 0.1, "rate");
	/* (64 MiB + 10,000 pages) * 1.1 */
	is_near(d.low, (64 * MIB + 10000 * PAGE) * 1.1, 6, "to the working set");
	ok(d.low % PAGE == 0, "in whole pages");
	low = d.low;

	now.low = low;
	is_int(protect_decide(&rule, &now).reason, PROTECT_ENOUGH, "again: enough");
	now.low = low - MIB / 2;
	is_int(protect_decide(&rule, &now).reason, PROTECT_ENOUGH, "half a MiB less: not worth it");
	now.low = low - 8 * MIB;
	is_int(protect_decide(&rule, &now).reason, PROTECT_RAISE, "8 MiB less: raise");

	now = refaulting(&delta);
	now.limit_hits = 1;
	is_int(protect_decide(&rule, &now).reason, PROTECT_OWN_LIMIT, "its own limit");
	is_uint(protect_decide(&rule, &now).low, 0, "its own limit: nothing changes");

	now = refaulting(&delta);
	now.low = 70 * MIB;
	now.breaches = 3;
	is_int(protect_decide(&rule, &now).reason, PROTECT_UNHEEDED, "the kernel takes what is protected");
	now.low = 64 * MIB;
	is_int(protect_decide(&rule, &now).reason, PROTECT_RAISE, "or what is not: raise");

	now = refaulting(&delta);
	now.low = 70 * MIB;
	delta.evictions = 499;
	is_int(protect_decide(&rule, &now).reason, PROTECT_ENOUGH, "more comes back than is lost: enough");
	delta.evictions = 500;
	is_int(protect_decide(&rule, &now).reason, PROTECT_RAISE, "a quarter is lost again: raise");

	now = refaulting(&delta);
	small.max = 80 * MIB;
	d = protect_decide(&small, &now);
	is_uint(d.low, 80 * MIB, "bounded by max");
	now.low = d.low;
	is_int(protect_decide(&small, &now).reason, PROTECT_AT_MAX, "max is reached");

	now = refaulting(&delta);
	now.limit = 70 * MIB;
	is_uint(protect_decide(&rule, &now).low, 70 * MIB, "bounded by the cgroup's limit");

	now = refaulting(&delta);
	delta.refaults = 40;
	is_int(protect_decide(&rule, &now).reason, PROTECT_QUIET, "at the rate: quiet");
	delta.refaults = 0;
	now.low = 100 * MIB;
	now.original = 20 * MIB;
	now.quiet = 59000000000ULL;
	is_int(protect_decide(&rule, &now).reason, PROTECT_HOLDING, "quiet for 59 s: hold");
	now.quiet = 60000000000ULL;
	d = protect_decide(&rule, &now);
	is_int(d.reason, PROTECT_GIVE_BACK, "quiet for 60 s: give back");
	is_uint(d.low, 80 * MIB, "a quarter of what was added");
	now.low = now.original + MIB;
	is_uint(protect_decide(&rule, &now).low, 20 * MIB, "the last MiB at once");
	now.low = now.original = 100 * MIB;
	is_int(protect_decide(&rule, &now).reason, PROTECT_QUIET, "nothing was added: nothing given back");
}

/* --- what is written, and restored --- */

static struct state fresh_state(void)
{
	static char file[128];

	snprintf(file, sizeof(file), "%s", in_dir("run/state"));
	return (struct state){ .file = file, .root = dir };
}

static void make_cgroup(const char *name, const char *low)
{
	char file[128];

	mkdir(in_dir(name), 0755);
	snprintf(file, sizeof(file), "%s/memory.low", name);
	put(file, low);
}

static void check_restore(void)
{
	struct state s = fresh_state();

	make_cgroup("a", "4096\n");
	is_int(state_write(&s, "/a", 8 * MIB), 0, "write");
	is_text(get("a/memory.low"), "8388608", "written");
	ok(strstr(get("run/state"), " 4096 8388608 4096 /a\n") != NULL, "and written down");
	is_int(state_write(&s, "/a", 16 * MIB), 0, "write again");
	ok(strstr(get("run/state"), " 4096 16777216 8388608 /a\n") != NULL, "with the first original");
	state_restore(&s);
	is_text(get("a/memory.low"), "4096", "restored");
	ok(!get("run/state"), "and nothing left to restore");

	is_int(state_write(&s, "/a", 8 * MIB), 0, "write");
	is_int(state_write(&s, "/a", 4096), 0, "back to the original");
	is_uint(s.nr, 0, "is forgotten");
	is_int(state_write(&s, "/gone", MIB), -ENOENT, "a cgroup that is not there");
	state_restore(&s);
}

static void check_crash(void)
{
	struct state s = fresh_state(), next = fresh_state();

	make_cgroup("a", "0");
	make_cgroup("b", "0");
	make_cgroup("c", "0");
	make_cgroup("d", "0");
	state_write(&s, "/a", MIB);
	state_write(&s, "/b", MIB);
	state_write(&s, "/c", MIB);
	state_write(&s, "/d", MIB);
	state_clear(&s);		/* the daemon dies */

	put("b/memory.low", "12345");	/* somebody else */
	rename(in_dir("c"), in_dir("c-old"));
	make_cgroup("c", "1048576");	/* another cgroup, same path */
	put("d/memory.low", "0");	/* died before it was written */
	is_int(state_load(&next), 0, "the state is found");
	is_uint(next.nr, 4, "with all changes");
	state_restore(&next);
	is_text(get("a/memory.low"), "0", "restored after a crash");
	is_text(get("b/memory.low"), "12345", "somebody else's value stays");
	is_text(get("c/memory.low"), "1048576", "another cgroup's value stays");
	is_text(get("d/memory.low"), "0", "what was never written is right already");

	put("run/state", "garbage\n");
	is_int(state_load(&next), -EBADMSG, "a broken state file is an error");
	state_clear(&next);
	put("run/state", "1 2 3 4 /../../etc\n");
	is_int(state_load(&next), -EBADMSG, "so is a path out of the tree");
	state_clear(&next);
	unlink(in_dir("run/state"));
	is_int(state_load(&next), 0, "none is not");
}

static void check_foreign_change(void)
{
	struct state s = fresh_state();

	make_cgroup("a", "0");
	state_write(&s, "/a", MIB);
	put("a/memory.low", "777");
	state_write(&s, "/a", 2 * MIB);
	is_uint(state_find(&s, "/a")->original, 777, "what somebody else set is the new original");
	state_restore(&s);
	is_text(get("a/memory.low"), "777", "and is restored");

	put("a/memory.low", "max");
	state_write(&s, "/a", MIB);
	state_restore(&s);
	is_text(get("a/memory.low"), "max", "also max");
}

static void check_files(void)
{
	uint64_t value;

	make_cgroup("a", "max\n");
	put("a/memory.events.local", "low 1\nhigh 22\nmax 333\n");
	is_int(cgroupfs_read(dir, "/a", "memory.low", &value), 0, "read max");
	ok(value == CGROUPFS_MAX, "as max");
	is_int(cgroupfs_read_key(dir, "/a", "memory.events.local", "max", &value), 0, "read a key");
	is_uint(value, 333, "its value");
	is_int(cgroupfs_read_key(dir, "/a", "memory.events.local", "ma", &value), -ENODATA, "no such key");
	put("a/memory.low", "x");
	is_int(cgroupfs_read(dir, "/a", "memory.low", &value), -EBADMSG, "no number");
	is_int(cgroupfs_read(dir, "/a", "none", &value), -ENOENT, "no file");
	ok(cgroupfs_path_valid("/a.b/c..d/...") && !cgroupfs_path_valid("/a/") &&
	   !cgroupfs_path_valid("") && !cgroupfs_path_valid("/a/../b") &&
	   !cgroupfs_path_valid("/."), "paths");
}

int main(void)
{
	char command[128];

	snprintf(dir, sizeof(dir), "/tmp/headroomd-test.XXXXXX");
	if (!mkdtemp(dir))
		return 1;
	journal_open(LOG_EMERG);
	check_good_config();
	check_bad_configs();
	check_decisions();
	check_files();
	check_restore();
	check_crash();
	check_foreign_change();
	snprintf(command, sizeof(command), "rm -rf %s", dir);
	if (system(command))
		return 1;
	return tap_done();
}
