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
#define HEADROOM_STALL_CAUSES	(HEADROOM_STALL_CAUSE_PROACTIVE_RECLAIM + 1)
/** The same for kinds of pages and for reasons of their eviction */
#define HEADROOM_PAGE_KINDS	(HEADROOM_PAGE_KIND_SHMEM + 1)
#define HEADROOM_REASONS	(HEADROOM_REASON_UNKNOWN + 1)
/** Groups that sampled pages are dealt out into */
#define HEADROOM_SAMPLE_GROUPS	16

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
 * struct headroom_pages - pages of one kind, evicted for one reason
 * @evictions: pages that the cgroup lost
 * @refaults: pages that came back and are charged to it, scaled
 */
struct headroom_pages {
	uint64_t evictions;
	uint64_t refaults;
};

/**
 * struct headroom_stats - the statistics of a cgroup, or of its subtree
 * @evictions: pages taken by reclaim
 * @refaults: evicted pages read again and charged here
 * @refaults_shared: of them, pages that another cgroup had lost
 * @refault_samples: refaults really seen, behind the scaled @refaults
 * @returned: of the pages lost by this cgroup, those read again by whomever
 * @pages: evictions and refaults by enum headroom_page_kind and
 *	enum headroom_reason
 * @refault_distance: pages that the loser lost between eviction and refault
 * @refault_age: nanoseconds between eviction and refault
 * @group: when sampling, evictions and refaults really seen of file pages, by
 *	a part of the hash; see headroom_refaults_estimate()
 * @stall_total: nanoseconds in stalls of all causes; what happens inside others
 *	counted once, and proactive reclaim not at all
 * @stall: by enum headroom_stall_cause
 *
 * The meaning of each is told in full by the netlink specification.
 */
struct headroom_stats {
	uint64_t evictions;
	uint64_t refaults;
	uint64_t refaults_shared;
	uint64_t refault_samples;
	uint64_t returned;
	struct headroom_pages pages[HEADROOM_PAGE_KINDS][HEADROOM_REASONS];
	struct headroom_histogram refault_distance;
	struct headroom_histogram refault_age;
	struct headroom_pages group[HEADROOM_SAMPLE_GROUPS];
	uint64_t stall_total;
	struct headroom_stall stall[HEADROOM_STALL_CAUSES];
};

/**
 * struct headroom_reclaim - the work of reclaim for one reason
 * @scanned: pages looked at on the inactive lists
 * @reclaimed: of them, pages that could be freed
 * @lowest_priority: lowest reached since the module was loaded, 12 to 0;
 *	meaningful if @scanned is not 0
 */
struct headroom_reclaim {
	uint64_t scanned;
	uint64_t reclaimed;
	uint32_t lowest_priority;
};

/**
 * struct headroom_target - a cgroup and all below it as one pool of memory
 * @evictions: pages evicted for its own limit; for the root, because the
 *	machine was short
 * @distance: pages evicted from the pool between eviction and return
 * @reclaim: by enum headroom_reason
 */
