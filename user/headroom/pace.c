// SPDX-License-Identifier: GPL-2.0
/* Waiting: see pace.h */

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <time.h>
#include <unistd.h>

#include "command.h"
#include "pace.h"

uint64_t pace_now(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * NS_PER_S + now.tv_nsec;
}

uint64_t pace_after(uint64_t start, double seconds)
{
	return start + (uint64_t)(seconds * NS_PER_S);
}

/* Readable once SIGINT or SIGTERM has come */
static int signals(void)
{
	static int fd = -1;
	sigset_t set;

	if (fd >= 0)
		return fd;
	sigemptyset(&set);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGTERM);
	sigprocmask(SIG_BLOCK, &set, NULL);
	fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	if (fd < 0) {
		fprintf(stderr, "headroom: cannot wait for signals: %s\n", strerror(errno));
		exit(EXIT_FAILED);
	}
	return fd;
}

/* The time from now on; 0 when it has passed */
static struct timespec rest(uint64_t until)
{
	uint64_t now = pace_now(), left = until > now ? until - now : 0;

	return (struct timespec){ left / NS_PER_S, left % NS_PER_S };
}

enum pace pace_wait(int fd, uint64_t until)
{
	struct pollfd polled[] = {
		{ .fd = signals(), .events = POLLIN },
		{ .fd = fd, .events = POLLIN },
		{ .fd = STDOUT_FILENO },
	};
	struct timespec left;
	int ready;

	for (;;) {
		left = rest(until);
		ready = ppoll(polled, 3, until == PACE_NEVER ? NULL : &left, NULL);
		if (ready < 0 && errno != EINTR) {
			fprintf(stderr, "headroom: cannot wait: %s\n", strerror(errno));
			exit(EXIT_FAILED);
		}
		if (ready <= 0) {
			if (!ready)
				return PACE_TIME;
			continue;
		}
		if (polled[0].revents)
			return PACE_STOP;
		if (polled[2].revents & (POLLERR | POLLHUP))
			raise(SIGPIPE);
		/* closed from the beginning: then nobody is told */
		if (polled[2].revents)
			polled[2].fd = -1;
		if (polled[1].revents)
			return PACE_READY;
	}
}
