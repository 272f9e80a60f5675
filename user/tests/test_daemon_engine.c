// SPDX-License-Identifier: GPL-2.0
/* The engine: what rules decide on a sequence of frames, and which knobs change */
#include <linux/perf_event.h>
#include <math.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "actions.h"
#include "engine_cases.h"
#include "protect.h"

#define RULE(name, cgroups, when, ...)								\
	"[rule " name "]\ncgroups = " cgroups "\nwhen = " when "\n"				\
	"do = protect max=512M rate=20/s idle=10s\n" __VA_ARGS__ "\n"
/* A second of reclaim by others: 1000 refaults and evictions, which need 36M more */
#define WORK(path)										\
	path " refaults=+1000 outside=+1000 evictions=+1000 evictions.outside=+1000 "		\
	"distance=9000x+1000\n"
/* A rule that may raise memory.min as well */
#define HARD(name, cgroups, min, ...)								\
	"[rule " name "]\ncgroups = " cgroups "\nwhen = " BUSY "\n"				\
	"do = protect max=512M rate=20/s idle=10s min=" min "\n" __VA_ARGS__ "\n"
/* The kernel evicts below memory.low, by others' demand: 83M is what the pages need then */
#define BREACH(path)	WORK(path) path " current=40M local.low=+1\n"
#define A_CGROUP	" current=64M evictions=1000000\n"
#define MACHINE		"@100\n/ id=1\n/a id=2" A_CGROUP "/b id=3" A_CGROUP

#define DEMAND	"refaults.outside > 20/s"
#define BUSY	"memory.current > 1M"
#define RECLAIM(cgroup)	"[rule s]\ncgroups = " cgroup "\nwhen = " BUSY "\n"			\
		"do = reclaim age=0s step=10% least=1M returned=10%"
#define RECLAIM_HOST	"host total=8G swaptotal=0 swapfree=0 io=1 self=/d\n"
#define RECLAIM_MACHINE	MACHINE RECLAIM_HOST "/a file=32M\n"
/* Proactive reclaim evicts pages */
#define RECLAIMED	"/a evictions=+200 proactive=+200\n"
#define SLICE	"@100\n/ id=1\n/s id=2" A_CGROUP "/s/x id=3" A_CGROUP "/s/y id=4" A_CGROUP

