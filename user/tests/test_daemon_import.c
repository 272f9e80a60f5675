// SPDX-License-Identifier: GPL-2.0
/*
 * Translations of other programs' configurations: the rules, and what the comments say
 *
 * Each translation is also parsed, and must be accepted if the daemon has its actions.
 */
#include <stdlib.h>

#include "actions.h"
#include "config.h"
#include "import.h"
#include "tap.h"

#define ALL_VICTIMS "/system.slice/*, /machine.slice/*, /user.slice/user-*.slice/session-*.scope, " \
	"/user.slice/user-*.slice/user@*.service/*/*"
#define SHORT(share) "(swap.free < " share " or host.free < 10 % and (zram.used > 50 % or " \
	"host.psi.full > 10 %))"
#define SHORT_TOO(share) "(swap.free < " share " or zram.used > 50 % or host.psi.full > 10 %)"
#define RECLAIM "(evictions > 0/s or stall > 0 %)"

/* The rules of a translation, and its comments as one line */
static char rules[16384], comments[16384], error[512];

/* Divide a text into rules and comments */
static void divide(const char *text)
{
	size_t nr_rules = 0, nr_comments = 0, n;

	for (const char *line = text; *line; line += n + 1) {
		n = strcspn(line, "\n");
		if (*line == '#')
			nr_comments += snprintf(comments + nr_comments,
						sizeof(comments) - nr_comments, "%.*s",
						(int)n - 1 - 2 * !strncmp(line, "#   ", 4),
						line + 1 + 2 * !strncmp(line, "#   ", 4));
		else if (n)
			nr_rules += snprintf(rules + nr_rules, sizeof(rules) - nr_rules,
					     "%.*s\n", (int)n, line);
	}
}

/* Whether the daemon has each action of the rules */
static bool has_actions(void)
{
	char name[32];

	for (const char *at = rules; (at = strstr(at, "\ndo = ")); at++)
		if (sscanf(at, "\ndo = %31s", name) != 1 || !action_find(name))
			return false;
	return true;
}

static void check_accepted(const char *text, size_t size, const char *name)
{
	struct config_errors errors;
	struct config *config;
	bool accepted = true;

	config_parse("conf", text, size, &config, &errors);
	for (size_t i = 0; i < errors.nr; i++) {
		if (!has_actions() && strstr(errors.text[i], "unknown action"))
			continue;
		printf("# %s\n", errors.text[i]);
		accepted = false;
	}
	ok(accepted, "%s: the daemon accepts the translation%s", name,
	   has_actions() ? "" : ", but for actions that it does not have");
	config_free(config);
	config_errors_free(&errors);
}

static int translate(const struct import_file *file, size_t nr, const char *name)
{
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);
	int err;

	rules[0] = comments[0] = '\0';
	if (!out)
		abort();
	err = import_texts(file, nr, out, error, sizeof(error));
	if (fclose(out))
		abort();
	if (!err) {
		divide(text);
		check_accepted(text, size, name);
	}
	free(text);
	return err;
}

/* A name, a text, and perhaps more of them; NULL */
struct texts {
	const char *name[7];
};

static int translate_texts(const struct texts *t, const char *name)
{
	struct import_file file[3] = {};
	size_t nr = 0;
	int err;

	for (; nr < 3 && t->name[2 * nr]; nr++) {
		file[nr].name = t->name[2 * nr];
		file[nr].text = strdup(t->name[2 * nr + 1]);
		file[nr].size = strlen(t->name[2 * nr + 1]);
	}
	err = translate(file, nr, name);
	while (nr)
		free(file[--nr].text);
	return err;
}

static void check_rules(const struct texts *t, const char *want, const char *name)
{
	if (!ok(!translate_texts(t, name), "%s: is translated", name))
		printf("# %s\n", error);
	is_text(rules, want, name);
}

static void says(const char *text)
{
	if (!ok(strstr(comments, text), "says: %s", text))
		printf("# %s\n", comments);
}

static void refuses(const char *name, const char *text, const char *want)
{
	const struct texts t = { { name, text } };

	ok(translate_texts(&t, name) && strstr(error, want), "refuses: %s", want);
	if (!strstr(error, want))
		printf("# %s\n", error);
}

#define PLUGIN(name, args) "{\"name\": \"" name "\", \"args\": {" args "}}"
#define RULESET(name, detectors, actions) \
	"{\"name\": \"" name "\", \"detectors\": [" detectors "], \"actions\": [" actions "]}"
