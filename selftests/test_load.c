// SPDX-License-Identifier: GPL-2.0
/*
 * Check loading and unloading, also under load and while other programs use the module, and
 * that cgroups come and go without a trace
 *
 * HEADROOM_LOADS and HEADROOM_CGROUPS are the numbers of loads and of cgroups. make check-scale
 * uses larger ones.
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cgroup.h"
#include "kselftest_harness.h"
#include "module.h"
#include "workload.h"

FIXTURE(load)
{
	pid_t busy[8];
	int nr;
};

FIXTURE_SETUP(load)
{
	ASSERT_EQ(0, cgroup_setup());
}

FIXTURE_TEARDOWN(load)
{
	cgroup_cleanup();
	module_load("");
}

TEST_F(load, wrong_parameter_is_refused)
{
	module_unload();
	EXPECT_EQ(-EINVAL, module_load("sample_shift=11"));
	EXPECT_EQ(-EINVAL, module_load("table_entries=33554433"));
	EXPECT_EQ(-EINVAL, module_load("sample_shift=x"));
	EXPECT_EQ(-EINVAL, module_load("swap_kprobes=x"));
	EXPECT_EQ(0, module_load("sample_shift=10 table_entries=1"));
	EXPECT_EQ(-EEXIST, module_load(""));
}

/* Without BTF, the prototypes of functions and of private events are not known */
static bool has_btf(void)
{
	return !access("/sys/kernel/btf/vmlinux", R_OK);
}

/* Whether a hook is to be attached, if kprobes are to be as @functions says */
static bool is_expected(const struct headroom_hook *hook, bool functions)
{
	if (strstr(hook->name, "()"))
		return functions;
	/* 6.6 has added these */
	if (!strncmp(hook->name, "iomap_dio_", strlen("iomap_dio_")))
		return has_btf() && !kernel_is_6_1();
	return true;
}

/* Whether all hooks are as expected, except the one that waits for a page to go to swap */
static bool hooks_are(bool functions)
{
	struct headroom_status *status = module_status();
	bool as_expected = status && status->nr_hooks >= 12;
	size_t i;

	for (i = 0; status && i < status->nr_hooks; i++) {
		const struct headroom_hook *hook = &status->hook[i];

		if (!strcmp(hook->name, "mm_lru_insertion"))
			continue;
		if (hook->attached == is_expected(hook, functions) && *hook->covers)
			continue;
		fprintf(stderr, "# hook %s is%s attached\n", hook->name,
			hook->attached ? "" : " not");
		as_expected = false;
	}
	headroom_status_free(status);
	return as_expected;
}

TEST_F(load, every_hook_is_attached)
{
	struct headroom_status *status;

	ASSERT_EQ(0, module_reload(""));
	EXPECT_TRUE(hooks_are(false));
	status = module_status();
	ASSERT_NE(NULL, status);
	EXPECT_TRUE(status->psi);
	EXPECT_EQ(4096, status->page_size);
	headroom_status_free(status);
	ASSERT_EQ(0, module_reload("swap_kprobes=1"));
	EXPECT_TRUE(hooks_are(has_btf()));
	/* One for reads from swap and one for evictions to it */
	EXPECT_EQ(has_btf(), module_hook("swap_read"));
	EXPECT_EQ(has_btf(), module_hook("workingset_eviction()"));
}

/* A positive number from the environment */
static long number_of(const char *name, long otherwise)
{
	const char *value = getenv(name);
	long number = value ? strtol(value, NULL, 10) : 0;

	return number > 0 ? number : otherwise;
}

static int dump_forever(void *unused)
{
	struct headroom_snapshot *s;
	struct headroom *h;

	for (;;) {
		if (!headroom_open(&h) && !headroom_snapshot_take(h, NULL, &s))
			headroom_snapshot_free(s);
		headroom_close(h);
	}
	return 0;
}

static int blame_forever(void *unused)
{
	struct headroom_blame *blame;
	struct headroom *h;

	for (;;) {
		if (!headroom_open(&h) && !headroom_blame_get(h, 0, &blame))
			headroom_blame_free(blame);
		headroom_close(h);
	}
	return 0;
}

