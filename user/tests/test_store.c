// SPDX-License-Identifier: GPL-2.0
/*
 * Recordings keep frames as they were, survive crashes, and refuse what is damaged
 *
 * The frames have statistics of the fake kernel, and texts that change at random.
 */
#include <errno.h>
#include <signal.h>
#include <sqlite3.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "frame.h"
#include "headroom.h"
#include "hooks.h"
#include "pack.h"
#include "store.h"
#include "tap.h"
#include "tree.h"

#define SECOND	1000000000ull

static struct headroom *h;
static const struct store_keep all;

static void add_texts(struct frame *frame, size_t i, unsigned int n)
{
	char text[64];

	snprintf(text, sizeof(text), "%u\n", n * 4096 * (unsigned int)(i + 1) + rand() % 9 * 4096);
	frame_set_text(frame, i, FRAME_MEMORY_CURRENT, text, strlen(text));
	/* Numbers of any length, some of which are no numbers that can be counted */
	snprintf(text, sizeof(text), "some avg10=%u.%02u avg60=%s total=%" PRIu64 "\n", n % 101,
		 rand() % 100, n % 9 ? "0.00" : n % 2 ? "007" : "", (uint64_t)rand() << rand() % 36);
	frame_set_text(frame, i, FRAME_MEMORY_PRESSURE, text, strlen(text));
	if (i % 2)
		frame_set_text(frame, i, FRAME_MEMORY_MAX, "max\n", 4);
	if (n % 7)
		frame_set_text(frame, i, FRAME_MEMORY_LOW, "0\n", 2);
}

/* Cgroups of the snapshot that have a path, in preorder, and others without statistics */
static void add_cgroups(struct frame *frame, unsigned int n)
{
	struct headroom_node *node;
	char path[32];

	if (frame->snapshot && !headroom_snapshot_tree(frame->snapshot, &node)) {
		for (size_t i = 0; i < frame->snapshot->nr; i++)
			if (node[i].cgroup->path)
				frame_add(frame, node[i].cgroup->id, node[i].cgroup->path,
					  node[i].cgroup);
		free(node);
	} else {
		frame_add(frame, 1, "/", NULL);
	}
	for (unsigned int i = 0; i < 20 + n % 5; i++) {
		snprintf(path, sizeof(path), "/x%u", i);
		frame_add(frame, 100 + i, path, NULL);
	}
	for (size_t i = 0; i < frame->nr; i++)
		add_texts(frame, i, n);
}

/* Some frames have none, as those of earlier versions, and some have one of a later module */
static void add_hooks(struct frame *frame, unsigned int n)
{
	struct headroom_status *status;
	size_t size;
	char *text;

	setenv("HEADROOM_FAKE", n % 6 ? "" : "untracked", 1);
	if (n % 40 == 7 || headroom_status_get(h, &status))
		return;
	text = hooks_text(status, &size);
	frame_set_hooks(frame, text, size);
	if (n % 9 == 1)
		frame_set_hooks(frame, "of_a_later_module 1\n", 20);
	free(text);
	headroom_status_free(status);
}

static void add_module(struct frame *frame, unsigned int n)
{
	static const char *const behaviours[] = { "", "born", "removed=4", "churn=9", "still" };
	const struct headroom_filter filter = { .keep_received = true };

	if (n % 50 == 49) {
		frame->module_error = -ENOTCONN;
		return;
	}
	frame->sample_shift = n % 3;
	frame->psi_off = n % 17 == 0;
	frame->effort = n * 12345ull;
	add_hooks(frame, n);
	setenv("HEADROOM_FAKE", behaviours[n % 5], 1);
	headroom_snapshot_take(h, &filter, &frame->snapshot);
	if (n % 4)
		headroom_stalled_get(h, &frame->stalled, &frame->nr_stalled);
	if (n % 2)
		headroom_blame_get(h, 0, &frame->blame);
}

static struct frame *make_frame(unsigned int n)
{
	struct frame *frame = frame_new();

	srand(n);
	frame->time = (struct frame_clocks){ (n + 1) * SECOND, (n + 2) * SECOND,
					     (n + 1000) * SECOND };
	snprintf(frame->boot_id, sizeof(frame->boot_id), "boot %u", n / 500);
	frame->page_size = 4096;
	frame->stalls_off = n % 11 == 0;
	frame->paused = n % 13 == 0;
	add_module(frame, n);
	add_cgroups(frame, n);
	frame_set_host_text(frame, FRAME_MEMINFO, "MemTotal: 1 kB\n", 15);
	if (frame_finish(frame)) {
		printf("Bail out! no frame\n");
		exit(1);
	}
	return frame;
}

