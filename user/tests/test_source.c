// SPDX-License-Identifier: GPL-2.0
/* Subcommands read a recording as they read the module, and learn what it does not have */
#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "capture.h"
#include "cgroup_find.h"
#include "clock.h"
#include "command.h"
#include "frame.h"
#include "headroom.h"
#include "options.h"
#include "source.h"
#include "store.h"
#include "tap.h"
#include "top_read.h"
#include "tree.h"

/* The frames are at 1 to 8 s, but for one at 6 s */
#define FRAMES	8
#define MISSING	6
#define WALL	(1000 * NS_PER_S)
/* The module was reloaded half a second before this one, if it was */
#define RELOADED	4

static struct headroom *h;
static bool reloads;

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
	/* it numbers from the clock */
	if (reloads && second >= RELOADED)
		frame->snapshot->generation += RELOADED * NS_PER_S - NS_PER_S / 2;
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
	is_int(source_file_read(NULL, 3, "/busy/db", FRAME_MEMORY_CURRENT, text, sizeof(text)), 0,
	       "it has memory.current");
	is_text(text, "12288\n", "of this moment");
	is_int(source_file_read(NULL, 3, "/busy/db", FRAME_MEMORY_CURRENT, text, 3), 0,
	       "a text that is too long");
	is_text(text, "12", "is cut off");
	is_int(source_file_read(NULL, 3, "/busy/db", FRAME_MEMORY_MAX, text, sizeof(text)), -ENODATA,
	       "it does not have memory.max");
	is_int(source_file_read(NULL, 99, "/none", FRAME_MEMORY_CURRENT, text, sizeof(text)), -ENODATA,
	       "nor one of another cgroup");
	source_close();
}

