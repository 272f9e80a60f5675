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

/* Whether the owner of a cgroup may mark it: see mark.h */
static bool owner_may(const struct frame *frame, size_t cgroup, size_t top)
{
	uint64_t owner, owner_of_top;

	if (!field_key(frame_text(frame, cgroup, FRAME_MARKS), "owner", &owner))
		return false;
	if (!owner)
		return true;
	return cgroup > top && cgroup < frame->cgroup[top].end &&
	       field_key(frame_text(frame, top, FRAME_MARKS), "owner", &owner_of_top) &&
	       owner == owner_of_top;
}

enum mark mark_of(const struct frame *frame, size_t cgroup, size_t top)
{
	static const struct {
		const char *name;
		enum mark mark;
	} marks[] = {
		{ "oomd_omit", MARK_OMIT }, { "oomd_prefer", MARK_PREFER },
		{ "oomd_avoid", MARK_AVOID },
	};
	const char *text = frame_text(frame, cgroup, FRAME_MARKS);
	bool owner = owner_may(frame, cgroup, top);

	if (!text)
		return MARK_UNKNOWN;
	for (size_t i = 0; i < sizeof(marks) / sizeof(marks[0]); i++)
		if (has_line(text, "trusted", marks[i].name) ||
		    (owner && has_line(text, "user", marks[i].name)))
			return marks[i].mark;
	return MARK_NONE;
}
