// SPDX-License-Identifier: GPL-2.0
/*
 * The daemon as a whole: its main(), run in a child on a fake cgroup tree and a
 * fake module
 *
 * The library functions that talk to the kernel are defined below, so that the
 * linker takes none of them from the archive. They answer from files beside the
 * tree, which the test can change while the daemon runs.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define main headroomd_main
#include "main.c"
#undef main

#include "tap.h"
#include "tree.h"

#define MIB	(1ULL << 20)
#define PAGE	4096

/* The cgroup that the rule protects, and its parent */
#define DB	"cg/s/db"
#define PARENT	"cg/s"

static void put_number(const char *name, uint64_t value)
{
	char text[32];

	snprintf(text, sizeof(text), "%" PRIu64 "\n", value);
	put(name, text);
}

/* --- the module --- */

struct headroom {
	const char *error;
};

static int module_state(struct headroom *h, int gone)
{
	if (!access(in_dir("module-refuses"), F_OK)) {
		h->error = "needs CAP_PERFMON or CAP_SYS_ADMIN: run as root";
		return -EPERM;
	}
	if (access(in_dir("module"), F_OK)) {
		h->error = "the headroom module is not loaded";
		return gone;
	}
	h->error = "no error";
	return 0;
}

int headroom_open(struct headroom **h)
{
	*h = calloc(1, sizeof(**h));
	return *h ? module_state(*h, -ENOENT) : -ENOMEM;
}

void headroom_close(struct headroom *h)
{
	free(h);
}

int headroom_timeout_set(struct headroom *h, unsigned int ms)
{
	(void)h;
	put_number("timeout", ms);
	return 0;
}

const char *headroom_error(const struct headroom *h)
{
	return h->error;
}

const char *headroom_cgroup_root(struct headroom *h)
{
	static char root[128];

	(void)h;
	snprintf(root, sizeof(root), "%s/cg", dir);
	return root;
}

int headroom_status_get(struct headroom *h, struct headroom_status **status)
{
	int err = module_state(h, -ENOTCONN);

	if (err)
		return err;
	*status = calloc(1, sizeof(**status));
	if (!*status)
		return -ENOMEM;
	(*status)->page_size = PAGE;
	return 0;
}

void headroom_status_free(struct headroom_status *status)
{
	free(status);
}

static bool is_cgroup(uint64_t id, const char *name)
{
	struct stat st;

	return !stat(in_dir(name), &st) && st.st_ino == id;
}

/* The module has no record of one cgroup, and the statistics of another do not fit in a message */
static int cgroup_error(uint64_t id)
{
	if (is_cgroup(id, "cg/unknown"))
		return -ENOENT;
	return is_cgroup(id, "cg/large") ? -EMSGSIZE : 0;
}

/* Change memory.low once, between the daemon's reading of the cgroup and its decision */
static void change_from_outside(void)
{
	uint64_t low = get_number("outside-low");

	if (low == UINT64_MAX)
		return;
	unlink(in_dir("outside-low"));
	put_number(DB "/memory.low", low);
}

/* With each call, the counters grow by the numbers in the files refaults and evictions */
int headroom_cgroup_get(struct headroom *h, uint64_t id, struct headroom_cgroup **cgroup)
{
	static uint64_t refaults, evictions;
	int err = module_state(h, -ENOTCONN);
	struct headroom_cgroup *cg;
	uint64_t more;

	if (!err)
		err = cgroup_error(id);
	if (err)
		return err;
	more = get_number("refaults");
	if (more)
		change_from_outside();
	refaults += more;
	evictions += get_number("evictions");
	cg = calloc(1, sizeof(*cg));
	if (!cg)
		return -ENOMEM;
	cg->id = id;
	/* more than any distance */
	cg->subtree.evictions = 20000 + evictions;
	cg->subtree.evictions_outside = evictions;
	cg->subtree.refaults = refaults;
	cg->subtree.returned_outside = refaults;
	if (refaults) {
		cg->subtree.refault_distance.nr = 1;
		cg->subtree.refault_distance.bucket = malloc(sizeof(struct headroom_bucket));
		if (!cg->subtree.refault_distance.bucket)
			abort();
		*cg->subtree.refault_distance.bucket = (struct headroom_bucket){
			.low = 9000, .high = 10000, .count = refaults,
		};
	}
	*cgroup = cg;
	return 0;
}

