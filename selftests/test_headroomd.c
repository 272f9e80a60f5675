// SPDX-License-Identifier: GPL-2.0
/*
 * Check headroomd on a real kernel: it protects a cgroup whose working set others evict, continues that
 * after a restart, restores everything on request, acts before its interval is over, and records what a
 * replay decides again
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cgroup.h"
#include "kselftest_harness.h"
#include "module.h"
#include "workload.h"

#define DB		SCRATCH "/db"
#define STREAM		SCRATCH "/stream"
#define CONFIG		"/run/headroomd-test.conf"
#define RECORDING	"/run/headroomd-test.rec"
#define LOG		"/run/headroomd-test.log"
#define ORIGINAL	(1 * MIB)
/* Seconds */
#define PATIENCE	120
#define FOREVER	1000000000L

FIXTURE(headroomd)
{
	pid_t db;
	pid_t stream;
	pid_t daemon;
};

static int write_config_of(const char *interval, const char *rule, const char *when,
			   const char *idle)
{
	FILE *f = fopen(CONFIG, "we");

	if (!f)
		return -1;
	fprintf(f, "[daemon]\ninterval = %s\nledger = /run/headroomd-test/ledger\n"
		"record = " RECORDING "\n[rule %s]\ncgroups = /headroom-test/m/db\nwhen = %s\n"
		"do = protect max=80M idle=%s\n", interval, rule, when, idle);
	return fclose(f);
}

static int write_config(const char *rule, const char *idle)
{
	return write_config_of("500ms", rule, "refaults > 20/s for 1s", idle);
}

static pid_t start_daemon(const char *option)
{
	pid_t pid = fork();

	if (!pid) {
		if (!freopen(LOG, "a", stderr))
			_exit(126);
		execl("build/user/headroomd", "headroomd", "--config", CONFIG,
		      option, NULL);
		_exit(127);
	}
	return pid;
}

static int64_t low_of(const char *cgroup)
{
	return cgroup_read(cgroup, "memory.low", NULL);
}

static bool db_is_protected(void *unused)
{
	return low_of("m/db") > ORIGINAL;
}

static bool m_is_protected(void *unused)
{
	return low_of("m") >= low_of("m/db") - ORIGINAL;
}

static bool db_is_not_protected(void *unused)
{
	return low_of("m/db") <= ORIGINAL;
}

/*
 * Waits until db is protected, with proactive reclaim from it every 4 s: the classic LRU has
 * activated its pages, so that the demand of others alone no longer evicts them.
 */
static bool is_protected_under_reclaim(void)
{
	int i;

	for (i = 0; i < 30; i++) {
		if (db_is_protected(NULL))
			return true;
		cgroup_write("m/db", "memory.reclaim", "24M");
		if (wait_until(db_is_protected, NULL, 4))
			return true;
	}
	return false;
}

/* Refaults of db per second, measured over one second; -1 on failure */
static double refault_rate(void)
{
	struct headroom_cgroup *before, *after;
	uint64_t begin = monotonic_ns();
	double rate = -1;

	before = module_read("m/db");
	sleep(1);
	after = module_read("m/db");
	if (before && after)
		rate = (after->local.refaults - before->local.refaults) * 1e9 /
		       (monotonic_ns() - begin);
	headroom_cgroup_free(before);
	headroom_cgroup_free(after);
	return rate;
}

/* Waits until that rate is above, or not above, @than */
static bool rate_becomes(bool above, double than)
{
	int i;

	for (i = 0; i < 120; i++) {
		double rate = refault_rate();

		if ((rate > than) == above)
			return true;
	}
	return false;
}

