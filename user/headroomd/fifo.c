// SPDX-License-Identifier: GPL-2.0
/*
 * A FIFO whose reader is woken by a byte
 *
 * A reader that has not read the last byte is awake, so there is one at most. The FIFO of a previous
 * run is used again: its readers need not notice that the daemon was restarted.
 */
#include <errno.h>
#include <fcntl.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "fifo.h"
#include "listener.h"
#include "parent.h"

/* Without CAP_FOWNER, the mode can only be set while the file belongs to the daemon */
static int set_owner(int fd, unsigned int mode, uid_t user, gid_t group)
{
	if (fchown(fd, geteuid(), group) || fchmod(fd, mode) ||
	    (user != (uid_t)-1 && fchown(fd, user, -1)))
		return -errno;
	return 0;
}

/* Opened for both, it has a reader, so that neither this nor a write fails without one */
static int open_existing(const char *path, unsigned int mode, uid_t user, gid_t group)
{
	int fd = open(path, O_RDWR | O_NONBLOCK | O_CLOEXEC | O_NOFOLLOW), err;
	struct stat st;

	if (fd < 0)
		return -errno;
	if (fstat(fd, &st))
		err = -errno;
	else if (!S_ISFIFO(st.st_mode))
		err = -EEXIST;
	else
		err = set_owner(fd, mode, user, group);
	if (!err)
		return fd;
	close(fd);
	return err;
}

int fifo_open(const char *path, unsigned int mode, const char *user, const char *group)
{
	struct stat st;
	uid_t uid;
	gid_t gid;
	int err = listener_owner(user, group, &uid, &gid);

	if (!err)
		err = parent_make(path);
	if (!err && mkfifo(path, 0600) && errno != EEXIST)
		err = -errno;
	if (!err && lstat(path, &st))
		err = -errno;
	if (err)
		return err;
	/* Opening another kind of file may have an effect */
	return S_ISFIFO(st.st_mode) ? open_existing(path, mode, uid, gid) : -EEXIST;
}

bool fifo_wake(int fd)
{
	int unread = 0;

	if (!ioctl(fd, FIONREAD, &unread) && unread)
		return true;
	return write(fd, "\n", 1) == 1;
}
