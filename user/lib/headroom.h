/* SPDX-License-Identifier: LGPL-2.1 */
/*
 * libheadroom - read per-cgroup refault and stall statistics
 *
 * The public interface. A program opens a handle, takes snapshots, and
 * subtracts each from the next:
 *
 *	struct headroom *h;
 *	struct headroom_snapshot *s;
 *
 *	if (headroom_open(&h) < 0) {
 *		fprintf(stderr, "%s\n", headroom_error(h));
 *		...
 *	}
 *	headroom_snapshot_take(h, NULL, &s);
 *	for (size_t i = 0; i < s->nr; i++)
 *		printf("%s %" PRIu64 "\n", s->cgroup[i].path,
 *		       s->cgroup[i].subtree.refaults);
 *	headroom_snapshot_free(s);
 *	headroom_close(h);
 *
 * Functions return 0 or a negative errno; headroom_error() then returns a
 * message for people, the kernel's own if it sent one. Results are set to NULL
 * or zero on failure. Each description names the function that frees the result;
 * it accepts NULL.
 *
 * A handle belongs to one thread at a time; different handles may be used at
 * once. The library has no globals, threads or signal handlers. Functions that
 * take no handle may be called from any thread, but not on data that another
 * thread is changing. Descriptors are close-on-exec.
 *
 * A handle outlives the module: after the module was reloaded, requests reach
 * the new instance; while it is not loaded they return -ENOTCONN. A handle
 * for events does not: see headroom_events_next(). Requests need CAP_PERFMON or
 * CAP_SYS_ADMIN, headroom_params_set() needs CAP_SYS_ADMIN, and looking up paths of
 * cgroups CAP_DAC_READ_SEARCH; without it they return -EPERM. The task that opened
 * the handle needs the capability as well as the one that uses it. Any request may
 * also return
 *
 *	-ENOMEM		out of memory
 *	-ENOBUFS	the answer did not fit into the socket's queue
 *	-EBADMSG	the answer contradicts the netlink specification
 *	-EOPNOTSUPP	the module is older than the request
 *	-ETIMEDOUT	the module did not answer in time: see headroom_timeout_set()
 *
 * Members called reserved are zero; new members will take their place. A request with a
 * nonzero reserved word is refused with -EINVAL: it asks for a feature that this library
 * does not know. Structures change in no other way under the same soname.
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

/* The library is built with -fvisibility=hidden */
#ifdef __GNUC__
#pragma GCC visibility push(default)
#endif

/* An open connection to the module; opaque */
struct headroom;

/*
 * One more than the largest number that this header knows, for loops over the known ones,
 * which count from 1. A newer module may report larger ones.
 */
#define HEADROOM_STALL_CAUSES	(HEADROOM_STALL_CAUSE_PROACTIVE_RECLAIM + 1)
#define HEADROOM_PAGE_KINDS	(HEADROOM_PAGE_KIND_SHMEM + 1)
#define HEADROOM_REASONS	(HEADROOM_REASON_UNKNOWN + 1)
/* Number of groups that sampled pages are divided into */
#define HEADROOM_SAMPLE_GROUPS	16

/**
 * struct headroom_bucket - values that fell into one range
 * @low: smallest value of the range
 * @high: largest value of the range; UINT64_MAX for the last bucket, which is open
 * @count: values counted in it
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
 * @cause: enum headroom_stall_cause, or a number that this header does not know
 * @count: stalls that ended
 * @total: nanoseconds spent in them
 * @longest: nanoseconds of the longest since the module was loaded
 * @latency: their durations, nanoseconds
 * @reserved: zero
 */
struct headroom_stall {
	uint32_t cause;
	uint64_t count;
	uint64_t total;
	uint64_t longest;
	struct headroom_histogram latency;
	uint64_t reserved[2];
};

/**
 * struct headroom_pages - pages of one kind, evicted for one reason
 * @kind: enum headroom_page_kind, or a number that this header does not know
 * @reason: enum headroom_reason, or a number that this header does not know
 * @evictions: pages evicted from the cgroup
 * @refaults: refaults charged to the cgroup, scaled up from the samples
 * @reserved: zero
 */
struct headroom_pages {
	uint32_t kind;
	uint32_t reason;
	uint64_t evictions;
	uint64_t refaults;
	uint64_t reserved[2];
};

/**
 * struct headroom_group - sampled file pages whose hash falls into one range
 * @evictions: evictions recorded, not scaled
 * @refaults: refaults recorded, not scaled
 * @reserved: zero
 */
struct headroom_group {
	uint64_t evictions;
	uint64_t refaults;
	uint64_t reserved[2];
};

/**
 * struct headroom_stats - the statistics of a cgroup, or of its subtree
 * @evictions: pages evicted by reclaim
 * @refaults: evicted pages read again and charged here, scaled up from the samples
 * @refaults_shared: of them, pages whose victim was another cgroup
 * @refault_samples: refaults recorded, before scaling to @refaults
 * @returned: pages evicted from this cgroup and read again by any cgroup
 * @nr_pages: number of pairs of kind and reason
 * @pages: evictions and refaults, ascending by kind, then by reason
 * @refault_distance: pages evicted from the victim between the eviction of a page and
 *	its refault
 * @refault_age: nanoseconds between eviction and refault
 * @nr_groups: number of groups; 0 when every page is tracked
 * @group: evictions and refaults of sampled file pages, by a part of the hash; see
 *	headroom_refaults_estimate()
 * @stall_total: nanoseconds in stalls of all causes; nested stalls are counted once, and
 *	proactive reclaim is not counted
 * @nr_stalls: number of causes
 * @stall: ascending by cause
 * @overwritten: pages evicted from this cgroup and overwritten as a whole, without a read
 * @evictions_outside: evictions whose evictor is outside the cgroup, or the subtree
 * @returned_outside: of @returned, the pages whose evictor is outside
 * @evictions_machine: of @evictions_outside, those whose evictor is the root
 * @returned_machine: of @returned_outside, the pages whose evictor is the root
 * @forgotten: pages evicted from this cgroup that the nonresident table forgot
 * @displaced: pages of other cgroups that it forgot to remember pages of this one
 * @forgotten_distance: pages evicted from the victim between the eviction of a page and
 *	the moment it was forgotten; see headroom_horizon()
 * @forgotten_age: nanoseconds in between
 * @reclaims_dropped: reclaims by tasks of this cgroup that were not followed; their
 *	evictions, from any cgroup, have the reason unknown
 * @stalls_dropped: stalls of tasks of this cgroup that were not measured
 * @reserved: zero
 *
 * The lists hold only what the kernel reported; all counters of a missing number are zero.
 * headroom_stats_stall() and headroom_stats_pages() look up a number and return zeros if it
 * is missing. The netlink specification defines each counter.
 */