/* Creates cgroups, enters them for a moment and removes them */
static int churn_forever(void *unused)
{
	char name[32];
	int i;

	for (i = 0;; i++) {
		snprintf(name, sizeof(name), "churn/%d", i % 50);
		if (cgroup_create(name) || cgroup_write(name, "cgroup.procs", "0") ||
		    cgroup_write("churn-home", "cgroup.procs", "0") ||
		    cgroup_remove(name))
			return 1;
	}
}

/* Active objects of the module's slab cache; -1 if the cache does not exist */
static int64_t cache_objects(void)
{
	char line[512], name[64];
	int64_t active, found = -1;
	FILE *f = fopen("/proc/slabinfo", "re");

	while (f && fgets(line, sizeof(line), f))
		if (sscanf(line, "%63s %" SCNd64, name, &active) == 2 &&
		    !strcmp(name, "headroom_cgroup"))
			found = active;
	if (f)
		fclose(f);
	return found;
}

static int64_t kernel_mib(const char *key)
{
	char line[128];
	int64_t kib = -1;
	size_t n = strlen(key);
	FILE *f = fopen("/proc/meminfo", "re");

	while (f && fgets(line, sizeof(line), f))
		if (!strncmp(line, key, n))
			kib = strtoll(line + n, NULL, 10);
	if (f)
		fclose(f);
	return kib / 1024;
}

/* The module holds no reference to a removed cgroup */
TEST_F_TIMEOUT(load, removed_cgroups_are_freed, 300)
{
	ASSERT_EQ(0, module_reload(""));
	ASSERT_EQ(0, cgroup_create_numbered("c", 200));
	headroom_cgroup_free(module_read(""));
	ASSERT_EQ(0, cgroup_remove_numbered("c", 200));
	EXPECT_EQ(0, cgroup_wait_freed());
}

#define CHARGED		1000

static int64_t charged_to(const char *name)
{
	return cgroup_read(name, "memory.current", NULL);
}

static bool is_uncharged(void *most)
{
	return charged_to("p") <= *(int64_t *)most;
}

/* The records of cgroups are charged to the parent of these, until they are freed */
TEST_F_TIMEOUT(load, records_are_charged_to_parent, 600)
{
	/* The kernel charges each CPU up to 64 pages in advance */
	int64_t ahead = sysconf(_SC_NPROCESSORS_CONF) * 64 * 4096;
	int64_t before, with, records;

	module_unload();
	ASSERT_EQ(0, cgroup_create_parent("p"));
	ASSERT_EQ(0, cgroup_create_numbered("p/c", CHARGED));
	before = charged_to("p");
	ASSERT_EQ(0, module_load(""));
	with = charged_to("p");
	records = MODULE_STATUS(cgroup_bytes) * CHARGED;
	TH_LOG("%" PRId64 " bytes of records, %" PRId64 " bytes charged", records, with - before);
	EXPECT_LE(records - ahead, with - before);
	EXPECT_GE(records + records / 2 + ahead, with - before);
	ASSERT_EQ(0, module_unload());
	before += ahead;
	EXPECT_TRUE(wait_until(is_uncharged, &before, 60));
	ASSERT_EQ(0, cgroup_remove_numbered("p/c", CHARGED));
}

/* Time on a CPU of all threads that do unbound work, the module's among them, in ns */
static int64_t unbound_work(void)
{
	char path[64], comm[64];
	struct dirent *entry;
	DIR *dir = opendir("/proc");
	int64_t ns, sum = 0;
	FILE *f;

	while (dir && (entry = readdir(dir))) {
		snprintf(path, sizeof(path), "/proc/%.20s/comm", entry->d_name);
		f = fopen(path, "re");
		if (!f)
			continue;
		if (!fgets(comm, sizeof(comm), f) || strncmp(comm, "kworker/u", 9))
			*comm = '\0';
		fclose(f);
		snprintf(path, sizeof(path), "/proc/%.20s/schedstat", entry->d_name);
		f = *comm ? fopen(path, "re") : NULL;
		if (f && fscanf(f, "%" SCNd64, &ns) == 1)
			sum += ns;
		if (f)
			fclose(f);
	}
	if (dir)
		closedir(dir);
	return sum;
}

