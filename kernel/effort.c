// SPDX-License-Identifier: GPL-2.0
/*
 * Measure the time that the module spends outside of its probes, for the status
 */
#include "effort.h"

struct hr_effort hr_effort;
