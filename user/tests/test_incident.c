// SPDX-License-Identifier: GPL-2.0
/* What headroom report reads from a recording, what it says of it, and its page */
#include <errno.h>
#include <json-c/json.h>

#include "incident_json.h"
#include "incident_machine.h"
#include "incident_page.h"
#include "incident_public.h"
#include "incident_read.h"
#include "incident_select.h"
#include "incident_summary.h"
#include "json_build.h"
#include "tap.h"
#include "tree.h"

#define SERVICE	"/machine/service"

static struct busy_machine machine;
static struct store *store;

/* --- a recording, frame by frame --- */

static void begin(void)
{
	const struct store_keep all = {};

	clear_dir();
	busy_begin(&machine);
	busy_sum(&machine);
	if (store_create(&store, in_dir("recording"), &all))
		abort();
}

static void pass(double seconds)
{
	machine.time.monotonic += seconds * BUSY_SECOND;
	machine.time.boot += seconds * BUSY_SECOND;
	machine.time.wall += seconds * BUSY_SECOND;
}

/* The service waits and reads pages back */
static void wait_for_pages(uint64_t ns, uint64_t refaults)
{
	struct busy_stats *s = &machine.cgroup[BUSY_SERVICE].local;
	const unsigned int cause = HEADROOM_STALL_CAUSE_REFAULT;

	s->refaults += refaults;
	s->evictions += refaults;
	s->stall_total += ns;
	s->stall[cause].total += ns;
	s->stall[cause].count += ns > 0;
	if (ns > s->stall[cause].longest)
		s->stall[cause].longest = ns;
	if (ns)
		busy_record(&s->stall[cause].latency, ns, 8);
	busy_touch(&machine, BUSY_SERVICE);
	busy_sum(&machine);
}

static void append(struct frame *f)
{
	if (store_append(store, f) || store_commit(store))
		abort();
	frame_put(f);
}

/* A frame without tasks in stalls */
static struct frame *frame_now(void)
{
	struct frame *f = busy_frame(&machine);

	f->nr_stalled = 0;
	return f;
}

/* A frame of the first cgroups alone, which is quick */
static struct frame *small_frame(int nr)
{
	static struct busy_attrs attrs[BUSY_NAMED];
	struct headroom_received received[BUSY_NAMED];
	struct frame *f = frame_new();

	f->time = machine.time;
	strcpy(f->boot_id, "boot");
	f->page_size = 4096;
	for (int i = 0; i < nr; i++) {
		busy_put_cgroup(&attrs[i], &machine, i);
		received[i] = (struct headroom_received){
			.path = machine.cgroup[i].path, .data = attrs[i].data, .size = attrs[i].size,
		};
	}
	if (headroom_snapshot_decode(received, nr, &f->snapshot))
		abort();
	f->snapshot->generation = machine.generation;
	for (int i = 0; i < nr; i++)
		frame_add(f, i + 1, machine.cgroup[i].path,
			  headroom_snapshot_find(f->snapshot, i + 1));
	f->nr_stalled = FRAME_NONE;
	if (frame_finish(f))
		abort();
	return f;
}

static struct incident_limits limits = { INCIDENT_ROWS, SIZE_MAX };

/* Write what was begun, and read it */
static struct incident *read_all(void)
{
	struct incident *in;

	store_close(store);
	if (store_open(&store, in_dir("recording")) ||
	    incident_read(store, 0, UINT64_MAX, &limits, &in))
		abort();
	store_close(store);
	return in;
}

static uint64_t value(const struct incident *in, enum incident_column column, size_t row)
{
	return incident_value(in, incident_find(in, SERVICE), column, row);
}

/* --- series --- */

