// SPDX-License-Identifier: GPL-2.0
/*
 * The configuration files
 *
 * The sections are [daemon] and, for each rule, [rule NAME]. In a section, each line is
 * "key = value". A comment begins with # or ; at the start of a line or behind a blank. Blanks
 * around keys and values do not count. Lines have no limit, since a list of cgroups has none.
 *
 * Each error is noted, and parsing goes on behind the line, so that all are known at once.
 */
#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/un.h>

#include "clock.h"
#include "config.h"
#include "config_parser.h"
#include "control_socket.h"

enum key {
	KEY_CGROUPS = 1,
	KEY_WHEN = 2,
	KEY_DO = 4,
	KEY_COOLDOWN = 8,
	KEY_DRY_RUN = 16,
	KEY_INTERVAL = 32,
	KEY_LEDGER = 64,
	KEY_RECORD = 128,
	KEY_RECORD_AGE = 256,
	KEY_RECORD_SIZE = 512,
	KEY_SOCKET = 1024,
	KEY_SOCKET_MODE = 2048,
	KEY_SOCKET_GROUP = 4096,
	KEY_BUDGET = 8192,
	KEY_WEIGHT = 16384,
};

static struct rule *current_rule(struct parser *p)
{
	return &p->config->rule[p->rule];
}

static void set_time(struct parser *p, const char *key, const char *text, double least,
		     uint64_t *ns)
{
	double seconds;

	/* rounded, since 0.3 s is slightly less than 300000000 ns in a double */
	if (unit_parse(UNIT_TIME, text, &seconds) && round(seconds * 1e9) >= least &&
	    seconds <= 1e9)
		*ns = round(seconds * 1e9);
	else if (least > 0)
		wrong(p, text, "%s: expected a time of at least %g ms, such as 2s, 500ms or 1min",
		      key, least / 1e6);
	else
		wrong(p, text, "%s: expected a time, such as 2s, 500ms or 1min", key);
}

static void set_path(struct parser *p, const char *key, const char *text, char **path)
{
	if (*text != '/') {
		wrong(p, text, "%s: expected an absolute path, such as /run/headroom/%s", key, key);
		return;
	}
	free(*path);
	*path = strdup(text);
	p->out_of_memory |= !*path;
}

static void set_socket(struct parser *p, const char *key, const char *text, char **path)
{
	if (!strcmp(text, "none")) {
		free(*path);
		*path = NULL;
	} else if (*text != '/') {
		wrong(p, text, "%s: expected an absolute path, such as " CONTROL_SOCKET ", or none",
		      key);
	} else if (strlen(text) >= sizeof(((struct sockaddr_un *)NULL)->sun_path)) {
		wrong(p, text, "%s: expected a path of at most %zu bytes", key,
		      sizeof(((struct sockaddr_un *)NULL)->sun_path) - 1);
	} else {
		set_path(p, key, text, path);
	}
}

static void set_mode(struct parser *p, const char *key, const char *text, unsigned int *mode)
{
	char *end;
	unsigned long value = strtoul(text, &end, 8);

	/* strtoul() also accepts blanks and a sign */
	if (!isdigit((unsigned char)*text) || *end || value > 0777)
		wrong(p, text, "%s: expected an octal mode, such as 0660", key);
	else
		*mode = value;
}

static void set_group(struct parser *p, const char *key, const char *text, char **group)
{
	if (!*text) {
		wrong(p, text, "%s: expected the name of a group, or its number", key);
		return;
	}
	free(*group);
	*group = strdup(text);
	p->out_of_memory |= !*group;
}

static void set_size(struct parser *p, const char *key, const char *text, double least,
		     uint64_t *bytes)
{
	double size;

	if (!unit_parse(UNIT_SIZE, text, &size) || size < least || size > 0x1p60)
		wrong(p, text, "%s: expected a size of at least %.0fM, such as 1G", key,
		      least / 0x1p20);
	else
		*bytes = size;
}

static void set_budget(struct parser *p, const char *key, const char *text)
{
	struct config *c = p->config;
	double value;

	if (unit_parse(UNIT_SHARE, text, &value) && value > 0 && value <= 1) {
		c->budget_share = value;
	} else if (unit_parse(UNIT_SIZE, text, &value) && value >= 0x1p20 && value <= 0x1p60) {
		c->budget = value;
		c->budget_share = 0;
	} else {
		wrong(p, text, "%s: expected a share of the machine's memory of at most 100 %%, such as 50%%, or a size of at least 1M, such as 8G",
		      key);
	}
}

