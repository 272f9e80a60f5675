// SPDX-License-Identifier: GPL-2.0
/*
 * The daemon's configuration files: what is accepted, and how the rest is refused
 */
#include <errno.h>

#include "actions.h"
#include "config.h"
#include "tap.h"
#include "tree.h"

#define NR(table)	(sizeof(table) / sizeof((table)[0]))
#define RULE(name)	"[rule " name "]\n" BODY
#define BODY		"cgroups = /a\nwhen = pids > 3\ndo = protect max=1G\n"

/* In the order of the action's list */
enum { MAX, SHARE, RATE, IDLE };

static struct config_errors errors;

static void print_errors(void)
{
	for (size_t i = 0; i < errors.nr; i++)
		printf("# %s\n", errors.text[i]);
}

static struct config *parse_size(const char *text, size_t size)
{
	struct config *c;

	config_errors_free(&errors);
	config_parse("conf", text, size, &c, &errors);
	return c;
}

static struct config *parse(const char *text, const char *name)
{
	struct config *c = parse_size(text, strlen(text));

	if (!ok(c && !errors.nr, "%s", name))
		print_errors();
	return c;
}

static void check_every_key(void)
{
	struct config *c = parse("# comment\n[daemon]\ninterval = 500ms\nledger = /x/y\n"
				 "socket = /x/z\nsocket-mode = 0660\nsocket-group = adm\n\n"
				 "[rule one]\ncgroups = /a/*, !/a/b\nwhen = pids > 3 for 4s\n"
				 "do = protect max=1G share=90% rate=2.5/s idle=2min\n"
				 "cooldown = 30 s\ndry-run = yes ; comment\n",
				 "a configuration with every key is accepted");
	const struct rule *r;

	if (!c)
		return;
	r = &c->rule[0];
	is_uint(c->interval, 500000000, "interval = 500ms");
	is_text(c->ledger, "/x/y", "ledger = /x/y");
	is_text(c->socket, "/x/z", "socket = /x/z");
	is_uint(c->socket_mode, 0660, "socket-mode = 0660");
	is_text(c->socket_group, "adm", "socket-group = adm");
	is_uint(c->nr, 1, "one rule");
	is_text(r->name, "one", "the name of the rule");
	is_text(r->place, "conf:9", "the place of the rule");
	ok(pattern_matches(&r->cgroups, "/a/c") && !pattern_matches(&r->cgroups, "/a/b"),
	   "cgroups = /a/*, !/a/b");
	is_text(r->when.text, "pids > 3 for 4s", "when = pids > 3 for 4s");
	ok(r->action == &action_protect, "do = protect");
	is_near(r->parameter[MAX].number, 0x1p30, 0, "max=1G");
	is_near(r->parameter[SHARE].number, 0.9, 0.001, "share=90%");
	is_near(r->parameter[RATE].number, 2.5, 0, "rate=2.5/s");
	is_near(r->parameter[IDLE].number, 120, 0, "idle=2min");
	is_uint(r->cooldown, 30000000000, "cooldown = 30 s");
	ok(r->dry_run, "dry-run = yes, without the comment");
	config_free(c);
}

