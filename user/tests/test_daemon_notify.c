// SPDX-License-Identifier: GPL-2.0
/*
 * The action notify: what a workload gets to know, and how it arrives
 *
 * The rules run on a fake machine, as in frames.h. The loop and most clients are in one process, so a
 * check that would wait for the loop runs it. One client is a process that follows systemd's protocol
 * for memory pressure as it is described, with its environment variables.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <systemd/sd-event.h>
#include <unistd.h>

#include "fake_rules.h"
#include "notify.h"
#include "outlet.h"
#include "tell.h"
#include "tree.h"

static struct notify *notify;
static sd_event *loop;
static struct deed last;
static char why[512];
static size_t deeds;

/* --- paths --- */

static void check_paths(void)
{
	static const struct {
		const char *template, *cgroup, *want;
	} cases[] = {
		{ "/run/x", "/a/b", "/run/x" },
		{ "/run/%n", "/a/b.service", "/run/b.service" },
		{ "/run/%n-%i", "/a/b", "/run/b-7" },
		{ "/run/%n", "/", "/run/-" },
		{ "/run/100%%", "/a", "/run/100%" },
		{ "run/x", "/a", "expected an absolute path, such as /run/headroom/pressure/%n" },
		{ "/run/%x", "/a", "expected n, i or % behind %" },
		{ "/run/%", "/a", "expected n, i or % behind %" },
	};
	char path[TELL_PATH], name[120], template[120];

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const char *error = tell_path(path, cases[i].template, cases[i].cgroup, 7);

		is_text(error ? error : path, cases[i].want, cases[i].template);
	}
	ok(tell_is_fixed("/a%%n") && !tell_is_fixed("/a%%%n"), "%%n is no name");
	memset(name, 'n', sizeof(name));
	name[0] = '/';
	name[103] = '\0';
	ok(!tell_path(path, "/run/%n", name, 7), "the longest path");
	name[103] = 'n';
	name[104] = '\0';
	is_text(tell_path(path, "/run/%n", name, 7), "the path is longer than 107 bytes",
		"one that is too long");
	snprintf(template, sizeof(template), "/run/%%n%%n");
	ok(tell_path(path, template, name, 7), "twice too long");
}

/* --- the machine --- */

#define RULE(name, cgroups, parameters)								\
	"[rule " name "]\ncgroups = " cgroups "\nwhen = pids > 3\ndo = notify " parameters "\n"

static void check_config(void)
{
	struct config_errors errors;
	struct config *c;

	refuses_config(RULE("r", "/a", ""), "conf:4:6: do: notify needs socket=, fifo= or json=, a path such as /run/headroom/pressure/%n");
	refuses_config(RULE("r", "/a", "json=x"), "conf:4:6: do: json: expected an absolute path, such as /run/headroom/pressure/%n");
	refuses_config(RULE("r", "/a", "fifo=/x/%p"), "conf:4:6: do: fifo: expected n, i or % behind %");
	refuses_config(RULE("r", "/a", "socket=/x mode=0778"),
		"conf:4:6: do: mode: expected an octal mode, such as 0660");
	c = parse(RULE("r", "/a", "socket=/s/%n fifo=/f json=/j mode=0660 user=x group=y"), &errors);
	ok(c && !errors.nr, "a rule with all parameters");
	config_free(c);
}

static void note_deed(void *arg, const struct frame *frame, const struct deed *deed,
		      const struct decision *d)
{
	(void)arg, (void)frame;
	last = *deed;
	snprintf(why, sizeof(why), "%s", d->why);
	deeds++;
}

static void begin(const char *text)
{
	static const struct engine_log log = {
		ignore_decision, ignore_claim, note_deed, ignore_gap, NULL,
	};

	begin_rules(text, &log);
	deeds = 0;
	fake_change(&fake, "@100 wall=1700000000\nhost total=8G free=1G\n/ id=1\n"
		    "/s id=2\n/s/a id=3\n/s/b id=4\n/t id=5\n/t/x id=6\n/t/y id=7");
}

static void step(const char *change)
{
	run_rules(change);
	if (notify)
		notify_follow(notify, engine);
}

/* --- what is said --- */

#define MIB	(1ull << 20)

static void says(const char *change, const char *want, const char *name)
{
	size_t before = deeds;

	step(change);
	ok(deeds == before + 1, "%s", name);
	is_text(why, want, want);
}

