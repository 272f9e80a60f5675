/* SPDX-License-Identifier: GPL-2.0 */
#ifndef HEADROOMD_ENGINE_H
#define HEADROOMD_ENGINE_H

#include <stdbool.h>
#include <headroom.h>

#include "config.h"
#include "state.h"

struct engine;

/**
 * engine_new - a machine that follows a configuration
 * @config: what to do; becomes the engine's
 * @root: the cgroup root
 * @state: what was changed and will have to be restored; stays the caller's
 * @dry_run: decide and say so, and change nothing
 *
 * Return: NULL without memory; then @config is still the caller's.
 */
struct engine *engine_new(struct config *config, const char *root,
			  struct state *state, bool dry_run);
void engine_free(struct engine *engine);
/**
 * engine_step - read, decide, act
 * @engine: the engine
 * @h: connection to the module
 *
 * Return: 0; a negative errno when the module does not answer.
 */
int engine_step(struct engine *engine, struct headroom *h);
/** engine_summary - half a sentence about what is protected, for systemd */
const char *engine_summary(struct engine *engine);

#endif /* HEADROOMD_ENGINE_H */
