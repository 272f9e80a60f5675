/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Sockets that listen at a path: create them with their permissions, replace those of processes that
 * have ended, and remove them
 */
#ifndef HEADROOMD_LISTENER_H
#define HEADROOMD_LISTENER_H

#include <stdbool.h>
#include <sys/types.h>

/**
 * struct listener_options - properties of a socket
 * @path: where it is
 * @mode: permissions of the file; connecting needs write permission
 * @user: name or number of its owner; NULL to leave it
 * @group: name or number of its group; NULL to leave it
 * @lock: a lock beside the socket keeps other daemons from taking the path
 */
struct listener_options {
	const char *path;
	unsigned int mode;
	const char *user;
	const char *group;
	bool lock;
};

/**
 * struct listener - a socket that listens
 * @path: its path
 * @fd: the socket, which does not block; -1 if there is none
 *
 * Private:
 * @lock: the lock file; -1 if there is none
 * @bound: the file was created, and is this one:
 * @dev: its device
 * @ino: its inode
 */
struct listener {
	char *path;
	int fd;
	int lock;
	bool bound;
	dev_t dev;
	ino_t ino;
};

/**
 * listener_open - listen at a path
 * @listener: result; call listener_close() in every case
 * @backlog: how many connections may wait
 *
 * Replaces the socket of a process that has ended.
 *
 * Return: 0; -EADDRINUSE if another process listens there; -EEXIST if the file is no socket; -ESRCH
 * if there is no such user or group; or another negative errno.
 */
int listener_open(struct listener *listener, const struct listener_options *options, int backlog);
/** listener_close - close a socket, and remove it unless another one has its path */
void listener_close(struct listener *listener);
/**
 * listener_owner - find the owner and the group for a file
 * @user: name or number; NULL for none
 * @group: the same
 * @uid: result; -1 for none, as chown() has it
 * @gid: result
 *
 * Return: 0, or -ESRCH if there is no such user or group.
 */
int listener_owner(const char *user, const char *group, uid_t *uid, gid_t *gid);
/** listener_problem - why a path cannot be opened, as the end of a sentence */
const char *listener_problem(int err);

#endif /* HEADROOMD_LISTENER_H */
