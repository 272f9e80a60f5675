/* SPDX-License-Identifier: GPL-2.0 */
/* Read frames from this machine: the module's statistics, and cgroup files */
#ifndef FRAME_LIVE_H
#define FRAME_LIVE_H

#include <stdint.h>

#include "dirs.h"
#include "frame.h"

struct live;

/**
 * typedef live_files - choose the files to read of a cgroup
 * @arg: as given to live_wish()
 * @id: the cgroup
 * @path: its path
 *
 * Return: FRAME_BIT() of each file.
 */
typedef uint32_t live_files(void *arg, uint64_t id, const char *path);

/**
 * typedef live_claims - write what the daemon has set of a cgroup, for FRAME_CLAIMS
 * @arg: as given to live_describe()
 * @id: the cgroup
 *
 * Return: the length of the text in @buf; 0 for none.
 */
typedef size_t live_claims(void *arg, uint64_t id, char *buf, size_t size);

/**
 * live_open - begin to read this machine
 * @live: result; free it with live_close(), in every case
 * @timeout: how long to wait for an answer of the module, ms
 * @keep_received: keep what the module sent, for a recording
 *
 * The module need not be loaded.
 *
 * Return: 0; -ENODEV if cgroup v2 is not mounted; -ENOMEM.
 */
int live_open(struct live **live, unsigned int timeout, bool keep_received);
void live_close(struct live *live);
/** live_dirs - the open directories, to write to what was read; valid until live_close() */
struct dirs *live_dirs(struct live *live);
/** live_error - what is wrong with the module, for people */
const char *live_error(const struct live *live);
/**
 * live_wish - choose what the next frames contain
 * @wish: but for files of cgroups, which @files chooses; only its bits in @wish are ever read
 */
void live_wish(struct live *live, const struct frame_wish *wish, live_files *files, void *arg);
/** live_describe - have frames contain what @claims writes, if they are to have FRAME_CLAIMS */
void live_describe(struct live *live, live_claims *claims, void *arg);
/**
 * live_read - read a frame
 * @frame: result; give it back with frame_put()
 *
 * Without the module the frame has its error, and the cgroups with what their files say. A cgroup
 * that vanishes while it is read has no texts.
 *
 * Return: 0 or -ENOMEM.
 */
int live_read(struct live *live, struct frame **frame);

#endif /* FRAME_LIVE_H */
