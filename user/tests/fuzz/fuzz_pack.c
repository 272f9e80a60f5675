// SPDX-License-Identifier: GPL-2.0
/*
 * Fuzz the decoder of recordings: the input is a whole frame and a difference to it
 *
 * The first two bytes are the size of the first. What was decoded is put together, taken apart and
 * encoded again: that must give the same items.
 */
#include <stdlib.h>
#include <string.h>

#include "fuzz.h"
#include "pack.h"

/* Encode a frame, decode that, and compare with what a second round gives */
static void encode_again(const struct pack *pack, const struct pack *before)
{
	struct bytes first = {}, second = {};
	struct pack *again;

	pack_encode(pack, before, &first);
	if (first.failed || pack_decode(first.data, first.size, before, &again))
		abort();
	pack_encode(again, before, &second);
	if (first.size != second.size || memcmp(first.data, second.data, first.size))
		abort();
	pack_free(again);
	bytes_free(&first);
	bytes_free(&second);
}

static void try_frame(const struct pack *pack)
{
	struct frame *frame;
	struct pack *again;

	if (pack_unpack(pack, &frame))
		return;
	if (pack_frame(frame, &again))
		abort();
	pack_free(again);
	frame_put(frame);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct pack *whole, *difference;
	size_t first;

	if (size < 2)
		return 0;
	first = data[0] | data[1] << 8;
	data += 2;
	size -= 2;
	if (first > size)
		first = size;
	if (pack_decode(data, first, NULL, &whole))
		return 0;
	encode_again(whole, NULL);
	try_frame(whole);
	if (!pack_decode(data + first, size - first, whole, &difference)) {
		encode_again(difference, whole);
		try_frame(difference);
		pack_free(difference);
	}
	pack_free(whole);
	return 0;
}
