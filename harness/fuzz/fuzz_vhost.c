/* SPDX-License-Identifier: MIT
 *
 * A guest of a run with own kernels as the driver of a card, a control port or a disk: what it says
 * on its sockets, with which descriptors, what it writes into its memory meanwhile, and what our
 * side does when it may. The first byte says which device; its top bit, that the driver comes up
 * properly first.
 */
#undef NDEBUG
#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include "card.h"
#include "disk.h"
#include "port.h"
#include "script.h"
#include "scripted_guest.h"

enum { SET_FEATURES = 2, SET_MEM_TABLE = 5, SET_VRING_NUM = 8, SET_VRING_ADDR, SET_VRING_BASE };
enum { SET_VRING_ENABLE = 18, SET_SLAVE_REQ_FD = 21, VRING_KICK = 35 };
#define NEED_REPLY 8
#define REQUESTS   16

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct scripted_guest guest;
static int image = -1;

static struct device {
	struct card card;
	struct port port;
	struct disk disk;
	struct vhost *vhost;
	int driver, back, backs_other;
	struct disk_request *request[REQUESTS];
	int request_count;
	bool woken, sent;
	struct err err;
} device;

static int frame_given(struct card *card, const uint8_t *frame, uint32_t size, struct err *err)
{
	uint8_t copy[CARD_FRAME_MOST];

	(void)card, (void)err;
	assert(size >= CARD_FRAME_LEAST && size <= CARD_FRAME_MOST);
	memcpy(copy, frame, size);
	return 0;
}

static void sent_given(struct card *card)
{
	(void)card;
	device.sent = true;
}

static int bytes_given(struct port *port, const void *bytes, size_t size, struct err *err)
{
	uint8_t copy[PORT_WRITE_MOST];

	(void)port, (void)err;
	assert(size <= PORT_WRITE_MOST);
	memcpy(copy, bytes, size);
	return 0;
}

static void wake_given(struct port *port)
{
	(void)port;
	device.woken = true;
}

static int request_given(struct disk *disk, struct disk_request *request, struct err *err)
{
	(void)disk, (void)err;
	if (device.request_count == REQUESTS)
		disk_request_free(request);
	else
		device.request[device.request_count++] = request;
	return 0;
}

/* What was answered is of no interest. */
static void hear_all(int fd)
{
	char heard[4096];

	while (fd >= 0 && recv(fd, heard, sizeof(heard), MSG_DONTWAIT) > 0)
		;
}

static int say(uint8_t request, uint32_t flags, const void *payload, uint32_t size, const int *fds,
	       size_t count)
{
	struct {
		uint32_t request, flags, size;
		uint8_t bytes[256];
	} message = {request, 1 | flags, size, {0}};
	_Alignas(struct cmsghdr) char control[CMSG_SPACE(4 * sizeof(int))] = {0};
	struct iovec part = {&message, 12 + (size < 256 ? size : 256)};
	struct msghdr header = {.msg_iov = &part, .msg_iovlen = 1};
	int ret;

	memcpy(message.bytes, payload, part.iov_len - 12);
	if (count) {
		struct cmsghdr *pass = (struct cmsghdr *)control;

		header.msg_control = control;
		header.msg_controllen = CMSG_SPACE(count * sizeof(int));
		pass->cmsg_level = SOL_SOCKET;
		pass->cmsg_type = SCM_RIGHTS;
		pass->cmsg_len = CMSG_LEN(count * sizeof(int));
		memcpy(CMSG_DATA(pass), fds, count * sizeof(int));
	}
	if (sendmsg(device.driver, &header, MSG_NOSIGNAL | MSG_DONTWAIT) < 0)
		return -1;
	ret = vhost_serve(device.vhost, &device.err);
	hear_all(device.driver);
	return ret;
}

