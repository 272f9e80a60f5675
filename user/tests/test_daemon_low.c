// SPDX-License-Identifier: GPL-2.0
/*
 * The action: memory.low of the rules' cgroups, and of the cgroups above them
 */
#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "cgroupfs.h"
#include "journal.h"
#include "low.h"
#include "tap.h"
#include "tree.h"

#define MIB	(1ULL << 20)

static struct protect_rule rules[] = {
	{ .name = "x", .cgroup = "/p/q/x" }, { .name = "y", .cgroup = "/p/y" },
	{ .name = "p", .cgroup = "/pp" },
};
static const struct config config = { .nr = 3, .protect = rules };
static struct ledger ledger;

/* Two rules below /p, which has a memory.low of its own, and one for a neighbour */
static void begin(void)
{
	clear_dir();
	is_int(ledger_open(&ledger, in_dir("run/ledger"), dir, false), 0, "open the ledger");
	make_cgroup("p", "4096");
	make_cgroup("p/q", "max");
	make_cgroup("p/q/x", "0");
	make_cgroup("p/y", "8192");
	make_cgroup("pp", "0");
}

static void end(void)
{
	ledger_close(&ledger);
}

static int read_low(const char *path, struct knob *knob)
{
	return low_read(&ledger, &config, path, knob);
}

/* Set a value that was chosen for what the file holds now */
static int set_low(const char *path, uint64_t low)
{
	struct knob knob;
	int err = read_low(path, &knob);

	return err ? err : low_set(&ledger, &config, path, &knob, low);
}

/* Make a file that even root cannot write */
static void make_read_only(const char *name)
{
	unlink(in_dir(name));
	if (symlink("/proc/sys/kernel/ngroups_max", in_dir(name)))
		abort();
}

static void check_ancestors_cover(void)
{
	begin();
	is_int(set_low("/p/q/x", 10 * MIB), 0, "raise a cgroup");
	is_uint(low_of("p"), 4096 + 10 * MIB, "the addition is added to its grandparent's value");
	is_text(get("p/q/memory.low"), "max", "an ancestor without a bound needs none");
	is_int(set_low("/p/y", 8192 + 5 * MIB), 0, "raise another cgroup");
	is_uint(low_of("p"), 4096 + 15 * MIB, "both additions count");
	is_int(set_low("/pp", MIB), 0, "raise a neighbour whose name begins like the ancestor's");
	is_uint(low_of("p"), 4096 + 15 * MIB, "it does not count");
	is_int(set_low("/p/y", 8192 + 5 * MIB), 0, "set the same value again");
	is_uint(low_of("p"), 4096 + 15 * MIB, "that changes nothing");
	is_int(set_low("/p/q/x", 2 * MIB), 0, "lower the first cgroup");
	is_uint(low_of("p"), 4096 + 7 * MIB, "the ancestor is lowered as well");
	is_int(ledger_undo(&ledger), 0, "undo");
	ok(low_of("p") == 4096 && low_of("p/q/x") == 0 && low_of("p/y") == 8192 &&
	   low_of("pp") == 0, "all originals are restored");
	ok(!get("run/ledger"), "no claim is left");
	end();
}

/* A cgroup whose value was changed from outside no longer counts above */
static void check_outside_change(void)
{
	struct knob knob;

	begin();
	set_low("/p/q/x", 2 * MIB);
	set_low("/p/y", 8192 + 5 * MIB);
	put("p/y/memory.low", "99");
	is_int(read_low("/p/y", &knob), 0, "a value is set from outside");
	is_uint(low_of("p"), 4096 + 2 * MIB, "its addition is removed above, the other stays");
	put("p/q/x/memory.low", "0");
	is_int(read_low("/p/q/x", &knob), 0, "a raise is undone from outside");
	is_uint(low_of("p"), 4096, "nothing is left of it above");
	end();
}

static void check_outside_change_above(void)
{
	begin();
	set_low("/p/q/x", 2 * MIB);
	put("p/memory.low", "1");
	is_int(set_low("/p/q/x", 3 * MIB), 0, "raise after an ancestor was changed from outside");
	is_uint(low_of("p"), 1 + 3 * MIB, "the addition is added to the new value");
	ledger_undo(&ledger);
	is_uint(low_of("p"), 1, "the new value is restored");
	end();
}

