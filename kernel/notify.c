// SPDX-License-Identifier: GPL-2.0
/*
 * Send notifications to the group "events" and to sockets with triggers
 *
 * Notifications to the group are numbered in one sequence and sent in its order. Without
 * a listener no notification is made or numbered. If a listener does not keep up, its
 * socket reports ENOBUFS, and the listener finds a gap in the sequence. Notifications that
 * could not be sent at all are counted as dropped.
 *
 * Probes do not send. They add an OOM kill to a ring, and the next sweep of the registry
 * sends it: after the birth of its cgroup and before that cgroup is gone. If the ring is full,
 * the newest kill of the cgroup with most of them is dropped, and leaves a gap in the sequence
 * at its own place. The cgroups below one parent share what it has in the ring in this way: so
 * a container that loops, in however many cgroups of its own, drops no kill of another one
 * that has fewer.
 *
 * Locks: notify.mutex nests inside all other sleeping locks; ring.lock is raw and a leaf.
 */
#include <linux/cgroup.h>
#include <linux/memcontrol.h>
#include <linux/mutex.h>
#include <linux/sched.h>
#include <net/genetlink.h>

#include "cgroup.h"
#include "dropped.h"
#include "netlink_message.h"
#include "notify.h"
#include "registry_lock.h"
#include "worker.h"

#define RING	64
/* Levels of the hierarchy, from that below the root, at which cgroups share the ring */
#define LEVELS	8

static struct {
	struct mutex mutex;		/* protects all members, and the order of sending */
	bool open;			/* also read without the mutex, by listened() */
	u64 seq;
	char path[PATH_MAX];
} notify = {
	.mutex = __MUTEX_INITIALIZER(notify.mutex),
};

/**
 * struct oom - an OOM kill that is not sent yet
 * @time: CLOCK_MONOTONIC, ns
 * @cg: cgroup of the killed task; holds a reference
 * @pid: the killed task
 * @dropped: OOM kills just before it for which the ring had no room
 * @comm: name of the killed task
 * @path: ids of the cgroup and its ancestors by level; 0 below the cgroup
 */
struct oom {
	u64 time;
	struct hr_cgroup *cg;
	u32 pid;
	u32 dropped;
	char comm[TASK_COMM_LEN];
	u64 path[LEVELS];
};

static struct {
	raw_spinlock_t lock;		/* protects all members */
	unsigned int nr;
	unsigned int ready;		/* the oldest ones, whose cgroups are linked */
	u32 dropped;			/* after the newest */
	struct oom oom[RING + 1];	/* oldest first; one too many while one is chosen */
} ring = {
	.lock = __RAW_SPIN_LOCK_UNLOCKED(ring.lock),
};

/**
 * struct event - a notification to the group
 * @cmd: HEADROOM_CMD_*
 * @time: CLOCK_MONOTONIC, ns
 * @cg: record of the cgroup that it is about, or NULL
 * @held: the caller holds a reference on the memory cgroup of @cg
 * @parent: record of the parent, for births and deaths; otherwise NULL
 * @oom: the OOM kill; otherwise NULL
 */
struct event {
	int cmd;
	u64 time;
	struct hr_cgroup *cg;
	bool held;
	struct hr_cgroup *parent;
	const struct oom *oom;
};

static bool listened(void)
{
	/* Pairs with WRITE_ONCE() in hr_notify_init() and hr_notify_exit() */
	return READ_ONCE(notify.open) && hr_nl_listened();
}

/*
 * Write the path of a cgroup to @path, which is empty for a dead cgroup unless the caller
 * holds its memory cgroup. Returns the length.
 */
static size_t path_of(struct hr_cgroup *cg, bool held, char *path)
{
	*path = '\0';
	rcu_read_lock();
	/* Pairs with the release in hr_cgroup_bury(): a living record holds its memory cgroup */
	if (cg && (held || !smp_load_acquire(&cg->dead)))
		cgroup_path(cg->memcg->css.cgroup, path, PATH_MAX);
	rcu_read_unlock();
	return strlen(path);
}

static int put_about(struct sk_buff *skb, const struct hr_cgroup *cg,
		     const char *path)
{
	if (!cg)
		return 0;
	if (nla_put_uint(skb, HEADROOM_A_EVENT_CGROUP, cg->id) ||
	    (*path && nla_put_string(skb, HEADROOM_A_EVENT_PATH, path)))
		return -EMSGSIZE;
	return 0;
}

