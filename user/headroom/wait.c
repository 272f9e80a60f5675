// SPDX-License-Identifier: GPL-2.0
/* Wait for time, input, or a signal that ends the command */

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "clock.h"
#include "failure.h"
#include "wait.h"

/* The signal that ends the command; 0 for none */
static volatile sig_atomic_t stopped;

/* Die of the signal itself, so that the parent sees which one it was. */
static void die(void)
{
	sigset_t set;

	signal(stopped, SIG_DFL);
	sigemptyset(&set);
	sigaddset(&set, stopped);
	sigprocmask(SIG_UNBLOCK, &set, NULL);
	raise(stopped);
	/* init of a pid namespace survives its own signals */
	_exit(128 + stopped);
}

/* Die if output is blocked: the command would never reach its next wait. */
static void on_alarm(int sig)
{
	struct pollfd out = { .fd = STDOUT_FILENO, .events = POLLOUT };
	int err = errno;

	(void)sig;
	if (poll(&out, 1, 0) == 0)
		die();
	alarm(1);
	errno = err;
}

static void on_stop(int sig)
{
	/* timeout(1) sends two signals: only the first counts */
	if (stopped)
		return;
	stopped = sig;
	alarm(1);
}

static void catch_signals(sigset_t *set)
{
	static const struct {
		int sig;
		void (*handler)(int sig);
	} caught[] = { { SIGINT, on_stop }, { SIGTERM, on_stop }, { SIGALRM, on_alarm } };
	/* restart an interrupted request to the module */
	struct sigaction action = { .sa_flags = SA_RESTART };

	sigemptyset(&action.sa_mask);
	sigemptyset(set);
	for (size_t i = 0; i < sizeof(caught) / sizeof(caught[0]); i++) {
		action.sa_handler = caught[i].handler;
		sigaction(caught[i].sig, &action, NULL);
		sigaddset(set, caught[i].sig);
	}
	/* the parent may have blocked them */
	sigprocmask(SIG_UNBLOCK, set, NULL);
}

/* Install the handlers at the first call; return the signals that they catch */
static const sigset_t *signals(void)
{
	static sigset_t set;
	static bool caught;

	if (!caught)
		catch_signals(&set);
	caught = true;
	return &set;
}

/* Return 1 if the wait is over, 0 after a signal or another wakeup, or a negative errno. */
static int wait_once(struct pollfd *polled, uint64_t until, const sigset_t *mask)
{
	struct timespec left = clock_left(until);
	int ready = ppoll(polled, 2, until == WAIT_NEVER ? NULL : &left, mask);

	if (ready < 0)
		return errno == EINTR ? 0 : -errno;
	if (!ready)
		return 1;
	if (polled[1].revents)
		raise(SIGPIPE);
	return polled[0].revents != 0;
}

int wait_for(int fd, uint64_t until)
{
	struct pollfd polled[] = {
		{ .fd = fd, .events = POLLIN },
		{ .fd = STDOUT_FILENO },
	};
	sigset_t before;
	int over = 0;

	/* block signals, so that one between the test of @stopped and ppoll() ends the wait */
	sigprocmask(SIG_BLOCK, signals(), &before);
	while (!stopped && !over)
		over = wait_once(polled, until, &before);
	sigprocmask(SIG_SETMASK, &before, NULL);
	if (over >= 0)
		return EXIT_DONE;
	fprintf(stderr, "headroom: cannot wait: %s\n", strerror(-over));
	return EXIT_FAILED;
}

bool wait_stopped(unsigned long count)
{
	signals();
	if (!stopped)
		return false;
	if (count) {
		fflush(stdout);
		die();
	}
	return true;
}
