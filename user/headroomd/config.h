/* SPDX-License-Identifier: GPL-2.0 */
#ifndef HEADROOMD_CONFIG_H
#define HEADROOMD_CONFIG_H

#include <stddef.h>
#include <stdint.h>

#include "protect.h"

/**
 * struct config - a parsed configuration file
 * @interval: ns between rounds
 * @ledger: path of the ledger file
 * @nr: number of rules
 * @protect: the rules
 */
struct config {
	uint64_t interval;
	char *ledger;
	size_t nr;
	struct protect_rule *protect;
};

/**
 * config_load - read a configuration file
 * @path: the file
 * @config: result, to be freed with config_free(); NULL on error
 * @error: buffer for a message that names file and line
 * @size: size of @error
 *
 * Return: 0 or a negative errno.
 */
int config_load(const char *path, struct config **config, char *error, size_t size);
void config_free(struct config *config);

#endif /* HEADROOMD_CONFIG_H */
