// SPDX-License-Identifier: GPL-2.0
/* Test that recordings keep everything, and that malformed ones are refused */

#include <errno.h>
#include <stdlib.h>
#include "attr.h"
#include "fake_kernel.h"
#include "headroom.h"
#include "tap.h"

static struct headroom *h;

/* Take a snapshot; it has a cause, a kind, a reason and an attribute that are unknown */
static struct headroom_snapshot *take(bool keep)
{
	const struct headroom_filter filter = { .keep_received = keep };
	struct headroom_snapshot *s;

	if (headroom_snapshot_take(h, &filter, &s) < 0) {
		printf("Bail out! no snapshot of the fake kernel\n");
		exit(1);
	}
	return s;
}

/* Whether @cgroup was received with an attribute of @type */
static bool has_attribute(const struct headroom_cgroup *cgroup, int type)
{
	const struct nlattr *nest, *attr;
	int rem, inner;

	attr_for_each(nest, cgroup->received, cgroup->received_size, rem) {
		if (attr_type(nest) != HEADROOM_A_CGROUP_LOCAL)
			continue;
		attr_for_each_nested(attr, nest, inner)
			if (attr_type(attr) == type)
				return true;
	}
	return false;
}

static void compare(const struct headroom_snapshot *read, const struct headroom_snapshot *taken)
{
	const struct headroom_cgroup *db = headroom_snapshot_find(read, 3);
	const struct headroom_cgroup *as_taken = headroom_snapshot_find(taken, 3);
	struct headroom_stats delta;

	is_uint(read->nr, taken->nr, "the record has each cgroup");
	ok(read->time == taken->time && read->unix_time == taken->unix_time &&
	   read->generation == taken->generation && read->consistent == taken->consistent,
	   "time, generation and consistency");
	ok(strlen(read->boot_id) == 36 && !strcmp(read->boot_id, taken->boot_id), "boot id");
	is_text(db->path, "/busy/db", "path of a cgroup");
	ok(!headroom_snapshot_find(read, 4)->path, "a missing path");
	is_uint(db->subtree.evictions, as_taken->subtree.evictions, "counter of a cgroup");
	is_uint(db->subtree.refault_distance.bucket[0].high, 639, "histogram of a cgroup");
	is_uint(headroom_stats_stall(&db->subtree, 99)->count, 1, "unknown cause");
	ok(has_attribute(db, 4711), "unknown attribute");
	headroom_stats_delta(&as_taken->subtree, &db->subtree, &delta);
	ok(!delta.evictions && !delta.refaults && !delta.stall_total &&
	   headroom_stats_stall(&delta, 99)->total == 0 && !delta.refault_age.nr,
	   "all counters of a cgroup");
	headroom_stats_clear(&delta);
}

static void test_survives(void)
{
	struct headroom_snapshot *taken, *read;
	void *data, *again, *two;
	size_t size, size_again, used;

	setenv("HEADROOM_FAKE", "removed=4", 1);
	taken = take(true);
	is_int(headroom_snapshot_write(taken, &data, &size), 0, "a snapshot is written");
	is_int(headroom_snapshot_read(data, size, &read, &used), 0, "the record is read");
	is_uint(used, size, "all bytes are used");
	compare(read, taken);
	is_int(headroom_snapshot_write(read, &again, &size_again), 0,
	       "the snapshot from the record is written");
	ok(size_again == size && !memcmp(data, again, size), "the second record equals the first");
	headroom_snapshot_free(read);

	/* two records in a row, at an odd address */
	two = malloc(2 * size + 1);
	memcpy((char *)two + 1, data, size);
	memcpy((char *)two + 1 + size, again, size);
	is_int(headroom_snapshot_read((char *)two + 1, 2 * size, &read, &used), 0,
	       "the first of two records is read");
	is_uint(used, size, "it ends where the second begins");
	headroom_snapshot_free(read);
	is_int(headroom_snapshot_read((char *)two + 1 + used, size, &read, NULL), 0,
	       "the second record is read");
	headroom_snapshot_free(read);
	free(two);
	free(again);
	free(data);
	headroom_snapshot_free(taken);
}

/* A record lacks the filter of its snapshot, and may be from another boot or machine. */
static void test_not_updated(void)
{
	struct headroom_snapshot *taken, *read, *now;
	struct headroom_changes *changes;
	void *data;
	size_t size;

	setenv("HEADROOM_FAKE", "", 1);
	taken = take(true);
	headroom_snapshot_write(taken, &data, &size);
	headroom_snapshot_read(data, size, &read, NULL);
	is_int(headroom_snapshot_update(h, read, &now, &changes), -EINVAL,
	       "a snapshot from a recording is not updated");
	ok(!now && !changes, "no result is returned");
	ok(strstr(headroom_error(h), "recording"), "message: %s", headroom_error(h));
	headroom_snapshot_free(read);
	headroom_snapshot_free(taken);
	free(data);
}

