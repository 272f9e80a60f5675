// SPDX-License-Identifier: GPL-2.0
/*
 * Frames as bytes: whole, or as the difference to the frame before
 *
 * A frame is a list of items, each named by a kind and an id:
 *
 *	HEAD			clocks, boot, what there is
 *	CGROUP	id		its path; cgroups are in preorder
 *	STATS	id		netlink attributes, as received
 *	TEXT+n	id		text of file n of the cgroup
 *	HOST+n			text of file n of the machine
 *	STALLED			tasks in a stall
 *	VICTIM	id		its evictors
 *	HOOKS			text of the module's hooks
 *
 * From one frame to the next most items stay as they are, and in most others only counters grow. So
 * a frame is written as what has to be done with the items of the one before:
 *
 *	SAME n			the next n are the same
 *	DROP n			the next n are gone
 *	GROW nr skip* add*	the next has the same size: words of 32 bits to skip, and to add to one
 *	SPLICE nr words place*	the next has words inserted at places, which are zero; then as GROW
 *	COUNT nr skip* add*	the next is a text with other numbers: those to skip, and to add to one
 *	NEW kind id size data	an item that was not there, or has another size
 *
 * Numbers are small then, and take a byte or two. They are compressed in store.c.
 */
#include <errno.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "digits.h"
#include "pack.h"
#include "splice.h"

enum kind {
	KIND_HEAD,
	KIND_CGROUP,
	KIND_STATS,
	KIND_STALLED,
	KIND_VICTIM,
	KIND_HOOKS,
	KIND_TEXT = 64,
	KIND_HOST = 128,
};

enum operation { OP_SAME, OP_DROP, OP_GROW, OP_NEW, OP_SPLICE, OP_COUNT };

/* Items behind the next one of the frame before among which an item is looked for */
#define LOOK_AHEAD	4096
/* The largest frame that is read */
#define MAX_ITEMS	(1u << 22)
#define MAX_SIZE	(1u << 30)
/* The largest text whose numbers are counted: a few of the kernel's files */
#define MAX_TEXT	65536

struct item {
	uint32_t kind;
	uint32_t size;
	uint64_t id;
	size_t offset;		/* in the pack's bytes */
};

struct pack {
	size_t nr;
	size_t room;
	struct item *item;
	struct bytes bytes;
};

/*
 * What a frame has beside its lists; of fixed size, without gaps. Clocks are relative to others, since
 * the differences hardly change: boot, wall and snapshot_time to monotonic, snapshot_wall to wall.
 */
struct head {
	uint64_t monotonic;
	uint64_t boot;
	uint64_t wall;
	int32_t module_error;
	uint32_t sample_shift;
	uint64_t page_size;
	uint32_t flags;
	uint32_t unused;
	uint64_t generation;
	uint64_t snapshot_time;
	uint64_t snapshot_wall;
	char boot_id[40];
	uint64_t effort;
};

_Static_assert(sizeof(struct head) == 120, "the format has no gaps");

enum flags {
	HAS_SNAPSHOT = 1,
	IS_CONSISTENT = 2,
	HAS_STALLED = 4,
	HAS_BLAME = 8,
	STALLS_OFF = 16,
	PAUSED = 32,
	PSI_OFF = 64,
};

struct packed_evictor {
	uint64_t id;
	uint32_t reason;
	uint32_t merged;
	uint64_t evictions;
	uint64_t refaults;
	uint64_t error;
};

struct packed_stalled {
	uint32_t pid;
	uint32_t cause;
	uint64_t cgroup;
	uint64_t time;
};

void pack_free(struct pack *pack)
{
	if (!pack)
		return;
	free(pack->item);
	bytes_free(&pack->bytes);
	free(pack);
}

/* Append an item; without @data, the caller appends its @size bytes next */
static void add_item(struct pack *pack, uint32_t kind, uint64_t id, const void *data, size_t size)
{
	struct item *all;

	if (pack->nr == pack->room) {
		pack->room = 2 * pack->room + 64;
		all = reallocarray(pack->item, pack->room, sizeof(*all));
		if (!all) {
			pack->bytes.failed = true;
			pack->room = pack->nr;
			return;
		}
		pack->item = all;
	}
	pack->item[pack->nr++] = (struct item){
		.kind = kind, .id = id, .size = size, .offset = pack->bytes.size,
	};
	if (data)
		bytes_add(&pack->bytes, data, size);
}

