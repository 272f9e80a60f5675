// SPDX-License-Identifier: GPL-2.0
/*
 * Equal texts are one, as long as one of its owners has it
 */
#include <stdio.h>
#include <string.h>

#include "shared_text.h"
#include "tap.h"

int main(void)
{
	struct shared_texts *texts = shared_texts_new();
	const char *a = shared_text_get(texts, "the condition holds"), *b, *c;
	char text[] = "the condition holds";

	b = shared_text_get(texts, text);
	c = shared_text_get(texts, "");
	ok(strcmp(b, text) == 0, "a text");
	ok(a == b, "is there once");
	ok(a != text, "and is a copy");
	ok(*c == '\0', "another one");
	shared_text_put(texts, a);
	ok(strcmp(b, text) == 0, "is there for its other owner");
	ok(shared_text_get(texts, text) == b, "and for the next one");
	shared_text_put(texts, b);
	shared_text_put(texts, b);
	shared_text_put(texts, NULL);
	a = shared_text_get(texts, text);
	ok(strcmp(a, text) == 0, "is there once more when all had put it");
	shared_texts_free(texts);
	shared_texts_free(NULL);
	return tap_done();
}
