// SPDX-License-Identifier: GPL-2.0
/*
 * The daemon as a whole: its main(), run in a child on a fake cgroup tree and a
 * fake module
 *
 * The library functions that talk to the kernel are defined below, so that the
 * linker takes none of them from the archive. They answer from files beside the
 * tree, which the test can change while the daemon runs.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#define main headroomd_main
#include "main.c"
#undef main

#include "clock.h"
#include "frame.h"
#include "headroom.h"
#include "store.h"
#include "tap.h"
#include "tree.h"

#define MIB	(1ULL << 20)
#define PAGE	4096

/* The cgroup that the rule protects, and its parent */
#define DB	"cg/s/db"
#define PARENT	"cg/s"

static void put_number(const char *name, uint64_t value)
{
	char text[32];

	snprintf(text, sizeof(text), "%" PRIu64 "\n", value);
	put(name, text);
}

/* Add a line with a number to a file */
static void append(const char *name, uint64_t value)
{
	FILE *f = fopen(in_dir(name), "ae");

	if (!f)
		abort();
	fprintf(f, "%" PRIu64 "\n", value);
	fclose(f);
}

/* --- the module --- */

struct headroom {
	const char *error;
};

static int module_state(struct headroom *h, int gone)
{
	if (!access(in_dir("module-refuses"), F_OK)) {
		h->error = "needs CAP_PERFMON or CAP_SYS_ADMIN: run as root";
		return -EPERM;
	}
	if (access(in_dir("module"), F_OK)) {
		h->error = "the headroom module is not loaded";
		return gone;
	}
	h->error = "no error";
	return 0;
}

int headroom_open(struct headroom **h)
{
	*h = calloc(1, sizeof(**h));
	return *h ? module_state(*h, -ENOENT) : -ENOMEM;
}

void headroom_close(struct headroom *h)
{
	free(h);
}

int headroom_timeout_set(struct headroom *h, unsigned int ms)
{
	(void)h;
	put_number("timeout", ms);
	return 0;
}

const char *headroom_error(const struct headroom *h)
{
	return h->error;
}

const char *headroom_cgroup_root(struct headroom *h)
{
	static char root[128];

	(void)h;
	snprintf(root, sizeof(root), "%s/cg", dir);
	return root;
}

int headroom_status_get(struct headroom *h, struct headroom_status **status)
{
	int err = module_state(h, -ENOTCONN);

	if (err)
		return err;
	*status = calloc(1, sizeof(**status));
	if (!*status)
		return -ENOMEM;
	(*status)->page_size = PAGE;
	return 0;
}

void headroom_status_free(struct headroom_status *status)
{
	free(status);
}

/* With each snapshot, the counters grow by the numbers in the files refaults and evictions */
static uint64_t refaults, evictions;

static void fill_cgroup(struct headroom_cgroup *cg, const char *path, uint64_t id, uint64_t parent)
{
	struct headroom_stats *stats = &cg->subtree;

	*cg = (struct headroom_cgroup){ .id = id, .parent_id = parent, .path = strdup(path) };
	/* more than any distance */
	stats->evictions = 20000 + evictions;
	stats->evictions_outside = evictions;
	stats->refaults = refaults;
	stats->returned_outside = refaults;
	if (!refaults)
		return;
	stats->refault_distance.nr = 1;
	stats->refault_distance.bucket = malloc(sizeof(struct headroom_bucket));
	*stats->refault_distance.bucket = (struct headroom_bucket){
		.low = 9000, .high = 10000, .count = refaults,
	};
}

/* Add a cgroup and those below it, but for one that the module does not know */
static void add_tree(struct headroom_snapshot *s, const char *path, uint64_t parent)
{
	char name[128], child[512];
	struct dirent *entry;
	struct stat st;
	DIR *dir;

	snprintf(name, sizeof(name), "cg%s", path);
	if (!strcmp(path, "/unknown") || stat(in_dir(name), &st))
		return;
	s->cgroup = reallocarray(s->cgroup, s->nr + 1, sizeof(*s->cgroup));
	fill_cgroup(&s->cgroup[s->nr++], path, st.st_ino, parent);
	dir = opendir(in_dir(name));
	while (dir && (entry = readdir(dir))) {
		if (entry->d_type != DT_DIR || entry->d_name[0] == '.')
			continue;
		snprintf(child, sizeof(child), "%s/%s", path[1] ? path : "", entry->d_name);
		add_tree(s, child, st.st_ino);
	}
	closedir(dir);
}

static int compare_ids(const void *a, const void *b)
{
	const struct headroom_cgroup *left = a, *right = b;

	return (left->id > right->id) - (left->id < right->id);
}

int headroom_snapshot_take(struct headroom *h, const struct headroom_filter *filter,
			   struct headroom_snapshot **s)
{
	int err = module_state(h, -ENOTCONN);
	uint64_t more = get_number("refaults");

	(void)filter;
	*s = NULL;
	if (err)
		return err;
	append("frames", clock_now());
	refaults += more;
	evictions += get_number("evictions");
	*s = calloc(1, sizeof(**s));
	add_tree(*s, "/", 0);
	qsort((*s)->cgroup, (*s)->nr, sizeof(*(*s)->cgroup), compare_ids);
	return 0;
}

int headroom_snapshot_update(struct headroom *h, const struct headroom_snapshot *before,
			     struct headroom_snapshot **now, struct headroom_changes **changes)
{
	(void)before, (void)changes;
	return headroom_snapshot_take(h, NULL, now);
}