static void check_defaults(void)
{
	struct config *c = parse(RULE("one") RULE("two"),
				 "a configuration with only the required keys is accepted");

	if (!c)
		return;
	is_uint(c->interval, 1000000000, "interval defaults to 1 s");
	is_near(c->budget_share, 0.5, 0, "the budget is half of the memory");
	is_text(c->ledger, "/run/headroom/ledger", "the ledger has a default");
	is_text(c->socket, "/run/headroom/control", "the socket has a default");
	is_uint(c->socket_mode, 0600, "only its owner may use it");
	ok(!c->socket_group, "no group may");
	is_uint(c->nr, 2, "two rules, for the same cgroup");
	is_text(c->rule[1].place, "conf:5", "the place of the second rule");
	is_near(c->rule[1].parameter[SHARE].number, 0.95, 0, "share defaults to 95 %");
	is_near(c->rule[1].parameter[RATE].number, 20, 0, "rate defaults to 20/s");
	is_near(c->rule[1].parameter[IDLE].number, 60, 0, "idle defaults to 60 s");
	is_near(c->rule[1].weight, 100, 0, "weight defaults to 100");
	is_uint(c->rule[1].cooldown, 0, "cooldown defaults to none");
	ok(!c->rule[1].dry_run, "dry-run defaults to no");
	config_free(c);
	c = parse("[daemon]\nbudget = 8G\n" RULE("one") "weight = 250\n", "a budget and a weight");
	ok(c && c->budget == 8ull << 30 && !(c->budget_share > 0), "budget = 8G");
	is_near(c ? c->rule[0].weight : 0, 250, 0, "weight = 250");
	config_free(c);
	c = parse("[daemon]\nbudget = 12.5 %\n", "a budget as a share");
	is_near(c ? c->budget_share : 0, 0.125, 0, "budget = 12.5 %");
	config_free(c);
	c = parse(RULE("one") RULE("two") "dry-run = no\n[daemon]\ndry-run = yes\n",
		  "dry-run = yes in [daemon]");
	ok(c && c->dry_run && c->rule[0].dry_run && c->rule[1].dry_run,
	   "is so for all rules, also those before it and those that say no");
	config_free(c);
	c = parse("[daemon]\ndry-run = no\n" RULE("one") "dry-run = yes\n" RULE("two"),
		  "dry-run = no in [daemon]");
	ok(c && !c->dry_run && c->rule[0].dry_run && !c->rule[1].dry_run,
	   "leaves it to the rules");
	config_free(c);
	c = parse("[daemon]\nsocket = none\n", "there need be no socket");
	ok(c && !c->socket, "socket = none");
	config_free(c);
	c = parse("", "an empty configuration is accepted");
	is_uint(c ? c->nr : 1, 0, "and has no rule");
	config_free(c);
}

static void check_blanks(void)
{
	struct config *c = parse("\t[ daemon ] ; comment\n  interval=500ms\n\n \t \n"
				 "  [rule \t one two ]\r\n\tcgroups = /a;b,/c#d  # comment\r\n"
				 "  ; comment\r\n  # comment\r\n  when\t=\tpids>3\t; comment\r\n"
				 "\tdo  =  protect\tmax = 1 G  share= 90 % rate =3/s # comment\r\n"
				 "cooldown = 2 min",
				 "indented lines and lines that end with CRLF are accepted");
	const struct rule *r;

	if (!c)
		return;
	r = &c->rule[0];
	is_uint(c->interval, 500000000, "an indented key");
	is_text(r->name, "one two", "the name of a rule, without the blanks around it");
	is_text(r->cgroups.glob[0], "/a;b", "a ; without a blank begins no comment");
	is_text(r->cgroups.glob[1], "/c#d", "neither does a #");
	is_text(r->when.text, "pids>3", "blanks around a value do not count");
	is_near(r->parameter[MAX].number, 0x1p30, 0, "a parameter with blanks around = and in its value");
	is_near(r->parameter[SHARE].number, 0.9, 0.001, "a parameter behind it");
	is_near(r->parameter[RATE].number, 3, 0, "and one more");
	is_uint(r->cooldown, 120000000000, "the last line needs no end");
	config_free(c);
	c = parse("[rule\ttab]\n" BODY, "a tab before the name of a rule");
	is_text(c ? c->rule[0].name : NULL, "tab", "is no part of it");
	config_free(c);
	config_free(parse("\xef\xbb\xbf" RULE("a"), "a byte order mark is skipped"));
}

/* Kubernetes makes paths of 200 characters and more, and a list has no limit */
static void check_long_lines(void)
{
	size_t size = 4 << 20, at;
	char *text = malloc(size);
	struct config *c;

	if (!text)
		abort();
	at = sprintf(text, "#%0100000d\n[rule %0100000d]\nwhen = pids > 3 ;%0100000d\n"
		     "do = protect max=1G\ncgroups = /a", 1, 2, 3);
	for (int i = 0; i < 100000; i++)
		at += sprintf(text + at, ", /kubepods.slice/pod%06d", i);
	c = parse(text, "lines of megabytes are accepted");
	is_uint(c ? strlen(c->rule[0].name) : 0, 100000, "as the name of a rule");
	is_uint(c ? c->rule[0].cgroups.nr : 0, 100001, "as a list of cgroups");
	config_free(c);
	free(text);
}