static int put_event(struct sk_buff *skb, const struct event *event)
{
	lockdep_assert_held(&notify.mutex);
	if (nla_put_uint(skb, HEADROOM_A_EVENT_SEQ, notify.seq) ||
	    nla_put_uint(skb, HEADROOM_A_EVENT_TIME, event->time) ||
	    put_about(skb, event->cg, notify.path))
		return -EMSGSIZE;
	if (event->parent &&
	    nla_put_uint(skb, HEADROOM_A_EVENT_PARENT_ID, event->parent->id))
		return -EMSGSIZE;
	if (event->oom &&
	    (nla_put_u32(skb, HEADROOM_A_EVENT_PID, event->oom->pid) ||
	     nla_put_string(skb, HEADROOM_A_EVENT_COMM, event->oom->comm)))
		return -EMSGSIZE;
	return 0;
}

/* Largest size of the attributes of a notification with this path */
#define ROOM(path)	((path) + 256)

/* Notifications answer no request */
static const struct hr_nl_origin unasked;

static int fill_event(struct sk_buff *skb, const struct event *event)
{
	void *hdr = hr_nl_begin(skb, &unasked, event->cmd);

	return hr_nl_end(skb, hdr, hdr ? put_event(skb, event) : 0);
}

static void send(const struct event *event)
{
	struct sk_buff *skb;

	lockdep_assert_held(&notify.mutex);
	notify.seq++;
	/* The registry lock may be held, so this does not wait for memory */
	skb = hr_nl_new(ROOM(path_of(event->cg, event->held, notify.path)), GFP_ATOMIC);
	if (!skb) {
		hr_drop(notifications, 1);
		return;
	}
	if (WARN_ON_ONCE(fill_event(skb, event)))
		nlmsg_free(skb);
	else
		hr_nl_multicast(skb);
}

static void send_if_listened(const struct event *event)
{
	if (!listened())
		return;
	mutex_lock(&notify.mutex);
	if (notify.open)
		send(event);
	mutex_unlock(&notify.mutex);
}

/**
 * hr_notify_born - notify that a cgroup has a record
 * @cg: the record, which is linked
 *
 * Context: process, may sleep; registry lock held.
 */
void hr_notify_born(struct hr_cgroup *cg)
{
	const struct event event = {
		.cmd = HEADROOM_CMD_CGROUP_BORN_NTF,
		.time = ktime_get_ns(),
		.cg = cg,
		.held = true,
		.parent = cg->parent,
	};

	hr_registry_assert_locked();
	send_if_listened(&event);
}

/**
 * hr_notify_gone - notify that a cgroup is gone
 * @cg: its record
 * @parent: record that its totals were moved to
 *
 * Context: process, may sleep; registry lock held, and a reference on the memory cgroup of
 * @cg.
 */
void hr_notify_gone(struct hr_cgroup *cg, struct hr_cgroup *parent)
{
	const struct event event = {
		.cmd = HEADROOM_CMD_CGROUP_GONE_NTF,
		.time = ktime_get_ns(),
		.cg = cg,
		.held = true,
		.parent = parent,
	};

	hr_registry_assert_locked();
	send_if_listened(&event);
}

/**
 * hr_notify_params - notify that parameters were changed
 * @params: the parameters
 *
 * The notification has no number: it is the same message as the reply to params-get.
 *
 * Context: process, may sleep; the caller keeps @params from changing.
 */
void hr_notify_params(const struct hr_params *params)
{
	struct sk_buff *skb;

	if (!listened())
		return;
	skb = hr_nl_new(ROOM(0), GFP_KERNEL);
	if (!skb) {
		hr_drop(notifications, 1);
		return;
	}
	mutex_lock(&notify.mutex);
	if (!notify.open ||
	    WARN_ON_ONCE(hr_nl_fill_params(skb, &unasked, HEADROOM_CMD_PARAMS_NTF, params)))
		nlmsg_free(skb);
	else
		hr_nl_multicast(skb);
	mutex_unlock(&notify.mutex);
}

/* Context: RCU */
static void set_path(struct oom *oom)
{
	struct cgroup *ancestor;
	unsigned int i;

	memset(oom->path, 0, sizeof(oom->path));
	/* Pairs with the release in hr_cgroup_bury(): a living record holds its memory cgroup */
	if (smp_load_acquire(&oom->cg->dead))
		return;
	for (i = 0; i < LEVELS; i++) {
		ancestor = cgroup_ancestor(oom->cg->memcg->css.cgroup, i + 1);
		if (!ancestor)
			return;
		oom->path[i] = cgroup_id(ancestor);
	}
}

