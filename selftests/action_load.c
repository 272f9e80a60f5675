// SPDX-License-Identifier: GPL-2.0
/*
 * usage: action_load eat PROCESSES MIB
 *        action_load map FILE
 *        action_load stream FILE KIB
 *
 * Run a load for the tests of headroomd's actions, until it is killed. It is small, so that it
 * fits into a cgroup of a few MiB.
 *
 * "eat" starts PROCESSES children. Each touches MIB of memory again and again, and keeps it, with a
 * rest of 10 ms after each pass. Pages have random content, which zram cannot compress.
 *
 * "map" maps FILE and reads a byte of each of its pages, from the first to the last, again and again.
 *
 * "stream" reads KIB of FILE in each second.
 */
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define PAGE	4096UL
#define MIB	(1UL << 20)

static int fail(const char *what)
{
	fprintf(stderr, "action_load: ");
	perror(what);
	return 1;
}

static void fill(uint64_t *page)
{
	static uint64_t state = 88172645463325252;

	for (size_t i = 0; i < PAGE / sizeof(*page); i++) {
		state ^= state << 13;
		state ^= state >> 7;
		state ^= state << 17;
		page[i] = state;
	}
}

static int use_memory(size_t size)
{
	char *p = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (p == MAP_FAILED)
		return fail("mmap");
	for (size_t at = 0; at < size; at += PAGE)
		fill((uint64_t *)(p + at));
	for (;;) {
		for (size_t at = 0; at < size; at += PAGE)
			((volatile char *)p)[at]++;
		usleep(10000);
	}
}

static int eat(long processes, size_t size)
{
	for (long i = 0; i < processes; i++) {
		pid_t pid = fork();

		if (pid < 0)
			return fail("fork");
		if (!pid)
			_exit(use_memory(size));
	}
	for (;;)
		pause();
}

static int use_file(const char *path)
{
	struct stat st;
	const volatile char *p;
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd < 0 || fstat(fd, &st))
		return fail(path);
	p = mmap(NULL, st.st_size, PROT_READ, MAP_SHARED, fd, 0);
	close(fd);
	if (p == MAP_FAILED)
		return fail(path);
	for (;;)
		for (off_t at = 0; at < st.st_size; at += PAGE)
			(void)p[at];
}

static int stream(const char *path, size_t rate)
{
	const struct timespec tick = { .tv_nsec = 50000000 };
	size_t step = rate / 20;
	char *buf = malloc(step);
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd < 0 || !buf)
		return fail(path);
	while (read(fd, buf, step) > 0)
		nanosleep(&tick, NULL);
	return 0;
}

int main(int argc, char **argv)
{
	if (argc == 4 && !strcmp(argv[1], "eat"))
		return eat(atol(argv[2]), atol(argv[3]) * MIB);
	if (argc == 3 && !strcmp(argv[1], "map"))
		return use_file(argv[2]);
	if (argc == 4 && !strcmp(argv[1], "stream"))
		return stream(argv[2], atol(argv[3]) * 1024);
	fprintf(stderr, "usage: action_load eat PROCESSES MIB | map FILE | stream FILE KIB\n");
	return 2;
}
