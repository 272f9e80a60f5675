// SPDX-License-Identifier: GPL-2.0
/* Marks: which cgroups are to be acted on first, last or never */
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "field.h"
#include "mark.h"

/* Whether a text has a line "PREFIX.NAME" */
static bool has_line(const char *text, const char *prefix, const char *name)
{
	char line[64];
	size_t length = snprintf(line, sizeof(line), "%s.%s", prefix, name);

	for (; text; text = field_next_line(text))
		if (!strncmp(text, line, length) && (!text[length] || text[length] == '\n'))
			return true;
	return false;
}

static bool read_owner(const struct frame *frame, size_t cgroup, uint64_t *owner)
{
	return field_key(frame_text(frame, cgroup, FRAME_MARKS), "owner", owner);
}

/* Whether a cgroup is owned by root, or by the owner of another */
static bool owner_may(const struct frame *frame, size_t cgroup, size_t other)
{
	uint64_t owner, others;

	return read_owner(frame, cgroup, &owner) &&
	       (!owner || (read_owner(frame, other, &others) && owner == others));
}

static enum mark read_mark(const struct frame *frame, size_t cgroup, bool owner)
{
	static const struct {
		const char *name;
		enum mark mark;
	} marks[] = {
		{ "oomd_omit", MARK_OMIT }, { "oomd_prefer", MARK_PREFER },
		{ "oomd_avoid", MARK_AVOID },
	};
	const char *text = frame_text(frame, cgroup, FRAME_MARKS);

	if (!text)
		return MARK_UNKNOWN;
	for (size_t i = 0; i < sizeof(marks) / sizeof(marks[0]); i++)
		if (has_line(text, "trusted", marks[i].name) ||
		    (owner && has_line(text, "user", marks[i].name)))
			return marks[i].mark;
	return MARK_NONE;
}

enum mark mark_of(const struct frame *frame, size_t cgroup, size_t top)
{
	bool below = cgroup > top && cgroup < frame->cgroup[top].end;

	/* One that is elsewhere has nothing but root in common with the rule's */
	return read_mark(frame, cgroup, owner_may(frame, cgroup, below ? top : 0));
}

enum mark mark_beside(const struct frame *frame, size_t cgroup, size_t victim)
{
	return read_mark(frame, cgroup, owner_may(frame, cgroup, victim));
}
