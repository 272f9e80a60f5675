// SPDX-License-Identifier: GPL-2.0
/*
 * Translate the files of systemd-oomd: oomd.conf, *.oomrule, units and their drop-ins
 *
 * A unit says which cgroup is observed, and names rules; oomd.conf has the limits that units leave out.
 * So all files are read first. The cgroup of a unit follows from its name: the slice of a service is
 * system.slice unless the file has Slice=. Units of users are those below the directory "user".
 */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "import_kinds.h"

#define NR(table)	(sizeof(table) / sizeof((table)[0]))
#define SETTLE		"15s"
#define USER_MANAGER	"/user.slice/user-*.slice/user@*.service"

/* A unit; its texts are allocated. @limit: negative if oomd.conf has it, and so @seconds. */
struct unit {
	char *name;
	char *slice;
	char *rules;
	bool of_user;
	bool pressure;
	bool swap;
	double limit;
	double seconds;
};

/* An .oomrule; shares are in percent, negative if not given */
struct oomrule {
	char *name;
	char *action;
	double pressure;
	double swap;
	double seconds;
	bool used;
};

struct systemd {
	struct import *import;
	bool has_conf;
	double swap;
	double pressure;
	double seconds;
	struct unit unit[IMPORT_FILES];
	size_t nr_units;
	struct oomrule rule[IMPORT_FILES];
	size_t nr_rules;
};

/* What the lines of a file belong to */
struct reader {
	struct systemd *s;
	const char *section;
	struct unit unit;
	struct oomrule rule;
	bool has_rule;
};

static void set_percent(struct reader *r, const char *key, const char *value, double *percent)
{
	double parsed;

	if (import_percent(value, &parsed))
		*percent = parsed;
	else
		import_comment(r->s->import, "not translated: %s=%.40s: expected a share from 0 %% to 100 %%; the default is used",
			       key, value);
}

static void set_seconds(struct reader *r, const char *key, const char *value, double *seconds)
{
	double parsed;

	if (import_seconds(value, &parsed))
		*seconds = parsed;
	else
		import_comment(r->s->import, "not translated: %s=%.40s: expected a time; the default is used",
			       key, value);
}

static void set_text(struct reader *r, const char *value, char **text)
{
	free(*text);
	*text = strdup(value);
	if (!*text)
		import_fail(r->s->import, "out of memory");
}

/* ManagedOOMSwap= and the like: auto or kill */
static void set_kill(struct reader *r, const char *key, const char *value, bool *kill)
{
	*kill = !strcmp(value, "kill");
	if (!*kill && strcmp(value, "auto") && *value)
		import_comment(r->s->import, "not translated: %s=%.40s: expected auto or kill", key,
			       value);
}

static bool conf_key(struct reader *r, const char *key, const char *value)
{
	struct systemd *s = r->s;

	if (!strcmp(key, "SwapUsedLimit"))
		set_percent(r, key, value, &s->swap);
	else if (!strcmp(key, "DefaultMemoryPressureLimit"))
		set_percent(r, key, value, &s->pressure);
	else if (!strcmp(key, "DefaultMemoryPressureDurationSec"))
		set_seconds(r, key, value, &s->seconds);
	else if (!strcmp(key, "PrekillHookTimeoutSec"))
		import_comment(s->import, "not translated: %s=%.40s: write a rule with the same condition and do = hook command=... timeout=...",
			       key, value);
	else
		return false;
	return true;
}

static bool rule_key(struct reader *r, const char *key, const char *value)
{
	if (!strcmp(key, "MemoryPressureAbove"))
		set_percent(r, key, value, &r->rule.pressure);
	else if (!strcmp(key, "SwapUsageMax"))
		set_percent(r, key, value, &r->rule.swap);
	else if (!strcmp(key, "LastingSec"))
		set_seconds(r, key, value, &r->rule.seconds);
	else if (!strcmp(key, "Action"))
		set_text(r, value, &r->rule.action);
	else
		return false;
	return true;
}

static void note_preference(struct reader *r, const char *value)
{
	if (!strcmp(value, "avoid") || !strcmp(value, "omit"))
		import_comment(r->s->import, "ManagedOOMPreference=%s of %s stays: systemd sets the mark user.oomd_%s, and all actions of headroomd honour it, also those by=swap.",
			       value, r->unit.name, value);
	else if (strcmp(value, "none") && *value)
		import_comment(r->s->import, "not translated: ManagedOOMPreference=%.40s: expected none, avoid or omit",
			       value);
}

