// SPDX-License-Identifier: GPL-2.0
/*
 * Parse conditions: recursive descent, one token ahead
 *
 * The nesting is bounded, so that a text cannot exhaust the stack.
 */
#include <ctype.h>
#include <errno.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "condition.h"

#define MAX_DEPTH	64
#define NONE		SIZE_MAX

struct parser {
	const char *text;
	size_t at;
	struct condition *condition;
	struct condition_error *error;
	size_t room;		/* nodes allocated */
	unsigned int depth;
	int err;
};

/* Note the first error; returns NONE */
__attribute__((format(printf, 3, 4)))
static size_t wrong(struct parser *p, size_t column, const char *format, ...)
{
	va_list args;

	if (p->err)
		return NONE;
	p->err = -EINVAL;
	p->error->column = column;
	va_start(args, format);
	vsnprintf(p->error->message, sizeof(p->error->message), format, args);
	va_end(args);
	return NONE;
}

static void skip_blanks(struct parser *p)
{
	while (isspace((unsigned char)p->text[p->at]))
		p->at++;
}

static size_t word_length(const char *text)
{
	size_t n = 0;

	while (isalnum((unsigned char)text[n]) || text[n] == '_' || text[n] == '.')
		n++;
	return n;
}

/* The bytes of a text that a message shows: at most 40, and whole characters of UTF-8 */
static int shown(const char *text, size_t length)
{
	if (length > 40)
		for (length = 40; length && (text[length] & 0xc0) == 0x80; length--)
			;
	return length;
}

/* What comes next, for a message: a word or a character */
static int seen(const struct parser *p)
{
	const char *text = p->text + p->at;
	size_t n = word_length(text);

	if (!n && *text)
		for (n = 1; (text[n] & 0xc0) == 0x80; n++)
			;
	return shown(text, n);
}

#define SEEN(p)	seen(p), (p)->text + (p)->at

/* Take a word, if it is next */
static bool take_word(struct parser *p, const char *word)
{
	size_t n;

	skip_blanks(p);
	n = word_length(p->text + p->at);
	if (n != strlen(word) || memcmp(p->text + p->at, word, n))
		return false;
	p->at += n;
	return true;
}

static bool take_char(struct parser *p, char c)
{
	skip_blanks(p);
	if (p->text[p->at] != c)
		return false;
	p->at++;
	return true;
}

static size_t add_node(struct parser *p, const struct condition_node *node)
{
	struct condition *c = p->condition;
	struct condition_node *all;

	if (c->nr == p->room) {
		p->room = 2 * p->room + 8;
		all = reallocarray(c->node, p->room, sizeof(*all));
		if (!all) {
			p->err = -ENOMEM;
			return NONE;
		}
		c->node = all;
	}
	c->node[c->nr] = *node;
	return c->nr++;
}

/* Bytes from @begin to the parser's place, without the blanks that it skipped */
static size_t length_from(const struct parser *p, size_t begin)
{
	size_t end = p->at;

	while (end > begin && isspace((unsigned char)p->text[end - 1]))
		end--;
	return end - begin;
}

static size_t add_pair(struct parser *p, enum condition_type type, size_t left, size_t right,
		       size_t begin)
{
	const struct condition_node node = {
		.type = type, .left = left, .right = right, .text = begin,
		.length = length_from(p, begin),
	};

	return left == NONE || right == NONE ? NONE : add_node(p, &node);
}

/* Whether a word behind a number and a blank is an operator and not a unit */
static bool is_operator(const char *word)
{
	static const char *const operators[] = { "and", "or", "until", "for" };
	size_t n = word_length(word);

	for (size_t i = 0; i < sizeof(operators) / sizeof(operators[0]); i++)
		if (strlen(operators[i]) == n && !memcmp(word, operators[i], n))
			return true;
	return false;
}

/*
 * Cut a number and its unit out of the text, as "20/s", "5 %", "512M" or "-1M/s". Blanks between them are
 * left out; @buf is empty if they do not fit.
 *
 * Return: bytes in the text.
 */
static size_t cut_quantity(const char *text, char *buf, size_t size)
{
	size_t sign = *text == '-', digits = sign + strspn(text + sign, "0123456789.");
	size_t begin, end;

	begin = end = digits + (digits > sign ? strspn(text + digits, " \t") : 0);
	if (begin == digits || !is_operator(text + begin))
		while (isalnum((unsigned char)text[end]) || text[end] == '%' || text[end] == '/')
			end++;
	if (end == begin)
		begin = end = digits;
	if (digits + end - begin >= size)
		buf[0] = '\0';
	else
		snprintf(buf, size, "%.*s%.*s", (int)digits, text, (int)(end - begin),
			 text + begin);
	return end;
}

