/* SPDX-License-Identifier: MIT
 *
 * pipe: two ends that are owned together, of a pipe or of a pair of sockets, and closed on every
 * way out of the function (cleanup.h). An end that is to outlive it is handed over by TAKE_FD().
 * exec closes both.
 */
#ifndef HALFOPEN_PIPE_H
#define HALFOPEN_PIPE_H

#include <errno.h>
#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "cleanup.h"

struct pipe {
	int out; /* to read from */
	int in;  /* to write to; of sockets, either is the one */
};

#define AUTO_PIPE __attribute__((cleanup(pipe_close))) /* struct pipe pipe = NO_PIPE; */
#define NO_PIPE                                                                                    \
	{                                                                                          \
		-1, -1                                                                             \
	}

static inline void pipe_close(const struct pipe *pipe)
{
	cleanup_descriptor(&pipe->out);
	cleanup_descriptor(&pipe->in);
}

/* 0 or -errno. */
static inline int pipe_open(struct pipe *ret_pipe)
{
	int fd[2];

	if (pipe2(fd, O_CLOEXEC) < 0)
		return -errno;
	*ret_pipe = (struct pipe){fd[0], fd[1]};
	return 0;
}

/* TYPE: SOCK_STREAM or SOCK_SEQPACKET. 0 or -errno. */
static inline int pipe_open_sockets(int type, struct pipe *ret_pipe)
{
	int fd[2];

	if (socketpair(AF_UNIX, type | SOCK_CLOEXEC, 0, fd) < 0)
		return -errno;
	*ret_pipe = (struct pipe){fd[0], fd[1]};
	return 0;
}

/* Who reads sees the end once no one can write any more. */
static inline void pipe_close_in(struct pipe *pipe)
{
	close(pipe->in);
	pipe->in = -1;
}

#endif
