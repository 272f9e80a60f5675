// SPDX-License-Identifier: GPL-2.0
/*
 * Run the two loads of the demonstration: a service that reads an SQLite database at random,
 * some rows much more often than others, like a cache or a session store; and a backup that
 * competes with it for memory
 *
 *	service create FILE ROWS
 *	service run FILE SECONDS RATE RESULT
 *	service backup FILE RESULT
 *
 * "create" makes a database of ROWS rows.
 *
 * "run" answers RATE requests a second and writes one line a second to RESULT: seconds since
 * its start, requests, and the median, 99th percentile and longest time of a request in
 * microseconds; then CLOCK_MONOTONIC in milliseconds, and a histogram of the times as pairs of a
 * lower bound in microseconds and a count, with four buckets an octave. A request looks up four
 * rows. All caching is left to the kernel. Requests that come while it is late wait for up to a tenth
 * of a second, and are not answered later. A service that starts again appends to RESULT.
 *
 * "backup" reads FILE from beginning to end, again and again, and keeps the number of bytes
 * read in RESULT. It maps the file, as many tools do. To the kernel its pages look as much
 * in use as those of any other program, though none is used again soon.
 */
#include <fcntl.h>
#include <math.h>
#include <sqlite3.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define ROW_BYTES	1000
#define LOOKUPS		4
#define SKEW		2.0	/* key = rows * u^SKEW: half of the lookups in a quarter */
#define MAX_RATE	100000
#define PATIENCE	100000000LL	/* ns that a request waits for its turn */
#define BACKUP_STEP	(1 << 20)	/* bytes read from one report to the next */
#define OCTAVE		4		/* buckets from one power of two to the next */

static int fail(sqlite3 *db, const char *what)
{
	fprintf(stderr, "service: %s: %s\n", what, sqlite3_errmsg(db));
	return 1;
}

static int64_t now_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000000000LL + ts.tv_nsec;
}

static int create(const char *path, long rows)
{
	char row[ROW_BYTES];
	sqlite3_stmt *insert;
	sqlite3 *db;
	long i;

	remove(path);
	if (sqlite3_open(path, &db) ||
	    sqlite3_exec(db, "PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF;"
			 "CREATE TABLE t (id INTEGER PRIMARY KEY, v BLOB); BEGIN",
			 NULL, NULL, NULL) ||
	    sqlite3_prepare_v2(db, "INSERT INTO t VALUES (?, ?)", -1, &insert, NULL))
		return fail(db, "create");
	memset(row, 'x', sizeof(row));
	for (i = 0; i < rows; i++) {
		sqlite3_bind_int64(insert, 1, i);
		sqlite3_bind_blob(insert, 2, row, sizeof(row), SQLITE_STATIC);
		if (sqlite3_step(insert) != SQLITE_DONE)
			return fail(db, "insert");
		sqlite3_reset(insert);
	}
	sqlite3_finalize(insert);
	if (sqlite3_exec(db, "COMMIT", NULL, NULL, NULL))
		return fail(db, "commit");
	sqlite3_close(db);
	return 0;
}

/* Popular rows are scattered over the file */
static long choose_row(unsigned short state[3], long rows)
{
	long rank = rows * pow(erand48(state), SKEW);

	return rank * 7919 % rows;
}

static int request(sqlite3_stmt *lookup, unsigned short state[3], long rows)
{
	int i;

	for (i = 0; i < LOOKUPS; i++) {
		sqlite3_bind_int64(lookup, 1, choose_row(state, rows));
		if (sqlite3_step(lookup) != SQLITE_ROW)
			return -1;
		sqlite3_reset(lookup);
	}
	return 0;
}

static int compare(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return (x > y) - (x < y);
}

/* The lower bound of the bucket that a time belongs to, both in microseconds */
static int64_t bucket(int64_t us)
{
	int64_t width = 1;

	while (us / width >= 2 * OCTAVE)
		width *= 2;
	return us / width * width;
}

static void print_histogram(FILE *result, const int64_t *sorted, int nr)
{
	int64_t bound;
	int i, first;

	for (first = 0; first < nr; first = i) {
		bound = bucket(sorted[first] / 1000);
		for (i = first + 1; i < nr && bucket(sorted[i] / 1000) == bound; i++)
			;
		fprintf(result, " %ld:%d", (long)bound, i - first);
	}
}

static void report(FILE *result, int second, int64_t *took, int nr)
{
	qsort(took, nr, sizeof(*took), compare);
	fprintf(result, "%d %d %.0f %.0f %.0f %ld", second, nr,
		took[nr / 2] / 1e3, took[nr - 1 - nr / 100] / 1e3,
		took[nr - 1] / 1e3, (long)(now_ns() / 1000000));
	print_histogram(result, took, nr);
	fputc('\n', result);
	fflush(result);
}