const struct headroom_cgroup *headroom_snapshot_find(const struct headroom_snapshot *s,
						     uint64_t id)
{
	for (size_t i = 0; i < s->nr; i++)
		if (s->cgroup[i].id == id)
			return &s->cgroup[i];
	return NULL;
}

void headroom_snapshot_free(struct headroom_snapshot *s)
{
	for (size_t i = 0; s && i < s->nr; i++) {
		headroom_stats_clear(&s->cgroup[i].subtree);
		free((char *)s->cgroup[i].path);
	}
	if (s)
		free(s->cgroup);
	free(s);
}

/* Nothing is recorded here */
int headroom_snapshot_decode(const struct headroom_received *cgroup, size_t nr,
			     struct headroom_snapshot **s)
{
	(void)cgroup, (void)nr, (void)s;
	return -EOPNOTSUPP;
}

int headroom_stalled_get(struct headroom *h, struct headroom_stalled **stalled, size_t *nr)
{
	(void)h;
	*stalled = NULL;
	*nr = 0;
	return 0;
}

int headroom_blame_get(struct headroom *h, uint64_t id, struct headroom_blame **blame)
{
	(void)h, (void)id;
	*blame = NULL;
	return -EOPNOTSUPP;
}

void headroom_blame_free(struct headroom_blame *blame)
{
	free(blame);
}

/* Triggers fire when a byte is written to the FIFO events; the file triggers has their thresholds */
struct headroom_events {
	int fd;
};

int headroom_events_open(struct headroom_events **e, bool group)
{
	if (group)
		abort();
	*e = calloc(1, sizeof(**e));
	if (!*e)
		return -ENOMEM;
	(*e)->fd = open(in_dir("events"), O_RDWR | O_NONBLOCK | O_CLOEXEC);
	return (*e)->fd < 0 ? -errno : 0;
}

void headroom_events_close(struct headroom_events *e)
{
	if (e && e->fd >= 0)
		close(e->fd);
	free(e);
}

const char *headroom_events_error(const struct headroom_events *e)
{
	return e ? "no error" : "out of memory";
}

int headroom_events_fd(const struct headroom_events *e)
{
	return e->fd;
}

int headroom_events_timeout_set(struct headroom_events *e, unsigned int ms)
{
	(void)e;
	put_number("events-timeout", ms);
	return 0;
}

int headroom_events_next(struct headroom_events *e, struct headroom_event *event)
{
	char c;

	*event = (struct headroom_event){ .type = HEADROOM_EVENT_TRIGGER };
	return read(e->fd, &c, 1) == 1;
}

int headroom_trigger_add(struct headroom_events *e, const struct headroom_trigger *trigger,
			 uint32_t *id)
{
	static uint32_t last;

	(void)e;
	append("triggers", trigger->threshold);
	*id = ++last;
	return 0;
}

int headroom_trigger_del(struct headroom_events *e, uint32_t id)
{
	(void)e, (void)id;
	put("triggers", "");
	return 0;
}

/*
 * Change memory.low once between the daemon's reading of the cgroup and its write: in place of the
 * sync of its ledger
 */
int fsync(int fd)
{
	uint64_t low = get_number("outside-low");

	(void)fd;
	if (low == UINT64_MAX)
		return 0;
	unlink(in_dir("outside-low"));
	put_number(DB "/memory.low", low);
	return 0;
}

/* --- the tree --- */

/* All files that the daemon reads; the cgroup uses 64 MiB and has no limit */
static void make_full_cgroup(const char *name, uint64_t low)
{
	static const struct {
		const char *file, *text;
	} files[] = {
		{ "memory.current", "67108864\n" },
		{ "memory.max", "max\n" },
		{ "memory.high", "max\n" },
		{ "memory.events.local", "low 0\nhigh 0\nmax 0\noom 0\n" },
	};
	char path[128], text[32];
	size_t i;

	snprintf(text, sizeof(text), "%" PRIu64 "\n", low);
	make_cgroup(name, text);
	for (i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		snprintf(path, sizeof(path), "%s/%s", name, files[i].file);
		put(path, files[i].text);
	}
}

/* The name of the rule, and its condition */
static const char *rule_name = "db";
static const char *condition = "refaults.outside > 20/s";

static void configure_all(const char *interval, const char *ledger, const char *max,
			  const char *idle)
{
	char text[512];

	snprintf(text, sizeof(text), "[daemon]\ninterval = %s\nledger = %s/%s\n"
		 "socket = %s/control\n[rule %s]\ncgroups = /s/db\nwhen = %s\n"
		 "do = protect max=%s idle=%s\n", interval, dir, ledger, dir, rule_name, condition,
		 max, idle);
	put("conf", text);
}

static void configure(const char *max, const char *idle)
{
	configure_all("100ms", "run/ledger", max, idle);
}

/* Begin a test: the module is loaded, and the cgroup has neither refaults nor evictions */
/* The daemon logs as well what is no news, such as a condition that does not hold to begin with */
static bool verbose;

static void fresh(void)
{
	clear_dir();
	verbose = false;
	mkdir(in_dir("cg"), 0755);
	make_full_cgroup(PARENT, 4096);
	make_full_cgroup(DB, MIB);
	if (mkfifo(in_dir("events"), 0600))
		abort();
	put("module", "");
	put_number("refaults", 0);
	put_number("evictions", 0);
	configure("512M", "1h");
}

/* From now on, @count refaults and as many evictions in each round */
static void refault(uint64_t count)
{
	put_number("evictions", count);
	put_number("refaults", count);
}