struct headroom_stats {
	uint64_t evictions;
	uint64_t refaults;
	uint64_t refaults_shared;
	uint64_t refault_samples;
	uint64_t returned;
	size_t nr_pages;
	struct headroom_pages *pages;
	struct headroom_histogram refault_distance;
	struct headroom_histogram refault_age;
	size_t nr_groups;
	struct headroom_group *group;
	uint64_t stall_total;
	size_t nr_stalls;
	struct headroom_stall *stall;
	uint64_t overwritten;
	uint64_t evictions_outside;
	uint64_t returned_outside;
	uint64_t evictions_machine;
	uint64_t returned_machine;
	uint64_t forgotten;
	uint64_t displaced;
	struct headroom_histogram forgotten_distance;
	struct headroom_histogram forgotten_age;
	uint64_t reclaims_dropped;
	uint64_t stalls_dropped;
	uint64_t reserved[2];
};

/**
 * struct headroom_reclaim - the work of reclaim for one reason
 * @reason: enum headroom_reason, or a number that this header does not know
 * @lowest_priority: lowest reached since the module was loaded, 12 to 0;
 *	meaningful if @scanned is not 0
 * @scanned: pages scanned on the inactive lists
 * @reclaimed: of them, pages that could be freed
 * @reserved: zero
 */
struct headroom_reclaim {
	uint32_t reason;
	uint32_t lowest_priority;
	uint64_t scanned;
	uint64_t reclaimed;
	uint64_t reserved[2];
};

/**
 * struct headroom_target - a cgroup and all below it as one pool of memory
 * @evictions: pages evicted for its own limit; for the root, because the
 *	machine was short of memory
 * @distance: pages evicted from the pool between the eviction of a page and its refault
 * @nr_reclaim: number of reasons
 * @reclaim: ascending by reason; see headroom_target_reclaim()
 * @reserved: zero
 */
struct headroom_target {
	uint64_t evictions;
	struct headroom_histogram distance;
	size_t nr_reclaim;
	struct headroom_reclaim *reclaim;
	uint64_t reserved[2];
};

/**
 * struct headroom_cgroup - one cgroup at one moment
 * @id: cgroup id, the inode number of its directory
 * @parent_id: id of its parent among the cgroups with the memory controller;
 *	0 for the root
 * @path: path below the cgroup root, "/" for the root itself; NULL when the
 *	cgroup was removed before its path could be looked up. Owned by the
 *	structure that contains it
 * @local: its own tasks and pages
 * @subtree: the cgroup and all below it
 * @target: reclaim from it and all below it as a whole
 * @psi: the kernel accounts pressure, so @psi_some and @psi_full are valid
 * @psi_some: total of "some" in memory.pressure, nanoseconds; up to
 *	two seconds old, unless that file was read just before
 * @psi_full: the same for "full"
 * @generation: grows whenever anything is counted for the cgroup or a descendant
 * @received: netlink attributes that it was decoded from, if the filter asked to keep
 *	them; NULL otherwise. Attributes that this library does not know are among them
 * @received_size: bytes of @received
 * @reserved: zero
 */
struct headroom_cgroup {
	uint64_t id;
	uint64_t parent_id;
	const char *path;
	struct headroom_stats local;
	struct headroom_stats subtree;
	struct headroom_target target;
	bool psi;
	uint64_t psi_some;
	uint64_t psi_full;
	uint64_t generation;
	const void *received;
	size_t received_size;
	uint64_t reserved[4];
};

/**
 * struct headroom_evictor - a cgroup whose demand evicted another cgroup's pages
 * @id: its cgroup id; 0 for the sum of all evictors without an entry
 * @reason: why it reclaimed; 0 for that sum
 * @merged: the entry also counts the descendants of @id that have none
 * @evictions: pages evicted since it got its entry
 * @refaults: of them, pages read again, scaled up from the samples
 * @error: upper bound of the pages that it evicted before it got its entry; if @merged, of
 *	those that all cgroups in the entry evicted and that are counted elsewhere
 * @reserved: zero
 */
struct headroom_evictor {
	uint64_t id;
	uint32_t reason;
	bool merged;
	uint64_t evictions;
	uint64_t refaults;
	uint64_t error;
	uint64_t reserved[2];
};

/**
 * struct headroom_victim - the evictors of one cgroup's pages
 * @id: cgroup that the pages were evicted from
 * @nr: number of evictors
 * @evictor: in no order; id 0 is the sum of all evictors that are not listed
 * @reserved: zero
 */
struct headroom_victim {
	uint64_t id;
	size_t nr;
	struct headroom_evictor *evictor;
	uint64_t reserved[2];
};

/**
 * struct headroom_blame - the evictors of each victim
 * @nr: number of victims
 * @victim: in order of id
 */
struct headroom_blame {
	size_t nr;
	struct headroom_victim *victim;
};

/**
 * struct headroom_filter - selection of a snapshot; all zero selects everything
 * @ancestor: only the cgroup with this id and all below it
 * @since: only cgroups that were born or changed a counter after the snapshot with this
 *	generation; 0 for all. Removed cgroups are not reported: see the events
 * @omit: HEADROOM_DETAIL_* flags of the parts to leave out
 * @keep_received: keep the attributes of each cgroup as received, so that
 *	headroom_snapshot_write() can record them
 * @reserved: zero
 */
struct headroom_filter {
	uint64_t ancestor;
	uint64_t since;
	uint32_t omit;
	bool keep_received;
	uint64_t reserved[4];
};

/* All parts that can be left out; the plain counters remain and cost least */
#define HEADROOM_DETAIL_ALL	(HEADROOM_DETAIL_PAGES | HEADROOM_DETAIL_STALLS | \
				 HEADROOM_DETAIL_HISTOGRAMS | HEADROOM_DETAIL_TARGET | \
				 HEADROOM_DETAIL_PSI)

/**
 * struct headroom_snapshot - all cgroups with the memory controller
 * @time: CLOCK_MONOTONIC, nanoseconds, when the dump ended
 * @consistent: false if cgroups were created or removed during every attempt to read
 *	them all: some may be missing
 * @generation: the largest generation in it, or @since of its filter if nothing had
 *	changed; pass it as @since to get what changed later
 * @nr: number of cgroups
 * @cgroup: the cgroups in order of id
 * @unix_time: CLOCK_REALTIME at @time, nanoseconds
 * @boot_id: the boot that @time belongs to, as in /proc/sys/kernel/random/boot_id; empty if
 *	that could not be read
 * @reserved: zero
 */
struct headroom_snapshot {
	uint64_t time;
	bool consistent;
	uint64_t generation;
	size_t nr;
	struct headroom_cgroup *cgroup;
	uint64_t unix_time;
	char boot_id[40];
	uint64_t reserved[4];
};