static void check_removed(void)
{
	struct knob knob;

	begin();
	set_low("/p/q/x", 3 * MIB);
	rename(in_dir("p/q"), in_dir("gone"));
	is_int(read_low("/p/q/x", &knob), -ENOENT, "a cgroup is removed, with its parent");
	is_uint(low_of("p"), 4096, "nothing is left of it above");
	end();
}

/* If the cgroup cannot be raised, its ancestors must not keep more than they need */
static void check_failed_raise(void)
{
	begin();
	set_low("/p/q/x", 3 * MIB);
	put("p/q/x/memory.low", "x");
	is_int(set_low("/p/q/x", 4 * MIB), -EBADMSG, "raise a cgroup whose value cannot be read");
	is_uint(low_of("p"), 4096 + 3 * MIB, "the ancestor stays as it was");
	make_read_only("p/q/x/memory.low");
	ok(set_low("/p/q/x", 4 * MIB) < 0, "raise a cgroup whose value cannot be written");
	is_uint(low_of("p"), 4096, "the ancestor keeps no addition");
	unlink(in_dir("p/q/x/memory.low"));
	put("p/q/x/memory.low", "0");
	is_int(set_low("/p/q/x", 3 * MIB), 0, "raise when it is possible again");
	is_uint(low_of("p"), 4096 + 3 * MIB, "the ancestor is raised as well");
	end();
}

/* A cgroup is not raised before its ancestors cover it */
static void check_failed_ancestor(void)
{
	begin();
	make_read_only("p/memory.low");
	ok(set_low("/p/q/x", 4 * MIB) < 0, "raise a cgroup whose ancestor cannot be written");
	is_uint(low_of("p/q/x"), 0, "the cgroup stays as it was");
	end();
}

/* A value that was chosen for one reading is not written over another */
static void check_stale_reading(void)
{
	struct knob knob;

	begin();
	set_low("/p/q/x", 12 * MIB);
	read_low("/p/q/x", &knob);
	put("p/q/x/memory.low", "524288000");
	is_int(low_set(&ledger, &config, "/p/q/x", &knob, 9 * MIB), -EAGAIN,
	       "the value has changed since it was read");
	is_uint(low_of("p/q/x"), 500 * MIB, "the value from outside stays");
	is_uint(low_of("p"), 4096, "it adds nothing above");
	read_low("/p/q/x", &knob);
	is_int(low_set(&ledger, &config, "/p/q/x", &knob, 600 * MIB), 0,
	       "a value chosen for the new one is written");
	end();
}

static void check_stale_cgroup(void)
{
	struct knob knob;

	begin();
	set_low("/p/q/x", 600 * MIB);
	read_low("/p/q/x", &knob);
	replace_cgroup("p/q/x", "629145600");
	is_int(low_set(&ledger, &config, "/p/q/x", &knob, 700 * MIB), -EAGAIN,
	       "another cgroup has the path, with the same value");
	is_uint(low_of("p/q/x"), 600 * MIB, "its value stays");
	is_uint(low_of("p"), 4096, "it adds nothing above");
	end();
}

/* Not even an attempt to write to an ancestor: its error would hide -EAGAIN */
static void check_stale_reading_above(void)
{
	struct knob knob;

	begin();
	read_low("/p/q/x", &knob);
	put("p/q/x/memory.low", "777");
	make_read_only("p/memory.low");
	is_int(low_set(&ledger, &config, "/p/q/x", &knob, 800 * MIB), -EAGAIN,
	       "a stale reading writes nothing above");
	end();
}

int main(void)
{
	make_dir();
	journal_open(JOURNAL_STDERR, LOG_EMERG);
	check_ancestors_cover();
	check_outside_change();
	check_outside_change_above();
	check_removed();
	check_failed_raise();
	check_failed_ancestor();
	check_stale_reading();
	check_stale_cgroup();
	check_stale_reading_above();
	remove_dir();
	return tap_done();
}