void headroom_cgroup_free(struct headroom_cgroup *cgroup)
{
	if (!cgroup)
		return;
	headroom_stats_clear(&cgroup->subtree);
	free(cgroup);
}

/* --- the tree --- */

/* All files that the daemon reads; the cgroup uses 64 MiB and has no limit */
static void make_full_cgroup(const char *name, uint64_t low)
{
	static const struct {
		const char *file, *text;
	} files[] = {
		{ "memory.current", "67108864\n" },
		{ "memory.max", "max\n" },
		{ "memory.high", "max\n" },
		{ "memory.events.local", "low 0\nhigh 0\nmax 0\noom 0\n" },
	};
	char path[128], text[32];
	size_t i;

	snprintf(text, sizeof(text), "%" PRIu64 "\n", low);
	make_cgroup(name, text);
	for (i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		snprintf(path, sizeof(path), "%s/%s", name, files[i].file);
		put(path, files[i].text);
	}
}

static void configure_all(const char *interval, const char *ledger, const char *max,
			  const char *idle)
{
	char text[512];

	snprintf(text, sizeof(text), "[daemon]\ninterval = %s\nledger = %s/%s\n"
		 "[protect db]\ncgroup = /s/db\nmax = %s\nidle = %s\n", interval, dir, ledger,
		 max, idle);
	put("conf", text);
}

static void configure(const char *max, const char *idle)
{
	configure_all("100ms", "run/ledger", max, idle);
}

/* Begin a test: the module is loaded, and the cgroup has neither refaults nor evictions */
static void fresh(void)
{
	clear_dir();
	mkdir(in_dir("cg"), 0755);
	make_full_cgroup(PARENT, 4096);
	make_full_cgroup(DB, MIB);
	put("module", "");
	put_number("refaults", 0);
	put_number("evictions", 0);
	configure("512M", "1h");
}

/* From now on, @count refaults and as many evictions in each round */
static void refault(uint64_t count)
{
	put_number("evictions", count);
	put_number("refaults", count);
}

/* --- the daemon --- */

/* As a shell does that a service started: the variable names the journal, stderr is not it */
static void inherit_journal(void)
{
	char name[64];
	struct stat st;

	fstat(STDERR_FILENO, &st);
	snprintf(name, sizeof(name), "%ju:%ju", (uintmax_t)st.st_dev, (uintmax_t)st.st_ino + 1);
	setenv("JOURNAL_STREAM", name, 1);
}

/* Whether to start the daemon without a stderr */
static bool without_stderr;

static pid_t start(const char *option)
{
	pid_t pid;
	int status;

	fflush(stdout);
	pid = fork();
	if (!pid) {
		/* A copy, because in_dir() reuses its buffers */
		char *argv[] = { "headroomd", "--config", strdup(in_dir("conf")),
				 (char *)option, NULL };

		if (!freopen(in_dir("log"), "ae", stderr) ||
		    !freopen(in_dir("out"), "we", stdout))
			_exit(99);
		inherit_journal();
		if (without_stderr)
			close(STDERR_FILENO);
		/* exit(), not _exit(): LeakSanitizer checks at exit */
		status = headroomd_main(option ? 4 : 3, argv);
		free(argv[2]);
		exit(status);
	}
	return pid;
}

