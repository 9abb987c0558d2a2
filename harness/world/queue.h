/* SPDX-License-Identifier: MIT
 *
 * queue: the device's side of a split virtqueue (virtio 1.2, 2.7) in a guest's memory. Each index
 * and address that the guest writes there is copied first, then checked, then used: a queue that
 * lies is -EPROTO, never an access outside of the guest's memory or a loop without end.
 */
#ifndef HALFOPEN_QUEUE_H
#define HALFOPEN_QUEUE_H

#include <linux/virtio_ring.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "err.h"
#include "memory.h"

#define QUEUE_SIZE_MOST 256 /* virtio_uml.c: MAX_SUPPORTED_QUEUE_SIZE */

struct queue {
	uint16_t size; /* 0: not set */
	bool enabled;
	const struct vring_desc *descriptors;
	const struct vring_avail *available;
	struct vring_used *used;
	uint16_t seen;     /* of `available`: what was taken */
	uint16_t returned; /* of `used`: what was given back. The guest can't change it here */
};

struct piece {
	uint8_t *at;
	uint32_t size;
};

/* What one descriptor chain offers: READABLE pieces first, then writable ones. */
struct chain {
	uint16_t head;
	int readable, count;
	uint64_t readable_size, writable_size;
	struct piece piece[QUEUE_SIZE_MOST];
};

void queue_reset(struct queue *queue);
int queue_set_size(struct queue *queue, uint32_t size, struct err *err);
int queue_set_base(struct queue *queue, uint32_t base, struct err *err);
/* After its size. */
int queue_set_addresses(struct queue *queue, const struct memory *memory, uint64_t descriptors,
			uint64_t used, uint64_t available, struct err *err);

/* Whether it can be used at all. */
bool queue_is_ready(const struct queue *queue);
/* The next chain: 1 and *ret_chain, 0: there is none (or the queue is not ready), or -EPROTO. */
int queue_take(struct queue *queue, const struct memory *memory, struct chain *ret_chain,
	       struct err *err);
/* Puts back what was just taken, as if it had not been. */
void queue_untake(struct queue *queue);
/* Gives the chain that begins at HEAD back, with WRITTEN bytes in its writable part. */
void queue_give(struct queue *queue, uint16_t head, uint32_t written);
/* Whether the guest is to kick when it puts something there. */
void queue_set_kicks(struct queue *queue, bool wanted);
/* Whether the guest wants an interrupt for what it was given. */
bool queue_wants_interrupt(const struct queue *queue);

/* Copies out of the readable part, or into the writable one, from OFFSET on; how many bytes. */
size_t chain_read(const struct chain *chain, uint64_t offset, void *bytes, size_t size);
size_t chain_write(const struct chain *chain, uint64_t offset, const void *bytes, size_t size);

#endif
