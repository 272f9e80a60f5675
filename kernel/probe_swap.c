// SPDX-License-Identifier: GPL-2.0
/*
 * Swap: what is an eviction, and what is a refault, of anonymous and shared
 * memory
 *
 * A page that goes to swap is known by its swap entry. While it is away nothing
 * else has that entry, so what comes back under it is the page. Two ways to see
 * it go and come:
 *
 * Tracepoints
 *	mm_vmscan_write_folio fires when reclaim has written a page to swap, or had
 *	it compressed. In general it is gone then; it may still be caught in the
 *	swap cache. A page that was read back, not changed and not freed from the
 *	swap cache goes again without being written, which is not seen: when it
 *	comes back it is a refault with the reason unknown.
 *
 *	block_bio_queue fires for the read of a page that comes back from a block
 *	device, in the task that wants it. That is a new folio: locked, and not
 *	mapped anywhere. Direct I/O into anonymous memory is a read into a mapped
 *	one.
 *
 *	What comes back from zswap causes no I/O, and is not seen. It would be when
 *	its folio gets onto an LRU list (mm_lru_insertion), but so would what comes
 *	from a device, and before its read: __read_swap_cache_async() adds the folio
 *	to the CPU's batch for the LRU lists, and whenever that is full its folios
 *	are put there. The read then finds the page taken already, and counts it a
 *	second time, as one of an unknown reason.
 *
 * Functions
 *	workingset_eviction() is called for a page in the swap cache when it is
 *	really freed, and swap_readpage() or swap_read_folio() for each that comes
 *	back, from wherever. Kprobes on these see everything, and cost a trap or a
 *	call through ftrace; they are used in place of the tracepoints if the
 *	parameter swap_kprobes asks for it.
 */
#include <linux/bio.h>
#include <linux/memcontrol.h>
#include <linux/mm.h>
#include <linux/pagemap.h>
#include <linux/ptrace.h>
#include <linux/swap.h>
#include <linux/swapops.h>

#include "nonresident.h"
#include "probes.h"
#include "refault.h"

/* Swap space is a file without an inode, whose number is the entry's type */
static __always_inline struct hr_page_name name_of(const struct folio *folio)
{
	swp_entry_t entry = { .val = hr_swap_entry(folio) };

	return (struct hr_page_name){
		.file = swp_type(entry), .index = swp_offset(entry),
	};
}

static __always_inline void swapped_out(struct folio *folio)
{
	hr_evicted(folio, folio_test_anon(folio) ? HEADROOM_PAGE_KIND_ANON :
							 HEADROOM_PAGE_KIND_SHMEM,
			 name_of(folio));
}

/* It was evicted, even if nothing is remembered of it */
static void swapped_in(struct folio *folio)
{
	struct hr_page_name name = name_of(folio);
	unsigned long nr = folio_nr_pages(folio);
	struct hr_nonresident page;
	u64 hash;

	for (; nr; nr--, name.index++) {
		if (!hr_nonresident_sampled(name))
			continue;
		hash = hr_nonresident_hash(HEADROOM_PAGE_KIND_ANON, name);
		if (!hr_nonresident_take(hash, &page))
			page = (struct hr_nonresident){
				.kind = HEADROOM_PAGE_KIND_ANON,
				.reason = HEADROOM_REASON_UNKNOWN,
			};
		hr_refaulted(hash, folio, &page);
	}
}

void hr_probe_write_folio(void *data, struct folio *folio)
{
	/* It is unlocked: somebody may have freed it from the swap cache */
	if (folio_test_swapbacked(folio) && folio_test_swapcache(folio))
		swapped_out(folio);
}

void hr_probe_bio(void *data, struct bio *bio)
{
	struct folio *folio;

	if (bio_op(bio) != REQ_OP_READ || bio->bi_vcnt != 1)
		return;
	folio = page_folio(bio->bi_io_vec[0].bv_page);
	if (folio_test_swapbacked(folio) && folio_test_locked(folio) &&
	    !folio->mapping && hr_swap_entry(folio))
		swapped_in(folio);
}

int hr_probe_workingset_eviction(struct kprobe *kp, struct pt_regs *regs)
{
	struct folio *folio = (void *)regs_get_kernel_argument(regs, 0);

	if (folio_test_swapcache(folio))
		swapped_out(folio);
	return 0;
}

int hr_probe_swap_read(struct kprobe *kp, struct pt_regs *regs)
{
	/* A folio begins with its first page */
	swapped_in(page_folio((struct page *)regs_get_kernel_argument(regs, 0)));
	return 0;
}
