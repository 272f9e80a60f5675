// SPDX-License-Identifier: GPL-2.0
/*
 * Set and remove the triggers of sockets
 *
 * A trigger belongs to the socket that set it: only that socket can remove it, and
 * closing the socket removes it. A trigger holds a reference on its cgroup's record, so it
 * outlives the cgroup, but does not fire then. trigger_watch.c has the model of when a
 * trigger fires; trigger_poll.c reads the counters.
 *
 * The number of triggers is limited, since each event costs time for every trigger above. So
 * that no user can take what others need, each user without the right to configure has a limit
 * of its own, and all of them together leave a part for those with that right.
 *
 * Any task may close a netlink socket, and must not wait for one that holds the mutex of the
 * triggers and may be throttled. So a closed socket only marks its triggers as closed, which
 * do not fire any more, and a work item removes them. Setting a trigger removes them first:
 * they do not count for the limits.
 */
#include <linux/ktime.h>
#include <linux/rcupdate.h>
#include <linux/slab.h>
#include <linux/workqueue.h>
#include <linux/xarray.h>

#include "attention.h"
#include "cgroup.h"
#include "registry.h"
#include "trigger.h"
#include "trigger_internal.h"

static void remove_closed(struct work_struct *work);

/* Protected by hr_triggers_mutex */
static struct {
	struct xarray index;		/* by id; also read under RCU */
	struct list_head users;
	u32 last_id;
	unsigned int nr;
	bool closing;
	struct work_struct remove_closed;
} triggers = {
	.index = XARRAY_INIT(triggers.index, XA_FLAGS_ALLOC1),
	.users = LIST_HEAD_INIT(triggers.users),
	.remove_closed = __WORK_INITIALIZER(triggers.remove_closed, remove_closed),
};

static struct hr_trigger_user *user_find(kuid_t uid)
{
	struct hr_trigger_user *user;

	lockdep_assert_held(&hr_triggers_mutex);
	list_for_each_entry(user, &triggers.users, of_all)
		if (uid_eq(user->uid, uid))
			return user;
	return NULL;
}

/* Count a trigger for a user. Returns the user, or NULL without memory. */
static struct hr_trigger_user *user_get(kuid_t uid)
{
	struct hr_trigger_user *user = user_find(uid);

	lockdep_assert_held(&hr_triggers_mutex);
	if (!user) {
		user = kzalloc(sizeof(*user), GFP_ATOMIC);
		if (!user)
			return NULL;
		user->uid = uid;
		list_add(&user->of_all, &triggers.users);
	}
	user->triggers++;
	return user;
}

static void user_put(struct hr_trigger_user *user)
{
	lockdep_assert_held(&hr_triggers_mutex);
	if (!user || --user->triggers)
		return;
	list_del(&user->of_all);
	kfree(user);
}

static void trigger_free(struct hr_trigger *trigger)
{
	struct hr_trigger_watch *watch, *next;

	lockdep_assert_held(&hr_triggers_mutex);
	list_for_each_entry_safe(watch, next, &trigger->watches, of_trigger)
		hr_trigger_watch_free(watch);
	hr_cgroup_put(trigger->cg);
	user_put(trigger->user);
	kfree_rcu(trigger, rcu);
}

static void trigger_remove(struct hr_trigger *trigger)
{
	lockdep_assert_held(&hr_triggers_mutex);
	xa_erase(&triggers.index, trigger->id);
	hr_trigger_poll_end(trigger);
	trigger_free(trigger);
	triggers.nr--;
}

static struct hr_trigger *trigger_make(const struct hr_trigger_spec *spec,
				       const struct hr_trigger_owner *owner,
				       struct hr_cgroup *cg)
{
	struct hr_trigger *trigger = kzalloc(sizeof(*trigger), GFP_ATOMIC);

	lockdep_assert_held(&hr_triggers_mutex);
	if (!trigger)
		return NULL;
	trigger->spec = *spec;
	trigger->portid = owner->portid;
	trigger->cg = cg;
	hr_cgroup_get(cg);
	INIT_LIST_HEAD(&trigger->of_all);
	INIT_LIST_HEAD(&trigger->of_cgroup);
	INIT_LIST_HEAD(&trigger->watches);
	trigger->set = ktime_get_ns();
	if (!owner->privileged) {
		trigger->user = user_get(owner->uid);
		if (!trigger->user)
			goto err;
	}
	if (spec->scope == HEADROOM_TRIGGER_SCOPE_EACH ||
	    hr_trigger_watch_make(trigger, cg, trigger->set, GFP_ATOMIC))
		return trigger;
err:
	trigger_free(trigger);
	return NULL;
}

/* Returns 0, -ENOSPC or -EDQUOT */
static int check_limits(const struct hr_trigger_owner *owner)
{
	const struct hr_trigger_user *user;

	lockdep_assert_held(&hr_triggers_mutex);
	if (owner->privileged)
		return triggers.nr < HR_MAX_TRIGGERS ? 0 : -ENOSPC;
	user = user_find(owner->uid);
	if (user && user->triggers >= HR_MAX_USER_TRIGGERS)
		return -EDQUOT;
	return triggers.nr < HR_MAX_UNPRIVILEGED_TRIGGERS ? 0 : -ENOSPC;
}