static void check_advice(void)
{
	begin(RULE("r", "/s/a", "socket=/x"));
	says("@+1\n/s/a pids=9", "available unknown: room unknown, lacking unknown",
	     "nothing is known in the first frame");
	is_uint(last.value, UINT64_MAX, "unknown is not zero");
	says("@+1", "available 1.0 GiB: room 1.0 GiB, lacking 0 B",
	     "without limits, there is the memory of the machine");
	says("@+1\n/s/a current=100M max=150M", "available 50.0 MiB: room 50.0 MiB below the limit of /s/a, lacking 0 B",
	     "the limit of the cgroup");
	is_uint(last.value, 50 * MIB, "in bytes");
	says("@+1\n/s current=300M high=320M max=400M", "available 20.0 MiB: room 20.0 MiB below the limit of /s, lacking 0 B",
	     "the lower limit of its parent");
	says("@+1\nhost free=10M", "available 10.0 MiB: room 10.0 MiB, lacking 0 B",
	     "less memory in the machine");
	says("@+1\nhost free=1G\n/s current=330M", "available 0 B: room 0 B below the limit of /s, lacking 0 B", "above a limit");
	says("@+1\n/s max=-", "available unknown: room unknown, lacking 0 B",
	     "a file that is missing");
	says("@+1\n/s files=-", "available 50.0 MiB: room 50.0 MiB below the limit of /s/a, lacking 0 B",
	     "a parent without the memory controller has no limit");
	says("@+1 module=missing", "available unknown: room 50.0 MiB below the limit of /s/a, lacking unknown", "without the module");
	is_uint(last.advice.shrink, UINT64_MAX, "nor is it known how much to give back");
	end_rules();
}

static void check_need(void)
{
	const char *text;
	struct frame_wish wish = {};

	begin(RULE("r", "/s/a", "socket=/x"));
	engine_wish(engine, &wish);
	ok(wish.blame && wish.histograms && (wish.host_files & FRAME_BIT(FRAME_MEMINFO)),
	   "what it needs of a frame");
	step("@+1\n/s/a pids=9 current=100M max=110M evictions=1000000");
	step("@+1");
	ok(engine_files(engine, 2, "/s") & FRAME_BIT(FRAME_MEMORY_CURRENT), "and of ancestors");
	ok(!engine_files(engine, 5, "/t"), "and of no others");
	step("@+1\n/s/a refaults=+1000 evictions=+1000 distance=9000x+1000 stall.refault=+300ms stall.direct_reclaim=+100ms stall.proactive_reclaim=+2s\n"
	     "blame 3 by 6 400\nblame 3 by 7 500\nblame 3 by 3 100");
	ok(last.advice.lacking > 30 * MIB && last.advice.lacking < 45 * MIB,
	   "what it lacks: %.1f MiB", last.advice.lacking / 0x1p20);
	is_uint(last.value, 0, "nothing is available");
	ok(last.advice.shrink > 20 * MIB && last.advice.shrink <= last.advice.lacking - 10 * MIB,
	   "what it should give back: %.1f MiB", last.advice.shrink / 0x1p20);
	is_uint(last.advice.cause, HEADROOM_STALL_CAUSE_REFAULT, "the cause of most stalls");
	is_uint(last.advice.evictor, 4, "the evictor is the subtree of two that took half each");
	is_near(last.advice.share, 0.9, 1, "with its share");
	text = strstr(why, ", cause ");
	is_text(text, ", cause refault, evictor /t (90 %)", "both are in the log");
	step("@+1\nblame 3 by 6 +80\nblame 3 by 7 +20");
	is_uint(last.advice.evictor, 5, "or the child that took most");
	is_uint(last.advice.cause, 0, "there was no stall");
	step("@+1\nblame 3 by 6 +50\nblame 3 by 0 +60");
	is_uint(last.advice.evictor, FRAME_NONE, "an evictor that is not known");
	step("@+1\nblame 3 by 6 +50\nblame 3 by 4 +50");
	is_uint(last.advice.evictor, FRAME_NONE, "two that have only the root in common");
	step("@+1\nblame 3 by 1 150");
	is_uint(last.advice.evictor, 0, "the root");
	step("@+1 stalls=off\n/s/a stall.refault=+300ms");
	is_uint(last.advice.cause, 0, "stalls that are not tracked have no cause");
	end_rules();
}

