/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Answers to requests at the control socket
 *
 * An answer is lines of JSON. The last one is {"ok":true}, or {"ok":false,"error":"..."}. It knows
 * nothing of sockets, and the daemon as far as struct control_state describes it.
 */
#ifndef HEADROOMD_CONTROL_ANSWER_H
#define HEADROOMD_CONTROL_ANSWER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "config.h"
#include "engine.h"
#include "history.h"
#include "tally.h"

/**
 * struct control_frame - the last frame that was read
 * @time: when, CLOCK_REALTIME, ns; 0 before the first
 * @duration: how long it took to read it and to act, ns
 * @cgroups: number of its cgroups
 */
struct control_frame {
	uint64_t time;
	uint64_t duration;
	size_t cgroups;
};

/**
 * struct control_state - the daemon at the time of a request
 * @config: its configuration
 * @engine: its rules, and what they decided
 * @history: its log
 * @tally: how often its rules have acted
 * @root: path of the cgroup root
 * @uptime: ns since it was started
 * @frame: the last frame
 * @module_error: why the module does not answer; NULL if it does
 * @paused: rules are not evaluated
 * @dry_run: nothing is changed
 */
struct control_state {
	const struct config *config;
	const struct engine *engine;
	const struct history *history;
	const struct tally *tally;
	const char *root;
	uint64_t uptime;
	struct control_frame frame;
	const char *module_error;
	bool paused;
	bool dry_run;
};

/**
 * struct control_acts - what a request can have the daemon do
 * @pause: evaluate no rules until it is called with false
 * @reload: read the configuration again; returns false, and adds to @errors, if the current one stays
 * @arg: their argument
 */
struct control_acts {
	void (*pause)(void *arg, bool paused);
	bool (*reload)(void *arg, struct config_errors *errors);
	void *arg;
};

/**
 * control_answer - answer a request
 * @request: a line, without its end
 * @may_change: the client may do what changes the daemon
 * @size: result: bytes of the answer
 *
 * Return: the answer, allocated; NULL if out of memory.
 */
char *control_answer(const char *request, bool may_change, const struct control_state *state,
		     const struct control_acts *acts, size_t *size);

#endif /* HEADROOMD_CONTROL_ANSWER_H */
