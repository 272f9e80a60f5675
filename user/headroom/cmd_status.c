// SPDX-License-Identifier: GPL-2.0
/* headroom status - what the module covers, what it costs, and what it dropped */

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <sys/utsname.h>

#include "command.h"
#include "failure.h"
#include "json.h"
#include "kernel_features.h"
#include "mglru.h"
#include "options.h"
#include "parameter.h"
#include "text.h"

static void print_sampling(const struct headroom_status *status)
{
	if (status->sample_shift)
		printf("sampling     1 page in %" PRIu64 "\n", (uint64_t)1 << status->sample_shift);
	else
		printf("sampling     every page\n");
}

static void print_table(const struct headroom_status *status)
{
	double share = status->table_entries ?
		       100.0 * status->table_used / status->table_entries : 0;

	printf("evicted      %" PRIu64 " of %" PRIu64 " entries used (%.1f %%), %s\n",
	       status->table_used, status->table_entries, share,
	       quantity_bytes(status->table_bytes).s);
}

/*
 * Share of the evicted pages whose refault would be recognised, in percent: those that the
 * nonresident table did not drop. NAN if none was evicted.
 */
static double recognisable(const struct headroom_status *status)
{
	double dropped = (double)status->dropped.table_full + status->dropped.table_busy;

	if (!status->table_remembered)
		return NAN;
	return 100 * fmax(0, 1 - dropped / status->table_remembered);
}

static void print_remembered(const struct headroom_status *status)
{
	double share = recognisable(status);
	char percent[32] = "-";

	if (!isnan(share))
		snprintf(percent, sizeof(percent), "%.1f %%", share);
	printf("remembered   %" PRIu64 " evicted pages, still recognisable: %s\n",
	       status->table_remembered, percent);
}

static void print_cgroups(const struct headroom_status *status)
{
	double bytes = status->cgroup_bytes;

	printf("cgroups      %" PRIu32 ", %s each, %s in all\n", status->cgroups,
	       quantity_bytes(bytes).s, quantity_bytes(bytes * status->cgroups).s);
}

static void print_stalls(const struct headroom_status *status)
{
	if (status->stalls)
		printf("stalls       tracked, %" PRIu32 " task%s stalled now\n", status->stalled,
		       status->stalled == 1 ? "" : "s");
	else
		text_alarm("stalls       not tracked: " STALLS_ON);
}

static void print_histograms(const struct headroom_status *status)
{
	double bytes = status->histogram_bytes;

	printf("histograms   %" PRIu64 ", %s each, %s in all\n", status->histograms,
	       quantity_bytes(bytes).s, quantity_bytes(bytes * status->histograms).s);
}

static void print_time(const struct headroom_status *status)
{
	printf("triggers     %" PRIu32 "\n", status->triggers);
	printf("CPU time     %s in the background, %s for requests\n",
	       quantity_ns(status->worker_time).s, quantity_ns(status->request_time).s);
}

/* State of a hook on this kernel with these parameters */
enum hook_state {
	ATTACHED,
	SILENT,		/* attached, and the kernel does not fire it */
	OFF,		/* not attached, and @covers says when it is */
	MISSING,
};

static const char *const state_names[] = {
	[ATTACHED] = "attached",
	[SILENT] = "silent",
	[OFF] = "off",
	[MISSING] = "missing",
};

/* Whether the hook is attached only while stalls are tracked */
static bool is_for_stalls(const struct headroom_hook *hook)
{
	static const char *const name[] = {
		"mm_compaction_begin", "mm_compaction_end", "mm_vmscan_throttled", "sched_switch",
	};

	for (size_t i = 0; i < sizeof(name) / sizeof(name[0]); i++)
		if (strcmp(hook->name, name[i]) == 0)
			return true;
	return false;
}

/* Whether the hook is attached only once a page has gone to swap */
static bool is_for_swap(const struct headroom_hook *hook)
{
	return strcmp(hook->name, "mm_lru_insertion") == 0;
}

static bool is_function(const struct headroom_hook *hook)
{
	size_t len = strlen(hook->name);

	return len > 2 && strcmp(hook->name + len - 2, "()") == 0;
}

static enum hook_state state_of(const struct headroom_hook *hook,
				const struct headroom_status *status, const char *kernel)
{
	if (hook->attached)
		return feature_hook_is_silent(hook, kernel, mglru_is_on()) ? SILENT : ATTACHED;
	/* the text of a function says whether swap_kprobes is off, or why it has no effect */
	if (is_function(hook) || is_for_swap(hook) || (!status->stalls && is_for_stalls(hook)))
		return OFF;
	return MISSING;
}

static void print_hooks(const struct headroom_status *status, const char *kernel)
{
	const struct headroom_hook *hook;
	enum hook_state state;
	char line[256];

	text_heading("hooks");
	for (size_t i = 0; i < status->nr_hooks; i++) {
		hook = &status->hook[i];
		state = state_of(hook, status, kernel);
		snprintf(line, sizeof(line), "  %-36s %s%s%s", hook->name, state_names[state],
			 state == ATTACHED ? "" : state == OFF ? ": " :
			 state == SILENT ? " with MGLRU on this kernel, not covered: " :
			 ", not covered: ", state == ATTACHED ? "" : hook->covers);
		if (state == SILENT || state == MISSING)
			text_alarm(line);
		else
			puts(line);
	}
}

