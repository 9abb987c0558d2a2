/* SPDX-License-Identifier: MIT
 *
 * The timeline: faults in the order of their times, and whether they can happen at all.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "addresses.h"
#include "decode.h"
#include "fault.h"

static bool decode_after_what(struct decoder *d, const struct node *node, void *ret)
{
	*(int *)ret = decode_after_fault(d, node);
	return *(int *)ret >= 0;
}

enum { AT, AFTER, THEN };
static const struct field modifier_fields[] = {
	{"at", TYPE_MOMENT, TO(struct plan_fault, at_ns), .help = "when"},
	{"after", TYPE_CUSTOM, TO(struct plan_fault, after), .decode = decode_after_what,
	 .looks = AFTER_LOOKS, .schema = AFTER_SCHEMA,
	 .help = "or when a program listens on that port, has written such a line, is done with "
		 "that step, or is over: the first time"},
	{"then", TYPE_DURATION, TO(struct plan_fault, then_ns),
	 .help = "so long after that, at once if not said"},
};
const struct form fault_modifiers = {.name = "fault", FIELDS(modifier_fields)};

static const char *host_name(const struct plan *plan, int host)
{
	return host == PLACE_ROUTER ? PLACE_ROUTER_NAME : host < 0 ? "any" : plan->host[host].name;
}

static char *fault_text(struct decoder *d, const struct verb *verb, const struct fault_args *args,
			const struct node *argument)
{
	const struct plan *plan = d->plan;
	const struct plan_fault *fault = &args->fault;

	if (argument->kind == NODE_MAP && (fault->op == FAULT_BLACKHOLE || fault->op == FAULT_HEAL))
		return pool_printf(d->pool, "%s %s -> %s", verb->name, host_name(plan, fault->from),
				   host_name(plan, fault->to));
	if (fault->op == FAULT_REJECT)
		return pool_printf(d->pool, "%s %s -> %s with %s", verb->name,
				   host_name(plan, fault->from), host_name(plan, fault->to),
				   fault->reject_with);
	return pool_printf(d->pool, "%s %s", verb->name, node_text(d->pool, argument));
}

static void add_fault(struct decoder *d, const struct plan_fault *fault, char *text)
{
	struct plan_fault *to = &d->plan->fault[d->plan->fault_count++];

	*to = *fault;
	to->text = text;
}

/* The moment of a fault, and where it is written: `at`, or `after` and perhaps `then`. NULL: it is
 * wrong, reported. */
static const struct node *decode_when(struct decoder *d, const struct node *node,
				      const struct verb *verb, struct plan_fault *fault)
{
	const struct node *at = node_get(node, "at"), *after = node_get(node, "after"),
			  *then = node_get(node, "then");
	const struct span span = node->child ? node->child->key->span : node->span;

	if (at && (after || then))
		diag_help(d->diags,
			  diag_error(d->diags, (after ? after : then)->key->span,
				     "'%s' beside 'at'", after ? "after" : "then"),
			  "a fault has its moment, or comes after something");
	else if (then && !after)
		diag_help(d->diags, diag_error(d->diags, then->key->span, "'then' without 'after'"),
			  "say after what: after: {server: listening 80}");
	else if (!at && !after && verb)
		diag_help(d->diags, diag_error(d->diags, span, "a fault without 'at'"),
			  "write it as {at: 5s, %s}", verb->example);
	else if (at)
		return field_decode(d, &modifier_fields[AT], at, fault) ? at : NULL;
	else if (after && field_decode(d, &modifier_fields[AFTER], after, fault) &&
		 (!then || field_decode(d, &modifier_fields[THEN], then, fault)))
		return then ? then : after;
	return NULL;
}

/* What the order of all of its kind is known of before the run. */
static bool check_after(struct decoder *d, const struct node *node, const struct plan_fault *fault)
{
	if (!plan_fault_waits(fault) || (fault->op != FAULT_MOVE && fault->op != FAULT_FAILOVER))
		return true;
	diag_help(d->diags,
		  diag_error(d->diags, node->key->span, "'%s' after what a program does",
			     node->key->text),
		  "its moment must be known beforehand: at");
	return false;
}

