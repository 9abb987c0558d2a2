/* SPDX-License-Identifier: MIT */
#include "vhost.h"

#include <assert.h>
#include <errno.h>
#include <stddef.h>
#include <string.h>
#include <unistd.h>

#include "connection.h"

enum vhost_request {
	GET_FEATURES = 1,
	SET_FEATURES = 2,
	SET_OWNER = 3,
	RESET_OWNER = 4,
	SET_MEM_TABLE = 5,
	SET_VRING_NUM = 8,
	SET_VRING_ADDR = 9,
	SET_VRING_BASE = 10,
	GET_PROTOCOL_FEATURES = 15,
	SET_PROTOCOL_FEATURES = 16,
	SET_VRING_ENABLE = 18,
	SET_SLAVE_REQ_FD = 21,
	GET_CONFIG = 24,
	SET_CONFIG = 25,
	VRING_KICK = 35,
};

enum vhost_back_request { BACK_CONFIG_CHANGE = 2, BACK_VRING_CALL = 4 };

#define FLAG_VERSION    1u
#define FLAG_REPLY      4u
#define FLAG_NEED_REPLY 8u

#define BIT(n)              (1ULL << (n))
#define F_PROTOCOL_FEATURES BIT(30)
#define F_VERSION_1         BIT(32)
#define PROTOCOL_REPLY_ACK  BIT(3)
#define PROTOCOL_SLAVE_REQ  BIT(5)
#define PROTOCOL_CONFIG     BIT(9)
#define PROTOCOL_IN_BAND    BIT(14)
#define PROTOCOL_FEATURES                                                                          \
	(PROTOCOL_REPLY_ACK | PROTOCOL_SLAVE_REQ | PROTOCOL_CONFIG | PROTOCOL_IN_BAND)

struct header {
	uint32_t request, flags, size;
};

struct payload_state {
	uint32_t index, number;
};

struct payload_addresses {
	uint32_t index, flags;
	uint64_t descriptors, used, available, log;
};

struct payload_region {
	uint64_t guest_address, size, user_address, offset;
};

struct payload_memory {
	uint32_t count, padding;
	struct payload_region region[MEMORY_REGIONS];
};

struct payload_config {
	uint32_t offset, size, flags;
};

/* All that a message's payload can be; its fields are aligned as on the wire. */
union payload {
	uint64_t number;
	struct payload_state state;
	struct payload_addresses addresses;
	struct payload_memory memory;
	struct {
		struct payload_config config;
		uint8_t bytes[VHOST_CONFIG_MOST];
	};
};

static_assert(sizeof(struct header) == 12 && sizeof(struct payload_addresses) == 40 &&
		      sizeof(struct payload_memory) == 72 && sizeof(struct payload_config) == 12,
	      "as virtio_uml.c has them, packed");

void vhost_init(struct vhost *vhost, const struct vhost_kind *kind)
{
	assert(kind->queue_count <= VHOST_QUEUES);
	vhost->kind = kind;
	vhost->listener = vhost->fd = vhost->back = -1;
}

static void drop_passed(struct vhost *vhost)
{
	for (int i = 0; i < vhost->passed_count; i++)
		close(vhost->passed[i]);
	vhost->passed_count = 0;
}

void vhost_disconnect(struct vhost *vhost)
{
	bool was_connected = vhost->fd >= 0;

	drop_passed(vhost);
	if (vhost->fd >= 0)
		close(vhost->fd);
	if (vhost->back >= 0)
		close(vhost->back);
	vhost->fd = vhost->back = -1;
	for (int i = 0; i < VHOST_QUEUES; i++)
		queue_reset(&vhost->queue[i]);
	memory_clear(&vhost->memory);
	vhost->have = vhost->have_reply = 0;
	vhost->is_kicking = vhost->is_interrupting = vhost->config_raised = false;
	vhost->raised = 0;
	vhost->features = 0;
	if (was_connected && vhost->kind->reset)
		vhost->kind->reset(vhost);
}

void vhost_done(struct vhost *vhost)
{
	vhost_disconnect(vhost);
	if (vhost->listener >= 0)
		close(vhost->listener);
	vhost->listener = -1;
}

int vhost_listen(struct vhost *vhost, const char *path, struct err *err)
{
	int fd = connection_listen(path, err);

	if (fd < 0)
		return fd;
	vhost->listener = fd;
	return 0;
}

void vhost_connect(struct vhost *vhost, int fd)
{
	vhost_disconnect(vhost);
	vhost->fd = fd;
}

