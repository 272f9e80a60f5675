// SPDX-License-Identifier: GPL-2.0
/*
 * headroomd: options
 *
 * Exit status: 0; 1 on failure; 2 for wrong usage or an invalid configuration (1 with
 * --check-config and --explain).
 */
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "explain.h"
#include "import.h"
#include "journal.h"
#include "replay.h"
#include "service.h"

#define DEFAULT_CONFIG	"/etc/headroom/headroomd.conf"

enum mode { RUN, CHECK, EXPLAIN, RESTORE, REPLAY, COMPARE, LIST_SIGNALS, IMPORT, PRINT_VERSION, HELP };

struct options {
	enum mode mode;
	const char *config;
	const char *recording;
	const char *compare[2];
	const char *import[IMPORT_FILES];
	size_t nr_imports;
	bool dry_run;
	bool verbose;
	enum journal_target log;
};

static const char usage[] =
	"usage: headroomd [OPTION...]\n"
	"  --config FILE   configuration file (default: " DEFAULT_CONFIG "); so\n"
	"                  are the files *.conf in the directory FILE.d\n"
	"  --check-config  check the configuration, print all errors, and exit\n"
	"  --explain       print each rule in words, with the cgroups that match and the present\n"
	"                  values of what it compares, and exit\n"
	"  --list-signals  print what a condition can compare, and exit\n"
	"  --replay FILE   print the decisions that the configuration makes on a recording, and exit\n"
	"  --compare A B   with --replay: print what two configurations would have done, as a table\n"
	"  --import FILE   translate the configuration of oomd, systemd-oomd or earlyoom, with comments on\n"
	"                  what differs, print it, and exit; may be given several times\n"
	"  --restore       restore all that a daemon which has ended left changed, and exit\n"
	"  --dry-run       log each change that would be made, but make none\n"
	"  --log=TARGET    stderr, json (an object a line, to stderr) or journal (default: journal if\n"
	"                  stderr is connected to it, else stderr)\n"
	"  --verbose       log more\n"
	"  --version       print the version and exit\n"
	"  --help          print this help and exit\n"
	"exit status: 0 success; 1 failure; 2 wrong usage or invalid configuration\n"
	"  (1 with --check-config and --explain)\n";

static const struct {
	const char *name;
	enum mode mode;
} modes[] = {
	{ "--check-config", CHECK }, { "--explain", EXPLAIN }, { "--restore", RESTORE },
	{ "--list-signals", LIST_SIGNALS }, { "--version", PRINT_VERSION }, { "--help", HELP },
};

static bool parse_mode(const char *arg, enum mode *mode)
{
	for (size_t i = 0; i < sizeof(modes) / sizeof(modes[0]); i++) {
		if (strcmp(arg, modes[i].name))
			continue;
		*mode = modes[i].mode;
		return true;
	}
	return false;
}

static bool parse_log(const char *arg, enum journal_target *target)
{
	if (!strcmp(arg, "--log=stderr"))
		*target = JOURNAL_STDERR;
	else if (!strcmp(arg, "--log=journal"))
		*target = JOURNAL_SYSTEMD;
	else if (!strcmp(arg, "--log=json"))
		*target = JOURNAL_JSON;
	else
		return false;
	return true;
}

static bool takes_file(const char *arg)
{
	static const char *const names[] = { "--config", "--replay", "--compare", "--import" };

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (!strcmp(arg, names[i]))
			return true;
	return false;
}

static int add_import(struct options *o, const char *path)
{
	if (o->nr_imports == IMPORT_FILES) {
		fprintf(stderr, "headroomd: --import takes at most %d files\n", IMPORT_FILES);
		return 2;
	}
	o->mode = IMPORT;
	o->import[o->nr_imports++] = path;
	return 0;
}

static int parse_options(int argc, char **argv, struct options *o)
{
	int i;

	o->config = DEFAULT_CONFIG;
	for (i = 1; i < argc; i++) {
		const char *arg = argv[i];

		if (parse_mode(arg, &o->mode) || parse_log(arg, &o->log))
			continue;
		if (!strcmp(arg, "--dry-run")) {
			o->dry_run = true;
		} else if (!strcmp(arg, "--verbose")) {
			o->verbose = true;
		} else if (!strcmp(arg, "--config") && i + 1 < argc) {
			o->config = argv[++i];
		} else if (!strcmp(arg, "--replay") && i + 1 < argc) {
			o->mode = o->mode == COMPARE ? COMPARE : REPLAY;
			o->recording = argv[++i];
		} else if (!strcmp(arg, "--compare") && i + 2 < argc) {
			o->mode = COMPARE;
			o->compare[0] = argv[++i];
			o->compare[1] = argv[++i];
		} else if (!strcmp(arg, "--import") && i + 1 < argc) {
			if (add_import(o, argv[++i]))
				return 2;
		} else if (!strncmp(arg, "--config=", 9)) {
			o->config = arg + 9;
		} else {
			fprintf(stderr, "headroomd: %s '%s'\n%s", takes_file(arg) ?
				"missing file name after" : "unknown argument", arg, usage);
			return 2;
		}
	}
	if (o->mode == COMPARE && !o->recording) {
		fprintf(stderr, "headroomd: --compare needs --replay FILE\n%s", usage);
		return 2;
	}
	return 0;
}

/* If stderr is closed, the next file to be opened would get its number and then the log */
static void occupy_standard_files(void)
{
	int fd;

	do {
		fd = open("/dev/null", O_RDONLY);
	} while (fd >= 0 && fd <= STDERR_FILENO);
	if (fd >= 0)
		close(fd);
}

int main(int argc, char **argv)
{
	struct options o = {};
	int status;

	occupy_standard_files();
	/* A closed log must not end the daemon */
	signal(SIGPIPE, SIG_IGN);
	status = parse_options(argc, argv, &o);
	if (status)
		return status;
	journal_open(o.log, o.verbose ? LOG_DEBUG : LOG_INFO);
	switch (o.mode) {
	case CHECK:
		return explain_check(o.config);
	case EXPLAIN:
		return explain_rules(o.config);
	case RESTORE:
		return service_restore(o.config);
	case REPLAY:
		return replay_run(o.recording, o.config);
	case COMPARE:
		return replay_compare(o.recording, o.compare);
	case IMPORT:
		return import_print(o.import, o.nr_imports);
	case LIST_SIGNALS:
		explain_signals();
		return 0;
	case PRINT_VERSION:
		puts("headroomd " VERSION);
		return 0;
	case HELP:
		fputs(usage, stdout);
		return 0;
	case RUN:
		break;
	}
	return service_run(o.config, o.dry_run);
}
