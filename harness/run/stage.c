/* SPDX-License-Identifier: MIT */
#include "stage.h"

#include <assert.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "addresses.h"
#include "counters.h"
#include "list.h"
#include "tap.h"
#include "tracked.h"

bool stage_has(const struct stage *stage, int host)
{
	return !stage->options->alone || stage->options->alone->host == host;
}

bool stage_tracks(const struct stage *stage)
{
	return stage->topology.router &&
	       (plan_router_tracks(stage->plan) || plan_router_balances(stage->plan));
}

void agenda_add(struct stage *stage, int64_t at_ns, enum agenda_what what, int index)
{
	int i;

	LIST_ADD(NULL, stage, agenda);
	for (i = stage->agenda_count - 1; i > 0; i--) {
		const struct agenda_entry *before = &stage->agenda[i - 1];

		if (before->at_ns < at_ns || (before->at_ns == at_ns && before->what <= what))
			break;
		stage->agenda[i] = *before;
	}
	stage->agenda[i] = (struct agenda_entry){at_ns, what, index};
}

struct host_tap {
	int host;
	int index; /* of eth0 */
};

static bool host_interface(const void *arg, int index, struct raw_packet *packet)
{
	const struct host_tap *tap = arg;

	packet->tap = RAW_TAP_HOST;
	packet->host = tap->host;
	return index == tap->index;
}

/* On the wire and in the router: whose interface is it? */
static bool wire_interface(const void *arg, int index, struct raw_packet *packet)
{
	const struct topology *topology = arg;

	packet->tap = RAW_TAP_PORT;
	for (int i = 0; i < topology->plan->host_count; i++) {
		packet->host = i;
		if (topology->host[i].net && topology->host[i].port_index == index)
			return true;
		packet->host = -1 - i;
		if (topology->router && topology->host[i].port_of_router_index == index)
			return true;
	}
	return false;
}

static bool router_interface(const void *arg, int index, struct raw_packet *packet)
{
	const struct topology *topology = arg;

	packet->tap = RAW_TAP_HOST;
	for (int i = 0; i < topology->plan->host_count; i++) {
		packet->host = -1 - i;
		if (topology->host[i].router_index == index)
			return true;
	}
	return false;
}

int stage_drain_tap(struct stage *stage, int tap, struct err *err)
{
	struct host_tap host = {.host = tap};
	int ret;

	switch (tap) {
	case STAGE_WIRE:
		ret = tap_drain(stage->wire_tap, stage->real_ns, wire_interface, &stage->topology,
				stage->out);
		break;
	case STAGE_ROUTER:
		ret = tap_drain(stage->router_tap, stage->real_ns, router_interface,
				&stage->topology, stage->out);
		break;
	default:
		host.index = stage->topology.host[tap].index;
		ret = tap_drain(stage->tap[tap], stage->real_ns, host_interface, &host, stage->out);
	}
	return ret < 0 ? err_sys(err, ret, "cannot read a packet socket") : ret;
}

int stage_drain_taps(struct stage *stage, struct err *err)
{
	int ret = 0, total = 0;

	if (stage->wire_bell >= 0)
		bell_drain(stage->wire_bell);
	if (stage->wire_tap >= 0)
		ret = stage_drain_tap(stage, STAGE_WIRE, err);
	total += ret;
	if (ret >= 0 && stage->router_tap >= 0)
		ret = stage_drain_tap(stage, STAGE_ROUTER, err);
	for (int i = 0; i < stage->plan->host_count && ret >= 0; i++) {
		total += ret;
		ret = stage->tap[i] >= 0 ? stage_drain_tap(stage, i, err) : 0;
	}
	return ret < 0 ? ret : total + ret;
}

static_assert(sizeof(((struct raw_host *)NULL)->name) > NAME_LONGEST, "a host's name has room");

static void write_host(struct stage *stage, int host, bool up)
{
	const struct plan *plan = stage->plan;
	struct raw_host raw = {.up = up};

	snprintf(raw.name, sizeof(raw.name), "%s", plan->host[host].name);
	snprintf(raw.addr, sizeof(raw.addr), "%s", plan_host_address(plan, host));
	memcpy(raw.mac, stage->topology.host[host].mac, sizeof(raw.mac));
	out_frame(stage->out, RAW_HOST, host, out_now(stage->out), &raw, sizeof(raw), NULL, 0);
}

