// SPDX-License-Identifier: GPL-2.0
/*
 * What some kernels lack, and what that means for the numbers
 *
 * The table is that of Documentation/kernels.rst, under "What is not covered". A hook that is attached
 * shows more than the number of a release, into which a distribution may have brought it back.
 */
#include <stdio.h>
#include <string.h>

#include "kernel_features.h"

#define SCANNED_HOOK	"mm_vmscan_lru_shrink_inactive"

static const struct feature features[] = {
	{
		.name = "all pages from zswap", .kprobes = true,
		.without = "refaults from zswap are missing in part, and evictions of anonymous pages that "
			   "are unchanged since their return; swap_kprobes=1 counts them",
	}, {
		.name = "refaults from zram", .from = { 6, 3 }, .kprobes = true,
		.without = "they are not counted; swap_kprobes=1 counts them",
	}, {
		.name = "refaults of pages of zeros", .to = { 6, 11 }, .kprobes = true,
		.without = "they are not counted; swap_kprobes=1 counts them",
	}, {
		.name = "direct writes", .from = { 6, 6 }, .hook = "iomap_dio_rw_begin",
		.without = "the next read of an evicted page that a direct write has replaced counts as a "
			   "refault",
	}, {
		.name = "pages scanned, with MGLRU", .from = { 6, 7 }, .mglru = true,
		.without = "pages scanned and reclaimed, and the lowest priority, stay at zero; evictions "
			   "are counted all the same",
	}, {
		.name = "the target of reclaim", .from = { 7, 1 },
		.without = "it is guessed, and can be the wrong one of two nested cgroups that are at their "
			   "limits at once",
	}, {
		.name = "the begin of kswapd's work", .from = { 7, 2 },
		.hook = "mm_vmscan_balance_pgdat_begin",
		.without = "what kswapd does before its first page is not seen",
	},
};

#define NR_FEATURES	(sizeof(features) / sizeof(features[0]))

const struct feature *feature_get(size_t i)
{
	return i < NR_FEATURES ? &features[i] : NULL;
}

/* Whether a kernel, such as "6.1.0-53-amd64", is older than a release; false if it has no number */
static bool is_before(const char *kernel, const struct release *release)
{
	int major, minor;

	if (sscanf(kernel, "%d.%d", &major, &minor) != 2)
		return false;
	return major < release->major || (major == release->major && minor < release->minor);
}

static bool is_attached(const struct headroom_status *status, const char *hook)
{
	for (size_t i = 0; i < status->nr_hooks; i++)
		if (strcmp(status->hook[i].name, hook) == 0)
			return status->hook[i].attached;
	return false;
}

/* The functions with kprobes, of which a kernel has one to read pages */
static bool has_kprobes(const struct headroom_status *status)
{
	return is_attached(status, "swap_readpage()") || is_attached(status, "swap_read_folio()");
}

bool feature_is_present(const struct feature *feature, const struct headroom_status *status,
			const char *kernel, bool mglru)
{
	const struct release next = { feature->to.major, feature->to.minor + 1 };

	if ((feature->kprobes && has_kprobes(status)) || (feature->mglru && !mglru))
		return true;
	if (feature->hook)
		return is_attached(status, feature->hook);
	if (feature->to.major)
		return is_before(kernel, &next);
	return feature->from.major && !is_before(kernel, &feature->from);
}

const char *feature_kernels(const struct feature *feature)
{
	static char text[32];

	if (feature->to.major)
		snprintf(text, sizeof(text), "up to %d.%d", feature->to.major, feature->to.minor);
	else if (feature->from.major)
		snprintf(text, sizeof(text), "from %d.%d", feature->from.major, feature->from.minor);
	else
		snprintf(text, sizeof(text), "none");
	return text;
}

bool feature_hook_is_silent(const struct headroom_hook *hook, const char *kernel, bool mglru)
{
	for (size_t i = 0; mglru && i < NR_FEATURES; i++)
		if (features[i].mglru && strcmp(hook->name, SCANNED_HOOK) == 0)
			return is_before(kernel, &features[i].from);
	return false;
}
