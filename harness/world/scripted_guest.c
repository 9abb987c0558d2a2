/* SPDX-License-Identifier: MIT */
#include "scripted_guest.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define RING_SPACE 0x1000 /* of each queue */

static void queue_lay_out(struct scripted_guest *guest, int index)
{
	struct scripted_queue *queue = &guest->queue[index];

	queue->descriptors_at = GUEST_AT + (uint64_t)index * RING_SPACE;
	queue->available_at = queue->descriptors_at + 0x400;
	queue->used_at = queue->descriptors_at + 0x800;
	queue->descriptors = scripted_at(guest, queue->descriptors_at);
	queue->available = scripted_at(guest, queue->available_at);
	queue->used = scripted_at(guest, queue->used_at);
}

void scripted_guest_init(struct scripted_guest *guest)
{
	*guest = (struct scripted_guest){.memory_fd = memfd_create("guest", MFD_CLOEXEC)};
	if (guest->memory_fd < 0 || ftruncate(guest->memory_fd, GUEST_SIZE) < 0)
		abort();
	guest->memory = mmap(NULL, GUEST_SIZE, PROT_READ | PROT_WRITE, MAP_SHARED, guest->memory_fd,
			     0);
	if (guest->memory == MAP_FAILED)
		abort();
	for (int i = 0; i < (int)(sizeof(guest->queue) / sizeof(guest->queue[0])); i++)
		queue_lay_out(guest, i);
}

void scripted_guest_done(struct scripted_guest *guest)
{
	munmap(guest->memory, GUEST_SIZE);
	close(guest->memory_fd);
}

void *scripted_at(struct scripted_guest *guest, uint64_t address)
{
	assert(address >= GUEST_AT && address < GUEST_AT + GUEST_SIZE);
	return guest->memory + (address - GUEST_AT);
}

uint16_t scripted_offer(struct scripted_guest *guest, int index, const struct scripted_piece *piece,
			int count)
{
	struct scripted_queue *queue = &guest->queue[index];
	uint16_t head = queue->next_descriptor % GUEST_QUEUE, at = head;

	for (int i = 0; i < count; i++) {
		at = queue->next_descriptor++ % GUEST_QUEUE;
		queue->descriptors[at] = (struct vring_desc){
			.addr = piece[i].address,
			.len = piece[i].size,
			.flags = (__virtio16)((piece[i].writable ? VRING_DESC_F_WRITE : 0) |
					      (i + 1 < count ? VRING_DESC_F_NEXT : 0)),
			.next = queue->next_descriptor % GUEST_QUEUE};
	}
	queue->available->ring[queue->available->idx % GUEST_QUEUE] = head;
	queue->available->idx++;
	return head;
}

bool scripted_used(struct scripted_guest *guest, int index, uint32_t *ret_head, uint32_t *ret_size)
{
	struct scripted_queue *queue = &guest->queue[index];
	struct vring_used_elem *elem = &queue->used->ring[queue->taken_back % GUEST_QUEUE];

	if (queue->used->idx == queue->taken_back)
		return false;
	queue->taken_back++;
	*ret_head = elem->id;
	*ret_size = elem->len;
	return true;
}
