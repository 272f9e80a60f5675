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
 * end.
 *
 * What all claims on protections together add is bounded by the budget: see budget.c. memory.low and
 * memory.min of one cgroup overlap, so its share is that of the knob that adds more, is divided once,
 * and bounds both.
 *
 *	/a	low +100M, min +60M	demands 100M; granted 80M: low +80M, min +60M
 *
 * A frame of a recording has the claims of the daemon that recorded it, as they were before its round.
 * In a replay, a claim with the same values is that daemon's: its knob is what the file held, so that a
 * change from outside is seen as it was then. Any other claim is imagined, as in a dry run: the file
 * should hold its original. If it holds what that daemon had written, it counts as the original.
 *
 *	recorded claim		file	claim in the replay	the knob is
 *	original 0, 200M	200M	original 0, 200M	200M, as written
 *	original 0, 200M	200M	original 0, 300M	300M, imagined
 *	original 0, 200M	200M	none			0
 *	original 0, 200M	50M	original 0, 300M	50M, from outside: the claim ends
 *	none			0	original 0, 300M	300M, imagined
 *
 * So the configuration that ran repeats what it did, also where it was changed between two frames,
 * and one that agrees with it about some knobs only imagines the others.
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
	const struct ledger *below;
	int lock;
	ledger_report *report;
	void *arg;
	uint64_t budget;
	bool bounded;	/* by the budget, in the last round */
	uint64_t added;	/* by protections, after the last round */
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

