/* SPDX-License-Identifier: GPL-2.0 */
/* Draw histograms as bars */
#ifndef HISTOGRAM_H
#define HISTOGRAM_H

#include "headroom.h"
#include "text.h"

/**
 * struct axis - how to label the values of a histogram
 * @heading: heading of the columns that @label fills
 * @label: format a value, as wide as @heading
 * @counted: heading of the counts
 * @page_size: passed to @label
 */
struct axis {
	const char *heading;
	struct text (*label)(uint64_t value, uint32_t page_size);
	const char *counted;
	uint32_t page_size;
};

/** histogram_print - print a row of bars for each octave, or for several */
void histogram_print(const struct headroom_histogram *hist, const struct axis *axis);

#endif /* HISTOGRAM_H */
