// SPDX-License-Identifier: GPL-2.0
/*
 * Refaults by cgroup as a compiled BPF program; scripts/bench compares the module with it.
 *
 * It counts what scripts/refaults.bt counts, and like the module it charges a page to its own
 * cgroup and bounds its memory: the map of evicted pages is an LRU hash. A cgroup is found by
 * the kernel's number of its memory cgroup, in an array, which is the cheapest map. It reads the
 * owner of a page as Linux 6.1 to 7.0 store it.
 *
 * It lacks the reason and the evictor, the age, the target of reclaim, large folios, swap,
 * stalls and sampling; and numbers of memory cgroups are reused.
 */
#include <linux/bpf.h>
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

#define PF_MEMALLOC	0x800
#define PAGES		(1 << 20)
#define CGROUPS		(1 << 16)
#define BUCKETS		32

/* Of the kernel's structures, the members that are read; the loader finds their offsets */
#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)

struct task_struct {
	unsigned int flags;
};

struct inode {
	unsigned long i_ino;
};

struct address_space {
	struct inode *host;
};

typedef struct {
	int counter;
} atomic_t;

struct folio {
	struct address_space *mapping;
	unsigned long index;
	atomic_t _refcount;
	unsigned long memcg_data;
};

struct mem_cgroup_id {
	int id;
};

struct mem_cgroup {
	struct mem_cgroup_id id;
};

#pragma clang attribute pop

struct page_name {
	__u64 inode;
	__u64 index;
};

struct eviction {
	__u32 cgroup;
	__u64 clock;
};

struct cgroup_stats {
	__u64 evictions;
	__u64 refaults;
	__u64 distance[BUCKETS];
};

struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, PAGES);
	__type(key, struct page_name);
	__type(value, struct eviction);
} evicted SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, CGROUPS);
	__type(key, __u32);
	__type(value, struct cgroup_stats);
} cgroups SEC(".maps");

/* Refaults of all cgroups, for the loader */
__u64 refaults;

static struct page_name name_of(struct folio *folio)
{
	return (struct page_name){ folio->mapping->host->i_ino, folio->index };
}

static __u32 cgroup_of(struct folio *folio)
{
	struct mem_cgroup *memcg = (struct mem_cgroup *)folio->memcg_data;

	return memcg ? BPF_CORE_READ(memcg, id.id) : 0;
}

SEC("tp_btf/mm_filemap_delete_from_page_cache")
int BPF_PROG(page_deleted, struct folio *folio)
{
	struct task_struct *task = bpf_get_current_task_btf();
	struct eviction eviction = {};
	struct cgroup_stats *stats;
	struct page_name name;

	if (folio->_refcount.counter || !(task->flags & PF_MEMALLOC))
		return 0;
	name = name_of(folio);
	eviction.cgroup = cgroup_of(folio);
	stats = bpf_map_lookup_elem(&cgroups, &eviction.cgroup);
	if (!stats)
		return 0;
	eviction.clock = __sync_fetch_and_add(&stats->evictions, 1);
	bpf_map_update_elem(&evicted, &name, &eviction, BPF_ANY);
	return 0;
}

static int log2_of(__u64 value)
{
	int bits = 0, step;

	for (step = 16; step; step >>= 1)
		if (value >> step) {
			value >>= step;
			bits += step;
		}
	return bits;
}

SEC("tp_btf/mm_filemap_add_to_page_cache")
int BPF_PROG(page_added, struct folio *folio)
{
	struct page_name name = name_of(folio);
	struct eviction *eviction = bpf_map_lookup_elem(&evicted, &name);
	struct cgroup_stats *stats;

	if (!eviction)
		return 0;
	stats = bpf_map_lookup_elem(&cgroups, &eviction->cgroup);
	if (stats) {
		__sync_fetch_and_add(&stats->refaults, 1);
		__sync_fetch_and_add(&stats->distance[log2_of(stats->evictions -
							      eviction->clock) % BUCKETS], 1);
	}
	bpf_map_delete_elem(&evicted, &name);
	__sync_fetch_and_add(&refaults, 1);
	return 0;
}

char LICENSE[] SEC("license") = "GPL";
