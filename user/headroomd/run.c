// SPDX-License-Identifier: GPL-2.0
/*
 * Run the program of a rule, and wait for its end
 *
 * The daemon has threads, so that the child may only make calls that are safe in a signal handler:
 * all names are resolved, and all memory is allocated, before the fork. The evidence is a file in
 * memory, so that a program which does not read it blocks nothing.
 *
 * The program leads a session and a process group of its own. When it ends, what is left in its group
 * is killed; until it is reaped, no other process can have its pid. Only this pid is waited for, since
 * other threads run other programs.
 */
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <poll.h>
#include <pwd.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "clock.h"
#include "control_json.h"
#include "hook.h"
#include "json_build.h"
#include "run.h"

#define SEARCH	"PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

/* How long a program may take to end after SIGTERM, and the kernel after SIGKILL */
#define GRACE	(2 * NS_PER_S)
/* The same where something waits for its end that is urgent */
#define LAST_MOMENT	(NS_PER_S / 10)
/* Bytes of output that the log gets; the rest is read and dropped, so that no write blocks */
#define OUTPUT	512
#define GROUPS	256
#define NAMES	16384
#define VARIABLES	8

/**
 * struct run - a program to run
 * @word: its path and arguments
 * @variable: its environment
 * @nr: number of variables; a NULL is behind them
 * @evidence: what it reads, a line of JSON
 * @path: of the cgroup
 * @user: name of the user; NULL for that of the daemon
 * @timeout: ns
 * @grace: how long it may take to end after that, ns
 */
struct run {
	char **word;
	char *variable[VARIABLES + 1];
	size_t nr;
	char *evidence;
	char *path;
	char *user;
	uint64_t timeout;
	uint64_t grace;
};

/**
 * struct user - who runs the program
 * @given: not the user of the daemon
 */
struct user {
	bool given;
	uid_t uid;
	gid_t gid;
	int nr;
	gid_t group[GROUPS];
};

/**
 * struct process - a program that runs
 * @pid: its process, and its group
 * @fd: pidfd
 * @in: what it reads
 * @out: what it prints: the daemon's end and the program's
 * @failed: errno of the child, if it could not become the program: both ends
 * @read: bytes of @output
 * @output: the first bytes that it printed
 */
struct process {
	pid_t pid;
	int fd;
	int in;
	int out[2];
	int failed[2];
	size_t read;
	char output[OUTPUT + 1];
};

/* --- preparation --- */

void run_free(struct run *run)
{
	if (!run)
		return;
	for (size_t i = 0; i < run->nr; i++)
		free(run->variable[i]);
	free(run->word);
	free(run->evidence);
	free(run->path);
	free(run->user);
	free(run);
}

/* Add a variable, whose value is at hand; returns false if out of memory */
static bool add_variable(struct run *run, const char *name, const char *value)
{
	char *variable;

	if (asprintf(&variable, "%s=%s", name, value) < 0)
		return false;
	run->variable[run->nr++] = variable;
	return true;
}

/* What "headroom daemon why" prints, the boot, and what is about to be killed */
static char *print_evidence(const struct frame *frame, const struct deed *deed,
			    const struct decision *d)
{
	struct json_object *object = control_json_decision(d);
	const char *text;
	char *line = NULL;

	json_add_text(object, "boot_id", frame->boot_id[0] ? frame->boot_id : NULL);
	if (deed->kind == DEED_KILL) {
		json_add_text(object, "target", frame->cgroup[deed->cgroup].path);
		json_add_uint(object, "target_id", frame->cgroup[deed->cgroup].id);
	}
	text = json_text(object);
	if (text && asprintf(&line, "%s\n", text) < 0)
		line = NULL;
	json_object_put(object);
	return line;
}

static bool add_cgroup(struct run *run, const char *path_name, const char *path,
		       const char *id_name, uint64_t id)
{
	char text[24];

	snprintf(text, sizeof(text), "%llu", (unsigned long long)id);
	return add_variable(run, path_name, path) && add_variable(run, id_name, text);
}

