// SPDX-License-Identifier: GPL-2.0
/* Answer netlink requests as a kernel with the headroom module would: see fake_kernel.h */

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>
#include <linux/genetlink.h>
#include <linux/netlink.h>
#include <netlink/genl/ctrl.h>
#include <netlink/genl/genl.h>
#include <netlink/msg.h>
#include <netlink/netlink.h>

#include "connection.h"
#include "fake_kernel.h"
#include "mglru.h"

#define FAMILY	0x1f

unsigned int fake_kernel_requests, fake_kernel_lookups;
int fake_kernel_poll_timeout;
struct headroom_trigger fake_kernel_trigger;

#define GROUP	0x2a
#define NR_TRIGGERS	8

/* The queue of a socket; epoll sets contain @wake instead of @fd, which never has data */
struct socket {
	int fd;
	int wake;
	struct nl_msg *queue[4096];
	size_t head, tail;
	bool hears_events, hears_families;
	/* the queue has overflowed: report ENOBUFS once, and drop messages until it was read */
	bool overrun, congested;
};

static struct {
	struct socket socket[16];
	size_t nr_sockets;
	/* the socket of the request that is being answered */
	struct socket *asker;
	unsigned int dumps, blame_dumps, stall_dumps;
	unsigned int family_lookups, statuses;
	/* a socket whose queued answer is invisible until the reader polls */
	struct socket *late;
	int family;
	unsigned int reloaded_at;
	bool overflowed;
	bool unloaded;
	uint64_t seq;
	struct headroom_params config;
	struct {
		uint32_t id;
		struct socket *owner;
		uint64_t cgroup;
		uint64_t seq;
	} trigger[NR_TRIGGERS];
	uint32_t last_trigger;
} kernel = {
	.family = FAMILY,
	.config = { .sample_shift = 6, .table_entries = 65536, .stalls = true },
};

static const struct {
	uint64_t id, parent_id;
	const char *path;
} cgroups[] = {
	{ 1, 0, "/" },
	{ 2, 1, "/busy" },
	{ 3, 2, "/busy/db" },
	{ 4, 1, "/idle" },
	{ 5, 1, "/vain\033[2J" },
	{ 6, 1, "/busyness" },
	{ 7, 2, "/busy/newborn" },
};

#define NR_CGROUPS	(sizeof(cgroups) / sizeof(cgroups[0]))

/*
 * Further cgroups, all with counters: with "containers=N", their parent and N of them; with
 * "hostile", one for each name
 */
#define CONTAINERS	2000
#define HOSTILE		1900

static const char *const hostile[] = {
	"quote\"and\\backslash", "line\nend", "</script><b>", "invalid\xff", "invalid\xfe",
	"id=\"1904\"", "# EOF", "gr\xc3\xbc\xc3\x9f",
	"255-bytes-" "0123456789012345678901234567890123456789012345678901234567890123456789"
	"0123456789012345678901234567890123456789012345678901234567890123456789"
	"0123456789012345678901234567890123456789012345678901234567890123456789"
	"01234567890123456789012345678901234",
};

#define NR_HOSTILE	(sizeof(hostile) / sizeof(hostile[0]))

/* Victims and their evictors; id 0 is the sum of all other evictors */
static const struct {
	uint64_t victim;
	struct headroom_evictor evictor;
} blames[] = {
	{ 2, { 3, HEADROOM_REASON_KSWAPD, false, 40, 0, 0, { 0 } } },
	{ 2, { 2, HEADROOM_REASON_OWN_LIMIT, false, 120, 0, 0, { 0 } } },
	{ 3, { 4, HEADROOM_REASON_KSWAPD, false, 300, 40, 20, { 0 } } },
	{ 3, { 99, HEADROOM_REASON_PROACTIVE, false, 10, 0, 0, { 0 } } },
	{ 3, { 2, HEADROOM_REASON_ANCESTOR_LIMIT, false, 700, 600, 0, { 0 } } },
	{ 3, { 2, HEADROOM_REASON_DIRECT_RECLAIM, false, 310, 40, 0, { 0 } } },
	{ 3, { 0, 0, false, 5000, 120, 0, { 0 } } },
	{ 5, { 5, HEADROOM_REASONS, false, 1, 1, 0, { 0 } } },
	{ 6, { 6, HEADROOM_REASON_PROACTIVE, false, 5, 0, 0, { 0 } } },
};

#define NR_BLAMES	(sizeof(blames) / sizeof(blames[0]))
#define BUCKETS		124

/* Stalled tasks. NO_PID is above the kernel's limit for pids; 0 stands for our own pid */
#define NO_PID		5000000

static const struct headroom_stalled stalled[] = {
	{ NO_PID, 6, HEADROOM_STALL_CAUSES, 700, { 0 } },
	{ 0, 3, HEADROOM_STALL_CAUSE_MEMCG_RECLAIM, 1234567890, { 0 } },
	{ NO_PID + 1, 3, HEADROOM_STALL_CAUSE_MEMCG_RECLAIM, 5000000000, { 0 } },
	{ NO_PID + 3, 5, HEADROOM_STALL_CAUSE_REFAULT, 20000, { 0 } },
	{ NO_PID + 2, 2, HEADROOM_STALL_CAUSE_MEMORY_HIGH_THROTTLE, 20000, { 0 } },
	{ NO_PID + 4, 99, HEADROOM_STALL_CAUSE_PROACTIVE_RECLAIM, 60000000, { 0 } },
};

#define NR_STALLED	(sizeof(stalled) / sizeof(stalled[0]))

/* The words that describe the behaviour; in a file they can be changed while it runs */
static const char *behaviour(void)
{
	const char *name = getenv("HEADROOM_FAKE_FILE");
	static char words[256];
	FILE *file;
	size_t len;

	if (!name)
		return getenv("HEADROOM_FAKE");
	file = fopen(name, "re");
	if (!file)
		return NULL;
	len = fread(words, 1, sizeof(words) - 1, file);
	fclose(file);
	words[len] = '\0';
	words[strcspn(words, "\n")] = '\0';
	return words;
}

/* The number after "word=", 1 for a bare word, 0 if it is absent */
static unsigned long behaves(const char *word)
{
	const char *words = behaviour(), *at;
	size_t len = strlen(word);

	for (at = words ? strstr(words, word) : NULL; at; at = strstr(at + 1, word)) {
		if (at > words && at[-1] != ' ')
			continue;
		if (at[len] == '=')
			return strtoul(at + len + 1, NULL, 10);
		if (at[len] == '\0' || at[len] == ' ')
			return 1;
	}
	return 0;
}

unsigned long fake_kernel_behaves(const char *word)
{
	return behaves(word);
}

static struct socket *socket_of(int fd)
{
	for (size_t i = 0; i < kernel.nr_sockets; i++)
		if (kernel.socket[i].fd == fd)
			return &kernel.socket[i];
	if (kernel.nr_sockets == sizeof(kernel.socket) / sizeof(kernel.socket[0]))
		abort();
	kernel.socket[kernel.nr_sockets] = (struct socket){ .fd = fd, .wake = -1 };
	return &kernel.socket[kernel.nr_sockets++];
}

static void wake(struct socket *s)
{
	uint64_t one = 1;

	if (s->wake >= 0 && write(s->wake, &one, sizeof(one)) < 0)
		abort();
}

static void enqueue_to(struct socket *s, struct nl_msg *msg)
{
	if (s->tail == sizeof(s->queue) / sizeof(s->queue[0]))
		abort();
	s->queue[s->tail++] = msg;
	wake(s);
}