FIXTURE_SETUP(headroomd)
{
	static struct read_job db = { .path = DB, .random = FOREVER, .seed = 7 };
	static struct read_job stream = { .path = STREAM, .passes = FOREVER };

	if (access(SCRATCH, W_OK))
		SKIP(return, "no file system at " SCRATCH);
	ASSERT_EQ(0, module_reload(""));
	ASSERT_EQ(0, cgroup_setup());
	ASSERT_EQ(0, cgroup_create_parent("m"));
	ASSERT_EQ(0, cgroup_write("m", "memory.max", "96M"));
	ASSERT_EQ(0, cgroup_create("m/db"));
	ASSERT_EQ(0, cgroup_create("m/stream"));
	ASSERT_EQ(0, cgroup_write("m/db", "memory.low", "1M"));
	ASSERT_EQ(0, create_file(DB, 48 * MIB));
	ASSERT_EQ(0, create_file(STREAM, 192 * MIB));
	self->db = cgroup_start("m/db", read_file, &db);
	self->stream = cgroup_start("m/stream", read_file, &stream);
	ASSERT_LT(0, self->db);
	ASSERT_LT(0, self->stream);
}

FIXTURE_TEARDOWN(headroomd)
{
	end_child(self->daemon);
	cgroup_cleanup();
	if (self->db)
		wait_child(self->db);
	if (self->stream)
		wait_child(self->stream);
	unlink(DB);
	unlink(STREAM);
	wait_child(start_daemon("--restore"));
}

TEST_F_TIMEOUT(headroomd, protects_and_restores, 900)
{
	int64_t low;

	ASSERT_EQ(0, write_config("db", "1h"));
	ASSERT_TRUE(rate_becomes(true, 200));
	self->daemon = start_daemon(NULL);
	EXPECT_TRUE(wait_until(db_is_protected, NULL, PATIENCE));
	EXPECT_TRUE(rate_becomes(false, 20));
	TH_LOG("memory.low is now %" PRId64 " MiB", low_of("m/db") / MIB);
	EXPECT_GE(80 * MIB, low_of("m/db"));
	/* The kernel protects a cgroup only as far as its ancestors are protected */
	EXPECT_EQ(low_of("m/db") - ORIGINAL, low_of("m"));
	EXPECT_EQ(low_of("m/db") - ORIGINAL, low_of(""));

	/* A killed daemon leaves its claims; a daemon without that rule gives them back */
	low = low_of("m/db");
	end_child(self->daemon);
	EXPECT_EQ(low, low_of("m/db"));
	ASSERT_EQ(0, write_config("other", "1h"));
	self->daemon = start_daemon("--dry-run");
	sleep(2);
	EXPECT_EQ(low, low_of("m/db"));
	end_child(self->daemon);
	ASSERT_EQ(0, wait_child(start_daemon("--restore")));
	EXPECT_EQ(ORIGINAL, low_of("m/db"));
	EXPECT_EQ(0, low_of("m"));
	EXPECT_EQ(0, low_of(""));

	/* Reload the configuration, then end in order: what it changed stays for the next daemon */
	self->daemon = start_daemon(NULL);
	EXPECT_TRUE(is_protected_under_reclaim());
	ASSERT_EQ(0, write_config("db", "1h"));
	kill(self->daemon, SIGHUP);
	EXPECT_TRUE(is_protected_under_reclaim());
	kill(self->daemon, SIGTERM);
	EXPECT_EQ(0, wait_child(self->daemon));
	EXPECT_LT(ORIGINAL, low_of("m/db"));
	self->daemon = start_daemon(NULL);
	/* Reset from outside, as systemctl set-property does: the ancestor is raised again */
	ASSERT_EQ(0, cgroup_write("m", "memory.low", "0"));
	EXPECT_TRUE(wait_until(m_is_protected, NULL, PATIENCE));
	kill(self->daemon, SIGINT);
	EXPECT_EQ(0, wait_child(self->daemon));
	self->daemon = 0;
	EXPECT_EQ(ORIGINAL, low_of("m/db"));
	EXPECT_EQ(0, low_of("m"));
	EXPECT_EQ(0, low_of(""));
	EXPECT_NE(0, access("/run/headroomd-test/ledger", F_OK));
}

