/* SPDX-License-Identifier: GPL-2.0 */
/* The function that libFuzzer calls, and that replay.c calls for each file of a corpus */
#ifndef FUZZ_H
#define FUZZ_H

#include <stddef.h>
#include <stdint.h>

/** LLVMFuzzerTestOneInput - try one input; aborts if it finds a fault; returns 0 */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#endif /* FUZZ_H */