static void pack_head(struct pack *pack, const struct frame *frame)
{
	const struct headroom_snapshot *s = frame->snapshot;
	struct head head = {
		.monotonic = frame->time.monotonic,
		.boot = frame->time.boot - frame->time.monotonic,
		.wall = frame->time.wall - frame->time.monotonic, .module_error = frame->module_error,
		.sample_shift = frame->sample_shift, .page_size = frame->page_size,
		.flags = (s ? HAS_SNAPSHOT : 0) | (s && s->consistent ? IS_CONSISTENT : 0) |
			 (frame->nr_stalled != FRAME_NONE ? HAS_STALLED : 0) |
			 (frame->blame ? HAS_BLAME : 0) | (frame->stalls_off ? STALLS_OFF : 0) |
			 (frame->paused ? PAUSED : 0) | (frame->psi_off ? PSI_OFF : 0),
		.generation = s ? s->generation : 0,
		.snapshot_time = s ? s->time - frame->time.monotonic : 0,
		.snapshot_wall = s ? s->unix_time - frame->time.wall : 0, .effort = frame->effort,
	};

	memcpy(head.boot_id, frame->boot_id, sizeof(head.boot_id));
	add_item(pack, KIND_HEAD, 0, &head, sizeof(head));
}

static int pack_cgroup(struct pack *pack, const struct frame *frame, size_t i)
{
	const struct frame_cgroup *c = &frame->cgroup[i];
	const char *text;

	add_item(pack, KIND_CGROUP, c->id, c->path, strlen(c->path));
	if (c->stats && !c->stats->received)
		return -EINVAL;
	if (c->stats)
		add_item(pack, KIND_STATS, c->id, c->stats->received, c->stats->received_size);
	for (unsigned int file = 0; file < FRAME_FILES; file++) {
		text = frame_text(frame, i, file);
		if (text)
			add_item(pack, KIND_TEXT + file, c->id, text, strlen(text));
	}
	return 0;
}

static void pack_lists(struct pack *pack, const struct frame *frame)
{
	size_t nr = frame->nr_stalled == FRAME_NONE ? 0 : frame->nr_stalled;
	const char *text = frame_hooks_text(frame);

	if (text)
		add_item(pack, KIND_HOOKS, 0, text, strlen(text));
	for (unsigned int file = 0; file < FRAME_HOST_FILES; file++) {
		text = frame_host_text(frame, file);
		if (text)
			add_item(pack, KIND_HOST + file, 0, text, strlen(text));
	}
	if (nr)
		add_item(pack, KIND_STALLED, 0, NULL, nr * sizeof(struct packed_stalled));
	for (size_t i = 0; i < nr; i++) {
		const struct headroom_stalled *s = &frame->stalled[i];
		const struct packed_stalled packed = { s->pid, s->cause, s->cgroup, s->time };

		bytes_add(&pack->bytes, &packed, sizeof(packed));
	}
}

static void pack_victim(struct pack *pack, const struct headroom_victim *victim)
{
	add_item(pack, KIND_VICTIM, victim->id, NULL, victim->nr * sizeof(struct packed_evictor));
	for (size_t i = 0; i < victim->nr; i++) {
		const struct headroom_evictor *e = &victim->evictor[i];
		const struct packed_evictor packed = {
			e->id, e->reason, e->merged, e->evictions, e->refaults, e->error,
		};

		bytes_add(&pack->bytes, &packed, sizeof(packed));
	}
}

int pack_frame(struct frame *frame, struct pack **result)
{
	struct pack *pack = calloc(1, sizeof(*pack));
	int err = 0;

	*result = NULL;
	if (!pack)
		return -ENOMEM;
	pack_head(pack, frame);
	for (size_t i = 0; !err && i < frame->nr; i++)
		err = pack_cgroup(pack, frame, i);
	pack_lists(pack, frame);
	for (size_t i = 0; frame->blame && i < frame->blame->nr; i++)
		pack_victim(pack, &frame->blame->victim[i]);
	if (!err && pack->bytes.failed)
		err = -ENOMEM;
	if (err)
		pack_free(pack);
	else
		*result = pack;
	return err;
}

