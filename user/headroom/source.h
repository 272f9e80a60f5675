/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Where the subcommands read from: the module, or a recording
 *
 * The functions are those of the library with the same names, with the same arguments, results and
 * return values. Behind source_replay() they answer from the current frame of a recording, in which
 * time passes when the command waits.
 */
#ifndef SOURCE_H
#define SOURCE_H

#include <stdbool.h>
#include <stdint.h>

#include "frame.h"
#include "headroom.h"

/**
 * source_replay - read from a recording from now on
 * @path: of the recording
 * @wall: begin with the last frame at or before this moment, ns since 1970; 0 for the first
 *
 * Return: the exit code. A failure has been printed.
 */
int source_replay(const char *path, uint64_t wall);
/** source_close - end reading, from a recording or from this machine */
void source_close(void);

int source_status_get(struct headroom *h, struct headroom_status **status);
int source_snapshot_take(struct headroom *h, const struct headroom_filter *filter,
			 struct headroom_snapshot **s);
int source_cgroup_get(struct headroom *h, uint64_t id, struct headroom_cgroup **cgroup);
void source_cgroup_free(struct headroom_cgroup *cgroup);
/** source_blame_get - as headroom_blame_get(); -ENODATA if the recording does not have it */
int source_blame_get(struct headroom *h, uint64_t id, struct headroom_blame **blame);
/** source_stalled_get - as headroom_stalled_get(); -ENODATA if the recording does not have them */
int source_stalled_get(struct headroom *h, struct headroom_stalled **stalled, size_t *nr);
int source_cgroup_id(struct headroom *h, const char *name, uint64_t *id);
int source_cgroup_path(struct headroom *h, uint64_t id, char **path);
/**
 * source_file_read - read a file of a cgroup
 * @path: where the cgroup @id was; another cgroup that is there now is not read
 * @text: result, terminated; cut off if it is longer than @size
 *
 * Return: 0; -ENODATA if the recording does not have it; -ENOENT if the cgroup was removed or has
 * no such file; or another negative errno. There is no message.
 */
int source_file_read(struct headroom *h, uint64_t id, const char *path, enum frame_file file,
		     char *text, size_t size);
/** source_mglru - 1 if the kernel uses the multi-generational LRU, 0 if not; -ENODATA if unknown */
int source_mglru(void);
/** source_is_live - whether it is the module that answers, so that files of cgroups are of now */
bool source_is_live(void);
/** source_error - headroom_error(), or what is wrong with the recording */
const char *source_error(const struct headroom *h);

/** source_now - CLOCK_MONOTONIC, or that of the current frame; ns */
uint64_t source_now(void);
/** source_wall - CLOCK_REALTIME at the moment @time on that clock, ns since 1970 */
uint64_t source_wall(uint64_t time);
/** source_boot_id - the boot that the clock belongs to; NULL if unknown */
const char *source_boot_id(void);
/**
 * source_begin - begin an interval
 * @length: ns
 * @until: result: its end, for source_wait()
 *
 * It begins now, but for a recording from a moment on: there it ends at that moment, and reading
 * goes back to the last frame that is early enough.
 *
 * Return: 0; -ENODATA if the recording has no such frame; or another negative errno.
 */
int source_begin(uint64_t length, uint64_t *until);
/**
 * source_wait - wait_for() the time @until, or read frames up to it
 *
 * It ends early at a source_break().
 *
 * Return: the exit code; behind the end of a recording, source_ended() is true.
 */
int source_wait(uint64_t until);
/** source_wait_whole - source_wait() for all of an interval: a source_break() in it is a failure */
int source_wait_whole(uint64_t until);
/**
 * source_step - move to another frame of a recording
 * @frames: how many forward; negative for backward
 *
 * At the first and the last frame, the movement ends.
 *
 * Return: 1; 0 if the current frame is the same as before; or a negative errno.
 */
int source_step(long frames);
/** source_mark - the current frame of a recording is the begin of a measurement */
void source_mark(void);
/**
 * source_break - why counters of the current frame cannot be compared with those of the mark
 *
 * Return: "a boot" or "a reload of the module", between them; NULL if they can, or are live.
 */
const char *source_break(void);
/** source_ended - whether a recording has no more frames */
bool source_ended(void);

#endif /* SOURCE_H */
