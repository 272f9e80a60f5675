/* SPDX-License-Identifier: GPL-2.0 */
/* Format the parameters of the module */
#ifndef PARAMETER_H
#define PARAMETER_H

#include <json-c/json.h>
#include "headroom.h"
#include "text.h"

/* The command that enables the tracking of stalls */
#define STALLS_ON	"headroom config stalls=on"

enum parameter { SAMPLE_SHIFT, TABLE_ENTRIES, STALLS, SWAP_KPROBES, NR_PARAMETERS };

/** Names of the parameters in input and output */
extern const char *const parameter_names[NR_PARAMETERS];

/** parameter_value - format a value in the form that 'headroom config' accepts */
struct text parameter_value(const struct headroom_params *config, enum parameter parameter);
/** parameters_json - convert all parameters to a JSON object */
struct json_object *parameters_json(const struct headroom_params *config);

#endif /* PARAMETER_H */