#define REMOVALS	20

/* Removes cgroups one by one; returns the time that the module's worker needed for each */
static int64_t removal_cost(void)
{
	char name[32];
	int64_t before;
	int i;

	if (cgroup_create_numbered("gone", REMOVALS))
		return -1;
	headroom_cgroup_free(module_read(""));
	before = unbound_work();
	for (i = 0; i < REMOVALS; i++) {
		snprintf(name, sizeof(name), "gone%d", i);
		if (cgroup_remove(name))
			return -1;
		/* A sweep of its own */
		usleep(300000);
	}
	return (unbound_work() - before) / REMOVALS;
}

/* Reports how the cost of a removal depends on the number of other cgroups */
TEST_F_TIMEOUT(load, cost_of_removal, 600)
{
	int64_t few, many;

	ASSERT_EQ(0, module_reload(""));
	few = removal_cost();
	EXPECT_LT(0, few);
	ASSERT_EQ(0, cgroup_create_numbered("other", 3000));
	many = removal_cost();
	EXPECT_LT(0, many);
	TH_LOG("a removal costs %" PRId64 " ns with few other cgroups, %" PRId64 " ns with 3000",
	       few, many);
	ASSERT_EQ(0, cgroup_remove_numbered("other", 3000));
}

#define BATCH		100
#define REGION_FILE	SCRATCH "/regions"
#define MAX_PAGES	8

/* Pages that a cgroup of a batch reads and evicts */
static int pages_of(int nr)
{
	return nr % MAX_PAGES + 1;
}

/* Reads the pages of a cgroup: each has its own region of the file */
static int read_region(void *arg)
{
	int fd = open(REGION_FILE, O_RDONLY | O_CLOEXEC), nr = *(int *)arg, i;
	off_t page = nr * MAX_PAGES;
	char buf[4096];

	if (fd < 0 || posix_fadvise(fd, 0, 0, POSIX_FADV_RANDOM))
		return 1;
	for (i = 0; i < pages_of(nr); i++, page++)
		if (pread(fd, buf, sizeof(buf), page * sizeof(buf)) != sizeof(buf))
			return 1;
	return 0;
}

/* Whether the module has counted all pages as evicted. Otherwise tries to evict one page more. */
static bool all_are_evicted(void *arg)
{
	int nr = *(int *)arg;
	struct headroom_cgroup *cg;
	char name[32];
	bool done;

	snprintf(name, sizeof(name), "c%d", nr);
	cg = module_read(name);
	done = cg && cg->local.evictions == (uint64_t)pages_of(nr);
	headroom_cgroup_free(cg);
	if (!done)
		cgroup_write(name, "memory.reclaim", "4096");
	return done;
}

static int use_cgroup(int nr)
{
	char name[32], bytes[32];

	snprintf(name, sizeof(name), "c%d", nr);
	snprintf(bytes, sizeof(bytes), "%d", pages_of(nr) * 4096);
	if (cgroup_run(name, read_region, &nr)) {
		fprintf(stderr, "# cannot read in %s\n", name);
		return -1;
	}
	/*
	 * The kernel can give up early, as 7.3 often does with the classic LRU. A page of slab that
	 * it frees also counts as reclaimed.
	 */
	cgroup_write(name, "memory.reclaim", bytes);
	return wait_until(all_are_evicted, &nr, 60) ? 0 : -1;
}

/* One cgroup of ten does something, in each batch another one */
static bool is_used(int nr, int batch)
{
	return nr % 10 == batch % 10;
}