/* --- the daemon --- */

/* As a shell does that a service started: the variable names the journal, stderr is not it */
static void inherit_journal(void)
{
	char name[64];
	struct stat st;

	fstat(STDERR_FILENO, &st);
	snprintf(name, sizeof(name), "%ju:%ju", (uintmax_t)st.st_dev, (uintmax_t)st.st_ino + 1);
	setenv("JOURNAL_STREAM", name, 1);
}

/* Whether to start the daemon without a stderr */
static bool without_stderr;

static pid_t start(const char *option)
{
	pid_t pid;
	int status;

	fflush(stdout);
	pid = fork();
	if (!pid) {
		/* A copy, because in_dir() reuses its buffers */
		char *argv[] = { "headroomd", "--config", strdup(in_dir("conf")),
				 verbose ? "--verbose" : (char *)option,
				 verbose ? (char *)option : NULL, NULL };

		if (!freopen(in_dir("log"), "ae", stderr) ||
		    !freopen(in_dir("out"), "we", stdout))
			_exit(99);
		inherit_journal();
		if (without_stderr)
			close(STDERR_FILENO);
		/* exit(), not _exit(): LeakSanitizer checks at exit */
		status = headroomd_main(3 + verbose + (option != NULL), argv);
		free(argv[2]);
		exit(status);
	}
	return pid;
}

/* The exit status of a daemon, which is killed if it does not end within 20 s */
static int wait_for(pid_t pid)
{
	int status, i;

	for (i = 0; i < 1000 && !waitpid(pid, &status, WNOHANG); i++)
		usleep(20000);
	if (i == 1000) {
		kill(pid, SIGKILL);
		waitpid(pid, &status, 0);
	}
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

static int stop(pid_t pid, int sig)
{
	kill(pid, sig);
	return wait_for(pid);
}

static bool logged(const char *text)
{
	const char *log = get("log");

	return log && strstr(log, text);
}

static int times_logged(const char *text)
{
	const char *log = get("log");
	int n = 0;

	for (; log && (log = strstr(log, text)); log++)
		n++;
	return n;
}

#define WITHIN(seconds, condition) ({ \
	int left_ = (seconds) * 50; \
	while (!(condition) && --left_) \
		usleep(20000); \
	(condition); \
})

#define raised()	(low_of(DB) > MIB)
#define rounds(n)	usleep((n) * 120000)

/* Every value is as before, and no claim is left */
static void restored(void)
{
	is_uint(low_of(DB), MIB, "memory.low is restored");
	is_uint(low_of(PARENT), 4096, "the parent's, too");
	ok(!get("run/ledger"), "no claim is left");
}

/* End a daemon in the way that restores what it changed */
static void stop_and_restore(pid_t pid)
{
	is_int(stop(pid, SIGINT), 0, "SIGINT ends the daemon");
	restored();
}

static void check_raise_and_restore(void)
{
	pid_t pid;
	uint64_t low;

	fresh();
	refault(1000);
	pid = start(NULL);
	ok(WITHIN(10, raised()), "memory.low is raised");
	rounds(5);
	low = low_of(DB);
	is_near(low, (64 * MIB + 10000 * PAGE) * 1.1, 6, "to the working set and a tenth");
	is_uint(low_of(PARENT), 4096 + low - MIB, "the parent's is raised by as much");
	is_int(times_logged("raised memory.low of /s/db "), 1, "one line for the raise");
	is_int(times_logged("raised memory.low of /s "), 1, "and one for the parent's");
	ok(logged("refaults.outside > 20/s: "), "the line has the condition's values");
	stop_and_restore(pid);
}

/*
 * The time between the first two frames must be a whole interval: a single refault
 * within a millisecond would be a high rate
 */
static void check_first_round(void)
{
	pid_t pid;

	fresh();
	refault(1);		/* 10 per second, and the rule acts above 20 */
	pid = start(NULL);
	rounds(6);
	ok(!raised(), "10 refaults/s are not enough, not even after the first frame");
	stop(pid, SIGTERM);
}

/* Count the times that memory.low is below what it is now, of the cgroup or of its parent */
static int unprotected_moments(uint64_t low, uint64_t parent, int n)
{
	int moments = 0;

	while (n--) {
		moments += low_of(DB) < low || low_of(PARENT) < parent;
		usleep(2000);
	}
	return moments;
}

/* What a daemon leaves, in whatever way it ends, the next one goes on with */
static void check_next_daemon(int sig, const char *how)
{
	uint64_t low, parent;
	pid_t pid;

	fresh();
	refault(1000);
	pid = start(NULL);
	ok(WITHIN(10, raised()), "memory.low is raised");
	rounds(5);
	low = low_of(DB);
	parent = low_of(PARENT);
	stop(pid, sig);
	ok(low_of(DB) == low && get("run/ledger"), "%s: it stays, and the claim in the ledger", how);
	refault(0);
	pid = start(NULL);
	is_int(unprotected_moments(low, parent, 500), 0, "the next daemon protects it without a break");
	ok(logged("the previous run left 2 claims"), "it says what it has found");
	stop_and_restore(pid);
}

/* A rule that is gone leaves nothing behind */
static void check_rule_is_gone(void)
{
	pid_t pid;

	fresh();
	refault(1000);
	pid = start(NULL);
	ok(WITHIN(10, raised()), "memory.low is raised");
	stop(pid, SIGKILL);
	rule_name = "other";
	configure("512M", "1h");
	rule_name = "db";
	refault(0);
	pid = start(NULL);
	ok(WITHIN(10, !raised()), "the claim of a rule that is gone is given back");
	ok(WITHIN(10, low_of(PARENT) == 4096), "and the parent's");
	stop_and_restore(pid);
}

