// SPDX-License-Identifier: GPL-2.0
/* Frames, the parsers of their texts, and the open directories of cgroups, on a fake cgroup tree */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "digits.h"
#include "dirs.h"
#include "frame.h"
#include "tap.h"
#include "field.h"
#include "tree.h"

#define LOW	"memory.low"

/* --- frames --- */

static struct frame *new_frame(void)
{
	struct frame *frame = frame_new();

	if (!frame)
		abort();
	return frame;
}

/* A finished frame of the cgroups at @path, whose ids are 100, 99, and so on */
static struct frame *frame_of(const char *const *path, size_t nr)
{
	struct frame *frame = new_frame();

	for (size_t i = 0; i < nr; i++)
		if (frame_add(frame, 100 - i, path[i], NULL) != i)
			abort();
	if (frame_finish(frame))
		abort();
	return frame;
}

/* What follows from the links of a frame, for any order of cgroups */
static bool links_agree(const struct frame *frame)
{
	for (size_t i = 0; i < frame->nr; i++) {
		const struct frame_cgroup *c = &frame->cgroup[i];
		const struct frame_cgroup *parent = NULL;

		if (c->end <= i || c->end > frame->nr)
			return false;
		if (c->parent != FRAME_NONE)
			parent = &frame->cgroup[c->parent];
		if (c->depth != (parent ? parent->depth + 1 : 0))
			return false;
		if (parent && (c->parent >= i || c->end > parent->end))
			return false;
	}
	return true;
}

static void check_links(void)
{
	static const char *const path[] = {
		"/", "/a", "/a/x", "/a/x/1", "/a/y", "/ab", "/b", "/b/z",
	};
	static const size_t parent[] = { FRAME_NONE, 0, 1, 2, 1, 0, 0, 6 };
	static const size_t end[] = { 8, 5, 4, 4, 5, 6, 8, 8 };
	static const size_t depth[] = { 0, 1, 2, 3, 2, 1, 1, 2 };
	struct frame *frame = frame_of(path, 8);
	bool right = true;

	for (size_t i = 0; i < 8; i++)
		right &= frame->cgroup[i].parent == parent[i] && frame->cgroup[i].end == end[i] &&
			 frame->cgroup[i].depth == depth[i];
	ok(right, "each cgroup has its parent, end and depth");
	ok(links_agree(frame), "links agree with each other");
	frame_put(frame);
}

static void is_stalls(const struct frame *frame, size_t cgroup, uint64_t tasks, uint64_t total,
		      uint64_t longest, uint64_t swap_in)
{
	const struct frame_stalls *s = frame->cgroup[cgroup].stalls;

	if (!ok(s && s->tasks == tasks && s->total == total && s->longest == longest &&
		s->time[HEADROOM_STALL_CAUSE_SWAP_IN] == swap_in,
		"the open stalls of %s are summed up", frame->cgroup[cgroup].path) && s)
		printf("# %" PRIu64 " tasks, %" PRIu64 " in all, %" PRIu64 " longest, %" PRIu64 " swap-in\n",
		       s->tasks, s->total, s->longest, s->time[HEADROOM_STALL_CAUSE_SWAP_IN]);
}

