// SPDX-License-Identifier: GPL-2.0
/* Fuzz the configuration: an accepted one is complete, a refused one has errors with their place */
#include <stdlib.h>
#include <string.h>

#include "config.h"
#include "fuzz.h"

static void check_rule(const struct rule *rule)
{
	const struct action_parameter *p = rule->action->parameter;

	if (!*rule->name || strncmp(rule->place, "fuzz:", 5) || !rule->cgroups.nr ||
	    !rule->when.nr)
		abort();
	for (size_t i = 0; p[i].name; i++)
		if (p[i].type == PARAMETER_NUMBER && !(rule->parameter[i].number >= p[i].least &&
						       rule->parameter[i].number <= p[i].most))
			abort();
	pattern_matches(&rule->cgroups, "/");
	pattern_matches(&rule->cgroups, "/a.slice/b.service/c");
}

static void check(const struct config *config)
{
	if (config->interval < 100000000 || *config->ledger != '/')
		abort();
	for (size_t i = 0; i < config->nr; i++)
		check_rule(&config->rule[i]);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct config_errors errors;
	struct config *config;
	int err = config_parse("fuzz", (const char *)data, size, &config, &errors);

	if (!err != !!config || !err != !errors.nr)
		abort();
	if (config)
		check(config);
	for (size_t i = 0; i < errors.nr; i++)
		if (strncmp(errors.text[i], "fuzz:", 5) || atoi(errors.text[i] + 5) < 1)
			abort();
	config_free(config);
	config_errors_free(&errors);
	return 0;
}
