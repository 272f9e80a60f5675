// SPDX-License-Identifier: GPL-2.0
/*
 * The ledger of claims, on a fake cgroup tree: every value that the daemon changed is
 * restored, and no other
 */
#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "journal.h"
#include "ledger.h"
#include "tap.h"
#include "tree.h"

#define MIB	(1ULL << 20)
#define LOW	"memory.low"

/* --- claims --- */

static void open_ledger(struct ledger *ledger)
{
	is_int(ledger_open(ledger, in_dir("run/ledger"), dir, false), 0, "open the ledger");
}

/* Write a value that was chosen for what the file holds now */
static int set(struct ledger *ledger, const char *path, uint64_t value)
{
	struct knob knob;
	int err = ledger_read(ledger, path, LOW, &knob);

	return err ? err : ledger_write(ledger, path, LOW, &knob, value);
}

static bool recorded(const char *line)
{
	const char *text = get("run/ledger");

	return text && strstr(text, line);
}

static void check_restore(void)
{
	struct ledger ledger;

	clear_dir();
	open_ledger(&ledger);
	make_cgroup("a", "4096\n");
	is_int(set(&ledger, "/a", 8 * MIB), 0, "write");
	is_text(get("a/memory.low"), "8388608", "the file holds the new value");
	ok(recorded(" memory.low 4096 8388608 4096 /a\n"), "the claim is on disk");
	is_int(set(&ledger, "/a", 16 * MIB), 0, "write again");
	ok(recorded(" 4096 16777216 8388608 /a\n"), "the claim keeps the first original");
	is_int(ledger_undo(&ledger), 0, "undo");
	is_text(get("a/memory.low"), "4096", "the original is restored");
	ok(!get("run/ledger"), "no claim is left");
	ledger_close(&ledger);
}

static void check_write_original(void)
{
	struct ledger ledger;

	clear_dir();
	open_ledger(&ledger);
	make_cgroup("a", "4096\n");
	is_int(set(&ledger, "/a", 8 * MIB), 0, "write");
	is_int(set(&ledger, "/a", 4096), 0, "write the original");
	is_uint(ledger.nr, 0, "the claim is dropped");
	ok(!get("run/ledger"), "from the disk, too");
	is_int(set(&ledger, "/gone", MIB), -ENOENT, "a cgroup that does not exist");
	ledger_close(&ledger);
}

static void check_max(void)
{
	struct ledger ledger;

	clear_dir();
	open_ledger(&ledger);
	make_cgroup("a", "max");
	is_int(set(&ledger, "/a", MIB), 0, "write where the original is max");
	is_int(ledger_undo(&ledger), 0, "undo");
	is_text(get("a/memory.low"), "max", "max is restored");
	ledger_close(&ledger);
}

/* --- failures --- */

ssize_t __real_write(int fd, const void *data, size_t size);
ssize_t __wrap_write(int fd, const void *data, size_t size);

/* The errno of each write to a cgroup file, or 0 to write; the ledger is not affected */
static int write_error;

ssize_t __wrap_write(int fd, const void *data, size_t size)
{
	if (!write_error)
		return __real_write(fd, data, size);
	errno = write_error;
	return -1;
}

static void check_failed_write(void)
{
	struct ledger ledger;

	clear_dir();
	open_ledger(&ledger);
	make_cgroup("a", "0");
	write_error = EACCES;
	is_int(set(&ledger, "/a", MIB), -EACCES, "a cgroup file that cannot be written is an error");
	ok(!ledger.nr && !get("run/ledger"), "there is no claim");
	write_error = 0;
	put("a/memory.low", "0");	/* unlike this one, a cgroup file would not be truncated */
	is_int(set(&ledger, "/a", MIB), 0, "write");
	write_error = EACCES;
	is_int(set(&ledger, "/a", 2 * MIB), -EACCES, "another write fails");
	is_uint(ledger.nr, 1, "the claim of the first stays");
	put("a/memory.low", "1048576");
	is_int(ledger_undo(&ledger), -EACCES, "undo fails");
	ok(recorded(" /a\n"), "the claim stays on disk");
	write_error = 0;
	put("a/memory.low", "1048576");
	is_int(ledger_undo(&ledger), 0, "undo when it is possible again");
	is_text(get("a/memory.low"), "0", "the original is restored");
	ledger_close(&ledger);
}

/* The cgroup is removed after the ledger has read its file: write() fails with ENODEV */
static void check_removed_during_undo(void)
{
	struct ledger ledger;

	clear_dir();
	open_ledger(&ledger);
	make_cgroup("a", "0");
	is_int(set(&ledger, "/a", MIB), 0, "write");
	write_error = ENODEV;
	is_int(ledger_undo(&ledger), 0, "the claim ends with its cgroup");
	write_error = 0;
	ok(!get("run/ledger"), "no claim is left");
	ledger_close(&ledger);
}

