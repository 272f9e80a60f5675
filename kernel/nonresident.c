// SPDX-License-Identifier: GPL-2.0
/*
 * Remember evicted pages, and compute their refault distance when they come back
 *
 * Each cgroup has a clock that ticks once for each page that reclaim evicts from it. When
 * a page is evicted, the nonresident table remembers it together with the cgroup and the
 * reading of its clock. When the page is read again, that is a refault, and
 *
 *	refault distance = clock now - clock at eviction
 *
 * pages of the cgroup were evicted in between. With that many pages more, reclaim would
 * not have reached this one: the distance says, in evictions, how far the cgroup was from
 * having enough memory. The idea is that of mm/workingset.c, which keeps the reading in
 * the tree of the page cache. There, shadows are shrunk, and distances are only compared
 * with the size of the active list; here, the table has a fixed size, and distances are
 * recorded. Documentation/refault.rst has the model, and what a distance is worth in
 * memory.
 *
 * If pages are evicted for a limit further up, or because the machine is short, more
 * memory for the target of reclaim would have helped. The target has a clock of its own,
 * which counts the pages evicted on its behalf.
 *
 * Names
 * -----
 * A page is identified by file system, inode number and generation, and index. Place and
 * hash are linear in the index, which spreads the pages of a file evenly without mixing bits.
 * The hash mixes what identifies the file, since regular sets of files are too many for one
 * pair of factors to be good for all of them:
 *
 *	place = inode * A + index * B				(of 2^32)
 *	hash  = swab(inode * a + generation + file system * b) * c + index * d	(of 2^64)
 *
 * The factors are chosen at random when the module is loaded. With public ones a process
 * could read only pages that are not sampled, or only those that are; or fill the buckets of
 * others. A random start would not help: pages whose places are equally far apart can be
 * chosen without it. Nor may the factors be just any: pages and files are read in order, and
 * the multiples of a bad factor leave gaps. Good are numbers that are hard to approximate by
 * fractions, like the golden section, which is the best of them: their continued fraction has
 * small terms only. There are many: about one number in 250 has no term above 4. The places
 * of any regular subset of pages are then spread more evenly than by a random hash: of 1.6
 * million pages of a file, one in 64 was sampled to within 3 of 24,576, for any of 30 factors.
 *
 * Subvolumes and snapshots
 * ------------------------
 * Some file systems have several files of one number, alike in all that is named above: a
 * file and its snapshot. Their public data do not tell them apart, but the addresses of
 * their inodes do. The inode of a file with evicted pages stays in memory as long as the
 * kernel keeps the shadow entries of these pages. After that the pages have other names, and
 * their refaults are missed. So the address is part of the name in these file systems only.
 *
 * A process that can read its own refaults can still find out over time which of its pages
 * are sampled.
 *
 * Sampling
 * --------
 * A page is tracked if the highest sample_shift bits of its place are all zero: one
 * page in 2^sample_shift, and the same ones until the module is unloaded (spatial sampling:
 * SHARDS, Waldspurger et al., FAST '15). The clocks count all pages, so distances need no
 * scaling; refaults stand for 2^sample_shift each.
 *
 * The table
 * ---------
 * A bucket holds eight entries. Their tags are one word: a miss reads only that, and
 * compares all eight at once.
 *
 *	 0      8                                                 232              248  256
 *	+------+---------------------------------------------------+----------------+----+
 *	|tag[8]| slot[8]: check, victim, evictor, clocks, when, ... | block_check[8] |    |
 *	+------+---------------------------------------------------+----------------+----+
 *
 *	hash, 64 bits:  | bucket | group |            | check, 32 bits   |
 *	                                                            |tag|
 *
 * Two pages are mistaken for each other only if bucket and check agree: a chance of at
 * most 8 in 2^32 for a lookup.
 *
 * Blocks
 * ------
 * A folio of 2 MiB is evicted in one event, and 512 insertions would keep interrupts off too long.
 * So the pages of a large folio have an entry for each aligned block of 16, while those of a folio
 * below 64 KiB, and all while pages are sampled, have one each. The pages of a block were evicted
 * together: they share the clocks of the last of them, and distances are up to 15 too small.
 *
 * A block has the hash of the page whose index is the number of the block, so blocks fill the
 * buckets as evenly as pages do. No tag of a block equals that of a page, so that a lookup finds
 * only what it looks for:
 *
 *	               tag             check, 32 bits
 *	              7     0         31              15               0
 *	             +-+-----+-+     +---------------------------------+
 *	page         |1|hash |1|     | hash                            |
 *	             +-+-----+-+     +----------------+----------------+
 *	block        |1|1|hash|0|    | hash           | pages still out |
 *	             +-+-+---+-+     +----------------+----------------+    block_check
 *	free, BUSY    0, 0x80         the lower 16 bits of the hash are in  | hash |
 *
 *	file:   ... | 16 pages, all out  | read: page 3        | ...
 *	mask:         1111111111111111     1111111111110111
 *
 * A page that comes back is looked up by its own hash, then by that of its block. The CPU that
 * clears its bit has the page, by a compare-and-exchange of half the check and all bits; the one
 * that clears the last bit empties the slot. A CPU that forgets the block makes its tag BUSY, then
 * clears all bits, and counts those that it cleared. Once it has done so, no other can take a page
 * out of the block, so that each page is counted once. A block that comes back as a whole takes
 * one exchange for all its pages.
 *
 * A page of a file has one entry at most: it leaves the table when it returns. A slot in swap can
 * be freed without an event, and its entry stays. Another page that goes to the slot replaces it or
 * clears its bit; a block replaces only an older block, since 16 more lookups would cost as
 * much as the entries of the pages, and a lookup takes the block for the newer one.
 *
 * Concurrency
 * -----------
 * There is no lock: some probes run under the lock of the page cache, others without it
 * and with interrupts on. The CPU that sets the highest bit of a free tag, or changes a tag
 * to BUSY, owns the slot until it stores the new tag. The CPU that changes the tag of a page to
 * EMPTY owns the contents that it has read. A page cannot be evicted while it is being added, so
 * no CPU rewrites an entry with the same check while another takes it.
 *
 * If a bucket is full, a page is forgotten: the oldest one of the cgroup that holds most of the
 * table in proportion to its share, see share.c. So a cgroup that evicts at any rate replaces
 * its own entries, once it holds its share. Loads are those of the whole table: a cgroup
 * with six pages in one bucket may hold a tenth of all. Nor does the distance of an entry on its
 * victim's clock tell what the victim holds: pages that came back have left the table.
 */
