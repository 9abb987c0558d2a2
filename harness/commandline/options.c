/* SPDX-License-Identifier: MIT */
#include "options.h"

#include <assert.h>
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "known.h"

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

/* The option that NAME of LENGTH begins, as getopt_long() takes it; NULL: none. */
static const struct argp_option *begun_by(const struct options_list *list, const char *name,
					  size_t length)
{
	for (int i = 0; i < list->count; i++)
		if (strncmp(list->option[i]->name, name, length) == 0)
			return list->option[i];
	return NULL;
}

const char *options_unknown(const struct argp *argp, char *const *argv, const char **ret_meant)
{
	struct options_list list;

	options_collect(argp, &list);
	for (; *argv && strcmp(*argv, "--") != 0; argv++) {
		size_t length = strncmp(*argv, "--", 2) == 0 ? strcspn(*argv + 2, "=") : 0;
		const struct argp_option *option;

		if (!length)
			continue;
		option = begun_by(&list, *argv + 2, length);
		if (!option) {
			char *name = strndup(*argv + 2, length);
			struct known known;

			known_init(&known, name ? name : "");
			for (int i = 0; i < list.count; i++)
				known_add(&known, list.option[i]->name);
			*ret_meant = known_nearest(&known);
			free(name);
			return *argv;
		}
		/* What follows is its value, whatever that looks like. */
		if (option->arg && !(option->flags & OPTION_ARG_OPTIONAL) && !(*argv)[2 + length] &&
		    argv[1])
			argv++;
	}
	return NULL;
}

char option_letter(const struct argp_option *option)
{
	return option->key > 0 && option->key < 128 && isprint(option->key) ? (char)option->key : 0;
}
