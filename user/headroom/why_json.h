/* SPDX-License-Identifier: GPL-2.0 */
/* Convert an explanation to JSON */
#ifndef WHY_JSON_H
#define WHY_JSON_H

#include "json.h"
#include "why.h"

/** why_json - the sentences, and the numbers that they rest on; see json_add() for failures */
struct json_object *why_json(const struct why *why);

#endif /* WHY_JSON_H */
