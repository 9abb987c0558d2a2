/* SPDX-License-Identifier: MIT */
#include "base_test.h"
#include "ranges.h"

#include "pool.h"
#include "record_test.h"

struct sending {
	uint32_t start, end;
	int before;
};

static void check(const struct sending *sending, size_t count)
{
	struct pool *pool = pool_new();
	struct ranges ranges = {0};

	for (size_t i = 0; i < count; i++)
		ck_assert_msg(ranges_send(pool, &ranges, sending[i].start, sending[i].end) ==
				      sending[i].before,
			      "sending %zu was not sent %d times before", i, sending[i].before);
	pool_free(pool);
}

#define CHECK(...)                                                                                 \
	check((const struct sending[]){__VA_ARGS__},                                               \
	      sizeof((const struct sending[]){__VA_ARGS__}) / sizeof(struct sending))

START_TEST(test_again)
{
	CHECK({100, 200, 0}, {200, 300, 0}, {100, 200, 1}, {100, 200, 2}, {200, 300, 1});
}
END_TEST

/* A big segment (TSO) comes again in small ones: each is the first repetition. */
START_TEST(test_cut_smaller)
{
	CHECK({0, 3000, 0}, {0, 1000, 1}, {1000, 2000, 1}, {2000, 3000, 1}, {1000, 2000, 2},
	      {0, 1000, 2});
}
END_TEST

/* Small ones come again as one (tcp_retrans_try_collapse()). */
START_TEST(test_joined)
{
	CHECK({0, 10, 0}, {10, 20, 0}, {0, 20, 1}, {10, 20, 2}, {5, 15, 2}, {0, 5, 2}, {5, 15, 3});
}
END_TEST

/* The old end goes along with something new. */
START_TEST(test_with_new)
{
	CHECK({0, 10, 0}, {5, 20, 1}, {10, 20, 1}, {5, 10, 2}, {20, 30, 0});
}
END_TEST

START_TEST(test_wraps)
{
	CHECK({0xfffffff0, 0x10, 0}, {0xfffffff0, 0x10, 1}, {0x10, 0x20, 0}, {0, 0x20, 2});
}
END_TEST

int main(void)
{
	TCase *tests = tcase_create("ranges");

	tcase_add_test(tests, test_again);
	tcase_add_test(tests, test_cut_smaller);
	tcase_add_test(tests, test_joined);
	tcase_add_test(tests, test_with_new);
	tcase_add_test(tests, test_wraps);
	return run_tests(tests);
}
