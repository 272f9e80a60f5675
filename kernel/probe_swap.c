// SPDX-License-Identifier: GPL-2.0
/*
 * Probes of swap: detect evictions and refaults of anonymous and shared memory
 *
 * A page that goes to swap is identified by its swap entry. No other page has that entry
 * until it comes back, so a page that comes back with the entry is the same one. There are
 * two ways to see a page go and come back:
 *
 * Tracepoints
 *	mm_vmscan_write_folio fires when reclaim has written a page to swap or
 *	compressed it. Mostly the page is then freed; it may still be found in the
 *	swap cache. A page that was read back, not changed and not freed from the
 *	swap cache is evicted again without being written, which is not seen: its
 *	next refault has the reason unknown.
 *
 *	block_bio_queue fires for the read of a page that comes back from a block
 *	device, in the task that reads it. Its folio is new: locked and not mapped.
 *	A kernel may read several folios with one bio, each in a vector of its own.
 *	Direct I/O into anonymous memory reads into a folio that is mapped.
 *
 *	A page that comes back from zswap causes no I/O and is not seen. It could be
 *	seen when its folio is added to an LRU list (mm_lru_insertion). But that event
 *	fires for pages from a device, too, and before their read:
 *	__read_swap_cache_async() adds the folio to the CPU's batch for the LRU lists,
 *	which are updated when the batch is full. The read would not find the page in
 *	the nonresident table any more, and would count it again with the reason
 *	unknown.
 *
 * Functions
 *	workingset_eviction() is called when a page in the swap cache is freed, and
 *	swap_readpage() or swap_read_folio() for each page that comes back, from a
 *	device or not. Kprobes on these see all pages, and cost a trap or a call
 *	through ftrace. With the parameter swap_kprobes they replace the tracepoints.
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

/* A swap area is a file without an inode; its number is the type of the entry */
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

/* A page that is swapped in was evicted, even if the nonresident table does not have it */
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

HR_PROBE(hr_probe_write_folio, TP_PROTO(void *data, struct folio *folio), TP_ARGS(data, folio))
{
	/* The folio is unlocked: another task may have freed it from the swap cache */
	if (folio_test_swapbacked(folio) && folio_test_swapcache(folio))
		swapped_out(folio);
}

HR_PROBE(hr_probe_bio, TP_PROTO(void *data, struct bio *bio), TP_ARGS(data, bio))
{
	const struct bio_vec *vec = bio->bi_io_vec;
	unsigned int left;
	struct folio *folio;

	/* A device on top of others, like dm-crypt, sends clones to them */
	if (bio_op(bio) != REQ_OP_READ || bio_flagged(bio, BIO_CLONED))
		return;
	/* Only the iterator counts them: the kernel need not set bi_vcnt, and 7.3 does not */
	for (left = bio->bi_iter.bi_size; left; left -= min(left, vec->bv_len), vec++) {
		folio = page_folio(vec->bv_page);
		if (!folio_test_swapbacked(folio) || !folio_test_locked(folio) ||
		    folio->mapping || !hr_swap_entry(folio))
			return;
		swapped_in(folio);
	}
}

static struct page *page_in(struct kprobe *kp, struct pt_regs *regs)
{
	unsigned int argument = container_of(kp, struct hr_kprobe, kp)->argument;

	return (struct page *)regs_get_kernel_argument(regs, argument);
}

HR_KPROBE(hr_probe_workingset_eviction)
{
	struct folio *folio = page_folio(page_in(kp, regs));

	if (folio_test_swapcache(folio))
		swapped_out(folio);
}

HR_KPROBE(hr_probe_swap_read)
{
	/* A folio begins with its first page */
	swapped_in(page_folio(page_in(kp, regs)));
}
