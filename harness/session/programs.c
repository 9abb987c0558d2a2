/* SPDX-License-Identifier: MIT */
#include "programs.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "list.h"
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

static void add(char ***list, int *count, const char *path)
{
	if (!list_has_string(*list, *count, path))
		list_add_string(list, count, path);
}

static void add_command(char ***list, int *count, const char *command)
{
	char path[4096];

	add(list, count, SHELL);
	while (*command) {
		int length = (int)strspn(command, WORD);

		for (size_t i = 0; length && i < sizeof(folders) / sizeof(folders[0]); i++) {
			snprintf(path, sizeof(path), "%s%.*s", folders[i], length, command);
			if (!is_executable(path))
				continue;
			add(list, count, path);
			break;
		}
		command += length + (command[length] != '\0');
	}
}

char **programs_of_plan(const struct plan *plan)
{
	char **list = NULL;
	int count = 0;
	/* Where they would have to be put such a run is skipped. */
	bool skipped = plan->needs_files || plan_wants_own_kernels(plan, NULL, 0);

	for (int i = 0; i < plan->program_count && !skipped; i++)
		if (plan->program[i].command)
			add_command(&list, &count, plan->program[i].command);
	for (char **name = plan->needed_program; name && *name && !skipped; name++)
		add_command(&list, &count, *name);
	*LIST_ADD_TO(NULL, list, count) = NULL;
	return list;
}

void programs_free(char **programs)
{
	for (char **program = programs; program && *program; program++)
		free(*program);
	free(programs);
}
