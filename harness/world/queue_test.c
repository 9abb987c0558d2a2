/* SPDX-License-Identifier: MIT */
#include "queue.h"

#include <errno.h>
#include <string.h>

#include "base_test.h"
#include "scripted_guest.h"

static struct scripted_guest guest;
static struct memory memory;
static struct queue queue;
static struct chain chain;
static struct err err;

static void setup(void)
{
	struct scripted_queue *of = &guest.queue[0];

	scripted_guest_init(&guest);
	ck_assert_int_eq(memory_add(&memory, &(struct memory_region){GUEST_AT, GUEST_SIZE, 0},
				    guest.memory_fd, false, &err),
			 0);
	ck_assert_int_eq(queue_set_size(&queue, GUEST_QUEUE, &err), 0);
	ck_assert_int_eq(queue_set_base(&queue, 0, &err), 0);
	ck_assert_int_eq(queue_set_addresses(&queue, &memory, of->descriptors_at, of->used_at,
					     of->available_at, &err),
			 0);
	queue.enabled = true;
}

static void teardown(void)
{
	memory_clear(&memory);
	scripted_guest_done(&guest);
}

#define BUFFER (GUEST_AT + GUEST_BUFFER)

START_TEST(a_chain_is_read_and_written_across_its_pieces)
{
	static const struct scripted_piece pieces[] = {
		{BUFFER, 3, false},
		{BUFFER + 100, 4, false},
		{BUFFER + 200, 2, true},
		{BUFFER + 300, 5, true},
	};
	uint32_t head, size;
	char text[16] = "";

	memcpy(scripted_at(&guest, BUFFER), "abc", 3);
	memcpy(scripted_at(&guest, BUFFER + 100), "defg", 4);
	scripted_offer(&guest, 0, pieces, 4);
	ck_assert_int_eq(queue_take(&queue, &memory, &chain, &err), 1);
	ck_assert_uint_eq(chain.readable_size, 7);
	ck_assert_uint_eq(chain.writable_size, 7);
	ck_assert_uint_eq(chain_read(&chain, 0, text, sizeof(text)), 7);
	ck_assert_str_eq(text, "abcdefg");
	ck_assert_uint_eq(chain_read(&chain, 4, text, 2), 2);
	ck_assert_int_eq(memcmp(text, "ef", 2), 0);
	ck_assert_uint_eq(chain_read(&chain, 7, text, 2), 0);
	ck_assert_uint_eq(chain_write(&chain, 1, "123456789", 9), 6);
	ck_assert_int_eq(memcmp(scripted_at(&guest, BUFFER + 200),
				"\0"
				"1",
				2),
			 0);
	ck_assert_int_eq(memcmp(scripted_at(&guest, BUFFER + 300), "23456", 5), 0);
	ck_assert(!scripted_used(&guest, 0, &head, &size));
	queue_give(&queue, chain.head, 7);
	ck_assert(scripted_used(&guest, 0, &head, &size));
	ck_assert_uint_eq(head, chain.head);
	ck_assert_uint_eq(size, 7);
	ck_assert_int_eq(queue_take(&queue, &memory, &chain, &err), 0);
}
END_TEST

START_TEST(indices_wrap)
{
	static const struct scripted_piece piece = {BUFFER, 10, false};
	uint32_t head, size;

	for (int i = 0; i < 70000; i++) {
		uint16_t offered = scripted_offer(&guest, 0, &piece, 1);

		ck_assert_int_eq(queue_take(&queue, &memory, &chain, &err), 1);
		ck_assert_uint_eq(chain.head, offered);
		queue_give(&queue, chain.head, 0);
		ck_assert(scripted_used(&guest, 0, &head, &size));
		ck_assert_uint_eq(head, offered);
	}
}
END_TEST

START_TEST(what_is_put_back_comes_again)
{
	static const struct scripted_piece piece = {BUFFER, 10, true};
	uint16_t offered = scripted_offer(&guest, 0, &piece, 1);

	ck_assert_int_eq(queue_take(&queue, &memory, &chain, &err), 1);
	queue_untake(&queue);
	ck_assert_int_eq(queue_take(&queue, &memory, &chain, &err), 1);
	ck_assert_uint_eq(chain.head, offered);
}
END_TEST

START_TEST(a_queue_that_is_off_gives_nothing)
{
	static const struct scripted_piece piece = {BUFFER, 10, true};

	scripted_offer(&guest, 0, &piece, 1);
	queue.enabled = false;
	ck_assert_int_eq(queue_take(&queue, &memory, &chain, &err), 0);
	queue_reset(&queue);
	queue.enabled = true;
	ck_assert_int_eq(queue_take(&queue, &memory, &chain, &err), 0);
}
END_TEST

START_TEST(the_guest_says_whether_it_wants_interrupts)
{
	ck_assert(queue_wants_interrupt(&queue));
	guest.queue[0].available->flags = VRING_AVAIL_F_NO_INTERRUPT;
	ck_assert(!queue_wants_interrupt(&queue));
}
END_TEST

