// SPDX-License-Identifier: LGPL-2.1
/*
 * Events and triggers
 *
 * What the kernel sends waits in two queues: in that of the socket, and behind it in
 * one of ours, since an answer to a request may have events before it. Losses are
 * told by the numbers of the events, or by the socket.
 *
 * To tell what became of cgroups while events were lost, the cgroups are known from
 * the beginning, with their paths, and compared with a listing. What is still queued
 * then may be older than the listing: so a birth of a cgroup that is known, or the
 * end of one that is not, is no news.
 */

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>
#include <linux/genetlink.h>
#include <netlink/genl/ctrl.h>
#include <netlink/genl/genl.h>
#include <netlink/msg.h>

#include "connection.h"
#include "decode.h"

/* Not for the caller: a notification of which only the number matters */
#define EVENT_UNKNOWN	((enum headroom_event_type)0)

/* An event that waits to be taken, or the failure to read one */
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

/* A cgroup that is known to exist */
struct known_cgroup {
	uint64_t id;
	uint64_t parent_id;
	char *path;
};

/* A trigger, and the number that its next event should have */
struct own_trigger {
	uint32_t id;
	uint64_t seq;
};

struct headroom_events {
	/* the socket that events come to. First, for notify() */
	struct headroom own;
	/* reads the list of cgroups; NULL if only triggers are heard */
	struct headroom *reader;
	/* for the caller to poll: has the socket, and news when we have some queued */
	int poll_fd;
	int news_fd;
	bool told;
	bool connected;
	struct pending_list queue;
	/* a notification found no memory */
	bool dropped;
	/* of the event that the caller was given last */
	char *path;
	/* the number that the group's next event should have */
	uint64_t seq;
	/* in order of id */
	struct known_cgroup *known;
	size_t nr_known, room_known;
	struct own_trigger *trigger;
	size_t nr_triggers;
};

static uint64_t now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return (uint64_t)time.tv_sec * 1000000000 + time.tv_nsec;
}

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

/* Puts all of @list before what is in @queue */
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

/* Returns what was appended; NULL without memory */
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
		return HEADROOM_EVENT_CONFIG;
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
	if (event->type == HEADROOM_EVENT_CONFIG) {
		event->time = now();
		return headroom_decode_params(attrs, len, &event->config);
	}
	err = headroom_decode_event(attrs, len, event);
	if (event->type != EVENT_UNKNOWN)
		return err;
	/* from a newer module. If it is one of the sequence, it counts */
	event->path = NULL;
	return 0;
}