int __real_fsync(int fd);
int __wrap_fsync(int fd);

/* Whether another cgroup takes the path of "a" while the ledger is written */
static bool swap_during_save;

int __wrap_fsync(int fd)
{
	if (swap_during_save) {
		swap_during_save = false;
		replace_cgroup("a", "4096");
	}
	return __real_fsync(fd);
}

static void check_replaced_during_write(void)
{
	struct ledger ledger;

	clear_dir();
	open_ledger(&ledger);
	make_cgroup("a", "0");
	swap_during_save = true;
	set(&ledger, "/a", MIB);
	ok(!swap_during_save, "the cgroup was replaced");
	is_text(get("a/memory.low"), "4096", "the other cgroup is not written to");
	is_int(ledger_undo(&ledger), 0, "undo");
	is_text(get("a/memory.low"), "4096", "nor by undo");
	ok(!get("run/ledger"), "no claim is left");
	ledger_close(&ledger);
}

static void check_no_claim_no_write(void)
{
	struct ledger ledger;

	clear_dir();
	open_ledger(&ledger);
	make_cgroup("a", "0");
	rename(in_dir("run"), in_dir("elsewhere"));
	put("run", "");
	is_int(set(&ledger, "/a", MIB), -ENOTDIR, "a claim that cannot be recorded is an error");
	is_text(get("a/memory.low"), "0", "the cgroup file stays as it was");
	is_uint(ledger.nr, 0, "there is no claim");
	unlink(in_dir("run"));
	is_int(set(&ledger, "/a", MIB), 0, "write once the directory can be made again");
	ledger_close(&ledger);
}

/* The caller takes -ENOENT for a missing cgroup */
static void check_missing_directory(void)
{
	struct ledger ledger;

	clear_dir();
	mkdir(in_dir("run"), 0755);
	is_int(ledger_open(&ledger, in_dir("run/sub/ledger"), dir, false), 0,
	       "the directory of the ledger is made");
	make_cgroup("a", "0");
	rename(in_dir("run"), in_dir("elsewhere"));
	is_int(set(&ledger, "/a", MIB), -ENOTDIR, "but not the directory above it");
	ledger_close(&ledger);
}

static void check_no_temporary_file(void)
{
	struct ledger ledger;

	clear_dir();
	open_ledger(&ledger);
	make_cgroup("a", "0");
	mkdir(in_dir("run/ledger"), 0755);
	is_int(set(&ledger, "/a", MIB), -EISDIR, "a ledger that cannot be replaced is an error");
	ok(!get("run/ledger.new"), "no temporary file is left");
	ledger_close(&ledger);
}

static void check_failed_undo(void)
{
	struct ledger ledger;

	clear_dir();
	open_ledger(&ledger);
	make_cgroup("a", "0");
	set(&ledger, "/a", MIB);
	put("a/memory.low", "x");
	is_int(ledger_undo(&ledger), -EBADMSG, "a claim that cannot be undone is an error");
	is_uint(ledger.nr, 1, "the claim stays");
	ok(recorded(" /a\n"), "on disk, too");
	put("a/memory.low", "1048576");
	is_int(ledger_undo(&ledger), 0, "undo when it is possible again");
	is_text(get("a/memory.low"), "0", "the original is restored");
	ledger_close(&ledger);
}

static void check_unknown_format(void)
{
	static const char *const broken[] = {
		"garbage\n", "1 memory.low 2 3 4 /../../etc\n", "1 ../x 2 3 4 /a\n",
		"1 cgroup.procs 2 3 4 /a\n", "1 memory.low 2 3 /a\n",
	};
	struct ledger ledger;
	size_t i;

	clear_dir();
	mkdir(in_dir("run"), 0755);
	for (i = 0; i < sizeof(broken) / sizeof(broken[0]); i++) {
		put("run/ledger", broken[i]);
		is_int(ledger_open(&ledger, in_dir("run/ledger"), dir, false), -EBADMSG,
		       "a ledger that cannot be parsed is refused");
		ledger_close(&ledger);
		is_text(get("run/ledger"), broken[i], "and left as it is");
	}
	unlink(in_dir("run/ledger"));
	open_ledger(&ledger);
	is_uint(ledger.nr, 0, "without a file there are no claims");
	ledger_close(&ledger);
}

/* --- crashes --- */

