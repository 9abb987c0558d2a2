/* SPDX-License-Identifier: MIT */
#include "plan.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "addresses.h"
#include "pool.h"
#include "text.h"

#define SETTLE_NS NSEC_PER_SEC /* after the last thing that a run waits for */

static bool words(char *ret_words, size_t size, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
static bool words(char *ret_words, size_t size, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(ret_words, size, fmt, ap);
	va_end(ap);
	return true;
}

bool plan_sysctl_is_machines(const char *name)
{
	return strncmp(name, "kernel.", 7) == 0 || strncmp(name, "vm.", 3) == 0 ||
	       strncmp(name, "fs.", 3) == 0;
}

static bool host_wants_own_kernel(const struct plan_host *host, char *ret_words, size_t size)
{
	if (host->kernel)
		return words(ret_words, size, "%s has kernel %s", host->name, host->kernel);
	if (host->root)
		return words(ret_words, size, "%s has its files from %s", host->name, host->root);
	if (host->disk.size)
		return words(ret_words, size, "%s has a disk", host->name);
	if (host->memory)
		return words(ret_words, size, "%s has memory of its own", host->name);
	for (int i = 0; i < host->sysctl_count; i++)
		if (plan_sysctl_is_machines(host->sysctl[i].name))
			return words(ret_words, size, "%s sets %s, a sysctl of the whole machine",
				     host->name, host->sysctl[i].name);
	return false;
}

bool plan_wants_own_kernels(const struct plan *plan, char *ret_words, size_t size)
{
	for (int i = 0; i < plan->fault_count; i++) {
		const struct plan_fault *fault = &plan->fault[i];

		if (fault->kind->effect >= EFFECT_STILL || fault->router_end ||
		    (fault->op == FAULT_REJECT && plan->network != NETWORK_ROUTER))
			return words(ret_words, size, "%s", fault->text);
	}
	if (plan->middlebox.strip || plan->middlebox.mss)
		return words(ret_words, size, "a middlebox that changes packets");
	if (plan->middlebox.by_payload)
		return words(ret_words, size, "a middlebox that counts payload");
	if (plan->middlebox.then)
		return words(ret_words, size, "a middlebox with then");
	for (int i = 0; i < plan->host_count; i++)
		if (host_wants_own_kernel(&plan->host[i], ret_words, size))
			return true;
	if (host_wants_own_kernel(&plan->router, ret_words, size))
		return true;
	for (int i = 0; i < plan->program_count; i++)
		if (plan->program[i].user)
			return words(ret_words, size, "%s runs as user %s", plan->program[i].name,
				     plan->program[i].user);
	return false;
}

const char *plan_host_name(const struct plan *plan, int host)
{
	return host < plan->host_count ? plan->host[host].name : PLACE_ROUTER_NAME;
}

char *plan_root_path(const struct plan *plan, int host)
{
	const char *root = plan->host[host].root, *slash = strrchr(plan->file, '/');

	return text_format("%.*s%s", slash && root[0] != '/' ? (int)(slash + 1 - plan->file) : 0,
			   plan->file, root);
}

bool plan_has_command(const struct plan *plan, int host)
{
	for (int i = 0; i < plan->program_count; i++)
		if (plan->program[i].command && plan->program[i].host == host)
			return true;
	return false;
}

bool plan_router_tracks(const struct plan *plan)
{
	return plan->nat || (plan_has_vip(plan) && plan->balancer == BALANCER_DNAT) ||
	       plan->middlebox.idle_ns || plan->middlebox.syn_proxy;
}

bool plan_router_balances(const struct plan *plan)
{
	return plan_has_vip(plan) && plan->balancer == BALANCER_IPVS;
}

bool plan_fault_boots(const struct plan_fault *fault)
{
	return fault->kind->effect == EFFECT_OFF_AND_ON ||
	       (fault->op == FAULT_PANIC && fault->down_ns);
}

int plan_fault_too_early(const struct plan_fault *fault, const struct plan_fault *boots,
			 struct err *err)
{
	return err_set(err, EBUSY,
		       "line %d: its host is yet to come up again then, because of line %d: %s",
		       fault->place.line, boots->place.line, boots->text);
}

/* Nothing that ran on its host goes on from then. */
static bool takes_down(const struct plan_fault *fault)
{
	return fault->kind->effect == EFFECT_OFF || fault->kind->effect == EFFECT_OFF_AND_ON ||
	       (fault->kind->effect == EFFECT_STILL && fault->op != FAULT_SUSPEND);
}

int plan_restarts(const struct plan *plan, int program, int64_t until_ns)
{
	int64_t start_ns = plan->program[program].start_ns, off_ns = -1;
	bool started = false;
	int count = 0;

	for (int i = 0; i < plan->fault_count; i++) {
		const struct plan_fault *fault = &plan->fault[i];

		if (fault->host != plan->program[program].host || !takes_down(fault))
			continue;
		if (off_ns < 0) {
			off_ns = fault->at_ns;
			started = started || start_ns < off_ns;
		}
		if (!plan_fault_boots(fault) || fault->at_ns + fault->down_ns > until_ns)
			continue;
		if (fault->start_again && started && !plan->program[program].stays_down)
			count++;
		else if (fault->start_again)
			started = start_ns < fault->at_ns + fault->down_ns;
		off_ns = -1;
	}
	return count;
}

/* Whether something is expected of the program, its steps, its output, its calls or its end;
 * PLAN_ANY: of any.
 */
static bool expects_of(const struct plan *plan, int program)
{
	for (int i = 0; i < plan->expect_count; i++) {
		const struct plan_expect *expect = &plan->expect[i];
		int of = expect->kind == EXPECT_STEP      ? expect->step.program
			 : expect->kind == EXPECT_PROGRAM ? expect->program.program
			 : expect->kind == EXPECT_OUTPUT  ? expect->output.program
			 : expect->kind == EXPECT_CALLS   ? expect->calls.program
							  : -1;

		if (of >= 0 && (program == PLAN_ANY || of == program))
			return true;
	}
	return false;
}

/* Who waits for others comes as long as they may do what it waits for. If one of them waits for it
 * as well, none of them comes: it is in OVER while we look at those that it waits for. */
static bool is_over(const struct plan *plan, int program, uint32_t over, const uint32_t awaits[])
{
	if (over & 1u << program)
		return true;
	if (!awaits[program])
		return false;
	for (int i = 0; i < plan->ready_count; i++)
		if (awaits[program] & 1u << i &&
		    !is_over(plan, plan->ready[i].program, over | 1u << program, awaits))
			return false;
	return true;
}

bool plan_all_over(const struct plan *plan, uint32_t over, const uint32_t awaits[], uint32_t faults)
{
	/* What does nothing more may yet be made to end. */
	for (int i = 0; i < plan->ready_count; i++)
		if (faults & 1u << i && (plan->ready[i].what == READY_EXIT ||
					 !is_over(plan, plan->ready[i].program, over, awaits)))
			return false;
	for (int i = 0; i < plan->program_count; i++)
		if ((expects_of(plan, i) || !expects_of(plan, PLAN_ANY)) &&
		    !is_over(plan, i, over, awaits))
			return false;
	return true;
}

int64_t plan_end_ns(const struct plan *plan, int64_t over_ns)
{
	return (over_ns > plan->last_ns ? over_ns : plan->last_ns) + SETTLE_NS;
}

bool plan_counts_starts(const struct plan *plan, int program)
{
	bool counts = plan->program[program].restart.always;

	for (int i = 0; i < plan->fault_count; i++) {
		const struct plan_fault *fault = &plan->fault[i];

		counts = counts || (fault->op == FAULT_START && fault->program == program) ||
			 (plan_fault_waits(fault) && takes_down(fault) &&
			  fault->host == plan->program[program].host);
	}
	return counts;
}

uint32_t plan_ready_by_step(const struct plan *plan, int program, int step, int64_t ret)
{
	const struct peer_step *peer = &plan->program[program].step[step].peer;
	bool listens = peer->op == PEER_LISTEN && ret == 0;
	uint32_t is_so = 0;

	for (int i = 0; i < plan->ready_count; i++) {
		const struct plan_ready *ready = &plan->ready[i];

		if (ready->program == program &&
		    ((ready->what == READY_LISTENS && listens &&
		      htons((uint16_t)ready->port) == peer->addr.sin6_port) ||
		     (ready->what == READY_STEP && ready->step == step)))
			is_so |= 1u << i;
	}
	return is_so;
}

uint32_t plan_ready_of(const struct plan *plan, int program)
{
	uint32_t ready = 0;

	for (int i = 0; i < plan->ready_count; i++)
		if (plan->ready[i].program == program)
			ready |= 1u << i;
	return ready;
}

uint32_t plan_awaited_by(const struct plan *plan, int program)
{
	const struct plan_program *waiting = &plan->program[program];

	return (waiting->after < 0 ? 0 : 1u << waiting->after) |
	       (waiting->connected < 0 ? 0 : 1u << waiting->connected);
}

uint32_t plan_awaited_from(const struct plan *plan, int program, int step)
{
	const struct plan_program *waiting = &plan->program[program];
	uint32_t awaited = 0;

	for (; step < waiting->step_count; step++)
		if (waiting->step[step].peer.op == PEER_AFTER)
			awaited |= 1u << waiting->step[step].peer.amount;
	return awaited;
}

uint32_t plan_ready_by_end(const struct plan *plan, uint32_t ended)
{
	uint32_t is_so = 0;

	for (int i = 0; i < plan->ready_count; i++)
		if (plan->ready[i].what == READY_EXIT && ended & 1u << plan->ready[i].program)
			is_so |= 1u << i;
	return is_so;
}

const char *plan_source_line(const struct plan *plan, int number, int *ret_size)
{
	const char *line = plan->source;

	while (--number > 0 && line) {
		line = strchr(line, '\n');
		line = line ? line + 1 : NULL;
	}
	*ret_size = line ? (int)strcspn(line, "\n") : 0;
	return line ? line : "";
}

void plan_free(struct plan *plan)
{
	if (plan)
		pool_free(plan->memory);
}