static long count_rows(sqlite3 *db)
{
	sqlite3_stmt *max;
	long rows = 0;

	if (sqlite3_prepare_v2(db, "SELECT max(id) + 1 FROM t", -1, &max, NULL))
		return 0;
	if (sqlite3_step(max) == SQLITE_ROW)
		rows = sqlite3_column_int64(max, 0);
	sqlite3_finalize(max);
	return rows;
}

static int serve(sqlite3 *db, int seconds, int rate, FILE *result)
{
	unsigned short state[3] = { 1, 2, 3 };
	long rows = count_rows(db);
	sqlite3_stmt *lookup;
	int64_t *took = calloc(rate, sizeof(*took));
	int64_t begin = now_ns(), due = begin;
	int second, i;

	if (!took || sqlite3_prepare_v2(db, "SELECT v FROM t WHERE id = ?", -1,
					&lookup, NULL))
		return fail(db, "prepare");
	for (second = 1; second <= seconds; second++) {
		int64_t end = begin + second * 1000000000LL;

		for (i = 0; i < rate && (i == 0 || now_ns() < end); i++) {
			struct timespec at = {
				.tv_sec = due / 1000000000LL,
				.tv_nsec = due % 1000000000LL,
			};
			int64_t start;

			clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &at, NULL);
			start = now_ns();
			if (request(lookup, state, rows))
				return fail(db, "lookup");
			took[i] = now_ns() - start;
			due += 1000000000LL / rate;
			/* A timer may be late; what waits longer than that has gone away */
			if (due < start - PATIENCE)
				due = start - PATIENCE;
		}
		report(result, second, took, i);
	}
	sqlite3_finalize(lookup);
	free(took);
	return 0;
}

static int run(const char *path, int seconds, int rate, const char *result_path)
{
	FILE *result = fopen(result_path, "ae");
	sqlite3 *db;
	int err;

	if (!result) {
		perror(result_path);
		return 1;
	}
	if (sqlite3_open_v2(path, &db, SQLITE_OPEN_READONLY, NULL) ||
	    sqlite3_exec(db, "PRAGMA cache_size=-64; PRAGMA mmap_size=0",
			 NULL, NULL, NULL))
		return fail(db, "open");
	err = serve(db, seconds, rate, result);
	sqlite3_close(db);
	fclose(result);
	return err;
}

static int fail_file(const char *path)
{
	perror(path);
	return 1;
}

/* Stands for the work that a backup does with the data */
static uint64_t checksum(const uint64_t *data, size_t size)
{
	uint64_t sum = 0;
	size_t i;

	for (i = 0; i < size / sizeof(*data); i++)
		sum = sum * 31 + data[i];
	return sum;
}

static int backup(const char *path, const char *result_path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	int result = open(result_path, O_WRONLY | O_CREAT | O_CLOEXEC, 0644);
	volatile uint64_t sum;
	uint64_t done = 0;
	struct stat st;
	off_t at;
	char *data;

	if (fd < 0 || fstat(fd, &st) || st.st_size < BACKUP_STEP)
		return fail_file(path);
	if (result < 0)
		return fail_file(result_path);
	for (;;) {
		data = mmap(NULL, st.st_size, PROT_READ, MAP_SHARED, fd, 0);
		if (data == MAP_FAILED)
			return fail_file(path);
		for (at = 0; at + BACKUP_STEP <= st.st_size; at += BACKUP_STEP) {
			sum = checksum((uint64_t *)(data + at), BACKUP_STEP);
			done += BACKUP_STEP;
			if (dprintf(result, "%lu\n", done) < 0 ||
			    lseek(result, 0, SEEK_SET))
				return fail_file(result_path);
		}
		munmap(data, st.st_size);
	}
	(void)sum;
}

int main(int argc, char **argv)
{
	if (argc == 4 && !strcmp(argv[1], "create") && atol(argv[3]) > 0)
		return create(argv[2], atol(argv[3]));
	if (argc == 6 && !strcmp(argv[1], "run") && atoi(argv[3]) > 0 &&
	    atoi(argv[4]) > 0 && atoi(argv[4]) <= MAX_RATE)
		return run(argv[2], atoi(argv[3]), atoi(argv[4]), argv[5]);
	if (argc == 4 && !strcmp(argv[1], "backup"))
		return backup(argv[2], argv[3]);
	fprintf(stderr, "usage: service create FILE ROWS\n"
		"       service run FILE SECONDS RATE RESULT\n"
		"       service backup FILE RESULT\n");
	return 2;
}