/* --- comparison --- */

static bool same_texts(const struct frame *a, const struct frame *b, size_t i)
{
	for (int file = 0; file < FRAME_FILES; file++) {
		const char *x = frame_text(a, i, file), *y = frame_text(b, i, file);

		if (!x != !y || (x && strcmp(x, y)))
			return false;
	}
	return true;
}

static bool same_cgroup(const struct frame *a, const struct frame *b, size_t i)
{
	const struct frame_cgroup *x = &a->cgroup[i], *y = &b->cgroup[i];

	if (x->id != y->id || strcmp(x->path, y->path) || x->parent != y->parent ||
	    x->end != y->end || !x->stats != !y->stats || !same_texts(a, b, i))
		return false;
	return !x->stats || (x->stats->received_size == y->stats->received_size &&
			     !memcmp(x->stats->received, y->stats->received,
				     x->stats->received_size) &&
			     x->stats->subtree.evictions == y->stats->subtree.evictions);
}

static bool same_evictors(const struct headroom_victim *a, const struct headroom_victim *b)
{
	for (size_t i = 0; i < a->nr; i++) {
		const struct headroom_evictor *x = &a->evictor[i], *y = &b->evictor[i];

		if (x->id != y->id || x->reason != y->reason || x->merged != y->merged ||
		    x->evictions != y->evictions || x->refaults != y->refaults ||
		    x->error != y->error)
			return false;
	}
	return true;
}

static bool same_blame(const struct headroom_blame *a, const struct headroom_blame *b)
{
	if (!a || !b || a->nr != b->nr)
		return a == b;
	for (size_t i = 0; i < a->nr; i++)
		if (a->victim[i].id != b->victim[i].id || a->victim[i].nr != b->victim[i].nr ||
		    !same_evictors(&a->victim[i], &b->victim[i]))
			return false;
	return true;
}

static bool same_stalled(const struct frame *a, const struct frame *b)
{
	if (a->nr_stalled != b->nr_stalled)
		return false;
	for (size_t i = 0; a->nr_stalled != FRAME_NONE && i < a->nr_stalled; i++)
		if (memcmp(&a->stalled[i], &b->stalled[i], sizeof(*a->stalled)))
			return false;
	return true;
}

static bool same_snapshot(const struct headroom_snapshot *a, const struct headroom_snapshot *b)
{
	if (!a || !b)
		return a == b;
	return a->time == b->time && a->unix_time == b->unix_time &&
	       a->generation == b->generation && a->consistent == b->consistent;
}

static bool same_hooks(const struct frame *a, const struct frame *b)
{
	const char *x = frame_hooks_text(a), *y = frame_hooks_text(b);

	return !x || !y ? x == y : strcmp(x, y) == 0;
}

static bool same(const struct frame *a, const struct frame *b)
{
	bool same = a->nr == b->nr && !memcmp(&a->time, &b->time, sizeof(a->time)) &&
		    !strcmp(a->boot_id, b->boot_id) && a->module_error == b->module_error &&
		    a->page_size == b->page_size && a->sample_shift == b->sample_shift &&
		    a->stalls_off == b->stalls_off && a->paused == b->paused &&
		    a->psi_off == b->psi_off && a->effort == b->effort && same_hooks(a, b) &&
		    same_snapshot(a->snapshot, b->snapshot) &&
		    same_stalled(a, b) && same_blame(a->blame, b->blame) &&
		    !strcmp(frame_host_text(a, FRAME_MEMINFO), frame_host_text(b, FRAME_MEMINFO));

	for (size_t i = 0; same && i < a->nr; i++)
		same = same_cgroup(a, b, i);
	return same;
}

/* --- tests --- */

#define FRAMES	700

static struct frame *frames[FRAMES];

static const char *recording(void)
{
	static char path[256];

	snprintf(path, sizeof(path), "%s", in_dir("recording"));
	return path;
}

static void write_frames(unsigned int from, unsigned int to)
{
	struct store_decision decision = { .kind = "decision", .rule = "r", .cgroup = "/a",
					   .id = 2, .text = "text" };
	struct store *store;
	int err = store_create(&store, recording(), &all);

	for (unsigned int i = from; !err && i < to; i++) {
		err = store_append(store, frames[i]);
		if (!err && i % 100 == 0)
			err = store_decide(store, &decision);
		if (!err)
			err = store_commit(store);
	}
	if (!ok(!err, "frames %u to %u are written", from, to))
		printf("# %s\n", store_error(store));
	store_close(store);
}

static void count_decision(void *arg, const struct store_decision *decision)
{
	*(int *)arg += !strcmp(decision->text, "text") && decision->id == 2;
}