static const struct engine_case cases[] = {
	{
		.name = "a condition without a duration acts on one sample",
		.config = RULE("r", "/a", DEMAND),
		.script = MACHINE "@+1\n" WORK("/a"),
		.log = "100 r /a: unknown, blind\n"
		       "101 r /a: yes, raise\n"
		       "101 /a: wrote 0M to 110M\n",
	}, {
		.name = "one sample satisfies no duration",
		.config = RULE("r", "/a", DEMAND " for 3s"),
		.script = MACHINE "@+1\n" WORK("/a") "@+1 x5\n" "@+1 x4\n" WORK("/a"),
		.log = "100 r /a: unknown, blind\n"
 "102 r /a: no, quiet\n"
 "110 r /a: yes, raise\n"
 "110 /a: wrote 0M to 110M\n",
	}, {
		.name = "missing frames restart a duration",
		.config = RULE("r", "/a", DEMAND " for 3s"),
		.script = MACHINE "@+1 x3\n" WORK("/a") "@+4\n" WORK("/a") "@+1 x4\n" WORK("/a"),
		.log = "100 r /a: unknown, blind\n"
 "107 gap: no frame for 4.0 s\n"
 "111 r /a: yes, raise\n"
 "111 /a: wrote 0M to 110M\n",
	}, {
		.name = "frames that are late by less do not",
		.config = RULE("r", "/a", DEMAND " for 3s"),
		.script = MACHINE "@+1\n" WORK("/a") "@+3\n" WORK("/a"),
		.log = "100 r /a: unknown, blind\n"
 "104 r /a: yes, raise\n"
 "104 /a: wrote 0M to 110M\n",
	}, {
		.name = "suspend restarts a duration",
		.config = RULE("r", "/a", DEMAND " for 3s"),
		.script = MACHINE "@+1 x3\n" WORK("/a") "@+1 boot=+8\n" WORK("/a") "@+1 x4\n"
			  WORK("/a"),
		.log = "100 r /a: unknown, blind\n"
 "104 gap: the machine was suspended for 8 s\n"
 "108 r /a: yes, raise\n"
 "108 /a: wrote 0M to 110M\n",
	}, {
		.name = "so does the stop of a virtual machine, and the wall clock",
		.config = RULE("r", "/a", DEMAND " for 3s"),
		.script = MACHINE "@+1 x3\n" WORK("/a") "@+1 wall=+30\n" WORK("/a") "@+1 x3\n"
			  WORK("/a") "@+1 wall=50\n" WORK("/a") "@+1 x4\n" WORK("/a"),
		.log = "100 r /a: unknown, blind\n"
 "104 gap: the wall clock was set, or the machine was stopped\n"
 "108 gap: the wall clock was set, or the machine was stopped\n"
 "112 r /a: yes, raise\n"
 "112 /a: wrote 0M to 110M\n",
	}, {
		.name = "so does another boot",
		.config = RULE("r", "/a", DEMAND " for 3s"),
		.script = MACHINE "@+1 x3\n" WORK("/a") "@+1 boot_id=b\n" WORK("/a") "@+1 x4\n"
			  WORK("/a"),
		.log = "100 r /a: unknown, blind\n"
 "104 gap: the machine was booted\n"
 "104 r /a: unknown, blind\n"
 "108 r /a: yes, raise\n"
 "108 /a: wrote 0M to 110M\n",
	}, {
		.name = "after another boot, times and claims of the last one count no more",
		.config = RULE("r", "/a", BUSY, "cooldown = 20s") RULE("old", "/b", "age > 1min"),
		.script = MACHINE "@+1\n" WORK("/a") "@10 boot_id=b\n@+1 x2\n",
		.log = "100 r /a: yes, blind\n"
		       "100 old /b: unknown, blind\n"
		       "101 r /a: yes, raise\n"
		       "101 /a: wrote 0M to 110M\n"
		       "10 gap: the machine was booted\n"
		       "10 r /a: yes, blind\n"
		       "10 old /b: unknown, blind\n"
		       "11 r /a: yes, quiet\n",
	}, {
		.name = "nor if the clock went back",
		.config = RULE("r", "/a", BUSY, "cooldown = 20s") RULE("old", "/b", "age > 1min"),
		.script = MACHINE "@+1\n" WORK("/a") "@10\n@+1 x2\n",
		.log = "100 r /a: yes, blind\n"
		       "100 old /b: unknown, blind\n"
		       "101 r /a: yes, raise\n"
		       "101 /a: wrote 0M to 110M\n"
		       "10 gap: the clock went back\n"
		       "10 r /a: yes, blind\n"
		       "10 old /b: unknown, blind\n"
		       "11 r /a: yes, hold\n",
	}, {
		.name = "a duration of a signal that needs no previous frame restarts as well",
		.config = RULE("r", "/a", BUSY " for 3s"),
		.script = MACHINE "@+1 x2\n@+4\n@+1 x3\n",
		.log = "100 r /a: unknown, blind\n"
 "106 gap: no frame for 4.0 s\n"
 "109 r /a: yes, quiet\n",
	}, {
		.name = "new cgroups join a glob, but not those that are excluded",
		.config = RULE("r", "/s/**, !/s/test", BUSY),
		.script = "@100\n/ id=1\n/s id=2\n/s/a id=3" A_CGROUP "/s/test id=4" A_CGROUP
			  "@+1\n/s/n id=5" A_CGROUP
			  "@+1\n" WORK("/s/a") WORK("/s/test") WORK("/s/n"),
		.log = "100 r /s: no, blind\n"
		       "100 r /s/a: yes, blind\n"
		       "101 r /s: no, quiet\n"
		       "101 r /s/a: yes, quiet\n"
		       "101 r /s/n: yes, blind\n"
		       "102 r /s/a: yes, raise\n"
		       "102 r /s/n: yes, raise\n"
		       "102 /s: wrote 0M to 219M\n"
		       "102 /s/a: wrote 0M to 110M\n"
		       "102 /s/n: wrote 0M to 110M\n",
	}, {
		.name = "a tenant that creates cgroups divides its own part of the budget",
		.config = "[daemon]\nbudget = 100M\n" RULE("r", "/a, /b/*", DEMAND),
		.script = "@100\n/ id=1\n/a id=2" A_CGROUP "/b id=3\n/b/x id=4" A_CGROUP
			  "/b/y id=5" A_CGROUP "/b/z id=6" A_CGROUP
			  "@+1 x2\n" WORK("/a") WORK("/b/x") WORK("/b/y") WORK("/b/z"),
		.log = "100 r /a: unknown, blind\n"
		       "100 r /b/x: unknown, blind\n"
		       "100 r /b/y: unknown, blind\n"
		       "100 r /b/z: unknown, blind\n"
		       "101 r /a: yes, raise\n"
		       "101 r /b/x: yes, raise\n"
		       "101 r /b/y: yes, raise\n"
		       "101 r /b/z: yes, raise\n"
		       "101 /a: wrote 0M to 50M\n"
		       "101 /b: wrote 0M to 50M\n"
		       "101 /b/x: wrote 0M to 17M\n"
		       "101 /b/y: wrote 0M to 17M\n"
		       "101 /b/z: wrote 0M to 17M\n"
		       "102 r /a: yes, over budget\n"
		       "102 r /b/x: yes, over budget\n"
		       "102 r /b/y: yes, over budget\n"
		       "102 r /b/z: yes, over budget\n",
	}, {
		.name = "a share of the memory bounds protections, and weights divide it",
		.config = "[daemon]\nbudget = 10 %\n" RULE("r", "/a", DEMAND, "weight = 300")
			  RULE("s", "/b", DEMAND),
		.script = "@100\nhost total=800M\n/ id=1\n/a id=2" A_CGROUP "/b id=3" A_CGROUP
			  "@+1\n" WORK("/a") WORK("/b"),
		.log = "100 r /a: unknown, blind\n"
		       "100 s /b: unknown, blind\n"
		       "101 r /a: yes, raise\n"
		       "101 s /b: yes, raise\n"
		       "101 /a: wrote 0M to 60M\n"
		       "101 /b: wrote 0M to 20M\n",
	}, {
		.name = "a cgroup that is created again starts from nothing",
		.config = RULE("r", "/a", DEMAND " for 2s"),
		.script = MACHINE "@+1 x4\n" WORK("/a") "@+1\ngone /a\n/a id=9" A_CGROUP
			  "@+1 x2\n" WORK("/a") "@+1\n" WORK("/a"),
		.log = "100 r /a: unknown, blind\n"
 "103 r /a: yes, raise\n"
 "103 /a: wrote 0M to 110M\n"
 "104 r /a: yes, enough\n"
 "105 /a: gone 110M to 0M without rule\n"
 "105 r /a: unknown, blind\n"
 "108 r /a: yes, raise\n"
 "108 /a: wrote 0M to 110M\n",
	}, {
		.name = "a cgroup that one frame lacks restarts its durations",
		.config = RULE("r", "/a", BUSY " for 3s"),
		.script = MACHINE "@+1 x2\n@+1\ngone /a\n@+1\n/a id=2" A_CGROUP "@+1 x4\n",
		.log = "100 r /a: unknown, blind\n"
 "104 r /a: unknown, blind\n"
 "107 r /a: yes, quiet\n",
	}, {
		.name = "of two rules on a cgroup, the larger demand counts",
		.config = "[rule small]\ncgroups = /a\nwhen = " BUSY "\ndo = protect max=80M\n"
			  RULE("large", "/a", "memory.current > 100M"),
		.script = MACHINE "@+1 x2\n" WORK("/a") "@+1 x2\n/a current=120M\n" WORK("/a"),
		.log = "100 small /a: yes, blind\n"
		       "100 large /a: no, blind\n"
		       "101 small /a: yes, raise\n"
		       "101 large /a: no, quiet\n"
		       "101 /a: wrote 0M to 80M\n"
		       "102 small /a: yes, at max\n"
		       "103 large /a: yes, raise\n"
		       "103 /a: wrote 80M to 171M\n"
		       "104 large /a: yes, enough\n",
	}, {
		.name = "each gives back what it demanded, and demands nothing for the other",
		.config = "[rule small]\ncgroups = /a\nwhen = " BUSY "\n"
			  "do = protect max=80M idle=10s\n"
			  "[rule large]\ncgroups = /a\nwhen = memory.current > 100M\n"
			  "do = protect max=512M idle=21s\n",
		.script = MACHINE "@+1\n/a current=120M\n" WORK("/a") "@+1\n@+1 x23\n",
		.log = "100 small /a: yes, blind\n"
		       "100 large /a: no, blind\n"
		       "101 small /a: yes, raise\n"
		       "101 large /a: yes, raise\n"
		       "101 /a: wrote 0M to 171M\n"
		       "102 small /a: yes, hold\n"
		       "102 large /a: yes, hold\n"
		       "111 small /a: yes, give back\n"
		       "111 small /a: later yes, give back\n"
		       "111 large /a: later yes, hold\n"
		       "122 large /a: yes, give back\n"
		       "122 /a: wrote 171M to 128M\n"
		       "123 /a: wrote 128M to 96M\n"
		       "124 /a: wrote 96M to 72M\n"
		       "125 /a: wrote 72M to 54M\n",
	}, {
		.name = "a rule on a parent demands nothing for what a child has",
		.config = RULE("child", "/s/x", BUSY) RULE("parent", "/s", BUSY),
		.script = SLICE "@+1\n" WORK("/s/x") "@+1 x13\n",
		.log = "100 parent /s: yes, blind\n"
		       "100 child /s/x: yes, blind\n"
		       "101 parent /s: yes, quiet\n"
		       "101 child /s/x: yes, raise\n"
		       "101 /s: wrote 0M to 110M\n"
		       "101 /s/x: wrote 0M to 110M\n"
		       "102 child /s/x: yes, hold\n"
		       "111 child /s/x: yes, give back\n"
		       "111 child /s/x: later yes, give back\n"
		       "111 /s/x: wrote 110M to 82M\n"
		       "111 /s: wrote 110M to 82M\n"
		       "112 /s/x: wrote 82M to 62M\n"
		       "112 /s: wrote 82M to 62M\n"
		       "113 /s/x: wrote 62M to 46M\n"
		       "113 /s: wrote 62M to 46M\n"
		       "114 /s/x: wrote 46M to 35M\n"
		       "114 /s: wrote 46M to 35M\n",
	}, {
		.name = "demands on a parent and on its child are both satisfied",
		.config = RULE("child", "/s/x", BUSY) RULE("parent", "/s", BUSY),
		.script = SLICE "@+1\n" WORK("/s/x") "@+1\n" WORK("/s/x") WORK("/s") "@+1\n"
			  "/s current=128M\n" WORK("/s") "@+1 x9\n@+1 x2\n" WORK("/s"),
		.log = "100 parent /s: yes, blind\n"
		       "100 child /s/x: yes, blind\n"
		       "101 parent /s: yes, quiet\n"
		       "101 child /s/x: yes, raise\n"
		       "101 /s: wrote 0M to 110M\n"
		       "101 /s/x: wrote 0M to 110M\n"
		       "102 parent /s: yes, enough\n"
		       "102 child /s/x: yes, enough\n"
		       "103 parent /s: yes, raise\n"
		       "103 child /s/x: yes, hold\n"
		       "103 /s: wrote 110M to 180M\n"
		       "104 parent /s: yes, hold\n"
		       "111 child /s/x: later yes, hold\n"
		       "112 child /s/x: yes, give back\n"
		       "112 /s/x: wrote 110M to 82M\n"
		       "113 parent /s: yes, enough\n"
		       "113 parent /s: later yes, enough\n"
		       "113 /s/x: wrote 82M to 62M\n"
		       "114 /s/x: wrote 62M to 46M\n",
	}, {
		.name = "the cooldown delays the next act",
		.config = RULE("r", "/a", BUSY, "cooldown = 5s"),
		.script = MACHINE "@+1\n" WORK("/a") "@+1 x5\n/a current=100M\n" WORK("/a"),
		.log = "100 r /a: yes, blind\n"
		       "101 r /a: yes, raise\n"
		       "101 /a: wrote 0M to 110M\n"
		       "102 r /a: yes, cooling\n"
		       "106 r /a: yes, raise\n"
		       "106 /a: wrote 110M to 149M\n",
	}, {
		.name = "idle cgroups give back, without a cooldown",
		.config = RULE("r", "/a", DEMAND, "cooldown = 1h"),
		.script = MACHINE "@+1\n" WORK("/a") "@+1 x29\n",
		.log = "100 r /a: unknown, blind\n"
		       "101 r /a: yes, raise\n"
		       "101 /a: wrote 0M to 110M\n"
		       "102 r /a: no, hold\n"
		       "111 r /a: no, give back\n"
		       "111 r /a: later no, give back\n"
		       "111 /a: wrote 110M to 82M\n"
		       "112 /a: wrote 82M to 62M\n"
		       "113 /a: wrote 62M to 46M\n"
		       "114 /a: wrote 46M to 35M\n"
		       "115 /a: wrote 35M to 26M\n"
		       "116 /a: wrote 26M to 20M\n"
		       "117 /a: wrote 20M to 15M\n"
		       "118 /a: wrote 15M to 11M\n"
		       "119 /a: wrote 11M to 8M\n"
		       "120 /a: wrote 8M to 6M\n"
		       "121 /a: wrote 6M to 5M\n"
		       "122 /a: wrote 5M to 3M\n"
		       "123 /a: wrote 3M to 3M\n"
		       "124 /a: wrote 3M to 2M\n"
		       "125 /a: wrote 2M to 1M\n"
		       "126 /a: wrote 1M to 1M\n"
		       "127 /a: wrote 1M to 1M\n"
		       "128 /a: restored 1M to 0M\n"
		       "129 r /a: no, quiet\n",
	}, {
		.name = "early frames do not give back more",
		.config = RULE("r", "/a", DEMAND),
		.script = MACHINE "@+1\n" WORK("/a") "@+1 x10\n@+0.2 x4\n@+0.2\n@+0.7\n@+0.3\n",
		.log = "100 r /a: unknown, blind\n"
		       "101 r /a: yes, raise\n"
		       "101 /a: wrote 0M to 110M\n"
		       "102 r /a: no, hold\n"
		       "111 r /a: no, give back\n"
		       "111 r /a: later no, give back\n"
		       "111 /a: wrote 110M to 82M\n"
		       "112 /a: wrote 82M to 62M\n"
		       "113 /a: wrote 62M to 46M\n",
	}, {
		.name = "early frames do not shorten a duration",
		.config = RULE("r", "/a", BUSY " for 3s"),
		.script = MACHINE "@+1\n/a current=512K\n@+0.2\n/a current=100M\n@+0.2 x14\n@+0.1\n@+0.1\n",
		.log = "100 r /a: unknown, blind\n"
		       "101 r /a: no, quiet\n"
		       "104.2 r /a: yes, quiet\n",
	}, {
		.name = "10 s after an act the log has what came of it",
		.config = RULE("r", "/a", DEMAND),
		.script = MACHINE "@+1 x12\n" WORK("/a"),
		.log = "100 r /a: unknown, blind\n"
		       "101 r /a: yes, raise\n"
		       "101 /a: wrote 0M to 110M\n"
		       "102 r /a: yes, enough\n"
		       "111 r /a: later yes, enough\n",
	}, {
		.name = "a rule in a dry run only imagines",
		.config = RULE("r", "/a", BUSY, "dry-run = yes") RULE("real", "/b", BUSY),
		.script = MACHINE "@+1 x2\n" WORK("/a") WORK("/b") "@+1 x9\n@+1 x2\n",
		.log = "100 r /a: yes, blind (dry)\n"
		       "100 real /b: yes, blind\n"
		       "101 r /a: yes, raise (dry)\n"
		       "101 real /b: yes, raise\n"
		       "101 /a: wrote 0M to 110M (dry)\n"
		       "101 /b: wrote 0M to 110M\n"
		       "102 r /a: yes, enough (dry)\n"
		       "102 real /b: yes, enough\n"
		       "103 r /a: yes, hold (dry)\n"
		       "103 real /b: yes, hold\n"
		       "111 r /a: later yes, hold (dry)\n"
		       "111 real /b: later yes, hold\n"
		       "112 r /a: yes, give back (dry)\n"
		       "112 real /b: yes, give back\n"
		       "112 /a: wrote 110M to 82M (dry)\n"
		       "112 /b: wrote 110M to 82M\n"
		       "113 /a: wrote 82M to 62M (dry)\n"
		       "113 /b: wrote 82M to 62M\n",
	}, {
		.name = "what a rule writes is no change from outside for one in a dry run",
		.config = "[rule real]\ncgroups = /s/x\nwhen = " BUSY "\n"
			  "do = protect max=80M idle=30s\n" RULE("dry", "/s/*", BUSY, "dry-run = yes"),
		.script = SLICE "@+1\n" WORK("/s/x") WORK("/s/y") "@+1 x2\n" WORK("/s/x")
			  "@+1\n@+1\n/s/x low=20M\n@+1 x2\n",
		.log = "100 real /s/x: yes, blind\n"
		       "100 dry /s/x: yes, blind (dry)\n"
		       "100 dry /s/y: yes, blind (dry)\n"
		       "101 real /s/x: yes, raise\n"
		       "101 dry /s/x: yes, raise (dry)\n"
		       "101 dry /s/y: yes, raise (dry)\n"
		       "101 /s: wrote 0M to 219M (dry)\n"
		       "101 /s/x: wrote 0M to 110M (dry)\n"
		       "101 /s/y: wrote 0M to 110M (dry)\n"
		       "101 /s: wrote 0M to 80M\n"
		       "101 /s/x: wrote 0M to 80M\n"
		       "102 real /s/x: yes, at max\n"
		       "102 dry /s/x: yes, enough (dry)\n"
		       "102 dry /s/y: yes, hold (dry)\n"
		       "104 real /s/x: yes, hold\n"
		       "104 dry /s/x: yes, hold (dry)\n"
		       "105 /s/x: outside 80M to 20M\n"
		       "105 /s/x: outside 110M to 20M (dry)\n"
		       "105 real /s/x: yes, quiet\n"
		       "105 dry /s/x: yes, quiet (dry)\n"
		       "105 /s: wrote 219M to 190M (dry)\n"
		       "105 /s: restored 80M to 0M\n"
		       "106 /s: wrote 190M to 110M (dry)\n",
	}, {
		.name = "a knob that was reset is set once more",
		.config = RULE("r", "/a", BUSY),
		.script = MACHINE "@+1\n" WORK("/a") "@+1\n@+1\n/a low=0\n@+1\n",
		.log = "100 r /a: yes, blind\n"
		       "101 r /a: yes, raise\n"
		       "101 /a: wrote 0M to 110M\n"
		       "102 r /a: yes, hold\n"
		       "103 /a: reset 110M to 0M\n"
		       "103 /a: wrote 0M to 110M\n",
	}, {
		.name = "in a dry run, all rules do",
		.config = RULE("r", "/a", BUSY) RULE("s", "/b", BUSY, "dry-run = yes"),
		.script = MACHINE "@+1 x2\n" WORK("/a") WORK("/b"),
		.log = "100 r /a: yes, blind (dry)\n"
		       "100 s /b: yes, blind (dry)\n"
		       "101 r /a: yes, raise (dry)\n"
		       "101 s /b: yes, raise (dry)\n"
		       "101 /a: wrote 0M to 110M (dry)\n"
		       "101 /b: wrote 0M to 110M (dry)\n"
		       "102 r /a: yes, enough (dry)\n"
		       "102 s /b: yes, enough (dry)\n",
		.dry_run = true,
	}, {
		.name = "without the module, signals of files go on, and rules keep what they have",
		.config = RULE("psi", "/a", "psi.some.avg10 > 5 %") RULE("stats", "/b", DEMAND),
		.script = MACHINE "/a psi.some.avg10=10\n@+1 x2\n" WORK("/a") WORK("/b")
			  "@+1 x20 module=missing\n@+1\n/a psi.some.avg10=0\n@+1 module=ok\n"
			  "@+1 x10\n",
		.log = "100 psi /a: yes, blind\n"
		       "100 stats /b: unknown, blind\n"
		       "101 psi /a: yes, raise\n"
		       "101 stats /b: yes, raise\n"
		       "101 /a: wrote 0M to 110M\n"
		       "101 /b: wrote 0M to 110M\n"
		       "102 psi /a: yes, enough\n"
		       "102 stats /b: yes, enough\n"
		       "103 psi /a: yes, blind\n"
		       "103 stats /b: unknown, blind\n"
		       "111 psi /a: later yes, blind\n"
		       "111 stats /b: later unknown, blind\n"
		       "123 psi /a: no, blind\n"
		       "125 psi /a: no, hold\n"
		       "125 stats /b: no, hold\n"
		       "134 psi /a: no, give back\n"
		       "134 stats /b: no, give back\n"
		       "134 /b: wrote 110M to 82M\n"
		       "134 /a: wrote 110M to 82M\n",
	}, {
		.name = "a reload keeps claims of rules that remain, and gives back the others",
		.config = RULE("r", "/a", DEMAND " for 2s") RULE("old", "/b", BUSY),
		.script = MACHINE "@+1 x4\n" WORK("/a") WORK("/b") "@reload\n@+1 x3\n" WORK("/a")
			  WORK("/b"),
		.next = RULE("new", "/b", "memory.current > 100M")
			RULE("r", "/a", "refaults.outside > 30/s for 2s"),
		.log = "100 r /a: unknown, blind\n"
 "100 old /b: yes, blind\n"
 "101 old /b: yes, raise\n"
 "101 /b: wrote 0M to 110M\n"
 "102 old /b: yes, enough\n"
 "103 r /a: yes, raise\n"
 "103 /a: wrote 0M to 110M\n"
 "104 r /a: yes, enough\n"
 "105 r /a: unknown, blind\n"
 "105 new /b: no, quiet\n"
 "105 /b: restored 110M to 0M\n"
 "107 r /a: yes, enough\n",
	}, {
		.name = "a reload without rules gives back all",
		.config = RULE("r", "/s/x", BUSY),
		.script = SLICE "@+1\n" WORK("/s/x") "@reload\n@+1 x2\n",
		.next = "[daemon]\ninterval = 1s\n",
		.log = "100 r /s/x: yes, blind\n"
		       "101 r /s/x: yes, raise\n"
		       "101 /s: wrote 0M to 110M\n"
		       "101 /s/x: wrote 0M to 110M\n"
		       "102 /s/x: restored 110M to 0M\n"
		       "102 /s: restored 110M to 0M\n",
	}, {
		.name = "a rule that a reload makes a dry run gives back",
		.config = RULE("r", "/a", BUSY),
		.script = MACHINE "@+1\n" WORK("/a") "@reload\n@+1 x2\n",
		.next = RULE("r", "/a", BUSY, "dry-run = yes"),
		.log = "100 r /a: yes, blind\n"
		       "101 r /a: yes, raise\n"
		       "101 /a: wrote 0M to 110M\n"
		       "102 r /a: yes, quiet (dry)\n"
		       "102 /a: restored 110M to 0M\n",
	}, {
		.name = "a value from outside is the new original",
		.config = RULE("r", "/a", BUSY),
		.script = MACHINE "@+1\n" WORK("/a") "@+1\n/a low=20M\n@+1\n" WORK("/a")
			  "@+1 x12\n",
		.log = "100 r /a: yes, blind\n"
		       "101 r /a: yes, raise\n"
		       "101 /a: wrote 0M to 110M\n"
		       "102 /a: outside 110M to 20M\n"
		       "102 r /a: yes, quiet\n"
		       "103 r /a: yes, raise\n"
		       "103 /a: wrote 20M to 110M\n"
		       "104 r /a: yes, hold\n"
		       "113 r /a: yes, give back\n"
		       "113 r /a: later yes, give back\n"
		       "113 /a: wrote 110M to 87M\n"
		       "114 /a: wrote 87M to 70M\n"
		       "115 /a: wrote 70M to 58M\n",
	}, {
		.name = "reclaim acts in each frame, until the pages are read again",
		.config = RECLAIM("/a") "\n",
		.script = RECLAIM_MACHINE "@+1 x3\n" RECLAIMED "@+1\n/a proactive.refaults=+100\n"
			  "@+1 x15\n",
		.log = "100 s /a: yes, blind\n"
		       "101 s /a: yes, reclaim file pages\n"
		       "101 s /a: reclaim /a 1M\n"
		       "102 s /a: reclaim /a 1M\n"
		       "103 s /a: reclaim /a 1M\n"
		       "104 s /a: yes, returned\n"
		       "113 s /a: later yes, returned\n"
		       "119 s /a: yes, reclaim file pages\n"
		       "119 s /a: reclaim /a 0M\n",
	}, {
		.name = "but not within the cooldown",
		.config = RECLAIM("/a") "\ncooldown = 2s\n",
		.script = RECLAIM_MACHINE "@+1 x3\n" RECLAIMED,
		.log = "100 s /a: yes, blind\n"
		       "101 s /a: yes, reclaim file pages\n"
		       "101 s /a: reclaim /a 1M\n"
		       "102 s /a: yes, cooling\n"
		       "103 s /a: yes, reclaim file pages\n"
		       "103 s /a: reclaim /a 1M\n",
	}, {
		.name = "nothing is reclaimed from what another rule protects",
		.config = RULE("r", "/a", BUSY) RECLAIM("/a") "\n",
		.script = RECLAIM_MACHINE "@+1\n" WORK("/a") "@+1\n",
		.log = "100 r /a: yes, blind\n"
		       "100 s /a: yes, blind\n"
		       "101 r /a: yes, raise\n"
		       "101 s /a: yes, above target\n"
		       "101 /a: wrote 0M to 110M\n"
		       "102 r /a: yes, hold\n"
		       "102 s /a: yes, protected\n",
	}, {
		.name = "what is added to an ancestor for another cgroup does not count",
		.config = RULE("r", "/s/x", BUSY) RECLAIM("/s/y") "\n",
		.script = SLICE RECLAIM_HOST "/s/y file=32M\n@+1\n" WORK("/s/x") "@+1\n",
		.log = "100 r /s/x: yes, blind\n"
		       "100 s /s/y: yes, blind\n"
		       "101 r /s/x: yes, raise\n"
		       "101 s /s/y: yes, reclaim file pages\n"
		       "101 s /s/y: reclaim /s/y 1M\n"
		       "101 /s: wrote 0M to 110M\n"
		       "101 /s/x: wrote 0M to 110M\n"
		       "102 r /s/x: yes, hold\n"
		       "102 s /s/y: reclaim /s/y 1M\n",
	}, {
		.name = "what an ancestor protects is not reclaimed below it",
		.config = RECLAIM("/s/y") "\n",
		.script = SLICE RECLAIM_HOST "/s/y file=32M\n/s current=128M low=128M\n@+1\n"
			  "@+1\n/s low=127M\n@+1\n/s low=0 min=128M\n@+1\n/s min=0\n",
		.log = "100 s /s/y: yes, blind\n"
		       "101 s /s/y: yes, at least\n"
		       "102 s /s/y: yes, reclaim file pages\n"
		       "102 s /s/y: reclaim /s/y 1M\n"
		       "103 s /s/y: yes, at least\n"
		       "104 s /s/y: yes, reclaim file pages\n"
		       "104 s /s/y: reclaim /s/y 1M\n",
	}, {
		.name = "nor is anything if its protection is unknown",
		.config = RECLAIM("/s/y") "\n",
		.script = SLICE RECLAIM_HOST "/s/y file=32M\n/s min=-\n@+1 x2\n",
		.log = "100 s /s/y: yes, blind\n",
	}, {
		.name = "nothing is reclaimed from a cgroup above the daemon's",
		.config = RECLAIM("/a") "\n",
		.script = RECLAIM_MACHINE "host self=/a/d\n@+1\n",
		.log = "100 s /a: yes, blind\n"
		       "101 s /a: yes, spared\n",
	}, {
		.name = "nor from one that is marked never to be harmed",
		.config = RECLAIM("/a") "\n",
		.script = RECLAIM_MACHINE "/a user.oomd_omit=1\n@+1\n",
		.log = "100 s /a: yes, blind\n"
		       "101 s /a: yes, marked\n",
	}, {
		.name = "nor from one that is to be avoided, until the mark is taken away",
		.config = RECLAIM("/a") "\n",
		.script = RECLAIM_MACHINE "/a trusted.oomd_avoid=1\n@+1\n"
			  "@+1\n/a trusted.oomd_avoid=0\n",
		.log = "100 s /a: yes, blind\n"
		       "101 s /a: yes, marked\n"
		       "102 s /a: yes, reclaim file pages\n"
		       "102 s /a: reclaim /a 1M\n",
	}, {
		.name = "but a tenant cannot mark itself",
		.config = RECLAIM("/a") "\n",
		.script = RECLAIM_MACHINE "/a user.oomd_omit=1 owner=1000\n@+1\n",
		.log = "100 s /a: yes, blind\n"
		       "101 s /a: yes, reclaim file pages\n"
		       "101 s /a: reclaim /a 1M\n",
	}, {
		.name = "and without its marks, nothing is known",
		.config = RECLAIM("/a") "\n",
		.script = RECLAIM_MACHINE "/a owner=-\n@+1\n",
		.log = "100 s /a: yes, blind\n",
	}, {
		.name = "a dry run says what it would reclaim, and that nothing came of it",
		.config = RECLAIM("/a") "\ndry-run = yes\n",
		.script = RECLAIM_MACHINE "@+1 x6\n",
		.log = "100 s /a: yes, blind (dry)\n"
		       "101 s /a: yes, reclaim file pages (dry)\n"
		       "101 s /a: reclaim /a 1M (dry)\n"
		       "102 s /a: reclaim /a 1M (dry)\n"
		       "103 s /a: reclaim /a 1M (dry)\n"
		       "104 s /a: reclaim /a 1M (dry)\n"
		       "105 s /a: reclaim /a 1M (dry)\n"
		       "106 s /a: yes, futile (dry)\n",
	}, {
		.name = "an ancestor that was reset is repaired",
		.config = RULE("r", "/s/x", BUSY),
		.script = SLICE "@+1\n" WORK("/s/x") "@+1\n/s low=0\n@+1\n",
		.log = "100 r /s/x: yes, blind\n"
		       "101 r /s/x: yes, raise\n"
		       "101 /s: wrote 0M to 110M\n"
		       "101 /s/x: wrote 0M to 110M\n"
		       "102 /s: repaired 110M to 0M\n"
		       "102 r /s/x: yes, hold\n"
		       "102 /s: wrote 0M to 110M\n",
	}, {
		.name = "files that cannot be read for a moment change no claim",
		.config = RULE("r", "/s/*", BUSY),
		.script = SLICE "@+1\n" WORK("/s/x") "@+1\n/s/x error=24\n" WORK("/s/y")
			  "@+1 x2\n@+1\n/s/x error=0\n@+1\n",
		.log = "100 r /s/x: yes, blind\n"
		       "100 r /s/y: yes, blind\n"
		       "101 r /s/x: yes, raise\n"
		       "101 r /s/y: yes, quiet\n"
		       "101 /s: wrote 0M to 110M\n"
		       "101 /s/x: wrote 0M to 110M\n"
		       "102 r /s/x: unknown, no file\n"
		       "102 r /s/y: yes, raise\n"
		       "102 /s: wrote 110M to 219M\n"
		       "102 /s/y: wrote 0M to 110M\n"
		       "103 r /s/y: yes, hold\n"
		       "105 r /s/x: yes, blind\n"
		       "106 r /s/x: yes, hold\n",
	}, {
		.name = "an ancestor that cannot be read for a moment is raised later",
		.config = RULE("r", "/s/*", BUSY),
		.script = SLICE "@+1\n" WORK("/s/x") "@+1\n/s error=24\n" WORK("/s/y")
			  "@+1\n@+1\n/s error=0\n@+1\n",
		.log = "100 r /s/x: yes, blind\n"
		       "100 r /s/y: yes, blind\n"
		       "101 r /s/x: yes, raise\n"
		       "101 r /s/y: yes, quiet\n"
		       "101 /s: wrote 0M to 110M\n"
		       "101 /s/x: wrote 0M to 110M\n"
		       "102 r /s/x: yes, hold\n"
		       "102 r /s/y: yes, raise\n"
		       "102 /s/y: wrote 0M to 110M\n"
		       "103 r /s/y: yes, hold\n"
		       "104 /s: wrote 110M to 219M\n",
	},
};


