// SPDX-License-Identifier: GPL-2.0
/*
 * usage: bench_load CASE [CGROUPS]
 *
 * Run one case of the benchmark and print the cost of its operations, a line for each
 * figure, for scripts/bench:
 *
 *	NAME VALUE
 *
 * VALUE is nanoseconds of CPU time per operation, which are instructions in a virtual
 * machine that executes one each nanosecond (scripts/vm --icount). A case runs
 * BENCH_ROUNDS times or a multiple of it, and the median is printed; the minimum for "pipe". The
 * caller decides whether the module is loaded, with which parameters, and which other programs use
 * tracepoints.
 *
 * CGROUPS is the number of cgroups in addition to that of the load.
 *
 * Files are holes. They are the cheapest files to read, so the module's share looks as
 * large as it can, and no disk decides when a task continues.
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <math.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "cgroup.h"
#include "module.h"
#include "swap.h"
#include "workload.h"

#define PAGE		4096
#define FILE_NAME	SCRATCH "/bench"
#define LIMIT		"64M"
#define LIMIT_BYTES	(64 * MIB)
#define FILE_BYTES	(192 * MIB)
#define ANON_BYTES	(96 * MIB)
#define RANDOM_READS	20000
#define SWITCHES	10000
#define BIRTHS		200
#define VISIT_PAGES	64
#define VISIT_LIMIT	"192K"
#define MAX_PID		65536
#define MAX_ROUNDS	10
/* Cgroups of the tree below each parent */
#define GROUP		32

static int rounds = 3;

/* Sums of one round, shared between the child that measures and its parent: ns, or pages */
static struct result {
	int64_t sum;
	int64_t operations;
} *result;

enum { RESULTS = 4 };

static int64_t cpu_time(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return t.tv_sec * 1000000000LL + t.tv_nsec;
}

static double per_operation(const struct result *r)
{
	return (double)r->sum / r->operations;
}

static void print(const char *name, double value)
{
	printf("%s %.2f\n", name, value);
	fflush(stdout);
}

static int compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

/* Of an even number the larger of the two in the middle */
static double median(double *value, int nr)
{
	qsort(value, nr, sizeof(*value), compare);
	return value[nr / 2];
}

/* Prints the value of one round, to show how well the rounds agree */
static void verbose(const char *name, double value)
{
	if (getenv("BENCH_VERBOSE"))
		printf("# %s %.2f\n", name, value);
}

/* Reads from @from up to @to, in pieces of the size that cat uses; returns pages, or -1 */
static int64_t read_on(int fd, off_t from, off_t to)
{
	static char buf[128 * 1024];
	off_t at = from;
	ssize_t n = 0;

	while (at < to && (n = pread(fd, buf, sizeof(buf), at)) > 0)
		at += n;
	return n < 0 ? -1 : (at - from) / PAGE;
}

/*
 * Called when the cgroup is full and nothing was evicted from it yet. The kernel drops its
 * shadow entries when it finds the cgroup empty, by counters that are up to two seconds
 * old, so chance would decide whether it does. Reading the counters flushes them.
 */
static int settle(void)
{
	return cgroup_read("load", "memory.stat", "file") < 0;
}

/* Opens the file and reads as much of it as fits in the cgroup */
static int open_full(void)
{
	int fd = open(FILE_NAME, O_RDONLY | O_CLOEXEC);

	if (fd >= 0 && read_on(fd, 0, LIMIT_BYTES) == LIMIT_BYTES / PAGE && !settle())
		return fd;
	return -1;
}

/* First each page that is read evicts one; in the second pass each is a refault as well */
static int stream(void *unused)
{
	int64_t begin;
	int fd = open_full();

	for (int i = 0; i < 2; i++) {
		begin = cpu_time();
		result[i].operations = read_on(fd, i ? 0 : LIMIT_BYTES, FILE_BYTES);
		result[i].sum = cpu_time() - begin;
		if (result[i].operations <= 0)
			return 1;
	}
	return 0;
}

