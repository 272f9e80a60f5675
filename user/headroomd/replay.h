/* SPDX-License-Identifier: GPL-2.0 */
/* Rules on a recording: what they would have decided */
#ifndef HEADROOMD_REPLAY_H
#define HEADROOMD_REPLAY_H

/**
 * replay_run - print the decisions that a configuration makes on a recording
 * @recording: path
 * @config: path of the configuration; of the one that ran, the decisions are the same as live
 *
 * Return: the exit status.
 */
int replay_run(const char *recording, const char *config);
/**
 * replay_compare - print what two configurations would have done, as a table
 * @config: paths of the configurations
 *
 * Return: the exit status.
 */
int replay_compare(const char *recording, const char *const config[2]);

#endif /* HEADROOMD_REPLAY_H */
