/* SPDX-License-Identifier: MIT */
#include <linux/virtio_net.h>
#include <string.h>

#include "base_test.h"
#include "scripted_driver.h"

START_TEST(a_card_has_an_address_and_a_carrier)
{
	struct virtio_net_config config = {0};

	come_up();
	ck_assert(vhost_is_up(vhost));
	card.carrier = true;
	config_get(20, &config);
	ck_assert_int_eq(memcmp(config.mac, mac, 6), 0);
	ck_assert_int_eq(config.status, VIRTIO_NET_S_LINK_UP);
	card.carrier = false;
	ck_assert_int_eq(vhost_raise_config(vhost, &err), 0);
	take_interrupt(2, 0);
	ck_assert(!vhost_may_raise(vhost, false));
	vhost_has_run(vhost);
	ck_assert(vhost_may_raise(vhost, false));
	config_get(20, &config);
	ck_assert_int_eq(config.status, 0);
}
END_TEST

START_TEST(a_card_sends_what_its_driver_gives_it)
{
	struct scripted_piece pieces[] = {{BUFFER, 12, false}, {BUFFER + 100, 60, false}};
	uint32_t head, size;

	come_up();
	memset(scripted_at(&guest, BUFFER + 100), 0xab, 60);
	scripted_offer(&guest, 1, pieces, 2);
	kick(1);
	ck_assert_int_eq(given.frames, 1);
	ck_assert_uint_eq(given.size, 60);
	ck_assert_uint_eq(given.frame[0], 0xab);
	ck_assert_uint_eq(given.frame[59], 0xab);
	ck_assert(scripted_used(&guest, 1, &head, &size));
	ck_assert_int_eq(given.sent, 1);
	ck_assert_int_eq(card_sent(&card, &err), 0);
	take_interrupt(4, 1);
	/* Twice before it runs is once. */
	ck_assert_int_eq(card_sent(&card, &err), 0);
	ck_assert(is_silent(back));
	vhost_has_run(vhost);
	guest.queue[1].available->flags = VRING_AVAIL_F_NO_INTERRUPT;
	scripted_offer(&guest, 1, pieces, 2);
	kick(1);
	ck_assert_int_eq(given.frames, 2);
	ck_assert_int_eq(given.sent, 1);
}
END_TEST

START_TEST(a_card_delivers_into_what_it_was_given)
{
	struct scripted_piece piece = {BUFFER, 100, true};
	enum card_delivery delivery;
	uint8_t frame[200];
	uint32_t head, size;

	memset(frame, 0x5a, sizeof(frame));
	ck_assert_int_eq(card_deliver(&card, frame, 60, &delivery, &err), 0);
	ck_assert_int_eq(delivery, CARD_NO_DRIVER);
	come_up();
	ck_assert_int_eq(card_deliver(&card, frame, 60, &delivery, &err), 0);
	ck_assert_int_eq(delivery, CARD_NO_BUFFER);
	scripted_offer(&guest, 0, &piece, 1);
	kick(0);
	ck_assert_int_eq(card_deliver(&card, frame, 89, &delivery, &err), 0); /* 88 would fit */
	ck_assert_int_eq(delivery, CARD_NO_BUFFER);
	ck_assert_int_eq(card_deliver(&card, frame, 60, &delivery, &err), 0);
	ck_assert_int_eq(delivery, CARD_DELIVERED);
	take_interrupt(4, 0);
	ck_assert(scripted_used(&guest, 0, &head, &size));
	ck_assert_uint_eq(size, 72);
	ck_assert_int_eq(memcmp(scripted_at(&guest, BUFFER + 12), frame, 60), 0);
	ck_assert_uint_eq(*(uint8_t *)scripted_at(&guest, BUFFER + 10), 1); /* num_buffers */
}
END_TEST

START_TEST(a_frame_that_is_none_is_refused)
{
	struct scripted_piece small[] = {{BUFFER, 12, false}, {BUFFER + 100, 13, false}},
			      large[] = {{BUFFER, 70000, false}}, nothing[] = {{BUFFER, 100, true}};
	const struct scripted_piece *all[] = {small, large, nothing};

	come_up();
	scripted_offer(&guest, 1, all[_i], _i == 0 ? 2 : 1);
	ck_assert_int_eq(kick_fails(1), -EPROTO);
	ck_assert_int_eq(given.frames, 0);
}
END_TEST

int main(void)
{
	TCase *tests = tcase_create("card");

	tcase_add_checked_fixture(tests, driver_set_up, driver_tear_down);
	tcase_add_test(tests, a_card_has_an_address_and_a_carrier);
	tcase_add_test(tests, a_card_sends_what_its_driver_gives_it);
	tcase_add_test(tests, a_card_delivers_into_what_it_was_given);
	tcase_add_loop_test(tests, a_frame_that_is_none_is_refused, 0, 3);
	return run_tests(tests);
}
