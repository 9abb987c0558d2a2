/* SPDX-License-Identifier: MIT
 *
 * clock: CLOCK_MONOTONIC as nanoseconds in an int64_t, and back to what system calls take.
 */
#ifndef HALFOPEN_CLOCK_H
#define HALFOPEN_CLOCK_H

#include <errno.h>
#include <stdint.h>
#include <time.h>

#define NSEC_PER_SEC 1000000000LL

/* What a wall clock says when a virtual clock begins: 2026-01-01, so that what prints a date prints
 * the same in each run. */
#define CLOCK_EPOCH_S 1767225600
#define NSEC_PER_MSEC 1000000LL

static inline int64_t clock_ns_of(struct timespec time)
{
	return time.tv_sec * NSEC_PER_SEC + time.tv_nsec;
}

static inline struct timespec clock_timespec(int64_t ns)
{
	return (struct timespec){.tv_sec = ns / NSEC_PER_SEC, .tv_nsec = ns % NSEC_PER_SEC};
}

static inline int64_t clock_read_ns(clockid_t clock)
{
	struct timespec time = {0};

	clock_gettime(clock, &time);
	return clock_ns_of(time);
}

static inline int64_t clock_now_ns(void)
{
	return clock_read_ns(CLOCK_MONOTONIC);
}

static inline void clock_sleep_until(int64_t ns)
{
	const struct timespec until = clock_timespec(ns);

	while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, NULL) == EINTR)
		;
}

#endif
