// SPDX-License-Identifier: GPL-2.0
/*
 * Signals of pressure (PSI), from memory.pressure of the cgroup
 *
 * The averages are the kernel's. "psi.some" and "psi.full" are exact for the time between two
 * frames: the growth of the totals.
 */
#include "signals.h"
#include "field.h"

static const char *const lines[] = { "some", "full" };
static const char *const averages[] = { "avg10", "avg60", "avg300" };

static const char no_psi[] = "the kernel accounts no pressure: boot with psi=1";

static struct sample read_average(const struct signal *signal, const struct view *view,
				  const struct signal_argument *argument)
{
	double percent;

	(void)argument;
	if (!field_pressure(view_text(view, FRAME_MEMORY_PRESSURE), lines[signal->number / 3],
			   averages[signal->number % 3], &percent))
		return signal_blind(no_psi);
	return signal_exact(percent / 100);
}

static struct sample read_total(const struct signal *signal, const struct view *view,
				const struct signal_argument *argument)
{
	const char *line = lines[signal->number];
	uint64_t now, before;
	struct sample s;

	(void)argument;
	if (!field_pressure_total(view_text(view, FRAME_MEMORY_PRESSURE), line, &now))
		return signal_blind(no_psi);
	if (!field_pressure_total(view_text_before(view, FRAME_MEMORY_PRESSURE), line, &before))
		return signal_blind("there is no previous frame to compare with");
	s = view_rate_between(view, now, before);
	return s.blind ? s : signal_exact(s.value / 1e6);
}

#define WISH	.wish = { .files = FRAME_BIT(FRAME_MEMORY_PRESSURE) }
#define AVERAGE(word, number_, meaning_)							\
	{ .name = "psi." word, .unit = UNIT_SHARE, WISH, .meaning = meaning_,			\
	  .since = "PSI", .number = number_, .read = read_average }
#define TOTAL(word, number_, meaning_)								\
	{ .name = "psi." word, .unit = UNIT_SHARE, WISH, .meaning = meaning_,			\
	  .since = "PSI", .number = number_, .read = read_total }

const struct signal signals_psi[] = {
	TOTAL("some", 0, "time in which some task waited for memory, since the previous frame"),
	TOTAL("full", 1, "time in which all tasks waited for memory, since the previous frame"),
	AVERAGE("some.avg10", 0, "the same as psi.some, averaged over 10 s by the kernel"),
	AVERAGE("some.avg60", 1, "the same over 60 s"),
	AVERAGE("some.avg300", 2, "the same over 300 s"),
	AVERAGE("full.avg10", 3, "the same as psi.full, averaged over 10 s by the kernel"),
	AVERAGE("full.avg60", 4, "the same over 60 s"),
	AVERAGE("full.avg300", 5, "the same over 300 s"),
	{ .name = NULL },
};
