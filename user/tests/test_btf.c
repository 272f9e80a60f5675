// SPDX-License-Identifier: GPL-2.0
/*
 * Test the module's reader of type information, with types that are right, unexpected, cut
 * off or random. SANITIZE=1 finds what reads outside of them.
 */

#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include "tap.h"

/* The names of the kernel that btf.c uses */
typedef uint32_t u32;
typedef uint64_t u64;

#include "../../kernel/btf.c"

#define WORDS	4096
#define ROUNDS	20000

/* Types under construction; the first type has the number 1 */
struct builder {
	uint32_t word[WORDS];
	size_t nr;
	uint32_t types;
	char names[1024];
	size_t names_size;
};

/* Types that most tests use */
struct common {
	uint32_t folio, pointer, boolean, prototype;
};

static uint32_t name(struct builder *b, const char *text)
{
	size_t at = b->names_size;

	strcpy(b->names + at, text);
	b->names_size += strlen(text) + 1;
	return at;
}

/* Add a type; returns its number */
static uint32_t type(struct builder *b, const char *text, uint32_t kind, uint32_t vlen,
		     uint32_t size_or_type)
{
	b->word[b->nr++] = text ? name(b, text) : 0;
	b->word[b->nr++] = kind << 24 | vlen;
	b->word[b->nr++] = size_or_type;
	return ++b->types;
}

static void words(struct builder *b, size_t nr, const uint32_t *word)
{
	for (size_t i = 0; i < nr; i++)
		b->word[b->nr++] = word[i];
}

#define WORDS_OF(...)	sizeof((uint32_t[]){ __VA_ARGS__ }) / 4, (uint32_t[]){ __VA_ARGS__ }

/* Add a function with the given types of arguments */
#define function(b, text, ...)	add_function(b, text, WORDS_OF(__VA_ARGS__))

static void add_function(struct builder *b, const char *text, size_t nr, const uint32_t *argument)
{
	uint32_t prototype = type(b, NULL, BTF_KIND_FUNC_PROTO, nr, 0);

	for (size_t i = 0; i < nr; i++)
		words(b, WORDS_OF(0, argument[i]));
	type(b, text, BTF_KIND_FUNC, 1, prototype);
}

static struct common begin(struct builder *b)
{
	struct common c;

	*b = (struct builder){ .names_size = 1 };
	/* One type of each kind that has a body, so that all are skipped by the right size */
	type(b, "char", BTF_KIND_INT, 0, 1);
	words(b, WORDS_OF(8));
	type(b, NULL, BTF_KIND_ARRAY, 0, 0);
	words(b, WORDS_OF(1, 1, 4));
	type(b, "pair", BTF_KIND_UNION, 2, 4);
	words(b, WORDS_OF(0, 1, 0, 0, 1, 8));
	type(b, "color", BTF_KIND_ENUM, 1, 4);
	words(b, WORDS_OF(0, 7));
	type(b, "wide", BTF_KIND_ENUM64, 1, 8);
	words(b, WORDS_OF(0, 7, 0));
	type(b, "variable", BTF_KIND_VAR, 0, 1);
	words(b, WORDS_OF(0));
	type(b, ".data", BTF_KIND_DATASEC, 1, 4);
	words(b, WORDS_OF(6, 0, 4));
	type(b, "tag", BTF_KIND_DECL_TAG, 0, 1);
	words(b, WORDS_OF(-1));
	c.folio = type(b, "folio", BTF_KIND_STRUCT, 1, 64);
	words(b, WORDS_OF(0, 1, 0));
	c.pointer = type(b, NULL, BTF_KIND_PTR, 0, c.folio);
	c.boolean = type(b, "_Bool", BTF_KIND_INT, 0, 1);
	words(b, WORDS_OF(8));
	function(b, "swap_read", c.boolean, c.pointer);
	return c;
}

/* Lay out the data; the caller frees it. It has exactly *@size bytes. */
static uint8_t *lay_out(const struct builder *b, size_t *size)
{
	struct btf_header header = {
		.magic = BTF_MAGIC, .version = BTF_VERSION, .hdr_len = sizeof(header),
		.type_len = b->nr * 4, .str_off = b->nr * 4, .str_len = b->names_size,
	};
	uint8_t *data;

	*size = sizeof(header) + header.type_len + header.str_len;
	data = malloc(*size);
	if (!data)
		abort();
	memcpy(data, &header, sizeof(header));
	memcpy(data + sizeof(header), b->word, header.type_len);
	memcpy(data + sizeof(header) + header.type_len, b->names, header.str_len);
	return data;
}

