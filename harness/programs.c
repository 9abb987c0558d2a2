/* SPDX-License-Identifier: MIT */
#include "programs.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "plan.h"

#define SHELL "/bin/sh"
/* What a word is made of that may name a program. */
#define WORD "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_+-./"

static const char *const folders[] = {
	"", "/usr/local/sbin/", "/usr/local/bin/", "/usr/sbin/", "/usr/bin/", "/sbin/", "/bin/"};

static bool is_executable(const char *path)
{
	struct stat st;

	return path[0] == '/' && stat(path, &st) == 0 && S_ISREG(st.st_mode) &&
	       access(path, X_OK) == 0;
}

static int add(char ***list, int *count, const char *path)
{
	char **longer;

	for (int i = 0; i < *count; i++)
		if (strcmp((*list)[i], path) == 0)
			return 0;
	longer = realloc(*list, ((size_t)*count + 2) * sizeof(**list));
	if (!longer)
		return -1;
	*list = longer;
	longer[*count] = strdup(path);
	if (!longer[*count])
		return -1;
	longer[++*count] = NULL;
	return 0;
}

static int add_command(char ***list, int *count, const char *command)
{
	char path[4096];
	int ret = add(list, count, SHELL);

	while (*command && ret == 0) {
		int length = (int)strspn(command, WORD);

		for (size_t i = 0; length && i < sizeof(folders) / sizeof(folders[0]); i++) {
			snprintf(path, sizeof(path), "%s%.*s", folders[i], length, command);
			if (!is_executable(path))
				continue;
			ret = add(list, count, path);
			break;
		}
		command += length + (command[length] != '\0');
	}
	return ret;
}

char **programs_of_plan(const struct plan *plan)
{
	char **list = calloc(1, sizeof(*list));
	int count = 0;

	for (int i = 0; list && i < plan->program_count; i++)
		if (plan->program[i].command &&
		    add_command(&list, &count, plan->program[i].command) < 0) {
			programs_free(list);
			return NULL;
		}
	return list;
}

void programs_free(char **programs)
{
	for (char **program = programs; program && *program; program++)
		free(*program);
	free(programs);
}
