/* SPDX-License-Identifier: MIT
 *
 * collecting: a record while it is made of frames, and those who take them.
 */
#ifndef HALFOPEN_COLLECTING_H
#define HALFOPEN_COLLECTING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "bounds.h"
#include "parts.h"
#include "raw.h"
#include "text.h"

#define MOST_BOOTS 64

struct collecting {
	struct pool *pool;
	const struct plan *plan;
	struct record *record;
	int incarnation[PROGRAMS_MAX];
	struct text output[PROGRAMS_MAX];     /* of each program's last start */
	size_t output_bytes[PROGRAMS_MAX];    /* that came of it */
	int64_t output_last_ns[PROGRAMS_MAX]; /* when the last of them came */
	struct record_times lines[PROGRAMS_MAX];
	int64_t up_ns[HOSTS_MAX][MOST_BOOTS]; /* when each host came up */
	int boots[HOSTS_MAX];
	int lost[HOSTS_MAX]; /* the record's sockets when its power went last */
	int64_t last_ns;     /* of all frames */
	struct loss *loss;
	int loss_count;
	bool ended;
};

typedef void take_fn(struct collecting *collecting, const struct raw_frame *frame,
		     const uint8_t *payload);

/* collect_programs.c: what programs did */
take_fn take_step, take_program, take_output, take_output_lost, take_call;
/* What came of PROGRAM is all of it. */
void collecting_output_end(struct collecting *collecting, int program);

#endif
