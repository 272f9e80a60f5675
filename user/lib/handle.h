/* SPDX-License-Identifier: LGPL-2.1 */
/*
 * Open and close handles
 *
 * Internal to the library.
 */
#ifndef HEADROOM_HANDLE_H
#define HEADROOM_HANDLE_H

#include "headroom.h"

/** headroom_handle_init - set up a handle that is part of another structure; not connected */
void headroom_handle_init(struct headroom *h);
/** headroom_handle_release - close and free everything in @h, but not @h itself */
void headroom_handle_release(struct headroom *h);

#endif /* HEADROOM_HANDLE_H */
