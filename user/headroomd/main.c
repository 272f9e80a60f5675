// SPDX-License-Identifier: GPL-2.0
/*
 * headroomd: acts on what the module measures
 *
 * Options, signals, and the loop. Exit status: 0; 1 when something failed; 2
 * for wrong usage or a wrong configuration; 3 when the module is not loaded.
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <systemd/sd-daemon.h>
#include <systemd/sd-event.h>
#include <time.h>

#include "engine.h"
#include "journal.h"

#define DEFAULT_CONFIG	"/etc/headroom/headroomd.conf"

struct daemon {
	const char *config_path;
	bool dry_run;
	struct headroom *h;
	struct engine *engine;
	struct state state;
	char *state_file;
	uint64_t interval;	/* ns */
	bool unreachable;
};

struct options {
	const char *config;
	bool dry_run;
	bool check;
	bool verbose;
};

static const char usage[] =
	"usage: headroomd [OPTION...]\n"
	"  --config FILE   configuration (" DEFAULT_CONFIG ")\n"
	"  --check-config  say whether the configuration is right, and exit\n"
	"  --dry-run       decide and say so, but change nothing\n"
	"  --verbose       say more\n"
	"  --version       say which version this is\n"
	"  --help          this\n"
	"exit status: 0; 1 failure; 2 wrong usage or configuration; 3 the module is not loaded\n";

static int parse_options(int argc, char **argv, struct options *o)
{
	int i;

	o->config = DEFAULT_CONFIG;
	for (i = 1; i < argc; i++) {
		const char *arg = argv[i];

		if (!strcmp(arg, "--dry-run")) {
			o->dry_run = true;
		} else if (!strcmp(arg, "--check-config")) {
			o->check = true;
		} else if (!strcmp(arg, "--verbose")) {
			o->verbose = true;
		} else if (!strcmp(arg, "--config") && i + 1 < argc) {
			o->config = argv[++i];
		} else if (!strncmp(arg, "--config=", 9)) {
			o->config = arg + 9;
		} else if (!strcmp(arg, "--version")) {
			puts("headroomd " VERSION);
			exit(0);
		} else if (!strcmp(arg, "--help")) {
			fputs(usage, stdout);
			exit(0);
		} else {
			fprintf(stderr, "headroomd: %s '%s'\n%s",
				strcmp(arg, "--config") ? "unknown argument" :
				"a file is missing after", arg, usage);
			return 2;
		}
	}
	return 0;
}

static struct config *load_config(const char *path)
{
	struct config *config;
	char error[512];

	if (config_load(path, &config, error, sizeof(error))) {
		journal(LOG_ERR, "%s", error);
		return NULL;
	}
	return config;
}

/* The file's name is kept: the state outlives the configuration it came from */
static int take_config(struct daemon *d, struct config *config)
{
	struct engine *engine;
	char *file = strdup(config->state);

	engine = file ? engine_new(config, headroom_cgroup_root(d->h), &d->state,
				   d->dry_run) : NULL;
	if (!engine) {
		free(file);
		config_free(config);
		journal(LOG_ERR, "out of memory");
		return -ENOMEM;
	}
	engine_free(d->engine);
	free(d->state_file);
	d->engine = engine;
	d->interval = config->interval;
	d->state_file = file;
	d->state.file = file;
	d->state.root = headroom_cgroup_root(d->h);
	return 0;
}

/* Undoes what a run left that did not come to its end */
static int undo_crash(struct daemon *d)
{
	int err;

	if (d->dry_run)
		return 0;
	err = state_load(&d->state);
	if (err) {
		journal(LOG_ERR, "%s does not say what to restore (%s): look at memory.low of your cgroups, and remove the file",
			d->state.file, strerror(-err));
		return err;
	}
	if (d->state.nr) {
		journal(LOG_NOTICE, "an earlier run ended without restoring what it had changed; restoring now");
		state_restore(&d->state);
	}
	return 0;
}

/* A module that went away may come back: what is set stays set until then */
static void step(struct daemon *d)
{
	int err = engine_step(d->engine, d->h);

	if (err && !d->unreachable)
		journal(LOG_WARNING, "no answer, keeping everything as it is: %s",
			headroom_error(d->h));
	else if (!err && d->unreachable)
		journal(LOG_NOTICE, "the module answers again");
	d->unreachable = err;
	sd_notifyf(0, "WATCHDOG=1\nSTATUS=%s",
		   err ? headroom_error(d->h) : engine_summary(d->engine));
}

