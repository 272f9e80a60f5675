// SPDX-License-Identifier: GPL-2.0
/* Test the client of the control socket against a daemon that the test plays */

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "daemon_client.h"
#include "tap.h"
#include "tree.h"

static int listen_at(const char *path)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	snprintf(address.sun_path, sizeof(address.sun_path), "%s", path);
	if (fd < 0 || bind(fd, (struct sockaddr *)&address, sizeof(address)) || listen(fd, 1))
		abort();
	return fd;
}

/* A process that asks, and ends with 0 if it gets the answer, or else with the error */
static pid_t ask(const char *path)
{
	pid_t pid = fork();
	char *answer;
	int err;

	if (pid < 0)
		abort();
	if (pid)
		return pid;
	err = daemon_ask(path, "status", 600, &answer);
	_exit(err ? -err : strcmp(answer, "yes\n") ? 255 : 0);
}

/* Wait until a process sleeps; returns false if it does not within a minute */
static bool sleeps(pid_t pid)
{
	const struct timespec pause = { .tv_nsec = 1000000 };
	char name[64], state = 0;

	snprintf(name, sizeof(name), "/proc/%d/stat", pid);
	for (int i = 0; i < 60000 && state != 'S'; i++) {
		FILE *f = fopen(name, "re");

		nanosleep(&pause, NULL);
		if (!f || fscanf(f, "%*d %*s %c", &state) != 1)
			state = 0;
		if (f)
			fclose(f);
	}
	return state == 'S';
}

/* The kernel ends a wait with a time limit if the process is stopped and continued, with a handler or without */
static void test_stop(void)
{
	const char *path = in_dir("socket");
	int listener = listen_at(path), fd, status = -1;
	pid_t pid = ask(path);
	char request[64];

	fd = accept(listener, NULL, NULL);
	is_int(recv(fd, request, sizeof(request), 0), 7, "a request");
	ok(sleeps(pid), "the client waits for the answer");
	kill(pid, SIGSTOP);
	ok(waitpid(pid, &status, WUNTRACED) == pid && WIFSTOPPED(status), "it is stopped");
	kill(pid, SIGCONT);
	if (send(fd, "yes\n", 4, MSG_NOSIGNAL) != 4)
		printf("# the client has gone\n");
	close(fd);
	ok(waitpid(pid, &status, 0) == pid && WIFEXITED(status), "it ends");
	is_int(WEXITSTATUS(status), 0, "with the answer, although it was stopped");
	close(listener);
}

int main(void)
{
	make_dir();
	test_stop();
	remove_dir();
	return tap_done();
}