static bool unit_key(struct reader *r, const char *key, const char *value)
{
	struct unit *u = &r->unit;

	if (!strcmp(key, "ManagedOOMSwap"))
		set_kill(r, key, value, &u->swap);
	else if (!strcmp(key, "ManagedOOMMemoryPressure"))
		set_kill(r, key, value, &u->pressure);
	else if (!strcmp(key, "ManagedOOMMemoryPressureLimit"))
		set_percent(r, key, value, &u->limit);
	else if (!strcmp(key, "ManagedOOMMemoryPressureDurationSec"))
		set_seconds(r, key, value, &u->seconds);
	else if (!strcmp(key, "ManagedOOMPreference"))
		note_preference(r, value);
	else if (!strcmp(key, "OOMRules"))
		set_text(r, value, &u->rules);
	else if (!strcmp(key, "Slice"))
		set_text(r, value, &u->slice);
	else
		return false;
	return true;
}

/* Other keys of a unit are not about systemd-oomd */
static void read_key(struct reader *r, const char *key, const char *value)
{
	bool known, unit = strcmp(r->section, "OOM") && strcmp(r->section, "Rule");

	if (!strcmp(r->section, "OOM"))
		known = conf_key(r, key, value);
	else if (!strcmp(r->section, "Rule"))
		known = rule_key(r, key, value);
	else
		known = unit_key(r, key, value);
	if (!known && unit && (!strncmp(key, "Memory", 6) || !strncmp(key, "OOM", 3)))
		import_comment(r->s->import, "%s=%.100s of %s stays: headroomd does not replace it.",
			       key, value, r->unit.name);
	else if (!known && (!unit || !strncmp(key, "ManagedOOM", 10)))
		import_comment(r->s->import, "not translated: %s=%.100s in [%.40s]: headroomd does not know it",
			       key, value, r->section);
}

static char *trim_blanks(char *text)
{
	char *end = text + strlen(text);

	while (isspace((unsigned char)*text))
		text++;
	while (end > text && isspace((unsigned char)end[-1]))
		end--;
	*end = '\0';
	return text;
}

static void begin_section(struct reader *r, char *name)
{
	name[strcspn(name, "]")] = '\0';
	r->section = name;
	if (!strcmp(name, "OOM"))
		r->s->has_conf = true;
	else if (!strcmp(name, "Rule"))
		r->has_rule = true;
}

static void read_line(struct reader *r, char *line)
{
	size_t key;

	line = trim_blanks(line);
	key = strcspn(line, "=");
	if (!*line || *line == '#' || *line == ';')
		return;
	if (*line == '[') {
		begin_section(r, line + 1);
	} else if (!line[key]) {
		import_comment(r->s->import, "not translated: '%.100s': expected Key=value", line);
	} else {
		line[key] = '\0';
		read_key(r, trim_blanks(line), trim_blanks(line + key + 1));
	}
}

/* The last component of a path without an ending such as ".d"; allocated, or NULL */
static char *last_name(const char *path, size_t length, const char *ending)
{
	size_t begin = length, n;

	while (begin && path[begin - 1] != '/')
		begin--;
	n = length - begin;
	if (n > strlen(ending) && !strncmp(path + length - strlen(ending), ending, strlen(ending)))
		n -= strlen(ending);
	return strndup(path + begin, n);
}

/* The unit that a file is of: that of the directory NAME.d, or that with the file's name */
static char *unit_name(const char *path)
{
	const char *slash = strrchr(path, '/');
	size_t length = slash ? slash - path : 0;

	if (length > 2 && !strncmp(path + length - 2, ".d", 2))
		return last_name(path, length, ".d");
	return last_name(path, strlen(path), "");
}

static bool keep_rule(struct reader *r)
{
	if (!r->has_rule || r->s->nr_rules == IMPORT_FILES)
		return false;
	r->s->rule[r->s->nr_rules++] = r->rule;
	return true;
}

static bool keep_unit(struct reader *r)
{
	if (!r->unit.swap && !r->unit.pressure && !r->unit.rules)
		return false;
	if (r->s->nr_units == IMPORT_FILES)
		return false;
	r->s->unit[r->s->nr_units++] = r->unit;
	return true;
}

