// SPDX-License-Identifier: LGPL-2.1
/*
 * Send requests to the module and read the answers
 *
 * One generic netlink socket, one request at a time. libnl does the framing. Three things
 * that it does not pass on are read here: the kernel's own errno, the message of an
 * extended acknowledgement, and the error that ends a dump, which the kernel sends inside
 * NLMSG_DONE.
 */

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include <linux/netlink.h>
#include <netlink/attr.h>
#include <netlink/errno.h>
#include <netlink/genl/ctrl.h>
#include <netlink/genl/genl.h>
#include <netlink/msg.h>

#include "nanoseconds.h"
#include "connection.h"

/*
 * The kernel sizes the messages of a dump after the largest buffer that the reader has
 * offered, up to 32 KiB: bigger messages mean fewer system calls.
 */
#define MESSAGE_SIZE	(64 * 1024)
/* A large answer must leave room in the queue for the ACK that follows it. */
#define QUEUE_SIZE	(1024 * 1024)
/* Each event is a message of its own and takes a page or two of the queue. */
#define EVENT_QUEUE_SIZE	(8 * 1024 * 1024)

/* An exchange in progress */
struct exchange {
	struct headroom *h;
	struct headroom_request *request;
	uint32_t seq;
	int err;
	bool replied;
	bool done;
	char message[sizeof(((struct headroom *)0)->error)];
};

int headroom_fail(struct headroom *h, int err, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(h->error, sizeof(h->error), format, args);
	va_end(args);
	return err;
}

const char *headroom_error(const struct headroom *h)
{
	if (!h)
		return "out of memory";
	return h->error;
}

static const char *describe(int err)
{
	switch (-err) {
	case EPERM:
		return "needs CAP_PERFMON or CAP_SYS_ADMIN: run as root";
	case ENOBUFS:
		return "the answer did not fit into the socket's receive queue";
	case EBADMSG:
		return "the module's answer is malformed: are the module and this program of the same version?";
	case EOPNOTSUPP:
		return "the module does not know this request: it is older than this program";
	case ETIMEDOUT:
		return "the module did not answer in time";
	case EMSGSIZE:
		return "the statistics of a cgroup did not fit into a netlink message";
	default:
		return strerror(-err);
	}
}

/*
 * libnl maps errno to its own codes, several to one. Only failures of the socket itself are
 * mapped back here; errors in the kernel's answers are read unchanged.
 */
static int errno_of(int nl_error, int saved_errno)
{
	switch (-nl_error) {
	case NLE_NOMEM:
		return saved_errno == ENOBUFS ? -ENOBUFS : -ENOMEM;
	case NLE_PERM:
	case NLE_NOACCESS:
		return -EPERM;
	case NLE_OBJ_NOTFOUND:
		return -ENOENT;
	case NLE_INTR:
		return -EINTR;
	case NLE_AGAIN:
		return -EAGAIN;
	case NLE_AF_NOSUPPORT:
	case NLE_PROTO_MISMATCH:
		return -EPROTONOSUPPORT;
	case NLE_BAD_SOCK:
		return -EBADF;
	case NLE_MSG_TRUNC:
	case NLE_MSG_TOOSHORT:
	case NLE_MSG_OVERFLOW:
	case NLE_SEQ_MISMATCH:
	case NLE_PARSE_ERR:
		return -EBADMSG;
	default:
		return -EIO;
	}
}

static void close_socket(struct headroom *h)
{
	nl_socket_free(h->sock);
	h->sock = NULL;
}

static int set_up_socket(struct nl_sock *sock, int queue_size)
{
	int on = 1, err;

	err = genl_connect(sock);
	if (err < 0)
		return err;
	err = nl_socket_set_buffer_size(sock, queue_size, 0);
	if (err < 0)
		return err;
	/* with CAP_NET_ADMIN, which requests do not need, beyond the system's limit */
	setsockopt(nl_socket_get_fd(sock), SOL_SOCKET, SO_RCVBUFFORCE, &queue_size,
		   sizeof(queue_size));
	err = nl_socket_set_msg_buf_size(sock, MESSAGE_SIZE);
	if (err < 0)
		return err;
	/* the answer for a single cgroup may be larger still: peek at its length */
	nl_socket_enable_msg_peek(sock);
	/* optional: without these an error has no message, or repeats the request */
	setsockopt(nl_socket_get_fd(sock), SOL_NETLINK, NETLINK_EXT_ACK, &on, sizeof(on));
	setsockopt(nl_socket_get_fd(sock), SOL_NETLINK, NETLINK_CAP_ACK, &on, sizeof(on));
	return 0;
}

