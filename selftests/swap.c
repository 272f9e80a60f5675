// SPDX-License-Identifier: GPL-2.0
#define _GNU_SOURCE
#include <errno.h>
#include <glob.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/swap.h>
#include <unistd.h>

#include "swap.h"
#include "workload.h"

#define ZRAM		"/dev/zram0"
#define FILE_SPACE	SCRATCH "/swap"
#define ZSWAP		"/sys/module/zswap/parameters/"

/* Returns the disk whose serial number is "swap", or NULL */
static const char *disk(void)
{
	static char path[64];
	glob_t serials;
	size_t i;

	*path = 0;
	if (glob("/sys/block/*/serial", 0, NULL, &serials))
		return NULL;
	for (i = 0; i < serials.gl_pathc; i++) {
		char serial[32] = "";
		FILE *f = fopen(serials.gl_pathv[i], "re");

		if (f && fgets(serial, sizeof(serial), f) && !strncmp(serial, "swap", 4))
			sscanf(serials.gl_pathv[i], "/sys/block/%31[^/]",
			       strcpy(path, "/dev/") + 5);
		if (f)
			fclose(f);
	}
	globfree(&serials);
	return *path ? path : NULL;
}

static const char *path_of(enum swap_space space)
{
	switch (space) {
	case SWAP_DISK:
	case SWAP_ZSWAP:
		return disk();
	case SWAP_ZRAM:
	case SWAP_SMALL:
		return ZRAM;
	case SWAP_FILE:
		return FILE_SPACE;
	default:
		return NULL;
	}
}

bool swap_has(enum swap_space space)
{
	switch (space) {
	case SWAP_DISK:
		return disk();
	case SWAP_ZSWAP:
		return disk() && !access(ZSWAP "enabled", W_OK);
	case SWAP_ZRAM:
	case SWAP_SMALL:
		return !system("modprobe zram num_devices=1 2>/dev/null");
	case SWAP_FILE:
		return !access(SCRATCH, W_OK);
	default:
		return true;
	}
}

static int shell(const char *command)
{
	int status = system(command);

	if (status)
		fprintf(stderr, "# command failed with status %d: %s\n", status, command);
	return status ? -1 : 0;
}

static int zswap(const char *enabled)
{
	char command[256];

	if (access(ZSWAP "enabled", W_OK))
		return 0;
	snprintf(command, sizeof(command),
		 "echo 50 >" ZSWAP "max_pool_percent && echo %s >" ZSWAP "enabled",
		 enabled);
	return shell(command);
}

static int zram(const char *size)
{
	char command[256];

	snprintf(command, sizeof(command),
		 "modprobe zram num_devices=1 && echo 1 >/sys/block/zram0/reset && "
		 "echo %s >/sys/block/zram0/disksize && mkswap " ZRAM " >/dev/null", size);
	return shell(command);
}

static int prepare(enum swap_space space)
{
	switch (space) {
	case SWAP_ZSWAP:
		return zswap("Y");
	case SWAP_ZRAM:
		return zram("256M");
	case SWAP_SMALL:
		return zram("32M");
	case SWAP_FILE:
		return shell("rm -f " FILE_SPACE " && "
			     "dd if=/dev/zero of=" FILE_SPACE " bs=1M count=32 status=none && "
			     "chmod 600 " FILE_SPACE " && mkswap " FILE_SPACE " >/dev/null");
	default:
		return 0;
	}
}

int swap_add(enum swap_space space)
{
	if (prepare(space))
		return -1;
	if (!swapon(path_of(space), 0))
		return 0;
	fprintf(stderr, "# cannot switch on swap space %s: %m\n", path_of(space));
	return -1;
}

int swap_off(enum swap_space space)
{
	return swapoff(path_of(space));
}

static int all_off(void)
{
	char line[256], path[200];
	int err = 0;
	FILE *f = fopen("/proc/swaps", "re");

	while (f && fgets(line, sizeof(line), f)) {
		if (sscanf(line, "%199s", path) != 1 || *path != '/')
			continue;
		if (swapoff(path)) {
			fprintf(stderr, "# cannot switch off swap space %s: %m\n", path);
			err = -1;
		}
	}
	if (f)
		fclose(f);
	unlink(FILE_SPACE);
	return zswap("N") || err ? -1 : 0;
}

int swap_use(enum swap_space space)
{
	if (all_off())
		return -1;
	return space == SWAP_NONE ? 0 : swap_add(space);
}

void swap_restore(void)
{
	swap_use(disk() ? SWAP_DISK : SWAP_NONE);
	if (!access("/sys/block/zram0/reset", W_OK))
		shell("echo 1 >/sys/block/zram0/reset");
}

const char *swap_path(void)
{
	static char path[200];
	FILE *f = fopen("/proc/swaps", "re");

	*path = 0;
	if (f) {
		if (fscanf(f, "%*[^\n] %199s", path) != 1)
			*path = 0;
		fclose(f);
	}
	return path;
}

/*
 * pswpin counts pages that came from a disk or zram, zswpin those from zswap. Since 6.12
 * a page of zeros is stored in none of them and has a counter of its own.
 */
int64_t swap_ins(void)
{
	int64_t zeros = vmstat("swpin_zero");

	return vmstat("pswpin") + vmstat("zswpin") + (zeros > 0 ? zeros : 0);
}