int vhost_accept(struct vhost *vhost, struct err *err)
{
	pid_t peer = 0;
	int fd = connection_accept(vhost->listener, &peer);

	if (fd == -EAGAIN)
		return 0;
	if (fd < 0)
		return err_sys(err, fd, "accept");
	vhost_connect(vhost, fd);
	vhost->peer = peer;
	return 1;
}

/* Its end may be gone already: who watches the process knows why. */
static int send_to(int fd, const void *bytes, size_t size, struct err *err)
{
	int ret = connection_send(fd, bytes, size, NULL, 0, err);

	return ret == -EPIPE ? 0 : ret;
}

static int reply(struct vhost *vhost, uint32_t request, const void *payload, size_t size,
		 struct err *err)
{
	struct header header = {
		.request = request, .flags = FLAG_VERSION | FLAG_REPLY, .size = (uint32_t)size};
	uint8_t message[VHOST_MESSAGE_MOST];

	memcpy(message, &header, sizeof(header));
	memcpy(message + sizeof(header), payload, size);
	return send_to(vhost->fd, message, sizeof(header) + size, err);
}

static int reply_number(struct vhost *vhost, uint32_t request, uint64_t number, struct err *err)
{
	return reply(vhost, request, &number, sizeof(number), err);
}

int vhost_answer_kick(struct vhost *vhost, struct err *err)
{
	assert(vhost->is_kicking);
	vhost->is_kicking = false;
	return vhost->fd < 0 ? 0 : reply_number(vhost, VRING_KICK, 0, err);
}

static int set_features(struct vhost *vhost, uint64_t features, struct err *err)
{
	uint64_t offered = vhost->kind->features | F_VERSION_1 | F_PROTOCOL_FEATURES;

	if (features & ~offered || !(features & F_VERSION_1))
		return err_set(err, EPROTO, "features %#llx, and %#llx are offered",
			       (unsigned long long)features, (unsigned long long)offered);
	vhost->features = features;
	return 0;
}

static int set_protocol_features(uint64_t features, struct err *err)
{
	if (features != PROTOCOL_FEATURES)
		return err_set(err, ENOTSUP,
			       "its kernel's vhost-user lacks what is needed (features %#llx of "
			       "%#llx); use one from 6.1 on",
			       (unsigned long long)features, (unsigned long long)PROTOCOL_FEATURES);
	return 0;
}

static int set_back(struct vhost *vhost, struct err *err)
{
	if (vhost->passed_count != 1)
		return err_set(err, EPROTO, "%d descriptors instead of one", vhost->passed_count);
	if (vhost->back >= 0)
		close(vhost->back);
	vhost->back = vhost->passed[0];
	vhost->passed_count = 0;
	return 0;
}

static int set_memory(struct vhost *vhost, const struct payload_memory *table, struct err *err)
{
	int ret = 0;

	if (table->count == 0 || table->count > MEMORY_REGIONS ||
	    vhost->passed_count != (int)table->count)
		return err_set(err, EPROTO, "%u regions of memory in %d files", table->count,
			       vhost->passed_count);
	for (int i = 0; i < VHOST_QUEUES; i++) /* they lie in what goes now */
		queue_reset(&vhost->queue[i]);
	memory_clear(&vhost->memory);
	for (uint32_t i = 0; i < table->count && ret == 0; i++) {
		const struct payload_region *from = &table->region[i];
		struct memory_region region = {
			.address = from->user_address, .size = from->size, .offset = from->offset};

		ret = memory_add(&vhost->memory, &region, vhost->passed[i], vhost->sealed, err);
	}
	return ret;
}

static int kick(struct vhost *vhost, uint32_t index, uint32_t flags, struct err *err)
{
	if (!(flags & FLAG_NEED_REPLY))
		return err_set(err, EPROTO, "it kicks and does not wait");
	vhost->kicks++;
	vhost->is_kicking = true;
	return vhost->kind->kick(vhost, (int)index, err);
}

static int set_addresses(struct vhost *vhost, const struct payload_addresses *addresses,
			 struct err *err)
{
	struct queue *queue = &vhost->queue[addresses->index];
	int ret = queue_set_addresses(queue, &vhost->memory, addresses->descriptors,
				      addresses->used, addresses->available, err);

	if (ret == 0)
		queue_set_kicks(queue, !(vhost->kind->quiet & 1u << addresses->index));
	return ret;
}