/* Claim /a, and leave the claim as a killed daemon does */
static void crash(void)
{
	struct ledger ledger;

	clear_dir();
	open_ledger(&ledger);
	make_cgroup("a", "0");
	is_int(set(&ledger, "/a", MIB), 0, "write");
	ledger_close(&ledger);
}

/* Undo the claim of the daemon that was killed */
static void recover(void)
{
	struct ledger ledger;

	open_ledger(&ledger);
	is_uint(ledger.nr, 1, "the claim survives");
	is_int(ledger_undo(&ledger), 0, "undo");
	ok(!get("run/ledger"), "no claim is left");
	ledger_close(&ledger);
}

static void check_crash(void)
{
	crash();
	recover();
	is_text(get("a/memory.low"), "0", "the original is restored");

	crash();
	put("a/memory.low", "12345");
	recover();
	is_text(get("a/memory.low"), "12345", "a value from outside stays");

	crash();
	replace_cgroup("a", "1048576");
	recover();
	is_text(get("a/memory.low"), "1048576", "another cgroup's value stays");

	crash();
	rename(in_dir("a"), in_dir("gone"));
	recover();
	ok(!get("a/memory.low"), "a removed cgroup is not made again");
}

/* The claim is on disk, but the cgroup file still holds the value before */
static void check_crash_before_write(void)
{
	struct ledger ledger;

	crash();
	put("a/memory.low", "0");
	recover();
	is_text(get("a/memory.low"), "0", "before the first write: the original stays");

	crash();
	put("a/memory.low", "0");
	open_ledger(&ledger);
	ledger_undo(&ledger);
	set(&ledger, "/a", MIB);
	set(&ledger, "/a", 2 * MIB);
	ledger_close(&ledger);
	put("a/memory.low", "1048576");
	recover();
	is_text(get("a/memory.low"), "0", "before the second write: the original is restored");
}

/* The next daemon could not undo the claim, wrote another value, and was killed as well */
static void check_second_crash(void)
{
	struct ledger ledger;

	crash();
	open_ledger(&ledger);
	is_int(set(&ledger, "/a", 2 * MIB), 0, "write again, with the claim of the crash");
	ledger_close(&ledger);
	put("a/memory.low", "1048576");
	recover();
	is_text(get("a/memory.low"), "0", "before that write: the first original is restored");
}

static void check_many_claims(void)
{
	struct ledger ledger;

	clear_dir();
	open_ledger(&ledger);
	make_cgroup("a", "1");
	make_cgroup("b", "2");
	make_cgroup("c", "3");
	set(&ledger, "/a", MIB);
	set(&ledger, "/b", MIB);
	set(&ledger, "/c", MIB);
	ledger_close(&ledger);
	put("b/memory.low", "x");
	open_ledger(&ledger);
	is_uint(ledger.nr, 3, "every claim survives");
	is_int(ledger_undo(&ledger), -EBADMSG, "one cannot be undone");
	ok(low_of("a") == 1 && low_of("c") == 3, "the others are");
	ok(recorded(" /b\n") && !recorded(" /a\n") && !recorded(" /c\n"), "only that one is left");
	ledger_close(&ledger);
}

static void check_second_daemon(void)
{
	struct ledger ledger, second;

	clear_dir();
	open_ledger(&ledger);
	is_int(ledger_open(&second, in_dir("run/ledger"), dir, false), -EBUSY,
	       "the ledger of a running daemon is locked");
	ledger_close(&second);
	ledger_close(&ledger);
	open_ledger(&second);
	ledger_close(&second);
}

/* --- changes from outside --- */

static void check_outside_change(void)
{
	struct knob knob;
	struct ledger ledger;

	clear_dir();
	open_ledger(&ledger);
	make_cgroup("a", "0");
	set(&ledger, "/a", MIB);
	is_int(ledger_read(&ledger, "/a", LOW, &knob), 0, "read the value that was written");
	ok(knob.value == MIB && knob.original == 0, "value and original differ");
	put("a/memory.low", "777");
	is_int(ledger_read(&ledger, "/a", LOW, &knob), 0, "read a value from outside");
	ok(knob.value == 777 && knob.original == 777, "it is the new original");
	is_uint(ledger.nr, 0, "the claim is dropped");
	ok(!get("run/ledger"), "from the disk, too");
	set(&ledger, "/a", 2 * MIB);
	ledger_undo(&ledger);
	is_text(get("a/memory.low"), "777", "the new original is restored");
	ledger_close(&ledger);
}

