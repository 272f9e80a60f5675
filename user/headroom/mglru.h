/* SPDX-License-Identifier: GPL-2.0 */
/* Detect whether the kernel uses the multi-generational LRU */
#ifndef MGLRU_H
#define MGLRU_H

#include <stdbool.h>

/** mglru_is_on - whether MGLRU is enabled now */
bool mglru_is_on(void);

#endif /* MGLRU_H */
