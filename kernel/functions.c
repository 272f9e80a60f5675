// SPDX-License-Identifier: GPL-2.0
/*
 * Tell what a task does from the functions on its stack
 *
 * A probe of the scheduler runs below the run-queue lock. Looking up the name of a function
 * takes some thousand instructions there, and a stack has two dozen. So the addresses of the
 * functions that matter are found when the module is loaded, and a probe only searches a
 * sorted table: seven steps for an address.
 *
 * A module can look up the name that belongs to an address, but not the addresses of all
 * functions whose names have a prefix; and the compiler makes functions with names of its own,
 * such as filemap_read.part.0. So this walks from function to function and looks at each name.
 * The whole kernel has 50,000 functions or twice as many symbols, which takes a second in an
 * emulated machine. The functions that matter are all of mm/, which the linker puts in one
 * piece: 1.2 MB of 12. The walk goes from the first to the last of some functions of mm/ that
 * modules can refer to, and MARGIN beyond. A kernel linked in another order has these
 * functions far apart, and the walk is as much longer. If it still misses all functions of a
 * group, it begins again with a larger margin. Measured: Documentation/locking.rst.
 *
 * The rarely executed part of a function, filemap_read.cold, may be elsewhere. It prints
 * warnings and does not sleep, so it is on no stack that matters.
 */
#include <linux/build_bug.h>
#include <linux/init.h>
#include <linux/kallsyms.h>
#include <linux/kernel.h>
#include <linux/memcontrol.h>
#include <linux/migrate.h>
#include <linux/minmax.h>
#include <linux/mm.h>
#include <linux/pagemap.h>
#include <linux/sched.h>
#include <linux/shmem_fs.h>
#include <linux/sizes.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "functions.h"

#define MARGIN		SZ_256K
#define MARGIN_MAX	SZ_64M
#define PIECES		128

/**
 * struct name - names of functions, and their group
 * @prefix: the names begin with this
 * @function: the group
 */
struct name {
	const char *prefix;
	enum hr_function function;
};

/* The first prefix of a name decides. Ends with an empty prefix. */
static const struct name known[] __initconst = {
	{ "mem_cgroup_handle_over_high", HR_FUNCTION_HIGH },
	{ "__mem_cgroup_handle_over_high", HR_FUNCTION_HIGH },
	{ "do_try_to_free_pages", HR_FUNCTION_RECLAIM },
	{ "shrink_node", HR_FUNCTION_RECLAIM },
	{ "compact_zone", HR_FUNCTION_RECLAIM },
	{ "try_to_free_pages", HR_FUNCTION_ALLOCATE },
	{ "do_swap_page", HR_FUNCTION_SWAP_IN },
	{ "swap_read", HR_FUNCTION_SWAP_IN },
	{ "__read_swap_cache_async", HR_FUNCTION_SWAP_IN },
	{ "read_swap_cache_async", HR_FUNCTION_SWAP_IN },
	{ "swap_cluster_readahead", HR_FUNCTION_SWAP_IN },
	{ "swapin_readahead", HR_FUNCTION_SWAP_IN },
	{ "shmem_swapin_folio", HR_FUNCTION_SWAP_IN },
	{ "shmem_get_folio", HR_FUNCTION_SWAP_IN },
	{ "filemap_", HR_FUNCTION_READ },
	{ "__filemap_", HR_FUNCTION_READ },
	{ "page_cache_ra_", HR_FUNCTION_READ },
	{ "read_pages", HR_FUNCTION_READ },
	{ "readahead_expand", HR_FUNCTION_READ },
	{ "do_read_cache_folio", HR_FUNCTION_READ },
	{ "reclaim_pages", HR_FUNCTION_LISTS },
	{ "user_proactive_reclaim", HR_FUNCTION_REQUEST },
	{ "reclaim_store", HR_FUNCTION_REQUEST },
	{ "" }
};