static void print_dropped(const struct headroom_status *status)
{
	const struct headroom_counter *counter;
	bool nothing = true;
	char line[256];
	uint64_t value;

	for (counter = headroom_counters(HEADROOM_COUNTERS_DROPPED); counter->name; counter++) {
		value = headroom_counter_value(counter, status);
		if (!value)
			continue;
		if (nothing)
			text_heading("dropped since the module was loaded");
		nothing = false;
		snprintf(line, sizeof(line), "  %-18s %10" PRIu64 "  %s", counter->name, value,
			 counter->meaning);
		text_alarm(line);
	}
	if (nothing)
		puts("nothing dropped");
}

static void print_features(const struct headroom_status *status, const char *kernel)
{
	const struct feature *feature;
	bool present;

	printf("features on Linux %s\n", kernel);
	for (size_t i = 0; (feature = feature_get(i)); i++) {
		present = feature_is_present(feature, status, kernel, mglru_is_on());
		printf("  %-28s %-8s kernels that have it: %s\n", feature->name,
		       present ? "present" : "missing", feature_kernels(feature));
		if (!present)
			printf("      %s\n", feature->without);
	}
}

static void print_text(const struct headroom_status *status, const char *kernel)
{
	printf("headroom     %s on Linux %s\n", status->version, kernel);
	printf("page size    %s\n", quantity_bytes(status->page_size).s);
	print_sampling(status);
	print_table(status);
	print_remembered(status);
	print_cgroups(status);
	print_histograms(status);
	print_stalls(status);
	if (status->psi)
		puts("psi          on");
	else
		text_alarm("psi          off: refault waits are not seen, "
			   "proactive reclaim counts as stalls");
	print_time(status);
	print_hooks(status, kernel);
	print_dropped(status);
}

static struct json_object *json_hooks(const struct headroom_status *status,
				      const char *kernel)
{
	struct json_object *hooks = json_new_array(), *hook;

	for (size_t i = 0; i < status->nr_hooks; i++) {
		hook = json_new_object();
		json_add_text(hook, "name", status->hook[i].name);
		json_add_bool(hook, "required", status->hook[i].required);
		json_add_bool(hook, "attached", status->hook[i].attached);
		json_add_text(hook, "state",
			      state_names[state_of(&status->hook[i], status, kernel)]);
		json_add_text(hook, "covers", status->hook[i].covers);
		json_append(hooks, hook);
	}
	return hooks;
}

static struct json_object *json_features(const struct headroom_status *status,
					 const char *kernel)
{
	struct json_object *features = json_new_array(), *object;
	const struct feature *feature;

	for (size_t i = 0; (feature = feature_get(i)); i++) {
		object = json_new_object();
		json_add_text(object, "name", feature->name);
		json_add_bool(object, "present",
			      feature_is_present(feature, status, kernel, mglru_is_on()));
		json_add_text(object, "kernels", feature_kernels(feature));
		json_add_text(object, "without", feature->without);
		json_append(features, object);
	}
	return features;
}

static int print_json(const struct headroom_status *status, const char *kernel)
{
	struct json_object *object = json_new_object(), *dropped = json_new_object();
	const struct headroom_counter *counter;

	json_add_text(object, "version", status->version);
	json_add_text(object, "kernel", kernel);
	json_add_uint(object, "page_size", status->page_size);
	json_add_uint(object, "sample_shift", status->sample_shift);
	json_add_uint(object, "table_entries", status->table_entries);
	json_add_uint(object, "table_used", status->table_used);
	json_add_uint(object, "table_bytes", status->table_bytes);
	json_add_uint(object, "table_remembered", status->table_remembered);
	json_add_number(object, "recognisable_percent", recognisable(status));
	json_add_uint(object, "cgroups", status->cgroups);
	json_add_uint(object, "cgroup_bytes", status->cgroup_bytes);
	json_add_bool(object, "psi", status->psi);
	json_add_bool(object, "stalls", status->stalls);
	json_add_uint(object, "stalled", status->stalled);
	json_add_uint(object, "histogram_bytes", status->histogram_bytes);
	json_add_uint(object, "histograms", status->histograms);
	json_add_uint(object, "triggers", status->triggers);
	json_add_uint(object, "worker_time", status->worker_time);
	json_add_uint(object, "request_time", status->request_time);
	json_add_uint(object, "event_seq", status->event_seq);
	json_add(object, "hooks", json_hooks(status, kernel));
	json_add(object, "features", json_features(status, kernel));
	for (counter = headroom_counters(HEADROOM_COUNTERS_DROPPED); counter->name; counter++)
		json_add_uint(dropped, counter->name, headroom_counter_value(counter, status));
	json_add(object, "dropped", dropped);
	return json_print_line(object);
}

static bool as_json, only_features;

static int show(struct headroom *h)
{
	struct headroom_status *status;
	struct utsname kernel;
	const char *release;
	int err = headroom_status_get(h, &status);

	if (err < 0)
		return say_failure(h, err);
	uname(&kernel);
	/* a module older than this program does not report it */
	release = status->kernel ? status->kernel : kernel.release;
	if (as_json)
		err = print_json(status, release);
	else if (only_features)
		print_features(status, release);
	else
		print_text(status, release);
	headroom_status_free(status);
	return err < 0 ? say_failure(h, err) : EXIT_DONE;
}

static const struct option options[] = {
	{ "--features", OPTION_FLAG, NULL, "what this kernel lacks that others have, and its effect",
	  &only_features },
	{ "--json", OPTION_FLAG, NULL, "print one JSON object", &as_json },
	{ 0 }
};

const struct command status_command = {
	.name = "status",
	.summary = "what the module covers on this kernel, uses, and dropped",
	.notes = "A hook that is off is not needed now: a parameter of the module attaches it. The\n"
		 "counts that a missing hook covers stay at zero. So do those of a silent hook, which\n"
		 "this kernel does not fire in its present configuration.\n",
	.options = options,
	.run = show,
};
