/* SPDX-License-Identifier: MIT
 *
 * What is not in the tables is refused with EPERM, never with a signal: with its own seccomp mode
 * (7.3) a UML sends the calls of its guests' programs through this filter, too, and traps them; a
 * trap outranks an error and a question, but not a kill.
 */
#include "confine_filter.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/personality.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#define SPEC_ALLOW         (1U << 2) /* no slower branches in return */
#define NEW_LISTENER       (1U << 3)
#define WAIT_KILLABLE_RECV (1U << 5) /* a signal does not take back a question (5.19) */

#define WRITES                                                                                     \
	(O_ACCMODE | O_CREAT | O_TRUNC | O_APPEND |                                                \
	 (O_TMPFILE & ~O_DIRECTORY)) /* flags of open() */
#define NAMESPACES                                                                                 \
	(CLONE_NEWNS | CLONE_NEWCGROUP | CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWUSER |             \
	 CLONE_NEWPID | CLONE_NEWNET)

enum call_verdict {
	ALLOW,
	ASK_WRITE, /* as enum confine_asking */
	ASK_OPEN,
	ASK_KILL,
	CONNECT,
	DONE,   /* "yes", and nothing is done */
	ABSENT, /* libc has another way */
	RANDOM,
	AND,   /* goes on to the next rule; else it is refused */
	ITSELF /* allowed if the argument is its own pid, instead of VALUE */
};

/* A call some of whose uses are allowed: the first rule that fits decides, if none does it is
 * refused. A rule fits if the bits MASK of argument ARG are VALUE. Those of one call stand
 * together. */
static const struct call_rule {
	int nr, arg;
	uint32_t mask, value;
	enum call_verdict verdict;
} rules[] = {
/* Tracing of those that ask for it: neither ATTACH nor SEIZE. First, for it is most of what a
 * UML calls. */
#define TRACE(request)                                                                             \
	{                                                                                          \
		SYS_ptrace, 0, ~0U, request, ALLOW                                                 \
	}
	TRACE(PTRACE_SYSEMU),
	TRACE(PTRACE_GETREGS),
	TRACE(PTRACE_SETREGS),
	TRACE(PTRACE_GETFPREGS),
	TRACE(PTRACE_SETFPREGS),
	TRACE(PTRACE_GETREGSET),
	TRACE(PTRACE_SETREGSET),
	TRACE(PTRACE_GETSIGINFO),
	TRACE(PTRACE_CONT),
	TRACE(PTRACE_SYSCALL),
	TRACE(PTRACE_SYSEMU_SINGLESTEP),
	TRACE(PTRACE_TRACEME),
	TRACE(PTRACE_PEEKUSER),
	TRACE(PTRACE_POKEUSER),
	TRACE(PTRACE_KILL),
	TRACE(PTRACE_SETOPTIONS),
	TRACE(12 /* arch/x86: GETREGS of a 32-bit kind */),
	TRACE(13),
	TRACE(18 /* GETFPXREGS */),
	TRACE(19 /* SETFPXREGS */),
	TRACE(21 /* OLDSETOPTIONS */),
	TRACE(30 /* ARCH_PRCTL */),
#undef TRACE

	{SYS_openat, 2, WRITES, O_RDONLY, ASK_OPEN},
	{SYS_openat, 0, 0, 0, ASK_WRITE},
	{SYS_open, 1, WRITES, O_RDONLY, ASK_OPEN},
	{SYS_open, 0, 0, 0, ASK_WRITE},
	{SYS_connect, 0, 0, 0, CONNECT},
	{SYS_kill, 0, 0, 0, ASK_KILL},
	{SYS_tgkill, 0, 0, 0, ASK_KILL},
	{SYS_mkdir, 0, 0, 0, DONE},           /* of uml_dir, without which 7.3 crashes */
	{SYS_clone, 0, NAMESPACES, 0, ALLOW}, /* 6.1 with CLONE_PARENT: skas/clone.c */
	{SYS_clone3, 0, 0, 0, ABSENT},
	{SYS_getrandom, 0, 0, 0, RANDOM},

	{SYS_socket, 0, ~0U, AF_UNIX, AND},
	{SYS_socket, 1, (uint32_t) ~(SOCK_CLOEXEC | SOCK_NONBLOCK), SOCK_STREAM, ALLOW},
	{SYS_socketpair, 0, ~0U, AF_UNIX, AND},
	{SYS_socketpair, 1, (uint32_t) ~(SOCK_CLOEXEC | SOCK_NONBLOCK), SOCK_STREAM, ALLOW},

	{SYS_prlimit64, 0, ~0U, 0, ALLOW}, /* its own */
	{SYS_personality, 0, ~0U, 0xffffffff, ALLOW},
	{SYS_personality, 0, ~0U, ADDR_NO_RANDOMIZE, ALLOW},
	{SYS_prctl, 0, ~0U, PR_SET_PDEATHSIG, ALLOW},
	{SYS_prctl, 0, ~0U, PR_SET_NAME, ALLOW},
	{SYS_prctl, 0, ~0U, PR_SET_NO_NEW_PRIVS, ALLOW},
	/* No lock or lease that others would wait for, and signals about what is open to itself
	 * alone, as it is now: not to whoever it names. */
	{SYS_fcntl, 1, ~0U, F_GETFL, ALLOW},
	{SYS_fcntl, 1, ~0U, F_SETFL, ALLOW},
	{SYS_fcntl, 1, ~0U, F_GETFD, ALLOW},
	{SYS_fcntl, 1, ~0U, F_SETFD, ALLOW},
	{SYS_fcntl, 1, ~0U, F_SETSIG, ALLOW},
	{SYS_fcntl, 1, ~0U, F_DUPFD, ALLOW},
	{SYS_fcntl, 1, ~0U, F_DUPFD_CLOEXEC, ALLOW},
	{SYS_fcntl, 1, ~0U, F_ADD_SEALS, ALLOW},
	{SYS_fcntl, 1, ~0U, F_GET_SEALS, ALLOW},
	{SYS_fcntl, 1, ~0U, F_SETOWN, AND},
	{SYS_fcntl, 2, ~0U, 0, ITSELF},

	{SYS_ioctl, 1, ~0U, 0x5401 /* TCGETS */, ALLOW}, /* never TIOCSTI */
	{SYS_ioctl, 1, ~0U, 0x5403 /* TCSETSW */, ALLOW},
	{SYS_ioctl, 1, ~0U, 0x5413 /* TIOCGWINSZ */, ALLOW},
	{SYS_ioctl, 1, ~0U, 0x541b /* FIONREAD */, ALLOW},
	{SYS_ioctl, 1, ~0U, 0x5421 /* FIONBIO */, ALLOW},
};
#define RULES (int)(sizeof(rules) / sizeof(rules[0]))