/* The kernel does not heed memory.low */
static const struct engine_case min_cases[] = {
	{
		.name = "the reason is the same while the kernel evicts below memory.low now and then",
		.config = RULE("r", "/a", BUSY),
		.script = MACHINE "@+1\n" WORK("/a") "@+1\n" BREACH("/a") "@+1 x4\n" WORK("/a")
			  "@+1\n" BREACH("/a") "@+1 x9\n" WORK("/a") "@+1\n" BREACH("/a") "@+1 x11\n"
			  WORK("/a"),
		.log = "100 r /a: yes, blind\n"
		       "101 r /a: yes, raise\n"
		       "101 /a: wrote 0M to 110M\n"
		       "102 r /a: yes, unheeded\n"
		       "111 r /a: later yes, unheeded\n"
		       "128 r /a: yes, enough\n",
	}, {
		.name = "with min=, memory.min is raised, with the ancestors, and given back when idle",
		.config = HARD("r", "/s/x", "512M"),
		.script = SLICE "@+1\n" WORK("/s/x") "@+1\n" BREACH("/s/x") "@+1 x2\n" WORK("/s/x")
			  "@+1 x12\n",
		.log = "100 r /s/x: yes, blind\n"
		       "101 r /s/x: yes, raise\n"
		       "101 /s: wrote 0M to 110M\n"
		       "101 /s/x: wrote 0M to 110M\n"
		       "102 r /s/x: yes, raise min\n"
		       "102 /s: wrote min 0M to 110M\n"
		       "102 /s/x: wrote min 0M to 110M\n"
		       "103 r /s/x: yes, enough\n"
		       "105 r /s/x: yes, hold\n"
		       "112 r /s/x: later yes, hold\n"
		       "114 r /s/x: yes, give back\n"
		       "114 /s/x: wrote min 110M to 82M\n"
		       "114 /s/x: wrote 110M to 82M\n"
		       "114 /s: wrote min 110M to 82M\n"
		       "114 /s: wrote 110M to 82M\n"
		       "115 /s/x: wrote min 82M to 62M\n"
		       "115 /s/x: wrote 82M to 62M\n"
		       "115 /s: wrote min 82M to 62M\n"
		       "115 /s: wrote 82M to 62M\n"
		       "116 /s/x: wrote min 62M to 46M\n"
		       "116 /s/x: wrote 62M to 46M\n"
		       "116 /s: wrote min 62M to 46M\n"
		       "116 /s: wrote 62M to 46M\n",
	}, {
		.name = "if memory.low was set by hand, only memory.min is raised and given back",
		.config = HARD("r", "/a", "4M"),
		.script = MACHINE "/a low=128M\n@+1\n" BREACH("/a") "@+1 x18\n",
		.log = "100 r /a: yes, blind\n"
		       "101 r /a: yes, raise min\n"
		       "101 /a: wrote min 0M to 4M\n"
		       "102 r /a: yes, hold\n"
		       "111 r /a: yes, give back\n"
		       "111 r /a: later yes, give back\n"
		       "111 /a: wrote min 4M to 3M\n"
		       "112 /a: wrote min 3M to 2M\n"
		       "113 /a: wrote min 2M to 2M\n"
		       "114 /a: wrote min 2M to 1M\n"
		       "115 /a: wrote min 1M to 1M\n"
		       "116 /a: restored min 1M to 0M\n"
		       "117 r /a: yes, quiet\n",
	}, {
		.name = "min= bounds it, which is said if the kernel still evicts below memory.low after that",
		.config = HARD("r", "/a", "50M"),
		.script = MACHINE "@+1\n" WORK("/a") "@+1\n" BREACH("/a") "@+1\n" WORK("/a")
			  "@+1 x2\n" BREACH("/a"),
		.log = "100 r /a: yes, blind\n"
		       "101 r /a: yes, raise\n"
		       "101 /a: wrote 0M to 110M\n"
		       "102 r /a: yes, raise min\n"
		       "102 /a: wrote min 0M to 50M\n"
		       "103 r /a: yes, enough\n"
		       "104 r /a: yes, at min\n",
	}, {
		.name = "the budget bounds both protections of a cgroup, once",
		.config = "[daemon]\nbudget = 100M\n" HARD("r", "/s/*", "512M"),
		.script = SLICE "@+1\n" WORK("/s/x") WORK("/s/y") "@+1 x3\n" BREACH("/s/x") WORK("/s/y"),
		.log = "100 r /s/x: yes, blind\n"
		       "100 r /s/y: yes, blind\n"
		       "101 r /s/x: yes, raise\n"
		       "101 r /s/y: yes, raise\n"
		       "101 /s: wrote 0M to 100M\n"
		       "101 /s/x: wrote 0M to 50M\n"
		       "101 /s/y: wrote 0M to 50M\n"
		       "102 r /s/x: yes, raise min\n"
		       "102 r /s/y: yes, over budget\n"
		       "102 /s: wrote min 0M to 50M\n"
		       "102 /s/x: wrote min 0M to 50M\n"
		       "103 r /s/x: yes, over budget\n",
	}, {
		.name = "while the kernel heeds memory.low, it is not raised",
		.config = HARD("r", "/a", "512M"),
		.script = MACHINE "@+1 x3\n" WORK("/a"),
		.log = "100 r /a: yes, blind\n"
		       "101 r /a: yes, raise\n"
		       "101 /a: wrote 0M to 110M\n"
		       "102 r /a: yes, enough\n",
	}, {
		.name = "the cooldown of memory.low does not delay the first raise, but that of the next",
		.config = HARD("r", "/a", "512M", "cooldown = 5s"),
		.script = MACHINE "@+1\n" WORK("/a") "@+1\n" BREACH("/a") "@+1\n" BREACH("/a") "/a current=95M\n",
		.log = "100 r /a: yes, blind\n"
		       "101 r /a: yes, raise\n"
		       "101 /a: wrote 0M to 110M\n"
		       "102 r /a: yes, raise min\n"
		       "102 /a: wrote min 0M to 110M\n"
		       "103 r /a: yes, cooling\n",
	}, {
		.name = "a reload without min= gives it back, and keeps memory.low",
		.config = HARD("r", "/a", "512M"),
		.next = RULE("r", "/a", BUSY),
		.script = MACHINE "@+1\n" WORK("/a") "@+1\n" BREACH("/a") "@reload\n@+1 x2\n" WORK("/a"),
		.log = "100 r /a: yes, blind\n"
		       "101 r /a: yes, raise\n"
		       "101 /a: wrote 0M to 110M\n"
		       "102 r /a: yes, raise min\n"
		       "102 /a: wrote min 0M to 110M\n"
		       "103 r /a: yes, enough\n"
		       "103 /a: restored min 110M to 0M\n",
	}, {
		.name = "it is set once more if something resets it, and ends if something else sets it",
		.config = HARD("r", "/a", "512M"),
		.script = MACHINE "@+1\n" WORK("/a") "@+1\n" BREACH("/a") "@+1\n/a min=0\n@+1\n"
			  "@+1\n/a min=20M\n@+1\n",
		.log = "100 r /a: yes, blind\n"
		       "101 r /a: yes, raise\n"
		       "101 /a: wrote 0M to 110M\n"
		       "102 r /a: yes, raise min\n"
		       "102 /a: wrote min 0M to 110M\n"
		       "103 /a: reset min 110M to 0M\n"
		       "103 r /a: yes, hold\n"
		       "103 /a: wrote min 0M to 110M\n"
		       "105 /a: outside min 110M to 20M\n",
	}, {
		.name = "without the file, memory.low is all there is",
		.config = HARD("r", "/a", "512M"),
		.script = MACHINE "/a min=-\n@+1\n" WORK("/a") "@+1\n" BREACH("/a"),
		.log = "100 r /a: yes, blind\n"
		       "101 r /a: yes, raise\n"
		       "101 /a: wrote 0M to 110M\n"
		       "102 r /a: yes, unheeded\n",
	}, {
		.name = "blind, the rule keeps both",
		.config = HARD("r", "/a", "512M"),
		.script = MACHINE "@+1\n" WORK("/a") "@+1\n" BREACH("/a") "@+1 module=missing\n@+1\n",
		.log = "100 r /a: yes, blind\n"
		       "101 r /a: yes, raise\n"
		       "101 /a: wrote 0M to 110M\n"
		       "102 r /a: yes, raise min\n"
		       "102 /a: wrote min 0M to 110M\n"
		       "103 r /a: yes, blind\n",
	}, {
		.name = "in a dry run, it is imagined",
		.config = HARD("r", "/a", "512M", "dry-run = yes"),
		.script = MACHINE "/a low=128M\n@+1\n" BREACH("/a") "@+1 x2\n",
		.log = "100 r /a: yes, blind (dry)\n"
		       "101 r /a: yes, raise min (dry)\n"
		       "101 /a: wrote min 0M to 83M (dry)\n"
		       "102 r /a: yes, hold (dry)\n",
	}, {
		.name = "nothing is reclaimed from a cgroup whose memory.min is raised",
		.config = HARD("r", "/a", "512M") RECLAIM("/a") "\n",
		.script = MACHINE RECLAIM_HOST "/a low=128M file=32M\n@+1\n" BREACH("/a")
			  "@+1 x2\n/a current=200M\n",
		.log = "100 r /a: yes, blind\n"
		       "100 s /a: yes, blind\n"
		       "101 r /a: yes, raise min\n"
		       "101 s /a: yes, above target\n"
		       "101 /a: wrote min 0M to 83M\n"
		       "102 r /a: yes, hold\n"
		       "102 s /a: yes, protected\n",
	}, {
		.name = "what it adds to an ancestor is not for the others below that",
		.config = HARD("r", "/s/x", "512M") RECLAIM("/s/y") "\n",
		.script = SLICE RECLAIM_HOST "/s/x low=60M\n/s/y file=32M\n@+1\n" BREACH("/s/x")
			  "@+1 x2\n",
		.log = "100 r /s/x: yes, blind\n"
		       "100 s /s/y: yes, blind\n"
		       "101 r /s/x: yes, raise min\n"
		       "101 s /s/y: yes, reclaim file pages\n"
		       "101 s /s/y: reclaim /s/y 1M\n"
		       "101 /s: wrote 0M to 23M\n"
		       "101 /s: wrote min 0M to 83M\n"
		       "101 /s/x: wrote 60M to 83M\n"
		       "101 /s/x: wrote min 0M to 83M\n"
		       "102 r /s/x: yes, hold\n"
		       "102 s /s/y: reclaim /s/y 1M\n"
		       "103 s /s/y: reclaim /s/y 1M\n",
	},
};

