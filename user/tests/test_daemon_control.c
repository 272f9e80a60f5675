// SPDX-License-Identifier: GPL-2.0
/*
 * The control socket: what it answers, and clients that are malformed, slow, silent or many
 *
 * The loop of the socket and its clients are in one process, so a check that would wait for the
 * loop runs it.
 *
 *	test_daemon_control --print		print all answers, for scripts/check-abi
 *	test_daemon_control --serve PATH	serve a fake machine, for test_daemon.sh
 */
#include <errno.h>
#include <json-c/json.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <syslog.h>
#include <systemd/sd-event.h>

#include "clock.h"
#include "control.h"
#include "control_answer.h"
#include "control_socket.h"
#include "fake_rules.h"
#include "tree.h"

/* --- answers --- */

static const char rules[] =
	"[rule busy]\n"
	"cgroups = /a, /b\n"
	"when = pids > 3 until 1 and not refaults.anon > 5/s for 20s\n"
	"do = protect max=1G\n"
	"cooldown = 30s\n"
	"[rule full]\n"
	"cgroups = /a\n"
	"when = memory.current > 50 % or psi.some > 1 %\n"
	"do = protect max=2G\n"
	"dry-run = yes\n";

static struct history history;
static struct control_state state;
static struct tally tally;
static struct config_errors reload_errors;
static int paused, reloads;
static bool reload_succeeds;

/* What the engine writes is in the next frame */
static void apply_claim(void *arg, const struct ledger_event *event, const struct decision *d)
{
	(void)arg;
	for (size_t i = 0; i < fake.nr; i++)
		if (fake.cgroup[i].id == event->claim->id && !(d && d->dry))
			fake.cgroup[i].file[FRAME_MEMORY_LOW] = event->to;
}

static void note_pause(void *arg, bool pause)
{
	(void)arg;
	paused = pause;
}

static bool note_reload(void *arg, struct config_errors *errors)
{
	(void)arg;
	reloads++;
	for (size_t i = 0; i < reload_errors.nr; i++)
		config_errors_add(errors, strdup(reload_errors.text[i]));
	return reload_succeeds;
}

static const struct control_acts acts = { note_pause, note_reload, NULL };

static void begin(void)
{
	static const struct engine_log claims = {
		ignore_decision, apply_claim, ignore_deed, ignore_gap, NULL,
	};
	const struct engine_log log = tally_log(&tally, &claims);

	begin_rules(rules, &log);
	state = (struct control_state){
		.config = config, .engine = engine, .history = &history,
		.tally = &tally,
		.root = "/sys/fs/cgroup", .uptime = 5 * NS_PER_S,
	};
	fake_change(&fake, "@10 wall=1000\n/ id=1\n/a id=2 pids=5 current=60M max=100M\n/b id=3");
}

static void end(void)
{
	end_rules();
	tally_clear(&tally);
	history_clear(&history);
}

#define MAX_LINES	300

static struct json_object *lines[MAX_LINES];
static size_t nr_lines;

static void forget_lines(void)
{
	while (nr_lines)
		json_object_put(lines[--nr_lines]);
}

/* Take an answer: each line is JSON, and ends */
static bool take_lines(char *answer)
{
	bool valid = true;
	char *end;

	forget_lines();
	for (char *line = answer; valid && *line; line = end + 1) {
		end = strchr(line, '\n');
		if (!end || nr_lines == MAX_LINES)
			return false;
		*end = '\0';
		lines[nr_lines] = json_tokener_parse(line);
		valid = lines[nr_lines++];
	}
	return valid;
}

/* A member of the line, such as "comparisons.0.value"; NULL if there is none, or it is null */
static struct json_object *member(size_t line, const char *path)
{
	struct json_object *object = line < nr_lines ? lines[line] : NULL;
	char copy[128], *rest = copy, *word;

