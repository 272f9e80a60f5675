// SPDX-License-Identifier: GPL-2.0
/*
 * The ledger: who changed which knob, and what it was
 *
 * Claims reach the disk before knobs change, so that a daemon that is killed at any moment can undo
 * them, or go on with them, at its next start. The kill may fall between the two writes. So a claim
 * has both the value that was about to be written and the one before. A knob that has neither of
 * them was changed by something else.
 *
 * Reclaim that starts further up honours a cgroup's memory.low only up to the memory.low of each
 * cgroup on the way down. (memory_recursiveprot distributes what an ancestor has in excess; it does
 * not make up for a lack.) So each ancestor below the root gets, beside its own value, what was
 * added below it:
 *
 *	value = max(demands on it, original + sum of what its children add)
 *	a cgroup adds value - original; if its original is max, what its children add
 *
 *	/a	original 1G, no demand	      value 1G + 300M
 *	/a/x	original 0, demand 200M	      value 200M
 *	/a/y	original 100M, demand 200M    value 200M
 *
 * The sums are computed in each round, from the leaves up, so a cgroup that vanished, or an
 * ancestor that something else has changed, is mended by the next one. Such a change is the
 * ancestor's new original.
 *
 * Something else may also write to a knob that rules demand. systemd writes what is configured to all
 * units when it reloads its configuration, and to a unit when any property of it is set. So a knob
 * that has its original again was most likely not meant, and is set once more; but only so often,
 * since an administrator may insist. Any other value wins: it is the new original, and the demands
 * end. What all claims together add is bounded by the budget: see budget.c.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "budget.h"
#include "clock.h"
#include "ledger.h"
#include "ledger_file.h"
#include "path.h"
#include "saturating.h"
#include "field.h"

/* A knob that is reset more often than this is meant to have its original; in ns */
#define MOST_RESETS	5
#define RESETS_WINDOW	(600 * NS_PER_S)

struct ledger {
	enum ledger_mode mode;
	char *file;
	struct dirs *dirs;
	int lock;
	ledger_report *report;
	void *arg;
	uint64_t budget;
	bool bounded;	/* by the budget, in the last round */
	bool changed;	/* since the file was written */
	size_t nr;
	struct claim *claim;
};