TEST_F_TIMEOUT(headroomd, releases_idle_cgroup, 900)
{
	ASSERT_EQ(0, write_config("db", "2s"));
	self->daemon = start_daemon(NULL);
	EXPECT_TRUE(wait_until(db_is_protected, NULL, PATIENCE));
	kill(self->stream, SIGKILL);
	kill(self->db, SIGKILL);
	EXPECT_TRUE(wait_until(db_is_not_protected, NULL, PATIENCE));
	EXPECT_EQ(ORIGINAL, low_of("m/db"));
}

TEST_F_TIMEOUT(headroomd, dry_run_changes_nothing, 900)
{
	int i;

	ASSERT_EQ(0, write_config("db", "1h"));
	ASSERT_TRUE(rate_becomes(true, 100));
	self->daemon = start_daemon("--dry-run");
	for (i = 0; i < 50; i++) {
		usleep(100000);
		ASSERT_EQ(ORIGINAL, low_of("m/db"));
	}
	kill(self->daemon, SIGTERM);
	EXPECT_EQ(0, wait_child(self->daemon));
	self->daemon = 0;
	EXPECT_NE(0, access("/run/headroomd-test/ledger", F_OK));
}

/* memory.low does not help against the cgroup's own limit */
TEST_F_TIMEOUT(headroomd, does_not_act_on_own_limit, 900)
{
	int i;

	kill(self->stream, SIGKILL);
	ASSERT_EQ(0, cgroup_write("m/db", "memory.max", "24M"));
	ASSERT_EQ(0, write_config("db", "1h"));
	ASSERT_TRUE(rate_becomes(true, 100));
	self->daemon = start_daemon(NULL);
	for (i = 0; i < 50; i++) {
		usleep(100000);
		ASSERT_EQ(ORIGINAL, low_of("m/db"));
	}
}

/* Reads all of a mapped file and pages it out, for ever */
static int page_out_again(void *path)
{
	volatile char *memory;
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	size_t i;

	memory = fd < 0 ? MAP_FAILED : mmap(NULL, 48 * MIB, PROT_READ, MAP_SHARED, fd, 0);
	if (memory == MAP_FAILED)
		return 1;
	for (;;) {
		for (i = 0; i < 48 * MIB; i += 4096)
			(void)memory[i];
		if (madvise((void *)memory, 48 * MIB, MADV_PAGEOUT))
			return 1;
	}
}

/* A cgroup that pages itself out gets no protection for that */
TEST_F_TIMEOUT(headroomd, does_not_act_on_own_pageout, 900)
{
	pid_t loop;
	int i;

	end_child(self->stream);
	end_child(self->db);
	ASSERT_EQ(0, write_config("db", "1h"));
	loop = cgroup_start("m/db", page_out_again, DB);
	ASSERT_LT(0, loop);
	ASSERT_TRUE(rate_becomes(true, 100));
	self->daemon = start_daemon(NULL);
	for (i = 0; i < 200; i++) {
		usleep(100000);
		ASSERT_EQ(ORIGINAL, low_of("m/db"));
	}
	EXPECT_LT(100, refault_rate());
	end_child(loop);
}

static bool log_has(void *text)
{
	char line[1024];
	FILE *f = fopen(LOG, "re");
	bool found = false;

	while (f && !found && fgets(line, sizeof(line), f))
		found = strstr(line, text);
	if (f)
		fclose(f);
	return found;
}

/* The next line about a rule, behind what the line begins with; NULL at the end */
static char *next_decision(FILE *f, char *line, int size, const char *mark)
{
	char *at;

	while (fgets(line, size, f)) {
		at = strstr(line, mark);
		if (at)
			return at;
	}
	return NULL;
}

/*
 * What the rules decided, by the log and by a replay of the recording: the number of lines that agree,
 * -1 if one does not
 */
