// SPDX-License-Identifier: GPL-2.0
/*
 * Page cache: what is an eviction, and what is a refault
 *
 * mm_filemap_delete_from_page_cache fires for every page that leaves the page
 * cache, under the i_pages lock (with interrupts off, but on RT). Reclaim has frozen the
 * page, that is, taken its last references, which truncation has not; and runs
 * with PF_MEMALLOC set, which drop_caches and fadvise() do not. Both together
 * are an eviction.
 *
 * mm_filemap_add_to_page_cache fires when a page was added, outside the lock,
 * and already charged to its cgroup. If the page is one that was evicted, that
 * is a refault. Two exceptions: the file ended before this page, so that a
 * truncated file is being written anew; and a page that is overwritten as a
 * whole without being read, which cannot be told from a read here.
 */
#include <linux/fs.h>
#include <linux/memcontrol.h>
#include <linux/pagemap.h>
#include <linux/sched.h>

#include "nonresident.h"
#include "probes.h"
#include "refault.h"

/*
 * What tells a file from all others, also from one that gets its inode number
 * later, on file systems that keep an inode generation. The inode's address would
 * not do: it is reused, and changes when the inode leaves the cache. Where this
 * falls short stands in Documentation/refault.rst.
 */
static u64 file_of(const struct address_space *mapping)
{
	const struct inode *inode = mapping->host;

	return inode->i_ino * 0xd6e8feb86659fd93ULL ^
		((u64)inode->i_sb->s_dev << 32 | inode->i_generation);
}

void headroom_probe_filemap_delete(void *data, struct folio *folio)
{
	if (folio_ref_count(folio) || !(current->flags & PF_MEMALLOC))
		return;
	headroom_evicted(folio, HEADROOM_PAGE_KIND_FILE, file_of(folio->mapping),
			 folio->index);
}

/* A page that seems to be remembered */
static noinline void came_back(struct folio *folio, u64 hash, pgoff_t index)
{
	struct headroom_nonresident page;

	if (headroom_nonresident_take(hash, &page) &&
	    (loff_t)index << PAGE_SHIFT < i_size_read(folio->mapping->host))
		headroom_refaulted(folio_memcg(folio), hash, &page);
}

static __always_inline void added(struct folio *folio, u64 file, pgoff_t index)
{
	u64 hash = headroom_nonresident_hash(file, index);

	if (headroom_nonresident_sampled(hash) &&
	    unlikely(headroom_nonresident_maybe(hash)))
		came_back(folio, hash, index);
}

static noinline void added_large(struct folio *folio, u64 file)
{
	unsigned long i, nr = folio_nr_pages(folio);

	for (i = 0; i < nr; i++)
		added(folio, file, folio->index + i);
}

void headroom_probe_filemap_add(void *data, struct folio *folio)
{
	u64 file = file_of(folio->mapping);

	if (unlikely(folio_test_large(folio)))
		added_large(folio, file);
	else
		added(folio, file, folio->index);
}