static void test_series(void)
{
	static const enum incident_column refault = INCIDENT_CAUSES + HEADROOM_STALL_CAUSE_REFAULT;
	struct incident *in;

	begin();
	for (int i = 0; i < 4; i++) {
		append(frame_now());
		pass(1);
		wait_for_pages(i == 1 ? 0 : 250000000, 100 + i);
		machine.cgroup[BUSY_SERVICE].current = 4096 * (i + 1);
	}
	append(frame_now());
	in = read_all();
	is_uint(in->nr_rows, 5, "a row for each frame");
	is_uint(in->nr, BUSY_CGROUPS, "each cgroup");
	is_uint(in->time[4] - in->time[0], 4 * BUSY_SECOND, "rows are as far apart as frames");
	is_uint(value(in, INCIDENT_REFAULTS, 0), INCIDENT_UNKNOWN, "nothing is known before the first frame");
	is_uint(value(in, INCIDENT_REFAULTS, 1), 100, "a counter is what it grew by");
	is_uint(value(in, INCIDENT_REFAULTS, 4), 103, "in each row");
	is_uint(value(in, INCIDENT_WAITING, 1), 250000000, "time in stalls");
	is_uint(value(in, refault, 1), 250000000, "by cause");
	is_uint(value(in, refault, 2), 0, "none is 0, not unknown");
	is_uint(value(in, INCIDENT_CAUSES + HEADROOM_STALL_CAUSE_SWAP_IN, 2), 0, "of any cause");
	is_uint(value(in, INCIDENT_CURRENT, 4), 4 * 4096, "a gauge is what it was");
	is_uint(value(in, INCIDENT_MAX, 1), UINT64_MAX, "a limit may be max");
	is_uint(value(in, INCIDENT_ABOVE, 1), 256 << 20, "though that of an ancestor is smaller");
	is_uint(incident_value(in, incident_find(in, "/machine"), INCIDENT_ABOVE, 1), UINT64_MAX,
		"the root limits nothing");
	is_uint(incident_value(in, 0, INCIDENT_CURRENT, 1), INCIDENT_UNKNOWN, "a file that was not recorded is unknown");
	is_uint(in->cgroup[incident_find(in, SERVICE)].total[INCIDENT_REFAULTS], 406, "the sum of the rows");
	is_uint(incident_value(in, 0, INCIDENT_REFAULTS, 1), 100, "the root has its subtree");
	is_uint(incident_own(in, 0, INCIDENT_WAITING), 0, "and waits for nothing itself");
	incident_free(in);
}

/* --- gaps --- */

static void test_gaps(void)
{
	struct incident *in;
	struct frame *f;

	begin();
	for (int i = 0; i < 5; i++) {
		append(frame_now());
		pass(i == 2 ? 60 : 1);
		wait_for_pages(1000000, 10);
	}
	append(frame_now());
	pass(30);
	f = frame_now();
	strcpy(f->boot_id, "another");
	append(f);
	in = read_all();
	is_uint(in->nr_gaps, 2, "a pause and a boot are gaps");
	is_uint(in->nr_rows, 7 + 2, "with a row each");
	is_uint(in->gap[0].row, 3, "behind the last frame before");
	is_text(in->gap[0].why, "there are no frames", "a pause");
	is_text(in->gap[1].why, "the machine was booted", "a boot");
	is_uint(value(in, INCIDENT_REFAULTS, 3), INCIDENT_UNKNOWN, "counters are unknown in a gap");
	is_uint(value(in, INCIDENT_CURRENT, 3), INCIDENT_UNKNOWN, "and so are gauges");
	is_uint(value(in, INCIDENT_REFAULTS, 4), INCIDENT_UNKNOWN, "a counter is unknown at its end");
	ok(value(in, INCIDENT_CURRENT, 4) != INCIDENT_UNKNOWN, "but a gauge is known");
	is_uint(value(in, INCIDENT_REFAULTS, 5), 10, "a counter is known in the next row");
	is_uint(in->cgroup[incident_find(in, SERVICE)].total[INCIDENT_REFAULTS], 40, "what a gap has is not counted");
	ok(in->time[3] > in->time[2] && in->time[4] > in->time[3], "rows ascend");
	incident_free(in);
}