static int queue_message(struct vhost *vhost, const struct header *header,
			 const union payload *payload, struct err *err)
{
	uint32_t index = payload->state.index;
	struct queue *queue;

	if (index >= (uint32_t)vhost->kind->queue_count)
		return err_set(err, EPROTO, "queue %u of %d", index, vhost->kind->queue_count);
	queue = &vhost->queue[index];
	switch (header->request) {
	case SET_VRING_NUM:
		return queue_set_size(queue, payload->state.number, err);
	case SET_VRING_BASE:
		return queue_set_base(queue, payload->state.number, err);
	case SET_VRING_ENABLE:
		queue->enabled = payload->state.number;
		return 0;
	case SET_VRING_ADDR:
		return set_addresses(vhost, &payload->addresses, err);
	default:
		return kick(vhost, index, header->flags, err);
	}
}

static int get_config(struct vhost *vhost, union payload *payload, uint32_t size, struct err *err)
{
	const struct payload_config *asked = &payload->config;
	uint8_t config[VHOST_CONFIG_MOST] = {0};

	vhost->kind->config(vhost, config);
	if (asked->offset > VHOST_CONFIG_MOST || asked->size > VHOST_CONFIG_MOST - asked->offset ||
	    asked->size != size - sizeof(*asked))
		return err_set(err, EPROTO, "%u bytes of configuration at %u", asked->size,
			       asked->offset);
	memcpy(payload->bytes, config + asked->offset, asked->size);
	return reply(vhost, GET_CONFIG, payload, size, err);
}

/* What each message carries, at least; others are only acknowledged. */
static const struct {
	uint32_t size;
	bool of_queue;
} requests[] = {
	[SET_FEATURES] = {sizeof(uint64_t), false},
	[SET_PROTOCOL_FEATURES] = {sizeof(uint64_t), false},
	/* One region; up to 6.12 both are there, whatever their count. */
	[SET_MEM_TABLE] = {offsetof(struct payload_memory, region[1]), false},
	[GET_CONFIG] = {sizeof(struct payload_config), false},
	[SET_VRING_NUM] = {sizeof(struct payload_state), true},
	[SET_VRING_BASE] = {sizeof(struct payload_state), true},
	[SET_VRING_ADDR] = {sizeof(struct payload_addresses), true},
	[SET_VRING_ENABLE] = {sizeof(struct payload_state), true},
	[VRING_KICK] = {sizeof(struct payload_state), true},
};
#define REQUEST_COUNT (sizeof(requests) / sizeof(requests[0]))

static int handle(struct vhost *vhost, const struct header *header, union payload *payload,
		  struct err *err)
{
	int ret = 0;

	if (header->request < REQUEST_COUNT && header->size < requests[header->request].size)
		return err_set(err, EPROTO, "message %u of %u bytes", header->request,
			       header->size);
	if (header->request < REQUEST_COUNT && requests[header->request].of_queue) {
		ret = queue_message(vhost, header, payload, err);
		if (ret < 0 || header->request == VRING_KICK)
			return ret;
	}
	switch (header->request) {
	case GET_FEATURES:
		return reply_number(vhost, GET_FEATURES,
				    vhost->kind->features | F_VERSION_1 | F_PROTOCOL_FEATURES, err);
	case GET_PROTOCOL_FEATURES:
		return reply_number(vhost, GET_PROTOCOL_FEATURES, PROTOCOL_FEATURES, err);
	case GET_CONFIG:
		return get_config(vhost, payload, header->size, err);
	case SET_FEATURES:
		ret = set_features(vhost, payload->number, err);
		break;
	case SET_PROTOCOL_FEATURES:
		ret = set_protocol_features(payload->number, err);
		break;
	case SET_SLAVE_REQ_FD:
		ret = set_back(vhost, err);
		break;
	case SET_MEM_TABLE:
		ret = set_memory(vhost, &payload->memory, err);
		break;
	default:
		break;
	}
	if (ret < 0 || !(header->flags & FLAG_NEED_REPLY))
		return ret;
	return reply_number(vhost, header->request, 0, err);
}

static int handle_all(struct vhost *vhost, struct err *err)
{
	struct header header;

	while (vhost->have >= sizeof(header)) {
		union payload payload = {0};
		size_t size;
		int ret;

		memcpy(&header, vhost->message, sizeof(header));
		if (header.size > sizeof(vhost->message) - sizeof(header))
			return err_set(err, EPROTO, "message %u of %u bytes", header.request,
				       header.size);
		if (vhost->is_kicking)
			return err_set(err, EPROTO, "it talks on while it should wait");
		size = sizeof(header) + header.size;
		if (vhost->have < size)
			break;
		memcpy(&payload, vhost->message + sizeof(header), header.size);
		ret = handle(vhost, &header, &payload, err);
		if (ret < 0 || vhost->fd < 0)
			return ret;
		memmove(vhost->message, vhost->message + size, vhost->have - size);
		vhost->have -= size;
	}
	if (vhost->have == 0)
		drop_passed(vhost);
	return 0;
}

