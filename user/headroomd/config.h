/* SPDX-License-Identifier: GPL-2.0 */
#ifndef HEADROOMD_CONFIG_H
#define HEADROOMD_CONFIG_H

#include <stddef.h>
#include <stdint.h>

#include "protect.h"

/**
 * struct config - a parsed configuration file
 * @interval: ns between rounds
 * @ledger: path of the file that keeps the ledger
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
 * @config: result; free it with config_free()
 * @error: buffer for a message with file and line
 * @size: size of @error
 *
 * Return: 0 or a negative errno.
 */
int config_load(const char *path, struct config **config, char *error, size_t size);
void config_free(struct config *config);

#endif /* HEADROOMD_CONFIG_H */
