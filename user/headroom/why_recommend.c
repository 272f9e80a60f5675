// SPDX-License-Identifier: GPL-2.0
/* Put a recommendation into words */

#include <inttypes.h>

#include "why_recommend.h"

/* ": 71 % of its refaults are of pages that were evicted for its own limit" */
static void write_reason(struct writer *w, const struct why_advice *advice)
{
	static const char *const phrases[WHY_REASONS] = {
		[WHY_OWN_LIMIT] = "for its own limit",
		[WHY_DESCENDANT_LIMIT] = "for limits below it",
		[WHY_ANCESTOR_LIMIT] = "for the limit of an ancestor",
		[WHY_KSWAPD] = "because the machine was short of memory",
		[WHY_DIRECT_RECLAIM] = "because the machine was short of memory",
		[WHY_PROACTIVE] = "on request",
		[WHY_MADVISE] = "on request",
		[WHY_UNKNOWN] = "for an unknown reason",
	};

	if (advice->refaults)
		fprintf(w->out, ": %s of its refaults are of pages that were evicted %s",
			why_percent(advice->share).s, phrases[advice->reason]);
	else if (advice->share > 0)
		fprintf(w->out, ": %s of its evicted pages were evicted %s",
			why_percent(advice->share).s, phrases[advice->reason]);
}

static void recommend_raise(struct writer *w, const struct why_advice *advice)
{
	fprintf(w->out, "Raise %s of ", advice->file ? advice->file : "memory.max or memory.high");
	why_write_name(w, advice->path, advice->id);
	if (!advice->file)
		fputs(" (which one limits it is unknown)", w->out);
	else if (advice->value)
		fprintf(w->out, " from %s to %s", quantity_bytes(advice->from).s,
			quantity_bytes(advice->value).s);
	else
		fprintf(w->out, " from %s, by an amount that the refaults do not tell",
			quantity_bytes(advice->from).s);
	if (advice->with_max)
		fputs(", and memory.max with it", w->out);
	write_reason(w, advice);
	if (!advice->share)
		fputs(": it is full, and tasks wait at it", w->out);
	fputc('.', w->out);
}

/* The ancestors without which memory.low has no effect */
static void write_ancestors(struct writer *w, const struct why_facts *facts,
			    const struct why_advice *advice)
{
	size_t item = 0;

	fputs(" It has an effect only if memory.low is at least as much in its ancestors", w->out);
	for (size_t i = 1; i < facts->in->nr_levels && item < advice->nr_above; i++) {
		const struct why_level *level = &facts->in->level[i];

		if (!why_lacks_low(level, advice->value))
			continue;
		why_write_separator(w, item++);
		why_write_name(w, level->path, level->id);
	}
	fputc('.', w->out);
}

static void recommend_protection(struct writer *w, const struct why_facts *facts,
				 const struct why_advice *advice)
{
	fprintf(w->out, "Set %s of ", advice->file);
	why_write_name(w, advice->path, advice->id);
	if (advice->value)
		fprintf(w->out, " to %s", quantity_bytes(advice->value).s);
	else
		fputs(" to what it uses and what it lacks", w->out);
	write_reason(w, advice);
	fprintf(w->out, ", and %s were taken from outside.", why_percent(advice->outside).s);
	if (advice->nr_above)
		write_ancestors(w, facts, advice);
	if (advice->doubted)
		fprintf(w->out, " %s may reclaim below memory.low when the machine is short: if "
			"\"low\" in its memory.events grows, limit the evictor with memory.high "
			"instead.", facts->in->unknown.mglru ?
			"MGLRU, if the kernel uses it (that was not recorded)," : "MGLRU");
	if (advice->action == WHY_PROTECT_HARD)
		fprintf(w->out, " MGLRU does not heed memory.low when the machine is short, and %s. "
			"Memory below memory.min is not reclaimed even if the machine runs out of "
			"it.", facts->in->unknown.blame ? "which cgroup took its pages is unknown" :
			"no evictor took enough to limit it");
}

static void recommend_evictor(struct writer *w, const struct why_facts *facts,
			      const struct why_advice *advice)
{
	fprintf(w->out, "Limit ");
	why_write_name(w, advice->path, advice->id);
	fprintf(w->out, " with %s", advice->file);
	write_reason(w, advice);
	fprintf(w->out, ", and %s were taken from outside. ", why_percent(advice->outside).s);
	if (facts->in->breaches)
		fprintf(w->out, "memory.low does not help: the kernel went below it %" PRIu64
			" times.", facts->in->breaches);
	else
		fputs("memory.low already covers what it lacks.", w->out);
}