#define OOMD(rulesets) { { "oomd.json", "{\"rulesets\": [" rulesets "]}" } }
#define PRESSURE(cgroup) PLUGIN("pressure_above", "\"cgroup\": \"" cgroup "\", " \
	"\"resource\": \"memory\", \"threshold\": \"60\", \"duration\": \"30\"")
#define KILL PLUGIN("kill_by_pressure", \
	"\"cgroup\": \"batch.slice/*\", \"resource\": \"memory\"")
#define KILL_OF(cgroup) PLUGIN("kill_by_swap_usage", "\"cgroup\": \"" cgroup "\"")
#define KILL_RULE(name, cgroups, when) "[rule " name "]\ncgroups = " cgroups "\nwhen = " when \
	"\ndo = kill victims=/batch.slice/* by=stall settle=15s\n"

static void check_oomd_detectors(void)
{
	static const struct {
		const char *detectors;
		const char *cgroups;
		const char *when;
	} cases[] = {
		{ PRESSURE("shop.slice"), "/shop.slice", "psi.full.avg10 > 60 % for 30s" },
		{ PRESSURE("a.slice,b.slice/*.service"), "/a.slice, /b.slice/*.service",
		  "psi.full.avg10 > 60 % for 30s" },
		{ PRESSURE("/"), "/", "host.psi.full > 60 % for 30s" },
		{ PRESSURE("/") "," PRESSURE("shop.slice/"), "/shop.slice",
		  "(host.psi.full > 60 % for 30s) and (psi.full.avg10 > 60 % for 30s)" },
		{ PLUGIN("pressure_rising_beyond", "\"cgroup\": \"shop.slice\", \"duration\": 15,"
			 "\"resource\": \"memory\", \"threshold\": 7.5"), "/shop.slice",
		  "(psi.full.avg60 > 7.5 % for 15s) and psi.full.avg10 > 7.5 % and psi.full > 7.5 %" },
		{ PLUGIN("memory_above", "\"cgroup\": \"shop.slice\", \"threshold\": \"1.5G 1M\","
			 "\"duration\": \"10\""), "/shop.slice",
		  "memory.current > 1537M for 10s" },
		{ PLUGIN("memory_above", "\"cgroup\": \"shop.slice\", \"threshold_anon\": \"1536\","
			 "\"duration\": \"0\""), "/shop.slice", "memory.anon > 1536M" },
		{ PLUGIN("memory_above", "\"cgroup\": \"/\", \"threshold\": \"85%\","
			 "\"duration\": \"10\""), "/", "host.free < 15 % for 10s" },
		{ PRESSURE("shop.slice") "," PLUGIN("memory_reclaim", "\"cgroup\": \"shop.slice\","
			 "\"duration\": \"10\""), "/shop.slice",
		  "(psi.full.avg10 > 60 % for 30s) and " RECLAIM },
		{ PLUGIN("swap_free", "\"threshold_pct\": \"15\""), "/", SHORT("15 %") },
		{ PRESSURE("shop.slice") "," PLUGIN("exists", "\"cgroup\": \"shop.slice\"") ","
		  PLUGIN("dump_cgroup_overview", "\"cgroup\": \"other.slice\"") ","
		  PLUGIN("continue", ""), "/shop.slice", "psi.full.avg10 > 60 % for 30s" },
	};
	char text[2048], want[1024];

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const struct texts t = { { "oomd.json", text } };

		snprintf(text, sizeof(text), "{\"rulesets\": [" RULESET("r", "[\"g\", %s]", KILL)
			 "]}", cases[i].detectors);
		snprintf(want, sizeof(want), KILL_RULE("r", "%s", "%s"), cases[i].cgroups,
			 cases[i].when);
		check_rules(&t, want, cases[i].when);
	}
}

