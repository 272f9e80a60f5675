// SPDX-License-Identifier: GPL-2.0
/* Conditions: how they are parsed and refused, and what they are worth on frames */
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <time.h>

#include "clock.h"
#include "condition.h"
#include "frame.h"
#include "losses.h"
#include "tap.h"

#define NR(table)	(sizeof(table) / sizeof((table)[0]))
#define ID		2

/* Parsing: the tree, in parentheses with the operator in front */

static void print_threshold(FILE *f, const struct threshold *threshold)
{
	fprintf(f, "%g%s", threshold->value, threshold->relative ? " of whole" : "");
}

static void print_compare(FILE *f, const struct condition_node *node)
{
	fprintf(f, "%s", node->signal->name);
	if (node->argument.path)
		fprintf(f, "[%s]", node->argument.path);
	else if (node->signal->takes == SIGNAL_TAKES_SHARE)
		fprintf(f, "[%g]", node->argument.share);
	fprintf(f, "%c", node->above ? '>' : '<');
	print_threshold(f, &node->threshold);
	if (node->has_until) {
		fprintf(f, "~");
		print_threshold(f, &node->until);
	}
}

static void print_node(FILE *f, const struct condition *c, size_t i)
{
	static const char *const words[] = {
		[CONDITION_AND] = "and", [CONDITION_OR] = "or", [CONDITION_NOT] = "not",
		[CONDITION_FOR] = "for",
	};
	const struct condition_node *node = &c->node[i];

	if (node->type == CONDITION_COMPARE) {
		print_compare(f, node);
		return;
	}
	fprintf(f, "(%s ", words[node->type]);
	print_node(f, c, node->left);
	if (node->type == CONDITION_AND || node->type == CONDITION_OR) {
		fprintf(f, " ");
		print_node(f, c, node->right);
	} else if (node->type == CONDITION_FOR) {
		fprintf(f, " %gs", node->duration / 1e9);
	}
	fprintf(f, ")");
}

/* The tree of a text, or why it is refused; to be freed */
static char *tree_of(const char *text)
{
	struct condition_error error;
	struct condition c;
	size_t size;
	char *tree;
	FILE *f = open_memstream(&tree, &size);
	int err = condition_parse(text, &c, &error);

	if (!f)
		abort();
	if (err)
		fprintf(f, "%s", err == -EINVAL ? error.message : strerror(-err));
	else
		print_node(f, &c, c.nr - 1);
	fclose(f);
	condition_free(&c);
	return tree;
}

struct form {
	const char *text;
	const char *tree;
};

static void check_forms(const struct form *form, size_t nr)
{
	for (size_t i = 0; i < nr; i++) {
		char *tree = tree_of(form[i].text);

		is_text(tree, form[i].tree, form[i].text);
		free(tree);
	}
}

static void check_grammar(void)
{
	static const struct form forms[] = {
		{ "pids > 3", "pids>3" },
		{ "pids<3", "pids<3" },
		{ " \t pids\t>\t3 \r\n", "pids>3" },
		{ "pids > 3 until 2", "pids>3~2" },
		{ "pids < 3 until 4", "pids<3~4" },
		{ "not pids > 3", "(not pids>3)" },
		{ "not(pids > 3)", "(not pids>3)" },
		{ "(pids > 3)", "pids>3" },
		{ "((( pids > 3 )))", "pids>3" },
		{ "not (not (not pids > 3))", "(not (not (not pids>3)))" },
		{ "pids > 3 for 10s", "(for pids>3 10s)" },
		{ "pids > 3 until 2 for 1min", "(for pids>3~2 60s)" },
		{ "extra > 1M", "extra[0.95]>1.04858e+06" },
		{ "extra(0.5) > 1M", "extra[0.5]>1.04858e+06" },
		{ "extra ( 1 ) > 1M", "extra[1]>1.04858e+06" },
		{ "blame(/batch.slice) > 5 %", "blame[/batch.slice]>0.05" },
		{ "blame( /a b/c ) > 5 %", "blame[/a b/c]>0.05" },
		{ "blame(/) > 5 %", "blame[/]>0.05" },
		{ "blame(/system-getty\\x2da.slice) > 5 %",
		  "blame[/system-getty\\x2da.slice]>0.05" },
	};

	check_forms(forms, NR(forms));
}

static void check_precedence(void)
{
	static const struct form forms[] = {
		{ "pids > 1 or pids > 2 and pids > 3", "(or pids>1 (and pids>2 pids>3))" },
		{ "pids > 1 and pids > 2 or pids > 3", "(or (and pids>1 pids>2) pids>3)" },
		{ "(pids > 1 or pids > 2) and pids > 3", "(and (or pids>1 pids>2) pids>3)" },
		{ "pids > 1 or pids > 2 or pids > 3", "(or (or pids>1 pids>2) pids>3)" },
		{ "pids > 1 and pids > 2 and pids > 3", "(and (and pids>1 pids>2) pids>3)" },
		{ "not pids > 1 and pids > 2", "(and (not pids>1) pids>2)" },
		{ "not (pids > 1 and pids > 2)", "(not (and pids>1 pids>2))" },
		{ "pids > 1 or not pids > 2", "(or pids>1 (not pids>2))" },
		{ "pids > 1 and pids > 2 for 3s", "(for (and pids>1 pids>2) 3s)" },
		{ "pids > 1 or pids > 2 for 3s", "(for (or pids>1 pids>2) 3s)" },
		{ "not pids > 1 for 3s", "(for (not pids>1) 3s)" },
		{ "pids > 1 and (pids > 2 for 3s)", "(and pids>1 (for pids>2 3s))" },
		{ "not (pids > 1 for 3s)", "(not (for pids>1 3s))" },
		{ "(pids > 1 for 3s) for 4s", "(for (for pids>1 3s) 4s)" },
		{ "(pids > 1 until 0 or pids > 2) and not swap.free < 10 % for 10 s",
		  "(for (and (or pids>1~0 pids>2) (not swap.free<0.1 of whole)) 10s)" },
	};

	check_forms(forms, NR(forms));
}