static void enqueue(struct nl_msg *msg)
{
	enqueue_to(kernel.asker, msg);
}

/* An empty queue accepts messages again */
static void queue_is_empty(struct socket *s)
{
	uint64_t sum;

	s->head = s->tail = 0;
	s->congested = false;
	if (s->wake >= 0 && read(s->wake, &sum, sizeof(sum)) < 0 && errno != EAGAIN)
		abort();
}

/* Reset to a new socket: drop the queue and triggers of an earlier one with this descriptor */
static void renew(struct socket *s)
{
	while (s->head < s->tail)
		nlmsg_free(s->queue[s->head++]);
	if (s->wake >= 0)
		close(s->wake);
	for (size_t i = 0; i < NR_TRIGGERS; i++)
		if (kernel.trigger[i].owner == s)
			kernel.trigger[i].id = 0;
	*s = (struct socket){ .fd = s->fd, .wake = -1 };
}

static struct nl_msg *new_message(const struct nlmsghdr *request, int type, int flags)
{
	struct nl_msg *msg = nlmsg_alloc_size(behaves("huge") ? 1 << 20 : 1 << 16);

	nlmsg_put(msg, request->nlmsg_pid, request->nlmsg_seq, type, 0, flags);
	return msg;
}

static void put_extack(struct nl_msg *msg, const char *text)
{
	if (!text)
		return;
	nlmsg_hdr(msg)->nlmsg_flags |= NLM_F_ACK_TLVS;
	nla_put_string(msg, NLMSGERR_ATTR_MSG, text);
}

/* Enqueue the reply to a request for one object */
static void enqueue_reply(struct nl_msg *msg)
{
	if (behaves("mute"))
		nlmsg_free(msg);
	else
		enqueue(msg);
}

static void answer_error(const struct nlmsghdr *request, int err, const char *text)
{
	struct nl_msg *msg = new_message(request, NLMSG_ERROR, NLM_F_CAPPED);
	struct nlmsgerr error = { .error = err, .msg = *request };

	nlmsg_append(msg, &error, sizeof(error), 0);
	put_extack(msg, text);
	enqueue(msg);
}

static struct nl_msg *new_reply(const struct nlmsghdr *request, int flags)
{
	const struct genlmsghdr *asked = nlmsg_data(request);
	struct genlmsghdr genl = { .cmd = asked->cmd, .version = asked->version };
	struct nl_msg *msg = new_message(request, request->nlmsg_type, flags);

	nlmsg_append(msg, &genl, sizeof(genl), 0);
	return msg;
}

/* The last cgroup exists only if it was born, and another one may have died */
static bool exists(size_t i)
{
	return (cgroups[i].id != 7 || behaves("born")) && behaves("died") != cgroups[i].id;
}

static void put_uint(struct nl_msg *msg, int attr, uint64_t value)
{
	if (value <= UINT32_MAX)
		nla_put_u32(msg, attr, value);
	else
		nla_put_u64(msg, attr, value);
}

/* Leave out counters that are 0, as the module does */
static void put_counter(struct nl_msg *msg, int attr, uint64_t value)
{
	if (value)
		put_uint(msg, attr, value);
}

/* Put a histogram with @count values in the bucket that begins at @low, in units of 2^@shift */
static void put_histogram(struct nl_msg *msg, int attr, unsigned int shift, uint64_t low,
			  uint64_t count)
{
	struct nlattr *nest = nla_nest_start(msg, attr);
	unsigned int octave = 63 - __builtin_clzll(low >> shift);
	bool huge = behaves("huge");
	uint64_t counts[BUCKETS];
	size_t nr = 0;

	nla_put_u32(msg, HEADROOM_A_HISTOGRAM_SHIFT, shift);
	nla_put_u32(msg, HEADROOM_A_HISTOGRAM_FIRST, huge ? 0 : (octave - 1) * 4);
	while (huge && nr < BUCKETS - 1)
		counts[nr++] = (uint64_t)1 << 40;
	counts[nr++] = count;
	nla_put(msg, HEADROOM_A_HISTOGRAM_COUNTS, nr * sizeof(counts[0]), counts);
	nla_nest_end(msg, nest);
}

static void put_pages(struct nl_msg *msg, int kind, int reason, uint64_t evictions,
		      uint64_t refaults)
{
	struct nlattr *nest = nla_nest_start(msg, HEADROOM_A_STATS_PAGES);

	nla_put_u32(msg, HEADROOM_A_PAGES_KIND, kind);
	nla_put_u32(msg, HEADROOM_A_PAGES_REASON, reason);
	put_uint(msg, HEADROOM_A_PAGES_EVICTIONS, evictions);
	put_uint(msg, HEADROOM_A_PAGES_REFAULTS, refaults);
	nla_nest_end(msg, nest);
}

static void put_groups(struct nl_msg *msg, uint64_t n)
{
	struct nlattr *nest;

	for (int i = 0; i < HEADROOM_SAMPLE_GROUPS; i++) {
		nest = nla_nest_start(msg, HEADROOM_A_STATS_SAMPLE_GROUP);
		put_uint(msg, HEADROOM_A_SAMPLE_GROUP_EVICTIONS, n);
		put_uint(msg, HEADROOM_A_SAMPLE_GROUP_REFAULTS, i < 10 ? n : 0);
		nla_nest_end(msg, nest);
	}
}

static void put_reclaim(struct nl_msg *msg, int reason, uint64_t scanned, uint64_t reclaimed,
			unsigned int lowest)
{
	struct nlattr *nest = nla_nest_start(msg, HEADROOM_A_TARGET_RECLAIM);

	nla_put_u32(msg, HEADROOM_A_RECLAIM_REASON, reason);
	put_uint(msg, HEADROOM_A_RECLAIM_SCANNED, scanned);
	put_uint(msg, HEADROOM_A_RECLAIM_RECLAIMED, reclaimed);
	nla_put_u32(msg, HEADROOM_A_RECLAIM_LOWEST_PRIORITY, lowest);
	nla_nest_end(msg, nest);
}

static void put_target(struct nl_msg *msg, uint64_t n, uint32_t detail)
{
	struct nlattr *nest = nla_nest_start(msg, HEADROOM_A_CGROUP_TARGET);

	put_counter(msg, HEADROOM_A_TARGET_EVICTIONS, 900 * n);
	if (n && detail & HEADROOM_DETAIL_HISTOGRAMS)
		put_histogram(msg, HEADROOM_A_TARGET_DISTANCE, 0, 256, 600 * n);
	if (n && detail & HEADROOM_DETAIL_TARGET) {
		put_reclaim(msg, HEADROOM_REASON_OWN_LIMIT, 4000 * n, 900 * n, 7);
		put_reclaim(msg, 42, 1, 1, 1);
	}
	nla_nest_end(msg, nest);
}

static void put_stall(struct nl_msg *msg, int cause, uint64_t count, uint64_t total,
		      bool latency)
{
	struct nlattr *nest = nla_nest_start(msg, HEADROOM_A_STATS_STALL);

	nla_put_u32(msg, HEADROOM_A_STALL_CAUSE, cause);
	put_uint(msg, HEADROOM_A_STALL_COUNT, count);
	put_uint(msg, HEADROOM_A_STALL_TOTAL, total);
	put_uint(msg, HEADROOM_A_STALL_LONGEST, 4500000000);
	if (latency)
		put_histogram(msg, HEADROOM_A_STALL_LATENCY, 10, 1 << 20, count);
	nla_nest_end(msg, nest);
}