/* Add a line that is an error */
static void spoil_configuration(void)
{
	char text[1024];

	snprintf(text, sizeof(text), "%scolour = red\n", get("conf"));
	put("conf", text);
}

static void check_restore(void)
{
	pid_t pid;

	fresh();
	refault(1000);
	pid = start(NULL);
	ok(WITHIN(10, raised()), "memory.low is raised");
	is_int(wait_for(start("--restore")), 1, "--restore is refused while a daemon runs");
	ok(logged("another headroomd"), "and says why");
	stop(pid, SIGKILL);
	unlink(in_dir("module"));
	spoil_configuration();
	is_int(wait_for(start("--restore")), 0,
	       "--restore works without the module, and with a configuration that is wrong by now");
	restored();
}

static void check_dry_run(void)
{
	pid_t pid;

	fresh();
	refault(1000);
	pid = start("--dry-run");
	ok(WITHIN(10, logged("would raise memory.low of /s/db")), "a dry run logs what it would do");
	rounds(5);
	is_int(times_logged("would raise memory.low of /s/db"), 1, "once");
	stop(pid, SIGTERM);
	is_uint(low_of(DB), MIB, "it does not raise the cgroup");
	is_uint(low_of(PARENT), 4096, "nor the parent");
	ok(access(in_dir("run"), F_OK), "and writes no ledger");
}

static void check_json(void)
{
	pid_t pid;

	fresh();
	refault(1000);
	pid = start("--log=json");
	ok(WITHIN(10, raised()), "memory.low is raised");
	rounds(2);
	ok(logged("{\"unix_ns\":"), "the log is JSON");
	ok(logged("\"rule\":\"db\",\"cgroup\":\"/s/db\",\"knob\":\"memory.low\",\"old\":\"1048576\""),
	   "a change of a knob has its fields");
	ok(!logged("headroomd: "), "no line is anything else");
	stop_and_restore(pid);
}

static void check_reload(void)
{
	uint64_t low, parent;
	pid_t pid;

	fresh();
	refault(1000);
	pid = start(NULL);
	ok(WITHIN(10, raised()), "memory.low is raised");
	put("conf", "[daemon]\ncolour = red\n[rule x]\nwhen = stahl > 5 %\n");
	kill(pid, SIGHUP);
	ok(WITHIN(10, logged("conf:2:1: unknown key 'colour'")), "an error is logged");
	ok(WITHIN(10, logged("conf:4:8: when: unknown signal 'stahl': did you mean stall?")),
	   "and the next one");
	ok(WITHIN(10, logged("keeping the current configuration")), "the daemon keeps its rules");
	rounds(3);
	low = low_of(DB);
	parent = low_of(PARENT);
	ok(raised(), "and what they did");
	configure("512M", "2h");
	kill(pid, SIGHUP);
	is_int(unprotected_moments(low, parent, 300), 0, "a reload leaves no moment without protection");
	ok(logged("reloaded the configuration"), "it is logged");
	is_uint(low_of(PARENT), 4096 + low_of(DB) - MIB, "the parent is not raised twice");
	stop_and_restore(pid);
}

static void check_reload_interval(void)
{
	pid_t pid;

	fresh();
	configure_all("1h", "run/ledger", "512M", "1h");
	refault(1000);
	pid = start(NULL);
	ok(WITHIN(10, logged("version ")), "the daemon runs");
	configure("512M", "1h");
	kill(pid, SIGHUP);
	ok(WITHIN(10, raised()), "a shorter interval takes effect with the reload");
	stop_and_restore(pid);
}

/* Two old frames, each whole, since they are of different boots */
static void record_old(const char *path)
{
	static const struct store_keep all;
	struct store *store;
	int err = store_create(&store, path, &all);

	for (int i = 0; !err && i < 2; i++) {
		struct frame *frame = frame_new();

		frame->time.wall = (time(NULL) - 7200 + i) * NS_PER_S;
		snprintf(frame->boot_id, sizeof(frame->boot_id), "boot %d", i);
		frame_add(frame, 1, "/", NULL);
		err = frame_finish(frame);
		if (!err)
			err = store_append(store, frame);
		frame_put(frame);
	}
	ok(!err, "old frames are recorded");
	store_close(store);
}

/* Whether the recording has frames, all younger than an hour if @young, or else an older one */
static bool has_frames(const char *path, bool young)
{
	uint64_t hour_ago = (time(NULL) - 3600) * NS_PER_S;
	struct store_span span = { 0 };
	struct store *store;
	bool read = !store_open(&store, path) && !store_span(store, &span);

	store_close(store);
	return read && span.frames > 3 && (span.first > hour_ago) == young;
}

static void check_reload_record(void)
{
	char path[256], age[300];
	pid_t pid;

	fresh();
	mkdir(in_dir("conf.d"), 0755);
	snprintf(path, sizeof(path), "%s", in_dir("recording"));
	unlink(in_dir("module"));
	record_old(path);
	snprintf(age, sizeof(age), "[daemon]\nrecord = %s\n", path);
	put("conf.d/record.conf", age);
	pid = start(NULL);
	ok(WITHIN(10, has_frames(path, false)), "the daemon keeps the frames of a week");
	snprintf(age, sizeof(age), "[daemon]\nrecord = %s\nrecord-age = 1h\n", path);
	put("conf.d/record.conf", age);
	kill(pid, SIGHUP);
	ok(WITHIN(10, has_frames(path, true)), "a shorter record-age takes effect with the reload");
	put("conf.d/record.conf", "[daemon]\nrecord = /nowhere/else\n");
	kill(pid, SIGHUP);
	ok(WITHIN(10, logged("the recording cannot change")), "the file stays the same");
	stop_and_restore(pid);
}

