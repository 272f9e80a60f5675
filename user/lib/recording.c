// SPDX-License-Identifier: LGPL-2.1
/*
 * Write a snapshot as received, and read it again
 *
 * A recording has to outlive versions. It therefore keeps the netlink attributes of each
 * cgroup, which are decoded when it is read: a later library finds in it what the one that
 * recorded did not know. A record is
 *
 *	struct record_head		what the snapshot has beside its cgroups
 *	for each cgroup:
 *		struct record_cgroup	sizes
 *		path			with its '\0', padded to 8 bytes
 *		attributes		as received, padded to 8 bytes
 *
 * All numbers are little-endian, as on every machine that the module loads on. A head may
 * grow: its size is in it, and a reader ignores what it does not know. A change that an
 * older reader would misread changes the format's number.
 *
 * A record may come from a file that anyone wrote. Each size is checked before it is used.
 */

#include <endian.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <linux/netlink.h>

#include "snapshot.h"

#if __BYTE_ORDER != __LITTLE_ENDIAN
#error "Headroom is for little-endian machines: records have the attributes as received"
#endif

#define FORMAT		1
#define CONSISTENT	1

static const char magic[8] = "headroom";

/* All sizes in bytes, without padding; @head_size is that of this structure */
struct record_head {
	char magic[8];
	uint32_t format;
	uint32_t head_size;
	uint64_t time;
	uint64_t unix_time;
	uint64_t generation;
	uint64_t nr;
	uint32_t flags;
	uint32_t unused;
	char boot_id[40];
};

/* @path_size is 0 for a cgroup without a path */
struct record_cgroup {
	uint32_t path_size;
	uint32_t attrs_size;
};

_Static_assert(sizeof(struct record_head) == 96, "the format has no gaps");

static size_t padded(size_t size)
{
	return (size + 7) & ~(size_t)7;
}

static size_t path_size(const struct headroom_cgroup *cgroup)
{
	return cgroup->path ? strlen(cgroup->path) + 1 : 0;
}

/* The size of the whole record, or a negative errno */
static int measure(const struct headroom_snapshot *s, size_t *size)
{
	*size = sizeof(struct record_head);
	for (size_t i = 0; i < s->nr; i++) {
		const struct headroom_cgroup *cgroup = &s->cgroup[i];

		if (!cgroup->received)
			return -EINVAL;
		if (cgroup->received_size > UINT32_MAX || path_size(cgroup) > UINT32_MAX)
			return -EFBIG;
		*size += sizeof(struct record_cgroup) + padded(path_size(cgroup)) +
			 padded(cgroup->received_size);
	}
	return 0;
}

/* The padding is zero already: @to was cleared */
static char *put(char *to, const void *from, size_t size)
{
	if (size)
		memcpy(to, from, size);
	return to + padded(size);
}

int headroom_snapshot_write(const struct headroom_snapshot *s, void **data, size_t *size)
{
	struct record_head head = {
		.format = FORMAT,
		.head_size = sizeof(head),
		.time = s->time,
		.unix_time = s->unix_time,
		.generation = s->generation,
		.nr = s->nr,
		.flags = s->consistent ? CONSISTENT : 0,
	};
	size_t wanted;
	char *to;
	int err = measure(s, &wanted);

	*data = NULL;
	*size = 0;
	if (err)
		return err;
	to = calloc(1, wanted);
	if (!to)
		return -ENOMEM;
	*data = to;
	*size = wanted;
	memcpy(head.magic, magic, sizeof(magic));
	memcpy(head.boot_id, s->boot_id, sizeof(head.boot_id));
	to = put(to, &head, sizeof(head));
	for (size_t i = 0; i < s->nr; i++) {
		const struct headroom_cgroup *cgroup = &s->cgroup[i];
		const struct record_cgroup record = {
			.path_size = path_size(cgroup),
			.attrs_size = cgroup->received_size,
		};

		to = put(to, &record, sizeof(record));
		to = put(to, cgroup->path, record.path_size);
		to = put(to, cgroup->received, record.attrs_size);
	}
	return 0;
}

/* What is left of a record */
struct rest {
	const char *data;
	size_t size;
};

/* The next @size bytes and their padding, or NULL */
static const void *take(struct rest *rest, size_t size)
{
	const char *data = rest->data;

	if (padded(size) < size || padded(size) > rest->size)
		return NULL;
	rest->data += padded(size);
	rest->size -= padded(size);
	return data;
}

static int read_head(struct rest *rest, struct record_head *head)
{
	const char *data = rest->data;

	if (rest->size >= sizeof(magic) && memcmp(data, magic, sizeof(magic)))
		return -EBADMSG;
	if (rest->size < sizeof(*head))
		return -EAGAIN;
	memcpy(head, data, sizeof(*head));
	if (head->format != FORMAT)
		return -EPROTONOSUPPORT;
	if (head->head_size < sizeof(*head))
		return -EBADMSG;
	return take(rest, head->head_size) ? 0 : -EAGAIN;
}

