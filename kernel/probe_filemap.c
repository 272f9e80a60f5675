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
 * is not counted. Nor is a page that is overwritten as a whole, since it is not read.
 *
 * A task that writes to a file holds the lock of its inode for writing. A page that it adds may be
 * overwritten, or read first if it is written to in part: overwrite.c waits for block_bio_queue,
 * which fires for that read. A file system that is not on a block device reads without it, so all
 * pages there that a write brings back count as refaults.
 */
#include <linux/bio.h>
#include <linux/fs.h>
#include <linux/memcontrol.h>
#include <linux/pagemap.h>
#include <linux/sched.h>

#include "holder.h"
#include "nonresident.h"
#include "overwrite.h"
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

/* Of the pages of a block, which begins at @first, those within the file */
static u16 block_within_file(const struct folio *folio, pgoff_t first, u16 pages)
{
	u64 end = ((u64)i_size_read(folio->mapping->host) + PAGE_SIZE - 1) >> PAGE_SHIFT;

	if (end >= first + HR_BLOCK_PAGES)
		return pages;
	return end <= first ? 0 : pages & hr_block_mask(0, end - first);
}

/* Whether the running task writes to the file, or else reads from it */
static __always_inline bool is_written(const struct folio *folio)
{
	/* Pairs with the kernel's rwsem_set_owner(): only this task stores its own address */
	return hr_rwsem_owner(&folio->mapping->host->i_rwsem) == (unsigned long)current;
}

/* Whether pages that the running task adds wait for the bio that reads them: see overwrite.c */
static bool may_be_overwritten(const struct folio *folio)
{
	return is_written(folio) && folio->mapping->host->i_sb->s_bdev;
}

/* Take a small folio with an entry of its own out of the table. Returns false if it has none. */
static bool page_came_back(u64 hash, struct folio *folio)
{
	struct hr_nonresident page;

	if (!hr_nonresident_take(hash, &page))
		return false;
	if (!within_file(folio, folio->index))
		return true;
	if (may_be_overwritten(folio))
		hr_overwrite_wait(folio_page(folio, 0), hash, 0, &page);
	else
		hr_refaulted(hash, folio, &page);
	return true;
}

/*
 * Have pages of a block wait for their reads. If the folio has all of the block, its pages have
 * aligned addresses, since the folio has: they wait together.
 */
static void wait_for_reads(struct folio *folio, struct hr_page_name name, unsigned long pages,
			   const struct hr_nonresident *evicted)
{
	pgoff_t first = round_down(name.index, HR_BLOCK_PAGES);
	unsigned long i;

	if (folio_nr_pages(folio) >= HR_BLOCK_PAGES) {
		hr_overwrite_wait(folio_page(folio, first - folio->index),
				  hr_nonresident_hash(HEADROOM_PAGE_KIND_FILE, name), pages,
				  evicted);
		return;
	}
	for_each_set_bit(i, &pages, HR_BLOCK_PAGES) {
		name.index = first + i;
		hr_overwrite_wait(folio_page(folio, name.index - folio->index),
				  hr_nonresident_hash(HEADROOM_PAGE_KIND_FILE, name), 0, evicted);
	}
}

/*
 * Charge pages of a block that have left the table, or have them wait; @pages are their bits, @hash
 * is that of one of them
 */
static void pages_came_back(u64 hash, struct folio *folio, struct hr_page_name name, u16 pages,
			    const struct hr_nonresident *evicted)
{
	pages = block_within_file(folio, round_down(name.index, HR_BLOCK_PAGES), pages);
	if (!pages)
		return;
	if (may_be_overwritten(folio))
		wait_for_reads(folio, name, pages, evicted);
	else
		hr_refaulted_block(hash, folio, evicted, hweight16(pages));
}

/*
 * Take @nr pages from @name on, all in one block, out of its entry; @hash is that of the first
 * one. Returns the bits of those that it had.
 */
