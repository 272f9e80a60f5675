// SPDX-License-Identifier: GPL-2.0
/*
 * The configuration file
 *
 * The sections are [daemon] and, for each rule, [protect NAME]. In a section, each
 * line is "key = value", or "key: value". A comment begins with # or ; at the start
 * of a line, or with ; after a blank. Blanks around keys and values do not count.
 * Lines have no limit, since a cgroup's path has hardly any.
 */
#include <ctype.h>
#include <errno.h>
#include <math.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cgroupfs.h"
#include "config.h"
#include "path.h"
#include "quantity.h"

struct parser {
	struct config *config;
	struct protect_rule *rule;	/* NULL in [daemon] */
	FILE *file;
	const char *path;
	int line;
	bool in_section;
	char *error;
	size_t size;
};

/* Report an error. It ends the parsing, because later errors may follow from it. */
__attribute__((format(printf, 2, 3)))
static bool wrong(struct parser *p, const char *format, ...)
{
	va_list args;
	int n;

	n = snprintf(p->error, p->size, "%s:%d: ", p->path, p->line);
	if (n < 0 || (size_t)n >= p->size)
		return false;
	va_start(args, format);
	vsnprintf(p->error + n, p->size - n, format, args);
	va_end(args);
	return false;
}

/* Parse a positive number with one of @units that fits into 64 bits */
static bool number(const char *text, const struct unit *units, double *value)
{
	return quantity_parse(text, units, value) && *value > 0 && *value < 1e18;
}

static bool set_time(struct parser *p, const char *key, const char *text,
		     double least, uint64_t *ns)
{
	double seconds, value = 0;

	/* rounded, since 0.3 s is slightly less than 300000000 ns in a double */
	if (number(text, quantity_times, &seconds))
		value = round(seconds * 1e9);
	if (value < least || value >= 1e18)
		return wrong(p, "%s = %s: expected a time of at least %g ms, such as 2s, 500ms or 1min",
			     key, text, least / 1e6);
	*ns = value;
	return true;
}

static bool set_text(struct parser *p, const char *text, char **field)
{
	free(*field);
	*field = strdup(text);
	return *field || wrong(p, "out of memory");
}

static bool daemon_key(struct parser *p, const char *key, const char *text)
{
	if (!strcmp(key, "interval"))
		return set_time(p, key, text, 100e6, &p->config->interval);
	if (!strcmp(key, "ledger"))
		return text[0] == '/' ? set_text(p, text, &p->config->ledger) :
			wrong(p, "ledger = %s: expected an absolute path, such as /run/headroom/ledger", text);
	return wrong(p, "unknown key '%s' in [daemon]: use interval or ledger", key);
}

/*
 * Two rules for the same memory.low would overwrite each other's values. So would a rule
 * for an ancestor, whose memory.low is raised by the sum of the additions below it (low.c).
 */
static bool set_cgroup(struct parser *p, const char *text)
{
	const struct config *c = p->config;
	size_t i;

	if (!cgroupfs_path_valid(text))
		return wrong(p, "cgroup = %s: expected a path below the cgroup root that begins with / and has no '.' or '..', such as /db.slice/redis.service", text);
	for (i = 0; i < c->nr; i++) {
		const struct protect_rule *other = &c->protect[i];

		if (other == p->rule || !other->cgroup)
			continue;
		if (path_is_within(text, other->cgroup) || path_is_within(other->cgroup, text))
			return wrong(p, "cgroup = %s: [protect %s] has %s already: keep only one of the two rules",
				     text, other->name, other->cgroup);
	}
	return set_text(p, text, &p->rule->cgroup);
}

static bool rule_key(struct parser *p, const char *key, const char *text)
{
	struct protect_rule *rule = p->rule;
	double value;

	if (!strcmp(key, "cgroup"))
		return set_cgroup(p, text);
	if (!strcmp(key, "refaults")) {
		if (!number(text, quantity_plain, &rule->refaults))
			return wrong(p, "refaults = %s: expected a rate per second, such as 20", text);
	} else if (!strcmp(key, "max")) {
		if (!number(text, quantity_sizes, &value) || value < 1 << 20)
			return wrong(p, "max = %s: expected a size of at least 1M, such as 512M or 2G", text);
		rule->max = value;
	} else if (!strcmp(key, "quantile")) {
		if (!number(text, quantity_plain, &rule->quantile) || rule->quantile > 1)
			return wrong(p, "quantile = %s: expected a share above 0 and up to 1, such as 0.95", text);
	} else if (!strcmp(key, "idle")) {
		return set_time(p, key, text, 1e9, &rule->idle);
	} else {
		return wrong(p, "unknown key '%s' in [protect %s]: use cgroup, refaults, max, quantile or idle",
			     key, rule->name);
	}
	return true;
}

