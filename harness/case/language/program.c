/* SPDX-License-Identifier: MIT
 *
 * A program's list of steps: their names, their order, who waits for whom.
 */
#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

#include "addresses.h"
#include "decode.h"

struct modifiers {
	char *as;
	int on_failure;
};

static const struct word or_words[] = {{"continue", PEER_OR_CONTINUE, "go on with the next step"},
				       {NULL, 0, NULL}};

static const struct field modifier_fields[] = {
	{"as", TYPE_TEXT, TO(struct modifiers, as), .help = "the step's name in expectations"},
	{"or", TYPE_WORD, TO(struct modifiers, on_failure), .words = or_words,
	 .help = "what to do when a connect, listen or accept fails; if not said, the program "
		 "ends"},
};
const struct form step_modifiers = {.name = "step", FIELDS(modifier_fields)};

static const struct word taken_names[] = {{"exit", 0, "the end of the program"},
					  {"output", 0, "what a command writes"},
					  {"calls", 0, "what a command does with its sockets"},
					  {NULL, 0, NULL}};

static void decode_modifiers(struct decoder *d, const struct node *node, const struct verb *verb,
			     struct modifiers *modifiers)
{
	const struct node *as = node_get(node, "as"), *failing = node_get(node, "or");

	if (as && field_decode(d, &modifier_fields[0], as, modifiers) &&
	    (!check_name(d, as, "step", 24) || word_find(taken_names, as->text))) {
		const struct word *taken = word_find(taken_names, as->text);

		if (taken)
			diag_help(d->diags,
				  node_error(d->diags, as, "a step cannot be called '%s'",
					     taken->name),
				  "in expectations that is %s", taken->help);
		modifiers->as = NULL;
	}
	if (failing)
		field_decode(d, &modifier_fields[1], failing, modifiers);
	if (failing && verb->op != PEER_CONNECT && verb->op != PEER_LISTEN &&
	    verb->op != PEER_ACCEPT)
		diag_help(d->diags,
			  diag_error(d->diags, failing->key->span, "'or' does not go with '%s'",
				     verb->name),
			  "after a failed %s the program goes on in any case", verb->name);
}

/* "recv", "recv#2": steps with a name of their own do not count, so that what comes and goes
 * with a `when` can be given one and leave the others' names alone. */
static char *number_step(struct decoder *d, const struct plan_program *program, const char *verb)
{
	size_t length = strlen(verb);
	int n = 1;

	for (int i = 0; i < program->step_count; i++) {
		const char *name = program->step[i].name;

		n += strncmp(name, verb, length) == 0 && (!name[length] || name[length] == '#');
	}
	return n == 1 ? pool_strdup(d->pool, verb) : pool_printf(d->pool, "%s#%d", verb, n);
}

static void check_step_name(struct decoder *d, const struct plan_program *program,
			    const struct node *node, const char *name)
{
	for (int i = 0; i < program->step_count; i++) {
		struct plan_place place = program->step[i].place;

		if (strcmp(program->step[i].name, name) != 0)
			continue;
		diag_note(d->diags,
			  diag_error(d->diags, node->span,
				     "a second step called '%s' in program '%s'", name,
				     program->name),
			  span_of_place(place, "-"), "the first is here");
		return;
	}
}

static bool is_op(const struct plan_program *program, int op)
{
	for (int i = 0; i < program->step_count; i++)
		if ((int)program->step[i].peer.op == op)
			return true;
	return false;
}

/* Steps that need a socket, before there can have been one. */
static void check_order(struct decoder *d, const struct plan_program *program,
			const struct plan_step *step, const char *verb, const struct node *node)
{
	bool listens = is_op(program, PEER_LISTEN);
	bool connected = is_op(program, PEER_CONNECT) || is_op(program, PEER_ACCEPT);
	const char *needs = NULL;

	switch (step->kind->needs) {
	case NEEDS_NOTHING:
		break;
	case NEEDS_LISTENER:
		needs = listens ? NULL : "listen";
		break;
	case NEEDS_EITHER:
		needs = connected || listens ? NULL : "connect or listen";
		break;
	case NEEDS_CONNECTION:
		needs = connected ? NULL : "connect or accept";
		break;
	}
	if (needs && !d->steps_missing)
		diag_help(d->diags,
			  diag_error(d->diags,
				     node->kind == NODE_MAP ? node->child->key->span : node->span,
				     "'%s' without a socket", verb),
			  "a %s has to come first", needs);
}

static void decode_list(struct decoder *d, struct plan_program *program, const struct node *list,
			bool again);