static void put_stalls(struct nl_msg *msg, uint64_t n)
{
	put_stall(msg, HEADROOM_STALL_CAUSE_MEMCG_RECLAIM, 5 * n, 10000000 * n, true);
	put_stall(msg, HEADROOM_STALL_CAUSE_MEMORY_HIGH_THROTTLE, n, 2000000 * n, false);
	put_stall(msg, HEADROOM_STALL_CAUSE_SWAP_IN, 3 * n, 3000000 * n, true);
	put_stall(msg, HEADROOM_STALL_CAUSE_THROTTLED_WRITEBACK, 2 * n, 6000000 * n, true);
	put_stall(msg, HEADROOM_STALL_CAUSE_PROACTIVE_RECLAIM, n, 7000000 * n, true);
	put_stall(msg, 99, 1, 1, true);
}

/* The counters of @rate cgroups like /busy/db after @dumps intervals */
static void put_stats(struct nl_msg *msg, int attr, uint64_t rate, uint64_t dumps,
		      uint32_t detail)
{
	struct nlattr *nest = nla_nest_start(msg, attr);
	uint64_t n = rate * dumps;

	put_counter(msg, HEADROOM_A_STATS_EVICTIONS, 1000 * n);
	put_counter(msg, HEADROOM_A_STATS_REFAULTS, 640 * n);
	put_counter(msg, HEADROOM_A_STATS_REFAULTS_SHARED, 64 * n);
	put_counter(msg, HEADROOM_A_STATS_REFAULT_SAMPLES, 10 * n);
	nla_put_u32(msg, 4711, 42);	/* an attribute of a newer module */
	put_counter(msg, HEADROOM_A_STATS_RETURNED, 480 * n);
	put_counter(msg, HEADROOM_A_STATS_STALL_TOTAL, 15000000 * n);
	put_counter(msg, HEADROOM_A_STATS_OVERWRITTEN, 5 * n);
	put_counter(msg, HEADROOM_A_STATS_EVICTIONS_OUTSIDE, 300 * n);
	put_counter(msg, HEADROOM_A_STATS_RETURNED_OUTSIDE, 30 * n);
	put_counter(msg, HEADROOM_A_STATS_EVICTIONS_MACHINE, 20 * n);
	put_counter(msg, HEADROOM_A_STATS_RETURNED_MACHINE, 3 * n);
	put_counter(msg, HEADROOM_A_STATS_FORGOTTEN, 20 * n);
	put_counter(msg, HEADROOM_A_STATS_DISPLACED, 8 * n);
	put_counter(msg, HEADROOM_A_STATS_RECLAIMS_DROPPED, 4 * n);
	put_counter(msg, HEADROOM_A_STATS_STALLS_DROPPED, 6 * n);
	if (behaves("partly") && detail & HEADROOM_DETAIL_PAGES)
		put_groups(msg, n);
	if (n && detail & HEADROOM_DETAIL_PAGES) {
		put_pages(msg, HEADROOM_PAGE_KIND_FILE, HEADROOM_REASON_OWN_LIMIT, 700 * n,
			  600 * n);
		put_pages(msg, HEADROOM_PAGE_KIND_ANON, HEADROOM_REASON_KSWAPD, 300 * n, 30 * n);
		put_pages(msg, HEADROOM_PAGE_KIND_ANON, HEADROOM_REASON_UNKNOWN, 0, 10 * n);
		put_pages(msg, 9, 42, 2, 1);
	}
	if (n && detail & HEADROOM_DETAIL_HISTOGRAMS) {
		put_histogram(msg, HEADROOM_A_STATS_REFAULT_DISTANCE, 0, 512, 640 * n);
		put_histogram(msg, HEADROOM_A_STATS_REFAULT_AGE, 20, 1 << 30, 640 * n);
		put_histogram(msg, HEADROOM_A_STATS_FORGOTTEN_DISTANCE, 0, 16384, 20 * n);
		put_histogram(msg, HEADROOM_A_STATS_FORGOTTEN_AGE, 20, 1 << 29, 20 * n);
	}
	if (n && detail & HEADROOM_DETAIL_STALLS)
		put_stalls(msg, n);
	nla_nest_end(msg, nest);
}

/* Cgroups with larger ids changed first. All change before each dump, except for one. */
static uint64_t generation_of(size_t i, uint64_t dumps)
{
	return (cgroups[i].id == 4 ? 1 : dumps) * 100 + NR_CGROUPS - i;
}

static void put_cgroup(struct nl_msg *msg, size_t i, uint64_t dumps, uint32_t detail)
{
	bool counts = cgroups[i].id != 4;
	uint64_t local = cgroups[i].id == 3 ? 2 : cgroups[i].id >= 5 ? 1 : 0;
	uint64_t below = cgroups[i].id == 1 ? 4 : cgroups[i].id == 2 ? 2 : 0;

	put_uint(msg, HEADROOM_A_CGROUP_ID, cgroups[i].id);
	if (cgroups[i].parent_id)
		put_uint(msg, HEADROOM_A_CGROUP_PARENT_ID, cgroups[i].parent_id);
	put_uint(msg, HEADROOM_A_CGROUP_GENERATION, generation_of(i, dumps));
	put_stats(msg, HEADROOM_A_CGROUP_LOCAL, local, counts ? dumps : 0, detail);
	if (below)
		put_stats(msg, HEADROOM_A_CGROUP_SUBTREE, local + below, dumps, detail);
	put_target(msg, counts ? (local + below) * dumps : 0, detail);
	/* a second before the module was loaded, and since then twice our stalls */
	if (!behaves("partly") && detail & HEADROOM_DETAIL_PSI) {
		put_uint(msg, HEADROOM_A_CGROUP_PSI_SOME,
			 1000000000 + (counts ? 30000000 * (local + below) * dumps : 0));
		put_uint(msg, HEADROOM_A_CGROUP_PSI_FULL,
			 1000000000 + (counts ? 12000000 * (local + below) * dumps : 0));
	}
	/* attributes have less than 64 KB: two unknown ones make a larger message */
	for (int pad = 4712; behaves("huge") && pad < 4714; pad++)
		memset(nla_data(nla_reserve(msg, pad, 50000)), 0, 50000);
	if (behaves("malformed") && cgroups[i].id == 3)
		nla_put_u16(msg, HEADROOM_A_CGROUP_ID, 3);
}

/* The path of one of the further cgroups; false if it does not exist */
static bool further_path(uint64_t id, char *path, size_t size)
{
	if (id >= HOSTILE && id < HOSTILE + NR_HOSTILE && behaves("hostile"))
		snprintf(path, size, "/%s", hostile[id - HOSTILE]);
	else if (id == CONTAINERS && behaves("containers"))
		snprintf(path, size, "/containers");
	else if (id > CONTAINERS && id <= CONTAINERS + behaves("containers"))
		snprintf(path, size, "/containers/docker-%064" PRIu64 ".scope", id);
	else
		return false;
	return true;
}

static void put_further(struct nl_msg *msg, uint64_t id, uint64_t dumps, uint32_t detail)
{
	uint64_t rate = id == CONTAINERS ? behaves("containers") : 1;

	put_uint(msg, HEADROOM_A_CGROUP_ID, id);
	put_uint(msg, HEADROOM_A_CGROUP_PARENT_ID, id > CONTAINERS ? CONTAINERS : 1);
	put_uint(msg, HEADROOM_A_CGROUP_GENERATION, dumps);
	put_stats(msg, HEADROOM_A_CGROUP_LOCAL, rate, dumps, detail);
	put_target(msg, rate * dumps, detail);
	if (detail & HEADROOM_DETAIL_PSI) {
		put_uint(msg, HEADROOM_A_CGROUP_PSI_SOME, 30000000 * rate * dumps);
		put_uint(msg, HEADROOM_A_CGROUP_PSI_FULL, 12000000 * rate * dumps);
	}
}

