// SPDX-License-Identifier: GPL-2.0
/*
 * Count the probes that run on each CPU, on kernels that check the contract of probes.h
 */
#include "probes.h"

DEFINE_PER_CPU(u8[4], hr_probe_depth);