static void read_systemd(struct systemd *s, const struct import_file *file)
{
	struct reader r = {
		.s = s, .section = "",
		.unit = { .name = unit_name(file->name), .limit = -1, .seconds = -1 },
		.rule = {
			.name = last_name(file->name, strlen(file->name), ".oomrule"),
			.pressure = -1, .swap = -1,
		},
	};
	char *text = strdup(file->text), *rest = text, *line;

	r.unit.of_user = strstr(file->name, "systemd/user/");
	if (!text || !r.unit.name || !r.rule.name) {
		import_fail(s->import, "out of memory");
	} else {
		while ((line = strsep(&rest, "\n")))
			read_line(&r, line);
	}
	if (!keep_rule(&r)) {
		free(r.rule.name);
		free(r.rule.action);
	}
	if (!keep_unit(&r)) {
		free(r.unit.name);
		free(r.unit.slice);
		free(r.unit.rules);
	}
	free(text);
}

/* Print the path of a slice: that of "a-b.slice" is "/a.slice/a-b.slice" */
static void put_slice(FILE *out, const char *name, size_t length)
{
	for (size_t i = 1; i < length; i++)
		if (name[i] == '-')
			fprintf(out, "/%.*s.slice", (int)i, name);
	fprintf(out, "/%.*s.slice", (int)length, name);
}

/* Print the name of a unit; of a template, a pattern for its instances */
static void put_unit(FILE *out, const char *name)
{
	const char *at = strstr(name, "@.");

	if (at)
		fprintf(out, "/%.*s@*%s", (int)(at - name), name, at + 1);
	else
		fprintf(out, "/%s", name);
}

static void put_service(FILE *out, const struct unit *u, const char *ending)
{
	const char *slice = u->slice, *at = strchr(u->name, '@');

	if (!slice && u->of_user)
		slice = "app.slice";
	if (!slice && !strcmp(ending, ".scope")) {
		fprintf(out, "/**");
	} else if (slice && strlen(slice) > 6) {
		put_slice(out, slice, strlen(slice) - 6);
	} else if (!u->of_user && !strncmp(u->name, "user@", 5)) {
		fprintf(out, "/user.slice/user-*.slice");
	} else {
		put_slice(out, "system", 6);
		if (at)
			fprintf(out, "/system-%.*s.slice", (int)(at - u->name), u->name);
	}
	put_unit(out, u->name);
}

/* The pattern of a unit's cgroup; allocated, or NULL if its name is none of a unit */
static char *cgroups_of(const struct unit *u)
{
	const char *ending = strrchr(u->name, '.');
	char *text = NULL, *cgroups;
	size_t size;
	FILE *out;

	if (!ending || ending == u->name || strpbrk(u->name, " ,*?[!") ||
	    (strcmp(ending, ".slice") && strcmp(ending, ".service") && strcmp(ending, ".scope")))
		return NULL;
	if (!strcmp(u->name, "-.slice"))
		return strdup(u->of_user ? USER_MANAGER : "/");
	out = open_memstream(&text, &size);
	if (!out)
		return NULL;
	fprintf(out, "%s", u->of_user ? USER_MANAGER : "");
	if (!strcmp(ending, ".slice"))
		put_slice(out, u->name, ending - u->name);
	else
		put_service(out, u, ending);
	cgroups = fclose(out) ? NULL : import_cgroups(text);
	free(text);
	return cgroups;
}

/* A rule in the making, for a unit or for those that files which were not given may name */
struct target {
	struct import *import;
	const char *name;
	const char *cgroups;
	bool dry_run;
};

/* @name: what the rule has behind the name of the target */
static void write_kill(const struct target *t, const char *name, const char *when,
		       enum import_by by, const char *victims, bool dry_run)
{
	char full[2 * IMPORT_NAME];
	const struct import_rule rule = {
		.name = full, .cgroups = t->cgroups, .when = when, .action = IMPORT_KILL,
		.by = by, .dry_run = t->dry_run || dry_run,
		.parameter = {
			/* by default, victims are below the rule's own cgroup */
			[IMPORT_VICTIMS] = victims ? victims : strcmp(t->cgroups, "/") ? NULL :
				IMPORT_ALL_VICTIMS,
			[IMPORT_SETTLE] = SETTLE,
		},
	};

	snprintf(full, sizeof(full), "%s-%s", t->name, name);
	import_rule(t->import, &rule);
}

