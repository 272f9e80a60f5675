// SPDX-License-Identifier: GPL-2.0
/*
 * Translate the JSON of oomd
 *
 * A ruleset has groups of detectors, one of which has to hold as a whole, and a chain of actions that
 * ends at the first which kills. Each pair of a group and an action becomes a rule. In oomd each
 * detector names its cgroups; the condition of a rule is about the rule's own and the machine, so a
 * detector for other cgroups is a part that the rule lacks.
 */
#include <json-c/json.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "import_kinds.h"

#define MAX_DEPTH	32
#define MAX_PARTS	16
#define NR(table)	(sizeof(table) / sizeof((table)[0]))

/*
 * The condition of a rule in the making
 * @args: arguments of the detector at hand
 * @name: its name
 * @cgroups: the rule's
 * @grouped: the part ends in a duration, and so needs parentheses beside others
 * @lacks: a part is missing
 * @never: it cannot hold
 */
struct draft {
	struct import *import;
	struct json_object *args;
	const char *name;
	char *cgroups;
	char *part[MAX_PARTS];
	bool grouped[MAX_PARTS];
	size_t nr;
	bool lacks;
	bool never;
};

/* What an action becomes; its texts are allocated, or empty. @cgroups: those that it acts on. */
struct act {
	enum import_action action;
	enum import_by by;
	char *cgroups;
	char *victims;
	char *command;
	struct import_number settle;
	struct import_number cooldown;
	struct import_number stall;
	struct import_number step;
	struct import_number least;
	struct import_number io;
	bool dry_run;
};

/* An argument as text; NULL if there is none */
static const char *argument(struct json_object *args, const char *name)
{
	struct json_object *value;

	if (!json_object_object_get_ex(args, name, &value) ||
	    json_object_is_type(value, json_type_object) ||
	    json_object_is_type(value, json_type_array))
		return NULL;
	return json_object_get_string(value);
}

static const char *text_of(struct json_object *object, const char *name, const char *otherwise)
{
	const char *text = argument(object, name);

	return text ? text : otherwise;
}

static bool is_true(struct json_object *args, const char *name)
{
	const char *text = text_of(args, name, "");

	return !strcmp(text, "true") || !strcmp(text, "True") || !strcmp(text, "1");
}

static bool has_word(const char *words, const char *word)
{
	size_t length = strlen(word);

	if (!length || strchr(word, ' '))
		return false;
	for (const char *at = words; (at = strstr(at, word)); at++)
		if ((at == words || at[-1] == ' ') && (!at[length] || at[length] == ' '))
			return true;
	return false;
}

/* Why an argument that is known is not translated */
static const char *reason_of(const char *name)
{
	static const struct {
		const char *names;
		const char *reason;
	} reasons[] = {
		{ "size_threshold min_growth_ratio growing_size_percentile",
		  "by=size takes the largest first; use by=growth in a second rule for the one that grows fastest" },
		{ "recursive", "headroomd ranks siblings level by level, and kills as a whole what memory.oom.group joins" },
		{ "kernelkill reap_memory", "headroomd uses cgroup.kill and process_mrelease by itself" },
		{ "always_continue", "one kill at a time: the next rule waits until memory has fallen" },
		{ "debug log_interval", "the log says what was decided and why; --verbose says more" },
		{ "fast_fall_ratio", "psi.full, since the previous frame, is below the threshold when pressure falls fast" },
		{ "coeff_probe coeff_backoff max_backoff immediate_backoff interval pressure_ms memory_high_timeout_ms",
		  "reclaim writes memory.reclaim, not memory.high, and backs off within one interval" },
		{ "swap_threshold swapout_bps_threshold swap_validation",
		  "reclaim looks at free swap and the rate of swapping out by itself" },
		{ "modulate_swappiness", "set swappiness= of reclaim if the kernel has it" },
		{ "limit_max_bytes", "reclaim sets no limit, so that none can be too high" },
		{ "meminfo_location", "headroomd reads /proc/meminfo" },
	};

	for (size_t i = 0; i < NR(reasons); i++)
		if (has_word(reasons[i].names, name))
			return reasons[i].reason;
	return "headroomd has no such parameter: headroomd.conf(5) lists those that it has";
}