	snprintf(copy, sizeof(copy), "%s", path);
	while (object && (word = strsep(&rest, "."))) {
		if (json_object_is_type(object, json_type_array))
			object = json_object_array_get_idx(object, atoi(word));
		else if (!json_object_object_get_ex(object, word, &object))
			return NULL;
	}
	return object;
}

static void is_member(size_t line, const char *path, const char *want)
{
	struct json_object *object = member(line, path);
	const char *got = object ? json_object_get_string(object) : "null";

	if (!ok(strcmp(got, want) == 0, "line %zu: %s is %s", line, path, want))
		printf("# got '%s'\n", got);
}

static void is_near_member(size_t line, const char *path, double want)
{
	struct json_object *object = member(line, path);

	is_near(object ? json_object_get_double(object) : -1, want, 0.001, path);
}

/* Ask, and expect @nr lines before the one that says that the request succeeded */
static void ask(const char *request, size_t nr)
{
	size_t size;
	char *answer = control_answer(request, true, &state, &acts, &size);

	if (!answer)
		abort();
	ok(strlen(answer) == size && take_lines(answer), "%s: lines of JSON", request);
	free(answer);
	is_uint(nr_lines, nr + 1, "their number");
	is_member(nr_lines - 1, "ok", "true");
}

static void ask_in_vain(const char *request, bool may_change, const char *error)
{
	size_t size;
	char *answer = control_answer(request, may_change, &state, &acts, &size);

	if (!answer)
		abort();
	ok(take_lines(answer) && nr_lines == 1, "a line: %s", request);
	free(answer);
	is_member(0, "ok", "false");
	is_member(0, "error", error);
}

static void check_requests(void)
{
	static const char *const unknown[] = {
		"", " ", "Status", "statu", "statusx", " status", "stop", "{\"x\":1}", "\xff\"\\",
	};
	char want[256];

	for (size_t i = 0; i < sizeof(unknown) / sizeof(unknown[0]); i++) {
		snprintf(want, sizeof(want), "unknown request '%s': use status, rules, why, log, pause, resume or reload",
			 i == 8 ? "\xef\xbf\xbd\"\\" : unknown[i]);
		ask_in_vain(unknown[i], true, want);
	}
	ask_in_vain("status x", true, "status takes no argument");
	ask_in_vain("pause ", true, "pause takes no argument");
	ask_in_vain("why", true, "why needs a cgroup");
	ask_in_vain("why ", true, "why needs a cgroup");
	ask_in_vain("log 0", true, "expected a number of lines in place of '0'");
	ask_in_vain("log -1", true, "expected a number of lines in place of '-1'");
	ask_in_vain("log 1x", true, "expected a number of lines in place of '1x'");
}

static void check_before_first_frame(void)
{
	ask("status", 1);
	is_member(0, "frame", "null");
	is_member(0, "cgroups", "0");
	ask("rules", 2);
	is_member(0, "cgroups", "0");
	ask_in_vain("why /a", true, "no frame has been read yet");
	ask("log", 0);
}

static void check_status(void)
{
	ask("status", 1);
	is_member(0, "version", VERSION);
	is_near_member(0, "pid", getpid());
	is_member(0, "uptime_ns", "5000000000");
	is_member(0, "rules", "2");
	is_member(0, "cgroups", "2");
	is_member(0, "paused", "false");
	is_member(0, "dry_run", "false");
	is_member(0, "module_error", "null");
	is_member(0, "interval_ns", "1000000000");
	is_member(0, "record", "null");
	is_member(0, "knobs", "0");
	is_member(0, "claims", "[ ]");
	state.frame = (struct control_frame){ 1000, 20, 3 };
	state.module_error = "it is \"gone\"";
	state.paused = state.dry_run = true;
	ask("status", 1);
	is_member(0, "frame.unix_ns", "1000");
	is_member(0, "frame.duration_ns", "20");
	is_member(0, "frame.cgroups", "3");
	is_member(0, "module_error", "it is \"gone\"");
	is_member(0, "paused", "true");
	is_member(0, "dry_run", "true");
	state.module_error = NULL;
	state.paused = state.dry_run = false;
}