void ledger_put_above(struct ledger *ledger, const struct ledger *below)
{
	ledger->below = below;
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

/**
 * struct view_of_knob - what a ledger takes a knob to be
 * @value: of the file; or, if the ledger imagines what it is set to, the value without that
 * @imagined: it does
 */
struct view_of_knob {
	uint64_t value;
	bool imagined;
};

/*
 * The knob in a frame of a recording, for a claim or, without one, for none. If the file has what is
 * claimed, it is of no matter who wrote that.
 */
static void view_recorded(const struct frame *frame, size_t cgroup, enum knob knob,
			  const struct claim *c, struct view_of_knob *view)
{
	uint64_t original, written;
	bool held = claim_find(frame_text(frame, cgroup, FRAME_CLAIMS), knob, &original, &written);

	view->imagined = !c || (view->value != c->written &&
				!(held && original == c->original && written == c->written));
	if (view->imagined && held && view->value == written)
		view->value = original;
}

/* What a ledger takes a knob to be. Returns false if the frame does not have it. */
static bool view_knob(const struct ledger *ledger, const struct frame *frame, size_t cgroup,
		      enum knob knob, const struct claim *c, struct view_of_knob *view)
{
	uint64_t original;

	if (!read_knob(frame, cgroup, knob, &view->value))
		return false;
	view->imagined = ledger->mode == LEDGER_DRY;
	if (ledger->mode == LEDGER_REPLAY)
		view_recorded(frame, cgroup, knob, c, view);
	else if (ledger->below)
		ledger_value(ledger->below, frame, cgroup, knob, &view->value, &original);
	return true;
}

/* Whether a frame has the knob of a claim, so that rules can renew their demands */
static bool is_in_frame(const struct frame *frame, const struct claim *c)
{
	size_t i = frame_find(frame, c->id);
	uint64_t value;

	return i != FRAME_NONE && read_knob(frame, i, c->knob, &value);
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

/* Whether a knob is what it has to be, as far as the daemon knows */
static bool holds(const struct claim *c, const struct view_of_knob *view)
{
	if (view->imagined)
		return view->value == c->original;
	return view->value == c->written || view->value == c->previous;
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
	size_t i = frame_find(frame, c->id);
	struct view_of_knob view;

	if (i == FRAME_NONE || !view_knob(ledger, frame, i, c->knob, c, &view)) {
		if (!is_gone(ledger, frame, c))
			return false;
		report(ledger, LEDGER_GONE, c, c->written, c->original, 0);
		return true;
	}
	if (holds(c, &view)) {
		/* The previous value, if a write did not happen: ledger_settle() writes again */
		if (!view.imagined)
			c->written = c->previous = view.value;
		return false;
	}
	if (c->nr && !was_reset(frame, c, view.value)) {
		report(ledger, LEDGER_OUTSIDE, c, c->written, view.value, 0);
		return true;
	}
	report(ledger, c->nr ? LEDGER_RESET : LEDGER_REPAIRED, c, c->written, view.value, 0);
	c->original = c->written = c->previous = view.value;
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
	struct view_of_knob view;

	if (!view_knob(ledger, frame, cgroup, knob, c, &view))
		return false;
	*original = c ? c->original : view.value;
	*value = c && view.imagined ? c->written : view.value;
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
			      enum knob knob)
{
	const struct frame_cgroup *c = &frame->cgroup[cgroup];
	struct claim *claim = find(ledger, c->id, knob);
	struct view_of_knob view = {};

	if (claim)
		return claim;
	view_knob(ledger, frame, cgroup, knob, NULL, &view);
	claim = claim_add(&ledger->claim, &ledger->nr, c->id, knob, c->path);
	if (claim)
		claim->original = claim->written = claim->previous = view.value;
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
	claim = claim_on(ledger, frame, cgroup, knob);
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

	if (!is_in_frame(frame, c))
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

/* Add what the demands on a claim add to its original, and the largest weight among them */
static void demand_share(const struct claim *c, struct budget_share *share)
{
	for (size_t i = 0; i < c->nr; i++) {
		uint64_t added = saturating_sub(c->demand[i].value, c->original);

		if (share->demanded < added)
			share->demanded = added;
		if (share->weight < c->demand[i].weight)
			share->weight = c->demand[i].weight;
	}
}

/* Add what a claim has added to its original */
static void written_share(const struct claim *c, struct budget_share *share)
{
	uint64_t added = saturating_sub(c->written, c->original);

	if (share->demanded < added)
		share->demanded = added;
}

/* Fill in the shares of all cgroups, from each claim on a protection */
static void fill_shares(const struct ledger *ledger, const struct frame *frame,
			void (*add)(const struct claim *c, struct budget_share *share),
			struct budget_share *share)
{
	for (size_t i = 0; i < frame->nr; i++)
		share[i] = (struct budget_share){ .weight = 1 };
	for (size_t i = 0; i < ledger->nr; i++) {
		size_t at = frame_find(frame, ledger->claim[i].id);

		if (knobs[ledger->claim[i].knob].inherited && at != FRAME_NONE)
			add(&ledger->claim[i], &share[at]);
	}
}

/* Divide the budget, which protections share */
static int divide_budget(struct ledger *ledger, const struct frame *frame,
			 struct budget_share *share)
{
	int err;

	fill_shares(ledger, frame, demand_share, share);
	err = budget_divide(frame, ledger->budget, share);
	ledger->bounded = !err && frame->nr && share[0].wanted > ledger->budget;
	/* Below the budget, an ancestor may also cover what could not be given back yet */
	for (size_t i = 0; !err && !ledger->bounded && i < frame->nr; i++)
		share[i].granted = UINT64_MAX;
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
	struct view_of_knob view;
	uint64_t original;

	goal[i].involved = view_knob(ledger, frame, i, knob, claim, &view);
	if (!goal[i].involved) {
		/* It stays as it is */
		add_above(frame, knob, i, claim ? claim->written : goal[i].below,
			  claim ? claim->original : 0, goal);
		return 0;
	}
	original = claim ? claim->original : view.value;
	goal[i].value = value_of(claim, knob, original, &goal[i], frame->page_size);
	/* Until a write succeeds, what the cgroup has is to be covered, not what it should have */
	add_above(frame, knob, i, claim && claim->error ? claim->written : goal[i].value, original,
		  goal);
	if (goal[i].value != original && !claim_on(ledger, frame, i, knob))
		return -ENOMEM;
	return 0;
}

static int set_goals(struct ledger *ledger, const struct frame *frame, enum knob knob,
		     const struct budget_share *share, struct goal *goal)
{
	int err = 0;

	for (size_t i = 0; i < frame->nr; i++)
		goal[i] = (struct goal){ .most = share[i].granted };
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

/* By path, and the knobs of a cgroup in their order */
static int compare_claims(const void *a, const void *b)
{
	const struct claim *x = a, *y = b;
	int order = strcmp(x->path, y->path);

	return order ? order : (int)x->knob - (int)y->knob;
}

/* Ancestors first */
static void sort_claims(struct ledger *ledger)
{
	/* qsort() accepts no NULL, not even for an array without members */
	if (ledger->nr)
		qsort(ledger->claim, ledger->nr, sizeof(*ledger->claim), compare_claims);
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

/* Write what follows from the demands; @share and @goal have a place for each cgroup */
static int settle(struct ledger *ledger, const struct frame *frame, struct budget_share *share,
		  struct goal *goal)
{
	int err;

	for (size_t i = 0; i < ledger->nr; i++)
		take_demands(ledger, frame, &ledger->claim[i]);
	err = divide_budget(ledger, frame, share);
	for (unsigned int knob = 0; !err && knob < KNOBS; knob++) {
		err = set_goals(ledger, frame, knob, share, goal);
		if (!err)
			set_claims(ledger, frame, knob, goal);
	}
	if (!err)
		err = save(ledger);
	if (err) {
		undo_claims(ledger);
		return err;
	}
	apply_all(ledger);
	fill_shares(ledger, frame, written_share, share);
	ledger->added = budget_sum(frame, share);
	drop_settled(ledger);
	return save(ledger);
}

int ledger_settle(struct ledger *ledger, const struct frame *frame)
{
	struct budget_share *share;
	struct goal *goal;
	int err = -ENOMEM;

	ledger->bounded = false;
	if (!ledger->nr) {
		ledger->added = 0;
		return save(ledger);
	}
	share = malloc((frame->nr + 1) * sizeof(*share));
	goal = malloc((frame->nr + 1) * sizeof(*goal));
	if (share && goal)
		err = settle(ledger, frame, share, goal);
	free(share);
	free(goal);
	return err;
}

void ledger_forget(struct ledger *ledger)
{
	ledger->added = 0;
	while (ledger->nr && ledger->mode != LEDGER_REAL)
		drop(ledger, ledger->nr - 1);
}

void ledger_rebase(struct ledger *ledger, uint64_t id, enum knob knob, uint64_t value)
{
	struct claim *c = find(ledger, id, knob);

	if (c)
		c->original = value;
}

uint64_t ledger_added(const struct ledger *ledger)
{
	return ledger->added;
}

static int restore_claim(struct ledger *ledger, struct claim *c)
{
	struct view_of_knob view = {};
	int dir, err = read_now(ledger, c, &dir, &view.value);

	if (!err && view.value == c->original)
		return 0;
	if (!err && !holds(c, &view)) {
		report(ledger, LEDGER_OUTSIDE, c, c->written, view.value, 0);
		return 0;
	}
	if (!err)
		err = write_now(dir, c->knob, c->original);
	if (!err)
		report(ledger, LEDGER_RESTORED, c, view.value, c->original, 0);
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
