// SPDX-License-Identifier: GPL-2.0
/*
 * headroomd on a real kernel: it protects a cgroup whose working set others evict,
 * and undoes its claims however it ends
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "cgroup.h"
#include "kselftest_harness.h"
#include "module.h"
#include "workload.h"

#define DB		SCRATCH "/db"
#define STREAM		SCRATCH "/stream"
#define CONFIG		"/run/headroomd-test.conf"
#define ORIGINAL	(1 * MIB)
#define FOR_EVER	1000000000L

FIXTURE(headroomd)
{
	pid_t db;
	pid_t stream;
	pid_t daemon;
};

static int write_config(const char *refaults, const char *idle)
{
	FILE *f = fopen(CONFIG, "we");

	if (!f)
		return -1;
	fprintf(f, "[daemon]\ninterval = 500ms\nstate = /run/headroomd-test/state\n"
		"[protect db]\ncgroup = /headroom-test/m/db\nmax = 80M\n"
		"refaults = %s\nidle = %s\n", refaults, idle);
	return fclose(f);
}

static pid_t start_daemon(const char *option)
{
	pid_t pid = fork();

	if (!pid) {
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

/* Wait up to 2 minutes until memory.low of db is above, or not above, @than */
static bool low_gets(bool above, int64_t than)
{
	int i;

	for (i = 0; i < 1200; i++) {
		if ((low_of("m/db") > than) == above)
			return true;
		usleep(100000);
	}
	return false;
}

/*
 * The same, with proactive reclaim from db every 4 s: the classic LRU has activated
 * its pages by now, so that the demand of others alone no longer evicts them.
 */
static bool low_rises_under_reclaim(void)
{
	int i;

	for (i = 0; i < 600; i++) {
		if (low_of("m/db") > ORIGINAL)
			return true;
		if (i % 20 == 0)
			cgroup_write("m/db", "memory.reclaim", "24M");
		usleep(200000);
	}
	return false;
}

/* Refaults a second of db, over one second */
static double refault_rate(void)
{
	struct headroom_cgroup *before, *after;
	struct timespec t0, t1;
	double rate = -1;

	clock_gettime(CLOCK_MONOTONIC, &t0);
	before = module_read("m/db");
	sleep(1);
	after = module_read("m/db");
	clock_gettime(CLOCK_MONOTONIC, &t1);
	if (before && after)
		rate = (after->local.refaults - before->local.refaults) /
			(t1.tv_sec - t0.tv_sec + (t1.tv_nsec - t0.tv_nsec) / 1e9);
	headroom_cgroup_free(before);
	headroom_cgroup_free(after);
	return rate;
}

static bool rate_gets(bool above, double than)
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
	static struct read_job db = { .path = DB, .random = FOR_EVER, .seed = 7 };
	static struct read_job stream = { .path = STREAM, .passes = FOR_EVER };

	if (access(SCRATCH, W_OK))
		SKIP(return, "no file system at " SCRATCH);
	ASSERT_EQ(0, module_reload(""));
	ASSERT_EQ(0, cgroup_setup());
	ASSERT_EQ(0, cgroup_create("m"));
	ASSERT_EQ(0, cgroup_write("m", "cgroup.subtree_control", "+memory"));
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
	if (self->daemon > 0) {
		kill(self->daemon, SIGKILL);
		wait_child(self->daemon);
	}
	cgroup_cleanup();
	wait_child(self->db);
	wait_child(self->stream);
	unlink(DB);
	unlink(STREAM);
	unlink("/run/headroomd-test/state");
}

TEST_F_TIMEOUT(headroomd, protects_and_restores, 900)
{
	ASSERT_EQ(0, write_config("20", "1h"));
	ASSERT_TRUE(rate_gets(true, 200));
	self->daemon = start_daemon(NULL);
	EXPECT_TRUE(low_gets(true, ORIGINAL));
	EXPECT_TRUE(rate_gets(false, 20));
	TH_LOG("memory.low is now %" PRId64 " MiB", low_of("m/db") / MIB);
	EXPECT_GE(80 * MIB, low_of("m/db"));
	/* Protection is effective only as far as the ancestors have it too */
	EXPECT_EQ(low_of("m/db") - ORIGINAL, low_of("m"));
	EXPECT_EQ(low_of("m/db") - ORIGINAL, low_of(""));

	/* A killed daemon leaves its claims; the next one undoes them first */
	kill(self->daemon, SIGKILL);
	wait_child(self->daemon);
	EXPECT_LT(ORIGINAL, low_of("m/db"));
	ASSERT_EQ(0, write_config("1000000000", "1h"));
	self->daemon = start_daemon(NULL);
	EXPECT_TRUE(low_gets(false, ORIGINAL));
	EXPECT_EQ(ORIGINAL, low_of("m/db"));
	/* Ancestors are restored last */
	for (int i = 0; i < 1000 && low_of("m"); i++)
		usleep(10000);
	EXPECT_EQ(0, low_of("m"));

	/* Reload, then an orderly end */
	ASSERT_EQ(0, write_config("20", "1h"));
	kill(self->daemon, SIGHUP);
	EXPECT_TRUE(low_rises_under_reclaim());
	kill(self->daemon, SIGTERM);
	EXPECT_EQ(0, wait_child(self->daemon));
	self->daemon = 0;
	EXPECT_EQ(ORIGINAL, low_of("m/db"));
	EXPECT_EQ(0, low_of("m"));
	EXPECT_EQ(0, low_of(""));
	EXPECT_NE(0, access("/run/headroomd-test/state", F_OK));
}

TEST_F_TIMEOUT(headroomd, gives_back_when_idle, 900)
{
	ASSERT_EQ(0, write_config("20", "2s"));
	self->daemon = start_daemon(NULL);
	EXPECT_TRUE(low_gets(true, ORIGINAL));
	kill(self->stream, SIGKILL);
	kill(self->db, SIGKILL);
	EXPECT_TRUE(low_gets(false, ORIGINAL));
	EXPECT_EQ(ORIGINAL, low_of("m/db"));
}

TEST_F_TIMEOUT(headroomd, dry_run_changes_nothing, 900)
{
	int i;

	ASSERT_EQ(0, write_config("20", "1h"));
	ASSERT_TRUE(rate_gets(true, 100));
	self->daemon = start_daemon("--dry-run");
	for (i = 0; i < 50; i++) {
		usleep(100000);
		ASSERT_EQ(ORIGINAL, low_of("m/db"));
	}
	kill(self->daemon, SIGTERM);
	EXPECT_EQ(0, wait_child(self->daemon));
	self->daemon = 0;
	EXPECT_NE(0, access("/run/headroomd-test/state", F_OK));
}

/* memory.low does not help against the cgroup's own limit */
TEST_F_TIMEOUT(headroomd, leaves_own_limit_alone, 900)
{
	int i;

	kill(self->stream, SIGKILL);
	ASSERT_EQ(0, cgroup_write("m/db", "memory.max", "24M"));
	ASSERT_EQ(0, write_config("20", "1h"));
	ASSERT_TRUE(rate_gets(true, 100));
	self->daemon = start_daemon(NULL);
	for (i = 0; i < 50; i++) {
		usleep(100000);
		ASSERT_EQ(ORIGINAL, low_of("m/db"));
	}
}

/* Without the module the daemon exits with status 3 */
TEST(headroomd_without_module)
{
	pid_t pid;

	module_unload();
	ASSERT_EQ(0, write_config("20", "1h"));
	pid = start_daemon(NULL);
	EXPECT_EQ(3, wait_child(pid));
	ASSERT_EQ(0, module_load(""));
}

TEST_HARNESS_MAIN