/* --- throttle --- */

#define THROTTLE(name, cgroups, parameters, ...)						\
	"[rule " name "]\ncgroups = " cgroups "\nwhen = " DEMAND "\n"				\
	"do = throttle wait=3s idle=5s " parameters "\n" __VA_ARGS__ "\n"
/* One that streams, one that suffers, one that is large; and where headroomd is */
#define NEIGHBOURS	"@100\nhost self=/d\n/ id=1\n/a id=2 current=100M\n/b id=3" A_CGROUP	\
			"/c id=4 current=900M\n/d id=5\n"
/* A second in which 1000 pages of a cgroup were taken by others, and read again */
#define LOSS(path)	path " refaults=+1000 outside=+1000 evictions=+1000 evictions.outside=+1000\n"
#define A_TAKES		"/a cpu.used=+800000\nblame 3 by 2 +1000\n" LOSS("/b")
/* The evictor as 17 cgroups, none of which takes much */
#define EACH_CHILD(f)	f("01") f("02") f("03") f("04") f("05") f("06") f("07") f("08") f("09")	\
			f("10") f("11") f("12") f("13") f("14") f("15") f("16") f("17")
#define A_CHILD(nr)	"/a/" nr " id=1" nr "\n"
#define CHILD_TAKES(nr)	"blame 3 by 1" nr " +58\n"
#define CHILDREN	EACH_CHILD(A_CHILD)
#define CHILDREN_TAKE	EACH_CHILD(CHILD_TAKES) LOSS("/b")

/* A condition that holds late; a second that empties the victim; one in which it reads pages again */
#define LATE	"[rule t]\ncgroups = /b\nwhen = refaults.outside > 20/s for 3s\n"			\
		"do = throttle by=reclaim wait=3s idle=5s\n"
#define OLD		NEIGHBOURS "/b evictions=1000000\nblame 3 by 2 0 unread\nblame 3 by 4 0 unread\n"
#define BURST		"/b evictions=+20000 evictions.outside=+20000\n"
#define A_BURST		"blame 3 by 2 +20000 unread\n" BURST
#define SLOW		"/b refaults=+400 outside=+400 distance=10000x+400\n"
#define OF_A		"blame 3 by 2 +400 again\n" SLOW
#define A_GIVES		"/a evictions=+4000\n"

