// SPDX-License-Identifier: GPL-2.0
/*
 * Fuzz conditions: parse a text, evaluate what was accepted, and print it
 *
 * The frames have a cgroup with files, without them, and across a gap. The first byte of the input
 * chooses the size of the buffer that is printed to.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "condition.h"
#include "frame.h"
#include "fuzz.h"
#include "losses.h"

static void set_texts(struct frame *frame, size_t cgroup)
{
	static const char *const texts[FRAME_FILES] = {
		[FRAME_MEMORY_CURRENT] = "4096\n", [FRAME_MEMORY_LOW] = "0\n",
		[FRAME_MEMORY_HIGH] = "max\n", [FRAME_MEMORY_MAX] = "8192\n",
		[FRAME_MEMORY_EVENTS] = "low 1\nhigh 2\nmax 3\noom 4\noom_kill 5\n",
		[FRAME_MEMORY_STAT] = "anon 1\nfile 2\nshmem 3\n",
		[FRAME_MEMORY_PRESSURE] = "some avg10=1.00 avg60=2.00 avg300=3.00 total=4\n",
		[FRAME_PIDS_CURRENT] = "5\n",
	};

	for (int i = 0; i < FRAME_FILES; i++)
		if (texts[i] && frame_set_text(frame, cgroup, i, texts[i], strlen(texts[i])))
			abort();
}

static struct frame *make_frame(double seconds)
{
	static const char meminfo[] = "MemTotal: 100 kB\nMemAvailable: 10 kB\n"
				      "SwapTotal: 100 kB\nSwapFree: 0 kB\n";
	struct frame *frame = frame_new();

	if (!frame || frame_add(frame, 1, "/", NULL) || frame_add(frame, 2, "/a", NULL) != 1 ||
	    frame_add(frame, 3, "/b", NULL) != 2)
		abort();
	frame->time.monotonic = seconds * 1e9;
	frame->module_error = -1;
	set_texts(frame, 1);
	if (frame_set_host_text(frame, FRAME_MEMINFO, meminfo, strlen(meminfo)) ||
	    frame_finish(frame))
		abort();
	return frame;
}

/* Each part is before its whole, and each text of a part is in the text */
static void check(const struct condition *c)
{
	size_t length = strlen(c->text);

	if (!c->nr)
		abort();
	for (size_t i = 0; i < c->nr; i++) {
		const struct condition_node *node = &c->node[i];

		if (node->text + node->length > length || !node->length)
			abort();
		if (node->type == CONDITION_COMPARE ? !node->signal : node->left >= i)
			abort();
		if ((node->type == CONDITION_AND || node->type == CONDITION_OR) &&
		    node->right >= i)
			abort();
		if (node->type == CONDITION_FOR && !node->duration)
			abort();
	}
}

static void evaluate(const struct condition *c, size_t cgroup, size_t size)
{
	struct frame *frames[] = { make_frame(100), make_frame(101), make_frame(200) };
	struct condition_state *state = calloc(c->nr, sizeof(*state));
	char *text = malloc(size);

	if (!state || !text)
		abort();
	for (int i = 0; i < 3; i++) {
		struct losses losses = {};
		const struct view view = {
			.now = frames[i], .losses = &losses, .before = i == 1 ? frames[0] : NULL, .cgroup = cgroup,
			.cgroup_before = i == 1 ? cgroup : FRAME_NONE,
			.seconds = i == 1 ? 1 : 0, .seen = 100000000000,
		};

		condition_evaluate(c, &view, state);
		losses_clear(&losses);
		condition_print(text, size, c, state);
		if (strlen(text) >= size)
			abort();
	}
	for (int i = 0; i < 3; i++)
		frame_put(frames[i]);
	free(state);
	free(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = strndup(size ? (const char *)data + 1 : "", size ? size - 1 : 0);
	struct condition_error error = { .column = SIZE_MAX };
	struct frame_wish wish = {};
	struct condition c;

	if (!text)
		abort();
	if (condition_parse(text, &c, &error)) {
		if (error.column > strlen(text) || !*error.message)
			abort();
	} else {
		check(&c);
		condition_wish(&c, &wish);
		evaluate(&c, 1, 1 + data[0]);
		evaluate(&c, 2, 1000);
	}
	condition_free(&c);
	free(text);
	return 0;
}
