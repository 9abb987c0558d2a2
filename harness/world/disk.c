/* SPDX-License-Identifier: MIT */
#include "disk.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/virtio_blk.h>
#include <linux/virtio_ids.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cleanup.h"

#define SEGMENTS_MOST 126 /* with head and status, half of a queue */
#define NAME          "halfopen"
#define BITS          64

static_assert(offsetof(struct disk, vhost) == 0, "disk_of()");

static size_t disk_config(const struct vhost *vhost, uint8_t bytes[VHOST_CONFIG_MOST])
{
	const struct disk *disk = (const struct disk *)vhost;
	struct virtio_blk_config config = {.capacity = disk->sectors,
					   .seg_max = SEGMENTS_MOST,
					   .blk_size = DISK_SECTOR,
					   .num_queues = 1};

	memcpy(bytes, &config, sizeof(config));
	return sizeof(config);
}

/* What a request means, of which the guest said TYPE and SECTOR. Its data lies before its last
 * byte, the status. */
static void understand(const struct disk *disk, struct disk_request *request)
{
	uint64_t bytes = disk->sectors * DISK_SECTOR;
	bool inside = request->sector <= disk->sectors &&
		      request->size <= bytes - request->sector * DISK_SECTOR &&
		      request->size % DISK_SECTOR == 0;

	switch (request->type) {
	case VIRTIO_BLK_T_IN:
		request->status = inside ? VIRTIO_BLK_S_OK : VIRTIO_BLK_S_IOERR;
		break;
	case VIRTIO_BLK_T_OUT:
		request->status = inside && !disk->read_only ? VIRTIO_BLK_S_OK : VIRTIO_BLK_S_IOERR;
		break;
	case VIRTIO_BLK_T_FLUSH:
	case VIRTIO_BLK_T_GET_ID:
		request->status = VIRTIO_BLK_S_OK;
		break;
	default:
		request->status = VIRTIO_BLK_S_UNSUPP;
	}
}

static int request_take(struct disk *disk, const struct chain *chain, struct err *err)
{
	struct virtio_blk_outhdr header;
	struct disk_request *request;
	int writable = chain->count - chain->readable;
	const struct piece *last = &chain->piece[chain->count - 1];

	if (chain_read(chain, 0, &header, sizeof(header)) < sizeof(header) || writable == 0 ||
	    last->size != 1)
		return err_set(err, EPROTO, "a request without head or status");
	request = calloc(1, sizeof(*request) + (size_t)writable * sizeof(request->piece[0]));
	if (!request)
		abort();
	request->type = header.type;
	request->sector = header.sector;
	request->life = disk->life;
	request->head = chain->head;
	request->status_at = last->at;
	request->piece_count = writable - 1;
	memcpy(request->piece, chain->piece + chain->readable,
	       (size_t)(writable - 1) * sizeof(request->piece[0]));
	request->size = header.type == VIRTIO_BLK_T_OUT ? chain->readable_size - sizeof(header)
							: chain->writable_size - 1;
	understand(disk, request);
	if (header.type == VIRTIO_BLK_T_OUT && request->status == VIRTIO_BLK_S_OK) {
		request->written = malloc(request->size + 1);
		if (!request->written)
			abort();
		chain_read(chain, sizeof(header), request->written, request->size);
	}
	return disk->request(disk, request, err);
}

static int disk_kick(struct vhost *vhost, int queue, struct err *err)
{
	struct disk *disk = disk_of(vhost);
	struct chain chain;
	int ret;

	while ((ret = queue_take(&vhost->queue[queue], &vhost->memory, &chain, err)) > 0) {
		ret = request_take(disk, &chain, err);
		if (ret < 0)
			return ret;
	}
	return ret;
}

static void disk_reset(struct vhost *vhost)
{
	disk_of(vhost)->life++;
}

static const struct vhost_kind disk_kind = {
	.name = "disk",
	.device_id = VIRTIO_ID_BLOCK,
	.features = 1ULL << VIRTIO_BLK_F_FLUSH | 1ULL << VIRTIO_BLK_F_SEG_MAX |
		    1ULL << VIRTIO_BLK_F_BLK_SIZE,
	.queue_count = 1,
	.config = disk_config,
	.kick = disk_kick,
	.reset = disk_reset,
};
static const struct vhost_kind read_only_kind = {
	.name = "disk",
	.device_id = VIRTIO_ID_BLOCK,
	.features = 1ULL << VIRTIO_BLK_F_FLUSH | 1ULL << VIRTIO_BLK_F_SEG_MAX |
		    1ULL << VIRTIO_BLK_F_BLK_SIZE | 1ULL << VIRTIO_BLK_F_RO,
	.queue_count = 1,
	.config = disk_config,
	.kick = disk_kick,
	.reset = disk_reset,
};

