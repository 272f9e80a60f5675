// SPDX-License-Identifier: GPL-2.0
/*
 * A daemon that is killed at any moment leaks nothing
 *
 * Processes change the knobs of a fake cgroup tree at random and kill themselves after a random
 * number of system calls. After each, every knob has to be as the ledger's file says. Some are
 * followed by a restore, the others by a process that adopts the claims and is killed as well.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "ledger.h"
#include "tap.h"
#include "field.h"
#include "tree.h"
#include "tree_frame.h"

#define KILLS	200

static const struct {
	const char *path;
	const char *low;
} cgroups[] = {
	{ "/a", "1000" }, { "/a/x", "0" }, { "/a/y", "500" }, { "/a/y/1", "0" },
	{ "/a/y/2", "7" }, { "/b", "max" }, { "/b/z", "0" }, { "/c", "0" },
};

#define CGROUPS		(sizeof(cgroups) / sizeof(cgroups[0]))

/* --- moments --- */

enum moment {
	BEFORE_WRITE, AFTER_WRITE, AFTER_OPEN, BEFORE_SYNC, BEFORE_RENAME, AFTER_RENAME,
	BEFORE_UNLINK, AFTER_UNLINK, MOMENTS,
};

static const char *const moments[MOMENTS] = {
	"before the write of a knob", "after the write of a knob",
	"while the new ledger is empty", "before a sync",
	"before the ledger is replaced", "after the ledger was replaced",
	"before the ledger is removed", "after the ledger was removed",
};

/* Kills at each moment; shared with the processes */
static unsigned int *kills;
/* Moments until the process is killed; negative in the parent, which is not */
static int left = -1;
/* The only moment that counts; MOMENTS if all do */
static enum moment only;

static void pass(enum moment moment)
{
	if (left < 0 || (only != MOMENTS && only != moment) || left--)
		return;
	kills[moment]++;
	raise(SIGKILL);
}

int __real_openat(int at, const char *file, int flags, ...);
int __wrap_openat(int at, const char *file, int flags, ...);
ssize_t __real_write(int fd, const void *data, size_t size);
ssize_t __wrap_write(int fd, const void *data, size_t size);
FILE *__real_fopen(const char *path, const char *mode);
FILE *__wrap_fopen(const char *path, const char *mode);
int __wrap_fsync(int fd);
int __real_rename(const char *from, const char *to);
int __wrap_rename(const char *from, const char *to);
int __real_unlink(const char *path);
int __wrap_unlink(const char *path);

/* A cgroup file has the old value until it has the new one, and is never empty */
int __wrap_openat(int at, const char *file, int flags, ...)
{
	return __real_openat(at, file, flags & ~O_TRUNC);
}

ssize_t __wrap_write(int fd, const void *data, size_t size)
{
	ssize_t n;

	pass(BEFORE_WRITE);
	if (ftruncate(fd, 0))
		abort();
	n = __real_write(fd, data, size);
	pass(AFTER_WRITE);
	return n;
}

FILE *__wrap_fopen(const char *path, const char *mode)
{
	FILE *f = __real_fopen(path, mode);

	if (*mode == 'w')
		pass(AFTER_OPEN);
	return f;
}

/* What a process has written stays when it is killed, synced or not */
int __wrap_fsync(int fd)
{
	(void)fd;
	pass(BEFORE_SYNC);
	return 0;
}

int __wrap_rename(const char *from, const char *to)
{
	int ret;

	pass(BEFORE_RENAME);
	ret = __real_rename(from, to);
	pass(AFTER_RENAME);
	return ret;
}

int __wrap_unlink(const char *path)
{
	int ret;

	pass(BEFORE_UNLINK);
	ret = __real_unlink(path);
	pass(AFTER_UNLINK);
	return ret;
}

/* --- the process that is killed --- */

static struct dirs *dirs;
static struct ledger *ledger;

static void ignore(void *arg, const struct ledger_event *event)
{
	(void)arg, (void)event;
}

static int open_ledger(void)
{
	dirs = dirs_new(dir);
	if (!dirs)
		abort();
	return ledger_open(&ledger, LEDGER_REAL, in_dir("run/ledger"), dirs, ignore, NULL);
}

static void close_ledger(void)
{
	ledger_close(ledger);
	dirs_free(dirs);
}

static void run_round(void)
{
	static const char *const rule[] = { "r", "s" };
	struct frame *frame = tree_frame(dirs);

	ledger_look(ledger, frame);
	for (size_t i = 1; i < frame->nr; i++)
		for (size_t j = 0; j < 2; j++)
			if (rand() % 4 == 0)
				ledger_demand(ledger, frame, i, KNOB_MEMORY_LOW, rule[j],
					      rand() % 2000, 1 + rand() % 9, 0);
	ledger_set_budget(ledger, rand() % 8000);
	if (ledger_settle(ledger, frame))
		abort();
	frame_put(frame);
}

