/* SPDX-License-Identifier: GPL-2.0 */
/* Choose the format that a client prefers, by its header "Accept" */
#ifndef METRICS_ACCEPT_H
#define METRICS_ACCEPT_H

#include "exposition.h"

/**
 * metrics_accept - the format for a client
 * @accept: the header; NULL if there is none
 *
 * Return: OpenMetrics if it is named, in a version that 1.0 covers, and preferred no less than plain
 * text; otherwise the text format of Prometheus, which a client that names neither can read.
 */
enum exposition_format metrics_accept(const char *accept);

#endif /* METRICS_ACCEPT_H */
