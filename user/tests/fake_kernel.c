// SPDX-License-Identifier: GPL-2.0
/* A kernel with the headroom module, inside a program: see fake_kernel.h */

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include <linux/genetlink.h>
#include <netlink/genl/ctrl.h>
#include <netlink/genl/genl.h>
#include <netlink/msg.h>
#include <netlink/netlink.h>

#include "connection.h"
#include "fake_kernel.h"
#include "mglru.h"

#define FAMILY	0x1f

unsigned int fake_kernel_requests, fake_kernel_lookups;

static struct {
	struct nl_msg *queue[256];
	size_t head, tail;
	unsigned int dumps, blame_dumps, stall_dumps;
	int family;
	unsigned int reloaded_at;
	bool overflown;
} kernel = { .family = FAMILY };

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
};

#define NR_CGROUPS	(sizeof(cgroups) / sizeof(cgroups[0]))

/* Who took whose pages; an evictor with id 0 is all the others */
static const struct {
	uint64_t victim;
	struct headroom_evictor evictor;
} blames[] = {
	{ 2, { 3, HEADROOM_REASON_KSWAPD, 40, 0, 0 } },
	{ 2, { 2, HEADROOM_REASON_OWN_LIMIT, 120, 0, 0 } },
	{ 3, { 4, HEADROOM_REASON_KSWAPD, 300, 40, 20 } },
	{ 3, { 99, HEADROOM_REASON_PROACTIVE, 10, 0, 0 } },
	{ 3, { 2, HEADROOM_REASON_ANCESTOR_LIMIT, 700, 600, 0 } },
	{ 3, { 2, HEADROOM_REASON_DIRECT_RECLAIM, 310, 40, 0 } },
	{ 3, { 0, 0, 5000, 120, 0 } },
	{ 5, { 5, HEADROOM_REASONS, 1, 1, 0 } },
	{ 6, { 6, HEADROOM_REASON_PROACTIVE, 5, 0, 0 } },
};

#define NR_BLAMES	(sizeof(blames) / sizeof(blames[0]))
#define BUCKETS		124

/* Tasks in a stall. There is no such pid, Linux has less; 0 stands for our own */
#define NO_PID		5000000

static const struct headroom_stalled stalled[] = {
	{ NO_PID, 6, HEADROOM_STALL_CAUSES, 700 },
	{ 0, 3, HEADROOM_STALL_CAUSE_MEMCG_RECLAIM, 1234567890 },
	{ NO_PID + 1, 3, HEADROOM_STALL_CAUSE_MEMCG_RECLAIM, 5000000000 },
	{ NO_PID + 3, 5, HEADROOM_STALL_CAUSE_REFAULT, 20000 },
	{ NO_PID + 2, 2, HEADROOM_STALL_CAUSE_MEMORY_HIGH_THROTTLE, 20000 },
	{ NO_PID + 4, 99, HEADROOM_STALL_CAUSE_PROACTIVE_RECLAIM, 60000000 },
};

#define NR_STALLED	(sizeof(stalled) / sizeof(stalled[0]))

/* The words that tell how it behaves; in a file they can change meanwhile */
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

/* The number behind "word=", 1 for a bare word, 0 when it is absent */
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

static void enqueue(struct nl_msg *msg)
{
	if (kernel.tail == sizeof(kernel.queue) / sizeof(kernel.queue[0]))
		abort();
	kernel.queue[kernel.tail++] = msg;
}

static void dequeue_all(void)
{
	while (kernel.head < kernel.tail)
		nlmsg_free(kernel.queue[kernel.head++]);
	kernel.head = kernel.tail = 0;
}

static struct nl_msg *new_message(const struct nlmsghdr *request, int type, int flags)
{
	struct nl_msg *msg = nlmsg_alloc_size(1 << 20);

	nlmsg_put(msg, request->nlmsg_pid, request->nlmsg_seq, type, 0, flags);
	return msg;
}

static void put_sentence(struct nl_msg *msg, const char *sentence)
{
	if (!sentence)
		return;
	nlmsg_hdr(msg)->nlmsg_flags |= NLM_F_ACK_TLVS;
	nla_put_string(msg, NLMSGERR_ATTR_MSG, sentence);
}

