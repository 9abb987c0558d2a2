/* SPDX-License-Identifier: MIT */
#include "tracer.h"

#include <errno.h>

#ifndef __x86_64__

int tracer_start(struct tracer *ret_tracer, struct err *err)
{
	(void)ret_tracer;
	return err_set(err, EOPNOTSUPP, "x86_64 for 'trace'");
}

int tracer_submit(int fd)
{
	(void)fd;
	errno = EOPNOTSUPP;
	return -1;
}

#else

#include <fcntl.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <unistd.h>

#include "call_words.h"
#include "cleanup.h"
#include "clock.h"
#include "foreign.h"
#include "list.h"
#include "raw.h"

#define CALLS_TOLD 2000 /* then those that went well and moved bytes are counted */
#define CALLS_MOST 8000 /* then all are */
#define CALLS_BYTES                                                                                \
	(1 << 20) /* of a pipe: it takes all of them, so nobody waits for its reader               \
		   */

/* What a call returns that a signal interrupted, and that begins again after it or fails with EINTR
 * (include/linux/errno.h: ERESTARTSYS ... ERESTART_RESTARTBLOCK). */
#define RESTART_FIRST 512
#define RESTART_LAST  516

struct followed {
	pid_t thread;
	int process; /* a pidfd */
	bool inside; /* a call that is looked at */
	bool begun;  /* and of which that was told */
	bool broken; /* it was interrupted: it comes again, or was EINTR at the time that it has; */
	bool returns; /* the end of the signal's handler says which */
	struct raw_call call;
	unsigned long value; /* where getsockopt puts it */
};

struct following {
	struct followed *list;
	int list_count;
	int calls; /* where they go */
	int told;
	int64_t lost;
	bool executes; /* it has come so far that it is the command's */
};

static const struct {
	int number;
	enum socket_call kind;
} traced[] = {
	{SYS_read, CALL_RECV},
	{SYS_readv, CALL_RECV},
	{SYS_recvfrom, CALL_RECV},
	{SYS_recvmsg, CALL_RECV},
	{SYS_write, CALL_SEND},
	{SYS_writev, CALL_SEND},
	{SYS_sendto, CALL_SEND},
	{SYS_sendmsg, CALL_SEND},
	{SYS_sendfile, CALL_SEND},
	{SYS_close, CALL_CLOSE},
	{SYS_connect, CALL_CONNECT},
	{SYS_listen, CALL_LISTEN},
	{SYS_accept, CALL_ACCEPT},
	{SYS_accept4, CALL_ACCEPT},
	{SYS_shutdown, CALL_SHUTDOWN},
	{SYS_setsockopt, CALL_SETSOCKOPT},
	{SYS_getsockopt, CALL_GETSOCKOPT},
	{SYS_rt_sigreturn, CALL_KINDS}, /* of no socket: the end of a signal's handler */
};
#define TRACED        ((int)(sizeof(traced) / sizeof(traced[0])))

/* What is done with any file, and with very many. No socket is looked for among the first three
 * descriptors: a stop costs four system calls, and in virtual time those of one moment are counted.
 */
static bool is_of_files(int number)
{
	return number == SYS_read || number == SYS_write || number == SYS_readv ||
	       number == SYS_writev || number == SYS_close;
}

int tracer_submit(int fd)
{
	enum { LIST = 3, ALLOW = LIST + TRACED, FILES, STOP = FILES + 3, SIZE };
	struct sock_filter code[SIZE] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, arch)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, AUDIT_ARCH_X86_64, 0, ALLOW - 2),
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		[ALLOW] = BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
		[FILES] = BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, args)),
		BPF_JUMP(BPF_JMP | BPF_JGT | BPF_K, STDERR_FILENO, 1, 0),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
		[STOP] = BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_TRACE),
	};
	const struct sock_fprog program = {SIZE, code};
	char byte = 0;

	for (int i = 0; i < TRACED; i++)
		code[LIST + i] = (struct sock_filter)BPF_JUMP(
			BPF_JMP | BPF_JEQ | BPF_K, (unsigned)traced[i].number,
			(unsigned char)((is_of_files(traced[i].number) ? FILES : STOP) - LIST - i -
					1),
			0);
	if (send(fd, &byte, 1, MSG_NOSIGNAL) != 1)
		return -1;
	if (recv(fd, &byte, 1, 0) != 1) {
		errno = EPERM;
		return -1;
	}
	return (int)syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &program);
}