/* --- differences --- */

/* A pack of empty items alone has no bytes */
static const char *data_of(const struct pack *pack, const struct item *item)
{
	return pack->bytes.data ? pack->bytes.data + item->offset : "";
}

static bool same_name(const struct item *a, const struct item *b)
{
	return a->kind == b->kind && a->id == b->id;
}

/* The item of @before with the name of @item, from @at on; @before->nr if it is not near */
static size_t look_for(const struct pack *before, size_t at, const struct item *item)
{
	size_t end = before->nr - at > LOOK_AHEAD ? at + LOOK_AHEAD : before->nr;

	for (size_t i = at; i < end; i++)
		if (same_name(&before->item[i], item))
			return i;
	return before->nr;
}

/* Differences near zero, of either sign, as small numbers: 0, -1, 1, -2, 2 */
static uint64_t zigzag(int64_t difference)
{
	return 2 * (uint64_t)difference ^ (difference < 0 ? UINT64_MAX : 0);
}

static uint64_t unzigzag(uint64_t number)
{
	return number & 1 ? ~(number / 2) : number / 2;
}

static uint32_t word_at(const char *data, size_t i)
{
	uint32_t word;

	memcpy(&word, data + 4 * i, sizeof(word));
	return word;
}

/*
 * All skips, then what is added: both are alike from frame to frame, and the counters of a cgroup
 * without descendants are there twice, so that compression finds what repeats
 */
static void encode_growth(const char *now, const char *before, uint32_t size, struct bytes *bytes)
{
	size_t words = size / 4, last = 0, changed = 0;

	for (size_t i = 0; i < words; i++)
		changed += word_at(now, i) != word_at(before, i);
	bytes_add_number(bytes, changed);
	for (size_t i = 0; i < words; i++) {
		if (word_at(now, i) == word_at(before, i))
			continue;
		bytes_add_number(bytes, i - last);
		last = i;
	}
	for (size_t i = 0; i < words; i++)
		if (word_at(now, i) != word_at(before, i))
			bytes_add_number(bytes, zigzag((int32_t)(word_at(now, i) -
								 word_at(before, i))));
	bytes_add(bytes, now + 4 * words, size % 4);
}

static void encode_new(const struct pack *pack, const struct item *item, struct bytes *bytes)
{
	bytes_add_number(bytes, OP_NEW);
	bytes_add_number(bytes, item->kind);
	bytes_add_number(bytes, item->id);
	bytes_add_number(bytes, item->size);
	bytes_add(bytes, data_of(pack, item), item->size);
}

/* Encode statistics that have more buckets than before. Returns false if they have little in common. */
static bool encode_splice(const struct pack *pack, const struct item *item,
			  const struct pack *before, const struct item *old, struct bytes *bytes)
{
	struct splice splice;
	size_t differ;
	char *spliced;

	if (item->kind != KIND_STATS || item->size <= old->size || item->size % 4 || old->size % 4)
		return false;
	differ = splice_find(data_of(pack, item), item->size / 4, data_of(before, old),
			     old->size / 4, &splice);
	if (differ > old->size / 8)
		return false;
	spliced = malloc(item->size);
	if (!spliced)
		return false;
	splice_apply(spliced, data_of(before, old), old->size / 4, &splice);
	bytes_add_number(bytes, OP_SPLICE);
	bytes_add_number(bytes, splice.nr);
	bytes_add_number(bytes, splice.words);
	for (size_t i = 0; i < splice.nr; i++)
		bytes_add_number(bytes, splice.place[i]);
	encode_growth(data_of(pack, item), spliced, item->size, bytes);
	free(spliced);
	return true;
}

static bool is_text_kind(uint32_t kind)
{
	return kind >= KIND_TEXT && kind < KIND_HOST + FRAME_HOST_FILES;
}

/* Encode a text of which only numbers differ: skips and differences, as encode_growth() */
static bool encode_text(const char *now, size_t size, const char *old, size_t old_size,
			struct bytes *bytes)
{
	const char *end = now + size, *old_end = old + old_size, *a, *b;
	uint64_t changed = 0, skip = 0;
	struct digits x, y;

