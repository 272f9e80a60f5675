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

/* Kubernetes makes paths of 200 characters and more */
static void check_long_lines(void)
{
	char path[1024] = "", text[8192];
	struct config *c;

	while (strlen(path) < 1000)
		strcat(path, "/kubepods.slice");
	snprintf(text, sizeof(text), "# %s\n[protect %s]\ncgroup = %s\nmax = 1G ; %s\n",
		 path, path, path, path);
	c = load(text, "lines of 1000 characters are accepted");
	if (!c)
		return;
	is_text(c->protect[0].name, path, "as the name of a rule");
	is_text(c->protect[0].cgroup, path, "as a path");
	is_uint(c->protect[0].max, 1024 * MIB, "with a comment");
	config_free(c);
}

static void check_blanks(void)
{
	struct config *c = load("\t[ daemon ] ; comment\n  interval=500ms\n\n \t \n"
				"  [protect   one two ]\r\n\tcgroup : /a;b\r\n  ; comment\r\n"
				"  # comment\r\n  max  =  1 G \t; comment\r\n\tidle = 2 min",
				"indented lines and lines that end with CRLF are accepted");

	if (!c)
		return;
	is_uint(c->interval, 500000000, "an indented key");
	is_text(c->protect[0].name, "one two", "the name of a rule, without the blanks around it");
	is_text(c->protect[0].cgroup, "/a;b", "a ; without a blank begins no comment");
	is_uint(c->protect[0].max, 1024 * MIB, "blanks around a value do not count");
	is_uint(c->protect[0].idle, 120000000000ULL, "the last line needs no end");
	config_free(c);
}

static void check_byte_order_mark(void)
{
	config_free(load("\xef\xbb\xbf[protect a]\ncgroup = /a\nmax = 1G\n",
			 "a byte order mark is skipped"));
}

static void check_repeated_keys(void)
{
	struct config *c = load("[protect a]\ncgroup = /a\ncgroup = /a/b\nmax = 1G\nmax = 2G\n",
				"keys may be repeated in a section");

	if (!c)
		return;
	is_text(c->protect[0].cgroup, "/a/b", "the last path counts");
	is_uint(c->protect[0].max, 2048 * MIB, "the last size counts");
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
		{ "[protect a]\nwhatever ; = 1\n", 2, "expected [section]" },
		{ "[protect a ; b]\n", 1, "expected [section]" },
		{ "[protect a\nmax = 1G\n", 1, "expected [section]" },
		{ "[protect a]\nmax = 1G\n  2G\n", 3, "expected [section]" },
		{ "[protect a]\n= 1G\n", 2, "unknown key ''" },
		{ "[protect a]\n\xef\xbb\xbfmax = 1G\n", 2, "unknown key" },
	};

	REFUSE("bad structure", bad);
}

static void check_values(void)
{
	static const struct refusal bad[] = {
		{ "[daemon]\ninterval = 0s\n", 2, "expected a time" },
		{ "[daemon]\ninterval = 99ms\n", 2, "at least 100 ms" },
		{ "[daemon]\ninterval = 5\n", 2, "expected a time" },
		{ "[daemon]\ninterval = -1s\n", 2, "expected a time" },
		{ "[daemon]\nledger = x\n", 2, "absolute path" },
		{ "[protect a]\nmax = 0\n", 2, "expected a size" },
		{ "[protect a]\nmax = 1023K\n", 2, "at least 1M" },
		{ "[protect a]\nmax = 1e9G\n", 2, "expected a size" },
		{ "[protect a]\nmax = 1X\n", 2, "expected a size" },
		{ "[protect a]\nmax = nan\n", 2, "expected a size" },
		{ "[protect a]\nmax = 0x40000000\n", 2, "expected a size" },
		{ "[protect a]\nrefaults = 0X20\n", 2, "expected a rate" },
		{ "[protect a]\nrefaults = many\n", 2, "expected a rate" },
		{ "[protect a]\nquantile = 1.1\n", 2, "expected a share" },
		{ "[protect a]\nquantile = 0\n", 2, "expected a share" },
		{ "[protect a]\nidle = 999ms\n", 2, "at least 1000 ms" },
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

/* The rest of a line after a zero byte must not be ignored */
static void check_zero_byte(void)
{
	static const char text[] = "[protect a]\ncgroup = /a\nmax = 1G\0 or 2G\n";
	FILE *f = fopen(in_dir("conf"), "we");
	char error[256] = "";
	struct config *c;

	if (!f)
		abort();
	fwrite(text, 1, sizeof(text) - 1, f);
	fclose(f);
	is_int(config_load(in_dir("conf"), &c, error, sizeof(error)), -EINVAL,
	       "a zero byte is refused");
	ok(strstr(error, "conf:3: contains a zero byte"), "with the line: %s", error + strlen(dir));
	config_free(c);
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

static void check_unreadable(void)
{
	struct config *c;
	char error[256] = "";

	is_int(config_load(dir, &c, error, sizeof(error)), -EINVAL, "a directory is refused");
	ok(strstr(error, "Is a directory"), "with the cause: %s", error + strlen(dir));
}

int main(void)
{
	make_dir();
	check_every_key();
	check_defaults();
	check_long_lines();
	check_blanks();
	check_byte_order_mark();
	check_repeated_keys();
	check_structure();
	check_values();
	check_zero_byte();
	check_cgroups();
	check_conflicts();
	check_missing_file();
	check_unreadable();
	remove_dir();
	return tap_done();
}
