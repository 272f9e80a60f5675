// SPDX-License-Identifier: GPL-2.0
/*
 * The recipe for a last resort, as it is shipped: when it kills, and when not
 *
 * Cases that are known to make other programs kill although memory is not short, and cases in which
 * they do not act although it is.
 */
#include "config.h"
#include "engine_cases.h"

#define RECIPE	USER_DIR "../Documentation/examples/last-resort.conf"
#define MANY	2000

/* Service a has taken memory from service b; both may be killed */
#define MACHINE	"@100\nhost self=/system.slice/headroomd.service total=8G free=4G psi=0 io=0 "	\
		"swaptotal=4G swapfree=4G\n/ id=1\n/system.slice id=2\n"			\
		"/system.slice/headroomd.service id=3 current=5M\n"				\
		"/system.slice/a.service id=4 current=3G\n/system.slice/b.service id=5 current=1G\n" \
		"blame 5 by 4 0\n"
#define QUIET	"100 machine-stalls /: no, quiet\n100 swap-is-used-up /: no, quiet\n"
/* A second in which a takes pages from b, and everything waits for memory */
#define SHORT	"host free=200M psi=60\n/ stall=+900ms\nblame 5 by 4 +1000\n"			\
		"/system.slice/b.service evictions=+1000 evictions.outside=+1000 refaults=+1000\n"
#define A_DIED	"gone /system.slice/a.service\nhost free=3G psi=0\n/ current=1G\n"

static const struct engine_case cases[] = {
	{
		.name = "CPU time is short, so that all seem to wait for memory",
		.script = MACHINE "@+1 x30\nhost psi=95\n/ stall=+900ms\n"
			  "/system.slice/a.service cpu=5000 psi.full.avg10=95\n",
		.log = QUIET,
	}, {
		.name = "nor if memory is short as well, but nothing waits for it",
		.script = MACHINE "@+1 x30\nhost psi=95 free=200M\n/ stall=+50ms\n",
		.log = QUIET,
	}, {
		.name = "a cold stream evicts, and nothing comes back",
		.script = MACHINE "@+1 x30\n/system.slice/a.service current=+1M evictions=+50000\n"
			  "/system.slice/b.service evictions=+200 evictions.outside=+200\n"
			  "blame 5 by 4 +200\n",
		.log = QUIET,
	}, {
		.name = "a virtual machine is stopped for 60 s, twice, with high pressure around that",
		.script = MACHINE "@+1 x8\n" SHORT "@+1 wall=+60\n" SHORT "@+1 x8\n" SHORT
			  "@+60\n" SHORT "@+1 x8\n" SHORT "@+1 x9\nhost free=4G psi=0\n",
		.log = QUIET "109 gap: the wall clock was set, or the machine was stopped\n"
		       "109 machine-stalls /: unknown, condition unknown\n"
		       "177 gap: no frame for 60.0 s\n"
		       "186 machine-stalls /: no, quiet\n",
	}, {
		.name = "a build of many short processes near its limit",
		.script = MACHINE "/machine.slice id=6\n/machine.slice/build id=7 max=1G\n"
			  "@+1 x30\n/machine.slice/build current=1023M events.max=+500 local.max=+500 "
			  "psi.full.avg10=70 pids=+40 refaults=+3000 evictions=+3000 stall=+700ms\n"
			  "/ stall=+700ms\nhost psi=45\n",
		.log = QUIET,
	}, {
		.name = "swap is used up, and memory is not",
		.script = MACHINE "@+1 x30\nhost swapfree=10M\n/system.slice/a.service current=+1M\n",
		.log = QUIET,
	}, {
		.name = "memory is short for a moment only",
		.script = MACHINE "@+1 x9\n" SHORT "@+1\nhost free=1G\n@+1 x9\n" SHORT,
		.log = QUIET,
	}, {
		.name = "but what took the memory is killed when all wait for it, once",
		.script = MACHINE "@+1 x11\n" SHORT "@+1\n" A_DIED "@+1 x12\n",
		.log = QUIET "111 machine-stalls /: yes, kill\n"
		       "111 machine-stalls /: kill /system.slice/a.service 3072M\n"
		       "112 machine-stalls /: no, quiet\n"
		       "121 machine-stalls /: later no, quiet\n",
	}, {
		.name = "also if zram is full, while its swap looks free",
		.script = MACHINE "host zram=7G\n@+1 x11\nhost swapfree=3G\n" SHORT,
		.log = QUIET "111 machine-stalls /: yes, kill\n"
		       "111 machine-stalls /: kill /system.slice/a.service 3072M\n",
	}, {
		.name = "and without any swap",
		.script = MACHINE "host swaptotal=0 swapfree=0\n@+1 x11\n" SHORT,
		.log = QUIET "101 swap-is-used-up /: unknown, condition unknown\n"
		       "111 machine-stalls /: yes, kill\n"
		       "111 machine-stalls /: kill /system.slice/a.service 3072M\n",
	},
};

static struct config *load(void)
{
	struct config_errors errors;
	struct config *config;

	if (config_load(RECIPE, &config, &errors))
		fake_wrong("no recipe", errors.nr ? errors.text[0] : RECIPE);
	config_errors_free(&errors);
	return config;
}

/* Put the recipe in place of a configuration that does nothing */
static void begin_recipe(struct runner *r)
{
	begin(r, false, "[daemon]\ninterval = 1s\n", NULL);
	r->next = load();
	run(r, "@reload");
}

static void check_recipe(const struct engine_case *c)
{
	struct runner r;

	begin_recipe(&r);
	run(&r, c->script);
	if (!ok(strcmp(r.log, c->log) == 0, "%s", c->name))
		printf("# got:\n%s# want:\n%s", r.log, c->log);
	end(&r);
}

static void print_whys(void *arg, const struct decision *d)
{
	char text[512];

	condition_print(text, sizeof(text), &d->rule->when, d->state);
	is_text(text, ((const char *const *)arg)[!strcmp(d->rule->name, "swap-is-used-up")],
		"the log says why not");
}

/* Each comparison has its value */
static void check_whys(void)
{
	const char *whys[] = {
		"host.psi.full > 40 %: 95.2 %, yes; host.free < 5 %: 4.0 GiB = 50.0 %, no; stall > 50 %: 90.0 %, yes",
		"swap.free < 15 %: 4.0 GiB = 100.0 %, no; host.free < 5 %: 4.0 GiB = 50.0 %, no",
	};
	struct runner r;

	begin_recipe(&r);
	run(&r, MACHINE "@+1 x3\nhost psi=95\n/ stall=+900ms\n");
	engine_each(r.engine, 0, print_whys, whys);
	end(&r);
}

/* Nothing is killed while thousands of cgroups come and go */
static void check_many(void)
{
	char line[96];
	struct runner r;

	begin_recipe(&r);
	run(&r, MACHINE);
	for (int round = 0; round < 5; round++) {
		for (int i = 0; i < MANY; i++) {
			snprintf(line, sizeof(line), "/system.slice/%d.service id=%d current=200M",
				 i, 100 + round * MANY + i);
			fake_change(&r.fake, line);
		}
		run(&r, "@+1\nhost psi=70\n/ stall=+600ms\n");
		fake_free(&r.fake);
		snprintf(line, sizeof(line), "@%d", 101 + round);
		fake_change(&r.fake, MACHINE);
		fake_change(&r.fake, line);
	}
	is_text(r.log, QUIET, "thousands of cgroups that come and go");
	end(&r);
}

int main(void)
{
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		check_recipe(&cases[i]);
	check_whys();
	check_many();
	return tap_done();
}
