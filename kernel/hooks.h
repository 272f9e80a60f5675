/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Attach the probes to tracepoints and functions
 */
#ifndef _HEADROOM_HOOKS_H
#define _HEADROOM_HOOKS_H

#include <linux/types.h>

#include "probes.h"

struct tracepoint;

/**
 * enum hr_hook_use - the condition for attaching a hook
 * @HR_HOOK_ALWAYS: whenever the kernel has it
 * @HR_HOOK_TRACEPOINTS: unless swap_kprobes is set
 * @HR_HOOK_SWAP: unless swap_kprobes is set, once a page has gone to swap
 * @HR_HOOK_KPROBES: if swap_kprobes is set
 * @HR_HOOK_STALLS: while stalls are tracked
 * @HR_HOOK_TYPES: if the BTF of the kernel has the tracepoint with the prototype of the probe
 */
enum hr_hook_use {
	HR_HOOK_ALWAYS,
	HR_HOOK_TRACEPOINTS,
	HR_HOOK_SWAP,
	HR_HOOK_KPROBES,
	HR_HOOK_STALLS,
	HR_HOOK_TYPES,
};

/**
 * enum hr_unattached - why no kprobe is attached to a function with swap_kprobes
 * @HR_UNATTACHED_NO_TYPES: the BTF of the kernel cannot be read
 * @HR_UNATTACHED_MISSING: the BTF does not have the function
 * @HR_UNATTACHED_UNKNOWN: its arguments are not known
 * @HR_UNATTACHED_OTHER: it is known, but another function is not
 * @HR_UNATTACHED_REASONS: number of reasons
 */
enum hr_unattached {
	HR_UNATTACHED_NO_TYPES,
	HR_UNATTACHED_MISSING,
	HR_UNATTACHED_UNKNOWN,
	HR_UNATTACHED_OTHER,
	HR_UNATTACHED_REASONS,
};

/**
 * struct hr_hook - a place in the kernel that the module attaches to
 * @name: name of the tracepoint, or of the function with "()"
 * @probe: probe of the tracepoint
 * @covers: the statistics that miss events without it
 * @unattached: @covers of a function that takes no kprobe although swap_kprobes is set
 * @function: the function that calls the probes of a tracepoint whose header is private
 * @structure: the structure that an argument of the function must point to
 * @required: the module does not load without it
 * @use: the condition for attaching it
 * @unused: kprobes replace it
 * @unconfirmed: its prototype is not confirmed
 * @attached: the probe is attached; may also be read without the lock
 * @tp: the tracepoint; NULL if this kernel does not have it
 * @fn: kprobe of the function; of a tracepoint, only the position of the argument
 */
struct hr_hook {
	const char *name;
	void *probe;
	const char *covers;
	const char *unattached[HR_UNATTACHED_REASONS];
	const char *function;
	const char *structure;
	bool required;
	enum hr_hook_use use;
	bool unused;
	bool unconfirmed;
	bool attached;
	struct tracepoint *tp;
	struct hr_kprobe fn;
};

int hr_hooks_attach(bool swap_kprobes, bool stalls);
int hr_hooks_attach_stalls(void);
void hr_hooks_detach_stalls(void);
void hr_hooks_detach(void);
const struct hr_hook *hr_hook(unsigned int i);

#endif /* _HEADROOM_HOOKS_H */
