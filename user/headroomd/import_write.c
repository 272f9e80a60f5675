// SPDX-License-Identifier: GPL-2.0
/*
 * What all translations into a headroomd.conf write: comments, and rules
 *
 * Names, values and reasons come from a file that others wrote. A comment has no byte that could end
 * its line, and a value none that could end the value.
 */
#include <ctype.h>
#include <math.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "import_write.h"
#include "pattern.h"

#define COLUMNS	100

/*
 * The actions, parameters and words of headroomd.conf(5) that translations use. Nothing else has
 * their names.
 */
static const char *const actions[] = {
	[IMPORT_KILL] = "kill", [IMPORT_RECLAIM] = "reclaim", [IMPORT_HOOK] = "hook",
};

static const char *const ranks[] = {
	[IMPORT_BY_SIZE] = "size", [IMPORT_BY_SWAP] = "swap", [IMPORT_BY_STALL] = "stall",
	[IMPORT_BY_REFAULTS] = "refaults",
};

static const char *const parameters[] = {
	[IMPORT_VICTIMS] = "victims", [IMPORT_SETTLE] = "settle", [IMPORT_STALL] = "stall",
	[IMPORT_STEP] = "step", [IMPORT_LEAST] = "least", [IMPORT_IO] = "io",
	[IMPORT_COMMAND] = "command", [IMPORT_TIMEOUT] = "timeout",
};

void import_fail(struct import *import, const char *format, ...)
{
	va_list args;

	if (*import->error)
		return;
	va_start(args, format);
	vsnprintf(import->error, sizeof(import->error), format, args);
	va_end(args);
}

/* Write one word of a comment, in this line or the next */
static void put_word(FILE *out, const char *word, size_t length, size_t *column)
{
	if (*column + 1 + length > COLUMNS && *column > 3)
		*column = fprintf(out, "\n#  ") - 1;
	*column += 1 + length;
	fputc(' ', out);
	for (size_t i = 0; i < length; i++)
		fputc(iscntrl((unsigned char)word[i]) ? '?' : word[i], out);
}

void import_comment(struct import *import, const char *format, ...)
{
	const char *blanks = " \t\r\n\v\f";
	size_t column = 1, n;
	va_list args;
	char *text;

	if (import->quiet)
		return;
	va_start(args, format);
	if (vasprintf(&text, format, args) < 0)
		text = NULL;
	va_end(args);
	if (!text) {
		import_fail(import, "out of memory");
		return;
	}
	fputc('#', import->out);
	for (const char *c = text + strspn(text, blanks); *c; c += n + strspn(c + n, blanks)) {
		n = strcspn(c, blanks);
		put_word(import->out, c, n, &column);
	}
	fputc('\n', import->out);
	import->blank = false;
	free(text);
}

void import_blank(struct import *import)
{
	if (!import->quiet && !import->blank)
		fputc('\n', import->out);
	import->blank = true;
}

/* Make a name of a text: letters, digits and some signs, with single dashes in between */
static void clean_name(const char *text, char *name, size_t size)
{
	size_t n = 0;

	for (; *text && n + 1 < size; text++) {
		if (isalnum((unsigned char)*text) || strchr("._@", *text))
			name[n++] = *text;
		else if (n && name[n - 1] != '-')
			name[n++] = '-';
	}
	while (n && name[n - 1] == '-')
		n--;
	name[n] = '\0';
	if (!n)
		snprintf(name, size, "imported");
}

static bool has_name(const struct import *import, const char *name)
{
	for (size_t i = 0; i < import->nr; i++)
		if (!strcmp(import->name[i], name))
			return true;
	return false;
}

static const char *add_name(struct import *import, const char *text)
{
	char clean[IMPORT_NAME - 8], *name = import->name[import->nr];

	clean_name(text, clean, sizeof(clean));
	snprintf(name, IMPORT_NAME, "%s", clean);
	for (unsigned int i = 2; has_name(import, name); i++)
		snprintf(name, IMPORT_NAME, "%s-%u", clean, i);
	import->nr++;
	return name;
}

static void put_action(FILE *out, const struct import_rule *rule)
{
	fprintf(out, "do = %s", actions[rule->action]);
	for (size_t i = 0; i < IMPORT_PARAMETERS; i++) {
		const char *text = rule->parameter[i];

		if (i == IMPORT_VICTIMS + 1 && rule->by)
			fprintf(out, " by=%s", ranks[rule->by]);
		if (!text || !*text)
			continue;
		fprintf(out, strchr(text, '=') || i == IMPORT_COMMAND ? " %s=\"%s\"" : " %s=%s",
			parameters[i], text);
	}
	fputc('\n', out);
}

void import_rule(struct import *import, const struct import_rule *rule)
{
	if (import->nr == IMPORT_RULES) {
		import_fail(import, "there would be more than %d rules: import fewer files at a time, or divide the file",
			    IMPORT_RULES);
		return;
	}
	fprintf(import->out, "[rule %s]\n", add_name(import, rule->name));
	fprintf(import->out, "cgroups = %s\nwhen = %s\n", rule->cgroups, rule->when);
	put_action(import->out, rule);
	if (rule->cooldown && *rule->cooldown)
		fprintf(import->out, "cooldown = %s\n", rule->cooldown);
	if (rule->dry_run)
		fprintf(import->out, "dry-run = yes\n");
	import->blank = false;
	import_blank(import);
}