/* A rule whose condition lacks a part must not act */
static void check_oomd_lacks(void)
{
	static const struct {
		const char *detector;
		const char *says;
	} cases[] = {
		{ PRESSURE("system.slice"), "add to when: and blame(/system.slice) > 50 %" },
		{ PRESSURE("other-*.slice"), "it is about /other-*.slice" },
		{ PLUGIN("pressure_above", "\"cgroup\": \"shop.slice\", \"resource\": \"io\""),
		  "resource 'io': headroomd compares pressure of memory" },
		{ PLUGIN("pressure_above", "\"cgroup\": \"shop.slice\", \"resource\": \"memory\","
			 "\"threshold\": \"120\", \"duration\": \"1\""),
		  "threshold '120': expected a number from 0 to 100" },
		{ PLUGIN("memory_above", "\"cgroup\": \"shop.slice\", \"threshold\": \"50%\","
			 "\"duration\": \"1\""), "50% is a share of all memory" },
		{ PLUGIN("exists", "\"cgroup\": \"shop.slice\", \"negate\": true"),
		  "detector exists: headroomd has no condition that a cgroup does not exist" },
		{ PLUGIN("nr_dying_descendants", "\"cgroup\": \"shop.slice\", \"count\": 9"),
		  "detector nr_dying_descendants: headroomd does not count dying cgroups" },
		{ PLUGIN("swap_free", ""), "detector swap_free: threshold_pct ''" },
		{ PRESSURE("a\\nb"), "'a b' is no cgroup that a rule can have" },
		{ PRESSURE("a #b"), "'a #b' is no cgroup that a rule can have" },
		{ PRESSURE("../b"), "'../b' is no cgroup that a rule can have" },
		{ PLUGIN("magic", "\"a\": \"b\""),
		  "detector magic: headroomd does not know it" },
	};
	char text[2048];

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const struct texts t = { { "oomd.json", text } };

		snprintf(text, sizeof(text), "{\"rulesets\": [" RULESET("r", "[%s, %s]", KILL)
			 "]}", PRESSURE("shop.slice"), cases[i].detector);
		check_rules(&t, KILL_RULE("r", "/shop.slice", "psi.full.avg10 > 60 % for 30s")
			    "dry-run = yes\n", cases[i].says);
		says(cases[i].says);
	}
}

static void check_oomd_actions(void)
{
	static const struct {
		const char *action;
		const char *want;
	} cases[] = {
		{ PLUGIN("kill_by_memory_size_or_growth", "\"cgroup\": \"a/*,b/*\""),
		  "do = kill victims=/a/*, /b/* by=size settle=15s\n" },
		{ PLUGIN("kill_by_swap_usage", "\"cgroup\": \"a/*\", \"post_action_delay\": 30"),
		  "do = kill victims=/a/* by=swap settle=30s\n" },
		{ PLUGIN("kill_by_pg_scan", "\"cgroup\": \"a=1/*\", \"dry\": true"),
		  "do = kill victims=\"/a=1/*\" by=refaults settle=15s\ndry-run = yes\n" },
		{ PLUGIN("systemd_restart", "\"service\": \"shop.service\""),
		  "do = hook command=\"/usr/bin/systemctl restart shop.service\"\n"
		  "cooldown = 15s\n" },
	};
	char text[2048], want[1024];

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const struct texts t = { { "oomd.json", text } };

		snprintf(text, sizeof(text), "{\"rulesets\": [" RULESET("r", "[%s]", "%s") "]}",
			 PRESSURE("shop.slice"), cases[i].action);
		snprintf(want, sizeof(want), "[rule r]\ncgroups = /shop.slice\n"
			 "when = psi.full.avg10 > 60 %% for 30s\n%s", cases[i].want);
		check_rules(&t, want, cases[i].action);
	}
}

static void check_senpai(void)
{
	static const struct texts plain = OOMD(RULESET("senpai", "[{\"name\": \"continue\"}]",
		PLUGIN("senpai", "\"cgroup\": \"pods.slice/*\"")));
	static const struct texts tuned = OOMD(RULESET("senpai", "[" PRESSURE("x") "]",
		PLUGIN("senpai", "\"cgroup\": \"x\", \"pressure_pct\": \"0.2\","
		       "\"io_pressure_pct\": 0.5, \"max_probe\": \"0.05\","
		       "\"limit_min_bytes\": \"209715200\", \"modulate_swappiness\": true")));

	check_rules(&plain, "[rule senpai]\ncgroups = /pods.slice/*\n"
		    "when = memory.current > 100M\n"
		    "do = reclaim stall=0.1 % step=1 % least=100M io=0.1 %\n",
		    "senpai with its defaults");
	check_rules(&tuned, "[rule senpai]\ncgroups = /x\nwhen = psi.full.avg10 > 60 % for 30s\n"
		    "do = reclaim stall=0.2 % step=5 % least=200M io=0.5 %\n",
		    "senpai with parameters");
	says("not translated: modulate_swappiness = true of senpai: set swappiness=");
}