static void test_unknown(void)
{
	struct incident *in;
	struct frame *f;

	begin();
	append(frame_now());
	for (int i = 0; i < 4; i++) {
		pass(1);
		wait_for_pages(1000000, 10);
		f = frame_now();
		if (i == 1) {
			headroom_snapshot_free(f->snapshot);
			f->snapshot = NULL;
			f->module_error = -ETIMEDOUT;
			for (size_t c = 0; c < f->nr; c++)
				f->cgroup[c].stats = NULL;
		}
		f->stalls_off = i == 3;
		append(f);
	}
	in = read_all();
	is_uint(in->without_module, 1, "a frame without the module");
	is_uint(value(in, INCIDENT_REFAULTS, 2), INCIDENT_UNKNOWN, "has no counters");
	ok(value(in, INCIDENT_CURRENT, 2) != INCIDENT_UNKNOWN, "but gauges");
	is_uint(value(in, INCIDENT_REFAULTS, 3), INCIDENT_UNKNOWN, "nor can the next one be compared with it");
	is_uint(value(in, INCIDENT_REFAULTS, 4), 10, "the one behind it can");
	is_uint(value(in, INCIDENT_WAITING, 4), INCIDENT_UNKNOWN, "stalls that were not tracked are unknown");
	is_uint(value(in, INCIDENT_CAUSES + HEADROOM_STALL_CAUSE_REFAULT, 4), INCIDENT_UNKNOWN, "of each cause");
	incident_free(in);
}

/* A clock that is set does not distort durations */
static void test_clock(void)
{
	struct incident *in;

	begin();
	append(frame_now());
	pass(1);
	machine.time.wall -= 5000 * BUSY_SECOND;
	wait_for_pages(0, 1);
	append(frame_now());
	in = read_all();
	is_uint(in->time[1] - in->time[0], BUSY_SECOND, "rows follow the clock that is not set");
	incident_free(in);
}

/* --- rows of several frames --- */

static void test_merged(void)
{
	const unsigned int frames = INCIDENT_ROWS * 2 + 1;
	struct incident *in;
	uint64_t sum = 0;

	begin();
	for (unsigned int i = 0; i < frames; i++) {
		if (i)
			wait_for_pages(0, 1);
		append(small_frame(BUSY_NAMED));
		pass(1);
	}
	in = read_all();
	is_uint(in->per_row, 3, "as many frames a row as needed");
	ok(in->nr_rows <= INCIDENT_ROWS + 2, "there are not more rows");
	for (size_t row = 1; row < in->nr_rows; row++)
		sum += value(in, INCIDENT_REFAULTS, row);
	is_uint(sum, frames - 1, "and nothing is missing");
	is_uint(value(in, INCIDENT_REFAULTS, 1), 3, "a row has the sum of its frames");
	is_uint(in->time[2] - in->time[1], 3 * BUSY_SECOND, "and their time");
	incident_free(in);
	begin();
	for (unsigned int i = 0; i < 100; i++) {
		append(small_frame(BUSY_NAMED));
		pass(1);
	}
	limits.values = 20 * BUSY_NAMED;
	in = read_all();
	is_uint(in->per_row, 6, "many cgroups have fewer rows");
	ok(in->nr_rows <= 20, "as many as the limit on values allows");
	incident_free(in);
	limits.values = SIZE_MAX;
}

/* --- evictors --- */

static uint64_t flow(const struct incident *in, const char *victim, const char *evictor)
{
	uint64_t pages = 0;

	for (size_t i = 0; i < in->nr_flows; i++)
		if (in->flow[i].victim == incident_find(in, victim) &&
		    in->flow[i].evictor == incident_find(in, evictor))
			pages += in->flow[i].evictions;
	return pages;
}

/* A frame in which the service has one evictor */
static void append_evicted(uint64_t evictor, uint64_t pages)
{
	struct frame *f = frame_now();
	struct headroom_victim *victim = &f->blame->victim[1];

	victim->nr = 1;
	victim->evictor[0] = (struct headroom_evictor){
		.id = evictor, .reason = HEADROOM_REASON_ANCESTOR_LIMIT, .evictions = pages,
		.refaults = pages / 2,
	};
	append(f);
	pass(1);
}