static noinline u16 block_came_back(u64 hash, struct folio *folio, struct hr_page_name name,
				    unsigned int nr)
{
	u64 block = hr_nonresident_tell_apart(hr_nonresident_block_hash(hash, name.index),
					      name.inode);
	struct hr_nonresident page;
	u16 taken = hr_nonresident_take_block(block, hr_block_mask(name.index, nr), &page);

	if (taken)
		pages_came_back(hash, folio, name, taken, &page);
	return taken;
}

/* Take a page out of the entry of its block */
static void came_back_in_block(struct folio *folio)
{
	struct hr_page_name name = name_of(folio);

	block_came_back(hr_nonresident_hash(HEADROOM_PAGE_KIND_FILE, name), folio, name, 1);
}

/* @folio is the second parameter, as in the probe, so that it stays in its register */
static noinline void came_back_slow(u64 hash, struct folio *folio)
{
	/* Pairs with WRITE_ONCE() in hr_nonresident_replace_block() */
	if (!page_came_back(hash, folio) && READ_ONCE(hr_nonresident_has_blocks))
		came_back_in_block(folio);
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

	hash = hr_nonresident_tell_apart(hash, folio->mapping->host);
	/*
	 * Pairs with WRITE_ONCE() in hr_nonresident_fill(). Races with other CPUs that write
	 * the slot: hr_nonresident_empty() checks it.
	 */
	if (unlikely(READ_ONCE(slot->check) != (u32)hash || is_written(folio) ||
		     !hr_route_fits(route, folio, &slot->page))) {
		came_back_slow(hash, folio);
		return;
	}
	when = READ_ONCE(slot->page.when);
	clocks = READ_ONCE(slot->page.clocks);
	/* These values are valid only if the tag has not changed: see hr_nonresident_fill() */
	if (unlikely(!hr_nonresident_empty(bucket, i, hash)))
		return;
	/* The victim, which route and page have in common */
	hr_holder_add((u32)route->keys, -1);
	if (likely(within_file(folio, folio->index)))
		hr_refaulted_again(route, folio, hash, when, clocks, 1);
}

static bool clocks_are_close(u32 a, u32 b)
{
	return a - b + HR_BLOCK_PAGES - 1 <= 2 * (HR_BLOCK_PAGES - 1);
}

/*
 * Whether pages with entries of their own may be charged as those of a block are: they were evicted
 * one after the other. Distance and age do not matter if they are overwritten. The groups of
 * samples need each page.
 */
static bool are_alike(const struct folio *folio, const struct hr_nonresident *a,
		      const struct hr_nonresident *b)
{
	if (a->keys != b->keys || a->why != b->why || hr_nonresident_shift())
		return false;
	return (a->when == b->when && clocks_are_close(a->clock, b->clock) &&
		clocks_are_close(a->target_clock, b->target_clock)) ||
	       may_be_overwritten(folio);
}

/* Look for @nr pages from @name on, all in one block, that have entries of their own */
static void added_pages(u64 hash, struct folio *folio, struct hr_page_name name, unsigned long nr)
{
	const struct hr_page_name part = name;
	u16 pages = 0, bit = hr_block_mask(name.index, 1);
	struct hr_nonresident page, first;
	u64 first_hash;

	for (; nr; nr--, bit <<= 1, name.index++, hash += hr_nonresident_table.key.hash_index) {
		if (static_branch_unlikely(&hr_nonresident_sampling) &&
		    !hr_nonresident_sampled(name))
			continue;
		if (!hr_nonresident_maybe(hr_nonresident_bucket(hash), hash) ||
		    !hr_nonresident_take(hr_nonresident_tell_apart(hash, name.inode), &page))
			continue;
		if (pages && !are_alike(folio, &first, &page)) {
			pages_came_back(first_hash, folio, part, pages, &first);
			pages = 0;
		}
		if (!pages) {
			first = page;
			first_hash = hash;
		}
		pages |= bit;
	}
	if (pages)
		pages_came_back(first_hash, folio, part, pages, &first);
}

