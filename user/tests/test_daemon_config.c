// SPDX-License-Identifier: GPL-2.0
/*
 * The daemon's configuration file: what is accepted, and how the rest is refused
 */
#include <errno.h>

#include "config.h"
#include "tap.h"
#include "tree.h"

#define MIB	(1ULL << 20)

static struct config *load(const char *text, const char *name)
{
	struct config *c;
	char error[256] = "";

	put("conf", text);
	ok(!config_load(in_dir("conf"), &c, error, sizeof(error)), "%s", name);
	if (!c)
		printf("# %s\n", error);
	return c;
}

static void check_every_key(void)
{
	struct config *c = load("# comment\n[daemon]\ninterval = 500ms\nledger = /x/y\n\n"
				"[protect one]\ncgroup = /a/b\nmax = 1G\nrefaults = 2.5\n"
				"quantile = 0.9\nidle = 2min ; comment\n",
				"a configuration with every key is accepted");

	if (!c)
		return;
	is_uint(c->interval, 500000000, "interval = 500ms");
	is_text(c->ledger, "/x/y", "ledger = /x/y");
	is_uint(c->nr, 1, "one rule");
	is_text(c->protect[0].name, "one", "the name of the rule");
	is_text(c->protect[0].cgroup, "/a/b", "cgroup = /a/b");
	is_uint(c->protect[0].max, 1024 * MIB, "max = 1G");
	is_near(c->protect[0].refaults, 2.5, 0, "refaults = 2.5");
	is_near(c->protect[0].quantile, 0.9, 0, "quantile = 0.9");
	is_uint(c->protect[0].idle, 120000000000ULL, "idle = 2min, without the comment");
	config_free(c);
}

static void check_defaults(void)
{
	struct config *c = load("[protect one]\ncgroup = /a/b\nmax = 1G\n"
				"[protect two]\ncgroup=/a/bc\nmax=64MiB\n",
				"a configuration with only the required keys is accepted");

	if (!c)
		return;
	is_uint(c->interval, 2000000000, "interval defaults to 2 s");
	is_text(c->ledger, "/run/headroom/ledger", "the ledger has a default");
	is_uint(c->nr, 2, "two rules, though one path begins like the other");
	is_uint(c->protect[1].max, 64 * MIB, "max in MiB, without blanks around '='");
	is_near(c->protect[1].refaults, 20, 0, "refaults defaults to 20");
	is_near(c->protect[1].quantile, 0.95, 0, "quantile defaults to 0.95");
	is_uint(c->protect[1].idle, 60000000000ULL, "idle defaults to 60 s");
	config_free(c);
}

struct refusal {
	const char *text;
	int line;
	const char *says;
};

/* Each error names the file and the line, and says what to write there */
static void refuse(const char *what, const struct refusal *refusals, size_t nr)
{
	size_t i;

	for (i = 0; i < nr; i++) {
		struct config *c;
		char error[256] = "", where[128];
		const struct refusal *r = &refusals[i];

		put("conf", r->text);
		snprintf(where, sizeof(where), "%s:%d: ", in_dir("conf"), r->line);
		ok(config_load(in_dir("conf"), &c, error, sizeof(error)) && !c,
		   "%s %zu is refused", what, i + 1);
		ok(strstr(error, r->says) && !strncmp(error, where, strlen(where)),
		   "with line and remedy: %s", error + strlen(dir));
	}
}

#define REFUSE(what, table)	refuse(what, table, sizeof(table) / sizeof((table)[0]))

static void check_structure(void)
{
	static const struct refusal bad[] = {
		{ "", 0, "no rule: add" },
		{ "[daemon]\ninterval = 2s\n", 2, "no rule: add" },
		{ "max = 1G\n", 1, "is outside any section" },
		{ "[protect]\nmax = 1G\n", 1, "unknown section" },
		{ "[shoot a]\n", 1, "unknown section" },
		{ "[daemon]\ncolour = red\n", 2, "unknown key 'colour'" },
		{ "[daemon]\nstate = /x\n", 2,
		  "unknown key 'state' in [daemon]: use interval or ledger" },
		{ "[protect a]\ncolour = red\n", 2, "unknown key 'colour' in [protect a]" },
		{ "[protect a]\ncgroup = /a\n", 2, "has no max" },
		{ "[protect a]\nmax = 1G\n[protect b]\n", 3, "has no cgroup" },
		{ "[protect a]\nwhatever\n", 2, "expected [section]" },
	};

	REFUSE("bad structure", bad);
}

static void check_values(void)
{
	static const struct refusal bad[] = {
		{ "[daemon]\ninterval = 0s\n", 2, "expected a time" },
		{ "[daemon]\ninterval = 5\n", 2, "expected a time" },
		{ "[daemon]\ninterval = -1s\n", 2, "expected a time" },
		{ "[daemon]\nledger = x\n", 2, "absolute path" },
		{ "[protect a]\nmax = 0\n", 2, "expected a size" },
		{ "[protect a]\nmax = 1X\n", 2, "expected a size" },
		{ "[protect a]\nmax = nan\n", 2, "expected a size" },
		{ "[protect a]\nmax = 0x40000000\n", 2, "expected a size" },
		{ "[protect a]\nrefaults = 0X20\n", 2, "expected a rate" },
		{ "[protect a]\nrefaults = many\n", 2, "expected a rate" },
		{ "[protect a]\nquantile = 1.1\n", 2, "expected a share" },
		{ "[protect a]\nquantile = 0\n", 2, "expected a share" },
		{ "[protect a]\nidle = 1 day\n", 2, "expected a time" },
	};

	REFUSE("bad value", bad);
}

static void check_cgroups(void)
{
	static const struct refusal bad[] = {
		{ "[protect a]\ncgroup = /../etc\n", 2, "expected a path" },
		{ "[protect a]\ncgroup = /\n", 2, "expected a path" },
		{ "[protect a]\ncgroup = a\n", 2, "expected a path" },
		{ "[protect a]\ncgroup = /a//b\n", 2, "expected a path" },
	};

	REFUSE("bad path", bad);
}

/* Two rules must not write to the same memory.low, not even through an ancestor */
static void check_conflicts(void)
{
#define RULE_A(path)	"[protect a]\ncgroup = " path "\nmax = 1G\n"
	static const struct refusal bad[] = {
		{ RULE_A("/a") "[protect a]\n", 4, "already" },
		{ RULE_A("/a") "[protect b]\ncgroup = /a\n", 5, "has /a already" },
		{ RULE_A("/a") "[protect b]\ncgroup = /a/b\n", 5, "has /a already" },
		{ RULE_A("/a/b") "[protect b]\ncgroup = /a\n", 5, "has /a/b already" },
	};

	REFUSE("conflict", bad);
}

static void check_missing_file(void)
{
	struct config *c;
	char error[256] = "";

	is_int(config_load(in_dir("none"), &c, error, sizeof(error)), -ENOENT,
	       "a missing file is an error");
	ok(strstr(error, "No such file") && strstr(error, "--config"),
	   "that names the option: %s", error + strlen(dir));
}

int main(void)
{
	make_dir();
	check_every_key();
	check_defaults();
	check_structure();
	check_values();
	check_cgroups();
	check_conflicts();
	check_missing_file();
	remove_dir();
	return tap_done();
}
