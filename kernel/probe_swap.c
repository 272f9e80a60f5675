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
 *	mm_lru_insertion fires when a folio that came back is added to an LRU list. It
 *	shows those that come back without I/O, from zswap or as a page of zeros, while they
 *	are in the swap cache. Folios wait in a batch of the CPU until it is full, so the
 *	event is late, or early: the folio that fills the batch has not been read. Only
 *	a page that the nonresident table has is counted, so those that block_bio_queue has
 *	counted are not; and block_bio_queue leaves out those that were counted before
 *	their read, see counted_early[].
 *
 *	The event fires for each page of any kind. It is attached when the first page goes
 *	to swap. These are not seen:
 *	- a page that left the swap cache before the batch was full: shared memory, mostly
 *	- a page that never was in the swap cache: 6.1 and 6.12 read from zram without it
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
#include <linux/workqueue.h>

#include "nonresident.h"
#include "probes.h"
#include "refault.h"
#include "worker.h"

/* hooks.c sets its function, which attaches mm_lru_insertion */
struct work_struct hr_swap_used_work;
static bool swap_used;

/* A swap area is a file without an inode; its number is the type of the entry */
static __always_inline struct hr_page_name name_of(const struct folio *folio)
{
	swp_entry_t entry = { .val = hr_swap_entry(folio) };

	return (struct hr_page_name){
		.file = swp_type(entry), .index = swp_offset(entry),
	};
}

/*
 * Take the slots of a small folio, which have other pages now, out of the entry of a block that
 * was in them before. A large folio has blocks of its own, which replace others.
 */
static noinline void forget_block(struct folio *folio, struct hr_page_name name)
{
	unsigned long nr = folio_nr_pages(folio);
	u64 hash = hr_nonresident_hash(HEADROOM_PAGE_KIND_ANON, name);
	struct hr_nonresident stale;

	if (nr < HR_BLOCK_PAGES)
		hr_nonresident_take_block(hr_nonresident_block_hash(hash, name.index),
					  hr_block_mask(name.index, nr), &stale);
}

static __always_inline void swapped_out(struct folio *folio)
{
	/* Pairs with WRITE_ONCE() in hr_nonresident_replace_block() */
	if (unlikely(READ_ONCE(hr_nonresident_has_blocks)))
		forget_block(folio, name_of(folio));
	hr_evicted(folio, folio_test_anon(folio) ? HEADROOM_PAGE_KIND_ANON :
						   HEADROOM_PAGE_KIND_SHMEM,
		   name_of(folio));
}

/* The last pages that were counted before their read, by their hash */
static u64 counted_early[64];

static u64 *early_slot(u64 hash)
{
	return &counted_early[hash % ARRAY_SIZE(counted_early)];
}

/*
 * Whether the page was counted before its read. If its slot was needed for another page since,
 * the page is counted twice. A page from zswap is never read, so its slot keeps the hash: if the
 * same place in swap is later read from a disk, after the table has forgotten it, that is missed.
 */
static bool was_counted_early(u64 hash)
{
	u64 *slot = early_slot(hash);

	/* Pairs with WRITE_ONCE() in page_came_back() and block_came_back(), mostly in this task */
	if (READ_ONCE(*slot) != hash)
		return false;
	WRITE_ONCE(*slot, 0);
	return true;
}

static const struct hr_nonresident unknown_page = {
	.kind = HEADROOM_PAGE_KIND_ANON,
	.reason = HEADROOM_REASON_UNKNOWN,
};

/*
 * Charge a page that is not in a block. If it is read it was evicted, even if the nonresident
 * table does not have it: returns whether it is charged as unknown, by the caller.
 */
static __always_inline bool page_came_back(u64 hash, struct folio *folio, bool read)
{
	struct hr_nonresident page;

	if (!hr_nonresident_take(hash, &page))
		return read && !was_counted_early(hash);
	/* Pairs with READ_ONCE() in was_counted_early(): the same task */
	if (!read && !folio_test_uptodate(folio))
		WRITE_ONCE(*early_slot(hash), hash);
	hr_refaulted(hash, folio, &page);
	return false;
}

/* Take pages of one block out of its entry, and charge them. Returns their bits, from @name on. */
static u16 block_came_back(u64 hash, struct folio *folio, struct hr_page_name name,
			   unsigned int nr, bool read)
{
	struct hr_nonresident page;
	u16 taken = hr_nonresident_take_block(hr_nonresident_block_hash(hash, name.index),
					      hr_block_mask(name.index, nr), &page);

	if (!taken)
		return 0;
	/* Pairs with READ_ONCE() in was_counted_early(). A folio that is not read yet is small. */
	if (!read && !folio_test_uptodate(folio))
		WRITE_ONCE(*early_slot(hash), hash);
	hr_refaulted_block(hash, folio, &page, hweight16(taken));
	return taken >> name.index % HR_BLOCK_PAGES;
}