static void decode_fault(struct decoder *d, const struct node *node)
{
	struct fault_args args = {.fault = {.program = PLAN_ANY,
					    .host = PLAN_ANY,
					    .from = PLAN_ANY,
					    .to = PLAN_ANY,
					    .after = -1,
					    .start_again = true,
					    .impairment = d->plan->link}};
	const struct node *argument, *when;
	const struct verb *verb;
	int before;
	uint32_t given;

	if (!want_map(d, node, "a mapping with 'at' and a fault"))
		return;
	verb = verb_pick(d, &fault_table, node, &argument);
	when = decode_when(d, node, verb, &args.fault);
	if (!verb)
		return;
	before = d->diags->errors;
	args.fault.op = (enum fault_op)verb->op;
	args.fault.kind = &fault_kinds[verb->op];
	args.fault.place = place_of(argument->key);
	given = form_decode(d, verb->form, argument, &args);
	if (d->diags->errors == before && verb->finish)
		verb->finish(d, argument, given, &args);
	if (d->diags->errors > before || !when || !check_after(d, argument, &args.fault) ||
	    !moment_check(d, when,
			  args.fault.at_ns + args.fault.then_ns + args.fault.grace_ns +
				  (args.fault.down_ns == OFF_FOR_GOOD ? 0 : args.fault.down_ns)))
		return;
	if (plan_fault_waits(&args.fault) && d->plan->fault_count)
		args.fault.at_ns = d->plan->fault[d->plan->fault_count - 1].at_ns;
	if (!args.both_ways) {
		add_fault(d, &args.fault, fault_text(d, verb, &args, argument));
		return;
	}
	add_fault(d, &args.fault, pool_printf(d->pool, "%s %s -> any", verb->name, argument->text));
	args.fault.to = args.fault.from;
	args.fault.from = PLAN_ANY;
	add_fault(d, &args.fault, pool_printf(d->pool, "%s any -> %s", verb->name, argument->text));
}

/* By time; of the same time, as the author wrote them. */
static void sort_faults(struct plan *plan)
{
	for (int i = 1; i < plan->fault_count; i++) {
		struct plan_fault fault = plan->fault[i];
		int j = i;

		for (; j && plan->fault[j - 1].at_ns > fault.at_ns; j--)
			plan->fault[j] = plan->fault[j - 1];
		plan->fault[j] = fault;
	}
}

void decode_timeline(struct decoder *d, const struct node *list)
{
	if (!want_list(d, list, "a list of faults"))
		return;
	if (list->count > FAULTS_MAX) {
		diag_error(d->diags, list->key->span, "more than %d faults in one case",
			   FAULTS_MAX);
		return;
	}
	d->plan->fault = pool_alloc(d->pool, sizeof(struct plan_fault) * 2 * (size_t)list->count);
	for (const struct node *item = list->child; item; item = item->next)
		decode_fault(d, item);
	sort_faults(d->plan);
}

/* How things stand while the timeline goes by: for each, the fault that made it so. */
struct course {
	const struct plan_fault *off[HOSTS_MAX], *still[HOSTS_MAX]; /* still: yet it has power */
	const struct plan_fault *pulled[HOSTS_MAX][2], *stopped[PROGRAMS_MAX];
	const struct plan_fault *taken[HOSTS_MAX]; /* of its interface */
	bool broken;                               /* something to heal */
	const struct plan_fault *filtered;         /* by the router's rules */
	const struct plan_fault *router_off;
};

static struct span span_of_fault(const struct plan_fault *fault)
{
	struct span span = span_of_place(fault->place, "");

	span.end_column += (int)strcspn(fault->text, " ");
	return span;
}

static struct diag *complain(struct decoder *d, const struct plan_fault *fault,
			     const struct plan_fault *since, const char *what, const char *name,
			     const char *how)
{
	struct diag *diag = diag_error(d->diags, span_of_fault(fault), "%s '%s' %s", what, name,
				       how);

	if (since)
		diag_note(d->diags, diag, span_of_fault(since), "because of this");
	return diag;
}

static void complain_off(struct decoder *d, const struct plan_fault *fault,
			 const struct plan_fault *off, const char *what, const char *name)
{
	bool ends = off->op == FAULT_SHUTDOWN && fault->at_ns < off->at_ns + off->grace_ns;

	complain(d, fault, off, what, name, ends ? "is shutting down then" : "is off then");
}

