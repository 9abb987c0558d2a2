/* SPDX-License-Identifier: MIT */
#include "nft.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <spawn.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "net.h"

extern char **environ;

static const char program[] = "halfopen-nft";
static const char *helper;

void net_set_nft_helper(const char *path)
{
	helper = path;
}

/* Where the helper is: as told, or beside the running program, or where it is installed. */
static const char *find_helper(char *path, size_t size)
{
	ssize_t n = helper ? -1 : readlink("/proc/self/exe", path, size - sizeof(program));

	if (helper)
		return helper;
	if (n > 0) {
		path[n] = '\0';
		strcpy(strrchr(path, '/') + 1, program);
		if (!access(path, X_OK))
			return path;
	}
	return HALFOPEN_LIBEXECDIR "/halfopen-nft";
}

/* Starts the helper with its output into FD. A spawned child is in its parent's namespace. */
static int start(struct net *net, const char *commands, int fd, pid_t *ret_pid, struct err *err)
{
	char path[PATH_MAX];
	const char *file = find_helper(path, sizeof(path));
	char *argv[] = {(char *)program, (char *)commands, NULL};
	posix_spawn_file_actions_t actions;
	int back, ret = net_visit(net, &back, err), ret_back;

	if (ret)
		return ret;
	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_adddup2(&actions, fd, STDOUT_FILENO);
	posix_spawn_file_actions_adddup2(&actions, fd, STDERR_FILENO);
	ret = posix_spawn(ret_pid, file, &actions, NULL, argv, environ);
	posix_spawn_file_actions_destroy(&actions);
	if (ret)
		ret = err_set(err, EOPNOTSUPP, "%s: cannot run %s: %s", net->name, file,
			      strerror(ret));
	ret_back = net_return(back, ret ? NULL : err);
	return ret ? ret : ret_back;
}

/* The errno that the helper's complaint ends its first line with. */
static int errno_of(const char *words)
{
	static const int likely[] = {EPERM, ENOENT, EOPNOTSUPP, EEXIST, EBUSY, ENOMEM};

	for (size_t i = 0; i < sizeof(likely) / sizeof(likely[0]); i++)
		if (strstr(words, strerror(likely[i])))
			return likely[i];
	return EINVAL;
}

int nft_run(struct net *net, const char *commands, struct err *err)
{
	char words[512];
	size_t used = 0;
	int ends[2], status, ret;
	ssize_t n;
	pid_t pid;

	if (pipe2(ends, O_CLOEXEC) < 0)
		return err_sys(err, errno, "%s: cannot make a pipe", net->name);
	ret = start(net, commands, ends[1], &pid, err);
	close(ends[1]);
	while (!ret && used < sizeof(words) - 1) {
		n = read(ends[0], words + used, sizeof(words) - 1 - used);
		if (n == 0 || (n < 0 && errno != EINTR))
			break;
		used += n > 0 ? n : 0;
	}
	close(ends[0]);
	if (ret)
		return ret;
	words[used] = '\0';
	words[strcspn(words, "\n")] = '\0';
	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return err_sys(err, errno, "%s: %s", net->name, program);
	if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
		return 0;
	if (!used)
		return err_set(err, EIO, "%s: %s died (wait status 0x%x)", net->name, program,
			       status);
	return err_set(err, errno_of(words), "%s: nft: %s", net->name, words);
}