static int fail_without_family(struct headroom *h)
{
	if (access("/sys/module/headroom", F_OK) == 0)
		return headroom_fail(h, -ENOENT, "the headroom module is loaded, but answers "
				     "in the initial network namespace only");
	return headroom_fail(h, -ENOENT, "the headroom module is not loaded: run "
			     "'modprobe headroom', or 'insmod headroom.ko' from the build");
}

static int apply_timeout(struct headroom *h)
{
	const struct timeval wait = {
		.tv_sec = h->timeout / 1000, .tv_usec = h->timeout % 1000 * 1000,
	};

	return setsockopt(nl_socket_get_fd(h->sock), SOL_SOCKET, SO_RCVTIMEO, &wait,
			  sizeof(wait));
}

int headroom_timeout_set(struct headroom *h, unsigned int ms)
{
	h->error[0] = '\0';
	if (ms > INT_MAX)
		return headroom_fail(h, -EINVAL, "a timeout of %u ms is out of range", ms);
	h->timeout = ms;
	if (h->sock && apply_timeout(h) < 0) {
		int err = -errno;

		return headroom_fail(h, err, "cannot set the timeout of a socket: %s",
				     strerror(-err));
	}
	return 0;
}

int headroom_refuse_reserved(struct headroom *h, const char *what, const uint64_t *reserved,
			     size_t nr)
{
	for (size_t i = 0; i < nr; i++)
		if (reserved[i])
			return headroom_fail(h, -EINVAL, "%s: reserved[%zu] is not zero", what, i);
	return 0;
}

/* libnl reports any failed lookup as a missing family: errno shows whether it timed out. */
static int lookup_error(int nl_error, int saved_errno)
{
	int err = errno_of(nl_error, saved_errno);

	if (err == -EAGAIN || (err == -ENOENT && saved_errno == EAGAIN))
		return -ETIMEDOUT;
	return err;
}

int headroom_connect(struct headroom *h)
{
	int err;

	h->sock = nl_socket_alloc();
	if (!h->sock)
		return headroom_fail(h, -ENOMEM, "out of memory");
	errno = 0;
	err = set_up_socket(h->sock, h->notify ? EVENT_QUEUE_SIZE : QUEUE_SIZE);
	if (err < 0) {
		err = errno_of(err, errno);
		close_socket(h);
		return headroom_fail(h, err, "cannot open a generic netlink socket: %s",
				     strerror(-err));
	}
	if (apply_timeout(h) < 0) {
		err = -errno;
		close_socket(h);
		return headroom_fail(h, err, "cannot set the timeout of a socket: %s",
				     strerror(-err));
	}
	errno = 0;
	h->family = genl_ctrl_resolve(h->sock, HEADROOM_FAMILY_NAME);
	if (h->family < 0) {
		err = lookup_error(h->family, errno);
		close_socket(h);
		if (err == -ENOENT)
			return fail_without_family(h);
		return headroom_fail(h, err, "cannot look up the headroom module: %s",
				     err == -ETIMEDOUT ? "the kernel did not answer in time"
						       : strerror(-err));
	}
	h->stale = false;
	return 0;
}

static int reconnect(struct headroom *h)
{
	int err;

	close_socket(h);
	err = headroom_connect(h);
	/* a request returns -ENOENT for a cgroup that does not exist */
	return err == -ENOENT ? -ENOTCONN : err;
}

void headroom_disconnect(struct headroom *h)
{
	close_socket(h);
	free(h->buffer);
}

/* Offset of the attributes of an extended ACK in the payload */
static int extack_offset(const struct nlmsghdr *nlh)
{
	const struct nlmsgerr *error = nlmsg_data(nlh);

	if (nlh->nlmsg_type == NLMSG_DONE)
		return NLMSG_ALIGN(sizeof(int));
	if (nlmsg_datalen(nlh) < (int)sizeof(*error))
		return nlmsg_datalen(nlh);
	if (nlh->nlmsg_flags & NLM_F_CAPPED)
		return sizeof(*error);
	/* the whole failed request comes first; the caller checks the offset */
	if (error->msg.nlmsg_len > nlh->nlmsg_len)
		return nlmsg_datalen(nlh);
	return sizeof(error->error) + NLMSG_ALIGN(error->msg.nlmsg_len);
}

