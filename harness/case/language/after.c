/* SPDX-License-Identifier: MIT
 *
 * What a program waits for before it starts, a step of it before it goes on, and a fault.
 */
#include <arpa/inet.h>
#include <string.h>

#include "decode.h"
#include "list.h"

#define LISTENING "listening"

static bool is_same(const struct plan_ready *a, const struct plan_ready *b)
{
	return a->program == b->program && a->what == b->what && a->port == b->port &&
	       a->step == b->step && (a->what != READY_LINE || strcmp(a->line, b->line) == 0);
}

int ready_add(struct decoder *d, const struct node *node, struct plan_ready ready)
{
	struct plan *plan = d->plan;

	for (int i = 0; i < plan->ready_count; i++)
		if (is_same(&plan->ready[i], &ready))
			return i;
	if (plan->ready_count == READY_MAX) {
		diag_error(d->diags, node->span, "more than %d things are waited for in one case",
			   READY_MAX);
		return -1;
	}
	*LIST_ADD(d->pool, plan, ready) = ready;
	return plan->ready_count - 1;
}

static const struct field port_field = {
	.type = TYPE_NUMBER, .min = 1, .max = 65535, .size = sizeof(int)};

static bool listens_on(const struct plan_program *program, int port)
{
	for (int i = 0; i < program->step_count; i++)
		if (program->step[i].peer.op == PEER_LISTEN &&
		    program->step[i].peer.addr.sin6_port == htons((uint16_t)port))
			return true;
	return false;
}

/* What a program of steps will never do. */
static bool check_ready(struct decoder *d, const struct node *node, const struct plan_ready *ready)
{
	const struct plan_program *of = &d->plan->program[ready->program];

	if (of->command || d->steps_missing || ready->what == READY_EXIT ||
	    ready->what == READY_STEP)
		return true;
	if (ready->what == READY_LINE)
		diag_error(d->diags, node->span, "program '%s' has steps: it writes nothing",
			   of->name);
	else if (!listens_on(of, ready->port))
		diag_error(d->diags, node->span, "program '%s' never listens on port %d", of->name,
			   ready->port);
	else
		return true;
	return false;
}

static bool decode_port(struct decoder *d, const struct node *node, struct plan_ready *ready)
{
	ready->what = READY_LISTENS;
	return field_decode(d, &port_field, node, &ready->port);
}

/* "listening 6379", "exit" */
static bool decode_word(struct decoder *d, const struct node *node, struct plan_ready *ready)
{
	const size_t length = strlen(LISTENING " ");
	struct node port;

	if (!want_scalar(d, node, "what it has done (listening 6379, exit)"))
		return false;
	if (strcmp(node->text, "exit") == 0) {
		ready->what = READY_EXIT;
		return true;
	}
	if (strncmp(node->text, LISTENING " ", length) == 0) {
		port = node_slice(d->pool, node, length, strlen(node->text) - length);
		return decode_port(d, &port, ready);
	}
	diag_help(d->diags,
		  node_error(d->diags, node, "'%.60s' is nothing that is waited for", node->text),
		  "write listening 6379, {line: \"Ready\"}, {step: accept}, or exit");
	return false;
}

static bool decode_step_name(struct decoder *d, const struct node *node, struct plan_ready *ready)
{
	const struct plan_program *of = &d->plan->program[ready->program];
	struct known known;
	struct diag *diag;

	if (!want_scalar(d, node, "the name of a step"))
		return false;
	known_init(&known, node->text);
	ready->what = READY_STEP;
	for (int i = 0; i < of->step_count; i++) {
		known_add(&known, of->step[i].name);
		if (strcmp(of->step[i].name, node->text) != 0)
			continue;
		ready->step = i;
		return true;
	}
	if (d->steps_missing) {
		d->diags->errors++; /* which was said there */
		return false;
	}
	diag = node_error(d->diags, node, "program '%s' has no step '%.60s'", of->name, node->text);
	if (of->command)
		diag_help(d->diags, diag,
			  "it is a command: write listening 6379, {line: \"Ready\"}, or exit");
	else
		known_help(d->diags, diag, &known, "its steps are");
	return false;
}

static bool decode_what(struct decoder *d, const struct node *node, struct plan_ready *ready)
{
	const struct node *line, *port, *step;

	if (node->kind != NODE_MAP)
		return decode_word(d, node, ready);
	line = node_get(node, "line");
	port = node_get(node, LISTENING);
	step = node_get(node, "step");
	if (node->count != 1 || (!line && !port && !step)) {
		diag_help(d->diags, node_error(d->diags, node, "one thing is waited for"),
			  "write {line: \"Ready\"}, {listening: 6379} or {step: accept}");
		return false;
	}
	if (port)
		return decode_port(d, port, ready);
	if (step)
		return decode_step_name(d, step, ready);
	if (!want_scalar(d, line, "a text that is in a line"))
		return false;
	ready->what = READY_LINE;
	ready->line = pool_strdup(d->pool, line->text);
	return true;
}

static bool want_one(struct decoder *d, const struct node *after)
{
	if (!want_map(d, after, "a program and what it has done"))
		return false;
	if (after->count == 1)
		return true;
	diag_error(d->diags, after->key ? after->key->span : after->span,
		   "one other program is waited for");
	return false;
}

/* {server: listening 6379}: its number in the plan's list; -1: wrong, reported. SELF: who waits,
 * which cannot wait for itself; or PLAN_ANY. */
static int decode_ready(struct decoder *d, const struct node *after, int self)
{
	struct plan_ready ready = {0};

	if (!want_one(d, after))
		return -1;
	ready.program = find_program(d, after->child->key, after->child->key->text);
	if (ready.program < 0)
		return -1;
	if (ready.program == self) {
		diag_help(d->diags,
			  diag_error(d->diags, after->child->key->span,
				     "program '%s' waits for itself", d->plan->program[self].name),
			  "its steps are done one after the other");
		return -1;
	}
	if (!decode_what(d, after->child, &ready) || !check_ready(d, after->child, &ready))
		return -1;
	return ready_add(d, after, ready);
}

int decode_after_fault(struct decoder *d, const struct node *after)
{
	return decode_ready(d, after, PLAN_ANY);
}

void decode_after(struct decoder *d, int program, const struct node *node)
{
	const struct node *after = node->kind == NODE_MAP ? node_get(node, "after") : NULL;

	if (after)
		d->plan->program[program].after = decode_ready(d, after, PLAN_ANY);
}

bool decode_after_step(struct decoder *d, const struct node *node, void *peer_step)
{
	(void)peer_step;
	if (!want_one(d, node))
		return false;
	*LIST_ADD(d->pool, d, wait) = (struct decoder_wait){(int)(d->program - d->plan->program),
							    d->program->step_count, node};
	return true;
}

/* One that is repeated is the same each time. */
void decode_after_steps(struct decoder *d)
{
	const struct node *last = NULL;
	int ready = -1;

	for (int i = 0; i < d->wait_count; i++) {
		const struct decoder_wait *wait = &d->wait[i];
		struct plan_program *program = &d->plan->program[wait->program];

		if (wait->node != last)
			ready = decode_ready(d, wait->node, wait->program);
		last = wait->node;
		if (ready >= 0 && wait->step < program->step_count)
			program->step[wait->step].peer.amount = ready;
	}
}