/* The kernel releases this lock when the daemon ends, in whatever way */
static int lock_root(struct ledger *ledger)
{
	ledger->lock = open(dirs_root(ledger->dirs), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (ledger->lock < 0)
		return -errno;
	if (!flock(ledger->lock, LOCK_EX | LOCK_NB))
		return 0;
	return errno == EWOULDBLOCK ? -EBUSY : -errno;
}

int ledger_open(struct ledger **result, enum ledger_mode mode, const char *file,
		struct dirs *dirs, ledger_report *report, void *arg)
{
	struct ledger *ledger = calloc(1, sizeof(*ledger));
	int err;

	*result = ledger;
	if (!ledger)
		return -ENOMEM;
	*ledger = (struct ledger){
		.mode = mode, .dirs = dirs, .lock = -1, .report = report, .arg = arg,
		.budget = UINT64_MAX,
	};
	if (mode != LEDGER_REAL)
		return 0;
	ledger->file = strdup(file);
	if (!ledger->file)
		return -ENOMEM;
	err = lock_root(ledger);
	return err ? err : ledger_file_load(file, &ledger->claim, &ledger->nr);
}

void ledger_close(struct ledger *ledger)
{
	if (!ledger)
		return;
	for (size_t i = 0; i < ledger->nr; i++)
		claim_clear(&ledger->claim[i]);
	free(ledger->claim);
	free(ledger->file);
	if (ledger->lock >= 0)
		close(ledger->lock);
	free(ledger);
}

const struct claim *ledger_claims(const struct ledger *ledger, size_t *nr)
{
	*nr = ledger->nr;
	return ledger->claim;
}

void ledger_set_budget(struct ledger *ledger, uint64_t bytes)
{
	ledger->budget = bytes;
}

uint64_t ledger_budget(const struct ledger *ledger)
{
	return ledger->budget;
}

bool ledger_is_bounded(const struct ledger *ledger)
{
	return ledger->bounded;
}

static void report(const struct ledger *ledger, enum ledger_event_type type,
		   const struct claim *claim, uint64_t from, uint64_t to, int error)
{
	const struct ledger_event event = {
		.type = type, .claim = claim, .from = from, .to = to, .error = error,
	};

	ledger->report(ledger->arg, &event);
}

static void drop(struct ledger *ledger, size_t i)
{
	claim_clear(&ledger->claim[i]);
	ledger->changed = true;
	ledger->nr--;
	memmove(&ledger->claim[i], &ledger->claim[i + 1],
		(ledger->nr - i) * sizeof(*ledger->claim));
}

static struct claim *find(const struct ledger *ledger, uint64_t id, enum knob knob)
{
	for (size_t i = 0; i < ledger->nr; i++)
		if (ledger->claim[i].id == id && ledger->claim[i].knob == knob)
			return &ledger->claim[i];
	return NULL;
}

static struct demand *find_demand(const struct claim *claim, const char *rule)
{
	for (size_t i = 0; i < claim->nr; i++)
		if (strcmp(claim->demand[i].rule, rule) == 0)
			return &claim->demand[i];
	return NULL;
}

bool ledger_needs(const struct ledger *ledger, enum knob knob, const char *path)
{
	for (size_t i = 0; i < ledger->nr; i++)
		if (ledger->claim[i].knob == knob && path_is_within(ledger->claim[i].path, path))
			return true;
	return false;
}

/* What the file of a knob holds in a frame */
static bool read_knob(const struct frame *frame, size_t cgroup, enum knob knob, uint64_t *value)
{
	return knob_parse(knob, frame_text(frame, cgroup, knobs[knob].file), value);
}

/* Whether a frame has the knob of a claim, so that rules can renew their demands */
static bool is_in_frame(const struct frame *frame, const struct claim *c, uint64_t *value)
{
	size_t i = frame_find(frame, c->id);

	return i != FRAME_NONE && read_knob(frame, i, c->knob, value);
}

/*
 * Read the file of a claim now, and set @dir to the directory. Returns -ENOENT if the cgroup or the
 * file was removed, which ends the claim, or another negative errno.
 */
static int read_now(const struct ledger *ledger, const struct claim *c, int *dir, uint64_t *value)
{
	char text[32];
	ssize_t n;

	*dir = dirs_open(ledger->dirs, c->id, c->path);
	n = *dir < 0 ? *dir : dirs_read(*dir, knob_name(c->knob), text, sizeof(text) - 1);
	if (n < 0)
		return n;
	text[n] = '\0';
	return knob_parse(c->knob, text, value) ? 0 : -EBADMSG;
}

static int write_now(int dir, enum knob knob, uint64_t value)
{
	char text[32];

	return dirs_write(dir, knob_name(knob), knob_print(text, sizeof(text), value));
}

/*
 * A frame may lack a cgroup or a file that exists, if there was no memory to open it. To drop its
 * claim would leave the knob as it is for good.
 */
static bool is_gone(const struct ledger *ledger, const struct frame *frame, const struct claim *c)
{
	uint64_t value;
	int dir;

	if (ledger->mode != LEDGER_REAL)
		return frame_find(frame, c->id) == FRAME_NONE;
	return read_now(ledger, c, &dir, &value) == -ENOENT;
}

/* Whether a file holds what it has to, as far as the daemon knows */
static bool holds(const struct ledger *ledger, const struct claim *c, uint64_t found)
{
	if (ledger->mode == LEDGER_DRY)
		return found == c->original;
	return found == c->written || found == c->previous;
}

/* Whether a knob that has its original again is to be set once more */
static bool was_reset(const struct frame *frame, struct claim *c, uint64_t found)
{
	uint64_t now = frame->time.monotonic;

	if (!knobs[c->knob].configured || found != c->original)
		return false;
	if (!c->resets || now - c->reset_since > RESETS_WINDOW) {
		c->reset_since = now;
		c->resets = 0;
	}
	return c->resets++ < MOST_RESETS;
}

/* Returns whether the claim is to be dropped */
static bool look_at(struct ledger *ledger, const struct frame *frame, struct claim *c)
{
	uint64_t found;

	if (!is_in_frame(frame, c, &found)) {
		if (!is_gone(ledger, frame, c))
			return false;
		report(ledger, LEDGER_GONE, c, c->written, c->original, 0);
		return true;
	}
	if (holds(ledger, c, found)) {
		/* The previous value, if a write did not happen: ledger_settle() writes again */
		if (ledger->mode != LEDGER_DRY)
			c->written = c->previous = found;
		return false;
	}
	if (c->nr && !was_reset(frame, c, found)) {
		report(ledger, LEDGER_OUTSIDE, c, c->written, found, 0);
		return true;
	}
	report(ledger, c->nr ? LEDGER_RESET : LEDGER_REPAIRED, c, c->written, found, 0);
	c->original = c->written = c->previous = found;
	c->error = 0;
	return false;
}

void ledger_look(struct ledger *ledger, const struct frame *frame)
{
	size_t i = 0;

	while (i < ledger->nr) {
		if (look_at(ledger, frame, &ledger->claim[i]))
			drop(ledger, i);
		else
			i++;
	}
	for (i = 0; i < ledger->nr; i++)
		for (size_t j = 0; j < ledger->claim[i].nr; j++)
			ledger->claim[i].demand[j].renewed = false;
}

bool ledger_value(const struct ledger *ledger, const struct frame *frame, size_t cgroup,
		  enum knob knob, uint64_t *value, uint64_t *original)
{
	const struct claim *c = find(ledger, frame->cgroup[cgroup].id, knob);

	if (!read_knob(frame, cgroup, knob, value))
		return false;
	*original = c ? c->original : *value;
	if (c && ledger->mode == LEDGER_DRY)
		*value = c->written;
	return true;
}

uint64_t ledger_demanded(const struct ledger *ledger, uint64_t id, enum knob knob,
			 const char *rule)
{
	const struct claim *c = find(ledger, id, knob);
	const struct demand *demand = c ? find_demand(c, rule) : NULL;

	return demand ? demand->value : 0;
}

/* The claim on a knob, with its value as original if there is none yet */
static struct claim *claim_on(struct ledger *ledger, const struct frame *frame, size_t cgroup,
			      enum knob knob, uint64_t value)
{
	const struct frame_cgroup *c = &frame->cgroup[cgroup];
	struct claim *claim = find(ledger, c->id, knob);

	if (claim)
		return claim;
	claim = claim_add(&ledger->claim, &ledger->nr, c->id, knob, c->path);
	if (claim)
		claim->original = claim->written = claim->previous = value;
	return claim;
}

int ledger_demand(struct ledger *ledger, const struct frame *frame, size_t cgroup,
		  enum knob knob, const char *rule, uint64_t value, double weight, uint64_t by)
{
	struct demand *demand;
	struct claim *claim;
	uint64_t found;

	if (!read_knob(frame, cgroup, knob, &found))
		return -ENODATA;
	claim = claim_on(ledger, frame, cgroup, knob, found);
	demand = claim ? find_demand(claim, rule) : NULL;
	if (claim && !demand)
		demand = claim_add_demand(claim, rule);
	if (!demand)
		return -ENOMEM;
	value = knob_stored(knob, value, frame->page_size);
	demand->next = demand->renewed ? knobs[knob].combine(demand->next, value) : value;
	demand->by = by;
	demand->weight = weight;
	demand->renewed = true;
	return 0;
}

/* A demand on a knob that the frame does not have could not be renewed: it stays */
static void take_demands(struct ledger *ledger, const struct frame *frame, struct claim *c)
{
	size_t kept = 0;
	uint64_t value;

	if (!is_in_frame(frame, c, &value))
		return;
	for (size_t i = 0; i < c->nr; i++) {
		struct demand *demand = &c->demand[i];

		if (!demand->renewed) {
			free(demand->rule);
			continue;
		}
		ledger->changed |= demand->value != demand->next;
		demand->value = demand->next;
		c->demand[kept++] = *demand;
	}
	ledger->changed |= kept < c->nr;
	c->nr = kept;
}

/**
 * struct goal - what a cgroup's knob has to become; by index in the frame
 * @involved: it has a claim, or one is below it
 * @most: what the budget allows it to add to its original
 * @below: what was added to its children
 * @value: the value
 */
struct goal {
	bool involved;
	uint64_t most;
	uint64_t below;
	uint64_t value;
};

/* What the demands on a claim add to its original, and the largest weight among them */
static struct budget_share share_of(const struct claim *c)
{
	struct budget_share share = { .weight = 1 };

	for (size_t i = 0; i < c->nr; i++) {
		uint64_t added = saturating_sub(c->demand[i].value, c->original);

		if (share.demanded < added)
			share.demanded = added;
		if (share.weight < c->demand[i].weight)
			share.weight = c->demand[i].weight;
	}
	return share;
}

/* Bound goals by the budget, which protections share */
static int bound(struct ledger *ledger, const struct frame *frame, enum knob knob,
		 struct goal *goal)
{
	struct budget_share *share = malloc((frame->nr + 1) * sizeof(*share));
	int err;

	if (!share)
		return -ENOMEM;
	for (size_t i = 0; i < frame->nr; i++)
		share[i] = (struct budget_share){ .weight = 1 };
	for (size_t i = 0; i < ledger->nr; i++) {
		size_t at = frame_find(frame, ledger->claim[i].id);

		if (ledger->claim[i].knob == knob && at != FRAME_NONE)
			share[at] = share_of(&ledger->claim[i]);
	}
	err = budget_divide(frame, ledger->budget, share);
	ledger->bounded = !err && frame->nr && share[0].wanted > ledger->budget;
	/* Below the budget, an ancestor may also cover what could not be given back yet */
	for (size_t i = 0; !err && i < frame->nr; i++)
		goal[i].most = ledger->bounded ? share[i].granted : UINT64_MAX;
	free(share);
	return err;
}

static void involve(const struct ledger *ledger, const struct frame *frame, enum knob knob,
		    struct goal *goal)
{
	for (size_t i = 0; i < ledger->nr; i++) {
		size_t at = frame_find(frame, ledger->claim[i].id);

		if (ledger->claim[i].knob != knob)
			continue;
		for (; at != FRAME_NONE && frame->cgroup[at].depth && !goal[at].involved;
		     at = frame->cgroup[at].parent) {
			goal[at].involved = true;
			if (!knobs[knob].inherited)
				break;
		}
	}
}

/* The value that satisfies the demands on a cgroup, and what was added below it; within the budget */
static uint64_t value_of(const struct claim *claim, enum knob knob, uint64_t original,
			 const struct goal *goal, uint64_t page_size)
{
	uint64_t value = saturating_add(original, goal->below), most;

	if (knob_stored(knob, value, page_size) == FIELD_MAX)
		value = FIELD_MAX;
	for (size_t i = 0; claim && i < claim->nr; i++)
		value = knobs[knob].combine(value, claim->demand[i].value);
	most = saturating_add(original, goal->most);
	return knobs[knob].inherited && value > most ? knob_stored(knob, most, page_size) : value;
}

/*
 * What a cgroup that has @value adds to its parent. One without a bound covers what is below, but
 * the cgroups above it have to cover that as well.
 */
static void add_above(const struct frame *frame, enum knob knob, size_t i, uint64_t value,
		      uint64_t original, struct goal *goal)
{
	size_t parent = frame->cgroup[i].parent;
	uint64_t added = original == FIELD_MAX ? goal[i].below : saturating_sub(value, original);

	if (knobs[knob].inherited && parent != FRAME_NONE)
		goal[parent].below = saturating_add(goal[parent].below, added);
}

/* Set the goal of one cgroup, all below it being done, and claim it if that differs */
static int set_goal(struct ledger *ledger, const struct frame *frame, enum knob knob, size_t i,
		    struct goal *goal)
{
	struct claim *claim = find(ledger, frame->cgroup[i].id, knob);
	uint64_t found, original;

	goal[i].involved = read_knob(frame, i, knob, &found);
	if (!goal[i].involved) {
		/* It stays as it is */
		add_above(frame, knob, i, claim ? claim->written : goal[i].below,
			  claim ? claim->original : 0, goal);
		return 0;
	}
	original = claim ? claim->original : found;
	goal[i].value = value_of(claim, knob, original, &goal[i], frame->page_size);
	/* Until a write succeeds, what the cgroup has is to be covered, not what it should have */
	add_above(frame, knob, i, claim && claim->error ? claim->written : goal[i].value, original,
		  goal);
	if (goal[i].value != original && !claim_on(ledger, frame, i, knob, found))
		return -ENOMEM;
	return 0;
}

static int set_goals(struct ledger *ledger, const struct frame *frame, enum knob knob,
		     struct goal *goal)
{
	int err = knobs[knob].inherited ? bound(ledger, frame, knob, goal) : 0;

	involve(ledger, frame, knob, goal);
	for (size_t i = frame->nr; !err && i-- > 0; )
		if (goal[i].involved)
			err = set_goal(ledger, frame, knob, i, goal);
	return err;
}

/* Put the goals into the claims, from which they reach the disk */
static void set_claims(struct ledger *ledger, const struct frame *frame, enum knob knob,
		       const struct goal *goal)
{
	for (size_t i = 0; i < ledger->nr; i++) {
		struct claim *c = &ledger->claim[i];
		size_t at = frame_find(frame, c->id);

		if (c->knob != knob || at == FRAME_NONE || !goal[at].involved ||
		    goal[at].value == c->written)
			continue;
		c->previous = c->written;
		c->written = goal[at].value;
		ledger->changed = true;
	}
}

/* Write a knob that has to have its previous value until then */
static int write_knob(const struct ledger *ledger, const struct claim *c)
{
	uint64_t found;
	int dir, err = read_now(ledger, c, &dir, &found);

	if (err)
		return err;
	/* Changed since the frame was read: the next one shows it */
	if (found != c->previous)
		return -EAGAIN;
	return write_now(dir, c->knob, c->written);
}

static void apply(struct ledger *ledger, struct claim *c)
{
	int err = ledger->mode == LEDGER_REAL ? write_knob(ledger, c) : 0;
	uint64_t from = c->previous, to = c->written;

	if (err) {
		c->written = c->previous;
		if (err != c->error && err != -EAGAIN && err != -ENOENT)
			report(ledger, LEDGER_FAILED, c, from, to, err);
		c->error = err;
		return;
	}
	c->error = 0;
	/* In memory only: on disk, the value before must stay valid for a restart */
	c->previous = to;
	report(ledger, to == c->original ? LEDGER_RESTORED : LEDGER_WROTE, c, from, to, 0);
}

static int compare_paths(const void *a, const void *b)
{
	return strcmp(((const struct claim *)a)->path, ((const struct claim *)b)->path);
}

/* Ancestors first */
static void sort_claims(struct ledger *ledger)
{
	/* qsort() accepts no NULL, not even for an array without members */
	if (ledger->nr)
		qsort(ledger->claim, ledger->nr, sizeof(*ledger->claim), compare_paths);
}

/* Raise ancestors first and lower them last, so that they always cover what is below */
static void apply_all(struct ledger *ledger)
{
	size_t i;

	sort_claims(ledger);
	for (i = 0; i < ledger->nr; i++)
		if (ledger->claim[i].written > ledger->claim[i].previous)
			apply(ledger, &ledger->claim[i]);
	for (i = ledger->nr; i-- > 0; )
		if (ledger->claim[i].written < ledger->claim[i].previous)
			apply(ledger, &ledger->claim[i]);
}

static int save(struct ledger *ledger)
{
	int err = 0;

	if (ledger->changed && ledger->mode == LEDGER_REAL)
		err = ledger_file_save(ledger->file, ledger->claim, ledger->nr);
	if (!err)
		ledger->changed = false;
	return err;
}

/* Drop claims that no rule and no descendant needs any more */
static void drop_settled(struct ledger *ledger)
{
	for (size_t i = ledger->nr; i-- > 0; ) {
		const struct claim *c = &ledger->claim[i];

		if (c->nr || c->written != c->original || c->previous != c->original)
			continue;
		drop(ledger, i);
	}
}

/* The claims were to change, but could not be saved: knobs stay as they are */
static void undo_claims(struct ledger *ledger)
{
	for (size_t i = 0; i < ledger->nr; i++)
		ledger->claim[i].written = ledger->claim[i].previous;
}

int ledger_settle(struct ledger *ledger, const struct frame *frame)
{
	struct goal *goal;
	int err = 0;

	ledger->bounded = false;
	if (!ledger->nr)
		return save(ledger);
	goal = malloc((frame->nr + 1) * sizeof(*goal));
	if (!goal)
		return -ENOMEM;
	for (size_t i = 0; i < ledger->nr; i++)
		take_demands(ledger, frame, &ledger->claim[i]);
	for (unsigned int knob = 0; !err && knob < KNOBS; knob++) {
		memset(goal, 0, (frame->nr + 1) * sizeof(*goal));
		err = set_goals(ledger, frame, knob, goal);
		if (!err)
			set_claims(ledger, frame, knob, goal);
	}
	free(goal);
	if (!err)
		err = save(ledger);
	if (err) {
		undo_claims(ledger);
		return err;
	}
	apply_all(ledger);
	drop_settled(ledger);
	return save(ledger);
}

void ledger_rebase(struct ledger *ledger, uint64_t id, enum knob knob, uint64_t value)
{
	struct claim *c = find(ledger, id, knob);

	if (c)
		c->original = value;
}

/* Whether a claim on an ancestor of cgroup @i has the sum of what is below it */
static bool is_covered(const struct ledger *ledger, const struct frame *frame, size_t i,
		       enum knob knob)
{
	while ((i = frame->cgroup[i].parent) != FRAME_NONE)
		if (find(ledger, frame->cgroup[i].id, knob))
			return true;
	return false;
}

uint64_t ledger_added(const struct ledger *ledger, const struct frame *frame, enum knob knob)
{
	uint64_t added = 0;

	for (size_t i = 0; i < ledger->nr; i++) {
		const struct claim *c = &ledger->claim[i];
		size_t at = frame_find(frame, c->id);

		if (c->knob == knob && at != FRAME_NONE && !is_covered(ledger, frame, at, knob))
			added = saturating_add(added, saturating_sub(c->written, c->original));
	}
	return added;
}

static int restore_claim(struct ledger *ledger, struct claim *c)
{
	uint64_t found;
	int dir, err = read_now(ledger, c, &dir, &found);

	if (!err && found == c->original)
		return 0;
	if (!err && !holds(ledger, c, found)) {
		report(ledger, LEDGER_OUTSIDE, c, c->written, found, 0);
		return 0;
	}
	if (!err)
		err = write_now(dir, c->knob, c->original);
	if (!err)
		report(ledger, LEDGER_RESTORED, c, found, c->original, 0);
	/* The claim ended with its cgroup */
	return err == -ENOENT ? 0 : err;
}

int ledger_restore(struct ledger *ledger)
{
	int first = 0, err;

	if (ledger->mode != LEDGER_REAL)
		return 0;
	/* Descendants first, so that ancestors always cover them */
	sort_claims(ledger);
	for (size_t i = ledger->nr; i-- > 0; ) {
		struct claim *c = &ledger->claim[i];

		err = restore_claim(ledger, c);
		if (err)
			report(ledger, LEDGER_FAILED, c, c->written, c->original, err);
		else
			drop(ledger, i);
		if (!first)
			first = err;
	}
	err = save(ledger);
	return first ? first : err;
}
