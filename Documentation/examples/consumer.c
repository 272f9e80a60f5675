// SPDX-License-Identifier: LGPL-2.1
/* Print refaults and stalls of each cgroup every second, and an alarm: consumer [CGROUP] */
#include <headroom.h>
#include <inttypes.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>

static int print_rates(const struct headroom_snapshot *now, const struct headroom_snapshot *before)
{
	struct headroom_snapshot_delta *delta;
	const struct headroom_cgroup *c;
	double s;
	int err = headroom_snapshot_delta(now, before, &delta);

	if (err < 0)
		return err;
	s = (double)delta->interval / 1e9;
	for (c = delta->cgroup; c < delta->cgroup + delta->nr; c++)
		if (c->path) /* NULL: removed since the snapshot was taken */
			printf("%8.0f refaults/s %6.3f s/s stalled %s\n",
			       (double)c->subtree.refaults / s,
			       (double)c->subtree.stall_total / s / 1e9, c->path);
	headroom_snapshot_delta_free(delta);
	fflush(stdout);
	return 0;
}

int main(int argc, char **argv)
{
	const struct headroom_filter counters_only = { .omit = HEADROOM_DETAIL_ALL };
	struct headroom_trigger alarm = { .metric = HEADROOM_TRIGGER_METRIC_STALL,
		.threshold = 100000000, .window = 1000000000 }; /* 100 ms within a second */
	struct headroom_snapshot *now, *before = NULL;
	struct headroom_events *events = NULL;
	struct headroom_event event;
	struct headroom *h;
	struct pollfd fd = { .events = POLLIN };
	uint32_t id;
	int err;

	if (headroom_open(&h) < 0 ||
	    headroom_cgroup_id(h, argc > 1 ? argv[1] : "/", &alarm.cgroup) < 0) {
		fprintf(stderr, "%s\n", headroom_error(h));
		headroom_close(h);
		return EXIT_FAILURE;
	}
	err = headroom_events_open(&events, false);
	if (!err)
		err = headroom_trigger_add(events, &alarm, &id);
	fd.fd = err ? -1 : headroom_events_fd(events);
	while (!err && !(err = headroom_snapshot_take(h, &counters_only, &now))) {
		err = before ? print_rates(now, before) : 0;
		headroom_snapshot_free(before);
		before = now;
		if (err)
			break;
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