static void check_units(void)
{
	static const struct form forms[] = {
		{ "oom > 20/s", "oom>20" },
		{ "oom > 20 /s", "oom>20" },
		{ "oom > 30/min", "oom>0.5" },
		{ "oom > 36/h", "oom>0.01" },
		{ "stall > 5 %", "stall>0.05" },
		{ "stall > 250%", "stall>2.5" },
		{ "stall > .5 %", "stall>0.005" },
		{ "memory.anon > 4096", "memory.anon>4096" },
		{ "memory.anon > 1K", "memory.anon>1024" },
		{ "memory.anon > 1.5 KiB", "memory.anon>1536" },
		{ "memory.anon > 2M", "memory.anon>2.09715e+06" },
		{ "memory.anon > 1G", "memory.anon>1.07374e+09" },
		{ "memory.anon > 1 TiB", "memory.anon>1.09951e+12" },
		{ "memory.current > 90 %", "memory.current>0.9 of whole" },
		{ "memory.current > 90% until 80%", "memory.current>0.9 of whole~0.8 of whole" },
		{ "memory.growth > 1K/s", "memory.growth>1024" },
		{ "memory.growth > 10 B/s", "memory.growth>10" },
		{ "memory.growth < -1M/s", "memory.growth<-1.04858e+06" },
		{ "memory.growth < -1 K/s until 10 B/s", "memory.growth<-1024~10" },
		{ "memory.growth>-.5K/s", "memory.growth>-512" },
		{ "age > 100ms", "age>0.1" },
		{ "age > 5 min until 10 s", "age>300~10" },
		{ "age > 1h", "age>3600" },
		{ "pids > 3 and age > 5 s and oom > 1/s or stall > 1 %",
		  "(or (and (and pids>3 age>5) oom>1) stall>0.01)" },
		{ "pids > 3 for 5 min", "(for pids>3 300s)" },
		{ "stall > 5\t%", "stall>0.05" },
		{ "age > 5 \t min until 1\tmin", "age>300~60" },
	};

	check_forms(forms, NR(forms));
}

#define FLOW	"expected a growth such as 10M/s or -1M/s for memory.growth, not "

struct refusal {
	const char *text;
	size_t column;
	const char *message;
};

static void refuse(const char *text, size_t column, const char *message)
{
	struct condition_error error = { .message = "(accepted)" };
	struct condition c;

	ok(condition_parse(text, &c, &error) == -EINVAL && error.column == column &&
	   !strcmp(error.message, message), "refused: %.60s", text);
	if (error.column != column || strcmp(error.message, message))
		printf("# got %zu: %s\n# want %zu: %s\n", error.column, error.message, column,
		       message);
	condition_free(&c);
}

static void refuse_all(const struct refusal *refusal, size_t nr)
{
	for (size_t i = 0; i < nr; i++)
		refuse(refusal[i].text, refusal[i].column, refusal[i].message);
}

#define OPERAND		"expected a signal, 'not' or '('"
#define END		"expected 'and', 'or', 'for' or the end, not "
#define LASTS(word)	"expected the end, not '" word \
			"': 'for' is about all before it, put what lasts in parentheses"
#define INSIDE		"expected ')', 'and', 'or' or 'for'"
#define TIME		"expected a time above 0 and below 30 years, such as 10s"
#define NUMBER		"expected a number without a unit, such as 3 for pids, not "

static void check_structure_errors(void)
{
	static const struct refusal bad[] = {
		{ "", 0, OPERAND },
		{ "  ", 2, OPERAND },
		{ "> 3", 0, OPERAND },
		{ "pids > 3 and", 12, OPERAND },
		{ "pids > 3 or ", 12, OPERAND },
		{ "not", 3, OPERAND },
		{ "(", 1, OPERAND },
		{ "()", 1, OPERAND },
		{ "pids > 3)", 8, END "')'" },
		{ "pids > 3 pids > 4", 7, NUMBER "'3 pids'" },
		{ "(pids > 3) pids > 4", 11, END "'pids'" },
		{ "pids > 3 for 1s for 2s", 16, LASTS("for") },
		{ "pids > 3 for 1s and pids > 4", 16, LASTS("and") },
		{ "(pids > 3 for 1s) pids > 4", 18, END "'pids'" },
		{ "(pids > 3", 9, INSIDE },
		{ "(pids > 3 for 4s", 16, INSIDE },
		{ "((pids > 3)", 11, INSIDE },
		{ "(pids > 3 # 4)", 10, INSIDE },
		{ "pids > 3 && pids > 4", 9, END "'&'" },
	};

	refuse_all(bad, NR(bad));
}