static const struct engine_case throttle_cases[] = {
	{
		.name = "the evictor is held back, not the largest, and is released step by step",
		.config = THROTTLE("t", "/b", ""),
		.script = NEIGHBOURS "@+1 x15\n" A_TAKES "@+1 x20\n/a cpu.used=+100000\n",
		.log = "100 t /b: unknown, blind\n"
		       "101 t /b: yes, reclaim\n"
		       "101 t /b: reclaim /a 4M\n"
		       "102 t /b: reclaim /a 4M\n"
		       "103 t /b: reclaim /a 4M\n"
		       "104 t /b: yes, limit cpu\n"
		       "104 /a: wrote cpu max to 40ms\n"
		       "105 t /b: yes, hold\n"
		       "107 t /b: yes, limit cpu\n"
		       "107 /a: wrote cpu 40ms to 20ms\n"
		       "108 t /b: yes, hold\n"
		       "110 t /b: yes, limit cpu\n"
		       "110 /a: wrote cpu 20ms to 10ms\n"
		       "111 t /b: yes, hold\n"
		       "113 t /b: yes, floor\n"
		       "113 t /b: reclaim /a 4M\n"
		       "114 t /b: reclaim /a 8M\n"
		       "115 t /b: reclaim /a 12M\n"
		       "116 t /b: no, hold\n"
		       "116 t /b: reclaim /a 12M\n"
		       "117 t /b: reclaim /a 12M\n"
		       "118 t /b: reclaim /a 12M\n"
		       "119 t /b: reclaim /a 12M\n"
		       "120 t /b: no, release\n"
		       "120 t /b: later no, release\n"
		       "123 /a: wrote cpu 10ms to 20ms\n"
		       "126 /a: restored cpu 20ms to max\n"
		       "127 t /b: no, quiet\n",
	}, {
		.name = "an evictor that spreads over 17 children is held back as a whole",
		.config = THROTTLE("t", "/b", ""),
		.script = NEIGHBOURS CHILDREN "@+1 x5\n" CHILDREN_TAKE,
		.log = "100 t /b: unknown, blind\n"
		       "101 t /b: yes, reclaim\n"
		       "101 t /b: reclaim /a 4M\n"
		       "102 t /b: reclaim /a 4M\n"
		       "103 t /b: reclaim /a 4M\n"
		       "104 t /b: reclaim /a 4M\n"
		       "105 t /b: reclaim /a 4M\n",
	}, {
		.name = "steps end when the evictor takes less, and stay while the victim suffers",
		.config = THROTTLE("t", "/b", ""),
		.script = NEIGHBOURS "@+1 x4\n" A_TAKES
			  "@+1 x20\n/b outside=+1000 refaults=+1000\n",
		.log = "100 t /b: unknown, blind\n"
		       "101 t /b: yes, reclaim\n"
		       "101 t /b: reclaim /a 4M\n"
		       "102 t /b: reclaim /a 4M\n"
		       "103 t /b: reclaim /a 4M\n"
		       "104 t /b: yes, limit cpu\n"
		       "104 /a: wrote cpu max to 40ms\n"
		       "105 t /b: yes, hold\n"
		       "107 t /b: yes, hold, not named\n"
		       "114 t /b: later yes, hold, not named\n",
	}, {
		.name = "what the victim did itself holds back no one",
		.config = THROTTLE("t", "/b", ""),
		.script = NEIGHBOURS "@+1 x9\nblame 3 by 3 +3000 madvise\nblame 3 by 4 +900\n"
			  LOSS("/b") "/b evictions=+3000\n",
		.log = "100 t /b: unknown, blind\n"
		       "101 t /b: yes, own demand\n",
	}, {
		.name = "nor does a request, or a limit that another one lowered",
		.config = THROTTLE("t", "/b", ""),
		.script = NEIGHBOURS "@+1 x5\nblame 3 by 4 +1000 proactive\n" LOSS("/b")
			  "@+1 x5\nblame 3 by 4 +900 own_limit\nblame 3 by 1 +1000\n" LOSS("/b")
			  "/b evictions=+900\n",
		.log = "100 t /b: unknown, blind\n"
		       "101 t /b: yes, no evictor\n",
	}, {
		.name = "nor the old blame of a removed child, or unknown evictors",
		.config = THROTTLE("t", "/b", ""),
		.script = NEIGHBOURS
			  "@+1 x1\nblame 3 by 0 +500\nblame 3 by 2 +500\nblame 3 by 4 +9000\n"
			  LOSS("/b") "@+1 x5\nblame 3 by 0 +600\nblame 3 by 4 +400\n" LOSS("/b"),
		.log = "100 t /b: unknown, blind\n"
		       "101 t /b: yes, no evictor\n",
	}, {
		.name = "two that evict each other alike are left alone",
		.config = THROTTLE("t", "/a, /b", ""),
		.script = NEIGHBOURS "@+1 x5\nblame 2 by 3 +900\nblame 3 by 2 +1000\n" LOSS("/a")
			  LOSS("/b"),
		.log = "100 t /a: unknown, blind\n"
		       "100 t /b: unknown, blind\n"
		       "101 t /a: yes, mutual\n"
		       "101 t /b: yes, mutual\n",
	}, {
		.name = "but one that never reads its pages again is held back",
		.config = THROTTLE("t", "/b", ""),
		.script = NEIGHBOURS "@+1 x5\nblame 2 by 3 +900 unread\nblame 3 by 2 +1000\n"
			  LOSS("/b"),
		.log = "100 t /b: unknown, blind\n"
		       "101 t /b: yes, reclaim\n"
		       "101 t /b: reclaim /a 4M\n"
		       "102 t /b: reclaim /a 4M\n"
		       "103 t /b: reclaim /a 4M\n"
		       "104 t /b: reclaim /a 4M\n"
		       "105 t /b: reclaim /a 4M\n",
	}, {
		.name = "after a restart, what was demanded is found again",
		.config = THROTTLE("t", "/b", ""),
		.script = NEIGHBOURS "@+1 x5\n" A_TAKES "@reload\n@+1 x4\n" A_TAKES "@+1 x12\n",
		.next = THROTTLE("t", "/b", ""),
		.log = "100 t /b: unknown, blind\n"
		       "101 t /b: yes, reclaim\n"
		       "101 t /b: reclaim /a 4M\n"
		       "102 t /b: reclaim /a 4M\n"
		       "103 t /b: reclaim /a 4M\n"
		       "104 t /b: yes, limit cpu\n"
		       "104 /a: wrote cpu max to 40ms\n"
		       "105 t /b: yes, hold\n"
		       "106 t /b: yes, hold\n"
		       "109 t /b: yes, limit cpu\n"
		       "109 /a: wrote cpu 40ms to 20ms\n"
		       "110 t /b: no, hold\n"
		       "114 t /b: no, release\n"
		       "114 /a: restored cpu 20ms to max\n"
		       "115 t /b: no, quiet\n"
		       "119 t /b: later no, quiet\n",
	}, {
		.name = "also if the first frame after it has none before",
		.config = THROTTLE("t", "/b", ""),
		.script = NEIGHBOURS "@+1 x5\n" A_TAKES "@reload\n@+9\n@+1 x4\n" A_TAKES,
		.next = THROTTLE("t", "/b", ""),
		.log = "100 t /b: unknown, blind\n"
		       "101 t /b: yes, reclaim\n"
		       "101 t /b: reclaim /a 4M\n"
		       "102 t /b: reclaim /a 4M\n"
		       "103 t /b: reclaim /a 4M\n"
		       "104 t /b: yes, limit cpu\n"
		       "104 /a: wrote cpu max to 40ms\n"
		       "105 t /b: yes, hold\n"
		       "114 gap: no frame for 9.0 s\n"
		       "114 t /b: unknown, blind\n"
		       "115 t /b: yes, hold\n"
		       "117 t /b: yes, limit cpu\n"
		       "117 /a: wrote cpu 40ms to 20ms\n"
		       "118 t /b: yes, hold\n",
	}, {
		.name = "but not by a cgroup that was just created",
		.config = THROTTLE("t", "/b, /n", ""),
		.script = NEIGHBOURS "@+1 x5\n" A_TAKES "@+1\n/n id=6" A_CGROUP "@+1 x12\n",
		.log = "100 t /b: unknown, blind\n"
		       "101 t /b: yes, reclaim\n"
		       "101 t /b: reclaim /a 4M\n"
		       "102 t /b: reclaim /a 4M\n"
		       "103 t /b: reclaim /a 4M\n"
		       "104 t /b: yes, limit cpu\n"
		       "104 /a: wrote cpu max to 40ms\n"
		       "105 t /b: yes, hold\n"
		       "106 t /b: no, hold\n"
		       "106 t /n: unknown, blind\n"
		       "107 t /n: no, quiet\n"
		       "110 t /b: no, release\n"
		       "110 /a: restored cpu 40ms to max\n"
		       "111 t /b: no, quiet\n"
		       "114 t /b: later no, quiet\n",
	}, {
		.name = "a reload without the rule gives back all",
		.config = THROTTLE("t", "/b", "by=freeze high=10M"),
		.script = NEIGHBOURS "@+1 x16\n" A_TAKES "@reload\n@+1\n",
		.next = "[daemon]\ninterval = 1s\n",
		.log = "100 t /b: unknown, blind\n"
		       "101 t /b: yes, reclaim\n"
		       "101 t /b: reclaim /a 4M\n"
		       "102 t /b: reclaim /a 4M\n"
		       "103 t /b: reclaim /a 4M\n"
		       "104 t /b: yes, freeze\n"
		       "104 /a: wrote freeze 0 to 1\n"
		       "105 t /b: yes, hold\n"
		       "105 /a: restored freeze 1 to 0\n"
		       "106 /a: wrote freeze 0 to 1\n"
		       "107 t /b: yes, freeze\n"
		       "107 /a: restored freeze 1 to 0\n"
		       "108 t /b: yes, hold\n"
		       "108 /a: wrote freeze 0 to 1\n"
		       "110 t /b: yes, freeze\n"
		       "111 t /b: yes, hold\n"
		       "111 /a: restored freeze 1 to 0\n"
		       "112 /a: wrote freeze 0 to 1\n"
		       "113 t /b: yes, limit memory\n"
		       "113 /a: wrote high max to 88M\n"
		       "114 t /b: yes, hold\n"
		       "116 t /b: yes, limit memory\n"
		       "116 /a: wrote high 88M to 77M\n"
		       "117 /a: restored high 77M to max\n"
		       "117 /a: restored freeze 1 to 0\n",
	}, {
		.name = "of two victims of a rule, the one that suffers longer counts",
		.config = THROTTLE("t", "/b, /e", ""),
		.script = NEIGHBOURS "/e id=6" A_CGROUP "@+1 x5\n" A_TAKES "blame 6 by 2 +1000\n"
			  LOSS("/e") "@+1 x9\n/a cpu.used=+100000\nblame 6 by 2 +1000\n"
			  LOSS("/e") "@+1 x12\n/a cpu.used=+100000\n",
		.log = "100 t /b: unknown, blind\n"
		       "100 t /e: unknown, blind\n"
		       "101 t /b: yes, reclaim\n"
		       "101 t /b: reclaim /a 4M\n"
		       "101 t /e: yes, reclaim\n"
		       "101 t /e: reclaim /a 4M\n"
		       "102 t /b: reclaim /a 4M\n"
		       "102 t /e: reclaim /a 4M\n"
		       "103 t /b: reclaim /a 4M\n"
		       "103 t /e: reclaim /a 4M\n"
		       "104 t /b: yes, limit cpu\n"
		       "104 t /e: yes, limit cpu\n"
		       "104 /a: wrote cpu max to 40ms\n"
		       "105 t /b: yes, hold\n"
		       "105 t /e: yes, hold\n"
		       "106 t /b: no, hold\n"
		       "107 t /e: yes, limit cpu\n"
		       "107 /a: wrote cpu 40ms to 20ms\n"
		       "108 t /e: yes, hold\n"
		       "110 t /b: no, release\n"
		       "110 t /e: yes, limit cpu\n"
		       "110 /a: wrote cpu 20ms to 10ms\n"
		       "111 t /b: no, quiet\n"
		       "111 t /e: yes, hold\n"
		       "113 t /e: yes, floor\n"
		       "113 t /e: reclaim /a 4M\n"
		       "114 t /b: later no, quiet\n"
		       "114 t /e: reclaim /a 8M\n"
		       "115 t /e: no, hold\n"
		       "115 t /e: reclaim /a 8M\n"
		       "116 t /e: reclaim /a 8M\n"
		       "117 t /e: reclaim /a 8M\n"
		       "118 t /e: reclaim /a 8M\n"
		       "119 t /e: no, release\n"
		       "120 t /e: later no, release\n"
		       "122 /a: wrote cpu 10ms to 20ms\n"
		       "125 /a: restored cpu 20ms to max\n"
		       "126 t /e: no, quiet\n",
	}, {
		.name = "without readings, all stays as it is, and a freeze lets it run now and then",
		.config = THROTTLE("t", "/b", "by=freeze"),
		.script = NEIGHBOURS "@+1 x8\n" A_TAKES
			  "@+1 x8 module=missing\n@+1 x20 module=ok\n",
		.log = "100 t /b: unknown, blind\n"
		       "101 t /b: yes, reclaim\n"
		       "101 t /b: reclaim /a 4M\n"
		       "102 t /b: reclaim /a 4M\n"
		       "103 t /b: reclaim /a 4M\n"
		       "104 t /b: yes, freeze\n"
		       "104 /a: wrote freeze 0 to 1\n"
		       "105 t /b: yes, hold\n"
		       "105 /a: restored freeze 1 to 0\n"
		       "106 /a: wrote freeze 0 to 1\n"
		       "107 t /b: yes, freeze\n"
		       "107 /a: restored freeze 1 to 0\n"
		       "108 t /b: yes, hold\n"
		       "108 /a: wrote freeze 0 to 1\n"
		       "109 t /b: unknown, blind\n"
		       "111 /a: restored freeze 1 to 0\n"
		       "112 /a: wrote freeze 0 to 1\n"
		       "115 /a: restored freeze 1 to 0\n"
		       "116 /a: wrote freeze 0 to 1\n"
		       "117 t /b: later unknown, blind\n"
		       "118 t /b: no, hold\n"
		       "119 /a: restored freeze 1 to 0\n"
		       "120 /a: wrote freeze 0 to 1\n"
		       "122 t /b: no, release\n"
		       "123 /a: restored freeze 1 to 0\n"
		       "124 /a: wrote freeze 0 to 1\n"
		       "125 /a: restored freeze 1 to 0\n"
		       "126 t /b: no, quiet\n",
	}, {
		.name = "time without readings is no time without the condition",
		.config = "[rule t]\ncgroups = /b\nwhen = psi.some.avg10 > 5 %\n"
			  "do = throttle wait=3s idle=5s\n",
		.script = NEIGHBOURS "/b psi.some.avg10=10\n@+1 x4\n" A_TAKES
			  "@+1 x9 module=missing\n/b psi.some.avg10=0\n@+1 x8 module=ok\n",
		.log = "100 t /b: yes, blind\n"
		       "101 t /b: yes, reclaim\n"
		       "101 t /b: reclaim /a 4M\n"
		       "102 t /b: reclaim /a 4M\n"
		       "103 t /b: reclaim /a 4M\n"
		       "104 t /b: yes, limit cpu\n"
		       "104 /a: wrote cpu max to 40ms\n"
		       "105 t /b: no, blind\n"
		       "114 t /b: later no, blind\n"
		       "115 t /b: no, hold\n"
		       "119 t /b: no, release\n"
		       "119 /a: restored cpu 40ms to max\n"
		       "120 t /b: no, quiet\n",
	}, {
		.name = "an evictor that was removed is forgotten",
		.config = THROTTLE("t", "/b", ""),
		.script = NEIGHBOURS "@+1 x4\n" A_TAKES
			  "@+1\ngone /a\n@+1 x2\n/a id=8 current=100M\n",
		.log = "100 t /b: unknown, blind\n"
		       "101 t /b: yes, reclaim\n"
		       "101 t /b: reclaim /a 4M\n"
		       "102 t /b: reclaim /a 4M\n"
		       "103 t /b: reclaim /a 4M\n"
		       "104 t /b: yes, limit cpu\n"
		       "104 /a: wrote cpu max to 40ms\n"
		       "105 /a: gone cpu 40ms to max\n"
		       "105 t /b: no, quiet\n",
	}, {
		.name = "one that is marked never to be harmed is not, nor if the victim has the mark",
		.config = THROTTLE("t", "/b", ""),
		.script = NEIGHBOURS "/a user.oomd_omit=1\n@+1 x2\n" A_TAKES,
		.log = "100 t /b: unknown, blind\n"
		       "101 t /b: yes, spared\n",
	}, {
		.name = "but a tenant cannot mark itself",
		.config = THROTTLE("t", "/b", ""),
		.script = NEIGHBOURS "/a user.oomd_omit=1 owner=1000\n@+1 x2\n" A_TAKES,
		.log = "100 t /b: unknown, blind\n"
		       "101 t /b: yes, reclaim\n"
		       "101 t /b: reclaim /a 4M\n"
		       "102 t /b: reclaim /a 4M\n",
	}, {
		.name = "one that is to be avoided comes last",
		.config = THROTTLE("t", "/b", "share=30%"),
		.script = NEIGHBOURS
			  "/a trusted.oomd_avoid=1\n@+1 x2\nblame 3 by 2 +600\nblame 3 by 4 +400\n"
			  LOSS("/b") "@+1 x2\n" A_TAKES,
		.log = "100 t /b: unknown, blind\n"
		       "101 t /b: yes, reclaim\n"
		       "101 t /b: reclaim /c 2M\n"
		       "102 t /b: reclaim /c 2M\n"
		       "103 t /b: reclaim /a 3M\n"
		       "104 t /b: reclaim /a 3M\n",
	}, {
		.name = "no more than two are held back, the worst ones",
		.config = THROTTLE("t", "/b", "share=20%"),
		.script = NEIGHBOURS
			  "/e id=6\n@+1 x5\nblame 3 by 2 +300\nblame 3 by 4 +450\nblame 3 by 6 +250\n"
			  LOSS("/b"),
		.log = "100 t /b: unknown, blind\n"
		       "101 t /b: yes, reclaim\n"
		       "101 t /b: reclaim /c 2M\n"
		       "101 t /b: reclaim /a 1M\n"
		       "102 t /b: reclaim /c 2M\n"
		       "102 t /b: reclaim /a 1M\n"
		       "103 t /b: reclaim /c 2M\n"
		       "103 t /b: reclaim /a 1M\n"
		       "104 t /b: reclaim /c 2M\n"
		       "104 t /b: reclaim /a 1M\n"
		       "105 t /b: reclaim /c 2M\n"
		       "105 t /b: reclaim /a 1M\n",
	}, {
		.name = "a service beside headroomd is held back, and not the slice that has both",
		.config = THROTTLE("t", "/b", ""),
		.script = NEIGHBOURS
			  "host self=/s/d\n/s id=6\n/s/d id=7\n/s/x id=8 current=100M\n@+1 x2\nblame 3 by 8 +1000\n"
			  LOSS("/b"),
		.log = "100 t /b: unknown, blind\n"
		       "101 t /b: yes, reclaim\n"
		       "101 t /b: reclaim /s/x 4M\n"
		       "102 t /b: reclaim /s/x 4M\n",
	}, {
		.name = "a sibling is held back, and not the slice that has both",
		.config = THROTTLE("t", "/p/b", ""),
		.script = NEIGHBOURS "/p id=6\n/p/b id=7" A_CGROUP "/p/w id=8 current=100M\n"
			  "@+1\nblame 7 by 8 +600\nblame 7 by 6 +400\n" LOSS("/p/b"),
		.log = "100 t /p/b: unknown, blind\n"
		       "101 t /p/b: yes, reclaim\n"
		       "101 t /p/b: reclaim /p/w 2M\n",
	}, {
		.name = "of the cgroups that may be held back, the nearest counts",
		.config = THROTTLE("t", "/b", "of=/a/*, /a"),
		.script = NEIGHBOURS
			  "/a/x id=6 current=50M\n/a/x/y id=7\n@+1 x1\nblame 3 by 4 +400\nblame 3 by 7 +600\n"
			  LOSS("/b"),
		.log = "100 t /b: unknown, blind\n"
		       "101 t /b: yes, reclaim\n"
		       "101 t /b: reclaim /a/x 2M\n",
	}, {
		.name = "memory.high comes last, and never below the limit of the victim",
		.config = THROTTLE("t", "/b", "by=reclaim high=10M"),
		.script = NEIGHBOURS "/b max=80M\n@+1 x20\n" A_TAKES "@+1 x9\n",
		.log = "100 t /b: unknown, blind\n"
		       "101 t /b: yes, reclaim\n"
		       "101 t /b: reclaim /a 4M\n"
		       "102 t /b: reclaim /a 4M\n"
		       "103 t /b: reclaim /a 4M\n"
		       "104 t /b: yes, limit memory\n"
		       "104 /a: wrote high max to 88M\n"
		       "105 t /b: yes, hold\n"
		       "107 t /b: yes, limit memory\n"
		       "107 /a: wrote high 88M to 80M\n"
		       "108 t /b: yes, hold\n"
		       "110 t /b: yes, floor\n"
		       "110 t /b: reclaim /a 4M\n"
		       "111 t /b: reclaim /a 8M\n"
		       "112 t /b: reclaim /a 12M\n"
		       "113 t /b: reclaim /a 16M\n"
		       "114 t /b: reclaim /a 20M\n"
		       "115 t /b: reclaim /a 20M\n"
		       "116 t /b: reclaim /a 20M\n"
		       "117 t /b: later yes, floor\n"
		       "117 t /b: reclaim /a 20M\n"
		       "118 t /b: reclaim /a 20M\n"
		       "119 t /b: reclaim /a 20M\n"
		       "120 t /b: reclaim /a 20M\n"
		       "121 t /b: no, hold\n"
		       "121 t /b: reclaim /a 20M\n"
		       "122 t /b: reclaim /a 20M\n"
		       "123 t /b: reclaim /a 20M\n"
		       "124 t /b: reclaim /a 20M\n"
		       "125 t /b: no, release\n"
		       "128 /a: restored high 80M to max\n"
		       "129 t /b: no, quiet\n",
	}, {
		.name = "a value from outside wins, and all begins again",
		.config = THROTTLE("t", "/b", ""),
		.script = NEIGHBOURS "@+1 x4\n" A_TAKES "@+1\n/a cpu=60000\n" A_TAKES "@+1 x4\n"
			  A_TAKES,
		.log = "100 t /b: unknown, blind\n"
		       "101 t /b: yes, reclaim\n"
		       "101 t /b: reclaim /a 4M\n"
		       "102 t /b: reclaim /a 4M\n"
		       "103 t /b: reclaim /a 4M\n"
		       "104 t /b: yes, limit cpu\n"
		       "104 /a: wrote cpu max to 40ms\n"
		       "105 /a: outside cpu 40ms to 60ms\n"
		       "105 t /b: yes, reclaim\n"
		       "105 t /b: reclaim /a 4M\n"
		       "106 t /b: reclaim /a 4M\n"
		       "107 t /b: reclaim /a 4M\n"
		       "108 t /b: yes, limit cpu\n"
		       "108 /a: wrote cpu 60ms to 30ms\n"
		       "109 t /b: yes, hold\n",
	}, {
		.name = "the cooldown delays steps, and no release",
		.config = THROTTLE("t", "/b", "", "cooldown = 8s"),
		.script = NEIGHBOURS "@+1 x12\n" A_TAKES "@+1 x9\n",
		.log = "100 t /b: unknown, blind\n"
		       "101 t /b: yes, reclaim\n"
		       "101 t /b: reclaim /a 4M\n"
		       "102 t /b: reclaim /a 4M\n"
		       "103 t /b: reclaim /a 4M\n"
		       "104 t /b: yes, cooling\n"
		       "109 t /b: yes, limit cpu\n"
		       "109 /a: wrote cpu max to 40ms\n"
		       "110 t /b: yes, hold\n"
		       "112 t /b: yes, cooling\n"
		       "113 t /b: no, hold\n"
		       "117 t /b: no, release\n"
		       "117 /a: restored cpu 40ms to max\n"
		       "118 t /b: no, quiet\n"
		       "119 t /b: later no, quiet\n",
	}, {
		.name = "in a dry run, it only imagines",
		.config = THROTTLE("t", "/b", "", "dry-run = yes"),
		.script = NEIGHBOURS "@+1 x5\n" A_TAKES,
		.log = "100 t /b: unknown, blind (dry)\n"
		       "101 t /b: yes, reclaim (dry)\n"
		       "101 t /b: reclaim /a 4M (dry)\n"
		       "102 t /b: reclaim /a 4M (dry)\n"
		       "103 t /b: reclaim /a 4M (dry)\n"
		       "104 t /b: yes, limit cpu (dry)\n"
		       "104 /a: wrote cpu max to 40ms (dry)\n"
		       "105 t /b: yes, hold (dry)\n",
	},
};