/* Allocates little, and without waiting: see hr_trigger_poll_prepare() */
static int add(const struct hr_trigger_spec *spec, const struct hr_trigger_owner *owner, u32 *id)
{
	struct hr_trigger *trigger;
	struct hr_cgroup *cg;
	int err;

	hr_registry_assert_locked();
	lockdep_assert_held(&hr_triggers_mutex);
	cg = hr_registry_find(spec->cgroup);
	if (!cg)
		return -ENOENT;
	if (triggers.closing)
		return -ESHUTDOWN;
	err = check_limits(owner);
	if (err)
		return err;
	trigger = trigger_make(spec, owner, cg);
	if (!trigger)
		return -ENOMEM;
	err = xa_alloc_cyclic(&triggers.index, &trigger->id, trigger,
			      XA_LIMIT(1, S32_MAX), &triggers.last_id, GFP_ATOMIC);
	if (err < 0) {
		trigger_free(trigger);
		return err;
	}
	triggers.nr++;
	*id = trigger->id;
	err = hr_trigger_poll_begin(trigger);
	if (err)
		trigger_remove(trigger);
	return err;
}

/* Remove the triggers of closed sockets, or all */
static void remove_all(bool all)
{
	struct hr_trigger *trigger;
	unsigned int removed = 0;
	unsigned long id;

	mutex_lock(&hr_triggers_mutex);
	xa_for_each(&triggers.index, id, trigger) {
		/* Pairs with WRITE_ONCE() in hr_trigger_release(), which then queues this again */
		if (!all && !READ_ONCE(trigger->closed))
			continue;
		trigger_remove(trigger);
		removed++;
	}
	mutex_unlock(&hr_triggers_mutex);
	while (removed--)
		static_branch_dec(&hr_attention_wanted);
}

static void remove_closed(struct work_struct *work)
{
	remove_all(false);
}

/**
 * hr_trigger_add - set a trigger
 * @spec: the trigger, whose values are in range
 * @owner: who sets it
 * @id: result
 *
 * Context: process, may sleep.
 * Return: 0; -ENOENT if the cgroup has no record; -EDQUOT if the user has set
 * HR_MAX_USER_TRIGGERS; -ENOSPC when there are as many triggers as @owner may fill up;
 * -ESHUTDOWN while the module is being unloaded; -ENOMEM.
 */
int hr_trigger_add(const struct hr_trigger_spec *spec, const struct hr_trigger_owner *owner,
		   u32 *id)
{
	int err;

	remove_all(false);
	static_branch_inc(&hr_attention_wanted);
	hr_registry_lock_synced();
	err = hr_trigger_poll_prepare();
	mutex_lock(&hr_triggers_mutex);
	err = err ?: add(spec, owner, id);
	mutex_unlock(&hr_triggers_mutex);
	hr_registry_unlock();
	if (err)
		static_branch_dec(&hr_attention_wanted);
	return err;
}

/**
 * hr_trigger_del - remove a trigger
 * @id: its id
 * @portid: the socket that requests it
 *
 * Context: process, may sleep.
 * Return: 0, or -ENOENT if that socket has set no trigger with this id.
 */
int hr_trigger_del(u32 id, u32 portid)
{
	struct hr_trigger *trigger;
	int err = -ENOENT;

	mutex_lock(&hr_triggers_mutex);
	trigger = xa_load(&triggers.index, id);
	/* Pairs with WRITE_ONCE() in hr_trigger_release(), for an older socket of this number */
	if (trigger && trigger->portid == portid && !READ_ONCE(trigger->closed)) {
		trigger_remove(trigger);
		err = 0;
	}
	mutex_unlock(&hr_triggers_mutex);
	if (!err)
		static_branch_dec(&hr_attention_wanted);
	return err;
}

/**
 * hr_trigger_release - remove the triggers of a closed socket, soon
 * @portid: the socket, whose requests have finished
 *
 * Context: process. Takes no lock; the time is linear in the number of triggers, which is
 * HR_MAX_TRIGGERS at most, and some that are being removed.
 */
void hr_trigger_release(u32 portid)
{
	struct hr_trigger *trigger;
	bool any = false;
	unsigned long id;

	rcu_read_lock();
	xa_for_each(&triggers.index, id, trigger) {
		if (trigger->portid != portid)
			continue;
		/* Pairs with READ_ONCE() in remove_all(), hr_trigger_del() and fire() */
		WRITE_ONCE(trigger->closed, true);
		any = true;
	}
	rcu_read_unlock();
	if (any)
		schedule_work(&triggers.remove_closed);
}

/**
 * hr_triggers - number of triggers whose sockets are open
 *
 * Context: any.
 */
unsigned int hr_triggers(void)
{
	struct hr_trigger *trigger;
	unsigned int nr = 0;
	unsigned long id;

	rcu_read_lock();
	xa_for_each(&triggers.index, id, trigger)
		/* Pairs with WRITE_ONCE() in hr_trigger_release() */
		nr += !READ_ONCE(trigger->closed);
	rcu_read_unlock();
	return nr;
}

/**
 * hr_trigger_init - start the poller
 *
 * Context: process, may sleep; before any probe runs.
 * Return: as hr_trigger_poll_init().
 */
int __init hr_trigger_init(void)
{
	return hr_trigger_poll_init();
}

/**
 * hr_trigger_stop - remove all triggers and refuse new ones
 *
 * Context: process, may sleep. When it returns no trigger fires.
 */
void hr_trigger_stop(void)
{
	mutex_lock(&hr_triggers_mutex);
	triggers.closing = true;
	mutex_unlock(&hr_triggers_mutex);
	remove_all(true);
}

/**
 * hr_trigger_exit - stop the poller and free the index
 *
 * Context: process, may sleep; no probe runs any more, no socket calls hr_trigger_release(),
 * and hr_trigger_stop() was called or no trigger was ever set.
 */
void hr_trigger_exit(void)
{
	cancel_work_sync(&triggers.remove_closed);
	hr_trigger_poll_exit();
	xa_destroy(&triggers.index);
}
