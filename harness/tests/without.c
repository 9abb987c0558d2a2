/* SPDX-License-Identifier: MIT
 *
 * without: runs a program as if this machine lacked something.
 *
 *     without landlock|questions|seccomp|filters|ptrace|unshare PROGRAM [ARGUMENT...]
 *
 * questions: as below a container's own listener of seccomp's, of which there can be one only.
 * seccomp: the call of that name; filters: also what prctl(2) has of it.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#define NEW_LISTENER (1U << 3)

static const struct lack {
	const char *name;
	unsigned nr, arg, error, flags; /* arg 0: whatever its first one is */
} lacks[] = {
	{"landlock", 444, 0, ENOSYS, 0},        {"questions", ~0U, 0, 0, NEW_LISTENER},
	{"seccomp", SYS_seccomp, 0, ENOSYS, 0}, {"filters", SYS_prctl, PR_GET_SECCOMP, EINVAL, 0},
	{"ptrace", SYS_ptrace, 0, EPERM, 0},    {"unshare", SYS_unshare, 0, EPERM, 0},
};

static int take_away(const struct lack *lack)
{
	struct sock_filter filter[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, lack->nr, 0, 3),
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, args)),
		BPF_JUMP(BPF_JMP | (lack->arg ? BPF_JEQ : BPF_JGE) | BPF_K, lack->arg, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | lack->error),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_fprog program = {sizeof(filter) / sizeof(filter[0]), filter};
	long ret;

	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
		return -1;
	ret = syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, lack->flags, &program);
	/* It is one as long as it is open. */
	return ret > 0 ? fcntl((int)ret, F_SETFD, 0) : (int)ret;
}

int main(int argc, char **argv)
{
	for (size_t i = 0; argc > 2 && i < sizeof(lacks) / sizeof(lacks[0]); i++) {
		if (strcmp(argv[1], lacks[i].name) != 0)
			continue;
		if (take_away(&lacks[i]) < 0) {
			perror("seccomp");
			return 77;
		}
		execvp(argv[2], argv + 2);
	}
	fputs("without: something of that list, and a program\n", stderr);
	return 2;
}
