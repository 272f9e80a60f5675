// SPDX-License-Identifier: GPL-2.0
/*
 * Probes of the page cache: detect evictions and refaults of file pages
 *
 * mm_filemap_delete_from_page_cache fires for every page that leaves the page cache, under
 * the i_pages lock (with interrupts off, except on RT). Reclaim has frozen the page, that
 * is, dropped its last references; truncation has not. Reclaim also runs with PF_MEMALLOC
 * set; drop_caches and fadvise() do not. A page with both is evicted.
 *
 * mm_filemap_add_to_page_cache fires after a page was added, outside the lock and already
 * charged to its cgroup. If the page was evicted before, this is a refault, with two
 * exceptions. If the file ended before this page, a truncated file is being rewritten: this
 * is not counted. A page that is overwritten as a whole is not read either, but cannot be
 * distinguished from one that is: this is counted.
 */
#include <linux/fs.h>
#include <linux/memcontrol.h>
#include <linux/pagemap.h>
#include <linux/sched.h>

#include "nonresident.h"
#include "probes.h"
#include "refault.h"

static __always_inline struct hr_page_name name_of(const struct folio *folio)
{
	const struct inode *inode = folio->mapping->host;

	return (struct hr_page_name){
		.inode = inode, .file = inode->i_ino, .index = folio->index,
	};
}

HR_PROBE(hr_probe_filemap_delete,
	 TP_PROTO(void *data, struct folio *folio),
	 TP_ARGS(data, folio))
{
	if (!folio_ref_count(folio))
		hr_evicted(folio, HEADROOM_PAGE_KIND_FILE, name_of(folio));
}

/* Whether the page is within the file; if not, the file grows and nothing is read */
static __always_inline bool within_file(const struct folio *folio, pgoff_t index)
{
	return (loff_t)index << PAGE_SHIFT < i_size_read(folio->mapping->host);
}

/* @folio is the second parameter, as in the probe, so that it stays in its register */
static noinline void came_back_slow(u64 hash, struct folio *folio, pgoff_t index)
{
	struct hr_nonresident page;

	if (hr_nonresident_take(hash, &page) && within_file(folio, index))
		hr_refaulted(hash, folio, &page);
}

/* Look for a page in the slots whose bits are set in @found, and charge its refault */
static noinline void came_back(u64 hash, struct folio *folio,
			       struct hr_nonresident_bucket *bucket, u64 found)
{
	const struct hr_route *route = this_cpu_ptr(&hr_route);
	unsigned long i = __ffs(found) / 8;
	const struct hr_nonresident_slot *slot = &bucket->slot[i];
	u64 clocks;
	u32 when;

	/*
	 * Pairs with WRITE_ONCE() in hr_nonresident_fill(). Races with other CPUs that write
	 * the slot: hr_nonresident_empty() checks it.
	 */
	if (unlikely(READ_ONCE(slot->check) != (u32)hash ||
		     !hr_route_fits(route, folio, &slot->page))) {
		came_back_slow(hash, folio, folio->index);
		return;
	}
	when = READ_ONCE(slot->page.when);
	clocks = READ_ONCE(slot->page.clocks);
	/* These values are valid only if the tag has not changed: see hr_nonresident_fill() */
	if (likely(hr_nonresident_empty(bucket, i, hash)) &&
	    likely(within_file(folio, folio->index)))
		hr_refaulted_again(route, folio, hash, when, clocks);
}

static noinline void added_large(void *data, struct folio *folio)
{
	struct hr_page_name name = name_of(folio);
	unsigned long i, nr = folio_nr_pages(folio);

	/* Reclaim does not evict these */
	if (folio_test_hugetlb(folio))
		return;
	for (i = 0; i < nr; i++, name.index++)
		if (hr_nonresident_sampled(name))
			came_back_slow(hr_nonresident_hash(HEADROOM_PAGE_KIND_FILE, name),
				       folio, name.index);
}

HR_PROBE(hr_probe_filemap_add, TP_PROTO(void *data, struct folio *folio), TP_ARGS(data, folio))
{
	struct hr_nonresident_bucket *bucket;
	struct hr_page_name name;
	u64 hash, found;

	if (unlikely(hr_folio_large(folio))) {
		added_large(data, folio);
		return;
	}
	name = name_of(folio);
	if (static_branch_unlikely(&hr_nonresident_sampling) &&
	    likely(!hr_nonresident_sampled(name)))
		return;
	hash = hr_nonresident_hash(HEADROOM_PAGE_KIND_FILE, name);
	bucket = hr_nonresident_bucket(hash);
	found = hr_nonresident_maybe(bucket, hash);
	if (found)
		came_back(hash, folio, bucket, found);
}