static void write_pressure(const struct target *t, double percent, double seconds)
{
	const char *signal = strcmp(t->cgroups, "/") ? "psi.full.avg10" : "host.psi.full";
	char *when;

	import_comment(t->import, "Pressure: systemd-oomd acts if pages were scanned, too; here, if pages are evicted or tasks stall, so that pressure alone kills nothing. Needs the headroom module.");
	import_comment(t->import, "by=refaults takes the one whose reclaim is in vain most, in place of the most scanned one; by=blame takes the one that took the memory.");
	if (asprintf(&when, "(%s > %s %% for %s) and %s", signal, import_number(percent).s,
		     import_seconds_text(seconds > 0 ? seconds : 30).s, IMPORT_RECLAIM_HAPPENS) < 0) {
		import_fail(t->import, "out of memory");
		return;
	}
	write_kill(t, "pressure", when, IMPORT_BY_REFAULTS, NULL, false);
	free(when);
}

/* The condition that more than a share of swap is used; allocated, or NULL */
static char *swap_used(double percent, bool with_memory)
{
	char share[48];

	snprintf(share, sizeof(share), "%s %%", import_number(100 - percent).s);
	return import_swap_short(share, with_memory);
}

static void write_swap(const struct target *t, double percent)
{
	char *when = NULL, *swap = swap_used(percent, true);

	import_comment(t->import, "Swap: %s.", IMPORT_SWAP_WORDS);
	import_comment(t->import, "not translated: victims use more than 5 %% of swap: least= of kill has the smallest size of a victim.");
	if (!swap || asprintf(&when, "host.free < %s %% and %s", import_number(100 - percent).s,
			      swap) < 0)
		import_fail(t->import, "out of memory");
	else
		write_kill(t, "swap", when, IMPORT_BY_SWAP, NULL, false);
	free(swap);
	free(when);
}

/* The condition of an .oomrule; allocated, or NULL if out of memory */
static char *when_of(struct import *import, const struct oomrule *rule, const char *cgroups)
{
	const char *signal = strcmp(cgroups, "/") ? "psi.full.avg10" : "host.psi.full";
	char *text = NULL, *swap;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	if (!out)
		return NULL;
	if (rule->pressure >= 0)
		fprintf(out, "%s > %s %%", signal, import_number(rule->pressure).s);
	if (rule->swap >= 0) {
		swap = swap_used(rule->swap, false);
		fprintf(out, "%s%s", rule->pressure >= 0 ? " and " : "", swap ? swap : "");
		free(swap);
		import_comment(import, "SwapUsageMax=: %s.%s", IMPORT_SWAP_WORDS,
			       rule->pressure >= 0 ? " In systemd-oomd both have to hold, so that with zram the rule may never act." : "");
	}
	if (rule->seconds > 0)
		fprintf(out, " for %s", import_seconds_text(rule->seconds).s);
	if (fclose(out)) {
		free(text);
		return NULL;
	}
	return text;
}

static const struct {
	const char *name;
	enum import_by by;
} kills[] = {
	{ "kill-by-pgscan", IMPORT_BY_REFAULTS }, { "kill-by-swap", IMPORT_BY_SWAP },
	{ "kill-all", 0 },
};

static void write_action(const struct target *t, const char *name, const char *when, size_t kill)
{
	bool all = !kills[kill].by, many = strpbrk(t->cgroups, "*?[,");

	if (kills[kill].by == IMPORT_BY_REFAULTS)
		import_comment(t->import, "Action=kill-by-pgscan: by=refaults takes the one whose reclaim is in vain most, in place of the most scanned one; by=blame takes the one that took the memory.");
	if (all)
		import_comment(t->import, "Action=kill-all: the cgroup itself is the victim, and dies as a whole.%s",
			       many ? " The pattern may match others than the one that is short, so the rule is only logged: name one cgroup." : "");
	write_kill(t, name, when, kills[kill].by,
		   all && strcmp(t->cgroups, "/") ? t->cgroups : NULL,
		   all && (many || !strcmp(t->cgroups, "/")));
}