static void check_stalls(void)
{
	static const char *const path[] = { "/", "/a", "/a/x", "/a/y", "/a/y/1", "/b", "/c" };
	static const struct headroom_stalled task[] = {
		{ .cgroup = 3, .cause = HEADROOM_STALL_CAUSE_REFAULT, .time = 10 },
		{ .cgroup = 2, .cause = HEADROOM_STALL_CAUSE_SWAP_IN, .time = 4 },
		{ .cgroup = 5, .cause = HEADROOM_STALL_CAUSE_SWAP_IN, .time = 3 },
		{ .cgroup = 4, .cause = HEADROOM_STALL_CAUSE_PROACTIVE_RECLAIM, .time = 900 },
		{ .cgroup = 6, .cause = 99, .time = 20 },
		{ .cgroup = 77, .cause = HEADROOM_STALL_CAUSE_REFAULT, .time = 800 },
	};
	const size_t nr = sizeof(task) / sizeof(task[0]);
	struct frame *frame = new_frame();

	for (size_t i = 0; i < 7; i++)
		frame_add(frame, i + 1, path[i], NULL);
	frame->stalled = calloc(nr, sizeof(task[0]));
	if (!frame->stalled)
		abort();
	memcpy(frame->stalled, task, sizeof(task));
	frame->nr_stalled = nr;
	is_int(frame_finish(frame), 0, "finish a frame with stalled tasks");
	is_stalls(frame, 0, 3 + headroom_stall_in_total(99), 17 + 20 * headroom_stall_in_total(99),
		  headroom_stall_in_total(99) ? 20 : 10, 7);
	is_stalls(frame, 1, 3, 17, 10, 7);
	is_stalls(frame, 2, 1, 10, 10, 0);
	is_stalls(frame, 3, 1, 3, 3, 3);
	is_stalls(frame, 4, 1, 3, 3, 3);
	ok(!frame->cgroup[6].stalls, "a cgroup in which no task is stalled has no sums");
	is_uint(frame->cgroup[3].stalls->time[HEADROOM_STALL_CAUSE_PROACTIVE_RECLAIM], 900,
		"reclaim on request has a sum of its own");
	frame_put(frame);
}

static void check_find(void)
{
	static const char *const path[] = { "/", "/a", "/a/x", "/ab", "/b", "/b/z" };
	struct frame *frame = frame_of(path, 6);
	bool by_id = true, by_path = true;

	for (size_t i = 0; i < 6; i++) {
		by_id &= frame_find(frame, 100 - i) == i;
		by_path &= frame_find_path(frame, path[i]) == i;
	}
	ok(by_id, "find each cgroup by its id");
	ok(by_path, "find each cgroup by its path");
	ok(frame_find(frame, 94) == FRAME_NONE && frame_find(frame, 101) == FRAME_NONE &&
	   frame_find(frame, 0) == FRAME_NONE, "an unknown id is not found");
	ok(frame_find_path(frame, "/a/y") == FRAME_NONE &&
	   frame_find_path(frame, "/c") == FRAME_NONE &&
	   frame_find_path(frame, "/a/") == FRAME_NONE, "an unknown path is not found");
	ok(frame_find_path(frame, "") == FRAME_NONE, "nor is an empty one");
	frame_put(frame);
}

static void check_empty(void)
{
	struct frame *frame = new_frame();

	is_int(frame_finish(frame), 0, "finish a frame without cgroups");
	ok(frame_find(frame, 1) == FRAME_NONE && frame_find_path(frame, "/") == FRAME_NONE,
	   "nothing is found in it");
	ok(!frame_host_text(frame, FRAME_MEMINFO), "it has no text");
	is_uint(frame->nr_stalled, FRAME_NONE, "its stalled tasks are unknown");
	frame_put(frame);
	frame_put(NULL);
}

/* A walk that races with the creation of cgroups may miss a parent, or see a child late */
static void check_order(void)
{
	static const char *const path[] = { "/", "/a", "/b", "/a/x", "/c/y", "/c", "/b/z" };
	static const char *const rootless[] = { "/a", "/a/x", "/b" };
	struct frame *frame = frame_of(path, 7);
	bool found = true;

	ok(links_agree(frame), "links agree if the order is wrong");
	for (size_t i = 0; i < 7; i++)
		found &= frame_find(frame, 100 - i) == i && frame_find_path(frame, path[i]) == i;
	ok(found, "each cgroup is found");
	is_uint(frame->cgroup[3].parent, 0, "a late child is its closest open ancestor's");
	is_uint(frame->cgroup[4].parent, 0, "so is one whose parent is missing");
	frame_put(frame);

	frame = frame_of(rootless, 3);
	ok(links_agree(frame), "links agree without the root");
	ok(frame->cgroup[2].parent == FRAME_NONE && frame->cgroup[1].parent == 0,
	   "there are several trees then");
	is_uint(frame_find_path(frame, "/b"), 2, "each of which is searched");
	frame_put(frame);
}

