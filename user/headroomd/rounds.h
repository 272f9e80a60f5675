/* SPDX-License-Identifier: GPL-2.0 */
#ifndef HEADROOMD_ROUNDS_H
#define HEADROOMD_ROUNDS_H

#include <headroom.h>

#include "config.h"
#include "ledger.h"

struct rounds;

/**
 * rounds_new - prepare rounds over the rules of a configuration
 * @config: the rules; freed by rounds_free()
 * @ledger: the claims; must outlive the rounds
 *
 * Return: NULL if out of memory; @config then still belongs to the caller.
 */
struct rounds *rounds_new(struct config *config, struct ledger *ledger);
void rounds_free(struct rounds *rounds);
/**
 * rounds_run - read, decide, act and log, once for each rule
 *
 * An error of one rule's cgroup is logged and does not affect the other rules.
 *
 * Return: 0; a negative errno if the module does not answer.
 */
int rounds_run(struct rounds *rounds, struct headroom *h);
/**
 * rounds_summary - a phrase that says how many cgroups are protected
 *
 * Return: valid until the next call.
 */
const char *rounds_summary(struct rounds *rounds);

#endif /* HEADROOMD_ROUNDS_H */
