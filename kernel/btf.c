// SPDX-License-Identifier: GPL-2.0
/*
 * Look up the prototypes of functions of the running kernel
 *
 * A kprobe takes the arguments of a function from registers, so it has to know the prototype.
 * Functions private to mm/ are in no header that a module sees, and their prototypes change.
 * The type information that the kernel carries (BTF) has all of them:
 *
 *	FUNC "name" --> FUNC_PROTO --> parameters --> PTR --> STRUCT "folio"
 *
 * The kernel exports no function that finds a type by its name, so this searches the types one
 * by one. It does not trust them: nothing outside of the data is read. What it cannot read is
 * not found. The unit tests compile this file.
 */
#include <linux/btf.h>
#include <linux/errno.h>
#include <linux/string.h>

#include "btf.h"

/* Arguments that every architecture passes in registers */
#define MAX_ARGUMENTS	6

/* Names and qualifiers of a type in a row: more than any type has */
#define MAX_NAMES	32

/* Bytes after a type's common part, or -1 for a kind that is not known */
static int bytes_of(const struct btf_type *type)
{
	u32 nr = BTF_INFO_VLEN(type->info);

	switch (BTF_INFO_KIND(type->info)) {
	case BTF_KIND_PTR:
	case BTF_KIND_FWD:
	case BTF_KIND_TYPEDEF:
	case BTF_KIND_VOLATILE:
	case BTF_KIND_CONST:
	case BTF_KIND_RESTRICT:
	case BTF_KIND_FUNC:
	case BTF_KIND_FLOAT:
	case BTF_KIND_TYPE_TAG:
		return 0;
	case BTF_KIND_INT:
		return sizeof(u32);
	case BTF_KIND_ARRAY:
		return sizeof(struct btf_array);
	case BTF_KIND_STRUCT:
	case BTF_KIND_UNION:
		return nr * sizeof(struct btf_member);
	case BTF_KIND_ENUM:
		return nr * sizeof(struct btf_enum);
	case BTF_KIND_ENUM64:
		return nr * sizeof(struct btf_enum64);
	case BTF_KIND_FUNC_PROTO:
		return nr * sizeof(struct btf_param);
	case BTF_KIND_VAR:
		return sizeof(struct btf_var);
	case BTF_KIND_DATASEC:
		return nr * sizeof(struct btf_var_secinfo);
	case BTF_KIND_DECL_TAG:
		return sizeof(struct btf_decl_tag);
	default:
		return -1;
	}
}

/* The type after @type, or the first; NULL at the end, or if the rest cannot be read */
static const struct btf_type *next_type(const struct hr_btf *btf, const struct btf_type *type)
{
	const void *at = btf->types;
	int bytes;

	if (type) {
		bytes = bytes_of(type);
		if (bytes < 0)
			return NULL;
		at = (const void *)(type + 1) + bytes;
	}
	if (btf->end - at < (long)sizeof(*type))
		return NULL;
	type = at;
	bytes = bytes_of(type);
	return bytes >= 0 && btf->end - (const void *)(type + 1) >= bytes ? type : NULL;
}

static const struct btf_type *type_by_id(const struct hr_btf *btf, u32 id)
{
	const struct btf_type *type = NULL;

	/* The first type has the number 1 */
	for (; id; id--) {
		type = next_type(btf, type);
		if (!type)
			return NULL;
	}
	return type;
}

static bool is_named(const struct hr_btf *btf, const struct btf_type *type, const char *name)
{
	/* The names end with a zero: see hr_btf_parse() */
	return type->name_off < btf->names_size && !strcmp(btf->names + type->name_off, name);
}

/* The type that a typedef or a qualifier stands for; NULL if it cannot be read */
static const struct btf_type *resolve(const struct hr_btf *btf, u32 id)
{
	const struct btf_type *type = type_by_id(btf, id);
	int i;

	for (i = 0; type && i < MAX_NAMES; i++) {
		switch (BTF_INFO_KIND(type->info)) {
		case BTF_KIND_TYPEDEF:
		case BTF_KIND_VOLATILE:
		case BTF_KIND_CONST:
		case BTF_KIND_RESTRICT:
		case BTF_KIND_TYPE_TAG:
			type = type_by_id(btf, type->type);
			break;
		default:
			return type;
		}
	}
	return NULL;
}