static void check_texts(void)
{
	struct frame *frame = new_frame();
	char *large = malloc(100000);

	memset(large, 'x', 100000);
	frame_add(frame, 1, "/", NULL);
	frame_add(frame, 2, "/a", NULL);
	is_int(frame_set_text(frame, 1, FRAME_MEMORY_LOW, "4096\nrest", 5), 0, "store a text");
	is_int(frame_set_text(frame, 1, FRAME_MEMORY_MAX, "", 0), 0, "store an empty text");
	is_int(frame_set_text(frame, 0, FRAME_MEMORY_STAT, large, 100000), 0, "store a large text");
	is_int(frame_set_host_text(frame, FRAME_MEMINFO, "MemTotal: 1 kB\n", 15), 0,
	       "store a text of the machine");
	is_int(frame_set_text(frame, 0, FRAME_MEMORY_HIGH, large, (size_t)UINT32_MAX), -EFBIG,
	       "a text beyond 4 GiB is refused");
	is_int(frame_finish(frame), 0, "finish");
	is_text(frame_text(frame, 1, FRAME_MEMORY_LOW), "4096\n", "a text ends where it was cut");
	is_text(frame_text(frame, 1, FRAME_MEMORY_MAX), "", "an empty text is not a missing one");
	ok(!frame_text(frame, 0, FRAME_MEMORY_LOW), "a missing text is");
	ok(!frame_text(frame, 0, FRAME_MEMORY_HIGH), "so is one that was refused");
	is_uint(strlen(frame_text(frame, 0, FRAME_MEMORY_STAT)), 100000, "the large one is whole");
	is_text(frame_host_text(frame, FRAME_MEMINFO), "MemTotal: 1 kB\n", "the machine's text");
	is_text(frame->cgroup[1].path, "/a", "a path stays while the buffer moves");
	free(large);
	frame_put(frame);
}

static void check_references(void)
{
	static const char *const path[] = { "/", "/a" };
	struct frame *frame = frame_of(path, 2);

	ok(frame_get(frame) == frame, "hold a frame");
	frame_put(frame);
	is_text(frame->cgroup[1].path, "/a", "it is there until the last user gives it back");
	frame_put(frame);
}

static void check_wishes(void)
{
	struct frame_wish wish = { .files = FRAME_BIT(FRAME_MEMORY_LOW), .blame = true };
	const struct frame_wish more = {
		.files = FRAME_BIT(FRAME_MEMORY_MAX), .host_files = FRAME_BIT(FRAME_ZRAM),
		.stats = true, .histograms = true, .stalled = true,
	};

	frame_wish_add(&wish, &more);
	ok(wish.files == (FRAME_BIT(FRAME_MEMORY_LOW) | FRAME_BIT(FRAME_MEMORY_MAX)) &&
	   wish.host_files == FRAME_BIT(FRAME_ZRAM), "wishes for files add up");
	ok(wish.stats && wish.histograms && wish.stalled && wish.blame, "so do the others");
	frame_wish_add(&wish, &(struct frame_wish){});
	ok(wish.stats && wish.blame, "an empty wish takes none away");
}

/* 50 cgroups, each with 60 below it, and ids in no order */
static void check_many(void)
{
	struct frame *frame = new_frame();
	bool right = true;
	char path[64];

	frame_add(frame, 1, "/", NULL);
	for (unsigned int i = 0; i < 50 * 61; i++) {
		snprintf(path, sizeof(path), i % 61 ? "/%u/%u" : "/%u", i / 61, i % 61);
		frame_add(frame, 2 + i * 7919ULL % 1000003, path, NULL);
	}
	is_int(frame_finish(frame), 0, "finish a frame of 3051 cgroups");
	for (unsigned int i = 0; i < 50 * 61; i++) {
		const struct frame_cgroup *c = &frame->cgroup[i + 1];

		right &= frame_find(frame, 2 + i * 7919ULL % 1000003) == i + 1;
		right &= c->parent == (i % 61 ? i / 61 * 61 + 1 : 0);
		right &= c->end == (i % 61 ? i + 2 : i + 62);
	}
	ok(right, "each is found and linked");
	is_uint(frame_find_path(frame, "/49/60"), 3050, "the last one is found by its path");
	frame_put(frame);
}

