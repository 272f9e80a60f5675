// SPDX-License-Identifier: GPL-2.0
/* The choice of the cgroup to kill or to freeze, and when the next kill may follow */
#include "arbiter.h"
#include "engine_cases.h"
#include "losses.h"
#include "victim.h"

/* --- the choice --- */

/**
 * struct victim_case - a search for a rule on /s
 * @lines: changes of the machine: see MACHINE
 * @later: changes of the second frame, a second later
 * @among: patterns of candidates; NULL for none
 * @choice: path of the choice, and behind a blank of the next one; or, with "none: ", how many
 *	cgroups were skipped for which reason
 */
struct victim_case {
	const char *name;
	const char *lines;
	const char *later;
	const char *among;
	enum victim_rank by;
	const char *choice;
	bool thawed;
};

#define HOST	"host self=/system/headroomd free=1G\n/ id=1\n/s id=2\n/system id=3\n"		\
		"/system/headroomd id=4 current=900M\n/init.scope id=5 current=900M\n"
/* /s/a is the largest child, and /s/a/1 the largest of its own */
#define TREE	"@1\n" HOST "/s current=950M\n/s/a id=10 current=500M\n/s/a/1 id=11 current=300M\n"	\
		"/s/a/2 id=12 current=200M\n/s/b id=13 current=400M\n/s/c id=14 current=50M\n"

