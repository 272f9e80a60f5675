/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Hold the module's parameters, and apply their changes while probes run
 */
#ifndef _HEADROOM_PARAMS_H
#define _HEADROOM_PARAMS_H

#include <linux/bits.h>
#include <linux/types.h>

/**
 * struct hr_params - the module's parameters
 * @sample_shift: track one page in 2^sample_shift
 * @table_entries: evicted pages to have room for; 0: as many as the RAM has tracked pages
 * @stalls: track stalls
 * @swap_kprobes: attach kprobes to swap in place of tracepoints
 */
struct hr_params {
	unsigned int sample_shift;
	unsigned long table_entries;
	bool stalls;
	bool swap_kprobes;
};

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
