// SPDX-License-Identifier: GPL-2.0
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "workload.h"

#define PAGE	4096

int64_t disk_pages(void)
{
	char line[128];
	int64_t bytes = -1;
	FILE *f = fopen("/proc/self/io", "re");

	while (f && fgets(line, sizeof(line), f))
		if (sscanf(line, "read_bytes: %" SCNd64, &bytes) == 1)
			break;
	if (f)
		fclose(f);
	return bytes < 0 ? -1 : bytes / PAGE;
}

static int read_sequential(int fd, const struct read_job *job)
{
	static char buf[64 * 1024];
	ssize_t n;
	int i;

	if (job->single && posix_fadvise(fd, 0, 0, POSIX_FADV_RANDOM))
		return -1;
	for (i = 0; i < job->passes; i++) {
		off_t at = job->from, end = job->size ? at + job->size : INT64_MAX;

		n = 0;
		while (at < end && (n = pread(fd, buf, sizeof(buf), at)) > 0)
			at += n;
		if (n < 0)
			return -1;
	}
	return 0;
}

static int read_random(int fd, const struct read_job *job)
{
	unsigned short state[3] = { job->seed, job->seed >> 16, 0x330e };
	static char buf[PAGE];
	struct stat st;
	long i;

	if (fstat(fd, &st) || posix_fadvise(fd, 0, 0, POSIX_FADV_RANDOM))
		return -1;
	for (i = 0; i < job->random; i++) {
		off_t page = erand48(state) * (st.st_size / PAGE);

		if (pread(fd, buf, PAGE, page * PAGE) != PAGE)
			return -1;
	}
	return 0;
}

int pin_to_cpu(pid_t pid, int cpu)
{
	cpu_set_t cpus;

	CPU_ZERO(&cpus);
	CPU_SET(cpu, &cpus);
	return sched_setaffinity(pid, sizeof(cpus), &cpus);
}

int read_file(void *arg)
{
	struct read_job *job = arg;
	int64_t before = disk_pages();
	int fd = open(job->path, O_RDONLY | O_CLOEXEC);
	int err;

	if (fd < 0 || pin_to_cpu(0, 0))
		return 1;
	err = job->random ? read_random(fd, job) : read_sequential(fd, job);
	close(fd);
	if (job->pages)
		*job->pages = disk_pages() - before;
	return err ? 1 : 0;
}

static int fill(int fd, off_t size)
{
	static char buf[MIB];
	off_t at;

	memset(buf, 0xa5, sizeof(buf));
	for (at = 0; at < size; at += sizeof(buf))
		if (pwrite(fd, buf, sizeof(buf), at) != sizeof(buf))
			return -1;
	return 0;
}

static int open_new(const char *path)
{
	return open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
}

int create_file(const char *path, off_t size)
{
	int fd = open_new(path);
	int err;

	if (fd < 0)
		return -1;
	err = fill(fd, size) || fsync(fd) ||
	      posix_fadvise(fd, 0, 0, POSIX_FADV_DONTNEED);
	close(fd);
	return err ? -1 : 0;
}

int create_hole(const char *path, off_t size)
{
	int fd = open_new(path);
	int err;

	if (fd < 0)
		return -1;
	err = ftruncate(fd, size);
	close(fd);
	return err;
}

int64_t absent_pages(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	unsigned char *resident;
	int64_t absent = -1;
	struct stat st;
	size_t i, nr;
	void *p;

	if (fd < 0 || fstat(fd, &st))
		return -1;
	nr = st.st_size / PAGE;
	resident = malloc(nr);
	p = mmap(NULL, st.st_size, PROT_READ, MAP_SHARED, fd, 0);
	if (resident && p != MAP_FAILED && !mincore(p, st.st_size, resident))
		for (i = 0, absent = 0; i < nr; i++)
			absent += !(resident[i] & 1);
	if (p != MAP_FAILED)
		munmap(p, st.st_size);
	free(resident);
	close(fd);
	return absent;
}

int write_file_again(const char *path, off_t size)
{
	int fd = open(path, O_WRONLY | O_TRUNC | O_CLOEXEC);
	int err;

	if (fd < 0)
		return -1;
	err = fill(fd, size) || fsync(fd);
	close(fd);
	return err ? -1 : 0;
}

int drop_caches(void)
{
	int fd = open("/proc/sys/vm/drop_caches", O_WRONLY | O_CLOEXEC);
	int err;

	sync();
	if (fd < 0)
		return -1;
	err = write(fd, "1", 1) != 1;
	close(fd);
	return err ? -1 : 0;
}

int64_t *shared_counter(void)
{
	void *p = mmap(NULL, PAGE, PROT_READ | PROT_WRITE,
		       MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	return p == MAP_FAILED ? NULL : p;
}

void *map_memory(size_t size)
{
	void *p = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (p == MAP_FAILED)
		return NULL;
	madvise(p, size, MADV_NOHUGEPAGE);
	return p;
}

void fill_memory(volatile void *memory, size_t size)
{
	volatile char *p = memory;
	size_t at;

	for (at = 0; at < size; at += PAGE)
		p[at] = at / PAGE % 255 + 1;
}

uint64_t monotonic_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000000000ULL + now.tv_nsec;
}

