// SPDX-License-Identifier: GPL-2.0
/* Choose the format that a client prefers: see metrics_accept.h */

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "metrics_accept.h"

/* A part of the header, without the blanks around it */
struct part {
	const char *at;
	size_t len;
};

/* The next part up to a separator; *@from moves behind it */
static struct part next(struct part *from, char separator)
{
	const char *end = memchr(from->at, separator, from->len);
	struct part part = { from->at, end ? (size_t)(end - from->at) : from->len };
	size_t used = part.len + (end ? 1 : 0);

	from->at += used;
	from->len -= used;
	while (part.len && strchr(" \t", *part.at)) {
		part.at++;
		part.len--;
	}
	while (part.len && strchr(" \t", part.at[part.len - 1]))
		part.len--;
	return part;
}

static bool is(struct part part, const char *text)
{
	return part.len == strlen(text) && !strncasecmp(part.at, text, part.len);
}

static bool begins(struct part part, const char *text)
{
	return part.len >= strlen(text) && !strncasecmp(part.at, text, strlen(text));
}

/* "q=0.5": strtod() would read behind the part only if that were digits, which it is not */
static double weight(struct part part)
{
	double q = strtod(part.at + 2, NULL);

	return q >= 0 && q <= 1 ? q : 0;
}

/* The weights of both formats so far */
struct weights {
	double open;
	double text;
};

/* "application/openmetrics-text; version=1.0.0; q=0.5" */
static void weigh(struct part range, struct weights *weights)
{
	struct part type = next(&range, ';'), parameter;
	bool known = true;
	double q = 1;

	while (range.len) {
		parameter = next(&range, ';');
		if (begins(parameter, "q="))
			q = weight(parameter);
		else if (begins(parameter, "version="))
			known = is(parameter, "version=1.0.0") || is(parameter, "version=0.0.1") ||
				is(parameter, "version=0.0.4");
	}
	if (!known)
		return;
	if (is(type, "application/openmetrics-text") && q > weights->open)
		weights->open = q;
	else if ((is(type, "text/plain") || is(type, "text/*") || is(type, "*/*")) &&
		 q > weights->text)
		weights->text = q;
}

enum exposition_format metrics_accept(const char *accept)
{
	struct part rest = { accept, accept ? strlen(accept) : 0 };
	struct weights weights = { 0 };

	while (rest.len)
		weigh(next(&rest, ','), &weights);
	return weights.open > 0 && weights.open >= weights.text ? EXPOSITION_OPENMETRICS :
	       EXPOSITION_PROMETHEUS;
}
