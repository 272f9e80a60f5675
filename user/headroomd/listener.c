// SPDX-License-Identifier: GPL-2.0
/*
 * Sockets that listen at a path
 *
 * A lock beside the socket tells whether a daemon listens on it. It prevents that one daemon removes
 * the socket which another one has just created. The kernel releases it when the daemon ends, in
 * whatever way.
 */
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <limits.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "listener.h"
#include "parent.h"

/* Only one daemon can have the lock */
static int lock_path(struct listener *l)
{
	char path[PATH_MAX];

	if (snprintf(path, sizeof(path), "%s.lock", l->path) >= (int)sizeof(path))
		return -ENAMETOOLONG;
	l->lock = open(path, O_RDONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (l->lock < 0)
		return -errno;
	if (!flock(l->lock, LOCK_EX | LOCK_NB))
		return 0;
	return errno == EWOULDBLOCK ? -EADDRINUSE : -errno;
}

/* Remove a socket on which nothing listens. What does may be another program. */
static int remove_stale(const struct sockaddr_un *address)
{
	struct stat st;
	int fd, err;

	if (lstat(address->sun_path, &st))
		return errno == ENOENT ? 0 : -errno;
	if (!S_ISSOCK(st.st_mode))
		return -EEXIST;
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return -errno;
	err = connect(fd, (const struct sockaddr *)address, sizeof(*address)) ? errno : 0;
	close(fd);
	/* EAGAIN: so many wait for it that no more can */
	if (!err || err == EAGAIN)
		return -EADDRINUSE;
	if (err != ECONNREFUSED)
		return -err;
	return unlink(address->sun_path) ? -errno : 0;
}

/* A user or a group by its number */
static int parse_number(const char *text, unsigned int *number)
{
	unsigned long value;
	char *end;

	value = strtoul(text, &end, 10);
	if (*end || *text < '0' || *text > '9' || value > INT_MAX)
		return -ESRCH;
	*number = value;
	return 0;
}

int listener_owner(const char *user, const char *group, uid_t *uid, gid_t *gid)
{
	const struct passwd *passwd = user ? getpwnam(user) : NULL;
	const struct group *found = group ? getgrnam(group) : NULL;
	int err = 0;

	*uid = -1;
	*gid = -1;
	if (passwd)
		*uid = passwd->pw_uid;
	else if (user)
		err = parse_number(user, uid);
	if (found)
		*gid = found->gr_gid;
	else if (group && !err)
		err = parse_number(group, gid);
	return err;
}

/* Nothing can connect before listen(), so set the permissions first */
static int bind_socket(struct listener *l, const struct sockaddr_un *address,
		       const struct listener_options *options, int backlog)
{
	struct stat st;
	uid_t user;
	gid_t group;
	int err = listener_owner(options->user, options->group, &user, &group);

	if (err)
		return err;
	l->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (l->fd < 0)
		return -errno;
	if (bind(l->fd, (const struct sockaddr *)address, sizeof(*address)))
		return -errno;
	if (lstat(l->path, &st))
		return -errno;
	l->dev = st.st_dev;
	l->ino = st.st_ino;
	l->bound = true;
	/* Once it is another user's, its mode cannot be set without CAP_FOWNER */
	if (chmod(l->path, options->mode) ||
	    ((options->user || options->group) && lchown(l->path, user, group)) ||
	    listen(l->fd, backlog))
		return -errno;
	return 0;
}

int listener_open(struct listener *l, const struct listener_options *options, int backlog)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int err;

	*l = (struct listener){ .path = strdup(options->path), .fd = -1, .lock = -1 };
	if (!l->path)
		return -ENOMEM;
	if (strlen(options->path) >= sizeof(address.sun_path))
		return -ENAMETOOLONG;
	strcpy(address.sun_path, options->path);
	err = parent_make(options->path);
	if (!err && options->lock)
		err = lock_path(l);
	if (!err)
		err = remove_stale(&address);
	return err ? err : bind_socket(l, &address, options, backlog);
}

/* The path may have a socket that is not this one, if an administrator removed it and the lock */
static void remove_socket(const struct listener *l)
{
	struct stat st;

	if (l->bound && !lstat(l->path, &st) && st.st_dev == l->dev && st.st_ino == l->ino)
		unlink(l->path);
}

void listener_close(struct listener *l)
{
	if (l->path)
		remove_socket(l);
	if (l->fd >= 0)
		close(l->fd);
	if (l->lock >= 0)
		close(l->lock);
	free(l->path);
	*l = (struct listener){ .fd = -1, .lock = -1 };
}

const char *listener_problem(int err)
{
	switch (err) {
	case -EADDRINUSE:
		return "another process listens there";
	case -EEXIST:
		return "the file is no socket";
	case -ESRCH:
		return "there is no such user or group";
	default:
		return strerror(-err);
	}
}