/* Compares the record of a cgroup with what the cgroup has done; prints any difference */
static int check_cgroup(const struct headroom_snapshot *s, int nr, int batch)
{
	int evictions = is_used(nr, batch) ? pages_of(nr) : 0;
	/* Ten batches ago, another cgroup evicted what this one has read */
	int refaults = batch >= 10 ? evictions : 0;
	const struct headroom_cgroup *cg;
	char name[32];

	snprintf(name, sizeof(name), "c%d", nr);
	cg = headroom_snapshot_find(s, cgroup_id(name));
	if (!cg) {
		fprintf(stderr, "# %s has no record\n", name);
		return -1;
	}
	/* The victims of the refaults are gone, so none has a distance */
	if (cg->local.evictions == evictions && cg->local.refaults == refaults &&
	    !cg->local.refault_distance.nr)
		return 0;
	fprintf(stderr, "# %s evicted %d pages and read %d back; its record has %" PRIu64
		" and %" PRIu64 ", and distances in %zu buckets\n", name, evictions, refaults,
		cg->local.evictions, cg->local.refaults, cg->local.refault_distance.nr);
	return -1;
}

static int check_batch(int batch)
{
	struct headroom_snapshot *s = NULL;
	struct headroom *h = NULL;
	int err, i;

	err = headroom_open(&h) ?: headroom_snapshot_take(h, NULL, &s);
	if (err)
		fprintf(stderr, "# cannot read a snapshot: %s\n",
			h ? headroom_error(h) : strerror(-err));
	for (i = 0; !err && i < BATCH; i++)
		err = check_cgroup(s, i, batch);
	headroom_snapshot_free(s);
	headroom_close(h);
	return err;
}

/*
 * Each cgroup replaces one of the last batch, so that some get the number of a cgroup whose record
 * the module has not dropped yet, and are used at once.
 */
static int use_batch(int batch)
{
	char name[32];
	int i;

	for (i = 0; i < BATCH; i++) {
		snprintf(name, sizeof(name), "c%d", i);
		if ((batch && cgroup_remove(name)) || cgroup_create(name))
			return -1;
		if (i == BATCH / 2)
			headroom_cgroup_free(module_read(""));
		if (is_used(i, batch) && use_cgroup(i))
			return -1;
	}
	return check_batch(batch);
}

/*
 * The kernel has 65,535 numbers for memory cgroups, and the module finds records by them: a
 * cgroup that gets the number of a removed one has a record of its own
 */
TEST_F_TIMEOUT(load, cgroups_with_reused_numbers, 14400)
{
	long batches = number_of("HEADROOM_CGROUPS", 2000) / BATCH, evictions = 0, i;
	struct headroom_cgroup *test;
	int spare = BATCH;

	if (access(SCRATCH, W_OK))
		SKIP(return, "no file system at " SCRATCH);
	ASSERT_EQ(0, module_reload(""));
	/* A page that was read on another CPU may be on no LRU list yet */
	ASSERT_EQ(0, pin_to_cpu(0, 0));
	ASSERT_EQ(0, create_hole(REGION_FILE, (BATCH + 1) * MAX_PAGES * 4096));
	/* Charge what all children map to another cgroup */
	ASSERT_EQ(0, cgroup_create("spare"));
	ASSERT_EQ(0, cgroup_run("spare", read_region, &spare));
	for (i = 0; i < batches; i++) {
		ASSERT_EQ(0, use_batch(i));
		if (i % 100 == 99)
			TH_LOG("%ld cgroups", (i + 1) * BATCH);
	}
	for (i = 0; i < batches * BATCH; i++)
		evictions += is_used(i % BATCH, i / BATCH) ? pages_of(i % BATCH) : 0;
	test = module_read("");
	ASSERT_NE(NULL, test);
	EXPECT_EQ(evictions, test->subtree.evictions);
	headroom_cgroup_free(test);
	EXPECT_EQ(0, MODULE_STATUS(dropped.cgroup_unknown));
	unlink(REGION_FILE);
}

