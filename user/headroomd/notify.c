// SPDX-License-Identifier: GPL-2.0
/*
 * Deliver the messages of the action notify
 *
 * In each frame the outlets that some rule wants are marked, and those that are missing are opened; the
 * others are closed. An outlet that cannot be opened stays in the list without one, so that the
 * error is logged once; a reload tries again.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <syslog.h>

#include "actions.h"
#include "json_build.h"
#include "journal.h"
#include "listener.h"
#include "notify.h"
#include "outlet.h"
#include "tell.h"

/**
 * struct entry - an outlet that some rule wants
 * @outlet: NULL if it cannot be opened
 * @kind: what it is
 * @path: its path
 * @hash: of the path
 * @mode: permissions
 * @user: NULL for none
 * @group: NULL for none
 * @wanted: some rule wants it in this frame
 * @cgroup: the cgroup of the last message
 * @time: the frame of the last message, ns
 */
struct entry {
	struct outlet *outlet;
	enum outlet_kind kind;
	char path[TELL_PATH];
	uint32_t hash;
	unsigned int mode;
	char *user;
	char *group;
	bool wanted;
	uint64_t cgroup;
	uint64_t time;
};

/* Complaints that would be made in each frame */
enum complaint { TOO_MANY = 1, TOO_LONG = 2, SHARED = 4 };

/**
 * struct notify - all outlets
 * @config: the rules
 * @dry_run: no rule has outlets
 * @follows: some path depends on cgroups
 * @logged: bits of the complaints that the log has since the rules were set
 * @nr: number of entries
 */
struct notify {
	struct sd_event *event;
	const struct config *config;
	bool dry_run;
	bool follows;
	unsigned int logged;
	size_t nr;
	struct entry entry[NOTIFY_OUTLETS];
};

static const enum tell_parameter parameter_of[OUTLET_KINDS] = {
	[OUTLET_PRESSURE] = TELL_SOCKET, [OUTLET_FIFO] = TELL_FIFO, [OUTLET_JSON] = TELL_JSON,
};

struct notify *notify_new(struct sd_event *event)
{
	struct notify *notify = calloc(1, sizeof(*notify));

	if (notify)
		notify->event = event;
	return notify;
}

/* --- entries --- */

/* FNV-1a */
static uint32_t hash_of(const char *path)
{
	uint32_t hash = 2166136261u;

	for (; *path; path++)
		hash = (hash ^ (unsigned char)*path) * 16777619u;
	return hash;
}

static struct entry *find_entry(struct notify *n, const char *path)
{
	uint32_t hash = hash_of(path);

	for (size_t i = 0; i < n->nr; i++)
		if (n->entry[i].hash == hash && !strcmp(n->entry[i].path, path))
			return &n->entry[i];
	return NULL;
}

static void remove_entry(struct notify *n, struct entry *entry, bool keep)
{
	outlet_close(entry->outlet, keep);
	free(entry->user);
	free(entry->group);
	*entry = n->entry[--n->nr];
}

void notify_free(struct notify *n)
{
	if (!n)
		return;
	while (n->nr)
		remove_entry(n, &n->entry[0], true);
	free(n);
}

static bool same_text(const char *a, const char *b)
{
	return a && b ? !strcmp(a, b) : a == b;
}

static bool same_options(const struct entry *entry, const struct outlet_options *o)
{
	return entry->kind == o->kind && entry->mode == o->mode &&
	       same_text(entry->user, o->user) && same_text(entry->group, o->group);
}

/* Whether a complaint is the first of its kind */
static bool is_first(struct notify *n, enum complaint complaint)
{
	bool first = !(n->logged & complaint);

	n->logged |= complaint;
	return first;
}

static void open_entry(struct notify *n, const struct outlet_options *o)
{
	struct entry *entry = &n->entry[n->nr++];
	int err;

	*entry = (struct entry){
		.kind = o->kind, .hash = hash_of(o->path), .mode = o->mode, .wanted = true,
		.user = o->user ? strdup(o->user) : NULL,
		.group = o->group ? strdup(o->group) : NULL,
	};
	snprintf(entry->path, sizeof(entry->path), "%s", o->path);
	err = outlet_open(&entry->outlet, n->event, o);
	if (err)
		journal(LOG_ERR, "cannot notify by %s: %s", o->path, err == -EEXIST ?
			"there is another file: remove it" : listener_problem(err));
}

/* Mark an outlet, and open it if it is missing */
static void want(struct notify *n, const struct outlet_options *o, const struct rule *rule)
{
	struct entry *entry = find_entry(n, o->path);

	if (entry && same_options(entry, o)) {
		entry->wanted = true;
		return;
	}
	if (entry && entry->wanted) {
		if (is_first(n, SHARED))
			journal(LOG_ERR, "rule %s: %s is that of another rule, with other parameters: choose another path",
				rule->name, o->path);
		return;
	}
	if (entry)
		remove_entry(n, entry, false);
	if (n->nr < NOTIFY_OUTLETS)
		open_entry(n, o);
	else if (is_first(n, TOO_MANY))
		journal(LOG_ERR, "rule %s: cannot notify by %s: there are %d sockets and FIFOs: have rules apply to fewer cgroups",
			rule->name, o->path, NOTIFY_OUTLETS);
}

/* --- rules --- */

/*
 * Want the outlets of a rule
 * @cgroup: for this cgroup; NULL for those that are the same for all
 */