static void check_comparison_errors(void)
{
	static const struct refusal bad[] = {
		{ "pids", 4, "expected '<' or '>' behind pids" },
		{ "pids 3", 5, "expected '<' or '>' behind pids" },
		{ "pids = 3", 5, "expected '<' or '>' behind pids" },
		{ "pids >= 3", 5, "use '<' or '>': a measured value equals nothing" },
		{ "pids <= 3", 5, "use '<' or '>': a measured value equals nothing" },
		{ "pids(3) > 3", 4, "pids takes no argument" },
		{ "blame > 3 %", 6, "expected a cgroup in parentheses, such as blame(/batch.slice)" },
		{ "blame() > 3 %", 6, "expected the path of a cgroup, such as /batch.slice" },
		{ "blame(a) > 3 %", 6, "expected the path of a cgroup, such as /batch.slice" },
		{ "blame(/a > 3 %", 14, "expected ')'" },
		{ "extra() > 1M", 6, "expected a share above 0 and up to 1, such as 0.9" },
		{ "extra(0) > 1M", 6, "expected a share above 0 and up to 1, such as 0.9" },
		{ "extra(1.1) > 1M", 6, "expected a share above 0 and up to 1, such as 0.9" },
		{ "extra(-1) > 1M", 6, "expected a share above 0 and up to 1, such as 0.9" },
		{ "extra(0x0.8) > 1M", 6, "expected a share above 0 and up to 1, such as 0.9" },
		{ "extra(0.9x) > 1M", 6, "expected a share above 0 and up to 1, such as 0.9" },
		{ "extra(nan) > 1M", 6, "expected a share above 0 and up to 1, such as 0.9" },
		{ "extra(0.9 > 1M", 10, "expected ')'" },
		{ "pids > 3 until 3", 15, "'until' must be below the threshold, in the same unit" },
		{ "pids < 3 until 2", 15, "'until' must be above the threshold, in the same unit" },
		{ "memory.current > 90 % until 1M", 28,
		  "'until' must be below the threshold, in the same unit" },
	};

	refuse_all(bad, NR(bad));
}

static void check_quantity_errors(void)
{
	static const struct refusal bad[] = {
		{ "pids >", 6, NUMBER "''" },
		{ "pids > x", 7, NUMBER "'x'" },
		{ "pids > 3M", 7, NUMBER "'3M'" },
		{ "pids > -3", 7, NUMBER "'-3'" },
		{ "pids > 0x10", 7, NUMBER "'0x10'" },
		{ "pids > inf", 7, NUMBER "'inf'" },
		{ "pids > 1.2.3", 7, NUMBER "'1.2.3'" },
		{ "pids > 1 until x", 15, NUMBER "'x'" },
		{ "pids > until 3", 7, NUMBER "'until'" },
		{ "stall > 5", 8, "expected a share such as 5 % for stall, not '5'" },
		{ "stall > 5s", 8, "expected a share such as 5 % for stall, not '5s'" },
		{ "oom > 5 %", 6, "expected a rate such as 20/s for oom, not '5 %'" },
		{ "memory.growth > 5 %", 16,
		  "expected a growth such as 10M/s or -1M/s for memory.growth, not '5 %'" },
		{ "memory.growth > -", 16, FLOW "'-'" },
		{ "memory.growth > --1M/s", 16, FLOW "'-'" },
		{ "memory.growth > - 1M/s", 16, FLOW "'-'" },
		{ "memory.growth > +1M/s", 16, FLOW "'+1M/s'" },
		{ "memory.growth < -1M", 16, FLOW "'-1M'" },
		{ "memory.growth < -1M/s until -2M/s", 28,
		  "'until' must be above the threshold, in the same unit" },
		{ "stall > -5 %", 8, "expected a share such as 5 % for stall, not '-5 %'" },
		{ "oom > -1/s", 6, "expected a rate such as 20/s for oom, not '-1/s'" },
		{ "pids > 3 for -1s", 13, "expected a time such as 100ms, not '-1s'" },
		{ "extra(-0.5) > 1M", 6, "expected a share above 0 and up to 1, such as 0.9" },
		{ "memory.current < -1M", 17,
		  "expected a size such as 512M, or a share such as 90 % for memory.current, not '-1M'" },
		{ "age > 5", 6, "expected a time such as 100ms for age, not '5'" },
		{ "memory.current > 5X", 17,
		  "expected a size such as 512M, or a share such as 90 % for memory.current, not '5X'" },
		{ "pids > 3 for", 12, "expected a time such as 100ms, not ''" },
		{ "pids > 3 for ever", 13, "expected a time such as 100ms, not 'ever'" },
		{ "pids > 3 for 0s", 13, TIME },
		{ "pids > 3 for 0.4ns", 13, TIME },
		{ "pids > 3 for 300000h", 13, TIME },
		{ "pids > \xc3\xa9", 7, NUMBER "'\xc3\xa9'" },
		{ "(pids > 3) \xc3\xa9", 11, END "'\xc3\xa9'" },
		{ "pids > 3 for 5", 13, "expected a time such as 100ms, not '5'" },
	};

	refuse_all(bad, NR(bad));
}

#define LIST	": headroomd --list-signals lists them"

static void check_suggestions(void)
{
	static const struct refusal bad[] = {
		{ "pid > 3", 0, "unknown signal 'pid': did you mean pids?" },
		{ "memory.curent > 1M", 0, "unknown signal 'memory.curent': did you mean memory.current?" },
		{ "memorycurrent > 1M", 0, "unknown signal 'memorycurrent': did you mean memory.current?" },
		{ "pids > 3 and not swapfree < 1M", 17,
		  "unknown signal 'swapfree': did you mean swap.free?" },
		{ "refaults.outsid > 1/s", 0,
		  "unknown signal 'refaults.outsid': did you mean refaults.outside?" },
		{ "PIDS > 3", 0, "unknown signal 'PIDS'" LIST },
		{ "zzzzzzzz > 3", 0, "unknown signal 'zzzzzzzz'" LIST },
		{ "for > 3", 0, "unknown signal 'for': did you mean oom?" },
		{ "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx > 3", 0,
		  "unknown signal 'xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx'" LIST },
	};

	refuse_all(bad, NR(bad));
}