static bool parse_quantity(struct parser *p, enum unit_kind unit, const struct signal *signal,
			   struct threshold *threshold)
{
	const char *text;
	char buf[64];
	bool is_part = signal && signal->is_part;
	size_t n;

	skip_blanks(p);
	text = p->text + p->at;
	n = cut_quantity(text, buf, sizeof(buf));
	threshold->relative = is_part && strchr(buf, '%');
	if (unit_parse(threshold->relative ? UNIT_SHARE : unit, buf, &threshold->value)) {
		p->at += n;
		return true;
	}
	wrong(p, p->at, "expected %s%s%s%s, not '%.*s'", unit_example(unit),
	      is_part ? ", or a share such as 90 %" : "", signal ? " for " : "",
	      signal ? signal->name : "", shown(text, n ? n : strlen(text)), text);
	return false;
}

static bool parse_share(struct parser *p, struct signal_argument *argument)
{
	char buf[64];
	size_t n;

	skip_blanks(p);
	n = cut_quantity(p->text + p->at, buf, sizeof(buf));
	if (!unit_parse(UNIT_COUNT, buf, &argument->share) || !(argument->share > 0) ||
	    argument->share > 1) {
		wrong(p, p->at, "expected a share above 0 and up to 1, such as 0.9");
		return false;
	}
	p->at += n;
	return true;
}

static bool parse_path(struct parser *p, struct signal_argument *argument)
{
	size_t n;

	skip_blanks(p);
	n = strcspn(p->text + p->at, ")");
	while (n && isspace((unsigned char)p->text[p->at + n - 1]))
		n--;
	if (p->text[p->at] != '/') {
		wrong(p, p->at, "expected the path of a cgroup, such as /batch.slice");
		return false;
	}
	argument->path = strndup(p->text + p->at, n);
	if (!argument->path)
		p->err = -ENOMEM;
	p->at += n;
	return argument->path;
}

static bool parse_argument(struct parser *p, const struct signal *signal,
			   struct signal_argument *argument)
{
	argument->share = 0.95;
	if (!take_char(p, '(')) {
		if (signal->takes == SIGNAL_TAKES_CGROUP)
			wrong(p, p->at, "expected a cgroup in parentheses, such as %s(/batch.slice)",
			      signal->name);
		return !p->err;
	}
	if (signal->takes == SIGNAL_TAKES_NOTHING) {
		wrong(p, p->at - 1, "%s takes no argument", signal->name);
		return false;
	}
	if (!(signal->takes == SIGNAL_TAKES_SHARE ? parse_share(p, argument) :
						    parse_path(p, argument)))
		return false;
	if (!take_char(p, ')'))
		wrong(p, p->at, "expected ')'");
	return !p->err;
}

/* The "until" lets a comparison hold for longer, so it is on the other side */
static bool until_fits(const struct condition_node *node)
{
	if (node->until.relative != node->threshold.relative)
		return false;
	return node->above ? node->until.value < node->threshold.value :
			     node->until.value > node->threshold.value;
}

static bool parse_thresholds(struct parser *p, struct condition_node *node)
{
	const struct signal *signal = node->signal;
	size_t begin;

	skip_blanks(p);
	node->above = p->text[p->at] == '>';
	if (!node->above && p->text[p->at] != '<') {
		wrong(p, p->at, "expected '<' or '>' behind %s", signal->name);
		return false;
	}
	p->at++;
	if (p->text[p->at] == '=') {
		wrong(p, p->at - 1, "use '<' or '>': a measured value equals nothing");
		return false;
	}
	if (!parse_quantity(p, signal->unit, signal, &node->threshold))
		return false;
	if (!take_word(p, "until"))
		return true;
	skip_blanks(p);
	begin = p->at;
	node->has_until = true;
	if (!parse_quantity(p, signal->unit, signal, &node->until))
		return false;
	if (!until_fits(node))
		wrong(p, begin, "'until' must be %s the threshold, in the same unit",
		      node->above ? "below" : "above");
	return !p->err;
}

