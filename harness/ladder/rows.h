/* SPDX-License-Identifier: MIT
 *
 * rows: what a ladder shows of a run, from top to bottom, with its words: the one list from
 * which the text ladder and the page's picture are drawn. Knows no columns and no pixels.
 */
#ifndef HALFOPEN_ROWS_H
#define HALFOPEN_ROWS_H

#include <stdbool.h>
#include <stdint.h>

#include "canvas.h"
#include "label.h"
#include "verdict.h"

enum row_kind {
	ROW_FAULT,
	ROW_PROGRAM,
	ROW_STEP,
	ROW_CALL, /* of a command */
	ROW_LINE, /* that a command wrote */
	ROW_PACKET,
	ROW_SOCKET,
	ROW_FOLDED,  /* packets that are left out */
	ROW_SILENCE, /* nothing at all, for so long that it is told */
	ROW_FINDING, /* an expectation that did not hold */
	ROW_END      /* of the run; findings of no moment in particular come after it */
};

enum row_of { /* of two runs in one ladder (merge.h) */
	      OF_BOTH,
	      OF_A, /* in the first alone */
	      OF_B
};

struct row {
	enum row_kind kind;
	enum row_of of; /* OF_BOTH: index is in the first one's record; OF_B: in the second's */
	int64_t b_ns;   /* OF_BOTH: when, in the second; -1: at the same time */
	enum label_part part; /* of a step, a call or a program */
	enum ink ink;
	int64_t t_ns;     /* when; of a silence, when it begins; of a finding -1: at no moment */
	int64_t lasts_ns; /* of a silence */
	int host;         /* whose; a packet's sender: a place (place.h) */
	int index;        /* in the record's list of that kind; of a finding, in the judgement's;
			     of what is folded, how many packets that are */
	int connection;   /* of a packet, of a socket: which of several (connections.h); 0: none */
	unsigned up;      /* 1 << host: has a line here; of a fault: above it */
	char *text;       /* owned; NULL: no words */
	char *note;       /* of a packet: "retransmission 3"; "" for nothing special; else NULL */
	char *fate;       /* of a packet of which the world knows it: "the receiver was off" */
};

void row_done(struct row *row);

#define ROWS_MOST 800 /* of a picture: of more there is too much to see */

struct rows {
	struct row *row;
	int count;
};

/* JUDGEMENT may be NULL. ALL: no packet is folded away. Returns 0 (rows_done), -EINVAL: the
 * record is not of this plan, or -ENOMEM. */
int rows_make(const struct plan *plan, const struct record *record,
	      const struct judgement *judgement, bool all, struct rows *ret_rows, struct err *err);
/* Leaves MOST rows or a few more: what is far from the faults and the failures becomes one row
 * each. RECORD: of which they were made. */
int rows_thin(struct rows *rows, const struct record *record, int most, struct err *err);

void rows_done(struct rows *rows);

#endif
