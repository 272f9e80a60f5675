// SPDX-License-Identifier: GPL-2.0
/* An incident: what a part of a recording has, as series over time */

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "incident.h"

/* Between two rows, so that rows ascend, ns */
#define LEAST_STEP	1000000

struct incident *incident_new(void)
{
	return calloc(1, sizeof(struct incident));
}

static void free_cgroup(struct incident_cgroup *c)
{
	for (size_t i = 0; i < INCIDENT_COLUMNS; i++)
		free(c->column[i]);
	headroom_curve_clear(&c->curve.curve);
	free(c->slow);
	free(c->path);
}

void incident_free(struct incident *in)
{
	if (!in)
		return;
	for (size_t i = 0; i < in->nr; i++)
		free_cgroup(&in->cgroup[i]);
	for (size_t i = 0; i < in->nr_decisions; i++) {
		free(in->decision[i].kind);
		free(in->decision[i].rule);
		free(in->decision[i].text);
	}
	free(in->decision);
	free(in->cgroup);
	free(in->gap);
	free(in->flow);
	free(in->time);
	free(in);
}

/* Make room in an array of values; returns false if out of memory */
static bool enlarge(uint64_t **array, size_t room)
{
	uint64_t *larger = reallocarray(*array, room, sizeof(*larger));

	if (larger)
		*array = larger;
	return larger;
}

static int make_room(struct incident *in)
{
	size_t room = in->room ? 2 * in->room : 256;

	if (in->nr_rows < in->room)
		return 0;
	if (!enlarge(&in->time, room))
		return -ENOMEM;
	for (size_t i = 0; i < in->nr; i++)
		for (size_t column = 0; column < INCIDENT_COLUMNS; column++)
			if (in->cgroup[i].column[column] &&
			    !enlarge(&in->cgroup[i].column[column], room))
				return -ENOMEM;
	in->room = room;
	return 0;
}

int incident_add_row(struct incident *in, uint64_t time)
{
	size_t row = in->nr_rows;
	int err = make_room(in);

	if (err)
		return err;
	if (row && time < in->time[row - 1] + LEAST_STEP)
		time = in->time[row - 1] + LEAST_STEP;
	in->time[row] = time;
	in->nr_rows++;
	for (size_t i = 0; i < in->nr; i++)
		for (size_t column = 0; column < INCIDENT_COLUMNS; column++)
			if (in->cgroup[i].column[column])
				in->cgroup[i].column[column][row] = INCIDENT_UNKNOWN;
	return 0;
}

int incident_add_gap(struct incident *in, uint64_t time, const char *why)
{
	struct incident_gap *gap = reallocarray(in->gap, in->nr_gaps + 1, sizeof(*gap));
	int err = gap ? incident_add_row(in, time) : -ENOMEM;

	if (gap)
		in->gap = gap;
	if (err)
		return err;
	gap[in->nr_gaps].row = in->nr_rows - 1;
	snprintf(gap[in->nr_gaps++].why, sizeof(gap->why), "%s", why);
	return 0;
}

size_t incident_add_cgroup(struct incident *in, const char *path, size_t parent)
{
	struct incident_cgroup *c = reallocarray(in->cgroup, in->nr + 1, sizeof(*c));

	if (!c)
		return INCIDENT_NONE;
	in->cgroup = c;
	c[in->nr] = (struct incident_cgroup){
		.path = strdup(path), .parent = parent, .peak = INCIDENT_UNKNOWN,
	};
	return c[in->nr].path ? in->nr++ : INCIDENT_NONE;
}

/* The values of a column, allocated when it gets the first one; NULL if out of memory */
static uint64_t *values(struct incident *in, size_t cgroup, enum incident_column column)
{
	uint64_t **of = &in->cgroup[cgroup].column[column];

	if (!*of) {
		*of = calloc(in->room, sizeof(**of));
		for (size_t row = 0; *of && row < in->nr_rows; row++)
			(*of)[row] = INCIDENT_UNKNOWN;
	}
	return *of;
}

int incident_count(struct incident *in, size_t cgroup, enum incident_column column, uint64_t value)
{
	uint64_t *to = values(in, cgroup, column);

	if (!to)
		return -ENOMEM;
	to += in->nr_rows - 1;
	*to = *to == INCIDENT_UNKNOWN ? value : *to + value;
	in->cgroup[cgroup].total[column] += value;
	return 0;
}

int incident_set(struct incident *in, size_t cgroup, enum incident_column column, uint64_t value)
{
	struct incident_cgroup *c = &in->cgroup[cgroup];
	uint64_t *to = values(in, cgroup, column);

	if (!to)
		return -ENOMEM;
	to[in->nr_rows - 1] = value;
	if (column == INCIDENT_CURRENT && (c->peak == INCIDENT_UNKNOWN || value > c->peak))
		c->peak = value;
	return 0;
}

int incident_add_flow(struct incident *in, const struct incident_flow *flow)
{
	struct incident_flow *all = in->flow;

	for (size_t i = 0; i < in->nr_flows; i++) {
		if (all[i].victim != flow->victim || all[i].evictor != flow->evictor ||
		    all[i].reason != flow->reason)
			continue;
		all[i].evictions += flow->evictions;
		all[i].refaults += flow->refaults;
		return 0;
	}
	all = reallocarray(all, in->nr_flows + 1, sizeof(*all));
	if (!all)
		return -ENOMEM;
	in->flow = all;
	all[in->nr_flows++] = *flow;
	return 0;
}

int incident_add_stall(struct incident *in, const struct incident_stall *stall)
{
	struct incident_cgroup *c = &in->cgroup[stall->cgroup];
	struct incident_stall *fastest = NULL, *all;
	size_t alike = 0;

	for (size_t i = 0; i < c->nr_slow; i++) {
		if (c->slow[i].cause != stall->cause)
			continue;
		alike++;
		if (!fastest || c->slow[i].high < fastest->high)
			fastest = &c->slow[i];
	}
	if (alike == INCIDENT_STALLS_ALIKE) {
		if (fastest->high < stall->high)
			*fastest = *stall;
		return 0;
	}
	all = reallocarray(c->slow, c->nr_slow + 1, sizeof(*all));
	if (!all)
		return -ENOMEM;
	c->slow = all;
	all[c->nr_slow++] = *stall;
	return 0;
}

/* A cause gets values when there are stalls. Where the time in all stalls is known, it is 0 without. */
uint64_t incident_value(const struct incident *in, size_t cgroup, enum incident_column column,
			size_t row)
{
	const uint64_t *of = in->cgroup[cgroup].column[column];
	uint64_t value = of ? of[row] : INCIDENT_UNKNOWN;

	if (value != INCIDENT_UNKNOWN || column <= INCIDENT_CAUSES || column >= INCIDENT_GAUGES)
		return value;
	return incident_value(in, cgroup, INCIDENT_WAITING, row) == INCIDENT_UNKNOWN ? value : 0;
}

size_t incident_find(const struct incident *in, const char *path)
{
	for (size_t i = 0; i < in->nr; i++)
		if (!strcmp(in->cgroup[i].path, path))
			return i;
	return INCIDENT_NONE;
}

bool incident_is_within(const struct incident *in, size_t cgroup, size_t top)
{
	while (cgroup != INCIDENT_NONE && cgroup != top)
		cgroup = in->cgroup[cgroup].parent;
	return cgroup == top;
}