/* As if its steps were written so often. */
static void decode_repeat(struct decoder *d, struct plan_program *program, const struct verb *verb,
			  const struct node *argument)
{
	struct {
		int64_t times;
	} args = {1};
	const struct node *steps = node_get(argument, "steps");
	int before = d->diags->errors;

	form_decode(d, verb->form, argument, &args);
	if (steps && steps->kind == NODE_LIST && !steps->count)
		node_error(d->diags, steps, "a 'repeat' without steps");
	for (int64_t i = 0; i < args.times && d->diags->errors == before; i++)
		decode_list(d, program, steps, true);
	d->steps_missing = d->steps_missing || d->diags->errors > before;
}

/* AGAIN: it is one of several times, and its own name is counted, too. */
static void decode_step(struct decoder *d, struct plan_program *program, const struct node *node,
			bool again)
{
	struct plan_step *step = &program->step[program->step_count];
	struct modifiers modifiers = {0};
	const struct node *argument;
	const struct verb *verb = verb_pick(d, &step_table, node, &argument);
	uint32_t given = 0;
	int before = d->diags->errors;

	if (!verb) {
		d->steps_missing = true;
		return;
	}
	if (verb->op == PEER_OP_COUNT) {
		decode_repeat(d, program, verb, argument);
		return;
	}
	if (program->step_count == STEPS_MAX) {
		if (!d->steps_missing)
			diag_error(d->diags, node->span, "more than %d steps in program '%s'",
				   STEPS_MAX, program->name);
		d->steps_missing = true;
		return;
	}
	step->place = place_of(node);
	step->target_program = PLAN_ANY;
	step->peer.op = (uint32_t)verb->op;
	if (argument)
		given = form_decode(d, verb->form, argument, &step->peer);
	if (node->kind == NODE_MAP)
		decode_modifiers(d, node, verb, &modifiers);
	if (d->diags->errors == before && verb->finish)
		verb->finish(d, argument, given, &step->peer);
	step->kind = &step_kinds[step->peer.op];
	check_order(d, program, step, verb->name, node);
	step->peer.flags |= (uint32_t)modifiers.on_failure;
	step->name = modifiers.as && !again
			     ? modifiers.as
			     : number_step(d, program, modifiers.as ? modifiers.as : verb->name);
	step->text = argument ? pool_printf(d->pool, "%s %s", verb->name,
					    node_text(d->pool, argument))
			      : pool_strdup(d->pool, verb->name);
	check_step_name(d, program, modifiers.as ? node_get(node, "as") : node, step->name);
	program->step_count++;
}

static void decode_list(struct decoder *d, struct plan_program *program, const struct node *list,
			bool again)
{
	for (const struct node *item = list->child; item; item = item->next)
		decode_step(d, program, item, again);
}

/* How many there may be: what is repeated has room for all. */
static int count_steps(const struct node *list)
{
	int64_t count = 0;

	for (const struct node *item = list->child; item && count < STEPS_MAX; item = item->next) {
		const struct node *repeat = item->kind == NODE_MAP ? node_get(item, "repeat")
								   : NULL;
		const struct node *steps = repeat && repeat->kind == NODE_MAP
						   ? node_get(repeat, "steps")
						   : NULL;

		count += steps && steps->kind == NODE_LIST ? STEPS_MAX : 1;
	}
	return count < STEPS_MAX ? (int)count : STEPS_MAX;
}

void decode_steps(struct decoder *d, struct plan_program *program, const struct node *list)
{
	program->step = pool_alloc(d->pool,
				   sizeof(struct plan_step) * (size_t)(count_steps(list) + 1));
	d->program = program;
	decode_list(d, program, list, false);
}

static bool listens_on(const struct plan_program *program, in_port_t port)
{
	for (int i = 0; i < program->step_count; i++)
		if (program->step[i].peer.op == PEER_LISTEN &&
		    program->step[i].peer.addr.sin6_port == port)
			return true;
	return false;
}

/* The program, other than SELF, whose host has the address and which listens on its port.
 * OWN: the address of each program's host, without a port. */
static int find_listener(const struct plan *plan, const struct sockaddr_in6 *own, int self,
			 struct sockaddr_in6 address)
{
	in_port_t port = address.sin6_port; /* at the same place in a sockaddr_in */

	address.sin6_port = 0;
	for (int i = 0; i < plan->program_count; i++)
		if (i != self && memcmp(&own[i], &address, sizeof(address)) == 0 &&
		    listens_on(&plan->program[i], port))
			return i;
	return PLAN_ANY;
}

/* Would program FROM, which waits for the listens of those that it connects to, wait for
 * itself? */
