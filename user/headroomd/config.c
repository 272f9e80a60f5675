// SPDX-License-Identifier: GPL-2.0
/* The configuration: its defaults, and its memory; config_load.c reads it */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "config.h"
#include "control_socket.h"

struct config *config_new(void)
{
	struct config *config = calloc(1, sizeof(*config));

	if (!config)
		return NULL;
	config->interval = 1000000000;
	config->budget_share = 0.5;
	config->record_age = 7 * 24 * 3600 * NS_PER_S;
	config->record_size = 1 << 30;
	config->ledger = strdup("/run/headroom/ledger");
	config->socket = strdup(CONTROL_SOCKET);
	config->socket_mode = 0600;
	if (config->ledger && config->socket)
		return config;
	config_free(config);
	return NULL;
}

int config_errors_add(struct config_errors *errors, char *text)
{
	char **all = reallocarray(errors->text, errors->nr + 1, sizeof(*all));

	if (all)
		errors->text = all;
	if (!all || !text) {
		free(text);
		return -ENOMEM;
	}
	all[errors->nr++] = text;
	return 0;
}

void config_free(struct config *config)
{
	if (!config)
		return;
	for (size_t i = 0; i < config->nr; i++) {
		struct rule *rule = &config->rule[i];

		free(rule->name);
		free(rule->place);
		pattern_free(&rule->cgroups);
		condition_free(&rule->when);
		for (size_t j = 0; j < ACTION_PARAMETERS; j++) {
			free(rule->parameter[j].text);
			pattern_free(&rule->parameter[j].cgroups);
		}
	}
	free(config->rule);
	free(config->record);
	free(config->ledger);
	free(config->socket);
	free(config->socket_group);
	free(config);
}

void config_errors_free(struct config_errors *errors)
{
	for (size_t i = 0; i < errors->nr; i++)
		free(errors->text[i]);
	free(errors->text);
	*errors = (struct config_errors){};
}