/* Reclaim, births and dumps go on all the time, and neither objects nor memory leak */
TEST_F_TIMEOUT(load, many_times_under_load, 14400)
{
	struct read_job reader = { .path = SCRATCH "/load", .passes = 1000000 };
	struct anon_job thrash = { .size = 48 * MIB, .passes = 1000000, .cpu = -1 };
	static const char *const parameters[] = {
		"", "sample_shift=2", "swap_kprobes=1", "swap_kprobes=1 sample_shift=2",
	};
	long loads = number_of("HEADROOM_LOADS", 20), i;
	int64_t vmalloc, file, anon;

	if (access(SCRATCH, W_OK))
		SKIP(return, "no file system at " SCRATCH);
	module_unload();
	ASSERT_EQ(0, create_file(reader.path, 48 * MIB));
	ASSERT_EQ(0, cgroup_create_limited("file", "24M"));
	ASSERT_EQ(0, cgroup_create_limited("anon", "24M"));
	ASSERT_EQ(0, cgroup_create_parent("churn"));
	ASSERT_EQ(0, cgroup_create("churn-home"));
	self->busy[self->nr++] = cgroup_start("file", read_file, &reader);
	self->busy[self->nr++] = cgroup_start("file", read_file, &reader);
	self->busy[self->nr++] = cgroup_start("anon", touch_memory, &thrash);
	self->busy[self->nr++] = cgroup_start("churn-home", churn_forever, NULL);
	self->busy[self->nr++] = cgroup_start("churn-home", dump_forever, NULL);
	self->busy[self->nr++] = cgroup_start("churn-home", blame_forever, NULL);
	vmalloc = kernel_mib("VmallocUsed:");
	/* Otherwise a load takes ten times as long, since it waits for the busy tasks */
	ASSERT_EQ(0, setpriority(PRIO_PROCESS, 0, -20));
	for (i = 0; i < loads; i++) {
		ASSERT_EQ(0, module_load(parameters[i % 4]));
		usleep(20000);
		ASSERT_EQ(0, module_unload());
		if (i % 50 == 49)
			TH_LOG("%ld loads", i + 1);
	}
	file = cgroup_pgsteal("file", 1);
	anon = cgroup_pgsteal("anon", 1);
	TH_LOG("%" PRId64 " pages of files and %" PRId64 " of anonymous memory were reclaimed",
	       file, anon);
	EXPECT_LT(0, file);
	EXPECT_LT(0, anon);
	for (i = 0; i < self->nr; i++) {
		kill(self->busy[i], SIGKILL);
		EXPECT_EQ(-1, wait_child(self->busy[i]));
	}
	unlink(reader.path);
	EXPECT_EQ(-1, cache_objects());
	EXPECT_GE(vmalloc + 1, kernel_mib("VmallocUsed:"));
}

#define TYPES		"/sys/kernel/btf/vmlinux"
#define FAKE_TYPES	"/tmp/headroom-types"
#define MAX_TYPES	(64 * MIB)

/* Replaces each name @from by @to, of the same length, in a table of names */
static void rename_in(char *names, size_t size, const char *from, const char *to)
{
	size_t length = strlen(from) + 1;
	char *at = names;

	while ((at = memmem(at, names + size - at, from, length))) {
		if (at > names && !at[-1])
			memcpy(at, to, length);
		at += length;
	}
}

/* Shows the module a copy of the kernel's types in which a name differs, or no types; 0 or -1 */
static int fake_types(const char *from)
{
	char *types = malloc(MAX_TYPES), to[64] = "";
	FILE *in = fopen(TYPES, "re"), *out = fopen(FAKE_TYPES, "we");
	size_t size = types && in ? fread(types, 1, MAX_TYPES, in) : 0;
	int err = !size || !out;

	if (from && *from && size) {
		/* As long, and not a name that the kernel has */
		snprintf(to, sizeof(to), "%.*s~", (int)strlen(from) - 1, from);
		rename_in(types, size, from, to);
	}
	if (!err && from)
		err = fwrite(types, 1, size, out) != size;
	if (in)
		fclose(in);
	if (out)
		err |= fclose(out);
	free(types);
	return err || mount(FAKE_TYPES, TYPES, NULL, MS_BIND, NULL) ? -1 : 0;
}

/* Whether the kernel has a kprobe on @function; -1 if that cannot be read */
static int kernel_has_kprobe(const char *function)
{
	FILE *f = fopen("/sys/kernel/debug/kprobes/list", "re");
	char line[512];
	int found = f ? 0 : -1;

	while (f && fgets(line, sizeof(line), f))
		found |= !!strstr(line, function);
	if (f)
		fclose(f);
	return found;
}

