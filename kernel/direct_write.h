/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Forget evicted pages that direct writes replace
 */
#ifndef _HEADROOM_DIRECT_WRITE_H
#define _HEADROOM_DIRECT_WRITE_H

#include <linux/types.h>

struct hr_page_name;
struct kiocb;

void hr_direct_write_begin(const struct kiocb *request, bool write);
bool hr_direct_write_end(const struct kiocb *request);
void hr_direct_write(struct hr_page_name name, u64 nr);
void hr_direct_write_exit(void);

#endif /* _HEADROOM_DIRECT_WRITE_H */
