// SPDX-License-Identifier: GPL-2.0
/*
 * headroomd: options, signals and the event loop
 *
 * Exit status: 0; 1 on failure; 2 for wrong usage or an invalid configuration (1 with
 * --check-config); 3 if the module is not loaded.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <systemd/sd-daemon.h>
#include <systemd/sd-event.h>
#include <time.h>
#include <unistd.h>

#include "journal.h"
#include "rounds.h"

#define DEFAULT_CONFIG	"/etc/headroom/headroomd.conf"

/*
 * How long a request may wait for the module, in ms. The event loop reports to
 * systemd's watchdog after at most 3/4 of WatchdogSec = 30 s, and a round may wait
 * twice: to connect again and for the answer.
 */
#define TIMEOUT		3000

struct daemon {
	const char *config_path;
	bool dry_run;
	struct headroom *h;
	struct rounds *rounds;
	struct ledger ledger;
	uint64_t interval;	/* ns */
	sd_event_source *timer;
	bool unreachable;
};

struct options {
	const char *config;
	bool dry_run;
	bool check;
	bool verbose;
	enum journal_target log;
};

static const char usage[] =
	"usage: headroomd [OPTION...]\n"
	"  --config FILE   configuration file (default: " DEFAULT_CONFIG ")\n"
	"  --check-config  check the configuration and exit\n"
	"  --dry-run       log each change that would be made, but make none\n"
	"  --log=TARGET    stderr or journal (default: journal if stderr is connected to it)\n"
	"  --verbose       repeat once a minute why a rule changes nothing\n"
	"  --version       print the version and exit\n"
	"  --help          print this help and exit\n"
	"exit status: 0 success; 1 failure; 2 wrong usage or invalid configuration\n"
	"  (1 with --check-config); 3 the module is not loaded\n";

static bool parse_log(const char *name, enum journal_target *target)
{
	if (!strcmp(name, "stderr"))
		*target = JOURNAL_STDERR;
	else if (!strcmp(name, "journal"))
		*target = JOURNAL_SYSTEMD;
	else
		return false;
	return true;
}

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
		} else if (!strncmp(arg, "--log=", 6) && parse_log(arg + 6, &o->log)) {
			continue;
		} else if (!strcmp(arg, "--version")) {
			puts("headroomd " VERSION);
			exit(0);
		} else if (!strcmp(arg, "--help")) {
			fputs(usage, stdout);
			exit(0);
		} else {
			fprintf(stderr, "headroomd: %s '%s'\n%s",
				strcmp(arg, "--config") ? "unknown argument" :
				"missing file name after", arg, usage);
			return 2;
		}
	}
	return 0;
}

static struct config *load_config(const char *path)
{
	struct config *config;
	char error[PATH_MAX + 512];	/* it may quote the path of a cgroup */

	if (config_load(path, &config, error, sizeof(error))) {
		journal(LOG_ERR, "%s", error);
		return NULL;
	}
	return config;
}

static int take_config(struct daemon *d, struct config *config)
{
	struct rounds *rounds = rounds_new(config, &d->ledger);

	if (!rounds) {
		config_free(config);
		journal(LOG_ERR, "out of memory");
		return -ENOMEM;
	}
	rounds_free(d->rounds);
	d->rounds = rounds;
	d->interval = config->interval;
	return 0;
}

/*
 * Open a ledger, and undo the claims of a run that could not do so itself. On failure,
 * the caller still has to close it.
 */
static int open_ledger(struct daemon *d, struct ledger *ledger, const char *file)
{
	int err = ledger_open(ledger, file, headroom_cgroup_root(d->h), d->dry_run);

	if (err == -EBUSY)
		journal(LOG_ERR, "another headroomd is using %s: stop it, or use --dry-run",
			file);
	else if (err == -EBADMSG)
		journal(LOG_ERR, "cannot parse the ledger %s: check memory.low of your cgroups, then remove the file",
			file);
	else if (err)
		journal(LOG_ERR, "cannot use the ledger %s: %s", file, strerror(-err));
	if (err)
		return err;
	if (ledger->nr) {
		journal(LOG_NOTICE, "the previous run left %zu claim%s; undoing now",
			ledger->nr, ledger->nr == 1 ? "" : "s");
		ledger_undo(ledger);
	}
	return 0;
}

/*
 * Use the ledger that a new configuration names. A daemon that starts after a crash
 * reads only that one, so no claim may be recorded elsewhere.
 */
static int move_ledger(struct daemon *d, const char *file)
{
	struct ledger next;
	int err;

	if (!strcmp(file, d->ledger.file))
		return 0;
	if (d->ledger.nr) {
		journal(LOG_ERR, "cannot move the ledger from %s to %s: it has claims that cannot be undone",
			d->ledger.file, file);
		return -EBUSY;
	}
	err = open_ledger(d, &next, file);
	if (err) {
		ledger_close(&next);
		return err;
	}
	ledger_close(&d->ledger);
	d->ledger = next;
	return 0;
}

