// SPDX-License-Identifier: GPL-2.0
/*
 * The daemon on this machine: its event loop, signals of processes, and requests at its socket
 *
 * SIGHUP reads the configuration again: a claim whose rule is still there stays, so there is no moment
 * without protection. SIGTERM ends the daemon and keeps the claims, for the same reason: the next
 * one adopts them. SIGINT restores all knobs first, as --restore does later.
 */
#include <errno.h>
#include <link.h>
#include <linux/capability.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <systemd/sd-daemon.h>
#include <systemd/sd-event.h>
#include <unistd.h>

#include "clock.h"
#include "control.h"
#include "control_answer.h"
#include "dirs.h"
#include "engine.h"
#include "hands.h"
#include "journal.h"
#include "listener.h"
#include "live.h"
#include "notify.h"
#include "report.h"
#include "run.h"
#include "service.h"
#include "store.h"
#include "tally.h"
#include "wake.h"

/*
 * How long a request may wait for the module, in ms. The event loop reports to systemd's watchdog
 * after at most 3/4 of WatchdogSec = 30 s. A frame may wait for five answers, and behind it setting
 * triggers takes a second and one answer.
 */
#define TIMEOUT		3000
/* How late an early frame may be, us */
#define EARLY_ACCURACY	1000

struct service {
	const char *config_path;
	bool dry_run;
	struct config *config;
	struct engine *engine;
	struct tally tally;
	struct live *live;
	struct hands *hands;
	struct notify *notify;
	struct store *store;
	struct control *control;
	struct wake *wake;
	sd_event_source *timer;
	uint64_t started;
	uint64_t done;		/* when the last frame was, CLOCK_MONOTONIC, ns */
	struct control_frame last;
	bool paused;
	bool restore;
	int module_error;
	int error;
	int store_error;
};

/* Read the configuration, and check that this machine has what it needs; NULL if not */
static struct config *read_config(const char *path, struct config_errors *errors)
{
	struct config_errors warnings = {};
	struct config *config;

	config_load(path, &config, errors);
	if (config && run_check(config, errors, &warnings))
		config_errors_add(errors, strdup("out of memory"));
	for (size_t i = 0; i < warnings.nr; i++)
		journal(LOG_WARNING, "%s", warnings.text[i]);
	config_errors_free(&warnings);
	if (!errors->nr)
		return config;
	config_free(config);
	return NULL;
}

static struct config *load_config(const char *path)
{
	struct config_errors errors;
	struct config *config = read_config(path, &errors);

	for (size_t i = 0; i < errors.nr; i++)
		journal(LOG_ERR, "%s", errors.text[i]);
	config_errors_free(&errors);
	return config;
}

/* What a recording has in addition to what the rules need: enough for most other rules */
static const struct frame_wish recorded = {
	.files = FRAME_BIT(FRAME_CLAIMS) | FRAME_BIT(FRAME_MEMORY_CURRENT) | FRAME_BIT(FRAME_MEMORY_LOW) |
		 FRAME_BIT(FRAME_MEMORY_MIN) | FRAME_BIT(FRAME_MEMORY_HIGH) |
		 FRAME_BIT(FRAME_MEMORY_MAX) | FRAME_BIT(FRAME_MEMORY_EVENTS) |
		 FRAME_BIT(FRAME_MEMORY_EVENTS_LOCAL) | FRAME_BIT(FRAME_MEMORY_PRESSURE) |
		 FRAME_BIT(FRAME_SWAP_CURRENT),
	.host_files = FRAME_BIT(FRAME_MEMINFO) | FRAME_BIT(FRAME_PRESSURE) |
		      FRAME_BIT(FRAME_MGLRU),
	.stats = true, .histograms = true, .stalled = true, .blame = true,
};

/* The files to read of a cgroup */
static uint32_t files_of(void *arg, uint64_t id, const char *path)
{
	struct service *s = arg;

	return engine_files(s->engine, id, path) | (s->store ? recorded.files : 0);
}

/* What the ledger has set of a cgroup, for the recording */
static size_t claims_of(void *arg, uint64_t id, char *buf, size_t size)
{
	const struct service *s = arg;
	const struct ledger *ledger = engine_ledger(s->engine);
	const struct claim *claim = NULL;
	size_t nr = 0;

	if (ledger)
		claim = ledger_claims(ledger, &nr);
	return claim_print(buf, size, claim, nr, id);
}

