/* SPDX-License-Identifier: GPL-2.0 */
/* The socket that 'headroom metrics' serves: at an address, or from systemd */
#ifndef METRICS_LISTEN_H
#define METRICS_LISTEN_H

#include <stdbool.h>

/** metrics_address_is_valid - whether metrics_listen() takes an address */
bool metrics_address_is_valid(const char *address);
/**
 * metrics_listen - open a socket that listens
 * @address: a port, at which 127.0.0.1 listens; "192.0.2.1:9000"; "[::1]:9000"; or "systemd" for the
 *	one socket that systemd has passed
 *
 * Return: the socket; -EINVAL if the address is none; -ENOENT if systemd has passed no socket, or
 * several; -EPROTOTYPE if what it passed does not listen; or another negative errno.
 */
int metrics_listen(const char *address);

#endif /* METRICS_LISTEN_H */