/* The exit status of a daemon, which is killed if it does not end within 20 s */
static int wait_for(pid_t pid)
{
	int status, i;

	for (i = 0; i < 1000 && !waitpid(pid, &status, WNOHANG); i++)
		usleep(20000);
	if (i == 1000) {
		kill(pid, SIGKILL);
		waitpid(pid, &status, 0);
	}
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

static int stop(pid_t pid, int sig)
{
	kill(pid, sig);
	return wait_for(pid);
}

static bool logged(const char *text)
{
	const char *log = get("log");

	return log && strstr(log, text);
}

static int times_logged(const char *text)
{
	const char *log = get("log");
	int n = 0;

	for (; log && (log = strstr(log, text)); log++)
		n++;
	return n;
}

#define WITHIN(seconds, condition) ({ \
	int left_ = (seconds) * 50; \
	while (!(condition) && --left_) \
		usleep(20000); \
	(condition); \
})

#define raised()	(low_of(DB) > MIB)
#define rounds(n)	usleep((n) * 120000)

/* Every value is as before, and no claim is left */
static void restored(void)
{
	is_uint(low_of(DB), MIB, "memory.low is restored");
	is_uint(low_of(PARENT), 4096, "the parent's, too");
	ok(!get("run/ledger"), "no claim is left");
}

static void check_raise_and_restore(void)
{
	pid_t pid;
	uint64_t low;

	fresh();
	refault(1000);
	pid = start(NULL);
	ok(WITHIN(10, raised()), "memory.low is raised");
	rounds(5);
	low = low_of(DB);
	is_near(low, (64 * MIB + 10000 * PAGE) * 1.1, 6, "to the working set and a tenth");
	is_uint(low_of(PARENT), 4096 + low - MIB, "the parent's is raised by as much");
	is_int(times_logged("memory.low of /s/db"), 2,
	       "one line for the raise, one for the reason to stop");
	is_int(stop(pid, SIGTERM), 0, "SIGTERM ends the daemon");
	restored();
}

/*
 * The time between the first two frames must be a whole interval: a single refault
 * within a millisecond would be a high rate
 */
static void check_first_round(void)
{
	pid_t pid;

	fresh();
	refault(1);		/* 10 per second, and the rule acts above 20 */
	pid = start(NULL);
	rounds(6);
	ok(!raised(), "10 refaults/s are not enough, not even after the first frame");
	stop(pid, SIGTERM);
}

static void check_crash(void)
{
	pid_t pid;

	fresh();
	refault(1000);
	pid = start(NULL);
	ok(WITHIN(10, raised()), "memory.low is raised");
	is_int(stop(pid, SIGKILL), 128 + SIGKILL, "the daemon is killed");
	ok(raised() && get("run/ledger"), "its claim stays in the ledger");
	refault(0);
	pid = start(NULL);
	ok(WITHIN(10, !raised()), "the next daemon undoes it first");
	ok(WITHIN(10, low_of(PARENT) == 4096), "the parent's claim, too");
	refault(1000);
	ok(WITHIN(10, raised()), "then it protects again");
	stop(pid, SIGKILL);

	unlink(in_dir("module"));
	is_int(wait_for(start(NULL)), 3, "without the module, the exit status is 3");
	ok(logged("is not loaded"), "the error is logged");
	restored();
}

static void check_dry_run(void)
{
	pid_t pid;

	fresh();
	refault(1000);
	pid = start("--dry-run");
	ok(WITHIN(10, logged("would raise")), "a dry run logs what it would do");
	rounds(5);
	is_int(times_logged("would raise"), 1, "once");
	stop(pid, SIGTERM);
	is_uint(low_of(DB), MIB, "it does not raise the cgroup");
	is_uint(low_of(PARENT), 4096, "nor the parent");
	ok(access(in_dir("run"), F_OK), "and writes no ledger");
}

static void check_reload(void)
{
	pid_t pid;

	fresh();
	refault(1000);
	pid = start(NULL);
	ok(WITHIN(10, raised()), "memory.low is raised");
	put("conf", "[daemon]\ncolour = red\n");
	kill(pid, SIGHUP);
	ok(WITHIN(10, logged("conf:2: unknown key 'colour'")), "an invalid configuration is logged");
	rounds(3);
	ok(raised(), "the daemon keeps the current one");
	configure("80M", "1h");
	kill(pid, SIGHUP);
	ok(WITHIN(10, low_of(DB) == 80 * MIB), "a valid configuration takes effect");
	is_uint(low_of(PARENT), 4096 + 79 * MIB, "the parent is not raised twice");
	is_int(stop(pid, SIGINT), 0, "SIGINT ends the daemon");
	restored();
}