#include <linux/bitops.h>
#include <linux/build_bug.h>
#include <linux/compiler.h>
#include <linux/log2.h>
#include <linux/magic.h>
#include <linux/math64.h>
#include <linux/minmax.h>
#include <linux/mutex.h>
#include <linux/percpu.h>
#include <linux/random.h>
#include <linux/rcupdate.h>
#include <linux/sched.h>
#include <linux/vmalloc.h>
#include <linux/workqueue.h>

#include "dropped.h"
#include "holder.h"
#include "nonresident.h"
#include "worker.h"

/* Not in linux/magic.h of each kernel */
#define BCACHEFS_MAGIC	0xca451a4e
#define CEPH_MAGIC	0x00c36400

#define WAYS	8
#define EMPTY	0
#define BUSY	HR_TAG_BUSY

struct hr_nonresident_table hr_nonresident_table __read_mostly;

/* Keeps the table from being replaced. Nests inside the registry lock. */
static DEFINE_MUTEX(size_mutex);
static unsigned long buckets;

DEFINE_STATIC_KEY_FALSE(hr_nonresident_sampling);
DEFINE_STATIC_KEY_FALSE(hr_nonresident_look_closer);
bool hr_nonresident_has_blocks __read_mostly;
DEFINE_PER_CPU(u64, hr_nonresident_remembered);
DEFINE_PER_CPU(const struct super_block *, hr_plain_file_system);

/**
 * struct contender - a cgroup with pages in a full bucket
 * @victim: its key
 * @cost: what an entry counts for it, see struct hr_holder
 * @load: what it holds of the whole table, in proportion to its share
 * @age: age of its oldest page in the bucket, in jiffies; negative if of a younger batch
 * @slot: the slot of that page
 * @pages: its pages in the bucket
 */
struct contender {
	u32 victim;
	u32 cost;
	u64 load;
	s32 age;
	u16 slot;
	u16 pages;
};

/* Find a cgroup among those found so far, or add it. Most pages follow one of the same */
static __always_inline struct contender *
contender_of(struct contender *contender, unsigned int *nr, u32 victim)
{
	struct contender *c;

	for (c = contender; c < contender + *nr; c++)
		if (c->victim == victim)
			return c;
	++*nr;
	*c = (struct contender){ .victim = victim, .age = S32_MIN };
	return c;
}

