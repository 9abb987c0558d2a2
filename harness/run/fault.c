/* SPDX-License-Identifier: MIT
 *
 * fault: what is done to processes, hosts, cables and the path.
 *
 * A crash is: the wire cut at the host's port; then nothing of the host is watched any more;
 * then its processes are killed; then its namespace goes. In that order a dying process's
 * FIN meets a dead wire and no old socket lives on.
 *
 * A shutdown lets the processes go first (SIGTERM, and SIGKILL after the grace period) and
 * takes the host off the network only after their last segments had time to leave.
 */
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "list.h"
#include "router.h"
#include "stage.h"
#include "tracked.h"

/* From the last process's end to the power's: enough for FIN, RST and their answers on the
 * slowest default link. */
#define SHUTDOWN_LAST_WORDS_NS (NSEC_PER_SEC / 10)

static bool is_on(const struct stage *stage, int host)
{
	return stage->topology.host[host].net != NULL;
}

static void host_signal(struct stage *stage, int host, int signal)
{
	if (stage->container[host])
		container_signal(stage->container[host], signal);
	for (int i = 0; i < stage->plan->program_count; i++)
		if (stage->program[i].plan->host == host && !stage->program[i].plan->command)
			program_signal(&stage->program[i], signal);
}

static int power_off(struct stage *stage, int host, struct err *err)
{
	int ret = 0;

	if (!is_on(stage, host))
		return 0;
	if (!stage->options->alone)
		ret = topology_cut(&stage->topology, host, err);
	if (ret == 0)
		ret = stage_unwatch(stage, host, err);
	stage_kill(stage, host);
	stage->closing &= ~(1u << host);
	for (int i = 0; i < stage->plan->program_count; i++)
		if (stage->program[i].plan->host == host)
			stage->waiting[i] = false;
	if (ret < 0 || !stage->options->alone)
		return ret < 0 ? ret : topology_power_off(&stage->topology, host, err);
	stage->is_off = true;
	return 0;
}

/* A program whose time is still to come starts then, and only then. */
static int power_on(struct stage *stage, const struct plan_fault *fault, int64_t up_ns,
		    struct err *err)
{
	int ret = topology_power_on(&stage->topology, fault->host, up_ns, err);

	if (ret == 0)
		ret = stage_power_on(stage, fault->host, err);
	if (ret == 0)
		ret = stage_watch(stage, fault->host, err);
	for (int i = 0; i < stage->plan->program_count && ret == 0; i++) {
		struct program *program = &stage->program[i];

		if (program->plan->host != fault->host || !fault->start_again ||
		    program->plan->stays_down || program->plan->start_ns >= up_ns)
			continue;
		program->incarnation = plan_restarts(stage->plan, i, up_ns);
		program->ended = false;
		stage->ready &= ~plan_ready_of(stage->plan, i);
		ret = stage_start(stage, i, err);
	}
	return ret;
}

static int crash(struct stage *stage, const struct plan_fault *fault, int index, struct err *err)
{
	(void)index;
	return power_off(stage, fault->host, err);
}

static int reboot_begin(struct stage *stage, const struct plan_fault *fault, int index,
			struct err *err)
{
	int ret = power_off(stage, fault->host, err);

	stage->boots_by[fault->host] = fault;
	if (ret == 0)
		agenda_add(stage, stage->fault_ns[index] + fault->down_ns, AGENDA_FAULT_GOES_ON,
			   index);
	return ret;
}

static int reboot_end(struct stage *stage, const struct plan_fault *fault, int index,
		      struct err *err)
{
	stage->boots_by[fault->host] = NULL;
	return power_on(stage, fault, stage->fault_ns[index] + fault->down_ns, err);
}

static bool host_is_idle(const struct stage *stage, int host)
{
	for (int i = 0; i < stage->plan->program_count; i++)
		if (stage->program[i].plan->host == host && stage->program[i].pid)
			return false;
	return true;
}