bool wait_until(bool (*condition)(void *arg), void *arg, int seconds)
{
	uint64_t end = monotonic_ns() + seconds * 1000000000ULL;

	while (!condition(arg)) {
		if (monotonic_ns() >= end)
			return false;
		usleep(20000);
	}
	return true;
}

/*
 * When all pages of a cgroup are being written to a slow disk, reclaim can free none at
 * once, and memory.max kills a task. If it may kill none, the allocation is tried again.
 */
int forbid_oom_kill(void)
{
	FILE *f = fopen("/proc/self/oom_score_adj", "we");

	if (!f)
		return -1;
	fprintf(f, "-1000");
	return fclose(f);
}

int touch_memory(void *arg)
{
	const struct anon_job *job = arg;
	volatile char *p;
	size_t at;
	int i;

	if (forbid_oom_kill() || (job->cpu >= 0 && pin_to_cpu(0, job->cpu)))
		return 1;
	p = map_memory(job->size);
	if (!p)
		return 1;
	for (i = 0; i < job->passes; i++)
		for (at = 0; at < job->size; at += PAGE)
			p[at] = i + 1;
	return 0;
}

/* Fills a page with 64 random words, repeated */
static void make_page(uint64_t *page, uint64_t seed)
{
	uint64_t x = (seed + 1) * 0x9e3779b97f4a7c15ULL;
	int i;

	for (i = 0; i < PAGE / 8; i++) {
		x ^= x << 13;
		x ^= x >> 7;
		x ^= x << 17;
		page[i] = i < 64 ? x | 1 : page[i - 64];
	}
}

/* One pass over mapped memory */
static int pass_mapped(uint64_t *p, const struct memory_job *job, int pass)
{
	uint64_t made[PAGE / 8];
	size_t page;

	for (page = 0; page < job->size / PAGE; page++, p += PAGE / 8) {
		make_page(made, job->seed + page);
		if (!pass)
			memcpy(p, made, PAGE);
		else if (*p != made[0])
			return -1;
		else if (pass < job->writes)
			*(volatile uint64_t *)p = made[0];
	}
	return 0;
}

/* One pass over a file */
static int pass_file(int fd, const struct memory_job *job, int pass)
{
	uint64_t made[PAGE / 8], found[PAGE / 8];
	size_t page;

	for (page = 0; page < job->size / PAGE; page++) {
		make_page(made, job->seed + page);
		if (pass && (pread(fd, found, PAGE, page * PAGE) != PAGE ||
			     memcmp(found, made, PAGE)))
			return -1;
		if (pass < job->writes &&
		    pwrite(fd, made, PAGE, page * PAGE) != PAGE)
			return -1;
	}
	return 0;
}

int use_memory(void *arg)
{
	const struct memory_job *job = arg;
	int fd = -1, err = 0, pass;
	void *p = NULL;

	if (pin_to_cpu(0, 0))
		return 1;
	if (job->path) {
		fd = open(job->path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
		if (fd < 0)
			return 1;
	} else {
		p = mmap(NULL, job->size, PROT_READ | PROT_WRITE, MAP_ANONYMOUS |
			 (job->shared ? MAP_SHARED : MAP_PRIVATE), -1, 0);
		if (p == MAP_FAILED)
			return 1;
		madvise(p, job->size, MADV_NOHUGEPAGE);
	}
	for (pass = 0; pass < job->writes + job->reads && !err; pass++)
		err = job->path ? pass_file(fd, job, pass) :
				  pass_mapped(p, job, pass);
	return err ? 1 : 0;
}

int64_t vmstat(const char *name)
{
	char line[128];
	int64_t value = -1;
	size_t n = strlen(name);
	FILE *f = fopen("/proc/vmstat", "re");

	while (f && fgets(line, sizeof(line), f))
		if (!strncmp(line, name, n) && line[n] == ' ')
			value = strtoll(line + n, NULL, 10);
	if (f)
		fclose(f);
	return value;
}

int64_t set_sysctl(const char *name, int64_t value)
{
	char path[128];
	int64_t old = -1;
	FILE *f;

	snprintf(path, sizeof(path), "/proc/sys/%s", name);
	f = fopen(path, "r+e");
	if (!f)
		return -1;
	if (fscanf(f, "%" SCNd64, &old) != 1)
		old = -1;
	rewind(f);
	if (value >= 0)
		fprintf(f, "%" PRId64 "\n", value);
	return fclose(f) ? -1 : old;
}

bool lru_is_mglru(void)
{
	FILE *f = fopen("/sys/kernel/mm/lru_gen/enabled", "re");
	unsigned int bits = 0;

	if (!f)
		return false;
	if (fscanf(f, "%x", &bits) != 1)
		bits = 0;
	fclose(f);
	return bits & 1;
}