static void test_evictors(void)
{
	struct incident *in;

	begin();
	append_evicted(BUSY_BACKUP + 1, 100);
	append_evicted(BUSY_BACKUP + 1, 150);
	/* the backup was removed, and the slice has its entry */
	append_evicted(BUSY_SLICE + 1, 160);
	append_evicted(BUSY_SLICE + 1, 163);
	/* no cgroup of the recording */
	append_evicted(4711, 170);
	in = read_all();
	ok(in->blame_known, "evictors are known");
	is_uint(flow(in, SERVICE, "/machine/backup"), 50, "what an evictor took between two frames");
	is_uint(flow(in, SERVICE, "/machine"), 13, "what a removed one leaves is not counted again");
	is_uint(flow(in, SERVICE, "/none"), 7, "an unknown evictor");
	incident_free(in);
}

/* A frame of the slice and what is in it, in which the backup has evicted pages from one cgroup */
static void append_victim(int nr, int victim, uint64_t pages)
{
	struct headroom_blame *blame = calloc(1, sizeof(*blame));
	struct frame *f = small_frame(nr);

	f->blame = blame;
	blame->nr = 1;
	blame->victim = calloc(1, sizeof(*blame->victim));
	blame->victim->id = victim + 1;
	blame->victim->nr = 1;
	blame->victim->evictor = calloc(1, sizeof(*blame->victim->evictor));
	*blame->victim->evictor = (struct headroom_evictor){
		.id = BUSY_BACKUP + 1, .reason = HEADROOM_REASON_KSWAPD, .evictions = pages,
	};
	append(f);
	pass(1);
}

static void test_removed_victim(void)
{
	struct incident *in;

	begin();
	append_victim(BUSY_SERVICE + 1, BUSY_SERVICE, 100);
	append_victim(BUSY_SERVICE + 1, BUSY_SERVICE, 150);
	/* the service was removed, and the slice has what was evicted from it */
	append_victim(BUSY_SERVICE, BUSY_SLICE, 155);
	append_victim(BUSY_SERVICE, BUSY_SLICE, 158);
	in = read_all();
	is_uint(flow(in, SERVICE, "/machine/backup"), 50, "what was evicted from a cgroup before it was removed");
	is_uint(flow(in, "/machine", "/machine/backup"), 8, "is not counted again for its parent");
	incident_free(in);
}

/* --- slow stalls --- */

/* A frame in which a task waits */
static struct frame *frame_with_task(void)
{
	struct frame *f = frame_now();

	f->nr_stalled = 1;
	f->stalled[0] = (struct headroom_stalled){
		.pid = 77, .cgroup = BUSY_SERVICE + 1, .time = 40000000,
		.cause = HEADROOM_STALL_CAUSE_REFAULT,
	};
	return f;
}

static void test_stalls(void)
{
	const struct incident_stall *stall[INCIDENT_STALLS];
	struct incident *in;

	begin();
	append(frame_now());
	for (int i = 0; i < 3; i++) {
		pass(1);
		/* the longest so far, a shorter one, and one that is still longer */
		wait_for_pages(i == 0 ? 5000000 : i == 1 ? 3000000 : 80000000, 1);
		append(i == 1 ? frame_with_task() : frame_now());
	}
	in = read_all();
	is_uint(incident_slowest(in, INCIDENT_NONE, stall), 3, "the slowest stall of each interval");
	is_uint(stall[0]->low, 80000000, "the slowest one first");
	is_uint(stall[0]->high, 80000000, "exactly, if no other was longer before");
	is_uint(stall[0]->pid, 77, "with the task that was in it");
	is_uint(stall[0]->row, 3, "and when");
	is_uint(stall[1]->low, 5000000, "then the next");
	ok(stall[2]->low <= 3000000 && stall[2]->high >= 3000000 && stall[2]->high < 5000000,
	   "or a range that it is in");
	is_uint(in->cgroup[stall[0]->cgroup].longest, 80000000, "the longest of the cgroup");
	is_uint(incident_slowest(in, incident_find(in, "/system.slice"), stall), 0, "of a subtree");
	for (int i = 0; i < 10; i++)
		incident_add_stall(in, &(struct incident_stall){ .high = 90000000 + i });
	is_uint(incident_slowest(in, INCIDENT_NONE, stall), 3 + INCIDENT_STALLS_ALIKE, "not all of one kind");
	is_uint(stall[0]->high, 90000009, "but the slowest");
	incident_free(in);
}