static bool add_environment(struct run *run, const struct frame *frame, const struct deed *deed,
			    const struct decision *d)
{
	const struct frame_cgroup *target = &frame->cgroup[deed->cgroup];

	run->variable[run->nr] = strdup(SEARCH);
	if (!run->variable[run->nr])
		return false;
	run->nr++;
	return add_variable(run, "HEADROOM_RULE", d->rule->name) &&
	       add_cgroup(run, "HEADROOM_CGROUP", d->path, "HEADROOM_CGROUP_ID", d->id) &&
	       (deed->kind != DEED_KILL ||
		add_cgroup(run, "HEADROOM_TARGET", target->path, "HEADROOM_TARGET_ID", target->id));
}

bool run_is_given(const struct rule *rule)
{
	const struct action_program *program = rule->action->program;

	return program && rule->parameter[program->command].text;
}

struct run *run_new(const struct frame *frame, const struct deed *deed, const struct decision *d)
{
	const struct action_program *program = d->rule->action->program;
	const struct action_value *parameter = d->rule->parameter;
	const char *user = parameter[program->user].text, *why;
	struct run *run = calloc(1, sizeof(*run));

	if (!run)
		return NULL;
	run->word = hook_split(parameter[program->command].text, &why);
	run->evidence = print_evidence(frame, deed, d);
	run->path = strdup(frame->cgroup[deed->cgroup].path);
	run->user = user ? strdup(user) : NULL;
	run->timeout = parameter[program->timeout].number * NS_PER_S;
	run->grace = deed->kind == DEED_KILL ? 0 : GRACE;
	if (run->word && run->evidence && run->path && (run->user || !user) &&
	    add_environment(run, frame, deed, d))
		return run;
	run_free(run);
	return NULL;
}

static int find_user(const char *name, struct user *user)
{
	struct passwd passwd, *found = NULL;
	char names[NAMES];
	int err;

	*user = (struct user){ .given = name, .nr = GROUPS };
	if (!name)
		return 0;
	err = getpwnam_r(name, &passwd, names, sizeof(names), &found);
	if (err || !found)
		return err ? -err : -ESRCH;
	user->uid = passwd.pw_uid;
	user->gid = passwd.pw_gid;
	return getgrouplist(name, user->gid, user->group, &user->nr) < 0 ? -E2BIG : 0;
}

/* A file in memory, at its beginning */
static int open_evidence(const char *text)
{
	int fd = memfd_create("headroom-evidence", MFD_CLOEXEC | MFD_ALLOW_SEALING);
	size_t size = strlen(text);
	int err = 0;

	if (fd < 0)
		return -errno;
	if (pwrite(fd, text, size, 0) != (ssize_t)size ||
	    fcntl(fd, F_ADD_SEALS, F_SEAL_WRITE | F_SEAL_GROW | F_SEAL_SHRINK | F_SEAL_SEAL))
		err = errno ? -errno : -EIO;
	if (!err)
		return fd;
	close(fd);
	return err;
}

static void close_fd(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

static void close_process(struct process *p)
{
	close_fd(&p->fd);
	close_fd(&p->in);
	for (int i = 0; i < 2; i++) {
		close_fd(&p->out[i]);
		close_fd(&p->failed[i]);
	}
}

static int open_process(struct process *p, const struct run *run)
{
	*p = (struct process){ .fd = -1, .out = { -1, -1 }, .failed = { -1, -1 } };
	p->in = open_evidence(run->evidence);
	if (p->in < 0)
		return p->in;
	if (pipe2(p->out, O_CLOEXEC) || pipe2(p->failed, O_CLOEXEC) ||
	    fcntl(p->out[0], F_SETFL, O_NONBLOCK) || fcntl(p->failed[0], F_SETFL, O_NONBLOCK))
		return -errno;
	return 0;
}

/* --- the child: only calls that are safe in a signal handler, up to start() --- */

static void reset_signals(void)
{
	/* The kernel's struct sigaction: glibc's function refuses two signals that it uses itself */
	static const unsigned long initial[4];
	sigset_t none;

	/* It fails for those that cannot be changed */
	for (int signal = 1; signal < NSIG; signal++)
		syscall(SYS_rt_sigaction, signal, initial, NULL, NSIG / 8);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
}

static bool become(const struct user *user)
{
	if (!user->given)
		return true;
	return !setgroups(user->nr, user->group) &&
	       !setresgid(user->gid, user->gid, user->gid) &&
	       !setresuid(user->uid, user->uid, user->uid);
}

/* The daemon may open more files than programs that use select() can have */
static void reset_limits(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit))
		return;
	if (limit.rlim_cur > FD_SETSIZE)
		limit.rlim_cur = FD_SETSIZE;
	setrlimit(RLIMIT_NOFILE, &limit);
}

