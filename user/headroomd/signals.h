/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Signals: what a rule can compare
 *
 * A signal is a pure function of two frames and a cgroup. What cannot be known is blind: it is
 * never zero, and satisfies no condition.
 */
#ifndef HEADROOMD_SIGNAL_H
#define HEADROOMD_SIGNAL_H

#include <stddef.h>
#include <stdint.h>

#include "frame.h"
#include "unit.h"
#include "view.h"

/**
 * struct signal_argument - what a condition gives in parentheses behind a signal's name
 * @share: from 0 to 1
 * @path: path of a cgroup
 */
struct signal_argument {
	double share;
	char *path;
};

/** enum signal_takes - the argument of a signal */
enum signal_takes {
	SIGNAL_TAKES_NOTHING,
	SIGNAL_TAKES_SHARE,	/* "extra(0.9)"; 0.95 if there is none */
	SIGNAL_TAKES_CGROUP,	/* "blame(/batch.slice)" */
};

/**
 * struct signal - an entry of the table of signals
 * @name: as in a condition, such as "stall.direct_reclaim"; NULL at the end of a table
 * @unit: its unit
 * @takes: its argument
 * @is_part: it is a part of a whole, and may be compared with a share
 * @meaning: half a sentence for people
 * @since: what the kernel needs for it, such as "swap"; NULL if nothing beyond the module, or
 *	cgroup v2
 * @wish: what a frame has to contain
 * @number: for the table's own use, such as a cause
 * @metric: enum headroom_trigger_metric: what a trigger sums that notices a rise; 0 if none does. Of
 *	stalls, @number is then the cause, 0 for all.
 * @read: the function; the argument is valid for @takes
 */
struct signal {
	const char *name;
	enum unit_kind unit;
	enum signal_takes takes;
	bool is_part;
	const char *meaning;
	const char *since;
	struct frame_wish wish;
	uint32_t number;
	uint32_t metric;
	struct sample (*read)(const struct signal *signal, const struct view *view,
			      const struct signal_argument *argument);
};

/* The families, each a table in signal_FAMILY.c */
extern const struct signal signals_stall[], signals_refault[], signals_blame[], signals_memory[],
	signals_psi[], signals_host[];

/** signal_next - the signal behind @signal in all tables; NULL is before the first, and behind the last */
const struct signal *signal_next(const struct signal *signal);
/** signal_find - look up a signal by the first @length bytes of @name; NULL if there is none */
const struct signal *signal_find(const char *name, size_t length);
/** signal_suggest - the name that is most like @name; NULL if none is */
const char *signal_suggest(const char *name, size_t length);
/** signal_read - the value of a signal, blind across a gap or without what it needs */
struct sample signal_read(const struct signal *signal, const struct view *view,
			  const struct signal_argument *argument);

#endif /* HEADROOMD_SIGNAL_H */
