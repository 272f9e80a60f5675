/* SPDX-License-Identifier: GPL-2.0 */
/* What the daemon and the command have to agree on about the control socket */
#ifndef COMMON_CONTROL_SOCKET_H
#define COMMON_CONTROL_SOCKET_H

#define CONTROL_SOCKET		"/run/headroom/control"

/* The most bytes of a request, with its line end */
#define CONTROL_REQUEST_SIZE	4096

#endif /* COMMON_CONTROL_SOCKET_H */
