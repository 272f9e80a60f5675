// SPDX-License-Identifier: GPL-2.0
/* Subcommands read a recording as they read the module, and learn what it does not have */
#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "clock.h"
#include "frame.h"
#include "headroom.h"
#include "source.h"
#include "store.h"
#include "tap.h"
#include "top_read.h"
#include "tree.h"

/* The frames are at 1 to 8 s, but for one at 6 s */
#define FRAMES	8
#define MISSING	6
#define WALL	(1000 * NS_PER_S)

static struct headroom *h;

static const char *recording(void)
{
	static char path[256];

	snprintf(path, sizeof(path), "%s", in_dir("recording"));
	return path;
}

/* What a recording may lack */
static void add_details(struct frame *frame, unsigned int second)
{
	char text[32];

	snprintf(text, sizeof(text), "%u\n", second * 4096);
	for (size_t i = 0; i < frame->nr; i++)
		if (frame->cgroup[i].id == 3)
			frame_set_text(frame, i, FRAME_MEMORY_CURRENT, text, strlen(text));
	headroom_stalled_get(h, &frame->stalled, &frame->nr_stalled);
	headroom_blame_get(h, 0, &frame->blame);
	frame_set_host_text(frame, FRAME_MGLRU, "0x0007\n", 7);
}

static struct frame *make_frame(unsigned int second, bool details)
{
	const struct headroom_filter filter = { .keep_received = true };
	struct frame *frame = frame_new();
	struct headroom_node *node;

	frame->time = (struct frame_clocks){ second * NS_PER_S, second * NS_PER_S,
					     WALL + second * NS_PER_S };
	snprintf(frame->boot_id, sizeof(frame->boot_id), "boot %u", second / 8);
	frame->page_size = 4096;
	headroom_snapshot_take(h, &filter, &frame->snapshot);
	headroom_snapshot_tree(frame->snapshot, &node);
	for (size_t i = 0; i < frame->snapshot->nr; i++)
		if (node[i].cgroup->path)
			frame_add(frame, node[i].cgroup->id, node[i].cgroup->path, node[i].cgroup);
	free(node);
	if (details)
		add_details(frame, second);
	if (frame_finish(frame))
		abort();
	return frame;
}

static void record(bool details)
{
	static const struct store_keep all;
	struct store *store;
	int err;

	unlink(recording());
	err = store_create(&store, recording(), &all);
	for (unsigned int second = 1; !err && second <= FRAMES; second++) {
		struct frame *frame;

		if (second == MISSING)
			continue;
		frame = make_frame(second, details);
		err = store_append(store, frame);
		frame_put(frame);
	}
	ok(!err, "%d frames are recorded%s", FRAMES - 1, details ? "" : ", without details");
	store_close(store);
}

static void check_details(void)
{
	struct headroom_stalled *stalled;
	struct headroom_blame *blame;
	char text[32];
	size_t nr;

	record(true);
	is_int(source_replay(recording(), WALL + 3 * NS_PER_S), 0, "the recording is read");
	ok(!source_is_live(), "it is not live");
	is_int(source_stalled_get(NULL, &stalled, &nr), 0, "it has stalled tasks");
	ok(nr == 6 && stalled[2].time == 5000000000, "as the module reported them");
	free(stalled);
	is_int(source_blame_get(NULL, 0, &blame), 0, "it has evictors");
	headroom_blame_free(blame);
	is_int(source_mglru(), 1, "it says that MGLRU was on");
	is_int(source_file_read(NULL, "/busy/db", "memory.current", text, sizeof(text)), 0,
	       "it has memory.current");
	is_text(text, "12288\n", "of this moment");
	is_int(source_file_read(NULL, "/busy/db", "memory.current", text, 3), 0,
	       "a text that is too long");
	is_text(text, "12", "is cut off");
	is_int(source_file_read(NULL, "/busy/db", "memory.max", text, sizeof(text)), -ENODATA,
	       "it does not have memory.max");
	is_int(source_file_read(NULL, "/busy/db", "cgroup.procs", text, sizeof(text)), -ENODATA,
	       "nor a file that is never recorded");
	is_int(source_file_read(NULL, "/none", "memory.current", text, sizeof(text)), -ENODATA,
	       "nor one of another cgroup");
	source_close();
}

