/* SPDX-License-Identifier: GPL-2.0 */
/* The configuration: rules, and how the daemon runs */
#ifndef HEADROOMD_CONFIG_H
#define HEADROOMD_CONFIG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "action.h"
#include "condition.h"
#include "pattern.h"

/**
 * struct rule - a section [rule NAME]
 * @name: its name
 * @place: where it begins, such as "/etc/headroom/headroomd.conf:12"
 * @cgroups: the cgroups that it applies to, each for itself
 * @when: the condition
 * @action: what to do while it holds
 * @parameter: of the action, in the order of its list
 * @weight: of its demands, when all together exceed the budget
 * @cooldown: ns between two acts on a cgroup; what it gives back does not wait
 * @dry_run: only log what it would do
 */
struct rule {
	char *name;
	char *place;
	struct pattern cgroups;
	struct condition when;
	const struct action *action;
	struct action_value parameter[ACTION_PARAMETERS];
	double weight;
	uint64_t cooldown;
	bool dry_run;
};

/**
 * struct config - a parsed configuration
 * @interval: ns between two frames
 * @budget: what all protections together may add: bytes; with @budget_share not used
 * @budget_share: the same as a share of the machine's memory; 0 if @budget counts
 * @ledger: path of the ledger's file
 * @record: path of a recording to write; NULL for none
 * @record_age: ns that it keeps
 * @record_size: bytes that it keeps
 * @socket: path of the control socket; NULL for none
 * @socket_mode: its permissions
 * @socket_group: name or number of its group; NULL for that of the daemon
 * @dry_run: so is each rule
 * @nr: number of rules
 * @rule: the rules
 */
struct config {
	uint64_t interval;
	uint64_t budget;
	double budget_share;
	char *ledger;
	char *record;
	uint64_t record_age;
	uint64_t record_size;
	char *socket;
	unsigned int socket_mode;
	char *socket_group;
	bool dry_run;
	size_t nr;
	struct rule *rule;
};

/**
 * struct config_errors - what is wrong with a configuration
 * @nr: number of errors
 * @text: each names file, line and column
 */
struct config_errors {
	size_t nr;
	char **text;
};

/**
 * config_load - read a configuration: a file, and all files *.conf in the directory FILE.d
 * @path: the file
 * @config: result; free with config_free(). NULL on failure
 * @errors: result: all errors, not only the first; free with config_errors_free()
 *
 * Return: 0 or a negative errno.
 */
int config_load(const char *path, struct config **config, struct config_errors *errors);
/** config_load_or_print - config_load(), with errors on the standard error; NULL on failure */
struct config *config_load_or_print(const char *path);
/**
 * config_find_ledger - the path of the ledger's file, even if the configuration has errors
 *
 * Return: the path, to be freed with free(); NULL if out of memory.
 */
char *config_find_ledger(const char *path);
/** config_parse - the same with a text in place of files; @path is its name in errors */
int config_parse(const char *path, const char *text, size_t size, struct config **config,
		 struct config_errors *errors);
/** config_new - a configuration without rules; NULL if out of memory */
struct config *config_new(void);
void config_free(struct config *config);
/** config_errors_add - take over a text, allocated, as an error; returns 0 or -ENOMEM */
int config_errors_add(struct config_errors *errors, char *text);
void config_errors_free(struct config_errors *errors);

#endif /* HEADROOMD_CONFIG_H */
