/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Make one allocation of the library or of the command fail
 *
 * Link failing_malloc.c with the --wrap options of the Makefile. The allocations of other
 * libraries do not count, and do not fail.
 */
#ifndef FAILING_MALLOC_H
#define FAILING_MALLOC_H

/*
 * Number of the allocation that fails, counted from 1; 0 for none. Initially it is
 * $HEADROOM_FAKE_FAIL, in headroom-fake.
 */
extern unsigned int malloc_failing;
/* Allocations since malloc_fail(), or since the start */
extern unsigned int malloc_count;

/* malloc_fail - make the @nth allocation from now on fail; 0 for none */
static inline void malloc_fail(unsigned int nth)
{
	malloc_failing = nth;
	malloc_count = 0;
}

#endif /* FAILING_MALLOC_H */
