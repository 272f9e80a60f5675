/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The module's parameters, which params.c holds and netlink_message.c reports
 */
#ifndef _HEADROOM_PARAMS_TYPES_H
#define _HEADROOM_PARAMS_TYPES_H

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

#endif /* _HEADROOM_PARAMS_TYPES_H */
