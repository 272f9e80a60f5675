/* SPDX-License-Identifier: LGPL-2.1 */
/*
 * Walking attributes without a call for each
 *
 * Internal to the library. libnl's functions are right for what is read once; a
 * snapshot of a large host has a million attributes.
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

/* Whether there is a whole attribute in the @rem bytes at @attr */
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

/* Bytes that make up no attribute are left in @rem, if any */
#define attr_for_each(attr, first, len, rem) \
	for (attr = (first), rem = (len); attr_ok(attr, rem); attr = attr_next(attr, &(rem)))

#define attr_for_each_nested(attr, nest, rem) \
	attr_for_each(attr, (const struct nlattr *)attr_data(nest), attr_len(nest), rem)

/* The kernel writes an attribute of type uint in 4 bytes where it fits. */
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
	/* attributes are aligned to 4 bytes */
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
 * struct attr_table - where the values of attributes belong
 * @place: by the attribute's number: 1 + offset of an uint64_t; 0 for others
 * @nr: number of entries
 */
struct attr_table {
	const uint16_t *place;
	unsigned int nr;
};

/*
 * Most attributes are numbers of 4 bytes: stores those that @table has, and returns the
 * first that is anything else.
 */
static inline const struct nlattr *attr_take(const struct nlattr *attr, int *rem,
					     const struct attr_table table, void *base)
{
	uint32_t value;
	uint16_t place;

	while (*rem >= (int)(NLA_HDRLEN + sizeof(value)) &&
	       attr->nla_len == NLA_HDRLEN + sizeof(value) && attr->nla_type < table.nr) {
		place = table.place[attr->nla_type];
		if (!place)
			break;
		memcpy(&value, attr_data(attr), sizeof(value));
		*(uint64_t *)((char *)base + place - 1) = value;
		*rem -= NLA_HDRLEN + sizeof(value);
		attr = (const struct nlattr *)((const char *)attr + NLA_HDRLEN + sizeof(value));
	}
	return attr;
}

/* As attr_for_each(), but for what attr_take() takes */
#define attr_for_each_other(attr, first, len, rem, table, base) \
	for (attr = (first), rem = (len); \
	     attr = attr_take(attr, &(rem), table, base), attr_ok(attr, rem); \
	     attr = attr_next(attr, &(rem)))

#define attr_for_each_other_nested(attr, nest, rem, table, base) \
	attr_for_each_other(attr, (const struct nlattr *)attr_data(nest), attr_len(nest), rem, \
			    table, base)

#endif /* HEADROOM_ATTR_H */