int stage_watch(struct stage *stage, int host, struct err *err)
{
	struct net *net = stage->topology.host[host].net;
	int family = stage->plan->ip_version == 6 ? AF_INET6 : AF_INET;
	int ret = sockets_open(net, host, family, stage_has_command(stage, host),
			       &stage->sockets[host], err);

	/* Outside of a kernel of its own its packets are seen by who carries them. */
	if (ret == 0 && !stage->options->alone)
		ret = stage->tap[host] = tap_open(net, err);
	else if (ret == 0)
		ret = stage->wire_bell = bell_open(net, err);
	if (ret >= 0 && stage->options->alone && !stage_has_command(stage, host))
		ret = bell_ignore_own(stage->wire_bell, err);
	if (ret < 0)
		return err_add(err, ret, "host %s", stage->plan->host[host].name);
	write_host(stage, host, true);
	return counters_write(net, host, 0, out_now(stage->out), stage->out, err);
}

int stage_unwatch(struct stage *stage, int host, struct err *err)
{
	int64_t t_ns = out_now(stage->out);
	int ret = stage_drain_taps(stage, err);

	if (ret >= 0)
		ret = counters_write(stage->topology.host[host].net, host, 1, t_ns, stage->out,
				     err);
	if (stage->tap[host] >= 0) {
		stage->missed += tap_missed(stage->tap[host]);
		close(stage->tap[host]);
		stage->tap[host] = -1;
	}
	sockets_forget(stage->sockets[host], t_ns, stage->out);
	sockets_free(stage->sockets[host]);
	stage->sockets[host] = NULL;
	write_host(stage, host, false);
	return ret;
}

int stage_watch_router(struct stage *stage, struct err *err)
{
	int ret = 0;

	if (!stage->topology.router)
		return 0;
	if (!stage->options->alone && stage->router_tap < 0)
		ret = stage->router_tap = tap_open(stage->topology.router, err);
	if (ret >= 0 && stage_tracks(stage))
		ret = tracked_counters_write(stage->topology.router, stage->plan, 0,
					     out_now(stage->out), stage->out, err);
	return ret < 0 ? ret : 0;
}

int stage_tell_tracked(struct stage *stage, int64_t t_ns, struct err *err)
{
	return stage_tracks(stage)
		       ? tracked_write(stage->topology.router, stage->plan, t_ns, stage->out, err)
		       : 0;
}

static int count_router(struct stage *stage, int64_t t_ns, struct err *err)
{
	return stage_tracks(stage) ? tracked_counters_write(stage->topology.router, stage->plan, 1,
							    t_ns, stage->out, err)
				   : 0;
}

int stage_unwatch_router(struct stage *stage, struct err *err)
{
	int64_t t_ns = out_now(stage->out);
	int ret = stage_drain_taps(stage, err);

	if (ret >= 0)
		ret = stage_tell_tracked(stage, t_ns, err);
	if (ret >= 0)
		ret = count_router(stage, t_ns, err);
	if (stage->router_tap >= 0) {
		stage->missed += tap_missed(stage->router_tap);
		close(stage->router_tap);
		stage->router_tap = -1;
	}
	return ret < 0 ? ret : 0;
}

int stage_count(struct stage *stage, int64_t t_ns, struct err *err)
{
	int ret = 0;

	for (int i = 0; i < stage->plan->host_count && ret == 0; i++)
		if (stage->sockets[i])
			ret = counters_write(stage->topology.host[i].net, i, 1, t_ns, stage->out,
					     err);
	return ret < 0 ? ret : count_router(stage, t_ns, err);
}

int stage_look_last(struct stage *stage, struct err *err)
{
	int64_t t_ns = out_now(stage->out);
	int ret = stage_tell_tracked(stage, t_ns, err);

	return ret < 0 ? ret : stage_count(stage, t_ns, err);
}

