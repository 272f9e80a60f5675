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

#include "headroom.h"

/**
 * source_replay - read from a recording from now on
 * @path: of the recording
 * @wall: begin with the last frame at or before this moment, ns since 1970; 0 for the first
 *
 * Return: the exit code. A failure has been printed.
 */
int source_replay(const char *path, uint64_t wall);
/** source_close - end reading from a recording, if that was begun */
void source_close(void);

int source_status_get(struct headroom *h, struct headroom_status **status);
int source_snapshot_take(struct headroom *h, const struct headroom_filter *filter,
			 struct headroom_snapshot **s);
int source_cgroup_get(struct headroom *h, uint64_t id, struct headroom_cgroup **cgroup);
void source_cgroup_free(struct headroom_cgroup *cgroup);
int source_blame_get(struct headroom *h, uint64_t id, struct headroom_blame **blame);
int source_cgroup_id(struct headroom *h, const char *name, uint64_t *id);
int source_cgroup_path(struct headroom *h, uint64_t id, char **path);
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
 * source_wait - wait_for() the time @until, or read frames up to it
 *
 * Return: the exit code; behind the end of a recording, source_ended() is true.
 */
int source_wait(uint64_t until);
/** source_ended - whether a recording has no more frames */
bool source_ended(void);

#endif /* SOURCE_H */