static void check_round_trip(void)
{
	int different = 0, decisions = 0;
	struct store_span span;
	struct stat st;
	struct store *store;
	struct frame *frame;
	unsigned int i;
	uint64_t number;

	write_frames(0, 300);
	ok(!stat(recording(), &st) && (st.st_mode & 07777) == 0600, "only its owner may read it");
	write_frames(300, FRAMES);
	is_int(store_open(&store, recording()), 0, "the recording is opened");
	is_int(store_span(store, &span), 0, "its span is read");
	is_uint(span.frames, FRAMES, "it has all frames");
	ok(span.first == 1000 * SECOND && span.last == (999 + FRAMES) * SECOND, "and their times");
	for (i = 0; store_next(store, &frame, &number) == 1; i++) {
		different += !same(frame, frames[i]);
		store_decisions(store, number, count_decision, &decisions);
		frame_put(frame);
	}
	is_uint(i, FRAMES, "each is read");
	is_int(different, 0, "and is as it was");
	is_int(decisions, FRAMES / 100, "with what was decided on it");
	printf("# %.0f bytes a frame\n", (double)span.bytes / FRAMES);
	store_close(store);
	ok(frame_hooks_text(frames[1]) && strstr(frame_hooks_text(frames[0]), "sched_switch 0\n"),
	   "the hooks of the module were in the frames");
}

static void check_seek(void)
{
	static const unsigned int places[] = { 0, 1, 299, 300, 455, 699 };
	struct store *store;
	struct frame *frame;

	store_open(&store, recording());
	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
		is_int(store_seek(store, (1000 + places[i]) * SECOND + 7), 0, "a moment is found");
		is_int(store_next(store, &frame, NULL), 1, "its frame is read");
		ok(frame && same(frame, frames[places[i]]), "and is frame %u", places[i]);
		frame_put(frame);
	}
	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
		is_int(store_seek_frame(store, places[i] + 1), 0, "a number is found");
		is_int(store_next(store, &frame, NULL), 1, "its frame is read");
		ok(frame && same(frame, frames[places[i]]), "and is frame %u", places[i]);
		frame_put(frame);
	}
	is_int(store_seek(store, 0), 0, "before the first frame");
	is_int(store_next(store, &frame, NULL), 1, "there is the first");
	ok(same(frame, frames[0]), "as it was");
	frame_put(frame);
	store_close(store);
}

static uint64_t count(struct store *store, uint64_t from, uint64_t to)
{
	uint64_t frames = UINT64_MAX;

	store_count(store, from, to, &frames);
	return frames;
}

static void check_count(void)
{
	struct store *store;
	uint64_t last;

	store_open(&store, recording());
	ok(!store_last(store, &last) && last == (999 + FRAMES) * SECOND, "the last frame is found");
	is_uint(count(store, 0, UINT64_MAX), FRAMES, "all frames are counted");
	is_uint(count(store, 1010 * SECOND + 7, 1019 * SECOND), 10, "those of a part");
	is_uint(count(store, last + SECOND, UINT64_MAX), 1, "behind the last one, it is that one");
	store_close(store);
}

/* Only a program that writes leaves a write-ahead log; without one, the directory need not be writable */
static void check_read_only(void)
{
	char name[] = "log of 100% #1?", path[4096];
	struct store *store;
	struct frame *frame;
	pid_t child;
	int status;

	snprintf(path, sizeof(path), "%s", in_dir(name));
	ok(!link(recording(), path) && !chmod(path, 0444) && !chmod(in_dir(""), 0555),
	   "a recording in a directory that is not writable");
	fflush(stdout);
	child = fork();
	if (!child) {
		if (!getuid() && (setgid(65534) || setuid(65534)))
			_exit(1);
		status = store_open(&store, path) || store_next(store, &frame, NULL) != 1 ? 2 : 0;
		printf("# %s\n", store_error(store));
		fflush(stdout);
		_exit(status);
	}
	waitpid(child, &status, 0);
	is_int(status, 0, "it is read");
	chmod(in_dir(""), 0755);
	unlink(path);
	is_int(store_open(&store, path), -ENOENT, "none is -ENOENT");
	store_close(store);
	chmod(recording(), 0600);
}

static void run_sql(const char *sql)
{
	sqlite3 *db;

	if (sqlite3_open(recording(), &db) != SQLITE_OK ||
	    sqlite3_exec(db, sql, NULL, NULL, NULL) != SQLITE_OK)
		ok(false, "SQL: %s: %s", sql, sqlite3_errmsg(db));
	sqlite3_close(db);
}