static void write_oomrule(const struct target *t, const struct oomrule *rule)
{
	char *when;
	size_t kill = 0;

	import_comment(t->import, "Rule '%s' for %s", rule->name, t->cgroups);
	while (kill < NR(kills) && (!rule->action || strcmp(kills[kill].name, rule->action)))
		kill++;
	if (kill == NR(kills)) {
		import_comment(t->import, "not translated: Action=%.40s: expected kill-all, kill-by-pgscan or kill-by-swap. No rule.",
			       rule->action ? rule->action : "");
		return;
	}
	if (rule->pressure < 0 && rule->swap < 0) {
		import_comment(t->import, "not translated: it has no condition, and systemd-oomd ignores it, too. No rule.");
		return;
	}
	when = when_of(t->import, rule, t->cgroups);
	if (when)
		write_action(t, rule->name, when, kill);
	else
		import_fail(t->import, "out of memory");
	free(when);
}

/* The rules that OOMRules= of a unit names */
static void write_named(struct systemd *s, const struct target *t, char *names)
{
	char *rest = names, *name;
	size_t i;

	while ((name = strsep(&rest, " \t"))) {
		if (!*name)
			continue;
		for (i = 0; i < s->nr_rules && strcmp(s->rule[i].name, name); i++)
			;
		if (i == s->nr_rules) {
			import_comment(s->import, "not translated: OOMRules=%.100s: give the file %.100s.oomrule with another --import",
				       name, name);
			continue;
		}
		s->rule[i].used = true;
		write_oomrule(t, &s->rule[i]);
	}
}

static void write_unit(struct systemd *s, struct unit *u)
{
	char *cgroups = cgroups_of(u);
	const struct target t = {
		.import = s->import, .dry_run = !cgroups,
		.name = strcmp(u->name, "-.slice") ? u->name : "root",
		.cgroups = cgroups ? cgroups : "/name-of-the-cgroup",
	};

	import_comment(s->import, "Unit %s", u->name);
	if (!cgroups)
		import_comment(s->import, "not translated: which unit it is: the path ends in no NAME.slice.d/FILE, NAME.service.d/FILE or NAME.scope.d/FILE. Put its cgroup into cgroups =.");
	if (u->pressure)
		write_pressure(&t, u->limit >= 0 ? u->limit : s->pressure,
			       u->seconds > 0 ? u->seconds : s->seconds);
	if (u->swap)
		write_swap(&t, s->swap);
	if (u->rules)
		write_named(s, &t, u->rules);
	free(cgroups);
}

/* oomd.conf alone names no cgroups: take those that distributions have units for, and only log */
static void write_defaults(struct systemd *s)
{
	struct target t = { .import = s->import, .dry_run = true };

	import_comment(s->import, "oomd.conf has limits, and units say for which cgroups: those below are what distributions often choose, so the rules are only logged. To translate your own, give their drop-ins, too: headroomd --import /etc/systemd/oomd.conf --import /etc/systemd/system/NAME.slice.d/FILE.conf");
	t.name = "systemd-oomd";
	t.cgroups = USER_MANAGER;
	write_pressure(&t, s->pressure, s->seconds);
	t.cgroups = "/";
	write_swap(&t, s->swap);
}

static void write_unused(struct systemd *s)
{
	const struct target t = {
		.import = s->import, .name = "oomrule", .cgroups = "/", .dry_run = true,
	};

	for (size_t i = 0; i < s->nr_rules && !*s->import->error; i++) {
		if (s->rule[i].used)
			continue;
		import_comment(s->import, "No unit that was given has OOMRules=%s: put the cgroups of those which have it into cgroups =, or give their files with another --import. The rule is only logged.",
			       s->rule[i].name);
		write_oomrule(&t, &s->rule[i]);
	}
}

static void free_systemd(struct systemd *s)
{
	for (size_t i = 0; i < s->nr_units; i++) {
		free(s->unit[i].name);
		free(s->unit[i].slice);
		free(s->unit[i].rules);
	}
	for (size_t i = 0; i < s->nr_rules; i++) {
		free(s->rule[i].name);
		free(s->rule[i].action);
	}
	free(s);
}

void import_systemd(struct import *import, const struct import_file *const *file, size_t nr)
{
	struct systemd *s = calloc(1, sizeof(*s));

	if (!s) {
		import_fail(import, "out of memory");
		return;
	}
	*s = (struct systemd){ .import = import, .swap = 90, .pressure = 60, .seconds = 30 };
	for (size_t i = 0; i < nr; i++)
		read_systemd(s, file[i]);
	import_blank(import);
	for (size_t i = 0; i < s->nr_units && !*import->error; i++)
		write_unit(s, &s->unit[i]);
	if (s->has_conf && !s->nr_units && !*import->error)
		write_defaults(s);
	write_unused(s);
	free_systemd(s);
}