static void check_process(struct decoder *d, struct course *course, const struct plan_fault *fault)
{
	const struct plan_program *program = &d->plan->program[fault->program];
	const struct plan_fault **stopped = &course->stopped[fault->program];

	if (course->off[program->host])
		complain_off(d, fault, course->off[program->host], "the host of program",
			     program->name);
	else if (course->still[program->host])
		complain(d, fault, course->still[program->host], "the host of program",
			 program->name, "stands still then");
	else if (!plan_fault_waits(fault) && fault->at_ns < program->start_ns)
		complain(d, fault, NULL, "program", program->name, "has not started by then");
	else if (fault->op == FAULT_CONTINUE && !*stopped)
		complain(d, fault, NULL, "program", program->name, "is not stopped then");
	*stopped = fault->op == FAULT_STOP ? fault : NULL;
}

static void check_cable(struct decoder *d, struct course *course, const struct plan_fault *fault)
{
	const char *name = d->plan->host[fault->host].name;
	const struct plan_fault **pulled = &course->pulled[fault->host][fault->router_end];

	if (fault->op == FAULT_PLUG && !*pulled)
		complain(d, fault, NULL, "the cable of host", name, "was not pulled before");
	if (fault->op == FAULT_PULL && *pulled)
		complain(d, fault, *pulled, "the cable of host", name, "is pulled already");
	*pulled = fault->op == FAULT_PULL ? fault : NULL;
}

/* It would come up twice. */
static bool is_to_boot(const struct plan_fault *since, const struct plan_fault *fault)
{
	return since && plan_fault_boots(since) && !plan_fault_waits(since) &&
	       !plan_fault_waits(fault);
}

static void check_host(struct decoder *d, struct course *course, const struct plan_fault *fault)
{
	const char *name = d->plan->host[fault->host].name;
	const struct plan_fault **off = &course->off[fault->host];
	const struct plan_fault *still = course->still[fault->host];

	if (*off && (fault->kind->effect == EFFECT_OFF || is_to_boot(*off, fault)))
		complain_off(d, fault, *off, "host", name);
	else if (still && fault->op == FAULT_SHUTDOWN)
		complain(d, fault, still, "host", name, "stands still then");
	else if (is_to_boot(still, fault))
		diag_help(d->diags,
			  complain(d, fault, still, "host", name, "is yet to boot by itself then"),
			  "a panic without 'reboot' stays until someone else ends it");
	*off = fault;
	course->still[fault->host] = course->taken[fault->host] = NULL;
	for (int i = 0; i < d->plan->program_count; i++)
		if (d->plan->program[i].host == fault->host)
			course->stopped[i] = NULL;
}

/* Of a host that does something for it. */
static bool check_able(struct decoder *d, const struct course *course,
		       const struct plan_fault *fault)
{
	const char *name = d->plan->host[fault->host].name;

	if (course->off[fault->host])
		complain_off(d, fault, course->off[fault->host], "host", name);
	else if (course->still[fault->host])
		complain(d, fault, course->still[fault->host], "host", name, "stands still then");
	return !course->off[fault->host] && !course->still[fault->host];
}

/* Without a router the receiver refuses, by a filter of its own. */
static void check_refuser(struct decoder *d, const struct course *course,
			  const struct plan_fault *fault)
{
	struct plan_fault by = *fault;

	by.host = fault->to;
	if (fault->op == FAULT_REJECT && by.host >= 0 && d->plan->network != NETWORK_ROUTER)
		check_able(d, course, &by);
}

static void check_address(struct decoder *d, const struct course *course, struct plan_fault *fault)
{
	uint32_t before = plan_holders_before(d->plan, fault);

	for (int i = 0; fault->host == PLAN_ANY && i < d->plan->host_count; i++)
		if (before & 1u << i)
			fault->host = i;
	if (fault->host == PLAN_ANY)
		complain(d, fault, NULL, "address", d->plan->address[fault->address].name,
			 "is nobody's already");
	else if (check_able(d, course, fault) && fault->same_mac && !(before & ~(1u << fault->to)))
		complain(d, fault, NULL, "address", d->plan->address[fault->address].name,
			 "is at no other host, whose MAC could move along");
}