/* @nr parentheses around a comparison; to be freed */
static char *nested(const char *open, size_t nr)
{
	size_t size = strlen(open);
	char *text = malloc(nr * (size + 1) + 16), *at = text;

	if (!text)
		abort();
	for (size_t i = 0; i < nr; i++, at += size)
		memcpy(at, open, size);
	at = stpcpy(at, "pids > 3");
	memset(at, ')', nr);
	at[nr] = '\0';
	return text;
}

static void check_nesting(void)
{
	char *text = nested("(", 64), *tree = tree_of(text);

	is_text(tree, "pids>3", "64 parentheses in each other");
	free(tree);
	free(text);
	text = nested("not (", 64);
	tree = tree_of(text);
	ok(!strncmp(tree, "(not (not (not ", 15), "64 negations in each other");
	free(tree);
	free(text);
	text = nested("(", 65);
	refuse(text, 65, "more than 64 parentheses in each other");
	free(text);
	text = nested("(", 1000000);
	tree = tree_of(text);
	is_text(tree, "more than 64 parentheses in each other",
		"a million parentheses do not exhaust the stack");
	free(tree);
	free(text);
}

/* No digit or blank is cut off */
static void check_long_quantities(void)
{
	char zeros[101], text[256];
	char *tree;

	memset(zeros, '0', 100);
	zeros[100] = '\0';
	snprintf(text, sizeof(text), "pids > %s3", zeros);
	refuse(text, 7, NUMBER "'0000000000000000000000000000000000000000'");
	snprintf(text, sizeof(text), "pids > 0.%s3M", zeros);
	refuse(text, 7, NUMBER "'0.00000000000000000000000000000000000000'");
	snprintf(text, sizeof(text), "stall > 5%100s%%", "");
	tree = tree_of(text);
	is_text(tree, "stall>0.05", "a hundred blanks before a unit");
	free(tree);
	/* 39 bytes, and a character that is not cut in two */
	snprintf(text, sizeof(text), "pids > -%.38s\xc3\xa9%s", zeros, zeros);
	refuse(text, 7, NUMBER "'-00000000000000000000000000000000000000'");
}

static double seconds_since(const struct timespec *begin)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec - begin->tv_sec + (now.tv_nsec - begin->tv_nsec) / 1e9;
}

/* A text of @nr times @part, and @end; to be freed */
static char *repeated(const char *part, size_t nr, const char *end)
{
	size_t size = strlen(part);
	char *text = malloc(nr * size + strlen(end) + 1);

	if (!text)
		abort();
	for (size_t i = 0; i < nr; i++)
		memcpy(text + i * size, part, size);
	strcpy(text + nr * size, end);
	return text;
}

static void check_length(void)
{
	char *text = repeated("pids > 3 or ", 100000, "pids > 3");
	struct condition_error error;
	struct timespec begin;
	struct condition c;

	clock_gettime(CLOCK_MONOTONIC, &begin);
	is_int(condition_parse(text, &c, &error), 0, "a megabyte of comparisons");
	is_uint(c.nr, 200001, "has a node for each, and for each 'or'");
	ok(seconds_since(&begin) < 10, "parsed in %.2f s", seconds_since(&begin));
	condition_free(&c);
	free(text);
	text = repeated("x", 1000000, "");
	is_int(condition_parse(text, &c, &error), -EINVAL, "a word of a megabyte is refused");
	condition_free(&c);
	free(text);
	text = repeated(" ", 1000000, "pids > 3");
	is_int(condition_parse(text, &c, &error), 0, "a megabyte of blanks");
	condition_free(&c);
	free(text);
}

/* Each node comes behind its parts, so that one pass evaluates all */
static void check_order(void)
{
	struct condition_error error;
	struct condition c;
	bool ordered = true;

	condition_parse("not (pids > 1 or pids > 2 and pids > 3) for 1s", &c, &error);
	is_uint(c.nr, 7, "a node for each part");
	for (size_t i = 0; i < c.nr; i++)
		if (c.node[i].type != CONDITION_COMPARE)
			ordered &= c.node[i].left < i && c.node[i].right < i;
	ok(ordered, "each node comes behind its parts");
	is_text(c.text, "not (pids > 1 or pids > 2 and pids > 3) for 1s", "the text is kept");
	condition_free(&c);
	ok(!c.nr && !c.node && !c.text, "nothing is left of a freed condition");
}

/* The part of the text that a node was parsed from */
static void is_part(const struct condition *c, size_t i, const char *want)
{
	char part[64];

	snprintf(part, sizeof(part), "%.*s", (int)c->node[i].length, c->text + c->node[i].text);
	is_text(part, want, "the text of a part has no blanks around it");
}

static void check_parts(void)
{
	struct condition_error error;
	struct condition c;

	condition_parse("  pids > 3 \t and  ( not  pids > 4 )  for  2 s  ", &c, &error);
	is_uint(c.nr, 5, "a node for each part");
	is_part(&c, 0, "pids > 3");
	is_part(&c, 1, "pids > 4");
	is_part(&c, 2, "not  pids > 4");
	is_part(&c, 3, "pids > 3 \t and  ( not  pids > 4 )");
	is_part(&c, 4, "pids > 3 \t and  ( not  pids > 4 )  for  2 s");
	condition_free(&c);
}