/* The result of an update can be recorded, too. */
static void test_updated(void)
{
	struct headroom_snapshot *taken = take(true), *now;
	void *data;
	size_t size;

	is_int(headroom_snapshot_update(h, taken, &now, NULL), 0, "a snapshot is updated");
	headroom_snapshot_free(taken);
	is_int(headroom_snapshot_write(now, &data, &size), 0, "the result is written");
	headroom_snapshot_free(now);
	is_int(headroom_snapshot_read(data, size, &now, NULL), 0, "the record is read");
	is_uint(headroom_stats_stall(&headroom_snapshot_find(now, 3)->subtree, 99)->count, 1,
		"unknown cause");
	headroom_snapshot_free(now);
	free(data);
}

static int read_result(const void *data, size_t size)
{
	struct headroom_snapshot *s;
	int err = headroom_snapshot_read(data, size, &s, NULL);

	headroom_snapshot_free(s);
	return err;
}

static void test_refused(void)
{
	struct headroom_snapshot *s = take(false);
	void *data;
	size_t size, wrong = 0;
	char *copy;

	is_int(headroom_snapshot_write(s, &data, &size), -EINVAL,
	       "a snapshot without received attributes is not written");
	ok(!data && !size, "no record is returned");
	headroom_snapshot_free(s);

	s = take(true);
	headroom_snapshot_write(s, &data, &size);
	for (size_t n = 0; n < size; n++) {
		copy = malloc(n ? n : 1);
		memcpy(copy, data, n);
		wrong += read_result(copy, n) != -EAGAIN;
		free(copy);
	}
	is_uint(wrong, 0, "a record truncated anywhere is incomplete");
	copy = data;
	copy[8]++;
	is_int(read_result(data, size), -EPROTONOSUPPORT, "a later format is refused");
	copy[8]--;
	copy[12]--;
	is_int(read_result(data, size), -EBADMSG, "a short head is refused");
	copy[12] += 9;
	is_int(read_result(data, size), -EBADMSG, "a head of an odd size is refused");
	copy[12] -= 8;
	copy[0]++;
	is_int(read_result(data, size), -EBADMSG, "data without the magic is refused");
	copy[0]--;
	is_int(read_result(data, size), 0, "the restored record is read");
	free(data);
	headroom_snapshot_free(s);
}

/* Offset of the first cgroup's path in a record: after the head and the sizes */
#define PATH_AT		(96 + 8)

static void test_contents(void)
{
	struct headroom_snapshot *s = take(true), *read;
	size_t size;
	void *data;
	char *byte;

	s->cgroup[0].path = "/odd";
	headroom_snapshot_write(s, &data, &size);
	byte = data;
	is_text(byte + PATH_AT, "/odd", "the path is at its offset");
	byte[PATH_AT + 4] = 'x';
	is_int(read_result(data, size), -EBADMSG, "a path without a NUL is refused");
	byte[PATH_AT + 4] = '\0';
	byte[PATH_AT + 2] = '\0';
	is_int(read_result(data, size), -EBADMSG, "a path with a NUL inside is refused");
	byte[PATH_AT + 2] = 'd';
	memset(byte + 56, 'b', 40);
	is_int(headroom_snapshot_read(data, size, &read, NULL), 0,
	       "a boot id without a NUL is read");
	is_uint(strlen(read->boot_id), 39, "it is truncated");
	headroom_snapshot_free(read);
	free(data);

	/* the first cgroup again, in place of the second */
	s->cgroup[1] = s->cgroup[0];
	headroom_snapshot_write(s, &data, &size);
	is_int(read_result(data, size), -EBADMSG, "cgroups out of order are refused");
	free(data);
	headroom_snapshot_free(s);
}

/* Flip each bit; sanitizers find reads outside the record. */
static void test_damaged(void)
{
	struct headroom_snapshot *s = take(true);
	size_t size, refused = 0;
	void *data;
	char *byte;

	headroom_snapshot_write(s, &data, &size);
	byte = data;
	for (size_t n = 0; n < 8 * size; n++) {
		byte[n / 8] ^= 1 << n % 8;
		refused += read_result(data, size) != 0;
		byte[n / 8] ^= 1 << n % 8;
	}
	ok(refused > size / 8, "damage is survived: %zu of %zu bits refused", refused, 8 * size);
	free(data);
	headroom_snapshot_free(s);
}

int main(void)
{
	setenv("HEADROOM_FAKE", "", 1);
	if (headroom_open(&h) < 0) {
		printf("Bail out! cannot open the fake kernel\n");
		return 1;
	}
	test_survives();
	test_not_updated();
	test_updated();
	test_refused();
	test_contents();
	test_damaged();
	headroom_close(h);
	return tap_done();
}