static const struct victim_case choices[] = {
	{ "the largest child of the largest child", .choice = "/s/a/1 /s/a/2" },
	{ "a cgroup that is killed as a group", "/s/a group=1", .choice = "/s/a /s/b" },
	{ "the rule's cgroup, if that is a group", "/s group=1", .choice = "/s -" },
	{ "the rule's cgroup, if it has no children with tasks",
	  "/s/a populated=0\n/s/b populated=0\n/s/c populated=0", .choice = "/s -" },
	{ "none without tasks", "/s populated=0\n/s/a populated=0\n/s/b populated=0\n/s/c populated=0",
	  .choice = "none:" },
	{ "what memory.low protects does not count", "/s/a low=450M", .choice = "/s/b /s/a" },
	{ "nor what memory.min does", "/s/a min=470M", .choice = "/s/b /s/c" },
	{ "one that is protected as a whole is the last", "/s/a low=max\n/s/b low=max",
	  .choice = "/s/c /s/a" },
	{ "avoid: the next one", "/s/a trusted.oomd_avoid=1", .choice = "/s/b /s/c" },
	{ "avoid of all: the largest again",
	  "/s/a user.oomd_avoid=1\n/s/b user.oomd_avoid=1\n/s/c user.oomd_avoid=1",
	  .choice = "/s/a/1 /s/a/2" },
	{ "avoid counts among siblings", "/s/a/1 user.oomd_avoid=1", .choice = "/s/a/2 /s/a/1" },
	{ "prefer: the smallest first", "/s/c user.oomd_prefer=1", .choice = "/s/c /s/a" },
	{ "omit: never", "/s/a user.oomd_omit=1\n/s/b user.oomd_omit=1\n/s/c user.oomd_omit=1",
	  .choice = "none: 3 omitted" },
	{ "a mark of a wrong owner is ignored", "/s/a owner=1000 user.oomd_omit=1",
	  .choice = "/s/a/1 /s/a/2" },
	{ "marks that cannot be read are not none", "/s/a owner=-", .among = "/s/a",
	  .choice = "none: 1 blind" },
	{ "a subtree without a choice: its sibling",
	  "/s/a/1 user.oomd_omit=1\n/s/a/2 user.oomd_omit=1", .choice = "/s/b /s/c" },
	{ "too small", "/s/a current=9M\n/s/b current=9M\n/s/c current=9M",
	  .choice = "none: 3 small" },
	{ "file pages do not make it large", "/s/a file=495M\n/s/b file=391M", .choice = "/s/c -" },
	{ "but swap does", "/s/a current=9M swap=9M\n/s/a/1 current=1M swap=9M\n/s/a/2 current=1M swap=8M\n"
	  "/s/b current=9M\n/s/c current=9M", .choice = "/s/a/1 -" },
	{ "and kernel memory", "/s/a current=9M\n/s/b current=9M kernel=2M\n/s/c current=9M",
	  .choice = "/s/b -" },
	{ "less what can be reclaimed", "/s/a current=9M\n/s/b current=9M kernel=2M slab=2M\n"
	  "/s/c current=9M", .choice = "none: 3 small" },
	{ "and locked pages", "/s/a current=9M\n/s/b current=9M\n/s/c current=9M unevictable=2M",
	  .choice = "/s/c -" },
	{ "and buffers of sockets", "/s/a current=9M\n/s/b current=9M\n/s/c current=9M sock=2M",
	  .choice = "/s/c -" },
	{ "memory.stat that cannot be read is not zero", "/s/a stat=-", .among = "/s/a",
	  .choice = "none: 1 blind" },
	{ "swap is zero if the kernel has none", "/s/a swap=-\n/s/a/1 swap=-", .choice = "/s/a/1 /s/a/2" },
	{ "parts that are too small of a whole that is not",
	  "/s/a current=15M\n/s/a/1 current=8M\n/s/a/2 current=7M\n/s/b current=9M\n/s/c current=11M",
	  .choice = "/s/c -" },
	{ "a size that cannot be read is not zero", "/s/a error=5\n/s/a/1 error=5\n/s/a/2 error=5",
	  .choice = "/s/b /s/c" },
	{ "patterns", .among = "/s/b, /s/c", .choice = "/s/b /s/c" },
	{ "what patterns match is descended into", .among = "/s/*", .choice = "/s/a/1 /s/a/2" },
	{ "but not what they exclude", .among = "/s/*, !/s/a/1", .choice = "/s/a/2 /s/b" },
	{ "a group with an excluded part is none", "/s/a group=1", .among = "/s/*, !/s/a/1",
	  .choice = "/s/a/2 /s/b" },
	{ "patterns that match nothing", .among = "/t/*", .choice = "none:" },
	{ "init and headroomd are spared", .among = "/init.scope, /system/*",
	  .choice = "none: 2 spared" },
	{ "a cgroup above headroomd is descended into", "/system current=990M\n/system/x id=20 current=20M",
	  .among = "/*, !/init.scope", .choice = "/system/x /s" },
	{ "even if it is a group", "/system current=990M group=1\n/system/x id=20 current=20M",
	  .among = "/*, !/init.scope", .choice = "/system/x /s" },
	{ "the root is descended into", "/system populated=0", .among = "/, !/init.scope",
	  .choice = "none:" },
	{ "by swap", "/s/a swap=1M\n/s/b swap=3M", .by = VICTIM_BY_SWAP, .choice = "/s/b /s/a" },
	{ "by swap, without swap", .by = VICTIM_BY_SWAP, .choice = "none: 3 uninvolved" },
	{ "by growth", .later = "/s/c current=+30M\n/s/b current=+20M", .by = VICTIM_BY_GROWTH,
	  .choice = "/s/c /s/b" },
	{ "by growth: not the cache that grows, but the leak that displaces its own",
	  "/s/c file=40M", "/s/c file=0\n/s/b current=+20M file=+20M\n/s/a current=+30M file=+30M",
	  .by = VICTIM_BY_GROWTH, .choice = "/s/c -" },
	{ "by growth, with swap", .later = "/s/c swap=30M\n/s/b current=+20M", .by = VICTIM_BY_GROWTH,
	  .choice = "/s/c /s/b" },
	{ "by growth, if all shrink", .later = "/s/a current=+0\n/s/b current=300M",
	  .by = VICTIM_BY_GROWTH, .choice = "none: 3 uninvolved" },
	{ "by growth, one that is new is blind",
	  .later = "/s/d id=15 current=600M\n/s/b current=+20M", .by = VICTIM_BY_GROWTH,
	  .choice = "/s/b -" },
	{ "by stalls", .later = "/s/b stall=+200ms\n/s/c stall=+300ms", .by = VICTIM_BY_STALL,
	  .choice = "/s/c /s/b" },
	{ "by stalls, without the module", .later = "@+0 module=missing", .by = VICTIM_BY_STALL,
	  .choice = "none: 3 blind" },
	{ "by refaults", .later = "/s/b refaults=+90 evictions=+100\n/s/c refaults=+95 evictions=+900",
	  .by = VICTIM_BY_REFAULTS, .choice = "/s/b /s/c" },
	{ "by blame: the one that took it, not the largest",
	  .later = "blame 13 by 14 100\nblame 11 by 12 90\nblame 10 by 10 500",
	  .by = VICTIM_BY_BLAME, .choice = "/s/c -" },
	{ "by blame: over all children of an evictor",
	  .later = "blame 13 by 11 60\nblame 13 by 12 70\nblame 10 by 14 100",
	  .by = VICTIM_BY_BLAME, .choice = "/s/a/2 /s/a/1" },
	{ "by blame: a part that is not known is chosen by its size",
	  .later = "blame 13 by 10 100 merged", .by = VICTIM_BY_BLAME, .choice = "/s/a/1 /s/a/2" },
	{ "by blame: only of what the rule's cgroup lost", .later = "blame 4 by 13 100",
	  .by = VICTIM_BY_BLAME, .choice = "none: 3 uninvolved" },
	{ "by blame: an unknown evictor is none", .later = "blame 13 by 0 100",
	  .by = VICTIM_BY_BLAME, .choice = "none: 3 uninvolved" },
	{ "by blame, without the module", .later = "@+0 module=missing", .by = VICTIM_BY_BLAME,
	  .choice = "none: 3 blind" },
	{ "one that is frozen is not frozen again", "/s/a freeze=1", .thawed = true,
	  .choice = "/s/b /s/c" },
	{ "nor one of which that is unknown", "/s/a freeze=-", .thawed = true,
	  .choice = "/s/b /s/c" },
	{ "but it can be killed", "/s/a freeze=1", .choice = "/s/a/1 /s/a/2" },
};