/* Groups of which each kernel has a function */
#define EXPECTED	(BIT(HR_FUNCTION_HIGH) | BIT(HR_FUNCTION_RECLAIM) |	\
			 BIT(HR_FUNCTION_ALLOCATE) | BIT(HR_FUNCTION_READ) |	\
			 BIT(HR_FUNCTION_LISTS) |				\
			 (IS_ENABLED(CONFIG_SWAP) ? BIT(HR_FUNCTION_SWAP_IN) : 0))

/**
 * struct code - the code of functions of one group
 * @begin: first address
 * @end: address after the last one
 * @function: the group
 */
struct code {
	unsigned long begin;
	unsigned long end;
	enum hr_function function;
};

/* In order of address; written before any probe runs */
static struct {
	unsigned int nr;
	struct code piece[PIECES];
} table __read_mostly;

static enum hr_function __init function_by_name(const char *name)
{
	unsigned int i;

	for (i = 0; *known[i].prefix; i++)
		if (strstarts(name, known[i].prefix))
			return known[i].function;
	return HR_FUNCTION_NONE;
}

static void __init add(unsigned long begin, unsigned long end, enum hr_function function)
{
	struct code *last = table.nr ? &table.piece[table.nr - 1] : NULL;

	if (last && last->function == function && last->end == begin) {
		last->end = end;
	} else if (table.nr < PIECES) {
		table.piece[table.nr++] = (struct code){
			.begin = begin, .end = end, .function = function,
		};
	} else {
		pr_warn_once("more functions than expected: some waits count as other\n");
	}
}

/* Add the function at an address, if it is known. Returns the address after it. */
static unsigned long __init visit(unsigned long at, unsigned long *found)
{
	static char name[KSYM_SYMBOL_LEN] __initdata;
	unsigned long offset, size, begin;
	enum hr_function function;
	char *numbers;

	sprint_symbol(name, at);
	numbers = strrchr(name, '+');
	if (!numbers || sscanf(numbers, "+%lx/%lx", &offset, &size) != 2 || size <= offset)
		return at + PAGE_SIZE;
	begin = at - offset;
	function = function_by_name(name);
	if (function != HR_FUNCTION_NONE) {
		add(begin, begin + size, function);
		*found |= BIT(function);
	}
	return begin + size;
}

/* Walk the code between two addresses. Returns a bit for each group of which it has one. */
static unsigned long __init walk(unsigned long at, unsigned long end)
{
	unsigned long found = 0;

	table.nr = 0;
	while (at < end) {
		at = visit(at, &found);
		cond_resched();
	}
	return found;
}

/**
 * hr_functions_init - find the known functions
 *
 * Context: process, may sleep; before any probe runs.
 */
void __init hr_functions_init(void)
{
	const unsigned long of_mm[] = {
		(unsigned long)filemap_fault, (unsigned long)page_cache_ra_unbounded,
		(unsigned long)shmem_file_setup, (unsigned long)kvfree,
		(unsigned long)vmf_insert_pfn, (unsigned long)filemap_migrate_folio,
		(unsigned long)mem_cgroup_from_task,
	};
	unsigned long first = ULONG_MAX, last = 0, margin = MARGIN, found;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(of_mm); i++) {
		first = min(first, of_mm[i]);
		last = max(last, of_mm[i]);
	}
	do {
		found = walk(first - margin, last + margin);
		margin *= 4;
	} while ((found & EXPECTED) != EXPECTED && margin <= MARGIN_MAX);
	if ((found & EXPECTED) != EXPECTED)
		pr_warn("functions not found (%#lx): some waits count as other\n",
			EXPECTED & ~found);
}

/**
 * hr_function_at - find the group that a function belongs to
 * @address: an address inside of it, such as one from the stack
 *
 * Context: any; takes at most eight steps.
 */
enum hr_function hr_function_at(unsigned long address)
{
	unsigned int low = 0, high = table.nr, middle;
	const struct code *piece;

	BUILD_BUG_ON(PIECES > 1 << 7);
	while (low < high) {
		middle = (low + high) / 2;
		piece = &table.piece[middle];
		if (address < piece->begin)
			high = middle;
		else if (address >= piece->end)
			low = middle + 1;
		else
			return piece->function;
	}
	return HR_FUNCTION_NONE;
}
