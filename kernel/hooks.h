/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Attach the probes to tracepoints and functions
 */
#ifndef _HEADROOM_HOOKS_H
#define _HEADROOM_HOOKS_H

#include <linux/kprobes.h>
#include <linux/types.h>

struct tracepoint;

/**
 * enum hr_hook_use - the condition for attaching a hook
 * @HR_HOOK_ALWAYS: whenever the kernel has it
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
 * @covers: the statistics that miss events without it
 * @required: the module does not load without it
 * @use: the condition for attaching it
 * @unused: kprobes replace it
 * @attached: the probe is attached; may also be read without the lock
 * @tp: the tracepoint; NULL if this kernel does not have it
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
