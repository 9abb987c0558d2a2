/* SPDX-License-Identifier: MIT */
#include "scripted_driver.h"

#include <check.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

struct scripted_guest guest;
struct vhost *vhost;
struct err err;
int driver = -1, back = -1;
const uint8_t mac[6] = {2, 0, 0, 0, 0, 7};
struct card card;
struct port port;
struct disk disk;
struct given given;

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

int serve(void)
{
	err.text[0] = '\0';
	return vhost_serve(vhost, &err);
}

void say(uint32_t request, uint32_t flags, const void *payload, uint32_t size, const int *fds,
	 int count)
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

struct message hear(int fd)
{
	struct message message = {0};

	ck_assert_int_eq(recv(fd, &message, 12, 0), 12);
	ck_assert_uint_le(message.size, sizeof(message.bytes));
	if (message.size)
		ck_assert_int_eq(recv(fd, message.bytes, message.size, 0), message.size);
	return message;
}

bool is_silent(int fd)
{
	char byte;

	return recv(fd, &byte, 1, MSG_DONTWAIT) < 0 && errno == EAGAIN;
}

void tell(uint32_t request, const void *payload, uint32_t size, const int *fds, int count)
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

uint64_t ask(uint32_t request)
{
	say(request, 0, NULL, 0, NULL, 0);
	ck_assert_int_eq(serve(), 0);
	return hear(driver).number;
}

void config_get(uint32_t size, void *ret_config)
{
	uint32_t asked[3 + 15] = {0, size, 0};
	struct message answer;

	ck_assert_uint_le(size, 15 * sizeof(uint32_t));
	say(GET_CONFIG, 0, asked, 12 + size, NULL, 0);
	ck_assert_int_eq(serve(), 0);
	answer = hear(driver);
	ck_assert_uint_eq(answer.size, 12 + size);
	memcpy(ret_config, answer.bytes + 12, size);
}

void memory_set(void)
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

void come_up(void)
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

void driver_set_up(void)
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

void use(struct vhost *other)
{
	int fd = fcntl(vhost->fd, F_DUPFD_CLOEXEC, 0);

	vhost_disconnect(vhost);
	vhost = other;
	vhost_connect(vhost, fd);
}

void driver_tear_down(void)
{
	vhost_done(&card.vhost);
	port_done(&port);
	disk_done(&disk);
	scripted_guest_done(&guest);
}

void kick(uint32_t queue)
{
	say(VRING_KICK, NEED_REPLY, (uint32_t[]){queue, 0}, 8, NULL, 0);
	ck_assert_msg(serve() == 0, "%s", err.text);
	ck_assert(vhost->is_kicking);
	ck_assert(is_silent(driver));
	ck_assert_int_eq(vhost_answer_kick(vhost, &err), 0);
	ck_assert_uint_eq(hear(driver).number, 0);
}

int kick_fails(uint32_t queue)
{
	say(VRING_KICK, NEED_REPLY, (uint32_t[]){queue, 0}, 8, NULL, 0);
	return serve();
}

void take_interrupt(uint32_t request, uint32_t queue)
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