/**
 * struct headroom_hook - a tracepoint that the module uses
 * @name: of the tracepoint
 * @required: the module does not load without it
 * @attached: it exists on this kernel and is attached
 * @covers: the statistics that stay at zero while it is not attached
 * @reserved: zero
 */
struct headroom_hook {
	char *name;
	bool required;
	bool attached;
	char *covers;
	uint64_t reserved[2];
};

/**
 * struct headroom_status - state, size and coverage of the module
 * @version: version of the module
 * @page_size: bytes in a page, the unit of sizes and distances
 * @sample_shift: one page in 2^sample_shift is tracked
 * @table_entries: capacity of the nonresident table, in entries
 * @table_used: entries in use now: of a page each, or of 16 pages of a large folio
 * @table_bytes: bytes of the nonresident table
 * @table_remembered: evicted pages put into the table since the module was loaded
 * @cgroups: cgroups with a record
 * @cgroup_bytes: bytes of a record
 * @psi: the kernel marks tasks in memory stalls
 * @stalls: stalls are tracked
 * @stalled: tasks in a stall or in proactive reclaim now
 * @histogram_bytes: bytes of a histogram
 * @histograms: histograms in use
 * @kernel: release of the kernel; NULL if the module does not report it
 * @triggers: triggers of all processes together
 * @worker_time: nanoseconds spent in background work
 * @request_time: nanoseconds spent answering requests
 * @nr_hooks: number of hooks
 * @hook: the tracepoints that the module uses
 * @dropped: counts of what could not be recorded since the module was loaded, by cause
 * @dropped.table_full: evicted pages forgotten: their bucket was full
 * @dropped.table_busy: evicted pages not remembered: their bucket was being written
 * @dropped.cgroup_unknown: events charged to an ancestor
 * @dropped.distance_unknown: refaults without a distance: the victim is gone
 * @dropped.stall_slots: stalls not measured: too many tasks were stalled at once
 * @dropped.reclaim_slots: reclaims not followed: too many tasks reclaimed at once
 * @dropped.histograms: values in no histogram: too many were needed at once
 * @dropped.notifications: notifications not sent
 * @dropped.resized: evicted pages forgotten: the nonresident table was replaced after a
 *	change of its parameters
 * @dropped.direct_writes: pages that direct writes replaced while too many others were
 * @event_seq: sequence number of the last event of the multicast group
 * @reserved: zero
 *
 * The netlink specification defines each member.
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
	char *kernel;
	uint32_t triggers;
	uint64_t worker_time;
	uint64_t request_time;
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
		uint64_t notifications;
		uint64_t resized;
		uint64_t direct_writes;
	} dropped;
	uint64_t event_seq;
	uint64_t reserved[2];
};

/* handles: handle.c, connection.c */

/**
 * headroom_open - connect to the module
 * @h: the handle; set even on failure, for headroom_error(), except on -ENOMEM
 *
 * Return: 0; -ENOENT when the module is not loaded; -ENOMEM; or another
 * negative errno. Call headroom_close() in every case.
 */
int headroom_open(struct headroom **h);
/**
 * headroom_close - disconnect and free
 * @h: handle, or NULL
 */
void headroom_close(struct headroom *h);
/**
 * headroom_error - describe the last failure on a handle
 * @h: handle; NULL after headroom_open() returned -ENOMEM
 *
 * Return: the message, valid until the next call on the same handle.
 */
const char *headroom_error(const struct headroom *h);

/* Milliseconds: see headroom_timeout_set() */
#define HEADROOM_TIMEOUT_DEFAULT	30000

/**
 * headroom_timeout_set - limit the wait for the module
 * @h: handle
 * @ms: milliseconds to wait for each message of an answer; 0 to wait without limit
 *
 * The limit covers each message of an answer, not the whole answer. When it expires, the
 * request returns -ETIMEDOUT. The handle stays usable: the next request opens a new socket,
 * so it cannot receive a late answer. headroom_open() sets HEADROOM_TIMEOUT_DEFAULT.
 *
 * Return: 0; -EINVAL if @ms exceeds INT_MAX; or another negative errno.
 */
int headroom_timeout_set(struct headroom *h, unsigned int ms);

/* reading: get.c */

/**
 * headroom_status_get - read the module's status
 * @h: handle
 * @status: result; free it with headroom_status_free()
 *
 * Return: 0 or a negative errno.
 */
int headroom_status_get(struct headroom *h, struct headroom_status **status);
/**
 * headroom_status_free - free a status
 * @status: the status, or NULL
 */
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
/**
 * headroom_cgroup_free - free a cgroup returned by headroom_cgroup_get()
 * @cgroup: the cgroup, or NULL; not one that belongs to a snapshot
 */
void headroom_cgroup_free(struct headroom_cgroup *cgroup);

/**
 * headroom_snapshot_take - read all cgroups
 * @h: handle
 * @filter: selects cgroups and details; NULL for everything
 * @s: result; free it with headroom_snapshot_free()
 *
 * If cgroups are created or removed during the dump, it is repeated up to five times.
 *
 * Return: 0; -ENOENT if the filter's ancestor does not exist; or another negative errno.
 */
int headroom_snapshot_take(struct headroom *h, const struct headroom_filter *filter,
			   struct headroom_snapshot **s);
/**
 * headroom_snapshot_free - free a snapshot and all cgroups in it
 * @s: the snapshot, or NULL
 */
void headroom_snapshot_free(struct headroom_snapshot *s);
/**
 * headroom_snapshot_find - find a cgroup in a snapshot
 * @s: snapshot
 * @id: cgroup id
 *
 * Return: the cgroup, which belongs to the snapshot, or NULL.
 */
const struct headroom_cgroup *
headroom_snapshot_find(const struct headroom_snapshot *s, uint64_t id);

/* following a host: snapshot_update.c, snapshot_tree.c */

/**
 * struct headroom_changes - cgroups that differ between two snapshots
 * @nr_born: number of new cgroups
 * @born: their ids, ascending
 * @nr_gone: number of removed cgroups
 * @gone: their ids, ascending
 * @nr_counted: number of cgroups that were in both, and for which something was counted
 * @counted: their ids, ascending; all others have the same numbers in both
 * @reserved: zero
 */
struct headroom_changes {
	size_t nr_born;
	uint64_t *born;
	size_t nr_gone;
	uint64_t *gone;
	size_t nr_counted;
	uint64_t *counted;
	uint64_t reserved[4];
};

/**
 * headroom_snapshot_update - read what changed after a snapshot
 * @h: handle
 * @before: a whole snapshot: taken without since, or by this function; not one from a
 *	recording, which may be from another boot
 * @now: result, a whole snapshot with the filter of @before; free it with
 *	headroom_snapshot_free()
 * @changes: result; free it with headroom_changes_free(). NULL if not wanted
 *
 * The kernel reports only cgroups for which something was counted; the others are copied
 * from @before, with the PSI totals of then. Removed cgroups are found by the number of
 * cgroups, and their ids by a second dump, which is cheap: counters only. A cgroup that came
 * or went during the request may be reported by the next one instead; @now is then not
 * consistent.
 *
 * Return: 0; -EINVAL when @before is not whole or is from a recording; or as
 * headroom_snapshot_take(). @before is unchanged in every case.
 */
