/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Hide the differences between kernels
 *
 * Vendors backport changes, so the compiler decides by types where it can. It cannot test
 * whether a member, a function or a constant exists: there the version decides, here and in
 * no other file. The build includes this file before all others, so its macros name what
 * only their users declare.
 */
#ifndef _HEADROOM_COMPAT_H
#define _HEADROOM_COMPAT_H

#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/version.h>

#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 1, 0) || \
	LINUX_VERSION_CODE >= KERNEL_VERSION(7, 4, 0)
#error "Headroom supports Linux 6.1 to 7.3; point KDIR at the headers of such a kernel"
#endif

#if !defined(CONFIG_64BIT) || !defined(CONFIG_MEMCG)
#error "Headroom needs a 64-bit kernel with CONFIG_MEMCG"
#endif

#ifdef CONFIG_CPU_BIG_ENDIAN
#error "Headroom needs a little-endian machine: nonresident table tags are bytes of a word"
#endif

#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 7, 0)

/*
 * By version, since functions came: netlink attributes of type uint, in 6.7. They have 4 or
 * 8 bytes, depending on the value. Releases of 6.6 have them since 6.6.105, so the functions
 * here have other names and hide the kernel's. The policies of older kernels do not check the
 * length, so the caller of nla_get_uint() does: see hr_nl_uint().
 */
#include <net/netlink.h>

#define NLA_UINT	NLA_BINARY
#define nla_get_uint	hr_nla_get_uint
#define nla_put_uint	hr_nla_put_uint

static inline u64 hr_nla_get_uint(const struct nlattr *nla)
{
	return nla_len(nla) == sizeof(u32) ? nla_get_u32(nla) : nla_get_u64(nla);
}

static inline int hr_nla_put_uint(struct sk_buff *skb, int attrtype, u64 value)
{
	u32 small = value;

	if (small == value)
		return nla_put(skb, attrtype, sizeof(small), &small);
	return nla_put(skb, attrtype, sizeof(value), &value);
}

#endif

/* By version, since a member came: in 6.6 the swap entry left the folio's private word */
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 6, 0)
#define hr_swap_entry(folio)	((u64)page_private(&(folio)->page))
#else
#define hr_swap_entry(folio)	((u64)(folio)->swap.val)
#endif

/*
 * By version, since no header declares it: the function that reads a page from swap, and the
 * structure that it points to. btf.c checks both when the module is loaded. Before 6.3 it
 * reads from zram without a bio; since 6.12 it fills a page of zeros without I/O. Shared
 * memory leaves the swap cache before mm_lru_insertion.
 */
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 8, 0)
#define HR_SWAP_READ	"swap_readpage"
#define HR_SWAP_READ_OF	"page"
#else
#define HR_SWAP_READ	"swap_read_folio"
#define HR_SWAP_READ_OF	"folio"
#endif
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 3, 0)
#define HR_SWAP_READ_COVERS	"refaults from zram, and of shared memory from zswap"
#else
#define HR_SWAP_READ_COVERS	"refaults of shared memory from zswap, and from zram of pages of zeros"
#endif

/*
 * Whether a probe has the prototype of a tracepoint. check_trace_callback_type_<event>()
 * takes a probe as its only parameter, and refers to no symbol of the kernel.
 */
