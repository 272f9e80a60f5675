// SPDX-License-Identifier: LGPL-2.1
/*
 * Receive events, report dropped ones, add and remove triggers
 *
 * Events wait in two queues: the socket's, and one of our own, because events may arrive
 * before the answer to a request on the same socket. A gap in the sequence numbers of the
 * events, or an overflow of the socket, means that events were dropped.
 *
 * Dropped births and removals of cgroups can be recovered. The handle lists the cgroups
 * when it is opened and keeps ids and paths; after a drop it lists them again and reports
 * the difference. Events that are still queued then may be older than the listing.
 * Therefore a birth of a known cgroup and a removal of an unknown one are not reported.
 * Nothing is reported twice, and the caller's list of cgroups is right in the end.
 */

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>
#include <linux/genetlink.h>
#include <netlink/genl/ctrl.h>
#include <netlink/genl/genl.h>
#include <netlink/msg.h>

#include "nanoseconds.h"
#include "connection.h"
#include "decode.h"
#include "handle.h"

/* A notification of an unknown type: counted in the sequence, not passed to the caller */
#define EVENT_UNKNOWN	((enum headroom_event_type)0)

/* A queued event, or a notification that could not be decoded */
struct pending {
	struct pending *next;
	bool malformed;
	struct headroom_event event;
	char *path;
};

struct pending_list {
	struct pending *first;
	struct pending **end;
};

/* A cgroup whose birth was reported, or that existed when the handle was opened */
struct known_cgroup {
	uint64_t id;
	uint64_t parent_id;
	char *path;
};

/* A trigger of this handle, and the expected number of its next event */
struct own_trigger {
	uint32_t id;
	uint64_t seq;
};

struct headroom_events {
	/* the socket that receives events; first, for notify() */
	struct headroom own;
	/* lists the cgroups; NULL without the multicast group */
	struct headroom *reader;
	/* an epoll set for the caller: the socket, and an eventfd for our own queue */
	int poll_fd;
	int queue_fd;
	/* queue_fd is readable */
	bool signalled;
	bool connected;
	struct pending_list queue;
	/* no memory for a notification: to be reported as dropped */
	bool dropped;
	/* path in the event that the caller received last */
	char *path;
	/* expected number of the next event of the group */
	uint64_t seq;
	/* ascending by id */
	struct known_cgroup *known;
	size_t nr_known, room_known;
	struct own_trigger *trigger;
	size_t nr_triggers;
};

static int out_of_memory(struct headroom_events *e)
{
	return headroom_fail(&e->own, -ENOMEM, "out of memory");
}

/* The queue */

static void empty_list(struct pending_list *list)
{
	*list = (struct pending_list){ .end = &list->first };
}

static void free_pending(struct pending *p)
{
	free(p->path);
	free(p);
}

static void free_list(struct pending_list *list)
{
	struct pending *p, *next;

	for (p = list->first; p; p = next) {
		next = p->next;
		free_pending(p);
	}
	empty_list(list);
}

static void append(struct pending_list *list, struct pending *p)
{
	p->next = NULL;
	*list->end = p;
	list->end = &p->next;
}

static struct pending *take_first(struct pending_list *list)
{
	struct pending *p = list->first;

	list->first = p->next;
	if (!list->first)
		list->end = &list->first;
	return p;
}

/* Move all of @list to the head of @queue */
static void put_before(struct pending_list *queue, struct pending_list *list)
{
	if (!list->first)
		return;
	*list->end = queue->first;
	if (!queue->first)
		queue->end = list->end;
	queue->first = list->first;
	empty_list(list);
}

/* Append a copy of @event; return the entry, or NULL without memory */
static struct pending *append_event(struct pending_list *list, const struct headroom_event *event)
{
	struct pending *p = calloc(1, sizeof(*p));

	if (!p)
		return NULL;
	p->event = *event;
	if (event->path) {
		p->path = strdup(event->path);
		if (!p->path) {
			free(p);
			return NULL;
		}
	}
	append(list, p);
	return p;
}

/* Notifications */

static enum headroom_event_type type_of(int cmd)
{
	switch (cmd) {
	case HEADROOM_CMD_TRIGGER_NTF:
		return HEADROOM_EVENT_TRIGGER;
	case HEADROOM_CMD_CGROUP_BORN_NTF:
		return HEADROOM_EVENT_CGROUP_BORN;
	case HEADROOM_CMD_CGROUP_GONE_NTF:
		return HEADROOM_EVENT_CGROUP_GONE;
	case HEADROOM_CMD_OOM_KILL_NTF:
		return HEADROOM_EVENT_OOM_KILL;
	case HEADROOM_CMD_PARAMS_NTF:
		return HEADROOM_EVENT_PARAMS;
	case HEADROOM_CMD_EXIT_NTF:
		return HEADROOM_EVENT_EXIT;
	default:
		return EVENT_UNKNOWN;
	}
}

