/* SPDX-License-Identifier: MIT */
#include "known.h"

#include "base_test.h"

static const struct {
	const char *wanted, *nearest; /* NULL: none */
} tries[] = {
	{"connect", "connect"}, {"conect", "connect"},
	{"ocnnect", "connect"}, {"conn", "connect"},
	{"CONNECT", "connect"}, {"so_error", "so-error"},
	{"xx", NULL},           {"at", NULL},
	{"sned", "send"},       {"a word that is longer than any word has a right to be", NULL},
};

START_TEST(finds_what_was_meant)
{
	static const char *const words[] = {"connect", "send", "so-error", "if"};
	struct known known;

	known_init(&known, tries[_i].wanted);
	for (int i = 0; i < COUNT(words); i++)
		known_add(&known, words[i]);
	ck_assert_pstr_eq(known_nearest(&known), tries[_i].nearest);
}
END_TEST

START_TEST(more_words_than_it_holds_do_no_harm)
{
	struct known known;

	known_init(&known, "nothing");
	for (int i = 0; i < 1000; i++)
		known_add(&known, "something");
	ck_assert_ptr_null(known_nearest(&known));
}
END_TEST

int main(void)
{
	TCase *tests = tcase_create("known");

	tcase_add_loop_test(tests, finds_what_was_meant, 0, COUNT(tries));
	tcase_add_test(tests, more_words_than_it_holds_do_no_harm);
	return run_tests(tests);
}