/* Who submits, by the number that it has here. */
static pid_t submitter_take(int fd)
{
	char control[CMSG_SPACE(sizeof(struct ucred))] __attribute__((aligned(8))), byte;
	struct iovec data = {&byte, 1};
	struct msghdr message = {.msg_iov = &data,
				 .msg_iovlen = 1,
				 .msg_control = control,
				 .msg_controllen = sizeof(control)};
	const struct cmsghdr *head;
	struct ucred who = {0};

	if (recvmsg(fd, &message, 0) != 1 || !(head = CMSG_FIRSTHDR(&message)) ||
	    head->cmsg_type != SCM_CREDENTIALS)
		return -1;
	memcpy(&who, CMSG_DATA(head), sizeof(who));
	return who.pid;
}

static struct followed *followed_find(struct following *following, pid_t thread)
{
	struct followed *one;

	for (int i = 0; i < following->list_count; i++)
		if (following->list[i].thread == thread)
			return &following->list[i];
	one = LIST_ADD(NULL, following, list);
	one->thread = thread;
	one->process = foreign_process(thread);
	return one;
}

static void followed_forget(struct following *following, pid_t thread)
{
	for (int i = 0; i < following->list_count; i++) {
		struct followed *one = &following->list[i];

		if (one->thread != thread)
			continue;
		if (one->process >= 0)
			close(one->process);
		*one = following->list[--following->list_count];
		return;
	}
}

static void tell(struct following *following, struct raw_call *call, enum raw_call_phase phase)
{
	bool moved = (call->kind == CALL_SEND || call->kind == CALL_RECV) &&
		     (phase == RAW_CALL_BEGUN || call->ret > 0);

	if (following->told >= CALLS_MOST || (moved && following->told >= CALLS_TOLD)) {
		following->lost += phase != RAW_CALL_BEGUN;
		return;
	}
	following->told++;
	call->phase = phase;
	if (write(following->calls, call, sizeof(*call)) != (ssize_t)sizeof(*call))
		following->lost++;
}

static void bytes_read(struct followed *one, unsigned long from, unsigned long size)
{
	unsigned long word[(sizeof(one->call.bytes) + sizeof(long) - 1) / sizeof(long)] = {0};

	one->call.size = 0;
	if (size > sizeof(one->call.bytes))
		size = sizeof(one->call.bytes);
	for (unsigned long at = 0; at < size; at += sizeof(long)) {
		errno = 0;
		word[at / sizeof(long)] = (unsigned long)ptrace(PTRACE_PEEKDATA, one->thread,
								from + at, NULL);
		if (errno)
			return;
	}
	memcpy(one->call.bytes, word, sizeof(one->call.bytes));
	one->call.size = (uint32_t)size;
}

typedef int name_fn(int fd, struct sockaddr *address, socklen_t *size);

static void address_take(struct raw_call *call, int fd, name_fn *name)
{
	struct sockaddr_storage address;
	socklen_t size = sizeof(address);

	if (fd < 0 || name(fd, (struct sockaddr *)&address, &size) < 0)
		return;
	call->size = size < sizeof(call->bytes) ? size : sizeof(call->bytes);
	memcpy(call->bytes, &address, call->size);
}

