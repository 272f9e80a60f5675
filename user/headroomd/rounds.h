/* SPDX-License-Identifier: GPL-2.0 */
#ifndef HEADROOMD_ROUNDS_H
#define HEADROOMD_ROUNDS_H

#include <headroom.h>

#include "config.h"
#include "ledger.h"

struct rounds;

/**
 * rounds_new - prepare to follow a configuration
 * @config: the rules; the rounds take it over
 * @ledger: the claims; stays the caller's
 *
 * Return: NULL without memory; then @config is still the caller's.
 */
struct rounds *rounds_new(struct config *config, struct ledger *ledger);
void rounds_free(struct rounds *rounds);
/**
 * rounds_run - read, decide, act and log, once for each rule
 *
 * An error that concerns one rule's cgroup is logged and does not stop the others.
 *
 * Return: 0; a negative errno when the module does not answer.
 */
int rounds_run(struct rounds *rounds, struct headroom *h);
/** rounds_summary - how many cgroups are protected, as a phrase for systemd */
const char *rounds_summary(struct rounds *rounds);

#endif /* HEADROOMD_ROUNDS_H */
