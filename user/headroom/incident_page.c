// SPDX-License-Identifier: GPL-2.0
/*
 * The page that shows an incident
 *
 * page/page.html is the frame. Each line "<!-- PART -->" in it stands for a part: a file of page/, which the
 * program contains (page_files.S), or the data. The data is JSON in a script element, where the
 * parser of HTML looks for "</script" and "<!--": so "<" is written as "\u003c", which can only be in a
 * string.
 */
#include <string.h>

#include "incident_page.h"
#include "page_files.h"

static const struct {
	const char *marker;
	const char *text;
} parts[] = {
	{ "<!-- uplot.css -->", page_uplot_css }, { "<!-- page.css -->", page_css },
	{ "<!-- uplot.js -->", page_uplot_js }, { "<!-- page.js -->", page_js },
};

static void write_json(FILE *out, const char *json)
{
	size_t len;

	for (; json && *json; json += len) {
		len = strcspn(json, "<");
		fwrite(json, 1, len, out);
		if (json[len] == '<') {
			fputs("\\u003c", out);
			len++;
		}
	}
}

static void write_part(FILE *out, const char *marker, size_t len, const char *json)
{
	if (!strncmp(marker, "<!-- data -->", len)) {
		write_json(out, json);
		return;
	}
	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++)
		if (strlen(parts[i].marker) == len && !strncmp(marker, parts[i].marker, len))
			fputs(parts[i].text, out);
}

void incident_page_write(FILE *out, const char *json)
{
	const char *rest = page_html, *marker, *end;

	while ((marker = strstr(rest, "<!-- ")) != NULL) {
		fwrite(rest, 1, marker - rest, out);
		end = strstr(marker, "-->") + 3;
		write_part(out, marker, end - marker, json);
		rest = end;
	}
	fputs(rest, out);
}