	if (old_size > MAX_TEXT || !digits_agree(now, size, old, old_size))
		return false;
	for (a = now, b = old; digits_next(a, end, &x) && digits_next(b, old_end, &y);
	     a = x.at + x.size, b = y.at + y.size)
		changed += x.value != y.value;
	bytes_add_number(bytes, OP_COUNT);
	bytes_add_number(bytes, changed);
	for (a = now, b = old; digits_next(a, end, &x) && digits_next(b, old_end, &y);
	     a = x.at + x.size, b = y.at + y.size, skip++) {
		if (x.value == y.value)
			continue;
		bytes_add_number(bytes, skip);
		skip = -1;
	}
	for (a = now, b = old; digits_next(a, end, &x) && digits_next(b, old_end, &y);
	     a = x.at + x.size, b = y.at + y.size)
		if (x.value != y.value)
			bytes_add_number(bytes, zigzag(x.value - y.value));
	return true;
}

/* Encode an item that the frame before had, too */
static void encode_changed(const struct pack *pack, const struct item *item,
			   const struct pack *before, const struct item *old, struct bytes *bytes)
{
	const char *now = data_of(pack, item), *then = data_of(before, old);

	if (is_text_kind(item->kind) && encode_text(now, item->size, then, old->size, bytes))
		return;
	if (old->size == item->size) {
		bytes_add_number(bytes, OP_GROW);
		encode_growth(now, then, item->size, bytes);
	} else if (!encode_splice(pack, item, before, old, bytes)) {
		encode_new(pack, item, bytes);
	}
}

static void encode_count(struct bytes *bytes, enum operation op, size_t *count)
{
	if (!*count)
		return;
	bytes_add_number(bytes, op);
	bytes_add_number(bytes, *count);
	*count = 0;
}

void pack_encode(const struct pack *pack, const struct pack *before, struct bytes *bytes)
{
	static const struct pack none;
	size_t same = 0, dropped, at = 0, found;

	before = before ? before : &none;
	bytes_add_number(bytes, pack->nr);
	for (size_t i = 0; i < pack->nr; i++) {
		const struct item *item = &pack->item[i], *old;

		found = look_for(before, at, item);
		old = found < before->nr ? &before->item[found] : NULL;
		if (old && found == at && old->size == item->size &&
		    !memcmp(data_of(pack, item), data_of(before, old), item->size)) {
			same++;
			at++;
			continue;
		}
		encode_count(bytes, OP_SAME, &same);
		dropped = old ? found - at : 0;
		at += dropped;
		encode_count(bytes, OP_DROP, &dropped);
		if (old)
			encode_changed(pack, item, before, old, bytes);
		else
			encode_new(pack, item, bytes);
		at += old != NULL;
	}
	encode_count(bytes, OP_SAME, &same);
}

static void decode_growth(struct reader *r, char *data, uint32_t size)
{
	uint64_t changed = reader_number(r), at = 0, words = size / 4, skip;
	struct reader skips = *r;
	const char *tail;
	uint32_t word;

	/* Read behind the skips, and follow these from the begin */
	for (uint64_t i = 0; i < changed && !r->failed; i++)
		reader_number(r);
	for (; changed && !r->failed; changed--) {
		skip = reader_number(&skips);
		if (skip >= words - at) {
			r->failed = true;
			return;
		}
		at += skip;
		word = word_at(data, at) + unzigzag(reader_number(r));
		memcpy(data + 4 * at, &word, sizeof(word));
	}
	tail = reader_take(r, size % 4);
	if (tail)
		memcpy(data + 4 * words, tail, size % 4);
}

/* Copy @count items of the frame before */
static void decode_same(struct reader *r, struct pack *pack, const struct pack *before,
			size_t *at, uint64_t count)
{
	if (count > before->nr - *at) {
		r->failed = true;
		return;
	}
	for (; count; count--, ++*at) {
		const struct item *old = &before->item[*at];

		add_item(pack, old->kind, old->id, data_of(before, old), old->size);
	}
}

static void decode_grow(struct reader *r, struct pack *pack, const struct pack *before,
			size_t *at)
{
	decode_same(r, pack, before, at, 1);
	if (!r->failed && !pack->bytes.failed && pack->bytes.data)
		decode_growth(r, pack->bytes.data + pack->item[pack->nr - 1].offset,
			      pack->item[pack->nr - 1].size);
	else
		r->failed = true;
}

