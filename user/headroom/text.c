// SPDX-License-Identifier: GPL-2.0
/* Format numbers and names as text for people */

#include <errno.h>
#include <inttypes.h>
#include <langinfo.h>
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "text.h"
#include "utf8.h"

struct text text_number(double number)
{
	struct text text;

	if (number > 0 && number < 0.05)
		return (struct text){ "<0.1" };
	snprintf(text.s, sizeof(text.s), number > 0 && number < 99.95 ? "%.1f" : "%.0f", number);
	return text;
}

struct text text_extra(const struct headroom_extra *extra, uint32_t page_size)
{
	struct text text, low = quantity_bytes(extra->low * page_size);
	char *point = strchr(low.s, '.');

	if (extra->high <= 0)
		return (struct text){ "-" };
	if (isfinite(extra->high))
		return quantity_bytes(extra->value * page_size);
	/* ">1000.5 MiB" has 11 characters */
	if (point > low.s + 3)
		memmove(point, point + 2, strlen(point + 2) + 1);
	snprintf(text.s, sizeof(text.s), ">%.30s", low.s);
	return text;
}

struct text text_file_bytes(double bytes)
{
	if (isnan(bytes))
		return (struct text){ "-" };
	return isinf(bytes) ? (struct text){ "max" } : quantity_bytes(bytes);
}

struct text text_words(const char *name)
{
	struct text words;

	snprintf(words.s, sizeof(words.s), "%s", name);
	for (char *c = words.s; *c; c++)
		if (*c == '_')
			*c = ' ';
	return words;
}

static bool in_utf8(void)
{
	return strcmp(nl_langinfo(CODESET), "UTF-8") == 0;
}

/* Whether a character breaks a line, or changes the direction of those behind it */
static bool moves_text(const unsigned char *byte, size_t len)
{
	/* U+200E, U+200F, U+2028 to U+202E, U+2066 to U+2069 */
	return len == 3 && byte[0] == 0xe2 &&
	       ((byte[1] == 0x80 && (byte[2] == 0x8e || byte[2] == 0x8f ||
				     (byte[2] >= 0xa8 && byte[2] <= 0xae))) ||
		(byte[1] == 0x81 && byte[2] >= 0xa6 && byte[2] <= 0xa9));
}

/* Length of the first character if it is printable, else 0 */
static size_t printable(const char *name, bool utf8)
{
	const unsigned char *byte = (const unsigned char *)name;
	size_t len = utf8_sequence(name);

	if (len == 1)
		return byte[0] >= 0x20 && byte[0] != 0x7f;
	/* U+0080 to U+009F are control characters */
	if (!len || !utf8 || (byte[0] == 0xc2 && byte[1] < 0xa0) || moves_text(byte, len))
		return 0;
	return len;
}

static char *escape(const char *name, bool utf8)
{
	/* at worst each byte becomes "\xNN" */
	char *copy = malloc(4 * strlen(name) + 1), *to = copy;
	size_t len;

	if (!copy)
		return NULL;
	for (; *name; name += len) {
		len = printable(name, utf8);
		if (len) {
			to = mempcpy(to, name, len);
		} else {
			to += sprintf(to, "\\x%02x", (unsigned char)*name);
			len = 1;
		}
	}
	*to = '\0';
	return copy;
}

char *text_name(const char *name)
{
	return escape(name, in_utf8());
}

char *text_name_utf8(const char *name)
{
	return escape(name, true);
}

size_t text_columns(const char *name)
{
	size_t columns = 0;

	for (; *name; name++)
		columns += (*name & 0xc0) != 0x80;
	return columns;
}

void text_shorten(char *name, size_t columns)
{
	const char *mark = in_utf8() ? "\u2026" : "~";
	size_t len = strlen(mark), have = text_columns(name);
	char *rest = name;

	if (have <= columns || columns < 2)
		return;
	/* drop leading characters, and at least as many bytes as the mark needs */
	while (*rest && (have > columns - 1 || (*rest & 0xc0) == 0x80 ||
			 (size_t)(rest - name) < len)) {
		rest++;
		have -= (*rest & 0xc0) != 0x80;
	}
	memcpy(name, mark, len);
	memmove(name + len, rest, strlen(rest) + 1);
}

size_t terminal_columns(void)
{
	const char *columns = getenv("COLUMNS");
	struct winsize size;
	char *end;
	unsigned long given;

	if (columns && *columns) {
		given = strtoul(columns, &end, 10);
		if (*end == '\0' && given > 0 && given <= 10000)
			return given;
	}
	if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0)
		return size.ws_col;
	return 80;
}

static void print_styled(FILE *out, const char *style, const char *line)
{
	const char *no_color = getenv("NO_COLOR");

	if ((no_color && *no_color) || !isatty(fileno(out)))
		fprintf(out, "%s\n", line);
	else
		fprintf(out, "\033[%sm%s\033[0m\n", style, line);
}

void text_heading_to(FILE *out, const char *line)
{
	print_styled(out, "1", line);
}

void text_heading(const char *line)
{
	text_heading_to(stdout, line);
}

int text_cgroup_heading(const char *path, uint64_t id)
{
	char *name = text_name(path), *heading;

	if (!name || asprintf(&heading, "%s (id %" PRIu64 ")", name, id) < 0) {
		free(name);
		return -ENOMEM;
	}
	text_heading(heading);
	free(heading);
	free(name);
	return 0;
}

void text_alarm(const char *line)
{
	print_styled(stdout, "33", line);
}