/* The kernel spares the daemon when memory is short; a program of others is none that it depends on */
static void reset_oom_score(void)
{
	int fd = open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);

	if (fd < 0)
		return;
	if (write(fd, "0", 1) < 0)
		errno = 0;	/* a higher one can stay */
	close(fd);
}

static void run_child(const struct process *p, const struct run *run, const struct user *user)
{
	int error;

	setsid();
	reset_limits();
	reset_oom_score();
	umask(022);
	if (dup2(p->in, STDIN_FILENO) >= 0 && dup2(p->out[1], STDOUT_FILENO) >= 0 &&
	    dup2(p->out[1], STDERR_FILENO) >= 0 &&
	    !syscall(SYS_close_range, STDERR_FILENO + 1, ~0U, CLOSE_RANGE_CLOEXEC) &&
	    !chdir("/") && become(user)) {
		reset_signals();
		execve(run->word[0], run->word, (char **)run->variable);
	}
	error = errno;
	if (write(p->failed[1], &error, sizeof(error)) < 0)
		_exit(126);
	_exit(127);
}

/* Signals stay blocked until the child has no handlers any more */
static int start(struct process *p, const struct run *run, const struct user *user)
{
	sigset_t all, old;
	int err;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &old);
	p->pid = fork();
	if (!p->pid)
		run_child(p, run, user);
	pthread_sigmask(SIG_SETMASK, &old, NULL);
	if (p->pid < 0)
		return -errno;
	close_fd(&p->out[1]);
	close_fd(&p->failed[1]);
	p->fd = syscall(SYS_pidfd_open, p->pid, 0);
	if (p->fd >= 0)
		return 0;
	err = -errno;
	kill(p->pid, SIGKILL);
	waitpid(p->pid, NULL, 0);
	return err;
}

/* --- its end --- */

/* Keep the first bytes of the output; returns false at its end */
static bool read_output(struct process *p)
{
	char rest[4096];
	ssize_t n;

	while (p->out[0] >= 0) {
		bool keep = p->read < OUTPUT;

		n = read(p->out[0], keep ? p->output + p->read : rest,
			 keep ? OUTPUT - p->read : sizeof(rest));
		if (n < 0)
			return errno == EAGAIN;
		if (!n)
			return false;
		p->read += keep ? n : 0;
		/* A program that prints without an end must not keep this loop from its time-out */
		if (!keep)
			break;
	}
	return true;
}

/* Read what it prints until it ends; returns false if it has not by @deadline */
static bool wait_until(struct process *p, uint64_t deadline)
{
	struct pollfd polled[] = { { p->fd, POLLIN, 0 }, { p->out[0], POLLIN, 0 } };
	struct timespec left;

	while (clock_now() < deadline) {
		left = clock_left(deadline);
		if (ppoll(polled, 2, &left, NULL) < 0 && errno != EINTR)
			return false;
		if (polled[1].revents && !read_output(p))
			polled[1].fd = -1;
		if (polled[0].revents) {
			read_output(p);
			return true;
		}
	}
	return false;
}

/* The group exists once the child has made its session */
static void send_signal(const struct process *p, int signal)
{
	if (kill(-p->pid, signal))
		kill(p->pid, signal);
}

/* Terminate it if it takes too long; returns 0, or -ETIMEDOUT */
static int wait_for_end(struct process *p, const struct run *run)
{
	bool ended = wait_until(p, clock_now() + run->timeout);

	if (ended)
		return 0;
	if (run->grace) {
		send_signal(p, SIGTERM);
		ended = wait_until(p, clock_now() + run->grace);
	}
	if (!ended) {
		send_signal(p, SIGKILL);
		wait_until(p, clock_now() + (run->grace ? run->grace : LAST_MOMENT));
	}
	return -ETIMEDOUT;
}

