/* SPDX-License-Identifier: GPL-2.0 */
/* What the parts of the configuration's parser share */
#ifndef HEADROOMD_CONFIG_PARSER_H
#define HEADROOMD_CONFIG_PARSER_H

#include <stdbool.h>
#include <stddef.h>

#include "config.h"

enum section { NO_SECTION, DAEMON, RULE, UNKNOWN_SECTION };

/**
 * struct parser - a file that is being parsed
 * @config: result
 * @errors: result
 * @path: of the file
 * @line: number of the line; 0 for the file as a whole
 * @begin: the line, for columns
 * @section: the kind of section
 * @rule: its index; valid in a rule
 * @keys: bits of the keys that the section has
 * @out_of_memory: an allocation failed
 */
struct parser {
	struct config *config;
	struct config_errors *errors;
	const char *path;
	unsigned int line;
	const char *begin;
	enum section section;
	size_t rule;
	unsigned int keys;
	bool out_of_memory;
};

/** wrong - note an error at @at in the current line; NULL for the line as a whole */
void wrong(struct parser *p, const char *at, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
/** trim - remove white space at both ends, the latter in place */
char *trim(char *text);
/** set_do - parse the "do" of a rule, which is overwritten */
void set_do(struct parser *p, struct rule *rule, char *text);

#endif /* HEADROOMD_CONFIG_PARSER_H */
