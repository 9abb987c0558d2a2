/* SPDX-License-Identifier: MIT
 *
 * compare: what differs between two runs of the same case, and between two folders of them: the
 * same change in many runs is one group. Pure: it knows records, no files and no kernels.
 *
 * docs/compare.md tells what is compared, and within which tolerance and why.
 */
#ifndef HALFOPEN_COMPARE_H
#define HALFOPEN_COMPARE_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "plan.h"
#include "record.h"

/* The most serious first. */
enum change_kind {
	CHANGE_CASE, /* the case itself was changed: the rest cannot be held together */
	CHANGE_VERDICT,
	CHANGE_RESULT, /* of a call or a program */
	CHANGE_STATE,  /* of a socket */
	CHANGE_PACKET, /* which are sent, how many, in which order */
	CHANGE_TIME,
	CHANGE_COUNTER, /* background: alone it makes no difference */
	CHANGE_KINDS
};
extern const char *const change_kind_name[CHANGE_KINDS];  /* "verdict", as in the JSON */
extern const char *const change_kind_title[CHANGE_KINDS]; /* "Verdicts" */

struct change {
	enum change_kind kind;
	char *what;           /* "client: recv" */
	char *before, *after; /* in A, in B */
	char *delta;          /* "-7", "+5.0 s"; "" where there is nothing to subtract */
	char *cause;   /* the same without names, numbers and addresses: "retransmission: sent less
			  often"; NULL: it follows from others, and is the cause of nothing */
	int64_t at_ns; /* when it is first seen in one of the two */
	bool gives_up; /* a call tells that the connection timed out */
};

/* One run as it was in one of the folders. */
struct compare_side {
	const char *verdict, *reason; /* "pass"; reason "" where there is none */
	const struct plan *plan;      /* NULL: there is no record */
	const struct record *record;
};

/* How far apart two times may be and still be the same. */
struct tolerance {
	int64_t fixed_ns;
	int step_hz; /* plus one step of the timer wheel at this HZ; 0: no step */
	bool real; /* one of the clocks is real: what depends on the machine's load is not compared
		    */
	const char *why;
};
/* OVERRIDE_NS replaces the rule; -1: none. */
struct tolerance tolerance_between(const struct record *a, const struct record *b,
				   int64_t override_ns);
/* For an event at T_NS of the run's clock. */
int64_t tolerance_at(const struct tolerance *tolerance, int64_t t_ns);
/* The granularity of a timer that is due in WAIT_NS (kernel/time/timer.c). */
int64_t wheel_step_ns(int64_t wait_ns, int hz);

struct change_group { /* one change, and who shows it */
	struct change change;
	int *run; /* by number in the comparison's */
	int run_count;
};

struct cause_value { /* how a cause shows: in so many runs */
	char *before, *after, *delta;
	int run_count;
};

/* What runs do differently first: the rest follows from it. Each run that differs has one cause. */
struct cause {
	char *text; /* struct change's */
	struct cause_value *value;
	int value_count; /* the most frequent first */
	int *run;        /* by number in the comparison's */
	int run_count;
};

struct compared_run {
	char *name, *folder; /* folder: below that of the results */
	bool differs;        /* by more than counters */
	bool counters;       /* and these do */
	int cause;           /* of the comparison's, once it is sorted */
	struct change *first;
	int first_count; /* what differs first: one of them is the cause */
	struct tolerance tolerance;
};

struct comparison {
	char *a, *b;               /* the folders */
	char *kernel_a, *kernel_b; /* "Linux 6.12.117, uml, HZ 250"; "" */
	struct compared_run *run;
	int run_count, differing;
	struct change_group *group;
	int group_count;
	struct cause *cause;
	int cause_count;         /* that of the most runs first */
	char **only_a, **only_b; /* names of runs */
	int only_a_count, only_b_count;
	void *memory;
};

struct comparison *comparison_new(const char *a, const char *b);
void comparison_free(struct comparison *comparison); /* NULL is fine */

/* Compares a run that is in both, and keeps what differs. OVERRIDE_NS: as above. */
void comparison_add(struct comparison *comparison, const char *name, const char *folder,
		    const struct compare_side *a, const struct compare_side *b,
		    int64_t override_ns);
/* A run that is only in A, or in B. */
void comparison_add_only(struct comparison *comparison, const char *name, bool in_a);
/* Puts the groups in order and finds the causes, after the last run. */
void comparison_sort(struct comparison *comparison);

/* How many of CAUSE's runs show GROUP. */
int cause_shares(const struct comparison *comparison, int cause, const struct change_group *group);

/* Whether a run that is in both differs: what the exit status tells. */
bool comparison_differs(const struct comparison *comparison);

/* WIDTH: of the terminal, for the tables; names stay whole. 0: 100. */
void comparison_print_text(const struct comparison *comparison, int width, FILE *out);
void comparison_print_json(const struct comparison *comparison, FILE *out); /* docs/compare.md */

#endif