static void check_many_rules(void)
{
	char *text = malloc(1000 * 100), *at = text;
	struct config *c;

	if (!text)
		abort();
	for (int i = 0; i < 1000; i++)
		at += sprintf(at, "[rule %d]\n" BODY, i);
	c = parse(text, "a thousand rules are accepted");
	is_uint(c ? c->nr : 0, 1000, "and all are there");
	config_free(c);
	free(text);
}

struct refusal {
	const char *text;
	const char *where;
	const char *says;
};

/* Each text has one error, which begins with a place, and says what to write there */
static void refuse(const struct refusal *refusal, size_t nr)
{
	for (size_t i = 0; i < nr; i++) {
		const struct refusal *r = &refusal[i];
		struct config *c = parse_size(r->text, strlen(r->text));
		const char *error = errors.nr ? errors.text[0] : "";

		ok(!c && errors.nr == 1 && strstr(error, r->says) &&
		   !strncmp(error, r->where, strlen(r->where)), "refused: %s", error);
		if (errors.nr != 1 || strncmp(error, r->where, strlen(r->where)) ||
		    !strstr(error, r->says)) {
			printf("# want %s %s\n", r->where, r->says);
			print_errors();
		}
		config_free(c);
	}
}

static void check_structure(void)
{
	static const struct refusal bad[] = {
		{ "max = 1G\n", "conf:1:1: ", "'max' is in no section: begin with [daemon] or" },
		{ "  max = 1G\n", "conf:1:3: ", "is in no section" },
		{ "[rule]\n", "conf:1:2: ", "unknown section [rule]: use [daemon] or [rule NAME]" },
		{ "[rule ]\n", "conf:1:2: ", "unknown section [rule]" },
		{ "[]\n", "conf:1:2: ", "unknown section []" },
		{ "\n [shoot a]\nx = y\nz = 1\n", "conf:2:3: ", "unknown section [shoot a]" },
		{ "[ruler a]\n", "conf:1:2: ", "unknown section [ruler a]" },
		{ "[Daemon]\n", "conf:1:2: ", "unknown section [Daemon]" },
		{ "[protect a]\nmax = 1G\n", "conf:1:2: ",
		  "[protect a] is now [rule NAME] with 'do = protect': see headroomd.conf(5)" },
		{ "[daemon\n", "conf:1:1: ", "expected [section], 'key = value' or a comment" },
		{ "[daemon] x\n", "conf:1:9: ", "expected the end of the line" },
		{ "[daemon]\ninterval\n", "conf:2:1: ", "expected [section]" },
		{ "[daemon]\ninterval ; = 1s\n", "conf:2:1: ", "expected [section]" },
		{ "[daemon]\n= 1s\n", "conf:2:1: ", "unknown key '' in [daemon]" },
		{ "[rule a # b]\n", "conf:1:1: ", "expected [section]" },
		{ "[daemon]\n\xef\xbb\xbfinterval = 1s\n", "conf:2:1: ", "unknown key" },
	};

	refuse(bad, NR(bad));
}

