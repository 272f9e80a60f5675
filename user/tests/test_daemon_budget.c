// SPDX-License-Identifier: GPL-2.0
/* The division of the budget: bounded, fair at each level, and nothing is left that another wants */
#include <stdlib.h>
#include <string.h>

#include "budget.h"
#include "frame.h"
#include "tap.h"

#define MOST	600

/* A tree that is built from paths in preorder, each with what is demanded for it */
static struct frame *frame;
static struct budget_share share[MOST];

static void begin(void)
{
	frame = frame_new();
	frame_add(frame, 1, "/", NULL);
	memset(share, 0, sizeof(share));
	share[0].weight = 1;
}

static void want(const char *path, uint64_t demanded, double weight)
{
	size_t i = frame_add(frame, frame->nr + 1, path, NULL);

	share[i] = (struct budget_share){ .demanded = demanded, .weight = weight };
}

static int divide(uint64_t budget)
{
	if (frame_finish(frame))
		abort();
	return budget_divide(frame, budget, share);
}

static uint64_t granted(const char *path)
{
	return share[frame_find_path(frame, path)].granted;
}

static void end(void)
{
	frame_put(frame);
}

static void check_fairness(void)
{
	begin();
	want("/a", 0, 1);
	want("/a/1", 1000, 1);
	want("/a/2", 1000, 1);
	want("/a/3", 1000, 1);
	want("/b", 1000, 1);
	want("/c", 100, 1);
	want("/d", 0, 1);
	is_int(divide(1100), 0, "three cgroups want more than there is");
	ok(granted("/c") == 100, "the one that wants little gets it");
	ok(granted("/a") == 500 && granted("/b") == 500, "the others share the rest");
	ok(granted("/a/1") == 166 && granted("/a/2") == 167 && granted("/a/3") == 167,
	   "the children of one divide its part");
	is_uint(granted("/d"), 0, "the one that wants nothing gets nothing");
	end();

	begin();
	want("/a", 1000, 300);
	want("/b", 1000, 100);
	divide(800);
	ok(granted("/a") == 600 && granted("/b") == 200, "parts are as weights");
	end();

	begin();
	want("/a", 0, 1);
	want("/a/1", 1000, 300);
	want("/a/2", 1000, 100);
	want("/b", 1000, 300);
	divide(800);
	ok(granted("/a") == 400 && granted("/b") == 400, "weights of children do not add up");
	ok(granted("/a/1") == 300 && granted("/a/2") == 100, "they count among the children");
	end();
}

static void check_own_demand(void)
{
	begin();
	want("/a", 700, 1);
	want("/a/1", 300, 1);
	want("/a/2", 200, 1);
	divide(10000);
	ok(granted("/a") == 700 && granted("/a/1") == 300 && granted("/a/2") == 200,
	   "with enough, each gets what it wants; a demand covers those below it");
	end();

	begin();
	want("/a", 700, 1);
	want("/a/1", 300, 1);
	want("/a/2", 900, 1);
	divide(500);
	ok(granted("/a") == 500 && granted("/a/1") == 250 && granted("/a/2") == 250,
	   "a demand is bounded like those below it");
	end();
}

static void check_limits(void)
{
	begin();
	is_int(divide(5), 0, "nothing is demanded");
	is_uint(share[0].granted, 0, "nothing is granted");
	end();

	begin();
	want("/a", UINT64_MAX, 10000);
	want("/b", UINT64_MAX, 1);
	divide(UINT64_MAX - 1);
	ok(granted("/a") + granted("/b") <= UINT64_MAX - 1 && granted("/a") > granted("/b"),
	   "the largest demands do not overflow");
	end();

	begin();
	want("/a", 10, 1);
	divide(0);
	is_uint(granted("/a"), 0, "no budget grants nothing");
	end();
}

/* What must hold of any tree: each level within the one above, and no rest while one wants more */
static bool holds(uint64_t budget)
{
	uint64_t total = share[0].wanted < budget ? share[0].wanted : budget;

	if (share[0].granted != total)
		return false;
	for (size_t i = 0; i < frame->nr; i++) {
		uint64_t sum = 0, wanted = 0;

		if (share[i].granted > share[i].wanted)
			return false;
		for (size_t j = i + 1; j < frame->cgroup[i].end; j = frame->cgroup[j].end) {
			sum += share[j].granted;
			wanted += share[j].wanted;
		}
		if (sum > share[i].granted)
			return false;
		if (sum < wanted && sum < share[i].granted)
			return false;
	}
	return true;
}

static void check_random_trees(void)
{
	bool all = true;

	srandom(1);
	for (int n = 0; n < 200; n++) {
		uint64_t budget = random() % 100000;
		char path[32];

		begin();
		for (int a = 0; a < 8; a++) {
			snprintf(path, sizeof(path), "/%d", a);
			want(path, random() % 3 ? 0 : random() % 20000, 1 + random() % 300);
			for (int b = 0; b < random() % 8; b++) {
				snprintf(path, sizeof(path), "/%d/%d", a, b);
				want(path, random() % 3 ? random() % 9000 : 0, 1 + random() % 300);
			}
		}
		all = all && !divide(budget) && holds(budget);
		end();
	}
	ok(all, "200 random trees: no level has more than the one above it, nor leaves a rest");
}

int main(void)
{
	check_fairness();
	check_own_demand();
	check_limits();
	check_random_trees();
	return tap_done();
}