static int lost_memory(const struct vhost *vhost, struct err *err)
{
	return memory_is_lost(&vhost->memory)
		       ? err_set(err, EPROTO, "its memory's file was made shorter")
		       : 0;
}

int vhost_serve(struct vhost *vhost, struct err *err)
{
	ssize_t got = connection_receive(vhost->fd, vhost->message + vhost->have,
					 sizeof(vhost->message) - vhost->have, vhost->passed,
					 &vhost->passed_count, VHOST_PASSED_MOST);
	int ret;

	if (got == -EAGAIN)
		return 0;
	if (got == 0) {
		vhost_disconnect(vhost);
		return 0;
	}
	if (got == -EPROTO)
		return err_set(err, EPROTO, "too many descriptors");
	if (got < 0)
		return err_sys(err, (int)got, "its socket");
	vhost->have += (size_t)got;
	ret = handle_all(vhost, err);
	return ret < 0 ? ret : lost_memory(vhost, err);
}

int vhost_serve_back(struct vhost *vhost, struct err *err)
{
	int passed[1], passed_count = 0;
	ssize_t got = connection_receive(vhost->back, vhost->reply + vhost->have_reply,
					 sizeof(vhost->reply) - vhost->have_reply, passed,
					 &passed_count, 1);
	struct header header;
	uint64_t refused;

	if (passed_count)
		close(passed[0]);
	if (got == -EAGAIN)
		return 0;
	if (got == 0) {
		close(vhost->back);
		vhost->back = -1;
		vhost->is_interrupting = false;
		return 0;
	}
	if (got < 0 || passed_count)
		return err_set(err, EPROTO, "descriptors in answer to an interrupt");
	if (!vhost->is_interrupting)
		return err_set(err, EPROTO, "an answer to no interrupt");
	vhost->have_reply += (size_t)got;
	if (vhost->have_reply < sizeof(vhost->reply))
		return 0;
	vhost->have_reply = 0;
	memcpy(&header, vhost->reply, sizeof(header));
	memcpy(&refused, vhost->reply + sizeof(header), sizeof(refused));
	if (header.size != sizeof(refused) || !(header.flags & FLAG_REPLY) || refused)
		return err_set(err, EPROTO, "it refuses an interrupt");
	vhost->is_interrupting = false;
	return 0;
}

bool vhost_is_up(const struct vhost *vhost)
{
	return vhost->fd >= 0 && vhost->back >= 0 && vhost->features & F_VERSION_1;
}

static int raise_one(struct vhost *vhost, enum vhost_back_request request, uint32_t index,
		     struct err *err)
{
	struct {
		struct header header;
		struct payload_state state;
	} message = {.header = {.request = request,
				.flags = FLAG_VERSION | FLAG_NEED_REPLY,
				.size = request == BACK_VRING_CALL ? sizeof(message.state) : 0},
		     .state = {.index = index}};

	assert(!vhost->is_interrupting);
	vhost->is_interrupting = true;
	vhost->interrupts++;
	return send_to(vhost->back, &message, sizeof(message.header) + message.header.size, err);
}

bool vhost_may_raise(const struct vhost *vhost, bool config)
{
	return config ? !vhost->raised : !vhost->config_raised;
}

int vhost_interrupt(struct vhost *vhost, int queue, struct err *err)
{
	uint32_t bit = 1u << queue;

	if (!vhost_is_up(vhost) || !queue_is_ready(&vhost->queue[queue]) || vhost->raised & bit ||
	    !queue_wants_interrupt(&vhost->queue[queue]))
		return lost_memory(vhost, err);
	vhost->raised |= bit;
	return raise_one(vhost, BACK_VRING_CALL, (uint32_t)queue, err);
}

int vhost_raise_config(struct vhost *vhost, struct err *err)
{
	if (!vhost_is_up(vhost) || vhost->config_raised)
		return 0;
	vhost->config_raised = true;
	return raise_one(vhost, BACK_CONFIG_CHANGE, 0, err);
}

void vhost_has_run(struct vhost *vhost)
{
	vhost->raised = 0;
	vhost->config_raised = false;
}
