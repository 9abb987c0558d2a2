/* SPDX-License-Identifier: MIT
 *
 * memory: a guest's memory, as it hands it to a vhost-user device: up to two regions of files,
 * mapped here. Nothing that the guest says of it is believed: what is mapped is checked, each
 * address that it gives is looked up, and a file that is made shorter while we use it is no SIGBUS
 * of ours: zeroed memory takes its place, and memory_is_lost() says so.
 */
#ifndef HALFOPEN_MEMORY_H
#define HALFOPEN_MEMORY_H

#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "err.h"

#define MEMORY_REGIONS 2 /* arch/um/drivers/vhost_user.h: struct vhost_user_mem_regions */

struct memory_region {
	uint64_t address; /* as the guest names it */
	uint64_t size;
	uint64_t offset; /* in the file */
};

struct memory {
	struct memory_region region[MEMORY_REGIONS];
	uint8_t *mapped[MEMORY_REGIONS];
	int count;
	volatile sig_atomic_t lost;
	struct memory *next; /* of all that are mapped */
};

/* Maps REGION of the file FD, which stays the caller's. SEALED: only if the file cannot shrink
 * (F_SEAL_SHRINK). 0, or -EPROTO and what is wrong with it. */
int memory_add(struct memory *memory, const struct memory_region *region, int fd, bool sealed,
	       struct err *err);
void memory_clear(struct memory *memory);

/* Where SIZE bytes from ADDRESS on lie; NULL: not all of them are in one region. */
void *memory_find(const struct memory *memory, uint64_t address, uint64_t size);

static inline bool memory_is_lost(const struct memory *memory)
{
	return memory->lost;
}

#endif
