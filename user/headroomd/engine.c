// SPDX-License-Identifier: GPL-2.0
/*
 * The engine: rules on frames
 *
 * A round:
 *
 *	ledger_look()	 what was changed outside, what is gone
 *	arbiter_look()	 what came of the last kill
 *	for each cgroup, for each rule that applies to it:
 *	  condition_evaluate()	 on this frame and the one before
 *	  action->plan()	 what the rule wants now
 *	  ledger_demand()	 tell the ledger what knobs have to be
 *	  act()			 do all other deeds
 *	ledger_settle()	 give back what no rule demands any more, write what changed
 *
 * What is remembered of a cgroup from round to round is in a hash by its id:
 *
 *	watched[id] -> files, first seen, binding[]: one for each rule that applies
 *					  |
 *					  condition states, action's state, last decision
 *
 * Rules that only imagine have a ledger and an arbiter of their own.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "arbiter.h"
#include "clock.h"
#include "engine.h"
#include "field.h"
#include "gap.h"
#include "losses.h"
#include "shared_text.h"

/* Files of which the least value among a cgroup and its ancestors counts */
#define LIMITS		(FRAME_BIT(FRAME_MEMORY_MAX) | FRAME_BIT(FRAME_MEMORY_HIGH) | \
			 FRAME_BIT(FRAME_SWAP_MAX))
/* The reason of the engine itself, beside those of actions: the knob is missing */
#define REASON_NO_KNOB	-2
/* When the engine looks what came of an act, ns */
#define FOLLOW_UP	(10 * NS_PER_S)

/**
 * struct binding - a rule and a cgroup that it applies to
 * @rule: the rule
 * @state: of the condition's nodes; @memory follows
 * @memory: of the action
 * @when: last result of the condition
 * @reason: last reason of the action; -1 before the first
 * @why: its evidence, when the decision changed
 * @known: the condition was evaluated with a frame to compare with
 * @demands: number of demands of the last plan
 * @acted: when the rule took more the last time; 0 if it never did
 * @follow_up: when to see what came of it; 0 if not
 */
struct binding {
	const struct rule *rule;
	struct condition_state *state;
	void *memory;
	enum truth when;
	int reason;
	const char *why;
	bool known;
	size_t demands;
	uint64_t acted;
	uint64_t follow_up;
};

/**
 * struct watched - a cgroup
 * @id: its id; 0 if the slot is free
 * @seen: time of the first frame that had it, ns
 * @born: the frame before did not have it
 * @round: the last round that had it
 * @bound: rules were looked for
 * @rooted: its ancestors have the files that are needed of them
 * @files: files to read of it
 * @nr: number of rules that apply
 * @binding: one for each
 */
struct watched {
	uint64_t id;
	uint64_t seen;
	bool born;
	unsigned int round;
	bool bound;
	bool rooted;
	uint32_t files;
	size_t nr;
	struct binding *binding;
};

struct engine {
	const struct config *config;
	bool dry_run;
	struct engine_log log;
	engine_act *act;
	void *act_arg;
	struct ledger *ledger, *dry_ledger;
	struct arbiter *arbiter, *dry_arbiter;
	struct frame *before;
	struct shared_texts *texts;
	unsigned int round;
	size_t nr;
	size_t size;	/* a power of two */
	struct watched *watched;
	/* Of the action that plans, before it did */
	void *memory;
	/* While a round acts: for the log */
	const struct frame *now;
};

static void report_claim(void *arg, const struct ledger_event *event);
static void report_real_claim(void *arg, const struct ledger_event *event);

struct engine *engine_new(bool dry_run, const struct engine_log *log)
{
	struct engine *e = calloc(1, sizeof(*e));

	if (!e)
		return NULL;
	e->dry_run = dry_run;
	e->log = *log;
	e->size = 64;
	e->watched = calloc(e->size, sizeof(*e->watched));
	e->texts = shared_texts_new();
	e->arbiter = arbiter_new(false);
	e->dry_arbiter = arbiter_new(true);
	if (e->watched && e->texts && e->arbiter && e->dry_arbiter &&
	    !ledger_open(&e->dry_ledger, LEDGER_DRY, NULL, NULL, report_claim, e))
		return e;
	engine_free(e);
	return NULL;
}

