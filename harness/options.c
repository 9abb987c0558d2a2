/* SPDX-License-Identifier: MIT */
#include "options.h"

#include <assert.h>
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

const struct argp_option common_options[] = {
	{"help", '?', NULL, 0, "give the list of options", 0},
	{"usage", 0, NULL, 0, "give a short usage message", 0},
	{"version", 'V', NULL, 0, "print the program's version", 0},
	{0}};

static void add(const struct argp_option *option, struct options_list *list)
{
	for (; option && option->name; option++) {
		if (option->flags & OPTION_HIDDEN)
			continue;
		assert(list->count < MOST_OPTIONS);
		list->option[list->count++] = option;
	}
}

static void add_all(const struct argp *argp, struct options_list *list)
{
	add(argp->options, list);
	for (const struct argp_child *child = argp->children; child && child->argp; child++)
		add_all(child->argp, list);
}

static int by_name(const void *a, const void *b)
{
	const struct argp_option *const *left = a, *const *right = b;

	return strcmp((*left)->name, (*right)->name);
}

void options_collect(const struct argp *argp, struct options_list *ret_list)
{
	ret_list->count = 0;
	add_all(argp, ret_list);
	qsort(ret_list->option, (size_t)ret_list->count, sizeof(*ret_list->option), by_name);
	add(common_options, ret_list);
}

char option_letter(const struct argp_option *option)
{
	return option->key > 0 && option->key < 128 && isprint(option->key) ? (char)option->key : 0;
}