static int shutdown_begin(struct stage *stage, const struct plan_fault *fault, int index,
			  struct err *err)
{
	(void)err;
	stage->closing |= 1u << fault->host;
	host_signal(stage, fault->host, SIGTERM);
	agenda_add(stage, stage->fault_ns[index] + fault->grace_ns, AGENDA_FAULT_GOES_ON, index);
	return 0;
}

/* The grace is over: kill who is left, and come back once more to cut the power. */
static int shutdown_end(struct stage *stage, const struct plan_fault *fault, int index,
			struct err *err)
{
	int64_t off_ns = stage->fault_ns[index] + fault->grace_ns + SHUTDOWN_LAST_WORDS_NS;

	if (!host_is_idle(stage, fault->host) || stage_now(stage) < off_ns) {
		stage_kill(stage, fault->host);
		agenda_add(stage, off_ns, AGENDA_FAULT_GOES_ON, index);
		return 0;
	}
	return power_off(stage, fault->host, err);
}

static int signal_program(struct stage *stage, const struct plan_fault *fault, int index,
			  struct err *err)
{
	static const int signals[] = {[FAULT_KILL] = SIGKILL,
				      [FAULT_TERMINATE] = SIGTERM,
				      [FAULT_STOP] = SIGSTOP,
				      [FAULT_CONTINUE] = SIGCONT};

	(void)index, (void)err;
	program_signal(&stage->program[fault->program], signals[fault->op]);
	return 0;
}

static int start_program(struct stage *stage, const struct plan_fault *fault, int index,
			 struct err *err)
{
	(void)index;
	return stage_start(stage, fault->program, err);
}

static int pull_or_plug(struct stage *stage, const struct plan_fault *fault, int index,
			struct err *err)
{
	(void)index;
	return topology_plug(&stage->topology, fault->host, fault->op == FAULT_PLUG, err);
}

/* The name of a host's interface where filters are. */
static const char *filtered_at(const struct stage *stage, int host)
{
	static const char *const router_names[] = {"eth0", "eth1", "eth2", "eth3",
						   "eth4", "eth5", "eth6", "eth7"};

	static_assert(sizeof(router_names) / sizeof(router_names[0]) == HOSTS_MAX, "one each");
	if (host == PLAN_ANY)
		return NULL;
	return stage->topology.router ? router_names[host] : stage->plan->host[host].name;
}

static struct net_option option_of(const struct plan_range *range, int most)
{
	return (struct net_option){range->set, (int)range->lo,
				   range->hi < most ? (int)range->hi : most};
}

/* On the way FROM -> TO: in the router where there is one, else between the bridge's ports. */
static int filter_way(struct stage *stage, const struct plan_fault *fault, int from, int to,
		      struct err *err)
{
	struct topology *topology = &stage->topology;
	struct net_nth which[WHICH_MAX];
	struct net_filter filter = {.hook = topology->router ? NET_FILTER_FORWARD
							     : NET_FILTER_BRIDGE,
				    .verdict = NET_FILTER_DROP,
				    .flags_mask = fault->filter.flags_mask,
				    .flags = fault->filter.flags,
				    .ecn = fault->filter.ecn,
				    .mss = option_of(&fault->filter.mss, 65535),
				    .scale = option_of(&fault->filter.scale, 255),
				    .longer_than = fault->filter.longer_than,
				    .count = fault->filter.count,
				    .port = fault->filter.port,
				    .from_port = fault->filter.from_port,
				    .to_port = fault->filter.to_port,
				    .which = which,
				    .which_count = fault->filter.which_count,
				    .in = filtered_at(stage, from),
				    .out = filtered_at(stage, to)};
	struct stage_filter done = {.net = topology->router ? topology->router : topology->wire,
				    .from = from,
				    .to = to};
	int ret;