static void unbind(struct engine *e, struct watched *w)
{
	for (size_t i = 0; i < w->nr; i++) {
		free(w->binding[i].state);
		shared_text_put(e->texts, w->binding[i].why);
	}
	free(w->binding);
	w->binding = NULL;
	w->nr = 0;
	w->bound = false;
	w->rooted = false;
	w->files = 0;
}

void engine_free(struct engine *e)
{
	if (!e)
		return;
	for (size_t i = 0; e->watched && i < e->size; i++)
		unbind(e, &e->watched[i]);
	free(e->watched);
	free(e->memory);
	shared_texts_free(e->texts);
	frame_put(e->before);
	arbiter_free(e->dry_arbiter);
	arbiter_free(e->arbiter);
	ledger_close(e->dry_ledger);
	ledger_close(e->ledger);
	free(e);
}

int engine_open_ledger(struct engine *e, enum ledger_mode mode, const char *file,
		       struct dirs *dirs)
{
	int err = ledger_open(&e->ledger, mode, file, dirs, report_real_claim, e);

	ledger_put_above(e->dry_ledger, e->ledger);
	return err;
}

void engine_set_hands(struct engine *e, engine_act *act, void *arg)
{
	e->act = act;
	e->act_arg = arg;
}

struct ledger *engine_ledger(const struct engine *e)
{
	return e->ledger;
}

const struct ledger *engine_dry_ledger(const struct engine *e)
{
	return e->dry_ledger;
}

int engine_set_rules(struct engine *e, const struct config *config)
{
	size_t size = 1;
	void *memory;

	for (size_t i = 0; i < config->nr; i++)
		if (config->rule[i].action->state_size > size)
			size = config->rule[i].action->state_size;
	memory = realloc(e->memory, size);
	if (!memory)
		return -ENOMEM;
	e->memory = memory;
	for (size_t i = 0; i < e->size; i++)
		unbind(e, &e->watched[i]);
	e->config = config;
	return 0;
}

void engine_wish(const struct engine *e, struct frame_wish *wish)
{
	for (size_t i = 0; i < e->config->nr; i++) {
		const struct rule *rule = &e->config->rule[i];

		condition_wish(&rule->when, wish);
		frame_wish_add(wish, &rule->action->wish);
		action_wish(rule->action, rule->parameter, wish);
	}
	if (e->config->budget_share > 0)
		wish->host_files |= FRAME_BIT(FRAME_MEMINFO);
	/* Without any rule, claims are left to give back */
	for (unsigned int knob = 0; knob < KNOBS; knob++)
		wish->files |= FRAME_BIT(knobs[knob].file);
}

/* The slot of a cgroup, or the free one where it belongs */
static struct watched *slot_of(const struct engine *e, uint64_t id)
{
	size_t i = (id * 0x9e3779b97f4a7c15ull >> 32) & (e->size - 1);

	while (e->watched[i].id && e->watched[i].id != id)
		i = (i + 1) & (e->size - 1);
	return &e->watched[i];
}

/* Move all to a table of @size slots, but for those that @keep refuses */
static int rehash(struct engine *e, size_t size, bool (*keep)(const struct engine *e,
							      const struct watched *w))
{
	struct watched *old = e->watched;
	size_t old_size = e->size;

	e->watched = calloc(size, sizeof(*e->watched));
	if (!e->watched) {
		e->watched = old;
		return -ENOMEM;
	}
	e->size = size;
	e->nr = 0;
	for (size_t i = 0; i < old_size; i++) {
		if (!old[i].id)
			continue;
		if (keep(e, &old[i])) {
			*slot_of(e, old[i].id) = old[i];
			e->nr++;
		} else {
			unbind(e, &old[i]);
		}
	}
	free(old);
	return 0;
}

static bool keep_all(const struct engine *e, const struct watched *w)
{
	(void)e, (void)w;
	return true;
}

static bool keep_present(const struct engine *e, const struct watched *w)
{
	return w->round == e->round;
}

/* What is remembered of a cgroup; begins with nothing. NULL if out of memory. */
static struct watched *watch(struct engine *e, uint64_t id)
{
	struct watched *w = slot_of(e, id);

	if (w->id)
		return w;
	if (2 * e->nr >= e->size) {
		if (rehash(e, 2 * e->size, keep_all))
			return NULL;
		w = slot_of(e, id);
	}
	*w = (struct watched){ .id = id, .round = e->round };
	e->nr++;
	return w;
}

