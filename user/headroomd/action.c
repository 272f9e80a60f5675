// SPDX-License-Identifier: GPL-2.0
/* What actions share: demands, targets, and what is spared */
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "action.h"
#include "field.h"

void action_demand(struct action_plan *plan, size_t cgroup, enum knob knob, uint64_t value)
{
	plan->deed[plan->nr++] = (struct deed){
		.kind = DEED_DEMAND, .cgroup = cgroup, .knob = knob, .value = value,
	};
}

bool action_knob(const struct action_input *in, size_t cgroup, enum knob knob, uint64_t *value,
		 uint64_t *original)
{
	return ledger_value(in->ledger, in->view->now, cgroup, knob, value, original);
}

uint64_t action_demanded(const struct action_input *in, size_t cgroup, enum knob knob)
{
	return ledger_demanded(in->ledger, in->view->now->cgroup[cgroup].id, knob, in->rule);
}

/* The cgroup of headroomd, of @size bytes; NULL if it is not known */
static const char *find_self(const struct frame *frame, size_t *size)
{
	const char *line = frame_host_text(frame, FRAME_SELF);

	for (; line; line = field_next_line(line))
		if (!strncmp(line, "0::/", 4)) {
			*size = strcspn(line + 3, "\n");
			return line + 3;
		}
	return NULL;
}

bool action_spares(const struct frame *frame, size_t cgroup)
{
	const char *path = frame->cgroup[cgroup].path;
	size_t length = strlen(path), size;
	const char *self = find_self(frame, &size);

	if (!self || !frame->cgroup[cgroup].depth || !strcmp(path, "/init.scope"))
		return true;
	return length <= size && !strncmp(self, path, length) &&
	       (length == size || self[length] == '/');
}

/* Whether a pattern matches a path, or an ancestor of it */
static bool is_below(const struct pattern *pattern, const char *path)
{
	char ancestor[PATH_MAX];
	size_t length = strlen(path);

	if (pattern_matches(pattern, "/") || pattern_matches(pattern, path))
		return true;
	if (length >= sizeof(ancestor))
		return false;
	memcpy(ancestor, path, length + 1);
	for (char *slash = strrchr(ancestor, '/'); slash && slash > ancestor;
	     slash = strrchr(ancestor, '/')) {
		*slash = '\0';
		if (pattern_matches(pattern, ancestor))
			return true;
	}
	return false;
}

/* Whether a path is beside a cgroup that a pattern may match, or beside an ancestor of it */
static bool is_beside(const struct pattern *pattern, const char *path)
{
	const char *second = strchr(path + 1, '/'), *last = strrchr(path, '/');
	char parent[PATH_MAX];

	if (!second || second == last)
		return true;
	if (last - path >= (ptrdiff_t)sizeof(parent))
		return false;
	memcpy(parent, path, last - path);
	parent[last - path] = '\0';
	return pattern_reaches(pattern, parent);
}

void action_wish(const struct action *action, const struct action_value *parameter,
		 struct frame_wish *wish)
{
	wish->files |= action->target_files;
	if (action->wish_more)
		action->wish_more(parameter, wish);
}

uint32_t action_own_files(const struct action *action, const struct action_value *parameter)
{
	return action->own_files ? action->own_files(parameter) : 0;
}

bool action_targets(const struct action *action, const struct action_value *parameter,
		    const struct pattern *own, const char *path)
{
	if (!action->target_files)
		return false;
	for (size_t i = 0; action->parameter[i].name; i++)
		if (action->parameter[i].type == PARAMETER_CGROUPS && parameter[i].cgroups.nr)
			return is_below(&parameter[i].cgroups, path);
	return action->beside ? is_beside(own, path) : is_below(own, path);
}

const char *action_print_value(char *buf, size_t size, const struct action_parameter *parameter,
			       const struct action_value *value)
{
	size_t first;

	if (parameter->type == PARAMETER_NUMBER)
		return unit_print(buf, size, parameter->unit, value->number);
	if (value->text || parameter->type != PARAMETER_WORD)
		return value->text ? value->text : "";
	first = strcspn(parameter->words, " ");
	snprintf(buf, size, "%.*s", (int)first, parameter->words);
	return buf;
}