static void put_hook(struct nl_msg *msg, const char *name, bool required, bool attached,
		     const char *covers)
{
	struct nlattr *nest = nla_nest_start(msg, HEADROOM_A_STATUS_HOOK);

	nla_put_string(msg, HEADROOM_A_HOOK_NAME, name);
	nla_put_u32(msg, HEADROOM_A_HOOK_REQUIRED, required);
	nla_put_u32(msg, HEADROOM_A_HOOK_ATTACHED, attached);
	nla_put_string(msg, HEADROOM_A_HOOK_COVERS, covers);
	nla_nest_end(msg, nest);
}

static uint32_t count_cgroups(void)
{
	uint32_t nr = 0;

	for (size_t i = 0; i < NR_CGROUPS; i++)
		nr += exists(i);
	return nr;
}

static void answer_status(const struct nlmsghdr *request)
{
	struct nl_msg *msg = new_reply(request, 0);
	bool partly = behaves("partly");
	uint64_t n = behaves("losing") ? ++kernel.statuses : 1;
	struct nlattr *nest;

	nla_put_string(msg, HEADROOM_A_STATUS_VERSION, "0.0-fake");
	nla_put_u32(msg, HEADROOM_A_STATUS_PAGE_SIZE, 4096);
	nla_put_u32(msg, HEADROOM_A_STATUS_SAMPLE_SHIFT, partly ? 6 : 0);
	put_uint(msg, HEADROOM_A_STATUS_TABLE_ENTRIES, 65536);
	put_uint(msg, HEADROOM_A_STATUS_TABLE_USED, 16384);
	put_uint(msg, HEADROOM_A_STATUS_TABLE_BYTES, 1 << 20);
	put_uint(msg, HEADROOM_A_STATUS_TABLE_REMEMBERED, partly ? 100000 * n : 0);
	nla_put_u32(msg, HEADROOM_A_STATUS_CGROUPS, count_cgroups());
	nla_put_u32(msg, HEADROOM_A_STATUS_CGROUP_BYTES, 5120);
	nla_put_u32(msg, HEADROOM_A_STATUS_PSI, !partly);
	nla_put_u32(msg, HEADROOM_A_STATUS_STALLS, !behaves("untracked"));
	nla_put_u32(msg, HEADROOM_A_STATUS_STALLED, behaves("calm") ? 0 : NR_STALLED);
	nla_put_u32(msg, HEADROOM_A_STATUS_HISTOGRAM_BYTES, 992);
	put_uint(msg, HEADROOM_A_STATUS_HISTOGRAMS, 40);
	if (!partly)
		nla_put_string(msg, HEADROOM_A_STATUS_KERNEL, "6.1.0-fake");
	nla_put_u32(msg, HEADROOM_A_STATUS_TRIGGERS, 2);
	put_uint(msg, HEADROOM_A_STATUS_WORKER_TIME, 1500000);
	put_uint(msg, HEADROOM_A_STATUS_REQUEST_TIME, 5000000000);
	put_uint(msg, HEADROOM_A_STATUS_EVENT_SEQ, kernel.seq);
	put_hook(msg, "mm_filemap_add_to_page_cache", true, true, "refaults");
	put_hook(msg, "mm_vmscan_memcg_reclaim_begin", false, !partly, "memcg-reclaim stalls");
	put_hook(msg, "swap_readpage()", false, !partly,
		 "refaults of swapped pages; swap_kprobes=1 attaches it");
	put_hook(msg, "mm_vmscan_lru_shrink_inactive", false, true, "pages scanned and reclaimed");
	put_hook(msg, "sched_switch", false, !behaves("untracked"), "waits for refaults");
	nest = nla_nest_start(msg, HEADROOM_A_STATUS_DROPPED);
	put_uint(msg, HEADROOM_A_DROPPED_TABLE_FULL, partly ? 12345 * n : 0);
	put_uint(msg, HEADROOM_A_DROPPED_TABLE_BUSY, partly ? 155 : 0);
	put_uint(msg, HEADROOM_A_DROPPED_STALL_SLOTS, 0);
	put_uint(msg, HEADROOM_A_DROPPED_RECLAIM_SLOTS, partly ? 3 : 0);
	put_uint(msg, HEADROOM_A_DROPPED_HISTOGRAMS, partly ? 77 : 0);
	put_uint(msg, HEADROOM_A_DROPPED_NOTIFICATIONS, partly ? 9 : 0);
	put_uint(msg, HEADROOM_A_DROPPED_RESIZED, partly ? 1ull << 33 : 0);
	put_uint(msg, HEADROOM_A_DROPPED_DIRECT_WRITES, partly ? 7 : 0);
	nla_nest_end(msg, nest);
	enqueue_reply(msg);
	answer_error(request, 0, NULL);
}

static void put_evictor(struct nl_msg *msg, const struct headroom_evictor *evictor)
{
	uint64_t times = behaves("taking") ? kernel.blame_dumps : 1;
	struct nlattr *nest = nla_nest_start(msg, evictor->id ? HEADROOM_A_BLAME_EVICTOR :
					     HEADROOM_A_BLAME_OTHERS);

	if (evictor->id) {
		put_uint(msg, HEADROOM_A_EVICTOR_ID, evictor->id);
		nla_put_u32(msg, HEADROOM_A_EVICTOR_REASON, evictor->reason);
		if (evictor->merged)
			nla_put_flag(msg, HEADROOM_A_EVICTOR_MERGED);
	}
	put_uint(msg, HEADROOM_A_EVICTOR_EVICTIONS, times * evictor->evictions);
	put_uint(msg, HEADROOM_A_EVICTOR_REFAULTS, times * evictor->refaults);
	if (evictor->id)
		put_uint(msg, HEADROOM_A_EVICTOR_ERROR, evictor->error);
	nla_nest_end(msg, nest);
}

static void put_blame(struct nl_msg *msg, uint64_t victim)
{
	/* A parent of an evictor of /busy, for the same reason, with other children */
	static const struct headroom_evictor parent = {
		2, HEADROOM_REASON_KSWAPD, true, 30, 10, 5, { 0 }
	};

	put_uint(msg, HEADROOM_A_BLAME_ID, victim);
	if (behaves("spread") && victim == 2)
		put_evictor(msg, &parent);
	for (size_t i = 0; i < NR_BLAMES; i++)
		if (blames[i].victim == victim)
			put_evictor(msg, &blames[i].evictor);
	if (behaves("malformed") && victim == 3)
		put_uint(msg, HEADROOM_A_BLAME_EVICTOR, 4);
}

static bool is_victim(uint64_t id)
{
	for (size_t i = 0; i < NR_BLAMES; i++)
		if (blames[i].victim == id)
			return !behaves("blameless");
	return false;
}