static int on_timer(sd_event_source *timer, uint64_t usec, void *arg)
{
	struct daemon *d = arg;
	int err;

	(void)usec;
	step(d);
	err = sd_event_source_set_time_relative(timer, d->interval / 1000);
	return err < 0 ? err : sd_event_source_set_enabled(timer, SD_EVENT_ONESHOT);
}

static int on_reload(sd_event_source *s, const struct signalfd_siginfo *si, void *arg)
{
	struct daemon *d = arg;
	struct config *config;

	(void)s, (void)si;
	sd_notify(0, "RELOADING=1");
	config = load_config(d->config_path);
	if (!config) {
		journal(LOG_ERR, "the configuration stays what it was");
	} else {
		/* A rule that is no longer there must not leave anything behind */
		if (!d->dry_run)
			state_restore(&d->state);
		if (!take_config(d, config))
			journal(LOG_NOTICE, "new configuration from %s", d->config_path);
	}
	sd_notify(0, "READY=1");
	return 0;
}

/* From the start: what comes before the loop is answered in the loop */
static void hold_signals(void)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGHUP);
	sigprocmask(SIG_BLOCK, &set, NULL);
}

static int loop(struct daemon *d)
{
	sd_event *event = NULL;
	int err;

	err = sd_event_default(&event);
	if (err >= 0)
		err = sd_event_add_signal(event, NULL, SIGTERM, NULL, NULL);
	if (err >= 0)
		err = sd_event_add_signal(event, NULL, SIGINT, NULL, NULL);
	if (err >= 0)
		err = sd_event_add_signal(event, NULL, SIGHUP, on_reload, d);
	if (err >= 0)
		err = sd_event_add_time_relative(event, NULL, CLOCK_MONOTONIC, 0,
						 d->interval / 20000, on_timer, d);
	if (err >= 0)
		err = sd_event_set_watchdog(event, true);
	if (err >= 0) {
		sd_notify(0, "READY=1");
		err = sd_event_loop(event);
	}
	if (err < 0)
		journal(LOG_ERR, "event loop: %s", strerror(-err));
	sd_event_unref(event);
	return err < 0 ? 1 : 0;
}

static int run(struct daemon *d, struct config *config)
{
	int err = headroom_open(&d->h);

	if (err) {
		journal(LOG_ERR, "%s", d->h ? headroom_error(d->h) : strerror(-err));
		config_free(config);
		return err == -ENOENT ? 3 : 1;
	}
	if (!headroom_cgroup_root(d->h)) {
		journal(LOG_ERR, "cgroup v2 is not mounted; mount it on /sys/fs/cgroup");
		config_free(config);
		return 1;
	}
	if (take_config(d, config) || undo_crash(d))
		return 1;
	err = engine_step(d->engine, d->h);
	if (err) {
		journal(LOG_ERR, "%s", headroom_error(d->h));
		return 1;
	}
	journal(LOG_INFO, "version " VERSION ", %s%s", engine_summary(d->engine),
		d->dry_run ? ", dry run: nothing will be changed" : "");
	err = loop(d);
	sd_notify(0, "STOPPING=1");
	if (!d->dry_run)
		state_restore(&d->state);
	return err;
}

int main(int argc, char **argv)
{
	struct daemon d = {};
	struct options o = {};
	struct config *config;
	int status = parse_options(argc, argv, &o);

	if (status)
		return status;
	journal_open(o.verbose ? LOG_DEBUG : LOG_INFO);
	config = load_config(o.config);
	if (!config)
		return 2;
	if (o.check) {
		printf("%s is valid: %zu rule%s\n", o.config, config->nr,
		       config->nr == 1 ? "" : "s");
		config_free(config);
		return 0;
	}
	hold_signals();
	d.config_path = o.config;
	d.dry_run = o.dry_run;
	status = run(&d, config);
	engine_free(d.engine);
	state_clear(&d.state);
	free(d.state_file);
	headroom_close(d.h);
	return status;
}
