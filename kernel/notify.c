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
 * sends it: after the birth of its cgroup and before that cgroup is gone. OOM kills that
 * find the ring full leave a gap in the sequence at their own place.
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
 */
struct oom {
	u64 time;
	struct hr_cgroup *cg;
	u32 pid;
	u32 dropped;
	char comm[TASK_COMM_LEN];
};

static struct {
	raw_spinlock_t lock;		/* protects all members */
	unsigned int first;
	unsigned int nr;
	u32 dropped;
	struct oom oom[RING];
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
	skb = hr_nl_new(ROOM(path_of(event->cg, event->held, notify.path)), GFP_KERNEL);
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
	mutex_lock(&notify.mutex);
	if (!notify.open)
		goto out;
	skb = hr_nl_new(ROOM(0), GFP_KERNEL);
	if (!skb)
		hr_drop(notifications, 1);
	else if (WARN_ON_ONCE(hr_nl_fill_params(skb, &unasked, HEADROOM_CMD_PARAMS_NTF, params)))
		nlmsg_free(skb);
	else
		hr_nl_multicast(skb);
out:
	mutex_unlock(&notify.mutex);
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
	unsigned long flags;
	struct oom *oom;

	if (!listened())
		return;
	raw_spin_lock_irqsave(&ring.lock, flags);
	if (ring.nr == RING) {
		ring.dropped++;
	} else {
		oom = &ring.oom[(ring.first + ring.nr++) % RING];
		hr_cgroup_get(cg);
		oom->time = ktime_get_mono_fast_ns();
		oom->cg = cg;
		oom->pid = task->pid;
		strscpy(oom->comm, task->comm, sizeof(oom->comm));
		oom->dropped = ring.dropped;
		ring.dropped = 0;
	}
	raw_spin_unlock_irqrestore(&ring.lock, flags);
	hr_worker_kick(true);
}

/* Take the oldest OOM kill out of the ring. Returns false if the ring is empty. */
static bool ring_take(struct oom *oom)
{
	bool any;

	raw_spin_lock_irq(&ring.lock);
	any = ring.nr;
	if (any) {
		*oom = ring.oom[ring.first];
		ring.first = (ring.first + 1) % RING;
		ring.nr--;
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
 * hr_notify_waiting - number of OOM kills that are not sent yet
 *
 * Context: any.
 */
unsigned int hr_notify_waiting(void)
{
	/* Pairs with the updates under the lock; a later OOM kill kicks another sweep */
	return READ_ONCE(ring.nr);
}

/**
 * hr_notify_ooms - send OOM kills
 * @nr: number of them, from hr_notify_waiting()
 *
 * Context: process, may sleep; registry lock held. The caller has linked all records since
 * hr_notify_waiting().
 */
void hr_notify_ooms(unsigned int nr)
{
	struct event event = { .cmd = HEADROOM_CMD_OOM_KILL_NTF };
	struct oom oom;

	hr_registry_assert_locked();
	if (!nr)
		return;
	mutex_lock(&notify.mutex);
	while (nr-- && ring_take(&oom)) {
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
