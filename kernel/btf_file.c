// SPDX-License-Identifier: GPL-2.0
/*
 * Read the type information of the running kernel (BTF)
 *
 * It is in the memory of the kernel, but exported to user space only, as a file in sysfs. The
 * file is read when the module is loaded with swap_kprobes=1, and has 5 to 10 MB.
 *
 * kernel_read_file() is for files that a policy may refuse, and wants to know which policy
 * applies. None does to this one, and IPE complains about a file that is of no known kind.
 */
#include <linux/err.h>
#include <linux/fs.h>
#include <linux/sizes.h>
#include <linux/vmalloc.h>

#include "btf.h"

#define BTF_FILE	"/sys/kernel/btf/vmlinux"

/* The whole file; its size does not change */
static void *read_all(struct file *file, size_t size)
{
	void *data = vmalloc(size);
	loff_t at = 0;
	ssize_t nr = 1;

	if (!data)
		return ERR_PTR(-ENOMEM);
	while (at < size && nr > 0)
		nr = kernel_read(file, data + at, size - at, &at);
	if (nr > 0)
		return data;
	vfree(data);
	return ERR_PTR(nr ?: -EIO);
}

/**
 * hr_btf_read - read the type information of the running kernel
 * @size: result: bytes of it
 *
 * Context: process, may sleep.
 * Return: what was read, for vfree(); or an error, such as -ENOENT on a kernel without
 * CONFIG_DEBUG_INFO_BTF, or if sysfs is not mounted at /sys.
 */
void *hr_btf_read(size_t *size)
{
	struct file *file = filp_open(BTF_FILE, O_RDONLY, 0);
	void *data;

	if (IS_ERR(file))
		return file;
	*size = i_size_read(file_inode(file));
	data = *size && *size <= SZ_256M ? read_all(file, *size) : ERR_PTR(-EINVAL);
	filp_close(file, NULL);
	return data;
}
