/* SPDX-License-Identifier: GPL-2.0 */
/* A growing buffer of bytes, and numbers of variable length in it */
#ifndef FRAME_BYTES_H
#define FRAME_BYTES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/**
 * struct bytes - a growing buffer; all zero is empty
 * @data: the bytes
 * @size: bytes in use
 * @room: bytes allocated
 * @failed: an allocation failed: what was added since is missing
 */
struct bytes {
	char *data;
	size_t size;
	size_t room;
	bool failed;
};

/** bytes_add - append @size bytes */
void bytes_add(struct bytes *bytes, const void *data, size_t size);
/** bytes_add_number - append a number: 7 bits a byte, the lowest first; small ones are short */
void bytes_add_number(struct bytes *bytes, uint64_t number);
/** bytes_free - free the buffer, and begin with an empty one */
void bytes_free(struct bytes *bytes);

/**
 * struct reader - bytes that are left to be read
 * @data: the next one
 * @size: their number
 * @failed: more was asked for than there was
 */
struct reader {
	const char *data;
	size_t size;
	bool failed;
};

/** reader_take - the next @size bytes; NULL if there are not as many */
const char *reader_take(struct reader *reader, size_t size);
/** reader_number - the next number; 0 if there is none */
uint64_t reader_number(struct reader *reader);

#endif /* FRAME_BYTES_H */