/* Half of a second's work of A, taken in return, and pages that come back without an evictor */
#define TAKES_BACK	"blame 2 by 3 +900\n"
#define STORM		"/b refaults=+3000 outside=+3000\n"

/* Who is named when frames contradict each other, and when a step follows */
static const struct engine_case evidence_cases[] = {
	{
		.name = "a few pages beside a storm of refaults name no one",
		.config = THROTTLE("t", "/b", ""),
		.script = NEIGHBOURS "@+1 x9\nblame 3 by 2 +64\n"
			  "/b evictions=+64 evictions.outside=+64\n" STORM,
		.log = "100 t /b: unknown, blind\n"
		       "101 t /b: yes, too few\n",
	}, {
		.name = "nor do they if there are no more than these, but so slowly",
		.config = THROTTLE("t", "/b", "rate=100/s"),
		.script = NEIGHBOURS "@+1 x9\nblame 3 by 2 +64\n"
			  "/b evictions=+64 evictions.outside=+64 refaults=+64 outside=+64\n",
		.log = "100 t /b: unknown, blind\n"
		       "101 t /b: yes, too few\n",
	}, {
		.name = "a condition that holds in every other frame climbs all the same",
		.config = THROTTLE("t", "/b", ""),
		.script = NEIGHBOURS "@+1\n" A_TAKES "@+1\n@+1\n" A_TAKES "@+1\n@+1\n" A_TAKES
			  "@+1\n@+1\n" A_TAKES "@+1\n@+1\n" A_TAKES,
		.log = "100 t /b: unknown, blind\n"
		       "101 t /b: yes, reclaim\n"
		       "101 t /b: reclaim /a 4M\n"
		       "102 t /b: no, hold\n"
		       "103 t /b: yes, reclaim\n"
		       "103 t /b: reclaim /a 3M\n"
		       "104 t /b: no, hold\n"
		       "105 t /b: yes, limit cpu\n"
		       "105 /a: wrote cpu max to 40ms\n"
		       "106 t /b: no, hold\n"
		       "107 t /b: yes, hold\n"
		       "108 t /b: no, hold\n"
		       "109 t /b: yes, limit cpu\n"
		       "109 /a: wrote cpu 40ms to 20ms\n",
	}, {
		.name = "so does one that seems to be mutual in every other frame",
		.config = THROTTLE("t", "/b", ""),
		.script = NEIGHBOURS "blame 2 by 3 0\nblame 3 by 2 0\n@+1\n" A_TAKES
			  "@+1\n" A_TAKES TAKES_BACK "@+1\n" A_TAKES "@+1\n" A_TAKES TAKES_BACK
			  "@+1\n" A_TAKES "@+1\n" A_TAKES TAKES_BACK,
		.log = "100 t /b: unknown, blind\n"
		       "101 t /b: yes, reclaim\n"
		       "101 t /b: reclaim /a 4M\n"
		       "102 t /b: reclaim /a 4M\n"
		       "103 t /b: reclaim /a 4M\n"
		       "104 t /b: reclaim /a 4M\n"
		       "105 t /b: yes, limit cpu\n"
		       "105 /a: wrote cpu max to 40ms\n"
		       "106 t /b: yes, hold\n",
	}, {
		.name = "one that is mutual is not named for a frame in which it took nothing back",
		.config = THROTTLE("t", "/b", ""),
		.script = NEIGHBOURS "blame 2 by 3 0\nblame 3 by 2 0\n@+1 x4\n" A_TAKES TAKES_BACK
			  "@+1\n" A_TAKES "@+1 x4\n" A_TAKES TAKES_BACK,
		.log = "100 t /b: unknown, blind\n"
		       "101 t /b: yes, mutual\n",
	}, {
		.name = "a victim that had recovered gives the last step its time again",
		.config = "[rule t]\ncgroups = /b\nwhen = " DEMAND "\n"
			  "do = throttle wait=3s idle=60s\n",
		.script = NEIGHBOURS "@+1 x4\n" A_TAKES "@+1 x10\n@+1 x5\n" A_TAKES,
		.log = "100 t /b: unknown, blind\n"
		       "101 t /b: yes, reclaim\n"
		       "101 t /b: reclaim /a 4M\n"
		       "102 t /b: reclaim /a 4M\n"
		       "103 t /b: reclaim /a 4M\n"
		       "104 t /b: yes, limit cpu\n"
		       "104 /a: wrote cpu max to 40ms\n"
		       "105 t /b: no, hold\n"
		       "114 t /b: later no, hold\n"
		       "115 t /b: yes, hold\n"
		       "118 t /b: yes, limit cpu\n"
		       "118 /a: wrote cpu 40ms to 20ms\n"
		       "119 t /b: yes, hold\n",
	}, {
		.name = "also with steps that have no more time than a frame",
		.config = "[rule t]\ncgroups = /b\nwhen = " DEMAND "\ndo = throttle wait=1s\n",
		.script = NEIGHBOURS "@+1\n" A_TAKES "@+1\n@+1\n" A_TAKES "@+1\n@+1\n" A_TAKES,
		.log = "100 t /b: unknown, blind\n"
		       "101 t /b: yes, reclaim\n"
		       "101 t /b: reclaim /a 4M\n"
		       "102 t /b: no, hold\n"
		       "103 t /b: yes, limit cpu\n"
		       "103 /a: wrote cpu max to 40ms\n"
		       "104 t /b: no, hold\n"
		       "105 t /b: yes, limit cpu\n"
		       "105 /a: wrote cpu 40ms to 20ms\n",
	}, {
		.name = "after a burst, a debt is asked for until the condition ends",
		.config = LATE,
		.script = OLD "@+1\n" A_BURST "@+1 x7\n" OF_A A_GIVES "@+1 x3\n",
		.log = "100 t /b: unknown, blind\n"
		       "101 t /b: no, quiet\n"
		       "105 t /b: yes, reclaim\n"
		       "105 t /b: reclaim /a 10M\n"
		       "106 t /b: reclaim /a 10M\n"
		       "107 t /b: reclaim /a 10M\n"
		       "108 t /b: reclaim /a 10M\n"
		       "109 t /b: no, hold\n",
	}, {
		.name = "it may have its largest size less what it owes, and no more",
		.config = LATE,
		.script = OLD "@+1\n" A_BURST "@+1 x4\n" OF_A A_GIVES
			  "@+1\n/a current=92M\n" OF_A A_GIVES
			  "@+1\n/a current=80M\n" OF_A A_GIVES
			  "@+1\n/a current=100M\n" OF_A A_GIVES,
		.log = "100 t /b: unknown, blind\n"
		       "101 t /b: no, quiet\n"
		       "105 t /b: yes, reclaim\n"
		       "105 t /b: reclaim /a 10M\n"
		       "106 t /b: reclaim /a 7M\n"
		       "108 t /b: reclaim /a 10M\n",
	}, {
		.name = "one that gives little is asked again when a step has had its time",
		.config = LATE,
		.script = OLD "@+1\n" A_BURST "@+1 x9\n" OF_A,
		.log = "100 t /b: unknown, blind\n"
		       "101 t /b: no, quiet\n"
		       "105 t /b: yes, reclaim\n"
		       "105 t /b: reclaim /a 10M\n"
		       "109 t /b: reclaim /a 10M\n",
	}, {
		.name = "a debt leads to no limit",
		.config = "[rule t]\ncgroups = /b\nwhen = refaults.outside > 20/s for 3s\n"
			  "do = throttle by=cpu high=1M wait=3s idle=5s\n",
		.script = OLD "@+1\n" A_BURST "@+1 x9\n/a cpu.used=+800000\n" OF_A A_GIVES,
		.log = "100 t /b: unknown, blind\n"
		       "101 t /b: no, quiet\n"
		       "105 t /b: yes, reclaim\n"
		       "105 t /b: reclaim /a 10M\n"
		       "106 t /b: reclaim /a 10M\n"
		       "107 t /b: reclaim /a 10M\n"
		       "108 t /b: reclaim /a 10M\n"
		       "109 t /b: reclaim /a 10M\n"
		       "110 t /b: reclaim /a 10M\n",
	}, {
		.name = "what was not read again is no debt",
		.config = LATE,
		.script = OLD "@+1\n" A_BURST "@+1 x5\n" SLOW,
		.log = "100 t /b: unknown, blind\n"
		       "101 t /b: no, quiet\n"
		       "105 t /b: yes, no evictor\n",
	}, {
		.name = "nor what was taken long before",
		.config = LATE,
		.script = OLD "@+1\n" A_BURST "@+1 x60\n@+1 x5\n" OF_A,
		.log = "100 t /b: unknown, blind\n"
		       "101 t /b: no, quiet\n"
		       "165 t /b: yes, no evictor\n",
	}, {
		.name = "nor what the victim has back",
		.config = LATE,
		.script = OLD "@+1\n" A_BURST "blame 3 by 2 +20000 again\n"
			  "/b refaults=+20000 outside=+20000\n@+1 x5\n" OF_A,
		.log = "100 t /b: unknown, blind\n"
		       "104 t /b: yes, no evictor\n",
	}, {
		.name = "nor anything, if it evicted more itself",
		.config = LATE,
		.script = OLD "/b evictions=1\n@+1\n/b evictions=+50000\n" A_BURST "@+1 x5\n" OF_A,
		.log = "100 t /b: unknown, blind\n"
		       "101 t /b: no, quiet\n"
		       "105 t /b: yes, no evictor\n",
	}, {
		.name = "nor what another one took",
		.config = LATE,
		.script = OLD "@+1\nblame 3 by 4 +20000 unread\n" BURST "@+1 x5\n" OF_A,
		.log = "100 t /b: unknown, blind\n"
		       "101 t /b: no, quiet\n"
		       "105 t /b: yes, no evictor\n",
	}, {
		.name = "nor what a request took",
		.config = LATE,
		.script = OLD "@+1\nblame 3 by 2 +20000 proactive\n" BURST "@+1 x5\n" OF_A,
		.log = "100 t /b: unknown, blind\n"
		       "101 t /b: no, quiet\n"
		       "105 t /b: yes, no evictor\n",
	}, {
		.name = "nor what the distances say it does not need",
		.config = LATE,
		.script = OLD "@+1\n" A_BURST "@+1 x5\nblame 3 by 2 +400 again\n"
			  "/b refaults=+400 outside=+400\n",
		.log = "100 t /b: unknown, blind\n"
		       "101 t /b: no, quiet\n"
		       "105 t /b: yes, no evictor\n",
	}, {
		.name = "frames without readings neither count nor start the time again",
		.config = THROTTLE("t", "/b", ""),
		.script = NEIGHBOURS "@+1 x2\n" A_TAKES "@+1 module=missing\n@+1 module=ok\n"
			  A_TAKES "@+1 x2\n" A_TAKES,
		.log = "100 t /b: unknown, blind\n"
		       "101 t /b: yes, reclaim\n"
		       "101 t /b: reclaim /a 4M\n"
		       "102 t /b: reclaim /a 4M\n"
		       "103 t /b: unknown, blind\n"
		       "105 t /b: yes, reclaim\n"
		       "105 t /b: reclaim /a 4M\n"
		       "106 t /b: yes, limit cpu\n"
		       "106 /a: wrote cpu max to 40ms\n",
	},
};

