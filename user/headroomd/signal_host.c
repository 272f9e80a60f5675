// SPDX-License-Identifier: GPL-2.0
/*
 * Signals of the machine: the same for each cgroup
 *
 * Swap on zram is memory: a full zram takes physical memory while swap may look free. So zram and
 * zswap have signals of the physical memory that they use.
 */
#include "signals.h"
#include "field.h"

static const char *meminfo(const struct view *view)
{
	return frame_host_text(view->now, FRAME_MEMINFO);
}

/* A value of /proc/meminfo, in bytes */
static bool read_key(const struct view *view, const char *key, uint64_t *bytes)
{
	if (!field_key(meminfo(view), key, bytes))
		return false;
	*bytes *= 1024;
	return true;
}

static struct sample part(const struct view *view, const char *key, const char *whole_key)
{
	uint64_t value, whole;
	struct sample s;

	if (!read_key(view, key, &value) || !read_key(view, whole_key, &whole))
		return signal_blind("/proc/meminfo has no such line");
	s = signal_exact(value);
	s.whole = whole;
	s.has_whole = true;
	return s;
}

static struct sample read_free(const struct signal *signal, const struct view *view,
			       const struct signal_argument *argument)
{
	(void)signal, (void)argument;
	return part(view, "MemAvailable", "MemTotal");
}

static struct sample read_swap_free(const struct signal *signal, const struct view *view,
				    const struct signal_argument *argument)
{
	struct sample s = part(view, "SwapFree", "SwapTotal");

	(void)signal, (void)argument;
	if (!s.blind && !(s.whole > 0))
		return signal_blind("the machine has no swap");
	return s;
}

static struct sample read_zswap(const struct signal *signal, const struct view *view,
				const struct signal_argument *argument)
{
	(void)signal, (void)argument;
	return part(view, "Zswap", "MemTotal");
}

/* Column 2 of mm_stat is the memory that a device has allocated, for all that it stores */
static struct sample read_zram(const struct signal *signal, const struct view *view,
			       const struct signal_argument *argument)
{
	const char *line = frame_host_text(view->now, FRAME_ZRAM);
	uint64_t used, whole, sum = 0;
	struct sample s;

	(void)signal, (void)argument;
	if (!line || !read_key(view, "MemTotal", &whole))
		return signal_blind("/proc/meminfo has no such line");
	for (; line && *line; line = field_next_line(line)) {
		if (!field_column(line, 2, &used))
			return signal_blind("mm_stat of a zram device cannot be parsed");
		sum += used;
	}
	s = signal_exact(sum);
	s.whole = whole;
	s.has_whole = true;
	return s;
}

static struct sample read_pressure(const struct signal *signal, const struct view *view,
				   const struct signal_argument *argument)
{
	static const char *const lines[] = { "some", "full" };
	double percent;

	(void)argument;
	if (!field_pressure(frame_host_text(view->now, FRAME_PRESSURE), lines[signal->number],
			   "avg10", &percent))
		return signal_blind("the kernel accounts no pressure: boot with psi=1");
	return signal_exact(percent / 100);
}

#define MEMINFO	.wish = { .host_files = FRAME_BIT(FRAME_MEMINFO) }

const struct signal signals_host[] = {
	{ .name = "host.free", .unit = UNIT_SIZE, .is_part = true, MEMINFO, .read = read_free,
	  .meaning = "memory that can be allocated without swap; a share is of all memory" },
	{ .name = "host.psi.some", .unit = UNIT_SHARE, .number = 0, .read = read_pressure,
	  .wish = { .host_files = FRAME_BIT(FRAME_PRESSURE) }, .since = "PSI",
	  .meaning = "time in which some task of the machine waited for memory, over 10 s" },
	{ .name = "host.psi.full", .unit = UNIT_SHARE, .number = 1, .read = read_pressure,
	  .wish = { .host_files = FRAME_BIT(FRAME_PRESSURE) }, .since = "PSI",
	  .meaning = "time in which all tasks of the machine waited for memory, over 10 s" },
	{ .name = "swap.free", .unit = UNIT_SIZE, .is_part = true, MEMINFO, .read = read_swap_free,
	  .since = "swap", .meaning = "swap of the machine that is free; a share is of all swap" },
	{ .name = "zswap.used", .unit = UNIT_SIZE, .is_part = true, MEMINFO, .read = read_zswap,
	  .since = "zswap",
	  .meaning = "physical memory that zswap uses; a share is of all memory" },
	{ .name = "zram.used", .unit = UNIT_SIZE, .is_part = true, .read = read_zram, .since = "zram",
	  .wish = { .host_files = FRAME_BIT(FRAME_MEMINFO) | FRAME_BIT(FRAME_ZRAM) },
	  .meaning = "physical memory that zram devices use; a share is of all memory" },
	{ .name = NULL },
};