static void check_interface(struct decoder *d, struct course *course,
			    const struct plan_fault *fault)
{
	const char *name = d->plan->host[fault->host].name;
	const struct plan_fault **taken = &course->taken[fault->host];

	if (check_able(d, course, fault) && fault->op == FAULT_IFUP && !*taken)
		complain(d, fault, NULL, "the interface of host", name, "is not down then");
	else if (fault->op == FAULT_IFDOWN && *taken)
		complain(d, fault, *taken, "the interface of host", name, "is down already");
	*taken = fault->op == FAULT_IFDOWN ? fault : NULL;
}

/* Of a host that has power: panic, hang, suspend, resume, step. */
static void check_kernel(struct decoder *d, struct course *course, const struct plan_fault *fault)
{
	const char *name = d->plan->host[fault->host].name;
	const struct plan_fault **still = &course->still[fault->host];
	bool suspended = *still && (*still)->op == FAULT_SUSPEND;

	if (course->off[fault->host])
		complain_off(d, fault, course->off[fault->host], "host", name);
	else if (fault->kind->effect == EFFECT_RESUMED && !suspended)
		complain(d, fault, *still, "host", name, "is not suspended then");
	else if (fault->kind->effect != EFFECT_RESUMED && *still)
		complain(d, fault, *still, "host", name, "stands still then");
	if (fault->kind->effect != EFFECT_CLOCK)
		*still = fault->kind->effect == EFFECT_STILL ? fault : NULL;
}

/* What the router does is its own, and goes with it. */
static void check_router(struct decoder *d, struct course *course, const struct plan_fault *fault)
{
	bool everywhere = fault->from == PLAN_ANY && fault->to == PLAN_ANY;
	bool filters = fault->op == FAULT_BLACKHOLE || fault->op == FAULT_REJECT ||
		       fault->op == FAULT_DROP ||
		       (fault->op == FAULT_IMPAIR && fault->to == PLACE_ROUTER);

	if (d->plan->network != NETWORK_ROUTER)
		return;
	if (course->router_off &&
	    (filters || fault->op == FAULT_HEAL || fault->router_end ||
	     fault->kind->effect == EFFECT_ROUTER || fault->kind->effect == EFFECT_BACKEND))
		complain_off(d, fault, course->router_off, "the", PLACE_ROUTER_NAME);
	else if (fault->op == FAULT_FAILOVER && course->filtered)
		complain(d, fault, course->filtered, "the", PLACE_ROUTER_NAME,
			 "would take its filters and cables along: heal all before");
	if (filters)
		course->filtered = fault;
	else if (fault->op == FAULT_HEAL && everywhere)
		course->filtered = NULL;
	if (fault->op == FAULT_FAILOVER)
		course->router_off = fault;
}

/* Of which order its VIP's backends come and go in, when the run alone knows. */
static bool comes_somewhen(const struct plan *plan, const struct plan_fault *fault)
{
	for (int i = 0; i < plan->fault_count; i++)
		if (plan_fault_waits(&plan->fault[i]) &&
		    plan->fault[i].kind->effect == EFFECT_BACKEND &&
		    plan->fault[i].address == fault->address &&
		    plan->fault[i].vip_port == fault->vip_port)
			return true;
	return false;
}

static void check_backend(struct decoder *d, const struct plan_fault *fault)
{
	struct plan_backend backend[BACKENDS_MAX];
	const struct plan *plan = d->plan;
	const char *name = pool_printf(d->pool, "%s:%d", plan->host[fault->backend.host].name,
				       fault->backend.port);
	int count = plan_backends(plan, fault->address, fault->vip_port, NULL,
				  (int)(fault - plan->fault), backend);
	bool there = false;

	if (comes_somewhen(plan, fault))
		return;
	for (int i = 0; i < count; i++)
		there = there || (backend[i].host == fault->backend.host &&
				  backend[i].port == fault->backend.port);
	if (there && fault->op == FAULT_ADD_BACKEND)
		complain(d, fault, NULL, "the backend", name, "is one already");
	else if (!there && fault->op == FAULT_REMOVE_BACKEND)
		complain(d, fault, NULL, "the backend", name, "is none then");
	else if (count == BACKENDS_MAX && fault->op == FAULT_ADD_BACKEND)
		complain(d, fault, NULL, "the backend", name, "is one too many");
}