/* --- episodes --- */

static void busy_for(unsigned int seconds, uint64_t ns)
{
	while (seconds--) {
		pass(1);
		wait_for_pages(ns, 1);
		append(frame_now());
	}
}

static const char *about(const struct incident_summary *s, const char *what)
{
	for (size_t i = 0; i < s->nr; i++)
		if (!strcmp(s->sentence[i].about, what))
			return s->sentence[i].text;
	return "";
}

static void test_episodes(void)
{
	struct incident_summary s;
	struct incident *in;
	struct frame *f;

	begin();
	append(frame_now());
	busy_for(30, 200000000);
	busy_for(10, 0);
	busy_for(30, 200000000);
	busy_for(40, 0);
	busy_for(20, 100000000);
	pass(1);
	f = frame_now();
	store_append(store, f);
	story_decide(store, BUSY_SYSTEM, "r", "deed", "/system.slice", "rule r: kills it");
	store_commit(store);
	frame_put(f);
	in = read_all();
	is_int(incident_summarize(in, INCIDENT_NONE, &s), 0, "a summary of episodes");
	is_text(about(&s, "waits"), "From 14:13:20 to 14:14:30, /machine/service waited for memory 17.1 % of the time: 100 % of it in refault. It waited 1 more time, for less time in sum.",
		"a short pause belongs to an episode, a long one ends it");
	is_text(about(&s, "actions"), "At 14:15:31 Headroom acted: rule r: kills it.",
		"what was done to a cgroup that did not wait");
	is_text(about(&s, "effect"), "", "without an effect on its waits");
	incident_summary_free(&s);
	incident_free(in);
}

/* Stalls are counted when they end */
static void test_long_stall(void)
{
	struct incident_summary s;
	struct incident *in;

	begin();
	append(frame_now());
	busy_for(30, 0);
	busy_for(1, 20 * BUSY_SECOND);
	busy_for(20, 0);
	in = read_all();
	incident_summarize(in, INCIDENT_NONE, &s);
	is_text(about(&s, "waits"), "From 14:13:31 to 14:13:51, /machine/service waited for memory 100 % of the time: 100 % of it in refault.",
		"a long stall began before the row that counts it");
	incident_summary_free(&s);
	incident_free(in);
}

/* --- a story --- */

static struct incident *read_story(unsigned int length)
{
	const struct story_part all = { 1, length, false };

	clear_dir();
	story_write(in_dir("recording"), length, &all);
	if (store_open(&store, in_dir("recording")))
		abort();
	return read_all();
}

static bool begins(const char *text, const char *with)
{
	return !strncmp(text, with, strlen(with));
}

static void test_summary(const struct incident *in)
{
	struct incident_summary s;

	is_int(incident_summarize(in, INCIDENT_NONE, &s), 0, "a summary");
	for (size_t i = 0; i < s.nr; i++)
		printf("# %s: %s\n", s.sentence[i].about, s.sentence[i].text);
	ok(begins(about(&s, "time"), "On 2026-09-21 from 14:13:21 to 14:28:20, in 14 min 59 s, 201 cgroups"),
	   "says what was recorded");
	ok(begins(about(&s, "waits"), "From 14:15:5") &&
	   strstr(about(&s, "waits"), ", /machine/service waited for memory ") &&
	   strstr(about(&s, "waits"), " % of it in refault, "), "who waited, and for what");
	ok(strstr(about(&s, "evictors"), "the evictors were /machine/backup 9") &&
	   strstr(about(&s, "evictors"), " (ancestor limit)"), "who took its pages, and why");
	ok(begins(about(&s, "actions"), "At 14:17:05 Headroom acted: rule shield-service: raised memory.low of /machine/service from 0 to 160.0 MiB: "),
	   "what Headroom did");
	ok(strstr(about(&s, "actions"), " It acted on this cgroup 1 more time."), "and how often");
	ok(begins(about(&s, "effect"), "In the 1 min 0 s before, it waited ") &&
	   strstr(about(&s, "effect"), "; from 14:18:05 to 14:19:05, it waited "), "what came of it");
	ok(begins(about(&s, "memory"), "With ") && strstr(about(&s, "memory"), "95 % interval"),
	   "what more memory would have saved");
	is_text(about(&s, "unknown"), "Nothing is known of 1 gap: 14:20:49 to 14:21:35, there are no frames.",
		"what is unknown");
	is_uint(s.sentence[1].cgroup, incident_find(in, SERVICE), "of which cgroup");
	ok(s.sentence[1].from > in->time[0] && s.sentence[1].to > s.sentence[1].from, "and when");
	incident_summary_free(&s);
}