/* Answer a request for one cgroup */
static void answer_one(const struct nlmsghdr *request, bool blame)
{
	const struct nlattr *id = nlmsg_find_attr((struct nlmsghdr *)request, GENL_HDRLEN,
						  HEADROOM_A_CGROUP_ID);
	struct nl_msg *msg;

	for (size_t i = 0; id && i < NR_CGROUPS; i++) {
		if (!exists(i) || cgroups[i].id != nla_get_u64(id))
			continue;
		msg = new_reply(request, 0);
		if (blame)
			put_blame(msg, cgroups[i].id);
		else
			put_cgroup(msg, i, 1, HEADROOM_DETAIL_ALL);
		enqueue_reply(msg);
		answer_error(request, 0, NULL);
		return;
	}
	answer_error(request, -ENOENT, "no cgroup with this id has the memory controller");
}

/* End a dump */
static void answer_done(const struct nlmsghdr *request, int flags)
{
	struct nl_msg *msg = new_message(request, NLMSG_DONE, flags);
	int status = behaves("breaks") ? -EMSGSIZE : 0;

	nlmsg_append(msg, &status, sizeof(status), 0);
	put_extack(msg, status ? "the fake kernel broke off" : NULL);
	enqueue(msg);
}

/* Cgroup ids count from 1 in the order of the array */
static bool is_below(size_t i, uint64_t ancestor)
{
	uint64_t id = cgroups[i].id;

	while (id && id != ancestor)
		id = cgroups[id - 1].parent_id;
	return id;
}

/* The filter in a request for a dump of cgroups */
struct asked {
	uint64_t ancestor, since;
	bool changes;
	uint32_t detail;
};

static struct asked asked_for(const struct nlmsghdr *request)
{
	struct asked asked = { .detail = HEADROOM_DETAIL_ALL };
	const struct nlattr *attr;
	int rem;

	nlmsg_for_each_attr(attr, (struct nlmsghdr *)request, GENL_HDRLEN, rem) {
		if (nla_type(attr) == HEADROOM_A_CGROUP_ANCESTOR)
			asked.ancestor = nla_get_u64(attr);
		else if (nla_type(attr) == HEADROOM_A_CGROUP_DETAIL)
			asked.detail = nla_get_u32(attr);
		else if (nla_type(attr) == HEADROOM_A_CGROUP_SINCE) {
			asked.since = nla_get_u64(attr);
			asked.changes = true;
		}
	}
	return asked;
}

static void answer_further(const struct nlmsghdr *request, unsigned int dump, int flags)
{
	struct asked asked = asked_for(request);
	struct nl_msg *msg;
	char path[300];

	for (uint64_t id = HOSTILE; id <= CONTAINERS + behaves("containers"); id++) {
		if (asked.ancestor > 1 || !further_path(id, path, sizeof(path)))
			continue;
		msg = new_reply(request, flags);
		put_further(msg, id, dump, asked.detail);
		enqueue(msg);
	}
}

static void answer_cgroups(const struct nlmsghdr *request, unsigned int dump, int flags)
{
	struct asked asked = asked_for(request);
	struct nl_msg *msg;

	for (size_t i = 0; i < NR_CGROUPS; i++) {
		size_t which = asked.changes != !!behaves("disorder") ? NR_CGROUPS - 1 - i : i;

		if (!exists(which) || (cgroups[which].id == 6 && dump == 1) ||
		    (asked.ancestor && !is_below(which, asked.ancestor)) ||
		    (asked.changes && (behaves("still") ||
				       generation_of(which, dump) <= asked.since)))
			continue;
		msg = new_reply(request, flags);
		put_cgroup(msg, which, dump, asked.detail);
		enqueue(msg);
	}
}

static void answer_blame(const struct nlmsghdr *request, int flags)
{
	struct nl_msg *msg;

	for (size_t i = 0; i < NR_CGROUPS; i++) {
		size_t which = behaves("disorder") ? NR_CGROUPS - 1 - i : i;

		if (!exists(which) || !is_victim(cgroups[which].id))
			continue;
		msg = new_reply(request, flags);
		put_blame(msg, cgroups[which].id);
		enqueue(msg);
	}
}

static void answer_dump(const struct nlmsghdr *request, bool blame)
{
	unsigned int dump = blame ? ++kernel.blame_dumps : ++kernel.dumps;
	int flags = NLM_F_MULTI | (dump <= behaves("churn") ? NLM_F_DUMP_INTR : 0);
	struct asked asked = asked_for(request);
	struct nl_msg *msg;

	if (!blame && asked.ancestor > NR_CGROUPS) {
		answer_error(request, -ENOENT, "no cgroup with this id has the memory controller");
		return;
	}
	if (blame)
		answer_blame(request, flags);
	else
		answer_cgroups(request, dump, flags);
	if (!blame && !asked.changes && (behaves("containers") || behaves("hostile")))
		answer_further(request, dump, flags);
	for (uint64_t id = 1000; behaves("many") && id < 1200; id++) {
		msg = new_reply(request, flags);
		/* HEADROOM_A_BLAME_ID has the same number */
		put_uint(msg, HEADROOM_A_CGROUP_ID, id);
		enqueue(msg);
	}
	answer_done(request, flags);
}

static void put_stalled(struct nl_msg *msg, const struct headroom_stalled *task)
{
	if (!behaves("vague"))
		nla_put_u32(msg, HEADROOM_A_STALLED_PID,
			    task->pid ? task->pid : (uint32_t)getpid());
	put_uint(msg, HEADROOM_A_STALLED_CGROUP, task->cgroup);
	nla_put_u32(msg, HEADROOM_A_STALLED_CAUSE, task->cause);
	put_uint(msg, HEADROOM_A_STALLED_TIME, task->time);
	if (behaves("malformed") && task->cgroup == 3)
		nla_put_u16(msg, HEADROOM_A_STALLED_CAUSE, 1);
}

static void answer_stalled(const struct nlmsghdr *request)
{
	unsigned int dump = ++kernel.stall_dumps;
	int flags = NLM_F_MULTI | (dump <= behaves("churn") ? NLM_F_DUMP_INTR : 0);
	struct headroom_stalled task = { .cgroup = 4, .cause = HEADROOM_STALL_CAUSE_SWAP_IN };
	bool calm = behaves("calm") && dump >= behaves("calm");
	struct nl_msg *msg;

	for (size_t i = 0; !calm && i < NR_STALLED; i++) {
		msg = new_reply(request, flags);
		put_stalled(msg, &stalled[i]);
		enqueue(msg);
	}
	for (uint32_t i = 0; behaves("many") && i < 200; i++) {
		task.pid = 2 * NO_PID + i;
		task.time = i + 1;
		msg = new_reply(request, flags);
		put_stalled(msg, &task);
		enqueue(msg);
	}
	answer_done(request, flags);
}

static uint64_t now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return (uint64_t)time.tv_sec * 1000000000 + time.tv_nsec;
}

static struct nl_msg *new_notification(int family, int cmd)
{
	const struct nlmsghdr unasked = { 0 };
	const struct genlmsghdr genl = { .cmd = cmd, .version = 1 };
	struct nl_msg *msg = new_message(&unasked, family, 0);

	nlmsg_append(msg, (void *)&genl, sizeof(genl), 0);
	return msg;
}

static void put_config(struct nl_msg *msg)
{
	nla_put_u32(msg, HEADROOM_A_PARAMS_SAMPLE_SHIFT, kernel.config.sample_shift);
	put_uint(msg, HEADROOM_A_PARAMS_TABLE_ENTRIES, kernel.config.table_entries);
	nla_put_u32(msg, HEADROOM_A_PARAMS_STALLS, kernel.config.stalls);
	nla_put_u32(msg, HEADROOM_A_PARAMS_SWAP_KPROBES, kernel.config.swap_kprobes);
}

