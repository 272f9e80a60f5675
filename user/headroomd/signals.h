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
 * struct signal_hook - a hook of the module that signals rest on
 * @bits: its HOOK_BIT(), or those of hooks that replace each other; 0 at the end of a list
 * @names: its name, or theirs, as "a or b"
 * @blind: why a signal is blind without it
 */
struct signal_hook {
	uint32_t bits;
	const char *names;
	const char *blind;
};

#define SIGNAL_HOOK(bits_, names_)								\
	{ bits_, names_, "the module's hook " names_ " is not attached" }
#define SIGNAL_HOOKS(...)	(const struct signal_hook[]){ __VA_ARGS__, { 0, NULL, NULL } }

/* Hooks that several families rest on */
#define HOOKS_SWAP_OUT										\
	SIGNAL_HOOK(HOOK_BIT(WRITE_FOLIO) | HOOK_BIT(WORKINGSET_EVICTION),			\
		    "mm_vmscan_write_folio or workingset_eviction()")
#define HOOKS_SWAP_IN										\
	SIGNAL_HOOK(HOOK_BIT(BIO_QUEUE) | HOOK_BIT(SWAP_READPAGE) | HOOK_BIT(SWAP_READ_FOLIO), \
		    "block_bio_queue or swap_readpage() or swap_read_folio()")
#define HOOKS_DIRECT										\
	SIGNAL_HOOK(HOOK_BIT(DIRECT_BEGIN), "mm_vmscan_direct_reclaim_begin"),			\
	SIGNAL_HOOK(HOOK_BIT(DIRECT_END), "mm_vmscan_direct_reclaim_end")
#define HOOKS_MEMCG										\
	SIGNAL_HOOK(HOOK_BIT(MEMCG_BEGIN), "mm_vmscan_memcg_reclaim_begin"),			\
	SIGNAL_HOOK(HOOK_BIT(MEMCG_END), "mm_vmscan_memcg_reclaim_end")
#define HOOKS_NODE										\
	SIGNAL_HOOK(HOOK_BIT(NODE_BEGIN), "mm_vmscan_node_reclaim_begin"),			\
	SIGNAL_HOOK(HOOK_BIT(NODE_END), "mm_vmscan_node_reclaim_end")

/**
 * struct signal - an entry of the table of signals
 * @name: as in a condition, such as "stall.direct_reclaim"; NULL at the end of a table
 * @unit: its unit
 * @takes: its argument
 * @is_part: it is a part of a whole, and may be compared with a share
 * @meaning: half a sentence for people
 * @since: what the kernel needs for it, such as "swap"; NULL if nothing beyond the module, or
 *	cgroup v2
 * @hooks: hooks of the module without which it is blind; NULL for none
 * @parts: hooks without which it lacks a part, and its value is a lower bound; NULL for none
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
	const struct signal_hook *hooks;
	const struct signal_hook *parts;
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
