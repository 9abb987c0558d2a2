/* SPDX-License-Identifier: MIT */
#include "card.h"

#include <assert.h>
#include <errno.h>
#include <linux/virtio_ids.h>
#include <linux/virtio_net.h>
#include <stddef.h>
#include <string.h>

enum { QUEUE_RECEIVE, QUEUE_SEND, QUEUE_COUNT };

#define HEADER 12 /* struct virtio_net_hdr_v1 */

static_assert(sizeof(struct virtio_net_hdr_v1) == HEADER, "virtio 1.2, 5.1.6");
static_assert(offsetof(struct card, vhost) == 0, "card_of()");

static size_t card_config(const struct vhost *vhost, uint8_t bytes[VHOST_CONFIG_MOST])
{
	const struct card *card = (const struct card *)vhost;
	struct virtio_net_config config = {.status = card->carrier ? VIRTIO_NET_S_LINK_UP : 0,
					   .max_virtqueue_pairs = 1};

	memcpy(config.mac, card->mac, sizeof(config.mac));
	memcpy(bytes, &config, sizeof(config));
	return sizeof(config);
}

static int send_all(struct card *card, struct err *err)
{
	struct queue *queue = &card->vhost.queue[QUEUE_SEND];
	static uint8_t frame[CARD_FRAME_MOST]; /* of whatever card: one is read at a time */
	struct chain chain;
	bool any = false;
	int ret;

	while ((ret = queue_take(queue, &card->vhost.memory, &chain, err)) > 0) {
		uint64_t size = chain.readable_size - HEADER;

		if (chain.readable_size < HEADER + CARD_FRAME_LEAST || size > sizeof(frame))
			return err_set(err, EPROTO, "a frame of %llu bytes",
				       (unsigned long long)chain.readable_size);
		chain_read(&chain, HEADER, frame, size);
		queue_give(queue, chain.head, 0);
		any = true;
		ret = card->send(card, frame, (uint32_t)size, err);
		if (ret < 0)
			return ret;
	}
	if (any && queue_wants_interrupt(queue))
		card->sent(card);
	return ret;
}

static int card_kick(struct vhost *vhost, int queue, struct err *err)
{
	return queue == QUEUE_SEND ? send_all(card_of(vhost), err) : 0;
}

static const struct vhost_kind card_kind = {
	.name = "card",
	.device_id = VIRTIO_ID_NET,
	.features = 1ULL << VIRTIO_NET_F_MAC | 1ULL << VIRTIO_NET_F_STATUS,
	.queue_count = QUEUE_COUNT,
	.quiet = 1u << QUEUE_RECEIVE,
	.config = card_config,
	.kick = card_kick,
};

void card_init(struct card *card, const uint8_t mac[6])
{
	vhost_init(&card->vhost, &card_kind);
	memcpy(card->mac, mac, sizeof(card->mac));
}

int card_deliver(struct card *card, const uint8_t *frame, uint32_t size,
		 enum card_delivery *ret_delivery, struct err *err)
{
	static const struct virtio_net_hdr_v1 header = {.num_buffers = 1};
	struct queue *queue = &card->vhost.queue[QUEUE_RECEIVE];
	struct chain chain;
	int ret;

	*ret_delivery = CARD_NO_DRIVER;
	if (!vhost_is_up(&card->vhost) || !queue_is_ready(queue))
		return 0;
	*ret_delivery = CARD_NO_BUFFER;
	ret = queue_take(queue, &card->vhost.memory, &chain, err);
	if (ret <= 0)
		return ret;
	if (chain.writable_size < HEADER + (uint64_t)size) {
		queue_untake(queue);
		return 0;
	}
	chain_write(&chain, 0, &header, HEADER);
	chain_write(&chain, HEADER, frame, size);
	queue_give(queue, chain.head, HEADER + size);
	*ret_delivery = CARD_DELIVERED;
	return vhost_interrupt(&card->vhost, QUEUE_RECEIVE, err);
}

int card_sent(struct card *card, struct err *err)
{
	return vhost_interrupt(&card->vhost, QUEUE_SEND, err);
}
