// SPDX-License-Identifier: GPL-2.0
/*
 * Hands: deeds in a fake tree, and a kill in a cgroup of this machine
 *
 * Reclaim that takes time is a FIFO without a reader.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>

#include "actions.h"
#include "config.h"
#include "hands.h"
#include "tap.h"
#include "tree.h"

#define MOST_RECLAIMS	8

/* A kernel before 6.8 knows no swappiness in memory.reclaim; one that reclaims less says EAGAIN */
static bool old_kernel, reclaims_less;

ssize_t __real_write(int fd, const void *data, size_t size);
ssize_t __wrap_write(int fd, const void *data, size_t size);

ssize_t __wrap_write(int fd, const void *data, size_t size)
{
	if (old_kernel && memmem(data, size, "swappiness", 10)) {
		errno = EINVAL;
		return -1;
	}
	if (reclaims_less) {
		errno = EAGAIN;
		return -1;
	}
	return __real_write(fd, data, size);
}

/* --- deeds and outcomes --- */

static struct dirs *dirs;
static struct hands *hands;
static char rule_name[] = "r";
/* The rule that acts; NULL for one without a program */
static const struct rule *given;

/* The outcomes that were collected */
static struct {
	size_t nr;
	int error;
	char text[2048];
	char all[8192];
} last;

static void note_outcome(void *arg, const struct outcome *outcome)
{
	(void)arg;
	last.nr++;
	last.error = outcome->error;
	snprintf(last.text, sizeof(last.text), "%s: %s", outcome->rule, outcome->text);
	snprintf(last.all + strlen(last.all), sizeof(last.all) - strlen(last.all), "%s\n",
		 last.text);
}

/* Whether an outcome says so, since the hands were made */
static bool was_said(const char *text)
{
	return strstr(last.all, text);
}

static void collect(void)
{
	hands_collect(hands, note_outcome, NULL);
}

/* Wait until @nr outcomes were collected, for 20 s at most */
static void wait_for(size_t nr)
{
	for (int i = 0; i < 2000 && last.nr < nr; i++) {
		usleep(10000);
		collect();
	}
}

/* Do a deed to the cgroup at @path, whose id is @id */
static void act_on(const char *path, uint64_t id, struct deed deed)
{
	struct frame *frame = frame_new();
	const struct rule rule = { .name = rule_name, .action = &action_kill };
	struct condition_state state[8] = {};
	const struct decision decision = {
		.rule = given ? given : &rule, .id = 7, .path = "/rule", .why = "",
		.state = state,
	};

	if (!frame || frame_add(frame, 1, "/", NULL) || frame_add(frame, id, path, NULL) != 1 ||
	    frame_finish(frame))
		abort();
	deed.cgroup = 1;
	hands_act(hands, frame, &deed, &decision);
	frame_put(frame);
}

static void act(const char *path, struct deed deed)
{
	act_on(path, dirs_id(dirs, path), deed);
}

static void begin(const char *root)
{
	dirs = dirs_new(root);
	hands = dirs ? hands_new(dirs) : NULL;
	if (!hands)
		abort();
	last.nr = 0;
	last.all[0] = '\0';
}

static void end(void)
{
	hands_free(hands);
	dirs_free(dirs);
}

/* --- reclaim --- */

static const struct deed reclaim = { .kind = DEED_RECLAIM, .value = 4096, .swappiness = -1 };
static const struct deed with_swappiness = {
	.kind = DEED_RECLAIM, .value = 4096, .swappiness = 60,
};

static void make_reclaim(const char *name)
{
	char file[64];

	mkdir(in_dir(name), 0755);
	snprintf(file, sizeof(file), "%s/memory.reclaim", name);
	put(file, "");
}

static void check_reclaim(void)
{
	begin(dir);
	make_reclaim("a");
	act("/a", reclaim);
	wait_for(1);
	is_int(last.error, 0, "reclaim succeeds");
	is_text(get("a/memory.reclaim"), "4096", "memory.reclaim has the bytes");
	is_text(last.text, "r: reclaimed memory from /a", "the outcome says so");
	act("/a", with_swappiness);
	wait_for(2);
	is_text(get("a/memory.reclaim"), "4096 swappiness=60", "with a swappiness");
	old_kernel = true;
	act("/a", with_swappiness);
	wait_for(3);
	old_kernel = false;
	is_int(last.error, 0, "a kernel that knows none reclaims as well");
	is_text(get("a/memory.reclaim"), "4096", "without it");
	reclaims_less = true;
	act("/a", reclaim);
	wait_for(4);
	reclaims_less = false;
	is_int(last.error, 0, "less than was asked for is no error");
	is_text(last.text, "r: reclaimed less than was asked for from /a", "but is said");
	end();
}

