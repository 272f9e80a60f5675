/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Whether a browser asks for this machine, or for another name that leads here
 *
 * A page from elsewhere may not read answers of this server, unless the name that it came from is
 * changed to the address of this server: the browser then takes both for one origin. Such a request
 * has the other name as its Host.
 */
#ifndef METRICS_ORIGIN_H
#define METRICS_ORIGIN_H

#include <stdbool.h>

/** metrics_origin_is_ours - whether a Host header has an address, localhost, or the name of this machine */
bool metrics_origin_is_ours(const char *host);

#endif /* METRICS_ORIGIN_H */