int headroom_snapshot_update(struct headroom *h, const struct headroom_snapshot *before,
			     struct headroom_snapshot **now,
			     struct headroom_changes **changes);
/**
 * headroom_changes_free - free what headroom_snapshot_update() reported
 * @changes: the changes, or NULL
 */
void headroom_changes_free(struct headroom_changes *changes);

/**
 * struct headroom_node - a cgroup's place in the tree
 * @cgroup: the cgroup, which belongs to the snapshot
 * @depth: ancestors that are in the snapshot
 * @parent: index of its parent; its own index without one
 * @end: index behind its last descendant
 * @reserved: zero
 */
struct headroom_node {
	const struct headroom_cgroup *cgroup;
	size_t depth;
	size_t parent;
	size_t end;
	uint64_t reserved[2];
};

/**
 * headroom_snapshot_tree - list the cgroups of a snapshot, parents before children
 * @s: snapshot, which has to outlive the result
 * @node: result, with as many nodes as @s has cgroups; free it with free(). NULL if there
 *	are none
 *
 * Each cgroup is followed by its descendants, so those of node i are i + 1 to end - 1.
 * Siblings are in order of path, those without a path last, in order of id. A cgroup whose
 * parent is not in the snapshot begins a tree of its own.
 *
 * Return: 0 or -ENOMEM.
 */
int headroom_snapshot_tree(const struct headroom_snapshot *s, struct headroom_node **node);

/* recordings: recording.c */

/**
 * headroom_snapshot_write - record a snapshot
 * @s: a snapshot with everything as received: see struct headroom_filter
 * @data: result, free it with free()
 * @size: result: bytes of @data
 *
 * The record has the attributes as received: a library that knows more of them reads more
 * from it. Records can be stored behind each other. They are the same on all machines that
 * Headroom runs on.
 *
 * Return: 0; -EINVAL when a cgroup was not kept as received; -EFBIG when the attributes of
 * a cgroup have 4 GiB; or -ENOMEM.
 */
int headroom_snapshot_write(const struct headroom_snapshot *s, void **data, size_t *size);
/**
 * headroom_snapshot_read - read a record
 * @data: what headroom_snapshot_write() returned, at any address
 * @size: bytes that can be read there
 * @s: result; free it with headroom_snapshot_free()
 * @used: result: bytes of the record; the next one begins behind it. NULL if not wanted
 *
 * Whatever the bytes are, nothing behind @data + @size is read, and the work is bounded by
 * @size.
 *
 * Return: 0; -EAGAIN when the record does not end within @size; -EPROTONOSUPPORT when a later
 * library wrote it in a format that this one does not know; -EBADMSG when it is no record,
 * or a damaged one; or -ENOMEM.
 */
int headroom_snapshot_read(const void *data, size_t size, struct headroom_snapshot **s,
			   size_t *used);

/**
 * struct headroom_received - a cgroup as the module sent it
 * @path: path below the cgroup root; NULL if unknown
 * @data: its netlink attributes: headroom_cgroup.received
 * @size: bytes of @data
 * @reserved: zero
 */
struct headroom_received {
	const char *path;
	const void *data;
	size_t size;
	uint64_t reserved[2];
};

/**
 * headroom_snapshot_decode - make a snapshot of cgroups that were kept one by one
 * @cgroup: the cgroups, in order of id
 * @nr: their number
 * @s: result; free it with headroom_snapshot_free(). Its time, boot and generation are zero:
 *	the caller knows them
 *
 * For recordings in a format of their own, in which a cgroup that has not changed need not be
 * repeated.
 *
 * Return: 0; -EBADMSG if attributes are damaged, or the order is wrong; -EINVAL if a reserved word is
 * not zero; or -ENOMEM.
 */
int headroom_snapshot_decode(const struct headroom_received *cgroup, size_t nr,
			     struct headroom_snapshot **s);

/* blame and stalled tasks: get.c */

/**
 * headroom_blame_get - read the evictors of one victim, or of all
 * @h: handle
 * @id: cgroup id of the victim; 0 for all
 * @blame: result; free it with headroom_blame_free()
 *
 * Return: as headroom_cgroup_get().
 */
int headroom_blame_get(struct headroom *h, uint64_t id,
		       struct headroom_blame **blame);
/**
 * headroom_blame_free - free blame and all victims in it
 * @blame: the blame, or NULL
 */
void headroom_blame_free(struct headroom_blame *blame);

/**
 * struct headroom_stalled - a task in a stall
 * @pid: pid of the task, in the initial pid namespace
 * @cgroup: id of its cgroup when the stall began
 * @cause: enum headroom_stall_cause, or a number that this header does not know
 * @time: nanoseconds since the stall began
 * @reserved: zero
 */
struct headroom_stalled {
	uint32_t pid;
	uint64_t cgroup;
	uint32_t cause;
	uint64_t time;
	uint64_t reserved[2];
};

/**
 * headroom_stalled_get - list the tasks that are stalled now
 * @h: handle
 * @stalled: result; free it with free(). NULL if there are none
 * @nr: number of tasks
 *
 * Return: 0 or a negative errno.
 */
int headroom_stalled_get(struct headroom *h, struct headroom_stalled **stalled,
			 size_t *nr);

/* parameters: params.c */

/**
 * struct headroom_params - parameters of the module
 * @sample_shift: one page in 2^sample_shift is tracked; 0 to 10
 * @table_entries: capacity of the nonresident table, in entries; setting 0 selects
 *	one entry for each tracked page of the machine
 * @stalls: stalls are tracked
 * @swap_kprobes: kprobes on kernel functions replace the tracepoints for swap; cannot be
 *	set while the module is loaded
 * @reserved: zero
 *
 * The netlink specification defines each member.
 */
struct headroom_params {
	uint32_t sample_shift;
	uint64_t table_entries;
	bool stalls;
	bool swap_kprobes;
	uint64_t reserved[4];
};

/**
 * enum headroom_params_flag - which parameters to set
 * @HEADROOM_PARAM_SAMPLE_SHIFT: sample_shift
 * @HEADROOM_PARAM_TABLE_ENTRIES: table_entries
 * @HEADROOM_PARAM_STALLS: stalls
 */
enum headroom_params_flag {
	HEADROOM_PARAM_SAMPLE_SHIFT = 1,
	HEADROOM_PARAM_TABLE_ENTRIES = 2,
	HEADROOM_PARAM_STALLS = 4,
};

/**
 * headroom_params_get - read the module's parameters
 * @h: handle
 * @params: result
 *
 * Return: 0 or a negative errno.
 */