static const struct signal *parse_signal(struct parser *p)
{
	size_t n = word_length(p->text + p->at);
	const struct signal *signal = signal_find(p->text + p->at, n);
	const char *like;

	if (signal) {
		p->at += n;
		return signal;
	}
	like = n ? signal_suggest(p->text + p->at, n) : NULL;
	if (!n)
		wrong(p, p->at, "expected a signal, 'not' or '('");
	else if (like)
		wrong(p, p->at, "unknown signal '%.*s': did you mean %s?", SEEN(p), like);
	else
		wrong(p, p->at, "unknown signal '%.*s': headroomd --list-signals lists them",
		      SEEN(p));
	return NULL;
}

static size_t parse_comparison(struct parser *p)
{
	struct condition_node node = { .type = CONDITION_COMPARE };
	size_t i;

	skip_blanks(p);
	node.text = p->at;
	node.signal = parse_signal(p);
	if (!node.signal || !parse_argument(p, node.signal, &node.argument) ||
	    !parse_thresholds(p, &node)) {
		free(node.argument.path);
		return NONE;
	}
	node.length = length_from(p, node.text);
	i = add_node(p, &node);
	if (i == NONE)
		free(node.argument.path);
	return i;
}

static size_t parse_lasting(struct parser *p);

static size_t parse_negation(struct parser *p)
{
	size_t begin, i;
	bool negated;

	skip_blanks(p);
	begin = p->at;
	negated = take_word(p, "not");
	if (take_char(p, '(')) {
		i = parse_lasting(p);
		if (i != NONE && !take_char(p, ')'))
			i = wrong(p, p->at, "expected ')', 'and', 'or' or 'for'");
	} else {
		i = parse_comparison(p);
	}
	return negated ? add_pair(p, CONDITION_NOT, i, 0, begin) : i;
}

static size_t parse_all(struct parser *p)
{
	size_t begin, i;

	skip_blanks(p);
	begin = p->at;
	i = parse_negation(p);
	while (i != NONE && take_word(p, "and"))
		i = add_pair(p, CONDITION_AND, i, parse_negation(p), begin);
	return i;
}

static size_t parse_any(struct parser *p)
{
	size_t begin, i;

	skip_blanks(p);
	begin = p->at;
	i = parse_all(p);
	while (i != NONE && take_word(p, "or"))
		i = add_pair(p, CONDITION_OR, i, parse_all(p), begin);
	return i;
}

static size_t parse_for(struct parser *p, size_t part, size_t begin)
{
	struct condition_node node = { .type = CONDITION_FOR, .left = part, .text = begin };
	struct threshold time;
	size_t column;

	skip_blanks(p);
	column = p->at;
	if (!parse_quantity(p, UNIT_TIME, NULL, &time))
		return NONE;
	if (round(time.value * 1e9) < 1 || time.value > 1e9)
		return wrong(p, column, "expected a time above 0 and below 30 years, such as 10s");
	node.duration = round(time.value * 1e9);
	node.length = length_from(p, begin);
	return add_node(p, &node);
}

static size_t parse_lasting(struct parser *p)
{
	size_t begin, i;

	skip_blanks(p);
	begin = p->at;
	/* the condition as a whole, and the parentheses in it */
	if (++p->depth > MAX_DEPTH + 1)
		return wrong(p, p->at, "more than %d parentheses in each other", MAX_DEPTH);
	i = parse_any(p);
	if (i != NONE && take_word(p, "for"))
		i = parse_for(p, i, begin);
	p->depth--;
	return i;
}

/* There is more text behind condition @i */
static void expect_end(struct parser *p, size_t i)
{
	size_t end = p->at;

	while (end && isspace((unsigned char)p->text[end - 1]))
		end--;
	if (p->condition->node[i].type == CONDITION_FOR && p->text[end - 1] != ')')
		wrong(p, p->at, "expected the end, not '%.*s': 'for' is about all before it, put what lasts in parentheses",
		      SEEN(p));
	else
		wrong(p, p->at, "expected 'and', 'or', 'for' or the end, not '%.*s'", SEEN(p));
}

int condition_parse(const char *text, struct condition *condition, struct condition_error *error)
{
	struct parser p = { .text = text, .condition = condition, .error = error };
	size_t i;

	*condition = (struct condition){ .text = strdup(text) };
	if (!condition->text)
		return -ENOMEM;
	i = parse_lasting(&p);
	skip_blanks(&p);
	if (!p.err && p.text[p.at])
		expect_end(&p, i);
	return p.err;
}

void condition_free(struct condition *condition)
{
	for (size_t i = 0; i < condition->nr; i++)
		free(condition->node[i].argument.path);
	free(condition->node);
	free(condition->text);
	*condition = (struct condition){};
}