static void use_head(struct headroom_snapshot *s, const struct record_head *head)
{
	s->time = head->time;
	s->unix_time = head->unix_time;
	s->generation = head->generation;
	s->consistent = head->flags & CONSISTENT;
	memcpy(s->boot_id, head->boot_id, sizeof(s->boot_id));
	s->boot_id[sizeof(s->boot_id) - 1] = '\0';
}

/* The path is copied: nothing says how long the caller's bytes stay. */
static int read_path(struct snapshot *snapshot, const char *path, size_t size, const char **copy)
{
	char *to;

	if (!size)
		return 0;
	if (memchr(path, '\0', size) != path + size - 1)
		return -EBADMSG;
	to = arena_alloc(&snapshot->arena, padded(size));
	if (!to)
		return -ENOMEM;
	*copy = memcpy(to, path, size);
	return 0;
}

/* Attributes are aligned, the caller's bytes may not be: they are copied first. */
static int add_attributes(struct snapshot *snapshot, const void *attrs, size_t size)
{
	const struct headroom_snapshot *s = &snapshot->s;
	void *aligned;
	int err;

	if (!size || size > INT32_MAX)
		return -EBADMSG;
	aligned = arena_alloc(&snapshot->arena, padded(size));
	if (!aligned)
		return -ENOMEM;
	memcpy(aligned, attrs, size);
	err = snapshot_add_received(snapshot, aligned, size, false);
	if (err)
		return err;
	s->cgroup[s->nr - 1].received = aligned;
	s->cgroup[s->nr - 1].received_size = size;
	if (s->nr > 1 && s->cgroup[s->nr - 1].id <= s->cgroup[s->nr - 2].id)
		return -EBADMSG;
	return 0;
}

static int read_cgroup(struct snapshot *snapshot, struct rest *rest)
{
	const struct headroom_snapshot *s = &snapshot->s;
	struct record_cgroup record;
	const char *path, *attrs;
	const void *found = take(rest, sizeof(record));
	int err;

	if (!found)
		return -EAGAIN;
	memcpy(&record, found, sizeof(record));
	if (!record.attrs_size || record.attrs_size > INT32_MAX)
		return -EBADMSG;
	path = take(rest, record.path_size);
	attrs = path ? take(rest, record.attrs_size) : NULL;
	if (!attrs)
		return -EAGAIN;
	err = add_attributes(snapshot, attrs, record.attrs_size);
	if (err)
		return err;
	return read_path(snapshot, path, record.path_size, &s->cgroup[s->nr - 1].path);
}

static int add_received(struct snapshot *snapshot, const struct headroom_received *cgroup)
{
	const struct headroom_snapshot *s = &snapshot->s;
	int err;

	if (cgroup->reserved[0] || cgroup->reserved[1])
		return -EINVAL;
	err = add_attributes(snapshot, cgroup->data, cgroup->size);
	if (err || !cgroup->path)
		return err;
	return read_path(snapshot, cgroup->path, strlen(cgroup->path) + 1,
			 &s->cgroup[s->nr - 1].path);
}

int headroom_snapshot_decode(const struct headroom_received *cgroup, size_t nr,
			     struct headroom_snapshot **s)
{
	struct snapshot *snapshot = snapshot_new(NULL);
	int err = 0;

	*s = NULL;
	if (!snapshot)
		return -ENOMEM;
	snapshot->recorded = true;
	for (size_t i = 0; !err && i < nr; i++)
		err = add_received(snapshot, &cgroup[i]);
	if (err) {
		headroom_snapshot_free(&snapshot->s);
		return err;
	}
	*s = &snapshot->s;
	return 0;
}

int headroom_snapshot_read(const void *data, size_t size, struct headroom_snapshot **s,
			   size_t *used)
{
	struct rest rest = { .data = data, .size = size };
	struct record_head head;
	struct snapshot *snapshot;
	int err;

	*s = NULL;
	if (used)
		*used = 0;
	err = read_head(&rest, &head);
	if (err)
		return err;
	snapshot = snapshot_new(NULL);
	if (!snapshot)
		return -ENOMEM;
	snapshot->recorded = true;
	use_head(&snapshot->s, &head);
	while (!err && snapshot->s.nr < head.nr)
		err = read_cgroup(snapshot, &rest);
	if (err) {
		headroom_snapshot_free(&snapshot->s);
		return err;
	}
	*s = &snapshot->s;
	if (used)
		*used = size - rest.size;
	return 0;
}