/* Generic netlink tells all of its users of families that go. */
static bool is_our_end(const struct headroom_events *e, struct nlmsghdr *nlh)
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

	if (is_our_end(e, nlh)) {
		event.type = HEADROOM_EVENT_EXIT;
		event.time = now();
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

/* Where @id is, or would be */
static size_t position(const struct headroom_events *e, uint64_t id)
{
	size_t low = 0, high = e->nr_known;

	/* most often it is the newest */
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

/* Returns 1 if that is news, 0 if not, -ENOMEM */
static int come_to_know(struct headroom_events *e, const struct pending *p)
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

/* The same. The event gets the path that was known, if it has none. */
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

/* Knows what is in @s from now on, and nothing else */
static int know(struct headroom_events *e, const struct headroom_snapshot *s)
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

/* Losses */

static int add_gone(struct headroom_events *e, const struct headroom_snapshot *s,
		    struct pending_list *list)
{
	/* those below, which are younger, before those above them */
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
	return headroom_fail(&e->own, -ENOTCONN, "the headroom module was loaded anew");
}

/* What became of cgroups is found out, and known from now on */
static int add_difference(struct headroom_events *e, struct pending_list *list)
{
	const struct headroom_event end = { .type = HEADROOM_EVENT_EXIT, .time = now() };
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
		err = know(e, s);
	headroom_snapshot_free(s);
	return err;
}

/*
 * Puts the loss of @lost events, and what can be told about it, before all that is
 * queued. When that fails, nothing has changed, and it can be tried again.
 */
static int tell_loss(struct headroom_events *e, uint64_t lost, uint32_t trigger)
{
	const struct headroom_event event = {
		.type = HEADROOM_EVENT_DROPPED,
		.time = now(),
		.dropped = lost,
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

/* The number that the next event of this sequence should have; NULL if it has no sequence */
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

/* How many are missing before @event */
static uint64_t missing(struct headroom_events *e, const struct headroom_event *event)
{
	const uint64_t *expected = sequence_of(e, event);

	/* that which a newer module sends may have something else for a number */
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

/* Returns 1 if it is for the caller, 0 if not, or a negative errno */
static int judge(struct headroom_events *e, struct pending *p)
{
	if (p->event.type == EVENT_UNKNOWN)
		return 0;
	switch (p->event.type) {
	case HEADROOM_EVENT_TRIGGER:
		return find_trigger(e, p->event.trigger) != NULL;
	case HEADROOM_EVENT_CGROUP_BORN:
		/* what was found out after a loss is known already */
		return p->event.seq ? come_to_know(e, p) : 1;
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

/* The first event of the queue: as judge() */
static int take(struct headroom_events *e, struct headroom_event *event)
{
	struct pending *p = e->queue.first;
	uint64_t lost = missing(e, &p->event);
	int result;

	if (lost) {
		result = tell_loss(e, lost, p->event.trigger);
		if (result < 0)
			return result;
		/* from now on it is the next */
		*sequence_of(e, &p->event) = p->event.seq;
		return 0;
	}
	p = take_first(&e->queue);
	count(e, &p->event);
	result = p->malformed ? fail_malformed(e) : judge(e, p);
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
		/* only now: what had come before the loss is older than the listing */
		err = tell_loss(e, 0, 0);
		if (err < 0)
			return err;
		e->own.overrun = e->dropped = false;
	}
}

/* Has the descriptor that the caller polls tell of what is no longer in the socket */
static void tell_news(struct headroom_events *e)
{
	bool news = e->queue.first || e->own.overrun || e->dropped || !e->connected;
	uint64_t one = 1;
	ssize_t done;

	if (news == e->told)
		return;
	if (news)
		done = write(e->news_fd, &one, sizeof(one));
	else
		done = read(e->news_fd, &one, sizeof(one));
	if (done > 0)
		e->told = news;
}

int headroom_events_next(struct headroom_events *e, struct headroom_event *event)
{
	int result;

	free(e->path);
	e->path = NULL;
	*event = (struct headroom_event){ 0 };
	result = next(e, event);
	tell_news(e);
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

/* Events that have come make room for the answer. */
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
	tell_news(e);
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
	if (!*id)
		return headroom_fail(&e->own, -EBADMSG, "the module has not told the trigger's id");
	e->trigger[e->nr_triggers++] = (struct own_trigger){ .id = *id, .seq = 1 };
	return 0;
}

/* What it has still sent would be taken for that of another one with the same id. */
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
		return headroom_fail(&e->own, -ENOENT, "no trigger of this handle has the id %u", id);
	err = ask(e, &request);
	if (err < 0)
		return err;
	*trigger = e->trigger[--e->nr_triggers];
	drop_events_of(e, id);
	tell_news(e);
	return 0;
}

/* Opening and closing */

static int join_group(struct headroom_events *e)
{
	int group, err;

	group = genl_ctrl_resolve_grp(e->own.sock, HEADROOM_FAMILY_NAME, HEADROOM_MCGRP_EVENTS);
	if (group < 0)
		return headroom_fail(&e->own, -EOPNOTSUPP, "the module sends no notifications: it "
				     "is older than this program");
	errno = 0;
	if (nl_socket_add_membership(e->own.sock, group) == 0)
		return 0;
	err = errno ? -errno : -EIO;
	if (err == -EPERM)
		return headroom_fail(&e->own, err, "needs CAP_SYS_ADMIN to hear what the module "
				     "sends to all: run as root");
	return headroom_fail(&e->own, err, "cannot join the module's notifications: %s",
			     strerror(-err));
}

/* What has come since we joined the group may have this number, or one before it */
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
 * From here on a loss is seen, and the cgroups are known: those that there are, and those
 * that are born
 */
static int begin(struct headroom_events *e)
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
	err = know(e, s);
	headroom_snapshot_free(s);
	return err;
}

static int set_up_poll(struct headroom_events *e)
{
	struct epoll_event readable = { .events = EPOLLIN };
	int sock = nl_socket_get_fd(e->own.sock);

	e->poll_fd = epoll_create1(EPOLL_CLOEXEC);
	e->news_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (e->poll_fd < 0 || e->news_fd < 0 || nl_socket_set_nonblocking(e->own.sock) < 0 ||
	    epoll_ctl(e->poll_fd, EPOLL_CTL_ADD, sock, &readable) < 0 ||
	    epoll_ctl(e->poll_fd, EPOLL_CTL_ADD, e->news_fd, &readable) < 0)
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
	/* its own number is that of the group that hears of families that go */
	nl_socket_add_membership(e->own.sock, GENL_ID_CTRL);
	err = set_up_poll(e);
	if (!err && group)
		err = begin(e);
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
	e->own.root_fd = e->poll_fd = e->news_fd = -1;
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
	headroom_disconnect(&e->own);
	if (e->poll_fd >= 0)
		close(e->poll_fd);
	if (e->news_fd >= 0)
		close(e->news_fd);
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