static void check_plan(void)
{
	begin(RULE("r", "/s/a", "socket=/x") "cooldown = 3s\n");
	step("@+1\n/s/a pids=9");
	for (int i = 0; i < 6; i++)
		step("@+1");
	is_uint(deeds, 3, "a message after each cooldown");
	step("@+1\n/s/a pids=1");
	for (int i = 0; i < 6; i++)
		step("@+1");
	is_uint(deeds, 3, "and none when the condition does not hold");
	end_rules();
}

/* --- how it arrives --- */

/* For some time, and until the loop has handled what there is, however late that is */
static void run(int ms)
{
	uint64_t until = clock_now() + ms * 1000000ull;
	int handled;

	do {
		handled = sd_event_run(loop, 1000);
		if (handled < 0)
			abort();
	} while (handled || clock_now() < until);
}

static int connect_to(const char *name)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	snprintf(address.sun_path, sizeof(address.sun_path), "%s", in_dir(name));
	if (fd >= 0 && !connect(fd, (struct sockaddr *)&address, sizeof(address)))
		return fd;
	if (fd >= 0)
		close(fd);
	return -1;
}

/* Bytes that there are to read, up to 4095; -1 at the end of the connection */
static int receive(int fd, char *buf)
{
	ssize_t n = recv(fd, buf, 4095, 0);

	buf[n > 0 ? n : 0] = '\0';
	return n > 0 ? n : n < 0 && errno == EAGAIN ? 0 : -1;
}

static bool exists(const char *name)
{
	return !access(in_dir(name), F_OK);
}

/* Rules in which DIR is the directory of the test */
static void begin_outlets(const char *text)
{
	char *rules = NULL, *at, *rest = strdup(text), *copy = rest;
	size_t size;
	FILE *f = open_memstream(&rules, &size);

	while ((at = strstr(rest, "DIR"))) {
		fprintf(f, "%.*s%s", (int)(at - rest), rest, dir);
		rest = at + 3;
	}
	fputs(rest, f);
	fclose(f);
	free(copy);
	begin(rules);
	free(rules);
	notify = notify_new(loop);
	if (!notify)
		abort();
	engine_set_hands(engine, notify_send, notify);
	notify_set_rules(notify, config, false);
}

static void end_outlets(void)
{
	notify_free(notify);
	notify = NULL;
	end_rules();
}

static void check_two_cgroups(void)
{
	char buf[4096];
	int a, b, more;

	begin_outlets(RULE("r", "/s/*", "socket=DIR/two/%n"));
	ok(!exists("two/a"), "without a frame, there are no names");
	step("@+1");
	ok(exists("two/a") && exists("two/b") && !exists("two/x"), "a socket for each cgroup");
	a = connect_to("two/a");
	more = connect_to("two/a");
	b = connect_to("two/b");
	is_int(send(a, "some 200000 2000000", 20, MSG_NOSIGNAL), 20, "a client says what it wants");
	run(10);
	step("@+1\n/s/a pids=9");
	is_int(receive(a, buf), 1, "its cgroup is notified by a byte");
	is_int(receive(more, buf), 1, "so is another client");
	is_int(receive(b, buf), 0, "and no other cgroup");
	step("@+1");
	is_int(receive(a, buf), 1, "again in the next frame");
	step("@+1\n/s/a pids=1\n/s/b pids=9");
	is_int(receive(a, buf), 0, "as long as the condition holds");
	is_int(receive(b, buf), 1, "the other one");
	for (int i = 0; i < 1000; i++)
		step("@+1");
	is_int(receive(b, buf), 1, "a client that sleeps is notified once");
	step("@+1\ngone /s/b\n/s/c id=8");
	ok(!exists("two/b") && exists("two/c"), "sockets come and go with cgroups");
	is_int(receive(b, buf), -1, "clients of the old one are dropped");
	close(a);
	close(b);
	close(more);
	run(5);
	step("@+1");
	end_outlets();
	ok(!exists("two/a") && !exists("two/c"), "at the end, sockets are removed");
}

