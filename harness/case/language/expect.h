/* SPDX-License-Identifier: MIT
 *
 * expect: between the files that decode expectations.
 */
#ifndef HALFOPEN_CASE_EXPECT_H
#define HALFOPEN_CASE_EXPECT_H

#include "decode.h"

/* A new expectation of the plan, at NODE's place; NULL, reported, when there are too many. */
struct plan_expect *expect_add(struct decoder *d, const struct node *node, enum expect_kind kind);

/* With `state: none` alone NODE says that there is nothing of what it selects; what it says of that
 * beside is reported. SELECTING, ended by NULL, are the keys that select. */
void check_none(struct decoder *d, const struct node *node, uint32_t states,
		const char *const selecting[]);

/* Sections of `expect:`; each gets the value of its key. */
void expect_program(struct decoder *d, const struct node *map); /* key: the program's name */
void expect_sockets(struct decoder *d, const struct node *list);
void expect_wire(struct decoder *d, const struct node *list);
/* What the router knows. */
void expect_conntrack(struct decoder *d, const struct node *list);
void expect_counters(struct decoder *d, const struct node *map);
void expect_silence(struct decoder *d, const struct node *node);

/* What the command PROGRAM writes, in its start INCARNATION: an item or a list of them. */
void expect_output(struct decoder *d, const struct node *node, int program, int incarnation);

/* What it does with its sockets; the same. */
void expect_calls(struct decoder *d, const struct node *node, int program, int incarnation);

/* expect_program.c: an error's name, a list of them, or 0, to the first int and the rest of
 * ERRNOS_MAX. */
bool decode_errnos(struct decoder *d, const struct node *node, int *ret_err, int *ret_or_err);

extern const struct form expect_step_form, expect_calls_form, expect_output_form, expect_exit_form,
	expect_socket_form, expect_conntrack_form, expect_wire_form, expect_order_form,
	expect_silence_form, expect_counter_form;

#endif