/* Kill what is left of the group, and take the status; false if the program has not ended */
static bool reap(struct process *p, int *status)
{
	siginfo_t info = {};

	if (waitid(P_PID, p->pid, &info, WEXITED | WNOHANG | WNOWAIT) || !info.si_pid)
		return false;
	kill(-p->pid, SIGKILL);
	return waitpid(p->pid, status, 0) == p->pid;
}

/* --- what came of it --- */

/* Append the output in one line, without what a terminal would take for a command */
static void append_output(char *text, size_t size, struct process *p)
{
	size_t n = strlen(text);

	while (p->read && p->output[p->read - 1] == '\n')
		p->read--;
	if (!p->read || n >= size)
		return;
	n += snprintf(text + n, size - n, ": ");
	for (size_t i = 0; i < p->read && n + 4 < size; i++) {
		unsigned char c = p->output[i];

		if (c == '\n')
			n += snprintf(text + n, size - n, " / ");
		else
			text[n++] = c < ' ' || c == 0x7f ? '?' : c;
	}
	text[n] = '\0';
}

static int describe(const struct run *run, struct process *p, int err, char *text, size_t size)
{
	int error = 0, status;
	const char *name = run->word[0];

	if (!reap(p, &status)) {
		snprintf(text, size, "%s for %s was killed after its time-out, and has not ended",
			 name, run->path);
		return -ETIMEDOUT;
	}
	if (read(p->failed[0], &error, sizeof(error)) == sizeof(error)) {
		snprintf(text, size, "cannot run %s for %s%s%s: %s", name, run->path,
			 run->user ? " as " : "", run->user ? run->user : "", strerror(error));
		return -error;
	}
	if (err)
		snprintf(text, size, "%s for %s was terminated after its time-out of %.3g s", name,
			 run->path, run->timeout / 1e9);
	else if (WIFSIGNALED(status))
		snprintf(text, size, "%s for %s was killed by SIG%s", name, run->path,
			 sigabbrev_np(WTERMSIG(status)) ? : "?");
	else
		snprintf(text, size, "%s for %s exited with status %d", name, run->path,
			 WEXITSTATUS(status));
	append_output(text, size, p);
	return err ? err : status ? -EIO : 0;
}

static int fail(const struct run *run, int err, char *text, size_t size)
{
	if (err == -ESRCH)
		snprintf(text, size, "cannot run %s for %s: there is no user %s", run->word[0],
			 run->path, run->user);
	else
		snprintf(text, size, "cannot run %s for %s: %s", run->word[0], run->path,
			 strerror(-err));
	return err;
}

int run_wait(const struct run *run, char *text, size_t size)
{
	struct process p;
	struct user user;
	int err = find_user(run->user, &user);

	if (err)
		return fail(run, err, text, size);
	err = open_process(&p, run);
	if (!err)
		err = start(&p, run, &user);
	if (!err)
		err = describe(run, &p, wait_for_end(&p, run), text, size);
	else
		fail(run, err, text, size);
	close_process(&p);
	return err;
}

/* --- the configuration --- */

__attribute__((format(printf, 2, 3)))
static int add_text(struct config_errors *errors, const char *format, ...)
{
	va_list args;
	char *text;
	int n;

	va_start(args, format);
	n = vasprintf(&text, format, args);
	va_end(args);
	return config_errors_add(errors, n < 0 ? NULL : text);
}

static int check_rule(const struct rule *rule, struct config_errors *errors,
		      struct config_errors *warnings)
{
	const struct action_program *program = rule->action->program;
	const char *name = rule->parameter[program->user].text, *why;
	char **word = hook_split(rule->parameter[program->command].text, &why);
	struct user user;
	int err = word ? 0 : -ENOMEM;

	if (!err && find_user(name, &user) == -ESRCH)
		err = add_text(errors, "%s: [rule %s]: do: there is no user %s: create it, or name another",
			       rule->place, rule->name, name);
	if (!err && access(word[0], X_OK))
		err = add_text(warnings, "%s: [rule %s]: do: cannot execute %s now: %s",
			       rule->place, rule->name, word[0], strerror(errno));
	free(word);
	return err;
}

int run_check(const struct config *config, struct config_errors *errors,
	      struct config_errors *warnings)
{
	int err = 0;

	for (size_t i = 0; !err && i < config->nr; i++)
		if (run_is_given(&config->rule[i]))
			err = check_rule(&config->rule[i], errors, warnings);
	return err;
}