static int compare_decisions(void)
{
	FILE *live = fopen(LOG, "re");
	FILE *replayed = popen("build/user/headroomd --replay " RECORDING " --config " CONFIG, "re");
	char line[4096], again[4096], *a, *b;
	int nr = 0;

	if (!live || !replayed)
		return -1;
	do {
		a = next_decision(live, line, sizeof(line), "rule db: ");
		b = next_decision(replayed, again, sizeof(again), "rule db: ");
		nr += a && b;
	} while (a && b && !strcmp(a, b));
	if (a || b)
		printf("# live: %s# replayed: %s", a ?: "nothing\n", b ?: "nothing\n");
	fclose(live);
	pclose(replayed);
	return a || b ? -1 : nr;
}

/* A replay of a recording makes the decisions that were made live */
TEST_F_TIMEOUT(headroomd, replays_what_it_decided, 900)
{
	int nr;

	ASSERT_EQ(0, write_config("db", "4s"));
	unlink(LOG);
	unlink(RECORDING);
	ASSERT_TRUE(rate_becomes(true, 100));
	self->daemon = start_daemon(NULL);
	EXPECT_TRUE(wait_until(db_is_protected, NULL, PATIENCE));
	/* A change from outside, then an idle cgroup */
	ASSERT_EQ(0, cgroup_write("m/db", "memory.low", "3M"));
	sleep(3);
	end_child(self->stream);
	end_child(self->db);
	self->stream = self->db = 0;
	sleep(8);
	kill(self->daemon, SIGTERM);
	EXPECT_EQ(0, wait_child(self->daemon));
	self->daemon = 0;
	nr = compare_decisions();
	TH_LOG("%d lines agree", nr);
	EXPECT_LT(5, nr);
}

/* Whether a rule's condition holds within 28 s, in which pages of db are evicted again and again */
static bool decides_under_reclaim(void)
{
	int i;

	for (i = 0; i < 7; i++) {
		cgroup_write("m/db", "memory.reclaim", "24M");
		if (wait_until(log_has, "the condition holds", 4))
			return true;
	}
	return false;
}

/*
 * A trigger wakes the daemon: refaults that begin behind a frame are decided about long before the
 * next one, which is 60 s later. Before them the daemon sleeps for longer than a fifth of that, the
 * least time between two frames.
 */
TEST_F_TIMEOUT(headroomd, wakes_early, 900)
{
	uint64_t begin;

	end_child(self->stream);
	self->stream = 0;
	ASSERT_TRUE(rate_becomes(false, 1));
	ASSERT_EQ(0, write_config_of("60s", "db", "refaults > 20/s", "1h"));
	unlink(LOG);
	begin = monotonic_ns();
	self->daemon = start_daemon(NULL);
	sleep(15);
	EXPECT_FALSE(log_has("the condition holds"));
	EXPECT_EQ(1, MODULE_STATUS(triggers));
	EXPECT_TRUE(decides_under_reclaim());
	TH_LOG("decided %.1f s after the start", (monotonic_ns() - begin) / 1e9);
	kill(self->daemon, SIGTERM);
	EXPECT_EQ(0, wait_child(self->daemon));
	self->daemon = 0;
}

FIXTURE(no_module) {};
FIXTURE_SETUP(no_module) {}
FIXTURE_TEARDOWN(no_module) {}

/* Without the module the daemon waits for it */
TEST_F_TIMEOUT(no_module, waits, 300)
{
	pid_t pid;

	module_unload();
	ASSERT_EQ(0, write_config("db", "1h"));
	unlink(LOG);
	pid = start_daemon(NULL);
	EXPECT_TRUE(wait_until(log_has, "is not loaded", PATIENCE));
	ASSERT_EQ(0, module_load(""));
	EXPECT_TRUE(wait_until(log_has, "the module answers", PATIENCE));
	kill(pid, SIGTERM);
	EXPECT_EQ(0, wait_child(pid));
}

TEST_HARNESS_MAIN