/*
 * Charge @nr pages from @name on, all in one block. A page in the block's entry may have one of its
 * own, too: it is older, from another page that used the slot.
 */
static void part_came_back(struct folio *folio, struct hr_page_name name, unsigned int nr,
			   bool read)
{
	u64 hash = hr_nonresident_hash(HEADROOM_PAGE_KIND_ANON, name);
	unsigned int unknown = 0;
	u64 unknown_hash = 0;
	struct hr_nonresident stale;
	u16 taken = 0;

	/* Pairs with WRITE_ONCE() in hr_nonresident_replace_block() */
	if (READ_ONCE(hr_nonresident_has_blocks))
		taken = block_came_back(hash, folio, name, nr, read);
	for (; nr; nr--, name.index++, hash += hr_nonresident_table.key.hash_index, taken >>= 1) {
		if (!hr_nonresident_sampled(name))
			continue;
		if (taken & 1) {
			hr_nonresident_take(hash, &stale);
		} else if (page_came_back(hash, folio, read)) {
			unknown_hash = hash;
			unknown++;
		}
	}
	if (unknown)
		hr_refaulted_block(unknown_hash, folio, &unknown_page, unknown);
}

static noinline void parts_came_back(struct folio *folio, bool read)
{
	struct hr_page_name name = name_of(folio);
	unsigned long n, nr = folio_nr_pages(folio);

	for (; nr; nr -= n, name.index += n) {
		n = min(nr, hr_block_rest(name.index));
		part_came_back(folio, name, n, read);
	}
}

/* Charge the pages of a folio that comes from swap: it is being read, or else added to a list */
static __always_inline void came_back(struct folio *folio, bool read)
{
	struct hr_page_name name = name_of(folio);
	u64 hash;

	/* Pairs with WRITE_ONCE() in hr_nonresident_replace_block() */
	if (unlikely(hr_folio_large(folio) || READ_ONCE(hr_nonresident_has_blocks))) {
		parts_came_back(folio, read);
		return;
	}
	if (!hr_nonresident_sampled(name))
		return;
	hash = hr_nonresident_hash(HEADROOM_PAGE_KIND_ANON, name);
	if (page_came_back(hash, folio, read))
		hr_refaulted(hash, folio, &unknown_page);
}

static void swapped_in(struct folio *folio)
{
	came_back(folio, true);
}

HR_PROBE(hr_probe_write_folio, TP_PROTO(void *data, struct folio *folio), TP_ARGS(data, folio))
{
	/* The folio is unlocked: another task may have freed it from the swap cache */
	if (!folio_test_swapbacked(folio) || !folio_test_swapcache(folio))
		return;
	/* Pairs with WRITE_ONCE() here on another CPU: the work may be queued more than once */
	if (unlikely(!READ_ONCE(swap_used))) {
		WRITE_ONCE(swap_used, true);
		hr_worker_queue(&hr_swap_used_work);
	}
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

/*
 * Whether a folio in the swap cache, which is being added to an LRU list, comes from swap.
 * Others do not: an anonymous page on its way to swap that was moved or put back; and a page that
 * zswap writes to the disk behind it. zswap does so in reclaim or in a kernel thread, where the
 * batch is mostly emptied, too; the folio is under I/O, or only the swap cache and the batch
 * refer to it.
 */
static bool comes_from_swap(struct folio *folio)
{
	bool for_task = !(current->flags & (PF_MEMALLOC | PF_KTHREAD));

	/* The first of its batch that has not been read: block_bio_queue sees large ones */
	if (!folio_test_uptodate(folio))
		return for_task && !hr_folio_large(folio);
	if (folio_mapped(folio))
		return true;
	/* Read, and not mapped yet: read ahead, or wanted by a fault */
	return !folio->mapping && !folio_test_writeback(folio) &&
	       (for_task || folio_test_readahead(folio) ||
		folio_ref_count(folio) > folio_nr_pages(folio) + 1);
}

static noinline void added_from_swap_cache(struct folio *folio)
{
	if (comes_from_swap(folio))
		came_back(folio, false);
}

HR_PROBE(hr_probe_lru_insertion, TP_PROTO(void *data, struct folio *folio), TP_ARGS(data, folio))
{
	if (unlikely(folio_test_swapcache(folio)))
		added_from_swap_cache(folio);
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