static void recommend_stop(struct writer *w, const struct why_advice *advice)
{
	fprintf(w->out, "Stop %s", advice->reason == WHY_MADVISE ? "MADV_PAGEOUT" :
		"proactive reclaim (memory.reclaim, DAMON)");
	if (advice->id) {
		fputs(" by ", w->out);
		why_write_name(w, advice->path, advice->id);
	}
	write_reason(w, advice);
	fputc('.', w->out);
}

static void recommend_memory(struct writer *w, const struct why_facts *facts,
			     const struct why_advice *advice)
{
	if (advice->value)
		fprintf(w->out, "Add %s of memory to the machine, or run less on it",
			quantity_bytes(advice->value).s);
	else
		fputs("Add memory to the machine, or run less on it", w->out);
	write_reason(w, advice);
	if (!facts->root && advice->share)
		fprintf(w->out, ", and only %s were taken from outside",
			why_percent(advice->outside).s);
	fputc('.', w->out);
	if (facts->in->unknown.mglru && facts->in->breaches)
		fprintf(w->out, " The kernel went below memory.low %" PRIu64 " times: if it uses "
			"MGLRU (that was not recorded), memory.min helps.", facts->in->breaches);
}

static void recommend_nothing(struct writer *w, const struct why_facts *facts,
			      const struct why_advice *advice)
{
	const struct headroom_stats *stats = &facts->activity->subtree;

	if (advice->action == WHY_NOTHING)
		fputs(facts->in->tracked && !facts->in->unknown.stalled ? "Nothing to do: it has enough memory." :
		      "Nothing to do, unless its tasks wait: few refaults show no lack of memory.",
		      w->out);
	else if (stats->refaults_shared > stats->refaults / 2)
		fputs("More memory for this cgroup would not help: most of the pages that it reads "
		      "back were evicted from other cgroups, which lack it.", w->out);
	else
		fputs("More memory would gain little: hardly any evicted page is read again. The "
		      "waits are the cost of reclaim for pages that are used once.", w->out);
}

static void recommend_unsure(struct writer *w, const struct why_advice *advice)
{
	static const char *const why[WHY_REASONS + 1] = {
		[WHY_OWN_LIMIT] = "it has no limit now, although one evicted its pages",
		[WHY_ANCESTOR_LIMIT] = "which ancestor's limit evicted its pages is unknown",
		[WHY_UNKNOWN] = "why most of its pages were evicted is unknown; 'headroom status' "
				"lists what the module does not cover",
		[WHY_REASONS] = "tasks wait, but neither evictions nor its limits say why",
	};

	fprintf(w->out, "No knob can be named: %s.",
		why[advice->reason] ? why[advice->reason] : why[WHY_REASONS]);
}

void why_recommend(struct writer *w, const struct why_facts *facts,
		   const struct why_advice *advice)
{
	switch (advice->action) {
	case WHY_NOTHING:
	case WHY_NO_GAIN:
		recommend_nothing(w, facts, advice);
		break;
	case WHY_MEASURE_LONGER:
		fputs("Measure longer, such as with --interval 30.", w->out);
		break;
	case WHY_RAISE_LIMIT:
		recommend_raise(w, advice);
		break;
	case WHY_DESCEND:
		fputs("Look at the cgroup whose limit evicts most: run ", w->out);
		fputs(facts->in->recorded ? "why at this moment for " : "'headroom why ", w->out);
		why_write_name(w, advice->path, advice->id);
		fputs(facts->in->recorded ? "" : "'", w->out);
		write_reason(w, advice);
		fputc('.', w->out);
		break;
	case WHY_PROTECT:
	case WHY_PROTECT_HARD:
		recommend_protection(w, facts, advice);
		break;
	case WHY_LIMIT_EVICTOR:
		recommend_evictor(w, facts, advice);
		break;
	case WHY_STOP_REQUESTS:
		recommend_stop(w, advice);
		break;
	case WHY_ADD_MEMORY:
		recommend_memory(w, facts, advice);
		break;
	case WHY_UNSURE:
	case WHY_ACTIONS:
		recommend_unsure(w, advice);
		break;
	}
}
