/* SPDX-License-Identifier: MIT
 *
 * The three devices, each against a scripted driver over a pair of sockets.
 */
#include "vhost.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/virtio_blk.h>
#include <linux/virtio_console.h>
#include <linux/virtio_net.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base_test.h"
#include "card.h"
#include "disk.h"
#include "port.h"
#include "scripted_guest.h"

enum { GET_FEATURES = 1, SET_FEATURES, SET_OWNER, RESET_OWNER, SET_MEM_TABLE };
enum { SET_VRING_NUM = 8, SET_VRING_ADDR, SET_VRING_BASE };
enum { GET_PROTOCOL_FEATURES = 15, SET_PROTOCOL_FEATURES, SET_VRING_ENABLE = 18 };
enum { SET_SLAVE_REQ_FD = 21, GET_CONFIG = 24, SET_CONFIG, VRING_KICK = 35 };
#define PROTOCOL (1 << 3 | 1 << 5 | 1 << 9 | 1 << 14)
#define BASICS   (1ULL << 32 | 1ULL << 30)
#define BUFFER   (GUEST_AT + GUEST_BUFFER)

struct message {
	uint32_t request, flags, size;
	union {
		uint64_t number;
		uint32_t word[60];
		uint8_t bytes[240];
	};
} __attribute__((packed));

static struct scripted_guest guest;
static struct vhost *vhost;
static struct err err;
static int driver = -1, back = -1; /* the guest's ends */

static const uint8_t mac[6] = {2, 0, 0, 0, 0, 7};
static struct card card;
static struct port port;
static struct disk disk;

/* What the devices gave to their owners. */
static struct {
	uint8_t frame[4096];
	uint32_t size;
	int frames, sent, woken, requests;
	char bytes[65536];
	size_t byte_count;
	struct disk_request *request[8];
} given;

static int frame_given(struct card *of, const uint8_t *frame, uint32_t size, struct err *ret_err)
{
	(void)of, (void)ret_err;
	memcpy(given.frame, frame, size < sizeof(given.frame) ? size : sizeof(given.frame));
	given.size = size;
	given.frames++;
	return 0;
}

static void sent_given(struct card *of)
{
	(void)of;
	given.sent++;
}

static int bytes_given(struct port *of, const void *bytes, size_t size, struct err *ret_err)
{
	(void)of, (void)ret_err;
	memcpy(given.bytes, bytes, size);
	given.byte_count = size;
	return 0;
}

static void wake_given(struct port *of)
{
	(void)of;
	given.woken++;
}

static int request_given(struct disk *of, struct disk_request *request, struct err *ret_err)
{
	(void)of, (void)ret_err;
	given.request[given.requests++ % 8] = request;
	return 0;
}

static int serve(void)
{
	err.text[0] = '\0';
	return vhost_serve(vhost, &err);
}

static void say(uint32_t request, uint32_t flags, const void *payload, uint32_t size,
		const int *fds, int count)
{
	struct message message = {.request = request, .flags = 1 | flags, .size = size};
	_Alignas(struct cmsghdr) char control[CMSG_SPACE(16 * sizeof(int))] = {0};
	struct iovec part = {&message, 12 + size};
	struct msghdr header = {.msg_iov = &part, .msg_iovlen = 1};

	if (size)
		memcpy(message.bytes, payload, size);
	if (count) {
		struct cmsghdr *pass;

		header.msg_control = control;
		header.msg_controllen = CMSG_SPACE((size_t)count * sizeof(int));
		pass = CMSG_FIRSTHDR(&header);
		pass->cmsg_level = SOL_SOCKET;
		pass->cmsg_type = SCM_RIGHTS;
		pass->cmsg_len = CMSG_LEN((size_t)count * sizeof(int));
		memcpy(CMSG_DATA(pass), fds, (size_t)count * sizeof(int));
	}
	ck_assert_int_eq(sendmsg(driver, &header, 0), 12 + size);
}

static struct message hear(int fd)
{
	struct message message = {0};

	ck_assert_int_eq(recv(fd, &message, 12, 0), 12);
	ck_assert_uint_le(message.size, sizeof(message.bytes));
	if (message.size)
		ck_assert_int_eq(recv(fd, message.bytes, message.size, 0), message.size);
	return message;
}

static bool is_silent(int fd)
{
	char byte;

	return recv(fd, &byte, 1, MSG_DONTWAIT) < 0 && errno == EAGAIN;
}

