/* SPDX-License-Identifier: GPL-2.0 */
/* The netlink family as it is on the wire, without the library */
#ifndef _SELFTESTS_WIRE_H
#define _SELFTESTS_WIRE_H

#include <linux/genetlink.h>
#include <linux/netlink.h>
#include <stdbool.h>
#include <stdint.h>

/**
 * struct exchange - a request as it goes over the wire, and the answer's error
 * @request: the request
 * @error: what the kernel answers
 * @sentence: what it says about that
 * @offset: where in the request the attribute is that it is about; 0 for none
 * @missing: the attribute that is missing
 * @replies: messages of the answer
 * @interrupted: NLM_F_DUMP_INTR was seen
 * @number: the first attribute of the reply, if it has 4 bytes
 */
struct exchange {
	struct {
		struct nlmsghdr nlh;
		struct genlmsghdr genlh;
		char attrs[256];
	} request;
	int error;
	char sentence[128];
	unsigned int offset;
	unsigned int missing;
	int replies;
	bool interrupted;
	uint32_t number;
};

/**
 * struct wire_event - a notification
 * @cmd: HEADROOM_CMD_*_NTF
 * @attrs: bit by bit, which attributes it has
 *
 * Of config-ntf the numbers of the attributes are those of config.
 */
struct wire_event {
	int cmd;
	unsigned int attrs;
	uint64_t seq;
	uint64_t time;
	uint64_t cgroup;
	uint64_t parent_id;
	uint32_t pid;
	uint32_t trigger;
	uint64_t value;
	char path[256];
	char comm[17];
};

void prepare(struct exchange *x, int family, int cmd, int flags);
void put_attr(struct exchange *x, int type, const void *data, int len);
void put_u32(struct exchange *x, int type, uint32_t value);
void put_u64(struct exchange *x, int type, uint64_t value);
/* Where the next attribute will be, as struct exchange tells offsets */
unsigned int next_offset(const struct exchange *x);
/* Sends the request and reads up to its acknowledgement; 0 or a socket error */
int exchange(int fd, struct exchange *x);

/* The same by hand: sends the request; 0 or a socket error */
int begin_exchange(int fd, struct exchange *x);
/*
 * Reads what one system call gives, and calls @reply for each message of the answer.
 * 1 if there is more; 0 at the acknowledgement; or a socket error
 */
int go_on(int fd, struct exchange *x, void (*reply)(const struct nlmsghdr *nlh, void *arg),
	  void *arg);

/* A generic netlink socket, or -1 */
int open_socket(void);
/* The family's number, or a negative errno; and that of its group */
int family_id(int fd, uint32_t *group);
/* 0 or a negative errno */
int join_group(int fd, uint32_t group);

/* The next notification: 1; 0 if none comes in time; or a negative errno */
int next_event(int fd, int family, struct wire_event *event, int milliseconds);

uint64_t monotonic(void);

#endif /* _SELFTESTS_WIRE_H */