	for (int i = 0; i < fault->filter.which_count; i++) {
		which[i].from = fault->filter.which[i].lo;
		which[i].to = fault->filter.which[i].hi < UINT32_MAX ? fault->filter.which[i].hi
								     : UINT32_MAX;
	}
	if (fault->op == FAULT_REJECT || filter.ecn)
		filter.ip_version = stage->plan->ip_version;
	if (fault->op == FAULT_REJECT) {
		filter.verdict = fault->reject_type < 0 ? NET_FILTER_REJECT_RST
							: NET_FILTER_REJECT_ICMP;
		filter.icmp_code = fault->reject_code;
	}
	ret = net_add_filter(done.net, &filter, &done.id, err);
	if (ret == 0)
		*LIST_ADD(NULL, stage, filter) = done;
	return ret;
}

static int filter_path(struct stage *stage, const struct plan_fault *fault, int index,
		       struct err *err)
{
	(void)index;
	return filter_way(stage, fault, fault->from, fault->to, err);
}

/* Whether all that IS stands for was asked for. */
static bool heals(int asked, int is)
{
	return asked == PLAN_ANY || asked == is;
}

static int impair(struct stage *stage, const struct plan_fault *fault, int index, struct err *err)
{
	int ret = 0;

	(void)index;
	if (!stage->topology.has_netem)
		return err_set(err, EOPNOTSUPP, "netem (the kernel's module sch_netem)");
	for (int i = 0; i < stage->plan->host_count && ret == 0; i++)
		if (heals(fault->from, i) && (fault->to == PLACE_ROUTER ||
					      (fault->op == FAULT_HEAL && fault->to == PLAN_ANY)))
			ret = topology_impair_router(
				&stage->topology, i,
				fault->op == FAULT_HEAL ? NULL : &fault->impairment, err);
	for (int i = 0; i < stage->plan->host_count && ret == 0; i++)
		if (heals(fault->to, i) && fault->from != i)
			ret = topology_impair(&stage->topology, fault->from, i,
					      fault->op == FAULT_HEAL ? NULL : &fault->impairment,
					      err);
	return ret;
}

static bool overlaps(int asked, int is)
{
	return asked == PLAN_ANY || is == PLAN_ANY || asked == is;
}

/* All of a filter, or the part of it that was asked for. */
static int filter_heal(struct stage *stage, const struct plan_fault *fault,
		       const struct stage_filter *filter, bool *ret_kept, struct err *err)
{
	*ret_kept = true;
	if (fault->to == PLACE_ROUTER) /* it forwards, and filters then */
		return 0;
	if (!overlaps(fault->from, filter->from) || !overlaps(fault->to, filter->to))
		return 0;
	*ret_kept = !heals(fault->from, filter->from) || !heals(fault->to, filter->to);
	if (!*ret_kept)
		return net_delete_filter(filter->net, filter->id, err);
	return net_except_filter(filter->net, filter->id, filtered_at(stage, fault->from),
				 filtered_at(stage, fault->to), err);
}

static int heal(struct stage *stage, const struct plan_fault *fault, int index, struct err *err)
{
	int kept = 0, ret = 0;

	for (int i = 0; i < stage->filter_count; i++) {
		struct stage_filter filter = stage->filter[i];
		bool keep = true;

		if (ret == 0)
			ret = filter_heal(stage, fault, &filter, &keep, err);
		if (keep)
			stage->filter[kept++] = filter;
	}
	stage->filter_count = kept;
	if (ret == 0 && stage->topology.has_netem)
		ret = impair(stage, fault, index, err);
	return ret;
}

/* What it knew is told first. */
static int forget(struct stage *stage, const struct plan_fault *fault, int index, struct err *err)
{
	int ret = tracked_write(stage->topology.router, stage->plan, out_now(stage->out),
				stage->out, err);

	(void)fault, (void)index;
	return ret < 0 ? ret : net_flush_conntrack(stage->topology.router, err);
}

