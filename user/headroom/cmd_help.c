// SPDX-License-Identifier: GPL-2.0
/* headroom help - open the man page of a topic */

#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cmd_help.h"
#include "failure.h"
#include "nearest.h"
#include "options.h"

extern char **environ;

/* Topics, and those of the subcommands that have a page of their own */
static const struct page {
	const char *topic;
	const char *section;
	const char *name;
} pages[] = {
	{ "list", "1", "headroom-list" },
	{ "top", "1", "headroom-top" },
	{ "record", "1", "headroom-record" },
	{ "module", "4", "headroom" },
	{ "headroomd", "8", "headroomd" },
	{ "headroomd.conf", "5", "headroomd.conf" },
	{ "library", "3", "libheadroom" },
};

#define NR_PAGES	(sizeof(pages) / sizeof(pages[0]))

static const char *topic;

const char *help_topic(void)
{
	return topic;
}

static const char *page_topic(size_t i)
{
	return i < NR_PAGES ? pages[i].topic : NULL;
}

/* The page of a topic; that of the command for a subcommand without one */
static struct page find_page(const char *wanted)
{
	for (size_t i = 0; i < NR_PAGES; i++)
		if (strcmp(pages[i].topic, wanted) == 0)
			return pages[i];
	return (struct page){ wanted, "1", "headroom" };
}

/* Whether man exists and has a page */
static bool has_page(const struct page *page)
{
	const char *const argument[] = { "man", "-w", page->section, page->name, NULL };
	posix_spawn_file_actions_t quiet;
	int err, status;
	pid_t pid;

	if (posix_spawn_file_actions_init(&quiet))
		return false;
	err = posix_spawn_file_actions_addopen(&quiet, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
	if (!err)
		err = posix_spawn_file_actions_adddup2(&quiet, STDOUT_FILENO, STDERR_FILENO);
	if (!err)
		err = posix_spawnp(&pid, "man", &quiet, NULL, (char *const *)argument, environ);
	posix_spawn_file_actions_destroy(&quiet);
	return !err && waitpid(pid, &status, 0) == pid && WIFEXITED(status) &&
	       WEXITSTATUS(status) == 0;
}

bool help_has(const char *wanted)
{
	return find_page(wanted).topic != wanted;
}

void help_open(const char *wanted)
{
	struct page page = find_page(wanted);

	if (has_page(&page))
		execlp("man", "man", page.section, page.name, NULL);
}

int help_refuse(const char *wanted)
{
	struct page page = find_page(wanted);
	const char *meant;

	if (help_has(wanted)) {
		fprintf(stderr, "headroom: cannot open the man page %s(%s): man, or the page, is not installed\n",
			page.name, page.section);
		return EXIT_FAILED;
	}
	meant = nearest_word(wanted, strlen(wanted), page_topic);
	if (meant)
		return usage_error(&help_command, "no topic '%s', did you mean '%s'?", wanted, meant);
	return usage_error(&help_command, "no topic '%s'", wanted);
}

static const struct option options[] = {
	{ "TOPIC", OPTION_OPTIONAL_OPERAND, NULL, "a command, or a topic below", &topic },
	{ 0 }
};

const struct command help_command = {
	.name = "help",
	.summary = "open the man page of a topic",
	.notes = "Without man, print the usage of a command. Topics beside the commands:\n"
		 "  module          the kernel module, its parameters and statistics\n"
		 "  headroomd       the daemon\n"
		 "  headroomd.conf  its rules\n"
		 "  library         libheadroom\n",
	.options = options,
	.without_module = true,
};