static int look_up_in(const uint8_t *data, size_t size, const char *text)
{
	struct hr_btf btf;

	return hr_btf_parse(&btf, data, size) ?: hr_btf_argument(&btf, text, "folio");
}

static int look_up(const struct builder *b, const char *text)
{
	size_t size;
	uint8_t *data = lay_out(b, &size);
	int argument = look_up_in(data, size, text);

	free(data);
	return argument;
}

static void test_arguments(void)
{
	struct builder b;
	struct common c = begin(&b);
	uint32_t constant = type(&b, NULL, BTF_KIND_CONST, 0, c.folio);
	uint32_t to_constant = type(&b, NULL, BTF_KIND_PTR, 0, constant);
	uint32_t to_pointer = type(&b, NULL, BTF_KIND_PTR, 0, c.pointer);
	uint32_t to_void = type(&b, NULL, BTF_KIND_PTR, 0, 0);
	uint32_t entry = type(&b, "swp_entry_t", BTF_KIND_STRUCT, 0, 8);
	uint32_t named = type(&b, "entry", BTF_KIND_TYPEDEF, 0, entry);
	uint32_t large = type(&b, "large", BTF_KIND_STRUCT, 0, 16);
	uint32_t page = type(&b, "page", BTF_KIND_STRUCT, 0, 64);
	uint32_t to_page = type(&b, NULL, BTF_KIND_PTR, 0, page);

	function(&b, "first", c.pointer, c.boolean);
	function(&b, "constant", named, to_constant);
	function(&b, "after_large", large, c.pointer);
	function(&b, "before_large", c.pointer, large);
	function(&b, "twice", c.pointer, c.pointer);
	function(&b, "other", to_page, to_pointer, to_void, c.folio, 0, 999999);
	function(&b, "after_unknown", 999999, c.pointer);
	function(&b, "sixth", 1, 1, 1, 1, 1, c.pointer);
	function(&b, "seventh", 1, 1, 1, 1, 1, 1, c.pointer);
	function(&b, "double", c.pointer);
	function(&b, "double", c.boolean, c.pointer);
	type(&b, "no_prototype", BTF_KIND_FUNC, 1, c.folio);
	type(&b, "out_of_range", BTF_KIND_FUNC, 1, 999999);

	is_int(look_up(&b, "swap_read"), 1, "the second argument");
	is_int(look_up(&b, "first"), 0, "the first argument");
	is_int(look_up(&b, "constant"), 1, "a pointer to a constant, after a small structure");
	is_int(look_up(&b, "after_large"), -EPROTO, "after a structure of two registers");
	is_int(look_up(&b, "before_large"), 0, "before a structure of two registers");
	is_int(look_up(&b, "twice"), -EPROTO, "two such arguments");
	is_int(look_up(&b, "other"), -EPROTO, "no such argument");
	is_int(look_up(&b, "after_unknown"), -EPROTO, "after an argument that cannot be read");
	is_int(look_up(&b, "sixth"), 5, "the last argument in a register");
	is_int(look_up(&b, "seventh"), -EPROTO, "an argument on the stack");
	is_int(look_up(&b, "double"), -ENOENT, "two functions of one name");
	is_int(look_up(&b, "no_prototype"), -ENOENT, "a function without a prototype");
	is_int(look_up(&b, "out_of_range"), -ENOENT, "a prototype that does not exist");
	is_int(look_up(&b, "swap_"), -ENOENT, "a function that does not exist");
	is_int(look_up(&b, "folio"), -ENOENT, "a structure is not a function");
}

static void test_circle(void)
{
	struct builder b;
	struct common c = begin(&b);
	uint32_t self = b.types + 1;

	type(&b, "self", BTF_KIND_TYPEDEF, 0, self);
	function(&b, "circle", self, c.pointer);
	is_int(look_up(&b, "circle"), -EPROTO, "a type that stands for itself");
}

static void test_unknown_kind(void)
{
	struct builder b;
	struct common c = begin(&b);

	type(&b, "new", 31, 0, 0);
	function(&b, "behind", c.pointer);
	is_int(look_up(&b, "swap_read"), 1, "a function before a kind that is not known");
	is_int(look_up(&b, "behind"), -ENOENT, "a function behind a kind that is not known");
}

