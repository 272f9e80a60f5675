// SPDX-License-Identifier: GPL-2.0
/* Which hooks of the module are attached, as a text */
#include <stdio.h>
#include <stdlib.h>

#include "field.h"
#include "hooks.h"

const char *const hook_names[HOOKS] = {
	[HOOK_WRITE_FOLIO] = "mm_vmscan_write_folio",
	[HOOK_WORKINGSET_EVICTION] = "workingset_eviction()",
	[HOOK_BIO_QUEUE] = "block_bio_queue",
	[HOOK_SWAP_READPAGE] = "swap_readpage()",
	[HOOK_SWAP_READ_FOLIO] = "swap_read_folio()",
	[HOOK_DIRECT_BEGIN] = "mm_vmscan_direct_reclaim_begin",
	[HOOK_DIRECT_END] = "mm_vmscan_direct_reclaim_end",
	[HOOK_MEMCG_BEGIN] = "mm_vmscan_memcg_reclaim_begin",
	[HOOK_MEMCG_END] = "mm_vmscan_memcg_reclaim_end",
	[HOOK_NODE_BEGIN] = "mm_vmscan_node_reclaim_begin",
	[HOOK_NODE_END] = "mm_vmscan_node_reclaim_end",
	[HOOK_COMPACTION_BEGIN] = "mm_compaction_begin",
	[HOOK_COMPACTION_END] = "mm_compaction_end",
	[HOOK_THROTTLED] = "mm_vmscan_throttled",
	[HOOK_SWITCH] = "sched_switch",
	[HOOK_WAKEUP_KSWAPD] = "mm_vmscan_wakeup_kswapd",
	[HOOK_KSWAPD_SLEEP] = "mm_vmscan_kswapd_sleep",
};

char *hooks_text(const struct headroom_status *status, size_t *size)
{
	char *text = NULL;
	FILE *f = open_memstream(&text, size);
	bool failed;

	if (!f)
		return NULL;
	for (size_t i = 0; i < status->nr_hooks; i++)
		fprintf(f, "%s %d\n", status->hook[i].name, status->hook[i].attached);
	failed = ferror(f);
	if (fclose(f) || failed) {
		free(text);
		return NULL;
	}
	return text;
}

struct hooks hooks_parse(const char *text)
{
	struct hooks hooks = {};
	uint64_t attached;

	for (unsigned int hook = 0; hook < HOOKS; hook++) {
		if (!field_key(text, hook_names[hook], &attached))
			continue;
		hooks.known |= 1u << hook;
		hooks.attached |= attached ? 1u << hook : 0;
	}
	return hooks;
}