static void check_keys(void)
{
	static const struct refusal bad[] = {
		{ "[daemon]\ncolour = red\n", "conf:2:1: ",
		  "unknown key 'colour' in [daemon]: use interval, budget, dry-run, ledger, record, record-age, record-size, socket, socket-mode or socket-group" },
		{ "[daemon]\nwhen = pids > 3\n", "conf:2:1: ", "unknown key 'when' in [daemon]" },
		{ "[daemon]\nInterval = 1s\n", "conf:2:1: ", "unknown key 'Interval'" },
		{ RULE("a") "\tmax = 1G\n", "conf:5:2: ",
		  "unknown key 'max' in [rule a]: use cgroups, when, do, weight, cooldown or dry-run" },
		{ "[daemon]\ninterval = 1s\ninterval = 2s\n", "conf:3:1: ",
		  "interval is given twice" },
		{ "[daemon]\nledger = /a\nledger = /a\n", "conf:3:1: ", "ledger is given twice" },
		{ RULE("a") "cgroups = /b\n", "conf:5:1: ", "cgroups is given twice" },
		{ RULE("a") "when = pids > 3\n", "conf:5:1: ", "when is given twice" },
		{ RULE("a") "do = protect max=1G\n", "conf:5:1: ", "do is given twice" },
		{ RULE("a") "cooldown = 1s\ncooldown = 1s\n", "conf:6:1: ",
		  "cooldown is given twice" },
		{ RULE("a") "dry-run = no\ndry-run = no\n", "conf:6:1: ", "dry-run is given twice" },
		{ RULE("a") "[rule a]\n" BODY, "conf:5:7: ",
		  "there is a rule a at conf:1: choose another name" },
		{ RULE("a") "[rule  \t a ]\n" BODY, "conf:5:10: ", "there is a rule a at conf:1" },
	};

	refuse(bad, NR(bad));
}

#define TEN_BYTES	"0123456789"
#define HUNDRED_BYTES	TEN_BYTES TEN_BYTES TEN_BYTES TEN_BYTES TEN_BYTES \
			TEN_BYTES TEN_BYTES TEN_BYTES TEN_BYTES TEN_BYTES

static void check_values(void)
{
	static const struct refusal bad[] = {
		{ "[daemon]\ninterval = 0s\n", "conf:2:12: ", "interval: expected a time" },
		{ "[daemon]\ninterval = 99ms\n", "conf:2:12: ", "at least 100 ms" },
		{ "[daemon]\ninterval = 5\n", "conf:2:12: ", "such as 2s, 500ms or 1min" },
		{ "[daemon]\ninterval = -1s\n", "conf:2:12: ", "expected a time" },
		{ "[daemon]\ninterval =\n", "conf:2:11: ", "expected a time" },
		{ "[daemon]\ninterval = 1e300s\n", "conf:2:12: ", "expected a time" },
		{ "[daemon]\nbudget = 50\n", "conf:2:10: ",
		  "budget: expected a share of the machine's memory of at most 100 %" },
		{ "[daemon]\nbudget = 101 %\n", "conf:2:10: ", "such as 50%, or a size of at least 1M" },
		{ "[daemon]\nbudget = 0 %\n", "conf:2:10: ", "budget: expected" },
		{ "[daemon]\nbudget = 1K\n", "conf:2:10: ", "budget: expected" },
		{ RULE("a") "weight = 0\n", "conf:5:10: ", "weight: expected a number from 1 to 10000" },
		{ RULE("a") "weight = 5 %\n", "conf:5:10: ", "weight: expected a number" },
		{ "[daemon]\nledger = x\n", "conf:2:10: ", "ledger: expected an absolute path" },
		{ "[daemon]\nledger =\n", "conf:2:9: ", "expected an absolute path" },
		{ "[daemon]\nsocket = x\n", "conf:2:10: ", "socket: expected an absolute path" },
		{ "[daemon]\nsocket = /" HUNDRED_BYTES "12345678\n", "conf:2:10: ",
		  "socket: expected a path of at most 107 bytes" },
		{ "[daemon]\nsocket-mode = rw\n", "conf:2:15: ",
		  "socket-mode: expected an octal mode, such as 0660" },
		{ "[daemon]\nsocket-mode = 8\n", "conf:2:15: ", "expected an octal mode" },
		{ "[daemon]\nsocket-mode = 01000\n", "conf:2:15: ", "expected an octal mode" },
		{ "[daemon]\nsocket-mode = -1\n", "conf:2:15: ", "expected an octal mode" },
		{ "[daemon]\nsocket-group =\n", "conf:2:15: ", "expected the name of a group" },
		{ "[daemon]\nsocket = /a\nsocket = /b\n", "conf:3:1: ", "socket is given twice" },
		{ RULE("a") "cooldown = 5\n", "conf:5:12: ",
		  "cooldown: expected a time, such as 2s, 500ms or 1min" },
		{ RULE("a") "dry-run = maybe\n", "conf:5:11: ", "dry-run: expected yes or no" },
		{ RULE("a") "dry-run = Yes\n", "conf:5:11: ", "dry-run: expected yes or no" },
		{ "[rule a]\ncgroups = a\nwhen = pids > 3\ndo = protect max=1G\n", "conf:2:11: ",
		  "cgroups: expected a path" },
		{ "[rule a]\n  cgroups = /a, /b//c\nwhen = pids > 3\ndo = protect max=1G\n",
		  "conf:2:17: ", "cgroups: a component of the path is empty" },
		{ "[rule a]\ncgroups =\nwhen = pids > 3\ndo = protect max=1G\n", "conf:2:10: ",
		  "cgroups: expected a path" },
		{ "[rule a]\ncgroups = /a\nwhen = pid > 3\ndo = protect max=1G\n", "conf:3:8: ",
		  "when: unknown signal 'pid': did you mean pids?" },
		{ "[rule a]\ncgroups = /a\nwhen = pids > 3 and stall > 5\ndo = protect max=1G\n",
		  "conf:3:29: ", "when: expected a share such as 5 % for stall, not '5'" },
		{ "[rule a]\ncgroups = /a\nwhen =\ndo = protect max=1G\n", "conf:3:7: ",
		  "when: expected a signal" },
	};

	refuse(bad, NR(bad));
}