const char *headroom_extack(const struct nlmsghdr *nlh)
{
	const struct nlattr *attr;
	int offset;

	if (!(nlh->nlmsg_flags & NLM_F_ACK_TLVS))
		return NULL;
	offset = extack_offset(nlh);
	if (offset >= nlmsg_datalen(nlh))
		return NULL;
	attr = nla_find((const struct nlattr *)((const char *)nlmsg_data(nlh) + offset),
			nlmsg_datalen(nlh) - offset, NLMSGERR_ATTR_MSG);
	if (!attr || !memchr(nla_data(attr), '\0', nla_len(attr)))
		return NULL;
	return nla_data(attr);
}

static void end_exchange(struct exchange *exchange, int err, const struct nlmsghdr *nlh)
{
	const char *message = headroom_extack(nlh);

	exchange->done = true;
	if (!err)
		return;
	exchange->err = err;
	if (message)
		snprintf(exchange->message, sizeof(exchange->message), "%s", message);
}

/*
 * After a reply that cannot be decoded, the rest of the answer is read and dropped, so that
 * the socket is ready for the next request.
 */
static void take_reply(struct exchange *exchange, const struct nlmsghdr *nlh)
{
	const struct headroom_request *request = exchange->request;
	int len = (int)nlh->nlmsg_len - NLMSG_HDRLEN - GENL_HDRLEN;

	exchange->replied = true;
	if (exchange->err)
		return;
	if (len < 0)
		exchange->err = -EBADMSG;
	else if (request->reply)
		exchange->err = request->reply((const struct nlattr *)((const char *)nlh +
					       NLMSG_HDRLEN + GENL_HDRLEN), len, request->arg);
}

static int on_message(struct nl_msg *msg, void *arg)
{
	take_reply(arg, nlmsg_hdr(msg));
	return NL_OK;
}

static int on_interrupted(struct nl_msg *msg, void *arg)
{
	struct exchange *exchange = arg;

	(void)msg;
	exchange->request->interrupted = true;
	return NL_OK;
}

static int on_ack(struct nl_msg *msg, void *arg)
{
	end_exchange(arg, 0, nlmsg_hdr(msg));
	return NL_STOP;
}

/* A dump that failed half way has its error in the message that ends it. */
static void take_done(struct exchange *exchange, const struct nlmsghdr *nlh)
{
	int err = 0;

	if (nlmsg_datalen(nlh) >= (int)sizeof(err))
		memcpy(&err, nlmsg_data(nlh), sizeof(err));
	end_exchange(exchange, err < 0 ? err : 0, nlh);
}

static int on_done(struct nl_msg *msg, void *arg)
{
	take_done(arg, nlmsg_hdr(msg));
	return NL_STOP;
}

static int on_error(struct sockaddr_nl *from, struct nlmsgerr *error, void *arg)
{
	/* libnl passes the payload only; the header precedes it */
	const char *payload = (const char *)error;

	(void)from;
	end_exchange(arg, error->error, (const struct nlmsghdr *)(payload - NLMSG_HDRLEN));
	return NL_STOP;
}

/*
 * On a socket for events, pass on what is not part of the awaited answer. Events have the
 * sequence number 0; any other number belongs to an answer that came after its timeout.
 */
static int on_incoming(struct nl_msg *msg, void *arg)
{
	struct nlmsghdr *nlh = nlmsg_hdr(msg);
	struct exchange *exchange = arg;

	if (exchange->request && nlh->nlmsg_seq == exchange->seq)
		return NL_OK;
	if (!nlh->nlmsg_seq)
		exchange->h->notify(exchange->h, nlh);
	return NL_SKIP;
}

/*
 * libnl expects consecutive sequence numbers, but counts only the answers that it reads
 * itself: those read in bulk are missing from its count.
 */
static int on_sequence(struct nl_msg *msg, void *arg)
{
	struct exchange *exchange = arg;

	return exchange->h->notify || nlmsg_hdr(msg)->nlmsg_seq == exchange->seq ?
	       NL_OK : NL_SKIP;
}

static struct nl_cb *callbacks(struct exchange *exchange)
{
	struct nl_cb *cb = nl_cb_alloc(NL_CB_DEFAULT);

	if (!cb)
		return NULL;
	/* on_incoming() compares the sequence; libnl would refuse everything after a lost answer */
	if (exchange->h->notify)
		nl_cb_set(cb, NL_CB_MSG_IN, NL_CB_CUSTOM, on_incoming, exchange);
	nl_cb_set(cb, NL_CB_SEQ_CHECK, NL_CB_CUSTOM, on_sequence, exchange);
	nl_cb_set(cb, NL_CB_VALID, NL_CB_CUSTOM, on_message, exchange);
	nl_cb_set(cb, NL_CB_DUMP_INTR, NL_CB_CUSTOM, on_interrupted, exchange);
	nl_cb_set(cb, NL_CB_ACK, NL_CB_CUSTOM, on_ack, exchange);
	nl_cb_set(cb, NL_CB_FINISH, NL_CB_CUSTOM, on_done, exchange);
	nl_cb_err(cb, NL_CB_CUSTOM, on_error, exchange);
	return cb;
}