static struct store_keep keep_of(const struct config *config)
{
	return (struct store_keep){ .age = config->record_age, .size = config->record_size };
}

/* Only CAP_SYS_ADMIN sees the marks of cgroups that begin with "trusted." */
static bool may_read_marks(void)
{
	struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3] = {};

	return !syscall(SYS_capget, &header, data) && data[0].effective & 1u << CAP_SYS_ADMIN;
}

static void warn_of_marks(const struct config *config)
{
	for (size_t i = 0; i < config->nr; i++) {
		const struct rule *rule = &config->rule[i];

		if (!(rule->action->wish.files & FRAME_BIT(FRAME_MARKS)) || may_read_marks())
			continue;
		journal(LOG_WARNING, "rule %s: without CAP_SYS_ADMIN the marks trusted.oomd_avoid and trusted.oomd_omit are not seen: add it to CapabilityBoundingSet= of the unit if cgroups have them",
			rule->name);
		return;
	}
}

/* Run the rules of @config, which the service takes over */
static int take_config(struct service *s, struct config *config)
{
	const struct store_keep keep = keep_of(config);
	struct frame_wish wish = {};
	int err = engine_set_rules(s->engine, config);

	if (err)
		return err;
	if (s->notify)
		notify_set_rules(s->notify, config, s->dry_run);
	warn_of_marks(config);
	config_free(s->config);
	s->config = config;
	engine_wish(s->engine, &wish);
	if (s->store) {
		frame_wish_add(&wish, &recorded);
		live_describe(s->live, claims_of, s);
		store_keep(s->store, &keep);
		if (store_note_interval(s->store, config->interval))
			journal(LOG_ERR, "cannot record the interval: %s", store_error(s->store));
	}
	live_wish(s->live, &wish, files_of, s);
	return 0;
}

static void log_ledger_error(const char *file, int err)
{
	if (err == -EBUSY)
		journal(LOG_ERR, "another headroomd acts on these cgroups: stop it, or use --dry-run");
	else if (err == -EBADMSG)
		journal(LOG_ERR, "cannot parse the ledger %s: check memory.low of your cgroups, then remove the file",
			file);
	else
		journal(LOG_ERR, "cannot use the ledger %s: %s", file, strerror(-err));
}

static int open_ledger(struct service *s, struct config *config)
{
	size_t nr;
	int err;

	if (s->dry_run)
		return 0;
	err = engine_open_ledger(s->engine, LEDGER_REAL, config->ledger, live_dirs(s->live));
	if (err) {
		log_ledger_error(config->ledger, err);
		return err;
	}
	ledger_claims(engine_ledger(s->engine), &nr);
	if (nr)
		journal(LOG_NOTICE, "the previous run left %zu claim%s: rules that still exist go on with them",
			nr, nr == 1 ? "" : "s");
	return 0;
}

static int open_store(struct service *s, const struct config *config)
{
	const struct store_keep keep = keep_of(config);
	int err;

	if (!config->record)
		return 0;
	err = store_create(&s->store, config->record, &keep);
	if (err)
		journal(LOG_ERR, "cannot record to %s: %s", config->record,
			store_error(s->store));
	return err;
}

static int open_live(struct service *s)
{
	int err = live_open(&s->live, TIMEOUT, s->store);

	if (err == -ENODEV)
		journal(LOG_ERR, "cgroup v2 is not mounted: mount it on /sys/fs/cgroup");
	else if (err)
		journal(LOG_ERR, "cannot read cgroups: %s", strerror(-err));
	return err;
}

/* Tell once that the module is missing, and once that it is back */
static void note_module(struct service *s, int err)
{
	if (err == s->module_error)
		return;
	if (err)
		journal(LOG_WARNING, "%s; rules that need it are blind until it answers, and keep what they have",
			live_error(s->live));
	else
		journal(LOG_NOTICE, "the module answers");
	s->module_error = err;
}

static void note_error(struct service *s, int err)
{
	if (err == -ENOMEM && err != s->error)
		journal(LOG_ERR, "out of memory: rules were not evaluated, and keep what they have");
	else if (err && err != s->error)
		journal(LOG_ERR, "cannot write the ledger %s, so nothing is changed: %s",
			s->config->ledger, strerror(-err));
	s->error = err;
}