static void check_json(void)
{
	struct json_object *object;
	char buf[4096];
	int fd, half;

	begin_outlets(RULE("r", "/s/*", "json=DIR/json"));
	ok(exists("json"), "a fixed path needs no frame");
	fd = connect_to("json");
	half = connect_to("json");
	shutdown(half, SHUT_WR);
	run(10);
	step("@+1\n/s/a pids=9 current=100M max=150M");
	receive(fd, buf);
	object = json_tokener_parse(buf);
	is_text(text_of(object, "available_bytes"), "null", "what is unknown is null");
	json_object_put(object);
	step("@+1\nblame 3 by 5 100\n/s/a stall.refault=+1s");
	is_int(receive(fd, buf), strcspn(buf, "\n") + 1, "a message is a line");
	object = json_tokener_parse(buf);
	is_text(text_of(object, "rule"), "r", "with the rule");
	is_text(text_of(object, "path"), "/s/a", "the cgroup");
	is_text(text_of(object, "cgroup_id"), "3", "its id");
	is_text(text_of(object, "unix_ns"), "1700000002000000000", "the time");
	is_text(text_of(object, "available_bytes"), "52428800", "what is available");
	is_text(text_of(object, "room_bytes"), "52428800", "the room");
	is_text(text_of(object, "lacking_bytes"), "0", "what it lacks");
	is_text(text_of(object, "shrink_bytes"), "0", "what it should give back");
	is_text(text_of(object, "target"), "/s/a", "whose limit it is");
	is_text(text_of(object, "cause"), "refault", "the cause");
	is_text(text_of(object, "evictor"), "/t", "and the evictor");
	json_object_put(object);
	ok(receive(half, buf) > 0, "a client that sends no more still reads");
	step("@+1\n/s/b pids=9");
	receive(fd, buf);
	ok(strstr(buf, "\"path\":\"/s/a\"") && strstr(buf, "\"path\":\"/s/b\""),
	   "cgroups can share a socket");
	close(fd);
	close(half);
	end_outlets();
}

static void check_same_frame(void)
{
	char buf[4096];
	int fd, lines = 0;

	begin_outlets(RULE("one", "/s/a", "json=DIR/json") RULE("two", "/s/a", "json=DIR/json")
		      RULE("three", "/s/a", "json=DIR/json mode=0666"));
	fd = connect_to("json");
	run(10);
	step("@+1\n/s/a pids=9");
	receive(fd, buf);
	for (const char *c = buf; *c; c++)
		lines += *c == '\n';
	is_int(lines, 1, "a cgroup has one message in a frame");
	ok(strstr(buf, "\"one\""), "that of the first rule");
	close(fd);
	end_outlets();
}

static void check_slow(void)
{
	char buf[4096];
	int slow, fd, got = 0, loud;
	uint64_t begun;

	begin_outlets(RULE("r", "/s/a", "json=DIR/json socket=DIR/p"));
	slow = connect_to("json");
	fd = connect_to("json");
	run(10);
	begun = clock_now();
	step("@+1\n/s/a pids=9");
	for (int i = 0; i < 2000; i++) {
		step("@+1");
		got += receive(fd, buf) > 0;
	}
	is_int(got, 2000, "a client that reads gets each message");
	ok(clock_now() - begun < 10 * NS_PER_S, "while another one does not read");
	while ((got = receive(slow, buf)) > 0)
		;
	is_int(got, -1, "which is dropped");
	loud = connect_to("p");
	run(10);
	memset(buf, 'x', sizeof(buf));
	for (int i = 0; i < 3; i++) {
		send(loud, buf, sizeof(buf), MSG_NOSIGNAL);
		run(20);
	}
	is_int(receive(loud, buf), -1, "so is one that sends without an end");
	close(slow);
	close(fd);
	close(loud);
	end_outlets();
}

static void check_many(void)
{
	int fd[OUTLET_CLIENTS], extra, notified = 0, sockets = 0;
	char buf[4096], name[64];

	begin_outlets(RULE("r", "/s/a", "socket=DIR/p"));
	for (int i = 0; i < OUTLET_CLIENTS; i++) {
		fd[i] = connect_to("p");
		run(1);
	}
	run(1100);
	extra = connect_to("p");
	run(20);
	is_int(receive(extra, buf), -1, "a client too many is dropped");
	step("@+1\n/s/a pids=9");
	for (int i = 0; i < OUTLET_CLIENTS; i++) {
		notified += receive(fd[i], buf) == 1;
		close(fd[i]);
	}
	is_int(notified, OUTLET_CLIENTS, "the others are notified");
	close(extra);
	end_outlets();
	begin_outlets(RULE("r", "/many/*", "socket=DIR/m/%n") RULE("s", "/s/a", "socket=DIR/p"));
	fake_change(&fake, "/many id=1000");
	for (int i = 0; i < NOTIFY_OUTLETS + 10; i++) {
		snprintf(name, sizeof(name), "/many/%d id=%d", i, 2000 + i);
		fake_change(&fake, name);
	}
	step("@+1");
	for (int i = 0; i < NOTIFY_OUTLETS + 10; i++) {
		snprintf(name, sizeof(name), "m/%d", i);
		sockets += exists(name);
	}
	is_int(sockets, NOTIFY_OUTLETS - 1, "there is a limit to sockets");
	ok(exists("p"), "and fixed ones come first");
	end_outlets();
}