/* Read the numbers of a text behind their skips, and write the text to @to */
static void decode_digits(struct reader *r, const char *old, size_t old_size, struct bytes *to)
{
	uint64_t changed = reader_number(r), left = 0, value;
	const char *end = old + old_size;
	struct reader skips = *r;
	char number[DIGITS_MAX];
	struct digits x;

	for (uint64_t i = 0; i < changed && !r->failed; i++)
		reader_number(r);
	left = changed ? reader_number(&skips) : 0;
	for (; changed && !r->failed && digits_next(old, end, &x); old = x.at + x.size, left--) {
		bytes_add(to, old, x.at - old);
		value = x.value;
		if (!left) {
			value += unzigzag(reader_number(r));
			left = --changed ? reader_number(&skips) + 1 : 0;
		}
		bytes_add(to, number, digits_print(number, value, x.decimals));
	}
	r->failed |= changed > 0;
	bytes_add(to, old, end - old);
}

static void decode_text(struct reader *r, struct pack *pack, const struct pack *before, size_t *at)
{
	const struct item *old = *at < before->nr ? &before->item[*at] : NULL;
	struct bytes text = {};

	if (!old || !is_text_kind(old->kind) || old->size > MAX_TEXT) {
		r->failed = true;
		return;
	}
	decode_digits(r, data_of(before, old), old->size, &text);
	if (text.failed)
		pack->bytes.failed = true;
	else if (!r->failed)
		add_item(pack, old->kind, old->id, text.data ? text.data : "", text.size);
	bytes_free(&text);
	++*at;
}

static void decode_splice(struct reader *r, struct pack *pack, const struct pack *before,
			  size_t *at)
{
	struct splice splice = { .nr = reader_number(r), .words = reader_number(r) };
	const struct item *old = *at < before->nr ? &before->item[*at] : NULL;
	size_t last = 0, size;
	char *spliced;

	if (r->failed || !old || splice.nr > SPLICE_PLACES || splice.words > MAX_SIZE / 64) {
		r->failed = true;
		return;
	}
	for (size_t i = 0; i < splice.nr; i++) {
		splice.place[i] = reader_number(r);
		r->failed |= splice.place[i] < last || splice.place[i] > old->size / 4;
		last = splice.place[i];
	}
	size = old->size / 4 * 4 + splice.nr * splice.words * 4;
	spliced = r->failed || size > MAX_SIZE ? NULL : malloc(size + 1);
	if (!spliced) {
		r->failed = true;
		return;
	}
	splice_apply(spliced, data_of(before, old), old->size / 4, &splice);
	decode_growth(r, spliced, size);
	add_item(pack, old->kind, old->id, spliced, size);
	free(spliced);
	++*at;
}

static void decode_new(struct reader *r, struct pack *pack, const struct pack *before, size_t *at)
{
	uint64_t kind = reader_number(r), id = reader_number(r), size = reader_number(r);
	const char *data = reader_take(r, size);
	const struct item *old = *at < before->nr ? &before->item[*at] : NULL;

	if (!data || kind > UINT32_MAX || size > UINT32_MAX) {
		r->failed = true;
		return;
	}
	add_item(pack, kind, id, data, size);
	/* It takes the place of one with another size */
	if (old && old->kind == kind && old->id == id)
		++*at;
}

static void decode_next(struct reader *r, struct pack *pack, const struct pack *before,
			size_t *at)
{
	uint64_t count;

	switch (reader_number(r)) {
	case OP_SAME:
		count = reader_number(r);
		r->failed |= !count;
		decode_same(r, pack, before, at, count);
		break;
	case OP_DROP:
		count = reader_number(r);
		if (!count || count > before->nr - *at)
			r->failed = true;
		else
			*at += count;
		break;
	case OP_GROW:
		decode_grow(r, pack, before, at);
		break;
	case OP_SPLICE:
		decode_splice(r, pack, before, at);
		break;
	case OP_COUNT:
		decode_text(r, pack, before, at);
		break;
	case OP_NEW:
		decode_new(r, pack, before, at);
		break;
	default:
		r->failed = true;
	}
}

