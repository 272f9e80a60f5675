/* SPDX-License-Identifier: GPL-2.0 */
/*
 * An incident: what a part of a recording has, as series over time
 *
 * Rows are moments, columns are what a cgroup did or had. A counter of a row is its growth since the row
 * before, a gauge its value at the row. Rows are frames, or the last of several frames if there are
 * more than INCIDENT_ROWS. Between two frames whose counters cannot be compared, or with too much time
 * in between, there is a row of its own in which everything is unknown, so that nothing is drawn or
 * counted there: a gap.
 *
 * Cgroups are those that any frame has, by path: a service that was restarted is one.
 */
#ifndef INCIDENT_H
#define INCIDENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "headroom.h"

/* Rows that an hour of frames a second needs; more frames are merged */
#define INCIDENT_ROWS		3700
/* The value of a column in a row in which it is not known */
#define INCIDENT_UNKNOWN	(UINT64_MAX - 1)
/* No cgroup */
#define INCIDENT_NONE		SIZE_MAX
/* Stalls that are kept of each cause in each cgroup */
#define INCIDENT_STALLS_ALIKE	4
/* Decisions that are listed */
#define INCIDENT_DECISIONS	2000

/**
 * enum incident_column - columns of a cgroup and all below it
 *
 * Counters: pages, and nanoseconds in stalls, of all causes and of each. Gauges: bytes; a limit may be
 * UINT64_MAX, "max".
 */
enum incident_column {
	INCIDENT_REFAULTS,
	INCIDENT_EVICTIONS,
	INCIDENT_WAITING,
	INCIDENT_CAUSES,	/* that of cause 0, which does not exist */
	INCIDENT_GAUGES = INCIDENT_CAUSES + HEADROOM_STALL_CAUSES,
	INCIDENT_CURRENT = INCIDENT_GAUGES,
	INCIDENT_SWAP,
	INCIDENT_MIN,
	INCIDENT_LOW,
	INCIDENT_HIGH,
	INCIDENT_MAX,
	INCIDENT_ABOVE,		/* the smallest memory.high or memory.max of its ancestors */
	INCIDENT_COLUMNS,
};

/**
 * struct incident_curve - refaults over extra memory, for the stretch of time with most refaults
 * @known: whether there were enough refaults
 * @target: the cgroup and all below it as one pool; otherwise its own pages
 * @from: row of its begin
 * @to: row of its end
 * @seconds: its length
 * @evictions: pages evicted
 * @seen: refaults recorded, scaled
 * @curve: the curve
 */
struct incident_curve {
	bool known;
	bool target;
	size_t from;
	size_t to;
	double seconds;
	uint64_t evictions;
	uint64_t seen;
	struct headroom_curve curve;
};

/**
 * struct incident_stall - a slow stall, or the slowest of those between two frames
 * @cgroup: of the task
 * @cause: enum headroom_stall_cause
 * @row: in which it ended, or was seen
 * @low: ns that it took at least
 * @high: ns that it took at most; @low if the duration is exact
 * @pid: of the task; 0 if unknown
 * @ended: whether it had ended when reading ended
 */
struct incident_stall {
	size_t cgroup;
	uint32_t cause;
	size_t row;
	uint64_t low;
	uint64_t high;
	uint32_t pid;
	bool ended;
};

/**
 * struct incident_cgroup - a cgroup
 * @path: its path
 * @parent: index of its parent; INCIDENT_NONE for the root
 * @column: values by row; NULL if no row has any
 * @total: sum of each counter over all rows in which it is known
 * @stalls: number of stalls that ended
 * @longest: ns of the longest of the stalls that ended in the cgroup itself, at least; 0 if none did
 * @peak: the largest memory.current, bytes; INCIDENT_UNKNOWN
 * @reason: pages evicted, by reason
 * @outside: of them, pages that cgroups outside evicted
 * @dropped: stalls that were not measured
 * @nr_slow: number of the slowest stalls
 * @slow: the slowest stalls of the cgroup itself, INCIDENT_STALLS_ALIKE of each cause, in no order
 * @curve: refaults over extra memory
 */
struct incident_cgroup {
	char *path;
	size_t parent;
	uint64_t *column[INCIDENT_COLUMNS];
	uint64_t total[INCIDENT_GAUGES];
	uint64_t stalls;
	uint64_t longest;
	uint64_t peak;
	uint64_t reason[HEADROOM_REASONS];
	uint64_t outside;
	uint64_t dropped;
	size_t nr_slow;
	struct incident_stall *slow;
	struct incident_curve curve;
};

