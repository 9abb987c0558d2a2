/* SPDX-License-Identifier: MIT */
#include <linux/virtio_blk.h>
#include <string.h>

#include "base_test.h"
#include "scripted_driver.h"

/* A request to the disk, from kick to status. */
static uint8_t disk_asked(uint32_t type, uint64_t sector, char *data, uint32_t size)
{
	struct virtio_blk_outhdr header = {.type = type, .sector = sector};
	struct scripted_piece pieces[] = {{BUFFER, sizeof(header), false},
					  {BUFFER + 0x1000, size, type != VIRTIO_BLK_T_OUT},
					  {BUFFER + 0x9000, 1, true}};
	uint8_t *status = scripted_at(&guest, BUFFER + 0x9000);
	uint32_t head, used;

	memcpy(scripted_at(&guest, BUFFER), &header, sizeof(header));
	if (data && type == VIRTIO_BLK_T_OUT)
		memcpy(scripted_at(&guest, BUFFER + 0x1000), data, size);
	*status = 0xff;
	if (!size)
		pieces[1] = pieces[2];
	scripted_offer(&guest, 0, pieces, size ? 3 : 2);
	given.requests = 0;
	kick(0);
	ck_assert_int_eq(given.requests, 1);
	memset(scripted_at(&guest, BUFFER + 0x1000), 0, size ? size : 1); /* it was copied */
	disk_do(&disk, given.request[0]);
	ck_assert(!scripted_used(&guest, 0, &head, &used));
	ck_assert_int_eq(disk_finish(&disk, given.request[0], &err), 0);
	take_interrupt(4, 0);
	vhost_has_run(vhost);
	disk_request_free(given.request[0]);
	ck_assert(scripted_used(&guest, 0, &head, &used));
	if (data && type != VIRTIO_BLK_T_OUT)
		memcpy(data, scripted_at(&guest, BUFFER + 0x1000), size);
	return *status;
}

static char sector_of(uint64_t sector)
{
	char data[512];

	ck_assert_int_eq(disk_asked(VIRTIO_BLK_T_IN, sector, data, 512), VIRTIO_BLK_S_OK);
	return data[100];
}

static void sector_set(uint64_t sector, char value)
{
	char data[512];

	memset(data, value, sizeof(data));
	ck_assert_int_eq(disk_asked(VIRTIO_BLK_T_OUT, sector, data, 512), VIRTIO_BLK_S_OK);
}

START_TEST(what_was_flushed_survives_a_power_loss_and_what_was_not_does_not)
{
	use(&disk.vhost);
	come_up();
	sector_set(3, 'a');
	sector_set(63, 'b');
	ck_assert_int_eq(sector_of(3), 'a');
	ck_assert_int_eq(disk.safe[3 * 512], 0);
	ck_assert_int_eq(disk_asked(VIRTIO_BLK_T_FLUSH, 0, NULL, 0), VIRTIO_BLK_S_OK);
	ck_assert_int_eq(disk.safe[3 * 512], 'a');
	sector_set(3, 'c');
	sector_set(4, 'd');
	disk_lose_power(&disk);
	ck_assert_int_eq(sector_of(3), 'a');
	ck_assert_int_eq(sector_of(4), 0);
	ck_assert_int_eq(sector_of(63), 'b');
}
END_TEST

START_TEST(a_disk_that_lies_loses_what_was_flushed)
{
	disk.loses = DISK_LOSES_FLUSHED;
	use(&disk.vhost);
	come_up();
	sector_set(3, 'a');
	ck_assert_int_eq(disk_asked(VIRTIO_BLK_T_FLUSH, 0, NULL, 0), VIRTIO_BLK_S_OK);
	disk_lose_power(&disk);
	ck_assert_int_eq(sector_of(3), 0);
}
END_TEST

START_TEST(a_disk_may_lose_a_part_by_its_seed_and_nothing_that_was_flushed)
{
	static const uint64_t seed[] = {5, 5, 6};
	uint64_t which[3] = {0};

	use(&disk.vhost);
	come_up();
	disk.loses = DISK_LOSES_RANDOM;
	for (int round = 0; round < 3; round++) {
		int kept = 0;

		memset(disk.safe, 0, 64 * 512);
		chance_seed(&disk.chance, seed[round], 5);
		for (uint64_t i = 0; i < 64; i++)
			sector_set(i, 'f');
		ck_assert_int_eq(disk_asked(VIRTIO_BLK_T_FLUSH, 0, NULL, 0), VIRTIO_BLK_S_OK);
		for (uint64_t i = 0; i < 64; i++)
			sector_set(i, 'x');
		disk_lose_power(&disk);
		for (uint64_t i = 0; i < 64; i++) {
			char is = sector_of(i);

			ck_assert(is == 'x' || is == 'f');
			kept += is == 'x';
			which[round] |= (uint64_t)(is == 'x') << i;
		}
		/* Of 64 by a coin, less than 16 or more than 48 come once in 40,000 seeds. */
		ck_assert_int_ge(kept, 16);
		ck_assert_int_le(kept, 48);
	}
	ck_assert_uint_eq(which[0], which[1]);
	ck_assert_uint_ne(which[0], which[2]);
}
END_TEST