static void check_move_ledger(void)
{
	pid_t pid;

	fresh();
	refault(1000);
	pid = start(NULL);
	ok(WITHIN(10, raised()), "memory.low is raised");
	configure_all("100ms", "other/ledger", "80M", "1h");
	kill(pid, SIGHUP);
	ok(WITHIN(10, logged("the ledger cannot move")), "a reload does not move the ledger");
	ok(get("run/ledger") && !get("other/ledger"), "its claims stay where they are");
	stop_and_restore(pid);
}

/* A value from an administrator wins, and is what is restored */
static void check_administrator(void)
{
	pid_t pid;

	fresh();
	configure("512M", "1s");
	refault(1000);
	pid = start(NULL);
	ok(WITHIN(10, raised()), "memory.low is raised");
	refault(0);
	put_number(DB "/memory.low", 200 * MIB);
	ok(WITHIN(10, logged("was changed outside of headroomd")), "the change is logged");
	sleep(2);
	is_uint(low_of(DB), 200 * MIB, "an administrator's value stays while the cgroup is idle");
	is_uint(low_of(PARENT), 4096, "it adds nothing to the parent");
	stop(pid, SIGINT);
	is_uint(low_of(DB), 200 * MIB, "it stays when the daemon ends");
}

/* systemctl set-property on a slice resets what the service below it needs */
static void check_reset_ancestor(void)
{
	pid_t pid;

	fresh();
	refault(1000);
	pid = start(NULL);
	ok(WITHIN(10, raised()), "memory.low is raised");
	rounds(5);
	put_number(PARENT "/memory.low", 8192);
	ok(WITHIN(5, low_of(PARENT) == 8192 + low_of(DB) - MIB), "a reset parent is raised again");
	ok(logged("adding what cgroups below it need"), "and that is logged");
	stop(pid, SIGINT);
	is_uint(low_of(PARENT), 8192, "its new value is restored at the end");
}

/* A decision does not overwrite a value that was set after the daemon read the cgroup */
static void check_change_before_decision(void)
{
	pid_t pid;

	fresh();
	verbose = true;
	pid = start(NULL);
	ok(WITHIN(10, logged("the condition does not hold")), "without refaults there is nothing to do");
	put_number("outside-low", 500 * MIB);
	refault(1000);
	rounds(8);
	is_uint(low_of(DB), 500 * MIB, "the administrator's value stays");
	ok(!logged("cannot set"), "no error is logged");
	ok(!logged("raised memory.low of /s/db from 1.0 MiB"), "nor a raise that did not happen");
	stop(pid, SIGINT);
	is_uint(low_of(DB), 500 * MIB, "it stays");
	is_uint(low_of(PARENT), 4096, "nothing is left on the parent");
}

static void check_idle(void)
{
	pid_t pid;

	fresh();
	configure("512M", "1s");
	refault(1000);
	pid = start(NULL);
	ok(WITHIN(10, raised()), "memory.low is raised");
	put_number("refaults", 0);
	sleep(2);
	ok(raised(), "a cgroup with evictions is not idle");
	put_number("evictions", 0);
	ok(WITHIN(20, !raised()), "an idle cgroup gives everything back");
	is_uint(low_of(DB), MIB, "to the original");
	ok(WITHIN(10, low_of(PARENT) == 4096), "so does the parent");
	ok(WITHIN(5, !get("run/ledger")), "no claim is left");
	stop(pid, SIGTERM);
}

static void check_removed_cgroup(void)
{
	pid_t pid;

	fresh();
	refault(1000);
	pid = start(NULL);
	ok(WITHIN(10, raised()), "memory.low is raised");
	rename(in_dir(DB), in_dir("gone"));
	ok(WITHIN(10, logged("/s/db was removed")), "a removed cgroup is logged");
	rounds(5);
	is_int(times_logged("/s/db was removed"), 1, "once");
	is_uint(low_of(PARENT), 4096, "its addition is removed from the parent");
	make_full_cgroup("new", 2 * MIB);
	rename(in_dir("new"), in_dir(DB));
	ok(WITHIN(10, low_of(DB) > 2 * MIB), "a new cgroup at that path is protected");
	rounds(5);
	is_uint(low_of(PARENT), 4096 + low_of(DB) - 2 * MIB, "with its parent, once");
	stop(pid, SIGINT);
	is_uint(low_of(DB), 2 * MIB, "its own original is restored");
	is_uint(low_of(PARENT), 4096, "and the parent's");
}

static void check_module_gone(void)
{
	pid_t pid;
	uint64_t low;

	fresh();
	configure("512M", "3s");
	refault(1000);
	pid = start(NULL);
	ok(WITHIN(10, raised()), "memory.low is raised");
	rounds(4);
	low = low_of(DB);
	unlink(in_dir("module"));
	ok(WITHIN(10, logged("is not loaded; rules that need it")), "the unloaded module is logged");
	sleep(4);
	is_int(times_logged("rules that need it"), 1, "once");
	refault(0);
	put("module", "");
	ok(WITHIN(10, logged("the module answers")), "so is its return");
	rounds(3);
	is_uint(low_of(DB), low, "the time without the module is not idle time");
	stop_and_restore(pid);
}

