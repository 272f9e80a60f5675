/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _HEADROOM_REFAULT_H
#define _HEADROOM_REFAULT_H

#include <linux/types.h>
#include <uapi/linux/headroom.h>

#include "nonresident.h"

struct folio;
struct mem_cgroup;

void headroom_evicted(struct folio *folio, enum headroom_page_kind kind,
		      u64 file, u64 index);
void headroom_refaulted(struct mem_cgroup *memcg, u64 hash,
			const struct headroom_nonresident *page);

#endif /* _HEADROOM_REFAULT_H */