static void set_weight(struct parser *p, const char *key, const char *text, double *weight)
{
	double value;

	if (unit_parse(UNIT_COUNT, text, &value) && value >= 1 && value <= 10000)
		*weight = value;
	else
		wrong(p, text, "%s: expected a number from 1 to 10000", key);
}

static void set_cgroups(struct parser *p, const char *text)
{
	const char *error;
	size_t column;
	int err = pattern_parse(text, &current_rule(p)->cgroups, &error, &column);

	if (err == -ENOMEM)
		p->out_of_memory = true;
	else if (err)
		wrong(p, text + column, "cgroups: %s", error);
}

static void set_when(struct parser *p, const char *text)
{
	struct condition_error error;
	int err = condition_parse(text, &current_rule(p)->when, &error);

	if (err == -ENOMEM)
		p->out_of_memory = true;
	else if (err)
		wrong(p, text + error.column, "when: %s", error.message);
}

static void set_boolean(struct parser *p, const char *key, const char *text, bool *value)
{
	*value = !strcmp(text, "yes");
	if (!*value && strcmp(text, "no"))
		wrong(p, text, "%s: expected yes or no", key);
}

/* Note a key, once in a section */
static bool note_key(struct parser *p, const char *key, enum key bit)
{
	if (p->keys & bit) {
		wrong(p, key, "%s is given twice", key);
		return false;
	}
	p->keys |= bit;
	return true;
}

/* Returns false if it is no key of the socket */
static bool socket_key(struct parser *p, const char *key, const char *text)
{
	struct config *c = p->config;

	if (!strcmp(key, "socket")) {
		if (note_key(p, key, KEY_SOCKET))
			set_socket(p, key, text, &c->socket);
	} else if (!strcmp(key, "socket-mode")) {
		if (note_key(p, key, KEY_SOCKET_MODE))
			set_mode(p, key, text, &c->socket_mode);
	} else if (!strcmp(key, "socket-group")) {
		if (note_key(p, key, KEY_SOCKET_GROUP))
			set_group(p, key, text, &c->socket_group);
	} else {
		return false;
	}
	return true;
}

static void daemon_key(struct parser *p, const char *key, char *text)
{
	struct config *c = p->config;

	if (!strcmp(key, "interval")) {
		if (note_key(p, key, KEY_INTERVAL))
			set_time(p, key, text, 100e6, &c->interval);
	} else if (!strcmp(key, "budget")) {
		if (note_key(p, key, KEY_BUDGET))
			set_budget(p, key, text);
	} else if (!strcmp(key, "dry-run")) {
		if (note_key(p, key, KEY_DRY_RUN))
			set_boolean(p, key, text, &c->dry_run);
	} else if (!strcmp(key, "ledger")) {
		if (note_key(p, key, KEY_LEDGER))
			set_path(p, key, text, &c->ledger);
	} else if (!strcmp(key, "record")) {
		if (note_key(p, key, KEY_RECORD))
			set_path(p, key, text, &c->record);
	} else if (!strcmp(key, "record-age")) {
		if (note_key(p, key, KEY_RECORD_AGE))
			set_time(p, key, text, 60e9, &c->record_age);
	} else if (!strcmp(key, "record-size")) {
		if (note_key(p, key, KEY_RECORD_SIZE))
			set_size(p, key, text, 0x1p20, &c->record_size);
	} else if (!socket_key(p, key, text)) {
		wrong(p, key, "unknown key '%s' in [daemon]: use interval, budget, dry-run, ledger, record, record-age, record-size, socket, socket-mode or socket-group",
		      key);
	}
}

static void rule_key(struct parser *p, const char *key, char *text)
{
	if (!strcmp(key, "cgroups")) {
		if (note_key(p, key, KEY_CGROUPS))
			set_cgroups(p, text);
	} else if (!strcmp(key, "when")) {
		if (note_key(p, key, KEY_WHEN))
			set_when(p, text);
	} else if (!strcmp(key, "do")) {
		if (note_key(p, key, KEY_DO))
			set_do(p, current_rule(p), text);
	} else if (!strcmp(key, "cooldown")) {
		if (note_key(p, key, KEY_COOLDOWN))
			set_time(p, key, text, 0, &current_rule(p)->cooldown);
	} else if (!strcmp(key, "weight")) {
		if (note_key(p, key, KEY_WEIGHT))
			set_weight(p, key, text, &current_rule(p)->weight);
	} else if (!strcmp(key, "dry-run")) {
		if (note_key(p, key, KEY_DRY_RUN))
			set_boolean(p, key, text, &current_rule(p)->dry_run);
	} else {
		wrong(p, key, "unknown key '%s' in [rule %s]: use cgroups, when, do, weight, cooldown or dry-run",
		      key, current_rule(p)->name);
	}
}