static void print_choice(char *buf, size_t size, const struct frame *frame,
			 const struct victim *v)
{
	static const char *const words[VICTIM_SKIPS] = {
		"spared", "omitted", "excluded", "small", "uninvolved", "failed", "frozen", "blind",
	};
	size_t n;

	if (v->cgroup != FRAME_NONE) {
		snprintf(buf, size, "%s %s", frame->cgroup[v->cgroup].path,
			 v->next == FRAME_NONE ? "-" : frame->cgroup[v->next].path);
		return;
	}
	n = snprintf(buf, size, "none:");
	for (size_t i = 0; i < VICTIM_SKIPS; i++)
		if (v->skipped[i])
			n += snprintf(buf + n, size - n, " %u %s", v->skipped[i], words[i]);
}

static void search(const struct victim_case *c, const struct frame *before,
		   const struct frame *now, char *buf, size_t size)
{
	struct losses losses = {};
	const struct view view = {
		.now = now, .before = before, .cgroup = frame_find_path(now, "/s"),
		.cgroup_before = frame_find_path(before, "/s"), .seconds = 1, .losses = &losses,
	};
	struct pattern among = {};
	const struct victim_search want = {
		.view = &view, .among = &among, .by = c->by, .least = 10 << 20,
		.thawed = c->thawed,
	};
	struct victim victim;
	const char *error;
	size_t column;

	if (c->among && pattern_parse(c->among, &among, &error, &column))
		fake_wrong("no patterns", c->among);
	victim_find(&want, &victim);
	print_choice(buf, size, now, &victim);
	losses_clear(&losses);
	pattern_free(&among);
}

static void check_choice(const struct victim_case *c)
{
	struct frame *before, *now;
	struct fake fake = {};
	char choice[256];

	fake_change(&fake, TREE);
	fake_change(&fake, c->lines ? c->lines : "");
	before = fake_frame(&fake);
	fake_change(&fake, "@+1");
	fake_change(&fake, c->later ? c->later : "");
	now = fake_frame(&fake);
	search(c, before, now, choice, sizeof(choice));
	is_text(choice, c->choice, c->name);
	frame_put(before);
	frame_put(now);
	fake_free(&fake);
}

/* --- rules --- */

#define SHORT		"swap.current > 1M"
#define KILL(name, cgroups, when, ...)								\
	"[rule " name "]\ncgroups = " cgroups "\nwhen = " when "\ndo = kill " __VA_ARGS__ "\n"
#define FREEZE(name, cgroups, when, ...)							\
	"[rule " name "]\ncgroups = " cgroups "\nwhen = " when "\ndo = freeze " __VA_ARGS__ "\n"
/* In /s, one cgroup sleeps, one is big, and there is a third */
#define SLICE		"@100\n" HOST "/s current=560M swap=9M\n"			\
			"/s/big id=10 current=400M\n/s/sleeper id=11 current=500K\n"		\
			"/s/third id=12 current=100M\n"
