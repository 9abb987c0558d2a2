/* SPDX-License-Identifier: MIT
 *
 * Each kernel of a world is confined before it starts, as one that has a run for itself
 * (kernel/cage.h). What it asks for meanwhile is answered in the world's own loop: it asks when it
 * boots, and then no more.
 */
#include "parts.h"

#define MOST_ARGUMENTS 256

static int prepare(void *data, const char *path, const char *const *sockets, struct err *err)
{
	struct play_host *self = data;

	(void)path;
	self->confined.sockets = sockets;
	return cage_make(&self->confined, &self->cage, err);
}

static int become(void *data, pid_t parent, const char *path, char *const argv[],
		  char *const envp[])
{
	/* By what name it executes itself when it boots again: its own it may not be able to reach
	 * any more. */
	static char self_again[] = "/proc/self/exe";
	struct play_host *self = data;
	char *line[MOST_ARGUMENTS + 1] = {self_again};

	(void)path;
	for (int i = 1; i < MOST_ARGUMENTS && argv[i]; i++)
		line[i] = argv[i];
	confine_exec(&self->cage.confiner, parent, line, envp);
}

static int begin(void *data, pid_t pid, int *ret_fd, struct err *err)
{
	struct play_host *self = data;
	int ret = confine_begin(&self->cage.confiner, pid, err);

	*ret_fd = confine_fd(&self->cage.confiner);
	return ret;
}

static void serve(void *data)
{
	struct play_host *self = data;

	confine_answer(&self->cage.confiner);
}

static void end(void *data)
{
	struct play_host *self = data;

	cage_done(&self->cage);
}

const struct world_launcher play_launcher = {
	.prepare = prepare,
	.exec = become,
	.begin = begin,
	.serve = serve,
	.end = end,
};