/* A third of the reads hit; each other one evicts a page and is a refault */
static int random_reads(void *unused)
{
	unsigned short state[3] = { 1, 2, 3 };
	static char buf[PAGE];
	int fd = open_full();
	int64_t begin;

	if (read_on(fd, LIMIT_BYTES, FILE_BYTES) < 0 ||
	    posix_fadvise(fd, 0, 0, POSIX_FADV_RANDOM))
		return 1;
	begin = cpu_time();
	for (int i = 0; i < RANDOM_READS; i++) {
		off_t page = nrand48(state) % (FILE_BYTES / PAGE);

		if (pread(fd, buf, PAGE, page * PAGE) != PAGE)
			return 1;
	}
	result[0] = (struct result){ cpu_time() - begin, RANDOM_READS };
	return 0;
}

/*
 * Faults of a mapped file, in sequential order; each is a refault. In some rounds the kernel scans the
 * pages of the cgroup once more than in others, also without the module, which costs some hundred
 * instructions a page: so the scanned pages are a figure, too.
 */
static int mapped(void *unused)
{
	const volatile char *p;
	int fd = open_full();
	int64_t begin, scanned;

	p = mmap(NULL, FILE_BYTES, PROT_READ, MAP_SHARED, fd, 0);
	if (p == MAP_FAILED || read_on(fd, LIMIT_BYTES, FILE_BYTES) < 0)
		return 1;
	scanned = cgroup_read("load", "memory.stat", "pgscan");
	begin = cpu_time();
	for (off_t at = 0; at < FILE_BYTES; at += PAGE)
		p[at];
	result[0] = (struct result){ cpu_time() - begin, FILE_BYTES / PAGE };
	scanned = cgroup_read("load", "memory.stat", "pgscan") - scanned;
	result[1] = (struct result){ scanned, FILE_BYTES / PAGE };
	return 0;
}

