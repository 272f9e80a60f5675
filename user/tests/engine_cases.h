/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Run an engine on a script of frames, and compare its log
 *
 * A case is a configuration and a script. A script is frames as in frames.h; " xN" behind a clock
 * repeats the frame with its changes, and "reload" takes the second configuration. Knobs that the
 * engine writes are in the next frame, as are its claims; if the frames are recorded, what they have is
 * what a daemon has set then. The log has a line for each decision, for each change of a
 * claim and for each gap, as they come:
 *
 *	110 r /a: yes, raise		rule r: its condition holds, and the reason of its action
 *	110 /a: wrote 0M to 110M	memory.low, rounded to MiB
 *	120 r /a: later yes, enough	the follow-up
 *
 * Behind each case, its frames are replayed: the rules that ran must decide the same.
 */
#ifndef ENGINE_CASES_H
#define ENGINE_CASES_H

#include "engine.h"
#include "frames.h"
#include "tap.h"

#define LOG_SIZE	8192
#define MOST_FRAMES	1024

/**
 * struct runner - an engine and the machine that it runs on
 * @config: its rules
 * @next: the rules after a reload; NULL if there are none
 * @recorded: see struct engine_case
 * @nr: number of frames so far
 * @frame: the frames; NULL for a reload
 */
struct runner {
	struct fake fake;
	struct engine *engine;
	struct config *config;
	struct config *next;
	bool recorded;
	size_t nr;
	struct frame *frame[MOST_FRAMES];
	char log[LOG_SIZE];
};

__attribute__((format(printf, 2, 3)))
static inline void note(struct runner *r, const char *format, ...)
{
	size_t n = strlen(r->log);
	va_list args;

	n += snprintf(r->log + n, LOG_SIZE - n, "%g ", r->fake.time.monotonic / 1e9);
	va_start(args, format);
	n += vsnprintf(r->log + n, LOG_SIZE - n, format, args);
	va_end(args);
	if (n + 1 >= LOG_SIZE)
		fake_wrong("the log is too long", r->log + LOG_SIZE - 256);
	strcat(r->log, "\n");
}

static inline const char *reason_name(const struct decision *d)
{
	return d->reason < 0 ? "no file" : d->rule->action->reasons[d->reason];
}

static inline void note_decided(void *arg, const struct decision *d)
{
	static const char *const words[] = {
		[FALSE] = "no", [TRUE] = "yes", [UNKNOWN] = "unknown",
	};

	note(arg, "%s %s: %s%s, %s%s", d->rule->name, d->path, d->follows_up ? "later " : "",
	     words[d->when], reason_name(d), d->dry ? " (dry)" : "");
}

/* Whether a claim is in the ledger of the rules that act */
static inline bool is_real(const struct runner *r, const struct claim *claim)
{
	const struct claim *all;
	size_t nr = 0;

	all = engine_ledger(r->engine) ? ledger_claims(engine_ledger(r->engine), &nr) : NULL;
	return nr && claim >= all && claim < all + nr;
}

/* Sizes in MiB; cpu.max in ms */
static inline const char *value_text(char *buf, size_t size, enum knob knob, uint64_t value)
{
	if (value == UINT64_MAX)
		snprintf(buf, size, "max");
	else if (knobs[knob].size)
		snprintf(buf, size, "%.0fM", value / 0x1p20);
	else if (knob == KNOB_CPU_MAX)
		snprintf(buf, size, "%.0fms", value / 1e3);
	else
		snprintf(buf, size, "%" PRIu64, value);
	return buf;
}

/* memory.low has none */
static inline const char *knob_suffix(enum knob knob)
{
	static const char *const names[] = {
		[KNOB_MEMORY_LOW] = "", [KNOB_MEMORY_MIN] = " min", [KNOB_MEMORY_HIGH] = " high", [KNOB_CPU_MAX] = " cpu",
		[KNOB_FREEZE] = " freeze",
	};

	return names[knob];
}

static inline void note_claimed(void *arg, const struct ledger_event *event,
			 const struct decision *decision)
{
	static const char *const words[] = {
		[LEDGER_WROTE] = "wrote", [LEDGER_RESTORED] = "restored",
		[LEDGER_FAILED] = "failed", [LEDGER_OUTSIDE] = "outside",
		[LEDGER_RESET] = "reset", [LEDGER_REPAIRED] = "repaired", [LEDGER_GONE] = "gone",
	};
	const struct claim *c = event->claim;
	struct runner *r = arg;
	char from[32], to[32];
	bool real = is_real(r, c);

	note(r, "%s: %s%s %s to %s%s%s", c->path, words[event->type],
	     knob_suffix(c->knob),
	     value_text(from, sizeof(from), c->knob, event->from),
	     value_text(to, sizeof(to), c->knob, event->to), real ? "" : " (dry)",
	     decision || !c->nr ? "" : " without rule");
	for (size_t i = 0; real && !r->recorded && i < r->fake.nr; i++)
		if (r->fake.cgroup[i].id == c->id &&
		    (event->type == LEDGER_WROTE || event->type == LEDGER_RESTORED))
			r->fake.cgroup[i].file[knobs[c->knob].file] = event->to;
}