static void ring_delete(unsigned int i)
{
	lockdep_assert_held(&ring.lock);
	ring.nr--;
	ring.ready -= i < ring.ready;
	memmove(&ring.oom[i], &ring.oom[i + 1], (ring.nr - i) * sizeof(*ring.oom));
}

/*
 * Of the OOM kills that are @in, keep those of one cgroup of that level: the one with most of
 * them, and of several with as many the one with the newest.
 */
static void keep_largest(bool *in, unsigned int level)
{
	unsigned int i, newest, largest = ring.nr - 1;
	u8 nr[RING + 1] = {};
	u64 id;

	lockdep_assert_held(&ring.lock);
	for (i = 0; i < ring.nr; i++) {
		if (!in[i])
			continue;
		/* The newest kill of a cgroup has the number of all of them */
		newest = ring.nr - 1;
		while (!in[newest] || ring.oom[newest].path[level] != ring.oom[i].path[level])
			newest--;
		nr[newest]++;
	}
	for (i = ring.nr; i--;)
		if (nr[i] > nr[largest])
			largest = i;
	id = ring.oom[largest].path[level];
	for (i = 0; i < ring.nr; i++)
		in[i] &= ring.oom[i].path[level] == id;
}

/* The OOM kill to drop, with less than 20,000 comparisons */
static unsigned int choose(void)
{
	unsigned int level, i = ring.nr - 1;
	bool in[RING + 1];

	lockdep_assert_held(&ring.lock);
	memset(in, true, sizeof(in));
	for (level = 0; level < LEVELS; level++)
		keep_largest(in, level);
	while (!in[i])
		i--;
	return i;
}

/* Drop an OOM kill, which leaves a gap before the next one. Returns its reference. */
static struct hr_cgroup *ring_drop(unsigned int i)
{
	struct hr_cgroup *cg = ring.oom[i].cg;
	u32 dropped = ring.oom[i].dropped + 1;

	lockdep_assert_held(&ring.lock);
	if (i + 1 < ring.nr)
		ring.oom[i + 1].dropped += dropped;
	else
		ring.dropped += dropped;
	ring_delete(i);
	return cg;
}

/**
 * hr_notify_oom - queue a notification of an OOM kill
 * @cg: record of the cgroup of @task, which the caller found under RCU
 * @task: the killed task
 *
 * Context: any, under RCU.
 */
void hr_notify_oom(struct hr_cgroup *cg, const struct task_struct *task)
{
	struct hr_cgroup *dropped = NULL;
	unsigned long flags;
	struct oom *oom;

	if (!listened())
		return;
	raw_spin_lock_irqsave(&ring.lock, flags);
	oom = &ring.oom[ring.nr++];
	hr_cgroup_get(cg);
	oom->time = ktime_get_mono_fast_ns();
	oom->cg = cg;
	oom->pid = task->pid;
	strscpy(oom->comm, task->comm, sizeof(oom->comm));
	set_path(oom);
	oom->dropped = ring.dropped;
	ring.dropped = 0;
	if (ring.nr > RING)
		dropped = ring_drop(choose());
	raw_spin_unlock_irqrestore(&ring.lock, flags);
	hr_cgroup_put(dropped);
	hr_worker_kick(true);
}

/* Take the oldest OOM kill out of the ring. Returns false if none is ready. */
static bool ring_take(struct oom *oom)
{
	bool any;

	raw_spin_lock_irq(&ring.lock);
	any = ring.ready;
	if (any) {
		*oom = ring.oom[0];
		ring_delete(0);
	}
	raw_spin_unlock_irq(&ring.lock);
	return any;
}

/* Take the number of OOM kills dropped after the last in the ring; 0 unless it is empty */
static u32 ring_take_dropped(void)
{
	u32 dropped = 0;

	raw_spin_lock_irq(&ring.lock);
	if (!ring.nr)
		swap(dropped, ring.dropped);
	raw_spin_unlock_irq(&ring.lock);
	return dropped;
}

static void count_dropped(u32 dropped)
{
	lockdep_assert_held(&notify.mutex);
	notify.seq += dropped;
	hr_drop(notifications, dropped);
}

/**
 * hr_notify_prepare_ooms - have hr_notify_ooms() send the OOM kills up to now
 *
 * A later OOM kill kicks another sweep.
 *
 * Context: process.
 * Return: whether there are any.
 */
