/* SPDX-License-Identifier: MIT */
#include "memory.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#define REGION_MOST (64ULL << 30)

static struct memory *all;
static struct sigaction before;

/* Where the file has ended there is zeroed memory from now on. What is no guest's is left to
 * whoever was there before us. */
static void caught(int signal, siginfo_t *info, void *context)
{
	const uint8_t *at = info->si_addr;

	(void)signal, (void)context;
	for (struct memory *memory = all; memory; memory = memory->next) {
		for (int i = 0; i < memory->count; i++) {
			uint8_t *start = memory->mapped[i];

			if (at < start || at >= start + memory->region[i].size)
				continue;
			if (mmap(start, memory->region[i].size, PROT_READ | PROT_WRITE,
				 MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED, -1,
				 0) == MAP_FAILED)
				break;
			memory->lost = 1;
			return;
		}
	}
	sigaction(SIGBUS, &before, NULL);
}

static void guard(struct memory *memory)
{
	if (!all) {
		struct sigaction action = {.sa_sigaction = caught, .sa_flags = SA_SIGINFO};

		sigemptyset(&action.sa_mask);
		sigaction(SIGBUS, &action, &before);
	}
	memory->next = all;
	all = memory;
}

static void unguard(struct memory *memory)
{
	for (struct memory **at = &all; *at; at = &(*at)->next) {
		if (*at == memory) {
			*at = memory->next;
			break;
		}
	}
	if (!all)
		sigaction(SIGBUS, &before, NULL);
}

static bool overlap(const struct memory_region *a, const struct memory_region *b)
{
	return a->address < b->address + b->size && b->address < a->address + a->size;
}

static int check(const struct memory *memory, const struct memory_region *region, int fd,
		 bool sealed, struct err *err)
{
	uint64_t page = (uint64_t)sysconf(_SC_PAGESIZE);
	struct stat st;

	if (memory->count == MEMORY_REGIONS)
		return err_set(err, EPROTO, "more than %d regions of memory", MEMORY_REGIONS);
	if (region->size == 0 || region->size > REGION_MOST || region->offset % page ||
	    region->address + region->size < region->address)
		return err_set(err, EPROTO, "no region of memory: %#llx bytes at %#llx",
			       (unsigned long long)region->size,
			       (unsigned long long)region->address);
	if (fd < 0 || fstat(fd, &st) < 0 || !S_ISREG(st.st_mode))
		return err_set(err, EPROTO, "its memory is no file");
	if (region->offset > (uint64_t)st.st_size ||
	    region->size > (uint64_t)st.st_size - region->offset)
		return err_set(err, EPROTO, "a region of memory goes past the end of its file");
	if (sealed && !(fcntl(fd, F_GET_SEALS) > 0 && fcntl(fd, F_GET_SEALS) & F_SEAL_SHRINK))
		return err_set(err, EPROTO, "its memory is not sealed");
	for (int i = 0; i < memory->count; i++)
		if (overlap(region, &memory->region[i]))
			return err_set(err, EPROTO, "two regions of memory overlap");
	return 0;
}

int memory_add(struct memory *memory, const struct memory_region *region, int fd, bool sealed,
	       struct err *err)
{
	int ret = check(memory, region, fd, sealed, err);
	void *mapped;

	if (ret < 0)
		return ret;
	mapped = mmap(NULL, region->size, PROT_READ | PROT_WRITE, MAP_SHARED, fd,
		      (off_t)region->offset);
	if (mapped == MAP_FAILED)
		return err_set(err, EPROTO, "its memory cannot be mapped: %s", strerror(errno));
	memory->region[memory->count] = *region;
	memory->mapped[memory->count] = mapped;
	if (memory->count++ == 0)
		guard(memory);
	return 0;
}

void memory_clear(struct memory *memory)
{
	if (memory->count)
		unguard(memory);
	for (int i = 0; i < memory->count; i++)
		munmap(memory->mapped[i], memory->region[i].size);
	*memory = (struct memory){0};
}

void *memory_find(const struct memory *memory, uint64_t address, uint64_t size)
{
	for (int i = 0; i < memory->count; i++) {
		const struct memory_region *region = &memory->region[i];

		if (address >= region->address && size <= region->size &&
		    address - region->address <= region->size - size)
			return memory->mapped[i] + (address - region->address);
	}
	return NULL;
}
