/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Flag a record for the trigger poller
 */
#ifndef _HEADROOM_ATTENTION_H
#define _HEADROOM_ATTENTION_H

#include <linux/compiler.h>
#include <linux/jump_label.h>
#include <linux/llist.h>
#include <linux/types.h>
#include <asm/barrier.h>

#include "attention_types.h"

/* Enabled while there are triggers */
DECLARE_STATIC_KEY_FALSE(hr_attention_wanted);

void hr_attention_init(void (*wake)(void));
void hr_attention_exit(void);
void hr_attention_raise(struct hr_attention *of);
struct llist_node *hr_attention_take(void);
bool hr_attention_pending(void);
u64 hr_attention_since(void);
void hr_attention_idle(bool idle);

/**
 * hr_attention_touch - flag a record after an event or the begin of a stall
 * @attention: the record's part
 *
 * Costs nothing while there are no triggers, and a barrier and a test while the poller
 * reads the record anyway.
 *
 * Context: any, under RCU, after the event was counted.
 */
static __always_inline void hr_attention_touch(struct hr_attention *attention)
{
	if (!static_branch_unlikely(&hr_attention_wanted))
		return;
	/*
	 * Pairs with the barriers in leave() and note_counters() of trigger_poll.c: either
	 * the poller reads the event, or the state is NONE here.
	 */
	smp_mb();
	if (READ_ONCE(attention->state) == HR_ATTENTION_NONE)
		hr_attention_raise(attention);
}

#endif /* _HEADROOM_ATTENTION_H */
