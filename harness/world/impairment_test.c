/* SPDX-License-Identifier: MIT */
#include "impairment.h"

#include <stdlib.h>
#include <string.h>

#include "base_test.h"
#include "clock.h"

#define MS       NSEC_PER_MSEC
#define HALF     (UINT32_MAX / 2)
#define SEED     42
#define MANY     20000
#define FULL_MTU 1514

static struct impaired_link link_of(struct impairment how)
{
	struct impaired_link link;

	impaired_link_init(&link, &how, SEED, 0);
	return link;
}

START_TEST(nothing_is_done_where_nothing_is_asked)
{
	struct impaired_link link = link_of((struct impairment){0});
	struct passage passage = impaired_link_pass(&link, 5, 60);

	ck_assert_int_eq(passage.copies, 1);
	ck_assert_int_eq(passage.arrives_ns[0], 5);
	ck_assert_int_eq(passage.flipped_bit[0], -1);
	ck_assert_int_eq(link.waiting_count, 0);
	impaired_link_done(&link);
}
END_TEST

START_TEST(a_delay_is_exact_and_keeps_the_order)
{
	struct impaired_link link = link_of((struct impairment){.delay_ns = MS});

	for (int64_t t = 0; t < 10; t++)
		ck_assert_int_eq(impaired_link_pass(&link, t, 60).arrives_ns[0], t + MS);
	impaired_link_done(&link);
}
END_TEST

/* A frame of 1514 bytes at 100 Mbit/s takes 121,120 ns. */
START_TEST(a_rate_sets_packets_apart)
{
	struct impaired_link link = link_of(
		(struct impairment){.delay_ns = MS, .rate = 100 * 1000 * 1000});
	int64_t each = 121120;

	for (int i = 1; i <= 5; i++)
		ck_assert_int_eq(impaired_link_pass(&link, 0, FULL_MTU).arrives_ns[0],
				 MS + i * each);
	/* The line is empty again: nothing is left of it. */
	ck_assert_int_eq(impaired_link_pass(&link, 10 * MS, FULL_MTU).arrives_ns[0],
			 11 * MS + each);
	impaired_link_done(&link);
}
END_TEST

START_TEST(what_waits_in_line_spends_its_delay_there)
{
	struct impaired_link link = link_of((struct impairment){.delay_ns = MS, .rate = 8000000});
	/* 1000 bytes at 1 byte a microsecond: 1 ms each. */

	ck_assert_int_eq(impaired_link_pass(&link, 0, 1000).arrives_ns[0], 2 * MS);
	/* Delay done at 1.5 ms, the first one arrives at 2: so 3, not 3.5. */
	ck_assert_int_eq(impaired_link_pass(&link, MS / 2, 1000).arrives_ns[0], 3 * MS);
	impaired_link_done(&link);
}
END_TEST

START_TEST(a_full_queue_drops_until_there_is_room)
{
	struct impaired_link link = link_of((struct impairment){.delay_ns = MS, .limit = 3});
	struct passage passage;

	for (int i = 0; i < 3; i++)
		ck_assert_int_eq(impaired_link_pass(&link, i, 60).copies, 1);
	passage = impaired_link_pass(&link, 3, 60);
	ck_assert_int_eq(passage.copies, 0);
	ck_assert(passage.queue_full);
	ck_assert_int_eq(impaired_link_pass(&link, MS - 1, 60).copies, 0);
	ck_assert_int_eq(impaired_link_pass(&link, MS, 60).copies, 1); /* the first has left */
	ck_assert_int_eq(impaired_link_pass(&link, MS, 60).copies, 0);
	impaired_link_done(&link);
}
END_TEST

START_TEST(probabilities_are_about_what_they_say)
{
	struct impaired_link link = link_of(
		(struct impairment){.loss = HALF / 5, .duplicate = HALF / 2, .corrupt = HALF / 50});
	int lost = 0, doubled = 0, flipped = 0;

	for (int i = 0; i < MANY; i++) {
		struct passage passage = impaired_link_pass(&link, i, 100);

		lost += passage.copies == 0;
		doubled += passage.copies == 2;
		for (int c = 0; c < passage.copies; c++) {
			flipped += passage.flipped_bit[c] >= 0;
			ck_assert_int_lt(passage.flipped_bit[c], 800);
		}
		ck_assert(!passage.queue_full);
	}
	/* Lost: 10 % of the 75 % that were not doubled first. */
	ck_assert_int_gt(lost, MANY * 65 / 1000);
	ck_assert_int_lt(lost, MANY * 85 / 1000);
	/* Doubled: 25 %, less 10 % of the originals and of the copies. */
	ck_assert_int_gt(doubled, MANY * 18 / 100);
	ck_assert_int_lt(doubled, MANY * 23 / 100);
	ck_assert_int_gt(flipped, MANY * 8 / 1000);
	ck_assert_int_lt(flipped, MANY * 15 / 1000);
	impaired_link_done(&link);
}
END_TEST

START_TEST(all_is_lost_where_all_is_to_be_lost)
{
	struct impaired_link link = link_of((struct impairment){.loss = IMPAIRMENT_ALWAYS});

	for (int i = 0; i < MANY; i++)
		ck_assert_int_eq(impaired_link_pass(&link, i, 100).copies, 0);
	impaired_link_done(&link);
}
END_TEST