/* Groups and actions multiply; what follows a kill does not act */
static void check_oomd_chains(void)
{
	static const struct texts t = OOMD(RULESET("keep [it] up", "[\"one\", " PRESSURE("a") "],"
		"[\"two\", " PRESSURE("b") "]", KILL "," PLUGIN("kill_by_io_cost", "") "," KILL)
		"," RULESET("keep-it.up", "[" PLUGIN("stop", "") "]", KILL)
		"," RULESET("", "[" PRESSURE("a") "]", KILL));
	static const char when[] = "psi.full.avg10 > 60 % for 30s";
	char want[2048];

	snprintf(want, sizeof(want), KILL_RULE("keep-it-up", "/a", "%s")
		 KILL_RULE("keep-it-up-2", "/b", "%s")
		 KILL_RULE("keep-it-up-3", "/a", "%s") "dry-run = yes\n"
		 KILL_RULE("keep-it-up-4", "/b", "%s") "dry-run = yes\n"
		 KILL_RULE("imported", "/a", "%s"), when, when, when, when, when);
	check_rules(&t, want, "groups and actions");
	says("group 'one'");
	says("not translated: action kill_by_io_cost");
	says("In oomd this action runs only if the one before it found nothing to kill");
	says("no rule: the group never holds.");
}

static void check_oomd_keys(void)
{
	static const struct texts t = { { "oomd.json", "{\"rulesets\": [{\"name\": \"a\\n[rule x]\","
		"\"cgroup\": \"pods/*\", \"sur\\u001bprise\": 1, \"prekill_hook_timeout\": \"3\","
		"\"detectors\": [], \"actions\": [{\"name\": \"fly\", \"args\": {\"to\": \"moon\"}},"
		KILL_OF("a\\\"b") "," KILL_OF("a\\n") "]}],"
		"\"prekill_hooks\": [], \"extra\": {}}" } };

	check_rules(&t, "", "a ruleset without anything that is known");
	says("oomd's ruleset 'a [rule x]'");
	says("not translated: cgroup = pods/* of the ruleset");
	says("not translated: sur?prise = 1 of the ruleset");
	says("not translated: prekill_hook_timeout = 3");
	says("not translated: prekill_hooks");
	says("not translated: extra");
	says("not translated: action fly");
	says("not translated: to = moon of fly");
	says("kill_by_swap_usage: 'a\"b' has no cgroups that a rule can have");
	says("kill_by_swap_usage: 'a ' has no cgroups that a rule can have");
	refuses("a.json", "{\"rulesets\": [", "a.json:1: not valid JSON: the file ends too early");
	refuses("a.json", "{\n\"rulesets\": oops}", "a.json:2: not valid JSON: ");
	refuses("a.json", "{\"rulesets\": []}\n]", "a.json:2: not valid JSON: more follows");
	refuses("a.json", "{\"rules\": []}", "a.json: has no list \"rulesets\"");
	refuses("a.json", "[]", "a.json: has no list \"rulesets\"");
}

#define UNIT(path, keys) path, "[Slice]\n" keys
#define DROP_IN(unit) "/etc/systemd/system/" unit ".d/oom.conf"
#define SYSTEMD_RULE(name, cgroups, when, what) "[rule " name "]\ncgroups = " cgroups "\nwhen = " \
	when "\ndo = kill " what " settle=15s\n"

static void check_units(void)
{
	static const struct {
		const char *path;
		const char *keys;
		const char *cgroups;
	} cases[] = {
		{ DROP_IN("system.slice"), "", "/system.slice" },
		{ DROP_IN("a-b-c.slice"), "", "/a.slice/a-b.slice/a-b-c.slice" },
		{ DROP_IN("db.service"), "", "/system.slice/db.service" },
		{ DROP_IN("db.service"), "Slice=data-fast.slice\n",
		  "/data.slice/data-fast.slice/db.service" },
		{ DROP_IN("job@.service"), "", "/system.slice/system-job.slice/job@*.service" },
		{ DROP_IN("job@7.service"), "", "/system.slice/system-job.slice/job@7.service" },
		{ DROP_IN("user@.service"), "", "/user.slice/user-*.slice/user@*.service" },
		{ DROP_IN("vm.scope"), "", "/**/vm.scope" },
		{ "/etc/systemd/user/app.slice.d/x.conf", "",
		  "/user.slice/user-*.slice/user@*.service/app.slice" },
		{ "/usr/lib/systemd/system/web.service", "", "/system.slice/web.service" },
	};
	char keys[256], want[1024];
	const char *name;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const struct texts t = { { cases[i].path, keys } };

		snprintf(keys, sizeof(keys), "[Service]\n%sManagedOOMMemoryPressure=kill\n",
			 cases[i].keys);
		name = translate_texts(&t, cases[i].path) ? NULL : strchr(rules, '\n');
		snprintf(want, sizeof(want), "\ncgroups = %s\nwhen = (psi.full.avg10 > 60 %% for 30s)"
			 " and " "(evictions > 0/s or stall > 0 %%)\n"
			 "do = kill by=refaults settle=15s\n", cases[i].cgroups);
		is_text(name, want, cases[i].path);
	}
}

