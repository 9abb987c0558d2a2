/* SPDX-License-Identifier: MIT */
#include <check.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base_test.h"
#include "sysctls.h"

/* Reads TEXT as a file; what goes to stderr meanwhile is in *ret_said, to free(). */
static int read_text(const char *text, struct sysctls *sysctls, char **ret_said)
{
	char path[] = "/tmp/halfopen-sysctls.XXXXXX", said[] = "/tmp/halfopen-sysctls.XXXXXX";
	int fd = mkstemp(path), out = mkstemp(said), kept = dup(2), ret;
	static char buf[8192];
	struct err err = {0};

	ck_assert_int_eq(write(fd, text, strlen(text)), (ssize_t)strlen(text));
	close(fd);
	fflush(stderr);
	dup2(out, 2);
	ret = sysctls_add(sysctls, path, &err);
	fflush(stderr);
	dup2(kept, 2);
	close(kept);
	buf[pread(out, buf, sizeof(buf) - 1, 0)] = '\0';
	close(out);
	unlink(path);
	unlink(said);
	/* Without the file's own name, which is another each time. */
	*ret_said = strdup(strncmp(buf, path, strlen(path)) == 0 ? buf + strlen(path) : buf);
	return ret;
}

static const struct {
	const char *text, *first, *second; /* what comes out; NULL: nothing */
} good[] = {
	{"", NULL, NULL},
	{"# one\n; two\n\n   \t\n", NULL, NULL},
	{"net.ipv4.tcp_retries2=5", "net.ipv4.tcp_retries2=5", NULL},
	{"  net.ipv4.tcp_retries2 =\t5  \r\n", "net.ipv4.tcp_retries2=5", NULL},
	{"net.ipv4.tcp_rmem = 4096 87380 6291456\n", "net.ipv4.tcp_rmem=4096 87380 6291456", NULL},
	{"net/ipv4/tcp_retries2=5\n", "net.ipv4.tcp_retries2=5", NULL},
	{"net/ipv4/conf/eth0.1/rp_filter=0\n", "net.ipv4.conf.eth0/1.rp_filter=0", NULL},
	{"-net.ipv4.none = 1\nnet.core.somaxconn=9", "-net.ipv4.none=1", "net.core.somaxconn=9"},
};

START_TEST(read_well)
{
	struct sysctls sysctls = {0};
	int count = (good[_i].first != NULL) + (good[_i].second != NULL);
	char *said;

	ck_assert_int_eq(read_text(good[_i].text, &sysctls, &said), 0);
	ck_assert_str_eq(said, "");
	ck_assert_int_eq(sysctls.count, count);
	if (good[_i].first)
		ck_assert_str_eq(sysctls.text[0], good[_i].first);
	if (good[_i].second)
		ck_assert_str_eq(sysctls.text[1], good[_i].second);
	ck_assert_ptr_null(sysctls.text[count]);
	free(said);
	sysctls_done(&sysctls);
}
END_TEST

static const struct {
	const char *text, *said; /* how it begins */
} bad[] = {
	{"\nnet.ipv4.tcp_syn_retries 3\n", ":2:1: error: this sets nothing\n"
					   "    2 | net.ipv4.tcp_syn_retries 3\n"
					   "      | ^~~~~~~~~~~~~~~~~~~~~~~~~~\n"
					   "      = help: write it as name = value\n"},
	{"  = 3\n", ":1:3: error: no name before this\n"},
	{"net.core.somaxconn =  \n", ":1:20: error: no value behind this\n"},
	{"net.ipv4.conf.*.forwarding=1\n",
	 ":1:1: error: 'net.ipv4.conf.*.forwarding' is a pattern\n"},
	{"vm.swappiness=3\n", ":1:1: error: 'vm.swappiness' is no sysctl of a host\n"},
	{" net.ipv5.x=3\n", ":1:2: error: 'net.ipv5.x' is no sysctl of a host\n"
			    "    1 |  net.ipv5.x=3\n"
			    "      |  ^~~~~~~~~~\n"
			    "      = help: did you mean 'net.ipv4.x'?\n"},
	{"net.ipv4.a b=3\n", ":1:1: error: 'net.ipv4.a b' is no sysctl of a host\n"},
};

START_TEST(read_badly)
{
	struct sysctls sysctls = {0};
	char *said;

	ck_assert_int_eq(read_text(bad[_i].text, &sysctls, &said), -EINVAL);
	ck_assert_msg(strncmp(said, bad[_i].said, strlen(bad[_i].said)) == 0, "%s", said);
	ck_assert_int_eq(sysctls.count, 0);
	free(said);
	sysctls_done(&sysctls);
}
END_TEST

START_TEST(too_many)
{
	struct sysctls sysctls = {0};
	char text[4096] = "", *said;

	for (int i = 0; i <= SYSCTLS_MAX; i++)
		strcat(text, "net.ipv4.tcp_sack=1\n");
	ck_assert_int_eq(read_text(text, &sysctls, &said), -EINVAL);
	ck_assert_int_eq(sysctls.count, SYSCTLS_MAX);
	ck_assert(strstr(said, ":65:1: error: more than 64 sysctls") != NULL);
	free(said);
	sysctls_done(&sysctls);
}
END_TEST

START_TEST(argument)
{
	struct sysctls sysctls = {0};
	struct err err = {0};

	ck_assert_int_eq(sysctls_add(&sysctls, "net.ipv4.tcp_sack=0", &err), 0);
	ck_assert_str_eq(sysctls.text[0], "net.ipv4.tcp_sack=0");
	ck_assert_int_eq(sysctls_add(&sysctls, "there-is-no-such-file", &err), -ENOENT);
	ck_assert_str_eq(err.text, "--sysctl there-is-no-such-file: neither NAME=VALUE nor a file");
	ck_assert_int_eq(sysctls_add(&sysctls, "net.ipv4.a=1\nnet.ipv4.b=2", &err), -EINVAL);
	ck_assert_int_eq(sysctls_add(&sysctls, "/", &err), -EISDIR);
	sysctls_done(&sysctls);
}
END_TEST

int main(void)
{
	TCase *tcase = tcase_create("sysctls");

	tcase_add_loop_test(tcase, read_well, 0, sizeof(good) / sizeof(good[0]));
	tcase_add_loop_test(tcase, read_badly, 0, sizeof(bad) / sizeof(bad[0]));
	tcase_add_test(tcase, too_many);
	tcase_add_test(tcase, argument);
	return run_tests(tcase);
}