struct headroom_target {
	uint64_t evictions;
	struct headroom_histogram distance;
	struct headroom_reclaim reclaim[HEADROOM_REASONS];
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
 * @target: reclaim from it and all below it as a whole
 * @psi: the kernel has totals of its own
 * @psi_some: what memory.pressure has as the total of "some", nanoseconds; up to
 *	two seconds old, unless somebody has just read that file
 * @psi_full: the same of "full"
 */
struct headroom_cgroup {
	uint64_t id;
	uint64_t parent_id;
	char *path;
	struct headroom_stats local;
	struct headroom_stats subtree;
	struct headroom_target target;
	bool psi;
	uint64_t psi_some;
	uint64_t psi_full;
};

/**
 * struct headroom_evictor - a cgroup that took another one's pages
 * @id: its cgroup id; 0 for all those without an entry of their own
 * @reason: why it reclaimed; 0 for the same
 * @evictions: pages taken since it has an entry
 * @refaults: of its pages, those read again, scaled
 * @error: upper bound of the pages that it took before
 */
struct headroom_evictor {
	uint64_t id;
	uint32_t reason;
	uint64_t evictions;
	uint64_t refaults;
	uint64_t error;
};

/**
 * struct headroom_victim - who took a cgroup's pages
 * @id: cgroup that lost them
 * @nr: number of evictors
 * @evictor: in no order; one with id 0 stands for all that are not listed
 */
struct headroom_victim {
	uint64_t id;
	size_t nr;
	struct headroom_evictor *evictor;
};

/**
 * struct headroom_blame - who took whose pages
 * @nr: number of victims
 * @victim: in order of id
 */
struct headroom_blame {
	size_t nr;
	struct headroom_victim *victim;
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
	uint64_t table_remembered;
	uint32_t cgroups;
	uint32_t cgroup_bytes;
	bool psi;
	bool stalls;
	uint32_t stalled;
	uint32_t histogram_bytes;
	uint64_t histograms;
	size_t nr_hooks;
	struct headroom_hook *hook;
	struct {
		uint64_t table_full;
		uint64_t table_busy;
		uint64_t cgroup_unknown;
		uint64_t distance_unknown;
		uint64_t stall_slots;
		uint64_t reclaim_slots;
		uint64_t histograms;
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

/**
 * headroom_blame_get - read who took the pages of one cgroup, or of all
 * @h: handle
 * @id: cgroup id; 0 for all
 * @blame: result; free it with headroom_blame_free()
 *
 * Return: as headroom_cgroup_get().
 */
int headroom_blame_get(struct headroom *h, uint64_t id,
		       struct headroom_blame **blame);
void headroom_blame_free(struct headroom_blame *blame);

/**
 * struct headroom_stalled - a task in a stall
 * @pid: the task, in the initial pid namespace
 * @cgroup: id of its cgroup when the stall began
 * @cause: enum headroom_stall_cause
 * @time: nanoseconds since then
 */
struct headroom_stalled {
	uint32_t pid;
	uint64_t cgroup;
	uint32_t cause;
	uint64_t time;
};

/**
 * headroom_stalled_get - the tasks that are in a stall right now
 * @h: handle
 * @stalled: result, to be freed with free(); NULL if there are none
 * @nr: number of tasks
 *
 * Return: 0 or a negative errno.
 */
int headroom_stalled_get(struct headroom *h, struct headroom_stalled **stalled,
			 size_t *nr);

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
/** headroom_target_delta - the same for a pool; lowest_priority is that of @now */
int headroom_target_delta(const struct headroom_target *now,
			  const struct headroom_target *before,
			  struct headroom_target *delta);
/** headroom_target_clear - free the histogram of @target and set it to zero */
void headroom_target_clear(struct headroom_target *target);
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
 * struct headroom_estimate - an estimated number
 * @value: the estimate
 * @error: its standard error; 0 when nothing was sampled
 * @low: bounds of the 95 % confidence interval
 * @high: the same
 */
struct headroom_estimate {
	double value;
	double error;
	double low;
	double high;
};

/**
 * headroom_refaults_estimate - the true number of refaults, from samples
 * @stats: a reading or a delta
 * @sample_shift: of the status
 *
 * With @sample_shift 0 that is @stats->refaults itself.
 */
struct headroom_estimate
headroom_refaults_estimate(const struct headroom_stats *stats,
			   uint32_t sample_shift);

/* curve: curve.c */

/**
 * headroom_extra_memory - memory that would have saved a share of the refaults
 * @stats: a delta
 * @q: share of the refaults, 0 to 1
 *
 * Where the curve below reaches that share, for an interval long after the
 * cgroup's birth.
 *
 * Return: pages beyond what the cgroup had; 0 without refaults.
 */
uint64_t headroom_extra_memory(const struct headroom_stats *stats, double q);

/**
 * struct headroom_curve_point - a point of a curve
 * @pages: memory beyond what there was
 * @refaults: refaults of the interval that would have remained
 * @samples: refaults really seen behind them
 * @error: standard error of @refaults, were no page sampled more than once
 */
struct headroom_curve_point {
	double pages;
	double refaults;
	double samples;
	double error;
};

/**
 * struct headroom_curve - refaults as a function of extra memory
 * @nr: number of points, at least one: that without extra memory
 * @point: ascending by pages; refaults never grow. Two points with the same
 *	pages are a step. Between points it is a straight line, and behind the
 *	last one it stays as it is, at zero.
 * @scale: refaults that one sample stands for
 */
struct headroom_curve {
	size_t nr;
	struct headroom_curve_point *point;
	double scale;
};

/** A clock for headroom_curve_build() that is not known: the pool is old */
#define HEADROOM_CLOCK_OLD	UINT64_MAX

/**
 * headroom_curve_build - predict refaults from distances
 * @distance: distances of an interval, of a cgroup itself or of a target
 * @evictions: pages evicted in the interval from the same cgroup or target
 * @clock: the same counter at the end of the interval, not a difference
 * @sample_shift: of the status
 * @curve: result; free it with headroom_curve_clear()
 *
 * What that assumes stands at the head of curve.c. Return: 0 or -ENOMEM.
 */
int headroom_curve_build(const struct headroom_histogram *distance,
			 uint64_t evictions, uint64_t clock,
			 uint32_t sample_shift, struct headroom_curve *curve);
/** headroom_curve_clear - free the points and set @curve to zero */
void headroom_curve_clear(struct headroom_curve *curve);
/** headroom_curve_at - the point of @curve at @pages of extra memory */
struct headroom_curve_point
headroom_curve_at(const struct headroom_curve *curve, double pages);
/**
 * headroom_curve_memory - extra memory at which so many refaults remain
 *
 * Return: the least number of pages at which no more than @refaults remain.
 */
double headroom_curve_memory(const struct headroom_curve *curve, double refaults);

#ifdef __cplusplus
}
#endif

#endif /* HEADROOM_H */
