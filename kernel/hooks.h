/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _HEADROOM_HOOKS_H
#define _HEADROOM_HOOKS_H

#include <linux/kprobes.h>
#include <linux/types.h>

struct tracepoint;

/**
 * enum hr_hook_use - when a hook is used
 * @HR_HOOK_ALWAYS: if the kernel has it
 * @HR_HOOK_TRACEPOINTS: unless swap_kprobes is set
 * @HR_HOOK_KPROBES: if swap_kprobes is set
 * @HR_HOOK_STALLS: while stalls are tracked
 */
enum hr_hook_use {
	HR_HOOK_ALWAYS,
	HR_HOOK_TRACEPOINTS,
	HR_HOOK_KPROBES,
	HR_HOOK_STALLS,
};

/**
 * struct hr_hook - a place in the kernel that the module attaches to
 * @name: name of the tracepoint, or of the function with "()"
 * @probe: probe of the tracepoint
 * @covers: the statistics that stay zero without it
 * @required: the module does not load without it
 * @use: when it is used
 * @unused: kprobes replace it
 * @attached: the probe is attached
 * @tp: the tracepoint of this kernel; NULL if it has none
 * @kp: kprobe of the function
 */
struct hr_hook {
	const char *name;
	void *probe;
	const char *covers;
	bool required;
	enum hr_hook_use use;
	bool unused;
	bool attached;
	struct tracepoint *tp;
	struct kprobe kp;
};

int hr_hooks_attach(bool swap_kprobes, bool stalls);
int hr_hooks_attach_stalls(void);
void hr_hooks_detach_stalls(void);
void hr_hooks_detach(void);
const struct hr_hook *hr_hook(unsigned int i);

#endif /* _HEADROOM_HOOKS_H */
