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
#include "low.h"
#include "protect.h"
#include "ledger.h"
#include "tap.h"
#include "tree.h"

#define MIB	(1ULL << 20)
#define PAGE	4096

/* --- configuration --- */

static void check_good_config(void)
{
	struct config *c;
	char error[256];

	put("conf", "# comment\n[daemon]\ninterval = 500ms\nledger = /x/y\n\n"
	    "[protect one]\ncgroup = /a/b\nmax = 1G\nrefaults = 2.5\n"
	    "quantile = 0.9\nidle = 2min ; at most\n[protect two]\ncgroup=/a/bc\nmax=64MiB\n");
	if (!ok(!config_load(in_dir("conf"), &c, error, sizeof(error)), "a good configuration"))
		return;
	is_uint(c->interval, 500000000, "interval");
	is_text(c->ledger, "/x/y", "ledger");
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
		{ "", 0, "no rule: add" },
		{ "[daemon]\ninterval = 2s\n", 2, "no rule: add" },
		{ "max = 1G\n", 1, "is outside any section" },
		{ "[protect]\nmax = 1G\n", 1, "unknown section" },
		{ "[shoot a]\n", 1, "unknown section" },
		{ "[daemon]\ninterval = 0s\n", 2, "expected a time" },
		{ "[daemon]\ninterval = 5\n", 2, "expected a time" },
		{ "[daemon]\ninterval = -1s\n", 2, "expected a time" },
		{ "[daemon]\nledger = x\n", 2, "absolute path" },
		{ "[daemon]\nstate = /x\n", 2, "unknown key 'state' in [daemon]: use interval or ledger" },
		{ "[daemon]\ncolour = red\n", 2, "unknown key 'colour'" },
		{ "[protect a]\ncgroup = /a\n", 2, "has no max" },
		{ "[protect a]\nmax = 1G\n[protect b]\n", 3, "has no cgroup" },
		{ "[protect a]\ncgroup = /../etc\n", 2, "expected a path" },
		{ "[protect a]\ncgroup = /\n", 2, "expected a path" },
		{ "[protect a]\ncgroup = a\n", 2, "expected a path" },
		{ "[protect a]\ncgroup = /a//b\n", 2, "expected a path" },
		{ "[protect a]\nmax = 0\n", 2, "expected a size" },
		{ "[protect a]\nmax = 1X\n", 2, "expected a size" },
		{ "[protect a]\nmax = nan\n", 2, "expected a size" },
		{ "[protect a]\nmax = 0x40000000\n", 2, "expected a size" },
		{ "[protect a]\nrefaults = 0X20\n", 2, "expected a rate" },
		{ "[protect a]\nquantile = 1.1\n", 2, "expected a share" },
		{ "[protect a]\nquantile = 0\n", 2, "expected a share" },
		{ "[protect a]\nrefaults = many\n", 2, "expected a rate" },
		{ "[protect a]\nidle = 1 day\n", 2, "expected a time" },
		{ "[protect a]\ncgroup = /a\nmax = 1G\n[protect a]\n", 4, "already" },
		{ "[protect a]\ncgroup = /a\nmax = 1G\n[protect b]\ncgroup = /a\n", 5, "has /a already" },
		{ "[protect a]\ncgroup = /a\nmax = 1G\n[protect b]\ncgroup = /a/b\n", 5, "has /a already" },
		{ "[protect a]\ncgroup = /a/b\nmax = 1G\n[protect b]\ncgroup = /a\n", 5, "has /a/b already" },
		{ "[protect a]\nwhatever\n", 2, "expected [section]" },
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

/* What a delta lists: file and anonymous pages by its own limit, the latter by kswapd */
static struct headroom_pages pages[3];
enum { FILE_OWN, ANON_OWN, ANON_KSWAPD };

static struct protect_reading refaulting(struct headroom_stats *delta)
{
	memset(pages, 0, sizeof(pages));
	pages[FILE_OWN].kind = HEADROOM_PAGE_KIND_FILE;
	pages[FILE_OWN].reason = HEADROOM_REASON_OWN_LIMIT;
	pages[ANON_OWN].kind = HEADROOM_PAGE_KIND_ANON;
	pages[ANON_OWN].reason = HEADROOM_REASON_OWN_LIMIT;
	pages[ANON_KSWAPD].kind = HEADROOM_PAGE_KIND_ANON;
	pages[ANON_KSWAPD].reason = HEADROOM_REASON_KSWAPD;
	*delta = (struct headroom_stats){
		.evictions = 2000, .refaults = 2000, .nr_pages = 3, .pages = pages,
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
	pages[FILE_OWN].refaults = 1000;
	pages[ANON_OWN].refaults = 960;
	now.low = 40 * MIB;
	now.quiet = 60000000000ULL;
	d = protect_decide(&rule, &now);
	is_int(d.reason, PROTECT_OWN_LIMIT, "others at the rate, the rest is a limit below");
	is_uint(d.low, 40 * MIB, "nothing changes");
	ok(d.active, "nor is it idle");
	is_near(d.rate, 1000, 0, "all refaults");
	is_near(d.own, 980, 0, "those of that limit");
	pages[ANON_KSWAPD].refaults = 1000;
	pages[ANON_OWN].refaults = 958;
	is_int(protect_decide(&rule, &now).reason, PROTECT_RAISE, "others above the rate: raise");
	pages[ANON_OWN].refaults = 1100;
	d = protect_decide(&rule, &now);
	is_int(d.reason, PROTECT_OWN_LIMIT, "parts that are more than all");
	is_near(d.own, 1000, 0, "count as all");

	now = refaulting(&delta);
	now.low = 70 * MIB;
	delta.evictions = 6000;
	pages[FILE_OWN].refaults = 1000;
	pages[FILE_OWN].evictions = 5751;
	is_int(protect_decide(&rule, &now).reason, PROTECT_ENOUGH, "a limit below takes, others hardly: enough");
	pages[FILE_OWN].evictions = 5750;
	is_int(protect_decide(&rule, &now).reason, PROTECT_RAISE, "they take a quarter again: raise");
	now.limit_hits = 1;
	is_int(protect_decide(&rule, &now).reason, PROTECT_OWN_LIMIT, "but not at its own limit");

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
	delta.evictions = 0;
	now.low = 100 * MIB;
	now.original = 20 * MIB;
	now.quiet = 59000000000ULL;
	is_int(protect_decide(&rule, &now).reason, PROTECT_HOLDING, "quiet for 59 s: hold");
	now.quiet = 60000000000ULL;
	d = protect_decide(&rule, &now);
	is_int(d.reason, PROTECT_GIVE_BACK, "quiet for 60 s: give back");
	is_uint(d.low, 80 * MIB, "a quarter of what was added");
	delta.evictions = 41;	/* in 2 s */
	is_int(protect_decide(&rule, &now).reason, PROTECT_HOLDING, "it still loses pages: hold");
	delta.evictions = 40;
	is_int(protect_decide(&rule, &now).reason, PROTECT_GIVE_BACK, "at the rate: give back");
	now.low = now.original + MIB;
	is_uint(protect_decide(&rule, &now).low, 20 * MIB, "the last MiB at once");
	now.low = now.original = 100 * MIB;
	is_int(protect_decide(&rule, &now).reason, PROTECT_QUIET, "nothing was added: nothing given back");
}

/* Who is told to do something about limits, and about whose */
static void check_limit_explanations(void)
{
	const struct protect_rule rule = { .refaults = 20, .max = 512 * MIB, .quantile = 0.95 };
	struct protect_decision d = {
		.reason = PROTECT_OWN_LIMIT, .rate = 1000, .own = 990, .distance = 512,
		.extra = MIB, .most = 80 * MIB,
	};
	struct headroom_stats delta;
	struct protect_reading now = refaulting(&delta);
	char text[sizeof(((struct engine_verdict *)0)->why)];

	protect_explain(text, sizeof(text), &rule, &now, &d);
	ok(strstr(text, "1000 refaults/s (990/s at a cgroup's own limit), p95 distance of all 512 pages") &&
	   strstr(text, "of the cgroup that reached it") && !strstr(text, "others"), "told: %s", text);
	now.limit_hits = 1;
	protect_explain(text, sizeof(text), &rule, &now, &d);
	ok(strstr(text, "the cgroup reached its own limit") && !strstr(text, "others"), "told: %s", text);
	now.limit_hits = 0;
	d.reason = PROTECT_RAISE;
	d.own = 900;
	protect_explain(text, sizeof(text), &rule, &now, &d);
	ok(strstr(text, "100 refaults/s from others' reclaim (and 900/s at a cgroup's own limit), p95 distance of all"),
	   "told: %s", text);
	d.reason = PROTECT_UNHEEDED;
	protect_explain(text, sizeof(text), &rule, &now, &d);
	ok(strstr(text, "to make memory.low count") && strlen(text) < sizeof(text) - 64,
	   "to the end, with room to spare: %s", text);
}

/* Each reason is told with the numbers that it goes by */
static void check_explanations(void)
{
	const struct protect_rule rule = {
		.refaults = 20, .max = 512 * MIB, .quantile = 0.95, .idle = 60000000000ULL,
	};
	static const struct {
		enum protect_reason reason;
		const char *says;
	} expect[] = {
		{ PROTECT_QUIET, "7 refaults/s, 8 evictions/s, acts above 20 refaults/s" },
		{ PROTECT_HOLDING, "8 evictions/s: keeping the protection until both have stayed at or below 20/s for 60 s" },
		{ PROTECT_OWN_LIMIT, "raise memory.max or memory.high, or make the application use less" },
		{ PROTECT_UNHEEDED, "set memory.max on a common ancestor of it and the others" },
		{ PROTECT_AT_MAX, "max 80.0 MiB, but memory.low is already at its maximum" },
		{ PROTECT_ENOUGH, "memory.low covers that already" },
		{ PROTECT_RAISE, "7 refaults/s from others' reclaim, p95 distance 512 pages = 1.0 MiB extra, current 64.0 MiB, max 80.0 MiB" },
		{ PROTECT_GIVE_BACK, "idle for 61 s, current 64.0 MiB" },
	};
	struct headroom_stats delta;
	struct protect_reading now = refaulting(&delta);
	size_t i;

	now.quiet = 61000000000ULL;
	for (i = 0; i < sizeof(expect) / sizeof(expect[0]); i++) {
		const struct protect_decision d = {
			.reason = expect[i].reason, .rate = 7, .evictions = 8,
			.distance = 512, .extra = MIB, .most = 80 * MIB,
		};
		char text[sizeof(((struct engine_verdict *)0)->why)], small[16];

		now.limit_hits = expect[i].reason == PROTECT_OWN_LIMIT;
		ok(strstr(protect_explain(text, sizeof(text), &rule, &now, &d), expect[i].says),
		   "told: %s", text);
		ok(strlen(text) < sizeof(text) - 64, "with room to spare");
		ok(!strstr(text, "others") == (expect[i].reason <= PROTECT_OWN_LIMIT ||
		   expect[i].reason == PROTECT_GIVE_BACK), "others are blamed only if it is they");
		ok(strlen(protect_explain(small, sizeof(small), &rule, &now, &d)) < sizeof(small),
		   "and cut off without harm");
	}
}

/* --- what the engine remembers --- */

static struct headroom_cgroup *cgroup_at(uint64_t id, uint64_t refaults)
{
	struct headroom_cgroup *cg = calloc(1, sizeof(*cg));

	if (!cg)
		abort();
	cg->id = id;
	cg->subtree.refaults = refaults;
	return cg;
}

/* In place of the library's, which reads cgroups itself */
void headroom_cgroup_free(struct headroom_cgroup *cgroup)
{
	free(cgroup);
}

static int decide_at(struct engine *e, uint64_t seconds, uint64_t id, uint64_t refaults,
		     uint64_t limit_hits, struct engine_verdict *v)
{
	struct engine_frame look = {
		.time = seconds * 1000000000ULL, .page_size = PAGE,
		.memory = { .id = id, .current = 64 * MIB, .limit = CGROUPFS_MAX,
			    .limit_hits = limit_hits },
		.low = { .value = 40 * MIB },
		.cgroup = cgroup_at(id, refaults),
	};
	int err = engine_decide(e, 0, &look, v);

	ok(!look.cgroup, "the engine has taken over what was read");
	return err;
}

static void check_engine(void)
{
	struct protect_rule rule = {
		.name = "r", .cgroup = "/r", .refaults = 20, .max = 512 * MIB,
		.quantile = 0.95, .idle = 10000000000ULL,
	};
	struct config config = { .nr = 1, .protect = &rule };
	struct engine *e = engine_new(&config);
	struct engine_verdict v;

	if (!ok(e != NULL, "an engine"))
		return;
	is_int(decide_at(e, 100, 1, 5000, 7, &v), -EAGAIN, "one look is not enough");
	is_int(decide_at(e, 102, 1, 6000, 7, &v), 0, "two are");
	is_near(v.decision.rate, 500, 0, "the difference counts");
	is_int(v.decision.reason, PROTECT_RAISE, "hits of its limit before do not");
	is_int(decide_at(e, 104, 1, 7000, 8, &v), 0, "a third look");
	is_int(v.decision.reason, PROTECT_OWN_LIMIT, "hits since do");
	is_int(decide_at(e, 113, 1, 7000, 8, &v), 0, "9 s later");
	is_int(v.decision.reason, PROTECT_HOLDING, "not idle for long enough");
	is_int(decide_at(e, 114, 1, 7000, 8, &v), 0, "10 s later");
	is_int(v.decision.reason, PROTECT_GIVE_BACK, "idle");
	is_int(decide_at(e, 116, 2, 9000, 8, &v), -EAGAIN, "another cgroup is not compared with it");
	engine_blind(e, 0);
	is_int(decide_at(e, 300, 2, 9000, 8, &v), -EAGAIN, "nor is what was long ago");
	is_int(decide_at(e, 302, 2, 9000, 8, &v), 0, "then on");
	is_int(v.decision.reason, PROTECT_HOLDING, "unwatched time is not idle time");
	engine_free(e);
}

/* --- what is written, and restored --- */

static void fresh_ledger(struct ledger *ledger)
{
	is_int(ledger_open(ledger, in_dir("run/ledger"), dir, false), 0, "the state is opened");
}

#define LOW	"memory.low"

/* As it is now */
static int set(struct ledger *ledger, const char *path, uint64_t value)
{
	struct knob knob;
	int err = ledger_read(ledger, path, LOW, &knob);

	return err ? err : ledger_write(ledger, path, LOW, &knob, value);
}

static int set_low(struct ledger *ledger, const struct config *c, const char *path, uint64_t low)
{
	struct knob knob;
	int err = low_read(ledger, c, path, &knob);

	return err ? err : low_set(ledger, c, path, &knob, low);
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
	struct ledger ledger;

	fresh_ledger(&ledger);
	make_cgroup("a", "4096\n");
	is_int(set(&ledger, "/a", 8 * MIB), 0, "write");
	is_text(get("a/memory.low"), "8388608", "written");
	ok(strstr(get("run/ledger"), " memory.low 4096 8388608 4096 /a\n") != NULL, "and written down");
	is_int(set(&ledger, "/a", 16 * MIB), 0, "write again");
	ok(strstr(get("run/ledger"), " 4096 16777216 8388608 /a\n") != NULL, "with the first original");
	is_int(ledger_undo(&ledger), 0, "restore");
	is_text(get("a/memory.low"), "4096", "restored");
	ok(!get("run/ledger"), "and nothing left to restore");

	is_int(set(&ledger, "/a", 8 * MIB), 0, "write");
	is_int(set(&ledger, "/a", 4096), 0, "back to the original");
	is_uint(ledger.nr, 0, "is forgotten");
	ok(!get("run/ledger"), "on the disk too");
	is_int(set(&ledger, "/gone", MIB), -ENOENT, "a cgroup that is not there");
	ledger_close(&ledger);
}

/* No record, no write; and what cannot be undone is not forgotten */
static void check_failures(void)
{
	struct ledger ledger;

	fresh_ledger(&ledger);
	make_cgroup("a", "0");
	rename(in_dir("run"), in_dir("elsewhere"));
	put("run", "");
	is_int(set(&ledger, "/a", MIB), -ENOTDIR, "what cannot be written down");
	is_text(get("a/memory.low"), "0", "is not done");
	is_uint(ledger.nr, 0, "nor remembered");
	unlink(in_dir("run"));
	is_int(set(&ledger, "/a", MIB), 0, "until the directory can be made anew");
	put("a/memory.low", "x");
	is_int(ledger_undo(&ledger), -EBADMSG, "what cannot be undone is an error");
	is_uint(ledger.nr, 1, "and remembered");
	ok(strstr(get("run/ledger"), " /a\n") != NULL, "on the disk too");
	put("a/memory.low", "1048576");
	is_int(ledger_undo(&ledger), 0, "until it can be");
	is_text(get("a/memory.low"), "0", "restored");
	ledger_close(&ledger);
}

static void check_crash(void)
{
	struct ledger ledger, next;

	fresh_ledger(&ledger);
	make_cgroup("a", "0");
	make_cgroup("b", "0");
	make_cgroup("c", "0");
	make_cgroup("d", "0");
	make_cgroup("e", "0");
	set(&ledger, "/a", MIB);
	set(&ledger, "/b", MIB);
	set(&ledger, "/c", MIB);
	set(&ledger, "/d", MIB);
	set(&ledger, "/e", MIB);
	make_cgroup("f", "0");
	set(&ledger, "/f", MIB);
	set(&ledger, "/f", 2 * MIB);
	is_int(ledger_open(&next, in_dir("run/ledger"), dir, false), -EBUSY, "a living daemon's state is its own");
	ledger_close(&next);
	ledger_close(&ledger);		/* the daemon dies */

	put("b/memory.low", "12345");	/* somebody else */
	rename(in_dir("c"), in_dir("c-old"));
	make_cgroup("c", "1048576");	/* another cgroup, same path */
	put("d/memory.low", "0");	/* died before it was written */
	rename(in_dir("e"), in_dir("e-old"));
	put("f/memory.low", "1048576");	/* died before the second was written */
	fresh_ledger(&next);
	is_uint(next.nr, 6, "all changes are found");
	ledger_undo(&next);
	is_text(get("a/memory.low"), "0", "restored after a crash");
	is_text(get("b/memory.low"), "12345", "somebody else's value stays");
	is_text(get("c/memory.low"), "1048576", "another cgroup's value stays");
	is_text(get("d/memory.low"), "0", "what was never written is right already");
	is_text(get("f/memory.low"), "0", "what was written before is restored too");
	ok(!get("e/memory.low") && !get("run/ledger"), "a cgroup that is gone is forgotten");
	ledger_close(&next);
}

static void check_broken_state(void)
{
	static const char *const broken[] = {
		"garbage\n", "1 memory.low 2 3 4 /../../etc\n", "1 ../x 2 3 4 /a\n",
		"1 cgroup.procs 2 3 4 /a\n", "1 memory.low 2 3 /a\n",
	};
	struct ledger ledger;
	size_t i;

	for (i = 0; i < sizeof(broken) / sizeof(broken[0]); i++) {
		put("run/ledger", broken[i]);
		is_int(ledger_open(&ledger, in_dir("run/ledger"), dir, false), -EBADMSG,
		       "a state file that makes no sense");
		ledger_close(&ledger);
		is_text(get("run/ledger"), broken[i], "is left as it is");
	}
	unlink(in_dir("run/ledger"));
	fresh_ledger(&ledger);
	is_uint(ledger.nr, 0, "without a file there is nothing to restore");
	ledger_close(&ledger);
}

static void check_foreign_change(void)
{
	struct knob knob;
	struct ledger ledger;

	fresh_ledger(&ledger);
	make_cgroup("a", "0");
	set(&ledger, "/a", MIB);
	is_int(ledger_read(&ledger, "/a", LOW, &knob), 0, "read what was written");
	ok(knob.value == MIB && knob.original == 0, "value and original");
	put("a/memory.low", "777");
	is_int(ledger_read(&ledger, "/a", LOW, &knob), 0, "read what somebody else set");
	ok(knob.value == 777 && knob.original == 777, "that is the original now");
	set(&ledger, "/a", 2 * MIB);
	ledger_undo(&ledger);
	is_text(get("a/memory.low"), "777", "and is restored");

	set(&ledger, "/a", MIB);
	put("a/memory.low", "777");
	is_int(ledger_read(&ledger, "/a", LOW, &knob), 0, "somebody else sets the original again");
	is_uint(ledger.nr, 0, "that is no change of ours any more");
	set(&ledger, "/a", MIB);
	set(&ledger, "/a", 2 * MIB);
	put("a/memory.low", "1048576");
	is_int(ledger_read(&ledger, "/a", LOW, &knob), 0, "or what was written before");
	is_uint(knob.original, MIB, "that is the original now");

	put("a/memory.low", "777");
	set(&ledger, "/a", MIB);
	rename(in_dir("a"), in_dir("a-old"));
	make_cgroup("a", "1048576");
	is_int(ledger_read(&ledger, "/a", LOW, &knob), 0, "another cgroup at that path");
	ok(knob.value == MIB && knob.original == MIB, "has its own original, even if the values agree");

	put("a/memory.low", "max");
	set(&ledger, "/a", MIB);
	ledger_undo(&ledger);
	is_text(get("a/memory.low"), "max", "also max");
	ledger_close(&ledger);
}

/* What was decided for one value, or one cgroup, is not done to another */
static void check_meanwhile(void)
{
	struct protect_rule rules[] = { { .name = "x", .cgroup = "/a/x" } };
	const struct config c = { .nr = 1, .protect = rules };
	struct knob knob;
	struct ledger ledger;

	fresh_ledger(&ledger);
	make_cgroup("a", "0");
	make_cgroup("a/x", "0");
	ledger_read(&ledger, "/a", LOW, &knob);
	put("a/memory.low", "777");
	is_int(ledger_write(&ledger, "/a", LOW, &knob, MIB), -EAGAIN, "somebody else was quicker");
	is_text(get("a/memory.low"), "777", "and that stays");
	is_uint(ledger.nr, 0, "nothing is to be restored");
	put("a/memory.low", "0");

	is_int(set_low(&ledger, &c, "/a/x", 12 * MIB), 0, "raise");
	is_int(low_read(&ledger, &c, "/a/x", &knob), 0, "see that");
	put("a/x/memory.low", "524288000");
	is_int(low_set(&ledger, &c, "/a/x", &knob, 9 * MIB), -EAGAIN, "somebody else sets it before it is lowered");
	is_text(get("a/x/memory.low"), "524288000", "and that stays");
	is_text(get("a/memory.low"), "0", "and needs nothing above");
	is_int(low_read(&ledger, &c, "/a/x", &knob), 0, "see that");
	is_int(low_set(&ledger, &c, "/a/x", &knob, 600 * MIB), 0, "what is decided for it is done");

	is_int(low_read(&ledger, &c, "/a/x", &knob), 0, "see that");
	rename(in_dir("a/x"), in_dir("a/x-old"));
	make_cgroup("a/x", "629145600");
	is_int(low_set(&ledger, &c, "/a/x", &knob, 700 * MIB), -EAGAIN, "another cgroup takes the path, with as much");
	is_text(get("a/x/memory.low"), "629145600", "and keeps it");
	is_text(get("a/memory.low"), "0", "and needs nothing above");
	is_int(low_read(&ledger, &c, "/a/x", &knob), 0, "see that");
	put("a/x/memory.low", "777");
	unlink(in_dir("a/memory.low"));
	if (symlink("/proc/sys/kernel/ngroups_max", in_dir("a/memory.low")))
		abort();
	is_int(low_set(&ledger, &c, "/a/x", &knob, 800 * MIB), -EAGAIN, "nor is anything tried above");
	unlink(in_dir("a/memory.low"));
	put("a/memory.low", "0");
	ledger_read(&ledger, "/a", LOW, &knob);
	rename(in_dir("a"), in_dir("a-older"));
	make_cgroup("a", "0");
	is_int(ledger_write(&ledger, "/a", LOW, &knob, MIB), -EAGAIN, "another one does, with nothing");
	is_text(get("a/memory.low"), "0", "which stays nothing");
	ledger_close(&ledger);
}

static void check_dry_run(void)
{
	struct knob knob;
	struct ledger ledger;

	make_cgroup("a", "4096");
	is_int(ledger_open(&ledger, in_dir("dry/ledger"), dir, true), 0, "a dry run");
	is_int(set(&ledger, "/a", MIB), 0, "write");
	is_text(get("a/memory.low"), "4096", "is not done");
	is_int(ledger_read(&ledger, "/a", LOW, &knob), 0, "read");
	ok(knob.value == MIB && knob.original == 4096, "as if it were");
	put("a/memory.low", "8192");
	is_int(ledger_read(&ledger, "/a", LOW, &knob), 0, "read what somebody else set");
	ok(knob.value == 8192 && knob.original == 8192, "that counts");
	set(&ledger, "/a", MIB);
	is_int(ledger_undo(&ledger), 0, "restore");
	is_text(get("a/memory.low"), "8192", "is not done either");
	ok(access(in_dir("dry"), F_OK), "and no file was made");
	ledger_close(&ledger);
}

/* --- memory.low of a cgroup and those above --- */

static void check_ancestors(void)
{
	struct protect_rule rules[] = {
		{ .name = "x", .cgroup = "/p/q/x" }, { .name = "y", .cgroup = "/p/y" },
		{ .name = "p", .cgroup = "/pp" },
	};
	const struct config c = { .nr = 3, .protect = rules };
	struct knob knob;
	struct ledger ledger;

	fresh_ledger(&ledger);
	make_cgroup("p", "4096");
	make_cgroup("p/q", "max");
	make_cgroup("p/q/x", "0");
	make_cgroup("p/y", "8192");
	make_cgroup("pp", "0");
	is_int(set_low(&ledger, &c, "/p/q/x", 10 * MIB), 0, "raise one");
	is_text(get("p/memory.low"), "10489856", "its grandparent has 4096 more");
	put("p/q/x/memory.low", "0");
	is_int(low_read(&ledger, &c, "/p/q/x", &knob), 0, "somebody else undoes it");
	is_text(get("p/memory.low"), "4096", "nothing is left of it above");
	is_int(set_low(&ledger, &c, "/p/q/x", 10 * MIB), 0, "raise it again");
	is_text(get("p/q/memory.low"), "max", "who has no bound needs none");
	is_int(set_low(&ledger, &c, "/p/y", 8192 + 5 * MIB), 0, "raise another");
	is_text(get("p/memory.low"), "15732736", "both count above");
	is_int(set_low(&ledger, &c, "/pp", MIB), 0, "raise a neighbour");
	is_text(get("p/memory.low"), "15732736", "who does not");
	is_int(set_low(&ledger, &c, "/p/y", 8192 + 5 * MIB), 0, "the same again");
	is_text(get("p/memory.low"), "15732736", "changes nothing");
	is_int(set_low(&ledger, &c, "/p/q/x", 2 * MIB), 0, "lower the first");
	is_text(get("p/memory.low"), "7344128", "lowers above");
	put("p/y/memory.low", "99");
	is_int(low_read(&ledger, &c, "/p/y", &knob), 0, "somebody else sets the second");
	is_text(get("p/memory.low"), "2101248", "its part is taken back above");
	put("p/memory.low", "1");
	is_int(set_low(&ledger, &c, "/p/q/x", 3 * MIB), 0, "somebody else sets it above");
	is_text(get("p/memory.low"), "3145729", "then that is what is added to");

	/* The child fails, so the parent is not left with more than it needs */
	put("p/q/x/memory.low", "x");
	is_int(set_low(&ledger, &c, "/p/q/x", 4 * MIB), -EBADMSG, "a raise that fails");
	is_text(get("p/memory.low"), "3145729", "raises nothing above");
	/* Nor when it fails at the last moment: no one may write to this one */
	unlink(in_dir("p/q/x/memory.low"));
	if (symlink("/proc/sys/kernel/ngroups_max", in_dir("p/q/x/memory.low")))
		abort();
	ok(set_low(&ledger, &c, "/p/q/x", 4 * MIB) < 0, "a raise that fails later");
	is_text(get("p/memory.low"), "1", "raises nothing above either");
	unlink(in_dir("p/q/x/memory.low"));
	put("p/q/x/memory.low", "0");
	is_int(set_low(&ledger, &c, "/p/q/x", 3 * MIB), 0, "raise it again");
	is_text(get("p/memory.low"), "3145729", "and above");
	rename(in_dir("p/q"), in_dir("q-old"));
	is_int(low_read(&ledger, &c, "/p/q/x", &knob), -ENOENT, "the first vanishes, with its parent");
	is_text(get("p/memory.low"), "1", "nothing is left of it above");
	ledger_undo(&ledger);
	is_text(get("pp/memory.low"), "0", "all is restored");
	ok(!get("run/ledger"), "and nothing left to restore");
	ledger_close(&ledger);
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
	journal_open(JOURNAL_STDERR, LOG_EMERG);
	check_good_config();
	check_bad_configs();
	check_decisions();
	check_explanations();
	check_limit_explanations();
	check_engine();
	check_files();
	check_restore();
	check_failures();
	check_crash();
	check_broken_state();
	check_foreign_change();
	check_meanwhile();
	check_dry_run();
	check_ancestors();
	snprintf(command, sizeof(command), "rm -rf %s", dir);
	if (system(command))
		return 1;
	return tap_done();
}
