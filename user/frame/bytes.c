// SPDX-License-Identifier: GPL-2.0
/* A growing buffer of bytes, and numbers of variable length in it */
#include <stdlib.h>
#include <string.h>

#include "bytes.h"

void bytes_add(struct bytes *bytes, const void *data, size_t size)
{
	size_t room = bytes->room;
	char *grown;

	if (bytes->failed || !size)
		return;
	if (size > room - bytes->size) {
		room = 2 * room + size + 256;
		grown = realloc(bytes->data, room);
		if (!grown) {
			bytes->failed = true;
			return;
		}
		bytes->data = grown;
		bytes->room = room;
	}
	memcpy(bytes->data + bytes->size, data, size);
	bytes->size += size;
}

void bytes_add_number(struct bytes *bytes, uint64_t number)
{
	uint8_t text[10];
	size_t n = 0;

	for (; number >= 0x80; number >>= 7)
		text[n++] = number | 0x80;
	text[n++] = number;
	bytes_add(bytes, text, n);
}

void bytes_free(struct bytes *bytes)
{
	free(bytes->data);
	*bytes = (struct bytes){};
}

const char *reader_take(struct reader *reader, size_t size)
{
	const char *data = reader->data;

	if (reader->failed || size > reader->size) {
		reader->failed = true;
		return NULL;
	}
	reader->data += size;
	reader->size -= size;
	return data;
}

uint64_t reader_number(struct reader *reader)
{
	uint64_t number = 0;

	for (unsigned int shift = 0; shift < 64; shift += 7) {
		const char *byte = reader_take(reader, 1);

		if (!byte)
			return 0;
		number |= (uint64_t)(*byte & 0x7f) << shift;
		if (!(*byte & 0x80))
			return number;
	}
	reader->failed = true;
	return 0;
}