_Static_assert((int)HEADROOM_A_BLAME_ID == (int)HEADROOM_A_CGROUP_ID,
	       "all requests for one cgroup have its id under the same attribute");

static int send_request(struct headroom *h, struct exchange *exchange)
{
	const struct headroom_request *request = exchange->request;
	struct nl_msg *msg = nlmsg_alloc();
	int err = -NLE_NOMEM;

	if (!msg)
		return err;
	if (!genlmsg_put(msg, NL_AUTO_PORT, NL_AUTO_SEQ, h->family, 0,
			 request->dump ? NLM_F_DUMP : 0, request->cmd,
			 HEADROOM_FAMILY_VERSION))
		goto out;
	/* 8 bytes suit kernels with and without the attribute type uint */
	if (request->id && nla_put_u64(msg, HEADROOM_A_CGROUP_ID, request->id) < 0)
		goto out;
	if (request->put && request->put(msg, request->asked) < 0)
		goto out;
	err = nl_send_auto(h->sock, msg);
	exchange->seq = nlmsg_hdr(msg)->nlmsg_seq;
out:
	nlmsg_free(msg);
	return err;
}

/* On a socket for events an overflow is not an error here: it is noted in @h->overrun. */
static int receive(struct headroom *h, struct nl_cb *cb)
{
	int err;

	errno = 0;
	err = nl_recvmsgs(h->sock, cb);
	if (err >= 0)
		return 0;
	err = errno_of(err, errno);
	if (err != -ENOBUFS || !h->notify)
		return err;
	h->overrun = true;
	return 0;
}

int headroom_receive(struct headroom *h)
{
	struct exchange none = { .h = h };
	struct nl_cb *cb = callbacks(&none);
	int err;

	if (!cb)
		return headroom_fail(h, -ENOMEM, "out of memory");
	err = receive(h, cb);
	nl_cb_put(cb);
	if (err < 0 && err != -EAGAIN)
		headroom_fail(h, err, "cannot read events: %s", strerror(-err));
	return err;
}

static int make_buffer(struct headroom *h, size_t size)
{
	char *buffer = realloc(h->buffer, size);

	if (!buffer)
		return -ENOMEM;
	h->buffer = buffer;
	h->buffer_size = size;
	return 0;
}

/* Read the next message whole; return its length or a negative errno */
static ssize_t read_bulk(struct headroom *h)
{
	struct iovec iov = { 0 };
	struct msghdr msg = { .msg_iov = &iov, .msg_iovlen = 1 };
	int fd = nl_socket_get_fd(h->sock);
	size_t size = MESSAGE_SIZE;
	ssize_t len;

	/* the answer for a single cgroup may be larger still: peek at its length */
	len = recvmsg(fd, &msg, MSG_PEEK | MSG_TRUNC);
	if (len < 0)
		return -errno;
	if ((size_t)len > size)
		size = len;
	if (size > h->buffer_size && make_buffer(h, size) < 0)
		return -ENOMEM;
	iov.iov_base = h->buffer;
	iov.iov_len = h->buffer_size;
	len = recvmsg(fd, &msg, 0);
	return len < 0 ? -errno : len;
}

static int receive_bulk(struct headroom *h, struct exchange *exchange)
{
	const struct nlmsghdr *nlh;
	ssize_t len = read_bulk(h);
	int rem = len;

	if (len < 0)
		return len == -EINTR ? 0 : len;
	for (nlh = (void *)h->buffer; rem > 0 && NLMSG_OK(nlh, (unsigned int)rem);
	     nlh = NLMSG_NEXT(nlh, rem)) {
		if (nlh->nlmsg_seq != exchange->seq)
			continue;
		if (nlh->nlmsg_flags & NLM_F_DUMP_INTR)
			exchange->request->interrupted = true;
		if (nlh->nlmsg_type == NLMSG_DONE)
			take_done(exchange, nlh);
		else if (nlh->nlmsg_type != NLMSG_ERROR)
			take_reply(exchange, nlh);
		else if (nlmsg_datalen(nlh) >= (int)sizeof(struct nlmsgerr))
			end_exchange(exchange, ((struct nlmsgerr *)nlmsg_data(nlh))->error, nlh);
		else
			return -EBADMSG;
	}
	return 0;
}