static noinline void added_large(void *data, struct folio *folio)
{
	struct hr_page_name name = name_of(folio);
	unsigned long n, nr = folio_nr_pages(folio);
	u64 hash = hr_nonresident_hash(HEADROOM_PAGE_KIND_FILE, name);
	u16 taken;

	/* Reclaim does not evict these */
	if (folio_test_hugetlb(folio))
		return;
	if (nr >= HR_BLOCK_PAGES)
		hr_nonresident_expect_blocks();
	for (; nr; nr -= n, name.index += n, hash += n * hr_nonresident_table.key.hash_index) {
		n = min(nr, hr_block_rest(name.index));
		/* Pairs with WRITE_ONCE() in hr_nonresident_replace_block() */
		taken = READ_ONCE(hr_nonresident_has_blocks) ?
			block_came_back(hash, folio, name, n) : 0;
		/* A page has one entry at most */
		if (taken != hr_block_mask(name.index, n))
			added_pages(hash, folio, name, n);
	}
}

/* Look for a page that may have an entry of its own or be in that of a block */
static noinline void added_beside_blocks(void *data, struct folio *folio)
{
	struct hr_page_name name = name_of(folio);
	u64 hash = hr_nonresident_hash(HEADROOM_PAGE_KIND_FILE, name);
	struct hr_nonresident_bucket *bucket = hr_nonresident_bucket(hash);
	u64 found = hr_nonresident_maybe(bucket, hash);

	if (found)
		came_back(hash, folio, bucket, found);
	else
		block_came_back(hash, folio, name, 1);
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
	if (static_branch_unlikely(&hr_nonresident_look_closer)) {
		if (likely(!hr_nonresident_sampled(name)))
			return;
		/* Pairs with WRITE_ONCE() in hr_nonresident_replace_block() */
		if (READ_ONCE(hr_nonresident_has_blocks)) {
			added_beside_blocks(data, folio);
			return;
		}
	}
	hash = hr_nonresident_hash(HEADROOM_PAGE_KIND_FILE, name);
	bucket = hr_nonresident_bucket(hash);
	found = hr_nonresident_maybe(bucket, hash);
	if (found)
		came_back(hash, folio, bucket, found);
}

/* Charge the refault of a page that is read before it is written to */
static noinline void read_before_write(struct page *page)
{
	struct folio *folio = page_folio(page);
	struct hr_nonresident evicted;
	struct hr_page_name name;
	u64 hash;

	/* What is not a locked folio of a file has taken the address of one */
	if (folio_test_slab(folio) || !folio_test_locked(folio) || folio_test_swapbacked(folio) ||
	    !folio->mapping || folio_test_anon(folio))
		return;
	name = name_of(folio);
	name.index += folio_page_idx(folio, page);
	hash = hr_nonresident_hash(HEADROOM_PAGE_KIND_FILE, name);
	if (hr_overwrite_take(page, hash, &evicted))
		hr_refaulted(hash, folio, &evicted);
}

/* Each page of a vector, which has several if they are neighbours */
static void read_vector(const struct bio_vec *vec)
{
	unsigned int i, nr = DIV_ROUND_UP(vec->bv_offset + vec->bv_len, PAGE_SIZE);

	for (i = 0; i < nr; i++)
		if (unlikely(hr_overwrite_waits(vec->bv_page + i)))
			read_before_write(vec->bv_page + i);
}

HR_PROBE(hr_probe_read_bio, TP_PROTO(void *data, struct bio *bio), TP_ARGS(data, bio))
{
	const struct bio_vec *vec = bio->bi_io_vec;
	unsigned int left;

	/* A device on top of others sends clones to them */
	if (likely(!hr_overwrite_waiting()) || bio_op(bio) != REQ_OP_READ ||
	    bio_flagged(bio, BIO_CLONED))
		return;
	/* Only the iterator counts the vectors: see probe_swap.c */
	for (left = bio->bi_iter.bi_size; left; left -= min(left, vec->bv_len), vec++)
		read_vector(vec);
}
