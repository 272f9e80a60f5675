/* SPDX-License-Identifier: GPL-2.0 */
/* Speak netlink to the module without the library */
#ifndef _SELFTESTS_WIRE_H
#define _SELFTESTS_WIRE_H

#include <linux/genetlink.h>
#include <linux/netlink.h>
#include <stdbool.h>
#include <stdint.h>

/**
 * struct exchange - a request and its answer
 * @request: the request
 * @error: 0 or the negative errno of the acknowledgement
 * @sentence: the error message that the kernel attached
 * @offset: offset in @request of the attribute that the error is about; 0 for none
 * @missing: number of the attribute that is missing; 0 for none
 * @replies: messages before the acknowledgement
 * @interrupted: one of them had NLM_F_DUMP_INTR
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
 * @attrs: bit N is set if it has attribute N
 *
 * In params-ntf the attributes are those of the set "params"; only @cmd and @attrs are set.
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
/* The offset that the next attribute will have in the request */
unsigned int next_offset(const struct exchange *x);
/* Sends the request and reads the answer; 0 or the negative errno of the socket */
int exchange(int fd, struct exchange *x);

/* Sends the request only; 0 or the negative errno of the socket */
int begin_exchange(int fd, struct exchange *x);
/*
 * Reads the answer for the length of one recv() and calls @reply for each message. Returns
 * 1 if more follows, 0 after the acknowledgement, or the negative errno of the socket.
 */
int continue_exchange(int fd, struct exchange *x,
		      void (*reply)(const struct nlmsghdr *nlh, void *arg), void *arg);

/* Reads the rest of the answer in the same way; 0 or the negative errno of the socket */
int finish_exchange(int fd, struct exchange *x,
		    void (*reply)(const struct nlmsghdr *nlh, void *arg), void *arg);

/* Returns a generic netlink socket, or -1 */
int open_socket(void);
/* Room for one message at a time, so that a dump stays unfinished until it is read */
int limit_to_one_message(int fd);
/* Returns the family's number or a negative errno, and in @group the number of its group */
int family_id(int fd, uint32_t *group);
/* 0 or a negative errno */
int join_group(int fd, uint32_t group);

/* Returns 1 and the next notification, 0 if none comes in time, or a negative errno */
int next_event(int fd, int family, struct wire_event *event, int milliseconds);

#endif /* _SELFTESTS_WIRE_H */
