/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A frame: all cgroups at one moment, as the kernel described them
 *
 * A frame holds the snapshot of the module and the texts of cgroup files, unparsed, so that a
 * recording of frames has everything that the kernel said. It never changes after frame_finish().
 */
#ifndef FRAME_FRAME_H
#define FRAME_FRAME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <headroom.h>

#include "hooks.h"

/* No cgroup of a frame */
#define FRAME_NONE	SIZE_MAX

/** enum frame_file - files of a cgroup; the names are in frame_files[] */
enum frame_file {
	FRAME_MEMORY_CURRENT,
	FRAME_MEMORY_LOW,
	FRAME_MEMORY_MIN,
	FRAME_MEMORY_HIGH,
	FRAME_MEMORY_MAX,
	FRAME_MEMORY_EVENTS,
	FRAME_MEMORY_EVENTS_LOCAL,
	FRAME_MEMORY_STAT,
	FRAME_MEMORY_PRESSURE,
	FRAME_SWAP_CURRENT,
	FRAME_SWAP_MAX,
	FRAME_ZSWAP_CURRENT,
	FRAME_PIDS_CURRENT,
	FRAME_OOM_GROUP,
	FRAME_CPU_MAX,
	FRAME_FREEZE,
	FRAME_EVENTS,
	FRAME_MARKS,	/* no file: its owner and marks, a line each, such as "user.oomd_avoid" */
	FRAME_CPU_STAT,
	FRAME_CLAIMS,	/* no file: what the daemon that recorded the frame had set, see claim.h */
	FRAME_FILES,
};

/** enum frame_host_file - files of the machine; the names are in frame_host_files[] */
enum frame_host_file {
	FRAME_MEMINFO,
	FRAME_PRESSURE,
	FRAME_ZRAM,
	FRAME_IO_PRESSURE,
	FRAME_SELF,	/* the cgroup of the process that reads frames, behind "0::" */
	FRAME_MGLRU,
	FRAME_HOST_FILES,
};

/* Bits of struct frame_wish::files and ::host_files */
#define FRAME_BIT(file)	(1u << (file))

extern const char *const frame_files[FRAME_FILES];
extern const char *const frame_host_files[FRAME_HOST_FILES];

/**
 * struct frame_stalls - the open stalls of a subtree
 * @tasks: stalled tasks; like @total and @longest without those that reclaim on request
 * @total: ns that their stalls have taken so far
 * @longest: the same of the longest
 * @time: the same of all stalls of a cause
 */
struct frame_stalls {
	uint64_t tasks;
	uint64_t total;
	uint64_t longest;
	uint64_t time[HEADROOM_STALL_CAUSES];
};

/**
 * struct frame_cgroup - a cgroup in a frame
 * @id: cgroup id, the inode number of its directory
 * @path: path below the cgroup root; "/" for the root
 * @depth: number of its ancestors
 * @parent: index of its parent; FRAME_NONE for the root
 * @end: index behind its last descendant: the subtree is @parent's range from here to there
 * @stats: what the module counted for it; NULL if it did not report the cgroup
 * @stalls: open stalls of its subtree; NULL if there are none, or they were not read
 * @text: offset of each file's text; 0 if it was not read or does not exist
 * @error: negative errno of the first file that exists but could not be read; 0
 * @path_text: private: offset of @path
 */
struct frame_cgroup {
	uint64_t id;
	const char *path;
	size_t depth;
	size_t parent;
	size_t end;
	const struct headroom_cgroup *stats;
	struct frame_stalls *stalls;
	uint32_t text[FRAME_FILES];
	int error;
	uint32_t path_text;
};

/**
 * struct frame_clocks - when a frame was read, ns
 * @monotonic: CLOCK_MONOTONIC, which orders frames and measures durations
 * @boot: CLOCK_BOOTTIME, which counts time in suspend as well
 * @wall: CLOCK_REALTIME, for people; it may jump
 */
struct frame_clocks {
	uint64_t monotonic;
	uint64_t boot;
	uint64_t wall;
};