static void check_missing(void)
{
	uint64_t id;

	begin(dir);
	mkdir(in_dir("none"), 0755);
	act("/none", reclaim);
	wait_for(1);
	is_int(last.error, -ENOENT, "a cgroup without memory.reclaim");
	make_reclaim("b");
	id = dirs_id(dirs, "/b");
	if (rename(in_dir("b"), in_dir("old")))
		abort();
	act_on("/b", id, reclaim);
	wait_for(2);
	is_text(last.text, "r: cannot open /b: it was removed", "a cgroup that was removed");
	make_reclaim("b");
	act_on("/b", id, reclaim);
	wait_for(3);
	is_int(last.error, -ENOENT, "a cgroup that was created again");
	is_text(get("b/memory.reclaim"), "", "nothing is done to the new one");
	end();
}

/* --- deeds that take time --- */

static void make_slow(char *name, size_t size, int i)
{
	char file[64];

	snprintf(name, size, "/slow%d", i);
	mkdir(in_dir(name + 1), 0755);
	snprintf(file, sizeof(file), "slow%d/memory.reclaim", i);
	if (mkfifo(in_dir(file), 0600))
		abort();
}

/* Let a slow deed end; its writer may not have opened the FIFO yet */
static void release(int i)
{
	char file[64], text[16];
	int fd;

	snprintf(file, sizeof(file), "slow%d/memory.reclaim", i);
	fd = open(in_dir(file), O_RDONLY);
	if (fd < 0 || read(fd, text, sizeof(text)) < 0)
		abort();
	close(fd);
}

/* A kill does not wait for reclaim; without cgroup.kill, it fails at once */
static void wait_for_kill(void)
{
	const struct deed kill_it = { .kind = DEED_KILL };

	mkdir(in_dir("k"), 0755);
	put("k/cgroup.kill", "");
	act("/k", kill_it);
	for (int i = 0; i < 2000 && !*get("k/cgroup.kill"); i++)
		usleep(10000);
	is_text(get("k/cgroup.kill"), "1", "a kill does not wait for them");
}

static void check_slow(void)
{
	char name[16];

	begin(dir);
	for (int i = 0; i < MOST_RECLAIMS; i++) {
		make_slow(name, sizeof(name), i);
		act(name, reclaim);
	}
	collect();
	is_uint(last.nr, 0, "hands do not wait for slow deeds");
	put("a/memory.reclaim", "");
	act("/a", reclaim);
	act("/slow2", reclaim);
	wait_for_kill();
	wait_for(3);
	ok(last.nr == 3 && !*get("a/memory.reclaim"), "what has not begun at the next frame is not done");
	ok(was_said("nothing is done to /a: those before it took until the next frame"), "as is said");
	ok(was_said("nothing is done to /slow2: the last one is still under way"),
	   "for a cgroup, one deed of a kind at a time");
	act("/a", reclaim);
	make_reclaim("b2");
	act("/b2", reclaim);
	release(1);
	for (int i = 0; i < 2000 && !*get("b2/memory.reclaim"); i++)
		usleep(10000);
	wait_for(6);
	ok(!strcmp(get("a/memory.reclaim"), "4096") && !strcmp(get("b2/memory.reclaim"), "4096"),
	   "what waits is done by the first thread that is free");
	for (int i = 0; i < MOST_RECLAIMS; i++)
		if (i != 1)
			release(i);
	wait_for(5 + MOST_RECLAIMS);
	is_uint(last.nr, 5 + MOST_RECLAIMS, "all deeds have an outcome");
	end();
}

/* --- kill --- */

/* Where cgroup v2 is mounted; NULL if no cgroup can be created there */
static const char *cgroup_root(void)
{
	static const char *const roots[] = { "/sys/fs/cgroup", "/sys/fs/cgroup/unified" };
	char path[64];

	for (size_t i = 0; i < sizeof(roots) / sizeof(roots[0]); i++) {
		snprintf(path, sizeof(path), "%s/cgroup.procs", roots[i]);
		if (!access(path, W_OK))
			return roots[i];
	}
	return NULL;
}

static bool put_in(const char *root, const char *cgroup, pid_t pid)
{
	char path[128];
	FILE *f;

	snprintf(path, sizeof(path), "%s%s/cgroup.procs", root, cgroup);
	f = fopen(path, "we");
	if (!f)
		return false;
	fprintf(f, "%d", pid);
	return !fclose(f);
}

static pid_t spawn(const char *root, const char *cgroup)
{
	pid_t pid = fork();

	if (!pid) {
		for (;;)
			pause();
	}
	if (pid < 0 || !put_in(root, cgroup, pid))
		abort();
	return pid;
}

static bool was_killed(pid_t pid)
{
	int status;

	return waitpid(pid, &status, 0) == pid && WIFSIGNALED(status) &&
	       WTERMSIG(status) == SIGKILL;
}

/* A cgroup with a child, and one beside it */
static bool make_cgroups(const char *root, char name[3][64], bool make)
{
	bool done = true;
	char path[128];

	for (int i = 0; i < 3; i++) {
		int nr = make ? i : 2 - i;

		snprintf(name[nr], 64, "/headroomd-test-%d%s", getpid(),
			 nr == 0 ? "" : nr == 1 ? "/child" : "-other");
		snprintf(path, sizeof(path), "%s%s", root, name[nr]);
		done &= make ? !mkdir(path, 0755) : !rmdir(path);
	}
	return done;
}