/* --- texts --- */

static void check_numbers(void)
{
	static const char *const bad[] = {
		"", "\n", " 1", "-1", "+1", "x", "1x", "0x10", "1.5", "ma", "maxx", "max 1", "MAX",
		"18446744073709551616", "99999999999999999999999", "1\t2", "\xff\xfe",
	};
	uint64_t value = 42;
	bool refused = true;

	ok(field_number("0", &value) && value == 0, "parse zero");
	ok(field_number("4096\n", &value) && value == 4096, "parse a number with a line end");
	ok(field_number("max\n", &value) && value == FIELD_MAX, "parse max");
	ok(field_number("max", &value) && value == FIELD_MAX, "parse max without a line end");
	ok(field_number("18446744073709551615", &value) && value == UINT64_MAX,
	   "parse the largest number");
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		if (field_number(bad[i], &value)) {
			printf("# '%s' was accepted\n", bad[i]);
			refused = false;
		}
	ok(refused, "refuse what is no number");
	ok(!field_number(NULL, &value), "refuse a missing text");
}

static void check_keys(void)
{
	static const char events[] = "low 1\nhigh 22\nmax 333\noom\n"
				     "huge 99999999999999999999\nend 5";
	uint64_t value;

	ok(field_key(events, "low", &value) && value == 1, "the value of the first key");
	ok(field_key(events, "max", &value) && value == 333, "of one in the middle");
	ok(field_key(events, "end", &value) && value == 5, "of the last, without a line end");
	ok(!field_key(events, "ma", &value), "the beginning of a key is not that key");
	ok(!field_key(events, "igh", &value), "nor is its end");
	ok(field_key("oom_kill 7\noom 2\n", "oom", &value) && value == 2,
	   "a longer key is passed over");
	ok(!field_key("zone1 5\n", "zone", &value), "even if a number follows");
	ok(!field_key(events, "oom", &value), "a key without a value");
	ok(!field_key(events, "huge", &value), "a value that is too large");
	ok(!field_key("low \nhigh 2\n", "low", &value), "a value is not taken from the next line");
	ok(!field_key("low", "low", &value) && !field_key("low ", "low", &value), "a cut line");
	ok(!field_key("", "low", &value) && !field_key(NULL, "low", &value), "no text");
	ok(field_key("MemTotal:  10 kB\nMemFree:  7 kB\n", "MemFree", &value) && value == 7,
	   "the value of a key with a colon");
	ok(!field_key("MemTotal: -10 kB\n", "MemTotal", &value), "a negative value");
}

static void check_fields(void)
{
	uint64_t value;

	ok(field_column("  10 20  30\n40 50", 0, &value) && value == 10, "the first column");
	ok(field_column("  10 20  30\n40 50", 2, &value) && value == 30, "the last column");
	ok(!field_column("  10 20  30\n40 50", 3, &value), "no column of the next line");
	ok(!field_column("1 2", 2, &value) && !field_column("1 2", 1000, &value), "a missing column");
	ok(!field_column("1 x", 1, &value), "a column that is no number");
	ok(!field_column("", 0, &value) && !field_column(NULL, 0, &value), "no text");
}

static void check_pressure(void)
{
	static const char text[] = "some avg10=1.50 avg60=100.00 avg300=0.00 total=123\n"
				   "full avg10=0.25 avg60=0.00 avg300=0.00 total=45";
	double percent;
	uint64_t us;

	ok(field_pressure(text, "some", "avg10", &percent) && percent == 1.5, "some avg10");
	ok(field_pressure(text, "some", "avg60", &percent) && percent == 100, "some avg60");
	ok(field_pressure(text, "some", "avg300", &percent) && percent == 0, "some avg300");
	ok(field_pressure(text, "full", "avg10", &percent) && percent == 0.25, "full avg10");
	ok(field_pressure_total(text, "some", &us) && us == 123, "the total of some");
	ok(field_pressure_total(text, "full", &us) && us == 45, "the total of full, cut behind it");
	ok(!field_pressure(text, "none", "avg10", &percent), "a missing line");
	ok(!field_pressure(text, "some", "avg1", &percent), "a missing average");
	ok(!field_pressure("some total=1\nfull avg10=1.00 total=2\n", "some", "avg10", &percent),
	   "a value is not taken from the next line");
	ok(!field_pressure_total("some avg10=1.00\nfull total=2", "some", &us), "nor is a total");
}