/* Find the cgroups with pages in a bucket, except for slots that are being written */
static __always_inline unsigned int
find_contenders(const struct hr_nonresident_bucket *bucket, u64 tags, u32 now,
		struct contender *contender)
{
	const struct hr_nonresident_slot *slot = bucket->slot;
	struct contender *c = contender;
	unsigned int nr = 0;
	u32 victim;
	s32 age;

	/* Pairs with hr_nonresident_fill(), which may race: a wrong choice costs another page */
	for (; slot < bucket->slot + WAYS; slot++, tags >>= 8) {
		if ((u8)tags == BUSY)
			continue;
		victim = READ_ONCE(slot->page.victim);
		if (!nr || c->victim != victim)
			c = contender_of(contender, &nr, victim);
		age = now - READ_ONCE(slot->page.when);
		c->pages++;
		if (age > c->age) {
			c->slot = slot - bucket->slot;
			c->age = age;
		}
	}
	return nr;
}

/*
 * The slot of the page to forget, or -1 if all are being written. Of the cgroups whose load is
 * within an eighth of the highest, the one with most pages in the bucket loses its oldest. The
 * loads alone would leave it to chance whose pages fill a bucket: cgroups that have used up
 * their shares have nearly the same load.
 */
static noinline int
heaviest_slot(const struct hr_nonresident_bucket *bucket, u64 tags, u32 now)
{
	struct contender contender[WAYS] __uninitialized, *heaviest = contender, *c;
	unsigned int nr = find_contenders(bucket, tags, now, contender);
	u64 pages, most_pages = 0, most = 0;

	if (nr <= 1)
		return nr ? heaviest->slot : -1;
	for (c = contender; c < contender + nr; c++) {
		c->load = hr_holder_load(c->victim, &c->cost);
		most = max(most, c->load);
	}
	for (c = contender; c < contender + nr; c++) {
		pages = (u64)c->pages * c->cost;
		if (c->load < most - most / 8 || pages < most_pages ||
		    (pages == most_pages && most_pages && c->age <= heaviest->age))
			continue;
		most_pages = pages;
		heaviest = c;
	}
	return heaviest->slot;
}

static unsigned int block_tag(u64 hash)
{
	return ((u8)hash & ~HR_TAG_WRITTEN) | HR_TAG_BUSY | HR_TAG_BLOCK;
}

static bool tag_is_block(u8 tag)
{
	return (tag & (HR_TAG_BLOCK | HR_TAG_WRITTEN)) == HR_TAG_BLOCK;
}

/* Whether the check in a slot that has a block is that of a hash */
static bool block_fits(const struct hr_nonresident_bucket *bucket, unsigned int i, u32 check,
		       u64 hash)
{
	/* Pairs with WRITE_ONCE() in fill_block() */
	return !((check ^ (u32)hash) >> HR_BLOCK_PAGES) &&
	       READ_ONCE(bucket->block_check[i]) == (u16)hash;
}

/* Fill a slot that the caller owns with a block of which all pages are evicted */
static void fill_block(struct hr_nonresident_bucket *bucket, unsigned int i,
		       u64 hash, const struct hr_nonresident *page)
{
	/* Pairs with READ_ONCE() in block_fits() */
	WRITE_ONCE(bucket->block_check[i], (u16)hash);
	/* A reader that races with this finds @check changed: see hr_nonresident_take_block() */
	data_race(bucket->slot[i].page = *page);
	/* Pairs with the acquire in hr_nonresident_take_block() */
	smp_store_release(&bucket->slot[i].check, (u32)hash | U16_MAX);
	/* Pairs with the acquire of the tags there */
	smp_store_release(&bucket->tag[i], block_tag(hash));
}

/* The slot of a page or a block that is remembered already, or -1 */
static __always_inline int same_slot(const struct hr_nonresident_bucket *bucket, u64 tags,
				     u64 hash, bool block)
{
	u64 found = hr_nonresident_find(tags, block ? block_tag(hash) : hr_nonresident_tag(hash));
	u32 check;
	int i;

	/*
	 * Pairs with WRITE_ONCE() in hr_nonresident_fill() and the release in fill_block();
	 * slot_write() checks the tag
	 */
	for (; found; found &= found - 1) {
		i = __ffs64(found) / 8;
		check = READ_ONCE(bucket->slot[i].check);
		if (block ? block_fits(bucket, i, check, hash) : check == (u32)hash)
			return i;
	}
	return -1;
}