static void check_rules(void)
{
	ask("rules", 2);
	is_member(0, "rule", "busy");
	is_member(0, "place", "conf:1");
	is_member(0, "patterns.0", "/a");
	is_member(0, "patterns.1", "/b");
	is_member(0, "when", "pids > 3 until 1 and not refaults.anon > 5/s for 20s");
	is_member(0, "do", "protect max=1.0 GiB share=95.0 % rate=20/s idle=60.0 s min=0 B");
	is_member(0, "cooldown_ns", "30000000000");
	is_member(0, "dry_run", "false");
	is_member(0, "cgroups", "2");
	is_member(0, "holds", "0");
	is_member(1, "rule", "full");
	is_member(1, "dry_run", "true");
	is_member(1, "cgroups", "1");
	is_member(1, "holds", "1");
}

/* Frames at 10, 11 and 12 s, which are 1000, 1001 and 1002 s on the wall */
static void check_why(void)
{
	ask("why /a", 2);
	is_member(0, "rule", "busy");
	is_member(0, "path", "/a");
	is_member(0, "cgroup_id", "2");
	is_member(0, "unix_ns", "1002000000000");
	is_member(0, "holds", "null");
	is_member(0, "comparisons.0.text", "pids > 3 until 1");
	is_member(0, "comparisons.0.signal", "pids");
	is_member(0, "comparisons.0.unit", "count");
	is_near_member(0, "comparisons.0.value", 5);
	is_near_member(0, "comparisons.0.threshold", 3);
	is_near_member(0, "comparisons.0.until", 1);
	is_member(0, "comparisons.0.above", "true");
	is_member(0, "comparisons.0.holds", "true");
	is_member(0, "comparisons.0.value_text", "5");
	is_member(0, "comparisons.0.blind", "null");
	is_member(0, "comparisons.1.text", "refaults.anon > 5/s");
	is_member(0, "comparisons.1.until", "null");
	is_member(0, "comparisons.1.holds", "false");
	/* it was blind in the first frame */
	is_member(0, "comparisons.1.since_unix_ns", "1001000000000");
	is_member(0, "durations.0.for_ns", "20000000000");
	is_member(0, "durations.0.held_ns", "1000000000");
	is_member(0, "durations.0.holds", "null");
	is_member(0, "action", "protect");
	is_member(0, "dry_run", "false");
	is_member(1, "rule", "full");
	is_member(1, "dry_run", "true");
	is_member(1, "holds", "true");
	is_member(1, "comparisons.0.relative", "true");
	is_near_member(1, "comparisons.0.threshold", 0.5);
	is_near_member(1, "comparisons.0.whole", 100 << 20);
	is_member(1, "comparisons.1.holds", "false");
	ok(*json_object_get_string(member(1, "reason")), "a decision has its reason");
	ask("why /b", 1);
	is_member(0, "path", "/b");
	ask("why /sys/fs/cgroup/b", 1);
	ask("why 3", 1);
	is_member(0, "path", "/b");
	ask("why /", 0);
	ask("why /sys/fs/cgroup", 0);
	ask_in_vain("why /sys/fs/cgroupb", true, "no cgroup /sys/fs/cgroupb in the last frame");
	ask_in_vain("why /c\xff", true, "no cgroup /c\xef\xbf\xbd in the last frame");
	ask_in_vain("why 3b", true, "no cgroup 3b in the last frame");
	ask_in_vain("why 99", true, "no cgroup 99 in the last frame");
}

static void check_blind(void)
{
	run_rules("@+1\n/a pids=-");
	ask("why /a", 2);
	is_member(0, "comparisons.0.holds", "null");
	is_member(0, "comparisons.0.value", "null");
	ok(member(0, "comparisons.0.blind"), "a blind signal has its reason");
	run_rules("@+1\n/a pids=5");
}