static void check_no_details(void)
{
	struct headroom_stalled *stalled;
	struct headroom_blame *blame;
	size_t nr;

	record(false);
	is_int(source_replay(recording(), 0), 0, "the recording is read");
	is_int(source_stalled_get(NULL, &stalled, &nr), -ENODATA, "stalled tasks are unknown");
	ok(strstr(source_error(NULL), "no stalled tasks"), "the error says so");
	is_int(source_blame_get(NULL, 0, &blame), -ENODATA, "so are evictors");
	is_int(source_mglru(), -ENODATA, "so is MGLRU");
	source_close();
}

/* More cgroups are in use at once than any hierarchy is deep */
static void check_cgroups(void)
{
	struct headroom_cgroup *cgroup[50];
	int errors = 0;

	source_replay(recording(), 0);
	for (int i = 0; i < 50; i++)
		errors += source_cgroup_get(NULL, 1 + i % 3, &cgroup[i]) != 0;
	is_int(errors, 0, "50 cgroups are read");
	for (int i = 0; i < 50; i++)
		errors += cgroup[i]->id != (uint64_t)(1 + i % 3);
	is_int(errors, 0, "each is the right one");
	/* the rest is freed with the recording */
	for (int i = 0; i < 25; i++)
		source_cgroup_free(cgroup[i]);
	source_close();
}

static uint64_t second_now(void)
{
	return source_now() / NS_PER_S;
}

static void check_interval(void)
{
	uint64_t end;

	source_replay(recording(), 0);
	is_int(source_begin(2 * NS_PER_S, &end), 0, "an interval of the whole recording");
	is_uint(second_now(), 1, "begins with the first frame");
	is_int(source_wait(end), 0, "and its length later");
	is_uint(second_now(), 3, "it ends");
	source_close();
	source_replay(recording(), WALL + 5 * NS_PER_S + 999);
	is_int(source_begin(2 * NS_PER_S, &end), 0, "an interval with a moment");
	is_uint(second_now(), 3, "begins before it");
	source_wait(end);
	is_uint(second_now(), 5, "and ends at it");
	source_close();
	source_replay(recording(), WALL + 7 * NS_PER_S);
	is_int(source_begin(NS_PER_S, &end), 0, "an interval over a missing frame");
	is_uint(second_now(), 5, "begins at the one before");
	source_wait(end);
	is_uint(second_now(), 7, "and ends at the moment");
	source_close();
}

static void check_no_interval(void)
{
	uint64_t end;

	source_replay(recording(), WALL + 2 * NS_PER_S);
	is_int(source_begin(2 * NS_PER_S, &end), -ENODATA, "an interval before the first frame");
	ok(strstr(source_error(NULL), "no frame that long before"),
	   "the error says what to do");
	source_close();
	source_replay(recording(), WALL + 8 * NS_PER_S);
	is_int(source_begin(NS_PER_S, &end), -ENODATA, "an interval over a reboot");
	source_close();
}

static void moves(struct top_read *read, long frames, int status, uint64_t to)
{
	int moved = top_read_move(read, frames);

	ok(moved == status && second_now() == to, "top moves by %ld frames to %d s", frames, (int)to);
}

static void check_top(void)
{
	struct top_read read = { 0 };

	record(true);
	source_replay(recording(), WALL + 3 * NS_PER_S);
	moves(&read, 0, 0, 3);
	ok(read.seconds == 1 && read.model.nr == 6, "which has rates, of the time since the one before");
	moves(&read, 1, 1, 4);
	moves(&read, -1, 1, 3);
	moves(&read, -60, 1, 2);
	is_text(read.notice, "", "the first one with rates");
	moves(&read, -60, 0, 2);
	is_text(read.notice, "the recording begins here", "says that it is the first");
	moves(&read, 60, 1, 8);
	ok(strstr(read.notice, "first frame after a boot"), "says that the machine was booted");
	moves(&read, -1, 1, 7);
	ok(read.seconds == 2 && !*read.notice, "which has rates, of two seconds");
	moves(&read, 1, 1, 8);
	ok(strstr(read.notice, "first frame after a boot"), "says so again");
	moves(&read, 1, 0, 8);
	is_text(read.notice, "the recording ends here", "says that it is the last");
	top_read_clear(&read);
	source_close();
}

int main(void)
{
	make_dir();
	if (headroom_open(&h)) {
		printf("Bail out! no fake kernel\n");
		return 1;
	}
	check_details();
	check_no_details();
	check_cgroups();
	check_interval();
	check_no_interval();
	check_top();
	headroom_close(h);
	remove_dir();
	return tap_done();
}