int disk_open(struct disk *disk, const char *path, bool read_only, enum disk_loss loses,
	      uint64_t seed, uint64_t which, struct err *err)
{
	AUTO_CLOSE int fd = open(path, (read_only ? O_RDONLY : O_RDWR) | O_CLOEXEC);
	int protection = PROT_READ | (read_only ? 0 : PROT_WRITE);
	struct stat st;
	size_t size;

	vhost_init(&disk->vhost, read_only ? &read_only_kind : &disk_kind);
	if (fd < 0 || fstat(fd, &st) < 0)
		return err_sys(err, errno, "%s", path);
	if (!S_ISREG(st.st_mode) || st.st_size == 0 || st.st_size % DISK_SECTOR)
		return err_set(err, EINVAL,
			       "%s: a disk's image is a file of a multiple of %d bytes", path,
			       DISK_SECTOR);
	size = (size_t)st.st_size;
	disk->read_only = read_only;
	disk->loses = loses;
	chance_seed(&disk->chance, seed, which);
	disk->sectors = size / DISK_SECTOR;
	disk->safe = mmap(NULL, size, protection, MAP_SHARED, fd, 0);
	disk->seen = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_NORESERVE, fd, 0);
	disk->dirty = calloc(disk->sectors / BITS + 1, sizeof(*disk->dirty));
	if (disk->safe == MAP_FAILED || disk->seen == MAP_FAILED)
		return err_sys(err, errno, "%s", path);
	if (!disk->dirty)
		abort();
	return 0;
}

void disk_done(struct disk *disk)
{
	size_t size = disk->sectors * DISK_SECTOR;

	vhost_done(&disk->vhost);
	if (disk->safe && disk->safe != MAP_FAILED)
		munmap(disk->safe, size);
	if (disk->seen && disk->seen != MAP_FAILED)
		munmap(disk->seen, size);
	free(disk->dirty);
	disk->safe = disk->seen = NULL;
	disk->dirty = NULL;
}

static void keep(struct disk *disk, uint64_t sector)
{
	memcpy(disk->safe + sector * DISK_SECTOR, disk->seen + sector * DISK_SECTOR, DISK_SECTOR);
}

/* Calls SAVE for each sector that is marked, and takes the mark away; those that it declines are
 * not kept. */
static void settle(struct disk *disk, bool (*save)(struct disk *disk))
{
	for (uint64_t i = 0; disk->dirty_count && i <= disk->sectors / BITS; i++) {
		for (; disk->dirty[i]; disk->dirty[i] &= disk->dirty[i] - 1) {
			if (save(disk))
				keep(disk, i * BITS + (uint64_t)__builtin_ctzll(disk->dirty[i]));
			disk->dirty_count--;
		}
	}
}

static bool always(struct disk *disk)
{
	(void)disk;
	return true;
}

static bool never(struct disk *disk)
{
	(void)disk;
	return false;
}

static bool by_chance(struct disk *disk)
{
	return chance_next(&disk->chance) >> 63;
}

void disk_lose_power(struct disk *disk)
{
	settle(disk, disk->loses == DISK_LOSES_RANDOM ? by_chance : never);
	madvise(disk->seen, disk->sectors * DISK_SECTOR, MADV_DONTNEED);
}

static void mark(struct disk *disk, uint64_t sector)
{
	uint64_t bit = 1ULL << (sector % BITS), *word = &disk->dirty[sector / BITS];

	disk->dirty_count += !(*word & bit);
	*word |= bit;
}

void disk_do(struct disk *disk, struct disk_request *request)
{
	if (request->status != VIRTIO_BLK_S_OK)
		return;
	if (request->type == VIRTIO_BLK_T_FLUSH && disk->loses != DISK_LOSES_FLUSHED)
		settle(disk, always);
	if (request->type != VIRTIO_BLK_T_OUT)
		return;
	memcpy(disk->seen + request->sector * DISK_SECTOR, request->written, request->size);
	for (uint64_t i = 0; i < request->size / DISK_SECTOR; i++)
		mark(disk, request->sector + i);
}

/* How many bytes the guest has to read. */
static uint64_t hand_over(struct disk *disk, struct disk_request *request)
{
	const uint8_t *from = disk->seen + request->sector * DISK_SECTOR;
	static const char name[VIRTIO_BLK_ID_BYTES] = NAME;
	uint64_t done = 0;

	if (request->status != VIRTIO_BLK_S_OK)
		return 0;
	for (int i = 0; i < request->piece_count; i++) {
		const struct piece *piece = &request->piece[i];

		if (request->type == VIRTIO_BLK_T_IN) {
			memcpy(piece->at, from + done, piece->size);
		} else {
			size_t left = done < sizeof(name) ? sizeof(name) - done : 0;
			size_t part = piece->size < left ? piece->size : left;

			memset(piece->at, 0, piece->size);
			memcpy(piece->at, name + done, part);
		}
		done += piece->size;
	}
	return done;
}

int disk_finish(struct disk *disk, struct disk_request *request, struct err *err)
{
	uint64_t size;

	if (request->life != disk->life || !queue_is_ready(&disk->vhost.queue[0]))
		return 0;
	size = hand_over(disk, request);
	*request->status_at = request->status;
	queue_give(&disk->vhost.queue[0], request->head, (uint32_t)(size + 1));
	return vhost_interrupt(&disk->vhost, 0, err);
}

void disk_request_free(struct disk_request *request)
{
	if (request)
		free(request->written);
	free(request);
}