static void put_event(struct nl_msg *msg, const struct headroom_event *event)
{
	nla_put_u32(msg, 4711, 42);	/* an attribute of a newer module */
	put_uint(msg, HEADROOM_A_EVENT_SEQ, event->seq);
	put_uint(msg, HEADROOM_A_EVENT_TIME, event->time ? event->time : now());
	if (event->cgroup)
		put_uint(msg, HEADROOM_A_EVENT_CGROUP, event->cgroup);
	if (event->parent_id)
		put_uint(msg, HEADROOM_A_EVENT_PARENT_ID, event->parent_id);
	if (event->path)
		nla_put_string(msg, HEADROOM_A_EVENT_PATH, event->path);
	if (event->pid)
		nla_put_u32(msg, HEADROOM_A_EVENT_PID, event->pid);
	if (event->comm[0])
		nla_put_string(msg, HEADROOM_A_EVENT_COMM, event->comm);
	if (event->trigger)
		nla_put_u32(msg, HEADROOM_A_EVENT_TRIGGER, event->trigger);
	if (event->value)
		put_uint(msg, HEADROOM_A_EVENT_VALUE, event->value);
}

static void deliver(struct socket *s, int cmd, const struct headroom_event *event)
{
	struct nl_msg *msg;

	if (s->congested)
		return;
	msg = new_notification(kernel.family, cmd);
	if (cmd == HEADROOM_CMD_PARAMS_NTF)
		put_config(msg);
	else
		put_event(msg, event);
	if (behaves("garbled"))
		nla_put_u16(msg, HEADROOM_A_EVENT_SEQ, 1);
	enqueue_to(s, msg);
}

static void notify_owner(const struct headroom_event *event)
{
	struct headroom_event numbered = *event;

	for (size_t i = 0; i < NR_TRIGGERS; i++) {
		if (kernel.trigger[i].id != event->trigger)
			continue;
		if (!event->seq)
			numbered.seq = ++kernel.trigger[i].seq;
		if (!event->cgroup)
			numbered.cgroup = kernel.trigger[i].cgroup;
		deliver(kernel.trigger[i].owner, HEADROOM_CMD_TRIGGER_NTF, &numbered);
	}
}

void fake_kernel_notify(int cmd, const struct headroom_event *event)
{
	struct headroom_event numbered = *event;

	if (cmd == HEADROOM_CMD_TRIGGER_NTF) {
		notify_owner(event);
		return;
	}
	if (!event->seq && cmd != HEADROOM_CMD_PARAMS_NTF)
		numbered.seq = ++kernel.seq;
	for (size_t i = 0; i < kernel.nr_sockets; i++)
		if (kernel.socket[i].hears_events)
			deliver(&kernel.socket[i], cmd, &numbered);
}

void fake_kernel_skip(unsigned int n, uint32_t trigger)
{
	if (!trigger)
		kernel.seq += n;
	for (size_t i = 0; trigger && i < NR_TRIGGERS; i++)
		if (kernel.trigger[i].id == trigger)
			kernel.trigger[i].seq += n;
}

void fake_kernel_overrun(void)
{
	for (size_t i = 0; i < kernel.nr_sockets; i++) {
		if (!kernel.socket[i].hears_families)
			continue;
		kernel.socket[i].overrun = kernel.socket[i].congested = true;
		wake(&kernel.socket[i]);
	}
}

void fake_kernel_family_goes(int family)
{
	struct nl_msg *msg;

	for (size_t i = 0; i < kernel.nr_sockets; i++) {
		if (!kernel.socket[i].hears_families || kernel.socket[i].congested)
			continue;
		msg = new_notification(GENL_ID_CTRL, CTRL_CMD_DELFAMILY);
		nla_put_u16(msg, CTRL_ATTR_FAMILY_ID, family);
		enqueue_to(&kernel.socket[i], msg);
	}
}

void fake_kernel_unload(bool quietly)
{
	static const struct headroom_event event;

	if (!quietly)
		fake_kernel_notify(HEADROOM_CMD_EXIT_NTF, &event);
	for (size_t i = 0; i < kernel.nr_sockets; i++)
		kernel.socket[i].hears_events = false;
	fake_kernel_family_goes(kernel.family);
	kernel.unloaded = true;
}

void fake_kernel_load(void)
{
	kernel.unloaded = false;
	kernel.family++;
	kernel.seq = 0;
	memset(kernel.trigger, 0, sizeof(kernel.trigger));
}

/* Send one notification of each type */
static void be_lively(void)
{
	const struct headroom_event born = { .cgroup = 7, .parent_id = 2, .path = "/busy/newborn" };
	const struct headroom_event kill = { .cgroup = 3, .path = "/busy/db", .pid = NO_PID,
					     .comm = "mysqld" };
	const struct headroom_event gone = { .cgroup = 4, .parent_id = 1, .path = "/idle" };

	fake_kernel_notify(HEADROOM_CMD_CGROUP_BORN_NTF, &born);
	fake_kernel_notify(HEADROOM_CMD_OOM_KILL_NTF, &kill);
	fake_kernel_notify(HEADROOM_CMD_PARAMS_NTF, &gone);
	fake_kernel_notify(HEADROOM_CMD_CGROUP_GONE_NTF, &gone);
}

static void answer_config(const struct nlmsghdr *request)
{
	struct nl_msg *msg = new_reply(request, 0);

	put_config(msg);
	if (behaves("malformed"))
		nla_put_u16(msg, HEADROOM_A_PARAMS_STALLS, 1);
	enqueue_reply(msg);
	answer_error(request, 0, NULL);
}

static void set_config(const struct nlmsghdr *request)
{
	static const struct headroom_event event;
	struct nlattr *attr[HEADROOM_A_PARAMS_MAX + 1];

	nlmsg_parse((struct nlmsghdr *)request, GENL_HDRLEN, attr, HEADROOM_A_PARAMS_MAX, NULL);
	if (attr[HEADROOM_A_PARAMS_SAMPLE_SHIFT] &&
	    nla_get_u32(attr[HEADROOM_A_PARAMS_SAMPLE_SHIFT]) > 10) {
		answer_error(request, -ERANGE, "integer out of range");
		return;
	}
	if (attr[HEADROOM_A_PARAMS_SAMPLE_SHIFT])
		kernel.config.sample_shift = nla_get_u32(attr[HEADROOM_A_PARAMS_SAMPLE_SHIFT]);
	if (attr[HEADROOM_A_PARAMS_TABLE_ENTRIES])
		kernel.config.table_entries = nla_get_u64(attr[HEADROOM_A_PARAMS_TABLE_ENTRIES]);
	if (attr[HEADROOM_A_PARAMS_STALLS])
		kernel.config.stalls = nla_get_u32(attr[HEADROOM_A_PARAMS_STALLS]);
	answer_error(request, 0, NULL);
	fake_kernel_notify(HEADROOM_CMD_PARAMS_NTF, &event);
}

/* The message if the trigger is refused, with @err; NULL if it is accepted */
static const char *refusal(struct nlattr **attr, int *err)
{
	uint64_t window = 0, cgroup = 0;
	bool found = false;

	*err = -EINVAL;
	if (attr[HEADROOM_A_TRIGGER_WINDOW])
		window = nla_get_u64(attr[HEADROOM_A_TRIGGER_WINDOW]);
	if (attr[HEADROOM_A_TRIGGER_CGROUP])
		cgroup = nla_get_u64(attr[HEADROOM_A_TRIGGER_CGROUP]);
	for (size_t i = 0; i < NR_CGROUPS; i++)
		found |= exists(i) && cgroups[i].id == cgroup;
	if (!attr[HEADROOM_A_TRIGGER_METRIC])
		return "a trigger needs a metric";
	if (!attr[HEADROOM_A_TRIGGER_THRESHOLD] ||
	    !nla_get_u64(attr[HEADROOM_A_TRIGGER_THRESHOLD]))
		return "the threshold is at least 1";
	*err = -ERANGE;
	if (window < 10000000 || window > 60000000000)
		return "the window is from 10 ms to 1 min";
	*err = -ENOENT;
	return found ? NULL : "no cgroup with this id has the memory controller";
}

