/* SPDX-License-Identifier: GPL-2.0 */
/* Swap space of a test, one kind at a time */
#ifndef _SELFTESTS_SWAP_H
#define _SELFTESTS_SWAP_H

#include <stdbool.h>
#include <stdint.h>

enum swap_space {
	SWAP_NONE,
	SWAP_DISK,	/* the disk that scripts/vm --swap gives */
	SWAP_ZSWAP,	/* the same behind zswap, which is large enough for all */
	SWAP_ZRAM,	/* compressed memory: is read synchronously */
	SWAP_FILE,	/* 32 MiB at /scratch, so that slots are soon used again */
};

/* Whether there is such a thing here */
bool swap_has(enum swap_space space);
/* Empties and switches off all swap, then switches on @space; 0 or -1 */
int swap_use(enum swap_space space);
/* As it was after the boot: the disk, if there is one */
void swap_restore(void);
/* One more space, used when those before it are full; 0 or -1 */
int swap_add(enum swap_space space);
int swap_off(enum swap_space space);

/* Pages that the kernel has read from swap space of any kind since the boot */
int64_t swap_ins(void);

#endif /* _SELFTESTS_SWAP_H */