/* The big one has died, and its memory is free */
#define DIED		"gone /s/big\n/s current=160M\nhost free=1400M\n"
#define QUIET		"/s swap=0\n"

static const struct engine_case cases[] = {
	{
		.name = "of two siblings the big one dies, once",
		.config = KILL("r", "/s", SHORT " for 2s"),
		.script = SLICE "@+1 x3\n" "@+1\n" DIED QUIET "@+1 x20\n",
		.log = "100 r /s: unknown, condition unknown\n"
		       "102 r /s: yes, kill\n"
		       "102 r /s: kill /s/big 400M\n"
		       "103 r /s: yes, settling\n"
		       "104 r /s: no, quiet\n"
		       "112 r /s: later no, quiet\n",
	}, {
		.name = "if it is to be avoided, a third one dies",
		.config = KILL("r", "/s", SHORT),
		.script = SLICE "/s/big user.oomd_avoid=1\n"
			  "@+1\ngone /s/third\n/s current=460M\n" QUIET "@+1 x3\n",
		.log = "100 r /s: yes, kill\n"
		       "100 r /s: kill /s/third 100M\n"
		       "101 r /s: no, quiet\n",
	}, {
		.name = "a mark that its owner may not set does not help it",
		.config = KILL("r", "/s", SHORT),
		.script = SLICE "/s/big owner=1000 user.oomd_omit=1\n" "@+1\n" DIED QUIET,
		.log = "100 r /s: yes, kill\n"
		       "100 r /s: kill /s/big 400M\n"
		       "101 r /s: no, quiet\n",
	}, {
		.name = "no second kill while memory falls",
		.config = KILL("r", "/s", SHORT),
		.script = SLICE "@+1\n/s/big current=300M\n/s current=460M\n"
			  "@+1\n/s/big current=200M\n/s current=400M\n"
			  "@+1 x3\n/s/big populated=0\n"
			  "@+1\ngone /s/big\n/s current=300M\n" QUIET "@+1\n",
		.log = "100 r /s: yes, kill\n"
		       "100 r /s: kill /s/big 400M\n"
		       "101 r /s: yes, settling\n"
		       "106 r /s: no, quiet\n",
	}, {
		.name = "nor while pressure drains, although memory has fallen",
		.config = KILL("r", "/s", "psi.some.avg10 > 10 %"),
		.script = SLICE "/s psi.some.avg10=40\n@+1 x3\n/s psi.some.total=+400000\n"
			  "@+1\n/s/big populated=0\n/s current=160M psi.some.total=+10000\n"
			  "@+1 x2\n/s psi.some.avg10=30 psi.some.total=+10000\n"
			  "@+1\n/s psi.some.avg10=9\n@+1\n",
		.log = "100 r /s: yes, kill\n"
		       "100 r /s: kill /s/big 400M\n"
		       "101 r /s: yes, settling\n"
		       "107 r /s: no, quiet\n",
	}, {
		.name = "but if it does not drain, there is one",
		.config = KILL("r", "/s", "psi.some.avg10 > 10 %"),
		.script = SLICE "/s psi.some.avg10=40\n@+1 x3\n/s psi.some.total=+400000\n"
			  "@+1\n/s/big populated=0\n/s current=160M psi.some.total=+300000\n"
			  "@+1\n/s psi.some.total=+300000\n@+1\n/s psi.some.total=+300000\n",
		.log = "100 r /s: yes, kill\n"
		       "100 r /s: kill /s/big 400M\n"
		       "101 r /s: yes, settling\n"
		       "106 r /s: yes, kill\n"
		       "106 r /s: kill /s/third 100M\n",
	}, {
		.name = "none for what the victim had waited for before it died",
		.config = KILL("r", "/s", "stall > 20 %"),
		.script = SLICE "@+1\n/s stall=+600ms\n" "@+1\n" DIED "/s stall=+600ms\n"
			  "@+1\n/s stall=+600ms\n" "@+1\n",
		.log = "100 r /s: unknown, condition unknown\n"
		       "101 r /s: yes, kill\n"
		       "101 r /s: kill /s/big 400M\n"
		       "102 r /s: yes, settling\n"
		       "104 r /s: no, quiet\n",
	}, {
		.name = "nor before the settle time has passed, if memory does not fall",
		.config = KILL("r", "/s", SHORT, "settle=8s"),
		.script = SLICE "@+1\ngone /s/big\n@+1 x9\n",
		.log = "100 r /s: yes, kill\n"
		       "100 r /s: kill /s/big 400M\n"
		       "101 r /s: yes, settling\n"
		       "108 r /s: yes, kill\n"
		       "108 r /s: kill /s/third 100M\n"
		       "109 r /s: yes, settling\n",
	}, {
		.name = "the machine's memory counts as well",
		.config = KILL("r", "/s", SHORT, "victims=/t/*"),
		.script = SLICE "/t id=20 current=200M\n/t/x id=21 current=100M\n"
			  "/t/y id=22 current=90M\n" "@+1\ngone /t/x\nhost free=1040M\n@+1\n"
			  "@+1\nhost free=1080M\n",
		.log = "100 r /s: yes, kill\n"
		       "100 r /s: kill /t/x 100M\n"
		       "101 r /s: yes, settling\n"
		       "103 r /s: yes, kill\n"
		       "103 r /s: kill /t/y 90M\n",
	}, {
		.name = "one that cannot be killed: the next, within one cycle",
		.config = KILL("r", "/s", SHORT),
		.script = SLICE "@+1 x6\n",
		.log = "100 r /s: yes, kill\n"
		       "100 r /s: kill /s/big 400M\n"
		       "101 r /s: yes, settling\n"
		       "105 r /s: yes, kill\n"
		       "105 r /s: kill /s/third 100M\n"
		       "106 r /s: yes, settling\n",
	}, {
		.name = "the time of a program before the kill does not count",
		.config = KILL("r", "/s", SHORT, "settle=6s hook=/bin/true timeout=10s"),
		.script = SLICE "@+1 x17\n",
		.log = "100 r /s: yes, kill\n"
		       "100 r /s: kill /s/big 400M\n"
		       "101 r /s: yes, settling\n"
		       "110 r /s: later yes, settling\n"
		       "115 r /s: yes, kill\n"
		       "115 r /s: kill /s/third 100M\n"
		       "116 r /s: yes, settling\n",
	}, {
		.name = "it is left alone for five minutes",
		.config = KILL("r", "/s", SHORT, "victims=/s/big window=1min"),
		.script = SLICE "@+1 x6\n" "@+2 x149\n@+2 x3\n",
		.log = "100 r /s: yes, kill\n"
		       "100 r /s: kill /s/big 400M\n"
		       "101 r /s: yes, settling\n"
		       "105 r /s: yes, none can be killed\n"
		       "110 r /s: later yes, none can be killed\n"
		       "406 r /s: yes, kill\n"
		       "406 r /s: kill /s/big 400M\n"
		       "408 r /s: yes, settling\n",
	}, {
		.name = "of two rules in one frame, the first kills",
		.config = KILL("one", "/s", SHORT) KILL("two", "/s", SHORT),
		.script = SLICE "@+1\n" DIED QUIET "@+1\n",
		.log = "100 one /s: yes, kill\n"
		       "100 one /s: kill /s/big 400M\n"
		       "100 two /s: yes, settling\n"
		       "101 one /s: no, quiet\n"
		       "101 two /s: no, quiet\n",
	}, {
		.name = "a limited number of kills in a window",
		.config = KILL("r", "/s", SHORT, "most=1 window=30s"),
		.script = SLICE "@+1\n" DIED "@+2 x16\n",
		.log = "100 r /s: yes, kill\n"
		       "100 r /s: kill /s/big 400M\n"
		       "101 r /s: yes, settling\n"
		       "105 r /s: yes, limit reached\n"
		       "111 r /s: later yes, limit reached\n"
		       "131 r /s: yes, kill\n"
		       "131 r /s: kill /s/third 100M\n"
		       "133 r /s: yes, settling\n",
	}, {
		.name = "the first target has no candidates: the next one",
		.config = KILL("r", "/s", SHORT, "victims=/s/big, /s/third"),
		.script = SLICE "/s/big populated=0\n",
		.log = "100 r /s: yes, kill\n"
		       "100 r /s: kill /s/third 100M\n",
	}, {
		.name = "without swap, a file that does not fit into its cgroup is a reason",
		.config = KILL("r", "/s", "refaults.file > 500/s and stall.refault > 20 % for 5s",
			       "by=refaults"),
		.script = SLICE "host swaptotal=0 swapfree=0\n/s/big max=200M current=200M\n"
			  "@+1 x6\n/s refaults.file=+2000 refaults=+2000 evictions=+2000 "
			  "stall.refault=+600ms\n"
			  "/s/big refaults=+2000 evictions=+2000\n",
		.log = "100 r /s: unknown, condition unknown\n"
		       "106 r /s: yes, kill\n"
		       "106 r /s: kill /s/big 200M\n",
	}, {
		.name = "reasons why nothing is killed",
		.config = KILL("small", "/s", SHORT, "least=1G")
			  KILL("none", "/s", SHORT, "victims=/t/*")
			  KILL("spared", "/s", SHORT, "victims=/system/*")
			  KILL("several", "/s", SHORT, "least=50M victims=/init.scope, /s/sleeper")
			  KILL("blind", "/s", SHORT, "by=growth least=0K")
			  KILL("unknown", "/s", "refaults > 1/s"),
		.script = SLICE,
		.log = "100 small /s: yes, all too small\n"
		       "100 none /s: yes, no victim\n"
		       "100 spared /s: yes, all spared\n"
		       "100 several /s: yes, no victim\n"
		       "100 blind /s: yes, blind\n"
		       "100 unknown /s: unknown, condition unknown\n",
	}, {
		.name = "without its own cgroup headroomd kills none",
		.config = KILL("r", "/s", SHORT),
		.script = "@1\n/ id=1\n/s id=2 current=9M swap=9M\n/s/x id=3 current=8M\n",
		.log = "1 r /s: yes, all spared\n",
	}, {
		.name = "the cooldown delays the next kill",
		.config = KILL("r", "/s", SHORT) "cooldown = 4s\n",
		.script = SLICE "@+1\n" DIED "@+1 x4\n",
		.log = "100 r /s: yes, kill\n"
		       "100 r /s: kill /s/big 400M\n"
		       "101 r /s: yes, cooling\n"
		       "104 r /s: yes, kill\n"
		       "104 r /s: kill /s/third 100M\n"
		       "105 r /s: yes, cooling\n",
	}, {
		.name = "in a dry run the same is logged, and no cgroup is found to be unkillable",
		.config = KILL("r", "/s", SHORT, "most=2 settle=10s"),
		.script = SLICE "@+2 x12\n",
		.log = "100 r /s: yes, kill (dry)\n"
		       "100 r /s: kill /s/big 400M (dry)\n"
		       "102 r /s: yes, settling (dry)\n"
		       "110 r /s: yes, kill (dry)\n"
		       "110 r /s: later yes, kill (dry)\n"
		       "110 r /s: kill /s/big 400M (dry)\n"
		       "112 r /s: yes, settling (dry)\n"
		       "120 r /s: yes, limit reached (dry)\n"
		       "120 r /s: later yes, limit reached (dry)\n",
		.dry_run = true,
	}, {
		.name = "a rule that imagines kills keeps no other from killing",
		.config = KILL("dry", "/s", SHORT) "dry-run = yes\n" KILL("real", "/s", SHORT),
		.script = SLICE "@+1\n" DIED QUIET "@+1\n",
		.log = "100 dry /s: yes, kill (dry)\n"
		       "100 dry /s: kill /s/big 400M (dry)\n"
		       "100 real /s: yes, kill\n"
		       "100 real /s: kill /s/big 400M\n"
		       "101 dry /s: no, quiet (dry)\n"
		       "101 real /s: no, quiet\n",
	}, {
		.name = "after another boot no kill is remembered",
		.config = KILL("r", "/s", SHORT, "most=1"),
		.script = SLICE "@101 boot_id=b\n",
		.log = "100 r /s: yes, kill\n"
		       "100 r /s: kill /s/big 400M\n"
		       "101 gap: the machine was booted\n"
		       "101 r /s: yes, kill\n"
		       "101 r /s: kill /s/big 400M\n",
	}, {
		.name = "freeze while the condition holds",
		.config = FREEZE("r", "/s", SHORT),
		.script = SLICE "@+1 x3\n/s/third current=500M\n" "@+1\n" QUIET "@+1\n",
		.log = "100 r /s: yes, freeze\n"
		       "100 /s/big: wrote freeze 0 to 1\n"
		       "101 r /s: yes, hold\n"
		       "104 r /s: no, quiet\n"
		       "104 /s/big: restored freeze 1 to 0\n",
	}, {
		.name = "and while it is unknown",
		.config = FREEZE("r", "/s", SHORT),
		.script = SLICE "@+1\n/s swap=-\n@+1 x2\n",
		.log = "100 r /s: yes, freeze\n"
		       "100 /s/big: wrote freeze 0 to 1\n"
		       "101 r /s: unknown, hold\n",
	}, {
		.name = "for a limited time, and then rest",
		.config = FREEZE("r", "/s", SHORT, "most=5s rest=4s"),
		.script = SLICE "@+1 x12\n",
		.log = "100 r /s: yes, freeze\n"
		       "100 /s/big: wrote freeze 0 to 1\n"
		       "101 r /s: yes, hold\n"
		       "105 r /s: yes, resting\n"
		       "105 /s/big: restored freeze 1 to 0\n"
		       "109 r /s: yes, freeze\n"
		       "109 /s/big: wrote freeze 0 to 1\n"
		       "110 r /s: yes, hold\n",
	}, {
		.name = "a thaw from outside is respected",
		.config = FREEZE("r", "/s", SHORT, "rest=5s"),
		.script = SLICE "@+1\n@+1\n/s/big freeze=0\n@+1 x5\n",
		.log = "100 r /s: yes, freeze\n"
		       "100 /s/big: wrote freeze 0 to 1\n"
		       "101 r /s: yes, hold\n"
		       "102 /s/big: outside freeze 1 to 0\n"
		       "102 r /s: yes, resting\n"
		       "107 r /s: yes, freeze\n"
		       "107 /s/big: wrote freeze 0 to 1\n",
	}, {
		.name = "one that was removed: the next",
		.config = FREEZE("r", "/s", SHORT),
		.script = SLICE "@+1\ngone /s/big\n@+1\n",
		.log = "100 r /s: yes, freeze\n"
		       "100 /s/big: wrote freeze 0 to 1\n"
		       "101 /s/big: gone freeze 1 to 0\n"
		       "101 /s/third: wrote freeze 0 to 1\n"
		       "102 r /s: yes, hold\n",
	}, {
		.name = "a reload keeps what is frozen, and its time begins again",
		.config = FREEZE("r", "/s", SHORT),
		.next = FREEZE("r", "/s", SHORT, "most=3s"),
		.script = SLICE "@+1\n@reload\n@+1\n/s/third current=500M\n@+1 x3\n",
		.log = "100 r /s: yes, freeze\n"
		       "100 /s/big: wrote freeze 0 to 1\n"
		       "101 r /s: yes, hold\n"
		       "102 r /s: yes, hold\n"
		       "105 r /s: yes, resting\n"
		       "105 /s/big: restored freeze 1 to 0\n",
	}, {
		.name = "marks count for it as well",
		.config = FREEZE("r", "/s", SHORT),
		.script = SLICE "/s/big trusted.oomd_omit=1\n@+1\n",
		.log = "100 r /s: yes, freeze\n"
		       "100 /s/third: wrote freeze 0 to 1\n"
		       "101 r /s: yes, hold\n",
	},
};

