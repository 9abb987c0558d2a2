/* SPDX-License-Identifier: MIT */
#include <linux/virtio_console.h>
#include <string.h>

#include "base_test.h"
#include "scripted_driver.h"

static void control(uint16_t event, uint16_t value)
{
	struct scripted_piece piece = {BUFFER, 8, false};
	struct virtio_console_control message = {.event = event, .value = value};

	memcpy(scripted_at(&guest, BUFFER), &message, sizeof(message));
	scripted_offer(&guest, 3, &piece, 1);
	kick(3);
}

static struct virtio_console_control control_heard(uint32_t *ret_size)
{
	struct virtio_console_control message = {.event = UINT16_MAX};
	uint32_t head;

	*ret_size = 0;
	if (!scripted_used(&guest, 2, &head, ret_size))
		return message;
	memcpy(&message, scripted_at(&guest, guest.queue[2].descriptors[head].addr),
	       sizeof(message));
	return message;
}

START_TEST(a_port_is_opened_and_carries_bytes_both_ways)
{
	struct scripted_piece out = {BUFFER + 0x1000, 5, false}, in = {BUFFER + 0x2000, 6, true};
	uint32_t size, head;

	use(&port.vhost);
	come_up();
	ck_assert_int_eq(guest.queue[0].used->flags, VRING_USED_F_NO_NOTIFY);
	ck_assert_int_eq(guest.queue[1].used->flags, 0);
	for (int i = 0; i < 4; i++) {
		struct scripted_piece piece = {BUFFER + 0x3000 + 0x100 * (uint64_t)i, 64, true};

		scripted_offer(&guest, 2, &piece, 1);
	}
	ck_assert_int_eq(port_tell(&port, "hello world", 11, &err), 0);
	control(VIRTIO_CONSOLE_DEVICE_READY, 1);
	ck_assert_int_eq(given.woken, 1);
	ck_assert_int_eq(port_push(&port, &err), 0);
	take_interrupt(4, 2);
	vhost_has_run(vhost);
	ck_assert_uint_eq(control_heard(&size).event, VIRTIO_CONSOLE_PORT_ADD);
	control(VIRTIO_CONSOLE_PORT_READY, 1);
	ck_assert_int_eq(port_push(&port, &err), 0);
	take_interrupt(4, 2);
	vhost_has_run(vhost);
	ck_assert_uint_eq(control_heard(&size).event, VIRTIO_CONSOLE_PORT_NAME);
	ck_assert_uint_eq(size, 8 + 8);
	ck_assert_uint_eq(control_heard(&size).event, VIRTIO_CONSOLE_PORT_OPEN);
	/* Nothing goes in before somebody has it open. */
	scripted_offer(&guest, 0, &in, 1);
	kick(0);
	ck_assert_int_eq(port_push(&port, &err), 0);
	ck_assert(!scripted_used(&guest, 0, &head, &size));
	given.woken = 0;
	control(VIRTIO_CONSOLE_PORT_OPEN, 1);
	ck_assert_int_eq(given.woken, 1);
	ck_assert_int_eq(port_push(&port, &err), 0);
	take_interrupt(4, 0);
	vhost_has_run(vhost);
	ck_assert(scripted_used(&guest, 0, &head, &size));
	ck_assert_uint_eq(size, 6);
	ck_assert_int_eq(memcmp(scripted_at(&guest, in.address), "hello ", 6), 0);
	/* The rest once it has room again: only then it is to tell. */
	ck_assert_int_eq(guest.queue[0].used->flags, 0);
	scripted_offer(&guest, 0, &in, 1);
	given.woken = 0;
	kick(0);
	ck_assert_int_eq(given.woken, 1);
	ck_assert_int_eq(port_push(&port, &err), 0);
	take_interrupt(4, 0);
	ck_assert(scripted_used(&guest, 0, &head, &size));
	ck_assert_uint_eq(size, 5);
	memcpy(scripted_at(&guest, out.address), "frame", 5);
	scripted_offer(&guest, 1, &out, 1);
	kick(1);
	ck_assert_uint_eq(given.byte_count, 5);
	ck_assert_int_eq(memcmp(given.bytes, "frame", 5), 0);
}
END_TEST

START_TEST(a_port_that_is_not_read_says_so)
{
	char bytes[4096] = {0};
	int ret = 0;

	for (int i = 0; i < 10000 && ret == 0; i++)
		ret = port_tell(&port, bytes, sizeof(bytes), &err);
	ck_assert_int_eq(ret, -ENOBUFS);
}
END_TEST

START_TEST(a_port_that_asks_without_end_is_refused)
{
	struct scripted_piece piece = {BUFFER, 8, false};
	int ret = 0;

	use(&port.vhost);
	come_up();
	memset(scripted_at(&guest, BUFFER), 0, 8);
	for (int i = 0; i < 100 && ret == 0; i++) {
		scripted_offer(&guest, 3, &piece, 1);
		ret = kick_fails(3);
		if (ret == 0)
			ck_assert_int_eq(vhost_answer_kick(vhost, &err), 0);
	}
	ck_assert_int_eq(ret, -EPROTO);
}
END_TEST

int main(void)
{
	TCase *tests = tcase_create("port");

	tcase_add_checked_fixture(tests, driver_set_up, driver_tear_down);
	tcase_add_test(tests, a_port_is_opened_and_carries_bytes_both_ways);
	tcase_add_test(tests, a_port_that_is_not_read_says_so);
	tcase_add_test(tests, a_port_that_asks_without_end_is_refused);
	return run_tests(tests);
}