/* Evaluation */

/**
 * struct files - the files of a frame with one cgroup; NULL if there is no such file
 * @parent_max: memory.max of the cgroup's parent
 */
struct files {
	const char *current;
	const char *max;
	const char *high;
	const char *low;
	const char *pids;
	const char *parent_max;
	const char *meminfo;
};

static void set(struct frame *frame, size_t cgroup, enum frame_file file, const char *text)
{
	if (text && frame_set_text(frame, cgroup, file, text, strlen(text)))
		abort();
}

/* The cgroup has index 2, and was seen first at 100 s */
static struct frame *make_frame(double seconds, const struct files *files)
{
	struct frame *f = frame_new();

	if (!f || frame_add(f, 1, "/", NULL) || frame_add(f, 10, "/a", NULL) != 1 ||
	    frame_add(f, 11, "/a/b", NULL) != ID)
		abort();
	f->time.monotonic = seconds * 1e9;
	f->module_error = -ENOENT;
	set(f, 1, FRAME_MEMORY_MAX, files->parent_max);
	set(f, ID, FRAME_MEMORY_CURRENT, files->current);
	set(f, ID, FRAME_MEMORY_MAX, files->max);
	set(f, ID, FRAME_MEMORY_HIGH, files->high);
	set(f, ID, FRAME_MEMORY_LOW, files->low);
	set(f, ID, FRAME_PIDS_CURRENT, files->pids);
	if (files->meminfo && frame_set_host_text(f, FRAME_MEMINFO, files->meminfo,
						  strlen(files->meminfo)))
		abort();
	if (frame_finish(f))
		abort();
	return f;
}

/* A condition and its state, with the frame before */
struct evaluation {
	struct condition condition;
	struct condition_state *state;
	struct frame *before;
	bool born;
};

static void begin(struct evaluation *e, const char *when)
{
	struct condition_error error;

	*e = (struct evaluation){};
	if (condition_parse(when, &e->condition, &error)) {
		printf("Bail out! %s: %s\n", when, error.message);
		abort();
	}
	e->state = calloc(e->condition.nr, sizeof(*e->state));
	if (!e->state)
		abort();
}

/* Evaluate at a time; @gap: as if there were no frame before */
static enum truth evaluate_at(struct evaluation *e, double seconds, const struct files *files,
			      bool gap)
{
	struct frame *now = make_frame(seconds, files);
	struct losses losses = {};
	struct view view = {
		.now = now, .before = gap ? NULL : e->before, .losses = &losses, .cgroup = ID,
		.cgroup_before = e->before && !gap ? ID : FRAME_NONE,
		.seen = 100000000000, .born = e->born,
	};
	enum truth truth;

	if (view.before)
		view.seconds = (now->time.monotonic - e->before->time.monotonic) / 1e9;
	truth = condition_evaluate(&e->condition, &view, e->state);
	losses_clear(&losses);
	frame_put(e->before);
	e->before = now;
	return truth;
}

static void end(struct evaluation *e)
{
	condition_free(&e->condition);
	free(e->state);
	frame_put(e->before);
}

static const char *const truths[] = { [FALSE] = "false", [TRUE] = "true", [UNKNOWN] = "unknown" };

/* A condition that has one value on one frame */
static void is_truth(const char *when, const struct files *files, enum truth want)
{
	struct evaluation e;
	enum truth got;

	begin(&e, when);
	got = evaluate_at(&e, 103, files, false);
	ok(got == want, "%s: %s", when, truths[want]);
	if (got != want)
		printf("# is %s\n", truths[got]);
	end(&e);
}

/* pids is true, memory.low is false, memory.current has no file and is unknown */
static const struct files atoms = { .pids = "5\n", .low = "0\n" };
static const char *const atom[] = {
	[FALSE] = "memory.low > 1M", [TRUE] = "pids > 3", [UNKNOWN] = "memory.current > 1M",
};

static void check_truth_table(void)
{
	static const enum truth and[3][3] = {
		[FALSE] = { FALSE, FALSE, FALSE }, [TRUE] = { FALSE, TRUE, UNKNOWN },
		[UNKNOWN] = { FALSE, UNKNOWN, UNKNOWN },
	};
	static const enum truth or[3][3] = {
		[FALSE] = { FALSE, TRUE, UNKNOWN }, [TRUE] = { TRUE, TRUE, TRUE },
		[UNKNOWN] = { UNKNOWN, TRUE, UNKNOWN },
	};
	static const enum truth not[3] = { TRUE, FALSE, UNKNOWN };
	char when[128];

	for (int a = FALSE; a <= UNKNOWN; a++) {
		is_truth(atom[a], &atoms, a);
		snprintf(when, sizeof(when), "not %s", atom[a]);
		is_truth(when, &atoms, not[a]);
		for (int b = FALSE; b <= UNKNOWN; b++) {
			snprintf(when, sizeof(when), "%s and %s", atom[a], atom[b]);
			is_truth(when, &atoms, and[a][b]);
			snprintf(when, sizeof(when), "%s or %s", atom[a], atom[b]);
			is_truth(when, &atoms, or[a][b]);
		}
	}
}