static void check_systemd(void)
{
	static const struct texts conf = { { "/etc/systemd/oomd.conf", "# limits\n[OOM]\n"
		"SwapUsedLimit=80%\nDefaultMemoryPressureLimit=455‰\n"
		"DefaultMemoryPressureDurationSec=1min 30s\nPrekillHookTimeoutSec=5s\n" } };
	static const struct texts both = { { "oomd.conf", "[OOM]\nSwapUsedLimit=80%\n"
		"DefaultMemoryPressureLimit=40%\nDefaultMemoryPressureDurationSec=10s\n",
		UNIT(DROP_IN("-.slice"), "ManagedOOMSwap=kill\n"),
		UNIT(DROP_IN("a.slice"), "ManagedOOMMemoryPressure=kill\nManagedOOMNew=1\n"
		     "ManagedOOMPreference=omit\nMemoryLow=1G\nIOWeight=10\n"
		     "ManagedOOMMemoryPressureLimit=25%\n"
		     "ManagedOOMMemoryPressureDurationSec=20s") } };

	check_rules(&conf, SYSTEMD_RULE("systemd-oomd-pressure",
		    "/user.slice/user-*.slice/user@*.service",
		    "(psi.full.avg10 > 45.5 % for 90s) and " RECLAIM, "by=refaults")
		    "dry-run = yes\n" SYSTEMD_RULE("systemd-oomd-swap", "/",
		    "host.free < 20 % and " SHORT_TOO("20 %"), "victims=" ALL_VICTIMS " by=swap")
		    "dry-run = yes\n", "oomd.conf alone is only logged");
	says("not translated: PrekillHookTimeoutSec=5s");
	check_rules(&both, SYSTEMD_RULE("root-swap", "/",
		    "host.free < 20 % and " SHORT_TOO("20 %"), "victims=" ALL_VICTIMS " by=swap")
		    SYSTEMD_RULE("a.slice-pressure", "/a.slice",
		    "(psi.full.avg10 > 25 % for 20s) and " RECLAIM, "by=refaults"),
		    "a unit has the limits of oomd.conf, or its own");
	says("ManagedOOMPreference=omit of a.slice stays");
	says("not translated: ManagedOOMNew=1");
	says("MemoryLow=1G of a.slice stays");
	ok(!strstr(comments, "IOWeight"), "other keys of a unit are not mentioned");
}

static void check_oomrules(void)
{
	static const struct texts bound = { { UNIT(DROP_IN("a.slice"), "OOMRules=tight all lost\n"),
		"tight.oomrule", "[Rule]\nMemoryPressureAbove=10%\nSwapUsageMax=80%\n"
		"LastingSec=2s\nAction=kill-by-swap\n",
		"all.oomrule", "[Rule]\nMemoryPressureAbove=75%\nAction=kill-all\nNew=1\n" } };
	static const struct texts unbound = { { "/x/tight.oomrule", "[Rule]\nSwapUsageMax=90%\n"
		"Action=kill-by-pgscan\n" } };
	static const struct texts none = { { "x.oomrule", "[Rule]\nAction=kill-all\nLastingSec=infinity",
		"y.oomrule", "[Rule]\nSwapUsageMax=90%\nAction=fly\n" } };

	check_rules(&bound, SYSTEMD_RULE("a.slice-tight", "/a.slice",
		    "psi.full.avg10 > 10 % and " SHORT("20 %") " for 2s", "by=swap")
		    SYSTEMD_RULE("a.slice-all", "/a.slice", "psi.full.avg10 > 75 %",
		    "victims=/a.slice"), "rules that a unit names");
	says("both have to hold, so that with zram the rule may never act");
	says("OOMRules=lost: give the file lost.oomrule");
	says("not translated: New=1 in [Rule]");
	check_rules(&unbound, SYSTEMD_RULE("oomrule-tight", "/", SHORT("10 %"),
		    "victims=" ALL_VICTIMS " by=refaults") "dry-run = yes\n",
		    "a rule that no unit names");
	check_rules(&none, "", "rules without condition or action");
	says("not translated: LastingSec=infinity");
	says("it has no condition");
	says("Action=fly: expected kill-all");
}