/* A recording that cannot be written does not keep rules from working */
static void note_store(struct service *s, int err)
{
	if (err && err != s->store_error)
		journal(LOG_ERR, "cannot record: %s", store_error(s->store));
	else if (!err && s->store_error)
		journal(LOG_NOTICE, "recording again");
	s->store_error = err;
}

static void note_outcome(void *arg, const struct outcome *outcome)
{
	struct service *s = arg;

	tally_outcome(&s->tally, outcome);
	report_outcome(s->store, outcome);
}

/* Run the rules on a frame, and record it with what they decide */
static void run_rules(struct service *s, struct frame *frame)
{
	int err = s->store ? store_append(s->store, frame) : 0;

	hands_collect(s->hands, note_outcome, s);

	if (!s->paused) {
		note_error(s, engine_round(s->engine, frame));
		if (s->notify)
			notify_follow(s->notify, s->engine);
	}
	if (!err && s->store)
		err = store_commit(s->store);
	note_store(s, err);
}

/* By an option, or by the configuration, which a reload changes */
static bool is_dry(const struct service *s)
{
	return s->dry_run || s->config->dry_run;
}

static void notify_status(const struct service *s)
{
	size_t nr = 0;

	if (engine_ledger(s->engine))
		ledger_claims(engine_ledger(s->engine), &nr);
	sd_notifyf(0, "STATUS=%zu rule%s, %zu knob%s changed%s%s%s", s->config->nr,
		   s->config->nr == 1 ? "" : "s", nr, nr == 1 ? "" : "s",
		   is_dry(s) ? " (dry run)" : "", s->paused ? "; paused" : "",
		   s->module_error ? "; the headroom module does not answer" : "");
}

/* While rules are paused, frames are read all the same, for the recording and for status */
static void step(struct service *s)
{
	uint64_t begin = clock_now();
	struct frame *frame;
	int err = live_read(s->live, &frame);

	if (err) {
		journal(LOG_ERR, "cannot read cgroups: %s", strerror(-err));
		s->done = clock_now();
		return;
	}
	note_module(s, frame->module_error);
	frame->paused = s->paused;
	run_rules(s, frame);
	s->last = (struct control_frame){
		.time = frame->time.wall, .duration = clock_now() - begin, .cgroups = frame->nr,
	};
	s->done = clock_now();
	frame_put(frame);
	notify_status(s);
}

/**
 * struct outlook - what may make the next frame come early
 * @list: the triggers that rules want
 * @due: when the next duration will have passed, ns; UINT64_MAX if none runs
 */
struct outlook {
	struct wake_list list;
	uint64_t due;
};

static void look_ahead(void *arg, const struct decision *decision)
{
	const struct condition *when = &decision->rule->when;
	uint64_t due = condition_due(when, decision->state);
	struct outlook *outlook = arg;

	if (due < outlook->due)
		outlook->due = due;
	wake_want(&outlook->list, when, decision->id);
}

/*
 * Set the triggers of the cgroups in the last frame. Those that are set stay while nothing is known.
 * Returns when the next frame is due, if it is before the end of the interval.
 */
static uint64_t plan_wakeups(struct service *s)
{
	struct outlook outlook = {
		.list.interval = s->config->interval, .due = UINT64_MAX,
	};

	if (s->paused || s->error)
		return UINT64_MAX;
	engine_each(s->engine, 0, look_ahead, &outlook);
	if (s->wake && !s->module_error)
		wake_set(s->wake, &outlook.list);
	return outlook.due;
}

/* A frame may be late by a twentieth of the interval, so that wakeups can coincide */
static uint64_t accuracy_usec(const struct service *s)
{
	return s->config->interval / 20000;
}

static int set_timer(struct service *s)
{
	int err = sd_event_source_set_time_relative(s->timer, s->config->interval / 1000);

	if (err >= 0)	/* a reload may have changed the interval */
		err = sd_event_source_set_time_accuracy(s->timer, accuracy_usec(s));
	return err < 0 ? err : sd_event_source_set_enabled(s->timer, SD_EVENT_ONESHOT);
}