static void check_fifo(void)
{
	char buf[16];
	struct stat st;
	int fd;

	begin_outlets(RULE("r", "/s/a", "fifo=DIR/fifo mode=0640"));
	ok(!stat(in_dir("fifo"), &st) && S_ISFIFO(st.st_mode) && (st.st_mode & 0777) == 0640,
	   "a FIFO has its mode");
	step("@+1\n/s/a pids=9");
	step("@+1");
	fd = open(in_dir("fifo"), O_RDONLY | O_NONBLOCK);
	is_int(read(fd, buf, sizeof(buf)), 1, "a reader that comes late finds one byte");
	is_int(read(fd, buf, sizeof(buf)), -1, "and waits for the next");
	step("@+1");
	is_int(read(fd, buf, sizeof(buf)), 1, "which comes");
	end_outlets();
	ok(exists("fifo"), "the FIFO stays for the next run");
	begin_outlets(RULE("r", "/s/a", "fifo=DIR/fifo"));
	step("@+1\n/s/a pids=9");
	is_int(read(fd, buf, sizeof(buf)), 1, "which notifies the same reader");
	close(fd);
	config_free(config);
	config = parse("", &(struct config_errors){});
	engine_set_rules(engine, config);
	notify_set_rules(notify, config, false);
	step("@+1");
	ok(!exists("fifo"), "it is removed with its rule");
	end_outlets();
}

/* --- files --- */

static void take(const char *parameters)
{
	char text[512];
	struct config *old = config;

	snprintf(text, sizeof(text), RULE("r", "/s/a", "socket=%s/%s"), dir, parameters);
	config = parse(text, &(struct config_errors){});
	engine_set_rules(engine, config);
	notify_set_rules(notify, config, false);
	config_free(old);
	step("@+1");
	run(5);
}

static void check_reload(void)
{
	char buf[4096];
	struct stat st;
	int fd;

	begin_outlets(RULE("r", "/s/a", "socket=DIR/p"));
	step("@+1");
	fd = connect_to("p");
	run(10);
	take("p");
	is_int(receive(fd, buf), 0, "a reload keeps clients");
	take("p mode=0666");
	is_int(receive(fd, buf), -1, "unless the socket has other permissions");
	ok(!stat(in_dir("p"), &st) && (st.st_mode & 0777) == 0666, "which it then has");
	take("%n");
	ok(!exists("p") && exists("a"), "another path");
	take("%n");
	ok(exists("a"), "stays");
	put("file", "text\n");
	take("file");
	is_text(get("file"), "text\n", "a file is not replaced");
	ok(!exists("a"), "and the old socket is removed all the same");
	unlink(in_dir("file"));
	take("file");
	ok(exists("file"), "a reload tries again");
	take("f user=no-such-user");
	ok(!exists("f"), "there has to be such a user");
	close(fd);
	end_outlets();
	begin_outlets(RULE("r", "/s/a", "socket=DIR/p") "dry-run = yes\n");
	step("@+1");
	ok(!exists("p"), "a dry run has no socket");
	end_outlets();
}

static void check_stale(void)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	struct stat st;

	snprintf(address.sun_path, sizeof(address.sun_path), "%s", in_dir("p"));
	if (bind(fd, (struct sockaddr *)&address, sizeof(address)) || listen(fd, 1))
		abort();
	begin_outlets(RULE("r", "/s/a", "socket=DIR/p"));
	end_outlets();
	ok(exists("p"), "the socket of a living process is not replaced");
	close(fd);
	begin_outlets(RULE("r", "/s/a", "socket=DIR/p user=daemon group=12345"));
	fd = connect_to("p");
	ok(fd >= 0, "that of one which has ended is");
	ok(geteuid() || (!stat(in_dir("p"), &st) && st.st_uid && st.st_gid == 12345 &&
			 (st.st_mode & 0777) == 0600), "and has its owner and its mode");
	close(fd);
	end_outlets();
}