/* Renew no demand, so that all is given back */
static void run_quiet_round(void)
{
	struct frame *frame = tree_frame(dirs);

	ledger_look(ledger, frame);
	if (ledger_settle(ledger, frame))
		abort();
	frame_put(frame);
}

static void run_daemon(void)
{
	if (open_ledger())
		abort();
	for (;;) {
		for (int rounds = rand() % 4; rounds; rounds--)
			run_round();
		if (rand() % 2)
			run_quiet_round();
		else if (rand() % 2 && ledger_restore(ledger))
			abort();
	}
}

/* Some moments are rare, so every fourth process chooses one. Returns whether it was killed. */
static bool kill_daemon(void)
{
	unsigned int seed = rand();
	int chosen = rand() % 4 ? MOMENTS : rand() % MOMENTS;
	int moment = rand() % (chosen == MOMENTS ? 150 : 4);
	int status;
	pid_t pid;

	fflush(stdout);
	pid = fork();
	if (!pid) {
		srand(seed);
		only = chosen;
		left = moment;
		run_daemon();
	}
	return pid > 0 && waitpid(pid, &status, 0) == pid && WIFSIGNALED(status) &&
	       WTERMSIG(status) == SIGKILL;
}

/* --- what it left --- */

static const struct claim *find_claim(const char *path)
{
	const struct claim *claim;
	size_t nr;

	claim = ledger_claims(ledger, &nr);
	for (size_t i = 0; i < nr; i++)
		if (strcmp(claim[i].path, path) == 0)
			return &claim[i];
	return NULL;
}

static uint64_t value_of(const char *text)
{
	return strcmp(text, "max") == 0 ? FIELD_MAX : strtoull(text, NULL, 10);
}

static const char *low_text(const char *path)
{
	char file[128];

	snprintf(file, sizeof(file), "%s/memory.low", path + 1);
	return get(file);
}

/*
 * Whether a knob has a value that the ledger has for it, or its original one: that needs no claim,
 * but has one if a restore was interrupted
 */
static bool is_known(size_t i)
{
	const struct claim *claim = find_claim(cgroups[i].path);
	const char *text = low_text(cgroups[i].path);
	uint64_t original = value_of(cgroups[i].low), value = value_of(text);

	if (claim && claim->original != original) {
		printf("# %s has the wrong original %" PRIu64 "\n", cgroups[i].path,
		       claim->original);
		return false;
	}
	if (value == original ||
	    (claim && (value == claim->written || value == claim->previous)))
		return true;
	printf("# %s has %s, originally %s\n", cgroups[i].path, text, cgroups[i].low);
	return false;
}

static bool is_original(size_t i)
{
	const char *text = low_text(cgroups[i].path);

	if (strcmp(text, cgroups[i].low) == 0)
		return true;
	printf("# %s was left at %s, not %s\n", cgroups[i].path, text, cgroups[i].low);
	return false;
}

static bool all(bool (*holds)(size_t i))
{
	bool hold = true;

	for (size_t i = 0; i < CGROUPS; i++)
		hold &= holds(i);
	return hold;
}

/* Restore all, in every second case */
static bool restore_some(bool *restored)
{
	if (rand() % 2)
		return true;
	*restored = true;
	return !ledger_restore(ledger) && all(is_original) && !get("run/ledger");
}

static void check_kills(void)
{
	bool killed = true, readable = true, known = true, whole = true, restored = false;
	unsigned int changed = 0;
	size_t nr;
	int i;

	for (i = 0; i < KILLS && killed && readable && known && whole; i++) {
		killed = kill_daemon();
		readable = !open_ledger();
		ledger_claims(ledger, &nr);
		changed += nr > 0;
		known = all(is_known);
		whole = restore_some(&restored);
		close_ledger();
	}
	if (i < KILLS)
		printf("# after %d kills\n", i);
	ok(killed, "%d processes are killed", KILLS);
	ok(readable, "each ledger can be read");
	ok(known, "each knob is as the ledger says");
	ok(whole && restored, "a restore leaves the originals");
	ok(changed > KILLS / 4, "%u of them left changes", changed);
	for (enum moment moment = 0; moment < MOMENTS; moment++)
		ok(kills[moment], "%u were killed %s", kills[moment], moments[moment]);
}

static void check_end(void)
{
	is_int(open_ledger(), 0, "open the last ledger");
	is_int(ledger_restore(ledger), 0, "restore");
	ok(all(is_original), "every knob has its original value");
	ok(!get("run/ledger"), "no claim is left");
	close_ledger();
}

int main(void)
{
	kills = mmap(NULL, MOMENTS * sizeof(*kills), PROT_READ | PROT_WRITE,
		     MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (kills == MAP_FAILED)
		abort();
	make_dir();
	for (size_t i = 0; i < CGROUPS; i++)
		make_cgroup(cgroups[i].path + 1, cgroups[i].low);
	srand(1);
	check_kills();
	check_end();
	remove_dir();
	return tap_done();
}