/* The next section begins, or the file ends: check that the rule has what it needs */
static void end_section(struct parser *p)
{
	static const struct {
		enum key key;
		const char *line;
	} needed[] = {
		{ KEY_CGROUPS, "cgroups = /db.slice/redis.service" },
		{ KEY_WHEN, "when = refaults.outside > 20/s for 2s" },
		{ KEY_DO, "do = protect max=1G" },
	};
	struct parser at = *p;

	if (p->section != RULE)
		return;
	at.line = atoi(strrchr(current_rule(p)->place, ':') + 1);
	for (size_t i = 0; i < sizeof(needed) / sizeof(needed[0]); i++)
		if (!(p->keys & needed[i].key))
			wrong(&at, NULL, "[rule %s] is not complete: add a line such as '%s'",
			      current_rule(p)->name, needed[i].line);
	p->out_of_memory |= at.out_of_memory;
}

static void begin_rule(struct parser *p, const char *name)
{
	struct config *c = p->config;
	struct rule *rules;

	p->section = UNKNOWN_SECTION;
	for (size_t i = 0; i < c->nr; i++) {
		if (strcmp(c->rule[i].name, name))
			continue;
		wrong(p, name, "there is a rule %s at %s: choose another name", name,
		      c->rule[i].place);
		return;
	}
	rules = reallocarray(c->rule, c->nr + 1, sizeof(*rules));
	if (!rules) {
		p->out_of_memory = true;
		return;
	}
	c->rule = rules;
	p->rule = c->nr;
	rules[c->nr] = (struct rule){ .name = strdup(name), .weight = 100 };
	if (asprintf(&rules[c->nr].place, "%s:%u", p->path, p->line) < 0)
		rules[c->nr].place = NULL;
	if (!rules[c->nr].name || !rules[c->nr].place) {
		free(rules[c->nr].name);
		free(rules[c->nr].place);
		p->out_of_memory = true;
		return;
	}
	c->nr++;
	p->section = RULE;
}

static void begin_section(struct parser *p, char *name)
{
	size_t word = strcspn(name, " \t");

	end_section(p);
	p->keys = 0;
	p->section = UNKNOWN_SECTION;
	if (!strcmp(name, "daemon"))
		p->section = DAEMON;
	else if (!strncmp(name, "rule", 4) && word == 4 && name[word])
		begin_rule(p, name + word + strspn(name + word, " \t"));
	else if (!strncmp(name, "protect", 7) && word == 7)
		wrong(p, name, "[%s] is now [rule NAME] with 'do = protect': see headroomd.conf(5)",
		      name);
	else
		wrong(p, name, "unknown section [%s]: use [daemon] or [rule NAME]", name);
}

static void cut_comment(char *line)
{
	for (char *c = line; (c = strpbrk(c, "#;")); c++) {
		if (c == line || isblank((unsigned char)c[-1])) {
			*c = '\0';
			return;
		}
	}
}

static void set_key(struct parser *p, const char *key, char *value)
{
	switch (p->section) {
	case NO_SECTION:
		wrong(p, key, "'%s' is in no section: begin with [daemon] or [rule NAME]", key);
		break;
	case DAEMON:
		daemon_key(p, key, value);
		break;
	case RULE:
		rule_key(p, key, value);
		break;
	case UNKNOWN_SECTION:	/* reported where it begins */
		break;
	}
}

static void parse_line(struct parser *p, char *line)
{
	char *end;

	p->begin = line;
	cut_comment(line);
	line = trim(line);
	if (!*line)
		return;
	end = line + strcspn(line, *line == '[' ? "]" : "=");
	if (!*end) {
		wrong(p, line, "expected [section], 'key = value' or a comment");
		return;
	}
	*end = '\0';
	if (*line != '[')
		set_key(p, trim(line), trim(end + 1));
	else if (*trim(end + 1))
		wrong(p, end + 1, "expected the end of the line behind the section");
	else
		begin_section(p, trim(line + 1));
}

