// SPDX-License-Identifier: GPL-2.0
/* Print what 'headroom top' shows, as lines */

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "top_print.h"

/* Print a line and free it */
static int print_line(char *line)
{
	if (!line)
		return -ENOMEM;
	puts(line);
	free(line);
	return 0;
}

int top_print(const struct rows *rows, const struct row_layout *layout, const char *state)
{
	int err;

	puts(state);
	err = print_line(row_line_heading(layout));
	for (size_t i = 0; !err && i < rows->nr; i++)
		err = print_line(row_line(rows->row[i], layout));
	return err;
}