/* Comment on each argument that is not in a list of words */
static void note_arguments(struct import *import, const char *plugin, struct json_object *args,
			   const char *known)
{
	if (!args || !json_object_is_type(args, json_type_object))
		return;
	json_object_object_foreach(args, name, value) {
		if (!has_word(known, name))
			import_comment(import, "not translated: %s = %.100s of %s: %s", name,
				       json_object_get_string(value), plugin, reason_of(name));
	}
}

/* Note that a part of the condition cannot be translated */
__attribute__((format(printf, 2, 3)))
static void lack(struct draft *d, const char *format, ...)
{
	va_list args;
	char *reason;

	va_start(args, format);
	if (vasprintf(&reason, format, args) < 0)
		reason = NULL;
	va_end(args);
	import_comment(d->import, "not translated: detector %s: %s", d->name, reason ? reason : "");
	free(reason);
	d->lacks = true;
}

__attribute__((format(printf, 3, 4)))
static void add(struct draft *d, bool grouped, const char *format, ...)
{
	va_list args;

	if (d->nr == MAX_PARTS) {
		lack(d, "a group of more than %d comparisons: put the others into when by hand",
		     MAX_PARTS);
		return;
	}
	va_start(args, format);
	if (vasprintf(&d->part[d->nr], format, args) < 0)
		import_fail(d->import, "out of memory");
	else
		d->grouped[d->nr++] = grouped;
	va_end(args);
}

static void add_lasting(struct draft *d, const char *comparison, double seconds)
{
	if (seconds > 0)
		add(d, true, "%s for %s", comparison, import_seconds_text(seconds).s);
	else
		add(d, false, "%s", comparison);
}

/* The cgroups of a detector: the rule's own, the machine, or others, which the rule then lacks */
enum where { OWN, MACHINE, ELSEWHERE };

static enum where where_is(struct draft *d)
{
	const char *list = argument(d->args, "cgroup");
	char *cgroups = list ? import_cgroups(list) : NULL;
	enum where where = ELSEWHERE;

	if (!cgroups)
		lack(d, "'%.100s' is no cgroup that a rule can have", list ? list : "");
	else if (!strcmp(cgroups, d->cgroups))
		where = OWN;
	else if (!strcmp(cgroups, "/"))
		where = MACHINE;
	else if (strpbrk(cgroups, "*?[,)"))
		lack(d, "it is about %s, and the condition of a rule is about its own cgroups, here %s: remove dry-run if the rest suffices",
		     cgroups, d->cgroups);
	else
		lack(d, "it is about %s, and the condition of a rule is about its own cgroups, here %s. If it is to say that the former takes the memory, add to when: and blame(%s) > 50 %%",
		     cgroups, d->cgroups, cgroups);
	free(cgroups);
	return where;
}

/* A threshold in percent and a duration; false if one is missing */
static bool limits_of(struct draft *d, double *percent, double *seconds)
{
	const char *threshold = text_of(d->args, "threshold", "");
	const char *duration = text_of(d->args, "duration", "");

	if (!import_percent(threshold, percent)) {
		lack(d, "threshold '%.40s': expected a number from 0 to 100", threshold);
		return false;
	}
	if (!import_seconds(duration, seconds)) {
		lack(d, "duration '%.40s': expected seconds", duration);
		return false;
	}
	return true;
}

static bool is_memory(struct draft *d)
{
	const char *resource = text_of(d->args, "resource", "");

	if (!strcmp(resource, "memory"))
		return true;
	lack(d, "resource '%.40s': headroomd compares pressure of memory; waiting for evicted pages, which io pressure counts too, is stall.refault and stall.swap_in",
	     resource);
	return false;
}