#define HR_FITS(_event, _probe)						\
	__builtin_types_compatible_p(					\
		typeof(check_trace_callback_type_##_event), void (typeof(_probe) *))

/* Of two probes, the one with the prototype that the tracepoint has on this kernel */
#define HR_EITHER(_event, _one, _other)					\
	__builtin_choose_expr(HR_FITS(_event, _one), _one, _other)

/*
 * Whether tracepoints call their probes with preemption off. Since 7.0 they do not: SRCU
 * protects the probes. No type shows that, but the text does that declares a tracepoint, and
 * the compiler searches it. A constant, if not one for the preprocessor.
 */
#define HR_TRACE_TEXT	__stringify(__DECLARE_TRACE(probe, void, (), 1, void *__data))
#define HR_PREEMPTION_IS_OFF						\
	(!__builtin_strstr(HR_TRACE_TEXT, "srcu_fast") &&		\
	 (__builtin_strstr(HR_TRACE_TEXT, "preempt_notrace") ||		\
	  __builtin_strstr(HR_TRACE_TEXT, "preempt_count_add")))

/*
 * The word of a folio's flags. Its type became a structure in 6.18; folio_flags() returns a
 * pointer to an unsigned long on every kernel.
 */
#define hr_folio_flags(_folio)	(*folio_flags((struct folio *)(_folio), 0))

/*
 * The task that holds an rwsem for writing, as a number; another number if no task does. Readers
 * leave their address with the lowest bit set. By configuration, since the structure has no
 * accessor: on PREEMPT_RT the lock is a mutex, which marks waiters in the lowest bit. Pairs with
 * the kernel's rwsem_set_owner(), in the same task if that is what the caller looks for.
 */
#ifdef CONFIG_PREEMPT_RT
#define hr_rwsem_owner(_sem)	((unsigned long)READ_ONCE((_sem)->rwbase.rtmutex.owner) & ~1UL)
#else
#define hr_rwsem_owner(_sem)	((unsigned long)atomic_long_read(&(_sem)->owner))
#endif

/*
 * The number that the kernel gives to a memory cgroup: below 2^16, and reused. Since 7.0
 * mem_cgroup_id() is the 64-bit id of the cgroup instead.
 */
#define hr_memcg_number(memcg)						\
({									\
	static_assert(MEM_CGROUP_ID_SHIFT == 16,			\
		      "the kernel's numbers of memory cgroups do not have 16 bits"); \
	static_assert(__builtin_types_compatible_p(typeof((memcg)->id.id), int), \
		      "the type of the kernel's numbers of memory cgroups is not known"); \
	(u16)(memcg)->id.id;						\
})

/*
 * By version, since only the meaning of a member changed: before 7.1 the memcg_data of a
 * folio on an LRU list is the address of its memory cgroup. On newer kernels it may be that
 * of an obj_cgroup, which moves to the parent when the cgroup is removed, and may then be
 * freed. So hr_folio_owner(), which identifies the memory cgroup in one word, follows it.
 * READ_ONCE() pairs with the kernel's commit_charge().
 *
 * Probes have preemption off, which is enough for RCU but not for an assertion of lockdep.
 */
#if LINUX_VERSION_CODE < KERNEL_VERSION(7, 1, 0)
#define hr_folio_memcg(_folio)	folio_memcg(_folio)
#define hr_folio_owner(_folio)	READ_ONCE((_folio)->memcg_data)
#else
#ifdef CONFIG_PROVE_RCU
#define hr_folio_memcg(_folio)						\
({									\
	struct mem_cgroup *_memcg;					\
									\
	rcu_read_lock();						\
	_memcg = folio_memcg((struct folio *)(_folio));			\
	rcu_read_unlock();						\
	_memcg;								\
})
#else
#define hr_folio_memcg(_folio)	folio_memcg((struct folio *)(_folio))
#endif
#define hr_folio_owner(_folio)	((unsigned long)hr_folio_memcg(_folio))
#endif

/*
 * By version, since events came, in 7.2: mm_vmscan_balance_pgdat_begin and _end bracket the
 * work of kswapd. A kernel without them is followed from the first page on.
 */
#if LINUX_VERSION_CODE >= KERNEL_VERSION(7, 2, 0)
#define HR_BALANCE_EVENTS
#endif

/*
 * By version, since a structure came: since 6.2, do and dump of an operation are two entries
 * of the table. Before that an operation is one entry: with HR_MERGE_OPS, netlink_ops.c
 * merges the generated entries.
 */
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 2, 0)
#define HR_MERGE_OPS	true
#define genl_split_ops	genl_ops
#define split_ops	ops
#define n_split_ops	n_ops
#else
#define HR_MERGE_OPS	false
#endif

/* By version, since a member moved: in 6.6, the attributes of the request that began a dump */
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 6, 0)
#define hr_dump_attrs(cb)	(genl_dumpit_info(cb)->attrs)
#else
#define hr_dump_attrs(cb)	(genl_info_dump(cb)->attrs)
#endif

#endif /* _HEADROOM_COMPAT_H */
