/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The ledger: every knob that the daemon has changed, what it was, and which rules demand what
 *
 * In each round, between ledger_look() and ledger_settle(), each rule renews its demands. A demand
 * that is not renewed is given back.
 */
#ifndef HEADROOMD_LEDGER_H
#define HEADROOMD_LEDGER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "claim.h"
#include "dirs.h"
#include "frame.h"
#include "knob.h"

/** enum ledger_mode - what a ledger does with the values that follow from demands */
enum ledger_mode {
	LEDGER_REAL,	/* write them */
	LEDGER_DRY,	/* imagine them; frames show the values without them */
	LEDGER_REPLAY,	/* imagine them; frames are recorded, and show what was written then */
};

/** enum ledger_event_type - what happened to a claim */
enum ledger_event_type {
	LEDGER_WROTE,		/* the value was written, or imagined */
	LEDGER_RESTORED,	/* the original was written */
	LEDGER_FAILED,		/* the value could not be written; once until it can */
	LEDGER_OUTSIDE,		/* something else changed the file, which wins */
	LEDGER_RESET,		/* something else wrote the original: the demands stay */
	LEDGER_REPAIRED,	/* an ancestor was changed: the value is its new original */
	LEDGER_GONE,		/* the cgroup was removed */
};

/**
 * struct ledger_event - what happened to a claim
 * @type: what
 * @claim: the claim, which may be dropped next
 * @from: value of the file before
 * @to: value that it should have had afterwards
 * @error: LEDGER_FAILED: negative errno
 */
struct ledger_event {
	enum ledger_event_type type;
	const struct claim *claim;
	uint64_t from;
	uint64_t to;
	int error;
};

typedef void ledger_report(void *arg, const struct ledger_event *event);

struct ledger;

/**
 * ledger_open - open a ledger, with the claims of a previous run
 * @file: path of the ledger file; not used unless @mode is LEDGER_REAL
 * @dirs: directories of cgroups, which must outlive the ledger; NULL unless LEDGER_REAL
 * @report: told what happens
 *
 * Only one real ledger can be open for a cgroup root.
 *
 * Return: 0; -EBUSY if another one is; -EBADMSG if the file cannot be parsed; or another negative
 * errno, of the file. Call ledger_close() in every case.
 */
int ledger_open(struct ledger **ledger, enum ledger_mode mode, const char *file,
		struct dirs *dirs, ledger_report *report, void *arg);
/**
 * ledger_put_above - have a ledger that only imagines do so on top of what another one makes of knobs
 * @below: must outlive @ledger; the one that writes, or replays
 *
 * In each round, @below is to look first, and settles last.
 */
void ledger_put_above(struct ledger *ledger, const struct ledger *below);
/** ledger_close - free a ledger; claims stay in the file, and knobs as they are; accepts NULL */
void ledger_close(struct ledger *ledger);
/** ledger_claims - the claims, and their number */
const struct claim *ledger_claims(const struct ledger *ledger, size_t *nr);
/**
 * ledger_set_budget - bound what all demands on a protection together may add
 * @bytes: beyond the originals; without a call, there is no bound
 */
void ledger_set_budget(struct ledger *ledger, uint64_t bytes);
/** ledger_budget - that bound; UINT64_MAX if there is none */
uint64_t ledger_budget(const struct ledger *ledger);
/** ledger_is_bounded - whether the last round demanded more than the budget has */
bool ledger_is_bounded(const struct ledger *ledger);
/**
 * ledger_added - what the claims on protections add beyond the originals since the last round, bytes
 *
 * Of a cgroup with several protections, the one that adds most counts.
 */
uint64_t ledger_added(const struct ledger *ledger);
/** ledger_needs - whether frames have to contain @knob of a cgroup, for a claim there or below */
bool ledger_needs(const struct ledger *ledger, enum knob knob, const char *path);

/**
 * ledger_look - begin a round: find what has changed since the last
 *
 * Drops claims of removed cgroups, and those on knobs that something else has changed. A claim
 * stays if the frame lacks its knob although that exists.
 */
void ledger_look(struct ledger *ledger, const struct frame *frame);
/**
 * ledger_value - the value of a knob
 * @cgroup: index in @frame
 * @value: result; if @ledger only imagines, the value that it would have
 * @original: result: the value without the daemon
 *
 * Return: false if the frame does not have it.
 */
bool ledger_value(const struct ledger *ledger, const struct frame *frame, size_t cgroup,
		  enum knob knob, uint64_t *value, uint64_t *original);
/** ledger_demanded - what a rule has demanded of a knob in the last round; 0 if nothing */
uint64_t ledger_demanded(const struct ledger *ledger, uint64_t id, enum knob knob,
			 const char *rule);
/**
 * ledger_demand - renew a rule's demand on a knob
 * @value: the value, which is rounded to what the file can have
 * @weight: of the rule, in the division of the budget
 * @by: id of the cgroup for which the rule demands it
 *
 * If the rule demands it for several cgroups in a round, these demands are combined.
 *
 * Return: 0; -ENODATA if the frame does not have the knob; -ENOMEM.
 */
int ledger_demand(struct ledger *ledger, const struct frame *frame, size_t cgroup,
		  enum knob knob, const char *rule, uint64_t value, double weight,
		  uint64_t by);
/**
 * ledger_settle - end a round: give back what was not renewed, and write what changed
 *
 * A demand on a knob that the frame lacks stays. A knob that cannot be written is reported, and
 * tried again in the next round.
 *
 * Return: 0; or a negative errno if the ledger file cannot be written. No knob is changed before
 * the file has the claim.
 */
int ledger_settle(struct ledger *ledger, const struct frame *frame);
/**
 * ledger_rebase - note that another ledger has written a knob
 * @value: what the knob has in the next frame
 *
 * A ledger that only imagines does so on top of what is written: it is no change from outside.
 */
void ledger_rebase(struct ledger *ledger, uint64_t id, enum knob knob, uint64_t value);
/**
 * ledger_forget - drop all claims: the next frame is of another boot, in which nothing is set yet
 *
 * A real ledger lives in one boot, and keeps them.
 */
void ledger_forget(struct ledger *ledger);
/**
 * ledger_restore - write the originals of all claims, and drop them
 *
 * If it is interrupted, the file still has all claims: it can be called again, and a ledger that
 * adopts them takes a knob that has its original for one that was changed outside.
 *
 * Return: 0 or the first error; claims that could not be restored stay.
 */
int ledger_restore(struct ledger *ledger);

#endif /* HEADROOMD_LEDGER_H */