static int failover_begin(struct stage *stage, const struct plan_fault *fault, int index,
			  struct err *err)
{
	int ret = stage_unwatch_router(stage, err);

	stage->filter_count = 0; /* they go with it */
	if (ret == 0)
		ret = router_power_off(&stage->topology, err);
	if (ret == 0 && fault->down_ns != OFF_FOR_GOOD)
		agenda_add(stage, stage->fault_ns[index] + fault->down_ns, AGENDA_FAULT_GOES_ON,
			   index);
	return ret;
}

static int failover_end(struct stage *stage, const struct plan_fault *fault, int index,
			struct err *err)
{
	int ret = router_power_on(&stage->topology, stage->fault_ns[index] + fault->down_ns, err);

	return ret < 0 ? ret : stage_watch_router(stage, err);
}

static int set_backends(struct stage *stage, const struct plan_fault *fault, int index,
			struct err *err)
{
	(void)fault;
	return router_change_backends(&stage->topology, index, err);
}

/* Each of the hosts does its part; one that is off has nothing to do. */
static int move(struct stage *stage, const struct plan_fault *fault, int index, struct err *err)
{
	int ret = 0;

	(void)index;
	for (int i = 0; i < stage->plan->host_count && ret == 0; i++)
		if (stage_has(stage, i) && is_on(stage, i))
			ret = topology_move(&stage->topology, i, fault, err);
	return ret;
}

static int set_interface(struct stage *stage, const struct plan_fault *fault, int index,
			 struct err *err)
{
	stage->topology.now_ns = stage->fault_ns[index];
	return topology_set_interface(&stage->topology, fault, err);
}

/* What is process 1 here panics its kernel by ending (kernel/exit.c, do_exit()): before anything of
 * it is closed, and with all other processes as they are. What is known so far goes out first. */
static int panic(struct stage *stage, const struct plan_fault *fault, int index, struct err *err)
{
	int ret = stage_unwatch(stage, fault->host, err);

	(void)index;
	out_flush(stage->out);
	if (ret == 0)
		_exit(1);
	return ret;
}

static int step(struct stage *stage, const struct plan_fault *fault, int index, struct err *err)
{
	int64_t by_ns = fault->forward_ns - fault->back_ns;
	struct timespec to = clock_timespec(clock_read_ns(CLOCK_REALTIME) + by_ns);

	(void)stage, (void)index;
	return clock_settime(CLOCK_REALTIME, &to) < 0 ? err_sys(err, errno, "clock_settime") : 0;
}

typedef int fault_fn(struct stage *stage, const struct plan_fault *fault, int index,
		     struct err *err);

static const struct {
	fault_fn *begin;
	fault_fn *go_on; /* when its second moment comes */
} faults[FAULT_OP_COUNT] = {
	[FAULT_KILL] = {signal_program, NULL},
	[FAULT_TERMINATE] = {signal_program, NULL},
	[FAULT_STOP] = {signal_program, NULL},
	[FAULT_CONTINUE] = {signal_program, NULL},
	[FAULT_START] = {start_program, NULL},
	[FAULT_CRASH] = {crash, NULL},
	[FAULT_REBOOT] = {reboot_begin, reboot_end},
	[FAULT_SHUTDOWN] = {shutdown_begin, shutdown_end},
	[FAULT_PULL] = {pull_or_plug, NULL},
	[FAULT_PLUG] = {pull_or_plug, NULL},
	[FAULT_BLACKHOLE] = {filter_path, NULL},
	[FAULT_REJECT] = {filter_path, NULL},
	[FAULT_DROP] = {filter_path, NULL},
	[FAULT_IMPAIR] = {impair, NULL},
	[FAULT_HEAL] = {heal, NULL},
	[FAULT_FORGET] = {forget, NULL},
	[FAULT_FAILOVER] = {failover_begin, failover_end},
	[FAULT_ADD_BACKEND] = {set_backends, NULL},
	[FAULT_REMOVE_BACKEND] = {set_backends, NULL},
	[FAULT_MOVE] = {move, NULL},
	[FAULT_IFDOWN] = {set_interface, NULL},
	[FAULT_IFUP] = {set_interface, NULL},
	[FAULT_PANIC] = {panic, NULL},
	[FAULT_STEP] = {step, NULL},
};

