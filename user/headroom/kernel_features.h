/* SPDX-License-Identifier: GPL-2.0 */
/* What some kernels lack, and what that means for the numbers */
#ifndef KERNEL_FEATURES_H
#define KERNEL_FEATURES_H

#include <stdbool.h>
#include <stddef.h>

#include "headroom.h"

/**
 * struct feature - something that not all kernels have, or not without kprobes
 * @name: what it is, as in Documentation/kernels.rst
 * @from: the first release that has it, such as { 6, 3 }; zero if all before have it, or none
 * @to: the last release that has it; zero if all later ones have it, or none
 * @hook: a hook that shows that a kernel has it, whatever its release; NULL for none
 * @kprobes: swap_kprobes=1 replaces it
 * @mglru: only the multi-generational LRU needs it
 * @without: what is different without it
 */
struct feature {
	const char *name;
	struct release {
		int major;
		int minor;
	} from, to;
	const char *hook;
	bool kprobes;
	bool mglru;
	const char *without;
};

/** feature_get - an entry of the table; NULL behind the last one */
const struct feature *feature_get(size_t i);
/** feature_is_present - whether nothing is missing on the running kernel with these parameters */
bool feature_is_present(const struct feature *feature, const struct headroom_status *status,
			const char *kernel, bool mglru);
/** feature_kernels - which kernels have it: "from 6.3", "up to 6.11" or "none"; valid until the next call */
const char *feature_kernels(const struct feature *feature);

/** feature_hook_is_silent - whether the kernel does not fire an attached hook */
bool feature_hook_is_silent(const struct headroom_hook *hook, const char *kernel, bool mglru);

#endif /* KERNEL_FEATURES_H */