bool stage_has_command(const struct stage *stage, int host)
{
	const struct plan *plan = stage->plan;

	for (int i = 0; i < plan->program_count; i++)
		if (plan->program[i].command && (host == PLAN_ANY || plan->program[i].host == host))
			return true;
	return false;
}

int stage_power_on(struct stage *stage, int host, struct err *err)
{
	struct container **container = &stage->container[host];
	const struct conduct_host *alone = stage->options->alone;
	int ret = 0;

	if (!stage_has_command(stage, host))
		return 0;
	if (alone)
		stage->own.files = alone->files;
	if (!*container)
		ret = container_new(stage->plan, host, stage->options->shown,
				    alone ? &stage->own : NULL, container, err);
	return ret < 0 ? ret : container_power_on(*container, err);
}

uint32_t stage_is_so(const struct stage *stage)
{
	uint32_t ended = 0;

	for (int i = 0; i < stage->plan->program_count; i++)
		ended |= stage->program[i].ended ? 1u << i : 0;
	return stage->ready | plan_ready_by_end(stage->plan, ended);
}

/* Who has ended without it will not do it either. */
static bool may_start(const struct stage *stage, int index)
{
	uint32_t missing = plan_awaited_by(stage->plan, index) & ~stage->ready;

	for (int i = 0; i < stage->plan->ready_count; i++)
		if (missing & 1u << i && !stage->program[stage->plan->ready[i].program].ended)
			return false;
	return true;
}

void stage_drain_program(struct stage *stage, int index)
{
	struct program *program = &stage->program[index];

	program_drain(program, stage->out);
	for (int32_t i = 0; i < stage->plan->ready_count; i++) {
		if (!(program->ready & ~stage->ready & 1u << i))
			continue;
		stage->ready |= 1u << i;
		if (program->plan->command)
			out_frame(stage->out, RAW_READY, index, out_now(stage->out), &i, sizeof(i),
				  NULL, 0);
	}
	program->ready = 0;
}

int stage_start(struct stage *stage, int index, struct err *err)
{
	struct program *program = &stage->program[index];
	int host = program->plan->host, ret;
	const struct program_place place = {.net = stage->topology.host[host].net,
					    .container = stage->container[host],
					    .restriction = stage->restriction,
					    .helpers = stage->options->helpers,
					    .watch = stage->watch_fd};

	/* Its host went down before it was to start, or is about to; or it was started meanwhile.
	 */
	if (program->pid > 0 || !place.net ||
	    (place.container && !container_is_on(place.container)))
		return 0;
	stage->waiting[index] = !may_start(stage, index);
	if (stage->waiting[index])
		return 0;
	stage->ready &= ~plan_ready_of(stage->plan, index);
	if (plan_counts_starts(stage->plan, index))
		program->incarnation = program->starts++;
	ret = program_start(program, &place, stage->out, err);
	if (ret == 0)
		ret = program_feed(program, stage_now(stage), err);
	return ret < 0 ? ret : program_tell(program, stage_is_so(stage), err);
}

static void restart(struct stage *stage, int index)
{
	const struct plan_program *plan = stage->program[index].plan;

	if (plan->restart.always && !(stage->closing & 1u << plan->host))
		agenda_add(stage, stage_now(stage) + plan->restart.after_ns, AGENDA_START, index);
}

void stage_reaped(struct stage *stage, int pid, int status)
{
	for (int i = 0; i < stage->plan->program_count; i++)
		if (stage->program[i].pid == pid) {
			program_ended(&stage->program[i], status, stage->out);
			restart(stage, i);
		}
}

void stage_kill(struct stage *stage, int host)
{
	struct container *container = stage->container[host];

	if (container)
		container_kill(container);
	for (int i = 0; i < stage->plan->program_count; i++) {
		struct program *program = &stage->program[i];
		int status;

		if (program->plan->host != host || program->pid == 0)
			continue;
		program_signal(program, SIGKILL);
		if (waitpid(program->pid, &status, 0) == program->pid)
			program_ended(program, status, stage->out);
	}
	if (container)
		container_power_off(container);
}