static int decode(const struct genlmsghdr *genl, struct headroom_event *event)
{
	const struct nlattr *attrs = genlmsg_attrdata(genl, 0);
	int len = genlmsg_attrlen(genl, 0), err;

	event->type = type_of(genl->cmd);
	if (event->type == HEADROOM_EVENT_PARAMS) {
		event->time = clock_ns(CLOCK_MONOTONIC);
		return headroom_decode_params(attrs, len, &event->params);
	}
	err = headroom_decode_event(attrs, len, event);
	if (event->type != EVENT_UNKNOWN)
		return err;
	/* from a newer module: decode its number only, which may be part of the sequence */
	event->path = NULL;
	return 0;
}

/* Generic netlink notifies all members of its group of a family that is unregistered. */
static bool is_unload(const struct headroom_events *e, struct nlmsghdr *nlh)
{
	const struct genlmsghdr *genl = nlmsg_data(nlh);
	const struct nlattr *id;

	if (nlh->nlmsg_type != GENL_ID_CTRL || !genlmsg_valid_hdr(nlh, 0) ||
	    genl->cmd != CTRL_CMD_DELFAMILY)
		return false;
	id = nlmsg_find_attr(nlh, GENL_HDRLEN, CTRL_ATTR_FAMILY_ID);
	return id && nla_len(id) == sizeof(uint16_t) && nla_get_u16(id) == e->own.family;
}

static void notify(struct headroom *own, struct nlmsghdr *nlh)
{
	struct headroom_events *e = (struct headroom_events *)own;
	struct headroom_event event = { 0 };
	bool malformed = false;
	struct pending *p;

	if (is_unload(e, nlh)) {
		event.type = HEADROOM_EVENT_EXIT;
		event.time = clock_ns(CLOCK_MONOTONIC);
	} else if (nlh->nlmsg_type != own->family) {
		return;
	} else {
		malformed = !genlmsg_valid_hdr(nlh, 0) || decode(nlmsg_data(nlh), &event) < 0;
	}
	if (malformed)
		event = (struct headroom_event){ 0 };
	p = append_event(&e->queue, &event);
	if (p)
		p->malformed = malformed;
	else
		e->dropped = true;
}

/* Known cgroups */

