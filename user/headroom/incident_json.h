/* SPDX-License-Identifier: GPL-2.0 */
/* An incident as the JSON that the page reads */
#ifndef INCIDENT_JSON_H
#define INCIDENT_JSON_H

#include <json-c/json.h>

#include "incident.h"

/**
 * incident_json - convert an incident
 * @top: only this cgroup and those below it, with its ancestors; INCIDENT_NONE for all
 * @name: of the recording
 *
 * The head of incident_json.c describes the result.
 *
 * Return: the object, to be freed with json_object_put(); json_text() is NULL if it lacks a part. NULL
 * if out of memory.
 */
struct json_object *incident_json(const struct incident *in, size_t top, const char *name);

#endif /* INCIDENT_JSON_H */
