// SPDX-License-Identifier: GPL-2.0
/* Print what 'headroom top' shows, as lines */

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "top_line.h"
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

int top_print(const struct top_model *model, const char *state, size_t width)
{
	int err;

	puts(state);
	err = print_line(top_line_heading(width));
	for (size_t i = 0; !err && i < model->nr; i++)
		err = print_line(top_line_row(model->row[i], width));
	return err;
}
