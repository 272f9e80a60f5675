// SPDX-License-Identifier: GPL-2.0
/*
 * Translate the configurations of other programs into a headroomd.conf
 *
 * What a file is follows from its content, and from its name where the content leaves it open. What
 * has no equivalent is a comment, "not translated: ...". A rule that would act more readily than the
 * original, since a part of the condition is missing, is written with "dry-run = yes".
 */
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "import.h"

/* The largest file that is read */
#define MAX_SIZE	(1 << 20)

enum kind { NO_KIND, OOMD, SYSTEMD, EARLYOOM };

static bool ends_with(const char *text, const char *end)
{
	size_t n = strlen(text), m = strlen(end);

	return n >= m && !strcmp(text + n - m, end);
}

/* Whether a line begins with a word, behind blanks */
static bool has_line(const char *text, const char *word)
{
	for (const char *line = text; line; line = strchr(line, '\n')) {
		line += strspn(line, " \t\r\n");
		if (!strncmp(line, word, strlen(word)))
			return true;
	}
	return false;
}

static enum kind kind_of(const struct import_file *file)
{
	static const struct {
		const char *line;
		enum kind kind;
	} lines[] = {
		{ "{", OOMD }, { "EARLYOOM_ARGS", EARLYOOM }, { "[OOM]", SYSTEMD },
		{ "[Rule]", SYSTEMD }, { "ManagedOOM", SYSTEMD }, { "OOMRules", SYSTEMD },
	};
	static const struct {
		const char *end;
		enum kind kind;
	} names[] = {
		{ ".json", OOMD }, { ".oomrule", SYSTEMD }, { "/oomd.conf", SYSTEMD },
		{ "default/earlyoom", EARLYOOM },
	};

	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++)
		if (has_line(file->text, lines[i].line))
			return lines[i].kind;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (ends_with(file->name, names[i].end))
			return names[i].kind;
	return NO_KIND;
}

static void put_head(struct import *import, const struct import_file *file, size_t nr)
{
	import_comment(import, "Translated by headroomd --import from");
	for (size_t i = 0; i < nr; i++)
		import_comment(import, "  %s", file[i].name);
	import_comment(import, "Read the comments: each says what differs. A rule with \"dry-run = yes\" lacks something, or was a dry run before: decide, and then remove that line.");
	import_comment(import, "Check the file with headroomd --check-config, see with --explain what it would see now, and run it with --dry-run beside what you have. Then stop the other program: two that kill do not wait for each other.");
	import_blank(import);
}

static void translate(struct import *import, const struct import_file *file, size_t nr)
{
	const struct import_file *systemd[IMPORT_FILES];
	size_t nr_systemd = 0;

	for (size_t i = 0; i < nr; i++) {
		switch (strlen(file[i].text) == file[i].size ? kind_of(&file[i]) : NO_KIND) {
		case OOMD:
			import_oomd(import, &file[i]);
			break;
		case EARLYOOM:
			import_earlyoom(import, &file[i]);
			break;
		case SYSTEMD:
			systemd[nr_systemd++] = &file[i];
			break;
		case NO_KIND:
			import_fail(import, "%s: cannot tell what this is: expected the JSON of oomd, which begins with '{'; systemd's oomd.conf with [OOM], a *.oomrule with [Rule] or a unit's drop-in with ManagedOOM...= or OOMRules=; or /etc/default/earlyoom with EARLYOOM_ARGS=",
				    file[i].name);
			break;
		}
	}
	if (nr_systemd)
		import_systemd(import, systemd, nr_systemd);
}

int import_texts(const struct import_file *file, size_t nr, FILE *out, char *error, size_t size)
{
	struct import *import = calloc(1, sizeof(*import));

	*error = '\0';
	if (!import) {
		snprintf(error, size, "out of memory");
		return -EINVAL;
	}
	import->out = out;
	put_head(import, file, nr);
	if (nr > IMPORT_FILES)
		import_fail(import, "more than %d files: import fewer at a time", IMPORT_FILES);
	else
		translate(import, file, nr);
	if (ferror(out))
		import_fail(import, "cannot write the translation: %s", strerror(errno));
	snprintf(error, size, "%s", import->error);
	free(import);
	return *error ? -EINVAL : 0;
}

/* Read a file; returns 0 or a negative errno */
static int read_file(const char *path, struct import_file *file)
{
	FILE *stream = fopen(path, "re");
	int err = 0;

	*file = (struct import_file){ .name = path };
	if (!stream)
		return -errno;
	file->text = malloc(MAX_SIZE + 1);
	if (!file->text) {
		err = -ENOMEM;
	} else {
		file->size = fread(file->text, 1, MAX_SIZE + 1, stream);
		if (ferror(stream))
			err = -errno;
		else if (file->size > MAX_SIZE)
			err = -EFBIG;
		else
			file->text[file->size] = '\0';
	}
	fclose(stream);
	return err;
}

static int read_files(const char *const *path, size_t nr, struct import_file *file)
{
	int err;

	for (size_t i = 0; i < nr; i++) {
		err = read_file(path[i], &file[i]);
		if (err) {
			fprintf(stderr, "%s: cannot read the file: %s\n", path[i], strerror(-err));
			return err;
		}
	}
	return 0;
}

/* Nothing is printed if something is wrong, so that no half of a configuration is used */
static int print_translation(const struct import_file *file, size_t nr)
{
	char *text = NULL, error[512];
	size_t size;
	FILE *out = open_memstream(&text, &size);
	int err = out ? import_texts(file, nr, out, error, sizeof(error)) : -ENOMEM;

	if (out && fclose(out) && !err) {
		err = -ENOMEM;
		out = NULL;
	}
	if (err)
		fprintf(stderr, "%s\n", out ? error : "out of memory");
	else if (fwrite(text, 1, size, stdout) != size || fflush(stdout))
		err = -EIO;
	if (err == -EIO)
		fprintf(stderr, "cannot write the translation: %s\n", strerror(errno));
	free(text);
	return err;
}

int import_print(const char *const *path, size_t nr)
{
	struct import_file *file = calloc(nr, sizeof(*file));
	int err = -ENOMEM;

	if (file)
		err = read_files(path, nr, file);
	else
		fprintf(stderr, "out of memory\n");
	if (!err)
		err = print_translation(file, nr);
	for (size_t i = 0; file && i < nr; i++)
		free(file[i].text);
	free(file);
	return err ? 1 : 0;
}