/* Forget all cgroups: their ids are of another boot, or their times of another clock */
static void forget_all(struct engine *e)
{
	for (size_t i = 0; i < e->size; i++) {
		unbind(e, &e->watched[i]);
		e->watched[i] = (struct watched){};
	}
	e->nr = 0;
	arbiter_forget(e->arbiter);
	arbiter_forget(e->dry_arbiter);
}

static bool is_same_boot(const struct frame *before, const struct frame *now)
{
	return strcmp(before->boot_id, now->boot_id) == 0;
}

static void forget_claims(struct engine *e)
{
	ledger_forget(e->dry_ledger);
	if (e->ledger)
		ledger_forget(e->ledger);
}

static int bind_rule(struct watched *w, const struct rule *rule)
{
	struct binding *b = &w->binding[w->nr];

	*b = (struct binding){ .rule = rule, .when = UNKNOWN, .reason = -1 };
	b->state = calloc(1, rule->when.nr * sizeof(*b->state) + rule->action->state_size);
	b->memory = b->state + rule->when.nr;
	w->nr++;
	return b->state ? 0 : -ENOMEM;
}

/* Look for the rules that apply to a cgroup, and the files that they need */
static int bind(struct engine *e, struct watched *w, const char *path)
{
	struct frame_wish wish = {};
	size_t nr = 0;
	int err = 0;

	for (size_t i = 0; i < e->config->nr; i++)
		nr += pattern_matches(&e->config->rule[i].cgroups, path);
	w->binding = calloc(nr, sizeof(*w->binding));
	if (nr && !w->binding)
		return -ENOMEM;
	for (size_t i = 0; !err && i < e->config->nr; i++) {
		const struct rule *rule = &e->config->rule[i];

		if (action_targets(rule->action, rule->parameter, &rule->cgroups, path))
			action_wish(rule->action, rule->parameter, &wish);
		if (!pattern_matches(&rule->cgroups, path))
			continue;
		condition_wish(&rule->when, &wish);
		frame_wish_add(&wish, &rule->action->wish);
		if (rule->action->knob < KNOBS)
			wish.files |= FRAME_BIT(knobs[rule->action->knob].file);
		wish.files |= action_own_files(rule->action, rule->parameter);
		err = bind_rule(w, rule);
	}
	w->files |= wish.files;
	w->bound = !err;
	if (err)
		unbind(e, w);
	return err;
}

uint32_t engine_files(void *arg, uint64_t id, const char *path)
{
	struct engine *e = arg;
	struct watched *w = watch(e, id);
	uint32_t files;

	if (!w || (!w->bound && bind(e, w, path)))
		return 0;
	files = w->files;
	for (unsigned int knob = 0; knob < KNOBS; knob++)
		if (ledger_needs(e->dry_ledger, knob, path) ||
		    (e->ledger && ledger_needs(e->ledger, knob, path)))
			files |= FRAME_BIT(knobs[knob].file);
	return files;
}

static struct ledger *ledger_of(const struct engine *e, const struct rule *rule)
{
	return e->dry_run || rule->dry_run || !e->ledger ? e->dry_ledger : e->ledger;
}

static struct arbiter *arbiter_of(const struct engine *e, const struct rule *rule)
{
	return ledger_of(e, rule) == e->dry_ledger ? e->dry_arbiter : e->arbiter;
}

static struct decision decision_of(const struct engine *e, const struct binding *b,
				   const struct frame *frame, size_t cgroup)
{
	return (struct decision){
		.rule = b->rule, .id = frame->cgroup[cgroup].id, .path = frame->cgroup[cgroup].path,
		.time = frame->time, .when = b->when, .state = b->state, .reason = b->reason,
		.why = b->why ? b->why : "", .dry = ledger_of(e, b->rule) == e->dry_ledger,
	};
}

static struct binding *find_binding(const struct engine *e, uint64_t id, const char *rule)
{
	struct watched *w = slot_of(e, id);

	for (size_t i = 0; i < w->nr; i++)
		if (strcmp(w->binding[i].rule->name, rule) == 0)
			return &w->binding[i];
	return NULL;
}

/* The ledger tells what it did: add what the rule thought */
static void report_claim(void *arg, const struct ledger_event *event)
{
	const struct engine *e = arg;
	const struct claim *c = event->claim;
	const struct binding *b = NULL;
	struct decision decision;
	size_t i = FRAME_NONE;

	for (size_t j = 0; e->now && !b && j < c->nr; j++) {
		uint64_t by = c->demand[j].by ? c->demand[j].by : c->id;

		b = find_binding(e, by, c->demand[j].rule);
		i = frame_find(e->now, by);
	}
	if (!b || i == FRAME_NONE) {
		e->log.claimed(e->log.arg, event, NULL);
		return;
	}
	decision = decision_of(e, b, e->now, i);
	e->log.claimed(e->log.arg, event, &decision);
}

