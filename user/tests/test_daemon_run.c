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

static void put_number(const char *name, uint64_t value)
{
	char text[32];

	snprintf(text, sizeof(text), "%" PRIu64 "\n", value);
	put(name, text);
}

static uint64_t get_number(const char *name)
{
	const char *text = get(name);
	int i;

	/* Empty while it is being written; the files of a kernel never are */
	for (i = 0; text && !*text && i < 100; i++) {
		usleep(1000);
		text = get(name);
	}
	return text ? strtoull(text, NULL, 10) : UINT64_MAX;
}

/* --- the module --- */

struct headroom {
	const char *error;
};

static int module_state(struct headroom *h, int gone)
{
	if (!access(in_dir("module-refuses"), F_OK)) {
		h->error = "needs CAP_NET_ADMIN: run as root";
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

/* Whether this is the cgroup whose statistics fit into no message */
static bool too_large(uint64_t id)
{
	struct stat st;

	return !stat(in_dir("cg/large"), &st) && st.st_ino == id;
}

/* Once, while the daemon looks at refaults, an outside change sets memory.low to this */
static void meddle(void)
{
	uint64_t low = get_number("meddle");

	if (low == UINT64_MAX)
		return;
	unlink(in_dir("meddle"));
	put_number("cg/s/db/memory.low", low);
}

/* Every cgroup's counters have grown by what the two files say */
int headroom_cgroup_get(struct headroom *h, uint64_t id, struct headroom_cgroup **cgroup)
{
	static uint64_t refaults, evictions;
	int err = module_state(h, -ENOTCONN);
	struct headroom_cgroup *cg;
	uint64_t more;

	if (!err && too_large(id))
		err = -EMSGSIZE;
	if (err)
		return err;
	more = get_number("refaults");
	if (more)
		meddle();
	refaults += more;
	evictions += get_number("evictions");
	cg = calloc(1, sizeof(*cg));
	if (!cg)
		return -ENOMEM;
	cg->id = id;
	cg->subtree.evictions = evictions;
	cg->subtree.refaults = refaults;
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

static void make_cgroup(const char *name, uint64_t low)
{
	static const struct {
		const char *file, *text;
	} files[] = {
		{ "memory.current", "67108864\n" },
		{ "memory.max", "max\n" },
		{ "memory.high", "max\n" },
		{ "memory.events.local", "low 0\nhigh 0\nmax 0\noom 0\n" },
	};
	char path[256];
	size_t i;

	mkdir(in_dir(name), 0755);
	for (i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		snprintf(path, sizeof(path), "%s/%s", name, files[i].file);
		put(path, files[i].text);
	}
	snprintf(path, sizeof(path), "%s/memory.low", name);
	put_number(path, low);
}

static void configure(const char *max, const char *idle)
{
	char text[512];

	snprintf(text, sizeof(text), "[daemon]\ninterval = 100ms\nledger = %s/run/ledger\n"
		 "[protect db]\ncgroup = /s/db\nmax = %s\nidle = %s\n", dir, max, idle);
	put("conf", text);
}

/* The module is loaded, nothing refaults, and nothing is left of the last test */
static void fresh(void)
{
	char command[256];

	snprintf(command, sizeof(command), "rm -rf %s/*", dir);
	if (system(command))
		abort();
	mkdir(in_dir("cg"), 0755);
	make_cgroup("cg/s", 4096);
	make_cgroup("cg/s/db", MIB);
	put("module", "");
	put_number("refaults", 0);
	put_number("evictions", 0);
	configure("512M", "1h");
}

static void refault(uint64_t each_time)
{
	put_number("evictions", each_time);
	put_number("refaults", each_time);
}

/* --- the daemon --- */

/* As if started by a service whose stderr is the journal, but with another stderr */
static void inherit_journal(void)
{
	char name[64];
	struct stat st;

	fstat(STDERR_FILENO, &st);
	snprintf(name, sizeof(name), "%ju:%ju", (uintmax_t)st.st_dev, (uintmax_t)st.st_ino + 1);
	setenv("JOURNAL_STREAM", name, 1);
}

static pid_t start(const char *option)
{
	pid_t pid;
	int status;

	fflush(stdout);
	pid = fork();
	if (!pid) {
		/* in_dir() reuses its room */
		char *argv[] = { "headroomd", "--config", strdup(in_dir("conf")),
				 (char *)option, NULL };

		if (!freopen(in_dir("log"), "ae", stderr) ||
		    !freopen(in_dir("out"), "we", stdout))
			_exit(99);
		inherit_journal();
		/* exit(), not _exit(): LeakSanitizer looks at the end */
		status = headroomd_main(option ? 4 : 3, argv);
		free(argv[2]);
		exit(status);
	}
	return pid;
}

/* Its exit status; a daemon that should end and does not is killed */
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

#define raised()	(get_number("cg/s/db/memory.low") > MIB)
#define rounds(n)	usleep((n) * 120000)

static void check_raise_and_restore(void)
{
	pid_t pid;
	uint64_t low;

	fresh();
	refault(1000);
	pid = start(NULL);
	ok(WITHIN(10, raised()), "memory.low is raised");
	rounds(5);
	low = get_number("cg/s/db/memory.low");
	is_near(low, (64 * MIB + 10000 * PAGE) * 1.1, 6, "to the working set");
	is_uint(get_number("cg/s/memory.low"), 4096 + low - MIB, "the parent's rises by as much");
	is_int(times_logged("memory.low of /s/db"), 2, "one line for the raise, one for the reason to stop");
	is_int(stop(pid, SIGTERM), 0, "SIGTERM ends it");
	is_uint(get_number("cg/s/db/memory.low"), MIB, "restored");
	is_uint(get_number("cg/s/memory.low"), 4096, "also the parent");
	ok(!get("run/ledger"), "nothing is left to restore");
}

/* The first look must not be taken for a rate: a single refault is many a second
 * when the second look comes a millisecond later
 */
static void check_first_round(void)
{
	pid_t pid;

	fresh();
	refault(1);		/* 10 a second, and 20 are needed */
	pid = start(NULL);
	rounds(6);
	ok(!raised(), "the first frame is not taken for a rate");
	stop(pid, SIGTERM);
}

static void check_crash(void)
{
	pid_t pid;

	fresh();
	refault(1000);
	pid = start(NULL);
	ok(WITHIN(10, raised()), "raised");
	is_int(stop(pid, SIGKILL), 128 + SIGKILL, "killed");
	ok(raised() && get("run/ledger"), "a killed daemon leaves its claim in the ledger");
	refault(0);
	pid = start(NULL);
	ok(WITHIN(10, !raised()), "the next daemon undoes it first");
	ok(WITHIN(10, get_number("cg/s/memory.low") == 4096), "also the parent");
	refault(1000);
	ok(WITHIN(10, raised()), "and then protects again");
	stop(pid, SIGKILL);

	unlink(in_dir("module"));
	is_int(wait_for(start(NULL)), 3, "without the module the status is 3");
	ok(logged("is not loaded"), "and the error is logged");
	is_uint(get_number("cg/s/db/memory.low"), MIB, "and claims are undone without it, too");
}

static void check_dry_run(void)
{
	pid_t pid;

	fresh();
	refault(1000);
	pid = start("--dry-run");
	ok(WITHIN(10, logged("would raise")), "a dry run says what it would do");
	rounds(5);
	is_int(times_logged("would raise"), 1, "once");
	stop(pid, SIGTERM);
	is_uint(get_number("cg/s/db/memory.low"), MIB, "and does not");
	is_uint(get_number("cg/s/memory.low"), 4096, "nor to the parent");
	ok(access(in_dir("run"), F_OK), "and writes no state");
}

static void check_reload(void)
{
	pid_t pid;

	fresh();
	refault(1000);
	pid = start(NULL);
	ok(WITHIN(10, raised()), "raised");
	put("conf", "[daemon]\ncolour = red\n");
	kill(pid, SIGHUP);
	ok(WITHIN(10, logged("conf:2: unknown key 'colour'")), "an invalid configuration is logged");
	rounds(3);
	ok(raised(), "and changes nothing");
	configure("80M", "1h");
	kill(pid, SIGHUP);
	ok(WITHIN(10, get_number("cg/s/db/memory.low") == 80 * MIB), "a valid one takes effect");
	is_uint(get_number("cg/s/memory.low"), 4096 + 79 * MIB, "the parent is not raised twice");
	is_int(stop(pid, SIGINT), 0, "SIGINT ends it");
	is_uint(get_number("cg/s/db/memory.low"), MIB, "the first original is restored");
}

/* An administrator's word counts, also while the daemon is giving back */
static void check_administrator(void)
{
	pid_t pid;

	fresh();
	configure("512M", "1s");
	refault(1000);
	pid = start(NULL);
	ok(WITHIN(10, raised()), "raised");
	refault(0);
	put_number("cg/s/db/memory.low", 200 * MIB);
	sleep(2);
	is_uint(get_number("cg/s/db/memory.low"), 200 * MIB, "what an administrator sets stays while idle");
	is_uint(get_number("cg/s/memory.low"), 4096, "and needs nothing of the parent");
	stop(pid, SIGTERM);
	is_uint(get_number("cg/s/db/memory.low"), 200 * MIB, "and at the end");
}

/* What was decided before an administrator's word does not count against it */
static void check_meanwhile(void)
{
	pid_t pid;

	fresh();
	pid = start(NULL);
	ok(WITHIN(10, logged("stays at 1.0 MiB")), "there is nothing to do");
	put_number("meddle", 500 * MIB);
	refault(1000);
	ok(WITHIN(10, logged("stays at 500.0 MiB")), "an outside change during the decision");
	is_uint(get_number("cg/s/db/memory.low"), 500 * MIB, "and that stays");
	is_uint(get_number("cg/s/memory.low"), 4096, "and needs nothing of the parent");
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
	ok(WITHIN(10, raised()), "raised");
	put_number("refaults", 0);	/* still losing pages: it is in use */
	sleep(2);
	ok(raised(), "a cgroup that still loses pages is not idle");
	put_number("evictions", 0);
	ok(WITHIN(20, !raised()), "an idle one gives back all");
	is_uint(get_number("cg/s/db/memory.low"), MIB, "to the original");
	ok(WITHIN(10, get_number("cg/s/memory.low") == 4096), "so does the parent");
	ok(WITHIN(5, !get("run/ledger") || !get("run/ledger")[0]), "nothing is left to restore");
	stop(pid, SIGTERM);
}

static void check_vanished(void)
{
	pid_t pid;

	fresh();
	refault(1000);
	pid = start(NULL);
	ok(WITHIN(10, raised()), "raised");
	rename(in_dir("cg/s/db"), in_dir("cg/s/gone"));
	ok(WITHIN(10, logged("waiting for it")), "a cgroup that vanished is waited for");
	rounds(5);
	is_int(times_logged("waiting for it"), 1, "said once");
	is_uint(get_number("cg/s/memory.low"), 4096, "the parent needs its part no more");
	make_cgroup("cg/s/new", 2 * MIB);
	rename(in_dir("cg/s/new"), in_dir("cg/s/db"));
	ok(WITHIN(10, get_number("cg/s/db/memory.low") > 2 * MIB), "a new one is protected");
	rounds(5);
	is_uint(get_number("cg/s/memory.low"),
		4096 + get_number("cg/s/db/memory.low") - 2 * MIB, "with its parent, once");
	stop(pid, SIGTERM);
	is_uint(get_number("cg/s/db/memory.low"), 2 * MIB, "its own value is restored");
	is_uint(get_number("cg/s/memory.low"), 4096, "and the parent's");
}

static void check_module_gone(void)
{
	pid_t pid;
	uint64_t low;

	fresh();
	configure("512M", "3s");
	refault(1000);
	pid = start(NULL);
	ok(WITHIN(10, raised()), "raised");
	rounds(4);
	low = get_number("cg/s/db/memory.low");
	unlink(in_dir("module"));
	ok(WITHIN(10, logged("does not answer")), "an unloaded module is logged");
	sleep(4);
	is_int(times_logged("does not answer"), 1, "once");
	refault(0);
	put("module", "");
	ok(WITHIN(10, logged("answers again")), "so is its reload");
	rounds(3);
	is_uint(get_number("cg/s/db/memory.low"), low, "that time was not idle time");
	stop(pid, SIGTERM);
	is_uint(get_number("cg/s/db/memory.low"), MIB, "restored");
	put("module-refuses", "");
	is_int(wait_for(start(NULL)), 1, "without permission the status is 1");
	ok(logged("needs CAP_NET_ADMIN"), "and the error is logged");
}

/* What is wrong with one rule's cgroup is not the others' affair */
static void check_bad_cgroups(void)
{
	char text[512];
	pid_t pid;

	fresh();
	make_cgroup("cg/bad", 0);
	put("cg/bad/memory.current", "garbage\n");
	make_cgroup("cg/large", 0);
	snprintf(text, sizeof(text), "[daemon]\ninterval = 100ms\nledger = %s/run/ledger\n"
		 "[protect bad]\ncgroup = /bad\nmax = 1G\n"
		 "[protect large]\ncgroup = /large\nmax = 1G\n"
		 "[protect db]\ncgroup = /s/db\nmax = 1G\n", dir);
	put("conf", text);
	refault(1000);
	pid = start(NULL);
	ok(WITHIN(10, raised()), "a rule whose files cannot be parsed does not stop the next");
	ok(WITHIN(10, logged("protect bad: ")), "and is logged");
	ok(WITHIN(10, logged("protect large: cannot read /large: ")),
	   "nor does one whose statistics are too large");
	rounds(5);
	is_int(times_logged("protect bad: "), 1, "each once");
	is_int(times_logged("protect large: "), 1, "no more");
	is_int(times_logged("does not answer"), 0, "nothing is wrong with the module");
	stop(pid, SIGTERM);
}

/* No record, no write */
static void check_no_record(void)
{
	pid_t pid;

	fresh();
	put("run", "not a directory\n");
	refault(1000);
	is_int(wait_for(start(NULL)), 1, "without a place for the state it does not start");
	ok(logged("cannot use the ledger "), "and says why");

	unlink(in_dir("run"));
	refault(0);
	pid = start(NULL);
	ok(WITHIN(10, get("run/ledger.lock")), "started");
	rename(in_dir("run"), in_dir("elsewhere"));
	put("run", "");
	refault(1000);
	rounds(10);
	ok(!raised(), "what cannot be written down is not done");
	is_uint(get_number("cg/s/memory.low"), 4096, "nor to the parent");
	is_int(times_logged("cannot set memory.low"), 1, "and it is said once");
	unlink(in_dir("run"));
	ok(WITHIN(10, raised()), "but is done when it can be");
	stop(pid, SIGTERM);
	is_uint(get_number("cg/s/db/memory.low"), MIB, "restored");
}

static void check_two(void)
{
	pid_t pid;

	fresh();
	refault(1000);
	pid = start(NULL);
	ok(WITHIN(10, raised()), "raised");
	is_int(wait_for(start(NULL)), 1, "a second daemon with the same ledger ends");
	ok(logged("another headroomd"), "and says why");
	ok(raised() && get("run/ledger"), "without undoing the claims of the first");
	stop(pid, SIGTERM);
	is_uint(get_number("cg/s/db/memory.low"), MIB, "which restores it itself");
}

/* As in "headroomd 2>&1 | tee log", where Ctrl-C ends the reader, too */
static void check_reader_gone(void)
{
	pid_t pid;
	int log;

	fresh();
	refault(1000);
	signal(SIGPIPE, SIG_DFL);
	if (mkfifo(in_dir("log"), 0600))
		abort();
	/* After the fork: the daemon must not be a reader itself */
	pid = start(NULL);
	log = open(in_dir("log"), O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	ok(WITHIN(10, raised()), "raised");
	close(log);
	is_int(stop(pid, SIGINT), 0, "a closed log does not prevent an orderly end");
	is_uint(get_number("cg/s/db/memory.low"), MIB, "restored");
	is_uint(get_number("cg/s/memory.low"), 4096, "also the parent");
	ok(!get("run/ledger"), "nothing is left to restore");
}

static void check_options(void)
{
	fresh();
	is_int(wait_for(start("--check-config")), 0, "--check-config with a good file");
	is_text(get("out"), "configuration is valid: 1 rule\n", "says so");
	put("conf", "[protect x]\nmax = 0\n");
	is_int(wait_for(start("--check-config")), 1, "--check-config with a bad file");
	ok(logged("conf:2: "), "names the line");
	is_int(wait_for(start(NULL)), 2, "which the daemon refuses to run with");
	configure("1G", "60s");
	is_int(wait_for(start("--log=paper")), 2, "an unknown place to log to");
	is_int(wait_for(start("--once")), 2, "an unknown option");
	is_int(wait_for(start("--version")), 0, "--version");
	is_text(get("out"), "headroomd " VERSION "\n", "says it");
	is_int(wait_for(start("--help")), 0, "--help");
	ok(strstr(get("out"), "--log="), "tells the options");
	ok(strstr(get("out"), "(1 with --check-config)"), "and what --check-config ends with");
}

int main(void)
{
	char command[128];

	snprintf(dir, sizeof(dir), "/tmp/headroomd-test.XXXXXX");
	if (!mkdtemp(dir))
		return 1;
	check_options();
	check_raise_and_restore();
	check_first_round();
	check_crash();
	check_dry_run();
	check_reload();
	check_administrator();
	check_meanwhile();
	check_idle();
	check_vanished();
	check_module_gone();
	check_bad_cgroups();
	check_no_record();
	check_two();
	check_reader_gone();
	snprintf(command, sizeof(command), "rm -rf %s", dir);
	if (system(command))
		return 1;
	return tap_done();
}
