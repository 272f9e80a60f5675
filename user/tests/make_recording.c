// SPDX-License-Identifier: GPL-2.0
/*
 * Usage: make-recording FILE SECONDS [plain] [FIRST LAST]. Write the recording of an incident, for tests
 * and pictures; plain: without hostile names; FIRST LAST: append the frames of these seconds.
 */
#include <limits.h>

#include "incident_machine.h"

int main(int argc, char **argv)
{
	struct story_part part = { 1, UINT_MAX, argc > 3 && !strcmp(argv[3], "plain") };
	int more = 3 + part.plain;

	if (argc != more && argc != more + 2) {
		fputs("usage: make-recording FILE SECONDS [plain] [FIRST LAST]\n", stderr);
		return 2;
	}
	if (argc > more) {
		part.first = strtoul(argv[more], NULL, 10);
		part.last = strtoul(argv[more + 1], NULL, 10);
	}
	story_write(argv[1], strtoul(argv[2], NULL, 10), &part);
	return 0;
}