static void compare_pressure(struct draft *d, const char *signal, double percent, double seconds)
{
	char comparison[80];

	snprintf(comparison, sizeof(comparison), "%s > %s %%", signal, import_number(percent).s);
	add_lasting(d, comparison, seconds);
}

static void pressure_above(struct draft *d)
{
	double percent, seconds;
	enum where where;

	if (!is_memory(d) || !limits_of(d, &percent, &seconds))
		return;
	where = where_is(d);
	if (where != ELSEWHERE)
		compare_pressure(d, where == OWN && strcmp(d->cgroups, "/") ? "psi.full.avg10" :
				 "host.psi.full", percent, seconds);
}

static void pressure_rising_beyond(struct draft *d)
{
	double percent, seconds;
	enum where where;

	if (!is_memory(d) || !limits_of(d, &percent, &seconds))
		return;
	where = where_is(d);
	if (where == OWN) {
		compare_pressure(d, "psi.full.avg60", percent, seconds);
		compare_pressure(d, "psi.full.avg10", percent, 0);
		import_comment(d->import, "pressure_rising_beyond: psi.full, since the previous frame, is in place of \"not falling fast\".");
		compare_pressure(d, "psi.full", percent, 0);
	} else if (where == MACHINE) {
		import_comment(d->import, "pressure_rising_beyond: the machine's pressure is an average of 10 s here, not of 60 s.");
		compare_pressure(d, "host.psi.full", percent, seconds);
	}
}

/* A size as oomd has it: "1.5G 32K 512", or a plain number of MiB */
static bool parse_size(const char *text, double *bytes)
{
	static const char units[] = "KMGT";
	const char *unit;
	double value;
	char *end;

	*bytes = 0;
	if (text[strspn(text, "0123456789.")] == '\0') {
		*bytes = strtod(text, NULL) * 0x1p20;
		return *text && *bytes < 0x1p60;
	}
	for (; *text; text = end + strspn(end, " ")) {
		if (*text < '0' || *text > '9' || (text[0] == '0' && (text[1] | 0x20) == 'x'))
			return false;
		value = strtod(text, &end);
		unit = *end && *end != ' ' ? strchr(units, *end & ~0x20) : NULL;
		if (unit && *unit) {
			for (const char *u = units; u <= unit; u++)
				value *= 1024;
			end++;
		}
		if (*end && *end != ' ')
			return false;
		*bytes += value;
	}
	return *bytes < 0x1p60;
}

static void add_usage(struct draft *d, enum where where, const char *signal, const char *text,
		      double seconds)
{
	double bytes, percent;
	char comparison[80];

	if (strchr(text, '%') && import_percent(text, &percent)) {
		if (where == OWN) {
			lack(d, "%s is a share of all memory: add to when a size, such as %s > 4G",
			     text, signal);
			return;
		}
		snprintf(comparison, sizeof(comparison), "host.free < %s %%",
			 import_number(100 - percent).s);
	} else if (!parse_size(text, &bytes)) {
		lack(d, "threshold '%.40s': expected a size or a share", text);
		return;
	} else if (where == MACHINE) {
		lack(d, "a size for the machine: add to when what may be left, such as host.free < 1G");
		return;
	} else {
		snprintf(comparison, sizeof(comparison), "%s > %s", signal, import_size(bytes).s);
	}
	add_lasting(d, comparison, seconds);
}