/* Read the next frame at @time already, ns, or as soon as the last one is long enough ago */
static int hasten(struct service *s, uint64_t time)
{
	uint64_t soonest = s->done + wake_least(s->config->interval), planned;
	int err = sd_event_source_get_time(s->timer, &planned);

	if (time < soonest)
		time = soonest;
	if (err < 0 || time / 1000 >= planned)
		return err;
	err = sd_event_source_set_time(s->timer, time / 1000 + 1);
	return err < 0 ? err : sd_event_source_set_time_accuracy(s->timer, EARLY_ACCURACY);
}

static int on_timer(sd_event_source *timer, uint64_t usec, void *arg)
{
	uint64_t due;
	int err;

	(void)timer, (void)usec;
	step(arg);
	due = plan_wakeups(arg);
	err = set_timer(arg);
	return err < 0 ? err : hasten(arg, due);
}

/* After a reload: the first frame of other rules shows their cgroups, which then get triggers */
static int look_again(struct service *s)
{
	int err = set_timer(s);

	return err < 0 ? err : hasten(s, clock_now());
}

/* A trigger has fired. Paused rules do not wait for a frame. */
static void on_wake(void *arg)
{
	struct service *s = arg;
	int err = s->paused ? 0 : hasten(s, clock_now());

	if (err < 0)
		journal(LOG_ERR, "cannot set a timer: %s", strerror(-err));
}

static bool same_text(const char *a, const char *b)
{
	return a && b ? !strcmp(a, b) : a == b;
}

/* What a configuration has in place of files that are open, as an error; NULL if nothing */
static char *find_moved(const struct config *new, const struct config *old)
{
	char *error = NULL;
	int n = 0;

	if (!same_text(new->ledger, old->ledger))
		n = asprintf(&error, "the ledger cannot move while headroomd runs: restart it to use %s",
			     new->ledger);
	else if (!same_text(new->record, old->record))
		n = asprintf(&error, "the recording cannot change while headroomd runs: restart it to use %s",
			     new->record ? new->record : "none");
	else if (!same_text(new->socket, old->socket) || new->socket_mode != old->socket_mode ||
		 !same_text(new->socket_group, old->socket_group))
		n = asprintf(&error, "the control socket cannot change while headroomd runs: restart it to use %s",
			     new->socket ? new->socket : "none");
	return n < 0 ? NULL : error;
}

/* Returns false, and adds to @errors, if the current configuration stays */
static bool load_again(struct service *s, struct config_errors *errors)
{
	struct config *config = read_config(s->config_path, errors);
	char *moved;

	if (!config)
		return false;
	moved = find_moved(config, s->config);
	if (!moved && !take_config(s, config))
		return true;
	config_errors_add(errors, moved ? moved : strdup("out of memory"));
	config_free(config);
	return false;
}

static bool reload(struct service *s, struct config_errors *errors)
{
	bool done;

	sd_notify(0, "RELOADING=1");
	done = load_again(s, errors);
	for (size_t i = 0; i < errors->nr; i++)
		journal(LOG_ERR, "%s", errors->text[i]);
	if (done)
		journal(LOG_NOTICE, "reloaded the configuration from %s: %zu rule%s%s",
			s->config_path, s->config->nr, s->config->nr == 1 ? "" : "s",
			is_dry(s) ? ", dry run" : "");
	else
		journal(LOG_ERR, "keeping the current configuration");
	sd_notify(0, "READY=1");
	return done;
}

static int on_reload(sd_event_source *source, const struct signalfd_siginfo *si, void *arg)
{
	struct config_errors errors = {};
	struct service *s = arg;

	(void)source, (void)si;
	reload(s, &errors);
	config_errors_free(&errors);
	return look_again(s);
}

static int on_interrupt(sd_event_source *source, const struct signalfd_siginfo *si, void *arg)
{
	struct service *s = arg;

	(void)si;
	s->restore = true;
	return sd_event_exit(sd_event_source_get_event(source), 0);
}

/**
 * struct request - a request at the control socket
 * @service: the daemon
 * @peer: who asks
 */
struct request {
	struct service *service;
	const struct control_peer *peer;
};

static void pause_rules(void *arg, bool paused)
{
	const struct request *request = arg;
	struct service *s = request->service;

	if (paused == s->paused)
		return;
	s->paused = paused;
	journal(LOG_NOTICE, "%s by uid %u, pid %d%s", paused ? "paused" : "resumed",
		request->peer->uid, request->peer->pid,
		paused ? ": rules are not evaluated, and what they changed stays" : "");
	notify_status(s);
}