#define DO(text)	"[rule a]\ncgroups = /a\nwhen = pids > 3\ndo = " text "\n"

static void check_actions(void)
{
	static const struct refusal bad[] = {
		{ DO(""), "conf:4:5: ", "do: unknown action '': use protect" },
		{ DO("shoot"), "conf:4:6: ", "do: unknown action 'shoot': use protect" },
		{ DO("protect"), "conf:4:6: ", "do: protect needs max=, upper bound of memory.low" },
		{ DO("protect share=90%"), "conf:4:6: ", "do: protect needs max=" },
		{ DO("protect max"), "conf:4:14: ", "do: expected max=, and a size such as 512M" },
		{ DO("protect max="), "conf:4:18: ", "do: expected a size such as 512M for max" },
		{ DO("protect max=share=90%"), "conf:4:17: ", "do: expected a size" },
		{ DO("protect max=1G max=2G"), "conf:4:21: ", "do: max is given twice" },
		{ DO("protect max=1G foo"), "conf:4:18: ", "do: expected a size" },
		{ DO("protect max=1G foo=1"), "conf:4:21: ",
		  "do: protect has no parameter 'foo': use max, share, rate, idle" },
		{ DO("protect foo"), "conf:4:14: ", "do: protect has no parameter 'foo'" },
		{ DO("protect =1"), "conf:4:14: ", "do: protect has no parameter ''" },
		{ DO("protect max=1X"), "conf:4:18: ", "do: expected a size such as 512M for max" },
		{ DO("protect max=1023K"), "conf:4:18: ",
		  "do: max is out of range: expected 1.0 MiB to 1024.0 PiB" },
		{ DO("protect max=2000000T"), "conf:4:18: ", "do: max is out of range" },
		{ DO("protect max=1G share=101%"), "conf:4:27: ",
		  "do: share is out of range: expected 1.00 % to 100.0 %" },
		{ DO("protect max=1G share=0.5"), "conf:4:27: ", "do: expected a share such as 5 %" },
		{ DO("protect max=1G rate=20"), "conf:4:26: ", "do: expected a rate such as 20/s" },
		{ DO("protect max=1G idle=999ms"), "conf:4:26: ", "do: idle is out of range" },
		{ DO("throttle by=kill"), "conf:4:18: ",
		  "do: unknown word 'kill' for by: use one of cpu freeze reclaim" },
		{ DO("throttle of=a"), "conf:4:18: ", "do: of: expected a path" },
	};

	refuse(bad, NR(bad));
}

static bool has_error(const char *text)
{
	for (size_t i = 0; i < errors.nr; i++)
		if (!strcmp(errors.text[i], text))
			return true;
	return false;
}

