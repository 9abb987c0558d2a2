/* SPDX-License-Identifier: MIT
 *
 * disk: a disk (virtio-blk) of a guest, with what a disk does when the power goes.
 *
 * The image is mapped twice: shared, which is what is safe, and private, which is what the guest
 * sees. A write goes to the second and marks its sectors; a flush copies what is marked to the
 * first. A power loss forgets the second, or a part of it by chance. A panic, a hang or a reboot
 * does not: the disk had power all the time.
 *
 * A request is taken when the guest kicks, with a copy of what is to be written; done once it is
 * its turn in the world's order; finished, with what was read, after the disk's latency.
 */
#ifndef HALFOPEN_DISK_H
#define HALFOPEN_DISK_H

#include "impairment.h"
#include "vhost.h"

#define DISK_SECTOR 512

struct disk_request;

enum disk_loss { DISK_LOSES_UNSYNCED, DISK_LOSES_RANDOM, DISK_LOSES_FLUSHED };

struct disk {
	struct vhost vhost;
	enum disk_loss loses;
	bool read_only;
	struct chance chance;
	uint64_t sectors;
	uint8_t *safe, *seen;
	uint64_t *dirty; /* a bit for each sector */
	uint64_t dirty_count;
	uint64_t life; /* counts the drivers that it had */
	void *owner;
	/* During a kick. REQUEST is its. */
	int (*request)(struct disk *disk, struct disk_request *request, struct err *err);
};

struct disk_request {
	uint32_t type;
	uint64_t sector, size; /* bytes */
	uint64_t life;         /* disk.life: of whom it is */
	uint8_t status;
	uint16_t head;
	uint8_t *written; /* what is to be written, SIZE bytes; or NULL */
	uint8_t *status_at;
	int piece_count; /* where what is read goes */
	struct piece piece[];
};

int disk_open(struct disk *disk, const char *path, bool read_only, enum disk_loss loses,
	      uint64_t seed, uint64_t which, struct err *err);
void disk_done(struct disk *disk);
/* The guest's kernel is gone with its power. */
void disk_lose_power(struct disk *disk);

/* Writes, flushes. */
void disk_do(struct disk *disk, struct disk_request *request);
/* The guest waits: gives it what was read, and an interrupt. */
int disk_finish(struct disk *disk, struct disk_request *request, struct err *err);
void disk_request_free(struct disk_request *request);

static inline struct disk *disk_of(struct vhost *vhost)
{
	return (struct disk *)vhost;
}

#endif