static void arguments_take(struct followed *one, const struct user_regs_struct *regs, int fd)
{
	switch ((enum socket_call)one->call.kind) {
	case CALL_CONNECT:
		bytes_read(one, regs->rsi, regs->rdx);
		break;
	case CALL_LISTEN:
		address_take(&one->call, fd, getsockname);
		break;
	case CALL_SHUTDOWN:
		one->call.option = (int)regs->rsi;
		break;
	case CALL_SETSOCKOPT:
	case CALL_GETSOCKOPT:
		one->call.level = (int)regs->rsi;
		one->call.option = (int)regs->rdx;
		one->value = regs->r10;
		if (one->call.kind == CALL_SETSOCKOPT)
			bytes_read(one, regs->r10, regs->r8);
		break;
	case CALL_ACCEPT:
	case CALL_SEND:
	case CALL_RECV:
	case CALL_CLOSE:
	case CALL_KINDS:
		break;
	}
}

static bool may_block(const struct user_regs_struct *regs, enum socket_call kind, int fd)
{
	unsigned long flags = 0;

	if (regs->orig_rax == SYS_recvfrom || regs->orig_rax == SYS_sendto)
		flags = regs->r10;
	if (regs->orig_rax == SYS_recvmsg || regs->orig_rax == SYS_sendmsg)
		flags = regs->rdx;
	return kind <= CALL_RECV && kind != CALL_LISTEN && !(flags & MSG_DONTWAIT) &&
	       !(fcntl(fd, F_GETFL) & O_NONBLOCK);
}

/* Its thread was told EINTR. */
static void end_broken(struct following *following, struct followed *one)
{
	if (one->broken && one->begun) {
		one->call.ret = -1;
		one->call.err = EINTR;
		tell(following, &one->call, RAW_CALL_ENDED);
	}
	one->broken = one->begun = false;
}

static bool is_told(const struct followed *one)
{
	const struct raw_call *call = &one->call;

	/* What it asks for again and again, when there is nothing, is nothing. */
	if (call->err == EAGAIN && (call->kind == CALL_RECV || call->kind == CALL_ACCEPT))
		return one->begun;
	return true;
}

/* Whether the end of the call is of interest as well. */
static bool call_begin(struct following *following, struct followed *one)
{
	struct user_regs_struct regs;
	AUTO_CLOSE int fd = -1;
	int entry = 0;

	if (!following->executes || ptrace(PTRACE_GETREGS, one->thread, NULL, &regs) < 0)
		return false;
	while (entry < TRACED && traced[entry].number != (int)regs.orig_rax)
		entry++;
	if (entry < TRACED && traced[entry].kind == CALL_KINDS)
		return one->returns = one->broken;
	if (entry == TRACED || (fd = foreign_socket(one->process, (int)regs.rdi)) < 0)
		return false;
	if (traced[entry].kind == CALL_GETSOCKOPT &&
	    (regs.rsi != SOL_SOCKET || regs.rdx != SO_ERROR))
		return false;
	if (one->broken && one->call.kind == traced[entry].kind && one->call.fd == (int)regs.rdi) {
		one->broken = false;
		return one->inside = true;
	}
	end_broken(following, one);
	one->call = (struct raw_call){.kind = traced[entry].kind,
				      .t_ns = clock_now_ns(),
				      .fd = (int)regs.rdi,
				      .thread = one->thread};
	arguments_take(one, &regs, fd);
	one->begun = may_block(&regs, one->call.kind, fd);
	if (one->begun)
		tell(following, &one->call, RAW_CALL_BEGUN);
	return one->inside = true;
}

static void call_end(struct following *following, struct followed *one)
{
	struct user_regs_struct regs;
	struct raw_call *call = &one->call;
	long ret;

	if (!(one->inside || one->returns) || ptrace(PTRACE_GETREGS, one->thread, NULL, &regs) < 0)
		return;
	ret = (long)regs.rax;
	if (one->returns) {
		one->returns = false;
		if (ret == -EINTR)
			end_broken(following, one);
		return;
	}
	one->inside = false;
	call->t_ns = clock_now_ns();
	if (ret <= -RESTART_FIRST && ret >= -RESTART_LAST) {
		one->broken = true;
		return;
	}
	call->ret = ret < 0 ? -1 : ret;
	call->err = ret < 0 ? (int)-ret : 0;
	if (call->kind == CALL_ACCEPT && ret >= 0) {
		AUTO_CLOSE int fd = foreign_socket(one->process, (int)ret);

		address_take(call, fd, getpeername);
	}
	if (call->kind == CALL_GETSOCKOPT && ret >= 0)
		bytes_read(one, one->value, sizeof(int));
	if (is_told(one))
		tell(following, call, one->begun ? RAW_CALL_ENDED : RAW_CALL_DONE);
	one->begun = false;
}

