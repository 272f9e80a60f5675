/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _HEADROOM_CONFIG_H
#define _HEADROOM_CONFIG_H

#include <linux/bits.h>
#include <linux/types.h>

/**
 * struct headroom_config - the module's parameters
 * @sample_shift: track one page in 2^sample_shift
 * @table_entries: evicted pages to have room for; 0: as many as are tracked
 * @stalls: track stalls
 * @swap_kprobes: watch swap by kprobes
 */
struct headroom_config {
	unsigned int sample_shift;
	unsigned long table_entries;
	bool stalls;
	bool swap_kprobes;
};

/* Which of them */
#define HEADROOM_CONFIG_SAMPLE_SHIFT	BIT(0)
#define HEADROOM_CONFIG_TABLE_ENTRIES	BIT(1)
#define HEADROOM_CONFIG_STALLS		BIT(2)

int headroom_config_init(void);
int headroom_config_attach(void);
void headroom_config_stop(void);
void headroom_config_get(struct headroom_config *to);
int headroom_config_set(const struct headroom_config *from, unsigned int which,
			unsigned int *failed);

#endif /* _HEADROOM_CONFIG_H */