bool hr_notify_prepare_ooms(void)
{
	bool any;

	raw_spin_lock_irq(&ring.lock);
	ring.ready = ring.nr;
	any = ring.nr;
	raw_spin_unlock_irq(&ring.lock);
	return any;
}

/**
 * hr_notify_ooms - send OOM kills
 *
 * Context: process, may sleep; registry lock held. The caller has linked all records since
 * hr_notify_prepare_ooms().
 */
void hr_notify_ooms(void)
{
	struct event event = { .cmd = HEADROOM_CMD_OOM_KILL_NTF };
	struct oom oom;

	hr_registry_assert_locked();
	mutex_lock(&notify.mutex);
	while (ring_take(&oom)) {
		count_dropped(oom.dropped);
		event.time = oom.time;
		event.cg = oom.cg;
		event.oom = &oom;
		if (notify.open)
			send(&event);
		hr_cgroup_put(oom.cg);
	}
	count_dropped(ring_take_dropped());
	mutex_unlock(&notify.mutex);
}

/**
 * hr_notify_drop - discard the OOM kills that are not sent yet
 *
 * Context: process; no probe runs any more.
 */
void hr_notify_drop(void)
{
	struct oom oom;

	hr_notify_prepare_ooms();
	while (ring_take(&oom))
		hr_cgroup_put(oom.cg);
}

/**
 * hr_notify_seq - number of the last notification to the group
 *
 * Context: process, may sleep.
 */
u64 hr_notify_seq(void)
{
	u64 seq;

	mutex_lock(&notify.mutex);
	seq = notify.seq;
	mutex_unlock(&notify.mutex);
	return seq;
}

static int fill_fired(struct sk_buff *skb, const struct hr_fired *fired, const char *path)
{
	void *hdr = hr_nl_begin(skb, &unasked, HEADROOM_CMD_TRIGGER_NTF);

	if (hdr && (nla_put_uint(skb, HEADROOM_A_EVENT_SEQ, fired->seq) ||
		    nla_put_uint(skb, HEADROOM_A_EVENT_TIME, fired->time) ||
		    nla_put_u32(skb, HEADROOM_A_EVENT_TRIGGER, fired->trigger) ||
		    nla_put_uint(skb, HEADROOM_A_EVENT_VALUE, fired->value) ||
		    put_about(skb, fired->cg, path)))
		return hr_nl_end(skb, hdr, -EMSGSIZE);
	return hr_nl_end(skb, hdr, 0);
}

/* Make the message, without waiting for memory. Returns NULL on failure. */
static struct sk_buff *fired_message(const struct hr_fired *fired)
{
	char *path = kmalloc(PATH_MAX, GFP_ATOMIC);
	struct sk_buff *skb = NULL;

	if (path)
		skb = hr_nl_new(ROOM(path_of(fired->cg, false, path)), GFP_ATOMIC);
	if (skb && WARN_ON_ONCE(fill_fired(skb, fired, path))) {
		nlmsg_free(skb);
		skb = NULL;
	}
	kfree(path);
	return skb;
}

/**
 * hr_notify_fired - notify the socket that set a trigger
 * @fired: the trigger that fired, and its sum
 *
 * Context: process. Never waits for memory: the poller has to report when memory is short.
 */
void hr_notify_fired(const struct hr_fired *fired)
{
	struct sk_buff *skb = fired_message(fired);

	/* A full socket reports that itself, see netlink_overrun() */
	if (!skb || genlmsg_unicast(&init_net, skb, fired->portid))
		hr_drop(notifications, 1);
}

/**
 * hr_notify_init - start sending notifications
 *
 * Context: process; the family is registered.
 */
void hr_notify_init(void)
{
	/* Pairs with READ_ONCE() in listened() */
	WRITE_ONCE(notify.open, true);
}

/**
 * hr_notify_exit - notify that the module is being unloaded, and stop sending
 *
 * Context: process, may sleep; the family is still registered.
 */
void hr_notify_exit(void)
{
	const struct event event = {
		.cmd = HEADROOM_CMD_EXIT_NTF,
		.time = ktime_get_ns(),
	};

	send_if_listened(&event);
	mutex_lock(&notify.mutex);
	/* Pairs with READ_ONCE() in listened() */
	WRITE_ONCE(notify.open, false);
	mutex_unlock(&notify.mutex);
}