static void stopped(struct following *following, pid_t thread, int status)
{
	struct followed *one = followed_find(following, thread);
	int signal = WSTOPSIG(status), event = status >> 16;
	enum __ptrace_request go_on = PTRACE_CONT;

	if (signal == (SIGTRAP | 0x80)) {
		call_end(following, one);
		signal = 0;
	} else if (event == PTRACE_EVENT_SECCOMP) {
		if (call_begin(following, one))
			go_on = PTRACE_SYSCALL;
	} else if (event == PTRACE_EVENT_EXEC) {
		following->executes = true;
		one->inside = one->begun = one->broken = one->returns = false;
	} else if (event == PTRACE_EVENT_STOP && signal != SIGTRAP) {
		go_on = PTRACE_LISTEN; /* SIGSTOP and the like: it stays so until SIGCONT */
	}
	ptrace(go_on, thread, NULL, event ? 0L : (long)signal);
}

static void follow(struct following *following)
{
	int status;
	pid_t thread;

	for (;;) {
		thread = waitpid(-1, &status, __WALL);
		if (thread < 0 && errno == EINTR)
			continue;
		if (thread < 0)
			return;
		if (WIFSTOPPED(status))
			stopped(following, thread, status);
		else
			followed_forget(following, thread);
	}
}

static void trace(int submit, int calls)
{
	const unsigned long options = PTRACE_O_EXITKILL | PTRACE_O_TRACESYSGOOD |
				      PTRACE_O_TRACESECCOMP | PTRACE_O_TRACECLONE |
				      PTRACE_O_TRACEFORK | PTRACE_O_TRACEVFORK | PTRACE_O_TRACEEXEC;
	struct following following = {.calls = calls};
	struct raw_call lost = {.phase = RAW_CALLS_LOST};
	pid_t thread = submitter_take(submit);
	char byte = 0;

	if (thread <= 0 || ptrace(PTRACE_SEIZE, thread, NULL, options) < 0 ||
	    send(submit, &byte, 1, MSG_NOSIGNAL) != 1)
		return;
	close(submit);
	follow(&following);
	lost.t_ns = clock_now_ns();
	lost.ret = following.lost;
	if (lost.ret && write(calls, &lost, sizeof(lost)) < 0)
		return;
}

/* Nothing of the conductor's stays open in it: others wait for the ends of pipes. */
static void keep_only(int low, int high)
{
	syscall(SYS_close_range, 0, low - 1, 0);
	syscall(SYS_close_range, low + 1, high - 1, 0);
	syscall(SYS_close_range, high + 1, ~0U, 0);
}

int tracer_start(struct tracer *ret_tracer, struct err *err)
{
	AUTO_CLOSE int submit = -1, theirs = -1, calls = -1, write_end = -1;
	const int on = 1;
	int pair[2];
	pid_t pid;

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) < 0)
		return err_sys(err, errno, "socketpair");
	submit = pair[0];
	theirs = pair[1];
	setsockopt(theirs, SOL_SOCKET, SO_PASSCRED, &on, sizeof(on));
	if (pipe2(pair, O_CLOEXEC | O_NONBLOCK) < 0)
		return err_sys(err, errno, "pipe");
	calls = pair[0];
	write_end = pair[1];
	fcntl(write_end, F_SETPIPE_SZ, CALLS_BYTES);
	pid = fork();
	if (pid < 0)
		return err_sys(err, errno, "cannot make a process");
	if (pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		keep_only(theirs < write_end ? theirs : write_end,
			  theirs < write_end ? write_end : theirs);
		trace(theirs, write_end);
		_exit(0);
	}
	ret_tracer->submit = TAKE_FD(submit);
	ret_tracer->calls = TAKE_FD(calls);
	return 0;
}

#endif
