// SPDX-License-Identifier: GPL-2.0
/*
 * Run the loads of the incidents that scripts/bench-incident plays, beside the service of
 * service.c
 *
 *	incident text FILE MIB
 *	incident leak RESULT MIB
 *	incident jobs RESULT TEXT WORKERS MIB
 *	incident burst RESULT MIB
 *	incident neighbour RESULT MIB
 *
 * "text" makes a file of functions, one to a page, which "jobs" executes.
 *
 * "leak" allocates MIB each second and frees nothing. It uses what it has allocated last, and
 * never reads the rest again.
 *
 * "jobs" starts WORKERS processes. Each executes functions of TEXT at random, and uses MIB of
 * memory of its own. What they execute is a file, so the kernel can evict it.
 *
 * "burst" allocates MIB, uses it for some seconds, frees it, and rests, again and again.
 *
 * "neighbour" has MIB of memory from its start and uses some of it: it does no harm.
 *
 * All but the first keep the number of operations that they have done in RESULT. "jobs" adds the
 * number of workers that have died. Memory is filled with numbers that do not compress.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define PAGE		4096UL
#define MIB		(1UL << 20)
#define TICKS		20		/* a second: how often a load does some work */
#define WORKERS		64
#define CALLS		50		/* functions that a worker executes in a tick */
#define READS		100		/* pages that the others read in a tick */
#define RECENT		(8 * MIB)	/* that "leak" uses */
#define BURST_FILL	4		/* seconds */
#define BURST_HOLD	3
#define BURST_REST	4

static uint64_t state;

static uint64_t random_number(void)
{
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return state;
}

static int fail(const char *what)
{
	fprintf(stderr, "incident: %s: %s\n", what, strerror(errno));
	return 1;
}

/* Wait for the next tick. A load that was held up does not catch up. */
static void wait_for_tick(void)
{
	struct timespec tick = { .tv_nsec = 1000000000L / TICKS };

	nanosleep(&tick, NULL);
}

static int report(int result, uint64_t done, int dead)
{
	char text[64];
	int len = snprintf(text, sizeof(text), "%lu %d\n", done, dead);

	return pwrite(result, text, len, 0) == len ? 0 : -1;
}

static char *allocate(size_t size)
{
	char *memory = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	return memory == MAP_FAILED ? NULL : memory;
}

static void fill(char *memory, size_t size)
{
	uint64_t *word = (uint64_t *)memory;
	size_t i;

	for (i = 0; i < size / sizeof(*word); i++)
		word[i] = random_number();
}

/* Read pages at random, as a program that uses its memory does */
static uint64_t use(const char *memory, size_t size)
{
	volatile const char *at = memory;
	int i;

	for (i = 0; i < READS; i++)
		(void)at[random_number() % (size / PAGE) * PAGE];
	return READS;
}

/* Each page begins with "lea 1(%rdi), %eax; ret" */
static int text(const char *path, size_t mib)
{
	static const unsigned char function[] = { 0x8d, 0x47, 0x01, 0xc3 };
	unsigned char page[PAGE];
	FILE *file = fopen(path, "we");
	size_t i;

	if (!file)
		return fail(path);
	memset(page, 0xcc, sizeof(page));
	memcpy(page, function, sizeof(function));
	for (i = 0; i < mib * MIB / PAGE; i++)
		if (fwrite(page, sizeof(page), 1, file) != 1)
			return fail(path);
	return fclose(file) ? fail(path) : 0;
}