#define WORK	"@+1\n/a refaults=+1000 outside=+1000 evictions=+1000 "			\
		"evictions.outside=+1000 samples=+1000 distance="

/* Have the rule raise memory.low, and the one in a dry run more, since it has no cooldown */
static void raise_low(void)
{
	for (int i = 0; i < 25; i++)
		run_rules("@+1");
	run_rules(WORK "9000x+1000");
	run_rules(WORK "9000x+1000");
	run_rules(WORK "9000x+1000 current=90M");
}

static void note(const char *rule, enum deed_kind kind, int error)
{
	const struct outcome outcome = { .kind = kind, .rule = rule, .error = error };

	tally_outcome(&tally, &outcome);
}

/* What was done, refused and failed, of each rule; and kills that were verified */
static void check_acts(void)
{
	is_member(0, "acts.0.rule", "busy");
	is_member(0, "acts.0.action", "protect");
	is_member(0, "acts.0.done", "1");
	is_member(0, "acts.0.failed", "0");
	is_member(0, "acts.1.rule", "full");
	is_member(0, "acts.1.done", "0");
	is_member(0, "kills.verified", "0");
	note("full", DEED_KILL, 0);
	note("full", DEED_KILL, 0);
	note("full", DEED_KILL, -ETIMEDOUT);
	note("full", DEED_KILL, -ENOENT);
	note("full", DEED_KILL, -EBUSY);
	note("busy", DEED_RECLAIM, -EBUSY);
	note("no longer a rule", DEED_RUN, 0);
	ask("status", 1);
	is_member(0, "acts.0.done", "1");
	is_member(0, "acts.0.refused", "1");
	is_member(0, "acts.1.done", "2");
	is_member(0, "acts.1.refused", "1");
	is_member(0, "acts.1.failed", "2");
	is_member(0, "acts.2", "null");
	is_member(0, "kills.verified", "2");
	is_member(0, "kills.unverified", "1");
}

/* The claim has what it was, what it is and who wants that */
static void check_claims(void)
{
	raise_low();
	ask("status", 1);
	is_member(0, "knobs", "1");
	is_member(0, "claims.0.path", "/a");
	is_member(0, "claims.0.cgroup_id", "2");
	is_member(0, "claims.0.knob", "memory.low");
	is_member(0, "claims.0.original", "0");
	is_member(0, "claims.0.demands.0.rule", "busy");
	is_member(0, "claims.0.write_error", "null");
	ok(member(0, "claims.0.written") && json_object_get_uint64(member(0, "claims.0.written")) > 0,
	   "a value was written");
	is_member(0, "dry_knobs", "1");
	is_member(0, "dry_claims.0.path", "/a");
	is_member(0, "dry_claims.0.demands.0.rule", "full");
	ok(member(0, "dry_claims.0.original") && member(0, "claims.0.written") &&
	   json_object_equal(member(0, "dry_claims.0.original"), member(0, "claims.0.written")),
	   "what a rule in a dry run would set is on top of that");
	check_acts();
}

static void check_log(void)
{
	char text[32];

	history_add(&history, 17, LOG_ERR, "the first \"line\"");
	ask("log", 1);
	is_member(0, "unix_ns", "17");
	is_member(0, "level", "error");
	is_member(0, "line", "the first \"line\"");
	for (int i = 0; i < HISTORY_LINES; i++) {
		snprintf(text, sizeof(text), "%d", i);
		history_add(&history, i, LOG_INFO, text);
	}
	ask("log", HISTORY_LINES);
	is_member(0, "line", "0");
	is_member(HISTORY_LINES - 1, "line", "255");
	ask("log 2", 2);
	is_member(0, "line", "254");
	is_member(1, "line", "255");
	ask("log 1000", HISTORY_LINES);
}