#define NEED_REPLY 8
/* Says it, is answered with success. */
static void tell(uint32_t request, const void *payload, uint32_t size, const int *fds, int count)
{
	struct message answer;

	say(request, NEED_REPLY, payload, size, fds, count);
	ck_assert_msg(serve() == 0, "%s", err.text);
	answer = hear(driver);
	ck_assert_uint_eq(answer.request, request);
	ck_assert_uint_eq(answer.flags, 1 | 4);
	ck_assert_uint_eq(answer.size, 8);
	ck_assert_uint_eq(answer.number, 0);
}

static uint64_t ask(uint32_t request)
{
	say(request, 0, NULL, 0, NULL, 0);
	ck_assert_int_eq(serve(), 0);
	return hear(driver).number;
}

struct memory_table {
	uint32_t count, padding;
	uint64_t region[2][4];
};

static void memory_set(void)
{
	struct memory_table table = {1, 0, {{GUEST_AT, GUEST_SIZE, GUEST_AT, 0}}};

	tell(SET_MEM_TABLE, &table, sizeof(table), &guest.memory_fd, 1);
	tell(SET_MEM_TABLE, &table, 8 + 32, &guest.memory_fd, 1); /* as 7.3 does */
}

static void queue_set(uint32_t index)
{
	struct scripted_queue *of = &guest.queue[index];
	uint32_t size[] = {index, GUEST_QUEUE}, base[] = {index, 0};
	struct {
		uint32_t index, flags;
		uint64_t descriptors, used, available, log;
	} addresses = {index, 0, of->descriptors_at, of->used_at, of->available_at, UINT64_MAX};

	tell(SET_VRING_NUM, size, sizeof(size), NULL, 0);
	tell(SET_VRING_BASE, base, sizeof(base), NULL, 0);
	tell(SET_VRING_ADDR, &addresses, sizeof(addresses), NULL, 0);
}

/* As virtio_uml.c does it: trace-messages of a start-up. */
static void come_up(void)
{
	uint64_t features, protocol = PROTOCOL;
	int pair[2];

	say(SET_OWNER, 0, NULL, 0, NULL, 0);
	ck_assert_int_eq(serve(), 0);
	features = ask(GET_FEATURES);
	ck_assert_uint_eq(features & BASICS, BASICS);
	ck_assert_uint_eq(ask(GET_PROTOCOL_FEATURES), PROTOCOL);
	tell(SET_PROTOCOL_FEATURES, &protocol, 8, NULL, 0);
	ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair), 0);
	back = pair[0];
	tell(SET_SLAVE_REQ_FD, NULL, 0, &pair[1], 1);
	close(pair[1]);
	tell(SET_FEATURES, &features, 8, NULL, 0);
	memory_set();
	for (int i = 0; i < vhost->kind->queue_count; i++)
		queue_set((uint32_t)i);
	for (uint32_t i = 0; i < (uint32_t)vhost->kind->queue_count; i++)
		tell(SET_VRING_ENABLE, (uint32_t[]){i, 1}, 8, NULL, 0);
}

static void setup(void)
{
	int pair[2], image = memfd_create("image", 0);
	char path[64];

	memset(&given, 0, sizeof(given));
	scripted_guest_init(&guest);
	card_init(&card, mac);
	card.send = frame_given;
	card.sent = sent_given;
	port_init(&port);
	port.written = bytes_given;
	port.wake = wake_given;
	ck_assert_int_eq(ftruncate(image, 64 * 512), 0);
	snprintf(path, sizeof(path), "/proc/self/fd/%d", image);
	ck_assert_int_eq(disk_open(&disk, path, false, DISK_LOSES_UNSYNCED, 1, 1, &err), 0);
	disk.request = request_given;
	vhost = &card.vhost;
	ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair), 0);
	driver = pair[0];
	vhost_connect(vhost, pair[1]);
}

static void use(struct vhost *other)
{
	int fd = fcntl(vhost->fd, F_DUPFD_CLOEXEC, 0);

	vhost_disconnect(vhost);
	vhost = other;
	vhost_connect(vhost, fd);
}

static void teardown(void)
{
	vhost_done(&card.vhost);
	port_done(&port);
	disk_done(&disk);
	scripted_guest_done(&guest);
}

/* Kicks, and is not answered before the owner says so. */
static void kick(uint32_t queue)
{
	say(VRING_KICK, NEED_REPLY, (uint32_t[]){queue, 0}, 8, NULL, 0);
	ck_assert_msg(serve() == 0, "%s", err.text);
	ck_assert(vhost->is_kicking);
	ck_assert(is_silent(driver));
	ck_assert_int_eq(vhost_answer_kick(vhost, &err), 0);
	ck_assert_uint_eq(hear(driver).number, 0);
}

static int kick_fails(uint32_t queue)
{
	say(VRING_KICK, NEED_REPLY, (uint32_t[]){queue, 0}, 8, NULL, 0);
	return serve();
}

