// SPDX-License-Identifier: GPL-2.0
/*
 * The "do" of a rule: an action and its parameters, "ACTION NAME=VALUE..."
 *
 * A value may contain blanks: it ends before the name of the next parameter, as in "share=95 %
 * max=1G". One that contains "=" is quoted, as in command="/usr/bin/logger --tag=memory".
 */
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "actions.h"
#include "config_parser.h"

/* Append a word to a list for an error */
static void append_word(char *buf, size_t size, const char *word)
{
	size_t at = strlen(buf);

	snprintf(buf + at, size - at, "%s%s", at ? ", " : "", word);
}

static void print_parameters(char *buf, size_t size, const struct action_parameter *parameter)
{
	buf[0] = '\0';
	for (; parameter->name; parameter++)
		append_word(buf, size, parameter->name);
}

/* The number of a word in a list with blanks in between; -1 if it is not in it */
static int find_word(const char *words, const char *word)
{
	size_t length = strlen(word);

	for (int i = 0; *words; i++) {
		size_t n = strcspn(words, " ");

		if (n == length && !strncmp(words, word, n))
			return i;
		words += n + strspn(words + n, " ");
	}
	return -1;
}

static void set_number(struct parser *p, const struct action_parameter *parameter,
		       const char *text, struct action_value *value)
{
	char least[48], most[48];
	double number;

	if (!unit_parse(parameter->unit, text, &number))
		wrong(p, text, "do: expected %s for %s", unit_example(parameter->unit),
		      parameter->name);
	else if (number < parameter->least || number > parameter->most)
		wrong(p, text, "do: %s is out of range: expected %s to %s", parameter->name,
		      unit_print(least, sizeof(least), parameter->unit, parameter->least),
		      unit_print(most, sizeof(most), parameter->unit, parameter->most));
	else
		value->number = number;
}

static void set_word(struct parser *p, const struct action_parameter *parameter,
		     const char *text, struct action_value *value)
{
	int number = find_word(parameter->words, text);

	if (number < 0)
		wrong(p, text, "do: unknown word '%s' for %s: use one of %s", text,
		      parameter->name, parameter->words);
	else
		value->number = number;
}

static void set_patterns(struct parser *p, const struct action_parameter *parameter,
			 const char *text, struct action_value *value)
{
	const char *error;
	size_t column;
	int err = pattern_parse(text, &value->cgroups, &error, &column);

	if (err == -ENOMEM)
		p->out_of_memory = true;
	else if (err)
		wrong(p, text + column, "do: %s: %s", parameter->name, error);
}

static void set_value(struct parser *p, const struct action_parameter *parameter,
		      const char *text, struct action_value *value)
{
	switch (parameter->type) {
	case PARAMETER_NUMBER:
		set_number(p, parameter, text, value);
		break;
	case PARAMETER_WORD:
		set_word(p, parameter, text, value);
		break;
	case PARAMETER_CGROUPS:
		set_patterns(p, parameter, text, value);
		break;
	case PARAMETER_TEXT:
		if (!*text)
			wrong(p, text, "do: expected a text for %s", parameter->name);
		break;
	}
	value->text = strdup(text);
	p->out_of_memory |= !value->text;
}

/* What an error says that a parameter should be */
static const char *example_of(const struct action_parameter *parameter)
{
	static const char *const examples[] = {
		[PARAMETER_WORD] = "a word", [PARAMETER_TEXT] = "a text",
		[PARAMETER_CGROUPS] = "patterns of cgroups such as /batch.slice/*",
	};

	return parameter->type == PARAMETER_NUMBER ? unit_example(parameter->unit) :
		examples[parameter->type];
}

static void set_parameter(struct parser *p, struct rule *rule, const char *name,
			  const char *text, unsigned int *given)
{
	const struct action_parameter *parameter = rule->action->parameter;
	char names[256];
	size_t i = 0;

	while (parameter[i].name && strcmp(parameter[i].name, name))
		i++;
	if (!parameter[i].name) {
		print_parameters(names, sizeof(names), parameter);
		wrong(p, name, "do: %s has no parameter '%s': use %s", rule->action->name, name,
		      names);
	} else if (!text) {
		wrong(p, name, "do: expected %s=, and %s", name, example_of(&parameter[i]));
	} else if (*given & 1u << i) {
		wrong(p, name, "do: %s is given twice", name);
	} else {
		set_value(p, &parameter[i], text, &rule->parameter[i]);
		*given |= 1u << i;
	}
}

/* Cut a quoted value: it has to end behind a quote, at a blank or at the end. Returns the rest. */
static char *cut_quoted(struct parser *p, char *quote, char **value)
{
	char *end = strchr(quote + 1, '"');

	if (!end || (end[1] && !isspace((unsigned char)end[1]))) {
		wrong(p, quote, end ? "do: expected a blank behind the second \"" :
		      "do: expected a second \"");
		return quote + strlen(quote);
	}
	*end = '\0';
	*value = quote + 1;
	return end + 1;
}

/*
 * Cut "NAME = VALUE" off a list.
 * @value: result; NULL if there is none
 *
 * Return: the rest.
 */
static char *cut_parameter(struct parser *p, char *name, char **value)
{
	char *equals = strchr(name, '='), *end;

	*value = NULL;
	if (!equals)
		return name + strlen(name);
	*equals = '\0';
	*value = trim(equals + 1);
	if (**value == '"')
		return cut_quoted(p, *value, value);
	end = strchr(*value, '=');
	if (!end)
		return *value + strlen(*value);
	while (end > *value && isspace((unsigned char)end[-1]))
		end--;
	while (end > *value && !isspace((unsigned char)end[-1]))
		end--;
	if (end == *value)
		*value = equals;	/* empty */
	else
		end[-1] = '\0';
	return end;
}

static void set_parameters(struct parser *p, struct rule *rule, char *text)
{
	unsigned int given = 0;
	char *name, *value;

	for (name = trim(text); *name; name = trim(text)) {
		text = cut_parameter(p, name, &value);
		set_parameter(p, rule, trim(name), value ? trim(value) : NULL, &given);
	}
}

static void begin_parameters(struct rule *rule)
{
	const struct action_parameter *parameter = rule->action->parameter;

	for (size_t i = 0; parameter[i].name; i++)
		rule->parameter[i].number = parameter[i].initial;
}

static bool is_missing(const struct action_parameter *parameter, const struct action_value *value)
{
	if (parameter->type == PARAMETER_NUMBER)
		return value->number < parameter->least;
	return parameter->required && !value->text;
}

void set_do(struct parser *p, struct rule *rule, char *text)
{
	const struct action_parameter *parameter;
	char *rest = text + strcspn(text, " \t");
	size_t errors = p->errors->nr;
	char names[256] = "", error[256];

	if (*rest)
		*rest++ = '\0';
	rule->action = action_find(text);
	if (!rule->action) {
		for (size_t i = 0; actions[i]; i++)
			append_word(names, sizeof(names), actions[i]->name);
		wrong(p, text, "do: unknown action '%s': use %s", text, names);
		return;
	}
	parameter = rule->action->parameter;
	begin_parameters(rule);
	set_parameters(p, rule, rest);
	for (size_t i = 0; parameter[i].name && p->errors->nr == errors; i++)
		if (is_missing(&parameter[i], &rule->parameter[i]))
			wrong(p, text, "do: %s needs %s=, %s", rule->action->name,
			      parameter[i].name, parameter[i].meaning);
	if (p->errors->nr == errors && !p->out_of_memory && rule->action->check &&
	    !rule->action->check(rule->parameter, error, sizeof(error)))
		wrong(p, text, "do: %s", error);
}
