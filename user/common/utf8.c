// SPDX-License-Identifier: GPL-2.0
/* Recognise UTF-8 */

#include <stdlib.h>
#include <string.h>

#include "utf8.h"

size_t utf8_sequence(const char *text)
{
	const unsigned char *byte = (const unsigned char *)text;
	size_t len = byte[0] < 0x80 ? 1 : byte[0] < 0xe0 ? 2 : byte[0] < 0xf0 ? 3 : 4;

	if (len == 1)
		return byte[0] != '\0';
	if (byte[0] < 0xc2 || byte[0] > 0xf4)
		return 0;
	/* overlong forms, surrogates, code points beyond U+10FFFF */
	if ((byte[0] == 0xe0 && byte[1] < 0xa0) || (byte[0] == 0xed && byte[1] > 0x9f) ||
	    (byte[0] == 0xf0 && byte[1] < 0x90) || (byte[0] == 0xf4 && byte[1] > 0x8f))
		return 0;
	for (size_t i = 1; i < len; i++)
		if ((byte[i] & 0xc0) != 0x80)
			return 0;
	return len;
}

char *utf8_valid(const char *text)
{
	static const char replacement[] = "\xef\xbf\xbd";
	char *copy = malloc(strlen(replacement) * strlen(text) + 1), *to = copy;
	size_t len;

	if (!copy)
		return NULL;
	for (; *text; text += len ? len : 1) {
		len = utf8_sequence(text);
		to = len ? mempcpy(to, text, len) : stpcpy(to, replacement);
	}
	*to = '\0';
	return copy;
}