/* What is imagined comes on top of what was written */
static void report_real_claim(void *arg, const struct ledger_event *event)
{
	const struct engine *e = arg;

	if (event->type == LEDGER_WROTE || event->type == LEDGER_RESTORED)
		ledger_rebase(e->dry_ledger, event->claim->id, event->claim->knob, event->to);
	report_claim(arg, event);
}

/*
 * Whether a decision is no news: nothing holds in a frame without one to compare with, nor in the next.
 * Otherwise a start, or a gap, would fill the log with a line for each rule and cgroup.
 */
static bool is_quiet(const struct binding *b, const struct action_plan *plan, enum truth when,
		     const struct view *view)
{
	if (when == TRUE || plan->reason == REASON_NO_KNOB)
		return false;
	return view->cgroup_before == FRAME_NONE || (!b->known && when == FALSE);
}

static void note_decision(struct engine *e, struct binding *b, const struct action_plan *plan,
			  enum truth when, const struct view *view)
{
	bool changed = b->reason != plan->reason || b->when != when;
	bool quiet = is_quiet(b, plan, when, view);
	struct decision decision;

	b->reason = plan->reason;
	b->when = when;
	if (plan->why[0]) {
		shared_text_put(e->texts, b->why);
		b->why = shared_text_get(e->texts, plan->why);
	}
	b->known |= !quiet || view->cgroup_before != FRAME_NONE;
	if (!changed)
		return;
	decision = decision_of(e, b, view->now, view->cgroup);
	decision.quiet = quiet;
	e->log.decided(e->log.arg, &decision);
}

static void follow_up(struct engine *e, struct binding *b, const struct view *view)
{
	struct decision decision;

	if (!b->follow_up || view->now->time.monotonic < b->follow_up)
		return;
	b->follow_up = 0;
	decision = decision_of(e, b, view->now, view->cgroup);
	decision.follows_up = true;
	e->log.decided(e->log.arg, &decision);
}

/* Whether a plan has a deed, or changes a demand */
static bool changes_anything(const struct binding *b, const struct action_input *input,
			     const struct action_plan *plan)
{
	size_t demands = 0;

	for (size_t i = 0; i < plan->nr; i++) {
		const struct deed *deed = &plan->deed[i];

		if (deed->kind != DEED_DEMAND ||
		    action_demanded(input, deed->cgroup, deed->knob) != deed->value)
			return true;
		demands++;
	}
	return demands != b->demands;
}

/* Plan, and once more with an explanation if the log needs it: most plans change nothing */
static void make_plan(struct engine *e, const struct binding *b, struct action_input *input,
		      struct action_plan *plan)
{
	const struct action *action = b->rule->action;
	uint64_t now = input->view->now->time.monotonic;

	memcpy(e->memory, b->memory, action->state_size);
	action->plan(input, b->memory, plan);
	if (plan->reason == b->reason && input->when == b->when && b->why &&
	    !changes_anything(b, input, plan) && (!b->follow_up || now < b->follow_up))
		return;
	memcpy(b->memory, e->memory, action->state_size);
	*plan = (struct action_plan){};
	input->explain = true;
	action->plan(input, b->memory, plan);
}

/* Whether a deed may be done: rules may match more than their author thought of */
static bool is_allowed(const struct deed *deed, const struct frame *frame)
{
	switch (deed->kind) {
	case DEED_DEMAND:
		return knobs[deed->knob].inherited || !action_spares(frame, deed->cgroup);
	case DEED_RECLAIM:
	case DEED_KILL:
		return !action_spares(frame, deed->cgroup);
	default:
		return true;
	}
}

/* A kill that is done is also one for the rules that only imagine */
static int note_kill(struct engine *e, const struct binding *b, const struct view *view,
		     const struct deed *deed)
{
	const struct arbiter_kill kill = {
		.rule = b->rule->name, .by = view->now->cgroup[view->cgroup].id,
		.cgroup = deed->cgroup, .settle = deed->settle, .delay = deed->delay,
	};
	struct arbiter *arbiter = arbiter_of(e, b->rule);
	int err = arbiter_note(arbiter, view->now, &kill);

	if (!err && arbiter != e->dry_arbiter)
		err = arbiter_note(e->dry_arbiter, view->now, &kill);
	return err;
}

