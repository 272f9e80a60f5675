// SPDX-License-Identifier: GPL-2.0
/* Marks: which of them count, by the owners of the cgroups */
#include "frames.h"
#include "mark.h"
#include "tap.h"

/**
 * struct mark_case - marks of /s/x, for a rule on /s
 * @lines: changes of the machine
 * @mark: the mark of /s/x
 */
struct mark_case {
	const char *name;
	const char *lines;
	enum mark mark;
};

static const struct mark_case cases[] = {
	{ "without any", "/s/x", MARK_NONE },
	{ "trusted.oomd_prefer", "/s/x trusted.oomd_prefer=1", MARK_PREFER },
	{ "trusted.oomd_avoid", "/s/x trusted.oomd_avoid=1", MARK_AVOID },
	{ "trusted.oomd_omit", "/s/x trusted.oomd_omit=1", MARK_OMIT },
	{ "trusted. counts for any owner", "/s/x owner=1000 trusted.oomd_avoid=1", MARK_AVOID },
	{ "user.oomd_prefer", "/s/x user.oomd_prefer=1", MARK_PREFER },
	{ "user.oomd_avoid", "/s/x user.oomd_avoid=1", MARK_AVOID },
	{ "user.oomd_omit", "/s/x user.oomd_omit=1", MARK_OMIT },
	{ "user. does not count for another owner than that of the rule's cgroup",
	  "/s/x owner=1000 user.oomd_omit=1", MARK_NONE },
	{ "user. counts for the owner of the rule's cgroup",
	  "/s owner=1000\n/s/x owner=1000 user.oomd_omit=1", MARK_OMIT },
	{ "user. counts for root below a cgroup of another owner",
	  "/s owner=1000\n/s/x user.oomd_omit=1", MARK_OMIT },
	{ "user. does not count for a third owner",
	  "/s owner=1000\n/s/x owner=1001 user.oomd_avoid=1", MARK_NONE },
	{ "nor if the owner of the rule's cgroup is unknown",
	  "/s owner=-\n/s/x owner=1000 user.oomd_avoid=1", MARK_NONE },
	{ "omit outweighs prefer", "/s/x user.oomd_omit=1 trusted.oomd_prefer=1", MARK_OMIT },
	{ "prefer outweighs avoid", "/s/x trusted.oomd_avoid=1 user.oomd_prefer=1", MARK_PREFER },
	{ "one that does not count outweighs none",
	  "/s/x owner=1000 user.oomd_omit=1 trusted.oomd_avoid=1", MARK_AVOID },
	{ "it is not inherited", "/s trusted.oomd_omit=1\n/s/x", MARK_NONE },
	{ "what cannot be read is unknown", "/s/x owner=- user.oomd_omit=1", MARK_UNKNOWN },
};

static void check_case(const struct mark_case *c)
{
	struct fake fake = {};
	struct frame *frame;

	fake_change(&fake, "@1\n/ id=1\n/s id=2\n/s/x id=3");
	fake_change(&fake, c->lines);
	frame = fake_frame(&fake);
	is_int(mark_of(frame, frame_find_path(frame, "/s/x"), frame_find_path(frame, "/s")), c->mark,
	       c->name);
	frame_put(frame);
	fake_free(&fake);
}

/* A tenant must not exempt the cgroup that the rule is about, nor one of its own elsewhere */
static void check_others(void)
{
	struct fake fake = {};
	struct frame *frame;
	size_t s;

	fake_change(&fake, "@1\n/ id=1\n/s id=2 owner=1000 user.oomd_omit=1\n"
		    "/t id=3 owner=1000 user.oomd_omit=1");
	frame = fake_frame(&fake);
	s = frame_find_path(frame, "/s");
	is_int(mark_of(frame, s, s), MARK_NONE,
	       "user. of the rule's cgroup itself does not count for its owner");
	is_int(mark_of(frame, frame_find_path(frame, "/t"), s), MARK_NONE,
	       "nor of a cgroup with the same owner that is not below it");
	frame_put(frame);
	fake_free(&fake);
}

int main(void)
{
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		check_case(&cases[i]);
	check_others();
	return tap_done();
}