static void memory_above(struct draft *d)
{
	const char *anon = argument(d->args, "threshold_anon");
	const char *text = anon ? anon : text_of(d->args, "threshold", "");
	const char *duration = text_of(d->args, "duration", "");
	const char *signal = anon ? "memory.anon" : "memory.current";
	enum where where = where_is(d);
	double seconds;

	if (where == OWN && !strcmp(d->cgroups, "/"))
		where = MACHINE;
	if (where == ELSEWHERE)
		return;
	if (!import_seconds(duration, &seconds))
		lack(d, "duration '%.40s': expected seconds", duration);
	else if (where == MACHINE && anon)
		lack(d, "there is no signal of the machine's anonymous memory: add to when what may be left, such as host.free < 10 %%");
	else
		add_usage(d, where, signal, text, seconds);
}

static void memory_reclaim(struct draft *d)
{
	switch (where_is(d)) {
	case OWN:
		import_comment(d->import, "memory_reclaim: \"in the last %.20s s\" is \"since the previous frame\" here. Pages that are evicted count, and waiting for memory; pages that are only scanned do not. Needs the headroom module.",
			       text_of(d->args, "duration", "10"));
		add(d, false, "%s", IMPORT_RECLAIM_HAPPENS);
		break;
	case MACHINE:
		import_comment(d->import, "memory_reclaim of the machine: a task that waits for memory is in place of scanned pages.");
		add(d, false, "host.psi.some > 0 %%");
		break;
	case ELSEWHERE:
		break;
	}
}

static void swap_free(struct draft *d)
{
	const char *text = text_of(d->args, "threshold_pct", "");
	char share[48], *condition;
	double percent;

	if (!import_percent(text, &percent)) {
		lack(d, "threshold_pct '%.40s': expected a number from 0 to 100", text);
		return;
	}
	snprintf(share, sizeof(share), "%s %%", import_number(percent).s);
	condition = import_swap_short(share, false);
	if (!condition) {
		import_fail(d->import, "out of memory");
		return;
	}
	import_comment(d->import, "swap_free: %s.", IMPORT_SWAP_WORDS);
	add(d, false, "%s", condition);
	free(condition);
}

static void exists(struct draft *d)
{
	if (is_true(d->args, "negate"))
		lack(d, "headroomd has no condition that a cgroup does not exist: keep two configurations, or remove dry-run");
	else if (where_is(d) == OWN)
		import_comment(d->import, "exists: a rule applies to cgroups that exist.");
}

static void nr_dying_descendants(struct draft *d)
{
	lack(d, "headroomd does not count dying cgroups: reclaim frees them, compare memory.current if they hold memory");
}

static void dump_cgroup_overview(struct draft *d)
{
	import_comment(d->import, "dump_cgroup_overview is not needed: the log has the values of each decision, and headroom daemon why CGROUP has them now.");
}

static void always(struct draft *d)
{
	(void)d;
}

static void never(struct draft *d)
{
	import_comment(d->import, "detector %s never holds.", d->name);
	d->never = true;
}

static const struct detector {
	const char *name;
	void (*translate)(struct draft *d);
	const char *arguments;
} detectors[] = {
	{ "pressure_above", pressure_above, "cgroup resource threshold duration" },
	{ "pressure_rising_beyond", pressure_rising_beyond,
	  "cgroup resource threshold duration" },
	{ "memory_above", memory_above, "cgroup threshold threshold_anon duration" },
	{ "memory_reclaim", memory_reclaim, "cgroup duration" },
	{ "swap_free", swap_free, "threshold_pct" },
	{ "exists", exists, "cgroup negate" },
	{ "nr_dying_descendants", nr_dying_descendants, "cgroup count lte negate" },
	{ "dump_cgroup_overview", dump_cgroup_overview, "cgroup always" },
	{ "continue", always, "" },
	{ "stop", never, "" },
};

static const struct detector *detector_of(const char *name)
{
	for (size_t i = 0; i < NR(detectors); i++)
		if (!strcmp(detectors[i].name, name))
			return &detectors[i];
	return NULL;
}

static struct json_object *member(struct json_object *object, const char *name,
				  enum json_type type)
{
	struct json_object *value;

	if (!json_object_object_get_ex(object, name, &value) ||
	    !json_object_is_type(value, type))
		return NULL;
	return value;
}

