// SPDX-License-Identifier: LGPL-2.1
/* Refaults and stalls of each cgroup, each second, and an alarm: consumer [CGROUP] */
#include <headroom.h>
#include <inttypes.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>

static void print_rates(const struct headroom_snapshot *now,
			const struct headroom_snapshot *before)
{
	double s = before ? (double)(now->time - before->time) / 1e9 : 0;
	const struct headroom_cgroup *c, *b;

	for (c = now->cgroup; before && c < now->cgroup + now->nr; c++) {
		b = headroom_snapshot_find(before, c->id);
		if (b && c->path) /* neither too young nor gone since */
			printf("%8.0f refaults/s %6.3f s/s stalled %s\n",
			       (double)(c->subtree.refaults - b->subtree.refaults) / s,
			       (double)(c->subtree.stall_total - b->subtree.stall_total) / s / 1e9,
			       c->path);
	}
	fflush(stdout);
}

int main(int argc, char **argv)
{
	const struct headroom_filter filter = { .omit = HEADROOM_DETAIL_ALL };
	struct headroom_trigger alarm = { .metric = HEADROOM_TRIGGER_METRIC_STALL,
		.threshold = 100000000, .window = 1000000000 }; /* 100 ms in a second */
	struct headroom_snapshot *now, *before = NULL;
	struct headroom_events *events;
	struct headroom_event event;
	struct headroom *h;
	struct pollfd fd = { .events = POLLIN };
	uint32_t id;
	int err;

	if (headroom_open(&h) < 0 ||
	    headroom_cgroup_id(h, argc > 1 ? argv[1] : "/", &alarm.cgroup) < 0) {
		fprintf(stderr, "%s\n", headroom_error(h));
		return EXIT_FAILURE;
	}
	err = headroom_events_open(&events, false);
	if (!err)
		err = headroom_trigger_add(events, &alarm, &id);
	fd.fd = err ? -1 : headroom_events_fd(events);
	while (!err && !(err = headroom_snapshot_take(h, &filter, &now))) {
		print_rates(now, before);
		headroom_snapshot_free(before);
		before = now;
		poll(&fd, 1, 1000);
		while ((err = headroom_events_next(events, &event)) > 0)
			if (event.type == HEADROOM_EVENT_TRIGGER)
				printf("ALARM: %" PRIu64 " ms stalled in %s\n",
				       event.value / 1000000, event.path ? event.path : "?");
	}
	fprintf(stderr, "%s%s\n", headroom_error(h), headroom_events_error(events));
	headroom_snapshot_free(before);
	headroom_events_close(events);
	headroom_close(h);
	return EXIT_FAILURE;
}