/* What can always be called: by the loader and libc, for time and signals, to wait, to read through
 * hostfs, on what is open, and by the stubs of 6.13 and later. */
static const int allowed[] = {
	SYS_wait4,
	SYS_read,
	SYS_write,
	SYS_pread64,
	SYS_preadv,
	SYS_pwrite64,
	SYS_close,
	SYS_mmap,
	SYS_munmap,
	SYS_mprotect,
	SYS_mremap,
	SYS_madvise,
	SYS_brk,
	SYS_access,
	SYS_faccessat,
	SYS_stat,
	SYS_lstat,
	SYS_fstat,
	SYS_newfstatat,
	SYS_statx,
	SYS_statfs,
	SYS_fstatfs,
	SYS_readlink,
	SYS_readlinkat,
	SYS_getdents64,
	SYS_lseek,
	SYS_fsync,
	SYS_fdatasync,
	SYS_ftruncate,
	SYS_dup,
	SYS_dup2,
	SYS_dup3,
	SYS_pipe,
	SYS_pipe2,
	SYS_close_range,
	SYS_memfd_create,
	SYS_getcwd,
	SYS_clock_gettime,
	SYS_clock_nanosleep,
	SYS_nanosleep,
	SYS_gettimeofday,
	SYS_setitimer, /* fixtures/kernel/patches/creep */
	SYS_timer_create,
	SYS_timer_settime,
	SYS_timer_gettime,
	SYS_rt_sigaction,
	SYS_rt_sigprocmask,
	SYS_rt_sigreturn,
	SYS_rt_sigsuspend,
	SYS_sigaltstack,
	SYS_poll,
	SYS_ppoll,
	SYS_epoll_create,
	SYS_epoll_create1,
	SYS_epoll_ctl,
	SYS_epoll_wait,
	SYS_epoll_pwait,
	SYS_eventfd2,
	SYS_signalfd4,
	SYS_waitid,
	SYS_pause,
	SYS_futex,
	SYS_sched_yield,
	SYS_sendmsg,
	SYS_recvmsg,
	SYS_shutdown,
	SYS_setsid,
	SYS_execve,
	SYS_execveat,
	SYS_exit,
	SYS_exit_group,
	SYS_restart_syscall,
	SYS_arch_prctl,
	SYS_modify_ldt,
	SYS_get_thread_area,
	SYS_set_thread_area,
	SYS_set_tid_address,
	SYS_set_robust_list,
	SYS_rseq,
	SYS_uname,
	SYS_gettid,
	SYS_getpid,
	SYS_getppid,
	SYS_getuid,
	SYS_geteuid,
	SYS_getgid,
	SYS_getegid,
	SYS_seccomp,
};
#define ALLOWED (int)(sizeof(allowed) / sizeof(allowed[0]))

#define FIELD(name) (uint32_t) offsetof(struct seccomp_data, name)

struct bpf_program {
	struct sock_filter op[5 * RULES + ALLOWED + 16];
	unsigned short used;
	unsigned asking;
};

