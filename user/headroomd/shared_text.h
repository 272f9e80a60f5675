/* SPDX-License-Identifier: GPL-2.0 */
#ifndef HEADROOMD_SHARED_TEXT_H
#define HEADROOMD_SHARED_TEXT_H

/* Texts, of which thousands of owners have the same: each is there once */
struct shared_texts;

/** shared_texts_new - no texts; NULL without memory */
struct shared_texts *shared_texts_new(void);
/** shared_texts_free - free it, and what is in it; NULL is allowed */
void shared_texts_free(struct shared_texts *texts);
/** shared_text_get - the text that is equal to @text, until it is put; NULL without memory */
const char *shared_text_get(struct shared_texts *texts, const char *text);
/** shared_text_put - give back what shared_text_get() returned; NULL is allowed */
void shared_text_put(struct shared_texts *texts, const char *text);

#endif /* HEADROOMD_SHARED_TEXT_H */
