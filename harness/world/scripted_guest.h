/* SPDX-License-Identifier: MIT
 *
 * scripted_guest: what a kernel would be, for the tests of its devices and of its time: a memory
 * with queues in it, and both ends' messages, said one by one. It lies when it is told to.
 */
#ifndef HALFOPEN_SCRIPTED_GUEST_H
#define HALFOPEN_SCRIPTED_GUEST_H

#include <linux/virtio_ring.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define GUEST_AT     0x60000000ULL /* its memory's address */
#define GUEST_SIZE   (1 << 20)
#define GUEST_QUEUE  8       /* descriptors of each queue */
#define GUEST_BUFFER 0x10000 /* where the tests may put buffers */

struct scripted_queue {
	struct vring_desc *descriptors;
	struct vring_avail *available;
	struct vring_used *used;
	uint64_t descriptors_at, available_at, used_at;
	uint16_t next_descriptor, taken_back;
};

struct scripted_guest {
	int memory_fd;
	uint8_t *memory;
	struct scripted_queue queue[8];
};

void scripted_guest_init(struct scripted_guest *guest);
void scripted_guest_done(struct scripted_guest *guest);
void *scripted_at(struct scripted_guest *guest, uint64_t address);

/* One descriptor of a chain, next to those before; WRITABLE for the device. */
struct scripted_piece {
	uint64_t address;
	uint32_t size;
	bool writable;
};
/* Makes COUNT pieces available as one chain; its head. */
uint16_t scripted_offer(struct scripted_guest *guest, int queue, const struct scripted_piece *piece,
			int count);
/* The next used element: true, and which head with how many bytes. */
bool scripted_used(struct scripted_guest *guest, int queue, uint32_t *ret_head, uint32_t *ret_size);

#endif