static uint64_t asked(const struct nlattr *attr)
{
	if (!attr)
		return 0;
	return nla_len(attr) == sizeof(uint32_t) ? nla_get_u32(attr) : nla_get_u64(attr);
}

static void record_trigger(struct nlattr **attr)
{
	fake_kernel_trigger = (struct headroom_trigger){
		.cgroup = asked(attr[HEADROOM_A_TRIGGER_CGROUP]),
		.scope = asked(attr[HEADROOM_A_TRIGGER_SCOPE]),
		.metric = asked(attr[HEADROOM_A_TRIGGER_METRIC]),
		.cause = asked(attr[HEADROOM_A_TRIGGER_CAUSE]),
		.threshold = asked(attr[HEADROOM_A_TRIGGER_THRESHOLD]),
		.window = asked(attr[HEADROOM_A_TRIGGER_WINDOW]),
		.interval = asked(attr[HEADROOM_A_TRIGGER_INTERVAL]),
		.hysteresis = attr[HEADROOM_A_TRIGGER_CLEAR],
		.clear = asked(attr[HEADROOM_A_TRIGGER_CLEAR]),
	};
}

static void add_trigger(const struct nlmsghdr *request)
{
	struct nlattr *attr[HEADROOM_A_TRIGGER_MAX + 1];
	struct headroom_event event = { .value = 123456789, .path = "/busy" };
	const char *why;
	struct nl_msg *msg;
	size_t i = 0;
	int err;

	nlmsg_parse((struct nlmsghdr *)request, GENL_HDRLEN, attr, HEADROOM_A_TRIGGER_MAX, NULL);
	record_trigger(attr);
	why = refusal(attr, &err);
	if (why) {
		answer_error(request, err, why);
		return;
	}
	while (kernel.trigger[i].id)
		if (++i == NR_TRIGGERS)
			abort();
	kernel.trigger[i].id = ++kernel.last_trigger;
	kernel.trigger[i].owner = kernel.asker;
	kernel.trigger[i].cgroup = nla_get_u64(attr[HEADROOM_A_TRIGGER_CGROUP]);
	kernel.trigger[i].seq = 0;
	event.trigger = kernel.last_trigger;
	if (behaves("hasty"))
		fake_kernel_notify(HEADROOM_CMD_TRIGGER_NTF, &event);
	if (behaves("full")) {
		kernel.asker->overrun = true;
		return;
	}
	if (behaves("late"))
		kernel.late = kernel.asker;
	msg = new_reply(request, 0);
	if (!behaves("nameless"))
		nla_put_u32(msg, HEADROOM_A_TRIGGER_ID, kernel.last_trigger);
	enqueue_reply(msg);
	if (behaves("hasty"))
		fake_kernel_notify(HEADROOM_CMD_TRIGGER_NTF, &event);
	answer_error(request, 0, NULL);
	if (behaves("fires"))
		fake_kernel_notify(HEADROOM_CMD_TRIGGER_NTF, &event);
}

static void del_trigger(const struct nlmsghdr *request)
{
	const struct nlattr *id = nlmsg_find_attr((struct nlmsghdr *)request, GENL_HDRLEN,
						  HEADROOM_A_TRIGGER_ID);

	for (size_t i = 0; id && i < NR_TRIGGERS; i++) {
		if (!kernel.trigger[i].id || kernel.trigger[i].id != nla_get_u32(id))
			continue;
		kernel.trigger[i].id = 0;
		answer_error(request, 0, NULL);
		return;
	}
	answer_error(request, -ENOENT, "this socket has no trigger with this id");
}

static void put_group(struct nl_msg *msg)
{
	struct nlattr *groups = nla_nest_start(msg, CTRL_ATTR_MCAST_GROUPS);
	struct nlattr *group = nla_nest_start(msg, 1);

	nla_put_string(msg, CTRL_ATTR_MCAST_GRP_NAME, HEADROOM_MCGRP_EVENTS);
	nla_put_u32(msg, CTRL_ATTR_MCAST_GRP_ID, GROUP);
	nla_nest_end(msg, group);
	nla_nest_end(msg, groups);
}

static void answer_family(const struct nlmsghdr *request)
{
	struct nl_msg *msg;

	if (!behaves("deaf"))
		kernel.family_lookups = 0;
	else if (++kernel.family_lookups >= behaves("deaf"))
		return;
	if (kernel.unloaded || behaves("absent") || (behaves("gone") && fake_kernel_requests)) {
		answer_error(request, -ENOENT, NULL);
		return;
	}
	msg = new_reply(request, 0);
	nla_put_u16(msg, CTRL_ATTR_FAMILY_ID, kernel.family);
	nla_put_string(msg, CTRL_ATTR_FAMILY_NAME, HEADROOM_FAMILY_NAME);
	if (!behaves("silent"))
		put_group(msg);
	enqueue(msg);
	answer_error(request, 0, NULL);
}

static void answer(const struct nlmsghdr *request)
{
	const struct genlmsghdr *genl = nlmsg_data(request);

	if (request->nlmsg_type == GENL_ID_CTRL) {
		answer_family(request);
		return;
	}
	if (behaves("reload") && kernel.reloaded_at != fake_kernel_requests) {
		kernel.reloaded_at = fake_kernel_requests;
		kernel.family++;
	}
	if (request->nlmsg_type != kernel.family || kernel.unloaded ||
	    (behaves("gone") && fake_kernel_requests)) {
		answer_error(request, -ENOENT, NULL);
		return;
	}
	fake_kernel_requests++;
	if (behaves("eperm"))
		answer_error(request, -EPERM, NULL);
	else if (genl->cmd == HEADROOM_CMD_STATUS_GET)
		answer_status(request);
	else if (genl->cmd == HEADROOM_CMD_STALL_GET)
		answer_stalled(request);
	else if (genl->cmd == HEADROOM_CMD_PARAMS_GET)
		answer_config(request);
	else if (genl->cmd == HEADROOM_CMD_PARAMS_SET)
		set_config(request);
	else if (genl->cmd == HEADROOM_CMD_TRIGGER_ADD)
		add_trigger(request);
	else if (genl->cmd == HEADROOM_CMD_TRIGGER_DEL)
		del_trigger(request);
	else if (request->nlmsg_flags & NLM_F_DUMP)
		answer_dump(request, genl->cmd == HEADROOM_CMD_BLAME_GET);
	else
		answer_one(request, genl->cmd == HEADROOM_CMD_BLAME_GET);
}

/* Other sockets are those of the command's server */
static bool is_netlink(int fd)
{
	int domain = -1;
	socklen_t len = sizeof(domain);

	return !getsockopt(fd, SOL_SOCKET, SO_DOMAIN, &domain, &len) && domain == AF_NETLINK;
}