static void want_all(struct notify *n, const struct rule *rule, const char *cgroup, uint64_t id)
{
	const struct action_value *parameter = rule->parameter;
	char path[TELL_PATH];
	struct outlet_options options = {
		.path = path, .mode = 0600, .user = parameter[TELL_USER].text,
		.group = parameter[TELL_GROUP].text,
	};

	if (parameter[TELL_MODE].text)
		tell_mode(parameter[TELL_MODE].text, &options.mode);
	for (options.kind = 0; options.kind < OUTLET_KINDS; options.kind++) {
		const char *template = parameter[parameter_of[options.kind]].text;

		if (!template || tell_is_fixed(template) != !cgroup)
			continue;
		if (!tell_path(path, template, cgroup, id))
			want(n, &options, rule);
		else if (is_first(n, TOO_LONG))
			journal(LOG_ERR, "rule %s: the path %s is too long for %s", rule->name,
				template, cgroup);
	}
}

static bool has_outlets(const struct notify *n, const struct rule *rule)
{
	return rule->action == &action_notify && !rule->dry_run && !n->dry_run;
}

static void want_fixed(struct notify *n)
{
	for (size_t i = 0; i < n->config->nr; i++)
		if (has_outlets(n, &n->config->rule[i]))
			want_all(n, &n->config->rule[i], NULL, 0);
}

/* Outlets that failed are tried again */
void notify_set_rules(struct notify *n, const struct config *config, bool dry_run)
{
	n->config = config;
	n->dry_run = dry_run;
	n->logged = 0;
	n->follows = false;
	for (size_t i = n->nr; i-- > 0;)
		if (!n->entry[i].outlet)
			remove_entry(n, &n->entry[i], false);
	for (size_t i = 0; i < n->nr; i++)
		n->entry[i].wanted = false;
	for (size_t i = 0; i < config->nr; i++)
		for (int kind = 0; has_outlets(n, &config->rule[i]) && kind < OUTLET_KINDS; kind++) {
			const char *template = config->rule[i].parameter[parameter_of[kind]].text;

			n->follows |= template && !tell_is_fixed(template);
		}
	want_fixed(n);
}

static void want_of_cgroup(void *arg, const struct decision *d)
{
	struct notify *n = arg;

	if (has_outlets(n, d->rule))
		want_all(n, d->rule, d->path, d->id);
}

void notify_follow(struct notify *n, const struct engine *engine)
{
	for (size_t i = 0; i < n->nr; i++)
		n->entry[i].wanted = false;
	want_fixed(n);
	if (n->follows)
		engine_each(engine, 0, want_of_cgroup, n);
	for (size_t i = n->nr; i-- > 0;)
		if (!n->entry[i].wanted)
			remove_entry(n, &n->entry[i], false);
}

/* --- messages --- */

static void add_size(struct json_object *object, const char *key, uint64_t bytes)
{
	if (bytes == UINT64_MAX)
		json_add_null(object, key);
	else
		json_add_uint(object, key, bytes);
}

static void add_path(struct json_object *object, const char *key, const struct frame *frame,
		     size_t cgroup)
{
	json_add_text(object, key, cgroup == FRAME_NONE ? NULL : frame->cgroup[cgroup].path);
}

/* A line of JSON; NULL if out of memory */
static char *print_message(const struct frame *frame, const struct deed *deed,
			   const struct decision *d)
{
	const struct advice *advice = &deed->advice;
	struct json_object *object = json_new_object();
	const char *text;
	char *line = NULL;

	json_add_text(object, "rule", d->rule->name);
	json_add_uint(object, "cgroup_id", d->id);
	json_add_text(object, "path", d->path);
	json_add_uint(object, "unix_ns", frame->time.wall);
	add_size(object, "available_bytes", deed->value);
	add_size(object, "shrink_bytes", advice->shrink);
	add_size(object, "room_bytes", advice->room);
	add_size(object, "lacking_bytes", advice->lacking);
	add_path(object, "target", frame, advice->target);
	json_add_text(object, "cause", advice->cause ?
		      headroom_stall_cause_name(advice->cause) : NULL);
	add_path(object, "evictor", frame, advice->evictor);
	text = json_text(object);
	if (text && asprintf(&line, "%s\n", text) < 0)
		line = NULL;
	json_object_put(object);
	return line;
}

/* The outlet for a message; NULL if nothing is to be sent */
static struct entry *find_outlet(struct notify *n, const struct rule *rule,
				 enum outlet_kind kind, const struct frame *frame,
				 const struct decision *d)
{
	const char *template = rule->parameter[parameter_of[kind]].text;
	struct entry *entry = NULL;
	char path[TELL_PATH];

	if (template && !tell_path(path, template, d->path, d->id))
		entry = find_entry(n, path);
	if (!entry || !entry->outlet || entry->kind != kind || !outlet_clients(entry->outlet) ||
	    (entry->cgroup == d->id && entry->time == frame->time.monotonic))
		return NULL;
	entry->cgroup = d->id;
	entry->time = frame->time.monotonic;
	return entry;
}

void notify_send(void *arg, const struct frame *frame, const struct deed *deed,
		 const struct decision *d)
{
	struct notify *n = arg;
	char *line = NULL;
	size_t sent;

	for (enum outlet_kind kind = 0; n && kind < OUTLET_KINDS; kind++) {
		struct entry *entry = find_outlet(n, d->rule, kind, frame, d);

		if (!entry)
			continue;
		if (kind == OUTLET_JSON)
			line = print_message(frame, deed, d);
		if (kind == OUTLET_JSON && !line)
			continue;
		sent = outlet_send(entry->outlet, line);
		journal(LOG_DEBUG, "rule %s: %s: %zu notified by %s", d->rule->name, d->path, sent,
			entry->path);
	}
	free(line);
}