static void check_reload_interval(void)
{
	pid_t pid;

	fresh();
	configure_all("1h", "run/ledger", "512M", "1h");
	refault(1000);
	pid = start(NULL);
	ok(WITHIN(10, get("run/ledger.lock")), "the daemon runs");
	configure("512M", "1h");
	kill(pid, SIGHUP);
	ok(WITHIN(10, raised()), "a shorter interval takes effect with the reload");
	stop(pid, SIGTERM);
	restored();
}

/* The daemon that starts after a crash reads the ledger that the configuration names */
static void check_move_ledger(void)
{
	pid_t pid;
	int lock;

	fresh();
	refault(1000);
	pid = start(NULL);
	ok(WITHIN(10, raised()), "memory.low is raised");
	configure_all("100ms", "other/ledger", "512M", "1h");
	kill(pid, SIGHUP);
	ok(WITHIN(10, logged("reloaded the configuration")), "the ledger is moved by a reload");
	ok(WITHIN(10, raised() && get("other/ledger")), "the claim is in the new ledger");
	ok(!get("run/ledger"), "no claim is left in the old one");
	lock = open(in_dir("run/ledger.lock"), O_RDWR | O_CLOEXEC);
	is_int(flock(lock, LOCK_EX | LOCK_NB), 0, "the old one is unlocked");
	close(lock);
	stop(pid, SIGKILL);
	refault(0);
	pid = start(NULL);
	ok(WITHIN(10, low_of(PARENT) == 4096), "after a crash, the next daemon undoes it");
	stop(pid, SIGTERM);
	restored();
	ok(!get("other/ledger"), "in the new ledger, either");
}

static void check_unusable_new_ledger(void)
{
	pid_t pid;

	fresh();
	refault(1000);
	pid = start(NULL);
	ok(WITHIN(10, raised()), "memory.low is raised");
	configure_all("100ms", "missing/directory/ledger", "80M", "1h");
	kill(pid, SIGHUP);
	ok(WITHIN(10, logged("cannot use the ledger")), "a new ledger that cannot be used is logged");
	ok(WITHIN(10, logged("keeping the current configuration")), "the reload is refused");
	ok(WITHIN(10, low_of(DB) > 80 * MIB), "the current rule protects the cgroup again");
	ok(get("run/ledger") != NULL, "its claim is in the current ledger");
	stop(pid, SIGTERM);
	restored();
}

/* A claim that cannot be undone must not be left behind in the old ledger */
static void check_move_with_claims(void)
{
	pid_t pid;

	fresh();
	refault(1000);
	pid = start(NULL);
	ok(WITHIN(10, raised()), "memory.low is raised");
	put(DB "/memory.low", "garbage\n");
	configure_all("100ms", "other/ledger", "512M", "1h");
	kill(pid, SIGHUP);
	ok(WITHIN(10, logged("keeping the current configuration")),
	   "the ledger cannot be moved while it has claims that cannot be undone");
	ok(get("run/ledger") != NULL, "the claim stays in the current ledger");
	stop(pid, SIGTERM);
}

/* The daemon leaves a value from an administrator alone, even when it gives back */
static void check_administrator(void)
{
	pid_t pid;

	fresh();
	configure("512M", "1s");
	refault(1000);
	pid = start(NULL);
	ok(WITHIN(10, raised()), "memory.low is raised");
	refault(0);
	put_number(DB "/memory.low", 200 * MIB);
	sleep(2);
	is_uint(low_of(DB), 200 * MIB, "an administrator's value stays while the cgroup is idle");
	is_uint(low_of(PARENT), 4096, "it adds nothing to the parent");
	stop(pid, SIGTERM);
	is_uint(low_of(DB), 200 * MIB, "it stays when the daemon ends");
}