/*
 * Write a page or a block to a slot whose tag is @tag, and copy the entry that it had to @old.
 * Returns false if another CPU was first.
 */
static __always_inline bool
slot_write(struct hr_nonresident_bucket *bucket, unsigned int i, u8 tag, u64 hash, bool block,
	   const struct hr_nonresident *page, struct hr_forgotten *old)
{
	/* Pairs with try_cmpxchg() in hr_nonresident_empty(): one of two CPUs gets the slot */
	if (unlikely(cmpxchg(&bucket->tag[i], tag, BUSY) != tag))
		return false;
	if (tag != EMPTY) {
		old->block = tag_is_block(tag);
		/* Pairs with try_cmpxchg() in hr_nonresident_take_block(): one gets each page */
		old->pages = old->block ? hweight16(xchg(&bucket->slot[i].check, 0)) : 1;
		old->page = bucket->slot[i].page;
		hr_holder_add(old->page.victim, -1);
	}
	if (block)
		fill_block(bucket, i, hash, page);
	else
		hr_nonresident_fill(bucket, i, hash, page);
	return true;
}

static __always_inline bool insert_slow(u64 hash, bool block, const struct hr_nonresident *page,
					struct hr_forgotten *forgotten)
{
	struct hr_nonresident_bucket *bucket = hr_nonresident_bucket(hash);
	u64 tags, empty;
	int tries, i;
	u8 tag;

	forgotten->pages = 0;
	for (tries = 0; tries < 2; tries++) {
		/* A hint. Pairs with cmpxchg() in slot_write(), which checks the tag */
		tags = READ_ONCE(bucket->tags);
		empty = ~tags & HR_TAGS_BUSY;
		i = empty ? __ffs64(empty) / 8 : heaviest_slot(bucket, tags, page->when);
		tag = i < 0 ? BUSY : tags >> 8 * i;
		if (tag == BUSY || !slot_write(bucket, i, tag, hash, block, page, forgotten))
			continue;
		if (tag != EMPTY)
			hr_drop(table_full, forgotten->pages);
		return true;
	}
	hr_drop(table_busy, block ? HR_BLOCK_PAGES : 1);
	return false;
}

/**
 * hr_nonresident_insert_slow - insert into a bucket that is full or being written to
 * @hash: as for hr_nonresident_insert()
 * @page: as for hr_nonresident_insert()
 * @forgotten: result: the entry that it replaces
 *
 * Context: any.
 * Return: whether the page is remembered; otherwise that is counted as dropped.
 */
bool hr_nonresident_insert_slow(u64 hash, const struct hr_nonresident *page,
				struct hr_forgotten *forgotten)
{
	return insert_slow(hash, false, page, forgotten);
}

/**
 * hr_nonresident_replace - remember a page in place of an older entry for it
 * @hash: its hash, which must be sampled
 * @page: what to remember of it
 * @forgotten: result: as for hr_nonresident_insert_slow(); not an older entry for @page
 *
 * Like hr_nonresident_insert() and hr_nonresident_insert_slow(), for a page that may already
 * be in the table: the kernel can free a page in swap without a refault.
 *
 * Context: any.
 * Return: whether the page is remembered.
 */
bool hr_nonresident_replace(u64 hash, const struct hr_nonresident *page,
			    struct hr_forgotten *forgotten)
{
	struct hr_nonresident_bucket *bucket = hr_nonresident_bucket(hash);
	/* A hint. Pairs with cmpxchg() in slot_write(), which checks the tag */
	int i = same_slot(bucket, READ_ONCE(bucket->tags), hash, false);

	bool written = i >= 0 && slot_write(bucket, i, hr_nonresident_tag(hash), hash, false,
					    page, forgotten);

	forgotten->pages = 0;
	return written || hr_nonresident_insert(hash, page) ||
	       hr_nonresident_insert_slow(hash, page, forgotten);
}

/**
 * hr_nonresident_replace_block - remember a block in place of an older entry for it
 * @hash: its hash, from hr_nonresident_block_hash()
 * @page: what to remember of its last page
 * @forgotten: result: as for hr_nonresident_insert_slow(); not an older entry for the block
 *
 * Not while pages are sampled. Entries of single pages of the block stay: a lookup takes the
 * block first.
 *
 * Context: any.
 * Return: whether the block is remembered.
 */
