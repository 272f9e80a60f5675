// SPDX-License-Identifier: GPL-2.0
/* What the parts of the configuration's parser share: errors with their place, and blanks */
#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "config_parser.h"

void wrong(struct parser *p, const char *at, const char *format, ...)
{
	char *message, *text = NULL;
	va_list args;
	int n;

	va_start(args, format);
	n = vasprintf(&message, format, args);
	va_end(args);
	if (n < 0)
		message = NULL;
	if (message && at)
		n = asprintf(&text, "%s:%u:%zu: %s", p->path, p->line, at - p->begin + 1, message);
	else if (message && p->line)
		n = asprintf(&text, "%s:%u: %s", p->path, p->line, message);
	else if (message)
		n = asprintf(&text, "%s: %s", p->path, message);
	free(message);
	if (config_errors_add(p->errors, n < 0 ? NULL : text))
		p->out_of_memory = true;
}

char *trim(char *text)
{
	char *end = text + strlen(text);

	while (end > text && isspace((unsigned char)end[-1]))
		end--;
	*end = '\0';
	while (isspace((unsigned char)*text))
		text++;
	return text;
}