static int come_up(void)
{
	struct {
		uint32_t count, padding;
		uint64_t region[4];
	} table = {1, 0, {GUEST_AT, GUEST_SIZE, GUEST_AT, 0}};
	uint64_t features = device.vhost->kind->features;
	int ret = say(SET_SLAVE_REQ_FD, NEED_REPLY, "", 0, &device.backs_other, 1);

	ret = ret ? ret : say(SET_FEATURES, NEED_REPLY, &features, 8, NULL, 0);
	ret = ret ? ret
		  : say(SET_MEM_TABLE, NEED_REPLY, &table, sizeof(table), &guest.memory_fd, 1);
	for (uint32_t i = 0; i < (uint32_t)device.vhost->kind->queue_count && ret == 0; i++) {
		struct scripted_queue *queue = &guest.queue[i];
		uint32_t size[] = {i, GUEST_QUEUE}, base[] = {i, 0}, on[] = {i, 1};
		struct {
			uint32_t index, flags;
			uint64_t descriptors, used, available, log;
		} at = {i,         0, queue->descriptors_at, queue->used_at, queue->available_at,
			UINT64_MAX};

		ret = say(SET_VRING_NUM, NEED_REPLY, size, sizeof(size), NULL, 0);
		ret = ret ? ret : say(SET_VRING_BASE, NEED_REPLY, base, sizeof(base), NULL, 0);
		ret = ret ? ret : say(SET_VRING_ADDR, NEED_REPLY, &at, sizeof(at), NULL, 0);
		ret = ret ? ret : say(SET_VRING_ENABLE, NEED_REPLY, on, sizeof(on), NULL, 0);
	}
	return ret;
}

/* A message, well formed or not, with up to three descriptors of different kinds. */
static int say_something(struct script *script)
{
	uint8_t request = (uint8_t)script_number(script, 1),
		how = (uint8_t)script_number(script, 1);
	const int kinds[] = {guest.memory_fd, device.backs_other, image};
	uint8_t payload[256];
	int fds[3];
	size_t count = how & 3;
	uint32_t size = (uint32_t)script_bytes(script, payload, sizeof(payload));

	for (size_t i = 0; i < count; i++)
		fds[i] = kinds[(how >> 2 & 3) % 3];
	if (how & 0x80)
		size = (uint32_t)script_number(script, 4);
	return say(request, how & 0x40 ? NEED_REPLY : 0, payload, size, fds, count);
}

/* Chains of descriptors, and whatever else is there. */
static int write_memory(struct script *script)
{
	uint64_t at = script_number(script, 2);
	uint8_t bytes[64];
	size_t size = script_bytes(script, bytes, sizeof(bytes));

	memcpy(guest.memory + at, bytes, size);
	return 0;
}

static int offer_and_kick(struct script *script)
{
	uint8_t what = (uint8_t)script_number(script, 1);
	uint32_t queue = what % VHOST_QUEUES, kick[2] = {queue, 0};
	struct scripted_piece piece[4];
	int count = 1 + (what >> 2 & 3);

	for (int i = 0; i < count; i++) {
		uint64_t number = script_number(script, 4);

		piece[i] = (struct scripted_piece){GUEST_AT + GUEST_BUFFER + (number & 0xffff),
						   number >> 17 & 0x7fff, number & 0x10000};
	}
	scripted_offer(&guest, (int)queue, piece, count);
	return say(VRING_KICK, NEED_REPLY, kick, sizeof(kick), NULL, 0);
}

static int do_requests(void)
{
	int ret = 0;

	for (int i = 0; i < device.request_count; i++) {
		struct disk_request *request = device.request[i];

		disk_do(&device.disk, request);
		if (ret == 0 && !device.vhost->is_interrupting)
			ret = disk_finish(&device.disk, request, &device.err);
		disk_request_free(request);
	}
	device.request_count = 0;
	return ret;
}

/* As the owner may, while the guest waits for its time. */
static int own(struct script *script)
{
	static const uint8_t frame[1514];
	struct vhost *vhost = device.vhost;
	uint64_t number = script_number(script, 2);
	enum card_delivery delivery;

	if (vhost->is_kicking)
		return vhost_answer_kick(vhost, &device.err);
	if (vhost->is_interrupting) /* it must answer first */
		return 0;
	switch (number % 5) {
	case 0:
		vhost_has_run(vhost);
		return 0;
	case 1:
		return vhost_may_raise(vhost, true) ? vhost_raise_config(vhost, &device.err) : 0;
	case 2:
		if (!vhost_may_raise(vhost, false))
			return 0;
		if (vhost == &device.disk.vhost)
			return do_requests();
		if (vhost == &device.card.vhost && device.sent) {
			device.sent = false;
			return card_sent(&device.card, &device.err);
		}
		return vhost == &device.port.vhost ? port_push(&device.port, &device.err) : 0;
	case 3:
		if (vhost == &device.card.vhost && vhost_may_raise(vhost, false))
			return card_deliver(&device.card, frame,
					    (uint32_t)(CARD_FRAME_LEAST + (number >> 3) % 1500),
					    &delivery, &device.err);
		return vhost == &device.port.vhost
			       ? port_tell(&device.port, frame, (number >> 3) % sizeof(frame),
					   &device.err)
			       : 0;
	default:
		if (vhost == &device.disk.vhost)
			disk_lose_power(&device.disk);
		return 0;
	}
}