/* The rule's cgroups: those of the first detector for some, else the root */
static char *cgroups_of(struct json_object *group)
{
	for (size_t i = 0; i < json_object_array_length(group); i++) {
		struct json_object *plugin = json_object_array_get_idx(group, i);
		const char *name = text_of(plugin, "name", "");
		const char *list = text_of(member(plugin, "args", json_type_object), "cgroup", "");
		char *cgroups = import_cgroups(list);

		if (cgroups && strcmp(cgroups, "/") && detector_of(name) &&
		    strcmp(name, "dump_cgroup_overview"))
			return cgroups;
		free(cgroups);
	}
	return strdup("/");
}

static void translate_detector(struct draft *d, struct json_object *plugin)
{
	const struct detector *detector;

	d->name = text_of(plugin, "name", "without a name");
	d->args = member(plugin, "args", json_type_object);
	detector = detector_of(d->name);
	if (!detector) {
		lack(d, "headroomd does not know it: say what it stands for with the signals that headroomd --list-signals lists");
		note_arguments(d->import, d->name, d->args, "");
		return;
	}
	detector->translate(d);
	note_arguments(d->import, d->name, d->args, detector->arguments);
}

/* The parts in one text; NULL if out of memory */
static char *join(const struct draft *d)
{
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	for (size_t i = 0; out && i < d->nr; i++)
		fprintf(out, d->grouped[i] && d->nr > 1 ? "%s(%s)" : "%s%s", i ? " and " : "",
			d->part[i]);
	if (!out || fclose(out)) {
		free(text);
		return NULL;
	}
	return text;
}

static void write_rule(struct draft *d, const char *name, const struct act *act)
{
	char *when = join(d);
	const struct import_rule rule = {
		.name = name, .cgroups = d->cgroups, .when = when, .action = act->action,
		.by = act->by, .cooldown = act->cooldown.s, .dry_run = d->lacks || act->dry_run,
		.parameter = {
			[IMPORT_VICTIMS] = act->victims, [IMPORT_SETTLE] = act->settle.s,
			[IMPORT_STALL] = act->stall.s, [IMPORT_STEP] = act->step.s,
			[IMPORT_LEAST] = act->least.s, [IMPORT_IO] = act->io.s,
			[IMPORT_COMMAND] = act->command,
		},
	};

	if (!when)
		import_fail(d->import, "out of memory");
	else
		import_rule(d->import, &rule);
	free(when);
}

/* A rule of a group and an action; the group is commented on once */
static void translate_group(struct import *import, struct json_object *group, const char *name,
			    const struct act *act, char *cgroups, bool first)
{
	struct draft d = { .import = import, .cgroups = cgroups };

	if (!d.cgroups) {
		import_fail(import, "out of memory");
		return;
	}
	import->quiet = !first;
	for (size_t i = 0; i < json_object_array_length(group); i++) {
		struct json_object *plugin = json_object_array_get_idx(group, i);

		if (json_object_is_type(plugin, json_type_string))
			import_comment(import, "group '%s'", json_object_get_string(plugin));
		else
			translate_detector(&d, plugin);
	}
	/* reclaim has gates of its own */
	if (!d.nr && !d.lacks && act->action == IMPORT_RECLAIM)
		add(&d, false, "memory.current > %s", act->least.s);
	import->quiet = false;
	if (d.never || !d.nr)
		import_comment(import, "no rule: %s", d.never ? "the group never holds." : d.lacks ?
			       "nothing of the group's condition can be translated." :
			       "the group always holds, and a rule needs a condition.");
	else
		write_rule(&d, name, act);
	for (size_t i = 0; i < d.nr; i++)
		free(d.part[i]);
	free(d.cgroups);
}

