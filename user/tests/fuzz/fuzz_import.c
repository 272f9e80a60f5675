// SPDX-License-Identifier: GPL-2.0
/*
 * Fuzz translations: what is accepted becomes a configuration that the daemon accepts, too
 *
 * The input is a list of files with form feeds in between. The first byte of each chooses its name.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "config.h"
#include "fuzz.h"
#include "import.h"

static const char *const names[] = {
	"oomd.json", "/etc/systemd/oomd.conf", "/etc/systemd/system/a-b.slice.d/x.conf",
	"tight.oomrule", "/etc/default/earlyoom", "/etc/systemd/user/app@.service.d/y.conf",
	"/etc/systemd/system/c.scope", "x",
};

/* Nothing of the input begins a line of its own */
static void check_lines(const char *text)
{
	static const char *const begins[] = {
		"#", "[rule ", "cgroups = /", "when = ", "do = ", "cooldown = ", "dry-run = yes\n",
		"\n",
	};
	size_t i;

	for (const char *line = text; *line; line = strchr(line, '\n') + 1) {
		for (i = 0; i < sizeof(begins) / sizeof(begins[0]); i++)
			if (!strncmp(line, begins[i], strlen(begins[i])))
				break;
		if (i == sizeof(begins) / sizeof(begins[0]) || !strchr(line, '\n'))
			abort();
	}
}

/* Only an action may be unknown */
static void check_config(const char *text, size_t size)
{
	struct config_errors errors;
	struct config *config;

	config_parse("fuzz", text, size, &config, &errors);
	for (size_t i = 0; i < errors.nr; i++)
		if (!strstr(errors.text[i], "unknown action")) {
			fprintf(stderr, "%s\n%s", errors.text[i], text);
			abort();
		}
	config_free(config);
	config_errors_free(&errors);
}

static void try_files(const struct import_file *file, size_t nr)
{
	char *text = NULL, error[512];
	size_t size;
	FILE *out = open_memstream(&text, &size);
	int err;

	if (!out)
		abort();
	err = import_texts(file, nr, out, error, sizeof(error));
	if (fclose(out) || !err != !*error)
		abort();
	check_lines(text);
	if (!err)
		check_config(text, size);
	free(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct import_file file[8] = {};
	const uint8_t *end = data + size, *next;
	size_t nr = 0;

	for (; data < end && nr < 8; data = next < end ? next + 1 : end, nr++) {
		next = memchr(data, '\f', end - data);
		if (!next)
			next = end;
		file[nr].name = names[*data % (sizeof(names) / sizeof(names[0]))];
		file[nr].size = next > data ? next - data - 1 : 0;
		file[nr].text = malloc(file[nr].size + 1);
		if (!file[nr].text)
			abort();
		memcpy(file[nr].text, data + 1, file[nr].size);
		file[nr].text[file[nr].size] = '\0';
	}
	try_files(file, nr);
	for (size_t i = 0; i < nr; i++)
		free(file[i].text);
	return 0;
}
