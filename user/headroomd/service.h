/* SPDX-License-Identifier: GPL-2.0 */
/* The daemon on this machine: its event loop, and what signals of processes do */
#ifndef HEADROOMD_SERVICE_H
#define HEADROOMD_SERVICE_H

#include <stdbool.h>

/**
 * service_run - run until SIGTERM or SIGINT
 * @config_path: the configuration file, read again on SIGHUP
 * @dry_run: change nothing
 *
 * Return: the exit status.
 */
int service_run(const char *config_path, bool dry_run);
/**
 * service_restore - undo all that a daemon which has ended left
 *
 * Return: the exit status.
 */
int service_restore(const char *config_path);

#endif /* HEADROOMD_SERVICE_H */