static const struct action {
	const char *name;
	enum import_by by;
	const char *arguments;
	const char *note;
} kills[] = {
	{ "kill_by_memory_size_or_growth", IMPORT_BY_SIZE, "cgroup post_action_delay dry",
	  "by=size takes the largest, without regard to growth; by=growth takes the one that grows fastest, file pages not counted." },
	{ "kill_by_swap_usage", IMPORT_BY_SWAP, "cgroup post_action_delay dry", NULL },
	{ "kill_by_pressure", IMPORT_BY_STALL, "cgroup resource post_action_delay dry",
	  "by=stall takes the one that waits longest for memory, which may be the victim of another: by=blame takes the one that took the memory." },
	{ "kill_by_pg_scan", IMPORT_BY_REFAULTS, "cgroup post_action_delay dry",
	  "by=refaults takes the one whose reclaim is in vain most, in place of the most scanned one; by=blame takes the one that took the memory." },
};

/* The time to wait after an action */
static void set_delay(struct import *import, struct json_object *args, const char *otherwise,
		      struct import_number *delay)
{
	const char *text = text_of(args, "post_action_delay", otherwise);
	double seconds;

	if (!import_seconds(text, &seconds)) {
		import_comment(import, "not translated: post_action_delay '%.40s': expected seconds; 15 are used",
			       text);
		seconds = 15;
	}
	*delay = import_settle(seconds);
}

static bool translate_kill(struct import *import, struct json_object *args, const char *delay,
			   const struct action *kill, struct act *act)
{
	const char *list = text_of(args, "cgroup", "");

	if (!strcmp(kill->name, "kill_by_pressure") &&
	    strcmp(text_of(args, "resource", "memory"), "memory")) {
		import_comment(import, "not translated: action kill_by_pressure with io: headroomd compares stalls for memory; by=stall has those for evicted pages.");
		return false;
	}
	act->victims = import_cgroups(list);
	if (!act->victims) {
		import_comment(import, "not translated: action %s: '%.100s' has no cgroups that a rule can have",
			       kill->name, list);
		return false;
	}
	act->action = IMPORT_KILL;
	act->by = kill->by;
	act->dry_run = is_true(args, "dry");
	set_delay(import, args, delay, &act->settle);
	if (kill->note)
		import_comment(import, "%s: %s", kill->name, kill->note);
	note_arguments(import, kill->name, args, kill->arguments);
	return true;
}

static void set_share(struct import *import, struct json_object *args, const char *name,
		      const char *initial, double factor, struct import_number *share)
{
	const char *text = text_of(args, name, initial);
	double value;

	if (!import_percent(text, &value) || value * factor > 100) {
		import_comment(import, "not translated: %s '%.40s': expected a number; the default %s is used",
			       name, text, initial);
		value = strtod(initial, NULL);
	}
	value *= factor;
	*share = import_number(value < 0.01 ? 0.01 : value);
	strcat(share->s, " %");
}

static bool translate_senpai(struct import *import, struct json_object *args, struct act *act)
{
	const char *list = text_of(args, "cgroup", "");
	double least = strtod(text_of(args, "limit_min_bytes", "104857600"), NULL);

	act->cgroups = import_cgroups(list);
	if (!act->cgroups) {
		import_comment(import, "not translated: action senpai: '%.100s' has no cgroups that a rule can have",
			       list);
		return false;
	}
	act->action = IMPORT_RECLAIM;
	set_share(import, args, "pressure_pct", "0.1", 1, &act->stall);
	set_share(import, args, "max_probe", "0.01", 100, &act->step);
	set_share(import, args, "io_pressure_pct", "0.1", 1, &act->io);
	if (!(least >= 0x1p20 && least < 0x1p60))
		least = 0x1p20;
	act->least = import_size(least);
	import_comment(import, "senpai: reclaim measures the cgroup's own stalls for evicted pages, not all pressure, and gives no limit that could outlive it. step= may be lower than max_probe at first: it approaches.");
	note_arguments(import, "senpai", args,
		       "cgroup pressure_pct io_pressure_pct max_probe limit_min_bytes");
	return true;
}