/* A decision does not overwrite a value that was set after the daemon read the cgroup */
static void check_change_before_decision(void)
{
	pid_t pid;

	fresh();
	pid = start(NULL);
	ok(WITHIN(10, logged("stays at 1.0 MiB")), "without refaults there is nothing to do");
	put_number("outside-low", 500 * MIB);
	refault(1000);
	ok(WITHIN(10, logged("stays at 500.0 MiB")), "the next round uses the new value");
	is_uint(low_of(DB), 500 * MIB, "it stays");
	is_uint(low_of(PARENT), 4096, "it adds nothing to the parent");
	ok(!logged("cannot set"), "no error is logged");
	ok(!logged("from 1.0 MiB"), "nor a raise that did not happen");
	stop(pid, SIGTERM);
}

static void check_idle(void)
{
	pid_t pid;

	fresh();
	configure("512M", "1s");
	refault(1000);
	pid = start(NULL);
	ok(WITHIN(10, raised()), "memory.low is raised");
	put_number("refaults", 0);
	sleep(2);
	ok(raised(), "a cgroup with evictions is not idle");
	put_number("evictions", 0);
	ok(WITHIN(20, !raised()), "an idle cgroup gives everything back");
	is_uint(low_of(DB), MIB, "to the original");
	ok(WITHIN(10, low_of(PARENT) == 4096), "so does the parent");
	ok(WITHIN(5, !get("run/ledger")), "no claim is left");
	stop(pid, SIGTERM);
}

static void check_removed_cgroup(void)
{
	pid_t pid;

	fresh();
	refault(1000);
	pid = start(NULL);
	ok(WITHIN(10, raised()), "memory.low is raised");
	rename(in_dir(DB), in_dir("cg/s/gone"));
	ok(WITHIN(10, logged("waiting for it")), "the daemon waits for a cgroup that was removed");
	rounds(5);
	is_int(times_logged("waiting for it"), 1, "and logs that once");
	is_uint(low_of(PARENT), 4096, "its addition is removed from the parent");
	make_full_cgroup("cg/s/new", 2 * MIB);
	rename(in_dir("cg/s/new"), in_dir(DB));
	ok(WITHIN(10, low_of(DB) > 2 * MIB), "a new cgroup at that path is protected");
	rounds(5);
	is_uint(low_of(PARENT), 4096 + low_of(DB) - 2 * MIB, "with its parent, once");
	stop(pid, SIGTERM);
	is_uint(low_of(DB), 2 * MIB, "its own original is restored");
	is_uint(low_of(PARENT), 4096, "and the parent's");
}

static void check_module_gone(void)
{
	pid_t pid;
	uint64_t low;

	fresh();
	configure("512M", "3s");
	refault(1000);
	pid = start(NULL);
	ok(WITHIN(10, raised()), "memory.low is raised");
	rounds(4);
	low = low_of(DB);
	unlink(in_dir("module"));
	ok(WITHIN(10, logged("does not answer")), "the unloaded module is logged");
	sleep(4);
	is_int(times_logged("does not answer"), 1, "once");
	refault(0);
	put("module", "");
	ok(WITHIN(10, logged("answers again")), "so is its return");
	rounds(3);
	is_uint(low_of(DB), low, "the time without the module is not idle time");
	stop(pid, SIGTERM);
	restored();
}

/* A round that waits for a module must end before systemd's watchdog kills the daemon */
static void check_timeout(void)
{
	uint64_t ms;
	pid_t pid;

	fresh();
	pid = start(NULL);
	ok(WITHIN(10, logged("stays at")), "the daemon runs");
	ms = get_number("timeout");
	ok(ms > 0 && ms <= 30000 / 10, "a request waits at most a tenth of WatchdogSec");
	stop(pid, SIGTERM);
}

