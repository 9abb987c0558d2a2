/* SPDX-License-Identifier: MIT
 *
 * Wrong cases get exactly the message beside them: cases/broken/NAME.yaml, which is given to
 * case_parse() as "NAME.yaml", and NAME.expected, all that it then says. With --write as the
 * only argument the test writes what is said now: read it before you commit it.
 */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base_test.h"
#include "case_test.h"

#define LEAST 40 /* that many there are; a test of an empty folder is none */

/* Freed by the caller; NULL when there is no such file. */
static char *read_file(const char *path, size_t *ret_size)
{
	char *text = NULL;
	FILE *file = fopen(path, "rb"), *copy;
	int c;

	if (!file)
		return NULL;
	copy = open_memstream(&text, ret_size);
	while ((c = getc(file)) != EOF)
		putc(c, copy);
	fclose(file);
	fclose(copy);
	return text;
}

static int is_case(const struct dirent *entry)
{
	const char *dot = strrchr(entry->d_name, '.');

	return dot && strcmp(dot, ".yaml") == 0;
}

/* What is said about the file of that name; freed by the caller; NULL: it is not refused. */
static char *diagnose(const char *name)
{
	struct diagnostics diagnostics;
	struct case_file *made = NULL;
	char path[512], *source;
	size_t size;

	snprintf(path, sizeof(path), BROKEN_CASES "/%s", name);
	source = read_file(path, &size);
	if (source && case_parse(name, source, size, &made, &diagnostics) < 0) {
		free(source);
		return diagnostics.text;
	}
	free(source);
	return NULL;
}

static const char *expected_path(const char *name)
{
	static char path[512];

	snprintf(path, sizeof(path), BROKEN_CASES "/%.*s.expected", (int)(strlen(name) - 5), name);
	return path;
}

START_TEST(broken_cases_get_their_message)
{
	struct dirent **entry;
	int count = scandir(BROKEN_CASES, &entry, is_case, alphasort), different = 0;

	ck_assert_int_ge(count, LEAST);
	for (int i = 0; i < count; i++) {
		char *said = diagnose(entry[i]->d_name), *expected;
		size_t size;

		expected = read_file(expected_path(entry[i]->d_name), &size);
		ck_assert_msg(said != NULL, "%s is not refused", entry[i]->d_name);
		ck_assert_msg(expected != NULL, "%s has no .expected", entry[i]->d_name);
		if (strcmp(said, expected) != 0) {
			fprintf(stderr, "--- %s, expected\n%s--- said\n%s", entry[i]->d_name,
				expected, said);
			different++;
		}
		free(said);
		free(expected);
		free(entry[i]);
	}
	free(entry);
	ck_assert_msg(!different, "%d of %d broken cases get another message", different, count);
}
END_TEST

static int write_expected(void)
{
	struct dirent **entry;
	int count = scandir(BROKEN_CASES, &entry, is_case, alphasort);

	for (int i = 0; i < count; i++) {
		char *said = diagnose(entry[i]->d_name);
		FILE *file = fopen(expected_path(entry[i]->d_name), "w");

		if (!said || !file || fputs(said, file) == EOF || fclose(file) == EOF)
			return EXIT_FAILURE;
		free(said);
		free(entry[i]);
	}
	free(entry);
	return EXIT_SUCCESS;
}

int main(int argc, char **argv)
{
	TCase *tests;

	if (argc == 2 && strcmp(argv[1], "--write") == 0)
		return write_expected();
	tests = tcase_create("broken");
	tcase_add_test(tests, broken_cases_get_their_message);
	return run_tests(tests);
}