static bool translate_restart(struct import *import, struct json_object *args, const char *delay,
			      struct act *act)
{
	const char *service = text_of(args, "service", "");

	if (!import_is_plain(service) || strpbrk(service, " '\\$`;&|<>()") || *service == '-') {
		import_comment(import, "not translated: action systemd_restart: '%.100s' is no name of a service",
			       service);
		return false;
	}
	if (asprintf(&act->command, "/usr/bin/systemctl restart %s", service) < 0) {
		act->command = NULL;
		import_fail(import, "out of memory");
		return false;
	}
	act->action = IMPORT_HOOK;
	act->dry_run = is_true(args, "dry");
	set_delay(import, args, delay, &act->cooldown);
	note_arguments(import, "systemd_restart", args, "service dry post_action_delay");
	return true;
}

/* Returns false if there is no such action here */
static bool translate_action(struct import *import, struct json_object *plugin, const char *delay,
			     struct act *act)
{
	struct json_object *args = member(plugin, "args", json_type_object);
	const char *name = text_of(plugin, "name", "without a name");

	for (size_t i = 0; i < NR(kills); i++)
		if (!strcmp(kills[i].name, name))
			return translate_kill(import, args, delay, &kills[i], act);
	if (!strcmp(name, "senpai"))
		return translate_senpai(import, args, act);
	if (!strcmp(name, "systemd_restart"))
		return translate_restart(import, args, delay, act);
	if (!strcmp(name, "kill_by_io_cost"))
		import_comment(import, "not translated: action kill_by_io_cost: headroomd measures memory; by=refaults or by=blame of kill finds who causes reads from disk.");
	else if (strcmp(name, "continue") && strcmp(name, "stop"))
		import_comment(import, "not translated: action %s: headroomd has none like it: headroomd.conf(5) lists actions, and hook runs any program",
			       name);
	note_arguments(import, name, args, "");
	return false;
}

/* The rules of an action: one for each group */
static void translate_groups(struct import *import, struct json_object *groups, const char *name,
			     const struct act *act, bool first)
{
	for (size_t i = 0; i < json_object_array_length(groups) && !*import->error; i++) {
		struct json_object *group = json_object_array_get_idx(groups, i);

		if (!json_object_is_type(group, json_type_array))
			import_comment(import, "not translated: a group of detectors that is no list");
		else
			translate_group(import, group, name, act, act->cgroups ?
					strdup(act->cgroups) : cgroups_of(group), first);
	}
}

static void translate_chain(struct import *import, struct json_object *ruleset, const char *name)
{
	struct json_object *groups = member(ruleset, "detectors", json_type_array);
	struct json_object *actions = member(ruleset, "actions", json_type_array);
	const char *delay = text_of(ruleset, "post_action_delay", "15");
	bool first = true, ends = false;

	if (!groups || !actions) {
		import_comment(import, "no rule: the ruleset needs a list of detectors and one of actions.");
		return;
	}
	for (size_t i = 0; i < json_object_array_length(actions) && !*import->error; i++) {
		struct act act = {};

		if (!translate_action(import, json_object_array_get_idx(actions, i), delay, &act))
			continue;
		if (ends) {
			import_comment(import, "In oomd this action runs only if the one before it found nothing to kill, or failed. Rules do not wait for each other in this way, so it is only logged.");
			act.dry_run = true;
		}
		ends |= act.action != IMPORT_RECLAIM;
		translate_groups(import, groups, name, &act, first);
		first = false;
		free(act.cgroups);
		free(act.victims);
		free(act.command);
	}
	if (first)
		import_comment(import, "no rule: the ruleset has no action that can be translated.");
}