static void check_no_permission(void)
{
	fresh();
	put("module-refuses", "");
	is_int(wait_for(start(NULL)), 1, "without permission, the exit status is 1");
	ok(logged("needs CAP_PERFMON"), "the error is logged");
}

/* A cgroup that cannot be read does not keep the other rules from working */
static void check_bad_cgroups(void)
{
	char text[512];
	pid_t pid;

	fresh();
	make_full_cgroup("cg/bad", 0);
	put("cg/bad/memory.current", "garbage\n");
	make_full_cgroup("cg/large", 0);
	make_full_cgroup("cg/unknown", 0);
	snprintf(text, sizeof(text), "[daemon]\ninterval = 100ms\nledger = %s/run/ledger\n"
		 "[protect bad]\ncgroup = /bad\nmax = 1G\n"
		 "[protect large]\ncgroup = /large\nmax = 1G\n"
		 "[protect unknown]\ncgroup = /unknown\nmax = 1G\n"
		 "[protect db]\ncgroup = /s/db\nmax = 1G\n", dir);
	put("conf", text);
	refault(1000);
	pid = start(NULL);
	ok(WITHIN(10, raised()), "the last of four rules works");
	ok(WITHIN(10, logged("protect bad: ")), "a file that cannot be parsed is logged");
	ok(WITHIN(10, logged("protect large: cannot read /large: ")),
	   "so are statistics that are too large for a message");
	ok(WITHIN(10, logged("protect unknown: /unknown does not exist or has no memory controller")),
	   "and a cgroup that the module does not know");
	rounds(5);
	is_int(times_logged("protect bad: "), 1, "the first once");
	is_int(times_logged("protect large: "), 1, "the second once");
	is_int(times_logged("protect unknown: "), 1, "the third once");
	is_int(times_logged("does not answer"), 0, "none is blamed on the module");
	stop(pid, SIGTERM);
}

static void check_unreadable_time(void)
{
	uint64_t low;
	pid_t pid;

	fresh();
	configure("512M", "2s");
	refault(1000);
	pid = start(NULL);
	ok(WITHIN(10, raised()), "memory.low is raised");
	rounds(4);
	low = low_of(DB);
	put(DB "/memory.current", "garbage\n");
	ok(WITHIN(10, logged("cannot read")), "a cgroup that cannot be read is logged");
	refault(0);
	sleep(3);
	put(DB "/memory.current", "67108864\n");
	ok(WITHIN(10, logged("can be read and written again")), "so is the end of that");
	rounds(3);
	is_uint(low_of(DB), low, "the time in between is not idle time");
	stop(pid, SIGTERM);
	restored();
}

static void check_verbose(void)
{
	pid_t pid;

	fresh();
	pid = start("--verbose");
	ok(WITHIN(10, logged("stays at 1.0 MiB")), "the reason for no change is logged");
	rounds(6);
	is_int(times_logged("stays at"), 1, "with --verbose, it is not repeated before a minute");
	stop(pid, SIGTERM);
}

static void check_reason_after_error(void)
{
	pid_t pid;

	fresh();
	pid = start(NULL);
	ok(WITHIN(10, logged("stays at 1.0 MiB")), "the reason for no change is logged");
	put(DB "/memory.current", "garbage\n");
	ok(WITHIN(10, logged("cannot read")), "a cgroup that cannot be read is logged");
	put(DB "/memory.current", "67108864\n");
	ok(WITHIN(10, times_logged("stays at 1.0 MiB") == 2), "then the reason is logged again");
	stop(pid, SIGTERM);
}

static void check_no_ledger(void)
{
	fresh();
	put("run", "not a directory\n");
	is_int(wait_for(start(NULL)), 1, "without a ledger, the daemon does not start");
	ok(logged("cannot use the ledger "), "the error is logged");
}

