// SPDX-License-Identifier: GPL-2.0
/* Format the parameters of the module */

#include <inttypes.h>
#include <stdio.h>

#include "json.h"
#include "parameter.h"

const char *const parameter_names[NR_PARAMETERS] = {
	[SAMPLE_SHIFT] = "sample-shift",
	[TABLE_ENTRIES] = "table-entries",
	[STALLS] = "stalls",
	[SWAP_KPROBES] = "swap-kprobes",
};

struct text parameter_value(const struct headroom_params *config, enum parameter parameter)
{
	struct text text;

	switch (parameter) {
	case SAMPLE_SHIFT:
		snprintf(text.s, sizeof(text.s), "%" PRIu32, config->sample_shift);
		break;
	case TABLE_ENTRIES:
		snprintf(text.s, sizeof(text.s), "%" PRIu64, config->table_entries);
		break;
	case STALLS:
		snprintf(text.s, sizeof(text.s), config->stalls ? "on" : "off");
		break;
	default:
		snprintf(text.s, sizeof(text.s), config->swap_kprobes ? "on" : "off");
	}
	return text;
}

struct json_object *parameters_json(const struct headroom_params *config)
{
	struct json_object *object = json_new_object();

	json_add_uint(object, "sample_shift", config->sample_shift);
	json_add_uint(object, "table_entries", config->table_entries);
	json_add_bool(object, "stalls", config->stalls);
	json_add_bool(object, "swap_kprobes", config->swap_kprobes);
	return object;
}
