/* SPDX-License-Identifier: GPL-2.0 */
#ifndef HEADROOMD_LEDGER_H
#define HEADROOMD_LEDGER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/**
 * struct claim - one cgroup file that the daemon has changed
 * @path: the cgroup
 * @file: the file in it
 * @id: the cgroup's id; another cgroup may get the same path
 * @original: value to restore
 * @written: value that the daemon wrote, or is about to write
 * @previous: value that the file still has if that write did not happen
 */
struct claim {
	char *path;
	const char *file;
	uint64_t id;
	uint64_t original;
	uint64_t written;
	uint64_t previous;
};

/**
 * struct ledger - all claims, in memory and on disk
 * @file: path of the ledger file
 * @root: path of the cgroup root; borrowed from the caller
 * @dry_run: write neither cgroup files nor the ledger file
 * @lock: descriptor that holds the lock on @file, or -1
 * @nr: number of claims
 * @claim: the claims; an ancestor's comes before its descendants'
 */
struct ledger {
	char *file;
	const char *root;
	bool dry_run;
	int lock;
	size_t nr;
	struct claim *claim;
};

/**
 * struct knob - a cgroup file as read at one moment
 * @id: the cgroup's id
 * @value: value of the file; in a dry run, the value that it would have
 * @original: the value that it would have without the daemon
 */
struct knob {
	uint64_t id;
	uint64_t value;
	uint64_t original;
};

/**
 * ledger_open - lock a ledger file and load the claims of the previous run
 *
 * A dry run locks and loads nothing.
 *
 * Return: 0; -EBUSY when another daemon holds the lock; -EBADMSG when the file
 * cannot be parsed; or another negative errno. Call ledger_close() in every case.
 */
int ledger_open(struct ledger *ledger, const char *file, const char *root, bool dry_run);
/** ledger_close - unlock and free; the ledger file keeps its claims */
void ledger_close(struct ledger *ledger);
/** ledger_find - find the claim on a cgroup file; NULL if there is none */
const struct claim *ledger_find(const struct ledger *ledger, const char *path,
				const char *file);
/** knob_same - compare the cgroup, the value and the original of two readings */
bool knob_same(const struct knob *a, const struct knob *b);
/**
 * ledger_read - read a cgroup file, with the value that it would have without the daemon
 *
 * Drops the claim if the file was changed outside of the daemon or its cgroup was
 * removed.
 *
 * Return: 0 or a negative errno; -ENOENT when the cgroup does not exist.
 */
int ledger_read(struct ledger *ledger, const char *path, const char *file,
		struct knob *knob);
/**
 * ledger_write - record a claim, then write the file
 * @knob: the reading that @value was chosen for
 *
 * Writing the original value drops the claim.
 *
 * Return: 0 or a negative errno; -ENOENT when the cgroup does not exist; -EAGAIN
 * when the file no longer reads as in @knob.
 */
int ledger_write(struct ledger *ledger, const char *path, const char *file,
		 const struct knob *knob, uint64_t value);
/**
 * ledger_undo - restore every claimed file that was not changed outside of the daemon
 *
 * Return: 0 or the first error; a claim that cannot be undone stays.
 */
int ledger_undo(struct ledger *ledger);

#endif /* HEADROOMD_LEDGER_H */
