// SPDX-License-Identifier: GPL-2.0
/*
 * Translate the options of earlyoom
 *
 * They are in EARLYOOM_ARGS of /etc/default/earlyoom, quoted as in a shell.
 */
#include <ctype.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>

#include "import_kinds.h"

#define MAX_WORDS	128

/* What cannot be a victim without harm to the machine as a whole */
#define SPARED	", !/system.slice/systemd-*, !/system.slice/dbus*, !/system.slice/ssh*"

/*
 * The options, as far as they are known
 * @kill: the second number of each threshold, or half of the first; negative if it is not given
 */
struct options {
	struct import *import;
	const char *rule;
	double memory_term, memory_kill;
	double swap_term, swap_kill;
	double memory_size, swap_size;
	double wait;
	const char *before;
	const char *after;
	bool dry_run;
};

enum { PREFER = 256, AVOID, IGNORE, DRY_RUN, SYSLOG, BY_RSS };

static const struct option long_options[] = {
	{ "prefer", required_argument, NULL, PREFER }, { "avoid", required_argument, NULL, AVOID },
	{ "ignore", required_argument, NULL, IGNORE }, { "dryrun", no_argument, NULL, DRY_RUN },
	{ "syslog", no_argument, NULL, SYSLOG }, { "sort-by-rss", no_argument, NULL, BY_RSS },
	{ "debug", no_argument, NULL, 'd' }, { "help", no_argument, NULL, 'h' }, {},
};

/* Parse "FIRST" or "FIRST,SECOND"; the second is half of the first if it is not given */
static bool parse_pair(const char *text, double most, double *first, double *second)
{
	char *end;

	if (!isdigit((unsigned char)*text) || (text[0] == '0' && (text[1] | 0x20) == 'x'))
		return false;
	*first = strtod(text, &end);
	*second = *first / 2;
	if (*end == ',' && isdigit((unsigned char)end[1]))
		*second = strtod(end + 1, &end);
	return !*end && *first <= most && *second <= most;
}

static void set_share(struct options *o, int option, const char *text, double *term, double *kill)
{
	double first, second;

	if (parse_pair(text, 100, &first, &second)) {
		*term = first;
		*kill = second;
	} else {
		import_comment(o->import, "not translated: -%c %.40s: expected percent, such as 10,5; the default is used",
			       option, text);
	}
}

static void set_size(struct options *o, int option, const char *text, double *size)
{
	double first, second;

	if (parse_pair(text, 0x1p50, &first, &second))
		*size = second * 1024;
	else
		import_comment(o->import, "not translated: -%c %.40s: expected KiB", option, text);
}

static void note_processes(struct options *o, const char *option, const char *regex,
			   const char *instead)
{
	import_comment(o->import, "not translated: --%s '%.200s': it names processes, and headroomd kills cgroups. %s",
		       option, regex, instead);
}

static void set_long(struct options *o, int option, const char *text)
{
	switch (option) {
	case PREFER:
		note_processes(o, "prefer", text, "Set the mark trusted.oomd_prefer on their cgroups: setfattr -n trusted.oomd_prefer -v 1 /sys/fs/cgroup/...");
		break;
	case AVOID:
		note_processes(o, "avoid", text, "Set ManagedOOMPreference=avoid for their units, or exclude their cgroups from victims with '!'.");
		break;
	case IGNORE:
		note_processes(o, "ignore", text, "Set ManagedOOMPreference=omit for their units, or exclude their cgroups from victims with '!'.");
		break;
	case BY_RSS:
		import_comment(o->import, "--sort-by-rss: by=size takes the largest cgroup.");
		break;
	case DRY_RUN:
		o->dry_run = true;
		break;
	case SYSLOG:
		import_comment(o->import, "not translated: --syslog: see --log of headroomd(8)");
		break;
	}
}

static void set_scripts(struct options *o, int option, const char *text)
{
	if (*text != '/' || !import_is_plain(text) || strpbrk(text, " '\\$`;&|<>()"))
		import_comment(o->import, "not translated: -%c '%.200s': expected the absolute path of a program without blanks",
			       option, text);
	else if (option == 'P')
		o->before = text;
	else
		o->after = text;
}