int headroom_params_get(struct headroom *h, struct headroom_params *params);
/**
 * headroom_params_set - change parameters of the module
 * @h: handle
 * @params: the new values
 * @which: HEADROOM_PARAM_* flags of the parameters to change
 *
 * The module changes all of them or, on failure, none.
 *
 * Return: 0; -ERANGE or -EINVAL if the module refuses a value; or another negative errno.
 */
int headroom_params_set(struct headroom *h, const struct headroom_params *params,
			unsigned int which);

/* events and triggers: events.c */

/**
 * enum headroom_event_type - kind of an event
 * @HEADROOM_EVENT_TRIGGER: the sum of a trigger reached its threshold
 * @HEADROOM_EVENT_CGROUP_BORN: the module found a new cgroup
 * @HEADROOM_EVENT_CGROUP_GONE: a cgroup was removed
 * @HEADROOM_EVENT_OOM_KILL: the kernel kills a task because memory is short
 * @HEADROOM_EVENT_PARAMS: parameters of the module were changed
 * @HEADROOM_EVENT_EXIT: the module is being unloaded. This is the last event: close the
 *	handle
 * @HEADROOM_EVENT_DROPPED: events of the multicast group or of a trigger were dropped. Births
 *	and removals of cgroups among them follow, reduced to the net difference; all other
 *	dropped events are gone. An overflow of the queue is reported at once, and again when
 *	the number of dropped events is known
 */
enum headroom_event_type {
	HEADROOM_EVENT_TRIGGER = 1,
	HEADROOM_EVENT_CGROUP_BORN,
	HEADROOM_EVENT_CGROUP_GONE,
	HEADROOM_EVENT_OOM_KILL,
	HEADROOM_EVENT_PARAMS,
	HEADROOM_EVENT_EXIT,
	HEADROOM_EVENT_DROPPED,
};

/**
 * struct headroom_event - an event
 * @type: kind of the event; decides which members are set
 * @seq: sequence number within the multicast group or the trigger; 0 for an event without
 *	one, and for one that was detected only after others were dropped
 * @time: CLOCK_MONOTONIC, nanoseconds, when it happened; without @seq, when it was detected
 * @cgroup: id of the cgroup; 0 if the event concerns none
 * @parent_id: CGROUP_BORN, CGROUP_GONE: id of the cgroup's parent
 * @path: path of the cgroup below the cgroup root, valid until the next call on the
 *	same handle; NULL if unknown
 * @pid: OOM_KILL: pid of the task, in the initial pid namespace
 * @comm: OOM_KILL: name of the task
 * @trigger: TRIGGER, DROPPED: id of the trigger; 0 if events of the group were dropped
 * @value: TRIGGER: sum over the window, nanoseconds or refaults
 * @dropped: DROPPED: number of dropped events; 0 if unknown
 * @params: PARAMS: all parameters
 * @reserved: zero
 *
 * Members that do not belong to the type are zero.
 */
struct headroom_event {
	enum headroom_event_type type;
	uint64_t seq;
	uint64_t time;
	uint64_t cgroup;
	uint64_t parent_id;
	const char *path;
	uint32_t pid;
	char comm[16];
	uint32_t trigger;
	uint64_t value;
	uint64_t dropped;
	struct headroom_params params;
	uint64_t reserved[4];
};

/* A handle that receives events; opaque */
struct headroom_events;

/**
 * headroom_events_open - listen for events
 * @e: result; set even on failure, for headroom_events_error(), except on -ENOMEM
 * @group: join the module's multicast group, which needs CAP_SYS_ADMIN; otherwise
 *	receive only the events of triggers added to this handle
 *
 * Cgroups that exist already are not reported. To know all cgroups, open the events first
 * and take a snapshot afterwards; a cgroup born in between is in the snapshot and has an
 * event.
 *
 * Requests on this handle time out after HEADROOM_TIMEOUT_DEFAULT: see
 * headroom_events_timeout_set().
 *
 * Return: 0; -ENOENT if the module is not loaded; -EPERM without the capability for
 * @group; -EOPNOTSUPP if the module sends no events; -ENOMEM; or another negative
 * errno. Call headroom_events_close() in every case.
 */
int headroom_events_open(struct headroom_events **e, bool group);
/**
 * headroom_events_close - stop listening and remove the handle's triggers
 * @e: handle, or NULL
 */
void headroom_events_close(struct headroom_events *e);
/**
 * headroom_events_error - describe the last failure on a handle
 * @e: handle; NULL after headroom_events_open() returned -ENOMEM
 *
 * Return: the message, valid until the next call on the same handle.
 */
const char *headroom_events_error(const struct headroom_events *e);
/**
 * headroom_events_fd - file descriptor to poll
 * @e: handle
 *
 * Return: a file descriptor that is readable when there may be events. It belongs to
 * the handle; use it with poll(), select() or epoll only.
 */
int headroom_events_fd(const struct headroom_events *e);
/**
 * headroom_events_timeout_set - limit the wait for the module
 * @e: handle
 * @ms: milliseconds to wait for the whole answer when a trigger is added or removed, and for each
 *	message when cgroups are listed after dropped events; 0 to wait without limit
 *
 * Return: 0; -EINVAL if @ms exceeds INT_MAX; or another negative errno.
 */
int headroom_events_timeout_set(struct headroom_events *e, unsigned int ms);
/**
 * headroom_events_next - take the next event
 * @e: handle
 * @event: result; all zero unless 1 is returned
 *
 * Does not wait for an event. After dropped events it lists the cgroups, which waits for
 * the module's answer. After an error other than -ENOTCONN the handle stays usable: an
 * event that could not be read is reported as dropped later, and a failed report is retried.
 *
 * Return: 1; 0 if no event is queued; -ENOTCONN after HEADROOM_EVENT_EXIT, permanently:
 * close the handle, and open another one when the module is loaded again; -EBADMSG
 * if a notification is malformed; or another negative errno.
 */
int headroom_events_next(struct headroom_events *e, struct headroom_event *event);

/**
 * struct headroom_trigger - a threshold over a window
 * @cgroup: id of the cgroup
 * @scope: enum headroom_trigger_scope; 0 for the subtree
 * @metric: enum headroom_trigger_metric
 * @cause: enum headroom_stall_cause; 0 for all that are part of stall_total
 * @threshold: nanoseconds of stalls, or refaults, in a window
 * @window: length of the window, nanoseconds
 * @interval: minimum nanoseconds between two events; 0 for the window
 * @hysteresis: after an event, do not fire again until the sum drops to @clear
 * @clear: in the unit of @threshold
 * @reserved: zero
 *
 * A trigger fires when the sum reaches the threshold. The netlink specification defines
 * the bounds. A trigger outlives its cgroup, but no longer fires.
 */
