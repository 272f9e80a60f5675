/* SPDX-License-Identifier: GPL-2.0 */
/* Read an incident from a recording */
#ifndef INCIDENT_READ_H
#define INCIDENT_READ_H

#include "incident.h"
#include "store.h"

/**
 * struct incident_limits - how much of a long recording is kept; further frames are merged
 * @rows: about the most rows
 * @values: about the most values of each column, over all cgroups
 */
struct incident_limits {
	size_t rows;
	size_t values;
};

/**
 * incident_read - read the frames of a part of a recording
 * @store: the recording
 * @from: the first moment, ns since 1970
 * @to: the last one
 * @limits: how much is kept
 * @in: result; free it with incident_free()
 *
 * Return: 0; -ENODATA if there are fewer than two frames; -ENOMEM; or another negative errno, of which
 * store_error() has the message.
 */
int incident_read(struct store *store, uint64_t from, uint64_t to,
		  const struct incident_limits *limits, struct incident **in);

#endif /* INCIDENT_READ_H */