static void check_hostile_pressure(void)
{
	static const char *const bad[] = {
		"", "some", "some ", "some avg10", "some avg10=", "some avg10=1.00",
		"some avg10=-1.00 ", "some avg10=nan ", "some avg10=inf ", "some avg10=100.01 ",
		"some avg10=1e9 ", "some avg10= 1 ", "some avg10=x ", "some xavg10=1.00 ",
	};
	static const char text[] = "some avg10=1.50 avg60=1.00 avg300=0.00 total=123\n";
	size_t whole = strstr(text, " total") - text + 1;
	bool refused = true, safe = true;
	double percent;
	uint64_t us;

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		refused &= !field_pressure(bad[i], "some", "avg10", &percent) &&
			   !field_pressure_total(bad[i], "some", &us);
	ok(refused, "refuse what is no pressure");
	ok(!field_pressure(NULL, "some", "avg10", &percent), "refuse a missing text");
	for (size_t n = 0; n < sizeof(text); n++) {
		/* On the heap, so that the sanitizer sees each read behind the end */
		char *cut = strndup(text, n);

		safe &= field_pressure(cut, "some", "avg300", &percent) == (n >= whole);
		free(cut);
	}
	ok(safe, "an average that may be cut is missing");
}

static void check_lines(void)
{
	const char *text = "a\nb\n\nc";

	text = field_next_line(text);
	is_text(text, "b\n\nc", "the next line");
	text = field_next_line(field_next_line(text));
	is_text(text, "c", "the last line, behind an empty one");
	ok(!field_next_line(text), "none is behind it");
	ok(!field_next_line("a\n") && !field_next_line(""), "a line end begins no line");
}

/* --- hooks --- */

static void check_hooks(void)
{
	struct headroom_hook hook[] = {
		{ .name = "sched_switch", .attached = true }, { .name = "swap_readpage()" },
		{ .name = "sched_switch_of_old" },
	};
	const struct headroom_status status = { .nr_hooks = 3, .hook = hook };
	struct frame *frame = new_frame();
	struct hooks known;
	size_t size;
	char *text = hooks_text(&status, &size);

	is_text(text, "sched_switch 1\nswap_readpage() 0\nsched_switch_of_old 0\n", "a line a hook");
	is_uint(size, strlen(text), "and its length");
	known = hooks_parse(text);
	ok(!hooks_lack(&known, HOOK_BIT(SWITCH)), "an attached hook is not missing");
	ok(hooks_lack(&known, HOOK_BIT(SWAP_READPAGE)), "one that is not attached is");
	ok(!hooks_lack(&known, HOOK_BIT(THROTTLED)), "a hook that is not in the text is unknown");
	ok(!hooks_lack(&known, HOOK_BIT(SWAP_READPAGE) | HOOK_BIT(SWITCH)), "one of two is attached");
	ok(hooks_lack(&known, HOOK_BIT(SWAP_READPAGE) | HOOK_BIT(THROTTLED)),
	   "one is unknown, and the other not attached");
	known = hooks_parse(NULL);
	ok(!known.known, "nothing is known without a text");
	known = hooks_parse("sched_switch\nmm_vmscan_throttled x\n");
	ok(!known.known, "nor from a text without numbers");
	ok(!frame_hooks_text(frame) && !frame->hooks.known, "a frame knows no hooks at first");
	is_int(frame_set_hooks(frame, text, size), 0, "it keeps the text");
	is_text(frame_hooks_text(frame), text, "as it was");
	ok(hooks_lack(&frame->hooks, HOOK_BIT(SWAP_READPAGE)), "and what it says");
	frame_put(frame);
	free(text);
}

/* --- numbers in texts --- */

static bool agree(const char *a, const char *b)
{
	return digits_agree(a, strlen(a), b, strlen(b)) && digits_agree(b, strlen(b), a, strlen(a));
}