/* The numbers of frames that can be read, and the errors */
static unsigned int read_all(int *errors)
{
	unsigned int nr = 0;
	struct store *store;
	struct frame *frame;
	int status = store_open(&store, recording());

	*errors = 0;
	while (!status && (status = store_next(store, &frame, NULL)) != 0) {
		nr += status == 1;
		*errors += status < 0;
		frame_put(frame);
		status = status == 1 || status == -EBADMSG ? 0 : status;
	}
	store_close(store);
	return nr;
}

/* Ten frames are cut out: reading goes on with the next whole one */
static void check_cut(void)
{
	int errors;

	run_sql("DELETE FROM frame WHERE id BETWEEN 100 AND 109");
	is_uint(read_all(&errors), FRAMES - 10 - (300 - 109), "frames behind a cut are read");
	is_int(errors, 1, "and one error names those that are lost");
	run_sql("UPDATE frame SET data = zeroblob(length(data)) WHERE id = 350");
	is_uint(read_all(&errors), FRAMES - 201 - (500 - 349), "frames behind a damaged one as well");
	is_int(errors, 2, "which is another error");
}

/* A file whose table has an entry that could not have been written here */
static void check_bad_decision(void)
{
	struct store *store;
	int decisions = 0;

	unlink(recording());
	write_frames(0, 2);
	run_sql("DROP TABLE decision; CREATE TABLE decision (id INTEGER PRIMARY KEY, frame INTEGER,"
		" kind TEXT, rule TEXT, cgroup TEXT, cgroup_id INTEGER, text TEXT);"
		"INSERT INTO decision (frame, kind) VALUES (1, 'knob')");
	is_int(store_open(&store, recording()), 0, "a recording with a bad decision is opened");
	is_int(store_decisions(store, 1, count_decision, &decisions), -EBADMSG,
	       "a decision without a text is an error");
	store_close(store);
}

static void check_damage(void)
{
	static const char *const sql[] = {
		"UPDATE frame SET data = x'00'",
		"UPDATE frame SET size = size + 1",
		"UPDATE frame SET size = -1",
		"UPDATE frame SET size = 1 << 40",
		"UPDATE frame SET data = substr(data, 1, length(data) / 2)",
		"DELETE FROM dictionary; UPDATE frame SET dictionary = 77",
		"UPDATE frame SET data = NULL WHERE 0; DELETE FROM frame WHERE key",
	};
	struct store *store;
	int errors;

	for (size_t i = 0; i < sizeof(sql) / sizeof(sql[0]); i++) {
		unlink(recording());
		write_frames(0, 20);
		run_sql(sql[i]);
		is_uint(read_all(&errors), 0, sql[i]);
	}
	run_sql("UPDATE meta SET value = 3");
	is_int(store_open(&store, recording()), -EPROTONOSUPPORT, "a later format is refused");
	ok(strstr(store_error(store), "later version"), "with a reason");
	store_close(store);
	run_sql("UPDATE meta SET value = 1");
	is_int(store_open(&store, recording()), -EPROTONOSUPPORT, "so is an earlier one");
	ok(strstr(store_error(store), "begin another file"), "which says what to do");
	store_close(store);
	is_int(store_create(&store, recording(), &all), -EPROTONOSUPPORT, "also to append to it");
	store_close(store);
	run_sql("UPDATE meta SET value = 0");
	is_int(store_open(&store, recording()), -EBADMSG, "so is no format at all");
	store_close(store);
	put("recording", "no database, but a text that is long enough to be looked at\n");
	is_int(store_open(&store, recording()), -EBADMSG, "so is another file");
	store_close(store);
	is_int(store_create(&store, recording(), &all), -EBADMSG, "also to write to");
	store_close(store);
	unlink(recording());
	is_int(store_open(&store, recording()), -ENOENT, "so is none");
	store_close(store);
}

static void write_with(const struct store_keep *keep, struct store_span *span)
{
	struct store *store;
	int errors = 0;

	unlink(recording());
	store_create(&store, recording(), keep);
	for (unsigned int i = 0; i < 3 * FRAMES; i++) {
		/* The clock goes on */
		frames[i % FRAMES]->time.wall = (1000 + i) * SECOND;
		errors += store_append(store, frames[i % FRAMES]) || store_commit(store);
	}
	is_int(errors, 0, "2100 frames are written");
	store_span(store, span);
	store_close(store);
}

