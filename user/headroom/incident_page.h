/* SPDX-License-Identifier: GPL-2.0 */
/* The page that shows an incident */
#ifndef INCIDENT_PAGE_H
#define INCIDENT_PAGE_H

#include <stdio.h>

/**
 * incident_page_write - write the page
 * @out: where to
 * @json: the text of incident_json(); NULL for a page that reads it from "incident.json" beside it
 *
 * The page is one file that needs no network. Failures are in ferror(@out).
 */
void incident_page_write(FILE *out, const char *json);

#endif /* INCIDENT_PAGE_H */