/* Run a round. Without the module, claims stay, because it may be loaded again. */
static void step(struct daemon *d)
{
	int err = rounds_run(d->rounds, d->h);

	if (err && !d->unreachable)
		journal(LOG_WARNING, "the module does not answer, keeping all claims: %s",
			headroom_error(d->h));
	else if (!err && d->unreachable)
		journal(LOG_NOTICE, "the module answers again");
	d->unreachable = err;
	sd_notifyf(0, "STATUS=%s", err ? headroom_error(d->h) : rounds_summary(d->rounds));
}

/* A round may begin late by a twentieth of the interval, so that wakeups can coincide */
static uint64_t accuracy_usec(const struct daemon *d)
{
	return d->interval / 20000;
}

static int set_timer(struct daemon *d)
{
	int err = sd_event_source_set_time_relative(d->timer, d->interval / 1000);

	if (err >= 0)	/* a reload may have changed the interval */
		err = sd_event_source_set_time_accuracy(d->timer, accuracy_usec(d));
	return err < 0 ? err : sd_event_source_set_enabled(d->timer, SD_EVENT_ONESHOT);
}

static int on_timer(sd_event_source *timer, uint64_t usec, void *arg)
{
	(void)timer, (void)usec;
	step(arg);
	return set_timer(arg);
}

static bool reload(struct daemon *d)
{
	struct config *config = load_config(d->config_path);

	if (!config)
		return false;
	/* A rule that the new configuration dropped must leave no claim */
	ledger_undo(&d->ledger);
	if (move_ledger(d, config->ledger)) {
		config_free(config);
		return false;
	}
	return !take_config(d, config);
}

static int on_reload(sd_event_source *s, const struct signalfd_siginfo *si, void *arg)
{
	struct daemon *d = arg;

	(void)s, (void)si;
	sd_notify(0, "RELOADING=1");
	if (reload(d))
		journal(LOG_NOTICE, "reloaded the configuration from %s", d->config_path);
	else
		journal(LOG_ERR, "keeping the current configuration");
	sd_notify(0, "READY=1");
	return set_timer(d);
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
		err = sd_event_add_time_relative(event, &d->timer, CLOCK_MONOTONIC,
						 d->interval / 1000, accuracy_usec(d),
						 on_timer, d);
	/* The loop feeds systemd's watchdog */
	if (err >= 0)
		err = sd_event_set_watchdog(event, true);
	if (err >= 0) {
		sd_notify(0, "READY=1");
		err = sd_event_loop(event);
	}
	if (err < 0)
		journal(LOG_ERR, "the event loop failed: %s", strerror(-err));
	sd_event_source_unref(d->timer);
	sd_event_unref(event);
	return err < 0 ? 1 : 0;
}

/* Undo the claims of a crash first, even if there is no module: that needs only the cgroups */
static int prepare(struct daemon *d, struct config *config)
{
	char error[256];
	int err = headroom_open(&d->h);

	if (!err)
		err = headroom_timeout_set(d->h, TIMEOUT);
	snprintf(error, sizeof(error), "%s", d->h ? headroom_error(d->h) : strerror(-err));
	if (!d->h || !headroom_cgroup_root(d->h)) {
		journal(LOG_ERR, "%s", d->h ? "cgroup v2 is not mounted: mount it on /sys/fs/cgroup" :
			error);
		config_free(config);
		return 1;
	}
	if (open_ledger(d, &d->ledger, config->ledger)) {
		config_free(config);
		return 1;
	}
	if (err) {
		journal(LOG_ERR, "%s", error);
		config_free(config);
		return err == -ENOENT ? 3 : 1;
	}
	return take_config(d, config) ? 1 : 0;
}

static int run(struct daemon *d, struct config *config)
{
	int status = prepare(d, config);

	if (status)
		return status;
	if (rounds_run(d->rounds, d->h)) {
		journal(LOG_ERR, "%s", headroom_error(d->h));
		return 1;
	}
	journal(LOG_INFO, "version " VERSION ", %s", rounds_summary(d->rounds));
	status = loop(d);
	sd_notify(0, "STOPPING=1");
	return ledger_undo(&d->ledger) ? 1 : status;
}

/* If stderr is closed, the next file to be opened would get its number and then the log */
static void occupy_standard_files(void)
{
	int fd;

	do {
		fd = open("/dev/null", O_RDONLY);
	} while (fd >= 0 && fd <= STDERR_FILENO);
	if (fd >= 0)
		close(fd);
}

int main(int argc, char **argv)
{
	struct daemon d = { .ledger.lock = -1 };
	struct options o = {};
	struct config *config;
	int status;

	occupy_standard_files();
	/* A closed log must not end the daemon before its claims are undone */
	signal(SIGPIPE, SIG_IGN);
	status = parse_options(argc, argv, &o);
	if (status)
		return status;
	journal_open(o.log, o.verbose ? LOG_DEBUG : LOG_INFO);
	config = load_config(o.config);
	if (!config)
		return o.check ? 1 : 2;
	if (o.check) {
		printf("configuration is valid: %zu rule%s\n", config->nr,
		       config->nr == 1 ? "" : "s");
		config_free(config);
		return 0;
	}
	block_signals();
	d.config_path = o.config;
	d.dry_run = o.dry_run;
	status = run(&d, config);
	rounds_free(d.rounds);
	ledger_close(&d.ledger);
	headroom_close(d.h);
	return status;
}