static void check_why(void *arg, const struct decision *d)
{
	is_text(d->why, arg, "why");
}

/* The evidence of throttle: who, the share with its bounds, and what is done */
static void check_whys(void)
{
	static const struct {
		const char *change;
		char *why;
	} whys[] = {
		{ "@+1\nblame 3 by 2 +800\nblame 3 by 0 +100\nblame 3 by 4 +100\nblame 2 by 3 +50\n",
		  "/a: reclaiming 3.1 MiB from it (it took 80 %, 75 to 90 %, of the 1000 pages/s that others evicted)" },
		{ "@+1 x4\n/a cpu.used=+1000000\nblame 3 by 2 +1000\n",
		  "/a: reclaim did not help enough: now cpu.max 50 of 100 ms (it took 100 %, 100 to 100 %, of the 1000 pages/s that others evicted)" },
		{ "@+1 x4\n/a cpu.used=+1000000\nblame 3 by 2 +1000\n" LOSS("/b")
		  "@+1 x9\nblame 3 by 2 +600\nblame 2 by 3 +600\n",
		  "/a: still held back by cpu.max 50 of 100 ms (no further step: no evictor is named: most was taken by /a: it took 79 %, 49 to 100 %, of the 1000 pages/s that others evicted, but it reads about as many again that the cgroup took from it: both are short of memory)" },
		{ "@+1\nblame 3 by 2 +300\nblame 3 by 4 +300\n",
		  "no evictor is named: most was taken by /a: it took 30 %, 30 to 70 %, of the 1000 pages/s that others evicted, which is less than share=50 %" },
		{ "@+1\nblame 3 by 2 +600\nblame 2 by 3 +500\n",
		  "no evictor is named: most was taken by /a: it took 60 %, 10 to 100 %, of the 1000 pages/s that others evicted, but it reads about as many again that the cgroup took from it: both are short of memory" },
		{ "@+1\n/b evictions=+5000\n",
		  "no evictor is named: 5000 pages/s were evicted for its own demand or limits, and 1000/s for that of others: holding these back would not help" },
		{ "@+1\nblame 3 by 1 +1000\n",
		  "no evictor is named: no cgroup that may be held back took any of the 1000 pages/s that others evicted" },
		{ "@+1\nblame 3 by 2 +1000\n/b refaults=+7000\n",
		  "no evictor is named: most was taken by /a: it took 100 %, 100 to 100 %, of the 1000 pages/s that others evicted, but with at least 1000 pages/s few of what the cgroup reads again: 8000/s, of them 1000/s that others evicted" },
		{ "@+1\n/a user.oomd_omit=1\nblame 3 by 2 +1000\n",
		  "no evictor is named: most was taken by /a: it took 100 %, 100 to 100 %, of the 1000 pages/s that others evicted, but it is marked never to be harmed" },
	};
	struct runner r;
	char text[512];

	begin(&r, false, LATE, NULL);
	run(&r, OLD "@+1\n" A_BURST "@+1 x6\n" OF_A A_GIVES);
	engine_each(r.engine, 0, check_why, (void *)
		    "/a: reclaiming 10.0 MiB from it, and it owes 17.9 MiB (it took 100 %, 100 to 100 %, of the 14816 pages that others evicted since the cgroup was well)");
	end(&r);
	for (size_t i = 0; i < sizeof(whys) / sizeof(whys[0]); i++) {
		snprintf(text, sizeof(text), NEIGHBOURS "blame 2 by 3 0\nblame 3 by 2 0\n%s"
			 LOSS("/b"), whys[i].change);
		begin(&r, false, THROTTLE("t", "/b", ""), NULL);
		run(&r, text);
		engine_each(r.engine, 0, check_why, whys[i].why);
		end(&r);
	}
}

/* --- what it reads --- */

#define LOW	FRAME_BIT(FRAME_MEMORY_LOW)
#define LIMITS	(FRAME_BIT(FRAME_MEMORY_MAX) | FRAME_BIT(FRAME_MEMORY_HIGH))

/* A rule needs its cgroups' files, and of their ancestors the knob and the limits */
static void check_files(void)
{
	struct frame_wish wish = {};
	struct runner r;
	uint32_t files;

	begin(&r, false, RULE("r", "/s/x", "memory.current > 90 %"), NULL);
	run(&r, SLICE);
	engine_wish(r.engine, &wish);
	ok(wish.stats && wish.histograms && !wish.stalled && !wish.blame, "what the rule needs");
	files = engine_files(r.engine, 3, "/s/x");
	ok((files & LOW) && (files & FRAME_BIT(FRAME_MEMORY_CURRENT)), "files of its cgroup");
	ok(!(files & FRAME_BIT(FRAME_MEMORY_PRESSURE)), "and no others");
	ok(!(files & ~wish.files), "all of which are in the wish");
	is_uint(engine_files(r.engine, 2, "/s"), LOW | LIMITS, "knob and limits of its parent");
	is_uint(engine_files(r.engine, 4, "/s/y"), 0, "nothing of its neighbour");
	end(&r);

	begin(&r, false, HARD("r", "/s/x", "1G"), NULL);
	run(&r, SLICE);
	ok(engine_files(r.engine, 3, "/s/x") & FRAME_BIT(FRAME_MEMORY_MIN),
	   "a parameter may need one more of its cgroup");
	is_uint(engine_files(r.engine, 2, "/s"), LOW | LIMITS | FRAME_BIT(FRAME_MEMORY_MIN),
		"and of its parent");
	end(&r);
}

/* What protects the ancestors of a cgroup bounds what is reclaimed from it */
static void check_files_of_ancestors(void)
{
	uint32_t protection = FRAME_BIT(FRAME_MEMORY_CURRENT) | LOW | FRAME_BIT(FRAME_MEMORY_MIN);
	struct runner r;

	begin(&r, false, RECLAIM("/s/x") "\n", NULL);
	run(&r, SLICE);
	is_uint(engine_files(r.engine, 2, "/s") & protection, protection,
		"the protection of a parent");
	is_uint(engine_files(r.engine, 4, "/s/y"), 0, "nothing of its neighbour");
	end(&r);
}

/* What an action reads of cgroups that it may act on: those beside its own, or of a pattern */
static void check_files_of_targets(void)
{
	uint32_t targets = action_throttle.target_files;
	struct frame_wish wish = {};
	struct runner r;

	begin(&r, false, THROTTLE("t", "/s/x/y", ""), THROTTLE("t", "/s/x/y", "of=/p/**"));
	run(&r, NEIGHBOURS);
	engine_wish(r.engine, &wish);
	ok(wish.blame && (wish.host_files & FRAME_BIT(FRAME_SELF)) && !(targets & ~wish.files),
	   "an action that acts on others needs blame, its own place, and their files");
	is_uint(engine_files(r.engine, 11, "/s/x/z") & targets, targets, "beside its own");
	is_uint(engine_files(r.engine, 12, "/p/q") & targets, targets, "a service");
	is_uint(engine_files(r.engine, 13, "/p/q/r") & targets, 0, "and no others");
	run(&r, "@reload");
	is_uint(engine_files(r.engine, 11, "/s/x/z") & targets, 0, "with a pattern, no siblings");
	is_uint(engine_files(r.engine, 13, "/p/q/r") & targets, targets, "but what it matches");
	end(&r);
}