/* The daemon waits for the module, and rules that do not need it work */
static void check_no_module(void)
{
	char text[512];
	pid_t pid;

	fresh();
	unlink(in_dir("module"));
	refault(1000);
	pid = start(NULL);
	ok(WITHIN(10, logged("is not loaded")), "without the module the daemon starts, and says so");
	snprintf(text, sizeof(text), "[daemon]\ninterval = 100ms\nledger = %s/run/ledger\n"
		 "socket = %s/control\n[rule full]\ncgroups = /s/db\nwhen = memory.current > 1M\n"
		 "do = protect max=1G\n", dir, dir);
	put("conf", text);
	kill(pid, SIGHUP);
	ok(WITHIN(10, logged("rule full: /s/db: the condition holds")),
	   "a condition on files is evaluated");
	put("module", "");
	ok(WITHIN(10, raised()), "when the module is loaded, memory.low is raised");
	stop_and_restore(pid);
}

/* A round that waits for a module must end before systemd's watchdog kills the daemon */
static void check_timeout(void)
{
	uint64_t ms;
	pid_t pid;

	fresh();
	verbose = true;
	pid = start(NULL);
	ok(WITHIN(10, logged("does not hold")), "the daemon runs");
	ms = get_number("timeout");
	ok(ms > 0 && ms <= 30000 / 10, "a request waits at most a tenth of WatchdogSec");
	stop(pid, SIGTERM);
}

static bool answers(const char *request, const char *text);

/* All triggers fire */
static void fire(void)
{
	int fd = open(in_dir("events"), O_RDWR | O_NONBLOCK | O_CLOEXEC);

	if (fd < 0 || write(fd, "!", 1) < 0)
		abort();
	close(fd);
}

static void check_wake(void)
{
	pid_t pid;

	fresh();
	configure_all("30s", "run/ledger", "512M", "1h");
	pid = start(NULL);
	ok(WITHIN(10, get("triggers")), "a trigger is set after the first frame");
	is_text(get("triggers"), "600\n", "for what makes the condition hold in an interval");
	is_uint(get_number("events-timeout"), get_number("timeout"), "with a limit for the answer");
	refault(10000);
	fire();
	ok(WITHIN(20, raised()), "when it fires, a rule acts before the interval is over");
	configure_all("20s", "run/ledger", "512M", "1h");
	kill(pid, SIGHUP);
	ok(WITHIN(40, get("triggers") && !strcmp(get("triggers"), "400\n")),
	   "a reload replaces it");
	stop_and_restore(pid);
}

/* Behind an early frame, a duration that has passed is not waited for until the interval is over */
static void check_due(void)
{
	pid_t pid;

	fresh();
	condition = "refaults.outside > 20/s for 1s";
	configure_all("20s", "run/ledger", "512M", "1h");
	condition = "refaults.outside > 20/s";
	pid = start(NULL);
	ok(WITHIN(10, get("triggers")), "a trigger is set for a condition with a duration");
	refault(10000);
	fire();
	ok(WITHIN(17, raised()), "the rule acts when it has passed");
	stop_and_restore(pid);
}

/* The number of frames, and the least time between two of them, ns */
static int count_frames(uint64_t *least)
{
	const char *times = get("frames");
	uint64_t time, before = 0;
	int nr = 0, size;

	*least = UINT64_MAX;
	for (; times && sscanf(times, "%" SCNu64 "%n", &time, &size) == 1; times += size) {
		if (nr++ && time - before < *least)
			*least = time - before;
		before = time;
	}
	return nr;
}

/* However often triggers fire, there is time between two frames */
static void check_wake_rate(void)
{
	uint64_t least, begin;
	int nr, due;
	pid_t pid;

	fresh();
	configure_all("1s", "run/ledger", "512M", "1h");
	pid = start(NULL);
	ok(WITHIN(10, get("triggers")), "a trigger is set");
	for (int i = 0; i < 300; i++) {
		fire();
		usleep(10000);
	}
	nr = count_frames(&least);
	ok(nr >= 6, "there are more frames than intervals: %d in 3 s", nr);
	ok(least >= 195000000, "and a fifth of the interval between two: %.0f ms", least / 1e6);
	ok(answers("pause\n", "{\"ok\":true}\n"), "pause");
	usleep(300000);
	nr = count_frames(&least);
	begin = clock_now();
	for (int i = 0; i < 100; i++) {
		fire();
		usleep(10000);
	}
	nr = count_frames(&least) - nr;
	due = (clock_now() - begin) / 1000000000 + 1;
	ok(nr <= due + 1, "while rules are paused, no frame comes early: %d, %d are due", nr, due);
	stop(pid, SIGTERM);
}

static void check_no_permission(void)
{
	pid_t pid;

	fresh();
	put("module-refuses", "");
	pid = start(NULL);
	ok(WITHIN(10, logged("needs CAP_PERFMON")), "a refusal of the module is logged");
	rounds(5);
	is_int(times_logged("needs CAP_PERFMON"), 1, "once");
	stop(pid, SIGTERM);
}

