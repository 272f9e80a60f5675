/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The part of a record that attention.c owns
 */
#ifndef _HEADROOM_ATTENTION_TYPES_H
#define _HEADROOM_ATTENTION_TYPES_H

#include <linux/llist.h>

/**
 * enum hr_attention_state - the effect of an event on a record
 * @HR_ATTENTION_NONE: it flags the record and wakes the poller
 * @HR_ATTENTION_ACTIVE: nothing: the poller reads the record at each tick
 * @HR_ATTENTION_IGNORED: nothing: no trigger covers the record
 */
enum hr_attention_state {
	HR_ATTENTION_NONE,
	HR_ATTENTION_ACTIVE,
	HR_ATTENTION_IGNORED,
};

/**
 * struct hr_attention - a record's part in the wake-up of the poller
 * @state: enum hr_attention_state
 * @node: in the list of flagged records, which holds a reference on the record
 */
struct hr_attention {
	int state;
	struct llist_node node;
};

#endif /* _HEADROOM_ATTENTION_TYPES_H */