static int leak(int result, size_t mib)
{
	size_t step = mib * MIB / TICKS / PAGE * PAGE, size = 0, recent;
	size_t all = 64UL << 30;	/* of addresses; the memory comes when it is used */
	uint64_t done = 0;
	char *memory = mmap(NULL, all, PROT_READ | PROT_WRITE,
			    MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	if (memory == MAP_FAILED)
		return fail("mmap");
	while (size + step < all) {
		fill(memory + size, step);
		size += step;
		recent = size < RECENT ? size : RECENT;
		done += use(memory + size - recent, recent);
		if (report(result, done, 0))
			return fail("result");
		wait_for_tick();
	}
	return 0;
}

static int work(const char *text, size_t pages, size_t size, volatile uint64_t *done)
{
	char *memory = allocate(size);
	int i, sum = 0;

	if (!memory)
		return fail("mmap");
	state += (uint64_t)getpid() << 32;
	fill(memory, size);
	for (;;) {
		for (i = 0; i < CALLS; i++) {
			const char *at = text + random_number() % pages * PAGE;

			sum = ((int (*)(int))(uintptr_t)at)(sum);
		}
		*done += CALLS;
		use(memory, size);
		wait_for_tick();
	}
}

static int supervise(int result, volatile uint64_t *done, int workers)
{
	uint64_t sum;
	int i, dead = 0;

	while (dead < workers) {
		while (waitpid(-1, NULL, WNOHANG) > 0)
			dead++;
		for (sum = 0, i = 0; i < workers; i++)
			sum += done[i];
		if (report(result, sum, dead))
			return fail("result");
		wait_for_tick();
	}
	return 1;
}

static int jobs(int result, const char *path, int workers, size_t mib)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC), i;
	volatile uint64_t *done;
	struct stat st;
	char *text;

	if (fd < 0 || fstat(fd, &st))
		return fail(path);
	text = mmap(NULL, st.st_size, PROT_READ | PROT_EXEC, MAP_PRIVATE, fd, 0);
	done = mmap(NULL, WORKERS * sizeof(*done), PROT_READ | PROT_WRITE,
		    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (text == MAP_FAILED || done == MAP_FAILED)
		return fail("mmap");
	for (i = 0; i < workers; i++) {
		pid_t pid = fork();

		if (pid < 0)
			return fail("fork");
		if (!pid)
			_exit(work(text, st.st_size / PAGE, mib * MIB, &done[i]));
	}
	return supervise(result, done, workers);
}

static int burst(int result, size_t mib)
{
	size_t size = mib * MIB, step = size / (BURST_FILL * TICKS) / PAGE * PAGE;
	uint64_t done = 0;
	char *memory;
	int i;

	for (;;) {
		memory = allocate(size);
		if (!memory)
			return fail("mmap");
		for (i = 0; i < (BURST_FILL + BURST_HOLD) * TICKS; i++) {
			if (i < BURST_FILL * TICKS)
				fill(memory + i * step, step);
			else
				done += use(memory, size);
			if (report(result, done, 0))
				return fail("result");
			wait_for_tick();
		}
		munmap(memory, size);
		for (i = 0; i < BURST_REST * TICKS; i++)
			wait_for_tick();
	}
}

static int neighbour(int result, size_t mib)
{
	size_t size = mib * MIB;
	char *memory = allocate(size);
	uint64_t done = 0;

	if (!memory)
		return fail("mmap");
	fill(memory, size);
	for (;;) {
		done += use(memory, size / 4);
		if (report(result, done, 0))
			return fail("result");
		wait_for_tick();
	}
}

static int usage(void)
{
	fprintf(stderr, "usage: incident text FILE MIB\n"
		"       incident leak RESULT MIB\n"
		"       incident jobs RESULT TEXT WORKERS MIB\n"
		"       incident burst RESULT MIB\n"
		"       incident neighbour RESULT MIB\n");
	return 2;
}

int main(int argc, char **argv)
{
	long mib = argc >= 4 ? atol(argv[argc - 1]) : 0;
	int result;

	if (mib <= 0 || mib > 65536)
		return usage();
	if (argc == 4 && !strcmp(argv[1], "text"))
		return text(argv[2], mib);
	state = 88172645463325252ULL;
	result = open(argv[2], O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
	if (result < 0)
		return fail(argv[2]);
	if (argc == 4 && !strcmp(argv[1], "leak"))
		return leak(result, mib);
	if (argc == 6 && !strcmp(argv[1], "jobs") && atoi(argv[4]) > 0 && atoi(argv[4]) <= WORKERS)
		return jobs(result, argv[3], atoi(argv[4]), mib);
	if (argc == 4 && !strcmp(argv[1], "burst"))
		return burst(result, mib);
	if (argc == 4 && !strcmp(argv[1], "neighbour"))
		return neighbour(result, mib);
	return usage();
}
