/* SPDX-License-Identifier: MIT
 *
 * What a program waits for before it starts.
 */
#include <arpa/inet.h>
#include <string.h>

#include "decode.h"
#include "list.h"

#define LISTENING "listening"

static_assert(PROGRAMS_MAX * 2 <= 32, "two for each program are bits of a uint32_t");

int ready_add(struct decoder *d, struct plan_ready ready)
{
	struct plan *plan = d->plan;

	for (int i = 0; i < plan->ready_count; i++) {
		const struct plan_ready *other = &plan->ready[i];

		if (other->program == ready.program && other->what == ready.what &&
		    other->port == ready.port &&
		    (ready.what != READY_LINE || strcmp(other->line, ready.line) == 0))
			return i;
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

	if (of->command || d->steps_missing || ready->what == READY_EXIT)
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
		  "write listening 6379, {line: \"Ready\"}, or exit");
	return false;
}

static bool decode_ready(struct decoder *d, const struct node *node, struct plan_ready *ready)
{
	const struct node *line, *port;

	if (node->kind != NODE_MAP)
		return decode_word(d, node, ready);
	line = node_get(node, "line");
	port = node_get(node, LISTENING);
	if (node->count != 1 || (!line && !port)) {
		diag_help(d->diags, node_error(d->diags, node, "it is waited for one thing"),
			  "write {line: \"Ready\"} or {listening: 6379}");
		return false;
	}
	if (port)
		return decode_port(d, port, ready);
	if (!want_scalar(d, line, "a text that is in a line"))
		return false;
	ready->what = READY_LINE;
	ready->line = pool_strdup(d->pool, line->text);
	return true;
}

void decode_after(struct decoder *d, int program, const struct node *node)
{
	const struct node *after = node->kind == NODE_MAP ? node_get(node, "after") : NULL;
	struct plan_ready ready = {0};

	if (!after || !want_map(d, after, "a program and what it has done"))
		return;
	if (after->count != 1) {
		diag_error(d->diags, after->key->span, "a program waits for one other");
		return;
	}
	ready.program = find_program(d, after->child->key, after->child->key->text);
	if (ready.program < 0 || !decode_ready(d, after->child, &ready) ||
	    !check_ready(d, after->child, &ready))
		return;
	d->plan->program[program].after = ready_add(d, ready);
}
