/* SPDX-License-Identifier: MIT
 *
 * boot_fixture: for tests of the world with real kernels in it: two of them, and test_init as
 * their process 1. HALFOPEN_UML names the kernel.
 */
#ifndef HALFOPEN_WORLD_BOOT_FIXTURE_H
#define HALFOPEN_WORLD_BOOT_FIXTURE_H

#include <check.h>
#include <inttypes.h>

#include "clock.h"
#include "text.h"
#include "world.h"

#define MS    NSEC_PER_MSEC
#define SEC   NSEC_PER_SEC
#define HOSTS 2

extern const char *kernel;
extern struct world *world;
extern struct err err;
extern char dir[64];
extern struct text seen; /* a line for each thing that the world tells */
extern struct world_options options;

/* Runs TESTS, each with a world of OPTIONS. What main() returns: 77 where there is no kernel. */
int boot_tests(TCase *tests);
/* With another world, of what OPTIONS are now. */
void begin_again(void);

/* Two hosts of what their boot lines say, a link of 1 ms between them; both are switched on. */
void two_hosts(enum world_segment kind, char *const client[], char *const server[]);
extern char *const connects[], *const serves[], *const idles[];
/* WHAT is a word of act(). */
void at(int64_t t_ns, const char *what);
void run(int64_t until_ns);

/* Times of lines that contain WORDS, up to MOST. */
int times_of(const char *words, int64_t *ret_ns, int most);
int64_t time_of(const char *words); /* of the first, which must be there */
bool was_seen(const char *words);

/* Within a microsecond: a clock that is read costs 256 ns. */
#define assert_at(NS, EXPECTED)                                                                    \
	ck_assert_msg((NS) >= (EXPECTED) && (NS) < (EXPECTED) + 3000,                              \
		      "%" PRId64 " instead of %" PRId64 " in:\n%s", (int64_t)(NS),                 \
		      (int64_t)(EXPECTED), text_string(&seen))

#endif
