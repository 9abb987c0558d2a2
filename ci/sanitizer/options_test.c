/* SPDX-License-Identifier: MIT
 *
 * That no finding is lost: not in a process without environment and standard error, and not when it
 * is killed, or ends by _exit().
 */
#include <check.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static void overflows(void)
{
	volatile char *volatile bytes = malloc(10);

	bytes[10] = 1;
	free((char *)bytes);
}

static void adds(void)
{
	volatile int most = INT_MAX;

	most++;
}

static void leaks(void)
{
	char *volatile lost = malloc(10);

	lost[0] = 1;
	lost = NULL;
	_exit(0);
}

static void is_clean(void)
{
	_exit(0);
}

static const struct {
	void (*play)(void);
	const char *says; /* NULL: nothing */
} plays[] = {
	{overflows, "heap-buffer-overflow"},
	{adds, "signed integer overflow"},
	{leaks, "detected memory leaks"},
	{is_clean, NULL},
};

static char *report_read(pid_t pid)
{
	static char text[10000];
	char path[PATH_MAX];
	FILE *file;
	size_t n;

	snprintf(path, sizeof(path), FINDINGS "/report.halfopen.%d", pid);
	file = fopen(path, "re");
	if (!file)
		return NULL;
	n = fread(text, 1, sizeof(text) - 1, file);
	text[n] = '\0';
	fclose(file);
	unlink(path);
	return text;
}

static void play(int index)
{
	static char *const nothing[] = {NULL};
	char number[16];

	snprintf(number, sizeof(number), "%d", index);
	close(2);
	execle("/proc/self/exe", "halfopen", number, NULL, nothing);
	_exit(1);
}

START_TEST(no_finding_is_lost)
{
	pid_t pid = fork();
	const char *report;
	int status;

	if (pid == 0)
		play(_i);
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	report = report_read(pid);
	if (!plays[_i].says) {
		ck_assert_int_eq(status, 0);
		ck_assert_ptr_null(report);
		return;
	}
	ck_assert(WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT);
	ck_assert_ptr_nonnull(report);
	ck_assert_msg(strstr(report, plays[_i].says) != NULL, "%s", report);
}
END_TEST

int main(int argc, char **argv)
{
	TCase *tests;
	Suite *suite;
	SRunner *runner;
	int failed;

	if (argc == 2) {
		plays[atoi(argv[1])].play();
		return 0;
	}
	tests = tcase_create("options");
	suite = suite_create("sanitizer");
	runner = srunner_create(suite);
	tcase_set_timeout(tests, 120);
	suite_add_tcase(suite, tests);
	tcase_add_loop_test(tests, no_finding_is_lost, 0, sizeof(plays) / sizeof(plays[0]));
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
