// SPDX-License-Identifier: GPL-2.0
/* headroom - find the subcommand and run it */

#include <errno.h>
#include <fcntl.h>
#include <locale.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cmd_help.h"
#include "cmd_replay.h"
#include "command.h"
#include "failure.h"
#include "options.h"
#include "output.h"
#include "source.h"

static const struct command *const commands[] = {
	&status_command,
	&list_command,
	&top_command,
	&show_command,
	&blame_command,
	&curve_command,
	&why_command,
	&stalls_command,
	&watch_command,
	&trigger_command,
	&config_command, &record_command, &replay_command, &report_command, &daemon_command,
	&metrics_command,
	&help_command,
};

#define NR_COMMANDS	(sizeof(commands) / sizeof(commands[0]))

static void print_usage(FILE *out)
{
	fputs("Usage: headroom COMMAND [OPTION]...\n"
	      "Show how much memory each cgroup lacks, who is stalled, and why.\n\n"
	      "Commands:\n", out);
	for (size_t i = 0; i < NR_COMMANDS; i++)
		fprintf(out, "  %-8s %s\n", commands[i]->name, commands[i]->summary);
	fputs("\n'headroom COMMAND --help' lists the options of a command, and 'headroom help COMMAND'\n"
	      "opens its man page.\n"
	      "  --help     print this text\n"
	      "  --version  print the version\n\n"
	      "CGROUP is a path below the cgroup root (/system.slice), the same path with the\n"
	      "root before it (/sys/fs/cgroup/system.slice), the end of a path (redis.service), a\n"
	      "pattern of these ('redis*'), or a cgroup id. --pid N and --self name the cgroup of a\n"
	      "process, and of this command, instead.\n\n"
	      "Exit codes:\n"
	      "  0  success\n"
	      "  1  failure at run time\n"
	      "  2  wrong command, option or argument\n"
	      "  3  the headroom module is not loaded\n", out);
}

static const struct command *find_command(const char *name)
{
	for (size_t i = 0; i < NR_COMMANDS; i++)
		if (strcmp(commands[i]->name, name) == 0)
			return commands[i];
	return NULL;
}

/* Fail if any part of the output could not be written. */
static int flush_results(int code)
{
	if (output_flush())
		return code;
	fprintf(stderr, "headroom: cannot write: %s\n", output_error());
	return EXIT_FAILED;
}

/*
 * Open /dev/null in place of each closed standard stream. Otherwise the netlink socket
 * would get its number, and lines would be printed into the socket. The stream is read-only,
 * so that writing to it fails.
 */
static void fill_streams(void)
{
	for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
		if (fcntl(fd, F_GETFD) < 0 && open("/dev/null", O_RDONLY) != fd)
			exit(EXIT_FAILED);
}

static int run_live(const struct command *command)
{
	struct headroom *h;
	int err = headroom_open(&h);
	/* -ENOENT from open means no module; from a later request it means no cgroup */
	int code = err ? say_failure(h, err == -ENOENT ? -ENOTCONN : err) : command->run(h);

	headroom_close(h);
	return code;
}

/* @recorded: on the recording that replay_split() has taken */
static int run_command(const struct command *command, int argc, char **argv, bool recorded)
{
	int code;

	if (!parse_options(command, argc, argv, &code))
		return code;
	code = command->check ? command->check(command) : EXIT_DONE;
	if (!code && recorded)
		code = replay_begin();
	if (code)
		return code;
	code = recorded || command->without_module ? command->run(NULL) : run_live(command);
	source_close();
	return code;
}

/* Run a command on a recording */
static int run_replay(int argc, char **argv)
{
	const char *name = replay_split(&argc, argv);
	const struct command *command = name ? find_command(name) : NULL;

	if (!name)
		return run_command(&replay_command, argc, argv, false);
	if (command && command->replays)
		return run_command(command, argc, argv, true);
	return usage_error(&replay_command, "no such command on a recording: '%s'", name);
}

/* Without a man page, print the usage */
static int run_help(int argc, char **argv)
{
	char *usage[] = { "--help" };
	const struct command *command;
	int code;

	if (!parse_options(&help_command, argc, argv, &code))
		return code;
	if (!help_topic()) {
		print_usage(stdout);
		return EXIT_DONE;
	}
	command = find_command(help_topic());
	if (command || help_has(help_topic()))
		help_open(help_topic());
	if (!command)
		return help_refuse(help_topic());
	parse_options(command, 1, usage, &code);
	return code;
}

/*
 * Die quietly when the reader of a pipe exits, even if our parent ignores or blocks
 * SIGPIPE. wait_for() relies on it.
 */
static void restore_sigpipe(void)
{
	sigset_t set;

	signal(SIGPIPE, SIG_DFL);
	sigemptyset(&set);
	sigaddset(&set, SIGPIPE);
	sigprocmask(SIG_UNBLOCK, &set, NULL);
}

int main(int argc, char **argv)
{
	const struct command *command;

	fill_streams();
	restore_sigpipe();
	/* LC_CTYPE only: a decimal comma would break programs that parse the output */
	setlocale(LC_CTYPE, "");
	if (argc < 2) {
		fputs("headroom: no command given, see 'headroom --help'\n", stderr);
		return EXIT_USAGE;
	}
	if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0) {
		print_usage(stdout);
		return flush_results(EXIT_DONE);
	}
	if (strcmp(argv[1], "--version") == 0) {
		puts("headroom " VERSION);
		return flush_results(EXIT_DONE);
	}
	command = find_command(argv[1]);
	if (!command) {
		fprintf(stderr, "headroom: unknown %s '%s', see 'headroom --help'\n",
			argv[1][0] == '-' ? "option" : "command", argv[1]);
		return EXIT_USAGE;
	}
	if (command == &help_command)
		return flush_results(run_help(argc - 2, argv + 2));
	if (command == &replay_command)
		return flush_results(run_replay(argc - 2, argv + 2));
	return flush_results(run_command(command, argc - 2, argv + 2, false));
}
