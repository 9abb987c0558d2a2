/* SPDX-License-Identifier: MIT */
#include "huge.h"

#include <stdbool.h>
#include <stdint.h>
#include <sys/mman.h>
#include <unistd.h>

#ifndef MADV_COLLAPSE
#define MADV_COLLAPSE 25
#endif

#define HUGE_PAGE (2UL << 20)

/* Where a UML's boot writes, in huge pages. Its own image lies at the beginning, and is not in the
 * file; then comes what the page allocator gives first; at the end is what memblock gave before
 * there was one, the page structures above all. Of 2,000 pages that a run writes to, 1,750 lie
 * here. */
#define FIRST 5
#define LAST  8

/* MADV_COLLAPSE does it whatever the machine's policy for huge pages of shared memory is, but only
 * where there is a page. */
static bool collapse(int fd, size_t from, size_t to)
{
	size_t size = to - from;
	uint8_t *room = mmap(NULL, size + HUGE_PAGE, PROT_NONE,
			     MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0),
		*at = (uint8_t *)(((uintptr_t)room + HUGE_PAGE - 1) & ~(HUGE_PAGE - 1));
	bool done = false;

	if (room == MAP_FAILED)
		return false;
	if (mmap(at, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_FIXED, fd, (off_t)from) == at) {
		for (size_t i = 0; i < size; i += HUGE_PAGE)
			*(volatile uint8_t *)(at + i) = 0;
		done = madvise(at, size, MADV_COLLAPSE) == 0;
	}
	munmap(room, size + HUGE_PAGE);
	return done;
}

void huge_memory(int fd, size_t size)
{
	if (ftruncate(fd, (off_t)size) < 0 || size % HUGE_PAGE || size < (LAST + 1) * HUGE_PAGE)
		return;
	if (collapse(fd, FIRST * HUGE_PAGE, LAST * HUGE_PAGE))
		collapse(fd, size - HUGE_PAGE, size);
}