/* A cgroup that cannot be read does not keep the other rules from working */
static void check_bad_cgroups(void)
{
	char text[512];
	pid_t pid;

	fresh();
	make_full_cgroup("cg/bad", 0);
	put("cg/bad/memory.current", "garbage\n");
	make_full_cgroup("cg/unknown", 0);
	snprintf(text, sizeof(text), "[daemon]\ninterval = 100ms\nledger = %s/run/ledger\n"
		 "socket = none\n[rule bad]\ncgroups = /bad\nwhen = refaults > 1/s\ndo = protect max=1G\n"
		 "[rule unknown]\ncgroups = /unknown\nwhen = refaults > 1/s\ndo = protect max=1G\n"
		 "[rule db]\ncgroups = /s/db\nwhen = refaults > 1/s\ndo = protect max=1G\n", dir);
	put("conf", text);
	refault(1000);
	pid = start(NULL);
	ok(WITHIN(10, raised()), "the last of three rules works");
	ok(WITHIN(10, logged("rule bad: /bad: the condition holds")), "the first is evaluated");
	ok(WITHIN(10, logged("its files cannot be read")), "and blind, since a file holds no number");
	rounds(5);
	is_int(times_logged("its files cannot be read"), 1, "once");
	is_int(times_logged("rules that need it"), 0, "none is blamed on the module");
	stop(pid, SIGTERM);
}

static void check_no_ledger(void)
{
	fresh();
	put("run", "not a directory\n");
	is_int(wait_for(start(NULL)), 1, "without a ledger, the daemon does not start");
	ok(logged("cannot use the ledger "), "the error is logged");
}

/* The daemon writes no cgroup file before the claim is on disk */
static void check_no_claim_no_write(void)
{
	pid_t pid;

	fresh();
	verbose = true;
	pid = start(NULL);
	ok(WITHIN(10, logged("does not hold")), "the daemon runs");
	put("run", "");
	refault(1000);
	rounds(10);
	ok(!raised(), "a claim that cannot be recorded prevents the raise");
	is_uint(low_of(PARENT), 4096, "also that of the parent");
	is_int(times_logged("cannot write the ledger"), 1, "the error is logged once");
	unlink(in_dir("run"));
	ok(WITHIN(10, raised()), "the cgroup is raised when the claim can be recorded");
	stop_and_restore(pid);
}

/* In "headroomd 2>&1 | tee log", Ctrl-C ends tee as well */
static void check_closed_log(void)
{
	pid_t pid;
	int log;

	fresh();
	refault(1000);
	signal(SIGPIPE, SIG_DFL);
	if (mkfifo(in_dir("log"), 0600))
		abort();
	/* Open after the fork, so that the daemon does not inherit a reading end */
	pid = start(NULL);
	log = open(in_dir("log"), O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	ok(WITHIN(10, raised()), "memory.low is raised");
	close(log);
	stop_and_restore(pid);
}

/* The log must not end up in the next file that the daemon opens */
static void check_no_stderr(void)
{
	pid_t pid;

	fresh();
	refault(1000);
	without_stderr = true;
	pid = start(NULL);
	without_stderr = false;
	ok(WITHIN(10, raised()), "memory.low is raised without a stderr");
	stop_and_restore(pid);
}

/* --- the control socket --- */

/* The answer to a request, valid until the next one; NULL if nothing listens */
static const char *ask(const char *request)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	static char answer[65536];
	size_t size = 0;
	ssize_t n = 1;

	snprintf(address.sun_path, sizeof(address.sun_path), "%s/control", dir);
	if (fd < 0)
		abort();
	if (connect(fd, (struct sockaddr *)&address, sizeof(address))) {
		close(fd);
		return NULL;
	}
	if (send(fd, request, strlen(request), MSG_NOSIGNAL) < 0)
		n = 0;
	while (n > 0 && size < sizeof(answer) - 1) {
		n = recv(fd, answer + size, sizeof(answer) - 1 - size, 0);
		size += n > 0 ? n : 0;
	}
	answer[size] = '\0';
	close(fd);
	return answer;
}

static bool answers(const char *request, const char *text)
{
	const char *answer = ask(request);

	return answer && strstr(answer, text);
}

static void check_control(void)
{
	pid_t pid;

	fresh();
	refault(1000);
	pid = start(NULL);
	ok(WITHIN(10, raised()), "memory.low is raised");
	rounds(3);
	ok(answers("status\n", "\"rules\":1,\"cgroups\":1,\"paused\":false,"),
	   "status has the rules and what they apply to");
	ok(answers("status\n", "\"knobs\":2,"), "and the number of changed knobs");
	ok(answers("status\n", "\"path\":\"/s/db\",\"knob\":\"memory.low\",\"original\":1048576,"),
	   "with their original values");
	ok(answers("rules\n", "\"when\":\"refaults.outside > 20/s\","), "rules has the condition");
	ok(answers("why /s/db\n", "\"text\":\"refaults.outside > 20/s\","), "why has what it compared");
	ok(answers("log\n", "raised memory.low of /s/db "), "log has the last lines");
	stop_and_restore(pid);
	ok(access(in_dir("control"), F_OK), "the socket is removed at the end");
}

