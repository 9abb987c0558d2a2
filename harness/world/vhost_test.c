/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base_test.h"
#include "scripted_driver.h"

/* Lies that any device may be told. */
static void too_large(void)
{
	uint32_t head[3] = {SET_CONFIG, 1, 100000};

	ck_assert_int_eq(send(driver, head, sizeof(head), 0), sizeof(head));
}
static void too_small(void)
{
	say(SET_VRING_ADDR, NEED_REPLY, (uint32_t[]){0, 0}, 8, NULL, 0);
}
static void no_such_queue(void)
{
	say(SET_VRING_NUM, NEED_REPLY, (uint32_t[]){2, 8}, 8, NULL, 0);
}
static void far_queue(void)
{
	say(VRING_KICK, NEED_REPLY, (uint32_t[]){UINT32_MAX, 0}, 8, NULL, 0);
}
static void features_not_offered(void)
{
	uint64_t features = BASICS | 1;

	say(SET_FEATURES, NEED_REPLY, &features, 8, NULL, 0);
}
static void features_of_old(void)
{
	uint64_t features = 1ULL << 30;

	say(SET_FEATURES, NEED_REPLY, &features, 8, NULL, 0);
}
static void memory_without_file(void)
{
	struct memory_table table = {1, 0, {{GUEST_AT, GUEST_SIZE, GUEST_AT, 0}}};

	say(SET_MEM_TABLE, NEED_REPLY, &table, sizeof(table), NULL, 0);
}
static void memory_of_two_files(void)
{
	struct memory_table table = {1, 0, {{GUEST_AT, GUEST_SIZE, GUEST_AT, 0}}};
	int fds[] = {guest.memory_fd, guest.memory_fd};

	say(SET_MEM_TABLE, NEED_REPLY, &table, sizeof(table), fds, 2);
}
static void memory_too_long(void)
{
	struct memory_table table = {1, 0, {{GUEST_AT, GUEST_SIZE + 1, GUEST_AT, 0}}};

	say(SET_MEM_TABLE, NEED_REPLY, &table, sizeof(table), &guest.memory_fd, 1);
}
static void memory_cut_short(void)
{
	struct memory_table table = {2, 0, {{GUEST_AT, 4096, GUEST_AT, 0}}};
	int fds[] = {guest.memory_fd, guest.memory_fd};

	say(SET_MEM_TABLE, NEED_REPLY, &table, 8 + 32, fds, 2);
}
static void memory_of_many(void)
{
	struct memory_table table = {UINT32_MAX, 0, {{GUEST_AT, GUEST_SIZE, GUEST_AT, 0}}};

	say(SET_MEM_TABLE, NEED_REPLY, &table, sizeof(table), &guest.memory_fd, 1);
}
static void many_files(void)
{
	int fds[10];

	for (int i = 0; i < 10; i++)
		fds[i] = guest.memory_fd;
	say(SET_OWNER, 0, NULL, 0, fds, 10);
}
static void back_without_file(void)
{
	say(SET_SLAVE_REQ_FD, NEED_REPLY, NULL, 0, NULL, 0);
}
static void does_not_wait(void)
{
	say(VRING_KICK, 0, (uint32_t[]){1, 0}, 8, NULL, 0);
}
static void talks_on(void)
{
	say(VRING_KICK, NEED_REPLY, (uint32_t[]){1, 0}, 8, NULL, 0);
	say(GET_FEATURES, 0, NULL, 0, NULL, 0);
}
static void config_beyond(void)
{
	say(GET_CONFIG, 0, (uint32_t[]){250, 12, 0, 0, 0, 0}, 24, NULL, 0);
}
static void config_unequal(void)
{
	say(GET_CONFIG, 0, (uint32_t[]){0, 200, 0, 0, 0, 0}, 24, NULL, 0);
}
static void queue_outside(void)
{
	struct {
		uint32_t index, flags;
		uint64_t descriptors, used, available, log;
	} addresses = {0, 0, GUEST_AT - 16, guest.queue[0].used_at, guest.queue[0].available_at, 0};

	say(SET_VRING_ADDR, NEED_REPLY, &addresses, sizeof(addresses), NULL, 0);
}