static void test_selection(const struct incident *in)
{
	struct incident_selection s;
	size_t service = incident_find(in, SERVICE);

	is_int(incident_select(in, INCIDENT_NONE, &s), 0, "a selection");
	ok(s.nr <= INCIDENT_SHOWN + 4, "a few cgroups are shown");
	is_uint(s.nr + s.left_out, in->nr, "the others are left out");
	ok(s.number[service] != INCIDENT_NONE && s.number[0] == 0, "the busy ones and those above are shown");
	is_uint(s.shown[s.number[service]], service, "by number");
	incident_selection_free(&s);
	is_int(incident_select(in, incident_find(in, "/machine"), &s), 0, "a subtree");
	is_uint(s.nr, 4, "with what is above it");
	is_uint(s.left_out, 0, "and nothing else");
	incident_selection_free(&s);
}

static struct json_object *member(struct json_object *object, const char *key)
{
	struct json_object *value = NULL;

	json_object_object_get_ex(object, key, &value);
	return value;
}

/* Whether a path in JSON is a hostile one, with U+FFFD for what is not UTF-8 */
static bool is_hostile(const char *path)
{
	bool found = strstr(path, "/invalid\xef\xbf\xbd\xef\xbf\xbd.service");

	for (size_t h = 0; h < HOSTILE; h++)
		found |= !strcmp(path, hostile_names[h]);
	return found;
}

/* Names can do nothing in the page */
static void test_page(const struct incident *in)
{
	struct json_object *json = incident_json(in, INCIDENT_NONE, "a</script>"), *back, *cgroups;
	const char *text = json_text(json), *data, *end;
	size_t hostile = 0, size;
	char *page = NULL, *copy;
	FILE *out = open_memstream(&page, &size);

	ok(text, "JSON");
	incident_page_write(out, text);
	fclose(out);
	data = strstr(page, "id=\"data\">") + strlen("id=\"data\">");
	end = strstr(data, "</script>");
	copy = strndup(data, end - data);
	ok(!strchr(copy, '<'), "no tag is in the data");
	back = json_tokener_parse(copy);
	is_text(json_object_get_string(member(back, "recording")), "a</script>", "but text is the same");
	cgroups = member(back, "cgroups");
	for (size_t i = 0; i < json_object_array_length(cgroups); i++) {
		const char *path = json_object_get_string(member(json_object_array_get_idx(cgroups, i), "path"));
		const char *name = json_object_get_string(member(json_object_array_get_idx(cgroups, i), "name"));

		hostile += is_hostile(path);
		if (strpbrk(name, "\n\t") || strstr(name, "\xe2\x80\xa8"))
			ok(false, "%s can be shown", name);
	}
	is_uint(hostile, HOSTILE, "hostile names are in it");
	ok(strstr(page, "gr\xc3\xbc\xc3\x9f" "e") && !strstr(page, "gr\\\\xc3"), "and names in other languages can be read");
	ok(strstr(page, "var uPlot") && strstr(page, "--paper") && strstr(page, "prepareData"),
	   "the page has all parts");
	ok(!strstr(page, "src=\"") && !strstr(page, "href=\""), "and refers to no other file");
	json_object_put(back);
	json_object_put(json);
	free(copy);
	free(page);
}

