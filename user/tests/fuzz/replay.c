// SPDX-License-Identifier: GPL-2.0
/*
 * Try each file of a corpus once, without libFuzzer
 *
 * The corpus is in tests/fuzz/corpus, in the directory that the program's name ends with:
 * test_daemon_fuzz_config tries corpus/config.
 */
#include <dirent.h>
#include <errno.h>
#include <stdlib.h>

#include "../tap.h"
#include "fuzz.h"

static bool try_file(const char *path)
{
	FILE *f = fopen(path, "re");
	uint8_t *data = NULL;
	size_t size = 0;
	long end = -1;

	if (f && !fseek(f, 0, SEEK_END))
		end = ftell(f);
	if (end >= 0) {
		rewind(f);
		/* exactly as large, so that AddressSanitizer sees an access behind the end */
		data = malloc(end ? end : 1);
	}
	if (data)
		size = fread(data, 1, end, f);
	if (f)
		fclose(f);
	if (data && size == (size_t)end)
		LLVMFuzzerTestOneInput(data, size);
	free(data);
	return data && size == (size_t)end;
}

int main(int argc, char **argv)
{
	const char *corpus = strrchr(argv[0], '_');
	struct dirent **entry;
	char path[4096];
	int nr, tried = 0;

	(void)argc;
	snprintf(path, sizeof(path), "%stests/fuzz/corpus/%s", USER_DIR, corpus ? corpus + 1 : "");
	nr = scandir(path, &entry, NULL, alphasort);
	for (int i = 0; i < nr; i++) {
		snprintf(path, sizeof(path), "%stests/fuzz/corpus/%s/%s", USER_DIR, corpus + 1,
			 entry[i]->d_name);
		if (entry[i]->d_name[0] != '.') {
			/* in the output, should the program end here */
			fflush(stdout);
			ok(try_file(path), "%s", entry[i]->d_name);
			tried++;
		}
		free(entry[i]);
	}
	if (nr >= 0)
		free(entry);
	ok(tried > 10, "the corpus has %d files", tried);
	return tap_done();
}