static void (*const lies[])(void) = {
	too_large,
	too_small,
	no_such_queue,
	far_queue,
	features_not_offered,
	features_of_old,
	memory_without_file,
	memory_of_two_files,
	memory_too_long,
	memory_cut_short,
	memory_of_many,
	many_files,
	back_without_file,
	does_not_wait,
	talks_on,
	config_beyond,
	config_unequal,
	queue_outside,
};

START_TEST(a_driver_that_lies_is_refused)
{
	come_up();
	lies[_i]();
	ck_assert_int_eq(serve(), -EPROTO);
	ck_assert_str_ne(err.text, "");
}
END_TEST

START_TEST(new_memory_makes_the_old_queues_void)
{
	struct scripted_piece piece = {BUFFER, 100, true};
	enum card_delivery delivery;
	uint8_t frame[60] = {0};

	come_up();
	scripted_offer(&guest, 0, &piece, 1);
	memory_set();
	ck_assert_int_eq(card_deliver(&card, frame, 60, &delivery, &err), 0);
	ck_assert_int_eq(delivery, CARD_NO_DRIVER);
}
END_TEST

START_TEST(memory_that_shrinks_is_an_error_of_the_guest)
{
	struct scripted_piece pieces[] = {{BUFFER, 12, false}, {BUFFER + 100, 60, false}};

	come_up();
	scripted_offer(&guest, 1, pieces, 2);
	ck_assert_int_eq(ftruncate(guest.memory_fd, 0), 0);
	ck_assert_int_eq(kick_fails(1), -EPROTO);
}
END_TEST

START_TEST(an_interrupt_that_is_refused_is_an_error)
{
	struct scripted_piece piece = {BUFFER, 100, true};
	struct message message;
	enum card_delivery delivery;
	uint8_t frame[60] = {0};

	come_up();
	scripted_offer(&guest, 0, &piece, 1);
	ck_assert_int_eq(card_deliver(&card, frame, 60, &delivery, &err), 0);
	message = hear(back);
	message.flags = 1 | 4;
	message.size = 8;
	message.number = 1;
	ck_assert_int_eq(send(back, &message, 20, 0), 20);
	ck_assert_int_eq(vhost_serve_back(vhost, &err), -EPROTO);
}
END_TEST

START_TEST(an_answer_to_nothing_is_an_error)
{
	char bytes[20] = {0};

	come_up();
	ck_assert_int_eq(send(back, bytes, sizeof(bytes), 0), sizeof(bytes));
	ck_assert_int_eq(vhost_serve_back(vhost, &err), -EPROTO);
}
END_TEST

START_TEST(a_driver_that_goes_away_leaves_a_device_that_is_down)
{
	enum card_delivery delivery;
	uint8_t frame[60] = {0};

	come_up();
	close(driver);
	ck_assert_int_eq(serve(), 0);
	ck_assert(!vhost_is_up(vhost));
	ck_assert_int_eq(card_deliver(&card, frame, 60, &delivery, &err), 0);
	ck_assert_int_eq(delivery, CARD_NO_DRIVER);
	ck_assert_int_eq(vhost_raise_config(vhost, &err), 0);
}
END_TEST

int main(void)
{
	TCase *tests = tcase_create("vhost");

	tcase_add_checked_fixture(tests, driver_set_up, driver_tear_down);
	tcase_add_loop_test(tests, a_driver_that_lies_is_refused, 0, COUNT(lies));
	tcase_add_test(tests, new_memory_makes_the_old_queues_void);
	tcase_add_test(tests, memory_that_shrinks_is_an_error_of_the_guest);
	tcase_add_test(tests, an_interrupt_that_is_refused_is_an_error);
	tcase_add_test(tests, an_answer_to_nothing_is_an_error);
	tcase_add_test(tests, a_driver_that_goes_away_leaves_a_device_that_is_down);
	return run_tests(tests);
}