static int answer_back(struct script *script)
{
	struct {
		uint32_t request, flags, size;
		uint64_t number;
	} __attribute__((packed)) answer = {4, 1 | 4, 8, 0};
	uint8_t how = (uint8_t)script_number(script, 1);

	hear_all(device.back);
	if (how & 1)
		script_bytes(script, &answer, sizeof(answer));
	if (device.vhost->back < 0 ||
	    send(device.back, &answer, sizeof(answer), MSG_NOSIGNAL | MSG_DONTWAIT) < 0)
		return 0;
	return vhost_serve_back(device.vhost, &device.err);
}

static int act(struct script *script)
{
	uint8_t bytes[64];
	size_t size;

	switch (script_number(script, 1) % 8) {
	case 0:
		return say_something(script);
	case 1:
		return write_memory(script);
	case 2:
	case 3:
		return offer_and_kick(script);
	case 4:
	case 5:
		return own(script);
	case 6:
		return answer_back(script);
	default:
		size = script_bytes(script, bytes, sizeof(bytes));
		if (size && send(device.driver, bytes, size, MSG_NOSIGNAL | MSG_DONTWAIT) < 0)
			return -1;
		return vhost_serve(device.vhost, &device.err);
	}
}

static void set_up(uint8_t which)
{
	static const uint8_t mac[6] = {2, 0, 0, 0, 0, 7};
	char path[64];
	int pair[2], backs[2];

	device = (struct device){0};
	if (image < 0) {
		scripted_guest_init(&guest);
		image = memfd_create("image", MFD_CLOEXEC);
		assert(image >= 0 && ftruncate(image, 64 * DISK_SECTOR) == 0);
	}
	memset(guest.memory, 0, 0x8000);
	for (int i = 0; i < 8; i++)
		guest.queue[i].next_descriptor = guest.queue[i].taken_back = 0;
	card_init(&device.card, mac);
	device.card.send = frame_given;
	device.card.sent = sent_given;
	port_init(&device.port);
	device.port.written = bytes_given;
	device.port.wake = wake_given;
	device.vhost = &device.card.vhost;
	if (which % 3 == 1)
		device.vhost = &device.port.vhost;
	if (which % 3 == 2) {
		snprintf(path, sizeof(path), "/proc/self/fd/%d", image);
		assert(disk_open(&device.disk, path, false,
				 which & 0x40 ? DISK_LOSES_RANDOM : DISK_LOSES_UNSYNCED, 1, 1,
				 &device.err) == 0);
		device.disk.request = request_given;
		device.vhost = &device.disk.vhost;
	}
	assert(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) == 0);
	assert(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, backs) == 0);
	device.driver = pair[0];
	device.back = backs[0];
	device.backs_other = backs[1];
	vhost_connect(device.vhost, pair[1]);
}

static void tear_down(uint8_t which)
{
	for (int i = 0; i < device.request_count; i++)
		disk_request_free(device.request[i]);
	vhost_done(&device.card.vhost);
	port_done(&device.port);
	if (which % 3 == 2)
		disk_done(&device.disk);
	close(device.driver);
	close(device.back);
	close(device.backs_other);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct script script = {data, data + size};
	uint8_t which = (uint8_t)script_number(&script, 1);
	int ret;

	set_up(which);
	ret = which & 0x80 ? come_up() : 0;
	while (ret >= 0 && !script_is_over(&script))
		ret = act(&script);
	tear_down(which);
	return 0;
}
