// SPDX-License-Identifier: GPL-2.0
/* Write the parts of sentences */

#include <inttypes.h>
#include <stdlib.h>

#include "why_write.h"

struct text why_percent(double share)
{
	struct text text;

	if (share > 0 && share < WHY_LEAST_SHARE)
		return (struct text){ "<1 %" };
	snprintf(text.s, sizeof(text.s), "%.0f %%", 100 * share);
	return text;
}

void why_write_name(struct writer *w, const char *path, uint64_t id)
{
	char *name;

	if (!path) {
		fprintf(w->out, "the removed cgroup %" PRIu64, id);
		return;
	}
	name = text_name(path);
	w->failed |= !name;
	fputs(name ? name : "", w->out);
	free(name);
}

void why_write_separator(struct writer *w, size_t item)
{
	fputs(item ? ", " : ": ", w->out);
}