bool hr_nonresident_replace_block(u64 hash, const struct hr_nonresident *page,
				  struct hr_forgotten *forgotten)
{
	struct hr_nonresident_bucket *bucket = hr_nonresident_bucket(hash);
	/* A hint. Pairs with cmpxchg() in slot_write(), which checks the tag */
	int i = same_slot(bucket, READ_ONCE(bucket->tags), hash, true);

	/* Pairs with the plain reads by hr_nonresident_has_blocks: before the page comes back */
	if (unlikely(!READ_ONCE(hr_nonresident_has_blocks)))
		WRITE_ONCE(hr_nonresident_has_blocks, true);
	if (i >= 0 && slot_write(bucket, i, block_tag(hash), hash, true, page, forgotten)) {
		forgotten->pages = 0;
		return true;
	}
	return insert_slow(hash, true, page, forgotten);
}

/**
 * hr_nonresident_take - find a page that came back, and remove it from the table
 * @hash: its hash, which must be sampled
 * @page: result: what the table remembered of it
 *
 * Also counts that its victim has an entry less.
 *
 * Context: any.
 * Return: whether the page was in the table.
 */
bool hr_nonresident_take(u64 hash, struct hr_nonresident *page)
{
	struct hr_nonresident_bucket *bucket = hr_nonresident_bucket(hash);
	u64 found = hr_nonresident_maybe(bucket, hash);
	int i;

	for (; found; found &= found - 1) {
		i = __ffs64(found) / 8;
		/* Pairs with WRITE_ONCE() in hr_nonresident_fill() */
		if (READ_ONCE(bucket->slot[i].check) != (u32)hash)
			continue;
		/* Valid only if hr_nonresident_empty() finds the tag unchanged */
		data_race(*page = bucket->slot[i].page);
		if (hr_nonresident_empty(bucket, i, hash)) {
			hr_holder_add(page->victim, -1);
			return true;
		}
	}
	return false;
}

/* Empty the slot of a block without pages, unless it has another entry by now */
static void empty_block(struct hr_nonresident_bucket *bucket, unsigned int i, u64 hash)
{
	u8 tag = block_tag(hash);

	/* Pairs with cmpxchg() in slot_write(): one of two CPUs owns the slot */
	if (cmpxchg(&bucket->tag[i], tag, BUSY) != tag)
		return;
	/*
	 * Pairs with the release in fill_block(). A CPU that wants pages of that other block does
	 * not find it now, which costs their refaults.
	 */
	if (READ_ONCE(bucket->slot[i].check) & U16_MAX) {
		/* Pairs with the acquire in hr_nonresident_maybe() */
		smp_store_release(&bucket->tag[i], tag);
		return;
	}
	hr_holder_add(bucket->slot[i].page.victim, -1);
	/* Pairs with test_and_set_bit() in hr_nonresident_insert() */
	smp_store_release(&bucket->tag[i], EMPTY);
}

/**
 * hr_nonresident_take_block - find pages of a block that came back, and remove them
 * @hash: hash of the block, from hr_nonresident_block_hash()
 * @pages: bits of the pages, from hr_block_mask()
 * @page: result: what the table remembered of the last page of the block
 *
 * The check and the pages are one word. A CPU that forgets the block clears them before it
 * writes another entry: if the pages can be removed, @page was read before that. A lookup can
 * miss the block while another CPU empties the slot or writes to it: that costs the refaults of
 * pages that return while a slot of their bucket changes hands.
 *
 * Context: any.
 * Return: bits of the pages that were in the table.
 */
u16 hr_nonresident_take_block(u64 hash, u16 pages, struct hr_nonresident *page)
{
	struct hr_nonresident_bucket *bucket = hr_nonresident_bucket(hash);
	/* Pairs with the release in fill_block() */
	u64 found = hr_nonresident_find(smp_load_acquire(&bucket->tags), block_tag(hash));
	u32 check, taken;
	int i;

	for (; found; found &= found - 1) {
		i = __ffs64(found) / 8;
		/* Pairs with the release in fill_block(); the page is read after it */
		check = smp_load_acquire(&bucket->slot[i].check);
		if (!block_fits(bucket, i, check, hash))
			continue;
		/* Valid only if @check has not changed below */
		data_race(*page = bucket->slot[i].page);
		do {
			taken = check & pages;
			/* Another CPU that takes the rest changes the bits, but not the check */
			if (!taken || !block_fits(bucket, i, check, hash))
				return 0;
			/* Pairs with xchg() in slot_write(): one of two CPUs gets each page */
		} while (!try_cmpxchg(&bucket->slot[i].check, &check, check - taken));
		if (!((check - taken) & U16_MAX))
			empty_block(bucket, i, hash);
		return taken;
	}
	return 0;
}