struct headroom_trigger {
	uint64_t cgroup;
	uint32_t scope;
	uint32_t metric;
	uint32_t cause;
	uint64_t threshold;
	uint64_t window;
	uint64_t interval;
	bool hysteresis;
	uint64_t clear;
	uint64_t reserved[4];
};

/**
 * headroom_trigger_add - add a trigger
 * @e: handle that will receive its events
 * @trigger: the trigger; its reserved words must be zero
 * @id: result; the @trigger member of its events
 *
 * Return: 0; -ENOENT if the cgroup does not exist; -EINVAL or -ERANGE if a value is
 * refused; -EDQUOT if this user has set as many triggers as one may; -ENOSPC if all users
 * have; -ENOTCONN if the module was unloaded; or another negative errno. After
 * -ENOBUFS (events left no room for the answer) and -ETIMEDOUT the trigger may exist, but
 * its id is unknown: close the handle to remove it.
 */
int headroom_trigger_add(struct headroom_events *e, const struct headroom_trigger *trigger,
			 uint32_t *id);
/**
 * headroom_trigger_del - remove a trigger and discard its queued events
 * @e: handle that the trigger was added to
 * @id: id from headroom_trigger_add()
 *
 * Return: 0; -ENOENT if @e has no such trigger; or another negative errno.
 */
int headroom_trigger_del(struct headroom_events *e, uint32_t id);

/* names: cgroup.c */

/**
 * headroom_cgroup_root - mount point of cgroup v2
 * @h: handle
 *
 * Return: a path such as "/sys/fs/cgroup", owned by the handle; NULL if cgroup v2 is not
 * mounted.
 */
const char *headroom_cgroup_root(struct headroom *h);
/**
 * headroom_cgroup_path - path of a cgroup below the root, by its id
 * @h: handle
 * @id: cgroup id
 * @path: result; free it with free()
 *
 * Return: 0; -ESTALE if the cgroup does not exist or was removed; -ENODEV if no
 * cgroup v2 file system is mounted; or another negative errno.
 */
int headroom_cgroup_path(struct headroom *h, uint64_t id, char **path);
/**
 * headroom_cgroup_id - id of a cgroup
 * @h: handle
 * @name: a path below the cgroup root ("/a/b" or "a/b"), a path that begins
 *	with the root itself, or a decimal id
 * @id: result
 *
 * A name of digits alone is an id and is not looked up; "/7" is a path.
 *
 * Return: 0; -ENOENT if there is no such cgroup; -ENODEV if no cgroup v2 file system is
 * mounted; -ERANGE if the number is too large; or another negative errno.
 */
int headroom_cgroup_id(struct headroom *h, const char *name, uint64_t *id);

/* lookups in lists: lists.c. They return an all-zero element for a number not in the list. */

/**
 * headroom_stats_stall - look up a cause of stalls
 * @stats: a reading or a delta
 * @cause: enum headroom_stall_cause, or any number
 *
 * Return: the element, which belongs to @stats, or a static one that is all zero.
 */
const struct headroom_stall *
headroom_stats_stall(const struct headroom_stats *stats, uint32_t cause);
/**
 * headroom_stats_pages - look up the pages of one kind, evicted for one reason
 * @stats: a reading or a delta
 * @kind: enum headroom_page_kind, or any number
 * @reason: enum headroom_reason, or any number
 *
 * Return: the element, which belongs to @stats, or a static one that is all zero.
 */
const struct headroom_pages *
headroom_stats_pages(const struct headroom_stats *stats, uint32_t kind, uint32_t reason);
/**
 * headroom_target_reclaim - look up the work of reclaim for one reason
 * @target: a reading or a delta
 * @reason: enum headroom_reason, or any number
 *
 * Return: the element, which belongs to @target, or a static one that is all zero.
 */
const struct headroom_reclaim *
headroom_target_reclaim(const struct headroom_target *target, uint32_t reason);

/* counters and words: counters.c. The JSON of the command uses the same. */

/**
 * struct headroom_counter - a counter in a structure of this header
 * @name: as the command's JSON writes it; NULL at the end of a list
 * @unit: "pages", "ns", "stalls", "reclaims", "samples", "events", "values" or
 *	"notifications"
 * @meaning: half a sentence for people
 * @cumulative: only grows until the module is unloaded; otherwise it is the largest value
 *	seen, for which a difference has no meaning
 * @offset: where its uint64_t is in the structure: see headroom_counter_value()
 * @attribute: the netlink attribute that carries it
 * @reserved: zero
 */
struct headroom_counter {
	const char *name;
	const char *unit;
	const char *meaning;
	bool cumulative;
	size_t offset;
	uint32_t attribute;
	uint64_t reserved[2];
};

/**
 * enum headroom_counters_of - structures that have counters
 * @HEADROOM_COUNTERS_STATS: struct headroom_stats
 * @HEADROOM_COUNTERS_PAGES: struct headroom_pages
 * @HEADROOM_COUNTERS_GROUP: struct headroom_group
 * @HEADROOM_COUNTERS_STALL: struct headroom_stall
 * @HEADROOM_COUNTERS_TARGET: struct headroom_target
 * @HEADROOM_COUNTERS_RECLAIM: struct headroom_reclaim
 * @HEADROOM_COUNTERS_EVICTOR: struct headroom_evictor
 * @HEADROOM_COUNTERS_CGROUP: struct headroom_cgroup itself: PSI
 * @HEADROOM_COUNTERS_DROPPED: struct headroom_status: what could not be recorded
 */
enum headroom_counters_of {
	HEADROOM_COUNTERS_STATS = 1,
	HEADROOM_COUNTERS_PAGES,
	HEADROOM_COUNTERS_GROUP,
	HEADROOM_COUNTERS_STALL,
	HEADROOM_COUNTERS_TARGET,
	HEADROOM_COUNTERS_RECLAIM,
	HEADROOM_COUNTERS_EVICTOR,
	HEADROOM_COUNTERS_CGROUP,
	HEADROOM_COUNTERS_DROPPED,
};

/**
 * headroom_counters - the counters of a structure, for programs that export all of them
 * @of: the structure
 *
 * Return: a list that ends with an entry without a name; it is empty for an unknown @of.
 */
const struct headroom_counter *headroom_counters(enum headroom_counters_of of);
/**
 * headroom_counter_value - read a counter
 * @counter: the counter
 * @base: the structure that has it
 *
 * Return: its value.
 */
uint64_t headroom_counter_value(const struct headroom_counter *counter, const void *base);

/* Bytes that hold any label, including its NUL */
#define HEADROOM_LABEL_SIZE	32

/**
 * headroom_stall_cause_label - label of a cause, known or not
 * @cause: enum headroom_stall_cause, or any number
 * @buf: HEADROOM_LABEL_SIZE bytes for the label of an unknown number
 * @size: bytes of @buf
 *
 * Return: headroom_stall_cause_name(), or @buf with a label such as "cause_15".
 */