static void set_option(struct options *o, int option, const char *text)
{
	switch (option) {
	case 'm':
		set_share(o, option, text, &o->memory_term, &o->memory_kill);
		break;
	case 's':
		set_share(o, option, text, &o->swap_term, &o->swap_kill);
		break;
	case 'M':
		set_size(o, option, text, &o->memory_size);
		break;
	case 'S':
		set_size(o, option, text, &o->swap_size);
		break;
	case 'w':
		if (!import_seconds(text, &o->wait))
			import_comment(o->import, "not translated: -w '%.40s': expected seconds", text);
		break;
	case 'N':
	case 'P':
		set_scripts(o, option, text);
		break;
	case 'n':
		import_comment(o->import, "not translated: -n: a rule with do = hook can run a program that shows a message; the log has each kill");
		break;
	case 'g':
		import_comment(o->import, "-g: a cgroup is killed as a whole, with all its process groups.");
		break;
	case 'r':
		import_comment(o->import, "not translated: -r %.20s: headroom top and headroom list show memory when asked",
			       text);
		break;
	case 'p':
		import_comment(o->import, "not translated: -p: the unit of headroomd sets its priority");
		break;
	case 'd':
		import_comment(o->import, "not translated: -d: see --verbose of headroomd(8)");
		break;
	case 'k':
	case 'i':
		import_comment(o->import, "-%c has no effect in earlyoom, either.", option);
		break;
	default:
		set_long(o, option, text);
	}
}

/* Cut a text into words, with the quotes of a shell removed in place */
static size_t cut_words(char *text, char **word, size_t most)
{
	size_t nr = 0;
	char *out, quote;

	while (*(text += strspn(text, " \t\r\n")) && nr < most) {
		word[nr++] = out = text;
		for (quote = 0; *text && (quote || !isspace((unsigned char)*text)); text++) {
			if (*text == quote)
				quote = 0;
			else if (!quote && (*text == '"' || *text == '\''))
				quote = *text;
			else if (*text == '\\' && quote != '\'' && text[1])
				*out++ = *++text;
			else
				*out++ = *text;
		}
		if (*text)
			text++;
		*out = '\0';
	}
	return nr;
}

/*
 * Copy a value as it is in the file: up to the end of its quotes or of the line, which a backslash
 * continues. Returns NULL if out of memory.
 */
static char *copy_value(const char *value)
{
	char quote = *value == '"' || *value == '\'' ? *value++ : '\n';
	char *copy = malloc(strlen(value) + 1), *out = copy;

	for (; copy && *value && *value != quote; value++) {
		if (*value == '\\' && value[1] == '\n')
			*out++ = *++value;
		else if (*value == '\\' && quote == '"' && value[1] && strchr("\"\\$`", value[1]))
			*out++ = *++value;
		else
			*out++ = *value;
	}
	if (copy)
		*out = '\0';
	return copy;
}

/* The value of the last EARLYOOM_ARGS=; false if there is none. NULL if out of memory. */
static bool find_arguments(const char *text, char **arguments)
{
	static const char key[] = "EARLYOOM_ARGS=";
	const char *value = NULL;

	for (const char *line = text; line; line = strchr(line, '\n')) {
		line += strspn(line, " \t\r\n");
		if (!strncmp(line, key, strlen(key)))
			value = line + strlen(key);
	}
	*arguments = value ? copy_value(value) : NULL;
	return value;
}

static void parse_options(struct options *o, char **word, size_t nr)
{
	static const char letters[] = ":m:s:M:S:kingN:dvr:pw:hP:";
	int option;

	/* starts again with another list of arguments */
	optind = 0;
	opterr = 0;
	while ((option = getopt_long(nr, word, letters, long_options, NULL)) != -1) {
		if (option == ':')
			import_comment(o->import, "not translated: '%.40s' lacks its value",
				       word[optind - 1]);
		else if (option == '?' && isprint(optopt) && optopt < 128)
			import_comment(o->import, "not translated: -%c is no option of earlyoom that is known here",
				       optopt);
		else if (option == '?')
			import_comment(o->import, "not translated: '%.200s' is no option of earlyoom that is known here",
				       word[optind - 1]);
		else
			set_option(o, option, optarg ? optarg : "");
	}
	for (; (size_t)optind < nr; optind++)
		import_comment(o->import, "not translated: '%.200s' is no option", word[optind]);
}