static void check_agree(void)
{
	ok(agree("0\n", "4096\n"), "numbers of any length agree");
	ok(agree("some avg10=0.00 total=1\n", "some avg10=12.05 total=99\n"), "so do decimals");
	ok(agree("", "") && agree("max\n", "max\n"), "so do the same texts without a number");
	ok(agree("999999999999999999", "1"), "so do 18 digits");
	ok(!agree("max\n", "4096\n") && !agree("max\n", "low\n"), "a word is no number");
	ok(!agree("1 2", "1 2 3") && !agree("1 2", "12") && !agree("1 2", "1  2"),
	   "other places do not agree");
	ok(!agree("0.5", "0.50") && !agree("1.5", "15") && !agree("1.", "1.0"),
	   "nor do other decimals");
	ok(!agree("07", "8") && !agree("00", "1") && !agree("00.5", "1.5"),
	   "nor do zeros in front, which would be left out");
	ok(!agree("1000000000000000000", "1") && !agree("99999999999999999999999999", "1"),
	   "nor do numbers that may not fit");
	ok(agree("1-2", "3-4") && agree("-1", "-2") && agree("1.2.3", "4.5.6"),
	   "a sign and a second point are not part of a number");
	ok(agree("07 1", "07 2"), "a number that does not count is text");
}

/* All numbers of a text, each followed by a semicolon, as they are written again */
static const char *numbers_of(const char *text)
{
	const char *end = text + strlen(text);
	static char out[256];
	struct digits x;
	size_t n = 0;

	for (; digits_next(text, end, &x); text = x.at + x.size) {
		n += digits_print(out + n, x.value, x.decimals);
		out[n++] = ';';
	}
	out[n] = '\0';
	return out;
}

static void check_digits(void)
{
	char out[DIGITS_MAX];

	is_text(numbers_of("a0b10c200"), "0;10;200;", "numbers in a text");
	is_text(numbers_of("0.00 0.05 12.50 1.2.3 4."), "0.00;0.05;12.50;1.2;3;4;", "with decimals");
	is_text(numbers_of("x 007 00.5 1234567890123456789 5"), "5;", "others are passed over");
	is_text(numbers_of("999999999999999999 0.99999999999999999"),
		"999999999999999999;0.99999999999999999;", "the longest");
	is_uint(digits_print(out, UINT64_MAX, 0), 20, "any value can be written");
	is_uint(digits_print(out, UINT64_MAX, 19), DIGITS_MAX, "also with a point");
	ok(!memcmp(out, "1.8446744073709551615", DIGITS_MAX), "where it belongs");
	is_uint(digits_print(out, 0, 17), 19, "zero has its decimals");
}

/* --- directories --- */

int __real_fstat(int fd, struct stat *st);
int __wrap_fstat(int fd, struct stat *st);

/* Whether ids are changed such that the table of directories has collisions */
static bool collide;

/*
 * The inverse of the hash: eight neighbouring places, from the end of the table to its beginning,
 * for all ids
 */
static uint64_t colliding_id(uint64_t ino)
{
	uint64_t inverse = 1;

	for (int i = 0; i < 6; i++)
		inverse *= 2 - 0x9e3779b97f4a7c15ull * inverse;
	return inverse * ((0xfffffffcull + ino % 8) << 32 | (uint32_t)ino);
}

int __wrap_fstat(int fd, struct stat *st)
{
	int ret = __real_fstat(fd, st);

	if (collide)
		st->st_ino = colliding_id(st->st_ino);
	return ret;
}

/* The errno of each read and write, or 0 */
static int file_error;

ssize_t __real_read(int fd, void *data, size_t size);
ssize_t __wrap_read(int fd, void *data, size_t size);
ssize_t __real_write(int fd, const void *data, size_t size);
ssize_t __wrap_write(int fd, const void *data, size_t size);

ssize_t __wrap_read(int fd, void *data, size_t size)
{
	errno = file_error;
	return file_error ? -1 : __real_read(fd, data, size);
}

ssize_t __wrap_write(int fd, const void *data, size_t size)
{
	errno = file_error;
	return file_error ? -1 : __real_write(fd, data, size);
}