const char *headroom_stall_cause_label(uint32_t cause, char *buf, size_t size);
/**
 * headroom_page_kind_label - label of a kind of pages, known or not
 * @kind: enum headroom_page_kind, or any number
 * @buf: HEADROOM_LABEL_SIZE bytes for the label of an unknown number
 * @size: bytes of @buf
 *
 * Return: headroom_page_kind_name(), or @buf with a label such as "kind_4".
 */
const char *headroom_page_kind_label(uint32_t kind, char *buf, size_t size);
/**
 * headroom_reason_label - label of a reason for evictions, known or not
 * @reason: enum headroom_reason, or any number
 * @buf: HEADROOM_LABEL_SIZE bytes for the label of an unknown number
 * @size: bytes of @buf
 *
 * Return: headroom_reason_name(), or @buf with a label such as "reason_9".
 */
const char *headroom_reason_label(uint32_t reason, char *buf, size_t size);

/**
 * headroom_stall_cause_name - name of a cause
 * @cause: enum headroom_stall_cause
 *
 * Return: a word such as "direct_reclaim"; NULL if the cause is unknown.
 */
const char *headroom_stall_cause_name(enum headroom_stall_cause cause);
/**
 * headroom_stall_in_total - whether a cause is part of stall_total
 * @cause: enum headroom_stall_cause
 *
 * Return: false for a cause nested in other stalls, for proactive reclaim, which is not a
 * stall, and for an unknown cause.
 */
bool headroom_stall_in_total(enum headroom_stall_cause cause);
/**
 * headroom_page_kind_name - name of a kind of pages
 * @kind: enum headroom_page_kind
 *
 * Return: a word such as "anon"; NULL if the kind is unknown.
 */
const char *headroom_page_kind_name(enum headroom_page_kind kind);
/**
 * headroom_reason_name - name of a reason for evictions
 * @reason: enum headroom_reason
 *
 * Return: a word such as "own_limit"; NULL if the reason is unknown.
 */
const char *headroom_reason_name(enum headroom_reason reason);

/* deltas and estimates: estimate.c, snapshot_delta.c, blame_delta.c */

/**
 * headroom_stats_delta - subtract one reading from another
 * @now: later reading
 * @before: earlier reading; NULL counts as all zero
 * @delta: result; free its lists and histograms with headroom_stats_clear()
 *
 * A counter that went backwards counts from zero: the module was reloaded. The lists
 * have the elements of @now, including unknown numbers; longest is that of @now.
 *
 * Return: 0 or -ENOMEM.
 */
int headroom_stats_delta(const struct headroom_stats *now,
			 const struct headroom_stats *before,
			 struct headroom_stats *delta);
/**
 * headroom_stats_clear - free the lists and histograms of a delta
 * @stats: the delta; zeroed
 */
void headroom_stats_clear(struct headroom_stats *stats);
/**
 * headroom_target_delta - subtract one reading of a target from another
 * @now: later reading
 * @before: earlier reading; NULL counts as all zero
 * @delta: result; free its list and histogram with headroom_target_clear()
 *
 * lowest_priority is that of @now.
 *
 * Return: 0 or -ENOMEM.
 */
int headroom_target_delta(const struct headroom_target *now,
			  const struct headroom_target *before,
			  struct headroom_target *delta);
/**
 * headroom_target_clear - free the list and histogram of a delta
 * @target: the delta; zeroed
 */
void headroom_target_clear(struct headroom_target *target);
/**
 * struct headroom_snapshot_delta - difference of two snapshots
 * @interval: nanoseconds between them; 0 without an earlier one
 * @consistent: both snapshots are consistent
 * @nr: number of cgroups
 * @cgroup: the cgroups of the later snapshot, in order of id. Counters, lists, histograms
 *	and PSI are differences; id, parent, path and generation are those of the later
 *	snapshot, which must outlive the delta
 * @reserved: zero
 */
struct headroom_snapshot_delta {
	uint64_t interval;
	bool consistent;
	size_t nr;
	struct headroom_cgroup *cgroup;
	uint64_t reserved[2];
};

/**
 * headroom_snapshot_delta - subtract one snapshot from another
 * @now: later snapshot
 * @before: earlier snapshot; NULL counts as all zero
 * @delta: result; free it with headroom_snapshot_delta_free()
 *
 * A cgroup that @before does not have counts from zero.
 *
 * Return: 0 or -ENOMEM.
 */
int headroom_snapshot_delta(const struct headroom_snapshot *now,
			    const struct headroom_snapshot *before,
			    struct headroom_snapshot_delta **delta);
/**
 * headroom_snapshot_delta_free - free a delta of snapshots
 * @delta: the delta, or NULL
 */
void headroom_snapshot_delta_free(struct headroom_snapshot_delta *delta);
/**
 * headroom_blame_delta - pages evicted between two readings of blame
 * @now: later reading
 * @before: earlier reading
 * @delta: result; free it with headroom_blame_free()
 *
 * Only the victim's total is exact: an evictor that was removed, or lost its entry, left its pages to
 * another one. Each victim lists what is known to be of the interval, and id 0 has the rest of the
 * total. An evictor took at least its evictions, and at most these and its error. A victim that was removed
 * is not listed: what was evicted from it before @before is in its parent's total.
 *
 * Return: 0 or -ENOMEM.
 */
int headroom_blame_delta(const struct headroom_blame *now, const struct headroom_blame *before,
			 struct headroom_blame **delta);
/**
 * headroom_histogram_count - number of values
 * @hist: histogram
 *
 * Return: the sum over its buckets.
 */
uint64_t headroom_histogram_count(const struct headroom_histogram *hist);
/**
 * headroom_histogram_quantile - value below which a given share of the values lies
 * @hist: histogram
 * @q: the share, from 0 to 1
 *
 * Return: the value, interpolated within its bucket; 0 when the histogram is empty.
 */
uint64_t headroom_histogram_quantile(const struct headroom_histogram *hist,
				     double q);
/**
 * struct headroom_estimate - an estimated number
 * @value: the estimate
 * @error: its standard error; 0 if every page is tracked, and without samples
 * @low: lower bound of the 95 % confidence interval
 * @high: upper bound of the 95 % confidence interval
 */
struct headroom_estimate {
	double value;
	double error;
	double low;
	double high;
};

/**
 * headroom_refaults_estimate - estimate the number of refaults from samples
 * @stats: a reading or a delta
 * @sample_shift: from struct headroom_status
 *
 * Return: the estimate; the exact number if @sample_shift is 0.
 */
struct headroom_estimate
headroom_refaults_estimate(const struct headroom_stats *stats,
			   uint32_t sample_shift);

/* What the nonresident table forgot: horizon.c */

