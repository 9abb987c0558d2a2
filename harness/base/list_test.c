/* SPDX-License-Identifier: MIT */
#include "list.h"

#include <stdint.h>

#include "base_test.h"

struct item {
	int64_t at_ns;
	int number;
};

struct owner {
	struct item *item;
	int item_count;
};

static void fill(struct pool *pool)
{
	struct owner owner = {0};

	for (int i = 0; i < 1000; i++) {
		struct item *item = LIST_ADD(pool, &owner, item);

		ck_assert(item == &owner.item[i] && owner.item_count == i + 1);
		ck_assert(item->at_ns == 0 && item->number == 0);
		*item = (struct item){.at_ns = -i, .number = i};
	}
	for (int i = 0; i < 1000; i++)
		ck_assert_int_eq(owner.item[i].number, i);
	if (!pool)
		free(owner.item);
}

START_TEST(grows_on_the_heap_and_in_a_pool)
{
	struct pool pool = {0};

	fill(NULL);
	fill(&pool);
	pool_done(&pool);
}
END_TEST

START_TEST(can_be_cut_and_grow_again)
{
	struct owner owner = {0};

	for (int round = 0; round < 40; round++) {
		while (owner.item_count < 2 * round)
			LIST_ADD(NULL, &owner, item)->number = 7;
		owner.item_count = round / 2;
		ck_assert_int_eq(LIST_ADD(NULL, &owner, item)->number, 0);
	}
	free(owner.item);
}
END_TEST

START_TEST(sorts_and_keeps_the_order_of_equals)
{
	static const int64_t at[] = {5, 3, 5, 1, 3, 9, 0};
	static const int wanted[] = {6, 3, 1, 4, 0, 2, 5};
	struct owner owner = {0};

	for (int i = 0; i < COUNT(at); i++)
		*LIST_ADD(NULL, &owner, item) = (struct item){at[i], i};
	LIST_SORT(&owner, item, at_ns);
	for (int i = 0; i < COUNT(at); i++)
		ck_assert_int_eq(owner.item[i].number, wanted[i]);
	free(owner.item);
}
END_TEST

START_TEST(keeps_strings)
{
	char **list = NULL;
	int count = 0;

	list_add_string(&list, &count, "one");
	list_add_string(&list, &count, "two");
	ck_assert(count == 2 && list_has_string(list, count, "two"));
	ck_assert(!list_has_string(list, count, "three"));
	list_free_strings(list, count);
}
END_TEST

int main(void)
{
	TCase *tests = tcase_create("list");

	tcase_add_test(tests, grows_on_the_heap_and_in_a_pool);
	tcase_add_test(tests, can_be_cut_and_grow_again);
	tcase_add_test(tests, sorts_and_keeps_the_order_of_equals);
	tcase_add_test(tests, keeps_strings);
	return run_tests(tests);
}
