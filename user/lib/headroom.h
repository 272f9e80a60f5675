/* SPDX-License-Identifier: LGPL-2.1 */
/*
 * libheadroom - read per-cgroup refault and stall statistics
 *
 * The face of the library. A program opens a handle, takes snapshots, and
 * subtracts one from the next:
 *
 *	struct headroom *h;
 *	struct headroom_snapshot *s;
 *
 *	if (headroom_open(&h) < 0) {
 *		fprintf(stderr, "%s\n", headroom_error(h));
 *		...
 *	}
 *	headroom_snapshot_take(h, &s);
 *	for (size_t i = 0; i < s->nr; i++)
 *		printf("%s %" PRIu64 "\n", s->cgroup[i].path,
 *		       s->cgroup[i].subtree.refaults);
 *	headroom_snapshot_free(s);
 *	headroom_close(h);
 *
 * Functions return 0 or a negative errno; headroom_error() then has a
 * sentence for people, the kernel's own where the kernel gave one. A handle
 * belongs to one thread at a time. There are no globals.
 *
 * A handle outlives the module: when it was loaded anew meanwhile, requests
 * reach the new one; while it is not loaded they return -ENOTCONN. Reading
 * needs CAP_NET_ADMIN, and naming cgroups CAP_DAC_READ_SEARCH: -EPERM.
 */
#ifndef HEADROOM_H
#define HEADROOM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <linux/headroom.h>