/* Writes to pages that all differ and compress well */
static int anon(void *unused)
{
	uint64_t *p = mmap(NULL, ANON_BYTES, PROT_READ | PROT_WRITE,
			   MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	int64_t begin;

	if (p == MAP_FAILED || madvise(p, ANON_BYTES, MADV_NOHUGEPAGE))
		return 1;
	for (size_t i = 0; i < ANON_BYTES / sizeof(*p); i++)
		p[i] = i % 512 < 64 ? (i + 1) * 0x9e3779b97f4a7c15ULL : p[i - 64];
	for (int pass = 0; pass < 2; pass++) {
		begin = cpu_time();
		for (size_t i = 0; i < ANON_BYTES / sizeof(*p); i += PAGE / sizeof(*p))
			((volatile uint64_t *)p)[i]++;
		result[0] = (struct result){ cpu_time() - begin, ANON_BYTES / PAGE };
	}
	return 0;
}

static void tree_name(char *name, size_t size, long i)
{
	snprintf(name, size, "g%ld/c%ld", i / GROUP, i);
}

/* @nr cgroups with a limit, GROUP below each parent */
static int tree_create(long nr)
{
	char name[64];

	for (long i = 0; i < nr; i++) {
		if (i % GROUP == 0) {
			snprintf(name, sizeof(name), "g%ld", i / GROUP);
			if (cgroup_create_parent(name))
				return -1;
		}
		tree_name(name, sizeof(name), i);
		if (cgroup_create_limited(name, VISIT_LIMIT))
			return -1;
	}
	return 0;
}

static int tree_remove(long nr)
{
	char name[64];

	for (long i = 0; i < nr; i++) {
		tree_name(name, sizeof(name), i);
		if (cgroup_remove(name))
			return -1;
	}
	for (long i = 0; i < nr; i += GROUP) {
		snprintf(name, sizeof(name), "g%ld", i / GROUP);
		if (cgroup_remove(name))
			return -1;
	}
	return 0;
}

/* Runs @load in a new cgroup with a limit, with a new file */
static int in_cgroup(int (*load)(void *unused))
{
	int err;

	err = create_hole(FILE_NAME, FILE_BYTES) || cgroup_create_limited("load", LIMIT) ||
	      cgroup_run("load", load, NULL);
	unlink(FILE_NAME);
	return cgroup_remove("load") || err ? -1 : 0;
}

/* Runs @load in each round and prints the median of each result */
static int repeat(int (*load)(void *unused), const char *const *names)
{
	double value[RESULTS][MAX_ROUNDS];

	for (int round = 0; round < rounds; round++) {
		if (in_cgroup(load))
			return -1;
		for (int i = 0; names[i]; i++) {
			value[i][round] = per_operation(&result[i]);
			verbose(names[i], value[i][round]);
		}
	}
	for (int i = 0; names[i]; i++)
		print(names[i], median(value[i], rounds));
	return 0;
}

static int case_stream(long cgroups)
{
	static const char *const names[] = { "stream.first", "stream.again", NULL };

	return swap_use(SWAP_NONE) || tree_create(cgroups) || repeat(stream, names) ||
	       tree_remove(cgroups);
}

static int case_random(long cgroups)
{
	static const char *const names[] = { "random", NULL };

	return swap_use(SWAP_NONE) || repeat(random_reads, names);
}

static int case_mmap(long cgroups)
{
	static const char *const names[] = { "mmap", "mmap.scanned", NULL };

	return swap_use(SWAP_NONE) || repeat(mapped, names);
}

static int case_zram(long cgroups)
{
	static const char *const names[] = { "zram", NULL };

	return swap_use(SWAP_ZRAM) || repeat(anon, names) || swap_use(SWAP_NONE);
}

/*
 * Swaps to a block device that completes each request at once but is not marked as
 * synchronous. With a real disk, the number of times reclaim scans a page until it is
 * written differs from run to run.
 */
static int block_swap(bool on)
{
	if (system(on ? "modprobe null_blk nr_devices=1 memory_backed=1 gb=1 irqmode=0 bs=4096 && "
			"mkswap /dev/nullb0 >/dev/null && swapon /dev/nullb0" :
			"swapoff /dev/nullb0 && rmmod null_blk")) {
		fprintf(stderr, "# cannot switch swap on null_blk %s\n", on ? "on" : "off");
		return -1;
	}
	return 0;
}

static int case_swap(long cgroups)
{
	static const char *const names[] = { "swap", NULL };

	return swap_use(SWAP_NONE) || block_swap(true) || repeat(anon, names) ||
	       block_swap(false);
}

/* Passes one byte back and forth: one task switch per byte */
static int ping_pong(int in, int out, bool first)
{
	char byte = 0;

	for (int i = 0; i < SWITCHES; i++) {
		if (first && write(out, &byte, 1) != 1)
			return -1;
		if (read(in, &byte, 1) != 1)
			return -1;
		if (!first && write(out, &byte, 1) != 1)
			return -1;
	}
	return 0;
}

static int pipe_round(void)
{
	int there[2], back[2], err;
	int64_t begin;
	pid_t pid;

	if (pipe(there) || pipe(back))
		return -1;
	pid = fork();
	begin = cpu_time();
	err = pid ? ping_pong(back[0], there[1], true) : ping_pong(there[0], back[1], false);
	result[!pid] = (struct result){ cpu_time() - begin, 2 * SWITCHES };
	if (!pid)
		_exit(err ? 1 : 0);
	for (int i = 0; i < 2; i++) {
		close(there[i]);
		close(back[i]);
	}
	return wait_child(pid) || err ? -1 : 0;
}

/*
 * Interrupts and unrelated tasks only add to the cost of a switch, and may do so in each of three
 * rounds: the minimum of more rounds is printed.
 */
static int case_pipe(long cgroups)
{
	double value, least = INFINITY;

	for (int round = 0; round < 5 * rounds; round++) {
		if (pipe_round())
			return -1;
		value = per_operation(&result[0]) + per_operation(&result[1]);
		verbose("pipe", value);
		least = fmin(least, value);
	}
	print("pipe", least);
	return 0;
}

/* CPU time of each task except this one; tasks that have ended are missing */
static int tasks_time(int64_t *time)
{
	DIR *proc = opendir("/proc");
	struct dirent *entry;
	char path[64];
	FILE *f;

	memset(time, 0, MAX_PID * sizeof(*time));
	while (proc && (entry = readdir(proc))) {
		long pid = strtol(entry->d_name, NULL, 10);

		if (pid <= 0 || pid >= MAX_PID || pid == getpid())
			continue;
		snprintf(path, sizeof(path), "/proc/%ld/schedstat", pid);
		f = fopen(path, "re");
		if (f && fscanf(f, "%" SCNd64, &time[pid]) != 1)
			time[pid] = 0;
		if (f)
			fclose(f);
	}
	return proc ? closedir(proc) : -1;
}

/*
 * In between, the module's worker gets time to find the cgroups; it runs every two seconds.
 * Kernel threads do most of the work, so the CPU time of all tasks is counted.
 */
static int birth_round(double *value)
{
	static int64_t before[MAX_PID], after[MAX_PID];
	int64_t begin, ns = 0;

	if (tasks_time(before))
		return -1;
	begin = cpu_time();
	if (cgroup_create_numbered("b", BIRTHS))
		return -1;
	usleep(2500000);
	if (cgroup_remove_numbered("b", BIRTHS))
		return -1;
	ns = cpu_time() - begin;
	if (cgroup_wait_freed() || tasks_time(after))
		return -1;
	for (int i = 0; i < MAX_PID; i++)
		if (after[i] > before[i])
			ns += after[i] - before[i];
	*value = (double)ns / BIRTHS;
	return 0;
}

/*
 * Unrelated tasks add their CPU time to some rounds, and kernel workers that have ended are
 * missing in others, so there are more rounds.
 */
static int case_births(long cgroups)
{
	double value[5 * MAX_ROUNDS];
	int nr = 5 * rounds;

	for (int round = 0; round < nr; round++) {
		if (birth_round(&value[round]))
			return -1;
		verbose("births", value[round]);
	}
	print("births", median(value, nr));
	return 0;
}

/* Enters each cgroup in turn and reads a part of the file twice that does not fit there */
static int visit(void *arg)
{
	int fd = open(FILE_NAME, O_RDONLY | O_CLOEXEC);
	long nr = *(long *)arg;
	static char buf[PAGE];
	char name[64];

	if (fd < 0 || posix_fadvise(fd, 0, 0, POSIX_FADV_RANDOM))
		return 1;
	for (long i = 0; i < nr; i++) {
		tree_name(name, sizeof(name), i);
		if (cgroup_enter(name))
			return 1;
		for (int page = 0; page < 2 * VISIT_PAGES; page++)
			if (pread(fd, buf, PAGE, (i * VISIT_PAGES + page % VISIT_PAGES) *
				  (off_t)PAGE) != PAGE)
				return 1;
	}
	return 0;
}

/* Runs @work in a child that enters a cgroup itself: only leaves of the tree take tasks */
static int run_here(int (*work)(void *arg), void *arg)
{
	pid_t pid = fork();

	if (!pid)
		_exit(work(arg));
	return wait_child(pid);
}

/* The values that a program would take from memory.stat and memory.pressure */
static const char *const wanted[] = {
	"anon ", "file ", "pgscan ", "pgsteal ", "pgmajfault ", "workingset_refault_anon ",
	"workingset_refault_file ", "workingset_activate_file ", "pswpin ",
};

/* Returns the content of a file of a cgroup of the tree, or NULL */
static char *read_file_of(long cgroup, const char *file)
{
	static char buf[16384];
	char name[64], path[128];
	ssize_t n;
	int fd;

	tree_name(name, sizeof(name), cgroup);
	snprintf(path, sizeof(path), CGROUP_TEST "/%s/%s", name, file);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	n = fd < 0 ? -1 : read(fd, buf, sizeof(buf) - 1);
	close(fd);
	if (n < 0)
		return NULL;
	buf[n] = 0;
	return buf;
}

static int read_files(long nr, uint64_t *values)
{
	for (long i = 0; i < nr; i++) {
		char *buf = read_file_of(i, "memory.stat");

		if (!buf)
			return -1;
		for (char *line = buf; *line; line = strchr(line, '\n') + 1)
			for (size_t w = 0; w < sizeof(wanted) / sizeof(wanted[0]); w++)
				if (!strncmp(line, wanted[w], strlen(wanted[w])))
					values[w] += strtoull(line + strlen(wanted[w]), NULL, 10);
		buf = read_file_of(i, "memory.pressure");
		if (!buf)
			return -1;
		for (char *at = buf; (at = strstr(at, "total=")); )
			values[0] += strtoull(at += strlen("total="), NULL, 10);
	}
	return 0;
}

/* Reads all once to warm up, then once in each round; the result is per cgroup */
static int measure_files(const char *name, long nr)
{
	uint64_t values[sizeof(wanted) / sizeof(wanted[0])] = { 0 };
	double value[MAX_ROUNDS];

	for (int round = -1; round < rounds; round++) {
		int64_t begin = cpu_time();
		double one;

		if (read_files(nr, values))
			return -1;
		one = (double)(cpu_time() - begin) / nr;
		verbose(name, one);
		if (round >= 0)
			value[round] = one;
	}
	print(name, median(value, rounds));
	return 0;
}

/* The cost of one snapshot, divided by the number of cgroups in the first snapshot */
static int one_snapshot(struct headroom *h, struct headroom_filter *filter, size_t *nr,
			double *value)
{
	struct headroom_snapshot *s;
	int64_t begin = cpu_time();
	int err = headroom_snapshot_take(h, filter, &s);

	if (err)
		return err;
	if (!*nr)
		*nr = s->nr;
	*value = (double)(cpu_time() - begin) / *nr;
	filter->since = s->generation;
	headroom_snapshot_free(s);
	return 0;
}

/*
 * Measures snapshots in the same way, and prints the cost of the first one separately, which
 * has to look up the cgroups' names. With @changes, each but the first is limited to changes
 * since the one before, of which there are none. That costs so little that activity in
 * another cgroup would be visible, so there are more rounds.
 */
static int measure_snapshot(const char *name, uint32_t omit, bool changes)
{
	struct headroom_filter filter = { .omit = omit };
	struct headroom *h = NULL;
	int nr_rounds = changes ? 10 * rounds : rounds;
	double value[10 * MAX_ROUNDS], one;
	int err = headroom_open(&h);
	char first[64];
	size_t nr = 0;

	snprintf(first, sizeof(first), "%s.first", name);
	for (int round = -1; !err && round < nr_rounds; round++) {
		if (!changes)
			filter.since = 0;
		err = one_snapshot(h, &filter, &nr, &one);
		if (err)
			break;
		verbose(name, one);
		if (round < 0)
			print(first, one);
		else
			value[round] = one;
	}
	if (err)
		fprintf(stderr, "# cannot read a snapshot: %s\n", h ? headroom_error(h) : strerror(-err));
	else
		print(name, median(value, nr_rounds));
	headroom_close(h);
	return err;
}

/* Prints the memory that the module reports, and the number of histograms per cgroup */
static int print_memory(long nr)
{
	struct headroom_status *status = module_status();

	if (!status)
		return -1;
	print("memory.record", status->cgroup_bytes);
	print("memory.histogram", status->histogram_bytes);
	print("memory.histograms", (double)status->histograms / nr);
	print("memory.entry", (double)status->table_bytes / status->table_entries);
	headroom_status_free(status);
	return 0;
}

/* Requires that the module is loaded */
static int case_snapshot(long nr)
{
	int err;

	err = swap_use(SWAP_NONE) || tree_create(nr) ||
	      measure_snapshot("snapshot.idle", 0, false) ||
	      measure_files("files.idle", nr) ||
	      create_hole(FILE_NAME, (off_t)nr * VISIT_PAGES * PAGE) ||
	      run_here(visit, &nr) ||
	      measure_snapshot("snapshot.busy", 0, false) ||
	      measure_snapshot("snapshot.counters", HEADROOM_DETAIL_ALL, false) ||
	      measure_snapshot("snapshot.since", HEADROOM_DETAIL_ALL, true) ||
	      measure_files("files.busy", nr) || print_memory(nr);
	unlink(FILE_NAME);
	return tree_remove(nr) || err;
}

static const struct {
	const char *name;
	int (*run)(long cgroups);
} cases[] = {
	{ "stream", case_stream },
	{ "random", case_random },
	{ "mmap", case_mmap },
	{ "zram", case_zram },
	{ "swap", case_swap },
	{ "pipe", case_pipe },
	{ "births", case_births },
	{ "snapshot", case_snapshot },
};

int main(int argc, char **argv)
{
	const char *more = getenv("BENCH_ROUNDS");
	long cgroups = argc > 2 ? strtol(argv[2], NULL, 10) : 0;
	int err;

	if (more && atoi(more) > 0 && atoi(more) <= MAX_ROUNDS)
		rounds = atoi(more);
	for (size_t i = 0; argc > 1 && i < sizeof(cases) / sizeof(cases[0]); i++) {
		if (strcmp(argv[1], cases[i].name))
			continue;
		result = mmap(NULL, PAGE, PROT_READ | PROT_WRITE,
			      MAP_SHARED | MAP_ANONYMOUS, -1, 0);
		if (result == MAP_FAILED || cgroup_setup())
			return 1;
		err = cases[i].run(cgroups);
		cgroup_cleanup();
		return err ? 1 : 0;
	}
	fputs("usage: bench_load CASE [CGROUPS]\n", stderr);
	return 2;
}