static void test_body_cut_off(void)
{
	static const uint32_t kind[] = {
		BTF_KIND_INT, BTF_KIND_ARRAY, BTF_KIND_STRUCT, BTF_KIND_UNION, BTF_KIND_ENUM,
		BTF_KIND_FUNC_PROTO, BTF_KIND_VAR, BTF_KIND_DATASEC, BTF_KIND_DECL_TAG,
		BTF_KIND_ENUM64,
	};
	int missing = 0;

	for (size_t i = 0; i < sizeof(kind) / sizeof(kind[0]); i++) {
		struct builder b;

		begin(&b);
		type(&b, "last", kind[i], 0xffff, 4);
		missing += look_up(&b, "last") == -ENOENT && look_up(&b, "swap_read") == 1;
	}
	is_int(missing, sizeof(kind) / sizeof(kind[0]), "a last type without its body");
}

static void test_arguments_cut_off(void)
{
	struct builder b;
	struct common c = begin(&b);

	type(&b, "cut_off", BTF_KIND_FUNC, 1, b.types + 2);
	type(&b, NULL, BTF_KIND_FUNC_PROTO, 2, 0);
	words(&b, WORDS_OF(0, c.pointer));
	is_int(look_up(&b, "cut_off"), -ENOENT, "a last prototype without its last argument");
}

/* Look up with one word of the header replaced */
static int with_header(size_t offset, uint32_t value)
{
	struct builder b;
	uint8_t *data;
	size_t size;
	int err;

	begin(&b);
	data = lay_out(&b, &size);
	memcpy(data + offset, &value, sizeof(value));
	err = look_up_in(data, size, "swap_read");
	free(data);
	return err;
}

#define HEADER(member, value)	with_header(offsetof(struct btf_header, member), value)

static void test_header(void)
{
	is_int(HEADER(magic, 0x9feb | BTF_VERSION << 16), -EINVAL, "types of the other byte order");
	is_int(HEADER(magic, BTF_MAGIC | 2 << 16), -EINVAL, "another version");
	is_int(HEADER(hdr_len, 0xfffffffc), -EINVAL, "a header that is too long");
	is_int(HEADER(type_off, 0xfffffffc), -EINVAL, "types that begin behind the end");
	is_int(HEADER(type_off, 2), -EINVAL, "types that are not aligned");
	is_int(HEADER(type_len, 0xffffffff), -EINVAL, "types that end behind the end");
	is_int(HEADER(type_len, 0), -ENOENT, "no types");
	is_int(HEADER(str_off, 0xffffffff), -EINVAL, "names that begin behind the end");
	is_int(HEADER(str_len, 0xffffffff), -EINVAL, "names that end behind the end");
	is_int(HEADER(str_len, 0), -EINVAL, "no names");
	is_int(HEADER(str_len, 3), -EINVAL, "a last name without an end");
	is_int(HEADER(str_len, 1), -ENOENT, "names out of range");
}

/* Data of each length up to the full one, in memory of just that size */
static void test_cut_off(void)
{
	struct builder b;
	uint8_t *data, *cut;
	size_t size, part, found = 0;

	begin(&b);
	data = lay_out(&b, &size);
	for (part = 0; part < size; part++) {
		cut = malloc(part ?: 1);
		if (!cut)
			abort();
		memcpy(cut, data, part);
		found += look_up_in(cut, part, "swap_read") >= 0;
		free(cut);
	}
	free(data);
	is_uint(found, 0, "data that ends early");
}

/* Random words in place of some: the result does not matter, what is read does */
static void test_random(void)
{
	struct builder b;
	uint8_t *data;
	size_t size;
	long i, bad = 0;
	int argument, n;

	srandom(1);
	for (i = 0; i < ROUNDS; i++) {
		begin(&b);
		data = lay_out(&b, &size);
		for (n = random() % 4; n >= 0; n--)
			data[random() % size] = random();
		argument = look_up_in(data, size, "swap_read");
		bad += argument >= MAX_ARGUMENTS || (argument < 0 && argument != -ENOENT &&
						     argument != -EPROTO && argument != -EINVAL);
		free(data);
	}
	is_uint(bad, 0, "random bytes");
}

int main(void)
{
	test_arguments();
	test_circle();
	test_unknown_kind();
	test_body_cut_off();
	test_arguments_cut_off();
	test_header();
	test_cut_off();
	test_random();
	return tap_done();
}
