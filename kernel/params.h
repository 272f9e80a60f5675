/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Hold the module's parameters, and apply their changes while probes run
 */
#ifndef _HEADROOM_PARAMS_H
#define _HEADROOM_PARAMS_H

#include <linux/bits.h>

#include "params_types.h"

/* The parameters that can be changed, for hr_params_set() */
#define HR_PARAMS_SAMPLE_SHIFT	BIT(0)
#define HR_PARAMS_TABLE_ENTRIES	BIT(1)
#define HR_PARAMS_STALLS	BIT(2)

int hr_params_init(void);
int hr_params_attach(void);
void hr_params_detach(void);
void hr_params_exit(void);
void hr_params_get(struct hr_params *to);
int hr_params_set(const struct hr_params *from, unsigned int which,
		  unsigned int *failed);

#endif /* _HEADROOM_PARAMS_H */
