/* SPDX-License-Identifier: MIT */
#include "queue.h"

#include <errno.h>
#include <string.h>

static uint16_t read_16(const __virtio16 *at)
{
	return __atomic_load_n(at, __ATOMIC_ACQUIRE);
}

void queue_reset(struct queue *queue)
{
	*queue = (struct queue){0};
}

int queue_set_size(struct queue *queue, uint32_t size, struct err *err)
{
	if (size == 0 || size > QUEUE_SIZE_MOST || (size & (size - 1)))
		return err_set(err, EPROTO, "a queue of %u descriptors", size);
	queue_reset(queue);
	queue->size = (uint16_t)size;
	return 0;
}

int queue_set_base(struct queue *queue, uint32_t base, struct err *err)
{
	if (base > UINT16_MAX)
		return err_set(err, EPROTO, "a queue that begins at %u", base);
	queue->seen = queue->returned = (uint16_t)base;
	return 0;
}

int queue_set_addresses(struct queue *queue, const struct memory *memory, uint64_t descriptors,
			uint64_t used, uint64_t available, struct err *err)
{
	size_t size = queue->size;

	if (!size)
		return err_set(err, EPROTO, "a queue has addresses before it has a size");
	if (descriptors % 16 || available % 2 || used % 4)
		return err_set(err, EPROTO, "a queue is not aligned");
	queue->descriptors = memory_find(memory, descriptors, size * sizeof(*queue->descriptors));
	queue->available = memory_find(memory, available,
				       sizeof(*queue->available) +
					       (size + 1) * sizeof(queue->available->ring[0]));
	queue->used = memory_find(memory, used,
				  sizeof(*queue->used) + size * sizeof(queue->used->ring[0]) +
					  sizeof(__virtio16));
	if (!queue->descriptors || !queue->available || !queue->used) {
		queue->descriptors = NULL;
		return err_set(err, EPROTO, "a queue lies outside of its memory");
	}
	return 0;
}

bool queue_is_ready(const struct queue *queue)
{
	return queue->enabled && queue->descriptors;
}

static int chain_add(struct chain *chain, const struct vring_desc *descriptor,
		     const struct memory *memory, struct err *err)
{
	void *at = memory_find(memory, descriptor->addr, descriptor->len);
	bool writable = descriptor->flags & VRING_DESC_F_WRITE;

	if (descriptor->flags & ~(VRING_DESC_F_WRITE | VRING_DESC_F_NEXT))
		return err_set(err, EPROTO, "a descriptor with flags %#x", descriptor->flags);
	if (!at || !descriptor->len)
		return err_set(err, EPROTO, "a descriptor of %u bytes outside of its memory",
			       descriptor->len);
	if (!writable && chain->readable < chain->count)
		return err_set(err, EPROTO, "something to read behind what is to be written");
	chain->piece[chain->count++] = (struct piece){.at = at, .size = descriptor->len};
	if (writable) {
		chain->writable_size += descriptor->len;
	} else {
		chain->readable++;
		chain->readable_size += descriptor->len;
	}
	return 0;
}

int queue_take(struct queue *queue, const struct memory *memory, struct chain *ret_chain,
	       struct err *err)
{
	struct vring_desc descriptor = {0};
	uint16_t at, waiting;

	if (!queue_is_ready(queue))
		return 0;
	waiting = (uint16_t)(read_16(&queue->available->idx) - queue->seen);
	if (waiting == 0)
		return 0;
	if (waiting > queue->size)
		return err_set(err, EPROTO, "a queue of %u offers %u", queue->size, waiting);
	at = read_16(&queue->available->ring[queue->seen % queue->size]);
	ret_chain->head = at;
	ret_chain->readable = ret_chain->count = 0;
	ret_chain->readable_size = ret_chain->writable_size = 0;
	do {
		int ret;

		if (at >= queue->size)
			return err_set(err, EPROTO, "descriptor %u of %u", at, queue->size);
		if (ret_chain->count == queue->size)
			return err_set(err, EPROTO, "a chain of descriptors without end");
		memcpy(&descriptor, &queue->descriptors[at], sizeof(descriptor));
		ret = chain_add(ret_chain, &descriptor, memory, err);
		if (ret < 0)
			return ret;
		at = descriptor.next;
	} while (descriptor.flags & VRING_DESC_F_NEXT);
	queue->seen++;
	return 1;
}

void queue_untake(struct queue *queue)
{
	queue->seen--;
}

void queue_give(struct queue *queue, uint16_t head, uint32_t written)
{
	struct vring_used_elem *elem = &queue->used->ring[queue->returned % queue->size];

	elem->id = head;
	elem->len = written;
	__atomic_store_n(&queue->used->idx, ++queue->returned, __ATOMIC_RELEASE);
}

void queue_set_kicks(struct queue *queue, bool wanted)
{
	__atomic_store_n(&queue->used->flags, wanted ? 0 : VRING_USED_F_NO_NOTIFY,
			 __ATOMIC_RELEASE);
}

bool queue_wants_interrupt(const struct queue *queue)
{
	return !(read_16(&queue->available->flags) & VRING_AVAIL_F_NO_INTERRUPT);
}

static size_t copied(const struct piece *piece, int count, uint64_t offset, uint8_t *out,
		     const uint8_t *in, size_t size)
{
	size_t done = 0;

	for (int i = 0; i < count && done < size; i++) {
		size_t part;

		if (offset >= piece[i].size) {
			offset -= piece[i].size;
			continue;
		}
		part = piece[i].size - offset;
		if (part > size - done)
			part = size - done;
		if (out)
			memcpy(out + done, piece[i].at + offset, part);
		else if (in)
			memcpy(piece[i].at + offset, in + done, part);
		done += part;
		offset = 0;
	}
	return done;
}

size_t chain_read(const struct chain *chain, uint64_t offset, void *bytes, size_t size)
{
	return copied(chain->piece, chain->readable, offset, bytes, NULL, size);
}

size_t chain_write(const struct chain *chain, uint64_t offset, const void *bytes, size_t size)
{
	return copied(chain->piece + chain->readable, chain->count - chain->readable, offset, NULL,
		      bytes, size);
}