/* Each makes one honest chain of two pieces a lie. */
static void head_out_of_range(struct scripted_queue *of)
{
	of->available->ring[0] = GUEST_QUEUE;
}
static void next_out_of_range(struct scripted_queue *of)
{
	of->descriptors[0].next = UINT16_MAX;
}
static void circle(struct scripted_queue *of)
{
	of->descriptors[1].flags |= VRING_DESC_F_NEXT;
	of->descriptors[1].next = 0;
}
static void circle_of_one(struct scripted_queue *of)
{
	of->descriptors[0].next = 0;
}
static void indirect(struct scripted_queue *of)
{
	of->descriptors[0].flags |= VRING_DESC_F_INDIRECT;
}
static void unknown_flag(struct scripted_queue *of)
{
	of->descriptors[1].flags |= 0x80;
}
static void outside(struct scripted_queue *of)
{
	of->descriptors[1].addr = GUEST_AT + GUEST_SIZE - 1;
}
static void below(struct scripted_queue *of)
{
	of->descriptors[1].addr = GUEST_AT - 1;
}
static void wraps(struct scripted_queue *of)
{
	of->descriptors[1].addr = UINT64_MAX - 1;
}
static void too_long(struct scripted_queue *of)
{
	of->descriptors[1].len = UINT32_MAX;
}
static void empty(struct scripted_queue *of)
{
	of->descriptors[0].len = 0;
}
static void readable_last(struct scripted_queue *of)
{
	of->descriptors[0].flags |= VRING_DESC_F_WRITE;
	of->descriptors[1].flags &= ~VRING_DESC_F_WRITE;
}
static void too_many(struct scripted_queue *of)
{
	of->available->idx = GUEST_QUEUE + 1;
}
static void backwards(struct scripted_queue *of)
{
	of->available->idx = UINT16_MAX;
}

static void (*const lies[])(struct scripted_queue *) = {
	head_out_of_range,
	next_out_of_range,
	circle,
	circle_of_one,
	indirect,
	unknown_flag,
	outside,
	below,
	wraps,
	too_long,
	empty,
	readable_last,
	too_many,
	backwards,
};

START_TEST(a_queue_that_lies_is_refused)
{
	static const struct scripted_piece pieces[] = {{BUFFER, 10, false}, {BUFFER, 10, true}};

	scripted_offer(&guest, 0, pieces, 2);
	lies[_i](&guest.queue[0]);
	err.text[0] = '\0';
	ck_assert_int_eq(queue_take(&queue, &memory, &chain, &err), -EPROTO);
	ck_assert_str_ne(err.text, "");
}
END_TEST

START_TEST(a_queue_of_no_size_or_place_is_refused)
{
	static const uint32_t sizes[] = {0, 3, 7, 257, 512, UINT32_MAX};
	struct scripted_queue *of = &guest.queue[0];
	struct queue other = {0};

	ck_assert_int_eq(queue_set_addresses(&other, &memory, of->descriptors_at, of->used_at,
					     of->available_at, &err),
			 -EPROTO);
	for (int i = 0; i < COUNT(sizes); i++)
		ck_assert_int_eq(queue_set_size(&other, sizes[i], &err), -EPROTO);
	ck_assert_int_eq(queue_set_size(&other, GUEST_QUEUE, &err), 0);
	ck_assert_int_eq(queue_set_base(&other, UINT16_MAX + 1, &err), -EPROTO);
	ck_assert_int_eq(queue_set_addresses(&other, &memory, GUEST_AT + GUEST_SIZE - 16,
					     of->used_at, of->available_at, &err),
			 -EPROTO);
	ck_assert_int_eq(queue_set_addresses(&other, &memory, of->descriptors_at,
					     GUEST_AT + GUEST_SIZE - 8, of->available_at, &err),
			 -EPROTO);
	ck_assert_int_eq(queue_set_addresses(&other, &memory, of->descriptors_at, of->used_at,
					     UINT64_MAX - 1, &err),
			 -EPROTO);
	ck_assert_int_eq(queue_set_addresses(&other, &memory, of->descriptors_at + 8, of->used_at,
					     of->available_at, &err),
			 -EPROTO);
	ck_assert_int_eq(queue_set_addresses(&other, &memory, of->descriptors_at, of->used_at + 1,
					     of->available_at, &err),
			 -EPROTO);
	other.enabled = true;
	ck_assert(!queue_is_ready(&other));
}
END_TEST

/* Whatever it writes there: an answer, and no access outside (the sanitizers look). */
START_TEST(noise_is_survived)
{
	uint64_t state = 88172645463325252ULL;

	for (int round = 0; round < 20000; round++) {
		uint8_t *ring = scripted_at(&guest, GUEST_AT);

		for (int i = 0; i < 12; i++) {
			state ^= state << 13, state ^= state >> 7, state ^= state << 17;
			ring[state % 0x420] = (uint8_t)(state >> 32);
		}
		if (queue_take(&queue, &memory, &chain, NULL) == 1) {
			char bytes[64];

			chain_read(&chain, 0, bytes, sizeof(bytes));
			queue_give(&queue, chain.head, 0);
		}
	}
}
END_TEST

int main(void)
{
	TCase *tests = tcase_create("queue");

	tcase_add_checked_fixture(tests, setup, teardown);
	tcase_add_test(tests, a_chain_is_read_and_written_across_its_pieces);
	tcase_add_test(tests, indices_wrap);
	tcase_add_test(tests, what_is_put_back_comes_again);
	tcase_add_test(tests, a_queue_that_is_off_gives_nothing);
	tcase_add_test(tests, the_guest_says_whether_it_wants_interrupts);
	tcase_add_loop_test(tests, a_queue_that_lies_is_refused, 0, COUNT(lies));
	tcase_add_test(tests, a_queue_of_no_size_or_place_is_refused);
	tcase_add_test(tests, noise_is_survived);
	return run_tests(tests);
}