/* At that very moment it is only about to. */
static bool is_up_again(const struct plan_fault *off, int64_t now_ns)
{
	return off && plan_fault_boots(off) && off->at_ns + off->down_ns < now_ns;
}

/* Who loses power at a moment does nothing more then. */
static void check_last_doing(struct decoder *d, const struct plan_fault *fault)
{
	const struct plan *plan = d->plan;
	int router = plan->host_count;
	int who = fault->op == FAULT_FAILOVER ? router : fault->host;

	for (const struct plan_fault *before = fault;
	     before > plan->fault && before[-1].at_ns == fault->at_ns; before--) {
		const struct plan_fault *other = &before[-1]; /* its moment, if it waits: any */
		int doer = other->program != PLAN_ANY       ? plan->program[other->program].host
			   : other->kind->doer == DOER_HOST ? other->host
							    : router;

		if (plan_fault_waits(fault) || plan_fault_waits(other) ||
		    other->kind->doer == DOER_WORLD || doer != who ||
		    (doer == router && plan->network != NETWORK_ROUTER))
			continue;
		complain(d, fault, other, who == router ? "the" : "host",
			 who == router ? PLACE_ROUTER_NAME : plan->host[who].name,
			 "has something else to do at that very moment");
		return;
	}
}

static void check_fault(struct decoder *d, struct course *course, struct plan_fault *fault)
{
	for (int i = 0; i < d->plan->host_count; i++)
		if (is_up_again(course->off[i], fault->at_ns))
			course->off[i] = NULL;
		else if (is_up_again(course->still[i], fault->at_ns))
			course->still[i] = NULL;
	if (course->router_off &&
	    course->router_off->at_ns + course->router_off->down_ns < fault->at_ns)
		course->router_off = NULL;
	check_router(d, course, fault);
	if (fault->op == FAULT_CRASH || fault->op == FAULT_REBOOT || fault->op == FAULT_HANG ||
	    fault->op == FAULT_FAILOVER)
		check_last_doing(d, fault);
	switch (fault->kind->effect) {
	case EFFECT_PROGRAM:
		check_process(d, course, fault);
		break;
	case EFFECT_OFF:
	case EFFECT_OFF_AND_ON:
		check_host(d, course, fault);
		break;
	case EFFECT_CABLE:
		check_cable(d, course, fault);
		break;
	case EFFECT_WORSE:
		check_refuser(d, course, fault);
		course->broken = true;
		break;
	case EFFECT_HEALED:
		if (!course->broken)
			diag_warning(
				d->diags, span_of_fault(fault),
				"nothing to heal: no blackhole, reject, drop or impair before");
		break;
	case EFFECT_STILL:
	case EFFECT_RESUMED:
	case EFFECT_CLOCK:
		check_kernel(d, course, fault);
		break;
	case EFFECT_ADDRESS:
		check_address(d, course, fault);
		break;
	case EFFECT_INTERFACE:
		check_interface(d, course, fault);
		break;
	case EFFECT_BACKEND:
		check_backend(d, fault);
		break;
	case EFFECT_ROUTER:
		break;
	}
}

/* A router that takes over has the backends of the timeline: nobody tells it of others. */
static void check_successor(struct decoder *d, const struct plan_fault *failover)
{
	for (int i = 0; i < d->plan->fault_count; i++)
		if (plan_fault_waits(&d->plan->fault[i]) &&
		    d->plan->fault[i].kind->effect == EFFECT_BACKEND)
			complain(d, &d->plan->fault[i], failover, "the", PLACE_ROUTER_NAME,
				 "that takes over would not know of it: say at");
}

void check_timeline(struct decoder *d)
{
	struct course course = {0};

	for (int i = 0; i < d->plan->fault_count; i++)
		check_fault(d, &course, &d->plan->fault[i]);
	for (int i = 0; i < d->plan->fault_count; i++)
		if (d->plan->fault[i].op == FAULT_FAILOVER) {
			check_successor(d, &d->plan->fault[i]);
			return;
		}
}