/* A blind signal satisfies neither a comparison nor its opposite, and no negation of them */
static void check_blind(void)
{
	static const char *const whens[] = {
		"memory.current > 1M", "memory.current < 1M", "not memory.current > 1M",
		"not memory.current < 1M", "not (not memory.current > 1M)",
		"memory.current > 1M or not memory.current > 1M",
		"not (memory.current > 1M and not memory.current > 1M)",
		"memory.current > 1M for 1ns", "not (memory.current > 1M for 1ns)",
		"not memory.current > 1M for 1ns", "memory.current > 1M until 1K",
		"not stall > 5 %", "not swap.free < 10 %", "not host.psi.some > 1 %",
		"not memory.growth > 1M/s",
	};

	for (size_t i = 0; i < NR(whens); i++)
		is_truth(whens[i], &atoms, UNKNOWN);
}

static void check_comparison(void)
{
	static const struct files five = { .pids = "5\n", .max = "max\n", .high = "garbage\n" };

	is_truth("pids > 4", &five, TRUE);
	is_truth("pids > 5", &five, FALSE);
	is_truth("pids > 6", &five, FALSE);
	is_truth("pids < 6", &five, TRUE);
	is_truth("pids < 5", &five, FALSE);
	is_truth("pids < 4", &five, FALSE);
	is_truth("memory.max > 1T", &five, TRUE);
	is_truth("memory.max < 1T", &five, FALSE);
	is_truth("memory.high < 1T", &five, UNKNOWN);
}

/* At 103 s, a cgroup that was seen first at 100 s is 3 s old, or older if it was not born then */
static void check_interval(void)
{
	struct evaluation e;

	is_truth("age > 2s", &atoms, TRUE);
	is_truth("age > 4s", &atoms, UNKNOWN);
	is_truth("age > 3s", &atoms, UNKNOWN);
	is_truth("not age > 4s", &atoms, UNKNOWN);
	is_truth("age < 4s", &atoms, UNKNOWN);
	is_truth("not age < 4s", &atoms, UNKNOWN);
	is_truth("age < 3s", &atoms, FALSE);
	is_truth("age < 2s", &atoms, FALSE);
	is_truth("age > 4s for 1ns", &atoms, UNKNOWN);
	begin(&e, "age < 4s");
	e.born = true;
	is_int(evaluate_at(&e, 103, &atoms, false), TRUE, "an age that is known exactly");
	is_int(evaluate_at(&e, 104, &atoms, false), FALSE, "reaches a threshold without passing it");
	end(&e);
}

static void check_percent(void)
{
	static const struct files free = { .current = "900\n", .max = "max\n", .high = "max\n" };
	static const struct files limited = {
		.current = "900\n", .max = "1000\n", .high = "max\n",
	};
	static const struct files throttled = {
		.current = "900\n", .max = "2000\n", .high = "1000\n",
	};
	static const struct files above = {
		.current = "900\n", .max = "2000\n", .parent_max = "1000\n",
	};
	static const struct files none = { .current = "900\n", .max = "0\n", .high = "max\n" };
	static const struct files host = {
		.meminfo = "MemTotal: 1000 kB\nMemAvailable: 100 kB\n"
			   "SwapTotal: 0 kB\nSwapFree: 0 kB\n",
	};

	is_truth("memory.current > 80 %", &limited, TRUE);
	is_truth("memory.current > 90 %", &limited, FALSE);
	is_truth("memory.current < 91 %", &limited, TRUE);
	is_truth("memory.current > 80 %", &throttled, TRUE);
	is_truth("memory.current < 80 %", &above, FALSE);
	is_truth("memory.current > 80 %", &above, TRUE);
	is_truth("memory.current > 80 %", &free, UNKNOWN);
	is_truth("memory.current < 80 %", &free, UNKNOWN);
	is_truth("not memory.current > 80 %", &free, UNKNOWN);
	is_truth("memory.current > 800", &free, TRUE);
	is_truth("memory.current > 80 %", &none, TRUE);
	is_truth("memory.current < 80 %", &none, FALSE);
	is_truth("host.free < 11 %", &host, TRUE);
	is_truth("host.free < 10 %", &host, FALSE);
	is_truth("host.free < 101K", &host, TRUE);
	is_truth("swap.free < 10 %", &host, UNKNOWN);
	is_truth("not swap.free < 10 %", &host, UNKNOWN);
}

/**
 * struct step - a frame, and what a condition is then
 * @at: time of the frame, s
 * @pids: the file; NULL if there is none
 * @gap: there is no frame before it
 * @want: expected truth
 */
struct step {
	double at;
	const char *pids;
	bool gap;
	enum truth want;
};

static void run_steps(const char *name, const char *when, const struct step *step, size_t nr)
{
	struct evaluation e;

	begin(&e, when);
	for (size_t i = 0; i < nr; i++) {
		struct files files = { .pids = step[i].pids };
		enum truth got = evaluate_at(&e, step[i].at, &files, step[i].gap);

		ok(got == step[i].want, "%s: '%s' with %.1s at %g s is %s", name, when,
		   step[i].pids ? step[i].pids : "?", step[i].at, truths[step[i].want]);
		if (got != step[i].want)
			printf("# is %s\n", truths[got]);
	}
	end(&e);
}

#define STEPS(name, when, ...) do { \
	static const struct step steps_[] = { __VA_ARGS__ }; \
	run_steps(name, when, steps_, NR(steps_)); \
} while (0)