static void put(struct bpf_program *program, uint16_t code, uint32_t value, uint8_t yes, uint8_t no)
{
	program->op[program->used++] = (struct sock_filter)BPF_JUMP(code, value, yes, no);
}

static void put_return(struct bpf_program *program, uint32_t value)
{
	put(program, BPF_RET | BPF_K, value, 0, 0);
}

static uint32_t ask(unsigned asking, enum confine_asking about)
{
	return asking & about ? SECCOMP_RET_USER_NOTIF : SECCOMP_RET_ALLOW;
}

static uint32_t action(unsigned asking, enum call_verdict verdict)
{
	switch (verdict) {
	case ALLOW:
	case AND:
	case ITSELF:
		break;
	case ASK_WRITE:
		return ask(asking, CONFINE_ASK_WRITES);
	case ASK_OPEN:
		return ask(asking, CONFINE_ASK_OPENS);
	case ASK_KILL:
		return ask(asking, CONFINE_ASK_KILLS);
	case CONNECT:
		return asking & CONFINE_CONNECTS     ? SECCOMP_RET_ALLOW
		       : asking & CONFINE_ASK_WRITES ? SECCOMP_RET_USER_NOTIF
						     : SECCOMP_RET_ERRNO | EACCES;
	case DONE:
		return SECCOMP_RET_ERRNO;
	case ABSENT:
		return SECCOMP_RET_ERRNO | ENOSYS;
	case RANDOM:
		return asking & CONFINE_NO_RANDOM ? SECCOMP_RET_ERRNO | ENOSYS : SECCOMP_RET_ALLOW;
	}
	return SECCOMP_RET_ALLOW;
}

static void put_rule(struct bpf_program *program, const struct call_rule *rule, bool loaded)
{
	if (!loaded)
		put(program, BPF_LD | BPF_W | BPF_ABS, FIELD(args[rule->arg]), 0, 0);
	if (!loaded && rule->mask != ~0U)
		put(program, BPF_ALU | BPF_AND | BPF_K, rule->mask, 0, 0);
	if (rule->verdict == AND) {
		put(program, BPF_JMP | BPF_JEQ | BPF_K, rule->value, 1, 0);
		put_return(program, SECCOMP_RET_ERRNO | EPERM);
		return;
	}
	put(program, BPF_JMP | BPF_JEQ | BPF_K,
	    rule->verdict == ITSELF ? (uint32_t)getpid() : rule->value, 0, 1);
	put_return(program, action(program->asking, rule->verdict));
}

/* The rules of one call from FROM on: over them if it is another. Returns where the next begin. */
static int put_call(struct bpf_program *program, int from)
{
	unsigned short jump = program->used;
	int i;

	put(program, BPF_JMP | BPF_JEQ | BPF_K, (uint32_t)rules[from].nr, 0, 0);
	for (i = from; i < RULES && rules[i].nr == rules[from].nr; i++)
		put_rule(program, &rules[i],
			 i > from && rules[i].arg == rules[i - 1].arg &&
				 rules[i].mask == rules[i - 1].mask);
	put_return(program, SECCOMP_RET_ERRNO | EPERM);
	program->op[jump].jf = (uint8_t)(program->used - jump - 1);
	return i;
}

static void put_all(struct bpf_program *program)
{
	put(program, BPF_LD | BPF_W | BPF_ABS, FIELD(arch), 0, 0);
	put(program, BPF_JMP | BPF_JEQ | BPF_K, AUDIT_ARCH_X86_64, 1, 0);
	put_return(program, SECCOMP_RET_ERRNO | EPERM);
	put(program, BPF_LD | BPF_W | BPF_ABS, FIELD(nr), 0, 0);
	for (int i = 0; i < RULES;)
		i = put_call(program, i);
	for (int i = 0; i < ALLOWED; i++)
		put(program, BPF_JMP | BPF_JEQ | BPF_K, (uint32_t)allowed[i],
		    (uint8_t)(ALLOWED - i), 0);
	put_return(program, SECCOMP_RET_ERRNO | EPERM);
	put_return(program, SECCOMP_RET_ALLOW);
}

int confine_filter_enter(unsigned asking)
{
	struct bpf_program program = {.asking = asking};
	const unsigned asked = CONFINE_ASK_WRITES | CONFINE_ASK_OPENS | CONFINE_ASK_KILLS;
	unsigned flags = SPEC_ALLOW | (asking & asked ? NEW_LISTENER | WAIT_KILLABLE_RECV : 0);
	struct sock_fprog filter;
	long ret;

	put_all(&program);
	filter = (struct sock_fprog){program.used, program.op};
	ret = syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, flags, &filter);
	if (ret < 0 && errno == EINVAL)
		ret = syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, flags & ~WAIT_KILLABLE_RECV,
			      &filter);
	return ret < 0 ? -errno : (int)ret;
}
