/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _HEADROOM_HOOKS_H
#define _HEADROOM_HOOKS_H

#include <linux/types.h>

struct tracepoint;

/**
 * struct headroom_hook - a tracepoint that the module uses
 * @name: name of the tracepoint
 * @probe: what is attached to it
 * @covers: the statistics that stay at zero without it
 * @required: without it the module does not load
 * @tp: the tracepoint on this kernel; NULL if there is none
 * @attached: the probe is attached
 */
struct headroom_hook {
	const char *name;
	void *probe;
	const char *covers;
	bool required;
	struct tracepoint *tp;
	bool attached;
};

int headroom_hooks_attach(void);
void headroom_hooks_detach(void);
const struct headroom_hook *headroom_hook(unsigned int i);

#endif /* _HEADROOM_HOOKS_H */