static void check_hysteresis(void)
{
	STEPS("hysteresis", "pids > 5 until 3",
	      { 101, "4", false, FALSE }, { 102, "6", false, TRUE }, { 103, "5", false, TRUE },
	      { 104, "4", false, TRUE }, { 105, "3", false, FALSE }, { 106, "4", false, FALSE },
	      { 107, "5", false, FALSE }, { 108, "6", false, TRUE });
	STEPS("hysteresis", "pids < 3 until 5",
	      { 101, "4", false, FALSE }, { 102, "2", false, TRUE }, { 103, "4", false, TRUE },
	      { 104, "5", false, FALSE }, { 105, "4", false, FALSE });
	STEPS("hysteresis under not", "not pids > 5 until 3",
	      { 101, "4", false, TRUE }, { 102, "6", false, FALSE }, { 103, "4", false, FALSE },
	      { 104, "3", false, TRUE });
	STEPS("a blind moment ends what held", "pids > 5 until 3",
	      { 101, "6", false, TRUE }, { 102, NULL, false, UNKNOWN }, { 103, "4", false, FALSE },
	      { 104, "6", false, TRUE });
	STEPS("a duration with hysteresis", "pids > 5 until 3 for 2s",
	      { 101, "1", false, FALSE }, { 102, "6", false, FALSE }, { 103, "4", false, FALSE },
	      { 104, "4", false, TRUE }, { 105, "3", false, FALSE });
}

static void check_duration(void)
{
	STEPS("duration", "pids > 3 for 4s",
	      { 101, "1", false, FALSE }, { 102, "5", false, FALSE }, { 104, "5", false, FALSE },
	      { 105.9, "5", false, FALSE }, { 106, "5", false, TRUE }, { 107, "5", false, TRUE },
	      { 108, "3", false, FALSE }, { 109, "5", false, FALSE }, { 113, "5", false, TRUE });
	STEPS("a blind moment restarts a duration", "pids > 3 for 4s",
	      { 101, "1", false, FALSE }, { 102, "5", false, FALSE },
	      { 104, NULL, false, UNKNOWN }, { 106, "5", false, UNKNOWN },
	      { 109.9, "5", false, UNKNOWN }, { 110, "5", false, TRUE });
	STEPS("a gap restarts a duration", "pids > 3 for 4s",
	      { 101, "1", false, FALSE }, { 102, "5", false, FALSE }, { 120, "5", true, UNKNOWN },
	      { 123, "5", false, UNKNOWN }, { 124, "5", false, TRUE },
	      { 125, "5", true, UNKNOWN }, { 129, "5", false, TRUE }, { 130, "1", true, FALSE },
	      { 131, "5", false, FALSE }, { 135, "5", false, TRUE });
	STEPS("the first frame is no evidence", "not (pids > 3 for 4s)",
	      { 101, "5", false, UNKNOWN }, { 104, "5", false, UNKNOWN },
	      { 105, "5", false, FALSE }, { 106, "1", false, TRUE }, { 107, "5", false, TRUE },
	      { 120, "5", true, UNKNOWN }, { 124, "5", false, FALSE });
	STEPS("a blind moment satisfies no negation", "not (pids > 3 for 4s)",
	      { 101, "5", false, UNKNOWN }, { 105, "5", false, FALSE },
	      { 106, NULL, false, UNKNOWN }, { 107, "5", false, UNKNOWN },
	      { 111, "5", false, FALSE });
	STEPS("a duration of a negation", "not pids > 3 for 4s",
	      { 101, "5", false, FALSE }, { 102, "1", false, FALSE }, { 106, "1", false, TRUE },
	      { 107, NULL, false, UNKNOWN }, { 108, "1", false, UNKNOWN });
	STEPS("durations in each other", "(pids > 3 for 2s) for 2s",
	      { 101, "1", false, FALSE }, { 102, "5", false, FALSE }, { 104, "5", false, FALSE },
	      { 105, "5", false, FALSE }, { 106, "5", false, TRUE });
	STEPS("a duration of one part", "pids > 6 or (pids > 3 for 2s)",
	      { 101, "1", false, FALSE }, { 102, "5", false, FALSE }, { 103, "7", false, TRUE },
	      { 104, "5", false, TRUE }, { 105, "1", false, FALSE });
}

static void check_due(void)
{
	static const struct files one = { .pids = "1" }, five = { .pids = "5" };
	struct evaluation e;

	begin(&e, "(pids > 4 for 2s) and (pids > 3 for 4s)");
	evaluate_at(&e, 101, &one, false);
	is_uint(condition_due(&e.condition, e.state), UINT64_MAX, "no duration runs");
	evaluate_at(&e, 102, &five, false);
	is_uint(condition_due(&e.condition, e.state), 104 * NS_PER_S, "the shorter one passes first");
	evaluate_at(&e, 104, &five, false);
	is_uint(condition_due(&e.condition, e.state), 106 * NS_PER_S, "then the longer one");
	evaluate_at(&e, 105.5, &five, false);
	is_uint(condition_due(&e.condition, e.state), 106 * NS_PER_S, "wherever a frame is");
	evaluate_at(&e, 106, &five, false);
	is_uint(condition_due(&e.condition, e.state), UINT64_MAX, "then both have passed");
	evaluate_at(&e, 107, &one, false);
	is_uint(condition_due(&e.condition, e.state), UINT64_MAX, "and end");
	end(&e);
	begin(&e, "pids > 3 until 2");
	evaluate_at(&e, 101, &five, false);
	is_uint(condition_due(&e.condition, e.state), UINT64_MAX, "hysteresis is no duration");
	end(&e);
}

