// SPDX-License-Identifier: GPL-2.0
/*
 * Triggers: who has set them, and for how long
 *
 * A trigger belongs to a socket, is removed by it, and goes with it. It holds its
 * cgroup's record, and goes on when the cgroup is gone, with nothing to watch. watch.c
 * has the model of when it fires, watcher.c looks for what happens.
 *
 * Their number is limited, since all are looked at when something happens.
 */
#include <linux/ktime.h>
#include <linux/slab.h>
#include <linux/xarray.h>

#include "trigger.h"
#include "watch.h"

/* All here belongs to headroom_triggers_mutex */
static struct {
	struct xarray index;		/* by id */
	u32 last_id;
	unsigned int nr;		/* read without it, too */
	bool closing;
} triggers = {
	.index = XARRAY_INIT(triggers.index, XA_FLAGS_ALLOC1),
};

DEFINE_STATIC_KEY_FALSE(headroom_triggers_set);

static void trigger_free(struct headroom_trigger *trigger)
{
	struct headroom_watch *watch, *next;

	lockdep_assert_held(&headroom_triggers_mutex);
	list_for_each_entry_safe(watch, next, &trigger->watches, of_trigger)
		headroom_watch_free(watch);
	headroom_cgroup_put(trigger->cg);
	kfree(trigger);
}

static void trigger_remove(struct headroom_trigger *trigger)
{
	lockdep_assert_held(&headroom_triggers_mutex);
	xa_erase(&triggers.index, trigger->id);
	headroom_watcher_end(trigger);
	trigger_free(trigger);
	WRITE_ONCE(triggers.nr, triggers.nr - 1);
}

static struct headroom_trigger *trigger_make(const struct headroom_trigger_spec *spec,
					     u32 portid, struct headroom_cgroup *cg)
{
	struct headroom_trigger *trigger = kzalloc(sizeof(*trigger), GFP_ATOMIC);

	if (!trigger)
		return NULL;
	trigger->spec = *spec;
	trigger->portid = portid;
	trigger->cg = cg;
	headroom_cgroup_get(cg);
	INIT_LIST_HEAD(&trigger->of_all);
	INIT_LIST_HEAD(&trigger->of_cgroup);
	INIT_LIST_HEAD(&trigger->watches);
	trigger->set = ktime_get_ns();
	if (spec->scope == HEADROOM_TRIGGER_SCOPE_EACH ||
	    headroom_watch_make(trigger, cg, trigger->set, GFP_ATOMIC))
		return trigger;
	trigger_free(trigger);
	return NULL;
}

/*
 * What is allocated here is little, and must not be waited for, see
 * headroom_watcher_prepare(). Context: headroom_registry_lock() and
 * headroom_triggers_mutex held.
 */
static int add(const struct headroom_trigger_spec *spec, u32 portid, u32 *id)
{
	struct headroom_trigger *trigger;
	struct headroom_cgroup *cg;
	int err;

	cg = headroom_registry_find(spec->cgroup);
	if (!cg)
		return -ENOENT;
	if (triggers.closing)
		return -ESHUTDOWN;
	if (triggers.nr >= HEADROOM_MAX_TRIGGERS)
		return -ENOSPC;
	trigger = trigger_make(spec, portid, cg);
	if (!trigger)
		return -ENOMEM;
	err = xa_alloc_cyclic(&triggers.index, &trigger->id, trigger,
			      XA_LIMIT(1, S32_MAX), &triggers.last_id, GFP_ATOMIC);
	if (err < 0) {
		trigger_free(trigger);
		return err;
	}
	WRITE_ONCE(triggers.nr, triggers.nr + 1);
	*id = trigger->id;
	err = headroom_watcher_begin(trigger);
	if (err)
		trigger_remove(trigger);
	return err;
}

/**
 * headroom_trigger_add - set a trigger
 * @spec: what to watch; within bounds
 * @portid: the socket that owns it
 * @id: result
 *
 * Context: process, may sleep.
 * Return: 0; -ENOENT without the cgroup; -ENOSPC when there are HEADROOM_MAX_TRIGGERS;
 * -ESHUTDOWN while the module is being unloaded; -ENOMEM.
 */
int headroom_trigger_add(const struct headroom_trigger_spec *spec, u32 portid, u32 *id)
{
	int err;

	static_branch_inc(&headroom_triggers_set);
	headroom_registry_lock();
	headroom_registry_sync();
	err = headroom_watcher_prepare();
	mutex_lock(&headroom_triggers_mutex);
	err = err ?: add(spec, portid, id);
	mutex_unlock(&headroom_triggers_mutex);
	headroom_registry_unlock();
	if (err)
		static_branch_dec(&headroom_triggers_set);
	return err;
}

/**
 * headroom_trigger_del - remove a trigger
 * @id: its number
 * @portid: the socket that wants that
 *
 * Context: process, may sleep.
 * Return: 0, or -ENOENT if it is not one of that socket.
 */
int headroom_trigger_del(u32 id, u32 portid)
{
	struct headroom_trigger *trigger;
	int err = -ENOENT;

	mutex_lock(&headroom_triggers_mutex);
	trigger = xa_load(&triggers.index, id);
	if (trigger && trigger->portid == portid) {
		trigger_remove(trigger);
		err = 0;
	}
	mutex_unlock(&headroom_triggers_mutex);
	if (!err)
		static_branch_dec(&headroom_triggers_set);
	return err;
}

static void remove_all(bool all, u32 portid)
{
	struct headroom_trigger *trigger;
	unsigned int removed = 0;
	unsigned long id;

	mutex_lock(&headroom_triggers_mutex);
	xa_for_each(&triggers.index, id, trigger) {
		if (!all && trigger->portid != portid)
			continue;
		trigger_remove(trigger);
		removed++;
	}
	mutex_unlock(&headroom_triggers_mutex);
	while (removed--)
		static_branch_dec(&headroom_triggers_set);
}

/**
 * headroom_trigger_release - a socket was closed: remove its triggers
 * @portid: the socket
 *
 * Context: process, may sleep.
 */
void headroom_trigger_release(u32 portid)
{
	/* A socket's own requests are over */
	if (headroom_triggers())
		remove_all(false, portid);
}

/**
 * headroom_triggers - how many are set
 *
 * Context: any.
 */
unsigned int headroom_triggers(void)
{
	return READ_ONCE(triggers.nr);
}

/**
 * headroom_trigger_init - be ready for triggers
 *
 * Context: process, may sleep; before any probe runs.
 * Return: as headroom_watcher_init().
 */
int __init headroom_trigger_init(void)
{
	return headroom_watcher_init();
}

/**
 * headroom_trigger_stop - remove all triggers, and take no more
 *
 * Context: process, may sleep. When it returns none fires.
 */
void headroom_trigger_stop(void)
{
	mutex_lock(&headroom_triggers_mutex);
	triggers.closing = true;
	mutex_unlock(&headroom_triggers_mutex);
	remove_all(true, 0);
}

/**
 * headroom_trigger_exit - let go of everything
 *
 * Context: process, may sleep; no probe runs any more, and headroom_trigger_stop() was
 * called or nothing was ever set.
 */
void headroom_trigger_exit(void)
{
	headroom_watcher_exit();
	xa_destroy(&triggers.index);
}