START_TEST(what_is_past_the_end_of_a_disk_is_an_error_of_the_request)
{
	char data[1024] = "";

	use(&disk.vhost);
	come_up();
	ck_assert_int_eq(disk_asked(VIRTIO_BLK_T_IN, 64, data, 512), VIRTIO_BLK_S_IOERR);
	ck_assert_int_eq(disk_asked(VIRTIO_BLK_T_OUT, 63, data, 1024), VIRTIO_BLK_S_IOERR);
	ck_assert_int_eq(disk_asked(VIRTIO_BLK_T_IN, UINT64_MAX, data, 512), VIRTIO_BLK_S_IOERR);
	ck_assert_int_eq(disk_asked(VIRTIO_BLK_T_IN, UINT64_MAX / 512, data, 512),
			 VIRTIO_BLK_S_IOERR);
	ck_assert_int_eq(disk_asked(VIRTIO_BLK_T_IN, 0, data, 100), VIRTIO_BLK_S_IOERR);
	ck_assert_int_eq(disk_asked(VIRTIO_BLK_T_OUT, 0, data, 700), VIRTIO_BLK_S_IOERR);
	ck_assert_int_eq(disk_asked(4242, 0, data, 512), VIRTIO_BLK_S_UNSUPP);
	ck_assert_int_eq(disk_asked(VIRTIO_BLK_T_GET_ID, 0, data, 20), VIRTIO_BLK_S_OK);
	ck_assert_str_eq(data, "halfopen");
	ck_assert_int_eq(disk_asked(VIRTIO_BLK_T_GET_ID, 0, data, 600), VIRTIO_BLK_S_OK);
	disk.read_only = true;
	ck_assert_int_eq(disk_asked(VIRTIO_BLK_T_OUT, 0, data, 512), VIRTIO_BLK_S_IOERR);
}
END_TEST

START_TEST(a_request_of_a_driver_that_is_gone_is_dropped)
{
	struct virtio_blk_outhdr header = {.type = VIRTIO_BLK_T_IN};
	struct scripted_piece pieces[] = {{BUFFER, sizeof(header), false},
					  {BUFFER + 0x1000, 512, true},
					  {BUFFER + 0x9000, 1, true}};

	use(&disk.vhost);
	come_up();
	memcpy(scripted_at(&guest, BUFFER), &header, sizeof(header));
	scripted_offer(&guest, 0, pieces, 3);
	kick(0);
	vhost_disconnect(vhost);
	disk_do(&disk, given.request[0]);
	ck_assert_int_eq(disk_finish(&disk, given.request[0], &err), 0);
	disk_request_free(given.request[0]);
}
END_TEST

START_TEST(a_request_without_head_or_status_is_refused)
{
	struct scripted_piece short_head[] = {{BUFFER, 15, false}, {BUFFER + 0x9000, 1, true}},
			      no_status[] = {{BUFFER, 16, false}},
			      long_status[] = {{BUFFER, 16, false}, {BUFFER + 0x9000, 2, true}};
	const struct scripted_piece *all[] = {short_head, no_status, long_status};

	use(&disk.vhost);
	come_up();
	scripted_offer(&guest, 0, all[_i], _i == 1 ? 1 : 2);
	ck_assert_int_eq(kick_fails(0), -EPROTO);
}
END_TEST

int main(void)
{
	TCase *tests = tcase_create("disk");

	tcase_add_checked_fixture(tests, driver_set_up, driver_tear_down);
	tcase_add_test(tests, what_was_flushed_survives_a_power_loss_and_what_was_not_does_not);
	tcase_add_test(tests, a_disk_that_lies_loses_what_was_flushed);
	tcase_add_test(tests, a_disk_may_lose_a_part_by_its_seed_and_nothing_that_was_flushed);
	tcase_add_test(tests, what_is_past_the_end_of_a_disk_is_an_error_of_the_request);
	tcase_add_test(tests, a_request_of_a_driver_that_is_gone_is_dropped);
	tcase_add_loop_test(tests, a_request_without_head_or_status_is_refused, 0, 3);
	return run_tests(tests);
}