static void is_error(const char *text)
{
	if (!ok(has_error(text), "%s", text))
		print_errors();
}

/* A rule that lacks something is named where it begins, also if the next one or the end follows */
static void check_incomplete(void)
{
	static const char text[] = "\n[rule a]\n[rule b]\nwhen = pids > 3\n\n";

	config_free(parse_size(text, strlen(text)));
	is_uint(errors.nr, 5, "each missing key is an error");
	is_error("conf:2: [rule a] is not complete: add a line such as 'cgroups = /db.slice/redis.service'");
	is_error("conf:2: [rule a] is not complete: add a line such as 'when = refaults.outside > 20/s for 2s'");
	is_error("conf:2: [rule a] is not complete: add a line such as 'do = protect max=1G'");
	is_error("conf:3: [rule b] is not complete: add a line such as 'cgroups = /db.slice/redis.service'");
	is_error("conf:3: [rule b] is not complete: add a line such as 'do = protect max=1G'");
}

static void check_all_errors(void)
{
	static const char text[] =
		"x = y\n[daemon]\ninterval = 1\nledger = x\n[shoot]\nignored = yes\n"
		"[rule a]\ncgroups = a\nwhen = pid > 3\ndo = protect max=1 share=2 idle=x\n"
		"cooldown = 1\ndry-run = 2\nfoo = bar\nfoo\n" RULE("b");

	ok(!parse_size(text, strlen(text)), "a configuration with many errors is refused");
	is_uint(errors.nr, 13, "with all its errors");
	for (size_t i = 1; i < errors.nr; i++)
		if (atoi(errors.text[i] + 5) < atoi(errors.text[i - 1] + 5))
			ok(false, "out of order: %s", errors.text[i]);
	print_errors();
}

/* The rest of a line after a zero byte must not be ignored */
static void check_zero_byte(void)
{
	static const char text[] = RULE("a") "cooldown = 1s\0 or 2s\n[rule b]\n" BODY "x\n";
	struct config *c = parse_size(text, sizeof(text) - 1);

	ok(!c, "a zero byte is refused");
	is_uint(errors.nr, 2, "and the lines behind it are parsed");
	is_error("conf:5: contains a zero byte: expected a text file");
	is_error("conf:10:1: expected [section], 'key = value' or a comment");
	config_free(c);
}

/* Load the file conf in the directory */
static int load(struct config **c)
{
	config_errors_free(&errors);
	return config_load(in_dir("conf"), c, &errors);
}

/* An error begins with the path of a file */
static void is_error_of(size_t i, const char *name, const char *want)
{
	const char *got = i < errors.nr ? errors.text[i] : "";
	size_t length = strlen(in_dir(name));

	ok(!strncmp(got, in_dir(name), length) && !strncmp(got + length, want, strlen(want)),
	   "%s%s", name, want);
	if (strncmp(got, in_dir(name), length) || strncmp(got + length, want, strlen(want)))
		print_errors();
}

static void check_directory(void)
{
	struct config *c;

	put("conf", "[daemon]\ninterval = 2s\n" RULE("main"));
	is_int(load(&c), 0, "a directory of further files need not exist");
	config_free(c);
	mkdir(in_dir("conf.d"), 0755);
	is_int(load(&c), 0, "it may be empty");
	config_free(c);
	put("conf.d/20.conf", RULE("twenty") "[daemon]\ninterval = 3s\n");
	put("conf.d/10.conf", RULE("ten"));
	put("conf.d/10.conf~", "an editor's backup\n");
	put("conf.d/.10.conf", "an editor's file\n");
	put("conf.d/README", "no rules\n");
	if (!ok(!load(&c) && c->nr == 3, "its files *.conf are read, and no other")) {
		print_errors();
		config_free(c);
		return;
	}
	is_text(c->rule[0].name, "main", "the file is first");
	is_text(c->rule[1].name, "ten", "those in the directory are in order of their names");
	is_text(c->rule[2].name, "twenty", "to the last one");
	is_text(c->rule[2].place, strcat(strcpy((char[300]){}, in_dir("conf.d/20.conf")), ":1"),
		"and a rule knows its file");
	is_uint(c->interval, 3000000000, "a later file may set a key of [daemon] again");
	config_free(c);
}