/**
 * struct incident_gap - a part of the time of which nothing is known
 * @row: the row that stands for it; it begins at the row before, and ends at the next one
 * @why: half a sentence
 */
struct incident_gap {
	size_t row;
	char why[80];
};

/**
 * struct incident_flow - pages that a cgroup evicted from another, or from itself
 * @victim: cgroup
 * @evictor: cgroup; INCIDENT_NONE for those that are unknown, or were removed
 * @reason: enum headroom_reason; 0 if @evictor is unknown
 * @evictions: pages
 * @refaults: of them, pages read again
 */
struct incident_flow {
	size_t victim;
	size_t evictor;
	uint32_t reason;
	uint64_t evictions;
	uint64_t refaults;
};

/**
 * struct incident_decision - an entry of the decision log
 * @time: ns since 1970, on the clock of the rows
 * @cgroup: index; INCIDENT_NONE without one, or if no frame has it
 * @kind: as struct store_decision
 * @rule: NULL if none
 * @text: as the log has it
 */
struct incident_decision {
	uint64_t time;
	size_t cgroup;
	char *kind;
	char *rule;
	char *text;
};

/**
 * struct incident - all of it
 * @nr_rows: number of rows
 * @room: rows that columns have room for
 * @time: of each row, ns since 1970 and ascending; it follows CLOCK_BOOTTIME, so a clock that was
 *	set does not distort durations
 * @per_row: intervals between frames that make up a row
 * @frames: frames that were read
 * @without_module: of them, frames without the module's statistics
 * @damaged: places where frames could not be read
 * @stalls_off: stalls were not tracked in some frame
 * @psi_off: the kernel did not mark tasks in memory stalls in some frame
 * @blame_known: some frames have evictors
 * @page_size: bytes
 * @sample_shift: one page in 2^sample_shift is tracked
 * @nr: number of cgroups
 * @cgroup: each is behind its parent
 * @nr_gaps: number of gaps
 * @gap: in the order of time
 * @nr_flows: number of flows
 * @flow: in no order
 * @nr_decisions: number of decisions
 * @decision: in the order of time
 * @decisions_left_out: decisions beyond INCIDENT_DECISIONS
 */
struct incident {
	size_t nr_rows;
	size_t room;
	uint64_t *time;
	unsigned int per_row;
	uint64_t frames;
	uint64_t without_module;
	uint64_t damaged;
	bool stalls_off;
	bool psi_off;
	bool blame_known;
	uint64_t page_size;
	uint32_t sample_shift;
	size_t nr;
	struct incident_cgroup *cgroup;
	size_t nr_gaps;
	struct incident_gap *gap;
	size_t nr_flows;
	struct incident_flow *flow;
	size_t nr_decisions;
	struct incident_decision *decision;
	uint64_t decisions_left_out;
};

/** incident_new - an incident without rows; NULL if out of memory */
struct incident *incident_new(void);
void incident_free(struct incident *in);

/**
 * incident_add_row - append a row in which nothing is known
 * @time: of it; moved if it is not behind the row before
 *
 * Return: 0 or -ENOMEM.
 */
int incident_add_row(struct incident *in, uint64_t time);
/** incident_add_gap - append a row that stands for a gap; @time is its begin; returns 0 or -ENOMEM */
int incident_add_gap(struct incident *in, uint64_t time, const char *why);
/** incident_add_cgroup - append a cgroup; returns its index, or INCIDENT_NONE if out of memory */
size_t incident_add_cgroup(struct incident *in, const char *path, size_t parent);
/** incident_count - add to a counter in the last row; returns 0 or -ENOMEM */
int incident_count(struct incident *in, size_t cgroup, enum incident_column column, uint64_t value);
/** incident_set - set a gauge in the last row; returns 0 or -ENOMEM */
int incident_set(struct incident *in, size_t cgroup, enum incident_column column, uint64_t value);
/** incident_add_flow - add evictions; those of the same three are one; returns 0 or -ENOMEM */
int incident_add_flow(struct incident *in, const struct incident_flow *flow);
/** incident_add_stall - keep a stall, if it is one of the slowest; returns 0 or -ENOMEM */
int incident_add_stall(struct incident *in, const struct incident_stall *stall);

/** incident_value - value of a column in a row; INCIDENT_UNKNOWN if it is not known */
uint64_t incident_value(const struct incident *in, size_t cgroup, enum incident_column column,
			size_t row);
/** incident_find - index of the cgroup at @path, or INCIDENT_NONE */
size_t incident_find(const struct incident *in, const char *path);
/** incident_is_within - whether a cgroup is @top or below it */
bool incident_is_within(const struct incident *in, size_t cgroup, size_t top);

#endif /* INCIDENT_H */
