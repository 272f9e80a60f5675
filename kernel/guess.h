/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Compare the guess of older kernels with the target that the event names
 *
 * Only a build with CONFIG_HEADROOM_GUESS=y does this, for scripts/guess-table. In any other
 * build the structure is empty, and so are the functions.
 */
#ifndef _HEADROOM_GUESS_H
#define _HEADROOM_GUESS_H

#include <linux/atomic.h>
#include <linux/types.h>
#include <uapi/linux/headroom.h>

#include "limit.h"

struct hr_batch;

/**
 * struct hr_guess - what an older kernel would know of one memcg reclaim
 * @full: the full cgroup, as guessed
 * @caller: the function that reclaims, as its number in the table of callers
 * @pages: where the pages of the current batch are counted, or NULL
 */
struct hr_guess {
#ifdef CONFIG_HEADROOM_GUESS
	struct hr_full full;
	unsigned int caller;
	atomic64_t *pages;
#endif
};

#ifdef CONFIG_HEADROOM_GUESS
void hr_guess_begin(struct hr_guess *guess, const struct hr_full *named, enum hr_limit limit);
void hr_guess_batch(struct hr_guess *guess, const struct hr_cgroup *victim,
		    const struct hr_cgroup *target, enum headroom_reason reason);
void hr_guess_evicted(struct hr_guess *guess, const struct hr_batch *batch);
void hr_guess_end(struct hr_guess *guess);
void hr_guess_report(void);
#else
static inline void hr_guess_begin(struct hr_guess *guess, const struct hr_full *named,
				  enum hr_limit limit)
{
}

static inline void hr_guess_batch(struct hr_guess *guess, const struct hr_cgroup *victim,
				  const struct hr_cgroup *target, enum headroom_reason reason)
{
}

static inline void hr_guess_evicted(struct hr_guess *guess, const struct hr_batch *batch)
{
}

static inline void hr_guess_end(struct hr_guess *guess)
{
}

static inline void hr_guess_report(void)
{
}
#endif

#endif /* _HEADROOM_GUESS_H */
