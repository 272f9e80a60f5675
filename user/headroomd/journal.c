// SPDX-License-Identifier: GPL-2.0
/*
 * The daemon's log: one line for each decision, with its evidence
 */
#include <ctype.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <systemd/sd-journal.h>
#include <time.h>
#include <unistd.h>

#include "clock.h"
#include "journal.h"
#include "json_build.h"
#include "quantity.h"

static struct {
	enum journal_target target;
	int level;
} out = { .target = JOURNAL_STDERR, .level = LOG_INFO };

static struct history history;

/*
 * systemd identifies the journal's file by device and inode. The variable alone proves
 * nothing: a shell that a service started inherits it, with a terminal as stderr.
 */
static bool stderr_is_journal(void)
{
	const char *name = getenv("JOURNAL_STREAM");
	uintmax_t device, inode;
	struct stat st;

	return name && sscanf(name, "%ju:%ju", &device, &inode) == 2 &&
		!fstat(STDERR_FILENO, &st) && st.st_dev == device && st.st_ino == inode;
}

void journal_open(enum journal_target target, int level)
{
	if (target == JOURNAL_AUTO)
		target = stderr_is_journal() ? JOURNAL_SYSTEMD : JOURNAL_STDERR;
	out.target = target;
	out.level = level;
	setvbuf(stderr, NULL, _IOLBF, 0);
}

const struct history *journal_history(void)
{
	return &history;
}

bool journal_shows(int level)
{
	return level <= out.level;
}

static void keep_line(int level, const char *message)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	history_add(&history, now.tv_sec * NS_PER_S + now.tv_nsec, level, message);
}

/* "HEADROOM_RULE" is "rule" */
static void add_field(struct json_object *object, const struct journal_field *field)
{
	const char *name = field->name;
	char key[32];
	size_t n = 0;

	if (!strncmp(name, "HEADROOM_", 9))
		name += 9;
	for (; *name && n < sizeof(key) - 1; name++)
		key[n++] = tolower((unsigned char)*name);
	key[n] = '\0';
	json_add_copied(object, key, json_object_new_string(field->value));
}

static void print_json(int level, const struct journal_field *field, size_t nr,
		       const char *message)
{
	struct json_object *object = json_new_object();
	struct timespec now;
	const char *text;

	clock_gettime(CLOCK_REALTIME, &now);
	json_add_uint(object, "unix_ns", now.tv_sec * NS_PER_S + now.tv_nsec);
	json_add_uint(object, "priority", level);
	json_add_text(object, "message", message);
	for (size_t i = 0; i < nr; i++)
		if (field[i].value)
			add_field(object, &field[i]);
	text = json_text(object);
	if (text)
		fprintf(stderr, "%s\n", text);
	json_object_put(object);
}

#define MAX_FIELDS	16

static void send_to_systemd(int level, const struct journal_field *field, size_t nr,
			    const char *message)
{
	char *text[MAX_FIELDS + 2];
	struct iovec part[MAX_FIELDS + 2];
	int used = 0;

	used += asprintf(&text[used], "MESSAGE=%s", message) >= 0;
	used += asprintf(&text[used], "PRIORITY=%d", level) >= 0;
	for (size_t i = 0; i < nr && i < MAX_FIELDS; i++)
		if (field[i].value)
			used += asprintf(&text[used], "%s=%s", field[i].name, field[i].value) >= 0;
	for (int i = 0; i < used; i++)
		part[i] = (struct iovec){ text[i], strlen(text[i]) };
	sd_journal_sendv(part, used);
	while (used)
		free(text[--used]);
}

void journal_entry(int level, const struct journal_field *field, size_t nr, const char *message)
{
	if (level > out.level)
		return;
	keep_line(level, message);
	if (out.target == JOURNAL_SYSTEMD)
		send_to_systemd(level, field, nr, message);
	else if (out.target == JOURNAL_JSON)
		print_json(level, field, nr, message);
	else
		fprintf(stderr, "headroomd: %s\n", message);
}

void journal(int level, const char *format, ...)
{
	char *message;
	va_list args;
	int n;

	if (level > out.level)
		return;
	va_start(args, format);
	n = vasprintf(&message, format, args);
	va_end(args);
	if (n < 0)
		return;
	journal_entry(level, NULL, 0, message);
	free(message);
}

const char *journal_size(char *buf, size_t size, uint64_t bytes)
{
	snprintf(buf, size, "%s", bytes == UINT64_MAX ? "max" : !bytes ? "0" :
		 quantity_bytes(bytes).s);
	return buf;
}
