/* SPDX-License-Identifier: GPL-2.0 */
/* Switch swap spaces on and off, one kind at a time */
#ifndef _SELFTESTS_SWAP_H
#define _SELFTESTS_SWAP_H

#include <stdbool.h>
#include <stdint.h>

enum swap_space {
	SWAP_NONE,
	SWAP_DISK,	/* the disk of scripts/vm --swap */
	SWAP_ZSWAP,	/* the same behind zswap, whose pool is large enough for all */
	SWAP_ZRAM,	/* compressed memory, read synchronously */
	SWAP_SMALL,	/* the same of 32 MiB, so that its slots are soon reused */
	SWAP_FILE,	/* 32 MiB at /scratch, so that its slots are soon reused */
};

/* Whether this machine has it */
bool swap_has(enum swap_space space);
/* Switches off all swap spaces, then switches on @space; 0 or -1 */
int swap_use(enum swap_space space);
/* Switches on the disk alone, as after the boot, or nothing if there is none */
void swap_restore(void);
/* Switches on one more space, used when those before it are full; 0 or -1 */
int swap_add(enum swap_space space);
int swap_off(enum swap_space space);

/* Returns the path of the first space that is on, "" if none is */
const char *swap_path(void);
/* Returns the pages that the kernel has read from swap space of any kind since the boot */
int64_t swap_ins(void);

#endif /* _SELFTESTS_SWAP_H */