static void check_keep(void)
{
	const struct store_keep age = { .age = 400 * SECOND }, size = { .size = 300000 };
	struct store_span span;
	int errors;

	write_with(&age, &span);
	ok(span.frames >= 400 && span.frames <= 1000, "old frames are dropped: %d are left",
	   (int)span.frames);
	is_uint(read_all(&errors), span.frames, "the others are read");
	write_with(&size, &span);
	ok(span.frames < 1400 && span.bytes < 450000,
	   "so are those that exceed the size: %d frames, %d bytes are left", (int)span.frames,
	   (int)span.bytes);
	is_uint(read_all(&errors), span.frames, "the others are read");
}

/* Append a frame; returns how many the recording has then */
static int append_one(struct store *store, unsigned int n)
{
	struct store_span span;

	frames[n % FRAMES]->time.wall = (1000 + n) * SECOND;
	if (store_append(store, frames[n % FRAMES]) || store_commit(store) ||
	    store_span(store, &span))
		return -1;
	return span.frames;
}

/* Frames 0 to 999, of which 0, 500 and 700 are whole: the boot changes at 500 and 700 */
static void check_change_keep(void)
{
	const struct store_keep age = { .age = 450 * SECOND }, size = { .size = 1 };
	struct store *store;
	int n = 0, errors;

	unlink(recording());
	store_create(&store, recording(), &all);
	for (unsigned int i = 0; i < 1000; i++)
		n = append_one(store, i);
	is_int(n, 1000, "1000 frames are kept");
	store_keep(store, &age);
	is_int(append_one(store, 1000), 1000 + 1 - 500, "a lower age drops frames with the next one");
	is_int(append_one(store, 1001), 1000 + 2 - 500, "and none that are young enough");
	is_int(append_one(store, 1002), 1000 + 3 - 500, "not later either");
	store_keep(store, &size);
	is_int(append_one(store, 1003), 1000 + 4 - 700, "a lower size drops frames as well");
	is_int(append_one(store, 1004), 1000 + 5 - 700, "but not the last whole one, nor what rests on it");
	store_close(store);
	is_uint(read_all(&errors), 305, "the others are read");
	is_int(errors, 0, "without an error");
}

/* A frame without one of its decisions would say that there was none */
static void check_missing_decision(void)
{
	const struct store_decision decision = { .kind = "log", .text = "text" };
	struct store_span span;
	struct store *store;

	unlink(recording());
	store_create(&store, recording(), &all);
	is_int(append_one(store, 0), 1, "a frame is written");
	run_sql("ALTER TABLE decision RENAME TO decisions");
	is_int(store_append(store, frames[1]), 0, "another one is appended");
	ok(store_decide(store, &decision) < 0, "its decision cannot be");
	ok(store_commit(store) < 0 && strstr(store_error(store), "no such table"), "the frame is not written, and why");
	store_span(store, &span);
	is_uint(span.frames, 1, "there is the first one only");
	run_sql("ALTER TABLE decisions RENAME TO decision");
	is_int(append_one(store, 2), 2, "the next one is written again");
	store_close(store);
}

/* A writer is killed at any moment: all frames that it had committed are there */
static void check_kill(void)
{
	volatile unsigned int *committed = mmap(NULL, sizeof(*committed), PROT_READ | PROT_WRITE,
						MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	int bad = 0, errors;

	for (int round = 0; round < 20; round++) {
		unsigned int nr;
		pid_t pid;

		unlink(recording());
		unlink(in_dir("recording-wal"));
		unlink(in_dir("recording-shm"));
		*committed = 0;
		pid = fork();
		if (!pid) {
			struct store *store;

			store_create(&store, recording(), &all);
			for (unsigned int i = 0; i < FRAMES; i++) {
				store_append(store, frames[i]);
				store_commit(store);
				*committed = i + 1;
			}
			_exit(0);
		}
		while (*committed < (unsigned int)(1 + round * 7))
			usleep(100);
		usleep(rand() % 1000);
		kill(pid, SIGKILL);
		waitpid(pid, NULL, 0);
		nr = read_all(&errors);
		bad += errors || nr < *committed || nr > *committed + 1;
	}
	is_int(bad, 0, "a writer is killed 20 times: no frame is lost, nor damaged");
	munmap((void *)committed, sizeof(*committed));
}

int main(void)
{
	make_dir();
	if (headroom_open(&h)) {
		printf("Bail out! no fake kernel\n");
		return 1;
	}
	for (unsigned int i = 0; i < FRAMES; i++)
		frames[i] = make_frame(i);
	check_round_trip();
	check_seek();
	check_count();
	check_read_only();
	check_cut();
	check_damage();
	check_bad_decision();
	check_keep();
	check_change_keep();
	check_missing_decision();
	check_kill();
	for (unsigned int i = 0; i < FRAMES; i++)
		frame_put(frames[i]);
	headroom_close(h);
	remove_dir();
	return tap_done();
}