static struct dirs *new_dirs(void)
{
	struct dirs *dirs = dirs_new(dir);

	if (!dirs)
		abort();
	return dirs;
}

static unsigned int open_descriptors(void)
{
	DIR *fds = opendir("/proc/self/fd");
	unsigned int nr = 0;

	while (readdir(fds))
		nr++;
	closedir(fds);
	return nr;
}

static void check_open(void)
{
	struct dirs *dirs = new_dirs();
	char path[5000];
	uint64_t id;
	int a;

	make_cgroup("a", "1");
	id = dirs_id(dirs, "/a");
	a = dirs_open(dirs, id, "/a");
	ok(id && a >= 0, "open a cgroup");
	is_int(dirs_open(dirs, id, "/a"), a, "it stays open");
	is_text(dirs_root(dirs), dir, "the root's path");
	is_int(dirs_open(dirs, 1, "/a"), -ENOENT, "a cgroup with another id");
	is_int(dirs_open(dirs, 0, "/a"), -ENOENT, "no id");
	is_int(dirs_open(dirs, 1, "/none"), -ENOENT, "a missing cgroup");
	is_int(dirs_open(dirs, 1, "/a/memory.low"), -ENOTDIR, "a file");
	memset(path, 'a', sizeof(path));
	path[0] = '/';
	path[sizeof(path) - 1] = '\0';
	is_int(dirs_open(dirs, 1, path), -ENAMETOOLONG, "a path that is too long");
	errno = 0;
	ok(!dirs_id(dirs, "/none") && errno == ENOENT, "no id of a missing cgroup");
	symlink(in_dir("a"), in_dir("link"));
	ok(dirs_open(dirs, id + 1, "/link") < 0 && !dirs_id(dirs, "/link"), "no link is followed");
	dirs_free(dirs);
	dirs_free(NULL);
}

/* The path leads to another cgroup now, and the id does not */
static void check_swapped(void)
{
	struct dirs *dirs = new_dirs();
	uint64_t id, other;
	int a, b;

	make_cgroup("a", "1");
	id = dirs_id(dirs, "/a");
	a = dirs_open(dirs, id, "/a");
	replace_cgroup("a", "2");
	other = dirs_id(dirs, "/a");
	is_int(dirs_open(dirs, id, "/a"), a, "the descriptor stays the first cgroup's");
	is_int(dirs_write(a, LOW, "3"), 0, "write to it");
	is_uint(low_of("a"), 2, "the other cgroup at its path is not written to");
	b = dirs_open(dirs, other, "/a");
	ok(b >= 0 && b != a, "the other one has a descriptor of its own");
	dirs_begin_round(dirs);
	dirs_open(dirs, other, "/a");
	dirs_end_round(dirs);
	is_int(dirs_open(dirs, id, "/a"), -ENOENT, "once closed, the first is not found again");
	dirs_free(dirs);
}

static void check_read(void)
{
	struct dirs *dirs = new_dirs();
	char buf[16] = "";
	int a;

	make_cgroup("a", "4096\n");
	a = dirs_open(dirs, dirs_id(dirs, "/a"), "/a");
	is_int(dirs_read(a, LOW, buf, sizeof(buf)), 5, "read a file");
	ok(memcmp(buf, "4096\n", 5) == 0, "its text");
	is_int(dirs_read(a, LOW, buf, 2), 2, "read as much as there is room for");
	is_int(dirs_read(a, "none", buf, sizeof(buf)), -ENOENT, "a missing file");
	file_error = ENODEV;
	is_int(dirs_read(a, LOW, buf, sizeof(buf)), -ENOENT, "read while the cgroup is removed");
	file_error = EIO;
	is_int(dirs_read(a, LOW, buf, sizeof(buf)), -EIO, "another error");
	file_error = 0;
	dirs_free(dirs);
}

