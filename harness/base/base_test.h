/* SPDX-License-Identifier: MIT
 *
 * base_test: a Check program's main, for the tests of the ground floor.
 */
#ifndef HALFOPEN_BASE_TEST_H
#define HALFOPEN_BASE_TEST_H

#include <check.h>
#include <stdlib.h>

#define COUNT(array) ((int)(sizeof(array) / sizeof(*(array))))

static inline int run_tests(TCase *tests)
{
	Suite *suite = suite_create("base");
	SRunner *runner;
	int failed;

	suite_add_tcase(suite, tests);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}

#endif
