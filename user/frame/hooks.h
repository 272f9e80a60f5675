/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Which hooks of the module are attached, as a text
 *
 * Each hook has a line "NAME 1", or "NAME 0" if it is not attached. A hook that a later module adds
 * is a line more, so recordings keep what this program does not know.
 */
#ifndef FRAME_HOOKS_H
#define FRAME_HOOKS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <headroom.h>

/** enum hook - hooks that something is concluded from; the names are in hook_names[] */
enum hook {
	HOOK_WRITE_FOLIO,
	HOOK_WORKINGSET_EVICTION,
	HOOK_BIO_QUEUE,
	HOOK_SWAP_READPAGE,
	HOOK_SWAP_READ_FOLIO,
	HOOK_DIRECT_BEGIN,
	HOOK_DIRECT_END,
	HOOK_MEMCG_BEGIN,
	HOOK_MEMCG_END,
	HOOK_NODE_BEGIN,
	HOOK_NODE_END,
	HOOK_COMPACTION_BEGIN,
	HOOK_COMPACTION_END,
	HOOK_THROTTLED,
	HOOK_SWITCH,
	HOOK_WAKEUP_KSWAPD,
	HOOK_KSWAPD_SLEEP,
	HOOKS,
};

#define HOOK_BIT(hook)	(1u << HOOK_##hook)

extern const char *const hook_names[HOOKS];

/**
 * struct hooks - what is known of hooks, as HOOK_BIT() of each
 * @known: it is attached or not
 * @attached: it is attached
 */
struct hooks {
	uint32_t known;
	uint32_t attached;
};

/**
 * hooks_text - write down the hooks of a status
 * @size: result: length of the text
 *
 * Return: the text, to be freed with free(); NULL if out of memory.
 */
char *hooks_text(const struct headroom_status *status, size_t *size);
/** hooks_parse - read a text; of a hook that it does not have, nothing is known */
struct hooks hooks_parse(const char *text);

/**
 * hooks_lack - whether a hook is known not to be attached
 * @bits: HOOK_BIT() of the hook, or of hooks that replace each other: one of them is enough
 */
static inline bool hooks_lack(const struct hooks *hooks, uint32_t bits)
{
	return hooks->known & bits && !(hooks->attached & bits);
}

#endif /* FRAME_HOOKS_H */