static int act(struct engine *e, const struct binding *b, const struct view *view,
	       const struct deed *deed)
{
	struct decision decision = decision_of(e, b, view->now, view->cgroup);
	int err = deed->kind == DEED_KILL ? note_kill(e, b, view, deed) : 0;

	if (err)
		return err;
	e->log.acted(e->log.arg, view->now, deed, &decision);
	if (e->act && !decision.dry)
		e->act(e->act_arg, view->now, deed, &decision);
	return 0;
}

static int carry_out(struct engine *e, struct binding *b, const struct view *view,
		     const struct action_plan *plan)
{
	struct ledger *ledger = ledger_of(e, b->rule);
	int err = 0;

	b->demands = 0;
	for (size_t i = 0; !err && i < plan->nr; i++) {
		const struct deed *deed = &plan->deed[i];

		if (!is_allowed(deed, view->now))
			continue;
		if (deed->kind != DEED_DEMAND) {
			err = act(e, b, view, deed);
			continue;
		}
		b->demands++;
		err = ledger_demand(ledger, view->now, deed->cgroup, deed->knob, b->rule->name,
				    deed->value, b->rule->weight,
				    view->now->cgroup[view->cgroup].id);
		if (err == -ENODATA)
			err = 0;
	}
	return err;
}

/* The knob that an action sets of its own cgroup; returns false if it needs one that is not there */
static bool read_own_knob(struct action_input *input, enum knob knob)
{
	size_t i = input->view->cgroup;

	if (knob == KNOBS)
		return true;
	input->demand = action_demanded(input, i, knob);
	return action_knob(input, i, knob, &input->value, &input->original);
}

static int run_binding(struct engine *e, struct binding *b, const struct view *view)
{
	const struct rule *rule = b->rule;
	struct ledger *ledger = ledger_of(e, rule);
	uint64_t now = view->now->time.monotonic;
	struct action_plan plan = {};
	struct action_input input = {
		.view = view, .rule = rule->name, .parameter = rule->parameter, .ledger = ledger,
		.arbiter = arbiter_of(e, rule),
		.bounded = ledger_is_bounded(ledger),
		.interval = e->config->interval,
		.cooling = b->acted && now - b->acted < rule->cooldown,
		.repeats = rule->cooldown > 0,
	};
	int err;

	/* Without the knob, the condition is evaluated all the same, for the log */
	input.when = condition_evaluate(&rule->when, view, b->state);
	if (!read_own_knob(&input, rule->action->knob)) {
		plan = (struct action_plan){ .reason = REASON_NO_KNOB, .why = "it has no such file" };
		note_decision(e, b, &plan, input.when, view);
		return 0;
	}
	make_plan(e, b, &input, &plan);
	note_decision(e, b, &plan, input.when, view);
	follow_up(e, b, view);
	err = carry_out(e, b, view, &plan);
	if (!err && plan.acts) {
		b->acted = now;
		b->follow_up = now + FOLLOW_UP;
	}
	return err;
}

/* What a rule reads of the ancestors as well: limits, and knobs that they have to have for it */
static void need_ancestors(struct engine *e, const struct frame *frame, size_t i)
{
	struct watched *w = slot_of(e, frame->cgroup[i].id);
	uint32_t files = w->nr ? w->files & LIMITS : 0;

	for (size_t j = 0; j < w->nr; j++) {
		const struct rule *rule = w->binding[j].rule;
		enum knob knob = rule->action->knob;

		if (knob < KNOBS && knobs[knob].inherited)
			files |= FRAME_BIT(knobs[knob].file);
		files |= rule->action->ancestor_files;
		files |= action_own_files(rule->action, rule->parameter);
	}
	for (i = frame->cgroup[i].parent; files && i != FRAME_NONE; i = frame->cgroup[i].parent) {
		w = slot_of(e, frame->cgroup[i].id);
		if ((w->files & files) == files)
			return;
		w->files |= files;
	}
}

/* A frame did not have the cgroup, so nothing lasted until now */
static void restart(struct watched *w)
{
	for (size_t i = 0; i < w->nr; i++) {
		struct binding *b = &w->binding[i];

		memset(b->state, 0, b->rule->when.nr * sizeof(*b->state));
		memset(b->memory, 0, b->rule->action->state_size);
		b->when = UNKNOWN;
		b->reason = -1;
	}
}