/**
 * struct frame - all cgroups at one moment
 * @time: when it was read
 * @boot_id: the boot, as in /proc/sys/kernel/random/boot_id; empty if unknown
 * @nr: number of cgroups
 * @cgroup: the cgroups, each followed by its descendants
 * @module_error: negative errno of the module, whose statistics are then missing; 0
 * @page_size: bytes
 * @sample_shift: one page in 2^sample_shift is tracked
 * @paused: the daemon that recorded it evaluated no rule
 * @stalls_off: the module does not track stalls, so that their statistics do not grow
 * @psi_off: the kernel does not mark tasks in memory stalls, so that the module sees no waits
 * @effort: ns that the module has worked since it was loaded; 0 if unknown
 * @snapshot: what the module counted; NULL if @module_error is set
 * @stalled: tasks in a stall; NULL if none, or not read
 * @nr_stalled: their number; FRAME_NONE if not read
 * @blame: the evictors of each victim; NULL if not read
 * @host: offset of the text of each file of the machine; 0 if it was not read
 * @hooks: which hooks of the module are attached
 * @hooks_text: offset of the text that says so; 0 if unknown
 *
 * Private:
 * @texts: all texts, each with its NUL; the first byte is not used
 * @texts_size: bytes in use
 * @texts_room: bytes allocated
 * @room: cgroups allocated
 * @by_id: indices of @cgroup, ascending by id
 * @stalls: the sums of those cgroups that have any
 * @users: references
 */
struct frame {
	struct frame_clocks time;
	char boot_id[40];
	size_t nr;
	struct frame_cgroup *cgroup;
	int module_error;
	uint64_t page_size;
	uint32_t sample_shift;
	bool paused;
	bool stalls_off;
	bool psi_off;
	uint64_t effort;
	struct headroom_snapshot *snapshot;
	struct headroom_stalled *stalled;
	size_t nr_stalled;
	struct headroom_blame *blame;
	uint32_t host[FRAME_HOST_FILES];
	struct hooks hooks;
	uint32_t hooks_text;
	char *texts;
	size_t texts_size;
	size_t texts_room;
	size_t room;
	size_t *by_id;
	struct frame_stalls *stalls;
	unsigned int users;
};

/**
 * struct frame_wish - what frames have to contain
 * @files: FRAME_BIT() of each file of cgroups
 * @host_files: FRAME_BIT() of each file of the machine
 * @stats: the module's statistics
 * @histograms: their histograms
 * @stalled: tasks in a stall
 * @blame: evictors
 */
struct frame_wish {
	uint32_t files;
	uint32_t host_files;
	bool stats;
	bool histograms;
	bool stalled;
	bool blame;
};

/** frame_wish_add - wish for what @more has as well */
void frame_wish_add(struct frame_wish *wish, const struct frame_wish *more);

/**
 * frame_new - begin a frame without cgroups
 *
 * Return: the frame, to be freed with frame_put(); NULL if out of memory.
 */
struct frame *frame_new(void);
/** frame_get - hold a frame; returns it */
struct frame *frame_get(struct frame *frame);
/** frame_put - give a frame back; the last user frees it; accepts NULL */
void frame_put(struct frame *frame);
/**
 * frame_add - add a cgroup to a frame that is being built
 * @id: its id
 * @path: its path; copied
 * @stats: what the module counted for it, in the frame's snapshot; NULL if unknown
 *
 * The order is that of a walk: each cgroup is followed by its descendants.
 *
 * Return: its index, or FRAME_NONE if out of memory.
 */
size_t frame_add(struct frame *frame, uint64_t id, const char *path,
		 const struct headroom_cgroup *stats);
/**
 * frame_set_text - store the text of a file of a cgroup
 * @text: at most @size bytes, which may contain no NUL
 *
 * Return: 0; -ENOMEM; -EFBIG if the frame's texts exceed 4 GiB.
 */
int frame_set_text(struct frame *frame, size_t cgroup, enum frame_file file, const char *text,
		   size_t size);
/** frame_set_host_text - store the text of a file of the machine; as frame_set_text() */
int frame_set_host_text(struct frame *frame, enum frame_host_file file, const char *text,
			size_t size);
/** frame_set_hooks - store the text of the module's hooks, see hooks.h; as frame_set_text() */
int frame_set_hooks(struct frame *frame, const char *text, size_t size);
/**
 * frame_finish - complete a frame: link the tree, and sum up what is stalled
 *
 * Return: 0 or -ENOMEM.
 */
int frame_finish(struct frame *frame);

/** frame_find - index of a cgroup, or FRAME_NONE */
size_t frame_find(const struct frame *frame, uint64_t id);
/** frame_find_path - index of the cgroup at @path, or FRAME_NONE */
size_t frame_find_path(const struct frame *frame, const char *path);
/** frame_text - text of a file of a cgroup; NULL if it was not read or does not exist */
const char *frame_text(const struct frame *frame, size_t cgroup, enum frame_file file);
/** frame_host_text - text of a file of the machine; NULL if it was not read */
const char *frame_host_text(const struct frame *frame, enum frame_host_file file);
/** frame_hooks_text - text of the module's hooks; NULL if unknown */
const char *frame_hooks_text(const struct frame *frame);

#endif /* FRAME_FRAME_H */