static inline void note_deed(void *arg, const struct frame *frame, const struct deed *deed,
		      const struct decision *d)
{
	static const char *const words[DEED_KINDS] = {
		[DEED_RECLAIM] = "reclaim", [DEED_KILL] = "kill", [DEED_RUN] = "run",
		[DEED_TELL] = "tell",
	};

	note(arg, "%s %s: %s %s %.0fM%s", d->rule->name, d->path, words[deed->kind],
	     frame->cgroup[deed->cgroup].path, deed->value / 0x1p20, d->dry ? " (dry)" : "");
}

static inline void note_gap(void *arg, const struct frame *frame, const char *why)
{
	(void)frame;
	note(arg, "gap: %s", why);
}

static inline struct config *parse(const char *text)
{
	struct config_errors errors;
	struct config *config;

	if (!text)
		return NULL;
	if (config_parse("conf", text, strlen(text), &config, &errors))
		fake_wrong("no configuration", errors.nr ? errors.text[0] : text);
	config_errors_free(&errors);
	return config;
}

static inline void begin(struct runner *r, bool dry_run, const char *config, const char *next)
{
	const struct engine_log log = { note_decided, note_claimed, note_deed, note_gap, r };

	*r = (struct runner){ .config = parse(config), .next = parse(next) };
	r->engine = engine_new(dry_run, &log);
	if (!r->engine || engine_set_rules(r->engine, r->config) ||
	    (!dry_run && engine_open_ledger(r->engine, LEDGER_REPLAY, NULL, NULL)))
		fake_wrong("no engine", config);
}

static inline void end(struct runner *r)
{
	engine_free(r->engine);
	for (size_t i = 0; i < r->nr; i++)
		frame_put(r->frame[i]);
	config_free(r->config);
	config_free(r->next);
	fake_free(&r->fake);
}

/* The daemon that records describes its claims in each frame */
static inline void put_claims(struct runner *r)
{
	const struct claim *claim = NULL;
	size_t nr = 0;

	if (engine_ledger(r->engine))
		claim = ledger_claims(engine_ledger(r->engine), &nr);
	for (size_t i = 0; i < r->fake.nr; i++) {
		struct fake_cgroup *c = &r->fake.cgroup[i];

		c->claims[claim_print(c->claims, sizeof(c->claims), claim, nr, c->id)] = '\0';
	}
}

static inline void decide(struct runner *r, struct frame *frame)
{
	int err = engine_round(r->engine, frame);

	if (err)
		note(r, "error %d", err);
}

/* Keep a frame, or NULL for a reload, to replay it */
static inline void keep(struct runner *r, struct frame *frame)
{
	if (r->nr == MOST_FRAMES)
		fake_wrong("too many frames", "");
	r->frame[r->nr++] = frame;
}

static inline void run_frame(struct runner *r, const char *change)
{
	struct frame *frame;

	fake_change(&r->fake, change);
	if (!r->recorded)
		put_claims(r);
	frame = fake_frame(&r->fake);
	decide(r, frame);
	keep(r, frame);
}

static inline void reload(struct runner *r)
{
	engine_set_rules(r->engine, r->next);
	keep(r, NULL);
}

/* The lines of a frame, the first of which may end with " xN" */
static inline void run_frames(struct runner *r, char *lines)
{
	size_t first = strcspn(lines, "\n");
	int times = 1;

	for (size_t i = 0; i < first; i++)
		if (lines[i] == ' ' && lines[i + 1] == 'x') {
			times = atoi(lines + i + 2);
			memset(lines + i, ' ', 1 + strcspn(lines + i + 1, " \n"));
		}
	while (times--)
		run_frame(r, lines);
}

static inline void run(struct runner *r, const char *script)
{
	char *copy = strdup(script), *at = copy, *next;

	while (at && *at) {
		next = strstr(at, "\n@");
		if (next)
			*next++ = '\0';
		if (strncmp(at, "@reload", 7) == 0)
			reload(r);
		else
			run_frames(r, at);
		at = next;
	}
	free(copy);
}

/**
 * struct engine_case - rules, frames, and the log
 * @dry_run: the engine only imagines
 * @next: the configuration that "@reload" takes
 * @recorded: what the engine writes is not in the frames
 */
struct engine_case {
	const char *name;
	const char *config;
	const char *script;
	const char *log;
	bool dry_run;
	const char *next;
	bool recorded;
};

/* Run the rules of a case on the frames that it left */
static inline void check_replay(const struct engine_case *c, const struct runner *live)
{
	struct runner r;

	begin(&r, c->dry_run, c->config, c->next);
	r.recorded = true;
	for (size_t i = 0; i < live->nr; i++) {
		if (live->frame[i]) {
			r.fake.time = live->frame[i]->time;
			decide(&r, live->frame[i]);
		} else {
			engine_set_rules(r.engine, r.next);
		}
	}
	if (!ok(strcmp(r.log, c->log) == 0, "the same in a replay"))
		printf("# got:\n%s# want:\n%s", r.log, c->log);
	end(&r);
}

/* check_case - run a case, and report whether its log is as it should be */
static inline void check_case(const struct engine_case *c)
{
	struct runner r;

	begin(&r, c->dry_run, c->config, c->next);
	r.recorded = c->recorded;
	run(&r, c->script);
	if (!ok(strcmp(r.log, c->log) == 0, "%s", c->name))
		printf("# got:\n%s# want:\n%s", r.log, c->log);
	if (!c->recorded)
		check_replay(c, &r);
	end(&r);
}

#endif /* ENGINE_CASES_H */