bool import_is_plain(const char *text)
{
	if (isspace((unsigned char)*text) || *text == '#' || *text == ';')
		return false;
	for (const char *c = text; *c; c++) {
		if (iscntrl((unsigned char)*c) || *c == '"')
			return false;
		if (*c == ' ' && (c[1] == '#' || c[1] == ';' || !c[1]))
			return false;
	}
	return *text;
}

static bool are_patterns(const char *text)
{
	struct pattern pattern;
	const char *error;
	size_t column;
	bool good = import_is_plain(text) && !pattern_parse(text, &pattern, &error, &column);

	if (import_is_plain(text))
		pattern_free(&pattern);
	return good;
}

char *import_cgroups(const char *list)
{
	char *text = NULL;
	size_t size, n, nr = 0;
	FILE *out = open_memstream(&text, &size);

	if (!out)
		return NULL;
	for (; *list; list += n + (list[n] == ',')) {
		n = strcspn(list, ",");
		if (!n)
			continue;
		/* paths begin with a slash here, and do not end with one */
		while (n && *list == '/')
			list++, n--;
		for (size = n; size && list[size - 1] == '/';)
			size--;
		fprintf(out, "%s/%.*s", nr++ ? ", " : "", (int)size, list);
	}
	if (fclose(out) || !are_patterns(text)) {
		free(text);
		return NULL;
	}
	return text;
}

struct import_number import_number(double value)
{
	struct import_number number;
	size_t n = snprintf(number.s, sizeof(number.s), "%.3f", value);

	if (n >= sizeof(number.s))
		n = sizeof(number.s) - 1;
	while (n && number.s[n - 1] == '0')
		n--;
	if (n && number.s[n - 1] == '.')
		n--;
	number.s[n] = '\0';
	return number;
}

struct import_number import_size(double bytes)
{
	static const char units[] = "KMGT";
	struct import_number number;
	size_t i = 0;
	double value = bytes;

	/* the largest unit in which it is a whole number */
	while (i < 4 && value >= 1024 && fmod(value, 1024) == 0) {
		value /= 1024;
		i++;
	}
	snprintf(number.s, sizeof(number.s), "%.0f%.*s", value, i ? 1 : 0, i ? units + i - 1 : "");
	return number;
}

bool import_percent(const char *text, double *percent)
{
	static const struct {
		const char *unit;
		double factor;
	} units[] = { { "", 1 }, { "%", 1 }, { "‰", 0.1 }, { "‱", 0.01 } };
	char *end;

	if (!isdigit((unsigned char)*text) || (text[0] == '0' && (text[1] | 0x20) == 'x'))
		return false;
	*percent = strtod(text, &end);
	for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
		if (strcmp(end, units[i].unit))
			continue;
		*percent *= units[i].factor;
		return *percent <= 100;
	}
	return false;
}

static double unit_of_time(const char *unit, size_t length)
{
	static const struct {
		const char *names;
		double seconds;
	} units[] = {
		{ " us usec ", 1e-6 }, { " ms msec ", 1e-3 }, { " s sec second seconds ", 1 },
		{ " m min minute minutes ", 60 }, { " h hr hour hours ", 3600 },
		{ " d day days ", 86400 }, { " w week weeks ", 604800 },
	};
	char word[16];

	if (!length)
		return 1;
	if (length + 3 > sizeof(word))
		return 0;
	snprintf(word, sizeof(word), " %.*s ", (int)length, unit);
	for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++)
		if (strstr(units[i].names, word))
			return units[i].seconds;
	return 0;
}

bool import_seconds(const char *text, double *seconds)
{
	double value, unit;
	char *end;
	size_t n;

	*seconds = 0;
	do {
		if (!isdigit((unsigned char)*text) || (text[0] == '0' && (text[1] | 0x20) == 'x'))
			return false;
		value = strtod(text, &end);
		end += strspn(end, " ");
		for (n = 0; isalpha((unsigned char)end[n]); n++)
			;
		unit = unit_of_time(end, n);
		if (!(unit > 0))
			return false;
		*seconds += value * unit;
		text = end + n + strspn(end + n, " ");
	} while (*text);
	return *seconds < 1e9;
}

struct import_number import_seconds_text(double seconds)
{
	struct import_number number = import_number(seconds < 0.001 ? 0.001 : seconds);

	strcat(number.s, "s");
	return number;
}

struct import_number import_settle(double seconds)
{
	return import_seconds_text(seconds < 5 ? 5 : seconds > 3600 ? 3600 : seconds);
}

char *import_swap_short(const char *free, bool with_memory)
{
	static const char evidence[] = "zram.used > 50 % or host.psi.full > 10 %";
	char *text;
	int n = with_memory ?
		asprintf(&text, "(swap.free < %s or %s)", free, evidence) :
		asprintf(&text, "(swap.free < %s or host.free < 10 %% and (%s))", free, evidence);

	return n < 0 ? NULL : text;
}