/*
 * What a rule that kills reads in each frame, whether its condition holds or not: Documentation/performance.rst
 * says how many system calls that are
 */
static void check_files_of_candidates(void)
{
	unsigned int nr = 0;
	uint32_t files;
	struct runner r;

	begin(&r, false, "[rule k]\ncgroups = /p\nwhen = memory.current > 1T\ndo = kill\n", NULL);
	run(&r, NEIGHBOURS);
	files = engine_files(r.engine, 12, "/p/q");
	for (unsigned int file = 0; file < FRAME_FILES; file++)
		nr += files & FRAME_BIT(file) && file != FRAME_MARKS;
	is_uint(nr, 7, "seven files of each candidate for a kill");
	ok(files & FRAME_BIT(FRAME_MARKS) && files & FRAME_BIT(FRAME_MEMORY_STAT),
	   "with memory.stat, and its marks");
	is_uint(engine_files(r.engine, 11, "/s/x/z"), 0, "nothing of other cgroups");
	end(&r);
}

/* A claim whose rule is gone has to be given back, so its knob must be read */
static void check_files_of_claims(bool dry_run, const char *name)
{
	struct frame_wish wish = {};
	uint32_t all = 0;
	struct runner r;

	begin(&r, dry_run, RULE("r", "/s/x", BUSY), "[daemon]\ninterval = 1s\n");
	run(&r, SLICE "@+1\n" WORK("/s/x") "@reload");
	engine_wish(r.engine, &wish);
	for (unsigned int knob = 0; knob < KNOBS; knob++)
		all |= FRAME_BIT(knobs[knob].file);
	is_uint(wish.files, all, "without rules, the wish has the knobs");
	ok(!wish.stats, "and no statistics");
	is_uint(engine_files(r.engine, 3, "/s/x"), LOW, name);
	is_uint(engine_files(r.engine, 2, "/s"), LOW, "that of its parent");
	is_uint(engine_files(r.engine, 4, "/s/y"), 0, "nothing of its neighbour");
	end(&r);
}

/* --- cost --- */

#define MANY_CGROUPS	1000
#define MANY_RULES	10
#define MANY_ROUNDS	20

static void count_decided(void *arg, const struct decision *decision)
{
	(void)decision;
	++*(size_t *)arg;
}

static void ignore_claimed(void *arg, const struct ledger_event *event,
			   const struct decision *decision)
{
	(void)arg, (void)event, (void)decision;
}

/* Count this thread's instructions in user space; -1 where the machine cannot */
static int open_counter(void)
{
	struct perf_event_attr attr = {
		.type = PERF_TYPE_HARDWARE, .size = sizeof(attr),
		.config = PERF_COUNT_HW_INSTRUCTIONS, .exclude_kernel = 1, .exclude_hv = 1,
	};

	return syscall(SYS_perf_event_open, &attr, 0, -1, -1, 0);
}

static uint64_t read_counter(int counter)
{
	uint64_t count = 0;

	return read(counter, &count, sizeof(count)) == sizeof(count) ? count : 0;
}

static void make_many(struct fake *fake)
{
	char line[128];

	fake_change(fake, "@100\n/ id=1");
	for (int i = 0; i < MANY_CGROUPS - 1; i++) {
		snprintf(line, sizeof(line), "/slice-%02d/c%d id=%d" A_CGROUP, i / 100, i, i + 2);
		if (i % 100 == 0)
			snprintf(line, sizeof(line), "/slice-%02d id=%d" A_CGROUP, i / 100, i + 2);
		fake_change(fake, line);
	}
}

static struct config *many_rules(void)
{
	char text[4096] = "";

	for (int i = 0; i < MANY_RULES; i++)
		snprintf(text + strlen(text), sizeof(text) - strlen(text),
			 RULE("r%d", "/*/c*", "(" DEMAND " or psi.some.avg10 > 20 %%) and %s for %ds"),
			 i, i % 2 ? BUSY : "stall > 1 %", i + 1);
	return parse(text);
}

/* Rounds in which nothing happens; each rule has all cgroups but the slices and the root; returns ns a round */
static uint64_t run_many(struct engine *e, struct fake *fake)
{
	int counter = open_counter();
	uint64_t instructions = 0, time = 0;

	for (int i = 0; i < MANY_ROUNDS; i++) {
		struct frame *frame;
		uint64_t begin, count;

		fake_change(fake, "@+1");
		frame = fake_frame(fake);
		begin = clock_now();
		count = read_counter(counter);
		if (engine_round(e, frame))
			fake_wrong("no round", "");
		instructions += read_counter(counter) - count;
		time += clock_now() - begin;
		frame_put(frame);
	}
	printf("# %d cgroups, %d rules: ", MANY_CGROUPS, MANY_RULES);
	if (counter >= 0)
		printf("%" PRIu64 " instructions, ", instructions / MANY_ROUNDS);
	printf("%" PRIu64 " us a round\n", time / MANY_ROUNDS / 1000);
	if (counter >= 0)
		close(counter);
	return time / MANY_ROUNDS;
}

static void count_refused(void *arg, const struct decision *decision)
{
	*(size_t *)arg += decision->when == FALSE;
}

static void check_many(void)
{
	size_t decided = 0, refused = 0;
	const struct engine_log log = { count_decided, ignore_claimed, note_deed, note_gap, &decided };
	struct engine *e = engine_new(false, &log);
	struct config *config = many_rules();
	struct fake fake = {};

	make_many(&fake);
	engine_set_rules(e, config);
	engine_open_ledger(e, LEDGER_REPLAY, NULL, NULL);
	run_many(e, &fake);
	engine_each(e, 0, count_refused, &refused);
	is_uint(refused, (MANY_CGROUPS - 11) * MANY_RULES, "each rule decides about each cgroup");
	is_uint(decided, 2 * refused, "once blind, and once with a previous frame");
	engine_free(e);
	config_free(config);
	fake_free(&fake);
}

/*
 * Sixty thousand tasks wait, and each cgroup loses pages to 16 others: a tenant can do that. What all of
 * that costs must not be paid for each rule and each cgroup again.
 */
static void check_crowd(void)
{
	size_t decided = 0, refused = 0;
	const struct engine_log log = { count_decided, ignore_claimed, note_deed, note_gap, &decided };
	struct engine *e = engine_new(false, &log);
	struct config *config;
	struct fake fake = {};
	char text[4096] = "";
	uint64_t alone;

	for (int i = 0; i < MANY_RULES; i++)
		snprintf(text + strlen(text), sizeof(text) - strlen(text), RULE("r%d", "/**", "%s"), i,
			 i % 2 ? "stall.refault > 900 %" : "blame(/slice-03/c301) > 90 %");
	config = parse(text);
	make_many(&fake);
	engine_set_rules(e, config);
	engine_open_ledger(e, LEDGER_REPLAY, NULL, NULL);
	alone = run_many(e, &fake);
	fake_change(&fake, "crowd 60000");
	printf("# with 60000 stalled tasks %.1f times as long\n", (double)run_many(e, &fake) / alone);
	engine_each(e, 0, count_refused, &refused);
	is_uint(refused, MANY_CGROUPS * MANY_RULES, "each rule decides about each cgroup in a crowd");
	engine_free(e);
	config_free(config);
	fake_free(&fake);
}

/* Rules on the frames of a daemon that ran other ones, or none */
static const struct engine_case recorded_cases[] = {
	{
		.name = "what other rules write in a recording stays imagined from frame to frame",
		.config = RULE("r", "/a", BUSY),
		.script = MACHINE "@+1\n" WORK("/a") "@+1 x11\n",
		.recorded = true,
		.log = "100 r /a: yes, blind\n"
		       "101 r /a: yes, raise\n"
		       "101 /a: wrote 0M to 110M\n"
		       "102 r /a: yes, hold\n"
		       "111 r /a: yes, give back\n"
		       "111 r /a: later yes, give back\n"
		       "111 /a: wrote 110M to 82M\n"
		       "112 /a: wrote 82M to 62M\n",
	}, {
		.name = "what the daemon that ran had set is no change from outside",
		.config = RULE("r", "/a", BUSY),
		.script = MACHINE "@+1\n" WORK("/a") "@+1\n/a low=40M held=0:40M\n"
			  "@+1\n/a low=50M held=0:50M\n@+1\n/a low=0 held=-\n@+1\n",
		.recorded = true,
		.log = "100 r /a: yes, blind\n"
		       "101 r /a: yes, raise\n"
		       "101 /a: wrote 0M to 110M\n"
		       "102 r /a: yes, hold\n",
	}, {
		.name = "nor the original of what other rules claim",
		.config = RULE("r", "/a", BUSY),
		.script = MACHINE "/a low=40M held=10M:40M\n@+1\n" WORK("/a")
			  "@+1\n/a low=10M held=-\n@+1\n",
		.recorded = true,
		.log = "100 r /a: yes, blind\n"
		       "101 r /a: yes, raise\n"
		       "101 /a: wrote 10M to 110M\n"
		       "102 r /a: yes, hold\n",
	}, {
		.name = "a change from outside ends what is imagined",
		.config = RULE("r", "/a", BUSY),
		.script = MACHINE "@+1\n" WORK("/a") "@+1\n/a low=40M held=0:40M\n"
			  "@+1\n/a low=20M held=0:40M\n@+1\n/a held=-\n",
		.recorded = true,
		.log = "100 r /a: yes, blind\n"
		       "101 r /a: yes, raise\n"
		       "101 /a: wrote 0M to 110M\n"
		       "102 r /a: yes, hold\n"
		       "103 /a: outside 110M to 20M\n"
		       "103 r /a: yes, quiet\n",
	}, {
		.name = "ancestors are imagined as well, on top of what they had without the daemon",
		.config = RULE("r", "/s/x", BUSY),
		.script = SLICE "/s low=45M held=5M:45M\n/s/y low=40M held=0:40M\n@+1\n" WORK("/s/x")
			  "@+1\n@+1\n/s low=7M held=5M:45M\n@+1\n/s low=47M held=7M:47M\n@+1\n",
		.recorded = true,
		.log = "100 r /s/x: yes, blind\n"
		       "101 r /s/x: yes, raise\n"
		       "101 /s: wrote 5M to 115M\n"
		       "101 /s/x: wrote 0M to 110M\n"
		       "102 r /s/x: yes, hold\n"
		       "103 /s: repaired 115M to 7M\n"
		       "103 /s: wrote 7M to 117M\n",
	}, {
		.name = "a rule in a dry run imagines on top of what is imagined",
		.config = "[rule real]\ncgroups = /s/x\nwhen = " BUSY "\n"
			  "do = protect max=80M idle=30s\n" RULE("dry", "/s/*", BUSY, "dry-run = yes"),
		.script = SLICE "@+1\n" WORK("/s/x") WORK("/s/y") "@+1 x2\n" WORK("/s/x")
			  "@+1\n@+1\n/s/x low=20M\n@+1 x2\n",
		.recorded = true,
		.log = "100 real /s/x: yes, blind\n"
		       "100 dry /s/x: yes, blind (dry)\n"
		       "100 dry /s/y: yes, blind (dry)\n"
		       "101 real /s/x: yes, raise\n"
		       "101 dry /s/x: yes, raise (dry)\n"
		       "101 dry /s/y: yes, raise (dry)\n"
		       "101 /s: wrote 0M to 219M (dry)\n"
		       "101 /s/x: wrote 0M to 110M (dry)\n"
		       "101 /s/y: wrote 0M to 110M (dry)\n"
		       "101 /s: wrote 0M to 80M\n"
		       "101 /s/x: wrote 0M to 80M\n"
		       "102 real /s/x: yes, at max\n"
		       "102 dry /s/x: yes, enough (dry)\n"
		       "102 dry /s/y: yes, hold (dry)\n"
		       "104 real /s/x: yes, hold\n"
		       "104 dry /s/x: yes, hold (dry)\n"
		       "105 /s/x: outside 80M to 20M\n"
		       "105 /s/x: outside 110M to 20M (dry)\n"
		       "105 real /s/x: yes, quiet\n"
		       "105 dry /s/x: yes, quiet (dry)\n"
		       "105 /s: wrote 219M to 190M (dry)\n"
		       "105 /s: restored 80M to 0M\n"
		       "106 /s: wrote 190M to 110M (dry)\n",
	},
};

int main(void)
{
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		check_case(&cases[i]);
	for (size_t i = 0; i < sizeof(min_cases) / sizeof(min_cases[0]); i++)
		check_case(&min_cases[i]);
	for (size_t i = 0; i < sizeof(throttle_cases) / sizeof(throttle_cases[0]); i++)
		check_case(&throttle_cases[i]);
	for (size_t i = 0; i < sizeof(evidence_cases) / sizeof(evidence_cases[0]); i++)
		check_case(&evidence_cases[i]);
	for (size_t i = 0; i < sizeof(recorded_cases) / sizeof(recorded_cases[0]); i++)
		check_case(&recorded_cases[i]);
	check_whys();
	check_files();
	check_files_of_ancestors();
	check_files_of_targets();
	check_files_of_candidates();
	check_files_of_claims(false, "the knob of a claim");
	check_files_of_claims(true, "the knob of a claim in a dry run");
	check_many();
	check_crowd();
	return tap_done();
}