#define EARLYOOM(args) { { "/etc/default/earlyoom", "# comment\nEARLYOOM_ARGS=" args "\n" } }
#define EARLYOOM_RULE(when, settle) "[rule earlyoom]\ncgroups = /\nwhen = " when "\n" \
	"do = kill victims=" ALL_VICTIMS ", !/system.slice/systemd-*, !/system.slice/dbus*, " \
	"!/system.slice/ssh* by=size settle=" settle "\n"
#define HOOK(name, when, program) "[rule earlyoom-hook" name "]\ncgroups = /\nwhen = " when "\n" \
	"do = hook command=\"" program "\" timeout=1s\ncooldown = 10s\n"

static void check_earlyoom(void)
{
	static const struct texts plain = EARLYOOM("\"-r 3600\"");
	static const struct texts sizes = EARLYOOM("'-m 8,6 -s 100 -M 1048576 -w 20 --dryrun'");
	static const struct texts swap = EARLYOOM("\"-m4 -S 65536,32768 -P /bin/a -N /bin/b\"");
	static const struct texts names = EARLYOOM("\"--avoid '^(sshd|my shell)$' --prefer java\\\n"
		" -g -n -x --ignore=x -N \\\"rm -r\\\" stray -m\"");
	const char *when = "host.free < 2 % and " SHORT_TOO("32M");
	char want[2048];

	check_rules(&plain, EARLYOOM_RULE("host.free < 5 % and " SHORT_TOO("5 %"), "10s"),
		    "earlyoom with its defaults");
	says("earlyoom sends SIGTERM below 10 % of memory and SIGKILL below 5 %");
	check_rules(&sizes, EARLYOOM_RULE("host.free < 6 % and host.free < 512M", "20s")
		    "dry-run = yes\n", "thresholds of memory");
	snprintf(want, sizeof(want), HOOK("", "%s", "/bin/a") EARLYOOM_RULE("%s", "10s")
		 HOOK("-2", "%s", "/bin/b"), when, when, when);
	check_rules(&swap, want, "thresholds of swap, and programs");
	check_rules(&names, EARLYOOM_RULE("host.free < 5 % and " SHORT_TOO("5 %"), "10s"),
		    "names of processes");
	says("not translated: --avoid '^(sshd|my shell)$': it names processes");
	says("not translated: --prefer 'java'");
	says("not translated: --ignore 'x'");
	says("not translated: -n");
	says("not translated: -x is no option of earlyoom");
	says("not translated: -N 'rm -r'");
	says("not translated: 'stray' is no option");
	says("not translated: '-m' lacks its value");
}

static void check_kinds(void)
{
	static const char zero[] = "[OOM]\n\0x";
	struct import_file file = { "oomd.conf", (char *)zero, sizeof(zero) - 1 };

	refuses("x", "hello", "x: cannot tell what this is: expected the JSON of oomd");
	refuses("x", "", "cannot tell what this is");
	refuses("/etc/default/earlyoom", "OTHER=1\n", "has no line EARLYOOM_ARGS=");
	ok(translate(&file, 1, "zero") && strstr(error, "cannot tell"), "refuses: a zero byte");
}

/* Many rules are refused, and not cut */
static void check_bounds(void)
{
	static const char rule[] = RULESET("r", "[" PRESSURE("a") "]", KILL) ",";
	const size_t nr = 257;
	char *text = malloc(nr * sizeof(rule) + 64), *at = text;
	struct import_file file = { .name = "oomd.json", .text = text };

	if (!text)
		abort();
	at = stpcpy(at, "{\"rulesets\": [");
	for (size_t i = 0; i < nr; i++)
		at = stpcpy(at, rule);
	strcpy(at - 1, "]}");
	file.size = strlen(text);
	ok(translate(&file, 1, "bounds") && strstr(error, "more than 256 rules"),
	   "refuses: more rules than a configuration should have");
	free(text);
}

int main(void)
{
	check_oomd_detectors();
	check_oomd_lacks();
	check_oomd_actions();
	check_senpai();
	check_oomd_chains();
	check_oomd_keys();
	check_units();
	check_systemd();
	check_oomrules();
	check_earlyoom();
	check_kinds();
	check_bounds();
	return tap_done();
}