/* Check the current rule: the next section begins, or the file ends */
static bool rule_complete(struct parser *p)
{
	if (!p->rule)
		return true;
	if (!p->rule->cgroup)
		return wrong(p, "[protect %s] has no cgroup: add a line such as 'cgroup = /db.slice/redis.service'",
			     p->rule->name);
	if (!p->rule->max)
		return wrong(p, "[protect %s] has no max: add a line such as 'max = 1G', the most to protect",
			     p->rule->name);
	return true;
}

static bool add_rule(struct parser *p, const char *name)
{
	struct config *c = p->config;
	struct protect_rule *rules;
	size_t i;

	for (i = 0; i < c->nr; i++)
		if (!strcmp(c->protect[i].name, name))
			return wrong(p, "[protect %s] exists already: choose another name", name);
	rules = reallocarray(c->protect, c->nr + 1, sizeof(*rules));
	if (!rules)
		return wrong(p, "out of memory");
	c->protect = rules;
	p->rule = &rules[c->nr];
	*p->rule = (struct protect_rule){
		.name = strdup(name),
		.refaults = 20,
		.quantile = 0.95,
		.idle = 60000000000ULL,
	};
	if (!p->rule->name)
		return wrong(p, "out of memory");
	c->nr++;
	return true;
}

static bool begin_section(struct parser *p, const char *name)
{
	if (!rule_complete(p))
		return false;
	p->in_section = true;
	p->rule = NULL;
	if (!strcmp(name, "daemon"))
		return true;
	if (!strncmp(name, "protect ", 8) && name[8 + strspn(name + 8, " ")])
		return add_rule(p, name + 8 + strspn(name + 8, " "));
	return wrong(p, "unknown section [%s]: use [daemon] or [protect NAME]", name);
}

static bool set_key(struct parser *p, const char *key, const char *value)
{
	if (!p->in_section)
		return wrong(p, "'%s' is outside any section: begin with [daemon] or [protect NAME]", key);
	return p->rule ? rule_key(p, key, value) : daemon_key(p, key, value);
}

static void cut_comment(char *line)
{
	char *c;

	for (c = line; (c = strchr(c, ';')); c++) {
		if (c == line || isblank((unsigned char)c[-1])) {
			*c = '\0';
			return;
		}
	}
}

/* Remove white space at both ends */
static char *trim(char *text)
{
	char *end = text + strlen(text);

	while (end > text && isspace((unsigned char)end[-1]))
		end--;
	*end = '\0';
	while (isspace((unsigned char)*text))
		text++;
	return text;
}

static bool parse_line(struct parser *p, char *line)
{
	static const char mark[] = "\xef\xbb\xbf";	/* some editors put it before UTF-8 */
	char *end;

	if (p->line == 1 && !strncmp(line, mark, 3))
		line += 3;
	line = trim(line);
	cut_comment(line);
	if (!*line || *line == '#')
		return true;
	end = line + strcspn(line, *line == '[' ? "]" : "=:");
	if (!*end)
		return wrong(p, "expected [section], 'key = value' or a comment");
	*end = '\0';
	if (*line == '[')
		return begin_section(p, trim(line + 1));
	return set_key(p, trim(line), trim(end + 1));
}

static bool parse(struct parser *p)
{
	char *line = NULL;
	size_t size = 0;
	bool good = true;
	ssize_t n;
	int err;

	while (good && (n = getline(&line, &size, p->file)) >= 0) {
		p->line++;
		good = strlen(line) == (size_t)n ? parse_line(p, line) :
			wrong(p, "contains a zero byte: expected a text file");
	}
	err = errno;
	free(line);
	/* What was read so far must not pass for the whole file: rules would be missing */
	if (good && ferror(p->file))
		return wrong(p, "cannot read the rest of the file: %s", strerror(err));
	if (!good || !rule_complete(p))
		return false;
	if (!p->config->nr)
		return wrong(p, "no rule: add a section [protect NAME] with cgroup and max");
	return true;
}

int config_load(const char *path, struct config **result, char *error, size_t size)
{
	struct parser p = { .path = path, .error = error, .size = size };
	struct config *config = calloc(1, sizeof(*config));
	int err = 0;

	*result = NULL;
	if (!config || !(config->ledger = strdup("/run/headroom/ledger"))) {
		free(config);
		snprintf(error, size, "out of memory");
		return -ENOMEM;
	}
	config->interval = 2000000000ULL;
	p.config = config;
	p.file = fopen(path, "re");
	if (!p.file) {
		err = -errno;
		snprintf(error, size, "%s: %s; name the configuration file with --config",
			 path, strerror(-err));
	} else {
		err = parse(&p) ? 0 : -EINVAL;
		fclose(p.file);
	}
	if (err)
		config_free(config);
	else
		*result = config;
	return err;
}

void config_free(struct config *config)
{
	size_t i;

	if (!config)
		return;
	for (i = 0; i < config->nr; i++) {
		free(config->protect[i].name);
		free(config->protect[i].cgroup);
	}
	free(config->protect);
	free(config->ledger);
	free(config);
}