/**
 * hr_nonresident_tell_apart_slow - hr_nonresident_tell_apart() for another file system
 * @hash: hash of a page of @inode
 * @inode: its file
 *
 * The bits of a hash above its lower half select the bucket, and the lowest eight are the tag.
 *
 * Context: any; preemption off.
 * Return: as hr_nonresident_tell_apart().
 */
u64 hr_nonresident_tell_apart_slow(u64 hash, const struct inode *inode)
{
	u64 address = (unsigned long)inode * hr_nonresident_table.key.hash_mix;

	switch (inode->i_sb->s_magic) {
	case BTRFS_SUPER_MAGIC:
	case BCACHEFS_MAGIC:
	case CEPH_MAGIC:
	case NILFS_SUPER_MAGIC:
		return hash ^ (address >> 32 & 0xffffff00);
	default:
		this_cpu_write(hr_plain_file_system, inode->i_sb);
		return hash;
	}
}

/**
 * hr_nonresident_forget_file_systems - look at the next file system of each CPU again
 *
 * No event reports that a file system is unmounted, and another one can take its address. Two
 * seconds are little for that.
 *
 * Context: process; called with each sweep.
 */
void hr_nonresident_forget_file_systems(void)
{
	int cpu;

	/* Pairs with this_cpu_write() in hr_nonresident_tell_apart_slow(); needs no order */
	for_each_possible_cpu(cpu)
		WRITE_ONCE(per_cpu(hr_plain_file_system, cpu), NULL);
}

/* Entries that a table holds */
static u64 table_used(const struct hr_nonresident_bucket *bucket,
		      unsigned long nr)
{
	u64 used = 0;

	for (; nr; nr--, bucket++) {
		/*
		 * A taken slot has the highest bit of its tag set. Pairs with test_and_set_bit()
		 * in hr_nonresident_insert(); no order is needed.
		 */
		used += hweight64(READ_ONCE(bucket->tags) & 0x8080808080808080ULL);
		cond_resched();
	}
	return used;
}

/* Pages that a table holds, which no CPU writes to */
static u64 table_pages(const struct hr_nonresident_bucket *bucket, unsigned long nr)
{
	u64 pages = 0;
	int i;

	for (; nr; nr--, bucket++) {
		for (i = 0; bucket->tags && i < WAYS; i++)
			if (bucket->tag[i] != EMPTY)
				pages += tag_is_block(bucket->tag[i]) ?
					 hweight16(bucket->slot[i].check) : 1;
		cond_resched();
	}
	return pages;
}

/**
 * hr_nonresident_read - read the size and the use of the nonresident table
 * @use: result
 *
 * Context: process, may sleep; reads the whole table.
 */
void hr_nonresident_read(struct hr_nonresident_use *use)
{
	const struct hr_nonresident_bucket *bucket;
	int cpu;

	*use = (struct hr_nonresident_use){};
	/* Pairs with this_cpu_add() in settle_entries() of reclaim.c */
	for_each_possible_cpu(cpu)
		use->remembered +=
			READ_ONCE(*per_cpu_ptr(&hr_nonresident_remembered, cpu));
	mutex_lock(&size_mutex);
	bucket = hr_nonresident_table.bucket;
	use->entries = (u64)buckets * WAYS;
	use->bytes = (u64)buckets * sizeof(*bucket);
	use->used = table_used(bucket, buckets);
	mutex_unlock(&size_mutex);
}

/**
 * hr_nonresident_entries - entries that the table has room for
 *
 * Context: process, may sleep.
 */
u64 hr_nonresident_entries(void)
{
	u64 entries;

	mutex_lock(&size_mutex);
	entries = (u64)buckets * WAYS;
	mutex_unlock(&size_mutex);
	return entries;
}

static unsigned long buckets_for(unsigned long entries)
{
	entries = clamp(entries, 64UL * WAYS, HR_MAX_TABLE_ENTRIES);
	return roundup_pow_of_two(entries) / WAYS;
}