static void check_directory_errors(void)
{
	char place[400];
	struct config *c;

	put("conf.d/30.conf", "x = y\n" RULE("main"));
	put("conf", RULE("main") "foo\n");
	is_int(load(&c), -EINVAL, "errors in several files");
	is_uint(errors.nr, 3, "are all reported");
	is_error_of(0, "conf", ":5:1: expected [section]");
	is_error_of(1, "conf.d/30.conf", ":1:1: 'x' is in no section");
	snprintf(place, sizeof(place), ":2:7: there is a rule main at %s:1: choose another name",
		 in_dir("conf"));
	is_error_of(2, "conf.d/30.conf", place);
	ok(!c, "and there is no configuration");
	unlink(in_dir("conf.d/30.conf"));
	put("conf", RULE("main"));
	mkdir(in_dir("conf.d/40.conf"), 0755);
	is_int(load(&c), -EINVAL, "a directory is no file of rules");
	is_error_of(0, "conf.d/40.conf", ": cannot read the rest of the file: Is a directory");
	rmdir(in_dir("conf.d/40.conf"));
	if (symlink("missing", in_dir("conf.d/50.conf")))
		abort();
	is_int(load(&c), -EINVAL, "a link to a missing file is refused");
	is_error_of(0, "conf.d/50.conf", ": cannot read the file: No such file");
	clear_dir();
	put("conf", RULE("main"));
	put("conf.d", "");
	is_int(load(&c), -EINVAL, "a file in place of the directory is refused");
	is_error_of(0, "conf.d", ": cannot read the directory: Not a directory");
	clear_dir();
}

/* Brackets in the path of the file are no pattern */
static void check_odd_path(void)
{
	struct config *c;

	mkdir(in_dir("[a]*"), 0755);
	mkdir(in_dir("[a]*/c.d"), 0755);
	put("[a]*/c", RULE("one"));
	put("[a]*/c.d/x.conf", RULE("two"));
	config_errors_free(&errors);
	config_load(in_dir("[a]*/c"), &c, &errors);
	is_uint(c ? c->nr : 0, 2, "a path may have any characters");
	config_free(c);
}

static void check_unreadable(void)
{
	struct config *c;

	config_errors_free(&errors);
	is_int(config_load(in_dir("none"), &c, &errors), -EINVAL, "a missing file is an error");
	is_error_of(0, "none", ": cannot read the file (--config names another): No such file");
	config_errors_free(&errors);
	is_int(config_load(dir, &c, &errors), -EINVAL, "a directory is refused");
	ok(errors.nr && strstr(errors.text[0], "Is a directory"), "with the cause");
}

static void check_installed(void)
{
	const char *path = USER_DIR "headroomd/headroomd.conf";
	struct config *c;

	config_errors_free(&errors);
	if (!ok(!config_load(path, &c, &errors), "the configuration that is installed is valid")) {
		print_errors();
		return;
	}
	is_uint(c->nr, 1, "it has a rule");
	ok(pattern_matches(&c->rule[0].cgroups, "/system.slice/redis-1.service") &&
	   !pattern_matches(&c->rule[0].cgroups, "/system.slice/daily-backup.service"),
	   "which is about services");
	is_text(c->rule[0].when.text, "refaults.outside > 20/s for 4s", "and about refaults");
	ok(c->dry_run && c->rule[0].dry_run, "it only observes");
	config_free(c);
}

int main(void)
{
	make_dir();
	check_every_key();
	check_defaults();
	check_blanks();
	check_long_lines();
	check_many_rules();
	check_structure();
	check_keys();
	check_values();
	check_actions();
	check_incomplete();
	check_all_errors();
	check_zero_byte();
	check_directory();
	check_directory_errors();
	check_odd_path();
	check_unreadable();
	check_installed();
	config_errors_free(&errors);
	remove_dir();
	return tap_done();
}
