/* SPDX-License-Identifier: MIT */
#include "descriptors.h"

#include <fcntl.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base_test.h"

/* As before 5.11; and without /proc. */
static void refuse(int call, int error)
{
	struct sock_filter filter[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (unsigned int)call, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | (unsigned int)error),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_fprog program = {.len = COUNT(filter), .filter = filter};

	ck_assert_int_eq(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), 0);
	ck_assert_int_eq(prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program), 0);
}

/* Each test is a process of its own. */
START_TEST(from_the_first_on_all_go_at_exec)
{
	int low = dup(1), high;

	high = fcntl(1, F_DUPFD, low + 100);
	ck_assert_int_gt(high, low);
	if (_i > 0)
		refuse(SYS_close_range, EINVAL);
	if (_i > 1)
		refuse(SYS_openat, ENOENT);
	descriptors_close_at_exec(low + 1);
	ck_assert_int_eq(fcntl(low, F_GETFD), 0);
	ck_assert_int_eq(fcntl(high, F_GETFD), FD_CLOEXEC);
}
END_TEST

int main(void)
{
	TCase *tests = tcase_create("descriptors");

	tcase_add_loop_test(tests, from_the_first_on_all_go_at_exec, 0, 3);
	return run_tests(tests);
}
