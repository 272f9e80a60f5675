/* SPDX-License-Identifier: GPL-2.0 */
#ifndef HEADROOMD_ROUNDS_H
#define HEADROOMD_ROUNDS_H

#include <headroom.h>

#include "config.h"
#include "state.h"

struct rounds;

/**
 * rounds_new - follow a configuration
 * @config: what to do; becomes the rounds'
 * @state: what was changed and will have to be restored; stays the caller's
 *
 * Return: NULL without memory; then @config is still the caller's.
 */
struct rounds *rounds_new(struct config *config, struct state *state);
void rounds_free(struct rounds *rounds);
/**
 * rounds_go - read, decide, act, and tell, once for each rule
 *
 * What is wrong with one rule's cgroup is told, and does not stop the others.
 *
 * Return: 0; a negative errno when the module does not answer.
 */
int rounds_go(struct rounds *rounds, struct headroom *h);
/** rounds_summary - half a sentence about what is protected, for systemd */
const char *rounds_summary(struct rounds *rounds);

#endif /* HEADROOMD_ROUNDS_H */
