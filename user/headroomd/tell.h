/* SPDX-License-Identifier: GPL-2.0 */
/* What the action notify and those who deliver its messages have to agree on */
#ifndef HEADROOMD_TELL_H
#define HEADROOMD_TELL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** enum tell_parameter - parameters of notify, in the order of the action's list */
enum tell_parameter {
	TELL_SOCKET,	/* paths for tell_path() */
	TELL_FIFO,
	TELL_JSON,
	TELL_MODE,	/* for tell_mode(); NULL for 0600 */
	TELL_USER,
	TELL_GROUP,
};

/* Bytes of a path with its end, as long as that of a socket can be */
#define TELL_PATH	108

/** tell_mode - parse permissions; returns false if @text is no octal mode */
bool tell_mode(const char *text, unsigned int *mode);
/** tell_is_fixed - whether a template has the same path for all cgroups */
bool tell_is_fixed(const char *template);
/**
 * tell_path - the path of a template for a cgroup
 * @path: result, TELL_PATH bytes
 * @template: a path, in which %n is the last component of the cgroup's path, %i its id, and %% a %
 * @cgroup: path of the cgroup; NULL if the template is fixed
 * @id: its id
 *
 * Return: NULL, or what is wrong, as the end of a sentence.
 */
const char *tell_path(char *path, const char *template, const char *cgroup, uint64_t id);

#endif /* HEADROOMD_TELL_H */