static bool reload_rules(void *arg, struct config_errors *errors)
{
	const struct request *request = arg;
	bool done;

	journal(LOG_INFO, "uid %u, pid %d asks for a reload", request->peer->uid,
		request->peer->pid);
	done = reload(request->service, errors);
	look_again(request->service);
	return done;
}

static char *answer(void *arg, const char *line, const struct control_peer *peer, size_t *size)
{
	struct service *s = arg;
	struct request request = { s, peer };
	const struct control_acts acts = { pause_rules, reload_rules, &request };
	const struct control_state state = {
		.config = s->config, .engine = s->engine, .history = journal_history(),
		.tally = &s->tally,
		.root = dirs_root(live_dirs(s->live)), .uptime = clock_now() - s->started,
		.frame = s->last, .module_error = s->module_error ? live_error(s->live) : NULL,
		.paused = s->paused, .dry_run = is_dry(s),
	};

	return control_answer(line, peer->may_change, &state, &acts, size);
}

/* Rules do not depend on the socket */
static void open_control(struct service *s, sd_event *event)
{
	const struct config *c = s->config;
	const struct control_options options = {
		.path = c->socket, .mode = c->socket_mode, .group = c->socket_group,
	};
	int err;

	if (!c->socket)
		return;
	err = control_open(&s->control, event, &options, answer, s);
	if (!err)
		return;
	journal(LOG_ERR, "cannot listen on %s%s%s, so there is no control socket: %s", c->socket,
		err == -ESRCH ? " for the group " : "", err == -ESRCH ? c->socket_group : "",
		listener_problem(err));
	control_close(s->control);
	s->control = NULL;
}

/* Rules do not depend on triggers */
static void open_wake(struct service *s, sd_event *event)
{
	if (wake_open(&s->wake, event, TIMEOUT, on_wake, s))
		journal(LOG_ERR, "out of memory: rules are evaluated once in an interval only");
	plan_wakeups(s);
}

/* Outlets for the messages of rules, also for the cgroups of the frame that there was */
static void open_notify(struct service *s, sd_event *event)
{
	s->notify = notify_new(event);
	if (!s->notify) {
		journal(LOG_ERR, "out of memory: rules cannot notify");
		return;
	}
	notify_set_rules(s->notify, s->config, s->dry_run);
	notify_follow(s->notify, s->engine);
}

/* Block signals until the event loop runs, which then handles those that have arrived */
static void block_signals(void)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGHUP);
	sigprocmask(SIG_BLOCK, &set, NULL);
}

/* The program comes first, before its libraries */
static int read_program(struct dl_phdr_info *program, size_t size, void *arg)
{
	(void)size;
	(void)arg;
	for (int i = 0; i < program->dlpi_phnum; i++) {
		const ElfW(Phdr) *part = &program->dlpi_phdr[i];
		uintptr_t from = (program->dlpi_addr + part->p_vaddr) & -(uintptr_t)getpagesize();
		uintptr_t to = program->dlpi_addr + part->p_vaddr + part->p_memsz;

		if (part->p_type == PT_LOAD && madvise((void *)from, to - from, MADV_POPULATE_READ))
			journal(LOG_NOTICE, "cannot read the daemon's own pages: %s", strerror(errno));
	}
	return 1;
}

/*
 * A daemon that has to wait for its own pages is of no use when memory is short. What it has touched
 * stays in memory, and so does the whole program: an action may run for the first time then. Of its
 * libraries most is never used. What actions need of them is what reading a frame needs.
 */
static void lock_memory(void)
{
	if (mlockall(MCL_CURRENT | MCL_FUTURE | MCL_ONFAULT))
		journal(LOG_NOTICE, "cannot lock the daemon's own memory: set LimitMEMLOCK=infinity in its unit: %s",
			strerror(errno));
	else
		dl_iterate_phdr(read_program, NULL);
}