/* A rate needs two frames */
static void check_growth(void)
{
	struct evaluation e;

	begin(&e, "memory.growth > 100 B/s");
	is_int(evaluate_at(&e, 101, &(struct files){ .current = "1000" }, false), UNKNOWN,
	       "there is no growth in the first frame");
	is_int(evaluate_at(&e, 103, &(struct files){ .current = "1300" }, false), TRUE,
	       "growth is by the second");
	is_int(evaluate_at(&e, 105, &(struct files){ .current = "1500" }, false), FALSE,
	       "not above the threshold");
	is_int(evaluate_at(&e, 106, &(struct files){ .current = "9000" }, true), UNKNOWN,
	       "there is no growth across a gap");
	end(&e);
	begin(&e, "memory.growth < -100 B/s");
	is_int(evaluate_at(&e, 101, &(struct files){ .current = "2000" }, false), UNKNOWN,
	       "nor is it below a negative threshold in the first frame");
	is_int(evaluate_at(&e, 103, &(struct files){ .current = "1700" }, false), TRUE,
	       "a cgroup shrinks");
	is_int(evaluate_at(&e, 105, &(struct files){ .current = "1600" }, false), FALSE,
	       "it shrinks more slowly");
	is_int(evaluate_at(&e, 107, &(struct files){ .current = "9000" }, false), FALSE,
	       "it grows");
	end(&e);
}

/* Texts */

static void print_one(const char *when, const struct files *files, const char *want)
{
	struct evaluation e;
	char text[512];

	begin(&e, when);
	evaluate_at(&e, 103, files, false);
	is_text(condition_print(text, sizeof(text), &e.condition, e.state), want, when);
	end(&e);
}

static void check_print(void)
{
	static const struct files files = {
		.pids = "5\n", .low = "0\n", .current = "943718400\n", .max = "1073741824\n",
		.high = "max\n",
	};
	static const struct files unlimited = { .current = "1048576\n", .max = "max\n" };
	static const struct files none = { .current = "1048576\n", .max = "0\n" };

	print_one("pids > 3", &files, "pids > 3: 5, yes");
	print_one("pids<3", &files, "pids<3: 5, no");
	print_one("memory.current > 80%", &files,
		  "memory.current > 80%: 900.0 MiB = 87.9 %, yes");
	print_one("memory.high > 1G", &files, "memory.high > 1G: unlimited, yes");
	print_one("memory.current > 80%", &unlimited,
		  "memory.current > 80%: 1.0 MiB, unknown, there is no limit");
	print_one("memory.current > 80%", &none, "memory.current > 80%: 1.0 MiB of 0 B, yes");
	print_one("age > 5s", &files, "age > 5s: 3.0 s (3.0 s to unlimited), uncertain");
	print_one("age > 2s", &files, "age > 2s: 3.0 s (3.0 s to unlimited), yes");
	print_one("zswap.current > 1M", &files,
		  "zswap.current > 1M: blind: the cgroup or the kernel has no such file");
	print_one("stall > 5%", &files, "stall > 5%: blind: the module does not answer");
	print_one("not (pids > 3)", &files, "pids > 3: 5, yes");
	print_one(" pids > 3  and  pids > 4 for 2s", &files, "pids > 3: 5, yes; pids > 4: 5, yes");
	print_one("(pids > 3)or(memory.low > 1K)", &files,
		  "pids > 3: 5, yes; memory.low > 1K: 0 B, no");
}

/* A buffer that is too short has the beginning */
static void check_short_buffer(void)
{
	const struct files files = { .pids = "5\n" };
	const char *whole = "pids > 3: 5, yes; pids > 4: 5, yes";
	bool same = true, ended = true;
	struct evaluation e;
	char text[64];

	begin(&e, "(pids > 3)and(pids > 4)");
	evaluate_at(&e, 103, &files, false);
	for (size_t size = 1; size < sizeof(text); size++) {
		memset(text, 'x', sizeof(text));
		condition_print(text, size, &e.condition, e.state);
		same &= !strncmp(text, whole, size - 1);
		ended &= strnlen(text, size) < size && text[size] == 'x';
	}
	ok(same, "a short buffer has the beginning of the text");
	ok(ended, "and nothing behind its end");
	end(&e);
}

static void check_wish(void)
{
	struct frame_wish wish = {};
	struct condition_error error;
	struct condition c;

	condition_parse("pids > 3 and not host.free < 5 % or memory.low > 1M", &c, &error);
	condition_wish(&c, &wish);
	is_uint(wish.files, FRAME_BIT(FRAME_PIDS_CURRENT) | FRAME_BIT(FRAME_MEMORY_LOW),
		"a condition wishes for the files of its signals");
	is_uint(wish.host_files, FRAME_BIT(FRAME_MEMINFO), "and for those of the machine");
	ok(!wish.stats && !wish.stalled && !wish.blame, "and for nothing of the module");
	condition_free(&c);
	condition_parse("stall > 5 %", &c, &error);
	condition_wish(&c, &wish);
	ok(wish.stats && wish.files, "wishes are added");
	condition_free(&c);
}

int main(void)
{
	check_grammar();
	check_precedence();
	check_units();
	check_structure_errors();
	check_comparison_errors();
	check_quantity_errors();
	check_suggestions();
	check_nesting();
	check_long_quantities();
	check_length();
	check_order();
	check_parts();
	check_truth_table();
	check_blind();
	check_comparison();
	check_interval();
	check_percent();
	check_hysteresis();
	check_duration();
	check_due();
	check_growth();
	check_print();
	check_short_buffer();
	check_wish();
	return tap_done();
}
