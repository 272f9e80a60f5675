// SPDX-License-Identifier: GPL-2.0
/*
 * The action hook: when it runs its program, what the program gets, and what is said of its end
 *
 * Programs are scripts in a temporary directory. The rules run on a fake machine, as in frames.h.
 */
#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "fake_rules.h"
#include "hands.h"
#include "hook.h"
#include "run.h"
#include "tree.h"

#define LOG_SIZE	4096

static struct hands *hands;
static char deeds[LOG_SIZE], outcomes[LOG_SIZE];
static int last_error;

/* --- the words of a command --- */

static void check_words(void)
{
	static const struct {
		const char *text, *words;
	} cases[] = {
		{ "/a", "[/a]" },
		{ "  /a \t b  ", "[/a][b]" },
		{ "/a 'b c' \"d  e\"", "[/a][b c][d  e]" },
		{ "/a --b='c d'e", "[/a][--b=c de]" },
		{ "/a \"it's\" '\"'", "[/a][it's][\"]" },
		{ "/a '' b", "[/a][][b]" },
		{ "/a \\x2d $HOME * ~", "[/a][\\x2d][$HOME][*][~]" },
		{ "/a 'b", "a quote is not closed" },
		{ "/a b\"", "a quote is not closed" },
		{ " ", "it is empty" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const char *error;
		char **word = hook_split(cases[i].text, &error), got[128] = "";

		for (size_t j = 0; word && word[j]; j++) {
			strcat(got, "[");
			strcat(got, word[j]);
			strcat(got, "]");
		}
		is_text(word ? got : error, cases[i].words, cases[i].text);
		free(word);
	}
}

/* --- the configuration --- */

#define RULE(name, cgroups, parameters)								\
	"[rule " name "]\ncgroups = " cgroups "\nwhen = pids > 3\ndo = hook " parameters "\n"

#define KILL(parameters)									\
	"[rule r]\ncgroups = /a\nwhen = pids > 3\ndo = kill " parameters "\n"

static void check_config(void)
{
	struct config_errors errors, warnings = {};
	struct config *c;

	refuses_config(RULE("r", "/a", ""), "conf:4:6: do: hook needs command=, the program, by its absolute path, and its arguments");
	refuses_config(RULE("r", "/a", "command=logger"), "conf:4:6: do: command: expected the absolute path of a program, such as /usr/bin/logger");
	refuses_config(RULE("r", "/a", "command=/bin/echo 'a"),
		"conf:4:6: do: command: a quote is not closed");
	refuses_config(RULE("r", "/a", "command=/bin/echo timeout=2h"),
		"conf:4:37: do: timeout is out of range: expected 100.0 ms to 3600 s");
	refuses_config(KILL("hook=logger"),
		"conf:4:6: do: hook: expected the absolute path of a program, such as /usr/bin/logger");
	refuses_config(KILL("timeout=3s"),
		"conf:4:6: do: timeout= is for the program before a kill: give hook= as well");
	refuses_config(KILL("user=root"),
		"conf:4:6: do: user= is for the program before a kill: give hook= as well");
	c = parse(KILL("hook=/no/such user=no-such-user"), &errors);
	run_check(c, &errors, &warnings);
	ok(errors.nr == 1 && warnings.nr == 1, "the user and the program before a kill are checked");
	config_errors_free(&errors);
	config_errors_free(&warnings);
	config_free(c);
	c = parse(RULE("r", "/a", "command=/no/such user=no-such-user"), &errors);
	ok(c && !errors.nr, "what a machine has is not a matter of the syntax");
	run_check(c, &errors, &warnings);
	is_text(errors.nr == 1 ? errors.text[0] : NULL, "conf:1: [rule r]: do: there is no user no-such-user: create it, or name another", "a user that does not exist is an error");
	is_text(warnings.nr == 1 ? warnings.text[0] : NULL, "conf:1: [rule r]: do: cannot execute /no/such now: No such file or directory",
		"a program that does not exist is a warning");
	config_errors_free(&errors);
	config_errors_free(&warnings);
	config_free(c);
	c = parse(RULE("r", "/a", "command=\"/bin/sh --a=b\" timeout=2s user=root"), &errors);
	ok(c && !run_check(c, &errors, &warnings) && !errors.nr && !warnings.nr,
	   "a rule with all parameters");
	config_free(c);
}

/* --- rules --- */

static void note_deed(void *arg, const struct frame *frame, const struct deed *deed,
		      const struct decision *d)
{
	size_t n = strlen(deeds);

	(void)arg;
	snprintf(deeds + n, LOG_SIZE - n, "%.0f %s %s%s\n", frame->time.monotonic / 1e9,
		 d->rule->name, frame->cgroup[deed->cgroup].path, d->dry ? " dry" : "");
}

static void begin(const char *text)
{
	static const struct engine_log log = {
		ignore_decision, ignore_claim, note_deed, ignore_gap, NULL,
	};

	begin_rules(text, &log);
	deeds[0] = outcomes[0] = '\0';
	fake_change(&fake, "@100 wall=1700000000 boot_id=b-o-o-t\n/ id=1\n/a id=2 pids=0\n/b id=3 pids=0");
}

static void check_plan(void)
{
	begin(RULE("r", "/a", "command=/bin/true"));
	run_rules("@+1");
	run_rules("@+1\n/a pids=9");
	for (int i = 0; i < 20; i++)
		run_rules("@+1");
	run_rules("@+1\n/a pids=-");
	run_rules("@+1\n/a pids=9");
	run_rules("@+1\n/a pids=1");
	run_rules("@+1\n/a pids=9");
	is_text(deeds, "102 r /a\n126 r /a\n",
		"a program runs when the condition becomes true, not after it was unknown");
	end_rules();
	begin(RULE("r", "/a", "command=/bin/true") "cooldown = 5s\n");
	run_rules("@+1\n/a pids=9");
	for (int i = 0; i < 7; i++)
		run_rules("@+1");
	run_rules("@+1\n/a pids=1");		/* 109 */
	run_rules("@+1\n/a pids=9");
	run_rules("@+1");
	run_rules("@+1\n/a pids=1");		/* 112 */
	run_rules("@+1");
	run_rules("@+1\n/a pids=9");
	is_text(deeds, "101 r /a\n106 r /a\n111 r /a\n",
		"and again after the cooldown, if it holds then");
	run_rules("@+1");
	run_rules("@+1");
	is_text(deeds, "101 r /a\n106 r /a\n111 r /a\n116 r /a\n", "also if it began during it");
	end_rules();
	begin(RULE("r", "/a", "command=/bin/true") "dry-run = yes\n");
	run_rules("@+1\n/a pids=9");
	is_text(deeds, "101 r /a dry\n", "a dry run says so");
	end_rules();
}

/* --- programs --- */

static void note_outcome(void *arg, const struct outcome *outcome)
{
	size_t n = strlen(outcomes);

	(void)arg;
	snprintf(outcomes + n, LOG_SIZE - n, "%s\n", outcome->text);
	last_error = outcome->error;
}

static size_t count_outcomes(void)
{
	size_t nr = 0;

	hands_collect(hands, note_outcome, NULL);
	for (const char *c = outcomes; *c; c++)
		nr += *c == '\n';
	return nr;
}

/* Wait for @nr outcomes in all, up to 10 s */
static void wait_for(size_t nr)
{
	for (int i = 0; i < 2000 && count_outcomes() < nr; i++)
		usleep(5000);
}

/* Write a script, of which DIR is the directory; returns its path */
static const char *script(const char *name, const char *text)
{
	char all[1024];

	snprintf(all, sizeof(all), "#!/bin/bash\nDIR=%s\n%s", dir, text);
	put(name, all);
	chmod(in_dir(name), 0755);
	return in_dir(name);
}

/* Run a script to its end with parameters; its outcome, without the directory */
static const char *run_script(const char *text, const char *parameters)
{
	static char outcome[2 * LOG_SIZE];
	char rule[512], *at;
	uint64_t begun = clock_now();

	snprintf(rule, sizeof(rule), RULE("r", "/a", "command=%s %s"), script("hook", text),
		 parameters);
	begin(rule);
	engine_set_hands(engine, hands_act, hands);
	run_rules("@+1\n/a pids=9");
	if (clock_now() - begun > NS_PER_S)
		printf("# the round waited\n");
	wait_for(1);
	at = strstr(outcomes, dir);
	snprintf(outcome, sizeof(outcome), "%.*s%s", at ? (int)(at - outcomes) : 0, outcomes,
		 at ? at + strlen(dir) + 1 : outcomes);
	outcome[strcspn(outcome, "\n")] = '\0';
	end_rules();
	return outcome;
}

static void check_ends(void)
{
	is_text(run_script("exit 0", ""), "hook for /a exited with status 0", "a program succeeds");
	is_int(last_error, 0, "without an error");
	is_text(run_script("echo one; echo -e 'two\\033[2J' >&2; exit 3", ""),
		"hook for /a exited with status 3: one / two?[2J",
		"one that fails, with what it printed");
	is_int(last_error, -EIO, "is a failure");
	is_text(run_script("printf '[%s]' \"$@\"", "--a 'b c'"),
		"hook for /a exited with status 0: [--a][b c]", "it gets its arguments");
}

static void check_evidence(void)
{
	struct json_object *object;
	const char *line;

	run_script("cat >$DIR/stdin", "");
	line = get("stdin");
	ok(line && strchr(line, '\n') == line + strlen(line) - 1, "the evidence is one line");
	object = json_tokener_parse(line ? line : "");
	is_text(text_of(object, "rule"), "r", "with the rule");
	is_text(text_of(object, "path"), "/a", "the cgroup");
	is_text(text_of(object, "cgroup_id"), "2", "its id");
	is_text(text_of(object, "boot_id"), "b-o-o-t", "the boot");
	is_text(text_of(object, "unix_ns"), "1700000001000000000", "the time");
	is_text(text_of(json_object_array_get_idx(member_of(object, "comparisons"), 0), "value"), "9",
		"and what was compared");
	json_object_put(object);
	is_text(run_script("cat /dev/stdin | wc -l", ""), "hook for /a exited with status 0: 1",
		"it can be opened by its name");
}

static void check_surroundings(void)
{
	int extra = open("/dev/null", O_RDONLY);	/* not closed on exec */
	sigset_t usr1;

	sigemptyset(&usr1);
	sigaddset(&usr1, SIGUSR1);
	sigprocmask(SIG_BLOCK, &usr1, NULL);
	setenv("SECRET", "1", 1);
	is_text(run_script("pwd; echo $HEADROOM_RULE $HEADROOM_CGROUP $HEADROOM_CGROUP_ID; echo $SECRET", ""),
		"hook for /a exited with status 0: / / r /a 2",
		"it has a directory and an environment of its own");
	run_script("exec /usr/bin/env", "");
	ok(strstr(outcomes, "PATH=/usr/local/sbin:"), "it has a PATH");
	is_text(run_script("ls /proc/self/fd | tr '\\n' ' '", ""),
		"hook for /a exited with status 0: 0 1 2 3 ", "it has no files of the daemon");
	is_text(run_script("grep -E 'Sig(Blk|Ign)' /proc/self/status | tr -d '\\n\\t'", ""),
		"hook for /a exited with status 0: SigBlk:0000000000000000SigIgn:0000000000000000",
		"it blocks and ignores no signals");
	is_text(run_script("[ $(ps -o sid= -p $$) = $$ ] && echo leader", ""),
		"hook for /a exited with status 0: leader", "it leads a session");
	close(extra);
	sigprocmask(SIG_UNBLOCK, &usr1, NULL);
}

static void check_failures(void)
{
	is_text(run_script("kill -SEGV $$", ""), "hook for /a was killed by SIGSEGV",
		"a program that was killed");
	is_int(last_error, -EIO, "has failed");
	begin(RULE("r", "/a", "command=/no/such"));
	engine_set_hands(engine, hands_act, hands);
	run_rules("@+1\n/a pids=9");
	wait_for(1);
	is_text(outcomes, "cannot run /no/such for /a: No such file or directory\n",
		"a program that does not exist");
	is_int(last_error, -ENOENT, "has failed with its errno");
	end_rules();
	is_text(run_script("for i in {1..20000}; do echo 123456789; done; exit 7", "")
		? strstr(outcomes, "status 7: 123456789 / ") ? "kept" : outcomes : NULL, "kept",
		"a program that prints much is not blocked");
	ok(strlen(outcomes) < 1024, "and only the beginning is kept");
	is_text(run_script("sleep 100 & exit 0", ""), "hook for /a exited with status 0",
		"what it leaves behind does not delay its outcome");
	usleep(50000);
	is_int(WEXITSTATUS(system("pgrep -x -f 'sleep 100' >/dev/null")), 1, "and is killed");
}

static void check_timeout(void)
{
	uint64_t begun = clock_now();

	is_text(run_script("sleep 101", "timeout=200ms"),
		"hook for /a was terminated after its time-out of 0.2 s", "a program that is late");
	is_int(last_error, -ETIMEDOUT, "has timed out");
	ok(clock_now() - begun < NS_PER_S, "and ends at once");
	begun = clock_now();
	is_text(run_script("trap '' TERM; echo begun; while :; do sleep 102; done", "timeout=200ms"),
		"hook for /a was terminated after its time-out of 0.2 s: begun",
		"a program that ignores SIGTERM");
	ok(clock_now() - begun > 2 * NS_PER_S && clock_now() - begun < 4 * NS_PER_S,
	   "is killed 2 s later");
	is_text(run_script("trap 'echo end; exit 0' TERM; sleep 103 & wait", "timeout=200ms"),
		"hook for /a was terminated after its time-out of 0.2 s: end",
		"one that handles SIGTERM can end in order");
	begun = clock_now();
	run_script("while :; do echo 1234567890; done", "timeout=200ms");
	ok(clock_now() - begun < NS_PER_S, "one that prints without an end is late, too");
	usleep(50000);
	is_int(WEXITSTATUS(system("pgrep -x -f 'sleep 10[123]' >/dev/null")), 1,
	       "nothing of them is left");
	is_int(waitpid(-1, NULL, WNOHANG), -1, "no child is left");
}

static void check_user(void)
{
	if (geteuid()) {
		tap_skip("users", "needs root");
		return;
	}
	chmod(dir, 0755);
	is_text(run_script("id -un; id -Gn; grep -E '^CapEff' /proc/self/status | tr -d '\\t'; wc -l </dev/stdin",
			   "user=daemon"),
		"hook for /a exited with status 0: daemon / daemon / CapEff:0000000000000000 / 1",
		"a program of another user");
	chmod(dir, 0700);
	is_text(run_script("exit 0", "user=daemon"),
		"cannot run hook for /a as daemon: Permission denied",
		"that may not execute it");
}

#define TWO	"[rule r%d]\ncgroups = /**\nwhen = pids > 3\ndo = hook command=%s\n"

/* Programs under way leave room for other deeds */
static void check_many(void)
{
	char rules[1024], change[1024] = "@+1";
	const char *path = script("hook", "sleep 0.5");
	size_t refused = 0;

	snprintf(rules, sizeof(rules), TWO "cooldown = 100ms\n" TWO "cooldown = 100ms\n", 1, path,
		 2, path);
	begin(rules);
	engine_set_hands(engine, hands_act, hands);
	run_rules("@+1\n/a pids=9");
	is_uint(count_outcomes(), 0, "two rules may run programs for one cgroup");
	run_rules("@+1");
	wait_for(4);
	refused = strstr(outcomes, "nothing is done to /a: the last one is still under way") != NULL;
	is_uint(refused, 1, "a rule may not run two");
	end_rules();
	begin(rules);
	engine_set_hands(engine, hands_act, hands);
	for (int i = 0; i < 5; i++)
		snprintf(change + strlen(change), sizeof(change) - strlen(change),
			 "\n/c%d id=%d pids=9", i, 10 + i);
	run_rules(change);
	wait_for(10);
	refused = 0;
	for (const char *at = outcomes; (at = strstr(at, "too many programs")); at++)
		refused++;
	is_uint(refused, 2, "8 programs at a time");
	end_rules();
}

int main(void)
{
	struct dirs *dirs;

	signal(SIGPIPE, SIG_IGN);
	check_words();
	check_config();
	check_plan();
	make_dir();
	dirs = dirs_new(dir);
	hands = hands_new(dirs);
	if (!hands)
		abort();
	check_ends();
	check_evidence();
	check_surroundings();
	check_failures();
	check_timeout();
	check_user();
	check_many();
	hands_free(hands);
	dirs_free(dirs);
	remove_dir();
	return tap_done();
}