/* The condition on memory and swap; allocated, or NULL */
static char *condition_of(struct options *o)
{
	char *text = NULL, *swap, share[48];
	size_t size;
	FILE *out = open_memstream(&text, &size);

	if (!out)
		return NULL;
	fprintf(out, "host.free < %s %%", import_number(o->memory_kill).s);
	if (o->memory_size >= 0)
		fprintf(out, " and host.free < %s", import_size(o->memory_size).s);
	snprintf(share, sizeof(share), "%s %%", import_number(o->swap_kill).s);
	if (o->swap_size >= 0)
		snprintf(share, sizeof(share), "%s", import_size(o->swap_size).s);
	swap = o->swap_term < 100 ? import_swap_short(share, true) : NULL;
	if (swap)
		fprintf(out, " and %s", swap);
	free(swap);
	if (fclose(out)) {
		free(text);
		return NULL;
	}
	return text;
}

static void note_differences(struct options *o)
{
	import_comment(o->import, "earlyoom sends SIGTERM below %s %% of memory and SIGKILL below %s %%. headroomd kills cgroups at once, so the rule has the second threshold.",
		       import_number(o->memory_term).s, import_number(o->memory_kill).s);
	import_comment(o->import, "host.free is a share of all memory; earlyoom leaves out what tmpfs uses.");
	if (o->swap_term < 100)
		import_comment(o->import, "Swap: %s.", IMPORT_SWAP_WORDS);
	if (o->swap_size >= 0)
		import_comment(o->import, "Swap: the size of -S replaces the share of -s.");
	import_comment(o->import, "earlyoom looks up to 10 times a second: set interval = 100ms in [daemon] if 1 s is too long.");
	import_comment(o->import, "A victim is a cgroup, the largest, not the process with the highest oom_score: look at victims.");
}

static void write_hook(struct options *o, const char *when, const char *command, const char *option)
{
	const struct import_rule rule = {
		.name = "earlyoom-hook", .cgroups = "/", .when = when, .action = IMPORT_HOOK,
		.dry_run = o->dry_run, .cooldown = "10s",
		.parameter = { [IMPORT_COMMAND] = command, [IMPORT_TIMEOUT] = "1s" },
	};

	if (!command)
		return;
	import_comment(o->import, "%s: the program gets the evidence as JSON on its standard input, not EARLYOOM_PID and the like, and runs when the condition holds, not once for each kill.",
		       option);
	import_rule(o->import, &rule);
}

static void write_rules(struct options *o)
{
	char *when = condition_of(o);
	const struct import_number settle = import_settle(o->wait);
	const struct import_rule rule = {
		.name = "earlyoom", .cgroups = "/", .when = when, .action = IMPORT_KILL,
		.by = IMPORT_BY_SIZE, .dry_run = o->dry_run,
		.parameter = {
			[IMPORT_VICTIMS] = IMPORT_ALL_VICTIMS SPARED, [IMPORT_SETTLE] = settle.s,
		},
	};

	if (!when) {
		import_fail(o->import, "out of memory");
		return;
	}
	write_hook(o, when, o->before, "-P");
	note_differences(o);
	import_rule(o->import, &rule);
	write_hook(o, when, o->after, "-N");
	free(when);
}

void import_earlyoom(struct import *import, const struct import_file *file)
{
	struct options o = {
		.import = import, .memory_term = 10, .memory_kill = 5, .swap_term = 10,
		.swap_kill = 5, .memory_size = -1, .swap_size = -1, .wait = 10,
	};
	char *text, *word[MAX_WORDS + 2] = { (char *)"earlyoom" };
	size_t nr;

	if (!find_arguments(file->text, &text))
		import_fail(import, "%s: has no line EARLYOOM_ARGS=\"...\" with the options of earlyoom",
			    file->name);
	else if (!text)
		import_fail(import, "out of memory");
	if (!text)
		return;
	import_comment(import, "earlyoom %s", text);
	nr = 1 + cut_words(text, word + 1, MAX_WORDS);
	if (nr > MAX_WORDS)
		import_fail(import, "%s: more than %d words in EARLYOOM_ARGS", file->name,
			    MAX_WORDS - 1);
	else
		parse_options(&o, word, nr);
	if (!*import->error)
		write_rules(&o);
	free(text);
}
