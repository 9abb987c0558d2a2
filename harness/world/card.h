/* SPDX-License-Identifier: MIT
 *
 * card: a network card (virtio-net) of a guest: one queue each way, its address, its carrier.
 * Neither checksums nor segmentation are taken off the guest's hands: each frame is one as it goes
 * over a wire.
 */
#ifndef HALFOPEN_CARD_H
#define HALFOPEN_CARD_H

#include "vhost.h"

#define CARD_FRAME_LEAST 14 /* an Ethernet header */
#define CARD_FRAME_MOST  (65535 + CARD_FRAME_LEAST)

enum card_delivery { CARD_DELIVERED, CARD_NO_DRIVER, CARD_NO_BUFFER };

struct card {
	struct vhost vhost;
	uint8_t mac[6];
	bool carrier; /* as its driver is told */
	void *owner;
	/* During a kick. FRAME: only while called. */
	int (*send)(struct card *card, const uint8_t *frame, uint32_t size, struct err *err);
	/* During a kick: card_sent() is to be called at the guest's present time. */
	void (*sent)(struct card *card);
};

void card_init(struct card *card, const uint8_t mac[6]);
/* The guest waits. */
int card_deliver(struct card *card, const uint8_t *frame, uint32_t size,
		 enum card_delivery *ret_delivery, struct err *err);
int card_sent(struct card *card, struct err *err);

static inline struct card *card_of(struct vhost *vhost)
{
	return (struct card *)vhost;
}

#endif
