/* SPDX-License-Identifier: GPL-2.0 */
/* The ledger's file */
#ifndef HEADROOMD_LEDGER_FILE_H
#define HEADROOMD_LEDGER_FILE_H

#include <stddef.h>

#include "claim.h"

/**
 * ledger_file_save - replace the file of a ledger atomically; without claims, remove it
 *
 * Return: 0 or a negative errno; the old file is then whole.
 */
int ledger_file_save(const char *file, const struct claim *claim, size_t nr);
/**
 * ledger_file_load - read the claims of a file
 * @claim: result; free each with claim_clear(), and the array with free(), in every case
 * @nr: result
 *
 * Return: 0, also if there is no file; -EBADMSG if it cannot be parsed; or another negative errno.
 */
int ledger_file_load(const char *file, struct claim **claim, size_t *nr);

#endif /* HEADROOMD_LEDGER_FILE_H */