/* Files of this machine are read below the directory of the cgroup, and not by path */
static void check_live_files(void)
{
	char text[32];

	setenv("HEADROOM_FAKE_ROOT", dir, 1);
	mkdir(in_dir("busy"), 0755);
	mkdir(in_dir("busy/db"), 0755);
	put("busy/db/memory.current", "4096\n");
	is_int(source_file_read(h, 3, "/busy/db", FRAME_MEMORY_CURRENT, text, sizeof(text)), 0,
	       "a file of this machine");
	is_text(text, "4096\n", "is read");
	is_int(source_file_read(h, 3, "/busy/db", FRAME_SWAP_CURRENT, text, sizeof(text)), -ENOENT,
	       "one that does not exist");
	is_int(source_file_read(h, 2, "/busy/db", FRAME_MEMORY_CURRENT, text, sizeof(text)), -ENOENT,
	       "one of another cgroup with this path");
	rename(in_dir("busy"), in_dir("renamed"));
	is_int(source_file_read(h, 3, "/busy/db", FRAME_MEMORY_CURRENT, text, sizeof(text)), 0,
	       "one of a cgroup whose path has changed");
	source_close();
	is_int(source_file_read(h, 3, "/busy/db", FRAME_MEMORY_CURRENT, text, sizeof(text)), -ENOENT,
	       "one of a cgroup that is gone");
	is_text(text, "", "leaves no text");
	source_close();
	unsetenv("HEADROOM_FAKE_ROOT");
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

static void is_break(const char *want, const char *name)
{
	const char *got = source_break();

	is_text(got ? got : "none", want, name);
}

static void check_breaks(void)
{
	uint64_t end;

	reloads = true;
	record(true);
	source_replay(recording(), 0);
	is_int(source_wait(3 * NS_PER_S), 0, "frames of the first module are read");
	is_break("none", "they can be compared");
	is_int(source_wait(9 * NS_PER_S), 0, "and more");
	is_uint(second_now(), RELOADED, "up to the first of the next module");
	is_break("a reload of the module", "which is said");
	source_mark();
	is_break("none", "it can be compared with later ones");
	source_wait(9 * NS_PER_S);
	is_uint(second_now(), 8, "up to the first of the next boot");
	is_break("a boot", "which is said");
	source_close();
	source_replay(recording(), WALL + 5 * NS_PER_S);
	is_int(source_begin(2 * NS_PER_S, &end), -ENODATA, "an interval over a reload");
	ok(strstr(source_error(NULL), "the same module"), "the error says so");
	source_close();
}

/* Run a command on the recording from a moment on; returns what it prints */
static const char *prints(const struct command *command, uint64_t second, int want, char *line)
{
	char *argv[8];
	int argc = 0, code;

	for (char *word; (word = strsep(&line, " ")); )
		argv[argc++] = word;
	capture_begin();
	if (parse_options(command, argc, argv, &code))
		code = source_replay(recording(), WALL + second * NS_PER_S);
	if (!code)
		code = command->run(NULL);
	source_close();
	line = (char *)capture_end();
	is_int(code, want, command->name);
	return line;
}

static void check_commands(void)
{
	static const char reload[] = "headroom: counters begin again behind a reload of the module: measuring from 1970-01-01 00:16:44\n";
	static const char boot[] = "headroom: counters begin again behind a boot: measuring from 1970-01-01 00:16:48\n";
	const char *text;

	text = prints(&list_command, 3, 0, strdupa("--interval 1"));
	ok(strstr(text, reload) && strstr(text, "\n/busy/db "), "list measures behind a reload");
	text = prints(&list_command, 7, 1, strdupa("--interval 1"));
	ok(strstr(text, boot) && strstr(text, "the recording ends before"), "and behind a boot");
	text = prints(&list_command, 4, 0, strdupa("--interval 1"));
	ok(!strstr(text, "begin again"), "but not from the reload on");
	text = prints(&show_command, 3, 0, strdupa("/busy/db --interval 1"));
	ok(strstr(text, reload), "show says so as well");
	text = prints(&blame_command, 3, 0, strdupa("--interval 1"));
	ok(strstr(text, reload), "as does blame");
	text = prints(&curve_command, 3, 1, strdupa("/busy/db --interval 2"));
	ok(strstr(text, "there is a reload of the module in the interval") && !strstr(text, "evictions"),
	   "curve refuses a reload");
	text = prints(&curve_command, 7, 1, strdupa("/busy/db --interval 1"));
	ok(strstr(text, "there is a boot in the interval"), "and a boot");
	text = prints(&why_command, 5, 1, strdupa("/busy/db --interval 2"));
	ok(strstr(text, "of the same boot and the same module"), "so does why");
	text = prints(&stalls_command, 3, 0, strdupa("/busy"));
	ok(strstr(text, " /busy/db\n") && strstr(text, "5.0 s"), "stalls are those of the frame");
}

static void check_names(void)
{
	static const char *const names[] = {
		"3", "busy/db", "/busy/db/", "//busy//db", "/busy/./db", "/none/../busy/db/.",
		"/sys/fs/cgroup/busy/db", "/sys/fs/cgroup/unified/busy/db", "/../busy/db",
	};
	static const char *const roots[] = { "/", "/sys/fs/cgroup", "/sys/fs/cgroup/", "..", "/busy/.." };
	char longest[8192];
	uint64_t id;

	source_replay(recording(), 0);
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		ok(!source_cgroup_id(NULL, names[i], &id) && id == 3, "%s is /busy/db", names[i]);
	for (size_t i = 0; i < sizeof(roots) / sizeof(roots[0]); i++)
		ok(!source_cgroup_id(NULL, roots[i], &id) && id == 1, "%s is the root", roots[i]);
	is_int(source_cgroup_id(NULL, "", &id), -ENOENT, "an empty name is that of none");
	is_int(source_cgroup_id(NULL, "/sys/fs/cgroups", &id), -ENOENT, "nor is another directory");
	is_int(source_cgroup_id(NULL, "3x", &id), -ENOENT, "nor is a number with more behind it");
	memset(longest, 'x', sizeof(longest) - 1);
	longest[sizeof(longest) - 1] = '\0';
	is_int(source_cgroup_id(NULL, longest, &id), -ENOENT, "nor is a name that is too long");
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
	ok(read.seconds == 1 && read.rows.nr == 6, "which has rates, of the time since the one before");
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
	moves(&read, -3, 1, 4);
	ok(strstr(read.notice, "first frame after a reload of the module"),
	   "says that the module was reloaded");
	moves(&read, 1, 1, 5);
	top_read_clear(&read);
	source_close();
}

/* The fake kernel has a directory /busy/newborn, but no statistics of it */
static void check_charged(void)
{
	const char *text;
	uint64_t id;
	int err;

	capture_begin();
	err = cgroup_find_charged(h, "/busy/newborn", &id);
	text = capture_end();
	is_int(err, 0, "a cgroup without the memory controller");
	is_uint(id, 2, "its memory is charged to its parent");
	is_text(text, "headroom: /busy/newborn does not have the memory controller: using /busy, to which its memory is charged\n",
		"which is printed");
	capture_begin();
	err = cgroup_find_charged(h, "/busy/db", &id);
	text = capture_end();
	ok(!err && id == 3 && !*text, "a cgroup with the memory controller is used itself");
	is_int(cgroup_find_charged(h, "/busy/none", &id), -ENOENT,
	       "the parent of a cgroup that does not exist is not used");
}

int main(void)
{
	setenv("TZ", "UTC", 1);
	make_dir();
	if (headroom_open(&h)) {
		printf("Bail out! no fake kernel\n");
		return 1;
	}
	check_details();
	check_live_files();
	check_no_details();
	check_cgroups();
	check_interval();
	check_no_interval();
	check_breaks();
	check_commands();
	check_names();
	check_charged();
	check_top();
	headroom_close(h);
	remove_dir();
	return tap_done();
}