ssize_t sendmsg(int fd, const struct msghdr *msg, int flags)
{
	const struct nlmsghdr *request = msg->msg_iov[0].iov_base;

	if (!is_netlink(fd))
		return syscall(SYS_sendmsg, fd, msg, flags);
	kernel.asker = socket_of(fd);
	if (request->nlmsg_type == GENL_ID_CTRL)
		renew(kernel.asker);
	answer(request);
	return msg->msg_iov[0].iov_len;
}

/* Join the module's multicast group, or that of the generic netlink controller */
int setsockopt(int fd, int level, int option, const void *value, socklen_t len)
{
	struct socket *s;

	if (level != SOL_NETLINK || option != NETLINK_ADD_MEMBERSHIP)
		return syscall(SYS_setsockopt, fd, level, option, value, len);
	s = socket_of(fd);
	if (*(const int *)value == GENL_ID_CTRL) {
		s->hears_families = true;
		return 0;
	}
	if (*(const int *)value != GROUP || behaves("unprivileged")) {
		errno = *(const int *)value == GROUP ? EPERM : ENOENT;
		return -1;
	}
	s->hears_events = true;
	if (behaves("lively"))
		be_lively();
	return 0;
}

int epoll_ctl(int epoll, int op, int fd, struct epoll_event *event)
{
	for (size_t i = 0; i < kernel.nr_sockets; i++) {
		struct socket *s = &kernel.socket[i];

		if (s->fd != fd || op != EPOLL_CTL_ADD)
			continue;
		s->wake = eventfd(s->tail > s->head, EFD_CLOEXEC | EFD_NONBLOCK);
		fd = s->wake;
		break;
	}
	return syscall(SYS_epoll_ctl, epoll, op, fd, event);
}

static void copy_out(struct msghdr *msg, const struct nlmsghdr *nlh)
{
	struct sockaddr_nl from = { .nl_family = AF_NETLINK };
	size_t room = msg->msg_iov[0].iov_len;

	if (room)
		memcpy(msg->msg_iov[0].iov_base, nlh,
		       nlh->nlmsg_len < room ? nlh->nlmsg_len : room);
	if (msg->msg_name)
		memcpy(msg->msg_name, &from, sizeof(from));
	msg->msg_namelen = sizeof(from);
	msg->msg_controllen = 0;
	msg->msg_flags = nlh->nlmsg_len > room ? MSG_TRUNC : 0;
}

/* Return false if the queue has a message; otherwise set errno */
static bool fails_to_receive(struct socket *s)
{
	if (s->overrun || (fake_kernel_requests > 1 && behaves("enobufs") && !kernel.overflowed)) {
		s->overrun = false;
		kernel.overflowed = true;
		errno = ENOBUFS;
		return true;
	}
	if ((fake_kernel_requests && behaves("stuck")) || s == kernel.late ||
	    (behaves("deaf") && kernel.family_lookups >= behaves("deaf"))) {
		/* as a socket whose SO_RCVTIMEO has expired */
		errno = EAGAIN;
		return true;
	}
	if (s->head < s->tail)
		return false;
	queue_is_empty(s);
	if (!(fcntl(s->fd, F_GETFL) & O_NONBLOCK)) {
		/* a real socket would block for ever */
		fputs("fake kernel: nothing to read\n", stderr);
		abort();
	}
	errno = EAGAIN;
	return true;
}

ssize_t recvmsg(int fd, struct msghdr *msg, int flags)
{
	struct socket *s = socket_of(fd);
	struct nlmsghdr *nlh;
	ssize_t len;

	if (fails_to_receive(s))
		return -1;
	nlh = nlmsg_hdr(s->queue[s->head]);
	len = nlh->nlmsg_len;
	copy_out(msg, nlh);
	if (!(flags & MSG_PEEK))
		nlmsg_free(s->queue[s->head++]);
	if (s->head == s->tail)
		queue_is_empty(s);
	return flags & MSG_TRUNC || len < (ssize_t)msg->msg_iov[0].iov_len ?
	       len : (ssize_t)msg->msg_iov[0].iov_len;
}

/* poll(), without the attributes of its declaration: gcc takes @fds for write-only there */
int fake_poll(struct pollfd *fds, nfds_t nr, int timeout) __asm__("poll");

/* The library polls a single socket while it waits for an answer among events. */
int fake_poll(struct pollfd *fds, nfds_t nr, int timeout)
{
	const struct timespec wait = {
		.tv_sec = timeout / 1000, .tv_nsec = timeout % 1000 * 1000000,
	};

	for (size_t i = 0; nr == 1 && i < kernel.nr_sockets; i++) {
		struct socket *s = &kernel.socket[i];

		if (s->fd != fds->fd || !s->hears_families)
			continue;
		fake_kernel_poll_timeout = timeout;
		if (s == kernel.late)
			kernel.late = NULL;
		else if (behaves("stuck") || (s->head == s->tail && !s->overrun))
			return 0;
		fds->revents = POLLIN;
		return 1;
	}
	return syscall(SYS_ppoll, fds, nr, timeout < 0 ? NULL : &wait, NULL, 0);
}

/* Replaces mglru.c of the command */
bool mglru_is_on(void)
{
	return behaves("mglru");
}

/* Names of the cgroups; these functions replace cgroup.c of the library */

const char *headroom_cgroup_root(struct headroom *h)
{
	const char *root = getenv("HEADROOM_FAKE_ROOT");

	(void)h;
	return root ? root : "/sys/fs/cgroup";
}

/* The cgroup whose directory below HEADROOM_FAKE_ROOT is open as @fd; 0 if there is none */
static uint64_t cgroup_of(int fd)
{
	const char *root = getenv("HEADROOM_FAKE_ROOT");
	size_t len = root ? strlen(root) : 0;
	char link[32], path[4096], further[300];
	ssize_t n;

	snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	n = len ? readlink(link, path, sizeof(path) - 1) : -1;
	if (n < (ssize_t)len || strncmp(path, root, len))
		return 0;
	path[n] = '\0';
	for (size_t i = 0; i < NR_CGROUPS; i++)
		if (!strcmp(cgroups[i].path, path[len] ? path + len : "/"))
			return cgroups[i].id;
	for (uint64_t id = CONTAINERS; further_path(id, further, sizeof(further)); id++)
		if (!strcmp(further, path + len))
			return id;
	return 0;
}

/* Directories of cgroups have the number of their cgroup */
int fstat(int fd, struct stat *st)
{
	int err = fstatat(fd, "", st, AT_EMPTY_PATH);
	uint64_t id = err ? 0 : cgroup_of(fd);

	if (id)
		st->st_ino = id;
	return err;
}

int headroom_cgroup_path(struct headroom *h, uint64_t id, char **path)
{
	char further[300];

	(void)h;
	fake_kernel_lookups++;
	*path = NULL;
	if (behaves("unnamed") == id)
		return -EPERM;
	for (size_t i = 0; i < NR_CGROUPS; i++) {
		if (cgroups[i].id != id || !exists(i) || behaves("removed") == id)
			continue;
		*path = strdup(cgroups[i].path);
		return *path ? 0 : -ENOMEM;
	}
	if (further_path(id, further, sizeof(further)))
		*path = strdup(further);
	return *path ? 0 : -ESTALE;
}

int headroom_cgroup_id(struct headroom *h, const char *name, uint64_t *id)
{
	*id = strtoull(name, NULL, 10);
	for (size_t i = 0; i < NR_CGROUPS; i++)
		if (strcmp(cgroups[i].path, name) == 0)
			*id = cgroups[i].id;
	if (*id)
		return 0;
	snprintf(h->error, sizeof(h->error), "no such cgroup: %s", name);
	return -ENOENT;
}