/* A value from outside may be one that the daemon has written or found before */
static void check_outside_change_to_old_value(void)
{
	struct knob knob;
	struct ledger ledger;

	clear_dir();
	open_ledger(&ledger);
	make_cgroup("a", "777");
	set(&ledger, "/a", MIB);
	put("a/memory.low", "777");
	is_int(ledger_read(&ledger, "/a", LOW, &knob), 0, "read the original, set from outside");
	is_uint(ledger.nr, 0, "the claim is dropped");
	set(&ledger, "/a", MIB);
	set(&ledger, "/a", 2 * MIB);
	put("a/memory.low", "1048576");
	is_int(ledger_read(&ledger, "/a", LOW, &knob), 0,
	       "read the value before the last, set from outside");
	is_uint(knob.original, MIB, "it is the new original");
	ledger_close(&ledger);
}

static void check_other_cgroup(void)
{
	struct knob knob;
	struct ledger ledger;

	clear_dir();
	open_ledger(&ledger);
	make_cgroup("a", "777");
	set(&ledger, "/a", MIB);
	replace_cgroup("a", "1048576");
	is_int(ledger_read(&ledger, "/a", LOW, &knob), 0, "read another cgroup at the same path");
	ok(knob.value == MIB && knob.original == MIB,
	   "it has its own original, even if the values agree");
	ledger_close(&ledger);
}

/* A value that was chosen for one reading is not written over another */
static void check_stale_reading(void)
{
	struct knob knob;
	struct ledger ledger;

	clear_dir();
	open_ledger(&ledger);
	make_cgroup("a", "0");
	ledger_read(&ledger, "/a", LOW, &knob);
	put("a/memory.low", "777");
	is_int(ledger_write(&ledger, "/a", LOW, &knob, MIB), -EAGAIN,
	       "the value has changed since it was read");
	is_text(get("a/memory.low"), "777", "the value from outside stays");
	is_uint(ledger.nr, 0, "there is no claim");

	put("a/memory.low", "0");
	ledger_read(&ledger, "/a", LOW, &knob);
	replace_cgroup("a", "0");
	is_int(ledger_write(&ledger, "/a", LOW, &knob, MIB), -EAGAIN,
	       "another cgroup has the path since it was read");
	is_text(get("a/memory.low"), "0", "its value stays");
	ledger_close(&ledger);
}

/* The value is the one that was read, but now it comes from outside and not from a claim */
static void check_stale_original(void)
{
	struct knob knob, other;
	struct ledger ledger;

	clear_dir();
	open_ledger(&ledger);
	make_cgroup("a", "0");
	set(&ledger, "/a", MIB);
	ledger_read(&ledger, "/a", LOW, &knob);
	put("a/memory.low", "777");
	ledger_read(&ledger, "/a", LOW, &other);
	put("a/memory.low", "1048576");
	is_int(ledger_write(&ledger, "/a", LOW, &knob, 2 * MIB), -EAGAIN,
	       "the claim was dropped since the value was read");
	is_text(get("a/memory.low"), "1048576", "the value from outside stays");
	ledger_close(&ledger);
}

/* --- dry run --- */

static void check_dry_run(void)
{
	struct knob knob;
	struct ledger ledger;

	clear_dir();
	make_cgroup("a", "4096");
	is_int(ledger_open(&ledger, in_dir("dry/ledger"), dir, true), 0, "open for a dry run");
	is_int(set(&ledger, "/a", MIB), 0, "write");
	is_text(get("a/memory.low"), "4096", "the cgroup file stays as it was");
	is_int(ledger_read(&ledger, "/a", LOW, &knob), 0, "read");
	ok(knob.value == MIB && knob.original == 4096, "the value that would have been written");
	put("a/memory.low", "8192");
	is_int(ledger_read(&ledger, "/a", LOW, &knob), 0, "read a value from outside");
	ok(knob.value == 8192 && knob.original == 8192, "it takes precedence");
	set(&ledger, "/a", MIB);
	is_int(ledger_undo(&ledger), 0, "undo");
	is_text(get("a/memory.low"), "8192", "the cgroup file stays as it was");
	ok(access(in_dir("dry"), F_OK), "no file is made for the ledger");
	ledger_close(&ledger);
}

int main(void)
{
	make_dir();
	journal_open(JOURNAL_STDERR, LOG_EMERG);
	check_restore();
	check_write_original();
	check_max();
	check_failed_write();
	check_removed_during_undo();
	check_replaced_during_write();
	check_no_claim_no_write();
	check_missing_directory();
	check_no_temporary_file();
	check_failed_undo();
	check_unknown_format();
	check_crash();
	check_crash_before_write();
	check_second_crash();
	check_many_claims();
	check_second_daemon();
	check_outside_change();
	check_outside_change_to_old_value();
	check_other_cgroup();
	check_stale_reading();
	check_stale_original();
	check_dry_run();
	remove_dir();
	return tap_done();
}