static void check_killed(const char *root, char name[3][64])
{
	const struct deed kill_it = { .kind = DEED_KILL };
	pid_t parent = spawn(root, name[0]), child = spawn(root, name[1]);
	pid_t other = spawn(root, name[2]);
	char text[256];

	begin(root);
	act(name[0], kill_it);
	wait_for(1);
	is_int(last.error, 0, "a kill succeeds");
	snprintf(text, sizeof(text), "r: killed 2 processes of %s: %d %d", name[0], parent, child);
	is_text(last.text, text, "the outcome has the pids of those that have ended, and no others");
	ok(was_killed(parent) && was_killed(child), "they have");
	ok(!kill(other, 0), "a process of another cgroup lives");
	act(name[0], kill_it);
	wait_for(2);
	snprintf(text, sizeof(text), "r: killed 0 processes of %s", name[0]);
	is_text(last.text, text, "an empty cgroup has none to kill");
	kill(other, SIGKILL);
	ok(was_killed(other), "the other one ends at last");
	end();
}

/* More than are opened, and than the text has room for */
static void check_many(const char *root, char name[3][64])
{
	const struct deed kill_it = { .kind = DEED_KILL };
	static pid_t pid[300];
	bool killed = true;
	char text[256];

	for (int i = 0; i < 300; i++)
		pid[i] = spawn(root, name[0]);
	begin(root);
	act(name[0], kill_it);
	wait_for(1);
	for (int i = 0; i < 300; i++)
		killed &= was_killed(pid[i]);
	ok(killed, "300 processes are killed");
	snprintf(text, sizeof(text), "r: killed 300 processes of %s: %d", name[0], pid[0]);
	ok(!strncmp(last.text, text, strlen(text)), "the outcome counts them all");
	ok(strstr(last.text, " others"), "and says that it does not have all pids");
	end();
}

/* --- the program before a kill --- */

static struct config *parse(const char *hook)
{
	struct config_errors errors;
	struct config *config;
	char text[1024];

	snprintf(text, sizeof(text),
		 "[rule r]\ncgroups = /rule\nwhen = pids > 3\ndo = kill hook=\"%s\" timeout=500ms\n",
		 hook);
	if (config_parse("conf", text, strlen(text), &config, &errors))
		abort();
	config_errors_free(&errors);
	return config;
}

/* Kill an empty cgroup of the fake tree, after a program */
static void kill_after(const char *hook)
{
	const struct deed kill_it = { .kind = DEED_KILL };
	struct config *config = parse(hook);

	mkdir(in_dir("h"), 0755);
	put("h/cgroup.kill", "");
	put("h/cgroup.events", "populated 0\n");
	given = &config->rule[0];
	begin(dir);
	act("/h", kill_it);
	wait_for(1);
	end();
	given = NULL;
	config_free(config);
}

static void check_hook(void)
{
	char command[512], want[256];
	const char *evidence;

	snprintf(command, sizeof(command),
		 "/bin/sh -c 'cat %s/h/cgroup.kill >%s/seen; cat >%s/evidence; echo $HEADROOM_TARGET'",
		 dir, dir, dir);
	kill_after(command);
	is_text(last.text, "r: killed 0 processes of /h; before that, /bin/sh for /h exited with status 0: /h",
		"a program runs before a kill, and knows what is to be killed");
	is_text(get("h/cgroup.kill"), "1", "then it is");
	is_text(get("seen"), "", "not before");
	evidence = get("evidence");
	ok(strstr(evidence, "\"rule\":\"r\"") && strstr(evidence, "\"target\":\"/h\"") &&
	   strstr(evidence, "\"target_id\":"), "it reads the evidence, and the target");
	kill_after("/bin/sh -c 'exit 3'");
	is_text(last.text, "r: killed 0 processes of /h; before that, its hook failed: /bin/sh for /h exited with status 3",
		"if it fails, that is said");
	ok(!last.error && !strcmp(get("h/cgroup.kill"), "1"), "and the cgroup is killed");
	kill_after("/no/such");
	ok(was_said("its hook failed: cannot run /no/such") && !strcmp(get("h/cgroup.kill"), "1"),
	   "the same if it cannot run");
	kill_after("/bin/sh -c 'trap : TERM; while :; do sleep 1; done'");
	snprintf(want, sizeof(want), "its hook failed: /bin/sh for /h was terminated after its time-out of 0.5 s");
	ok(was_said(want) && !strcmp(get("h/cgroup.kill"), "1"),
	   "a program that does not end is killed at its time-out, and so is the cgroup");
}

static void check_kill(void)
{
	const char *root = cgroup_root();
	char name[3][64];

	if (!root || !make_cgroups(root, name, true)) {
		tap_skip("kill a cgroup", "no cgroup can be created");
		return;
	}
	check_killed(root, name);
	check_many(root, name);
	ok(make_cgroups(root, name, false), "the cgroups are removed");
}

int main(void)
{
	make_dir();
	check_reclaim();
	check_missing();
	check_slow();
	check_hook();
	check_kill();
	remove_dir();
	return tap_done();
}