static void note_ruleset(struct import *import, struct json_object *ruleset)
{
	static const char known[] = "name detectors actions post_action_delay";

	json_object_object_foreach(ruleset, key, value) {
		if (!strcmp(key, "cgroup") || !strcmp(key, "xattr_filter"))
			import_comment(import, "not translated: %s = %.100s of the ruleset: put these cgroups into cgroups = of the rules, each of which then applies to them one by one.",
				       key, json_object_get_string(value));
		else if (!strcmp(key, "prekill_hook_timeout"))
			import_comment(import, "not translated: %s = %.100s: write a rule with the same condition and do = hook command=... timeout=...",
				       key, json_object_get_string(value));
		else if (!strcmp(key, "drop-in") || !strcmp(key, "disable-on-drop-in"))
			import_comment(import, "not translated: %s: files in headroomd.conf.d add rules, and replace none.",
				       key);
		else if (!strcmp(key, "silence-logs"))
			import_comment(import, "not translated: silence-logs: a rule logs when its mind changes, not at each interval.");
		else if (!has_word(known, key))
			import_comment(import, "not translated: %s = %.100s of the ruleset: headroomd does not know it",
				       key, json_object_get_string(value));
	}
}

static void translate_ruleset(struct import *import, struct json_object *ruleset)
{
	const char *name = text_of(ruleset, "name", "oomd");

	if (*import->error)
		return;
	import_comment(import, "oomd's ruleset '%s'", name);
	if (!json_object_is_type(ruleset, json_type_object)) {
		import_comment(import, "not translated: it is no object");
	} else {
		note_ruleset(import, ruleset);
		translate_chain(import, ruleset, name);
	}
	import_blank(import);
}

static void translate_root(struct import *import, struct json_object *root, const char *path)
{
	struct json_object *rulesets = member(root, "rulesets", json_type_array);

	if (!rulesets) {
		import_fail(import, "%s: has no list \"rulesets\": expected the JSON of oomd", path);
		return;
	}
	import_comment(import, "oomd: the marks trusted.oomd_prefer and trusted.oomd_avoid of cgroups hold here, too.");
	json_object_object_foreach(root, key, value) {
		if (!strcmp(key, "prekill_hooks"))
			import_comment(import, "not translated: prekill_hooks = %.200s: hooks of oomd are compiled into it. Write rules with the conditions below and do = hook command=...",
				       json_object_get_string(value));
		else if (strcmp(key, "rulesets") && strcmp(key, "version"))
			import_comment(import, "not translated: %s = %.100s: headroomd does not know it",
				       key, json_object_get_string(value));
	}
	import_blank(import);
	for (size_t i = 0; i < json_object_array_length(rulesets); i++)
		translate_ruleset(import, json_object_array_get_idx(rulesets, i));
}

static unsigned int line_of(const char *text, size_t end)
{
	unsigned int line = 1;

	for (size_t i = 0; i < end; i++)
		line += text[i] == '\n';
	return line;
}

void import_oomd(struct import *import, const struct import_file *file)
{
	struct json_tokener *tokener = json_tokener_new_ex(MAX_DEPTH);
	struct json_object *root;
	size_t end;

	if (!tokener) {
		import_fail(import, "out of memory");
		return;
	}
	root = json_tokener_parse_ex(tokener, file->text, file->size);
	end = json_tokener_get_parse_end(tokener);
	if (json_tokener_get_error(tokener) != json_tokener_success)
		import_fail(import, "%s:%u: not valid JSON: %s", file->name,
			    line_of(file->text, end),
			    json_tokener_get_error(tokener) == json_tokener_continue ?
			    "the file ends too early" :
			    json_tokener_error_desc(json_tokener_get_error(tokener)));
	else if (file->text[end + strspn(file->text + end, " \t\r\n")])
		import_fail(import, "%s:%u: not valid JSON: more follows behind the end",
			    file->name, line_of(file->text, end));
	else
		translate_root(import, root, file->name);
	json_object_put(root);
	json_tokener_free(tokener);
}
