// SPDX-License-Identifier: GPL-2.0
/* What the options --list-signals, --check-config and --explain print */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "clock.h"
#include "engine.h"
#include "explain.h"
#include "live.h"
#include "report.h"
#include "run.h"

#define TIMEOUT		3000

/* A line with the hooks of the module that a signal rests on, below its own */
static void print_hooks(const char *what, const struct signal_hook *hook)
{
	if (!hook)
		return;
	printf("%-49s%s ", "", what);
	for (size_t i = 0; hook[i].bits; i++)
		printf("%s%s", i ? ", " : "", hook[i].names);
	putchar('\n');
}

void explain_signals(void)
{
	static const char *const arguments[] = {
		[SIGNAL_TAKES_NOTHING] = "", [SIGNAL_TAKES_SHARE] = "(SHARE)",
		[SIGNAL_TAKES_CGROUP] = "(CGROUP)",
	};
	const struct signal *s = NULL;
	char name[64];

	printf("%-28s %-6s %-12s %s\n", "SIGNAL", "UNIT", "NEEDS", "MEANING");
	while ((s = signal_next(s))) {
		snprintf(name, sizeof(name), "%s%s", s->name, arguments[s->takes]);
		printf("%-28s %-6s %-12s %s\n", name, unit_word(s->unit),
		       s->since ? s->since : s->wish.stats ? "headroom" : "-", s->meaning);
		print_hooks("blind without", s->hooks);
		print_hooks("a lower bound without", s->parts);
	}
}

/* Print what this machine lacks for the configuration; returns whether it can run nevertheless */
static bool check_machine(const struct config *config)
{
	struct config_errors errors = {}, warnings = {};
	bool runs = !run_check(config, &errors, &warnings) && !errors.nr;

	for (size_t i = 0; i < errors.nr; i++)
		fprintf(stderr, "%s\n", errors.text[i]);
	for (size_t i = 0; i < warnings.nr; i++)
		fprintf(stderr, "warning: %s\n", warnings.text[i]);
	config_errors_free(&errors);
	config_errors_free(&warnings);
	return runs;
}

int explain_check(const char *config_path)
{
	struct config *config = config_load_or_print(config_path);

	if (!config)
		return 1;
	if (!check_machine(config)) {
		config_free(config);
		return 1;
	}
	printf("the configuration is valid: %zu rule%s\n", config->nr, config->nr == 1 ? "" : "s");
	if (!config->nr)
		printf("without a [rule NAME] headroomd does nothing\n");
	config_free(config);
	return 0;
}

static void print_rule(const struct rule *rule)
{
	const struct action_parameter *p = rule->action->parameter;
	const char *value;
	char buf[48];

	printf("rule %s (%s)\n  for each cgroup", rule->name, rule->place);
	for (size_t i = 0; i < rule->cgroups.nr; i++)
		printf("%s %s", i ? "," : "", rule->cgroups.glob[i]);
	printf("\n  when %s\n  %s%s:", rule->when.text, rule->dry_run ? "log only: " : "",
	       rule->action->name);
	printf(" %s", rule->action->meaning);
	for (size_t i = 0; p[i].name; i++) {
		value = action_print_value(buf, sizeof(buf), &p[i], &rule->parameter[i]);
		if (*value)
			printf("%s %s %s", i ? "," : ";", p[i].name, value);
	}
	printf("; weight %g", rule->weight);
	if (rule->cooldown)
		printf("; at most once in %.0f s", rule->cooldown / 1e9);
	printf("\n");
}

struct printer {
	const struct rule *rule;
	size_t nr;
};

static void print_cgroup(void *arg, const struct decision *d)
{
	struct printer *printer = arg;
	char condition[1024];

	if (d->rule != printer->rule)
		return;
	printer->nr++;
	printf("    %s: %s: %s\n", d->path,
	       d->when == TRUE ? "holds" : d->when == FALSE ? "does not hold" : "is unknown",
	       condition_print(condition, sizeof(condition), &d->rule->when, d->state));
	printf("      %s\n", d->why);
}

static void print_rules(const struct engine *engine, const struct config *config)
{
	for (size_t i = 0; i < config->nr; i++) {
		struct printer printer = { .rule = &config->rule[i] };

		print_rule(&config->rule[i]);
		engine_each(engine, 0, print_cgroup, &printer);
		if (!printer.nr)
			printf("    no cgroup matches now\n");
	}
}

static int round_of(struct live *live, struct engine *engine)
{
	struct frame *frame;
	int err = live_read(live, &frame);

	if (err)
		return err;
	if (frame->module_error)
		fprintf(stderr, "%s\n", live_error(live));
	err = engine_round(engine, frame);
	frame_put(frame);
	return err;
}

/* Two frames, an interval apart */
static int observe(struct live *live, struct engine *engine, const struct config *config)
{
	const struct timespec interval = {
		config->interval / NS_PER_S, config->interval % NS_PER_S,
	};
	struct frame_wish wish = {};
	int err = engine_set_rules(engine, config);

	engine_wish(engine, &wish);
	live_wish(live, &wish, engine_files, engine);
	if (!err)
		err = round_of(live, engine);
	nanosleep(&interval, NULL);
	return err ? err : round_of(live, engine);
}

static void ignore_decision(void *arg, const struct decision *decision)
{
	(void)arg, (void)decision;
}

static void ignore_claim(void *arg, const struct ledger_event *event,
			 const struct decision *decision)
{
	(void)arg, (void)event, (void)decision;
}

static void ignore_deed(void *arg, const struct frame *frame, const struct deed *deed,
			const struct decision *decision)
{
	(void)arg, (void)frame, (void)deed, (void)decision;
}

static void ignore_gap(void *arg, const struct frame *frame, const char *why)
{
	(void)arg, (void)frame, (void)why;
}

int explain_rules(const char *config_path)
{
	static const struct engine_log silent = {
		ignore_decision, ignore_claim, ignore_deed, ignore_gap, NULL,
	};
	struct config *config = config_load_or_print(config_path);
	struct engine *engine;
	struct live *live;
	int err;

	if (!config)
		return 1;
	engine = engine_new(true, &silent);
	err = live_open(&live, TIMEOUT, false);
	if (!engine)
		err = -ENOMEM;
	if (!err)
		err = observe(live, engine, config);
	if (err)
		fprintf(stderr, "cannot read cgroups: %s\n", strerror(-err));
	else
		print_rules(engine, config);
	engine_free(engine);
	live_close(live);
	config_free(config);
	return err ? 1 : 0;
}