static bool is_pointer_to(const struct hr_btf *btf, u32 id, const char *structure)
{
	const struct btf_type *type = type_by_id(btf, id);

	if (!type || BTF_INFO_KIND(type->info) != BTF_KIND_PTR)
		return false;
	type = resolve(btf, type->type);
	return type && BTF_INFO_KIND(type->info) == BTF_KIND_STRUCT &&
	       is_named(btf, type, structure);
}

/* Whether an argument takes one register, so that the next one is in the next register */
static bool takes_one_register(const struct hr_btf *btf, u32 id)
{
	const struct btf_type *type = resolve(btf, id);

	if (!type)
		return false;
	switch (BTF_INFO_KIND(type->info)) {
	case BTF_KIND_PTR:
		return true;
	case BTF_KIND_INT:
	case BTF_KIND_ENUM:
	case BTF_KIND_ENUM64:
	case BTF_KIND_STRUCT:
	case BTF_KIND_UNION:
		return type->size && type->size <= sizeof(u64);
	default:
		return false;
	}
}

/* The only function of that name; NULL if there is none or more than one */
static const struct btf_type *function_by_name(const struct hr_btf *btf, const char *name)
{
	const struct btf_type *type = NULL, *found = NULL;

	while ((type = next_type(btf, type))) {
		if (BTF_INFO_KIND(type->info) != BTF_KIND_FUNC || !is_named(btf, type, name))
			continue;
		if (found)
			return NULL;
		found = type;
	}
	return found;
}

/* The only one of @nr arguments that points to a structure, or an error */
static int find_argument(const struct hr_btf *btf, const struct btf_param *param, u32 nr,
			 const char *structure)
{
	int found = -EPROTO;
	u32 i;

	for (i = 0; i < nr; i++) {
		if (!is_pointer_to(btf, param[i].type, structure))
			continue;
		if (found >= 0)
			return -EPROTO;
		found = i;
	}
	return found < MAX_ARGUMENTS ? found : -EPROTO;
}

/**
 * hr_btf_argument - find the argument of a function that points to a structure
 * @btf: from hr_btf_parse()
 * @function: name of the function
 * @structure: name of the structure
 *
 * Context: any. Takes milliseconds, since a kernel has more than 100,000 types.
 * Return: position of the argument, from 0, which is also the number of its register; -ENOENT
 * if the kernel has no such function, or more than one; -EPROTO if none or several of its
 * arguments point to the structure, or if it may be in another register.
 */
int hr_btf_argument(const struct hr_btf *btf, const char *function, const char *structure)
{
	const struct btf_type *type = function_by_name(btf, function);
	const struct btf_param *param;
	int i, found;

	type = type ? type_by_id(btf, type->type) : NULL;
	if (!type || BTF_INFO_KIND(type->info) != BTF_KIND_FUNC_PROTO)
		return -ENOENT;
	param = (const void *)(type + 1);
	found = find_argument(btf, param, BTF_INFO_VLEN(type->info), structure);
	for (i = 0; i < found; i++)
		if (!takes_one_register(btf, param[i].type))
			return -EPROTO;
	return found;
}

/**
 * hr_btf_parse - find the types and their names
 * @btf: result, valid as long as @data; without types on error
 * @data: what hr_btf_read() has read, aligned as a u32
 * @size: bytes of it
 *
 * Context: any.
 * Return: 0, or -EINVAL if the format is not known.
 */
int hr_btf_parse(struct hr_btf *btf, const void *data, size_t size)
{
	const struct btf_header *header = data;
	u64 types, names;

	*btf = (struct hr_btf){};
	if (size < sizeof(*header) || header->magic != BTF_MAGIC ||
	    header->version != BTF_VERSION)
		return -EINVAL;
	types = (u64)header->hdr_len + header->type_off;
	names = (u64)header->hdr_len + header->str_off;
	if (types % sizeof(u32) || types + header->type_len > size ||
	    names + header->str_len > size || !header->str_len)
		return -EINVAL;
	/* The last name ends here, and so does each before it */
	if (((const char *)data)[names + header->str_len - 1])
		return -EINVAL;
	*btf = (struct hr_btf){
		.types = data + types, .end = data + types + header->type_len,
		.names = data + names, .names_size = header->str_len,
	};
	return 0;
}
