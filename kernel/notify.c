// SPDX-License-Identifier: GPL-2.0
/*
 * The generic netlink family "headroom": notifications
 *
 * What is sent to the group "events" is numbered in one sequence, and sent in its
 * order. While nobody listens nothing has a number, and nearly nothing is done. A
 * listener that does not keep up is told so by its socket, ENOBUFS, and finds the gap;
 * what could not be sent at all is counted besides.
 *
 * Probes do not send. An OOM kill is put into a ring, and sent by whoever next brings
 * the registry up to date: after the birth of the cgroup in question, before its end.
 * What finds the ring full leaves a gap in the sequence, at its own place.
 *
 * Locks: notify.mutex, inside of all others that sleep; ring.lock, raw and a leaf.
 */
#include <linux/cgroup.h>
#include <linux/memcontrol.h>
#include <linux/mutex.h>
#include <linux/sched.h>
#include <net/genetlink.h>

#include "params.h"
#include "netlink_message.h"
#include "notify.h"
#include "registry.h"

#define RING	64

static struct {
	struct mutex mutex;		/* all here, and the order of sending */
	bool open;			/* read without it, too */
	u64 seq;
	char path[PATH_MAX];
} notify = {
	.mutex = __MUTEX_INITIALIZER(notify.mutex),
};

/**
 * struct oom - a task that is killed
 * @time: when
 * @cg: its cgroup; holds a reference
 * @pid: the task
 * @lost: how many before it found no room
 * @comm: its name
 */
struct oom {
	u64 time;
	struct hr_cgroup *cg;
	u32 pid;
	u32 lost;
	char comm[TASK_COMM_LEN];
};

static struct {
	raw_spinlock_t lock;
	unsigned int first;
	unsigned int nr;
	u32 lost;
	struct oom oom[RING];
} ring = {
	.lock = __RAW_SPIN_LOCK_UNLOCKED(ring.lock),
};

/**
 * struct event - a notification to the group
 * @cmd: HR_CMD_*
 * @time: when it happened
 * @cg: the cgroup that it is about, or NULL
 * @held: the caller holds its memory cgroup
 * @parent: for births and deaths
 * @oom: for OOM kills
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
	return READ_ONCE(notify.open) && hr_nl_listened();
}

/*
 * Unless the caller holds its memory cgroup, a path is not known any more when the
 * record is dead. Returns the path's length.
 */
static size_t path_of(struct hr_cgroup *cg, bool held, char *path)
{
	*path = '\0';
	rcu_read_lock();
	/* Pairs with the release in record_bury(): what it holds is there for now */
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

/* All fixed attributes of an event fit into the rest */
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
 * hr_notify_born - a cgroup was found
 * @cg: its record, which is linked
 *
 * Context: process, may sleep.
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

	send_if_listened(&event);
}

/**
 * hr_notify_gone - a cgroup is gone, and its totals are those of another
 * @cg: its record
 * @parent: whose they are
 *
 * Context: process, may sleep; the record's memory cgroup is still there.
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

	send_if_listened(&event);
}

/**
 * hr_notify_config - parameters were changed
 * @config: the parameters
 *
 * They have no number: the message is the same as that of config-get.
 *
 * Context: process, may sleep; no other change comes before it returns.
 */
void hr_notify_config(const struct hr_params *config)
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
	else if (WARN_ON_ONCE(hr_nl_fill_params(skb, &unasked, HEADROOM_CMD_PARAMS_NTF, config)))
		nlmsg_free(skb);
	else
		hr_nl_multicast(skb);
out:
	mutex_unlock(&notify.mutex);
}

/**
 * hr_notify_oom - the kernel kills a task
 * @cg: its cgroup's record, which the caller found under RCU
 * @task: the task
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
		ring.lost++;
	} else {
		oom = &ring.oom[(ring.first + ring.nr++) % RING];
		hr_cgroup_get(cg);
		oom->time = ktime_get_mono_fast_ns();
		oom->cg = cg;
		oom->pid = task->pid;
		strscpy(oom->comm, task->comm, sizeof(oom->comm));
		oom->lost = ring.lost;
		ring.lost = 0;
	}
	raw_spin_unlock_irqrestore(&ring.lock, flags);
	hr_registry_kick(true);
}

/* Takes the oldest. Returns whether there was one. */
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

/* How many were lost after all that were taken; 0 while there are others to take */
static u32 ring_take_lost(void)
{
	u32 lost = 0;

	raw_spin_lock_irq(&ring.lock);
	if (!ring.nr)
		swap(lost, ring.lost);
	raw_spin_unlock_irq(&ring.lock);
	return lost;
}

static void count_lost(u32 lost)
{
	lockdep_assert_held(&notify.mutex);
	notify.seq += lost;
	hr_drop(notifications, lost);
}

/**
 * hr_notify_waiting - OOM kills that are to be sent
 *
 * Context: any.
 */
unsigned int hr_notify_waiting(void)
{
	return READ_ONCE(ring.nr);
}

/**
 * hr_notify_ooms - send OOM kills
 * @nr: how many
 *
 * Context: process, may sleep; hr_registry_lock() held. All records were linked
 * since hr_notify_waiting() returned @nr.
 */
void hr_notify_ooms(unsigned int nr)
{
	struct event event = { .cmd = HEADROOM_CMD_OOM_KILL_NTF };
	struct oom oom;

	if (!nr)
		return;
	mutex_lock(&notify.mutex);
	while (nr-- && ring_take(&oom)) {
		count_lost(oom.lost);
		event.time = oom.time;
		event.cg = oom.cg;
		event.oom = &oom;
		if (notify.open)
			send(&event);
		hr_cgroup_put(oom.cg);
	}
	count_lost(ring_take_lost());
	mutex_unlock(&notify.mutex);
}

/**
 * hr_notify_drop - let go of OOM kills that were not sent
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
 * hr_notify_seq - the number of the last notification to the group
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

/* Allocates without waiting, as hr_notify_fired() says. Returns NULL on failure. */
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
 * @fired: what to report
 *
 * Context: process. Allocates without waiting: the poller watches for shortage, so it
 * must not wait for memory.
 */
void hr_notify_fired(const struct hr_fired *fired)
{
	struct sk_buff *skb = fired_message(fired);

	/* If the socket is full it reports that itself, see netlink_overrun() */
	if (!skb || genlmsg_unicast(&init_net, skb, fired->portid))
		hr_drop(notifications, 1);
}

/**
 * hr_notify_init - from now on notifications are sent
 *
 * Context: process; the family is registered.
 */
void hr_notify_init(void)
{
	WRITE_ONCE(notify.open, true);
}

/**
 * hr_notify_exit - say that the module is being unloaded, and nothing after
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
	WRITE_ONCE(notify.open, false);
	mutex_unlock(&notify.mutex);
}