static int run_cgroup(struct engine *e, struct view *view)
{
	const struct frame_cgroup *c = &view->now->cgroup[view->cgroup];
	struct watched *w = watch(e, c->id);
	int err = 0;

	if (!w || (!w->bound && bind(e, w, c->path)))
		return -ENOMEM;
	if (!w->seen) {
		w->seen = view->now->time.monotonic;
		w->born = view->before;
	}
	if (!w->rooted)
		need_ancestors(e, view->now, view->cgroup);
	w->rooted = true;
	if (w->round + 1 != e->round)
		restart(w);
	w->round = e->round;
	if (!w->nr)
		return 0;
	view->seen = w->seen;
	view->born = w->born;
	view->cgroup_before = view->before ? frame_find(view->before, c->id) : FRAME_NONE;
	for (size_t i = 0; !err && i < w->nr; i++)
		err = run_binding(e, &w->binding[i], view);
	return err;
}

/* Decide about all cgroups. If the frame came after a gap, there is none before it. */
static int run_rules(struct engine *e, struct frame *frame, const char *gap)
{
	struct losses losses = {};
	struct view view = {
		.now = frame, .before = gap ? NULL : e->before, .losses = &losses,
	};
	int err = 0;

	if (view.before)
		view.seconds = (frame->time.monotonic - e->before->time.monotonic) /
			       (double)NS_PER_S;
	for (size_t i = 0; !err && i < frame->nr; i++) {
		view.cgroup = i;
		err = run_cgroup(e, &view);
	}
	losses_clear(&losses);
	return err;
}

/* Bound protections by a share of the machine's memory, which may be plugged in and out */
static void set_budget(const struct engine *e, const struct frame *frame)
{
	uint64_t budget = e->config->budget, memory;

	if (e->config->budget_share > 0) {
		if (!field_key(frame_host_text(frame, FRAME_MEMINFO), "MemTotal", &memory))
			return;
		budget = memory * 1024 * e->config->budget_share;
	}
	ledger_set_budget(e->dry_ledger, budget);
	if (e->ledger)
		ledger_set_budget(e->ledger, budget);
}

static int settle(struct engine *e, const struct frame *frame)
{
	int err;

	set_budget(e, frame);
	err = ledger_settle(e->dry_ledger, frame);

	return err || !e->ledger ? err : ledger_settle(e->ledger, frame);
}

int engine_round(struct engine *e, struct frame *frame)
{
	const char *gap = e->before ? gap_between(e->before, frame, e->config->interval) : NULL;
	int err;

	e->round++;
	e->now = frame;
	if (gap)
		e->log.gap(e->log.arg, frame, gap);
	if (gap && !is_same_boot(e->before, frame))
		forget_claims(e);
	if (gap && (!is_same_boot(e->before, frame) ||
		    frame->time.monotonic <= e->before->time.monotonic))
		forget_all(e);
	if (e->ledger)
		ledger_look(e->ledger, frame);
	ledger_look(e->dry_ledger, frame);
	arbiter_look(e->dry_arbiter, frame);
	arbiter_look(e->arbiter, frame);
	err = run_rules(e, frame, gap);
	if (!err)
		err = settle(e, frame);
	e->now = NULL;
	/* Forget cgroups that are gone, when they are the most */
	if (!err && e->nr > 2 * frame->nr + 64)
		rehash(e, e->size, keep_present);
	frame_put(e->before);
	e->before = frame_get(frame);
	return err;
}

uint64_t engine_budget(const struct engine *e, uint64_t *added)
{
	const struct ledger *ledger = e->ledger ? e->ledger : e->dry_ledger;

	*added = ledger_added(ledger);
	return ledger_budget(ledger);
}

const struct frame *engine_frame(const struct engine *e)
{
	return e->before;
}

void engine_each(const struct engine *e, uint64_t id,
		 void (*f)(void *arg, const struct decision *decision), void *arg)
{
	const struct frame *frame = e->before;

	for (size_t i = 0; frame && i < frame->nr; i++) {
		const struct watched *w = slot_of(e, frame->cgroup[i].id);

		for (size_t j = 0; j < w->nr; j++) {
			struct decision decision = decision_of(e, &w->binding[j], frame, i);

			if (!id || id == decision.id)
				f(arg, &decision);
		}
	}
}
