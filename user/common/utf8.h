/* SPDX-License-Identifier: GPL-2.0 */
/* Recognise UTF-8: names of cgroups may have any bytes, JSON may not */
#ifndef COMMON_UTF8_H
#define COMMON_UTF8_H

#include <stddef.h>

/** utf8_sequence - length in bytes of the first character of @text; 0 if it is invalid */
size_t utf8_sequence(const char *text);
/**
 * utf8_valid - replace each byte that is not part of a character by U+FFFD
 *
 * Return: a copy that the caller frees; NULL if out of memory.
 */
char *utf8_valid(const char *text);

#endif /* COMMON_UTF8_H */