/**
 * headroom_horizon - distance up to which refaults can be recognised
 * @stats: a reading or a delta, with histograms
 *
 * At most about one refault in a hundred at smaller distances was missed. At larger ones any
 * number may have been.
 *
 * Return: the distance in pages, at least 1; UINT64_MAX if the table forgot no more than one eviction in
 * a hundred: no bound is known.
 */
uint64_t headroom_horizon(const struct headroom_stats *stats);
/**
 * headroom_horizon_age - time up to which refaults can be recognised
 * @stats: as for headroom_horizon()
 *
 * Return: nanoseconds between eviction and refault; UINT64_MAX as for headroom_horizon().
 */
uint64_t headroom_horizon_age(const struct headroom_stats *stats);

/* refaults as a function of memory: curve.c */

/* The clock of a pool of unknown age: taken as old */
#define HEADROOM_CLOCK_OLD	UINT64_MAX

/**
 * struct headroom_pool - refaults of a pool of memory in an interval; see headroom_pool_of()
 * @distance: difference of the distances over the interval, of a cgroup itself or a target
 * @evictions: pages evicted from the same cgroup or target in the interval
 * @clock: all pages evicted from it until the end of the interval: the counter, not the
 *	difference. No larger distance can have been seen. HEADROOM_CLOCK_OLD if unknown
 * @horizon: distance from which on evicted pages are no longer recognised: headroom_horizon();
 *	0 or UINT64_MAX for no limit. For a target, that of the cgroup and all below it: the
 *	target evicts at least as many pages in between, so its own is no nearer
 * @sample_shift: from struct headroom_status
 * @nr_groups: number of groups; 0 if refaults are independent, or sampling is off
 * @group: difference of the groups of sampled pages over the interval
 * @reserved: zero
 */
struct headroom_pool {
	const struct headroom_histogram *distance;
	uint64_t evictions;
	uint64_t clock;
	uint64_t horizon;
	uint32_t sample_shift;
	size_t nr_groups;
	const struct headroom_group *group;
	uint64_t reserved[4];
};

/**
 * headroom_pool_of - the pool of memory that an interval describes
 * @delta: of headroom_stats_delta() or a snapshot's: of the cgroup itself; with @target, of its subtree
 * @target: of headroom_target_delta(), for the pool that the cgroup's limit bounds; NULL for the
 *	pages of the cgroup itself
 * @clock: evictions of the cgroup, or those of the target: the counter at the end of the interval
 * @sample_shift: from struct headroom_status
 *
 * The horizon is that of @delta. The pool points into @delta and @target, which it must not outlive.
 *
 * Return: the pool.
 */
struct headroom_pool
headroom_pool_of(const struct headroom_stats *delta, const struct headroom_target *target,
		 uint64_t clock, uint32_t sample_shift);

/**
 * struct headroom_extra - memory beyond what a pool had, in pages
 * @value: the estimate
 * @low: lower bound of the 95 % confidence interval
 * @high: upper bound; INFINITY if it is beyond the horizon
 */
struct headroom_extra {
	double value;
	double low;
	double high;
};

/**
 * struct headroom_curve_point - a point of a curve, and of the curves of its bounds
 * @pages: memory beyond what the pool had
 * @refaults: refaults with distances up to the horizon that would have remained with it, in
 *	as many evictions of a pool that is old: refaults that the interval was too short to
 *	show are estimated
 * @samples: recorded refaults behind @refaults
 * @pages_low: memory, of the lower bound of the 95 % confidence interval
 * @refaults_low: refaults that would have remained with @pages_low
 * @pages_high: memory, of the upper bound
 * @refaults_high: refaults that would have remained with @pages_high; they include the most
 *	that can be expected beyond the horizon
 */
struct headroom_curve_point {
	double pages;
	double refaults;
	double samples;
	double pages_low;
	double refaults_low;
	double pages_high;
	double refaults_high;
};

/**
 * struct headroom_curve - refaults as a function of extra memory
 * @nr: number of points; at least 2
 * @point: ascending by pages, with refaults that never grow. The first is without extra
 *	memory; the last is at the horizon, and nothing is known of larger memories. Two points
 *	with the same pages are a step. The curve is a straight line between points
 * @horizon: largest distance that the interval could show
 * @beyond: upper bound of the refaults beyond the horizon, if pages return there no
 *	faster than in the second half of the horizon
 * @reserved: zero
 */
struct headroom_curve {
	size_t nr;
	struct headroom_curve_point *point;
	double horizon;
	double beyond;
	uint64_t reserved[2];
};

/**
 * headroom_curve_build - predict refaults from refault distances
 * @pool: what was counted
 * @curve: result; free it with headroom_curve_clear()
 *
 * The model assumes a steady load, and that a larger memory would evict in the same order.
 * The head of curve.c derives it; Documentation/refault.rst has its measured accuracy.
 *
 * Return: 0, -EINVAL if a reserved word is not zero, or -ENOMEM.
 */
int headroom_curve_build(const struct headroom_pool *pool, struct headroom_curve *curve);
/**
 * headroom_curve_clear - free the points of a curve
 * @curve: the curve; zeroed
 */
void headroom_curve_clear(struct headroom_curve *curve);
/**
 * headroom_curve_at - refaults that remain with a given extra memory
 * @curve: the curve
 * @pages: extra memory
 *
 * Return: the point, interpolated on each of the three curves, so that all its memory is
 * @pages. For memory beyond the horizon, the refaults are those at the horizon.
 */
struct headroom_curve_point
headroom_curve_at(const struct headroom_curve *curve, double pages);
/**
 * headroom_curve_memory - extra memory for a given number of refaults
 * @curve: the curve
 * @refaults: largest acceptable number of refaults
 *
 * Return: the least memory with which at most @refaults remain.
 */
struct headroom_extra
headroom_curve_memory(const struct headroom_curve *curve, double refaults);
/**
 * headroom_curve_extra - extra memory that would have saved a share of the refaults
 * @curve: the curve
 * @share: from 0 to 1
 *
 * The estimate is for the refaults up to the horizon. The upper bound is that for all, if
 * there are as many beyond it as headroom_curve.beyond.
 *
 * Return: the memory; zeros in @value and @low without refaults.
 */
struct headroom_extra
headroom_curve_extra(const struct headroom_curve *curve, double share);
/**
 * headroom_extra_memory - extra memory that would have saved a share of the refaults
 * @pool: what was counted
 * @share: from 0 to 1
 * @extra: result; zeros on failure
 *
 * Return: 0, -EINVAL if a reserved word is not zero, or -ENOMEM. See
 * headroom_curve_extra().
 */
int headroom_extra_memory(const struct headroom_pool *pool, double share,
			  struct headroom_extra *extra);

#ifdef __GNUC__
#pragma GCC visibility pop
#endif

#ifdef __cplusplus
}
#endif

#endif /* HEADROOM_H */