/* A dump may be empty; a request for one object must return it. */
static int result_of(const struct exchange *exchange)
{
	const struct headroom_request *request = exchange->request;

	if (!exchange->err && request->reply && !request->dump && !exchange->replied)
		return -EBADMSG;
	return exchange->err;
}

/* Wait for the next message until @deadline; 0 for no limit. -EINTR is not an error. */
static int wait_for_message(struct headroom *h, uint64_t deadline)
{
	struct pollfd fd = { .fd = nl_socket_get_fd(h->sock), .events = POLLIN };
	uint64_t now = clock_ns(CLOCK_MONOTONIC);
	int ready;

	if (deadline && now >= deadline)
		return -ETIMEDOUT;
	ready = poll(&fd, 1, deadline ? (int)((deadline - now + 999999) / 1000000) : -1);
	if (ready < 0 && errno != EINTR)
		return -errno;
	return ready ? 0 : -ETIMEDOUT;
}

/*
 * A socket for events does not block. If its queue overflowed during the exchange and is
 * empty now, the answer was dropped; otherwise it may still come.
 */
static int receive_among_events(struct headroom *h, struct exchange *exchange, struct nl_cb *cb)
{
	uint64_t deadline = h->timeout ? clock_ns(CLOCK_MONOTONIC) + h->timeout * UINT64_C(1000000) : 0;
	bool overrun = h->overrun;
	int err = 0;

	h->overrun = false;
	while (!err && !exchange->done) {
		err = receive(h, cb);
		if (err == -EAGAIN)
			err = h->overrun ? -ENOBUFS : wait_for_message(h, deadline);
	}
	h->overrun |= overrun;
	return err;
}

static int receive_answer(struct headroom *h, struct exchange *exchange, struct nl_cb *cb)
{
	int err = 0;

	if (h->notify)
		return receive_among_events(h, exchange, cb);
	while (!err && !exchange->done)
		err = exchange->request->bulk ? receive_bulk(h, exchange) : receive(h, cb);
	return err == -EAGAIN ? -ETIMEDOUT : err;
}

static int run_exchange(struct headroom *h, struct exchange *exchange)
{
	struct nl_cb *cb = callbacks(exchange);
	int err;

	if (!cb)
		return -ENOMEM;
	exchange->request->interrupted = false;
	errno = 0;
	err = send_request(h, exchange);
	err = err < 0 ? errno_of(err, errno) : receive_answer(h, exchange, cb);
	nl_cb_put(cb);
	if (exchange->done)
		return result_of(exchange);
	if (h->notify)
		return err;
	/* the next request opens a new socket, which a late answer does not reach */
	h->stale = true;
	return err;
}

static int ask_once(struct headroom *h, struct exchange *exchange)
{
	int err;

	if (h->stale || !h->sock) {
		err = reconnect(h);
		if (err < 0)
			return err;
	}
	err = run_exchange(h, exchange);
	if (err < 0)
		headroom_fail(h, err, "%s", exchange->message[0] ? exchange->message
								  : describe(err));
	return err;
}

/*
 * The module explains every refusal. An unexplained -ENOENT comes from generic netlink,
 * which no longer has a family with our id: the module was unloaded, or reloaded with
 * another id. Look it up again, once.
 */
int headroom_ask(struct headroom *h, struct headroom_request *request)
{
	struct exchange exchange = { .h = h, .request = request };
	int err;

	h->error[0] = '\0';
	err = ask_once(h, &exchange);
	if (err != -ENOENT || exchange.message[0])
		return err;
	if (h->notify)
		return headroom_fail(h, -ENOTCONN, "the headroom module was unloaded");
	h->stale = true;
	exchange = (struct exchange){ .h = h, .request = request };
	return ask_once(h, &exchange);
}

/*
 * Limit the attempts: where cgroups come and go faster than a dump takes, none is ever
 * consistent. An inconsistent dump lacks at most cgroups that were created or removed
 * during it; @interrupted tells the caller.
 */
#define DUMP_ATTEMPTS	5

int headroom_dump(struct headroom *h, struct headroom_request *request,
		  void (*empty)(void *arg))
{
	int err;

	request->dump = true;
	for (int attempt = 0; attempt < DUMP_ATTEMPTS; attempt++) {
		empty(request->arg);
		err = headroom_ask(h, request);
		if (err < 0)
			return err;
		if (!request->interrupted)
			break;
	}
	return 0;
}