static void check_pause(void)
{
	uint64_t low;
	pid_t pid;

	fresh();
	configure("512M", "1s");
	verbose = true;
	pid = start(NULL);
	ok(WITHIN(10, logged("does not hold")), "the daemon runs");
	ok(answers("pause\n", "{\"ok\":true}\n"), "pause");
	ok(answers("pause\n", "{\"ok\":true}\n"), "twice");
	is_int(times_logged("paused by uid "), 1, "is logged once");
	ok(answers("status\n", "\"paused\":true"), "status has it");
	refault(1000);
	rounds(8);
	ok(!raised(), "no rule acts");
	kill(pid, SIGHUP);
	ok(WITHIN(10, logged("reloaded the configuration")), "a reload");
	rounds(4);
	ok(!raised(), "does not end it");
	ok(answers("resume\n", "{\"ok\":true}\n"), "resume");
	ok(WITHIN(10, raised()), "the rule acts");
	rounds(5);
	ok(answers("pause\n", "{\"ok\":true}\n"), "pause");
	low = low_of(DB);
	refault(0);
	sleep(3);
	is_uint(low_of(DB), low, "what was changed stays, although the cgroup is idle");
	ok(answers("resume\n", "{\"ok\":true}\n"), "resume");
	ok(WITHIN(20, !raised()), "the idle cgroup gives it back");
	stop_and_restore(pid);
}

static void check_control_reload(void)
{
	pid_t pid;

	fresh();
	refault(1000);
	pid = start(NULL);
	ok(WITHIN(10, raised()), "memory.low is raised");
	put("conf", "[daemon]\ncolour = red\n[rule x]\nwhen = stahl > 5 %\n");
	ok(answers("reload\n", "{\"ok\":false,\"error\":\"cannot use the configuration"),
	   "a reload of an invalid configuration fails");
	ok(answers("reload\n", "/conf:2:1: unknown key 'colour'"), "the answer has the errors");
	ok(answers("reload\n", "/conf:4:8: when: unknown signal 'stahl'"), "all of them");
	rounds(3);
	ok(raised(), "the rules stay");
	configure_all("100ms", "other/ledger", "80M", "1h");
	ok(answers("reload\n", "the ledger cannot move"), "what cannot change is an error as well");
	rule_name = "other";
	configure("1M", "1h");
	rule_name = "db";
	ok(answers("reload\n", "{\"ok\":true}\n"), "a valid configuration is taken");
	ok(WITHIN(10, !raised()), "the claim of a rule that is gone is given back");
	ok(answers("rules\n", "\"rule\":\"other\""), "the answers are about the new rules");
	stop_and_restore(pid);
}

/* A socket is that of one daemon: until it ends, in whatever way */
static void check_control_owner(void)
{
	pid_t pid, other;

	fresh();
	pid = start(NULL);
	ok(WITHIN(10, ask("status\n")), "the daemon listens");
	verbose = true;
	other = start("--dry-run");
	ok(WITHIN(10, logged("there is no control socket: another process listens there")),
	   "a second one goes on without");
	ok(WITHIN(10, logged("the condition does not hold")), "its rules work");
	is_int(stop(other, SIGTERM), 0, "it ends");
	ok(answers("status\n", "\"dry_run\":false"), "the socket is still that of the first");
	stop(pid, SIGKILL);
	ok(!access(in_dir("control"), F_OK) && !ask("status\n"), "a killed daemon leaves a socket");
	pid = start(NULL);
	ok(WITHIN(10, ask("status\n")), "which the next one replaces");
	stop(pid, SIGTERM);
	put("control", "precious\n");
	pid = start(NULL);
	ok(WITHIN(10, logged("the file is no socket")), "a file that is no socket is not replaced");
	stop(pid, SIGTERM);
	is_text(get("control"), "precious\n", "nor removed");
}

static void check_options(void)
{
	fresh();
	is_int(wait_for(start("--check-config")), 0, "--check-config with a valid file");
	is_text(get("out"), "the configuration is valid: 1 rule\n", "it prints the number of rules");
	put("conf", "[rule x]\nmax = 0\n");
	is_int(wait_for(start("--check-config")), 1, "--check-config with an invalid file");
	ok(logged("conf:2:1: "), "it names line and column");
	is_int(wait_for(start(NULL)), 2, "the daemon refuses to run with that file");
	configure("1G", "60s");
	is_int(wait_for(start("--explain")), 0, "--explain");
	ok(strstr(get("out"), "    /s/db: does not hold: refaults.outside > 20/s: 0.0/s, no\n"),
	   "it prints the cgroups that match, with the present values");
	is_int(wait_for(start("--list-signals")), 0, "--list-signals");
	ok(strstr(get("out"), "psi.full.avg10"), "it lists the signals");
	is_int(wait_for(start("--log=paper")), 2, "an unknown target of the log is refused");
	is_int(wait_for(start("--once")), 2, "so is an unknown option");
	is_int(wait_for(start("--version")), 0, "--version");
	is_text(get("out"), "headroomd " VERSION "\n", "it prints the version");
	is_int(wait_for(start("--help")), 0, "--help");
	ok(strstr(get("out"), "--log="), "it lists the options");
}

int main(void)
{
	make_dir();
	check_options();
	check_raise_and_restore();
	check_first_round();
	check_next_daemon(SIGKILL, "SIGKILL");
	check_next_daemon(SIGTERM, "SIGTERM");
	check_rule_is_gone();
	check_restore();
	check_dry_run();
	check_json();
	check_reload();
	check_reload_interval();
	check_reload_record();
	check_move_ledger();
	check_administrator();
	check_reset_ancestor();
	check_change_before_decision();
	check_idle();
	check_removed_cgroup();
	check_module_gone();
	check_no_module();
	check_timeout();
	check_wake();
	check_due();
	check_wake_rate();
	check_no_permission();
	check_bad_cgroups();
	check_no_ledger();
	check_no_claim_no_write();
	check_closed_log();
	check_no_stderr();
	check_control();
	check_pause();
	check_control_reload();
	check_control_owner();
	remove_dir();
	return tap_done();
}
