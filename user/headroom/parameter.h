/* SPDX-License-Identifier: GPL-2.0 */
/* The module's parameters by name */
#ifndef PARAMETER_H
#define PARAMETER_H

#include <json-c/json.h>
#include "headroom.h"
#include "text.h"

/* The command that switches the tracking of stalls on */
#define STALLS_ON	"headroom config stalls=on"

enum parameter { SAMPLE_SHIFT, TABLE_ENTRIES, STALLS, SWAP_KPROBES, NR_PARAMETERS };

/** Their names, as they are written and read */
extern const char *const parameter_names[NR_PARAMETERS];

/** parameter_value - the value of a parameter, as it can be given back */
struct text parameter_value(const struct headroom_params *config, enum parameter parameter);
/** parameters_json - all parameters */
struct json_object *parameters_json(const struct headroom_params *config);

#endif /* PARAMETER_H */