static void check_changes(void)
{
	static const char *const changes[] = { "pause", "resume", "reload" };
	char want[128];

	for (size_t i = 0; i < 3; i++) {
		snprintf(want, sizeof(want), "permission denied: only root and the user of headroomd may %s",
			 changes[i]);
		ask_in_vain(changes[i], false, want);
	}
	ok(!paused && !reloads, "a request without permission does nothing");
	ask("pause", 0);
	ok(paused, "pause pauses");
	ask("resume", 0);
	ok(!paused, "resume resumes");
	reload_succeeds = true;
	ask("reload", 0);
	is_int(reloads, 1, "reload reloads");
	reload_succeeds = false;
	config_errors_add(&reload_errors, strdup("conf:1: bad"));
	config_errors_add(&reload_errors, strdup("conf:2: worse"));
	ask_in_vain("reload", true, "cannot use the configuration: keeping the current one");
	is_member(0, "errors.0", "conf:1: bad");
	is_member(0, "errors.1", "conf:2: worse");
	config_errors_free(&reload_errors);
}

/* --- the socket --- */

#define TIMEOUT		(NS_PER_S / 2)

static sd_event *loop;
static struct control *control;
/* What the next requests get, and what came of them */
static size_t answer_size;
static char request[CONTROL_REQUEST_SIZE];
static int handled;
static bool allowed;

static char *note_request(void *arg, const char *line, const struct control_peer *peer, size_t *size)
{
	char *answer = malloc(answer_size + 1);

	if (arg != &handled || !answer)
		abort();
	snprintf(request, sizeof(request), "%s", line);
	handled++;
	allowed = peer->may_change;
	memset(answer, 'x', answer_size);
	*size = answer_size;
	return answer;
}

static int try_open(struct control **result, unsigned int mode, const char *group)
{
	const struct control_options options = {
		.path = in_dir("run/control"), .mode = mode, .group = group, .timeout = TIMEOUT,
	};

	return control_open(result, loop, &options, note_request, &handled);
}

/*
 * Run the loop for some time, and until it has handled what there is: on a busy machine the time may
 * be over before it has begun
 */
static void run(unsigned int ms)
{
	uint64_t until = clock_now() + ms * 1000000ull;
	int handled_one;

	do {
		handled_one = sd_event_run(loop, 1000);
		if (handled_one < 0)
			abort();
	} while (handled_one || clock_now() < until);
}

static int connect_client(void)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	snprintf(address.sun_path, sizeof(address.sun_path), "%s", in_dir("run/control"));
	if (fd >= 0 && !connect(fd, (struct sockaddr *)&address, sizeof(address)))
		return fd;
	if (fd >= 0)
		close(fd);
	return -1;
}

static int connect_and_send(const char *text, size_t size)
{
	int fd = connect_client();

	if (fd < 0 || send(fd, text, size, MSG_NOSIGNAL) != (ssize_t)size)
		abort();
	return fd;
}

/* Read what there is, up to @size; sets *@ended if the connection has ended */
static size_t receive(int fd, char *buf, size_t size, bool *ended)
{
	size_t got = 0;
	ssize_t n = 1;

	*ended = false;
	while (got < size && n > 0) {
		n = recv(fd, buf + got, size - got, 0);
		got += n > 0 ? n : 0;
	}
	/* It ends with a reset if the daemon left something unread */
	*ended = n == 0 || (n < 0 && errno == ECONNRESET);
	return got;
}

/* Expect a text and the end of the connection; closes it */
static void gets_text(int fd, const char *want, const char *name)
{
	char got[256];
	bool ended;
	size_t n = receive(fd, got, sizeof(got) - 1, &ended);

	got[n] = '\0';
	is_text(got, want, name);
	ok(ended, "then the connection ends");
	close(fd);
}

static void refuses(const char *text, size_t size, const char *error)
{
	int before = handled, fd = connect_and_send(text, size);
	char want[256];

	run(30);
	snprintf(want, sizeof(want), "{\"ok\":false,\"error\":\"%s\"}\n", error);
	gets_text(fd, want, error);
	is_int(handled, before, "it is no request");
}