bool fault_is_here(const struct stage *stage, int index)
{
	const struct plan_fault *fault = &stage->plan->fault[index];

	if (!stage->options->alone)
		return true;
	if (fault->op == FAULT_MOVE) /* between two of them */
		return !stage_has(stage, stage->plan->host_count);
	switch (fault->kind->doer) {
	case DOER_HOST:
		return stage_has(stage, fault->program == PLAN_ANY
						? fault->host
						: stage->plan->program[fault->program].host);
	case DOER_ROUTER:
	case DOER_BOTH:
		return stage_has(stage, stage->plan->host_count);
	case DOER_WORLD:
		return false;
	}
	return false;
}

bool fault_ends_kernel(const struct stage *stage, int index)
{
	const struct plan_fault *fault = &stage->plan->fault[index];

	bool of_host = fault->op == FAULT_CRASH || fault->op == FAULT_REBOOT ||
		       fault->op == FAULT_HANG;

	if (!stage->options->alone || (!of_host && fault->op != FAULT_FAILOVER))
		return false;
	return stage_has(stage, of_host ? fault->host : stage->plan->host_count);
}

/* Whoever is to do it may be off, when its moment was not known beforehand. */
static bool can_be_done(const struct stage *stage, const struct plan_fault *fault)
{
	bool routed = stage->plan->network == NETWORK_ROUTER;

	switch (fault->kind->doer) {
	case DOER_HOST:
		return is_on(stage, fault->program == PLAN_ANY
					    ? fault->host
					    : stage->plan->program[fault->program].host);
	case DOER_ROUTER:
	case DOER_BOTH:
		return stage->topology.router || !routed;
	case DOER_WORLD:
		return true;
	}
	return true;
}

static void tell(struct stage *stage, int index, int32_t part)
{
	out_frame(stage->out, RAW_FAULT, index, out_now(stage->out), &part, sizeof(part), NULL, 0);
}

static int fault_do(struct stage *stage, int index, int32_t part, fault_fn *fn, struct err *err)
{
	const struct plan_fault *fault = &stage->plan->fault[index];
	int ret;

	if (fault->op != FAULT_MOVE && !can_be_done(stage, fault))
		return 0;
	if (fault->op != FAULT_MOVE || stage_has(stage, fault->host))
		tell(stage, index, part);
	ret = fn(stage, fault, index, err);
	if (ret < 0)
		return err_add(err, ret, "%s", fault->text);
	if (!stage->options->virtual_clock)
		tell(stage, index, RAW_FAULT_TAKEN);
	return 0;
}

int fault_begin(struct stage *stage, int index, struct err *err)
{
	const struct plan_fault *fault = &stage->plan->fault[index], *boots = NULL;

	if (fault->kind->effect == EFFECT_OFF || fault->kind->effect == EFFECT_OFF_AND_ON)
		boots = stage->boots_by[fault->host];
	if (boots)
		return err_add(err, plan_fault_too_early(fault, boots, err), "%s", fault->text);
	return fault_do(stage, index, RAW_FAULT_BEGUN, faults[stage->plan->fault[index].op].begin,
			err);
}

int fault_go_on(struct stage *stage, int index, struct err *err)
{
	const struct plan_fault *fault = &stage->plan->fault[index];

	/* The power went, or came back, before the grace was over. */
	if (fault->op == FAULT_SHUTDOWN && !(stage->closing & 1u << fault->host))
		return 0;
	return fault_do(stage, index, RAW_FAULT_DONE, faults[fault->op].go_on, err);
}
