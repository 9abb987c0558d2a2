/* SPDX-License-Identifier: MIT */
#include "handover.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "base_test.h"

static void same(const struct handover *a, const struct handover *b)
{
	ck_assert_str_eq(a->file, b->file);
	ck_assert_str_eq(a->variant, b->variant);
	ck_assert_str_eq(a->helpers, b->helpers);
	ck_assert_str_eq(a->shown, b->shown);
	ck_assert_int_eq(a->virtual_clock, b->virtual_clock);
	ck_assert_uint_eq(a->source_size, b->source_size);
	ck_assert_mem_eq(a->source, b->source, a->source_size);
	for (int i = 0; a->sysctl && a->sysctl[i]; i++)
		ck_assert_str_eq(a->sysctl[i], b->sysctl[i]);
}

static const char *const no_sysctl[] = {NULL};
static const char *const sysctls[] = {"net.ipv4.tcp_sack=0", "a=b\nhelpers /tmp/mine", "", NULL};

static const struct handover samples[] = {
	{.file = "a.yaml",
	 .variant = "ip=4",
	 .helpers = "/helpers",
	 .shown = "",
	 .source = "case: x\n",
	 .source_size = 8,
	 .sysctl = no_sysctl},
	/* Whatever a name may hold. */
	{.file = "x\nhelpers /tmp/mine\nclock real\n\n.yaml",
	 .variant = "",
	 .helpers = "/a\nb",
	 .shown = "/some/folder",
	 .source = "case: x\n\nfile y\n",
	 .source_size = 16,
	 .sysctl = sysctls,
	 .virtual_clock = true},
	{.file = "\xff\xfe",
	 .variant = "=",
	 .helpers = "",
	 .shown = "",
	 .source = "a\0b",
	 .source_size = 3,
	 .sysctl = sysctls},
	{.file = "",
	 .variant = "",
	 .helpers = "",
	 .shown = "",
	 .source = "",
	 .source_size = 0,
	 .sysctl = no_sysctl},
};

START_TEST(there_and_back)
{
	struct handover again;
	size_t size;
	char *bytes = handover_write(&samples[_i], &size);

	ck_assert_int_eq(handover_read(bytes, size, &again), 0);
	same(&samples[_i], &again);
	same(&again, &samples[_i]);
	handover_done(&again);
	free(bytes);
}
END_TEST

/* Cut off, it is none, but where a whole sysctl is missing; a copy of that size, so that ASan
 * sees what is read. */
START_TEST(cut)
{
	size_t size;
	char *bytes = handover_write(&samples[_i], &size);

	for (size_t used = 0; used < size; used++) {
		char *copy = malloc(used + !used);
		struct handover again;

		memcpy(copy, bytes, used);
		if (handover_read(copy, used, &again) == 0) {
			ck_assert(samples[_i].sysctl[0] != NULL);
			handover_done(&again);
		}
		free(copy);
	}
	free(bytes);
}
END_TEST

START_TEST(changed)
{
	size_t size;
	char *bytes = handover_write(&samples[_i], &size);

	for (size_t at = 0; at < size; at++)
		for (int value = 0; value < 256; value += 51) {
			char *copy = malloc(size);
			struct handover again;

			memcpy(copy, bytes, size);
			copy[at] = (char)value;
			if (handover_read(copy, size, &again) == 0)
				handover_done(&again);
			free(copy);
		}
	free(bytes);
}
END_TEST

int main(void)
{
	const int count = sizeof(samples) / sizeof(samples[0]);
	TCase *tests = tcase_create("handover");

	tcase_add_loop_test(tests, there_and_back, 0, count);
	tcase_add_loop_test(tests, cut, 0, count);
	tcase_add_loop_test(tests, changed, 0, count);
	return run_tests(tests);
}