static bool waits_for(const struct plan *plan, int from, int whom, uint32_t *seen)
{
	const struct plan_program *program = &plan->program[from];
	uint32_t on = 0;

	*seen |= 1u << from;
	for (int i = 0; i < plan->ready_count; i++)
		if (plan_awaited_by(plan, from) & 1u << i)
			on |= 1u << plan->ready[i].program;
	for (int i = 0; i < program->step_count; i++)
		if (program->step[i].target_program >= 0)
			on |= 1u << program->step[i].target_program;
	for (int i = 0; i < plan->program_count; i++)
		if (on & 1u << i &&
		    (i == whom || (!(*seen & 1u << i) && waits_for(plan, i, whom, seen))))
			return true;
	return false;
}

/* The one program of the host with that address, if it is a command: whatever it listens on. */
static int find_command(const struct plan *plan, const struct sockaddr_in6 *own, int self,
			struct sockaddr_in6 address)
{
	int found = PLAN_ANY;

	address.sin6_port = 0;
	for (int i = 0; i < plan->program_count; i++) {
		if (memcmp(&own[i], &address, sizeof(address)) != 0)
			continue;
		if (found != PLAN_ANY || i == self || !plan->program[i].command)
			return PLAN_ANY;
		found = i;
	}
	return found;
}

/* A VIP stands for the first backend of its port. */
static const struct plan_backend *first_backend(const struct plan_address *address, int port)
{
	for (int i = 0; i < address->vip_port_count; i++)
		if (address->vip_port[i].port == port && address->vip_port[i].backend_count)
			return &address->vip_port[i].backend[0];
	return NULL;
}

/* An address that moves stands for who has it first. */
static struct sockaddr_in6 at_first(const struct plan *plan, struct sockaddr_in6 address)
{
	int port = ntohs(address.sin6_port);

	for (int i = 0; i < plan->address_count; i++) {
		struct sockaddr_in6 own = socket_address(plan, plan_address_text(plan, i), port);
		const struct plan_backend *backend = first_backend(&plan->address[i], port);

		if (memcmp(&own, &address, sizeof(own)) != 0)
			continue;
		if (backend)
			return host_address(plan, backend->host, backend->port);
		if (plan->address[i].host >= 0)
			return host_address(plan, plan->address[i].host, port);
	}
	return address;
}

static bool connects(const struct plan_step *step)
{
	return step->peer.op == PEER_CONNECT || step->peer.op == PEER_RELAY;
}

/* By what the case says of both, and not only by what is so if nothing is said. */
static bool starts_before(const struct plan_program *program, const struct plan_program *other)
{
	return program->start_said && other->start_said && program->start_ns < other->start_ns;
}

/* Who connects first to where another program will listen starts when it does. */
static void resolve_connected(struct decoder *d, const struct sockaddr_in6 *own, int self)
{
	struct plan_program *program = &d->plan->program[self];

	for (int i = 0; i < program->step_count; i++) {
		const struct plan_step *step = &program->step[i];
		struct sockaddr_in6 to = at_first(d->plan, step->peer.addr);
		int target = step->target_program;

		if (!connects(step))
			continue;
		if (target == PLAN_ANY && program->after < 0 && !program->start_said)
			target = find_command(d->plan, own, self, to);
		if (target != PLAN_ANY && to.sin6_port &&
		    !starts_before(program, &d->plan->program[target]))
			program->connected = ready_add(
				d, d->root,
				(struct plan_ready){.program = target,
						    .what = READY_LISTENS,
						    .port = ntohs(to.sin6_port)});
		return;
	}
}

void resolve_targets(struct decoder *d)
{
	struct plan *plan = d->plan;
	struct sockaddr_in6 own[PROGRAMS_MAX];

	for (int i = 0; i < plan->program_count; i++)
		own[i] = host_address(plan, plan->program[i].host, 0);
	for (int i = 0; i < plan->program_count; i++)
		for (int j = 0; j < plan->program[i].step_count; j++) {
			struct plan_step *step = &plan->program[i].step[j];

			if (connects(step) && step->peer.addr.sin6_port)
				step->target_program = find_listener(
					plan, own, i, at_first(plan, step->peer.addr));
		}
	for (int i = 0; i < plan->program_count; i++)
		resolve_connected(d, own, i);
	for (int i = 0; i < plan->program_count; i++) {
		struct plan_place place = plan->program[i].place;
		uint32_t seen = 0;

		if (!waits_for(plan, i, i, &seen))
			continue;
		diag_help(
			d->diags,
			diag_error(d->diags, span_of_place(place, plan->program[i].name),
				   "program '%s' never starts: it waits for one that waits for it",
				   plan->program[i].name),
			"a program that connects starts when the other side listens; let one side "
			"listen in a program of its own");
		return;
	}
}
