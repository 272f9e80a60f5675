// SPDX-License-Identifier: GPL-2.0
/*
 * Set and remove the triggers of sockets
 *
 * A trigger belongs to the socket that set it: only that socket can remove it, and
 * closing the socket removes it. A trigger holds a reference on its cgroup's record, so it
 * outlives the cgroup, but does not fire then. trigger_watch.c has the model of when a
 * trigger fires; trigger_poll.c reads the counters.
 *
 * The number of triggers is limited, since each event costs time for every trigger above.
 */
#include <linux/ktime.h>
#include <linux/slab.h>
#include <linux/xarray.h>

#include "attention.h"
#include "cgroup.h"
#include "registry.h"
#include "trigger.h"
#include "trigger_internal.h"

/* Protected by hr_triggers_mutex */
static struct {
	struct xarray index;		/* by id */
	u32 last_id;
	unsigned int nr;		/* hr_triggers() reads it without the mutex */
	bool closing;
} triggers = {
	.index = XARRAY_INIT(triggers.index, XA_FLAGS_ALLOC1),
};

static void trigger_free(struct hr_trigger *trigger)
{
	struct hr_trigger_watch *watch, *next;

	lockdep_assert_held(&hr_triggers_mutex);
	list_for_each_entry_safe(watch, next, &trigger->watches, of_trigger)
		hr_trigger_watch_free(watch);
	hr_cgroup_put(trigger->cg);
	kfree(trigger);
}

static void trigger_remove(struct hr_trigger *trigger)
{
	lockdep_assert_held(&hr_triggers_mutex);
	xa_erase(&triggers.index, trigger->id);
	hr_trigger_poll_end(trigger);
	trigger_free(trigger);
	/* Pairs with READ_ONCE() in hr_triggers() */
	WRITE_ONCE(triggers.nr, triggers.nr - 1);
}

static struct hr_trigger *trigger_make(const struct hr_trigger_spec *spec,
				       u32 portid, struct hr_cgroup *cg)
{
	struct hr_trigger *trigger = kzalloc(sizeof(*trigger), GFP_ATOMIC);

	lockdep_assert_held(&hr_triggers_mutex);
	if (!trigger)
		return NULL;
	trigger->spec = *spec;
	trigger->portid = portid;
	trigger->cg = cg;
	hr_cgroup_get(cg);
	INIT_LIST_HEAD(&trigger->of_all);
	INIT_LIST_HEAD(&trigger->of_cgroup);
	INIT_LIST_HEAD(&trigger->watches);
	trigger->set = ktime_get_ns();
	if (spec->scope == HEADROOM_TRIGGER_SCOPE_EACH ||
	    hr_trigger_watch_make(trigger, cg, trigger->set, GFP_ATOMIC))
		return trigger;
	trigger_free(trigger);
	return NULL;
}

/* Allocates little, and without waiting: see hr_trigger_poll_prepare() */
static int add(const struct hr_trigger_spec *spec, u32 portid, u32 *id)
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
	if (triggers.nr >= HR_MAX_TRIGGERS)
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
	/* Pairs with READ_ONCE() in hr_triggers() */
	WRITE_ONCE(triggers.nr, triggers.nr + 1);
	*id = trigger->id;
	err = hr_trigger_poll_begin(trigger);
	if (err)
		trigger_remove(trigger);
	return err;
}

/**
 * hr_trigger_add - set a trigger
 * @spec: the trigger, whose values are in range
 * @portid: the socket that sets it
 * @id: result
 *
 * Context: process, may sleep.
 * Return: 0; -ENOENT if the cgroup has no record; -ENOSPC when there are HR_MAX_TRIGGERS;
 * -ESHUTDOWN while the module is being unloaded; -ENOMEM.
 */
int hr_trigger_add(const struct hr_trigger_spec *spec, u32 portid, u32 *id)
{
	int err;

	static_branch_inc(&hr_attention_wanted);
	hr_registry_lock();
	hr_registry_sync();
	err = hr_trigger_poll_prepare();
	mutex_lock(&hr_triggers_mutex);
	err = err ?: add(spec, portid, id);
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
	if (trigger && trigger->portid == portid) {
		trigger_remove(trigger);
		err = 0;
	}
	mutex_unlock(&hr_triggers_mutex);
	if (!err)
		static_branch_dec(&hr_attention_wanted);
	return err;
}

static void remove_all(bool all, u32 portid)
{
	struct hr_trigger *trigger;
	unsigned int removed = 0;
	unsigned long id;

	mutex_lock(&hr_triggers_mutex);
	xa_for_each(&triggers.index, id, trigger) {
		if (!all && trigger->portid != portid)
			continue;
		trigger_remove(trigger);
		removed++;
	}
	mutex_unlock(&hr_triggers_mutex);
	while (removed--)
		static_branch_dec(&hr_attention_wanted);
}

/**
 * hr_trigger_release - remove the triggers of a closed socket
 * @portid: the socket
 *
 * Context: process, may sleep.
 */
void hr_trigger_release(u32 portid)
{
	/* The socket's own requests have finished, so the number includes its triggers */
	if (hr_triggers())
		remove_all(false, portid);
}

/**
 * hr_triggers - number of triggers
 *
 * Context: any.
 */
unsigned int hr_triggers(void)
{
	/* Pairs with WRITE_ONCE() in add() and trigger_remove() */
	return READ_ONCE(triggers.nr);
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
	remove_all(true, 0);
}

/**
 * hr_trigger_exit - stop the poller and free the index
 *
 * Context: process, may sleep; no probe runs any more, and hr_trigger_stop() was
 * called or no trigger was ever set.
 */
void hr_trigger_exit(void)
{
	hr_trigger_poll_exit();
	xa_destroy(&triggers.index);
}