/* What is read: all that a search looks at, of what it may look at */
static void check_files(void)
{
	struct frame_wish wish = {};
	struct runner r;

	begin(&r, false, KILL("r", "/s", SHORT, "victims=/t/* by=swap"), NULL);
	engine_wish(r.engine, &wish);
	is_uint(wish.files & (VICTIM_FILES | FRAME_BIT(FRAME_SWAP_CURRENT)),
		VICTIM_FILES | FRAME_BIT(FRAME_SWAP_CURRENT), "frames have the files of victims");
	ok(!wish.blame, "and no blame, which another policy needs");
	is_uint(engine_files(r.engine, 9, "/t/x/1") & VICTIM_FILES, VICTIM_FILES,
		"they are read below a candidate");
	is_uint(engine_files(r.engine, 8, "/t") & VICTIM_FILES, 0, "but not above it");
	end(&r);
	begin(&r, false, KILL("r", "/s", SHORT, "by=blame"), NULL);
	engine_wish(r.engine, &wish);
	ok(wish.blame && wish.stats, "that one needs it");
	is_uint(engine_files(r.engine, 9, "/s/x/1") & VICTIM_FILES, VICTIM_FILES,
		"without patterns, they are read below the rule's cgroup");
	end(&r);
}

int main(void)
{
	check_files();
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		check_case(&cases[i]);
	for (size_t i = 0; i < sizeof(choices) / sizeof(choices[0]); i++)
		check_choice(&choices[i]);
	return tap_done();
}
