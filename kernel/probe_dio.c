// SPDX-License-Identifier: GPL-2.0
/*
 * Probes of direct I/O
 *
 * iomap_dio_rw_begin fires in the task that requests it; the iterator says whether that is a
 * write. iomap_dio_complete fires at the end, in the task, in a worker or in a softirq: the request
 * has advanced by what was transferred, or there is an error. File systems that do direct I/O
 * without iomap fire neither.
 */
#include <linux/fs.h>
#include <linux/pagemap.h>
#include <linux/uio.h>

#include "direct_write.h"
#include "nonresident.h"
#include "probes.h"

HR_PROBE(hr_probe_dio_begin,
	 TP_PROTO(void *data, struct kiocb *iocb, struct iov_iter *iter,
		  unsigned int dio_flags, size_t done_before),
	 TP_ARGS(data, iocb, iter, dio_flags, done_before))
{
	hr_direct_write_begin(iocb, iov_iter_rw(iter) == WRITE);
}

HR_PROBE(hr_probe_dio_complete,
	 TP_PROTO(void *data, struct kiocb *iocb, int error, ssize_t ret),
	 TP_ARGS(data, iocb, error, ret))
{
	const struct inode *inode = iocb->ki_filp->f_mapping->host;
	u64 first, end = iocb->ki_pos >> PAGE_SHIFT;

	if (!hr_direct_write_end(iocb) || ret <= 0 || ret > iocb->ki_pos)
		return;
	/* Whole pages only: the rest of a page is still what was evicted */
	first = DIV_ROUND_UP((u64)iocb->ki_pos - ret, PAGE_SIZE);
	if (first < end)
		hr_direct_write((struct hr_page_name){
			.inode = inode, .file = inode->i_ino, .index = first,
		}, end - first);
}