int pack_decode(const void *data, size_t size, const struct pack *before, struct pack **result)
{
	static const struct pack none;
	struct reader r = { .data = data, .size = size };
	struct pack *pack = calloc(1, sizeof(*pack));
	uint64_t nr = reader_number(&r);
	size_t at = 0;
	int err;

	*result = NULL;
	if (!pack)
		return -ENOMEM;
	before = before ? before : &none;
	r.failed |= nr > MAX_ITEMS;
	while (!r.failed && !pack->bytes.failed && pack->nr < nr && pack->bytes.size < MAX_SIZE)
		decode_next(&r, pack, before, &at);
	err = pack->bytes.failed ? -ENOMEM : r.failed || r.size || pack->nr != nr ? -EBADMSG : 0;
	if (err)
		pack_free(pack);
	else
		*result = pack;
	return err;
}

/* --- frames from items --- */

/* A later version may add to its end, and an earlier one had less */
static int unpack_head(const struct pack *pack, struct frame *frame, struct head *head)
{
	size_t size = pack->nr ? pack->item[0].size : 0;

	if (size < offsetof(struct head, effort) || pack->item[0].kind != KIND_HEAD)
		return -EBADMSG;
	*head = (struct head){};
	memcpy(head, data_of(pack, &pack->item[0]), size < sizeof(*head) ? size : sizeof(*head));
	head->boot_id[sizeof(head->boot_id) - 1] = '\0';
	frame->time = (struct frame_clocks){
		.monotonic = head->monotonic, .boot = head->monotonic + head->boot,
		.wall = head->monotonic + head->wall,
	};
	memcpy(frame->boot_id, head->boot_id, sizeof(frame->boot_id));
	frame->module_error = head->module_error;
	frame->stalls_off = head->flags & STALLS_OFF;
	frame->paused = head->flags & PAUSED;
	frame->psi_off = head->flags & PSI_OFF;
	frame->effort = head->effort;
	frame->sample_shift = head->sample_shift < 64 ? head->sample_shift : 0;
	frame->page_size = head->page_size ? head->page_size : 4096;
	return 0;
}

static int compare_received(const void *a, const void *b)
{
	const struct item *left = *(const struct item *const *)a, *right = *(const struct item *const *)b;

	return (left->id > right->id) - (left->id < right->id);
}

/* The statistics in order of id, decoded */
static int unpack_snapshot(const struct pack *pack, struct frame *frame, const struct head *head)
{
	struct headroom_received *received = calloc(pack->nr, sizeof(*received));
	const struct item **item = calloc(pack->nr, sizeof(*item));
	size_t nr = 0;
	int err = received && item ? 0 : -ENOMEM;

	for (size_t i = 0; !err && i < pack->nr; i++)
		if (pack->item[i].kind == KIND_STATS)
			item[nr++] = &pack->item[i];
	if (!err && nr)
		qsort(item, nr, sizeof(*item), compare_received);
	for (size_t i = 0; !err && i < nr; i++)
		received[i] = (struct headroom_received){
			.data = data_of(pack, item[i]), .size = item[i]->size,
		};
	if (!err)
		err = headroom_snapshot_decode(received, nr, &frame->snapshot);
	free(received);
	free(item);
	if (err)
		return err;
	frame->snapshot->generation = head->generation;
	frame->snapshot->time = frame->time.monotonic + head->snapshot_time;
	frame->snapshot->unix_time = frame->time.wall + head->snapshot_wall;
	frame->snapshot->consistent = head->flags & IS_CONSISTENT;
	memcpy(frame->snapshot->boot_id, head->boot_id, sizeof(head->boot_id));
	return 0;
}

static bool is_text(const char *data, size_t size)
{
	return !memchr(data, '\0', size);
}

static int unpack_cgroup(const struct pack *pack, struct frame *frame, const struct item *item)
{
	const struct headroom_cgroup *stats = frame->snapshot ?
		headroom_snapshot_find(frame->snapshot, item->id) : NULL;
	char *path = strndup(data_of(pack, item), item->size);
	int err = 0;

	if (!path)
		return -ENOMEM;
	if (path[0] != '/' || strlen(path) != item->size || !item->id)
		err = -EBADMSG;
	else if (frame_add(frame, item->id, path, stats) == FRAME_NONE)
		err = -ENOMEM;
	free(path);
	return err;
}

