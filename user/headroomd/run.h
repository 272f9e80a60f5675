/* SPDX-License-Identifier: GPL-2.0 */
/* Run the program of a rule, and wait for its end */
#ifndef HEADROOMD_RUN_H
#define HEADROOMD_RUN_H

#include <stdbool.h>
#include <stddef.h>

#include "config.h"
#include "engine.h"

struct run;

/**
 * run_new - prepare to run the program of a rule
 * @frame: the frame that the decision rests on
 * @deed: why it runs: DEED_RUN, or DEED_KILL for one that runs before
 * @decision: copied as far as it is needed
 *
 * Return: NULL if out of memory; free with run_free().
 */
struct run *run_new(const struct frame *frame, const struct deed *deed,
		    const struct decision *decision);
/** run_is_given - whether a rule has a program to run */
bool run_is_given(const struct rule *rule);
/** run_free - free it; accepts NULL */
void run_free(struct run *run);
/**
 * run_wait - run the program, and wait for its end
 * @text: result: what came of it, in a sentence, with the first bytes of its output
 *
 * May be called in any thread. It takes at most the rule's time-out and some seconds; before a kill
 * the time-out and a tenth of a second, as the program is not asked to end then, but killed.
 *
 * Return: 0 if the program exited with 0; -EIO if it failed; -ETIMEDOUT if it was terminated; or the
 * negative errno of what prevented it from running.
 */
int run_wait(const struct run *run, char *text, size_t size);
/**
 * run_check - check what a configuration needs of this machine to run its programs
 * @errors: result: users that do not exist
 * @warnings: result: programs that cannot be executed now
 *
 * Return: 0 or -ENOMEM.
 */
int run_check(const struct config *config, struct config_errors *errors,
	      struct config_errors *warnings);

#endif /* HEADROOMD_RUN_H */
