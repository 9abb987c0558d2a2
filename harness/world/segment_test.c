/* SPDX-License-Identifier: MIT */
#include "segment.h"

#include <string.h>

#include "base_test.h"

static const uint8_t all[6] = {255, 255, 255, 255, 255, 255};
static const uint8_t many[6] = {0x33, 0x33, 0, 0, 0, 1};
static const uint8_t stranger[6] = {2, 9, 9, 9, 9, 9};

static void mac_of(int card, uint8_t mac[6])
{
	memcpy(mac, (uint8_t[]){2, 0, 0, 0, 0, (uint8_t)card}, 6);
}

static struct segment segment_of(bool is_cable, int cards)
{
	struct segment segment = {.is_cable = is_cable};

	for (int i = 0; i < cards; i++) {
		uint8_t mac[6];

		mac_of(i + 10, mac);
		ck_assert(segment_add(&segment, i + 10, mac));
	}
	return segment;
}

/* From card FROM, with its own address as the source, to an address: which cards, as bits. */
static uint32_t routed(struct segment *segment, int from, const uint8_t *to)
{
	uint8_t frame[14];
	int cards[SEGMENT_CARDS], count;
	uint32_t bits = 0;

	memcpy(frame, to, 6);
	mac_of(from, frame + 6);
	count = segment_route(segment, from, frame, cards);
	for (int i = 0; i < count; i++)
		bits |= 1u << cards[i];
	ck_assert_int_eq(__builtin_popcount(bits), count);
	return bits;
}

START_TEST(a_switch_sends_to_whom_it_is_for)
{
	struct segment segment = segment_of(false, 3);
	uint8_t mac[6];

	mac_of(12, mac);
	ck_assert_uint_eq(routed(&segment, 10, mac), 1u << 12);
	ck_assert_uint_eq(routed(&segment, 10, all), 1u << 11 | 1u << 12);
	ck_assert_uint_eq(routed(&segment, 11, many), 1u << 10 | 1u << 12);
	ck_assert_uint_eq(routed(&segment, 10, stranger), 1u << 11 | 1u << 12);
	mac_of(10, mac);
	ck_assert_uint_eq(routed(&segment, 10, mac), 0); /* itself */
}
END_TEST

START_TEST(a_switch_learns_who_is_where)
{
	struct segment segment = segment_of(false, 3);
	uint8_t frame[14];
	int to[SEGMENT_CARDS];

	memcpy(frame, all, 6);
	memcpy(frame + 6, stranger, 6);
	segment_route(&segment, 12, frame, to);
	ck_assert_uint_eq(routed(&segment, 10, stranger), 1u << 12);
	segment_route(&segment, 11, frame, to); /* it has moved */
	ck_assert_uint_eq(routed(&segment, 10, stranger), 1u << 11);
}
END_TEST

START_TEST(a_switch_forgets_a_port_without_carrier)
{
	struct segment segment = segment_of(false, 3);
	uint8_t frame[14];
	int to[SEGMENT_CARDS];

	memcpy(frame, all, 6);
	memcpy(frame + 6, stranger, 6);
	segment_route(&segment, 12, frame, to);
	segment_forget(&segment, 12);
	ck_assert_uint_eq(routed(&segment, 10, stranger), 1u << 11 | 1u << 12);
	segment_route(&segment, 12, frame, to);
	ck_assert_uint_eq(routed(&segment, 10, stranger), 1u << 12);
}
END_TEST

START_TEST(a_switch_learns_no_end_of_addresses)
{
	struct segment segment = segment_of(false, 3);
	uint8_t frame[14] = {0};
	int to[SEGMENT_CARDS];

	for (int i = 0; i < 10000; i++) {
		memcpy(frame + 6, (uint8_t[]){4, 0, 0, 0, (uint8_t)(i >> 8), (uint8_t)i}, 6);
		segment_route(&segment, 10, frame, to);
	}
	ck_assert_int_eq(segment.learned_count, SEGMENT_LEARNED);
}
END_TEST

START_TEST(a_cable_hands_everything_to_its_other_end)
{
	struct segment segment = segment_of(true, 2);

	ck_assert_uint_eq(routed(&segment, 10, stranger), 1u << 11);
	ck_assert_uint_eq(routed(&segment, 11, all), 1u << 10);
	ck_assert(!segment_add(&segment, 12, stranger));
	ck_assert_int_eq(segment_far_end(&segment, 10), 11);
	ck_assert_int_eq(segment_far_end(&segment, 11), 10);
	segment = segment_of(true, 1);
	ck_assert_uint_eq(routed(&segment, 10, all), 0);
	ck_assert_int_eq(segment_far_end(&segment, 10), -1);
}
END_TEST

int main(void)
{
	TCase *tests = tcase_create("segment");

	tcase_add_test(tests, a_switch_sends_to_whom_it_is_for);
	tcase_add_test(tests, a_switch_learns_who_is_where);
	tcase_add_test(tests, a_switch_forgets_a_port_without_carrier);
	tcase_add_test(tests, a_switch_learns_no_end_of_addresses);
	tcase_add_test(tests, a_cable_hands_everything_to_its_other_end);
	return run_tests(tests);
}