/* --- a program that follows the protocol --- */

#define CACHE	(64 << 20)

/* Memory in use by this process */
static size_t resident(void)
{
	size_t all, pages = 0;
	FILE *f = fopen("/proc/self/statm", "re");

	if (!f || fscanf(f, "%zu %zu", &all, &pages) != 2)
		abort();
	fclose(f);
	return pages * 4096;
}

/* Open what $MEMORY_PRESSURE_WATCH names: a socket or a FIFO */
static int open_watch(const char *path)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	struct stat st;
	int fd;

	if (stat(path, &st))
		_exit(10);
	if (S_ISFIFO(st.st_mode))
		return open(path, O_RDWR | O_CLOEXEC);
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	snprintf(address.sun_path, sizeof(address.sun_path), "%s", path);
	return connect(fd, (struct sockaddr *)&address, sizeof(address)) ? -1 : fd;
}

/* Have a cache, and drop it when notified; report the times of messages to @report */
static void run_program(int report)
{
	static const char trigger[] = "some 200000 2000000";
	int fd = open_watch(getenv("MEMORY_PRESSURE_WATCH"));
	struct pollfd polled = { fd, POLLIN, 0 };
	char *cache = mmap(NULL, CACHE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	char ignored[64];
	uint64_t now = 0;
	size_t before;

	if (fd < 0 || cache == MAP_FAILED || write(fd, trigger, sizeof(trigger)) != sizeof(trigger))
		_exit(11);
	memset(cache, 1, CACHE);
	before = resident();
	if (write(report, &now, sizeof(now)) != sizeof(now))
		_exit(12);
	while (poll(&polled, 1, -1) == 1) {
		now = clock_now();
		if (read(fd, ignored, sizeof(ignored)) <= 0)
			_exit(resident() + CACHE / 2 > before ? 13 : 0);
		if (cache)
			munmap(cache, CACHE);
		cache = NULL;
		if (write(report, &now, sizeof(now)) != sizeof(now))
			_exit(14);
	}
	_exit(15);
}

static int compare_times(const void *a, const void *b)
{
	const uint64_t *left = a, *right = b;

	return (*left > *right) - (*left < *right);
}

#define MESSAGES	101

static void check_program(void)
{
	uint64_t time[MESSAGES], arrived = 0;
	int report[2], status;
	pid_t pid;

	begin_outlets(RULE("r", "/s/a", "socket=DIR/p"));
	if (pipe(report))
		abort();
	setenv("MEMORY_PRESSURE_WATCH", in_dir("p"), 1);
	fflush(stdout);
	pid = fork();
	if (!pid)
		run_program(report[1]);
	close(report[1]);
	ok(read(report[0], &arrived, 8) == 8, "a program follows the protocol");
	run(20);
	step("@+1");
	for (int i = 0; i < MESSAGES; i++) {
		uint64_t begun = clock_now();

		step("@+1\n/s/a pids=9");
		if (read(report[0], &arrived, 8) != 8)
			break;
		time[i] = arrived - begun;
		usleep(1000);
	}
	ok(arrived, "it is notified");
	qsort(time, MESSAGES, sizeof(time[0]), compare_times);
	printf("# from frame to program, with the round: median %.0f us, largest %.0f us\n",
	       time[MESSAGES / 2] / 1e3, time[MESSAGES - 1] / 1e3);
	ok(time[MESSAGES / 2] < 10000000, "within 10 ms");
	end_outlets();
	waitpid(pid, &status, 0);
	is_int(status, 0, "and shrinks");
	close(report[0]);
}

int main(void)
{
	signal(SIGPIPE, SIG_IGN);
	check_paths();
	check_config();
	check_advice();
	check_need();
	check_plan();
	make_dir();
	if (sd_event_new(&loop) < 0)
		abort();
	check_two_cgroups();
	check_json();
	check_same_frame();
	check_slow();
	check_many();
	check_fifo();
	check_reload();
	check_stale();
	check_program();
	sd_event_unref(loop);
	remove_dir();
	return tap_done();
}