static void check_protocol(void)
{
	static char longest[CONTROL_REQUEST_SIZE + 1];
	int fd;

	answer_size = 3;
	fd = connect_and_send("status\n", 7);
	run(30);
	is_text(request, "status", "a request is a line, without its end");
	gets_text(fd, "xxx", "it is answered");
	memset(longest, 'a', sizeof(longest));
	longest[CONTROL_REQUEST_SIZE - 1] = '\n';
	fd = connect_and_send(longest, CONTROL_REQUEST_SIZE);
	run(30);
	is_uint(strlen(request), CONTROL_REQUEST_SIZE - 1, "the longest request");
	gets_text(fd, "xxx", "is answered");
	longest[CONTROL_REQUEST_SIZE - 1] = 'a';
	refuses(longest, CONTROL_REQUEST_SIZE, "the request is too long");
	refuses(longest, CONTROL_REQUEST_SIZE + 1, "the request is too long");
	refuses("sta\0tus\n", 8, "the request has a zero byte");
	refuses("status\nstatus\n", 14,
		"a connection has one request: something follows its line end");
	refuses("status\n ", 8, "a connection has one request: something follows its line end");
	/* the client ends its half */
	fd = connect_and_send("status", 6);
	shutdown(fd, SHUT_WR);
	run(30);
	gets_text(fd, "{\"ok\":false,\"error\":\"the request has no line end\"}\n",
		  "a request without a line end");
	fd = connect_client();
	shutdown(fd, SHUT_WR);
	run(30);
	gets_text(fd, "", "a client without a request gets nothing");
}

static void check_pieces(void)
{
	static const char text[] = "why /a\n";
	int fd = connect_client();

	answer_size = 1;
	for (size_t i = 0; i < sizeof(text) - 1; i++) {
		if (send(fd, &text[i], 1, MSG_NOSIGNAL) != 1)
			abort();
		run(5);
	}
	run(30);
	is_text(request, "why /a", "a request may come in pieces");
	gets_text(fd, "x", "it is answered");
}

/* The limit is that of the whole request: a byte now and then does not extend it */
static void check_slow_sender(void)
{
	int silent = connect_client(), slow = connect_client(), before = handled;
	bool sent = true;

	run(TIMEOUT / 1000000 / 2);
	for (int i = 0; i < 100 && sent; i++) {
		sent = send(slow, "a", 1, MSG_NOSIGNAL) == 1;
		run(20);
	}
	ok(!sent, "a client that sends too slowly is dropped");
	gets_text(silent, "", "so is a silent one");
	close(slow);
	is_int(handled, before, "neither is answered");
}

static void check_slow_reader(void)
{
	static char buf[CONTROL_ANSWER_SIZE];
	size_t got = 0;
	bool ended;
	int fd;

	answer_size = sizeof(buf);
	fd = connect_and_send("log\n", 4);
	for (int i = 0; i < 100 && got < sizeof(buf); i++) {
		run(1);
		got += receive(fd, buf + got, sizeof(buf) - got, &ended);
	}
	is_uint(got, sizeof(buf), "the longest answer arrives in pieces");
	run(10);
	receive(fd, buf, 1, &ended);
	ok(ended, "then the connection ends");
	close(fd);
	fd = connect_and_send("log\n", 4);
	run(TIMEOUT / 1000000 + 100);
	got = receive(fd, buf, sizeof(buf), &ended);
	ok(got < sizeof(buf) && ended, "a client that does not read is dropped");
	close(fd);
	fd = connect_and_send("log\n", 4);
	run(10);
	close(fd);
	run(30);
	answer_size = CONTROL_ANSWER_SIZE + 1;
	fd = connect_and_send("log\n", 4);
	run(30);
	gets_text(fd, "{\"ok\":false,\"error\":\"the answer is too long\"}\n",
		  "an answer that is too long");
}