static int loop(struct service *s)
{
	sd_event *event = NULL;
	int err;

	err = sd_event_default(&event);
	if (err >= 0)
		err = sd_event_add_signal(event, NULL, SIGTERM, NULL, NULL);
	if (err >= 0)
		err = sd_event_add_signal(event, NULL, SIGINT, on_interrupt, s);
	if (err >= 0)
		err = sd_event_add_signal(event, NULL, SIGHUP, on_reload, s);
	if (err >= 0)
		err = sd_event_add_time_relative(event, &s->timer, CLOCK_MONOTONIC,
						 s->config->interval / 1000, accuracy_usec(s),
						 on_timer, s);
	/* The loop feeds systemd's watchdog */
	if (err >= 0)
		err = sd_event_set_watchdog(event, true);
	if (err >= 0) {
		open_control(s, event);
		open_wake(s, event);
		open_notify(s, event);
		sd_notify(0, "READY=1");
		err = sd_event_loop(event);
	}
	if (err < 0)
		journal(LOG_ERR, "the event loop failed: %s", strerror(-err));
	wake_close(s->wake);
	notify_free(s->notify);
	s->notify = NULL;
	control_close(s->control);
	sd_event_source_unref(s->timer);
	sd_event_unref(event);
	return err < 0 ? 1 : 0;
}

static int restore(struct service *s)
{
	int err = ledger_restore(engine_ledger(s->engine));

	if (err)
		journal(LOG_ERR, "cannot restore everything: %s; headroomd --restore tries again",
			strerror(-err));
	return err;
}

static void log_kept(struct service *s)
{
	size_t nr = 0;

	if (engine_ledger(s->engine))
		ledger_claims(engine_ledger(s->engine), &nr);
	if (nr)
		journal(LOG_NOTICE, "keeping %zu changed knob%s for the next start; headroomd --restore restores %s",
			nr, nr == 1 ? "" : "s", nr == 1 ? "it" : "them");
}

/* Messages are sent by the loop, and all other deeds are done by hands */
static void act(void *arg, const struct frame *frame, const struct deed *deed,
		const struct decision *decision)
{
	struct service *s = arg;

	if (deed->kind == DEED_TELL)
		notify_send(s->notify, frame, deed, decision);
	else
		hands_act(s->hands, frame, deed, decision);
}

static int open_hands(struct service *s)
{
	s->hands = hands_new(live_dirs(s->live));
	if (!s->hands)
		return -ENOMEM;
	engine_set_hands(s->engine, act, s);
	return 0;
}

static int open_engine(struct service *s)
{
	const struct engine_log report = report_to(s->store);
	const struct engine_log log = tally_log(&s->tally, &report);
	int err;

	s->engine = engine_new(s->dry_run, &log);
	err = s->engine ? open_live(s) : -ENOMEM;
	return err ? err : open_hands(s);
}

/* Open all that a service needs, but for the loop */
static int prepare(struct service *s, struct config *config)
{
	int err = open_store(s, config);

	if (!err)
		err = open_engine(s);
	if (!err)
		err = open_ledger(s, config);
	if (!err)
		err = take_config(s, config);
	if (err == -ENOMEM)
		journal(LOG_ERR, "out of memory");
	if (err)
		config_free(config);
	return err;
}

static void finish(struct service *s)
{
	engine_free(s->engine);
	tally_clear(&s->tally);
	hands_free(s->hands);
	live_close(s->live);
	store_close(s->store);
	config_free(s->config);
}

int service_run(const char *config_path, bool dry_run)
{
	struct service s = {
		.config_path = config_path, .dry_run = dry_run, .started = clock_now(),
	};
	struct config *config;
	int status = 1;

	block_signals();
	config = load_config(config_path);
	if (!config)
		return 2;
	if (!prepare(&s, config)) {
		journal(LOG_INFO, "version " VERSION ", %zu rule%s%s", config->nr,
			config->nr == 1 ? "" : "s", is_dry(&s) ? ", dry run" : "");
		lock_memory();
		step(&s);
		status = loop(&s);
		sd_notify(0, "STOPPING=1");
		if (s.restore && engine_ledger(s.engine) && restore(&s))
			status = 1;
		else if (!s.restore)
			log_kept(&s);
	}
	finish(&s);
	return status;
}

/* What was changed must not stay because the configuration is wrong by now: only the ledger is read */
int service_restore(const char *config_path)
{
	struct service s = { .config_path = config_path };
	struct config config = { .ledger = config_find_ledger(config_path) };
	int err = config.ledger ? 0 : -ENOMEM;

	if (!err)
		err = open_engine(&s);
	if (!err)
		err = open_ledger(&s, &config);
	if (!err)
		err = restore(&s);
	free(config.ledger);
	finish(&s);
	return err ? 1 : 0;
}
