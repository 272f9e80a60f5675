// SPDX-License-Identifier: GPL-2.0
/* Sum up in one line what 'headroom top' shows */

#include <stdio.h>
#include <stdlib.h>

#include "text.h"
#include "top_state.h"

char *top_state(const struct rows *rows, const char *when)
{
	char *filter = text_name(rows->filter), *line;

	if (!filter)
		return NULL;
	if (asprintf(&line, "headroom: %zu of %zu cgroups, by %s%s, %s%s%s%s%s", rows->nr,
		     rows->nr_all, column_name(rows->order), rows->reversed ? " reversed" : "", when,
		     rows->tree ? ", tree" : "", rows->hide_idle ? ", busy ones" : "",
		     *filter ? ", filter " : "", filter) < 0)
		line = NULL;
	free(filter);
	return line;
}