/* Index of @id in the known cgroups, or where to insert it */
static size_t position(const struct headroom_events *e, uint64_t id)
{
	size_t low = 0, high = e->nr_known;

	/* ids grow: most new cgroups go to the end */
	if (high && e->known[high - 1].id < id)
		return high;
	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (e->known[middle].id < id)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static bool is_known(const struct headroom_events *e, size_t at, uint64_t id)
{
	return at < e->nr_known && e->known[at].id == id;
}

/* Return 1 if the cgroup was unknown, 0 if it was known, or -ENOMEM */
static int learn(struct headroom_events *e, const struct pending *p)
{
	size_t at = position(e, p->event.cgroup), room = e->room_known;
	struct known_cgroup *known = e->known;
	char *path = NULL;

	if (is_known(e, at, p->event.cgroup))
		return 0;
	if (e->nr_known == room) {
		room = room ? 2 * room : 64;
		known = reallocarray(known, room, sizeof(*known));
		if (!known)
			return -ENOMEM;
		e->known = known;
		e->room_known = room;
	}
	if (p->path) {
		path = strdup(p->path);
		if (!path)
			return -ENOMEM;
	}
	memmove(known + at + 1, known + at, (e->nr_known - at) * sizeof(*known));
	known[at] = (struct known_cgroup){ p->event.cgroup, p->event.parent_id, path };
	e->nr_known++;
	return 1;
}

/* Return 1 if the cgroup was known, 0 if not. Add the known path to an event without one. */
static int forget(struct headroom_events *e, struct pending *p)
{
	size_t at = position(e, p->event.cgroup);
	struct known_cgroup *known = e->known + at;

	if (!is_known(e, at, p->event.cgroup))
		return 0;
	if (p->path)
		free(known->path);
	else
		p->path = known->path;
	e->nr_known--;
	memmove(known, known + 1, (e->nr_known - at) * sizeof(*known));
	return 1;
}

static void free_known(struct known_cgroup *known, size_t nr)
{
	for (size_t i = 0; i < nr; i++)
		free(known[i].path);
	free(known);
}

/* Replace the known cgroups by those of @s */
static int learn_all(struct headroom_events *e, const struct headroom_snapshot *s)
{
	struct known_cgroup *known = calloc(s->nr ? s->nr : 1, sizeof(*known));
	size_t i;

	for (i = 0; known && i < s->nr; i++) {
		known[i].id = s->cgroup[i].id;
		known[i].parent_id = s->cgroup[i].parent_id;
		if (!s->cgroup[i].path)
			continue;
		known[i].path = strdup(s->cgroup[i].path);
		if (!known[i].path)
			break;
	}
	if (!known || i < s->nr) {
		free_known(known, known ? i : 0);
		return out_of_memory(e);
	}
	free_known(e->known, e->nr_known);
	e->known = known;
	e->nr_known = e->room_known = s->nr;
	return 0;
}

/* Dropped events */

static int add_gone(struct headroom_events *e, const struct headroom_snapshot *s,
		    struct pending_list *list)
{
	/* descending: children have larger ids than their parents and go first */
	for (size_t i = e->nr_known; i-- > 0;) {
		const struct known_cgroup *known = &e->known[i];
		struct headroom_event event = {
			.type = HEADROOM_EVENT_CGROUP_GONE,
			.time = s->time,
			.cgroup = known->id,
			.parent_id = known->parent_id,
			.path = known->path,
		};

		if (!headroom_snapshot_find(s, known->id) && !append_event(list, &event))
			return out_of_memory(e);
	}
	return 0;
}

static int add_born(struct headroom_events *e, const struct headroom_snapshot *s,
		    struct pending_list *list)
{
	for (size_t i = 0; i < s->nr; i++) {
		const struct headroom_cgroup *cgroup = &s->cgroup[i];
		struct headroom_event event = {
			.type = HEADROOM_EVENT_CGROUP_BORN,
			.time = s->time,
			.cgroup = cgroup->id,
			.parent_id = cgroup->parent_id,
			.path = cgroup->path,
		};

		if (!is_known(e, position(e, cgroup->id), cgroup->id) &&
		    !append_event(list, &event))
			return out_of_memory(e);
	}
	return 0;
}

static int list_cgroups(struct headroom_events *e, struct headroom_snapshot **s)
{
	const struct headroom_filter filter = { .omit = HEADROOM_DETAIL_ALL };
	int err = headroom_snapshot_take(e->reader, &filter, s);

	if (err < 0)
		return headroom_fail(&e->own, err, "cannot list the cgroups: %s",
				     headroom_error(e->reader));
	if (e->reader->family == e->own.family)
		return 0;
	headroom_snapshot_free(*s);
	*s = NULL;
	return headroom_fail(&e->own, -ENOTCONN, "the headroom module was reloaded");
}

/* Append the births and removals since the last listing, then learn the new list */
static int add_difference(struct headroom_events *e, struct pending_list *list)
{
	const struct headroom_event end = {
		.type = HEADROOM_EVENT_EXIT, .time = clock_ns(CLOCK_MONOTONIC),
	};
	struct headroom_snapshot *s;
	int err = list_cgroups(e, &s);

	if (err == -ENOTCONN)
		return append_event(list, &end) ? 0 : out_of_memory(e);
	if (err < 0)
		return err;
	err = add_gone(e, s, list);
	if (!err)
		err = add_born(e, s, list);
	if (!err)
		err = learn_all(e, s);
	headroom_snapshot_free(s);
	return err;
}

/*
 * Report @dropped events (0 if the number is unknown), and the births and removals among
 * them, ahead of everything queued. A failure changes nothing: try again later.
 */
static int report_dropped(struct headroom_events *e, uint64_t dropped, uint32_t trigger)
{
	const struct headroom_event event = {
		.type = HEADROOM_EVENT_DROPPED,
		.time = clock_ns(CLOCK_MONOTONIC),
		.dropped = dropped,
		.trigger = trigger,
	};
	struct pending_list list;
	int err = 0;

	empty_list(&list);
	if (!append_event(&list, &event))
		return out_of_memory(e);
	if (e->reader && !trigger)
		err = add_difference(e, &list);
	if (err) {
		free_list(&list);
		return err;
	}
	put_before(&e->queue, &list);
	return 0;
}

static struct own_trigger *find_trigger(struct headroom_events *e, uint32_t id)
{
	for (size_t i = 0; i < e->nr_triggers; i++)
		if (e->trigger[i].id == id)
			return &e->trigger[i];
	return NULL;
}

/* Expected number in the sequence that @event belongs to; NULL if it has none */
static uint64_t *sequence_of(struct headroom_events *e, const struct headroom_event *event)
{
	struct own_trigger *trigger;

	if (!event->seq)
		return NULL;
	if (event->type != HEADROOM_EVENT_TRIGGER)
		return &e->seq;
	trigger = find_trigger(e, event->trigger);
	return trigger ? &trigger->seq : NULL;
}

/* Number of events missing before @event */
static uint64_t missing(struct headroom_events *e, const struct headroom_event *event)
{
	const uint64_t *expected = sequence_of(e, event);

	/* in an unknown notification the attribute may mean something else */
	if (!expected || event->type == EVENT_UNKNOWN)
		return 0;
	return event->seq > *expected ? event->seq - *expected : 0;
}

static void count(struct headroom_events *e, const struct headroom_event *event)
{
	uint64_t *expected = sequence_of(e, event);

	if (!expected)
		return;
	if (event->type == EVENT_UNKNOWN ? event->seq == *expected : event->seq >= *expected)
		*expected = event->seq + 1;
}

/* Taking events */

/* Return 1 to pass the event to the caller, 0 to discard it, or a negative errno */
static int apply(struct headroom_events *e, struct pending *p)
{
	if (p->event.type == EVENT_UNKNOWN)
		return 0;
	switch (p->event.type) {
	case HEADROOM_EVENT_TRIGGER:
		return find_trigger(e, p->event.trigger) != NULL;
	case HEADROOM_EVENT_CGROUP_BORN:
		/* without a number it is from our own listing, and known already */
		return p->event.seq ? learn(e, p) : 1;
	case HEADROOM_EVENT_CGROUP_GONE:
		return p->event.seq ? forget(e, p) : 1;
	case HEADROOM_EVENT_EXIT:
		e->connected = false;
		return 1;
	default:
		return 1;
	}
}

static int fail_malformed(struct headroom_events *e)
{
	return headroom_fail(&e->own, -EBADMSG, "a notification is malformed: are the module "
			     "and this program of the same version?");
}

/* Take the first event of the queue; return as apply() does */
static int take(struct headroom_events *e, struct headroom_event *event)
{
	struct pending *p = e->queue.first;
	uint64_t dropped = missing(e, &p->event);
	int result;

	if (dropped) {
		result = report_dropped(e, dropped, p->event.trigger);
		if (result < 0)
			return result;
		/* the gap is accounted for: this event is the next */
		*sequence_of(e, &p->event) = p->event.seq;
		return 0;
	}
	p = take_first(&e->queue);
	count(e, &p->event);
	result = p->malformed ? fail_malformed(e) : apply(e, p);
	if (result == -ENOMEM) {
		e->dropped = true;
		out_of_memory(e);
	}
	if (result > 0) {
		*event = p->event;
		event->path = e->path = p->path;
		p->path = NULL;
	}
	free_pending(p);
	return result;
}

static int next(struct headroom_events *e, struct headroom_event *event)
{
	int err;

	for (;;) {
		if (!e->connected)
			return headroom_fail(&e->own, -ENOTCONN, "the headroom module was unloaded");
		if (e->queue.first) {
			err = take(e, event);
			if (err)
				return err;
			continue;
		}
		err = headroom_receive(&e->own);
		if (!err)
			continue;
		if (err != -EAGAIN)
			return err;
		if (!e->own.overrun && !e->dropped)
			return 0;
		/* after the queue: events from before the drop are older than the listing */
		err = report_dropped(e, 0, 0);
		if (err < 0)
			return err;
		e->own.overrun = e->dropped = false;
	}
}

/* Make the caller's descriptor readable for events that are no longer in the socket */
static void signal_queue(struct headroom_events *e)
{
	bool pending = e->queue.first || e->own.overrun || e->dropped || !e->connected;
	uint64_t one = 1;
	ssize_t done;

	if (pending == e->signalled)
		return;
	if (pending)
		done = write(e->queue_fd, &one, sizeof(one));
	else
		done = read(e->queue_fd, &one, sizeof(one));
	if (done > 0)
		e->signalled = pending;
}

int headroom_events_next(struct headroom_events *e, struct headroom_event *event)
{
	int result;

	free(e->path);
	e->path = NULL;
	*event = (struct headroom_event){ 0 };
	result = next(e, event);
	signal_queue(e);
	return result;
}

/* Triggers */

static int put_trigger(struct nl_msg *msg, const void *asked)
{
	const struct headroom_trigger *t = asked;

	if (nla_put_u64(msg, HEADROOM_A_TRIGGER_CGROUP, t->cgroup) < 0 ||
	    nla_put_u32(msg, HEADROOM_A_TRIGGER_METRIC, t->metric) < 0 ||
	    nla_put_u64(msg, HEADROOM_A_TRIGGER_THRESHOLD, t->threshold) < 0 ||
	    nla_put_u64(msg, HEADROOM_A_TRIGGER_WINDOW, t->window) < 0)
		return -1;
	if ((t->scope && nla_put_u32(msg, HEADROOM_A_TRIGGER_SCOPE, t->scope) < 0) ||
	    (t->cause && nla_put_u32(msg, HEADROOM_A_TRIGGER_CAUSE, t->cause) < 0) ||
	    (t->interval && nla_put_u64(msg, HEADROOM_A_TRIGGER_INTERVAL, t->interval) < 0) ||
	    (t->hysteresis && nla_put_u64(msg, HEADROOM_A_TRIGGER_CLEAR, t->clear) < 0))
		return -1;
	return 0;
}

static int put_trigger_id(struct nl_msg *msg, const void *asked)
{
	return nla_put_u32(msg, HEADROOM_A_TRIGGER_ID, *(const uint32_t *)asked);
}

static int on_trigger(const struct nlattr *attrs, int len, void *arg)
{
	return headroom_decode_trigger(attrs, len, arg);
}

/* Read queued events first: they would take the room of the answer. */
static int ask(struct headroom_events *e, struct headroom_request *request)
{
	int err;

	if (!e->connected)
		return headroom_fail(&e->own, -ENOTCONN, "the headroom module was unloaded");
	do
		err = headroom_receive(&e->own);
	while (!err);
	if (err == -EAGAIN)
		err = headroom_ask(&e->own, request);
	signal_queue(e);
	return err;
}

int headroom_trigger_add(struct headroom_events *e, const struct headroom_trigger *trigger,
			 uint32_t *id)
{
	struct headroom_request request = {
		.cmd = HEADROOM_CMD_TRIGGER_ADD,
		.put = put_trigger,
		.asked = trigger,
		.reply = on_trigger,
		.arg = id,
	};
	struct own_trigger *room;
	int err;

	*id = 0;
	err = headroom_refuse_reserved(&e->own, "struct headroom_trigger", trigger->reserved,
				       sizeof(trigger->reserved) / sizeof(trigger->reserved[0]));
	if (err)
		return err;
	room = reallocarray(e->trigger, e->nr_triggers + 1, sizeof(*room));
	if (!room)
		return out_of_memory(e);
	e->trigger = room;
	err = ask(e, &request);
	if (err < 0) {
		*id = 0;
		return err;
	}
	e->trigger[e->nr_triggers++] = (struct own_trigger){ .id = *id, .seq = 1 };
	return 0;
}

/* A later trigger may get the same id: its owner must not see events of this one. */
static void drop_events_of(struct headroom_events *e, uint32_t trigger)
{
	struct pending_list kept;
	struct pending *p;

	empty_list(&kept);
	while (e->queue.first) {
		p = take_first(&e->queue);
		if (p->event.trigger == trigger)
			free_pending(p);
		else
			append(&kept, p);
	}
	put_before(&e->queue, &kept);
}

int headroom_trigger_del(struct headroom_events *e, uint32_t id)
{
	struct headroom_request request = {
		.cmd = HEADROOM_CMD_TRIGGER_DEL,
		.put = put_trigger_id,
		.asked = &id,
	};
	struct own_trigger *trigger = find_trigger(e, id);
	int err;

	if (!trigger)
		return headroom_fail(&e->own, -ENOENT, "this handle has no trigger with id %u", id);
	err = ask(e, &request);
	if (err < 0)
		return err;
	*trigger = e->trigger[--e->nr_triggers];
	drop_events_of(e, id);
	signal_queue(e);
	return 0;
}

/* Opening and closing */

static int join_group(struct headroom_events *e)
{
	int group, err;

	errno = 0;
	group = genl_ctrl_resolve_grp(e->own.sock, HEADROOM_FAMILY_NAME, HEADROOM_MCGRP_EVENTS);
	if (group < 0 && errno == EAGAIN)
		return headroom_fail(&e->own, -ETIMEDOUT, "cannot look up the module's multicast "
				     "group: the kernel did not answer in time");
	if (group < 0)
		return headroom_fail(&e->own, -EOPNOTSUPP, "the module sends no notifications: it "
				     "is older than this program");
	errno = 0;
	if (nl_socket_add_membership(e->own.sock, group) == 0)
		return 0;
	err = errno ? -errno : -EIO;
	if (err == -EPERM)
		return headroom_fail(&e->own, err, "needs CAP_SYS_ADMIN to join the module's "
				     "multicast group: run as root");
	return headroom_fail(&e->own, err, "cannot join the module's multicast group: %s",
			     strerror(-err));
}

/* Events queued since we joined the group may have this number or a smaller one. */
static int read_seq(struct headroom_events *e)
{
	struct headroom_status *status;
	int err = headroom_status_get(e->reader, &status);

	if (err < 0)
		return headroom_fail(&e->own, err, "%s", headroom_error(e->reader));
	e->seq = status->event_seq + 1;
	headroom_status_free(status);
	return 0;
}

/*
 * Start to track sequence numbers and cgroups. The group was joined before, so a cgroup
 * born after the listing has an event.
 */
static int start_tracking(struct headroom_events *e)
{
	struct headroom_snapshot *s;
	int err = headroom_open(&e->reader);

	if (!e->reader)
		return out_of_memory(e);
	if (err < 0)
		return headroom_fail(&e->own, err, "%s", headroom_error(e->reader));
	err = read_seq(e);
	if (err < 0)
		return err;
	err = list_cgroups(e, &s);
	if (err < 0)
		return err;
	err = learn_all(e, s);
	headroom_snapshot_free(s);
	return err;
}

static int set_up_poll(struct headroom_events *e)
{
	struct epoll_event readable = { .events = EPOLLIN };
	int sock = nl_socket_get_fd(e->own.sock);

	e->poll_fd = epoll_create1(EPOLL_CLOEXEC);
	e->queue_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (e->poll_fd < 0 || e->queue_fd < 0 || nl_socket_set_nonblocking(e->own.sock) < 0 ||
	    epoll_ctl(e->poll_fd, EPOLL_CTL_ADD, sock, &readable) < 0 ||
	    epoll_ctl(e->poll_fd, EPOLL_CTL_ADD, e->queue_fd, &readable) < 0)
		return headroom_fail(&e->own, -errno, "cannot poll for events: %s", strerror(errno));
	return 0;
}

static int listen_to(struct headroom_events *e, bool group)
{
	int err = headroom_connect(&e->own);

	if (!err && group)
		err = join_group(e);
	if (err < 0)
		return err;
	/* the group of the generic netlink controller, for is_unload(), has its family's id */
	nl_socket_add_membership(e->own.sock, GENL_ID_CTRL);
	err = set_up_poll(e);
	if (!err && group)
		err = start_tracking(e);
	return err;
}

int headroom_events_open(struct headroom_events **result, bool group)
{
	struct headroom_events *e = calloc(1, sizeof(*e));
	int err;

	*result = e;
	if (!e)
		return -ENOMEM;
	empty_list(&e->queue);
	e->poll_fd = e->queue_fd = -1;
	headroom_handle_init(&e->own);
	e->own.notify = notify;
	err = listen_to(e, group);
	e->connected = !err;
	return err;
}

void headroom_events_close(struct headroom_events *e)
{
	if (!e)
		return;
	headroom_close(e->reader);
	headroom_handle_release(&e->own);
	if (e->poll_fd >= 0)
		close(e->poll_fd);
	if (e->queue_fd >= 0)
		close(e->queue_fd);
	free_list(&e->queue);
	free_known(e->known, e->nr_known);
	free(e->trigger);
	free(e->path);
	free(e);
}

const char *headroom_events_error(const struct headroom_events *e)
{
	return headroom_error(e ? &e->own : NULL);
}

int headroom_events_fd(const struct headroom_events *e)
{
	return e->poll_fd;
}

int headroom_events_timeout_set(struct headroom_events *e, unsigned int ms)
{
	int err = headroom_timeout_set(&e->own, ms);

	if (err || !e->reader)
		return err;
	err = headroom_timeout_set(e->reader, ms);
	return err ? headroom_fail(&e->own, err, "%s", headroom_error(e->reader)) : 0;
}
