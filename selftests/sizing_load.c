// SPDX-License-Identifier: GPL-2.0
/*
 * A load whose working set is known, for selftests/sizing
 *
 * usage: sizing_load HOT COLD RESULT
 *
 * Write HOT + COLD MiB of memory once, then use the first HOT MiB again and again: each page once a
 * second, in an order without a pattern, in ten parts. SIGUSR1 doubles the hot set, by memory that was
 * cold. A line is added to RESULT each second:
 *
 *	MILLISECONDS CPU PAGES
 *
 * CLOCK_MONOTONIC; nanoseconds of CPU time for a page that was used, faults included; and how
 * many were.
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#define MIB		(1L << 20)
#define PAGE		4096
#define PARTS		10
#define WORDS		(PAGE / sizeof(uint64_t))
/* Written to each page: the rest is zeros, so that it compresses like the memory of programs */
#define WRITTEN		(WORDS / 4)
/* Read of each page when it is used */
#define STRIDE		4
/* No common factor with the number of pages, which is a multiple of 256 */
#define STEP		7919

static volatile sig_atomic_t doubled;

static void double_hot(int number)
{
	(void)number;
	doubled = 1;
}

static int64_t clock_ns(clockid_t clock)
{
	struct timespec t;

	clock_gettime(clock, &t);
	return t.tv_sec * 1000000000LL + t.tv_nsec;
}

static void sleep_until(int64_t ns)
{
	const struct timespec t = { .tv_sec = ns / 1000000000, .tv_nsec = ns % 1000000000 };

	while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &t, NULL) == EINTR)
		;
}

/* No page is like another, as zram and KSM would merge them */
static void fill(uint64_t *memory, long pages)
{
	uint64_t x = 88172645463325252ULL;

	for (long page = 0; page < pages; page++)
		for (size_t i = 0; i < WRITTEN; i++) {
			x ^= x << 13;
			x ^= x >> 7;
			x ^= x << 17;
			memory[page * WORDS + i] = x;
		}
}

static uint64_t use(const uint64_t *page)
{
	uint64_t sum = 0;

	for (size_t i = 0; i < WORDS; i += STRIDE)
		sum += page[i];
	return sum;
}

/* One part of a pass; returns ns of CPU time */
static int64_t use_part(const uint64_t *memory, long pages, int part)
{
	int64_t before = clock_ns(CLOCK_THREAD_CPUTIME_ID);
	static volatile uint64_t sum;

	for (long i = pages * part / PARTS; i < pages * (part + 1) / PARTS; i++)
		sum += use(memory + i * STEP % pages * WORDS);
	return clock_ns(CLOCK_THREAD_CPUTIME_ID) - before;
}

static int report(int fd, int64_t now, int64_t ns, long pages)
{
	char line[64];
	int n = snprintf(line, sizeof(line), "%" PRId64 " %.1f %ld\n", now / 1000000,
			 (double)ns / pages, pages);

	return write(fd, line, n) == n ? 0 : -1;
}

int main(int argc, char **argv)
{
	long hot = argc == 4 ? atol(argv[1]) * MIB / PAGE : 0;
	long cold = argc == 4 ? atol(argv[2]) * MIB / PAGE : 0;
	uint64_t *memory;
	int64_t next;
	int fd;

	if (hot <= 0 || cold < hot) {
		fprintf(stderr, "usage: sizing_load HOT COLD RESULT; COLD is at least HOT\n");
		return 2;
	}
	signal(SIGUSR1, double_hot);
	fd = open(argv[3], O_WRONLY | O_CREAT | O_TRUNC | O_APPEND, 0644);
	memory = mmap(NULL, (hot + cold) * PAGE, PROT_READ | PROT_WRITE,
		      MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (fd < 0 || memory == MAP_FAILED) {
		perror("sizing_load");
		return 1;
	}
	madvise(memory, (hot + cold) * PAGE, MADV_NOHUGEPAGE);
	fill(memory, hot + cold);
	next = clock_ns(CLOCK_MONOTONIC);
	for (;;) {
		long pages = doubled ? 2 * hot : hot;
		int64_t ns = 0;

		for (int part = 0; part < PARTS; part++) {
			ns += use_part(memory, pages, part);
			next += 1000000000 / PARTS;
			sleep_until(next);
		}
		if (report(fd, next, ns, pages)) {
			perror("sizing_load");
			return 1;
		}
	}
}