#ifdef __cplusplus
extern "C" {
#endif

/** struct headroom - an open connection to the module; opaque */
struct headroom;

/** Number of slots for stall causes; slot 0 is unused, causes count from 1 */
#define HEADROOM_STALL_CAUSES	(HEADROOM_STALL_CAUSE_MEMCG_RECLAIM + 1)

/**
 * struct headroom_bucket - values that fell into one range
 * @low: smallest value of the range
 * @high: largest value of the range
 * @count: values seen in it
 */
struct headroom_bucket {
	uint64_t low;
	uint64_t high;
	uint64_t count;
};

/**
 * struct headroom_histogram - buckets that are not empty, ascending
 * @nr: number of buckets
 * @bucket: the buckets; NULL when there are none
 */
struct headroom_histogram {
	size_t nr;
	struct headroom_bucket *bucket;
};

/**
 * struct headroom_stall - one cause of stalls
 * @count: stalls that ended
 * @total: nanoseconds spent in them
 * @longest: nanoseconds of the longest since the module was loaded
 * @latency: how long each took, nanoseconds
 */
struct headroom_stall {
	uint64_t count;
	uint64_t total;
	uint64_t longest;
	struct headroom_histogram latency;
};

/**
 * struct headroom_stats - the statistics of a cgroup, or of its subtree
 * @evictions: file pages taken by reclaim
 * @refaults: evicted file pages read again and charged here
 * @refaults_shared: of them, pages that another cgroup had lost
 * @refault_samples: refaults really seen, behind the scaled @refaults
 * @refault_distance: pages that the loser lost between eviction and refault
 * @stall: by enum headroom_stall_cause
 *
 * The meaning of each is told in full by the netlink specification.
 */
struct headroom_stats {
	uint64_t evictions;
	uint64_t refaults;
	uint64_t refaults_shared;
	uint64_t refault_samples;
	struct headroom_histogram refault_distance;
	struct headroom_stall stall[HEADROOM_STALL_CAUSES];
};

/**
 * struct headroom_cgroup - one cgroup at one moment
 * @id: cgroup id, the inode number of its directory
 * @parent_id: id of its parent among the cgroups with the memory controller;
 *	0 for the root
 * @path: path below the cgroup root, "/" for the root itself; NULL when the
 *	cgroup was removed before its path could be looked up
 * @local: its own tasks and pages
 * @subtree: the cgroup and all below it
 */
struct headroom_cgroup {
	uint64_t id;
	uint64_t parent_id;
	char *path;
	struct headroom_stats local;
	struct headroom_stats subtree;
};

/**
 * struct headroom_snapshot - all cgroups with the memory controller
 * @time: CLOCK_MONOTONIC, nanoseconds, when the dump ended
 * @consistent: false when cgroups came or went in every attempt to read all
 * @nr: number of cgroups
 * @cgroup: the cgroups in order of id
 */
struct headroom_snapshot {
	uint64_t time;
	bool consistent;
	size_t nr;
	struct headroom_cgroup *cgroup;
};

/**
 * struct headroom_hook - a tracepoint that the module uses
 * @name: its name
 * @required: the module does not load without it
 * @attached: it exists on this kernel and is attached
 * @covers: the statistics that stay at zero while it is not
 */
struct headroom_hook {
	char *name;
	bool required;
	bool attached;
	char *covers;
};

/**
 * struct headroom_status - what the module is and covers
 *
 * The fields are those of the status attributes in the specification.
 */
struct headroom_status {
	char *version;
	uint32_t page_size;
	uint32_t sample_shift;
	uint64_t table_entries;
	uint64_t table_used;
	uint64_t table_bytes;
	uint32_t cgroups;
	uint32_t cgroup_bytes;
	bool psi;
	size_t nr_hooks;
	struct headroom_hook *hook;
	struct {
		uint64_t table_full;
		uint64_t table_busy;
		uint64_t cgroup_unknown;
		uint64_t distance_unknown;
		uint64_t stall_slots;
	} lost;
};

/* connection: connection.c */

/**
 * headroom_open - connect to the module
 * @h: the handle; set even on failure, for headroom_error(), except on -ENOMEM
 *
 * Return: 0; -ENOENT when the module is not loaded; -ENOMEM; or another
 * negative errno. Call headroom_close() in every case.
 */
int headroom_open(struct headroom **h);
/** headroom_close - disconnect and free; NULL is allowed */
void headroom_close(struct headroom *h);
/** headroom_error - a sentence about the last failure on this handle */
const char *headroom_error(const struct headroom *h);

/* reading: read.c */

/** headroom_status_get - read the module's status; free it with headroom_status_free() */
int headroom_status_get(struct headroom *h, struct headroom_status **status);
void headroom_status_free(struct headroom_status *status);

/**
 * headroom_cgroup_get - read one cgroup
 * @h: handle
 * @id: cgroup id
 * @cgroup: result; free it with headroom_cgroup_free()
 *
 * Return: 0; -ENOENT when there is no such cgroup or its memory controller is
 * off; -EPERM; or another negative errno.
 */
int headroom_cgroup_get(struct headroom *h, uint64_t id,
			struct headroom_cgroup **cgroup);
void headroom_cgroup_free(struct headroom_cgroup *cgroup);

/**
 * headroom_snapshot_take - read all cgroups
 *
 * A dump during which cgroups came or went is taken again, a few times.
 */
int headroom_snapshot_take(struct headroom *h, struct headroom_snapshot **s);
void headroom_snapshot_free(struct headroom_snapshot *s);
/** headroom_snapshot_find - the cgroup with this id, or NULL */
const struct headroom_cgroup *
headroom_snapshot_find(const struct headroom_snapshot *s, uint64_t id);

/* names: cgroup.c */

/** headroom_cgroup_root - where cgroup v2 is mounted, e.g. "/sys/fs/cgroup"; NULL if nowhere */
const char *headroom_cgroup_root(struct headroom *h);
/**
 * headroom_cgroup_path - path of a cgroup below the root, by its id
 * @path: result, to be freed by the caller
 *
 * Return: 0; -ESTALE when there is no such cgroup (any more); -ENODEV when no
 * cgroup v2 file system is mounted; or another negative errno.
 */
int headroom_cgroup_path(struct headroom *h, uint64_t id, char **path);
/**
 * headroom_cgroup_id - id of a cgroup
 * @name: a path below the cgroup root ("/a/b" or "a/b"), a path that begins
 *	with the root itself, or a decimal id
 * @id: result. A name that is a number is taken as it is: "/7" is a path
 *
 * Return: 0; -ENOENT when there is no such cgroup; -ENODEV as above; or another
 * negative errno.
 */
int headroom_cgroup_id(struct headroom *h, const char *name, uint64_t *id);

/* model: model.c. Pure functions of what was read. */

/**
 * headroom_stats_delta - what happened between two readings
 * @now: later reading
 * @before: earlier reading; NULL counts as all zero
 * @delta: result; its histograms are allocated, free them with
 *	headroom_stats_clear()
 *
 * A counter that went backwards (the module was loaded anew) counts from zero.
 * longest is that of @now. Return: 0 or -ENOMEM.
 */
int headroom_stats_delta(const struct headroom_stats *now,
			 const struct headroom_stats *before,
			 struct headroom_stats *delta);
/** headroom_stats_clear - free the histograms of @stats and set it to zero */
void headroom_stats_clear(struct headroom_stats *stats);
/** headroom_histogram_count - number of values */
uint64_t headroom_histogram_count(const struct headroom_histogram *hist);
/**
 * headroom_histogram_quantile - value below which a share @q of all lie
 *
 * Interpolated within its bucket; 0 when empty. @q from 0 to 1.
 */
uint64_t headroom_histogram_quantile(const struct headroom_histogram *hist,
				     double q);
/**
 * headroom_extra_memory - memory that would have saved a share of the refaults
 * @stats: a delta
 * @q: share of the refaults, 0 to 1
 *
 * A distance d counts evictions; of the pages evicted since, some came back.
 * With S(t) the share of evicted pages not refaulted after t further
 * evictions, the memory behind d is u(d) = sum of S(t) for t < d (the
 * average-eviction-time argument, AET, USENIX ATC 2016, applied to the
 * nonresident list).
 *
 * Return: pages beyond what the cgroup had; 0 without refaults.
 */
uint64_t headroom_extra_memory(const struct headroom_stats *stats, double q);

#ifdef __cplusplus
}
#endif

#endif /* HEADROOM_H */