START_TEST(jitter_stays_within_its_bounds_and_reaches_them)
{
	struct impaired_link link = link_of(
		(struct impairment){.delay_ns = 1000, .jitter_ns = 10, .limit = MANY});
	int64_t lo = INT64_MAX, hi = 0;

	for (int i = 0; i < MANY; i++) {
		int64_t took = impaired_link_pass(&link, i, 60).arrives_ns[0] - i;

		lo = took < lo ? took : lo;
		hi = took > hi ? took : hi;
	}
	ck_assert_int_eq(lo, 990);
	ck_assert_int_eq(hi, 1009);
	impaired_link_done(&link);
}
END_TEST

START_TEST(what_is_reordered_skips_the_delay)
{
	struct impaired_link link = link_of((struct impairment){.delay_ns = MS, .reorder = HALF});
	int at_once = 0;

	for (int i = 0; i < 1000; i++) {
		int64_t took = impaired_link_pass(&link, i, 60).arrives_ns[0] - i;

		ck_assert(took == 0 || took == MS);
		at_once += took == 0;
	}
	ck_assert_int_gt(at_once, 400);
	ck_assert_int_lt(at_once, 600);
	impaired_link_done(&link);
}
END_TEST

/* The lookahead of the whole world rests on this. */
START_TEST(nothing_arrives_before_the_least_delay)
{
	static const struct impairment hows[] = {
		{.delay_ns = MS},
		{.delay_ns = MS, .jitter_ns = MS / 4},
		{.delay_ns = MS, .jitter_ns = 2 * MS},
		{.delay_ns = MS, .reorder = HALF},
		{.delay_ns = MS, .rate = 1000000},
		{.delay_ns = MS, .duplicate = HALF, .rate = 100000, .limit = 20},
	};

	for (int h = 0; h < COUNT(hows); h++) {
		struct impaired_link link = link_of(hows[h]);

		for (int i = 0; i < 5000; i++) {
			struct passage passage = impaired_link_pass(&link, i * 100, 1514);

			for (int c = 0; c < passage.copies; c++)
				ck_assert_int_ge(passage.arrives_ns[c] - i * 100,
						 impairment_least_ns(&hows[h]));
		}
		impaired_link_done(&link);
	}
	ck_assert_int_eq(impairment_least_ns(&hows[1]), MS - MS / 4);
	ck_assert_int_eq(impairment_least_ns(&hows[2]), 0);
	ck_assert_int_eq(impairment_least_ns(&hows[3]), 0);
}
END_TEST

START_TEST(the_same_seed_gives_the_same_fates_and_another_gives_others)
{
	struct impairment how = {.delay_ns = MS, .jitter_ns = 1000, .loss = HALF};
	struct impaired_link a, b, other_seed, other_link;
	int differ_seed = 0, differ_link = 0;

	impaired_link_init(&a, &how, SEED, 3);
	impaired_link_init(&b, &how, SEED, 3);
	impaired_link_init(&other_seed, &how, SEED + 1, 3);
	impaired_link_init(&other_link, &how, SEED, 4);
	for (int i = 0; i < 100; i++) {
		struct passage one = impaired_link_pass(&a, i, 60),
			       two = impaired_link_pass(&b, i, 60);

		ck_assert_int_eq(one.copies, two.copies);
		ck_assert_int_eq(one.arrives_ns[0], two.arrives_ns[0]);
		differ_seed += impaired_link_pass(&other_seed, i, 60).copies != one.copies;
		differ_link += impaired_link_pass(&other_link, i, 60).copies != one.copies;
	}
	ck_assert_int_gt(differ_seed, 25);
	ck_assert_int_gt(differ_link, 25);
	impaired_link_done(&a);
	impaired_link_done(&b);
	impaired_link_done(&other_seed);
	impaired_link_done(&other_link);
}
END_TEST

START_TEST(other_properties_hold_from_the_next_packet_on)
{
	struct impaired_link link = link_of((struct impairment){.delay_ns = MS});

	ck_assert_int_eq(impaired_link_pass(&link, 0, 60).arrives_ns[0], MS);
	impaired_link_set(&link, &(struct impairment){.delay_ns = 3});
	ck_assert_int_eq(impaired_link_pass(&link, 1, 60).arrives_ns[0], 4);
	impaired_link_set(&link, NULL);
	ck_assert_int_eq(impaired_link_pass(&link, 2, 60).arrives_ns[0], 2);
	impaired_link_done(&link);
}
END_TEST

int main(void)
{
	TCase *tests = tcase_create("impairment");

	tcase_add_test(tests, nothing_is_done_where_nothing_is_asked);
	tcase_add_test(tests, a_delay_is_exact_and_keeps_the_order);
	tcase_add_test(tests, a_rate_sets_packets_apart);
	tcase_add_test(tests, what_waits_in_line_spends_its_delay_there);
	tcase_add_test(tests, a_full_queue_drops_until_there_is_room);
	tcase_add_test(tests, probabilities_are_about_what_they_say);
	tcase_add_test(tests, all_is_lost_where_all_is_to_be_lost);
	tcase_add_test(tests, jitter_stays_within_its_bounds_and_reaches_them);
	tcase_add_test(tests, what_is_reordered_skips_the_delay);
	tcase_add_test(tests, nothing_arrives_before_the_least_delay);
	tcase_add_test(tests, the_same_seed_gives_the_same_fates_and_another_gives_others);
	tcase_add_test(tests, other_properties_hold_from_the_next_packet_on);
	return run_tests(tests);
}
