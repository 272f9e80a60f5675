/* SPDX-License-Identifier: GPL-2.0 */
/* What the options --list-signals and --explain print */
#ifndef HEADROOMD_EXPLAIN_H
#define HEADROOMD_EXPLAIN_H

/** explain_signals - print the table of signals */
void explain_signals(void);
/**
 * explain_rules - print each rule in words, the cgroups that it applies to now, and the values that
 * it compares
 *
 * Takes one interval, since rates need two frames.
 *
 * Return: the exit status.
 */
int explain_rules(const char *config_path);
/** explain_check - check a configuration, and print what is wrong; returns the exit status */
int explain_check(const char *config_path);

#endif /* HEADROOMD_EXPLAIN_H */