static void parse(struct parser *p, FILE *file)
{
	static const char mark[] = "\xef\xbb\xbf";	/* some editors put it before UTF-8 */
	char *line = NULL;
	size_t size = 0;
	ssize_t n;

	while (!p->out_of_memory && (n = getline(&line, &size, file)) >= 0) {
		p->line++;
		if (strlen(line) != (size_t)n)
			wrong(p, NULL, "contains a zero byte: expected a text file");
		else
			parse_line(p, line + (p->line == 1 && !strncmp(line, mark, 3) ? 3 : 0));
	}
	/* What was read so far must not pass for the whole file: rules would be missing */
	if (!feof(file) && !p->out_of_memory)
		wrong(p, NULL, "cannot read the rest of the file: %s", strerror(errno));
	end_section(p);
	free(line);
}

static void load_file(struct parser *p, const char *path, const char *hint)
{
	FILE *file = fopen(path, "re");

	p->path = path;
	p->line = 0;
	p->section = NO_SECTION;
	p->keys = 0;
	if (!file) {
		wrong(p, NULL, "cannot read the file%s: %s", hint, strerror(errno));
		return;
	}
	parse(p, file);
	fclose(file);
}

static int is_file_of_rules(const struct dirent *entry)
{
	size_t length = strlen(entry->d_name);

	return *entry->d_name != '.' && length > 5 && !strcmp(entry->d_name + length - 5, ".conf");
}

/* The order of bytes, in any locale */
static int compare_names(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

/* The files *.conf in a directory, in order of their names; there need be no directory */
static void load_directory(struct parser *p, const char *directory)
{
	struct dirent **entry;
	int nr = scandir(directory, &entry, is_file_of_rules, compare_names);
	char *path;

	if (nr < 0 && errno != ENOENT) {
		p->path = directory;
		p->line = 0;
		wrong(p, NULL, "cannot read the directory: %s", strerror(errno));
	}
	for (int i = 0; i < nr; i++) {
		if (asprintf(&path, "%s/%s", directory, entry[i]->d_name) < 0) {
			p->out_of_memory = true;
		} else {
			load_file(p, path, "");
			free(path);
		}
		free(entry[i]);
	}
	if (nr >= 0)
		free(entry);
}

/* [daemon] may be behind a rule, and in another file */
static void spread_dry_run(struct config *config)
{
	for (size_t i = 0; i < config->nr; i++)
		config->rule[i].dry_run |= config->dry_run;
}

/* The result of a parser: the configuration, if nothing is wrong with it */
static int finish(struct parser *p, struct config **result)
{
	if (p->config && !p->out_of_memory && !p->errors->nr) {
		spread_dry_run(p->config);
		*result = p->config;
		return 0;
	}
	config_free(p->config);
	if (p->errors->nr)
		return -EINVAL;
	p->path = "configuration";
	p->line = 0;
	wrong(p, NULL, "out of memory");
	return -ENOMEM;
}

/* Parse all files; the configuration is there even if they have errors, unless out of memory */
static void load_all(struct parser *p, const char *path)
{
	char *directory;

	if (asprintf(&directory, "%s.d", path) < 0)
		directory = NULL;
	if (p->config && directory) {
		load_file(p, path, " (--config names another)");
		load_directory(p, directory);
	} else {
		p->out_of_memory = true;
	}
	free(directory);
}

int config_load(const char *path, struct config **result, struct config_errors *errors)
{
	struct parser p = { .errors = errors, .config = config_new() };

	*result = NULL;
	*errors = (struct config_errors){};
	load_all(&p, path);
	return finish(&p, result);
}

struct config *config_load_or_print(const char *path)
{
	struct config_errors errors;
	struct config *config;

	config_load(path, &config, &errors);
	for (size_t i = 0; i < errors.nr; i++)
		fprintf(stderr, "%s\n", errors.text[i]);
	config_errors_free(&errors);
	return config;
}

char *config_find_ledger(const char *path)
{
	struct config_errors errors = {};
	struct parser p = { .errors = &errors, .config = config_new() };
	char *ledger = NULL;

	load_all(&p, path);
	if (p.config && p.config->ledger)
		ledger = strdup(p.config->ledger);
	config_errors_free(&errors);
	config_free(p.config);
	return ledger;
}

int config_parse(const char *path, const char *text, size_t size, struct config **result,
		 struct config_errors *errors)
{
	struct parser p = { .errors = errors, .config = config_new(), .path = path };
	FILE *file = size ? fmemopen((void *)text, size, "r") : fopen("/dev/null", "re");

	*result = NULL;
	*errors = (struct config_errors){};
	if (p.config && file)
		parse(&p, file);
	else
		p.out_of_memory = true;
	if (file)
		fclose(file);
	return finish(&p, result);
}