static int unpack_stalled(const struct pack *pack, struct frame *frame, const struct item *item)
{
	size_t nr = item->size / sizeof(struct packed_stalled);
	struct packed_stalled s;

	if (frame->stalled || item->size % sizeof(s))
		return -EBADMSG;
	frame->stalled = calloc(nr + 1, sizeof(*frame->stalled));
	if (!frame->stalled)
		return -ENOMEM;
	for (size_t i = 0; i < nr; i++) {
		memcpy(&s, data_of(pack, item) + i * sizeof(s), sizeof(s));
		frame->stalled[i] = (struct headroom_stalled){
			.pid = s.pid, .cause = s.cause, .cgroup = s.cgroup, .time = s.time,
		};
	}
	frame->nr_stalled = nr;
	return 0;
}

static int unpack_item(const struct pack *pack, struct frame *frame, const struct item *item)
{
	const char *data = data_of(pack, item);
	size_t last = frame->nr - 1;

	if (item->kind == KIND_CGROUP)
		return unpack_cgroup(pack, frame, item);
	if (item->kind == KIND_STALLED)
		return unpack_stalled(pack, frame, item);
	if (item->kind == KIND_HOOKS)
		return is_text(data, item->size) ? frame_set_hooks(frame, data, item->size) : -EBADMSG;
	if (item->kind >= KIND_HOST && item->kind < KIND_HOST + FRAME_HOST_FILES)
		return is_text(data, item->size) ?
			frame_set_host_text(frame, item->kind - KIND_HOST, data, item->size) :
			-EBADMSG;
	/* Texts follow their cgroup. What a later version adds is ignored. */
	if (item->kind < KIND_TEXT || item->kind >= KIND_TEXT + FRAME_FILES)
		return 0;
	if (!frame->nr || frame->cgroup[last].id != item->id || !is_text(data, item->size))
		return -EBADMSG;
	return frame_set_text(frame, last, item->kind - KIND_TEXT, data, item->size);
}

static int unpack_victim(const struct pack *pack, struct headroom_victim *victim,
			 const struct item *item)
{
	size_t nr = item->size / sizeof(struct packed_evictor);
	struct packed_evictor e;

	if (item->size % sizeof(e))
		return -EBADMSG;
	*victim = (struct headroom_victim){ .id = item->id };
	victim->evictor = calloc(nr + 1, sizeof(*victim->evictor));
	if (!victim->evictor)
		return -ENOMEM;
	victim->nr = nr;
	for (size_t i = 0; i < nr; i++) {
		memcpy(&e, data_of(pack, item) + i * sizeof(e), sizeof(e));
		victim->evictor[i] = (struct headroom_evictor){
			.id = e.id, .reason = e.reason, .merged = e.merged,
			.evictions = e.evictions, .refaults = e.refaults, .error = e.error,
		};
	}
	return 0;
}

/* headroom_blame_free() frees the arrays one by one */
static int unpack_blame(const struct pack *pack, struct frame *frame)
{
	struct headroom_blame *blame = calloc(1, sizeof(*blame));
	int err = blame ? 0 : -ENOMEM;

	frame->blame = blame;
	if (blame)
		blame->victim = calloc(pack->nr, sizeof(*blame->victim));
	if (blame && !blame->victim)
		err = -ENOMEM;
	for (size_t i = 0; !err && i < pack->nr; i++)
		if (pack->item[i].kind == KIND_VICTIM)
			err = unpack_victim(pack, &blame->victim[blame->nr++], &pack->item[i]);
	return err;
}

int pack_unpack(const struct pack *pack, struct frame **result)
{
	struct frame *frame = frame_new();
	struct head head;
	int err = frame ? unpack_head(pack, frame, &head) : -ENOMEM;

	*result = NULL;
	if (!err && head.flags & HAS_STALLED)
		frame->nr_stalled = 0;
	if (!err && head.flags & HAS_SNAPSHOT)
		err = unpack_snapshot(pack, frame, &head);
	for (size_t i = 1; !err && i < pack->nr; i++)
		err = unpack_item(pack, frame, &pack->item[i]);
	if (!err && head.flags & HAS_BLAME)
		err = unpack_blame(pack, frame);
	if (!err)
		err = frame_finish(frame);
	if (err)
		frame_put(frame);
	else
		*result = frame;
	return err;
}