static void check_many(void)
{
	static const char busy[] = "{\"ok\":false,\"error\":\"too many clients: try again\"}\n";
	int fd[CONTROL_CLIENTS], extra;

	answer_size = 1;
	for (size_t i = 0; i < CONTROL_CLIENTS; i++) {
		fd[i] = connect_client();
		run(2);
	}
	extra = connect_client();
	run(30);
	gets_text(extra, busy, "a client too many is refused");
	for (size_t i = 0; i < CONTROL_CLIENTS; i++)
		if (send(fd[i], "status\n", 7, MSG_NOSIGNAL) != 7)
			abort();
	run(30);
	for (size_t i = 0; i < CONTROL_CLIENTS; i++)
		gets_text(fd[i], "x", "the others are answered");
	extra = connect_and_send("status\n", 7);
	run(30);
	gets_text(extra, "x", "now there is room");
}

/* A flood of connections does not keep the loop from other things */
static void check_flood(void)
{
	int connected = 0;

	run(1100);	/* a new second begins */
	for (int i = 0; i < 1000; i++) {
		int fd = connect_client();

		connected += fd >= 0;
		if (fd >= 0)
			close(fd);
		if (sd_event_run(loop, 0) < 0)
			abort();
	}
	ok(connected < 200, "a flood of connections waits: %d of 1000", connected);
	run(1100);
	answer_size = 1;
	gets_text(({ int fd = connect_and_send("status\n", 7); run(30); fd; }), "x",
		  "then others are answered");
}

/* --- who may ask --- */

/* As another user, connect @nr times and send; returns how many were answered, 99 if refused */
static int ask_as(uid_t uid, gid_t gid, int nr)
{
	char got[64];
	int fd[CONTROL_CLIENTS], answered = 0, status;
	pid_t pid;

	fflush(stdout);
	pid = fork();
	if (!pid) {
		if (setgid(gid) || setuid(uid))
			_exit(98);
		for (int i = 0; i < nr; i++) {
			fd[i] = connect_client();
			if (fd[i] < 0)
				_exit(99);
		}
		usleep(100000);
		for (int i = 0; i < nr; i++)
			send(fd[i], "x\n", 2, MSG_NOSIGNAL);
		usleep(100000);
		for (int i = 0; i < nr; i++)
			answered += recv(fd[i], got, sizeof(got), 0) == 1;
		_exit(answered);
	}
	while (!waitpid(pid, &status, WNOHANG))
		run(5);
	return WEXITSTATUS(status);
}

static void check_permissions(void)
{
	struct stat st;

	run(1100);
	answer_size = 1;
	if (geteuid()) {
		tap_skip("users", "needs root");
		return;
	}
	chmod(dir, 0755);
	is_int(ask_as(0, 0, 1), 1, "root may ask");
	ok(allowed, "and change");
	is_int(ask_as(12345, 12345, 1), 99, "others may not connect");
	control_close(control);
	is_int(try_open(&control, 0660, "12345"), 0, "a socket for a group");
	ok(!stat(in_dir("run/control"), &st) && st.st_gid == 12345 &&
	   (st.st_mode & 07777) == 0660, "has its mode and its group");
	is_int(ask_as(12346, 12345, 1), 1, "a member of the group may ask");
	ok(!allowed, "and not change");
	is_int(ask_as(12346, 12346, 1), 99, "others may not");
	is_int(ask_as(12346, 12345, CONTROL_CLIENTS), CONTROL_CLIENTS - CONTROL_RESERVED,
	       "some places are root's");
}

/* --- two sockets --- */