/* The interrupt that was raised, and its answer. */
static void take_interrupt(uint32_t request, uint32_t queue)
{
	struct message message = hear(back);

	ck_assert(vhost->is_interrupting);
	ck_assert_uint_eq(message.request, request);
	ck_assert_uint_eq(message.flags, 1 | NEED_REPLY);
	if (request == 4)
		ck_assert_uint_eq(message.word[0], queue);
	message.flags = 1 | 4;
	message.size = 8;
	message.number = 0;
	ck_assert_int_eq(send(back, &message, 20, 0), 20);
	ck_assert_int_eq(vhost_serve_back(vhost, &err), 0);
	ck_assert(!vhost->is_interrupting);
}

START_TEST(a_card_has_an_address_and_a_carrier)
{
	uint32_t asked[3 + 5] = {0, 20, 0};
	struct virtio_net_config config;
	struct message answer;

	come_up();
	ck_assert(vhost_is_up(vhost));
	card.carrier = true;
	say(GET_CONFIG, 0, asked, sizeof(asked), NULL, 0);
	ck_assert_int_eq(serve(), 0);
	answer = hear(driver);
	ck_assert_uint_eq(answer.size, sizeof(asked));
	memcpy(&config, answer.bytes + 12, 20);
	ck_assert_int_eq(memcmp(config.mac, mac, 6), 0);
	ck_assert_int_eq(config.status, VIRTIO_NET_S_LINK_UP);
	card.carrier = false;
	ck_assert_int_eq(vhost_raise_config(vhost, &err), 0);
	take_interrupt(2, 0);
	ck_assert(!vhost_may_raise(vhost, false));
	vhost_has_run(vhost);
	ck_assert(vhost_may_raise(vhost, false));
	say(GET_CONFIG, 0, asked, sizeof(asked), NULL, 0);
	ck_assert_int_eq(serve(), 0);
	answer = hear(driver);
	memcpy(&config, answer.bytes + 12, 20);
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

START_TEST(a_disk_may_lose_a_part_which_is_the_same_part_each_time)
{
	int kept[2] = {0};
	uint64_t which[2] = {0};

	use(&disk.vhost);
	come_up();
	disk.loses = DISK_LOSES_RANDOM;
	for (int round = 0; round < 2; round++) {
		memset(disk.safe, 0, 64 * 512);
		chance_seed(&disk.chance, 5, 5);
		for (uint64_t i = 0; i < 64; i++)
			sector_set(i, 'x');
		disk_lose_power(&disk);
		for (uint64_t i = 0; i < 64; i++) {
			bool there = sector_of(i) == 'x';

			kept[round] += there;
			which[round] |= (uint64_t)there << i;
		}
	}
	ck_assert_int_gt(kept[0], 16);
	ck_assert_int_lt(kept[0], 48);
	ck_assert_uint_eq(which[0], which[1]);
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

	tcase_add_checked_fixture(tests, setup, teardown);
	tcase_add_test(tests, a_card_has_an_address_and_a_carrier);
	tcase_add_test(tests, a_card_sends_what_its_driver_gives_it);
	tcase_add_test(tests, a_card_delivers_into_what_it_was_given);
	tcase_add_loop_test(tests, a_frame_that_is_none_is_refused, 0, 3);
	tcase_add_test(tests, a_port_is_opened_and_carries_bytes_both_ways);
	tcase_add_test(tests, a_port_that_is_not_read_says_so);
	tcase_add_test(tests, a_port_that_asks_without_end_is_refused);
	tcase_add_test(tests, what_was_flushed_survives_a_power_loss_and_what_was_not_does_not);
	tcase_add_test(tests, a_disk_that_lies_loses_what_was_flushed);
	tcase_add_test(tests, a_disk_may_lose_a_part_which_is_the_same_part_each_time);
	tcase_add_test(tests, what_is_past_the_end_of_a_disk_is_an_error_of_the_request);
	tcase_add_test(tests, a_request_of_a_driver_that_is_gone_is_dropped);
	tcase_add_loop_test(tests, a_request_without_head_or_status_is_refused, 0, 3);
	tcase_add_loop_test(tests, a_driver_that_lies_is_refused, 0, COUNT(lies));
	tcase_add_test(tests, new_memory_makes_the_old_queues_void);
	tcase_add_test(tests, memory_that_shrinks_is_an_error_of_the_guest);
	tcase_add_test(tests, an_interrupt_that_is_refused_is_an_error);
	tcase_add_test(tests, an_answer_to_nothing_is_an_error);
	tcase_add_test(tests, a_driver_that_goes_away_leaves_a_device_that_is_down);
	return run_tests(tests);
}
