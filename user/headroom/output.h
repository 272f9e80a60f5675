/* SPDX-License-Identifier: GPL-2.0 */
/* Flush standard output, and keep the reason of a failure */
#ifndef OUTPUT_H
#define OUTPUT_H

#include <stdbool.h>

/** output_flush - write what is buffered; false after a failure, also of an earlier write */
bool output_flush(void);
/** output_error - why output_flush() failed; a constant string */
const char *output_error(void);

#endif /* OUTPUT_H */
