// SPDX-License-Identifier: GPL-2.0
/*
 * usage: pressure_load CGROUP FILE MIB COUNT
 *
 * Have a cache that shrinks under memory pressure, as a program does that uses sd-event, and
 * measure how long after a burst of refaults that happens.
 *
 * The program knows nothing about Headroom: sd_event_add_memory_pressure() finds $MEMORY_PRESSURE_WATCH.
 * systemd has that function since version 254; the exit status is 77 if the library lacks it. The cache
 * has MIB of memory, and is given back at the first message.
 *
 * A child causes COUNT bursts: it has FILE evicted from CGROUP, in which both have to be, waits, and
 * reads FILE. Behind the last one it prints, in microseconds from the first read to the
 * message:
 *
 *	N messages, median N us, N to N us
 *
 * and before, "cache freed at message 1".
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <systemd/sd-event.h>
#include <time.h>
#include <unistd.h>

#define MOST		1000
#define REST		1500000	/* us between two bursts: the condition has become false */
#define SKIPPED		77

typedef int (*add_memory_pressure)(sd_event *, sd_event_source **, sd_event_handler_t, void *);

/**
 * struct shared - what the two processes share
 * @burst: when the last burst began, us; 0 once there was a message
 * @done: the last burst is over
 */
struct shared {
	volatile uint64_t burst;
	volatile bool done;
};

static struct shared *shared;
static char *cache;
static size_t cache_size;
static uint64_t took[MOST];
static size_t nr;

static uint64_t now_us(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000000ULL + ts.tv_nsec / 1000;
}

static int fail(const char *what)
{
	fprintf(stderr, "pressure_load: ");
	perror(what);
	return 1;
}

/* All pages but those that are in use are reclaimed, so the cgroup has few others */
static int evict(const char *cgroup, off_t size)
{
	char path[4096];
	int fd;

	snprintf(path, sizeof(path), "%s/memory.reclaim", cgroup);
	fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd < 0)
		return -1;
	/* It fails if less could be reclaimed */
	dprintf(fd, "%lld swappiness=0", (long long)size);
	dprintf(fd, "%lld", (long long)size);
	close(fd);
	return 0;
}

static int cause_bursts(const char *cgroup, const char *path, int count)
{
	static char buf[1 << 16];
	struct stat st;
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd < 0 || fstat(fd, &st))
		return fail(path);
	while (read(fd, buf, sizeof(buf)) > 0)
		;
	for (int i = 0; i < count; i++) {
		if (evict(cgroup, st.st_size))
			return fail(cgroup);
		usleep(REST);
		lseek(fd, 0, SEEK_SET);
		shared->burst = now_us();
		while (read(fd, buf, sizeof(buf)) > 0)
			;
		usleep(REST);
	}
	return 0;
}

static int shrink(sd_event_source *source, void *unused)
{
	uint64_t burst = shared->burst;

	(void)source, (void)unused;
	if (!burst)
		return 0;
	shared->burst = 0;
	if (nr < MOST)
		took[nr++] = now_us() - burst;
	if (cache && !munmap(cache, cache_size)) {
		printf("cache freed at message %zu\n", nr);
		cache = NULL;
	}
	return 0;
}

static int compare(const void *a, const void *b)
{
	const uint64_t *x = a, *y = b;

	return *x < *y ? -1 : *x > *y;
}

static int wait_for_messages(add_memory_pressure add)
{
	sd_event *event;

	if (sd_event_default(&event) < 0 || add(event, NULL, shrink, NULL) < 0)
		return fail("sd-event");
	while (!shared->done)
		if (sd_event_run(event, 100000) < 0)
			return fail("sd-event");
	if (!nr)
		return fail("no message");
	qsort(took, nr, sizeof(*took), compare);
	printf("%zu messages, median %llu us, %llu to %llu us\n", nr,
	       (unsigned long long)took[nr / 2], (unsigned long long)took[0],
	       (unsigned long long)took[nr - 1]);
	return 0;
}

int main(int argc, char **argv)
{
	add_memory_pressure add =
		(add_memory_pressure)dlsym(RTLD_DEFAULT, "sd_event_add_memory_pressure");
	pid_t child;
	int status;

	if (argc != 5) {
		fprintf(stderr, "usage: pressure_load CGROUP FILE MIB COUNT\n");
		return 2;
	}
	if (!add)
		return SKIPPED;
	shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	cache_size = atol(argv[3]) << 20;
	cache = mmap(NULL, cache_size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (shared == MAP_FAILED || cache == MAP_FAILED)
		return fail("mmap");
	child = fork();
	if (child < 0)
		return fail("fork");
	if (!child) {
		status = cause_bursts(argv[1], argv[2], atoi(argv[4]));
		shared->done = true;
		_exit(status);
	}
	memset(cache, 1, cache_size);
	status = wait_for_messages(add);
	kill(child, SIGKILL);
	return status;
}