/* Copies what the status says of the hook whose name begins with @name */
static void copy_hook(const char *name, char *full, char *covers, size_t size)
{
	struct headroom_status *status = module_status();
	size_t i;

	for (i = 0; status && i < status->nr_hooks; i++)
		if (!strncmp(status->hook[i].name, name, strlen(name))) {
			snprintf(full, size, "%s", status->hook[i].name);
			snprintf(covers, size, "%s", status->hook[i].covers);
		}
	headroom_status_free(status);
}

#define ATTACHED	""
#define READ_FUNCTION	"swap_read"

FIXTURE(kprobes)
{
	char read[128];		/* the function that reads from swap, on this kernel */
};

FIXTURE_VARIANT(kprobes)
{
	const char *unknown;	/* the name that the types lack; "": none, NULL: no types */
	const char *read;	/* part of what the status says of the function that reads */
	const char *evict;	/* and of workingset_eviction() */
};

FIXTURE_VARIANT_ADD(kprobes, known) {
	.unknown = "", .read = ATTACHED, .evict = ATTACHED,
};

FIXTURE_VARIANT_ADD(kprobes, no_types) {
	.unknown = NULL, .read = "(BTF) cannot be read", .evict = "(BTF) cannot be read",
};

FIXTURE_VARIANT_ADD(kprobes, no_function) {
	.unknown = READ_FUNCTION, .read = "(BTF) lack it",
	.evict = "another function is unknown",
};

FIXTURE_VARIANT_ADD(kprobes, other_argument) {
	.unknown = "folio", .read = "not attached", .evict = "an unknown prototype",
};

FIXTURE_SETUP(kprobes)
{
	char covers[128];

	ASSERT_EQ(0, module_reload(""));
	copy_hook(READ_FUNCTION, self->read, covers, sizeof(covers));
	ASSERT_NE(NULL, strstr(self->read, "()"));
	*strstr(self->read, "()") = 0;
	EXPECT_NE(NULL, strstr(covers, "swap_kprobes=1 attaches it"));
	mount("debugfs", "/sys/kernel/debug", "debugfs", 0, NULL);
}

FIXTURE_TEARDOWN(kprobes)
{
	umount(TYPES);
	unlink(FAKE_TYPES);
	module_reload("");
}

/* Kprobes are attached only to functions whose prototype is known, and the status is true */
TEST_F(kprobes, need_prototype)
{
	bool attached = !strcmp(variant->read, ATTACHED);
	const char *unknown = variant->unknown;
	char name[256], covers[256], command[512];

	if (access(TYPES, R_OK))
		SKIP(return, "the kernel has no types of its own (CONFIG_DEBUG_INFO_BTF)");
	if (unknown && !strcmp(unknown, READ_FUNCTION))
		unknown = self->read;
	ASSERT_EQ(0, fake_types(unknown));
	ASSERT_EQ(0, module_reload("swap_kprobes=1"));
	EXPECT_EQ(attached, module_hook(READ_FUNCTION));
	EXPECT_EQ(attached, module_hook("workingset_eviction()"));
	EXPECT_EQ(attached, kernel_has_kprobe(self->read));
	EXPECT_EQ(attached, kernel_has_kprobe("workingset_eviction"));
	/* A tracepoint that the kprobes replace; -1 if it is not listed */
	EXPECT_EQ(attached ? -1 : 1, module_hook("mm_vmscan_write_folio"));
	if (attached)
		return;
	copy_hook(READ_FUNCTION, name, covers, sizeof(covers));
	EXPECT_NE(NULL, strstr(covers, variant->read)) TH_LOG("%s: %s", name, covers);
	copy_hook("workingset_eviction", name, covers, sizeof(covers));
	EXPECT_NE(NULL, strstr(covers, variant->evict)) TH_LOG("%s: %s", name, covers);
	snprintf(command, sizeof(command), "build/user/headroom status | grep -qF '%s'", covers);
	EXPECT_EQ(0, system(command));
}

TEST_HARNESS_MAIN
