/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Frames as bytes: whole, or as the difference to the frame before
 *
 * The bytes may come from a file that anyone wrote. Each size is checked before it is used, and the
 * work is bounded by the size of the bytes and of the frame before.
 */
#ifndef FRAME_PACK_H
#define FRAME_PACK_H

#include <stddef.h>

#include "bytes.h"
#include "frame.h"

/* A frame as a list of items */
struct pack;

/**
 * pack_frame - take a frame apart
 * @frame: held until pack_free(); its snapshot must have been kept as received
 * @pack: result; free with pack_free()
 *
 * Return: 0; -EINVAL if the snapshot was not kept as received; -ENOMEM.
 */
int pack_frame(struct frame *frame, struct pack **pack);
void pack_free(struct pack *pack);
/**
 * pack_encode - append a frame to @bytes
 * @before: the frame that the reader will have read before; NULL for none
 *
 * Out of memory is in @bytes.
 */
void pack_encode(const struct pack *pack, const struct pack *before, struct bytes *bytes);
/**
 * pack_decode - read what pack_encode() wrote
 * @before: as for pack_encode()
 * @pack: result; it needs neither @data nor @before any more
 *
 * Return: 0; -EBADMSG if the bytes are damaged; -ENOMEM.
 */
int pack_decode(const void *data, size_t size, const struct pack *before, struct pack **pack);
/**
 * pack_unpack - put a frame together
 * @frame: result; give it back with frame_put()
 *
 * Return: 0; -EBADMSG if the items make no frame; -ENOMEM.
 */
int pack_unpack(const struct pack *pack, struct frame **frame);

#endif /* FRAME_PACK_H */