static void answer_error(const struct nlmsghdr *request, int err, const char *sentence)
{
	struct nl_msg *msg = new_message(request, NLMSG_ERROR, NLM_F_CAPPED);
	struct nlmsgerr error = { .error = err, .msg = *request };

	nlmsg_append(msg, &error, sizeof(error), 0);
	put_sentence(msg, sentence);
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

static void put_uint(struct nl_msg *msg, int attr, uint64_t value)
{
	if (value <= UINT32_MAX)
		nla_put_u32(msg, attr, value);
	else
		nla_put_u64(msg, attr, value);
}

/* Values from @low on, which is where a bucket begins, in units of 2^shift */
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

static void put_target(struct nl_msg *msg, uint64_t n)
{
	struct nlattr *nest = nla_nest_start(msg, HEADROOM_A_CGROUP_TARGET);

	put_uint(msg, HEADROOM_A_TARGET_EVICTIONS, 900 * n);
	if (n) {
		put_histogram(msg, HEADROOM_A_TARGET_DISTANCE, 0, 16384, 600 * n);
		put_reclaim(msg, HEADROOM_REASON_OWN_LIMIT, 4000 * n, 900 * n, 7);
		put_reclaim(msg, HEADROOM_REASONS, 1, 1, 1);
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
	put_stall(msg, HEADROOM_STALL_CAUSES, 1, 1, true);
	put_uint(msg, HEADROOM_A_STATS_STALL_TOTAL, 15000000 * n);
}

/* What @rate cgroups like /busy/db would have counted in @dumps intervals */
static void put_stats(struct nl_msg *msg, int attr, uint64_t rate, uint64_t dumps)
{
	struct nlattr *nest = nla_nest_start(msg, attr);
	uint64_t n = rate * dumps;

	put_uint(msg, HEADROOM_A_STATS_EVICTIONS, 1000 * n);
	put_uint(msg, HEADROOM_A_STATS_REFAULTS, 640 * n);
	put_uint(msg, HEADROOM_A_STATS_REFAULTS_SHARED, 64 * n);
	put_uint(msg, HEADROOM_A_STATS_REFAULT_SAMPLES, 10 * n);
	nla_put_u32(msg, 4711, 42);	/* from a module newer than this library */
	put_uint(msg, HEADROOM_A_STATS_RETURNED, 480 * n);
	if (behaves("partly"))
		put_groups(msg, n);
	if (n) {
		put_pages(msg, HEADROOM_PAGE_KIND_FILE, HEADROOM_REASON_OWN_LIMIT, 700 * n,
			  600 * n);
		put_pages(msg, HEADROOM_PAGE_KIND_ANON, HEADROOM_REASON_KSWAPD, 300 * n, 30 * n);
		put_pages(msg, HEADROOM_PAGE_KIND_ANON, HEADROOM_REASON_UNKNOWN, 0, 10 * n);
		put_histogram(msg, HEADROOM_A_STATS_REFAULT_DISTANCE, 0, 8192, 640 * n);
		put_histogram(msg, HEADROOM_A_STATS_REFAULT_AGE, 20, 1 << 30, 640 * n);
		put_stalls(msg, n);
	}
	nla_nest_end(msg, nest);
}

static void put_cgroup(struct nl_msg *msg, size_t i, uint64_t dumps)
{
	bool counts = cgroups[i].id != 4;
	uint64_t local = cgroups[i].id == 3 ? 2 : cgroups[i].id >= 5 ? 1 : 0;
	uint64_t below = cgroups[i].id == 1 ? 4 : cgroups[i].id == 2 ? 2 : 0;

	put_uint(msg, HEADROOM_A_CGROUP_ID, cgroups[i].id);
	if (cgroups[i].parent_id)
		put_uint(msg, HEADROOM_A_CGROUP_PARENT_ID, cgroups[i].parent_id);
	put_stats(msg, HEADROOM_A_CGROUP_LOCAL, local, counts ? dumps : 0);
	put_stats(msg, HEADROOM_A_CGROUP_SUBTREE, local + below, counts ? dumps : 0);
	put_target(msg, counts ? (local + below) * dumps : 0);
	/* a second before there was a module, and then twice what our stalls tell */
	if (!behaves("partly")) {
		put_uint(msg, HEADROOM_A_CGROUP_PSI_SOME,
			 1000000000 + (counts ? 30000000 * (local + below) * dumps : 0));
		put_uint(msg, HEADROOM_A_CGROUP_PSI_FULL,
			 1000000000 + (counts ? 12000000 * (local + below) * dumps : 0));
	}
	/* attributes end at 64 KB: two of unknown ones make a larger message */
	for (int pad = 4712; behaves("huge") && pad < 4714; pad++)
		memset(nla_data(nla_reserve(msg, pad, 50000)), 0, 50000);
	if (behaves("malformed") && cgroups[i].id == 3)
		nla_put_u16(msg, HEADROOM_A_CGROUP_ID, 3);
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

static void answer_status(const struct nlmsghdr *request)
{
	struct nl_msg *msg = new_reply(request, 0);
	bool partly = behaves("partly");
	struct nlattr *nest;

	nla_put_string(msg, HEADROOM_A_STATUS_VERSION, "0.0-fake");
	nla_put_u32(msg, HEADROOM_A_STATUS_PAGE_SIZE, 4096);
	nla_put_u32(msg, HEADROOM_A_STATUS_SAMPLE_SHIFT, partly ? 6 : 0);
	put_uint(msg, HEADROOM_A_STATUS_TABLE_ENTRIES, 65536);
	put_uint(msg, HEADROOM_A_STATUS_TABLE_USED, 16384);
	put_uint(msg, HEADROOM_A_STATUS_TABLE_BYTES, 1 << 20);
	put_uint(msg, HEADROOM_A_STATUS_TABLE_REMEMBERED, partly ? 100000 : 0);
	nla_put_u32(msg, HEADROOM_A_STATUS_CGROUPS, NR_CGROUPS);
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
	put_hook(msg, "mm_filemap_add_to_page_cache", true, true, "refaults");
	put_hook(msg, "mm_vmscan_memcg_reclaim_begin", false, !partly, "memcg-reclaim stalls");
	put_hook(msg, "swap_readpage()", false, !partly,
		 "refaults of swapped pages; swap_kprobes=1 attaches it");
	put_hook(msg, "mm_vmscan_lru_shrink_inactive", false, true, "pages scanned and reclaimed");
	put_hook(msg, "sched_switch", false, !behaves("untracked"), "waits for refaults");
	nest = nla_nest_start(msg, HEADROOM_A_STATUS_LOST);
	put_uint(msg, HEADROOM_A_LOST_TABLE_FULL, partly ? 12345 : 0);
	put_uint(msg, HEADROOM_A_LOST_TABLE_BUSY, partly ? 155 : 0);
	put_uint(msg, HEADROOM_A_LOST_STALL_SLOTS, 0);
	put_uint(msg, HEADROOM_A_LOST_RECLAIM_SLOTS, partly ? 3 : 0);
	put_uint(msg, HEADROOM_A_LOST_HISTOGRAMS, partly ? 77 : 0);
	put_uint(msg, HEADROOM_A_LOST_NOTIFICATIONS, partly ? 9 : 0);
	put_uint(msg, HEADROOM_A_LOST_RESIZED, partly ? 1ull << 33 : 0);
	nla_nest_end(msg, nest);
	enqueue(msg);
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
	}
	put_uint(msg, HEADROOM_A_EVICTOR_EVICTIONS, times * evictor->evictions);
	put_uint(msg, HEADROOM_A_EVICTOR_REFAULTS, times * evictor->refaults);
	if (evictor->id)
		put_uint(msg, HEADROOM_A_EVICTOR_ERROR, evictor->error);
	nla_nest_end(msg, nest);
}

static void put_blame(struct nl_msg *msg, uint64_t victim)
{
	put_uint(msg, HEADROOM_A_BLAME_ID, victim);
	for (size_t i = 0; i < NR_BLAMES; i++)
		if (blames[i].victim == victim)
			put_evictor(msg, &blames[i].evictor);
	if (behaves("malformed") && victim == 3)
		put_uint(msg, HEADROOM_A_BLAME_EVICTOR, 4);
}

static bool lost_pages(uint64_t id)
{
	for (size_t i = 0; i < NR_BLAMES; i++)
		if (blames[i].victim == id)
			return !behaves("blameless");
	return false;
}

/* The answer to a request for one cgroup */
static void answer_one(const struct nlmsghdr *request, bool blame)
{
	const struct nlattr *id = nlmsg_find_attr((struct nlmsghdr *)request, GENL_HDRLEN,
						  HEADROOM_A_CGROUP_ID);
	struct nl_msg *msg;

	for (size_t i = 0; id && i < NR_CGROUPS; i++) {
		if (cgroups[i].id != nla_get_u64(id) ||
		    behaves("without") == cgroups[i].id)
			continue;
		msg = new_reply(request, 0);
		if (blame)
			put_blame(msg, cgroups[i].id);
		else
			put_cgroup(msg, i, 1);
		enqueue(msg);
		answer_error(request, 0, NULL);
		return;
	}
	answer_error(request, -ENOENT, "no cgroup with this id has the memory controller");
}

/* The end of a dump */
static void answer_done(const struct nlmsghdr *request, int flags)
{
	struct nl_msg *msg = new_message(request, NLMSG_DONE, flags);
	int status = behaves("breaks") ? -EMSGSIZE : 0;

	nlmsg_append(msg, &status, sizeof(status), 0);
	put_sentence(msg, status ? "the fake kernel broke off" : NULL);
	enqueue(msg);
}

static void answer_dump(const struct nlmsghdr *request, bool blame)
{
	unsigned int dump = blame ? ++kernel.blame_dumps : ++kernel.dumps;
	int flags = NLM_F_MULTI | (dump <= behaves("churn") ? NLM_F_DUMP_INTR : 0);
	struct nl_msg *msg;

	for (size_t i = 0; i < NR_CGROUPS; i++) {
		size_t which = behaves("disorder") ? NR_CGROUPS - 1 - i : i;

		if (behaves("without") == cgroups[which].id)
			continue;
		if (blame ? !lost_pages(cgroups[which].id) : cgroups[which].id == 6 && dump == 1)
			continue;
		msg = new_reply(request, flags);
		if (blame)
			put_blame(msg, cgroups[which].id);
		else
			put_cgroup(msg, which, dump);
		enqueue(msg);
	}
	for (uint64_t id = 1000; behaves("many") && id < 1200; id++) {
		msg = new_reply(request, flags);
		/* blame has it under the same number */
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

static void answer_family(const struct nlmsghdr *request)
{
	struct nl_msg *msg;

	if (behaves("absent") || (behaves("gone") && fake_kernel_requests)) {
		answer_error(request, -ENOENT, NULL);
		return;
	}
	msg = new_reply(request, 0);
	nla_put_u16(msg, CTRL_ATTR_FAMILY_ID, kernel.family);
	nla_put_string(msg, CTRL_ATTR_FAMILY_NAME, HEADROOM_FAMILY_NAME);
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
	if (request->nlmsg_type != kernel.family || (behaves("gone") && fake_kernel_requests)) {
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
	else if (request->nlmsg_flags & NLM_F_DUMP)
		answer_dump(request, genl->cmd == HEADROOM_CMD_BLAME_GET);
	else
		answer_one(request, genl->cmd == HEADROOM_CMD_BLAME_GET);
}

ssize_t sendmsg(int fd, const struct msghdr *msg, int flags)
{
	(void)fd;
	(void)flags;
	/* as a new socket would: what an earlier one left unread is gone */
	if (((const struct nlmsghdr *)msg->msg_iov[0].iov_base)->nlmsg_type == GENL_ID_CTRL)
		dequeue_all();
	answer(msg->msg_iov[0].iov_base);
	return msg->msg_iov[0].iov_len;
}

static void copy_out(struct msghdr *msg, const struct nlmsghdr *nlh)
{
	struct sockaddr_nl from = { .nl_family = AF_NETLINK };
	size_t room = msg->msg_iov[0].iov_len;

	memcpy(msg->msg_iov[0].iov_base, nlh, nlh->nlmsg_len < room ? nlh->nlmsg_len : room);
	if (msg->msg_name)
		memcpy(msg->msg_name, &from, sizeof(from));
	msg->msg_namelen = sizeof(from);
	msg->msg_controllen = 0;
	msg->msg_flags = nlh->nlmsg_len > room ? MSG_TRUNC : 0;
}

ssize_t recvmsg(int fd, struct msghdr *msg, int flags)
{
	struct nlmsghdr *nlh;
	ssize_t len;

	(void)fd;
	if (fake_kernel_requests > 1 && behaves("enobufs") && !kernel.overflown) {
		kernel.overflown = true;
		errno = ENOBUFS;
		return -1;
	}
	if (kernel.head == kernel.tail) {
		/* the real one would wait for ever */
		fputs("fake kernel: nothing to read\n", stderr);
		abort();
	}
	nlh = nlmsg_hdr(kernel.queue[kernel.head]);
	len = nlh->nlmsg_len;
	copy_out(msg, nlh);
	if (!(flags & MSG_PEEK))
		nlmsg_free(kernel.queue[kernel.head++]);
	if (kernel.head == kernel.tail)
		kernel.head = kernel.tail = 0;
	return flags & MSG_TRUNC || len < (ssize_t)msg->msg_iov[0].iov_len ?
	       len : (ssize_t)msg->msg_iov[0].iov_len;
}

/* Takes the place of mglru.c */
bool mglru_is_on(void)
{
	return behaves("mglru");
}

/* The names of its cgroups; they take the place of cgroup.c */

const char *headroom_cgroup_root(struct headroom *h)
{
	const char *root = getenv("HEADROOM_FAKE_ROOT");

	(void)h;
	return root ? root : "/sys/fs/cgroup";
}

int headroom_cgroup_path(struct headroom *h, uint64_t id, char **path)
{
	(void)h;
	fake_kernel_lookups++;
	*path = NULL;
	if (behaves("unnamed") == id)
		return -EPERM;
	for (size_t i = 0; i < NR_CGROUPS; i++)
		if (cgroups[i].id == id && behaves("removed") != id)
			*path = strdup(cgroups[i].path);
	return *path ? 0 : -ESTALE;
}

int headroom_cgroup_id(struct headroom *h, const char *name, uint64_t *id)
{
	*id = strtoull(name, NULL, 10);
	for (size_t i = 0; i < NR_CGROUPS; i++)
		if (strcmp(cgroups[i].path, name) == 0)
			*id = cgroups[i].id;
	return *id ? 0 : headroom_fail(h, -ENOENT, "no such cgroup: %s", name);
}