static unsigned long buckets_of(const struct hr_nonresident_table *table)
{
	return table->mask / sizeof(struct hr_nonresident_bucket) + 1;
}

/**
 * hr_nonresident_prepare - allocate another table
 * @new: the table, for hr_nonresident_install(); without buckets if it would equal the
 *	one in use
 * @sample_shift: track one page in 2^sample_shift
 * @entries: pages to have room for; rounded up to a power of two
 *
 * Context: process, may sleep; the caller serializes this and all functions below.
 * Return: 0 or -ENOMEM.
 */
int hr_nonresident_prepare(struct hr_nonresident_table *new,
			   unsigned int sample_shift, unsigned long entries)
{
	const struct hr_nonresident_table *table = &hr_nonresident_table;
	unsigned long nr = buckets_for(entries);

	BUILD_BUG_ON(sizeof(struct hr_nonresident_bucket) != 256);
	BUILD_BUG_ON(sizeof(struct hr_nonresident_table) != 64);
	BUILD_BUG_ON(HR_MAX_SAMPLE_SHIFT > 15);
	BUILD_BUG_ON(HR_BLOCK_PAGES != 16);
	*new = (struct hr_nonresident_table){
		.mask = (nr - 1) * sizeof(struct hr_nonresident_bucket),
		.weight = BIT(sample_shift),
		.key = table->key,
		.highest = U32_MAX >> sample_shift,
		.shift = sample_shift,
		.bucket_shift = 64 - ilog2(nr) - ilog2(sizeof(struct hr_nonresident_bucket)),
	};
	if (table->bucket && table->mask == new->mask && table->shift == new->shift)
		return 0;
	new->bucket = __vmalloc(array_size(nr, sizeof(struct hr_nonresident_bucket)),
				GFP_KERNEL | __GFP_ZERO | __GFP_RETRY_MAYFAIL | __GFP_NOWARN);
	return new->bucket ? 0 : -ENOMEM;
}

/**
 * hr_nonresident_discard - free a table that was not installed
 * @new: the table
 *
 * Context: process, may sleep.
 */
void hr_nonresident_discard(struct hr_nonresident_table *new)
{
	vfree(new->bucket);
}

static void set_sampling(bool on)
{
	if (on == static_key_enabled(&hr_nonresident_sampling))
		return;
	if (on) {
		static_branch_enable(&hr_nonresident_sampling);
		static_branch_inc(&hr_nonresident_look_closer);
	} else {
		static_branch_disable(&hr_nonresident_sampling);
		static_branch_dec(&hr_nonresident_look_closer);
	}
}

static bool blocks_expected;

static void look_closer(struct work_struct *work)
{
	static_branch_inc(&hr_nonresident_look_closer);
}

static DECLARE_WORK(look_closer_work, look_closer);

/**
 * hr_nonresident_expect_blocks - have pages that are added looked up in blocks, too
 *
 * For a large folio of a file, when it is added; it cannot be evicted soon. Of a large folio that
 * was evicted as the first one, the pages that return one by one within the milliseconds until a
 * worker has run are missed, if the folio was in the page cache when the module was loaded.
 *
 * Context: any, but not below the run-queue lock.
 */
void hr_nonresident_expect_blocks(void)
{
	/* READ_ONCE() pairs with xchg() on another CPU: one of them queues the work */
	if (unlikely(!READ_ONCE(blocks_expected)) && !xchg(&blocks_expected, true))
		hr_worker_queue(&look_closer_work);
}

/**
 * hr_nonresident_pause - stop tracking pages
 *
 * Pages whose place is 0 are still tracked, in the first bucket of either table.
 *
 * Context: process, may sleep. When it returns, probes track no other page.
 */
void hr_nonresident_pause(void)
{
	set_sampling(true);
	/*
	 * Pairs with the loads in hr_nonresident_sampled() and hr_nonresident_bucket(), which
	 * need no order before synchronize_rcu() returns
	 */
	WRITE_ONCE(hr_nonresident_table.highest, 0);
	WRITE_ONCE(hr_nonresident_table.mask, 0);
	synchronize_rcu();
}

/**
 * hr_nonresident_install - replace the table
 * @new: the new table, which this file owns from now on
 * @old: result: the replaced table, for hr_nonresident_retire()
 *
 * Context: process, may sleep; between hr_nonresident_pause() and
 * hr_nonresident_resume(). When it returns, hr_nonresident_read() reads the new table,
 * and no probe uses the old table or its sampling factor.
 */