static void check_owner(void)
{
	struct control *other;
	int fd;

	is_int(try_open(&other, 0600, NULL), -EADDRINUSE, "a living socket is not replaced");
	control_close(other);
	unlink(in_dir("run/control.lock"));
	is_int(try_open(&other, 0600, NULL), -EADDRINUSE, "not even without its lock");
	control_close(other);
	unlink(in_dir("run/control.lock"));
	unlink(in_dir("run/control"));
	is_int(try_open(&other, 0600, NULL), 0, "if both files were removed, another takes the path");
	control_close(control);
	run(1100);
	fd = connect_and_send("status\n", 7);
	run(30);
	gets_text(fd, "x", "the end of the first one does not remove the socket of the second");
	control = other;
	is_int(try_open(&other, 0600, "no-such-group"), -EADDRINUSE, "the lock comes first");
	control_close(other);
	control_close(control);
	ok(access(in_dir("run/control"), F_OK), "a closed socket is removed");
	is_int(try_open(&control, 0600, "no-such-group"), -ESRCH, "there has to be such a group");
	control_close(control);
	put("run/control", "text\n");
	is_int(try_open(&control, 0600, NULL), -EEXIST, "a file is not replaced");
	control_close(control);
	is_text(get("run/control"), "text\n", "nor removed");
	control_close(NULL);
}

static void check_answers(void)
{
	begin();
	check_before_first_frame();
	check_requests();
	run_rules("@10");
	run_rules("@+1");
	run_rules("@+1");
	check_status();
	check_rules();
	check_why();
	check_blind();
	check_claims();
	check_log();
	check_changes();
	forget_lines();
	end();
}

/* --- for other tests --- */

static void begin_example(void)
{
	begin();
	run_rules("@10");
	raise_low();
	state.frame = (struct control_frame){ 1000 * NS_PER_S, 1500000, 3 };
	history_add(&history, 1000 * NS_PER_S, LOG_INFO, "an escape \033[2J in the log");
	history_add(&history, 1001 * NS_PER_S, LOG_INFO, "the last line");
}

static void print_answer(const char *line)
{
	size_t size;
	char *answer = control_answer(line, true, &state, &acts, &size), *rest = answer, *next;

	while ((next = strsep(&rest, "\n")) && *next)
		printf("%.*s %s\n", (int)strcspn(line, " "), line, next);
	free(answer);
}

static int print_answers(void)
{
	begin();
	print_answer("status");
	end();
	history = (struct history){};
	begin_example();
	print_answer("status");
	state.module_error = "it is gone";
	print_answer("status");
	print_answer("rules");
	print_answer("why /a");
	print_answer("why /b");
	run_rules("@+1\n/a pids=-");
	print_answer("why /a");
	print_answer("log");
	print_answer("pause");
	config_errors_add(&reload_errors, strdup("conf:1: bad"));
	print_answer("reload");
	config_errors_free(&reload_errors);
	end();
	return 0;
}

static char *serve_request(void *arg, const char *line, const struct control_peer *peer, size_t *size)
{
	(void)arg;
	if (strcmp(line, "why /incomplete") == 0) {
		*size = 12;
		return strdup("{\"rule\":\"a\"}");
	}
	state.paused = paused;
	return control_answer(line, peer->may_change, &state, &acts, size);
}

/* Serve until a signal, which leaves a stale socket */
static int serve(const char *path)
{
	const struct control_options options = { .path = path, .mode = 0600 };

	begin_example();
	config_errors_add(&reload_errors, strdup("conf:1: bad"));
	return sd_event_new(&loop) < 0 ||
	       control_open(&control, loop, &options, serve_request, NULL) ||
	       sd_event_loop(loop) < 0;
}

int main(int argc, char **argv)
{
	if (argc == 2 && strcmp(argv[1], "--print") == 0)
		return print_answers();
	if (argc == 3 && strcmp(argv[1], "--serve") == 0)
		return serve(argv[2]);
	check_answers();
	make_dir();
	if (sd_event_new(&loop) < 0)
		abort();
	is_int(try_open(&control, 0600, NULL), 0, "a socket is opened");
	check_protocol();
	check_pieces();
	check_slow_sender();
	check_slow_reader();
	check_many();
	check_flood();
	check_permissions();
	check_owner();
	sd_event_unref(loop);
	remove_dir();
	return tap_done();
}
