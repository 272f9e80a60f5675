/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Look up the prototypes of functions of the running kernel
 */
#ifndef _HEADROOM_BTF_H
#define _HEADROOM_BTF_H

#include <linux/types.h>

/**
 * struct hr_btf - the type information of a kernel
 * @types: the first type
 * @end: end of the types
 * @names: their names; the last byte is zero
 * @names_size: bytes of the names
 */
struct hr_btf {
	const void *types;
	const void *end;
	const char *names;
	u32 names_size;
};

/* btf.c */
int hr_btf_parse(struct hr_btf *btf, const void *data, size_t size);
int hr_btf_argument(const struct hr_btf *btf, const char *function, const char *structure);

/* btf_file.c */
void *hr_btf_read(size_t *size);

#endif /* _HEADROOM_BTF_H */