void hr_nonresident_install(const struct hr_nonresident_table *new,
			    struct hr_nonresident_table *old)
{
	mutex_lock(&size_mutex);
	*old = (struct hr_nonresident_table){
		.bucket = hr_nonresident_table.bucket,
		.mask = (buckets - 1) * sizeof(struct hr_nonresident_bucket),
	};
	/*
	 * Pairs with the loads of hr_nonresident_bucket(), hr_nonresident_shift() and of the
	 * weight in refault.c, which need no order before synchronize_rcu() returns
	 */
	WRITE_ONCE(hr_nonresident_table.bucket, new->bucket);
	WRITE_ONCE(hr_nonresident_table.shift, new->shift);
	WRITE_ONCE(hr_nonresident_table.weight, new->weight);
	WRITE_ONCE(hr_nonresident_table.bucket_shift, new->bucket_shift);
	synchronize_rcu();
	hr_holder_reset();
	buckets = buckets_of(new);
	mutex_unlock(&size_mutex);
}

/**
 * hr_nonresident_resume - resume tracking pages
 * @new: the installed table
 *
 * Context: process, may sleep.
 */
void hr_nonresident_resume(const struct hr_nonresident_table *new)
{
	WRITE_ONCE(hr_nonresident_table.mask, new->mask);
	/*
	 * Pairs with the loads of @highest in hr_nonresident_sampled() and of @mask in
	 * hr_nonresident_bucket(). A CPU that reorders them uses the first bucket for one page,
	 * which costs at most its refault.
	 */
	smp_wmb();
	WRITE_ONCE(hr_nonresident_table.highest, new->highest);
	if (!new->shift)
		set_sampling(false);
}

/**
 * hr_nonresident_retire - free a table that was replaced
 * @old: the table
 *
 * Reads the whole table to count the pages that are forgotten with it.
 *
 * Context: process, may sleep.
 */
void hr_nonresident_retire(const struct hr_nonresident_table *old)
{
	hr_drop(resized, table_pages(old->bucket, buckets_of(old)));
	vfree(old->bucket);
}

/*
 * Whether the multiples of a factor are spread evenly over 2^32: no term of the continued
 * fraction of factor / 2^32 is above @most. The last terms matter to more pages than the table
 * ever has.
 */
static bool spreads(u32 factor, u64 most)
{
	u64 a = BIT_ULL(32), b = factor, rest;

	while (a > BIT_ULL(8)) {
		if (!b || div64_u64_rem(a, b, &rest) > most)
			return false;
		a = b;
		b = rest;
	}
	return true;
}

/* About one number in 250 fits */
static u32 random_place(void)
{
	u32 factor;

	do
		factor = get_random_u32() | 1;
	while (!spreads(factor, 4));
	return factor;
}

/*
 * The highest bits of the hash select the bucket. For the multiples of 2^16 pages these are
 * made of the lower 48 bits of the factor, which are good, too: one number in 3000.
 */
static u64 random_hash(void)
{
	u64 factor;

	do
		factor = get_random_u64() | 1;
	while (!spreads(factor >> 32, 6) || !spreads(factor >> 16, 6));
	return factor;
}

/**
 * hr_nonresident_init - choose the random factors, and allocate the nonresident table
 * @sample_shift: track one page in 2^sample_shift
 * @entries: pages to have room for; rounded up to a power of two
 *
 * Context: process, may sleep; before any probe runs.
 * Return: 0 or -ENOMEM.
 */
int hr_nonresident_init(unsigned int sample_shift, unsigned long entries)
{
	struct hr_nonresident_table *table = &hr_nonresident_table;
	int err;

	table->key = (struct hr_nonresident_key){
		.hash_file = get_random_u64() | 1,
		.hash_file_system = get_random_u64() | 1,
		.hash_mix = get_random_u64() | 1,
		.hash_index = random_hash(),
		.place_file = random_place(),
		.place_index = random_place(),
	};
	err = hr_nonresident_prepare(table, sample_shift, entries);
	if (err)
		return err;
	buckets = buckets_for(entries);
	set_sampling(sample_shift);
	return 0;
}

/**
 * hr_nonresident_exit - free the nonresident table
 *
 * Context: process; no probe runs any more.
 */
void hr_nonresident_exit(void)
{
	cancel_work_sync(&look_closer_work);
	vfree(hr_nonresident_table.bucket);
	hr_nonresident_table.bucket = NULL;
}