static void test_json(const struct incident *in)
{
	struct json_object *json = incident_json(in, INCIDENT_NONE, "r"), *cgroup, *series, *low, *flow;
	struct incident_selection s;
	size_t service = incident_find(in, SERVICE);
	const char *refaults;
	char *want = NULL, *at;
	size_t size;
	FILE *out = open_memstream(&want, &size);

	incident_select(in, INCIDENT_NONE, &s);
	cgroup = json_object_array_get_idx(member(json, "cgroups"), s.number[service]);
	is_text(json_object_get_string(member(cgroup, "path")), SERVICE, "cgroups are by number");
	series = member(cgroup, "series");
	for (size_t row = 0; row < in->nr_rows; row++) {
		fputc(row ? ',' : '[', out);
		if (incident_value(in, service, INCIDENT_REFAULTS, row) == INCIDENT_UNKNOWN)
			fputs("null", out);
		else
			fprintf(out, "%" PRIu64, incident_value(in, service, INCIDENT_REFAULTS, row));
	}
	fclose(out);
	refaults = json_object_to_json_string_ext(member(series, "refaults"), JSON_C_TO_STRING_PLAIN);
	at = strstr(refaults, want);
	ok(at, "a series has the value of each row");
	low = member(series, "low");
	ok(strstr(json_object_to_json_string_ext(low, JSON_C_TO_STRING_PLAIN), "[[0,0],[225,167772160],"),
	   "a limit has its changes");
	flow = json_object_array_get_idx(member(json, "flows"), 0);
	ok(member(flow, "victim") && json_object_get_int64(member(flow, "evictions")) > 0, "flows");
	is_uint(json_object_array_length(member(json, "decisions")), 4, "decisions");
	incident_selection_free(&s);
	free(want);
	json_object_put(json);
}

static void test_public(void)
{
	static const struct store_decision decisions[] = {
		{ "r", SERVICE, BUSY_SERVICE + 1, "deed", "rule r: kills " SERVICE },
		{ "r", SERVICE, BUSY_SERVICE + 1, "outcome", "rule r: killed 1 process of " SERVICE ": 4711" },
		{ NULL, NULL, 0, "of another version", "4711" },
	};
	struct incident *in;
	struct json_object *json;
	const char *text;
	struct frame *f;

	begin();
	append(frame_with_task());
	pass(1);
	wait_for_pages(30000000, 5);
	f = frame_now();
	if (store_append(store, f))
		abort();
	for (size_t i = 0; i < sizeof(decisions) / sizeof(decisions[0]); i++)
		store_decide(store, &decisions[i]);
	frame_put(f);
	in = read_all();
	is_uint(in->nr_decisions, 3, "decisions of each kind are read");
	is_int(incident_make_public(in), 0, "an incident is made public");
	json = incident_json(in, INCIDENT_NONE, "r");
	text = json_text(json);
	ok(strstr(text, "\"pid\""), "a stall is listed");
	ok(!strstr(text, "4711") && !strstr(text, "\"pid\":77"), "it has no pids");
	ok(strstr(text, "rule r: kills "), "and what was done");
	ok(strstr(text, "rule r: the log of headroomd has what came of it"), "what came of it is elsewhere");
	json_object_put(json);
	incident_free(in);
}

static void test_empty(void)
{
	struct incident *in;

	begin();
	append(frame_now());
	store_close(store);
	if (store_open(&store, in_dir("recording")))
		abort();
	is_int(incident_read(store, 0, UINT64_MAX, &limits, &in), -ENODATA, "one frame is too few");
	ok(!in, "and there is no incident");
	store_close(store);
}

int main(void)
{
	struct incident *story;

	setenv("TZ", "UTC", 1);
	make_dir();
	test_series();
	test_gaps();
	test_unknown();
	test_clock();
	test_merged();
	test_stalls();
	test_episodes();
	test_long_stall();
	test_evictors();
	test_removed_victim();
	test_public();
	test_empty();
	story = read_story(900);
	test_summary(story);
	test_selection(story);
	test_page(story);
	test_json(story);
	incident_free(story);
	remove_dir();
	return tap_done();
}
