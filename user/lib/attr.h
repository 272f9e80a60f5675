/* SPDX-License-Identifier: LGPL-2.1 */
/*
 * Walk netlink attributes inline
 *
 * Internal to the library. For the million attributes of a large host's snapshot, where a
 * call into libnl for each attribute would be too slow.
 */
#ifndef HEADROOM_ATTR_H
#define HEADROOM_ATTR_H

#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <linux/netlink.h>

static inline int attr_type(const struct nlattr *attr)
{
	return attr->nla_type & NLA_TYPE_MASK;
}

static inline int attr_len(const struct nlattr *attr)
{
	return attr->nla_len - NLA_HDRLEN;
}

static inline const void *attr_data(const struct nlattr *attr)
{
	return (const char *)attr + NLA_HDRLEN;
}

/* Whether the @rem bytes at @attr begin with a whole attribute */
static inline bool attr_ok(const struct nlattr *attr, int rem)
{
	return rem >= (int)sizeof(*attr) && attr->nla_len >= sizeof(*attr) &&
	       attr->nla_len <= rem;
}

static inline const struct nlattr *attr_next(const struct nlattr *attr, int *rem)
{
	int len = NLA_ALIGN(attr->nla_len);

	*rem -= len;
	return (const struct nlattr *)((const char *)attr + len);
}

/* After the loop, @rem counts the bytes that are not a whole attribute */
#define attr_for_each(attr, first, len, rem) \
	for (attr = (first), rem = (len); attr_ok(attr, rem); attr = attr_next(attr, &(rem)))

#define attr_for_each_nested(attr, nest, rem) \
	attr_for_each(attr, (const struct nlattr *)attr_data(nest), attr_len(nest), rem)

/* The kernel sends an attribute of type uint in 4 bytes if the value fits. */
static inline int attr_uint(const struct nlattr *attr, uint64_t *value)
{
	uint32_t small;

	if (attr->nla_len == NLA_HDRLEN + sizeof(small)) {
		memcpy(&small, attr_data(attr), sizeof(small));
		*value = small;
		return 0;
	}
	if (attr->nla_len != NLA_HDRLEN + sizeof(*value))
		return -EBADMSG;
	/* attributes are aligned to 4 bytes only */
	memcpy(value, attr_data(attr), sizeof(*value));
	return 0;
}

static inline int attr_u32(const struct nlattr *attr, uint32_t *value)
{
	if (attr->nla_len != NLA_HDRLEN + sizeof(*value))
		return -EBADMSG;
	memcpy(value, attr_data(attr), sizeof(*value));
	return 0;
}

/**
 * struct attr_table - places of numeric attributes in a structure
 * @place: indexed by the attribute's type: 1 + offset of a uint64_t; 0 for other
 *	attributes. With ATTR_U32, it is a uint32_t, and the value must have 4 bytes
 * @nr: number of entries
 */
struct attr_table {
	const uint16_t *place;
	unsigned int nr;
};

#define ATTR_U32	0x8000

/*
 * Store the numbers that @table knows in the structure at @base. Return the first attribute
 * that is anything else. Most attributes are numbers.
 */
static inline const struct nlattr *attr_take(const struct nlattr *attr, int *rem,
					     const struct attr_table table, void *base)
{
	const int small = NLA_HDRLEN + sizeof(uint32_t), large = NLA_HDRLEN + sizeof(uint64_t);
	uint64_t value;
	uint32_t word;
	uint16_t place;
	int len;

	while (*rem >= small && attr->nla_type < table.nr) {
		place = table.place[attr->nla_type];
		len = attr->nla_len;
		if (len == small) {
			memcpy(&word, attr_data(attr), sizeof(word));
			value = word;
		} else if (len == large && *rem >= large && !(place & ATTR_U32)) {
			memcpy(&value, attr_data(attr), sizeof(value));
		} else {
			break;
		}
		if (!place)
			break;
		if (place & ATTR_U32)
			*(uint32_t *)((char *)base + (place & ~ATTR_U32) - 1) = value;
		else
			*(uint64_t *)((char *)base + place - 1) = value;
		*rem -= len;
		attr = (const struct nlattr *)((const char *)attr + len);
	}
	return attr;
}

/* As attr_for_each(), but attr_take() stores the numbers and the loop sees the rest */
#define attr_for_each_other(attr, first, len, rem, table, base) \
	for (attr = (first), rem = (len); \
	     attr = attr_take(attr, &(rem), table, base), attr_ok(attr, rem); \
	     attr = attr_next(attr, &(rem)))

#define attr_for_each_other_nested(attr, nest, rem, table, base) \
	attr_for_each_other(attr, (const struct nlattr *)attr_data(nest), attr_len(nest), rem, \
			    table, base)

#endif /* HEADROOM_ATTR_H */
