/* SPDX-License-Identifier: MIT
 *
 * base_test: the main of a Check program.
 */
#ifndef HALFOPEN_BASE_TEST_H
#define HALFOPEN_BASE_TEST_H

#include <check.h>
#include <errno.h>
#include <stdlib.h>

#define COUNT(array) ((int)(sizeof(array) / sizeof(*(array))))

/* Of real time, for a test that hangs: what a test is for is never how busy the machine is. */
#define TEST_PATIENCE_S 120

static inline int run_tests(TCase *tests)
{
	Suite *suite = suite_create(program_invocation_short_name);
	SRunner *runner;
	int failed;

	tcase_set_timeout(tests, TEST_PATIENCE_S);
	suite_add_tcase(suite, tests);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}

#endif