static void check_write(void)
{
	struct dirs *dirs = new_dirs();
	int a;

	make_cgroup("a", "123456789");
	a = dirs_open(dirs, dirs_id(dirs, "/a"), "/a");
	is_int(dirs_write(a, LOW, "4096"), 0, "write a file");
	is_text(get("a/memory.low"), "4096", "its text");
	is_int(dirs_write(a, "none", "0"), -ENOENT, "a missing file is not made");
	ok(!get("a/none"), "it is still missing");
	file_error = ENODEV;
	is_int(dirs_write(a, LOW, "0"), -ENOENT, "write while the cgroup is removed");
	file_error = EBUSY;
	is_int(dirs_write(a, LOW, "0"), -EBUSY, "another error");
	file_error = 0;
	dirs_free(dirs);
}

#define MANY	300

static const char *many_path(unsigned int i)
{
	static char path[32];

	snprintf(path, sizeof(path), "/many/%u", i);
	return path;
}

/* Use a random part of the cgroups in a round */
static void use_some(struct dirs *dirs, const uint64_t *id, bool *used, int share)
{
	dirs_begin_round(dirs);
	for (unsigned int i = 0; i < MANY; i++) {
		used[i] = rand() % 100 < share;
		if (used[i] && dirs_open(dirs, id[i], many_path(i)) < 0)
			abort();
	}
	dirs_end_round(dirs);
}

/* Whether those that were used are open, and no others: their paths lead nowhere now */
static bool open_are(struct dirs *dirs, const uint64_t *id, const bool *used, unsigned int base)
{
	unsigned int nr = 0;
	bool right = true;

	rename(in_dir("many"), in_dir("moved"));
	for (unsigned int i = 0; i < MANY; i++) {
		right &= (dirs_open(dirs, id[i], many_path(i)) >= 0) == used[i];
		nr += used[i];
	}
	rename(in_dir("moved"), in_dir("many"));
	return right && open_descriptors() == base + nr;
}

static unsigned int descriptor_limit(void)
{
	struct rlimit limit;

	getrlimit(RLIMIT_NOFILE, &limit);
	return limit.rlim_cur;
}

/* There may be more cgroups than a process may have open files by default */
static void check_limit(void)
{
	struct rlimit limit;
	struct dirs *dirs;

	getrlimit(RLIMIT_NOFILE, &limit);
	limit.rlim_cur = 64;
	setrlimit(RLIMIT_NOFILE, &limit);
	dirs = new_dirs();
	is_uint(descriptor_limit(), limit.rlim_max, "as many directories as possible can be open");
	dirs_free(dirs);
}

/* Use a random part of them in each of many rounds */
static void check_rounds(bool colliding)
{
	unsigned int base = open_descriptors();
	struct dirs *dirs = new_dirs();
	uint64_t id[MANY];
	bool used[MANY], right = true;

	collide = colliding;
	mkdir(in_dir("many"), 0755);
	for (unsigned int i = 0; i < MANY; i++) {
		mkdir(in_dir(many_path(i) + 1), 0755);
		id[i] = dirs_id(dirs, many_path(i));
	}
	is_uint(open_descriptors(), base, "to look up an id leaves nothing open");
	srand(1);
	for (int round = 0; right && round < 100; round++) {
		use_some(dirs, id, used, rand() % 101);
		right = open_are(dirs, id, used, base);
	}
	ok(right, "a round closes the directories that it does not use, and no others%s",
	   colliding ? ", if their places collide" : "");
	use_some(dirs, id, used, 100);
	is_uint(open_descriptors(), base + MANY, "all can be open");
	use_some(dirs, id, used, 0);
	is_uint(open_descriptors(), base, "a round that uses none closes all");
	use_some(dirs, id, used, 50);
	dirs_free(dirs);
	is_uint(open_descriptors(), base, "nothing stays open at the end");
	collide = false;
}

int main(void)
{
	make_dir();
	check_links();
	check_stalls();
	check_find();
	check_empty();
	check_order();
	check_texts();
	check_references();
	check_wishes();
	check_many();
	check_numbers();
	check_keys();
	check_fields();
	check_pressure();
	check_hostile_pressure();
	check_lines();
	check_hooks();
	check_agree();
	check_digits();
	check_open();
	check_swapped();
	check_read();
	check_write();
	check_limit();
	check_rounds(false);
	check_rounds(true);
	remove_dir();
	return tap_done();
}