/* The daemon writes no cgroup file before the claim is on disk */
static void check_no_claim_no_write(void)
{
	pid_t pid;

	fresh();
	pid = start(NULL);
	ok(WITHIN(10, get("run/ledger.lock")), "the daemon runs");
	rename(in_dir("run"), in_dir("elsewhere"));
	put("run", "");
	refault(1000);
	rounds(10);
	ok(!raised(), "a claim that cannot be recorded prevents the raise");
	is_uint(low_of(PARENT), 4096, "also that of the parent");
	is_int(times_logged("cannot set memory.low"), 1, "the error is logged once");
	unlink(in_dir("run"));
	ok(WITHIN(10, raised()), "the cgroup is raised when the claim can be recorded");
	stop(pid, SIGTERM);
	restored();
}

static void check_second_daemon(void)
{
	pid_t pid;

	fresh();
	refault(1000);
	pid = start(NULL);
	ok(WITHIN(10, raised()), "memory.low is raised");
	is_int(wait_for(start(NULL)), 1, "a second daemon with the same ledger ends");
	ok(logged("another headroomd"), "it logs why");
	ok(raised() && get("run/ledger"), "it does not undo the claims of the first");
	stop(pid, SIGTERM);
	restored();
}

/* In "headroomd 2>&1 | tee log", Ctrl-C ends tee as well */
static void check_closed_log(void)
{
	pid_t pid;
	int log;

	fresh();
	refault(1000);
	signal(SIGPIPE, SIG_DFL);
	if (mkfifo(in_dir("log"), 0600))
		abort();
	/* Open after the fork, so that the daemon does not inherit a reading end */
	pid = start(NULL);
	log = open(in_dir("log"), O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	ok(WITHIN(10, raised()), "memory.low is raised");
	close(log);
	is_int(stop(pid, SIGINT), 0, "a closed log does not prevent an orderly end");
	restored();
}

/* The log must not end up in the next file that the daemon opens */
static void check_no_stderr(void)
{
	pid_t pid;

	fresh();
	refault(1000);
	without_stderr = true;
	pid = start(NULL);
	without_stderr = false;
	ok(WITHIN(10, raised()), "memory.low is raised without a stderr");
	is_int(stop(pid, SIGTERM), 0, "the daemon ends");
	is_text(get("run/ledger.lock"), "", "nothing is written to the lock");
	restored();
}

static void check_options(void)
{
	fresh();
	is_int(wait_for(start("--check-config")), 0, "--check-config with a valid file");
	is_text(get("out"), "configuration is valid: 1 rule\n", "it prints the number of rules");
	put("conf", "[protect x]\nmax = 0\n");
	is_int(wait_for(start("--check-config")), 1, "--check-config with an invalid file");
	ok(logged("conf:2: "), "it names the line");
	is_int(wait_for(start(NULL)), 2, "the daemon refuses to run with that file");
	configure("1G", "60s");
	is_int(wait_for(start("--log=paper")), 2, "an unknown target of the log is refused");
	is_int(wait_for(start("--once")), 2, "so is an unknown option");
	is_int(wait_for(start("--version")), 0, "--version");
	is_text(get("out"), "headroomd " VERSION "\n", "it prints the version");
	is_int(wait_for(start("--help")), 0, "--help");
	ok(strstr(get("out"), "--log="), "it lists the options");
	ok(strstr(get("out"), "(1 with --check-config)"), "and the exit status of --check-config");
}

int main(void)
{
	make_dir();
	check_options();
	check_raise_and_restore();
	check_first_round();
	check_crash();
	check_dry_run();
	check_reload();
	check_reload_interval();
	check_move_ledger();
	check_unusable_new_ledger();
	check_move_with_claims();
	check_administrator();
	check_change_before_decision();
	check_idle();
	check_removed_cgroup();
	check_module_gone();
	check_timeout();
	check_no_permission();
	check_bad_cgroups();
	check_unreadable_time();
	check_verbose();
	check_reason_after_error();
	check_no_ledger();
	check_no_claim_no_write();
	check_second_daemon();
	check_closed_log();
	check_no_stderr();
	remove_dir();
	return tap_done();
}
