/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Tell what a task does from the functions on its stack
 */
#ifndef _HEADROOM_FUNCTIONS_H
#define _HEADROOM_FUNCTIONS_H

/**
 * enum hr_function - a group of functions of the kernel
 * @HR_FUNCTION_NONE: any other function
 * @HR_FUNCTION_HIGH: sleeps for memory.high, or reclaims for it
 * @HR_FUNCTION_RECLAIM: reclaims or compacts
 * @HR_FUNCTION_ALLOCATE: reclaims directly, or waits until kswapd has
 * @HR_FUNCTION_SWAP_IN: reads a page from swap
 * @HR_FUNCTION_READ: reads a page of a file
 * @HR_FUNCTION_LISTS: reclaims the pages that MADV_PAGEOUT or DAMON lists
 * @HR_FUNCTION_REQUEST: serves a write to the file "reclaim" of a node or of a cgroup
 */
enum hr_function {
	HR_FUNCTION_NONE,
	HR_FUNCTION_HIGH,
	HR_FUNCTION_RECLAIM,
	HR_FUNCTION_ALLOCATE,
	HR_FUNCTION_SWAP_IN,
	HR_FUNCTION_READ,
	HR_FUNCTION_LISTS,
	HR_FUNCTION_REQUEST,
};

void hr_functions_init(void);
enum hr_function hr_function_at(unsigned long address);

#endif /* _HEADROOM_FUNCTIONS_H */
