/* SPDX-License-Identifier: MIT
 *
 * bounds: how many of what a case may have. Whoever keeps them in an array of fixed size takes its
 * size from here; who copies them into a form of fixed size (raw.h) asserts that it has room.
 */
#ifndef HALFOPEN_BOUNDS_H
#define HALFOPEN_BOUNDS_H

#include <assert.h>

#define HOSTS_MAX     8
#define ADDRESSES_MAX 8 /* beside those of hosts */
#define VIP_PORTS_MAX 8 /* of one address that the router translates */
#define BACKENDS_MAX  8 /* of one of them */
#define PROGRAMS_MAX  16
#define STEPS_MAX     400 /* of one program */
#define FAULTS_MAX    256
#define EXPECTS_MAX   1024
#define ERRNOS_MAX    7  /* beside the first, in one expectation */
#define WHICH_MAX     8  /* ranges of packets in one rule */
#define SYSCTLS_MAX   64 /* of a command line */
#define NAME_LONGEST  12 /* of hosts and programs: they become interfaces */

static_assert(HOSTS_MAX < 31 && PROGRAMS_MAX <= 32, "sets of them are bits of a uint32_t");

#define RUN_MAX_NS (24 * 3600 * NSEC_PER_SEC) /* no run lasts longer */

#endif
