// SPDX-License-Identifier: GPL-2.0
/*
 * Time spent outside of probes, for the status
 */
#include "effort.h"

struct hr_effort hr_effort;
